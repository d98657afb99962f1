//! The feature that is the plan itself.

use serde_json::Value as Json;

use super::super::members::Members;
use crate::plan::model::{Decision, Other, Plan, PlanType, Status};

/// Members that the format demands of a plan.
const DEMANDED: [&str; 9] = [
    "objektidentitet",
    "versionGiltigFran",
    "kommun",
    "namn",
    "syfte",
    "status",
    "typ",
    "plangeometri",
    "beslutsinformation",
];

/// Fills in a plan from the properties of its feature, the `number`th of the file.
pub(super) fn read(mut plan: Plan, properties: Other, number: usize) -> Plan {
    let id = properties.get("objektidentitet").and_then(Json::as_str).map(str::to_owned);
    let mut remarks = std::mem::take(&mut plan.remarks);
    let mut members = Members::new(properties, id.unwrap_or_else(|| format!("detaljplan {number}")), &mut remarks);
    members.left.shift_remove("feature:typ");
    members.demand(&DEMANDED);
    plan.uuid = members.id("objektidentitet");
    plan.version = members.whole("objektversion");
    plan.valid_from = members.text("versionGiltigFran");
    plan.status = members.listed("status", Status::of);
    plan.status_since = members.text("datumStatusforandring");
    plan.plan_type = members.listed("typ", PlanType::of);
    plan.municipality = members.text("kommun");
    plan.designation = members.text("beteckning");
    plan.name = members.text("namn");
    plan.purpose = members.text("syfte");
    plan.description = members.left.shift_remove("planbeskrivning").filter(|value| !value.is_null());
    plan.parts = super::parts(&mut members, "plangeometri");
    let decisions = members.objects("beslutsinformation");
    plan.decisions = decisions.into_iter().map(|one| decision(one, &mut members)).collect();
    plan.other = members.left;
    plan.remarks = remarks;
    plan
}

fn decision(properties: Other, plan: &mut Members<'_>) -> Decision {
    let mut remarks = Vec::new();
    let mut members = Members::new(properties, plan.at.clone(), &mut remarks);
    let decision = Decision {
        begun: members.text("datumPaborjat"),
        adopted: members.text("datumAntagande"),
        in_force: members.texts("datumLagakraft"),
        implementation_months: members.whole("genomforandetid"),
        implementation_starts: members.text("genomforandetidStartar"),
        provisions: members.texts("planbestammelse").iter().map(|id| id.trim().to_lowercase()).collect(),
        other: members.left,
    };
    for remark in remarks {
        plan.remark(remark);
    }
    decision
}
