//! Imports follow the arrows of the architecture page and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Part to the parts that it may name. `texts` may be named by all, and names none.
const MAY: [(&str, &[&str]); 15] = [
    ("domain", &[]),
    ("texts", &[]),
    ("analysis", &["domain"]),
    ("geocode", &["domain"]),
    ("plan", &["domain"]),
    ("sample", &["domain"]),
    ("crs", &["domain"]),
    ("ingest", &["domain", "crs", "plan"]),
    ("geopackage", &["domain"]),
    ("store", &["domain", "geopackage"]),
    ("export", &["domain", "crs", "geopackage", "plan"]),
    ("service", &["domain", "crs", "analysis", "geocode", "plan", "sample", "ingest", "geopackage", "store", "export"]),
    ("http", &["domain", "service"]),
    // `serve` is a command: it starts the service.
    ("cli", &["domain", "service", "http"]),
    ("web", &[]),
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("sources are there").flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "node_modules" && name != "dist") {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Parts that a source names: what stands behind `crate::`, outside comments.
fn named(source: &str) -> BTreeSet<String> {
    let code = source.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut parts: BTreeSet<String> =
        code.split("crate::").skip(1).filter(|rest| !rest.starts_with('{')).map(word).collect();
    for group in code.split("crate::{").skip(1) {
        let mut depth = 1;
        let inner: String = group
            .chars()
            .take_while(|c| {
                depth += i32::from(*c == '{') - i32::from(*c == '}');
                depth > 0
            })
            .collect();
        let mut level = 0;
        let mut item = String::new();
        for c in inner.chars().chain([',']) {
            level += i32::from(c == '{') - i32::from(c == '}');
            if c == ',' && level == 0 {
                parts.insert(word(item.trim()));
                item.clear();
            } else {
                item.push(c);
            }
        }
    }
    parts.remove("");
    parts
}

#[test]
fn no_part_names_another_against_the_arrows() {
    let may: BTreeMap<&str, &[&str]> = MAY.into_iter().collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    assert!(files.len() > 50, "the sources were found");
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&root).expect("below src").to_string_lossy().into_owned();
        let part = inside.split(['/', '.']).next().unwrap_or_default().to_owned();
        if inside == "lib.rs" || inside == "main.rs" {
            continue;
        }
        let allowed = may.get(part.as_str()).unwrap_or_else(|| panic!("{part} is not in the table of arrows"));
        let source = std::fs::read_to_string(&file).expect("a source is text");
        for other in named(&source) {
            let fine =
                other == part || other == "texts" || other == "catalogued_errors" || allowed.contains(&other.as_str());
            if !fine && may.contains_key(other.as_str()) {
                wrong.push(format!("{inside} names {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_reader_of_use_lines_sees_groups_and_passes_over_comments() {
    let source = "use crate::{a::{x, y}, b};\nuse crate::c::D; // crate::e\nlet z = crate::f::g();";
    let parts: Vec<String> = named(source).into_iter().collect();
    assert_eq!(parts, ["a", "b", "c", "f"]);
}

fn reaches(may: &BTreeMap<&str, &[&str]>, from: &str, to: &str) -> bool {
    may[from].iter().any(|next| *next == to || reaches(may, next, to))
}

#[test]
fn the_arrows_have_no_circle() {
    let may: BTreeMap<&str, &[&str]> = MAY.into_iter().collect();
    for part in may.keys() {
        assert!(!reaches(&may, part, part), "{part} reaches itself");
    }
}
