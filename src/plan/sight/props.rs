//! What must hold whatever the scene.

use proptest::prelude::*;

use super::hand::{scene, solid, wall};
use super::*;
use crate::domain::Metres;

fn place() -> impl Strategy<Value = [f64; 2]> {
    // A lattice of whole metres: touching, collinear and equal things are common there.
    prop_oneof![
        3 => (0_i32..20, 0_i32..20).prop_map(|(x, y)| [f64::from(x), f64::from(y)]),
        1 => (0.0..20.0, 0.0..20.0).prop_map(|(x, y): (f64, f64)| [x, y]),
    ]
}

fn top() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![Just(None), (0_i32..6).prop_map(|top| Some(f64::from(top)))]
}

fn obstacle() -> impl Strategy<Value = Obstacle> {
    (prop::collection::vec(place(), 1..6), any::<bool>(), top())
        .prop_map(|(line, is_solid, top)| if is_solid { solid(&line, top) } else { wall(&line, top) })
}

fn obstacles() -> impl Strategy<Value = Vec<Obstacle>> {
    prop::collection::vec(obstacle(), 0..8)
}

fn eye() -> impl Strategy<Value = Eye> {
    (place(), 0_i32..6).prop_map(|(at, height)| Eye { at, height_m: f64::from(height) })
}

fn area(obstacles: &[Obstacle], eye: Eye) -> f64 {
    visibility(&scene(obstacles), eye, Metres(15.0)).expect("usable").area_m2()
}

fn moved(obstacles: &[Obstacle], by: impl Fn([f64; 2]) -> [f64; 2] + Copy) -> Vec<Obstacle> {
    use geo::MapCoords;
    let by = |at: Coord<f64>| Coord::from(by([at.x, at.y]));
    let shape = |shape: &Shape| match shape {
        Shape::Solid(outline) => Shape::Solid(outline.map_coords(by)),
        Shape::Wall(line) => Shape::Wall(line.map_coords(by)),
    };
    obstacles.iter().map(|kept| Obstacle { shape: shape(&kept.shape), top_m: kept.top_m }).collect()
}

/// Whether the spot is well inside the view: by the ray from the viewpoint and a margin on both sides of it.
fn well_inside(view: &View, spot: [f64; 2]) -> Option<bool> {
    let to = minus(spot, view.from);
    let border = view.borders.iter().find(|border| {
        let clear = |turn: f64| turn > 1e-6;
        clear(cross(border.from, to)) && clear(cross(to, border.to)) && dot(to, border.from) > -100.0
    })?;
    if border.obstacle.is_none() {
        return Some(true);
    }
    let beyond = cross(minus(border.to, border.from), minus(to, border.from));
    (beyond.abs() > 1e-6).then_some(beyond > 0.0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_sees_b_when_b_sees_a(obstacles in obstacles(), a in eye(), b in eye()) {
        let scene = scene(&obstacles);
        prop_assert_eq!(scene.sees(a, b), scene.sees(b, a));
    }

    #[test]
    fn the_order_of_obstacles_and_of_their_vertices_changes_no_byte(obstacles in obstacles(), eye in eye()) {
        let mut turned: Vec<Obstacle> = obstacles.iter().rev().cloned().collect();
        for kept in &mut turned {
            if let Shape::Wall(line) = &mut kept.shape {
                line.0.reverse();
            } else if let Shape::Solid(outline) = &mut kept.shape {
                outline.exterior_mut(|ring| {
                    ring.0.pop();
                    let by = ring.0.len().min(1);
                    ring.0.rotate_left(by);
                    ring.0.reverse();
                    ring.close();
                });
            }
        }
        prop_assert_eq!(area(&obstacles, eye).to_bits(), area(&turned, eye).to_bits());
    }

    #[test]
    fn one_more_obstacle_never_shows_more(obstacles in obstacles(), more in obstacle(), eye in eye(), other in eye()) {
        let with: Vec<Obstacle> = obstacles.iter().cloned().chain([more]).collect();
        prop_assert!(area(&with, eye) <= area(&obstacles, eye) + 1e-6);
        let (scene, with) = (scene(&obstacles), scene(&with));
        prop_assert!(scene.sees(eye, other) == Ok(true) || with.sees(eye, other) == Ok(false));
    }

    #[test]
    fn shift_and_rotation_change_areas_by_rounding_only(obstacles in obstacles(), eye in eye(), angle in 0.0..6.3_f64) {
        let before = area(&obstacles, eye);
        let shift = |[x, y]: [f64; 2]| [x + 580_000.0, y + 6_600_000.0];
        // Whole metres stay whole: nothing that touches is torn apart.
        let whole = moved(&obstacles, |at| at.map(f64::round));
        let at = eye.at.map(f64::round);
        let shifted = area(&moved(&whole, shift), Eye { at: shift(at), ..eye });
        let unshifted = area(&whole, Eye { at, ..eye });
        prop_assert!((shifted - unshifted).abs() < 1e-6);
        let quarter = |[x, y]: [f64; 2]| [-y, x];
        let turned = area(&moved(&obstacles, quarter), Eye { at: quarter(eye.at), ..eye });
        prop_assert!((turned - before).abs() < 1e-6, "{} and {}", turned, before);
        // Any angle: the viewpoint stays where a corner or wall that it is on may come to be beside it, so not there.
        let (sin, cos) = angle.sin_cos();
        let turn = |[x, y]: [f64; 2]| [x * cos - y * sin, x * sin + y * cos];
        let aside = Eye { at: [eye.at[0] + 0.123_456_7, eye.at[1] + 0.076_543_21], ..eye };
        let turned = area(&moved(&obstacles, turn), Eye { at: turn(aside.at), ..aside });
        let unturned = area(&obstacles, aside);
        prop_assert!((turned - unturned).abs() < 1e-6);
    }

    #[test]
    fn what_is_in_the_view_is_seen_and_what_is_not_is_not(obstacles in obstacles(), eye in eye(), spot in place()) {
        let scene = scene(&obstacles);
        let view = visibility(&scene, eye, Metres(40.0)).expect("usable");
        if let Some(inside) = well_inside(&view, spot) {
            let seen = scene.sees(eye, Eye { at: spot, ..eye }).expect("usable");
            prop_assert_eq!(seen, inside, "{:?}", view);
        }
    }

    #[test]
    fn borders_go_round_once_without_gaps(obstacles in obstacles(), eye in eye()) {
        let view = visibility(&scene(&obstacles), eye, Metres(15.0)).expect("usable");
        prop_assert!(view.area_m2() >= 0.0 && view.area_m2() <= std::f64::consts::PI * 225.0 * (1.0 + 1e-9));
        for border in &view.borders {
            prop_assert!(cross(border.from, border.to) >= -1e-9, "{:?}", border);
            prop_assert!(dot(border.to, border.to) <= 225.0 * (1.0 + 1e-9));
        }
        prop_assert!(geo::Area::unsigned_area(&view.polygon()) <= view.area_m2() + 1e-6);
    }

    #[test]
    fn no_number_makes_it_panic(
        line in prop::collection::vec((any::<f64>(), any::<f64>()), 0..5),
        tops in (any::<f64>(), any::<bool>()),
        a in (any::<f64>(), any::<f64>(), any::<f64>()),
        reach in any::<f64>(),
        large in 1.0..1e8_f64,
    ) {
        let line: Vec<[f64; 2]> = line.into_iter().map(|(x, y)| [x, y]).collect();
        let fit = |c: f64| if c.is_finite() { c.sin() * large } else { 0.0 };
        let fits: Vec<[f64; 2]> = line.iter().map(|at| at.map(fit)).collect();
        for line in [line, fits] {
            let top = tops.1.then_some(tops.0);
            let Ok(scene) = Scene::new(&[solid(&line, top), wall(&line, top)]) else { continue };
            for at in [[a.0, a.1], [0.0, 0.0], line.first().copied().unwrap_or_default()] {
                let eye = Eye { at, height_m: a.2 };
                let _ = visibility(&scene, eye, Metres(reach)).map(|view| (view.polygon(), view.area_m2()));
                let _ = visibility(&scene, Eye { at, height_m: 0.0 }, Metres(50.0)).map(|view| view.polygon());
                let _ = scene.sees(eye, Eye { at: [0.0, 0.0], height_m: 0.0 });
            }
        }
    }
}
