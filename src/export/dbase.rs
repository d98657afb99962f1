//! Columns for formats whose tables are old: short names, fixed widths, and no word for a missing number in some.

use std::collections::BTreeSet;

use gdal::vector::OGRFieldType;

use super::ogr::{Cell, Field};
use crate::domain::{Layer, Values};

/// Most bytes (dBase) or characters (`MapInfo`) of a text.
pub(super) const TEXT_WIDTH: usize = 254;

/// What a format can hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table {
    /// Longest name of a column.
    pub name: usize,
    /// How it holds values.
    pub dialect: Dialect,
}

/// How an old table holds values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Numbers are texts of a fixed width, and may be missing; texts are measured in bytes of UTF-8.
    Dbase,
    /// Numbers have 32 bits, or are real, and are never missing: a column that lacks some becomes text. Texts are measured
    /// in characters.
    Mapinfo,
}

impl Table {
    fn is_dbase(self) -> bool {
        self.dialect == Dialect::Dbase
    }
}

/// A column as the format holds it.
pub(super) struct Held {
    pub field: Field,
    pub cells: Vec<Cell>,
    /// Texts that had to be cut.
    pub cut: usize,
}

/// Names of at most `limit` characters, ascii letters, digits and `_`, different from one another whatever their case: å, ä
/// and ö become a, a and o, a name that is too long is cut, and one that is taken ends in a number.
pub(super) fn short_names<'a>(names: impl IntoIterator<Item = &'a str>, limit: usize) -> Vec<String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut short = Vec::new();
    for name in names {
        let plain: String = name.chars().map(plain).collect();
        let plain = if plain.starts_with(|c: char| c.is_ascii_alphabetic()) { plain } else { format!("k_{plain}") };
        let mut candidate: String = plain.chars().take(limit).collect();
        let mut number = 1_usize;
        while !taken.insert(candidate.to_lowercase()) {
            number += 1;
            let end = number.to_string();
            candidate = plain.chars().take(limit.saturating_sub(end.len())).collect::<String>() + &end;
        }
        short.push(candidate);
    }
    short
}

fn plain(c: char) -> char {
    match c {
        'å' | 'ä' | 'á' | 'à' => 'a',
        'Å' | 'Ä' => 'A',
        'ö' | 'ø' => 'o',
        'Ö' => 'O',
        'é' | 'è' | 'ê' => 'e',
        'ü' => 'u',
        c if c.is_ascii_alphanumeric() => c,
        _ => '_',
    }
}

/// All columns of a layer as the format holds them.
pub(super) fn held(layer: &Layer, names: &[String], table: Table) -> Vec<Held> {
    layer.columns.iter().zip(names).map(|(column, name)| hold(name, &column.values, table)).collect()
}

fn hold(name: &str, values: &Values, table: Table) -> Held {
    match values {
        Values::Integer(values) => {
            let digits = values.iter().flatten().map(|value| value.to_string().len()).max().unwrap_or(1);
            let fits =
                if table.is_dbase() { digits <= 18 } else { values.iter().flatten().all(|v| i32::try_from(v).is_ok()) };
            if !fits || !table.is_dbase() && values.iter().any(|value| value.is_none()) {
                return texts(name, values.iter().map(|value| value.map(|value| value.to_string())), table);
            }
            let kind = if table.is_dbase() { OGRFieldType::OFTInteger64 } else { OGRFieldType::OFTInteger };
            let width = if table.is_dbase() { digits.max(9) } else { 0 };
            let cells = values.iter().map(|value| value.map_or(Cell::Nothing, Cell::Whole)).collect();
            Held { field: Field { name: name.to_owned(), kind, width, decimals: 0 }, cells, cut: 0 }
        }
        Values::Real(values) => {
            let shown: Vec<String> = values.iter().flatten().map(|value| value.to_string()).collect();
            let whole = shown.iter().map(|text| text.split('.').next().unwrap_or_default().len()).max().unwrap_or(1);
            let part =
                shown.iter().filter_map(|text| text.split_once('.')).map(|(_, part)| part.len()).max().unwrap_or(0);
            // Sign, digits and point within 24 characters, of which 15 decimals.
            let fits = !table.is_dbase() || part <= 15 && whole + 1 + part <= 24;
            if !fits || !table.is_dbase() && values.iter().any(|value| value.is_none()) {
                return texts(name, values.iter().map(|value| value.map(|value| value.to_string())), table);
            }
            let (width, decimals) = if table.is_dbase() { (24, part.max(1)) } else { (0, 0) };
            let cells = values.iter().map(|value| value.map_or(Cell::Nothing, Cell::Real)).collect();
            let field = Field { name: name.to_owned(), kind: OGRFieldType::OFTReal, width, decimals };
            Held { field, cells, cut: 0 }
        }
        Values::Text(values) => texts(name, values.iter().map(|value| value.map(str::to_owned)), table),
        Values::Bool(values) => {
            let word = |value: bool| if value { "ja" } else { "nej" }.to_owned();
            texts(name, values.iter().map(|value| value.map(word)), table)
        }
    }
}

fn texts(name: &str, values: impl Iterator<Item = Option<String>>, table: Table) -> Held {
    let length = |text: &str| if table.is_dbase() { text.len() } else { text.chars().count() };
    let (mut cut, mut width) = (0, 1);
    let cells = values
        .map(|value| match value {
            None => Cell::Nothing,
            Some(mut text) => {
                if length(&text) > TEXT_WIDTH {
                    cut += 1;
                    while length(&text) > TEXT_WIDTH {
                        text.pop();
                    }
                }
                width = width.max(length(&text));
                Cell::Text(text)
            }
        })
        .collect();
    let field = Field { name: name.to_owned(), kind: OGRFieldType::OFTString, width, decimals: 0 };
    Held { field, cells, cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DBASE: Table = Table { name: 10, dialect: Dialect::Dbase };

    #[test]
    fn names_are_short_plain_and_different() {
        let names = ["antal_olyckor", "antal_olyckade", "Hastighetsgräns", "2024", "å", "Antal_olyckor", ""];
        let wanted = ["antal_olyc", "antal_oly2", "Hastighets", "k_2024", "a", "Antal_oly3", "k_"];
        assert_eq!(short_names(names, 10), wanted);
    }

    #[test]
    fn a_number_that_does_not_fit_becomes_text_rather_than_another_number() {
        let held = hold("a", &Values::Real(vec![Some(1e-20), None].into()), DBASE);
        assert_eq!(held.cells, [Cell::Text("0.00000000000000000001".to_owned()), Cell::Nothing]);
        let held = hold("a", &Values::Real(vec![Some(6_396_199.35), Some(-0.1)].into()), DBASE);
        assert_eq!((held.field.width, held.field.decimals), (24, 2));
        let held = hold("a", &Values::Integer(vec![Some(i64::MIN)].into()), DBASE);
        assert_eq!(held.cells, [Cell::Text(i64::MIN.to_string())]);
        let mapinfo = Table { name: 31, dialect: Dialect::Mapinfo };
        let held = hold("a", &Values::Integer(vec![Some(0), None].into()), mapinfo);
        assert_eq!(held.cells, [Cell::Text("0".to_owned()), Cell::Nothing]);
        let held = hold("a", &Values::Integer(vec![Some(1 << 40)].into()), mapinfo);
        assert_eq!(held.cells, [Cell::Text("1099511627776".to_owned())]);
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_counted() {
        let held = hold("a", &Values::Text(vec![Some("ö".repeat(200)), Some("b".to_owned())].into()), DBASE);
        assert_eq!((held.cut, held.field.width), (1, 254));
        assert_eq!(held.cells[0], Cell::Text("ö".repeat(127)));
    }
}
