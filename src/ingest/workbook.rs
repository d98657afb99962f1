//! What workbooks of all kinds share: the check of their package, and rows on their way into a table.

#![allow(clippy::disallowed_types, reason = "readers are an edge")]

use std::fs::File;
use std::io::{self, BufReader, Read};

use super::formats::{Source, check_columns};
use super::header;
use super::read_error::ReadError;
use super::table::{BrokenRow, MAX_CELLS, Table};
use crate::texts;

/// Most bytes that a workbook may unpack to. A sheet with a million rows of twenty cells takes about 1 GiB.
pub const UNPACKED_LIMIT: u64 = 2 << 30;

/// Unpacks every part to nowhere: refuses a package that is cut short, damaged, or larger than the limit.
pub fn check_package(source: &Source, limit: u64) -> Result<(), ReadError> {
    let file = File::open(&source.path).map_err(|error| ReadError::from_io(&source.shown, &error))?;
    let damaged = |part: String| ReadError::BrokenWorkbook { file: source.shown.clone(), part };
    let whole = || damaged(texts::text("workbook-whole", &[]));
    let too_large = || ReadError::WorkbookTooLarge { file: source.shown.clone(), limit_gib: limit >> 30 };
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|_| whole())?;
    let mut stated = 0_u64;
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(|_| whole())?;
        stated = stated.saturating_add(part.size());
    }
    if stated > limit {
        return Err(too_large());
    }
    let mut left = limit;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| whole())?;
        let name = String::from_utf8_lossy(part.name_raw()).into_owned();
        let unpacked = io::copy(&mut part.take(left + 1), &mut io::sink())
            .map_err(|_| damaged(texts::text("workbook-part", &[("part", name)])))?;
        left = left.checked_sub(unpacked).ok_or_else(too_large)?;
    }
    Ok(())
}

/// A row while its cells come in.
#[derive(Debug, Default)]
pub struct Row {
    /// As a person counts, from 1.
    pub number: u32,
    /// Column from 0 and text of each filled cell.
    pub cells: Vec<(usize, String)>,
}

/// Rows of a sheet on their way into its table. The first ones wait until the header is known.
pub struct Rows<'a> {
    source: &'a Source,
    sheet: &'a str,
    waiting: Vec<Row>,
    table: Option<Table>,
    /// Column of the sheet, from 0, that is the table's first.
    first: usize,
    /// The cells of one row, reused.
    spare: Vec<String>,
    /// Whether rows are kept as they stand.
    grid: bool,
}

impl<'a> Rows<'a> {
    /// A sheet without any row yet.
    pub const fn new(source: &'a Source, sheet: &'a str, grid: bool) -> Self {
        Self { source, sheet, waiting: Vec::new(), table: None, first: 0, spare: Vec::new(), grid }
    }

    /// Takes a row that is complete and leaves an empty one; empty rows are passed over.
    pub fn take(&mut self, row: &mut Row) -> Result<(), ReadError> {
        if row.cells.is_empty() {
            return Ok(());
        }
        if self.table.is_some() {
            self.push(row)?;
            row.cells.clear();
        } else {
            self.waiting.push(std::mem::take(row));
            if self.waiting.len() >= header::LOOKED_AT && !self.grid {
                self.settle()?;
            }
        }
        Ok(())
    }

    /// All rows that wait, as they stand.
    fn settle_grid(&mut self) -> Result<(), ReadError> {
        let waiting = std::mem::take(&mut self.waiting);
        let Some(last) = waiting.iter().flat_map(|row| row.cells.iter().map(|&(column, _)| column)).max() else {
            return Ok(());
        };
        check_columns(&self.source.shown, last + 1)?;
        let table = Table::grid(&self.source.name, Some(self.sheet.to_owned()), last + 1);
        self.spare = vec![String::new(); table.columns.len()];
        self.table = Some(table);
        waiting.iter().try_for_each(|row| self.push(row))
    }

    /// Finds the header among the rows that wait, and moves those below it into the table.
    fn settle(&mut self) -> Result<(), ReadError> {
        let counts: Vec<usize> = self.waiting.iter().map(|row| row.cells.len()).collect();
        let place = header::index(&counts);
        let waiting = std::mem::take(&mut self.waiting);
        let Some(head) = waiting.get(place) else { return Ok(()) };
        let columns = head.cells.iter().map(|&(column, _)| column);
        let (first, last) = (columns.clone().min().unwrap_or(0), columns.max().unwrap_or(0));
        check_columns(&self.source.shown, last - first + 1)?;
        let mut names = vec![String::new(); last - first + 1];
        for (column, text) in &head.cells {
            names[column - first].clone_from(text);
        }
        let mut table = Table::new(&self.source.name, Some(self.sheet.to_owned()), names);
        if head.number > 1 {
            let values = [("sheet", self.sheet.to_owned()), ("row", head.number.to_string())];
            table.notes.push(texts::text("note-sheet-header-row", &values));
        }
        self.first = first;
        self.spare = vec![String::new(); table.columns.len()];
        self.table = Some(table);
        for row in &waiting[place + 1..] {
            self.push(row)?;
        }
        Ok(())
    }

    fn push(&mut self, row: &Row) -> Result<(), ReadError> {
        let Some(table) = &mut self.table else { return Ok(()) };
        let columns = table.columns.len();
        let inside = |column: usize| column.checked_sub(self.first).filter(|&place| place < columns);
        if row.cells.iter().any(|&(column, _)| inside(column).is_none()) {
            let raw = row.cells.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(";");
            table.broken.push(BrokenRow { row: row.number, raw, cells: row.cells.len() });
            return Ok(());
        }
        self.spare.iter_mut().for_each(String::clear);
        for (column, text) in &row.cells {
            if let Some(place) = inside(*column) {
                self.spare[place].push_str(text);
            }
        }
        if table.push(row.number, self.spare.iter().map(String::as_str)) {
            Ok(())
        } else {
            Err(ReadError::TooMuchText { file: self.source.shown.clone(), cells: MAX_CELLS })
        }
    }

    /// The table; `None` for a sheet without any cell.
    pub fn finish(mut self) -> Result<Option<Table>, ReadError> {
        if self.table.is_none() {
            if self.grid { self.settle_grid() } else { self.settle() }?;
        }
        if let Some(table) = &mut self.table
            && table.is_empty()
        {
            table.notes.push(texts::text("note-sheet-no-rows", &[("sheet", self.sheet.to_owned())]));
        }
        Ok(self.table)
    }
}
