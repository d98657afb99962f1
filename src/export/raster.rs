//! A surface as a cloud-optimised `GeoTIFF`: what any GIS draws, and what may lie on a server as it is.

use std::path::Path;

use gdal::raster::{Buffer, RasterCreationOptions};
use gdal::spatial_ref::SpatialRef;
use gdal::{DriverManager, Metadata as _};

use super::Error;
use super::place::Target;
use crate::crs::gdal_door;
use crate::domain::CrsDefinition;
use crate::geopackage;

/// Extensions of a surface.
pub const EXTENSIONS: [&str; 2] = [".tif", ".tiff"];

/// Values in square cells, the northernmost row first; NaN is outside the study area.
#[derive(Debug, Clone, Copy)]
pub struct Surface<'a> {
    /// West edge, metres.
    pub west: f64,
    /// North edge, metres.
    pub north: f64,
    /// Side of a cell, metres.
    pub side_m: f64,
    /// Columns.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// `rows * columns` values, west to east, then south.
    pub values: &'a [f64],
    /// What the values are, with unit: the band's name.
    pub title: &'a str,
    /// What it rests on, for the file's description.
    pub about: &'a str,
}

/// Whether the file's name asks for a surface.
#[must_use]
pub fn is_surface(path: &Path) -> bool {
    let extension = path.extension().map(|text| format!(".{}", text.to_string_lossy().to_lowercase()));
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

/// Writes a surface, whole or not at all. No stamp of the clock is in it: the same values give the same bytes.
///
/// # Errors
/// No such folder, no permission, disk full, an empty surface.
pub fn write(path: &Path, surface: &Surface<'_>, crs: &CrsDefinition) -> Result<(), Error> {
    let shown = geopackage::shown(path);
    if surface.columns == 0 || surface.rows == 0 || surface.values.len() != surface.columns * surface.rows {
        return Err(Error::NothingToWrite { file: shown });
    }
    let part = Target::of(path)?.temporary("")?;
    let work = || -> gdal::errors::Result<()> {
        let memory = DriverManager::get_driver_by_name("MEM")?;
        let mut made = memory.create_with_band_type::<f64, _>("", surface.columns, surface.rows, 1)?;
        made.set_geo_transform(&[surface.west, surface.side_m, 0.0, surface.north, 0.0, -surface.side_m])?;
        made.set_spatial_ref(&SpatialRef::from_epsg(crs.epsg)?)?;
        made.set_metadata_item("TIFFTAG_IMAGEDESCRIPTION", surface.about, "")?;
        {
            let mut band = made.rasterband(1)?;
            band.set_no_data_value(Some(f64::NAN))?;
            band.set_description(surface.title)?;
            let size = (surface.columns, surface.rows);
            band.write((0, 0), size, &mut Buffer::new(size, surface.values.to_vec()))?;
        }
        let options = RasterCreationOptions::from_iter([
            "COMPRESS=DEFLATE",
            "PREDICTOR=YES",
            "BLOCKSIZE=256",
            "OVERVIEW_RESAMPLING=AVERAGE",
            "NUM_THREADS=1",
        ]);
        made.create_copy(&DriverManager::get_driver_by_name("COG")?, &part.path, &options)?.close()
    };
    let (done, complaints) = gdal_door::watch(work);
    match (done, complaints.first()) {
        (Ok(()), None) => part.put_as(path),
        (Err(error), None) => Err(Error::WriterFailure { file: shown, cause: error.to_string() }),
        (_, Some(complaint)) => Err(Error::WriterFailure { file: shown, cause: complaint.clone() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surface_is_written_and_read_again_and_gives_the_same_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let crs = crate::crs::metric("EPSG:3006").expect("known");
        let values: Vec<f64> = (0..6).map(|at| if at == 5 { f64::NAN } else { f64::from(at) * 0.1 }).collect();
        let surface = Surface {
            west: 580_000.0,
            north: 6_600_200.0,
            side_m: 100.0,
            columns: 3,
            rows: 2,
            values: &values,
            title: "per km²",
            about: "kde",
        };
        let paths = ["a.tif", "b.tiff"].map(|name| folder.path().join(name));
        for path in &paths {
            assert!(is_surface(path));
            write(path, &surface, &crs).expect("written");
        }
        let bytes = paths.each_ref().map(|path| std::fs::read(path).expect("readable"));
        assert!(bytes[0] == bytes[1]);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2);
        let read = gdal::Dataset::open(&paths[0]).expect("a raster");
        let band = read.rasterband(1).expect("a band");
        let found = band.read_as::<f64>((0, 0), (3, 2), (3, 2), None).expect("values");
        assert!(found.data().iter().zip(&values).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()));
        assert!((read.geo_transform().expect("a place")[3] - 6_600_200.0).abs() < 1e-9);
        let none = Surface { columns: 0, values: &[], ..surface };
        assert!(matches!(write(&paths[0], &none, &crs), Err(Error::NothingToWrite { .. })));
    }
}
