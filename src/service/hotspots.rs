//! From members and shapes to layers of places: each with n, period, severity split, commonest types, rank, share of all
//! events; areas with their share of the area, places along roads with what is known of the road. Pure.

use geo::{Area, Geometry};

use super::click::{self, Click};
use super::columns::{column, count_style, none_class, title};
use super::facts::{Casualties, Fact, REPORTERS, place_name, ranked, ranked_text, severity_text};
use super::selection::Chosen;
use super::similar::{Likeness, Standing};
use crate::analysis::summary::share;
use crate::domain::{Column, Geometries, GeometryKind, Kind, Layer, Passport, Style, Values};
use crate::texts::swedish;

/// One hotspot: who belongs to it and where it lies.
#[derive(Debug, Clone)]
pub struct Hotspot {
    /// Its number in the layer `events`, from 1; rank may go by weight instead.
    pub number: u32,
    /// Indices of the facts.
    pub members: Vec<u32>,
    /// Its area, road pieces or point; never a hull through events.
    pub shape: Geometry<f64>,
    /// What its road is, for places along roads.
    pub road: Option<Road>,
    /// What a test said of it; `None` where it is counted only.
    pub tested: Option<Tested>,
}

/// What a test said of a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    /// Events to be expected there if what it is compared with were all there is.
    pub expected: f64,
    /// Probability that chance alone makes such a place anywhere in the study area, 0 to 1.
    pub p: f64,
    /// The least share of false discoveries at which it is among the found, where the method tells.
    pub q: Option<f64>,
    /// Why the conclusion is as certain as it is, in a sentence.
    pub why: String,
    /// Whether counts vary more than the test takes into account, so that no conclusion is highly certain.
    pub uneven: bool,
}

/// Säkerhet i slutsatsen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Few events, or chance may well explain them.
    Low,
    /// Chance is an unlikely explanation.
    Medium,
    /// Chance is a very unlikely explanation, and the events are many.
    High,
}

/// Chance is an unlikely explanation at or below the first, a very unlikely one at or below the second. The usual levels of
/// tests; ours as words.
const UNLIKELY: [f64; 2] = [0.05, 0.01];

/// Events below which no conclusion is certain, and from which one can be highly so. Our defaults.
const EVENTS: [i64; 2] = [5, 10];

impl Tested {
    /// How certain the conclusion is, for a place with `n` events.
    #[must_use]
    pub fn certainty(&self, n: i64) -> Certainty {
        if n >= EVENTS[1] && self.p <= UNLIKELY[1] && !self.uneven {
            Certainty::High
        } else if n >= EVENTS[0] && self.p <= UNLIKELY[0] {
            Certainty::Medium
        } else {
            Certainty::Low
        }
    }
}

impl Certainty {
    /// The word: Hög, Måttlig, Låg.
    #[must_use]
    pub fn word(self) -> String {
        swedish(
            match self {
                Self::High => "certainty-high",
                Self::Medium => "certainty-medium",
                Self::Low => "certainty-low",
            },
            &[],
        )
    }
}

/// What is known of the roads of a place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Road {
    /// What people call the place; `None` where nothing there has a name.
    pub name: Option<String>,
    /// `korsning`, `sträcka` or `anhopning`.
    pub sort: String,
    /// Väghållare, `okänd` where one is not known: `kommunal, statlig`.
    pub keepers: String,
    /// Highest speed limit, km/h.
    pub speed: Option<u16>,
    /// Highest ÅDT and the year that it was measured.
    pub adt: Option<(u32, Option<u16>)>,
    /// GCM-typer, with commas between.
    pub gcm: Option<String>,
    /// Types of passages, with commas between.
    pub passages: Option<String>,
    /// Length in metres.
    pub length_m: f64,
    /// Events per kilometre and year, where that can be said.
    pub per_km_year: Option<f64>,
    /// Whether it is a concentration.
    pub many: bool,
    /// Events of the place that lie in junctions, for streets.
    pub in_junction: Option<u32>,
    /// What it is compared by, and the rate that is compared: per km and year, or for junctions per year.
    pub likeness: Likeness,
    /// See [`Self::likeness`].
    pub likeness_rate: Option<f64>,
    /// How it stands among those like it.
    pub standing: Option<Standing>,
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
    /// Which events were asked about, and over which period.
    pub chosen: &'a Chosen,
    /// Whether places are tested, so that they tell of it; also where there is none.
    pub tested: bool,
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

/// The layer `hotspots` of areas, one row a hotspot in the order given (see [`rank`]). No hotspot gives an empty layer.
#[must_use]
pub fn layer(spots: &[Hotspot], frame: &Frame<'_>, passport: Passport) -> Layer {
    let rows = Rows::of(spots, frame);
    let tested = frame.tested;
    let mut columns = vec![
        rows.integer("rang", true, |row| Some(row.rang)),
        rows.text("namn", true, |row| Some(row.name.clone())),
        rows.integer("n", true, |row| Some(row.n)),
        rows.persons("antal_skadade", true, |sum| sum.injured),
    ];
    if tested {
        columns.extend([
            rows.real("vantat", true, |row| row.tested.as_ref().map(|tested| cents(tested.expected))),
            rows.real("kvot", true, Summary::ratio),
            rows.real("slump", true, |row| row.tested.as_ref().map(|tested| tested.p)),
        ]);
    }
    let certainty = |row: &Summary| match &row.tested {
        Some(tested) => tested.certainty(row.n).word(),
        None => swedish("certainty-untested", &[]),
    };
    let why = |row: &Summary| match &row.tested {
        Some(tested) => tested.why.clone(),
        None => swedish("certainty-untested-why", &[]),
    };
    columns.extend([
        rows.text("svarighet", !tested, |row| row.severity.clone()),
        rows.text("kategorier", !tested, |row| row.categories.clone()),
        rows.real("andel_handelser", !tested, |row| Some(row.share_of_events)),
        rows.text("sakerhet", true, |row| Some(certainty(row))),
        rows.text("sakerhet_text", false, |row| Some(why(row))),
        rows.integer("antal_olyckor", false, |row| row.accidents),
        rows.persons("dodade", false, |sum| sum.dead),
        rows.persons("allvarligt_iss9", false, |sum| sum.iss9),
        rows.persons("mattligt_iss48", false, |sum| sum.iss48),
        rows.persons("lindrigt_iss13", false, |sum| sum.iss13),
        rows.persons("svart_polis", false, |sum| sum.police_severe),
        rows.text("trafikantkategori", false, |row| row.modes.clone()),
        rows.text("period_fran", false, |row| row.period.as_ref().map(|days| days.0.clone())),
        rows.text("period_till", false, |row| row.period.as_ref().map(|days| days.1.clone())),
        rows.text("kalla", false, |row| Some(row.sources.clone())),
        rows.real("vikt", false, |row| Some(row.weight)),
        rows.real("andel_yta", false, |row| row.share_of_area),
        rows.real("yta_m2", false, |row| Some(row.area_m2)),
        column("cluster", false, Values::Integer(spots.iter().map(|spot| Some(i64::from(spot.number))).collect())),
    ]);
    if tested {
        columns.push(rows.real("p", false, |row| row.tested.as_ref().map(|tested| tested.p)));
        columns.push(rows.real("q", false, |row| row.tested.as_ref()?.q));
    }
    columns.push(rows.integer("rank", false, |row| Some(row.rang)));
    let largest = rows.largest();
    Layer {
        name: "hotspots".to_owned(),
        title: title("hotspots", frame.kind, passport.secrecy),
        description: swedish("layer-description-hotspots", &[]),
        columns,
        geometries: Geometries::Shapes(GeometryKind::Area, shapes(spots)),
        style: count_style("n", largest, frame.kind),
        passport,
    }
}

fn shapes(spots: &[Hotspot]) -> Vec<Option<Geometry<f64>>> {
    spots.iter().map(|spot| Some(spot.shape.clone())).collect()
}

/// A layer of places along roads.
#[derive(Debug, Clone, Copy)]
pub struct RoadLayer {
    /// Name of the layer.
    pub name: &'static str,
    /// Its title's id in the catalogue, `layer-ID`, and its description's, `layer-description-ID`.
    pub words: &'static str,
    /// Lines or points.
    pub geometry: GeometryKind,
    /// Whether places without events are in it, and drawn thin.
    pub empty_places: bool,
}

/// A layer of places along roads, one row a place in the order given; places without events have no rank.
///
/// Where traffic is not known the sentence on certainty says so, and nothing is called more than expected.
#[must_use]
pub fn road_layer(kind: RoadLayer, spots: &[Hotspot], frame: &Frame<'_>, passport: Passport) -> Layer {
    let rows = Rows::of(spots, frame);
    let accidents = frame.kind == Some(Kind::Accident);
    let rang = |row: &Summary| (row.n > 0).then_some(row.rang);
    let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let places = match kind.name {
        "gator" => "places-streets",
        "segments" => "places-segments",
        "junctions" => "places-junctions",
        _ => "places-any",
    };
    let told = Click { frame, passport: &passport, places };
    let columns = vec![
        rows.integer("rang", true, rang),
        rows.text("namn", true, |row| Some(row.name.clone())),
        rows.text("period_fran", false, |_| frame.chosen.period.as_ref().map(|days| days.0.clone())),
        rows.text("period_till", false, |_| frame.chosen.period.as_ref().map(|days| days.1.clone())),
        rows.integer("antal_olyckor", accidents, |row| row.accidents),
        rows.integer("n", !accidents, |row| Some(row.n)),
        rows.persons("antal_skadade", true, |sum| sum.injured),
        rows.persons("dodade", false, |sum| sum.dead),
        rows.persons("allvarligt_iss9", false, |sum| sum.iss9),
        rows.persons("mattligt_iss48", false, |sum| sum.iss48),
        rows.persons("lindrigt_iss13", false, |sum| sum.iss13),
        rows.persons("svart_polis", false, |sum| sum.police_severe),
        rows.text("svarighet", true, |row| row.severity.clone()),
        rows.text("kalla", false, |row| filled(&row.source_text())),
        rows.text("olyckstyp", false, |row| row.categories.clone()),
        rows.text("trafikantkategori", false, |row| row.modes.clone()),
        rows.text("vaghallare", true, |row| filled(&row.road.keepers)),
        rows.integer("hastgrans", false, |row| row.road.speed.map(i64::from)),
        rows.text("trafikmangd", true, |row| Some(click::traffic(&row.road))),
        rows.integer("adt", false, |row| row.road.adt.map(|(adt, _)| i64::from(adt))),
        rows.integer("adt_ar", false, |row| row.road.adt.and_then(|(_, year)| year).map(i64::from)),
        rows.real("langd_m", false, |row| Some(row.road.length_m)),
        rows.real("per_km_ar", false, |row| row.road.per_km_year),
        rows.integer("varav_korsning", false, |row| row.road.in_junction.map(i64::from)),
        rows.integer("jmf_antal", false, |row| whole(row.road.standing.as_ref()?.others)),
        rows.real("jmf_median", false, |row| rounded(row.road.standing.as_ref()?.median)),
        rows.real("jmf_andel_farre", false, |row| rounded(row.road.standing.as_ref()?.fewer)),
        rows.text("sammanfattning", false, |row| Some(told.summary(row))),
        rows.text("skadegrad", false, |row| told.degrees(row)),
        rows.text("vagen", false, |row| Some(told.road(row))),
        rows.text("jamforelse", false, |row| told.comparison(row)),
        rows.text("sakerhet", true, |row| Some(told.certainty(row).0)),
        rows.text("sakerhet_text", false, |row| Some(told.certainty(row).1)),
        rows.text("kallor_luckor", false, |row| Some(told.gaps(row))),
        rows.text("gcm_typ", false, |row| row.road.gcm.clone()),
        rows.text("passager", false, |row| row.road.passages.clone()),
        rows.text("slag", false, |row| filled(&row.road.sort)),
        rows.real("andel_handelser", false, |row| Some(row.share_of_events)),
        rows.real("vikt", false, |row| Some(row.weight)),
        column("cluster", false, Values::Integer(spots.iter().map(|spot| number(spot.number)).collect())),
        rows.integer("rank", false, rang),
    ];
    let style = match count_style("n", rows.largest(), frame.kind) {
        Style::Graduated { column, mut classes } if kind.empty_places => {
            classes.push(none_class(frame.kind));
            Style::Graduated { column, classes }
        }
        style => style,
    };
    let style = if kind.name == "gator" { Style::Single("#6a51a3".to_owned()) } else { style };
    let geometries = match kind.geometry {
        GeometryKind::Point => Geometries::Points(spots.iter().map(|spot| point_of(&spot.shape)).collect()),
        other => Geometries::Shapes(other, shapes(spots)),
    };
    Layer {
        name: kind.name.to_owned(),
        title: title(kind.words, frame.kind, passport.secrecy),
        description: swedish(&format!("layer-description-{}", kind.words), &[]),
        columns,
        geometries,
        style,
        passport,
    }
}

/// A cluster's number; 0 is none.
fn number(number: u32) -> Option<i64> {
    (number > 0).then_some(i64::from(number))
}

fn point_of(shape: &Geometry<f64>) -> Option<[f64; 2]> {
    if let Geometry::Point(point) = shape { Some([point.x(), point.y()]) } else { None }
}

fn whole(count: usize) -> Option<i64> {
    i64::try_from(count).ok()
}

/// Two decimals.
fn cents(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Two decimals.
#[expect(clippy::unnecessary_wraps, reason = "a value of a column, as the others are")]
fn rounded(value: f64) -> Option<f64> {
    Some((value * 100.0).round() / 100.0)
}

/// The summaries of a layer's rows, and columns of them.
struct Rows(Vec<Summary>);

impl Rows {
    fn of(spots: &[Hotspot], frame: &Frame<'_>) -> Self {
        Self((1..).zip(spots).map(|(rang, spot)| Summary::of(rang, spot, frame)).collect())
    }

    fn largest(&self) -> u64 {
        self.0.iter().map(|row| row.n).max().unwrap_or(0).unsigned_abs()
    }

    fn integer(&self, name: &str, visible: bool, pick: impl Fn(&Summary) -> Option<i64>) -> Column {
        column(name, visible, Values::Integer(self.0.iter().map(pick).collect()))
    }

    fn persons(&self, name: &str, visible: bool, pick: fn(&Casualties) -> u32) -> Column {
        self.integer(name, visible, |row| row.casualties.as_ref().map(|sum| i64::from(pick(sum))))
    }

    fn text(&self, name: &str, visible: bool, pick: impl Fn(&Summary) -> Option<String>) -> Column {
        column(name, visible, Values::Text(self.0.iter().map(pick).collect()))
    }

    fn real(&self, name: &str, visible: bool, pick: impl Fn(&Summary) -> Option<f64>) -> Column {
        column(name, visible, Values::Real(self.0.iter().map(pick).collect()))
    }
}

/// The numbers and texts of one row.
pub(super) struct Summary {
    rang: i64,
    name: String,
    pub(super) n: i64,
    pub(super) accidents: Option<i64>,
    pub(super) casualties: Option<Casualties>,
    pub(super) reporters: String,
    severity: Option<String>,
    categories: Option<String>,
    modes: Option<String>,
    period: Option<(String, String)>,
    pub(super) sources: String,
    weight: f64,
    share_of_events: f64,
    share_of_area: Option<f64>,
    area_m2: f64,
    pub(super) road: Road,
    tested: Option<Tested>,
}

impl Summary {
    /// Events against those expected.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn ratio(&self) -> Option<f64> {
        self.tested.as_ref().filter(|tested| tested.expected > 0.0).map(|tested| cents(self.n as f64 / tested.expected))
    }

    /// `STRADA (polis 12 · sjukvård 20 · båda 6)`; the registers alone where they do not tell who reported.
    pub(super) fn source_text(&self) -> String {
        if self.reporters.is_empty() { self.sources.clone() } else { format!("{} ({})", self.sources, self.reporters) }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn of(rang: i64, spot: &Hotspot, frame: &Frame<'_>) -> Self {
        let facts = || spot.members.iter().map(|&index| &frame.facts[index as usize]);
        let n = spot.members.len();
        let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let number = vec![("rang", rang.to_string())];
        let any_told = facts().any(|fact| fact.severity != crate::domain::Severity::Unknown);
        let listed: Vec<Casualties> = facts().filter_map(|fact| fact.casualties).collect();
        let area_m2 = (spot.shape.unsigned_area() * 10.0).round() / 10.0;
        let road = spot.road.clone().unwrap_or_default();
        let name = road.name.clone().or_else(|| place_name(facts().map(|fact| fact.street.as_deref())));
        Self {
            rang,
            name: name.unwrap_or_else(|| swedish("hotspot-name", &number)),
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
            reporters: reporters(facts()),
            sources: ranked(facts().map(|fact| &*fact.source))
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
                .join(", "),
            weight: (weight_of(spot, frame.facts) * 1e6).round() / 1e6,
            share_of_events: share(n as f64, frame.total as f64).unwrap_or(0.0),
            share_of_area: share(area_m2, frame.study_m2).map(|share| share.min(1.0)),
            area_m2,
            road,
            tested: spot.tested.clone(),
        }
    }
}

/// `polis 12 · sjukvård 20 · båda 6`, those that there are; empty where no source tells.
#[expect(clippy::needless_pass_by_value, reason = "an iterator, cloned for each reporter")]
fn reporters<'a>(facts: impl Iterator<Item = &'a Fact> + Clone) -> String {
    let count = |word: &str| facts.clone().filter(|fact| fact.reporter == Some(word)).count();
    let parts = REPORTERS.iter().map(|word| (word, count(word))).filter(|(_, count)| *count > 0);
    parts.map(|(word, count)| format!("{word} {count}")).collect::<Vec<_>>().join(" · ")
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

    static CHOSEN: Chosen = Chosen {
        outside: std::collections::BTreeMap::new(),
        period: None,
        years: None,
        preliminary: None,
        accidents: true,
    };
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
        Hotspot {
            number: members[0] + 1,
            members: members.to_vec(),
            shape: geo::MultiPolygon::from(square).into(),
            road: None,
            tested: None,
        }
    }

    fn facts() -> Vec<Fact> {
        let fact = |severity, weight| Fact { severity, weight, kind: Some(Kind::Accident), ..Fact::default() };
        vec![fact(Severity::Dead, 20.0), fact(Severity::Iss13, 1.0), fact(Severity::Iss13, 1.0)]
    }

    #[test]
    fn shares_are_of_all_events_and_of_the_whole_area() {
        let facts = facts();
        let frame = Frame {
            facts: &facts,
            total: 4,
            study_m2: 1000.0,
            kind: Some(Kind::Accident),
            weighted: false,
            chosen: &CHOSEN,
            tested: false,
        };
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
    fn a_place_along_a_road_tells_its_road_and_never_more_than_is_known() {
        let facts = facts();
        let frame = Frame {
            facts: &facts,
            total: 4,
            study_m2: 0.0,
            kind: Some(Kind::Accident),
            weighted: false,
            chosen: &CHOSEN,
            tested: false,
        };
        let line = geo::LineString::from(vec![[0.0, 0.0], [100.0, 0.0]]);
        let road = |adt, many| Road {
            name: Some("Storgatan, Norra gatan–Södra gatan".to_owned()),
            keepers: "kommunal".to_owned(),
            adt,
            length_m: 100.0,
            many,
            ..Road::default()
        };
        let place = |number: u32, members: &[u32], road: Road| Hotspot {
            number,
            members: members.to_vec(),
            shape: geo::MultiLineString::new(vec![line.clone()]).into(),
            road: Some(road),
            tested: None,
        };
        let spots = [
            place(1, &[0, 1], road(None, true)),
            place(0, &[2], road(Some((8400, Some(2021))), false)),
            place(0, &[], road(None, false)),
        ];
        let kind = RoadLayer { name: "segments", words: "segments", geometry: GeometryKind::Line, empty_places: true };
        let layer = road_layer(kind, &spots, &frame, passport());
        let texts = |name: &str| match layer.columns.iter().find(|column| column.name == name).map(|c| &c.values) {
            Some(Values::Text(texts)) => texts.clone(),
            other => panic!("{name}: {other:?}"),
        };
        let numbers = |name: &str| match layer.columns.iter().find(|column| column.name == name).map(|c| &c.values) {
            Some(Values::Integer(numbers)) => numbers.clone(),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(layer.title, "Olycksbelastade sträckor");
        assert_eq!(numbers("antal_olyckor"), vec![Some(2), Some(1), Some(0)].into());
        assert_eq!(numbers("rang"), vec![Some(1), Some(2), None].into(), "a place without events has no rank");
        assert_eq!(numbers("cluster"), vec![Some(1), None, None].into());
        let flow = texts("trafikmangd");
        assert_eq!([flow.get(0), flow.get(1)], [Some("okänd"), Some("8400 fordon/dygn (2021)")]);
        assert!(texts("sakerhet_text").get(0).is_some_and(|text| text.starts_with("Många olyckor, trafikmängd okänd")));
        assert!(!texts("sakerhet_text").iter().flatten().skip(1).any(|text| text.contains("Många")));
        assert!(texts("sakerhet_text").iter().flatten().all(|text| !text.contains("fler än väntat:")));
        let visible: Vec<&str> = layer.columns.iter().filter(|c| c.visible).map(|c| c.name.as_str()).collect();
        assert_eq!(visible.len(), 8, "{visible:?}");
        assert!(layer.columns.iter().all(|column| column.values.len() == 3 && !column.alias.starts_with("col-")));
        let Style::Graduated { classes, .. } = &layer.style else { panic!("{:?}", layer.style) };
        assert_eq!(classes.last().map(|class| class.label.as_str()), Some("Inga olyckor"));
    }

    #[test]
    fn weight_goes_before_number_only_where_asked_for() {
        let facts = facts();
        let mut frame = Frame {
            facts: &facts,
            total: 3,
            study_m2: 0.0,
            kind: None,
            weighted: false,
            chosen: &CHOSEN,
            tested: false,
        };
        let mut spots = vec![spot(&[0]), spot(&[1, 2])];
        rank(&mut spots, &frame);
        assert_eq!(spots[0].members, [1, 2]);
        frame.weighted = true;
        rank(&mut spots, &frame);
        assert_eq!(spots[0].members, [0]);
    }

    #[test]
    fn no_hotspot_is_an_empty_layer() {
        let frame =
            Frame { facts: &[], total: 0, study_m2: 0.0, kind: None, weighted: false, chosen: &CHOSEN, tested: false };
        let layer = layer(&[], &frame, passport());
        assert!(layer.geometries.is_empty());
    }
}
