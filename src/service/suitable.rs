//! Before a method in the plane runs: do its lengths fit the events? What cannot give an answer is refused, what may mislead is
//! warned of, each with the number that would work.

#![allow(clippy::cast_precision_loss, reason = "bands are few")]

use super::error::Result;
use super::rows::Input;
use crate::analysis::suitability::{Asked, Unsuitable, suitability};
use crate::analysis::{Parameters, Settings};
use crate::domain::Metres;
use crate::texts::swedish_problem;

/// Looks at windows and the length that the answer hangs on.
///
/// # Errors
/// Coordinates in degrees; those of [`suitability`].
pub(super) fn check(input: &mut Input, parameters: &Parameters) -> Result<()> {
    let asked = asked(&parameters.settings());
    if asked == Asked::default() {
        return Ok(());
    }
    look(input, &asked)
}

/// Looks at the distance within which events are near, where most events turned out to be in one cluster.
///
/// # Errors
/// Those of [`suitability`].
pub(super) fn grown(input: &mut Input, eps: Metres, min_points: usize) -> Result<()> {
    look(input, &Asked { eps: Some((eps, min_points)), ..Asked::default() })
}

fn look(input: &mut Input, asked: &Asked) -> Result<()> {
    let points: Vec<[f64; 2]> = input.points.iter().flatten().copied().collect();
    for found in suitability(&points, asked)? {
        match found {
            Unsuitable::BandwidthTooNarrow { .. } | Unsuitable::CoordinatesInDegrees => return Err(found.into()),
            Unsuitable::SearchWiderThanTown { .. }
            | Unsuitable::EpsGrowsTogether { .. }
            | Unsuitable::PositionsRounded { .. } => {
                let said = swedish_problem(&found);
                input.notes.push([Some(said.message), said.remedy].into_iter().flatten().collect::<Vec<_>>().join(" "));
            }
        }
    }
    Ok(())
}

fn asked(settings: &Settings) -> Asked {
    let cell = settings.over_cells().map(|over| over.cell);
    let scale = |length: Metres| Asked { scale: Some(length), ..Asked::default() };
    match settings {
        // Their kernels refuse a bandwidth below the cell themselves.
        Settings::Kde { .. } | Settings::RelativeRisk { .. } => Asked { scale: cell, ..Asked::default() },
        Settings::Dbscan { eps, .. } | Settings::StDbscan { eps, .. } => Asked { search: Some(*eps), ..scale(*eps) },
        Settings::Counts { cell, .. } => scale(*cell),
        Settings::NearRepeat { bands, .. } => {
            Asked { search: Some(Metres(bands.metres * bands.distances as f64)), ..scale(Metres(bands.metres)) }
        }
        _ => Asked { search: cell.map(|side| Metres(side.0 / 2.0)), ..cell.map_or_else(Asked::default, scale) },
    }
}
