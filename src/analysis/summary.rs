//! How much of everything is in the hotspots: share of events, share of area, and how many times denser that is.

/// The part of the whole, from 0 to 1; `None` where there is no whole or either is not a finite number from 0 up.
#[must_use]
pub fn share(part: f64, whole: f64) -> Option<f64> {
    (part >= 0.0 && whole > 0.0 && part.is_finite() && whole.is_finite()).then(|| part / whole)
}

/// Share of the events that lie in a hotspot, from 0 to 1; `None` where there are no events.
///
/// `cluster`: `[n]` number of each event's hotspot.
#[must_use]
pub fn share_of_events(cluster: &[Option<u32>]) -> Option<f64> {
    let inside = cluster.iter().filter(|cluster| cluster.is_some()).count();
    share(inside as f64, cluster.len() as f64)
}

/// Share of the study area that the hotspots cover, from 0 to 1 where they lie inside it; `None` where it is empty.
#[must_use]
pub fn share_of_area(hotspots_m2: f64, area_m2: f64) -> Option<f64> {
    share(hotspots_m2, area_m2)
}

/// How many times denser events lie in the hotspots than in the study area: share of events over share of area.
///
/// 1 means no denser. `None` where the hotspots cover nothing. Describes the events that made the hotspots; it is no
/// forecast. Source: the prediction accuracy index of Chainey, Tompson & Uhlig (2008), Security Journal 21, 4-28.
#[must_use]
pub fn times_denser(share_of_events: f64, share_of_area: f64) -> Option<f64> {
    share(share_of_events, share_of_area)
}

/// `[count]` members of each cluster, the first of them cluster 1.
///
/// `cluster`: `[n]` numbers from 1 to `count`; others are passed over.
#[must_use]
pub fn sizes(cluster: &[Option<u32>], count: u32) -> Vec<u32> {
    let mut sizes = vec![0; count as usize];
    for number in cluster.iter().flatten() {
        if let Some(size) = number.checked_sub(1).and_then(|index| sizes.get_mut(index as usize)) {
            *size += 1;
        }
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_of_four_events_on_a_tenth_of_the_area_lie_seven_and_a_half_times_denser() {
        let events = share_of_events(&[Some(1), None, Some(2), Some(1)]).expect("four events");
        let area = share_of_area(2_500.0, 25_000.0).expect("an area");
        assert_eq!((events, area, times_denser(events, area)), (0.75, 0.1, Some(7.5)));
    }

    #[test]
    fn without_a_whole_there_is_no_share() {
        assert_eq!(share_of_events(&[]), None);
        assert_eq!(share_of_area(1.0, 0.0), None);
        assert_eq!(share(f64::NAN, 1.0), None);
        assert_eq!(share(1.0, f64::INFINITY), None);
        assert_eq!(times_denser(0.0, 0.0), None);
    }

    #[test]
    fn sizes_are_counted_by_number() {
        assert_eq!(sizes(&[Some(2), None, Some(1), Some(2), Some(9), Some(0)], 2), [1, 2]);
    }
}
