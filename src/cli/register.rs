//! Commands of the register of places: `import places` and `geocode`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::args::{Cli, Import};
use super::output::Output;
use crate::service::progress::{Timings, peak_rss_mib};
use crate::service::{Access, GpkgStore, Result, geocode, register};
use crate::texts::{number, text};

/// `geocode`.
#[derive(Debug, Args)]
pub struct Geocode {
    /// The store
    #[arg(long)]
    pub store: PathBuf,
    /// Write the names that a person must look at: .xlsx, .csv, .gpkg
    #[arg(long, value_name = "OUT.xlsx|.csv|.gpkg")]
    pub suggestions: Option<PathBuf>,
    /// Read that list back with its column `val` filled in: 1, 2 or 3, a place's id or name, or `ingen plats`
    #[arg(long, value_name = "IN.xlsx|.csv")]
    pub confirmed: Option<PathBuf>,
    /// Take back the choices and places of this name; may be given several times
    #[arg(long, value_name = "NAME")]
    pub forget: Vec<String>,
    /// Tell what would be done; the store stays as it is
    #[arg(long)]
    pub dry_run: bool,
}

fn said(id: &str, values: &[(&str, String)]) -> String {
    text(id, values)
}

/// `import places`.
pub fn import_places(arguments: &Import, output: &Output, map_lines: MapLines) -> Result<()> {
    let mut store = GpkgStore::open(&arguments.store, Access::ReadWrite)?;
    let mut reports = Vec::new();
    for file in &arguments.files {
        let request = register::Request {
            file: file.clone(),
            map: arguments.map.clone(),
            crs: arguments.crs.clone(),
            layer: arguments.layer.clone(),
            dry_run: arguments.dry_run,
        };
        reports.push(register::import(&request, &mut store)?);
    }
    let written = match &arguments.quarantine {
        Some(out) => Some((out, register::write_rejected(&reports, out)?)),
        None => None,
    };
    output.result(&json!({ "files": reports }), || {
        let mut lines: Vec<String> = Vec::new();
        for report in &reports {
            lines.extend(report.notes.iter().cloned());
            lines.extend(report.map.iter().flat_map(map_lines));
            lines.extend(report.register.iter().flat_map(sheet_lines));
            if !report.passed_by.is_empty() {
                lines.push(said("cli-register-passed-by", &[("sheets", report.passed_by.join(", "))]));
            }
        }
        if let Some((out, count)) = written {
            let values = [("file", out.display().to_string()), ("count", count.to_string())];
            lines.push(said("cli-register-rejected-written", &values));
        }
        lines
    });
    Ok(())
}

/// How the places of a map are told.
pub type MapLines = fn(&crate::service::background::Report) -> Vec<String>;

/// Rows that are told on screen at most; the file of rejected rows has all.
const TOLD: usize = 20;

fn sheet_lines(sheet: &register::Sheet) -> Vec<String> {
    let values = [
        ("source", sheet.source.clone()),
        ("mapping", sheet.mapping.clone()),
        ("read", sheet.read.to_string()),
        ("places", sheet.places.to_string()),
        ("rejected", sheet.rejected.len().to_string()),
        ("areas", sheet.areas.to_string()),
        ("without", sheet.without_position.to_string()),
    ];
    let mut lines = vec![said("cli-register", &values)];
    if !sheet.changed {
        lines.push(said("cli-register-unchanged", &[]));
    }
    if sheet.repeated > 0 {
        lines.push(said("cli-register-repeated", &[("count", sheet.repeated.to_string())]));
    }
    if !sheet.unmapped.is_empty() {
        lines.push(said("cli-unmapped", &[("columns", sheet.unmapped.join(", "))]));
    }
    for rejected in sheet.rejected.iter().take(TOLD) {
        let own = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
        let values = [
            ("row", rejected.row.to_string()),
            ("reason", text(rejected.reason, &[])),
            ("column", own(&rejected.column)),
            ("value", own(&rejected.value)),
        ];
        lines.push(said("cli-register-rejected", &values));
    }
    if sheet.rejected.len() > TOLD {
        lines.push(said("cli-register-more", &[("count", (sheet.rejected.len() - TOLD).to_string())]));
    }
    lines
}

/// `geocode`.
pub fn geocoded(cli: &Cli, arguments: &Geocode, output: &Output) -> Result<()> {
    let timings = Timings::default();
    let request = geocode::Request {
        suggestions: arguments.suggestions.clone(),
        confirmed: arguments.confirmed.clone(),
        forget: arguments.forget.clone(),
        dry_run: arguments.dry_run,
    };
    let access = if request.dry_run { Access::ReadOnly } else { Access::ReadWrite };
    let mut store = GpkgStore::open(&arguments.store, access)?;
    let report = geocode::run(&request, &mut store, &timings)?;
    if cli.timings {
        let mut lines: Vec<String> = timings
            .seconds()
            .iter()
            .map(|(stage, time)| format!("{stage:<10} {:>9.3} s", time.as_f64().unwrap_or(0.0)))
            .collect();
        lines.extend(peak_rss_mib().map(|mib| format!("{:<10} {mib:>9} MiB", "peak")));
        Output::aside(&lines);
    }
    output.result(&report, || report_lines(&report, arguments.suggestions.as_deref()));
    Ok(())
}

fn report_lines(report: &geocode::Report, list: Option<&Path>) -> Vec<String> {
    let count = |count: usize| count.to_string();
    let mut lines =
        vec![said("cli-geocode-register", &[("places", count(report.places)), ("streets", count(report.streets))])];
    let counted = [
        ("cli-geocode-taken-back", usize::try_from(report.taken_back).unwrap_or(usize::MAX)),
        ("cli-geocode-choices", usize::try_from(report.choices).unwrap_or(usize::MAX)),
        ("cli-geocode-automatic", report.automatic),
        ("cli-geocode-confirmed", report.confirmed),
        ("cli-geocode-to-confirm", report.to_confirm),
        ("cli-geocode-no-place", report.no_place),
        ("cli-geocode-not-found", report.not_found),
        ("cli-geocode-silent", report.silent),
        ("cli-geocode-without-position", report.without_position),
        ("cli-geocode-stale", report.stale_choices),
    ];
    lines.extend(counted.into_iter().filter(|(_, n)| *n > 0).map(|(id, n)| said(id, &[("count", count(n))])));
    for (row, value) in &report.unreadable {
        lines.push(said("cli-geocode-unreadable", &[("row", row.to_string()), ("value", value.clone())]));
    }
    let (before, after) = (report.before, report.after);
    let share = |standing: geocode::Standing| {
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let share = if standing.events == 0 { 0.0 } else { 100.0 * standing.unplaced as f64 / standing.events as f64 };
        number(&format!("{share:.1}"))
    };
    let values = [
        ("before", count(before.unplaced)),
        ("before_share", share(before)),
        ("after", count(after.unplaced)),
        ("after_share", share(after)),
        ("events", count(after.events)),
    ];
    lines.push(said("cli-geocode-unplaced", &values));
    if let Some(file) = list {
        let values = [("count", count(report.listed)), ("file", file.display().to_string())];
        lines.push(said("cli-geocode-listed", &values));
    }
    lines.extend(report.notes.iter().cloned());
    lines
}
