//! Checks of a STRADA export that real exports call for. Each counts; none drops a row.
//!
//! Source: the defects that open work on real exports reports (accident numbers in one sheet only, accident type or time
//! differing between the sheets, police and hospital in conflict, persons under two numbers, single-bicycle accidents
//! with several persons, bicycle accidents with passengers only, small electric vehicles in free text only).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

use super::cells::Row;
use super::mapping::Field;
use super::outcome::Warnings;
use super::values::{folded, known};
use crate::domain::{Event, Person};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Micromobility {
    words: Vec<String>,
    brands: Vec<String>,
    coded: Vec<String>,
}

static MICROMOBILITY: LazyLock<Micromobility> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/micromobility.toml")).expect("data/micromobility.toml is checked by a test")
});

/// What the checks remember from one event to the next: who was seen where.
#[derive(Debug, Default)]
pub struct Checks {
    persons: HashMap<String, String>,
}

impl Checks {
    /// Runs every check on one event. `rows` are the accident's row and its persons' rows.
    pub fn event<'a>(&mut self, event: &Event, rows: impl Iterator<Item = Row<'a>>, warnings: &mut Warnings) {
        let number = event.source.row;
        for id in differing(rows) {
            warnings.add(id, number);
        }
        if event.persons.iter().any(categories_conflict) {
            warnings.add("warn-police-hospital-conflict", number);
        }
        if event.category == "G1" && event.persons.len() > 1 {
            warnings.add("warn-single-with-several", number);
        }
        if event.persons.iter().any(cycles) && event.persons.iter().all(is_passenger) {
            warnings.add("warn-passengers-only", number);
        }
        if micromobility_only_in_text(event) {
            warnings.add("warn-micromobility-in-text", number);
        }
        for person in &event.persons {
            if let Some(key) = person_key(event, person)
                && self.persons.insert(key, event.id.clone()).is_some_and(|other| other != event.id)
            {
                warnings.add("warn-person-twice", number);
            }
        }
    }
}

/// Which of type, time and place have several values within one accident.
fn differing<'a>(rows: impl Iterator<Item = Row<'a>>) -> Vec<&'static str> {
    const FAMILIES: [(&str, &[Field]); 3] = [
        ("warn-type-differs", &[Field::Category]),
        ("warn-time-differs", &[Field::Date, Field::Year, Field::Month, Field::Day, Field::Hour]),
        ("warn-place-differs", &[Field::Street]),
    ];
    let mut values: BTreeMap<(&'static str, String), BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        for (id, fields) in FAMILIES {
            for field in fields {
                if let Some(text) = row.field(*field) {
                    values.entry((id, format!("{field:?}"))).or_default().insert(folded(text));
                }
            }
        }
        for (name, column) in row.binding.keep.iter().filter(|(name, _)| name == "kommun" || name == "lan") {
            if let Some(text) = known(row.table.cell(row.row, *column)) {
                values.entry(("warn-place-differs", name.clone())).or_default().insert(folded(text));
            }
        }
    }
    let ids: BTreeSet<&'static str> =
        values.into_iter().filter(|(_, texts)| texts.len() > 1).map(|((id, _), _)| id).collect();
    ids.into_iter().collect()
}

fn categories_conflict(person: &Person) -> bool {
    match (&person.mode_police, &person.mode_hospital) {
        (Some(police), Some(hospital)) => folded(police) != folded(hospital),
        _ => false,
    }
}

fn cycles(person: &Person) -> bool {
    [&person.mode, &person.mode_detail]
        .into_iter()
        .flatten()
        .any(|mode| folded(mode).contains("cykel") && !folded(mode).contains("motorcykel"))
}

/// Passenger by role; the misspelling "Passsagerare" stands in real exports.
fn is_passenger(person: &Person) -> bool {
    person.role.as_deref().is_some_and(|role| folded(role).replace("sss", "ss").starts_with("passagerare"))
}

/// A person is taken to be the same where all of age, sex, hour, street, municipality and category are told and equal.
fn person_key(event: &Event, person: &Person) -> Option<String> {
    let time = event.time.as_ref()?;
    let kommun = event.attributes.get("kommun").map_or("", String::as_str);
    let parts = [
        person.age?.to_string(),
        person.sex.clone()?,
        time.from.to_string(),
        time.to.to_string(),
        folded(kommun),
        folded(event.street.as_deref()?),
        folded(person.mode.as_deref()?),
    ];
    Some(parts.join("\u{1f}"))
}

fn micromobility_only_in_text(event: &Event) -> bool {
    let coded = event.persons.iter().any(|person| {
        let modes = [&person.mode, &person.mode_detail, &person.mode_police, &person.mode_hospital, &person.conflict];
        modes.into_iter().flatten().any(|mode| MICROMOBILITY.coded.contains(&folded(mode)))
    });
    !coded && event.free_text.values().any(|text| names_micromobility(text))
}

/// Whether a text names a small electric vehicle or a board: long words with at most two wrong letters (one where the
/// word has fewer than ten), brands only as whole words.
#[must_use]
pub fn names_micromobility(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).any(|word| {
        let length = word.chars().count();
        let allowed = if length >= 10 { 2 } else { usize::from(length >= 8) };
        let close = |known: &String| strsim::damerau_levenshtein(known, word) <= allowed;
        MICROMOBILITY.brands.iter().any(|brand| brand == word) || MICROMOBILITY.words.iter().any(close)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspellings_are_found_and_ordinary_words_are_not() {
        for text in ["Körde elsparkcykel", "på en elsparkscykel.", "en elscotter", "ramlade med VOI", "El-sparkcykel"]
        {
            assert!(names_micromobility(text), "{text}");
        }
        for text in ["Cyklade omkull", "sparkade bollen", "en elcykel", "limerick", "motorcykel", ""] {
            assert!(!names_micromobility(text), "{text}");
        }
    }

    #[test]
    fn passengers_are_known_by_role_even_misspelt() {
        let person = |role: &str| Person { role: Some(role.to_owned()), ..Person::default() };
        assert!(is_passenger(&person("Passagerare fram")) && is_passenger(&person("Passsagerare övrig/okänd plats")));
        assert!(!is_passenger(&person("Förare")) && !is_passenger(&Person::default()));
    }
}
