//! Analyse: rows of a store or a file in, hotspot layers out, as files and (from a store) kept in the store.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Map, Value};

use super::columns::{category_class, column, count_style, title};
use super::error::{Refusal, Result};
use super::facts::ranked;
use super::files;
use super::groups::{self, Groups};
use super::hotspots::{self, Frame, Hotspot};
use super::progress::{Progress, Timings, peak_rss_mib};
use super::rows::{self, FileRequest, Input};
use super::{along, coarse, ground, planar, selection};
use super::{snap, styles, suitable, timeline};
use crate::analysis::{self, Settings};
use crate::domain::passport::{NO_VINTAGE, SOFTWARE};
use crate::domain::time::iso_utc;
use crate::domain::{Column, Geometries, GeometryKind, Grid, Kind, Layer, Passport, Severity, Style, Values};
use crate::export;
use crate::geopackage::container::Access;
use crate::store::{GpkgStore, RunRecord, Store};
use crate::texts::{swedish, text};

/// Where the rows come from.
#[derive(Debug, Clone)]
pub enum From<'a> {
    /// Events of a store, of one kind.
    Store {
        /// The store.
        path: &'a Path,
        /// The kind; `None` where the store has only one.
        kind: Option<Kind>,
    },
    /// Rows of a file.
    File {
        /// The file.
        path: &'a Path,
        /// Layer, columns, CRS.
        request: FileRequest<'a>,
    },
}

/// An analysis to run.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Method id.
    pub method: &'a str,
    /// Parameters as the user wrote them.
    pub parameters: &'a [(&'a str, &'a str)],
    /// Input.
    pub from: From<'a>,
    /// A file with the road network, for methods along roads; else the store's is used.
    pub network: Option<NetworkFile<'a>>,
    /// Output file.
    pub output: PathBuf,
    /// The one layer to write, where not all are wanted.
    pub layer: Option<&'a str>,
    /// Whether the result of a store is kept in it, in place of the method's earlier one.
    pub keep: bool,
}

/// A file with a road network.
#[derive(Debug, Clone, Copy)]
pub struct NetworkFile<'a> {
    /// The file.
    pub path: &'a Path,
    /// Layer.
    pub layer: Option<&'a str>,
    /// Coordinate system, where the file does not say.
    pub crs: Option<&'a str>,
}

/// What an analysis did.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Method id.
    pub method: String,
    /// Number of hotspots.
    pub features: usize,
    /// Seconds a stage: read, compute, write.
    pub timings: Map<String, Value>,
    /// Peak memory.
    pub peak_rss_mib: Option<u64>,
    /// Layers that were made: name to number of rows.
    pub layers: BTreeMap<String, usize>,
    /// The passport.
    pub passport: Passport,
    /// What was changed on the way, one sentence each.
    pub warnings: Vec<String>,
    /// Whether the result is now in the store.
    pub kept: bool,
    /// How often the method finds something where there is nothing, where that was asked for.
    pub certificate: Option<analysis::certificate::Certificate>,
}

/// Runs an analysis and writes its layers.
///
/// # Errors
/// Whatever input, parameters or output refuse; then no file is left half-written.
pub fn run(request: &Request<'_>, progress: &dyn Progress, timings: &Timings) -> Result<Report> {
    let parameters = analysis::parse(request.method, request.parameters)?;
    let settings = parameters.settings();
    // A surface goes to a raster's name; everything else has layers.
    let as_surface = export::raster::is_surface(&request.output)
        && matches!(settings, Settings::Kde { .. } | Settings::RelativeRisk { .. });
    let geopackage = !as_surface && export::format_of(&request.output)?.title == "GeoPackage";
    progress.stage("stage-read", 0);
    if let Settings::AreaCounts { few } = parameters.settings() {
        return super::area_counts::run(request, &parameters, few, progress, timings);
    }
    let value = parameters.text("value").map(str::to_owned);
    let mut store = None;
    let times_only = parameters.asks_within().is_none();
    let shown = match &request.from {
        From::Store { path, .. } | From::File { path, .. } => path.display().to_string(),
    };
    let mut input = match &request.from {
        From::Store { path, kind } => {
            let opened = store.insert(GpkgStore::open(path, Access::ReadWrite)?);
            timings.time("read", || rows::of_store(opened, &shown, *kind, value.as_deref()))?
        }
        From::File { path, request } => {
            rows::of_file(path, &FileRequest { value: value.as_deref(), times_only, ..request.clone() }, timings)?
        }
    };
    selection::choose(&mut input, &parameters);
    coarse::leave_out(&mut input, &parameters, &shown)?;
    suitable::check(&mut input, &parameters)?;
    let roads = match (settings.roads(), &request.network) {
        (Some(roads), _) => {
            let network = timings.time("network", || along::network(request, store.as_ref(), &input, &parameters))?;
            Some((roads, network))
        }
        (None, Some(_)) if settings.over_cells().is_none() => {
            return Err(Refusal::NetworkNotUsed { method: parameters.method().id }.into());
        }
        (None, _) => None,
    };
    // Cells may be compared with the roads of a file.
    let compared = match (&request.network, settings.over_cells()) {
        (Some(_), Some(_)) => {
            Some(timings.time("network", || along::network(request, store.as_ref(), &input, &parameters))?)
        }
        _ => None,
    };
    let (mut certificate, mut surface) = (None, None);
    progress.stage("stage-compute", 0);
    let (layers, passport) = match (&roads, &settings) {
        (Some((roads, network)), _) => along::analyse(&mut input, network, *roads, &parameters, timings)?,
        (None, Settings::Timeline { step }) => {
            timings.time("compute", || timeline::layers(&input, *step, &parameters, &shown))?
        }
        (None, _) => {
            let ask = planar::Ask {
                store: store.as_ref(),
                network: compared.as_ref().map(along::Named::network),
                parameters: &parameters,
                timings,
                progress,
                shown: &shown,
            };
            match planar::analyse(&mut input, &ask)? {
                Some(found) => {
                    (certificate, surface) = (found.certificate, found.surface);
                    (found.layers, found.passport)
                }
                None => in_the_plane(&mut input, &parameters, &shown, timings)?,
            }
        }
    };
    progress.stage("stage-write", 0);
    let mut written = Cow::Borrowed(&layers);
    // A GeoPackage of accidents opens as a whole project: with roads below, and a layer to draw in.
    if input.chosen.accidents && request.layer.is_none() && geopackage {
        let network = roads.as_ref().map(|(_, named)| named.network());
        written.to_mut().extend(ground::layers(store.as_ref(), network, &passport)?);
    }
    let notes = timings.time("write", || match surface.filter(|_| as_surface) {
        Some(surface) => surface.write(&request.output, &input.crs, &passport).map(|()| Vec::new()),
        None => files::layers(&request.output, &written, &input.crs, request.layer),
    })?;
    // What has no places is counted again each time: the store's results are those of its map.
    let has_places = layers.iter().any(|layer| layer.geometries.kind().is_some());
    let kept = request.keep && store.is_some() && has_places;
    if let (Some(store), true) = (&mut store, kept) {
        timings.time("write", || keep(store, &layers, &input, &passport))?;
    }
    progress.finish();
    let features = layers.first().map_or(0, |layer| layer.geometries.len());
    Ok(Report {
        method: request.method.to_owned(),
        features,
        timings: timings.seconds(),
        peak_rss_mib: peak_rss_mib(),
        layers: layers.iter().map(|layer| (layer.name.clone(), layer.geometries.len())).collect(),
        passport,
        warnings: input.warnings.into_iter().chain(notes).collect(),
        kept,
        certificate,
    })
}

fn in_the_plane(
    input: &mut Input,
    parameters: &analysis::Parameters,
    shown: &str,
    timings: &Timings,
) -> Result<(Vec<Layer>, Passport)> {
    let (placed, groups) = groups::find(input, parameters, shown, timings)?;
    Ok(timings.time("layers", || layers(input, &placed, groups, parameters)))
}

fn keep(store: &mut GpkgStore, layers: &[Layer], input: &Input, passport: &Passport) -> Result<()> {
    let kept: Vec<Layer> = layers.iter().filter(|layer| layer.name != "events").cloned().collect();
    let record = RunRecord {
        id: format!("{}-{}", passport.method, super::columns::kind_word(input.kind)),
        method: passport.method.clone(),
        kind: input.kind,
        title: layers.first().map_or_else(String::new, |layer| layer.title.clone()),
        passport: passport.clone(),
    };
    store.save_run(&record, &kept)?;
    if kept.iter().any(|layer| layer.name == "hotspots" && layer.geometries.kind() == Some(GeometryKind::Line)) {
        snap::refresh(store)?;
    }
    styles::write(store)
}

fn layers(
    input: &mut Input,
    placed: &[usize],
    mut groups: Groups,
    parameters: &analysis::Parameters,
) -> (Vec<Layer>, Passport) {
    // Rows without a place come last, but for those whose place or time was too coarse.
    let facts = if placed.last().is_none_or(|last| last + 1 == placed.len()) {
        Cow::Borrowed(&input.facts[..placed.len()])
    } else {
        Cow::Owned(placed.iter().map(|&row| input.facts[row].clone()).collect())
    };
    let study_m2 = input.study_m2(placed.iter().filter_map(|&row| input.points[row]));
    let weighted = parameters.text("value").is_some();
    let chosen = input.chosen.clone();
    let frame = Frame {
        facts: &facts,
        total: input.facts.len(),
        study_m2,
        kind: input.kind,
        weighted,
        chosen: &chosen,
        tested: false,
    };
    let passport = passport(input, placed.len(), parameters);
    hotspots::rank(&mut groups.hotspots, &frame);
    let mut spots = hotspots::layer(&groups.hotspots, &frame, passport.clone());
    if let Some(group_of) = &groups.names {
        // All members are of one group.
        let name = |spot: &Hotspot| spot.members.first().and_then(|&at| group_of[at as usize].clone());
        spots.columns.push(column("grupp", true, Values::Text(groups.hotspots.iter().map(name).collect())));
    }
    let mut made = vec![spots];
    if let Some((grid, counts, of_cells)) = &groups.cells {
        made.push(cells(*grid, counts, of_cells, &facts, input.kind, &passport));
    }
    drop(facts);
    let rows = input.points.len();
    let (mut cluster, mut core) = (vec![None; rows], vec![false; rows]);
    for (index, &row) in placed.iter().enumerate() {
        cluster[row] = groups.cluster[index];
        core[row] = groups.core[index];
    }
    let more = groups.strength.take().map(|strength| {
        let mut of_rows = vec![None; rows];
        for (&row, strength) in placed.iter().zip(strength) {
            of_rows[row] = Some((strength * 1e4).round() / 1e4);
        }
        column("styrka", true, Values::Real(of_rows.into_iter().collect()))
    });
    drop(groups);
    made.push(events(input, &cluster, &core, more.into_iter().collect(), &passport));
    (made, passport)
}

pub(super) fn passport(input: &Input, used: usize, parameters: &analysis::Parameters) -> Passport {
    let last = input.facts.iter().filter_map(|fact| fact.time.as_ref()).map(|time| time.to).max();
    let mut notes = input.notes.clone();
    if parameters.settings().roads().is_none() {
        notes.push(swedish(if input.home_m2 > 0.0 { "note-study-home" } else { "note-study-bbox" }, &[]));
    }
    if parameters.text("value") == Some("severity") {
        notes.push(swedish("note-weights", &[("source", Severity::weight_source().to_owned())]));
    }
    notes.push(swedish("note-no-exposure", &[]));
    Passport {
        software: SOFTWARE.to_owned(),
        method: parameters.method().id.to_owned(),
        parameters: selection::told(input, parameters),
        seed: None,
        sources: input.sources.clone(),
        period: input.chosen.period.clone(),
        vintage: last.map_or_else(|| NO_VINTAGE.to_owned(), iso_utc),
        used: used as u64,
        unplaced: (input.facts.len() - used) as u64 - input.dropped.values().sum::<u64>(),
        dropped: input.dropped.iter().chain(&input.chosen.outside).map(|(why, n)| (why.clone(), *n)).collect(),
        crs: format!("EPSG:{}", input.crs.epsg),
        secrecy: input.secrecy,
        notes,
        content_hash: input.content_hash.clone(),
    }
}

/// The layer `events`: the input with `cluster` (number or nothing), `core`, and more columns of the method. Takes the
/// input's columns and points.
pub(super) fn events(
    input: &mut Input,
    cluster: &[Option<u32>],
    core: &[bool],
    more: Vec<Column>,
    passport: &Passport,
) -> Layer {
    let style = event_style(input);
    let mut columns = std::mem::take(&mut input.columns);
    let numbers = cluster.iter().map(|number| number.map(i64::from));
    columns.push(column("cluster", true, Values::Integer(numbers.collect())));
    columns.push(column("core", false, Values::Bool(core.iter().copied().map(Some).collect())));
    columns.extend(more);
    Layer {
        name: "events".to_owned(),
        title: title("events", input.kind, passport.secrecy),
        description: swedish("layer-description-events", &[]),
        style,
        columns,
        geometries: Geometries::Points(std::mem::take(&mut input.points)),
        passport: passport.clone(),
    }
}

/// Events by their worst outcome where any is told, else by their commonest types, else in one colour.
fn event_style(input: &Input) -> Style {
    const TYPES: [&str; 7] = ["#1b4f72", "#b9770e", "#117864", "#6c3483", "#7b241c", "#2e86c1", "#5d6d7e"];
    let has = |name: &str| input.columns.iter().any(|column| column.name == name);
    let told = |degree: Severity| input.facts.iter().any(|fact| fact.severity == degree);
    if has("svarighetsgrad") && input.facts.iter().any(|fact| fact.severity != Severity::Unknown) {
        let classes = Severity::table().iter().filter(|degree| told(degree.code)).map(|degree| {
            let colour = match degree.code {
                Severity::Dead => "#1a1a1a",
                Severity::Iss9 | Severity::PoliceSevere => "#b35806",
                Severity::Iss48 | Severity::Hurt => "#e08214",
                Severity::Iss13 | Severity::PoliceLight => "#fdb863",
                Severity::Unhurt | Severity::Property => "#8073ac",
                Severity::Unknown => "#9e9e9e",
            };
            category_class(&degree.sv, &degree.sv, colour)
        });
        return Style::Categorised { column: "svarighetsgrad".to_owned(), classes: classes.collect() };
    }
    let types = ranked(input.facts.iter().filter_map(|fact| fact.category.as_deref()));
    if has("typ") && !types.is_empty() {
        let mut classes: Vec<_> =
            types.iter().zip(TYPES).map(|((name, _), colour)| category_class(name, name, colour)).collect();
        if types.len() > classes.len() || input.facts.iter().any(|fact| fact.category.is_none()) {
            classes.push(category_class("", &text("class-other-types", &[]), "#9e9e9e"));
        }
        return Style::Categorised { column: "typ".to_owned(), classes };
    }
    Style::Single("#37474f".to_owned())
}

/// The layer `cells`: every cell that holds events, by column and row.
fn cells(
    grid: Grid,
    counts: &analysis::Counts,
    of_cells: &[Option<u32>],
    facts: &[super::facts::Fact],
    kind: Option<Kind>,
    passport: &Passport,
) -> Layer {
    let n: Vec<i64> = (0..counts.cells().len()).map(|at| i64::from(counts.count(at))).collect();
    let mut order: Vec<usize> = (0..n.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(n[at]));
    let mut rank = vec![0_i64; n.len()];
    for (place, &at) in (1..).zip(&order) {
        rank[at] = place;
    }
    let weight = |at: usize| counts.members(at).iter().map(|&index| facts[index as usize].weight).sum::<f64>();
    let total = i64::try_from(facts.len().max(1)).unwrap_or(i64::MAX);
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let share = n.iter().map(|n| Some(*n as f64 / total as f64)).collect();
    let largest = n.iter().copied().max().unwrap_or(0).unsigned_abs();
    let columns = vec![
        column("rang", true, Values::Integer(rank.iter().copied().map(Some).collect())),
        column("n", true, Values::Integer(n.iter().copied().map(Some).collect())),
        column("andel_handelser", true, Values::Real(share)),
        column("vikt", false, Values::Real((0..n.len()).map(|at| Some(weight(at))).collect())),
        column("cluster", true, Values::Integer(of_cells.iter().map(|number| number.map(i64::from)).collect())),
        column(
            "kolumn",
            false,
            Values::Integer(counts.cells().iter().map(|cell| Some(i64::from(cell.column))).collect()),
        ),
        column("rad", false, Values::Integer(counts.cells().iter().map(|cell| Some(i64::from(cell.row))).collect())),
        column("rank", false, Values::Integer(rank.iter().copied().map(Some).collect())),
    ];
    let square =
        |cell: &crate::domain::Cell| Some(geo::Geometry::MultiPolygon(analysis::outline::of_cells(&grid, &[*cell])));
    Layer {
        name: "cells".to_owned(),
        title: title("cells", kind, passport.secrecy),
        description: swedish("layer-description-cells", &[]),
        columns,
        geometries: Geometries::Shapes(GeometryKind::Area, counts.cells().iter().map(square).collect()),
        style: count_style("n", largest, kind),
        passport: passport.clone(),
    }
}
