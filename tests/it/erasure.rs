//! Gallring: nothing of a source is left in any byte, and everything of the others is.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rust_xlsxwriter::Workbook;

use crate::support::{arg, folder, program, rows_and_integrity, run};

const ACCIDENTS: [&str; 10] = [
    "Olycksnummer",
    "Olyckstyp",
    "År",
    "Månad",
    "Dag",
    "Olycksväg/-gata",
    "X-koordinat",
    "Y-koordinat",
    "Referens",
    "Händelseförlopp (P)",
];
const PERSONS: [&str; 6] =
    ["Olycksnummer", "Ålder", "Kön", "Sammanvägd skadegrad", "Polisrapport", "Händelseförlopp (S)"];

/// Texts that stand in the source and nowhere else.
#[derive(Default)]
struct Canaries(Vec<String>);

impl Canaries {
    /// A text that no other is like.
    fn plant(&mut self, what: &str) -> String {
        let text = format!("{what}kanarie{:04}", self.0.len() * 7919 % 9973);
        self.0.push(text.clone());
        text
    }
}

/// A workbook of accidents with a person each. `bad` rows have a month that is none; `generation` tells versions of the same
/// accidents apart.
fn workbook(path: &Path, ids: &[String], bad: bool, generation: usize, canaries: &mut Canaries) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Olyckor").expect("a name");
    for (column, name) in (0_u16..).zip(ACCIDENTS) {
        sheet.write(0, column, name).expect("written");
    }
    for (row, id) in (1_u32..).zip(ids) {
        let cells = [
            id.clone(),
            "G1 (fotgängare singel)".to_owned(),
            "2023".to_owned(),
            if bad { "13".to_owned() } else { (row % 12 + 1).to_string() },
            (row % 28 + 1).to_string(),
            canaries.plant("gata"),
            (6_602_000 + row % 5).to_string(),
            (580_000 + row % 7 + u32::try_from(generation).expect("small")).to_string(),
            canaries.plant("ref"),
            format!("Föll på {} vid hållplatsen", canaries.plant("fritext")),
        ];
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write(row, column, cell).expect("written");
        }
    }
    let sheet = book.add_worksheet().set_name("Personer").expect("a name");
    for (column, name) in (0_u16..).zip(PERSONS) {
        sheet.write(0, column, name).expect("written");
    }
    for (row, id) in (1_u32..).zip(ids) {
        let cells = [
            id.clone(),
            "44".to_owned(),
            "Kvinna".to_owned(),
            "Måttligt skadad (ISS 4-8)".to_owned(),
            "Ja".to_owned(),
            format!("Patienten {} uppger halka", canaries.plant("journal")),
        ];
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write(row, column, cell).expect("written");
        }
    }
    book.save(path).expect("saved");
}

fn import(store: &Path, file: &Path, more: &[&str]) -> serde_json::Value {
    let mut arguments = vec!["--json", "import", "events", arg(file), "--store", arg(store), "--crs", "EPSG:3006"];
    arguments.extend(more);
    run(&arguments).ok().json()
}

/// A store with STRADA in every table that may hold any of it, and another source beside; the canaries of STRADA.
fn filled(folder: &Path) -> (PathBuf, Canaries) {
    let mut canaries = Canaries::default();
    let store = folder.join("lager.gpkg");
    let decision = folder.join("beslut.toml");
    let text =
        "diarienr = \"TN 2026/17\"\nunit = \"Trafik\"\npurpose = \"Trafiksäkerhet\"\nerase_by = \"2099-12-31\"\n";
    std::fs::write(&decision, text).expect("written");
    run(&["init", arg(&store), "--strada-decision", arg(&decision)]).ok();
    let ids: Vec<String> = (0..30).map(|_| canaries.plant("olycka")).collect();
    let (first, second, third) =
        (folder.join("kanariefil1.xlsx"), folder.join("kanariefil2.xlsx"), folder.join("kanariefil3.xlsx"));
    canaries.0.extend(["kanariefil1", "kanariefil2", "kanariefil3"].map(str::to_owned));
    workbook(&first, &ids, false, 0, &mut canaries);
    assert_eq!(import(&store, &first, &[])["accepted"], 30);
    // Rows that cannot be read, and rows that have changed: raw cells in quarantine.
    let bad: Vec<String> = (0..8).map(|_| canaries.plant("fel")).collect();
    workbook(&second, &bad, true, 0, &mut canaries);
    assert_eq!(import(&store, &second, &[])["quarantined"], 8);
    workbook(&third, &ids[..10], false, 50, &mut canaries);
    assert_eq!(import(&store, &third, &[])["quarantined"], 10);
    // Then they are taken: the old versions are kept.
    let taken = import(&store, &third, &["--replace"]);
    assert_eq!(taken["replaced"], 10, "{taken}");
    let other = folder.join("annan.csv");
    let row = |n: u32| format!("A{n};2023-0{}-1{};{};6602010;brand\n", n % 9 + 1, n % 9, 580_000 + n);
    let rows = (0..60).map(row).collect::<Vec<_>>().concat();
    std::fs::write(&other, format!("id;datum;x;y;typ\n{rows}B;2023-02-30;580000;6602000;brand\n")).expect("written");
    assert_eq!(import(&store, &other, &[])["accepted"], 60);
    // Someone deletes an event in QGIS.
    let connection = rusqlite::Connection::open(&store).expect("opens");
    for name in ["ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"] {
        let flags =
            rusqlite::functions::FunctionFlags::SQLITE_UTF8 | rusqlite::functions::FunctionFlags::SQLITE_INNOCUOUS;
        connection.create_scalar_function(name, 1, flags, |_| Ok(0.0)).expect("made");
    }
    let id = format!("STRADA:{}", ids[29]);
    assert_eq!(connection.execute("DELETE FROM events WHERE id = ?1", [&id]).expect("deleted"), 1);
    // What a person chose for a name that the source writes, and what was found of an event in the register of places.
    let (written, evidence) = (canaries.plant("skrev"), canaries.plant("belagg"));
    let choice = "INSERT INTO place_choices (system, choice_key, written) VALUES ('STRADA', ?1, ?1)";
    connection.execute(choice, [&written]).expect("kept");
    let place = "INSERT INTO event_places (event, place_id, written, placed_by, certainty, evidence)
                 SELECT fid, 'x', ?1, 'person', 1.0, ?1 FROM events WHERE system = 'STRADA' LIMIT 1";
    assert_eq!(connection.execute(place, [&evidence]).expect("kept"), 1);
    drop(connection);
    for method in ["dbscan", "counts"] {
        let out = folder.join(format!("{method}.geojson"));
        run(&["analyse", method, "--store", arg(&store), "--kind", "accident", "--output", arg(&out)]).ok();
    }
    let out = folder.join("ut.gpkg");
    run(&["export", "events", "--store", arg(&store), "--output", arg(&out)]).ok();
    (store, canaries)
}

/// Every canary that stands in a file whose name begins with the store's, or in one of `more`.
fn found(store: &Path, more: &[&Path], canaries: &Canaries) -> Vec<(String, String)> {
    let name = store.file_name().expect("a name").to_string_lossy().into_owned();
    let files = std::fs::read_dir(store.parent().expect("a folder")).expect("read").flatten().map(|entry| entry.path());
    let beside = files.filter(|path| path.file_name().is_some_and(|file| file.to_string_lossy().contains(&name)));
    let mut found = Vec::new();
    for path in beside.chain(more.iter().map(|path| path.to_path_buf())) {
        let bytes = std::fs::read(&path).expect("read");
        for canary in &canaries.0 {
            let little: Vec<u8> = canary.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = canary.encode_utf16().flat_map(u16::to_be_bytes).collect();
            for needle in [canary.as_bytes(), &little, &big] {
                if bytes.windows(needle.len()).any(|window| window == needle) {
                    found.push((path.display().to_string(), canary.clone()));
                }
            }
        }
    }
    found
}

#[test]
fn no_byte_of_two_hundred_canaries_is_left_after_gallring() {
    let folder = folder();
    let (store, canaries) = filled(folder.path());
    assert!(canaries.0.len() >= 200, "{}", canaries.0.len());
    let planted: std::collections::BTreeSet<String> =
        found(&store, &[], &canaries).into_iter().map(|found| found.1).collect();
    assert!(planted.len() >= 200, "only {} of {} canaries were in the store", planted.len(), canaries.0.len());
    let dry = run(&["--json", "erase", "--source", "STRADA", "--store", arg(&store), "--dry-run"]).ok().json();
    assert_eq!(dry["rows"]["events"], 29, "{dry}");
    assert_eq!(rows_and_integrity(&store, "events").0, 89);
    let count = |sql: &str| -> i64 {
        let connection = rusqlite::Connection::open(&store).expect("opens");
        connection.query_row(sql, [], |row| row.get(0)).expect("answers")
    };
    let aside = count("SELECT count(*) FROM quarantine WHERE system = 'STRADA'");
    assert!(aside >= 18, "{aside}");
    let protocol = folder.path().join("protokoll.txt");
    let erased = run(&["--json", "erase", "--source", "STRADA", "--store", arg(&store), "--protocol", arg(&protocol)])
        .ok()
        .json();
    assert_eq!(erased["rows"], dry["rows"]);
    for (table, rows) in [
        ("events", 29),
        ("persons", 29),
        ("event_history", 11),
        ("quarantine", aside),
        ("runs", 2),
        ("event_places", 1),
    ] {
        assert_eq!(erased["rows"][table], rows, "{table}: {erased}");
    }
    assert_eq!(erased["searched"]["found"], 0);
    assert!(erased["imports_blanked"].as_u64().is_some_and(|blanked| blanked >= 3), "{erased}");
    assert_eq!(erased["given_out"][0]["file"], "ut.gpkg");
    assert_eq!(found(&store, &[&protocol], &canaries), []);
    let text = std::fs::read_to_string(&protocol).expect("written");
    for word in ["TN 2026/17", "2099-12-31", "ut.gpkg", "Säkerhetskopior", "dbscan-accident"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    // The other source is whole, and so is the file.
    assert_eq!(rows_and_integrity(&store, "events"), (60, "ok".to_owned()));
    assert_eq!(rows_and_integrity(&store, "quarantine").0, 1);
    run(&["verify", arg(&store)]).ok();
    run(&["verify", arg(&store), "--erased", "STRADA"]).ok();
    let again = run(&["--json", "erase", "--source", "STRADA", "--store", arg(&store)]);
    assert_eq!(again.code, 1, "{again:?}");
    // What came from a file can come again.
    assert_eq!(import(&store, &folder.path().join("kanariefil1.xlsx"), &[])["accepted"], 30);
    let left = run(&["--json", "verify", arg(&store), "--erased", "STRADA"]);
    assert_eq!(left.code, 1, "rows that are here are found: {left:?}");
}

#[test]
fn only_what_ended_before_the_day_goes() {
    let folder = folder();
    let (store, _) = filled(folder.path());
    let before = |day: &str| {
        run(&["--json", "erase", "--source", "STRADA", "--store", arg(&store), "--before", day]).ok().json()
    };
    let connection = rusqlite::Connection::open(&store).expect("opens");
    let sql = "SELECT count(*) FROM events WHERE system = 'STRADA' AND time_to <= '2023-06-30T22:00:00.000Z'";
    let old: i64 = connection.query_row(sql, [], |row| row.get(0)).expect("counted");
    drop(connection);
    assert!(old > 0 && old < 29);
    assert_eq!(before("2023-07-01")["rows"]["events"], old);
    assert_eq!(rows_and_integrity(&store, "events").0, 89 - old);
    run(&["verify", arg(&store)]).ok();
    assert!(before("2020-01-01")["rows"].get("events").is_none());
    let bad = run(&["--json", "erase", "--source", "STRADA", "--store", arg(&store), "--before", "2023-02-30"]);
    assert_eq!((bad.code, bad.json()["error"]["kind"].as_str()), (1, Some("bad-input")));
}

#[test]
fn a_rule_of_the_store_says_how_old_rows_may_be() {
    let folder = folder();
    let (store, _) = filled(folder.path());
    let erase = |more: &[&str]| {
        let mut arguments = vec!["--json", "erase", "--source", "STRADA", "--store", arg(&store)];
        arguments.extend(more);
        run(&arguments)
    };
    assert_eq!(erase(&["--by-rule"]).code, 1);
    erase(&["--keep-years", "90", "--basis", "Dokumenthanteringsplan 2026"]).ok();
    assert!(erase(&["--by-rule"]).ok().json()["rows"].get("events").is_none());
    erase(&["--keep-years", "0", "--basis", "Dokumenthanteringsplan 2026"]).ok();
    let done = erase(&["--by-rule"]).ok().json();
    assert_eq!(done["rows"]["events"], 29, "{done}");
    assert!(done["rule"].as_str().is_some_and(|rule| rule.contains("Dokumenthanteringsplan")), "{done}");
}

#[test]
fn a_killed_gallring_leaves_all_or_nothing_and_the_next_one_ends_it() {
    let folder = folder();
    let (whole, canaries) = filled(folder.path());
    let copy = |name: &str| {
        let path = folder.path().join(name);
        std::fs::copy(&whole, &path).expect("copied");
        path
    };
    let start = Instant::now();
    run(&["erase", "--source", "STRADA", "--store", arg(&copy("matt.gpkg"))]).ok();
    let took = start.elapsed();
    let (mut none, mut all) = (0, 0);
    for moment in 0..16_u32 {
        let path = copy(&format!("dodad{moment:02}.gpkg"));
        let mut child = program()
            .args(["erase", "--source", "STRADA", "--store", arg(&path)])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(took.mul_f64(f64::from(moment) / 14.0).max(Duration::from_millis(1)));
        let _ = child.kill();
        let _ = child.wait();
        let (rows, integrity) = rows_and_integrity(&path, "events");
        assert_eq!(integrity, "ok", "moment {moment}");
        assert!(rows == 89 || rows == 60, "moment {moment}: {rows}");
        none += u32::from(rows == 89);
        all += u32::from(rows == 60);
        // The next one ends it, or has nothing to do.
        let again = run(&["--json", "erase", "--source", "STRADA", "--store", arg(&path)]);
        assert!(again.code == 0 || again.code == 1 && rows == 60, "moment {moment}: {again:?}");
        run(&["verify", arg(&path), "--erased", "STRADA"]).ok();
        assert_eq!(found(&path, &[], &canaries), [], "moment {moment}");
    }
    println!("killed at 16 moments: {none} stores with all rows, {all} without those of the source");
    assert!(none > 0, "no kill came before the end: the test tells nothing");
}

#[test]
fn a_store_that_another_program_has_open_is_left_as_it_is() {
    let folder = folder();
    let (store, _) = filled(folder.path());
    let other = rusqlite::Connection::open(&store).expect("opens");
    other.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).expect("as QGIS does");
    other.query_row("SELECT count(*) FROM events", [], |_| Ok(())).expect("reads");
    let refused = run(&["--json", "erase", "--source", "STRADA", "--store", arg(&store)]);
    assert_ne!(refused.code, 0, "{refused:?}");
    drop(other);
    assert_eq!(rows_and_integrity(&store, "events").0, 89);
    let unknown = run(&["--json", "erase", "--source", "strada", "--store", arg(&store)]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.json()["error"]["remedy"].as_str().is_some_and(|remedy| remedy.contains("STRADA")), "{unknown:?}");
}
