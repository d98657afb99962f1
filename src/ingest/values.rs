//! What one cell says: numbers, dates and hours as Swedish registers write them.

/// Words that mean "not told", compared in lower case.
const UNKNOWN_WORDS: [&str; 12] = [
    "uppgift saknas",
    "okänt",
    "okänd",
    "ej angivet",
    "ej angiven",
    "saknas",
    "ej känt",
    "-",
    "–",
    "null",
    "n/a",
    "nan",
];

/// The cell with surrounding space, also non-breaking, taken off.
#[must_use]
pub fn trimmed(cell: &str) -> &str {
    cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// The cell's text, or `None` where it is empty or says that nothing is known.
#[must_use]
pub fn known(cell: &str) -> Option<&str> {
    let text = trimmed(cell);
    let unknown =
        text.is_empty() || (text.chars().count() <= 16 && UNKNOWN_WORDS.contains(&text.to_lowercase().as_str()));
    (!unknown).then_some(text)
}

/// Text for comparing: lower case, runs of white space as one space.
#[must_use]
pub fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A real number with decimal comma or point, spaces (also non-breaking) between thousands: `6 396 199,35`, `-1.5`.
///
/// `None` for anything else, also for `1.234,5` and `1,234.5`, where the decimal sign is doubtful for coordinates, and
/// for numbers that are not finite.
#[must_use]
pub fn number(cell: &str) -> Option<f64> {
    let text = trimmed(cell);
    if let Ok(value) = text.parse::<f64>()
        && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'))
    {
        return value.is_finite().then_some(value);
    }
    let clean: String =
        text.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '\u{2212}' { '-' } else { c }).collect();
    if clean.matches([',', '.']).count() > 1
        || !clean.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '-' | '+'))
    {
        return None;
    }
    clean.replace(',', ".").parse::<f64>().ok().filter(|value| value.is_finite())
}

/// A whole number; a fraction of zero (`5.0`, `5,0`) is allowed.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
pub fn whole(cell: &str) -> Option<i64> {
    let value = number(cell)?;
    (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i64)
}

/// In which order a date with the year last writes day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// 31/12/2024.
    DayFirst,
    /// 12/31/2024.
    MonthFirst,
}

/// A date and, where the cell holds it, hour and minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateCell {
    /// Year.
    pub year: i16,
    /// Month as written: not yet known to exist.
    pub month: i8,
    /// Day as written: not yet known to exist.
    pub day: i8,
    /// Hour and minute.
    pub clock: Option<(i8, i8)>,
    /// How many minutes that clock is ahead of UTC, where the cell tells.
    pub offset: Option<i16>,
}

/// Three whole numbers with `-`, `/` or `.` between them.
fn triple(text: &str) -> Option<[i64; 3]> {
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let digits = |part: &&str| {
        (!part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<i64>().ok())
    };
    Some([digits(first)??, digits(second)??, digits(third)??])
}

/// A date: `2009-8-29`, `2009-08-29`, `20090829`, `2009/8/29`, with the year last where `order` is known, and a clock
/// behind a space or `T`, with or without an offset from UTC (`9:58:49 +02:00`, `07:58Z`). Whether the day exists is the
/// caller's question.
#[must_use]
pub fn date(cell: &str, order: Option<DateOrder>) -> Option<DateCell> {
    let text = trimmed(cell);
    let (day_part, clock_part) = text.split_once(['T', ' ']).map_or((text, None), |(day, clock)| (day, Some(clock)));
    let (clock, offset) = match clock_part.map(trimmed) {
        None | Some("") => (None, None),
        Some(clock) => {
            let (clock, offset) = split_offset(clock)?;
            (Some(self::clock(clock)?), offset)
        }
    };
    let [year, month, day] = if day_part.len() == 8 && day_part.bytes().all(|b| b.is_ascii_digit()) {
        [day_part[..4].parse().ok()?, day_part[4..6].parse().ok()?, day_part[6..].parse().ok()?]
    } else {
        let numbers = triple(day_part)?;
        let year_first = day_part.bytes().take_while(u8::is_ascii_digit).count() == 4;
        match (year_first, order) {
            (true, _) => numbers,
            (false, Some(DateOrder::DayFirst)) => [numbers[2], numbers[1], numbers[0]],
            (false, Some(DateOrder::MonthFirst)) => [numbers[2], numbers[0], numbers[1]],
            (false, None) => return None,
        }
    };
    Some(DateCell {
        year: i16::try_from(year).ok()?,
        month: i8::try_from(month).ok()?,
        day: i8::try_from(day).ok()?,
        clock,
        offset,
    })
}

/// A clock time and the offset behind it in minutes; `None` where something stands there that is no offset. A minus sign
/// is one only behind seconds: `07:00-08:00` is a group of hours.
fn split_offset(clock: &str) -> Option<(&str, Option<i16>)> {
    if let Some(rest) = clock.strip_suffix(['Z', 'z']) {
        return Some((trimmed(rest), Some(0)));
    }
    let minus = clock.rfind(['-', '\u{2212}']).filter(|&at| clock[..at].matches(':').count() == 2);
    let Some(at) = clock.rfind('+').or(minus) else { return Some((clock, None)) };
    let sign = clock[at..].chars().next()?;
    let digits: String = clock[at + sign.len_utf8()..].chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = digits.split_at(2);
    let minutes: i16 = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
    let ahead = 60 * hours.parse::<i16>().ok()? + minutes;
    // The furthest offsets in use are -12:00 and +14:00.
    (minutes < 60 && ahead <= 14 * 60).then(|| (trimmed(&clock[..at]), Some(if sign == '+' { ahead } else { -ahead })))
}

/// The two numbers of a cell such as `57.691744,12.294416` or `57,69; 12,29`, in the order in which they stand: parted by a
/// semicolon, a space, or a comma where the decimal sign is a point.
#[must_use]
pub fn pair(cell: &str) -> Option<[f64; 2]> {
    let text = trimmed(cell);
    let (first, second) = text
        .split_once(';')
        .or_else(|| text.split_once(", "))
        .or_else(|| text.split_once(' '))
        .or_else(|| text.split_once(','))?;
    Some([number(first)?, number(second)?])
}

/// A clock time `7`, `07:30`, `07.30`, `7:30:15`, `0730`; seconds and zone are dropped.
#[must_use]
pub fn clock(cell: &str) -> Option<(i8, i8)> {
    let text = trimmed(cell);
    let parts: Vec<&str> = text.split([':', '.']).collect();
    let two = |part: &str| part.get(..part.len().min(2)).and_then(|digits| digits.parse::<i8>().ok());
    let (hour, minute) = match parts.as_slice() {
        [all] if all.len() == 4 && all.bytes().all(|b| b.is_ascii_digit()) => (two(all)?, all[2..].parse().ok()?),
        [hour] if hour.len() <= 2 => (hour.parse().ok()?, 0),
        [hour, minute, ..] if hour.len() <= 2 => (hour.parse().ok()?, two(minute)?),
        _ => return None,
    };
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some((hour, minute))
}

/// The first hour of an hour group: `7`, `07-08`, `07:00-07:59`, `kl 7`; `None` where it is no hour.
#[must_use]
pub fn hour_group(cell: &str) -> Option<i8> {
    let text = trimmed(cell);
    let text = text.strip_prefix("kl").map_or(text, |rest| rest.trim_start_matches(['.', ' ']));
    let first = text.split(['-', '–']).next().unwrap_or(text);
    clock(first).map(|(hour, _)| hour)
}

/// The order of day and month that a column of dates shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownOrder {
    /// Every date has the year first, or there is none.
    YearFirst,
    /// Some date can only be read this way, and none only the other way.
    Shown(DateOrder),
    /// Dates have the year last and each can be read both ways, or they contradict each other.
    Doubtful,
}

/// Reads the order from all cells of a column.
pub fn shown_order<'a>(cells: impl Iterator<Item = &'a str>) -> ShownOrder {
    let (mut any, mut day_first, mut month_first) = (false, false, false);
    for cell in cells {
        let text = trimmed(cell);
        let day_part = text.split(['T', ' ']).next().unwrap_or(text);
        let Some(numbers) = triple(day_part) else { continue };
        if day_part.bytes().take_while(u8::is_ascii_digit).count() == 4 {
            continue;
        }
        any = true;
        day_first |= numbers[0] > 12;
        month_first |= numbers[1] > 12;
    }
    match (any, day_first, month_first) {
        (false, _, _) => ShownOrder::YearFirst,
        (true, true, false) => ShownOrder::Shown(DateOrder::DayFirst),
        (true, false, true) => ShownOrder::Shown(DateOrder::MonthFirst),
        _ => ShownOrder::Doubtful,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_comma_point_and_odd_spaces() {
        for (text, value) in [
            ("6 396 199,35", 6_396_199.35),
            ("6\u{a0}396\u{202f}199.35", 6_396_199.35),
            ("-1,5", -1.5),
            ("1e3", 1000.0),
        ] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["", "1.234,5", "abc", "12 kr", "inf", "NaN", "1,2,3", "0x10"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!((whole("5,0"), whole("5.5")), (Some(5), None));
    }

    #[test]
    fn dates_need_no_padding_and_may_carry_a_clock() {
        let plain = DateCell { year: 2009, month: 8, day: 29, clock: None, offset: None };
        for text in ["2009-8-29", "2009-08-29", "20090829", "2009/8/29", "2009.08.29", " 2009-08-29\u{a0}"] {
            assert_eq!(date(text, None), Some(plain), "{text}");
        }
        let clocked = DateCell { clock: Some((7, 30)), ..plain };
        for text in ["2009-08-29 07:30", "2009-08-29T07:30:59", "2009-8-29 7.30"] {
            assert_eq!(date(text, None), Some(clocked), "{text}");
        }
        for (text, offset) in [
            ("2009-08-29 7:30:49 +02:00", 120),
            ("2009-08-29T07:30Z", 0),
            ("2009-08-29T07:30:00.5+0100", 60),
            ("2009-08-29 07:30:00-05:30", -330),
            ("2009-08-29 07:30+02", 120),
        ] {
            assert_eq!(date(text, None), Some(DateCell { offset: Some(offset), ..clocked }), "{text}");
        }
        assert_eq!(date("2009-08-29 07:30-08:00", None), Some(clocked), "a group of hours");
        for text in ["2009-08-29 07:30+2", "2009-08-29 07:30+15:00", "2009-08-29 07:30+02:60", "2009-08-29 +02:00"] {
            assert_eq!(date(text, None), None, "{text}");
        }
        assert_eq!(date("29/8/2009", Some(DateOrder::DayFirst)), Some(plain));
        assert_eq!(date("8/29/2009", Some(DateOrder::MonthFirst)), Some(plain));
        for text in ["29/8/2009", "i går", "2009-08", "", "2009-8-29 kvällen"] {
            assert_eq!(date(text, None), None, "{text}");
        }
    }

    #[test]
    fn a_pair_in_one_cell_is_parted_where_it_can_be_told() {
        for text in ["57.691744,12.294416", " 57.691744, 12.294416 ", "57,691744;12,294416", "57.691744 12.294416"] {
            assert_eq!(pair(text), Some([57.691_744, 12.294_416]), "{text}");
        }
        for text in ["57.69", "57,69,12,29", "", ",", "57.69,", "a,b", "57.69,12.29,3"] {
            assert_eq!(pair(text), None, "{text}");
        }
    }

    #[test]
    fn hours_and_hour_groups_are_read() {
        for (text, hour) in [("7", 7), ("07-08", 7), ("07:00-07:59", 7), ("23", 23), ("kl. 9", 9), ("17.00–17.59", 17)]
        {
            assert_eq!(hour_group(text), Some(hour), "{text}");
        }
        for text in ["24", "kväll", "", "7x"] {
            assert_eq!(hour_group(text), None, "{text}");
        }
        assert_eq!(clock("0730"), Some((7, 30)));
    }

    #[test]
    fn the_order_of_day_and_month_is_told_or_doubted() {
        assert_eq!(shown_order(["2009-1-2", ""].into_iter()), ShownOrder::YearFirst);
        assert_eq!(shown_order(["1/2/2009", "13/2/2009"].into_iter()), ShownOrder::Shown(DateOrder::DayFirst));
        assert_eq!(shown_order(["1/2/2009", "2/13/2009"].into_iter()), ShownOrder::Shown(DateOrder::MonthFirst));
        assert_eq!(shown_order(["1/2/2009"].into_iter()), ShownOrder::Doubtful);
        assert_eq!(shown_order(["13/2/2009", "2/13/2009"].into_iter()), ShownOrder::Doubtful);
    }

    #[test]
    fn words_for_nothing_are_nothing() {
        for text in ["", "  ", "Uppgift saknas", "okänt", "-", "\u{a0}"] {
            assert_eq!(known(text), None, "{text}");
        }
        assert_eq!(known(" Torrt "), Some("Torrt"));
    }
}
