//! What a person or a machine reads. A closed pipe is silent.

use std::io::Write;

use serde::Serialize;
use serde_json::json;

use crate::texts::{Problem, text};

/// Standard output and error, for people or for machines.
pub struct Output {
    json: bool,
}

impl Output {
    /// Output as JSON or as text.
    #[must_use]
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a machine reads.
    #[must_use]
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// Prints the result: the object for machines, the lines for people.
    pub fn result(&self, object: &impl Serialize, lines: impl FnOnce() -> Vec<String>) {
        let mut out = std::io::stdout().lock();
        if self.json {
            let _ = writeln!(out, "{}", serde_json::to_string(object).unwrap_or_default());
        } else {
            for line in lines() {
                if writeln!(out, "{line}").is_err() {
                    return;
                }
            }
        }
        let _ = out.flush();
    }

    /// Prints an error: one sentence, where, and what to do.
    pub fn problem(&self, problem: &Problem) {
        if self.json {
            self.result(&json!({ "error": problem }), Vec::new);
            return;
        }
        let mut lines = vec![problem.message.clone()];
        if let Some(place) = &problem.place {
            lines.push(text("cli-place", &[("place", place.clone())]));
        }
        if let Some(remedy) = &problem.remedy {
            lines.push(text("cli-remedy", &[("remedy", remedy.clone())]));
        }
        let mut out = std::io::stderr().lock();
        for line in lines {
            let _ = writeln!(out, "{line}");
        }
    }

    /// Prints lines on standard error, where they do not disturb a result.
    pub fn aside(lines: &[String]) {
        let mut out = std::io::stderr().lock();
        for line in lines {
            let _ = writeln!(out, "{line}");
        }
    }
}
