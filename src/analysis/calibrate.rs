//! What the tests of testing methods make their null maps with; how many raise an alarm is [`super::certificate`]'s.

use super::certificate::NullCounts;
use super::dispersion::Dispersion;
use super::gi_star::gi_star_counts;
use super::local_moran::local_moran_counts;
use super::multiple::benjamini_hochberg;
use super::neighbours::Neighbours;
use super::tails::normal_above;
use crate::domain::random::Stream;

/// Events strewn over places in proportion to their exposure, and nothing else: a map without hotspots.
///
/// `exposure`: `[n]`, 0 or more; `total`: events. Counts `[n]`; all 0 where no place has exposure or one is not finite.
pub fn null_counts(exposure: &[f64], total: u64, stream: &mut Stream) -> Vec<u32> {
    NullCounts::new(exposure, &[total]).map_or_else(|| vec![0; exposure.len()], |null| null.draw(stream))
}

/// Exposure of `n` places that varies from place to place: log-normal with mean 1 and this coefficient of variation; 0 gives
/// ones.
pub fn uneven_exposure(n: usize, variation: f64, stream: &mut Stream) -> Vec<f64> {
    let variance = (variation * variation).ln_1p();
    (0..n).map(|_| (variance.sqrt() * stream.normal() - variance / 2.0).exp()).collect()
}

/// Whether Gi* finds a place with more events, at 5 % of false discoveries.
pub fn gi_finds(n: &[u32], exposure: &[f64], near: &Neighbours) -> bool {
    let found = gi_star_counts(n, exposure, near, Dispersion::Auto).expect("valid");
    found.places.iter().any(|place| place.q_bh.is_some_and(|q| q <= 0.05))
}

/// Whether local Moran finds a place, at 5 % of false discoveries.
pub fn moran_finds(n: &[u32], exposure: &[f64], near: &Neighbours) -> bool {
    let found = local_moran_counts(n, exposure, near, Dispersion::Auto).expect("valid");
    found.places.iter().flatten().any(|place| place.q_bh <= 0.05)
}

/// What users do: normal p of the z-score, then Benjamini-Hochberg.
pub fn usual_finds(n: &[u32], exposure: &[f64], near: &Neighbours) -> bool {
    let found = gi_star_counts(n, exposure, near, Dispersion::Poisson).expect("valid");
    let p: Vec<f64> = found.places.iter().map(|place| 2.0 * normal_above(place.z.unwrap_or(0.0).abs())).collect();
    benjamini_hochberg(&p).into_iter().any(|q| q <= 0.05)
}

mod tests {
    use super::*;

    #[test]
    fn a_null_map_holds_its_total_and_exposure_its_variation() {
        let mut stream = Stream::new(3, 0);
        let exposure = uneven_exposure(20_000, 0.26, &mut stream);
        let mean = exposure.iter().sum::<f64>() / 20_000.0;
        let spread = (exposure.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / 20_000.0).sqrt();
        assert!((mean - 1.0).abs() < 0.01 && (spread - 0.26).abs() < 0.01, "{mean} {spread}");
        assert_eq!(null_counts(&exposure, 500, &mut stream).iter().sum::<u32>(), 500);
        assert_eq!(null_counts(&[0.0, 0.0], 500, &mut stream), [0, 0]);
        assert!(uneven_exposure(3, 0.0, &mut stream).iter().all(|e| *e == 1.0));
    }
}
