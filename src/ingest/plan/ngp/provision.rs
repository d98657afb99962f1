//! A feature that is a provision.

use serde_json::Value as Json;

use super::super::members::Members;
use crate::plan::model::{Bound, Form, Kind, Other, Provision, Remark, Value};

/// Members that the format demands of a provision.
const DEMANDED: [&str; 5] = [
    "detaljplan",
    "objektidentitet",
    "planbestammelsekatalogreferens",
    "bestammelseformulering",
    "bestammelsegeometri",
];

/// The UUID of its plan, and the provision, from the properties of the `number`th feature of the file.
pub(super) fn read(
    kind: Kind,
    properties: Other,
    number: usize,
    remarks: &mut Vec<Remark>,
) -> (Option<String>, Provision) {
    let id = properties.get("objektidentitet").and_then(Json::as_str).map(|id| id.trim().to_lowercase());
    let id = id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("bestämmelse {number}"));
    let mut members = Members::new(properties, id.clone(), remarks);
    members.left.shift_remove("feature:typ");
    members.demand(&DEMANDED);
    let mut provision = Provision::new(id, kind);
    let plan = members.id("detaljplan");
    provision.uuid = members.id("objektidentitet");
    provision.version = members.whole("objektversion");
    provision.reference = members.id("planbestammelsekatalogreferens");
    provision.wording = members.text("bestammelseformulering");
    provision.original_wording = members.text("ursprungligBestammelseformulering");
    provision.valid_months = members.whole("giltighetstid");
    provision.begins_after_months = members.whole("borjarGallaEfter");
    provision.secondary_boundary = members.take("sekundarEgenskapsgrans", Json::as_bool);
    provision.regulates =
        members.texts("reglerarAnvandningsbestammelse").iter().map(|id| id.trim().to_lowercase()).collect();
    provision.motive = motive(&mut members);
    provision.parts = super::parts(&mut members, "bestammelsegeometri");
    let values = members.objects("bestammelsevarde");
    provision.values = values.into_iter().map(|one| value(one, &mut members)).collect();
    // Not of the format, but what other programs add; they stay where they are as well.
    let said =
        |member: &str| members.left.get(member).and_then(Json::as_str).map(str::trim).filter(|text| !text.is_empty());
    provision.code = said("bestammelsekod").map(str::to_owned);
    provision.letter = said("beteckning").map(str::to_owned);
    provision.form = said("anvandningsform").and_then(Form::of);
    provision.other = members.left;
    (plan, provision)
}

/// The motive; what else stands beside it stays.
fn motive(members: &mut Members<'_>) -> Option<String> {
    let description = members.left.get_mut("planbestammelsebeskrivning")?.as_object_mut()?;
    let motive =
        description.get("motiv").and_then(Json::as_str).map(str::to_owned).filter(|text| !text.trim().is_empty());
    if motive.is_some() {
        description.shift_remove("motiv");
    }
    if description.is_empty() {
        members.left.shift_remove("planbestammelsebeskrivning");
    }
    motive
}

/// A value of a provision; what is wrong with it is told of the provision.
pub(in super::super) fn value(properties: Other, provision: &mut Members<'_>) -> Value {
    let mut remarks = Vec::new();
    let mut members = Members::new(properties, provision.at.clone(), &mut remarks);
    let value = Value {
        datatype: members.text("datatyp"),
        text: members.text("variabelvarde").unwrap_or_default(),
        description: members.text("beskrivning"),
        bound: members.listed("vardetyp", Bound::of),
        unit: members.text("enhet"),
        other: members.left,
    };
    for remark in remarks {
        provision.remark(remark);
    }
    value
}
