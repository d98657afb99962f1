//! The persons of an accident: road users, roles, injuries and who reported them.

use super::accidents::{Accident, Reported};
use super::kinds::letter;
use super::when::weighted;
use crate::domain::random::Stream;

/// How badly a person was hurt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Injury {
    /// Not at all.
    None,
    /// Slightly.
    Slight,
    /// Moderately.
    Moderate,
    /// Seriously.
    Serious,
    /// Dead within 30 days.
    Dead,
}

impl Injury {
    /// `Sammanvägd skadegrad`: the hospital's word where there is one.
    pub const fn label(self, reported: Reported) -> &'static str {
        match (self, reported) {
            (Self::None, _) => "Oskadad",
            (Self::Dead, _) => "Död",
            (Self::Slight, Reported::Police) => "Lindrigt skadad",
            (Self::Moderate | Self::Serious, Reported::Police) => "Svårt skadad",
            (Self::Slight, _) => "Lindrigt skadad (ISS 1-3)",
            (Self::Moderate, _) => "Måttligt skadad (ISS 4-8)",
            (Self::Serious, _) => "Allvarligt skadad (ISS 9-)",
        }
    }

    /// `MAIS`, which only hospitals set.
    pub const fn mais(self, reported: Reported) -> Option<u32> {
        match (self, reported) {
            (Self::None, _) | (_, Reported::Police) => None,
            (Self::Slight, _) => Some(1),
            (Self::Moderate, _) => Some(2),
            (Self::Serious, _) => Some(3),
            (Self::Dead, _) => Some(5),
        }
    }
}

/// A road user: main group, subgroup.
type Mode = (&'static str, &'static str);

const CAR: Mode = ("Personbil", "Personbil");
const VAN: Mode = ("Lastbil", "Lastbil (lätt)");
const TRUCK: Mode = ("Lastbil", "Lastbil (tung)");
const BUS: Mode = ("Buss", "Buss");
const BIKE: Mode = ("Cykel", "Cykel");
const EBIKE: Mode = ("Cykel", "Elcykel");
/// An electric scooter, as the register names it.
pub const SCOOTER: Mode = ("Cykel", "Eldrivet enpersonsfordon");
const MOPED: Mode = ("Moped", "Moped klass I");
const SLOW_MOPED: Mode = ("Moped", "Moped klass II");
const MC: Mode = ("Motorcykel", "Motorcykel");
const WALKER: Mode = ("Fotgängare", "Fotgängare");

/// A person, before the row is written.
#[derive(Debug, Clone)]
pub struct Human {
    /// Age, where known.
    pub age: Option<u32>,
    /// `Man`, `Kvinna` or `Uppgift saknas`.
    pub sex: &'static str,
    /// Main group and subgroup.
    pub mode: Mode,
    /// Role.
    pub role: &'static str,
    /// What the person was in conflict with, subgroup; empty for singles.
    pub conflict: &'static str,
    /// Injury.
    pub injury: Injury,
    /// Number of the vehicle or walker within the accident.
    pub element: u32,
    /// Who reported the person.
    pub reported: Reported,
}

fn bike(accident: &Accident, stream: &mut Stream) -> Mode {
    if accident.scooter {
        SCOOTER
    } else if accident.day.year() >= 2019 && stream.chance(0.14) {
        EBIKE
    } else {
        BIKE
    }
}

fn motor(stream: &mut Stream) -> Mode {
    [CAR, VAN, TRUCK, BUS, MC][weighted(stream, [82, 8, 4, 2, 4].into_iter())]
}

fn moped(stream: &mut Stream) -> Mode {
    if stream.chance(0.55) { MOPED } else { SLOW_MOPED }
}

fn injury(stream: &mut Stream, mode: Mode) -> Injury {
    // Slight, moderate, serious, dead; walkers and riders fare worse than people in cars.
    let shares: [u32; 4] = match mode.0 {
        "Fotgängare" => [620, 300, 72, 8],
        "Motorcykel" | "Moped" => [640, 270, 82, 8],
        "Cykel" => [690, 260, 47, 3],
        _ => [830, 132, 32, 6],
    };
    [Injury::Slight, Injury::Moderate, Injury::Serious, Injury::Dead][weighted(stream, shares.into_iter())]
}

fn age(stream: &mut Stream, mode: Mode, role: &str, school: bool) -> Option<u32> {
    if stream.chance(0.01) {
        return None;
    }
    let (low, high): (u32, u32) = match mode {
        _ if school && mode.0 != "Personbil" => (7, 16),
        MOPED | SLOW_MOPED => (15, 19),
        SCOOTER => (14, 45),
        WALKER => (8, 92),
        BIKE | EBIKE => (6, 84),
        _ if role == "Förare" => (18, 86),
        _ => (2, 80),
    };
    // The mean of two draws makes the middle ages commoner.
    let span = usize::try_from(high - low).unwrap_or(0) + 1;
    u32::try_from(usize::midpoint(stream.below(span), stream.below(span))).ok().map(|years| low + years)
}

/// What happens to whom in the accident: those hurt first.
pub fn involved(accident: &Accident, school: bool, stream: &mut Stream) -> Vec<Human> {
    let code = letter(accident.kind);
    let mut riders: Vec<(Mode, &'static str, bool, u32)> = match code {
        "G0" => vec![(WALKER, "Fotgängare", true, 1)],
        "G1" => vec![(bike(accident, stream), "Förare", true, 1)],
        "G2" => vec![(moped(stream), "Förare", true, 1)],
        "G3" => {
            let hurt = stream.chance(0.35);
            vec![(WALKER, "Fotgängare", true, 1), (bike(accident, stream), "Förare", hurt, 2)]
        }
        "G4" => vec![(bike(accident, stream), "Förare", true, 1), (BIKE, "Förare", stream.chance(0.5), 2)],
        "G5" => vec![(BIKE, "Förare", true, 1), (moped(stream), "Förare", stream.chance(0.5), 2)],
        "C" => vec![(bike(accident, stream), "Förare", true, 1), (motor(stream), "Förare", false, 2)],
        "F" => vec![(WALKER, "Fotgängare", true, 1), (motor(stream), "Förare", false, 2)],
        "S" | "W1" | "V0" => vec![(motor(stream), "Förare", true, 1)],
        _ => vec![(motor(stream), "Förare", true, 1), (motor(stream), "Förare", stream.chance(0.35), 2)],
    };
    let in_cars: Vec<(Mode, u32)> = riders
        .iter()
        .filter(|(mode, ..)| matches!(mode.0, "Personbil"))
        .map(|&(mode, _, _, element)| (mode, element))
        .collect();
    for (mode, element) in in_cars {
        if stream.chance(0.13) {
            riders.push((mode, "Passagerare fram", stream.chance(0.6), element));
            if stream.chance(0.3) {
                // The register's own spelling, three s and all.
                let role = if stream.chance(0.7) { "Passagerare bak" } else { "Passsagerare övrig/okänd plats" };
                riders.push((mode, role, stream.chance(0.5), element));
            }
        }
    }
    let modes: Vec<(u32, Mode)> = riders.iter().map(|&(mode, _, _, element)| (element, mode)).collect();
    let each = riders.into_iter().filter_map(|(mode, role, hurt, element)| {
        // Only the police note people who were not hurt.
        if !hurt && accident.reported == Reported::Hospital {
            return None;
        }
        let other = modes.iter().find(|(number, _)| *number != element);
        let injury = if hurt { injury(stream, mode) } else { Injury::None };
        let reported = if hurt { accident.reported } else { Reported::Police };
        let sex = ["Kvinna", "Man", "Uppgift saknas"][weighted(stream, [47, 52, 1].into_iter())];
        let conflict = match (other, code) {
            (Some((_, mode)), _) => mode.1,
            (None, "W1") => "Djur",
            _ => "",
        };
        Some(Human { age: age(stream, mode, role, school), sex, mode, role, conflict, injury, element, reported })
    });
    each.collect()
}
