//! Kinds of accident: code, how common, when, where and who reports them. Shares and patterns are ours, chosen to look
//! like a small town's; nobody may quote them.

/// Which streets a kind of accident keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// Carriageways, junctions first.
    Motor,
    /// Country roads and the through road.
    Open,
    /// Streets where cars meet walkers and riders.
    Mixed,
    /// Paths and local streets.
    Bike,
    /// Pavements of the centre.
    Foot,
}

/// How common by hour of the day: a weight for each of the 24 hours.
pub type Hours = [u32; 24];
/// How common by month: a weight for each of the 12 months.
pub type Months = [u32; 12];

/// Commuting peaks.
pub const COMMUTE: Hours = [1, 1, 1, 0, 1, 3, 8, 18, 14, 8, 7, 8, 10, 9, 11, 16, 22, 18, 12, 9, 6, 5, 3, 2];
/// Motor traffic.
pub const TRAFFIC: Hours = [2, 1, 1, 1, 1, 3, 8, 14, 11, 8, 8, 10, 12, 12, 13, 17, 20, 16, 11, 8, 6, 5, 4, 3];
/// Way to and from school.
pub const SCHOOL: Hours = [0, 0, 0, 0, 0, 0, 1, 24, 14, 1, 1, 1, 2, 10, 16, 12, 5, 2, 1, 0, 0, 0, 0, 0];
/// Evenings and nights out.
pub const EVENING: Hours = [12, 10, 8, 4, 1, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 14];
/// Daytime errands.
pub const ERRANDS: Hours = [1, 1, 1, 1, 1, 2, 6, 10, 12, 14, 15, 15, 14, 12, 12, 11, 11, 9, 7, 5, 4, 3, 2, 1];
/// Dusk and dawn, when deer move.
pub const DUSK: Hours = [4, 3, 3, 4, 7, 10, 10, 6, 3, 1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 9, 9, 8, 6, 5];

const BIKE: Months = [3, 3, 5, 8, 13, 14, 10, 13, 12, 9, 6, 4];
const EVEN: Months = [8, 8, 7, 7, 9, 9, 8, 9, 9, 9, 9, 8];
const ICE: Months = [22, 20, 11, 4, 2, 2, 2, 2, 2, 4, 9, 20];
const HIGH_SUMMER: Months = [1, 1, 3, 7, 13, 17, 18, 18, 12, 6, 3, 1];
/// Every month but July.
pub const TERM: Months = [10, 9, 10, 10, 11, 5, 0, 8, 12, 11, 11, 8];

/// A kind of accident.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Code and text as STRADA writes them.
    pub code: &'static str,
    /// Share among background accidents, relative.
    pub share: u32,
    /// Where.
    pub place: Where,
    /// When in the day.
    pub hours: Hours,
    /// When in the year.
    pub months: Months,
    /// Relative shares of police only, hospital only, both.
    pub reported: [u32; 3],
}

const fn kind(code: &'static str, share: u32, place: Where, hours: Hours, months: Months, reported: [u32; 3]) -> Kind {
    Kind { code, share, place, hours, months, reported }
}

/// All kinds; the constants below are positions in it.
pub const KINDS: [Kind; 16] = [
    kind("S (singel-motorfordon)", 8, Where::Open, TRAFFIC, EVEN, [45, 10, 45]),
    kind("M (möte-motorfordon)", 3, Where::Open, TRAFFIC, EVEN, [40, 5, 55]),
    kind("O (omkörning-motorfordon)", 1, Where::Open, TRAFFIC, EVEN, [50, 5, 45]),
    kind("U (upphinnande-motorfordon)", 8, Where::Motor, COMMUTE, EVEN, [33, 37, 30]),
    kind("A (avsvängande motorfordon)", 4, Where::Motor, TRAFFIC, EVEN, [45, 10, 45]),
    kind("K (korsande-motorfordon)", 5, Where::Motor, TRAFFIC, EVEN, [45, 10, 45]),
    kind("C (cykel/moped-motorfordon)", 12, Where::Mixed, COMMUTE, BIKE, [18, 55, 27]),
    kind("F (fotgängare-motorfordon)", 6, Where::Mixed, ERRANDS, EVEN, [20, 45, 35]),
    kind("G0 (fotgängare singel)", 18, Where::Foot, ERRANDS, ICE, [1, 97, 2]),
    kind("G1 (cykel singel)", 30, Where::Bike, COMMUTE, BIKE, [4, 88, 8]),
    kind("G2 (moped singel)", 2, Where::Bike, COMMUTE, HIGH_SUMMER, [20, 50, 30]),
    kind("G3 (fotgängare-cyklist)", 2, Where::Bike, ERRANDS, BIKE, [10, 75, 15]),
    kind("G4 (cykel-cykel)", 3, Where::Bike, COMMUTE, BIKE, [5, 85, 10]),
    kind("G5 (cykel-moped)", 1, Where::Bike, COMMUTE, HIGH_SUMMER, [20, 60, 20]),
    kind("V0 (övrigt)", 2, Where::Motor, ERRANDS, EVEN, [50, 35, 15]),
    kind("W1 (rådjur/hjort)", 2, Where::Open, DUSK, EVEN, [70, 5, 25]),
];

/// Rear-end collision.
pub const REAR_END: usize = 3;
/// Turning.
pub const TURNING: usize = 4;
/// Crossing.
pub const CROSSING: usize = 5;
/// Bicycle or moped and motor vehicle.
pub const BIKE_CAR: usize = 6;
/// Pedestrian and motor vehicle.
pub const FOOT_CAR: usize = 7;
/// Pedestrian alone.
pub const FALL: usize = 8;
/// Bicycle alone.
pub const BIKE_ALONE: usize = 9;

/// The letter (and digit) before the text: `G1` of `G1 (cykel singel)`.
pub fn letter(kind: usize) -> &'static str {
    KINDS[kind].code.split(' ').next().unwrap_or_default()
}

/// Hours of daylight by month in southern Sweden, summer time in its months: first hour after sunrise, first after sunset.
pub const DAYLIGHT: [(u32, u32); 12] =
    [(9, 16), (8, 17), (7, 18), (7, 20), (5, 21), (5, 22), (5, 22), (6, 21), (7, 19), (8, 18), (8, 16), (9, 16)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_positions_are_the_kinds_they_say() {
        let named = [
            (REAR_END, "U"),
            (TURNING, "A"),
            (CROSSING, "K"),
            (BIKE_CAR, "C"),
            (FOOT_CAR, "F"),
            (FALL, "G0"),
            (BIKE_ALONE, "G1"),
        ];
        for (position, code) in named {
            assert_eq!(letter(position), code);
        }
    }
}
