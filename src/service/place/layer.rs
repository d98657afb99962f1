//! The layers of a Platsutdrag: the place with its numbers, its events, and the full cross table.

use std::collections::BTreeMap;

use geo::Geometry;

use super::{Extract, tables};
use crate::domain::passport::SOFTWARE;
use crate::domain::{Column, Event, Geometries, GeometryKind, Interval, Layer, Passport, Style, Values, category};
use crate::service::columns::{column, title};
use crate::texts::swedish;

/// Layers `platsutdrag` (the place), `events` (points) and `korstabell` (persons by year, category, type and degree).
#[must_use]
pub fn layers(extract: &Extract, epsg: u32) -> Vec<Layer> {
    let passport = passport(extract, epsg);
    vec![place(extract, &passport), events(extract, &passport), cross(extract, &passport)]
}

fn passport(extract: &Extract, epsg: u32) -> Passport {
    let days = extract.events.iter().filter_map(|event| event.time.as_ref()).filter_map(Interval::days);
    let (firsts, lasts): (Vec<String>, Vec<String>) = days.unzip();
    let period = firsts.into_iter().min().zip(lasts.into_iter().max());
    let parameters = BTreeMap::from([
        ("place".to_owned(), extract.title.clone().into()),
        ("buffer".to_owned(), extract.buffer_m.into()),
        ("years".to_owned(), extract.last.len().into()),
    ]);
    Passport {
        software: SOFTWARE.to_owned(),
        method: "place".to_owned(),
        parameters,
        seed: None,
        sources: extract.systems.clone(),
        period,
        vintage: extract.vintage.clone(),
        used: extract.events.len() as u64,
        unplaced: extract.unplaced.values().sum(),
        dropped: if extract.coarse > 0 {
            BTreeMap::from([(swedish("dropped-coarse", &[]), extract.coarse)])
        } else {
            BTreeMap::new()
        },
        crs: format!("EPSG:{epsg}"),
        secrecy: extract.secrecy,
        notes: Vec::new(),
        content_hash: extract.content_hash.clone(),
    }
}

fn place(extract: &Extract, passport: &Passport) -> Layer {
    let sum = extract.recent();
    let whole = |name: &str, visible: bool, value: i64| {
        column(name, visible, Values::Integer([Some(value)].into_iter().collect()))
    };
    let words = |name: &str, visible: bool, value: Option<String>| {
        column(name, visible, Values::Text([value].into_iter().collect()))
    };
    let year = |year: Option<&i16>| year.map(ToString::to_string);
    let columns: Vec<Column> = vec![
        words("namn", true, Some(extract.title.clone())),
        words("period_fran", true, year(extract.last.first())),
        words("period_till", true, year(extract.last.last())),
        whole("antal_olyckor", true, i64::try_from(sum.accidents).unwrap_or(i64::MAX)),
        whole("antal_skadade", true, sum.persons.injured.into()),
        whole("dodade", true, sum.persons.dead.into()),
        whole("allvarligt_iss9", true, sum.persons.iss9.into()),
        whole("mattligt_iss48", false, sum.persons.iss48.into()),
        whole("lindrigt_iss13", false, sum.persons.iss13.into()),
        whole("svart_polis", true, sum.persons.police_severe.into()),
        words("kalla", false, Some(extract.systems.join(", "))),
    ];
    Layer {
        name: "platsutdrag".to_owned(),
        title: title("place", None, extract.secrecy),
        description: swedish("layer-description-place", &[]),
        columns,
        geometries: Geometries::Shapes(GeometryKind::Area, vec![Some(Geometry::MultiPolygon(extract.shape.clone()))]),
        style: Style::Single("#2c7fb8".to_owned()),
        passport: passport.clone(),
    }
}

fn events(extract: &Extract, passport: &Passport) -> Layer {
    let list = &extract.events;
    let text = |pick: &dyn Fn(&Event) -> Option<String>| Values::Text(list.iter().map(pick).collect());
    let days = |event: &Event| event.time.as_ref().and_then(Interval::days);
    let columns = vec![
        column("handelse_id", false, text(&|event| Some(event.id.clone()))),
        column("slag_av_handelse", true, text(&|event| Some(swedish(&format!("kind-{}", event.kind.code()), &[])))),
        column("period_fran", true, text(&|event| days(event).map(|days| days.0))),
        column("period_till", false, text(&|event| days(event).map(|days| days.1))),
        column("typ", true, text(&|event| category::shown(&event.category, event.category_text.as_deref()))),
        column("svarighetsgrad", true, text(&|event| Some(event.severity.degree().sv.clone()))),
        column("gata", true, text(&|event| event.street.clone())),
        column("kalla", true, text(&|event| Some(event.source.system.clone()))),
    ];
    Layer {
        name: "events".to_owned(),
        title: title("events", None, extract.secrecy),
        description: swedish("layer-description-place-events", &[]),
        columns,
        geometries: Geometries::Points(list.iter().map(|event| event.position.map(|at| [at.x, at.y])).collect()),
        style: Style::Single("#54278f".to_owned()),
        passport: passport.clone(),
    }
}

fn cross(extract: &Extract, passport: &Passport) -> Layer {
    let refs: Vec<&Event> = extract.events.iter().collect();
    let rows: Vec<(tables::Cross, u64)> = tables::cross(&refs).into_iter().collect();
    let text =
        |pick: &dyn Fn(&tables::Cross) -> String| Values::Text(rows.iter().map(|(row, _)| Some(pick(row))).collect());
    let columns = vec![
        column("ar", true, Values::Integer(rows.iter().map(|(row, _)| row.year.map(i64::from)).collect())),
        column("trafikantkategori", true, text(&|row| row.mode.clone())),
        column("olyckstyp", true, text(&|row| row.what.clone())),
        column("svarighetsgrad", true, text(&|row| row.degree.degree().sv.clone())),
        column("antal_skadade", true, Values::Integer(rows.iter().map(|(_, n)| i64::try_from(*n).ok()).collect())),
    ];
    Layer {
        name: "korstabell".to_owned(),
        title: title("cross", None, extract.secrecy),
        description: swedish("layer-description-cross", &[]),
        columns,
        geometries: Geometries::Absent(rows.len()),
        style: Style::Single("#54278f".to_owned()),
        passport: passport.clone(),
    }
}
