//! Where a place of one plane system lies in another: to ask whether numbers fit, never to convert data.
//!
//! Gauss conformal projection on GRS 80 by Krüger's series, to the fourth order in the third flattening: millimetres within
//! Sweden. Source: Lantmäteriet, Gauss Conformal Projection (Transverse Mercator), Krüger's formulas.

use geo::Coord;

use super::super::model::System;

/// Semi-major axis of GRS 80, metres.
const A: f64 = 6_378_137.0;
/// Flattening of GRS 80.
const F: f64 = 1.0 / 298.257_222_101;
/// The third flattening.
const N: f64 = F / (2.0 - F);
/// Squared eccentricity.
const E2: f64 = F * (2.0 - F);
/// Radius of the rectifying sphere, metres.
const R: f64 = A / (1.0 + N) * (1.0 + N * N / 4.0 + N * N * N * N / 64.0);

/// The sum over i of `c[i] f(2i xi) g(2i eta)`.
fn series(c: [f64; 4], f: impl Fn(f64) -> f64, g: impl Fn(f64) -> f64, xi: f64, eta: f64) -> f64 {
    let terms = c.iter().zip([2.0, 4.0, 6.0, 8.0]).map(|(c, times)| c * f(times * xi) * g(times * eta));
    terms.sum()
}

/// `c[0] + c[1] s² + c[2] s⁴ + c[3] s⁶`.
fn even(c: [f64; 4], s: f64) -> f64 {
    c.iter().rev().fold(0.0, |sum, c| sum * s * s + c)
}

/// The same place in another system, metres, x east and y north. May be not finite for numbers that are no place.
pub(super) fn moved(at: Coord<f64>, from: &System, to: &System) -> Coord<f64> {
    let (latitude, longitude) = geographic(at, from);
    plane(latitude, longitude, to)
}

/// Latitude and longitude, radians.
fn geographic(at: Coord<f64>, system: &System) -> (f64, f64) {
    let (n2, n3, n4) = (N * N, N * N * N, N * N * N * N);
    let d = [
        N / 2.0 - 2.0 * n2 / 3.0 + 37.0 * n3 / 96.0 - n4 / 360.0,
        n2 / 48.0 + n3 / 15.0 - 437.0 * n4 / 1440.0,
        17.0 * n3 / 480.0 - 37.0 * n4 / 840.0,
        4397.0 * n4 / 161_280.0,
    ];
    let xi = at.y / (system.scale * R);
    let eta = (at.x - system.false_east_m) / (system.scale * R);
    let xi1 = xi - series(d, f64::sin, f64::cosh, xi, eta);
    let eta1 = eta - series(d, f64::cos, f64::sinh, xi, eta);
    let conformal = (xi1.sin() / eta1.cosh()).asin();
    let longitude = (eta1.sinh() / xi1.cos()).atan() + system.meridian.to_radians();
    let (e4, e6, e8) = (E2 * E2, E2 * E2 * E2, E2 * E2 * E2 * E2);
    let c = [
        E2 + e4 + e6 + e8,
        -(7.0 * e4 + 17.0 * e6 + 30.0 * e8) / 6.0,
        (224.0 * e6 + 889.0 * e8) / 120.0,
        -4279.0 * e8 / 1260.0,
    ];
    (conformal + conformal.sin() * conformal.cos() * even(c, conformal.sin()), longitude)
}

fn plane(latitude: f64, longitude: f64, system: &System) -> Coord<f64> {
    let (e4, e6, e8) = (E2 * E2, E2 * E2 * E2, E2 * E2 * E2 * E2);
    let c = [E2, (5.0 * e4 - e6) / 6.0, (104.0 * e6 - 45.0 * e8) / 120.0, 1237.0 * e8 / 1260.0];
    let conformal = latitude - latitude.sin() * latitude.cos() * even(c, latitude.sin());
    let turn = longitude - system.meridian.to_radians();
    let xi = (conformal.tan() / turn.cos()).atan();
    let eta = (conformal.cos() * turn.sin()).atanh();
    let (n2, n3, n4) = (N * N, N * N * N, N * N * N * N);
    let b = [
        N / 2.0 - 2.0 * n2 / 3.0 + 5.0 * n3 / 16.0 + 41.0 * n4 / 180.0,
        13.0 * n2 / 48.0 - 3.0 * n3 / 5.0 + 557.0 * n4 / 1440.0,
        61.0 * n3 / 240.0 - 103.0 * n4 / 140.0,
        49_561.0 * n4 / 161_280.0,
    ];
    let north = system.scale * R * (xi + series(b, f64::sin, f64::cosh, xi, eta));
    let east = system.scale * R * (eta + series(b, f64::cos, f64::sinh, xi, eta)) + system.false_east_m;
    Coord { x: east, y: north }
}

#[cfg(test)]
mod tests {
    use super::super::super::model::{SYSTEMS, system};
    use super::*;

    #[test]
    fn a_place_comes_back_from_every_system() {
        let tm = system(3006).expect("it is there");
        let at = Coord { x: 583_000.0, y: 6_281_000.0 };
        for other in &SYSTEMS {
            let back = moved(moved(at, tm, other), other, tm);
            assert!((back.x - at.x).abs() < 1e-3 && (back.y - at.y).abs() < 1e-3, "{}: {back:?}", other.name);
        }
    }

    #[test]
    fn the_meridian_is_straight_and_its_length_is_that_of_grs_80() {
        let tm = system(3006).expect("it is there");
        let zone = system(3009).expect("it is there");
        let at = moved(Coord { x: 150_000.0, y: 6_500_000.0 }, zone, tm);
        // Same meridian, scales 1 and 0.9996.
        assert!((at.x - 500_000.0).abs() < 1e-6 && (at.y - 6_500_000.0 * 0.9996).abs() < 1e-3, "{at:?}");
        // A quarter of GRS 80's meridian is 10,001,965.729 m.
        assert!((R * std::f64::consts::FRAC_PI_2 - 10_001_965.729).abs() < 0.001);
    }
}
