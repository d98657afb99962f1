//! `FlatGeobuf`: one layer for maps on the web and quick looks, with an index that finds a window without reading the rest.
//!
//! The driver has no place for a row without geometry: such rows are left out, and that is told. Rows lie along a Hilbert curve, so `fid` gives their number in the layer. The driver keeps no metadata: the
//! passport is in the sidecar. Oracle: GDAL reads it back.

use std::path::Path;

use gdal::vector::{Feature, LayerAccess as _, OGRFieldType};

use super::ogr::{self, Cell, Field, Plan};
use super::{Error, Job, free_names, sidecar};
use crate::domain::{Layer, Values};
use crate::texts::text;

const FID: &str = "fid";

/// Writes one layer and its sidecar.
pub(super) fn write(job: &Job, folder: &Path) -> Result<(), Error> {
    let layer = job.layer();
    let rows = layer.geometries.len();
    let unplaced = (0..rows).filter(|&row| ogr::geometry_of(layer, row).is_none()).count();
    if unplaced > 0 {
        job.note(text("note-written-without-unplaced", &[("count", unplaced.to_string())]));
    }
    let names = free_names(layer, &[FID]);
    let mut fields = vec![field(FID, OGRFieldType::OFTInteger64)];
    fields.extend(layer.columns.iter().zip(&names).map(|(column, name)| {
        let kind = match column.values {
            Values::Integer(_) => OGRFieldType::OFTInteger64,
            Values::Real(_) => OGRFieldType::OFTReal,
            Values::Text(_) => OGRFieldType::OFTString,
            Values::Bool(_) => OGRFieldType::OFTInteger,
        };
        field(name, kind)
    }));
    // What the driver keeps on the way lies beside the file, where there is room for it.
    let options = vec!["SPATIAL_INDEX=YES".to_owned(), format!("TEMPORARY_DIR={}", folder.display())];
    let geometry = ogr::multi(layer.geometries.kind());
    let plan = Plan { driver: "FlatGeobuf", name: &layer.name, geometry, options, fields, with_crs: true };
    let path = folder.join(job.file_name());
    ogr::write(job, &path, &plan, |written| {
        for row in 0..rows {
            let Some(geometry) = ogr::geometry_of(layer, row) else { continue };
            let mut feature = Feature::new(written.defn())?;
            ogr::set_fields(&mut feature, &cells(layer, row))?;
            feature.set_geometry(geometry)?;
            feature.create(written)?;
        }
        Ok(rows - unplaced)
    })?;
    let columns = layer.columns.iter().zip(names);
    sidecar::write(job, folder, &columns.collect::<Vec<_>>(), &job.notes())
}

fn field(name: &str, kind: OGRFieldType::Type) -> Field {
    Field { name: name.to_owned(), kind, width: 0, decimals: 0 }
}

fn cells(layer: &Layer, row: usize) -> Vec<Cell> {
    let number = Cell::Whole(i64::try_from(row + 1).unwrap_or(i64::MAX));
    let own = layer.columns.iter().map(|column| match &column.values {
        Values::Integer(values) => values.get(row).map_or(Cell::Nothing, Cell::Whole),
        Values::Real(values) => values.get(row).map_or(Cell::Nothing, Cell::Real),
        Values::Text(values) => values.get(row).map_or(Cell::Nothing, |text| Cell::Text(text.to_owned())),
        Values::Bool(values) => values.get(row).map_or(Cell::Nothing, |value| Cell::Whole(value.into())),
    });
    std::iter::once(number).chain(own).collect()
}

#[cfg(test)]
mod tests {
    use gdal::vector::LayerAccess as _;

    use super::super::specimen;

    #[test]
    fn gdal_reads_back_rows_values_and_geometries_and_finds_a_window_by_the_index() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lager.fgb");
        for layer in specimen::town() {
            let notes = specimen::write_noted(&path, &specimen::town(), Some(&layer.name)).expect("written");
            assert_eq!(notes.is_empty(), layer.name != "events", "{notes:?}");
            let dataset = gdal::Dataset::open(&path).expect("GDAL opens it");
            let mut found = dataset.layer(0).expect("a layer");
            assert_eq!(found.name(), layer.name);
            specimen::same_by_fid(&layer, &mut found);
            assert!(found.has_capability(gdal::vector::LayerCaps::OLCFastSpatialFilter), "an index");
        }
    }
}
