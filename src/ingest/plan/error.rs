//! Why a file of plans was refused.

use serde::Serialize;

/// Why a file of plans was refused. `file` is its name as a person wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields are the words of the sentences in data/texts/plan_read.toml")]
pub enum PlanReadError {
    /// Nothing inside.
    EmptyFile { file: String },
    /// Bytes that are no UTF-8.
    PlanNotUtf8 { file: String, line: usize },
    /// Not JSON.
    PlanBrokenJson { file: String, line: usize, column: usize },
    /// Lists within lists without end.
    PlanJsonTooDeep { file: String, line: usize, limit: usize },
    /// JSON, but no plan of the exchange format; `found` says what it looks like.
    PlanNotNgp { file: String, found: String },
    /// Another version of the exchange format.
    PlanOtherVersion { file: String, found: String },
    /// Not XML.
    PlanBrokenXml { file: String, line: usize },
    /// XML that defines entities of its own, or asks for ones that XML does not know.
    DefinesEntities { file: String, line: usize },
    /// Tags within tags without end.
    NestedTooDeep { file: String, line: usize, limit: usize },
    /// XML, but not SS 637040.
    PlanNotSs637040 { file: String, found: String },
    /// The format, but no plan in it.
    PlanMissing { file: String },
    /// Several plans where provisions do not say to which they belong.
    PlanProvisionWithoutPlan { file: String, place: String, plans: Vec<String> },
    /// Layers among which is none that a plan can be made of.
    PlanNoLayer { file: String, layers: Vec<String> },
    /// A column that the mapping names is not there.
    PlanColumnMissing { file: String, layer: String, column: String, columns: Vec<String> },
    /// A layer that the mapping names is not there.
    PlanLayerMissing { file: String, layer: String, layers: Vec<String> },
    /// A mapping that cannot be read.
    PlanMappingBroken { file: String, line: usize },
    /// A word in a mapping that is not one of those that may stand there.
    PlanMappingWord { file: String, member: String, found: String, allowed: Vec<String> },
}
crate::catalogued_errors!(PlanReadError);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts;

    #[test]
    fn every_error_has_a_sentence_a_remedy_and_no_hole() {
        let file = || "plan.json".to_owned();
        let word = || "ord".to_owned();
        let list = || vec!["a".to_owned(), "b".to_owned()];
        let errors = [
            PlanReadError::EmptyFile { file: file() },
            PlanReadError::PlanNotUtf8 { file: file(), line: 1 },
            PlanReadError::PlanBrokenJson { file: file(), line: 1, column: 2 },
            PlanReadError::PlanJsonTooDeep { file: file(), line: 1, limit: 64 },
            PlanReadError::PlanNotNgp { file: file(), found: word() },
            PlanReadError::PlanOtherVersion { file: file(), found: word() },
            PlanReadError::PlanBrokenXml { file: file(), line: 1 },
            PlanReadError::DefinesEntities { file: file(), line: 1 },
            PlanReadError::NestedTooDeep { file: file(), line: 1, limit: 200 },
            PlanReadError::PlanNotSs637040 { file: file(), found: word() },
            PlanReadError::PlanMissing { file: file() },
            PlanReadError::PlanProvisionWithoutPlan { file: file(), place: word(), plans: list() },
            PlanReadError::PlanNoLayer { file: file(), layers: list() },
            PlanReadError::PlanColumnMissing { file: file(), layer: word(), column: word(), columns: list() },
            PlanReadError::PlanLayerMissing { file: file(), layer: word(), layers: list() },
            PlanReadError::PlanMappingBroken { file: file(), line: 1 },
            PlanReadError::PlanMappingWord { file: file(), member: word(), found: word(), allowed: list() },
        ];
        for error in &errors {
            let problem = texts::problem(error);
            assert!(texts::is_error(&problem.id), "{}", problem.id);
            assert!(problem.message.contains("plan.json"), "{}", problem.message);
            assert!(problem.remedy.is_some(), "{}", problem.id);
            assert!(!format!("{problem:?}").replace("Problem {", "").contains('{'), "{problem:?}");
        }
    }
}
