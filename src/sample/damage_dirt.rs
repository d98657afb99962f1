//! Dirt in the damage reports, planted a known number of times, never at a hotspot.

use std::collections::BTreeSet;

use super::damages::{Damage, kronor};
use super::sheet::{Cell, Sheet};
use super::truth::{DAMAGES, Defect, Dirty};
use crate::domain::random::Stream;

/// Cells that replace good ones: defect, then column and text of one or two cells; the first is to blame.
type Stain = (Defect, &'static [(&'static str, &'static str)]);

const STAINS: [Stain; 18] = [
    (Defect::ImpossibleDate, &[("Händelsedatum", "2021-02-30")]),
    (Defect::ImpossibleDate, &[("Händelsedatum", "2022-13-05")]),
    (Defect::ImpossibleDate, &[("Händelsedatum", "2019-6-31")]),
    (Defect::ImpossibleDate, &[("Händelsedatum", "2023-00-12")]),
    (Defect::UnreadableCoordinate, &[("N-koordinat", "6319?12,5")]),
    (Defect::UnreadableCoordinate, &[("E-koordinat", "se bilaga")]),
    (Defect::UnreadableCoordinate, &[("N-koordinat", "63l9412,0")]),
    (Defect::HalfCoordinate, &[("N-koordinat", "")]),
    (Defect::HalfCoordinate, &[("E-koordinat", "")]),
    (Defect::HalfCoordinate, &[("E-koordinat", "")]),
    (Defect::OutsideCountry, &[("N-koordinat", "5820100,0"), ("E-koordinat", "390200,0")]),
    (Defect::OutsideCountry, &[("N-koordinat", "4455000,5"), ("E-koordinat", "430000,5")]),
    (Defect::ZeroCoordinate, &[("N-koordinat", "0"), ("E-koordinat", "0")]),
    (Defect::ZeroCoordinate, &[("N-koordinat", "0,0"), ("E-koordinat", "0,0")]),
    (Defect::UnreadableAmount, &[("Kostnad", "ca tusen kr")]),
    (Defect::UnreadableAmount, &[("Kostnad", "enligt faktura")]),
    (Defect::UnreadableAmount, &[("Kostnad", "12\u{a0}O00,00\u{a0}kr")]),
    (Defect::UnreadableAmount, &[("Kostnad", "3 500 eller 5 300 kr")]),
];

/// Plants the dirt and tells where it is.
pub fn soil(damages: &[Damage], sheet: &mut Sheet, stream: &mut Stream) -> Vec<Dirty> {
    let mut used = BTreeSet::new();
    let mut marks: Vec<(usize, &'static str, Defect)> = Vec::new();
    let mut pick = |stream: &mut Stream| {
        let open = (0..damages.len())
            .filter(|index| damages[*index].planted.is_none() && damages[*index].placed && !used.contains(index));
        let chosen = stream.pick(&open.collect::<Vec<_>>()).copied()?;
        used.insert(chosen);
        Some(chosen)
    };
    for (defect, cells) in STAINS {
        let Some(row) = pick(stream) else { continue };
        for &(column, text) in cells {
            sheet.set(row, column, text);
        }
        marks.push((row, cells[0].0, defect));
    }
    // The same number again with other content, as when a case is split by hand.
    for ore in [1_875_000, 432_050] {
        let Some(row) = pick(stream) else { continue };
        let mut copy = sheet.rows[row].clone();
        copy[sheet.column("Kostnad")] = Cell::from(kronor(ore));
        copy[sheet.column("Beskrivning")] = Cell::from("Del 2 av samma ärende.\nTilläggsfaktura.");
        sheet.rows.push(copy);
        marks.push((sheet.rows.len() - 1, "Ärendenr", Defect::DuplicateNumber));
    }
    marks.sort_unstable();
    let lines = first_lines(sheet);
    let each = marks.into_iter().map(|(row, column, defect)| Dirty {
        file: DAMAGES,
        sheet: None,
        row: row + 2,
        line: Some(lines[row]),
        key: sheet.cell(row, "Ärendenr").text(),
        column: Some(column),
        value: Some(sheet.cell(row, column).text()),
        defect,
        treatment: defect.treatment(),
    });
    each.collect()
}

/// The line of the text file on which each row starts; the header is line 1.
fn first_lines(sheet: &Sheet) -> Vec<usize> {
    let breaks = |row: &Vec<Cell>| row.iter().map(|cell| cell.text().matches('\n').count()).sum::<usize>();
    let starts = sheet.rows.iter().scan(2, |line, row| {
        let start = *line;
        *line += 1 + breaks(row);
        Some(start)
    });
    starts.collect()
}
