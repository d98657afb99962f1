//! Files that are cut short, damaged, too large, too deep or not what they say: refused in one sentence, and what they cost
//! in memory is bounded.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::bad_input::{Case, one_sentence};
use crate::support::{arg, digest, finished, folder, program, run};

const SHEET_START: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;

/// A workbook as our writer makes it, with its first sheet's content replaced.
fn workbook(sheet: impl FnOnce(&mut dyn Write)) -> Vec<u8> {
    use std::io::Read;
    let mut plain = rust_xlsxwriter::Workbook::new();
    plain.add_worksheet().write_string(0, 0, "x").expect("written");
    let bytes = plain.save_to_buffer().expect("a workbook");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_level(Some(1)).large_file(true);
    let mut sheet = Some(sheet);
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).expect("a member");
        let name = member.name().expect("a name").into_owned();
        writer.start_file(name.as_str(), options).expect("started");
        if let Some(sheet) = sheet.take_if(|_| name == "xl/worksheets/sheet1.xml") {
            sheet(&mut writer);
        } else {
            let mut content = Vec::new();
            member.read_to_end(&mut content).expect("read");
            writer.write_all(&content).expect("written");
        }
    }
    writer.finish().expect("finished").into_inner()
}

/// Runs the program under a parent that tells the most memory that it held, in MiB; `None`, said aloud, without Python.
fn measured(arguments: &[&str]) -> Option<(crate::support::Run, u64)> {
    const SCRIPT: &str = "import resource,subprocess,sys\nr=subprocess.run(sys.argv[1:])\n\
        sys.stderr.write('\\npeak %d' % resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\nsys.exit(r.returncode)";
    let program = program();
    let output = Command::new("python3").args(["-c", SCRIPT]).arg(program.get_program()).args(arguments).output();
    let Some(run) = output.ok().map(|output| finished(&output)).filter(|run| run.err.contains("\npeak ")) else {
        println!("NOT RUN: peak memory (no python3)");
        return None;
    };
    let kib: u64 = run.err.rsplit("peak ").next().and_then(|text| text.trim().parse().ok()).expect("a number");
    Some((run, kib >> 10))
}

/// Refused as in [`Case::refused`], and by import and analysis with less memory than this.
fn refused_within(case: &Case, file: &Path, mib: u64, words: &[&str]) -> Value {
    let error = case.refused(file, 1, words);
    let out = case.folder.path().join("ut.gpkg");
    for arguments in [
        ["--json", "import", "events", arg(file), "--store", arg(&case.store)],
        ["--json", "analyse", "dbscan", "--input", arg(file), "--output"],
    ] {
        let mut arguments = arguments.to_vec();
        if arguments[1] == "analyse" {
            arguments.push(arg(&out));
        }
        let Some((answer, peak)) = measured(&arguments) else { continue };
        one_sentence(&answer, 1, words);
        println!("{}: {} at most {peak} MiB", arguments[1], file.display());
        assert!(peak < mib, "{}: {peak} MiB", file.display());
    }
    error
}

/// A `GeoPackage` made by another program: points or shapes as well-known text or binary, each with a name.
fn geopackage(path: &Path, kind: gdal::vector::OGRwkbGeometryType::Type, shapes: &[gdal::vector::Geometry]) {
    use gdal::vector::{FieldDefn, LayerAccess as _, LayerOptions, OGRFieldType};
    let driver = gdal::DriverManager::get_driver_by_name("GPKG").expect("the driver is there");
    let mut dataset = driver.create_vector_only(path).expect("a new file");
    let crs = gdal::spatial_ref::SpatialRef::from_epsg(3006).expect("known");
    let options = LayerOptions { name: "lager", srs: Some(&crs), ty: kind, options: None };
    let layer = dataset.create_layer(options).expect("a layer");
    FieldDefn::new("datum", OGRFieldType::OFTString).and_then(|field| field.add_to_layer(&layer)).expect("a field");
    for shape in shapes {
        let mut feature = gdal::vector::Feature::new(layer.defn()).expect("a feature");
        // An empty collection stands for a row without any geometry.
        if shape.geometry_name() != "GEOMETRYCOLLECTION" {
            feature.set_geometry(shape.clone()).expect("set");
        }
        feature.set_field_string(0, "2024-01-01").expect("set");
        feature.create(&layer).expect("written");
    }
}

/// Takes all triggers off: those of the index call functions that plain SQLite has not.
fn without_triggers(connection: &rusqlite::Connection) {
    let sql = "SELECT group_concat('DROP TRIGGER \"' || name || '\"', ';') FROM sqlite_master WHERE type = 'trigger'";
    let drops: String = connection.query_row(sql, [], |row| row.get(0)).expect("triggers");
    connection.execute_batch(&drops).expect("dropped");
}

fn wkt(text: &str) -> gdal::vector::Geometry {
    gdal::vector::Geometry::from_wkt(text).expect("well-known text")
}

fn point(x: f64, y: f64) -> gdal::vector::Geometry {
    let bytes = [vec![1, 1, 0, 0, 0], x.to_le_bytes().to_vec(), y.to_le_bytes().to_vec()].concat();
    gdal::vector::Geometry::from_wkb(&bytes).expect("well-known binary")
}

#[test]
fn a_right_file_under_a_wrong_extension_is_told_by_its_content() {
    let case = Case::new();
    let book =
        workbook(|out| out.write_all(format!("{SHEET_START}</sheetData></worksheet>").as_bytes()).expect("written"));
    case.refused(&case.file("bok.csv", &book), 1, &["bok.csv", "Excel"]);
    case.refused(&case.file("bok.gpkg", &book), 1, &["bok.gpkg", "Excel"]);
    case.refused(&case.file("lista.geojson", b"[{\"x\":1,\"y\":2}]"), 1, &["lista.geojson", "lista i JSON"]);
    case.refused(
        &case.file("karta.csv", b"{\"type\":\"FeatureCollection\",\"features\":[]}"),
        1,
        &["karta.csv", "JSON"],
    );
    let store = std::fs::read(&case.store).expect("readable");
    case.refused(&case.file("lager.shp", &store), 1, &["lager.shp", "GeoPackage"]);
}

#[test]
fn a_truncated_geopackage_is_refused() {
    let case = Case::new();
    let whole = case.folder.path().join("hel.gpkg");
    let points: Vec<_> = (0..2_000).map(|k| point(580_000.0 + f64::from(k), 6_602_000.0)).collect();
    geopackage(&whole, gdal::vector::OGRwkbGeometryType::wkbPoint, &points);
    let whole = std::fs::read(&whole).expect("readable");
    for share in [1, 10, 50, 90, 99] {
        case.refused(&case.file("kapat.gpkg", &whole[..whole.len() * share / 100]), 1, &["kapat.gpkg"]);
    }
}

#[test]
fn a_truncated_list_or_map_in_json_is_refused_where_it_ends() {
    let case = Case::new();
    let list = b"[{\"x\":580000,\n\"y\":6602000},{\"x\":580001,\"y\":66020";
    let error = case.refused(&case.file("kapad.json", list), 1, &["kapad.json", "rad 2"]);
    assert!(error["message"].as_str().is_some_and(|text| text.contains("slutar")), "{error}");
    case.refused(&case.file("fel.json", b"[{\"x\":1},\n {\"x\" 2}]"), 1, &["fel.json", "rad 2", "kolumn 7"]);
    case.refused(&case.file("tal.json", b"[1, 2, 3]"), 1, &["tal.json", "rad 1"]);
    case.refused(&case.file("tom.json", b"[]"), 1, &["tom.json"]);
    case.refused(&case.file("annat.json", b"{\"rader\":[]}"), 1, &["annat.json"]);
}

#[test]
fn bytes_that_are_no_text_in_any_encoding_are_refused_with_their_line() {
    let case = Case::new();
    // 0x81 is no letter in Windows-1252, and neither is a part of UTF-8 here.
    for (name, bytes) in [
        ("fel.csv", b"x;y;namn\n1;2;a\n3;4;\x81\xffb\n".as_slice()),
        ("fel.geojson", b"{\"type\":\"FeatureCollection\",\n\"features\":[],\n\"namn\":\"\x81\xff\"}"),
        ("fel.json", b"[{\"x\":1,\n\"y\":2,\n\"namn\":\"\x81\xff\"}]"),
    ] {
        case.refused(&case.file(name, bytes), 1, &[name, "rad 3"]);
    }
    case.refused(
        &case.file("noll.csv", b"x;y;namn\n1;2;a\0b\n3;4;en rad till med vanlig text\n"),
        1,
        &["noll.csv", "rad 2"],
    );
}

#[test]
fn layers_and_sheets_without_rows_are_refused() {
    let case = Case::new();
    let path = case.folder.path().join("tomt.gpkg");
    geopackage(&path, gdal::vector::OGRwkbGeometryType::wkbPoint, &[]);
    case.refused(&path, 1, &["tomt.gpkg"]);
    let empty =
        workbook(|out| out.write_all(format!("{SHEET_START}</sheetData></worksheet>").as_bytes()).expect("written"));
    case.refused(&case.file("tom.xlsx", &empty), 1, &["tom.xlsx"]);
    let header = workbook(|out| {
        let row = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c><c r="B1" t="inlineStr"><is><t>y</t></is></c></row>"#;
        out.write_all(format!("{SHEET_START}{row}</sheetData></worksheet>").as_bytes()).expect("written");
    });
    case.refused(&case.file("rubrik.xlsx", &header), 1, &["rubrik.xlsx"]);
}

#[test]
fn geometries_without_a_place_are_unplaced_and_self_crossing_ones_have_a_middle() {
    let case = Case::new();
    let path = case.folder.path().join("udda.gpkg");
    let (nan, infinite) = (f64::NAN, f64::INFINITY);
    geopackage(
        &path,
        gdal::vector::OGRwkbGeometryType::wkbUnknown,
        &[
            point(580_000.0, 6_602_000.0),
            point(nan, nan),
            point(infinite, 6_602_000.0),
            point(580_000.0, -infinite),
            wkt("POINT EMPTY"),
            wkt("POLYGON EMPTY"),
            wkt("GEOMETRYCOLLECTION EMPTY"),
            // A bow tie: its parts cancel out, so it has no centre of area.
            wkt("POLYGON ((580000 6602000, 580010 6602010, 580010 6602000, 580000 6602010, 580000 6602000))"),
            wkt("LINESTRING (580000 6602000, 580010 6602010)"),
            wkt("MULTIPOINT EMPTY"),
        ],
    );
    let out = case.folder.path().join("ut.geojson");
    let target = format!("{}#events", arg(&out));
    let report = run(&["--json", "analyse", "counts", "--input", arg(&path), "--output", &target]).ok().json();
    let passport = &report["passport"];
    assert_eq!((passport["used"].as_u64(), passport["unplaced"].as_u64()), (Some(3), Some(7)), "{passport}");
    let report = run(&["--json", "import", "events", arg(&path), "--store", arg(&case.store)]).ok().json();
    assert_eq!((report["read"].as_u64(), report["accepted"].as_u64()), (Some(10), Some(10)), "{report}");
    assert_eq!(report["warnings"]["warn-unplaced"], 7, "{report}");
    run(&["verify", arg(&case.store)]).ok();

    let nowhere = case.folder.path().join("ingenstans.gpkg");
    geopackage(
        &nowhere,
        gdal::vector::OGRwkbGeometryType::wkbUnknown,
        &[point(nan, nan), wkt("POLYGON EMPTY"), wkt("GEOMETRYCOLLECTION EMPTY")],
    );
    let answer = run(&["--json", "analyse", "dbscan", "--input", arg(&nowhere), "--output", arg(&out)]);
    one_sentence(&answer, 1, &["ingenstans.gpkg"]);
}

#[test]
fn coordinates_that_no_place_has_are_refused_or_counted() {
    let case = Case::new();
    let feature = |x: &str, y: &str| {
        format!(r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"Point","coordinates":[{x},{y}]}}}}"#)
    };
    let map = |features: &[String]| format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    let outside = map(&[feature("16.36", "95.0"), feature("200.5", "56.6")]);
    case.refused(&case.file("utanfor.geojson", outside.as_bytes()), 1, &["utanfor.geojson", "OGC:CRS84"]);
    let huge = map(&[feature("1e300", "-1e300")]);
    case.refused(&case.file("stora.geojson", huge.as_bytes()), 1, &["stora.geojson"]);
    let infinite = map(&[feature("1e999", "56.6")]);
    case.refused(&case.file("oandlig.geojson", infinite.as_bytes()), 1, &["oandlig.geojson", "rad 1", "kolumn"]);
    let word = map(&[feature("NaN", "56.6")]);
    case.refused(&case.file("nan.geojson", word.as_bytes()), 1, &["nan.geojson", "rad 1", "kolumn"]);
}

#[test]
fn ten_thousand_columns_are_read_and_one_more_is_refused() {
    let case = Case::new();
    let names = |count: usize| (0..count).map(|at| format!("k{at}")).collect::<Vec<_>>();
    let csv = |count: usize| format!("{}\n{}\n", names(count).join(";"), vec!["1"; count].join(";"));
    let members = |count: usize| names(count).iter().map(|name| format!("\"{name}\":1")).collect::<Vec<_>>().join(",");
    let map = |count: usize| {
        let point = r#"{"type":"Point","coordinates":[16.3,56.6]}"#;
        let feature = format!(r#"{{"type":"Feature","properties":{{{}}},"geometry":{point}}}"#, members(count));
        format!(r#"{{"type":"FeatureCollection","features":[{feature}]}}"#)
    };
    let out = case.folder.path().join("ut.csv");
    let fits = case.file("fler.geojson", map(10_000).as_bytes());
    run(&["analyse", "counts", "--input", arg(&fits), "--output", arg(&out)]).ok();
    std::fs::remove_file(&out).expect("it was there");
    for count in [10_001, 60_000] {
        refused_within(&case, &case.file("manga.csv", csv(count).as_bytes()), 300, &["manga.csv", "10000"]);
        refused_within(&case, &case.file("manga.geojson", map(count).as_bytes()), 300, &["manga.geojson", "10000"]);
        let list = format!("[{{{}}}]", members(count));
        refused_within(&case, &case.file("manga.json", list.as_bytes()), 300, &["manga.json", "10000"]);
    }
    let wide = workbook(|out| {
        let cell = |at: usize| format!(r#"<c r="{}1" t="inlineStr"><is><t>k{at}</t></is></c>"#, column_name(at));
        let cells: String = (0..10_001).map(cell).collect();
        out.write_all(format!(r#"{SHEET_START}<row r="1">{cells}</row></sheetData></worksheet>"#).as_bytes())
            .expect("written");
    });
    refused_within(&case, &case.file("manga.xlsx", &wide), 300, &["manga.xlsx", "10000"]);
}

/// `A`, `B`, ... `AA` as a spreadsheet counts columns.
fn column_name(mut at: usize) -> String {
    let mut name = String::new();
    loop {
        name.insert(0, char::from(b'A' + u8::try_from(at % 26).expect("below 26")));
        at /= 26;
        if at == 0 {
            return name;
        }
        at -= 1;
    }
}

#[test]
fn a_cell_of_more_than_16_mib_is_refused() {
    let case = Case::new();
    let long = "x".repeat((16 << 20) + 1);
    refused_within(&case, &case.file("cell.csv", format!("x;y;t\n1;2;{long}\n").as_bytes()), 300, &["cell.csv", "16"]);
    let map = format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"t":"{long}"}},"geometry":null}}]}}"#
    );
    refused_within(&case, &case.file("cell.geojson", map.as_bytes()), 300, &["cell.geojson", "16"]);
    let list = format!(r#"[{{"x":1,"y":2,"t":"{long}"}}]"#);
    refused_within(&case, &case.file("cell.json", list.as_bytes()), 300, &["cell.json", "16"]);
    let path = case.folder.path().join("cell.gpkg");
    geopackage(&path, gdal::vector::OGRwkbGeometryType::wkbPoint, &[point(580_000.0, 6_602_000.0)]);
    let connection = rusqlite::Connection::open(&path).expect("it opens");
    without_triggers(&connection);
    connection.execute("UPDATE lager SET datum = ?1", [&long]).expect("a long text");
    drop(connection);
    refused_within(&case, &path, 400, &["cell.gpkg", "16"]);
}

#[test]
fn a_zip_bomb_is_refused_without_being_unpacked() {
    let case = Case::new();
    let blank = vec![b' '; 1 << 20];
    let bomb = workbook(|out| {
        out.write_all(SHEET_START.as_bytes()).expect("written");
        for _ in 0..2_100 {
            out.write_all(&blank).expect("written");
        }
        out.write_all(b"</sheetData></worksheet>").expect("written");
    });
    assert!(bomb.len() < 32 << 20, "{}", bomb.len());
    refused_within(&case, &case.file("bomb.xlsx", &bomb), 300, &["bomb.xlsx", "2 GiB"]);
    // One that says that it is small.
    let mut liar = bomb;
    let starts: Vec<usize> = (0..liar.len() - 46)
        .filter(|&at| liar[at..].starts_with(b"PK\x01\x02") && liar[at + 46..].starts_with(b"xl/worksheets"))
        .collect();
    assert_eq!(starts.len(), 1, "the directory names the sheet once");
    liar[starts[0] + 24..starts[0] + 28].copy_from_slice(&1_000_u32.to_le_bytes());
    refused_within(&case, &case.file("lognare.xlsx", &liar), 300, &["lognare.xlsx"]);
}

#[test]
fn nesting_of_ten_thousand_levels_is_refused() {
    let case = Case::new();
    let deep = |inner: &str| format!("{}{inner}{}", "[".repeat(10_000), "]".repeat(10_000));
    let objects = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    let feature = |properties: &str, coordinates: &str| {
        format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"a":{properties}}},
            "geometry":{{"type":"Polygon","coordinates":{coordinates}}}}}]}}"#
        )
    };
    for (name, text) in [
        ("djup.geojson", feature("1", &deep("1,2"))),
        ("djupa.geojson", feature(&deep("1"), "[]")),
        ("djupo.geojson", feature(&objects, "[]")),
        ("djup.json", format!("[{{\"x\":1,\"a\":{}}}]", deep("1"))),
        ("djupo.json", format!("[{objects}]")),
    ] {
        refused_within(&case, &case.file(name, text.as_bytes()), 300, &[name, "rad"]);
    }
    // What is passed over must not hurt either, and nothing that opens without end.
    let aside = format!(r#"{{"type":"FeatureCollection","annat":{},"features":[]}}"#, deep("1"));
    refused_within(&case, &case.file("bredvid.geojson", aside.as_bytes()), 300, &["bredvid.geojson"]);
    refused_within(&case, &case.file("oppen.json", "[{\"a\":".repeat(1 << 20).as_bytes()), 300, &["oppen.json"]);
    let toml = format!("name = {}", deep("1"));
    let (mapping, rows): (PathBuf, PathBuf) =
        (case.file("egen.toml", toml.as_bytes()), case.file("rader.csv", b"x;y\n580000;6602000\n"));
    case.refused_with(&rows, 1, &["egen.toml"], &["--map", arg(&mapping)]);
}

#[test]
fn a_geopackage_in_wal_mode_is_read_from_a_closed_folder_and_left_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let own = folder();
    let closed = own.path().join("stangd");
    std::fs::create_dir(&closed).expect("a folder");
    let path = closed.join("wal.gpkg");
    geopackage(&path, gdal::vector::OGRwkbGeometryType::wkbPoint, &[point(580_000.0, 6_602_000.0)]);
    let connection = rusqlite::Connection::open(&path).expect("it opens");
    connection.pragma_update(None, "journal_mode", "WAL").expect("set");
    drop(connection);
    let binary = own.path().join("lagesbild");
    std::fs::copy(env!("CARGO_BIN_EXE_lagesbild"), &binary).expect("the program can be copied");
    let set = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("ours to set");
    };
    let open = own.path().join("oppen");
    std::fs::create_dir(&open).expect("a folder");
    for (path, mode) in [
        (own.path(), 0o755),
        (binary.as_path(), 0o755),
        (path.as_path(), 0o644),
        (closed.as_path(), 0o555),
        (open.as_path(), 0o777),
    ] {
        set(path, mode);
    }
    let before = digest(&path);
    let out = open.join("ut.geojson");
    let arguments = ["--json", "analyse", "counts", "--min-points", "1", "--input", arg(&path), "--output", arg(&out)];
    let Some(answer) = crate::bad_input::as_nobody(&binary, &arguments) else { return };
    assert_eq!(answer.ok().json()["features"], 1);
    assert_eq!(digest(&path), before);
    set(&closed, 0o755);
    let left: Vec<_> = std::fs::read_dir(&closed).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["wal.gpkg"]);
}

#[test]
fn a_store_with_a_text_that_is_none_is_damaged_and_not_our_fault() {
    let case = Case::new();
    let rows = case.file("rader.csv", b"x;y;datum;typ\n580000;6602000;2024-01-01;Brand\n");
    run(&["import", "events", arg(&rows), "--store", arg(&case.store), "--crs", "EPSG:3006"]).ok();
    let connection = rusqlite::Connection::open(&case.store).expect("it opens");
    without_triggers(&connection);
    connection.execute("UPDATE events SET category_text = CAST(x'42ff' AS TEXT)", []).expect("changed");
    drop(connection);
    let out = case.folder.path().join("ut.gpkg");
    let answer = run(&["--json", "analyse", "counts", "--store", arg(&case.store), "--output", arg(&out)]);
    let error = one_sentence(&answer, 1, &["lager.gpkg"]);
    assert_eq!(error["kind"], "bad-input", "{error}");
    assert!(!out.exists());
}
