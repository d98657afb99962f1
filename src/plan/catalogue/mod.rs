//! The national catalogue of provisions: what a provision means, and how sure that is.
//!
//! A provision is looked up by UUID, then by code, then by wording, then by its letter. What is found in none of these ways is
//! unknown, and that is told. The table that ships holds the lines that rules need; a whole release of the catalogue can take its
//! place ([`Table::from_release`]).
//!
//! Source: Boverket, Planbestämmelsekatalogen, release 20251201 (`data/plan/codes.toml`).

mod entry;
mod error;
mod recognise;
mod release;

pub use entry::{Entry, Letter, Phrase, Stem};
pub use error::Error;

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::model::Rgb;

static SHIPPED: LazyLock<Table> = LazyLock::new(|| {
    Table::from_toml("codes.toml", include_str!("../../../data/plan/codes.toml")).expect("a test reads it")
});

/// A table of provisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Who publishes it: to stand beside everything made from it.
    pub source: String,
    /// Which release, by its name.
    pub release: String,
    /// Colours by name.
    pub colours: BTreeMap<String, Rgb>,
    /// Lines of the catalogue.
    #[serde(rename = "code")]
    pub entries: Vec<Entry>,
    /// What words of a code say.
    #[serde(rename = "stem", default)]
    pub stems: Vec<Stem>,
    /// What beginnings of wordings say.
    #[serde(rename = "phrase", default)]
    pub phrases: Vec<Phrase>,
    /// What letters say.
    #[serde(rename = "letter", default)]
    pub letters: Vec<Letter>,
    #[serde(skip)]
    by_uuid: HashMap<String, usize>,
    #[serde(skip)]
    by_code: HashMap<String, usize>,
    #[serde(skip)]
    by_wording: HashMap<String, usize>,
}

impl Table {
    /// The table that ships with the program.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// A table of a file like `data/plan/codes.toml`.
    ///
    /// # Errors
    /// `PlanTableBroken` for what is no such file; `PlanTableRepeats` where two lines have the same UUID or code;
    /// `PlanColourUnknown` where a line names a colour that has no numbers.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, Error> {
        let table: Self = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = text.as_bytes()[..start].split(|byte| *byte == b'\n').count();
            Error::PlanTableBroken { file: file.to_owned(), line }
        })?;
        table.indexed(file)
    }

    /// The table as a file like `data/plan/codes.toml`, without its comments.
    ///
    /// # Errors
    /// `PlanTableBroken` where a value has no form in TOML; tables made here have one.
    pub fn to_toml(&self, file: &str) -> Result<String, Error> {
        toml::to_string(self).map_err(|_| Error::PlanTableBroken { file: file.to_owned(), line: 0 })
    }

    fn indexed(mut self, file: &str) -> Result<Self, Error> {
        let named =
            self.entries.iter().map(|entry| &entry.colour).chain(self.letters.iter().map(|letter| &letter.colour));
        if let Some(colour) = named.flatten().find(|colour| !self.colours.contains_key(&colour.to_lowercase())) {
            return Err(Error::PlanColourUnknown { file: file.to_owned(), found: colour.clone() });
        }
        for (index, entry) in self.entries.iter().enumerate() {
            if let Some(uuid) = &entry.uuid
                && self.by_uuid.insert(uuid.to_lowercase(), index).is_some()
            {
                return Err(Error::PlanTableRepeats { file: file.to_owned(), found: uuid.clone() });
            }
            if let Some(code) = &entry.code
                && self.by_code.insert(code.clone(), index).is_some()
            {
                return Err(Error::PlanTableRepeats { file: file.to_owned(), found: code.clone() });
            }
            let wordings = [Some(&entry.name), entry.wording.as_ref()];
            for wording in wordings.into_iter().flatten() {
                // The same words of a use and a property, or of two generations, mean the same thing or nothing sure.
                self.by_wording.entry(recognise::plain(wording)).or_insert(index);
            }
        }
        Ok(self)
    }

    /// The numbers of a colour; `None` where there is none of that name.
    #[must_use]
    pub fn colour(&self, name: &str) -> Option<Rgb> {
        self.colours.get(&name.to_lowercase()).copied()
    }

    /// What is to stand beside whatever is made from this table.
    #[must_use]
    pub fn credit(&self) -> String {
        format!("Källa: {}, {}", self.source, self.release)
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::{Form, Kind, Meaning, is_uuid};
    use super::*;

    #[test]
    fn the_shipped_table_is_whole() {
        let table = Table::shipped();
        assert_eq!(table.credit(), "Källa: Boverket, Planbestämmelsekatalogen, 20251201");
        assert!(table.entries.len() > 25 && table.letters.len() > 40);
        for entry in &table.entries {
            assert!(entry.uuid.as_deref().is_none_or(is_uuid), "{entry:?}");
            assert_ne!(entry.meaning, Meaning::Unknown, "{entry:?}");
            if let Some(code) = &entry.code {
                assert_eq!((Form::of_code(code), Kind::of_code(code)), (entry.form, Some(entry.kind)), "{code}");
            }
        }
        let uncertain: Vec<&str> =
            table.letters.iter().filter(|letter| !letter.certain).map(|letter| letter.letter.as_str()).collect();
        assert_eq!(uncertain, ["C", "D", "K", "N", "O", "P", "S", "Z"]);
        assert_eq!(table.colour("Gul"), Some([255, 255, 206]));
        assert_eq!(table.colour("cerise"), None);
    }

    #[test]
    fn a_table_goes_to_toml_and_back() {
        let text = Table::shipped().to_toml("a.toml").expect("TOML");
        assert_eq!(&Table::from_toml("a.toml", &text).expect("the same"), Table::shipped());
    }

    #[test]
    fn a_table_that_is_wrong_is_refused_with_its_place() {
        let head = "source='a'\nrelease='b'\n[colours]\n";
        let entry = "[[code]]\ncode='DP_KM_B2'\nkind='use'\nname='B'\nmeaning='dwelling'\n";
        let refused = |text: &str| Table::from_toml("a.toml", text).expect_err(text);
        assert!(matches!(refused("source='a'\nx"), Error::PlanTableBroken { line: 2, .. }));
        assert!(matches!(refused(&format!("{head}{entry}{entry}")), Error::PlanTableRepeats { .. }));
        assert!(matches!(refused(&format!("{head}{entry}colour='cerise'\n")), Error::PlanColourUnknown { .. }));
        assert!(matches!(
            refused(&format!("{head}{}", entry.replace("dwelling", "bo"))),
            Error::PlanTableBroken { .. }
        ));
        assert!(Table::from_toml("a.toml", &format!("{head}{entry}")).is_ok());
    }
}
