//! The day of each event, for methods that compare days.

use super::error::{Refusal, Result};
use super::rows::Input;

/// The day of each of these rows, counted from 1970-01-01. A time that spans at most `most` days stands for the middle one: so
/// is a burglary of a weekend kept. Rows without a time, and with a coarser one, have none; they are told in the input's
/// `dropped`, as are those that stand for a middle day in its notes.
///
/// # Errors
/// [`Refusal::NothingDated`], [`Refusal::DaysTooCoarse`] where no row has a day.
pub(super) fn of_rows(input: &mut Input, shown: &str, rows: &[usize], most: u32) -> Result<Vec<Option<i32>>> {
    let time = |&row: &usize| input.facts[row].time.as_ref();
    let days: Vec<Option<i32>> = rows.iter().map(|row| time(row).and_then(|time| time.day_within(most))).collect();
    let several = |row: &usize| {
        time(row).is_some_and(|time| {
            time.day_within(most).is_some() && time.day_numbers().is_some_and(|(first, last)| first < last)
        })
    };
    let several = rows.iter().filter(|row| several(row)).count();
    let undated = rows.iter().filter(|row| time(row).is_none()).count();
    let lost = days.iter().filter(|day| day.is_none()).count();
    if lost == days.len() {
        let file = shown.to_owned();
        return Err(if undated == lost {
            Refusal::NothingDated { file, rows: lost }
        } else {
            Refusal::DaysTooCoarse { file, rows: lost - undated, days: most.max(1) }
        }
        .into());
    }
    input.leave_out("dropped-undated", &[], undated as u64);
    input.leave_out("dropped-coarse-days", &[("days", most.max(1).to_string())], (lost - undated) as u64);
    if several > 0 {
        input.notes.push(crate::texts::swedish("note-middle-day", &[("count", several.to_string())]));
    }
    Ok(days)
}
