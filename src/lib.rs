//! Lägesbild: accident and incident records in, hotspots out, in the forms people already use.
//!
//! # Parts and arrows
//!
//! ```text
//! files ─ ingest ─► events ─ store ─► service ─► export (files)      QGIS, Excel
//!                                       │  ▲       http (page, GeoJSON)   browser
//!                             analysis (pure)      cli
//! ```

pub mod analysis;
pub mod cli;
pub mod crs;
pub mod domain;
pub mod export;
pub mod geopackage;
pub mod http;
pub mod ingest;
pub mod sample;
pub mod service;
pub mod store;
pub mod texts;
