//! How the tables of a store look when QGIS opens it: default styles, aliases, and a project inside.

use geo::Geometry;

use super::columns::{count_style, none_class, title};
use super::error::Result;
use super::ground::{drawing_style, keeper_style, measure_style};
use crate::domain::{Bbox, GeometryKind, Kind, Passport, Secrecy, Style};
use crate::geopackage::FieldKind;
use crate::geopackage::project::{ProjectLayer, write_project};
use crate::geopackage::styles::{DRAWING, Look, LookField, write_styles};
use crate::store::{Background, Feature, GpkgStore, Store, Surroundings, Window};
use crate::texts::swedish;

/// Columns that the tables of a store show, besides those that nobody reads.
const HOTSPOTS: [(&str, FieldKind); 4] =
    [("rang", FieldKind::Integer), ("namn", FieldKind::Text), ("n", FieldKind::Integer), ("kind", FieldKind::Text)];
const EVENTS: [(&str, FieldKind); 7] = [
    ("id", FieldKind::Text),
    ("kind", FieldKind::Text),
    ("category_text", FieldKind::Text),
    ("time_from", FieldKind::Text),
    ("severity", FieldKind::Text),
    ("street", FieldKind::Text),
    ("system", FieldKind::Text),
];

/// Columns of the road network, with the aliases that the store gives them.
const ROADS: [(&str, FieldKind); 10] = [
    ("name", FieldKind::Text),
    ("class", FieldKind::Text),
    ("vaghallare", FieldKind::Text),
    ("hastgrans", FieldKind::Integer),
    ("adt", FieldKind::Integer),
    ("adt_year", FieldKind::Integer),
    ("gcm_type", FieldKind::Text),
    ("passage", FieldKind::Text),
    ("lit", FieldKind::Boolean),
    ("langd_m", FieldKind::Real),
];

/// Columns of the layer that people draw in.
const DRAWN: [(&str, FieldKind); 2] = [("namn", FieldKind::Text), ("buffert_m", FieldKind::Integer)];

/// Columns of measures, with the aliases that the store gives them.
const MEASURES: [(&str, FieldKind); 7] = [
    ("kind", FieldKind::Text),
    ("year", FieldKind::Integer),
    ("name", FieldKind::Text),
    ("period_from", FieldKind::Text),
    ("period_to", FieldKind::Text),
    ("cost_ore", FieldKind::Integer),
    ("cost_source", FieldKind::Text),
];

/// Tables of measures by the sort of place.
const MEASURE_TABLES: [(&str, GeometryKind); 3] =
    [("measures", GeometryKind::Point), ("measure_lines", GeometryKind::Line), ("measure_areas", GeometryKind::Area)];

/// Result layers that share a table: the table, the layer, its title's id.
const SHARED: [(&str, GeometryKind, &str, &str); 4] = [
    ("hotspot_points", GeometryKind::Point, "junctions", "junctions"),
    ("hotspot_lines", GeometryKind::Line, "segments", "segments"),
    ("hotspot_lines", GeometryKind::Line, "gator", "streets"),
    ("hotspot_lines", GeometryKind::Line, "hotspots", "road-stretches"),
];

/// The column of the results' tables that holds what a click tells.
const WITHIN: &str = "properties";

/// Events whose positions are places.
const PLACES: &str = "\"placed\" IS NULL OR \"placed\" <> 'area-centroid'";

/// Writes styles and project for what the store holds now. Cheap: the results are few.
///
/// # Errors
/// The store cannot be read or written.
pub fn write(store: &mut GpkgStore) -> Result<()> {
    let runs = store.runs()?;
    let mut spots: Vec<Feature> = Vec::new();
    for run in runs.iter().filter(|run| run.layers.iter().any(|layer| layer.name == "hotspots")) {
        spots.extend(store.run_features(&run.run.id, "hotspots", &Window::ALL)?.rows);
    }
    let mut road_places: Vec<Feature> = Vec::new();
    for run in &runs {
        for layer in run.layers.iter().filter(|layer| layer.name == "segments" || layer.name == "junctions") {
            road_places.extend(store.run_features(&run.run.id, &layer.name, &Window::ALL)?.rows);
        }
    }
    let count = |row: &Feature| row.properties.get("n").and_then(serde_json::Value::as_u64).unwrap_or(0);
    let hotspot_style = count_style("n", spots.iter().map(count).max().unwrap_or(0), None);
    let mut road_style = count_style("n", spots.iter().chain(&road_places).map(count).max().unwrap_or(0), None);
    if let Style::Graduated { classes, .. } = &mut road_style {
        classes.push(none_class(None));
    }
    let roads = keeper_style();
    let streets = Style::Single("#6a51a3".to_owned());
    let (drawn, measures) = (drawing_style(), measure_style());
    let accidents = store.counts_by_kind()?.iter().any(|count| count.kind == Kind::Accident && count.events > 0);
    let about = accidents.then_some(Kind::Accident);
    let buildings = Style::Single("#cfc9c0".to_owned());
    let events = event_style();
    // Results tell how strict the rows are that they rest on; before the first one the rows are taken to be internal.
    let passport = runs.iter().map(|run| &run.run.passport).max_by_key(|passport| passport.secrecy);
    let secrecy = passport.map_or(Secrecy::Intern, |passport| passport.secrecy);
    let titles = [
        title("hotspots", None, secrecy),
        title("events", None, secrecy),
        swedish("layer-roads-keeper", &[]),
        swedish("layer-buildings", &[]),
        swedish("layer-drawing", &[]),
        swedish("layer-measures", &[]),
    ];
    let shared = SHARED.map(|(.., words)| title(words, about, secrecy));
    let aliases = |columns: &[(&'static str, FieldKind)]| -> Vec<(&'static str, String, FieldKind)> {
        columns.iter().map(|(name, kind)| (*name, swedish(&format!("col-{name}"), &[]), *kind)).collect()
    };
    let (spot_fields, event_fields) = (aliases(&HOTSPOTS), aliases(&EVENTS));
    let alias = |name: &str| swedish(&format!("store-column-{}", name.replace('_', "-")), &[]);
    let road_fields = ROADS.map(|(name, kind)| (name, alias(name), kind));
    let mut looks = vec![
        look("hotspots", &titles[0], GeometryKind::Area, &hotspot_style, &spot_fields, passport),
        look("events", &titles[1], GeometryKind::Point, &events, &event_fields, passport),
        look("roads", &titles[2], GeometryKind::Line, &roads, &road_fields, None),
        look("buildings", &titles[3], GeometryKind::Area, &buildings, &[], None),
    ];
    let drawn_fields = aliases(&DRAWN);
    let measure_fields = MEASURES.map(|(name, kind)| (name, alias(name), kind));
    let done = store.measures()?;
    let sort = |shape: &Geometry<f64>| match shape {
        Geometry::Point(_) => GeometryKind::Point,
        Geometry::LineString(_) | Geometry::MultiLineString(_) => GeometryKind::Line,
        _ => GeometryKind::Area,
    };
    for (table, kind) in MEASURE_TABLES {
        if done.iter().filter_map(|measure| measure.shape.as_ref()).any(|shape| sort(shape) == kind) {
            looks.push(look(table, &titles[5], kind, &measures, &measure_fields, None));
        }
    }
    let held = |kind: GeometryKind, name: &str| {
        runs.iter().flat_map(|run| &run.layers).any(|layer| layer.geometry == kind && layer.name == name)
    };
    if accidents {
        looks.push(look(DRAWING, &titles[4], GeometryKind::Area, &drawn, &drawn_fields, None));
    }
    let extent = extent(store, &spots)?;
    // The middle of a municipality is no place of an event: no map draws it.
    let filter = |look: &Look<'_>| if look.table == "events" { PLACES } else { "" };
    let filters = SHARED.map(|(_, _, layer, _)| match about {
        Some(kind) => format!("\"layer\" = '{layer}' AND \"run_id\" LIKE '%-{}'", kind.code()),
        None => format!("\"layer\" = '{layer}'"),
    });
    let mut layers: Vec<ProjectLayer<'_>> =
        looks.iter().map(|look| ProjectLayer { look: look.clone(), extent, filter: filter(look), of: "" }).collect();
    for (((table, kind, layer, _), title), filter) in SHARED.into_iter().zip(&shared).zip(&filters) {
        if !held(kind, layer) {
            continue;
        }
        let style = if layer == "gator" { &streets } else { &road_style };
        let own = Look { within: Some(WITHIN), ..look(table, title, kind, style, &spot_fields, passport) };
        // One style a table: that of its first layer.
        if !looks.iter().any(|look| look.table == table) {
            looks.push(own.clone());
        }
        layers
            .insert(1, ProjectLayer { look: own, extent, filter, of: if layer == "hotspots" { table } else { layer } });
    }
    let crs = store.settings().crs.clone();
    let name = store.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    store.with_transaction(|transaction| {
        write_styles(transaction, &looks)?;
        write_project(transaction, &name, &crs, &layers)
    })?;
    Ok(())
}

fn look<'a>(
    table: &'a str,
    title: &'a str,
    kind: GeometryKind,
    style: &'a Style,
    fields: &'a [(&'static str, String, FieldKind)],
    passport: Option<&'a Passport>,
) -> Look<'a> {
    let fields =
        fields.iter().map(|(name, alias, kind)| LookField { name, alias, visible: true, kind: *kind }).collect();
    Look { table, title, description: "", kind: Some(kind), style, fields, passport, within: None }
}

/// The box that the project opens with: the results, else the roads.
fn extent(store: &GpkgStore, spots: &[Feature]) -> Result<Bbox> {
    use geo::CoordsIter;
    let around = |rows: &[Feature]| {
        Bbox::around(
            rows.iter()
                .filter_map(|row| row.geometry.as_ref())
                .flat_map(|shape| shape.coords_iter().map(|coord| [coord.x, coord.y])),
        )
    };
    if spots.is_empty() {
        return Ok(around(&store.background(Background::Roads, &Window::ALL)?.rows));
    }
    Ok(around(spots))
}

fn event_style() -> Style {
    let class =
        |code: &str, colour: &str| super::columns::category_class(code, &swedish(&format!("unit-{code}"), &[]), colour);
    let classes = vec![
        class("accident", "#b35806"),
        class("damage", "#1b4f72"),
        class("incident", "#6c3483"),
        class("alarm", "#7b241c"),
    ];
    Style::Categorised { column: "kind".to_owned(), classes }
}
