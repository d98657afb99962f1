//! Tables of område × månad × brottstyp, in the shapes that they come in: long, or wide with months or types as columns,
//! with titles above and totals at the ends. Pure: a table in, counts with their places in the file out.
//!
//! A total is never a count: it is kept apart and checked against what it is a total of. A number that the source hides
//! (`..`, `-`, `<5`) has bounds and is not zero; an empty cell tells nothing and is no count.

use super::Table;
use super::aliases::{Aliases, plain};
use super::periods::{self, Days, Said};
use super::values::trimmed;
use crate::domain::Tallied;

/// A number in the table with what it is a number of; `None` is all of a dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Row in the file, from 1.
    pub row: u32,
    /// Heading of the column, or its letter.
    pub column: String,
    /// The area's name and code as they stand.
    pub area: Option<(String, Option<String>)>,
    /// First and last day.
    pub period: Option<Days>,
    /// Type, in the file's words.
    pub category: Option<String>,
    /// The number.
    pub count: Tallied,
}

/// A cell that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    /// Row in the file, from 1.
    pub row: u32,
    /// Heading of the column, or its letter.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// Id of the reason.
    pub reason: &'static str,
}

/// A total that is not the sum of what it is a total of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Row in the file, from 1.
    pub row: u32,
    /// Heading of the column, or its letter.
    pub column: String,
    /// What the file says.
    pub said: u64,
    /// The least that the parts add up to.
    pub low: u64,
    /// The most; `None` where a hidden part has no upper bound.
    pub high: Option<u64>,
}

/// What a table holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    /// Numbers of one area, period and type each, in the order of the file.
    pub cells: Vec<Cell>,
    /// Cells that cannot be read.
    pub odd: Vec<Odd>,
    /// Totals that were checked.
    pub totals: usize,
    /// Totals that do not add up.
    pub mismatches: Vec<Mismatch>,
    /// Empty cells where a number could stand.
    pub blanks: usize,
    /// Columns that are no counts: rates, shares, population.
    pub passed_over: Vec<String>,
    /// Titles above and notes below.
    pub titles: Vec<String>,
    /// Who counted, where a title says `Källa: ...`.
    pub source: Option<String>,
    /// Whether the period was taken from a title, the sheet's or the file's name.
    pub period_from_title: bool,
}

/// Why a table gives no counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoCounts {
    /// No row names a column of areas.
    NoHeader,
    /// Months without a year, or no time at all.
    NoPeriod,
    /// Nothing below the header.
    NoRows,
}

/// Cells that hide their number and tell no bounds.
const HIDDEN: [&str; 16] =
    ["-", "–", "—", "..", "...", ".", "*", "**", "x", "xx", "e.u.", "eu", "uppgift saknas", "sekretess", "dolt", "n/a"];

/// The number in a cell: `12`, `1 234`, `<5`, `färre än 5`, `1-4`, `..`; `None` for anything else. A hyphen is hidden, not
/// zero: tables differ in what they mean by it.
#[must_use]
pub fn tallied(cell: &str) -> Option<Tallied> {
    let text = trimmed(cell).to_lowercase();
    if HIDDEN.contains(&text.as_str()) {
        return Some(Tallied::Hidden(0, None));
    }
    let whole = |text: &str| -> Option<u64> {
        let clean: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let clean = clean.strip_suffix(",0").or_else(|| clean.strip_suffix(".0")).unwrap_or(&clean).to_owned();
        let digits = !clean.is_empty() && clean.len() <= 12 && clean.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| clean.parse().ok()).flatten()
    };
    if let Some(number) = whole(&text) {
        return Some(Tallied::Known(number));
    }
    for word in ["färre än", "mindre än", "under", "<"] {
        if let Some(rest) = text.strip_prefix(word) {
            if let Some(number) = rest.strip_prefix('=') {
                return Some(Tallied::Hidden(0, Some(whole(number)?)));
            }
            return Some(Tallied::Hidden(0, Some(whole(rest)?.checked_sub(1)?)));
        }
    }
    for word in ["högst", "max", "≤"] {
        if let Some(rest) = text.strip_prefix(word) {
            return Some(Tallied::Hidden(0, Some(whole(rest)?)));
        }
    }
    for word in ["fler än", "mer än", ">"] {
        if let Some(rest) = text.strip_prefix(word) {
            return Some(Tallied::Hidden(whole(rest)?.checked_add(1)?, None));
        }
    }
    let (low, high) = text.split_once(['-', '–'])?;
    let (low, high) = (whole(low)?, whole(high)?);
    (low < high).then_some(Tallied::Hidden(low, Some(high)))
}

struct Line {
    number: u32,
    cells: Vec<String>,
}

impl Line {
    fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| trimmed(cell))
    }

    fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !trimmed(cell).is_empty()).count()
    }
}

/// What the columns are.
struct Plan {
    area: usize,
    code: Option<usize>,
    period: Option<usize>,
    year: Option<usize>,
    category: Option<usize>,
    values: Vec<Column>,
    /// First row of numbers.
    first: usize,
}

/// A column of numbers: what its heading says of time and type.
struct Column {
    at: usize,
    heading: String,
    period: Head<Said>,
    category: Head<String>,
}

/// What a heading says of a dimension.
#[derive(Clone, PartialEq)]
enum Head<T> {
    /// Nothing.
    Silent,
    /// All of it.
    All,
    /// One value.
    One(T),
}

/// Reads the counts of a table. `file` is the file's name without ending: its year counts where nothing else tells one.
///
/// # Errors
/// [`NoCounts`].
pub fn read(table: &Table, names: &Aliases, file: &str) -> Result<Counts, NoCounts> {
    let mut lines: Vec<Line> = Vec::with_capacity(table.len() + 1);
    if !table.is_grid {
        lines.push(Line { number: 1, cells: table.columns.clone() });
    }
    for row in 0..table.len() {
        let cells = table.row(row).map(str::to_owned).collect();
        lines.push(Line { number: table.row_number(row), cells });
    }
    let header = header(&lines, names).ok_or(NoCounts::NoHeader)?;
    let mut found = Counts::default();
    let above = &lines[..header.saturating_sub(usize::from(is_group_row(&lines, header, names)))];
    found.titles = above.iter().map(joined).collect();
    let plan = plan(&lines, header, names, &mut found);
    if plan.first >= lines.len() {
        return Err(NoCounts::NoRows);
    }
    walk(&lines, &plan, names, table, file, &mut found)?;
    found.source = found.titles.iter().find_map(|title| source_of(title));
    Ok(found)
}

fn joined(line: &Line) -> String {
    line.cells.iter().map(|cell| trimmed(cell)).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ")
}

fn source_of(title: &str) -> Option<String> {
    let at = title.to_lowercase().find("källa")?;
    let rest = title.get(at..)?.split_once(':')?.1.trim().trim_end_matches('.');
    (!rest.is_empty()).then(|| rest.to_owned())
}

/// The row that names the columns: one that names a column of areas among several, else one whose headings are months.
fn header(lines: &[Line], names: &Aliases) -> Option<usize> {
    let head = &lines[..lines.len().min(40)];
    let named = |line: &Line| {
        line.filled() >= 2 && line.cells.iter().any(|cell| names.is("area", cell) || names.is("code", cell))
    };
    let is_dated = |line: &Line| line.cells.iter().skip(1).filter(|cell| periods::read(cell).is_some()).count() >= 2;
    head.iter().position(named).or_else(|| head.iter().position(is_dated))
}

/// Whether the row above the header holds headings of groups of columns: nothing stands above the areas.
fn is_group_row(lines: &[Line], header: usize, names: &Aliases) -> bool {
    let Some(above) = header.checked_sub(1).map(|at| &lines[at]) else { return false };
    let area = area_column(&lines[header], names);
    above.filled() > 0 && (0..=area).all(|column| above.cell(column).is_empty())
}

fn area_column(line: &Line, names: &Aliases) -> usize {
    names.column("area", &line.cells).or_else(|| names.column("code", &line.cells)).unwrap_or(0)
}

fn plan(lines: &[Line], header: usize, names: &Aliases, found: &mut Counts) -> Plan {
    let head = &lines[header];
    let field = |field: &str| names.column(field, &head.cells);
    let area = area_column(head, names);
    let code = field("code").filter(|code| *code != area);
    let (period, year, category) = (field("period"), field("year"), field("category"));
    let count = field("count").filter(|_| period.is_some() || category.is_some() || head.filled() <= 3);
    let taken: Vec<usize> = [Some(area), code, period, year, category].into_iter().flatten().collect();
    // A second row of headings below, or groups above.
    let below = lines.get(header + 1).filter(|next| {
        next.cell(area).is_empty()
            && next.filled() >= 2
            && next.cells.iter().filter(|cell| !trimmed(cell).is_empty()).all(|cell| {
                tallied(cell).is_none() || periods::read(cell).is_some_and(|said| matches!(said, Said::Days(_)))
            })
    });
    let (groups, leaves, first) = match below {
        Some(next) => (Some(head), next, header + 2),
        None if is_group_row(lines, header, names) => (Some(&lines[header - 1]), head, header + 1),
        None => (None, head, header + 1),
    };
    let wide = lines[header..].iter().take(200).map(|line| line.cells.len()).max().unwrap_or(0);
    let mut values = Vec::new();
    let mut group = String::new();
    for at in 0..wide {
        if let Some(groups) = groups
            && !groups.cell(at).is_empty()
        {
            groups.cell(at).clone_into(&mut group);
        }
        let is_counted = count.is_none_or(|count| count == at);
        let leaf = leaves.cell(at).to_owned();
        if taken.contains(&at) || (leaf.is_empty() && (groups.is_none() || group.is_empty())) {
            continue;
        }
        let lower = leaf.to_lowercase();
        let is_other = names.names("other").iter().any(|word| lower.contains(word.as_str()));
        if !is_counted || is_other {
            found.passed_over.push(leaf);
            continue;
        }
        let own_group = groups.map(|_| group.clone()).filter(|group| !group.is_empty() && *group != leaf);
        let heading = match &own_group {
            Some(group) if leaf.is_empty() => group.clone(),
            Some(group) => format!("{group} {leaf}"),
            None => leaf.clone(),
        };
        let mut column = Column { at, heading, period: Head::Silent, category: Head::Silent };
        let parts: Vec<String> = own_group.into_iter().chain([leaf]).filter(|part| !part.is_empty()).collect();
        let mut totals = 0;
        for part in &parts {
            if count == Some(at) && names.is("count", part) {
                continue;
            }
            if names.is("total", part) {
                totals += 1;
            } else if let Some(said) = periods::read(part) {
                column.period = Head::One(said);
            } else {
                column.category = Head::One(part.clone());
            }
        }
        // What a total is a total of is settled when all headings are known.
        if totals > 0 {
            if column.period == Head::Silent {
                column.period = Head::All;
            }
            if column.category == Head::Silent {
                column.category = Head::All;
            }
        }
        values.push(column);
    }
    let mut said: Vec<Option<Said>> =
        values.iter().map(|column| if let Head::One(said) = column.period { Some(said) } else { None }).collect();
    periods::month_heads(&mut said);
    for (column, said) in values.iter_mut().zip(said) {
        if let Some(said) = said {
            column.period = Head::One(said);
        }
    }
    // A total heads only what other headings tell apart.
    let has_periods = values.iter().any(|column| matches!(column.period, Head::One(_)));
    let has_categories = values.iter().any(|column| matches!(column.category, Head::One(_)));
    let alone = !has_periods && !has_categories;
    for column in &mut values {
        if column.period == Head::All && (!has_periods || alone) {
            column.period = Head::Silent;
        }
        if column.category == Head::All && (!has_categories || alone) {
            column.category = Head::Silent;
        }
    }
    Plan { area, code, period, year, category, values, first }
}

/// The year that titles, sheet and file tell, where they tell one and no other.
fn stated(table: &Table, file: &str, titles: &[String]) -> (Option<Days>, Option<i16>) {
    let sheet = table.sheet.clone().unwrap_or_default();
    let names: Vec<&str> = titles.iter().map(String::as_str).chain([sheet.as_str(), file]).collect();
    let days = names.iter().find_map(|name| periods::in_title(&name.replace('_', " ")));
    let year = days.filter(|(from, to)| from.year() == to.year()).map(|(from, _)| from.year());
    (days, year)
}

/// Names of sheets that tell nothing.
fn is_bare(sheet: &str) -> bool {
    let word: String = sheet.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
    matches!(word.as_str(), "" | "blad" | "sheet" | "data" | "tabell" | "table" | "brott" | "områden" | "statistik")
}

fn walk(
    lines: &[Line],
    plan: &Plan,
    names: &Aliases,
    table: &Table,
    file: &str,
    found: &mut Counts,
) -> Result<(), NoCounts> {
    let (title_days, title_year) = stated(table, file, &found.titles);
    let sheet_category =
        table.sheet.as_deref().filter(|sheet| !is_bare(sheet) && periods::in_title(sheet).is_none()).map(str::to_owned);
    let months = row_periods(lines, plan);
    let (mut area, mut code, mut year_cell) = (String::new(), None::<String>, String::new());
    let mut everything: Vec<Cell> = Vec::new();
    let mut dated = false;
    for (index, line) in lines.iter().enumerate().skip(plan.first) {
        let numbers = plan.values.iter().filter(|column| !line.cell(column.at).is_empty()).count();
        if numbers == 0 {
            if line.filled() == 1 {
                found.titles.push(joined(line));
            } else if line.filled() > 1 {
                found.blanks += plan.values.len();
            }
            continue;
        }
        // Merged cells hold their value in the first row.
        if !line.cell(plan.area).is_empty() {
            line.cell(plan.area).clone_into(&mut area);
            code = None;
        }
        if let Some(at) = plan.code.filter(|at| !line.cell(*at).is_empty()) {
            code = Some(line.cell(at).to_owned());
        }
        if let Some(at) = plan.year.filter(|at| !line.cell(*at).is_empty()) {
            line.cell(at).clone_into(&mut year_cell);
        }
        let lower = plain(&area);
        let part_of = lower.strip_suffix(" totalt").or_else(|| lower.strip_suffix(" summa")).map(str::len);
        let (of_area, all_types) = if names.is("total", &area) || names.is("everywhere", &area) {
            (None, false)
        } else if let Some(length) = part_of {
            let name: String = area.chars().take(lower[..length].chars().count()).collect();
            (Some((name, code.clone())), true)
        } else {
            (Some((area.clone(), code.clone())), false)
        };
        let row_category: Head<String> = match plan.category.map(|at| line.cell(at)) {
            _ if all_types => Head::All,
            Some(text) if names.is("total", text) => Head::All,
            Some("") if of_area.is_none() => Head::All,
            Some(text) => Head::One(text.to_owned()),
            None => Head::Silent,
        };
        let year = if year_cell.is_empty() { title_year } else { year_cell.parse().ok().or(title_year) };
        let row_period: Head<Said> = match plan.period.map(|at| line.cell(at)) {
            Some(text) if names.is("total", text) => Head::All,
            Some("") if of_area.is_none() || all_types => Head::All,
            Some(text) => {
                if let Some(said) = months[index] {
                    Head::One(said)
                } else {
                    let column = heading(lines, plan, plan.period);
                    let (row, value) = (line.number, text.to_owned());
                    found.odd.push(Odd { row, column, value, reason: "period-unreadable" });
                    continue;
                }
            }
            None if plan.year.is_some() => periods::read(&year_cell).map_or(Head::Silent, Head::One),
            None => Head::Silent,
        };
        for column in &plan.values {
            let text = line.cell(column.at);
            if text.is_empty() {
                found.blanks += 1;
                continue;
            }
            let Some(count) = tallied(text) else {
                let (row, column, value) = (line.number, column.heading.clone(), text.to_owned());
                found.odd.push(Odd { row, column, value, reason: "count-unreadable" });
                continue;
            };
            let period = match (&column.period, &row_period) {
                (Head::All, _) | (Head::Silent, Head::All) => None,
                (Head::One(said), _) | (Head::Silent, Head::One(said)) => {
                    Some(said.in_year(year).ok_or(NoCounts::NoPeriod)?)
                }
                (Head::Silent, Head::Silent) => {
                    found.period_from_title = true;
                    Some(title_days.ok_or(NoCounts::NoPeriod)?)
                }
            };
            dated |= period.is_some();
            let category = match (&column.category, &row_category) {
                (Head::All, _) | (_, Head::All) => None,
                (Head::One(text), Head::Silent) | (Head::Silent, Head::One(text)) => Some(text.clone()),
                (Head::One(text), Head::One(more)) => Some(format!("{more}: {text}")),
                (Head::Silent, Head::Silent) => Some(sheet_category.clone().unwrap_or_default()),
            };
            let (row, column, area) = (line.number, column.heading.clone(), of_area.clone());
            everything.push(Cell { row, column, area, period, category, count });
        }
    }
    if everything.is_empty() && found.odd.is_empty() {
        return Err(NoCounts::NoRows);
    }
    if !dated && !everything.is_empty() {
        return Err(NoCounts::NoPeriod);
    }
    part(everything, found);
    Ok(())
}

fn heading(lines: &[Line], plan: &Plan, column: Option<usize>) -> String {
    column.and_then(|at| lines.get(plan.first.checked_sub(1)?).map(|line| line.cell(at).to_owned())).unwrap_or_default()
}

/// What the cells of the period column say, firsts of months taken as months where all are.
fn row_periods(lines: &[Line], plan: &Plan) -> Vec<Option<Said>> {
    let Some(at) = plan.period else { return vec![None; lines.len()] };
    let mut said: Vec<Option<Said>> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| if index < plan.first { None } else { periods::read(line.cell(at)) })
        .collect();
    periods::month_heads(&mut said);
    said
}

/// Parts totals from counts and checks them.
fn part(everything: Vec<Cell>, found: &mut Counts) {
    let is_part = |cell: &Cell| cell.area.is_some() && cell.period.is_some() && cell.category.is_some();
    // A year beside its months is their total.
    let mut series: std::collections::BTreeMap<(String, String), Vec<Days>> = std::collections::BTreeMap::new();
    let key = |cell: &Cell| Some((plain(&cell.area.as_ref()?.0), cell.category.clone()?));
    for cell in &everything {
        if let (Some(key), Some(days)) = (key(cell), cell.period) {
            series.entry(key).or_default().push(days);
        }
    }
    let covers = |cell: &Cell| {
        let (Some(key), Some((from, to))) = (key(cell), cell.period) else { return false };
        let inside = |days: &&Days| from <= days.0 && days.1 <= to && **days != (from, to);
        series[&key].iter().filter(inside).count() >= 2
    };
    let (mut cells, mut totals) = (Vec::new(), Vec::new());
    for cell in everything {
        if is_part(&cell) && !covers(&cell) { cells.push(cell) } else { totals.push(cell) }
    }
    found.totals = totals.len();
    for total in &totals {
        let Tallied::Known(said) = total.count else { continue };
        let name = |cell: &Cell| cell.area.as_ref().map(|(name, _)| plain(name));
        let counts = |cell: &&Cell| {
            (total.area.is_none() || name(total) == name(cell))
                && (total.category.is_none() || total.category == cell.category)
                && total.period.is_none_or(|(from, to)| cell.period.is_some_and(|days| from <= days.0 && days.1 <= to))
        };
        let parts: Vec<Tallied> = cells.iter().filter(counts).map(|cell| cell.count).collect();
        if parts.is_empty() {
            continue;
        }
        let low: u64 = parts.iter().map(|part| part.low()).sum();
        let high = parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(part.high()?));
        if said < low || high.is_some_and(|high| said > high) {
            let (row, column) = (total.row, total.column.clone());
            found.mismatches.push(Mismatch { row, column, said, low, high });
        }
    }
    found.cells = cells;
}

#[cfg(test)]
mod tests;
