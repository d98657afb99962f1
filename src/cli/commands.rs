//! One function a command: from flags to a service call, from its answer to lines.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::args::{Analyse, Cli, Import, Imported, Listed, Reported, What};
use super::bar::Bar;
use super::gate;
use super::output::Output;
use crate::service::background;
use crate::service::progress::{Timings, peak_rss_mib};
use crate::service::rows::FileRequest;
use crate::service::{
    Access, GpkgStore, Result, Tally, analyse, give_out, import, init, list, preview, roads, sample, snap,
};
use crate::texts::text;

/// Runs the command; the exit code is 0 unless a check found something.
pub fn dispatch(cli: &Cli, output: &Output) -> Result<u8> {
    gate::warn_overdue(&cli.command);
    match &cli.command {
        What::Init { store, crs, name, home, strada_decision, local_crs } => {
            let request = init::Request {
                crs: Some(crs),
                name: name.as_deref(),
                home: home.as_deref(),
                decision: strada_decision.as_deref(),
                local_crs: local_crs.as_deref(),
            };
            init::run(store, &request)?;
            output.result(&json!({ "store": store, "crs": crs }), || vec![said("cli-made", &[("file", shown(store))])]);
        }
        What::Decision(arguments) => gate::decision(arguments, output)?,
        What::Coverage(arguments) => gate::coverage(arguments, output)?,
        What::Export(arguments) => gate::export(arguments, output)?,
        What::Erase(arguments) => return gate::erase(arguments, output),
        What::Import(arguments) => import_files(cli, arguments, output)?,
        What::List { what, store } => listed(*what, store.as_deref(), output)?,
        What::Analyse(arguments) => analysed(cli, arguments, output)?,
        What::Check(arguments) => super::check::run(cli, arguments, output)?,
        What::Place(arguments) => super::place::run(cli, arguments, output)?,
        What::Report { what: Reported::Accidents, store, year, output: file, .. } => {
            super::place::report(cli, store, *year, file, output)?;
        }
        What::Report { what: Reported::Hours, store, kind, years, output: file, .. } => {
            super::place::hours(cli, store, *kind, *years, file, output)?;
        }
        What::Serve { store, bind } => {
            crate::http::serve(store, bind, |address| {
                output.result(&json!({ "address": format!("http://{address}") }), || {
                    vec![said("cli-serving", &[("address", format!("http://{address}"))])]
                });
            })?;
        }
        What::Explain { method } if method == "disclosure" => gate::explain(output),
        What::Explain { method } => {
            let method = crate::service::method(method)?;
            output.result(&method, || vec![method.explanation()]);
        }
        What::Sample { out_dir, seed } => {
            let report = sample::write(out_dir, *seed)?;
            output.result(&report, || {
                vec![said("cli-sample", &[("town", report.town.clone()), ("folder", shown(out_dir))])]
            });
        }
        What::Geocode(arguments) => super::register::geocoded(cli, arguments, output)?,
        What::Verify { store, erased: None } => return verified(store, output),
        What::Verify { store, erased: Some(source) } => return gate::verified_erased(store, source, output),
    }
    Ok(0)
}

fn said(id: &str, values: &[(&str, String)]) -> String {
    text(id, values)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn import_files(cli: &Cli, arguments: &Import, output: &Output) -> Result<()> {
    let bar = Bar::new(output.is_json());
    let timings = Timings::default();
    match arguments.what {
        Imported::Events => {}
        Imported::Roads => return import_roads(arguments, output),
        Imported::Ground => return import_background(background::What::Ground, arguments, output),
        Imported::Places => return super::register::import_places(arguments, output, background_lines),
        Imported::Areas | Imported::Exposure | Imported::Counts | Imported::Measures | Imported::Conditions => {
            return super::areas::import(arguments, output);
        }
    }
    let request = import::Request {
        files: arguments.files.clone(),
        map: arguments.map.clone(),
        crs: arguments.crs.clone(),
        layer: arguments.layer.clone(),
        replace: arguments.replace,
        quarantine: arguments.quarantine.clone(),
    };
    if arguments.dry_run {
        let preview = preview::run(&request, &GpkgStore::open(&arguments.store, Access::ReadOnly)?)?;
        output.result(&preview, || preview_lines(&preview));
        return Ok(());
    }
    let mut store = GpkgStore::open(&arguments.store, Access::ReadWrite)?;
    let report = import::events(&request, &mut store, &bar, &timings)?;
    drop(bar);
    if cli.timings {
        Output::aside(&timing_lines(&timings.seconds(), peak_rss_mib()));
    }
    output.result(&report, || import_lines(&report, arguments.quarantine.as_deref()));
    Ok(())
}

fn import_roads(arguments: &Import, output: &Output) -> Result<()> {
    let mut store = GpkgStore::open(&arguments.store, Access::ReadWrite)?;
    let mut reports = Vec::new();
    for file in &arguments.files {
        reports.push(roads::import(file, arguments.layer.as_deref(), arguments.crs.as_deref(), &mut store)?);
    }
    output.result(&json!({ "files": reports }), || reports.iter().flat_map(roads::Report::lines).collect());
    Ok(())
}

fn import_background(what: background::What, arguments: &Import, output: &Output) -> Result<()> {
    let mut store = GpkgStore::open(&arguments.store, Access::ReadWrite)?;
    let mut reports = Vec::new();
    for file in &arguments.files {
        reports.push(background::import(what, file, arguments.layer.as_deref(), arguments.crs.as_deref(), &mut store)?);
    }
    output.result(&json!({ "files": reports }), || reports.iter().flat_map(background_lines).collect());
    Ok(())
}

fn background_lines(report: &background::Report) -> Vec<String> {
    let line =
        |(layer, count): (&String, &usize)| said("cli-kept", &[("layer", layer.clone()), ("count", count.to_string())]);
    let other = |(layer, count): (&String, &usize)| {
        said("cli-passed-over", &[("layer", layer.clone()), ("count", count.to_string())])
    };
    let cut = (report.incomplete > 0).then(|| said("cli-incomplete", &[("count", report.incomplete.to_string())]));
    report.kept.iter().map(line).chain(report.passed_over.iter().map(other)).chain(cut).collect()
}

fn tally_line(id: &str, tally: &Tally) -> String {
    let values = [
        ("read", tally.read.to_string()),
        ("accepted", tally.accepted.to_string()),
        ("quarantined", tally.quarantined.to_string()),
        ("present", tally.present.to_string()),
    ];
    said(id, &values)
}

fn import_lines(report: &import::Report, quarantine: Option<&Path>) -> Vec<String> {
    let mut lines = vec![said("cli-mapping", &[("mapping", report.mapping.clone())])];
    lines.extend(report.notes.iter().cloned());
    lines.push(tally_line("cli-events", &report.events));
    if report.persons.read > 0 {
        lines.push(tally_line("cli-persons", &report.persons));
    }
    for (id, count) in [("cli-replaced", report.replaced), ("cli-closed", report.closed)] {
        if count > 0 {
            lines.push(said(id, &[("count", count.to_string())]));
        }
    }
    let counted = |id: &str, count: u64, rows: Option<&Vec<u32>>| {
        let rows: Vec<String> = rows.into_iter().flatten().map(u32::to_string).collect();
        let id_of_place = if rows.len() as u64 == count { "cli-rows" } else { "cli-first-rows" };
        let place = if rows.is_empty() { String::new() } else { said(id_of_place, &[("rows", rows.join(", "))]) };
        format!("  {count:>6}  {}{place}", text(id, &[]))
    };
    for (heading, counts) in [("cli-reasons", &report.reasons), ("cli-warnings", &report.warnings)] {
        if !counts.is_empty() {
            lines.push(said(heading, &[]));
        }
        let mut list: Vec<(&String, &u64)> = counts.iter().collect();
        list.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        lines.extend(list.into_iter().map(|(id, count)| counted(id, *count, report.warning_rows.get(id))));
    }
    if !report.unmapped.is_empty() {
        lines.push(said("cli-unmapped", &[("columns", report.unmapped.join(", "))]));
    }
    if let Some(file) = quarantine {
        let id = if report.in_quarantine_file == 0 { "cli-quarantine-empty" } else { "cli-quarantine-written" };
        lines.push(said(id, &[("file", shown(file)), ("count", report.in_quarantine_file.to_string())]));
    }
    lines
}

fn preview_lines(preview: &preview::Preview) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", preview.mapping, preview.title)];
    for (sheet, fields) in &preview.fields {
        lines.push(format!("{sheet}:"));
        lines.extend(fields.iter().map(|(field, column)| format!("  {field:<28} ← {column}")));
        let unmapped = preview.unmapped.get(sheet).map(|columns| columns.join(", ")).unwrap_or_default();
        lines.push(said("cli-unmapped", &[("columns", if unmapped.is_empty() { "–".to_owned() } else { unmapped })]));
    }
    lines.push(said("cli-crs", &[("crs", preview.crs.clone().unwrap_or_else(|| "–".to_owned()))]));
    lines.extend(preview.rows.iter().map(Value::to_string));
    lines
}

fn listed(what: Listed, store: Option<&Path>, output: &Output) -> Result<()> {
    let open = |path: Option<&Path>| GpkgStore::open(path.unwrap_or(Path::new("")), Access::ReadOnly);
    let object = match what {
        Listed::Methods => list::methods(),
        Listed::Mappings => list::mappings(),
        Listed::Events => list::events(&open(store)?)?,
        Listed::Runs => list::runs(&open(store)?)?,
        Listed::Unsnapped => snap::unsnapped(&open(store)?)?,
        Listed::Layers => give_out::list(&open(store)?)?,
        Listed::Exports => give_out::given(&open(store)?)?,
    };
    output.result(&object, || {
        match what {
            Listed::Events => return event_lines(&object),
            Listed::Unsnapped => return unsnapped_lines(&object),
            Listed::Exports => return gate::export_lines(&object),
            _ => {}
        }
        let rows = object.as_object().into_iter().flat_map(|map| map.values()).filter_map(Value::as_array).flatten();
        rows.map(|row| {
            let rest = row.as_object().into_iter().flatten().filter(|(name, _)| *name != "id");
            let told: Vec<String> = rest
                .filter(|(_, value)| !value.is_object() && !value.is_array())
                .map(|(_, value)| plain(value))
                .collect();
            format!("{:<18} {}", plain(&row["id"]), told.join(" · "))
        })
        .collect()
    });
    Ok(())
}

fn event_lines(object: &Value) -> Vec<String> {
    let line = |row: &Value| {
        let kind = text(&format!("layer-events-{}", plain(&row["id"])), &[]);
        said(
            "cli-kind-line",
            &[("kind", kind), ("events", plain(&row["events"])), ("unplaced", plain(&row["unplaced"]))],
        )
    };
    let mut lines: Vec<String> = object["events"].as_array().into_iter().flatten().map(line).collect();
    lines.push(said("cli-quarantined-line", &[("count", plain(&object["quarantined"]))]));
    lines
}

fn unsnapped_lines(object: &Value) -> Vec<String> {
    let rows = object["unsnapped"].as_array().map(Vec::as_slice).unwrap_or_default();
    let line = |row: &Value| {
        let metres = row["distance_m"].as_f64().map(|metres| format!(" · {} m", crate::texts::number(&metres)));
        format!("{:<18} {}{}", plain(&row["id"]), plain(&row["text"]), metres.unwrap_or_default())
    };
    let values = [("count", rows.len().to_string()), ("events", plain(&object["events"]))];
    std::iter::once(said("cli-unsnapped", &values)).chain(rows.iter().map(line)).collect()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `FILE#layer` as both.
pub(super) fn to_file(output: &str) -> (&str, Option<&str>) {
    match output.rsplit_once('#') {
        Some((file, layer)) if !file.is_empty() && !layer.contains(['/', '.']) => (file, Some(layer)),
        _ => (output, None),
    }
}

fn analysed(cli: &Cli, arguments: &Analyse, output: &Output) -> Result<()> {
    let (file, layer) = to_file(&arguments.output);
    let from = match (&arguments.store, &arguments.input) {
        (Some(path), _) => analyse::From::Store { path, kind: arguments.kind },
        (None, input) => analyse::From::File {
            path: input.as_deref().unwrap_or(Path::new("")),
            request: FileRequest {
                layer: arguments.layer.as_deref(),
                x: arguments.x.as_deref(),
                y: arguments.y.as_deref(),
                crs: arguments.crs.as_deref(),
                value: None,
                keep_free_text: arguments.keep_free_text,
                times_only: false,
            },
        },
    };
    let parameters: Vec<(&str, &str)> =
        arguments.parameters.0.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let request = analyse::Request {
        method: &arguments.method,
        parameters: &parameters,
        from,
        network: arguments.network.as_deref().map(|path| analyse::NetworkFile {
            path,
            layer: arguments.network_layer.as_deref(),
            crs: arguments.network_crs.as_deref(),
        }),
        output: PathBuf::from(file),
        layer,
        keep: !arguments.no_keep,
    };
    let bar = Bar::new(output.is_json());
    let report = analyse::run(&request, &bar, &Timings::default())?;
    drop(bar);
    if cli.timings {
        Output::aside(&timing_lines(&report.timings, report.peak_rss_mib));
    }
    output.result(&report, || {
        let mut lines = report.warnings.clone();
        let values = [
            ("features", report.features.to_string()),
            ("used", report.passport.used.to_string()),
            ("unplaced", report.passport.unplaced.to_string()),
            ("file", file.to_owned()),
        ];
        let has = |layer: &str| report.layers.contains_key(layer);
        let id = match report.features {
            _ if has("timeline") => "cli-timeline",
            _ if !has("hotspots") => "cli-result",
            0 => "cli-no-hotspot",
            1 => "cli-one-hotspot",
            _ => "cli-hotspots",
        };
        lines.push(said(id, &values));
        lines.extend(report.passport.notes.iter().cloned());
        if report.kept {
            lines.push(said("cli-kept-result", &[]));
        }
        lines
    });
    Ok(())
}

pub(super) fn timing_lines(seconds: &Map<String, Value>, peak: Option<u64>) -> Vec<String> {
    let mut lines: Vec<String> =
        seconds.iter().map(|(stage, time)| format!("{stage:<10} {:>9.3} s", time.as_f64().unwrap_or(0.0))).collect();
    if let Some(mib) = peak {
        lines.push(format!("{:<10} {mib:>9} MiB", "peak"));
    }
    lines
}

fn verified(store: &Path, output: &Output) -> Result<u8> {
    let found = list::verify(&GpkgStore::open(store, Access::ReadOnly)?)?;
    output.result(&found, || {
        let mut lines: Vec<String> = found.rows.iter().map(|(table, rows)| format!("{table:<20} {rows:>9}")).collect();
        lines.extend(found.problems.iter().cloned());
        let id = if found.problems.is_empty() { "cli-sound" } else { "cli-damaged" };
        lines.push(said(id, &[("file", shown(store))]));
        lines
    });
    Ok(u8::from(!found.problems.is_empty()))
}
