//! Counts by area: how many events has each area against what it holds of people, dwellings or roads, and how sure is that?
//!
//! Source: exact limits of a Poisson count by Garwood (1936), Biometrika 28, 437-442; the ratio to the number expected under
//! the rate of the whole as in Breslow & Day (1987), IARC Scientific Publications 82, ch. 2, with the expectation taken as
//! known. Oracle: `tests/oracles/garwood_scipy.py`.
//!
//! An area's count may be hidden by its source. Then every number that needs it has bounds, and none is made up.

use std::collections::BTreeMap;

use super::gamma::garwood;

/// Confidence of every interval.
pub const LEVEL: f64 = 0.95;

/// An area as statistics on areas take it.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaCount {
    /// Code of the area, unique among what is given.
    pub code: String,
    /// Least number of events; `None` where nothing is known of them.
    pub low: Option<u64>,
    /// Largest number of events; `None` where nothing bounds it. Equal to `low` where the number is known.
    pub high: Option<u64>,
    /// Denominator: people, dwellings, kilometres; `None` where it is not known.
    pub exposure: Option<f64>,
}

impl AreaCount {
    /// An area whose number is known.
    #[must_use]
    pub fn known(code: &str, n: u64, exposure: Option<f64>) -> Self {
        Self { code: code.to_owned(), low: Some(n), high: Some(n), exposure }
    }

    /// The number of events, where it is known.
    #[must_use]
    pub fn n(&self) -> Option<u64> {
        self.low.filter(|low| self.high == Some(*low))
    }

    /// Whether it takes part in rates: its number has a lower bound and its denominator is above 0.
    fn has_rate(&self) -> Option<f64> {
        self.exposure.filter(|exposure| *exposure > 0.0 && exposure.is_finite() && self.low.is_some())
    }
}

/// What is known of one area. A pair is the two limits of an interval; an upper limit is `None` where nothing bounds it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AreaRate {
    /// Events for each unit of the denominator; `None` where number or denominator is not known.
    pub rate: Option<f64>,
    /// Limits of the rate.
    pub rate_limits: Option<(f64, Option<f64>)>,
    /// Events expected under the rate of all areas together: least and most, equal where no number is hidden.
    pub expected: Option<(f64, Option<f64>)>,
    /// Events over expected ones; `None` where either is not known or nothing is expected.
    pub ratio: Option<f64>,
    /// Limits of the ratio.
    pub ratio_limits: Option<(f64, Option<f64>)>,
    /// Limits of the number of events that such an area has in the long run.
    pub count_limits: Option<(f64, Option<f64>)>,
    /// Share (0 to 1) of all events; `None` where a number is hidden.
    pub share: Option<f64>,
    /// Place among the areas, from 1; `None` where nothing is known of the number, or of the denominator where one is used.
    pub rank: Option<u32>,
}

/// What is known of all areas.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AreaRates {
    /// One an area, in the order given.
    pub areas: Vec<AreaRate>,
    /// Least number of events in all.
    pub low: u64,
    /// Largest; `None` where nothing bounds it.
    pub high: Option<u64>,
    /// Events for each unit of the denominator over the areas that have both; least and most.
    pub rate: Option<(f64, Option<f64>)>,
}

/// Rates, expectations, ratios and ranks of areas.
///
/// - `counts`: `[n]` areas; `with_exposure`: whether they are measured against a denominator
/// - returns `[n]` in the order given, with the totals
///
/// Ranks: by the lower limit of the rate, so that a place where a handful of events meets a handful of people does not come
/// first by chance; without a denominator by the least number. Ties by the least number, then by code. The expectation counts
/// only areas that have both number and denominator. No areas give none; where nobody has events all expectations are 0 and
/// no ratio is defined. Cost O(n log n), and some 60 evaluations of the gamma function for each distinct number.
#[must_use]
pub fn area_rates(counts: &[AreaCount], with_exposure: bool) -> AreaRates {
    let sum = |counts: &mut dyn Iterator<Item = &AreaCount>| -> (u64, Option<u64>) {
        counts.fold((0, Some(0)), |(low, high), count| {
            (low + count.low.unwrap_or(0), high.zip(count.high).map(|(sum, high)| sum + high))
        })
    };
    let (low, high) = sum(&mut counts.iter().filter(|count| count.low.is_some()));
    let used = |count: &&AreaCount| count.has_rate().is_some();
    let exposure: f64 = counts.iter().filter_map(AreaCount::has_rate).sum();
    let (used_low, used_high) = sum(&mut counts.iter().filter(used));
    let per = |events: u64| events as f64 / exposure;
    let rate = (with_exposure && exposure > 0.0).then(|| (per(used_low), used_high.map(per)));
    let mut known: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    let mut limits_of = |n: u64| *known.entry(n).or_insert_with(|| garwood(n, LEVEL));
    let mut areas: Vec<AreaRate> = counts
        .iter()
        .map(|count| {
            let limits = count.low.map(|low| (limits_of(low).0, count.high.map(|high| limits_of(high).1)));
            let share = count.n().filter(|_| Some(low) == high && low > 0).map(|n| n as f64 / low as f64);
            let mut found = AreaRate { count_limits: limits, share, ..AreaRate::default() };
            if let (Some(own), Some((least, most)), Some((from, to))) = (count.has_rate(), rate, limits) {
                found.rate = count.n().map(|n| n as f64 / own);
                found.rate_limits = Some((from / own, to.map(|to| to / own)));
                let (least, most) = (least * own, most.map(|most| most * own));
                found.expected = Some((least, most));
                if most == Some(least) && least > 0.0 {
                    found.ratio = count.n().map(|n| n as f64 / least);
                }
                let over = |from: f64, by: f64| (by > 0.0).then(|| from / by);
                let lowest = most.map_or(Some(0.0), |most| over(from, most));
                found.ratio_limits = lowest.map(|lowest| (lowest, to.and_then(|to| over(to, least))));
            }
            found
        })
        .collect();
    let mut order: Vec<usize> = (0..counts.len())
        .filter(|&at| if with_exposure { areas[at].rate_limits.is_some() } else { counts[at].low.is_some() })
        .collect();
    let key = |at: usize| if with_exposure { areas[at].rate_limits.map_or(0.0, |limits| limits.0) } else { 0.0 };
    order.sort_by(|&a, &b| {
        key(b)
            .total_cmp(&key(a))
            .then_with(|| counts[b].low.cmp(&counts[a].low))
            .then_with(|| counts[a].code.cmp(&counts[b].code))
    });
    for (rank, at) in (1..).zip(order) {
        areas[at].rank = Some(rank);
    }
    AreaRates { areas, low, high, rate }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9 * b.abs().max(1.0)
    }

    #[test]
    fn three_areas_by_hand() {
        // 30 events among 3,000 people: 0.01 each. Expected 10, 5 and 15.
        let counts = [
            AreaCount::known("A", 10, Some(1_000.0)),
            AreaCount::known("B", 15, Some(500.0)),
            AreaCount::known("C", 5, Some(1_500.0)),
        ];
        let found = area_rates(&counts, true);
        assert_eq!((found.low, found.high, found.rate), (30, Some(30), Some((0.01, Some(0.01)))));
        let ratios: Vec<f64> = found.areas.iter().map(|area| area.ratio.expect("known")).collect();
        assert!(close(ratios[0], 1.0) && close(ratios[1], 3.0) && close(ratios[2], 1.0 / 3.0));
        assert_eq!(found.areas.iter().map(|area| area.rank).collect::<Vec<_>>(), [Some(2), Some(1), Some(3)]);
        // 10 events: 4.795 to 18.390; over 10 expected.
        let (from, to) = found.areas[0].ratio_limits.expect("known");
        assert!((from - 0.4795).abs() < 1e-4 && (to.expect("bounded") - 1.8390).abs() < 1e-4);
        assert!(close(found.areas[1].share.expect("known"), 0.5));
    }

    #[test]
    fn a_handful_of_events_among_few_people_does_not_come_first() {
        // Two of 20 people is a rate of 0.1; 60 of 1,000 is 0.06 and far surer.
        let counts = [AreaCount::known("liten", 2, Some(20.0)), AreaCount::known("stor", 60, Some(1_000.0))];
        let found = area_rates(&counts, true);
        assert!(found.areas[0].rate > found.areas[1].rate);
        assert_eq!((found.areas[0].rank, found.areas[1].rank), (Some(2), Some(1)));
    }

    #[test]
    fn a_hidden_number_gives_bounds_and_no_guess() {
        let hidden = AreaCount { code: "B".to_owned(), low: Some(0), high: Some(4), exposure: Some(100.0) };
        let found = area_rates(&[AreaCount::known("A", 16, Some(300.0)), hidden.clone()], true);
        assert_eq!((found.low, found.high, found.rate), (16, Some(20), Some((0.04, Some(0.05)))));
        let (a, b) = (&found.areas[0], &found.areas[1]);
        assert_eq!((a.rate, a.ratio, a.expected), (Some(16.0 / 300.0), None, Some((12.0, Some(15.0)))));
        // 16 events: 9.145 to 25.983. Against 15 at most and 12 at least.
        let (from, to) = a.ratio_limits.expect("bounds");
        assert!((from - 9.1454 / 15.0).abs() < 1e-4 && (to.expect("bounded") - 25.9830 / 12.0).abs() < 1e-4);
        assert_eq!((b.rate, b.ratio, b.share), (None, None, None));
        assert_eq!(b.rate_limits.expect("bounds").0, 0.0);
        let open = AreaCount { high: None, ..hidden };
        let found = area_rates(&[AreaCount::known("A", 16, Some(300.0)), open], true);
        assert_eq!((found.high, found.areas[1].rate_limits), (None, Some((0.0, None))));
        assert_eq!(found.areas[0].ratio_limits.map(|(from, _)| from), Some(0.0));
    }

    #[test]
    fn what_has_no_denominator_or_no_number_has_no_rate_and_no_rank() {
        let counts = [
            AreaCount::known("A", 4, Some(100.0)),
            AreaCount::known("B", 40, None),
            AreaCount::known("C", 3, Some(0.0)),
            AreaCount { code: "D".to_owned(), low: None, high: None, exposure: Some(50.0) },
        ];
        let found = area_rates(&counts, true);
        assert_eq!(found.rate, Some((0.04, Some(0.04))), "only A has both");
        assert_eq!(found.areas.iter().map(|area| area.rank).collect::<Vec<_>>(), [Some(1), None, None, None]);
        let plain = area_rates(&counts, false);
        assert_eq!(plain.areas.iter().map(|area| area.rank).collect::<Vec<_>>(), [Some(2), Some(1), Some(3), None]);
        assert_eq!((plain.rate, plain.areas[0].ratio), (None, None));
    }

    #[test]
    fn nothing_gives_nothing_and_no_events_give_no_ratio() {
        assert_eq!(area_rates(&[], true).areas, []);
        let found = area_rates(&[AreaCount::known("A", 0, Some(9.0)), AreaCount::known("B", 0, Some(1.0))], true);
        assert_eq!((found.areas[0].expected, found.areas[0].ratio), (Some((0.0, Some(0.0))), None));
        assert_eq!((found.areas[0].rank, found.areas[0].share), (Some(1), None));
    }

    proptest! {
        #[test]
        fn expectations_add_up_and_order_and_scale_change_nothing(
            given in prop::collection::vec((0_u64..300, 1_u32..5_000), 1..20),
            turn in 0_usize..20,
        ) {
            let counts: Vec<AreaCount> = given
                .iter()
                .enumerate()
                .map(|(at, (n, people))| AreaCount::known(&format!("{at:02}"), *n, Some(f64::from(*people))))
                .collect();
            let found = area_rates(&counts, true);
            let expected: f64 = found.areas.iter().map(|area| area.expected.expect("known").0).sum();
            prop_assert!((expected - found.low as f64).abs() < 1e-6 * expected.max(1.0));
            let mut turned = counts.clone();
            turned.rotate_left(turn % counts.len());
            for count in &mut turned {
                count.exposure = count.exposure.map(|exposure| exposure * 8.0);
            }
            let again = area_rates(&turned, true);
            for (at, count) in turned.iter().enumerate() {
                let was = counts.iter().position(|old| old.code == count.code).expect("there");
                prop_assert_eq!(again.areas[at].rank, found.areas[was].rank);
            }
        }
    }
}
