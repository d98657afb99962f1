//! Give events without coordinates a place by what they call it: surely found ones at once, the rest by a list that a
//! person fills in, and what was chosen is remembered.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::Result;
use super::progress::Timings;
use super::snap;
use crate::catalogued_errors;
use crate::domain::{Event, Network, PlaceKind, Placed, Position, RegisterPlace, Secrecy};
use crate::geocode::{Answer, Evidence, Matcher, Name, Wanted, merged};
use crate::ingest::values::known;
use crate::ingest::{self, ReadOptions, Table};
use crate::store::{Choice, EventFilter, EventPlace, GpkgStore, PlacedBy, RegisterStore, Store};
use crate::texts::text;

mod list;

/// What geocoding refuses.
#[derive(Debug, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum GeocodeError {
    /// The store has no places.
    EmptyRegister {
        /// The store.
        file: String,
    },
    /// The file is no list of suggestions.
    NotAConfirmedList {
        /// The file.
        file: String,
        /// The columns that it lacks.
        columns: Vec<&'static str>,
    },
    /// No choice and no place was made under this text.
    NothingToForget {
        /// As it was written.
        text: String,
    },
}
catalogued_errors!(GeocodeError);

/// What to do.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Where to write the names that a person must look at.
    pub suggestions: Option<PathBuf>,
    /// The list, filled in.
    pub confirmed: Option<PathBuf>,
    /// Texts whose choices and places are taken back.
    pub forget: Vec<String>,
    /// Whether the store stays as it is.
    pub dry_run: bool,
}

/// Events with and without a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Events.
    pub events: usize,
    /// Ej platsbestämda.
    pub unplaced: usize,
}

/// The account of a geocoding.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Places of the register, those of the same id as one.
    pub places: usize,
    /// Streets of the network.
    pub streets: usize,
    /// Before.
    pub before: Standing,
    /// After.
    pub after: Standing,
    /// Events placed without a person.
    pub automatic: usize,
    /// Events placed by choices.
    pub confirmed: usize,
    /// Events that a person said have no place.
    pub no_place: usize,
    /// Events with suggestions that a person must look at.
    pub to_confirm: usize,
    /// Events whose names are not found at all.
    pub not_found: usize,
    /// Events that tell of no place.
    pub silent: usize,
    /// Events whose place is sure, but has no position in the register.
    pub without_position: usize,
    /// Choices that name a place which is no longer in the register.
    pub stale_choices: usize,
    /// Choices that were new or changed.
    pub choices: u64,
    /// Events that became unplaced again.
    pub taken_back: u64,
    /// Lines in the list of suggestions.
    pub listed: usize,
    /// Lines of the confirmed list that could not be read: row and what stands there.
    pub unreadable: Vec<(u32, String)>,
    /// Formats' notes on what was written.
    pub notes: Vec<String>,
    /// Lines of the list, where nothing is written: what `--json --dry-run` shows.
    pub first: Vec<list::Line>,
}

/// What an event says of where it was.
#[must_use]
pub fn wanted(event: &Event) -> Wanted {
    let told = |names: &[&str]| names.iter().find_map(|name| known(event.attributes.get(*name)?)).map(str::to_owned);
    Wanted {
        name: told(&["objekt", "objektnamn", "byggnad", "plats"]),
        number: told(&["objektnr", "kod_objekt"]),
        property: told(&["fastighet", "fastighetsbeteckning"]),
        address: told(&["adress"]).or_else(|| event.street.as_deref().and_then(known).map(str::to_owned)),
        department: told(&["forvaltning"]),
    }
}

/// The places of the store, those of one id as one, and the streets of its network.
///
/// # Errors
/// The store cannot be read.
pub fn places(store: &GpkgStore) -> Result<Vec<RegisterPlace>> {
    let mut places = merged(store.register()?);
    if let Some(network) = store.network()? {
        places.extend(streets(&network));
    }
    Ok(places)
}

/// The named streets of a network, each at the one of its points that is nearest to the mean of all.
fn streets(network: &Network) -> Vec<RegisterPlace> {
    let mut lines: BTreeMap<&str, Vec<[f64; 2]>> = BTreeMap::new();
    for link in network.links() {
        if let Some(street) = link.street.as_deref() {
            lines.entry(street).or_default().extend(&link.line);
        }
    }
    let place = |(street, points): (&str, Vec<[f64; 2]>)| {
        #[expect(clippy::cast_precision_loss, reason = "a number of points")]
        let mean = [0, 1].map(|axis| points.iter().map(|point| point[axis]).sum::<f64>() / points.len() as f64);
        let away = |from: [f64; 2], to: [f64; 2]| (from[0] - to[0]).hypot(from[1] - to[1]);
        let at = points.iter().copied().min_by(|a, b| away(*a, mean).total_cmp(&away(*b, mean)));
        RegisterPlace {
            name: Some(street.to_owned()),
            at,
            extent_m: at.map(|at| points.iter().map(|point| away(*point, at)).fold(0.0, f64::max).ceil()),
            ..RegisterPlace::bare(format!("gata:{}", street.to_lowercase()), PlaceKind::Street)
        }
    };
    lines.into_iter().map(place).collect()
}

/// Places of the register whose id, name, number, property, address or earlier name is the text; where none is, those that
/// may be meant, the likeliest first.
///
/// # Errors
/// The store cannot be read.
pub fn find_places(store: &GpkgStore, text: &str) -> Result<Vec<RegisterPlace>> {
    let exact = merged(store.find_places(text)?);
    if !exact.is_empty() {
        return Ok(exact);
    }
    let places = merged(store.register()?);
    let some = || Some(text.to_owned());
    let wanted = Wanted { name: some(), property: some(), address: some(), ..Wanted::default() };
    let answer = Matcher::new(&places).find(&wanted);
    Ok(answer.suggestions.iter().map(|found| places[found.place as usize].clone()).collect())
}

/// The position of an event at a place.
fn position(place: &RegisterPlace) -> Option<Position> {
    let [x, y] = place.at?;
    let placed = if place.kind == PlaceKind::Address { Placed::Address } else { Placed::Register };
    Some(Position { x, y, accuracy_m: Some(place.accuracy_m()), placed })
}

fn words(evidence: &[Evidence]) -> String {
    evidence.iter().map(|piece| piece.words()).collect::<Vec<_>>().join("; ")
}

/// Rows that say the same of where they were.
struct Group<'a> {
    system: &'a str,
    wanted: Wanted,
    events: Vec<&'a Event>,
}

fn groups(events: &[Event]) -> Vec<Group<'_>> {
    let mut by_text: BTreeMap<(&str, Wanted), Vec<&Event>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.position.is_none()) {
        by_text.entry((event.source.system.as_str(), wanted(event))).or_default().push(event);
    }
    by_text.into_iter().map(|((system, wanted), events)| Group { system, wanted, events }).collect()
}

/// Choices by what they are remembered by.
fn remembered(choices: &[Choice]) -> BTreeMap<(&str, &str, &str), &Choice> {
    choices
        .iter()
        .map(|choice| ((choice.system.as_str(), choice.key.as_str(), choice.context.as_str()), choice))
        .collect()
}

/// Places the events of the groups that someone chose a place for. Groups that nobody chose for are left in the list.
fn by_choice<'a>(
    groups: Vec<Group<'a>>,
    choices: &[Choice],
    places: &[RegisterPlace],
    report: &mut Report,
) -> (Vec<EventPlace>, Vec<Group<'a>>) {
    let choices = remembered(choices);
    let by_id: BTreeMap<&str, &RegisterPlace> = places.iter().map(|place| (place.id.as_str(), place)).collect();
    let (mut rows, mut left) = (Vec::new(), Vec::new());
    for group in groups {
        let (key, context) = (group.wanted.key(), group.wanted.context());
        let Some(choice) = choices.get(&(group.system, key.as_str(), context.as_str())) else {
            left.push(group);
            continue;
        };
        let Some(id) = &choice.place else {
            report.no_place += group.events.len();
            continue;
        };
        let Some(place) = by_id.get(id.as_str()) else {
            report.stale_choices += 1;
            left.push(group);
            continue;
        };
        let Some(position) = position(place) else {
            report.without_position += group.events.len();
            continue;
        };
        report.confirmed += group.events.len();
        rows.extend(group.events.iter().map(|event| EventPlace {
            event: event.id.clone(),
            place: place.id.clone(),
            written: group.wanted.text().to_owned(),
            by: PlacedBy::Confirmed,
            certainty: 1.0,
            evidence: text("geocode-chosen", &[]),
            position,
        }));
    }
    (rows, left)
}

/// Places events that choices tell the place of: called after every import. Returns how many were placed.
///
/// # Errors
/// The store cannot be read or written.
pub fn apply_choices(store: &mut GpkgStore) -> Result<u64> {
    let choices = store.choices()?;
    if choices.is_empty() {
        return Ok(0);
    }
    let places = places(store)?;
    let events = store.events(&EventFilter::default())?;
    let (rows, _) = by_choice(groups(&events), &choices, &places, &mut Report::default());
    if rows.is_empty() { Ok(0) } else { Ok(store.place_events(&rows)?) }
}

fn standing(events: &[Event]) -> Standing {
    let unplaced = events.iter().filter(|event| event.position.is_none()).count();
    Standing { events: events.len(), unplaced }
}

/// Takes back, reads what was confirmed, places what is sure, and lists the rest, in that order.
///
/// # Errors
/// [`GeocodeError`]; readers', writers' and the store's errors.
pub fn run(request: &Request, store: &mut GpkgStore, timings: &Timings) -> Result<Report> {
    let mut report = Report::default();
    if let Some(out) = &request.suggestions {
        super::quarantine::check(out)?;
    }
    let places = timings.time("register", || places(store))?;
    report.streets = places.iter().filter(|place| place.kind == PlaceKind::Street).count();
    report.places = places.len() - report.streets;
    report.before = standing(&store.events(&EventFilter::default())?);
    forget(request, store, &mut report)?;
    if places.is_empty() && request.forget.is_empty() {
        let file = crate::geopackage::shown(store.path());
        return Err(GeocodeError::EmptyRegister { file }.into());
    }
    let mut choices = store.choices()?;
    if let Some(file) = &request.confirmed {
        let read = confirmed(file, &places, &mut report)?;
        if request.dry_run {
            choices.retain(|old| !read.iter().any(|new| same_question(old, new)));
            choices.extend(read);
        } else {
            take_back_changed(&read, store, &mut report)?;
            report.choices = store.put_choices(&read)?;
            choices = store.choices()?;
        }
    }
    let events = timings.time("read", || store.events(&EventFilter::default()))?;
    let (mut rows, left) = by_choice(groups(&events), &choices, &places, &mut report);
    let matcher = timings.time("index", || Matcher::new(&places));
    let asked: Vec<Wanted> = left.iter().map(|group| group.wanted.clone()).collect();
    let answers = timings.time("match", || matcher.find_all(&asked));
    // Taken back in this run, they are not placed again by the same run.
    let withheld: BTreeSet<String> = request.forget.iter().filter_map(|text| Some(Name::of(text)?.canonical)).collect();
    let mut open: Vec<(Group<'_>, Answer)> = Vec::new();
    for (group, answer) in left.into_iter().zip(answers) {
        let count = group.events.len();
        let best = answer.suggestions.first().filter(|_| answer.automatic && !withheld.contains(&group.wanted.key()));
        if let Some(best) = best {
            let place = &places[best.place as usize];
            if let Some(position) = position(place) {
                report.automatic += count;
                rows.extend(group.events.iter().map(|event| EventPlace {
                    event: event.id.clone(),
                    place: place.id.clone(),
                    written: group.wanted.text().to_owned(),
                    by: PlacedBy::Automatic,
                    certainty: best.certainty,
                    evidence: words(&best.evidence),
                    position,
                }));
                continue;
            }
            report.without_position += count;
        } else if group.wanted.is_empty() {
            report.silent += count;
            continue;
        } else if answer.suggestions.is_empty() {
            report.not_found += count;
        } else {
            report.to_confirm += count;
        }
        open.push((group, answer));
    }
    if !request.dry_run {
        timings.time("write", || store.place_events(&rows))?;
    }
    let placed: BTreeSet<&str> = rows.iter().map(|row| row.event.as_str()).collect();
    report.after = Standing { events: events.len(), unplaced: standing(&events).unplaced - placed.len() };
    let lines = list::lines(&open, &places);
    report.listed = lines.len();
    if let Some(out) = &request.suggestions {
        let secrecy = events.iter().map(|event| event.secrecy).max().unwrap_or(Secrecy::Intern);
        report.notes = list::write(&lines, secrecy, store, out)?;
    }
    report.first = lines.into_iter().take(10).collect();
    if !request.dry_run && (!rows.is_empty() || report.taken_back > 0) {
        timings.time("snap", || snap::refresh(store))?;
    }
    Ok(report)
}

fn same_question(one: &Choice, other: &Choice) -> bool {
    (&one.system, &one.key, &one.context) == (&other.system, &other.key, &other.context)
}

/// Takes back choices and places of texts.
fn forget(request: &Request, store: &mut GpkgStore, report: &mut Report) -> Result<()> {
    let canonical = |text: &str| Name::of(text).map(|name| name.canonical).unwrap_or_default();
    for text in &request.forget {
        let wanted = canonical(text);
        let mut choices = store.choices()?;
        choices.retain(|choice| choice.key == wanted);
        let mut placed = store.event_places()?;
        placed.retain(|row| canonical(&row.written) == wanted);
        if choices.is_empty() && placed.is_empty() {
            return Err(GeocodeError::NothingToForget { text: text.clone() }.into());
        }
        if request.dry_run {
            report.choices += choices.len() as u64;
            report.taken_back += placed.len() as u64;
        } else {
            report.choices += store.forget_choices(&choices)?;
            let events: Vec<String> = placed.into_iter().map(|row| row.event).collect();
            report.taken_back += store.unplace_events(&events)?;
        }
    }
    Ok(())
}

/// Events that stand at another place than is chosen now lose it: the choice places them again.
fn take_back_changed(new: &[Choice], store: &mut GpkgStore, report: &mut Report) -> Result<()> {
    let placed = store.event_places()?;
    if placed.is_empty() {
        return Ok(());
    }
    let choices = remembered(new);
    let events = store.events(&EventFilter::default())?;
    let by_id: BTreeMap<&str, &Event> = events.iter().map(|event| (event.id.as_str(), event)).collect();
    let changed = placed.iter().filter(|row| {
        let Some(event) = by_id.get(row.event.as_str()) else { return false };
        let wanted = wanted(event);
        let (key, context) = (wanted.key(), wanted.context());
        let choice = choices.get(&(event.source.system.as_str(), key.as_str(), context.as_str()));
        choice.is_some_and(|choice| choice.place.as_deref() != Some(row.place.as_str()))
    });
    let changed: Vec<String> = changed.map(|row| row.event.clone()).collect();
    report.taken_back += store.unplace_events(&changed)?;
    Ok(())
}

/// Choices out of a filled list: a number of a suggestion, a place's id or name, or "ingen plats". Lines without a choice
/// are passed over; what cannot be read is told with its row.
fn confirmed(file: &Path, places: &[RegisterPlace], report: &mut Report) -> Result<Vec<Choice>> {
    let tables = ingest::read(file, &ReadOptions::default())?;
    let missing = |table: &Table| -> Vec<&'static str> {
        list::NEEDED.into_iter().filter(|name| table.column(name).is_none()).collect()
    };
    let Some(table) = tables.iter().find(|table| missing(table).is_empty()) else {
        let columns = tables.iter().map(missing).min_by_key(Vec::len).unwrap_or_else(|| list::NEEDED.to_vec());
        return Err(GeocodeError::NotAConfirmedList { file: file.display().to_string(), columns }.into());
    };
    let mut choices = Vec::new();
    for row in 0..table.len() {
        let cell =
            |name: &str| table.column(name).map(|column| table.cell(row, column).trim().to_owned()).unwrap_or_default();
        let chosen = cell(list::CHOICE);
        if chosen.is_empty() {
            continue;
        }
        let Some(place) = list::read_choice(&chosen, &cell, places) else {
            report.unreadable.push((table.row_number(row), chosen));
            continue;
        };
        choices.push(Choice {
            system: cell("register"),
            key: cell("namn_jamfort"),
            context: cell("sammanhang_jamfort"),
            written: cell("namn"),
            place: match place {
                list::Chosen::Place(id) => Some(id),
                list::Chosen::Nothing => None,
            },
        });
    }
    choices.sort();
    Ok(choices)
}
