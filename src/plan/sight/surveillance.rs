//! The surveillance map: for every point of the public ground, who sees it, how many and how near, by day and after dark.

use rayon::prelude::*;

use super::change::{Change, Thing};
use super::site::{FacadeKind, Site, Windows};
use super::watch::{Settings, SightLine, Watch};
use super::{Error, ground};
use crate::domain::{Bbox, Cell, Grid};

/// Points along a side of the squares that are worked on together.
const TILE: i32 = 16;

/// Façades by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Dwellings.
    pub dwelling: u32,
    /// Shops.
    pub shop: u32,
    /// Others.
    pub other: u32,
}

impl Tally {
    /// All kinds together.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.dwelling + self.shop + self.other
    }

    fn add(&mut self, kind: FacadeKind) {
        match kind {
            FacadeKind::Dwelling => self.dwelling += 1,
            FacadeKind::Shop => self.shop += 1,
            FacadeKind::Other => self.other += 1,
        }
    }
}

/// Who sees a point.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Seen {
    /// Façades with a seeing spot within `near` of the point.
    pub near: Tally,
    /// Façades with a seeing spot within `far`, those near among them.
    pub far: Tally,
    /// Buildings that those within `far` belong to.
    pub buildings: u32,
    /// How many of those within `far` count though it is not known that they should: windows unknown and, after dark,
    /// also light inside unknown.
    pub unsure: u32,
    /// Distance to the nearest spot that sees it, metres; `None` where none does.
    pub nearest_m: Option<f64>,
}

/// A point of the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Watched {
    /// Its cell; the point is the middle.
    pub cell: Cell,
    /// By day.
    pub day: Seen,
    /// Whether a lamp reaches it with a clear line; `None` where light is unknown.
    pub lit: Option<bool>,
    /// After dark: nobody where no lamp reaches, else the façades of the day but those known to be dark inside. `None`
    /// where light is unknown.
    pub dark: Option<Seen>,
}

/// Who sees what of the public ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Surveillance {
    /// What was asked for.
    pub settings: Settings,
    /// The points, by row from the south, then by column from the west.
    pub points: Vec<Watched>,
    grid: Grid,
    /// The longest reach of a lamp, metres.
    lamps_m: f64,
}

impl Surveillance {
    /// The grid, anchored at the origin of the CRS.
    #[must_use]
    pub const fn grid(&self) -> Grid {
        self.grid
    }

    /// Where a cell's point is: in its middle, metres.
    #[must_use]
    pub fn place(&self, cell: Cell) -> [f64; 2] {
        middle(self.grid, cell)
    }
}

fn middle(grid: Grid, cell: Cell) -> [f64; 2] {
    [cell.column, cell.row].map(|index| (f64::from(index) + 0.5) * grid.side_m())
}

/// Makes the surveillance map of a site.
///
/// - `site`: ground, obstacles, façades and light
/// - `settings`: spacing 1 to 1 000 m, `near` at most `far`, `far` at most 1 000 m, height at most 100 m
/// - returns a point for each cell whose middle is on public ground and in no building (a middle on a west or south border
///   is in, on others out); none where there is no ground
///
/// A façade sees a point when the point is on its outer side and lines from an unbroken part of it, at least 1 cm long, are
/// clear to it, at the height of the façade's eyes and of what is seen. Exact in the plane, nothing is sampled but the
/// ground. The same bytes for any order of input and number of threads.
///
/// Cost O(p k log k) for p points with k edges and façades within `far`; low obstacles between cost extra, at most k times.
/// Memory about 110 bytes a point.
///
/// # Errors
/// `SightLengthOutOfRange` for settings, `TooManyMapPoints` beyond 20 million.
pub fn surveillance(site: &Site, settings: &Settings) -> Result<Surveillance, Error> {
    let (grid, cells) = cells(site, settings)?;
    let points = watched(site, settings, grid, &cells);
    Ok(Surveillance { settings: *settings, points, grid, lamps_m: site.furthest_lamp_m() })
}

/// The map after an edit, from the map before it.
///
/// - `map`: the map before
/// - `site`: the site after
/// - `changes`: what was added, removed, moved or changed, as it was and as it is: [`super::changed`]
///
/// Points within `far`, or a lamp's reach, of a change are computed again, and all points that are new; others are kept. Equal,
/// byte for byte, to [`surveillance`] of the new site, if nothing else changed. Cost O(all points) for copying,
/// else as that for the points near the changes.
///
/// # Errors
/// As [`surveillance`].
pub fn update(map: &Surveillance, site: &Site, changes: &[Change]) -> Result<Surveillance, Error> {
    let (grid, cells) = cells(site, &map.settings)?;
    let lamps_m = site.furthest_lamp_m();
    let lamp_margin = map.lamps_m.max(lamps_m);
    let near: Vec<(Bbox, f64)> = changes
        .iter()
        .map(|change| {
            let margin = match change.thing {
                Thing::Obstacle => map.settings.far.0.max(lamp_margin),
                Thing::Facade => map.settings.far.0,
                Thing::Lamp => lamp_margin,
                Thing::Ground => 0.0,
            };
            // One cell more, so that a rounded sum cannot leave out a point.
            (change.bbox, (margin + grid.side_m()) * (margin + grid.side_m()))
        })
        .collect();
    let reach = near.iter().fold(Bbox::EMPTY, |all, (bbox, margin2)| all.with(bbox.grown(margin2.sqrt())));
    let touched = |[x, y]: [f64; 2]| {
        let away = |bbox: &Bbox| [(bbox.min_x - x).max(x - bbox.max_x), (bbox.min_y - y).max(y - bbox.max_y)];
        let square = |away: [f64; 2]| away.map(|part| part.max(0.0) * part.max(0.0)).iter().sum::<f64>();
        let outside = x < reach.min_x || x > reach.max_x || y < reach.min_y || y > reach.max_y;
        !outside && near.iter().any(|(bbox, margin2)| square(away(bbox)) <= *margin2)
    };
    let by_row = |cell: Cell| (cell.row, cell.column);
    let mut old = map.points.iter().peekable();
    let mut points = Vec::with_capacity(cells.len());
    let mut again = Vec::new();
    for &cell in &cells {
        while old.next_if(|point| by_row(point.cell) < by_row(cell)).is_some() {}
        match old.peek() {
            Some(point) if point.cell == cell && !touched(middle(grid, cell)) => points.push(Some(**point)),
            _ => {
                points.push(None);
                again.push(cell);
            }
        }
    }
    let mut fresh = watched(site, &map.settings, grid, &again).into_iter();
    let points = points.into_iter().filter_map(|point| point.or_else(|| fresh.next())).collect();
    Ok(Surveillance { settings: map.settings, points, grid, lamps_m })
}

fn cells(site: &Site, settings: &Settings) -> Result<(Grid, Vec<Cell>), Error> {
    settings.checked()?;
    let refused =
        || Error::SightLengthOutOfRange { value: settings.spacing.0.to_string(), range: "1–1000 m".to_owned() };
    let grid = Grid::new(settings.spacing).ok_or_else(refused)?;
    Ok((grid, ground::cells(site, grid, settings.seen_height.0)?))
}

/// Watches each cell's point; in the order of the cells.
fn watched(site: &Site, settings: &Settings, grid: Grid, cells: &[Cell]) -> Vec<Watched> {
    let tile = |cell: Cell| (cell.row.div_euclid(TILE), cell.column.div_euclid(TILE));
    let mut in_tiles: Vec<((i32, i32), usize)> =
        cells.iter().zip(0..).map(|(&cell, index)| (tile(cell), index)).collect();
    in_tiles.par_sort_unstable();
    let tiles: Vec<&[((i32, i32), usize)]> = in_tiles.chunk_by(|a, b| a.0 == b.0).collect();
    let look = |watch: &mut Watch, tile: &&[((i32, i32), usize)]| {
        watch.go_to(&Bbox::around(tile.iter().map(|&(_, index)| middle(grid, cells[index]))));
        let point = |&(_, index): &((i32, i32), usize)| (index, one(watch, site, settings, grid, cells[index]));
        tile.iter().map(point).collect::<Vec<(usize, Watched)>>()
    };
    let mut points: Vec<(usize, Watched)> =
        tiles.par_iter().map_init(|| Watch::new(site, *settings), look).flatten_iter().collect();
    points.par_sort_unstable_by_key(|(index, _)| *index);
    points.into_iter().map(|(_, point)| point).collect()
}

fn one(watch: &mut Watch, site: &Site, settings: &Settings, grid: Grid, cell: Cell) -> Watched {
    let point = middle(grid, cell);
    watch.at(point);
    let day = tallied(site, settings, &watch.found, |facade| Some(facade.windows == Windows::Present));
    let lit = watch.lit(point);
    let after_dark = |facade: &super::Facade| {
        let sure = facade.windows == Windows::Present && facade.lit_inside.is_some();
        (facade.lit_inside != Some(false)).then_some(sure)
    };
    let dark = lit.map(|lit| if lit { tallied(site, settings, &watch.found, after_dark) } else { Seen::default() });
    Watched { cell, day, lit, dark }
}

/// Counts lines; `sure` says whether a façade counts and whether that is known.
fn tallied(
    site: &Site,
    settings: &Settings,
    lines: &[SightLine],
    sure: impl Fn(&super::Facade) -> Option<bool>,
) -> Seen {
    let mut seen = Seen::default();
    let mut buildings: Vec<u32> = Vec::new();
    for line in lines {
        let facade = &site.facades[line.facade as usize];
        let Some(sure) = sure(facade) else { continue };
        if line.distance_m <= settings.near.0 {
            seen.near.add(facade.kind);
        }
        seen.far.add(facade.kind);
        seen.unsure += u32::from(!sure);
        buildings.push(facade.building);
        seen.nearest_m = Some(seen.nearest_m.map_or(line.distance_m, |nearest| nearest.min(line.distance_m)));
    }
    buildings.sort_unstable();
    buildings.dedup();
    seen.buildings = u32::try_from(buildings.len()).unwrap_or(u32::MAX);
    seen
}
