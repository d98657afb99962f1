//! Shapes of ground that lies under results: areas, lines and points of a `GeoPackage`, Shapefile or `GeoJSON`, whole.
//!
//! [`super::read`] gives events, which are points; this gives geometry as it is.

use std::collections::BTreeMap;
use std::path::Path;

use gdal::vector::LayerAccess;
use geo::{CoordsIter, Geometry};

use super::{ReadError, gdal_door};

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

/// Which driver opens which ending; no other is asked, so that no file can make GDAL reach elsewhere.
const DRIVERS: [(&str, &str); 4] =
    [("gpkg", "GPKG"), ("shp", "ESRI Shapefile"), ("geojson", "GeoJSON"), ("json", "GeoJSON")];

/// Reads every spatial layer of a file, or the one named.
///
/// # Errors
/// A file that is missing, may not be read, is of another kind or broken; a layer that does not exist.
pub fn read(path: &Path, layer: Option<&str>) -> Result<Vec<ShapeLayer>, ReadError> {
    let file = path.display().to_string();
    if file.to_lowercase().starts_with("/vsi") {
        return Err(ReadError::VirtualPath { file });
    }
    let handle = std::fs::File::open(path).map_err(|error| ReadError::from_io(&file, &error))?;
    if handle.metadata().is_ok_and(|facts| facts.is_dir()) {
        return Err(ReadError::FolderNotFile { file });
    }
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let Some((_, driver)) = DRIVERS.iter().find(|(known, _)| *known == ending) else {
        let formats = DRIVERS.iter().map(|(known, _)| format!(".{known}")).collect();
        return Err(ReadError::NotAMapFile { file, formats });
    };
    let (dataset, complaints) = gdal_door::watch(|| gdal_door::open(path, driver, &[]));
    let dataset = dataset.map_err(|error| {
        let at = complaints.first().map_or_else(|| gdal_door::place(&error), |said| gdal_door::place(said));
        ReadError::BrokenVector { file: file.clone(), format: (*driver).to_owned(), at }
    })?;
    let names: Vec<String> = dataset.layers().map(|layer| layer.name()).collect();
    if let Some(wanted) = layer
        && !names.iter().any(|name| name == wanted)
    {
        return Err(ReadError::UnknownLayer { file, layer: wanted.to_owned(), layers: names });
    }
    let mut layers = Vec::new();
    for mut source in dataset.layers() {
        let name = source.name();
        if layer.is_some_and(|wanted| wanted != name) || source.defn().geom_fields().next().is_none() {
            continue;
        }
        let crs = source.spatial_ref().and_then(|srs| srs.authority().ok().or_else(|| srs.to_wkt().ok()));
        let rows = source
            .features()
            .filter_map(|feature| {
                let geometry = feature.geometry()?.to_geo().ok()?;
                let finite = geometry.coords_iter().all(|coord| coord.x.is_finite() && coord.y.is_finite());
                let filled = geometry.coords_iter().next().is_some();
                let fields = feature.fields().filter_map(|(name, value)| Some((name, as_text(value?)?)));
                (finite && filled).then(|| Shape { geometry, fields: fields.collect() })
            })
            .collect();
        layers.push(ShapeLayer { name, crs, rows });
    }
    if layers.is_empty() {
        return Err(ReadError::NoLayers { file });
    }
    Ok(layers)
}

/// A field's value as text; `None` where it is empty or of a kind that names nothing.
fn as_text(value: gdal::vector::FieldValue) -> Option<String> {
    use gdal::vector::FieldValue;
    match value {
        FieldValue::StringValue(text) => Some(text).filter(|text| !text.is_empty()),
        FieldValue::IntegerValue(number) => Some(number.to_string()),
        FieldValue::Integer64Value(number) => Some(number.to_string()),
        FieldValue::RealValue(number) => Some(number.to_string()),
        _ => None,
    }
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
            let problem = crate::texts::problem(&read(&path, None).expect_err("is refused"));
            assert!(problem.message.ends_with("kan inte vara hemområde eller underlag."), "{}", problem.message);
            assert_eq!(problem.remedy.as_deref(), Some("Ange en kartfil: .gpkg, .shp, .geojson, .json."));
        }
    }
}
