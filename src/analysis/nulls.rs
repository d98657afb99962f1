//! Maps that hold nothing: what Monte Carlo tests compare with.
//!
//! Replicate number r draws from stream r of the seed, so that the answer does not depend on threads. Replicates run in
//! batches of a fixed size; a search may stop between batches, and so stops at the same place everywhere.

use rayon::prelude::*;

use crate::domain::random::Stream;

/// Replicates that run between two looks at whether the verdict is settled.
pub const BATCH: usize = 32;

/// Draws indices with given weights in constant time.
///
/// Source: Vose (1991), IEEE Transactions on Software Engineering 17, 972-975.
#[derive(Debug, Clone)]
pub struct Weighted {
    keep: Vec<f64>,
    other: Vec<u32>,
}

impl Weighted {
    /// `None` where no weight is above 0, or one is negative or not finite.
    #[must_use]
    pub fn new(weights: &[f64]) -> Option<Self> {
        let sum: f64 = weights.iter().sum();
        if !(sum > 0.0 && sum.is_finite()) || weights.iter().any(|weight| *weight < 0.0) {
            return None;
        }
        let scale = weights.len() as f64 / sum;
        let mut keep: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
        let mut other: Vec<u32> = (0..weights.len() as u32).collect();
        let (mut small, mut large): (Vec<u32>, Vec<u32>) = other.iter().partition(|&&at| keep[at as usize] < 1.0);
        while let (Some(less), Some(more)) = (small.pop(), large.pop()) {
            other[less as usize] = more;
            keep[more as usize] -= 1.0 - keep[less as usize];
            if keep[more as usize] < 1.0 { small.push(more) } else { large.push(more) }
        }
        // What rounding left over stands for itself, but for what has no weight.
        for at in small.into_iter().chain(large) {
            if weights[at as usize] > 0.0 {
                keep[at as usize] = 1.0;
            }
        }
        Some(Self { keep, other })
    }

    /// An index.
    pub fn draw(&self, stream: &mut Stream) -> u32 {
        let at = stream.below(self.keep.len());
        if stream.unit() < self.keep[at] { at as u32 } else { self.other[at] }
    }

    /// An index from 64 random bits: times the number of weights, their high half chooses and their low half decides. Half the
    /// bits of [`Self::draw`]; the error of a probability is below the number of weights / 2⁶⁴.
    #[must_use]
    pub fn at(&self, bits: u64) -> u32 {
        let product = u128::from(bits) * self.keep.len() as u128;
        let at = (product >> 64) as usize;
        let rest = ((product as u64) >> 11) as f64 * (1.0 / (1_u64 << 53) as f64);
        if rest < self.keep[at] { at as u32 } else { self.other[at] }
    }

    /// Strews `total` events over the indices: a multinomial draw. `counts` is as long as the weights, and is overwritten.
    pub fn strew(&self, total: u64, stream: &mut Stream, counts: &mut [u32]) {
        counts.fill(0);
        for _ in 0..total {
            counts[self.draw(stream) as usize] += 1;
        }
    }
}

/// A gamma number with this shape, above 0, and mean 1.
///
/// Source: Marsaglia & Tsang (2000), ACM Transactions on Mathematical Software 26, 363-372, and its way to shapes below 1.
pub fn gamma(shape: f64, stream: &mut Stream) -> f64 {
    let lifted = if shape < 1.0 { shape + 1.0 } else { shape };
    let d = lifted - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    let drawn = loop {
        let x = stream.normal();
        let v = (1.0 + c * x).powi(3);
        if v > 0.0 && (1.0 - stream.unit()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            break d * v;
        }
    };
    let lowered = if shape < 1.0 { (1.0 - stream.unit()).powf(1.0 / shape) } else { 1.0 };
    drawn * lowered / shape
}

/// What replicates showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The statistic of each replicate that ran, in order.
    pub values: Vec<f64>,
    /// Whether the search was over before all had run.
    pub stopped: bool,
}

impl Drawn {
    /// How probable so large a value is: (1 + those as large) / (1 + all), which holds also where the search stopped early.
    ///
    /// Source: Besag & Clifford (1991), Biometrika 78, 301-304.
    #[must_use]
    pub fn p(&self, observed: f64) -> f64 {
        let as_large = self.values.iter().filter(|value| **value >= observed).count() as f64;
        (1.0 + as_large) / (1.0 + self.values.len() as f64)
    }
}

/// Runs up to `replicates` of them in parallel. `one` gets the replicate's own stream and gives its statistic; the search
/// ends after the batch in which `exceeding` values have been at least `observed` (0: never).
pub fn replicate(
    seed: u64,
    replicates: usize,
    observed: f64,
    exceeding: usize,
    one: impl Fn(&mut Stream) -> f64 + Sync,
) -> Drawn {
    let mut values: Vec<f64> = Vec::with_capacity(replicates);
    while values.len() < replicates {
        let from = values.len();
        let to = replicates.min(from + BATCH);
        let batch: Vec<f64> =
            (from..to).into_par_iter().map(|number| one(&mut Stream::new(seed, number as u64))).collect();
        values.extend(batch);
        let as_large = values.iter().filter(|value| **value >= observed).count();
        if exceeding > 0 && as_large >= exceeding && values.len() < replicates {
            return Drawn { values, stopped: true };
        }
    }
    Drawn { values, stopped: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_kept_and_nothing_falls_where_nothing_weighs() {
        let weighted = Weighted::new(&[1.0, 0.0, 3.0]).expect("weights");
        let mut counts = [9; 3];
        weighted.strew(40_000, &mut Stream::new(1, 0), &mut counts);
        assert_eq!(counts.iter().sum::<u32>(), 40_000);
        assert!(counts[1] == 0 && (9_700..10_300).contains(&counts[0]), "{counts:?}");
        for bad in [&[][..], &[0.0], &[-1.0, 2.0], &[f64::NAN]] {
            assert!(Weighted::new(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn gamma_numbers_have_their_mean_and_variance() {
        for shape in [0.3, 1.0, 4.0] {
            let mut stream = Stream::new(2, 0);
            let drawn: Vec<f64> = (0..40_000).map(|_| gamma(shape, &mut stream)).collect();
            let mean = drawn.iter().sum::<f64>() / 40_000.0;
            let variance = drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 40_000.0;
            assert!((mean - 1.0).abs() < 0.03 && (variance * shape - 1.0).abs() < 0.06, "{shape}: {mean} {variance}");
        }
    }

    #[test]
    fn one_number_of_64_bits_is_enough_for_an_index() {
        let weighted = Weighted::new(&[1.0, 0.0, 3.0, 4.0]).expect("weights");
        let mut counts = [0; 4];
        (0..80_000_u64).for_each(|i| counts[weighted.at(i * (u64::MAX / 80_000)) as usize] += 1);
        // Numbers at even distances fall in proportion, but for those on an edge.
        assert!(
            counts.iter().zip([10_000, 0, 30_000, 40_000]).all(|(a, b): (&i32, _)| (a - b).abs() < 9),
            "{counts:?}"
        );
    }

    #[test]
    fn a_search_stops_between_batches_and_threads_change_nothing() {
        let run = || replicate(7, 999, 0.5, 20, Stream::unit);
        let drawn = run();
        assert!(drawn.stopped && drawn.values.len() % BATCH == 0);
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool").install(run);
        assert_eq!(alone, drawn);
        assert_eq!(replicate(7, 99, 2.0, 20, Stream::unit).values.len(), 99);
        assert!((replicate(7, 99, 2.0, 20, Stream::unit).p(2.0) - 0.01).abs() < 1e-12);
    }
}
