//! The street network: the drawing bent, curved, and joined wherever streets meet or cross.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Names;
use super::plan::{ROUNDABOUT, Warp, circle, sketches};
use super::plane::{Point, cm, crossing, curve, distance, nearest_on};
use crate::domain::random::Stream;

/// Street class: decides speed, width, lighting and where accidents happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// State road outside the town.
    Rural,
    /// State road through the town.
    Through,
    /// Main street.
    Main,
    /// Roundabout.
    Roundabout,
    /// Local street.
    Local,
    /// Street of an industrial area.
    Industrial,
    /// Narrow lane of the old core.
    Lane,
    /// Pedestrian street.
    Pedestrian,
    /// Path for walking and cycling.
    Cycleway,
}

impl Class {
    /// The Swedish word, in layers.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Rural => "Landsväg",
            Self::Through => "Genomfart",
            Self::Main => "Huvudgata",
            Self::Roundabout => "Cirkulationsplats",
            Self::Local => "Lokalgata",
            Self::Industrial => "Industrigata",
            Self::Lane => "Gränd",
            Self::Pedestrian => "Gågata",
            Self::Cycleway => "Gång- och cykelväg",
        }
    }

    /// Speed limit in km/h; `None` where no number is signed.
    pub const fn speed(self) -> Option<u16> {
        match self {
            Self::Rural => Some(80),
            Self::Through => Some(60),
            Self::Main | Self::Industrial | Self::Roundabout => Some(40),
            Self::Local | Self::Lane => Some(30),
            Self::Pedestrian | Self::Cycleway => None,
        }
    }

    /// Width between buildings or hedges, in metres.
    pub const fn width_m(self) -> f64 {
        match self {
            Self::Rural | Self::Roundabout => 9.0,
            Self::Through => 11.0,
            Self::Main => 13.0,
            Self::Local => 8.5,
            Self::Industrial => 10.0,
            Self::Lane => 5.5,
            Self::Pedestrian => 8.0,
            Self::Cycleway => 3.5,
        }
    }
}

/// Who keeps a street.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// The municipality.
    Municipal,
    /// The state.
    State,
    /// A road association.
    Private,
}

impl Keeper {
    /// The Swedish word, in layers and registers.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Municipal => "Kommunal",
            Self::State => "Statlig",
            Self::Private => "Enskild",
        }
    }
}

/// A street: one line, joined to others by shared vertices.
#[derive(Debug, Clone)]
pub struct Street {
    /// Name.
    pub name: String,
    /// Class.
    pub class: Class,
    /// Speed limit in km/h, or `None`.
    pub speed: Option<u16>,
    /// Who keeps it.
    pub keeper: Keeper,
    /// Whether it has street lamps.
    pub lit: bool,
    /// Vertices in SWEREF 99 TM, to the centimetre.
    pub line: Vec<Point>,
}

/// A vertex that two or more streets share.
#[derive(Debug, Clone)]
pub struct Junction {
    /// Where.
    pub at: Point,
    /// Indices of the streets, ascending.
    pub streets: Vec<usize>,
}

/// Ends nearer than this to another street are led to it, in metres.
const REACH_M: f64 = 16.0;
/// A vertex nearer than this serves as the junction, in metres.
const NEAR_M: f64 = 2.5;

/// Lays the streets of a seed.
pub fn lay(names: &Names, warp: &Warp, stream: &mut Stream) -> Vec<Street> {
    let place_all = |points: &[Point]| points.iter().map(|&point| warp.place(point)).collect::<Vec<_>>();
    let mut streets = vec![Street {
        name: names.of(super::names::Name::Stem("rondellen")),
        class: Class::Roundabout,
        speed: Class::Roundabout.speed(),
        keeper: Keeper::State,
        lit: true,
        line: circle(warp.place(ROUNDABOUT.0), ROUNDABOUT.1),
    }];
    for sketch in sketches(stream) {
        let bent = place_all(&sketch.points);
        // A closed street runs around a square, whose sides are straight.
        let closed = sketch.points.first() == sketch.points.last();
        let line = if closed { bent } else { curve(&bent, 22.0).into_iter().map(cm).collect() };
        let name = names.of(sketch.name);
        let unlit = sketch.class == Class::Rural || sketch.keeper == Keeper::Private || name == "Sjöstigen";
        let (class, keeper) = (sketch.class, sketch.keeper);
        streets.push(Street { name, class, speed: class.speed(), keeper, lit: !unlit, line });
    }
    for index in 0..streets.len() {
        join_end(&mut streets, index, false);
        join_end(&mut streets, index, true);
    }
    // Joining one pair may shift a vertex of another by a metre or two: the second round joins what that crossed.
    for _ in 0..2 {
        for one in 0..streets.len() {
            for two in one + 1..streets.len() {
                join_crossings(&mut streets, one, two);
            }
        }
    }
    streets
}

/// Leads an end of a street to the nearest other street, if one is within reach.
fn join_end(streets: &mut [Street], index: usize, last: bool) {
    let line = &streets[index].line;
    if line.first() == line.last() {
        return;
    }
    let Some(&end) = (if last { line.last() } else { line.first() }) else { return };
    let mut best: Option<(f64, usize, usize, Point)> = None;
    for (other, street) in streets.iter().enumerate().filter(|(other, _)| *other != index) {
        for (part, pair) in street.line.windows(2).enumerate() {
            let near = nearest_on(end, pair[0], pair[1]).0;
            let gap = distance(end, near);
            if gap < best.map_or(REACH_M, |found| found.0) {
                best = Some((gap, other, part, near));
            }
        }
    }
    let Some((_, other, part, near)) = best else { return };
    let joint = join_at(&mut streets[other].line, part, near);
    let line = &mut streets[index].line;
    let slot = if last { line.len() - 1 } else { 0 };
    line[slot] = joint;
}

/// Makes sure that the line has a vertex at (or next to) a point of its part `part`, and returns that vertex.
fn join_at(line: &mut Vec<Point>, part: usize, at: Point) -> Point {
    for vertex in [line[part], line[part + 1]] {
        if distance(vertex, at) <= NEAR_M {
            return vertex;
        }
    }
    let at = cm(at);
    line.insert(part + 1, at);
    at
}

/// Gives two streets a common vertex at each crossing.
fn join_crossings(streets: &mut [Street], one: usize, two: usize) {
    // A pair of streets crosses a few times at most; the bound only guards against a vertex that rounding moves.
    for _ in 0..12 {
        let Some((part_one, part_two, at)) = open_crossing(&streets[one].line, &streets[two].line) else { return };
        let joint = join_at(&mut streets[one].line, part_one, at);
        let other = join_at(&mut streets[two].line, part_two, joint);
        if other != joint {
            move_vertex(streets, other, joint);
        }
    }
}

/// Moves a vertex in every street that has it, so that what met there still meets.
fn move_vertex(streets: &mut [Street], from: Point, to: Point) {
    for street in streets {
        for vertex in &mut street.line {
            if *vertex == from {
                *vertex = to;
            }
        }
        street.line.dedup();
    }
}

fn open_crossing(one: &[Point], two: &[Point]) -> Option<(usize, usize, Point)> {
    for (part_one, a) in one.windows(2).enumerate() {
        for (part_two, b) in two.windows(2).enumerate() {
            let apart = |axis: usize| {
                a[0][axis].max(a[1][axis]) < b[0][axis].min(b[1][axis])
                    || b[0][axis].max(b[1][axis]) < a[0][axis].min(a[1][axis])
            };
            if apart(0) || apart(1) {
                continue;
            }
            let shared = a.iter().any(|vertex| b.contains(vertex));
            if !shared && let Some(at) = crossing([a[0], a[1]], [b[0], b[1]]) {
                return Some((part_one, part_two, at));
            }
        }
    }
    None
}

/// The junctions, by position from south-west.
pub fn junctions(streets: &[Street]) -> Vec<Junction> {
    let mut users: BTreeMap<[u64; 2], (Point, Vec<usize>)> = BTreeMap::new();
    for (index, street) in streets.iter().enumerate() {
        for &vertex in &street.line {
            // Coordinates are positive, so their bits order as they do.
            let entry = users.entry(vertex.map(f64::to_bits)).or_insert_with(|| (vertex, Vec::new()));
            if entry.1.last() != Some(&index) {
                entry.1.push(index);
            }
        }
    }
    let shared = users.into_values().filter(|(_, streets)| streets.len() > 1);
    shared.map(|(at, streets)| Junction { at, streets }).collect()
}

/// The blocks of the streets: each street cut at its junctions; a block that two streets run along is the first one's. Index of the street and the line, in the order of the
/// streets and along each.
pub fn blocks(streets: &[Street]) -> Vec<(usize, Vec<Point>)> {
    let shared: BTreeSet<[u64; 2]> = junctions(streets).iter().map(|junction| junction.at.map(f64::to_bits)).collect();
    let mut drawn: BTreeSet<Vec<[u64; 2]>> = BTreeSet::new();
    let mut blocks = Vec::new();
    for (index, street) in streets.iter().enumerate() {
        let mut start = 0;
        for at in 1..street.line.len() {
            let vertex = street.line[at].map(f64::to_bits);
            // A street may pass a place of its own twice.
            let again = street.line.iter().filter(|other| other.map(f64::to_bits) == vertex).count() > 1;
            if at + 1 == street.line.len() || again || shared.contains(&vertex) {
                let block = street.line[start..=at].to_vec();
                let bits: Vec<[u64; 2]> = block.iter().map(|point| point.map(f64::to_bits)).collect();
                let back = bits.iter().rev().copied().collect();
                if drawn.insert(bits.min(back)) {
                    blocks.push((index, block));
                }
                start = at;
            }
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(seed: u64) -> Vec<Street> {
        let mut stream = Stream::new(seed, 1);
        let warp = Warp::draw(&mut stream);
        lay(&Names::deal(seed), &warp, &mut stream)
    }

    #[test]
    fn the_network_of_every_seed_hangs_together() {
        for seed in 1..=20 {
            let streets = laid(seed);
            let mut group: Vec<usize> = (0..streets.len()).collect();
            for _ in 0..streets.len() {
                for junction in junctions(&streets) {
                    let least = junction.streets.iter().map(|&street| group[street]).min().expect("two or more");
                    for &street in &junction.streets {
                        group[street] = least;
                    }
                }
            }
            let apart: Vec<&str> = streets
                .iter()
                .zip(&group)
                .filter(|(_, group)| **group != 0)
                .map(|(street, _)| street.name.as_str())
                .collect();
            assert!(apart.is_empty(), "seed {seed}: not connected: {apart:?}");
        }
    }

    #[test]
    fn no_two_streets_cross_without_a_common_vertex() {
        for seed in 1..=20 {
            let streets = laid(seed);
            for (index, one) in streets.iter().enumerate() {
                for two in &streets[index + 1..] {
                    let open = open_crossing(&one.line, &two.line);
                    assert_eq!(open, None, "seed {seed}: {} and {}", one.name, two.name);
                }
            }
        }
    }

    #[test]
    fn lines_have_no_repeated_vertices() {
        for street in laid(1) {
            assert!(street.line.windows(2).all(|pair| pair[0] != pair[1]), "{}", street.name);
        }
    }
}
