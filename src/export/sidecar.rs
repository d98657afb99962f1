//! The sheet beside a file whose format has no place for what it rests on: `NAME.passport.json`.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::{Error, Job, finish};
use crate::domain::Column;

/// What follows the file's name.
pub(super) const SUFFIX: &str = ".passport.json";

/// Writes the sidecar into the folder: title, description, system, secrecy, each column's name in the file with its full
/// name and title, sentences on what the format could not hold, and the passport.
pub(super) fn write(job: &Job, folder: &Path, columns: &[(&Column, String)], notes: &[String]) -> Result<(), Error> {
    let layer = job.layer();
    let name = job.file_name();
    let columns: Vec<Value> = columns
        .iter()
        .map(|(column, in_file)| json!({ "namn_i_filen": in_file, "namn": column.name, "titel": column.alias }))
        .collect();
    let mut about = Map::new();
    about.insert("fil".to_owned(), json!(name));
    about.insert("lager".to_owned(), json!(layer.name));
    about.insert("titel".to_owned(), json!(layer.title));
    about.insert("beskrivning".to_owned(), json!(layer.description));
    about.insert("koordinatsystem".to_owned(), json!(format!("EPSG:{} ({})", job.crs.epsg, job.crs.name)));
    if let Some(mark) = layer.passport.secrecy.mark() {
        about.insert("sekretess".to_owned(), json!(mark));
    }
    about.insert("kolumner".to_owned(), json!(columns));
    about.insert("att_kanna_till".to_owned(), json!(notes));
    about.insert("pass".to_owned(), serde_json::to_value(&layer.passport).unwrap_or_default());
    let mut file = job.create(&folder.join(format!("{name}{SUFFIX}")))?;
    serde_json::to_writer_pretty(&mut file, &Value::Object(about)).map_err(|error| job.io(&error.into()))?;
    file.write_all(b"\n").map_err(|error| job.io(&error))?;
    finish(job, file)
}
