//! When things happen, and in which light and weather.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::kinds::{DAYLIGHT, FALL, Hours, Months};
use crate::domain::random::Stream;

/// First day of the records.
pub const FIRST_DAY: Date = jiff::civil::date(2018, 1, 1);
/// Number of days in the records: to 2025-12-31.
const DAYS: usize = 2_922;
/// A position in a list of weights.
pub fn weighted(stream: &mut Stream, weights: impl Iterator<Item = u32> + Clone) -> usize {
    let total: u64 = weights.clone().map(u64::from).sum();
    let mut rest = stream.below(usize::try_from(total).unwrap_or(usize::MAX));
    for (index, weight) in weights.enumerate() {
        let weight = usize::try_from(weight).unwrap_or(0);
        if rest < weight {
            return index;
        }
        rest -= weight;
    }
    0
}

/// A day between two years, with these weights by month.
pub fn day(stream: &mut Stream, months: &Months, years: (i16, i16), school: bool) -> Date {
    loop {
        let after = i64::try_from(stream.below(DAYS)).unwrap_or(0);
        let day = FIRST_DAY.checked_add(jiff::Span::new().days(after)).unwrap_or(FIRST_DAY);
        let month = usize::try_from(day.month() - 1).unwrap_or(0);
        let weekend = matches!(day.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday);
        // Fewer trips in the first year of the pandemic.
        let quiet_year = day.year() == 2020 && stream.chance(0.2);
        let heaviest = months.iter().copied().max().unwrap_or(1).max(1);
        let kept = stream.below(usize::try_from(heaviest).unwrap_or(1)) < usize::try_from(months[month]).unwrap_or(0);
        if kept && !quiet_year && (years.0..=years.1).contains(&day.year()) && !(school && weekend) {
            return day;
        }
    }
}

/// An hour of the day with these weights; one in fifty is not known.
pub fn hour(stream: &mut Stream, hours: &Hours) -> Option<u32> {
    let hour = weighted(stream, hours.iter().copied());
    if stream.chance(0.02) { None } else { u32::try_from(hour).ok() }
}

/// Light, road surface and weather that go together.
pub fn conditions(stream: &mut Stream, day: Date, hour: Option<u32>, kind: usize, lit: bool) -> [&'static str; 3] {
    let month = usize::try_from(day.month() - 1).unwrap_or(0);
    let (up, down) = DAYLIGHT[month];
    let light = match hour {
        None => "Okänt",
        Some(hour) if hour + 1 == up || hour == down => "Gryning/skymning",
        Some(hour) if hour >= up && hour < down => "Dagsljus",
        _ if lit => "Mörker, vägbelysning tänd",
        _ => "Mörker, vägbelysning saknas",
    };
    let winter = matches!(month, 0 | 1 | 11);
    let icy = if winter {
        0.35
    } else if matches!(month, 2 | 10) {
        0.12
    } else {
        0.0
    };
    let icy = if kind == FALL && icy > 0.0 { 0.85 } else { icy };
    if stream.chance(icy) {
        let road =
            *stream.pick(&["Tunn is, vägbanan synlig", "Tjock is/packad snö", "Lös snö/snömodd"]).unwrap_or(&"Okänt");
        let sky = *stream.pick(&["Uppehåll", "Uppehåll", "Snöfall", "Snöblandat regn"]).unwrap_or(&"Okänt");
        return [light, road, sky];
    }
    if stream.chance(0.24) {
        let sky = *stream.pick(&["Regn", "Regn", "Uppehåll", "Dis/dimma"]).unwrap_or(&"Okänt");
        return [light, "Vått/fuktigt", sky];
    }
    if stream.chance(0.05) { [light, "Okänt", "Okänt"] } else { [light, "Torrt", "Uppehåll"] }
}

/// Moments that are taken: a street sees one accident an hour at most.
#[derive(Debug, Default)]
pub struct Moments(BTreeSet<(Date, Option<u32>, String)>);

impl Moments {
    /// Draws until the moment is free on the street, and takes it.
    pub fn draw(
        &mut self,
        stream: &mut Stream,
        street: &str,
        mut draw: impl FnMut(&mut Stream) -> (Date, Option<u32>),
    ) -> (Date, Option<u32>) {
        loop {
            let (day, hour) = draw(stream);
            if self.0.insert((day, hour, street.to_owned())) {
                return (day, hour);
            }
        }
    }
}
