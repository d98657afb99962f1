//! The points of the public ground: middles of grid cells that are inside it and outside buildings.

use geo::{LineString, Polygon};

use super::Error;
use super::site::Site;
use crate::domain::{Cell, Grid};

/// Most points of a map.
const MOST_POINTS: u64 = 20_000_000;

/// Most places where rows of the grid may cross outlines.
const MOST_CROSSINGS: u64 = 50_000_000;

/// Cells of a row, from the first up to but not with the last.
type Span = (i32, [i32; 2]);

/// Where outlines cross the rows of a grid.
struct Rows {
    side: f64,
    first: i32,
    last: i32,
    left: u64,
}

impl Rows {
    fn too_many(&self) -> Error {
        Error::TooManyMapPoints { spacing: self.side.to_string(), most: MOST_POINTS }
    }

    /// The first row or column whose middle is at or beyond the coordinate.
    #[expect(clippy::cast_possible_truncation, reason = "coordinates are at most 10⁸ m and cells at least 1 m wide")]
    fn at_or_beyond(&self, coordinate: f64) -> i32 {
        (coordinate / self.side - 0.5).ceil() as i32
    }

    /// Adds the spans inside edges, by the even-odd rule. A middle on a west or south edge is inside, on others not.
    fn fill(&mut self, edges: impl Iterator<Item = [[f64; 2]; 2]>, into: &mut Vec<Span>) -> Result<(), Error> {
        let mut crossings: Vec<(i32, f64)> = Vec::new();
        for [a, b] in edges {
            let (low, high) = if a[1] <= b[1] { (a, b) } else { (b, a) };
            let rows = self.at_or_beyond(low[1]).max(self.first)..self.at_or_beyond(high[1]).min(self.last);
            self.left = self.left.checked_sub(rows.len() as u64).ok_or_else(|| self.too_many())?;
            crossings.extend(rows.map(|row| {
                let share = ((f64::from(row) + 0.5) * self.side - low[1]) / (high[1] - low[1]);
                (row, low[0] + share * (high[0] - low[0]))
            }));
        }
        crossings.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for row in crossings.chunk_by(|a, b| a.0 == b.0) {
            for pair in row.chunks_exact(2) {
                let columns = [self.at_or_beyond(pair[0].1), self.at_or_beyond(pair[1].1)];
                if columns[0] < columns[1] {
                    into.push((pair[0].0, columns));
                }
            }
        }
        Ok(())
    }
}

fn edges(part: &Polygon<f64>) -> impl Iterator<Item = [[f64; 2]; 2]> {
    let rings = std::iter::once(part.exterior()).chain(part.interiors());
    rings.flat_map(LineString::lines).map(|line| [[line.start.x, line.start.y], [line.end.x, line.end.y]])
}

/// Sorts spans and joins those that meet.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for (row, columns) in spans {
        match joined.last_mut() {
            Some((last_row, last)) if *last_row == row && columns[0] <= last[1] => last[1] = last[1].max(columns[1]),
            _ => joined.push((row, columns)),
        }
    }
    joined
}

/// Cells whose middle is in the ground and not in a solid that is higher than `seen_m`; by row, then column.
///
/// Cost O(c log c + points), for c crossings of outlines with rows.
pub(super) fn cells(site: &Site, grid: Grid, seen_m: f64) -> Result<Vec<Cell>, Error> {
    let mut rows = Rows { side: grid.side_m(), first: i32::MIN, last: i32::MAX, left: MOST_CROSSINGS };
    let mut ground = Vec::new();
    for part in &site.ground {
        rows.fill(edges(part), &mut ground)?;
    }
    let ground = joined(ground);
    let (Some(first), Some(last)) = (ground.first(), ground.last()) else { return Ok(Vec::new()) };
    let points: u64 = ground.iter().map(|(_, columns)| u64::from(columns[1].abs_diff(columns[0]))).sum();
    if points > MOST_POINTS {
        return Err(rows.too_many());
    }
    (rows.first, rows.last) = (first.0, last.0 + 1);
    let mut built = Vec::new();
    for (body, index) in site.scene.bodies.iter().zip(0..) {
        if body.solid && body.top > seen_m {
            rows.fill(site.scene.edges_of(index).iter().map(|edge| edge.ends), &mut built)?;
        }
    }
    let built = joined(built);
    let mut cells = Vec::new();
    let mut first_built = 0;
    for (row, [mut column, end]) in ground {
        while built.get(first_built).is_some_and(|(at, columns)| (*at, columns[1]) <= (row, column)) {
            first_built += 1;
        }
        for (_, inside) in built[first_built..].iter().take_while(|(at, columns)| *at == row && columns[0] < end) {
            cells.extend((column..inside[0]).map(|column| Cell { column, row }));
            column = column.max(inside[1]);
        }
        cells.extend((column..end).map(|column| Cell { column, row }));
    }
    Ok(cells)
}
