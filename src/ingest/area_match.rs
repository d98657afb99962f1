//! Which area a name or a code in a table means: exactly one, or the nearest ones to choose from. Nothing is guessed.

use std::collections::BTreeMap;

use super::values::folded;

/// Most names that are suggested.
const SUGGESTED: usize = 3;
/// Least likeness (Jaro-Winkler, 0 to 1) of a name that is suggested: below it names have little in common.
const LIKENESS: f64 = 0.75;

/// The areas of one set, to be looked up.
#[derive(Debug, Clone, Default)]
pub struct AreaMatch {
    /// Letters and figures of codes to codes.
    codes: BTreeMap<String, String>,
    /// Letters and figures of names to the codes of all areas that are called so.
    names: BTreeMap<String, Vec<String>>,
    /// Names as people write them, with codes.
    shown: Vec<(String, String)>,
}

/// Letters and figures in lower case: `Kvarnholmen – Norr` and `kvarnholmen norr` are one name.
fn bare(text: &str) -> String {
    folded(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

impl AreaMatch {
    /// From codes and names.
    pub fn new<'a>(areas: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> Self {
        let mut found = Self::default();
        for (code, name) in areas {
            found.codes.insert(bare(code), code.to_owned());
            if let Some(name) = name {
                found.names.entry(bare(name)).or_default().push(code.to_owned());
            }
            found.shown.push((name.unwrap_or(code).to_owned(), code.to_owned()));
        }
        found
    }

    /// The code of the area that code or name mean: the code decides where there is one; a name that several areas share, and
    /// one that none has, gives the names nearest to it, most alike first.
    ///
    /// # Errors
    /// The suggestions; none where nothing is alike.
    pub fn find(&self, name: &str, code: Option<&str>) -> Result<&str, Vec<String>> {
        if let Some(found) = code.and_then(|code| self.codes.get(&bare(code))) {
            return Ok(found);
        }
        let plain = bare(name);
        if let Some([found]) = self.names.get(&plain).map(Vec::as_slice) {
            return Ok(found);
        }
        if let Some(found) = self.codes.get(&plain) {
            return Ok(found);
        }
        // `0880C1010 Centrum`, `Centrum (0880C1010)`: a code among the words.
        let words = || name.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',')).map(bare);
        let mut by_word: Vec<&String> = words()
            .filter(|word| word.len() >= 2 && word.bytes().any(|byte| byte.is_ascii_digit()))
            .filter_map(|word| self.codes.get(&word))
            .collect();
        by_word.dedup();
        if let [found] = by_word.as_slice() {
            return Ok(found);
        }
        let mut near: Vec<(f64, &str)> = self
            .shown
            .iter()
            .map(|(shown, _)| (strsim::jaro_winkler(&plain, &bare(shown)), shown.as_str()))
            .filter(|(likeness, _)| *likeness >= LIKENESS)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        Err(near.into_iter().take(SUGGESTED).map(|(_, shown)| shown.to_owned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn areas() -> AreaMatch {
        let list = [
            ("0880C1010", Some("Kvarnholmen")),
            ("0880C1020", Some("Malmen – Norr")),
            ("0880C1030", Some("Berga")),
            ("0880C1040", Some("Norrliden")),
            ("0880C1050", Some("Berga")),
            ("7", None),
        ];
        AreaMatch::new(list.into_iter())
    }

    #[test]
    fn a_code_or_a_name_that_one_area_has_is_that_area() {
        let areas = areas();
        for (name, code, expected) in [
            ("Kvarnholmen", None, "0880C1010"),
            (" malmen norr ", None, "0880C1020"),
            ("0880c1040", None, "0880C1040"),
            ("Vad som helst", Some("0880C1030"), "0880C1030"),
            ("0880C1010 Kvarnholm", None, "0880C1010"),
            ("Berga (0880C1050)", None, "0880C1050"),
            ("7", None, "7"),
        ] {
            assert_eq!(areas.find(name, code), Ok(expected), "{name}");
        }
    }

    #[test]
    fn a_name_of_two_areas_or_of_none_is_not_guessed() {
        let areas = areas();
        assert_eq!(areas.find("Berga", None), Err(vec!["Berga".to_owned(), "Berga".to_owned()]));
        assert_eq!(areas.find("Kvarnholm", None), Err(vec!["Kvarnholmen".to_owned()]));
        assert_eq!(areas.find("Xyz", None), Err(Vec::new()));
    }
}
