//! Plane geometry of the generator: points, lines, curves and turned rectangles.
//!
//! Only `+ - * /`, `sqrt` and comparisons are used, which every machine computes alike: no sines, no logarithms.

/// Metres east and north.
pub type Point = [f64; 2];

/// `a + b`.
pub fn plus(a: Point, b: Point) -> Point {
    [a[0] + b[0], a[1] + b[1]]
}

/// `a - b`.
pub fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1]]
}

/// `a` scaled by `factor`.
pub fn times(a: Point, factor: f64) -> Point {
    [a[0] * factor, a[1] * factor]
}

/// Scalar product.
pub fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

/// `a` turned a quarter to the left.
pub fn left(a: Point) -> Point {
    [-a[1], a[0]]
}

/// Distance in metres.
pub fn distance(a: Point, b: Point) -> f64 {
    let step = minus(b, a);
    dot(step, step).sqrt()
}

/// `a` with length 1; east where `a` has no length.
pub fn unit(a: Point) -> Point {
    let length = dot(a, a).sqrt();
    if length > 0.0 { times(a, 1.0 / length) } else { [1.0, 0.0] }
}

/// Rounded to centimetres.
pub fn cm(a: Point) -> Point {
    [(a[0] * 100.0).round() / 100.0, (a[1] * 100.0).round() / 100.0]
}

/// A number of things as a real number.
#[expect(clippy::cast_precision_loss, reason = "the town has far fewer than 2^52 of anything")]
pub fn real(count: usize) -> f64 {
    count as f64
}

/// Whole number of times that `step` goes into `length`; at least 1.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1..=100 000 first")]
pub fn pieces(length: f64, step: f64) -> usize {
    (length / step).round().clamp(1.0, 100_000.0) as usize
}

/// The cell of a square lattice that holds the point.
#[expect(clippy::cast_possible_truncation, reason = "SWEREF 99 TM coordinates in cells of metres fit an i32")]
pub fn cell(at: Point, side: f64) -> (i32, i32) {
    ((at[0] / side).floor() as i32, (at[1] / side).floor() as i32)
}

/// The point of the stretch `a`-`b` that is nearest to `p`, and how far along the stretch it lies (0 to 1).
pub fn nearest_on(p: Point, a: Point, b: Point) -> (Point, f64) {
    let step = minus(b, a);
    let square = dot(step, step);
    let t = if square > 0.0 { (dot(minus(p, a), step) / square).clamp(0.0, 1.0) } else { 0.0 };
    (plus(a, times(step, t)), t)
}

/// Distance from a point to a line; infinite where the line has fewer than two vertices.
pub fn distance_to_line(p: Point, line: &[Point]) -> f64 {
    let each = line.windows(2).map(|part| distance(p, nearest_on(p, part[0], part[1]).0));
    each.fold(f64::INFINITY, f64::min)
}

/// Length of a line.
pub fn length(line: &[Point]) -> f64 {
    line.windows(2).map(|part| distance(part[0], part[1])).sum()
}

/// The point `s` metres along the line, clamped to its ends, and the line's direction there.
pub fn along(line: &[Point], s: f64) -> (Point, Point) {
    let mut rest = s.max(0.0);
    let mut last = (line.first().copied().unwrap_or_default(), [1.0, 0.0]);
    for part in line.windows(2) {
        let size = distance(part[0], part[1]);
        let direction = unit(minus(part[1], part[0]));
        if rest <= size {
            return (plus(part[0], times(direction, rest)), direction);
        }
        rest -= size;
        last = (part[1], direction);
    }
    last
}

/// The part of a line between two distances from its start.
pub fn stretch(line: &[Point], from: f64, to: f64) -> Vec<Point> {
    let mut part = vec![along(line, from).0];
    let mut walked = 0.0;
    for pair in line.windows(2) {
        walked += distance(pair[0], pair[1]);
        if walked > from && walked < to {
            part.push(pair[1]);
        }
    }
    part.push(along(line, to).0);
    part
}

/// Whether the point lies inside the ring (first vertex not repeated); a point on the edge may fall either way.
pub fn inside(p: Point, ring: &[Point]) -> bool {
    let mut odd = false;
    for (index, &b) in ring.iter().enumerate() {
        let a = ring[(index + ring.len() - 1) % ring.len()];
        if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0] + (b[0] - a[0]) * (p[1] - a[1]) / (b[1] - a[1]) {
            odd = !odd;
        }
    }
    odd
}

/// A smooth curve through every control point (cubic Hermite), with a vertex about every `step` metres.
pub fn curve(control: &[Point], step: f64) -> Vec<Point> {
    let heading = |index: usize| {
        let before = control[index.saturating_sub(1)];
        let after = control[(index + 1).min(control.len() - 1)];
        unit(minus(after, before))
    };
    let mut line = Vec::new();
    for index in 0..control.len().saturating_sub(1) {
        let (a, b) = (control[index], control[index + 1]);
        let size = distance(a, b);
        let (leave, arrive) = (times(heading(index), size), times(heading(index + 1), size));
        let count = pieces(size, step);
        for piece in 0..count {
            let t = real(piece) / real(count);
            let (t2, t3) = (t * t, t * t * t);
            let ends = plus(times(a, 2.0 * t3 - 3.0 * t2 + 1.0), times(b, 3.0 * t2 - 2.0 * t3));
            let turns = plus(times(leave, t3 - 2.0 * t2 + t), times(arrive, t3 - t2));
            line.push(plus(ends, turns));
        }
    }
    line.extend(control.last());
    line
}

/// Where two stretches, each from its first point to its second, cross or touch; `None` where they do not or are parallel.
pub fn crossing(one: [Point; 2], two: [Point; 2]) -> Option<Point> {
    let (along_one, along_two, between) = (minus(one[1], one[0]), minus(two[1], two[0]), minus(two[0], one[0]));
    let area = |a: Point, b: Point| a[0] * b[1] - a[1] * b[0];
    let whole = area(along_one, along_two);
    if whole == 0.0 {
        return None;
    }
    let (at_one, at_two) = (area(between, along_two) / whole, area(between, along_one) / whole);
    let hit = (0.0..=1.0).contains(&at_one) && (0.0..=1.0).contains(&at_two);
    hit.then(|| plus(one[0], times(along_one, at_one)))
}

/// A turned rectangle: `axis` runs along its front, which is the side that `left(axis)` points away from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Centre.
    pub centre: Point,
    /// Direction of the front, length 1.
    pub axis: Point,
    /// Half the front and half the depth, in metres.
    pub half: [f64; 2],
}

impl Rect {
    /// The point at `x` half fronts along the axis and `y` half depths from the centre (front is `y = -1`).
    pub fn at(&self, x: f64, y: f64) -> Point {
        plus(self.centre, plus(times(self.axis, x * self.half[0]), times(left(self.axis), y * self.half[1])))
    }

    /// Corners, counter-clockwise from the front's start.
    pub fn corners(&self) -> [Point; 4] {
        [self.at(-1.0, -1.0), self.at(1.0, -1.0), self.at(1.0, 1.0), self.at(-1.0, 1.0)]
    }

    fn local(&self, p: Point) -> Point {
        let from = minus(p, self.centre);
        [dot(from, self.axis), dot(from, left(self.axis))]
    }

    /// Whether the stretch `a`-`b` comes nearer than `clearance` along either axis (Liang and Barsky's clipping).
    pub fn meets(&self, a: Point, b: Point, clearance: f64) -> bool {
        let (a, b) = (self.local(a), self.local(b));
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        for side in 0..2 {
            let reach = self.half[side] + clearance;
            let step = b[side] - a[side];
            if step.abs() < 1e-12 {
                if a[side].abs() > reach {
                    return false;
                }
            } else {
                let (enter, leave) = ((-reach - a[side]) / step, (reach - a[side]) / step);
                from = from.max(enter.min(leave));
                to = to.min(enter.max(leave));
            }
        }
        from <= to
    }

    /// Whether the two come nearer than `gap` (separating axes).
    pub fn overlaps(&self, other: &Self, gap: f64) -> bool {
        let apart = minus(other.centre, self.centre);
        let reach = |rect: &Self, axis: Point| {
            rect.half[0] * dot(rect.axis, axis).abs() + rect.half[1] * dot(left(rect.axis), axis).abs()
        };
        [self.axis, left(self.axis), other.axis, left(other.axis)]
            .into_iter()
            .all(|axis| dot(apart, axis).abs() < reach(self, axis) + reach(other, axis) + gap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_passes_through_its_control_points() {
        let control = [[0.0, 0.0], [100.0, 20.0], [160.0, 120.0]];
        let line = curve(&control, 20.0);
        assert!(control.iter().all(|point| line.contains(point)));
        assert!(line.len() > 8);
    }

    #[test]
    fn the_point_70_m_along_a_right_angle_is_20_m_up_its_second_leg() {
        let line = [[0.0, 0.0], [50.0, 0.0], [50.0, 50.0]];
        assert_eq!(along(&line, 70.0), ([50.0, 20.0], [0.0, 1.0]));
        assert_eq!(length(&stretch(&line, 10.0, 70.0)), 60.0);
        assert_eq!(along(&line, 1e9).0, [50.0, 50.0]);
    }

    #[test]
    fn rectangles_that_touch_overlap_only_with_a_gap() {
        let one = Rect { centre: [0.0, 0.0], axis: [1.0, 0.0], half: [5.0, 5.0] };
        let two = Rect { centre: [10.0, 0.0], ..one };
        assert!(!one.overlaps(&two, 0.0) && one.overlaps(&two, 0.1));
        assert!(one.meets([-20.0, 6.0], [20.0, 6.0], 1.5) && !one.meets([-20.0, 6.0], [20.0, 6.0], 0.5));
    }

    #[test]
    fn crossings_are_found_between_the_ends_only() {
        assert_eq!(crossing([[0.0, 0.0], [10.0, 0.0]], [[5.0, -5.0], [5.0, 5.0]]), Some([5.0, 0.0]));
        assert_eq!(crossing([[0.0, 0.0], [10.0, 0.0]], [[15.0, -5.0], [15.0, 5.0]]), None);
        assert_eq!(crossing([[0.0, 0.0], [10.0, 0.0]], [[0.0, 1.0], [10.0, 1.0]]), None);
    }
}
