//! Import events: files, a mapping and a store in; an account of every row out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use geo::{Contains, MapCoords, MultiPolygon, Point};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::conveyor::{Sender, conveyed};
use super::error::{Error, Refusal, Result};
use super::progress::{Progress, Timings};
use super::{coverage, geocode, quarantine, snap};
use crate::crs::{self, AxisOrder, Choice, Stated, Transform, WGS84};
use crate::domain::Source;
use crate::domain::passport::NO_VINTAGE;
use crate::domain::time::iso_utc;
use crate::ingest::binding::QUARANTINE_CRS;
use crate::ingest::cells::Row;
use crate::ingest::values::{DateOrder, ShownOrder, known, shown_order};
use crate::ingest::{
    self, Assembler, Field, Mapping, MappingError, Outcome, Part, ReadOptions, Reading, Rejected, Sheet, Table,
    Warnings,
};
use crate::store::{self, GpkgStore, ImportCounts, ImportRun, Quarantined, Store, Tally};
use crate::texts::{swedish, text};

/// What to import.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The files. A sheet of persons joins a sheet of events, whichever file it stands in.
    pub files: Vec<PathBuf>,
    /// A shipped mapping's name or a TOML file; `None` recognises the file by its columns.
    pub map: Option<String>,
    /// The file's coordinate system, where it does not say.
    pub crs: Option<String>,
    /// Sheet or layer.
    pub layer: Option<String>,
    /// Whether changed events are taken in place of the older version.
    pub replace: bool,
    /// Where to write the rows that went to quarantine.
    pub quarantine: Option<PathBuf>,
}

/// The account of an import. `read = accepted + quarantined + present`, for events and for persons.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Events.
    #[serde(flatten)]
    pub events: Tally,
    /// Persons in them.
    pub persons: Tally,
    /// Events that took the place of an older version.
    pub replaced: u64,
    /// Quarantined rows that were mended by this import.
    pub closed: u64,
    /// Warnings: id to number of rows.
    pub warnings: BTreeMap<String, u64>,
    /// Warnings: id to the first rows.
    pub warning_rows: BTreeMap<String, Vec<u32>>,
    /// Reasons for quarantine: id to number of rows.
    pub reasons: BTreeMap<String, u64>,
    /// Coordinate system of the file, or `None` where no row has coordinates.
    pub crs: Option<String>,
    /// Whether the file's first coordinate column is `east_north` or `north_east`.
    pub axis_order: Option<String>,
    /// Encoding, for text formats.
    pub encoding: Option<String>,
    /// The mapping that was used.
    pub mapping: String,
    /// What was chosen on the reader's behalf and why.
    pub notes: Vec<String>,
    /// Columns that fed nothing.
    pub unmapped: Vec<String>,
    /// Rows in the quarantine file, where one was asked for.
    pub in_quarantine_file: u64,
}

/// Files read and sorted into sheets of events and of persons, with their mapping.
pub struct Plan {
    /// All tables.
    pub tables: Vec<Table>,
    /// The mapping.
    pub mapping: Mapping,
    /// Indices of tables with a row an event (or a row a person, where there is no other sheet).
    pub events: Vec<usize>,
    /// Index of the table with a row a person.
    pub persons: Option<usize>,
}

/// Reads the files and finds the mapping. Shared by import and dry run.
///
/// # Errors
/// Readers' and mappings' errors; [`Refusal::EmptyInput`] where there is no row at all.
pub fn plan(request: &Request, timings: &Timings) -> Result<Plan> {
    let options = ReadOptions { layer: request.layer.clone(), ..ReadOptions::default() };
    let mut tables = Vec::new();
    for file in &request.files {
        tables.extend(timings.time("read", || ingest::read(file, &options))?);
    }
    let named = |file: &Path| file.display().to_string();
    let first = request.files.first().map_or_else(String::new, |file| named(file));
    tables.retain(|table| !table.is_empty() || !table.broken.is_empty());
    if tables.is_empty() {
        return Err(Refusal::EmptyInput { file: first }.into());
    }
    let mapping = mapping_for(request.map.as_deref(), &tables, &first)?;
    let is_named = |table: &Table, names: &[String]| {
        let lower = |text: &str| text.to_lowercase();
        let stem = Path::new(&table.file).file_stem().map(|stem| lower(&stem.to_string_lossy())).unwrap_or_default();
        let sheet = table.sheet.as_deref().map_or(stem, lower);
        names.iter().any(|name| sheet == lower(name) || sheet.ends_with(&format!("_{}", lower(name))))
    };
    let persons =
        (tables.len() > 1).then(|| tables.iter().position(|table| is_named(table, &mapping.sheets.persons))).flatten();
    let named_events: Vec<usize> =
        (0..tables.len()).filter(|index| is_named(&tables[*index], &mapping.sheets.events)).collect();
    let others: Vec<usize> = (0..tables.len()).filter(|index| Some(*index) != persons).collect();
    let events = if named_events.is_empty() { others } else { named_events };
    if request.files.len() == 1 && events.len() > 1 {
        let sheets = tables.iter().filter_map(|table| table.sheet.clone()).collect();
        return Err(Refusal::SeveralSheets { file: first, sheets }.into());
    }
    Ok(Plan { tables, mapping, events, persons })
}

/// The mapping that was asked for, or the one that recognises the first table.
fn mapping_for(map: Option<&str>, tables: &[Table], file: &str) -> Result<Mapping> {
    match map {
        Some(path) if Path::new(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) => {
            let toml = std::fs::read_to_string(path).map_err(|error| Error::of_file(Path::new(path), &error))?;
            Ok(Mapping::parse(path, &toml)?)
        }
        Some(name) => Ok(Mapping::named(name)?),
        None => {
            let columns: Vec<String> = tables.iter().flat_map(|table| table.columns.iter().cloned()).collect();
            Ok(Mapping::recognising(file, &columns)?)
        }
    }
}

/// How one table's numbers are to be read, and the way from its system to the store's.
pub struct Chosen {
    /// Coordinate system and axis order; `None` where no row has coordinates.
    pub choice: Option<Choice>,
    /// Order of day and month.
    pub date_order: Option<DateOrder>,
    target: String,
    transform: Option<Transform>,
    domain: Option<crate::domain::Bbox>,
}

/// A [`Chosen`] on its way to another thread: PROJ's own part stays on the thread that made it.
pub struct Way {
    choice: Option<Choice>,
    date_order: Option<DateOrder>,
    target: String,
}

impl Way {
    /// What was chosen, made anew here.
    fn open(self) -> Result<Chosen> {
        let Self { choice, date_order, target } = self;
        let domain = choice.as_ref().and_then(|choice| crs::domain_of(&choice.crs));
        Chosen { choice, date_order, target: String::new(), transform: None, domain }.towards(&target)
    }
}

impl Chosen {
    /// The same for another thread.
    #[must_use]
    pub fn way(&self) -> Way {
        Way { choice: self.choice.clone(), date_order: self.date_order, target: self.target.clone() }
    }

    /// The choice where no position is asked for.
    #[must_use]
    pub const fn times_only(date_order: Option<DateOrder>) -> Self {
        Self { choice: None, date_order, target: String::new(), transform: None, domain: None }
    }

    /// The same choice on its way to another system.
    ///
    /// # Errors
    /// An unknown system.
    pub fn towards(mut self, target: &str) -> Result<Self> {
        target.clone_into(&mut self.target);
        self.transform = self.choice.as_ref().map(|choice| Transform::new(&choice.crs, target)).transpose()?;
        Ok(self)
    }

    /// The place in the store's system of a point in the file's, or `None` where it cannot be in that system.
    #[must_use]
    pub fn place(&self, point: [f64; 2]) -> Option<[f64; 2]> {
        let inside = self.domain.is_none_or(|bbox| {
            (bbox.min_x..=bbox.max_x).contains(&point[0]) && (bbox.min_y..=bbox.max_y).contains(&point[1])
        });
        if inside { self.transform.as_ref()?.convert(point) } else { None }
    }

    /// Axis order of the (easting, northing) columns.
    #[must_use]
    pub fn axes(&self) -> AxisOrder {
        self.choice.as_ref().map_or(AxisOrder::EastNorth, |choice| choice.order)
    }
}

/// Which of day and month a table writes first; `None` where every date has the year first.
///
/// # Errors
/// [`Refusal::AmbiguousDates`] where neither the dates nor the mapping tell.
pub fn date_order(mapping: &Mapping, sheet: &Sheet<'_>) -> Result<Option<DateOrder>> {
    let table = sheet.table;
    let Some(&column) = sheet.binding.fields.get(&Field::Date) else { return Ok(None) };
    match shown_order((0..table.len()).map(|row| table.cell(row, column))) {
        ShownOrder::YearFirst => Ok(None),
        ShownOrder::Shown(order) => Ok(Some(order)),
        ShownOrder::Doubtful if mapping.date_order.is_some() => Ok(mapping.date_order),
        ShownOrder::Doubtful => {
            let column = table.columns[column].clone();
            Err(Refusal::AmbiguousDates { file: table.file.clone(), column }.into())
        }
    }
}

/// Chooses coordinate system, axis order and date order for a table.
///
/// # Errors
/// [`MappingError::NothingMapped`], [`Refusal::AmbiguousDates`], and those of [`crs::choose`].
pub fn choose(
    mapping: &Mapping,
    sheet: &Sheet<'_>,
    asked: Option<&str>,
    target: &str,
    home: Option<&MultiPolygon<f64>>,
) -> Result<Chosen> {
    let table = sheet.table;
    let mapped = sheet.binding.fields.keys().any(|field| !matches!(field, Field::Id));
    if !mapped && !table.has_geometry() {
        let columns = table.columns.iter().take(30).cloned().collect();
        return Err(
            MappingError::NothingMapped { file: table.file.clone(), mapping: mapping.name.clone(), columns }.into()
        );
    }
    let date_order = date_order(mapping, sheet)?;
    let pairs: Vec<[f64; 2]> = (0..table.len())
        .filter_map(|row| match table.point(row) {
            Some((point, _)) => Some(point),
            None if table.has_geometry() => None,
            None => Row { mapping, table, binding: &sheet.binding, row }.pair().ok().flatten(),
        })
        .collect();
    if pairs.is_empty() {
        let target = target.to_owned();
        return Ok(Chosen { choice: None, date_order, target, transform: None, domain: None });
    }
    let kept = table.column(QUARANTINE_CRS).and_then(|column| known(table.cell(0, column)));
    let told_by_name = sheet.binding.fields.contains_key(&Field::LatLng);
    let stated = Stated {
        crs: asked.or(table.crs.as_deref()).or(kept).or(mapping.crs.as_deref()),
        trusted: kept.is_some(),
        order: (table.has_geometry() || told_by_name).then_some(AxisOrder::EastNorth),
        extra: &mapping.crs_candidates,
    };
    let choice = crs::choose(&table.file, &pairs, stated, home)?;
    let transform = Some(Transform::new(&choice.crs, target)?);
    let domain = crs::domain_of(&choice.crs);
    Ok(Chosen { choice: Some(choice), date_order, target: target.to_owned(), transform, domain })
}

/// The home area in longitude and latitude, as choosing a system needs it.
///
/// # Errors
/// An unknown system.
pub fn home_in_degrees(settings: &store::Settings) -> Result<Option<MultiPolygon<f64>>> {
    let Some(home) = &settings.home else { return Ok(None) };
    let to_degrees = Transform::new(&format!("EPSG:{}", settings.crs.epsg), WGS84)?;
    let moved = home.map_coords(|coord| {
        let [x, y] = to_degrees.convert([coord.x, coord.y]).unwrap_or([f64::NAN, f64::NAN]);
        geo::Coord { x, y }
    });
    Ok(Some(moved))
}

/// Imports events into a store: one transaction a table of events.
///
/// # Errors
/// Whatever a part refuses; then nothing of that table is kept.
pub fn events(request: &Request, store: &mut GpkgStore, progress: &dyn Progress, timings: &Timings) -> Result<Report> {
    progress.stage("stage-read", 0);
    if let Some(out) = &request.quarantine {
        quarantine::check(out)?;
    }
    let plan = plan(request, timings)?;
    let settings = store.settings().clone();
    let home = home_in_degrees(&settings)?;
    let mut report = Report { mapping: plan.mapping.name.clone(), ..Report::default() };
    for &index in &plan.events {
        one_table(&plan, index, request, store, &settings, home.as_ref(), progress, timings, &mut report)?;
    }
    if let Some(out) = &request.quarantine {
        let files: Vec<String> = plan.tables.iter().map(|table| table.file.clone()).collect();
        report.in_quarantine_file = quarantine::write(store, &files, report.crs.as_deref(), out)?;
    }
    let placed = timings.time("geocode", || geocode::apply_choices(store))?;
    if placed > 0 {
        report.notes.push(text("geocode-applied", &[("count", placed.to_string())]));
    }
    timings.time("snap", || snap::refresh(store))?;
    timings.time("coverage", || coverage::refresh(store))?;
    progress.finish();
    Ok(report)
}

#[expect(clippy::too_many_arguments, reason = "the one table's share of an import; called once")]
fn one_table(
    plan: &Plan,
    index: usize,
    request: &Request,
    store: &mut GpkgStore,
    settings: &store::Settings,
    home: Option<&MultiPolygon<f64>>,
    progress: &dyn Progress,
    timings: &Timings,
    report: &mut Report,
) -> Result<()> {
    let mapping = &plan.mapping;
    let table = &plan.tables[index];
    let sheet = Sheet::new(mapping, table);
    let target = format!("EPSG:{}", settings.crs.epsg);
    let chosen = timings.time("choose", || choose(mapping, &sheet, request.crs.as_deref(), &target, home))?;
    let stamp = timings.time("choose", || vintage(mapping, &sheet, &chosen));
    report.unmapped.extend(sheet.binding.unmapped.iter().cloned());
    report.notes.extend(table.notes.iter().cloned());
    report.encoding = report.encoding.take().or_else(|| table.encoding.clone());
    let columns_swapped = describe_choice(&chosen, &sheet, report);
    let persons = plan.persons.map(|index| Sheet::new(mapping, &plan.tables[index]));
    let person_table = plan.persons.map(|index| &plan.tables[index]);
    let raw = |source: &Source| raw_cells(table, person_table, source);
    let details = json!({ "crs": report.crs, "axis_order": report.axis_order, "encoding": report.encoding });
    let run = ImportRun {
        file: &table.file,
        mapping: &mapping.name,
        stamp: stamp.as_deref(),
        replace: request.replace,
        details: &details,
        raw: &raw,
    };
    progress.stage("stage-import", table.len() as u64);
    let way = chosen.way();
    let home = settings.home.as_ref();
    let make = move |sender: &mut Sender<store::Row>| assembled(mapping, sheet, persons, way, home, sender);
    let take = |rows: &mut dyn Iterator<Item = store::Row>| {
        let rows = (1_u64..).zip(rows).map(|(count, row)| {
            if count.is_multiple_of(1000) {
                progress.done(count);
            }
            Ok::<_, std::convert::Infallible>(row)
        });
        timings.time("write", || store::import_rows(store, &run, rows))
    };
    let (counts, outcome, worked) = conveyed(make, take);
    timings.add("assemble", worked);
    let Made { mut warnings, mut reasons } = outcome?;
    let counts = counts.map_err(|failure| match failure {
        store::ImportFailure::Store(error) => Error::from(error),
        store::ImportFailure::Rows(never) => match never {},
    })?;
    let rejected_events: u64 = reasons
        .iter()
        .filter(|(id, _)| !id.contains("person") && *id != "reason-accident-quarantined")
        .map(|(_, n)| n)
        .sum();
    let changed = counts.events.quarantined.saturating_sub(rejected_events);
    if changed > 0 {
        *reasons.entry("reason-changed".to_owned()).or_default() += changed;
    }
    if columns_swapped {
        warnings.add("warn-axes-swapped", 1);
    }
    report.add(&counts, warnings, reasons);
    Ok(())
}

/// What was met while rows were made.
struct Made {
    warnings: Warnings,
    reasons: BTreeMap<String, u64>,
}

/// Makes the rows of a table for the store, in the file's order.
fn assembled(
    mapping: &Mapping,
    sheet: Sheet<'_>,
    persons: Option<Sheet<'_>>,
    way: Way,
    home: Option<&MultiPolygon<f64>>,
    sender: &mut Sender<store::Row>,
) -> Result<Made> {
    let chosen = way.open()?;
    let place = |point: [f64; 2]| chosen.place(point);
    let reading = Reading { date_order: chosen.date_order, axes: chosen.axes(), place: &place };
    let mut assembler = Assembler::new(mapping, sheet, persons, reading);
    let mut far = Warnings::default();
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for outcome in assembler.by_ref() {
        let row = match outcome {
            Outcome::Event { event, closes } => {
                if let (Some(place), Some(home)) = (&event.position, home)
                    && !home.contains(&Point::new(place.x, place.y))
                {
                    far.add("warn-far-from-home", event.source.row);
                }
                store::Row::Event { event, closes }
            }
            Outcome::Rejected(rejected) => {
                *reasons.entry(rejected.reason.to_owned()).or_default() += 1;
                store::Row::Quarantined(Box::new(quarantined(*rejected)))
            }
        };
        if !sender.send(row) {
            break;
        }
    }
    let mut warnings = std::mem::take(&mut assembler.warnings);
    warnings.0.extend(far.0);
    Ok(Made { warnings, reasons })
}

impl Report {
    fn add(&mut self, counts: &ImportCounts, warnings: Warnings, reasons: BTreeMap<String, u64>) {
        let plus = |sum: &mut Tally, one: &Tally| {
            sum.read += one.read;
            sum.accepted += one.accepted;
            sum.quarantined += one.quarantined;
            sum.present += one.present;
        };
        plus(&mut self.events, &counts.events);
        plus(&mut self.persons, &counts.persons);
        self.replaced += counts.replaced;
        self.closed += counts.closed;
        for (id, warning) in warnings.0 {
            *self.warnings.entry(id.to_owned()).or_default() += warning.count;
            self.warning_rows.entry(id.to_owned()).or_default().extend(warning.rows);
        }
        for (id, count) in reasons {
            *self.reasons.entry(id).or_default() += count;
        }
    }
}

/// Puts the chosen system into the report; returns whether the axes are swapped against the columns' headings.
fn describe_choice(chosen: &Chosen, sheet: &Sheet<'_>, report: &mut Report) -> bool {
    let Some(choice) = &chosen.choice else { return false };
    report.crs = Some(choice.crs.clone());
    let column = |field: Field| sheet.binding.fields.get(&field).copied();
    let both = column(Field::LatLng);
    let (east, north) = match choice.order {
        _ if both.is_some() => (both, both),
        AxisOrder::EastNorth => (column(Field::East), column(Field::North)),
        AxisOrder::NorthEast => (column(Field::North), column(Field::East)),
    };
    let east_first = sheet.table.has_geometry() || both.is_none() && east <= north;
    report.axis_order = Some(if east_first { AxisOrder::EastNorth } else { AxisOrder::NorthEast }.code().to_owned());
    let name = |column: Option<usize>| column.map_or_else(String::new, |column| sheet.table.columns[column].clone());
    let values = vec![
        ("crs", format!("{} ({})", choice.crs, crs::name(&choice.crs))),
        ("east", name(east)),
        ("north", name(north)),
        ("share", format!("{:.0}", choice.share * 100.0)),
    ];
    // The reader of a geometry format has said its system already.
    if !sheet.table.has_geometry() {
        report.notes.push(text(if choice.detected { "note-system-detected" } else { "note-system-stated" }, &values));
    }
    !sheet.table.has_geometry() && choice.order == AxisOrder::NorthEast
}

/// The end of the latest event, as a stamp; `None` where no row has a time.
fn vintage(mapping: &Mapping, sheet: &Sheet<'_>, chosen: &Chosen) -> Option<String> {
    let row = |row: usize| Row { mapping, table: sheet.table, binding: &sheet.binding, row };
    let last = (0..sheet.table.len())
        .filter_map(|index| row(index).time(chosen.date_order).ok().flatten())
        .map(|time| time.to)
        .max();
    last.map(iso_utc).filter(|stamp| stamp != NO_VINTAGE)
}

fn quarantined(rejected: Rejected) -> Quarantined {
    let part = match rejected.part {
        Part::Event => store::Part::Event,
        Part::Person => store::Part::Person,
    };
    Quarantined {
        id: rejected.id,
        part,
        source: Source { system: rejected.system, file: rejected.file, sheet: rejected.sheet, row: rejected.row },
        column: rejected.column,
        value: rejected.value,
        reason: rejected.reason.trim_start_matches("reason-").to_owned(),
        reason_text: swedish(rejected.reason, &[]),
        raw: rejected.cells.into_iter().map(|(name, value)| (name, Value::String(value))).collect(),
    }
}

/// The cells of the row at this place, for rows that the store itself quarantines.
fn raw_cells(events: &Table, persons: Option<&Table>, source: &Source) -> Map<String, Value> {
    let table = persons
        .filter(|table| table.file == source.file && table.sheet == source.sheet && events.sheet != source.sheet)
        .unwrap_or(events);
    let Some(row) = (0..table.len()).find(|row| table.row_number(*row) == source.row) else { return Map::new() };
    table.columns.iter().cloned().zip(table.row(row).map(|cell| Value::String(cell.to_owned()))).collect()
}
