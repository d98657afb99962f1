//! What do a file's columns mean? A mapping is a TOML file that says so: which column feeds which field, under which
//! names, with which codes, time zone, coordinate system, free text and secrecy. The shipped ones are `data/mappings/`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::values::{DateOrder, folded};
use crate::catalogued_errors;
use crate::domain::{Kind, Placed, Secrecy, Severity, category};

/// What can be wrong with a mapping.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum MappingError {
    /// The TOML cannot be read as a mapping.
    BadMapping {
        /// The mapping's file.
        file: String,
        /// Line, from 1; 0 where it is not known.
        line: usize,
        /// What is wrong, from the parser.
        cause: String,
    },
    /// No shipped mapping has this name.
    UnknownMapping {
        /// As the user wrote it.
        name: String,
        /// Names that exist.
        known: Vec<String>,
    },
    /// The file fits several shipped mappings.
    AmbiguousMapping {
        /// The data file.
        file: String,
        /// Names of those that fit.
        candidates: Vec<String>,
    },
    /// The file is known, and cannot be used.
    KnownUnusable {
        /// The data file.
        file: String,
        /// Why, in a sentence.
        because: String,
    },
    /// The file has none of the columns that the mapping needs.
    NothingMapped {
        /// The data file.
        file: String,
        /// The mapping.
        mapping: String,
        /// The file's columns.
        columns: Vec<String>,
    },
}
catalogued_errors!(MappingError);

/// A field of an event that a column can feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// Key within the register.
    Id,
    /// Date, with or without a clock.
    Date,
    /// Year, where the date is split.
    Year,
    /// Month.
    Month,
    /// Day of the month.
    Day,
    /// Hour or hour group.
    Hour,
    /// Northing or latitude.
    North,
    /// Easting or longitude.
    East,
    /// Latitude and longitude in one cell, in that order: `57.69,12.29`.
    LatLng,
    /// Accuracy of the position in metres.
    Accuracy,
    /// Type of accident or incident.
    Category,
    /// The register's own weighed-together degree of injury.
    Severity,
    /// Degree of injury according to the police.
    SeverityPolice,
    /// Degree of injury according to the hospital.
    SeverityHospital,
    /// Street or road.
    Street,
    /// Cost in kronor.
    Cost,
    /// Account string, split by the mapping's template.
    Kodstrang,
}

/// A field of a person that a column can feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonField {
    /// Age in years.
    Age,
    /// Sex.
    Sex,
    /// Main group of the weighed-together road-user category.
    Mode,
    /// Subgroup of the same.
    ModeDetail,
    /// Subgroup according to the police.
    ModePolice,
    /// Subgroup according to the hospital.
    ModeHospital,
    /// Role according to the police.
    RolePolice,
    /// Role according to the hospital.
    RoleHospital,
    /// What the person was in conflict with.
    Conflict,
    /// Weighed-together degree of injury.
    Severity,
    /// Highest AIS.
    Mais,
    /// Number of the traffic element.
    Element,
    /// Whether the police reported.
    PoliceReport,
    /// Whether a hospital reported.
    HospitalReport,
}

/// The sheets of a workbook, and what joins them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheets {
    /// Names of the sheet that has a row an event.
    pub events: Vec<String>,
    /// Names of the sheet that has a row a person.
    pub persons: Vec<String>,
}

/// How a category cell becomes a code of the taxonomy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CategoryStyle {
    /// By the table `codes.category`.
    #[default]
    Table,
    /// By the leading letter and digit of an olyckstyp.
    AccidentType,
}

/// Code lists. Keys are compared without regard to case and runs of space.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Codes {
    /// How categories are read.
    pub category_style: CategoryStyle,
    /// The source's word to a code of `data/categories.toml`.
    pub category: BTreeMap<String, String>,
    /// The source's word to a degree of `data/severity.toml`.
    pub severity: BTreeMap<String, Severity>,
}

/// A file that belongs to the register and cannot be imported.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Columns that tell it.
    pub columns: Vec<String>,
    /// Id in the catalogue of the sentence that says why.
    pub because: String,
}

/// How an account string is cut into parts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kodstrang {
    /// Characters that separate the parts.
    pub separators: String,
    /// Names of the parts in their order.
    pub parts: Vec<String>,
}

/// A mapping.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Name on the command line.
    pub name: String,
    /// What it is for, in Swedish.
    pub title: String,
    /// Where the column names and codes come from, and how sure they are.
    pub source: String,
    /// Kind of event.
    pub kind: Kind,
    /// Register: the first half of every id.
    pub system: String,
    /// Secrecy of every row.
    pub secrecy: Secrecy,
    /// IANA time zone of dates and hours.
    pub zone: String,
    /// Coordinate system, where the register has one.
    pub crs: Option<String>,
    /// Further systems that may occur, for detection.
    #[serde(default)]
    pub crs_candidates: Vec<String>,
    /// What its positions are, where they are no places of events: `area-centroid` for the middle of a municipality.
    pub placed: Option<Placed>,
    /// Order of day and month where the year is last.
    pub date_order: Option<DateOrder>,
    /// Sets of columns; a file that has all columns of one set is taken to be of this kind.
    #[serde(default)]
    pub recognise: Vec<Vec<String>>,
    /// Files of the register that cannot be used.
    #[serde(default)]
    pub refuse: Vec<Refusal>,
    /// Sheets of a workbook.
    #[serde(default)]
    pub sheets: Sheets,
    /// Which columns feed which field; the first name that the file has wins.
    pub columns: BTreeMap<Field, Vec<String>>,
    /// The same for persons.
    #[serde(default)]
    pub persons: BTreeMap<PersonField, Vec<String>>,
    /// Other columns to keep: name in the store to names in the file.
    #[serde(default)]
    pub keep: BTreeMap<String, Vec<String>>,
    /// Columns that a person typed: name in the store to names in the file.
    #[serde(default)]
    pub free_text: BTreeMap<String, Vec<String>>,
    /// Code lists.
    #[serde(default)]
    pub codes: Codes,
    /// Template of account strings.
    pub kodstrang: Option<Kodstrang>,
    /// Families of checks to run: `strada`.
    #[serde(default)]
    pub checks: Vec<String>,
}

/// The shipped mappings. The last one, `generic`, is used where no other recognises a file.
const SHIPPED: [(&str, &str); 5] = [
    ("strada.toml", include_str!("../../data/mappings/strada.toml")),
    ("finland.toml", include_str!("../../data/mappings/finland.toml")),
    ("skaderapport.toml", include_str!("../../data/mappings/skaderapport.toml")),
    ("polisen.toml", include_str!("../../data/mappings/polisen.toml")),
    ("generic.toml", include_str!("../../data/mappings/generic.toml")),
];

impl Mapping {
    /// Reads a mapping. `file` is only named in errors.
    ///
    /// # Errors
    /// [`MappingError::BadMapping`] with the line, also for unknown fields and codes.
    pub fn parse(file: &str, toml: &str) -> Result<Self, MappingError> {
        let bad = |line, cause: String| MappingError::BadMapping { file: file.to_owned(), line, cause };
        let mut mapping: Self = toml::from_str(toml).map_err(|error| {
            let line = error.span().map_or(0, |span| toml[..span.start].matches('\n').count() + 1);
            bad(line, error.message().lines().next().unwrap_or_default().to_owned())
        })?;
        if jiff::tz::TimeZone::get(&mapping.zone).is_err() {
            return Err(bad(0, format!("zone = \"{}\"", mapping.zone)));
        }
        if let Some(code) =
            mapping.codes.category.values().find(|code| !category::table().iter().any(|entry| entry.code == **code))
        {
            return Err(bad(0, format!("codes.category: \"{code}\"")));
        }
        if mapping.system.is_empty() || mapping.system.contains(':') {
            return Err(bad(0, format!("system = \"{}\"", mapping.system)));
        }
        mapping.codes.severity = mapping.codes.severity.iter().map(|(word, degree)| (folded(word), *degree)).collect();
        mapping.codes.category =
            mapping.codes.category.iter().map(|(word, code)| (folded(word), code.clone())).collect();
        Ok(mapping)
    }

    /// The code of the taxonomy that the source's word stands for; `okand` where neither knows it.
    #[must_use]
    pub fn category_of(&self, text: &str) -> &str {
        match self.codes.category_style {
            CategoryStyle::AccidentType => category::of_accident_type(text),
            CategoryStyle::Table => self.codes.category.get(&folded(text)).map_or(category::UNKNOWN, String::as_str),
        }
    }

    /// The shipped mappings, in the table's order.
    #[must_use]
    pub fn shipped() -> Vec<Self> {
        SHIPPED
            .iter()
            .map(|(file, toml)| Self::parse(file, toml).expect("a test parses every shipped mapping"))
            .collect()
    }

    /// The shipped mapping with this name.
    ///
    /// # Errors
    /// [`MappingError::UnknownMapping`] with the names that exist.
    pub fn named(name: &str) -> Result<Self, MappingError> {
        let all = Self::shipped();
        let known = all.iter().map(|mapping| mapping.name.clone()).collect();
        all.into_iter()
            .find(|mapping| mapping.name == name)
            .ok_or_else(|| MappingError::UnknownMapping { name: name.to_owned(), known })
    }

    /// The shipped mapping that recognises a file by its columns; `generic` where none does.
    ///
    /// # Errors
    /// [`MappingError::AmbiguousMapping`] where several do; [`MappingError::KnownUnusable`] for a file that a register is
    /// known to come with and that cannot be used.
    pub fn recognising(file: &str, columns: &[String]) -> Result<Self, MappingError> {
        let columns: Vec<String> = columns.iter().map(|name| folded(name)).collect();
        let has_all = |set: &Vec<String>| set.iter().all(|name| columns.contains(&folded(name)));
        let shipped = Self::shipped();
        if let Some(refusal) =
            shipped.iter().flat_map(|mapping| &mapping.refuse).find(|refusal| has_all(&refusal.columns))
        {
            let because = crate::texts::text(&refusal.because, &[]);
            return Err(MappingError::KnownUnusable { file: file.to_owned(), because });
        }
        let mut fitting: Vec<Self> =
            shipped.into_iter().filter(|mapping| mapping.recognise.iter().any(has_all)).collect();
        match fitting.len() {
            0 => Self::named("generic"),
            1 => Ok(fitting.remove(0)),
            _ => {
                let candidates = fitting.into_iter().map(|mapping| mapping.name).collect();
                Err(MappingError::AmbiguousMapping { file: file.to_owned(), candidates })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_mapping_parses_and_says_where_its_facts_come_from() {
        let all = Mapping::shipped();
        assert_eq!(all.len(), SHIPPED.len());
        for mapping in all {
            assert!(!mapping.source.is_empty() && !mapping.title.is_empty(), "{}", mapping.name);
            let has = |field| mapping.columns.contains_key(&field);
            assert!(has(Field::LatLng) || has(Field::North) && has(Field::East), "{}", mapping.name);
        }
    }

    #[test]
    fn files_are_recognised_by_their_columns() {
        let name = |columns: &[&str]| {
            let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
            Mapping::recognising("x", &columns).expect("not ambiguous").name
        };
        assert_eq!(name(&["Olycksnummer", "Olyckstyp"]), "strada");
        assert_eq!(name(&["Datum", "Olyckstyp", "Sammanvägd_svårhetsgrad"]), "strada");
        assert_eq!(name(&["Vuosi", "Kk", "Vakavuusko", "X", "Y"]), "finland");
        assert_eq!(name(&["Händelsedatum", "Skadetyp", "Kostnad"]), "skaderapport");
        let police = ["id", "datetime", "name", "summary", "url", "type", "location.name", "location.gps"];
        assert_eq!(name(&police), "polisen");
        assert_eq!(name(&["x", "y"]), "generic");
    }

    #[test]
    fn a_broken_mapping_is_refused_with_its_line() {
        let refused = Mapping::parse("egen.toml", "name = \"x\"\ntitle = 3\n");
        assert!(matches!(refused, Err(MappingError::BadMapping { line: 2, .. })), "{refused:?}");
        assert!(
            matches!(Mapping::named("strda"), Err(MappingError::UnknownMapping { known, .. }) if known.len() == SHIPPED.len())
        );
    }
}
