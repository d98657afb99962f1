//! Formats in and out: the messy files, every output format read back, and an independent program's word on each.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use lagesbild::ingest::{self, ReadOptions, Table};
use serde_json::Value;

use crate::support::{Run, arg, digest, folder, run, shared, store};

/// Output formats of one layer that our readers read back.
const BACK: [&str; 6] = ["fgb", "xlsx", "shp", "tab", "parquet", "gpkg"];

fn message(answer: &Run, words: &[&str]) -> Value {
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(!answer.err.contains("panicked"), "{answer:?}");
    let error = answer.json()["error"].clone();
    let message = error["message"].as_str().expect("a message");
    assert!(message.ends_with('.') && !message.contains('{') && !message.contains('\n'), "{message}");
    assert!(error["remedy"].as_str().is_some_and(|text| text.len() > 10), "{error}");
    for word in words {
        assert!(error.to_string().contains(word), "{word}: {error}");
    }
    error
}

/// A box in degrees as a home area.
fn home(folder: &Path, [west, south, east, north]: [f64; 4]) -> PathBuf {
    let path = folder.join("hem.geojson");
    let ring = format!("[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]");
    let text = format!(
        "{{\"type\":\"Feature\",\"properties\":{{}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[{ring}]}}}}"
    );
    std::fs::write(&path, text).expect("written");
    path
}

fn analyse(input: &Path, output: &Path, more: &[&str]) -> Run {
    let mut arguments =
        vec!["--json", "analyse", "counts", "--min-points", "1", "--input", arg(input), "--output", arg(output)];
    arguments.extend(more);
    run(&arguments)
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn read_one(path: &Path) -> Table {
    let tables =
        ingest::read(path, &ReadOptions::default()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    tables.into_iter().next().expect("a table")
}

#[test]
fn the_districts_of_malmo_are_read_from_mapinfo_with_their_system() {
    let Some(shared) = shared("MapInfo districts") else { return };
    let folder = folder();
    let file = shared.join("messy/malmo_delomraden.tab");
    let report = analyse(&file, &folder.path().join("ut.gpkg"), &[]).ok().json();
    assert_eq!((report["passport"]["used"].as_u64(), &report["passport"]["crs"]), (Some(136), &"EPSG:3008".into()));
    let table = read_one(&file);
    let district = (0..table.len()).find(|&row| table.cell(row, 0) == "VÄSTRA KLAGSTORP").expect("it is there");
    assert_eq!(table.cell(district, 2), "6671187");
    assert_eq!((table.encoding.as_deref(), table.row_number(0)), (Some("windows-1252"), 1));
    let store = store(folder.path(), &["--home", arg(&file)]);
    let report = run(&["--json", "import", "ground", arg(&file), "--store", arg(&store)]).ok().json();
    assert_eq!(report["files"][0]["kept"]["malmo_delomraden"], 136, "{report}");
    assert_eq!(names_in(&shared.join("messy")).len(), 8, "a side file was left");
}

#[test]
fn the_drawing_of_kristianstad_needs_a_system_and_finds_it_in_the_home_area() {
    let Some(shared) = shared("DXF plan lines") else { return };
    let folder = folder();
    let file = shared.join("messy/kristianstad_plan_granser_1330.dxf");
    let out = folder.path().join("ut.gpkg");
    message(&analyse(&file, &out, &[]), &["kristianstad_plan_granser_1330.dxf", "--crs"]);
    assert!(!out.exists());
    let report = analyse(&file, &out, &["--crs", "EPSG:3008"]).ok().json();
    let passport = &report["passport"];
    let dropped: u64 = passport["dropped"].as_object().expect("reasons").values().filter_map(Value::as_u64).sum();
    assert_eq!(passport["used"].as_u64().unwrap_or(0) + dropped, 25, "{passport}");
    println!("DXF: {} used, {dropped} dropped", passport["used"]);
    let table = read_one(&file);
    assert_eq!((table.len(), table.crs.as_deref(), table.cell(0, 0)), (25, None, "0"));
    let home = home(folder.path(), [14.0, 55.8, 14.5, 56.3]);
    let store = store(folder.path(), &["--home", arg(&home)]);
    let report = run(&["--json", "import", "events", arg(&file), "--store", arg(&store)]).ok().json();
    assert_eq!((report["crs"].as_str(), report["read"].as_u64()), (Some("EPSG:3008"), Some(25)), "{report}");
    message(&run(&["--json", "import", "ground", arg(&file), "--store", arg(&store)]), &["kristianstad_plan_granser"]);
    let other = folder.path().join("annan.gpkg");
    message(&run(&["--json", "init", arg(&other), "--home", arg(&file)]), &["kristianstad_plan_granser"]);
    assert!(!other.exists());
}

#[test]
fn a_geojson_in_another_system_than_the_standard_expects_is_taken_at_its_word() {
    let Some(shared) = shared("GeoJSON in EPSG:3006") else { return };
    let folder = folder();
    let file = shared.join("messy/kristianstad_plan_3006.geojson");
    let report = analyse(&file, &folder.path().join("ut.gpkg"), &[]).ok().json();
    assert_eq!((report["passport"]["used"].as_u64(), &report["passport"]["crs"]), (Some(23), &"EPSG:3006".into()));
    let store = store(folder.path(), &["--home", arg(&file)]);
    let report = run(&["--json", "import", "ground", arg(&file), "--store", arg(&store)]).ok().json();
    assert_eq!(
        report["files"][0]["kept"].as_object().expect("layers").values().filter_map(Value::as_u64).sum::<u64>(),
        23
    );
}

#[test]
fn both_messy_csvs_are_analysed_with_their_system_and_refused_without() {
    let Some(shared) = shared("messy CSVs") else { return };
    let folder = folder();
    for (name, crs, metric) in [
        ("strada_jonkoping_rt90_cp1252.csv", "EPSG:3021", "EPSG:3021"),
        ("strada_jonkoping_sweref991330_swapped_cp1252.csv", "EPSG:3008", "EPSG:3008"),
    ] {
        let file = shared.join("messy").join(name);
        message(&analyse(&file, &folder.path().join("ut.gpkg"), &[]), &[name, crs, "--crs"]);
        let report = analyse(&file, &folder.path().join("ut.gpkg"), &["--crs", crs]).ok().json();
        assert_eq!((report["passport"]["used"].as_u64(), &report["passport"]["crs"]), (Some(22), &metric.into()));
        for command in ["ground", "roads"] {
            let store = store(&tempfile::tempdir().expect("a folder").keep(), &[]);
            message(&run(&["--json", "import", command, arg(&file), "--store", arg(&store)]), &[name]);
        }
    }
}

/// The sample town's accidents as a file of points with å, ä, ö and missing values.
fn input(folder: &Path) -> PathBuf {
    let path = folder.join("in.csv");
    let mut text = String::from("id;x;y;datum;gata;antal;andel;Beskrivning av gatan med långt namn\n");
    for row in 0..60_u32 {
        let street = ["Storgatan", "Åkerögränd", "Östra \"Ängen\"", "", "=1+1"][row as usize % 5];
        let count = if row % 7 == 0 { String::new() } else { (row * 3).to_string() };
        let share = if row % 9 == 0 { String::new() } else { format!("{}", f64::from(row) / 7.0) };
        let (x, y) = (580_000.0 + f64::from(row % 8) * 40.5, 6_602_000.0 + f64::from(row / 8) * 33.25);
        let (x, y) = if row == 59 { (String::new(), String::new()) } else { (x.to_string(), y.to_string()) };
        let day = row % 28 + 1;
        writeln!(text, "A{row};{x};{y};2024-03-{day:02};{street};{count};{share};ö{row}").expect("a string takes it");
    }
    std::fs::write(&path, text.replace("=1+1", "'=1+1")).expect("written");
    path
}

/// Cell of a column, and place, by the value of the column `id`.
type Cells = BTreeMap<String, String>;
type Places = BTreeMap<String, Option<[f64; 2]>>;

/// Cells of a column by the value of the column `id`.
fn column(table: &Table, name: &str) -> Cells {
    let find = |wanted: &str| {
        table
            .columns
            .iter()
            .position(|column| column.eq_ignore_ascii_case(wanted))
            .unwrap_or_else(|| panic!("{wanted}: {:?}", table.columns))
    };
    let (id, own) = (find("id"), find(name));
    (0..table.len()).map(|row| (table.cell(row, id).to_owned(), table.cell(row, own).to_owned())).collect()
}

fn places(table: &Table) -> Places {
    let id = table.column("id").expect("an id");
    let axis =
        |name: &str, row: usize| table.column(name).and_then(|column| table.cell(row, column).parse::<f64>().ok());
    let place = |row: usize| match table.point(row) {
        Some((point, _)) => Some(point),
        None if table.has_geometry() => None,
        None => Some([axis("X", row)?, axis("Y", row)?]),
    };
    (0..table.len()).map(|row| (table.cell(row, id).to_owned(), place(row))).collect()
}

#[test]
fn rows_and_places_come_back_from_every_format_that_holds_them() {
    let folder = folder();
    let input = input(folder.path());
    let more = ["--crs", "EPSG:3006", "--keep-free-text"];
    let target = |ending: &str| folder.path().join(format!("ut.{ending}"));
    let mut wanted: Option<(Places, Vec<Cells>)> = None;
    for ending in ["gpkg"].into_iter().chain(BACK) {
        let output = PathBuf::from(format!("{}#events", target(ending).display()));
        analyse(&input, &output, &more).ok();
        let table = read_one(&target(ending));
        // A row without a place is not in a FlatGeobuf, which says so.
        assert_eq!(table.len(), if ending == "fgb" { 59 } else { 60 }, "{ending}");
        let system = table.crs.as_deref();
        assert_eq!(system, if ending == "xlsx" { None } else { Some("EPSG:3006") }, "{ending}: {:?}", table.notes);
        let found = places(&table);
        let values: Vec<_> = ["datum", "gata", "antal", "andel"].map(|name| column(&table, name)).to_vec();
        let Some((points, cells)) = &wanted else {
            assert_eq!(found["A59"], None);
            assert_eq!((values[1]["A1"].as_str(), values[2]["A0"].as_str()), ("Åkerögränd", ""));
            wanted = Some((found, values));
            continue;
        };
        let held = |id: &str| ending != "fgb" || id != "A59";
        for (found, wanted) in values.iter().zip(cells) {
            let wanted: BTreeMap<String, String> =
                wanted.iter().filter(|(id, _)| held(id)).map(|(id, cell)| (id.clone(), cell.clone())).collect();
            assert_eq!(*found, wanted, "{ending}");
        }
        for (id, point) in points.iter().filter(|(id, _)| held(id)) {
            let other = found[id];
            let near = match (point, other) {
                (Some(a), Some(b)) => (a[0] - b[0]).hypot(a[1] - b[1]) <= 0.001,
                (a, b) => a.is_none() && b.is_none(),
            };
            assert!(near, "{ending}, {id}: {point:?} {other:?}");
        }
    }
}

#[test]
fn hotspots_come_back_as_areas_and_as_the_layers_of_a_drawing() {
    let folder = folder();
    let input = input(folder.path());
    let area = |path: &Path| -> (usize, f64) {
        use geo::Area as _;
        let layers = ingest::shapes::read(path, None).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let shapes = layers.iter().flat_map(|layer| &layer.rows).map(|row| row.geometry.unsigned_area());
        let areas: Vec<f64> = shapes.filter(|area| *area > 0.0).collect();
        (areas.len(), areas.iter().sum())
    };
    let reference = folder.path().join("ut.gpkg");
    analyse(&input, &PathBuf::from(format!("{}#hotspots", reference.display())), &["--crs", "EPSG:3006"]).ok();
    let wanted = area(&reference);
    assert!(wanted.0 > 1, "{wanted:?}");
    for ending in ["fgb", "shp", "tab", "dxf", "parquet"] {
        let path = folder.path().join(format!("ut.{ending}"));
        let report = analyse(&input, &path, &["--crs", "EPSG:3006"]).ok().json();
        let found = area(&path);
        assert_eq!(found.0, wanted.0, "{ending}");
        assert!((found.1 - wanted.1).abs() < 0.5, "{ending}: {found:?} {wanted:?}");
        if ending == "dxf" {
            assert!(report["warnings"].to_string().contains("EPSG:3006"), "{report}");
            let table = ingest::read(&path, &ReadOptions::default()).expect("is read").remove(0);
            let layer = table.column("Layer").expect("its own field");
            let layers: std::collections::BTreeSet<&str> = (0..table.len()).map(|row| table.cell(row, layer)).collect();
            println!("layers of the drawing: {layers:?}");
            assert!(layers.contains("Namn") && layers.len() > 1, "{layers:?}");
        }
        if ending != "parquet" {
            let beside = folder.path().join(format!("ut.{ending}.passport.json"));
            let about: Value = serde_json::from_slice(&std::fs::read(beside).expect("a sidecar")).expect("JSON");
            assert_eq!(about["pass"]["method"], "counts");
            assert!(about["kolumner"].as_array().is_some_and(|list| list.len() > 5), "{about}");
        }
    }
}

#[test]
fn the_same_rows_give_the_same_bytes_and_an_older_set_leaves_nothing_behind() {
    let (one, two) = (folder(), folder());
    let input = input(one.path());
    std::fs::copy(&input, two.path().join("in.csv")).expect("copied");
    for ending in ["fgb", "xlsx", "dxf", "shp", "tab"] {
        for (place, target) in [(&one, one.path()), (&two, two.path())] {
            let source = place.path().join("in.csv");
            let output = PathBuf::from(format!("{}#events", target.join(format!("ut.{ending}")).display()));
            analyse(&source, &output, &["--crs", "EPSG:3006"]).ok();
        }
    }
    let names = names_in(one.path());
    assert_eq!(names, names_in(two.path()));
    for name in &names {
        assert_eq!(digest(&one.path().join(name)), digest(&two.path().join(name)), "{name}");
    }
    assert!(names.iter().all(|name| !name.contains("part")), "{names:?}");
    // An index of an older set would find the wrong rows.
    std::fs::write(one.path().join("ut.qix"), "gammalt").expect("written");
    let output = PathBuf::from(format!("{}#events", one.path().join("ut.shp").display()));
    analyse(&input, &output, &["--crs", "EPSG:3006"]).ok();
    assert_eq!(names_in(one.path()), names);
}

#[test]
fn a_set_that_cannot_be_put_in_place_leaves_the_older_one_whole() {
    let folder = folder();
    let input = input(folder.path());
    let target = folder.path().join("ut.shp");
    analyse(&input, &target, &["--crs", "EPSG:3006"]).ok();
    let before: BTreeMap<String, String> =
        names_in(folder.path()).into_iter().map(|name| (name.clone(), digest(&folder.path().join(name)))).collect();
    // A folder where a file of the set belongs: it cannot be replaced.
    std::fs::remove_file(folder.path().join("ut.shx")).expect("removed");
    std::fs::create_dir(folder.path().join("ut.shx")).expect("made");
    std::fs::write(folder.path().join("ut.shx/x"), "x").expect("written");
    let answer = analyse(&input, &target, &["--crs", "EPSG:3006"]);
    assert_ne!(answer.code, 0);
    for (name, bytes) in before.iter().filter(|(name, _)| *name != "ut.shx") {
        assert_eq!(digest(&folder.path().join(name)), *bytes, "{name}");
    }
    assert_eq!(names_in(folder.path()), before.keys().cloned().collect::<Vec<_>>());
}

/// What `ogrinfo` says of a file, or `None`, said aloud, where the program is not there.
fn ogrinfo(path: &Path) -> Option<String> {
    match Command::new("ogrinfo").args(["-ro", "-so", "-al", arg(path)]).output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(error) => {
            println!("NOT RUN: ogrinfo ({error})");
            None
        }
    }
}

#[test]
fn an_independent_program_counts_the_same_rows() {
    let folder = folder();
    let input = input(folder.path());
    for (ending, rows) in [("fgb", 59), ("shp", 60), ("tab", 60), ("dxf", 59)] {
        let path = folder.path().join(format!("ut.{ending}"));
        analyse(&input, &PathBuf::from(format!("{}#events", path.display())), &["--crs", "EPSG:3006"]).ok();
        let Some(said) = ogrinfo(&path) else { return };
        assert!(said.contains(&format!("Feature Count: {rows}")), "{ending}: {said}");
        assert!(ending == "dxf" || said.contains("SWEREF99") || said.contains("Transverse Mercator"), "{said}");
    }
}

#[test]
fn a_gml_that_points_to_a_schema_on_the_network_is_read_without_asking_for_it() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let port = listener.local_addr().expect("an address").port();
    let folder = folder();
    let path = folder.path().join("lager.gml");
    let members: Vec<String> = (0..3)
        .map(|row| {
            format!(
                "<gml:featureMember><o:p gml:id=\"p{row}\"><o:geom><gml:Point srsName=\"urn:ogc:def:crs:EPSG::3006\">\
                 <gml:pos>660200{row} 58000{row}</gml:pos></gml:Point></o:geom><o:gata>Åvägen {row}</o:gata></o:p>\
                 </gml:featureMember>"
            )
        })
        .collect();
    let text = |location: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><gml:FeatureCollection xmlns:gml=\"http://www.opengis.net/gml/3.2\" \
             xmlns:o=\"http://o\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xsi:schemaLocation=\"http://o {location}\">{}</gml:FeatureCollection>",
            members.concat()
        )
    };
    std::fs::write(&path, text(&format!("http://127.0.0.1:{port}/o.xsd"))).expect("written");
    let table = read_one(&path);
    assert_eq!((table.len(), table.crs.as_deref()), (3, Some("EPSG:3006")));
    assert_eq!(table.point(1), Some(([580_001.0, 6_602_001.0], false)), "north stands first in the file");
    assert_eq!(column_of(&table, "gata"), ["Åvägen 0", "Åvägen 1", "Åvägen 2"]);
    analyse(&path, &folder.path().join("ut.geojson"), &[]).ok();
    std::fs::write(&path, text(&format!("/vsicurl/http://127.0.0.1:{port}/o.xsd"))).expect("written");
    let answer = analyse(&path, &folder.path().join("ut.geojson"), &[]);
    assert_eq!(answer.code, 3, "{answer:?}");
    let asked = listener.accept();
    assert!(asked.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "the network was asked");
    assert_eq!(names_in(folder.path()), ["lager.gml", "ut.geojson"]);
    let laughs =
        "<!DOCTYPE a [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><a xmlns=\"http://www.opengis.net/gml\">&b;</a>";
    std::fs::write(&path, laughs).expect("written");
    message(&analyse(&path, &folder.path().join("ut.gpkg"), &[]), &["lager.gml", "DOCTYPE"]);
    let deep = format!("<a xmlns=\"http://www.opengis.net/gml\">{}{}</a>", "<b>".repeat(10_000), "</b>".repeat(10_000));
    std::fs::write(&path, deep).expect("written");
    message(&analyse(&path, &folder.path().join("ut.gpkg"), &[]), &["lager.gml", "nivåer"]);
}

fn column_of(table: &Table, name: &str) -> Vec<String> {
    let column = table.column(name).unwrap_or_else(|| panic!("{name}: {:?}", table.columns));
    (0..table.len()).map(|row| table.cell(row, column).to_owned()).collect()
}

#[test]
fn a_shapefile_without_its_parts_is_refused_or_finds_its_system() {
    let folder = folder();
    let input = input(folder.path());
    let path = folder.path().join("ut.shp");
    analyse(&input, &PathBuf::from(format!("{}#events", path.display())), &["--crs", "EPSG:3006"]).ok();
    std::fs::remove_file(path.with_extension("prj")).expect("removed");
    let out = folder.path().join("b.gpkg");
    let report = analyse(&path, &out, &["--crs", "EPSG:3006"]).ok().json();
    assert_eq!(report["passport"]["used"], 59);
    message(&analyse(&path, &out, &[]), &["ut.shp", "EPSG:3006", "--crs"]);
    let home = home(folder.path(), [16.0, 59.3, 16.8, 59.8]);
    let store = store(folder.path(), &["--home", arg(&home)]);
    let report = run(&["--json", "import", "events", arg(&path), "--store", arg(&store)]).ok().json();
    assert_eq!((report["crs"].as_str(), report["read"].as_u64()), (Some("EPSG:3006"), Some(60)));
    for part in ["dbf", "shx"] {
        let away = folder.path().join("undan");
        std::fs::rename(path.with_extension(part), &away).expect("moved");
        message(&analyse(&path, &out, &["--crs", "EPSG:3006"]), &["ut.shp", &format!("ut.{part}")]);
        let before = digest(&store);
        message(&run(&["--json", "import", "ground", arg(&path), "--store", arg(&store)]), &[&format!("ut.{part}")]);
        assert_eq!(digest(&store), before);
        std::fs::rename(&away, path.with_extension(part)).expect("moved back");
    }
    // Areas without a system: told by the home area.
    let areas = folder.path().join("ytor.shp");
    analyse(&input, &areas, &["--crs", "EPSG:3006"]).ok();
    std::fs::remove_file(areas.with_extension("prj")).expect("removed");
    let report = run(&["--json", "import", "ground", arg(&areas), "--store", arg(&store)]).ok().json();
    assert!(report["files"][0]["kept"]["ytor"].as_u64().is_some_and(|count| count > 1), "{report}");
    message(&run(&["--json", "init", arg(&folder.path().join("c.gpkg")), "--home", arg(&areas)]), &["EPSG:3006"]);
}

#[test]
fn json_nested_ten_thousand_deep_is_refused_as_rows_and_as_ground() {
    let folder = folder();
    let path = folder.path().join("djup.geojson");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let text = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{}},\"geometry\":\
         {{\"type\":\"Polygon\",\"coordinates\":{deep}}}}}]}}"
    );
    std::fs::write(&path, text).expect("written");
    message(&analyse(&path, &folder.path().join("ut.gpkg"), &[]), &["djup.geojson"]);
    let store = store(folder.path(), &[]);
    message(&run(&["--json", "import", "ground", arg(&path), "--store", arg(&store)]), &["djup.geojson"]);
}

#[test]
fn too_many_columns_are_refused_through_gdal_too() {
    let folder = folder();
    let path = folder.path().join("bred.gml");
    let columns: Vec<String> = (0..10_001).map(|at| format!("<o:k{at}>1</o:k{at}>")).collect();
    let columns = columns.concat();
    let text = format!(
        "<gml:FeatureCollection xmlns:gml=\"http://www.opengis.net/gml\" xmlns:o=\"http://o\"><gml:featureMember><o:p>\
         <o:g><gml:Point srsName=\"EPSG:3006\"><gml:coordinates>580000,6602000</gml:coordinates></gml:Point></o:g>\
         {columns}</o:p></gml:featureMember></gml:FeatureCollection>"
    );
    std::fs::write(&path, text).expect("written");
    message(&analyse(&path, &folder.path().join("ut.gpkg"), &[]), &["bred.gml", "10000"]);
    assert_eq!(names_in(folder.path()), ["bred.gml"]);
}
