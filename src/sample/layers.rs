//! The town's map as layers, ready for any writer.

use geo::{Geometry, LineString, Polygon};

use super::streets::{Class as StreetClass, blocks};
use super::{MarkKind, Point, Town};
use crate::domain::{Class, Column, Geometries, GeometryKind, Layer, Passport, Style, Values};
use crate::texts::swedish;

fn column(name: &str, values: Values) -> Column {
    Column { name: name.to_owned(), alias: swedish(&format!("sample-column-{name}"), &[]), visible: true, values }
}

fn text<'a>(values: impl Iterator<Item = &'a str>) -> Values {
    Values::Text(values.map(|value| (!value.is_empty()).then(|| value.to_owned())).collect())
}

fn whole(values: impl Iterator<Item = Option<i64>>) -> Values {
    Values::Integer(values.collect())
}

fn line(points: &[Point]) -> LineString<f64> {
    points.iter().map(|&[x, y]| (x, y)).collect()
}

fn lines<'a>(each: impl Iterator<Item = &'a [Point]>) -> Geometries {
    Geometries::Shapes(GeometryKind::Line, each.map(|points| Some(Geometry::LineString(line(points)))).collect())
}

fn areas<'a>(each: impl Iterator<Item = &'a [Point]>) -> Geometries {
    let polygon = |ring: &[Point]| Some(Geometry::Polygon(Polygon::new(line(ring), Vec::new())));
    Geometries::Shapes(GeometryKind::Area, each.map(polygon).collect())
}

/// A style with one colour for each value of a text column.
fn by(column: &str, colours: &[(&str, &str)]) -> Style {
    let class = |&(value, colour): &(&str, &str)| Class {
        label: value.to_owned(),
        from: 0.0,
        to: 0.0,
        value: value.to_owned(),
        colour: colour.to_owned(),
        hatched: false,
    };
    Style::Categorised { column: column.to_owned(), classes: colours.iter().map(class).collect() }
}

fn single(colour: &str) -> Style {
    Style::Single(colour.to_owned())
}

/// The layers `ground`, `districts`, `home`, `streets`, `buildings`, `trees`, `lamps`, `entrances`, each with the
/// passport. A row of `streets` is a block: from junction to junction. Rows stand in the town's order, coordinates in EPSG:3006, x = east.
pub fn background(town: &Town, passport: &Passport) -> Vec<Layer> {
    let layer = |name: &str, columns: Vec<Column>, geometries: Geometries, style: Style| Layer {
        name: name.to_owned(),
        title: swedish(&format!("sample-layer-{name}"), &[("town", town.name.clone())]),
        description: swedish("sample-layer-description", &[("town", town.name.clone())]),
        columns,
        geometries,
        style,
        passport: passport.clone(),
    };
    let buildings = &town.buildings;
    let blocks = blocks(&town.streets);
    let streets = || blocks.iter().map(|(street, _)| &town.streets[*street]);
    vec![
        layer(
            "ground",
            vec![
                column("namn", text(town.grounds.iter().map(|ground| ground.name.as_str()))),
                column("mark", text(town.grounds.iter().map(|ground| ground.surface.label()))),
            ],
            areas(town.grounds.iter().map(|ground| ground.ring.as_slice())),
            by("mark", &GROUND_COLOURS),
        ),
        layer(
            "districts",
            vec![column("namn", text(town.districts.iter().map(|district| district.name.as_str())))],
            areas(town.districts.iter().map(|district| district.ring.as_slice())),
            single("#b9a7c6"),
        ),
        layer(
            "home",
            vec![column("kommun", text([town.name.as_str()].into_iter()))],
            areas([town.outline.as_slice()].into_iter()),
            single("#8a8a8a"),
        ),
        layer(
            "streets",
            vec![
                column("namn", text(streets().map(|street| street.name.as_str()))),
                column("klass", text(streets().map(|street| street.class.label()))),
                column("hastgrans", whole(streets().map(|street| street.speed.map(i64::from)))),
                column("vaghallare", text(streets().map(|street| street.keeper.label()))),
                column("belyst", Values::Bool(streets().map(|street| Some(street.lit)).collect())),
            ],
            lines(blocks.iter().map(|(_, line)| line.as_slice())),
            by("klass", &STREET_COLOURS.map(|(class, colour)| (class.label(), colour))),
        ),
        layer(
            "buildings",
            vec![
                column("namn", text(buildings.iter().map(|building| building.name.as_deref().unwrap_or("")))),
                column("byggnadstyp", text(buildings.iter().map(|building| building.purpose.label()))),
                column("adress", text(buildings.iter().map(|building| building.address.as_str()))),
                column("vaningar", whole(buildings.iter().map(|building| Some(i64::from(building.floors))))),
            ],
            areas(buildings.iter().map(|building| building.ring.as_slice())),
            by("byggnadstyp", &BUILDING_COLOURS),
        ),
        layer("trees", vec![number(town, MarkKind::Tree)], points(town, MarkKind::Tree), single("#6b9a5b")),
        layer(
            "lamps",
            vec![number(town, MarkKind::Lamp), column("gata", owners(town, MarkKind::Lamp))],
            points(town, MarkKind::Lamp),
            single("#d9a400"),
        ),
        layer(
            "entrances",
            vec![number(town, MarkKind::Entrance), column("adress", owners(town, MarkKind::Entrance))],
            points(town, MarkKind::Entrance),
            single("#444444"),
        ),
    ]
}

fn points(town: &Town, kind: MarkKind) -> Geometries {
    Geometries::Points(town.points.iter().filter(|mark| mark.kind == kind).map(|mark| Some(mark.at)).collect())
}

fn number(town: &Town, kind: MarkKind) -> Column {
    let count = town.points.iter().filter(|mark| mark.kind == kind).count();
    column("nr", whole((1_i64..).take(count).map(Some)))
}

/// The street of each lamp, or the address of each entrance.
fn owners(town: &Town, kind: MarkKind) -> Values {
    text(town.points.iter().filter(|mark| mark.kind == kind).map(|mark| match (mark.owner, kind) {
        (Some(owner), MarkKind::Entrance) => town.buildings[owner].address.as_str(),
        (Some(owner), _) => town.streets[owner].name.as_str(),
        (None, _) => "",
    }))
}

const STREET_COLOURS: [(StreetClass, &str); 9] = [
    (StreetClass::Rural, "#e0a84f"),
    (StreetClass::Through, "#e0a84f"),
    (StreetClass::Roundabout, "#e0a84f"),
    (StreetClass::Main, "#c9b25f"),
    (StreetClass::Local, "#b8b2a6"),
    (StreetClass::Industrial, "#b8b2a6"),
    (StreetClass::Lane, "#b8b2a6"),
    (StreetClass::Pedestrian, "#b59ab8"),
    (StreetClass::Cycleway, "#7a9a5b"),
];

/// The layer `omraden`: code, name, people and dwellings of each area.
pub fn areas_with_people(town: &Town, rows: &[(String, String, [u64; 2], &[Point])], passport: &Passport) -> Layer {
    let number = |at: usize| whole(rows.iter().map(|row| i64::try_from(row.2[at]).ok()));
    Layer {
        name: "omraden".to_owned(),
        title: swedish("sample-layer-omraden", &[("town", town.name.clone())]),
        description: swedish("sample-layer-description", &[("town", town.name.clone())]),
        columns: vec![
            column("omradeskod", text(rows.iter().map(|row| row.0.as_str()))),
            column("namn", text(rows.iter().map(|row| row.1.as_str()))),
            column("folkmangd", number(0)),
            column("bostader", number(1)),
        ],
        geometries: areas(rows.iter().map(|row| row.3)),
        style: single("#b9a7c6"),
        passport: passport.clone(),
    }
}

const GROUND_COLOURS: [(&str, &str); 11] = [
    ("Vatten", "#b5d3e7"),
    ("Park", "#cfe3bd"),
    ("Torg", "#e9dcc5"),
    ("Skolgård", "#efe3c8"),
    ("Idrottsplats", "#bfdcae"),
    ("Parkering", "#dcdcdc"),
    ("Kyrkogård", "#d3e0c4"),
    ("Järnväg", "#bbbbbb"),
    ("Badplats", "#f3e6b3"),
    ("Skog", "#bcd6a8"),
    ("Kolonilotter", "#dce8c8"),
];

const BUILDING_COLOURS: [(&str, &str); 10] = [
    ("Småhus", "#d9b99b"),
    ("Flerbostadshus", "#c9967a"),
    ("Handel och bostäder", "#c27d6a"),
    ("Verksamhet", "#a8a3b8"),
    ("Industri", "#9a9aa5"),
    ("Skola", "#d6a040"),
    ("Kyrka", "#7d6a8a"),
    ("Station", "#8a5a5a"),
    ("Samhällsfunktion", "#c05a5a"),
    ("Komplementbyggnad", "#d8cfc2"),
];
