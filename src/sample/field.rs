//! A thin spread of points: counts neighbours within a radius and refuses a point that would make a crowd.

use std::collections::BTreeMap;

use super::plane::{Point, cell, distance};

/// Points with the number of points within `radius` of each, itself included.
#[derive(Debug, Clone)]
pub struct Field {
    radius: f64,
    points: Vec<(Point, usize)>,
    cells: BTreeMap<(i32, i32), Vec<usize>>,
}

impl Field {
    /// An empty field with this radius in metres.
    pub fn new(radius: f64) -> Self {
        Self { radius, points: Vec::new(), cells: BTreeMap::new() }
    }

    fn near(&self, p: Point) -> Vec<usize> {
        let (column, row) = cell(p, self.radius);
        let around = (column - 1..=column + 1).flat_map(|c| (row - 1..=row + 1).map(move |r| (c, r)));
        let candidates = around.filter_map(|at| self.cells.get(&at)).flatten().copied();
        candidates.filter(|&index| distance(self.points[index].0, p) <= self.radius).collect()
    }

    /// Number of points within the radius.
    pub fn within(&self, p: Point) -> usize {
        self.near(p).len()
    }

    /// Adds a point.
    pub fn add(&mut self, p: Point) {
        let near = self.near(p);
        for &index in &near {
            self.points[index].1 += 1;
        }
        self.cells.entry(cell(p, self.radius)).or_default().push(self.points.len());
        self.points.push((p, near.len() + 1));
    }

    /// Adds a point unless some point would then have more than `most` points within the radius.
    pub fn add_thinly(&mut self, p: Point, most: usize) -> bool {
        let near = self.near(p);
        let thin = near.len() < most && near.iter().all(|&index| self.points[index].1 < most);
        if thin {
            self.add(p);
        }
        thin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_that_would_make_a_crowd_is_refused() {
        let mut field = Field::new(50.0);
        assert!(field.add_thinly([0.0, 0.0], 2));
        assert!(field.add_thinly([50.0, 0.0], 2));
        assert!(!field.add_thinly([25.0, 0.0], 2));
        assert!(!field.add_thinly([100.0, 0.0], 2), "its neighbour at 50 m would have three");
        assert!(field.add_thinly([100.1, 0.0], 2));
        assert_eq!(field.within([60.0, 0.0]), 2);
    }
}
