//! Money in whole öre, so that sums reconcile to the last öre.

use serde::{Deserialize, Serialize};

/// An amount in öre (1/100 krona); negative amounts are corrections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ore(pub i64);

impl Ore {
    /// Reads an amount in kronor as Swedish systems write it: `12 345,50 kr`, `-300`, `1.234,5`, `99.90`.
    ///
    /// Spaces (also non-breaking ones) and a trailing `kr`, `SEK` or `:-` are ignored. The last `,` or `.` that is
    /// followed by one or two digits is the decimal sign; three digits after a `.` or `,` make it a thousands sign.
    /// Returns `None` for an empty or unreadable text and for amounts beyond 90 000 billion kronor.
    #[must_use]
    pub fn parse_kronor(text: &str) -> Option<Self> {
        let mut clean: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '\u{a0}' && *c != '\u{202f}')
            .map(|c| if c == '\u{2212}' { '-' } else { c })
            .collect();
        for unit in ["kr", "Kr", "KR", "SEK", ":-"] {
            if let Some(rest) = clean.strip_suffix(unit) {
                clean = rest.to_owned();
            }
        }
        let (negative, digits) = match clean.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, clean.as_str()),
        };
        let (whole, fraction) = match digits.rfind([',', '.']) {
            Some(at) if digits.len() - at - 1 <= 2 => (&digits[..at], &digits[at + 1..]),
            _ => (digits, ""),
        };
        let whole: String = whole.chars().filter(|c| !matches!(c, '.' | ',')).collect();
        if whole.is_empty() || whole.len() > 14 || !whole.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let cents: i64 = match fraction.len() {
            0 => 0,
            1 => fraction.parse::<i64>().ok()? * 10,
            _ => fraction.parse().ok()?,
        };
        let ore = whole.parse::<i64>().ok()? * 100 + cents;
        Some(Self(if negative { -ore } else { ore }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_swedish_systems_write_them() {
        for (text, ore) in [
            ("12 345,50 kr", 1_234_550),
            ("12\u{a0}345,5", 1_234_550),
            ("1.234.567,00 SEK", 123_456_700),
            ("99.90", 9_990),
            ("1,234", 123_400),
            ("-300:-", -30_000),
            ("0", 0),
        ] {
            assert_eq!(Ore::parse_kronor(text), Some(Ore(ore)), "{text}");
        }
    }

    #[test]
    fn an_unreadable_amount_is_none() {
        for text in ["", "kr", "tolv", "12,3,x", "1e5", "999999999999999999"] {
            assert_eq!(Ore::parse_kronor(text), None, "{text}");
        }
    }
}
