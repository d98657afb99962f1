//! Areas in a store, with their denominators and with counts that came as tables.

use serde::Serialize;
use serde_json::{Map, Value};

use super::Result;
use crate::domain::{Area, AreaTally, Exposure};

/// A row of counts, denominators, measures or conditions that was not taken.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetAside {
    /// Sheet, where the file has several.
    pub sheet: Option<String>,
    /// Row in the file, from 1.
    pub row: u32,
    /// The column at fault, where there is one.
    pub column: Option<String>,
    /// The value at fault.
    pub value: Option<String>,
    /// Id of the reason: `area-unknown`, `changed`.
    pub reason: String,
    /// The reason in a Swedish sentence.
    pub reason_text: String,
    /// The row's cells, column to cell.
    pub raw: Map<String, Value>,
}

/// What became of a count that was put into a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It was not here and is now.
    Accepted,
    /// It took the place of another number for the same area, type and days.
    Replaced,
    /// It was here.
    Present,
    /// Another number for the same area, type and days is here: it was not taken.
    Changed,
    /// Days of it are counted already, within other limits, for the same area and type: it was not taken.
    Overlaps,
}

impl Fate {
    /// Whether it is here now because it was given.
    #[must_use]
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::Accepted | Self::Replaced)
    }
}

/// A store that keeps areas.
pub trait Areas {
    /// Areas by set and code; only of one set, where one is named.
    fn areas(&self, set: Option<&str>) -> Result<Vec<Area>>;

    /// Keeps the areas of one set, in place of those that it had. Returns whether anything changed.
    fn put_areas(&mut self, set: &str, rows: &[Area]) -> Result<bool>;

    /// Denominators by set, area, quantity and year; only of one set, where one is named.
    fn exposures(&self, set: Option<&str>) -> Result<Vec<Exposure>>;

    /// Keeps denominators, in place of all that their sets had of the same quantity and year. Returns whether anything
    /// changed.
    fn put_exposures(&mut self, rows: &[Exposure]) -> Result<bool>;

    /// Counts by set, area, type and period; only of one set, where one is named.
    fn area_counts(&self, set: Option<&str>) -> Result<Vec<AreaTally>>;

    /// Takes counts in, in one transaction, and says what became of each, in the order given. `aside` makes the row that
    /// is set aside of one that was not taken; `rejected` are set aside as they are. Both take the place of what the same
    /// file set aside before. A period is never counted twice: see [`Fate::Overlaps`].
    fn put_area_counts(
        &mut self,
        file: &str,
        rows: &[AreaTally],
        replace: bool,
        rejected: &[SetAside],
        aside: &dyn Fn(usize, Fate) -> SetAside,
    ) -> Result<Vec<Fate>>;

    /// Keeps the rows of a file that were not taken, in place of those that it gave before. `part` is `counts`,
    /// `exposure`, `measures` or `conditions`.
    fn put_set_aside(&mut self, part: &str, file: &str, rows: &[SetAside]) -> Result<()>;

    /// Rows of a part that were not taken, with their file, in the order of files and rows.
    fn set_aside(&self, part: &str) -> Result<Vec<(String, SetAside)>>;
}
