//! Is it much? A place against those like it: what a year brings there, and in how many of the others less. Pure.
//!
//! Places are alike where what is known of them is the same: first in everything, and while those are too few in less and
//! less, from the last attribute on. Traffic plays no part, so that the answer is never "more than expected": a busy
//! street has more accidents than a quiet one of the same class.
#![allow(clippy::type_complexity, reason = "a table of a few columns that one function makes and reads")]

use std::collections::BTreeMap;

/// Fewer places than this are no measure of what is common. Ours: with ten others "nine in ten have fewer" is nine places.
pub const LEAST: usize = 10;

/// What a place is compared by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Likeness {
    /// What must always be the same: the net, the sort of place.
    pub sort: String,
    /// The rest, what matters most first: the word for it (`väghållare`), and the value where it is known.
    pub attributes: Vec<(&'static str, Option<String>)>,
}

/// How a place stands among those like it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Standing {
    /// What brings them together: the words of the attributes that are the same and known.
    pub by: Vec<&'static str>,
    /// Number of places like it, itself not included; at least [`LEAST`].
    pub others: usize,
    /// The middle of their rates.
    pub median: f64,
    /// The share of them with a lower rate, 0 to 1.
    pub fewer: f64,
}

/// `[n]` the standing of each place; `None` where it has no rate, or fewer than [`LEAST`] others are like it.
///
/// `places`: likeness and rate of each, 0 or above; a place without a rate (too short, no period) is no measure for others
/// either. Cost O(n log n) for each attribute.
#[must_use]
pub fn standings(places: &[(Likeness, Option<f64>)]) -> Vec<Option<Standing>> {
    let most = places.iter().map(|(likeness, _)| likeness.attributes.len()).max().unwrap_or(0);
    let mut found: Vec<Option<Standing>> = vec![None; places.len()];
    for depth in (1..=most).rev() {
        let mut groups: BTreeMap<(&str, &[(&str, Option<String>)]), Vec<f64>> = BTreeMap::new();
        let key = |likeness: &'_ Likeness| -> usize { depth.min(likeness.attributes.len()) };
        for (likeness, rate) in places {
            if let Some(rate) = rate {
                groups.entry((&likeness.sort, &likeness.attributes[..key(likeness)])).or_default().push(*rate);
            }
        }
        for rates in groups.values_mut() {
            rates.sort_by(f64::total_cmp);
        }
        for (place, (likeness, rate)) in found.iter_mut().zip(places) {
            let same = &likeness.attributes[..key(likeness)];
            let by: Vec<&str> = same.iter().filter(|(_, value)| value.is_some()).map(|(word, _)| *word).collect();
            let (None, Some(rate), false) = (&place, rate, by.is_empty()) else { continue };
            let rates = &groups[&(likeness.sort.as_str(), same)];
            if rates.len() > LEAST {
                *place = Some(standing(rates, *rate, by));
            }
        }
    }
    found
}

/// The places that [`standings`] holds the one at `at` against, ascending, and what brings them together; `None` where it
/// has no standing.
#[must_use]
pub fn alike(places: &[(Likeness, Option<f64>)], at: usize) -> Option<(Vec<&'static str>, Vec<usize>)> {
    let (own, Some(_)) = places.get(at)? else { return None };
    for depth in (1..=own.attributes.len()).rev() {
        let same = &own.attributes[..depth];
        let by: Vec<&str> = same.iter().filter(|(_, value)| value.is_some()).map(|(word, _)| *word).collect();
        let is_alike = |(other, rate): &(Likeness, Option<f64>)| {
            rate.is_some() && other.sort == own.sort && other.attributes.get(..depth) == Some(same)
        };
        let others: Vec<usize> = (0..places.len()).filter(|&other| other != at && is_alike(&places[other])).collect();
        if !by.is_empty() && others.len() >= LEAST {
            return Some((by, others));
        }
    }
    None
}

/// `rates`: sorted, the place's own among them.
fn standing(rates: &[f64], own: f64, by: Vec<&'static str>) -> Standing {
    let below = rates.partition_point(|rate| *rate < own);
    let others: Vec<f64> = rates[..below].iter().chain(&rates[below + 1..]).copied().collect();
    let half = others.len() / 2;
    let median = if others.len() % 2 == 1 { others[half] } else { f64::midpoint(others[half - 1], others[half]) };
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let fewer = below as f64 / others.len() as f64;
    Standing { by, others: others.len(), median, fewer }
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
mod tests {
    use super::*;

    fn place(class: Option<&str>, rate: Option<f64>) -> (Likeness, Option<f64>) {
        let known = |value: Option<&str>| value.map(str::to_owned);
        let attributes = vec![("väghållare", known(Some("kommunal"))), ("klass", known(class))];
        (Likeness { sort: "bil".to_owned(), attributes }, rate)
    }

    #[test]
    fn a_street_stands_among_those_of_its_class() {
        // Ten others with 0 to 9: the median is 4.5, and of the ten eight have less than 8.
        let mut places: Vec<_> = (0..10).map(|rate| place(Some("lokal"), Some(f64::from(rate)))).collect();
        places.push(place(Some("lokal"), Some(8.0)));
        let last = standings(&places).pop().flatten().expect("there are ten others");
        assert_eq!((last.others, last.median, last.fewer), (10, 4.5, 0.8));
        assert_eq!(last.by, ["väghållare", "klass"]);
    }

    #[test]
    fn too_few_of_a_class_are_compared_with_those_of_the_same_keeper() {
        let mut places: Vec<_> = (0..12).map(|_| place(Some("lokal"), Some(0.0))).collect();
        places.push(place(Some("huvudgata"), Some(3.0)));
        let last = standings(&places).pop().flatten().expect("compared");
        assert_eq!((last.by, last.others, last.median, last.fewer), (vec!["väghållare"], 12, 0.0, 1.0));
    }

    #[test]
    fn nothing_is_said_of_a_place_without_a_rate_or_with_fewer_than_ten_others_or_of_which_nothing_is_known() {
        let mut places: Vec<_> = (0..11).map(|_| place(None, Some(1.0))).collect();
        places.push(place(None, None));
        let found = standings(&places);
        assert_eq!(found[11], None);
        assert!(found[..11].iter().all(Option::is_some));
        assert!(standings(&places[..10]).iter().all(Option::is_none));
        let blank = |(likeness, rate): &(Likeness, Option<f64>)| {
            let attributes = likeness.attributes.iter().map(|(word, _)| (*word, None)).collect();
            (Likeness { attributes, ..likeness.clone() }, *rate)
        };
        assert!(standings(&places.iter().map(blank).collect::<Vec<_>>()).iter().all(Option::is_none));
        assert!(standings(&[]).is_empty());
    }

    #[test]
    fn those_alike_are_those_that_the_standing_rests_on() {
        let class = |at: usize| if at < 12 { Some("lokal") } else { ["huvudgata", "gränd"].get(at % 5).copied() };
        let places: Vec<_> =
            (0..40).map(|at| place(class(at), (at % 7 != 3).then_some((at * 5 % 13) as f64))).collect();
        for (at, standing) in standings(&places).into_iter().enumerate() {
            let found = alike(&places, at);
            assert_eq!(
                found.as_ref().map(|(by, others)| (by.clone(), others.len())),
                standing.map(|s| (s.by, s.others))
            );
        }
    }

    #[test]
    fn the_order_of_places_changes_nothing() {
        let places: Vec<_> = (0..30).map(|at| place(Some(["a", "b"][at % 2]), Some((at * 7 % 11) as f64))).collect();
        let mut turned = places.clone();
        turned.reverse();
        let mut back = standings(&turned);
        back.reverse();
        assert_eq!(standings(&places), back);
    }
}
