//! Parquet and `GeoParquet` into a table: a point per row where the file says which column holds geometry.
//!
//! - A file with the metadata `geo` (`GeoParquet` 1.0 and 1.1) has its primary geometry column read as well-known binary.
//!   Its CRS is the PROJJSON there, by its code where it has one; none stated means longitude and latitude, and an explicit
//!   null an unknown system. Without `geo` the file is a plain table.
//! - Values: see [`parquet_cells`]. Lists, structs and bytes are left out, with a note that names them.
//! - A row's number is its place in the file, from 1.
//!
//! Read a window of rows at a time, so that memory is that of the table and one window. Limits: 10,000 columns, 16 MiB in a
//! cell. Source: Apache Parquet format; OGC `GeoParquet` 1.1.0.

#![allow(clippy::disallowed_types, reason = "readers are an edge")]

use std::collections::BTreeMap;
use std::fs::File;

use polars::prelude::{
    AnyValue, DataType, ParallelStrategy, ParquetReader, PolarsError, SchemaExt as _, SerReader as _,
};
use serde_json::Value;

use super::formats::{CELL_LIMIT, Source, check_columns};
use super::guard::guarded;
use super::read_error::ReadError;
use super::shapes::{Shape, ShapeLayer};
use super::table::{MAX_CELLS, Table};
use super::{ReadOptions, canonical, parquet_cells};
use crate::domain::wkb;
use crate::texts;

/// Most values that are decoded at a time.
const WINDOW_CELLS: usize = 1 << 24;
/// Most rows that are decoded at a time.
const WINDOW_ROWS: usize = 1 << 20;
/// Longest description at the end of a file, in bytes.
const FOOTER_LIMIT: u32 = 64 << 20;

/// What a file says of itself.
struct Head {
    /// Columns with a text: name.
    columns: Vec<String>,
    /// Columns without: name.
    left_out: Vec<String>,
    /// Name of the geometry column.
    geometry: Option<String>,
    crs: Option<String>,
    rows: usize,
}

/// Reads the rows, with a point each where there is a geometry column.
pub fn read(source: &Source, _: &ReadOptions) -> Result<Vec<Table>, ReadError> {
    let head = decoded(source, || head_of(source))?;
    let mut table = Table::new(&source.name, None, head.columns.clone());
    table.crs.clone_from(&head.crs);
    if head.geometry.is_some() {
        table.notes.push(match &head.crs {
            Some(crs) => texts::text("note-crs-stated", &[("crs", crs.chars().take(60).collect())]),
            None => texts::text("note-crs-unknown", &[]),
        });
    }
    if !head.left_out.is_empty() {
        table.notes.push(texts::text("note-columns-without-text", &[("columns", head.left_out.join(", "))]));
    }
    let (mut missing, mut unreadable) = (0_usize, 0_usize);
    let too_much = || ReadError::TooMuchText { file: source.shown.clone(), cells: MAX_CELLS };
    each_row(source, &head, |number, cells, bytes| {
        let values = cells.iter().map(String::as_str);
        let added = if head.geometry.is_some() {
            let geometry = bytes.and_then(wkb::geometry_of);
            let point = geometry.as_ref().and_then(canonical::representative);
            match (bytes, &geometry, point) {
                (.., Some(_)) => {}
                (Some(_), None, _) => unreadable += 1,
                (Some(_), Some(shape), _) if !is_empty(shape) => unreadable += 1,
                _ => missing += 1,
            }
            table.push_placed(number, values, point.map(|(at, _)| at), point.is_some_and(|(_, centroid)| centroid))
        } else {
            table.push(number, values)
        };
        if added { Ok(()) } else { Err(too_much()) }
    })?;
    for (id, count) in [("note-without-geometry", missing), ("note-unreadable-geometry", unreadable)] {
        if count > 0 {
            table.notes.push(texts::text(id, &[("count", count.to_string())]));
        }
    }
    if table.is_empty() {
        table.notes.push(texts::text("note-no-features", &[]));
    }
    Ok(vec![table])
}

/// The whole geometries of a `GeoParquet` file.
///
/// # Errors
/// Those of [`read`]; [`ReadError::NoLayers`] where the file has no geometry column.
pub fn shapes(source: &Source) -> Result<Vec<ShapeLayer>, ReadError> {
    let head = decoded(source, || head_of(source))?;
    if head.geometry.is_none() {
        return Err(ReadError::NoLayers { file: source.shown.clone() });
    }
    let name = source.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut rows = Vec::new();
    each_row(source, &head, |_, cells, bytes| {
        let Some(geometry) = bytes.and_then(wkb::geometry_of) else { return Ok(()) };
        if canonical::representative(&geometry).is_some() {
            let filled = head.columns.iter().zip(cells).filter(|(_, text)| !text.is_empty());
            let fields: BTreeMap<String, String> = filled.map(|(name, text)| (name.clone(), text.clone())).collect();
            rows.push(Shape { geometry, fields });
        }
        Ok(())
    })?;
    Ok(vec![ShapeLayer { name, crs: head.crs, rows }])
}

fn is_empty(geometry: &geo::Geometry) -> bool {
    use geo::CoordsIter as _;
    geometry.coords_iter().next().is_none()
}

fn broken(source: &Source, id: &str) -> ReadError {
    let (file, format) = (source.shown.clone(), "Parquet".to_owned());
    ReadError::BrokenVector { file, format, at: texts::text(id, &[]) }
}

fn failed(source: &Source, error: &PolarsError) -> ReadError {
    match error {
        PolarsError::IO { error, .. } if error.raw_os_error().is_some() => ReadError::from_io(&source.shown, error),
        _ => broken(source, "parquet-damaged"),
    }
}

/// Runs `work` on data that the decoder may not be up to: it is written for sound files, and stops where its own
/// assumptions fail. Such a stop is a broken file here.
fn decoded<T>(source: &Source, work: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    guarded(work).unwrap_or_else(|| Err(broken(source, "parquet-damaged")))
}

/// Opens the file; the length of its description is checked before anything believes it.
fn open(source: &Source) -> Result<ParquetReader<File>, ReadError> {
    use std::io::{Read, Seek, SeekFrom};
    let failed = |error: std::io::Error| ReadError::from_io(&source.shown, &error);
    let mut file = File::open(&source.path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let mut tail = [0_u8; 8];
    if length < 12 {
        return Err(broken(source, "parquet-without-end"));
    }
    file.seek(SeekFrom::End(-8)).map_err(failed)?;
    file.read_exact(&mut tail).map_err(failed)?;
    file.rewind().map_err(failed)?;
    let footer = u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]);
    if &tail[4..] != b"PAR1" || footer > FOOTER_LIMIT || u64::from(footer) + 12 > length {
        return Err(broken(source, "parquet-without-end"));
    }
    Ok(ParquetReader::new(file).read_parallel(ParallelStrategy::None))
}

fn head_of(source: &Source) -> Result<Head, ReadError> {
    let mut reader = open(source)?;
    let failed = |error: PolarsError| failed(source, &error);
    let metadata = reader.get_metadata().map_err(failed)?.clone();
    let schema = polars::prelude::Schema::from_arrow_schema(reader.schema().map_err(failed)?.as_ref());
    check_columns(&source.shown, schema.len())?;
    let rows = metadata.row_groups.iter().try_fold(0_usize, |sum, group| sum.checked_add(group.num_rows()));
    let rows = rows.filter(|&rows| rows == metadata.num_rows).ok_or_else(|| broken(source, "parquet-damaged"))?;
    if rows.saturating_mul(schema.len().max(1)) > MAX_CELLS {
        return Err(ReadError::TooMuchText { file: source.shown.clone(), cells: MAX_CELLS });
    }
    let keys = metadata.key_value_metadata.iter().flatten();
    let geo = keys.filter(|pair| pair.key == "geo").find_map(|pair| pair.value.clone());
    let (geometry, crs) = match geo {
        None => (None, None),
        Some(text) => geometry_of(source, &text)?,
    };
    if let Some(name) = &geometry
        && schema.get(name) != Some(&DataType::Binary)
    {
        return Err(broken(source, "parquet-geo"));
    }
    let others = || schema.iter().filter(|(name, _)| Some(name.as_str()) != geometry.as_deref());
    let named = |with_text: bool| {
        let chosen = others().filter(|(_, kind)| parquet_cells::has_text(kind) == with_text);
        chosen.map(|(name, _)| name.to_string()).collect::<Vec<_>>()
    };
    Ok(Head { columns: named(true), left_out: named(false), geometry, crs, rows })
}

/// Name and CRS of the primary geometry column, as the metadata `geo` states them.
fn geometry_of(source: &Source, text: &str) -> Result<(Option<String>, Option<String>), ReadError> {
    let geo: Value = serde_json::from_str(text).map_err(|_| broken(source, "parquet-geo"))?;
    let name = geo["primary_column"].as_str().ok_or_else(|| broken(source, "parquet-geo"))?;
    let column = geo["columns"].get(name).ok_or_else(|| broken(source, "parquet-geo"))?;
    let encoding = column["encoding"].as_str().unwrap_or_default();
    if encoding != "WKB" {
        let (file, column, encoding) = (source.shown.clone(), name.to_owned(), encoding.to_owned());
        return Err(ReadError::GeometryEncoding { file, column, encoding });
    }
    let crs = match column.get("crs") {
        None => Some("OGC:CRS84".to_owned()),
        Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(crs) => {
            let code = &crs["id"]["code"];
            let code = code.as_str().map(str::to_owned).or_else(|| code.as_u64().map(|code| code.to_string()));
            match (crs["id"]["authority"].as_str(), code) {
                (Some(authority), Some(code)) => Some(format!("{authority}:{code}")),
                _ => Some(crs.to_string()),
            }
        }
    };
    Ok((Some(name.to_owned()), crs))
}

/// Calls `visit` with each row's number, cells and geometry bytes, in the order of the file.
fn each_row(
    source: &Source,
    head: &Head,
    mut visit: impl FnMut(u32, &[String], Option<&[u8]>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let wanted: Vec<String> = head.columns.iter().chain(&head.geometry).cloned().collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let window = (WINDOW_CELLS / wanted.len()).clamp(1, WINDOW_ROWS);
    let mut cells = vec![String::new(); head.columns.len()];
    let mut start = 0;
    while start < head.rows {
        let length = window.min(head.rows - start);
        let frame = decoded(source, || {
            let reader = open(source)?.with_columns(Some(wanted.clone())).with_slice(Some((start, length)));
            reader.finish().map_err(|error| failed(source, &error))
        })?;
        if frame.height() != length {
            return Err(broken(source, "parquet-damaged"));
        }
        let columns = wanted.iter().map(|name| frame.column(name)).collect::<Result<Vec<_>, _>>();
        let columns = columns.map_err(|error| failed(source, &error))?;
        for row in 0..length {
            let number = u32::try_from(start + row + 1).unwrap_or(u32::MAX);
            for (index, (cell, column)) in cells.iter_mut().zip(&columns).enumerate() {
                let value = decoded(source, || column.get(row).map_err(|error| failed(source, &error)))?;
                *cell = parquet_cells::text_of(&value);
                if cell.len() > CELL_LIMIT {
                    let (file, limit_mib) = (source.shown.clone(), CELL_LIMIT >> 20);
                    return Err(ReadError::CellTooLarge { file, row: number, column: index + 1, limit_mib });
                }
            }
            let value = columns.get(cells.len()).and_then(|column| column.get(row).ok());
            let bytes = match &value {
                Some(AnyValue::Binary(bytes)) => Some(*bytes),
                Some(AnyValue::BinaryOwned(bytes)) => Some(bytes.as_slice()),
                _ => None,
            };
            visit(number, &cells, bytes)?;
        }
        start += length;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use polars::prelude::{Column, DataFrame, KeyValueMetadata, NamedFrom as _, ParquetWriter, Series, TimeUnit};

    use super::*;

    fn point(x: f64, y: f64) -> Vec<u8> {
        let mut bytes = vec![1, 1, 0, 0, 0];
        bytes.extend(x.to_le_bytes());
        bytes.extend(y.to_le_bytes());
        bytes
    }

    fn write(folder: &Path, columns: Vec<Series>, geo: Option<&str>, group: usize) -> PathBuf {
        let path = folder.join("a.parquet");
        let height = columns[0].len();
        let mut frame = DataFrame::new(height, columns.into_iter().map(Column::from).collect()).expect("a frame");
        let keys = geo.map(|geo| KeyValueMetadata::from_static(vec![("geo".to_owned(), geo.to_owned())]));
        ParquetWriter::new(File::create(&path).expect("created"))
            .with_row_group_size(Some(group))
            .with_key_value_metadata(keys)
            .finish(&mut frame)
            .expect("written");
        path
    }

    fn read_one(path: &Path) -> Result<Table, ReadError> {
        super::super::read(path, &ReadOptions::default()).map(|mut tables| tables.remove(0))
    }

    fn places() -> Vec<Series> {
        let nan = point(f64::NAN, 2.0);
        let infinite = point(1.0, f64::INFINITY);
        let whole = point(500_000.0, 6_400_000.5);
        let rows: [Option<&[u8]>; 5] = [Some(&whole), None, Some(&whole[..20]), Some(&nan), Some(&infinite)];
        vec![Series::new("plats".into(), ["Å", "b", "c", "d", "e"]), Series::new("form".into(), rows.to_vec())]
    }

    fn geo(crs: &str) -> String {
        format!(
            "{{\"version\":\"1.1.0\",\"primary_column\":\"form\",\"columns\":{{\"form\":{{\"encoding\":\"WKB\"{crs}}}}}}}"
        )
    }

    #[test]
    fn a_plain_file_is_a_table_of_texts() {
        let folder = tempfile::tempdir().expect("a folder");
        let days = Series::new("dag".into(), [Some(19_791_i32), None]).cast(&DataType::Date).expect("days");
        let moments = Series::new("tid".into(), [Some(1_710_003_900_250_i64), None]);
        let moments = moments.cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).expect("moments");
        let list = Series::new("lista".into(), [Series::new("".into(), [1_i32]), Series::new("".into(), [2_i32])]);
        let bytes: Vec<&[u8]> = vec![b"x", b"y"];
        let columns = vec![
            Series::new("antal".into(), [Some(3_i64), None]),
            Series::new("andel".into(), [0.1_f64, f64::NAN]),
            Series::new("ja".into(), [true, false]),
            days,
            moments,
            list,
            Series::new("råa".into(), bytes),
        ];
        let table = read_one(&write(folder.path(), columns, None, 10)).expect("is read");
        assert_eq!(table.columns, ["antal", "andel", "ja", "dag", "tid"]);
        let rows: Vec<Vec<&str>> = (0..2).map(|row| table.row(row).collect()).collect();
        assert_eq!(rows[0], ["3", "0.1", "true", "2024-03-09", "2024-03-09T17:05:00"]);
        assert_eq!(rows[1], ["", "", "false", "", ""]);
        assert!(
            !table.has_geometry() && table.notes.iter().any(|note| note.contains("lista, råa")),
            "{:?}",
            table.notes
        );
    }

    #[test]
    fn geometry_has_its_system_and_bad_bytes_leave_the_row_without_a_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let projjson = ",\"crs\":{\"type\":\"ProjectedCRS\",\"id\":{\"authority\":\"EPSG\",\"code\":3006}}";
        for (crs, wanted) in [("", Some("OGC:CRS84")), (",\"crs\":null", None), (projjson, Some("EPSG:3006"))] {
            let path = write(folder.path(), places(), Some(&geo(crs)), 2);
            let table = read_one(&path).expect("is read");
            assert_eq!((table.crs.as_deref(), table.len()), (wanted, 5));
            assert_eq!(table.point(0), Some(([500_000.0, 6_400_000.5], false)));
            assert!((1..5).all(|row| table.point(row).is_none()));
            assert_eq!((table.cell(0, 0), table.cell(4, 0), table.row_number(4)), ("Å", "e", 5));
            let said = |id: &str, count: &str| table.notes.contains(&texts::text(id, &[("count", count.to_owned())]));
            assert!(said("note-without-geometry", "1") && said("note-unreadable-geometry", "3"), "{:?}", table.notes);
            let layers = super::super::shapes::read(&path, None).expect("is read");
            assert_eq!((layers[0].rows.len(), layers[0].rows[0].fields["plats"].as_str()), (1, "Å"));
        }
    }

    #[test]
    fn what_the_metadata_says_wrongly_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let native = geo("").replace("WKB", "point");
        let error = read_one(&write(folder.path(), places(), Some(&native), 9)).expect_err("is refused");
        assert!(matches!(error, ReadError::GeometryEncoding { .. }), "{error:?}");
        let deep = "[".repeat(10_000);
        for wrong in ["{", deep.as_str(), "{\"primary_column\":\"form\"}", &geo("").replace("\"form\"", "\"plats\"")] {
            let error = read_one(&write(folder.path(), places(), Some(wrong), 9)).expect_err("is refused");
            assert!(matches!(error, ReadError::BrokenVector { .. }), "{error:?}");
        }
    }

    #[test]
    fn many_columns_are_refused_and_an_empty_file_is_an_empty_table() {
        let folder = tempfile::tempdir().expect("a folder");
        let columns = (0..10_001).map(|at| Series::new(format!("k{at}").into(), [1_i32])).collect();
        let error = read_one(&write(folder.path(), columns, None, 9)).expect_err("is refused");
        assert!(matches!(error, ReadError::TooManyColumns { columns: 10_001, .. }), "{error:?}");
        let none: [i32; 0] = [];
        let path = write(folder.path(), vec![Series::new("a".into(), none)], None, 9);
        assert!(read_one(&path).expect("is read").is_empty());
    }

    #[test]
    fn a_cell_over_the_limit_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let long = "x".repeat(CELL_LIMIT + 1);
        let error = read_one(&write(folder.path(), vec![Series::new("a".into(), ["b", &long])], None, 9));
        assert!(matches!(error, Err(ReadError::CellTooLarge { row: 2, column: 1, .. })), "{error:?}");
    }
}
