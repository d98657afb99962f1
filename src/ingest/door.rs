//! How GDAL opens a format: with which driver, and what must hold of the file before GDAL may see it.

use super::formats::Source;
use super::read_error::ReadError;
use super::shapes::ShapeLayer;
use super::table::Table;
use super::{ReadOptions, dxf, gml, mapinfo, vector_reader};

/// A format that GDAL reads.
#[derive(Debug)]
pub(super) struct Door {
    /// GDAL's driver: it alone is asked.
    pub driver: &'static str,
    /// What people call the format.
    pub name: &'static str,
    /// What a row's number is.
    pub numbered: Numbered,
    /// The layer that is meant where none is named.
    pub main_layer: Option<&'static str>,
    /// Whether the file states how many rows it has, and GDAL gives fewer of a damaged one without a word.
    pub counted: bool,
    /// Whether a closed line stands for the area within it, where whole geometries are wanted.
    pub closed_is_area: bool,
    /// Looks at the file before GDAL does, and says how to open it.
    pub prepare: fn(&Source, &ReadOptions) -> Result<Ready, ReadError>,
}

/// What a row's number is, as a person counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbered {
    /// The feature's own number, which begins at 1.
    Fid,
    /// The feature's own number, which begins at 0.
    FidFromZero,
    /// Its place in the file.
    Order,
}

/// How to open a file that has been looked at.
#[derive(Debug, Default)]
pub(super) struct Ready {
    /// Options of opening: `NAME=VALUE`.
    pub options: Vec<String>,
    /// Settings of GDAL while the file is read.
    pub settings: Vec<(&'static str, String)>,
    /// The encoding in our words, where the format has one to tell.
    pub encoding: Option<String>,
    /// How many rows the files state.
    pub rows: Option<u64>,
    /// Sentences about what was chosen.
    pub notes: Vec<String>,
}

/// Who gives the rows of a format.
#[derive(Debug)]
pub(super) enum Rows {
    /// A reader of our own.
    Own(fn(&Source, &ReadOptions) -> Result<Vec<Table>, ReadError>),
    /// GDAL.
    Gdal(&'static Door),
}

/// Who gives the whole geometries of a format.
#[derive(Debug)]
pub(super) enum Shapes {
    /// It has none.
    None,
    /// A reader of our own.
    Own(fn(&Source) -> Result<Vec<ShapeLayer>, ReadError>),
    /// GDAL.
    Gdal(&'static Door),
}

#[expect(clippy::unnecessary_wraps, reason = "the others refuse")]
fn as_it_is(_: &Source, _: &ReadOptions) -> Result<Ready, ReadError> {
    Ok(Ready::default())
}

#[expect(clippy::unnecessary_wraps, reason = "the others refuse")]
fn all_tables(_: &Source, _: &ReadOptions) -> Result<Ready, ReadError> {
    Ok(Ready { options: vec!["LIST_ALL_TABLES=NO".to_owned()], ..Ready::default() })
}

pub(super) static GEOPACKAGE: Door = Door {
    driver: "GPKG",
    name: "GeoPackage",
    numbered: Numbered::Fid,
    main_layer: None,
    counted: false,
    closed_is_area: false,
    prepare: all_tables,
};
pub(super) static SHAPEFILE: Door = Door {
    driver: "ESRI Shapefile",
    name: "Shapefile",
    numbered: Numbered::FidFromZero,
    main_layer: None,
    counted: false,
    closed_is_area: false,
    prepare: vector_reader::prepare_shapefile,
};
/// Whole geometries only: rows of `GeoJSON` have a reader of their own.
pub(super) static GEOJSON: Door = Door {
    driver: "GeoJSON",
    name: "GeoJSON",
    numbered: Numbered::Order,
    main_layer: None,
    counted: false,
    closed_is_area: false,
    prepare: as_it_is,
};
pub(super) static FLATGEOBUF: Door = Door {
    driver: "FlatGeobuf",
    name: "FlatGeobuf",
    numbered: Numbered::FidFromZero,
    main_layer: None,
    counted: true,
    closed_is_area: false,
    prepare: vector_reader::prepare_flatgeobuf,
};
pub(super) static MAPINFO: Door = Door {
    driver: "MapInfo File",
    name: "MapInfo",
    numbered: Numbered::Fid,
    main_layer: None,
    counted: false,
    closed_is_area: false,
    prepare: mapinfo::prepare,
};
pub(super) static GML: Door = Door {
    driver: "GML",
    name: "GML",
    numbered: Numbered::Order,
    main_layer: None,
    counted: false,
    closed_is_area: false,
    prepare: gml::prepare,
};
pub(super) static DXF: Door = Door {
    driver: "DXF",
    name: "DXF",
    numbered: Numbered::Order,
    main_layer: Some("entities"),
    counted: false,
    closed_is_area: true,
    prepare: dxf::prepare,
};
