//! The surveillance map: worked by hand, against sampled sight lines, on threads, and after edits.

use geo::{LineString, MultiPolygon, Polygon};
use proptest::prelude::*;

use super::hand::{rectangle, scene, wall};
use super::*;
use crate::domain::{Cell, Metres};

fn ground([x0, y0, x1, y1]: [f64; 4]) -> MultiPolygon<f64> {
    let ring = LineString::from(vec![[x0, y0], [x1, y0], [x1, y1], [x0, y1]]);
    MultiPolygon::new(vec![Polygon::new(ring, Vec::new())])
}

fn facade(from: [f64; 2], to: [f64; 2]) -> Facade {
    let kind = FacadeKind::Dwelling;
    Facade { building: 0, kind, line: [from, to], eye_m: 1.6, windows: Windows::Present, lit_inside: Some(true) }
}

/// The façades of a rectangle, all around.
fn facades([x0, y0, x1, y1]: [f64; 4], building: u32, eye_m: f64) -> Vec<Facade> {
    let ring = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
    (0..4).map(|i| Facade { building, eye_m, ..facade(ring[i], ring[(i + 1) % 4]) }).collect()
}

fn settings() -> Settings {
    Settings { spacing: Metres(2.0), ..Settings::default() }
}

fn lines(obstacles: &[Obstacle], facades: Vec<Facade>, point: [f64; 2]) -> Vec<SightLine> {
    let site = Site::new(ground([0.0; 4]), obstacles, facades, Light::Unknown).expect("usable");
    sight_lines(&site, &settings(), point).expect("usable")
}

#[test]
fn a_facade_sees_what_is_on_its_outer_side_and_the_nearest_spot_is_given() {
    // A house to the north of the line from (10, 0) to (0, 0), seen from the south.
    let north = vec![facade([10.0, 0.0], [0.0, 0.0])];
    let line = |point| lines(&[], north.clone(), point).first().copied();
    assert_eq!(line([4.0, -5.0]), None, "behind it");
    let seen = line([4.0, 5.0]).expect("in front of it");
    assert_eq!((seen.spot, seen.distance_m, seen.eye_m), ([4.0, 0.0], 5.0, 1.6));
    assert_eq!(line([13.0, 4.0]).map(|seen| seen.distance_m), Some(5.0));
    assert_eq!(line([4.0, 100.5]), None);
    assert!(line([4.0, 99.5]).is_some());
    assert_eq!(line([4.0, 0.0]), None, "on it");
}

#[test]
fn a_wall_hides_part_of_a_facade_or_all_of_it() {
    // From (5, 20) the wall at y = 10 from x = 0 to 5 hides x from −5 to 5 of the façade at y = 0.
    let long = vec![facade([20.0, 0.0], [-20.0, 0.0])];
    let seen = lines(&[wall(&[[0.0, 10.0], [5.0, 10.0]], None)], long.clone(), [5.0, 20.0]);
    assert_eq!(seen[0].distance_m, 20.0, "straight down is on the border of the shadow");
    let seen = lines(&[wall(&[[0.0, 10.0], [10.0, 10.0]], None)], long.clone(), [5.0, 20.0]);
    assert!((seen[0].distance_m - 500.0_f64.sqrt()).abs() < 1e-9, "10 m to the side: {}", seen[0].distance_m);
    assert_eq!(lines(&[wall(&[[-50.0, 10.0], [50.0, 10.0]], None)], long.clone(), [5.0, 20.0]), []);
    let crack = [wall(&[[-50.0, 10.0], [4.999, 10.0]], None), wall(&[[5.001, 10.0], [50.0, 10.0]], None)];
    assert_eq!(lines(&crack, long, [5.0, 20.0]), [], "through a crack of 2 mm less than 1 cm is seen");
}

#[test]
fn high_eyes_see_over_a_wall_from_far_and_not_from_near() {
    // Eyes at 10 m, a wall of 4 m halfway between, a person of 1.5 m: at the wall the line is at 5.75 m.
    let high = vec![Facade { eye_m: 10.0, ..facade([20.0, 0.0], [-20.0, 0.0]) }];
    let fence = |y, top| [wall(&[[-100.0, y], [100.0, y]], Some(top))];
    assert_eq!(lines(&fence(20.0, 4.0), high.clone(), [0.0, 40.0]).len(), 1);
    assert_eq!(lines(&fence(20.0, 5.74), high.clone(), [0.0, 40.0]).len(), 1);
    assert_eq!(lines(&fence(20.0, 5.76), high.clone(), [0.0, 40.0]).len(), 0);
    assert_eq!(lines(&fence(36.0, 4.0), high.clone(), [0.0, 40.0]).len(), 0, "a person close behind the wall");
    let low = vec![facade([20.0, 0.0], [-20.0, 0.0])];
    assert_eq!(lines(&fence(20.0, 1.4), low.clone(), [0.0, 40.0]).len(), 1);
    assert_eq!(lines(&fence(20.0, 1.6), low, [0.0, 40.0]).len(), 0);
}

#[test]
fn a_map_counts_kinds_distances_and_buildings_by_day_and_after_dark() {
    // Along y = 0 a dwelling from x = 0 to 10 and a shop from 10 to 20 face north, a closed one faces south at y = 60.
    let shop =
        Facade { building: 1, kind: FacadeKind::Shop, lit_inside: Some(false), ..facade([20.0, 0.0], [10.0, 0.0]) };
    let other = Facade { building: 1, kind: FacadeKind::Other, windows: Windows::Unknown, ..shop };
    let closed = Facade { windows: Windows::Absent, ..facade([0.0, 60.0], [20.0, 60.0]) };
    let lamp = Lamp { at: [5.0, 10.0], height_m: 5.0, reach_m: 4.0 };
    let site = |light| {
        let facades = vec![facade([10.0, 0.0], [0.0, 0.0]), shop, Facade { lit_inside: None, ..other }, closed];
        Site::new(ground([0.0, 0.0, 20.0, 60.0]), &[], facades, light).expect("usable")
    };
    let map = surveillance(&site(Light::Lamps(vec![lamp])), &settings()).expect("usable");
    assert_eq!(map.points.len(), 300);
    let at = |column, row| *map.points.iter().find(|point| point.cell == Cell { column, row }).expect("on the ground");
    let near = at(2, 4); // (5, 9)
    assert_eq!(map.place(near.cell), [5.0, 9.0]);
    assert_eq!(near.day.near, Tally { dwelling: 1, shop: 1, other: 1 });
    assert_eq!((near.day.buildings, near.day.unsure, near.day.nearest_m), (2, 1, Some(9.0)));
    assert_eq!(near.lit, Some(true));
    let dark = near.dark.expect("light is known");
    assert_eq!((dark.far, dark.buildings, dark.unsure), (Tally { dwelling: 1, shop: 0, other: 1 }, 2, 1));
    let far = at(2, 20); // (5, 41)
    assert_eq!((far.day.near.total(), far.day.far.total(), far.lit), (0, 3, Some(false)));
    assert_eq!(far.dark, Some(Seen::default()));
    let unknown = surveillance(&site(Light::Unknown), &settings()).expect("usable");
    assert!(unknown.points.iter().all(|point| point.lit.is_none() && point.dark.is_none()));
    assert!(unknown.points.iter().zip(&map.points).all(|(a, b)| a.day == b.day));
}

#[test]
fn a_lamp_does_not_shine_through_walls_but_past_the_wall_that_it_hangs_on() {
    let lit = |obstacle: Obstacle| {
        let light = Light::Lamps(vec![Lamp { at: [10.0, 10.0], height_m: 5.0, reach_m: 6.0 }]);
        let site = Site::new(ground([0.0, 0.0, 20.0, 20.0]), &[obstacle], Vec::new(), light).expect("usable");
        let map = surveillance(&site, &settings()).expect("usable");
        map.points.iter().filter(|point| point.lit == Some(true)).count()
    };
    let all = lit(wall(&[], None));
    assert_eq!(lit(wall(&[[-50.0, 10.0], [50.0, 10.0]], None)), all, "on the wall it shines to both sides");
    assert_eq!(lit(wall(&[[-50.0, 10.5], [50.0, 10.5]], None)), all / 2);
    assert_eq!(lit(wall(&[[-50.0, 10.5], [50.0, 10.5]], Some(1.5))), all);
    assert_eq!(
        lit(rectangle([0.0, 9.9, 20.0, 10.9], None)),
        all,
        "in the outline by 10 cm; no point is in the building"
    );
}

#[test]
fn points_are_on_public_ground_and_in_no_building() {
    let outline = LineString::from(vec![[0.0, 0.0], [20.0, 0.0], [20.0, 20.0], [0.0, 20.0]]);
    let hole = LineString::from(vec![[4.0, 4.0], [8.0, 4.0], [8.0, 8.0], [4.0, 8.0]]);
    let ground =
        MultiPolygon::new(vec![Polygon::new(outline, vec![hole]), ground([10.0, 0.0, 30.0, 4.0]).0[0].clone()]);
    let building = [rectangle([11.0, 11.0, 15.0, 17.0], None), rectangle([0.0, 16.0, 4.0, 20.0], Some(0.5))];
    let site = Site::new(ground, &building, Vec::new(), Light::Unknown).expect("usable");
    let map = surveillance(&site, &settings()).expect("usable");
    // 100 cells and 10 more to the east, less 4 in the hole, less 2 by 3 in the building (11 is in it, 15 and 17 not); what
    // is lower than a person is no building.
    assert_eq!(map.points.len(), 110 - 4 - 6);
    assert!(
        map.points.windows(2).all(|two| (two[0].cell.row, two[0].cell.column) < (two[1].cell.row, two[1].cell.column))
    );
    let nothing = Site::new(MultiPolygon::new(Vec::new()), &[], Vec::new(), Light::Unknown).expect("usable");
    assert_eq!(surveillance(&nothing, &settings()).expect("usable").points, []);
}

#[test]
fn what_makes_no_map_is_refused() {
    let site = |facades, lamps| Site::new(ground([0.0, 0.0, 9.0, 9.0]), &[], facades, Light::Lamps(lamps));
    let bad = Facade { eye_m: f64::NAN, ..facade([0.0, 0.0], [1.0, 0.0]) };
    assert_eq!(site(vec![bad], Vec::new()).err(), Some(Error::FacadeNotUsable { number: 1 }));
    let bad = Lamp { at: [0.0, 0.0], height_m: 5.0, reach_m: f64::INFINITY };
    assert_eq!(site(Vec::new(), vec![bad]).err(), Some(Error::LampNotUsable { number: 1 }));
    let bad = ground([0.0, 0.0, f64::NAN, 9.0]);
    assert_eq!(Site::new(bad, &[], Vec::new(), Light::Unknown).err(), Some(Error::GroundNotUsable));
    let fine = site(Vec::new(), Vec::new()).expect("usable");
    for (spacing, near, far) in [(0.5, 1.0, 2.0), (f64::NAN, 1.0, 2.0), (2.0, 3.0, 2.0), (2.0, 1.0, 1e9)] {
        let settings =
            Settings { spacing: Metres(spacing), near: Metres(near), far: Metres(far), ..Settings::default() };
        assert!(matches!(surveillance(&fine, &settings), Err(Error::SightLengthOutOfRange { .. })));
    }
    let vast = Site::new(ground([0.0, 0.0, 1e8, 1e8]), &[], Vec::new(), Light::Unknown).expect("usable");
    assert!(matches!(surveillance(&vast, &settings()), Err(Error::TooManyMapPoints { .. })));
}

#[test]
fn eyes_are_on_the_fifth_floor_at_most_and_unknown_floors_are_one() {
    let heights = [None, Some(0), Some(1), Some(3), Some(12)].map(|floors| highest_eye_m(floors, 5, 3.0));
    assert_eq!(heights, [1.6, 1.6, 1.6, 7.6, 13.6]);
}

/// A town of up to `n` houses on a lattice of lots, some of them touching, with walls and lamps.
fn town() -> impl Strategy<Value = Vec<(u8, [i32; 4], u8)>> {
    let thing = (0_u8..6, [0_i32..60, 0_i32..60, 2_i32..14, 2_i32..14], 0_u8..7);
    prop::collection::vec(thing, 1..14)
}

fn built(town: &[(u8, [i32; 4], u8)]) -> Site {
    built_with(town, None)
}

/// The town, with other façades than those of its houses.
fn built_with(town: &[(u8, [i32; 4], u8)], others: Option<Vec<Facade>>) -> Site {
    let (mut obstacles, mut all, mut lamps) = (Vec::new(), Vec::new(), Vec::new());
    for (&(sort, numbers, size), building) in town.iter().zip(0..) {
        let [x, y, wide, tall] = numbers.map(f64::from);
        let top = (size > 0).then_some(f64::from(size) * 2.0);
        match sort {
            0..=2 => {
                let place = [x, y, x + wide, y + tall];
                obstacles.push(rectangle(place, top));
                all.extend(facades(place, building, 1.6 + f64::from(size / 2) * 3.0));
            }
            3 | 4 => obstacles.push(wall(&[[x, y], [x + wide, y - tall]], top)),
            _ => lamps.push(Lamp { at: [x, y], height_m: 5.0, reach_m: tall }),
        }
    }
    Site::new(ground([0.0, 0.0, 60.0, 60.0]), &obstacles, others.unwrap_or(all), Light::Lamps(lamps)).expect("usable")
}

fn close_by() -> Settings {
    Settings { spacing: Metres(2.0), near: Metres(6.0), far: Metres(20.0), seen_height: Metres(1.5) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn after_an_edit_the_map_is_that_of_the_new_site(
        town in town(),
        edit in town(),
        keep in any::<prop::sample::Index>(),
    ) {
        let mut after = town.clone();
        let at = keep.index(after.len());
        after.splice(at..=at, edit.into_iter().take(2));
        let (before, after) = (built(&town), built(&after));
        let map = surveillance(&before, &close_by()).expect("usable");
        let updated = update(&map, &after, &changed(&before, &after)).expect("usable");
        prop_assert_eq!(updated, surveillance(&after, &close_by()).expect("usable"));
    }

    #[test]
    fn after_a_facade_lost_its_windows_the_map_is_that_of_the_new_site(
        town in town(),
        which in any::<prop::sample::Index>(),
    ) {
        let (before, mut facades) = (built(&town), built(&town).facades);
        prop_assume!(!facades.is_empty());
        let at = which.index(facades.len());
        facades[at].windows = Windows::Absent;
        let after = built_with(&town, Some(facades));
        let map = surveillance(&before, &close_by()).expect("usable");
        let changes = changed(&before, &after);
        prop_assert_eq!(changes.len(), 2);
        let updated = update(&map, &after, &changes).expect("usable");
        prop_assert_eq!(updated, surveillance(&after, &close_by()).expect("usable"));
    }

    #[test]
    fn threads_and_order_change_nothing(town in town()) {
        let site = built(&town);
        let map = surveillance(&site, &close_by()).expect("usable");
        for threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            prop_assert_eq!(&pool.install(|| surveillance(&site, &close_by())).expect("usable"), &map);
        }
        let reversed: Vec<_> = town.iter().rev().copied().collect();
        // Buildings get other numbers; nothing that is counted depends on them.
        prop_assert_eq!(surveillance(&built(&reversed), &close_by()).expect("usable"), map);
    }

    #[test]
    fn facades_see_a_point_where_sampled_lines_are_clear(town in town(), x in 0.0..60.0, y in 0.0..60.0_f64) {
        let site = built(&town);
        let point = [x, y];
        let lines = sight_lines(&site, &close_by(), point).expect("usable");
        for (facade, number) in site.facades.iter().zip(0_u32..) {
            let found = lines.iter().find(|line| line.facade == number);
            let [a, b] = facade.line;
            let length = dot(minus(b, a), minus(b, a)).sqrt();
            let steps = (length / 0.05).ceil();
            let spot = |step: f64| [0, 1].map(|axis| a[axis] + (b[axis] - a[axis]) * (step + 0.5) / steps);
            let in_front = side(a, b, point) < 0;
            let clear = |spot: [f64; 2]| {
                let eye = Eye { at: spot, height_m: facade.eye_m };
                in_front && site.scene.sees(eye, Eye { at: point, height_m: 1.5 }) == Ok(true)
            };
            let away = |spot: [f64; 2]| dot(minus(spot, point), minus(spot, point)).sqrt();
            let mut samples = (0..).map(f64::from).take_while(|step| *step < steps).map(spot).peekable();
            let mut nearest = f64::INFINITY;
            while let Some(spot) = samples.next() {
                // Two in a row, so that it is no sliver.
                if clear(spot) && samples.peek().is_some_and(|next| clear(*next)) {
                    nearest = nearest.min(away(spot));
                }
            }
            match found {
                Some(line) => {
                    prop_assert!(line.distance_m <= nearest + 1e-9, "a sample is at {}: {:?}", nearest, line);
                    prop_assert!((away(line.spot) - line.distance_m).abs() < 1e-9);
                    // The spot ends a seeing part or is within it: some millimetres to one side the line is clear.
                    // The spot is rounded: it is moved out of the wall by a thousandth of a millimetre.
                    let out = |axis: usize| (point[axis] - line.spot[axis]) * 1e-6 / line.distance_m.max(1e-6);
                    let along = |axis: usize| (b[axis] - a[axis]) / length;
                    let beside = |by: f64| [0, 1].map(|axis| line.spot[axis] + along(axis) * by + out(axis));
                    prop_assert!(clear(beside(0.004)) || clear(beside(-0.004)), "{:?} does not see", line);
                }
                None => prop_assert!(nearest > 20.0 - 1e-9, "façade {number} is seen at {nearest}"),
            }
        }
    }
}

#[test]
fn scenes_are_equal_whatever_the_order() {
    let obstacles = [rectangle([0.0, 0.0, 1.0, 1.0], None), wall(&[[5.0, 5.0], [6.0, 6.0]], Some(2.0))];
    let turned = [obstacles[1].clone(), obstacles[0].clone()];
    assert_eq!(scene(&obstacles).edges, scene(&turned).edges);
}
