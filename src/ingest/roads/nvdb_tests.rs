use gdal::DriverManager;
use gdal::spatial_ref::SpatialRef;
use gdal::vector::{Feature, FieldDefn, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType};

use super::*;
use crate::domain::{Net, Network, RoadKeeper};
use crate::ingest::gdal_door;
use crate::ingest::roads;

/// A layer: its name, its columns, and rows of a line and the values of the columns ("" is empty).
type Made<'a> = (&'a str, &'a [&'a str], Vec<(&'a str, Vec<&'a str>)>);

const A: &str = "LINESTRING (500000 6600000, 500100 6600000)";
const B: &str = "LINESTRING (500040 6600000, 500040 6600050)";
const C: &str = "LINESTRING Z (500100 6600000 12, 500100 6600080 13)";

fn write(path: &Path, driver: &str, layers: &[Made<'_>]) {
    gdal_door::watch(|| {
        let driver = DriverManager::get_driver_by_name(driver).expect("there");
        let mut dataset = driver.create_vector_only(path).expect("created");
        let reference = SpatialRef::from_epsg(3006).expect("known");
        for (name, columns, rows) in layers {
            let ty = if rows[0].0.contains('Z') {
                OGRwkbGeometryType::wkbLineString25D
            } else {
                OGRwkbGeometryType::wkbLineString
            };
            let options = LayerOptions { name, srs: Some(&reference), ty, options: None };
            let layer = dataset.create_layer(options).expect("created");
            for column in *columns {
                let measure = column.contains("MEASURE") || column.ends_with("AVST");
                let kind = if measure { OGRFieldType::OFTReal } else { OGRFieldType::OFTString };
                FieldDefn::new(column, kind).expect("made").add_to_layer(&layer).expect("added");
            }
            for (line, values) in rows {
                let mut feature = Feature::new(layer.defn()).expect("made");
                feature.set_geometry(gdal::vector::Geometry::from_wkt(line).expect("a line")).expect("set");
                for (index, value) in values.iter().enumerate().filter(|(_, value)| !value.is_empty()) {
                    feature.set_field_string(index, value).expect("set");
                }
                feature.create(&layer).expect("written");
            }
        }
        dataset.close().expect("closed");
    });
}

/// What the three deliveries tell: a main street of which half has other limits, a side street one way away from it, a path
/// that is lit for a quarter.
fn check(network: &Network) {
    let ids: Vec<&str> = network.links().iter().map(|link| link.id.as_str()).collect();
    let expected = [
        "nvdb:100:1:0-0.4",
        "nvdb:100:1:0.4-0.5",
        "nvdb:100:1:0.5-1",
        "nvdb:200:1:0-1",
        "nvdb:300:1:0-0.25",
        "nvdb:300:1:0.25-1",
    ];
    assert_eq!(ids, expected);
    let link = |id: &str| network.links().iter().find(|link| link.id.ends_with(id)).expect("there");
    let first = link("100:1:0-0.4");
    assert_eq!((first.speed_forward, first.speed_back, first.class.as_deref()), (Some(50), Some(50), Some("3")));
    assert_eq!((first.keeper, first.street.as_deref()), (Some(RoadKeeper::State), Some("Storgatan")));
    assert_eq!((first.adt, first.adt_year, first.lit), (Some(4200), Some(2021), None));
    assert_eq!((first.modes, first.one_way), (Modes { car: true, gc: true }, OneWay::Both));
    assert_eq!(first.line, [[500_000.0, 6_600_000.0], [500_040.0, 6_600_000.0]]);
    let last = link("100:1:0.5-1");
    assert_eq!((last.speed_forward, last.speed_back, last.speed()), (Some(30), Some(40), Some(40)));
    assert_eq!((last.structure, last.level), (Some(Structure::Bridge), 1));
    let side = link("200:1:0-1");
    assert_eq!((side.one_way, side.keeper, side.speed()), (OneWay::Forward, Some(RoadKeeper::Municipal), Some(30)));
    let path = link("300:1:0-0.25");
    assert_eq!((path.modes, path.lit), (Modes { car: false, gc: true }, Some(true)));
    assert_eq!((path.gcm_type.as_deref(), path.speed()), (Some("Gång- och cykelbana"), None));
    assert_eq!(link("300:1:0.25-1").lit, None);
    assert_eq!(network.components(Net::Any).1, 1);
    let total: f64 = network.links().iter().map(Link::length_m).sum();
    assert!((total - 230.0).abs() < 1e-9, "{total}");
}

const SWEREF: Systems<'_> = Systems { asked: None, home: None, target: 3006 };

fn read_file(path: &Path) -> roads::Roads {
    roads::read(path, None, SWEREF).expect("read")
}

/// Layers by phenomenon in the words of one generation of names.
fn layers<'a>(prefix: &[&'a str], columns: &'a [Vec<&'a str>; 6]) -> Vec<Made<'a>> {
    let row = |line: &'a str, element: &'a str, from: &'a str, to: &'a str, more: &[&'a str]| {
        (line, [&[element, from, to], more].concat())
    };
    let [plain, class, speed, gcm, keeper, name] = columns;
    vec![
        (
            prefix[0],
            plain,
            vec![row(A, "100:1", "0", "1", &[]), row(B, "200:1", "0", "1", &[]), row(C, "300:1", "0", "1", &[])],
        ),
        (prefix[1], class, vec![row(A, "100:1", "0", "1", &["3"]), row(B, "200:1", "0", "1", &["7"])]),
        (
            prefix[2],
            speed,
            vec![
                row(A, "100:1", "0", "0.5", &["50", "Med och mot"]),
                row(A, "100:1", "0.5", "1", &["30", "Med"]),
                row(A, "100:1", "0.5", "1", &["40", "Mot"]),
                row(B, "200:1", "0", "0.6", &["30", "Med och mot"]),
                row(B, "200:1", "0.6", "1", &["30", ""]),
            ],
        ),
        (prefix[3], gcm, vec![row(C, "300:1", "0", "1", &["100"])]),
        (prefix[4], keeper, vec![row(A, "100:1", "0", "1", &["statlig"]), row(B, "200:1", "0", "1", &["Kommunal"])]),
        (prefix[5], name, vec![row(A, "100:1", "0", "1", &["Storgatan"])]),
        (prefix[6], plain, vec![row(C, "300:1", "0", "0.25", &[])]),
    ]
}

#[test]
fn a_geopackage_of_phenomena_is_joined_and_cut_where_something_changes() {
    let place = ["ELEMENT_ID", "START_MEASURE", "END_MEASURE"];
    let with = |more: &[&'static str]| [&place[..], more].concat();
    let columns = [
        with(&[]),
        with(&["Klass"]),
        with(&["Hogsta_tillatna_hastighet", "DIRECTION"]),
        with(&["Gcm_typ"]),
        with(&["Vaghallartyp"]),
        with(&["Namn"]),
    ];
    let (forbidden, bridge, traffic) =
        (with(&["DIRECTION"]), with(&["Konstruktion"]), with(&["Adt_samtliga_fordon", "Matarsperiod"]));
    let names = [
        "NVDB-Reflinjetillkomst",
        "NVDB-FunkVagklass",
        "NVDB_DK_O_24_Hastighetsgrans",
        "NVDB-GCM_vagtyp",
        "NVDB-Vaghallare",
        "NVDB-Gatunamn",
        "NVDB-GCM_belyst",
    ];
    let mut made = layers(&names, &columns);
    made.push(("NVDB-ForbjudenFardriktning", &forbidden, vec![(B, vec!["200:1", "0", "1", "Mot"])]));
    made.push(("NVDB-Bro_och_tunnel", &bridge, vec![(A, vec!["100:1", "0.5", "1", "vägbro"])]));
    made.push(("TRAFIK_DK_O_105_Trafik", &traffic, vec![(A, vec!["100:1", "0", "1", "4200", "2018-2021"])]));
    // On a line that is not in the delivery.
    made.push(("NVDB-Farjeled", &columns[0], vec![(B, vec!["900:1", "0", "1"])]));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("nvdb.gpkg");
    write(&path, "GPKG", &made);
    let found = read_file(&path);
    check(&found.network);
    assert_eq!((found.report.origin, found.report.read, found.report.junctions), (Origin::Nvdb, 5, 1));
    assert!(found.report.notes.iter().any(|note| note.contains("inte prövad på en riktig leverans")));
    let refused = roads::read(&path, Some("NVDB-Hastighetsgrans"), SWEREF);
    assert!(matches!(refused, Err(MapError::Read(_))), "{refused:?}");
    let refused = roads::read(&path, Some("NVDB-Gatunamn"), SWEREF);
    assert!(matches!(refused, Err(MapError::NoReferenceLayer { .. })), "{refused:?}");
}

#[test]
fn shapefiles_of_a_folder_are_joined_by_their_short_names() {
    let place = ["RLID", "STARTAVST", "SLUTAVST"];
    let with = |more: &[&'static str]| [&place[..], more].concat();
    let columns = [
        with(&[]),
        with(&["KLASS"]),
        with(&["HTHAST", "RIKTNING"]),
        with(&["GCMTYP"]),
        with(&["VAGHALLARTYP"]),
        with(&["NAMN"]),
    ];
    let (forbidden, bridge, traffic) =
        (with(&["RIKTNING"]), with(&["KONSTRUKTION"]), with(&["ADT_fordon", "Matarsperiod"]));
    let names = [
        "NVDB_DKReflinjetillkomst",
        "NVDB_DKFunkVagklass",
        "NVDB_DKHastighetsgrans",
        "NVDB_DKGCM_vagtyp",
        "NVDB_DKVaghallare",
        "NVDB_DKGatunamn",
        "NVDB_DKGCM_belyst",
    ];
    let mut made = layers(&names, &columns);
    made.push(("NVDB_DKForbjudenFardriktning", &forbidden, vec![(B, vec!["200:1", "0", "1", "Mot"])]));
    made.push(("NVDB_DKBro_och_tunnel", &bridge, vec![(A, vec!["100:1", "0.5", "1", "4"])]));
    made.push(("TRAFIK_DKTrafik", &traffic, vec![(A, vec!["100:1", "0", "1", "4200", "2018-2021"])]));
    let folder = tempfile::tempdir().expect("a folder");
    for layer in &made {
        write(&folder.path().join(format!("{}.shp", layer.0)), "ESRI Shapefile", std::slice::from_ref(layer));
    }
    // Whichever of them is named.
    for name in ["NVDB_DKReflinjetillkomst", "NVDB_DKGatunamn"] {
        let found = read_file(&folder.path().join(format!("{name}.shp")));
        check(&found.network);
        assert_eq!(found.report.origin, Origin::Nvdb);
    }
}

#[test]
fn a_homogenised_layer_gives_the_same_network() {
    let columns = [
        "ROUTE_ID",
        "FROM_MEASURE",
        "TO_MEASURE",
        "Klass_181",
        "F_Hogst_225",
        "B_Hogst_225",
        "Vagha_6",
        "Namn_130",
        "GCM_t_502",
        "GCM_belyst_1",
        "B_ForbjudenFardriktning",
        "Konst_190",
        "ADT_f_117",
        "Matar_121",
        "Farjeled",
    ];
    let cut = |from: i32, to: i32| format!("LINESTRING (500{from:03} 6600000, 500{to:03} 6600000)");
    let lines = [cut(0, 50), cut(50, 100)];
    let path = |from: i32, to: i32| format!("LINESTRING (500100 66000{from:02}, 500100 66000{to:02})");
    let paths = [path(0, 20), path(20, 80)];
    let rows = vec![
        (
            lines[0].as_str(),
            vec!["100:1", "0", "0.5", "3", "50", "50", "1", "Storgatan", "", "", "", "", "4200", "2018-2021"],
        ),
        (
            lines[1].as_str(),
            vec!["100:1", "0.5", "1", "3", "30", "40", "1", "Storgatan", "", "", "0", "1", "4200", "2018-2021"],
        ),
        (B, vec!["200:1", "0", "1", "7", "30", "30", "2", "", "", "", "-1"]),
        (paths[0].as_str(), vec!["300:1", "0", "0.25", "", "", "", "", "", "100", "1"]),
        (paths[1].as_str(), vec!["300:1", "0.25", "1", "", "", "", "", "", "Gång- och cykelbana"]),
        (B, vec!["400:1", "0", "1", "", "", "", "", "", "", "", "", "", "", "", "1"]),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (folder.path().join("homogeniserad.gpkg"), folder.path().join("vand.gpkg"));
    let turned: Vec<_> = rows.iter().rev().cloned().collect();
    write(&one, "GPKG", &[("Kalmar", &columns, rows)]);
    write(&two, "GPKG", &[("Kalmar", &columns, turned)]);
    let found = read_file(&one);
    check(&found.network);
    assert_eq!((found.report.origin, found.report.left_out["Färjeled"]), (Origin::NvdbHomogenised, 1));
    assert_eq!(read_file(&two).network, found.network, "the order of rows does not matter");
}

#[test]
fn the_table_of_names_is_whole() {
    assert_eq!(NAMES.gcm.len(), 16);
    assert_eq!(gcm_word("145"), Some("Övergångsställe"));
    assert_eq!(gcm_word("145.0"), Some("Övergångsställe"));
    assert_eq!(gcm_word("146"), None);
    for field in &NAMES.field {
        assert!(!field.layer.is_empty() || !field.homogenised.is_empty(), "{:?}", field.meaning);
    }
    assert!(same_name("B_ForbjudenFardriktning", "b_forbjude") && !same_name("Namn", "Na"));
    assert!(layer_is("NVDB_DK_O_38_FunkVagklass", "FunkVagklass") && !layer_is("Gatunamn", ""));
}

#[test]
fn stretches_are_cut_at_their_measures_and_unknown_speeds_are_not_known() {
    assert_eq!(between(&[[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]], 0.25, 0.75), [[5.0, 0.0], [10.0, 0.0], [10.0, 5.0]]);
    assert_eq!(between(&[[0.0, 0.0], [10.0, 0.0]], 0.0, 1.0), [[0.0, 0.0], [10.0, 0.0]]);
    let told = |value: &str, way: Direction| BTreeSet::from([(way, value.to_owned())]);
    let mut differing = 0;
    let facts = Facts::from([(Meaning::Speed, told("1000", Direction::Both))]);
    assert_eq!(link_of("x".to_owned(), &facts, &mut differing).expect("a road").speed(), None);
    let two = BTreeSet::from([(Direction::Both, "50".to_owned()), (Direction::Both, "30".to_owned())]);
    let link = link_of("x".to_owned(), &Facts::from([(Meaning::Speed, two)]), &mut differing).expect("a road");
    assert_eq!((link.speed(), differing), (Some(30), 2), "once for each direction");
    let net = link_of("x".to_owned(), &Facts::from([(Meaning::Net, told("2", Direction::Both))]), &mut differing);
    assert_eq!(net.expect("a path").modes, Modes { car: false, gc: true });
    for (value, expected) in [
        ("vägbro", Some(Structure::Bridge)),
        ("3", Some(Structure::Tunnel)),
        ("2", None),
        ("underfart bro", None),
        ("", None),
    ] {
        assert_eq!(structure(value), expected, "{value}");
    }
}
