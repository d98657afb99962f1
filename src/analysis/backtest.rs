//! Back-test on a rolling origin: would the method have pointed at the places where events then came?
//!
//! From each origin a method sees what had happened before, and gives every unit (cell or stretch of road) a score. Of the
//! highest scores so many are taken as make a share of the area or length. What happens in the steps that follow is held
//! against that. "Count of the last period" always runs beside it: a method that does not beat it is not worth its trouble.
//!
//! Source: hit rate and PAI, Chainey, Tompson & Uhlig (2008), Security Journal 21, 4-28; RRI, Levine (2008), Security
//! Journal 21, 295-302; PEI, Hunt (2016), and its variant PEI*, White, Hunt & Green (2023), Security Journal; percentile
//! intervals, Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 13.

use rayon::prelude::*;
use serde::Serialize;

use super::Error;
use crate::domain::random::Stream;

/// Fewest origins for which an interval is given. Ours: fewer cannot show how much origins differ.
pub const MIN_ORIGINS: usize = 5;

/// The name of the baseline.
pub const BASELINE: &str = "last-period";

/// An event as methods see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// x (east) and y (north) in metres.
    pub at: [f64; 2],
    /// The step in which it happened, from 0.
    pub step: u32,
    /// The unit that holds it: its position in the sizes.
    pub unit: u32,
}

/// Gives each unit a score from the events before the origin, which come by step, unit, x and y, and from the origin: the
/// higher, the more events are to come there per area or length. NaN is the lowest.
pub type Score<'a> = dyn Fn(&[Event], u32) -> Vec<f64> + Sync + 'a;

/// What is tested.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Number of steps in the data.
    pub steps: u32,
    /// Least steps before an origin, 1 or more.
    pub history: u32,
    /// Steps from an origin that are forecast; origins lie so far apart, the last so far before the end. 1 or more.
    pub horizon: u32,
    /// Steps before the origin that the baseline counts. 1 or more.
    pub last_period: u32,
    /// Most origins; the latest are taken.
    pub origins: usize,
    /// Shares of the area or length, above 0 and below 1.
    pub shares: Vec<f64>,
    /// Bootstrap replicates.
    pub replicates: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
}

/// A number with its 95 % interval over origins; no interval below [`MIN_ORIGINS`] origins.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    /// From all origins together.
    pub value: f64,
    /// 2.5 % and 97.5 % of the bootstrap.
    pub interval: Option<[f64; 2]>,
}

/// How a method did with one share of the area or length.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Accuracy {
    /// The method's name.
    pub method: String,
    /// The share that was taken.
    pub share: f64,
    /// Events that were hit, from all origins; not whole where units are taken in part.
    pub hits: f64,
    /// Events that came.
    pub events: u64,
    /// Hit rate n / N.
    pub hit_rate: Measured,
    /// Prediction accuracy index (n / N) / (a / A): 1 where the method does no better than chance.
    pub pai: Measured,
    /// PAI over the best that any choice of the same area could have had, knowing what came: 1 is perfect.
    pub pei: Measured,
    /// Recapture rate index: the hit rate over the share of the events before that lie in the same units.
    pub rri: Option<Measured>,
    /// Hit rate less the baseline's, of the same origins.
    pub beyond_baseline: Measured,
}

/// What [`backtest`] found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backtest {
    /// The origins: the first step that each forecasts, ascending.
    pub origins: Vec<u32>,
    /// The baseline for every share, then the methods in the order given.
    pub results: Vec<Accuracy>,
}

/// Tests methods, and the baseline, on a rolling origin.
///
/// - `events`: `[n]`, any order; those from step `steps` on are not looked at
/// - `sizes`: `[units]` area (m², km²) or length (km) of each unit, above 0
/// - `methods`: names and scores
///
/// Origins are T - h, T - 2h … as far as `history` steps lie before, T all steps, h the horizon: forecasts do not overlap. A
/// method sees the events with a step before the origin; counted are those in the h steps from it.
///
/// **Units that are taken.** By score, highest first, until their sizes make the share. Units with one score are taken
/// together: where they do not all fit, each is taken in the part that fits, and hits count in that part. That is what a
/// draw by lot among them gives on average; to take them in their order would favour one corner of the map. The area is so
/// the same for every method, to the last square metre.
///
/// **Measures**, all from sums over origins, so that every event counts alike: hit rate n / N; PAI = (n / N) / share; PEI =
/// n / n*, n* what the units with most events per size would have hit with the same area (greedy with parts, which is the
/// best there is). RRI = (n / N) / (n' / N'), n' / N' the share of the events before the origin in the units that were taken,
/// averaged with the weights N of the forecasts; below 1 where a hotspot fades.
/// What the paper calls PEI* we have from its abstract alone ("operationally realistic"), with PAI over the best PAI for the same
/// area as its commonly given form; that is what is computed, and it is called PEI here.
///
/// **Baseline**: events per size in the `last_period` steps before the origin.
///
/// **Intervals**: origins are drawn with replacement, all methods with the same draws, replicate r from stream r of the
/// seed; percentiles. They say how much origins differ, and take origins for independent; few origins make them too
/// narrow. A draw without any events counts as none.
///
/// An origin after which nothing happens adds nothing. Cost: methods x origins x (method + units log units) and
/// replicates x origins. Neither the order of events nor threads change anything, as long as methods keep to that.
///
/// # Errors
/// `LengthsDiffer` where a method gives another number of scores than there are units, or an event's unit is beyond the
/// last; `SizeNotUsable`; `OutOfRange` for a share, horizon, history or last period that is not allowed; `TooFewSteps` where
/// there is no origin; `NothingToAnalyse` where nothing happens after any origin.
pub fn backtest(events: &[Event], sizes: &[f64], methods: &[(&str, &Score)], plan: &Plan) -> Result<Backtest, Error> {
    let events = check(events, sizes, plan)?;
    let origins = origins(plan)?;
    let last_period = |history: &[Event], origin: u32| {
        let from = origin.saturating_sub(plan.last_period);
        densities(history.iter().filter(|event| event.step >= from), sizes)
    };
    let mut all: Vec<(&str, &Score)> = vec![(BASELINE, &last_period)];
    all.extend(methods);
    let forecasts: Vec<Forecast> = origins
        .par_iter()
        .map(|&origin| Forecast::new(&events, sizes, &all, origin, plan))
        .collect::<Result<_, Error>>()?;
    if forecasts.iter().all(|forecast| forecast.events == 0) {
        return Err(Error::NothingToAnalyse);
    }
    let once: Vec<usize> = (0..forecasts.len()).collect();
    let kinds = all.len() * plan.shares.len();
    let measured =
        |drawn: &[usize]| -> Vec<[f64; 5]> { (0..kinds).map(|kind| measures(&forecasts, drawn, kind, plan)).collect() };
    let draws: Vec<Vec<[f64; 5]>> = (0..plan.replicates as u64 * u64::from(forecasts.len() >= MIN_ORIGINS))
        .into_par_iter()
        .map(|number| {
            let mut stream = Stream::new(plan.seed, number);
            let drawn: Vec<usize> = once.iter().map(|_| stream.below(once.len())).collect();
            measured(&drawn)
        })
        .collect();
    let result = |(kind, values): (usize, [f64; 5])| {
        let measure = |which: usize| {
            let mut drawn: Vec<f64> = draws.iter().map(|draw| draw[kind][which]).filter(|v| v.is_finite()).collect();
            Measured { value: values[which], interval: percentiles(&mut drawn) }
        };
        Accuracy {
            method: all[kind / plan.shares.len()].0.to_owned(),
            share: plan.shares[kind % plan.shares.len()],
            hits: forecasts.iter().map(|forecast| forecast.taken[kind].hits).sum(),
            events: forecasts.iter().map(|forecast| forecast.events).sum(),
            hit_rate: measure(0),
            pai: measure(1),
            pei: measure(2),
            rri: values[3].is_finite().then(|| measure(3)),
            beyond_baseline: measure(4),
        }
    };
    let results = measured(&once).into_iter().enumerate().map(result).collect();
    Ok(Backtest { origins, results })
}

/// The events in the order in which methods see them.
fn check(events: &[Event], sizes: &[f64], plan: &Plan) -> Result<Vec<Event>, Error> {
    let range = |parameter: &str, value: String, range: &str| Error::OutOfRange {
        parameter: parameter.to_owned(),
        value,
        range: range.to_owned(),
    };
    if let Some(share) = plan.shares.iter().find(|share| !(**share > 0.0 && **share < 1.0)) {
        return Err(range("coverage", share.to_string(), "0–1"));
    }
    for (name, steps) in [("horizon", plan.horizon), ("history", plan.history), ("last-period", plan.last_period)] {
        if steps == 0 {
            return Err(range(name, "0".to_owned(), &format!("1–{}", plan.steps)));
        }
    }
    if let Some(at) = sizes.iter().position(|size| !(size.is_finite() && *size > 0.0)) {
        return Err(Error::SizeNotUsable { number: at + 1 });
    }
    if let Some(event) = events.iter().find(|event| event.unit as usize >= sizes.len()) {
        return Err(Error::LengthsDiffer { wanted: event.unit as usize + 1, found: sizes.len() });
    }
    let mut events: Vec<Event> = events.iter().filter(|event| event.step < plan.steps).copied().collect();
    events.sort_unstable_by(|a, b| {
        let place = |event: &Event| (event.step, event.unit);
        place(a).cmp(&place(b)).then(a.at[0].total_cmp(&b.at[0])).then(a.at[1].total_cmp(&b.at[1]))
    });
    Ok(events)
}

/// The origins, ascending.
fn origins(plan: &Plan) -> Result<Vec<u32>, Error> {
    let least = u64::from(plan.history) + u64::from(plan.horizon);
    if u64::from(plan.steps) < least || plan.origins == 0 {
        return Err(Error::TooFewSteps { steps: plan.steps as usize, least: least as usize });
    }
    let latest = plan.steps - plan.horizon;
    let count = ((latest - plan.history) / plan.horizon + 1).min(plan.origins.min(u32::MAX as usize) as u32);
    Ok((0..count).rev().map(|back| latest - back * plan.horizon).collect())
}

/// Events per size of each unit.
fn densities<'a>(events: impl Iterator<Item = &'a Event>, sizes: &[f64]) -> Vec<f64> {
    let mut scores = vec![0.0; sizes.len()];
    events.for_each(|event| scores[event.unit as usize] += 1.0);
    scores.iter_mut().zip(sizes).for_each(|(score, size)| *score /= size);
    scores
}

/// What one choice of units caught.
#[derive(Debug, Clone, Copy)]
struct Taken {
    /// Of the events that came.
    hits: f64,
    /// Of the events before, as a share.
    before: f64,
}

/// One origin.
#[derive(Debug)]
struct Forecast {
    events: u64,
    /// `[methods x shares]`
    taken: Vec<Taken>,
    /// `[shares]` the most events that so much area could have caught.
    best: Vec<f64>,
}

impl Forecast {
    fn new(
        events: &[Event],
        sizes: &[f64],
        methods: &[(&str, &Score)],
        origin: u32,
        plan: &Plan,
    ) -> Result<Self, Error> {
        let now = events.partition_point(|event| event.step < origin);
        let end = events.partition_point(|event| event.step < origin + plan.horizon);
        let (history, future) = (&events[..now], &events[now..end]);
        let mut counts = vec![[0.0; 2]; sizes.len()];
        for (when, part) in [history, future].into_iter().enumerate() {
            for event in part {
                counts[event.unit as usize][when] += 1.0;
            }
        }
        let mut taken = Vec::with_capacity(methods.len() * plan.shares.len());
        for (_, method) in methods {
            let scores = method(history, origin);
            if scores.len() != sizes.len() {
                return Err(Error::LengthsDiffer { wanted: sizes.len(), found: scores.len() });
            }
            taken.extend(caught(&scores, sizes, &counts, &plan.shares).into_iter().map(|[before, hits]| {
                let before = if history.is_empty() { 0.0 } else { before / history.len() as f64 };
                Taken { hits, before }
            }));
        }
        let best = caught(&densities(future.iter(), sizes), sizes, &counts, &plan.shares);
        Ok(Self { events: future.len() as u64, taken, best: best.into_iter().map(|[_, hits]| hits).collect() })
    }
}

/// For each share of the area, what the units with the highest scores hold of the counts before and after. Units with one
/// score are taken together, in the part that fits.
fn caught(scores: &[f64], sizes: &[f64], counts: &[[f64; 2]], shares: &[f64]) -> Vec<[f64; 2]> {
    // Adding 0 makes one zero of the two.
    let score = |unit: usize| if scores[unit].is_nan() { f64::NEG_INFINITY } else { scores[unit] + 0.0 };
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| score(b).total_cmp(&score(a)));
    let all: f64 = sizes.iter().sum();
    let mut left: Vec<f64> = shares.iter().map(|share| share * all).collect();
    let mut sums = vec![[0.0; 2]; shares.len()];
    for group in order.chunk_by(|&a, &b| score(a) == score(b)) {
        let size: f64 = group.iter().map(|&unit| sizes[unit]).sum();
        let held = [0, 1].map(|when| group.iter().map(|&unit| counts[unit][when]).sum::<f64>());
        for (left, sum) in left.iter_mut().zip(&mut sums) {
            let part = (*left / size).clamp(0.0, 1.0);
            sum[0] += part * held[0];
            sum[1] += part * held[1];
            *left -= part * size;
        }
        if left.iter().all(|left| *left <= 0.0) {
            break;
        }
    }
    sums
}

/// Hit rate, PAI, PEI, RRI and what the hit rate has beyond the baseline's, from the origins that were drawn; NaN where
/// there is nothing to divide by.
fn measures(forecasts: &[Forecast], drawn: &[usize], kind: usize, plan: &Plan) -> [f64; 5] {
    let at = kind % plan.shares.len();
    let sum = |of: &dyn Fn(&Forecast) -> f64| drawn.iter().map(|&number| of(&forecasts[number])).sum::<f64>();
    let ratio = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { f64::NAN };
    let events = sum(&|forecast| forecast.events as f64);
    let hits = sum(&|forecast| forecast.taken[kind].hits);
    let best = sum(&|forecast| forecast.best[at]);
    let as_before = sum(&|forecast| forecast.events as f64 * forecast.taken[kind].before);
    let baseline = sum(&|forecast| forecast.taken[at].hits);
    let rate = ratio(hits, events);
    [rate, rate / plan.shares[at], ratio(hits, best), ratio(hits, as_before), rate - ratio(baseline, events)]
}

/// The 2.5 % and 97.5 % points, between neighbours in proportion; `None` of nothing.
fn percentiles(values: &mut [f64]) -> Option<[f64; 2]> {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let point = |p: f64| {
        let at = p * last as f64;
        let below = at.floor() as usize;
        let (low, high) = (values[below], values[(below + 1).min(last)]);
        low + (high - low) * (at - below as f64)
    };
    Some([point(0.025), point(0.975)])
}

#[cfg(test)]
#[path = "backtest_moves.rs"]
mod moves;

#[cfg(test)]
#[path = "backtest_tests.rs"]
mod tests;
