//! The list that a person fills in: one line for each name in its context, with the likeliest places.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::{Group, words};
use crate::crs::{Transform, WGS84};
use crate::domain::passport::{ContentHash, NO_VINTAGE};
use crate::domain::{Column, Geometries, Layer, Passport, RegisterPlace, Secrecy, Style, Values};
use crate::geocode::{AHEAD, AUTOMATIC, Answer, Name};
use crate::service::error::Result;
use crate::store::{GpkgStore, Store};
use crate::{export, texts};

/// The column that a person fills in.
pub const CHOICE: &str = "val";
/// Columns without which a file is no filled list.
pub const NEEDED: [&str; 4] = [CHOICE, "register", "namn", "namn_jamfort"];
/// Suggestions on a line.
const SHOWN: usize = 3;

/// A suggestion as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// Id of the place.
    pub id: String,
    /// What people call it, with its property or address.
    pub place: String,
    /// From 0 to 1.
    pub certainty: f64,
    /// Why, in words.
    pub evidence: String,
    #[serde(skip)]
    at: Option<[f64; 2]>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Register of the rows.
    pub system: String,
    /// The name as it is written first.
    pub written: String,
    /// What else the rows tell, as written.
    pub told: String,
    /// Rows.
    pub rows: usize,
    /// The likeliest places.
    pub suggestions: Vec<Shown>,
    /// What the choice is remembered by.
    pub key: String,
    /// And its context.
    pub context: String,
}

/// The lines of what is open: the commonest names first.
pub(super) fn lines(open: &[(Group<'_>, Answer)], places: &[RegisterPlace]) -> Vec<Line> {
    let mut lines: BTreeMap<(String, String, String), Line> = BTreeMap::new();
    for (group, answer) in open {
        let (key, context) = (group.wanted.key(), group.wanted.context());
        let shown = |found: &crate::geocode::Suggestion| {
            let place = &places[found.place as usize];
            let address = place.addresses.first().map(String::as_str);
            let more: Vec<&str> = [place.property.as_deref(), address, place.department.as_deref()]
                .into_iter()
                .flatten()
                .filter(|text| *text != place.shown())
                .collect();
            let more = if more.is_empty() { String::new() } else { format!(" ({})", more.join(", ")) };
            Shown {
                id: place.id.clone(),
                place: format!("{}{more}", place.shown()),
                certainty: (found.certainty * 1000.0).floor() / 1000.0,
                evidence: words(&found.evidence),
                at: place.at,
            }
        };
        let line = lines.entry((group.system.to_owned(), key.clone(), context.clone())).or_insert_with(|| {
            let wanted = &group.wanted;
            let rest = [&wanted.number, &wanted.property, &wanted.address, &wanted.department].into_iter().flatten();
            let rest: Vec<&str> = rest.map(String::as_str).filter(|text| *text != wanted.text()).collect();
            Line {
                system: group.system.to_owned(),
                written: wanted.text().to_owned(),
                told: rest.join(" · "),
                rows: 0,
                suggestions: answer.suggestions.iter().take(SHOWN).map(shown).collect(),
                key,
                context,
            }
        });
        line.rows += group.events.len();
    }
    let mut lines: Vec<Line> = lines.into_values().collect();
    lines.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| (&a.key, &a.context).cmp(&(&b.key, &b.context))));
    lines
}

/// Writes the list in any format that the program writes. Map formats put a line at its first suggestion.
pub(super) fn write(lines: &[Line], secrecy: Secrecy, store: &GpkgStore, out: &Path) -> Result<Vec<String>> {
    let column = |name: String, values: Values, visible: bool| Column {
        alias: texts::swedish(&format!("geocode-column-{}", name.replace('_', "-")), &[]),
        name,
        visible,
        values,
    };
    let text = |name: &str, value: &dyn Fn(&Line) -> Option<String>, visible: bool| {
        column(name.to_owned(), Values::Text(lines.iter().map(value).collect()), visible)
    };
    let full = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let rows = lines.iter().map(|line| Some(i64::try_from(line.rows).unwrap_or(i64::MAX))).collect();
    let mut columns = vec![
        text("namn", &|line| Some(line.written.clone()), true),
        text(CHOICE, &|_| None, true),
        column("antal_rader".to_owned(), Values::Integer(rows), true),
        text("ovrigt", &|line| full(&line.told), true),
    ];
    for at in 0..SHOWN {
        let get = move |line: &Line| line.suggestions.get(at).cloned();
        let number = at + 1;
        columns.push(text(&format!("forslag_{number}"), &|line| get(line).map(|shown| shown.place), true));
        let sure = lines.iter().map(|line| get(line).map(|shown| shown.certainty)).collect();
        columns.push(column(format!("sakerhet_{number}"), Values::Real(sure), at == 0));
        columns.push(text(&format!("belagg_{number}"), &|line| get(line).map(|shown| shown.evidence), false));
        columns.push(text(&format!("plats_{number}"), &|line| get(line).map(|shown| shown.id), false));
    }
    columns.push(text("register", &|line| Some(line.system.clone()), false));
    columns.push(text("namn_jamfort", &|line| Some(line.key.clone()), false));
    columns.push(text("sammanhang_jamfort", &|line| full(&line.context), false));
    let is_map = !export::format_of(out)?.plain_tables || out.extension().is_some_and(|ending| ending == "gpkg");
    let points = || lines.iter().map(|line| line.suggestions.first().and_then(|shown| shown.at)).collect();
    let layer = Layer {
        name: "platsforslag".to_owned(),
        title: texts::swedish("geocode-list-title", &[]),
        description: texts::swedish("geocode-list-about", &[]),
        columns,
        geometries: if is_map { Geometries::Points(points()) } else { Geometries::Absent(lines.len()) },
        style: Style::Single("#d7301f".to_owned()),
        passport: passport(lines, secrecy, store),
    };
    let definition = &store.settings().crs;
    let to_degrees = Transform::new(&format!("EPSG:{}", definition.epsg), WGS84)?;
    Ok(export::write(out, &[layer], definition, &|point| to_degrees.convert(point), None)?)
}

fn passport(lines: &[Line], secrecy: Secrecy, store: &GpkgStore) -> Passport {
    let mut hash = ContentHash::default();
    for line in lines {
        hash.add(&[&line.system, &line.key, &line.context, &line.rows.to_string()]);
    }
    let mut sources: Vec<String> = lines.iter().map(|line| line.system.clone()).collect();
    sources.sort();
    sources.dedup();
    Passport {
        software: format!("lagesbild {}", env!("CARGO_PKG_VERSION")),
        method: "geocode".to_owned(),
        parameters: BTreeMap::from([("automatic".to_owned(), AUTOMATIC.into()), ("ahead".to_owned(), AHEAD.into())]),
        seed: None,
        sources,
        period: None,
        vintage: NO_VINTAGE.to_owned(),
        used: lines.iter().map(|line| line.rows as u64).sum(),
        unplaced: lines.iter().map(|line| line.rows as u64).sum(),
        dropped: BTreeMap::new(),
        crs: format!("EPSG:{}", store.settings().crs.epsg),
        secrecy,
        notes: vec![texts::text("geocode-list-about", &[])],
        content_hash: hash.finish(),
    }
}

/// What a person chose on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Chosen {
    /// The place with this id.
    Place(String),
    /// Ingen plats.
    Nothing,
}

/// What stands in the column of choices; `None` where it cannot be read.
pub(super) fn read_choice(chosen: &str, cell: &dyn Fn(&str) -> String, places: &[RegisterPlace]) -> Option<Chosen> {
    let lower = chosen.to_lowercase();
    if matches!(lower.as_str(), "ingen plats" | "ingen" | "no place" | "none" | "0") {
        return Some(Chosen::Nothing);
    }
    // Spreadsheets write 1 as 1.0 at times.
    let number = lower.trim_end_matches(".0").trim_end_matches(",0");
    if let Ok(number @ 1..=SHOWN) = number.parse::<usize>() {
        return Some(cell(&format!("plats_{number}"))).filter(|id| !id.is_empty()).map(Chosen::Place);
    }
    if let Some(place) = places.iter().find(|place| place.id.to_lowercase() == lower) {
        return Some(Chosen::Place(place.id.clone()));
    }
    let wanted = Name::of(chosen)?.canonical;
    let is = |text: &String| Name::of(text).is_some_and(|name| name.canonical == wanted);
    let mut named = places.iter().filter(|place| place.name.as_ref().is_some_and(is));
    match (named.next(), named.next()) {
        (Some(place), None) => Some(Chosen::Place(place.id.clone())),
        _ => None,
    }
}
