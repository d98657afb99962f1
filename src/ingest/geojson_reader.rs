//! `GeoJSON` into a table: a column per property, in the order in which they first appear; a point per feature.
//!
//! - Reads a `FeatureCollection`, a `Feature` or a bare geometry. A row's number is the feature's place in the file,
//!   from 1.
//! - Values: text as it is, numbers in their shortest form, `true`/`false`, null as an empty cell, lists and objects
//!   as compact JSON. Whole numbers beyond 64 bits lose digits, as in every JSON reader. A feature's own `id` becomes
//!   the last column, `id`.
//! - A geometry that is no point is represented by its centroid; a missing one, or one that is no `GeoJSON` geometry,
//!   leaves the row without a point and is counted in a note.
//! - CRS: the `crs` member of the format's 2008 version where there is one, else WGS 84 longitude, latitude (RFC
//!   7946).
//!
//! The text is read twice, once for its form and names and once for its rows, so that memory is the file plus the
//! table, whatever the number of features. Limits: 4 GiB, 10,000 properties, 16 MiB in a value, 128 levels of nesting.
//!
//! Source: RFC 7946; the 2008 specification for `crs`.

use std::collections::HashMap;

use geo::LineString;
use geojson::{GeometryValue, Position};
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess};
use serde_json::Value;

use super::formats::{COLUMN_LIMIT, Source, check_columns};
use super::geojson_parts::{Each, Facts, FeatureSeed, Text, Top};
use super::read_error::ReadError;
use super::table::{MAX_CELLS, Table};
use super::{ReadOptions, canonical, text_encoding};
use crate::texts;

/// The CRS of a file that states none.
const DEFAULT_CRS: &str = "OGC:CRS84";
/// Kinds of a file that is a single geometry.
const GEOMETRIES: [&str; 7] =
    ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"];

/// Reads a `GeoJSON` file into one table; a collection without features gives an empty one, with a note that says so.
pub fn read(source: &Source, options: &ReadOptions) -> Result<Vec<Table>, ReadError> {
    let decoded = text_encoding::decode(&source.shown, source.bytes()?, options.encoding.as_deref())?;
    let text = decoded.text.as_str();
    let (mut survey, mut facts) = (Survey::default(), Facts::default());
    parse(source, text, Top { each: &mut survey, facts: Some(&mut facts) })?;
    let form = form_of(source, &facts)?;
    if form == Form::Feature {
        survey = Survey::default();
        parse(source, text, FeatureSeed { each: &mut survey })?;
    }
    if form == Form::Geometry {
        survey = Survey { features: 1, ..Survey::default() };
    }
    let columns = survey.names.len() + usize::from(survey.has_id);
    check_columns(&source.shown, columns)?;
    if survey.features.saturating_mul(columns) > MAX_CELLS {
        return Err(ReadError::TooMuchText { file: source.shown.clone(), cells: MAX_CELLS });
    }
    let names = survey.names.iter().cloned().chain(survey.has_id.then(|| "id".to_owned()));
    let mut table = Table::new(&source.name, None, names);
    table.encoding = Some(decoded.encoding);
    table.notes.push(decoded.note);
    let (crs, note) = crs_of(facts.crs.as_ref());
    table.crs = crs;
    table.notes.push(note);
    table.reserve(survey.features, text.len() / 4);
    let mut filler = Filler::new(source, &mut table, &survey);
    match form {
        Form::Collection => parse(source, text, Top { each: &mut filler, facts: None })?,
        Form::Feature => parse(source, text, FeatureSeed { each: &mut filler })?,
        Form::Geometry => {
            filler.geometry(parse_value(source, text)?);
            filler.end();
        }
    }
    let Filler { failure, unplaced, unreadable, .. } = filler;
    if let Some(failure) = failure {
        return Err(failure);
    }
    for (id, count) in [("note-without-geometry", unplaced), ("note-unreadable-geometry", unreadable)] {
        if count > 0 {
            table.notes.push(texts::text(id, &[("count", count.to_string())]));
        }
    }
    if table.is_empty() {
        table.notes.push(texts::text("note-no-features", &[]));
    }
    Ok(vec![table])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Collection,
    Feature,
    Geometry,
}

fn form_of(source: &Source, facts: &Facts) -> Result<Form, ReadError> {
    let refused = |id: &str, values: &[(&str, String)]| {
        Err(ReadError::NotGeojson { file: source.shown.clone(), reason: texts::text(id, values) })
    };
    match facts.kind.as_ref().and_then(Value::as_str) {
        Some("FeatureCollection") if facts.has_features => Ok(Form::Collection),
        Some("FeatureCollection") => refused("geojson-without-features", &[]),
        Some("Feature") => Ok(Form::Feature),
        Some(kind) if GEOMETRIES.contains(&kind) => Ok(Form::Geometry),
        Some(kind) => refused("geojson-other-type", &[("type", kind.chars().take(40).collect())]),
        None => refused("geojson-without-type", &[]),
    }
}

/// Runs a parser over the whole text; errors carry line, column and a short reason.
pub(super) fn parse<'de, S: DeserializeSeed<'de>>(
    source: &Source,
    text: &'de str,
    seed: S,
) -> Result<S::Value, ReadError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut deserializer).map_err(|error| broken(source, &error))?;
    deserializer.end().map_err(|error| broken(source, &error))?;
    Ok(value)
}

fn parse_value(source: &Source, text: &str) -> Result<Value, ReadError> {
    serde_json::from_str(text).map_err(|error| broken(source, &error))
}

/// A failure of the parser in words: the parser's own are English.
fn broken(source: &Source, error: &serde_json::Error) -> ReadError {
    const REASONS: [(&str, &str); 16] = [
        ("EOF while parsing", "json-ends-early"),
        ("expected `,` or `}`", "json-comma-or-brace"),
        ("expected `,` or `]`", "json-comma-or-bracket"),
        ("expected `:`", "json-colon"),
        ("expected `\"`", "json-quote"),
        ("expected ident", "json-word"),
        ("expected value", "json-value"),
        ("key must be a string", "json-key"),
        ("trailing comma", "json-trailing-comma"),
        ("trailing characters", "json-trailing-text"),
        ("control character", "json-control-character"),
        ("invalid escape", "json-escape"),
        ("invalid number", "json-number"),
        ("number out of range", "json-number-range"),
        ("recursion limit exceeded", "json-too-deep"),
        ("invalid type", "json-type"),
    ];
    let said = error.to_string();
    if said.starts_with("more-columns") {
        return ReadError::MoreColumns { file: source.shown.clone(), limit: COLUMN_LIMIT };
    }
    let id = REASONS.iter().find(|(start, _)| said.starts_with(start)).map(|&(_, id)| id);
    let id = id.or_else(|| ["feature-not-object", "value-too-large"].into_iter().find(|id| said.starts_with(id)));
    let reason = texts::text(id.unwrap_or("json-other"), &[]);
    ReadError::BrokenJson { file: source.shown.clone(), line: error.line(), column: error.column().max(1), reason }
}

/// First reading: names of the properties, number of features.
#[derive(Debug, Default)]
struct Survey {
    names: Vec<String>,
    places: HashMap<String, usize>,
    features: usize,
    has_id: bool,
}

impl Each for Survey {
    fn properties<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        let mut name = String::new();
        while map.next_key_seed(Text(&mut name))?.is_some() {
            if !self.places.contains_key(&name) {
                // Names of a file that will be refused are not gathered.
                if self.names.len() > 2 * COLUMN_LIMIT {
                    return Err(A::Error::custom("more-columns"));
                }
                self.places.insert(name.clone(), self.names.len());
                self.names.push(name.clone());
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        self.has_id |= name == "id";
        map.next_value::<IgnoredAny>().map(drop)
    }

    fn end(&mut self) {
        self.features += 1;
    }
}

/// Last reading: rows into the table.
struct Filler<'a> {
    source: &'a Source,
    table: &'a mut Table,
    places: &'a HashMap<String, usize>,
    cells: Vec<String>,
    point: Option<([f64; 2], bool)>,
    readable: Option<bool>,
    row: u32,
    unplaced: usize,
    unreadable: usize,
    failure: Option<ReadError>,
}

impl<'a> Filler<'a> {
    fn new(source: &'a Source, table: &'a mut Table, survey: &'a Survey) -> Self {
        let cells = vec![String::new(); table.columns.len()];
        Self {
            source,
            table,
            places: &survey.places,
            cells,
            point: None,
            readable: None,
            row: 0,
            unplaced: 0,
            unreadable: 0,
            failure: None,
        }
    }

    fn geometry(&mut self, value: Value) {
        if value.is_null() {
            return;
        }
        let geometry = serde_json::from_value::<geojson::Geometry>(value).ok().map(|geometry| geometry.value);
        let geometry = geometry.as_ref().and_then(to_geo);
        self.point = geometry.as_ref().and_then(canonical::representative);
        self.readable = Some(geometry.is_some());
    }
}

impl Each for Filler<'_> {
    fn properties<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        let mut name = String::new();
        while map.next_key_seed(Text(&mut name))?.is_some() {
            match self.places.get(&name).and_then(|&place| self.cells.get_mut(place)) {
                Some(cell) => map.next_value_seed(Text(cell))?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "geometry" => {
                let value = map.next_value()?;
                self.geometry(value);
                Ok(())
            }
            "id" => match self.cells.get_mut(self.places.len()) {
                Some(cell) => map.next_value_seed(Text(cell)),
                None => map.next_value::<IgnoredAny>().map(drop),
            },
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }

    fn end(&mut self) {
        self.row = self.row.saturating_add(1);
        let (point, centroid) = self.point.take().map_or((None, false), |(point, centroid)| (Some(point), centroid));
        match (point, self.readable.take()) {
            (Some(_), _) => {}
            (None, Some(false)) => self.unreadable += 1,
            (None, _) => self.unplaced += 1,
        }
        let added = self.table.push_placed(self.row, self.cells.iter().map(String::as_str), point, centroid);
        if !added && self.failure.is_none() {
            self.failure = Some(ReadError::TooMuchText { file: self.source.shown.clone(), cells: MAX_CELLS });
        }
        self.cells.iter_mut().for_each(String::clear);
    }
}

/// The same geometry for the `geo` crate, without heights; `None` where a position has fewer than two numbers.
fn to_geo(value: &GeometryValue) -> Option<geo::Geometry> {
    let coord = |position: &Position| match *position.as_slice() {
        [x, y, ..] => Some(geo::Coord { x, y }),
        _ => None,
    };
    let line = |positions: &Vec<Position>| positions.iter().map(coord).collect::<Option<Vec<_>>>().map(LineString);
    let lines = |lines: &Vec<Vec<Position>>| lines.iter().map(line).collect::<Option<Vec<_>>>();
    let polygon = |rings: &Vec<Vec<Position>>| {
        let mut rings = lines(rings)?.into_iter();
        let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        Some(geo::Polygon::new(outer, rings.collect()))
    };
    Some(match value {
        GeometryValue::Point { coordinates } => geo::Point(coord(coordinates)?).into(),
        GeometryValue::MultiPoint { coordinates } => {
            let points = coordinates.iter().map(|position| coord(position).map(geo::Point));
            geo::MultiPoint(points.collect::<Option<_>>()?).into()
        }
        GeometryValue::LineString { coordinates } => line(coordinates)?.into(),
        GeometryValue::MultiLineString { coordinates } => geo::MultiLineString(lines(coordinates)?).into(),
        GeometryValue::Polygon { coordinates } => polygon(coordinates)?.into(),
        GeometryValue::MultiPolygon { coordinates } => {
            geo::MultiPolygon(coordinates.iter().map(polygon).collect::<Option<_>>()?).into()
        }
        GeometryValue::GeometryCollection { geometries } => {
            let parts = geometries.iter().map(|part| to_geo(&part.value));
            geo::Geometry::GeometryCollection(geo::GeometryCollection(parts.collect::<Option<_>>()?))
        }
    })
}

/// The CRS in our words, and the note about it. A `crs` that is null, a link or nameless leaves it unknown.
fn crs_of(member: Option<&Value>) -> (Option<String>, String) {
    let Some(member) = member else {
        return (Some(DEFAULT_CRS.to_owned()), texts::text("note-crs-default", &[]));
    };
    let properties = &member["properties"];
    let named = properties["name"].as_str().map(str::to_owned);
    let coded = || {
        let code = &properties["code"];
        let code = code.as_u64().or_else(|| code.as_str().and_then(|code| code.parse().ok()))?;
        (member["type"].as_str() == Some("EPSG")).then(|| format!("EPSG:{code}"))
    };
    match named.or_else(coded) {
        Some(name) => {
            let crs = crs_from_name(&name);
            let note = texts::text("note-crs-stated", &[("crs", crs.clone())]);
            (Some(crs), note)
        }
        None => (None, texts::text("note-crs-unknown", &[])),
    }
}

/// `EPSG:3006` from `urn:ogc:def:crs:EPSG::3006`, `http://www.opengis.net/def/crs/EPSG/0/3006`, `epsg:3006`;
/// `OGC:CRS84` likewise; anything else as it stands.
fn crs_from_name(name: &str) -> String {
    let name = name.trim();
    let upper = name.to_uppercase();
    let last = upper.rsplit([':', '/', '#']).next().unwrap_or_default();
    if last == "CRS84" {
        return DEFAULT_CRS.to_owned();
    }
    let is_code = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    if is_code && upper.contains("EPSG") { format!("EPSG:{last}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::formats::CELL_LIMIT;
    use super::super::formats::tests::{read_bytes, shared};
    use super::*;

    fn table(text: &str) -> Table {
        read_bytes("olyckor.geojson", text.as_bytes(), &ReadOptions::default()).expect("is read").remove(0)
    }

    fn refused(text: &str) -> ReadError {
        read_bytes("olyckor.geojson", text.as_bytes(), &ReadOptions::default()).expect_err("is refused")
    }

    fn collection(features: &str) -> String {
        format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#)
    }

    fn feature(properties: &str, geometry: &str) -> String {
        format!(r#"{{"type":"Feature","properties":{properties},"geometry":{geometry}}}"#)
    }

    fn place(line: usize, column: usize, error: &ReadError) {
        let ReadError::BrokenJson { line: found_line, column: found_column, reason, .. } = error else {
            panic!("another error: {error}")
        };
        assert_eq!((line, column), (*found_line, *found_column), "{error}");
        assert!(!reason.is_empty() && !reason.starts_with("json-"), "{reason}");
    }

    #[test]
    fn columns_are_the_union_of_properties_and_values_have_their_text() {
        let first = feature(r#"{"b":"å","a":12,"c":null}"#, r#"{"type":"Point","coordinates":[14.5,57.25]}"#);
        let second = feature(r#"{"a":1.50,"d":true,"e":{"x":[1,2]},"f":[]}"#, "null");
        let table = table(&collection(&format!("{first},{second}")));
        assert_eq!(table.columns, ["b", "a", "c", "d", "e", "f"]);
        assert_eq!(table.row(0).collect::<Vec<_>>(), ["å", "12", "", "", "", ""]);
        assert_eq!(table.row(1).collect::<Vec<_>>(), ["", "1.5", "", "true", r#"{"x":[1,2]}"#, "[]"]);
        assert_eq!((table.point(0), table.point(1)), (Some(([14.5, 57.25], false)), None));
        assert_eq!((table.row_number(1), table.crs.as_deref()), (2, Some("OGC:CRS84")));
        assert!(table.notes.iter().any(|note| note.starts_with('1')), "{:?}", table.notes);
    }

    #[test]
    fn numbers_keep_their_value() {
        let numbers = feature(r#"{"a":-0,"b":18446744073709551615,"c":1e3,"d":0.1,"e":-9007199254740993}"#, "null");
        let table = table(&collection(&numbers));
        let expected = ["0", "18446744073709551615", "1000", "0.1", "-9007199254740993"];
        assert_eq!(table.row(0).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn geometries_that_are_no_points_have_centroids_and_nonsense_has_none() {
        let square = r#"{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,2],[0,0]]]}"#;
        let geometries = [
            (square, Some(([1.0, 1.0], true))),
            (r#"{"type":"MultiPoint","coordinates":[[3,4]]}"#, Some(([3.0, 4.0], false))),
            (r#"{"type":"Point","coordinates":[1,2,99]}"#, Some(([1.0, 2.0], false))),
            (r#"{"type":"Point","coordinates":[]}"#, None),
            (r#"{"type":"Point","coordinates":[null,null]}"#, None),
            (r#"{"type":"MultiPoint","coordinates":[[1],[2]]}"#, None),
            (r#"{"type":"LineString","coordinates":[]}"#, None),
            (r#"{"type":"Polygon","coordinates":[]}"#, None),
            (r#"{"type":"Circle","coordinates":[1,2]}"#, None),
            (r#"{"type":"GeometryCollection","geometries":[{"type":"MultiPoint","coordinates":[[1]]}]}"#, None),
            (r#""POINT(1 2)""#, None),
        ];
        let features: Vec<String> = geometries.iter().map(|(geometry, _)| feature("{}", geometry)).collect();
        let table = table(&collection(&features.join(",")));
        for (row, (geometry, expected)) in geometries.iter().enumerate() {
            assert_eq!(table.point(row), *expected, "{geometry}");
        }
        assert_eq!(table.len(), geometries.len());
    }

    #[test]
    fn a_feature_a_geometry_and_ids_are_read() {
        let single =
            r#"{"properties":{"a":1},"id":"x7","geometry":{"coordinates":[1,2],"type":"Point"},"type":"Feature"}"#;
        let one = table(single);
        assert_eq!((one.columns.as_slice(), one.cell(0, 1)), (["a".to_owned(), "id".to_owned()].as_slice(), "x7"));
        assert_eq!(one.point(0), Some(([1.0, 2.0], false)));
        let bare = table(r#"{"type":"Point","coordinates":[1,2]}"#);
        assert_eq!((bare.len(), bare.columns.len(), bare.point(0)), (1, 0, Some(([1.0, 2.0], false))));
        let both = r#"{"type":"Feature","id":7,"properties":{"id":"A"},"geometry":null}"#;
        assert_eq!(table(&collection(both)).columns, ["id", "id_2"]);
    }

    #[test]
    fn the_old_crs_member_is_honoured_wherever_it_stands() {
        let stated = |crs: &str| table(&format!(r#"{{"features":[],"type":"FeatureCollection","crs":{crs}}}"#)).crs;
        let named = |name: &str| stated(&format!(r#"{{"type":"name","properties":{{"name":"{name}"}}}}"#));
        assert_eq!(named("urn:ogc:def:crs:OGC:1.3:CRS84").as_deref(), Some("OGC:CRS84"));
        assert_eq!(named("urn:ogc:def:crs:EPSG::3006").as_deref(), Some("EPSG:3006"));
        assert_eq!(named("urn:ogc:def:crs:EPSG:6.9:3006").as_deref(), Some("EPSG:3006"));
        assert_eq!(named("epsg:3006").as_deref(), Some("EPSG:3006"));
        assert_eq!(named("http://www.opengis.net/def/crs/EPSG/0/3008").as_deref(), Some("EPSG:3008"));
        assert_eq!(named("+proj=utm +zone=33").as_deref(), Some("+proj=utm +zone=33"));
        assert_eq!(stated(r#"{"type":"EPSG","properties":{"code":3006}}"#).as_deref(), Some("EPSG:3006"));
        assert_eq!(stated("null"), None);
        assert_eq!(stated(r#"{"type":"link","properties":{"href":"http://x"}}"#), None);
    }

    #[test]
    fn an_empty_collection_is_an_empty_table() {
        let empty = table(&collection(""));
        assert!(empty.is_empty() && empty.notes.contains(&texts::text("note-no-features", &[])));
    }

    #[test]
    fn errors_have_line_column_and_reason() {
        place(2, 6, &refused("{\"type\":\n \"a\" \"b\"}"));
        place(1, 40, &refused(&collection("")[..40]));
        place(1, 53, &refused(r#"{"type":"FeatureCollection","features":[{"type":1e9,}]}"#));
        let error = refused(&collection(r#"{"type":"Feature","properties":{"a":1e999},"geometry":null}"#));
        assert!(matches!(error, ReadError::BrokenJson { line: 1, .. }), "{error}");
        assert!(matches!(refused(&collection("7")), ReadError::BrokenJson { .. }));
        assert!(matches!(refused(&collection(r#"{"type":"Point"}"#)), ReadError::BrokenJson { .. }));
        assert!(matches!(refused(&(collection("") + "x")), ReadError::BrokenJson { .. }));
    }

    #[test]
    fn json_that_is_no_geojson_is_refused() {
        for text in [r#"{"a":1}"#, r#"{"type":"Topology"}"#, r#"{"type":"FeatureCollection"}"#, r#"{"type":7}"#] {
            assert!(matches!(refused(text), ReadError::NotGeojson { .. }), "{text}");
        }
        assert!(matches!(refused("[1,2]"), ReadError::WrongKind { .. }));
    }

    #[test]
    fn deep_nesting_is_refused_and_never_overflows_the_stack() {
        for deep in [200, 1_000_000] {
            let (open, close) = ("[".repeat(deep), "]".repeat(deep));
            let nested = feature(&format!(r#"{{"a":{open}{close}}}"#), "null");
            assert!(matches!(refused(&collection(&nested)), ReadError::BrokenJson { .. }), "{deep}");
            let geometry = feature("{}", &format!(r#"{{"type":"Point","coordinates":{open}{close}}}"#));
            assert!(matches!(refused(&collection(&geometry)), ReadError::BrokenJson { .. }), "{deep}");
        }
        let parts = r#"{"type":"GeometryCollection","geometries":["#.repeat(5000);
        assert!(matches!(refused(&parts), ReadError::BrokenJson { .. }));
    }

    #[test]
    fn too_many_names_cells_and_bytes_are_refused() {
        let names = |count: usize| {
            let pairs: Vec<String> = (0..count).map(|name| format!(r#""k{name}":1"#)).collect();
            feature(&format!("{{{}}}", pairs.join(",")), "null")
        };
        assert!(matches!(refused(&collection(&names(10_001))), ReadError::TooManyColumns { columns: 10_001, .. }));
        let empty = feature("{}", "null");
        let many = format!("{}{}", names(10_000), format!(",{empty}").repeat(MAX_CELLS / 10_000));
        assert!(matches!(refused(&collection(&many)), ReadError::TooMuchText { .. }));
        let long = feature(&format!(r#"{{"a":"{}"}}"#, "x".repeat(CELL_LIMIT + 1)), "null");
        assert!(matches!(refused(&collection(&long)), ReadError::BrokenJson { .. }));
    }

    #[test]
    fn the_real_files_are_read_and_the_broken_one_is_refused_with_its_place() {
        let Some(folder) = shared("the_real_files_are_read_and_the_broken_one_is_refused_with_its_place") else {
            return;
        };
        let read = |path: &str| super::super::read(&folder.join(path), &ReadOptions::default());
        let good = read("strada-jonkoping/cykelolyckor_demo.geojson").expect("is read").remove(0);
        assert_eq!((good.len(), good.crs.as_deref()), (22, Some("OGC:CRS84")));
        assert_eq!((good.columns[0].as_str(), good.cell(0, 0), good.cell(0, 8)), ("Datum", "2009-8-29", "6393340"));
        assert!((0..22).all(|row| good.point(row).is_some_and(|(_, centroid)| !centroid)));
        let plan = read("messy/kristianstad_plan_3006.geojson").expect("is read").remove(0);
        assert_eq!(plan.crs.as_deref(), Some("EPSG:3006"));
        let error = read("strada-jonkoping/cykelolyckor_demo_broken.geojson").expect_err("is refused");
        let ReadError::BrokenJson { line, column, reason, .. } = &error else { panic!("another error: {error}") };
        assert_eq!((*line, *column, reason.as_str()), (29, 1, "ett komma för mycket"));
    }
}
