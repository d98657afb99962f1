//! Rows as they will stand in a file: cells of text and numbers under named columns.

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl Cell {
    /// The cell as a person reads it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }

    /// The number in it, or `None`.
    #[must_use]
    pub const fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Number(f64::from(number))
    }
}

/// A table: the header and the rows below it, all as long as the header.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Name of the sheet.
    pub name: &'static str,
    /// Column names.
    pub columns: &'static [&'static str],
    /// Rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Sheet {
    /// The position of a column.
    ///
    /// # Panics
    /// Where there is no such column: names are constants of this part.
    #[must_use]
    pub fn column(&self, name: &str) -> usize {
        self.columns.iter().position(|column| *column == name).expect("the column is one of this sheet's constants")
    }

    /// The cell of a row (counted from 0 below the header) under a column.
    #[must_use]
    pub fn cell(&self, row: usize, column: &str) -> &Cell {
        &self.rows[row][self.column(column)]
    }

    /// Replaces a cell.
    pub fn set(&mut self, row: usize, column: &str, cell: impl Into<Cell>) {
        let column = self.column(column);
        self.rows[row][column] = cell.into();
    }
}
