//! What is wrong with the plan itself, before anything is asked of it: findings with places, never a crash.
//!
//! Nothing is mended. Numbers are those by which the national platform checks a delivery, where it has one.
//!
//! Source: Lantmäteriet, Vägledning till Nationell informationsspecifikation Detaljplan: DP-0002 and DP-0003 (cover and inside, 10 cm),
//! DP-Krav-0011 and 0012 (distance 0.5 m, before 2022 2 m), DP-Krav-0013 and 0014 (overlap 5 m²), DP-Krav-0018 (lines that cross
//! themselves).

mod areas;
mod clash;
mod cover;
mod crossing;
mod ground;
mod kind;
mod overlap;
mod projection;
mod provisions;
mod rings;
mod systems;
#[cfg(test)]
mod tests;

pub use kind::FaultKind;

use geo::Geometry;
use serde::Serialize;

use super::model::Plan;
use crate::texts::{self, Problem};
use areas::Distinct;

/// How far a provision may reach outside the plan, and the plan outside its provisions, metres.
const TOLERANCE_M: f64 = 0.10;
/// Narrower gaps are told as narrow, metres: plans begun from 2022, and before.
const NARROW_M: [f64; 2] = [0.5, 2.0];
/// Smaller overlaps and areas are slivers, m².
const SLIVER_M2: f64 = 5.0;
/// Thinner pieces are the noise of numbers, metres.
const NOISE_M: f64 = 0.001;
/// What lies further outside the plan's box belongs somewhere else, metres: no plan's provisions do.
const ELSEWHERE_M: f64 = 1000.0;
/// Most places that are told of one area that crosses itself.
const MOST_PLACES: usize = 5;

/// How much a fault weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Answers about the plan may be wrong, or the national platform refuses it.
    Stops,
    /// It should be looked at.
    Warns,
    /// It is good to know.
    Tells,
}

/// Something wrong with a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// How much it weighs.
    pub weight: Weight,
    /// Ids of the provisions it is about; empty where it is about the plan.
    pub provisions: Vec<String>,
    /// Where, in the plan's coordinates; empty where it has no place.
    pub places: Vec<Geometry<f64>>,
}

impl Fault {
    fn new(kind: FaultKind, weight: Weight) -> Self {
        Self { kind, weight, provisions: Vec::new(), places: Vec::new() }
    }

    fn of(mut self, provisions: impl IntoIterator<Item = String>) -> Self {
        self.provisions.extend(provisions);
        self
    }

    fn at(mut self, places: impl IntoIterator<Item = Geometry<f64>>) -> Self {
        self.places.extend(places);
        self
    }

    /// What to tell a person: a sentence and a remedy, in the chosen language.
    #[must_use]
    pub fn problem(&self) -> Problem {
        texts::problem(&self.kind)
    }
}

/// Work that is left before a check is cut short and says so: pairs of edges, and vertices of areas laid on each other. Plans of a
/// hundred thousand vertices stay far below; only drawings made to hurt do not.
struct Budget {
    pairs: usize,
    vertices: usize,
}

impl Budget {
    /// An account for one plan.
    fn full() -> Self {
        Self { pairs: 20_000_000, vertices: 20_000_000 }
    }

    /// Takes from an account; `false` where it does not hold that much.
    fn take(account: &mut usize, amount: usize) -> bool {
        let held = *account >= amount;
        *account = account.saturating_sub(amount);
        held
    }
}

/// Everything wrong with a plan: heaviest first, of the same weight in a fixed order. The plan is to be recognised first
/// ([`crate::plan::catalogue`]); else unknown provisions and contradictions are not found.
///
/// Cost O(n log n) in vertices for plans whose edges are short beside the plan; bounded for any other, and what was not
/// checked is told. Geometry whose coordinates are no metres of a map is told and left out of all else.
#[must_use]
pub fn check(plan: &Plan) -> Vec<Fault> {
    let mut budget = Budget::full();
    let mut faults: Vec<Fault> =
        plan.remarks.iter().map(|remark| Fault::new(FaultKind::Read(remark.clone()), Weight::Warns)).collect();
    let elsewhere = systems::check(plan, &mut faults);
    let distinct = Distinct::of(plan, &elsewhere);
    provisions::check(plan, &mut faults);
    rings::check(&distinct, &mut budget, &mut faults);
    if !distinct.dense {
        overlap::check(plan, &distinct, &mut budget, &mut faults);
        clash::check(plan, &distinct, &mut budget, &mut faults);
        cover::check(plan, &distinct, &mut faults);
    }
    if distinct.dense || budget.pairs == 0 || budget.vertices == 0 {
        faults.push(Fault::new(FaultKind::PlanCheckCut, Weight::Warns));
    }
    faults.sort_by_cached_key(|fault| (fault.weight, fault.kind.id(), fault.provisions.clone()));
    faults
}

/// Width below which a gap is narrow, metres, by when work on the plan began; where nothing says when, by the later rule.
fn narrow_m(plan: &Plan) -> f64 {
    if plan.begun_after_2021() == Some(false) { NARROW_M[1] } else { NARROW_M[0] }
}

/// A number of metres or square metres as texts write it.
fn number(value: f64) -> String {
    texts::number(&format!("{value:.1}"))
}
