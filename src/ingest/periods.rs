//! Days that a cell, a heading or a title tells of: `2024`, `2024-05`, `maj 2024`, `2024K1`, `2024-W03`, `maj`.

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::values::{self, folded};

/// First and last day, both included.
pub type Days = (Date, Date);

/// What a text says of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Whole days.
    Days(Days),
    /// A month without its year, 1 to 12.
    Month(i8),
    /// A quarter without its year, 1 to 4.
    Quarter(i8),
}

/// The years that are believed.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
];
const ENGLISH: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The month that a word names: `jan`, `jan.`, `januari`, `sept`, `October`.
fn month_of(word: &str) -> Option<i8> {
    let word = word.trim_end_matches('.');
    let fits = |name: &&str| *name == word || (word.len() >= 3 && word.len() <= 4 && name.starts_with(word));
    let at = MONTHS.iter().position(&fits).or_else(|| ENGLISH.iter().position(fits));
    i8::try_from(at? + 1).ok()
}

fn year_of(word: &str) -> Option<i16> {
    (word.len() == 4).then(|| word.parse().ok()).flatten().filter(|year| YEARS.contains(year))
}

fn span(first: Date, length: Span) -> Option<Days> {
    Some((first, first.checked_add(length).ok()?.yesterday().ok()?))
}

/// The days of a year.
#[must_use]
pub fn year(year: i16) -> Option<Days> {
    span(Date::new(year, 1, 1).ok()?, 1.year())
}

/// The days of a month.
#[must_use]
pub fn month(year: i16, month: i8) -> Option<Days> {
    span(Date::new(year, month, 1).ok()?, 1.month())
}

/// The days of a quarter.
#[must_use]
pub fn quarter(year: i16, quarter: i8) -> Option<Days> {
    let month = (1..=4).contains(&quarter).then_some(3 * quarter - 2)?;
    span(Date::new(year, month, 1).ok()?, 3.months())
}

fn week(year: i16, week: i8) -> Option<Days> {
    let first = jiff::civil::ISOWeekDate::new(year, week, jiff::civil::Weekday::Monday).ok()?.date();
    span(first, 1.week())
}

impl Said {
    /// The days, with the year put to a month or quarter that lacks it.
    #[must_use]
    pub fn in_year(self, stated: Option<i16>) -> Option<Days> {
        match self {
            Self::Days(days) => Some(days),
            Self::Month(number) => month(stated?, number),
            Self::Quarter(number) => quarter(stated?, number),
        }
    }
}

/// What a whole cell says of time; `None` where it says anything else. A date is a day, but the first of a month at midnight
/// stays a day too: see [`month_heads`].
#[must_use]
pub fn read(cell: &str) -> Option<Said> {
    let text = folded(cell).replace(['–', '—'], "-");
    let text = text.trim_start_matches("år ").trim_start_matches("month ");
    if let Some(number) = year_of(text) {
        return year(number).map(Said::Days);
    }
    if let Some(number) = month_of(text) {
        return Some(Said::Month(number));
    }
    if let Some(days) = range(text) {
        return Some(Said::Days(days));
    }
    if let Some(said) = with_letter(text) {
        return Some(said);
    }
    if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return month(year_of(&text[..4])?, text[4..].parse().ok()?).map(Said::Days);
    }
    let words: Vec<&str> = text.split([' ', '-', '/', '.', '_']).filter(|word| !word.is_empty()).collect();
    if let [first, second] = words.as_slice() {
        let number = |word: &str| word.parse::<i8>().ok().filter(|_| word.len() <= 2);
        let of = |year: &str, rest: &str| month(year_of(year)?, month_of(rest).or_else(|| number(rest))?);
        let short = |word: &str, rest: &str| {
            // `jan-24`: two figures behind a month's name are a year of this century.
            let digits = word.trim_start_matches('\'');
            (digits.len() == 2)
                .then(|| digits.parse::<i16>().ok())
                .flatten()
                .and_then(|year| month(2000 + year, month_of(rest)?))
        };
        of(first, second).or_else(|| of(second, first)).or_else(|| short(second, first)).map(Said::Days)
    } else {
        let date = values::date(text, None)?;
        let day = Date::new(date.year, date.month, date.day).ok()?;
        YEARS.contains(&date.year).then_some(Said::Days((day, day)))
    }
}

/// `2024k1`, `2024q1`, `kvartal 1 2024`, `kv 1`, `2024-w03`, `2024m05`, `2024 v. 3`.
fn with_letter(text: &str) -> Option<Said> {
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | ':')).collect();
    for (word, kind) in [
        ("kvartal", 'k'),
        ("quarter", 'k'),
        ("vecka", 'v'),
        ("week", 'v'),
        ("kv", 'k'),
        ("q", 'k'),
        ("k", 'k'),
        ("w", 'v'),
        ("v", 'v'),
        ("m", 'm'),
    ] {
        let Some((before, after)) = plain.split_once(word) else { continue };
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let (year, number) = match (before, after) {
            ("", rest) if digits(rest) && rest.len() > 4 => {
                let (number, year) = rest.split_at(rest.len() - 4);
                (Some(year_of(year)?), number)
            }
            ("", rest) if digits(rest) => (None, rest),
            (year, rest) if digits(rest) => (Some(year_of(year)?), rest),
            (number, "") if digits(number) => (None, number),
            (number, year) if digits(number) => (Some(year_of(year)?), number),
            _ => continue,
        };
        let number: i8 = number.parse().ok()?;
        return match (kind, year) {
            ('k', Some(year)) => quarter(year, number).map(Said::Days),
            ('k', None) => (1..=4).contains(&number).then_some(Said::Quarter(number)),
            ('v', Some(year)) => week(year, number).map(Said::Days),
            ('m', Some(year)) => month(year, number).map(Said::Days),
            _ => None,
        };
    }
    None
}

/// `2023-2024`, `januari-mars 2024`, `2024-01-01 - 2024-03-31`, `jan 2024-mars 2024`.
fn range(text: &str) -> Option<Days> {
    let text = text.replace(" till och med ", " - ").replace(" t.o.m. ", " - ").replace(" till ", " - ");
    let of = |from: &str, to: &str| -> Option<Days> {
        let (from, to) = (from.trim(), to.trim());
        if from.is_empty() || to.is_empty() {
            return None;
        }
        let Said::Days(last) = read(to)? else { return None };
        // A year alone and a month's number behind it is a month, not a range.
        let first = read(from)?.in_year(Some(last.1.year()))?;
        (first.0 <= last.0 && (year_of(from).is_none() || year_of(to).is_some())).then_some((first.0, last.1))
    };
    if let Some((from, to)) = text.split_once(" - ") {
        return of(from, to);
    }
    let (from, to) = text.split_once('-')?;
    // One dash between two words, or between two years.
    let both_years = year_of(from.trim()).is_some() && year_of(to.trim()).is_some();
    let words =
        month_of(from.split(' ').next().unwrap_or_default()).is_some() && to.bytes().any(|b| b.is_ascii_alphabetic());
    (both_years || words).then(|| of(from, to)).flatten()
}

/// The days that a title tells of: the longest run of its words that [`read`] understands and that names a year.
#[must_use]
pub fn in_title(title: &str) -> Option<Days> {
    let clean = title.replace([',', ';', '(', ')', ':'], " ");
    let words: Vec<&str> = clean.split_whitespace().collect();
    for length in (1..=words.len().min(5)).rev() {
        for start in 0..=words.len() - length {
            if let Some(Said::Days(days)) = read(&words[start..start + length].join(" ")) {
                return Some(days);
            }
        }
    }
    None
}

/// Days that head columns or rows: where all of several are firsts of months, as a spreadsheet writes months that someone
/// formatted as `jan-24`, they are those months.
pub fn month_heads(said: &mut [Option<Said>]) {
    let single = |said: &Said| matches!(said, Said::Days((from, to)) if from == to);
    let firsts =
        said.iter().flatten().all(|said| matches!(said, Said::Days((from, to)) if from == to && from.day() == 1));
    let mut different: Vec<Date> = Vec::new();
    for said in said.iter().flatten().filter(|said| single(said)) {
        if let Said::Days((from, _)) = said
            && !different.contains(from)
        {
            different.push(*from);
        }
    }
    if !firsts || different.len() < 2 {
        return;
    }
    for said in said.iter_mut().flatten() {
        if let Said::Days((from, _)) = said
            && let Some(days) = month(from.year(), from.month())
        {
            *said = Said::Days(days);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> Option<String> {
        read(text)?.in_year(None).map(|(from, to)| format!("{from} {to}"))
    }

    #[test]
    fn years_months_quarters_weeks_and_ranges_are_read_as_people_write_them() {
        for (text, expected) in [
            ("2024", "2024-01-01 2024-12-31"),
            ("År 2024", "2024-01-01 2024-12-31"),
            ("2024-02", "2024-02-01 2024-02-29"),
            ("2024M02", "2024-02-01 2024-02-29"),
            ("202402", "2024-02-01 2024-02-29"),
            ("Februari 2024", "2024-02-01 2024-02-29"),
            ("2024 feb.", "2024-02-01 2024-02-29"),
            ("feb-24", "2024-02-01 2024-02-29"),
            ("02/2024", "2024-02-01 2024-02-29"),
            ("2024K1", "2024-01-01 2024-03-31"),
            ("Kvartal 2 2024", "2024-04-01 2024-06-30"),
            ("Q4 2023", "2023-10-01 2023-12-31"),
            ("2024-W03", "2024-01-15 2024-01-21"),
            ("Vecka 3 2024", "2024-01-15 2024-01-21"),
            ("2023–2024", "2023-01-01 2024-12-31"),
            ("Januari–mars 2024", "2024-01-01 2024-03-31"),
            ("2024-01-01 – 2024-03-31", "2024-01-01 2024-03-31"),
            ("2024-05-17", "2024-05-17 2024-05-17"),
        ] {
            assert_eq!(days(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_month_without_its_year_waits_for_it_and_other_words_are_no_time() {
        assert_eq!(read("Maj"), Some(Said::Month(5)));
        assert_eq!(read("sept"), Some(Said::Month(9)));
        assert_eq!(read("Kv 3"), Some(Said::Quarter(3)));
        assert_eq!(days("maj"), None);
        for text in
            ["", "Centrum", "1234", "2024-13", "Mar", "Marieberg", "K", "Väst 3", "12", "99999", "Kvarnholmen 2", "3-4"]
        {
            let said = read(text);
            assert!(said.is_none() || text == "Mar", "{text}: {said:?}");
        }
    }

    #[test]
    fn a_title_tells_its_period() {
        let title = |text: &str| in_title(text).map(|(from, to)| format!("{from} {to}"));
        assert_eq!(title("Anmälda brott, januari–juni 2024 (preliminärt)").as_deref(), Some("2024-01-01 2024-06-30"));
        assert_eq!(title("Brott per område 2023").as_deref(), Some("2023-01-01 2023-12-31"));
        assert_eq!(title("Källa: Brå"), None);
    }

    #[test]
    fn firsts_of_months_that_head_columns_are_months() {
        let mut heads: Vec<Option<Said>> = ["2024-01-01", "2024-02-01", "Summa"].map(read).into();
        month_heads(&mut heads);
        assert_eq!(heads[1], Some(Said::Days(month(2024, 2).expect("a month"))));
        let mut days: Vec<Option<Said>> = ["2024-01-01", "2024-01-02"].map(read).into();
        let before = days.clone();
        month_heads(&mut days);
        assert_eq!(days, before);
    }
}
