//! Areas against CGAL's and GEOS's: `tests/oracles/visibility_cgal.py` says how they were made.

use serde::Deserialize;

use super::hand::{scene, solid, wall};
use super::*;
use crate::domain::Metres;

#[derive(Deserialize)]
struct Areas {
    cgal: Vec<f64>,
    geos: Vec<f64>,
}

const LOTS: u64 = 6;
const LOT: u64 = 640;
const SIDE: u64 = LOTS * LOT;

struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn metres([x, y]: [u64; 2]) -> [f64; 2] {
    [x as f64 / 8.0, y as f64 / 8.0]
}

/// The viewpoint, the buildings and the walls of a scene.
fn made(seed: u64) -> ([f64; 2], Vec<Obstacle>, Vec<Obstacle>) {
    let mut numbers = Numbers(seed);
    let filled = 1 + numbers.below(9);
    let mut buildings = Vec::new();
    for lot in 0..LOTS * LOTS {
        if numbers.below(10) >= filled {
            continue;
        }
        let corner = [lot % LOTS * LOT, lot / LOTS * LOT];
        let low = [40 + 40 * numbers.below(6), 40 + 40 * numbers.below(6)];
        let high = [low[0] + 40 * (1 + numbers.below(7)), low[1] + 40 * (1 + numbers.below(7))];
        let ring = if numbers.below(2) == 0 {
            [low, [high[0], low[1]], high, [low[0], high[1]]]
        } else {
            let (wide, tall) = (high[0] - low[0], high[1] - low[1]);
            let south = [low[0] + 1 + numbers.below(wide - 1), low[1]];
            let east = [high[0], low[1] + 1 + numbers.below(tall - 1)];
            let north = [low[0] + 1 + numbers.below(wide - 1), high[1]];
            [south, east, north, [low[0], low[1] + 1 + numbers.below(tall - 1)]]
        };
        buildings.push(solid(&ring.map(|[x, y]| metres([corner[0] + x, corner[1] + y])), None));
    }
    let walls = (0..numbers.below(13)).map(|_| {
        let a = [1 + numbers.below(SIDE - 1), 1 + numbers.below(SIDE - 1)];
        let b = a.map(|c| (c + numbers.below(801)).saturating_sub(400).clamp(1, SIDE - 1));
        wall(&[metres(a), metres(b)], None)
    });
    let walls = walls.collect();
    let (along, across) = (40 * (1 + numbers.below(SIDE / 40 - 1)), LOT * (1 + numbers.below(LOTS - 1)));
    let viewpoint = if numbers.below(2) == 0 { [along, across] } else { [across, along] };
    (metres(viewpoint), buildings, walls)
}

#[test]
fn areas_are_those_of_cgal_and_of_geos_in_a_thousand_scenes() {
    let areas: Areas =
        serde_json::from_str(include_str!("../../../tests/oracles/visibility.json")).expect("made by the script");
    assert_eq!((areas.cgal.len(), areas.geos.len()), (1_000, 1_000));
    let [side, _] = metres([SIDE, 0]);
    let room = wall(&[[0.0, 0.0], [side, 0.0], [side, side], [0.0, side], [0.0, 0.0]], None);
    let mut worst = 0.0_f64;
    for (seed, (cgal, geos)) in (0_u64..).zip(areas.cgal.into_iter().zip(areas.geos)) {
        let (at, mut obstacles, walls) = made(seed);
        obstacles.push(room.clone());
        for (obstacles, want) in [(obstacles.clone(), cgal), ([obstacles, walls].concat(), geos)] {
            let view = visibility(&scene(&obstacles), Eye { at, height_m: 1.6 }, Metres(1_000.0)).expect("usable");
            let wrong = (view.area_m2() - want).abs() / want;
            assert!(wrong < 1e-6, "scene {seed}: {} instead of {want}", view.area_m2());
            worst = worst.max(wrong);
        }
    }
    assert!(worst < 1e-11, "no more than the rounding of what is stored: {worst:e}");
}
