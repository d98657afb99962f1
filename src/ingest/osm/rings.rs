//! Rings from the ways of a multipolygon, and polygons from rings. Pure.

use std::collections::BTreeMap;

use geo::{Contains, LineString, MultiPolygon, Point, Polygon};

/// Closed rings of node ids (the first stands last too) from ways that touch end to end, in the order of the ways.
///
/// `None` where an end is left over or three ends meet: then nobody can tell the rings.
pub fn rings(ways: &[Vec<i64>]) -> Option<Vec<Vec<i64>>> {
    let mut ends: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, way) in ways.iter().enumerate() {
        let (first, last) = (way.first()?, way.last()?);
        if first != last {
            ends.entry(*first).or_default().push(index);
            ends.entry(*last).or_default().push(index);
        }
    }
    if ends.values().any(|at| at.len() != 2) {
        return None;
    }
    let mut used = vec![false; ways.len()];
    let mut rings = Vec::new();
    for start in 0..ways.len() {
        if used[start] {
            continue;
        }
        used[start] = true;
        let mut ring = ways[start].clone();
        while ring.first() != ring.last() {
            let end = *ring.last()?;
            let next = *ends.get(&end)?.iter().find(|&&index| !used[index])?;
            used[next] = true;
            let way = &ways[next];
            if way.first() == Some(&end) {
                ring.extend(&way[1..]);
            } else {
                ring.extend(way.iter().rev().skip(1));
            }
        }
        rings.push(ring);
    }
    rings.iter().all(|ring| ring.len() >= 4).then_some(rings)
}

/// Polygons of outer and inner rings: an inner ring belongs to the first outer one that holds its first vertex.
/// `None` where there is no outer ring, or an inner one lies in none.
pub fn polygons(outer: Vec<LineString<f64>>, inner: Vec<LineString<f64>>) -> Option<MultiPolygon<f64>> {
    let mut polygons: Vec<Polygon<f64>> = outer.into_iter().map(|ring| Polygon::new(ring, Vec::new())).collect();
    for ring in inner {
        let first = Point(*ring.0.first()?);
        let holds = |polygon: &&mut Polygon<f64>| {
            let filled = Polygon::new(polygon.exterior().clone(), Vec::new());
            filled.contains(&first) || polygon.exterior().0.contains(&first.0)
        };
        polygons.iter_mut().find(holds)?.interiors_push(ring);
    }
    (!polygons.is_empty()).then(|| MultiPolygon::new(polygons))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_joined_whichever_way_they_run() {
        let joined = rings(&[vec![1, 2, 3], vec![5, 4, 3], vec![5, 1]]).expect("a ring");
        assert_eq!(joined, [[1, 2, 3, 4, 5, 1]]);
        assert_eq!(rings(&[vec![1, 2, 3, 1], vec![7, 8, 9, 7]]).expect("two rings").len(), 2);
    }

    #[test]
    fn what_does_not_close_is_no_ring() {
        assert_eq!(rings(&[vec![1, 2, 3], vec![3, 4]]), None);
        assert_eq!(rings(&[vec![1, 2], vec![2, 3], vec![2, 4], vec![4, 1], vec![3, 1]]), None, "three ends meet");
        assert_eq!(rings(&[vec![1, 2, 1]]), None, "no area");
        assert_eq!(rings(&[vec![]]), None);
        assert_eq!(rings(&[]), Some(Vec::new()));
    }

    #[test]
    fn a_courtyard_belongs_to_the_house_around_it() {
        let square = |at: f64, side: f64| {
            let corners = [(at, at), (at + side, at), (at + side, at + side), (at, at + side), (at, at)];
            LineString::from(corners.to_vec())
        };
        let made = polygons(vec![square(0.0, 10.0), square(20.0, 10.0)], vec![square(24.0, 2.0)]).expect("areas");
        assert_eq!((made.0[0].interiors().len(), made.0[1].interiors().len()), (0, 1));
        assert_eq!(polygons(vec![square(0.0, 10.0)], vec![square(50.0, 2.0)]), None);
        assert_eq!(polygons(Vec::new(), Vec::new()), None);
    }
}
