//! A layer on its way out: columns, geometries, how it is drawn, and the passport it carries.
//!
//! Every writer takes the same [`Layer`]; no writer knows where it came from.

use geo::Geometry;

use super::Passport;
use super::column::{Cells, Texts};

/// The one geometry type of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GeometryKind {
    /// Points.
    Point,
    /// Lines: every line is written as a `MultiLineString`.
    Line,
    /// Areas: every area is written as a `MultiPolygon`.
    Area,
}

/// The geometries of a layer, one entry a row; `None` is a row without a place.
#[derive(Debug, Clone, PartialEq)]
pub enum Geometries {
    /// `[x, y]` in metres, east and north.
    Points(Vec<Option<[f64; 2]>>),
    /// Anything else, already of the layer's kind.
    Shapes(GeometryKind, Vec<Option<Geometry<f64>>>),
    /// A table: this many rows, and no place in any.
    Absent(usize),
}

impl Geometries {
    /// The layer's geometry type; `None` for a table.
    #[must_use]
    pub const fn kind(&self) -> Option<GeometryKind> {
        match self {
            Self::Points(_) => Some(GeometryKind::Point),
            Self::Shapes(kind, _) => Some(*kind),
            Self::Absent(_) => None,
        }
    }

    /// Number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Points(points) => points.len(),
            Self::Shapes(_, shapes) => shapes.len(),
            Self::Absent(rows) => *rows,
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The values of a column, one a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Whole numbers.
    Integer(Cells<i64>),
    /// Real numbers; never NaN or infinite.
    Real(Cells<f64>),
    /// Texts.
    Text(Texts),
    /// True or false.
    Bool(Cells<bool>),
}

impl Values {
    /// Number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Integer(values) => values.len(),
            Self::Real(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Bool(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What stands in a row, as a text; `None` where nothing does, and beyond the last row.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<String> {
        match self {
            Self::Integer(values) => values.get(row).map(|value| value.to_string()),
            Self::Real(values) => values.get(row).map(|value| value.to_string()),
            Self::Text(values) => values.get(row).map(str::to_owned),
            Self::Bool(values) => values.get(row).map(|value| value.to_string()),
        }
    }
}

/// A column: ascii name for machines, alias with å, ä, ö and unit for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Lower snake case, ascii, unique in the layer.
    pub name: String,
    /// What QGIS shows, for example `Hastighetsgräns (km/tim)`.
    pub alias: String,
    /// Whether it is one of the (at most eight) columns that the attribute table shows.
    pub visible: bool,
    /// The values.
    pub values: Values,
}

/// One class of a [`Style`].
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// Swedish legend, for example `10 eller fler olyckor`.
    pub label: String,
    /// Lower bound, inclusive, for graduated styles.
    pub from: f64,
    /// Upper bound, inclusive, for graduated styles. Equal to the largest value for the top class.
    pub to: f64,
    /// The value, for categorised styles.
    pub value: String,
    /// Fill colour `#rrggbb`.
    pub colour: String,
    /// Drawn hatched: "Få händelser – osäkert".
    pub hatched: bool,
}

/// How a layer is drawn by default.
#[derive(Debug, Clone, PartialEq)]
pub enum Style {
    /// Absolute classes of a numeric column.
    Graduated {
        /// The column's name.
        column: String,
        /// Classes, highest first in the legend.
        classes: Vec<Class>,
    },
    /// A class a value of a text or integer column; a class with an empty value takes the rest.
    Categorised {
        /// The column's name.
        column: String,
        /// Classes in legend order.
        classes: Vec<Class>,
    },
    /// One symbol for all rows: fill or line colour `#rrggbb`.
    Single(String),
}

/// A layer: name, title, columns, geometries, style and passport.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Table name: `hotspots`, `events`, `cells`, `segments`, ...
    pub name: String,
    /// Swedish title, with the secrecy mark where there is one: `Olyckor (INTERN – STRADA)`.
    pub title: String,
    /// One sentence or two on what it shows.
    pub description: String,
    /// Columns in the order in which they are shown; all as long as `geometries`.
    pub columns: Vec<Column>,
    /// Geometries.
    pub geometries: Geometries,
    /// Default style.
    pub style: Style,
    /// Passport.
    pub passport: Passport,
}

/// The CRS of a file as its writers need it. Made by `crs`, handed on by `service`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrsDefinition {
    /// EPSG code.
    pub epsg: u32,
    /// Name, for example `SWEREF99 TM`.
    pub name: String,
    /// Well-known text (WKT1 GDAL) for GeoPackage.
    pub wkt: String,
    /// PROJJSON for GeoParquet.
    pub projjson: String,
    /// PROJ string for QGIS projects.
    pub proj4: String,
}
