//! A whole release of the catalogue in its flat form, as the open API gives it (`/release/full/platt/{id}`).
//!
//! What a release does not say, what its lines are about, follows from their codes and letters by the shipped table.

use serde_json::{Map, Value as Json};

use super::super::model::{Form, Kind, Meaning};
use super::{Entry, Error, Table};

/// A member of the flat form: what it is here, and the names it goes under. The first is the API's, others are those of copies of
/// it that programs keep.
///
/// | here | in the file | must be there |
/// |---|---|---|
/// | list of lines | `bestammelser`, `entries` | yes |
/// | name of the release | `namn`, `release_name` | yes |
/// | UUID | `id` | yes |
/// | code | `bestammelsekod`, `kod` | no |
/// | wording | `bestammelseformulering`, `formulering` | yes |
/// | kind | `bestammelsetyp`, `typ` | yes |
/// | form of use | `anvandningsform` | no |
/// | letter | `beteckning` | no |
/// | colour | `farg` | no |
/// | symbol | `symbol` | no |
/// | category | `kategori` | no |
struct Member(&'static [&'static str]);

const LINES: Member = Member(&["bestammelser", "entries"]);
const RELEASE: Member = Member(&["namn", "release_name"]);
const UUID: Member = Member(&["id"]);
const CODE: Member = Member(&["bestammelsekod", "kod"]);
const WORDING: Member = Member(&["bestammelseformulering", "formulering"]);
const KIND: Member = Member(&["bestammelsetyp", "typ"]);
const FORM: Member = Member(&["anvandningsform"]);
const LETTER: Member = Member(&["beteckning"]);
const COLOUR: Member = Member(&["farg"]);
const SYMBOL: Member = Member(&["symbol"]);
const CATEGORY: Member = Member(&["kategori"]);

impl Member {
    fn of<'a>(&self, object: &'a Map<String, Json>) -> Option<&'a Json> {
        self.0.iter().find_map(|name| object.get(*name))
    }

    fn text<'a>(&self, object: &'a Map<String, Json>) -> Option<&'a str> {
        self.of(object).and_then(Json::as_str).map(str::trim).filter(|text| !text.is_empty())
    }
}

impl Table {
    /// The table of a whole release. Letters, code words, wordings and colours stay those of the shipped table, and so do its
    /// lines that the release does not have: codes of 2016. Lines of a kind that plans do not deliver (transitional provisions)
    /// and colours without numbers are left out.
    ///
    /// Cost O(n) in bytes.
    ///
    /// # Errors
    /// `PlanReleaseUnlike` for what is no release in the flat form: it names the first member that is not there.
    /// `PlanTableRepeats` where a UUID comes twice.
    pub fn from_release(file: &str, json: &str) -> Result<Self, Error> {
        let unlike = |missing: &Member, number: usize| {
            let missing = missing.0.first().copied().unwrap_or_default().to_owned();
            Error::PlanReleaseUnlike { file: file.to_owned(), missing, number }
        };
        let json = json.trim_start_matches('\u{feff}');
        let root: Json = serde_json::from_str(json).map_err(|_| unlike(&LINES, 0))?;
        let root = root.as_object().ok_or_else(|| unlike(&LINES, 0))?;
        let lines = LINES.of(root).and_then(Json::as_array).ok_or_else(|| unlike(&LINES, 0))?;
        let release = RELEASE.text(root).ok_or_else(|| unlike(&RELEASE, 0))?;
        let shipped = Self::shipped();
        let mut entries = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let number = number + 1;
            let line = line.as_object().ok_or_else(|| unlike(&UUID, number))?;
            let uuid = UUID.text(line).ok_or_else(|| unlike(&UUID, number))?;
            let wording = WORDING.text(line).ok_or_else(|| unlike(&WORDING, number))?;
            let kind = KIND.text(line).ok_or_else(|| unlike(&KIND, number))?;
            let Some(kind) = Kind::of(kind) else { continue };
            entries.push(shipped.line(uuid, wording, kind, line));
        }
        let listed = |entry: &&Entry| {
            let same = |new: &Entry| {
                (new.uuid.is_some() && new.uuid == entry.uuid) || (new.code.is_some() && new.code == entry.code)
            };
            !entries.iter().any(same)
        };
        let kept: Vec<Entry> = shipped.entries.iter().filter(listed).cloned().collect();
        let mut codes = std::collections::BTreeSet::new();
        for entry in &mut entries {
            // Generations of one provision may share a code; the first line keeps it, the others are found by UUID.
            entry.code = entry.code.take().filter(|code| codes.insert(code.clone()));
        }
        entries.extend(kept);
        let table = Self {
            source: shipped.source.clone(),
            release: release.to_owned(),
            colours: shipped.colours.clone(),
            entries,
            stems: shipped.stems.clone(),
            phrases: shipped.phrases.clone(),
            letters: shipped.letters.clone(),
            by_uuid: std::collections::HashMap::new(),
            by_code: std::collections::HashMap::new(),
            by_wording: std::collections::HashMap::new(),
        };
        table.indexed(file)
    }

    fn line(&self, uuid: &str, wording: &str, kind: Kind, line: &Map<String, Json>) -> Entry {
        let code = CODE.text(line).map(str::to_owned);
        let letter = LETTER.text(line).map(letter_of).filter(|letter| !letter.is_empty());
        let form = FORM.text(line).and_then(form_of).or_else(|| code.as_deref().and_then(Form::of_code));
        let name = if wording.contains('[') { CATEGORY.text(line).unwrap_or(wording) } else { wording };
        let known = self.entries.iter().find(|entry| entry.uuid.as_deref() == Some(uuid));
        let meaning = known
            .map(|entry| entry.meaning)
            .or_else(|| self.about(kind, form, code.as_deref(), letter.as_deref(), line));
        Entry {
            uuid: Some(uuid.to_lowercase()),
            kind,
            form,
            name: name.to_owned(),
            wording: Some(wording.to_owned()).filter(|wording| wording != name),
            colour: COLOUR.text(line).filter(|name| self.colour(name).is_some()).map(str::to_lowercase),
            meaning: meaning.unwrap_or_default(),
            certain: true,
            letter,
            code,
        }
    }

    fn about(
        &self,
        kind: Kind,
        form: Option<Form>,
        code: Option<&str>,
        letter: Option<&str>,
        line: &Map<String, Json>,
    ) -> Option<Meaning> {
        let symbol = SYMBOL.text(line).map(super::recognise::plain);
        let by_symbol = || {
            self.phrases.iter().find(|phrase| symbol.as_ref().is_some_and(|symbol| symbol.starts_with(&phrase.begins)))
        };
        let fits = |one: &&super::Letter| {
            let form = one.form.is_none() || form.is_none() || one.form == form;
            form && Some(one.letter.as_str()) == letter && (one.kind == Kind::Use) == (kind == Kind::Use)
        };
        let by_letter = || self.letters.iter().find(fits).map(|letter| letter.meaning);
        let by_code = code.and_then(|code| self.family(code)).map(|(meaning, _)| meaning);
        by_code.or_else(|| by_symbol().map(|phrase| phrase.meaning)).or_else(by_letter)
    }
}

/// The form; the release writes some with capitals.
fn form_of(word: &str) -> Option<Form> {
    Form::of(word)
}

/// A letter without the mark of its index and without places for text: `e#` is `e`, `[beteckning:text]#` is nothing.
fn letter_of(letter: &str) -> String {
    let mut text = String::new();
    let mut within = false;
    for c in letter.chars() {
        within |= c == '[';
        if !within && c != '#' {
            text.push(c);
        }
        within &= c != ']';
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::super::model::{Plan, Provision, RecognisedBy};
    use super::*;

    /// Lines in the form of the API: made up but for the first, which is in the shipped table.
    const RELEASE: &str = r#"{"id": 8, "namn": "20990101", "publicerad": "2099-01-01T00:00:00", "bestammelser": [
        {"id": "f9e056a6-cda8-4b92-a15d-dc70d61dfa36", "bestammelsekod": "DP_KM_B2", "bestammelseformulering": "Bostäder",
         "bestammelsetyp": "Användningsbestämmelse", "anvandningsform": "Kvartersmark", "beteckning": "B", "farg": "Gul"},
        {"id": "00000000-0000-4000-8000-000000000001", "bestammelsekod": "DP_KM_Eg_Hojd_Prov", "kategori": "Höjd på byggnadsverk",
         "bestammelseformulering": "Höjden är [höjd:decimaltal] meter", "bestammelsetyp": "Egenskapsbestämmelse", "beteckning": "h#"},
        {"id": "00000000-0000-4000-8000-000000000002", "bestammelseformulering": "Prov", "farg": "Cerise",
         "bestammelsetyp": "Egenskapsbestämmelse", "symbol": "Marken får inte förses med byggnad/byggnadsverk (2020 - pågående)"},
        {"id": "00000000-0000-4000-8000-000000000003", "bestammelseformulering": "Prov", "bestammelsetyp": "Övergångsbestämmelse"}]}"#;

    #[test]
    fn a_release_takes_the_place_of_the_lines_it_has() {
        let table = Table::from_release("release.json", RELEASE).expect("a release");
        assert_eq!(table.release, "20990101");
        assert_eq!(table.entries.len(), 3 + Table::shipped().entries.len() - 1);
        let mut plan = Plan::default();
        for last in 1..=3 {
            let mut provision = Provision::new(last.to_string(), Kind::Property);
            provision.reference = Some(format!("00000000-0000-4000-8000-00000000000{last}"));
            plan.provisions.push(provision);
        }
        table.recognise(&mut plan);
        let told: Vec<_> = plan.provisions.iter().map(|one| (one.recognised.by, one.meaning())).collect();
        let by = RecognisedBy::Uuid;
        assert_eq!(told, [(by, Meaning::Height), (by, Meaning::NoBuilding), (RecognisedBy::Unknown, Meaning::Unknown)]);
        assert_eq!(plan.provisions[0].letter.as_deref(), Some("h"));
        let text = table.to_toml("a.toml").expect("TOML");
        assert_eq!(Table::from_toml("a.toml", &text).expect("read again"), table);
    }

    #[test]
    fn what_is_no_release_is_refused_with_the_first_member_that_is_not_there() {
        let missing = |text: &str| match Table::from_release("a.json", text) {
            Err(Error::PlanReleaseUnlike { missing, number, .. }) => (missing, number),
            other => panic!("{other:?}"),
        };
        for text in ["", "[", "3", "{}", "{\"bestammelser\": 3}", &"[".repeat(10_000)] {
            assert_eq!(missing(text), ("bestammelser".to_owned(), 0));
        }
        assert_eq!(missing("{\"bestammelser\": []}"), ("namn".to_owned(), 0));
        assert_eq!(missing("{\"namn\": \"a\", \"bestammelser\": [3]}"), ("id".to_owned(), 1));
        let line = |members: &str| format!("{{\"namn\": \"a\", \"bestammelser\": [{{{members}}}]}}");
        assert_eq!(missing(&line("\"id\": \"a\"")), ("bestammelseformulering".to_owned(), 1));
        assert_eq!(missing(&line("\"id\": \"a\", \"formulering\": \"b\"")), ("bestammelsetyp".to_owned(), 1));
        let twice = RELEASE.replace("000000000002", "000000000001");
        assert!(matches!(Table::from_release("a.json", &twice), Err(Error::PlanTableRepeats { .. })));
    }

    #[test]
    fn a_letter_loses_its_places_for_index_and_text() {
        assert_eq!([letter_of("e#"), letter_of("[beteckning:text]#"), letter_of("B")], ["e", "", "B"]);
    }
}
