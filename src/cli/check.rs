//! `lagesbild check`.

use serde_json::json;

use super::args::{CheckArguments, Cli};
use super::commands::{timing_lines, to_file};
use super::output::Output;
use crate::service::Result;
use crate::service::plan::{self, Checked, Report, Request};
use crate::service::progress::{Timings, peak_rss_mib};
use crate::texts::text;

/// Most faults of a plan that are printed; all are in the file.
const MOST_PRINTED: usize = 15;

/// Checks a plan and writes its layers.
pub(super) fn run(cli: &Cli, arguments: &CheckArguments, output: &Output) -> Result<()> {
    let (file, layer) = to_file(&arguments.output);
    let request = Request {
        plan: &arguments.plan,
        mapping: arguments.map.as_deref(),
        plan_crs: arguments.plan_crs.as_deref(),
        crs: arguments.crs.as_deref(),
        output: file.into(),
        layer,
    };
    let timings = Timings::default();
    let report = plan::run(&request, &timings)?;
    if cli.timings {
        Output::aside(&timing_lines(&timings.seconds(), peak_rss_mib()));
    }
    let answer = json!({ "check": report, "timings": timings.seconds(), "output": request.output });
    output.result(&answer, || lines(&report, &request.output.display().to_string()));
    Ok(())
}

fn lines(report: &Report, file: &str) -> Vec<String> {
    let mut lines: Vec<String> = report.plans.iter().flat_map(of_plan).collect();
    lines.extend(report.warnings.iter().cloned());
    lines.push(text("cli-check-written", &[("file", file.to_owned()), ("crs", report.crs.clone())]));
    lines
}

fn of_plan(plan: &Checked) -> Vec<String> {
    let values = [
        ("plan", plan.name.clone()),
        ("provisions", plan.provisions.to_string()),
        ("faults", plan.faults.len().to_string()),
    ];
    let mut lines = vec![text("cli-check-plan", &values)];
    for (fault, number) in plan.faults.iter().take(MOST_PRINTED).zip(1..) {
        let remedy = fault.problem.remedy.as_deref().unwrap_or_default();
        lines.push(format!("{number}. {} {remedy}", fault.problem.message).trim_end().to_owned());
    }
    if plan.faults.len() > MOST_PRINTED {
        let more = (plan.faults.len() - MOST_PRINTED).to_string();
        lines.push(text("cli-check-more", &[("more", more)]));
    }
    lines
}
