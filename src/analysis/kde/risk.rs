//! Where are events more common than what they are compared with explains? The log ratio of two densities, with a Monte
//! Carlo test at each cell and over the whole map.
//!
//! Sources: Bithell (1990), Statistics in Medicine 9, 691-701, and Kelsall & Diggle (1995), Statistics in Medicine 14,
//! 2335-2342 (the ratio, one bandwidth, random labelling); Besag & Clifford (1991), Biometrika 78, 301-304 (the p-value);
//! Westfall & Young (1993), Resampling-Based Multiple Testing (the largest over the map).

use rayon::prelude::*;

use super::super::multiple::benjamini_hochberg;
use super::super::nulls::{BATCH, Weighted};
use super::super::{Error, check_points};
use super::raster::{Frame, Mask, Raster};
use super::sweep::{self, Power, Source};
use super::{Kernel, Warning, check_bandwidth, check_input, cross_validated, warn};
use crate::domain::random::Stream;
use crate::domain::{Bbox, Grid, Metres};

/// What cases are compared with.
#[derive(Debug, Clone, Copy)]
pub enum Reference<'a> {
    /// Events of another sort. Under the null, which of all events are cases is drawn without regard to place.
    Controls(&'a [[f64; 2]]),
    /// Amounts at places: people, traffic. Under the null, cases fall on places in proportion to the amounts.
    Exposure {
        /// `[m]` metres, such as the middles of cells.
        at: &'a [[f64; 2]],
        /// `[m]` not below 0.
        amount: &'a [f64],
    },
}

/// Where cases are over-represented. Rasters share one frame; NaN where nothing was tested.
#[derive(Debug, Clone, PartialEq)]
pub struct RelativeRisk {
    /// Natural log of the density of cases over that of the reference, each as shares of its own sum: 0 is as expected,
    /// 0.69 twice as many, -0.69 half.
    pub log_ratio: Raster,
    /// Probability of so many cases around the cell under the null: (1 + replicates with as many) / (1 + replicates).
    pub p: Raster,
    /// Benjamini-Hochberg's q of `p` over the cells that were tested. `p` is never below 1 / (1 + replicates), so that a
    /// small place on a large map cannot reach a small q however much stands out there; `p_max` can.
    pub q: Raster,
    /// Probability under the null that anywhere on the map a cell stands out as much as this one: the largest standardised
    /// excess of each replicate, same formula. Below 0.05: at most one map in twenty that holds nothing has such a cell.
    pub p_max: Raster,
    /// The bandwidth that was used for both.
    pub bandwidth: Metres,
    /// Replicates that ran.
    pub replicates: usize,
    /// What the reader should know.
    pub warnings: Vec<Warning>,
}

/// Places that may hold cases under the null, in order of y, then x, then amount.
struct Null {
    sources: Vec<Source>,
    draw: Draw,
}

enum Draw {
    /// So many of the places are cases, each place once at most.
    Labels(usize),
    /// So many cases fall on places by weight.
    Strewn(u64, Weighted),
}

/// Compares cases with controls or with exposure at the middles of the grid's cells.
///
/// With k the Epanechnikov kernel (any peak), F(u) the sum of k over the cases and G(u) the same of the reference, each
/// divided by its total: `ln((F + d) / (G + d))`, d being one case strewn evenly over the cells that were tested, so that no
/// cell is infinite. Cells within a bandwidth of the pool (cases and controls) or of exposure above 0 are tested. Edges need
/// no correction, since a share of a kernel that lies outside divides both alike.
///
/// Alternative: more cases around the cell than the null gives (upper tail). The null keeps the number of cases and all
/// places: labels are drawn at random (controls), or cases are strewn over the exposure in proportion to it. The test at a
/// cell compares F(u) with that of each replicate, which orders maps as the log ratio does. `p_max` standardises F with its
/// exact mean and variance under the null and compares with the largest of each replicate.
///
/// - `cases`: `[n]` metres; repeated ones count as often as they stand there
/// - `area`: cells outside are not tested, and cases and reference outside are not counted
/// - `bandwidth`: `None` as [`cross_validated`] finds for the cases; one for both, so that their smoothing cancels
/// - `replicates`: at least 1; replicate r draws from stream r of `seed`
///
/// No cases give a log ratio of d's making and p = 1 everywhere. The sums are exact, so that ties count as ties, and the
/// answer is the same to the last bit whatever the order of rows and threads. O(replicates · (n · rows in a kernel + cells)).
///
/// # Errors
/// `NothingToCompareWith`; those of [`density`](super::density()).
pub fn relative_risk(
    cases: &[[f64; 2]],
    reference: Reference<'_>,
    grid: &Grid,
    area: Option<&Mask>,
    bandwidth: Option<Metres>,
    replicates: usize,
    seed: u64,
) -> Result<RelativeRisk, Error> {
    let (places, amounts) = match reference {
        Reference::Controls(points) => (points, None),
        Reference::Exposure { at, amount } => (at, Some(amount)),
    };
    check_input(cases, None)?;
    check_points(places)?;
    check_input(places, amounts)?;
    let inside = |at: [f64; 2]| area.is_none_or(|area| area.holds(at));
    let kept: Vec<[f64; 2]> = cases.iter().copied().filter(|case| inside(*case)).collect();
    let held: Vec<([f64; 2], f64)> = (0..places.len())
        .map(|at| (places[at], amounts.map_or(1.0, |amounts| amounts[at])))
        .filter(|(at, amount)| *amount > 0.0 && inside(*at))
        .collect();
    if held.is_empty() {
        return Err(Error::NothingToCompareWith);
    }
    let mut warnings = Vec::new();
    if kept.len() < cases.len() {
        warnings.push(Warning::EventsOutside { events: cases.len() - kept.len() });
    }
    let validated = match bandwidth {
        Some(_) => None,
        None => Some(cross_validated(&kept, Metres(grid.side_m()), Kernel::Epanechnikov)?),
    };
    let bandwidth = bandwidth.or(validated.map(|found| found.bandwidth)).unwrap_or(Metres(grid.side_m()));
    check_bandwidth(bandwidth, *grid)?;
    warnings.extend(warn(Bbox::around(kept.iter().copied()), area, bandwidth, validated));

    let frame = if let Some(area) = area {
        *area.frame()
    } else {
        let all = held.iter().map(|(at, _)| *at).chain(kept.iter().copied());
        Frame::around(*grid, Bbox::around(all).grown(bandwidth.0))?
    };
    let of_cases: Vec<Source> = kept.iter().map(|at| source(*at, 1.0, bandwidth.0)).collect();
    let observed = sweep::sums(&frame, of_cases.len(), |at| of_cases[at], Power::One);
    let (null, expected) = expectation(&frame, &kept, &held, amounts.is_some(), bandwidth.0)?;
    let tested: Vec<usize> =
        (0..frame.len()).filter(|&at| expected.mean[at] > 0.0 && area.is_none_or(|area| area.inside()[at])).collect();
    let alone = kept.iter().filter(|case| frame.at(**case).is_none_or(|at| expected.mean[at] <= 0.0)).count();
    if alone > 0 {
        warnings.push(Warning::CasesWithoutReference { events: alone });
    }

    let (as_many, largest) = replicated(&frame, &null, &expected, &observed, &tested, replicates, seed);
    let runs = 1.0 + replicates as f64;
    let spread = |value: &dyn Fn(usize, usize) -> f64| {
        let mut values = vec![f64::NAN; frame.len()];
        for (place, &at) in tested.iter().enumerate() {
            values[at] = value(place, at);
        }
        values
    };
    let p = spread(&|place, _| (1.0 + f64::from(as_many[place])) / runs);
    let q = benjamini_hochberg(&p);
    let above = |excess: f64| largest.len() - largest.partition_point(|largest| *largest < excess);
    let p_max = spread(&|_, at| (1.0 + above(expected.excess(at, observed[at])) as f64) / runs);
    let n = kept.len().max(1) as f64;
    // A kernel of peak 1 holds π h² / 2 square metres.
    let strewn =
        std::f64::consts::FRAC_PI_2 * bandwidth.0 * bandwidth.0 / (frame.cell_m2() * tested.len().max(1) as f64 * n);
    let ratio = |at: usize| {
        let share = sweep::to_float(observed[at]).max(0.0) / n;
        ((share + strewn) / (expected.reference(at, observed[at]) + strewn)).ln()
    };
    let log_ratio = spread(&|_, at| ratio(at));
    let raster = |values| Raster::new(&frame, values);
    Ok(RelativeRisk {
        log_ratio: raster(log_ratio),
        p: raster(p),
        q: raster(q),
        p_max: raster(p_max),
        bandwidth,
        replicates,
        warnings,
    })
}

fn source([x, y]: [f64; 2], peak: f64, reach: f64) -> Source {
    Source { x, y, reach, peak, times: 1 }
}

/// What the null says of the sum of kernels at each cell.
struct Expected {
    mean: Vec<f64>,
    deviation: Vec<f64>,
    /// The reference itself: sums of the pool, or the exposure's shares.
    sums: Vec<f64>,
    /// Controls in the pool; `None` where the reference is exposure.
    controls: Option<f64>,
}

impl Expected {
    /// How many standard deviations above its mean the sum lies; 0 where it cannot vary.
    fn excess(&self, at: usize, sum: i128) -> f64 {
        if self.deviation[at] > 0.0 { (sweep::to_float(sum) - self.mean[at]) / self.deviation[at] } else { 0.0 }
    }

    /// The reference's sum of kernels as a share of its total.
    fn reference(&self, at: usize, cases: i128) -> f64 {
        match self.controls {
            Some(controls) => (self.sums[at] - sweep::to_float(cases)).max(0.0) / controls,
            None => self.sums[at],
        }
    }
}

/// The null with its exact mean and variance at each cell: hypergeometric for labels, multinomial for strewn cases.
fn expectation(
    frame: &Frame,
    cases: &[[f64; 2]],
    held: &[([f64; 2], f64)],
    exposure: bool,
    bandwidth: f64,
) -> Result<(Null, Expected), Error> {
    let n = cases.len() as f64;
    let mut places: Vec<([f64; 2], f64)> = held.to_vec();
    if !exposure {
        places.extend(cases.iter().map(|at| (*at, 1.0)));
    }
    places.sort_unstable_by(|(a, x), (b, y)| a[1].total_cmp(&b[1]).then(a[0].total_cmp(&b[0])).then(x.total_cmp(y)));
    let total: f64 = places.iter().map(|(_, amount)| amount).sum();
    let shares: Vec<f64> = places.iter().map(|(_, amount)| amount / total).collect();
    let weighted: Vec<Source> =
        places.iter().zip(&shares).map(|((at, _), share)| source(*at, *share, bandwidth)).collect();
    // The square of an Epanechnikov kernel is a quartic one.
    let fields = [Power::One, Power::Two].map(|power| sweep::sums(frame, weighted.len(), |at| weighted[at], power));
    let [first, second] = fields.map(|field| field.into_iter().map(|sum| sweep::to_float(sum).max(0.0)));
    let first: Vec<f64> = first.collect();
    let pool = places.len() as f64;
    let correction = if exposure || pool < 2.0 { 1.0 } else { (pool - n) / (pool - 1.0) };
    let variance = |(first, second): (&f64, f64)| (n * correction * (second - first * first)).max(0.0);
    let deviation: Vec<f64> = first
        .iter()
        .zip(second)
        .map(|pair| {
            let variance = variance((pair.0, pair.1));
            // Less than rounding leaves of a difference is no variation.
            if variance > 1e-13 * n * pair.1 { variance.sqrt() } else { 0.0 }
        })
        .collect();
    let mean = first.iter().map(|share| share * n.max(1.0)).collect();
    let (sums, controls) = if exposure {
        (first, None)
    } else {
        (first.iter().map(|share| share * pool).collect(), Some(held.len() as f64))
    };
    let draw = if exposure {
        Draw::Strewn(cases.len() as u64, Weighted::new(&shares).ok_or(Error::NothingToCompareWith)?)
    } else {
        Draw::Labels(cases.len())
    };
    let sources = places.iter().map(|(at, _)| source(*at, 1.0, bandwidth)).collect();
    Ok((Null { sources, draw }, Expected { mean, deviation, sums, controls }))
}

/// For each tested cell in how many replicates its sum was at least as large, and the largest excess of each replicate,
/// ascending.
fn replicated(
    frame: &Frame,
    null: &Null,
    expected: &Expected,
    observed: &[i128],
    tested: &[usize],
    replicates: usize,
    seed: u64,
) -> (Vec<u32>, Vec<f64>) {
    let run = |number: usize, (mut as_many, mut largest, mut sums): (Vec<u32>, Vec<f64>, Vec<i128>)| {
        let drawn = null.drawn(&mut Stream::new(seed, number as u64));
        sweep::sums_here(frame, &drawn, Power::One, &mut sums);
        let mut most = f64::NEG_INFINITY;
        for (count, &at) in as_many.iter_mut().zip(tested) {
            *count += u32::from(sums[at] >= observed[at]);
            most = most.max(expected.excess(at, sums[at]));
        }
        largest.push(most);
        (as_many, largest, sums)
    };
    let start = || (vec![0; tested.len()], Vec::new(), vec![0; frame.len()]);
    let batches: Vec<usize> = (0..replicates.div_ceil(BATCH)).collect();
    let one = |batch: &usize| {
        let numbers = batch * BATCH..((batch + 1) * BATCH).min(replicates);
        let (as_many, largest, _) = numbers.fold(start(), |state, number| run(number, state));
        (as_many, largest)
    };
    let (as_many, mut largest) = batches.par_iter().map(one).reduce(
        || (vec![0; tested.len()], Vec::new()),
        |(mut a, mut b), (c, d)| {
            a.iter_mut().zip(c).for_each(|(a, c)| *a += c);
            b.extend(d);
            (a, b)
        },
    );
    largest.sort_unstable_by(f64::total_cmp);
    (as_many, largest)
}

impl Null {
    /// The places of the cases of one replicate.
    fn drawn(&self, stream: &mut Stream) -> Vec<Source> {
        let places = self.sources.len();
        let mut times = vec![0_u32; places];
        match &self.draw {
            Draw::Strewn(total, weighted) => weighted.strew(*total, stream, &mut times),
            Draw::Labels(cases) => {
                // Floyd's draw of so many of the places, each at most once.
                for last in places - cases..places {
                    let at = stream.below(last + 1);
                    let at = if times[at] == 0 { at } else { last };
                    times[at] = 1;
                }
            }
        }
        let drawn = self.sources.iter().zip(times).filter(|(_, times)| *times > 0);
        drawn.map(|(source, times)| Source { times, ..*source }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEST: f64 = 580_000.0;
    const SOUTH: f64 = 6_602_000.0;

    fn grid() -> Grid {
        Grid::new(Metres(100.0)).expect("allowed")
    }

    fn strewn(n: usize, seed: u64) -> Vec<[f64; 2]> {
        let mut stream = Stream::new(seed, 0);
        (0..n).map(|_| [WEST + 3000.0 * stream.unit(), SOUTH + 3000.0 * stream.unit()]).collect()
    }

    /// The middles of 30 x 30 cells.
    fn cells() -> Vec<[f64; 2]> {
        let middle = |at: usize| at as f64 * 100.0 + 50.0;
        (0..900).map(|at| [WEST + middle(at % 30), SOUTH + middle(at / 30)]).collect()
    }

    fn run(cases: &[[f64; 2]], reference: Reference<'_>, replicates: usize) -> RelativeRisk {
        relative_risk(cases, reference, &grid(), None, Some(Metres(300.0)), replicates, 7).expect("valid")
    }

    fn at(raster: &Raster, x: f64, y: f64) -> f64 {
        raster.values[raster.frame().at([WEST + x, SOUTH + y]).expect("inside")]
    }

    fn least(raster: &Raster) -> f64 {
        raster.values.iter().copied().fold(1.0, f64::min)
    }

    #[test]
    fn two_places_by_hand() {
        // Three of four cases at a place with half the exposure; places 2 km apart, read at their own cells.
        let places = [[WEST + 550.0, SOUTH + 550.0], [WEST + 2550.0, SOUTH + 550.0]];
        let cases = [places[0], places[0], places[0], places[1]];
        let found = run(&cases, Reference::Exposure { at: &places, amount: &[5.0, 5.0] }, 999);
        let tested = found.p.values.iter().filter(|p| !p.is_nan()).count() as f64;
        let d = std::f64::consts::FRAC_PI_2 * 9.0 / (tested * 4.0);
        assert!((at(&found.log_ratio, 550.0, 550.0) - ((0.75 + d) / (0.5 + d)).ln()).abs() < 1e-12);
        // P(3 or 4 of 4 at one of two even places) = 5/16.
        assert!((at(&found.p, 550.0, 550.0) - 0.3125).abs() < 0.05);
        // P(at least 1 of 4) = 15/16.
        assert!((at(&found.p, 2550.0, 550.0) - 0.9375).abs() < 0.03);
        // Either place stands out as much: 10/16.
        assert!((at(&found.p_max, 550.0, 550.0) - 0.625).abs() < 0.05);
    }

    #[test]
    fn labels_by_hand() {
        // Two of two cases among four people, of whom two live there: drawn without replacement, P = 1/6.
        let (here, there) = ([WEST + 550.0, SOUTH + 550.0], [WEST + 2550.0, SOUTH + 550.0]);
        let found = run(&[here, here], Reference::Controls(&[there, there]), 1999);
        assert!((at(&found.p, 550.0, 550.0) - 1.0 / 6.0).abs() < 0.03);
        assert_eq!(at(&found.p, 2550.0, 550.0), 1.0);
        assert!(at(&found.log_ratio, 550.0, 550.0) > 0.0 && at(&found.log_ratio, 2550.0, 550.0) < 0.0);
    }

    #[test]
    fn a_planted_surplus_is_found_and_stands_the_correction() {
        let mut cases = strewn(400, 1);
        cases.extend(strewn(60, 2).iter().map(|[x, y]| [WEST + 800.0 + (x - WEST) / 10.0, SOUTH + (y - SOUTH) / 10.0]));
        let exposure = vec![1.0; 900];
        for reference in
            [Reference::Controls(&strewn(2_000, 3)), Reference::Exposure { at: &cells(), amount: &exposure }]
        {
            let found = run(&cases, reference, 199);
            assert_eq!(at(&found.p_max, 950.0, 150.0), 0.005);
            assert!(at(&found.log_ratio, 950.0, 150.0) > 0.7);
            assert!(found.q.values.iter().zip(&found.p.values).all(|(q, p)| p.is_nan() || q >= p));
            assert!(at(&found.p_max, 2500.0, 2500.0) > 0.05);
        }
    }

    #[test]
    fn maps_that_hold_nothing_stand_out_about_as_often_as_they_should() {
        let (exposure, places) = (vec![1.0; 900], cells());
        let weighted = Weighted::new(&exposure).expect("weights");
        let flagged = (0..100).filter(|&map| {
            let mut stream = Stream::new(99, map);
            let cases: Vec<[f64; 2]> = (0..150).map(|_| places[weighted.draw(&mut stream) as usize]).collect();
            let reference = Reference::Exposure { at: &places, amount: &exposure };
            let found = relative_risk(&cases, reference, &grid(), None, Some(Metres(300.0)), 39, map).expect("valid");
            least(&found.p_max) <= 0.05
        });
        // Binomial(100, 0.05): 12 or more has probability 0.004.
        let flagged = flagged.count();
        assert!(flagged < 12, "{flagged} of 100");
    }

    #[test]
    fn rows_and_threads_change_no_bit() {
        let (cases, controls) = (strewn(300, 4), strewn(700, 5));
        let bits = |found: &RelativeRisk| -> Vec<u64> {
            let rasters = [&found.log_ratio, &found.p, &found.q, &found.p_max];
            rasters.iter().flat_map(|raster| raster.values.iter().map(|value| value.to_bits())).collect()
        };
        let on = |threads: usize, cases: &[[f64; 2]], controls: &[[f64; 2]]| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            bits(&pool.install(|| run(cases, Reference::Controls(controls), 99)))
        };
        let wanted = on(1, &cases, &controls);
        let reversed = |points: &[[f64; 2]]| points.iter().rev().copied().collect::<Vec<_>>();
        assert!(on(2, &reversed(&cases), &controls) == wanted);
        assert!(on(8, &cases, &reversed(&controls)) == wanted);
    }

    #[test]
    fn what_cannot_be_compared_is_said() {
        let cases = strewn(20, 6);
        let run = |reference| relative_risk(&cases, reference, &grid(), None, Some(Metres(300.0)), 19, 1);
        assert_eq!(run(Reference::Controls(&[])).err(), Some(Error::NothingToCompareWith));
        let zero = Reference::Exposure { at: &cells(), amount: &[0.0; 900] };
        assert_eq!(run(zero).err(), Some(Error::NothingToCompareWith));
        let short = Reference::Exposure { at: &cells(), amount: &[1.0] };
        assert_eq!(run(short).err(), Some(Error::WeightNotUsable { number: 2 }));
        let far = [[WEST + 9000.0, SOUTH], [WEST + 9000.0, SOUTH + 10.0]];
        let found = run(Reference::Exposure { at: &far, amount: &[1.0, 2.0] }).expect("a warning");
        assert!(found.warnings.contains(&Warning::CasesWithoutReference { events: 20 }), "{:?}", found.warnings);
        let none = relative_risk(&[], Reference::Controls(&cases), &grid(), None, Some(Metres(300.0)), 19, 1);
        let none = none.expect("a warning");
        assert!(none.warnings.contains(&Warning::NoEvents) && least(&none.p) == 1.0);
    }
}
