//! Code lists: the word in the file and what it stands for.

use serde::{Deserialize, Serialize};

/// An enum whose variants are words of a code list.
macro_rules! words {
    ($(#[$note:meta])* $name:ident { $($(#[$sort:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$note])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$sort])* $variant,)+
        }

        impl $name {
            /// Every word, in the order of the list.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word as files write it.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What the word stands for, whatever its case and the blanks around it; `None` where it is not in the list.
            #[must_use]
            pub fn of(word: &str) -> Option<Self> {
                let word = word.trim().to_lowercase();
                Self::ALL.iter().copied().find(|one| one.word().to_lowercase() == word)
            }
        }
    };
}
pub(super) use words;

words! {
    /// Where in the process a plan is (NGP code list Planstatus).
    Status {
        /// Begun.
        Begun = "påbörjad",
        /// Out for consultation.
        Consultation = "samråd",
        /// Out for review.
        Review = "granskning",
        /// Adopted, and may still be appealed.
        Adopted = "antagen",
        /// Appealed.
        Appealed = "överklagad",
        /// Under the county board's supervision.
        Supervision = "tillsyn",
        /// In force.
        InForce = "laga kraft",
        /// Repealed.
        Repealed = "upphävd",
        /// Closed without adoption.
        Closed = "avslutad",
    }
}

words! {
    /// Under which law a plan was made (NGP code list Plantyp).
    PlanType {
        /// Avstyckningsplan.
        Avstyckningsplan = "avstyckningsplan",
        /// Byggnadsplan.
        Byggnadsplan = "byggnadsplan",
        /// Detaljplan.
        Detaljplan = "detaljplan",
        /// Stadsplan.
        Stadsplan = "stadsplan",
    }
}

/// What sort of file a plan was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanFormat {
    /// The national exchange format, version 4: `application/vnd.lm.detaljplan.v4+json`.
    Ngp,
    /// SS 637040:2016, XML with oriented boundary lines.
    Ss637040,
    /// Layers of the QGIS plan plug-in.
    PlanLayers,
    /// Any layer of areas, by a mapping.
    #[default]
    AnyLayer,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whatever_their_case_and_go_back_to_themselves() {
        assert_eq!(Status::of(" Laga Kraft "), Some(Status::InForce));
        assert_eq!(Status::of("ÖVERKLAGAD"), Some(Status::Appealed));
        assert_eq!(Status::of("utställning"), None);
        for status in Status::ALL {
            assert_eq!(Status::of(status.word()), Some(*status));
        }
        for sort in PlanType::ALL {
            assert_eq!(PlanType::of(sort.word()), Some(*sort));
        }
    }
}
