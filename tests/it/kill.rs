//! An import that is killed leaves nothing or everything.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::{arg, folder, program, rows_and_integrity, run, store};

const ROWS: i64 = 20_000;

fn points(path: &Path) {
    let mut text = String::from("id,x,y,datum\n");
    for row in 0..ROWS {
        let _ = writeln!(
            text,
            "{row},{}.5,{}.25,2024-0{}-1{}",
            580_000 + row % 977,
            6_602_000 + row % 1013,
            row % 9 + 1,
            row % 9
        );
    }
    std::fs::write(path, text).expect("the file can be written");
}

#[test]
fn a_killed_import_leaves_nothing_or_everything_at_twenty_moments() {
    let folder = folder();
    let file = folder.path().join("punkter.csv");
    points(&file);
    let whole = store(folder.path(), &[]);
    let start = Instant::now();
    run(&["import", "events", arg(&file), "--store", arg(&whole), "--crs", "EPSG:3006"]).ok();
    let took = start.elapsed();
    assert_eq!(rows_and_integrity(&whole, "events"), (ROWS, "ok".to_owned()));
    let (mut none, mut all) = (0, 0);
    for moment in 0..20_u32 {
        let path = folder.path().join(format!("lager{moment}.gpkg"));
        run(&["init", arg(&path)]).ok();
        let mut child = program()
            .args(["import", "events", arg(&file), "--store", arg(&path), "--crs", "EPSG:3006"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the program starts");
        // From the very start to a little after the end.
        std::thread::sleep(took.mul_f64(f64::from(moment) / 17.0).max(Duration::from_millis(1)));
        let _ = child.kill();
        let _ = child.wait();
        let (rows, integrity) = rows_and_integrity(&path, "events");
        assert_eq!(integrity, "ok", "moment {moment}");
        assert!(rows == 0 || rows == ROWS, "moment {moment}: {rows} rows");
        none += u32::from(rows == 0);
        all += u32::from(rows == ROWS);
        run(&["verify", arg(&path)]).ok();
        // And what was left can be gone on with.
        let again =
            run(&["--json", "import", "events", arg(&file), "--store", arg(&path), "--crs", "EPSG:3006"]).ok().json();
        assert_eq!(again["read"].as_i64(), Some(ROWS), "moment {moment}");
        assert_eq!(rows_and_integrity(&path, "events").0, ROWS, "moment {moment}");
    }
    println!("killed at 20 moments: {none} stores with no row, {all} with all {ROWS}");
    assert!(none > 0, "no kill came before the end: the test tells nothing");
}
