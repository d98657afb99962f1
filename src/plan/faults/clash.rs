//! Provisions that cannot both hold on the same ground.

use geo::{Area, Geometry, Rect};

use super::areas::{Distinct, Piece};
use super::overlap::{common, near};
use super::{Budget, Fault, FaultKind, SLIVER_M2, Weight, number};
use crate::plan::model::{Bound, Meaning, Plan, Provision, Value};

pub(super) fn check(plan: &Plan, distinct: &Distinct<'_>, budget: &mut Budget, faults: &mut Vec<Fault>) {
    for provision in &plan.provisions {
        within(provision, faults);
    }
    // Only provisions that bound something, or that bar buildings, can contradict each other.
    let bounding = |piece: &&Piece<'_>| piece.owners.iter().any(|owner| bounds(&plan.provisions[*owner]));
    let pieces: Vec<&Piece<'_>> = distinct.pieces.iter().filter(bounding).collect();
    let boxes: Vec<Rect<f64>> = pieces.iter().map(|piece| piece.bounds).collect();
    let pairs = (0..pieces.len()).map(|same| (same, same)).chain(near(&boxes, budget));
    for (one, other) in pairs {
        let (one, other) = (pieces[one], pieces[other]);
        let Some((first, second)) = contradiction(plan, one, other, budget) else { continue };
        let (places, area) = if std::ptr::eq(one, other) {
            (one.covers.clone(), one.covers.unsigned_area())
        } else {
            let Some(common) = common(one, other, budget) else { return };
            let area = common.unsigned_area();
            (common, area)
        };
        if area >= SLIVER_M2 {
            let (one, other, area_m2) = (distinct.label(first), distinct.label(second), number(area));
            let ids = [first, second].map(|index| plan.provisions[index].id.clone());
            let kind = FaultKind::PlanProvisionsClash { one, other, area_m2 };
            faults.push(Fault::new(kind, Weight::Warns).of(ids).at(places.0.into_iter().map(Geometry::Polygon)));
        }
    }
}

fn bounds(provision: &Provision) -> bool {
    matches!(
        provision.meaning(),
        Meaning::NoBuilding
            | Meaning::AccessoryOnly
            | Meaning::Height
            | Meaning::RoofAngle
            | Meaning::Extent
            | Meaning::PlotSize
    )
}

/// The first two provisions of two areas that cannot both hold; `None` where the budget does not hold either.
fn contradiction(plan: &Plan, one: &Piece<'_>, other: &Piece<'_>, budget: &mut Budget) -> Option<(usize, usize)> {
    let same = std::ptr::eq(one, other);
    for first in &one.owners {
        for second in &other.owners {
            if !Budget::take(&mut budget.pairs, 1) {
                return None;
            }
            let later = !same || second > first;
            if later && first != second && contradict(&plan.provisions[*first], &plan.provisions[*second]) {
                return Some((*first, *second));
            }
        }
    }
    None
}

/// Whether two provisions say different things of the same: other numbers of the same line of the catalogue, or that nothing and
/// something may be built.
fn contradict(one: &Provision, other: &Provision) -> bool {
    let (a, b) = (one.meaning(), other.meaning());
    if matches!((a, b), (Meaning::NoBuilding, Meaning::AccessoryOnly) | (Meaning::AccessoryOnly, Meaning::NoBuilding)) {
        return true;
    }
    // Two letters alone may stand for two things of one family: total height and height of the ridge.
    let known = one.reference.is_some() || one.code.is_some();
    let same = known && a == b && bounds(one) && one.reference == other.reference && one.code == other.code;
    same && one.wording == other.wording && one.values.len() == other.values.len() && {
        let differ = |(a, b): (&Value, &Value)| {
            a.bound == b.bound && a.unit == b.unit && a.description == b.description && differ(a, b)
        };
        one.values.iter().zip(&other.values).any(differ)
    }
}

fn differ(one: &Value, other: &Value) -> bool {
    match (one.number(), other.number()) {
        (Some(one), Some(other)) => (one - other).abs() > 1e-9,
        _ => false,
    }
}

/// A provision whose least is more than its most, of the same thing and in the same unit.
fn within(provision: &Provision, faults: &mut Vec<Fault>) {
    let of = |bound| provision.values.iter().filter(move |value| value.bound == Some(bound));
    for least in of(Bound::Min) {
        let same = |most: &&Value| most.unit == least.unit && most.description == least.description;
        for most in of(Bound::Max).filter(same) {
            if let (Some(low), Some(high)) = (least.number(), most.number())
                && low > high
            {
                let (least, most) = (least.text.clone(), most.text.clone());
                let kind = FaultKind::PlanValueClash { at: provision.label(), least, most };
                let places = provision.parts.iter().map(|part| part.shape.geometry());
                faults.push(Fault::new(kind, Weight::Warns).of([provision.id.clone()]).at(places));
            }
        }
    }
}
