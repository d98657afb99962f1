//! The yearly olycksrapport to the nämnd: killed and injured by year, road-user category and väghållare, the junctions and
//! stretches with most accidents, what was done, and how complete the sources are.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::counted::{Counted, Key, count};
use crate::analysis;
use crate::crs::{Transform, WGS84};
use crate::domain::paper::{Block, Paper, Table};
use crate::domain::passport::NO_VINTAGE;
use crate::domain::time::iso_utc;
use crate::domain::{Coverage, Event, Geometries, Kind, Layer, Measure, Passport, RoadKeeper, Secrecy, Style, Values};
use crate::export;
use crate::geopackage::Access;
use crate::service::columns::{column, title};
use crate::service::error::{Refusal, Result};
use crate::service::place::{Line, Persons, covered, kronor, whole};
use crate::service::progress::Timings;
use crate::service::{along, coarse, rows, selection};
use crate::store::{EventFilter, Gate, GpkgStore, Store, Surroundings};
use crate::texts::swedish;

/// Places in each list.
const PLACES: usize = 10;

/// Years of the table.
const TABLE_YEARS: i16 = 10;

/// Years that places are counted over.
const PLACE_YEARS: &str = "5";

/// A place of the lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// What people call it.
    pub name: String,
    /// Accidents.
    pub n: i64,
    /// Injured persons, where the source lists them.
    pub injured: Option<i64>,
    /// Väghållare.
    pub keepers: Option<String>,
    /// Säkerhet i slutsatsen.
    pub certainty: Option<String>,
}

/// What the report says.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Name of the municipality.
    pub municipality: String,
    /// The year of the report.
    pub year: i16,
    /// Whether the year may still grow: it is the last one of the data.
    pub preliminary: bool,
    /// Numbers.
    pub counted: Summary,
    /// Junctions with most accidents.
    pub junctions: Vec<Place>,
    /// Stretches with most accidents.
    pub stretches: Vec<Place>,
    /// Accidents that are on no road.
    pub off_road: u64,
    /// Täckningstabell.
    pub coverage: Vec<Coverage>,
    /// Registers.
    pub systems: Vec<String>,
    /// Strictest secrecy.
    pub secrecy: Secrecy,
    /// The data's vintage.
    pub vintage: String,
    /// The whole numbers.
    #[serde(skip)]
    all: Counted,
    /// Measures of the year.
    #[serde(skip)]
    measures: Vec<Measure>,
}

/// The year's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// The year.
    pub year: Line,
    /// The year before, where the data have one.
    pub before: Option<Line>,
    /// Falls of walkers in the year.
    pub falls: Line,
    /// Accidents without a year.
    pub undated: u64,
    /// Accidents without a position, falls included.
    pub unplaced: u64,
}

/// Makes the report and writes it in the form of the file's extension: PDF, DOCX, or the full cross table as a layer format.
///
/// # Errors
/// [`Refusal::NoEvents`] without accidents, [`Refusal::NoSuchYear`] for a year without any.
pub fn run(store: &Path, year: Option<i16>, output: &Path, timings: &Timings) -> Result<Report> {
    let on_paper = export::paper::paper_format(output).is_some();
    if !on_paper {
        export::format_of(output)?;
    }
    let store = GpkgStore::open(store, Access::ReadOnly)?;
    let report = timings.time("count", || report(&store, year, timings))?;
    timings.time("write", || -> Result<()> {
        if on_paper {
            return Ok(export::paper::write_paper(output, &paper(&report))?);
        }
        let crs = store.settings().crs.clone();
        let to_wgs84 = Transform::new(&format!("EPSG:{}", crs.epsg), WGS84)?;
        let convert = |point: [f64; 2]| to_wgs84.convert(point);
        export::write(output, &[cross(&report, crs.epsg)], &crs, &convert, None)?;
        Ok(())
    })?;
    Ok(report)
}

fn report(store: &GpkgStore, year: Option<i16>, timings: &Timings) -> Result<Report> {
    let shown = store.path().display().to_string();
    let events = timings
        .time("read", || store.events(&EventFilter { kinds: Some(vec![Kind::Accident]), ..EventFilter::default() }))?;
    if events.is_empty() {
        return Err(Refusal::NoEvents { file: shown }.into());
    }
    let network = store.network()?;
    let keepers: BTreeMap<&str, Option<RoadKeeper>> = network
        .iter()
        .flat_map(crate::domain::network::Network::links)
        .map(|link| (link.id.as_str(), link.keeper))
        .collect();
    let roads: BTreeMap<String, String> =
        store.event_roads()?.into_iter().filter_map(|row| Some((row.event, row.link?))).collect();
    let keeper = |event: &Event| -> Option<RoadKeeper> {
        let on_road = roads.get(&event.id).and_then(|link| keepers.get(link.as_str()).copied().flatten());
        let told = || RoadKeeper::from_code(&event.attributes.get("vaghallare")?.to_lowercase());
        on_road.or_else(told)
    };
    let all = count(&events, &keeper);
    let last = all.years.keys().last().copied();
    let (Some(last), first) = (last, all.years.keys().next().copied()) else {
        return Err(Refusal::NoEvents { file: shown }.into());
    };
    let year = year.unwrap_or(last);
    let Some(of_year) = all.years.get(&year).copied() else {
        let first = first.unwrap_or(last);
        return Err(Refusal::NoSuchYear {
            file: shown,
            year: year.to_string(),
            first: first.to_string(),
            last: last.to_string(),
        }
        .into());
    };
    let (junctions, stretches, off_road) = if network.is_some() {
        timings.time("places", || places(store, year, &shown, timings))?
    } else {
        (Vec::new(), Vec::new(), 0)
    };
    let mut measures = store.measures()?;
    measures.retain(|measure| measure.year() == Some(year));
    let latest = events.iter().filter_map(|event| event.time.as_ref()).map(|time| time.to).max();
    let mut systems: Vec<String> = events.iter().map(|event| event.source.system.clone()).collect();
    systems.sort();
    systems.dedup();
    Ok(Report {
        municipality: store.settings().name.clone(),
        year,
        preliminary: year == last,
        counted: Summary {
            year: of_year,
            before: all.years.get(&(year - 1)).copied(),
            falls: all.falls.get(&year).copied().unwrap_or_default(),
            undated: all.undated,
            unplaced: all.unplaced,
        },
        junctions,
        stretches,
        off_road,
        coverage: coverage(store, &systems)?,
        systems,
        secrecy: events.iter().map(|event| event.secrecy).max().unwrap_or(Secrecy::Open),
        vintage: latest.map_or_else(|| NO_VINTAGE.to_owned(), iso_utc),
        all,
        measures,
    })
}

/// The täckningstabell of these registers.
fn coverage(store: &GpkgStore, systems: &[String]) -> Result<Vec<Coverage>> {
    let mut lines = store.coverage()?;
    lines.retain(|line| systems.contains(&line.system));
    Ok(lines)
}

/// The junctions and stretches with most accidents in the five years that end with `year`, as the layers along roads have
/// them, and the accidents on no road.
fn places(store: &GpkgStore, year: i16, shown: &str, timings: &Timings) -> Result<(Vec<Place>, Vec<Place>, u64)> {
    let parameters = analysis::parse("network-counts", &[("years", PLACE_YEARS)])?;
    let mut input = rows::of_store(store, shown, Some(Kind::Accident), None)?;
    // The five years end with the report's year, not with the last of the data.
    selection::end_with(&mut input, year);
    selection::choose(&mut input, &parameters);
    coarse::leave_out(&mut input, &parameters, shown)?;
    let Some(roads) = parameters.settings().roads() else { return Ok((Vec::new(), Vec::new(), 0)) };
    let named = along::of_store(store, &parameters)?;
    let (layers, passport) = along::analyse(&mut input, &named, roads, &parameters, timings)?;
    let top = |name: &str| layers.iter().find(|layer| layer.name == name).map(top).unwrap_or_default();
    let off = (input.facts.len() as u64).saturating_sub(passport.used);
    Ok((top("junctions"), top("segments"), off))
}

/// The places of a layer with most accidents, none without.
fn top(layer: &Layer) -> Vec<Place> {
    let of = |name: &str| layer.columns.iter().find(|column| column.name == name).map(|column| &column.values);
    let text = |name: &str, row: usize| match of(name) {
        Some(Values::Text(values)) => values.get(row).map(str::to_owned),
        _ => None,
    };
    let number = |name: &str, row: usize| match of(name) {
        Some(Values::Integer(values)) => values.get(row),
        _ => None,
    };
    let mut list: Vec<Place> = (0..layer.geometries.len())
        .filter_map(|row| {
            Some(Place {
                name: text("namn", row)?,
                n: number("n", row)?,
                injured: number("antal_skadade", row),
                keepers: text("vaghallare", row),
                certainty: text("sakerhet", row),
            })
        })
        .filter(|place| place.n > 0)
        .collect();
    list.sort_by(|a, b| b.n.cmp(&a.n).then(b.injured.cmp(&a.injured)).then(a.name.cmp(&b.name)));
    list.truncate(PLACES);
    list
}

fn word(id: &str) -> String {
    swedish(id, &[])
}

fn keeper_word(keeper: Option<RoadKeeper>) -> String {
    keeper.map_or_else(|| word("place-unknown"), |keeper| keeper.code().to_owned())
}

fn degrees(persons: &Persons) -> Vec<String> {
    [
        persons.injured,
        persons.dead,
        persons.iss9,
        persons.iss48,
        persons.iss13,
        persons.police_severe,
        persons.police_light,
        persons.hurt,
    ]
    .map(whole)
    .to_vec()
}

fn head(first: &[&str], with_accidents: bool) -> Vec<String> {
    let mut head: Vec<String> = first.iter().map(|id| word(&format!("place-head-{id}"))).collect();
    if with_accidents {
        head.push(word("place-head-accidents"));
    }
    let rest = ["injured", "dead", "iss9", "iss48", "iss13", "police-severe", "police-light", "hurt"];
    head.extend(rest.map(|id| word(&format!("place-head-{id}"))));
    head
}

/// The report as a paper.
#[must_use]
pub fn paper(report: &Report) -> Paper {
    let sum = &report.counted;
    let change = sum.before.map_or_else(
        || word("report-no-year-before"),
        |before| {
            swedish(
                "report-year-before",
                &[
                    ("accidents", whole(before.accidents)),
                    ("injured", whole(before.persons.injured)),
                    ("dead", whole(before.persons.dead)),
                ],
            )
        },
    );
    let lead = swedish(
        "report-lead",
        &[
            ("year", report.year.to_string()),
            ("accidents", whole(sum.year.accidents)),
            ("injured", whole(sum.year.persons.injured)),
            ("dead", whole(sum.year.persons.dead)),
            ("change", change),
        ],
    );
    let mut blocks = vec![Block::Lead { text: lead }];
    blocks.push(Block::Heading { text: word("report-heading-years") });
    let first = report.year - TABLE_YEARS + 1;
    let shown: Vec<(i16, Line)> =
        report.all.years.range(first..=report.year).map(|(year, line)| (*year, *line)).collect();
    let row = |label: String, line: &Line| -> Vec<String> {
        [vec![label, whole(line.accidents)], degrees(&line.persons)].concat()
    };
    let label = |year: i16| {
        if report.preliminary && year == report.year {
            format!("{year}{}", word("place-preliminary-mark"))
        } else {
            year.to_string()
        }
    };
    blocks.push(Block::Table(Table {
        caption: String::new(),
        head: head(&["year"], true),
        rows: shown.iter().map(|(year, line)| row(label(*year), line)).collect(),
        total: false,
        words: 1,
        note: Some(word("place-note-scales")),
    }));
    blocks.push(Block::Heading { text: swedish("report-heading-modes", &[("year", report.year.to_string())]) });
    let of_year: Vec<(&Key, &Persons)> = report.all.cross.iter().filter(|(key, _)| key.year == report.year).collect();
    let mut modes: BTreeMap<&str, Persons> = BTreeMap::new();
    for (key, persons) in &of_year {
        let entry = modes.entry(key.mode.as_str()).or_default();
        *entry = entry.plus(**persons);
    }
    let mut ordered: Vec<(&str, Persons)> = modes.into_iter().collect();
    ordered.sort_by(|a, b| b.1.injured.cmp(&a.1.injured).then(a.0.cmp(b.0)));
    let mut rows: Vec<Vec<String>> =
        ordered.iter().map(|(mode, persons)| [vec![(*mode).to_owned()], degrees(persons)].concat()).collect();
    rows.push([vec![word("place-head-sum")], degrees(&sum.year.persons)].concat());
    blocks.push(Block::Table(Table {
        caption: String::new(),
        head: head(&["mode"], false),
        rows,
        total: true,
        words: 1,
        note: None,
    }));
    let mut keepers: Vec<(Option<RoadKeeper>, Line)> = report
        .all
        .keepers
        .iter()
        .filter(|((year, _), _)| *year == report.year)
        .map(|((_, keeper), line)| (*keeper, *line))
        .collect();
    keepers.sort_by_key(|(keeper, _)| (keeper.is_none(), *keeper));
    let mut rows: Vec<Vec<String>> = keepers.iter().map(|(keeper, line)| row(keeper_word(*keeper), line)).collect();
    rows.push(row(word("place-head-sum"), &sum.year));
    blocks.push(Block::Heading { text: swedish("report-heading-keepers", &[("year", report.year.to_string())]) });
    blocks.push(Block::Table(Table {
        caption: String::new(),
        head: head(&["keeper"], true),
        rows,
        total: true,
        words: 1,
        note: None,
    }));
    for (id, list) in [("report-heading-junctions", &report.junctions), ("report-heading-stretches", &report.stretches)]
    {
        let period = [("from", (report.year - 4).to_string()), ("to", report.year.to_string())];
        blocks.push(Block::Heading { text: swedish(id, &period) });
        blocks.push(places_table(list));
    }
    blocks.push(Block::Heading { text: swedish("report-heading-measures", &[("year", report.year.to_string())]) });
    blocks.push(measures(report));
    blocks.push(Block::Heading { text: word("place-heading-gaps") });
    blocks.push(Block::List { lines: gaps(report) });
    let systems = report.systems.join(", ");
    Paper {
        title: swedish("report-title", &[("year", report.year.to_string())]),
        subtitle: format!(
            "{}{}",
            report.municipality,
            if report.preliminary { word("report-preliminary") } else { String::new() }
        ),
        mark: report.secrecy.mark().map(str::to_owned),
        sender: report.municipality.clone(),
        foot: swedish("report-foot", &[("systems", systems), ("vintage", report.vintage.chars().take(10).collect())]),
        lang: "sv".to_owned(),
        stamp: report.vintage.clone(),
        blocks,
    }
}

fn places_table(list: &[Place]) -> Block {
    if list.is_empty() {
        return Block::Text { text: word("report-no-places") };
    }
    let rows = (1..).zip(list).map(|(number, place): (u64, &Place)| {
        vec![
            number.to_string(),
            place.name.clone(),
            place.keepers.clone().unwrap_or_default(),
            place.certainty.clone().unwrap_or_default(),
            place.n.to_string(),
            place.injured.map_or_else(|| word("place-unknown"), |injured| injured.to_string()),
        ]
    });
    Block::Table(Table {
        caption: String::new(),
        head: ["rank", "where", "keeper", "certainty", "accidents", "injured"]
            .map(|id| word(&format!("place-head-{id}")))
            .to_vec(),
        rows: rows.collect(),
        total: false,
        words: 4,
        note: Some(word("report-note-places")),
    })
}

fn measures(report: &Report) -> Block {
    if report.measures.is_empty() {
        return Block::Text { text: word("report-no-measures") };
    }
    let rows = report.measures.iter().map(|measure| {
        vec![
            measure.kind.clone(),
            measure.name.clone().unwrap_or_default(),
            measure.from.clone().unwrap_or_default(),
            measure.cost.map_or_else(|| word("place-unknown"), |cost| kronor(cost.0)),
        ]
    });
    Block::Table(Table {
        caption: String::new(),
        head: ["measure", "where", "from", "cost"].map(|id| word(&format!("place-head-{id}"))).to_vec(),
        rows: rows.collect(),
        total: false,
        words: 3,
        note: None,
    })
}

fn gaps(report: &Report) -> Vec<String> {
    let sum = &report.counted;
    let mut lines = Vec::new();
    if sum.falls.accidents > 0 {
        lines.push(swedish(
            "report-gap-falls",
            &[("count", whole(sum.falls.accidents)), ("injured", whole(sum.falls.persons.injured))],
        ));
    }
    if sum.unplaced > 0 {
        lines.push(swedish("report-gap-unplaced", &[("count", whole(sum.unplaced))]));
    }
    if sum.undated > 0 {
        lines.push(swedish("place-gap-undated", &[("count", whole(sum.undated))]));
    }
    if report.off_road > 0 {
        lines.push(swedish("report-gap-off-road", &[("count", whole(report.off_road))]));
    }
    if report.preliminary {
        lines.push(word("place-note-preliminary"));
    }
    lines.push(covered(&report.coverage, report.all.years.keys().copied()));
    lines.push(word("place-gap-unreported"));
    lines
}

/// Injured persons by year, road-user category and väghållare, as a table.
fn cross(report: &Report, epsg: u32) -> Layer {
    let rows: Vec<(&Key, &Persons)> = report.all.cross.iter().collect();
    let text = |pick: &dyn Fn(&Key) -> String| Values::Text(rows.iter().map(|(key, _)| Some(pick(key))).collect());
    let whole = |pick: &dyn Fn(&Persons) -> u64| {
        Values::Integer(rows.iter().map(|(_, persons)| i64::try_from(pick(persons)).ok()).collect())
    };
    let columns = vec![
        column("ar", true, Values::Integer(rows.iter().map(|(key, _)| Some(i64::from(key.year))).collect())),
        column("trafikantkategori", true, text(&|key| key.mode.clone())),
        column("vaghallare", true, text(&|key| keeper_word(key.keeper))),
        column("antal_skadade", true, whole(&|persons| persons.injured)),
        column("dodade", true, whole(&|persons| persons.dead)),
        column("allvarligt_iss9", true, whole(&|persons| persons.iss9)),
        column("mattligt_iss48", true, whole(&|persons| persons.iss48)),
        column("lindrigt_iss13", true, whole(&|persons| persons.iss13)),
        column("svart_polis", false, whole(&|persons| persons.police_severe)),
    ];
    let passport = Passport {
        software: format!("lagesbild {}", env!("CARGO_PKG_VERSION")),
        method: "report-accidents".to_owned(),
        parameters: BTreeMap::from([("year".to_owned(), report.year.into())]),
        seed: None,
        sources: report.systems.clone(),
        period: None,
        vintage: report.vintage.clone(),
        used: report.all.years.values().map(|line| line.accidents).sum(),
        unplaced: report.counted.unplaced,
        dropped: BTreeMap::new(),
        crs: format!("EPSG:{epsg}"),
        secrecy: report.secrecy,
        notes: Vec::new(),
        content_hash: String::new(),
    };
    Layer {
        name: "skadade".to_owned(),
        title: title("injured", None, report.secrecy),
        description: word("layer-description-injured"),
        columns,
        geometries: Geometries::Absent(rows.len()),
        style: Style::Single("#54278f".to_owned()),
        passport,
    }
}
