//! The catalogue of everything a user reads: `data/texts/`, one file a part, Swedish first, English complete.
//!
//! An error is an enum whose variants carry what went wrong. Its variant name in kebab-case is its id in the
//! catalogue, which holds the sentence, the place, the remedy and the kind. HTTP status and exit code follow from
//! the kind and from nothing else. [`crate::catalogued_errors!`] gives an enum its `Display` and `std::error::Error`.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

/// What sort of failure: decides HTTP status and exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// The data or the parameters are refused.
    BadInput,
    /// The thing asked for does not exist.
    NotFound,
    /// The person or process may not.
    Forbidden,
    /// Something else stands in the way: a lock, another version.
    Conflict,
    /// The machine or a service failed.
    Unavailable,
    /// A fault of ours.
    Internal,
}

/// An error as a user meets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What sort of failure.
    pub kind: ErrorKind,
    /// Id in the catalogue.
    #[serde(skip)]
    pub id: String,
    /// One sentence.
    pub message: String,
    /// The file it is about.
    pub file: Option<String>,
    /// Where in the file: line, column, sheet, layer.
    pub place: Option<String>,
    /// What to do.
    pub remedy: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: Option<ErrorKind>,
    sv: String,
    en: String,
    place_sv: Option<String>,
    place_en: Option<String>,
    remedy_sv: Option<String>,
    remedy_en: Option<String>,
}

/// The files of the catalogue; a test holds that no id stands in two of them.
const FILES: &[&str] = &[
    include_str!("../data/texts/analysis.toml"),
    include_str!("../data/texts/areas.toml"),
    include_str!("../data/texts/backtest.toml"),
    include_str!("../data/texts/cli.toml"),
    include_str!("../data/texts/crs.toml"),
    include_str!("../data/texts/emerging.toml"),
    include_str!("../data/texts/export.toml"),
    include_str!("../data/texts/files.toml"),
    include_str!("../data/texts/formats.toml"),
    include_str!("../data/texts/gate.toml"),
    include_str!("../data/texts/geocode.toml"),
    include_str!("../data/texts/hdbscan.toml"),
    include_str!("../data/texts/http.toml"),
    include_str!("../data/texts/ingest.toml"),
    include_str!("../data/texts/kde.toml"),
    include_str!("../data/texts/layers.toml"),
    include_str!("../data/texts/local.toml"),
    include_str!("../data/texts/mapping.toml"),
    include_str!("../data/texts/near_repeat.toml"),
    include_str!("../data/texts/network.toml"),
    include_str!("../data/texts/page.toml"),
    include_str!("../data/texts/place.toml"),
    include_str!("../data/texts/plan_catalogue.toml"),
    include_str!("../data/texts/plan_faults.toml"),
    include_str!("../data/texts/plan_layers.toml"),
    include_str!("../data/texts/plan_read.toml"),
    include_str!("../data/texts/qgis.toml"),
    include_str!("../data/texts/roads.toml"),
    include_str!("../data/texts/sample.toml"),
    include_str!("../data/texts/scan.toml"),
    include_str!("../data/texts/service.toml"),
    include_str!("../data/texts/sight.toml"),
    include_str!("../data/texts/st_dbscan.toml"),
    include_str!("../data/texts/store.toml"),
    include_str!("../data/texts/tested.toml"),
    include_str!("../data/texts/suitability.toml"),
    include_str!("../data/texts/timeline.toml"),
];

static CATALOGUE: LazyLock<BTreeMap<String, Entry>> = LazyLock::new(|| {
    let parse = |file: &&str| -> BTreeMap<String, Entry> { toml::from_str(file).expect("a test checks every file") };
    FILES.iter().flat_map(parse).collect()
});
static ENGLISH: AtomicBool = AtomicBool::new(false);

/// Chooses the language of every text from here on. Called once, at start.
pub fn speak_english(english: bool) {
    ENGLISH.store(english, Ordering::Relaxed);
}

fn english() -> bool {
    ENGLISH.load(Ordering::Relaxed)
}

fn choose<'a>(sv: &'a str, en: &'a str) -> &'a str {
    if english() { en } else { sv }
}

/// Replaces each `{name}` by its value; an unknown name stays as it is.
fn fill(template: &str, values: &[(&str, String)]) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// The text with this id, its `{names}` replaced. An id that is not in the catalogue comes back as itself.
#[must_use]
pub fn text(id: &str, values: &[(&str, String)]) -> String {
    match CATALOGUE.get(id) {
        Some(entry) => fill(choose(&entry.sv, &entry.en), values),
        None => id.to_owned(),
    }
}

/// The Swedish text with this id whatever the chosen language: layers, columns and papers are Swedish.
#[must_use]
pub fn swedish(id: &str, values: &[(&str, String)]) -> String {
    CATALOGUE.get(id).map_or_else(|| id.to_owned(), |entry| fill(&entry.sv, values))
}

/// A number as the chosen language writes it: `0,01` in Swedish, `0.01` in English. No thousands are set apart.
#[must_use]
pub fn number(value: &impl std::fmt::Display) -> String {
    value.to_string().replace('.', &text("decimal-mark", &[]))
}

/// What the operating system says of a failure, in the chosen language and without its own words.
#[must_use]
pub fn system_failure(error: &std::io::Error) -> String {
    use std::io::ErrorKind as Io;
    let id = match error.kind() {
        Io::NotFound => "system-not-found",
        Io::PermissionDenied | Io::ReadOnlyFilesystem => "system-not-permitted",
        Io::AlreadyExists => "system-exists",
        Io::StorageFull | Io::QuotaExceeded => "system-full",
        Io::FileTooLarge => "system-too-large",
        Io::InvalidFilename | Io::InvalidInput => "system-name",
        Io::ResourceBusy | Io::ExecutableFileBusy | Io::WouldBlock | Io::Deadlock => "system-busy",
        Io::TimedOut | Io::StaleNetworkFileHandle | Io::HostUnreachable | Io::NetworkUnreachable | Io::NetworkDown => {
            "system-network"
        }
        Io::AddrInUse => "system-address-taken",
        Io::AddrNotAvailable => "system-address",
        Io::OutOfMemory => "system-memory",
        Io::UnexpectedEof => "system-short",
        _ => "system-other",
    };
    text(id, &[])
}

/// The ids that start with `prefix`, in alphabetical order.
#[must_use]
pub fn ids(prefix: &str) -> Vec<&'static str> {
    CATALOGUE.keys().map(String::as_str).filter(|id| id.starts_with(prefix)).collect()
}

/// Whether the catalogue holds this id as an error (with a kind).
#[must_use]
pub fn is_error(id: &str) -> bool {
    CATALOGUE.get(id).is_some_and(|entry| entry.kind.is_some())
}

/// The problem that an error of an enum made by [`crate::catalogued_errors!`] is to its user.
///
/// A field named `cause` that holds another such error is not unfolded: wrap with `#[serde(untagged)]` instead.
#[must_use]
pub fn problem(error: &impl Serialize) -> Problem {
    told(error, english())
}

/// The same in Swedish whatever the chosen language: for what is written into layers and papers.
#[must_use]
pub fn swedish_problem(error: &impl Serialize) -> Problem {
    told(error, false)
}

fn told(error: &impl Serialize, english: bool) -> Problem {
    let json = serde_json::to_value(error).unwrap_or_default();
    let id = json["id"].as_str().unwrap_or("internal").to_owned();
    let mut file = None;
    let mut values: Vec<(&str, String)> = Vec::new();
    for (name, value) in json.as_object().into_iter().flatten() {
        let value = match value {
            serde_json::Value::String(string) => string.clone(),
            serde_json::Value::Null => String::new(),
            serde_json::Value::Array(list) => {
                let parts = list.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned));
                parts.collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        };
        if name == "file" {
            file = Some(value.clone());
        }
        values.push((name, value));
    }
    let Some(entry) = CATALOGUE.get(&id) else {
        return Problem { kind: ErrorKind::Internal, message: json.to_string(), id, file, place: None, remedy: None };
    };
    let optional = |sv: &Option<String>, en: &Option<String>| {
        let template = if english { en.as_ref() } else { sv.as_ref() };
        template.map(|template| fill(template, &values))
    };
    Problem {
        kind: entry.kind.unwrap_or(ErrorKind::Internal),
        message: fill(if english { &entry.en } else { &entry.sv }, &values),
        place: optional(&entry.place_sv, &entry.place_en),
        remedy: optional(&entry.remedy_sv, &entry.remedy_en),
        id,
        file,
    }
}

/// Gives error enums their `Display` (the catalogue's sentence) and `std::error::Error`.
///
/// The enum derives `Debug` and `Serialize` with `#[serde(tag = "id", rename_all = "kebab-case")]`.
#[macro_export]
macro_rules! catalogued_errors {
    ($($error:ty),+) => {$(
        impl std::fmt::Display for $error {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&$crate::texts::problem(self).message)
            }
        }
        impl std::error::Error for $error {}
    )+};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Serialize)]
    #[serde(tag = "id", rename_all = "kebab-case")]
    enum Error {
        MissingFile { file: String },
    }
    catalogued_errors!(Error);

    #[test]
    fn an_error_says_file_and_remedy_in_one_sentence_each() {
        let problem = problem(&Error::MissingFile { file: "olyckor.csv".to_owned() });
        assert_eq!(problem.kind, ErrorKind::BadInput);
        assert!(problem.message.contains("olyckor.csv"), "{}", problem.message);
        assert_eq!(problem.file.as_deref(), Some("olyckor.csv"));
        assert!(problem.remedy.is_some());
    }

    #[test]
    fn numbers_and_failures_of_the_system_are_said_in_swedish() {
        assert_eq!((number(&0.01), number(&100_000)), ("0,01".to_owned(), "100000".to_owned()));
        for code in 1..=133 {
            let words = system_failure(&std::io::Error::from_raw_os_error(code));
            assert!(!words.contains("system-") && !words.contains("os error"), "{code}: {words}");
        }
        let busy = system_failure(&std::io::ErrorKind::AddrInUse.into());
        assert_eq!(busy, "adressen används redan av ett annat program");
    }

    #[test]
    fn no_id_stands_in_two_files() {
        let parse = |file: &&str| -> BTreeMap<String, Entry> { toml::from_str(file).expect("well-formed") };
        assert_eq!(FILES.iter().map(|file| parse(file).len()).sum::<usize>(), CATALOGUE.len());
    }

    #[test]
    fn every_entry_is_complete_in_both_languages() {
        for (id, entry) in CATALOGUE.iter() {
            assert!(!entry.sv.is_empty() && !entry.en.is_empty(), "{id}");
            assert_eq!(entry.place_sv.is_some(), entry.place_en.is_some(), "{id}: place");
            assert_eq!(entry.remedy_sv.is_some(), entry.remedy_en.is_some(), "{id}: remedy");
            let names = |text: &str| {
                let mut found: Vec<String> = text
                    .split('{')
                    .skip(1)
                    .filter_map(|part| part.split_once('}').map(|(name, _)| name.to_owned()))
                    .collect();
                found.sort();
                found.dedup();
                found
            };
            assert_eq!(names(&entry.sv), names(&entry.en), "{id}: placeholders");
        }
    }
}
