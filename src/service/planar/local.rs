//! Gi* and local Moran over the cells of the study area: which cells, with their neighbours, hold more than chance explains?

use super::study::Study;
use super::tested::{Outcome, cells, grouped, least, numbers, place as of_cells, rounded, why};
use super::{Ask, Found, Made, certificate, layers, passport_of, place};
use crate::analysis::OverCells;
use crate::analysis::dispersion::{Dispersion, Null};
use crate::analysis::gi_star::{gi_star_counts, max_statistic};
use crate::analysis::local_moran::{Quadrant, local_moran_counts};
use crate::analysis::neighbours::Neighbours;
use crate::domain::{Column, Values};
use crate::service::columns::column;
use crate::service::error::Result;
use crate::service::hotspots::Tested;
use crate::service::rows::Input;
use crate::texts::{number, swedish};

/// Which method, and what it is told beside the cells.
#[derive(Debug, Clone, Copy)]
pub(super) enum Method {
    /// Gi*, with so many null maps for the strictest correction.
    GiStar {
        /// Null maps.
        replicates: usize,
    },
    /// Local Moran.
    Moran,
}

/// What a method said of each cell.
struct Verdict {
    /// q of more than expected, by cell; `None` where the cell was not tested.
    q: Vec<Option<f64>>,
    outcome: Vec<Outcome>,
    /// Probability that chance makes such a cell anywhere.
    anywhere: Vec<Option<f64>>,
    null: Null,
    own: Vec<Column>,
}

pub(super) fn run(
    input: &mut Input,
    ask: &Ask<'_>,
    over: OverCells,
    dispersion: Dispersion,
    method: Method,
) -> Result<Found> {
    let placed = place(input, ask, &over)?;
    let members = placed.by_cell();
    let n = numbers(&members);
    let near = Neighbours::queen(&placed.study.cells);
    let verdict = ask.timings.time("compute", || match method {
        Method::GiStar { replicates } => gi(&n, &placed.study, &near, dispersion, replicates, &over),
        Method::Moran => moran(&n, &placed.study, &near, dispersion, &over),
    })?;
    // What cannot be computed on the map itself cannot on a null map either: it has been refused before.
    let exposure = &placed.study.exposure;
    let certified = certificate(ask, &over, &placed.study, &[placed.cell.len() as u64], |n, _| match method {
        Method::GiStar { .. } => gi_star_counts(&n, exposure, &near, dispersion)
            .is_ok_and(|found| found.places.iter().any(|place| place.q_bh.is_some_and(|q| q <= over.alpha))),
        Method::Moran => local_moran_counts(&n, exposure, &near, dispersion)
            .is_ok_and(|found| found.places.iter().flatten().any(|place| place.q_bh <= over.alpha)),
    });
    input.notes.push(match verdict.null {
        Null::Binomial => swedish("note-null-binomial", &[]),
        Null::NegativeBinomial { shape } => {
            swedish("note-null-negative-binomial", &[("shape", number(&((shape * 100.0).round() / 100.0)))])
        }
    });
    let passport = passport_of(input, placed.rows.len(), ask, Some(over.seed), certified.as_ref());
    let expected = placed.study.expected(placed.rows.len());
    let found: Vec<bool> = verdict.outcome.iter().map(|outcome| *outcome == Outcome::More).collect();
    let replicates = if let Method::GiStar { replicates } = method { replicates } else { 0 };
    let tested = |group: &[u32]| {
        let expected: f64 = group.iter().map(|&at| expected[at as usize]).sum();
        let n: u32 = group.iter().map(|&at| n[at as usize]).sum();
        let p = least(&verdict.anywhere, group);
        let why = why(&placed.study, n as usize, expected, p, replicates);
        Tested { expected, p, q: Some(least(&verdict.q, group)), why, uneven: false }
    };
    let hotspots = (1..)
        .zip(grouped(&near, &found))
        .map(|(number, group)| of_cells(&placed.study, number, &group, &members, Some(tested(&group))))
        .collect();
    let layer = cells(&placed.study, &n, &expected, &verdict.outcome, verdict.own, input.kind, &passport);
    let made = Made { hotspots, rows: placed.rows, more: vec![layer], of_events: Vec::new(), tested: true };
    Ok(Found { layers: layers(input, made, &passport), passport, certificate: certified, surface: None })
}

fn reals(values: impl Iterator<Item = Option<f64>>) -> Values {
    Values::Real(values.map(|value| value.map(small)).collect())
}

/// Six significant digits: probabilities may be very small.
pub(super) fn small(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10_f64.powi(5 - value.abs().log10().floor() as i32);
    if scale.is_finite() { (value * scale).round() / scale } else { value }
}

fn gi(
    n: &[u32],
    study: &Study,
    near: &Neighbours,
    dispersion: Dispersion,
    replicates: usize,
    over: &OverCells,
) -> Result<Verdict> {
    let found = gi_star_counts(n, &study.exposure, near, dispersion)?;
    let anywhere = if replicates > 0 {
        max_statistic(n, &study.exposure, near, dispersion, replicates, over.seed)?
    } else {
        vec![None; n.len()]
    };
    let places = &found.places;
    let outcome = |place: &crate::analysis::gi_star::GiPlace| {
        let is = |q: Option<f64>| q.is_some_and(|q| q <= over.alpha);
        if is(place.q_bh) { Outcome::More } else { Outcome::AsExpected }
    };
    let own = vec![
        column(
            "fonster_n",
            true,
            Values::Integer(places.iter().map(|place| i64::try_from(place.events).ok()).collect()),
        ),
        column("fonster_vantat", true, reals(places.iter().map(|place| Some(rounded(place.expected))))),
        column("slump", true, reals(anywhere.iter().copied())),
        column("z", false, reals(places.iter().map(|place| place.z))),
        column("p", false, reals(places.iter().map(|place| place.p_high))),
        column("p_farre", false, reals(places.iter().map(|place| place.p_low))),
        column("q", false, reals(places.iter().map(|place| place.q_bh))),
        column("q_by", false, reals(places.iter().map(|place| place.q_by))),
    ];
    // Where no null maps were drawn q stands in: on a map that holds nothing all finds are false, so that q bounds the probability
    // of any.
    let q: Vec<Option<f64>> = places.iter().map(|place| place.q_bh).collect();
    let anywhere = if replicates > 0 { anywhere } else { q.clone() };
    Ok(Verdict { outcome: places.iter().map(outcome).collect(), q, anywhere, null: found.null, own })
}

fn moran(n: &[u32], study: &Study, near: &Neighbours, dispersion: Dispersion, over: &OverCells) -> Result<Verdict> {
    let found = local_moran_counts(n, &study.exposure, near, dispersion)?;
    let places = &found.places;
    let q: Vec<Option<f64>> = places.iter().map(|place| place.map(|place| place.q_bh)).collect();
    let outcome = places.iter().map(|place| match place {
        Some(place) if place.q_bh <= over.alpha => match place.quadrant {
            Quadrant::HighHigh => Outcome::More,
            Quadrant::LowLow => Outcome::Fewer,
            Quadrant::HighLow | Quadrant::LowHigh => Outcome::AsExpected,
        },
        _ => Outcome::AsExpected,
    });
    let word = |quadrant: Quadrant| {
        let id = match quadrant {
            Quadrant::HighHigh => "quadrant-high-high",
            Quadrant::LowLow => "quadrant-low-low",
            Quadrant::HighLow => "quadrant-high-low",
            Quadrant::LowHigh => "quadrant-low-high",
        };
        swedish(id, &[])
    };
    let own = vec![
        column(
            "kvadrant",
            true,
            Values::Text(places.iter().map(|place| place.map(|place| word(place.quadrant))).collect()),
        ),
        column("moran_i", true, reals(places.iter().map(|place| place.map(|place| place.i)))),
        column("p", false, reals(places.iter().map(|place| place.map(|place| place.p)))),
        column("q", false, reals(q.iter().copied())),
        column("q_by", false, reals(places.iter().map(|place| place.map(|place| place.q_by)))),
    ];
    Ok(Verdict { outcome: outcome.collect(), anywhere: q.clone(), q, null: found.null, own })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_stay_of_what_is_small() {
        assert_eq!([small(0.0), small(1.234_567_8e-12), small(0.5)], [0.0, 1.234_57e-12, 0.5]);
        assert!(small(f64::MIN_POSITIVE) > 0.0);
    }
}
