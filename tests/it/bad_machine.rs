//! A machine that says no: a full disk, a lock, a closed folder, no network. One sentence, the right exit code, a store that
//! passes `verify`, and nothing half-written.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::bad_input::{Case, as_nobody, one_sentence};
use crate::support::{Run, arg, digest, finished, folder, program, run, store};

/// A disk of this size, as a folder; `None`, said aloud, where we may not make one.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new(size: &str) -> Option<Self> {
        let folder = folder();
        let options = format!("size={size}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs", arg(folder.path())]).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        println!("NOT RUN: a disk of {size} (mount is not permitted)");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Fills the disk but for this many bytes.
    fn fill(&self, left: u64) -> PathBuf {
        let stuffing = self.path().join("fyllnad");
        let mut file = std::fs::File::create(&stuffing).expect("room for a name");
        let block = [7_u8; 4096];
        while std::io::Write::write_all(&mut file, &block).is_ok() {}
        let size = file.metadata().expect("its size").len();
        file.set_len(size.saturating_sub(left)).expect("shorter");
        stuffing
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).expect("a folder").flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-l", arg(self.0.path())]).output();
    }
}

fn points(path: &Path, rows: usize) {
    let mut text = "id;x;y;datum;typ\n".to_owned();
    for row in 0..rows {
        let (x, y) = (580_000 + row % 977, 6_602_000 + row % 1013);
        let day = if row % 100 == 99 { "2024-02-30".to_owned() } else { format!("2024-01-{:02}", row % 28 + 1) };
        let _ = writeln!(text, "{row};{x};{y};{day};Brand");
    }
    std::fs::write(path, text).expect("the file can be written");
}

const SWEREF: [&str; 2] = ["--crs", "EPSG:3006"];

fn full(answer: &Run, words: &[&str]) {
    let error = one_sentence(answer, 3, words);
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.contains("full") || message.contains("inget utrymme"), "{error}");
}

#[test]
fn a_full_disk_keeps_nothing_of_an_import() {
    let Some(disk) = Disk::new("4m") else { return };
    let elsewhere = folder();
    let rows = elsewhere.path().join("rader.csv");
    points(&rows, 40_000);
    let store = store(disk.path(), &[]);
    let before = digest(&store);
    let import = [&["--json", "import", "events", arg(&rows), "--store", arg(&store)][..], &SWEREF[..]].concat();
    full(&run(&import), &["lager.gpkg"]);
    assert_eq!(disk.names(), ["lager.gpkg"]);
    let found = run(&["--json", "verify", arg(&store)]).ok().json();
    assert_eq!(found["problems"].as_array().map(Vec::len), Some(0), "{found}");
    // What is left of room serves the next, smaller import; nothing of the first is in it.
    assert_eq!(digest(&store), before);
    let few = elsewhere.path().join("nagra.csv");
    points(&few, 50);
    let import = [&["--json", "import", "events", arg(&few), "--store", arg(&store)][..], &SWEREF[..]].concat();
    assert_eq!(run(&import).ok().json()["accepted"], 50);
}

#[test]
fn a_full_disk_leaves_no_half_result_quarantine_or_town() {
    let Some(disk) = Disk::new("2m") else { return };
    let elsewhere = folder();
    let rows = elsewhere.path().join("rader.csv");
    points(&rows, 20_000);
    let store = store(elsewhere.path(), &[]);
    let stuffing = disk.fill(8 << 10);
    for name in ["ut.gpkg", "ut.geojson", "ut.parquet", "ut.csv"] {
        let out = disk.path().join(name);
        let target = format!("{}#events", arg(&out));
        let analyse = [&["--json", "analyse", "dbscan", "--input", arg(&rows), "--output", &target][..], &SWEREF[..]];
        full(&run(&analyse.concat()), &[name]);
        assert_eq!(disk.names(), ["fyllnad"], "{name}");
    }
    // The store is elsewhere and has taken the rows; the file of those that it did not take is not half there.
    let out = disk.path().join("karantan.csv");
    let import = ["--json", "import", "events", arg(&rows), "--store", arg(&store), "--quarantine", arg(&out)];
    full(&run(&[&import[..], &SWEREF[..]].concat()), &["karantan.csv"]);
    assert_eq!(disk.names(), ["fyllnad"]);
    run(&["verify", arg(&store)]).ok();
    let again = run(&[&import[..], &SWEREF[..]].concat());
    full(&again, &["karantan.csv"]);
    let town = disk.path().join("stad");
    full(&run(&["--json", "sample", arg(&town)]), &["stad"]);
    let left: Vec<_> = std::fs::read_dir(&town).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    assert!(left.iter().all(|path| !path.to_string_lossy().contains(".part")), "{left:?}");
    full(&run(&["--json", "init", arg(&disk.path().join("ny.gpkg"))]), &["ny.gpkg"]);
    std::fs::remove_file(stuffing).expect("it was there");
    assert!(!disk.names().contains(&"ny.gpkg".to_owned()), "{:?}", disk.names());
    run(&[&import[..], &SWEREF[..]].concat()).ok();
    assert!(out.exists(), "with room the file is written");
}

/// Runs the program with files of at most this many KiB; a write beyond that fails instead of ending it.
fn with_small_files(kib: u32, arguments: &[&str]) -> Run {
    // A shell counts in blocks of 512 bytes or in KiB; either is small enough.
    let script = format!("trap '' XFSZ; ulimit -f {kib}; exec \"$@\"");
    let output =
        Command::new("bash").args(["-c", &script, "bash"]).arg(program().get_program()).args(arguments).output();
    finished(&output.expect("a shell"))
}

#[test]
fn a_file_that_may_not_grow_ends_an_import_and_an_analysis_in_a_sentence() {
    let case = Case::new();
    let rows = case.folder.path().join("rader.csv");
    points(&rows, 20_000);
    let before = digest(&case.store);
    let import = ["--json", "import", "events", arg(&rows), "--store", arg(&case.store), "--crs", "EPSG:3006"];
    one_sentence(&with_small_files(1_024, &import), 3, &["lager.gpkg"]);
    run(&["verify", arg(&case.store)]).ok();
    assert_eq!(digest(&case.store), before);
    let out = case.folder.path().join("ut.geojson");
    let target = format!("{}#events", arg(&out));
    let analyse = ["--json", "analyse", "counts", "--input", arg(&rows), "--crs", "EPSG:3006", "--output", &target];
    one_sentence(&with_small_files(256, &analyse), 3, &["ut.geojson"]);
    assert!(!out.exists());
    let left = std::fs::read_dir(case.folder.path()).expect("a folder").count();
    assert_eq!(left, 2, "the rows and the store");
}

#[test]
fn a_locked_store_is_a_conflict_after_a_short_wait() {
    let case = Case::new();
    let rows = case.folder.path().join("rader.csv");
    points(&rows, 50);
    let import = ["--json", "import", "events", arg(&rows), "--store", arg(&case.store), "--crs", "EPSG:3006"];
    run(&import).ok();
    let before = digest(&case.store);
    let other = rusqlite::Connection::open(&case.store).expect("it opens");
    other.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    let out = case.folder.path().join("ut.gpkg");
    let analyse = ["--json", "analyse", "counts", "--store", arg(&case.store), "--output", arg(&out)];
    for arguments in [&import[..], &analyse[..], &["--json", "verify", arg(&case.store)]] {
        let start = Instant::now();
        let answer = run(arguments);
        one_sentence(&answer, 1, &["lager.gpkg"]);
        assert_eq!(answer.json()["error"]["kind"], "conflict");
        assert!(start.elapsed() < Duration::from_secs(30), "{arguments:?}: {:?}", start.elapsed());
        println!("{}: gave up after {:.1} s", arguments[1], start.elapsed().as_secs_f64());
    }
    other.execute_batch("ROLLBACK").expect("unlocked");
    drop(other);
    assert_eq!(digest(&case.store), before);
    assert!(!out.exists());
    run(&import).ok();
}

#[test]
fn a_closed_folder_is_named_and_the_store_in_it_is_left_alone() {
    let own = folder();
    let set = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("ours to set");
    };
    let binary = own.path().join("lagesbild");
    std::fs::copy(env!("CARGO_BIN_EXE_lagesbild"), &binary).expect("the program can be copied");
    let closed = own.path().join("stangd");
    std::fs::create_dir(&closed).expect("a folder");
    let store = store(&closed, &[]);
    let rows = closed.join("rader.csv");
    points(&rows, 50);
    for (path, mode) in [(own.path(), 0o755), (&binary, 0o755), (&store, 0o666), (&rows, 0o644), (&closed, 0o555)] {
        set(path, mode);
    }
    let before = digest(&store);
    let import = ["--json", "import", "events", arg(&rows), "--store", arg(&store), "--crs", "EPSG:3006"];
    let Some(first) = as_nobody(&binary, &import) else { return };
    one_sentence(&first, 3, &["lager.gpkg"]);
    let nobody = |arguments: &[&str]| as_nobody(&binary, arguments).expect("it ran a moment ago");
    // Reading needs no room for a journal.
    nobody(&["--json", "verify", arg(&store)]).ok();
    for name in ["ut.gpkg", "ut.geojson", "ut.parquet", "ut.csv"] {
        let out = closed.join(name);
        let analyse =
            ["--json", "analyse", "counts", "--input", arg(&rows), "--crs", "EPSG:3006", "--output", arg(&out)];
        one_sentence(&nobody(&analyse), 3, &[name]);
    }
    one_sentence(&nobody(&["--json", "init", arg(&closed.join("ny.gpkg"))]), 3, &["ny.gpkg"]);
    one_sentence(&nobody(&["--json", "sample", arg(&closed.join("stad"))]), 3, &["stad"]);
    let open = own.path().join("lager.gpkg");
    std::fs::copy(&store, &open).expect("copied");
    set(&open, 0o666);
    let out = closed.join("karantan.csv");
    let import = ["--json", "import", "events", arg(&rows), "--store", arg(&open), "--quarantine", arg(&out)];
    one_sentence(&nobody(&[&import[..], &SWEREF[..]].concat()), 3, &["karantan.csv"]);
    set(&closed, 0o755);
    assert_eq!(digest(&store), before);
    let mut left: Vec<_> =
        std::fs::read_dir(&closed).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    left.sort();
    assert_eq!(left, ["lager.gpkg", "rader.csv"]);
}

#[test]
fn all_works_without_a_network() {
    let permitted = Command::new("unshare").args(["-n", "true"]).output().is_ok_and(|output| output.status.success());
    if !permitted {
        println!("NOT RUN: a process without a network (unshare is not permitted)");
        return;
    }
    let folder = folder();
    let alone = |arguments: &[&str]| {
        let output = Command::new("unshare").arg("-n").arg(program().get_program()).args(arguments).output();
        finished(&output.expect("unshare ran a moment ago")).ok()
    };
    let (town, store, out) = (folder.path().join("stad"), folder.path().join("l.gpkg"), folder.path().join("ut.gpkg"));
    alone(&["sample", arg(&town)]);
    alone(&["init", arg(&store), "--home", arg(&town.join("hemomrade.gpkg"))]);
    let report = alone(&["--json", "import", "events", arg(&town.join("olyckor_strada.xlsx")), "--store", arg(&store)]);
    assert!(report.json()["accepted"].as_u64() > Some(100));
    alone(&["import", "ground", arg(&town.join("stad.gpkg")), "--layer", "buildings", "--store", arg(&store)]);
    let report = alone(&["--json", "analyse", "dbscan", "--store", arg(&store), "--output", arg(&out)]);
    assert!(report.json()["features"].as_u64() > Some(0));
}

#[test]
fn a_link_in_a_file_is_never_followed() {
    let case = Case::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let link = format!("http://{}/crs.wkt", listener.local_addr().expect("an address"));
    let map = format!(
        r#"{{"type":"FeatureCollection","crs":{{"type":"link","properties":{{"href":"{link}","type":"ogcwkt"}}}},
        "features":[{{"type":"Feature","properties":{{"datum":"2024-01-01","url":"{link}"}},
        "geometry":{{"type":"Point","coordinates":[580000,6602000]}}}}]}}"#
    );
    let file = case.file("lank.geojson", map.as_bytes());
    let out = case.folder.path().join("ut.geojson");
    let analyse = ["analyse", "counts", "--min-points", "1", "--input", arg(&file), "--output", arg(&out)];
    run(&[&analyse[..], &SWEREF[..]].concat()).ok();
    let import = ["import", "events", arg(&file), "--store", arg(&case.store)];
    run(&[&import[..], &SWEREF[..]].concat()).ok();
    for name in [link.as_str(), "/vsicurl/http://127.0.0.1/x.gpkg"] {
        let answer = run(&["--json", "analyse", "counts", "--input", name, "--output", arg(&out)]);
        assert_ne!(answer.code, 0, "{answer:?}");
    }
    let met = listener.accept().map(|(_, address)| address);
    assert!(met.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "{met:?}");
}
