//! From bytes to valid events, or to quarantine: readers give tables, a mapping says what columns mean, and every row
//! comes out as an event or as a rejected row with its reason.

pub mod aliases;
pub mod area_match;
pub mod area_table;
pub mod assemble;
pub mod binding;
mod canonical;
pub mod cells;
mod csv_reader;
mod delimiter;
mod door;
mod dxf;
mod formats;
mod geojson_parts;
mod geojson_reader;
mod gml;
mod guard;
mod header;
pub mod identity;
mod json_reader;
mod kind;
pub mod map_error;
mod mapinfo;
pub mod mapping;
mod ods_reader;
pub mod osm;
pub mod outcome;
mod parquet_cells;
mod parquet_reader;
pub mod periods;
pub mod plan;
mod read_error;
pub mod register;
pub mod roads;
mod shapefile_encoding;
pub mod shapes;
pub mod strada;
pub mod table;
mod text_encoding;
pub mod values;
mod vector_reader;
mod workbook;
mod xlsx_reader;

use crate::crs::gdal_door;

pub use aliases::{AliasError, Aliases};
pub use assemble::{Assembler, Reading, Sheet};
pub use binding::Binding;
pub use formats::{FORMATS, Format, ReadOptions, read};
pub use map_error::MapError;
pub use mapping::{Field, Mapping, MappingError, PersonField};
pub use outcome::{Outcome, Part, Rejected, Warnings};
pub use read_error::ReadError;
pub use register::{RegisterError, RegisterMapping, RegisterSheet, RejectedPlace};
pub use table::Table;
