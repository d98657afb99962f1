//! Eight years of damage reports: planted ones at five places, and a thin background over houses, lamps and parks.

use jiff::civil::Date;

use super::accidents::{MOAT_M, RADIUS_M, tenth};
use super::buildings::{Building, Use};
use super::damage_spots::DamageSpot;
use super::field::Field;
use super::grounds::{District, Ground, Surface};
use super::kinds::Months;
use super::losses::{LOSSES, OFFICES, SEQUELS, TRACTS};
use super::marks::{Mark, MarkKind};
use super::plane::{Point, distance_to_line, inside, plus};
use super::sheet::{Cell, Sheet};
use super::streets::{Class, Street};
use super::when::{day, weighted};
use crate::domain::random::Stream;

/// Columns of the file of damage reports.
pub const DAMAGE_COLUMNS: &[&str] = &[
    "Ärendenr",
    "Händelsedatum",
    "Anmälningsdatum",
    "Förvaltning",
    "Enhet",
    "Objekt",
    "Fastighetsbeteckning",
    "Adress",
    "N-koordinat",
    "E-koordinat",
    "Skadetyp",
    "Orsak",
    "Beskrivning",
    "Polisanmälan",
    "Kostnad",
    "Självrisk",
    "Ersättning",
    "Kodsträng",
    "Status",
];

/// Number of background reports, and the share of them that has no coordinates.
const BACKGROUND: usize = 1_760;
const UNPLACED: f64 = 0.3;
/// Most background reports within 50 m of one, itself included; and the same in the quiet quarter.
const MOST: usize = 5;
const MOST_QUIET: usize = 4;

/// A damage report, before its row is written.
#[derive(Debug, Clone)]
pub struct Damage {
    /// Number in the register.
    pub number: String,
    /// Day.
    pub day: Date,
    /// Position in [`LOSSES`].
    pub kind: usize,
    /// Position in [`OFFICES`].
    pub office: usize,
    /// Whether it was a thing outdoors rather than a building.
    pub outdoors: bool,
    /// What was damaged.
    pub object: String,
    /// Address.
    pub address: String,
    /// Where it was, to the decimetre.
    pub at: Point,
    /// Whether the report says where.
    pub placed: bool,
    /// The hotspot that it was planted in.
    pub planted: Option<usize>,
}

const WARM: Months = [6, 6, 7, 8, 10, 11, 10, 11, 9, 8, 7, 7];

/// What the background can hit.
struct Target {
    at: Point,
    object: String,
    address: String,
    office: usize,
    outdoors: bool,
}

fn targets(scene: &Scene<'_>) -> Vec<(u32, Target)> {
    let Scene { streets, buildings, marks, grounds } = *scene;
    let mut targets = Vec::new();
    for building in buildings {
        let (share, office, object) = match building.purpose {
            Use::School => (40, 0, building.name.clone().unwrap_or_default()),
            Use::Public => (30, 1, building.name.clone().unwrap_or_else(|| "Klubbhus".to_owned())),
            Use::Apartments => (5, 3, format!("Bostadshus {}", building.address)),
            Use::Mixed | Use::Business => (2, 4, format!("Lokal {}", building.address)),
            Use::Station => (10, 2, building.name.clone().unwrap_or_default()),
            Use::House => (1, 2, format!("Servis {}", building.address)),
            _ => continue,
        };
        let (at, address) = (building.rect.at(0.7, -1.05), building.address.clone());
        let target = Target { at, object, address, office, outdoors: building.purpose == Use::House };
        targets.push((share, target));
    }
    for (number, mark) in marks.iter().filter(|mark| mark.kind == MarkKind::Lamp).enumerate() {
        let street = mark.owner.map_or("", |street| streets[street].name.as_str()).to_owned();
        let object = match number % 5 {
            0 => format!("Busskur {street}"),
            1 => format!("Elskåp {number:04}"),
            _ => format!("Belysningsstolpe {number:04}"),
        };
        targets.push((2, Target { at: mark.at, object, address: street, office: 2, outdoors: true }));
    }
    let parks = || grounds.iter().filter(|ground| ground.surface == Surface::Park);
    for mark in marks.iter().filter(|mark| mark.kind == MarkKind::Tree).step_by(6) {
        let Some(park) = parks().find(|park| inside(mark.at, &park.ring)) else { continue };
        let object = if targets.len() % 2 == 0 { "Parkbänk" } else { "Papperskorg" };
        let object = format!("{object} {}", park.name);
        targets.push((4, Target { at: mark.at, object, address: String::new(), office: 1, outdoors: true }));
    }
    targets
}

/// The things of a town that can be damaged.
pub struct Scene<'a> {
    /// Streets.
    pub streets: &'a [Street],
    /// Buildings.
    pub buildings: &'a [Building],
    /// Entrances, lamps and trees.
    pub marks: &'a [Mark],
    /// Grounds.
    pub grounds: &'a [Ground],
}

/// All reports in order of day, numbered by year.
pub fn happen(
    scene: &Scene<'_>,
    districts: &[District],
    outline: &[Point],
    water: &[Point],
    spots: &[DamageSpot],
    stream: &mut Stream,
) -> Vec<Damage> {
    let mut moat = Field::new(MOAT_M);
    let mut all = Vec::new();
    for (index, spot) in spots.iter().enumerate() {
        let street = nearest_street(scene.streets, spot.centre);
        for at in spot.seats.iter().take(spot.count).copied().map(tenth) {
            moat.add(at);
            all.push(Damage {
                number: String::new(),
                day: day(stream, &WARM, spot.years, false),
                kind: spot.kinds[weighted(stream, spot.kinds.iter().map(|share| share.1))].0,
                office: spot.office,
                outdoors: spot.outdoors,
                object: spot.object.clone(),
                address: street.clone(),
                at,
                placed: true,
                planted: Some(index),
            });
        }
    }
    let targets = targets(scene);
    let mut field = Field::new(RADIUS_M);
    let mut count = 0;
    // About one try in three succeeds; the bound only keeps a strange seed from searching for ever.
    for _ in 0..60 * BACKGROUND {
        if count == BACKGROUND {
            break;
        }
        let target = &targets[weighted(stream, targets.iter().map(|target| target.0))].1;
        let at = tenth(plus(target.at, [stream.between(-4.0, 4.0), stream.between(-4.0, 4.0)]));
        let placed = !stream.chance(UNPLACED);
        if placed {
            let quiet = districts.iter().any(|district| district.quiet && inside(at, &district.ring));
            let thin = !inside(at, water) && inside(at, outline) && moat.within(at) == 0;
            if !thin || !field.add_thinly(at, if quiet { MOST_QUIET } else { MOST }) {
                continue;
            }
        }
        count += 1;
        all.push(Damage {
            number: String::new(),
            day: day(stream, &WARM, (2018, 2025), false),
            kind: weighted(stream, LOSSES.iter().map(|loss| loss.share[usize::from(target.outdoors)])),
            office: target.office,
            outdoors: target.outdoors,
            object: target.object.clone(),
            address: target.address.clone(),
            at,
            placed,
            planted: None,
        });
    }
    all.sort_by_key(|damage| (damage.day, damage.at.map(f64::to_bits), damage.object.clone()));
    let mut last = (0, 0);
    for damage in &mut all {
        last = if last.0 == damage.day.year() { (last.0, last.1 + 1) } else { (damage.day.year(), 1) };
        damage.number = format!("SK-{}-{:05}", last.0, last.1 * 3 + 100);
    }
    all
}

fn nearest_street(streets: &[Street], at: Point) -> String {
    let named = streets.iter().filter(|street| !matches!(street.class, Class::Cycleway | Class::Roundabout));
    let near = named.min_by(|a, b| distance_to_line(at, &a.line).total_cmp(&distance_to_line(at, &b.line)));
    near.map(|street| street.name.clone()).unwrap_or_default()
}

/// Öre as Swedish systems print them: `12 345,50 kr` with non-breaking spaces.
pub fn kronor(ore: u64) -> String {
    let whole = (ore / 100).to_string();
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    format!("{text},{:02}\u{a0}kr", ore % 100)
}

/// A coordinate with a decimal comma.
fn comma(value: f64) -> Cell {
    Cell::from(format!("{value:.1}").replace('.', ","))
}

/// A date, padded (`2021-03-07`) or as someone typed it (`2021-3-7`).
fn date(stream: &mut Stream, day: Date) -> Cell {
    if stream.chance(0.65) {
        Cell::from(day.to_string())
    } else {
        Cell::from(format!("{}-{}-{}", day.year(), day.month(), day.day()))
    }
}

/// An amount in öre between two sums in kronor; small sums are far commoner.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and a million kronor")]
fn amount(stream: &mut Stream, range: (f64, f64)) -> u64 {
    let share = stream.unit();
    let kronor = range.0 + (range.1 - range.0) * share * share * share * share;
    if stream.chance(0.4) { kronor.round() as u64 * 100 } else { (kronor * 2.0).round() as u64 * 50 }
}

/// The excess of the municipality's insurance, in öre. Invented.
const EXCESS_ORE: u64 = 5_000_000;

/// Writes the rows.
pub fn write(damages: &[Damage], stream: &mut Stream) -> Sheet {
    let rows = damages.iter().map(|damage| {
        let loss = &LOSSES[damage.kind];
        let office = OFFICES[damage.office];
        let cost = amount(stream, loss.cost);
        let settled = damage.day.year() < 2025 || stream.chance(0.6);
        let later = jiff::Span::new().days(i64::try_from(stream.below(12)).unwrap_or(0));
        let told = damage.day.checked_add(later).unwrap_or(damage.day);
        let text = stream.pick(loss.texts[usize::from(damage.outdoors)]).copied().unwrap_or_default();
        let text = match stream.below(3) {
            0 => text.to_owned(),
            1 => format!("{text}\n{}", stream.pick(&SEQUELS).copied().unwrap_or_default()),
            _ => format!("{text} Felanmält; {} dagar senare åtgärdat.", 2 + stream.below(14)),
        };
        let tract = TRACTS[damage.object.len() % TRACTS.len()];
        let plot = damage.object.bytes().fold(7_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 97);
        let code = format!(
            "{}-{}-{}-{}-{}-{}",
            office.2,
            loss.account,
            office.2 / 10 * 7 % 90_000 + 10_000,
            1_000 + 100 * damage.kind,
            if stream.chance(0.1) { "8051" } else { "0000" },
            20_000 + plot
        );
        let compensation = if settled { cost.saturating_sub(EXCESS_ORE) } else { 0 };
        let none = |ore: u64| if ore == 0 { Cell::Empty } else { Cell::from(kronor(ore)) };
        let [e, n] = damage.at;
        vec![
            Cell::from(damage.number.as_str()),
            date(stream, damage.day),
            date(stream, told),
            Cell::from(office.0),
            Cell::from(office.1),
            Cell::from(damage.object.as_str()),
            Cell::from(format!("{tract} {}:{}", 1 + plot % 4, 1 + plot)),
            Cell::from(damage.address.as_str()),
            if damage.placed { comma(n) } else { Cell::Empty },
            if damage.placed { comma(e) } else { Cell::Empty },
            Cell::from(loss.name),
            Cell::from(stream.pick(loss.causes).copied().unwrap_or_default()),
            Cell::from(text),
            Cell::from(if stream.chance(loss.police) { "Ja" } else { "Nej" }),
            Cell::from(kronor(cost)),
            if cost > EXCESS_ORE { Cell::from(kronor(EXCESS_ORE)) } else { Cell::Empty },
            none(compensation),
            Cell::from(code),
            Cell::from(if settled { "Avslutat" } else { "Pågående" }),
        ]
    });
    Sheet { name: "Skaderapporter", columns: DAMAGE_COLUMNS, rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_swedish_systems_write_them() {
        assert_eq!(kronor(1_234_550), "12\u{a0}345,50\u{a0}kr");
        assert_eq!(kronor(99_905), "999,05\u{a0}kr");
        assert_eq!(kronor(100_000_000), "1\u{a0}000\u{a0}000,00\u{a0}kr");
        assert_eq!(crate::domain::Ore::parse_kronor(&kronor(1_234_550)), Some(crate::domain::Ore(1_234_550)));
    }
}
