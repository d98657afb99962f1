//! What columns of registers are called: `data/registers.toml`, or a file of the same shape that the user gives.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::values::folded;
use crate::catalogued_errors;

/// Why a file of column names was refused.
#[derive(Debug, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum AliasError {
    /// The file cannot be read.
    AliasesUnreadable {
        /// The file.
        file: String,
    },
    /// The file is no TOML of the right shape.
    AliasesMalformed {
        /// The file.
        file: String,
        /// Where, in the parser's words.
        cause: String,
    },
    /// The file lacks the section that is needed.
    AliasesWithoutSection {
        /// The file.
        file: String,
        /// The section.
        section: String,
    },
}
catalogued_errors!(AliasError);

/// The names of one register's columns.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Aliases {
    /// How sure the words are, one sentence.
    pub source: String,
    /// Field to the names of its column, the likeliest first.
    #[serde(flatten)]
    pub fields: BTreeMap<String, Vec<String>>,
}

static SHIPPED: LazyLock<BTreeMap<String, Aliases>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/registers.toml")).expect("data/registers.toml is checked by a test")
});

/// A column's name or a cell as names are compared: lower case, one space between words, no mark at its end.
#[must_use]
pub fn plain(text: &str) -> String {
    let text = folded(&text.replace(['_', '\u{a0}'], " "));
    text.trim_end_matches([':', '*', '.', '¹', '²']).trim().to_owned()
}

impl Aliases {
    /// The shipped names of a register, or those of the user's file.
    ///
    /// # Errors
    /// The file cannot be read or understood, or has no such section.
    pub fn of(section: &str, own: Option<&Path>) -> Result<Self, AliasError> {
        let Some(path) = own else {
            let file = "data/registers.toml".to_owned();
            let found = SHIPPED.get(section).cloned();
            return found.ok_or(AliasError::AliasesWithoutSection { file, section: section.to_owned() });
        };
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|_| AliasError::AliasesUnreadable { file: file.clone() })?;
        let mut sections: BTreeMap<String, Self> = toml::from_str(&text)
            .map_err(|error| AliasError::AliasesMalformed { file: file.clone(), cause: error.message().to_owned() })?;
        sections.remove(section).ok_or(AliasError::AliasesWithoutSection { file, section: section.to_owned() })
    }

    /// The names of a field; none where the register has no such field.
    #[must_use]
    pub fn names(&self, field: &str) -> &[String] {
        self.fields.get(field).map_or(&[], Vec::as_slice)
    }

    /// Whether the text is one of the names of a field.
    #[must_use]
    pub fn is(&self, field: &str, text: &str) -> bool {
        let text = plain(text);
        !text.is_empty() && self.names(field).iter().any(|name| plain(name) == text)
    }

    /// The place of a field's column: the likeliest name first, then the leftmost column.
    #[must_use]
    pub fn column(&self, field: &str, columns: &[String]) -> Option<usize> {
        let columns: Vec<String> = columns.iter().map(|column| plain(column)).collect();
        self.names(field).iter().find_map(|name| {
            let name = plain(name);
            columns.iter().position(|column| *column == name)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ConditionKind;

    #[test]
    fn every_shipped_section_is_there_and_says_how_sure_it_is() {
        let kinds = ConditionKind::ALL.map(ConditionKind::code);
        let sections = ["areas", "exposure", "counts", "measures"].into_iter().chain(kinds);
        for section in sections.filter(|section| *section != "traffic") {
            let aliases = Aliases::of(section, None).expect(section);
            assert!(aliases.source.len() > 20, "{section}");
        }
        assert!(Aliases::of("est", None).expect("est").source.contains("INTE kända"));
        assert!(matches!(Aliases::of("x", None), Err(AliasError::AliasesWithoutSection { .. })));
    }

    #[test]
    fn names_are_compared_without_case_underscores_and_marks() {
        let aliases = Aliases::of("counts", None).expect("counts");
        assert!(aliases.is("area", " Område:") && aliases.is("total", "TOTALT*") && !aliases.is("area", ""));
        let columns = ["X", "DeSO_Kod", "Område"].map(str::to_owned);
        assert_eq!((aliases.column("code", &columns), aliases.column("area", &columns)), (Some(1), Some(2)));
        assert_eq!(aliases.column("count", &columns), None);
    }

    #[test]
    fn an_own_file_takes_the_place_of_the_shipped_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("egna.toml");
        std::fs::write(&path, "[est]\nsource = \"vår export\"\nwhat = [\"Sort\"]\n").expect("written");
        assert!(Aliases::of("est", Some(&path)).expect("read").is("what", "sort"));
        assert!(matches!(Aliases::of("flow", Some(&path)), Err(AliasError::AliasesWithoutSection { .. })));
        std::fs::write(&path, "est = 3").expect("written");
        assert!(matches!(Aliases::of("est", Some(&path)), Err(AliasError::AliasesMalformed { .. })));
    }
}
