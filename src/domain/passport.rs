//! The passport that every result carries: what it rests on, how it was made, and a hash to tell it by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Secrecy;

/// What a result rests on. Equal rows and parameters give an equal passport, whatever the row order or thread count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passport {
    /// `lagesbild` and its version.
    pub software: String,
    /// Method id, for example `dbscan`.
    pub method: String,
    /// Parameters as they were used, defaults included.
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// Seed of the random numbers, or `None` where the method uses none.
    pub seed: Option<u64>,
    /// Registers or files that the rows come from, sorted.
    pub sources: Vec<String>,
    /// First and last day of the data as `YYYY-MM-DD`, or `None` where no row has a time.
    pub period: Option<(String, String)>,
    /// The data's vintage as a UTC stamp: the end of the latest event. Every stamp in a file comes from here.
    pub vintage: String,
    /// Rows that the method used.
    pub used: u64,
    /// Rows without a position ("ej platsbestämda").
    pub unplaced: u64,
    /// Rows dropped for another reason: reason to count.
    pub dropped: BTreeMap<String, u64>,
    /// CRS of the coordinates, for example `EPSG:3006`.
    pub crs: String,
    /// Strictest secrecy class among the rows.
    pub secrecy: Secrecy,
    /// What the reader must know, one sentence each.
    pub notes: Vec<String>,
    /// SHA-256 (hex) over the canonical rows that were used; see [`ContentHash`].
    pub content_hash: String,
}

/// Vintage of data without any time: stamps need some value, and the clock must not be it.
pub const NO_VINTAGE: &str = "1970-01-01T00:00:00.000Z";

/// What a passport says of the program: its name and version.
pub const SOFTWARE: &str = concat!("lagesbild ", env!("CARGO_PKG_VERSION"));

impl Passport {
    /// The passport as one line of JSON with its keys in a fixed order.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a passport holds only strings, numbers, lists and maps with text keys")
    }
}

/// Hash over rows in any order: rows are sorted before they are hashed.
#[derive(Debug, Default)]
pub struct ContentHash(Vec<[u8; 32]>);

impl ContentHash {
    /// Adds one canonical row. Fields are separated by the unit separator, which no cell holds.
    pub fn add(&mut self, fields: &[&str]) {
        let mut hasher = Sha256::new();
        for field in fields {
            hasher.update(field.as_bytes());
            hasher.update([0x1f]);
        }
        self.0.push(hasher.finalize().into());
    }

    /// The hash in hex.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.0.sort_unstable();
        let mut hasher = Sha256::new();
        for row in &self.0 {
            hasher.update(row);
        }
        hex(&hasher.finalize())
    }
}

/// Bytes as lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(rows: &[&[&str]]) -> String {
        let mut content = ContentHash::default();
        for row in rows {
            content.add(row);
        }
        content.finish()
    }

    #[test]
    fn the_order_of_rows_changes_nothing_and_a_copy_of_a_row_does() {
        assert_eq!(hash(&[&["a"], &["b"]]), hash(&[&["b"], &["a"]]));
        assert_ne!(hash(&[&["a"], &["b"]]), hash(&[&["a"], &["b"], &["b"]]));
    }

    #[test]
    fn where_one_field_ends_matters() {
        assert_ne!(hash(&[&["ab", "c"]]), hash(&[&["a", "bc"]]));
    }
}
