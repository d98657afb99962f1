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

use super::styles::{DRAWING, Look, LookView, Part, parameters_text, period_text};
use super::templates::render;
use crate::domain::passport::{NO_VINTAGE, hex};
use crate::domain::{Bbox, CrsDefinition, GeometryKind};
use crate::texts::swedish;

/// Events under secrecy, and points of the background, appear from this scale.
const DETAIL_FROM_SCALE: u32 = 5_000;
/// A sheet to print, landscape. Lengths are millimetres.
#[derive(Debug, Clone, Serialize)]
struct Paper {
    /// Id of its name in the catalogue.
    name: &'static str,
    /// First digit of its items' ids.
    digit: u8,
    /// Width and height.
    size: [f64; 2],
    /// Width and height of its map.
    map: [f64; 2],
    /// Size of type against that of A4.
    type_size: f64,
}

/// The sheets. Around the map: 10 mm at the left, 29 mm above for title, period and mark, 82 mm at the right for the
/// legend, 34 mm below for what it rests on.
const PAPERS: [Paper; 2] = [
    Paper { name: "sheet-name", digit: 0, size: [297.0, 210.0], map: [205.0, 147.0], type_size: 1.0 },
    Paper { name: "sheet-name-a3", digit: 1, size: [420.0, 297.0], map: [318.0, 228.0], type_size: 1.15 },
];

/// Characters that fit on a line of the sheet's legend.
const LEGEND_CHARS: usize = 30;
/// Room around the results, as a share of their extent.
const MARGIN: f64 = 0.1;
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
    /// Which rows are drawn, as an expression of SQL; empty for all.
    pub filter: &'a str,
    /// What tells it from other layers of the same table: the name of the result layer in it; empty for the whole table.
    pub of: &'a str,
}

impl<'a> ProjectLayer<'a> {
    /// The result layer that it shows: its own name where the table holds one only.
    fn key(&self) -> &'a str {
        if self.of.is_empty() { self.look.table } else { self.of }
    }
}

/// The layers of the project "Olycksanalys" from the top down; what is not named follows as background, or as more.
const ANALYSIS: [&str; 12] = [
    DRAWING,
    "junctions",
    "hotspot_points",
    "segments",
    "gator",
    "hotspots",
    "hotspot_lines",
    "events",
    "measures",
    "measure_lines",
    "measure_areas",
    "roads",
];

/// Whether the layers make the project "Olycksanalys": those of accidents have a layer to draw in.
fn is_analysis(layers: &[ProjectLayer]) -> bool {
    layers.iter().any(|layer| layer.look.part() == Part::Drawing)
}

/// The project's name.
fn name(layers: &[ProjectLayer]) -> String {
    swedish(if is_analysis(layers) { "project-name-accidents" } else { "project-name" }, &[])
}

/// Groups of layers, each with its title; one without a title stands at the root.
fn grouped<'l, 'a>(layers: &'l [ProjectLayer<'a>]) -> Vec<(Option<Part>, String, Vec<&'l ProjectLayer<'a>>)> {
    let basis = |members: &mut Vec<&ProjectLayer>| {
        // Given as they are painted, from the bottom up; points over lines over areas.
        members.reverse();
        members.sort_by_key(|layer| layer.look.kind.map(|kind| kind as u8));
    };
    if !is_analysis(layers) {
        let parts = [Part::Results, Part::Events, Part::Basis, Part::About];
        return parts
            .into_iter()
            .map(|part| {
                let mut members: Vec<&ProjectLayer> = layers.iter().filter(|layer| layer.look.part() == part).collect();
                if part == Part::Basis {
                    basis(&mut members);
                }
                (Some(part), swedish(title_of(part), &[]), members)
            })
            .collect();
    }
    let stretches = layers.iter().any(|layer| layer.key() == "segments");
    let repeated = |layer: &&ProjectLayer| {
        stretches && matches!(layer.key(), "hotspots" | "hotspot_lines") && layer.look.kind == Some(GeometryKind::Line)
    };
    let place = |layer: &&ProjectLayer| ANALYSIS.iter().position(|name| *name == layer.key());
    let mut top: Vec<&ProjectLayer> =
        layers.iter().filter(|layer| place(layer).is_some() && !repeated(layer)).collect();
    top.sort_by_key(place);
    let rest = |wanted: &dyn Fn(Part) -> bool| {
        layers
            .iter()
            .filter(|layer| wanted(layer.look.part()) && (place(layer).is_none() || repeated(layer)))
            .collect::<Vec<_>>()
    };
    let mut background = rest(&|part| part == Part::Basis);
    basis(&mut background);
    vec![
        (None, String::new(), top),
        (Some(Part::Basis), swedish("group-background", &[]), background),
        (Some(Part::About), swedish(title_of(Part::About), &[]), rest(&|part| part != Part::Basis)),
    ]
}

/// The project as the text of a `.qgs`. `file_name` is the GeoPackage's own name, without folder.
#[must_use]
pub fn qgs(file_name: &str, crs: &CrsDefinition, layers: &[ProjectLayer]) -> String {
    let has_results = layers.iter().any(|layer| layer.look.part() == Part::Results);
    let has_hotspots = layers.iter().any(|layer| layer.look.table == "hotspots");
    let groups: Vec<GroupView> = grouped(layers)
        .into_iter()
        .filter(|(.., members)| !members.is_empty())
        .map(|(part, title, members)| GroupView {
            title,
            root: part.is_none(),
            expanded: part != Some(Part::About),
            layers: members
                .into_iter()
                .map(|layer| view_of(layer, file_name, has_results, has_hotspots, part == Some(Part::About)))
                .collect(),
        })
        .collect();
    let view = first_view(layers);
    let title = name(layers);
    let layouts = match view {
        Some(view) => PAPERS.iter().filter_map(|paper| sheet(layers, &groups, view, paper)).collect(),
        None => Vec::new(),
    };
    render(
        "project.qgs",
        &ProjectView {
            layouts,
            view: view.map(BoxView::of),
            crs: CrsView { epsg: crs.epsg, name: crs.name.clone(), wkt: crs.wkt.clone(), proj4: crs.proj4.clone() },
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
        (name(layers), metadata.to_string(), archive),
    )?;
    // A project that this program wrote under its other name tells of the file as it was.
    let other = if is_analysis(layers) { "project-name" } else { "project-name-accidents" };
    connection.execute("DELETE FROM qgis_projects WHERE name = ?1", [swedish(other, &[])])?;
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

const fn title_of(part: Part) -> &'static str {
    match part {
        Part::Results => "group-results",
        Part::Events => "group-events",
        Part::Basis => "group-basis",
        Part::Drawing | Part::About => "group-about",
    }
}

/// Lamps, trees, entrances: from afar they hide what they stand on.
fn is_detail(look: &Look) -> bool {
    look.part() == Part::Basis && look.kind == Some(GeometryKind::Point)
}

/// The part of a data source that takes rows out.
fn subset(filter: &str) -> String {
    if filter.is_empty() { String::new() } else { format!("|subset={filter}") }
}

fn view_of(layer: &ProjectLayer, file_name: &str, has_results: bool, has_hotspots: bool, aside: bool) -> LayerView {
    let secret = layer.look.passport.is_some_and(|passport| passport.secrecy.mark().is_some());
    let shy = layer.look.part() == Part::Events && has_results && secret;
    // Cells repeat what hotspots made of them: two washes of colour over each other mean nothing.
    let repeated = layer.look.table == "cells" && has_hotspots;
    LayerView {
        id: format!("lagesbild_{}", layer.key()),
        source: format!("./{}|layername={}{}", file_name, layer.look.table, subset(layer.filter)),
        checked: !shy && !repeated && !aside,
        from_scale: (shy || is_detail(&layer.look)).then_some(DETAIL_FROM_SCALE),
        drawn: layer.look.part() != Part::Drawing && layer.look.table != "buildings",
        bare_title: layer.look.bare_title().to_owned(),
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
        .or_else(|| around(&|look| look.part() == Part::Results))
        .or_else(|| around(&|_| true))?;
    let (width, height) = (found.max_x - found.min_x, found.max_y - found.min_y);
    let room = |side: f64| (side * MARGIN).max((SHORTEST_M - side) / 2.0);
    Some(grown(found, room(width), room(height)))
}

fn grown(bbox: Bbox, by_x: f64, by_y: f64) -> Bbox {
    Bbox { min_x: bbox.min_x - by_x, min_y: bbox.min_y - by_y, max_x: bbox.max_x + by_x, max_y: bbox.max_y + by_y }
}

/// The box grown to the shape of a sheet's map: its width and height.
fn fitted(bbox: Bbox, [wide, high]: [f64; 2]) -> Bbox {
    let (width, height) = (bbox.max_x - bbox.min_x, bbox.max_y - bbox.min_y);
    if width / height < wide / high {
        grown(bbox, (height * wide / high - width) / 2.0, 0.0)
    } else {
        grown(bbox, 0.0, (width * high / wide - height) / 2.0)
    }
}

/// The text in lines short enough for the legend, broken between words.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is a line from the start");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= LEGEND_CHARS {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join("\n")
}

/// The sheet to print, or `None` where there is neither a result nor an event to show.
fn sheet(layers: &[ProjectLayer], groups: &[GroupView], view: Bbox, paper: &Paper) -> Option<LayoutView> {
    let main = layers
        .iter()
        .find(|layer| layer.look.part() == Part::Results)
        .or_else(|| layers.iter().find(|layer| layer.look.part() == Part::Events))?;
    let passport = main.look.passport?;
    let extent = fitted(view, paper.map);
    let kilometres = extent.max_x - extent.min_x > KILOMETRES_FROM_M;
    let unit = if is_analysis(layers) { "unit-accident" } else { "unit-any" };
    let values = [
        ("unit", swedish(unit, &[])),
        ("period", period_text(passport)),
        ("used", passport.used.to_string()),
        ("unplaced", passport.unplaced.to_string()),
        ("sources", passport.sources.join(", ")),
        ("method", passport.method.clone()),
        ("parameters", parameters_text(passport)),
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
        name: swedish(paper.name, &[]),
        paper: paper.clone(),
        map_name: swedish("sheet-map", &[]),
        title: main.look.bare_title().to_owned(),
        scale: swedish("sheet-scale", &[]),
        subtitle: swedish("sheet-subtitle", &values),
        mark: mark.and_then(crate::domain::Secrecy::mark),
        basis: basis.join(" "),
        extent: BoxView::of(extent),
        unit_type: if kilometres { "km" } else { "meters" },
        unit_label: if kilometres { "km" } else { "m" },
        legend: groups
            .iter()
            .flat_map(|group| &group.layers)
            .filter(|layer| layer.drawn && layer.checked && layer.from_scale.is_none() && layer.look.is_spatial())
            .map(|layer| LegendView {
                id: layer.id.clone(),
                source: layer.source.clone(),
                title: wrapped(&layer.bare_title),
                heading: if layer.look.has_classes() { "subgroup" } else { "hidden" },
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
    layouts: Vec<LayoutView>,
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
    /// Whether its layers stand at the root, without a group around them.
    root: bool,
    expanded: bool,
    layers: Vec<LayerView>,
}

#[derive(Serialize)]
struct LayerView {
    id: String,
    #[serde(skip)]
    bare_title: String,
    /// Whether the sheet's legend shows it.
    #[serde(skip)]
    drawn: bool,
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
    heading: &'static str,
}

#[derive(Serialize)]
struct LayoutView {
    name: String,
    paper: Paper,
    map_name: String,
    title: String,
    scale: String,
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

#[cfg(test)]
mod tests {
    use super::super::styles::tests::{assert_well_formed, nasty, styles};
    use super::*;
    use std::io::Read as _;

    fn crs() -> CrsDefinition {
        CrsDefinition {
            epsg: 3006,
            name: "SWEREF99 TM".to_owned(),
            wkt: "PROJCS[\"SWEREF99 TM\"]".to_owned(),
            projjson: "{}".to_owned(),
            proj4: "+proj=utm +zone=33".to_owned(),
        }
    }

    const TOWN: Bbox = Bbox { min_x: 1_000.0, min_y: 2_000.0, max_x: 3_000.0, max_y: 2_400.0 };

    #[test]
    fn a_project_is_well_formed_with_every_style_and_without_rows() {
        for style in styles() {
            let layer = nasty(style);
            let look = Look { kind: Some(GeometryKind::Area), ..Look::of(&layer) };
            for extent in [TOWN, Bbox::EMPTY] {
                let text =
                    qgs("a & b.gpkg", &crs(), &[ProjectLayer { look: look.clone(), extent, filter: "", of: "" }]);
                assert_well_formed(&text);
                assert!(text.contains("<datasource>./a &amp; b.gpkg|layername=hotspots</datasource>"), "{text}");
                assert_eq!(text.contains("<Layout name="), !extent.is_empty(), "a sheet of nothing is left out");
            }
        }
        assert_well_formed(&qgs("a.gpkg", &crs(), &[]));
    }

    #[test]
    fn the_view_has_room_around_and_a_lone_place_still_gets_400_metres() {
        let layer = nasty(styles()[2].clone());
        let view = |extent| {
            first_view(&[ProjectLayer { look: Look::of(&layer), extent, filter: "", of: "" }]).expect("a view")
        };
        let seen = view(TOWN);
        assert_eq!((seen.min_x, seen.max_x), (800.0, 3_200.0));
        assert_eq!((seen.min_y, seen.max_y), (1_960.0, 2_440.0));
        let seen = view(Bbox { max_x: 1_000.0, max_y: 2_000.0, ..TOWN });
        assert_eq!((seen.min_x, seen.max_x, seen.min_y, seen.max_y), (800.0, 1_200.0, 1_800.0, 2_200.0));
    }

    #[test]
    fn the_sheet_shows_all_of_the_view_in_the_shape_of_its_map() {
        let fits = |bbox: Bbox| {
            let shape = fitted(bbox, PAPERS[0].map);
            let ratio = (shape.max_x - shape.min_x) / (shape.max_y - shape.min_y);
            assert!((ratio - 205.0 / 147.0).abs() < 1e-9, "{ratio}");
            assert!(shape.min_x <= bbox.min_x && shape.max_y >= bbox.max_y);
        };
        fits(TOWN);
        fits(Bbox { min_x: 0.0, min_y: 0.0, max_x: 10.0, max_y: 1_000.0 });
    }

    #[test]
    fn secret_events_are_off_and_wait_for_a_large_scale_unless_they_are_all_there_is() {
        let results = nasty(styles()[0].clone());
        let mut events = nasty(styles()[2].clone());
        events.name = "events".to_owned();
        let layer = |layer| ProjectLayer { look: Look::of(layer), extent: TOWN, filter: "", of: "" };
        let both = qgs("a.gpkg", &crs(), &[layer(&results), layer(&events)]);
        assert!(both.contains("minScale=\"5000\""));
        assert_eq!(both.matches("checked=\"Qt::Unchecked\"").count(), 1);
        let alone = qgs("a.gpkg", &crs(), &[layer(&events)]);
        assert!(!alone.contains("minScale=\"5000\"") && !alone.contains("Qt::Unchecked"));
    }

    #[test]
    fn a_long_title_is_broken_between_words() {
        assert_eq!(wrapped("Anhopningar av olyckor"), "Anhopningar av olyckor");
        assert_eq!(
            wrapped("Olycksbelastade korsningar och sträckor i tätorten"),
            "Olycksbelastade korsningar och\nsträckor i tätorten"
        );
        assert_eq!(wrapped(""), "");
    }

    #[test]
    fn the_archive_is_the_same_each_time_and_holds_the_project() {
        let bytes = zipped("lagesbild.qgs", b"innehall");
        assert_eq!(bytes, zipped("lagesbild.qgs", b"innehall"));
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
        let mut text = String::new();
        archive.by_name("lagesbild.qgs").expect("the project").read_to_string(&mut text).expect("text");
        assert_eq!(text, "innehall");
    }
}
