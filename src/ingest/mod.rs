//! From bytes to valid events, or to quarantine.

pub mod mapping;
pub mod table;
pub mod values;

pub use mapping::{Field, Mapping, MappingError, PersonField};
pub use table::Table;
