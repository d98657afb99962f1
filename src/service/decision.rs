//! The STRADA decision: read from a file, kept in the store, asked before anything leaves.

use std::path::Path;

use super::error::{Error, Result};
use super::gate_error::GateRefusal;
use crate::domain::Decision;
use crate::domain::gate::DecisionFault;
use crate::store::{Gate, GpkgStore};
use crate::texts::text;

/// The time zone by whose calendar days a decision runs out.
const ZONE: &str = "Europe/Stockholm";

/// Reads a decision and holds that it is whole.
///
/// # Errors
/// The file cannot be read, is no TOML, misses a field or has an unknown one, or its day is none.
pub fn read(path: &Path) -> Result<Decision> {
    let file = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| Error::of_file(path, &error))?;
    let content = String::from_utf8_lossy(&bytes);
    let content = content.trim_start_matches('\u{feff}');
    let table: toml::Table = toml::from_str(content).map_err(|error| {
        let line = error.span().map_or(1, |span| content[..span.start.min(content.len())].matches('\n').count() + 1);
        GateRefusal::DecisionNotToml { file: file.clone(), line }
    })?;
    if let Some(field) = table.keys().find(|key| !Decision::FIELDS.contains(&key.as_str())) {
        return Err(GateRefusal::DecisionUnknownField {
            file,
            field: field.clone(),
            fields: Decision::FIELDS.to_vec(),
        }
        .into());
    }
    let field = |name: &str| match table.get(name) {
        Some(toml::Value::String(value)) => Ok(value.trim().to_owned()),
        // TOML has days of its own, and a person may well leave the quotes out.
        Some(toml::Value::Datetime(day)) if name == "erase_by" => Ok(day.to_string()),
        _ => Err(GateRefusal::DecisionWithoutField { file: file.clone(), field: name.to_owned() }),
    };
    let decision = Decision {
        diarienr: field("diarienr")?,
        unit: field("unit")?,
        purpose: field("purpose")?,
        erase_by: field("erase_by")?,
    };
    match decision.check() {
        Ok(()) => Ok(decision),
        Err(DecisionFault::Empty(field)) => {
            Err(GateRefusal::DecisionWithoutField { file, field: field.to_owned() }.into())
        }
        Err(DecisionFault::NotADay(value)) => Err(GateRefusal::DecisionNotADay { file, value }.into()),
    }
}

/// Puts the decision of a file into a store.
///
/// # Errors
/// Those of [`read`]; the store cannot be written.
pub fn set(store: &mut GpkgStore, file: &Path) -> Result<Decision> {
    let decision = read(file)?;
    store.put_decision(&decision)?;
    Ok(decision)
}

/// The decision of a store.
///
/// # Errors
/// The store cannot be read.
pub fn get(store: &GpkgStore) -> Result<Option<Decision>> {
    Ok(store.decision()?)
}

/// Today, by the Swedish calendar. Only warnings, logs and retention ask for it: never a result.
pub(super) fn today() -> String {
    let now = jiff::Timestamp::now();
    let zone = jiff::tz::TimeZone::get(ZONE).unwrap_or(jiff::tz::TimeZone::UTC);
    now.to_zoned(zone).date().to_string()
}

/// The sentence that every command prints which reads STRADA rows whose day of erasure has passed; `None` where there are
/// none, or no decision.
///
/// # Errors
/// The store cannot be read.
pub fn overdue(store: &GpkgStore) -> Result<Option<String>> {
    let Some(decision) = store.decision()? else { return Ok(None) };
    if !decision.is_overdue(&today()) || !store.has_strada()? {
        return Ok(None);
    }
    let values =
        [("day", decision.erase_by), ("diarienr", decision.diarienr), ("store", store.path().display().to_string())];
    Ok(Some(text("strada-overdue", &values)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "diarienr = \"TN 2026/17\"\nunit = \"Trafikenheten\"\npurpose = \"Trafiksäkerhet\"\n";

    fn id_of(content: &str) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("beslut.toml");
        std::fs::write(&path, content).expect("written");
        read(&path).map_or_else(|error| error.problem().id, |decision| decision.erase_by)
    }

    #[test]
    fn a_decision_is_read_and_every_fault_has_its_sentence() {
        assert_eq!(id_of(&format!("{WHOLE}erase_by = \"2028-12-31\"")), "2028-12-31");
        assert_eq!(id_of(&format!("\u{feff}{WHOLE}erase_by = 2028-12-31")), "2028-12-31");
        assert_eq!(id_of(WHOLE), "decision-without-field");
        assert_eq!(id_of(&format!("{WHOLE}erase_by = \"\"")), "decision-without-field");
        assert_eq!(id_of(&format!("{WHOLE}erase_by = 2028")), "decision-without-field");
        assert_eq!(id_of(&format!("{WHOLE}erase_by = \"2028-02-30\"")), "decision-not-a-day");
        assert_eq!(id_of(&format!("{WHOLE}erase_by = 2028-12-31T10:00:00Z")), "decision-not-a-day");
        assert_eq!(id_of(&format!("{WHOLE}erase_by = \"2028-12-31\"\nandamal = \"x\"")), "decision-unknown-field");
        assert_eq!(id_of("diarienr = TN 2026"), "decision-not-toml");
        assert_eq!(read(Path::new("saknas.toml")).map_err(|error| error.problem().id), Err("missing-file".to_owned()));
    }
}
