//! Fuzzing of everything that reads: mutants of right files must be read or refused with a sentence and a remedy.
//!
//! Each target's mutants are made from a seed and run in batches by another process (this binary again), so that a
//! crash in C or C++ code, an endless loop or an allocation without end is a finding and not the end of the run.
//! A finding is kept under `target/fuzz/`; moved to `tests/findings/` it becomes a case of the test below. There the name
//! before `--` is the target's.
//!
//! `LAGESBILD_FUZZ_SECONDS` is the time a target gets (a quarter of a second where nothing is said, with a fixed seed);
//! `LAGESBILD_FUZZ_SEED` repeats a run.

mod engine;
mod seeds;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use lagesbild::ingest::{self, Mapping, ReadOptions};
use lagesbild::service::progress::Timings;
use lagesbild::service::{Access, GpkgStore, list, overview, quarantine, rows};
use lagesbild::store::{EventFilter, Store as _};
use lagesbild::texts::{ErrorKind, Problem, problem};

use engine::{Dice, mutant, zip_mutant};
use seeds::Seed;

use crate::support::folder;

/// What opening a file gives.
type Answer = Result<(), Box<Problem>>;

/// One reader, with files that it reads and words that mean something to it.
struct Target {
    name: &'static str,
    /// The part that is named when the file is opened.
    extension: &'static str,
    seeds: fn() -> Vec<Seed>,
    words: &'static [&'static [u8]],
    open: fn(&Path) -> Answer,
}

const JSON: &[&[u8]] = &[b"{\"a\":", b"[[", b"]]", b"\"type\":\"Feature\"", b"\"coordinates\":[", b"1E400", b"\\u0000"];
const XML: &[&[u8]] = &[b"<c r=\"XFD1048576\"", b"<row r=\"0\"", b" t=\"s\"", b"<v>-1</v>", b"<!ENTITY", b"&a;"];
const SQL: &[&[u8]] = &[b"gpkg_contents", b"geom", b"GP\0\x01", b"CREATE TABLE", b"\x01\x01\0\0\0", b"POINT"];
const TOML: &[&[u8]] = &[b"[columns]\n", b"zone = \"\"", b"= [", b"'''", b"east = [\"\"]", b"secrecy"];
const TABLE: &[&[u8]] = &[b"\"\"", b";;;;", b"karantan_id", b"2024-02-30", b"x;y", b"1e308", b"\r"];

const GML: &[&[u8]] =
    &[b"<!DOCTYPE", b"&a;", b"<gml:posList>1 2 3", b"srsName=\"EPSG:3006\"", b"xlink:href=\"#a\"", b"</"];
const DXF: &[&[u8]] =
    &[b"  0\nEOF\n", b"  0\nINSERT\n  2\nA\n", b"1e308\n", b"  0\nBLOCK\n", b"  0\nSPLINE\n", b" 90\n-1\n"];
const TAB: &[&[u8]] = &[b"Type NATIVE", b"Columns 9999", b"Region 99", b"Bounds", b"Charset \"Neutral\"", b"Pline 1"];
const ODS: &[&[u8]] =
    &[b" table:number-columns-repeated=\"999999999\"", b"<table:table-row", b"office:value=\"x\"", b"<!ENTITY"];

/// Every target. A new reader is a line here.
static TARGETS: [Target; 17] = [
    Target { name: "csv", extension: "csv", seeds: seeds::csv, words: TABLE, open: file },
    Target { name: "quarantine", extension: "csv", seeds: seeds::quarantine, words: TABLE, open: file },
    Target { name: "xlsx", extension: "xlsx", seeds: seeds::xlsx, words: XML, open: file },
    Target { name: "geojson", extension: "geojson", seeds: seeds::geojson, words: JSON, open: file },
    Target { name: "json", extension: "json", seeds: seeds::json, words: JSON, open: file },
    Target { name: "geopackage", extension: "gpkg", seeds: seeds::geopackage, words: SQL, open: file },
    Target {
        name: "shapefile",
        extension: "shp",
        seeds: || seeds::gdal("ESRI Shapefile", "shp"),
        words: &[],
        open: file,
    },
    Target { name: "flatgeobuf", extension: "fgb", seeds: || seeds::kind("fgb"), words: &[], open: map_file },
    Target { name: "mapinfo", extension: "tab", seeds: || seeds::kind("tab"), words: TAB, open: map_file },
    Target { name: "mif", extension: "mif", seeds: || seeds::kind("mif"), words: TAB, open: map_file },
    Target { name: "gml", extension: "gml", seeds: || seeds::kind("gml"), words: GML, open: map_file },
    Target { name: "dxf", extension: "dxf", seeds: || seeds::kind("dxf"), words: DXF, open: map_file },
    Target { name: "ods", extension: "ods", seeds: || seeds::kind("ods"), words: ODS, open: file },
    Target { name: "parquet", extension: "parquet", seeds: || seeds::kind("parquet"), words: &[], open: map_file },
    Target { name: "pbf", extension: "pbf", seeds: seeds::pbf, words: &[], open: roads },
    Target { name: "mapping", extension: "toml", seeds: seeds::mapping, words: TOML, open: toml },
    Target { name: "store", extension: "gpkg", seeds: seeds::store, words: SQL, open: store },
];

/// Reads a file of rows as import and analysis do.
fn file(path: &Path) -> Answer {
    let tables = ingest::read(path, &ReadOptions::default()).map_err(|error| Box::new(problem(&error)))?;
    for table in &tables {
        for row in 0..table.len() {
            assert_eq!(table.row(row).count(), table.columns.len(), "a row has a cell for every column");
        }
    }
    let request = rows::FileRequest { crs: Some("EPSG:3006"), keep_free_text: true, ..rows::FileRequest::default() };
    let places = rows::of_file(path, &request, &Timings::default()).map_err(|error| Box::new(error.problem()));
    let request = rows::FileRequest { times_only: true, ..request };
    rows::of_file(path, &request, &Timings::default()).map_err(|error| Box::new(error.problem()))?;
    places.map(drop)
}

/// The same, and whole shapes as ground and home areas are read.
fn map_file(path: &Path) -> Answer {
    let shapes = ingest::shapes::read(path, None).map_err(|error| Box::new(problem(&error)));
    file(path).and(shapes.map(drop))
}

/// Reads a road network.
fn roads(path: &Path) -> Answer {
    lagesbild::service::roads::network_of_file(path, None, None, 3006)
        .map(drop)
        .map_err(|error| Box::new(error.problem()))
}

fn toml(path: &Path) -> Answer {
    let bytes = std::fs::read(path).expect("the mutant is there");
    Mapping::parse("egen.toml", &String::from_utf8_lossy(&bytes)).map(drop).map_err(|error| Box::new(problem(&error)))
}

/// Opens a store and asks all that reading commands and the page ask.
fn store(path: &Path) -> Answer {
    let said = |error: lagesbild::service::Error| Box::new(error.problem());
    let store = GpkgStore::open(path, Access::ReadOnly).map_err(|error| Box::new(problem(&error)))?;
    let filter = EventFilter { free_text: true, ..EventFilter::default() };
    let answers = [
        store.events(&filter).map(drop).map_err(|error| Box::new(problem(&error))),
        list::events(&store).map(drop).map_err(said),
        list::runs(&store).map(drop).map_err(said),
        list::verify(&store).map(drop).map_err(said),
        overview::overview(&store).map(drop).map_err(said),
        store.imports().map(drop).map_err(|error| Box::new(problem(&error))),
        quarantine::write(&store, &["rader.csv".to_owned()], None, &path.with_extension("karantan"))
            .map(drop)
            .map_err(said),
    ];
    answers.into_iter().collect()
}

/// What a reader that failed may say: never a fault of ours, always a sentence and a remedy. One exception: a table or column
/// that somebody took out of a store is met when it is asked for, and the sentence says so.
fn fair(problem: &Problem) -> Result<(), String> {
    let ours = problem.kind == ErrorKind::Internal && problem.id != "geopackage-statement";
    if ours || problem.remedy.is_none() || problem.message.is_empty() || has_hole(&problem.message) {
        return Err(format!("an unfair refusal: {problem:?}"));
    }
    Ok(())
}

/// Whether a `{name}` of the catalogue was not filled; braces of the file's own may stand in a sentence.
fn has_hole(message: &str) -> bool {
    message.split('{').skip(1).any(|rest| {
        rest.split_once('}')
            .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
    })
}

/// Longest that one file may take.
const MOST_SECONDS: u64 = 10;
/// Most address space of the process that reads, in KiB: an allocation without end fails.
const MOST_KIB: u64 = 4 << 20;
/// Mutants a batch.
const BATCH: usize = 100;

/// Runs as the other process: opens every mutant of a folder, telling each before it is opened.
#[test]
#[ignore = "run by the fuzzer as a process of its own"]
fn child() {
    let Some(folder) = std::env::var_os("LAGESBILD_FUZZ_FOLDER").map(PathBuf::from) else { return };
    let name = std::env::var("LAGESBILD_FUZZ_TARGET").expect("the fuzzer names the target");
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target");
    let opened = std::sync::Arc::new(std::sync::Mutex::new(Instant::now()));
    let watched = std::sync::Arc::clone(&opened);
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(200));
            if watched.lock().is_ok_and(|since| since.elapsed() > Duration::from_secs(MOST_SECONDS)) {
                println!("FUZZ-SLOW");
                std::process::abort();
            }
        }
    });
    for path in mutants(&folder, target) {
        println!("FUZZ-OPEN {}", path.display());
        if let Ok(mut since) = opened.lock() {
            *since = Instant::now();
        }
        if let Err(problem) = (target.open)(&path)
            && let Err(unfair) = fair(&problem)
        {
            panic!("{unfair}");
        }
    }
    println!("FUZZ-DONE");
}

fn mutants(folder: &Path, target: &Target) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == target.extension)).collect();
    paths.sort();
    paths
}

/// Has a folder of mutants opened: the one that failed, with what was said.
fn failed(target: &Target, folder: &Path) -> Option<(PathBuf, String)> {
    let program = std::env::current_exe().expect("this binary");
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -v {MOST_KIB}; exec \"$@\""), "sh"])
        .arg(program)
        .args(["fuzz::child", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env("LAGESBILD_FUZZ_FOLDER", folder)
        .env("LAGESBILD_FUZZ_TARGET", target.name)
        .env("RUST_BACKTRACE", "0")
        .env("RAYON_NUM_THREADS", "2")
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() && said.contains("FUZZ-DONE") {
        return None;
    }
    let last = said.lines().filter_map(|line| line.split("FUZZ-OPEN ").nth(1)).next_back().unwrap_or_default();
    let told: String = said.lines().filter(|line| !line.contains("FUZZ-OPEN")).collect::<Vec<_>>().join("\n");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    Some((PathBuf::from(last), format!("{:?}\n{told}\n{error}", output.status)))
}

/// Fuzzes one target for this long; returns how many mutants were opened.
fn fuzz(target: &Target, seed: u64, time: Duration) -> usize {
    let (seeds, start) = ((target.seeds)(), Instant::now());
    if seeds.is_empty() {
        println!("NOT RUN: {} (no files to start from)", target.name);
        return 0;
    }
    let name = target.name.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let mut dice = Dice(seed ^ name);
    let mut opened = 0;
    while opened == 0 || start.elapsed() < time {
        let folder = folder();
        let batch = if time < Duration::from_secs(1) { BATCH / 4 } else { BATCH };
        for number in 0..batch {
            let parts = &seeds[dice.below(seeds.len())];
            let other = seeds[dice.below(seeds.len())].values().next().expect("a part");
            let chosen = dice.below(parts.len());
            for (at, (extension, bytes)) in parts.iter().enumerate() {
                let is_zip = bytes.starts_with(b"PK") && dice.below(4) > 0;
                let changed = match (at == chosen, is_zip) {
                    (false, _) => bytes.clone(),
                    (true, true) => zip_mutant(&mut dice, bytes, target.words).expect("the seed is a zip"),
                    (true, false) => mutant(&mut dice, bytes, other, target.words),
                };
                std::fs::write(folder.path().join(format!("{number:04}.{extension}")), changed).expect("written");
            }
        }
        opened += batch;
        if let Some((path, said)) = failed(target, folder.path()) {
            let kept = keep(target, &path);
            panic!("{} (seed {seed}): {said}\nkept as {}", target.name, kept.display());
        }
    }
    opened
}

/// Copies a finding with all its parts out of the folder that disappears.
fn keep(target: &Target, path: &Path) -> PathBuf {
    let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
    std::fs::create_dir_all(&to).expect("a folder");
    let number =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let kept = to.join(format!("{}--{number}.{}", target.name, target.extension));
    let folder = path.parent().expect("a folder");
    for part in std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
        if part.file_stem() == path.file_stem() {
            std::fs::copy(&part, kept.with_extension(part.extension().unwrap_or_default())).expect("copied");
        }
    }
    kept
}

#[test]
fn mutants_of_right_files_are_read_or_refused_fairly() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<f64>().ok());
    let seconds = number("LAGESBILD_FUZZ_SECONDS");
    let clock =
        || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |since| since.as_secs());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a seed that a person typed")]
    let given = number("LAGESBILD_FUZZ_SEED").map(|seed| seed as u64);
    // A short run is the same each time; a long one looks where none has looked.
    let seed = given.unwrap_or_else(|| if seconds.is_some() { clock() } else { 1 });
    let time = Duration::from_secs_f64(seconds.unwrap_or(0.25));
    let only = std::env::var("LAGESBILD_FUZZ_ONLY").ok();
    for target in TARGETS.iter().filter(|target| only.as_ref().is_none_or(|name| name == target.name)) {
        let opened = fuzz(target, seed, time);
        println!("{}: {opened} mutants, seed {seed}", target.name);
    }
}

#[test]
fn seeds_are_read_and_earlier_findings_stay_mended() {
    for target in &TARGETS {
        let folder = folder();
        for (number, seed) in (target.seeds)().iter().enumerate() {
            for (extension, bytes) in seed {
                std::fs::write(folder.path().join(format!("{number}.{extension}")), bytes).expect("written");
            }
        }
        assert!(!mutants(folder.path(), target).is_empty(), "{}", target.name);
        if let Some((path, said)) = failed(target, folder.path()) {
            panic!("{}, {}: {said}", target.name, path.display());
        }
    }
    let findings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings");
    for target in &TARGETS {
        let folder = folder();
        let start = format!("{}--", target.name);
        for path in std::fs::read_dir(&findings).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with(&start) {
                std::fs::copy(&path, folder.path().join(name)).expect("copied");
            }
        }
        if let Some((path, said)) = failed(target, folder.path()) {
            panic!("{}, {}: {said}", target.name, path.display());
        }
    }
}
