//! Values of a Parquet column as the text of cells, in the form that every reader gives.

use jiff::ToSpan;
use jiff::civil::Date;
use polars::prelude::{AnyValue, DataType, TimeUnit};

use super::canonical;

/// Whether values of this type have a text. Lists, structs and bytes have none.
pub fn has_text(kind: &DataType) -> bool {
    !matches!(
        kind,
        DataType::List(_)
            | DataType::Array(..)
            | DataType::Struct(_)
            | DataType::Binary
            | DataType::BinaryOffset
            | DataType::Unknown(_)
    )
}

/// The text of a value: nothing for a missing one, and for NaN, which is how data frames write a missing number.
pub fn text_of(value: &AnyValue) -> String {
    match value {
        AnyValue::Boolean(yes) => yes.to_string(),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::UInt8(number) => number.to_string(),
        AnyValue::UInt16(number) => number.to_string(),
        AnyValue::UInt32(number) => number.to_string(),
        AnyValue::UInt64(number) => number.to_string(),
        AnyValue::Int8(number) => number.to_string(),
        AnyValue::Int16(number) => number.to_string(),
        AnyValue::Int32(number) => number.to_string(),
        AnyValue::Int64(number) => number.to_string(),
        AnyValue::Float32(number) if number.is_nan() => String::new(),
        AnyValue::Float64(number) if number.is_nan() => String::new(),
        // Of a short float the shortest text as a short float: 0.1, not 0.10000000149.
        AnyValue::Float32(number) if *number == 0.0 => "0".to_owned(),
        AnyValue::Float32(number) => number.to_string(),
        AnyValue::Float64(number) => canonical::float(*number),
        AnyValue::Date(days) => date(i64::from(*days)).map_or_else(|| days.to_string(), |date| date.to_string()),
        AnyValue::Datetime(moment, unit, zone) => moment_text(*moment, *unit, zone.is_some()),
        AnyValue::DatetimeOwned(moment, unit, zone) => moment_text(*moment, *unit, zone.is_some()),
        AnyValue::Time(nanoseconds) => clock(nanoseconds.div_euclid(1_000_000_000)),
        AnyValue::Duration(length, unit) => clock(length.div_euclid(per_second(*unit))),
        AnyValue::Decimal(value, _, scale) => decimal(*value, *scale),
        AnyValue::Categorical(..) | AnyValue::CategoricalOwned(..) | AnyValue::Enum(..) | AnyValue::EnumOwned(..) => {
            value.get_str().unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}

const fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Nanoseconds => 1_000_000_000,
        TimeUnit::Microseconds => 1_000_000,
        TimeUnit::Milliseconds => 1_000,
    }
}

fn date(days: i64) -> Option<Date> {
    // Ten thousand years: beyond them no calendar of ours reaches.
    if days.abs() > 3_660_000 {
        return None;
    }
    Date::constant(1970, 1, 1).checked_add(days.days()).ok()
}

/// `2024-03-09T17:05:00`, with `Z` where the column has a zone: such values are UTC. What no calendar reaches stays the
/// number that it is.
fn moment_text(moment: i64, unit: TimeUnit, zoned: bool) -> String {
    let seconds = moment.div_euclid(per_second(unit));
    let Some(date) = date(seconds.div_euclid(86_400)) else { return moment.to_string() };
    format!("{date}T{}{}", clock(seconds.rem_euclid(86_400)), if zoned { "Z" } else { "" })
}

fn clock(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    format!("{sign}{}", canonical::clock(seconds.unsigned_abs()))
}

/// A whole number of units of 10 to the minus `scale`, without zeros at its end.
fn decimal(value: i128, scale: usize) -> String {
    let digits = format!("{:0width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let part = part.trim_end_matches('0');
    let sign = if value < 0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_has_its_text() {
        let second = 1_000_000;
        // 2024-03-09 is day 19,791 since 1970-01-01.
        let moment = (19_791 * 86_400 + 61_500) * second + 250_000;
        let cases = [
            (AnyValue::Boolean(true), "true"),
            (AnyValue::Float64(6_396_199.35), "6396199.35"),
            (AnyValue::Float32(0.1), "0.1"),
            (AnyValue::Float64(f64::NAN), ""),
            (AnyValue::Float64(-0.0), "0"),
            (AnyValue::Null, ""),
            (AnyValue::UInt64(u64::MAX), "18446744073709551615"),
            (AnyValue::Date(19_791), "2024-03-09"),
            (AnyValue::Date(i32::MAX), "2147483647"),
            (AnyValue::Date(-1), "1969-12-31"),
            (AnyValue::Datetime(moment, TimeUnit::Microseconds, None), "2024-03-09T17:05:00"),
            (AnyValue::Datetime(-1, TimeUnit::Milliseconds, None), "1969-12-31T23:59:59"),
            (AnyValue::Time(61_500 * 1_000 * second), "17:05:00"),
            (AnyValue::Duration(-90, TimeUnit::Milliseconds), "-00:00:01"),
            (AnyValue::Decimal(-12_345, 10, 2), "-123.45"),
            (AnyValue::Decimal(500, 10, 2), "5"),
            (AnyValue::Decimal(5, 10, 3), "0.005"),
        ];
        for (value, expected) in cases {
            assert_eq!(text_of(&value), expected, "{value:?}");
        }
    }

    #[test]
    fn a_moment_beyond_every_calendar_stays_a_number() {
        for unit in [TimeUnit::Nanoseconds, TimeUnit::Microseconds, TimeUnit::Milliseconds] {
            for moment in [i64::MIN, i64::MAX] {
                assert!(!text_of(&AnyValue::Datetime(moment, unit, None)).is_empty());
            }
        }
    }
}
