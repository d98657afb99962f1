//! The 17 categories of emerging hotspots, and the five words that are shown.
//!
//! Source: `ArcGIS` Pro documentation, "How Emerging Hot Spot Analysis works" (Esri).

use serde::Serialize;

/// What a place is in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Temperature {
    /// More events than chance explains.
    Hot,
    /// Fewer.
    Cold,
    /// Neither.
    Neither,
}

/// The eight patterns, for hot and cold alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pattern {
    /// For the first time, in the last step.
    New,
    /// For the first time, in a run of steps to the last.
    Consecutive,
    /// Nearly always, and more and more so.
    Intensifying,
    /// Nearly always, without a trend.
    Persistent,
    /// Nearly always, and less and less so.
    Diminishing,
    /// On and off, and never the opposite.
    Sporadic,
    /// Now, after having been the opposite.
    Oscillating,
    /// Nearly always, but not in the last step.
    Historical,
}

/// One of the 17 categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(tag = "temperature", content = "pattern", rename_all = "kebab-case")]
pub enum Category {
    /// No pattern.
    None,
    /// A hotspot.
    Hot(Pattern),
    /// A coldspot.
    Cold(Pattern),
}

/// What is shown on screen, under the catalogue's `emerging-word-…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// Ny.
    New,
    /// Ihållande.
    Lasting,
    /// Ökande.
    Rising,
    /// Avtagande.
    Falling,
    /// Tillfällig.
    Passing,
}

impl Word {
    /// Every word.
    pub const ALL: [Self; 5] = [Self::New, Self::Lasting, Self::Rising, Self::Falling, Self::Passing];

    /// Its id in the catalogue.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::New => "emerging-word-new",
            Self::Lasting => "emerging-word-lasting",
            Self::Rising => "emerging-word-rising",
            Self::Falling => "emerging-word-falling",
            Self::Passing => "emerging-word-passing",
        }
    }
}

impl Category {
    /// Its id in the catalogue: `emerging-hot-new`, `emerging-cold-new`, `emerging-none`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        macro_rules! ids {
            ($side:literal, $pattern:expr) => {
                match $pattern {
                    Pattern::New => concat!("emerging-", $side, "-new"),
                    Pattern::Consecutive => concat!("emerging-", $side, "-consecutive"),
                    Pattern::Intensifying => concat!("emerging-", $side, "-intensifying"),
                    Pattern::Persistent => concat!("emerging-", $side, "-persistent"),
                    Pattern::Diminishing => concat!("emerging-", $side, "-diminishing"),
                    Pattern::Sporadic => concat!("emerging-", $side, "-sporadic"),
                    Pattern::Oscillating => concat!("emerging-", $side, "-oscillating"),
                    Pattern::Historical => concat!("emerging-", $side, "-historical"),
                }
            };
        }
        match self {
            Self::None => "emerging-none",
            Self::Hot(pattern) => ids!("hot", pattern),
            Self::Cold(pattern) => ids!("cold", pattern),
        }
    }
}

impl Pattern {
    /// Every pattern, in the order of the rules.
    pub const ALL: [Self; 8] = [
        Self::New,
        Self::Consecutive,
        Self::Intensifying,
        Self::Persistent,
        Self::Diminishing,
        Self::Sporadic,
        Self::Oscillating,
        Self::Historical,
    ];
}

/// The category of a place.
///
/// - `states`: what it is in each step, oldest first
/// - `direction`: of its significant trend: above 0 rising, below 0 falling, 0 without one
///
/// The rules for hot, tried in this order; then the same with hot and cold changed about, where a falling trend
/// intensifies; then none. "Nearly always" is in at least 90 % of the steps.
///
/// | category | last step | before | share of hot steps | else |
/// |---|---|---|---|---|
/// | new | hot | never hot | | |
/// | consecutive | hot, in one run of at least two | never hot before the run | below 90 % | |
/// | intensifying | hot | | 90 % or more | rising trend |
/// | diminishing | hot | | 90 % or more | falling trend |
/// | persistent | hot | | 90 % or more | no trend |
/// | sporadic | hot | hot on and off | below 90 % | never cold |
/// | oscillating | hot | hot on and off, and cold some time | below 90 % | |
/// | historical | not hot | | 90 % or more | |
///
/// The source does not say which goes first where two fit. A place that was cold before and is hot in the last step alone is
/// "new" here, one that is so in a last run "consecutive"; one that nearly always was hot and now is cold is "historical
/// hot". No steps: none. Cost O(steps).
#[must_use]
pub fn categorise(states: &[Temperature], direction: i64) -> Category {
    use Temperature::{Cold, Hot};
    let hot = || pattern(states, Hot, Cold, direction).map(Category::Hot);
    let cold = || pattern(states, Cold, Hot, -direction).map(Category::Cold);
    hot().or_else(cold).unwrap_or(Category::None)
}

fn pattern(states: &[Temperature], this: Temperature, opposite: Temperature, direction: i64) -> Option<Pattern> {
    let n = states.iter().filter(|state| **state == this).count();
    let run = states.iter().rev().take_while(|state| **state == this).count();
    let nearly_always = n > 0 && n * 10 >= states.len() * 9;
    Some(match (run, nearly_always) {
        (0, true) => Pattern::Historical,
        (0, false) => return None,
        (1, _) if n == 1 => Pattern::New,
        (_, false) if n == run => Pattern::Consecutive,
        (_, true) if direction > 0 => Pattern::Intensifying,
        (_, true) if direction < 0 => Pattern::Diminishing,
        (_, true) => Pattern::Persistent,
        (_, false) if states.contains(&opposite) => Pattern::Oscillating,
        (_, false) => Pattern::Sporadic,
    })
}

/// The word on screen for a category; `None` for coldspots and for no pattern, which are no concentrations.
///
/// | word | categories |
/// |---|---|
/// | Ny | new, consecutive |
/// | Ökande | intensifying |
/// | Ihållande | persistent |
/// | Avtagande | diminishing, historical |
/// | Tillfällig | sporadic, oscillating |
#[must_use]
pub const fn word(category: Category) -> Option<Word> {
    let Category::Hot(pattern) = category else { return None };
    Some(match pattern {
        Pattern::New | Pattern::Consecutive => Word::New,
        Pattern::Intensifying => Word::Rising,
        Pattern::Persistent => Word::Lasting,
        Pattern::Diminishing | Pattern::Historical => Word::Falling,
        Pattern::Sporadic | Pattern::Oscillating => Word::Passing,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::texts::{swedish, text};

    fn states(letters: &str) -> Vec<Temperature> {
        let one = |letter| match letter {
            'h' => Temperature::Hot,
            'c' => Temperature::Cold,
            _ => Temperature::Neither,
        };
        letters.chars().map(one).collect()
    }

    const HISTORIES: [(&str, i64, Option<Pattern>); 17] = [
        (".........h", 0, Some(Pattern::New)),
        ("c........h", 0, Some(Pattern::New)),
        ("........hh", 0, Some(Pattern::Consecutive)),
        ("..hhhhhhhh", 1, Some(Pattern::Consecutive)),
        ("hhhhhhhhhh", 1, Some(Pattern::Intensifying)),
        (".hhhhhhhhh", 1, Some(Pattern::Intensifying)),
        ("hhhhhhhhhh", 0, Some(Pattern::Persistent)),
        ("hhhh.hhhhh", 0, Some(Pattern::Persistent)),
        ("hhhhhhhhhh", -1, Some(Pattern::Diminishing)),
        ("h.......hh", 0, Some(Pattern::Sporadic)),
        ("hhhhhhhh.h", 1, Some(Pattern::Intensifying)),
        ("hhhhhhh..h", 1, Some(Pattern::Sporadic)),
        ("h..c.....h", 0, Some(Pattern::Oscillating)),
        ("hhhhhhhhh.", 1, Some(Pattern::Historical)),
        ("hhhhhhhhhc", 0, Some(Pattern::Historical)),
        ("hhhhhhhh..", 0, None),
        ("..........", 1, None),
    ];

    #[test]
    fn each_history_has_its_category_and_the_cold_ones_mirror_it() {
        for (letters, direction, wanted) in HISTORIES {
            let found = categorise(&states(letters), direction);
            assert_eq!(found, wanted.map_or(Category::None, Category::Hot), "{letters}");
            let turned = |letter| match letter {
                'h' => 'c',
                'c' => 'h',
                other => other,
            };
            let mirror: String = letters.chars().map(turned).collect();
            // Hot rules go first, so a mirror that ends or began hot may have another name.
            if !mirror.contains('h') {
                assert_eq!(categorise(&states(&mirror), -direction), wanted.map_or(Category::None, Category::Cold));
            }
        }
        assert_eq!(categorise(&[], 1), Category::None);
    }

    #[test]
    fn every_category_has_its_name_and_every_word_is_the_users() {
        let all = Pattern::ALL.into_iter().flat_map(|pattern| [Category::Hot(pattern), Category::Cold(pattern)]);
        let all: Vec<Category> = all.chain([Category::None]).collect();
        assert_eq!(all.len(), 17);
        for category in all {
            assert_ne!(text(category.id(), &[]), category.id());
            assert_eq!(word(category).is_some(), matches!(category, Category::Hot(_)));
        }
        let words = Word::ALL.map(|word| swedish(word.id(), &[]));
        assert_eq!(words, ["Ny", "Ihållande", "Ökande", "Avtagande", "Tillfällig"]);
    }

    proptest! {
        #[test]
        fn turning_hot_and_cold_about_turns_the_category_about(letters in "[hc.]{0,30}", direction in -1_i64..2) {
            let before = categorise(&states(&letters), direction);
            let turn = |state: Temperature| match state {
                Temperature::Hot => Temperature::Cold,
                Temperature::Cold => Temperature::Hot,
                Temperature::Neither => Temperature::Neither,
            };
            let turned: Vec<Temperature> = states(&letters).into_iter().map(turn).collect();
            let after = categorise(&turned, -direction);
            match (before, after) {
                (Category::Hot(one), Category::Cold(other)) | (Category::Cold(one), Category::Hot(other)) => {
                    prop_assert_eq!(one, other);
                }
                // Historical on one side and now the other: the hot rule goes first both ways.
                (Category::Hot(_), Category::Hot(_)) => prop_assert!(letters.contains('h') && letters.contains('c')),
                found => prop_assert_eq!(found, (Category::None, Category::None)),
            }
        }
    }
}
