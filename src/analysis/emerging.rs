//! Emerging hotspots: which places hold more events than their share, since when, and does it rise or fall?
//!
//! Each place with those beside it is a window. In each step the window's events are held against the step's total and the
//! window's share of the exposure. From the row of steps that are hot or cold, and from the trend, follows a category.
//!
//! Source of the categories: `ArcGIS` Pro documentation, "How Emerging Hot Spot Analysis works" (Esri). The window's tails are
//! exact and binomial, where that program takes normal ones; the trend is Mann's (1945) and Kendall's (1975) with the
//! correction of Hamed & Rao (1998), see [`super::mann_kendall`]; many tests at once are corrected after Benjamini &
//! Hochberg (1995), see [`super::multiple`].
//! Scores of the trend: normal scores of the randomised distribution function, as Dunn & Smyth (1996), J. Comput. Graph.
//! Statist. 5, 236-244, use them for counts.

use std::collections::HashMap;

use rayon::prelude::*;
use serde::Serialize;

use super::gamma::ln_gamma;
use super::mann_kendall::{MannKendall, cautious, exact_tails};
use super::multiple::benjamini_hochberg;
use super::neighbours::Neighbours;
use super::tails::{binomial_at_least, binomial_at_most, normal_point};
use super::{Error, categories};
use crate::domain::random::Stream;

pub use super::categories::{Category, Pattern, Temperature, Word, categorise};

/// Fewest steps: a tenth of the steps may be missing in "90 % of the steps". `ArcGIS` asks for as many.
pub const MIN_STEPS: usize = 10;

/// Counts of events by place and step, and what they are held against.
#[derive(Debug, Clone, Copy)]
pub struct Cube<'a> {
    /// `[places x steps]` events, the steps of a place together, oldest first.
    pub counts: &'a [u32],
    /// Number of steps, all equally long.
    pub steps: usize,
    /// `[places]` what the events are in proportion to where nothing is wrong, such as area, people or traffic: 0 or more.
    pub exposure: &'a [f64],
    /// Which places lie beside which.
    pub near: &'a Neighbours,
}

/// One window in one step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Window {
    /// Events in the window.
    pub n: u32,
    /// Events to be expected: the step's total times the window's share of the exposure.
    pub expected: f64,
    /// Normal score of the mid-p: above 0 where there are more events than expected, below 0 where fewer, no unit.
    pub score: f64,
    /// Two-sided p: twice the smaller of P(X ≥ n) and P(X ≤ n), at most 1, X binomial. NaN where the window has no exposure.
    pub p: f64,
    /// The least share of false discoveries, over all windows and steps, at which this one is found.
    pub q: f64,
    /// What it is at the level that was asked for.
    pub state: Temperature,
}

/// The history of one place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct History {
    /// Steps in which its window is hot.
    pub hot_steps: u32,
    /// Steps in which its window is cold.
    pub cold_steps: u32,
    /// The trend of the window's share of all events; `None` where the window has no event.
    pub trend: Option<MannKendall>,
    /// The least share of false discoveries, over the trends of all places, at which this one is found; NaN without a trend.
    pub trend_q: f64,
    /// Which of the 17 categories.
    pub category: Category,
    /// The word on screen; `None` for places that are no concentration.
    pub word: Option<Word>,
}

/// What [`emerging`] found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Emerging {
    /// Number of steps.
    pub steps: usize,
    /// `[places x steps]`, the steps of a place together.
    pub windows: Vec<Window>,
    /// `[places]`.
    pub places: Vec<History>,
}

impl Emerging {
    /// The steps of a place, oldest first; none for a place beyond the last.
    #[must_use]
    pub fn of(&self, place: usize) -> &[Window] {
        self.windows.get(place * self.steps..(place + 1) * self.steps).unwrap_or(&[])
    }

    /// Whether anything was found: a window that is hot or cold in some step.
    #[must_use]
    pub fn alarm(&self) -> bool {
        self.places.iter().any(|place| place.hot_steps + place.cold_steps > 0)
    }
}

/// Finds emerging hotspots.
///
/// - `cube`: counts of events and exposures, see [`Cube`]
/// - `alpha`: the share of false discoveries that is accepted, 0 to 1
/// - `seed`: for the trend's scores, see below
///
/// **Windows.** In a step with N events, a window with the share w of the exposure holds n of them. The null: the N events
/// fell independently by exposure, so that n is binomial (N, w). The window is hot where its q is at most `alpha` and it holds
/// more than expected, cold where fewer. q is corrected over all windows of all steps as one family: of all that is called
/// hot or cold in the whole history, at most `alpha` is false on average, and on a history that holds nothing anything at
/// all is found with probability at most `alpha`.
///
/// **Trend.** Given the C events of a window over all steps and the steps' totals, the null is that the window's share of all
/// events is constant: a step's count is binomial (C, step's total over all). Its normal score enters the Mann-Kendall
/// test. A window that is hot all through, in a town whose events grow in number, so has no trend; with equal totals the order of
/// scores is that of counts, of z and of shares alike. Ties between counts are broken by random numbers from the seed and the
/// place (randomised distribution function): the mid-p would fall where totals rise in windows with few events. The test is
/// corrected for autocorrelation where that widens it. q is corrected over the trends of all places, as a second family.
///
/// **Category** by [`categorise`], the trend significant where its q is at most `alpha`.
///
/// Assumes equally long steps, independent events (count crashes, not persons), and exposure that changes alike everywhere.
/// Places without exposure are not tested. A step without events is neither hot nor cold anywhere. One place alone is never
/// hot. Depends on the order of places by the trend's random numbers only: give cells in their own order. Threads change nothing.
///
/// Measured on 1,000 histories that hold nothing, of 20 x 20 cells and 24 steps with 0.05, 0.5 and 5 events a cell and step,
/// even and uneven exposure, level totals and totals that grow fivefold, at `alpha` 5 %: 8 to 39 with a window that is
/// hot or cold in any step, 24 to 50 with a trend anywhere.
///
/// Cost O(places x steps x (neighbours + steps log steps)); memory about 130 bytes a place and step at its peak, 40 of
/// which are the result.
///
/// # Errors
/// `TooManyWindows`; `LengthsDiffer` where the cube does not fit together, `TooFewSteps` below [`MIN_STEPS`], `ExposureNotUsable` for an
/// exposure that is negative or not finite, `EventsWithoutExposure` for a place with events where none can be, `NothingToAnalyse`, `TooManyPoints` for a step with 2³² events.
pub fn emerging(cube: &Cube, alpha: f64, seed: u64) -> Result<Emerging, Error> {
    let totals = check(cube)?;
    let (steps, places) = (cube.steps, cube.exposure.len());
    let all: f64 = cube.exposure.iter().sum();
    let whole: u64 = totals.iter().sum();
    let parts: Vec<f64> = totals.iter().map(|&total| total as f64 / whole as f64).collect();
    let exact = exact_tails(steps);
    let tested: Vec<(Vec<Window>, Option<MannKendall>)> = (0..places)
        .into_par_iter()
        .map_init(HashMap::new, |known, place| {
            let members = || cube.near.of(place).iter().map(|&other| other as usize).chain([place]);
            let exposed: f64 = members().map(|at| cube.exposure[at]).sum();
            let share = (exposed / all).min(1.0);
            let count = |step| members().map(|at| cube.counts[at * steps + step]).sum::<u32>();
            let row: Vec<Window> = (0..steps)
                .map(|step| {
                    let (n, total) = (count(step), totals[step]);
                    if exposed == 0.0 {
                        return untested();
                    }
                    *known.entry((n, total, share.to_bits())).or_insert_with(|| window(n, total, share))
                })
                .collect();
            let trend = trend(&row, &parts, exact.as_deref(), &mut Stream::new(seed, place as u64));
            (row, trend)
        })
        .collect();
    let (rows, trends): (Vec<_>, Vec<_>) = tested.into_iter().unzip();
    let mut windows = rows.concat();
    let p: Vec<f64> = windows.iter().map(|window| window.p).collect();
    for (window, q) in windows.iter_mut().zip(benjamini_hochberg(&p)) {
        window.q = q;
        window.state = match f64::from(window.n) > window.expected {
            _ if q.is_nan() || q > alpha => Temperature::Neither,
            true => Temperature::Hot,
            false => Temperature::Cold,
        };
    }
    let p: Vec<f64> = trends.iter().map(|trend| trend.map_or(f64::NAN, |trend| trend.best_p())).collect();
    let q = benjamini_hochberg(&p);
    let history = |(place, row): (usize, &[Window])| {
        let states: Vec<Temperature> = row.iter().map(|window| window.state).collect();
        let steps = |wanted| states.iter().filter(|state| **state == wanted).count() as u32;
        let direction = match trends[place] {
            Some(trend) if q[place] <= alpha => trend.s.signum(),
            _ => 0,
        };
        let category = categorise(&states, direction);
        History {
            hot_steps: steps(Temperature::Hot),
            cold_steps: steps(Temperature::Cold),
            trend: trends[place],
            trend_q: q[place],
            category,
            word: categories::word(category),
        }
    };
    let places = windows.chunks(steps).enumerate().map(history).collect();
    Ok(Emerging { steps, windows, places })
}

/// More places times steps than this take more than a gigabyte.
const MOST_WINDOWS: usize = 20_000_000;

/// Refuses a cube that is too large, before anybody fills it.
///
/// # Errors
/// `TooManyWindows`.
pub fn check_size(places: usize, steps: usize) -> Result<(), Error> {
    if places.saturating_mul(steps) > MOST_WINDOWS {
        return Err(Error::TooManyWindows { cells: places, steps });
    }
    Ok(())
}

/// The totals of the steps, of a cube that can be used.
fn check(cube: &Cube) -> Result<Vec<u64>, Error> {
    let places = cube.exposure.len();
    check_size(places, cube.steps)?;
    if cube.steps < MIN_STEPS {
        return Err(Error::TooFewSteps { steps: cube.steps, least: MIN_STEPS });
    }
    if places.checked_mul(cube.steps) != Some(cube.counts.len()) || cube.near.len() != places {
        return Err(Error::LengthsDiffer { wanted: places.saturating_mul(cube.steps), found: cube.counts.len() });
    }
    let unusable = |exposure: &f64| !(exposure.is_finite() && *exposure >= 0.0);
    if let Some(at) = cube.exposure.iter().position(unusable) {
        return Err(Error::ExposureNotUsable { number: at + 1 });
    }
    let mut totals = vec![0_u64; cube.steps];
    for (place, row) in cube.counts.chunks(cube.steps).enumerate() {
        if cube.exposure[place] == 0.0 && row.iter().any(|n| *n > 0) {
            return Err(Error::EventsWithoutExposure { number: place + 1 });
        }
        totals.iter_mut().zip(row).for_each(|(total, n)| *total += u64::from(*n));
    }
    // A window's count has 32 bits, and no window has more than its step.
    if let Some(&total) = totals.iter().find(|total| **total > u64::from(u32::MAX)) {
        return Err(Error::TooManyPoints { points: total as usize });
    }
    if totals.iter().all(|total| *total == 0) {
        return Err(Error::NothingToAnalyse);
    }
    Ok(totals)
}

fn untested() -> Window {
    Window { n: 0, expected: 0.0, score: 0.0, p: f64::NAN, q: f64::NAN, state: Temperature::Neither }
}

fn window(n: u32, total: u64, share: f64) -> Window {
    let k = u64::from(n);
    let (upper, lower) = (binomial_at_least(k, total, share), binomial_at_most(k, total, share));
    let half = chance(k, total, share) / 2.0;
    let (above, below) = ((upper - half).max(0.0), (lower - half).max(0.0));
    let score = normal_score(above, below);
    let p = (2.0 * upper.min(lower)).min(1.0);
    Window { n, expected: total as f64 * share, score, p, q: f64::NAN, state: Temperature::Neither }
}

/// The normal score of two tails that make 1, from the smaller one, where nothing is lost to rounding; within ± 37.6.
fn normal_score(above: f64, below: f64) -> f64 {
    let point = normal_point(above.min(below).clamp(f64::MIN_POSITIVE, 0.5));
    if above < below { point } else { -point }
}

/// P(X = k) of a binomial count.
fn chance(k: u64, n: u64, p: f64) -> f64 {
    match k {
        _ if k > n => 0.0,
        _ if p <= 0.0 => f64::from(u8::from(k == 0)),
        _ if p >= 1.0 => f64::from(u8::from(k == n)),
        _ => {
            let (k, n) = (k as f64, n as f64);
            let ways = ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
            (ways + k * p.ln() + (n - k) * (-p).ln_1p()).exp()
        }
    }
}

/// The trend of a window's share of all events. `parts`: each step's share of them.
fn trend(row: &[Window], parts: &[f64], exact: Option<&[f64]>, stream: &mut Stream) -> Option<MannKendall> {
    let own: u64 = row.iter().map(|window| u64::from(window.n)).sum();
    if own == 0 {
        return None;
    }
    let score = |(window, part): (&Window, &f64)| {
        let k = u64::from(window.n);
        let (upper, lower) = (binomial_at_least(k, own, *part), binomial_at_most(k, own, *part));
        let (chance, dice) = (chance(k, own, *part), stream.unit());
        normal_score(upper - chance * dice, lower - chance * (1.0 - dice))
    };
    let scores: Vec<f64> = row.iter().zip(parts).map(score).collect();
    cautious(&scores, exact)
}

#[cfg(test)]
#[path = "emerging_moves.rs"]
mod moves;

#[cfg(test)]
#[path = "emerging_tests.rs"]
mod tests;
