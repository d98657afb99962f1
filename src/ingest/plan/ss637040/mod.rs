//! SS 637040:2016: plans as XML, before the national exchange format.
//!
//! Boundary lines (`DP_Grans`) stand apart from the areas (`DP_Omrade`), which link to them with a direction, `plus` or `minus`; provisions
//! link to areas. Positions are north, east, and the system is a text (`SWEREF99_13_30`). Source: SS 637040:2016; a real plan of
//! that form, qgissverige/detaljplan.

mod areas;
mod line;
mod provision;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde_json::Value as Json;

use super::PlanReadError;
use super::members::short;
use super::text::decode;
use super::xml::{Node, parse};
use crate::plan::model::{Other, Plan, PlanFormat, PlanType, Remark, epsg_of};

/// Reads every plan of a file, in its order, each with its provisions and with all boundary lines of the file.
///
/// An area whose lines do not close, a link to what is not there and coordinates that are none are told in the plan's remarks.
/// Cost O(n) in bytes.
///
/// # Errors
/// A file that is empty, no UTF-8, no XML, not of this standard, with a document type or entities of its own, or nested deeper
/// than 200 levels; one without a plan.
pub fn read(file: &str, bytes: &[u8]) -> Result<Vec<Plan>, PlanReadError> {
    let root = parse(file, decode(file, bytes)?)?;
    if root.name != "DP_Data" {
        return Err(PlanReadError::PlanNotSs637040 { file: file.to_owned(), found: short(&root.name) });
    }
    let nodes = root.walk();
    let mut remarks = Vec::new();
    let mut lines = line::read(&nodes, &mut remarks);
    let areas = areas::read(&nodes, &mut lines, &mut remarks);
    let mut plans: Vec<Plan> =
        nodes.iter().filter(|node| node.name == "DP_Plan").map(|node| plan(file, node, &areas)).collect();
    let Some(first) = plans.first_mut() else { return Err(PlanReadError::PlanMissing { file: file.to_owned() }) };
    remarks.append(&mut first.remarks);
    first.remarks = remarks;
    first.lines = lines;
    plans.iter_mut().for_each(super::settle);
    Ok(plans)
}

/// Areas by their id.
type Areas = HashMap<String, Vec<geo::Polygon<f64>>>;

fn plan(file: &str, node: &Node, areas: &Areas) -> Plan {
    let text = |name: &str| node.text_of(name).map(str::to_owned);
    let mut plan = Plan {
        uuid: text("uuid").map(|uuid| uuid.to_lowercase()),
        designation: text("planid"),
        name: text("plannamn"),
        purpose: text("syfte"),
        municipality: text("kommun"),
        stated_crs: text("koordinatsystem"),
        epsg: node.text_of("koordinatsystem").and_then(epsg_of),
        file: file.to_owned(),
        format: PlanFormat::Ss637040,
        ..Plan::default()
    };
    let at = plan.designation.clone().or_else(|| plan.name.clone()).unwrap_or_else(|| "DP_Plan".to_owned());
    if plan.epsg.is_none() {
        let found = plan.stated_crs.clone();
        plan.remarks.push(match found {
            Some(found) => Remark::PlanWordUnknown { at: at.clone(), member: "koordinatsystem".to_owned(), found },
            None => Remark::PlanMemberMissing { at: at.clone(), member: "koordinatsystem".to_owned() },
        });
    }
    // The standard's short word for the only type of plan that its example has; others are kept as they are.
    match node.text_of("plantyp") {
        Some("DP") => plan.plan_type = Some(PlanType::Detaljplan),
        Some(found) => {
            plan.plan_type = PlanType::of(found);
            if plan.plan_type.is_none() {
                let (at, member, found) = (at.clone(), "plantyp".to_owned(), short(found));
                plan.remarks.push(Remark::PlanWordUnknown { at, member, found });
            }
        }
        None => {}
    }
    let taken = ["uuid", "planid", "plannamn", "syfte", "kommun", "koordinatsystem"];
    plan.other = leaves(node, &taken);
    for link in node.all("planomrade").filter_map(Node::link) {
        plan.parts.extend(provision::parts(link, &at, areas, &mut plan.remarks));
    }
    provision::gather(node, None, areas, &mut plan);
    plan
}

/// The texts directly within an element, but those that are taken already.
fn leaves(node: &Node, taken: &[&str]) -> Other {
    let free =
        |child: &&Node| child.children.is_empty() && !child.text.is_empty() && !taken.contains(&child.name.as_str());
    node.children.iter().filter(free).map(|child| (child.name.clone(), Json::from(child.text.as_str()))).collect()
}
