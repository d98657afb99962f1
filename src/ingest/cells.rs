//! From the cells of one row to the parts of an event: time, place, severity, money. Pure; a cell that cannot be read is
//! a [`Fault`] that names its column.

use super::Table;
use super::binding::Binding;
use super::mapping::{Field, Mapping};
use super::outcome::Warnings;
use super::values::{self, DateOrder, folded, known};
use crate::crs::AxisOrder;
use crate::domain::time::Parts;
use crate::domain::{Interval, Ore, Placed, Position, Severity};

/// Why a row cannot be an event: the reason's id in the catalogue and the column at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// `reason-...`.
    pub reason: &'static str,
    /// The column, where one is at fault.
    pub column: Option<usize>,
}

/// How coordinates become a place in the store: `None` where they cannot be in the file's coordinate system.
pub type Place<'a> = dyn Fn([f64; 2]) -> Option<[f64; 2]> + 'a;

/// One row with what is needed to read it.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// The mapping.
    pub mapping: &'a Mapping,
    /// The table.
    pub table: &'a Table,
    /// The mapping laid over the table.
    pub binding: &'a Binding,
    /// The row's index.
    pub row: usize,
}

pub(super) const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
];

impl Row<'_> {
    fn column(&self, field: Field) -> Option<usize> {
        self.binding.fields.get(&field).copied()
    }

    /// The field's text, or `None` where the column is missing, empty or says "okänt".
    pub fn field(&self, field: Field) -> Option<&str> {
        known(self.table.cell(self.row, self.column(field)?))
    }

    /// The text of a column that the mapping keeps under this name, or `None` as for [`Self::field`].
    pub fn kept(&self, name: &str) -> Option<&str> {
        let (_, column) = self.binding.keep.iter().find(|(kept, _)| kept == name)?;
        known(self.table.cell(self.row, *column))
    }

    /// The row's number in the file.
    pub fn number(&self) -> u32 {
        self.table.row_number(self.row)
    }

    fn fault<T>(&self, reason: &'static str, field: Field) -> Result<T, Fault> {
        Err(Fault { reason, column: self.column(field) })
    }

    /// When it happened, as finely as the source tells; `None` where it tells nothing.
    pub fn time(&self, order: Option<DateOrder>) -> Result<Option<Interval>, Fault> {
        let mut parts = Parts::default();
        let (mut blamed, mut offset) = (Field::Date, None);
        if let Some(text) = self.field(Field::Date) {
            let Some(date) = values::date(text, order) else {
                return self.fault("reason-date-unreadable", Field::Date);
            };
            parts = Parts { year: Some(date.year), month: Some(date.month), day: Some(date.day), ..parts };
            if let Some((hour, minute)) = date.clock.filter(|clock| *clock != (0, 0)) {
                parts = Parts { hour: Some(hour), minute: Some(minute), ..parts };
                offset = date.offset;
            }
        } else {
            blamed = if self.field(Field::Day).is_some() { Field::Day } else { Field::Year };
            let month_name = |text: &str| {
                MONTHS
                    .iter()
                    .position(|name| text.to_lowercase().starts_with(&name[..3]))
                    .and_then(|at| i64::try_from(at + 1).ok())
            };
            let small = |field: Field| -> Result<Option<i64>, Fault> {
                let Some(text) = self.field(field) else { return Ok(None) };
                match values::whole(text).or_else(|| if field == Field::Month { month_name(text) } else { None }) {
                    Some(number) => Ok(Some(number)),
                    None => self.fault("reason-date-unreadable", field),
                }
            };
            let in_range = |number: Option<i64>, field: Field| match number.map(i16::try_from) {
                None => Ok(None),
                Some(Ok(number)) => Ok(Some(number)),
                Some(Err(_)) => self.fault("reason-date-impossible", field),
            };
            parts.year = in_range(small(Field::Year)?, Field::Year)?;
            let month = in_range(small(Field::Month)?, Field::Month)?;
            let day = in_range(small(Field::Day)?, Field::Day)?;
            if month.is_some_and(|month| !(1..=12).contains(&month)) {
                blamed = Field::Month;
            }
            parts.month = month.map(|number| i8::try_from(number).unwrap_or(i8::MAX));
            parts.day = day.map(|number| i8::try_from(number).unwrap_or(i8::MAX));
            if parts.year.is_none() {
                return if parts.month.is_some() || parts.day.is_some() {
                    self.fault("reason-date-incomplete", Field::Year)
                } else {
                    Ok(None)
                };
            }
            if parts.month.is_none() && parts.day.is_some() {
                return self.fault("reason-date-incomplete", Field::Month);
            }
        }
        if let Some(text) = self.field(Field::Hour) {
            let Some(hour) = values::hour_group(text) else { return self.fault("reason-hour-unreadable", Field::Hour) };
            if parts.day.is_some() && parts.hour.is_none() {
                parts.hour = Some(hour);
            }
        }
        let zone = &self.mapping.zone;
        let interval = match offset {
            Some(offset) => Interval::from_parts_at(parts, offset, zone),
            None => Interval::from_parts(parts, zone),
        };
        match interval {
            Some(interval) => Ok(Some(interval)),
            None => self.fault("reason-date-impossible", blamed),
        }
    }

    /// The pair (easting column, northing column) as numbers, or (longitude, latitude) from the one column that holds both:
    /// `None` where it is empty.
    pub fn pair(&self) -> Result<Option<[f64; 2]>, Fault> {
        if self.column(Field::LatLng).is_some() {
            let Some(text) = self.field(Field::LatLng) else { return Ok(None) };
            let unreadable = || self.fault("reason-coordinate-unreadable", Field::LatLng);
            return values::pair(text).map_or_else(unreadable, |[lat, lng]| Ok(Some([lng, lat])));
        }
        let read = |field: Field| -> Result<Option<f64>, Fault> {
            let Some(text) = self.field(field) else { return Ok(None) };
            values::number(text)
                .map_or_else(|| self.fault("reason-coordinate-unreadable", field), |number| Ok(Some(number)))
        };
        match (read(Field::East)?, read(Field::North)?) {
            (Some(east), Some(north)) => Ok(Some([east, north])),
            (None, None) => Ok(None),
            (None, Some(_)) => self.fault("reason-coordinate-half", Field::East),
            (Some(_), None) => self.fault("reason-coordinate-half", Field::North),
        }
    }

    /// Where it happened; `None` is "ej platsbestämd". A geometry of the file's own goes before columns.
    pub fn position(&self, axes: AxisOrder, place: &Place<'_>) -> Result<Option<Position>, Fault> {
        let (source, placed) = if self.table.has_geometry() {
            let Some((point, centroid)) = self.table.point(self.row) else { return Ok(None) };
            (point, if centroid { Placed::Centroid } else { Placed::Coordinates })
        } else {
            let Some(pair) = self.pair()? else { return Ok(None) };
            (axes.east_north(pair), Placed::Coordinates)
        };
        let blamed = if self.column(Field::LatLng).is_some() { Field::LatLng } else { Field::East };
        let Some([x, y]) = place(source) else { return self.fault("reason-outside-crs", blamed) };
        let accuracy_m = match self.field(Field::Accuracy).map(values::number) {
            None => None,
            Some(Some(metres)) if metres >= 0.0 => Some(metres),
            Some(_) => return self.fault("reason-number-unreadable", Field::Accuracy),
        };
        Ok(Some(Position { x, y, accuracy_m, placed: self.mapping.placed.unwrap_or(placed) }))
    }

    /// The cost in öre.
    pub fn cost(&self) -> Result<Option<Ore>, Fault> {
        match self.field(Field::Cost).map(Ore::parse_kronor) {
            None => Ok(None),
            Some(Some(ore)) => Ok(Some(ore)),
            Some(None) => self.fault("reason-amount-unreadable", Field::Cost),
        }
    }

    /// The degree that the mapping's code list gives the field; unknown words are counted and stay unknown.
    pub fn severity(&self, field: Field, warnings: &mut Warnings) -> Severity {
        self.field(field).map_or(Severity::Unknown, |text| severity_of(self.mapping, text, self.number(), warnings))
    }

    /// The parts of the account string, named by the mapping's template.
    pub fn kodstrang(&self, warnings: &mut Warnings) -> Vec<(String, String)> {
        let (Some(template), Some(text)) = (&self.mapping.kodstrang, self.field(Field::Kodstrang)) else {
            return Vec::new();
        };
        let parts: Vec<&str> = text.split(|c: char| template.separators.contains(c)).map(str::trim).collect();
        if parts.len() != template.parts.len() {
            warnings.add("warn-kodstrang-parts", self.number());
        }
        let named = template.parts.iter().zip(parts).filter(|(_, value)| !value.is_empty());
        named.map(|(name, value)| (format!("kod_{name}"), value.to_owned())).collect()
    }

    /// All cells with their column names.
    pub fn cells(&self) -> Vec<(String, String)> {
        self.table.columns.iter().cloned().zip(self.table.row(self.row).map(str::to_owned)).collect()
    }
}

/// The degree that a code list gives a word; an unknown word is counted and stays unknown.
pub fn severity_of(mapping: &Mapping, text: &str, row: u32, warnings: &mut Warnings) -> Severity {
    mapping.codes.severity.get(&folded(text)).copied().unwrap_or_else(|| {
        warnings.add("warn-unknown-severity", row);
        Severity::Unknown
    })
}
