//! From bytes to valid events, or to quarantine: readers give tables, a mapping says what columns mean, and every row
//! comes out as an event or as a rejected row with its reason.

pub mod assemble;
pub mod binding;
mod canonical;
pub mod cells;
mod csv_reader;
mod delimiter;
mod formats;
mod gdal_door;
mod geojson_parts;
mod geojson_reader;
mod guard;
mod header;
pub mod identity;
mod json_reader;
mod kind;
pub mod mapping;
pub mod outcome;
mod read_error;
mod shapefile_encoding;
pub mod shapes;
pub mod strada;
pub mod table;
mod text_encoding;
pub mod values;
mod vector_reader;
mod xlsx_reader;

pub use assemble::{Assembler, Reading, Sheet};
pub use binding::Binding;
pub use formats::{FORMATS, Format, ReadOptions, read};
pub use mapping::{Field, Mapping, MappingError, PersonField};
pub use outcome::{Outcome, Part, Rejected, Warnings};
pub use read_error::ReadError;
pub use table::Table;
