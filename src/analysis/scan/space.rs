//! The scan in space: Poisson and Bernoulli.

use super::super::Error;
use super::super::nulls::Weighted;
use super::chance::{LANES, Plan};
use super::covers::{Coarse, blocks};
use super::lanes::{Tally, best, best_covered};
use super::limits::Limits;
use super::llr::Likelihood;
use super::sites::{Sites, pick};
use super::zones::{Surveyor, Zones};
use super::{CaseControl, Cluster, Options, Scan, Unit, check_places, check_total, rest_of, warnings};
use crate::domain::random::Stream;

/// Covers for a search with a ratio to reach: the smallest that still pass over most of a map.
const COARSE: Coarse = Coarse { lists: 16, bins: 6 };

/// Finds where more cases lie together than the exposure explains, and how probable so strong a cluster is anywhere.
///
/// - `units`: `[n]` places with cases and exposure (any unit; only shares matter)
/// - returns clusters in the order in which they were found, the most likely first
///
/// Null: all C cases fall independently, each in a unit with probability exposure / all exposure; alternative: one window has
/// a higher rate than the rest. The window with the largest likelihood ratio
/// `c ln(c / E) + (C - c) ln((C - c) / (C - E))`, where c > E, is the most likely cluster; its p is that of the largest ratio
/// over all windows, so that many windows are no trouble. Windows: see [`super`]. Low rates are not looked for.
///
/// Further clusters: the units of the found one are taken out, the rest is scanned again with null maps of its own, as long as
/// p is at most alpha (Zhang, Assunção & Kulldorff 2010). Their windows may go round the hole, and shares are of what is left.
/// The most likely cluster is given whatever its p; further ones only where they are significant.
///
/// Behaviour: units at one place count as one. A constant rate, and cases that lie nowhere above it, give no cluster. Units on
/// a line are no trouble. Cases that lie in one unit only are scanned, with a warning.
///
/// Cost: O(n² + k log k) once and O(k + C) a replicate for k places in all windows; 8 k + 32 windows bytes. Seeded: replicate r of
/// search s draws from stream (s << 32) + r.
///
/// Source: Kulldorff (1997), Communications in Statistics: Theory and Methods 26(6), 1481-1496; Zhang, Assunção & Kulldorff
/// (2010), Journal of Probability and Statistics 2010, 642379; Abrams, Kleinman & Kulldorff (2010), International Journal of
/// Health Geographics 9:61.
///
/// # Errors
/// `NothingToAnalyse` without cases; `TooFewUnits` for fewer than two places; `NoExposure`, `ExposureNotUsable`,
/// `EventsWithoutExposure`; `PointNotFinite`, `PointOutsideGrid` beyond 10¹² m; `OutOfRange` for an option; `NoWindow` where
/// every unit is larger than the largest window; `TooManyCircles`; `TooManyPoints` for 2³¹ cases or more.
pub fn poisson(units: &[Unit], options: &Options) -> Result<Scan, Error> {
    options.check()?;
    let points: Vec<[f64; 2]> = units.iter().map(|unit| [unit.x, unit.y]).collect();
    check_places(&points)?;
    super::check_exposure(&units.iter().map(|unit| (unit.expected, unit.cases > 0)).collect::<Vec<_>>())?;
    let sites = Sites::new(&points, |a, b| {
        units[a].expected.total_cmp(&units[b].expected).then(units[a].cases.cmp(&units[b].cases))
    });
    let cases = sites.sums(|unit| u64::from(units[unit].cases));
    let weights = sites.sums(|unit| units[unit].expected);
    search(&sites, &cases, &weights, None, options)
}

/// Finds where cases lie together more than controls do.
///
/// - `units`: `[n]` places with cases and controls, for example injured at night and injured by day
/// - returns clusters as [`poisson`]; `expected` is the share of cases times all in the window
///
/// Null: the C cases are any C of the N cases and controls, all choices equally probable; alternative: one window has a higher
/// share of cases than the rest. Ratio: Kulldorff's for the Bernoulli model, where c / n inside is above that outside. Window
/// share is of cases and controls. Everything else, cost and seed as [`poisson`]; a replicate costs O(k + N).
///
/// Source: Kulldorff & Nagarwalla (1995), Statistics in Medicine 14, 799-810; Kulldorff (1997).
///
/// # Errors
/// As [`poisson`], and `NoControls` where there is none.
pub fn bernoulli(units: &[CaseControl], options: &Options) -> Result<Scan, Error> {
    options.check()?;
    let points: Vec<[f64; 2]> = units.iter().map(|unit| [unit.x, unit.y]).collect();
    check_places(&points)?;
    let sites =
        Sites::new(&points, |a, b| (units[a].cases, units[a].controls).cmp(&(units[b].cases, units[b].controls)));
    let cases = sites.sums(|unit| u64::from(units[unit].cases));
    let all = sites.sums(|unit| u64::from(units[unit].cases) + u64::from(units[unit].controls));
    check_total(all.iter().sum())?;
    if all.iter().sum::<u64>() == cases.iter().sum::<u64>() && cases.iter().any(|&cases| cases > 0) {
        return Err(Error::NoControls);
    }
    let weights: Vec<f64> = all.iter().map(|&all| all as f64).collect();
    search(&sites, &cases, &weights, Some(&all), options)
}

/// Finds clusters one after the other. `all`: cases and controls; `None` for Poisson.
fn search(
    sites: &Sites,
    cases: &[u64],
    weights: &[f64],
    all: Option<&[u64]>,
    options: &Options,
) -> Result<Scan, Error> {
    let total = check_total(cases.iter().sum())?;
    if sites.len() < 2 {
        return Err(Error::TooFewUnits { units: sites.len() });
    }
    let cases: Vec<u32> = cases.iter().map(|&cases| cases as u32).collect();
    let mut scan =
        Scan { cases: u64::from(total), places: sites.len(), windows: 0, clusters: vec![], warnings: vec![] };
    let mut rest: Vec<u32> = (0..sites.len() as u32).collect();
    let mut surveyor = Surveyor::new(&sites.at, options.window, options.radius_m(), &options.ellipses)?;
    for round in 0..options.clusters as u64 {
        let problem = Problem {
            at: pick(&sites.at, &rest),
            cases: pick(&cases, &rest),
            all: all.map(|all| pick(all, &rest)),
            weights: pick(weights, &rest),
        };
        let Some((found, zones)) = problem.solve(round, &rest, &mut surveyor, options)? else { break };
        if round == 0 {
            scan.windows = zones.ends.len();
            scan.warnings = warnings(&problem.cases, &zones, options);
        }
        let Some(mut found) = found else { break };
        if round > 0 && !found.significant {
            break;
        }
        let taken = found.units;
        found.units = taken.iter().flat_map(|&place| &sites.units[rest[place as usize] as usize]).copied().collect();
        found.centre = sites.units[rest[found.centre as usize] as usize][0];
        let significant = found.significant;
        scan.clusters.push(found);
        if !significant {
            break;
        }
        rest = rest_of(&rest, &taken);
    }
    Ok(scan)
}

/// One search: places with cases and weights.
struct Problem {
    at: Vec<[f64; 2]>,
    cases: Vec<u32>,
    all: Option<Vec<u64>>,
    weights: Vec<f64>,
}

impl Problem {
    /// The most likely cluster; its units are places of this search. `None` in a later round where nothing is left to scan.
    fn solve(
        &self,
        round: u64,
        rest: &[u32],
        surveyor: &mut Surveyor<'_>,
        options: &Options,
    ) -> Result<Option<(Option<Cluster>, Zones)>, Error> {
        let total: u32 = self.cases.iter().sum();
        let sum: f64 = self.weights.iter().sum();
        let spent = total == 0 || self.at.len() < 2 || self.all.as_ref().is_some_and(|_| f64::from(total) >= sum);
        if round > 0 && spent {
            return Ok(None);
        }
        let expected: Vec<f64> = self.weights.iter().map(|weight| weight / sum * f64::from(total)).collect();
        let model = match self.all {
            None => Likelihood::Poisson { cases: f64::from(total) },
            Some(_) => Likelihood::Bernoulli { cases: f64::from(total), all: sum },
        };
        let zones = surveyor.zones(rest, &expected)?;
        if zones.ends.is_empty() {
            return if round > 0 { Ok(None) } else { Err(Error::NoWindow { percent: options.percent() }) };
        }
        let found = if i16::try_from(total).is_ok() {
            self.search::<i16>(round, &zones, &expected, model, options)
        } else {
            self.search::<i32>(round, &zones, &expected, model, options)
        };
        Ok(Some((found, zones)))
    }

    /// The most likely cluster in these windows; `T` holds all cases.
    fn search<T: Tally>(
        &self,
        round: u64,
        zones: &Zones,
        expected: &[f64],
        model: Likelihood,
        options: &Options,
    ) -> Option<Cluster> {
        let total: u32 = self.cases.iter().sum();
        let (least, most) = zones.bins_used();
        let limits = Limits::new(model, total, least, most);
        let observed: Vec<[T; LANES]> = self
            .cases
            .iter()
            .map(|&cases| {
                let mut lanes = [T::default(); LANES];
                lanes[0] = T::of(cases as i32);
                lanes
            })
            .collect();
        let top = best(zones, &limits, &observed)[0];
        if top.ratio <= 0.0 {
            return None;
        }
        let nulls = Nulls::new(expected, self.all.as_deref(), total);
        let blocks = if options.gumbel < options.replicates { blocks(zones, &self.at, COARSE) } else { vec![] };
        let verdict = Plan::of(options, round).judge(top.ratio, &limits, |streams, limits| {
            let mut counts = vec![[T::default(); LANES]; expected.len()];
            for (lane, stream) in streams.iter_mut().enumerate() {
                nulls.strew(lane, stream, &mut counts);
            }
            let bests = if limits.asks_only() {
                best_covered(zones, &blocks, limits, &counts)
            } else {
                best(zones, limits, &counts)
            };
            bests.map(|best| best.ratio)
        });
        let cases = |place: u32| u64::from(self.cases[place as usize]);
        Some(Cluster::of(&top, zones, &self.at, cases, 1.0, &verdict, options.alpha))
    }
}

/// How null maps are strewn.
enum Nulls {
    /// Each case anywhere, by exposure.
    Multinomial { weighted: Option<Weighted>, cases: u32 },
    /// The smaller of cases and controls, any of all.
    Choice { places: Vec<u32>, all: Vec<i32>, chosen: u32, controls: bool },
}

impl Nulls {
    fn new(expected: &[f64], all: Option<&[u64]>, cases: u32) -> Self {
        let Some(all) = all else { return Self::Multinomial { weighted: Weighted::new(expected), cases } };
        let places: Vec<u32> =
            (0_u32..).zip(all).flat_map(|(place, &n)| std::iter::repeat_n(place, n as usize)).collect();
        let controls = places.len() as u32 - cases;
        let all = all.iter().map(|&n| n as i32).collect();
        Self::Choice { places, all, chosen: cases.min(controls), controls: controls < cases }
    }

    /// Strews one map into a lane that holds nothing.
    fn strew<T: Tally>(&self, lane: usize, stream: &mut Stream, counts: &mut [[T; LANES]]) {
        match self {
            Self::Multinomial { weighted, cases } => {
                let Some(weighted) = weighted else { return };
                for _ in 0..*cases {
                    counts[weighted.at(stream.bits()) as usize][lane] += T::of(1);
                }
            }
            Self::Choice { places, all, chosen, controls } => {
                let mut left = places.clone();
                for at in 0..*chosen as usize {
                    let pick = at + stream.below(left.len() - at);
                    left.swap(at, pick);
                    counts[left[at] as usize][lane] += T::of(1);
                }
                if *controls {
                    for (count, &all) in counts.iter_mut().zip(all) {
                        count[lane] = T::of(all) - count[lane];
                    }
                }
            }
        }
    }
}
