//! Covers: for neighbouring centres and windows of about one size, all places that any of those windows holds.
//!
//! A cover has at least as many cases as each of its windows, and the smallest window's exposure is the least of theirs. So where
//! even the cover's cases are no more than the smallest window leaves open, none of its windows is looked at. On a map of
//! thousands of places nearly all windows are passed over in this way.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use super::zones::Zones;

/// How coarse covers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coarse {
    /// Most lists of a block.
    pub lists: usize,
    /// Bins of one class of sizes.
    pub bins: u32,
}

/// Neighbouring lists.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    /// Positions of the lists, ascending.
    pub lists: Vec<u32>,
    /// Places of any window, those of the smaller classes first.
    pub members: Vec<u32>,
    /// The covers, by size.
    pub covers: Vec<Cover>,
}

/// The windows of one class of sizes in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cover {
    /// Where its places end among the block's members.
    pub end: u32,
    /// The smallest window's bin.
    pub bin: u32,
    /// The first bin that belongs to larger covers.
    pub beyond: u32,
}

impl Cover {
    /// Whether a window with this bin belongs to the cover.
    pub(super) const fn holds(&self, bin: u32) -> bool {
        self.bin <= bin && bin < self.beyond
    }
}

/// All blocks. Every window of every list belongs to one cover of one block.
///
/// Cost: O(members of all windows).
pub(super) fn blocks(zones: &Zones, at: &[[f64; 2]], coarse: Coarse) -> Vec<Block> {
    let mut lists: Vec<u32> = (0..zones.forms.len() as u32).collect();
    let kind = |list: &u32| {
        let form = &zones.forms[*list as usize];
        (form.shape.to_bits(), form.angle.to_bits())
    };
    lists.sort_by_key(|list| (kind(list), *list));
    let mut groups = Vec::new();
    for alike in lists.chunk_by_mut(|a, b| kind(a) == kind(b)) {
        halve(alike, &|list| at[zones.forms[list as usize].centre as usize], &mut groups, coarse.lists);
    }
    groups
        .into_par_iter()
        .map_init(
            || vec![u32::MAX; at.len()],
            |class_of, lists| {
                let block = Block::new(zones, lists, coarse.bins, class_of);
                block.members.iter().for_each(|&place| class_of[place as usize] = u32::MAX);
                block
            },
        )
        .collect()
}

/// Splits lists in the middle of their longer side until few are together.
fn halve(lists: &mut [u32], at: &impl Fn(u32) -> [f64; 2], groups: &mut Vec<Vec<u32>>, most: usize) {
    if lists.len() <= most {
        let mut group = lists.to_vec();
        group.sort_unstable();
        groups.push(group);
        return;
    }
    let side = |axis: usize| {
        let (least, most) = lists.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), &list| {
            let value = at(list)[axis];
            (least.min(value), most.max(value))
        });
        most - least
    };
    let axis = usize::from(side(1) > side(0));
    let middle = lists.len() / 2;
    lists.select_nth_unstable_by(middle, |&a, &b| at(a)[axis].total_cmp(&at(b)[axis]).then(a.cmp(&b)));
    let (near, far) = lists.split_at_mut(middle);
    halve(near, at, groups, most);
    halve(far, at, groups, most);
}

impl Block {
    /// `size`: bins of a class; `class_of`: for each place a number that is above all classes.
    fn new(zones: &Zones, lists: Vec<u32>, size: u32, class_of: &mut [u32]) -> Self {
        let mut members = Vec::new();
        let mut bins: BTreeMap<u32, u32> = BTreeMap::new();
        for &list in &lists {
            for (window, places) in zones.steps(list as usize) {
                let bin = zones.bins[window];
                let class = bin / size;
                let least = bins.entry(class).or_insert(bin);
                *least = bin.min(*least);
                for &place in places {
                    let first = &mut class_of[place as usize];
                    if *first == u32::MAX {
                        members.push(place);
                    }
                    *first = class.min(*first);
                }
            }
        }
        members.sort_unstable_by_key(|&place| (class_of[place as usize], place));
        let cover = |(&class, &bin): (&u32, &u32)| {
            let end = members.partition_point(|&place| class_of[place as usize] <= class) as u32;
            Cover { end, bin, beyond: (class + 1) * size }
        };
        let covers = bins.iter().map(cover).collect();
        Self { lists, members, covers }
    }

    /// The places that each cover has and the one before has not.
    pub(super) fn steps(&self) -> impl Iterator<Item = (&Cover, &[u32])> {
        let mut from = 0;
        self.covers.iter().map(move |cover| {
            let range: Range<usize> = from..cover.end as usize;
            from = range.end;
            (cover, &self.members[range])
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Ellipse;
    use super::*;

    proptest! {
        #[test]
        fn each_window_lies_in_the_one_cover_that_claims_it(
            points in prop::collection::vec((0_u8..30, 0_u8..30, 0_u8..9), 2..80), window in 0.05..0.5_f64, long in any::<bool>(),
            lists in 1_usize..20, bins in 1_u32..40,
        ) {
            let at: Vec<[f64; 2]> = points.iter().map(|&(x, y, _)| [f64::from(x), f64::from(y)]).collect();
            let weights: Vec<f64> = points.iter().map(|&(.., weight)| f64::from(weight)).collect();
            let ellipses = if long { vec![Ellipse { shape: 2.0, angles: 3 }] } else { vec![] };
            let zones = Zones::new(&at, &weights, window, f64::INFINITY, &ellipses).expect("few places");
            let blocks = blocks(&zones, &at, Coarse { lists, bins });
            let mut seen = vec![0; zones.forms.len()];
            for block in &blocks {
                prop_assert!(block.lists.len() <= lists);
                for &list in &block.lists {
                    seen[list as usize] += 1;
                    for window in zones.starts[list as usize] as usize..zones.starts[list as usize + 1] as usize {
                        let bin = zones.bins[window];
                        let claims: Vec<&Cover> = block.covers.iter().filter(|cover| cover.holds(bin)).collect();
                        prop_assert_eq!(claims.len(), 1);
                        prop_assert!(claims[0].bin <= bin);
                        let held = &block.members[..claims[0].end as usize];
                        let mut places = zones.places(list as usize, window).iter();
                        prop_assert!(places.all(|place| held.contains(place)));
                    }
                }
            }
            prop_assert!(seen.iter().all(|&times| times == 1));
        }
    }
}
