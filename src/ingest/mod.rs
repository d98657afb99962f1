//! From bytes to valid events, or to quarantine.

mod canonical;
mod csv_reader;
mod delimiter;
mod formats;
mod gdal_door;
mod geojson_parts;
mod geojson_reader;
mod header;
mod kind;
mod read_error;
mod shapefile_encoding;
pub mod table;
mod text_encoding;
mod vector_reader;
mod xlsx_reader;

pub use formats::{FORMATS, Format, ReadOptions, read};
pub use read_error::ReadError;
pub use table::Table;
