//! Scans in space and time: Poisson cylinders, and the permutation scan, which needs cases only.

use serde::Serialize;

use super::super::Error;
use super::super::nulls::Weighted;
use super::chance::{LANES, Plan};
use super::covers::{Coarse, blocks};
use super::cylinders::{Intervals, best};
use super::lanes::Tally;
use super::limits::Limits;
use super::llr::Likelihood;
use super::sites::{Sites, pick};
use super::zones::{Surveyor, Zones};
use super::{
    Cluster, Options, Warning, check_exposure, check_places, check_range, check_total, out_of_range, rest_of, warnings,
};
use crate::domain::random::Stream;

/// Steps below which there is no before and after.
const MIN_STEPS: usize = 2;

/// Covers of single lists: those of several hold more cases in some interval than short intervals leave open.
const COARSE: Coarse = Coarse { lists: 1, bins: 2 };

/// The range of the longest interval, as a share of the steps.
const LONGEST: std::ops::RangeInclusive<f64> = 0.01..=0.9;

/// Which intervals are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// All: what was there at any time?
    Retrospective,
    /// Those that end at the last step: what is there now that was not before?
    Prospective,
}

/// Time of a scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Times {
    /// Which intervals are looked at.
    pub mode: Mode,
    /// The longest interval as a share of the steps, rounded down, at least one step.
    pub longest: f64,
    /// How much happens in each step where nothing is special, in any unit: days of the month, or traffic. Empty: equally much.
    /// Not used by [`permutation`].
    pub lengths: Vec<f64>,
}

impl Default for Times {
    fn default() -> Self {
        Self { mode: Mode::Retrospective, longest: 0.5, lengths: vec![] }
    }
}

/// A place where cases are counted step by step.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedUnit {
    /// Metres east.
    pub x: f64,
    /// Metres north.
    pub y: f64,
    /// Cases in each step, equally many steps in all units.
    pub cases: Vec<u32>,
    /// Exposure in any unit, 0 or more. Not used by [`permutation`].
    pub expected: f64,
}

/// Places with their counts, `[n x steps]` with the steps of a place together, and exposures; none for no steps.
#[must_use]
pub fn timed_units(at: &[[f64; 2]], exposure: &[f64], cases: &[u32], steps: usize) -> Vec<TimedUnit> {
    let unit = |((&[x, y], &expected), cases): ((&[f64; 2], &f64), &[u32])| TimedUnit {
        x,
        y,
        cases: cases.to_vec(),
        expected,
    };
    at.iter().zip(exposure).zip(cases.chunks(steps.max(1)).filter(|_| steps > 0)).map(unit).collect()
}

/// A place and a time with more cases than expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpaceTimeCluster {
    /// The window; its numbers are of the interval.
    #[serde(flatten)]
    pub place: Cluster,
    /// First step, from 0.
    pub first_step: usize,
    /// Last step, which belongs to it.
    pub last_step: usize,
}

/// What a scan in space and time found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpaceTimeScan {
    /// All cases.
    pub cases: u64,
    /// Places: units at one place are one.
    pub places: usize,
    /// Steps.
    pub steps: usize,
    /// Windows in space, each tested with every interval.
    pub windows: usize,
    /// Intervals.
    pub intervals: usize,
    /// Clusters in the order in which they were found; the first whatever its p.
    pub clusters: Vec<SpaceTimeCluster>,
    /// What to know about the data.
    pub warnings: Vec<Warning>,
}

/// Finds a place and an interval with more cases than the exposure explains: the space-time scan with Poisson cases.
///
/// - `units`: `[n]` places with cases per step and an exposure that does not change
/// - returns clusters as [`super::poisson`], each with its steps
///
/// Expected in a cylinder: all cases x its share of the exposure x its share of time. A cluster may therefore be a place that
/// always has more, or a time when there is more everywhere: [`permutation`] asks only for what is new where it is.
/// Null: each case falls independently in a unit by exposure and a step by length.
///
/// Further clusters: all of the found units' cases are taken out, at every time.
///
/// Prospective: p is that of one look. Whoever looks every month gets, where nothing happens, about 12 alpha false alarms a
/// year.
///
/// Cost: O(n² + k log k) once; a replicate O(C + k x steps + windows x intervals) at most, mostly far less than the last.
/// Memory: as [`super::poisson`] and 32 x n x steps bytes a thread. Seed and behaviour as there.
///
/// Source: Kulldorff (2001), Journal of the Royal Statistical Society A 164(1), 61-72; Kulldorff et al. (1998), American Journal
/// of Public Health 88, 1377-1380.
///
/// # Errors
/// As [`super::poisson`]; `LengthsDiffer` where units or lengths have not equally many steps; `TooFewSteps` for fewer than 2;
/// `OutOfRange` for `longest` and for lengths that are not above 0.
pub fn cylinders(units: &[TimedUnit], times: &Times, options: &Options) -> Result<SpaceTimeScan, Error> {
    let problem = Problem::new(units, times, options)?;
    check_exposure(
        &units.iter().map(|unit| (unit.expected, unit.cases.iter().any(|&cases| cases > 0))).collect::<Vec<_>>(),
    )?;
    if times.lengths.len() != problem.steps && !times.lengths.is_empty() {
        return Err(Error::LengthsDiffer { wanted: problem.steps, found: times.lengths.len() });
    }
    let lengths = if times.lengths.is_empty() { vec![1.0; problem.steps] } else { times.lengths.clone() };
    if let Some(&bad) = lengths.iter().find(|length| !(1e-6..=1e12).contains(*length)) {
        return Err(out_of_range("lengths", bad, &(1e-6..=1e12)));
    }
    problem.search(Some(&lengths), times, options)
}

/// Finds a place and an interval with more cases than the place's and the interval's own numbers explain: the space-time
/// permutation scan. It needs no exposure: places that always have many, and times with many everywhere, are no cluster.
///
/// - `units`: `[n]` places with cases per step; `expected` is not used
/// - returns clusters as [`super::poisson`], each with its steps
///
/// Expected in a cylinder: cases of its units at all times x cases of its steps everywhere / all cases. Null: when a case
/// happens has nothing to do with where; null maps permute the times among the cases. Ratio: as Poisson's, with that expected
/// number. Windows hold at most so large a share of the cases. A place that grows faster than others for another reason, such
/// as new houses, is a cluster too.
///
/// Further clusters, the prospective mode, cost, memory and seed as [`cylinders`]. Where all cases lie in one place or one step,
/// every null map is as the map itself: refused.
///
/// Source: Kulldorff, Heffernan, Hartman, Assunção & Mostashari (2005), `PLoS` Medicine 2(3):e59.
///
/// # Errors
/// As [`cylinders`], and `AllAtOnce` where all cases lie in one step, or in one place.
pub fn permutation(units: &[TimedUnit], times: &Times, options: &Options) -> Result<SpaceTimeScan, Error> {
    Problem::new(units, times, options)?.search(None, times, options)
}

impl SpaceTimeScan {
    /// Whether anything was found.
    #[must_use]
    pub fn alarm(&self) -> bool {
        self.clusters.first().is_some_and(|cluster| cluster.place.significant)
    }
}

/// Places with cases per step.
struct Problem {
    sites: Sites,
    /// Row by row: place, then step.
    cases: Vec<u32>,
    weights: Vec<f64>,
    steps: usize,
    total: u32,
}

impl Problem {
    fn new(units: &[TimedUnit], times: &Times, options: &Options) -> Result<Self, Error> {
        options.check()?;
        check_range("longest", times.longest, &LONGEST)?;
        let points: Vec<[f64; 2]> = units.iter().map(|unit| [unit.x, unit.y]).collect();
        check_places(&points)?;
        let steps = units.first().map_or(0, |unit| unit.cases.len());
        if let Some(other) = units.iter().find(|unit| unit.cases.len() != steps) {
            return Err(Error::LengthsDiffer { wanted: steps, found: other.cases.len() });
        }
        let total = check_total(units.iter().flat_map(|unit| &unit.cases).map(|&cases| u64::from(cases)).sum())?;
        if steps < MIN_STEPS {
            return Err(Error::TooFewSteps { steps, least: MIN_STEPS });
        }
        let sites = Sites::new(&points, |a, b| {
            units[a].expected.total_cmp(&units[b].expected).then_with(|| units[a].cases.cmp(&units[b].cases))
        });
        if sites.len() < 2 {
            return Err(Error::TooFewUnits { units: sites.len() });
        }
        let mut cases = vec![0; sites.len() * steps];
        for (row, units_here) in cases.chunks_mut(steps).zip(&sites.units) {
            for &unit in units_here {
                row.iter_mut().zip(&units[unit as usize].cases).for_each(|(sum, &more)| *sum += more);
            }
        }
        let weights = sites.sums(|unit| units[unit].expected);
        Ok(Self { sites, cases, weights, steps, total })
    }

    /// `lengths`: of the steps; `None` for permutations.
    fn search(self, lengths: Option<&[f64]>, times: &Times, options: &Options) -> Result<SpaceTimeScan, Error> {
        let mut scan = SpaceTimeScan {
            cases: u64::from(self.total),
            places: self.sites.len(),
            steps: self.steps,
            windows: 0,
            intervals: 0,
            clusters: vec![],
            warnings: vec![],
        };
        let longest = ((self.steps as f64 * times.longest + 1e-9) as usize).clamp(1, self.steps - 1);
        let mut rest: Vec<u32> = (0..self.sites.len() as u32).collect();
        let mut surveyor = Surveyor::new(&self.sites.at, options.window, options.radius_m(), &options.ellipses)?;
        for round in 0..options.clusters as u64 {
            let Some(part) = Part::new(&self, &rest, lengths) else {
                if round == 0 {
                    return Err(Error::AllAtOnce);
                }
                break;
            };
            let zones = surveyor.zones(&rest, &part.expected)?;
            let intervals = Intervals::new(&part.shares, longest, times.mode == Mode::Prospective);
            if round == 0 {
                scan.windows = zones.ends.len();
                scan.intervals = intervals.all.len();
                scan.warnings = warnings(&part.sums, &zones, options);
            }
            if zones.ends.is_empty() {
                if round == 0 {
                    return Err(Error::NoWindow { percent: options.percent() });
                }
                break;
            }
            let Some(mut found) = part.solve(round, &zones, &intervals, options) else { break };
            if round > 0 && !found.place.significant {
                break;
            }
            let units = |place: u32| &self.sites.units[rest[place as usize] as usize];
            let places = std::mem::take(&mut found.place.units);
            found.place.units = places.iter().flat_map(|&place| units(place)).copied().collect();
            found.place.centre = units(found.place.centre)[0];
            let significant = found.place.significant;
            scan.clusters.push(found);
            if !significant {
                break;
            }
            rest = rest_of(&rest, &places);
        }
        Ok(scan)
    }
}

/// What is left to scan in one search.
struct Part {
    at: Vec<[f64; 2]>,
    cases: Vec<u32>,
    /// Cases of each place at all times.
    sums: Vec<u32>,
    /// Cases expected of each place at all times.
    expected: Vec<f64>,
    /// Share of time of each step.
    shares: Vec<f64>,
    steps: usize,
    total: u32,
    permuted: bool,
}

impl Part {
    /// `None` where nothing can be scanned: no cases, one place, or nothing to permute.
    fn new(problem: &Problem, rest: &[u32], lengths: Option<&[f64]>) -> Option<Self> {
        let steps = problem.steps;
        let row = |&place: &u32| &problem.cases[place as usize * steps..(place as usize + 1) * steps];
        let cases: Vec<u32> = rest.iter().flat_map(row).copied().collect();
        let sums: Vec<u32> = cases.chunks(steps).map(|row| row.iter().sum()).collect();
        let total: u32 = sums.iter().sum();
        if total == 0 || rest.len() < 2 {
            return None;
        }
        let at = pick(&problem.sites.at, rest);
        let permuted = lengths.is_none();
        let (weights, lengths): (Vec<f64>, Vec<f64>) = if let Some(lengths) = lengths {
            (pick(&problem.weights, rest), lengths.to_vec())
        } else {
            let column = |step: usize| cases.iter().skip(step).step_by(steps).sum::<u32>();
            let columns: Vec<f64> = (0..steps).map(|step| f64::from(column(step))).collect();
            let several = |counts: &mut dyn Iterator<Item = bool>| counts.filter(|some| *some).count() > 1;
            if !(several(&mut columns.iter().map(|&n| n > 0.0)) && several(&mut sums.iter().map(|&n| n > 0))) {
                return None;
            }
            (sums.iter().map(|&n| f64::from(n)).collect(), columns)
        };
        let (weight, length): (f64, f64) = (weights.iter().sum(), lengths.iter().sum());
        let expected = weights.iter().map(|share| share / weight * f64::from(total)).collect();
        let shares = lengths.iter().map(|step| step / length).collect();
        Some(Self { at, cases, sums, expected, shares, steps, total, permuted })
    }

    fn solve(&self, round: u64, zones: &Zones, intervals: &Intervals, options: &Options) -> Option<SpaceTimeCluster> {
        if i16::try_from(self.total).is_ok() {
            self.solve_with::<i16>(round, zones, intervals, options)
        } else {
            self.solve_with::<i32>(round, zones, intervals, options)
        }
    }

    /// `T` holds all cases.
    fn solve_with<T: Tally>(
        &self,
        round: u64,
        zones: &Zones,
        intervals: &Intervals,
        options: &Options,
    ) -> Option<SpaceTimeCluster> {
        let none = [T::default(); LANES];
        let mut layers = vec![none; self.at.len() * intervals.layers];
        for (at, &cases) in self.cases.iter().enumerate() {
            intervals.put(&mut layers, [at / self.steps, at % self.steps], 0, T::of(cases as i32));
        }
        layers.chunks_mut(intervals.layers).for_each(Intervals::accumulate);
        let model = Likelihood::Poisson { cases: f64::from(self.total) };
        let (thin, numbers) = zones.thinned(&self.expected);
        let blocks = blocks(&thin, &self.at, COARSE);
        let (least, most) = zones.bins_used();
        let limits = Limits::new(model, self.total, least.saturating_add_signed(intervals.lowered()), most);
        let mut found = best(&thin, &blocks, intervals, &limits, &layers)[0];
        if found.ratio <= 0.0 {
            return None;
        }
        let nulls = Nulls::new(self);
        let verdict = Plan::of(options, round).judge(found.ratio, &limits, |streams, limits| {
            let mut layers = vec![none; self.at.len() * intervals.layers];
            for (lane, stream) in streams.iter_mut().enumerate() {
                nulls.strew(stream, |place, step| intervals.put(&mut layers, [place, step], lane, T::of(1)));
            }
            layers.chunks_mut(intervals.layers).for_each(Intervals::accumulate);
            best(&thin, &blocks, intervals, limits, &layers).map(|best| best.ratio)
        });
        found.window = numbers[found.window as usize];
        let interval = intervals.all[found.interval as usize];
        let (first_step, last_step) = (interval.first as usize, interval.last as usize);
        let row = |place: u32| &self.cases[place as usize * self.steps..][first_step..=last_step];
        let cases = |place: u32| row(place).iter().map(|&cases| u64::from(cases)).sum();
        let place = Cluster::of(&found, zones, &self.at, cases, interval.share, &verdict, options.alpha);
        Some(SpaceTimeCluster { place, first_step, last_step })
    }
}

/// How null maps are strewn.
enum Nulls {
    /// Each case anywhere at any time, by exposure and length.
    Anywhere { places: Option<Weighted>, steps: Option<Weighted>, cases: u32 },
    /// Each case where it is, with the time of any.
    Permuted { places: Vec<u32>, steps: Vec<u32> },
}

impl Nulls {
    fn new(part: &Part) -> Self {
        if !part.permuted {
            let (places, steps) = (Weighted::new(&part.expected), Weighted::new(&part.shares));
            return Self::Anywhere { places, steps, cases: part.total };
        }
        let each = (0..).zip(&part.cases).flat_map(|(at, &n): (usize, _)| std::iter::repeat_n(at, n as usize));
        let (places, steps) = each.map(|at| ((at / part.steps) as u32, (at % part.steps) as u32)).unzip();
        Self::Permuted { places, steps }
    }

    fn strew(&self, stream: &mut Stream, mut add: impl FnMut(usize, usize)) {
        match self {
            Self::Anywhere { places, steps, cases } => {
                let (Some(places), Some(steps)) = (places, steps) else { return };
                for _ in 0..*cases {
                    add(places.at(stream.bits()) as usize, steps.at(stream.bits()) as usize);
                }
            }
            Self::Permuted { places, steps } => {
                let mut steps = steps.clone();
                for at in 0..steps.len() {
                    let pick = at + stream.below(steps.len() - at);
                    steps.swap(at, pick);
                    add(places[at] as usize, steps[at] as usize);
                }
            }
        }
    }
}
