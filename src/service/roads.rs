//! Import of roads: a file in, a network in the store and an account of it out.

use std::path::Path;

use super::error::Result;
use super::import::home_in_degrees;
use super::{snap, styles};
use crate::domain::Network;
use crate::domain::passport::NO_VINTAGE;
use crate::ingest::roads::{self, Systems};
use crate::store::{GpkgStore, Store};

pub use crate::ingest::roads::{Origin, Report};

/// Imports a file of roads, in place of what a file of the same name gave before.
///
/// # Errors
/// Those of [`roads::read`]; the store cannot be written.
pub fn import(file: &Path, layer: Option<&str>, asked: Option<&str>, store: &mut GpkgStore) -> Result<Report> {
    let home = home_in_degrees(store.settings())?;
    let systems = Systems { asked, home: home.as_ref(), target: store.settings().crs.epsg };
    let found = roads::read(file, layer, systems)?;
    let name = file.file_name().map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into_owned());
    let source = layer.map_or_else(|| name.clone(), |layer| format!("{name}#{layer}"));
    store.put_network(&source, &found.network, NO_VINTAGE)?;
    snap::refresh(store)?;
    styles::write(store)?;
    Ok(found.report)
}

/// The network of a file in the metric system `EPSG:target_epsg`, for an analysis without a store.
///
/// # Errors
/// Those of [`roads::read`].
pub fn network_of_file(path: &Path, layer: Option<&str>, crs_asked: Option<&str>, target_epsg: u32) -> Result<Network> {
    let systems = Systems { asked: crs_asked, home: None, target: target_epsg };
    Ok(roads::read(path, layer, systems)?.network)
}
