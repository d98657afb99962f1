//! The layers of the QGIS plan plug-in: areas in layers, provisions in a table with a row each, the plan in a layer of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::super::PlanReadError;
use super::super::members::{Members, short};
use super::super::ngp::provision::value;
use super::{Layer, Row, parts};
use crate::plan::model::{Decision, Form, Kind, Other, Part, Plan, PlanFormat, PlanType, Provision, Remark, Status};

/// Layers of areas and lines, and what their provisions are.
const PLACES: [(&str, Kind); 3] =
    [("anvandning_yta", Kind::Use), ("egenskap_yta", Kind::Property), ("egenskap_linje", Kind::Property)];

/// Whether these are the plug-in's layers.
pub(super) fn recognise(layers: &[Layer]) -> bool {
    let has = |name: &str| layer(layers, name).is_some();
    PLACES.iter().any(|(name, _)| has(name)) && (has("detaljplan") || has("bestammelse"))
}

fn layer<'a>(layers: &'a [Layer], name: &str) -> Option<&'a Layer> {
    layers.iter().find(|layer| layer.name.eq_ignore_ascii_case(name))
}

/// The rows of a layer as members with the exchange format's names; blank cells are absent.
fn rows<'a>(layers: &'a [Layer], name: &str) -> Vec<(&'a Layer, &'a Row, Other)> {
    let Some(layer) = layer(layers, name) else { return Vec::new() };
    let members = |row: &Row| {
        let cells = layer.columns.iter().zip(&row.cells);
        let filled = cells.filter_map(|(column, cell)| Some((column, cell.as_deref()?.trim())));
        filled.filter(|(_, cell)| !cell.is_empty()).map(|(column, cell)| (column.clone(), json!(cell))).collect()
    };
    layer.rows.iter().map(|row| (layer, row, members(row))).collect()
}

/// An area of a layer.
struct Place {
    kind: Kind,
    parts: Vec<Part>,
    members: Other,
    used: bool,
}

pub(super) fn read(file: &str, layers: &[Layer]) -> Result<Vec<Plan>, PlanReadError> {
    let mut plans: Vec<Plan> = rows(layers, "detaljplan").into_iter().map(|row| plan(file, row)).collect();
    if plans.is_empty() {
        return Err(PlanReadError::PlanMissing { file: file.to_owned() });
    }
    let mut remarks = Vec::new();
    let mut places: BTreeMap<(String, String), Place> = BTreeMap::new();
    for (name, kind) in PLACES {
        for (number, (layer, row, members)) in rows(layers, name).into_iter().enumerate() {
            let id = members.get("objektidentitet").and_then(Json::as_str).map(str::to_lowercase);
            let id = id.unwrap_or_else(|| format!("{name} {}", number + 1));
            let parts = parts(layer, row, &id, kind == Kind::Use, &mut remarks);
            places.insert((name.to_owned(), id), Place { kind, parts, members, used: false });
        }
    }
    let mut provisions = Vec::new();
    for (number, (_, _, members)) in rows(layers, "bestammelse").into_iter().enumerate() {
        let cell = |name: &str| members.get(name).and_then(Json::as_str).unwrap_or_default().to_lowercase();
        let (table, area) = (cell("tabell"), cell("yta"));
        let place = places.get_mut(&(table.clone(), area.clone()));
        let kind = PLACES.iter().find(|(name, _)| *name == table).map_or(Kind::Property, |(_, kind)| *kind);
        let secondary = place.as_ref().is_some_and(|place| is_yes(place.members.get("sekundar")));
        let (home, mut provision) = provision(kind, members, number + 1, &mut remarks);
        match place {
            Some(place) => {
                place.used = true;
                provision.parts.clone_from(&place.parts);
            }
            None => remarks.push(Remark::PlanRowWithoutArea { at: provision.id.clone(), area: short(&area) }),
        }
        if secondary {
            provision.secondary_boundary = Some(true);
        }
        provisions.push((home, provision));
    }
    // An area without a row of its own says what it is in its own columns.
    for ((_, id), place) in places.into_iter().filter(|(_, place)| !place.used) {
        let (home, mut provision) = provision(place.kind, place.members, 0, &mut remarks);
        provision.id = id;
        provision.parts = place.parts;
        provisions.push((home, provision));
    }
    for (home, provision) in provisions {
        let home = home.and_then(|home| plans.iter().position(|plan| plan.uuid.as_ref() == Some(&home)));
        match home {
            Some(home) => plans[home].provisions.push(provision),
            None if plans.len() == 1 => plans[0].provisions.push(provision),
            None => {
                let names = plans.iter().map(|plan| plan.name.clone().unwrap_or_default()).collect();
                let (file, place) = (file.to_owned(), provision.id);
                return Err(PlanReadError::PlanProvisionWithoutPlan { file, place, plans: names });
            }
        }
    }
    beside(layers, &mut plans, &mut remarks);
    plans[0].remarks.extend(remarks);
    Ok(plans)
}

fn is_yes(cell: Option<&Json>) -> bool {
    cell.and_then(Json::as_str).is_some_and(|cell| ["1", "true", "t", "ja"].contains(&cell.to_lowercase().as_str()))
}

fn plan(file: &str, (layer, row, members): (&Layer, &Row, Other)) -> Plan {
    let mut remarks = Vec::new();
    let id = members.get("objektidentitet").and_then(Json::as_str).unwrap_or("detaljplan").to_owned();
    let area = parts(layer, row, &id, true, &mut remarks);
    let mut members = Members::new(members, id, &mut remarks);
    let mut plan = Plan {
        uuid: members.id("objektidentitet"),
        version: members.whole("objektversion"),
        valid_from: members.text("versionGiltigFran"),
        status: members.listed("status", Status::of),
        status_since: members.text("datumStatusforandring"),
        plan_type: members.listed("typ", PlanType::of),
        municipality: members.text("kommun"),
        designation: members.text("beteckning"),
        name: members.text("namn"),
        purpose: members.text("syfte"),
        parts: area,
        file: file.to_owned(),
        format: PlanFormat::PlanLayers,
        ..Plan::default()
    };
    plan.other = members.left;
    plan.remarks = remarks;
    plan
}

/// The UUID of its plan, and the provision without its place.
fn provision(kind: Kind, members: Other, number: usize, remarks: &mut Vec<Remark>) -> (Option<String>, Provision) {
    let id = members.get("objektidentitet").and_then(Json::as_str).map(str::to_lowercase);
    let mut members = Members::new(members, id.unwrap_or_else(|| format!("bestämmelse {number}")), remarks);
    let mut provision = Provision::new(members.at.clone(), kind);
    let plan = members.id("detaljplan");
    provision.uuid = members.id("objektidentitet");
    provision.version = members.whole("objektversion");
    provision.form = members.listed("anvandningsform", Form::of);
    provision.reference = members.id("planbestammelsekatalogreferens");
    provision.code = members.text("bestammelsekod");
    provision.index = members.text("beteckningsindex");
    provision.letter = members.text("beteckning");
    provision.wording = members.text("bestammelseformulering").or_else(|| members.text("symbol"));
    provision.original_wording = members.text("ursprungligBestammelseformulering");
    provision.motive = members.text("motiv");
    provision.valid_months = members.whole("giltighetstid");
    provision.begins_after_months = members.whole("borjarGallaEfter");
    let yes = members.left.shift_remove("sekundarEgenskapsgrans");
    provision.secondary_boundary = yes.map(|cell| is_yes(Some(&cell)));
    let values = members.take("bestammelsevarde", |cell| serde_json::from_str::<Vec<Other>>(cell.as_str()?).ok());
    provision.values = values.unwrap_or_default().into_iter().map(|one| value(one, &mut members)).collect();
    provision.other = members.left;
    (plan, provision)
}

/// Decisions and documents, which name their plan.
fn beside(layers: &[Layer], plans: &mut [Plan], remarks: &mut Vec<Remark>) {
    let ids: BTreeSet<String> = plans.iter().filter_map(|plan| plan.uuid.clone()).collect();
    for name in ["beslutsinformation", "dokument"] {
        for (number, (_, _, members)) in rows(layers, name).into_iter().enumerate() {
            let mut members = Members::new(members, format!("{name} {}", number + 1), remarks);
            let home = members.id("detaljplan").filter(|home| ids.contains(home));
            let only = plans.len() == 1;
            let home = plans.iter_mut().find(|plan| only || (home.is_some() && plan.uuid == home));
            let Some(plan) = home else {
                let remark = Remark::PlanObjectLeftOut { at: members.at.clone(), found: name.to_owned() };
                members.remark(remark);
                continue;
            };
            if name == "beslutsinformation" {
                plan.decisions.push(decision(members));
            } else if let Some(list) = plan.other.entry(name).or_insert_with(|| json!([])).as_array_mut() {
                list.push(Json::Object(members.left));
            }
        }
    }
}

fn decision(mut members: Members<'_>) -> Decision {
    let dates = members.text("datumLagakraft").unwrap_or_default();
    Decision {
        begun: members.text("datumPaborjat"),
        adopted: members.text("datumAntagande"),
        in_force: dates.split(';').map(str::trim).filter(|date| !date.is_empty()).map(str::to_owned).collect(),
        implementation_months: members.whole("genomforandetid"),
        implementation_starts: members.text("genomforandetidStartar"),
        provisions: Vec::new(),
        other: members.left,
    }
}
