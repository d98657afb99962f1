//! A JSON list of records into a table: what services on the web answer with.
//!
//! - The file is a list of objects. A row's number is the record's place in the list, from 1.
//! - A column per member, in the order in which they first appear. A member that is an object gives a column per member
//!   of its own, `location.name`; what lies deeper, and lists, stay compact JSON text.
//! - Values: text as it is, numbers in their shortest form, `true`/`false`, null as an empty cell. Of two members of one
//!   name the last counts.
//! - No geometry and no CRS: a mapping says what the columns are.
//!
//! The text is read twice, once for its columns and once for its rows: memory is the file plus the table. Limits:
//! 4 GiB, 10,000 columns, 16 MiB in a value, 128 levels of nesting.
//!
//! Source: RFC 8259.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::formats::{COLUMN_LIMIT, Source};
use super::geojson_parts::Text;
use super::geojson_reader::parse;
use super::read_error::ReadError;
use super::table::{MAX_CELLS, Table};
use super::{ReadOptions, text_encoding};
use crate::texts;

/// Reads a list of records into one table; an empty list gives an empty one, with a note that says so.
pub fn read(source: &Source, options: &ReadOptions) -> Result<Vec<Table>, ReadError> {
    let decoded = text_encoding::decode(&source.shown, source.bytes()?, options.encoding.as_deref())?;
    let text = decoded.text.as_str();
    let mut survey = Survey::default();
    parse(source, text, Records { each: &mut survey })?;
    let columns = survey.columns();
    if columns.len() > COLUMN_LIMIT {
        return Err(ReadError::MoreColumns { file: source.shown.clone(), limit: COLUMN_LIMIT });
    }
    if survey.records.saturating_mul(columns.len()) > MAX_CELLS {
        return Err(ReadError::TooMuchText { file: source.shown.clone(), cells: MAX_CELLS });
    }
    let name =
        |(member, inner): &Path| inner.as_ref().map_or_else(|| member.clone(), |inner| format!("{member}.{inner}"));
    let mut table = Table::new(&source.name, None, columns.iter().map(name));
    table.encoding = Some(decoded.encoding);
    table.notes.push(decoded.note);
    table.reserve(survey.records, text.len() / 4);
    let mut places: HashMap<String, (Option<usize>, HashMap<String, usize>)> = HashMap::new();
    for (place, (member, inner)) in columns.into_iter().enumerate() {
        let entry = places.entry(member).or_default();
        match inner {
            None => entry.0 = Some(place),
            Some(inner) => drop(entry.1.insert(inner, place)),
        }
    }
    let cells = vec![String::new(); table.columns.len()];
    let mut filler = Filler { table: &mut table, places, cells, row: 0, is_full: false };
    parse(source, text, Records { each: &mut filler })?;
    if filler.is_full {
        return Err(ReadError::TooMuchText { file: source.shown.clone(), cells: MAX_CELLS });
    }
    if table.is_empty() {
        table.notes.push(texts::text("note-no-records", &[]));
    }
    Ok(vec![table])
}

/// A member, and the member within it.
type Path = (String, Option<String>);

/// What is done with each member of each record.
trait Each {
    /// Takes the member's value.
    fn member<'de, A: MapAccess<'de>>(&mut self, member: &str, map: &mut A) -> Result<(), A::Error>;
    /// The record is complete.
    fn end(&mut self);
}

/// The whole file: a list of objects, given member by member.
struct Records<'a, E> {
    each: &'a mut E,
}

impl<'de, E: Each> DeserializeSeed<'de> for Records<'_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, E: Each> Visitor<'de> for Records<'_, E> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Record { each: &mut *self.each })?.is_some() {}
        Ok(())
    }
}

struct Record<'a, E> {
    each: &'a mut E,
}

impl<'de, E: Each> DeserializeSeed<'de> for Record<'_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, E: Each> Visitor<'de> for Record<'_, E> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut name = String::new();
        while map.next_key_seed(Text(&mut name))?.is_some() {
            self.each.member(&name, &mut map)?;
        }
        self.each.end();
        Ok(())
    }
}

/// First reading: the columns, the number of records.
#[derive(Debug, Default)]
struct Survey {
    members: Vec<Member>,
    places: HashMap<String, usize>,
    columns: usize,
    records: usize,
}

/// What a member has been so far.
#[derive(Debug, Default)]
struct Member {
    name: String,
    is_plain: bool,
    inner: Vec<String>,
    known: HashSet<String>,
}

impl Survey {
    /// A member that was null wherever it was met is a column; one that was otherwise an object is none of its own.
    fn columns(&self) -> Vec<Path> {
        let mut columns = Vec::new();
        for member in &self.members {
            if member.is_plain || member.inner.is_empty() {
                columns.push((member.name.clone(), None));
            }
            columns.extend(member.inner.iter().map(|inner| (member.name.clone(), Some(inner.clone()))));
        }
        columns
    }
}

/// Counts a column that was not met before; memory stops growing where the table would be refused anyhow.
fn count<E: serde::de::Error>(columns: &mut usize) -> Result<(), E> {
    *columns += 1;
    // A member and the columns within it: at most twice as many names as columns.
    if *columns > 2 * COLUMN_LIMIT { Err(E::custom("more-columns")) } else { Ok(()) }
}

impl Each for Survey {
    fn member<'de, A: MapAccess<'de>>(&mut self, member: &str, map: &mut A) -> Result<(), A::Error> {
        let at = if let Some(&at) = self.places.get(member) {
            at
        } else {
            count(&mut self.columns)?;
            self.places.insert(member.to_owned(), self.members.len());
            self.members.push(Member { name: member.to_owned(), ..Member::default() });
            self.members.len() - 1
        };
        map.next_value_seed(Look { member: &mut self.members[at], columns: &mut self.columns })
    }

    fn end(&mut self) {
        self.records += 1;
    }
}

/// Notes whether a member's value is plain, an object, or null.
struct Look<'a> {
    member: &'a mut Member,
    columns: &'a mut usize,
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Look<'_> {
    #[expect(clippy::unnecessary_wraps, reason = "what a visitor returns")]
    const fn plain<E>(self) -> Result<(), E> {
        self.member.is_plain = true;
        Ok(())
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.plain()
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.plain()
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.plain()
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.plain()
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.plain()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        self.plain()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut name, mut is_empty) = (String::new(), true);
        while map.next_key_seed(Text(&mut name))?.is_some() {
            is_empty = false;
            map.next_value::<IgnoredAny>()?;
            if !self.member.known.contains(&name) {
                count(self.columns)?;
                self.member.known.insert(name.clone());
                self.member.inner.push(name.clone());
            }
        }
        if is_empty { self.plain() } else { Ok(()) }
    }
}

/// Last reading: rows into the table.
struct Filler<'a> {
    table: &'a mut Table,
    /// The column of a plain member, and of each member within it.
    places: HashMap<String, (Option<usize>, HashMap<String, usize>)>,
    cells: Vec<String>,
    row: u32,
    is_full: bool,
}

impl Each for Filler<'_> {
    fn member<'de, A: MapAccess<'de>>(&mut self, member: &str, map: &mut A) -> Result<(), A::Error> {
        match self.places.get(member) {
            Some((plain, inner)) => map.next_value_seed(Value { plain: *plain, inner, cells: &mut self.cells }),
            None => map.next_value::<IgnoredAny>().map(drop),
        }
    }

    fn end(&mut self) {
        self.row = self.row.saturating_add(1);
        self.is_full |= !self.table.push(self.row, self.cells.iter().map(String::as_str));
        self.cells.iter_mut().for_each(String::clear);
    }
}

/// Puts a member's value into its cell, or its members' values into theirs.
struct Value<'a> {
    plain: Option<usize>,
    inner: &'a HashMap<String, usize>,
    cells: &'a mut [String],
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Value<'_> {
    /// Hands a value that is no object to the text of its cell.
    fn write<E>(self, write: impl FnOnce(Text) -> Result<(), E>) -> Result<(), E> {
        match self.plain.and_then(|place| self.cells.get_mut(place)) {
            Some(cell) => write(Text(cell)),
            None => Ok(()),
        }
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.write(|text| text.visit_unit())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.write(|text| text.visit_bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.write(|text| text.visit_i64(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.write(|text| text.visit_u64(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.write(|text| text.visit_f64(value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.write(|text| text.visit_str(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        self.write(|text| text.visit_seq(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut name, mut is_empty) = (String::new(), true);
        while map.next_key_seed(Text(&mut name))?.is_some() {
            is_empty = false;
            match self.inner.get(&name).and_then(|&place| self.cells.get_mut(place)) {
                Some(cell) => map.next_value_seed(Text(cell))?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if is_empty { self.write(|text| text.visit_str("{}")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::formats::CELL_LIMIT;
    use super::super::formats::tests::read_bytes;
    use super::*;

    fn table(text: &str) -> Table {
        read_bytes("lista.json", text.as_bytes(), &ReadOptions::default()).expect("is read").remove(0)
    }

    fn refused(text: &str) -> ReadError {
        read_bytes("lista.json", text.as_bytes(), &ReadOptions::default()).expect_err("is refused")
    }

    fn rows(table: &Table) -> Vec<Vec<&str>> {
        (0..table.len()).map(|row| table.row(row).collect()).collect()
    }

    #[test]
    fn records_become_rows_and_members_of_members_columns_of_their_own() {
        let text = "\u{feff}[{\"id\":7,\"plats\":{\"namn\":\"Ö\",\"gps\":\"57.1,12.2\"}},\n {\"typ\":true,\"id\":\"8\",\"tal\":1.50}]";
        let table = table(text);
        assert_eq!(table.columns, ["id", "plats.namn", "plats.gps", "typ", "tal"]);
        assert_eq!(rows(&table), [["7", "Ö", "57.1,12.2", "", ""], ["8", "", "", "true", "1.5"]]);
        assert_eq!((table.row_number(0), table.row_number(1), table.has_geometry()), (1, 2, false));
    }

    #[test]
    fn what_lies_deeper_and_lists_stay_json() {
        let table = table(r#"[{"a":{"b":{"c":[1,2]}},"d":[{"e":null}],"f":{}},{"a":"x","d":null,"a":{"b":2}}]"#);
        assert_eq!(table.columns, ["a", "a.b", "d", "f"]);
        assert_eq!(rows(&table), [["", r#"{"c":[1,2]}"#, r#"[{"e":null}]"#, "{}"], ["x", "2", "", ""]]);
    }

    #[test]
    fn a_member_that_is_null_keeps_its_column_unless_it_is_an_object_elsewhere() {
        assert_eq!(table(r#"[{"a":null},{"a":null}]"#).columns, ["a"]);
        assert_eq!(table(r#"[{"a":null},{"a":{"b":1}}]"#).columns, ["a.b"]);
        assert_eq!(table(r#"[{"a.b":1,"a":{"b":2}}]"#).columns, ["a.b", "a.b_2"], "two columns, and nothing lost");
    }

    #[test]
    fn an_empty_list_is_an_empty_table() {
        for text in ["[]", " [ ]\n"] {
            let table = table(text);
            assert!(table.is_empty() && table.columns.is_empty() && table.notes.len() == 2, "{:?}", table.notes);
        }
    }

    #[test]
    fn what_is_no_list_of_objects_is_refused_with_line_and_column() {
        let place = |text: &str| match refused(text) {
            ReadError::BrokenJson { line, column, .. } => (line, column),
            other => panic!("{other:?}"),
        };
        assert_eq!(place("[{\"a\":1},\n 5]"), (2, 2));
        assert_eq!(place("[{\"a\":1},\n {\"a\" 2}]"), (2, 7));
        assert_eq!(place("[{\"a\":1}"), (1, 8));
        assert_eq!(place("[{\"a\":1}] x"), (1, 11));
        assert!(matches!(refused(r#"{"a":1}"#), ReadError::NotGeojson { .. }));
    }

    #[test]
    fn depth_size_and_columns_are_bounded() {
        let deep = format!("[{{\"a\":{}1{}}}]", "[".repeat(10_000), "]".repeat(10_000));
        assert!(matches!(refused(&deep), ReadError::BrokenJson { .. }));
        let large = format!("[{{\"a\":\"{}\"}}]", "x".repeat(CELL_LIMIT + 1));
        let ReadError::BrokenJson { reason, .. } = refused(&large) else { panic!("another error") };
        assert_eq!(reason, texts::text("value-too-large", &[]));
        let many = |columns: usize, inner: bool| {
            let names: Vec<String> = (0..columns).map(|at| format!("\"k{at}\":1")).collect();
            let names = names.join(",");
            if inner { format!("[{{\"a\":{{{names}}}}}]") } else { format!("[{{{names}}}]") }
        };
        for inner in [false, true] {
            assert_eq!(table(&many(COLUMN_LIMIT, inner)).columns.len(), COLUMN_LIMIT);
            assert!(matches!(refused(&many(COLUMN_LIMIT + 1, inner)), ReadError::MoreColumns { .. }));
            assert!(matches!(refused(&many(5 * COLUMN_LIMIT, inner)), ReadError::MoreColumns { .. }));
        }
    }
}
