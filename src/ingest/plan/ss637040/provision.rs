//! Provisions, and those that regulate them.

use serde_json::Value as Json;

use super::super::xml::Node;
use super::{Areas, leaves};
use crate::plan::model::{Bound, Form, Kind, Other, Part, Plan, Provision, Remark, Shape, Value};

/// The areas that a link names, as parts.
pub(super) fn parts(link: &str, at: &str, areas: &Areas, remarks: &mut Vec<Remark>) -> Vec<Part> {
    let Some(areas) = areas.get(link) else {
        remarks.push(Remark::PlanAreaMissing { at: at.to_owned(), area: link.to_owned() });
        return Vec::new();
    };
    let part = |area: &geo::Polygon<f64>| Part { area: Some(link.to_owned()), ..Part::new(Shape::Area(area.clone())) };
    areas.iter().map(part).collect()
}

/// Adds the provisions within an element, each before those within it; these regulate it.
pub(super) fn gather(node: &Node, regulated: Option<&str>, areas: &Areas, plan: &mut Plan) {
    for child in &node.children {
        match kind(&child.name) {
            Some(kind) => {
                let mut provision = read(child, kind, areas, plan);
                provision.regulates.extend(regulated.map(str::to_owned));
                let id = provision.id.clone();
                plan.provisions.push(provision);
                gather(child, Some(&id), areas, plan);
            }
            // Depth is bounded by the tree's.
            None => gather(child, regulated, areas, plan),
        }
    }
}

fn kind(name: &str) -> Option<Kind> {
    match name {
        "DP_Anvandningsbestammelse" => Some(Kind::Use),
        "DP_Egenskapsbestammelse" => Some(Kind::Property),
        "DP_AdministrativBestammelse" => Some(Kind::Administrative),
        _ => None,
    }
}

fn read(node: &Node, kind: Kind, areas: &Areas, plan: &mut Plan) -> Provision {
    let text = |name: &str| node.text_of(name).map(str::to_owned);
    let made = || format!("bestämmelse {}", plan.provisions.len() + 1);
    let id = text("bestammelseid").or_else(|| node.attribute("id").map(str::to_owned)).unwrap_or_else(made);
    let mut provision = Provision::new(id, kind);
    provision.uuid = text("uuid").map(|uuid| uuid.to_lowercase());
    provision.letter = text("beteckning");
    provision.index = text("index");
    provision.code = text("anvandningsslag").or_else(|| text("bestammelsetyp"));
    provision.form = provision.code.as_deref().and_then(Form::of_code);
    provision.wording = text("precisering");
    provision.motive = text("motiv");
    let variables = node.all("variabel").flat_map(|variable| &variable.children);
    provision.values = variables.map(value).collect();
    let taken =
        ["uuid", "bestammelseid", "beteckning", "index", "anvandningsslag", "bestammelsetyp", "precisering", "motiv"];
    provision.other = leaves(node, &taken);
    if let Some(at) = node.all("insattning").flat_map(Node::walk).find(|node| node.name == "pos") {
        provision.other.insert("insattning".to_owned(), Json::from(at.text.as_str()));
    }
    for link in node.all("omrade").filter_map(Node::link) {
        provision.parts.extend(parts(link, &provision.id, areas, &mut plan.remarks));
    }
    provision
}

/// A variable: its element names the datatype (`DP_VarDecimaltal`).
fn value(node: &Node) -> Value {
    let text = |name: &str| node.text_of(name).map(str::to_owned);
    Value {
        datatype: node.name.strip_prefix("DP_Var").map(str::to_lowercase),
        text: text("varde").unwrap_or_default(),
        description: text("namn"),
        bound: node.text_of("vardetyp").and_then(Bound::of),
        unit: text("enhet"),
        other: Other::new(),
    }
}
