//! Boundary lines, and the places they run through.

use geo::{Coord, LineString};

use super::super::members::short;
use super::super::xml::Node;
use crate::plan::model::{BoundaryLine, Remark, usable};

/// Most chords that an arc is drawn with.
const CHORDS: u32 = 256;
/// How far a chord may lie from its arc, metres: finer than any plan is drawn.
const SAGITTA_M: f64 = 0.01;

/// Every boundary line of the file, in its order. Positions are north, east; where every line of the file has them the other way
/// round, which no place in Sweden can have, they are turned and that is told.
pub(super) fn read(nodes: &[&Node], remarks: &mut Vec<Remark>) -> Vec<BoundaryLine> {
    let mut lines = Vec::new();
    for (number, node) in nodes.iter().filter(|node| node.name == "DP_Grans").enumerate() {
        let id = node.attribute("id").map_or_else(|| format!("DP_Grans {}", number + 1), str::to_owned);
        let line = LineString::new(course(node, &id, remarks));
        lines.push(BoundaryLine { sort: node.text_of("typ").unwrap_or_default().to_owned(), id, line, uses: 0 });
    }
    if turned(&lines) {
        remarks.push(Remark::PlanAxesTurned);
        for line in &mut lines {
            line.line.coords_mut().for_each(|at| std::mem::swap(&mut at.x, &mut at.y));
        }
    }
    lines
}

/// Whether every place is one that only turned axes give: northings of Sweden are more than six million metres, eastings fewer
/// than two.
fn turned(lines: &[BoundaryLine]) -> bool {
    let mut places = lines.iter().flat_map(|line| line.line.coords()).peekable();
    places.peek().is_some() && places.all(|at| at.y < 2e6 && at.x > 6e6)
}

/// The places that a line runs through, x east and y north.
fn course(node: &Node, id: &str, remarks: &mut Vec<Remark>) -> Vec<Coord<f64>> {
    let segments: Vec<&Node> = node.walk().into_iter().filter(|node| !positions(node).is_empty()).collect();
    let mut course: Vec<Coord<f64>> = Vec::new();
    for segment in segments {
        let Some(places) = places(segment) else {
            let found = positions(segment).iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join(" ");
            remarks.push(Remark::PlanGeometryLeftOut { at: id.to_owned(), found: short(&found) });
            return Vec::new();
        };
        let places = match segment.name.as_str() {
            "Arc" | "ArcString" => {
                remarks.push(Remark::PlanArcStraightened { at: id.to_owned() });
                straightened(&places)
            }
            "LineStringSegment" | "LineString" => places,
            _ => {
                remarks.push(Remark::PlanArcStraightened { at: id.to_owned() });
                places
            }
        };
        let repeats = course.last().is_some_and(|last| Some(last) == places.first());
        course.extend(places.into_iter().skip(usize::from(repeats)));
    }
    if course.is_empty() {
        remarks.push(Remark::PlanGeometryLeftOut { at: id.to_owned(), found: String::new() });
    }
    course
}

/// The positions directly within an element.
fn positions(node: &Node) -> Vec<&Node> {
    node.children.iter().filter(|child| child.name == "pos" || child.name == "posList").collect()
}

/// The places of a segment; `None` where one of them is none.
fn places(segment: &Node) -> Option<Vec<Coord<f64>>> {
    let mut places = Vec::new();
    for position in positions(segment) {
        let dimension = position.attribute("srsDimension").and_then(|text| text.parse().ok()).unwrap_or(2_usize);
        let dimension = dimension.clamp(2, 3);
        let numbers: Result<Vec<f64>, _> = position.text.split_whitespace().map(str::parse).collect();
        let numbers = numbers.ok().filter(|numbers| !numbers.is_empty() && numbers.len() % dimension == 0)?;
        for place in numbers.chunks(dimension) {
            places.push(Some(Coord { x: place[1], y: place[0] }).filter(|at| usable(*at))?);
        }
    }
    Some(places)
}

/// Arcs, each through three places of which neighbours share one, as chords within a centimetre.
fn straightened(places: &[Coord<f64>]) -> Vec<Coord<f64>> {
    let mut drawn: Vec<Coord<f64>> = places.first().copied().into_iter().collect();
    let mut at = 0;
    while let Some([a, b, c]) = places.get(at..at + 3) {
        drawn.extend(arc(*a, *b, *c));
        at += 2;
    }
    drawn.extend(places.iter().skip(at + 1));
    drawn
}

/// The chords of the arc from `a` through `b` to `c`, without `a`. Three places on one line give the line.
fn arc(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> Vec<Coord<f64>> {
    // From a, so that large coordinates lose nothing.
    let (bx, by, cx, cy) = (b.x - a.x, b.y - a.y, c.x - a.x, c.y - a.y);
    let twice = 2.0 * (bx * cy - by * cx);
    if twice.abs() < 1e-9 {
        return vec![b, c];
    }
    let (b2, c2) = (bx * bx + by * by, cx * cx + cy * cy);
    let (ux, uy) = ((cy * b2 - by * c2) / twice, (bx * c2 - cx * b2) / twice);
    let radius = ux.hypot(uy);
    let angle = |x: f64, y: f64| (y - uy).atan2(x - ux);
    let (from, to) = (angle(0.0, 0.0), angle(cx, cy));
    let turn = (to - from).rem_euclid(std::f64::consts::TAU);
    // Counterclockwise where b lies to the right of the way from a to c.
    let turn = if twice > 0.0 { turn } else { turn - std::f64::consts::TAU };
    let step = 2.0 * (1.0 - SAGITTA_M / radius.max(SAGITTA_M)).clamp(-1.0, 1.0).acos();
    let chords = (turn.abs() / step.max(1e-9)).ceil().clamp(1.0, f64::from(CHORDS));
    let inner = (1..CHORDS).take_while(|one| f64::from(*one) < chords).map(|one| {
        let angle = from + turn * f64::from(one) / chords;
        Coord { x: a.x + ux + radius * angle.cos(), y: a.y + uy + radius * angle.sin() }
    });
    inner.chain([c]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arc_runs_through_its_middle_and_keeps_its_distance() {
        let at = |x: f64, y: f64| Coord { x, y };
        // Half a circle of radius 10 about (10, 0), by way of the top.
        for middle in [at(10.0, 10.0), at(10.0, -10.0)] {
            let drawn = arc(at(0.0, 0.0), middle, at(20.0, 0.0));
            assert!(drawn.iter().all(|p| ((p.x - 10.0).hypot(p.y) - 10.0).abs() < 1e-9));
            assert!(drawn.iter().all(|p| p.y * middle.y >= -1e-9), "on the side of its middle");
            assert!(drawn.len() > 10);
        }
        assert_eq!(arc(at(0.0, 0.0), at(1.0, 0.0), at(2.0, 0.0)).len(), 2);
    }
}
