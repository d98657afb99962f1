//! Areas put together from links to oriented lines.

use std::collections::HashMap;

use geo::Coord;

use super::super::position::tell_if_open;
use super::super::rings::{areas, rings};
use super::super::xml::Node;
use super::Areas;
use crate::plan::model::{BoundaryLine, Remark};

/// Every area of the file by its id, and how often each line is used.
pub(super) fn read(nodes: &[&Node], lines: &mut [BoundaryLine], remarks: &mut Vec<Remark>) -> Areas {
    let place: HashMap<String, usize> =
        lines.iter().enumerate().map(|(index, line)| (line.id.clone(), index)).collect();
    let mut found = Areas::new();
    for (number, node) in nodes.iter().filter(|node| node.name == "DP_Omrade").enumerate() {
        let id = node.attribute("id").map_or_else(|| format!("DP_Omrade {}", number + 1), str::to_owned);
        let mut runs: Vec<Vec<Coord<f64>>> = Vec::new();
        for link in node.children.iter().filter(|child| child.name == "plus" || child.name == "minus") {
            let to = link.link().unwrap_or_default();
            let Some(&index) = place.get(to) else {
                remarks.push(Remark::PlanLineMissing { at: id.clone(), line: to.to_owned() });
                continue;
            };
            lines[index].uses += 1;
            let mut run = lines[index].line.0.clone();
            if link.name == "minus" {
                run.reverse();
            }
            runs.push(run);
        }
        let rings = rings(&runs);
        for ring in &rings {
            tell_if_open(ring, &id, remarks);
        }
        if rings.is_empty() {
            remarks.push(Remark::PlanGeometryLeftOut { at: id.clone(), found: String::new() });
        }
        found.insert(id, areas(rings));
    }
    found
}
