//! Bad input gets one clear sentence that names file, place and remedy, the right exit code, and leaves nothing behind.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Run, arg, digest, finished, folder, run, store};

/// A store of its own, and what a refusal must leave as it was.
pub struct Case {
    pub folder: tempfile::TempDir,
    pub store: PathBuf,
}

impl Case {
    pub fn new() -> Self {
        let folder = folder();
        let store = store(folder.path(), &[]);
        Self { folder, store }
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("the file can be written");
        path
    }

    /// Imports the file, which must be refused with this code, name the file, tell a remedy and leave the store alone.
    pub fn refused(&self, file: &Path, code: i32, words: &[&str]) -> Value {
        self.refused_with(file, code, words, &[])
    }

    pub fn refused_with(&self, file: &Path, code: i32, words: &[&str], more: &[&str]) -> Value {
        let before = digest(&self.store);
        let mut arguments = vec!["--json", "import", "events", arg(file), "--store", arg(&self.store)];
        arguments.extend(more);
        let answer = run(&arguments);
        let error = one_sentence(&answer, code, words);
        assert_eq!(digest(&self.store), before, "the store was changed: {answer:?}");
        let out = self.folder.path().join("ut.gpkg");
        if more.is_empty() {
            let answer = run(&["--json", "analyse", "dbscan", "--input", arg(file), "--output", arg(&out)]);
            one_sentence(&answer, code, &[]);
            assert!(!out.exists(), "a refused analysis left a file");
        }
        let left: Vec<_> = std::fs::read_dir(self.folder.path())
            .expect("the folder")
            .flatten()
            .map(|entry| entry.file_name())
            .collect();
        assert!(
            left.iter()
                .all(|name| !name.to_string_lossy().contains("tmp") && !name.to_string_lossy().ends_with("-journal")),
            "{left:?}"
        );
        error
    }
}

/// Holds that the answer is one clear sentence with a remedy, and the exit code.
pub fn one_sentence(answer: &Run, code: i32, words: &[&str]) -> Value {
    assert_eq!(answer.code, code, "{answer:?}");
    assert!(!answer.err.contains("panicked"), "{answer:?}");
    let error = answer.json()["error"].clone();
    let message = error["message"].as_str().expect("a message").to_owned();
    assert!(message.ends_with('.') && !message.contains('{') && !message.contains('\n'), "{message}");
    assert!(error["remedy"].as_str().is_some_and(|text| text.len() > 10), "{error}");
    for word in words {
        assert!(
            message.contains(word) || error["place"].as_str().is_some_and(|place| place.contains(word)),
            "{word}: {error}"
        );
    }
    error
}

#[test]
fn a_missing_file_is_named() {
    let case = Case::new();
    let error = case.refused(Path::new("/finns/inte.csv"), 1, &["/finns/inte.csv"]);
    assert_eq!(error["file"], "/finns/inte.csv");
}

#[test]
fn a_file_of_another_kind_is_told_by_its_content() {
    let case = Case::new();
    case.refused(&case.file("bild.csv", b"\x89PNG\r\n\x1a\n0000"), 1, &["bild.csv"]);
    case.refused(&case.file("text.xlsx", b"a;b\n1;2\n"), 1, &["text.xlsx"]);
    case.refused(&case.file("text.gpkg", b"a;b\n1;2\n"), 1, &["text.gpkg"]);
    case.refused(&case.file("okant.abc", b"a;b\n1;2\n"), 1, &["okant.abc"]);
    case.refused(&case.file("sida.csv", b"<!DOCTYPE html><html><body>fel</body></html>"), 1, &["sida.csv"]);
}

#[test]
fn invalid_json_is_refused_with_line_and_column() {
    let case = Case::new();
    let broken = case.file("trasig.geojson", b"{\"type\": \"FeatureCollection\",\n \"features\": [ {\"type\": ]}\n");
    case.refused(&broken, 1, &["trasig.geojson", "rad 2", "kolumn"]);
    case.refused(&case.file("lista.geojson", b"[1,2,3]"), 1, &["lista.geojson"]);
}

#[test]
fn an_empty_file_and_an_empty_layer_are_two_different_sentences() {
    let case = Case::new();
    case.refused(&case.file("tom.csv", b""), 1, &["tom.csv"]);
    case.refused(&case.file("rubrik.csv", b"x;y;datum\n"), 1, &["rubrik.csv"]);
    case.refused(&case.file("tom.geojson", b"{\"type\":\"FeatureCollection\",\"features\":[]}"), 1, &["tom.geojson"]);
}

#[test]
fn a_truncated_workbook_is_refused() {
    let case = Case::new();
    let town = case.folder.path().join("stad");
    run(&["sample", arg(&town)]).ok();
    let whole = std::fs::read(town.join("olyckor_strada.xlsx")).expect("the workbook");
    for share in [10, 50, 90, 99] {
        let part = case.file("kapad.xlsx", &whole[..whole.len() * share / 100]);
        case.refused(&part, 1, &["kapad.xlsx"]);
    }
}

#[test]
fn coordinates_outside_the_stated_system_are_refused_with_their_ranges() {
    let case = Case::new();
    let degrees = case.file("grader.csv", b"x;y;datum\n16.36;56.66;2024-01-01\n16.37;56.67;2024-01-02\n");
    case.refused_with(&degrees, 1, &["grader.csv", "EPSG:3006", "16,36"], &["--crs", "EPSG:3006"]);
    case.refused(&case.file("sma.csv", b"x;y;datum\n1;2;2024-01-01\n3;4;2024-01-02\n"), 1, &["sma.csv"]);
    case.refused_with(&degrees, 1, &["EPSG:123456"], &["--crs", "EPSG:123456"]);
}

#[test]
fn a_store_from_a_newer_version_is_refused_and_left_alone() {
    let case = Case::new();
    let file = case.file("rader.csv", b"x;y;datum\n580000;6602000;2024-01-01\n");
    let connection = rusqlite::Connection::open(&case.store).expect("opens");
    let changed =
        connection.execute("UPDATE lb_settings SET value = '999' WHERE key = 'schema_version'", []).expect("runs");
    assert_eq!(changed, 1);
    drop(connection);
    let before = digest(&case.store);
    let answer = run(&["--json", "import", "events", arg(&file), "--store", arg(&case.store), "--crs", "EPSG:3006"]);
    one_sentence(&answer, 1, &["999", arg(&case.store)]);
    assert_eq!(digest(&case.store), before);
}

#[test]
fn a_file_that_is_no_store_is_not_taken_for_one() {
    let case = Case::new();
    let file = case.file("rader.csv", b"x;y;datum\n580000;6602000;2024-01-01\n");
    let out = case.folder.path().join("resultat.gpkg");
    run(&["analyse", "counts", "--input", arg(&file), "--crs", "EPSG:3006", "--output", arg(&out)]).ok();
    for not_store in [&out, &file] {
        let answer = run(&["--json", "import", "events", arg(&file), "--store", arg(not_store), "--crs", "EPSG:3006"]);
        one_sentence(&answer, 1, &[arg(not_store)]);
    }
    let answer = run(&["--json", "init", arg(&case.store)]);
    one_sentence(&answer, 1, &["finns redan"]);
}

#[test]
fn parameters_that_make_no_sense_are_refused_with_their_range() {
    let case = Case::new();
    let file = case.file("rader.csv", b"x;y;datum\n580000;6602000;2024-01-01\n");
    let out = case.folder.path().join("ut.gpkg");
    for (name, value, word) in [
        ("--eps", "0", "0,01"),
        ("--eps", "-1", "0,01"),
        ("--eps", "femtio", "femtio"),
        ("--min-points", "0", "1"),
        ("--cell", "50", "cell"),
    ] {
        let answer = run(&[
            "--json",
            "analyse",
            "dbscan",
            "--input",
            arg(&file),
            "--crs",
            "EPSG:3006",
            "--output",
            arg(&out),
            name,
            value,
        ]);
        one_sentence(&answer, 1, &[word]);
    }
    let answer =
        run(&["--json", "analyse", "dbscan", "--input", arg(&file), "--crs", "EPSG:3006", "--output", "ut.docx"]);
    one_sentence(&answer, 1, &["ut.docx"]);
    let answer = run(&["--json", "analyse", "dbscan", "--input", arg(&file), "--x", "lon", "--output", arg(&out)]);
    one_sentence(&answer, 1, &["lon"]);
    assert!(!out.exists());
}

#[test]
fn the_service_does_not_leave_the_machine() {
    let case = Case::new();
    for address in ["0.0.0.0:8080", "192.168.0.1:80", "[::]:8080"] {
        let answer = run(&["--json", "serve", "--store", arg(&case.store), "--bind", address]);
        one_sentence(&answer, 1, &[address]);
    }
}

/// Runs a copy of the program that anyone may run, as a user without rights: the folder that cargo builds in may be closed.
/// `None`, said aloud, where no such user can be had.
pub fn as_nobody(program: &Path, arguments: &[&str]) -> Option<Run> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    let mut command = Command::new(if is_root { Path::new("setpriv") } else { program });
    if is_root {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", arg(program)]);
    }
    match command.args(arguments).env("RUST_BACKTRACE", "0").output() {
        Ok(output) => Some(finished(&output)),
        Err(error) => {
            println!("NOT RUN: permissions as an unprivileged user ({error})");
            None
        }
    }
}

#[test]
fn files_and_folders_without_permission_are_named() {
    let case = Case::new();
    let set = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("ours to set");
    };
    // The program and the folder must be reachable for anyone, or the test would tell of the wrong thing.
    set(case.folder.path(), 0o755);
    let own = folder();
    set(own.path(), 0o755);
    let program = own.path().join("lagesbild");
    std::fs::copy(env!("CARGO_BIN_EXE_lagesbild"), &program).expect("the program can be copied");
    set(&program, 0o755);
    let secret = case.file("hemlig.csv", b"x;y;datum\n580000;6602000;2024-01-01\n");
    let open = case.file("oppen.csv", b"x;y;datum\n580000;6602000;2024-01-01\n");
    set(&secret, 0o000);
    set(&open, 0o644);
    set(&case.store, 0o444);
    let before = digest(&case.store);
    let elsewhere = own.path().join("ut.gpkg");
    let secret_read =
        ["--json", "analyse", "counts", "--input", arg(&secret), "--crs", "EPSG:3006", "--output", arg(&elsewhere)];
    let Some(first) = as_nobody(&program, &secret_read) else { return };
    one_sentence(&first, 3, &["hemlig.csv"]);
    let import = as_nobody(
        &program,
        &["--json", "import", "events", arg(&open), "--store", arg(&case.store), "--crs", "EPSG:3006"],
    );
    one_sentence(&import.expect("it ran a moment ago"), 3, &["lager.gpkg"]);
    assert_eq!(digest(&case.store), before);
    let out = case.folder.path().join("ut.gpkg");
    let write = as_nobody(
        &program,
        &["--json", "analyse", "counts", "--input", arg(&open), "--crs", "EPSG:3006", "--output", arg(&out)],
    );
    one_sentence(&write.expect("it ran a moment ago"), 3, &[]);
    assert!(!out.exists());
    set(&secret, 0o644);
}
