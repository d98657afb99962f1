//! The one thing about STRADA that may leave: how many accidents in a named street or junction over the whole period.
//!
//! Each accident belongs to one place: a junction, where it lies within its radius, else the street. So no published number
//! is contained in another, and none can be taken from another. The period is all whole years of the store and cannot be
//! chosen: two overlapping periods would tell what happened in between. Places below the least number are left out, and
//! nothing tells that they were. Passport and columns hold nothing else: no date, no total, no hash of the rows.

use std::collections::{BTreeMap, BTreeSet};

use geo::{Geometry, Point};

use super::columns::{column, count_style};
use super::coverage::days_to_new_year;
use super::disclosure::Permitted;
use super::error::Result;
use super::gate_error::GateRefusal;
use crate::analysis::coverage::is_whole;
use crate::analysis::road::{self, Home, Piece, pieces};
use crate::domain::passport::{ContentHash, NO_VINTAGE};
use crate::domain::paths::micrometres;
use crate::domain::{
    Event, Geometries, GeometryKind, Kind, Layer, Link, Metres, Net, Passport, Paths, Reporting, Secrecy, Spot, Values,
};
use crate::store::{EventFilter, Gate, GpkgStore, Store};
use crate::texts::swedish;

/// Streets.
pub(super) const STREETS: &str = "olyckor_per_gata";
/// Junctions.
pub(super) const JUNCTIONS: &str = "olyckor_per_korsning";
/// The radius of junctions: the default of the method `network-counts`.
const RADIUS: Metres = Metres(20.0);

/// Accidents of a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    all: u64,
    severe: u64,
}

/// What a place may tell: all, and the two classes where both may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    all: u64,
    classes: Option<(u64, u64)>,
}

/// What the rule lets out of a count; `None` is nothing.
fn told(count: Count, rule: &Permitted) -> Option<Told> {
    let (severe, other) = (count.severe, count.all - count.severe);
    let may = |n: u64| n == 0 || n >= rule.min_class_events;
    let classes = (may(severe) && may(other)).then_some((severe, other));
    (count.all >= rule.min_events && count.all > 0).then_some(Told { all: count.all, classes })
}

/// First and last whole year of the events; `None` where there is none.
fn whole_years(events: &[&Event]) -> Option<(i16, i16)> {
    let spans: Vec<(i16, String, String)> = events
        .iter()
        .filter_map(|event| event.time.as_ref())
        .filter_map(|time| Some((time.year()?, time.days()?)))
        .map(|(year, (first, last))| (year, first, last))
        .collect();
    let (first, last) = (spans.iter().map(|span| span.0).min()?, spans.iter().map(|span| span.0).max()?);
    let count = |year: i16| spans.iter().filter(|span| span.0 == year).count() as u64;
    let first_day = spans.iter().map(|span| &span.1).min()?;
    let last_day = spans.iter().map(|span| &span.2).max()?;
    let since_new_year = 364 - days_to_new_year(first, first_day).min(364);
    let from = if is_whole(since_new_year, count(first)) { first } else { first + 1 };
    let to = if is_whole(days_to_new_year(last, last_day), count(last)) { last } else { last - 1 };
    (from <= to).then_some((from, to))
}

/// The two layers: streets as lines, junctions as points.
///
/// # Errors
/// No STRADA decision where rows of STRADA are among them, too few whole years, no named roads.
pub(super) fn layers(store: &GpkgStore, rule: &Permitted, audience: &'static str, exact: bool) -> Result<[Layer; 2]> {
    let file = store.path().display().to_string();
    let filter = EventFilter { kinds: Some(vec![Kind::Accident]), ..EventFilter::default() };
    let events = store.events(&filter)?;
    let strictest = events.iter().map(|event| event.secrecy).max().unwrap_or(Secrecy::Open);
    if strictest == Secrecy::Strada && !exact && store.decision()?.is_none() {
        return Err(GateRefusal::NoDecision { file, layer: rule.layer.clone(), audience }.into());
    }
    let dated: Vec<&Event> = events.iter().collect();
    let years = whole_years(&dated);
    let span = years.map_or(0, |(from, to)| usize::try_from(to - from + 1).unwrap_or(0));
    let Some((from, to)) = years.filter(|_| span >= rule.min_years) else {
        let layer = rule.layer.clone();
        return Err(GateRefusal::TooFewYearsToGive { file, layer, years: span, needed: rule.min_years }.into());
    };
    let network = store.network()?.filter(|network| network.links().iter().any(|link| link.street.is_some()));
    let Some(network) = network else { return Err(GateRefusal::NoNamedRoads { file }.into()) };
    let numbers: BTreeMap<&str, u32> =
        (0..).zip(network.links()).map(|(number, link)| (link.id.as_str(), number)).collect();
    let roads = store.event_roads()?;
    let spots: BTreeMap<&str, Spot> = roads
        .iter()
        .filter_map(|row| {
            let link = *numbers.get(row.link.as_deref()?)?;
            Some((row.event.as_str(), Spot { link, along: micrometres(row.along_m.unwrap_or(0.0)) }))
        })
        .collect();
    let (car, gc) = (|link: &Link| link.modes.on(Net::Car), |link: &Link| link.modes.on(Net::Gc));
    let division = road::divide(&network, &[&car, &gc], RADIUS);
    let paths = Paths::new(&network, |_| true);
    let mut streets: BTreeMap<&str, Count> = BTreeMap::new();
    let mut junctions: BTreeMap<u32, Count> = BTreeMap::new();
    let in_period = |event: &&Event| {
        event.time.as_ref().and_then(crate::domain::Interval::year).is_some_and(|year| (from..=to).contains(&year))
    };
    let mut sources: BTreeSet<&str> = BTreeSet::new();
    for event in events.iter().filter(in_period) {
        let Some(spot) = spots.get(event.id.as_str()) else { continue };
        let count = match division.home(&paths, *spot) {
            Some(Home::Junction(at)) if division.junctions[at as usize].streets.len() > 1 => {
                junctions.entry(at).or_default()
            }
            // A bend in one street is no junction of named streets: it is the street.
            Some(_) => match &network.links()[spot.link as usize].street {
                Some(street) => streets.entry(street).or_default(),
                None => continue,
            },
            None => continue,
        };
        count.all += 1;
        count.severe += u64::from(rule.severe.contains(&event.severity));
        sources.insert(&event.source.system);
    }
    let mut links: BTreeMap<&str, Vec<(Piece, bool)>> = BTreeMap::new();
    for (number, link) in (0_u32..).zip(network.links()) {
        if let Some(street) = &link.street {
            let piece = Piece { link: number, from: 0, to: paths.length(number) };
            links.entry(street).or_default().push((piece, false));
        }
    }
    let streets: Vec<(String, Told, Geometry<f64>)> = streets
        .into_iter()
        .filter_map(|(street, count)| {
            let pieces = links.remove(street)?;
            Some((street.to_owned(), told(count, rule)?, pieces::drawn(&network, &paths, &pieces).into()))
        })
        .collect();
    let junctions: Vec<(String, Told, Geometry<f64>)> = junctions
        .into_iter()
        .filter_map(|(at, count)| {
            let junction = &division.junctions[at as usize];
            let [x, y] = junction.middle;
            Some((junction.name(), told(count, rule)?, Point::new(x, y).into()))
        })
        .collect();
    let secrecy = if exact { strictest } else { Secrecy::Open };
    let passport = |rows: &[(String, Told, Geometry<f64>)], name: &str| -> Result<Passport> {
        passport(store, rule, name, rows, &sources, (from, to), secrecy)
    };
    Ok([
        layer(STREETS, GeometryKind::Line, &streets, (from, to), passport(&streets, STREETS)?),
        layer(JUNCTIONS, GeometryKind::Point, &junctions, (from, to), passport(&junctions, JUNCTIONS)?),
    ])
}

/// What is known of the numbers that leave, and nothing of what does not.
fn passport(
    store: &GpkgStore,
    rule: &Permitted,
    name: &str,
    rows: &[(String, Told, Geometry<f64>)],
    sources: &BTreeSet<&str>,
    (from, to): (i16, i16),
    secrecy: Secrecy,
) -> Result<Passport> {
    let mut content = ContentHash::default();
    for (name, told, _) in rows {
        content.add(&[name, &told.all.to_string(), &format!("{:?}", told.classes)]);
    }
    let values = [("events", rule.min_events.to_string()), ("class", rule.min_class_events.to_string())];
    let mut notes = vec![swedish("per-street-note", &values), swedish("note-no-exposure", &[])];
    let lacking: Vec<String> = store
        .coverage()?
        .iter()
        .filter(|line| sources.contains(line.system.as_str()) && (from..=to).contains(&line.year))
        .filter(|line| line.reporting != Reporting::Full)
        .map(|line| {
            format!("{} {} {}: {}", line.system, line.reporter, line.year, line.reporting.code()).replace("  ", " ")
        })
        .collect();
    if !lacking.is_empty() {
        notes.push(swedish("per-street-coverage", &[("lines", lacking.join("; "))]));
    }
    Ok(Passport {
        software: format!("lagesbild {}", env!("CARGO_PKG_VERSION")),
        method: name.to_owned(),
        parameters: BTreeMap::from([
            ("min_events".to_owned(), rule.min_events.into()),
            ("min_years".to_owned(), rule.min_years.into()),
            ("min_class_events".to_owned(), rule.min_class_events.into()),
            ("radius".to_owned(), RADIUS.0.into()),
        ]),
        seed: None,
        sources: sources.iter().map(|source| (*source).to_owned()).collect(),
        period: Some((format!("{from}-01-01"), format!("{to}-12-31"))),
        // The end of the period, not of the latest event: that would tell its minute.
        vintage: to.checked_add(1).map_or_else(|| NO_VINTAGE.to_owned(), |next| format!("{next}-01-01T00:00:00.000Z")),
        used: rows.iter().map(|(_, told, _)| told.all).sum(),
        unplaced: 0,
        dropped: BTreeMap::new(),
        crs: format!("EPSG:{}", store.settings().crs.epsg),
        secrecy,
        notes,
        content_hash: content.finish(),
    })
}

fn layer(
    name: &str,
    kind: GeometryKind,
    rows: &[(String, Told, Geometry<f64>)],
    (from, to): (i16, i16),
    passport: Passport,
) -> Layer {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|a, b| rows[*b].1.all.cmp(&rows[*a].1.all).then_with(|| rows[*a].0.cmp(&rows[*b].0)));
    let whole = |pick: &dyn Fn(&Told) -> Option<u64>| {
        Values::Integer(order.iter().map(|at| pick(&rows[*at].1).and_then(|n| i64::try_from(n).ok())).collect())
    };
    let text = |value: &dyn Fn(usize) -> String| Values::Text(order.iter().map(|at| Some(value(*at))).collect());
    let columns = vec![
        column("namn", true, text(&|at| rows[at].0.clone())),
        column("period_fran", true, text(&|_| from.to_string())),
        column("period_till", true, text(&|_| to.to_string())),
        column("antal_olyckor", true, whole(&|told| Some(told.all))),
        column("svara_olyckor", true, whole(&|told| told.classes.map(|classes| classes.0))),
        column("ovriga_olyckor", true, whole(&|told| told.classes.map(|classes| classes.1))),
    ];
    let largest = rows.iter().map(|(_, told, _)| told.all).max().unwrap_or(0);
    let title = swedish(&format!("layer-{}", name.replace('_', "-")), &[]);
    Layer {
        name: name.to_owned(),
        title: passport.secrecy.mark().map_or(title.clone(), |mark| format!("{title} ({mark})")),
        description: swedish("layer-description-per-street", &[]),
        columns,
        geometries: Geometries::Shapes(kind, order.iter().map(|at| Some(rows[*at].2.clone())).collect()),
        style: count_style("antal_olyckor", largest, Some(Kind::Accident)),
        passport,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::disclosure::rules;

    fn rule() -> Permitted {
        rules().permitted.iter().find(|rule| rule.layer == STREETS).expect("on the list").clone()
    }

    #[test]
    fn fewer_than_five_are_not_told_and_a_class_of_one_to_four_hides_both() {
        let told = |all, severe| told(Count { all, severe }, &rule());
        assert_eq!(told(4, 0), None);
        assert_eq!(told(0, 0), None);
        assert_eq!(told(5, 0), Some(Told { all: 5, classes: Some((0, 5)) }));
        assert_eq!(told(9, 4), Some(Told { all: 9, classes: None }));
        assert_eq!(told(9, 5), Some(Told { all: 9, classes: None }));
        assert_eq!(told(10, 5), Some(Told { all: 10, classes: Some((5, 5)) }));
        assert_eq!(told(6, 6), Some(Told { all: 6, classes: Some((6, 0)) }));
    }
}
