//! What an import would do: the mapping, ten mapped rows and every column that feeds nothing.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::error::Result;
use super::import::{self, Request};
use super::progress::Timings;
use crate::ingest::{Assembler, Outcome, Reading, Sheet};
use crate::store::{GpkgStore, Store};
use crate::texts::text;

/// How many rows are shown.
const SHOWN: usize = 10;

/// What an import would do.
#[derive(Debug, Clone, Serialize)]
pub struct Preview {
    /// The mapping's name.
    pub mapping: String,
    /// What it is for.
    pub title: String,
    /// Field of the event to column of the file, by sheet.
    pub fields: BTreeMap<String, BTreeMap<String, String>>,
    /// Columns that feed nothing, by sheet.
    pub unmapped: BTreeMap<String, Vec<String>>,
    /// Coordinate system and axis order.
    pub crs: Option<String>,
    /// The first rows as they would be imported, or the reason why not.
    pub rows: Vec<Value>,
}

/// Reads and maps without writing anything.
///
/// # Errors
/// As an import.
pub fn run(request: &Request, store: &GpkgStore) -> Result<Preview> {
    let timings = Timings::default();
    let plan = import::plan(request, &timings)?;
    let settings = store.settings();
    let home = import::home_in_degrees(settings)?;
    let mapping = &plan.mapping;
    let mut preview = Preview {
        mapping: mapping.name.clone(),
        title: mapping.title.clone(),
        fields: BTreeMap::new(),
        unmapped: BTreeMap::new(),
        crs: None,
        rows: Vec::new(),
    };
    for index in plan.events.iter().copied().chain(plan.persons) {
        let sheet = Sheet::new(mapping, &plan.tables[index]);
        let name = sheet.table.sheet.clone().unwrap_or_else(|| sheet.table.file.clone());
        let column = |index: &usize| sheet.table.columns[*index].clone();
        let code = |field: Value| field.as_str().unwrap_or_default().to_owned();
        let mut fields: BTreeMap<String, String> =
            sheet.binding.fields.iter().map(|(field, index)| (code(json!(field)), column(index))).collect();
        fields.extend(
            sheet
                .binding
                .persons
                .iter()
                .map(|(field, index)| (format!("person.{}", code(json!(field))), column(index))),
        );
        fields.extend(sheet.binding.keep.iter().map(|(name, index)| (format!("keep.{name}"), column(index))));
        fields.extend(sheet.binding.free_text.iter().map(|(name, index)| (format!("free_text.{name}"), column(index))));
        preview.unmapped.insert(name.clone(), sheet.binding.unmapped.clone());
        preview.fields.insert(name, fields);
    }
    for &index in &plan.events {
        let sheet = Sheet::new(mapping, &plan.tables[index]);
        let target = format!("EPSG:{}", settings.crs.epsg);
        let chosen = import::choose(mapping, &sheet, request.crs.as_deref(), &target, home.as_ref())?;
        preview.crs = preview.crs.or_else(|| chosen.choice.as_ref().map(|choice| choice.crs.clone()));
        let place = |point: [f64; 2]| chosen.place(point);
        let reading = Reading { date_order: chosen.date_order, axes: chosen.axes(), place: &place };
        let persons = plan.persons.map(|index| Sheet::new(mapping, &plan.tables[index]));
        let room = SHOWN - preview.rows.len();
        preview.rows.extend(Assembler::new(mapping, sheet, persons, reading).take(room).map(|outcome| match outcome {
            // What a person typed is not repeated on a screen or in a log.
            Outcome::Event { event, .. } => json!({
                "row": event.source.row, "id": event.id, "kind": event.kind, "category": event.category,
                "time": event.time.as_ref().and_then(crate::domain::Interval::days), "position": event.position,
                "severity": event.severity, "cost": event.cost, "street": event.street, "persons": event.persons.len(),
                "attributes": event.attributes, "free_text": event.free_text.keys().collect::<Vec<_>>(),
            }),
            Outcome::Rejected(rejected) => {
                json!({ "row": rejected.row, "quarantine": text(rejected.reason, &[]), "column": rejected.column, "value": rejected.value })
            }
        }));
    }
    Ok(preview)
}
