//! Plans to the national exchange format, version 4: `application/vnd.lm.detaljplan.v4+json`.
//!
//! What the reader of that format takes from a file is written back under the same names. The format has its own list of what a
//! delivery must hold: a plan that lacks some of it is written as it is, because the checks of the plan say what is missing.
//!
//! Source: Lantmäteriet, Nationell informationsspecifikation Detaljplan 4.1.

use geo::{Coord, LineString};
use serde_json::{Value as Json, json};

use crate::plan::model::{
    Bound, Decision, Form, Kind, Other, Part, Plan, PlanFormat, PlanType, Provision, Shape, Status, Value,
};

/// The media type of version 4, as files name it.
const MEDIA_TYPE: &str = "application/vnd.lm.detaljplan.v4+json";

/// The plans, each followed by its provisions, as one file.
///
/// Coordinates are the plan's own, east first, each with the system that it is in; parts with coordinates that are no metres of a
/// map are left out. A provision without a reference to the catalogue cannot be delivered; it carries its code, letter and form
/// under the names that plan programs use, so that a reader can still recognise it. Boundary lines are not written: the format
/// has none. Cost O(n).
#[must_use]
pub fn write(plans: &[Plan]) -> String {
    let features = plans.iter().flat_map(|plan| {
        let provisions = plan.provisions.iter().map(|one| feature(provision(plan, one)));
        std::iter::once(feature(the_plan(plan))).chain(provisions)
    });
    let features: Vec<Json> = features.collect();
    json!({"type": "FeatureCollection", "feature:mediatyp": MEDIA_TYPE, "features": features}).to_string()
}

fn feature(properties: Other) -> Json {
    let mut feature = Other::new();
    put(&mut feature, "type", Some("Feature"));
    feature.insert("geometry".to_owned(), Json::Null);
    feature.insert("properties".to_owned(), Json::Object(properties));
    Json::Object(feature)
}

fn the_plan(plan: &Plan) -> Other {
    let mut to = Other::new();
    put(&mut to, "feature:typ", Some("detaljplan"));
    put(&mut to, "objektidentitet", plan.uuid.as_deref());
    put(&mut to, "objektversion", plan.version);
    put(&mut to, "versionGiltigFran", plan.valid_from.as_deref());
    put(&mut to, "kommun", plan.municipality.as_deref());
    put(&mut to, "beteckning", plan.designation.as_deref());
    put(&mut to, "namn", plan.name.as_deref());
    put(&mut to, "syfte", plan.purpose.as_deref());
    put(&mut to, "status", plan.status.map(Status::word));
    put(&mut to, "datumStatusforandring", plan.status_since.as_deref());
    put(&mut to, "typ", plan.plan_type.map(PlanType::word));
    put_list(&mut to, "plangeometri", parts(plan, &plan.parts));
    put_list(&mut to, "beslutsinformation", plan.decisions.iter().map(|one| decision(plan, one)).collect());
    put(&mut to, "planbeskrivning", plan.description.clone());
    put_other(&mut to, plan, &plan.other);
    to
}

fn decision(plan: &Plan, decision: &Decision) -> Json {
    let mut to = Other::new();
    put(&mut to, "datumPaborjat", decision.begun.as_deref());
    put(&mut to, "datumAntagande", decision.adopted.as_deref());
    put_list(&mut to, "datumLagakraft", decision.in_force.iter().map(|date| json!(date)).collect());
    put(&mut to, "genomforandetid", decision.implementation_months);
    put(&mut to, "genomforandetidStartar", decision.implementation_starts.as_deref());
    put_list(&mut to, "planbestammelse", uuids(plan, &decision.provisions));
    put_other(&mut to, plan, &decision.other);
    Json::Object(to)
}

fn provision(plan: &Plan, provision: &Provision) -> Other {
    let mut to = Other::new();
    put(&mut to, "feature:typ", Some(provision.kind.word()));
    put(&mut to, "detaljplan", plan.uuid.as_deref());
    put(&mut to, "objektidentitet", provision.uuid.as_deref());
    put(&mut to, "objektversion", provision.version);
    put(&mut to, "planbestammelsekatalogreferens", provision.reference.as_deref());
    put(&mut to, "bestammelseformulering", provision.wording.as_deref());
    put(&mut to, "ursprungligBestammelseformulering", provision.original_wording.as_deref());
    put_list(&mut to, "bestammelsevarde", provision.values.iter().map(|one| value(plan, one)).collect());
    put_list(&mut to, "bestammelsegeometri", parts(plan, &provision.parts));
    put(&mut to, "giltighetstid", provision.valid_months);
    put(&mut to, "borjarGallaEfter", provision.begins_after_months);
    put(&mut to, "sekundarEgenskapsgrans", provision.secondary_boundary);
    if provision.kind != Kind::Use {
        put_list(&mut to, "reglerarAnvandningsbestammelse", uuids(plan, &provision.regulates));
    }
    if provision.reference.is_none() {
        put(&mut to, "bestammelsekod", provision.code.as_deref());
        put(&mut to, "beteckning", provision.letter.as_deref());
        put(&mut to, "anvandningsform", provision.form.map(Form::word));
    }
    put_other(&mut to, plan, &provision.other);
    if let Some(motive) = &provision.motive {
        let description = to.entry("planbestammelsebeskrivning").or_insert_with(|| json!({}));
        if let Some(description) = description.as_object_mut() {
            description.insert("motiv".to_owned(), json!(motive));
        }
    }
    to
}

fn value(plan: &Plan, value: &Value) -> Json {
    let mut to = Other::new();
    put(&mut to, "datatyp", value.datatype.as_deref());
    put(&mut to, "variabelvarde", Some(value.text.as_str()).filter(|text| !text.is_empty()));
    put(&mut to, "beskrivning", value.description.as_deref());
    put(&mut to, "vardetyp", value.bound.map(Bound::word));
    put(&mut to, "enhet", value.unit.as_deref());
    put_other(&mut to, plan, &value.other);
    Json::Object(to)
}

/// The UUIDs of provisions that are named by their ids; a name that is none of the plan's stays as it is.
fn uuids(plan: &Plan, ids: &[String]) -> Vec<Json> {
    let uuid = |id: &String| plan.provision(id).and_then(|one| one.uuid.clone()).unwrap_or_else(|| id.clone());
    ids.iter().map(|id| json!(uuid(id))).collect()
}

fn parts(plan: &Plan, parts: &[Part]) -> Vec<Json> {
    let usable = parts.iter().filter(|part| part.shape.is_usable());
    let part = |part: &Part| {
        let (typ, position) = position(&part.shape);
        let mut geometry = Other::new();
        put(&mut geometry, "typ", Some(typ));
        put(&mut geometry, "position", Some(position));
        put(&mut geometry, "koordinatsystemPlan", part.epsg.or(plan.epsg).map(|code| format!("EPSG:{code}")));
        put_other(&mut geometry, plan, &part.geometry_other);
        geometry.entry("dimension").or_insert_with(|| json!(2));
        let mut to = Other::new();
        put(&mut to, "geometri", Some(geometry));
        put_other(&mut to, plan, &part.other);
        Json::Object(to)
    };
    usable.map(part).collect()
}

fn position(shape: &Shape) -> (&'static str, Json) {
    let pair = |at: &Coord<f64>| json!([at.x, at.y]);
    let run = |line: &LineString<f64>| Json::Array(line.coords().map(pair).collect());
    match shape {
        Shape::Area(area) => {
            let rings: Vec<Json> = std::iter::once(area.exterior()).chain(area.interiors()).map(run).collect();
            ("yta", json!({"type": "Polygon", "coordinates": rings}))
        }
        Shape::Line(line) => ("linje", json!({"type": "LineString", "coordinates": run(line)})),
        Shape::Point(point) => ("punkt", json!({"type": "Point", "coordinates": pair(&point.0)})),
    }
}

fn put(to: &mut Other, member: &str, value: Option<impl Into<Json>>) {
    if let Some(value) = value {
        to.insert(member.to_owned(), value.into());
    }
}

fn put_list(to: &mut Other, member: &str, list: Vec<Json>) {
    if !list.is_empty() {
        to.insert(member.to_owned(), Json::Array(list));
    }
}

/// Members without a field, where the plan came in this format: those of others mean nothing in it. What is written already
/// goes before them.
fn put_other(to: &mut Other, plan: &Plan, other: &Other) {
    if plan.format == PlanFormat::Ngp {
        for (member, value) in other {
            to.entry(member.clone()).or_insert_with(|| value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geometry_stands_among_the_properties_with_east_first() {
        let mut plan = Plan { epsg: Some(3010), name: Some("Eken".to_owned()), ..Plan::default() };
        plan.parts.push(Part::new(Shape::Point(geo::Point::new(150_000.5, 6_280_000.25))));
        plan.parts.push(Part::new(Shape::Point(geo::Point::new(f64::NAN, 0.0))));
        let text = write(&[plan]);
        let json: Json = serde_json::from_str(&text).expect("JSON");
        let feature = &json["features"][0];
        assert_eq!(json["feature:mediatyp"], MEDIA_TYPE);
        assert!(feature["geometry"].is_null());
        let parts = feature["properties"]["plangeometri"].as_array().expect("a list");
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0]["geometri"]["position"]["coordinates"], json!([150_000.5, 6_280_000.25]));
        assert_eq!(parts[0]["geometri"]["koordinatsystemPlan"], "EPSG:3010");
    }

    #[test]
    fn what_a_provision_regulates_is_named_by_uuid() {
        let mut housing = Provision::new("1", Kind::Use);
        housing.uuid = Some("f9e056a6-cda8-4b92-a15d-dc70d61dfa36".to_owned());
        let mut height = Provision::new("2", Kind::Property);
        height.regulates = vec!["1".to_owned(), "annan".to_owned()];
        height.letter = Some("h".to_owned());
        let plan = Plan { provisions: vec![housing, height], ..Plan::default() };
        let json: Json = serde_json::from_str(&write(&[plan])).expect("JSON");
        let height = &json["features"][2]["properties"];
        assert_eq!(height["reglerarAnvandningsbestammelse"], json!(["f9e056a6-cda8-4b92-a15d-dc70d61dfa36", "annan"]));
        assert_eq!(height["beteckning"], "h");
    }
}
