//! Tests of the town as a whole. The search for hotspots is a brute-force DBSCAN of its own (Ester et al. 1996), so that
//! the planted truth rests on nothing else in the crate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::buildings::Shape;
use super::plane::{Point, distance, distance_to_line, inside};
use super::witness::accepted;
use super::*;

/// The towns of seeds 1 to 20, made once for all tests.
static TOWNS: LazyLock<Vec<Town>> = LazyLock::new(|| (1..=20).map(Town::generate).collect());

/// Clusters of points as sets of positions: core points linked through core points, with their border points.
fn dbscan(points: &[Point], eps: f64, least: usize) -> Vec<BTreeSet<usize>> {
    let near: Vec<Vec<usize>> = points
        .iter()
        .map(|&a| (0..points.len()).filter(|&other| distance(a, points[other]) <= eps).collect())
        .collect();
    let core = |index: usize| near[index].len() >= least;
    let mut seen = vec![false; points.len()];
    let mut clusters = Vec::new();
    for start in 0..points.len() {
        if seen[start] || !core(start) {
            continue;
        }
        let (mut cluster, mut open) = (BTreeSet::new(), vec![start]);
        seen[start] = true;
        while let Some(index) = open.pop() {
            cluster.insert(index);
            if core(index) {
                for &other in &near[index] {
                    if !seen[other] {
                        seen[other] = true;
                        open.push(other);
                    }
                }
            }
        }
        clusters.push(cluster);
    }
    clusters
}

fn found(rows: &[(String, Option<Point>)], least: usize) -> BTreeSet<Vec<String>> {
    let placed: Vec<(&String, Point)> = rows.iter().filter_map(|(key, at)| at.map(|at| (key, at))).collect();
    let points: Vec<Point> = placed.iter().map(|(_, at)| *at).collect();
    let named = dbscan(&points, 50.0, least).into_iter().map(|cluster| {
        let mut keys: Vec<String> = cluster.into_iter().map(|index| placed[index].0.clone()).collect();
        keys.sort();
        keys
    });
    named.collect()
}

fn tables(town: &Town) -> [Vec<(String, Option<Point>)>; 2] {
    let of = |file: &str| town.truth.dirty_rows.iter().filter(|row| row.file == file).cloned().collect::<Vec<_>>();
    [
        accepted(&town.accidents, "X-koordinat", "Y-koordinat", &of(WORKBOOK)),
        accepted(&town.damages, "N-koordinat", "E-koordinat", &of(DAMAGES)),
    ]
}

#[test]
fn dbscan_finds_a_dense_row_and_leaves_a_lone_point() {
    let mut points: Vec<Point> = (0..5).map(|step| [f64::from(step) * 10.0, 0.0]).collect();
    points.push([500.0, 0.0]);
    assert_eq!(dbscan(&points, 10.0, 3), vec![BTreeSet::from([0, 1, 2, 3, 4])]);
    assert!(dbscan(&points, 10.0, 4).is_empty());
}

#[test]
fn a_search_finds_exactly_the_planted_hotspots_and_nothing_in_the_quiet_quarter() {
    for town in TOWNS.iter() {
        let seed = town.seed;
        let truth = &town.truth;
        assert_eq!((truth.accident_hotspots.len(), truth.damage_hotspots.len()), (6, 5), "seed {seed}");
        for (rows, planted) in tables(town).iter().zip([&truth.accident_hotspots, &truth.damage_hotspots]) {
            let wanted: BTreeSet<Vec<String>> = planted.iter().map(|spot| spot.members.clone()).collect();
            for least in truth.search.min_points {
                assert_eq!(found(rows, least), wanted, "seed {seed}, at least {least} points");
            }
        }
        let quiet = &truth.quiet_quarter;
        assert!(quiet.accidents >= 15 && quiet.damages >= 40, "seed {seed}: {} {}", quiet.accidents, quiet.damages);
        let spots = truth.accident_hotspots.iter().chain(&truth.damage_hotspots);
        for spot in spots {
            assert!(!inside(spot.centre, &quiet.ring), "seed {seed}: {}", spot.name);
            assert!(spot.planted >= 25 && spot.radius_m <= 100.0, "seed {seed}: {} {}", spot.name, spot.radius_m);
        }
    }
}

#[test]
fn totals_are_what_the_rows_say() {
    for town in TOWNS.iter() {
        let seed = town.seed;
        let expected = &town.truth.expected;
        let [accidents, damages] = tables(town);
        assert_eq!(expected.accidents.read, town.accidents.rows.len());
        assert_eq!(expected.accidents.accepted, accidents.len());
        assert_eq!(expected.persons.read, town.persons.rows.len());
        assert_eq!(expected.damages.accepted, damages.len());
        assert_eq!(expected.accidents.unplaced, 24);
        for totals in [&expected.accidents, &expected.persons, &expected.damages] {
            assert_eq!(totals.read, totals.accepted + totals.quarantined);
        }
        assert!((850..=950).contains(&expected.accidents.read), "seed {seed}: {}", expected.accidents.read);
        assert!((1_200..=1_400).contains(&expected.persons.read), "seed {seed}: {}", expected.persons.read);
        assert!((2_300..=2_500).contains(&expected.damages.read), "seed {seed}: {}", expected.damages.read);
    }
}

/// Counts every defect of the workbook from its cells alone.
fn defects(town: &Town) -> BTreeMap<Defect, BTreeSet<String>> {
    let (a, p) = (&town.accidents, &town.persons);
    let mut found: BTreeMap<Defect, BTreeSet<String>> = BTreeMap::new();
    let mut note = |defect: Defect, key: String| {
        found.entry(defect).or_default().insert(key);
    };
    let mut persons: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for row in 0..p.rows.len() {
        persons.entry(p.cell(row, "Olycksnummer").text()).or_default().push(row);
    }
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for row in 0..a.rows.len() {
        let key = a.cell(row, "Olycksnummer").text();
        if rows.contains_key(&key) {
            note(Defect::DuplicateNumber, key);
            continue;
        }
        rows.insert(key.clone(), row);
        let part = |name: &str| a.cell(row, name).number().expect("a number");
        let text = |name: &str| a.cell(row, name).text();
        let here = persons.get(&key).map_or(&[] as &[usize], Vec::as_slice);
        #[expect(clippy::cast_possible_truncation, reason = "small whole numbers")]
        let date = jiff::civil::Date::new(part("År") as i16, part("Månad") as i8, part("Dag") as i8);
        if date.is_err() {
            note(Defect::ImpossibleDate, key.clone());
        }
        match (a.cell(row, "X-koordinat"), a.cell(row, "Y-koordinat")) {
            (Cell::Empty, Cell::Empty) => note(Defect::Unplaced, key.clone()),
            (Cell::Empty, _) | (_, Cell::Empty) => note(Defect::HalfCoordinate, key.clone()),
            (Cell::Number(x), Cell::Number(y)) if *x == 0.0 && *y == 0.0 => note(Defect::ZeroCoordinate, key.clone()),
            (Cell::Number(x), Cell::Number(_)) if *x < 6.1e6 => note(Defect::OutsideCountry, key.clone()),
            (Cell::Number(_), Cell::Number(_)) => {}
            _ => note(Defect::UnreadableCoordinate, key.clone()),
        }
        if here.is_empty() {
            note(Defect::NoPersons, key.clone());
        }
        if !kinds::KINDS.iter().any(|kind| kind.code == text("Olyckstyp")) {
            note(Defect::UnknownType, key.clone());
        }
        if text("Olyckstyp").starts_with("G1") && here.len() > 1 {
            note(Defect::SingleWithTwo, key.clone());
        }
        let role = |row: usize| {
            format!("{}{}", p.cell(row, "Trafikantroll (P)").text(), p.cell(row, "Trafikantroll (S)").text())
        };
        let bikes: Vec<usize> = here
            .iter()
            .copied()
            .filter(|&row| p.cell(row, "Sammanvägd Trafikantkategori - Huvudgrupp").text() == "Cykel")
            .collect();
        if !bikes.is_empty() && here.iter().all(|&row| role(row).contains("Passagerare")) {
            note(Defect::PassengersOnly, key.clone());
        }
        for &person in here {
            for (column, defect) in [
                ("Olyckstyp", Defect::TypeDiffers),
                ("År", Defect::DateDiffers),
                ("Månad", Defect::DateDiffers),
                ("Dag", Defect::DateDiffers),
                ("Kommun", Defect::MunicipalityDiffers),
            ] {
                if p.cell(person, column) != a.cell(row, column) {
                    note(defect, key.clone());
                }
            }
        }
    }
    let mut people: BTreeMap<Vec<String>, String> = BTreeMap::new();
    for row in 0..p.rows.len() {
        let key = p.cell(row, "Olycksnummer").text();
        let text = |name: &str| p.cell(row, name).text();
        let Some(&accident) = rows.get(&key) else {
            note(Defect::OrphanPerson, key);
            continue;
        };
        if town.truth.dirty_rows.iter().any(|dirty| {
            dirty.sheet == Some("Olyckor") && dirty.row == accident + 2 && dirty.treatment == Treatment::Quarantine
        }) {
            note(Defect::AccidentQuarantined, key.clone());
        }
        let (by_police, by_hospital) =
            (text("Trafikantkategori (P) - Undergrupp"), text("Trafikantkategori (S) - Undergrupp"));
        if !by_police.is_empty() && !by_hospital.is_empty() && by_police != by_hospital {
            note(Defect::CategoryConflict, key.clone());
        }
        let story = format!("{}\n{}", text("Händelseförlopp (P)"), text("Händelseförlopp (S)")).to_lowercase();
        let words = ["elsparkcykel", "elsparkscykel", "elscotter", " voi "];
        let known = text("Sammanvägd Trafikantkategori - Undergrupp") == "Eldrivet enpersonsfordon";
        if !known && words.iter().any(|word| story.contains(word)) {
            note(Defect::ScooterInText, key.clone());
        }
        let person: Vec<String> = [
            "Ålder",
            "Kön",
            "År",
            "Månad",
            "Dag",
            "Klockslag grupp (timme)",
            "Kommun",
            "Olycksväg/-gata",
            "Sammanvägd Trafikantkategori - Huvudgrupp",
        ]
        .iter()
        .map(|name| text(name))
        .collect();
        match people.get(&person) {
            Some(other) if *other != key => note(Defect::SamePerson, key),
            _ => {
                people.insert(person, key);
            }
        }
    }
    found
}

#[test]
fn the_workbook_is_dirty_exactly_where_the_truth_says() {
    for town in TOWNS.iter() {
        let seed = town.seed;
        let mut told: BTreeMap<Defect, BTreeSet<String>> = BTreeMap::new();
        for row in town.truth.dirty_rows.iter().filter(|row| row.file == WORKBOOK) {
            told.entry(row.defect).or_default().insert(row.key.clone());
        }
        assert_eq!(defects(town), told, "seed {seed}");
        for row in town.truth.dirty_rows.iter().filter(|row| row.file == WORKBOOK) {
            let sheet = if row.sheet == Some("Olyckor") { &town.accidents } else { &town.persons };
            assert_eq!(sheet.cell(row.row - 2, "Olycksnummer").text(), row.key);
            assert_eq!(row.column.map(|column| sheet.cell(row.row - 2, column).text()), row.value);
        }
    }
}

#[test]
fn the_damage_file_is_dirty_exactly_where_the_truth_says() {
    for town in TOWNS.iter() {
        let seed = town.seed;
        let sheet = &town.damages;
        let mut numbers = BTreeSet::new();
        let mut found = Vec::new();
        for row in 0..sheet.rows.len() {
            let text = |name: &str| sheet.cell(row, name).text();
            let day = |text: &str| {
                let parts: Vec<i16> = text.split('-').filter_map(|part| part.parse().ok()).collect();
                let [y, m, d] = parts[..] else { return None };
                jiff::civil::Date::new(y, i8::try_from(m).ok()?, i8::try_from(d).ok()?).ok()
            };
            let number = |text: &str| text.replace(',', ".").parse::<f64>().ok();
            let (n, e) = (text("N-koordinat"), text("E-koordinat"));
            let defect = if !numbers.insert(text("Ärendenr")) {
                Some(Defect::DuplicateNumber)
            } else if day(&text("Händelsedatum")).is_none() {
                Some(Defect::ImpossibleDate)
            } else if n.is_empty() != e.is_empty() {
                Some(Defect::HalfCoordinate)
            } else if !n.is_empty() && (number(&n).is_none() || number(&e).is_none()) {
                Some(Defect::UnreadableCoordinate)
            } else if number(&n) == Some(0.0) {
                Some(Defect::ZeroCoordinate)
            } else if number(&n).is_some_and(|n| n < 6.1e6) {
                Some(Defect::OutsideCountry)
            } else if crate::domain::Ore::parse_kronor(&text("Kostnad")).is_none() {
                Some(Defect::UnreadableAmount)
            } else {
                None
            };
            assert!(day(&text("Anmälningsdatum")).is_some());
            if let Some(defect) = defect {
                found.push((row + 2, defect));
            }
        }
        let told: Vec<(usize, Defect)> =
            town.truth.dirty_rows.iter().filter(|row| row.file == DAMAGES).map(|row| (row.row, row.defect)).collect();
        assert_eq!(found, told, "seed {seed}");
    }
}

#[test]
fn a_dirty_damage_row_starts_on_the_line_that_the_truth_names() {
    let town = &TOWNS[0];
    let bytes = damages_csv(town);
    let (text, _, broken) = encoding_rs::WINDOWS_1252.decode(&bytes);
    assert!(!broken);
    // Rows end with CRLF; a line break inside a cell is a bare LF.
    let lines: Vec<&str> = text.split('\n').collect();
    let rows = town.truth.dirty_rows.iter().filter(|row| row.file == DAMAGES);
    for row in rows {
        let line = lines[row.line.expect("damage rows have a line") - 1];
        assert!(line.starts_with(&row.key), "{}: {line}", row.key);
    }
    assert!(town.truth.dirty_rows.iter().any(|row| row.line > Some(row.row)), "some row stands below a line break");
}

#[test]
fn houses_stand_off_streets_water_and_each_other() {
    for town in [1, 2, 7, 13].map(|seed: usize| &TOWNS[seed - 1]) {
        let seed = town.seed;
        let water = &town.grounds[0].ring;
        assert!(town.buildings.len() > 1_500, "seed {seed}: {}", town.buildings.len());
        for (index, building) in town.buildings.iter().enumerate() {
            for other in &town.buildings[index + 1..] {
                assert!(!building.rect.overlaps(&other.rect, 0.0), "{} and {}", building.address, other.address);
            }
            for &corner in &building.rect.corners() {
                assert!(!inside(corner, water), "{} stands in the water", building.address);
            }
            for street in &town.streets {
                let half = street.class.width_m() / 2.0;
                let crossed = street.line.windows(2).any(|pair| building.rect.meets(pair[0], pair[1], half));
                assert!(!crossed, "seed {seed}: {} stands on {}", building.address, street.name);
            }
        }
    }
}

#[test]
fn every_named_building_and_every_planted_place_is_there_whatever_the_seed() {
    for town in TOWNS.iter() {
        let seed = town.seed;
        for fixed in &fixed::FIXED {
            assert!(
                town.buildings.iter().any(|b| b.name.as_deref() == Some(fixed.name)),
                "seed {seed}: {}",
                fixed.name
            );
        }
        let names: BTreeSet<&str> = town.truth.accident_hotspots.iter().map(|spot| spot.name.as_str()).collect();
        assert_eq!(names.len(), 6, "seed {seed}: {names:?}");
        assert!(town.streets.iter().all(|street| street.line.len() > 1));
    }
}

#[test]
fn accidents_lie_on_streets_and_within_the_municipality() {
    let town = &TOWNS[0];
    let [accidents, damages] = tables(town);
    for (key, at) in accidents.iter().filter_map(|(key, at)| at.map(|at| (key, at))) {
        let gap = town.streets.iter().map(|street| distance_to_line(at, &street.line)).fold(f64::INFINITY, f64::min);
        assert!(gap < 8.0 && inside(at, &town.outline), "{key}: {gap}");
    }
    for (key, at) in damages.iter().filter_map(|(key, at)| at.map(|at| (key, at))) {
        assert!(inside(at, &town.outline), "{key}");
    }
}

#[test]
fn people_die_seldom_and_hospitals_report_most() {
    let town = &TOWNS[0];
    let count = |column: &str, value: &str| {
        (0..town.persons.rows.len()).filter(|&row| town.persons.cell(row, column).text() == value).count()
    };
    let dead = count("Sammanvägd skadegrad", "Död");
    assert!((1..=15).contains(&dead), "{dead}");
    let (police, hospital) = (count("Polisrapport", "Ja"), count("Sjukvårdsrapport", "Ja"));
    assert!(hospital > police && police > 300, "{police} {hospital}");
    assert!(count("Trafikantroll (P)", "Passsagerare övrig/okänd plats") > 0);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let make = |seed| {
        let town = Town::generate(seed);
        (workbook(&town).expect("small enough for Excel"), damages_csv(&town), truth_json(&town))
    };
    let (one, again, two) = (make(3), make(3), make(4));
    assert!(one == again);
    assert!(one.0 != two.0 && one.1 != two.1 && one.2 != two.2);
}

#[test]
fn the_default_town_is_the_one_that_it_was() {
    // The bytes of seed 1 on any machine. A change of the generator changes them, and then says so here.
    let town = &TOWNS[0];
    let mut hash = crate::domain::passport::ContentHash::default();
    hash.add(&[&truth_json(town), &format!("{:?}", town.streets), &format!("{:?}", town.buildings)]);
    hash.add(&[&encoding_rs::WINDOWS_1252.decode(&damages_csv(town)).0, &format!("{:?}", town.persons.rows)]);
    assert_eq!(hash.finish(), "d2c4356d879a39a007378def0251d8e94c0eea643a776de91f3c2fb363ba0d75");
}

#[test]
fn every_character_of_the_damage_file_is_in_windows_1252() {
    for town in TOWNS.iter() {
        for row in &town.damages.rows {
            for cell in row {
                assert!(!encoding_rs::WINDOWS_1252.encode(&cell.text()).2, "{cell:?}");
            }
        }
    }
}

#[test]
fn layers_have_columns_as_long_as_their_geometries_and_closed_areas() {
    let town = &TOWNS[0];
    let passport = Passport {
        software: "test".to_owned(),
        method: "sample".to_owned(),
        parameters: BTreeMap::new(),
        seed: Some(1),
        sources: Vec::new(),
        period: None,
        vintage: "2026-01-01T00:00:00.000Z".to_owned(),
        used: 0,
        unplaced: 0,
        dropped: BTreeMap::new(),
        crs: "EPSG:3006".to_owned(),
        secrecy: crate::domain::Secrecy::Open,
        notes: Vec::new(),
        content_hash: String::new(),
    };
    let layers = background_layers(town, &passport);
    let names: Vec<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
    assert_eq!(names, ["ground", "districts", "home", "streets", "buildings", "trees", "lamps", "entrances"]);
    for layer in &layers {
        assert!(layer.title.contains("Provsund"), "{}", layer.title);
        assert!(!layer.geometries.is_empty(), "{}", layer.name);
        for column in &layer.columns {
            assert_eq!(column.values.len(), layer.geometries.len(), "{}.{}", layer.name, column.name);
            assert!(!column.alias.starts_with("sample-"), "{}", column.alias);
        }
    }
}

#[test]
fn outlines_run_counter_clockwise_and_fill_their_share_of_the_rectangle() {
    let rect = Rect { centre: [0.0, 0.0], axis: [1.0, 0.0], half: [10.0, 5.0] };
    for (shape, least) in [(Shape::Block, 1.0), (Shape::Ell, 0.75), (Shape::Wings, 0.4), (Shape::Nave, 0.6)] {
        let ring = buildings::ring(&rect, shape);
        let turns = (0..ring.len()).map(|index| {
            let (a, b) = (ring[index], ring[(index + 1) % ring.len()]);
            a[0] * b[1] - a[1] * b[0]
        });
        let area = turns.sum::<f64>() / 2.0;
        assert!(area >= least * 200.0, "{shape:?}: {area}, counter-clockwise");
    }
}
