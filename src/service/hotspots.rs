//! From members and outlines to the layer `hotspots`: each with n, period, severity split, commonest types, rank, share of
//! all events and share of the area. Pure.

use geo::{Area, Geometry, MultiPolygon};

use super::columns::{column, count_style, title};
use super::facts::{Casualties, Fact, place_name, ranked, ranked_text, severity_text};
use crate::analysis::summary::share;
use crate::domain::{Geometries, GeometryKind, Kind, Layer, Passport, Values};
use crate::texts::swedish;

/// One hotspot: who belongs to it and where it lies.
#[derive(Debug, Clone)]
pub struct Hotspot {
    /// Its number in the layer `events`, from 1; rank may go by weight instead.
    pub number: u32,
    /// Indices of the facts.
    pub members: Vec<u32>,
    /// Its area; never a hull through events.
    pub outline: MultiPolygon<f64>,
}

/// What the layer is about.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Facts of all placed events.
    pub facts: &'a [Fact],
    /// Events in all, placed or not: the denominator of shares.
    pub total: usize,
    /// Area in square metres against which shares of the area are counted; 0 gives no share.
    pub study_m2: f64,
    /// Kind, where all events have the same.
    pub kind: Option<Kind>,
    /// Whether rank goes by weight before number.
    pub weighted: bool,
}

/// Puts the hotspots in order of rank: by weight where asked for, then by number; ties keep the order given.
pub fn rank(spots: &mut [Hotspot], frame: &Frame<'_>) {
    if frame.weighted {
        let weight = |spot: &Hotspot| weight_of(spot, frame.facts);
        spots.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(b.members.len().cmp(&a.members.len())));
    } else {
        spots.sort_by_key(|spot| std::cmp::Reverse(spot.members.len()));
    }
}

fn weight_of(spot: &Hotspot, facts: &[Fact]) -> f64 {
    spot.members.iter().map(|&index| facts[index as usize].weight).sum()
}

/// The layer `hotspots`, one row a hotspot in the order given (see [`rank`]). No hotspot gives an empty layer.
#[must_use]
pub fn layer(spots: &[Hotspot], frame: &Frame<'_>, passport: Passport) -> Layer {
    let rows: Vec<Summary> = (1..).zip(spots).map(|(rang, spot)| Summary::of(rang, spot, frame)).collect();
    let integer = |pick: &dyn Fn(&Summary) -> Option<i64>| Values::Integer(rows.iter().map(pick).collect());
    let text = |pick: &dyn Fn(&Summary) -> Option<String>| Values::Text(rows.iter().map(pick).collect());
    let real = |pick: &dyn Fn(&Summary) -> Option<f64>| Values::Real(rows.iter().map(pick).collect());
    let person =
        |pick: fn(&Casualties) -> u32| integer(&move |row| row.casualties.as_ref().map(|sum| i64::from(pick(sum))));
    let certainty = swedish("certainty-untested", &[]);
    let why = swedish("certainty-untested-why", &[]);
    let columns = vec![
        column("rang", true, integer(&|row| Some(row.rang))),
        column("namn", true, text(&|row| Some(row.name.clone()))),
        column("n", true, integer(&|row| Some(row.n))),
        column("antal_skadade", true, person(|sum| sum.injured)),
        column("svarighet", true, text(&|row| row.severity.clone())),
        column("kategorier", true, text(&|row| row.categories.clone())),
        column("andel_handelser", true, real(&|row| Some(row.share_of_events))),
        column("sakerhet", true, text(&|_| Some(certainty.clone()))),
        column("sakerhet_text", false, text(&|_| Some(why.clone()))),
        column("antal_olyckor", false, integer(&|row| row.accidents)),
        column("dodade", false, person(|sum| sum.dead)),
        column("allvarligt_iss9", false, person(|sum| sum.iss9)),
        column("mattligt_iss48", false, person(|sum| sum.iss48)),
        column("lindrigt_iss13", false, person(|sum| sum.iss13)),
        column("svart_polis", false, person(|sum| sum.police_severe)),
        column("trafikantkategori", false, text(&|row| row.modes.clone())),
        column("period_fran", false, text(&|row| row.period.as_ref().map(|days| days.0.clone()))),
        column("period_till", false, text(&|row| row.period.as_ref().map(|days| days.1.clone()))),
        column("kalla", false, text(&|row| Some(row.sources.clone()))),
        column("vikt", false, real(&|row| Some(row.weight))),
        column("andel_yta", false, real(&|row| row.share_of_area)),
        column("yta_m2", false, real(&|row| Some(row.area_m2))),
        column("cluster", false, Values::Integer(spots.iter().map(|spot| Some(i64::from(spot.number))).collect())),
        column("rank", false, integer(&|row| Some(row.rang))),
    ];
    let largest = rows.iter().map(|row| row.n).max().unwrap_or(0);
    Layer {
        name: "hotspots".to_owned(),
        title: title("hotspots", frame.kind, passport.secrecy),
        description: swedish("layer-description-hotspots", &[]),
        columns,
        geometries: Geometries::Shapes(
            GeometryKind::Area,
            spots.iter().map(|spot| Some(Geometry::MultiPolygon(spot.outline.clone()))).collect(),
        ),
        style: count_style("n", largest.unsigned_abs(), frame.kind),
        passport,
    }
}

struct Summary {
    rang: i64,
    name: String,
    n: i64,
    accidents: Option<i64>,
    casualties: Option<Casualties>,
    severity: Option<String>,
    categories: Option<String>,
    modes: Option<String>,
    period: Option<(String, String)>,
    sources: String,
    weight: f64,
    share_of_events: f64,
    share_of_area: Option<f64>,
    area_m2: f64,
}

impl Summary {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn of(rang: i64, spot: &Hotspot, frame: &Frame<'_>) -> Self {
        let facts = || spot.members.iter().map(|&index| &frame.facts[index as usize]);
        let n = spot.members.len();
        let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let number = vec![("rang", rang.to_string())];
        let any_told = facts().any(|fact| fact.severity != crate::domain::Severity::Unknown);
        let listed: Vec<Casualties> = facts().filter_map(|fact| fact.casualties).collect();
        let area_m2 = (spot.outline.unsigned_area() * 10.0).round() / 10.0;
        Self {
            rang,
            name: place_name(facts().map(|fact| fact.street.as_deref()))
                .unwrap_or_else(|| swedish("hotspot-name", &number)),
            n: whole(n),
            accidents: facts()
                .all(|fact| fact.kind.is_some())
                .then(|| whole(facts().filter(|fact| fact.kind == Some(Kind::Accident)).count())),
            casualties: (!listed.is_empty())
                .then(|| listed.iter().fold(Casualties::default(), |sum, one| sum.plus(*one))),
            severity: any_told.then(|| severity_text(facts().map(|fact| fact.severity))).flatten(),
            categories: ranked_text(facts().filter_map(|fact| fact.category.as_deref()), 3),
            modes: ranked_text(facts().flat_map(|fact| fact.modes.iter().map(String::as_str)), 4),
            period: period(facts()),
            sources: ranked(facts().map(|fact| &*fact.source))
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
                .join(", "),
            weight: (weight_of(spot, frame.facts) * 1e6).round() / 1e6,
            share_of_events: share(n as f64, frame.total as f64).unwrap_or(0.0),
            share_of_area: share(area_m2, frame.study_m2).map(|share| share.min(1.0)),
            area_m2,
        }
    }
}

/// First and last day of the facts that have a time.
pub fn period<'a>(facts: impl Iterator<Item = &'a Fact>) -> Option<(String, String)> {
    let (mut first, mut last): (Option<&crate::domain::Interval>, Option<&crate::domain::Interval>) = (None, None);
    for time in facts.filter_map(|fact| fact.time.as_ref()) {
        if first.is_none_or(|known| time.from < known.from) {
            first = Some(time);
        }
        if last.is_none_or(|known| time.to > known.to) {
            last = Some(time);
        }
    }
    Some((first?.days()?.0, last?.days()?.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::passport::NO_VINTAGE;
    use crate::domain::{Secrecy, Severity};
    use geo::polygon;

    fn passport() -> Passport {
        Passport {
            software: "lagesbild".to_owned(),
            method: "dbscan".to_owned(),
            parameters: std::collections::BTreeMap::new(),
            seed: None,
            sources: Vec::new(),
            period: None,
            vintage: NO_VINTAGE.to_owned(),
            used: 3,
            unplaced: 1,
            dropped: std::collections::BTreeMap::new(),
            crs: "EPSG:3006".to_owned(),
            secrecy: Secrecy::Open,
            notes: Vec::new(),
            content_hash: String::new(),
        }
    }

    fn spot(members: &[u32]) -> Hotspot {
        let square = polygon![(x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 10.0, y: 10.0), (x: 0.0, y: 10.0)];
        Hotspot { number: members[0] + 1, members: members.to_vec(), outline: square.into() }
    }

    fn facts() -> Vec<Fact> {
        let fact = |severity, weight| Fact { severity, weight, kind: Some(Kind::Accident), ..Fact::default() };
        vec![fact(Severity::Dead, 20.0), fact(Severity::Iss13, 1.0), fact(Severity::Iss13, 1.0)]
    }

    #[test]
    fn shares_are_of_all_events_and_of_the_whole_area() {
        let facts = facts();
        let frame = Frame { facts: &facts, total: 4, study_m2: 1000.0, kind: Some(Kind::Accident), weighted: false };
        let layer = layer(&[spot(&[0, 1])], &frame, passport());
        let values =
            |name: &str| layer.columns.iter().find(|column| column.name == name).map(|column| column.values.clone());
        assert_eq!(values("n"), Some(Values::Integer(vec![Some(2)].into())));
        assert_eq!(values("andel_handelser"), Some(Values::Real(vec![Some(0.5)].into())));
        assert_eq!(values("andel_yta"), Some(Values::Real(vec![Some(0.1)].into())));
        assert_eq!(values("antal_skadade"), Some(Values::Integer(vec![None].into())));
        assert_eq!(values("namn"), Some(Values::Text(vec![Some("Anhopning 1".to_owned())].into())));
        assert!(layer.columns.iter().filter(|column| column.visible).count() <= 8);
        assert!(layer.columns.iter().all(|column| column.values.len() == 1 && !column.alias.starts_with("col-")));
    }

    #[test]
    fn weight_goes_before_number_only_where_asked_for() {
        let facts = facts();
        let mut frame = Frame { facts: &facts, total: 3, study_m2: 0.0, kind: None, weighted: false };
        let mut spots = vec![spot(&[0]), spot(&[1, 2])];
        rank(&mut spots, &frame);
        assert_eq!(spots[0].members, [1, 2]);
        frame.weighted = true;
        rank(&mut spots, &frame);
        assert_eq!(spots[0].members, [0]);
    }

    #[test]
    fn no_hotspot_is_an_empty_layer() {
        let frame = Frame { facts: &[], total: 0, study_m2: 0.0, kind: None, weighted: false };
        let layer = layer(&[], &frame, passport());
        assert!(layer.geometries.is_empty());
    }
}
