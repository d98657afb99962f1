//! Kernel density in tiles: each block of the raster from the events within its kernels' reach.

use super::super::Error;
use super::super::kde::{Block, Density, Mask, Smoothing, density_in_blocks};
use super::Tiling;
use crate::domain::Grid;

/// [`density`](super::super::kde::density()) in tiles: the same values to the last bit, the same bandwidths and warnings.
///
/// - everything but `tiling`: as there. A cell is in the tile that holds its middle
/// - no events give 0 everywhere, and without an area a raster without cells
///
/// What belongs to the whole map comes first and is the same for all tiles: the raster's extent, the highest kernel, which
/// sets the fixed point, and a bandwidth by cross-validation. Of bandwidths that follow the events the pilot density is
/// computed in tiles, their mean is that of the map. Edge corrections are sums over tiles too, but for that of
/// each event by itself (Jones), which asks no other event. Every tile's halo is as wide as the widest kernel. Time is that
/// of the kernel for the events of tiles and halos.
///
/// # Errors
/// As [`density`](super::super::kde::density()).
pub fn density(
    points: &[[f64; 2]],
    weights: Option<&[f64]>,
    grid: &Grid,
    area: Option<&Mask>,
    smoothing: &Smoothing,
    tiling: &Tiling,
) -> Result<Density, Error> {
    density_in_blocks(points, weights, *grid, area, smoothing, &|points, halo, [columns, rows]| {
        let blocks = tiling.blocks(columns, rows).into_iter().map(|(columns, rows)| Block { columns, rows });
        // A tile's own points stand before those around it.
        tiling.split(points, halo).into_iter().map(|tile| tile.rows).zip(blocks).collect()
    })
}
