//! Oriented lines to rings, and rings to areas with holes.

use std::collections::{HashMap, VecDeque};

use geo::coordinate_position::{CoordPos, CoordinatePosition};
use geo::{Area, BoundingRect, Coord, LineString, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::position::SAME_M;

/// The rings that these lines make, each running in its own direction. A line that begins where another ends follows it; where
/// several do, the next in the list goes first, because files list the lines of an area in their order around it.
///
/// A ring whose last line leads nowhere is given as it is, its ends apart. Lines without coordinates are left out. Cost O(n) in
/// vertices.
pub(super) fn rings(lines: &[Vec<Coord<f64>>]) -> Vec<LineString<f64>> {
    let mut from: HashMap<[i64; 2], VecDeque<usize>> = HashMap::new();
    for (index, line) in lines.iter().enumerate() {
        if let Some(first) = line.first() {
            from.entry(cell(*first)).or_default().push_back(index);
        }
    }
    let mut used = vec![false; lines.len()];
    let mut rings = Vec::new();
    for start in 0..lines.len() {
        if used[start] || lines[start].is_empty() {
            continue;
        }
        used[start] = true;
        let mut ring = lines[start].clone();
        let mut last = start;
        while let (Some(begin), Some(end)) = (ring.first().copied(), ring.last().copied()) {
            if ring.len() > 1 && same(begin, end) {
                break;
            }
            let Some(next) = following(lines, &mut from, &used, last, end) else { break };
            used[next] = true;
            last = next;
            ring.extend(&lines[next][1..]);
            // A line of one point leads nowhere on.
            if lines[next].len() == 1 {
                break;
            }
        }
        rings.push(LineString::new(ring));
    }
    rings
}

#[expect(clippy::cast_possible_truncation, reason = "a cell far outside the map is as good as any")]
fn cell(at: Coord<f64>) -> [i64; 2] {
    [(at.x / SAME_M).round() as i64, (at.y / SAME_M).round() as i64]
}

fn same(a: Coord<f64>, b: Coord<f64>) -> bool {
    (a.x - b.x).abs() <= SAME_M && (a.y - b.y).abs() <= SAME_M
}

fn following(
    lines: &[Vec<Coord<f64>>],
    from: &mut HashMap<[i64; 2], VecDeque<usize>>,
    used: &[bool],
    last: usize,
    end: Coord<f64>,
) -> Option<usize> {
    let begins = |index: &usize| !used[*index] && lines[*index].first().is_some_and(|first| same(*first, end));
    let next = Some(last + 1).filter(|next| *next < lines.len());
    if let Some(next) = next.filter(begins) {
        return Some(next);
    }
    let [x, y] = cell(end);
    let around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| [x.saturating_add(dx), y.saturating_add(dy)]));
    for key in around {
        let Some(waiting) = from.get_mut(&key) else { continue };
        // Those in front that are used would else be passed again and again.
        while waiting.front().is_some_and(|index| used[*index]) {
            waiting.pop_front();
        }
        if let Some(found) = waiting.iter().copied().find(|index| begins(index)) {
            return Some(found);
        }
    }
    None
}

/// Areas of rings, whatever their directions: a ring within an odd number of others is a hole of the smallest of them.
///
/// Rings are closed with a straight line. Order: by size, largest first. Cost O(n log n) for rings that do not lie in each
/// other.
pub(super) fn areas(rings: Vec<LineString<f64>>) -> Vec<Polygon<f64>> {
    let mut solid: Vec<Polygon<f64>> = rings.into_iter().map(|ring| Polygon::new(ring, vec![])).collect();
    solid.sort_by(|a, b| b.unsigned_area().total_cmp(&a.unsigned_area()));
    if solid.len() < 2 {
        return solid;
    }
    let boxes = solid.iter().enumerate().filter_map(|(index, area)| {
        let bounds = area.bounding_rect()?;
        let [low, high] = [bounds.min(), bounds.max()];
        Some(GeomWithData::new(Rectangle::from_corners([low.x, low.y], [high.x, high.y]), index))
    });
    let tree = RTree::bulk_load(boxes.collect());
    let around: Vec<Vec<usize>> =
        solid.iter().enumerate().map(|(index, area)| outside(&tree, &solid, index, area)).collect();
    let mut holes: Vec<Vec<LineString<f64>>> = vec![Vec::new(); solid.len()];
    for (index, around) in around.iter().enumerate() {
        // The last of those around is the smallest.
        if let (1, Some(&owner)) = (around.len() % 2, around.last()) {
            holes[owner].push(solid[index].exterior().clone());
        }
    }
    let outer = solid.into_iter().zip(holes).zip(&around).filter(|(_, around)| around.len() % 2 == 0);
    outer.map(|((area, holes), _)| Polygon::new(area.into_inner().0, holes)).collect()
}

/// The larger areas that this one lies in, largest first.
fn outside(
    tree: &RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
    solid: &[Polygon<f64>],
    index: usize,
    area: &Polygon<f64>,
) -> Vec<usize> {
    let Some(first) = area.exterior().0.first() else { return Vec::new() };
    let near = tree.locate_in_envelope_intersecting(AABB::from_point([first.x, first.y]));
    let mut larger: Vec<usize> = near.map(|near| near.data).filter(|other| *other < index).collect();
    larger.sort_unstable();
    larger.retain(|other| lies_in(area, &solid[*other]));
    larger
}

/// Whether the first vertex that is not on the other's boundary lies within it; rings that are the same do not lie in each other.
fn lies_in(area: &Polygon<f64>, other: &Polygon<f64>) -> bool {
    let mut places = area.exterior().coords().map(|at| other.coordinate_position(at));
    places.find(|place| *place != CoordPos::OnBoundary) == Some(CoordPos::Inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(f64, f64)]) -> Vec<Coord<f64>> {
        points.iter().map(|(x, y)| Coord { x: *x, y: *y }).collect()
    }

    #[test]
    fn lines_in_any_order_make_the_ring_they_run_round() {
        let lines = [
            line(&[(0.0, 0.0), (10.0, 0.0)]),
            line(&[(10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]),
            line(&[(10.0, 0.0), (10.0, 10.0)]),
        ];
        let found = rings(&lines);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0.len(), 5);
        assert!(found[0].is_closed());
        assert!((areas(found)[0].unsigned_area() - 100.0).abs() < 1e-9);
    }

    #[test]
    fn a_line_that_leads_nowhere_leaves_the_ring_open() {
        let found = rings(&[line(&[(0.0, 0.0), (10.0, 0.0)]), line(&[(10.0, 1.0), (0.0, 0.0)])]);
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|ring| !ring.is_closed()));
        assert!(rings(&[]).is_empty() && rings(&[vec![]]).is_empty());
        assert_eq!(rings(&[line(&[(1.0, 1.0)]), line(&[(1.0, 1.0)])]).len(), 1);
    }

    #[test]
    fn a_ring_in_a_ring_is_a_hole_and_a_ring_in_that_an_island() {
        let square = |low: f64, high: f64| {
            LineString::new(line(&[(low, low), (high, low), (high, high), (low, high), (low, low)]))
        };
        let found = areas(vec![square(4.0, 6.0), square(0.0, 10.0), square(2.0, 8.0), square(20.0, 21.0)]);
        let sizes: Vec<f64> = found.iter().map(Area::unsigned_area).collect();
        assert_eq!(sizes, [100.0 - 36.0, 4.0, 1.0]);
    }
}
