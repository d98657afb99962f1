//! Files that are right, of every format that is read: small, so that a mutation hits something.

use std::collections::BTreeMap;
use std::path::Path;

use gdal::DriverManager;
use gdal::spatial_ref::SpatialRef;
use gdal::vector::{FieldDefn, Geometry, LayerAccess as _, LayerOptions, OGRFieldType, OGRwkbGeometryType};

use crate::support::{arg, folder, run};

/// The parts of a file by extension: most have one, a Shapefile four.
pub type Seed = BTreeMap<String, Vec<u8>>;

fn one(extension: &str, bytes: impl Into<Vec<u8>>) -> Seed {
    Seed::from([(extension.to_owned(), bytes.into())])
}

const ROWS: &str = "id;x;y;datum;typ;beskrivning\n\
    1;580000,5;6602000,25;2024-01-05 07:30;Brand;\"rad 1\nrad 2\"\n\
    2;580010;6602010;2024-02-29;Stöld;å; \n3;580020;6602020;20240301;;\"citat \"\"inne\"\"\"\n";

pub fn csv() -> Vec<Seed> {
    let strada = "Olycksnummer,Olyckstyp,År,Månad,Dag,Klockslag grupp (timme),Sammanvägd_svårhetsgrad,X-koordinat,Y-koordinat,Ålder\n\
        1,G1 (cykel singel),2009,8,29,07-08,Lindrig olycka,6396199.35,1404052.5,34\n\
        1,G1 (cykel singel),2009,8,29,07-08,Lindrig olycka,6396199.35,1404052.5,Uppgift saknas\n";
    let latin: Vec<u8> = strada.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    let wide: Vec<u8> = "\u{feff}x\ty\n1\t2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![one("csv", ROWS), one("csv", strada), one("csv", latin), one("csv", wide)]
}

pub fn quarantine() -> Vec<Seed> {
    let columns = "karantan_id;karantan_crs;karantan_fil;karantan_rad;karantan_kolumn;karantan_varde;karantan_orsak";
    let head = ROWS.lines().next().expect("a header");
    let row = "4;580000;6602000;2024-13-45;Brand;;K12ab;EPSG:3006;a.csv;4;datum;2024-13-45;Datumet finns inte";
    vec![one("csv", format!("\u{feff}{head};{columns}\n{row}\n"))]
}

pub fn geojson() -> Vec<Seed> {
    let text = r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3006"}},
"features":[{"type":"Feature","id":1,"properties":{"datum":"2024-01-05","typ":"Brand","n":1.50,"x":null,"l":[1,{"a":2}]},
"geometry":{"type":"Point","coordinates":[580000.5,6602000.25]}},
{"type":"Feature","properties":{"datum":"2024-01-06T10:00:00Z"},"geometry":{"type":"Polygon",
"coordinates":[[[580000,6602000],[580010,6602000],[580010,6602010],[580000,6602000]]]}},
{"type":"Feature","properties":null,"geometry":{"type":"GeometryCollection","geometries":[
{"type":"MultiPoint","coordinates":[[1,2],[3,4]]},{"type":"LineString","coordinates":[[1,2],[3,4,5]]}]}}]}"#;
    vec![one("geojson", text), one("geojson", r#"{"type":"Point","coordinates":[16.3,56.6]}"#)]
}

pub fn json() -> Vec<Seed> {
    let text = r#"[{"id":1,"datetime":"2024-04-13 9:58:49 +02:00","name":"a","summary":"b","url":"/c","type":"Brand",
"location":{"name":"Kalmar","gps":"56.661571,16.361631"}},
{"id":2,"datetime":"2024-04-14 10:08:00 +02:00","type":"Stöld","location":{"name":null,"gps":"56.7,16.2","x":[1,{"y":2}]}}]"#;
    vec![one("json", format!("\u{feff}{text}")), one("json", r#"[{"x":1,"y":2.5e3,"a":{"b":{"c":true}}}]"#)]
}

pub fn xlsx() -> Vec<Seed> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Olyckor").expect("a name");
    for (column, name) in (0..).zip(["Olycksnummer", "Olyckstyp", "Datum", "X-koordinat", "Y-koordinat"]) {
        sheet.write_string(0, column, name).expect("written");
    }
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm");
    for row in 1..4_u32 {
        sheet.write_number(row, 0, f64::from(row)).expect("written");
        sheet.write_string(row, 1, "G1 (cykel singel)").expect("written");
        sheet.write_number_with_format(row, 2, 45_000.25 + f64::from(row), &day).expect("written");
        sheet.write_number(row, 3, 6_602_000.5).expect("written");
        sheet.write_string(row, 4, "580 000,25").expect("written");
    }
    let persons = workbook.add_worksheet();
    persons.set_name("Personer").expect("a name");
    persons.write_string(0, 0, "Olycksnummer").expect("written");
    persons.write_string(0, 1, "Ålder").expect("written");
    persons.write_number(1, 0, 1).expect("written");
    persons.write_boolean(1, 1, true).expect("written");
    vec![one("xlsx", workbook.save_to_buffer().expect("a workbook"))]
}

pub fn mapping() -> Vec<Seed> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/mappings");
    let mut names: Vec<_> = std::fs::read_dir(shipped).expect("the mappings").flatten().map(|e| e.path()).collect();
    names.sort();
    names.iter().map(|path| one("toml", std::fs::read(path).expect("readable"))).collect()
}

/// Every file of this stem in the folder, by extension.
fn gathered(folder: &Path, stem: &str) -> Seed {
    let files = std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    files
        .filter(|path| path.file_stem().is_some_and(|found| found == stem))
        .map(|path| {
            let extension = path.extension().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default();
            (extension, std::fs::read(&path).expect("readable"))
        })
        .collect()
}

/// Three points with a number, a text and a time, as one of GDAL's drivers writes them.
pub fn gdal(driver: &str, extension: &str) -> Vec<Seed> {
    let folder = folder();
    let driver = DriverManager::get_driver_by_name(driver).expect("the driver is there");
    let path = folder.path().join(format!("punkter.{extension}"));
    let mut dataset = driver.create_vector_only(&path).expect("a new file");
    let crs = SpatialRef::from_epsg(3006).expect("known");
    let options = LayerOptions { name: "punkter", srs: Some(&crs), ty: OGRwkbGeometryType::wkbPoint, options: None };
    let layer = dataset.create_layer(options).expect("a layer");
    let kinds =
        [("antal", OGRFieldType::OFTInteger), ("typ", OGRFieldType::OFTString), ("datum", OGRFieldType::OFTDate)];
    for (name, kind) in kinds {
        FieldDefn::new(name, kind).and_then(|field| field.add_to_layer(&layer)).expect("a field");
    }
    for row in 0..3_i32 {
        let mut feature = gdal::vector::Feature::new(layer.defn()).expect("a feature");
        let place = format!("POINT ({} {})", 580_000 + row, 6_602_000 + row);
        feature.set_geometry(Geometry::from_wkt(&place).expect("a point")).expect("set");
        feature.set_field_integer(0, row).expect("set");
        feature.set_field_string(1, "Brand å").expect("set");
        feature.set_field_string(2, "2024/02/29").expect("set");
        feature.create(&layer).expect("written");
    }
    drop(dataset);
    vec![gathered(folder.path(), "punkter")]
}

/// The set of one kind among those that the damaged copies are made of; none where they cannot be made here.
pub fn kind(ending: &str) -> Vec<Seed> {
    let folder = folder();
    if crate::damaged_files::specimens(folder.path()).is_none() {
        return Vec::new();
    }
    let (_, parts) = crate::damaged_files::SETS.iter().find(|(name, _)| *name == ending).expect("a set of that kind");
    let read = |part: &&str| {
        let bytes = std::fs::read(folder.path().join(format!("a.{part}"))).expect("readable");
        ((*part).to_owned(), bytes)
    };
    vec![parts.iter().map(read).collect()]
}

/// Two streets that meet, one of them on a bridge, as OpenStreetMap has them.
pub fn pbf() -> Vec<Seed> {
    use crate::pbf::{Small, pbf};
    let at = |id: i64, x: f64, y: f64| (id, [16.36 + x, 56.66 + y], &[] as &[(&str, &str)]);
    let nodes = vec![at(1, 0.0, 0.0), at(2, 0.001, 0.0), at(3, 0.002, 0.0), at(4, 0.001, 0.001), at(5, 0.001, -0.001)];
    let street: &[(&str, &str)] =
        &[("highway", "residential"), ("name", "Storgatan"), ("maxspeed", "40"), ("lit", "yes")];
    let bridge: &[(&str, &str)] = &[("highway", "primary"), ("bridge", "yes"), ("layer", "1"), ("oneway", "-1")];
    let ways = vec![(1, vec![1, 2, 3], street), (2, vec![4, 2], street), (3, vec![4, 5], bridge)];
    vec![one("pbf", pbf(&Small { nodes, ways, ..Small::default() }))]
}

/// A result of ours and a store with three events.
pub fn geopackage() -> Vec<Seed> {
    let folder = folder();
    let (input, out) = (folder.path().join("rader.csv"), folder.path().join("ut.gpkg"));
    std::fs::write(&input, "x;y;datum\n580000;6602000;2024-01-01\n580001;6602001;2024-01-02\n").expect("written");
    run(&[
        "analyse",
        "dbscan",
        "--input",
        arg(&input),
        "--crs",
        "EPSG:3006",
        "--min-points",
        "2",
        "--output",
        arg(&out),
    ])
    .ok();
    let mut seeds = gdal("GPKG", "gpkg");
    seeds.push(gathered(folder.path(), "ut"));
    seeds
}

/// A store with events, quarantine and a result.
pub fn store() -> Vec<Seed> {
    let folder = folder();
    let (input, store) = (folder.path().join("rader.csv"), folder.path().join("lager.gpkg"));
    let rows =
        "x;y;datum;typ\n580000;6602000;2024-01-01;Brand\n580001;6602001;2024-01-02;Stöld\n580002;6602002;2024-02-30;\n";
    std::fs::write(&input, rows).expect("written");
    run(&["init", arg(&store)]).ok();
    run(&["import", "events", arg(&input), "--crs", "EPSG:3006", "--store", arg(&store)]).ok();
    let out = folder.path().join("ut.gpkg");
    run(&["analyse", "counts", "--min-points", "1", "--store", arg(&store), "--output", arg(&out)]).ok();
    vec![gathered(folder.path(), "lager")]
}
