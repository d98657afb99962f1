//! A large register and rows that name its places badly: for the bench of geocoding and for its figure in the tests.

use lagesbild::domain::random::Stream;
use lagesbild::domain::{PlaceKind, RegisterPlace};
use lagesbild::geocode::Wanted;

/// Places.
pub const PLACES: usize = 50_000;
/// Rows.
pub const ROWS: usize = 100_000;
const PARTS: [&[&str]; 3] = [
    &[
        "sol", "blå", "ek", "trä", "hamn", "kvarn", "sten", "ängs", "björk", "lind", "ros", "fjäll", "strand", "kyrk",
        "norr",
    ],
    &["ros", "sipp", "backs", "gårds", "haga", "lunds", "bergs", "dals", "näs", "holms", "viks", "torps", "sunds"],
    &["skolan", "hallen", "gården", "vägens förskola", "huset", "parken", "hemmet", "plan"],
];

fn name(stream: &mut Stream) -> String {
    let word: String = PARTS.iter().map(|parts| parts[stream.below(parts.len())]).collect();
    let first: String = (0..2).map(|_| ['k', 'v', 'm', 'h', 't', 'l'][stream.below(6)]).collect();
    let tail = ["a", "o", "e", "i"][stream.below(4)];
    format!("{first}{tail}{word}")
}

/// The register.
pub fn register(stream: &mut Stream, count: usize) -> Vec<RegisterPlace> {
    let place = |number: usize, stream: &mut Stream| RegisterPlace {
        name: Some(name(stream)),
        property: Some(format!("Provet {}:{}", 1 + number % 40, 1 + number / 40)),
        addresses: vec![format!("{}gatan {}", name(stream), 1 + number % 90)],
        at: Some([0.0, 0.0]),
        ..RegisterPlace::bare(format!("objekt:{number}"), PlaceKind::Object)
    };
    (0..count).map(|number| place(number, stream)).collect()
}

/// A third as written, two thirds with one or two letters astray, half with an address that is written badly as well.
pub fn rows(places: &[RegisterPlace], stream: &mut Stream, count: usize) -> Vec<Wanted> {
    let slip = |text: &str, stream: &mut Stream| {
        let mut letters: Vec<char> = text.chars().collect();
        let at = 1 + stream.below(letters.len() - 3);
        letters.swap(at, at + 1);
        letters.into_iter().collect::<String>()
    };
    let row = |stream: &mut Stream| {
        let place = &places[stream.below(places.len())];
        let written = place.name.clone().unwrap_or_default();
        let written = match stream.below(3) {
            0 => written,
            1 => slip(&written, stream),
            _ => slip(&slip(&written, stream), stream),
        };
        let address = stream.chance(0.5).then(|| slip(&place.addresses[0], stream));
        Wanted { name: Some(written), address, ..Wanted::default() }
    };
    (0..count).map(|_| row(stream)).collect()
}
