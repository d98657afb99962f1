//! Gi* and local Moran of a sum of values, such as costs: is it higher here and around than sums that change places by chance?

use super::local::{Method, small};
use super::tested::{Outcome, cells, grouped, least, numbers, place as of_cells};
use super::{Ask, Found, Made, certified, layers, passport_of, place_alone};
use crate::analysis::OverCells;
use crate::analysis::gi_star::gi_star_values;
use crate::analysis::local_moran::{Quadrant, local_moran_values};
use crate::analysis::neighbours::Neighbours;
use crate::domain::Values;
use crate::domain::random::Stream;
use crate::service::columns::column;
use crate::service::error::Result;
use crate::service::hotspots::Tested;
use crate::service::rows::Input;
use crate::texts::{number, swedish};

/// Picks of a method that is not told how many.
const PICKS: usize = 999;

/// What is said of one cell.
struct Verdict {
    /// Probability of so high a sum.
    p: Option<f64>,
    q: Option<f64>,
    high: bool,
    fitted: bool,
}

pub(super) fn run(input: &mut Input, ask: &Ask<'_>, over: OverCells, method: Method, name: &str) -> Result<Found> {
    let placed = place_alone(input, ask, &over)?;
    let (study, members) = (&placed.study, placed.by_cell());
    let near = Neighbours::queen(&study.cells);
    let weight = |event: &u32| input.facts[placed.rows[*event as usize]].weight;
    let sums: Vec<f64> = members.iter().map(|own| own.iter().map(weight).sum()).collect();
    let verdicts = ask.timings.time("compute", || test(&sums, &near, method, over.seed))?;
    let hot = |verdict: &Verdict| verdict.high && verdict.q.is_some_and(|q| q <= over.alpha);
    let certified = certified(ask, &over, |stream: &mut Stream| {
        // The sums change places among all cells.
        let mut dealt = sums.clone();
        stream.shuffle(&mut dealt);
        test(&dealt, &near, method, stream.bits()).is_ok_and(|found| found.iter().any(hot))
    });
    input.notes.push(swedish("note-valued", &[("value", name.to_owned())]));
    let passport = passport_of(input, placed.rows.len(), ask, Some(over.seed), certified.as_ref());
    let found: Vec<bool> = verdicts.iter().map(hot).collect();
    let all: f64 = sums.iter().sum();
    let (p, q): (Vec<Option<f64>>, Vec<Option<f64>>) = verdicts.iter().map(|verdict| (verdict.p, verdict.q)).unzip();
    let mean = placed.rows.len() as f64 / study.cells.len().max(1) as f64;
    let tested = |group: &[u32]| {
        let own: f64 = group.iter().map(|&at| sums[at as usize]).sum();
        let round = |value: f64| number(&((value * 10.0).round() / 10.0));
        let values = [
            ("value", name.to_owned()),
            ("sum", round(own)),
            ("mean", round(all / study.cells.len().max(1) as f64 * group.len() as f64)),
            ("cells", group.len().to_string()),
        ];
        let expected = mean * group.len() as f64;
        Tested {
            expected,
            p: least(&q, group),
            q: Some(least(&q, group)),
            why: swedish("valued-why", &values),
            uneven: true,
        }
    };
    let hotspots = (1..)
        .zip(grouped(&near, &found))
        .map(|(number, group)| of_cells(study, number, &group, &members, Some(tested(&group))))
        .collect();
    let n = numbers(&members);
    let outcome: Vec<Outcome> =
        found.iter().map(|&hot| if hot { Outcome::More } else { Outcome::AsExpected }).collect();
    let real =
        |values: &mut dyn Iterator<Item = Option<f64>>| Values::Real(values.map(|value| value.map(small)).collect());
    let own = vec![
        column("vikt", true, real(&mut sums.iter().map(|sum| Some(*sum)))),
        column("p", false, real(&mut p.into_iter())),
        column("q", true, real(&mut q.iter().copied())),
        column("svans_anpassad", false, Values::Bool(verdicts.iter().map(|verdict| Some(verdict.fitted)).collect())),
    ];
    let layer = cells(study, &n, &study.expected(placed.rows.len()), &outcome, own, input.kind, &passport);
    let made = Made { hotspots, rows: placed.rows, more: vec![layer], of_events: Vec::new(), tested: true };
    Ok(Found { layers: layers(input, made, &passport), passport, certificate: certified, surface: None })
}

fn test(sums: &[f64], near: &Neighbours, method: Method, seed: u64) -> Result<Vec<Verdict>> {
    Ok(match method {
        Method::GiStar { replicates } => gi_star_values(sums, near, replicates, seed)?
            .into_iter()
            .map(|place| Verdict {
                p: place.p.map(|tails| tails.p_high),
                q: place.q_bh,
                high: true,
                fitted: place.p.is_some_and(|tails| tails.fitted),
            })
            .collect(),
        Method::Moran => local_moran_values(sums, near, PICKS, seed)?
            .into_iter()
            .map(|place| Verdict {
                p: place.map(|place| place.p),
                q: place.map(|place| place.q_bh),
                high: place.is_some_and(|place| place.quadrant == Quadrant::HighHigh),
                fitted: place.is_some_and(|place| place.fitted),
            })
            .collect(),
    })
}
