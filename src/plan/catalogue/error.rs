//! Why a table of provisions was refused.

use serde::Serialize;

use crate::catalogued_errors;

/// Why a table of provisions was refused. `file` is its name as a person wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields are the words of the sentences in data/texts/plan_catalogue.toml")]
pub enum Error {
    /// No table, or a member that does not exist.
    PlanTableBroken { file: String, line: usize },
    /// Two lines with the same UUID or code.
    PlanTableRepeats { file: String, found: String },
    /// A colour without numbers.
    PlanColourUnknown { file: String, found: String },
    /// No release of the catalogue in its flat form; `missing` is the first member that is not there.
    PlanReleaseUnlike { file: String, missing: String, number: usize },
}
catalogued_errors!(Error);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts;

    #[test]
    fn every_error_has_its_sentence_and_remedy() {
        let (file, word) = (|| "codes.toml".to_owned(), || "ord".to_owned());
        let all = [
            Error::PlanTableBroken { file: file(), line: 3 },
            Error::PlanTableRepeats { file: file(), found: word() },
            Error::PlanColourUnknown { file: file(), found: word() },
            Error::PlanReleaseUnlike { file: file(), missing: word(), number: 3 },
        ];
        for error in all {
            let problem = texts::problem(&error);
            assert!(texts::is_error(&problem.id) && problem.remedy.is_some(), "{}", problem.id);
            assert!(problem.message.contains("codes.toml") && !problem.message.contains('{'), "{}", problem.message);
        }
    }
}
