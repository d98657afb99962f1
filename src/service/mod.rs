//! One function a use case: the only place where the pure parts and the edges meet.
//!
//! `cli` and `http` parse, call one function here, and format its answer. Every answer is a value that serialises.

mod along;
pub mod analyse;
pub mod background;
pub mod coarse;
pub mod columns;
mod conveyor;
pub mod coverage;
pub mod decision;
pub mod disclosure;
pub mod erase;
pub mod error;
pub mod facts;
mod files;
pub mod gate_error;
pub mod give_out;
pub mod hotspots;
pub mod import;
pub mod init;
pub mod list;
pub mod overview;
mod per_street;
pub mod preview;
pub mod progress;
pub mod quarantine;
pub mod roads;
pub mod rows;
pub mod sample;
pub mod snap;
pub mod styles;
pub mod timeline;

pub use crate::analysis::{METHODS, Method, method};
pub use crate::domain::Audience;
pub use crate::geopackage::Access;
pub use crate::store::{GpkgStore, Tally};
pub use error::{Error, Result};
pub use progress::{Progress, Silent};
