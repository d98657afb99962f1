//! Interim: a network as JSON, until roads are read from files.

use std::path::Path;

use super::error::{Error, Refusal, Result};
use crate::domain::{Link, Network};
use crate::store::GpkgStore;

#[derive(serde::Deserialize)]
struct File {
    nodes: Vec<[f64; 2]>,
    links: Vec<Link>,
}

/// The network of a file.
pub fn network_of_file(path: &Path, _: Option<&str>, _: Option<&str>, _: u32) -> Result<Network> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::of_file(path, &error))?;
    let file = path.display().to_string();
    let read: File = serde_json::from_str(&text).map_err(|_| Refusal::EmptyInput { file: file.clone() })?;
    Network::new(read.nodes, read.links).map_err(|_| Refusal::EmptyInput { file }.into())
}

/// The network of a store.
pub fn network_of_store(_: &GpkgStore) -> Result<Option<Network>> {
    Ok(None)
}
