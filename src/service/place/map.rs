//! The map on the sheet, as SVG: buildings, roads with names, the place, its events. Pure but for [`buildings`].

use std::collections::BTreeMap;
use std::fmt::Write as _;

use geo::{Area, CoordsIter, Geometry, MultiPolygon};

use super::Extract;
use crate::domain::paper::Picture;
use crate::domain::{Bbox, Kind, RoadKeeper, category};
use crate::service::error::Result;
use crate::store::near::RoadPiece;
use crate::store::{Background, GpkgStore, Store, Window};
use crate::texts::swedish;

/// Width to height.
const RATIO: f64 = 1.25;
/// Width in millimetres: the unit of the drawing.
const WIDE: f64 = 104.0;
/// Shortest width of what is shown, metres.
const NARROWEST_M: f64 = 180.0;
/// Room around the place, as a share of its size.
const MARGIN: f64 = 0.14;
/// Most buildings that are drawn.
const MOST_BUILDINGS: u64 = 20_000;
/// Shown width in metres above which buildings only blur.
const BUILDINGS_TO_M: f64 = 3_000.0;

/// What is shown around a place: its box with room, in the drawing's proportions.
#[must_use]
pub fn frame(place: Bbox) -> Bbox {
    if place.is_empty() {
        return place;
    }
    let (width, height) = (place.max_x - place.min_x, place.max_y - place.min_y);
    let shown = (width * (1.0 + 2.0 * MARGIN)).max(height * (1.0 + 2.0 * MARGIN) * RATIO).max(NARROWEST_M);
    let (x, y) = (f64::midpoint(place.min_x, place.max_x), f64::midpoint(place.min_y, place.max_y));
    let (half, tall) = (shown / 2.0, shown / RATIO / 2.0);
    Bbox { min_x: x - half, max_x: x + half, min_y: y - tall, max_y: y + tall }
}

/// Buildings in what is shown around a place; none where it is so wide that they would only blur.
pub fn buildings(store: &GpkgStore, place: Bbox) -> Result<Vec<Geometry<f64>>> {
    let shown = frame(place);
    if place.is_empty() || shown.max_x - shown.min_x > BUILDINGS_TO_M {
        return Ok(Vec::new());
    }
    let window = Window { bbox: Some(shown), offset: 0, limit: MOST_BUILDINGS };
    let rows = store.background(Background::Buildings, &window)?.rows;
    Ok(rows.into_iter().filter_map(|row| row.geometry).collect())
}

/// From metres to millimetres on the drawing.
struct Sheet {
    shown: Bbox,
    scale: f64,
}

impl Sheet {
    fn at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [(x - self.shown.min_x) * self.scale, (self.shown.max_y - y) * self.scale]
    }

    fn path(&self, points: impl Iterator<Item = [f64; 2]>, closed: bool) -> String {
        let mut text = String::new();
        for (at, point) in points.enumerate() {
            let [x, y] = self.at(point);
            let _ = write!(text, "{}{x:.2} {y:.2}", if at == 0 { "M" } else { "L" });
        }
        if closed {
            text.push('Z');
        }
        text
    }

    fn areas(&self, shape: &MultiPolygon<f64>) -> String {
        let rings = shape.iter().flat_map(|area| std::iter::once(area.exterior()).chain(area.interiors()));
        rings.map(|ring| self.path(ring.coords().map(|coord| [coord.x, coord.y]), true)).collect()
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The map of a place; `None` where the place is empty.
#[must_use]
pub fn picture(extract: &Extract) -> Option<Picture> {
    let place = Bbox::around(extract.shape.coords_iter().map(|coord| [coord.x, coord.y]));
    if place.is_empty() {
        return None;
    }
    let shown = frame(place);
    let sheet = Sheet { shown, scale: WIDE / (shown.max_x - shown.min_x) };
    let tall = WIDE / RATIO;
    let legend = legend(extract);
    let below = 5.0 * legend.len().div_ceil(2) as f64 + 3.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDE}mm\" height=\"{high}mm\" viewBox=\"0 0 {WIDE} {high}\" font-family=\"Libertinus Serif\">\n<clipPath id=\"map\"><rect width=\"{WIDE}\" height=\"{tall}\"/></clipPath>\n<g clip-path=\"url(#map)\">\n<rect width=\"{WIDE}\" height=\"{tall}\" fill=\"#f7f6f2\"/>\n",
        high = tall + below
    );
    for building in &extract.buildings {
        let shape = match building {
            Geometry::Polygon(area) => MultiPolygon::new(vec![area.clone()]),
            Geometry::MultiPolygon(areas) => areas.clone(),
            _ => continue,
        };
        if shape.unsigned_area() * sheet.scale * sheet.scale > 0.05 {
            let _ = writeln!(svg, "<path d=\"{}\" fill=\"#ddd8cf\"/>", sheet.areas(&shape));
        }
    }
    svg.push_str(&roads(extract, &sheet));
    let _ = writeln!(
        svg,
        "<path d=\"{}\" fill=\"#2c7fb8\" fill-opacity=\"0.10\" fill-rule=\"evenodd\" stroke=\"#1d5a85\" stroke-width=\"0.45\" stroke-dasharray=\"1.4 0.7\"/>",
        sheet.areas(&extract.shape)
    );
    svg.push_str(&labels(extract, &sheet));
    svg.push_str(&events(extract, &sheet));
    svg.push_str(&scale_bar(&sheet, tall));
    let _ = writeln!(
        svg,
        "<path d=\"M{x} 8 l-1.6 0 l1.6 -4.6 l1.6 4.6 z\" fill=\"#333\"/><text x=\"{x}\" y=\"11\" font-size=\"2.6\" text-anchor=\"middle\" fill=\"#333\">N</text>",
        x = WIDE - 5.0
    );
    let _ = writeln!(
        svg,
        "</g>\n<rect x=\"0.1\" y=\"0.1\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#9aa5ad\" stroke-width=\"0.2\"/>",
        WIDE - 0.2,
        tall - 0.2
    );
    for (at, (symbol, words)) in legend.iter().enumerate() {
        let (x, y) = (2.0 + (at % 2) as f64 * WIDE / 2.0, tall + 4.0 + 5.0 * (at / 2) as f64);
        let _ = writeln!(
            svg,
            "<g transform=\"translate({} {})\">{symbol}</g><text x=\"{}\" y=\"{}\" font-size=\"2.9\" fill=\"#222\">{}</text>",
            x + 1.5,
            y - 1.0,
            x + 5.0,
            y,
            escaped(words)
        );
    }
    svg.push_str("</svg>\n");
    let source = swedish("place-map-source", &[]);
    Some(Picture {
        svg,
        alt: swedish("place-map-alt", &[("title", extract.title.clone()), ("count", extract.events.len().to_string())]),
        ratio: WIDE / (tall + below),
        width_mm: WIDE,
        caption: source,
    })
}

fn roads(extract: &Extract, sheet: &Sheet) -> String {
    // Paths below streets, so that a street is not cut by the path beside it.
    let rank = |piece: &&RoadPiece| (piece.car != Some(false), piece.keeper == Some(RoadKeeper::State));
    let mut pieces: Vec<&RoadPiece> = extract.drawn.iter().filter(|piece| piece.line.len() > 1).collect();
    pieces.sort_by_key(rank);
    let mut text = String::new();
    for (colour, extra) in [("#b9b4aa", 0.35), ("#ffffff", 0.0)] {
        for piece in &pieces {
            let path = sheet.path(piece.line.iter().copied(), false);
            if piece.car == Some(false) {
                if extra == 0.0 {
                    let _ = writeln!(
                        text,
                        "<path d=\"{path}\" fill=\"none\" stroke=\"#8fae8b\" stroke-width=\"0.3\" stroke-dasharray=\"0.9 0.6\"/>"
                    );
                }
                continue;
            }
            let width = (7.0 * sheet.scale).clamp(0.5, 3.2) + extra;
            let _ = writeln!(
                text,
                "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width:.2}\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"
            );
        }
    }
    text
}

/// Names of streets, each once, along its longest straight piece in the map; none over another.
fn labels(extract: &Extract, sheet: &Sheet) -> String {
    let inside = |[x, y]: [f64; 2]| x > 2.0 && y > 2.0 && x < WIDE - 9.0 && y < WIDE / RATIO - 6.0;
    let mut best: BTreeMap<&str, (f64, [f64; 2], [f64; 2])> = BTreeMap::new();
    for piece in &extract.drawn {
        let Some(name) = piece.street.as_deref() else { continue };
        for pair in piece.line.windows(2) {
            let (a, b) = (sheet.at(pair[0]), sheet.at(pair[1]));
            if !inside([f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])]) {
                continue;
            }
            let length = (b[0] - a[0]).hypot(b[1] - a[1]);
            let entry = best.entry(name).or_insert((0.0, a, b));
            if length > entry.0 {
                *entry = (length, a, b);
            }
        }
    }
    let mut list: Vec<_> = best.into_iter().collect();
    // The place's own street first, then the longest.
    list.sort_by(|a, b| {
        (b.0 == extract.title).cmp(&(a.0 == extract.title)).then(b.1.0.total_cmp(&a.1.0)).then(a.0.cmp(b.0))
    });
    let mut taken: Vec<[f64; 4]> = Vec::new();
    let mut text = String::new();
    for (name, (_, a, b)) in list.into_iter().take(24) {
        let (mut a, mut b) = (a, b);
        if b[0] < a[0] {
            std::mem::swap(&mut a, &mut b);
        }
        let (x, y) = (f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1]));
        let angle = (b[1] - a[1]).atan2(b[0] - a[0]).to_degrees();
        let half = name.chars().count() as f64 * 0.62;
        let (dx, dy) = (half * angle.to_radians().cos().abs() + 1.0, half * angle.to_radians().sin().abs() + 1.3);
        let spot = [x - dx, y - dy, x + dx, y + dy];
        let free =
            |other: &[f64; 4]| spot[2] < other[0] || spot[0] > other[2] || spot[3] < other[1] || spot[1] > other[3];
        if !taken.iter().all(free) || x - dx < 0.5 || x + dx > WIDE - 0.5 || y - dy < 0.5 || y + dy > WIDE / RATIO - 0.5
        {
            continue;
        }
        taken.push(spot);
        let _ = writeln!(
            text,
            "<text transform=\"translate({x:.2} {y:.2}) rotate({angle:.1})\" y=\"0.8\" font-size=\"2.5\" text-anchor=\"middle\" fill=\"#3b3b3b\" stroke=\"#ffffff\" stroke-width=\"0.5\" paint-order=\"stroke\">{}</text>",
            escaped(name)
        );
    }
    text
}

const ACCIDENT: &str =
    "<circle r=\"1.0\" fill=\"#54278f\" fill-opacity=\"0.8\" stroke=\"#ffffff\" stroke-width=\"0.2\"/>";
const SERIOUS: &str =
    "<path d=\"M0 -1.5 L1.5 0 L0 1.5 L-1.5 0 Z\" fill=\"#1a1a1a\" stroke=\"#ffffff\" stroke-width=\"0.2\"/>";
const FALL: &str = "<circle r=\"0.9\" fill=\"#ffffff\" stroke=\"#54278f\" stroke-width=\"0.4\"/>";
const OTHER: &str = "<rect x=\"-0.8\" y=\"-0.8\" width=\"1.6\" height=\"1.6\" fill=\"#b8860b\" fill-opacity=\"0.8\" stroke=\"#ffffff\" stroke-width=\"0.2\"/>";

/// The sign of an event, with its place in the legend.
fn sign(event: &crate::domain::Event) -> (usize, &'static str) {
    use crate::domain::Severity as S;
    match event.kind {
        Kind::Accident if category::is_fall(&event.category) => (2, FALL),
        Kind::Accident if matches!(event.severity, S::Dead | S::Iss9 | S::PoliceSevere) => (0, SERIOUS),
        Kind::Accident => (1, ACCIDENT),
        _ => (3, OTHER),
    }
}

/// Events of the headline's years; the worst lie on top.
fn events(extract: &Extract, sheet: &Sheet) -> String {
    let mut list: Vec<(usize, &str, [f64; 2])> = extract
        .events
        .iter()
        .filter(|event| recent(extract, event))
        .filter_map(|event| event.position.map(|at| (sign(event), sheet.at([at.x, at.y]))))
        .map(|((rank, sign), at)| (rank, sign, at))
        .collect();
    list.sort_by(|a, b| b.0.cmp(&a.0).then(a.2[0].total_cmp(&b.2[0])).then(a.2[1].total_cmp(&b.2[1])));
    let mut text = String::new();
    for (_, sign, [x, y]) in list {
        let _ = writeln!(text, "<g transform=\"translate({x:.2} {y:.2})\">{sign}</g>");
    }
    text
}

fn recent(extract: &Extract, event: &crate::domain::Event) -> bool {
    event.time.as_ref().and_then(crate::domain::Interval::year).is_some_and(|year| extract.last.contains(&year))
}

/// Signs that occur, with their words.
fn legend(extract: &Extract) -> Vec<(&'static str, String)> {
    let mut signs: BTreeMap<usize, &str> = BTreeMap::new();
    for event in extract.events.iter().filter(|event| event.position.is_some() && recent(extract, event)) {
        let (rank, sign) = sign(event);
        signs.insert(rank, sign);
    }
    let words = ["place-legend-serious", "place-legend-accident", "place-legend-fall", "place-legend-other"];
    signs.into_iter().map(|(rank, sign)| (sign, swedish(words[rank], &[]))).collect()
}

fn scale_bar(sheet: &Sheet, tall: f64) -> String {
    let room = 30.0 / sheet.scale;
    let steps = [10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0];
    let length = steps.into_iter().rev().find(|step| *step <= room).unwrap_or(10.0);
    let words = if length >= 1_000.0 { format!("{} km", length / 1_000.0) } else { format!("{length} m") };
    let (x, y, wide) = (3.0, tall - 3.0, length * sheet.scale);
    format!(
        "<path d=\"M{x} {y} h{wide:.2} M{x} {} v1.6 M{:.2} {} v1.6\" stroke=\"#222\" stroke-width=\"0.35\" fill=\"none\"/><text x=\"{:.2}\" y=\"{:.2}\" font-size=\"2.6\" fill=\"#222\" stroke=\"#ffffff\" stroke-width=\"0.5\" paint-order=\"stroke\">{words}</text>\n",
        y - 0.8,
        x + wide,
        y - 0.8,
        x + wide + 1.2,
        y + 0.6
    )
}
