//! Counts of places beside the exposure that they are held against, and what is expected of a place and of several together.

use rayon::prelude::*;

use super::Error;
use super::count_tails::{Tails, binomial, binomial_probability, negative_binomial, negative_binomial_probability};
use super::dispersion::{Dispersion, DispersionTest, Null, neighbour_dispersion};
use super::neighbours::Neighbours;
use super::sums::Fixed;

/// Places without exposure, and their events, which take no part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Excluded {
    /// How many places.
    pub places: usize,
    /// How many events lie there.
    pub events: u64,
}

/// Counts and expectations. Sums over places are the same in any order.
#[derive(Debug, Clone)]
pub struct Exposed<'a> {
    n: &'a [u32],
    neighbours: &'a Neighbours,
    /// Exposure in steps of a fixed grid; 0 where a place takes no part.
    steps: Vec<i128>,
    /// Their squares, on a grid of their own; empty until they are needed.
    squares: Vec<i128>,
    square_grid: Fixed,
    all_steps: i128,
    expected: Vec<f64>,
    per_step: f64,
    /// Events at places that take part.
    pub total: u64,
    /// What takes no part.
    pub excluded: Excluded,
    /// What the counts are held against.
    pub null: Null,
    /// The comparison of neighbours that decided it.
    pub dispersion: Option<DispersionTest>,
}

/// A group of places: how many events they hold and how many were to be expected there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// Events.
    pub events: u64,
    /// Exposure in steps.
    steps: i128,
    /// Sum of the squared exposures in steps.
    squares: i128,
}

/// How a group's count is distributed.
enum Law {
    Binomial { total: u64, share: f64 },
    NegativeBinomial { mean: f64, shape: f64 },
}

impl<'a> Exposed<'a> {
    /// Checks counts and exposure, and chooses the null.
    ///
    /// # Errors
    /// `PlacesDiffer`, `ExposureNotAllowed`, `NoExposure` where there are places and none has exposure.
    pub fn new(n: &'a [u32], exposure: &[f64], neighbours: &'a Neighbours, wanted: Dispersion) -> Result<Self, Error> {
        for other in [exposure.len(), neighbours.len()] {
            if other != n.len() {
                return Err(Error::PlacesDiffer { places: n.len(), other });
            }
        }
        if let Some(at) = exposure.iter().position(|e| !(e.is_finite() && *e >= 0.0)) {
            return Err(Error::ExposureNotAllowed { number: at + 1 });
        }
        let fixed = Fixed::up_to(exposure.iter().copied());
        let steps: Vec<i128> = exposure.iter().map(|&exposure| fixed.steps(exposure)).collect();
        let all_steps: i128 = steps.iter().sum();
        if all_steps == 0 && !n.is_empty() {
            return Err(Error::NoExposure);
        }
        let out = || (0..n.len()).filter(|&at| steps[at] == 0);
        let excluded = Excluded { places: out().count(), events: out().map(|at| u64::from(n[at])).sum() };
        let total = n.iter().map(|&count| u64::from(count)).sum::<u64>() - excluded.events;
        let per_step = total as f64 / all_steps.max(1) as f64;
        let expected: Vec<f64> = steps.iter().map(|&steps| steps as f64 * per_step).collect();
        let mut found = Self {
            n,
            neighbours,
            steps,
            squares: Vec::new(),
            square_grid: Fixed::up_to(expected.iter().map(|e| e * e)),
            all_steps,
            expected,
            per_step,
            total,
            excluded,
            null: Null::Binomial,
            dispersion: None,
        };
        if wanted == Dispersion::Auto {
            found.dispersion = neighbour_dispersion(n, &found.expected, neighbours);
            found.null = found.dispersion.map_or(Null::Binomial, |test| test.null());
        }
        if found.null != Null::Binomial {
            found.squares = found.expected.iter().map(|e| found.square_grid.steps(e * e)).collect();
        }
        Ok(found)
    }

    /// Number of places.
    #[must_use]
    pub fn len(&self) -> usize {
        self.n.len()
    }

    /// Whether there is no place.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n.is_empty()
    }

    /// Whether the place has exposure.
    #[must_use]
    pub fn takes_part(&self, place: usize) -> bool {
        self.steps[place] > 0
    }

    /// The place's events; 0 where it takes no part.
    #[must_use]
    pub fn events(&self, place: usize) -> u32 {
        if self.takes_part(place) { self.n[place] } else { 0 }
    }

    /// Events expected at the place.
    #[must_use]
    pub fn expected(&self, place: usize) -> f64 {
        self.expected[place]
    }

    /// Which places lie beside which.
    #[must_use]
    pub fn neighbours(&self) -> &'a Neighbours {
        self.neighbours
    }

    /// The place's neighbours together, and the place itself where asked.
    #[must_use]
    pub fn around(&self, place: usize, with_itself: bool) -> Group {
        self.around_in(place, with_itself, |at| self.events(at))
    }

    /// The same, of other counts at the same places.
    pub(super) fn around_in(&self, place: usize, with_itself: bool, events: impl Fn(usize) -> u32) -> Group {
        let mut group = Group { events: 0, steps: 0, squares: 0 };
        let own = with_itself.then_some(place as u32);
        for &at in self.neighbours.of(place).iter().chain(&own) {
            let at = at as usize;
            group.events += u64::from(events(at));
            group.steps += self.steps[at];
            group.squares += self.squares.get(at).copied().unwrap_or(0);
        }
        group
    }

    /// Whether any place of the group has exposure.
    #[must_use]
    pub fn has_exposure(&self, group: &Group) -> bool {
        group.steps > 0
    }

    /// Events expected in the group.
    #[must_use]
    pub fn expected_in(&self, group: &Group) -> f64 {
        group.steps as f64 * self.per_step
    }

    /// Both tails of the group's count under the null, given the total. `given`: a place outside the group whose count is taken as
    /// known.
    ///
    /// Binomial: of `total` events each falls into the group with the probability of its share of exposure. Negative binomial:
    /// the group's count has the sum of its places' means, and the shape that makes its variance the sum of theirs, which is
    /// `shape (sum of e)² / sum of e²`: the places' rates are taken for independent, and the sum, which is negative binomial
    /// itself where expectations are equal, for negative binomial also where they are not.
    #[must_use]
    pub fn tails(&self, group: &Group, given: Option<usize>) -> Tails {
        match self.law(group, given) {
            Law::Binomial { total, share } => binomial(group.events, total, share),
            Law::NegativeBinomial { mean, shape } => negative_binomial(group.events, mean, shape),
        }
    }

    /// The probability of the group's count itself.
    pub(super) fn own_probability(&self, group: &Group) -> f64 {
        match self.law(group, None) {
            Law::Binomial { share, .. } if share >= 1.0 => 1.0,
            Law::Binomial { total, share } => binomial_probability(group.events, total, share),
            Law::NegativeBinomial { mean, shape } => negative_binomial_probability(group.events, mean, shape),
        }
    }

    fn law(&self, group: &Group, given: Option<usize>) -> Law {
        let (total, steps) = given.map_or((self.total, self.all_steps), |at| {
            (self.total - u64::from(self.events(at)), self.all_steps - self.steps[at])
        });
        let share = if group.steps >= steps { 1.0 } else { group.steps as f64 / steps as f64 };
        if let Null::NegativeBinomial { shape } = self.null {
            let (mean, own, squares) =
                (total as f64 * share, self.expected_in(group), self.square_grid.value(group.squares));
            // Where squares are too small for their grid nothing is expected either. The whole map's count is known.
            if share < 1.0 && mean > 0.0 && squares > 0.0 {
                return Law::NegativeBinomial { mean, shape: shape * own * own / squares };
            }
        }
        Law::Binomial { total, share }
    }

    /// Runs something for each place in parallel, in order.
    pub(super) fn each<T: Send>(&self, one: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
        (0..self.len()).into_par_iter().with_min_len(512).map(one).collect()
    }
}
