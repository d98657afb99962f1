//! Decision, täckningstabell, giving out and gallring on the command line.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::args::What;
use super::output::Output;
use crate::service::{
    Access, Audience, GpkgStore, Result, coverage as table, decision as strada, disclosure, erase as gallring, give_out,
};
use crate::texts::text;

/// `decision`.
#[derive(Debug, Args)]
pub struct Decision {
    /// The decision: diarienr, unit, purpose, `erase_by`; without it the store's own is shown
    #[arg(value_name = "FILE.toml")]
    pub file: Option<PathBuf>,
    /// The store
    #[arg(long)]
    pub store: PathBuf,
}

/// `coverage`.
#[derive(Debug, Args)]
pub struct Coverage {
    /// The store
    #[arg(long)]
    pub store: PathBuf,
    /// Lines to take: .csv or .xlsx with the columns that --output writes
    #[arg(long, value_name = "FILE")]
    pub set: Option<PathBuf>,
    /// File to write the table to: .csv, .xlsx, .gpkg
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `export`.
#[derive(Debug, Args)]
pub struct Export {
    /// The layer: see `lagesbild list layers --store STORE`
    pub layer: String,
    /// The store
    #[arg(long)]
    pub store: PathBuf,
    /// File to write
    #[arg(long, value_name = "FILE")]
    pub output: PathBuf,
    /// For whom: staff get rows as they are, the others what `lagesbild explain disclosure` lists
    #[arg(long, value_parser = audience, default_value = "intern", value_name = "intern|rad|publik")]
    pub audience: Audience,
    /// Coordinate system of the file: EPSG:n, or local for the municipality's own zone; else the store's
    #[arg(long)]
    pub crs: Option<String>,
}

/// `erase`.
#[derive(Debug, Args)]
pub struct Erase {
    /// The register (STRADA), or the file of ground, places and the like
    #[arg(long)]
    pub source: String,
    /// The store
    #[arg(long)]
    pub store: PathBuf,
    /// Only what ended before this day
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub before: Option<String>,
    /// Only what the store's rule for the source no longer lets it keep
    #[arg(long, conflicts_with = "before")]
    pub by_rule: bool,
    /// Count what would go; change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Where the protocol is written: .json, or text
    #[arg(long, value_name = "FILE")]
    pub protocol: Option<PathBuf>,
    /// Write a rule into the store instead of erasing: how many years the source may be kept
    #[arg(long, value_name = "YEARS", requires = "basis", conflicts_with_all = ["before", "by_rule", "dry_run", "protocol"])]
    pub keep_years: Option<u16>,
    /// On what ground the rule stands
    #[arg(long, requires = "keep_years")]
    pub basis: Option<String>,
}

fn audience(text: &str) -> std::result::Result<Audience, String> {
    Audience::from_code(text).ok_or_else(|| Audience::ALL.map(Audience::code).join(", "))
}

/// The store that a command reads, where it is one that is there.
fn store_of(command: &What) -> Option<&Path> {
    match command {
        What::Import(arguments) => Some(&arguments.store),
        What::List { store, .. } => store.as_deref(),
        What::Analyse(arguments) => arguments.store.as_deref(),
        What::Serve { store, .. } | What::Verify { store, .. } => Some(store),
        What::Decision(arguments) => Some(&arguments.store),
        What::Coverage(arguments) => Some(&arguments.store),
        What::Export(arguments) => Some(&arguments.store),
        _ => None,
    }
}

/// Says on standard error that the day of erasure of the STRADA rows has passed. A store that cannot be read is the
/// command's own matter.
pub(super) fn warn_overdue(command: &What) {
    let store = store_of(command).and_then(|path| GpkgStore::open(path, Access::ReadOnly).ok());
    if let Some(sentence) = store.and_then(|store| strada::overdue(&store).ok().flatten()) {
        Output::aside(&[sentence]);
    }
}

pub(super) fn decision(arguments: &Decision, output: &Output) -> Result<()> {
    let decision = match &arguments.file {
        Some(file) => Some(strada::set(&mut GpkgStore::open(&arguments.store, Access::ReadWrite)?, file)?),
        None => strada::get(&GpkgStore::open(&arguments.store, Access::ReadOnly)?)?,
    };
    output.result(&json!({ "decision": decision }), || match &decision {
        None => vec![text("cli-no-decision", &[])],
        Some(decision) => {
            let values = [
                ("diarienr", decision.diarienr.clone()),
                ("unit", decision.unit.clone()),
                ("purpose", decision.purpose.clone()),
                ("day", decision.erase_by.clone()),
            ];
            vec![text("cli-decision", &values)]
        }
    });
    Ok(())
}

pub(super) fn coverage(arguments: &Coverage, output: &Output) -> Result<()> {
    let access = if arguments.set.is_some() { Access::ReadWrite } else { Access::ReadOnly };
    let mut store = GpkgStore::open(&arguments.store, access)?;
    let changed = arguments.set.as_deref().map(|file| table::set(&mut store, file)).transpose()?;
    if let Some(file) = &arguments.output {
        table::write(&store, file)?;
    }
    let found = table::table(&store)?;
    let object = json!({ "changed": changed, "coverage": found.coverage, "preliminary": found.preliminary });
    output.result(&object, || {
        let line = |line: &crate::domain::Coverage| {
            let open = found.preliminary.get(&line.system) == Some(&line.year);
            let mark = if open { text("cli-preliminary", &[]) } else { String::new() };
            let written = if line.derived { String::new() } else { text("cli-written", &[]) };
            format!(
                "{:<14} {:<10} {} {:>8}  {:<7} {mark}{written}{}",
                line.system,
                line.reporter,
                line.year,
                line.events,
                line.reporting.code(),
                line.note.as_deref().unwrap_or_default()
            )
            .trim_end()
            .to_owned()
        };
        let mut lines: Vec<String> = found.coverage.iter().map(line).collect();
        lines.extend(changed.map(|count| text("cli-coverage-set", &[("count", count.to_string())])));
        lines
    });
    Ok(())
}

pub(super) fn export(arguments: &Export, output: &Output) -> Result<()> {
    let mut store = GpkgStore::open(&arguments.store, Access::ReadWrite)?;
    let request = give_out::Request {
        layer: &arguments.layer,
        output: &arguments.output,
        audience: arguments.audience,
        crs: arguments.crs.as_deref(),
    };
    let report = give_out::run(&mut store, &request)?;
    output.result(&report, || {
        let values = [
            ("layer", report.layer.clone()),
            ("count", report.features.to_string()),
            ("file", report.file.clone()),
            ("crs", report.crs.clone()),
            ("mark", report.secrecy.mark().map_or_else(|| text("cli-unmarked", &[]), str::to_owned)),
        ];
        let mut lines = report.notes.clone();
        lines.push(text("cli-exported", &values));
        lines
    });
    Ok(())
}

pub(super) fn export_lines(object: &Value) -> Vec<String> {
    let word = |row: &Value, name: &str| row[name].as_str().map_or_else(|| row[name].to_string(), str::to_owned);
    let line = |row: &Value| {
        ["given", "audience", "layer", "file", "features", "secrecy"].map(|name| word(row, name)).join(" · ")
    };
    object["exports"].as_array().into_iter().flatten().map(line).collect()
}

pub(super) fn erase(arguments: &Erase, output: &Output) -> Result<u8> {
    let mut store = GpkgStore::open(&arguments.store, Access::ReadWrite)?;
    if let Some(years) = arguments.keep_years {
        let basis = arguments.basis.as_deref().unwrap_or_default();
        let rule = gallring::set_rule(&mut store, &arguments.source, years, basis)?;
        let values = [("source", rule.system.clone()), ("years", years.to_string()), ("basis", rule.basis.clone())];
        output.result(&rule, || vec![text("cli-rule", &values)]);
        return Ok(0);
    }
    let request = gallring::Request {
        source: arguments.source.clone(),
        before: arguments.before.clone(),
        by_rule: arguments.by_rule,
        dry_run: arguments.dry_run,
        protocol: arguments.protocol.clone(),
    };
    let protocol = gallring::run(&mut store, &request)?;
    let failed = protocol.searched.is_some_and(|searched| searched.found > 0);
    output.result(&protocol, || protocol.lines());
    Ok(u8::from(failed) * 3)
}

pub(super) fn verified_erased(store: &Path, source: &str, output: &Output) -> Result<u8> {
    let mut opened = GpkgStore::open(store, Access::ReadOnly)?;
    let found = crate::service::list::verify(&opened)?;
    let (traces, sentences) = gallring::left(&mut opened, source)?;
    let sound = found.problems.is_empty() && traces.is_empty();
    output.result(&json!({ "rows": found.rows, "problems": found.problems, "traces": traces }), || {
        let mut lines: Vec<String> = found.problems.iter().cloned().chain(sentences).collect();
        let id = if sound { "cli-nothing-left" } else { "cli-something-left" };
        lines.push(text(id, &[("source", source.to_owned()), ("file", store.display().to_string())]));
        lines
    });
    Ok(u8::from(!sound))
}

pub(super) fn explain(output: &Output) {
    output.result(&disclosure::rules(), || disclosure::rules().lines());
}
