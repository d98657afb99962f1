//! Which character parts the cells of a CSV?
//!
//! Each candidate splits the first rows, quoted cells respected. A delimiter parts the header into at least two cells
//! and nearly all rows below into as many. One such candidate is taken; several that fit as well are named, never
//! guessed between.

use super::header;
use crate::texts;

/// Delimiters that are looked for.
const CANDIDATES: [char; 4] = [';', ',', '\t', '|'];
/// Bytes and rows of the file that are looked at.
const SAMPLE_BYTES: usize = 256 * 1024;
const SAMPLE_ROWS: usize = 300;
/// Share of rows that must have the header's cells for a candidate to be plausible.
const PLAUSIBLE: f64 = 0.9;
/// A candidate with this many times the columns of every other plausible one wins.
const CLEARLY_MORE: usize = 3;

/// The delimiter that was found, and why.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    pub delimiter: char,
    pub note: String,
}

/// How a candidate does on the sample.
#[derive(Debug, Clone, Copy)]
struct Trial {
    delimiter: char,
    columns: usize,
    rows: usize,
    fitting: usize,
    /// The header is not the first row.
    titled: bool,
}

impl Trial {
    fn share(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred rows")]
        let share = self.fitting as f64 / self.rows.max(1) as f64;
        if self.rows == 0 { 1.0 } else { share }
    }
}

/// The start of the text that is looked at: whole lines.
pub fn sample(text: &str) -> &str {
    if text.len() <= SAMPLE_BYTES {
        return text;
    }
    let mut end = SAMPLE_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let cut = text[..end].rfind(['\n', '\r']).map_or(end, |place| place + 1);
    &text[..cut]
}

/// The first rows that are not empty, split by a delimiter.
pub fn rows(text: &str, delimiter: u8, most: usize) -> Vec<csv::StringRecord> {
    let mut builder = csv::ReaderBuilder::new();
    let reader = builder.delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader
        .into_records()
        .map_while(Result::ok)
        .filter(|record| !record.as_slice().trim().is_empty())
        .take(most)
        .collect()
}

/// Filled cells of a row.
pub fn filled(record: &csv::StringRecord) -> usize {
    record.iter().filter(|cell| !cell.trim().is_empty()).count()
}

/// Cells of a row without the empty ones at its end.
pub fn width(record: &csv::StringRecord) -> usize {
    record.len() - record.iter().rev().take_while(|cell| cell.trim().is_empty()).count()
}

fn try_out(text: &str, delimiter: char) -> Trial {
    let byte = u8::try_from(delimiter).unwrap_or(b';');
    let rows = rows(text, byte, SAMPLE_ROWS);
    let counts: Vec<usize> = rows.iter().take(header::LOOKED_AT).map(filled).collect();
    let place = header::index(&counts);
    let Some(head) = rows.get(place) else {
        return Trial { delimiter, columns: 0, rows: 0, fitting: 0, titled: false };
    };
    let (columns, below) = (width(head), &rows[place + 1..]);
    let fitting = below.iter().filter(|row| row.len() >= columns && width(row) <= head.len()).count();
    Trial { delimiter, columns, rows: below.len(), fitting, titled: place > 0 }
}

fn shown(delimiter: char) -> String {
    let id = match delimiter {
        ';' => "delimiter-semicolon",
        ',' => "delimiter-comma",
        '\t' => "delimiter-tab",
        '|' => "delimiter-bar",
        other => return other.to_string(),
    };
    texts::text(id, &[])
}

/// The words for a delimiter that the user or the file itself named.
pub fn named_note(id: &str, delimiter: char) -> String {
    texts::text(id, &[("delimiter", shown(delimiter))])
}

/// The delimiter of a text, or the names of the candidates that fit equally well.
///
/// A text in which no candidate parts the header has a single column.
pub fn detect(text: &str) -> Result<Found, Vec<String>> {
    let text = sample(text);
    let mut trials: Vec<Trial> = CANDIDATES.iter().map(|&delimiter| try_out(text, delimiter)).collect();
    trials.retain(|trial| trial.columns >= 2);
    if trials.iter().any(|trial| !trial.titled && trial.share() >= PLAUSIBLE) {
        trials.retain(|trial| !trial.titled);
    }
    if trials.is_empty() {
        return Ok(Found { delimiter: ';', note: texts::text("note-delimiter-none", &[]) });
    }
    let best_share = trials.iter().map(Trial::share).fold(0.0, f64::max);
    let plausible: Vec<Trial> =
        trials.iter().copied().filter(|trial| trial.share() >= PLAUSIBLE.min(best_share)).collect();
    let most = plausible.iter().map(|trial| trial.columns).max().unwrap_or(0);
    let rival = |trial: &&Trial| trial.columns * CLEARLY_MORE > most;
    let rivals: Vec<&Trial> = plausible.iter().filter(rival).collect();
    // Where only one delimiter parts the header at all, it is taken however the rows below look.
    match rivals.as_slice() {
        [only] if best_share >= 0.5 || trials.len() == 1 => {
            let values = [
                ("delimiter", shown(only.delimiter)),
                ("columns", only.columns.to_string()),
                ("fitting", only.fitting.to_string()),
                ("rows", only.rows.to_string()),
            ];
            Ok(Found { delimiter: only.delimiter, note: texts::text("note-delimiter-found", &values) })
        }
        _ => Err(trials.iter().map(|trial| shown(trial.delimiter)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> char {
        detect(text).expect("one delimiter").delimiter
    }

    #[test]
    fn each_delimiter_is_found_and_decimal_commas_do_not_mislead() {
        assert_eq!(found("x;y;plats\n1,5;2,5;a\n1,6;2,6;b\n"), ';');
        assert_eq!(found("x,y,plats\n1.5,2.5,a; b\n"), ',');
        assert_eq!(found("x\ty\n1,5\t2,5\n"), '\t');
        assert_eq!(found("x|y\n1,5|2,5\n"), '|');
    }

    #[test]
    fn quoted_cells_are_respected() {
        assert_eq!(found("a;b\n\"1,2,3\n4\";2\n\"x;y\";3\n"), ';');
    }

    #[test]
    fn commas_in_every_text_do_not_rival_a_header_of_many_columns() {
        let row = "1;2;3;4;5;Storgatan 1, Lund\n".repeat(20);
        assert_eq!(found(&format!("a;b;c;d;e;Plats, ort\n{row}")), ';');
    }

    #[test]
    fn two_that_fit_equally_well_are_named() {
        let candidates = detect("a,b;c,d\n1,2;3,4\n5,6;7,8\n").expect_err("ambiguous");
        assert_eq!(candidates, ["semikolon", "komma"]);
    }

    #[test]
    fn a_title_above_the_table_does_not_mislead() {
        assert_eq!(found("Rapport, uttag 3\n\na;b;c\n1;2,5;3\n1;2,5;3\n"), ';');
    }

    #[test]
    fn the_only_delimiter_of_the_header_is_taken_whatever_the_rows() {
        assert_eq!(found("a;b;c\n1;2\n1\n1;2;3;4\n"), ';');
        assert_eq!(found("a;b;c\n\"1;2;3\n"), ';');
    }

    #[test]
    fn one_column_has_no_delimiter() {
        assert_eq!(detect("plats\nA\nB\n").expect("accepted").note, texts::text("note-delimiter-none", &[]));
    }

    #[test]
    fn a_long_text_is_sampled_in_whole_lines() {
        let text = "å;b\n".repeat(100_000);
        let sample = sample(&text);
        assert!(sample.len() <= SAMPLE_BYTES && sample.ends_with('\n'), "{}", sample.len());
    }
}
