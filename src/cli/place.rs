//! `lagesbild place`.

use serde_json::json;

use super::args::{Cli, PlaceArguments};
use super::commands::timing_lines;
use super::output::Output;
use crate::service::Result;
use crate::service::place::{self, Request, Target};
use crate::service::progress::{Timings, peak_rss_mib};
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
    output.result(&answer, || {
        let lead = place::paper(&extract).blocks.into_iter().find_map(|block| match block {
            crate::domain::paper::Block::Lead { text } => Some(text),
            _ => None,
        });
        let file = arguments.output.display().to_string();
        vec![
            text("cli-place", &[("title", extract.title.clone()), ("lead", lead.unwrap_or_default())]),
            text("cli-place-written", &[("file", file)]),
        ]
    });
    Ok(())
}
