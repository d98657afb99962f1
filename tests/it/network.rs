//! Methods along roads, from files and stores to layers.

use std::path::{Path, PathBuf};

use lagesbild::domain::random::Stream;
use lagesbild::domain::{Link, Structure};
use serde_json::Value;

use crate::support::{Run, arg, digest, finished, folder, program, rows_and_integrity, run, shared, store};

/// A street of the town: name, väghållare, whether it is a bridge, and its vertices beside the town's corner.
type Street = (&'static str, &'static str, bool, &'static [[f64; 2]]);

/// Storgatan from west to east; Skeppsbrogatan and Fiskaregatan cross it 300 m apart; Bron crosses it in the middle, above.
const TOWN: [Street; 4] = [
    ("Storgatan", "kommunal", false, &[[0.0, 0.0], [100.0, 0.0], [400.0, 0.0], [600.0, 0.0]]),
    ("Skeppsbrogatan", "kommunal", false, &[[100.0, -200.0], [100.0, 0.0], [100.0, 200.0]]),
    ("Fiskaregatan", "statlig", false, &[[400.0, -200.0], [400.0, 0.0], [400.0, 200.0]]),
    ("Bron", "statlig", true, &[[250.0, -200.0], [250.0, 200.0]]),
];

const CORNER: [f64; 2] = [580_000.0, 6_602_000.0];

/// The town's streets as `GeoJSON` in metres, a line from corner to corner, with or without väghållare.
fn streets(folder: &Path, keepers: bool) -> PathBuf {
    let feature = |(name, keeper, bridge, line): (&str, &str, bool, &[[f64; 2]])| {
        let line: Vec<[f64; 2]> = line.iter().map(|[x, y]| [CORNER[0] + x, CORNER[1] + y]).collect();
        let mut properties = serde_json::json!({
            "namn": name, "bro": if bridge { "ja" } else { "nej" }, "hastighet": 40, "klass": "Huvudgata",
        });
        if keepers {
            properties["vaghallare"] = keeper.into();
        }
        serde_json::json!({ "type": "Feature", "properties": properties,
                            "geometry": { "type": "LineString", "coordinates": line } })
    };
    let straights = TOWN.iter().flat_map(|&(name, keeper, bridge, line)| {
        line.windows(2).map(move |straight| (name, keeper, bridge, straight))
    });
    let features: Vec<Value> = straights.map(feature).collect();
    let crs = serde_json::json!({ "type": "name", "properties": { "name": "urn:ogc:def:crs:EPSG::3006" } });
    let layer = serde_json::json!({ "type": "FeatureCollection", "crs": crs, "features": features });
    let path = folder.join("gator.geojson");
    std::fs::write(&path, layer.to_string()).expect("written");
    path
}

/// Rows of events: place beside the town's corner, and street.
fn events(folder: &Path, rows: &[(f64, f64, &str)]) -> PathBuf {
    let mut text = String::from("id;datum;x;y;typ;gata\n");
    for (id, (x, y, street)) in rows.iter().enumerate() {
        let line = format!("{id};2023-0{}-11;{:.2};{:.2};klotter;{street}\n", id % 9 + 1, CORNER[0] + x, CORNER[1] + y);
        text.push_str(&line);
    }
    let path = folder.join("handelser.csv");
    std::fs::write(&path, text).expect("written");
    path
}

/// Six on the crossing of Skeppsbrogatan, four under the bridge, three on Storgatan's western end, one far away.
const ROWS: [(f64, f64, &str); 14] = [
    (95.0, 1.0, ""),
    (105.0, 1.0, ""),
    (101.0, 10.0, ""),
    (100.0, -15.0, ""),
    (115.0, -1.0, ""),
    (90.0, 2.0, "Storgatan"),
    (250.0, 1.0, ""),
    (249.0, -3.0, ""),
    (251.0, 4.0, ""),
    (252.0, 2.0, ""),
    (20.0, 3.0, ""),
    (30.0, 3.0, ""),
    (40.0, 3.0, ""),
    (900.0, 900.0, ""),
];

fn analyse(method: &str, input: &Path, network: &Path, out: &Path, more: &[&str]) -> Run {
    let mut arguments = vec!["--json", "analyse", method, "--input", arg(input), "--crs", "EPSG:3006"];
    arguments.extend(["--network", arg(network), "--output", arg(out)]);
    arguments.extend(more);
    run(&arguments)
}

/// The rows of a layer of a `GeoPackage` as JSON objects, by key; the geometry's type in `geometry`.
fn layer(file: &Path, table: &str) -> Vec<Value> {
    let connection = rusqlite::Connection::open(file).expect("it opens");
    let mut select = connection.prepare(&format!("SELECT * FROM {table} ORDER BY fid")).expect("a layer");
    let names: Vec<String> = select.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = select.query([]).expect("rows");
    let mut found = Vec::new();
    while let Some(row) = rows.next().expect("a row") {
        let mut object = serde_json::Map::new();
        for (at, name) in names.iter().enumerate() {
            let value = match row.get_ref(at).expect("a value") {
                rusqlite::types::ValueRef::Integer(number) => number.into(),
                rusqlite::types::ValueRef::Real(number) => number.into(),
                rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
                _ => Value::Null,
            };
            object.insert(name.clone(), value);
        }
        found.push(Value::Object(object));
    }
    found
}

fn column(rows: &[Value], name: &str) -> Vec<Value> {
    rows.iter().map(|row| row.get(name).unwrap_or_else(|| panic!("no column {name}")).clone()).collect()
}

#[test]
fn counts_find_the_crossing_and_the_street_under_the_bridge() {
    let folder = folder();
    let (input, network) = (events(folder.path(), &ROWS), streets(folder.path(), true));
    let out = folder.path().join("ut.gpkg");
    let report = analyse("network-counts", &input, &network, &out, &["--min-points", "4"]).ok().json();
    assert_eq!(report["features"], 2, "{report}");
    assert_eq!((&report["passport"]["used"], &report["passport"]["unplaced"]), (&13.into(), &0.into()));
    assert_eq!(report["passport"]["dropped"]["för långt från väg"], 1);
    assert_eq!(report["passport"]["parameters"]["network"], "gator.geojson");
    for stage in ["network", "snap", "compute", "layers", "write"] {
        assert!(report["timings"][stage].is_number(), "{stage}: {report}");
    }
    let spots = layer(&out, "hotspots");
    assert_eq!(
        column(&spots, "namn"),
        ["Skeppsbrogatan / Storgatan", "Storgatan, Skeppsbrogatan–Fiskaregatan"].map(Value::from)
    );
    assert_eq!(column(&spots, "n"), [6, 4].map(Value::from));
    assert_eq!(column(&spots, "slag"), ["korsning", "sträcka"].map(Value::from));
    assert_eq!(column(&spots, "vaghallare"), ["kommunal", "kommunal"].map(Value::from));
    assert_eq!(column(&spots, "hastgrans"), [40, 40].map(Value::from));
    assert_eq!(column(&spots, "trafikmangd"), ["okänd", "okänd"].map(Value::from));
    assert_eq!(column(&spots, "langd_m"), [80.0, 260.0].map(Value::from), "20 m up each arm; 300 m less 20 m twice");
    assert!(
        spots[0]["sakerhet_text"].as_str().is_some_and(|text| text.starts_with("Många händelser, trafikmängd okänd"))
    );
    // Storgatan's two ends and the middle, four arms, and the bridge, which nobody meets.
    let segments = layer(&out, "segments");
    assert_eq!(segments.len(), 8);
    assert_eq!(segments.iter().filter_map(|row| row["n"].as_i64()).sum::<i64>(), 7);
    let bridge = segments.iter().find(|row| row["namn"] == "Bron").expect("the bridge is a segment");
    assert_eq!((&bridge["n"], &bridge["rang"]), (&0.into(), &Value::Null));
    assert_eq!(column(&layer(&out, "junctions"), "n"), [6, 0].map(Value::from));
    let rows = layer(&out, "events");
    assert_eq!(rows.len(), ROWS.len());
    let far = rows.iter().find(|row| row["vag_id"].is_null()).expect("one is too far");
    assert_eq!((&far["vag_val"], &far["cluster"]), (&"för långt från väg".into(), &Value::Null));
    // The fourth is as near to the street as to the bridge.
    assert_eq!(rows.iter().filter(|row| row["vag_val"] == "gatan under bron").count(), 3, "{rows:?}");
    let visible = visible_columns(&out, "hotspots");
    assert!(visible <= 8, "{visible} columns are shown");
}

/// Number of columns that the default style of a table shows.
fn visible_columns(file: &Path, table: &str) -> usize {
    let connection = rusqlite::Connection::open(file).expect("it opens");
    let sql = "SELECT styleQML FROM layer_styles WHERE f_table_name = ?1";
    let qml: String = connection.query_row(sql, [table], |row| row.get(0)).expect("a style");
    qml.lines()
        .filter(|line| line.contains("<column ") && line.contains("hidden=\"0\"") && !line.contains("actions"))
        .count()
}

#[test]
fn a_street_holds_its_stretches_and_its_crossings_and_says_so() {
    let folder = folder();
    let (input, network) = (events(folder.path(), &ROWS), streets(folder.path(), true));
    let out = folder.path().join("ut.gpkg");
    analyse("network-counts", &input, &network, &out, &["--min-points", "4"]).ok();
    let (all, rows) = (layer(&out, "gator"), layer(&out, "events"));
    assert!(all.len() >= 4, "{all:?}");
    for street in &all {
        let name = street["namn"].as_str().expect("a name");
        let own = |row: &&Value| row["gator"].as_str().is_some_and(|gator| gator.split(" / ").any(|one| one == name));
        let counted = rows.iter().filter(own).count();
        assert_eq!(street["n"].as_u64(), Some(counted as u64), "{name}");
        let crossing = rows.iter().filter(own).filter(|row| row["plats"].as_str().is_some_and(|at| at.contains(" / ")));
        assert_eq!(street["varav_korsning"].as_u64(), Some(crossing.count() as u64), "{name}");
        assert!(street["sammanfattning"].as_str().is_some_and(|text| text.starts_with(&format!("{counted} hände"))));
    }
    let storgatan = all.iter().find(|street| street["namn"] == "Storgatan").expect("the street");
    assert_eq!(storgatan["n"], 13, "four, three and six in the crossing");
    assert!(storgatan["kallor_luckor"].as_str().is_some_and(|text| text.contains("Varav i korsningar: 6")));
    // Nothing else than crossings, and only those of a sort.
    for (sort, junctions, n) in [("ovrig", 2, 6), ("signal", 0, 0), ("cirkulation", 0, 0)] {
        analyse("network-counts", &input, &network, &out, &["--junction-type", sort]).ok();
        let found = layer(&out, "junctions");
        assert_eq!((found.len(), layer(&out, "segments").len()), (junctions, 0), "{sort}");
        assert_eq!(found.iter().filter_map(|row| row["n"].as_u64()).sum::<u64>(), n, "{sort}");
    }
    let refused = analyse("network-counts", &input, &network, &out, &["--gcm-type", "Linbana"]);
    assert_eq!(refused.code, 1);
    assert!(refused.json()["error"]["message"].as_str().is_some_and(|text| text.contains("Linbana")), "{refused:?}");
}

#[test]
fn dbscan_along_the_network_draws_road_pieces_that_hold_its_events() {
    let folder = folder();
    let (input, network) = (events(folder.path(), &ROWS), streets(folder.path(), true));
    let out = folder.path().join("ut.gpkg");
    let report = analyse("network-dbscan", &input, &network, &out, &["--eps", "30", "--min-points", "3"]).ok().json();
    assert_eq!(report["features"], 3, "{report}");
    let spots = layer(&out, "hotspots");
    assert_eq!(column(&spots, "n"), [6, 4, 3].map(Value::from));
    // Three events 10 m apart on a straight street, and 15 m beyond the first and the last.
    assert_eq!(spots[2]["langd_m"], 50.0);
    assert_eq!(column(&spots, "namn")[1..], ["Storgatan", "Storgatan"].map(Value::from));
}

#[test]
fn a_keeper_is_a_filter_and_a_network_without_keepers_refuses_it() {
    let folder = folder();
    let rows = [(400.0, 60.0, ""), (400.0, 62.0, ""), (402.0, 64.0, ""), (50.0, 1.0, ""), (50.0, 2.0, "")];
    let input = events(folder.path(), &rows);
    let network = streets(folder.path(), true);
    let out = folder.path().join("ut.gpkg");
    let with = |keeper: &str| {
        let more = ["--min-points", "2", "--keeper", keeper];
        let report = analyse("network-counts", &input, &network, &out, &more).ok().json();
        (report["passport"]["used"].clone(), report["passport"]["dropped"]["annan väghållare"].clone())
    };
    assert_eq!(with("statlig"), (3.into(), 2.into()));
    let names = column(&layer(&out, "segments"), "vaghallare");
    assert!(!names.is_empty() && names.iter().all(|keeper| keeper == "statlig"), "{names:?}");
    assert_eq!(with("kommunal"), (2.into(), 3.into()));
    assert_eq!(with("enskild"), (0.into(), 5.into()));
    assert!(layer(&out, "hotspots").is_empty() && layer(&out, "segments").is_empty());
    let blind = streets(folder.path(), false);
    let refused = analyse("network-counts", &input, &blind, &folder.path().join("nej.gpkg"), &["--keeper", "statlig"]);
    assert_eq!(refused.code, 1);
    let error = refused.json()["error"].clone();
    assert!(error["message"].as_str().is_some_and(|text| text.contains("anger inte väghållare")), "{error}");
    assert!(!folder.path().join("nej.gpkg").exists());
    let refused = analyse("network-counts", &input, &network, &out, &["--keeper", "kommunen"]);
    assert_eq!(refused.code, 1);
    assert!(refused.json()["error"]["remedy"].as_str().is_some_and(|text| text.contains("okand")), "{refused:?}");
}

#[test]
fn a_method_along_roads_asks_for_roads_and_one_in_the_plane_takes_none() {
    let folder = folder();
    let (input, network) = (events(folder.path(), &ROWS), streets(folder.path(), true));
    let out = folder.path().join("ut.gpkg");
    let arguments =
        ["--json", "analyse", "network-counts", "--input", arg(&input), "--crs", "EPSG:3006", "--output", arg(&out)];
    let refused = run(&arguments);
    assert_eq!(refused.code, 1);
    let error = refused.json()["error"].clone();
    assert!(error["message"].as_str().is_some_and(|text| text.contains("inget vägnät")), "{error}");
    assert!(error["remedy"].as_str().is_some_and(|text| text.contains("import roads")), "{error}");
    let refused = analyse("dbscan", &input, &network, &out, &[]);
    assert_eq!(refused.code, 1);
    assert!(refused.json()["error"]["message"].as_str().is_some_and(|text| text.contains("fågelvägen")));
    let missing = analyse("network-counts", &input, &folder.path().join("saknas.gpkg"), &out, &[]);
    assert_eq!(missing.code, 1, "{missing:?}");
    assert!(!out.exists());
}

#[test]
fn one_event_and_none_on_a_road_give_layers_all_the_same() {
    let folder = folder();
    let network = streets(folder.path(), true);
    let out = folder.path().join("ut.gpkg");
    for (rows, used) in [(&[(50.0, 3.0, "")][..], 1), (&[(5000.0, 0.0, ""), (9000.0, 0.0, "")][..], 0)] {
        let input = events(folder.path(), rows);
        for method in ["network-counts", "network-dbscan"] {
            let report = analyse(method, &input, &network, &out, &[]).ok().json();
            assert_eq!((&report["features"], &report["passport"]["used"]), (&0.into(), &used.into()), "{report}");
            assert_eq!(layer(&out, "events").len(), rows.len());
            assert!(layer(&out, "hotspots").is_empty());
        }
    }
    let input = folder.path().join("handelser.csv");
    std::fs::write(&input, "id;datum;x;y;typ;gata\n").expect("written");
    let refused = analyse("network-counts", &input, &network, &out, &[]);
    assert_eq!(refused.code, 1, "{refused:?}");
}

#[test]
fn a_store_keeps_the_roads_of_its_events_lists_those_without_and_shows_results() {
    let folder = folder();
    let store = store(folder.path(), &["--name", "Prov"]);
    let (input, network) = (events(folder.path(), &ROWS), streets(folder.path(), true));
    let out = folder.path().join("ut.gpkg");
    run(&["import", "events", arg(&input), "--store", arg(&store), "--crs", "EPSG:3006"]).ok();
    let unsnapped = || run(&["--json", "list", "unsnapped", "--store", arg(&store)]).ok().json();
    assert_eq!(unsnapped()["events"], 0, "no roads yet");
    let refused = run(&["analyse", "network-counts", "--store", arg(&store), "--output", arg(&out)]);
    assert_eq!(refused.code, 1, "{refused:?}");
    run(&["import", "roads", arg(&network), "--store", arg(&store)]).ok();
    let listed = unsnapped();
    assert_eq!(listed["events"], 14);
    let rows = listed["unsnapped"].as_array().expect("a list").clone();
    assert_eq!(rows.len(), 1, "{listed}");
    assert_eq!((&rows[0]["id"], &rows[0]["reason"]), (&"ALLMÄN:13".into(), &"too-far".into()));
    assert!(rows[0]["distance_m"].as_f64().is_some_and(|metres| metres > 800.0));
    assert_eq!(rows[0].as_object().map(serde_json::Map::len), Some(4), "id, reason, its words and the distance only");
    let told = run(&["list", "unsnapped", "--store", arg(&store)]).ok();
    assert!(told.out.contains("1 av 14") && told.out.contains("för långt från väg"), "{told:?}");
    run(&["import", "roads", arg(&network), "--store", arg(&store)]).ok();
    let connection = rusqlite::Connection::open(&store).expect("the store opens");
    let last: i64 = connection.query_row("SELECT max(fid) FROM event_roads", [], |row| row.get(0)).expect("a number");
    assert_eq!(last, 14, "the same roads again change nothing");
    drop(connection);
    let before = digest(&store);
    run(&["import", "events", arg(&input), "--store", arg(&store), "--crs", "EPSG:3006"]).ok();
    assert_eq!(digest(&store), before, "the same events again change nothing");
    for method in ["network-counts", "network-dbscan"] {
        run(&["analyse", method, "--store", arg(&store), "--min-points", "4", "--output", arg(&out)]).ok();
    }
    let runs = run(&["--json", "list", "runs", "--store", arg(&store)]).ok().json();
    assert_eq!(runs["runs"].as_array().map(Vec::len), Some(2), "{runs}");
    assert!(rows_and_integrity(&store, "hotspot_lines").0 > 3);
    assert!(rows_and_integrity(&store, "hotspot_points").0 > 0);
    assert_eq!(rows_and_integrity(&store, "event_roads"), (14, "ok".to_owned()));
    run(&["verify", arg(&store)]).ok();
    // A new event finds its road as it comes in.
    let more = folder.path().join("fler.csv");
    std::fs::write(
        &more,
        format!("id;datum;x;y;typ;gata\n99;2023-05-01;{};{};klotter;\n", CORNER[0] + 300.0, CORNER[1] + 2.0),
    )
    .expect("written");
    run(&["import", "events", arg(&more), "--store", arg(&store), "--crs", "EPSG:3006"]).ok();
    assert_eq!(rows_and_integrity(&store, "event_roads").0, 15);
}

#[test]
fn the_page_gets_the_lines_of_a_store_that_has_only_results_along_roads() {
    let folder = folder();
    let path = store(folder.path(), &["--name", "Prov"]);
    let (input, network) = (events(folder.path(), &ROWS), streets(folder.path(), true));
    run(&["import", "roads", arg(&network), "--store", arg(&path)]).ok();
    run(&["import", "events", arg(&input), "--store", arg(&path), "--crs", "EPSG:3006"]).ok();
    let out = folder.path().join("ut.gpkg");
    run(&["analyse", "network-counts", "--store", arg(&path), "--min-points", "4", "--output", arg(&out)]).ok();
    let store = lagesbild::store::GpkgStore::open(&path, lagesbild::service::Access::ReadOnly).expect("a store");
    let page = lagesbild::service::overview::overview(&store).expect("a page");
    assert_eq!((page.themes.len(), page.themes[0].in_hotspots), (1, 10));
    assert!(page.bbox.is_some() && page.themes[0].method.starts_with("Antal per vägsträcka och korsning"));
    let items = lagesbild::service::overview::items(&store, &page.themes[0].collection, 0, 100).expect("items");
    assert_eq!(items["features"][0]["geometry"]["type"], "MultiLineString");
    assert_eq!(items["features"][0]["properties"]["namn"], "Skeppsbrogatan / Storgatan");
}

#[test]
fn shuffled_rows_and_1_2_8_threads_give_the_same_bytes_along_roads() {
    let folder = folder();
    let methods: [&[&str]; 2] = [&["network-counts", "--min-points", "3"], &["network-dbscan", "--min-points", "3"]];
    for (number, method) in methods.iter().enumerate() {
        let mut seen = Vec::new();
        for (order, threads) in [(1, "1"), (2, "2"), (3, "8")] {
            let own = folder.path().join(format!("{number}-{order}"));
            std::fs::create_dir(&own).expect("a folder");
            let network = streets(&own, true);
            let mut stream = Stream::new(7, 0);
            let mut rows: Vec<String> = (0..500)
                .map(|row| {
                    let (x, y) = (600.0 * stream.unit(), 60.0 * stream.normal());
                    format!("{row};2023-01-01;{:.1};{:.1};klotter;\n", CORNER[0] + x, CORNER[1] + y)
                })
                .collect();
            let mut shuffle = Stream::new(order, 1);
            for at in (1..rows.len()).rev() {
                rows.swap(at, shuffle.below(at + 1));
            }
            let input = own.join("handelser.csv");
            std::fs::write(&input, format!("id;datum;x;y;typ;gata\n{}", rows.concat())).expect("written");
            let out = own.join("ut.gpkg");
            let mut command = program();
            command.env("RAYON_NUM_THREADS", threads);
            command.args(["analyse", method[0], "--input", arg(&input), "--crs", "EPSG:3006"]);
            command.args(["--network", arg(&network), "--output", arg(&out)]).args(&method[1..]);
            finished(&command.output().expect("the program starts")).ok();
            seen.push(digest(&out));
        }
        assert!(seen.iter().all(|digest| *digest == seen[0]), "{method:?}: {seen:?}");
    }
}

fn distance_to(point: [f64; 2], link: &Link) -> f64 {
    let to_straight = |pair: &[[f64; 2]]| {
        let ([ax, ay], [bx, by]) = (pair[0], pair[1]);
        let squared = (bx - ax).powi(2) + (by - ay).powi(2);
        let share =
            if squared == 0.0 { 0.0 } else { ((point[0] - ax) * (bx - ax) + (point[1] - ay) * (by - ay)) / squared };
        let share = share.clamp(0.0, 1.0);
        (point[0] - ax - share * (bx - ax)).hypot(point[1] - ay - share * (by - ay))
    };
    link.line.windows(2).map(to_straight).fold(f64::INFINITY, f64::min)
}

/// The place on a link nearest to a point, by small steps along it.
fn nearest_on(point: [f64; 2], link: &Link) -> [f64; 2] {
    let steps = |pair: &[[f64; 2]]| {
        let (a, b) = (pair[0], pair[1]);
        (0..=100_u32)
            .map(move |k| [0, 1].map(|axis| a[axis] + f64::from(k) / 100.0 * (b[axis] - a[axis])))
            .collect::<Vec<_>>()
    };
    let far = |place: &[f64; 2]| (place[0] - point[0]).hypot(place[1] - point[1]);
    let places = link.line.windows(2).flat_map(steps);
    places.min_by(|a, b| far(a).total_cmp(&far(b))).expect("a line has vertices")
}

#[test]
fn the_accidents_of_helsinki_lie_near_their_streets_and_none_on_a_bridge_above_its_street() {
    let Some(shared) = shared("Helsinki accidents on the network of the centre") else { return };
    let (file, map) =
        (shared.join("helsinki/accidents_2014_2019.gpkg"), shared.join("helsinki/helsinki-centre.osm.pbf"));
    let folder = folder();
    let out = folder.path().join("ut.gpkg");
    run(&[
        "analyse",
        "network-counts",
        "--input",
        arg(&file),
        "--network",
        arg(&map),
        "--years",
        "0",
        "--output",
        arg(&out),
    ])
    .ok();
    // Inside the extract: in the box that the map's header tells, in the accidents' own system.
    let mut blobs = osmpbf::BlobReader::from_path(&map).expect("a map");
    let header = blobs.next().expect("a header").expect("read").to_headerblock().expect("a header");
    let bbox = header.bbox().expect("the extract tells its box");
    let transform = lagesbild::crs::Transform::new("EPSG:4326", "EPSG:3067").expect("a transformation");
    let corner = |x, y| transform.convert([x, y]).expect("a place");
    let (low, high) = (corner(bbox.left, bbox.bottom), corner(bbox.right, bbox.top));
    let network = lagesbild::service::roads::network_of_file(&map, None, None, 3067).expect("a network");
    let by_id: std::collections::HashMap<&str, &Link> =
        network.links().iter().map(|link| (link.id.as_str(), link)).collect();
    let connection = rusqlite::Connection::open(&out).expect("it opens");
    let mut select =
        connection.prepare("SELECT geom, avst_m, vag_id FROM events WHERE geom IS NOT NULL").expect("events");
    let rows = select.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?, row.get(2)?))).expect("rows");
    let (mut distances, mut lost, mut raised) = (Vec::new(), 0, 0);
    for row in rows {
        let (blob, distance, id): (Vec<u8>, Option<f64>, Option<String>) = row.expect("a row");
        let point = lagesbild::geopackage::blob::point_of(&blob).expect("a point");
        if !(low[0]..=high[0]).contains(&point[0]) || !(low[1]..=high[1]).contains(&point[1]) {
            continue;
        }
        let Some(link) = id.as_deref().map(|id| by_id[id]) else {
            lost += 1;
            continue;
        };
        let own = distance_to(point, link);
        assert!(distance.is_some_and(|told| (told - own).abs() < 0.006), "{distance:?} {own}");
        distances.push(own);
        raised += u32::from(link.level > 0);
        let place = nearest_on(point, link);
        let ends = [link.from, link.to];
        for other in network.links() {
            let below = other.level < link.level && other.structure != Some(Structure::Tunnel);
            let apart = !ends.contains(&other.from) && !ends.contains(&other.to);
            let same_net = other.modes.car || !link.modes.car;
            if below && apart && same_net && link.structure != Some(Structure::Tunnel) {
                let under = distance_to(place, other) < 4.5;
                assert!(!(under && distance_to(point, other) < own + 5.0), "{} lies above {}", link.id, other.id);
            }
        }
    }
    distances.sort_by(f64::total_cmp);
    let quantile = |share: usize| distances[(distances.len() * share).div_ceil(100) - 1];
    println!(
        "Helsinki: {} accidents inside on a road, {lost} on none; median {:.2} m, p90 {:.2} m, p99 {:.2} m; {raised} on a link above the ground",
        distances.len(),
        quantile(50),
        quantile(90),
        quantile(99)
    );
    assert!(distances.len() > 800 && lost * 20 < distances.len(), "{} {lost}", distances.len());
    assert!(quantile(50) < 1.5 && quantile(90) < 4.0, "{} {}", quantile(50), quantile(90));
}
