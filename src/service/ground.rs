//! What stands below and above the results in a file that QGIS opens as "Olycksanalys": a layer to draw in, the road
//! network, measures done, buildings.

use geo::{Geometry, InteriorPoint, LineString, MultiLineString};

use super::columns::{category_class, column};
use super::error::Result;
use crate::domain::{Geometries, GeometryKind, Layer, Measure, Network, Passport, RoadKeeper, Secrecy, Style, Values};
use crate::geopackage::styles::DRAWING;
use crate::store::{Background, GpkgStore, Store, Surroundings, Window};
use crate::texts::swedish;

/// The layers for a file of accidents: where to draw, the roads of `network`, else of the store, and the store's buildings.
///
/// # Errors
/// The store cannot be read.
pub fn layers(store: Option<&GpkgStore>, network: Option<&Network>, results: &Passport) -> Result<Vec<Layer>> {
    let mut made = vec![drawing(results)];
    let of_store = match (network, store) {
        (None, Some(store)) => store.network()?,
        _ => None,
    };
    if let Some(network) = network.or(of_store.as_ref()) {
        made.push(roads(network, results));
    }
    if let Some(store) = store {
        let mut done = store.measures()?;
        done.retain(|measure| measure.shape.is_some());
        if !done.is_empty() {
            made.push(measures(&done, results));
        }
        let rows = store.background(Background::Buildings, &Window::ALL)?.rows;
        if !rows.is_empty() {
            made.push(buildings(rows.into_iter().map(|row| row.geometry).collect(), results));
        }
    }
    Ok(made)
}

/// What a layer of the ground rests on: nothing of the accidents, but with their stamp and CRS.
fn passport(results: &Passport, rows: usize) -> Passport {
    Passport {
        method: "import".to_owned(),
        parameters: std::collections::BTreeMap::new(),
        seed: None,
        sources: Vec::new(),
        period: None,
        used: rows as u64,
        unplaced: 0,
        dropped: std::collections::BTreeMap::new(),
        secrecy: Secrecy::Open,
        notes: Vec::new(),
        content_hash: String::new(),
        ..results.clone()
    }
}

/// The empty layer in which people draw what they ask about.
#[must_use]
pub fn drawing(results: &Passport) -> Layer {
    Layer {
        name: DRAWING.to_owned(),
        title: swedish("layer-drawing", &[]),
        description: swedish("layer-description-drawing", &[]),
        columns: vec![
            column("namn", true, Values::Text(crate::domain::Texts::default())),
            column("buffert_m", true, Values::Integer(Vec::new().into())),
        ],
        geometries: Geometries::Shapes(GeometryKind::Area, Vec::new()),
        style: drawing_style(),
        passport: passport(results, 0),
    }
}

/// Unlike every other colour of the project.
#[must_use]
pub fn drawing_style() -> Style {
    Style::Single("#d81b60".to_owned())
}

/// Roads by väghållare.
#[must_use]
pub fn keeper_style() -> Style {
    let colour = |keeper: RoadKeeper| match keeper {
        RoadKeeper::Municipal => "#5d8aa8",
        RoadKeeper::State => "#8a6d3b",
        RoadKeeper::Private => "#7a9a6d",
    };
    let class = |keeper: RoadKeeper| {
        category_class(keeper.code(), &swedish(&format!("class-keeper-{}", keeper.code()), &[]), colour(keeper))
    };
    let unknown = category_class("", &swedish("class-not-told", &[]), "#b5b5b5");
    let classes = RoadKeeper::ALL.into_iter().map(class).chain([unknown]).collect();
    Style::Categorised { column: "vaghallare".to_owned(), classes }
}

fn roads(network: &Network, results: &Passport) -> Layer {
    let links = network.links();
    let text = |pick: &dyn Fn(&crate::domain::Link) -> Option<&str>| Values::Text(links.iter().map(pick).collect());
    let whole = |pick: &dyn Fn(&crate::domain::Link) -> Option<i64>| Values::Integer(links.iter().map(pick).collect());
    let length = |link: &crate::domain::Link| Some((link.length_m() * 10.0).round() / 10.0);
    let line = |link: &crate::domain::Link| {
        Some(Geometry::MultiLineString(MultiLineString(vec![LineString::from(link.line.clone())])))
    };
    Layer {
        name: "roads".to_owned(),
        title: swedish("layer-roads-keeper", &[]),
        description: swedish("layer-description-roads", &[]),
        columns: vec![
            column("namn", true, text(&|link| link.street.as_deref())),
            column("klass", true, text(&|link| link.class.as_deref())),
            column("vaghallare", true, text(&|link| link.keeper.map(RoadKeeper::code))),
            column("hastgrans", true, whole(&|link| link.speed().map(i64::from))),
            column("adt", true, whole(&|link| link.adt.map(i64::from))),
            column("adt_ar", true, whole(&|link| link.adt_year.map(i64::from))),
            column("gcm_typ", true, text(&|link| link.gcm_type.as_deref())),
            column("passager", false, text(&|link| link.passage.as_deref())),
            column("belyst", true, Values::Bool(links.iter().map(|link| link.lit).collect())),
            column("langd_m", false, Values::Real(links.iter().map(length).collect())),
            column("vag_id", false, text(&|link| Some(&link.id))),
        ],
        geometries: Geometries::Shapes(GeometryKind::Line, links.iter().map(line).collect()),
        style: keeper_style(),
        passport: passport(results, links.len()),
    }
}

/// Measures done are of this colour, unlike every class of what happened.
#[must_use]
pub fn measure_style() -> Style {
    Style::Single("#00796b".to_owned())
}

/// Measures done, each as a point: of a line or an area one that lies in it.
fn measures(done: &[Measure], results: &Passport) -> Layer {
    let text = |pick: &dyn Fn(&Measure) -> Option<String>| Values::Text(done.iter().map(pick).collect());
    let whole = |pick: &dyn Fn(&Measure) -> Option<i64>| Values::Integer(done.iter().map(pick).collect());
    let point = |measure: &Measure| measure.shape.as_ref()?.interior_point().map(|point| [point.x(), point.y()]);
    Layer {
        name: "measures".to_owned(),
        title: swedish("layer-measures", &[]),
        description: swedish("layer-description-measures", &[]),
        columns: vec![
            column("atgard", true, text(&|measure| Some(measure.kind.clone()))),
            column("ar", true, whole(&|measure| measure.year().map(i64::from))),
            column("namn", true, text(&|measure| measure.name.clone())),
            column("i_bruk_fran", true, text(&|measure| measure.from.clone())),
            column("i_bruk_till", true, text(&|measure| measure.until.clone())),
            column("kostnad_kr", true, whole(&|measure| measure.cost.map(|cost| (cost.0 + 50) / 100))),
            column("kostnadens_kalla", true, text(&|measure| measure.cost_source.clone())),
            column("kalla", true, text(&|measure| Some(measure.source.clone()))),
        ],
        geometries: Geometries::Points(done.iter().map(point).collect()),
        style: measure_style(),
        passport: passport(results, done.len()),
    }
}

fn buildings(shapes: Vec<Option<Geometry<f64>>>, results: &Passport) -> Layer {
    let rows = shapes.len();
    Layer {
        name: "buildings".to_owned(),
        title: swedish("layer-buildings", &[]),
        description: swedish("layer-description-buildings", &[]),
        columns: Vec::new(),
        geometries: Geometries::Shapes(GeometryKind::Area, shapes),
        style: Style::Single("#cfc9c0".to_owned()),
        passport: passport(results, rows),
    }
}
