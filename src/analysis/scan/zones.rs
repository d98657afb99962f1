//! The windows: circles and ellipses that grow over the nearest places.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::super::Error;
use super::limits::bin;
use super::{Ellipse, MOST_MEMBERS, MOST_PLACES};

/// Most places whose order is kept: a quarter of a gigabyte.
const MOST_KEPT: usize = 60_000_000;

/// Distances that agree to nine digits are the same: coordinates are rounded, and a window must not depend on how.
const SAME: f64 = 1e-9;

/// One list of windows: around this place, in this form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Form {
    /// The place in the middle.
    pub centre: u32,
    /// Long axis over short axis; 1 for circles.
    pub shape: f64,
    /// The long axis's direction, radians from east towards north; 0 for circles.
    pub angle: f64,
}

/// All windows. Each list names its places from the nearest on; a window holds a list's places up to its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Zones {
    pub forms: Vec<Form>,
    /// Where each list's windows begin, and one more.
    pub starts: Vec<u32>,
    /// Where each list's places begin.
    pub firsts: Vec<u32>,
    pub members: Vec<u32>,
    /// Where each window's places end.
    pub ends: Vec<u32>,
    /// The weight of each window.
    pub weights: Vec<f64>,
    /// The weight's [`bin`].
    pub bins: Vec<u32>,
}

impl Zones {
    /// Windows over places with weights above or equal to 0: at most `most` of the weight and `radius` metres (half the
    /// long axis of an ellipse). Places equally far enter together.
    #[cfg(test)]
    pub(super) fn new(
        at: &[[f64; 2]],
        weights: &[f64],
        most: f64,
        radius: f64,
        ellipses: &[Ellipse],
    ) -> Result<Self, Error> {
        let all: Vec<u32> = (0..at.len() as u32).collect();
        Surveyor::new(at, most, radius, ellipses)?.zones(&all, weights)
    }

    /// These windows without places that weigh nothing, which have no cases on any map, and without windows that then hold the
    /// same places as one before them; and what number each window that is left has here. Lists keep their numbers.
    pub(super) fn thinned(&self, weights: &[f64]) -> (Self, Vec<u32>) {
        let mut thin = Self { forms: self.forms.clone(), ..Self::default() };
        let mut numbers = Vec::new();
        let mut seen = HashSet::new();
        for list in 0..self.forms.len() {
            let first = thin.members.len();
            thin.firsts.push(first as u32);
            thin.starts.push(thin.ends.len() as u32);
            let (mut set, mut last) = (0_u128, first);
            for (window, places) in self.steps(list) {
                for &place in places.iter().filter(|&&place| weights[place as usize] > 0.0) {
                    thin.members.push(place);
                    set = set.wrapping_add(scattered(place));
                }
                if thin.members.len() > last && seen.insert(set) {
                    last = thin.members.len();
                    thin.ends.push(last as u32);
                    thin.weights.push(self.weights[window]);
                    thin.bins.push(self.bins[window]);
                    numbers.push(window as u32);
                }
            }
            thin.members.truncate(last);
        }
        thin.starts.push(thin.ends.len() as u32);
        (thin, numbers)
    }

    /// The lowest and the highest bin of a window; 0 where there is none.
    pub(super) fn bins_used(&self) -> (u32, u32) {
        (self.bins.iter().copied().min().unwrap_or(0), self.bins.iter().copied().max().unwrap_or(0))
    }

    /// The windows of a list, from the smallest on, each with the places that the one before has not.
    pub(super) fn steps(&self, list: usize) -> impl Iterator<Item = (usize, &[u32])> {
        let mut from = self.firsts[list] as usize;
        (self.starts[list] as usize..self.starts[list + 1] as usize).map(move |window| {
            let places = &self.members[from..self.ends[window] as usize];
            from += places.len();
            (window, places)
        })
    }

    /// The places in a window of a list, nearest first.
    pub(super) fn places(&self, list: usize, window: usize) -> &[u32] {
        &self.members[self.firsts[list] as usize..self.ends[window] as usize]
    }
}

/// Makes windows again and again, each time over fewer of the same places, and keeps what the places' order was.
pub(super) struct Surveyor<'a> {
    at: &'a [[f64; 2]],
    kinds: Vec<(f64, f64)>,
    most: f64,
    radius: f64,
    blur: f64,
    /// For each place and kind the nearest places, somewhat more than its windows held.
    nearest: Vec<Nearest>,
}

/// The nearest places around a centre, in order.
#[derive(Debug, Clone, Default)]
struct Nearest {
    places: Vec<u32>,
    /// Whether these are all within the radius.
    whole: bool,
}

impl<'a> Surveyor<'a> {
    /// Windows of at most `most` of the weight and `radius` metres (half the long axis of an ellipse), around any of these places.
    pub(super) fn new(at: &'a [[f64; 2]], most: f64, radius: f64, ellipses: &[Ellipse]) -> Result<Self, Error> {
        if at.len() > MOST_PLACES {
            return Err(Error::TooManyCircles { units: at.len() });
        }
        let turned = |ellipse: &Ellipse| {
            let (shape, angles) = (ellipse.shape, ellipse.angles.max(1));
            (0..angles).map(move |turn| (shape, std::f64::consts::PI * f64::from(turn) / f64::from(angles)))
        };
        let kinds: Vec<(f64, f64)> = std::iter::once((1.0, 0.0)).chain(ellipses.iter().flat_map(turned)).collect();
        let farthest = at.iter().flatten().fold(0.0_f64, |far, value| far.max(value.abs()));
        let nearest = vec![Nearest::default(); at.len() * kinds.len()];
        let (radius, blur) = (radius * (1.0 + SAME), 4.0 * f64::EPSILON * farthest);
        Ok(Self { at, kinds, most, radius, blur, nearest })
    }

    /// Windows over these places, ascending; `weights` are theirs.
    pub(super) fn zones(&mut self, rest: &[u32], weights: &[f64]) -> Result<Zones, Error> {
        let mut position = vec![u32::MAX; self.at.len()];
        (0..).zip(rest).for_each(|(at, &place)| position[place as usize] = at);
        let guess = (rest.len() as f64 * self.most * 1.1) as usize + 32;
        let frame = Frame {
            surveyor: self,
            rest,
            position: &position,
            weights,
            most: weights.iter().sum::<f64>() * self.most * (1.0 + SAME),
            guess,
            keeps: rest.len() * self.kinds.len() * guess < MOST_KEPT,
        };
        let held = AtomicUsize::new(0);
        let lists: Result<Vec<(List, Option<Nearest>)>, Error> = (0..rest.len() * self.kinds.len())
            .into_par_iter()
            .map_init(Vec::new, |room, number| {
                let made = frame.list(number, room);
                let members = made.0.members.len();
                if held.fetch_add(members, Ordering::Relaxed) + members > MOST_MEMBERS {
                    return Err(Error::TooManyCircles { units: rest.len() });
                }
                Ok(made)
            })
            .collect();
        let mut zones = Zones::default();
        for (number, (list, nearest)) in lists?.into_iter().enumerate() {
            if let Some(nearest) = nearest {
                let known = rest[number / self.kinds.len()] as usize * self.kinds.len() + number % self.kinds.len();
                self.nearest[known] = nearest;
            }
            if list.ends.is_empty() {
                continue;
            }
            let first = zones.members.len() as u32;
            zones.forms.push(list.form);
            zones.firsts.push(first);
            zones.starts.push(zones.ends.len() as u32);
            zones.members.extend(list.members);
            zones.ends.extend(list.ends.into_iter().map(|end| first + end));
            zones.weights.extend(list.weights);
        }
        zones.starts.push(zones.ends.len() as u32);
        zones.bins = zones.weights.iter().map(|&weight| bin(weight)).collect();
        Ok(zones)
    }
}

/// What the lists of one survey share.
struct Frame<'a> {
    surveyor: &'a Surveyor<'a>,
    rest: &'a [u32],
    /// Of each place among the rest; beyond all for those that are not there.
    position: &'a [u32],
    weights: &'a [f64],
    most: f64,
    /// Places that a list may well hold.
    guess: usize,
    keeps: bool,
}

struct List {
    form: Form,
    members: Vec<u32>,
    ends: Vec<u32>,
    weights: Vec<f64>,
}

/// Distance and place in one whole number: it sorts as both would.
fn packed(distance: f64, place: u32) -> u128 {
    u128::from(distance.to_bits()) << 32 | u128::from(place)
}

fn unpacked(packed: u128) -> (f64, u32) {
    (f64::from_bits((packed >> 32) as u64), packed as u32)
}

impl Frame<'_> {
    /// The list, and the nearest places where they have to be kept anew.
    ///
    /// O(k) for the k nearest that are known, and O(n + k log k) where they do not suffice.
    fn list(&self, number: usize, room: &mut Vec<u128>) -> (List, Option<Nearest>) {
        let kinds = &self.surveyor.kinds;
        let (shape, angle) = kinds[number % kinds.len()];
        let centre = self.rest[number / kinds.len()];
        let reach = Reach::of(&Form { centre, shape, angle }, self.surveyor.at);
        let form = Form { centre: (number / kinds.len()) as u32, shape, angle };
        let far = |place: u32| reach.to(self.surveyor.at[place as usize]);
        let known = &self.surveyor.nearest[centre as usize * kinds.len() + number % kinds.len()];
        room.clear();
        if !known.places.is_empty() {
            let left = known.places.iter().map(|&place| (place, self.position[place as usize]));
            room.extend(left.filter(|&(_, at)| at != u32::MAX).map(|(place, at)| packed(far(place), at)));
            let all = room.len();
            if let Some(list) = self.grow(form, room, all, known.whole) {
                return (list, None);
            }
            room.clear();
        }
        let within = (0..).zip(self.rest).map(|(at, &place)| (far(place), at));
        room.extend(within.filter(|&(distance, _)| distance <= self.surveyor.radius).map(|(far, at)| packed(far, at)));
        let list =
            self.grow(form, room, 0, true).unwrap_or(List { form, members: vec![], ends: vec![], weights: vec![] });
        if !self.keeps {
            return (list, None);
        }
        let kept = (list.members.len() * 5 / 4 + 16).min(room.len());
        if kept < room.len() {
            room.select_nth_unstable(kept);
        }
        room[..kept].sort_unstable();
        let places = room[..kept].iter().map(|&packed| self.rest[unpacked(packed).1 as usize]).collect();
        (list, Some(Nearest { places, whole: kept == room.len() }))
    }

    /// Takes places from the nearest on as long as they are few enough. The first `sorted` are in order already; `None` where
    /// there is no end to the list and places beyond these are not known.
    fn grow(&self, form: Form, room: &mut [u128], mut sorted: usize, whole: bool) -> Option<List> {
        let mut list = List { form, members: Vec::new(), ends: Vec::new(), weights: Vec::new() };
        let (mut from, mut sum) = (0, 0.0);
        while from < room.len() {
            // The places up to `to` lie together; what is beyond the sorted part is sorted as far as it is needed.
            let mut to = from;
            loop {
                if to == sorted && sorted < room.len() {
                    let more = self.guess.max(sorted).min(room.len() - sorted);
                    let rest = &mut room[sorted..];
                    if more < rest.len() {
                        rest.select_nth_unstable(more - 1);
                    }
                    rest[..more].sort_unstable();
                    sorted += more;
                }
                let same = unpacked(room[from]).0 * (1.0 + SAME) + self.surveyor.blur;
                if to == room.len() || unpacked(room[to]).0 > same {
                    break;
                }
                to += 1;
            }
            if to == room.len() && !whole {
                return None;
            }
            sum += room[from..to].iter().map(|&packed| self.weights[unpacked(packed).1 as usize]).sum::<f64>();
            if sum > self.most {
                break;
            }
            list.members.extend(room[from..to].iter().map(|&packed| unpacked(packed).1));
            list.ends.push(to as u32);
            list.weights.push(sum);
            from = to;
        }
        Some(list)
    }
}

/// A number for each place such that sums of different places practically never agree.
fn scattered(place: u32) -> u128 {
    let mix = |seed: u64| {
        // The finaliser of SplitMix64: Steele, Lea & Flood (2014), OOPSLA, 453-472.
        let mut z = (u64::from(place) + 1).wrapping_mul(seed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    u128::from(mix(0x9e37_79b9_7f4a_7c15)) << 64 | u128::from(mix(0xd1b5_4a32_d192_ed03))
}

/// Distance from a centre in the measure of a circle or an ellipse: half the long axis of the one through the point.
pub(super) struct Reach {
    centre: [f64; 2],
    shape: f64,
    along: [f64; 2],
}

impl Reach {
    pub(super) fn of(form: &Form, at: &[[f64; 2]]) -> Self {
        let (sin, cos) = form.angle.sin_cos();
        Self { centre: at[form.centre as usize], shape: form.shape, along: [cos, sin] }
    }

    pub(super) fn to(&self, [x, y]: [f64; 2]) -> f64 {
        let (east, north) = (x - self.centre[0], y - self.centre[1]);
        if self.shape == 1.0 {
            return (east * east + north * north).sqrt();
        }
        let long = east * self.along[0] + north * self.along[1];
        let across = self.shape * (north * self.along[0] - east * self.along[1]);
        (long * long + across * across).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Windows = Vec<(Vec<u32>, f64)>;

    fn lists(zones: &Zones) -> Vec<(Form, Windows)> {
        let windows = |list: usize| zones.starts[list] as usize..zones.starts[list + 1] as usize;
        let of = |list| windows(list).map(|at| (zones.places(list, at).to_vec(), zones.weights[at])).collect();
        (0..zones.forms.len()).map(|list| (zones.forms[list], of(list))).collect()
    }

    proptest! {
        #[test]
        fn windows_over_what_is_left_are_those_of_a_new_survey(
            points in prop::collection::vec((0_u8..20, 0_u8..20, 0_u8..9, 0_u8..4), 2..70), most in 0.05..0.5_f64,
            long in any::<bool>(), near in any::<bool>(),
        ) {
            let at: Vec<[f64; 2]> = points.iter().map(|&(x, y, ..)| [f64::from(x), f64::from(y)]).collect();
            let ellipses = if long { vec![Ellipse { shape: 2.0, angles: 3 }] } else { vec![] };
            let radius = if near { 5.0 } else { f64::INFINITY };
            let mut surveyor = Surveyor::new(&at, most, radius, &ellipses).expect("few places");
            for round in 0..4 {
                let rest: Vec<u32> = (0..).zip(&points).filter(|(_, point)| point.3 >= round).map(|(at, _)| at).collect();
                let left: Vec<[f64; 2]> = rest.iter().map(|&place| at[place as usize]).collect();
                let weights: Vec<f64> = rest.iter().map(|&place| f64::from(points[place as usize].2)).collect();
                let found = surveyor.zones(&rest, &weights).expect("few places");
                // Rounding of distances knows how far all points reach, so ties may differ only by that.
                let wanted = Zones::new(&left, &weights, most, radius, &ellipses).expect("few places");
                prop_assert_eq!(lists(&found), lists(&wanted));
            }
        }

        #[test]
        fn what_is_left_out_is_there_before_and_what_weighs_nothing_is_gone(
            points in prop::collection::vec((0_u8..12, 0_u8..12, 0_u8..3), 2..60), most in 0.05..0.5_f64,
        ) {
            let at: Vec<[f64; 2]> = points.iter().map(|&(x, y, _)| [f64::from(x), f64::from(y)]).collect();
            let weights: Vec<f64> = points.iter().map(|&(.., weight)| f64::from(weight)).collect();
            let zones = Zones::new(&at, &weights, most, f64::INFINITY, &[]).expect("few places");
            let (thin, numbers) = zones.thinned(&weights);
            let sets = |zones: &Zones| -> Vec<(usize, usize, Vec<u32>)> {
                let mut all = Vec::new();
                for list in 0..zones.forms.len() {
                    for (window, _) in zones.steps(list) {
                        let weigh = |place: &&u32| weights[**place as usize] > 0.0;
                        let mut set: Vec<u32> = zones.places(list, window).iter().filter(weigh).copied().collect();
                        set.sort_unstable();
                        all.push((list, window, set));
                    }
                }
                all
            };
            let mut first: Vec<(usize, usize, Vec<u32>)> = Vec::new();
            for (list, window, set) in sets(&zones) {
                if !set.is_empty() && first.iter().all(|known| known.2 != set) {
                    first.push((list, window, set));
                }
            }
            let found: Vec<_> = sets(&thin).into_iter().map(|(list, at, set)| (list, numbers[at] as usize, set)).collect();
            prop_assert_eq!(found, first);
            prop_assert!(thin.members.iter().all(|&place| weights[place as usize] > 0.0));
        }
    }
}
