//! Shapes of ground that lies under results: areas, lines and points of a map file, whole.
//!
//! [`super::read`] gives events, which are points; this gives geometry as it is. Which formats hold shapes, and who reads
//! them, stands in the one table of formats.

use std::collections::BTreeMap;
use std::path::Path;

use gdal::vector::LayerAccess;
use geo::{CoordsIter, Geometry};

use super::door::{Door, Shapes};
use super::formats::{self, FORMATS, Source, check_columns};
use super::vector_reader::{Field, Words, crs_of, field_text, fields_of, shape_of};
use super::{ReadError, ReadOptions};
use crate::texts;

/// One row: its shape and its filled fields as text.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Shape in the file's system, x = east.
    pub geometry: Geometry<f64>,
    /// Field to value; empty values are left out.
    pub fields: BTreeMap<String, String>,
}

/// One layer.
#[derive(Debug, Clone, PartialEq)]
pub struct ShapeLayer {
    /// Its name.
    pub name: String,
    /// Its system, as `EPSG:n` or WKT.
    pub crs: Option<String>,
    /// Rows that have a shape. Rows without one, and shapes with a coordinate that is no finite number, are left out.
    pub rows: Vec<Shape>,
}

/// Reads every spatial layer of a file, or the one named.
///
/// # Errors
/// A file that is missing, may not be read, is of another kind or broken; a layer that does not exist.
pub fn read(path: &Path, layer: Option<&str>) -> Result<Vec<ShapeLayer>, ReadError> {
    let holds = |format: &&formats::Format| !matches!(format.shapes, Shapes::None);
    let no_map = |file: String| {
        let endings = FORMATS.iter().filter(holds).flat_map(|format| format.extensions);
        ReadError::NotAMapFile { file, formats: endings.map(|ending| format!(".{ending}")).collect() }
    };
    let (format, kind, source) = match formats::find(path) {
        Err(ReadError::UnknownFormat { file, .. }) => return Err(no_map(file)),
        found => found?,
    };
    let layers = match &format.shapes {
        Shapes::None => return Err(no_map(source.shown)),
        Shapes::Own(read) => {
            format.check_kind(kind, &source.shown)?;
            let layers = read(&source)?;
            let is_other = |wanted: &&str| layers.iter().all(|own| own.name != **wanted);
            if let Some(wanted) = layer.filter(is_other) {
                let (file, names) = (source.shown, layers.into_iter().map(|own| own.name).collect());
                return Err(ReadError::UnknownLayer { file, layer: wanted.to_owned(), layers: names });
            }
            layers
        }
        Shapes::Gdal(door) => {
            format.check_kind(kind, &source.shown)?;
            through_gdal(&source, layer, door)?
        }
    };
    if layers.is_empty() {
        return Err(ReadError::NoLayers { file: source.shown });
    }
    Ok(layers)
}

fn through_gdal(source: &Source, layer: Option<&str>, door: &Door) -> Result<Vec<ShapeLayer>, ReadError> {
    let words = Words { source, format: door.name };
    let ready = (door.prepare)(source, &ReadOptions::default())?;
    words.watched(&ready, || {
        let dataset = words.open(door.driver, &ready)?;
        let names: Vec<String> = dataset.layers().map(|layer| layer.name()).collect();
        if let Some(wanted) = layer
            && !names.iter().any(|name| name == wanted)
        {
            let (file, layer) = (source.shown.clone(), wanted.to_owned());
            return Err(ReadError::UnknownLayer { file, layer, layers: names });
        }
        let mut layers = Vec::new();
        for mut own in dataset.layers() {
            let name = own.name();
            let is_wanted = layer.or(door.main_layer).is_none_or(|wanted| wanted == name);
            if !is_wanted || own.defn().geom_fields().next().is_none() {
                continue;
            }
            let (crs, _) = crs_of(own.spatial_ref());
            let (names, kinds) = fields_of(&own);
            check_columns(&source.shown, names.len())?;
            let stated = ready.rows.or_else(|| if door.counted { own.try_feature_count() } else { None });
            let mut found = 0_u64;
            let rows = own
                .features()
                .filter_map(|feature| {
                    found += 1;
                    let geometry = shape_of(feature.geometry_by_index(0).ok()?)?;
                    let geometry = match geometry {
                        Geometry::LineString(line) if door.closed_is_area && line.is_closed() && line.0.len() > 3 => {
                            Geometry::Polygon(geo::Polygon::new(line, Vec::new()))
                        }
                        other => other,
                    };
                    let finite = geometry.coords_iter().all(|coord| coord.x.is_finite() && coord.y.is_finite());
                    let filled = geometry.coords_iter().next().is_some();
                    let filled_field = |(index, (name, kind)): (usize, (&String, &Field))| {
                        let text = field_text(&feature, index, *kind).ok().filter(|text| !text.is_empty())?;
                        Some((name.clone(), text))
                    };
                    let fields = names.iter().zip(&kinds).enumerate().filter_map(filled_field);
                    (finite && filled).then(|| Shape { geometry, fields: fields.collect() })
                })
                .collect();
            if stated.is_some_and(|stated| stated != found) {
                return Err(words.broken_at(texts::text("vector-cut-short", &[])));
            }
            // The one layer of a drawing is called `entities`: the file's name tells more.
            let stem = source.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            let name = if door.main_layer.is_some() { stem.unwrap_or(name) } else { name };
            layers.push(ShapeLayer { name, crs, rows });
        }
        Ok(layers)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_refused_as_ground_with_the_endings_that_hold_shapes() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["hem.csv", "hem"] {
            let path = folder.path().join(name);
            std::fs::write(&path, "a;b\n").expect("written");
            let problem = texts::problem(&read(&path, None).expect_err("is refused"));
            assert!(problem.message.ends_with("kan inte vara hemområde eller underlag."), "{}", problem.message);
            let remedy = problem.remedy.expect("a remedy");
            assert_eq!(
                remedy,
                "Ange en kartfil: .geojson, .json, .gpkg, .shp, .parquet, .geoparquet, .fgb, .tab, .mif, .gml, .dxf."
            );
        }
    }
}
