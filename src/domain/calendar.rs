//! Days, weeks, months and years of the calendar, in which events are counted over time.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A calendar day.
    Day,
    /// A week from Monday to Sunday, numbered by ISO 8601.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

impl Step {
    /// Every step, the usual one first.
    pub const ALL: [Self; 4] = [Self::Month, Self::Week, Self::Day, Self::Year];

    /// The word on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The step with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.code() == code)
    }
}

/// One day, week, month or year. Periods of one step are ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    first: Date,
    last: Date,
}

impl Period {
    /// The period of this length that holds the day; `None` at the very end of the calendar (year 9999).
    #[must_use]
    pub fn holding(day: Date, step: Step) -> Option<Self> {
        let (first, length) = match step {
            Step::Day => (day, 1.day()),
            Step::Week => {
                let back = i64::from(day.weekday().since(Weekday::Monday));
                (day.checked_sub(back.days()).ok()?, 1.week())
            }
            Step::Month => (day.first_of_month(), 1.month()),
            Step::Year => (day.first_of_year(), 1.year()),
        };
        let last = first.checked_add(length).ok()?.yesterday().ok()?;
        Some(Self { first, last })
    }

    /// The period after it, of the same step.
    #[must_use]
    pub fn next(self, step: Step) -> Option<Self> {
        Self::holding(self.last.tomorrow().ok()?, step)
    }

    /// First day.
    #[must_use]
    pub const fn first(self) -> Date {
        self.first
    }

    /// Last day.
    #[must_use]
    pub const fn last(self) -> Date {
        self.last
    }

    /// Its name by ISO 8601: `2024-05-31`, `2024-W22`, `2024-05`, `2024`.
    #[must_use]
    pub fn name(self, step: Step) -> String {
        match step {
            Step::Day => self.first.to_string(),
            Step::Week => {
                let week = self.first.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Step::Month => format!("{:04}-{:02}", self.first.year(), self.first.month()),
            Step::Year => format!("{:04}", self.first.year()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn shown(text: &str, step: Step) -> (String, String, String) {
        let period = Period::holding(day(text), step).expect("within the calendar");
        (period.name(step), period.first().to_string(), period.last().to_string())
    }

    fn triple(name: &str, first: &str, last: &str) -> (String, String, String) {
        (name.to_owned(), first.to_owned(), last.to_owned())
    }

    #[test]
    fn a_day_lies_in_its_month_and_in_the_week_that_begins_on_monday() {
        assert_eq!(shown("2024-02-10", Step::Month), triple("2024-02", "2024-02-01", "2024-02-29"));
        assert_eq!(shown("2024-02-10", Step::Week), triple("2024-W06", "2024-02-05", "2024-02-11"));
        assert_eq!(shown("2024-02-10", Step::Day), triple("2024-02-10", "2024-02-10", "2024-02-10"));
        assert_eq!(shown("2024-02-10", Step::Year), triple("2024", "2024-01-01", "2024-12-31"));
    }

    #[test]
    fn weeks_at_the_turn_of_the_year_belong_to_the_year_of_their_thursday() {
        assert_eq!(shown("2021-01-03", Step::Week), triple("2020-W53", "2020-12-28", "2021-01-03"));
        assert_eq!(shown("2024-12-30", Step::Week), triple("2025-W01", "2024-12-30", "2025-01-05"));
    }

    #[test]
    fn the_end_of_the_calendar_has_no_next_period() {
        assert_eq!(Period::holding(Date::MAX, Step::Month), None);
        for step in Step::ALL {
            assert_eq!(Step::from_code(step.code()), Some(step));
        }
        assert_eq!(Step::from_code("quarter"), None);
    }

    proptest! {
        #[test]
        fn periods_follow_each_other_without_gap_or_overlap(
            days in 0_i64..100_000, step in prop::sample::select(Step::ALL.to_vec())
        ) {
            let start = day("1900-01-01").checked_add(days.days()).expect("within the calendar");
            let period = Period::holding(start, step).expect("within the calendar");
            prop_assert!(period.first() <= start && start <= period.last());
            let next = period.next(step).expect("within the calendar");
            prop_assert_eq!(period.last().tomorrow().expect("a day"), next.first());
            prop_assert!(period < next && period.name(step) < next.name(step));
        }
    }
}
