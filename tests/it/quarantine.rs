//! A quarantined row is exported, mended in a spreadsheet, imported again, and closed.

use crate::support::{arg, folder, run, store};

#[test]
fn a_mended_row_closes_the_one_in_quarantine() {
    let folder = folder();
    let store = store(folder.path(), &[]);
    let file = folder.path().join("handelser.csv");
    let rows = "id;datum;x;y;typ\n1;2024-02-30;580000;6602000;brand\n2;2024-02-28;580010;6602010;brand\n3;2024-03-01;;6602010;brand\n";
    std::fs::write(&file, rows).expect("written");
    let out = folder.path().join("karantan.csv");
    let import = |file: &std::path::Path| {
        let arguments = [
            "--json",
            "import",
            "events",
            arg(file),
            "--store",
            arg(&store),
            "--crs",
            "EPSG:3006",
            "--quarantine",
            arg(&out),
        ];
        run(&arguments).ok().json()
    };
    let report = import(&file);
    assert_eq!((&report["read"], &report["accepted"], &report["quarantined"]), (&3.into(), &1.into(), &2.into()));
    assert_eq!(report["reasons"]["reason-date-impossible"], 1);
    assert_eq!(report["reasons"]["reason-coordinate-half"], 1);
    let exported = std::fs::read_to_string(&out).expect("written");
    assert!(exported.contains("datumet finns inte") && exported.contains("karantan_id"), "{exported}");
    let mended = folder.path().join("lagad.csv");
    std::fs::write(&mended, exported.replace("2024-02-30", "2024-02-29").replace("2024-03-01;;", "2024-03-01;580020;"))
        .expect("written");
    let report = import(&mended);
    assert_eq!(
        (&report["accepted"], &report["closed"], &report["quarantined"]),
        (&2.into(), &2.into(), &0.into()),
        "{report}"
    );
    let listed = run(&["--json", "list", "events", "--store", arg(&store)]).ok().json();
    assert_eq!(listed["quarantined"], 0);
    // The bad file once more: its good row is present, its bad rows go back to quarantine, nothing is doubled.
    let again = import(&file);
    assert_eq!((&again["accepted"], &again["present"]), (&0.into(), &1.into()), "{again}");
}

#[test]
fn a_changed_row_waits_in_quarantine_until_it_is_taken_with_replace() {
    let folder = folder();
    let store = store(folder.path(), &[]);
    let file = folder.path().join("handelser.csv");
    let import = |text: &str, more: &[&str]| {
        std::fs::write(&file, text).expect("written");
        let mut arguments =
            vec!["--json", "import", "events", arg(&file), "--store", arg(&store), "--crs", "EPSG:3006"];
        arguments.extend(more);
        run(&arguments).ok().json()
    };
    import("id;datum;x;y\nA;2024-01-01;580000;6602000\n", &[]);
    let changed = import("id;datum;x;y\nA;2024-01-02;580000;6602000\n", &[]);
    assert_eq!((&changed["accepted"], &changed["quarantined"]), (&0.into(), &1.into()));
    assert_eq!(changed["reasons"]["reason-changed"], 1);
    let taken = import("id;datum;x;y\nA;2024-01-02;580000;6602000\n", &["--replace"]);
    assert_eq!((&taken["accepted"], &taken["replaced"]), (&1.into(), &1.into()));
    let (rows, _) = crate::support::rows_and_integrity(&store, "event_history");
    assert_eq!(rows, 1);
}
