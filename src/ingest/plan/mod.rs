//! Plans: bytes or rows in, the detaljplan as a value out.
//!
//! Each reader gives every plan of its file, in the file's order. What it could not take over stands in the plan's remarks and is
//! told by the checks of the plan itself. Nothing here touches a file: who calls opens it.
//!
//! | reader | file |
//! |---|---|
//! | [`ngp`] | the national exchange format, JSON, version 4 |
//! | [`ss637040`] | SS 637040:2016, XML |
//! | [`layers`] | rows of a GeoPackage or any other vector file |

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::model::Plan;

mod error;
pub mod layers;
mod members;
pub mod ngp;
mod position;
mod rings;
pub mod ss637040;
mod text;
mod xml;

#[cfg(test)]
mod bad_input;

pub use error::PlanReadError;

/// What every reader does at the end: one id a provision, one system for the plan, and a part's own only where it departs.
fn settle(plan: &mut Plan) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for provision in &mut plan.provisions {
        if !taken.insert(provision.id.clone()) {
            let free =
                (2..=taken.len() + 2).map(|again| format!("{}#{again}", provision.id)).find(|id| !taken.contains(id));
            provision.id = free.unwrap_or_default();
            taken.insert(provision.id.clone());
        }
    }
    let all = || plan.parts.iter().chain(plan.provisions.iter().flat_map(|provision| &provision.parts));
    if plan.epsg.is_none() {
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        // The plan area goes before the provisions.
        let stated = plan.parts.iter().find_map(|part| part.epsg);
        all().filter_map(|part| part.epsg).for_each(|epsg| *counts.entry(epsg).or_default() += 1);
        plan.epsg = stated.or_else(|| counts.into_iter().max_by_key(|(_, count)| *count).map(|(epsg, _)| epsg));
    }
    let own = plan.epsg;
    let parts = plan.provisions.iter_mut().flat_map(|provision| &mut provision.parts);
    plan.parts.iter_mut().chain(parts).filter(|part| part.epsg == own).for_each(|part| part.epsg = None);
}
