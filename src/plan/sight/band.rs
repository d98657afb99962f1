//! The sight band along a path: where planting fills the air between two heights.

use geo::{LineString, Polygon};

use super::outline::{Place, place_in};
use super::{Error, cross, dot, minus, on_map, within};
use crate::domain::Metres;

/// A plant, or planting, from above.
#[derive(Debug, Clone, PartialEq)]
pub enum PlantShape {
    /// A tree or shrub: the middle and how far its foliage reaches.
    Disc {
        /// The middle, metres.
        at: [f64; 2],
        /// How far its foliage reaches, metres.
        radius_m: f64,
    },
    /// A hedge or row: its line and how far foliage reaches to either side.
    Row {
        /// Its line, metres.
        line: LineString<f64>,
        /// How far foliage reaches to either side, metres.
        half_width_m: f64,
    },
    /// A planted area.
    Area(Polygon<f64>),
}

/// Something that grows.
#[derive(Debug, Clone, PartialEq)]
pub struct Plant {
    /// Its form from above.
    pub shape: PlantShape,
    /// Where its foliage begins above the ground, full-grown, metres; `None` where unknown, taken as the ground.
    pub from_m: Option<f64>,
    /// Where it ends, metres; `None` where unknown, taken as above the band.
    pub to_m: Option<f64>,
}

/// A stretch of a path beside which a plant is in the band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blocked {
    /// The plant, as a number in the input from 0.
    pub plant: u32,
    /// Where it begins, metres along the path.
    pub from_m: f64,
    /// Where it ends, metres along the path.
    pub to_m: f64,
}

/// The stretches of a path along which the sight band is not clear; none where it is.
///
/// - `path`: its middle line, metres; one without length has no stretches
/// - `beside`: how far from the line planting counts, 0 to 1 000 m
/// - `band`: its lower and upper height, metres: by Secured by Design's advice 1 and 2, so that shrubs may be 1 m and
///   crowns begin at 2 m. A plant is in the band when its foliage, from its first to its last height, overlaps it
/// - returns stretches by where they begin, then by plant; those of different plants may overlap
///
/// Exact: a stretch is the part of the path whose distance to the plant is at most `beside`. Cost O(segments · edges).
///
/// # Errors
/// `PlantNotUsable` with its number; `PlaceNotUsable` for the path; `SightLengthOutOfRange` for lengths and an empty band.
pub fn blocked_band(
    path: &LineString<f64>,
    beside: Metres,
    band: [Metres; 2],
    plants: &[Plant],
) -> Result<Vec<Blocked>, Error> {
    let beside = within(beside.0, 0.0..=1_000.0)?;
    let low = within(band[0].0, 0.0..=100.0)?;
    let high = within(band[1].0, low..=100.0)?;
    if let Some(at) = path.coords().find(|at| !on_map([at.x, at.y])) {
        return Err(Error::PlaceNotUsable { x: at.x.to_string(), y: at.y.to_string() });
    }
    let mut blocked = Vec::new();
    for (plant, number) in plants.iter().zip(0_u32..) {
        check(plant).ok_or(Error::PlantNotUsable { number: number as usize + 1 })?;
        if plant.from_m.unwrap_or(0.0) >= high || plant.to_m.unwrap_or(f64::INFINITY) <= low {
            continue;
        }
        let mut start = 0.0;
        let mut stretches: Vec<[f64; 2]> = Vec::new();
        for line in path.lines() {
            let piece = Piece::new([line.start.x, line.start.y], [line.end.x, line.end.y]);
            stretches.extend(piece.beside(&plant.shape, beside).map(|[from, to]| [start + from, start + to]));
            start += piece.length;
        }
        stretches.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
        let mut joined: Vec<[f64; 2]> = Vec::new();
        for [from, to] in stretches {
            match joined.last_mut() {
                // Pieces of one stretch meet but for a rounding.
                Some(last) if from <= last[1] + 1e-9 => last[1] = last[1].max(to),
                _ => joined.push([from, to]),
            }
        }
        blocked.extend(joined.into_iter().map(|[from_m, to_m]| Blocked { plant: number, from_m, to_m }));
    }
    blocked.sort_by(|a, b| a.from_m.total_cmp(&b.from_m).then(a.plant.cmp(&b.plant)));
    Ok(blocked)
}

fn check(plant: &Plant) -> Option<()> {
    let size = |size: f64| (0.0..=1_000.0).contains(&size);
    let on = |line: &LineString<f64>| line.coords().all(|at| on_map([at.x, at.y]));
    let shape = match &plant.shape {
        PlantShape::Disc { at, radius_m } => on_map(*at) && size(*radius_m),
        PlantShape::Row { line, half_width_m } => on(line) && size(*half_width_m),
        PlantShape::Area(outline) => on(outline.exterior()) && outline.interiors().iter().all(on),
    };
    (shape && !plant.from_m.is_some_and(f64::is_nan) && !plant.to_m.is_some_and(f64::is_nan)).then_some(())
}

/// A straight piece of path.
struct Piece {
    start: [f64; 2],
    direction: [f64; 2],
    length: f64,
}

impl Piece {
    fn new(start: [f64; 2], end: [f64; 2]) -> Self {
        let along = minus(end, start);
        let length = dot(along, along).sqrt();
        let direction = if length > 0.0 { [along[0] / length, along[1] / length] } else { [0.0; 2] };
        Self { start, direction, length }
    }

    /// The parts within `reach` of a shape, metres along the piece; they may overlap.
    fn beside(&self, shape: &PlantShape, reach: f64) -> impl Iterator<Item = [f64; 2]> + use<> {
        let mut parts = Vec::new();
        match shape {
            PlantShape::Disc { at, radius_m } => parts.extend(self.near_line(*at, *at, reach + radius_m)),
            PlantShape::Row { line, half_width_m } => {
                let only = (line.0.len() == 1).then(|| [line.0[0], line.0[0]]);
                let lines = line.lines().map(|line| [line.start, line.end]).chain(only);
                parts.extend(lines.filter_map(|[a, b]| self.near_line([a.x, a.y], [b.x, b.y], reach + half_width_m)));
            }
            PlantShape::Area(outline) => {
                let rings = std::iter::once(outline.exterior()).chain(outline.interiors());
                let edges: Vec<[[f64; 2]; 2]> = rings
                    .flat_map(LineString::lines)
                    .map(|line| [[line.start.x, line.start.y], [line.end.x, line.end.y]])
                    .collect();
                parts.extend(edges.iter().filter_map(|[a, b]| self.near_line(*a, *b, reach)));
                parts.extend(self.inside(&edges));
            }
        }
        parts.into_iter().filter(|[from, to]| from < to)
    }

    /// The part within `reach` of the line from `a` to `b`: a capsule, and convex, so the hull of what is in its three parts.
    fn near_line(&self, a: [f64; 2], b: [f64; 2], reach: f64) -> Option<[f64; 2]> {
        let disc = |centre: [f64; 2]| {
            let to = minus(centre, self.start);
            let (along, aside) = (dot(to, self.direction), cross(self.direction, to));
            let half2 = reach * reach - aside * aside;
            (half2 >= 0.0).then(|| [along - half2.sqrt(), along + half2.sqrt()])
        };
        let line = minus(b, a);
        let length = dot(line, line).sqrt();
        let from_a = minus(self.start, a);
        // Between both ends, and within reach to the left and to the right.
        let limits = [
            (dot(from_a, line), dot(self.direction, line), 0.0, length * length),
            (cross(line, from_a), cross(line, self.direction), -reach * length, reach * length),
        ];
        let strip = limits.into_iter().try_fold([f64::NEG_INFINITY, f64::INFINITY], |[from, to], limit| {
            let (at_start, slope, least, most) = limit;
            if slope == 0.0 {
                return (least <= at_start && at_start <= most).then_some([from, to]);
            }
            let ends = [(least - at_start) / slope, (most - at_start) / slope];
            let (from, to) = (from.max(ends[0].min(ends[1])), to.min(ends[0].max(ends[1])));
            (from <= to).then_some([from, to])
        });
        let strip = if length > 0.0 { strip } else { None };
        let hull = [disc(a), disc(b), strip].into_iter().flatten().reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])])?;
        Some([hull[0].max(0.0), hull[1].min(self.length)])
    }

    /// The parts inside an outline.
    fn inside(&self, edges: &[[[f64; 2]; 2]]) -> Vec<[f64; 2]> {
        let crossing = |[a, b]: &[[f64; 2]; 2]| {
            let [left, right] = [a, b].map(|&end| cross(self.direction, minus(end, self.start)));
            let share = left / (left - right);
            let spot = [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
            ((left > 0.0) != (right > 0.0)).then(|| dot(minus(spot, self.start), self.direction))
        };
        let mut stops: Vec<f64> = edges.iter().filter_map(crossing).collect();
        stops.retain(|stop| 0.0 < *stop && *stop < self.length);
        stops.extend([0.0, self.length]);
        stops.sort_unstable_by(f64::total_cmp);
        let is_inside = |&[from, to]: &[f64; 2]| {
            let along = f64::midpoint(from, to);
            let middle = [self.start[0] + along * self.direction[0], self.start[1] + along * self.direction[1]];
            place_in(edges.iter().copied(), middle) == Place::Inside
        };
        stops.windows(2).map(|stops| [stops[0], stops[1]]).filter(is_inside).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretches(shape: PlantShape, from_m: Option<f64>, to_m: Option<f64>) -> Vec<[f64; 2]> {
        let path = LineString::from(vec![[0.0, 0.0], [50.0, 0.0], [100.0, 0.0]]);
        let band = [Metres(1.0), Metres(2.0)];
        let found = blocked_band(&path, Metres(3.0), band, &[Plant { shape, from_m, to_m }]).expect("usable");
        found.into_iter().map(|stretch| [stretch.from_m, stretch.to_m]).collect()
    }

    fn close(got: &[[f64; 2]], want: &[[f64; 2]]) {
        assert_eq!(got.len(), want.len(), "{got:?}");
        for (got, want) in got.iter().flatten().zip(want.iter().flatten()) {
            assert!((got - want).abs() < 1e-9, "{got} instead of {want}");
        }
    }

    #[test]
    fn a_bush_blocks_the_chord_of_its_circle() {
        // Foliage of 2 m and 3 m beside: a circle of 5 m, 4 m off the path, cuts it 3 m to either side.
        let bush = || PlantShape::Disc { at: [50.0, 4.0], radius_m: 2.0 };
        close(&stretches(bush(), None, None), &[[47.0, 53.0]]);
        close(&stretches(PlantShape::Disc { at: [50.0, 5.1], radius_m: 2.0 }, None, None), &[]);
        close(&stretches(bush(), None, Some(1.0)), &[]);
        close(&stretches(bush(), Some(2.0), None), &[]);
        close(&stretches(bush(), Some(1.9), None), &[[47.0, 53.0]]);
    }

    #[test]
    fn a_hedge_beside_the_path_blocks_its_length_and_the_ends() {
        let hedge = PlantShape::Row { line: LineString::from(vec![[20.0, 2.4], [60.0, 2.4]]), half_width_m: 1.0 };
        // Round the ends: √(4² − 2.4²) = 3.2 m.
        close(&stretches(hedge, None, None), &[[16.8, 63.2]]);
        let across = PlantShape::Row { line: LineString::from(vec![[30.0, -20.0], [30.0, 20.0]]), half_width_m: 0.0 };
        close(&stretches(across, None, None), &[[27.0, 33.0]]);
    }

    #[test]
    fn a_path_through_a_planted_area_is_blocked_all_the_way() {
        let area = |[x0, y0, x1, y1]: [f64; 4]| {
            PlantShape::Area(Polygon::new(LineString::from(vec![[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), Vec::new()))
        };
        close(&stretches(area([20.0, -30.0, 70.0, 30.0]), None, None), &[[17.0, 73.0]]);
        close(&stretches(area([-20.0, -30.0, 170.0, 30.0]), None, None), &[[0.0, 100.0]]);
        close(&stretches(area([20.0, 3.5, 70.0, 30.0]), None, None), &[]);
    }

    #[test]
    fn what_is_no_plant_or_no_band_is_refused() {
        let path = LineString::from(vec![[0.0, 0.0], [50.0, 0.0]]);
        let plant = Plant { shape: PlantShape::Disc { at: [0.0, 0.0], radius_m: f64::NAN }, from_m: None, to_m: None };
        let ask = |band: [f64; 2], plants: &[Plant]| blocked_band(&path, Metres(1.0), band.map(Metres), plants);
        assert_eq!(ask([1.0, 2.0], &[plant]), Err(Error::PlantNotUsable { number: 1 }));
        assert!(matches!(ask([2.0, 1.0], &[]), Err(Error::SightLengthOutOfRange { .. })));
        assert_eq!(ask([1.0, 2.0], &[]), Ok(Vec::new()));
    }
}
