//! One function a use case: the only place where the pure parts and the edges meet.
//!
//! `cli` and `http` parse, call one function here, and format its answer. Every answer is a value that serialises.

mod along;
pub mod analyse;
pub mod area_counts;
pub mod area_tables;
pub mod areas;
pub mod asides;
pub mod background;
pub mod click;
pub mod coarse;
pub mod columns;
mod conveyor;
pub mod coverage;
mod days;
pub mod decision;
pub mod disclosure;
pub mod erase;
pub mod error;
pub mod exposures;
pub mod facts;
mod files;
pub mod gate_error;
pub mod geocode;
pub mod give_out;
pub mod ground;
mod groups;
pub mod hotspots;
pub mod import;
pub mod init;
pub mod list;
pub mod overview;
mod per_street;
pub mod place;
pub mod plan;
mod planar;
pub mod preview;
pub mod progress;
pub mod quarantine;
pub mod register;
pub mod registers;
pub mod report;
pub mod roads;
pub mod rows;
pub mod sample;
pub mod selection;
pub mod similar;
pub mod snap;

pub mod styles;
mod suitable;

pub mod timeline;

pub use crate::analysis::{METHODS, Method, method};
pub use crate::domain::Audience;
pub use crate::geopackage::Access;
pub use crate::store::{GpkgStore, Tally};
pub use error::{Error, Result};
pub use progress::{Progress, Silent};
