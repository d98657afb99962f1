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
    names: Vec<String>,
    marks: Vec<Marks>,
    postings: HashMap<u64, Vec<u32>>,
}

/// What rules a name out at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Marks {
    length: u32,
    /// How often each letter occurs, other letters by their last bits: an edit adds at most one and takes at most one.
    letters: [u8; 28],
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

/// Trigrams that are looked up beyond those that must be: so many more must be found as well, which rules most names out.
const SPARE: usize = 5;

impl Grams {
    /// The index of these folded names.
    #[must_use]
    pub fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut grams = Self::default();
        for (number, text) in (0_u32..).zip(names) {
            for gram in trigrams(text) {
                grams.postings.entry(gram).or_default().push(number);
            }
            grams.marks.push(Marks::of(text));
            grams.names.push(text.to_owned());
        }
        grams
    }

    /// The names that are fewest edits away, by number; none beyond [`most_edits`]. A name that is farther than another is
    /// hundreds of times less likely to be meant, and is not looked for.
    #[must_use]
    pub fn nearest(&self, text: &str) -> Vec<Near> {
        let wanted = Marks::of(text);
        let mut lists: Vec<(u64, &[u32])> = trigrams(text)
            .into_iter()
            .map(|gram| (gram, self.postings.get(&gram).map_or(&[][..], Vec::as_slice)))
            .collect();
        lists.sort_by_key(|(gram, list)| (list.len(), *gram));
        let mut hits = vec![0_u8; self.names.len()];
        for most in 0..=most_edits(wanted.length as usize) {
            let found = self.within(text, &wanted, &lists, most, &mut hits);
            if !found.is_empty() {
                return found;
            }
            hits.fill(0);
        }
        Vec::new()
    }

    /// The names that are just `most` edits away where none is nearer, by number. `hits` are zeros, one a name.
    fn within(&self, text: &str, wanted: &Marks, lists: &[(u64, &[u32])], most: u32, hits: &mut [u8]) -> Vec<Near> {
        let lists = &lists[..lists.len().min(4 * most as usize + 1 + SPARE)];
        let needed = lists.len().saturating_sub(4 * most as usize).max(1);
        let mut found: Vec<u32> = Vec::new();
        for name in lists.iter().flat_map(|(_, list)| list.iter()) {
            let count = &mut hits[*name as usize];
            *count += 1;
            if usize::from(*count) == needed && wanted.may_be(&self.marks[*name as usize], most) {
                found.push(*name);
            }
        }
        found.sort_unstable();
        let near = |name: u32| {
            let edits = edits_within(text, &self.names[name as usize], most)?;
            Some(Near { name, edits })
        };
        found.into_iter().filter_map(near).collect()
    }
}

impl Marks {
    fn of(text: &str) -> Self {
        let mut letters = [0_u8; 28];
        for c in text.chars() {
            let at = if c.is_ascii_lowercase() { c as usize - 'a' as usize } else { 26 + (c as usize & 1) };
            letters[at] = letters[at].saturating_add(1);
        }
        Self { length: count(text.chars()), letters, numbers: numbers(text) }
    }

    /// Whether a name with these marks may be so few edits away.
    fn may_be(&self, other: &Self, most: u32) -> bool {
        if self.length.abs_diff(other.length) > most || self.numbers != other.numbers {
            return false;
        }
        let (mut more, mut less) = (0_u32, 0_u32);
        for (a, b) in self.letters.iter().zip(&other.letters) {
            more += u32::from(a.saturating_sub(*b));
            less += u32::from(b.saturating_sub(*a));
        }
        more <= most && less <= most
    }
}

fn count(letters: impl Iterator) -> u32 {
    u32::try_from(letters.count()).unwrap_or(u32::MAX)
}

/// Edits between two texts, `None` where they are more than `most`: what both begin and end with costs nothing, and is
/// left out; one edit leaves at most two letters in between.
fn edits_within(one: &str, other: &str, most: u32) -> Option<u32> {
    let alike = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| -> usize {
        a.zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    };
    let before = alike(&mut one.chars(), &mut other.chars());
    let (one, other) = (&one[before..], &other[before..]);
    let behind = alike(&mut one.chars().rev(), &mut other.chars().rev());
    let (one, other) = (&one[..one.len() - behind], &other[..other.len() - behind]);
    let longer = one.chars().count().max(other.chars().count());
    if most == 0 && longer > 0 || most == 1 && longer > 2 {
        return None;
    }
    let edits = u32::try_from(strsim::damerau_levenshtein(one, other)).unwrap_or(u32::MAX);
    (edits <= most).then_some(edits)
}

/// FNV-1a over the tokens that hold a digit, in their order.
fn numbers(text: &str) -> u64 {
    let with_digit = text.split(' ').filter(|token| token.bytes().any(|b| b.is_ascii_digit()));
    with_digit
        .flat_map(|token| token.bytes().chain([b' ']))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// The trigrams, each once, with two marks before the text and two behind it, 21 bits a letter.
fn trigrams(text: &str) -> Vec<u64> {
    let edge = std::iter::repeat_n('^', 2);
    let letters: Vec<u64> = edge.clone().chain(text.chars()).chain(edge).map(|c| u64::from(u32::from(c))).collect();
    let mut grams: Vec<u64> = letters.windows(3).map(|three| three[0] << 42 | three[1] << 21 | three[2]).collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn neighbours_are_found_and_numbers_are_never_misspelt() {
        let grams = Grams::new(["bjorkskolan", "bjornskolan", "storgatan 12", "storgatan 13", "ab"].into_iter());
        let near = |text: &str| -> Vec<(u32, u32)> {
            grams.nearest(text).into_iter().map(|near| (near.name, near.edits)).collect()
        };
        assert_eq!(near("bjorkskolan"), [(0, 0)], "the nearest only");
        assert_eq!(near("bjokrskolan"), [(0, 1)], "a swap is one edit");
        assert_eq!(near("bjortskolan"), [(0, 1), (1, 1)]);
        assert_eq!(near("storgtan 12"), [(2, 1)]);
        assert_eq!(near("storgatan 14"), []);
        assert_eq!(near("ac"), [], "too short to be misspelt");
        assert_eq!(near(""), []);
        assert_eq!(Grams::new([].into_iter()).nearest("bjorkskolan"), []);
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
                .map(|(name, other)| Near { name, edits: u32::try_from(strsim::damerau_levenshtein(&text, other)).expect("short") })
                .filter(|near| near.edits <= most)
                .collect();
            let least = all.iter().map(|near| near.edits).min();
            let nearest: Vec<Near> = all.into_iter().filter(|near| Some(near.edits) == least).collect();
            prop_assert_eq!(grams.nearest(&text), nearest);
        }
    }
}
