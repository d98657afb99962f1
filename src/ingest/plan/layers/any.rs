//! Any layers, by a mapping.

use super::super::PlanReadError;
use super::letters::letters;
use super::mapping::LayerSays;
use super::{Layer, Mapping, Role, Row, parts};
use crate::plan::model::{Form, Kind, Parcel, Plan, PlanFormat, PlanType, Provision, Remark, Status, Value, is_uuid};

/// The one plan of these layers.
pub(super) fn read(file: &str, layers: &[Layer], mapping: &Mapping) -> Result<Plan, PlanReadError> {
    let says = &mapping.plan;
    let mut plan = Plan {
        name: says.name.clone(),
        municipality: says.municipality.clone(),
        designation: says.designation.clone(),
        purpose: says.purpose.clone(),
        status: says.status.as_deref().and_then(Status::of),
        plan_type: says.typ.as_deref().and_then(PlanType::of),
        file: file.to_owned(),
        format: PlanFormat::AnyLayer,
        ..Plan::default()
    };
    for says in &mapping.layers {
        let layer = found(file, layers, says)?;
        for (number, row) in layer.rows.iter().enumerate() {
            let cell = |column: &Option<String>| column.as_deref().and_then(|column| layer.cell(row, column));
            let id = cell(&says.id).map_or_else(|| format!("{} {}", layer.name, number + 1), str::to_owned);
            let areas = says.role != Role::Property;
            let parts = parts(layer, row, &id, areas, &mut plan.remarks);
            match says.role {
                Role::PlanArea => plan.parts.extend(parts),
                Role::Parcel => {
                    plan.parcels.push(Parcel { designation: cell(&says.id).map(str::to_owned), parts });
                }
                Role::Use | Role::Property => {
                    let made = provisions(layer, row, says, &id);
                    plan.provisions.extend(made.into_iter().map(|one| Provision { parts: parts.clone(), ..one }));
                }
            }
        }
    }
    if plan.parts.is_empty() {
        let uses = plan.provisions.iter().filter(|provision| provision.kind == Kind::Use);
        plan.parts = uses.flat_map(|provision| provision.parts.clone()).collect();
        plan.remarks.push(Remark::PlanAreaFromUses);
    }
    Ok(plan)
}

/// The layer that a mapping names, with all columns that it names.
fn found<'a>(file: &str, layers: &'a [Layer], says: &LayerSays) -> Result<&'a Layer, PlanReadError> {
    let name = says.layer.to_lowercase();
    let Some(layer) = layers.iter().find(|layer| layer.name.to_lowercase() == name) else {
        let layers = layers.iter().map(|layer| layer.name.clone()).collect();
        return Err(PlanReadError::PlanLayerMissing { file: file.to_owned(), layer: says.layer.clone(), layers });
    };
    let columns = [&says.letter, &says.code, &says.wording, &says.value, &says.id];
    match columns.into_iter().flatten().find(|column| layer.column(column).is_none()) {
        None => Ok(layer),
        Some(column) => Err(PlanReadError::PlanColumnMissing {
            file: file.to_owned(),
            layer: layer.name.clone(),
            column: column.clone(),
            columns: layer.columns.clone(),
        }),
    }
}

/// The provisions of a row, without their place: one for each letter, or one where there is none.
fn provisions(layer: &Layer, row: &Row, says: &LayerSays, id: &str) -> Vec<Provision> {
    let cell = |column: &Option<String>| column.as_deref().and_then(|column| layer.cell(row, column));
    let kind = if says.role == Role::Use { Kind::Use } else { Kind::Property };
    let mut first = Provision::new(id, kind);
    first.uuid = Some(id.to_lowercase()).filter(|id| is_uuid(id));
    first.code = cell(&says.code).map(str::to_owned);
    first.wording = cell(&says.wording).map(str::to_owned);
    let coded = || first.code.as_deref().and_then(Form::of_code);
    first.form = says.form.as_deref().and_then(Form::of).or_else(coded);
    let value = cell(&says.value).map(|text| Value { text: text.to_owned(), ..Value::default() });
    first.values.extend(value);
    let letters = cell(&says.letter).or(says.is.as_deref()).map(letters).unwrap_or_default();
    if letters.is_empty() {
        return vec![first];
    }
    let several = letters.len() > 1;
    let one = |(letter, index): (String, Option<String>)| {
        let mut one = first.clone();
        if several {
            one.id = format!("{id} {letter}{}", index.as_deref().unwrap_or_default());
            one.uuid = None;
        }
        (one.letter, one.index) = (Some(letter), index);
        one
    };
    letters.into_iter().map(one).collect()
}
