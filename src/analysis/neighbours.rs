//! Which places lie beside which: cells that touch, areas that border on each other, points within a distance.

use std::collections::HashMap;

use crate::domain::Cell;

/// For each of n places those beside it: ascending, without the place itself, and mutual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbours {
    /// Where each place's list begins, and one more.
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Neighbours {
    /// From lists in any order. The place itself and repeated entries are passed over, and what stands in one list is put in
    /// the other's too; entries beyond the last place are passed over.
    #[must_use]
    pub fn from_lists(lists: &[Vec<u32>]) -> Self {
        let mut pairs: Vec<(u32, u32)> =
            (0..).zip(lists).flat_map(|(a, list)| list.iter().map(move |&b| (a, b))).collect();
        pairs.retain(|&(a, b)| a != b && (b as usize) < lists.len());
        pairs.extend(pairs.clone().into_iter().map(|(a, b)| (b, a)));
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = vec![0_u32; lists.len() + 1];
        for &(a, _) in &pairs {
            starts[a as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { starts, members: pairs.into_iter().map(|(_, b)| b).collect() }
    }

    /// Cells that share a side or a corner, of cells that are all different. O(n).
    #[must_use]
    pub fn queen(cells: &[Cell]) -> Self {
        let places: HashMap<Cell, u32> = cells.iter().copied().zip(0..).collect();
        let mut starts = Vec::with_capacity(cells.len() + 1);
        let mut members = Vec::with_capacity(cells.len() * 8);
        starts.push(0);
        for cell in cells {
            let from = members.len();
            for column in cell.column.saturating_sub(1)..=cell.column.saturating_add(1) {
                for row in cell.row.saturating_sub(1)..=cell.row.saturating_add(1) {
                    let other = Cell { column, row };
                    members.extend(places.get(&other).filter(|_| other != *cell));
                }
            }
            members[from..].sort_unstable();
            starts.push(members.len() as u32);
        }
        Self { starts, members }
    }

    /// Number of places.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there is no place.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Those beside a place; none for a place beyond the last.
    #[must_use]
    pub fn of(&self, place: usize) -> &[u32] {
        self.starts.get(place..place + 2).map_or(&[], |ends| &self.members[ends[0] as usize..ends[1] as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_touch_at_sides_and_corners() {
        let cell = |column, row| Cell { column, row };
        let found = Neighbours::queen(&[cell(0, 0), cell(0, 1), cell(1, 1), cell(3, 0)]);
        assert_eq!([found.of(0), found.of(1), found.of(2), found.of(3)], [&[1, 2][..], &[0, 2], &[0, 1], &[]]);
        assert!(found.len() == 4 && found.of(4).is_empty());
        assert!(Neighbours::queen(&[]).is_empty());
    }

    #[test]
    fn lists_become_mutual() {
        let found = Neighbours::from_lists(&[vec![1, 1, 0], vec![], vec![0, 9]]);
        assert_eq!([found.of(0), found.of(1), found.of(2)], [&[1, 2][..], &[0], &[0]]);
    }
}
