//! Händelser per område: counts of a store's tables or events, or of a file's columns, against what the areas hold.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use geo::{CoordsIter, Geometry, MultiPolygon};

use super::analyse::{From, Report, Request};
use super::areas::{AreaError, Holders, chosen_set, columns_of, road_km};
use super::background::system_of_shapes;
use super::columns::{category_class, column, title};
use super::error::{Refusal, Result};
use super::files;
use super::progress::{Progress, Timings, peak_rss_mib};
use super::styles;
use crate::analysis::{AreaCount, AreaRates, Parameters, area_rates};
use crate::crs::{self, Transform};
use crate::domain::passport::{ContentHash, NO_VINTAGE, SOFTWARE};
use crate::domain::time::iso_utc;
use crate::domain::{
    Area, Class, Column, CrsDefinition, Geometries, GeometryKind, Interval, Kind, Layer, Passport, Placed, Secrecy,
    Style, Tallied, Values, category,
};
use crate::geopackage::Access;
use crate::ingest::periods::{self, Said};
use crate::ingest::{Aliases, area_table, shapes, values};
use crate::store::{Areas as _, EventFilter, GpkgStore, RunRecord, Store as _};
use crate::texts::swedish;

/// The word for every type together.
const ALL_TYPES: &str = "alla";
/// The word for no denominator.
const NONE: &str = "none";

/// What is counted, and what it rests on.
struct Basis {
    areas: Vec<Area>,
    counts: Vec<AreaCount>,
    crs: CrsDefinition,
    kind: Option<Kind>,
    secrecy: Secrecy,
    sources: Vec<String>,
    period: Option<(String, String)>,
    vintage: String,
    used: u64,
    unplaced: u64,
    dropped: BTreeMap<String, u64>,
    notes: Vec<String>,
    content: ContentHash,
    exposure: Option<String>,
}

/// Counts, compares and writes the layer `areas`.
///
/// # Errors
/// [`AreaError`] for what is missing or may not be mixed; readers', stores' and writers' errors.
pub(super) fn run(
    request: &Request<'_>,
    parameters: &Parameters,
    few: u64,
    progress: &dyn Progress,
    timings: &Timings,
) -> Result<Report> {
    let given = |id: &str| parameters.text(id);
    let exposure = given("exposure").filter(|word| *word != NONE);
    if request.network.is_some() {
        return Err(Refusal::NetworkNotUsed { method: parameters.method().id }.into());
    }
    let mut store = None;
    let mut basis = match &request.from {
        From::Store { path, kind } => {
            if given("value").is_some() {
                return Err(AreaError::ParameterNotUsed { parameter: "value" }.into());
            }
            let opened = store.insert(GpkgStore::open(path, Access::ReadWrite)?);
            timings.time("read", || of_store(opened, *kind, parameters, exposure))?
        }
        From::File { path, request } => {
            for parameter in ["period", "set", "category"] {
                if given(parameter).is_some() {
                    return Err(AreaError::ParameterNotUsed { parameter }.into());
                }
            }
            timings.time("read", || of_file(path, request.layer, request.crs, given("value"), exposure))?
        }
    };
    progress.stage("stage-compute", 0);
    let with_exposure = basis.exposure.is_some();
    let rates = timings.time("compute", || area_rates(&basis.counts, with_exposure));
    let content = std::mem::take(&mut basis.content).finish();
    let layer = layer(&basis, &rates, few, parameters, content);
    progress.stage("stage-write", 0);
    let layers = vec![layer];
    let warnings = timings.time("write", || files::layers(&request.output, &layers, &basis.crs, request.layer))?;
    let kept = request.keep && store.is_some();
    let passport = layers[0].passport.clone();
    if let (Some(store), true) = (&mut store, kept) {
        let record = RunRecord {
            id: format!("{}-{}", passport.method, super::columns::kind_word(basis.kind)),
            method: passport.method.clone(),
            kind: basis.kind,
            title: layers[0].title.clone(),
            passport: passport.clone(),
        };
        timings.time("write", || -> Result<()> {
            store.save_run(&record, &layers)?;
            styles::write(store)
        })?;
    }
    progress.finish();
    Ok(Report {
        method: request.method.to_owned(),
        features: layers[0].geometries.len(),
        timings: timings.seconds(),
        peak_rss_mib: peak_rss_mib(),
        layers: layers.iter().map(|layer| (layer.name.clone(), layer.geometries.len())).collect(),
        passport,
        warnings,
        kept,
        certificate: None,
    })
}

fn of_store(
    store: &mut GpkgStore,
    kind: Option<Kind>,
    parameters: &Parameters,
    exposure: Option<&str>,
) -> Result<Basis> {
    let file = store.path().display().to_string();
    let set = chosen_set(store, parameters.text("set"))?;
    let areas = store.areas(Some(&set))?;
    let period = match parameters.text("period") {
        None => None,
        Some(text) => match periods::read(text) {
            Some(Said::Days((from, to))) => Some((from.to_string(), to.to_string())),
            _ => return Err(AreaError::PeriodUnreadable { period: text.to_owned() }.into()),
        },
    };
    let mut basis = Basis {
        counts: areas.iter().map(|area| AreaCount::known(&area.code, 0, None)).collect(),
        areas,
        crs: store.settings().crs.clone(),
        kind,
        secrecy: Secrecy::Intern,
        sources: Vec::new(),
        period: None,
        vintage: NO_VINTAGE.to_owned(),
        used: 0,
        unplaced: 0,
        dropped: BTreeMap::new(),
        notes: Vec::new(),
        content: ContentHash::default(),
        exposure: None,
    };
    basis.notes.push(swedish("note-area-set", &[("set", set.clone()), ("count", basis.areas.len().to_string())]));
    let has_tables = kind.is_none() && !store.area_counts(Some(&set))?.is_empty();
    if has_tables {
        from_tables(store, &file, &set, parameters.text("category"), period.as_ref(), &mut basis)?;
    } else {
        from_events(store, &file, parameters.text("category"), period.as_ref(), &mut basis)?;
    }
    if let Some(exposure) = exposure {
        denominators(store, &file, &set, exposure, &mut basis)?;
    }
    Ok(basis)
}

/// Sums the store's tables of counts. An area that lacks a cell which another has is known from below only.
fn from_tables(
    store: &GpkgStore,
    file: &str,
    set: &str,
    category: Option<&str>,
    period: Option<&(String, String)>,
    basis: &mut Basis,
) -> Result<()> {
    let mut rows = store.area_counts(Some(set))?;
    let mut types: Vec<String> = rows.iter().map(|row| row.category_text.clone()).collect();
    types.sort();
    types.dedup();
    let file = || file.to_owned();
    match category {
        Some(ALL_TYPES) => basis.notes.push(swedish("note-all-types", &[("types", types.join(", "))])),
        Some(wanted) => {
            let lower = wanted.to_lowercase();
            rows.retain(|row| row.category_text.to_lowercase() == lower || row.category.to_lowercase() == lower);
            let Some(first) = rows.first() else {
                return Err(
                    AreaError::NoSuchCategory { file: file(), category: wanted.to_owned(), categories: types }.into()
                );
            };
            let mut met: Vec<&str> = rows.iter().map(|row| row.category_text.as_str()).collect();
            met.sort_unstable();
            met.dedup();
            let met = if met.len() == 1 { first.category_text.clone() } else { met.join(", ") };
            basis.notes.push(swedish("note-type", &[("type", met)]));
        }
        None if types.len() > 1 => return Err(AreaError::SeveralCategories { file: file(), categories: types }.into()),
        None => basis.notes.push(swedish("note-type", &[("type", types.join(", "))])),
    }
    let mut periods: Vec<String> = rows.iter().map(|row| format!("{}–{}", row.from, row.to)).collect();
    periods.sort();
    periods.dedup();
    if let Some((from, to)) = period {
        let before = rows.len();
        let partly =
            rows.iter().filter(|row| row.from <= *to && *from <= row.to && !(*from <= row.from && row.to <= *to));
        let partly = partly.count() as u64;
        rows.retain(|row| *from <= row.from && row.to <= *to);
        if partly > 0 {
            basis.dropped.insert(swedish("dropped-partly-in-period", &[]), partly);
        }
        if rows.is_empty() && before > 0 {
            let period = format!("{from}–{to}");
            return Err(AreaError::NothingInPeriod { file: file(), period, periods }.into());
        }
    }
    let cells: BTreeSet<(&str, &str, &str)> =
        rows.iter().map(|row| (row.from.as_str(), row.to.as_str(), row.category_text.as_str())).collect();
    let mut met: BTreeMap<&str, Vec<Tallied>> = BTreeMap::new();
    for row in &rows {
        met.entry(row.area.as_str()).or_default().push(row.count);
        let (n, high) = (row.count.low().to_string(), format!("{:?}", row.count.high()));
        basis.content.add(&[&row.area, &row.from, &row.to, &row.category_text, &n, &high]);
    }
    let mut incomplete = 0;
    for count in &mut basis.counts {
        let own = met.get(count.code.as_str()).map(Vec::as_slice).unwrap_or_default();
        if own.is_empty() {
            (count.low, count.high) = (None, None);
            continue;
        }
        count.low = Some(own.iter().map(|one| one.low()).sum());
        let whole = own.len() == cells.len();
        incomplete += u64::from(!whole);
        count.high = if whole { own.iter().try_fold(0_u64, |sum, one| Some(sum + one.high()?)) } else { None };
    }
    if incomplete > 0 {
        basis.notes.push(swedish("note-area-incomplete", &[("count", incomplete.to_string())]));
    }
    let known: BTreeSet<&str> = basis.areas.iter().map(|area| area.code.as_str()).collect();
    basis.unplaced = met.get("").into_iter().flatten().map(|one| one.low()).sum();
    let gone: u64 = met
        .iter()
        .filter(|(code, _)| !code.is_empty() && !known.contains(*code))
        .flat_map(|(_, own)| own.iter().map(|one| one.low()))
        .sum();
    if gone > 0 {
        basis.dropped.insert(swedish("dropped-area-gone", &[]), gone);
    }
    basis.used = basis.counts.iter().filter_map(|count| count.low).sum();
    basis.sources = rows.iter().map(|row| row.source.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let (first, last) = (rows.iter().map(|row| &row.from).min(), rows.iter().map(|row| &row.to).max());
    if let (Some(first), Some(last)) = (first, last) {
        basis.vintage = format!("{last}T00:00:00.000Z");
        basis.period = Some((first.clone(), last.clone()));
    }
    Ok(())
}

/// Counts the store's events into areas. Middles of areas are no places and are left out.
fn from_events(
    store: &GpkgStore,
    file: &str,
    wanted: Option<&str>,
    period: Option<&(String, String)>,
    basis: &mut Basis,
) -> Result<()> {
    let counts = store.counts_by_kind()?;
    let kinds: Vec<String> = counts.iter().map(|count| count.kind.code().to_owned()).collect();
    let kind = match (basis.kind, counts.as_slice()) {
        (_, []) => return Err(AreaError::NothingToCount { file: file.to_owned() }.into()),
        (Some(kind), _) if counts.iter().any(|count| count.kind == kind) => kind,
        (Some(_), _) => return Err(Refusal::NoEvents { file: file.to_owned() }.into()),
        (None, [only]) => only.kind,
        (None, _) => return Err(Refusal::SeveralKinds { file: file.to_owned(), kinds }.into()),
    };
    basis.kind = Some(kind);
    basis.secrecy = Secrecy::Open;
    let events = store.events(&EventFilter { kinds: Some(vec![kind]), ..EventFilter::default() })?;
    let shapes: Vec<&MultiPolygon<f64>> = basis.areas.iter().map(|area| &area.shape).collect();
    let holders = Holders::new(shapes.into_iter());
    let mut dropped: BTreeMap<&'static str, u64> = BTreeMap::new();
    let (mut first, mut last): (Option<String>, Option<String>) = (None, None);
    let mut latest = None;
    let mut sources = BTreeSet::new();
    let mut n = vec![0_u64; basis.counts.len()];
    for event in &events {
        if let Some(wanted) = wanted.filter(|wanted| *wanted != ALL_TYPES) {
            let words = category::shown(&event.category, event.category_text.as_deref()).unwrap_or_default();
            if event.category.to_lowercase() != wanted.to_lowercase() && words.to_lowercase() != wanted.to_lowercase() {
                continue;
            }
        }
        let days = event.time.as_ref().and_then(Interval::days);
        if let Some((from, to)) = period {
            match &days {
                Some((start, end)) if from <= start && end <= to => {}
                Some((start, end)) if start <= to && from <= end => {
                    *dropped.entry("dropped-partly-in-period").or_default() += 1;
                    continue;
                }
                Some(_) => continue,
                None => {
                    *dropped.entry("dropped-undated").or_default() += 1;
                    continue;
                }
            }
        }
        basis.secrecy = basis.secrecy.max(event.secrecy);
        let Some(position) = event.position else {
            basis.unplaced += 1;
            continue;
        };
        if position.placed == Placed::AreaCentroid {
            *dropped.entry("dropped-area-centroid-areas").or_default() += 1;
            continue;
        }
        let Some(at) = holders.of([position.x, position.y]) else {
            *dropped.entry("dropped-outside-areas").or_default() += 1;
            continue;
        };
        n[at] += 1;
        basis.used += 1;
        basis.content.add(&[&event.id, &event.content]);
        sources.insert(event.source.system.clone());
        latest = latest.max(event.time.as_ref().map(|time| time.to));
        if let Some((start, end)) = days {
            first = Some(first.map_or(start.clone(), |old| old.min(start)));
            last = Some(last.map_or(end.clone(), |old| old.max(end)));
        }
    }
    for (count, n) in basis.counts.iter_mut().zip(n) {
        (count.low, count.high) = (Some(n), Some(n));
    }
    basis.dropped.extend(dropped.into_iter().map(|(id, count)| (swedish(id, &[]), count)));
    basis.sources = sources.into_iter().collect();
    basis.period = first.zip(last);
    basis.vintage = latest.map_or_else(|| NO_VINTAGE.to_owned(), iso_utc);
    Ok(())
}

/// Puts the denominator of the year nearest to the data to each area: the latest one not after it, else the earliest.
fn denominators(store: &mut GpkgStore, file: &str, set: &str, asked: &str, basis: &mut Basis) -> Result<()> {
    if asked == "road-km" {
        road_km(store, set)?;
    }
    let held = store.exposures(Some(set))?;
    let rows: Vec<_> = held.iter().filter(|row| row.quantity == asked).collect();
    if rows.is_empty() {
        let exposures: BTreeSet<String> = held.iter().map(|row| row.quantity.clone()).collect();
        let (file, exposure) = (file.to_owned(), asked.to_owned());
        let exposures = exposures.into_iter().collect();
        return Err(AreaError::NoSuchExposure { file, exposure, exposures }.into());
    }
    let end = basis.period.as_ref().and_then(|(_, last)| last.get(..4)?.parse::<i16>().ok()).unwrap_or(i16::MAX);
    let years: BTreeSet<Option<i16>> = rows.iter().map(|row| row.year).collect();
    let year = years.iter().rev().find(|year| year.is_none_or(|year| year <= end)).or_else(|| years.iter().next());
    let year = year.copied().flatten();
    let mut sources: BTreeSet<&str> = BTreeSet::new();
    let mut spread = false;
    for count in &mut basis.counts {
        let row = rows.iter().find(|row| row.area == count.code && row.year == year);
        count.exposure = row.map(|row| row.value);
        if let Some(row) = row {
            sources.insert(&row.source);
            spread |= row.method == "area-weighted";
        }
        let text = count.exposure.map_or_else(String::new, |value| value.to_string());
        basis.content.add(&["exposure", &count.code, &text]);
    }
    let values = [
        ("exposure", word(asked)),
        ("year", year.map_or_else(|| swedish("year-not-told", &[]), |year| year.to_string())),
        ("source", sources.into_iter().collect::<Vec<_>>().join(", ")),
    ];
    basis.notes.push(swedish("note-exposure", &values));
    if spread {
        basis.notes.push(swedish("exposure-spread", &[]));
    }
    basis.exposure = Some(asked.to_owned());
    Ok(())
}

/// What people call a denominator; its own name where it is none of the usual ones.
fn word(exposure: &str) -> String {
    let id = format!("exposure-{exposure}");
    let found = swedish(&id, &[]);
    if found == id { exposure.to_owned() } else { found }
}

/// Reads areas with a column of counts, and one of denominators.
fn of_file(
    path: &Path,
    layer: Option<&str>,
    asked: Option<&str>,
    value: Option<&str>,
    exposure: Option<&str>,
) -> Result<Basis> {
    let shown = path.display().to_string();
    let is_area = |geometry: &Geometry<f64>| matches!(geometry, Geometry::Polygon(_) | Geometry::MultiPolygon(_));
    let mut layers = shapes::read(path, layer)?;
    layers.retain(|layer| layer.rows.iter().any(|row| is_area(&row.geometry)));
    if layers.len() > 1 {
        let sets = layers.into_iter().map(|layer| layer.name).collect();
        return Err(AreaError::SeveralAreaSets { file: shown, sets }.into());
    }
    let Some(found) = layers.pop() else { return Err(AreaError::NoAreas { file: shown }.into()) };
    let columns = columns_of(&found.rows);
    let Some(value) = value else { return Err(AreaError::ParameterNeeded { parameter: "value", columns }.into()) };
    let named = |wanted: &str| -> Result<String> {
        let found = columns.iter().find(|column| column.to_lowercase() == wanted.to_lowercase());
        let missing =
            || Refusal::NoSuchColumn { file: shown.clone(), column: wanted.to_owned(), columns: columns.clone() };
        Ok(found.ok_or_else(missing)?.clone())
    };
    let value = named(value)?;
    let exposure = exposure.map(named).transpose()?;
    let source = system_of_shapes(&shown, &found, asked, None)?;
    let definition = if crs::is_geographic(&source)? {
        let corners: Vec<[f64; 2]> =
            found.rows.iter().flat_map(|row| row.geometry.coords_iter().map(|c| [c.x, c.y])).collect();
        let fitting = ["EPSG:3006", "EPSG:3067"].into_iter().find(|crs| crs::all_in_area(crs, &corners));
        crs::metric(fitting.ok_or_else(|| Refusal::DegreesElsewhere { file: shown.clone() })?)?
    } else {
        crs::metric(&source)?
    };
    let transform = Transform::new(&source, &format!("EPSG:{}", definition.epsg))?;
    let aliases = Aliases::of("areas", None)?;
    let (code, name) = (aliases.column("code", &columns), aliases.column("name", &columns));
    let mut basis = Basis {
        areas: Vec::new(),
        counts: Vec::new(),
        crs: definition,
        kind: None,
        secrecy: Secrecy::Intern,
        sources: vec![path.file_name().map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned())],
        period: None,
        vintage: NO_VINTAGE.to_owned(),
        used: 0,
        unplaced: 0,
        dropped: BTreeMap::new(),
        notes: Vec::new(),
        content: ContentHash::default(),
        exposure: exposure.clone(),
    };
    for (row, shape) in (1..).zip(&found.rows) {
        let Some(own) = transform.shape(&shape.geometry).filter(is_area) else {
            *basis.dropped.entry(swedish("dropped-no-area", &[])).or_default() += 1;
            continue;
        };
        let cell = |column: &str| shape.fields.get(column).and_then(|text| values::known(text));
        let field = |at: Option<usize>| at.and_then(|at| cell(&columns[at])).map(str::to_owned);
        let count = match cell(&value) {
            None => None,
            Some(text) => Some(area_table::tallied(text).ok_or_else(|| AreaError::CountUnreadable {
                file: shown.clone(),
                column: value.clone(),
                row,
                value: text.to_owned(),
            })?),
        };
        let exposure = exposure.as_ref().and_then(|column| cell(column)).and_then(values::number);
        let code = field(code).or_else(|| field(name)).unwrap_or_else(|| row.to_string());
        basis.content.add(&[&code, cell(&value).unwrap_or(""), &exposure.map_or_else(String::new, |e| e.to_string())]);
        basis.used += count.map_or(0, Tallied::low);
        basis.counts.push(AreaCount {
            code: code.clone(),
            low: count.map(Tallied::low),
            high: count.and_then(Tallied::high),
            exposure,
        });
        let shape = match own {
            Geometry::Polygon(area) => area.into(),
            Geometry::MultiPolygon(areas) => areas,
            _ => MultiPolygon::new(Vec::new()),
        };
        basis.areas.push(Area { set: found.name.clone(), code, name: field(name), shape, source: shown.clone() });
    }
    Ok(basis)
}

/// What an area is drawn as.
fn class(basis: &Basis, rates: &AreaRates, at: usize, few: u64) -> &'static str {
    let (count, found) = (&basis.counts[at], &rates.areas[at]);
    let Some(low) = count.low else { return "area-class-missing" };
    if basis.exposure.is_some() && found.rate_limits.is_none() {
        return "area-class-missing";
    }
    if low < few && count.high.is_none_or(|high| high < few || count.n().is_none()) {
        return if count.n().is_none() { "area-class-hidden" } else { "area-class-few" };
    }
    if basis.exposure.is_none() {
        return match low {
            100.. => "area-class-100",
            50..100 => "area-class-50",
            20..50 => "area-class-20",
            10..20 => "area-class-10",
            _ => "area-class-less",
        };
    }
    match found.ratio_limits {
        Some((from, _)) if from > 1.0 => "area-class-more",
        Some((_, Some(to))) if to < 1.0 => "area-class-fewer",
        _ => "area-class-as",
    }
}

/// Classes with their colours in the order of the legend; those of counts are for maps without a denominator.
const CLASSES: [(&str, &str, bool); 11] = [
    ("area-class-more", "#b35806", false),
    ("area-class-as", "#f7f0e6", false),
    ("area-class-fewer", "#80a9c9", false),
    ("area-class-100", "#3f007d", false),
    ("area-class-50", "#54278f", false),
    ("area-class-20", "#6a51a3", false),
    ("area-class-10", "#807dba", false),
    ("area-class-less", "#bcbddc", false),
    ("area-class-few", "#d9d9d9", true),
    ("area-class-hidden", "#c7c0d6", true),
    ("area-class-missing", "#bdbdbd", false),
];

fn layer(basis: &Basis, rates: &AreaRates, few: u64, parameters: &Parameters, content_hash: String) -> Layer {
    let n = basis.areas.len();
    let scale = match basis.exposure.as_deref() {
        None | Some("road-km") => 1.0,
        Some(_) => 1_000.0,
    };
    // By rank, then by code: areas without a rank come last.
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| {
        let rank = |at: usize| rates.areas[at].rank.unwrap_or(u32::MAX);
        rank(a).cmp(&rank(b)).then_with(|| basis.areas[a].code.cmp(&basis.areas[b].code))
    });
    let integer = |of: &dyn Fn(usize) -> Option<u64>| {
        Values::Integer(order.iter().map(|&at| of(at).and_then(|value| i64::try_from(value).ok())).collect())
    };
    let real = |of: &dyn Fn(usize) -> Option<f64>| Values::Real(order.iter().map(|&at| of(at).map(rounded)).collect());
    let text = |of: &dyn Fn(usize) -> Option<String>| Values::Text(order.iter().map(|&at| of(at)).collect());
    let found = |at: usize| &rates.areas[at];
    let with_exposure = basis.exposure.is_some();
    let mut columns = vec![
        column("rang", true, integer(&|at| found(at).rank.map(u64::from))),
        column("namn", true, text(&|at| basis.areas[at].name.clone().or_else(|| Some(basis.areas[at].code.clone())))),
        column("kod", false, text(&|at| Some(basis.areas[at].code.clone()))),
        column("n", true, integer(&|at| basis.counts[at].n())),
        column("n_minst", false, integer(&|at| basis.counts[at].low)),
        column("n_hogst", false, integer(&|at| basis.counts[at].high)),
    ];
    if let Some(exposure) = &basis.exposure {
        let unit = match exposure.as_str() {
            "road-km" => swedish("per-km", &[]),
            other => swedish("per-1000", &[("what", word(other))]),
        };
        let titled = |name: &str, visible: bool, alias: String, values: Values| Column {
            name: name.to_owned(),
            alias,
            visible,
            values,
        };
        let limit = |at: usize, pick: &dyn Fn((f64, Option<f64>)) -> Option<f64>| {
            found(at).rate_limits.and_then(pick).map(|value| value * scale)
        };
        let said = |id: &str| swedish(id, &[("unit", unit.clone())]);
        columns.extend([
            titled("namnare", true, word(exposure), real(&|at| basis.counts[at].exposure)),
            titled("antal_per", true, said("col-antal_per"), real(&|at| found(at).rate.map(|rate| rate * scale))),
            titled("antal_per_lag", false, said("col-antal_per_lag"), real(&|at| limit(at, &|limits| Some(limits.0)))),
            titled("antal_per_hog", false, said("col-antal_per_hog"), real(&|at| limit(at, &|limits| limits.1))),
            column(
                "vantat",
                true,
                real(&|at| found(at).expected.filter(|(low, high)| *high == Some(*low)).map(|(low, _)| low)),
            ),
            column("kvot", true, real(&|at| found(at).ratio)),
            column("kvot_lag", false, real(&|at| found(at).ratio_limits.map(|limits| limits.0))),
            column("kvot_hog", false, real(&|at| found(at).ratio_limits.and_then(|limits| limits.1))),
        ]);
    } else {
        columns.extend([
            column("n_lag", true, real(&|at| found(at).count_limits.map(|limits| limits.0))),
            column("n_hog", true, real(&|at| found(at).count_limits.and_then(|limits| limits.1))),
        ]);
    }
    let classes: Vec<&'static str> = (0..n).map(|at| class(basis, rates, at, few)).collect();
    let few_text = few.to_string();
    let label = |id: &str| swedish(id, &[("few", few_text.clone())]);
    columns.extend([
        column("andel_handelser", false, real(&|at| found(at).share)),
        column("bedomning", true, text(&|at| Some(label(classes[at])))),
        column("rank", false, integer(&|at| found(at).rank.map(u64::from))),
    ]);
    let drawn = CLASSES
        .iter()
        .filter(|(id, ..)| classes.contains(id))
        .map(|(id, colour, hatched)| Class { hatched: *hatched, ..category_class(&label(id), &label(id), colour) });
    let style = Style::Categorised { column: "bedomning".to_owned(), classes: drawn.collect() };
    let shape = |at: &usize| {
        let shape = &basis.areas[*at].shape;
        (!shape.0.is_empty()).then(|| Geometry::MultiPolygon(shape.clone()))
    };
    let mut notes = basis.notes.clone();
    notes.push(swedish("note-few", &[("few", few_text.clone())]));
    notes.push(swedish(if with_exposure { "note-area-interval" } else { "note-area-interval-count" }, &[]));
    if with_exposure {
        let ranked = rates.areas.iter().filter(|area| area.rank.is_some()).count();
        #[expect(clippy::cast_precision_loss, reason = "a number of areas")]
        let chance = format!("{:.0}", (ranked as f64 * 0.05).ceil());
        notes.push(swedish("note-area-many", &[("count", ranked.to_string()), ("chance", chance)]));
    } else {
        notes.push(swedish("note-no-exposure", &[]));
    }
    if rates.high != Some(rates.low) {
        notes.push(swedish("note-area-hidden", &[]));
    }
    for (reason, count) in &basis.dropped {
        notes.push(swedish("note-left-out", &[("count", count.to_string()), ("reason", reason.clone())]));
    }
    if basis.unplaced > 0 {
        notes.push(swedish("note-area-unplaced", &[("count", basis.unplaced.to_string())]));
    }
    let passport = Passport {
        software: SOFTWARE.to_owned(),
        method: parameters.method().id.to_owned(),
        parameters: parameters.to_json(),
        seed: None,
        sources: basis.sources.clone(),
        period: basis.period.clone(),
        vintage: basis.vintage.clone(),
        used: basis.used,
        unplaced: basis.unplaced,
        dropped: basis.dropped.clone(),
        crs: format!("EPSG:{}", basis.crs.epsg),
        secrecy: basis.secrecy,
        notes,
        content_hash,
    };
    Layer {
        name: "areas".to_owned(),
        title: title("areas", basis.kind, passport.secrecy),
        description: swedish("layer-description-areas", &[]),
        columns,
        geometries: Geometries::Shapes(GeometryKind::Area, order.iter().map(shape).collect()),
        style,
        passport,
    }
}

/// To nine figures: the same on every machine, and more than anyone reads.
fn rounded(value: f64) -> f64 {
    format!("{value:.8e}").parse().unwrap_or(value)
}
