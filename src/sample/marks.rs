//! Small things on the map: entrances, street lamps and trees.

use super::buildings::{Building, Use};
use super::grounds::{Ground, Surface};
use super::plane::{Point, along, cm, inside, left, length, pieces, plus, real, times};
use super::site::Site;
use super::streets::{Class, Street};
use crate::domain::random::Stream;

/// What a mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// An entrance; `owner` is the building.
    Entrance,
    /// A street lamp; `owner` is the street.
    Lamp,
    /// A tree; it has no owner.
    Tree,
}

/// A point on the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// What it is.
    pub kind: MarkKind,
    /// Where, to the centimetre.
    pub at: Point,
    /// Index of the building or the street that it belongs to.
    pub owner: Option<usize>,
}

/// Entrances: in the middle of the front, or one for each 20 m of an apartment house.
pub fn entrances(buildings: &[Building]) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (owner, building) in buildings.iter().enumerate() {
        let front = building.rect.half[0] * 2.0;
        let count = match building.purpose {
            Use::Outbuilding => 0,
            Use::Apartments | Use::Mixed => pieces(front, 20.0),
            Use::School => pieces(front, 45.0),
            _ => 1,
        };
        for door in 0..count {
            let x = (2.0 * real(door) + 1.0) / real(count) - 1.0;
            let at = cm(building.rect.at(x * 0.9, -1.0));
            marks.push(Mark { kind: MarkKind::Entrance, at, owner: Some(owner) });
        }
    }
    marks
}

/// Lamps along lit streets, about every 36 m, on alternating sides; nearer each other on paths and squares.
pub fn lamps(streets: &[Street], site: &Site<'_>, stream: &mut Stream) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (owner, street) in streets.iter().enumerate().filter(|(_, street)| street.lit) {
        let spacing = match street.class {
            Class::Pedestrian | Class::Lane | Class::Cycleway => 28.0,
            _ => 36.0,
        };
        let total = length(&street.line);
        let count = pieces(total, spacing);
        for index in 0..count {
            let s = total * (real(index) + 0.5) / real(count) + stream.between(-2.0, 2.0);
            let (on, ahead) = along(&street.line, s);
            let hand = if index % 2 == 0 || street.class == Class::Cycleway { 1.0 } else { -1.0 };
            let at = cm(plus(on, times(left(ahead), hand * (street.class.width_m() / 2.0 - 0.4))));
            if !site.by_house(at, 0.2) {
                marks.push(Mark { kind: MarkKind::Lamp, at, owner: Some(owner) });
            }
        }
    }
    marks
}

/// Trees: in parks and woods, along main streets, in gardens.
pub fn trees(
    streets: &[Street],
    buildings: &[Building],
    grounds: &[Ground],
    site: &Site<'_>,
    stream: &mut Stream,
) -> Vec<Mark> {
    let mut spots: Vec<Point> = Vec::new();
    let free = |at: Point| {
        let open = grounds.iter().filter(|g| {
            matches!(
                g.surface,
                Surface::Water | Surface::Railway | Surface::Sports | Surface::Square | Surface::Parking
            )
        });
        !site.by_house(at, 2.0) && open.into_iter().all(|ground| !inside(at, &ground.ring))
    };
    for ground in grounds {
        // One tree for each so many square metres of the ground's box.
        let each = match ground.surface {
            Surface::Park => 240.0,
            Surface::Churchyard => 200.0,
            Surface::SchoolYard => 900.0,
            Surface::Wood => 210.0,
            Surface::Allotments => 330.0,
            _ => continue,
        };
        let low = ground.ring.iter().fold([f64::INFINITY; 2], |low, p| [low[0].min(p[0]), low[1].min(p[1])]);
        let high = ground.ring.iter().fold([f64::NEG_INFINITY; 2], |high, p| [high[0].max(p[0]), high[1].max(p[1])]);
        for _ in 0..pieces((high[0] - low[0]) * (high[1] - low[1]), each) {
            let at = [stream.between(low[0], high[0]), stream.between(low[1], high[1])];
            if inside(at, &ground.ring) && site.street_gap(at) > 1.2 {
                spots.push(at);
            }
        }
    }
    for street in streets.iter().filter(|s| s.lit && s.class == Class::Main) {
        let total = length(&street.line);
        for index in 0..pieces(total, 17.0) {
            let (on, ahead) = along(&street.line, 17.0 * real(index) + 8.0);
            for side in [-1.0, 1.0] {
                let at = plus(on, times(left(ahead), side * (street.class.width_m() / 2.0 + 1.2)));
                if stream.chance(0.7) && site.street_gap(at) > 0.4 {
                    spots.push(at);
                }
            }
        }
    }
    for building in buildings.iter().filter(|b| matches!(b.purpose, Use::House | Use::Apartments)) {
        for _ in 0..2 {
            let (across, deep) = (building.rect.half[0] + 5.0, building.rect.half[1] + 7.0);
            let x = stream.between(-1.0, 1.0) * across / building.rect.half[0];
            let y = stream.between(0.2, 1.6) * deep / building.rect.half[1];
            let at = building.rect.at(x, y);
            if stream.chance(0.6) && site.street_gap(at) > 1.0 {
                spots.push(at);
            }
        }
    }
    let mut marks: Vec<Mark> = Vec::new();
    let mut taken = super::field::Field::new(5.0);
    for at in spots.into_iter().map(cm) {
        if free(at) && taken.within(at) == 0 {
            taken.add(at);
            marks.push(Mark { kind: MarkKind::Tree, at, owner: None });
        }
    }
    marks
}
