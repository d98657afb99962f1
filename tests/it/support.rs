//! Running the program and looking at what it leaves behind.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// What one run of the program gave.
#[derive(Debug)]
pub struct Run {
    /// Exit code; -1 where a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Run {
    /// The JSON object on the last line of standard output.
    pub fn json(&self) -> Value {
        let last = self.out.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|_| panic!("no JSON on the last line: {self:?}"))
    }

    /// The run, which must have succeeded.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        assert!(!self.err.contains("panicked"), "{self:?}");
        self
    }
}

/// The program as a command, in Swedish, outside any terminal.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lagesbild"));
    command.env_remove("LAGESBILD_LANG").env("RUST_BACKTRACE", "0");
    command
}

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> Run {
    finished(&program().args(arguments).output().expect("the program starts"))
}

/// What a finished process gave.
pub fn finished(output: &Output) -> Run {
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A folder that disappears with the test.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// A path as an argument.
pub fn arg(path: &Path) -> &str {
    path.to_str().expect("test paths are UTF-8")
}

/// A new store in this folder.
pub fn store(folder: &Path, more: &[&str]) -> PathBuf {
    let path = folder.join("lager.gpkg");
    let mut arguments = vec!["init", arg(&path)];
    arguments.extend(more);
    run(&arguments).ok();
    path
}

/// The sample town, a store with its home area, and truths of it.
pub struct Town {
    /// Where its files are.
    pub folder: tempfile::TempDir,
    /// The store.
    pub store: PathBuf,
    /// What was planted, out of the file that was asked for.
    pub truth: Value,
}

/// Writes the sample town, makes a store, and reads the truths in this file.
pub fn town(truths: &str) -> Town {
    let folder = folder();
    run(&["sample", arg(folder.path())]).ok();
    let store = store(folder.path(), &["--home", arg(&folder.path().join("hemomrade.gpkg"))]);
    let truth = std::fs::read_to_string(folder.path().join(truths)).expect("the truths are written");
    let truth = serde_json::from_str(&truth).expect("the truths are JSON");
    Town { folder, store, truth }
}

/// The folder with real files, or `None`, said aloud, where it is not there.
pub fn shared(test: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let path = std::env::var_os("LAGESBILD_SHARED").map_or(beside, PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    println!("NOT RUN: {test} (no folder {})", path.display());
    None
}

/// Number of rows of a table, and what `integrity_check` says.
pub fn rows_and_integrity(store: &Path, table: &str) -> (i64, String) {
    let connection = rusqlite::Connection::open(store).expect("the store opens");
    let integrity = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("it answers");
    let count =
        connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("it counts");
    (count, integrity)
}

/// SHA-256 of a file in hex.
pub fn digest(path: &Path) -> String {
    use sha2::{Digest, Sha256};
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    lagesbild::domain::passport::hex(&Sha256::digest(bytes))
}
