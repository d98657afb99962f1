//! Import measures done and conditions of places: rows of a workbook, a CSV or a map file, each kind by itself, never events.
//!
//! A row without coordinates or geometry is ej platsbestämd and kept. Columns that no name of the register fits are not read:
//! what persons typed stays in the file.
#![allow(clippy::type_complexity, reason = "a table of a few columns that one function makes and reads")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use geo::Geometry;
use serde::Serialize;
use serde_json::{Map, Value};

use super::areas::AreaError;
use super::background::system_of_shapes;
use super::error::Result;
use super::import::home_in_degrees;
use super::styles;
use crate::crs::{self, AxisOrder, Stated, Transform};
use crate::domain::{Condition, ConditionKind, Measure, Ore};
use crate::ingest::identity::{Occurrences, content_of};
use crate::ingest::periods::{self, Said};
use crate::ingest::values::{self, known};
use crate::ingest::{Aliases, ReadError, ReadOptions, Table, shapes};
use crate::store::{Areas as _, GpkgStore, Put, SetAside, Store as _, Surroundings as _, Tally};
use crate::texts::{swedish, text};

/// What became of a register's records. A row may hold several, such as speed and traffic of one measurement.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Records: read = accepted + quarantined + present.
    pub records: Tally,
    /// Accepted records that took the place of an earlier version of the same file.
    pub changed: u64,
    /// Records that the file gave before and gives no longer: they are gone.
    pub removed: u64,
    /// Records without a place.
    pub unplaced: u64,
    /// Measures whose cost has no stated source.
    pub unsourced: u64,
    /// Rows that are totals or empty: no records.
    pub passed_over: u64,
    /// Field to the column that feeds it.
    pub columns: BTreeMap<String, String>,
    /// Columns that nothing reads.
    pub unread: Vec<String>,
    /// Why records were set aside: reason to number.
    pub reasons: BTreeMap<String, u64>,
    /// What was chosen on the reader's behalf.
    pub notes: Vec<String>,
}

impl Report {
    /// The report for people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = self.notes.clone();
        let fields: Vec<String> = self.columns.iter().map(|(field, column)| format!("{field} ← {column}")).collect();
        lines.push(text("register-columns", &[("columns", fields.join(", "))]));
        if !self.unread.is_empty() {
            lines.push(text("register-unread", &[("columns", self.unread.join(", "))]));
        }
        let values = [
            ("read", self.records.read.to_string()),
            ("accepted", self.records.accepted.to_string()),
            ("quarantined", self.records.quarantined.to_string()),
            ("present", self.records.present.to_string()),
        ];
        lines.push(text("register-tally", &values));
        let told = [
            ("register-changed", self.changed),
            ("register-removed", self.removed),
            ("register-unplaced", self.unplaced),
            ("register-unsourced", self.unsourced),
            ("register-passed-over", self.passed_over),
        ];
        lines.extend(
            told.iter().filter(|(_, count)| *count > 0).map(|(id, count)| text(id, &[("count", count.to_string())])),
        );
        for (reason, count) in &self.reasons {
            lines.push(text("counts-reason", &[("reason", text(reason, &[])), ("count", count.to_string())]));
        }
        lines
    }

    fn settle(&mut self, put: &Put) {
        self.records.accepted = put.accepted + put.changed;
        self.records.present = put.present;
        self.changed = put.changed;
        self.removed = put.removed;
        self.records.quarantined = self.reasons.values().sum();
        self.records.read = self.records.accepted + self.records.present + self.records.quarantined;
    }
}

/// Why a cell gives no value.
struct Fault {
    column: Option<usize>,
    reason: &'static str,
}

/// A register's rows: tables, and the shape of each row.
struct Rows {
    tables: Vec<(Table, Vec<Option<Geometry<f64>>>)>,
    file: String,
}

/// Imports a register of measures, in place of what the same file gave before.
///
/// # Errors
/// Readers' errors; [`AreaError::RegisterWithoutColumn`] where no column tells the kind.
pub fn measures(
    file: &Path,
    layer: Option<&str>,
    asked: Option<&str>,
    aliases: &Aliases,
    store: &mut GpkgStore,
) -> Result<Report> {
    let rows = read(file, layer, asked, aliases, store)?;
    let mut report = Report::default();
    report.notes.push(text("register-names", &[("source", aliases.source.clone())]));
    let mut import = Import::new("ATGARD", &rows.file, aliases, &mut report);
    let mut found: Vec<Measure> = Vec::new();
    for (table, shapes) in &rows.tables {
        let bound =
            import.bind(table, &["id", "kind", "name", "from", "until", "cost", "cost_source", "east", "north"]);
        if !bound.contains_key("kind") {
            return Err(missing(file, table, aliases, "kind"));
        }
        for (row, shape) in (0..table.len()).zip(shapes) {
            if import.is_no_record(table, row, &bound, "kind") {
                continue;
            }
            let cell = |field: &str| bound.get(field).and_then(|at| known(table.cell(row, *at)));
            let day = |field: &'static str, reason: &'static str| -> std::result::Result<Option<String>, Fault> {
                let fault = || Fault { column: bound.get(field).copied(), reason };
                cell(field).map(|text| day_of(text, None).ok_or_else(fault)).transpose()
            };
            let make = || -> std::result::Result<Measure, Fault> {
                let needed = || Fault { column: bound.get("kind").copied(), reason: "register-no-kind" };
                let cost = cell("cost").map(|text| {
                    Ore::parse_kronor(text).ok_or(Fault { column: bound.get("cost").copied(), reason: "register-cost" })
                });
                Ok(Measure {
                    id: String::new(),
                    kind: cell("kind").ok_or_else(needed)?.to_owned(),
                    name: cell("name").map(str::to_owned),
                    from: day("from", "register-date")?,
                    until: day("until", "register-date")?,
                    cost: cost.transpose()?,
                    cost_source: cell("cost_source").map(str::to_owned),
                    shape: shape.clone(),
                    source: rows.file.clone(),
                })
            };
            match make() {
                Ok(mut measure) => {
                    let Some(id) = import.id(table, row, cell("id"), "") else { continue };
                    measure.id = id;
                    found.push(measure);
                }
                Err(fault) => import.set_aside(table, row, &fault),
            }
        }
    }
    let mut aside = import.finish();
    report.unplaced = found.iter().filter(|row| row.shape.is_none()).count() as u64;
    report.unsourced = found.iter().filter(|row| row.cost.is_some() && row.cost_source.is_none()).count() as u64;
    let put = store.put_measures(&rows.file, &found)?;
    elsewhere(&put, found.iter().map(|row| row.id.as_str()), &mut aside, &mut report);
    store.put_set_aside("measures", &rows.file, &aside)?;
    if put.accepted + put.changed + put.removed > 0 {
        styles::write(store)?;
    }
    report.settle(&put);
    Ok(report)
}

/// Imports conditions of one kind, in place of what the same file gave before.
///
/// # Errors
/// Readers' errors; [`AreaError::RegisterWithoutColumn`] where the columns that make out the kind are missing.
pub fn conditions(
    file: &Path,
    layer: Option<&str>,
    asked: Option<&str>,
    kind: ConditionKind,
    aliases: &Aliases,
    store: &mut GpkgStore,
) -> Result<Report> {
    let rows = read(file, layer, asked, aliases, store)?;
    let mut report = Report::default();
    report.notes.push(text("register-names", &[("source", aliases.source.clone())]));
    let system = kind.code().to_uppercase();
    let mut import = Import::new(&system, &rows.file, aliases, &mut report);
    let mut found: Vec<Condition> = Vec::new();
    for (table, shapes) in &rows.tables {
        let bound =
            import.bind(table, &["id", "street", "period", "year", "what", "value", "traffic", "east", "north"]);
        let wide: Vec<(usize, String)> = if bound.contains_key("what") || bound.contains_key("value") {
            Vec::new()
        } else {
            let is_wide = |name: &String| aliases.is("wide", name);
            table
                .columns
                .iter()
                .enumerate()
                .filter(|(_, name)| is_wide(name))
                .map(|(at, name)| (at, name.clone()))
                .collect()
        };
        let numbers = matches!(kind, ConditionKind::Speed | ConditionKind::Flow | ConditionKind::Survey);
        if numbers && !bound.contains_key("value") {
            return Err(missing(file, table, aliases, "value"));
        }
        if !numbers
            && !bound.contains_key("what")
            && !bound.contains_key("street")
            && shapes.iter().all(Option::is_none)
        {
            return Err(missing(file, table, aliases, "what"));
        }
        for (at, name) in &wide {
            import.report.columns.insert(format!("value ({})", name.to_lowercase()), table.columns[*at].clone());
            import.report.unread.retain(|unread| unread != name);
        }
        let main = ["street", "what", "value"].into_iter().find(|field| bound.contains_key(*field)).unwrap_or("street");
        for (row, shape) in (0..table.len()).zip(shapes) {
            if import.is_no_record(table, row, &bound, main) {
                continue;
            }
            let cell = |field: &str| bound.get(field).and_then(|at| known(table.cell(row, *at)));
            let year = cell("year").and_then(|text| text.parse::<i16>().ok());
            let period = match (cell("period"), year) {
                (Some(text), year) => {
                    let heading = bound.get("period").map_or("", |at| table.columns[*at].as_str()).to_lowercase();
                    if let Some(period) = week_of(text, &heading, year).or_else(|| day_of(text, year)) {
                        Some(period)
                    } else {
                        import.set_aside(
                            table,
                            row,
                            &Fault { column: bound.get("period").copied(), reason: "register-date" },
                        );
                        continue;
                    }
                }
                (None, Some(year)) => Some(year.to_string()),
                (None, None) => None,
            };
            let base = |kind: ConditionKind, what: Option<String>, value: Option<f64>, unit: Option<&str>| Condition {
                id: String::new(),
                kind,
                what,
                street: cell("street").map(str::to_owned),
                period: period.clone(),
                value,
                unit: unit.map(str::to_owned),
                shape: shape.clone(),
                source: rows.file.clone(),
            };
            // What the row tells: column, kind, what, and the unit of its number.
            let mut told: Vec<(Option<usize>, ConditionKind, Option<String>, Option<&str>)> = Vec::new();
            let what = cell("what").map(str::to_owned);
            if wide.is_empty() {
                let what = what.or_else(|| (kind == ConditionKind::Speed).then(|| "85-percentil".to_owned()));
                told.push((bound.get("value").copied(), kind, what, unit_of(kind)));
            }
            for (at, name) in &wide {
                if known(table.cell(row, *at)).is_some() {
                    told.push((Some(*at), kind, Some(name.to_lowercase()), unit_of(kind)));
                }
            }
            if kind == ConditionKind::Speed
                && let Some(at) = bound.get("traffic").filter(|at| known(table.cell(row, **at)).is_some())
            {
                told.push((Some(*at), ConditionKind::Traffic, Some("ÅDT".to_owned()), unit_of(ConditionKind::Traffic)));
            }
            for (column, kind, what, unit) in told {
                let cell_here = column.and_then(|at| known(table.cell(row, at)));
                let value = cell_here.and_then(values::number);
                let unreadable = cell_here.is_some() && value.is_none();
                if unreadable || (value.is_none() && numbers) || value.is_some_and(|value| value < 0.0) {
                    import.set_aside(table, row, &Fault { column, reason: "register-number" });
                    continue;
                }
                let mark = if kind == ConditionKind::Traffic || !wide.is_empty() {
                    what.clone().unwrap_or_default()
                } else {
                    String::new()
                };
                let Some(id) = import.id(table, row, cell("id"), &mark) else { continue };
                found.push(Condition { id, ..base(kind, what, value, unit.filter(|_| value.is_some())) });
            }
        }
    }
    let mut aside = import.finish();
    report.unplaced = found.iter().filter(|row| row.shape.is_none()).count() as u64;
    let put = store.put_conditions(&rows.file, &found)?;
    elsewhere(&put, found.iter().map(|row| row.id.as_str()), &mut aside, &mut report);
    store.put_set_aside(kind.code(), &rows.file, &aside)?;
    report.settle(&put);
    Ok(report)
}

/// Unit of a kind's number.
const fn unit_of(kind: ConditionKind) -> Option<&'static str> {
    match kind {
        ConditionKind::Speed => Some("km/tim"),
        ConditionKind::Traffic => Some("fordon/dygn"),
        ConditionKind::Flow => Some("per dygn"),
        ConditionKind::Surface | ConditionKind::Est => Some("antal"),
        ConditionKind::Fault | ConditionKind::SafetyWalk | ConditionKind::Survey => None,
    }
}

fn missing(file: &Path, table: &Table, aliases: &Aliases, field: &str) -> super::Error {
    AreaError::RegisterWithoutColumn {
        file: file.display().to_string(),
        what: text(&format!("register-field-{field}"), &[]),
        columns: table.columns.clone(),
        names: aliases.names(field).iter().take(6).cloned().collect(),
    }
    .into()
}

/// A day, month or year as measures and conditions tell it: `2024-05-17`, `2024-05`, `2024`. A quarter or a range is the month
/// that it begins in.
fn day_of(text: &str, year: Option<i16>) -> Option<String> {
    let (from, to) = if let Some(said) = periods::read(text) {
        said.in_year(year)?
    } else {
        let day = values::date(text, Some(values::DateOrder::DayFirst)).filter(|_| text.contains(['/', '.']))?;
        let day = jiff::civil::Date::new(day.year, day.month, day.day).ok()?;
        (day, day)
    };
    Some(if from == to {
        from.to_string()
    } else if Some((from, to)) == periods::year(from.year()) {
        format!("{:04}", from.year())
    } else {
        format!("{:04}-{:02}", from.year(), from.month())
    })
}

/// A week in a column of weeks: `12` with its year beside it, `2024-W12`, `Vecka 12 2024`; by ISO 8601.
fn week_of(text: &str, heading: &str, year: Option<i16>) -> Option<String> {
    let plain = text.trim().to_lowercase();
    let number = plain.trim_start_matches("vecka").trim_start_matches("v.").trim_start_matches('v').trim();
    if heading.contains("vecka")
        && let (Some(year), Ok(week)) = (year, number.parse::<u8>())
    {
        return (1..=53).contains(&week).then(|| format!("{year:04}-W{week:02}"));
    }
    match periods::read(text)? {
        Said::Days((from, to)) if (to - from).get_days() == 6 => {
            let week = from.iso_week_date();
            Some(format!("{:04}-W{:02}", week.year(), week.week()))
        }
        _ => None,
    }
}

/// Rows whose id another file has with other content.
fn elsewhere<'a>(put: &Put, ids: impl Iterator<Item = &'a str>, aside: &mut Vec<SetAside>, report: &mut Report) {
    let ids: Vec<&str> = ids.collect();
    for at in &put.elsewhere {
        *report.reasons.entry("register-elsewhere".to_owned()).or_default() += 1;
        aside.push(SetAside {
            sheet: None,
            row: 0,
            column: None,
            value: ids.get(*at).map(|id| (*id).to_owned()),
            reason: "elsewhere".to_owned(),
            reason_text: swedish("register-elsewhere", &[]),
            raw: Map::new(),
        });
    }
}

/// An import while its rows are read.
struct Import<'a> {
    system: &'a str,
    aliases: &'a Aliases,
    report: &'a mut Report,
    occurrences: BTreeMap<String, Occurrences>,
    /// Keys that were met, with the content of their rows.
    keys: BTreeMap<String, [u8; 32]>,
    aside: Vec<SetAside>,
}

impl<'a> Import<'a> {
    fn new(system: &'a str, _file: &str, aliases: &'a Aliases, report: &'a mut Report) -> Self {
        Self { system, aliases, report, occurrences: BTreeMap::new(), keys: BTreeMap::new(), aside: Vec::new() }
    }

    /// Which column feeds which field; a column feeds one.
    fn bind(&mut self, table: &Table, fields: &[&'static str]) -> BTreeMap<&'static str, usize> {
        let mut bound = BTreeMap::new();
        let mut used = BTreeSet::new();
        for field in fields {
            if let Some(at) = self.aliases.column(field, &table.columns).filter(|at| used.insert(*at)) {
                bound.insert(*field, at);
                self.report.columns.insert((*field).to_owned(), table.columns[at].clone());
            }
        }
        let unread = table.columns.iter().enumerate().filter(|(at, _)| !used.contains(at));
        self.report.unread.extend(unread.map(|(_, name)| name.clone()));
        self.report.notes.extend(table.notes.iter().cloned());
        for broken in &table.broken {
            *self.report.reasons.entry("register-broken".to_owned()).or_default() += 1;
            self.aside.push(SetAside {
                sheet: table.sheet.clone(),
                row: broken.row,
                column: None,
                value: Some(broken.raw.clone()),
                reason: "broken".to_owned(),
                reason_text: swedish("register-broken", &[]),
                raw: Map::new(),
            });
        }
        bound
    }

    /// Whether a row is a total or a note below the table: one that has `Summa` in it, or at most one filled cell and that not
    /// in the main column.
    fn is_no_record(&mut self, table: &Table, row: usize, bound: &BTreeMap<&'static str, usize>, main: &str) -> bool {
        let total = |text: &str| matches!(values::folded(text).trim_end_matches(':'), "summa" | "totalt" | "total");
        let filled = table.row(row).filter(|cell| known(cell).is_some()).count();
        let has_main = bound.get(main).is_some_and(|at| known(table.cell(row, *at)).is_some());
        let is_none =
            table.row(row).any(total) || filled == 0 || (filled == 1 && !has_main && table.point(row).is_none());
        self.report.passed_over += u64::from(is_none);
        is_none
    }

    /// The id of a record: the register's key, else the row's content with its number among equal rows; `mark` parts records of
    /// one row. `None`, and set aside, where the key stands above with other content.
    fn id(&mut self, table: &Table, row: usize, key: Option<&str>, mark: &str) -> Option<String> {
        let columns: Vec<usize> = (0..table.columns.len()).collect();
        let content = content_of(&[(table, row, &columns)]);
        let mark_of = |id: String| if mark.is_empty() { id } else { format!("{id}:{}", mark.to_lowercase()) };
        let Some(key) = key else {
            let keyless = self.occurrences.entry(mark.to_owned()).or_default().keyless(&content);
            return Some(mark_of(format!("{}:{keyless}", self.system)));
        };
        let id = mark_of(format!("{}:{key}", self.system));
        if *self.keys.entry(id.clone()).or_insert(content) != content {
            let column = self.aliases.column("id", &table.columns);
            self.set_aside(table, row, &Fault { column, reason: "register-repeated" });
            return None;
        }
        Some(id)
    }

    fn set_aside(&mut self, table: &Table, row: usize, fault: &Fault) {
        *self.report.reasons.entry(fault.reason.to_owned()).or_default() += 1;
        let cells = table.columns.iter().cloned().zip(table.row(row).map(|cell| Value::String(cell.to_owned())));
        self.aside.push(SetAside {
            sheet: table.sheet.clone(),
            row: table.row_number(row),
            column: fault.column.map(|at| table.columns[at].clone()),
            value: fault.column.map(|at| table.cell(row, at).to_owned()),
            reason: fault.reason.trim_start_matches("register-").to_owned(),
            reason_text: swedish(fault.reason, &[]),
            raw: cells.collect(),
        });
    }

    fn finish(self) -> Vec<SetAside> {
        self.report.unread.sort();
        self.report.unread.dedup();
        self.aside
    }
}

/// The tables of a file with the shape of each row in the store's system: its geometry, else its coordinates.
fn read(file: &Path, layer: Option<&str>, asked: Option<&str>, aliases: &Aliases, store: &GpkgStore) -> Result<Rows> {
    let options = ReadOptions { layer: layer.map(str::to_owned), ..ReadOptions::default() };
    let shown = file.display().to_string();
    let tables = crate::ingest::read(file, &options)?;
    let whole = match shapes::read(file, layer) {
        Ok(layers) => layers,
        Err(ReadError::NotAMapFile { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let home = home_in_degrees(store.settings())?;
    let target = format!("EPSG:{}", store.settings().crs.epsg);
    let mut found = Vec::new();
    for table in tables {
        let mut placed: Vec<Option<Geometry<f64>>> = vec![None; table.len()];
        if table.has_geometry() {
            // Lines and areas whole where every row with a place has one, else the point that stands for it.
            let rows: Vec<usize> = (0..table.len()).filter(|&row| table.point(row).is_some()).collect();
            let own = whole.iter().find(|own| table.sheet.as_ref().is_none_or(|sheet| *sheet == own.name));
            let own = own.filter(|own| own.rows.len() == rows.len());
            let crs = match (own, &table.crs) {
                (Some(own), _) => system_of_shapes(&shown, own, asked, home.as_ref())?,
                (None, Some(crs)) => asked.unwrap_or(crs).to_owned(),
                (None, None) => asked.map_or_else(|| target.clone(), str::to_owned),
            };
            let transform = Transform::new(&crs, &target)?;
            for (index, row) in rows.into_iter().enumerate() {
                placed[row] = match own {
                    Some(own) => transform.shape(&own.rows[index].geometry),
                    None => table
                        .point(row)
                        .and_then(|(point, _)| transform.convert(point))
                        .map(|[x, y]| geo::Point::new(x, y).into()),
                };
            }
        } else if let (Some(east), Some(north)) =
            (aliases.column("east", &table.columns), aliases.column("north", &table.columns))
        {
            let pair =
                |row: usize| Some([values::number(table.cell(row, east))?, values::number(table.cell(row, north))?]);
            let pairs: Vec<[f64; 2]> = (0..table.len()).filter_map(pair).collect();
            if !pairs.is_empty() {
                let stated = Stated { crs: asked.or(table.crs.as_deref()), ..Stated::default() };
                let choice = crs::choose(&shown, &pairs, stated, home.as_ref())?;
                let transform = Transform::new(&choice.crs, &target)?;
                for (row, place) in placed.iter_mut().enumerate() {
                    let ordered = pair(row).map(|[first, second]| match choice.order {
                        AxisOrder::EastNorth => [first, second],
                        AxisOrder::NorthEast => [second, first],
                    });
                    *place = ordered.and_then(|at| transform.convert(at)).map(|[x, y]| geo::Point::new(x, y).into());
                }
            }
        }
        found.push((table, placed));
    }
    let file = file.file_name().map_or(shown, |name| name.to_string_lossy().into_owned());
    Ok(Rows { tables: found, file })
}
