//! Eight years of accidents: planted ones at the hotspots, and a thin background along the streets.
//!
//! The background keeps 50.5 m away from every planted accident and never puts more than five of its own within 50 m of
//! one of them, so that a search with 50 m and 8 points finds exactly what was planted.

use jiff::civil::Date;

use super::accident_spots::AccidentSpot;
use super::field::Field;
use super::grounds::District;
use super::kinds::{BIKE_CAR, CROSSING, FALL, KINDS, TERM, TURNING, Where};
use super::plane::{Point, along, distance, inside, left, length, plus, times};
use super::streets::{Class, Junction, Street};
use super::when::{Moments, conditions, day, hour, weighted};
use crate::domain::random::Stream;

/// Who reported something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reported {
    /// The police only.
    Police,
    /// A hospital only.
    Hospital,
    /// Both.
    Both,
}

/// An accident, before its rows are written.
#[derive(Debug, Clone)]
pub struct Accident {
    /// Number in the register.
    pub number: u32,
    /// Position in [`KINDS`].
    pub kind: usize,
    /// Day.
    pub day: Date,
    /// Hour, where known.
    pub hour: Option<u32>,
    /// Where, to the decimetre.
    pub at: Point,
    /// Street.
    pub street: usize,
    /// Kind of place, in STRADA's words.
    pub place: &'static str,
    /// Light, road and weather, in STRADA's words.
    pub conditions: [&'static str; 3],
    /// The hotspot that it was planted in.
    pub planted: Option<usize>,
    /// Whether bicycles in it are electric scooters.
    pub scooter: bool,
    /// Who reported it.
    pub reported: Reported,
}

/// Number of background accidents.
const BACKGROUND: usize = 680;
/// Most background accidents within 50 m of one, itself included.
const MOST: usize = 5;
/// The same in the quiet quarter.
const MOST_QUIET: usize = 4;
/// Radius of the thinning, in metres.
pub const RADIUS_M: f64 = 50.0;
/// Distance of the background from planted events, in metres.
pub const MOAT_M: f64 = 50.5;

/// A number rounded to a tenth.
pub fn tenth(p: Point) -> Point {
    [(p[0] * 10.0).round() / 10.0, (p[1] * 10.0).round() / 10.0]
}

/// How readily accidents happen per metre of street: a row for each [`Where`], a column for each [`Class`] (country road,
/// through road, main street, roundabout, local, industrial, lane, pedestrian, path). No background lies on the
/// roundabout, which is planted.
const READINESS: [[f64; 9]; 5] = [
    [0.8, 4.0, 4.5, 0.0, 0.7, 1.8, 0.0, 0.0, 0.0],
    [5.0, 2.0, 0.7, 0.0, 0.2, 0.7, 0.0, 0.0, 0.0],
    [0.0, 1.2, 5.0, 0.0, 1.3, 0.9, 0.9, 0.4, 0.0],
    [0.15, 0.15, 2.4, 0.0, 1.0, 0.6, 1.0, 1.5, 4.0],
    [0.0, 0.0, 3.0, 0.0, 0.9, 0.2, 2.6, 7.0, 1.4],
];

fn readiness(place: Where, class: Class) -> f64 {
    READINESS[place as usize][class as usize]
}

/// Background positions: a street by readiness and length, a place along it, junctions first where drivers turn.
struct Ways<'a> {
    streets: &'a [Street],
    junctions: Vec<&'a Junction>,
    lengths: Vec<f64>,
}

impl Ways<'_> {
    fn draw(&self, kind: usize, stream: &mut Stream) -> (Point, usize) {
        let place = KINDS[kind].place;
        let weight = |index: usize| readiness(place, self.streets[index].class) * self.lengths[index];
        let total: f64 = (0..self.streets.len()).map(weight).sum();
        let mut rest = stream.between(0.0, total);
        let street = (0..self.streets.len()).find(|&index| {
            rest -= weight(index);
            rest < 0.0
        });
        let street = street.unwrap_or(1);
        let class = self.streets[street].class;
        let (mut at, mut ahead) = along(&self.streets[street].line, stream.between(0.0, self.lengths[street]));
        if matches!(kind, TURNING | CROSSING | BIKE_CAR) && stream.chance(0.7) {
            let here = self.junctions.iter().filter(|junction| junction.streets.contains(&street));
            let near = here.min_by(|a, b| distance(a.at, at).total_cmp(&distance(b.at, at)));
            if let Some(junction) = near {
                (at, ahead) = (junction.at, [1.0, 0.0]);
                at = plus(at, times(ahead, stream.between(-6.0, 6.0)));
            }
        }
        let half = class.width_m() / 2.0;
        let aside = match place {
            Where::Foot => (half - 1.2) * if stream.chance(0.5) { 1.0 } else { -1.0 },
            _ => stream.between(-0.6, 0.6) * half,
        };
        (tenth(plus(at, times(left(ahead), aside))), street)
    }
}

/// What kind of place a point is, in STRADA's words.
fn place_type(streets: &[Street], junctions: &[&Junction], at: Point, street: usize, kind: usize) -> &'static str {
    match streets[street].class {
        Class::Roundabout => "Cirkulationsplats",
        Class::Cycleway => "Gång- och cykelbana (-väg)",
        Class::Pedestrian => "Torg",
        _ if distance(at, streets[0].line[0]) < 60.0 => "Cirkulationsplats",
        _ if kind == FALL => "Gångbana/Trottoar",
        _ if junctions.iter().any(|junction| distance(junction.at, at) < 16.0) => "Gatu-/Vägkorsning",
        _ => "Gatu-/Vägsträcka",
    }
}

fn reported(stream: &mut Stream, kind: usize) -> Reported {
    match weighted(stream, KINDS[kind].reported.into_iter()) {
        0 => Reported::Police,
        1 => Reported::Hospital,
        _ => Reported::Both,
    }
}

/// All accidents in order of day, hour and place, numbered.
pub fn happen(
    streets: &[Street],
    junctions: &[Junction],
    districts: &[District],
    outline: &[Point],
    spots: &[AccidentSpot],
    stream: &mut Stream,
) -> Vec<Accident> {
    let motor: Vec<&Junction> = junctions
        .iter()
        .filter(|junction| junction.streets.iter().filter(|&&s| streets[s].class != Class::Cycleway).count() > 1)
        .collect();
    let mut moat = Field::new(MOAT_M);
    let mut all = Vec::new();
    // Day, hour and street together are unique, so that no person looks like another by chance.
    let mut moments = Moments::default();
    for (index, spot) in spots.iter().enumerate() {
        for _ in 0..spot.habit.count {
            let Some(&seat) = stream.pick(&spot.seats) else { continue };
            let half = streets[seat.street].class.width_m() / 2.0;
            let at = tenth(plus(seat.at, times(left(seat.ahead), stream.between(-0.5, 0.5) * half)));
            let kind = spot.habit.kinds[weighted(stream, spot.habit.kinds.iter().map(|share| share.1))].0;
            let months = if spot.habit.school { TERM } else { KINDS[kind].months };
            let (day, hour) = moments.draw(stream, &streets[seat.street].name, |stream| {
                (day(stream, &months, (spot.habit.from, 2025), spot.habit.school), hour(stream, &spot.habit.hours))
            });
            moat.add(at);
            all.push(Accident {
                number: 0,
                kind,
                day,
                hour,
                at,
                street: seat.street,
                place: place_type(streets, &motor, at, seat.street, kind),
                conditions: conditions(stream, day, hour, kind, streets[seat.street].lit),
                planted: Some(index),
                scooter: spot.habit.scooters && day.year() >= 2019 && stream.chance(0.85),
                reported: reported(stream, kind),
            });
        }
    }
    let lengths = streets.iter().map(|street| length(&street.line)).collect();
    let ways = Ways { streets, junctions: motor, lengths };
    let mut field = Field::new(RADIUS_M);
    let mut count = 0;
    // About one try in two succeeds; the bound only keeps a strange seed from searching for ever.
    for _ in 0..40 * BACKGROUND {
        if count == BACKGROUND {
            break;
        }
        let kind = weighted(stream, KINDS.iter().map(|kind| kind.share));
        let (at, street) = ways.draw(kind, stream);
        let quiet = districts.iter().any(|district| district.quiet && inside(at, &district.ring));
        let limit = if quiet { MOST_QUIET } else { MOST };
        if !inside(at, outline) || moat.within(at) > 0 || !field.add_thinly(at, limit) {
            continue;
        }
        count += 1;
        let (day, hour) = moments.draw(stream, &streets[street].name, |stream| {
            (day(stream, &KINDS[kind].months, (2018, 2025), false), hour(stream, &KINDS[kind].hours))
        });
        all.push(Accident {
            number: 0,
            kind,
            day,
            hour,
            at,
            street,
            place: place_type(streets, &ways.junctions, at, street, kind),
            conditions: conditions(stream, day, hour, kind, streets[street].lit),
            planted: None,
            scooter: day.year() >= 2019 && stream.chance(0.05),
            reported: reported(stream, kind),
        });
    }
    let place = |accident: &Accident| accident.at.map(f64::to_bits);
    all.sort_by_key(|accident| (accident.day, accident.hour, place(accident)));
    let mut number = 1_204_000;
    for accident in &mut all {
        number += 1 + u32::try_from(stream.below(9)).unwrap_or(0);
        accident.number = number;
    }
    all
}
