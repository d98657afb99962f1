//! Where damages are planted: a school, a square, a toilet, an underpass, a parking place.

use super::buildings::Building;
use super::fixed::{SCHOOL, TOILETS};
use super::grounds::Ground;
use super::plane::{Point, along, crossing, inside, left, length, minus, plus, real, times, unit};
use super::streets::Street;
use crate::domain::random::Stream;

/// A hotspot of damages before anything has happened there.
pub struct DamageSpot {
    /// Name of the place.
    pub name: String,
    /// What happens there.
    pub what: &'static str,
    /// Centre.
    pub centre: Point,
    /// Where its damages lie.
    pub seats: Vec<Point>,
    /// How many.
    pub count: usize,
    /// Kinds of damage (positions in [`super::losses::LOSSES`]) with their shares.
    pub kinds: &'static [(usize, u32)],
    /// First and last year.
    pub years: (i16, i16),
    /// The object in the reports.
    pub object: String,
    /// Office (position in [`super::losses::OFFICES`]).
    pub office: usize,
    /// Whether the object is a thing outdoors rather than a building.
    pub outdoors: bool,
}

/// Kinds of damage at the station square and at the parking, with their shares.
const SQUARE_DAMAGE: &[(usize, u32)] = &[(0, 45), (1, 35), (5, 15), (6, 5)];
const PARKING_DAMAGE: &[(usize, u32)] = &[(7, 50), (6, 30), (5, 15), (3, 5)];

/// The five planted accumulations of damages.
pub fn damage_spots(
    streets: &[Street],
    buildings: &[Building],
    grounds: &[Ground],
    stream: &mut Stream,
) -> Vec<DamageSpot> {
    let mut spots = Vec::new();
    let ground = |name: &str| grounds.iter().find(|ground| ground.name == name);
    if let Some(school) = building(buildings, SCHOOL) {
        spots.push(DamageSpot {
            name: SCHOOL.to_owned(),
            what: "Klotter, krossade rutor och skadegörelse på skolan, mest helger och lov.",
            centre: school.rect.centre,
            seats: walls(school, 170, 24.0, stream),
            count: 170,
            kinds: &[(0, 34), (1, 30), (5, 28), (2, 5), (3, 3)],
            years: (2018, 2025),
            object: SCHOOL.to_owned(),
            office: 0,
            outdoors: false,
        });
    }
    for (name, what, count, kinds, years, office) in [
        (
            "Stationstorget",
            "Skadegörelse och klotter på stationstorgets väderskydd och bänkar.",
            150,
            SQUARE_DAMAGE,
            (2018, 2025),
            2,
        ),
        (
            "Pendlarparkeringen",
            "Inbrott i och skador på fordon på parkeringen; nytt sedan 2022.",
            120,
            PARKING_DAMAGE,
            (2022, 2025),
            2,
        ),
    ] {
        if let Some(ground) = ground(name) {
            let seats = within(&ground.ring, count, stream);
            let middle = times(seats.iter().fold([0.0; 2], |sum, &p| plus(sum, p)), 1.0 / real(seats.len().max(1)));
            spots.push(DamageSpot {
                name: name.to_owned(),
                what,
                centre: middle,
                seats,
                count,
                kinds,
                years,
                object: name.to_owned(),
                office,
                outdoors: true,
            });
        }
    }
    if let Some(toilets) = building(buildings, TOILETS) {
        spots.push(DamageSpot {
            name: "Parktoaletten i Stadsparken".to_owned(),
            what: "Skadegörelse, eldning och klotter vid parkens toalett.",
            centre: toilets.rect.centre,
            seats: walls(toilets, 92, 6.0, stream),
            count: 92,
            kinds: &[(0, 48), (1, 30), (3, 14), (4, 8)],
            years: (2018, 2025),
            object: TOILETS.to_owned(),
            office: 1,
            outdoors: false,
        });
    }
    if let Some((at, ahead)) = underpass(streets, grounds) {
        let seats = (0..110).map(|_| {
            let (s, aside) = (stream.between(-16.0, 16.0), stream.between(-2.2, 2.2));
            plus(at, plus(times(ahead, s), times(left(ahead), aside)))
        });
        spots.push(DamageSpot {
            name: "Ängstunneln".to_owned(),
            what: "Klotter och trasig belysning i gångtunneln under järnvägen.",
            centre: at,
            seats: seats.collect(),
            count: 110,
            kinds: &[(1, 66), (0, 24), (5, 10)],
            years: (2018, 2025),
            object: "Ängstunneln".to_owned(),
            office: 2,
            outdoors: true,
        });
    }
    spots
}

fn building<'a>(buildings: &'a [Building], name: &str) -> Option<&'a Building> {
    buildings.iter().find(|building| building.name.as_deref() == Some(name))
}

/// Points along a building's outer walls, up to `out` metres from them.
fn walls(building: &Building, count: usize, out: f64, stream: &mut Stream) -> Vec<Point> {
    let mut closed = building.ring.clone();
    closed.extend(building.ring.first());
    let total = length(&closed);
    let one = |stream: &mut Stream| {
        let (at, ahead) = along(&closed, stream.between(0.0, total));
        // The ring runs counter-clockwise: outside is to the right.
        let share = stream.unit();
        plus(at, times(left(ahead), -0.2 - share * share * share * out))
    };
    (0..count).map(|_| one(stream)).collect()
}

/// Points spread over a ground.
fn within(ring: &[Point], count: usize, stream: &mut Stream) -> Vec<Point> {
    let low = ring.iter().fold([f64::INFINITY; 2], |low, p| [low[0].min(p[0]), low[1].min(p[1])]);
    let high = ring.iter().fold([f64::NEG_INFINITY; 2], |high, p| [high[0].max(p[0]), high[1].max(p[1])]);
    let mut points = Vec::new();
    while points.len() < count {
        let at = [stream.between(low[0], high[0]), stream.between(low[1], high[1])];
        if inside(at, ring) {
            points.push(at);
        }
    }
    points
}

/// Where the path from the school passes under the railway.
fn underpass(streets: &[Street], grounds: &[Ground]) -> Option<(Point, Point)> {
    let path = streets.iter().find(|street| street.name == "Ängsstråket")?;
    let track = grounds.iter().find(|ground| ground.name == "Järnvägen")?;
    let crossings = path.line.windows(2).flat_map(|pair| {
        let sides = (0..track.ring.len()).map(|index| (track.ring[index], track.ring[(index + 1) % track.ring.len()]));
        sides.filter_map(|(c, d)| crossing([pair[0], pair[1]], [c, d])).collect::<Vec<_>>()
    });
    let crossings: Vec<Point> = crossings.collect();
    let (first, last) = (crossings.first()?, crossings.last()?);
    Some((times(plus(*first, *last), 0.5), unit(minus(*last, *first))))
}
