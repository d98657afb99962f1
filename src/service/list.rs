//! Lists and explanations: what the program has, and what a store holds.

use serde_json::{Value, json};

use super::error::Result;
use crate::analysis;
use crate::ingest::Mapping;
use crate::store::{GpkgStore, Store, Verification};

/// The methods.
#[must_use]
pub fn methods() -> Value {
    let list: Vec<Value> = analysis::METHODS
        .iter()
        .map(|method| json!({ "id": method.id, "title": method.title(), "question": method.question() }))
        .collect();
    json!({ "methods": list })
}

/// The shipped mappings.
#[must_use]
pub fn mappings() -> Value {
    let list: Vec<Value> = Mapping::shipped()
        .iter()
        .map(|mapping| json!({ "id": mapping.name, "title": mapping.title, "kind": mapping.kind, "source": mapping.source }))
        .collect();
    json!({ "mappings": list })
}

/// Events of a store by kind, with how many have no place.
///
/// # Errors
/// The store cannot be read.
pub fn events(store: &GpkgStore) -> Result<Value> {
    let counts = store.counts_by_kind()?;
    let list: Vec<Value> = counts
        .iter()
        .map(|count| json!({ "id": count.kind, "events": count.events, "unplaced": count.events - count.placed }))
        .collect();
    Ok(json!({ "events": list, "quarantined": store.quarantined(true)?.len() }))
}

/// Results of a store.
///
/// # Errors
/// The store cannot be read.
pub fn runs(store: &GpkgStore) -> Result<Value> {
    let runs = store.runs()?;
    let list: Vec<Value> = runs
        .iter()
        .map(|summary| {
            let layers: Vec<Value> = summary
                .layers
                .iter()
                .map(|layer| json!({ "id": layer.name, "title": layer.title, "features": layer.features }))
                .collect();
            json!({ "id": summary.run.id, "title": summary.run.title, "method": summary.run.method,
                    "parameters": summary.run.passport.parameters, "layers": layers })
        })
        .collect();
    Ok(json!({ "runs": list }))
}

/// Looks for damage in a store.
///
/// # Errors
/// The store cannot be read at all.
pub fn verify(store: &GpkgStore) -> Result<Verification> {
    Ok(store.verify()?)
}
