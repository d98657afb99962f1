//! A plausible result for tests: hotspots in four classes, events by degree of injury, streets below them.

use std::collections::BTreeMap;
use std::path::Path;

use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use gdal::vector::LayerAccess as _;
use geo::{Geometry, LineString, MultiLineString, Polygon};

use super::Error;
use crate::domain::{
    Cells, Class, Column, CrsDefinition, Geometries, GeometryKind, Layer, Passport, Secrecy, Style, Texts, Values,
};
use crate::geopackage::blob;

const NAMES: [&str; 12] = [
    "Storgatan–Skeppsbrogatan",
    "Norra vägen vid Ängö",
    "Esplanaden–Kyrkogatan",
    "Tullbron & <torget>",
    "Lindsdalsskolan, infarten",
    "Södra vägen–Parkgatan",
    "Järnvägsgatan",
    "Västra cirkulationen",
    "Hamngatan",
    "=HYPERLINK(\"x\")",
    "Ölandsgatan",
    "Bäckgatan",
];

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 33).expect("31 bits")) / f64::from(u32::MAX >> 1)
    }

    fn about(&mut self, spread: f64) -> f64 {
        (self.roll() + self.roll() + self.roll() - 1.5) * spread
    }
}

pub(crate) fn class(label: &str, from: f64, to: f64, value: &str, colour: &str, hatched: bool) -> Class {
    Class { label: label.to_owned(), from, to, value: value.to_owned(), colour: colour.to_owned(), hatched }
}

fn column(name: &str, alias: &str, visible: bool, values: Values) -> Column {
    Column { name: name.to_owned(), alias: alias.to_owned(), visible, values }
}

pub(crate) fn passport(method: &str, used: u64) -> Passport {
    Passport {
        software: "lagesbild 0.1.0".to_owned(),
        method: method.to_owned(),
        parameters: BTreeMap::from([("eps".to_owned(), 60.0.into()), ("min-points".to_owned(), 3.into())]),
        seed: Some(7),
        sources: vec!["STRADA polis".to_owned(), "STRADA sjukvård".to_owned()],
        period: Some(("2021-01-01".to_owned(), "2025-12-31".to_owned())),
        vintage: "2025-12-31T23:00:00.000Z".to_owned(),
        used,
        unplaced: 4,
        dropped: BTreeMap::from([("position för grov".to_owned(), 2)]),
        crs: "EPSG:3006".to_owned(),
        secrecy: Secrecy::Strada,
        notes: vec!["Sjukhuset rapporterade inte under juli 2023.".to_owned()],
        content_hash: "5f2c0a4be1d7".repeat(6)[..64].to_owned(),
    }
}

/// Hotspots, events and streets of a small town.
pub(crate) fn town() -> Vec<Layer> {
    let mut dice = Dice(42);
    let sizes = [23_i32, 14, 11, 9, 8, 6, 5, 4, 4, 3, 2, 1];
    let centres: Vec<[f64; 2]> = (0..sizes.len())
        .map(|index| {
            let ring = f64::from(u32::try_from(index).expect("few"));
            let (angle, radius) = (ring * 2.4, 260.0 + 150.0 * ring.sqrt() * 1.6);
            [590_400.0 + radius * angle.cos(), 6_280_700.0 + radius * angle.sin() * 0.7]
        })
        .collect();
    let mut events = Vec::new();
    for (centre, size) in centres.iter().zip(sizes) {
        for _ in 0..size {
            events.push(Some([centre[0] + dice.about(55.0), centre[1] + dice.about(55.0)]));
        }
    }
    for _ in 0..60 {
        events.push(Some([590_400.0 + dice.about(1_600.0), 6_280_700.0 + dice.about(1_100.0)]));
    }
    events.push(None);
    vec![hotspots(&centres, &sizes, &mut dice), points(events, &mut dice), streets(&centres)]
}

fn hotspots(centres: &[[f64; 2]], sizes: &[i32], dice: &mut Dice) -> Layer {
    let blobs = centres.iter().zip(sizes).map(|(centre, size)| {
        let reach = 45.0 + 9.0 * f64::from(*size).sqrt();
        let ring: Vec<(f64, f64)> = (0..40)
            .map(|step| {
                let angle = -f64::from(step) / 40.0 * std::f64::consts::TAU;
                let reach = reach * (1.0 + 0.18 * (3.0 * angle + centre[0]).sin() + 0.02 * dice.roll());
                (centre[0] + reach * angle.cos(), centre[1] + reach * angle.sin())
            })
            .collect();
        Some(Geometry::Polygon(Polygon::new(LineString::from(ring), vec![])))
    });
    let blobs: Vec<_> = blobs.collect();
    let whole = |of: &dyn Fn(i32) -> i32| Values::Integer(sizes.iter().map(|size| Some(of(*size).into())).collect());
    let real = |of: &dyn Fn(f64) -> f64| Values::Real(sizes.iter().map(|size| Some(of(f64::from(*size)))).collect());
    let texts = |of: &dyn Fn(usize) -> Option<String>| Values::Text((0..sizes.len()).map(of).collect());
    Layer {
        name: "hotspots".to_owned(),
        title: "Anhopningar av olyckor (INTERN – STRADA)".to_owned(),
        description:
            "Platser där olyckor ligger tätare än 3 inom 60 m. Ytan är kärnpunkternas omgivning, inte olycksplatser."
                .to_owned(),
        columns: vec![
            column(
                "rang",
                "Rang",
                true,
                Values::Integer((1..=i64::try_from(sizes.len()).expect("few")).map(Some).collect()),
            ),
            column("namn", "Plats", true, texts(&|row| NAMES.get(row).map(|name| (*name).to_owned()))),
            column("antal_olyckor", "Antal olyckor", true, whole(&|size| size)),
            column("antal_skadade", "Antal skadade", true, whole(&|size| size + size / 4)),
            column("dodade", "Dödade", true, whole(&|size| size / 20)),
            column("allvarligt_iss9", "Allvarligt skadade (ISS 9–)", true, whole(&|size| size / 6)),
            column("kvot", "Antal/väntat", true, real(&|size| size / 3.7 + 0.1)),
            column(
                "sakerhet",
                "Säkerhet i slutsatsen",
                true,
                texts(&|row| (row != 11).then(|| if row < 3 { "Hög" } else { "Måttlig" }.to_owned())),
            ),
            column(
                "kommunal",
                "Kommunal väghållare",
                true,
                Values::Bool(sizes.iter().map(|size| (*size != 3).then_some(size % 2 == 0)).collect()),
            ),
            column("andel_yta", "Andel av ytan", false, real(&|size| size * 1e-5)),
        ],
        geometries: Geometries::Shapes(GeometryKind::Area, blobs),
        style: Style::Graduated {
            column: "antal_olyckor".to_owned(),
            classes: vec![
                class("10 eller fler olyckor", 10.0, 23.0, "", "#7b2382", false),
                class("5–9", 5.0, 9.0, "", "#d1366b", false),
                class("3–4", 3.0, 4.0, "", "#f08a3c", false),
                class("Få händelser – osäkert (1–2)", 1.0, 2.0, "", "#e0b040", true),
            ],
        },
        passport: passport("dbscan", 150),
    }
}

fn points(events: Vec<Option<[f64; 2]>>, dice: &mut Dice) -> Layer {
    const DEGREES: [&str; 5] = ["Dödad", "Allvarligt", "Måttligt", "Lindrigt", ""];
    let count = events.len();
    let degree: Vec<Option<String>> = (0..count)
        .map(|_| match dice.roll() {
            roll if roll < 0.03 => Some(DEGREES[0].to_owned()),
            roll if roll < 0.15 => Some(DEGREES[1].to_owned()),
            roll if roll < 0.4 => Some(DEGREES[2].to_owned()),
            roll if roll < 0.9 => Some(DEGREES[3].to_owned()),
            _ => None,
        })
        .collect();
    let text: Vec<Option<String>> = (0..count)
        .map(|row| match row % 5 {
            0 => Some("Cykel; \"singel\"".to_owned()),
            1 => Some("+46 70 000 00 00\nrad två".to_owned()),
            2 => Some("Fotgängare–bil, ÅÄÖ".to_owned()),
            3 => Some("@SUM(A1)".to_owned()),
            _ => None,
        })
        .collect();
    Layer {
        name: "events".to_owned(),
        title: "Olyckor (INTERN – STRADA)".to_owned(),
        description: "Olyckorna själva, med anhopning där de hör till en.".to_owned(),
        columns: vec![
            column("svarhetsgrad", "Svårhetsgrad", true, Values::Text(degree.into())),
            column("olyckstyp", "Olyckstyp", true, Values::Text(text.into())),
            column(
                "avst_m",
                "Avstånd till väg (m)",
                true,
                Values::Real(
                    (0..count)
                        .map(|row| (row % 7 != 0).then_some(f64::from(u32::try_from(row).expect("few")) / 3.0 - 5.0))
                        .collect(),
                ),
            ),
            column(
                "cluster",
                "Anhopning",
                true,
                Values::Integer(
                    (0..count).map(|row| (row % 3 != 0).then_some(i64::try_from(row).expect("few") - 3)).collect(),
                ),
            ),
            column("core", "Kärnpunkt", false, Values::Bool((0..count).map(|row| Some(row % 2 == 0)).collect())),
        ],
        geometries: Geometries::Points(events),
        style: Style::Categorised {
            column: "svarhetsgrad".to_owned(),
            classes: vec![
                class("Dödad", 0.0, 0.0, "Dödad", "#1b1b1b", false),
                class("Allvarligt skadad", 0.0, 0.0, "Allvarligt", "#7b2382", false),
                class("Måttligt skadad", 0.0, 0.0, "Måttligt", "#d1495b", false),
                class("Lindrigt skadad", 0.0, 0.0, "Lindrigt", "#e09f3e", false),
                class("Uppgift saknas", 0.0, 0.0, "", "#8c8c8c", false),
            ],
        },
        passport: passport("dbscan", 150),
    }
}

fn streets(centres: &[[f64; 2]]) -> Layer {
    let joined = |from: [f64; 2], to: [f64; 2]| LineString::from(vec![from, [from[0], to[1]], to]);
    let lines: Vec<Option<Geometry<f64>>> = centres
        .windows(3)
        .map(|three| {
            let pair = vec![joined(three[0], three[1]), joined(three[1], three[2])];
            Some(Geometry::MultiLineString(MultiLineString::new(pair)))
        })
        .collect();
    let count = lines.len();
    Layer {
        name: "gator".to_owned(),
        title: "Vägnät".to_owned(),
        description: "Gatorna som bakgrund.".to_owned(),
        columns: vec![column(
            "hastgrans",
            "Hastighetsgräns (km/tim)",
            true,
            Values::Integer(vec![Some(40); count].into()),
        )],
        geometries: Geometries::Shapes(GeometryKind::Line, lines),
        style: Style::Single("#a6a6a6".to_owned()),
        passport: passport("import", 11),
    }
}

/// The same layers without rows.
pub(crate) fn empty() -> Vec<Layer> {
    town()
        .into_iter()
        .map(|mut layer| {
            for column in &mut layer.columns {
                match &mut column.values {
                    Values::Integer(values) => *values = Cells::default(),
                    Values::Real(values) => *values = Cells::default(),
                    Values::Text(values) => *values = Texts::default(),
                    Values::Bool(values) => *values = Cells::default(),
                }
            }
            match &mut layer.geometries {
                Geometries::Points(points) => points.clear(),
                Geometries::Shapes(_, shapes) => shapes.clear(),
                Geometries::Absent(rows) => *rows = 0,
            }
            layer
        })
        .collect()
}

fn reference(epsg: u32) -> SpatialRef {
    let mut reference = SpatialRef::from_epsg(epsg).expect("GDAL knows the CRS");
    reference.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    reference
}

pub(crate) fn sweref() -> CrsDefinition {
    let reference = reference(3006);
    CrsDefinition {
        epsg: 3006,
        name: "SWEREF99 TM".to_owned(),
        wkt: reference.to_wkt().expect("WKT"),
        projjson: reference.to_projjson().expect("PROJJSON"),
        proj4: reference.to_proj4().expect("a PROJ string"),
    }
}

/// Writes as the service does, with GDAL in the place of `crs`.
pub(crate) fn write(path: &Path, layers: &[Layer], wanted: Option<&str>) -> Result<(), Error> {
    write_noted(path, layers, wanted).map(|_| ())
}

/// As [`write`], and gives what the format could not hold.
pub(crate) fn write_noted(path: &Path, layers: &[Layer], wanted: Option<&str>) -> Result<Vec<String>, Error> {
    let transform = CoordTransform::new(&reference(3006), &reference(4326)).expect("a transform");
    let to_wgs84 = |[x, y]: [f64; 2]| {
        let (mut xs, mut ys) = ([x], [y]);
        transform.transform_coords(&mut xs, &mut ys, &mut []).ok()?;
        Some([xs[0], ys[0]])
    };
    super::write(path, layers, &sweref(), &to_wgs84, wanted)
}

/// Holds that GDAL's layer has the rows of ours, in our order; geometries are passed over.
pub(crate) fn same_columns(layer: &Layer, found: &mut gdal::vector::Layer) {
    assert_eq!(usize::try_from(found.feature_count()).expect("a count"), layer.geometries.len(), "{}", layer.name);
    for (row, feature) in found.features().enumerate() {
        for column in &layer.columns {
            let place = format!("{}.{}, row {row}", layer.name, column.name);
            let field =
                feature.field(feature.field_index(&column.name).expect("the column is there")).expect("a value");
            same_value(&column.values, row, field, &place);
        }
    }
}

/// Holds that GDAL's layer has the rows and geometries of ours, in our order.
pub(crate) fn same_as_gdal(layer: &Layer, found: &mut gdal::vector::Layer) {
    same_columns(layer, found);
    for (row, feature) in found.features().enumerate() {
        let ours = match &layer.geometries {
            Geometries::Points(points) => points[row].map(|[x, y]| blob::point_blob(0, x, y).to_vec()),
            Geometries::Shapes(kind, shapes) => {
                shapes[row].as_ref().and_then(|shape| blob::shape_blob(0, *kind, shape))
            }
            Geometries::Absent(_) => None,
        };
        // GDAL's binding has no word for a row without geometry: the caller counts those in SQL.
        let Some(ours) = ours else { continue };
        let wkb = feature.geometry().and_then(|geometry| geometry.wkb().ok());
        assert_eq!(wkb.as_deref(), blob::wkb_of(&ours), "{}, row {row}", layer.name);
    }
}

/// Holds that GDAL's layer has the rows and geometries of ours, each told by its `fid`.
pub(crate) fn same_by_fid(layer: &Layer, found: &mut gdal::vector::Layer) {
    let mut seen = vec![false; layer.geometries.len()];
    for feature in found.features() {
        let index = feature.field_index("fid").expect("the number is there");
        let number = feature.field_as_integer64(index).expect("a number").expect("filled");
        let row = usize::try_from(number - 1).expect("from 1");
        assert!(!std::mem::replace(&mut seen[row], true), "row {row} twice");
        for column in &layer.columns {
            let place = format!("{}.{}, row {row}", layer.name, column.name);
            let index = feature.field_index(&column.name).expect("the column is there");
            // A field that the file leaves out is not null for the binding, which would give 0 for it.
            let text = feature.field_as_string(index).expect("a text").filter(|text| !text.is_empty());
            let field = text.and_then(|_| feature.field(index).expect("a value"));
            same_value(&column.values, row, field, &place);
        }
        let wkb = feature.geometry().and_then(|geometry| geometry.wkb().ok());
        let ours = super::ogr::geometry_of(layer, row).and_then(|geometry| geometry.wkb().ok());
        assert_eq!(wkb, ours, "{}, row {row}", layer.name);
    }
    let placed = |row: usize| super::ogr::geometry_of(layer, row).is_some();
    assert!((0..seen.len()).all(|row| seen[row] == placed(row)), "a row is missing, or has a place it had not");
}

fn same_value(ours: &Values, row: usize, theirs: Option<gdal::vector::FieldValue>, place: &str) {
    match ours {
        Values::Integer(values) => {
            assert_eq!(theirs.and_then(gdal::vector::FieldValue::into_int64), values.get(row), "{place}");
        }
        Values::Real(values) => {
            assert_eq!(theirs.and_then(gdal::vector::FieldValue::into_real), values.get(row), "{place}");
        }
        Values::Text(values) => {
            assert_eq!(theirs.and_then(gdal::vector::FieldValue::into_string).as_deref(), values.get(row), "{place}");
        }
        Values::Bool(values) => {
            let whole = values.get(row).map(i32::from);
            assert_eq!(theirs.and_then(gdal::vector::FieldValue::into_int), whole, "{place}");
        }
    }
}
