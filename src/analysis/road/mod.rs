//! Along roads: to which place on which road does an event belong, and where along the roads do events concentrate?
//!
//! Places on roads are exact: link and whole micrometres along it ([`crate::domain::paths`]). What is drawn is made of
//! pieces of the links' own lines.

pub mod dbscan;
pub mod pieces;
pub mod segments;
pub mod snap;
pub mod streets;

#[cfg(test)]
pub(crate) mod fixtures;

pub use dbscan::network_dbscan;
pub use pieces::{Piece, point_at};
pub use segments::{Division, Home, Junction, JunctionType, Segment, divide};
pub use snap::{Choice, Located, Snapper, Unsnapped, Wanted, folded};
pub use streets::{Street, Streets, junction_of};
