//! Which row holds the column names, when a title stands above the table.
//!
//! The first row that is not empty is the header, unless it and the rows right below it have a single filled cell each
//! (a title, a date of extraction) and a table of several columns follows. What was passed over is told in a note.

/// Rows of the head that are looked at.
pub const LOOKED_AT: usize = 30;
/// Most rows of title above a header.
const MOST_TITLES: usize = 10;

/// Index of the header among the first rows that are not empty, given how many filled cells each has.
///
/// 0 where the first row has several cells, where no row within [`MOST_TITLES`] has, or where fewer than half of the
/// rows below have: then the file has a single column.
pub fn index(filled: &[usize]) -> usize {
    let Some(candidate) = filled.iter().take(MOST_TITLES + 1).position(|&cells| cells >= 2) else { return 0 };
    let below = &filled[candidate + 1..];
    let wide = below.iter().filter(|&&cells| cells >= 2).count();
    if 2 * wide >= below.len() { candidate } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_passed_over_and_a_plain_header_is_not() {
        assert_eq!(index(&[5, 5, 4]), 0);
        assert_eq!(index(&[1, 1, 5, 5, 4]), 2);
        assert_eq!(index(&[1, 5]), 1);
    }

    #[test]
    fn a_single_column_keeps_its_first_row() {
        assert_eq!(index(&[1, 1, 1, 1]), 0);
        assert_eq!(index(&[1, 1, 2, 1, 1, 1]), 0);
        assert_eq!(index(&[]), 0);
    }
}
