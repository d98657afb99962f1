//! How much of everything is in the hotspots: the share of events, and of the area.

/// The part of the whole, from 0 to 1; `None` where there is no whole or either is not a finite number from 0 up.
#[must_use]
pub fn share(part: f64, whole: f64) -> Option<f64> {
    (part >= 0.0 && whole > 0.0 && part.is_finite() && whole.is_finite()).then(|| part / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_of_four_events_on_a_tenth_of_the_area_are_shares_of_their_wholes() {
        assert_eq!((share(3.0, 4.0), share(2_500.0, 25_000.0)), (Some(0.75), Some(0.1)));
    }

    #[test]
    fn without_a_whole_there_is_no_share() {
        assert_eq!(share(0.0, 0.0), None);
        assert_eq!(share(1.0, 0.0), None);
        assert_eq!(share(f64::NAN, 1.0), None);
        assert_eq!(share(1.0, f64::INFINITY), None);
        assert_eq!(share(-1.0, 1.0), None);
    }
}
