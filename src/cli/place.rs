//! `lagesbild place` and `lagesbild report`.

use std::path::Path;

use serde_json::json;

use super::args::{Cli, PlaceArguments};
use super::commands::timing_lines;
use super::output::Output;
use crate::domain::Kind;
use crate::domain::paper::{Block, Paper};
use crate::service::Result;
use crate::service::place::{self, Request, Target};
use crate::service::progress::{Timings, peak_rss_mib};
use crate::service::report::{accidents, hours};
use crate::texts::text;

/// Asks about a place and writes the answer.
pub(super) fn run(cli: &Cli, arguments: &PlaceArguments, output: &Output) -> Result<()> {
    let target = match arguments {
        PlaceArguments { area: Some(file), .. } => Target::Area(file),
        PlaceArguments { street: Some(name), .. } => Target::Street(name),
        PlaceArguments { junction: Some(names), .. } => Target::Junction(names),
        PlaceArguments { object: Some(name), .. } => Target::Object(name),
        PlaceArguments { plan: Some(file), .. } => Target::Plan(file),
        // The command line asks for one of them.
        _ => return Ok(()),
    };
    let request = Request {
        target,
        buffer_m: arguments.buffer,
        crs: arguments.crs.as_deref(),
        years: arguments.years,
        join_crime: arguments.join_crime,
    };
    let timings = Timings::default();
    let extract = place::run(&request, &arguments.store, &arguments.output, &timings)?;
    if cli.timings {
        Output::aside(&timing_lines(&timings.seconds(), peak_rss_mib()));
    }
    let answer = json!({ "place": extract, "timings": timings.seconds(), "output": arguments.output });
    output.result(&answer, || said(&extract.title, &place::paper(&extract), &arguments.output));
    Ok(())
}

/// Makes the yearly report on accidents.
pub(super) fn report(cli: &Cli, store: &Path, year: Option<i16>, file: &Path, output: &Output) -> Result<()> {
    let timings = Timings::default();
    let report = accidents::run(store, year, file, &timings)?;
    if cli.timings {
        Output::aside(&timing_lines(&timings.seconds(), peak_rss_mib()));
    }
    let answer = json!({ "report": report, "timings": timings.seconds(), "output": file });
    output.result(&answer, || {
        let paper = accidents::paper(&report);
        said(&paper.title, &paper, file)
    });
    Ok(())
}

/// Makes the sheet of hours.
pub(super) fn hours(cli: &Cli, store: &Path, kind: Kind, years: u8, file: &Path, output: &Output) -> Result<()> {
    let timings = Timings::default();
    let sheet = hours::run(store, kind, years, file, &timings)?;
    if cli.timings {
        Output::aside(&timing_lines(&timings.seconds(), peak_rss_mib()));
    }
    let answer = json!({ "report": sheet, "timings": timings.seconds(), "output": file });
    output.result(&answer, || {
        let paper = hours::paper(&sheet);
        said(&paper.title, &paper, file)
    });
    Ok(())
}

/// The paper's first sentences, and where it is.
fn said(title: &str, paper: &Paper, file: &Path) -> Vec<String> {
    let lead = paper.blocks.iter().find_map(|block| match block {
        Block::Lead { text } => Some(text.clone()),
        _ => None,
    });
    vec![
        text("cli-sheet", &[("title", title.to_owned()), ("lead", lead.unwrap_or_default())]),
        text("cli-sheet-written", &[("file", file.display().to_string())]),
    ]
}
