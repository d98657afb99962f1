//! Emerging hotspots: which cells have become, remained or ceased to be places with more events than expected.

use super::study::Study;
use super::tested::{Outcome, cells, grouped, numbers, place as of_cells, rounded};
use super::{Ask, Found, Made, certificate, dated, layers, passport_of, place};
use crate::analysis::OverCells;
use crate::analysis::emerging::{Category, Cube, Emerging, History, Word, check_size, emerging};
use crate::analysis::mann_kendall::MannKendall;
use crate::analysis::neighbours::Neighbours;
use crate::domain::{Kind, Layer, Passport, Step, Style, Values};
use crate::service::columns::{category_class, column};
use crate::service::error::Result;
use crate::service::hotspots::Tested;
use crate::service::rows::Input;
use crate::texts::{number, swedish};

pub(super) fn run(input: &mut Input, ask: &Ask<'_>, over: OverCells, step: Step) -> Result<Found> {
    let mut placed = place(input, ask, &over)?;
    let (steps, of) = dated(input, ask, &mut placed, step)?;
    check_size(placed.study.cells.len(), steps.len())?;
    let mut counts = vec![0_u32; placed.study.cells.len() * steps.len()];
    let mut totals = vec![0_u64; steps.len()];
    for (&cell, &at) in placed.cell.iter().zip(&of) {
        counts[cell as usize * steps.len() + at] += 1;
        totals[at] += 1;
    }
    let near = Neighbours::queen(&placed.study.cells);
    let exposure = &placed.study.exposure;
    let cube = Cube { counts: &counts, steps: steps.len(), exposure, near: &near };
    let found = ask.timings.time("compute", || emerging(&cube, over.alpha, over.seed))?;
    let certified = certificate(ask, &over, &placed.study, &totals, |counts, _| {
        emerging(&Cube { counts: &counts, ..cube }, over.alpha, over.seed).is_ok_and(|found| found.alarm())
    });
    let passport = passport_of(input, placed.rows.len(), ask, Some(over.seed), certified.as_ref());

    let hot: Vec<bool> = found.places.iter().map(|place| matches!(place.category, Category::Hot(_))).collect();
    let (members, expected) = (placed.by_cell(), placed.study.expected(placed.rows.len()));
    let tested = |group: &[u32]| Tested {
        expected: group.iter().map(|&at| expected[at as usize]).sum(),
        p: group.iter().flat_map(|&at| found.of(at as usize)).map(|window| window.q).fold(1.0, f64::min),
        q: None,
        why: why(&found, group, step),
        uneven: false,
    };
    let hotspots = (1..)
        .zip(grouped(&near, &hot))
        .map(|(number, group)| of_cells(&placed.study, number, &group, &members, Some(tested(&group))))
        .collect();
    let layer = cell_layer(&placed.study, &found, &members, &expected, input.kind, &passport);
    let made = Made { hotspots, rows: placed.rows, more: vec![layer], of_events: Vec::new(), tested: true };
    Ok(Found { layers: layers(input, made, &passport), passport, certificate: certified, surface: None })
}

fn why(found: &Emerging, group: &[u32], step: Step) -> String {
    let most = group.iter().map(|&at| found.places[at as usize].hot_steps).max().unwrap_or(0);
    let values = [
        ("hot", most.to_string()),
        ("steps", number(&found.steps)),
        ("step", swedish(&format!("emerging-step-{}", step.code()), &[])),
    ];
    swedish("emerging-why", &values)
}

/// The layer `cells`: the word of each on screen, the category and the numbers behind.
fn cell_layer(
    study: &Study,
    found: &Emerging,
    members: &[Vec<u32>],
    expected: &[f64],
    kind: Option<Kind>,
    passport: &Passport,
) -> Layer {
    let outcome: Vec<Outcome> = found
        .places
        .iter()
        .map(|place| match place.category {
            Category::Hot(_) => Outcome::More,
            Category::Cold(_) => Outcome::Fewer,
            Category::None => Outcome::AsExpected,
        })
        .collect();
    let n = numbers(members);
    let real = |pick: &dyn Fn(&MannKendall) -> f64| {
        Values::Real(found.places.iter().map(|place| place.trend.as_ref().map(|trend| rounded(pick(trend)))).collect())
    };
    let whole = |pick: &dyn Fn(&History) -> u32| {
        Values::Integer(found.places.iter().map(|place| Some(i64::from(pick(place)))).collect())
    };
    let said = |place: &History| swedish(place.word.map_or("emerging-none", Word::id), &[]);
    let own = vec![
        column("utveckling", true, Values::Text(found.places.iter().map(|place| Some(said(place))).collect())),
        column("perioder_fler", true, whole(&|place| place.hot_steps)),
        column("perioder_farre", true, whole(&|place| place.cold_steps)),
        column("kategori_metod", false, {
            Values::Text(found.places.iter().map(|place| Some(swedish(place.category.id(), &[]))).collect())
        }),
        column("trend_z", false, real(&|trend| trend.z)),
        column("trend_p", false, real(&|trend| trend.best_p())),
        column("trend_q", false, {
            let q = |place: &History| (!place.trend_q.is_nan()).then(|| rounded(place.trend_q));
            Values::Real(found.places.iter().map(q).collect())
        }),
    ];
    let mut layer = cells(study, &n, expected, &outcome, own, kind, passport);
    let class = |id: &str, colour: &str| category_class(&swedish(id, &[]), &swedish(id, &[]), colour);
    layer.style = Style::Categorised {
        column: "utveckling".to_owned(),
        classes: vec![
            class(Word::Rising.id(), "#3f007d"),
            class(Word::Lasting.id(), "#6a51a3"),
            class(Word::New.id(), "#b35806"),
            class(Word::Falling.id(), "#9e9ac8"),
            class(Word::Passing.id(), "#cbc9e2"),
            class("emerging-none", "#eceae6"),
        ],
    };
    layer
}
