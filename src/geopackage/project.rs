//! The QGIS project that lies in the GeoPackage beside its layers: ordered, titled, grouped, with a sheet to print.
//!
//! It opens in QGIS as `geopackage:FILE.gpkg?projectName=Lägesbild`, or from the browser panel under the file (QGIS does
//! not offer it on a double click). Layers name the file by its own name in the same folder, so a copy in another folder
//! works; a renamed file opens with its layers to be pointed at again. What the project shows is the result; single
//! events under secrecy are switched off and appear from 1:5 000.
//!
//! Source: the project and layout files that QGIS 3.22 writes. Oracle: `PyQGIS` opens it, finds every layer valid, and
//! draws map and sheet.

use std::io::{Cursor, Write as _};

use rusqlite::Connection;
use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::styles::{Look, LookView, clean, period_text, render};
use crate::domain::passport::{NO_VINTAGE, hex};
use crate::domain::{Bbox, CrsDefinition, GeometryKind};
use crate::texts::swedish;

/// Events under secrecy appear from this scale.
const EVENTS_FROM_SCALE: u32 = 5_000;
/// The map on the sheet: width to height, millimetres.
const SHEET_MAP: [f64; 2] = [205.0, 147.0];
/// Room around the results, as a share of their extent.
const MARGIN: f64 = 0.06;
/// Shortest side of the first view in metres.
const SHORTEST_M: f64 = 400.0;
/// Above this width of the map in metres the scale bar counts kilometres.
const KILOMETRES_FROM_M: f64 = 6_000.0;

/// A layer of the project: its look and the box around its rows ([`Bbox::EMPTY`] where there are none).
#[derive(Debug, Clone)]
pub struct ProjectLayer<'a> {
    /// How it looks.
    pub look: Look<'a>,
    /// Where its rows are.
    pub extent: Bbox,
}

/// The project as the text of a `.qgs`. `file_name` is the GeoPackage's own name, without folder.
#[must_use]
pub fn qgs(file_name: &str, crs: &CrsDefinition, layers: &[ProjectLayer]) -> String {
    let has_results = layers.iter().any(|layer| part_of(&layer.look) == Part::Results);
    let groups: Vec<GroupView> = [Part::Results, Part::Events, Part::Basis, Part::About]
        .into_iter()
        .filter_map(|part| {
            let members = layers.iter().filter(|layer| part_of(&layer.look) == part);
            let members: Vec<LayerView> = members.map(|layer| view_of(layer, file_name, has_results)).collect();
            (!members.is_empty()).then(|| GroupView {
                title: swedish(part.title(), &[]),
                expanded: part != Part::About,
                layers: members,
            })
        })
        .collect();
    let view = first_view(layers);
    let title = swedish("project-name", &[]);
    render(
        "project.qgs",
        &ProjectView {
            layout: view.and_then(|view| sheet(layers, &groups, view)),
            view: view.map(BoxView::of),
            crs: CrsView { epsg: crs.epsg, name: clean(&crs.name), wkt: clean(&crs.wkt), proj4: clean(&crs.proj4) },
            stamp: stamp_of(layers).trim_end_matches(".000Z").to_owned(),
            title,
            abstract_: swedish("project-abstract", &[]),
            groups,
        },
    )
}

/// Writes the project into `qgis_projects`, which is made where it is missing, in place of an earlier one of its name.
///
/// # Errors
/// What `SQLite` says.
pub fn write_project(
    connection: &Connection,
    file_name: &str,
    crs: &CrsDefinition,
    layers: &[ProjectLayer],
) -> rusqlite::Result<()> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)",
    )?;
    let stamp = stamp_of(layers);
    let metadata = serde_json::json!({
        "last_modified_time": stamp.trim_end_matches(".000Z"),
        "last_modified_user": "",
    });
    let archive = hex(&zipped("lagesbild.qgs", qgs(file_name, crs, layers).as_bytes()));
    connection.execute(
        "INSERT INTO qgis_projects (name, metadata, content) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET metadata = excluded.metadata, content = excluded.content",
        (swedish("project-name", &[]), metadata.to_string(), archive),
    )?;
    Ok(())
}

/// The latest vintage among the layers.
fn stamp_of<'a>(layers: &[ProjectLayer<'a>]) -> &'a str {
    layers.iter().map(|layer| layer.look.stamp()).max().unwrap_or(NO_VINTAGE)
}

/// An archive with one file, the same bytes for the same content: its date is the first that the format can hold.
fn zipped(name: &str, content: &[u8]) -> Vec<u8> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(name, options).expect("writing to memory does not fail");
    archive.write_all(content).expect("writing to memory does not fail");
    archive.finish().expect("writing to memory does not fail").into_inner()
}

/// The group that a layer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Results,
    Events,
    Basis,
    About,
}

impl Part {
    const fn title(self) -> &'static str {
        match self {
            Self::Results => "group-results",
            Self::Events => "group-events",
            Self::Basis => "group-basis",
            Self::About => "group-about",
        }
    }
}

fn part_of(look: &Look) -> Part {
    match (look.kind, look.table) {
        (None, _) => Part::About,
        (_, "hotspots" | "segments" | "cells" | "areas") => Part::Results,
        (_, "events") => Part::Events,
        _ => Part::Basis,
    }
}

fn view_of(layer: &ProjectLayer, file_name: &str, has_results: bool) -> LayerView {
    let secret = layer.look.passport.is_some_and(|passport| passport.secrecy.mark().is_some());
    let shy = part_of(&layer.look) == Part::Events && has_results && secret;
    LayerView {
        id: format!("lagesbild_{}", clean(layer.look.table)),
        source: format!("./{}|layername={}", clean(file_name), clean(layer.look.table)),
        checked: !shy,
        from_scale: shy.then_some(EVENTS_FROM_SCALE),
        extent: (!layer.extent.is_empty()).then(|| BoxView::of(layer.extent)),
        look: LookView::of(&layer.look),
    }
}

/// Where the project opens: on the hotspots, else on the other results, else on everything; a little room around.
fn first_view(layers: &[ProjectLayer]) -> Option<Bbox> {
    let around = |wanted: &dyn Fn(&Look) -> bool| {
        let extents = layers.iter().filter(|layer| wanted(&layer.look) && !layer.extent.is_empty());
        let corners = extents.flat_map(|layer| {
            let extent = layer.extent;
            [[extent.min_x, extent.min_y], [extent.max_x, extent.max_y]]
        });
        Some(Bbox::around(corners)).filter(|bbox| !bbox.is_empty())
    };
    let found = around(&|look| look.table == "hotspots")
        .or_else(|| around(&|look| part_of(look) == Part::Results))
        .or_else(|| around(&|_| true))?;
    let (width, height) = (found.max_x - found.min_x, found.max_y - found.min_y);
    let room = |side: f64| (side * MARGIN).max((SHORTEST_M - side) / 2.0);
    Some(grown(found, room(width), room(height)))
}

fn grown(bbox: Bbox, by_x: f64, by_y: f64) -> Bbox {
    Bbox { min_x: bbox.min_x - by_x, min_y: bbox.min_y - by_y, max_x: bbox.max_x + by_x, max_y: bbox.max_y + by_y }
}

/// The box grown to the shape of the sheet's map.
fn fitted(bbox: Bbox) -> Bbox {
    let [wide, high] = SHEET_MAP;
    let (width, height) = (bbox.max_x - bbox.min_x, bbox.max_y - bbox.min_y);
    if width / height < wide / high {
        grown(bbox, (height * wide / high - width) / 2.0, 0.0)
    } else {
        grown(bbox, 0.0, (width * high / wide - height) / 2.0)
    }
}

/// The sheet to print, or `None` where no layer has a passport to tell of.
fn sheet(layers: &[ProjectLayer], groups: &[GroupView], view: Bbox) -> Option<LayoutView> {
    let main = layers
        .iter()
        .find(|layer| part_of(&layer.look) == Part::Results)
        .or_else(|| layers.iter().find(|layer| layer.look.kind.is_some()))?;
    let passport = main.look.passport?;
    let extent = fitted(view);
    let kilometres = extent.max_x - extent.min_x > KILOMETRES_FROM_M;
    let parameters: Vec<String> = passport.parameters.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let values = [
        ("period", period_text(passport)),
        ("used", passport.used.to_string()),
        ("unplaced", passport.unplaced.to_string()),
        ("sources", passport.sources.join(", ")),
        ("method", passport.method.clone()),
        ("parameters", parameters.join(", ")),
        ("software", passport.software.clone()),
        ("hash", passport.content_hash.chars().take(16).collect()),
        ("crs", passport.crs.clone()),
    ];
    let mark = layers.iter().filter_map(|layer| layer.look.passport).map(|passport| passport.secrecy).max();
    let basis = std::iter::once(main.look.description.to_owned())
        .chain(passport.notes.iter().cloned())
        .chain([swedish("sheet-method", &values)])
        .collect::<Vec<_>>();
    Some(LayoutView {
        name: swedish("sheet-name", &[]),
        map_name: swedish("sheet-map", &[]),
        title: clean(main.look.title),
        subtitle: clean(&swedish("sheet-subtitle", &values)),
        mark: mark.and_then(crate::domain::Secrecy::mark),
        basis: clean(&basis.join("\n")),
        extent: BoxView::of(extent),
        unit_type: if kilometres { "km" } else { "meters" },
        unit_label: if kilometres { "km" } else { "m" },
        legend: groups
            .iter()
            .flat_map(|group| &group.layers)
            .filter(|layer| layer.checked && layer.look.is_spatial())
            .map(|layer| LegendView {
                id: layer.id.clone(),
                source: layer.source.clone(),
                title: layer.look.title.clone(),
            })
            .collect(),
    })
}

#[derive(Serialize)]
struct ProjectView {
    title: String,
    #[serde(rename = "abstract")]
    abstract_: String,
    stamp: String,
    crs: CrsView,
    view: Option<BoxView>,
    groups: Vec<GroupView>,
    layout: Option<LayoutView>,
}

#[derive(Serialize)]
struct CrsView {
    epsg: u32,
    name: String,
    wkt: String,
    proj4: String,
}

#[derive(Serialize)]
struct GroupView {
    title: String,
    expanded: bool,
    layers: Vec<LayerView>,
}

#[derive(Serialize)]
struct LayerView {
    id: String,
    source: String,
    checked: bool,
    from_scale: Option<u32>,
    extent: Option<BoxView>,
    look: LookView,
}

#[derive(Serialize)]
struct LegendView {
    id: String,
    source: String,
    title: String,
}

#[derive(Serialize)]
struct LayoutView {
    name: String,
    map_name: String,
    title: String,
    subtitle: String,
    mark: Option<&'static str>,
    basis: String,
    extent: BoxView,
    unit_type: &'static str,
    unit_label: &'static str,
    legend: Vec<LegendView>,
}

/// A box as text, so that every number is written the same way everywhere.
#[derive(Serialize)]
struct BoxView {
    min_x: String,
    min_y: String,
    max_x: String,
    max_y: String,
}

impl BoxView {
    fn of(bbox: Bbox) -> Self {
        let text = |value: f64| format!("{value:.3}");
        Self { min_x: text(bbox.min_x), min_y: text(bbox.min_y), max_x: text(bbox.max_x), max_y: text(bbox.max_y) }
    }
}
