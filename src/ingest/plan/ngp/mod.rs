//! The national exchange format for plans, version 4: `application/vnd.lm.detaljplan.v4+json`.
//!
//! It looks like `GeoJSON`, but the geometry of a feature is null and the real one stands among its properties, in a plane system
//! with east first. So ordinary readers show nothing.
//!
//! Source: Lantmäteriet, Nationell informationsspecifikation Detaljplan 4.1 (names of members, code lists).

mod depth;
mod plan;
pub(super) mod provision;
#[cfg(test)]
mod tests;

use serde_json::Value as Json;

use super::PlanReadError;
use super::members::{Members, short};
use super::position::shapes;
use super::text::decode;
use crate::plan::model::{Other, Part, Plan, PlanFormat, Remark, epsg_of};

/// The media type of version 4, as files name it.
pub const MEDIA_TYPE: &str = "application/vnd.lm.detaljplan.v4+json";

/// Reads every plan of a file, in its order, each with its provisions.
///
/// Members that the model has no field for are kept. A provision that names another plan than the only one there is is laid to that
/// one, and told. Cost O(n) in bytes.
///
/// # Errors
/// A file that is empty, no UTF-8, no JSON, nested deeper than 64 levels, not this format or another version of it; one without
/// a plan; several plans and a provision that belongs to none of them.
pub fn read(file: &str, bytes: &[u8]) -> Result<Vec<Plan>, PlanReadError> {
    let text = decode(file, bytes)?;
    depth::check(file, text)?;
    let json: Json = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        PlanReadError::PlanBrokenJson { file: file.to_owned(), line, column }
    })?;
    let features = features(file, json)?;
    let mut plans: Vec<Plan> = Vec::new();
    let mut provisions = Vec::new();
    let mut left_out = Vec::new();
    for (number, properties) in features.into_iter().enumerate() {
        let number = number + 1;
        let sort = properties.get("feature:typ").and_then(Json::as_str).unwrap_or_default().trim().to_lowercase();
        if sort == "detaljplan" {
            let remarks = Vec::new();
            let plan = Plan { file: file.to_owned(), format: PlanFormat::Ngp, remarks, ..Plan::default() };
            plans.push(plan::read(plan, properties, number));
        } else if let Some(kind) = crate::plan::model::Kind::of(&sort) {
            let mut remarks = Vec::new();
            let (plan, provision) = provision::read(kind, properties, number, &mut remarks);
            provisions.push((plan, provision, remarks));
        } else {
            let at = properties.get("objektidentitet").and_then(Json::as_str).map_or_else(|| number.to_string(), short);
            left_out.push(Remark::PlanObjectLeftOut { at, found: short(&sort) });
        }
    }
    if plans.is_empty() {
        return Err(PlanReadError::PlanMissing { file: file.to_owned() });
    }
    plans[0].remarks.extend(left_out);
    for (named, provision, remarks) in provisions {
        let home = named.as_ref().and_then(|named| plans.iter().position(|plan| plan.uuid.as_ref() == Some(named)));
        let home = match home {
            Some(home) => home,
            None if plans.len() == 1 => {
                if let Some(plan) = named {
                    plans[0].remarks.push(Remark::PlanProvisionOfOther { at: provision.id.clone(), plan });
                }
                0
            }
            None => {
                let names = plans.iter().map(|plan| plan.name.clone().unwrap_or_default()).collect();
                let (file, place) = (file.to_owned(), provision.id);
                return Err(PlanReadError::PlanProvisionWithoutPlan { file, place, plans: names });
            }
        };
        plans[home].provisions.push(provision);
        plans[home].remarks.extend(remarks);
    }
    plans.iter_mut().for_each(super::settle);
    Ok(plans)
}

/// The properties of every feature.
fn features(file: &str, json: Json) -> Result<Vec<Other>, PlanReadError> {
    let not = |found: &str| PlanReadError::PlanNotNgp { file: file.to_owned(), found: short(found) };
    let Json::Object(mut root) = json else { return Err(not("JSON")) };
    let sort = root.get("type").and_then(Json::as_str).unwrap_or("JSON").to_owned();
    if let Some(media) = root.get("feature:mediatyp").and_then(Json::as_str)
        && media.contains("detaljplan")
        && !media.contains("detaljplan.v4")
    {
        return Err(PlanReadError::PlanOtherVersion { file: file.to_owned(), found: short(media) });
    }
    let Some(Json::Array(list)) = root.remove("features") else { return Err(not(&sort)) };
    let properties = |feature: Json| match feature {
        Json::Object(mut feature) => match feature.remove("properties") {
            Some(Json::Object(properties)) => Some(properties),
            _ => None,
        },
        _ => None,
    };
    let found: Vec<Other> = list.into_iter().map(|feature| properties(feature).unwrap_or_default()).collect();
    if found.is_empty() {
        return Err(PlanReadError::PlanMissing { file: file.to_owned() });
    }
    if found.iter().all(|properties| !properties.contains_key("feature:typ")) {
        return Err(not("GeoJSON"));
    }
    Ok(found)
}

/// The geometries of a member: a list of objects that each hold one.
fn parts(members: &mut Members<'_>, member: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut remarks = Vec::new();
    for mut object in members.objects(member) {
        let Some(Json::Object(mut geometry)) = object.remove("geometri") else {
            remarks.push(Remark::PlanGeometryLeftOut {
                at: members.at.clone(),
                found: short(&Json::Object(object).to_string()),
            });
            continue;
        };
        let position = geometry.remove("position").unwrap_or_default();
        geometry.remove("typ");
        let epsg = geometry.get("koordinatsystemPlan").and_then(Json::as_str).and_then(epsg_of);
        if epsg.is_some() {
            geometry.remove("koordinatsystemPlan");
        }
        for shape in shapes(&position, &members.at, &mut remarks) {
            let (geometry_other, other) = (geometry.clone(), object.clone());
            parts.push(Part { shape, epsg, area: None, geometry_other, other });
        }
    }
    for remark in remarks {
        members.remark(remark);
    }
    parts
}
