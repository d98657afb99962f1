//! A layer of the store as a file, for someone: exact and marked for staff, else only what the permitted list lets out. What
//! was given out is written to the store's list.

use std::collections::BTreeMap;
use std::path::Path;

use geo::{Geometry, MapCoords};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::columns::{column, count_style, title};
use super::disclosure::{Permitted, rules};
use super::error::{Error, Result};
use super::gate_error::GateRefusal;
use super::{coverage, per_street};
use crate::crs::{self, Transform, WGS84};
use crate::domain::passport::{ContentHash, NO_VINTAGE, hex};
use crate::domain::time::iso_utc;
use crate::domain::{
    Audience, Column, CrsDefinition, Event, Geometries, GeometryKind, Interval, Layer, Passport, Person, Secrecy,
    Severity, Style, Values, category,
};
use crate::export;
use crate::store::gate::GivenOut;
use crate::store::{Background, EventFilter, Features, Gate, GpkgStore, RunLayer, RunSummary, Store, Window};
use crate::texts::swedish;

/// What is to be given out.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The layer, as [`list`] names it.
    pub layer: &'a str,
    /// The file.
    pub output: &'a Path,
    /// For whom.
    pub audience: Audience,
    /// Coordinate system of the file: a code, `local`, or the store's own.
    pub crs: Option<&'a str>,
}

/// What was given out.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The layer.
    pub layer: String,
    /// The file.
    pub file: String,
    /// For whom.
    pub audience: Audience,
    /// Rows of all layers that were written.
    pub features: usize,
    /// Strictest secrecy.
    pub secrecy: Secrecy,
    /// Coordinate system of the file.
    pub crs: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// What the format could not hold, one sentence each.
    pub notes: Vec<String>,
}

/// Layers that every store has, and the background that they are made from.
const GROUND: [(&str, Background, GeometryKind); 5] = [
    ("roads", Background::Roads, GeometryKind::Line),
    ("buildings", Background::Buildings, GeometryKind::Area),
    ("ground_points", Background::Points, GeometryKind::Point),
    ("barriers", Background::Barriers, GeometryKind::Line),
    ("places", Background::Places, GeometryKind::Point),
];

/// The layers that can be given out, each with its title and for whom.
///
/// # Errors
/// The store cannot be read.
pub fn list(store: &GpkgStore) -> Result<Value> {
    let audiences = |layer: &str| -> Vec<&str> {
        let may = |audience: &Audience| rules().is_exact(*audience) || rules().permitted("", layer, *audience).is_ok();
        Audience::ALL.into_iter().filter(may).map(Audience::code).collect()
    };
    let row = |id: String, title: String| json!({ "id": id, "title": title, "audiences": audiences(&id) });
    let mut rows = vec![
        row("events".to_owned(), swedish("store-table-events", &[])),
        row("persons".to_owned(), swedish("store-table-persons", &[])),
        row("coverage".to_owned(), swedish("store-table-coverage", &[])),
    ];
    rows.extend(
        [per_street::STREETS, per_street::JUNCTIONS]
            .map(|name| row(name.to_owned(), swedish(&format!("layer-{}", name.replace('_', "-")), &[]))),
    );
    rows.extend(GROUND.map(|(name, ..)| row(name.to_owned(), ground_title(name))));
    for run in store.runs()? {
        rows.extend(run.layers.iter().map(|layer| row(format!("{}/{}", run.run.id, layer.name), layer.title.clone())));
    }
    Ok(json!({ "layers": rows }))
}

fn ground_title(name: &str) -> String {
    swedish(&format!("store-table-{}", name.replace('_', "-")), &[])
}

/// The list of what was given out.
///
/// # Errors
/// The store cannot be read.
pub fn given(store: &GpkgStore) -> Result<Value> {
    Ok(json!({ "exports": store.exports()? }))
}

/// Gives a layer out.
///
/// # Errors
/// No such layer, a layer that may not leave to this audience, no decision where one is needed, an unknown or unmetric
/// system, whatever the writer refuses: then no file is left, and nothing is listed.
pub fn run(store: &mut GpkgStore, request: &Request<'_>) -> Result<Report> {
    let shown = store.path().display().to_string();
    export::format_of(request.output)?;
    let exact = rules().is_exact(request.audience);
    let permitted = if exact { None } else { Some(rules().permitted(&shown, request.layer, request.audience)?) };
    let target = target(store, request.crs)?;
    let mut layers = made(store, request, permitted, &shown)?;
    let transform = Transform::new(&format!("EPSG:{}", store.settings().crs.epsg), &format!("EPSG:{}", target.epsg))?;
    for layer in &mut layers {
        moved(layer, &transform, &target);
    }
    let to_wgs84 = Transform::new(&format!("EPSG:{}", target.epsg), WGS84)?;
    let notes = export::write(request.output, &layers, &target, &|point| to_wgs84.convert(point), None)?;
    let bytes = std::fs::read(request.output).map_err(|error| Error::of_file(request.output, &error))?;
    let secrecy = layers.iter().map(|layer| layer.passport.secrecy).max().unwrap_or(Secrecy::Intern);
    let mut sources: Vec<String> = layers.iter().flat_map(|layer| layer.passport.sources.clone()).collect();
    sources.sort();
    sources.dedup();
    let report = Report {
        layer: request.layer.to_owned(),
        file: request.output.display().to_string(),
        audience: request.audience,
        features: layers.iter().map(|layer| layer.geometries.len()).sum(),
        secrecy,
        crs: format!("EPSG:{}", target.epsg),
        sha256: hex(&Sha256::digest(&bytes)),
        notes,
    };
    store.add_export(&GivenOut {
        given: iso_utc(jiff::Timestamp::now().as_second()),
        layer: report.layer.clone(),
        file: request.output.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        audience: request.audience,
        sources,
        secrecy,
        stamp: layers.iter().map(|layer| layer.passport.vintage.clone()).max().filter(|stamp| stamp != NO_VINTAGE),
        features: report.features as u64,
        sha256: report.sha256.clone(),
    })?;
    Ok(report)
}

/// The system of the file: the store's own, the municipality's zone for `local`, or the one asked for.
fn target(store: &GpkgStore, asked: Option<&str>) -> Result<CrsDefinition> {
    match asked {
        None => Ok(store.settings().crs.clone()),
        Some("local") => {
            let none = || GateRefusal::NoLocalCrs { file: store.path().display().to_string() };
            let epsg = store.local_epsg()?.ok_or_else(none)?;
            Ok(crs::metric(&format!("EPSG:{epsg}"))?)
        }
        Some(asked) => Ok(crs::metric(asked)?),
    }
}

/// Brings the layer's places into another system. What has no place there has none.
fn moved(layer: &mut Layer, transform: &Transform, target: &CrsDefinition) {
    layer.passport.crs = format!("EPSG:{}", target.epsg);
    match &mut layer.geometries {
        Geometries::Points(points) => {
            for point in points.iter_mut() {
                *point = point.and_then(|point| transform.convert(point));
            }
        }
        Geometries::Shapes(_, shapes) => {
            for shape in shapes.iter_mut() {
                let converted = shape.as_ref().map(|shape| {
                    shape.try_map_coords(|coord| {
                        let [x, y] = transform.convert([coord.x, coord.y]).ok_or(())?;
                        Ok::<_, ()>(geo::Coord { x, y })
                    })
                });
                *shape = converted.and_then(std::result::Result::ok);
            }
        }
        Geometries::Absent(_) => {}
    }
}

fn made(store: &GpkgStore, request: &Request<'_>, permitted: Option<&Permitted>, shown: &str) -> Result<Vec<Layer>> {
    let name = request.layer;
    if name == per_street::STREETS || name == per_street::JUNCTIONS {
        let rule = match permitted {
            Some(rule) => rule,
            None => rules().permitted(shown, name, Audience::Publik)?,
        };
        let [streets, junctions] = per_street::layers(store, rule, request.audience.code(), permitted.is_none())?;
        return Ok(if name == per_street::STREETS { vec![streets, junctions] } else { vec![junctions] });
    }
    match name {
        "events" => return Ok(vec![events(store)?]),
        "persons" => return Ok(vec![persons(store)?]),
        "coverage" => return Ok(vec![coverage::layer(store)?]),
        _ => {}
    }
    if let Some((name, background, kind)) = GROUND.into_iter().find(|(ground, ..)| *ground == name) {
        let features = store.background(background, &Window::ALL)?;
        return Ok(vec![ground(store, name, kind, &features)]);
    }
    let runs = store.runs()?;
    let find = |run: &RunSummary| {
        let layer = name.strip_prefix(run.run.id.as_str())?.strip_prefix('/')?;
        run.layers.iter().find(|kept| kept.name == layer).cloned()
    };
    for run in &runs {
        if let Some(layer) = find(run) {
            let features = store.run_features(&run.run.id, &layer.name, &Window::ALL)?;
            return Ok(vec![result(run, &layer, &features)]);
        }
    }
    let layers = list(store)?["layers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| row["id"].as_str().map(str::to_owned))
        .collect();
    Err(GateRefusal::NoStoreLayer { file: shown.to_owned(), layer: name.to_owned(), layers }.into())
}

fn passport(store: &GpkgStore, name: &str, events: &[Event]) -> Passport {
    let mut content = ContentHash::default();
    for event in events {
        content.add(&[&event.id, &event.content]);
    }
    let times = || events.iter().filter_map(|event| event.time.as_ref());
    let days = |pick: fn(Interval) -> Option<String>, last: bool| {
        let days = times().filter_map(|time| pick(time.clone()));
        if last { days.max() } else { days.min() }
    };
    let first = days(|time| time.days().map(|days| days.0), false);
    let last = days(|time| time.days().map(|days| days.1), true);
    let mut sources: Vec<String> = events.iter().map(|event| event.source.system.clone()).collect();
    sources.sort();
    sources.dedup();
    Passport {
        software: format!("lagesbild {}", env!("CARGO_PKG_VERSION")),
        method: name.to_owned(),
        parameters: BTreeMap::new(),
        seed: None,
        sources,
        period: first.zip(last),
        vintage: times().map(|time| time.to).max().map_or_else(|| NO_VINTAGE.to_owned(), iso_utc),
        used: events.len() as u64,
        unplaced: events.iter().filter(|event| event.position.is_none()).count() as u64,
        dropped: BTreeMap::new(),
        crs: format!("EPSG:{}", store.settings().crs.epsg),
        secrecy: events.iter().map(|event| event.secrecy).max().unwrap_or(Secrecy::Intern),
        notes: Vec::new(),
        content_hash: content.finish(),
    }
}

fn texts<T>(rows: &[T], pick: impl Fn(&T) -> Option<String>) -> Values {
    Values::Text(rows.iter().map(pick).collect())
}

fn days(event: &Event) -> Option<(String, String)> {
    event.time.as_ref().and_then(Interval::days)
}

/// All events as points, without free text.
fn events(store: &GpkgStore) -> Result<Layer> {
    let events = store.events(&EventFilter::default())?;
    let passport = passport(store, "events", &events);
    let class = |event: &Event| category::shown(&event.category, event.category_text.as_deref());
    let columns = vec![
        column("handelse_id", false, texts(&events, |event| Some(event.id.clone()))),
        column("kind", true, texts(&events, |event| Some(event.kind.code().to_owned()))),
        column("period_fran", true, texts(&events, |event| days(event).map(|days| days.0))),
        column("period_till", false, texts(&events, |event| days(event).map(|days| days.1))),
        column("typ", true, texts(&events, class)),
        column("svarighetsgrad", true, texts(&events, |event| Some(event.severity.degree().sv.clone()))),
        column("gata", true, texts(&events, |event| event.street.clone())),
        column("kalla", true, texts(&events, |event| Some(event.source.system.clone()))),
        column("sekretess", true, texts(&events, |event| event.secrecy.mark().map(str::to_owned))),
    ];
    let place = |event: &Event| event.position.map(|place| [place.x, place.y]);
    Ok(Layer {
        name: "events".to_owned(),
        title: title("events", None, passport.secrecy),
        description: swedish("layer-description-events", &[]),
        columns,
        geometries: Geometries::Points(events.iter().map(place).collect()),
        style: Style::Single("#b35806".to_owned()),
        passport,
    })
}

/// All persons, each at its event's place, without free text.
fn persons(store: &GpkgStore) -> Result<Layer> {
    let events = store.events(&EventFilter::default())?;
    let rows: Vec<(&Event, &Person)> =
        events.iter().flat_map(|event| event.persons.iter().map(move |person| (event, person))).collect();
    let passport = passport(store, "persons", &events);
    let whole = |pick: &dyn Fn(&Person) -> Option<i64>| Values::Integer(rows.iter().map(|row| pick(row.1)).collect());
    let degree = |severity: Severity| Some(severity.degree().sv.clone());
    let columns = vec![
        column("handelse_id", false, texts(&rows, |row| Some(row.0.id.clone()))),
        column("period_fran", true, texts(&rows, |row| days(row.0).map(|days| days.0))),
        column("trafikantkategori", true, texts(&rows, |row| row.1.mode.clone())),
        column("motpart", true, texts(&rows, |row| row.1.conflict.clone())),
        column("svarighetsgrad", true, texts(&rows, |row| degree(row.1.severity))),
        column("alder", true, whole(&|person| person.age.map(i64::from))),
        column("kon", true, texts(&rows, |row| row.1.sex.clone())),
        column("roll", false, texts(&rows, |row| row.1.role.clone())),
        column("rapporterad_av", true, texts(&rows, |row| row.1.reported_by.clone())),
        column("gata", false, texts(&rows, |row| row.0.street.clone())),
        column("kalla", false, texts(&rows, |row| Some(row.0.source.system.clone()))),
        column("sekretess", true, texts(&rows, |row| row.0.secrecy.mark().map(str::to_owned))),
    ];
    let points = rows.iter().map(|row| row.0.position.map(|place| [place.x, place.y])).collect();
    let mark = passport.secrecy.mark().map(|mark| format!(" ({mark})")).unwrap_or_default();
    Ok(Layer {
        name: "persons".to_owned(),
        title: format!("{}{mark}", swedish("layer-persons", &[])),
        description: swedish("store-about-persons", &[]),
        columns,
        geometries: Geometries::Points(points),
        style: Style::Single("#b35806".to_owned()),
        passport,
    })
}

/// A layer of what lies under the results.
fn ground(store: &GpkgStore, name: &str, kind: GeometryKind, features: &Features) -> Layer {
    let mut passport = passport(store, name, &[]);
    passport.used = features.rows.len() as u64;
    passport.secrecy = Secrecy::Open;
    let mut columns =
        columns_of(features, |name| (swedish(&format!("store-column-{}", name.replace('_', "-")), &[]), true));
    let mut content = ContentHash::default();
    for row in &features.rows {
        content.add(&[&format!("{:?}", row.geometry), &Value::Object(row.properties.clone()).to_string()]);
    }
    passport.content_hash = content.finish();
    columns.retain(|column| column.name != "link_id" || name == "roads");
    Layer {
        name: name.to_owned(),
        title: ground_title(name),
        description: swedish(&format!("store-about-{}", name.replace('_', "-")), &[]),
        columns,
        geometries: shapes(kind, features),
        style: Style::Single("#9aa5ad".to_owned()),
        passport,
    }
}

/// A kept layer of a result, as it was kept.
fn result(run: &RunSummary, layer: &RunLayer, features: &Features) -> Layer {
    let known = |name: &str| {
        let found = layer.columns.iter().find(|column| column.name == name);
        found.map_or_else(|| (name.to_owned(), false), |column| (column.alias.clone(), column.visible))
    };
    let mut columns = columns_of(features, known);
    // Columns in the order in which they were kept, also where every value is missing.
    let at = |name: &str| layer.columns.iter().position(|column| column.name == name).unwrap_or(usize::MAX);
    columns.sort_by_key(|column| at(&column.name));
    let number = |name: &str| columns.iter().any(|column| column.name == name);
    let count = ["n", "antal_olyckor"].into_iter().find(|name| number(name));
    let largest = features.rows.iter().filter_map(|row| row.properties.get(count?)?.as_u64()).max().unwrap_or(0);
    let style = match count {
        Some(name) => count_style(name, largest, run.run.kind),
        None => Style::Single("#54278f".to_owned()),
    };
    Layer {
        name: layer.name.clone(),
        title: layer.title.clone(),
        description: layer.description.clone(),
        columns,
        geometries: shapes(layer.geometry, features),
        style,
        passport: run.run.passport.clone(),
    }
}

fn shapes(kind: GeometryKind, features: &Features) -> Geometries {
    if kind == GeometryKind::Point {
        let point = |shape: &Geometry<f64>| match shape {
            Geometry::Point(point) => Some([point.x(), point.y()]),
            _ => None,
        };
        return Geometries::Points(features.rows.iter().map(|row| row.geometry.as_ref().and_then(point)).collect());
    }
    Geometries::Shapes(kind, features.rows.iter().map(|row| row.geometry.clone()).collect())
}

/// Columns from rows of JSON, each of the narrowest type that holds all of its values.
fn columns_of(features: &Features, told: impl Fn(&str) -> (String, bool)) -> Vec<Column> {
    let mut names: Vec<String> = Vec::new();
    for row in &features.rows {
        for name in row.properties.keys() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    let column = |name: &String| {
        let cells = || features.rows.iter().map(|row| row.properties.get(name).filter(|value| !value.is_null()));
        let all = |fits: fn(&Value) -> bool| cells().flatten().all(fits);
        let some = cells().flatten().next().is_some();
        let values = if some && all(Value::is_boolean) {
            Values::Bool(cells().map(|cell| cell?.as_bool()).collect())
        } else if some && all(Value::is_i64) {
            Values::Integer(cells().map(|cell| cell?.as_i64()).collect())
        } else if some && all(Value::is_number) {
            Values::Real(cells().map(|cell| cell?.as_f64()).collect())
        } else {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Values::Text(cells().map(|cell| cell.map(text)).collect())
        };
        let (alias, visible) = told(name);
        Column { name: name.clone(), alias, visible, values }
    };
    names.iter().map(column).collect()
}
