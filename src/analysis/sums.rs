//! Sums that do not depend on the order of what is summed.
//!
//! Floating-point sums change in their last digit with the order of rows, and a result on the edge of 5 % with them. Here
//! numbers are laid on a fine fixed grid, a power of two below the largest of them, and added as integers.

/// Bits that the largest number gets; 127 less these are left for 2³² summands and more.
const BITS: i32 = 90;

/// A grid on which numbers up to a largest one lie. Those above 2⁻³⁷ of the largest lie on it exactly, smaller ones to 2⁻⁹⁰ of
/// the largest. Numbers below 10⁻²⁸⁰ are coarser.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fixed {
    /// Grid steps to 1, a power of two.
    scale: f64,
}

impl Fixed {
    /// A grid for finite numbers of which none is larger, seen without its sign.
    #[must_use]
    pub fn up_to(values: impl IntoIterator<Item = f64>) -> Self {
        let largest = values.into_iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let power = if largest > 0.0 { largest.log2().floor().clamp(-930.0, 1024.0) as i32 } else { 0 };
        Self { scale: 2.0_f64.powi(BITS - power) }
    }

    /// The number in steps.
    #[must_use]
    pub fn steps(&self, value: f64) -> i128 {
        (value * self.scale) as i128
    }

    /// The number that so many steps are.
    #[must_use]
    pub fn value(&self, steps: i128) -> f64 {
        steps as f64 / self.scale
    }
}

/// The sum of finite numbers, the same in any order and exact to the last digit where they are of like size; 0 of none.
#[must_use]
pub fn sum(values: &[f64]) -> f64 {
    let fixed = Fixed::up_to(values.iter().copied());
    fixed.value(values.iter().map(|&value| fixed.steps(value)).sum())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sums_by_hand() {
        assert_eq!(sum(&[]), 0.0);
        assert_eq!(sum(&[0.0, -0.0]), 0.0);
        assert_eq!(sum(&[1e16, 1.0, -1e16]), 1.0);
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[1e300, 1e300]), 2e300);
        assert_eq!(sum(&[1e-250, 1e-250]), 2e-250);
    }

    proptest! {
        #[test]
        fn order_changes_nothing(values in prop::collection::vec(-1e9_f64..1e9, 1..50), turn in 0_usize..50) {
            let mut turned = values.clone();
            turned.rotate_left(turn % values.len());
            prop_assert_eq!(sum(&values).to_bits(), sum(&turned).to_bits());
            prop_assert!((sum(&values) - values.iter().sum::<f64>()).abs() < 1e-4);
        }
    }
}
