//! The words of the trade as values: events, space, time, severity, money, roads and ways along them, randomness,
//! passports.
//!
//! Nothing here reads a file, a clock, the network or the environment. Every other part of the crate may
//! name these types; this module names none of them.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod areas;
pub mod calendar;
pub mod category;
pub mod column;
pub mod condition;
pub mod coverage;
pub mod event;
pub mod gate;
pub mod layer;
pub mod measure;
pub mod money;
pub mod network;
pub mod paper;
pub mod passport;
pub mod paths;
pub mod random;
pub mod register;
pub mod severity;
pub mod space;
pub mod ticks;
pub mod time;
pub mod wkb;

pub use areas::{Area, AreaTally, Exposure, Tallied};
pub use calendar::{Period, Step};
pub use column::{Cells, Texts};
pub use condition::{Condition, ConditionKind};
pub use coverage::{Coverage, Reporting};
pub use event::{Element, Event, Kind, Person, Placed, Position, Secrecy, Source};
pub use gate::{Audience, Decision};
pub use layer::{Class, Column, CrsDefinition, Geometries, GeometryKind, Layer, Style, Values};
pub use measure::Measure;
pub use money::Ore;
pub use network::{Link, Modes, Net, Network, OneWay, RoadKeeper, Structure};
pub use passport::Passport;
pub use paths::{Paths, Reach, Spot};
pub use register::{PlaceKind, RegisterPlace};
pub use severity::{Scale, Severity};
pub use space::{Bbox, Cell, Grid, Metres};
pub use ticks::Ticks;
pub use time::Interval;
