//! Who is who among rows: the key of the register, or the cells themselves where it has none.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::Table;
use super::values::trimmed;
use crate::domain::passport::hex;

/// SHA-256 over the raw canonical cells of rows: `name = value` of every cell that is not empty, sorted, so that the
/// order of columns plays no part. Rows are hashed in the order given.
#[must_use]
pub fn content_of(rows: &[(&Table, usize, &[usize])]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for (table, row, columns) in rows {
        let mut cells: Vec<(&str, &str)> = columns
            .iter()
            .map(|&column| (table.columns[column].as_str(), trimmed(table.cell(*row, column))))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        cells.sort_unstable();
        for (name, value) in cells {
            hasher.update(name.as_bytes());
            hasher.update([0x1f]);
            hasher.update(value.as_bytes());
            hasher.update([0x1e]);
        }
        hasher.update([0x1d]);
    }
    hasher.finalize().into()
}

/// Numbers rows with equal content: the k-th such row within a file is another event than the first.
#[derive(Debug, Default)]
pub struct Occurrences(HashMap<[u8; 16], u32>);

impl Occurrences {
    /// `#hash.k` for a row without a key: 16 bytes of the content's hash in hex, and which occurrence it is, from 1.
    pub fn keyless(&mut self, content: &[u8; 32]) -> String {
        let mut short = [0_u8; 16];
        short.copy_from_slice(&content[..16]);
        let count = self.0.entry(short).or_insert(0);
        *count += 1;
        format!("#{}.{count}", hex(&short))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: [&str; 2], rows: &[[&str; 2]]) -> Table {
        let mut table = Table::new("x.csv", None, columns.map(str::to_owned));
        for (number, row) in (2..).zip(rows) {
            assert!(table.push(number, row.iter().copied()));
        }
        table
    }

    #[test]
    fn the_order_of_columns_and_space_around_cells_play_no_part() {
        let (one, two) = (table(["a", "b"], &[["1", "x"]]), table(["b", "a"], &[[" x ", "1"]]));
        assert_eq!(content_of(&[(&one, 0, &[0, 1])]), content_of(&[(&two, 0, &[0, 1])]));
        let other = table(["a", "b"], &[["1", "y"]]);
        assert_ne!(content_of(&[(&one, 0, &[0, 1])]), content_of(&[(&other, 0, &[0, 1])]));
    }

    #[test]
    fn copies_of_a_row_get_numbers() {
        let copies = table(["a", "b"], &[["1", "x"], ["1", "x"]]);
        let mut occurrences = Occurrences::default();
        let ids: Vec<String> = (0..2).map(|row| occurrences.keyless(&content_of(&[(&copies, row, &[0, 1])]))).collect();
        assert!(ids[0].ends_with(".1") && ids[1].ends_with(".2"));
        assert_eq!(ids[0][..33], ids[1][..33]);
    }
}
