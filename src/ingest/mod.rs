//! From bytes to valid events, or to quarantine: readers give tables, a mapping says what columns mean, and every row
//! comes out as an event or as a rejected row with its reason.

pub mod assemble;
pub mod binding;
pub mod cells;
pub mod identity;
pub mod mapping;
pub mod outcome;
pub mod shapes;
pub mod strada;
pub mod table;
pub mod values;

pub use assemble::{Assembler, Reading, Sheet};
pub use binding::Binding;
pub use mapping::{Field, Mapping, MappingError, PersonField};
pub use outcome::{Outcome, Part, Rejected, Warnings};
pub use table::Table;
