//! `lagesbild check`: a plan in, layers in plan colours and what is wrong with its data out.

use std::path::Path;

use geo::{LineString, Polygon};
use lagesbild::export::plan_ngp::write;
use lagesbild::plan::model::{Kind, Part, Plan, Provision, Shape};
use rusqlite::Connection;
use serde_json::Value;

use super::support::{arg, folder, run, shared};

fn rows(file: &Path, sql: &str) -> Vec<String> {
    let connection = Connection::open(file).expect("the file opens");
    let mut asked = connection.prepare(sql).expect("the layer is there");
    let found = asked.query_map([], |row| row.get::<_, String>(0)).expect("it answers");
    found.collect::<Result<_, _>>().expect("texts")
}

fn square(x: f64, y: f64, side: f64) -> Part {
    let ring = LineString::from(vec![(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]);
    Part::new(Shape::Area(Polygon::new(ring, vec![])))
}

/// A plan of 200 x 100 m: dwellings to the west, a street to the east, and a gap of 10 m between them.
fn plan(epsg: Option<u32>) -> String {
    let provision = |id: &str, reference: &str, wording: &str, x: f64, width: f64| {
        let mut own = Provision::new(id, Kind::Use);
        own.uuid = Some(format!("00000000-0000-4000-8000-00000000000{id}"));
        own.reference = Some(reference.to_owned());
        own.wording = Some(wording.to_owned());
        let ring = LineString::from(vec![
            (x, 6_000_000.0),
            (x + width, 6_000_000.0),
            (x + width, 6_000_100.0),
            (x, 6_000_100.0),
            (x, 6_000_000.0),
        ]);
        own.parts = vec![Part::new(Shape::Area(Polygon::new(ring, vec![])))];
        own
    };
    let west = square(150_000.0, 6_000_000.0, 100.0);
    let mut plan = Plan { name: Some("Kvarteret Eken".to_owned()), epsg, ..Plan::default() };
    plan.uuid = Some("00000000-0000-4000-8000-000000000009".to_owned());
    plan.parts = vec![west, square(150_100.0, 6_000_000.0, 100.0)];
    plan.provisions = vec![
        provision("1", "f9e056a6-cda8-4b92-a15d-dc70d61dfa36", "Bostäder", 150_000.0, 90.0),
        provision("2", "23e0e196-16c3-424f-85fc-406d52b3b5d0", "Gata", 150_100.0, 100.0),
    ];
    write(&[plan])
}

#[test]
fn a_plan_is_drawn_in_plan_colours_and_its_gap_is_told() {
    let folder = folder();
    let (file, out) = (folder.path().join("plan.json"), folder.path().join("plan.gpkg"));
    std::fs::write(&file, plan(Some(3010))).expect("written");
    let answer = run(&["--json", "check", arg(&file), "--output", arg(&out)]).ok().json();
    let checked = &answer["check"]["plans"][0];
    assert_eq!((&checked["name"], &checked["provisions"]), (&Value::from("Kvarteret Eken"), &Value::from(2)));
    let told: Vec<&str> =
        checked["faults"].as_array().expect("a list").iter().filter_map(|fault| fault["message"].as_str()).collect();
    // Ten metres between 150 090 and 150 100, over all 100 m: an area of 1 000 m².
    assert!(told.iter().any(|text| text.contains("1000,0 m²")), "{told:#?}");
    assert_eq!(answer["check"]["crs"], "EPSG:3010");
    let names = rows(&out, "SELECT bestammelsens_namn FROM anvandning ORDER BY 1");
    assert_eq!(names, ["Bostäder", "Gata"]);
    let colours = rows(&out, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'anvandning'");
    // Yellow for dwellings and light grey for streets.
    for colour in ["255,255,206", "233,233,233"] {
        assert!(colours.iter().any(|style| style.contains(colour)), "{colour}: {colours:#?}");
    }
    assert_eq!(rows(&out, "SELECT data_type FROM gpkg_contents WHERE table_name = 'planfel'"), ["features"]);
}

#[test]
fn a_plan_is_given_in_another_system_if_asked_for() {
    let folder = folder();
    let (file, out) = (folder.path().join("plan.json"), folder.path().join("plan.geojson#planomrade"));
    std::fs::write(&file, plan(Some(3010))).expect("written");
    let answer = run(&["--json", "check", arg(&file), "--crs", "EPSG:3006", "--output", arg(&out)]).ok().json();
    assert_eq!(answer["check"]["crs"], "EPSG:3006");
    let text = std::fs::read_to_string(folder.path().join("plan.geojson")).expect("written");
    let written: Value = serde_json::from_str(&text).expect("JSON");
    let at = &written["features"][0]["geometry"]["coordinates"][0][0][0];
    // SWEREF 99 16 30: 150 km east is the meridian 16.5 degrees.
    assert!((at[0].as_f64().expect("a number") - 16.5).abs() < 1e-6, "{at}");
}

#[test]
fn a_plan_without_a_system_is_asked_for_one() {
    let folder = folder();
    let (file, out) = (folder.path().join("skiss.geojson"), folder.path().join("plan.json.gpkg"));
    let (odd, none) = (folder.path().join("annat.json"), folder.path().join("saknas.json"));
    std::fs::write(&odd, "{\"a\": 1}").expect("written");
    std::fs::write(&file, plan(None)).expect("written");
    let asked = run(&["check", arg(&file), "--output", arg(&out)]);
    assert!(asked.err.contains("--plan-crs EPSG:3010"), "{}", asked.err);
    run(&["check", arg(&file), "--plan-crs", "EPSG:3010", "--output", arg(&out)]).ok();
    let refused = run(&["check", arg(&odd), "--output", arg(&out)]);
    assert!(refused.err.contains("annat.json") && !refused.err.contains("GDAL"), "{}", refused.err);
    let missing = run(&["check", arg(&none), "--output", arg(&out)]);
    assert!(missing.err.contains("finns inte"), "{}", missing.err);
}

#[test]
fn the_real_plan_becomes_layers_and_its_named_defects_are_told() {
    let Some(shared) = shared("the check of a real plan") else { return };
    let folder = folder();
    let out = folder.path().join("plan.gpkg");
    let file = shared.join("kristianstad-plan/plankarta.xml");
    let answer = run(&["--json", "check", arg(&file), "--output", arg(&out)]).ok().json();
    assert_eq!(answer["check"]["plans"][0]["unknown"], 0);
    let told = rows(&out, "SELECT iakttagelse FROM planfel");
    for words in ["L22 ligger i SWEREF 99 TM", "Gränslinjen L22 hör inte till något område", "18, 25", "24, 31"] {
        assert!(told.iter().any(|text| text.contains(words)), "{words}: {told:#?}");
    }
    // L22 is drawn in another system: its mark stands at the plan all the same, not two hundred kilometres away.
    let width = rows(&out, "SELECT CAST(max_x - min_x AS TEXT) FROM gpkg_contents WHERE table_name = 'planfel'");
    assert!(width[0].parse::<f64>().expect("a number") < 2000.0, "{width:?}");
    assert_eq!(rows(&out, "SELECT beteckning FROM anvandning WHERE beteckning IN ('GATA', 'NATUR', 'E')").len(), 3);
}
