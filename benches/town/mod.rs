//! Points of a town: 40 % anywhere in 16 by 16 km, the rest in 150 places.

use lagesbild::domain::random::Stream;

/// Metres.
pub const SIDE: f64 = 16_000.0;
const PLACES: usize = 150;

/// So many points; the same each time.
pub fn town(n: usize) -> Vec<[f64; 2]> {
    let mut stream = Stream::new(20_240_601, 0);
    let anywhere =
        |stream: &mut Stream| [580_000.0 + stream.between(0.0, SIDE), 6_602_000.0 + stream.between(0.0, SIDE)];
    let places: Vec<([f64; 2], f64)> =
        (0..PLACES).map(|_| (anywhere(&mut stream), stream.between(20.0, 200.0))).collect();
    let mut point = || {
        if stream.chance(0.4) {
            return anywhere(&mut stream);
        }
        let (middle, spread) = places[stream.below(PLACES)];
        middle.map(|coordinate| coordinate + spread * stream.normal())
    };
    (0..n).map(|_| point()).collect()
}
