//! Which of many names are a few letters from this one? By trigrams, rarest first.
//!
//! An edit (a letter changed, left out, added, or two neighbours swapped) spoils at most four trigrams. Of any `4 k + 1`
//! trigrams of a text, one at least stands unspoilt in every name that is `k` edits away: so only the names that hold one
//! of the rarest of them are looked at, and none is missed. Digits are never misspelt: names with other numbers are
//! other names.
//!
//! Source: Gravano et al. (2001), "Approximate string joins in a database (almost) for free", VLDB, 491-500; prefix filter
//! after Chaudhuri, Ganti & Kaushik (2006), "A primitive operator for similarity joins in data cleaning", ICDE.
//! Distance: Damerau (1964) and Levenshtein (1966), as the crate `strsim` counts it. Oracle: the distance to every name.

use std::collections::HashMap;

/// Names, and where their trigrams stand.
#[derive(Debug, Default)]
pub struct Grams {
    names: Vec<Entry>,
    postings: HashMap<u64, Vec<u32>>,
}

#[derive(Debug)]
struct Entry {
    text: String,
    length: u32,
    /// Which letters occur: differs in at most two bits an edit.
    letters: u64,
    /// Hash of the tokens with digits.
    numbers: u64,
}

/// A name that is near.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Near {
    /// Number of the name, in the order in which they were given.
    pub name: u32,
    /// Edits between them, from 0.
    pub edits: u32,
}

/// Most edits that a text of this many letters may hold: none below five letters, one below nine, two below fifteen, then
/// three. Ours: shorter words have too many neighbours that are words themselves.
#[must_use]
pub const fn most_edits(letters: usize) -> u32 {
    match letters {
        0..5 => 0,
        5..9 => 1,
        9..15 => 2,
        _ => 3,
    }
}

impl Grams {
    /// The index of these folded names.
    #[must_use]
    pub fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut grams = Self::default();
        for (number, text) in (0_u32..).zip(names) {
            let mut own: Vec<u64> = trigrams(text);
            own.sort_unstable();
            own.dedup();
            for gram in own {
                grams.postings.entry(gram).or_default().push(number);
            }
            grams.names.push(Entry::of(text));
        }
        grams
    }

    /// The names within `most_edits` of the text, by number.
    #[must_use]
    pub fn near(&self, text: &str) -> Vec<Near> {
        let wanted = Entry::of(text);
        let most = most_edits(wanted.length as usize);
        let mut own = trigrams(text);
        own.sort_unstable();
        own.dedup();
        let list = |gram: &u64| self.postings.get(gram).map_or(&[][..], Vec::as_slice);
        own.sort_by_key(|gram| (list(gram).len(), *gram));
        own.truncate(4 * most as usize + 1);
        let mut found: Vec<u32> = own.iter().flat_map(|gram| list(gram).iter().copied()).collect();
        found.sort_unstable();
        found.dedup();
        let near = |name: u32| {
            let other = &self.names[name as usize];
            let fits = wanted.length.abs_diff(other.length) <= most
                && wanted.numbers == other.numbers
                && (wanted.letters ^ other.letters).count_ones() <= 2 * most;
            let edits = fits.then(|| edits(text, &other.text))?;
            (edits <= most).then_some(Near { name, edits })
        };
        found.into_iter().filter_map(near).collect()
    }
}

impl Entry {
    fn of(text: &str) -> Self {
        let letters = text.chars().filter(|c| c.is_alphabetic()).fold(0_u64, |set, c| set | 1 << (u32::from(c) % 61));
        Self { text: text.to_owned(), length: count(text.chars()), letters, numbers: numbers(text) }
    }
}

fn count(letters: impl Iterator) -> u32 {
    u32::try_from(letters.count()).unwrap_or(u32::MAX)
}

/// Edits between two texts.
#[must_use]
pub fn edits(one: &str, other: &str) -> u32 {
    u32::try_from(strsim::damerau_levenshtein(one, other)).unwrap_or(u32::MAX)
}

/// FNV-1a over the tokens that hold a digit, in their order.
fn numbers(text: &str) -> u64 {
    let with_digit = text.split(' ').filter(|token| token.bytes().any(|b| b.is_ascii_digit()));
    with_digit
        .flat_map(|token| token.bytes().chain([b' ']))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Trigrams with two marks before the text and two behind it, 21 bits a letter.
fn trigrams(text: &str) -> Vec<u64> {
    let edge = std::iter::repeat_n('^', 2);
    let letters: Vec<u64> = edge.clone().chain(text.chars()).chain(edge).map(|c| u64::from(u32::from(c))).collect();
    letters.windows(3).map(|three| three[0] << 42 | three[1] << 21 | three[2]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn neighbours_are_found_and_numbers_are_never_misspelt() {
        let grams = Grams::new(["bjorkskolan", "bjornskolan", "storgatan 12", "storgatan 13", "ab"].into_iter());
        let near = |text: &str| -> Vec<(u32, u32)> {
            grams.near(text).into_iter().map(|near| (near.name, near.edits)).collect()
        };
        assert_eq!(near("bjorkskolan"), [(0, 0), (1, 1)]);
        assert_eq!(near("bjokrskolan"), [(0, 1), (1, 2)], "a swap is one edit");
        assert_eq!(near("storgtan 12"), [(2, 1)]);
        assert_eq!(near("storgatan 14"), []);
        assert_eq!(near("ac"), [], "too short to be misspelt");
        assert_eq!(near(""), []);
        assert_eq!(Grams::new([].into_iter()).near("bjorkskolan"), []);
    }

    proptest! {
        #[test]
        fn no_name_that_the_distance_finds_is_missed(
            names in proptest::collection::vec("[abc]{3,18}", 1..40), text in "[abc]{3,18}"
        ) {
            let grams = Grams::new(names.iter().map(String::as_str));
            let most = most_edits(text.len());
            let all: Vec<Near> = (0..)
                .zip(&names)
                .map(|(name, other)| Near { name, edits: edits(&text, other) })
                .filter(|near| near.edits <= most)
                .collect();
            prop_assert_eq!(grams.near(&text), all);
        }
    }
}
