//! Provisions as such: identity, repetition, what is unknown, what they refer to.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fault, FaultKind, Weight};
use crate::plan::model::{Plan, Provision, RecognisedBy, Shape, is_uuid, outline};

/// Most ids that a sentence names.
const MOST_IDS: usize = 10;

pub(super) fn check(plan: &Plan, faults: &mut Vec<Fault>) {
    uuids(plan, faults);
    let repeated = repeated(plan, faults);
    same_uuid(plan, &repeated, faults);
    recognised(plan, faults);
    for provision in &plan.provisions {
        let one = |kind| Fault::new(kind, Weight::Warns).of([provision.id.clone()]);
        if provision.parts.is_empty() {
            faults.push(one(FaultKind::PlanProvisionNowhere { at: provision.label() }));
        }
        let missing: Vec<&str> = missing(plan, provision);
        if !missing.is_empty() {
            let missing = named(missing.iter().map(|id| (*id).to_owned()));
            faults.push(one(FaultKind::PlanRegulatesMissing { at: provision.label(), missing }));
        }
    }
}

/// Ids that a provision regulates and that are not there.
fn missing<'a>(plan: &Plan, provision: &'a Provision) -> Vec<&'a str> {
    // Looked up only where something is regulated: most plans say it of few provisions.
    let there: BTreeSet<&str> = if provision.regulates.is_empty() {
        return Vec::new();
    } else {
        let ids = plan.provisions.iter().map(|one| one.id.as_str());
        ids.chain(plan.provisions.iter().filter_map(|one| one.uuid.as_deref())).collect()
    };
    provision.regulates.iter().map(String::as_str).filter(|id| !there.contains(id)).collect()
}

fn named(ids: impl Iterator<Item = String>) -> String {
    let mut ids: Vec<String> = ids.take(MOST_IDS + 1).collect();
    if ids.len() > MOST_IDS {
        ids.truncate(MOST_IDS);
        ids.push("…".to_owned());
    }
    ids.join(", ")
}

/// What is wrong with a UUID.
type Test = fn(Option<&str>) -> bool;

fn uuids(plan: &Plan, faults: &mut Vec<Fault>) {
    let plan_name = || crate::texts::text("plan-area", &[]);
    let all = || {
        let provisions = plan.provisions.iter().map(|one| (Some(&one.id), one.uuid.as_deref()));
        std::iter::once((None, plan.uuid.as_deref())).chain(provisions)
    };
    let absent: Test = |uuid| uuid.is_none();
    let malformed: Test = |uuid| uuid.is_some_and(|uuid| !is_uuid(uuid));
    for (wrong, is_absent) in [(absent, true), (malformed, false)] {
        let found: Vec<Option<&String>> = all().filter(|(_, uuid)| wrong(*uuid)).map(|(id, _)| id).collect();
        if found.is_empty() {
            continue;
        }
        let count = found.len();
        let ids = named(found.iter().map(|id| id.map_or_else(plan_name, |id| (*id).clone())));
        let kind = if is_absent {
            FaultKind::PlanUuidMissing { count, ids }
        } else {
            FaultKind::PlanUuidMalformed { count, ids }
        };
        faults.push(Fault::new(kind, Weight::Stops).of(found.into_iter().flatten().cloned()));
    }
}

/// Groups of provisions that say the same of the same place, told; gives the ids of all of them.
fn repeated(plan: &Plan, faults: &mut Vec<Fault>) -> BTreeSet<String> {
    let mut groups: BTreeMap<String, Vec<&Provision>> = BTreeMap::new();
    for provision in plan.provisions.iter().filter(|provision| !provision.parts.is_empty()) {
        groups.entry(content(provision)).or_default().push(provision);
    }
    let mut groups: Vec<Vec<&Provision>> = groups.into_values().filter(|group| group.len() > 1).collect();
    groups.sort_by_key(|group| plan.provisions.iter().position(|one| one.id == group[0].id));
    for group in &groups {
        let ids = || group.iter().map(|provision| provision.id.clone());
        let kind = FaultKind::PlanProvisionRepeated { ids: named(ids()) };
        let places = group[0].parts.iter().map(|part| part.shape.geometry());
        faults.push(Fault::new(kind, Weight::Warns).of(ids()).at(places));
    }
    groups.into_iter().flatten().map(|provision| provision.id.clone()).collect()
}

/// All that a provision says and where, but not its identity nor what it regulates.
fn content(provision: &Provision) -> String {
    let mut places: Vec<String> = provision
        .parts
        .iter()
        .map(|part| match &part.shape {
            Shape::Area(area) => format!("{:?}", outline(area)),
            other => format!("{other:?}"),
        })
        .collect();
    places.sort();
    let values: Vec<_> =
        provision.values.iter().map(|one| (&one.text, one.bound, &one.unit, &one.description)).collect();
    let says = (&provision.reference, &provision.code, &provision.letter, &provision.index, &provision.wording);
    format!("{:?} {says:?} {values:?} {places:?}", provision.kind)
}

/// Provisions that share a UUID and do not say the same.
fn same_uuid(plan: &Plan, repeated: &BTreeSet<String>, faults: &mut Vec<Fault>) {
    let mut groups: BTreeMap<&str, Vec<&Provision>> = BTreeMap::new();
    for provision in &plan.provisions {
        if let Some(uuid) = &provision.uuid {
            groups.entry(uuid).or_default().push(provision);
        }
    }
    for (uuid, group) in groups.into_iter().filter(|(_, group)| group.len() > 1) {
        if group.iter().all(|provision| repeated.contains(&provision.id)) {
            continue;
        }
        let ids = || group.iter().map(|provision| provision.id.clone());
        let kind = FaultKind::PlanUuidRepeated { uuid: uuid.to_owned(), ids: named(ids()) };
        faults.push(Fault::new(kind, Weight::Stops).of(ids()));
    }
}

fn recognised(plan: &Plan, faults: &mut Vec<Fault>) {
    let by = |wanted| plan.provisions.iter().filter(move |one| one.recognised.by == wanted);
    for provision in by(RecognisedBy::Unknown) {
        let kind = FaultKind::PlanProvisionUnknown { at: provision.id.clone(), label: provision.label() };
        let places = provision.parts.iter().map(|part| part.shape.geometry());
        faults.push(Fault::new(kind, Weight::Warns).of([provision.id.clone()]).at(places));
    }
    let letters: Vec<&Provision> = by(RecognisedBy::Letter).collect();
    if !letters.is_empty() {
        let kind = FaultKind::PlanProvisionByLetter {
            count: letters.len(),
            ids: named(letters.iter().map(|one| one.label())),
        };
        faults.push(Fault::new(kind, Weight::Tells).of(letters.iter().map(|one| one.id.clone())));
    }
    let tried = |one: &&Provision| !matches!(one.recognised.by, RecognisedBy::NotTried | RecognisedBy::Unknown);
    let unsure: Vec<&Provision> = plan.provisions.iter().filter(tried).filter(|one| !one.recognised.certain).collect();
    if !unsure.is_empty() {
        let kind =
            FaultKind::PlanProvisionUncertain { count: unsure.len(), ids: named(unsure.iter().map(|one| one.label())) };
        faults.push(Fault::new(kind, Weight::Tells).of(unsure.iter().map(|one| one.id.clone())));
    }
}
