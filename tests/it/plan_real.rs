//! The real plan of `shared/data`: it is read, recognised and checked, and its named defects are told.

use std::path::Path;

use lagesbild::ingest::plan::ss637040;
use lagesbild::plan::catalogue::Table;
use lagesbild::plan::faults::{Fault, FaultKind, check};
use lagesbild::plan::model::{Meaning, Plan, RecognisedBy};

fn real_plan() -> Option<Plan> {
    let file = "../shared/data/kristianstad-plan/plankarta.xml";
    let bytes = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find_map(|at| std::fs::read(at.join(file)).ok());
    if bytes.is_none() {
        println!("not run: {file} is not here");
    }
    let mut plan = ss637040::read("plankarta.xml", &bytes?).expect("a plan").remove(0);
    Table::shipped().recognise(&mut plan);
    Some(plan)
}

#[test]
fn every_provision_of_the_real_plan_is_known_by_its_code() {
    let Some(plan) = real_plan() else { return };
    assert!(plan.provisions.iter().all(|one| one.recognised.by == RecognisedBy::Code && one.recognised.certain));
    assert_eq!(plan.about(Meaning::NoBuilding).count(), 4);
    assert_eq!(plan.implementation_months(), Some(60));
    assert_eq!(plan.public_places().count(), 4);
    // R and S share one area, E has its own. Buildings may stand on the 13 m area, korsmark beside it.
    let envelopes = plan.envelopes();
    assert_eq!(envelopes.len(), 2);
    let area = |of: &geo::MultiPolygon<f64>| geo::Area::unsigned_area(of);
    let first = &envelopes[0];
    assert!(area(&first.buildable) > 1000.0 && area(&first.accessory) > 100.0);
    assert!(area(&first.buildable) + area(&first.accessory) < geo::Area::unsigned_area(&first.area));
}

#[test]
fn its_named_defects_are_told() {
    let Some(plan) = real_plan() else { return };
    let faults = check(&plan);
    let told = |wanted: &dyn Fn(&FaultKind) -> bool| faults.iter().filter(|fault| wanted(&fault.kind)).count();
    let messages: Vec<String> = faults.iter().map(|fault: &Fault| fault.problem().message).collect();
    // Line L22 belongs to no area and lies in SWEREF 99 TM, while the plan is in SWEREF 99 13 30.
    assert_eq!(told(&|kind| matches!(kind, FaultKind::PlanLineOrphan { line } if line == "L22")), 1, "{messages:#?}");
    let tm = |kind: &FaultKind| matches!(kind, FaultKind::PlanOtherSystem { at, system, .. } if at == "L22" && system == "SWEREF 99 TM");
    assert_eq!(told(&tm), 1, "{messages:#?}");
    // Provisions 18 to 24 come again as 25 to 31.
    let mut repeated: Vec<String> = faults
        .iter()
        .filter_map(|fault| match &fault.kind {
            FaultKind::PlanProvisionRepeated { ids } => Some(ids.clone()),
            _ => None,
        })
        .collect();
    repeated.sort();
    assert_eq!(repeated, (18..25).map(|id| format!("{id}, {}", id + 7)).collect::<Vec<_>>());
    // GÅNG and CYKEL share an area, R and S another.
    let shared: Vec<Vec<String>> = faults
        .iter()
        .filter(|fault| matches!(fault.kind, FaultKind::PlanUsesShareArea { .. }))
        .map(|fault| fault.provisions.clone())
        .collect();
    assert_eq!(shared.len(), 2);
    assert!(
        shared.contains(&vec!["1".to_owned(), "2".to_owned()])
            && shared.contains(&vec!["7".to_owned(), "8".to_owned()])
    );
    // Nothing else but what the drawing of a plan from 2017 has: the plan itself is covered.
    assert_eq!(
        told(&|kind| matches!(kind, FaultKind::PlanGap { .. } | FaultKind::PlanOverlap { .. })),
        0,
        "{messages:#?}"
    );
    println!("{messages:#?}");
}
