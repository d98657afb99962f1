//! The study area in cells, and what the number of events in each is compared with: metres of road, ground of buildings, or
//! the mere area.
//!
//! Against the mere area every town is a hotspot, since the wood around it has no streets. So accidents are compared with
//! metres of road and other events with the ground that buildings cover, wherever the store knows those; what was chosen is
//! said with the result. Neither is traffic or people: see the note on exposure.

use std::collections::BTreeMap;

use geo::{Area as _, Centroid};

use crate::analysis::lattice;
use crate::domain::{Bbox, Cell, Grid, Kind, Metres, Network};
use crate::service::error::{Refusal, Result};
use crate::service::rows::Input;
use crate::store::{Background, GpkgStore, Store, Window};
use crate::texts::swedish;

/// What numbers of events are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Every cell alike.
    Area,
    /// Metres of road.
    Roads,
    /// Square metres that buildings cover.
    Buildings,
}

impl By {
    /// The word on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Area => "yta",
            Self::Roads => "vag",
            Self::Buildings => "bebyggelse",
        }
    }

    /// The words of the catalogue, for sentences: "lika mycket väg".
    #[must_use]
    pub fn words(self) -> String {
        swedish(&format!("exposure-{}", self.code()), &[])
    }
}

/// Cells of the study area.
#[derive(Debug, Clone)]
pub struct Study {
    /// The grid.
    pub grid: Grid,
    /// Cells, by column, then row; those without events too.
    pub cells: Vec<Cell>,
    /// What each is compared by, above 0.
    pub exposure: Vec<f64>,
    /// What that is.
    pub by: By,
}

impl Study {
    /// The cells over a home area, else over the box of the points; by `asked`, or for `auto` by what is known.
    ///
    /// # Errors
    /// Too many cells; [`Refusal::ExposureUnknown`] where what was asked for is not known here.
    pub fn over(
        store: Option<&GpkgStore>,
        network: Option<&Network>,
        input: &Input,
        side: Metres,
        asked: &str,
    ) -> Result<Self> {
        let grid = Grid::new(side).expect("the parameter's range lies within the grid's");
        let of_store = match (network, store) {
            (None, Some(store)) if asked != By::Area.code() => store.network()?,
            _ => None,
        };
        let network = network.or(of_store.as_ref());
        let roads = |network: &Network| lattice::metres(network.links().iter().map(|link| link.line.as_slice()), &grid);
        let buildings = || -> Result<BTreeMap<Cell, f64>> {
            match store {
                Some(store) => covered(store, grid),
                None => Ok(BTreeMap::new()),
            }
        };
        let lacking = |by: By| Refusal::ExposureUnknown { exposure: by.code().to_owned() };
        let (by, mut found) = match asked {
            "yta" => (By::Area, BTreeMap::new()),
            "vag" => (By::Roads, network.map(roads).ok_or_else(|| lacking(By::Roads))?),
            "bebyggelse" => (By::Buildings, buildings()?),
            _ if input.kind == Some(Kind::Accident) && network.is_some() => {
                (By::Roads, network.map(roads).unwrap_or_default())
            }
            _ => {
                let found = buildings()?;
                if found.is_empty() { (By::Area, found) } else { (By::Buildings, found) }
            }
        };
        if by != By::Area && found.is_empty() {
            return Err(lacking(by).into());
        }
        let home = store.and_then(|store| store.settings().home.as_ref());
        let study = match home {
            Some(home) => Some(lattice::within(home, &grid)?),
            None if by == By::Area => Some(lattice::of_box(extent(input.points.iter().flatten().copied()), &grid)?),
            None => None,
        };
        if by == By::Area {
            let cells = study.unwrap_or_default();
            return Ok(Self { grid, exposure: vec![1.0; cells.len()], cells, by });
        }
        // Roads and buildings beyond the home area are another municipality's.
        if let Some(study) = study {
            found.retain(|cell, _| study.binary_search(cell).is_ok());
        }
        Ok(Self { grid, cells: found.keys().copied().collect(), exposure: found.into_values().collect(), by })
    }

    /// The cell of each point; `None` for a point in no cell of the study area.
    #[must_use]
    pub fn cells_of(&self, points: &[[f64; 2]]) -> Vec<Option<u32>> {
        let cell = |point: &[f64; 2]| {
            let cell = self.grid.cell_of(point[0], point[1])?;
            self.cells.binary_search(&cell).ok().and_then(|at| u32::try_from(at).ok())
        };
        points.iter().map(cell).collect()
    }

    /// Middles of the cells.
    #[must_use]
    pub fn middles(&self) -> Vec<[f64; 2]> {
        let middle = |cell: &Cell| {
            let bbox = self.grid.bbox_of(*cell);
            [bbox.min_x.midpoint(bbox.max_x), bbox.min_y.midpoint(bbox.max_y)]
        };
        self.cells.iter().map(middle).collect()
    }
}

/// Share of events at each end of an axis that may lie apart from the rest.
const APART: f64 = 0.001;

/// So many times as large as the box of the rest is one with those that lie apart, before they are left out.
const STRAY: f64 = 4.0;

/// The box of the events, where no home area tells the study area. A handful of misplaced events would make most of the world
/// part of a town: where the box of all is more than [`STRAY`] times that of the rest, it is the rest's, with a tenth more on
/// every side.
fn extent(points: impl Iterator<Item = [f64; 2]>) -> Bbox {
    let points: Vec<[f64; 2]> = points.collect();
    let whole = Bbox::around(points.iter().copied());
    let middle = |axis: usize| {
        let mut values: Vec<f64> = points.iter().map(|point| point[axis]).collect();
        values.sort_by(f64::total_cmp);
        let apart = (values.len() as f64 * APART).ceil() as usize;
        let (low, high) = (values.get(apart).copied(), values.len().checked_sub(apart + 1).map(|at| values[at]));
        low.zip(high).filter(|(low, high)| low < high)
    };
    let (Some(x), Some(y)) = (middle(0), middle(1)) else { return whole };
    let rest = Bbox { min_x: x.0, min_y: y.0, max_x: x.1, max_y: y.1 };
    if whole.area_m2() <= STRAY * rest.area_m2() {
        return whole;
    }
    let (wide, high) = ((x.1 - x.0) / 10.0, (y.1 - y.0) / 10.0);
    Bbox { min_x: x.0 - wide, min_y: y.0 - high, max_x: x.1 + wide, max_y: y.1 + high }
}

/// Square metres that buildings cover, each building in the cell of its centroid.
fn covered(store: &GpkgStore, grid: Grid) -> Result<BTreeMap<Cell, f64>> {
    let mut sums: BTreeMap<Cell, u64> = BTreeMap::new();
    for row in store.background(Background::Buildings, &Window::ALL)?.rows {
        let Some(shape) = row.geometry else { continue };
        let (Some(at), area) = (shape.centroid(), shape.unsigned_area()) else { continue };
        let Some(cell) = grid.cell_of(at.x(), at.y()) else { continue };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "areas of buildings in mm²")]
        let small = (area * 1e6).round().max(0.0) as u64;
        *sums.entry(cell).or_default() += small;
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let area = |(cell, sum): (Cell, u64)| (cell, sum as f64 / 1e6);
    Ok(sums.into_iter().filter(|(_, sum)| *sum > 0).map(area).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_misplaced_events_do_not_make_the_world_part_of_a_town() {
        let town = |at: usize| [(at % 50) as f64 * 100.0, (at / 50) as f64 * 100.0];
        let whole = extent((0..2500).map(town));
        assert_eq!((whole.min_x, whole.max_x, whole.max_y), (0.0, 4900.0, 4900.0));
        let strayed = extent((0..2500).map(town).chain([[-3e5, 7e6]]));
        assert!(strayed.min_x > -1000.0 && strayed.max_y < 6000.0, "{strayed:?}");
        assert!(extent(std::iter::empty()).is_empty());
        assert_eq!(extent([[1.0, 2.0]].into_iter()).max_y.to_bits(), 2.0_f64.to_bits());
    }
}
