//! Write the sample town: a made-up town whose truths are known.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::error::{Error, Result};
use super::files;
use crate::crs;
use crate::domain::passport::SOFTWARE;
use crate::domain::{Layer, Passport, Secrecy};
use crate::sample::{self, Town};

/// What was written.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The town's name.
    pub town: String,
    /// The seed.
    pub seed: u64,
    /// File names in the folder.
    pub files: Vec<&'static str>,
}

/// Writes the town to a folder, which is made where it is missing; files of the same names are replaced.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn write(folder: &Path, seed: u64) -> Result<Report> {
    let town = Town::generate(seed);
    std::fs::create_dir_all(folder).map_err(|error| Error::of_file(folder, &error))?;
    let put = |name: &str, bytes: &[u8]| files::put(&folder.join(name), bytes);
    put(sample::WORKBOOK, &sample::workbook(&town)?)?;
    put(sample::DAMAGES, &sample::damages_csv(&town))?;
    put(sample::NAMELESS, &sample::nameless_csv(&town))?;
    put(sample::REGISTER, &sample::register_workbook(&town)?)?;
    put(sample::MEANINGS, sample::meanings_json(&town).as_bytes())?;
    put("facit.json", sample::truth_json(&town).as_bytes())?;
    let definition = crs::metric("EPSG:3006")?;
    let layers = sample::background_layers(&town, &passport(seed));
    let write = |name: &str, layers: &[Layer], wanted| files::layers(&folder.join(name), layers, &definition, wanted);
    write("stad.gpkg", &layers, None)?;
    write("hemomrade.gpkg", &layers, Some("home"))?;
    let around = sample::surroundings::make(&town)?;
    for (name, bytes) in &around.files {
        put(name, bytes)?;
    }
    let areas = [sample::surroundings::area_layer(&town, &around.facit, &passport(seed))];
    write(sample::surroundings::FILES[0], &areas, None)?;
    let mut files = vec![
        sample::WORKBOOK,
        sample::DAMAGES,
        sample::NAMELESS,
        sample::REGISTER,
        sample::MEANINGS,
        "facit.json",
        "stad.gpkg",
        "hemomrade.gpkg",
    ];
    files.extend(sample::surroundings::FILES);
    Ok(Report { town: town.name, seed, files })
}

fn passport(seed: u64) -> Passport {
    Passport {
        software: SOFTWARE.to_owned(),
        method: "sample".to_owned(),
        parameters: BTreeMap::new(),
        seed: Some(seed),
        sources: vec!["sample".to_owned()],
        period: Some(("2018-01-01".to_owned(), "2025-12-31".to_owned())),
        vintage: "2025-12-31T23:00:00.000Z".to_owned(),
        used: 0,
        unplaced: 0,
        dropped: BTreeMap::new(),
        crs: "EPSG:3006".to_owned(),
        secrecy: Secrecy::Open,
        notes: Vec::new(),
        content_hash: String::new(),
    }
}
