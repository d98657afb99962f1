//! `GeoJSON`: one layer as RFC 7946 wants it, for web maps and scripts.
//!
//! Longitude and latitude in WGS 84 with seven decimals (about a centimetre), outer rings counter-clockwise, a `bbox`, and
//! the layer's title, description, column titles and passport as members of the collection. A row without a place has a
//! null geometry. One feature a line, so that two versions can be compared.
//!
//! Source: RFC 7946. Oracle: GDAL reads it back.

use std::io::Write;
use std::path::Path;

use ::geojson::feature::Id;
use ::geojson::{Feature, GeometryValue, JsonObject, JsonValue};
use geo::orient::{Direction, Orient as _};
use geo::{Coord, Geometry, LineString, MapCoords as _, MultiLineString, MultiPolygon};

use super::{Error, Job, extent_of, finish};
use crate::domain::{Geometries, Layer, Values};

/// Seven decimals of a degree.
const PRECISION: f64 = 1e7;

/// Writes one layer.
pub(super) fn write(job: &Job, path: &Path) -> Result<(), Error> {
    let layer = job.layer();
    let placed = to_degrees(job, layer)?;
    let mut file = job.create(path)?;
    collection(&mut file, layer, &placed).map_err(|error| job.io(&error))?;
    finish(job, file)
}

/// Writes a layer whose geometries are in degrees already.
fn collection(out: &mut impl Write, layer: &Layer, placed: &Geometries) -> std::io::Result<()> {
    let columns: JsonObject =
        layer.columns.iter().map(|column| (column.name.clone(), JsonValue::from(column.alias.as_str()))).collect();
    let passport = serde_json::to_value(&layer.passport)?;
    write!(out, "{{\"type\":\"FeatureCollection\",\n\"name\":{},", JsonValue::from(layer.name.as_str()))?;
    write!(out, "\n\"title\":{},", JsonValue::from(layer.title.as_str()))?;
    write!(out, "\n\"description\":{},", JsonValue::from(layer.description.as_str()))?;
    write!(out, "\n\"columns\":{},\n\"passport\":{passport},", JsonValue::Object(columns))?;
    let bbox = extent_of(placed);
    if !bbox.is_empty() {
        let sides = [bbox.min_x, bbox.min_y, bbox.max_x, bbox.max_y].map(JsonValue::from);
        write!(out, "\n\"bbox\":{},", JsonValue::from(sides.to_vec()))?;
    }
    write!(out, "\n\"features\":[")?;
    for row in 0..placed.len() {
        out.write_all(if row == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &feature(layer, placed, row))?;
    }
    out.write_all(b"\n]}\n")
}

/// One row. Its id is its place in the layer, counted from 1, as `fid` in a GeoPackage.
fn feature(layer: &Layer, placed: &Geometries, row: usize) -> Feature {
    let geometry = match placed {
        Geometries::Points(points) => points[row].map(GeometryValue::new_point),
        Geometries::Shapes(_, shapes) => shapes[row].as_ref().and_then(shape_value),
        Geometries::Absent(_) => None,
    };
    let properties = layer.columns.iter().map(|column| (column.name.clone(), value_of(&column.values, row)));
    Feature {
        bbox: None,
        geometry: geometry.map(::geojson::Geometry::new),
        id: Some(Id::Number(serde_json::Number::from(row + 1))),
        properties: Some(properties.collect()),
        foreign_members: None,
    }
}

fn value_of(values: &Values, row: usize) -> JsonValue {
    match values {
        Values::Integer(values) => JsonValue::from(values.get(row)),
        Values::Real(values) => JsonValue::from(values.get(row)),
        Values::Text(values) => JsonValue::from(values.get(row)),
        Values::Bool(values) => JsonValue::from(values.get(row)),
    }
}

/// The layer's geometries in degrees, rounded, outer rings counter-clockwise.
fn to_degrees(job: &Job, layer: &Layer) -> Result<Geometries, Error> {
    let outside = |row: usize| Error::OutsideWgs84 { file: job.shown(), layer: layer.name.clone(), row: row + 1 };
    let degrees = |place: [f64; 2]| {
        let found = (job.to_wgs84)(place)?;
        let inside = (-180.0..=180.0).contains(&found[0]) && (-90.0..=90.0).contains(&found[1]);
        inside.then(|| found.map(|side| (side * PRECISION).round() / PRECISION))
    };
    match &layer.geometries {
        Geometries::Points(points) => {
            let placed = points.iter().enumerate().map(|(row, point)| match point {
                None => Ok(None),
                Some(point) => degrees(*point).map(Some).ok_or_else(|| outside(row)),
            });
            placed.collect::<Result<_, _>>().map(Geometries::Points)
        }
        Geometries::Shapes(kind, shapes) => {
            let placed = shapes.iter().enumerate().map(|(row, shape)| {
                let Some(shape) = shape else { return Ok(None) };
                let moved = shape.try_map_coords(|Coord { x, y }| {
                    degrees([x, y]).map(|[x, y]| Coord { x, y }).ok_or_else(|| outside(row))
                })?;
                Ok(Some(right_handed(moved)))
            });
            placed.collect::<Result<_, _>>().map(|placed| Geometries::Shapes(*kind, placed))
        }
        Geometries::Absent(rows) => Ok(Geometries::Absent(*rows)),
    }
}

/// Outer rings counter-clockwise, holes clockwise; boxes and triangles become polygons.
pub(super) fn right_handed(shape: Geometry<f64>) -> Geometry<f64> {
    match shape {
        Geometry::Polygon(area) => Geometry::Polygon(area.orient(Direction::Default)),
        Geometry::MultiPolygon(areas) => Geometry::MultiPolygon(areas.orient(Direction::Default)),
        Geometry::Rect(rect) => Geometry::Polygon(rect.to_polygon().orient(Direction::Default)),
        Geometry::Triangle(triangle) => Geometry::Polygon(triangle.to_polygon().orient(Direction::Default)),
        other => other,
    }
}

fn positions(line: &LineString<f64>) -> Vec<[f64; 2]> {
    line.coords().map(|coord| [coord.x, coord.y]).collect()
}

fn rings(area: &geo::Polygon<f64>) -> Vec<Vec<[f64; 2]>> {
    std::iter::once(area.exterior()).chain(area.interiors()).map(positions).collect()
}

/// The shape in its multi-part form; `None` where it is empty, which `GeoJSON` writes as null.
fn shape_value(shape: &Geometry<f64>) -> Option<GeometryValue> {
    let lines = |lines: &MultiLineString<f64>| {
        let parts: Vec<_> = lines.iter().filter(|line| !line.0.is_empty()).map(positions).collect();
        (!parts.is_empty()).then(|| GeometryValue::new_multi_line_string(parts))
    };
    let areas = |areas: &MultiPolygon<f64>| {
        let parts: Vec<_> = areas.iter().filter(|area| !area.exterior().0.is_empty()).map(rings).collect();
        (!parts.is_empty()).then(|| GeometryValue::new_multi_polygon(parts))
    };
    match shape {
        Geometry::Point(point) => Some(GeometryValue::new_point([point.x(), point.y()])),
        Geometry::Line(line) => lines(&MultiLineString::from(LineString::from(*line))),
        Geometry::LineString(line) => lines(&MultiLineString::from(line.clone())),
        Geometry::MultiLineString(several) => lines(several),
        Geometry::Polygon(area) => areas(&MultiPolygon::from(area.clone())),
        Geometry::MultiPolygon(several) => areas(several),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::specimen;
    use super::*;
    use gdal::vector::LayerAccess as _;

    fn written(layers: &[Layer], wanted: &str) -> JsonValue {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lager.geojson");
        specimen::write(&path, layers, Some(wanted)).expect("a specimen is written");
        serde_json::from_str(&std::fs::read_to_string(&path).expect("readable")).expect("JSON")
    }

    #[test]
    fn a_point_in_sweref_lands_where_lantmateriet_says() {
        // Lantmäteriet's test points for SWEREF 99 TM: N 6580822.018, E 674571.859 is 59°21'24.6" N, 18°4'20.3" E (about).
        let mut layers = specimen::town();
        layers[1].geometries = Geometries::Points(vec![Some([674_571.859, 6_580_822.018]); layers[1].geometries.len()]);
        let json = written(&layers, "events");
        let place = &json["features"][0]["geometry"]["coordinates"];
        let (longitude, latitude) = (place[0].as_f64().expect("a number"), place[1].as_f64().expect("a number"));
        assert!((longitude - 18.07).abs() < 0.01 && (latitude - 59.33).abs() < 0.03, "{longitude} {latitude}");
        assert_eq!(json["bbox"], serde_json::json!([longitude, latitude, longitude, latitude]));
    }

    #[test]
    fn numbers_have_seven_decimals_and_outer_rings_run_counter_clockwise() {
        let json = written(&specimen::town(), "hotspots");
        let ring = json["features"][0]["geometry"]["coordinates"][0][0].as_array().expect("a ring").clone();
        let at = |index: usize, side: usize| ring[index][side].as_f64().expect("a number");
        let doubled: f64 = (1..ring.len()).map(|i| at(i - 1, 0) * at(i, 1) - at(i, 0) * at(i - 1, 1)).sum();
        assert!(doubled > 0.0, "the specimen's rings are clockwise, the file's are not: {doubled}");
        for place in &ring {
            let text = place[0].to_string();
            assert!(text.split_once('.').is_none_or(|(_, decimals)| decimals.len() <= 7), "{text}");
        }
        assert_eq!(json["passport"]["period"], serde_json::json!(["2021-01-01", "2025-12-31"]));
        assert_eq!(json["columns"]["rang"], "Rang");
    }

    #[test]
    fn gdal_reads_back_the_same_values() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lager.geojson");
        let layers = specimen::town();
        specimen::write(&path, &layers, Some("events")).expect("a specimen is written");
        let dataset = gdal::Dataset::open(&path).expect("GDAL opens it");
        let mut found = dataset.layer(0).expect("one layer");
        assert_eq!(found.name(), "events");
        specimen::same_columns(&layers[1], &mut found);
    }

    #[test]
    fn an_empty_layer_is_an_empty_collection_without_a_box() {
        let json = written(&specimen::empty(), "events");
        assert_eq!((json["features"].clone(), json.get("bbox")), (serde_json::json!([]), None));
    }

    #[test]
    fn a_coordinate_without_a_place_on_earth_is_refused_with_its_row() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lager.geojson");
        let layers = specimen::town();
        let nowhere = |_: [f64; 2]| None;
        let error =
            super::super::write(&path, &layers[1..2], &specimen::sweref(), &nowhere, None).expect_err("refused");
        assert!(matches!(error, Error::OutsideWgs84 { row: 1, .. }), "{error:?}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "nothing half-written");
    }
}
