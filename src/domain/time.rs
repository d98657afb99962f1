//! When: half-open intervals in UTC. A source that tells only the month gives a month, never a made-up day.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::calendar::{Period, Step};

/// A half-open interval `[from, to)` in seconds since 1970-01-01 UTC, with the zone in which the source wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// First second.
    pub from: i64,
    /// First second after it; above `from`.
    pub to: i64,
    /// IANA name of the source's zone, for example `Europe/Stockholm`.
    pub zone: String,
}

/// How finely a source tells the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resolution {
    /// The hour or finer.
    Hour,
    /// The day.
    Day,
    /// The month.
    Month,
    /// The year or coarser.
    Year,
}

/// What a source tells of the time, in its own zone. A finer part without the coarser one is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// Year, 1900 to 2200.
    pub year: Option<i16>,
    /// Month, 1 to 12.
    pub month: Option<i8>,
    /// Day of the month.
    pub day: Option<i8>,
    /// Hour, 0 to 23.
    pub hour: Option<i8>,
    /// Minute, 0 to 59.
    pub minute: Option<i8>,
}

impl Interval {
    /// The interval that the parts leave open: a year, a month, a day, an hour or a minute.
    ///
    /// `None` where the year is missing, a part is out of its range (30 February) or the zone is unknown. An hour that
    /// the change to summer time skips is read as the hour after it; an hour that occurs twice covers both.
    #[must_use]
    pub fn from_parts(parts: Parts, zone: &str) -> Option<Self> {
        let tz = TimeZone::get(zone).ok()?;
        let year = parts.year.filter(|year| (1900..=2200).contains(year))?;
        let first = match (parts.month, parts.day) {
            (None, None) => Date::new(year, 1, 1),
            (Some(month), None) => Date::new(year, month, 1),
            (Some(month), Some(day)) => Date::new(year, month, day),
            (None, Some(_)) => return None,
        }
        .ok()?;
        let next = match (parts.month, parts.day) {
            (None, _) => first.checked_add(1.year()),
            (_, None) => first.checked_add(1.month()),
            _ => first.checked_add(1.day()),
        }
        .ok()?;
        let (from, to) = match (parts.day, parts.hour) {
            (Some(_), Some(hour)) => {
                let minute = parts.minute.unwrap_or(0);
                let start = first.to_datetime(jiff::civil::Time::new(hour, minute, 0, 0).ok()?);
                let span = if parts.minute.is_some() { 1.minute() } else { 1.hour() };
                let end = start.checked_add(span).ok()?;
                let from = tz.to_ambiguous_timestamp(start).earlier().ok()?;
                let to = tz.to_ambiguous_timestamp(end).later().ok()?;
                (from, if to > from { to } else { from.checked_add(span).ok()? })
            }
            (None, Some(_)) => return None,
            _ => (
                tz.to_timestamp(first.to_datetime(jiff::civil::Time::midnight())).ok()?,
                tz.to_timestamp(next.to_datetime(jiff::civil::Time::midnight())).ok()?,
            ),
        };
        Some(Self { from: from.as_second(), to: to.as_second(), zone: zone.to_owned() })
    }

    /// The hour or minute that the parts name by a clock that is `offset_minutes` ahead of UTC (`+02:00` is 120): an
    /// hour that summer time repeats is told apart. Without an hour as [`Self::from_parts`], whose errors it shares.
    #[must_use]
    pub fn from_parts_at(parts: Parts, offset_minutes: i16, zone: &str) -> Option<Self> {
        if parts.hour.is_none() {
            return Self::from_parts(parts, zone);
        }
        TimeZone::get(zone).ok()?;
        let ahead = 60 * i64::from(offset_minutes);
        let clock = Self::from_parts(parts, "UTC")?;
        Some(Self { from: clock.from - ahead, to: clock.to - ahead, zone: zone.to_owned() })
    }

    /// The calendar period of this length that the interval lies in, by its own zone.
    ///
    /// An interval of at most two days that crosses from one period into the next belongs to the one in which it
    /// starts; a longer one that does (a year, where months are asked for) is too coarse to tell: `None`. Also `None`
    /// where the zone is unknown.
    #[must_use]
    pub fn period(&self, step: Step) -> Option<Period> {
        let first = Period::holding(local_date(self.from, &self.zone)?, step)?;
        let short = self.resolution() <= Resolution::Day && !(step == Step::Day && self.to - self.from > 93_600);
        (short || local_date(self.to - 1, &self.zone)? <= first.last()).then_some(first)
    }

    /// How finely the interval tells the time: up to two hours, two days, 32 days, longer.
    #[must_use]
    pub const fn resolution(&self) -> Resolution {
        match self.to - self.from {
            ..=7_200 => Resolution::Hour,
            7_201..=172_800 => Resolution::Day,
            172_801..=2_764_800 => Resolution::Month,
            _ => Resolution::Year,
        }
    }

    /// Weekday (0 is Monday) and hour of the day in which the interval starts, by the clock of its zone; `None` where it tells
    /// the time more coarsely than by the hour, or the zone is unknown.
    #[must_use]
    pub fn weekday_and_hour(&self) -> Option<(u8, u8)> {
        if self.resolution() != Resolution::Hour {
            return None;
        }
        let start = Timestamp::from_second(self.from).ok()?.in_tz(&self.zone).ok()?;
        let day = start.weekday().to_monday_zero_offset();
        Some((u8::try_from(day).ok()?, u8::try_from(start.hour()).ok()?))
    }

    /// The calendar year, in the source's zone, in which the interval starts; `None` where the zone is unknown.
    #[must_use]
    pub fn year(&self) -> Option<i16> {
        Some(local_date(self.from, &self.zone)?.year())
    }

    /// First and last calendar day, in the source's zone, counted from 1970-01-01; `None` where the zone is unknown.
    #[must_use]
    pub fn day_numbers(&self) -> Option<(i32, i32)> {
        let number = |second: i64| {
            let days = local_date(second, &self.zone)?.since(Date::constant(1970, 1, 1)).ok()?;
            Some(days.get_days())
        };
        Some((number(self.from)?, number(self.to - 1)?))
    }

    /// The day that an interval of at most `most` days stands for, numbered as in [`Self::day_numbers`]: the middle one, rounded
    /// down, so that it is off by less than half of `most`. One day can always be told.
    ///
    /// `None` where the interval touches more days, or is a month (28 days) or more, which is no day of any sort.
    #[must_use]
    pub fn day_within(&self, most: u32) -> Option<i32> {
        let (first, last) = self.day_numbers()?;
        let long = u32::try_from(last.checked_sub(first)?.checked_add(1)?).ok()?;
        (long <= most.clamp(1, 27)).then_some(first + (last - first) / 2)
    }

    /// First and last calendar day, in the source's zone, as `YYYY-MM-DD`.
    #[must_use]
    pub fn days(&self) -> Option<(String, String)> {
        Some((local_date(self.from, &self.zone)?.to_string(), local_date(self.to - 1, &self.zone)?.to_string()))
    }
}

/// Seconds of a year, leap days shared out.
const YEAR_S: f64 = 365.25 * 86_400.0;

/// Years from one second to another; `None` below one. From New Year to New Year is one year, leap year or not.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
pub fn years_between(from: i64, to: i64) -> Option<f64> {
    let years = (to - from) as f64 / YEAR_S;
    (years >= 0.999).then_some(years)
}

fn local_date(second: i64, zone: &str) -> Option<Date> {
    let tz = TimeZone::get(zone).ok()?;
    Some(tz.to_datetime(Timestamp::from_second(second).ok()?).date())
}

/// A second as `YYYY-MM-DDTHH:MM:SS.000Z`, the form that GeoPackage wants.
#[must_use]
pub fn iso_utc(second: i64) -> String {
    let text =
        Timestamp::from_second(second).map_or_else(|_| Timestamp::UNIX_EPOCH.to_string(), |stamp| stamp.to_string());
    text.replace('Z', ".000Z")
}

/// The reverse of [`iso_utc`]; also takes a text without fractions. `None` where it is no time.
#[must_use]
pub fn second_of_iso(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "Europe/Stockholm";

    fn parts(year: i16, month: i8, day: i8, hour: i8) -> Parts {
        Parts {
            year: Some(year),
            month: (month > 0).then_some(month),
            day: (day > 0).then_some(day),
            hour: (hour >= 0).then_some(hour),
            minute: None,
        }
    }

    #[test]
    fn days_are_numbered_by_the_clock_of_the_zone() {
        let numbers = |parts: Parts| Interval::from_parts(parts, ZONE).and_then(|interval| interval.day_numbers());
        assert_eq!(numbers(parts(1970, 1, 1, -1)), Some((0, 0)));
        assert_eq!(numbers(parts(1970, 1, 2, 0)), Some((1, 1)));
        assert_eq!(numbers(parts(1969, 12, 31, 23)), Some((-1, -1)));
        assert_eq!(numbers(parts(2024, 2, 0, -1)), Some((19_754, 19_782)));
        // The day on which summer time begins has 23 hours, and is one day.
        assert_eq!(numbers(parts(2024, 3, 31, -1)), Some((19_813, 19_813)));
    }

    #[test]
    fn a_few_days_stand_for_the_middle_one_and_a_month_for_none() {
        let of = |from: (i8, i8), to: (i8, i8), most: u32| {
            let start =
                |(day, hour): (i8, i8)| Interval::from_parts(parts(2024, 7, day, hour), ZONE).map(|time| time.from);
            let (from, to) = (start(from).expect("a time"), start(to).expect("a time"));
            let first =
                Interval::from_parts(parts(2024, 7, 1, -1), ZONE).and_then(|day| day.day_numbers()).expect("a day").0;
            Interval { from, to, zone: ZONE.to_owned() }.day_within(most).map(|day| day - first + 1)
        };
        // From Friday 17.00 to Monday 08.00: four days, of which Saturday is the middle one, rounded down.
        assert_eq!(of((5, 17), (8, 8), 7), Some(6));
        assert_eq!((of((5, 17), (8, 8), 4), of((5, 17), (8, 8), 3)), (Some(6), None));
        // An hour that ends at midnight is of one day; one that goes on is of two.
        assert_eq!((of((5, 23), (6, 0), 0), of((5, 23), (6, 1), 0), of((5, 23), (6, 1), 2)), (Some(5), None, Some(5)));
        assert_eq!((of((1, 0), (28, 0), 366), of((1, 0), (29, 0), 366)), (Some(14), None));
    }

    #[test]
    fn a_summer_day_in_sweden_starts_at_22_utc_the_day_before() {
        let day = Interval::from_parts(parts(2024, 7, 1, -1), ZONE).expect("a real day");
        assert_eq!(iso_utc(day.from), "2024-06-30T22:00:00.000Z");
        assert_eq!(day.to - day.from, 86_400);
        assert_eq!(day.days(), Some(("2024-07-01".to_owned(), "2024-07-01".to_owned())));
    }

    #[test]
    fn a_month_is_a_month_and_a_year_a_year() {
        let month = Interval::from_parts(parts(2024, 2, 0, -1), ZONE).expect("a real month");
        assert_eq!((month.to - month.from) / 86_400, 29);
        assert_eq!(month.resolution(), Resolution::Month);
        let year = Interval::from_parts(parts(2023, 0, 0, -1), ZONE).expect("a real year");
        assert_eq!((year.to - year.from) / 86_400, 365);
        assert_eq!(year.year(), Some(2023));
    }

    #[test]
    fn hours_that_summer_time_skips_or_repeats_are_not_lost() {
        let skipped = Interval::from_parts(parts(2024, 3, 31, 2), ZONE).expect("read as the hour after");
        assert_eq!(skipped.to - skipped.from, 3_600);
        let twice = Interval::from_parts(parts(2024, 10, 27, 2), ZONE).expect("both hours");
        assert_eq!(twice.to - twice.from, 7_200);
    }

    #[test]
    fn an_offset_decides_the_instant_whatever_the_zone_says() {
        let minute = |offset| {
            let parts = Parts { minute: Some(30), ..parts(2024, 10, 27, 2) };
            Interval::from_parts_at(parts, offset, ZONE).expect("a time")
        };
        assert_eq!(iso_utc(minute(120).from), "2024-10-27T00:30:00.000Z");
        assert_eq!(iso_utc(minute(60).from), "2024-10-27T01:30:00.000Z");
        assert_eq!(iso_utc(minute(-300).from), "2024-10-27T07:30:00.000Z");
        assert_eq!((minute(60).to - minute(60).from, minute(60).zone.as_str()), (60, ZONE));
        let day = Interval::from_parts_at(parts(2024, 7, 1, -1), 0, ZONE).expect("a day");
        assert_eq!(iso_utc(day.from), "2024-06-30T22:00:00.000Z");
        assert_eq!(Interval::from_parts_at(parts(2024, 2, 30, 1), 0, ZONE), None);
    }

    #[test]
    fn an_interval_lies_in_a_period_or_is_too_coarse_for_it() {
        let name = |parts, step: Step| {
            Interval::from_parts(parts, ZONE).expect("a time").period(step).map(|period| period.name(step))
        };
        assert_eq!(name(parts(2024, 7, 1, 0), Step::Month).as_deref(), Some("2024-07"), "22 UTC the month before");
        assert_eq!(name(parts(2024, 7, 31, 23), Step::Day).as_deref(), Some("2024-07-31"));
        assert_eq!(name(parts(2024, 10, 27, -1), Step::Day).as_deref(), Some("2024-10-27"), "a day of 25 hours");
        assert_eq!(name(parts(2024, 7, 0, -1), Step::Month).as_deref(), Some("2024-07"));
        assert_eq!(name(parts(2024, 7, 0, -1), Step::Week), None);
        assert_eq!(name(parts(2024, 7, 0, -1), Step::Day), None);
        assert_eq!(name(parts(2024, 0, 0, -1), Step::Month), None);
        let over = Interval { from: 1_719_784_800 - 1_800, to: 1_719_784_800 + 1_800, zone: ZONE.to_owned() };
        assert_eq!(over.period(Step::Month).map(|month| month.name(Step::Month)).as_deref(), Some("2024-06"));
        let two_days = Interval { to: over.from + 172_800, ..over.clone() };
        assert_eq!((two_days.period(Step::Day), two_days.period(Step::Month).is_some()), (None, true));
    }

    #[test]
    fn days_that_do_not_exist_are_no_time() {
        assert_eq!(Interval::from_parts(parts(2023, 2, 29, -1), ZONE), None);
        assert_eq!(Interval::from_parts(parts(2023, 13, 1, -1), ZONE), None);
        assert_eq!(Interval::from_parts(parts(2023, 1, 1, 24), ZONE), None);
        assert_eq!(Interval::from_parts(Parts::default(), ZONE), None);
        assert_eq!(Interval::from_parts(parts(2023, 1, 1, 1), "Mars/Olympus"), None);
    }

    #[test]
    fn stamps_survive_the_round_trip() {
        assert_eq!(second_of_iso(&iso_utc(1_700_000_000)), Some(1_700_000_000));
        assert_eq!(second_of_iso("i går"), None);
    }
}
