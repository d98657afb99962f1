//! What the map page shows: one theme a kind of event, and pages of its features in longitude and latitude.

use geo::{BoundingRect, Geometry, MapCoords};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::columns::{count_classes, kind_word};
use super::error::{Refusal, Result};
use crate::crs::{Transform, WGS84};
use crate::domain::{Class, Kind, Passport, Secrecy};
use crate::store::{Background, Features, GpkgStore, RunSummary, Store, Window};
use crate::texts::{swedish, text};

/// The page's frame.
#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    /// Name of the place.
    pub name: String,
    /// Secrecy mark, where there is one.
    pub mark: Option<&'static str>,
    /// West, south, east, north in degrees: around the results, else the home area; `None` where neither is.
    pub bbox: Option<[f64; 4]>,
    /// What lies under the results.
    pub backgrounds: Vec<Named>,
    /// One theme a kind of event that has a result.
    pub themes: Vec<Theme>,
}

/// A collection with its title.
#[derive(Debug, Clone, Serialize)]
pub struct Named {
    /// Id of the collection.
    pub id: &'static str,
    /// Title.
    pub title: String,
}

/// One kind of event and where it concentrates.
#[derive(Debug, Clone, Serialize)]
pub struct Theme {
    /// Id.
    pub id: &'static str,
    /// Id of the collection.
    pub collection: String,
    /// Title.
    pub title: String,
    /// What the map shows.
    pub shows: String,
    /// What it does not show.
    pub not_shows: String,
    /// First and last day.
    pub period: Option<(String, String)>,
    /// Events in all.
    pub n: u64,
    /// Events without a place.
    pub unplaced: u64,
    /// Events in concentrations.
    pub in_hotspots: u64,
    /// Classes of the legend.
    pub classes: Vec<LegendClass>,
    /// The word for one event and for several.
    pub unit: [String; 2],
    /// "Hur säkra är vi?" in three sentences.
    pub sure: [String; 3],
    /// Method with its parameters.
    pub method: String,
    /// Registers.
    pub sources: Vec<String>,
    /// Passport.
    pub passport: Passport,
}

/// A class of the legend.
#[derive(Debug, Clone, Serialize)]
pub struct LegendClass {
    /// Lowest count.
    pub from: f64,
    /// Highest count; `None` in the top class.
    pub to: Option<f64>,
    /// Label.
    pub label: String,
    /// Colour.
    pub colour: String,
    /// Hatched.
    pub hatched: bool,
}

/// Which result a theme shows, where several methods have been run: the first of these.
const PREFERRED: [&str; 4] = ["dbscan", "counts", "network-dbscan", "network-counts"];

/// Collections that lie under the results.
const BACKGROUNDS: [(&str, &str, Background); 2] =
    [("roads", "page-layer-roads", Background::Roads), ("buildings", "page-layer-buildings", Background::Buildings)];

/// The page's frame: everything but the features.
///
/// # Errors
/// The store cannot be read.
pub fn overview(store: &GpkgStore) -> Result<Overview> {
    let settings = store.settings();
    let to_degrees = Transform::new(&format!("EPSG:{}", settings.crs.epsg), WGS84)?;
    let runs = store.runs()?;
    let mut themes = Vec::new();
    let mut extent: Option<geo::Rect<f64>> = None;
    let mut secrecy = Secrecy::Open;
    for (kind, run) in themed(&runs) {
        let features = store.run_features(&run.run.id, "hotspots", &Window::ALL)?;
        for shape in features.rows.iter().filter_map(|row| row.geometry.as_ref()?.bounding_rect()) {
            extent = Some(extent.map_or(shape, |known| union(known, shape)));
        }
        secrecy = secrecy.max(run.run.passport.secrecy);
        themes.push(theme(kind, run, &features));
    }
    let extent = extent.or_else(|| settings.home.as_ref().and_then(BoundingRect::bounding_rect));
    let bbox = extent.and_then(|rect| {
        let [west, south] = to_degrees.convert([rect.min().x, rect.min().y])?;
        let [east, north] = to_degrees.convert([rect.max().x, rect.max().y])?;
        Some([west, south, east, north].map(seven))
    });
    let mut backgrounds = Vec::new();
    for (id, title, background) in BACKGROUNDS {
        if store.background(background, &Window { limit: 1, ..Window::ALL })?.total > 0 {
            backgrounds.push(Named { id, title: swedish(title, &[]) });
        }
    }
    Ok(Overview { name: settings.name.clone(), mark: secrecy.mark(), bbox, backgrounds, themes })
}

fn union(a: geo::Rect<f64>, b: geo::Rect<f64>) -> geo::Rect<f64> {
    geo::Rect::new(
        (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
        (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
    )
}

/// The result that each kind shows, in the order of kinds.
fn themed(runs: &[RunSummary]) -> Vec<(Kind, &RunSummary)> {
    let has = |run: &&RunSummary| run.layers.iter().any(|layer| layer.name == "hotspots");
    let of = |kind: Kind| {
        PREFERRED.iter().find_map(|method| {
            runs.iter().filter(has).find(|run| run.run.kind == Some(kind) && run.run.method == *method)
        })
    };
    Kind::ALL.into_iter().filter_map(|kind| Some((kind, of(kind)?))).collect()
}

fn theme(kind: Kind, run: &RunSummary, features: &Features) -> Theme {
    let count = |row: &crate::store::Feature| row.properties.get("n").and_then(Value::as_u64).unwrap_or(0);
    let in_hotspots: u64 = features.rows.iter().map(count).sum();
    let largest = features.rows.iter().map(count).max().unwrap_or(0);
    let passport = run.run.passport.clone();
    let n = passport.used + passport.unplaced;
    let word = kind_word(Some(kind));
    let unit = [swedish(&format!("unit-one-{word}"), &[]), swedish(&format!("unit-{word}"), &[])];
    let values = vec![
        ("units", unit[1].clone()),
        ("unplaced", passport.unplaced.to_string()),
        ("n", n.to_string()),
        ("eps", parameter(&passport, "eps")),
        ("cell", parameter(&passport, "cell")),
        ("least", parameter(&passport, "min-points")),
    ];
    let placed = if passport.unplaced == 0 { "sure-all-placed" } else { "sure-unplaced" };
    Theme {
        id: kind.code(),
        collection: format!("hotspots-{}", kind.code()),
        title: swedish(&format!("layer-events-{word}"), &[]),
        shows: swedish(&format!("shows-{word}"), &[]),
        not_shows: swedish(&format!("not-shows-{word}"), &[]),
        period: passport.period.clone(),
        n,
        unplaced: passport.unplaced,
        in_hotspots,
        classes: legend(&count_classes(largest, Some(kind)), largest),
        unit,
        sure: ["sure-untested", "sure-no-exposure", placed].map(|id| swedish(id, &values)),
        method: swedish(&format!("method-line-{}", passport.method), &values),
        sources: passport.sources.clone(),
        passport,
    }
}

fn parameter(passport: &Passport, name: &str) -> String {
    passport
        .parameters
        .get(name)
        .and_then(Value::as_f64)
        .map_or_else(String::new, |number| number.to_string().replace('.', ","))
}

fn legend(classes: &[Class], largest: u64) -> Vec<LegendClass> {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let top = |class: &Class| class.to >= largest as f64;
    classes
        .iter()
        .map(|class| LegendClass {
            from: class.from,
            to: (!top(class) || class.hatched).then_some(class.to),
            label: class.label.clone(),
            colour: class.colour.clone(),
            hatched: class.hatched,
        })
        .collect()
}

/// One page of a collection as a `GeoJSON` object (RFC 7946) with `numberMatched` and `numberReturned`.
///
/// # Errors
/// [`Refusal::NoSuchCollection`]; the store cannot be read.
pub fn items(store: &GpkgStore, collection: &str, offset: u64, limit: u64) -> Result<Value> {
    let window = Window { bbox: None, offset, limit };
    let background = BACKGROUNDS.iter().find(|(id, ..)| *id == collection);
    let features = if let Some((.., background)) = background {
        store.background(*background, &window)?
    } else {
        let runs = store.runs()?;
        let themes = themed(&runs);
        let wanted = collection.strip_prefix("hotspots-");
        let Some((_, run)) = themes.iter().find(|(kind, _)| wanted == Some(kind.code())) else {
            return Err(Refusal::NoSuchCollection { collection: collection.to_owned() }.into());
        };
        store.run_features(&run.run.id, "hotspots", &window)?
    };
    let to_degrees = Transform::new(&format!("EPSG:{}", store.settings().crs.epsg), WGS84)?;
    let rows: Vec<Value> = features.rows.into_iter().map(|row| feature(row, &to_degrees)).collect();
    Ok(json!({
        "type": "FeatureCollection", "numberMatched": features.total, "numberReturned": rows.len(), "features": rows,
    }))
}

/// Seven decimals of a degree are a centimetre.
fn seven(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

fn feature(row: crate::store::Feature, to_degrees: &Transform) -> Value {
    let geometry = row.geometry.map(|shape| {
        let moved: Geometry<f64> = shape.map_coords(|coord| {
            let [x, y] = to_degrees.convert([coord.x, coord.y]).unwrap_or([0.0, 0.0]);
            geo::Coord { x: seven(x), y: seven(y) }
        });
        geojson::Geometry::from(&moved)
    });
    let properties: Map<String, Value> = row.properties;
    json!({ "type": "Feature", "id": row.key, "geometry": geometry, "properties": properties })
}

/// The texts of the page: id to Swedish.
#[must_use]
pub fn texts() -> Map<String, Value> {
    crate::texts::ids("page-").into_iter().map(|id| (id.to_owned(), text(id, &[]).into())).collect()
}
