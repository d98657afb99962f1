//! Gallring of a source, with a protocol.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::decision::today;
use super::error::Result;
use super::gate_error::GateRefusal;
use super::{coverage, files, quarantine, styles};
use crate::domain::Secrecy;
use crate::domain::gate::day;
use crate::domain::time::iso_utc;
use crate::store::erase::{Erase, Searched, Trace};
use crate::store::gate::{GivenOut, Retention};
use crate::store::{Gallring, Gate, GpkgStore};
use crate::texts::text;

/// The time zone by whose midnight a day begins.
const ZONE: &str = "Europe/Stockholm";

/// What is to be erased.
#[derive(Debug, Clone)]
pub struct Request {
    /// The register, or the file of ground, places and the like.
    pub source: String,
    /// Only what ended before this day, `YYYY-MM-DD`.
    pub before: Option<String>,
    /// By the store's rule for the source: before the day that lies as many years back as it may be kept.
    pub by_rule: bool,
    /// Count only; change nothing.
    pub dry_run: bool,
    /// Where the protocol is written: JSON where the file ends so, else text.
    pub protocol: Option<PathBuf>,
}

/// What was done: the protocol.
#[derive(Debug, Clone, Serialize)]
pub struct Protocol {
    /// The store's file.
    pub store: String,
    /// The source.
    pub source: String,
    /// Only what ended before this day.
    pub before: Option<String>,
    /// On what ground.
    pub rule: String,
    /// When, by the clock; `None` where nothing was changed.
    pub done: Option<String>,
    /// Rows by table.
    pub rows: BTreeMap<String, u64>,
    /// Imports whose file name was taken away.
    pub imports_blanked: u64,
    /// Results that went, by id.
    pub runs: Vec<String>,
    /// What the file's bytes were searched for; `None` where nothing was changed.
    pub searched: Option<Searched>,
    /// Files that were given out and rest on the source: they are not reached.
    pub given_out: Vec<GivenOut>,
    /// What stays, one sentence each.
    pub stays: Vec<String>,
}

/// Erases a source, or counts what would go, and writes the protocol.
///
/// # Errors
/// Nothing comes from this source, a day that is none, no rule, no place for the protocol, another program has the store
/// open: nothing was changed.
pub fn run(store: &mut GpkgStore, request: &Request) -> Result<Protocol> {
    let shown = store.path().display().to_string();
    if let Some(out) = &request.protocol {
        quarantine::check(out)?;
    }
    let (before, rule) = ground(store, request, &shown)?;
    let sources = store.sources()?;
    let unfinished = store.is_erasing()?;
    if !unfinished && !sources.contains(&request.source) {
        let source = request.source.clone();
        return Err(GateRefusal::UnknownSource { file: shown, source, sources }.into());
    }
    let stamp = before.as_deref().map(midnight);
    let what = Erase { source: &request.source, before: stamp.as_deref() };
    let (erased, searched) = if request.dry_run {
        (store.would_erase(&what)?, None)
    } else {
        let (erased, needles) = store.erase(&what)?;
        coverage::refresh(store)?;
        styles::write(store)?;
        (erased, Some(store.compact(&needles)?))
    };
    let given_out: Vec<GivenOut> =
        store.exports()?.into_iter().filter(|export| export.sources.contains(&request.source)).collect();
    let protocol = Protocol {
        store: shown,
        source: request.source.clone(),
        before,
        rule,
        done: searched.map(|_| iso_utc(jiff::Timestamp::now().as_second())),
        rows: erased.rows,
        imports_blanked: erased.imports_blanked,
        runs: erased.runs,
        searched,
        stays: stays(&given_out),
        given_out,
    };
    if let Some(out) = &request.protocol {
        files::put(out, written(&protocol, out).as_bytes())?;
    }
    Ok(protocol)
}

/// The day before which rows go, and the ground.
fn ground(store: &GpkgStore, request: &Request, file: &str) -> Result<(Option<String>, String)> {
    if let Some(before) = &request.before {
        if day(before).is_none() {
            return Err(GateRefusal::NotADay { parameter: "before", value: before.clone() }.into());
        }
        return Ok((Some(before.clone()), text("erase-rule-asked", &[])));
    }
    let rule = store.retention()?.into_iter().find(|rule| rule.system == request.source);
    if request.by_rule {
        let none = || GateRefusal::NoRetention { file: file.to_owned(), source: request.source.clone() };
        let rule = rule.ok_or_else(none)?;
        let today = day(&today()).and_then(|today| today.checked_sub(jiff::Span::new().years(rule.keep_years)).ok());
        let values = [("years", rule.keep_years.to_string()), ("basis", rule.basis)];
        return Ok((today.map(|day| day.to_string()), text("erase-rule-years", &values)));
    }
    let decision = store.decision()?.filter(|_| request.source == "STRADA");
    let rule = match decision {
        Some(decision) => text("erase-rule-decision", &[("diarienr", decision.diarienr), ("day", decision.erase_by)]),
        None => text("erase-rule-asked", &[]),
    };
    Ok((None, rule))
}

/// The UTC stamp of midnight at the beginning of a day.
fn midnight(text: &str) -> String {
    let zone = jiff::tz::TimeZone::get(ZONE).unwrap_or(jiff::tz::TimeZone::UTC);
    let start = day(text).and_then(|day| day.to_zoned(zone).ok());
    start.map_or_else(|| text.to_owned(), |start| iso_utc(start.timestamp().as_second()))
}

fn stays(given_out: &[GivenOut]) -> Vec<String> {
    let mut stays = vec![text("erase-stays-log", &[]), text("erase-stays-copies", &[]), text("erase-stays-disk", &[])];
    if !given_out.is_empty() {
        stays.insert(0, text("erase-stays-files", &[("count", given_out.len().to_string())]));
    }
    stays
}

/// Keeps a rule of how long a source may be kept.
///
/// # Errors
/// The store cannot be written.
pub fn set_rule(store: &mut GpkgStore, source: &str, keep_years: u16, basis: &str) -> Result<Retention> {
    let rule = Retention { system: source.to_owned(), keep_years, basis: basis.to_owned() };
    store.put_retention(&rule)?;
    Ok(rule)
}

/// What is left of a source that was erased in full; a sentence each.
///
/// # Errors
/// The store cannot be read.
pub fn left(store: &mut GpkgStore, source: &str) -> Result<(Vec<Trace>, Vec<String>)> {
    let traces = store.traces(source)?;
    let sentence = |trace: &Trace| {
        let place = match &trace.column {
            Some(column) => format!("{}.{column}", trace.place),
            None => trace.place.clone(),
        };
        let values = [("source", source.to_owned()), ("place", place), ("count", trace.count.to_string())];
        text("erase-left", &values)
    };
    let sentences = traces.iter().map(sentence).collect();
    Ok((traces, sentences))
}

impl Protocol {
    /// The protocol in lines.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            text("erase-title", &[]),
            text("erase-store", &[("store", self.store.clone())]),
            text("erase-source", &[("source", self.source.clone())]),
            text("erase-rule", &[("rule", self.rule.clone())]),
        ];
        if let Some(before) = &self.before {
            lines.push(text("erase-before", &[("before", before.clone())]));
        }
        lines.push(match &self.done {
            Some(done) => text("erase-done", &[("done", done.clone())]),
            None => text("erase-dry", &[]),
        });
        lines.push(text("erase-rows", &[("count", self.rows.values().sum::<u64>().to_string())]));
        lines.extend(self.rows.iter().map(|(table, rows)| format!("  {table:<20} {rows:>9}")));
        if self.imports_blanked > 0 {
            lines.push(text("erase-imports", &[("count", self.imports_blanked.to_string())]));
        }
        if !self.runs.is_empty() {
            lines.push(text("erase-runs", &[("runs", self.runs.join(", "))]));
        }
        if let Some(searched) = &self.searched {
            let values = [("hashes", searched.hashes.to_string()), ("found", searched.found.to_string())];
            lines.push(text("erase-searched", &values));
        }
        lines.push(text("erase-stays", &[]));
        lines.extend(self.stays.iter().map(|sentence| format!("  {sentence}")));
        for export in &self.given_out {
            lines.push(format!(
                "    {} · {} · {} · {}{}",
                export.file,
                export.layer,
                export.audience.code(),
                export.given,
                if export.secrecy == Secrecy::Open { "" } else { export.secrecy.mark().map_or("", |_| " · INTERN") }
            ));
        }
        lines
    }
}

fn written(protocol: &Protocol, out: &Path) -> String {
    if out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        return serde_json::to_string_pretty(protocol).unwrap_or_default() + "\n";
    }
    protocol.lines().join("\n") + "\n"
}
