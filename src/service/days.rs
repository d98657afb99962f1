//! What the times of rows are good for: the period or the day of each, and what is told of those that have none.

use super::error::{Refusal, Result};
use super::rows::Input;
use crate::domain::Interval;
use crate::texts::swedish;

/// What `of` makes of each row's time. Rows without a time, and those of whose time it makes nothing, have none; they are told in
/// the input's `dropped`, the latter for the reason `coarse`.
///
/// # Errors
/// [`Refusal::NothingDated`] where no row has a time; `refused`, of so many rows, where all times there are make nothing.
pub(super) fn known<T>(
    input: &mut Input,
    shown: &str,
    rows: &[usize],
    of: impl Fn(&Interval) -> Option<T>,
    coarse: (&str, &[(&str, String)]),
    refused: impl FnOnce(usize) -> Refusal,
) -> Result<Vec<Option<T>>> {
    let time = |row: &usize| input.facts[*row].time.as_ref();
    let found: Vec<Option<T>> = rows.iter().map(|row| time(row).and_then(&of)).collect();
    let undated = rows.iter().filter(|row| time(row).is_none()).count();
    let lost = found.iter().filter(|one| one.is_none()).count();
    if lost == found.len() {
        let nothing = Refusal::NothingDated { file: shown.to_owned(), rows: lost };
        return Err(if undated == lost { nothing } else { refused(lost - undated) }.into());
    }
    input.leave_out("dropped-undated", &[], undated as u64);
    input.leave_out(coarse.0, coarse.1, (lost - undated) as u64);
    Ok(found)
}

/// The day of each of these rows, counted from 1970-01-01. A time that spans at most `most` days stands for the middle one: so
/// is a burglary of a weekend kept. Rows without a time, and with a coarser one, have none; they are told in the input's
/// `dropped`, as are those that stand for a middle day in its notes.
///
/// # Errors
/// [`Refusal::NothingDated`], [`Refusal::DaysTooCoarse`] where no row has a day.
pub(super) fn of_rows(input: &mut Input, shown: &str, rows: &[usize], most: u32) -> Result<Vec<Option<i32>>> {
    let told = most.max(1);
    let day = |time: &Interval| {
        let (first, last) = time.day_numbers()?;
        Some((time.day_within(most)?, first < last))
    };
    let coarse = ("dropped-coarse-days", &[("days", told.to_string())][..]);
    let refused = |rows| Refusal::DaysTooCoarse { file: shown.to_owned(), rows, days: told };
    let days = known(input, shown, rows, day, coarse, refused)?;
    let several = days.iter().flatten().filter(|(_, several)| *several).count();
    if several > 0 {
        input.notes.push(swedish("note-middle-day", &[("count", several.to_string())]));
    }
    Ok(days.into_iter().map(|day| day.map(|(day, _)| day)).collect())
}
