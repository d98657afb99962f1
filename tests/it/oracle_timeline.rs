//! The timeline against Python's calendar and time zones: the same count in every month, ISO week and day.
//!
//! `tests/oracles/timeline.json` holds Python's counts; `tests/oracles/timeline_python.py` made it and says how events come
//! about.

use std::collections::BTreeMap;

use lagesbild::analysis::{Occurrence, timeline};
use lagesbild::domain::{Interval, Step};
use serde::Deserialize;

#[derive(Deserialize)]
struct Oracle {
    events: i64,
    counts: BTreeMap<String, BTreeMap<String, u64>>,
}

#[test]
fn every_period_has_as_many_events_as_python_counts() {
    let oracle: Oracle = serde_json::from_str(include_str!("../oracles/timeline.json")).expect("the oracle's file");
    let start = |k: i64| 1_577_000_000 + (k * 1_000_003 * 97) % 160_000_000;
    let times: Vec<Interval> = (0..oracle.events)
        .map(|k| Interval { from: start(k), to: start(k) + 60, zone: "Europe/Stockholm".to_owned() })
        .collect();
    for step in Step::ALL {
        let events =
            times.iter().map(|time| Occurrence { time: Some(time), category: None, area: None, is_placed: true });
        let counted = timeline(events, step);
        let ours: BTreeMap<String, u64> =
            counted.totals.iter().filter(|total| total.n > 0).map(|total| (total.period.name(step), total.n)).collect();
        assert_eq!((counted.undated, counted.coarse), (0, 0));
        assert_eq!(Some(&ours), oracle.counts.get(step.code()), "{}", step.code());
        println!("{}: {} periods as Python counts them", step.code(), ours.len());
    }
}
