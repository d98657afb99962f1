//! Kulldorff's scan: is there a circle anywhere that holds more events than chance puts into any circle?
//!
//! Circles of every size around every place are held against what was expected in them, and the most unlikely one against the
//! most unlikely ones of maps that hold nothing. So the answer takes into account that everywhere was looked, and is the one
//! to "är det slump?".
//!
//! Source: Kulldorff (1997), Communications in Statistics: Theory and Methods 26, 1481-1496 (Poisson model); secondary clusters
//! by sequential removal: Zhang, Assunção & Kulldorff (2010), Journal of Probability and Statistics 2010:642379; Gumbel tail:
//! Abrams, Kleinman & Kulldorff (2010), International Journal of Health Geographics 9:61; stopping early: Besag & Clifford
//! (1991), Biometrika 78, 301-304.

use rayon::prelude::*;
use serde::Serialize;

use super::Error;
use super::nulls::{Weighted, replicate};

/// More members of circles than this do not fit in every machine's memory: 4 bytes each.
const MOST_MEMBERS: usize = 200_000_000;

/// Most clusters that are looked for.
pub const MOST_CLUSTERS: usize = 25;

/// Euler's constant, the mean of a standard Gumbel number.
const EULER: f64 = 0.577_215_664_901_532_9;

/// A place where events are counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// East, metres.
    pub x: f64,
    /// North, metres.
    pub y: f64,
    /// Events.
    pub cases: u32,
    /// What events are in proportion to, 0 or more.
    pub exposure: f64,
}

/// How to scan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Largest share of all exposure that a circle holds, above 0 and at most 0.5.
    pub window: f64,
    /// Null maps a cluster.
    pub replicates: usize,
    /// Seed of the null maps.
    pub seed: u64,
    /// Clusters are looked for until one's p is above this.
    pub alpha: f64,
}

/// A circle that holds more than chance puts into any.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cluster {
    /// The unit in the middle.
    pub centre: u32,
    /// Distance to its farthest unit, metres; 0 for one place.
    pub radius_m: f64,
    /// Units, ascending.
    pub units: Vec<u32>,
    /// Events.
    pub cases: u64,
    /// Events expected, of those that were left when it was found.
    pub expected: f64,
    /// Log-likelihood ratio.
    pub llr: f64,
    /// (1 + null maps with a circle as unlikely) / (1 + null maps).
    pub p: f64,
    /// The same from a Gumbel law fitted to the null maps by moments: tells small probabilities apart.
    pub p_gumbel: f64,
    /// Null maps that ran: fewer than asked where the verdict was settled.
    pub replicates: usize,
}

/// What [`scan`] found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scan {
    /// Clusters with p at most alpha, the most unlikely first. They share no unit.
    pub clusters: Vec<Cluster>,
    /// The circle after the last of them, which chance explains; `None` where nothing was left to look at.
    pub rest: Option<Cluster>,
    /// Events.
    pub cases: u64,
}

/// Scans units for circles with more events than expected, under the Poisson model.
///
/// - `units`: `[n]`; those without exposure must be without events
/// - returns clusters as positions in `units`
///
/// For a circle with c of C events and E expected (C times its share of the exposure), LLR = c ln(c / E) + (C - c)
/// ln((C - c) / (C - E)) where c > E, else 0. Circles are centred on units and grow from unit to unit; units equally far away
/// come in together, so that copies and symmetric grids have no order of their own. Null: each event falls on units in
/// proportion to exposure, so that null maps are multinomial with the same C. Of equal LLR the circle with fewer units, then
/// the more western, then southern centre is taken.
///
/// After a cluster with p at most `alpha` its units are taken out and the rest is scanned anew with null maps of its own
/// (sequential removal), up to [`MOST_CLUSTERS`]. Replicate r of round k draws from stream r of `seed + k`; threads and the
/// order of units change nothing but the numbering: draws go by x, y, then events.
///
/// No events, or fewer than two units with exposure, give no cluster. Assumes independent events: several reports of one
/// event make clusters. Overdispersed counts do so too; hold the result against [`super::dispersion`].
///
/// Cost: n² log n once, then replicates x (events + members of all circles), memory 4 bytes a member.
///
/// # Errors
/// `OutOfRange` for window or alpha; `ExposureNotAllowed`, `EventsWithoutExposure`, `PointNotFinite`; `TooManyCircles`.
pub fn scan(units: &[Unit], plan: &Plan) -> Result<Scan, Error> {
    check(units, plan)?;
    // By place, so that neither the order of units nor of rows decides a draw.
    let mut order: Vec<u32> = (0..units.len() as u32).filter(|&at| units[at as usize].exposure > 0.0).collect();
    let key = |at: u32| {
        let unit = &units[at as usize];
        (unit.x, unit.y, unit.exposure, unit.cases)
    };
    order.sort_by(|&a, &b| {
        let (a, b) = (key(a), key(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)).then(a.3.cmp(&b.3))
    });
    let mut left: Vec<u32> = order;
    let mut found =
        Scan { clusters: Vec::new(), rest: None, cases: units.iter().map(|unit| u64::from(unit.cases)).sum() };
    for round in 0..MOST_CLUSTERS {
        let Some(cluster) = most_likely(units, &left, plan, plan.seed.wrapping_add(round as u64))? else { break };
        if cluster.p > plan.alpha {
            found.rest = Some(cluster);
            break;
        }
        left.retain(|at| cluster.units.binary_search(at).is_err());
        found.clusters.push(cluster);
    }
    Ok(found)
}

/// Whether a map has a circle as unlikely as `plan.alpha` says, with as many null maps as it takes to know: for certificates.
///
/// # Errors
/// Those of [`scan`].
pub fn alarm(units: &[Unit], plan: &Plan) -> Result<bool, Error> {
    check(units, plan)?;
    let left: Vec<u32> = (0..units.len() as u32).filter(|&at| units[at as usize].exposure > 0.0).collect();
    Ok(most_likely(units, &left, plan, plan.seed)?.is_some_and(|cluster| cluster.p <= plan.alpha))
}

fn check(units: &[Unit], plan: &Plan) -> Result<(), Error> {
    let share = |parameter: &str, value: f64, range: std::ops::RangeInclusive<f64>| {
        if value > 0.0 && range.contains(&value) {
            return Ok(());
        }
        let range = super::range_text(&range, None);
        Err(Error::OutOfRange { parameter: parameter.to_owned(), value: value.to_string(), range })
    };
    share("window", plan.window, 0.0..=0.5)?;
    share("alpha", plan.alpha, 0.0..=1.0)?;
    for (at, unit) in units.iter().enumerate() {
        let number = at + 1;
        if !(unit.x.is_finite() && unit.y.is_finite()) {
            return Err(Error::PointNotFinite { number });
        }
        if !(unit.exposure >= 0.0 && unit.exposure.is_finite()) {
            return Err(Error::ExposureNotUsable { number });
        }
        if unit.exposure == 0.0 && unit.cases > 0 {
            return Err(Error::EventsWithoutExposure { number });
        }
    }
    Ok(())
}

/// The circles around one unit.
struct Circles {
    /// Members of the largest, by distance.
    members: Vec<u32>,
    /// Where each circle ends in the members, with ln E and ln(C - E).
    ends: Vec<(u32, f64, f64)>,
}

/// What all circles need to know.
struct Ground {
    circles: Vec<Circles>,
    /// k ln k for every number of events.
    logs: Vec<f64>,
    expected: Vec<f64>,
    total: u64,
}

/// A circle of the ground: log-likelihood ratio, unit in the middle, which of its circles.
type Best = (f64, u32, u32);

impl Ground {
    fn new(places: &[[f64; 2]], exposure: &[f64], total: u64, window: f64) -> Result<Self, Error> {
        let sum: f64 = exposure.iter().sum();
        let expected: Vec<f64> = exposure.iter().map(|own| own / sum * total as f64).collect();
        let most = window * total as f64;
        let around = |centre: usize| {
            let [x, y] = places[centre];
            let mut by_distance: Vec<(f64, u32)> = places
                .iter()
                .zip(0..)
                .map(|(place, at)| ((place[0] - x).powi(2) + (place[1] - y).powi(2), at))
                .collect();
            by_distance.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let mut circles = Circles { members: Vec::new(), ends: Vec::new() };
            let mut inside = 0.0;
            for ring in by_distance.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
                let more: f64 = ring.iter().map(|&(_, at)| expected[at as usize]).sum();
                // The unit itself is looked at whatever its share; all of them together are no circle.
                if inside > 0.0 && inside + more > most || circles.members.len() + ring.len() == places.len() {
                    break;
                }
                inside += more;
                circles.members.extend(ring.iter().map(|&(_, at)| at));
                circles.ends.push((circles.members.len() as u32, inside.ln(), (total as f64 - inside).max(0.0).ln()));
            }
            circles
        };
        let mut circles: Vec<Circles> = Vec::with_capacity(places.len());
        let mut held = 0;
        for batch in (0..places.len()).collect::<Vec<_>>().chunks(1024) {
            let made: Vec<Circles> = batch.par_iter().map(|&centre| around(centre)).collect();
            held += made.iter().map(|own| own.members.len()).sum::<usize>();
            if held > MOST_MEMBERS {
                return Err(Error::TooManyCircles { units: places.len() });
            }
            circles.extend(made);
        }
        let log = |k: u64| if k == 0 { 0.0 } else { k as f64 * (k as f64).ln() };
        Ok(Self { circles, logs: (0..=total).map(log).collect(), expected, total })
    }

    /// The most unlikely circle of a map.
    fn best(&self, counts: &[u32]) -> Best {
        let mut best: Best = (0.0, u32::MAX, 0);
        for (centre, circles) in (0_u32..).zip(&self.circles) {
            let (mut at, mut c) = (0, 0_u64);
            for (number, &(end, ln_in, ln_out)) in (0_u32..).zip(&circles.ends) {
                for &member in &circles.members[at..end as usize] {
                    c += u64::from(counts[member as usize]);
                }
                at = end as usize;
                let llr = self.llr(c, ln_in, ln_out);
                if llr > best.0 {
                    best = (llr, centre, number);
                }
            }
        }
        best
    }

    /// ln E as `ln_in`, ln(C - E) as `ln_out`.
    fn llr(&self, c: u64, ln_in: f64, ln_out: f64) -> f64 {
        let rest = self.total - c;
        // c > E, without taking the power of the logarithm: c ln c > c ln E.
        if self.logs[c as usize] <= c as f64 * ln_in {
            return 0.0;
        }
        let outside = if rest == 0 { 0.0 } else { self.logs[rest as usize] - rest as f64 * ln_out };
        self.logs[c as usize] - c as f64 * ln_in + outside
    }
}

fn most_likely(units: &[Unit], left: &[u32], plan: &Plan, seed: u64) -> Result<Option<Cluster>, Error> {
    let places: Vec<[f64; 2]> = left.iter().map(|&at| [units[at as usize].x, units[at as usize].y]).collect();
    let exposure: Vec<f64> = left.iter().map(|&at| units[at as usize].exposure).collect();
    let counts: Vec<u32> = left.iter().map(|&at| units[at as usize].cases).collect();
    let total: u64 = counts.iter().map(|n| u64::from(*n)).sum();
    let Some(weighted) = Weighted::new(&exposure).filter(|_| total > 0 && left.len() > 1) else { return Ok(None) };
    let ground = Ground::new(&places, &exposure, total, plan.window)?;
    let (llr, centre, number) = ground.best(&counts);
    let Some(circles) = ground.circles.get(centre as usize) else { return Ok(None) };
    // So many as large settle that p is above alpha.
    let enough = (plan.alpha * (plan.replicates as f64 + 1.0)).floor().max(1.0) as usize;
    let drawn = replicate(seed, plan.replicates, llr, enough, |stream| {
        let mut counts = vec![0; places.len()];
        weighted.strew(total, stream, &mut counts);
        ground.best(&counts).0
    });
    let inside = &circles.members[..circles.ends[number as usize].0 as usize];
    let [x, y] = places[centre as usize];
    let far = |&at: &u32| (places[at as usize][0] - x).hypot(places[at as usize][1] - y);
    let mut members: Vec<u32> = inside.iter().map(|&at| left[at as usize]).collect();
    members.sort_unstable();
    Ok(Some(Cluster {
        centre: left[centre as usize],
        radius_m: inside.iter().map(far).fold(0.0, f64::max),
        cases: inside.iter().map(|&at| u64::from(counts[at as usize])).sum(),
        expected: inside.iter().map(|&at| ground.expected[at as usize]).sum(),
        units: members,
        llr,
        p: drawn.p(llr),
        p_gumbel: gumbel(&drawn.values, llr),
        replicates: drawn.values.len(),
    }))
}

/// The upper tail of a Gumbel law with the values' mean and variance; 1 without values or spread.
fn gumbel(values: &[f64], observed: f64) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    if variance.is_nan() || variance <= 0.0 {
        return 1.0;
    }
    let scale = (6.0 * variance).sqrt() / std::f64::consts::PI;
    let place = mean - EULER * scale;
    // 1 - exp(-exp(-z)), exact where it is tiny.
    -(-(-(observed - place) / scale).exp()).exp_m1()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::certificate::{NullCounts, certify};
    use super::*;
    use crate::domain::random::Stream;

    const PLAN: Plan = Plan { window: 0.25, replicates: 99, seed: 1, alpha: 0.05 };

    /// A square grid of cells of 100 m with these events, all exposures 1.
    fn grid(side: usize, cases: impl Fn(usize) -> u32) -> Vec<Unit> {
        let unit = |at: usize| Unit {
            x: (at % side) as f64 * 100.0,
            y: (at / side) as f64 * 100.0,
            cases: cases(at),
            exposure: 1.0,
        };
        (0..side * side).map(unit).collect()
    }

    #[test]
    fn the_ratio_by_hand() {
        // One of four units holds 8 of 10 events: 8 ln(8 / 2.5) + 2 ln(2 / 7.5).
        let units = grid(2, |at| if at == 0 { 8 } else { u32::from(at < 3) });
        let found = scan(&units, &PLAN).expect("valid");
        let best = found.clusters.first().or(found.rest.as_ref()).expect("a circle");
        let wanted = 8.0 * (8.0_f64 / 2.5).ln() + 2.0 * (2.0_f64 / 7.5).ln();
        assert!((best.llr - wanted).abs() < 1e-12 && best.units == [0] && best.cases == 8, "{best:?}");
        assert!((best.expected - 2.5).abs() < 1e-12 && best.radius_m == 0.0);
    }

    #[test]
    fn two_planted_places_are_found_one_after_the_other_and_nothing_else() {
        let hot = |at: usize| [44, 45, 54, 55].contains(&at);
        let warm = |at: usize| [7, 8, 17, 18].contains(&at);
        let units = grid(10, |at| {
            if hot(at) {
                25
            } else if warm(at) {
                18
            } else {
                3
            }
        });
        let found = scan(&units, &Plan { window: 0.1, ..PLAN }).expect("valid");
        let places: Vec<Vec<u32>> = found.clusters.iter().map(|cluster| cluster.units.clone()).collect();
        assert!(places.len() == 2, "{places:?}");
        assert!([44, 45, 54, 55].iter().all(|at| places[0].contains(at)) && places[1].contains(&8), "{places:?}");
        assert!(found.clusters.iter().all(|cluster| cluster.p <= 0.05 && cluster.p_gumbel < 0.01));
        assert!(found.rest.is_none_or(|rest| rest.p > 0.05 && rest.replicates < 99));
    }

    #[test]
    fn nothing_one_unit_and_bad_input() {
        assert!(scan(&[], &PLAN).expect("valid").clusters.is_empty());
        assert!(scan(&grid(1, |_| 5), &PLAN).expect("valid").rest.is_none());
        assert!(scan(&grid(3, |_| 0), &PLAN).expect("valid").rest.is_none());
        assert!(matches!(scan(&[], &Plan { window: 0.6, ..PLAN }), Err(Error::OutOfRange { .. })));
        assert!(matches!(scan(&[], &Plan { alpha: 0.0, ..PLAN }), Err(Error::OutOfRange { .. })));
        let bad = |exposure, x| scan(&[Unit { x, y: 0.0, cases: 1, exposure }], &PLAN);
        assert_eq!(bad(0.0, 0.0), Err(Error::EventsWithoutExposure { number: 1 }));
        assert_eq!(bad(-1.0, 0.0), Err(Error::ExposureNotUsable { number: 1 }));
        assert_eq!(bad(1.0, f64::NAN), Err(Error::PointNotFinite { number: 1 }));
    }

    /// Every circle by itself, without lists, tables or logarithms kept.
    fn brute(units: &[Unit], window: f64) -> f64 {
        let total: f64 = units.iter().map(|unit| f64::from(unit.cases)).sum();
        let exposure: f64 = units.iter().map(|unit| unit.exposure).sum();
        let square = |a: &Unit, b: &Unit| (a.x - b.x).powi(2) + (a.y - b.y).powi(2);
        let mut best: f64 = 0.0;
        for centre in units {
            for edge in units {
                let inside: Vec<&Unit> =
                    units.iter().filter(|unit| square(unit, centre) <= square(edge, centre)).collect();
                let c: f64 = inside.iter().map(|unit| f64::from(unit.cases)).sum();
                let e = total * inside.iter().map(|unit| unit.exposure).sum::<f64>() / exposure;
                let alone = square(edge, centre) == 0.0;
                if inside.len() == units.len() || (e > window * total * (1.0 + 1e-12) && !alone) || c <= e {
                    continue;
                }
                let outside = if total > c { (total - c) * ((total - c) / (total - e)).ln() } else { 0.0 };
                best = best.max(c * (c / e).ln() + outside);
            }
        }
        best
    }

    proptest! {
        #[test]
        fn the_best_circle_is_that_of_looking_at_each(
            given in prop::collection::vec((0_i32..6, 0_i32..6, 0_u32..9, 1_u32..5), 2..25), window in 0.1..0.5,
        ) {
            let units: Vec<Unit> = given.iter().map(|&(x, y, cases, exposure)| Unit {
                x: f64::from(x), y: f64::from(y), cases, exposure: f64::from(exposure),
            }).collect();
            let found = scan(&units, &Plan { window, replicates: 9, alpha: 0.01, ..PLAN }).expect("valid");
            let best = found.rest.map_or(0.0, |rest| rest.llr);
            let wanted = brute(&units, window);
            prop_assert!((best - wanted).abs() < 1e-9 * wanted.max(1.0), "{} is not {}", best, wanted);
        }

        #[test]
        fn order_shift_and_scale_change_nothing(
            given in prop::collection::vec((0_i32..9, 0_i32..9, 0_u32..9), 2..30), by in 1_i32..5,
        ) {
            let unit = |&(x, y, cases): &(i32, i32, u32), scale: f64, off: f64| Unit {
                x: f64::from(x) * scale + off, y: f64::from(y) * scale - off, cases, exposure: 1.0,
            };
            let units: Vec<Unit> = given.iter().map(|own| unit(own, 1.0, 0.0)).collect();
            let mut moved: Vec<Unit> = given.iter().map(|own| unit(own, f64::from(by) * 2.0, 512.0)).collect();
            let whole = |units: &[Unit]| {
                let found = scan(units, &PLAN).expect("valid");
                let key = |cluster: &Cluster| (cluster.cases, cluster.units.len(), cluster.llr, cluster.p);
                (found.clusters.iter().map(key).collect::<Vec<_>>(), found.rest.as_ref().map(key))
            };
            let wanted = whole(&units);
            moved.reverse();
            prop_assert_eq!(whole(&moved), wanted);
        }
    }

    #[test]
    fn threads_change_nothing() {
        let units = grid(12, |at| (at as u32 * 7919) % 5);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| scan(&units, &PLAN).expect("valid"))
        };
        let one = run(1);
        assert!([2, 8].into_iter().all(|threads| run(threads) == one));
    }

    /// Maps that hold nothing, at 0.05, 0.5 and 5 events a unit, and with uneven exposure: exactly 5 % by construction.
    #[test]
    fn null_maps_raise_no_more_alarms_than_promised() {
        for (per_unit, uneven, seed) in [(0.05, false, 1), (0.5, false, 2), (5.0, false, 3), (1.0, true, 4)] {
            let mut stream = Stream::new(seed, 77);
            let exposure: Vec<f64> =
                (0..256).map(|_| if uneven { (0.26 * stream.normal()).exp() } else { 1.0 }).collect();
            let null = NullCounts::new(&exposure, &[(256.0 * per_unit) as u64]).expect("exposure");
            let made = certify(200, 0.05, seed, |stream| {
                let counts = null.draw(stream);
                let mut units = grid(16, |at| counts[at]);
                for (unit, exposure) in units.iter_mut().zip(&exposure) {
                    unit.exposure = *exposure;
                }
                let plan = Plan { seed: stream.bits(), window: 0.1, ..PLAN };
                alarm(&units, &plan).expect("valid")
            });
            assert!(!made.refuted(), "{per_unit} {uneven}: {made:?}");
        }
    }
}
