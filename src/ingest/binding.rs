//! A mapping laid over a table: which column of this very file feeds which field, and which feeds none.

use std::collections::BTreeMap;

use super::Table;
use super::mapping::{Field, Mapping, PersonField};
use super::values::folded;

/// Column that a quarantined row carries when it is exported; a mended row closes the one it names.
pub const QUARANTINE_ID: &str = "karantan_id";
/// Column that tells the coordinate system of an exported row: a file of faulty rows cannot tell it by its values.
pub const QUARANTINE_CRS: &str = "karantan_crs";
/// All columns that the quarantine export adds and an import passes over.
pub const QUARANTINE_COLUMNS: [&str; 7] = [
    QUARANTINE_ID,
    QUARANTINE_CRS,
    "karantan_fil",
    "karantan_rad",
    "karantan_kolumn",
    "karantan_varde",
    "karantan_orsak",
];

/// Columns by field, for one table.
#[derive(Debug, Clone, Default)]
pub struct Binding {
    /// Event fields.
    pub fields: BTreeMap<Field, usize>,
    /// Person fields.
    pub persons: BTreeMap<PersonField, usize>,
    /// Kept columns: name in the store, column.
    pub keep: Vec<(String, usize)>,
    /// Free text: name in the store, column.
    pub free_text: Vec<(String, usize)>,
    /// The column that names a quarantined row.
    pub closes: Option<usize>,
    /// Columns that feed nothing.
    pub unmapped: Vec<String>,
}

impl Binding {
    /// Lays the mapping over the table. A field none of whose names the table has is left out.
    #[must_use]
    pub fn new(mapping: &Mapping, table: &Table) -> Self {
        let columns: Vec<String> = table.columns.iter().map(|name| folded(name)).collect();
        let find =
            |names: &[String]| names.iter().find_map(|name| columns.iter().position(|column| *column == folded(name)));
        let named = |list: &BTreeMap<String, Vec<String>>| -> Vec<(String, usize)> {
            list.iter().filter_map(|(name, names)| Some((name.clone(), find(names)?))).collect()
        };
        let mut binding = Self {
            fields: mapping.columns.iter().filter_map(|(field, names)| Some((*field, find(names)?))).collect(),
            persons: mapping.persons.iter().filter_map(|(field, names)| Some((*field, find(names)?))).collect(),
            keep: named(&mapping.keep),
            free_text: named(&mapping.free_text),
            closes: columns.iter().position(|column| column == QUARANTINE_ID),
            unmapped: Vec::new(),
        };
        let ours = |index: &usize| QUARANTINE_COLUMNS.contains(&columns[*index].as_str());
        let used = |index: &usize| {
            binding.fields.values().chain(binding.persons.values()).any(|column| column == index)
                || binding.keep.iter().chain(&binding.free_text).any(|(_, column)| column == index)
        };
        let unmapped =
            (0..columns.len()).filter(|index| !used(index) && !ours(index)).map(|index| table.columns[index].clone());
        binding.unmapped = unmapped.collect();
        binding
    }

    /// Columns that identify a row: all but those that the quarantine export added.
    pub fn identifying<'a>(&self, table: &'a Table) -> impl Iterator<Item = usize> + 'a {
        (0..table.columns.len()).filter(|index| !QUARANTINE_COLUMNS.contains(&folded(&table.columns[*index]).as_str()))
    }

    /// Whether the table tells anything about persons besides the event.
    #[must_use]
    pub fn has_persons(&self) -> bool {
        [PersonField::Age, PersonField::Sex, PersonField::RolePolice, PersonField::RoleHospital, PersonField::Mais]
            .iter()
            .any(|field| self.persons.contains_key(field))
    }

    /// The name in the file of the column that feeds a field.
    #[must_use]
    pub fn column_name<'a>(&self, table: &'a Table, field: Field) -> Option<&'a str> {
        self.fields.get(&field).map(|column| table.columns[*column].as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_alias_and_the_rest_is_named() {
        let mapping = Mapping::named("skaderapport").expect("shipped");
        let names = ["ärendenr", "Skadedatum", "Skadetyp", "Kulör", "karantan_id", "Beskrivning"].map(str::to_owned);
        let table = Table::new("s.csv", None, names);
        let binding = Binding::new(&mapping, &table);
        assert_eq!(binding.fields.get(&Field::Id), Some(&0));
        assert_eq!(binding.fields.get(&Field::Date), Some(&1));
        assert_eq!(binding.unmapped, ["Kulör"]);
        assert_eq!(binding.closes, Some(4));
        assert_eq!(binding.free_text, [("beskrivning".to_owned(), 5)]);
        assert_eq!(binding.identifying(&table).collect::<Vec<_>>(), [0, 1, 2, 3, 5]);
        assert!(!binding.has_persons());
    }
}
