//! What stands where: answers whether a house may stand on a spot, from the few things in one cell of a lattice.

use std::collections::BTreeMap;

use super::grounds::{Ground, Surface};
use super::plane::{Point, Rect, cell, distance, inside, nearest_on, plus};
use super::streets::Street;

/// Side of the lattice of the search, in metres.
const CELL_M: f64 = 60.0;

/// A thing in every cell of the lattice that it may matter in.
type Lattice<T> = BTreeMap<(i32, i32), Vec<T>>;
/// A piece of street: its ends and half its width.
type Piece = (Point, Point, f64);

/// What stands where, for collision tests.
pub struct Site<'a> {
    streets: Lattice<Piece>,
    houses: Lattice<Rect>,
    open: Vec<&'a Ground>,
    closed: Vec<&'a Ground>,
}

fn spread<T: Copy>(map: &mut Lattice<T>, low: Point, high: Point, reach: f64, value: T) {
    let (from, to) = (cell(plus(low, [-reach; 2]), CELL_M), cell(plus(high, [reach; 2]), CELL_M));
    for column in from.0..=to.0 {
        for row in from.1..=to.1 {
            map.entry((column, row)).or_default().push(value);
        }
    }
}

impl<'a> Site<'a> {
    /// A site with streets and grounds and no house.
    pub fn new(streets: &[Street], grounds: &'a [Ground]) -> Self {
        let mut index = BTreeMap::new();
        for street in streets {
            let clear = street.class.width_m() / 2.0 + 0.3;
            for pair in street.line.windows(2) {
                let low = [pair[0][0].min(pair[1][0]), pair[0][1].min(pair[1][1])];
                let high = [pair[0][0].max(pair[1][0]), pair[0][1].max(pair[1][1])];
                spread(&mut index, low, high, 70.0, (pair[0], pair[1], clear));
            }
        }
        let (closed, open) = grounds.iter().partition(|g| matches!(g.surface, Surface::Water | Surface::Railway));
        Self { streets: index, houses: BTreeMap::new(), open, closed }
    }

    /// Whether the rectangle keeps `apart` metres from houses and off streets, water and railway; with `kept`, also off
    /// squares, parks and other ground that stays open.
    pub fn free(&self, rect: &Rect, apart: f64, kept: bool) -> bool {
        let at = cell(rect.centre, CELL_M);
        let streets = self.streets.get(&at).into_iter().flatten();
        let houses = self.houses.get(&at).into_iter().flatten();
        let grounds = self.closed.iter().chain(if kept { self.open.iter() } else { [].iter() });
        houses.into_iter().all(|other| !rect.overlaps(other, apart))
            && streets.into_iter().all(|&(a, b, clear)| !rect.meets(a, b, clear))
            && grounds.into_iter().all(|ground| apart_from(rect, &ground.ring))
    }

    /// Distance from the nearest street's edge, at most 60 m; negative inside a street.
    pub fn street_gap(&self, p: Point) -> f64 {
        let near = self.streets.get(&cell(p, CELL_M)).into_iter().flatten();
        near.map(|&(a, b, clear)| distance(p, nearest_on(p, a, b).0) - clear).fold(60.0, f64::min)
    }

    /// Whether a point lies within `reach` metres of a house (along the house's axes).
    pub fn by_house(&self, p: Point, reach: f64) -> bool {
        let near = self.houses.get(&cell(p, CELL_M)).into_iter().flatten();
        near.into_iter().any(|rect| rect.meets(p, p, reach))
    }

    /// Puts a house on the site.
    pub fn take(&mut self, rect: Rect) {
        let corners = rect.corners();
        let low = corners.iter().fold([f64::INFINITY; 2], |low, c| [low[0].min(c[0]), low[1].min(c[1])]);
        let high = corners.iter().fold([f64::NEG_INFINITY; 2], |high, c| [high[0].max(c[0]), high[1].max(c[1])]);
        spread(&mut self.houses, low, high, 75.0, rect);
    }
}

fn apart_from(rect: &Rect, ring: &[Point]) -> bool {
    let touches = (0..ring.len()).any(|index| rect.meets(ring[index], ring[(index + 1) % ring.len()], 1.0));
    !touches && !inside(rect.centre, ring)
}
