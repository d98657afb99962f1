//! GeoParquet 1.1: one layer for data platforms, notebooks and large extracts.
//!
//! Well-known binary in the column `geometry`, the store's CRS as PROJJSON, a struct column `bbox` declared as covering, so
//! that a reader skips row groups outside its window; rows lie along a Hilbert curve, Zstandard-packed. Coordinates are
//! x = east, y = north, as the standard wants whatever the CRS says. The passport is under [`PASSPORT_KEY`]. Rows keep
//! their number in the layer as `fid`, since their order here is another.
//!
//! A layer without places is plain Parquet: no column `geometry`, no `bbox`, no key `geo`, rows in the layer's own order.
//!
//! Readers on Arrow C++ before version 15 (January 2024) do not know the text type that polars declares and refuse the
//! file.
//!
//! Source: OGC GeoParquet 1.1.0; Hamilton, "Compact Hilbert indices" (2006). Oracle: `geoparquet-validator`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use polars::prelude::{
    Column, DataFrame, IntoSeries as _, KeyValueMetadata, NamedFrom as _, ParquetCompression, ParquetWriter,
    PolarsError, Series, StructChunked,
};
use serde_json::{Value, json};

use super::{Error, Job, extent_of, finish, free_names, geojson::right_handed, geometry_name};
use crate::domain::{Bbox, Geometries, GeometryKind, Layer, Values};
use crate::geopackage::blob;

/// Key of the passport among the file's metadata.
pub const PASSPORT_KEY: &str = "lagesbild:passport";
/// Key of title, description and column titles.
pub const LAYER_KEY: &str = "lagesbild:layer";

const GEOMETRY: &str = "geometry";
const BBOX: &str = "bbox";
const FID: &str = "fid";
const SIDES: [&str; 4] = ["xmin", "ymin", "xmax", "ymax"];
/// Rows of a row group: small enough to be skipped, large enough to pack well.
const ROW_GROUP: usize = 50_000;
/// Levels of the Hilbert curve: 65 536 steps along each side.
const LEVELS: u32 = 16;

/// Writes one layer.
pub(super) fn write(job: &Job, path: &Path) -> Result<(), Error> {
    let layer = job.layer();
    let extent = extent_of(&layer.geometries);
    let order = hilbert_order(&layer.geometries, extent);
    let mut frame = frame(layer, &order).map_err(|error| job.failed(&error))?;
    let mut metadata = vec![
        (PASSPORT_KEY.to_owned(), layer.passport.to_json()),
        (LAYER_KEY.to_owned(), layer_metadata(layer).to_string()),
    ];
    if let Some(kind) = layer.geometries.kind() {
        metadata.insert(0, ("geo".to_owned(), geo_metadata(job, kind, extent)?.to_string()));
    }
    let metadata = KeyValueMetadata::from_static(metadata);
    let mut file = Noting { file: job.create(path)?, failure: None };
    let written = ParquetWriter::new(&mut file)
        .with_compression(ParquetCompression::Zstd(None))
        .with_row_group_size(Some(ROW_GROUP))
        .with_key_value_metadata(Some(metadata))
        .finish(&mut frame);
    match (written, file.failure) {
        (Ok(_), None) => finish(job, file.file),
        (_, Some(failure)) => Err(job.io(&failure)),
        (Err(error), None) => Err(job.failed(&error)),
    }
}

/// A file that notes its first failure: what writes Parquet tells of a full disk as of a fault in the format.
struct Noting {
    file: BufWriter<File>,
    failure: Option<io::Error>,
}

impl Noting {
    fn noted<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let (Err(error), None) = (&result, &self.failure) {
            self.failure = Some(error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error));
        }
        result
    }
}

impl Write for Noting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.file.write(bytes);
        self.noted(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.file.flush();
        self.noted(result)
    }
}

/// The layer as a table whose rows come in this order.
fn frame(layer: &Layer, order: &[usize]) -> Result<DataFrame, PolarsError> {
    let names = free_names(layer, &[FID, GEOMETRY, BBOX]);
    let fids: Vec<i64> = order.iter().map(|row| i64::try_from(row + 1).unwrap_or(i64::MAX)).collect();
    let mut columns = vec![Column::from(Series::new(FID.into(), fids))];
    for (column, name) in layer.columns.iter().zip(names) {
        columns.push(Column::from(series(&name, &column.values, order)));
    }
    if layer.geometries.kind().is_none() {
        return DataFrame::new(order.len(), columns);
    }
    let (binaries, boxes): (Vec<_>, Vec<_>) = order.iter().map(|row| encoded(&layer.geometries, *row)).unzip();
    let side = |name: &str, of: fn(&Bbox) -> f64| {
        let values: Vec<Option<f64>> = boxes.iter().map(|bbox| bbox.as_ref().map(of)).collect();
        Series::new(name.into(), values)
    };
    let sides = [
        side(SIDES[0], |bbox| bbox.min_x),
        side(SIDES[1], |bbox| bbox.min_y),
        side(SIDES[2], |bbox| bbox.max_x),
        side(SIDES[3], |bbox| bbox.max_y),
    ];
    let filled = StructChunked::from_series(BBOX.into(), order.len(), sides.iter())?.into_series();
    // A row without a place has no box at all, rather than a box of nothing: taking a missing index makes it so.
    let kept: Vec<Option<polars::prelude::IdxSize>> =
        (0..).zip(&boxes).map(|(row, bbox)| bbox.is_some().then_some(row)).collect();
    columns.push(Column::from(filled.take(&polars::prelude::IdxCa::new(BBOX.into(), kept))?));
    let binaries: Vec<Option<&[u8]>> = binaries.iter().map(Option::as_deref).collect();
    columns.push(Column::from(Series::new(GEOMETRY.into(), binaries)));
    DataFrame::new(order.len(), columns)
}

fn series(name: &str, values: &Values, order: &[usize]) -> Series {
    let name = name.into();
    match values {
        Values::Integer(values) => Series::new(name, order.iter().map(|row| values.get(*row)).collect::<Vec<_>>()),
        Values::Real(values) => Series::new(name, order.iter().map(|row| values.get(*row)).collect::<Vec<_>>()),
        Values::Text(values) => Series::new(name, order.iter().map(|row| values.get(*row)).collect::<Vec<_>>()),
        Values::Bool(values) => Series::new(name, order.iter().map(|row| values.get(*row)).collect::<Vec<_>>()),
    }
}

/// Well-known binary and box of a row's geometry; both `None` where it has no place.
fn encoded(geometries: &Geometries, row: usize) -> (Option<Vec<u8>>, Option<Bbox>) {
    let blob = match geometries {
        Geometries::Points(points) => points[row].map(|[x, y]| blob::point_blob(0, x, y).to_vec()),
        Geometries::Shapes(kind, shapes) => {
            shapes[row].clone().and_then(|shape| blob::shape_blob(0, *kind, &right_handed(shape)))
        }
        Geometries::Absent(_) => None,
    };
    let Some(bbox) = blob.as_deref().and_then(blob::bounds_of) else { return (None, None) };
    (blob.as_deref().and_then(blob::wkb_of).map(<[u8]>::to_vec), Some(bbox))
}

/// What GeoParquet wants under the key `geo`.
fn geo_metadata(job: &Job, kind: GeometryKind, extent: Bbox) -> Result<Value, Error> {
    let crs: Value = serde_json::from_str(&job.crs.projjson).map_err(|error| job.failed(&error))?;
    let covering: serde_json::Map<String, Value> =
        SIDES.iter().map(|side| ((*side).to_owned(), json!([BBOX, side]))).collect();
    let mut column = json!({
        "encoding": "WKB",
        "geometry_types": [geometry_name(kind)],
        "crs": crs,
        "edges": "planar",
        "orientation": "counterclockwise",
        "covering": { "bbox": covering },
    });
    if !extent.is_empty() {
        column["bbox"] = json!([extent.min_x, extent.min_y, extent.max_x, extent.max_y]);
    }
    Ok(json!({ "version": "1.1.0", "primary_column": GEOMETRY, "columns": { GEOMETRY: column } }))
}

fn layer_metadata(layer: &Layer) -> Value {
    let columns: serde_json::Map<String, Value> =
        layer.columns.iter().map(|column| (column.name.clone(), Value::from(column.alias.as_str()))).collect();
    json!({ "name": layer.name, "title": layer.title, "description": layer.description, "columns": columns })
}

/// Row numbers along a Hilbert curve through the middles of the boxes; rows without a place last, ties in layer order.
fn hilbert_order(geometries: &Geometries, extent: Bbox) -> Vec<usize> {
    let middle = |row: usize| -> Option<[f64; 2]> {
        match geometries {
            Geometries::Points(points) => points[row],
            Geometries::Shapes(_, shapes) => {
                use geo::BoundingRect as _;
                let centre = shapes[row].as_ref()?.bounding_rect()?.center();
                Some([centre.x, centre.y])
            }
            Geometries::Absent(_) => None,
        }
    };
    let (width, height) = (extent.max_x - extent.min_x, extent.max_y - extent.min_y);
    let mut keyed: Vec<(u64, usize)> = (0..geometries.len())
        .map(|row| {
            let key = middle(row)
                .map_or(u64::MAX, |[x, y]| hilbert(step(x - extent.min_x, width), step(y - extent.min_y, height)));
            (key, row)
        })
        .collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// Which of the steps along a side.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the number of steps")]
fn step(offset: f64, side: f64) -> u32 {
    let last = f64::from((1_u32 << LEVELS) - 1);
    if side > 0.0 { (offset / side * last).clamp(0.0, last) as u32 } else { 0 }
}

/// Place of a cell along the Hilbert curve.
fn hilbert(mut x: u32, mut y: u32) -> u64 {
    let mut place = 0;
    for level in (0..LEVELS).rev() {
        let half = 1_u32 << level;
        let (right, upper) = (u32::from(x & half != 0), u32::from(y & half != 0));
        place = (place << 2) | u64::from((3 * right) ^ upper);
        x &= half - 1;
        y &= half - 1;
        if upper == 0 {
            if right == 1 {
                (x, y) = (half - 1 - x, half - 1 - y);
            }
            std::mem::swap(&mut x, &mut y);
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::super::specimen;
    use super::*;
    use polars::prelude::{AnyValue, ParquetReader, SerReader as _};
    use std::collections::BTreeMap;
    use std::fs::File;

    fn read(path: &Path) -> (DataFrame, BTreeMap<String, String>) {
        let mut reader = ParquetReader::new(File::open(path).expect("it is there"));
        let metadata = reader.get_metadata().expect("a footer").key_value_metadata().clone().expect("keys");
        let metadata = metadata.into_iter().map(|pair| (pair.key, pair.value.unwrap_or_default())).collect();
        (reader.finish().expect("polars reads it"), metadata)
    }

    #[test]
    fn the_curve_visits_a_square_of_four_in_a_u() {
        let last = (1_u32 << LEVELS) - 1;
        let corners = [(0, 0), (0, last), (last, last), (last, 0)].map(|(x, y)| hilbert(x, y));
        assert_eq!(corners[0], 0);
        assert_eq!(corners[3], (1_u64 << (2 * LEVELS)) - 1, "it ends in the corner beside its start");
        assert!(corners.is_sorted());
        // Steps along the curve are steps to a neighbour: the first four cells are a square.
        let mut first: Vec<((u32, u32), u64)> =
            (0..2).flat_map(|x| (0..2).map(move |y| ((x, y), hilbert(x, y)))).collect();
        first.sort_by_key(|(_, place)| *place);
        assert_eq!(first.iter().map(|(_, place)| *place).collect::<Vec<_>>(), [0, 1, 2, 3]);
        for pair in first.windows(2) {
            assert_eq!(pair[0].0.0.abs_diff(pair[1].0.0) + pair[0].0.1.abs_diff(pair[1].0.1), 1, "{pair:?}");
        }
    }

    #[test]
    fn polars_reads_back_every_value_beside_its_row_number() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lager.parquet");
        for layer in specimen::town() {
            specimen::write(&path, std::slice::from_ref(&layer), None).expect("a specimen is written");
            let (frame, metadata) = read(&path);
            assert_eq!(frame.height(), layer.geometries.len());
            for at in 0..frame.height() {
                let cell =
                    |name: &str| frame.column(name).expect("the column is there").get(at).expect("a row").into_static();
                let AnyValue::Int64(fid) = cell(FID) else { panic!("fid is whole") };
                let row = usize::try_from(fid).expect("above 0") - 1;
                for column in &layer.columns {
                    let ours = match &column.values {
                        Values::Integer(values) => values.get(row).map_or(AnyValue::Null, AnyValue::Int64),
                        Values::Real(values) => values.get(row).map_or(AnyValue::Null, AnyValue::Float64),
                        Values::Text(values) => values.get(row).map_or(AnyValue::Null, AnyValue::String).into_static(),
                        Values::Bool(values) => values.get(row).map_or(AnyValue::Null, AnyValue::Boolean),
                    };
                    assert_eq!(cell(&column.name), ours, "{}.{}, row {row}", layer.name, column.name);
                }
                let wkb = encoded(&layer.geometries, row).0;
                assert_eq!(cell(GEOMETRY), wkb.as_deref().map_or(AnyValue::Null, AnyValue::Binary).into_static());
            }
            let geo: Value = serde_json::from_str(&metadata["geo"]).expect("JSON");
            assert_eq!(geo["version"], "1.1.0");
            assert_eq!(geo["columns"][GEOMETRY]["crs"]["id"]["code"], 3006);
            assert_eq!(metadata[PASSPORT_KEY], layer.passport.to_json());
        }
    }

    #[test]
    fn a_row_without_geometry_has_neither_geometry_nor_box() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lager.parquet");
        let mut layer = specimen::town().remove(1);
        let Geometries::Points(points) = &mut layer.geometries else { panic!("events are points") };
        points[0] = None;
        points[3] = None;
        let missing: Vec<i64> =
            (1..).zip(points.iter()).filter(|(_, point)| point.is_none()).map(|(fid, _)| fid).collect();
        specimen::write(&path, std::slice::from_ref(&layer), None).expect("a specimen is written");
        let (frame, _) = read(&path);
        let fids = frame.column(FID).expect("there").i64().expect("whole").clone();
        for name in [GEOMETRY, BBOX] {
            let empty = frame.column(name).expect("the column is there").is_null();
            let mut found: Vec<i64> = fids
                .iter()
                .zip(empty.iter())
                .filter(|(_, empty)| *empty == Some(true))
                .filter_map(|(fid, _)| fid)
                .collect();
            found.sort_unstable();
            assert_eq!(found, missing, "{name}");
        }
        assert_eq!(missing.len(), 3, "the specimen has one, and two were taken");
    }

    #[test]
    fn an_empty_layer_is_a_file_with_columns_and_no_rows() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lager.parquet");
        specimen::write(&path, &specimen::empty(), None).expect("an empty specimen is written");
        let (frame, metadata) = read(&path);
        assert_eq!((frame.height(), frame.width()), (0, 13));
        let geo: Value = serde_json::from_str(&metadata["geo"]).expect("JSON");
        assert_eq!(geo["columns"][GEOMETRY].get("bbox"), None);
    }
}
