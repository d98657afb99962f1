//! Registers of places: tables of objects, properties and addresses. A mapping (`data/registers/*.toml`) says which column
//! is what; each row comes out as a place or with the reason why it is none.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Table;
use super::values::{self, folded, known};
use crate::catalogued_errors;
use crate::crs::AxisOrder;
use crate::domain::{PlaceKind, RegisterPlace};

/// What can be wrong with a register of places.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum RegisterError {
    /// The TOML cannot be read as a mapping.
    BadRegisterMapping {
        /// The mapping's file.
        file: String,
        /// Line, from 1; 0 where it is not known.
        line: usize,
        /// What is wrong, from the parser.
        cause: String,
    },
    /// No shipped mapping has this name.
    UnknownRegisterMapping {
        /// As the user wrote it.
        name: String,
        /// Names that exist.
        known: Vec<String>,
    },
    /// The file fits several shipped mappings.
    AmbiguousRegister {
        /// The data file.
        file: String,
        /// Names of those that fit.
        candidates: Vec<String>,
    },
    /// The file is no register that is known, and no map of named places.
    NoRegister {
        /// The data file.
        file: String,
        /// The file's columns.
        columns: Vec<String>,
    },
}
catalogued_errors!(RegisterError);

/// A field of a place that a column can feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceField {
    /// Number of the object.
    Object,
    /// Name.
    Name,
    /// Fastighetsbeteckning.
    Property,
    /// Its first half, where it is split.
    Tract,
    /// Its second half: `2:90`.
    Unit,
    /// Address, or several with `;` or `|` between them.
    Address,
    /// Street, where the address is split.
    Street,
    /// Number in the street.
    Number,
    /// Letter behind the number.
    Letter,
    /// Post town: tells streets of the same name apart.
    Town,
    /// Earlier and other names, with `;` or `|` between them.
    Earlier,
    /// Förvaltning or company.
    Department,
    /// Verksamhet.
    Activity,
    /// Sort of object.
    Class,
    /// Northing or latitude.
    North,
    /// Easting or longitude.
    East,
    /// Accuracy in metres.
    Accuracy,
}

/// A mapping of a register.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterMapping {
    /// Name on the command line.
    pub name: String,
    /// What it is for, in Swedish.
    pub title: String,
    /// Where the column names come from.
    pub source: String,
    /// Kind of place.
    pub kind: PlaceKind,
    /// Coordinate system, where the register has one.
    pub crs: Option<String>,
    /// Sets of columns; a file that has all columns of one set is taken to be of this kind,
    #[serde(default)]
    pub recognise: Vec<Vec<String>>,
    /// unless it has one of these.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Which columns feed which field; the first name that the file has wins.
    pub columns: BTreeMap<PlaceField, Vec<String>>,
}

const SHIPPED: [(&str, &str); 3] = [
    ("objekt.toml", include_str!("../../data/registers/objekt.toml")),
    ("fastighet.toml", include_str!("../../data/registers/fastighet.toml")),
    ("adress.toml", include_str!("../../data/registers/adress.toml")),
];

impl RegisterMapping {
    /// Reads a mapping. `file` is only named in errors.
    ///
    /// # Errors
    /// [`RegisterError::BadRegisterMapping`] with the line.
    pub fn parse(file: &str, toml: &str) -> Result<Self, RegisterError> {
        toml::from_str(toml).map_err(|error| {
            let line = error.span().map_or(0, |span| toml[..span.start].matches('\n').count() + 1);
            let cause = error.message().lines().next().unwrap_or_default().to_owned();
            RegisterError::BadRegisterMapping { file: file.to_owned(), line, cause }
        })
    }

    /// The shipped mappings, in the table's order.
    #[must_use]
    pub fn shipped() -> Vec<Self> {
        let parse = |(file, toml): &(&str, &str)| Self::parse(file, toml).expect("a test parses every shipped mapping");
        SHIPPED.iter().map(parse).collect()
    }

    /// The shipped mapping with this name.
    ///
    /// # Errors
    /// [`RegisterError::UnknownRegisterMapping`] with the names that exist.
    pub fn named(name: &str) -> Result<Self, RegisterError> {
        let known = Self::shipped().into_iter().map(|mapping| mapping.name).collect();
        let found = Self::shipped().into_iter().find(|mapping| mapping.name == name);
        found.ok_or_else(|| RegisterError::UnknownRegisterMapping { name: name.to_owned(), known })
    }

    /// The shipped mapping that recognises a file by its columns; `None` where none does.
    ///
    /// # Errors
    /// [`RegisterError::AmbiguousRegister`] where several do.
    pub fn recognising(file: &str, columns: &[String]) -> Result<Option<Self>, RegisterError> {
        let columns: Vec<String> = columns.iter().map(|name| folded(name)).collect();
        let has = |name: &String| columns.contains(&folded(name));
        let fits =
            |mapping: &Self| mapping.recognise.iter().any(|set| set.iter().all(has)) && !mapping.unless.iter().any(has);
        let mut fitting: Vec<Self> = Self::shipped().into_iter().filter(fits).collect();
        if fitting.len() > 1 {
            let candidates = fitting.into_iter().map(|mapping| mapping.name).collect();
            return Err(RegisterError::AmbiguousRegister { file: file.to_owned(), candidates });
        }
        Ok(fitting.pop())
    }
}

/// A row that is no place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectedPlace {
    /// File, without its folder.
    pub file: String,
    /// Sheet or layer.
    pub sheet: Option<String>,
    /// Row as a person counts.
    pub row: u32,
    /// The column at fault.
    pub column: Option<String>,
    /// What stands there.
    pub value: Option<String>,
    /// Id of the reason.
    pub reason: &'static str,
}

/// A table with a mapping laid over it.
#[derive(Debug)]
pub struct RegisterSheet<'a> {
    table: &'a Table,
    mapping: &'a RegisterMapping,
    fields: BTreeMap<PlaceField, usize>,
}

impl<'a> RegisterSheet<'a> {
    /// Lays the mapping over the table. A field none of whose names the table has is left out.
    #[must_use]
    pub fn new(mapping: &'a RegisterMapping, table: &'a Table) -> Self {
        let columns: Vec<String> = table.columns.iter().map(|name| folded(name)).collect();
        let find =
            |names: &[String]| names.iter().find_map(|name| columns.iter().position(|column| *column == folded(name)));
        let fields = mapping.columns.iter().filter_map(|(field, names)| Some((*field, find(names)?))).collect();
        Self { table, mapping, fields }
    }

    /// Columns that feed nothing.
    #[must_use]
    pub fn unmapped(&self) -> Vec<String> {
        let free = |at: &usize| !self.fields.values().any(|used| used == at);
        (0..self.table.columns.len()).filter(free).map(|at| self.table.columns[at].clone()).collect()
    }

    fn cell(&self, row: usize, field: PlaceField) -> Option<&str> {
        known(self.table.cell(row, *self.fields.get(&field)?))
    }

    fn fault(&self, row: usize, field: Option<PlaceField>, reason: &'static str) -> RejectedPlace {
        let column = field.and_then(|field| self.fields.get(&field)).copied();
        RejectedPlace {
            file: self.table.file.clone(),
            sheet: self.table.sheet.clone(),
            row: self.table.row_number(row),
            column: column.map(|at| self.table.columns[at].clone()),
            value: column.map(|at| self.table.cell(row, at).to_owned()),
            reason,
        }
    }

    /// The numbers of a row's place in the file's own order (easting column, northing column); `None` where it has none.
    ///
    /// # Errors
    /// A coordinate that is no number, or one of two.
    pub fn pair(&self, row: usize) -> Result<Option<[f64; 2]>, RejectedPlace> {
        if self.table.has_geometry() {
            return Ok(self.table.point(row).map(|(point, _)| point));
        }
        let read = |field: PlaceField| match self.cell(row, field) {
            None => Ok(None),
            Some(text) => match values::number(text) {
                None => Err(self.fault(row, Some(field), "reason-coordinate-unreadable")),
                number => Ok(number),
            },
        };
        match (read(PlaceField::East)?, read(PlaceField::North)?) {
            (Some(east), Some(north)) => Ok(Some([east, north])),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(self.fault(row, Some(PlaceField::East), "reason-coordinate-half")),
            (Some(_), None) => Err(self.fault(row, Some(PlaceField::North), "reason-coordinate-half")),
        }
    }

    /// The row as a place without id. `place` gives the store's coordinates of the file's, `None` where they cannot be in
    /// its system.
    ///
    /// # Errors
    /// The row with the reason why it is no place.
    pub fn place(
        &self,
        row: usize,
        order: AxisOrder,
        place: &dyn Fn([f64; 2]) -> Option<[f64; 2]>,
    ) -> Result<RegisterPlace, RejectedPlace> {
        let text = |field: PlaceField| self.cell(row, field).map(str::to_owned);
        let list = |field: PlaceField| -> Vec<String> {
            let parts = self.cell(row, field).unwrap_or_default().split([';', '|', '\n']);
            parts.filter_map(known).map(str::to_owned).collect()
        };
        let joined = |parts: [PlaceField; 2]| Some(format!("{} {}", text(parts[0])?, text(parts[1])?));
        let mut addresses = list(PlaceField::Address);
        if addresses.is_empty()
            && let Some(street) = text(PlaceField::Street)
        {
            let letter = text(PlaceField::Letter).unwrap_or_default();
            let number = text(PlaceField::Number).map(|number| format!(" {number}{letter}")).unwrap_or_default();
            addresses.push(format!("{street}{number}"));
        }
        if let Some(town) = text(PlaceField::Town) {
            for address in addresses.iter_mut().filter(|address| !address.contains(',')) {
                *address = format!("{address}, {town}");
            }
        }
        let at = match self.pair(row)? {
            None => None,
            Some(pair) => {
                let pair = if self.table.has_geometry() { pair } else { order.east_north(pair) };
                let outside = || self.fault(row, Some(PlaceField::East), "reason-outside-crs");
                Some(place(pair).ok_or_else(outside)?)
            }
        };
        let extent_m = match self.cell(row, PlaceField::Accuracy).map(values::number) {
            None => None,
            Some(Some(metres)) if metres >= 0.0 => Some(metres),
            Some(_) => return Err(self.fault(row, Some(PlaceField::Accuracy), "reason-number-unreadable")),
        };
        let found = RegisterPlace {
            name: text(PlaceField::Name),
            object: text(PlaceField::Object),
            property: text(PlaceField::Property).or_else(|| joined([PlaceField::Tract, PlaceField::Unit])),
            addresses,
            earlier: list(PlaceField::Earlier),
            department: text(PlaceField::Department),
            activity: text(PlaceField::Activity),
            class: text(PlaceField::Class),
            at,
            extent_m,
            row: self.table.row_number(row),
            ..RegisterPlace::bare(String::new(), self.mapping.kind)
        };
        let nameless = match self.mapping.kind {
            PlaceKind::Property => found.property.is_none(),
            PlaceKind::Address => found.addresses.is_empty(),
            _ => found.name.is_none() && found.object.is_none(),
        };
        if nameless { Err(self.fault(row, None, "reason-place-nameless")) } else { Ok(found) }
    }

    /// Rows of another number of cells than the header.
    #[must_use]
    pub fn broken(&self) -> Vec<RejectedPlace> {
        let one = |broken: &super::table::BrokenRow| RejectedPlace {
            file: self.table.file.clone(),
            sheet: self.table.sheet.clone(),
            row: broken.row,
            column: None,
            value: Some(broken.raw.clone()),
            reason: "reason-broken-row",
        };
        self.table.broken.iter().map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn every_shipped_mapping_parses_and_files_are_recognised_by_their_columns() {
        let shipped = RegisterMapping::shipped();
        assert_eq!(shipped.len(), SHIPPED.len());
        assert!(shipped.iter().all(|mapping| !mapping.source.is_empty() && !mapping.title.is_empty()));
        let name = |names: &[&str]| {
            RegisterMapping::recognising("x", &columns(names)).expect("not ambiguous").map(|mapping| mapping.name)
        };
        assert_eq!(name(&["OBJEKTNR", "Namn", "Adress", "Fastighetsbeteckning"]).as_deref(), Some("objekt"));
        assert_eq!(name(&["Fastighetsbeteckning", "N-koordinat", "E-koordinat"]).as_deref(), Some("fastighet"));
        assert_eq!(name(&["Adress", "Postort", "N-koordinat"]).as_deref(), Some("adress"));
        assert_eq!(name(&["namn", "byggnadstyp", "adress", "vaningar"]), None, "a layer of buildings is no register");
        assert_eq!(name(&["Skadetyp", "Fastighetsbeteckning"]), None, "nor are damage reports");
    }

    #[test]
    fn a_broken_mapping_is_refused_with_its_line() {
        let refused = RegisterMapping::parse("egen.toml", "name = \"x\"\ntitle = 3\n");
        assert!(matches!(refused, Err(RegisterError::BadRegisterMapping { line: 2, .. })), "{refused:?}");
        assert!(RegisterMapping::named("objekt").is_ok());
        assert!(matches!(
            RegisterMapping::named("x"),
            Err(RegisterError::UnknownRegisterMapping { known, .. }) if known == ["objekt", "fastighet", "adress"]
        ));
    }

    #[test]
    fn rows_become_places_or_tell_why_not() {
        let names = ["Objektnr", "Namn", "Adress", "Postort", "Tidigare namn", "N", "E", "Färg"];
        let mut table = Table::new("o.csv", None, columns(&names));
        let rows = [
            ["1001", "Åsskolan", "Storg. 1; Storg. 3", "Prov", "Folkskolan|Gamla skolan", "6600000", "500000,5", "röd"],
            ["", "", "Storg. 1", "Prov", "", "6600000", "500000", ""],
            ["1002", "Badhuset", "", "", "", "66x", "5", ""],
            ["1003", "Badhuset", "", "", "", "6600000", "", ""],
            ["1004", "Badhuset", "", "", "", "9", "9", ""],
            ["1005", "Badhuset", "", "", "", "", "", ""],
        ];
        for (number, row) in (2..).zip(rows) {
            assert!(table.push(number, row));
        }
        let mapping = RegisterMapping::named("objekt").expect("shipped");
        let sheet = RegisterSheet::new(&mapping, &table);
        assert_eq!(sheet.unmapped(), ["Färg"]);
        let place = |[x, y]: [f64; 2]| (y > 100.0).then_some([x, y]);
        let read = |row: usize| sheet.place(row, AxisOrder::EastNorth, &place);
        let first = read(0).expect("a place");
        assert_eq!(first.at, Some([500_000.5, 6_600_000.0]));
        assert_eq!(first.addresses, ["Storg. 1, Prov", "Storg. 3, Prov"]);
        assert_eq!(first.earlier, ["Folkskolan", "Gamla skolan"]);
        let reason = |row: usize| read(row).expect_err("no place").reason;
        assert_eq!(reason(1), "reason-place-nameless");
        assert_eq!(reason(2), "reason-coordinate-unreadable");
        assert_eq!(reason(3), "reason-coordinate-half");
        assert_eq!(reason(4), "reason-outside-crs");
        assert_eq!(read(5).expect("a place without a position").at, None);
        let fault = read(2).expect_err("no place");
        assert_eq!((fault.row, fault.column.as_deref(), fault.value.as_deref()), (4, Some("N"), Some("66x")));
    }
}
