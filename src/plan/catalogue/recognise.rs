//! A provision is looked up by UUID, code, wording, letter, in this order.

use super::super::model::{Form, Kind, Meaning, Plan, Provision, Recognised, RecognisedBy};
use super::{Entry, Letter, Table};

impl Table {
    /// Says of every provision of a plan what it means. What the file says itself stays: only a letter, code or form that it does
    /// not give is filled in from the table.
    pub fn recognise(&self, plan: &mut Plan) {
        for provision in &mut plan.provisions {
            self.recognise_one(provision);
        }
    }

    fn recognise_one(&self, provision: &mut Provision) {
        let found = self
            .by_reference(provision)
            .or_else(|| self.by_code(provision))
            .or_else(|| self.by_wording(provision))
            .or_else(|| self.by_letter(provision));
        let Some(found) = found else {
            provision.recognised = Recognised { by: RecognisedBy::Unknown, ..Recognised::default() };
            return;
        };
        provision.form = provision.form.or(found.form);
        provision.letter = provision.letter.take().or(found.letter);
        provision.code = provision.code.take().or(found.code);
        provision.recognised = found.recognised;
    }

    fn by_reference(&self, provision: &Provision) -> Option<Found> {
        let index = self.by_uuid.get(&provision.reference.as_deref()?.to_lowercase())?;
        Some(self.entry(&self.entries[*index], RecognisedBy::Uuid))
    }

    fn by_code(&self, provision: &Provision) -> Option<Found> {
        let code = provision.code.as_deref()?.trim();
        if let Some(index) = self.by_code.get(code) {
            return Some(self.entry(&self.entries[*index], RecognisedBy::Code));
        }
        let (meaning, letter) = self.family(code)?;
        let colour = letter.and_then(|letter| letter.colour.as_deref()).and_then(|name| self.colour(name));
        let name = letter.map(|letter| letter.name.clone());
        // The code is not in the table, only its family.
        let certain = letter.is_none_or(|letter| letter.certain);
        let recognised = Recognised { by: RecognisedBy::Code, meaning, name, colour, certain };
        let letter = letter.map(|letter| letter.letter.clone());
        Some(Found { recognised, form: Form::of_code(code), letter, code: None })
    }

    /// What a code is about by its words: by the stems, else a use of kvartersmark by its letter (`DP_KM_B2_...` is `B`).
    pub(super) fn family(&self, code: &str) -> Option<(Meaning, Option<&Letter>)> {
        let words: Vec<&str> = code.strip_prefix("DP_")?.split('_').collect();
        let has = |wanted: &[String]| {
            let mut left = words.iter();
            wanted.iter().all(|word| left.any(|one| one == word))
        };
        if let Some(stem) = self.stems.iter().find(|stem| has(&stem.words)) {
            return Some((stem.meaning, None));
        }
        let letter = words.get(1)?.trim_end_matches(|c: char| c.is_ascii_digit());
        let same = |one: &&Letter| {
            one.letter == letter
                && one.kind == Kind::Use
                && Some(one.kind) == Kind::of_code(code)
                && one.form == Form::of_code(code)
        };
        self.letters.iter().find(same).map(|letter| (letter.meaning, Some(letter)))
    }

    fn by_wording(&self, provision: &Provision) -> Option<Found> {
        let wordings = [provision.wording.as_deref(), provision.original_wording.as_deref()];
        for wording in wordings.into_iter().flatten().map(plain).filter(|wording| !wording.is_empty()) {
            let listed = self.by_wording.get(&wording).map(|index| &self.entries[*index]);
            let fits = |entry: &&Entry| {
                let form = entry.form.is_none() || provision.form.is_none() || entry.form == provision.form;
                form && (entry.kind == Kind::Use) == (provision.kind == Kind::Use)
            };
            if let Some(entry) = listed.filter(fits) {
                return Some(self.entry(entry, RecognisedBy::Wording));
            }
            // A use is named by its wording, not described.
            let phrase = self.phrases.iter().find(|phrase| wording.starts_with(&phrase.begins));
            if let Some(phrase) = phrase.filter(|_| provision.kind != Kind::Use) {
                let (meaning, certain) = (phrase.meaning, phrase.certain);
                let recognised = Recognised { by: RecognisedBy::Wording, meaning, certain, ..Recognised::default() };
                return Some(Found { recognised, form: None, letter: None, code: None });
            }
        }
        None
    }

    fn by_letter(&self, provision: &Provision) -> Option<Found> {
        let letter = base(provision.letters().first()?);
        let fits = |one: &&Letter| {
            let form = one.form.is_none() || provision.form.is_none() || one.form == provision.form;
            let same = if letter.chars().count() == 1 {
                one.letter == letter
            } else {
                one.letter.to_lowercase() == letter.to_lowercase()
            };
            form && same && (one.kind == Kind::Use) == (provision.kind == Kind::Use)
        };
        if let Some(one) = self.letters.iter().find(fits) {
            let colour = one.colour.as_deref().and_then(|name| self.colour(name));
            let (meaning, name, certain) = (one.meaning, Some(one.name.clone()), one.certain);
            let recognised = Recognised { by: RecognisedBy::Letter, meaning, name, colour, certain };
            return Some(Found { recognised, form: one.form, letter: None, code: None });
        }
        // Where a symbol stands instead of a letter, its name is in the place of the letter: prickmark.
        let symbol = plain(provision.letter.as_deref()?);
        let phrase = self.phrases.iter().find(|phrase| symbol.starts_with(&phrase.begins))?;
        let (meaning, certain) = (phrase.meaning, phrase.certain);
        let recognised = Recognised { by: RecognisedBy::Letter, meaning, certain, ..Recognised::default() };
        (provision.kind != Kind::Use).then_some(Found { recognised, form: None, letter: None, code: None })
    }

    fn entry(&self, entry: &Entry, by: RecognisedBy) -> Found {
        let colour = entry.colour.as_deref().and_then(|name| self.colour(name));
        let (meaning, name, certain) = (entry.meaning, Some(entry.name.clone()), entry.certain);
        let recognised = Recognised { by, meaning, name, colour, certain };
        Found { recognised, form: entry.form, letter: entry.letter.clone(), code: entry.code.clone() }
    }
}

/// What a look-up gives.
struct Found {
    recognised: Recognised,
    form: Option<Form>,
    letter: Option<String>,
    code: Option<String>,
}

/// A letter without what stands after it: `e1` and `e 5500` are `e`.
fn base(letter: &str) -> &str {
    letter.trim().trim_end_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || ".,%".contains(c))
}

/// A wording in lower case, with single blanks and without a full stop at its end.
pub(super) fn plain(wording: &str) -> String {
    let words: Vec<String> = wording.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(kind: Kind, say: impl Fn(&mut Provision)) -> Provision {
        let mut provision = Provision::new("1", kind);
        say(&mut provision);
        Table::shipped().recognise_one(&mut provision);
        provision
    }

    fn told(provision: &Provision) -> (RecognisedBy, Meaning, bool) {
        (provision.recognised.by, provision.meaning(), provision.recognised.certain)
    }

    #[test]
    fn the_uuid_goes_before_the_code_and_the_code_before_the_wording_and_that_before_the_letter() {
        let uuid = "f9e056a6-cda8-4b92-a15d-dc70d61dfa36";
        let all = known(Kind::Use, |one| {
            one.reference = Some(uuid.to_uppercase());
            one.code = Some("DP_KM_H2".to_owned());
        });
        assert_eq!(told(&all), (RecognisedBy::Uuid, Meaning::Dwelling, true));
        assert_eq!((all.letter.as_deref(), all.form), (Some("B"), Some(Form::Kvartersmark)));
        assert_eq!(all.code.as_deref(), Some("DP_KM_H2"), "what the file says stays");
        assert_eq!(all.recognised.colour, Some([255, 255, 206]));
        let code = known(Kind::Use, |one| {
            one.reference = Some("okänd".to_owned());
            one.code = Some("DP_KM_H2".to_owned());
            one.wording = Some("Bostäder".to_owned());
        });
        assert_eq!(told(&code), (RecognisedBy::Code, Meaning::Retail, true));
        let wording = known(Kind::Use, |one| {
            one.wording = Some("  tekniska  Anläggningar. ".to_owned());
            one.letter = Some("B".to_owned());
        });
        assert_eq!(told(&wording), (RecognisedBy::Wording, Meaning::Technical, true));
        let letter = known(Kind::Use, |one| one.letter = Some("S1".to_owned()));
        assert_eq!(told(&letter), (RecognisedBy::Letter, Meaning::School, false));
        let unknown = known(Kind::Use, |one| one.letter = Some("Å".to_owned()));
        assert_eq!(told(&unknown), (RecognisedBy::Unknown, Meaning::Unknown, false));
    }

    #[test]
    fn a_code_that_is_not_listed_is_known_by_its_words() {
        let of = |kind, code: &str| told(&known(kind, |one| one.code = Some(code.to_owned()))).1;
        assert_eq!(
            of(Kind::Property, "DP_KM_Eg_BegransningAvMarkensUtnyttjande_EjByggnadsverk_Prickmark_Aldre"),
            Meaning::NoBuilding
        );
        assert_eq!(of(Kind::Property, "DP_KM_Eg_Hojd_ExaktHojd_NockhojdNollplan"), Meaning::Height);
        assert_eq!(of(Kind::Property, "DP_KM_Eg_VillkorStart_Utfart_Aldre"), Meaning::Condition);
        assert_eq!(of(Kind::Use, "DP_KM_R2_Motorsport"), Meaning::Visitors);
        assert_eq!(of(Kind::Use, "DP_KM_H2_EjLivsEjSkrym"), Meaning::Retail);
        assert_eq!(of(Kind::Use, "DP_AP_Gata_Lokal"), Meaning::Street);
        for other in ["DP_KM_Y9", "DP_", "B", "DP_KM", "DP_AP_B2", ""] {
            assert_eq!(of(Kind::Use, other), Meaning::Unknown, "{other}");
        }
    }

    #[test]
    fn capitals_are_uses_and_small_letters_properties() {
        let of = |kind, letter: &str| known(kind, |one| one.letter = Some(letter.to_owned())).meaning();
        assert_eq!((of(Kind::Use, "C"), of(Kind::Property, "c")), (Meaning::Centre, Meaning::Energy));
        assert_eq!((of(Kind::Use, "c"), of(Kind::Property, "C")), (Meaning::Unknown, Meaning::Unknown));
        assert_eq!((of(Kind::Property, "e 5500"), of(Kind::Property, "h12,5")), (Meaning::Extent, Meaning::Height));
        assert_eq!((of(Kind::Use, "Gata"), of(Kind::Use, "PARK1")), (Meaning::Street, Meaning::Park));
        assert_eq!(of(Kind::Property, "Prickmark"), Meaning::NoBuilding);
        assert_eq!(of(Kind::Administrative, "u"), Meaning::Underground);
    }

    #[test]
    fn prickmark_is_known_by_its_words() {
        let of = |words: &str| told(&known(Kind::Property, |one| one.wording = Some(words.to_owned())));
        assert_eq!(of("Marken får inte förses med byggnad."), (RecognisedBy::Wording, Meaning::NoBuilding, true));
        assert_eq!(of("Marken får inte förses med byggnadsverk").1, Meaning::NoBuilding);
        assert_eq!(
            of("Marken får endast förses med komplementbyggnad"),
            (RecognisedBy::Wording, Meaning::AccessoryOnly, false)
        );
        assert_eq!(of("Endast garage").1, Meaning::Unknown);
    }
}
