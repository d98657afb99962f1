//! `import areas|exposure|counts|measures|conditions`: from flags to the service, from its reports to lines.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::{Import, Imported};
use super::output::Output;
use crate::domain::ConditionKind;
use crate::service::areas::AreaError;
use crate::service::{Access, GpkgStore, Result, area_tables, areas, asides, exposures, quarantine, registers};
use crate::texts::text;

/// Imports the files one by one; a file that is refused leaves those before it in the store.
pub fn import(arguments: &Import, output: &Output) -> Result<()> {
    let unused = [
        ("--quarantine", arguments.quarantine.is_some() && arguments.what == Imported::Areas),
        ("--dry-run", arguments.dry_run),
        ("--replace", arguments.replace && arguments.what != Imported::Counts),
        ("--kind", arguments.condition.is_some() && arguments.what != Imported::Conditions),
        ("--year", arguments.year.is_some() && arguments.what != Imported::Exposure),
        ("--name", arguments.name.is_some() && matches!(arguments.what, Imported::Measures | Imported::Conditions)),
    ];
    if let Some((flag, _)) = unused.into_iter().find(|(_, given)| *given) {
        return Err(AreaError::ImportChoiceNotUsed { flag }.into());
    }
    let section = match (arguments.what, arguments.condition) {
        (Imported::Areas, _) => "areas",
        (Imported::Exposure, _) => "exposure",
        (Imported::Counts, _) => "counts",
        (Imported::Conditions, Some(kind)) => kind.code(),
        (Imported::Conditions, None) => {
            let kinds = ConditionKind::ALL.into_iter().filter(|kind| *kind != ConditionKind::Traffic);
            return Err(AreaError::ConditionKindNeeded { kinds: kinds.map(ConditionKind::code).collect() }.into());
        }
        _ => "measures",
    };
    let aliases = areas::names_of(section, arguments.map.as_deref().map(Path::new))?;
    if let Some(out) = &arguments.quarantine {
        quarantine::check(out)?;
    }
    let mut store = GpkgStore::open(&arguments.store, Access::ReadWrite)?;
    let mut reports: Vec<(Value, Vec<String>)> = Vec::new();
    let (layer, crs) = (arguments.layer.as_deref(), arguments.crs.as_deref());
    let name = arguments.name.as_deref();
    for file in &arguments.files {
        let (json, lines) = match (arguments.what, arguments.condition) {
            (Imported::Areas, _) => {
                let report = areas::import(file, layer, crs, name, &aliases, &mut store)?;
                (json!(report), report.lines())
            }
            (Imported::Exposure, _) => {
                let report = exposures::import(file, layer, crs, name, arguments.year, &aliases, &mut store)?;
                (json!(report), report.lines())
            }
            (Imported::Counts, _) => {
                let report = area_tables::import(file, layer, name, &aliases, arguments.replace, &mut store)?;
                (flat(&json!(report), "counts"), report.lines())
            }
            (Imported::Conditions, Some(kind)) => {
                let report = registers::conditions(file, layer, crs, kind, &aliases, &mut store)?;
                (flat(&json!(report), "records"), report.lines())
            }
            _ => {
                let report = registers::measures(file, layer, crs, &aliases, &mut store)?;
                (flat(&json!(report), "records"), report.lines())
            }
        };
        reports.push((json, lines));
    }
    if let Some(out) = &arguments.quarantine {
        let name =
            |file: &PathBuf| file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let files: Vec<String> = arguments.files.iter().map(name).collect();
        let rows = asides::write(&store, section, &files, out)?;
        let values = [("count", rows.to_string()), ("file", out.display().to_string())];
        if let Some((json, lines)) = reports.last_mut() {
            json["in_quarantine_file"] = rows.into();
            lines.push(text("register-quarantine-file", &values));
        }
    }
    let values: Vec<&Value> = reports.iter().map(|(value, _)| value).collect();
    let object = if let [only] = values.as_slice() { (*only).clone() } else { json!({ "files": values }) };
    output.result(&object, || reports.iter().flat_map(|(_, lines)| lines.clone()).collect());
    Ok(())
}

/// The equation at the top, as for events.
fn flat(report: &Value, part: &str) -> Value {
    let mut report = report.clone();
    for (key, value) in report[part].clone().as_object().into_iter().flatten() {
        report[key] = value.clone();
    }
    report
}
