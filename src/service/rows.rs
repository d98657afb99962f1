//! Rows on their way into an analysis, from a store or straight from a file: places, facts, and the columns that the
//! layer `events` shows. In canonical order: by x, then y, then content, so that the order of rows plays no part.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::columns::column;
use super::error::{Error, Refusal, Result};
use super::facts::{self, AREA, Fact, Told};
use super::import::{Chosen, choose, date_order};
use super::progress::Timings;
use crate::crs;
use crate::domain::passport::ContentHash;
use crate::domain::{Bbox, Column, CrsDefinition, Event, Kind, Net, Position, Secrecy, Severity, Values, category};
use crate::ingest::cells::{Fault, Row, severity_of};
use crate::ingest::values::{known, number};
use crate::ingest::{self, Binding, Field, Mapping, ReadOptions, Sheet, Table, Warnings};
use crate::store::{EventFilter, GpkgStore, Store};

/// Everything an analysis needs of its input.
pub struct Input {
    /// `[n]` places in `crs`; `None` is ej platsbestämd.
    pub points: Vec<Option<[f64; 2]>>,
    /// `[n]` facts.
    pub facts: Vec<Fact>,
    /// Columns of the layer `events`, `[n]` values each.
    pub columns: Vec<Column>,
    /// The CRS of the points and of every result.
    pub crs: CrsDefinition,
    /// The kind, where all rows have the same.
    pub kind: Option<Kind>,
    /// Strictest secrecy among the rows.
    pub secrecy: Secrecy,
    /// Registers or files.
    pub sources: Vec<String>,
    /// Hash over the canonical rows.
    pub content_hash: String,
    /// Area of the home area in square metres, or 0 where there is none.
    pub home_m2: f64,
    /// Rows that were left out of the analysis, and are still rows of the input: reason to number.
    pub dropped: BTreeMap<String, u64>,
    /// What was chosen among the rows that were read.
    pub chosen: super::selection::Chosen,
    /// What was chosen on the reader's behalf.
    pub notes: Vec<String>,
    /// Warnings of the command, one sentence each.
    pub warnings: Vec<String>,
}

impl Input {
    /// Square metres against which shares of the area are counted: the home area's, else the box's around these points.
    #[must_use]
    pub fn study_m2(&self, points: impl Iterator<Item = [f64; 2]>) -> f64 {
        if self.home_m2 > 0.0 { self.home_m2 } else { Bbox::around(points).area_m2() }
    }

    /// Tells of rows that take no part, where there are any. `reason` is a text's id.
    pub fn leave_out(&mut self, reason: &str, values: &[(&str, String)], count: u64) {
        if count > 0 {
            let reason = crate::texts::swedish(reason, values);
            let told = [("count", count.to_string()), ("reason", reason.clone())];
            self.notes.push(crate::texts::swedish("note-left-out", &told));
            *self.dropped.entry(reason).or_default() += count;
        }
    }
}

/// Rows of a file.
#[derive(Debug, Clone, Default)]
pub struct FileRequest<'a> {
    /// Sheet or layer.
    pub layer: Option<&'a str>,
    /// Column with the easting.
    pub x: Option<&'a str>,
    /// Column with the northing.
    pub y: Option<&'a str>,
    /// Coordinate system of the columns.
    pub crs: Option<&'a str>,
    /// Numeric column that weighs rows, or `severity`.
    pub value: Option<&'a str>,
    /// Whether columns of free text stay.
    pub keep_free_text: bool,
    /// Whether only times are asked for: then rows need no coordinates, and none is transformed.
    pub times_only: bool,
}

/// Names that results use for themselves; an input column of that name becomes `NAME_input`.
const RESERVED: [&str; 15] = [
    "cluster", "core", "n", "expected", "ratio", "z", "p", "q", "rank", "fid", "geom", "geometry", "avst_m", "vag_id",
    "vag_val",
];

/// Words in column names that tell of free text, where no mapping does.
const FREE_TEXT_WORDS: [&str; 8] =
    ["beskriv", "fritext", "förlopp", "forlopp", "anteckn", "kommentar", "description", "comment"];

/// Events of a store, of one kind.
///
/// # Errors
/// [`Refusal::SeveralKinds`] where the store has several and none was chosen, [`Refusal::NoEvents`].
pub fn of_store(store: &GpkgStore, file: &str, kind: Option<Kind>, value: Option<&str>) -> Result<Input> {
    if let Some(value) = value.filter(|value| *value != "severity") {
        return Err(Refusal::UnknownValue { value: value.to_owned() }.into());
    }
    let counts = store.counts_by_kind()?;
    let kinds: Vec<String> = counts.iter().map(|count| count.kind.code().to_owned()).collect();
    let kind = match (kind, counts.as_slice()) {
        (Some(kind), _) if counts.iter().any(|count| count.kind == kind) => kind,
        (None, [only]) => only.kind,
        (None, [_, _, ..]) => return Err(Refusal::SeveralKinds { file: file.to_owned(), kinds }.into()),
        _ => return Err(Refusal::NoEvents { file: file.to_owned() }.into()),
    };
    let filter = EventFilter { kinds: Some(vec![kind]), ..EventFilter::default() };
    let mut events = store.events(&filter)?;
    let place = |event: &Event| event.position.map(|position| [position.x, position.y]);
    events.sort_by(|a, b| compare_places(place(a), place(b)).then_with(|| a.id.cmp(&b.id)));
    let mut content = ContentHash::default();
    for event in &events {
        content.add(&[&event.id, &event.content]);
    }
    let mut systems: BTreeMap<&str, Arc<str>> = BTreeMap::new();
    let mut facts: Vec<Fact> = Vec::with_capacity(events.len());
    for event in &events {
        let source = systems.entry(&event.source.system).or_insert_with(|| event.source.system.as_str().into());
        facts.push(Fact::of(event, Arc::clone(source)));
    }
    if value.is_some() {
        for fact in &mut facts {
            fact.weight = fact.severity.degree().weight;
        }
    }
    let text = |pick: &dyn Fn(&Event) -> Option<String>| Values::Text(events.iter().map(pick).collect());
    let days = |event: &Event| event.time.as_ref().and_then(crate::domain::Interval::days);
    let columns = vec![
        column("handelse_id", false, text(&|event| Some(event.id.clone()))),
        column("period_fran", true, text(&|event| days(event).map(|days| days.0))),
        column("period_till", false, text(&|event| days(event).map(|days| days.1))),
        column("typ", true, text(&|event| category::shown(&event.category, event.category_text.as_deref()))),
        column("svarighetsgrad", true, text(&|event| Some(event.severity.degree().sv.clone()))),
        column("gata", true, text(&|event| event.street.clone())),
        column("kalla", false, text(&|event| Some(event.source.system.clone()))),
    ];
    let sources = facts::systems(events.iter());
    let settings = store.settings();
    Ok(Input {
        points: events.iter().map(place).collect(),
        facts,
        columns,
        crs: settings.crs.clone(),
        kind: Some(kind),
        secrecy: events.iter().map(|event| event.secrecy).max().unwrap_or(Secrecy::Open),
        sources,
        content_hash: content.finish(),
        home_m2: settings.home.as_ref().map_or(0.0, geo::Area::unsigned_area),
        dropped: BTreeMap::new(),
        chosen: super::selection::Chosen::default(),
        notes: Vec::new(),
        warnings: Vec::new(),
    })
}

fn compare_places(a: Option<[f64; 2]>, b: Option<[f64; 2]>) -> std::cmp::Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

/// Rows of a file, with whatever facts its mapping (recognised by its columns) tells.
///
/// # Errors
/// Readers', coordinates' and columns' errors.
pub fn of_file(path: &Path, request: &FileRequest<'_>, timings: &Timings) -> Result<Input> {
    let file = path.display().to_string();
    let options = ReadOptions { layer: request.layer.map(str::to_owned), ..ReadOptions::default() };
    let mut tables = timings.time("read", || ingest::read(path, &options))?;
    tables.retain(|table| !table.is_empty());
    if tables.len() > 1 {
        let sheets = tables.iter().filter_map(|table| table.sheet.clone()).collect();
        return Err(Refusal::SeveralSheets { file, sheets }.into());
    }
    let Some(table) = tables.pop() else { return Err(Refusal::EmptyInput { file }.into()) };
    let (mut input, rows) = timings.time("read", || of_table(&file, &table, request))?;
    // The table is the largest thing here, and nothing needs it any more.
    drop(table);
    input.points = rows.into_iter().map(|(point, _)| point).collect();
    Ok(input)
}

/// Place and row of the table, in canonical order.
type Placed = (Option<[f64; 2]>, usize);

/// The input but for its points, and the rows that they are taken from.
fn of_table(file: &str, table: &Table, request: &FileRequest<'_>) -> Result<(Input, Vec<Placed>)> {
    let mapping = Mapping::recognising(file, &table.columns)?;
    let mut sheet = Sheet::new(&mapping, table);
    for (asked, field) in [(request.x, Field::East), (request.y, Field::North)] {
        if let Some(name) = asked {
            sheet.binding.fields.insert(field, find(file, table, name)?);
        }
    }
    let has = |field: Field| sheet.binding.fields.contains_key(&field);
    let located = table.has_geometry() || has(Field::LatLng) || has(Field::East) && has(Field::North);
    if !located && !request.times_only {
        return Err(Refusal::NoCoordinates {
            file: file.to_owned(),
            columns: table.columns.iter().take(30).cloned().collect(),
        }
        .into());
    }
    let mut notes = table.notes.clone();
    let (chosen, crs) = if request.times_only {
        (Chosen::times_only(date_order(&mapping, &sheet)?), crs::metric("EPSG:3006")?)
    } else {
        let first = choose(&mapping, &sheet, request.crs, "EPSG:3006", None)?;
        let Some(choice) = &first.choice else {
            return Err(Refusal::NothingPlaced { file: file.to_owned(), rows: table.len() }.into());
        };
        let crs = metric_for(file, &choice.crs, &sheet, &mapping, &first)?;
        if crs.epsg.to_string() != choice.crs.trim_start_matches("EPSG:") {
            let values = vec![("from", choice.crs.clone()), ("to", format!("EPSG:{} ({})", crs.epsg, crs.name))];
            notes.push(crate::texts::text("note-transformed", &values));
        }
        (first.towards(&format!("EPSG:{}", crs.epsg))?, crs)
    };
    let weights = weights(file, table, request.value, &mapping, &sheet.binding)?;
    let mut dropped: BTreeMap<String, u64> = BTreeMap::new();
    let mut rows: Vec<Placed> = Vec::with_capacity(table.len());
    let mut uncertainty: Vec<f64> = Vec::with_capacity(table.len());
    for row in 0..table.len() {
        let position = position(&mapping, &sheet, row, &chosen, request.times_only).unwrap_or_else(|fault| {
            // Where only times are asked for, a bad position is no reason to leave the row out.
            if !request.times_only {
                *dropped.entry(crate::texts::swedish(fault.reason, &[])).or_default() += 1;
            }
            None
        });
        uncertainty.push(position.map_or(0.0, |position| position.uncertainty_m()));
        rows.push((position.map(|position| [position.x, position.y]), row));
    }
    rows.par_sort_by(|a, b| compare_places(a.0, b.0).then_with(|| table.row(a.1).cmp(table.row(b.1))));
    let mut content = ContentHash::default();
    for (point, row) in &rows {
        let place = point.map_or_else(String::new, |[x, y]| format!("{x:?} {y:?}"));
        let cells: Vec<&str> = std::iter::once(place.as_str()).chain(table.row(*row)).collect();
        content.add(&cells);
    }
    let mut quiet = Warnings::default();
    let known_kind = (mapping.name != "generic").then_some(mapping.kind);
    let source: Arc<str> = mapping.system.as_str().into();
    let fact = |(_, row): &(_, usize)| {
        let (weight, uncertainty_m) = (weights.as_ref().map_or(1.0, |weights| weights[*row]), uncertainty[*row]);
        let bare = Fact { kind: known_kind, weight, uncertainty_m, source: Arc::clone(&source), ..Fact::default() };
        fact(bare, &mapping, &sheet, *row, &chosen, &mut quiet)
    };
    let facts = rows.iter().map(fact).collect();
    drop(uncertainty);
    let mut warnings = Vec::new();
    let columns = if request.times_only {
        Vec::new()
    } else {
        shown_columns(table, &rows, &sheet.binding, request.keep_free_text, &mut warnings)
    };
    let name = Path::new(file).file_name().map_or_else(|| file.to_owned(), |name| name.to_string_lossy().into_owned());
    let input = Input {
        points: Vec::new(),
        facts,
        columns,
        crs,
        kind: known_kind,
        secrecy: secrecy_of(table, &mapping),
        sources: vec![name],
        content_hash: content.finish(),
        home_m2: 0.0,
        dropped,
        chosen: super::selection::Chosen::default(),
        notes,
        warnings,
    };
    Ok((input, rows))
}

/// The strictest class that the rows name themselves (as our own tables do), and at least the mapping's.
fn secrecy_of(table: &Table, mapping: &Mapping) -> Secrecy {
    let stated = table
        .column("secrecy")
        .into_iter()
        .flat_map(|column| (0..table.len()).filter_map(move |row| Secrecy::from_code(table.cell(row, column))));
    stated.chain([mapping.secrecy]).max().unwrap_or(mapping.secrecy)
}

fn find(file: &str, table: &Table, name: &str) -> Result<usize> {
    table.column(name).ok_or_else(|| {
        let columns = table.columns.iter().take(30).cloned().collect();
        Error::from(Refusal::NoSuchColumn { file: file.to_owned(), column: name.to_owned(), columns })
    })
}

/// The system in which to analyse: the file's own where it is metric; for degrees SWEREF 99 TM or ETRS-TM35FIN, where all
/// points lie in its area of use.
fn metric_for(
    file: &str,
    source: &str,
    sheet: &Sheet<'_>,
    mapping: &Mapping,
    chosen: &Chosen,
) -> Result<CrsDefinition> {
    if !crs::is_geographic(source)? {
        return Ok(crs::metric(source)?);
    }
    let pairs: Vec<[f64; 2]> = (0..sheet.table.len())
        .filter_map(|row| match sheet.table.point(row) {
            Some((point, _)) => Some(point),
            None => Row { mapping, table: sheet.table, binding: &sheet.binding, row }
                .pair()
                .ok()
                .flatten()
                .map(|pair| chosen.axes().east_north(pair)),
        })
        .collect();
    for candidate in ["EPSG:3006", "EPSG:3067"] {
        if crs::all_in_area(candidate, &pairs) {
            return Ok(crs::metric(candidate)?);
        }
    }
    Err(Refusal::DegreesElsewhere { file: file.to_owned() }.into())
}

/// The row's position; where only times are asked for, as the file has it.
fn position(
    mapping: &Mapping,
    sheet: &Sheet<'_>,
    row: usize,
    chosen: &Chosen,
    as_it_stands: bool,
) -> std::result::Result<Option<Position>, Fault> {
    let row = Row { mapping, table: sheet.table, binding: &sheet.binding, row };
    let place = |point: [f64; 2]| if as_it_stands { Some(point) } else { chosen.place(point) };
    row.position(chosen.axes(), &place)
}

/// `[rows of the table]` weights of the asked-for column; `None` where none was asked for. Empty cells weigh 0.
fn weights(
    file: &str,
    table: &Table,
    value: Option<&str>,
    mapping: &Mapping,
    binding: &Binding,
) -> Result<Option<Vec<f64>>> {
    let Some(name) = value else { return Ok(None) };
    if name == "severity"
        && let Some(&column) = binding.fields.get(&Field::Severity)
    {
        let mut quiet = Warnings::default();
        let weight = |row: usize| {
            known(table.cell(row, column)).map_or(0.0, |text| severity_of(mapping, text, 0, &mut quiet).degree().weight)
        };
        return Ok(Some((0..table.len()).map(weight).collect()));
    }
    let column = find(file, table, name)?;
    let read = |row: usize| match known(table.cell(row, column)) {
        None => Ok(0.0),
        Some(text) => number(text).ok_or_else(|| {
            let (file, column, value) = (file.to_owned(), name.to_owned(), text.to_owned());
            Error::from(Refusal::ColumnNotNumeric { file, column, row: table.row_number(row), value })
        }),
    };
    (0..table.len()).map(read).collect::<Result<Vec<f64>>>().map(Some)
}

/// What the row tells, added to what is known of it.
fn fact(bare: Fact, mapping: &Mapping, sheet: &Sheet<'_>, index: usize, chosen: &Chosen, quiet: &mut Warnings) -> Fact {
    let row = Row { mapping, table: sheet.table, binding: &sheet.binding, row: index };
    let stated_category = row.field(Field::Category);
    let category = stated_category.and_then(|text| category::shown(mapping.category_of(text), Some(text)));
    let stated =
        [Field::Severity, Field::SeverityPolice, Field::SeverityHospital].map(|field| row.severity(field, quiet));
    let told = Told {
        // A code without a confirmed meaning tells a reader nothing.
        category: category.filter(|text| !text.chars().all(|c| c.is_ascii_digit())),
        net: stated_category.map_or_else(Net::default, |text| category::net(mapping.category_of(text))),
        modes: Vec::new(),
        casualties: None,
        time: row.time(chosen.date_order).ok().flatten(),
        street: row.field(Field::Street).map(str::to_owned),
        fall: stated_category.is_some_and(|text| category::is_fall(mapping.category_of(text))),
        reporter: None,
        area: AREA.iter().find_map(|name| row.kept(name)).map(str::to_owned),
    };
    let severity = stated.into_iter().find(|degree| *degree != Severity::Unknown).unwrap_or_default();
    Fact { severity, ..bare }.telling(told)
}

/// The input's columns in canonical row order, typed by what they hold: whole numbers, real numbers or text.
fn shown_columns(
    table: &Table,
    rows: &[(Option<[f64; 2]>, usize)],
    binding: &Binding,
    keep_free_text: bool,
    warnings: &mut Vec<String>,
) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for (index, name) in table.columns.iter().enumerate() {
        let lower = name.to_lowercase();
        let free = binding.free_text.iter().any(|(_, column)| *column == index)
            || FREE_TEXT_WORDS.iter().any(|word| lower.contains(word));
        if free && !keep_free_text {
            warnings.push(crate::texts::text("note-free-text-dropped", &[("column", name.clone())]));
            continue;
        }
        let mut own = name.clone();
        if RESERVED.contains(&lower.as_str()) {
            own = format!("{name}_input");
            warnings.push(crate::texts::text("note-column-renamed", &[("column", name.clone()), ("new", own.clone())]));
        }
        while columns.iter().any(|column| column.name.eq_ignore_ascii_case(&own)) {
            own.push('_');
        }
        let cells = rows.iter().map(|(_, row)| table.cell(*row, index));
        let values = typed(cells);
        columns.push(Column { name: own, alias: name.clone(), visible: columns.len() < 6, values });
    }
    columns
}

/// Cells as the narrowest type that holds them all. A whole number with a leading zero (a code) keeps its text.
fn typed<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> Values {
    let filled = || cells.clone().filter(|cell| !cell.is_empty());
    let is_code = |cell: &str| cell.len() > 1 && cell.starts_with('0') && !cell.starts_with("0.");
    if filled().next().is_none() {
        return Values::Text(cells.map(|_| None::<&str>).collect());
    }
    if filled().all(|cell| cell.parse::<i64>().is_ok() && !is_code(cell)) {
        return Values::Integer(cells.map(|cell| cell.parse().ok()).collect());
    }
    if filled().all(|cell| cell.parse::<f64>().is_ok_and(f64::is_finite) && !is_code(cell)) {
        return Values::Real(cells.map(|cell| cell.parse().ok()).collect());
    }
    Values::Text(cells.map(|cell| (!cell.is_empty()).then_some(cell)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_get_the_narrowest_type_that_holds_them_all() {
        assert_eq!(typed(["1", "", "3"].into_iter()), Values::Integer(vec![Some(1), None, Some(3)].into()));
        assert_eq!(typed(["1", "2.5"].into_iter()), Values::Real(vec![Some(1.0), Some(2.5)].into()));
        assert_eq!(typed(["0123"].into_iter()), Values::Text(vec![Some("0123".to_owned())].into()));
        assert_eq!(
            typed(["1", "x"].into_iter()),
            Values::Text(vec![Some("1".to_owned()), Some("x".to_owned())].into())
        );
        assert_eq!(typed(["", ""].into_iter()), Values::Text(vec![None::<&str>; 2].into()));
        assert_eq!(
            typed(["inf", "1"].into_iter()),
            Values::Text(vec![Some("inf".to_owned()), Some("1".to_owned())].into())
        );
    }

    #[test]
    fn rows_without_a_place_come_last() {
        let mut places = vec![None, Some([2.0, 1.0]), Some([1.0, 9.0]), Some([1.0, 3.0])];
        places.sort_by(|a, b| compare_places(*a, *b));
        assert_eq!(places, [Some([1.0, 3.0]), Some([1.0, 9.0]), Some([2.0, 1.0]), None]);
    }
}
