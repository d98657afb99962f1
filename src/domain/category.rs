//! The taxonomy of events: `data/categories.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Net;

/// Code of everything that the taxonomy does not know.
pub const UNKNOWN: &str = "okand";

/// One line of the taxonomy.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Code, unique.
    pub code: String,
    /// `accident`, `damage`, ... or `any`.
    pub kind: String,
    /// Swedish label.
    pub sv: String,
    /// English label.
    pub en: String,
    /// The net that such events happen on; `any` where it may be either.
    pub net: Net,
    /// Whether no vehicle is part of it: a fall, which is no road traffic accident.
    #[serde(default)]
    pub fall: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source_accident: String,
    source_incident: String,
    category: Vec<Category>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/categories.toml")).expect("data/categories.toml is checked by a test")
});

/// All categories, in the file's order.
#[must_use]
pub fn table() -> &'static [Category] {
    &FILE.category
}

/// Where the codes come from, one sentence for accidents and one for the rest.
#[must_use]
pub fn sources() -> [&'static str; 2] {
    [&FILE.source_accident, &FILE.source_incident]
}

/// Swedish label of a code; the code itself where the taxonomy does not know it.
#[must_use]
pub fn label(code: &str) -> &str {
    table().iter().find(|category| category.code == code).map_or(code, |category| &category.sv)
}

/// The net that events of this category happen on; [`Net::Any`] for a code that the taxonomy does not know.
#[must_use]
pub fn net(code: &str) -> Net {
    table().iter().find(|category| category.code == code).map_or(Net::Any, |category| category.net)
}

/// Codes of falls without a vehicle, in the file's order.
#[must_use]
pub fn falls() -> Vec<&'static str> {
    table().iter().filter(|category| category.fall).map(|category| category.code.as_str()).collect()
}

/// Whether events of this category are falls without a vehicle; `false` for a code that the taxonomy does not know.
#[must_use]
pub fn is_fall(code: &str) -> bool {
    table().iter().any(|category| category.code == code && category.fall)
}

/// What people read of a category: its label, or the source's own words where the taxonomy does not know it.
#[must_use]
pub fn shown(code: &str, words: Option<&str>) -> Option<String> {
    if code == UNKNOWN { words.map(str::to_owned) } else { Some(label(code).to_owned()) }
}

/// The category of incidents or damage whose label the words are, or begin with, as a type of crime in a table does
/// (`Skadegörelse inkl. klotter`); the longest label where several fit, [`UNKNOWN`] where none does. The source's own words
/// stay what is read.
#[must_use]
pub fn of_words(text: &str) -> &'static str {
    let text = text.trim().to_lowercase();
    let fits = |label: &str| {
        let label = label.to_lowercase();
        text.strip_prefix(label.as_str()).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    let known = table().iter().filter(|entry| entry.kind != "accident" && entry.code != UNKNOWN);
    known.filter(|entry| fits(&entry.sv)).max_by_key(|entry| entry.sv.len()).map_or(UNKNOWN, |entry| &entry.code)
}

/// The accident category of an olyckstyp such as `G1 (cykel singel)`: the leading letter and digit where the taxonomy has
/// both, else the letter; [`UNKNOWN`] where it has neither.
#[must_use]
pub fn of_accident_type(text: &str) -> &'static str {
    let text = text.trim();
    let mut letters = text.chars();
    let Some(letter) = letters.next().filter(char::is_ascii_uppercase) else { return UNKNOWN };
    let digit = letters.clone().next().filter(char::is_ascii_digit);
    let after = letters.nth(usize::from(digit.is_some()));
    if after.is_some_and(char::is_alphanumeric) {
        return UNKNOWN;
    }
    let find = |code: &str| table().iter().find(|entry| entry.kind == "accident" && entry.code == code);
    digit
        .and_then(|digit| find(&format!("{letter}{digit}")))
        .or_else(|| find(&letter.to_string()))
        .map_or(UNKNOWN, |entry| entry.code.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leading_token_decides() {
        for (text, code) in [
            ("G1 (cykel singel)", "G1"),
            ("C (cykel/moped-motorfordon)", "C"),
            ("G4", "G"),
            ("W2 (älg)", "W"),
            ("Singelolycka", UNKNOWN),
            ("", UNKNOWN),
            ("Q9 (nytt)", UNKNOWN),
            ("G12", UNKNOWN),
        ] {
            assert_eq!(of_accident_type(text), code, "{text}");
        }
    }

    #[test]
    fn words_of_a_table_of_crimes_are_known_by_their_label_alone() {
        for (text, code) in [
            ("Skadegörelse", "skadegorelse"),
            ("skadegörelse inkl. klotter", "skadegorelse"),
            ("Stöld", "stold"),
            ("Stölder", UNKNOWN),
            ("Misshandel", UNKNOWN),
            ("", UNKNOWN),
        ] {
            assert_eq!(of_words(text), code, "{text}");
        }
    }

    #[test]
    fn singles_of_walkers_and_cyclists_happen_on_their_own_net_and_motor_vehicles_on_theirs() {
        for code in ["S", "M", "O", "U", "A", "K", "C", "F", "W"] {
            assert_eq!(net(code), Net::Car, "{code}");
        }
        for code in ["G0", "G1", "G"] {
            assert_eq!(net(code), Net::Gc, "{code}");
        }
        for code in ["G2", "V", "J", UNKNOWN, "klotter", "finns inte"] {
            assert_eq!(net(code), Net::Any, "{code}");
        }
    }

    #[test]
    fn codes_are_unique_and_labelled() {
        let mut codes: Vec<&str> = table().iter().map(|entry| entry.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), table().len());
        assert!(table().iter().all(|entry| !entry.sv.is_empty() && !entry.en.is_empty()));
        assert_eq!(label("G1"), "Cykel singel");
        assert_eq!(shown("G1", Some("G1 (cykel singel)")).as_deref(), Some("Cykel singel"));
        assert_eq!(shown(UNKNOWN, Some("Q9 (nytt)")).as_deref(), Some("Q9 (nytt)"));
        assert_eq!(shown(UNKNOWN, None), None);
    }
}
