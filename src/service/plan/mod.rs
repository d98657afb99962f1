//! Plans: read, recognised, checked for what is wrong with the plan itself, and given back as layers in plan colours.

mod layers;
mod read;

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::{Refusal, Result};
use super::files;
use super::progress::Timings;
use crate::crs;
use crate::plan::catalogue::Table;
use crate::plan::faults::{self, Fault, Weight};
use crate::plan::model::{Plan, RecognisedBy};
use crate::texts::Problem;

/// What to check.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The plan.
    pub plan: &'a Path,
    /// A file that says which layer and column is what, for layers of any other origin.
    pub mapping: Option<&'a Path>,
    /// Coordinate system of the plan, where the file does not say.
    pub plan_crs: Option<&'a str>,
    /// Coordinate system of the answer; the plan's own where nothing is said.
    pub crs: Option<&'a str>,
    /// File to write.
    pub output: PathBuf,
    /// The one layer to write, where not all are wanted.
    pub layer: Option<&'a str>,
}

/// What was seen in a plan.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// Its name, else its designation, else its UUID, else the file.
    pub name: String,
    /// Provisions.
    pub provisions: usize,
    /// Provisions that nothing is known of.
    pub unknown: usize,
    /// What is wrong with the plan itself, heaviest first.
    pub faults: Vec<Told>,
}

/// A fault as a person meets it.
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    /// How much it weighs.
    pub weight: Weight,
    /// What, and what to do.
    #[serde(flatten)]
    pub problem: Problem,
    /// Ids of the provisions it is about.
    pub provisions: Vec<String>,
    /// Number of places.
    pub places: usize,
}

/// What a check did.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The plans of the file.
    pub plans: Vec<Checked>,
    /// Coordinate system of what was written: `EPSG:n`.
    pub crs: String,
    /// Layers that were made, with their rows.
    pub layers: Vec<(String, usize)>,
    /// What was changed on the way, one sentence each.
    pub warnings: Vec<String>,
    /// Where the meaning of provisions is from.
    pub credit: String,
}

/// Reads a plan, checks it and writes its layers.
///
/// # Errors
/// Readers' and writers' errors; [`Refusal::PlanWithoutSystem`] where neither file nor request says which system it is in.
pub fn run(request: &Request<'_>, timings: &Timings) -> Result<Report> {
    let table = Table::shipped();
    let mut plans = timings.time("read", || read::plans(request))?;
    let mut found: Vec<(Plan, Vec<Fault>)> = Vec::with_capacity(plans.len());
    for mut plan in plans.drain(..) {
        table.recognise(&mut plan);
        let faults = timings.time("check", || faults::check(&plan));
        found.push((plan, faults));
    }
    let own = match found.iter().find_map(|(plan, _)| plan.epsg) {
        Some(epsg) => format!("EPSG:{epsg}"),
        None => return Err(Refusal::PlanWithoutSystem { file: request.plan.display().to_string() }.into()),
    };
    let crs = crs::metric(request.crs.unwrap_or(&own))?;
    let layers = layers::of(&found, &crs, &table.credit())?;
    let warnings = timings.time("write", || files::layers(&request.output, &layers, &crs, request.layer))?;
    Ok(Report {
        plans: found.iter().map(|(plan, faults)| checked(plan, faults)).collect(),
        crs: format!("EPSG:{}", crs.epsg),
        layers: layers.iter().map(|layer| (layer.name.clone(), layer.geometries.len())).collect(),
        warnings,
        credit: table.credit(),
    })
}

/// What to call a plan.
fn name(plan: &Plan) -> String {
    let names = [&plan.name, &plan.designation, &plan.uuid];
    names.into_iter().flatten().find(|name| !name.trim().is_empty()).unwrap_or(&plan.file).clone()
}

fn checked(plan: &Plan, faults: &[Fault]) -> Checked {
    let told = |fault: &Fault| Told {
        weight: fault.weight,
        problem: fault.problem(),
        provisions: fault.provisions.clone(),
        places: fault.places.len(),
    };
    let unknown = plan.provisions.iter().filter(|own| own.recognised.by == RecognisedBy::Unknown).count();
    Checked { name: name(plan), provisions: plan.provisions.len(), unknown, faults: faults.iter().map(told).collect() }
}
