//! What speaks for a place, how much, and how sure that makes it.
//!
//! Each field that row and place both tell multiplies the place's weight by how much likelier that agreement (or
//! difference) is at the right place than at another (Fellegi & Sunter 1969), and the risk that none of the places is
//! meant by how well the field rules that out. The certainty of a place is its share of the weights of all places that
//! are not the same spot, less that risk. The factors are ours, chosen on written rules (below) and checked against the
//! sample town's truth; they are no frequencies of a municipality's registers.
//!
//! Source: Fellegi & Sunter (1969), "A theory for record linkage", JASA 64, 1183-1210.

use serde::Serialize;

use crate::texts::text;

/// How alike two names are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Likeness {
    /// The same but for case and space.
    Exact,
    /// The same but for punctuation and abbreviations.
    Normalised,
    /// The same but for dots and rings over letters.
    Folded,
    /// A few letters apart.
    Misspelt {
        /// Edits.
        letters: u32,
        /// Letters of the shortest word that differs.
        word: u32,
        /// Whether that word's first letter differs.
        first: bool,
    },
    /// One is a part of the other.
    Part,
}

/// One agreement or difference between a row and a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "field", rename_all = "kebab-case")]
pub enum Evidence {
    /// The object's name.
    Name {
        /// How alike.
        likeness: Likeness,
        /// Whether it is an earlier or other name of the place.
        earlier: bool,
        /// Whether the name says only what sort of place it is.
        generic: bool,
    },
    /// Both have a name, and they are unlike.
    OtherName,
    /// The object's number.
    Number,
    /// The number is that of another object.
    OtherNumber,
    /// The fastighetsbeteckning.
    Property,
    /// Another fastighetsbeteckning.
    OtherProperty,
    /// Street and number.
    Address {
        /// How alike the street's name is.
        likeness: Likeness,
        /// Whether the number agrees but for its letter.
        letter: bool,
    },
    /// Another address.
    OtherAddress,
    /// The street, without a number that agrees.
    Street {
        /// How alike its name is.
        likeness: Likeness,
    },
    /// The same förvaltning.
    Department,
    /// Another förvaltning.
    OtherDepartment,
}

/// Weight and risk of one piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factors {
    /// How much likelier at the right place than at another.
    pub weight: f64,
    /// What the risk that no place of the register is meant is multiplied by.
    pub risk: f64,
}

const fn factors(weight: f64, risk: f64) -> Factors {
    Factors { weight, risk }
}

/// Weight and risk of a likeness of names: a letter astray costs a factor of 500, since the right letter astray is one of
/// hundreds; the shorter the word, the likelier that it is another word.
fn of_likeness(likeness: Likeness) -> Factors {
    match likeness {
        Likeness::Exact => factors(1e6, 1e-3),
        Likeness::Normalised => factors(5e5, 2e-3),
        Likeness::Folded => factors(2e5, 4e-3),
        Likeness::Misspelt { letters, word, first } => {
            let spare = f64::from(word) - 4.0 * f64::from(letters);
            let risk = 0.5 * f64::from(letters) * (-0.45 * spare).exp() * if first { 3.0 } else { 1.0 };
            factors(1e6 * 0.002_f64.powi(letters.try_into().unwrap_or(9)), risk.min(10.0))
        }
        Likeness::Part => factors(500.0, 0.5),
    }
}

impl Evidence {
    /// Weight and risk. `supports` tells that it stands beside a stronger piece that found the place.
    #[must_use]
    pub fn factors(self, supports: bool) -> Factors {
        match self {
            Self::Name { likeness, earlier, generic } => {
                let base = of_likeness(likeness);
                let (less, more) = if earlier { (0.5, 3.0) } else { (1.0, 1.0) };
                factors(base.weight * less, base.risk * more * if generic { 100.0 } else { 1.0 })
            }
            Self::OtherName => factors(1e-2, 20.0),
            Self::Number => factors(1e6, 5e-4),
            Self::OtherNumber => factors(1e-3, 50.0),
            Self::Property => factors(1e4, if supports { 0.02 } else { 4e-3 }),
            Self::OtherProperty => factors(1e-2, 30.0),
            Self::Address { likeness, letter } => {
                let base = of_likeness(likeness);
                let (less, more) = if letter { (0.1, 25.0) } else { (1.0, 1.0) };
                let risk = if supports { 0.05_f64.max(base.risk) } else { 2.0 * base.risk };
                factors(base.weight * 0.1 * less, risk * more)
            }
            Self::OtherAddress => factors(0.05, 5.0),
            Self::Street { likeness } => factors(of_likeness(likeness).weight * 1e-4, 1.0),
            Self::Department => factors(8.0, 0.3),
            // 27 to 1 between two places of one name: a förvaltning orders them, and settles none.
            Self::OtherDepartment => factors(0.3, 3.0),
        }
    }

    /// Whether it speaks against the place so plainly that a person must look.
    #[must_use]
    pub const fn contradicts(self) -> bool {
        matches!(self, Self::OtherProperty | Self::OtherNumber)
    }

    /// The evidence in words.
    #[must_use]
    pub fn words(self) -> String {
        let like = |likeness: Likeness| match likeness {
            Likeness::Exact => text("geocode-exact", &[]),
            Likeness::Normalised => text("geocode-normalised", &[]),
            Likeness::Folded => text("geocode-folded", &[]),
            Likeness::Misspelt { letters: 1, .. } => text("geocode-misspelt-one", &[]),
            Likeness::Misspelt { letters, .. } => text("geocode-misspelt", &[("count", letters.to_string())]),
            Likeness::Part => text("geocode-part", &[]),
        };
        let with = |id: &str, likeness: Likeness| text(id, &[("how", like(likeness))]);
        match self {
            Self::Name { likeness, earlier: true, .. } => with("geocode-earlier-name", likeness),
            Self::Name { likeness, generic: true, .. } => with("geocode-generic-name", likeness),
            Self::Name { likeness, .. } => with("geocode-name", likeness),
            Self::OtherName => text("geocode-other-name", &[]),
            Self::Number => text("geocode-number", &[]),
            Self::OtherNumber => text("geocode-other-number", &[]),
            Self::Property => text("geocode-property", &[]),
            Self::OtherProperty => text("geocode-other-property", &[]),
            Self::Address { likeness, letter: false } => with("geocode-address", likeness),
            Self::Address { likeness, letter: true } => with("geocode-address-letter", likeness),
            Self::OtherAddress => text("geocode-other-address", &[]),
            Self::Street { likeness } => with("geocode-street", likeness),
            Self::Department => text("geocode-department", &[]),
            Self::OtherDepartment => text("geocode-other-department", &[]),
        }
    }
}

/// The product of all factors; the first piece found the place, the others support it.
#[must_use]
pub fn product(evidence: &[Evidence]) -> Factors {
    evidence.iter().enumerate().fold(factors(1.0, 1.0), |all, (at, piece)| {
        let own = piece.factors(at > 0);
        factors(all.weight * own.weight, all.risk * own.risk)
    })
}

/// How two names that are this many edits apart differ.
#[must_use]
pub fn misspelt(one: &str, other: &str, letters: u32) -> Likeness {
    let (a, b): (Vec<&str>, Vec<&str>) = (one.split(' ').collect(), other.split(' ').collect());
    let length = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    if a.len() != b.len() {
        return Likeness::Misspelt { letters, word: length(one).min(length(other)), first: false };
    }
    let differing = || a.iter().zip(&b).filter(|(a, b)| a != b);
    let word = differing().map(|(a, b)| length(a).min(length(b))).min().unwrap_or_else(|| length(one));
    let first = differing().any(|(a, b)| a.chars().next() != b.chars().next());
    Likeness::Misspelt { letters, word, first }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stronger_likeness_weighs_more_and_risks_less() {
        let name = |likeness| Evidence::Name { likeness, earlier: false, generic: false };
        let slip = |letters, word| Likeness::Misspelt { letters, word, first: false };
        let ladder =
            [Likeness::Exact, Likeness::Normalised, Likeness::Folded, slip(1, 14), slip(2, 14), Likeness::Part];
        for pair in ladder.windows(2) {
            let (strong, weak) = (name(pair[0]).factors(false), name(pair[1]).factors(false));
            assert!(strong.risk < weak.risk, "{pair:?}");
        }
        let risk = |word| name(slip(1, word)).factors(false).risk;
        assert!(
            (risk(4) - 0.5).abs() < 1e-12,
            "half of all one-letter slips in a word of four letters are other words"
        );
        assert!(risk(12) < risk(8) && risk(8) < risk(6));
    }

    #[test]
    fn the_word_that_differs_is_the_one_that_counts() {
        let word = |one: &str, other: &str| match misspelt(one, other, 1) {
            Likeness::Misspelt { word, first, .. } => (word, first),
            other => panic!("{other:?}"),
        };
        assert_eq!(word("hallvagens forskola", "tallvagens forskola"), (10, true));
        assert_eq!(word("norra skolan", "norra skola"), (5, false));
        assert_eq!(word("bjork skolan", "bjorkskolan"), (11, false));
    }

    #[test]
    fn every_piece_of_evidence_has_words() {
        let all = [
            Evidence::Name { likeness: Likeness::Exact, earlier: false, generic: true },
            Evidence::Name { likeness: Likeness::Part, earlier: true, generic: false },
            Evidence::OtherName,
            Evidence::Number,
            Evidence::OtherNumber,
            Evidence::Property,
            Evidence::OtherProperty,
            Evidence::Address { likeness: Likeness::Folded, letter: true },
            Evidence::Address { likeness: misspelt("ab", "ac", 2), letter: false },
            Evidence::OtherAddress,
            Evidence::Street { likeness: misspelt("ab", "ac", 1) },
            Evidence::Department,
            Evidence::OtherDepartment,
        ];
        for piece in all {
            assert!(!piece.words().contains("geocode-"), "{piece:?}");
        }
    }
}
