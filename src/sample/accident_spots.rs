//! Where accidents are planted: junctions, a stretch, a crossing. Places are found in the finished town, so that each
//! seed's bending carries its hotspots along.

use super::kinds::{
    BIKE_ALONE, BIKE_CAR, COMMUTE, CROSSING, EVENING, FOOT_CAR, Hours, REAR_END, SCHOOL, TRAFFIC, TURNING,
};
use super::plan::{ROUNDABOUT, Warp};
use super::plane::{Point, along, distance, length, pieces, real, stretch};
use super::streets::{Class, Junction, Street};

/// Where a planted event may lie: a point and the direction of the street there.
#[derive(Debug, Clone, Copy)]
pub struct Seat {
    /// Where.
    pub at: Point,
    /// Direction along the street.
    pub ahead: Point,
    /// The street.
    pub street: usize,
}

/// What happens at a hotspot of accidents.
#[derive(Debug, Clone, Copy)]
pub struct Habit {
    /// In one Swedish sentence.
    pub what: &'static str,
    /// How many accidents.
    pub count: usize,
    /// Kinds with their shares.
    pub kinds: &'static [(usize, u32)],
    /// When in the day.
    pub hours: Hours,
    /// First year.
    pub from: i16,
    /// Whether on school days only.
    pub school: bool,
    /// Whether the bicycles are electric scooters for the most part.
    pub scooters: bool,
}

/// A hotspot of accidents before anything has happened there.
pub struct AccidentSpot {
    /// Name of the place.
    pub name: String,
    /// Centre.
    pub centre: Point,
    /// Where its accidents lie.
    pub seats: Vec<Seat>,
    /// What happens there.
    pub habit: Habit,
}

/// What happens where nothing else is said: from the first year, any day.
const PLAIN: Habit =
    Habit { what: "", count: 0, kinds: &[], hours: COMMUTE, from: 2018, school: false, scooters: false };

const AT_ROUNDABOUT: Habit = Habit {
    what: "Upphinnanden och cyklister som blir påkörda i cirkulationsplatsen.",
    count: 46,
    kinds: &[(REAR_END, 45), (BIKE_CAR, 35), (CROSSING, 12), (TURNING, 8)],
    ..PLAIN
};

const ON_PATH: Habit = Habit {
    what: "Cyklister som kör omkull på en gång- och cykelväg med rotsprängd asfalt.",
    count: 44,
    kinds: &[(BIKE_ALONE, 100)],
    ..PLAIN
};

/// Junctions, by their place in the drawing.
const AT_JUNCTIONS: [(Point, Habit); 4] = [
    (
        [1396.0, 1212.0],
        Habit {
            what: "Avsvängande och korsande bilar i huvudgatans korsning.",
            count: 38,
            kinds: &[(TURNING, 52), (CROSSING, 36), (BIKE_CAR, 12)],
            hours: TRAFFIC,
            ..PLAIN
        },
    ),
    (
        [765.0, 1400.0],
        Habit {
            what: "Skolbarn som blir påkörda vid övergångsstället på vägen till skolan.",
            count: 28,
            kinds: &[(FOOT_CAR, 60), (BIKE_CAR, 40)],
            hours: SCHOOL,
            school: true,
            ..PLAIN
        },
    ),
    (
        [2434.0, 1230.0],
        Habit {
            what: "Elsparkcyklar som kör omkull vid hamnen kvällar och nätter.",
            count: 34,
            kinds: &[(BIKE_ALONE, 100)],
            hours: EVENING,
            from: 2020,
            scooters: true,
            ..PLAIN
        },
    ),
    (
        [798.0, 560.0],
        Habit {
            what: "Upphinnanden och svängande lastbilar vid infarten till industriområdet.",
            count: 31,
            kinds: &[(REAR_END, 58), (TURNING, 26), (CROSSING, 16)],
            ..PLAIN
        },
    ),
];

/// The junction nearest to a point of the drawing, among those of two carriageways.
fn junction<'a>(streets: &[Street], junctions: &'a [Junction], at: Point) -> Option<&'a Junction> {
    let motor = junctions.iter().filter(|junction| {
        junction.streets.iter().filter(|&&street| streets[street].class != Class::Cycleway).count() > 1
    });
    motor.min_by(|a, b| distance(a.at, at).total_cmp(&distance(b.at, at)))
}

/// Seats on the streets of these classes within `radius` of the centre, one a metre.
fn seats(streets: &[Street], centre: Point, radius: f64, wanted: impl Fn(Class) -> bool) -> Vec<Seat> {
    let mut seats = Vec::new();
    for (street, here) in streets.iter().enumerate().filter(|(_, street)| wanted(street.class)) {
        let steps = pieces(length(&here.line), 1.0);
        for step in 0..=steps {
            let (at, ahead) = along(&here.line, real(step));
            if distance(at, centre) <= radius {
                seats.push(Seat { at, ahead, street });
            }
        }
    }
    seats
}

fn names(streets: &[Street], junction: &Junction) -> String {
    let mut names: Vec<&str> = Vec::new();
    for &street in &junction.streets {
        if streets[street].class != Class::Cycleway && !names.contains(&streets[street].name.as_str()) {
            names.push(&streets[street].name);
        }
    }
    names.join("/")
}

/// The six planted accumulations of accidents.
pub fn accident_spots(streets: &[Street], junctions: &[Junction], warp: &Warp) -> Vec<AccidentSpot> {
    let motor = |class: Class| class != Class::Cycleway && class != Class::Pedestrian;
    let ring = warp.place(ROUNDABOUT.0);
    let mut spots = vec![AccidentSpot {
        name: streets.first().map(|street| street.name.clone()).unwrap_or_default(),
        centre: ring,
        seats: seats(streets, ring, ROUNDABOUT.1 + 11.0, motor),
        habit: AT_ROUNDABOUT,
    }];
    for (at, habit) in AT_JUNCTIONS {
        let Some(junction) = junction(streets, junctions, warp.place(at)) else { continue };
        let seats = seats(streets, junction.at, 27.0, motor);
        spots.push(AccidentSpot { name: names(streets, junction), centre: junction.at, seats, habit });
    }
    if let Some(street) = streets.iter().position(|street| street.name == "Södra strandpromenaden") {
        let line = &streets[street].line;
        let part = stretch(line, 250.0, 410.0);
        let seats = (0..=160).map(|step| along(line, 250.0 + f64::from(step)));
        spots.push(AccidentSpot {
            name: "Södra strandpromenaden, kurvan vid Sjölunden".to_owned(),
            centre: along(&part, length(&part) / 2.0).0,
            seats: seats.map(|(at, ahead)| Seat { at, ahead, street }).collect(),
            habit: ON_PATH,
        });
    }
    spots
}
