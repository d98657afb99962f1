//! CSV: one layer for Excel, with a sidecar that tells every other program what the columns are.
//!
//! **Dialect.** Semicolon, decimal comma, UTF-8 with byte-order mark, CRLF: what Excel on a Swedish Windows opens by a
//! double click with columns, numbers and å, ä, ö in place. With comma and full stop it puts each row into one cell and
//! reads `3.5` as the third of May, unseen. Scripts have `GeoParquet` and `GeoJSON`, and those that want CSV are told the
//! dialect by the sidecar `NAME.csv-metadata.json` (W3C CSV on the Web), which also holds titles, CRS and the whole passport.
//! GDAL and R's `read.csv2` know this dialect by themselves; pandas takes `sep=";", decimal=","`.
//!
//! **Places.** Points have `x` (east) and `y` (north) in the store's CRS, shapes a column `wkt`; both are empty where a row has
//! no place. The last column, `passport`, holds the content hash, so that a row copied elsewhere still tells where it is from.
//!
//! **Formulas.** A text that begins with `=`, `+`, `-`, `@` (also in full width), tab, line feed or carriage return gets an
//! apostrophe before it, so that no spreadsheet runs what somebody typed into a report. Numbers are never touched.
//!
//! Source: RFC 4180; W3C "Metadata Vocabulary for Tabular Data" (2015); OWASP "CSV Injection". Oracle: GDAL reads it back.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use csv::{Terminator, WriterBuilder};
use geo::{Coord, Geometry, LineString, Polygon};
use serde_json::{Value, json};

use super::{Error, Job, finish, free_names};
use crate::domain::{Geometries, Layer, Values};
use crate::geopackage::container::PASSPORT_URI;
use crate::texts::swedish;

const DELIMITER: u8 = b';';
const X: &str = "x";
const Y: &str = "y";
const WKT: &str = "wkt";
const PASSPORT: &str = "passport";
const FID: &str = "fid";
/// What a spreadsheet takes for the start of a formula.
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Writes one layer.
pub(super) fn write(job: &Job, path: &Path) -> Result<(), Error> {
    let layer = job.layer();
    let mut file = job.create(path)?;
    file.write_all("\u{feff}".as_bytes()).map_err(|error| job.io(&error))?;
    let mut table = WriterBuilder::new().delimiter(DELIMITER).terminator(Terminator::CRLF).from_writer(file);
    let fail = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => job.io(&error),
        other => job.failed(&format!("{other:?}")),
    };
    table.write_record(header(layer)).map_err(fail)?;
    for row in 0..layer.geometries.len() {
        table.write_record(record(layer, row)).map_err(fail)?;
    }
    let file = table.into_inner().map_err(|error| job.io(error.error()))?;
    finish(job, file)
}

fn header(layer: &Layer) -> Vec<String> {
    let places: &[&str] = match layer.geometries {
        Geometries::Points(_) => &[X, Y],
        Geometries::Shapes(..) => &[WKT],
        Geometries::Absent(_) => &[],
    };
    let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    [own(&[FID]), free_names(layer, &[FID, X, Y, WKT, PASSPORT]), own(places), own(&[PASSPORT])].concat()
}

fn record(layer: &Layer, row: usize) -> Vec<String> {
    let mut cells = Vec::with_capacity(layer.columns.len() + 4);
    cells.push((row + 1).to_string());
    cells.extend(layer.columns.iter().map(|column| match &column.values {
        Values::Integer(values) => values.get(row).map_or_else(String::new, |value| value.to_string()),
        Values::Real(values) => values.get(row).map_or_else(String::new, decimal),
        Values::Text(values) => values.get(row).map_or_else(String::new, |text| harmless(text).into_owned()),
        Values::Bool(values) => {
            values.get(row).map_or_else(String::new, |value| if value { "ja" } else { "nej" }.to_owned())
        }
    }));
    match &layer.geometries {
        Geometries::Points(points) => match points[row] {
            Some([x, y]) => cells.extend([decimal(x), decimal(y)]),
            None => cells.extend([String::new(), String::new()]),
        },
        Geometries::Shapes(_, shapes) => cells.push(shapes[row].as_ref().and_then(wkt).unwrap_or_default()),
        Geometries::Absent(_) => {}
    }
    cells.push(layer.passport.content_hash.clone());
    cells
}

/// A number as short as it can be read back exactly, with a decimal comma.
fn decimal(value: f64) -> String {
    value.to_string().replace('.', ",")
}

/// The text, with an apostrophe before it where a spreadsheet would take it for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA_STARTS) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Well-known text in the multi-part form of the shape's kind; `None` where it is empty.
fn wkt(shape: &Geometry<f64>) -> Option<String> {
    let lines = |lines: &[LineString<f64>]| {
        let parts: Vec<String> = lines.iter().filter(|line| !line.0.is_empty()).map(coords).collect();
        (!parts.is_empty()).then(|| format!("MULTILINESTRING ({})", parts.join(", ")))
    };
    let areas = |areas: &[Polygon<f64>]| {
        let parts: Vec<String> = areas.iter().filter(|area| !area.exterior().0.is_empty()).map(rings).collect();
        (!parts.is_empty()).then(|| format!("MULTIPOLYGON ({})", parts.join(", ")))
    };
    match shape {
        Geometry::Point(point) => Some(format!("POINT ({} {})", point.x(), point.y())),
        Geometry::Line(line) => lines(&[LineString::from(*line)]),
        Geometry::LineString(line) => lines(std::slice::from_ref(line)),
        Geometry::MultiLineString(several) => lines(&several.0),
        Geometry::Polygon(area) => areas(std::slice::from_ref(area)),
        Geometry::MultiPolygon(several) => areas(&several.0),
        Geometry::Rect(rect) => areas(&[rect.to_polygon()]),
        Geometry::Triangle(triangle) => areas(&[triangle.to_polygon()]),
        _ => None,
    }
}

fn rings(area: &Polygon<f64>) -> String {
    let rings: Vec<String> = std::iter::once(area.exterior()).chain(area.interiors()).map(coords).collect();
    format!("({})", rings.join(", "))
}

fn coords(line: &LineString<f64>) -> String {
    let mut text = String::from("(");
    for (index, Coord { x, y }) in line.coords().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(text, "{comma}{x} {y}").expect("writing to a string does not fail");
    }
    text.push(')');
    text
}

/// Writes the sidecar: CSV on the Web.
pub(super) fn write_sidecar(job: &Job, path: &Path) -> Result<(), Error> {
    let mut file = job.create(path)?;
    serde_json::to_writer_pretty(&mut file, &sidecar(job)).map_err(|error| job.io(&error.into()))?;
    file.write_all(b"\n").map_err(|error| job.io(&error))?;
    finish(job, file)
}

fn sidecar(job: &Job) -> Value {
    let layer = job.layer();
    let name = job.target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let number = json!({ "base": "double", "format": { "decimalChar": "," } });
    let column = |name: &str, alias: &str, datatype: Value| json!({ "name": name, "titles": [name, alias], "datatype": datatype });
    let own = |name: &str, id: &str, datatype: Value| {
        let crs = [("crs", format!("{}, EPSG:{}", job.crs.name, job.crs.epsg))];
        column(name, &swedish(id, &crs), datatype)
    };
    let mut columns = vec![own(FID, "column-fid", json!("integer"))];
    let names = free_names(layer, &[FID, X, Y, WKT, PASSPORT]);
    columns.extend(layer.columns.iter().zip(names).map(|(described, name)| {
        let datatype = match described.values {
            Values::Integer(_) => json!("integer"),
            Values::Real(_) => number.clone(),
            Values::Text(_) => json!("string"),
            Values::Bool(_) => json!({ "base": "boolean", "format": "ja|nej" }),
        };
        column(&name, &described.alias, datatype)
    }));
    match layer.geometries {
        Geometries::Points(_) => {
            columns.extend([own(X, "column-x", number.clone()), own(Y, "column-y", number.clone())]);
        }
        Geometries::Shapes(..) => columns.push(own(WKT, "column-wkt", json!("string"))),
        Geometries::Absent(_) => {}
    }
    columns.push(own(PASSPORT, "column-passport", json!("string")));
    let mut about = json!({
        "@context": ["http://www.w3.org/ns/csvw", { "@language": "sv" }],
        "url": name,
        "dc:title": layer.title,
        "dc:description": layer.description,
        "dc:conformsTo": { "@id": format!("http://www.opengis.net/def/crs/EPSG/0/{}", job.crs.epsg) },
        "dialect": {
            "delimiter": ";", "encoding": "utf-8", "lineTerminators": ["\r\n"], "quoteChar": "\"", "doubleQuote": true,
            "header": true, "headerRowCount": 1,
        },
        "tableSchema": { "columns": columns, "primaryKey": FID },
        "notes": [{ "@value": swedish("csv-formulas", &[]), "@language": "sv" }],
    });
    about[PASSPORT_URI] = serde_json::to_value(&layer.passport).unwrap_or_default();
    if let Some(mark) = layer.passport.secrecy.mark() {
        about["dc:accessRights"] = json!(mark);
    }
    about
}

#[cfg(test)]
mod tests {
    use super::super::specimen;
    use super::*;
    use gdal::vector::LayerAccess as _;

    fn written(layers: &[Layer], wanted: &str) -> (String, Value) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lager.csv");
        specimen::write(&path, layers, Some(wanted)).expect("a specimen is written");
        let sidecar = std::fs::read_to_string(folder.path().join("lager.csv-metadata.json")).expect("a sidecar");
        (std::fs::read_to_string(&path).expect("readable"), serde_json::from_str(&sidecar).expect("JSON"))
    }

    #[test]
    fn a_text_that_would_run_as_a_formula_gets_an_apostrophe_and_numbers_do_not() {
        for (text, cell) in
            [("=1+1", "'=1+1"), ("+46", "'+46"), ("-", "'-"), ("@a", "'@a"), ("\tx", "'\tx"), ("＝1", "'＝1")]
        {
            assert_eq!(harmless(text), cell);
        }
        for text in ["", "a=1", " =1", "Ö", "5-9", "'ja"] {
            assert_eq!(harmless(text), text);
        }
        assert_eq!(decimal(-5.25), "-5,25");
        assert_eq!(decimal(6_280_700.0), "6280700");
    }

    #[test]
    fn a_file_opens_in_excel_and_ends_each_row_with_its_passport() {
        let (text, _) = written(&specimen::town(), "events");
        assert!(
            text.starts_with("\u{feff}fid;svarhetsgrad;olyckstyp;avst_m;cluster;core;x;y;passport\r\n"),
            "{}",
            &text[..90]
        );
        let first = text.split("\r\n").nth(1).expect("a row");
        assert!(first.contains("\"Cykel; \"\"singel\"\"\""), "{first}");
        assert!(first.ends_with("5f2c0a4be1d75f2c0a4be1d75f2c0a4be1d75f2c0a4be1d75f2c0a4be1d75f2c"), "{first}");
        assert!(text.contains(";'@SUM(A1);"), "a formula is harmless");
    }

    #[test]
    fn gdal_reads_back_numbers_places_and_texts() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lager.csv");
        let layers = specimen::town();
        specimen::write(&path, &layers, Some("events")).expect("a specimen is written");
        let options = gdal::DatasetOptions {
            open_options: Some(&[
                "X_POSSIBLE_NAMES=x",
                "Y_POSSIBLE_NAMES=y",
                "AUTODETECT_TYPE=YES",
                "EMPTY_STRING_AS_NULL=YES",
            ]),
            ..Default::default()
        };
        let dataset = gdal::Dataset::open_ex(&path, options).expect("GDAL opens it");
        let mut found = dataset.layer(0).expect("one layer");
        let (Geometries::Points(points), Values::Real(distances), Values::Text(kinds)) =
            (&layers[1].geometries, &layers[1].columns[2].values, &layers[1].columns[1].values)
        else {
            panic!("the specimen's events are points with a distance and a kind")
        };
        let mut rows = 0;
        for (row, feature) in found.features().enumerate() {
            let real = |name: &str| {
                let index = feature.field_index(name).expect("a column");
                let text = feature.field_as_string(index).expect("a value").filter(|text| !text.is_empty());
                text.and_then(|_| feature.field_as_double(index).expect("a number"))
            };
            assert_eq!(real("avst_m"), distances.get(row), "row {row}");
            assert_eq!(real("x").zip(real("y")).map(|(x, y)| [x, y]), points[row], "row {row}");
            let kind = feature.field_as_string(feature.field_index("olyckstyp").expect("a column")).expect("a text");
            let ours = kinds.get(row).map(harmless).map(Cow::into_owned);
            assert_eq!(kind.filter(|text| !text.is_empty()), ours, "row {row}");
            rows += 1;
        }
        assert_eq!(rows, points.len());
    }

    #[test]
    fn shapes_are_well_known_text_and_the_same_shapes_when_read() {
        let (text, sidecar) = written(&specimen::town(), "hotspots");
        let row = text.split("\r\n").nth(1).expect("a row");
        let found = row.split(';').find(|cell| cell.starts_with("MULTIPOLYGON (((")).expect("a shape");
        let parsed = gdal::vector::Geometry::from_wkt(found).expect("GDAL reads it");
        let layers = specimen::town();
        let Geometries::Shapes(kind, shapes) = &layers[0].geometries else { panic!("hotspots are shapes") };
        let blob =
            crate::geopackage::blob::shape_blob(0, *kind, shapes[0].as_ref().expect("a shape")).expect("an area");
        assert_eq!(Some(parsed.wkb().expect("binary").as_slice()), crate::geopackage::blob::wkb_of(&blob));
        assert_eq!(sidecar["url"], "lager.csv");
        assert_eq!(sidecar[PASSPORT_URI]["method"], "dbscan");
        assert_eq!(sidecar["dc:accessRights"], "INTERN – STRADA");
        let titles: Vec<&Value> =
            sidecar["tableSchema"]["columns"].as_array().expect("columns").iter().map(|c| &c["titles"][0]).collect();
        let header: Vec<&str> =
            text.trim_start_matches('\u{feff}').lines().next().expect("a header").split(';').collect();
        assert_eq!(titles, header, "the sidecar describes the columns that are there, in their order");
    }

    #[test]
    fn an_empty_layer_is_a_header() {
        let (text, _) = written(&specimen::empty(), "gator");
        assert_eq!(text, "\u{feff}fid;hastgrans;wkt;passport\r\n");
    }
}
