//! Rows as they stand in a file, before anyone has said what they mean: text cells in one arena.
//!
//! A million rows of six short cells cost their text plus four bytes a cell. Limits: 4 GiB of text and
//! [`MAX_CELLS`] cells in one table.

use std::collections::{HashMap, HashSet};

/// Most cells in one table: 2 GiB of cell ends. Ten million rows of fifty columns fit.
pub const MAX_CELLS: usize = 1 << 29;

/// The rows of one sheet, layer or file.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// File name without its folder.
    pub file: String,
    /// Sheet or layer, where the file has several.
    pub sheet: Option<String>,
    /// Column names as the file writes them, trimmed; unique (a repeated name becomes `name_2`, an empty one
    /// `kolumn_3`).
    pub columns: Vec<String>,
    /// The CRS that the file states, as an authority code such as `EPSG:3006`, or as text that PROJ understands.
    pub crs: Option<String>,
    /// Encoding that was used, for text formats: `UTF-8`, `UTF-8 BOM`, `windows-1252`, `ISO-8859-1`.
    pub encoding: Option<String>,
    /// Delimiter that was used, for CSV.
    pub delimiter: Option<char>,
    /// What was chosen on the reader's behalf and why, one sentence each, in the user's language.
    pub notes: Vec<String>,
    /// Whether the rows are all that the file holds, header and titles included, under columns called `A`, `B`, ...
    pub is_grid: bool,
    /// Rows that could not be split into the header's columns: row number and the raw text.
    pub broken: Vec<BrokenRow>,
    text: String,
    /// Where each cell ends in `text`; it begins where the one before it ends.
    ends: Vec<u32>,
    row_numbers: Vec<u32>,
    points: Vec<Option<[f64; 2]>>,
    centroids: Vec<bool>,
}

/// A row that has more or fewer cells than the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenRow {
    /// As a person counts lines in the file, from 1.
    pub row: u32,
    /// The cells that were found, joined by the delimiter.
    pub raw: String,
    /// Number of cells that were found.
    pub cells: usize,
}

impl Table {
    /// An empty table with these columns. Names are trimmed and made unique.
    #[must_use]
    pub fn new(file: &str, sheet: Option<String>, columns: impl IntoIterator<Item = String>) -> Self {
        let mut taken: HashSet<String> = HashSet::new();
        let mut counts: HashMap<String, usize> = HashMap::new();
        let mut unique: Vec<String> = Vec::new();
        for (index, name) in columns.into_iter().enumerate() {
            let name = name.trim().trim_start_matches('\u{feff}').to_owned();
            let base = if name.is_empty() { format!("kolumn_{}", index + 1) } else { name };
            let mut candidate = base.clone();
            while !taken.insert(candidate.clone()) {
                let count = counts.entry(base.clone()).or_insert(1);
                *count += 1;
                candidate = format!("{base}_{count}");
            }
            unique.push(candidate);
        }
        Self { file: file.to_owned(), sheet, columns: unique, ..Self::default() }
    }

    /// An empty table of rows as they stand, with this many columns: `A`, `B`, ..., `Z`, `AA`.
    #[must_use]
    pub fn grid(file: &str, sheet: Option<String>, columns: usize) -> Self {
        Self { is_grid: true, ..Self::new(file, sheet, (0..columns).map(letters)) }
    }

    /// Makes room for `rows` rows and `text` bytes of text, so that a table of known size grows once.
    pub fn reserve(&mut self, rows: usize, text: usize) {
        self.text.reserve(text);
        self.ends.reserve(rows.saturating_mul(self.columns.len()).min(MAX_CELLS));
        self.row_numbers.reserve(rows);
    }

    /// Adds a row. `cells` beyond the columns are ignored and missing ones are empty: readers report such rows as
    /// [`BrokenRow`] instead. Returns `false`, and adds nothing, where the table would pass 4 GiB of text or
    /// [`MAX_CELLS`] cells.
    pub fn push<'a>(&mut self, row: u32, cells: impl IntoIterator<Item = &'a str>) -> bool {
        let (text_before, ends_before) = (self.text.len(), self.ends.len());
        let wanted = ends_before + self.columns.len();
        if wanted > MAX_CELLS {
            return false;
        }
        for cell in cells.into_iter().take(self.columns.len()) {
            self.text.push_str(cell);
            let Ok(end) = u32::try_from(self.text.len()) else {
                self.text.truncate(text_before);
                self.ends.truncate(ends_before);
                return false;
            };
            self.ends.push(end);
        }
        let end = self.ends.last().copied().unwrap_or(0);
        self.ends.resize(wanted, end);
        self.row_numbers.push(row);
        true
    }

    /// Adds a row with its geometry, for vector formats: a point in the file's own axes, made x = east, y = north by
    /// the format's rules; `centroid` tells that the geometry was not a point. A table has points for all rows or for
    /// none.
    pub fn push_placed<'a>(
        &mut self,
        row: u32,
        cells: impl IntoIterator<Item = &'a str>,
        point: Option<[f64; 2]>,
        centroid: bool,
    ) -> bool {
        let added = self.push(row, cells);
        if added {
            self.points.push(point);
            self.centroids.push(centroid);
        }
        added
    }

    /// Number of rows (broken ones not counted).
    #[must_use]
    pub const fn len(&self) -> usize {
        self.row_numbers.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.row_numbers.is_empty()
    }

    /// Whether rows carry geometries of their own.
    #[must_use]
    pub const fn has_geometry(&self) -> bool {
        !self.points.is_empty()
    }

    /// The cell as the file writes it, untrimmed; empty where row or column does not exist.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &str {
        if column >= self.columns.len() {
            return "";
        }
        let index = row * self.columns.len() + column;
        let Some(&end) = self.ends.get(index) else { return "" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start as usize..end as usize]
    }

    /// All cells of a row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = &str> {
        (0..self.columns.len()).map(move |column| self.cell(row, column))
    }

    /// The row's number in the file, as a person counts from 1.
    #[must_use]
    pub fn row_number(&self, row: usize) -> u32 {
        self.row_numbers.get(row).copied().unwrap_or(0)
    }

    /// The row's point, where the format carries geometry, and whether it is a centroid.
    #[must_use]
    pub fn point(&self, row: usize) -> Option<([f64; 2], bool)> {
        let point = self.points.get(row).copied().flatten()?;
        Some((point, self.centroids.get(row).copied().unwrap_or(false)))
    }

    /// Index of the column with this name: exact first, then without regard to case and surrounding space.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        let wanted = name.trim();
        self.columns
            .iter()
            .position(|column| column == wanted)
            .or_else(|| self.columns.iter().position(|column| column.to_lowercase() == wanted.to_lowercase()))
    }
}

/// The name that a spreadsheet gives its column: `A` for 0, `Z` for 25, `AA` for 26.
#[must_use]
pub fn letters(mut column: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.push(char::from(b'A' + u8::try_from(column % 26).unwrap_or(0)));
        if column < 26 {
            break;
        }
        column = column / 26 - 1;
    }
    name.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_cells_are_found() {
        let names = ["A", " a ", "", "A"].map(str::to_owned);
        let mut table = Table::new("x.csv", None, names);
        assert_eq!(table.columns, ["A", "a", "kolumn_3", "A_2"]);
        assert!(table.push(2, ["1", "två", "", "4"]));
        assert!(table.push(3, ["5"]));
        assert_eq!((table.len(), table.cell(0, 1), table.cell(1, 0), table.cell(1, 3)), (2, "två", "5", ""));
        assert_eq!(table.cell(9, 9), "");
        assert_eq!(table.column("A"), Some(0));
        assert_eq!(table.column("KOLUMN_3"), Some(2));
        assert_eq!(table.row_number(1), 3);
        assert_eq!(table.row(0).collect::<Vec<_>>(), ["1", "två", "", "4"]);
    }

    #[test]
    fn columns_of_a_grid_are_called_as_in_a_spreadsheet() {
        assert_eq!([0, 25, 26, 51, 52, 701, 702].map(letters), ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
        let grid = Table::grid("x.csv", None, 3);
        assert!(grid.is_grid && grid.columns == ["A", "B", "C"]);
    }

    #[test]
    fn a_row_of_missing_cells_keeps_the_rows_after_it_in_place() {
        let mut table = Table::new("x.csv", None, ["a", "b", "c"].map(str::to_owned));
        assert!(table.push(2, []) && table.push(3, ["1", "2", "3", "ignored"]) && table.push(4, ["4"]));
        let cells: Vec<Vec<&str>> = (0..3).map(|row| table.row(row).collect()).collect();
        assert_eq!(cells, [["", "", ""], ["1", "2", "3"], ["4", "", ""]]);
    }

    #[test]
    fn ten_thousand_columns_of_one_name_are_made_unique_at_once() {
        let table = Table::new("x.csv", None, std::iter::repeat_n("a".to_owned(), 10_000));
        assert_eq!((table.columns[0].as_str(), table.columns[9_999].as_str()), ("a", "a_10000"));
        let unique: HashSet<&String> = table.columns.iter().collect();
        assert_eq!(unique.len(), 10_000);
    }

    #[test]
    fn a_name_that_looks_like_a_made_one_is_never_taken_twice() {
        let table = Table::new("x.csv", None, ["a_2", "a", "a", "a"].map(str::to_owned));
        assert_eq!(table.columns, ["a_2", "a", "a_3", "a_4"]);
    }
}
