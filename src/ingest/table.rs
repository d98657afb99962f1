//! Rows as they stand in a file, before anyone has said what they mean: text cells in one arena.
//!
//! A million rows of six short cells cost their text plus eight bytes a cell. Limit: 4 GiB of text in one table.

/// The rows of one sheet, layer or file.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// File name without its folder.
    pub file: String,
    /// Sheet or layer, where the file has several.
    pub sheet: Option<String>,
    /// Column names as the file writes them, trimmed; unique (a repeated name becomes `name_2`, an empty one `kolumn_3`).
    pub columns: Vec<String>,
    /// The CRS that the file states, as an authority code such as `EPSG:3006`, or as text that PROJ understands.
    pub crs: Option<String>,
    /// Encoding that was used, for text formats: `UTF-8`, `UTF-8 BOM`, `windows-1252`, `ISO-8859-1`.
    pub encoding: Option<String>,
    /// Delimiter that was used, for CSV.
    pub delimiter: Option<char>,
    /// What was chosen on the reader's behalf and why, one sentence each, in the user's language.
    pub notes: Vec<String>,
    /// Rows that could not be split into the header's columns: row number and the raw text.
    pub broken: Vec<BrokenRow>,
    text: String,
    spans: Vec<(u32, u32)>,
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
        let mut unique: Vec<String> = Vec::new();
        for (index, name) in columns.into_iter().enumerate() {
            let name = name.trim().trim_start_matches('\u{feff}').to_owned();
            let base = if name.is_empty() { format!("kolumn_{}", index + 1) } else { name };
            let mut candidate = base.clone();
            let mut count = 2;
            while unique.contains(&candidate) {
                candidate = format!("{base}_{count}");
                count += 1;
            }
            unique.push(candidate);
        }
        Self { file: file.to_owned(), sheet, columns: unique, ..Self::default() }
    }

    /// Adds a row. `cells` beyond the columns are ignored and missing ones are empty: readers report such rows as
    /// [`BrokenRow`] instead. Returns `false`, and adds nothing, where the table would pass 4 GiB of text.
    pub fn push<'a>(&mut self, row: u32, cells: impl IntoIterator<Item = &'a str>) -> bool {
        let (text_before, spans_before) = (self.text.len(), self.spans.len());
        let wanted = spans_before + self.columns.len();
        for cell in cells.into_iter().take(self.columns.len()) {
            let start = self.text.len();
            self.text.push_str(cell);
            let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(self.text.len())) else {
                self.text.truncate(text_before);
                self.spans.truncate(spans_before);
                return false;
            };
            self.spans.push((start, end));
        }
        self.spans.resize(wanted, (0, 0));
        self.row_numbers.push(row);
        true
    }

    /// Adds a row with its geometry, for vector formats: a point in the file's own axes, made x = east, y = north by the
    /// format's rules; `centroid` tells that the geometry was not a point. A table has points for all rows or for none.
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
        let span = self.spans.get(row * self.columns.len() + column);
        span.map_or("", |&(start, end)| &self.text[start as usize..end as usize])
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
    }
}
