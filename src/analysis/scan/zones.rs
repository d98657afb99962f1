//! The windows: circles and ellipses that grow over the nearest places.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::super::Error;
use super::limits::bin;
use super::{Ellipse, MOST_MEMBERS, MOST_PLACES};

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
    pub(super) fn new(
        at: &[[f64; 2]],
        weights: &[f64],
        most: f64,
        radius: f64,
        ellipses: &[Ellipse],
    ) -> Result<Self, Error> {
        if at.len() > MOST_PLACES {
            return Err(Error::TooManyCircles { units: at.len() });
        }
        let turned = |ellipse: &Ellipse| {
            let (shape, angles) = (ellipse.shape, ellipse.angles.max(1));
            (0..angles).map(move |turn| (shape, std::f64::consts::PI * f64::from(turn) / f64::from(angles)))
        };
        let kinds: Vec<(f64, f64)> = std::iter::once((1.0, 0.0)).chain(ellipses.iter().flat_map(turned)).collect();
        let guess = (at.len() as f64 * most * 1.1) as usize + 32;
        let most = weights.iter().sum::<f64>() * most * (1.0 + SAME);
        let farthest = at.iter().flatten().fold(0.0_f64, |far, value| far.max(value.abs()));
        let held = AtomicUsize::new(0);
        let limits = Limits { most, radius: radius * (1.0 + SAME), blur: 4.0 * f64::EPSILON * farthest, guess };
        let lists: Result<Vec<List>, Error> = (0..at.len() * kinds.len())
            .into_par_iter()
            .map_init(Vec::new, |room, number| {
                let (shape, angle) = kinds[number % kinds.len()];
                let form = Form { centre: (number / kinds.len()) as u32, shape, angle };
                let list = List::new(form, at, weights, &limits, room);
                let members = list.members.len();
                if held.fetch_add(members, Ordering::Relaxed) + members > MOST_MEMBERS {
                    return Err(Error::TooManyCircles { units: at.len() });
                }
                Ok(list)
            })
            .collect();
        let mut zones = Self::default();
        for list in lists?.into_iter().filter(|list| !list.ends.is_empty()) {
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

struct Limits {
    most: f64,
    radius: f64,
    blur: f64,
    /// Places that a list may well hold.
    guess: usize,
}

struct List {
    form: Form,
    members: Vec<u32>,
    ends: Vec<u32>,
    weights: Vec<f64>,
}

impl List {
    /// O(n + k log k) for k places within the limits, where the first guess at k is not far off.
    fn new(form: Form, at: &[[f64; 2]], weights: &[f64], limits: &Limits, room: &mut Vec<u128>) -> Self {
        // Distance and place in one whole number: it sorts as both would.
        let packed = |(distance, place): (f64, u32)| u128::from(distance.to_bits()) << 32 | u128::from(place);
        let distance = |packed: u128| f64::from_bits((packed >> 32) as u64);
        let place = |packed: u128| packed as u32;
        room.clear();
        let reach = Reach::of(&form, at);
        let far = at.iter().map(|&point| reach.to(point));
        room.extend(far.zip(0_u32..).filter(|&(distance, _)| distance <= limits.radius).map(packed));
        let mut list = Self { form, members: Vec::new(), ends: Vec::new(), weights: Vec::new() };
        let (mut sorted, mut from, mut sum) = (0, 0, 0.0);
        while from < room.len() {
            // The places up to `to` lie together; what is beyond the sorted part is sorted as far as it is needed.
            let mut to = from;
            loop {
                if to == sorted && sorted < room.len() {
                    let more = limits.guess.max(sorted).min(room.len() - sorted);
                    let rest = &mut room[sorted..];
                    if more < rest.len() {
                        rest.select_nth_unstable(more - 1);
                    }
                    rest[..more].sort_unstable();
                    sorted += more;
                }
                let same = distance(room[from]) * (1.0 + SAME) + limits.blur;
                if to == room.len() || distance(room[to]) > same {
                    break;
                }
                to += 1;
            }
            sum += room[from..to].iter().map(|&packed| weights[place(packed) as usize]).sum::<f64>();
            if sum > limits.most {
                break;
            }
            list.members.extend(room[from..to].iter().map(|&packed| place(packed)));
            list.ends.push(to as u32);
            list.weights.push(sum);
            from = to;
        }
        list
    }
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
