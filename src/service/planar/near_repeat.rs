//! Near repeats: the table of bands, and which events follow another.

use super::{Ask, Found, passport_of};
use crate::analysis::near_repeat::{Bands, Pairs, SAME_PLACE_M, near_repeat};
use crate::domain::{Column, Geometries, Layer, Style, Values};
use crate::service::analyse::events;
use crate::service::columns::{column, title};
use crate::service::days;
use crate::service::error::Result;
use crate::service::rows::Input;
use crate::texts::{number, swedish};

pub(super) fn run(input: &mut Input, ask: &Ask<'_>, bands: &Bands, replicates: usize, seed: u64) -> Result<Found> {
    let placed: Vec<usize> = (0..input.points.len()).filter(|&row| input.points[row].is_some()).collect();
    let most = u32::try_from(bands.days).unwrap_or(1);
    let days = days::of_rows(input, ask.shown, &placed, most)?;
    let dated: Vec<(usize, i32)> =
        placed.into_iter().zip(&days).filter_map(|(row, day)| Some((row, (*day)?))).collect();
    let days: Vec<i32> = dated.iter().map(|(_, day)| *day).collect();
    let points: Vec<[f64; 2]> = dated.iter().filter_map(|(row, _)| input.points[*row]).collect();
    let found = ask.timings.time("compute", || near_repeat(&points, &days, bands, replicates, seed))?;
    let passport = passport_of(input, points.len(), ask, Some(seed), None);
    let table = Layer {
        name: "near_repeat".to_owned(),
        title: title("near-repeat", input.kind, passport.secrecy),
        description: swedish("layer-description-near-repeat", &[]),
        columns: columns(&found.table, bands),
        geometries: Geometries::Absent(found.table.len()),
        style: Style::Single("#54278f".to_owned()),
        passport: passport.clone(),
    };
    let rows = input.points.len();
    let (mut follows, mut is_followed) = (vec![None; rows], vec![None; rows]);
    for (at, (row, _)) in dated.iter().enumerate() {
        follows[*row] = Some(found.follows[at]);
        is_followed[*row] = Some(found.is_followed[at]);
    }
    let more = vec![
        column("foljer", true, Values::Bool(follows.into_iter().collect())),
        column("foljs_av", true, Values::Bool(is_followed.into_iter().collect())),
    ];
    let events = events(input, &vec![None; rows], &vec![false; rows], more, &passport);
    Ok(Found { layers: vec![table, events], passport, certificate: None, surface: None })
}

fn columns(table: &[Pairs], bands: &Bands) -> Vec<Column> {
    let metres = |cell: &Pairs| match cell.distance {
        0 => swedish("near-repeat-same-place", &[("metres", number(&SAME_PLACE_M))]),
        band => {
            let from = if band == 1 { SAME_PLACE_M } else { (band - 1) as f64 * bands.metres };
            let values = [("from", number(&from)), ("to", number(&(band as f64 * bands.metres)))];
            swedish("near-repeat-metres", &values)
        }
    };
    let days = |cell: &Pairs| {
        let (width, band) = (bands.days, i32::try_from(cell.time).unwrap_or(0));
        let from = if band == 0 { 0 } else { band * width + 1 };
        swedish("near-repeat-days", &[("from", from.to_string()), ("to", ((band + 1) * width).to_string())])
    };
    let text = |pick: &dyn Fn(&Pairs) -> String| Values::Text(table.iter().map(|cell| Some(pick(cell))).collect());
    let real = |pick: &dyn Fn(&Pairs) -> Option<f64>| {
        Values::Real(table.iter().map(|cell| pick(cell).map(|value| (value * 1e4).round() / 1e4)).collect())
    };
    vec![
        column("avstand", true, text(&metres)),
        column("tid_mellan", true, text(&days)),
        column("n", true, Values::Integer(table.iter().map(|cell| i64::try_from(cell.observed).ok()).collect())),
        column("vantat", true, real(&|cell| Some(cell.expected))),
        column("kvot", true, real(&|cell| cell.ratio)),
        column("kvot_median", false, real(&|cell| cell.ratio_median)),
        column("p", true, real(&|cell| Some(cell.p))),
        column("q", true, real(&|cell| Some(cell.q))),
    ]
}
