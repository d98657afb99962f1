//! Scenes worked by hand.

use geo::{LineString, Polygon};

use super::*;
use crate::domain::Metres;

pub(super) fn solid(ring: &[[f64; 2]], top_m: Option<f64>) -> Obstacle {
    Obstacle { shape: Shape::Solid(Polygon::new(LineString::from(ring.to_vec()), Vec::new())), top_m }
}

pub(super) fn rectangle([x0, y0, x1, y1]: [f64; 4], top_m: Option<f64>) -> Obstacle {
    solid(&[[x0, y0], [x1, y0], [x1, y1], [x0, y1]], top_m)
}

pub(super) fn wall(line: &[[f64; 2]], top_m: Option<f64>) -> Obstacle {
    Obstacle { shape: Shape::Wall(LineString::from(line.to_vec())), top_m }
}

pub(super) fn scene(obstacles: &[Obstacle]) -> Scene {
    Scene::new(obstacles).expect("usable")
}

fn eye(x: f64, y: f64) -> Eye {
    Eye { at: [x, y], height_m: 1.5 }
}

fn area(obstacles: &[Obstacle], x: f64, y: f64, reach: f64) -> f64 {
    visibility(&scene(obstacles), eye(x, y), Metres(reach)).expect("usable").area_m2()
}

fn sees(obstacles: &[Obstacle], a: [f64; 2], b: [f64; 2]) -> bool {
    let scene = scene(obstacles);
    let [a, b] = [a, b].map(|[x, y]| eye(x, y));
    let there = scene.sees(a, b).expect("usable");
    assert_eq!(scene.sees(b, a).expect("usable"), there);
    there
}

fn close(got: f64, want: f64) {
    assert!((got - want).abs() <= 1e-9 * want.abs().max(1.0), "{got} instead of {want}");
}

fn room(half: f64) -> Obstacle {
    wall(&[[-half, -half], [half, -half], [half, half], [-half, half], [-half, -half]], None)
}

#[test]
fn with_nothing_in_the_way_the_whole_circle_is_seen() {
    close(area(&[], 3.0, 4.0, 10.0), 100.0 * std::f64::consts::PI);
}

#[test]
fn one_wall_cuts_off_a_segment_of_the_circle() {
    // A wall at x = 5 that spans the circle of 10: the half angle is 60°, so the sector loses 100 (π/3 − √3/4).
    let lost = 100.0 * (std::f64::consts::FRAC_PI_3 - 3.0_f64.sqrt() / 4.0);
    let long = wall(&[[5.0, -50.0], [5.0, 50.0]], None);
    close(area(&[long], 0.0, 0.0, 10.0), 100.0 * std::f64::consts::PI - lost);
    // A short one from (5, −5) to (5, 5): the sector of 90° becomes a triangle of 25.
    let short = wall(&[[5.0, -5.0], [5.0, 5.0]], None);
    close(area(&[short], 0.0, 0.0, 10.0), 75.0 * std::f64::consts::PI + 25.0);
}

#[test]
fn in_a_square_room_the_room_is_seen_and_no_more() {
    for [x, y] in [[0.0, 0.0], [3.0, -4.0], [4.9, 4.9]] {
        close(area(&[room(5.0)], x, y, 100.0), 100.0);
    }
}

#[test]
fn in_an_l_shaped_room_the_far_arm_is_in_part_hidden() {
    // 20 by 10 and 10 by 20; from (18, 5) the corner (10, 10) hides what is above the line y = 5 + (18 − x) · 5 / 8.
    let l = wall(&[[0.0, 0.0], [20.0, 0.0], [20.0, 10.0], [10.0, 10.0], [10.0, 20.0], [0.0, 20.0], [0.0, 0.0]], None);
    // The line is at y = 10 for x = 10 and y = 16.25 for x = 0: a triangle of 10 · 6.25 / 2 is seen of the upper arm.
    close(area(&[l], 18.0, 5.0, 100.0), 200.0 + 31.25);
}

#[test]
fn a_building_throws_a_shadow() {
    // In a room of 20 by 20, seen from (−8, 0), the building from (−2, −2) to (2, 2) hides itself and a trapezium:
    // lines through (−2, ±2) reach ±6 at x = 10. Area for x from −2 to 10: (4 + 12) / 2 · 12 = 96.
    let building = rectangle([-2.0, -2.0, 2.0, 2.0], None);
    close(area(&[room(10.0), building], -8.0, 0.0, 100.0), 400.0 - 96.0);
}

#[test]
fn a_low_hedge_hides_nothing_and_one_of_unknown_height_does() {
    let building = |top| rectangle([-2.0, -2.0, 2.0, 2.0], top);
    close(area(&[room(10.0), building(Some(1.5))], -8.0, 0.0, 100.0), 400.0);
    close(area(&[room(10.0), building(Some(1.6))], -8.0, 0.0, 100.0), 304.0);
}

#[test]
fn on_a_wall_both_sides_are_seen_and_on_a_building_its_outside() {
    let across = wall(&[[-10.0, 0.0], [10.0, 0.0]], None);
    close(area(&[room(10.0), across.clone()], 0.0, 0.0, 100.0), 400.0);
    close(area(&[room(10.0), across], 0.0, 1e-12, 100.0), 200.0);
    let half = rectangle([-10.0, -10.0, 10.0, 0.0], None);
    close(area(&[room(10.0), half.clone()], 0.0, 0.0, 100.0), 200.0);
    close(area(&[room(10.0), half], -7.0, 0.0, 100.0), 200.0);
    let block = rectangle([0.0, 0.0, 10.0, 10.0], None);
    close(area(&[room(10.0), block.clone()], 0.0, 0.0, 100.0), 300.0);
    close(area(&[room(10.0), block.clone()], 0.0, 5.0, 100.0), 200.0);
    assert_eq!(area(&[room(10.0), block], 5.0, 5.0, 100.0), 0.0);
}

#[test]
fn a_yard_is_seen_from_within_and_from_nowhere_else() {
    let ring = |half: f64| LineString::from(vec![[-half, -half], [half, -half], [half, half], [-half, half]]);
    let block = Obstacle { shape: Shape::Solid(Polygon::new(ring(10.0), vec![ring(4.0)])), top_m: None };
    close(area(std::slice::from_ref(&block), 1.0, 1.0, 100.0), 64.0);
    assert!(sees(std::slice::from_ref(&block), [-3.0, 0.0], [3.0, 3.0]));
    assert!(!sees(std::slice::from_ref(&block), [-3.0, 0.0], [-11.0, 0.0]));
    assert!(!sees(&[block], [-4.0, 0.0], [-10.0, 0.0]), "through the building, from outline to outline");
}

#[test]
fn touching_a_corner_and_running_along_a_wall_are_clear() {
    let block = rectangle([0.0, 0.0, 10.0, 10.0], None);
    let one = std::slice::from_ref(&block);
    assert!(sees(one, [-5.0, 5.0], [5.0, -5.0]), "through the corner at the origin");
    assert!(sees(one, [-5.0, 0.0], [15.0, 0.0]), "along the south side");
    assert!(sees(one, [2.0, 0.0], [8.0, 0.0]), "from a spot on the south side to another");
    assert!(!sees(one, [2.0, 0.0], [8.0, 10.0]), "from side to side through the building");
    assert!(!sees(one, [0.0, 0.0], [10.0, 10.0]), "from corner to corner through the building");
    assert!(!sees(one, [5.0, 5.0], [6.0, 5.0]), "inside");
    assert!(!sees(one, [5.0, 5.0], [5.0, 5.0]), "inside, at one place");
    let line = [wall(&[[0.0, 0.0], [10.0, 0.0]], None)];
    assert!(sees(&line, [-5.0, 0.0], [15.0, 0.0]));
    assert!(sees(&line, [0.0, -5.0], [0.0, 5.0]), "past its end");
    assert!(sees(&line, [5.0, -5.0], [5.0, 0.0]), "up to the wall");
    assert!(!sees(&line, [5.0, -5.0], [5.0, 5.0]));
}

#[test]
fn there_is_no_view_along_a_seam_or_through_a_point_where_corners_meet() {
    let (west, east) = (rectangle([0.0, 0.0, 10.0, 10.0], None), rectangle([10.0, 0.0, 20.0, 10.0], None));
    assert!(!sees(&[west.clone(), east], [10.0, -5.0], [10.0, 15.0]), "along the seam");
    let diagonal = rectangle([10.0, 10.0, 20.0, 20.0], None);
    assert!(!sees(&[west, diagonal], [5.0, 15.0], [15.0, 5.0]), "through the corner of two");
    let bend = [wall(&[[-10.0, -10.0], [0.0, 0.0], [10.0, -10.0]], None)];
    assert!(sees(&bend, [-5.0, 0.0], [5.0, 0.0]), "touches the top of a bend");
    assert!(!sees(&bend, [0.0, 5.0], [0.0, -5.0]), "through the bend");
    let apart = [wall(&[[-10.0, 0.0], [0.0, 0.0]], None), wall(&[[0.0, 0.0], [10.0, 0.0]], None)];
    assert!(!sees(&apart, [0.0, 5.0], [0.0, -5.0]), "where the ends of two walls meet");
}

#[test]
fn an_obstacle_blocks_where_the_line_is_below_its_top() {
    // From 2 m at x = 0 to 10 m at x = 40, the line is at 4 m above x = 10 and at 6 m above x = 20.
    let (low, high) = (Eye { at: [0.0, 0.0], height_m: 2.0 }, Eye { at: [40.0, 0.0], height_m: 10.0 });
    let sees = |obstacle: Obstacle| scene(&[obstacle]).sees(low, high).expect("usable");
    let fence = |top| wall(&[[10.0, -5.0], [10.0, 5.0]], Some(top));
    assert!(sees(fence(4.0)) && !sees(fence(4.001)));
    let house = |top| rectangle([10.0, -5.0, 20.0, 5.0], Some(top));
    assert!(sees(house(4.0)) && !sees(house(4.001)));
    let around = |top| rectangle([-10.0, -5.0, 20.0, 5.0], Some(top));
    assert!(sees(around(2.0)) && !sees(around(2.001)), "an eye on a roof");
    assert!(!sees(wall(&[[10.0, -5.0], [10.0, 5.0]], None)));
}

#[test]
fn outlines_that_cross_repeat_or_have_no_length_do_no_harm() {
    let bow = solid(&[[0.0, 0.0], [10.0, 10.0], [10.0, 0.0], [0.0, 10.0]], None);
    assert!(!sees(std::slice::from_ref(&bow), [-1.0, 5.0], [11.0, 5.0]));
    assert!(sees(&[bow], [5.0, 9.0], [5.0, 5.5]), "a notch between the crossing and the top");
    let many = solid(&[[0.0, 0.0], [0.0, 0.0], [10.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0], [0.0, 0.0]], None);
    let simple = rectangle([0.0, 0.0, 10.0, 10.0], None);
    assert_eq!(
        area(&[many], -5.0, 3.0, 30.0).to_bits(),
        area(std::slice::from_ref(&simple), -5.0, 3.0, 30.0).to_bits()
    );
    let twice = area(&[simple.clone(), simple.clone()], -5.0, 3.0, 30.0);
    close(twice, area(&[simple], -5.0, 3.0, 30.0));
    for nothing in [solid(&[], None), wall(&[], None), wall(&[[1.0, 1.0]], None), solid(&[[1.0, 1.0]; 4], None)] {
        close(area(&[nothing], 1.0, 1.0, 10.0), 100.0 * std::f64::consts::PI);
    }
}

#[test]
fn walls_that_cross_hide_what_is_behind_either() {
    // A cross of two walls through (5, 0), seen from the origin: the nearer arm counts on each side.
    let cross = [wall(&[[3.0, -2.0], [7.0, 2.0]], None), wall(&[[3.0, 2.0], [7.0, -2.0]], None)];
    // Within 10 m, the sector between the directions (3, ±2) is cut to the kite (0,0) (3,−2) (5,0) (3,2): area 10.
    let sector = 100.0 * (2.0_f64 / 3.0).atan();
    close(area(&cross, 0.0, 0.0, 10.0), 100.0 * std::f64::consts::PI - sector + 10.0);
}

#[test]
fn the_polygon_is_inside_the_view_by_at_most_a_centimetre() {
    let view = visibility(&scene(&[rectangle([5.0, 5.0, 9.0, 9.0], None)]), eye(580_000.0, 6_600_000.0), Metres(100.0));
    let view = view.expect("usable");
    let drawn = geo::Area::unsigned_area(&view.polygon());
    assert!(drawn < view.area_m2() && drawn > view.area_m2() - std::f64::consts::TAU * 100.0 * 0.01, "{drawn}");
}

#[test]
fn what_is_not_on_a_map_is_refused() {
    for bad in [f64::NAN, f64::INFINITY, 1e9] {
        let refused = Scene::new(&[room(1.0), wall(&[[0.0, 0.0], [bad, 0.0]], None)]);
        assert_eq!(refused.err(), Some(Error::ObstacleNotUsable { number: 2 }));
        let scene = scene(&[room(1.0)]);
        assert!(matches!(visibility(&scene, eye(bad, 0.0), Metres(1.0)), Err(Error::PlaceNotUsable { .. })));
        assert!(matches!(visibility(&scene, eye(0.0, 0.0), Metres(bad)), Err(Error::SightLengthOutOfRange { .. })));
        assert!(scene.sees(eye(0.0, bad), eye(0.0, 0.0)).is_err());
        assert!(scene.sees(eye(0.0, 0.0), Eye { at: [0.0, 0.0], height_m: bad }).is_err());
    }
    assert!(Scene::new(&[wall(&[[0.0, 0.0], [1.0, 0.0]], Some(f64::NAN))]).is_err());
}
