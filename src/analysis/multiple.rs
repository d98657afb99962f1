//! Corrections where many places are tested at once: of a thousand places, fifty are "significant" at five per cent by chance.

use rayon::prelude::*;

/// Benjamini-Hochberg: for each p its q, the least share of false discoveries at which it is among those that are found.
///
/// `p`: any number of probabilities in 0 to 1; NaN stands for "not tested", takes no part and stays NaN. Empty gives empty.
/// Holds the share under independence and under positive dependence, as windows that overlap have it. O(n log n).
///
/// Source: Benjamini & Hochberg (1995), J. R. Statist. Soc. B 57, 289-300; for maps Caldas de Castro & Singer (2006),
/// Geographical Analysis 38, 180-208.
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    stepped(p, 1.0)
}

/// Benjamini-Yekutieli: as [`benjamini_hochberg`], and holds whatever the dependence; stricter by about ln n.
///
/// Source: Benjamini & Yekutieli (2001), Annals of Statistics 29, 1165-1188.
#[must_use]
pub fn benjamini_yekutieli(p: &[f64]) -> Vec<f64> {
    let tested = p.iter().filter(|p| !p.is_nan()).count();
    stepped(p, (1..=tested).map(|i| 1.0 / i as f64).sum())
}

/// Both at once, [`benjamini_hochberg`] and [`benjamini_yekutieli`], for places of which some were not tested: `None` stays
/// `None`. Sorts once.
#[must_use]
pub fn q_columns(p: &[Option<f64>]) -> Vec<Option<(f64, f64)>> {
    // Probabilities are 0 or more, and so in the order of their bits.
    let mut order: Vec<(u64, u32)> = (0..).zip(p).filter_map(|(at, p)| Some(((*p)?.max(0.0).to_bits(), at))).collect();
    order.par_sort_unstable();
    let tested = order.len();
    let factor: f64 = (1..=tested).map(|i| 1.0 / i as f64).sum();
    let mut q = vec![None; p.len()];
    let mut least = 1.0_f64;
    for (place, &(bits, at)) in order.iter().enumerate().rev() {
        least = least.min(f64::from_bits(bits) * tested as f64 / (place + 1) as f64);
        q[at as usize] = Some((least, (least * factor).min(1.0)));
    }
    q
}

fn stepped(p: &[f64], factor: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&at| !p[at].is_nan()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let tested = order.len() as f64;
    let mut q = vec![f64::NAN; p.len()];
    let mut least = 1.0_f64;
    for (place, &at) in order.iter().enumerate().rev() {
        least = least.min(p[at] * factor * tested / (place + 1) as f64);
        q[at] = least;
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let q = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.5]);
        let wanted = [0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5];
        assert!(q.iter().zip(wanted).all(|(q, wanted)| (q - wanted).abs() < 1e-12), "{q:?}");
        let strict = benjamini_yekutieli(&[0.01, 0.04, 0.03, 0.5]);
        assert!((strict[0] - 0.04 * (1.0 + 0.5 + 1.0 / 3.0 + 0.25)).abs() < 1e-12);
    }

    #[test]
    fn both_columns_at_once() {
        let p = [0.01, 0.04, f64::NAN, 0.03, 0.5];
        let columns = q_columns(&p.map(|p| Some(p).filter(|p| !p.is_nan())));
        let (hochberg, yekutieli) = (benjamini_hochberg(&p), benjamini_yekutieli(&p));
        for (at, found) in columns.into_iter().enumerate() {
            let (bh, by) = found.unwrap_or((f64::NAN, f64::NAN));
            assert!(bh.to_bits() == hochberg[at].to_bits() && (by - yekutieli[at]).abs() < 1e-15 || at == 2);
        }
        assert!(q_columns(&[]).is_empty());
    }

    #[test]
    fn nothing_and_what_was_not_tested() {
        assert!(benjamini_hochberg(&[]).is_empty());
        let q = benjamini_hochberg(&[f64::NAN, 0.02]);
        assert!(q[0].is_nan() && (q[1] - 0.02).abs() < 1e-15);
    }
}
