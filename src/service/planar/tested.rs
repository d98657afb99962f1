//! From cells that a test found to hotspots and layers: cells that touch and are found are one hotspot. Pure.

use geo::Geometry;

use super::study::Study;
use crate::analysis::neighbours::Neighbours;
use crate::analysis::outline;
use crate::domain::{Column, Geometries, GeometryKind, Kind, Layer, Passport, Style, Values};
use crate::service::columns::{category_class, column, title};
use crate::service::hotspots::{Hotspot, Tested};
use crate::texts::{number, swedish};

/// What a test said of one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// More than what it is compared with explains.
    More,
    /// Fewer.
    Fewer,
    /// Chance explains it.
    AsExpected,
}

impl Outcome {
    /// The value in the layer.
    #[must_use]
    pub fn word(self) -> String {
        let id = match self {
            Self::More => "outcome-more",
            Self::Fewer => "outcome-fewer",
            Self::AsExpected => "outcome-as-expected",
        };
        swedish(id, &[])
    }
}

/// Groups of found cells that touch at sides or corners, each ascending; groups by their first cell.
#[must_use]
pub fn grouped(neighbours: &Neighbours, found: &[bool]) -> Vec<Vec<u32>> {
    let mut seen = vec![false; found.len()];
    let mut groups = Vec::new();
    for start in 0..found.len() {
        if !found[start] || seen[start] {
            continue;
        }
        seen[start] = true;
        let (mut group, mut at) = (vec![u32::try_from(start).unwrap_or(u32::MAX)], 0);
        while at < group.len() {
            for &next in neighbours.of(group[at] as usize) {
                if found[next as usize] && !seen[next as usize] {
                    seen[next as usize] = true;
                    group.push(next);
                }
            }
            at += 1;
        }
        group.sort_unstable();
        groups.push(group);
    }
    groups
}

/// A place made of cells. `of_cell`: events by cell.
#[must_use]
pub fn place(study: &Study, number: u32, cells: &[u32], of_cell: &[Vec<u32>], tested: Option<Tested>) -> Hotspot {
    let own: Vec<_> = cells.iter().map(|&at| study.cells[at as usize]).collect();
    let mut members: Vec<u32> = cells.iter().flat_map(|&at| of_cell[at as usize].iter().copied()).collect();
    members.sort_unstable();
    Hotspot { number, members, shape: outline::of_cells(&study.grid, &own).into(), road: None, tested }
}

/// The least value of some cells, at most 1; cells without one are passed over.
#[must_use]
pub fn least(values: &[Option<f64>], cells: &[u32]) -> f64 {
    cells.iter().filter_map(|&at| values[at as usize]).fold(1.0, f64::min)
}

/// Events by cell, each list ascending.
#[must_use]
pub fn by_cell(cells: usize, of: &[Option<u32>]) -> Vec<Vec<u32>> {
    let mut lists = vec![Vec::new(); cells];
    for (event, cell) in (0_u32..).zip(of) {
        if let Some(cell) = cell {
            lists[*cell as usize].push(event);
        }
    }
    lists
}

/// Events by cell as numbers.
#[must_use]
pub fn numbers(members: &[Vec<u32>]) -> Vec<u32> {
    members.iter().map(|own| u32::try_from(own.len()).unwrap_or(u32::MAX)).collect()
}

/// An expected number as sentences have it: with a decimal below ten.
#[must_use]
pub fn about(expected: f64) -> String {
    number(&if expected < 10.0 { (expected * 10.0).round() / 10.0 } else { expected.round() })
}

/// How often chance alone does so, in words.
#[must_use]
pub fn chance(p: f64, replicates: usize) -> String {
    if replicates > 0 && p * (replicates as f64 + 1.0) < 1.5 {
        return swedish("tested-chance-less", &[("times", number(&replicates))]);
    }
    let percent = if p < 0.095 { (p * 1000.0).round() / 10.0 } else { (p * 100.0).round() };
    swedish("tested-chance", &[("percent", number(&percent))])
}

/// What is compared, in words: the sentence behind the certainty of a place.
#[must_use]
pub fn why(study: &Study, n: usize, expected: f64, p: f64, replicates: usize) -> String {
    let values = [
        ("words", study.by.words()),
        ("expected", about(expected)),
        ("n", n.to_string()),
        ("chance", chance(p, replicates)),
    ];
    swedish("tested-why", &values)
}

/// The layer `cells`: every cell of the study area by column and row, with `n`, what was expected, and the method's own columns.
#[must_use]
pub fn cells(
    study: &Study,
    n: &[u32],
    expected: &[f64],
    outcome: &[Outcome],
    own: Vec<Column>,
    kind: Option<Kind>,
    passport: &Passport,
) -> Layer {
    let whole = |values: &mut dyn Iterator<Item = i64>| Values::Integer(values.map(Some).collect());
    let ratio =
        n.iter().zip(expected).map(|(&n, &expected)| (expected > 0.0).then(|| rounded(f64::from(n) / expected)));
    let mut order: Vec<usize> = (0..n.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(n[at]));
    let mut rank = vec![0_i64; n.len()];
    for (place, &at) in (1..).zip(&order) {
        rank[at] = place;
    }
    let mut columns = vec![
        column("n", true, whole(&mut n.iter().map(|&n| i64::from(n)))),
        column("vantat", true, Values::Real(expected.iter().map(|&value| Some(rounded(value))).collect())),
        column("kvot", true, Values::Real(ratio.collect())),
        column("utfall", true, Values::Text(outcome.iter().map(|outcome| Some(outcome.word())).collect())),
    ];
    columns.extend(own);
    columns.push(column(
        "jamforelsetal",
        false,
        Values::Real(study.exposure.iter().map(|&value| Some(rounded(value))).collect()),
    ));
    columns.push(column("kolumn", false, whole(&mut study.cells.iter().map(|cell| i64::from(cell.column)))));
    columns.push(column("rad", false, whole(&mut study.cells.iter().map(|cell| i64::from(cell.row)))));
    columns.push(column("rank", false, whole(&mut rank.into_iter())));
    let square = |cell: &crate::domain::Cell| Some(Geometry::MultiPolygon(outline::of_cells(&study.grid, &[*cell])));
    let class = |outcome: Outcome, colour: &str| category_class(&outcome.word(), &outcome.word(), colour);
    Layer {
        name: "cells".to_owned(),
        title: title("cells", kind, passport.secrecy),
        description: swedish("layer-description-cells-tested", &[("words", study.by.words())]),
        columns,
        geometries: Geometries::Shapes(GeometryKind::Area, study.cells.iter().map(square).collect()),
        style: Style::Categorised {
            column: "utfall".to_owned(),
            classes: vec![
                class(Outcome::More, "#54278f"),
                class(Outcome::Fewer, "#5d8aa8"),
                class(Outcome::AsExpected, "#e4e1dc"),
            ],
        },
        passport: passport.clone(),
    }
}

/// Four decimals: what a map needs.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Cell;

    #[test]
    fn cells_that_touch_are_one_place() {
        let cells = [(0, 0), (1, 1), (5, 5), (5, 6), (9, 0)].map(|(column, row)| Cell { column, row });
        let groups = grouped(&Neighbours::queen(&cells), &[true, true, true, false, true]);
        assert_eq!(groups, [vec![0, 1], vec![2], vec![4]]);
        assert!(grouped(&Neighbours::queen(&[]), &[]).is_empty());
    }

    #[test]
    fn events_lie_in_their_cells() {
        assert_eq!(by_cell(2, &[Some(1), None, Some(1), Some(0)]), [vec![3], vec![0, 2]]);
    }
}
