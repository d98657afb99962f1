//! From bytes to valid events, or to quarantine.

pub mod table;

pub use table::Table;
