//! Which place does a row mean? Names, numbers, properties and addresses against the register of places.
//!
//! Answers are ranked suggestions, each with its evidence and a certainty. A row is settled without a person only where
//! the best is at least [`AUTOMATIC`] certain, [`AHEAD`] times as likely as any other spot, and nothing plain speaks
//! against it; a street without a number never is. Pure: rows and places in, suggestions out, the same for any order of
//! rows and number of threads.
//!
//! Imports: `domain` and `texts` only.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod evidence;
mod grams;
mod index;
mod normal;

#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::domain::{PlaceKind, RegisterPlace};
pub use evidence::{Evidence, Likeness};
use index::Index;
pub use normal::{Address, Name, fold, property};

/// Certainty from which on a match needs no person.
pub const AUTOMATIC: f64 = 0.98;
/// How many times as likely as the next spot it must be.
pub const AHEAD: f64 = 20.0;
/// Suggestions that are given of a row at most.
pub const SUGGESTIONS: usize = 5;

/// What a row says of where it was; empty texts are nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wanted {
    /// Name of the object, as written.
    pub name: Option<String>,
    /// The object's number.
    pub number: Option<String>,
    /// Fastighetsbeteckning.
    pub property: Option<String>,
    /// Address, or a street alone.
    pub address: Option<String>,
    /// Förvaltning or company.
    pub department: Option<String>,
}

impl Wanted {
    /// Whether nothing tells of a place.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.name, &self.number, &self.property, &self.address].iter().all(|field| field.is_none())
    }

    /// What the row calls the place: its name, else its number, address or property. Empty where it tells nothing.
    #[must_use]
    pub fn text(&self) -> &str {
        let known = self.name.as_ref().or(self.number.as_ref()).or(self.address.as_ref()).or(self.property.as_ref());
        known.map_or("", String::as_str)
    }

    /// The text as choices are remembered by: canonical.
    #[must_use]
    pub fn key(&self) -> String {
        Name::of(self.text()).map_or_else(String::new, |name| name.canonical)
    }

    /// Everything else that the row tells, canonical: the same name in another context may mean another place.
    #[must_use]
    pub fn context(&self) -> String {
        let rest = [
            ("nr", &self.number),
            ("fastighet", &self.property),
            ("adress", &self.address),
            ("forvaltning", &self.department),
        ];
        let part = |(name, field): (&str, &Option<String>)| {
            let field = field.as_ref().filter(|field| field.as_str() != self.text() || name == "forvaltning")?;
            Name::of(field).map(|field| format!("{name}={}", field.canonical))
        };
        rest.into_iter().filter_map(part).collect::<Vec<_>>().join("; ")
    }
}

/// A place that may be meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Number of the place in the list that the matcher was made of.
    pub place: u32,
    /// From 0 to 1: how sure it is that this spot is meant.
    pub certainty: f64,
    /// What speaks for and against, the strongest first.
    pub evidence: Vec<Evidence>,
}

/// What was found for a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Places, the likeliest first; at most [`SUGGESTIONS`].
    pub suggestions: Vec<Suggestion>,
    /// Whether the first is sure enough to be taken without a person.
    pub automatic: bool,
}

/// Finds places.
#[derive(Debug)]
pub struct Matcher {
    index: Index,
}

impl Matcher {
    /// A matcher over these places. Places of the same id are best merged first, see [`merged`]. Any order of places will
    /// do; suggestions that are equally likely come by id.
    #[must_use]
    pub fn new(places: &[RegisterPlace]) -> Self {
        Self { index: Index::new(places) }
    }

    /// The places that a row may mean.
    #[must_use]
    pub fn find(&self, wanted: &Wanted) -> Answer {
        let mut found = self.index.candidates(wanted);
        let weights: Vec<evidence::Factors> = found.iter().map(|(_, evidence)| evidence::product(evidence)).collect();
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_by(|a, b| {
            let settled = weights[*b].weight.total_cmp(&weights[*a].weight);
            settled.then_with(|| self.index.order(found[*a].0).cmp(&self.index.order(found[*b].0)))
        });
        order.truncate(4 * SUGGESTIONS);
        let certainty = |of: usize| {
            let own = weights[of];
            let rivals = order.iter().filter(|at| **at == of || !self.index.same_spot(found[of].0, found[**at].0));
            let all: f64 = rivals.map(|at| weights[*at].weight).sum();
            own.weight / all / (1.0 + own.risk)
        };
        let certainties: Vec<f64> = order.iter().map(|&at| certainty(at)).collect();
        let automatic = order.first().is_some_and(|&best| {
            let next = order.iter().skip(1).filter(|at| !self.index.same_spot(found[best].0, found[**at].0));
            let ahead = next.map(|at| weights[*at].weight).all(|next| weights[best].weight >= AHEAD * next);
            let plain = found[best].1.iter().any(|piece| piece.contradicts());
            let kind = self.index.kind(found[best].0);
            // A property may hold more than the one object that the register knows there.
            let named =
                |piece: &Evidence| matches!(piece, Evidence::Name { .. } | Evidence::Number | Evidence::Address { .. });
            let itself = matches!(kind, PlaceKind::Property | PlaceKind::Address) || found[best].1.iter().any(named);
            // A name that is that of another spot speaks against a place that was found by its ground alone.
            let called =
                |at: usize| found[at].1.iter().any(|piece| matches!(piece, Evidence::Name { .. } | Evidence::Number));
            let elsewhere = order.iter().any(|at| called(*at) && !self.index.same_spot(found[best].0, found[*at].0));
            let torn = !called(best) && elsewhere;
            certainties[0] >= AUTOMATIC && ahead && !plain && !torn && itself && kind != PlaceKind::Street
        });
        let suggestions = order.iter().zip(&certainties).take(SUGGESTIONS).map(|(&at, &certainty)| Suggestion {
            place: found[at].0,
            certainty,
            evidence: std::mem::take(&mut found[at].1),
        });
        Answer { suggestions: suggestions.collect(), automatic }
    }

    /// [`Self::find`] for many rows, on all cores, in their order.
    #[must_use]
    pub fn find_all(&self, wanted: &[Wanted]) -> Vec<Answer> {
        wanted.par_iter().map(|wanted| self.find(wanted)).collect()
    }
}

/// Places of the same id as one, by id: what the first does not tell is taken from the others; names, addresses and
/// earlier names of all. A place without a position takes that of its property or, before that, of its address, where
/// another place tells it.
#[must_use]
pub fn merged(mut places: Vec<RegisterPlace>) -> Vec<RegisterPlace> {
    places.sort_by(|a, b| (&a.id, &a.source, a.row).cmp(&(&b.id, &b.source, b.row)));
    let mut whole: Vec<RegisterPlace> = Vec::new();
    for place in places {
        match whole.last_mut() {
            Some(last) if last.id == place.id => join(last, place),
            _ => whole.push(place),
        }
    }
    index::locate(&mut whole);
    whole
}

fn join(into: &mut RegisterPlace, other: RegisterPlace) {
    fn add(list: &mut Vec<String>, text: String) {
        if !list.contains(&text) {
            list.push(text);
        }
    }
    match (&into.name, other.name) {
        (Some(name), Some(other)) if *name != other => add(&mut into.earlier, other),
        (None, other) => into.name = other,
        _ => {}
    }
    for address in other.addresses {
        add(&mut into.addresses, address);
    }
    for name in other.earlier {
        add(&mut into.earlier, name);
    }
    into.object = into.object.take().or(other.object);
    into.property = into.property.take().or(other.property);
    into.department = into.department.take().or(other.department);
    into.activity = into.activity.take().or(other.activity);
    into.class = into.class.take().or(other.class);
    if into.at.is_none() {
        into.at = other.at;
        into.extent_m = other.extent_m;
    }
    into.area = into.area.take().or(other.area);
}
