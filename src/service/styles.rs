//! How the tables of a store look when QGIS opens it: default styles, aliases, and a project inside.

use super::columns::{count_style, none_class, title};
use super::error::Result;
use crate::domain::{Bbox, GeometryKind, Passport, Secrecy, Style};
use crate::geopackage::FieldKind;
use crate::geopackage::project::{ProjectLayer, write_project};
use crate::geopackage::styles::{Look, LookField, write_styles};
use crate::store::{Background, Feature, GpkgStore, Store, Window};
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
const ROADS: [(&str, FieldKind); 8] = [
    ("name", FieldKind::Text),
    ("class", FieldKind::Text),
    ("vaghallare", FieldKind::Text),
    ("hastgrans", FieldKind::Integer),
    ("adt", FieldKind::Integer),
    ("adt_year", FieldKind::Integer),
    ("lit", FieldKind::Boolean),
    ("langd_m", FieldKind::Real),
];

/// Road pieces of hotspots, without those of segments.
const HOTSPOTS_ONLY: &str = "\"layer\" = 'hotspots'";

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
    let roads = Style::Single("#9aa5ad".to_owned());
    let buildings = Style::Single("#cfc9c0".to_owned());
    let events = event_style();
    // Results tell how strict the rows are that they rest on; before the first one the rows are taken to be internal.
    let passport = runs.iter().map(|run| &run.run.passport).max_by_key(|passport| passport.secrecy);
    let secrecy = passport.map_or(Secrecy::Intern, |passport| passport.secrecy);
    let titles = [
        title("hotspots", None, secrecy),
        title("events", None, secrecy),
        swedish("layer-roads", &[]),
        swedish("layer-buildings", &[]),
        title("road-stretches", None, secrecy),
        title("junctions", None, secrecy),
    ];
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
    let held = |kind: GeometryKind| runs.iter().flat_map(|run| &run.layers).any(|layer| layer.geometry == kind);
    for (kind, table, title) in
        [(GeometryKind::Line, "hotspot_lines", &titles[4]), (GeometryKind::Point, "hotspot_points", &titles[5])]
    {
        if held(kind) {
            looks.insert(1, look(table, title, kind, &road_style, &spot_fields, passport));
        }
    }
    let extent = extent(store, &spots)?;
    // The middle of a municipality is no place of an event: no map draws it.
    // One table holds the road pieces of hotspots and of all segments: the map shows the former.
    let filter = |look: &Look<'_>| match look.table {
        "events" => PLACES,
        "hotspot_lines" => HOTSPOTS_ONLY,
        _ => "",
    };
    let layers: Vec<ProjectLayer<'_>> =
        looks.iter().map(|look| ProjectLayer { look: look.clone(), extent, filter: filter(look), of: "" }).collect();
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
