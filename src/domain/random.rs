//! Seeded random streams: the same seed gives the same numbers on every machine and thread count.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of random numbers that depends on the seed and the stream's number only.
///
/// Source: `ChaCha` with 8 rounds, whose output is fixed by its definition (Bernstein 2008), unlike "standard" generators
/// that a library may exchange.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream `number` of the family `seed`. Streams with different numbers do not overlap.
    #[must_use]
    pub fn new(seed: u64, number: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(number);
        Self(rng)
    }

    /// A whole number of 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in `[0, 1)` with 53 random bits.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// A number in `[low, high)`; `low` where the range is empty.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low).max(0.0) * self.unit()
    }

    /// Deals the values out anew, all orders alike (Fisher & Yates, from the last place on).
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for at in (1..values.len()).rev() {
            values.swap(at, self.below(at + 1));
        }
    }

    /// A whole number in `[0, n)`, unbiased to 2^-64 (multiply-shift); 0 where `n` is 0.
    #[expect(clippy::cast_possible_truncation, reason = "the high half is below n, which is a usize")]
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A standard normal number (Box & Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// One of the values; `None` of an empty slice.
    pub fn pick<'a, T>(&mut self, values: &'a [T]) -> Option<&'a T> {
        values.get(self.below(values.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_stream_and_another_number_another() {
        let take = |seed, number| {
            let mut stream = Stream::new(seed, number);
            [stream.bits(), stream.bits(), stream.bits()]
        };
        assert_eq!(take(7, 0), take(7, 0));
        assert_ne!(take(7, 0), take(7, 1));
        assert_ne!(take(7, 0), take(8, 0));
    }

    #[test]
    fn numbers_stay_in_their_ranges() {
        let mut stream = Stream::new(1, 1);
        for _ in 0..10_000 {
            assert!((0.0..1.0).contains(&stream.unit()));
            assert!(stream.below(3) < 3);
            assert!(stream.normal().is_finite());
        }
        assert_eq!(stream.below(0), 0);
        assert_eq!(stream.pick::<u8>(&[]), None);
    }
}
