//! A provision (planbestämmelse): what it says, where, and how it was understood.

use serde::{Deserialize, Serialize};

use super::words::words;
use super::{Meaning, Other, Part};

words! {
    /// What sort of provision (NGP `feature:typ`).
    Kind {
        /// What the land may be used for.
        Use = "användningsbestämmelse",
        /// How, within a use.
        Property = "egenskapsbestämmelse",
        /// Administrative; none in plans after BFS 2020:5.
        Administrative = "administrativ bestämmelse",
    }
}

words! {
    /// The form of use that a provision belongs to (användningsform).
    Form {
        /// Public place, where the municipality or an association is responsible.
        PublicPlace = "allmän plats",
        /// Land for buildings and what belongs to them, private or public.
        Kvartersmark = "kvartersmark",
        /// Water.
        Water = "vattenområde",
        /// The whole plan area.
        PlanArea = "planområdet",
    }
}

words! {
    /// How a number bounds (NGP `vardetyp`).
    Bound {
        /// At least.
        Min = "min",
        /// At most.
        Max = "max",
        /// Exactly.
        Exact = "exakt",
    }
}

/// A colour: red, green, blue, 0 to 255.
pub type Rgb = [u8; 3];

impl Form {
    /// The form that a catalogue code is of: `DP_AP_...`, `DP_KM_...`, `DP_VO_...`, `DP_PO_...`.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        match code.strip_prefix("DP_")?.split('_').next()? {
            "AP" => Some(Self::PublicPlace),
            "KM" => Some(Self::Kvartersmark),
            "VO" => Some(Self::Water),
            "PO" => Some(Self::PlanArea),
            _ => None,
        }
    }
}

impl Kind {
    /// The kind that a catalogue code is of: `_Eg_` is a property, `_Ad_` administrative, anything else a use.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        let mut words = code.strip_prefix("DP_")?.split('_').skip(1);
        match words.next()? {
            "Eg" => Some(Self::Property),
            "Ad" => Some(Self::Administrative),
            _ => Some(Self::Use),
        }
    }
}

/// A value of a provision (bestämmelsevärde).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Value {
    /// Its sort in the file's words: `decimaltal`, `text`.
    pub datatype: Option<String>,
    /// The value as delivered.
    pub text: String,
    /// What it is of, in the file's words.
    pub description: Option<String>,
    /// How it bounds.
    pub bound: Option<Bound>,
    /// Its unit in the file's words: `meter`, `procent`, ...
    pub unit: Option<String>,
    /// Members without a field.
    pub other: Other,
}

impl Value {
    /// The value as a number: decimal comma or point; `None` where it is no finite number.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        let text = self.text.trim().replace(',', ".").replace(['\u{a0}', ' '], "");
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

/// How a provision was recognised, in the order that is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecognisedBy {
    /// Nobody has tried.
    #[default]
    NotTried,
    /// By the UUID of the catalogue.
    Uuid,
    /// By the code of the catalogue.
    Code,
    /// By its wording.
    Wording,
    /// By its letter or symbol alone.
    Letter,
    /// It was tried, and it is not known.
    Unknown,
}

/// What a provision was recognised as.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recognised {
    /// How.
    pub by: RecognisedBy,
    /// What it is about.
    pub meaning: Meaning,
    /// The catalogue's name for it.
    pub name: Option<String>,
    /// Its colour on a plan map.
    pub colour: Option<Rgb>,
    /// Whether the line of the table that says so was seen in its source, and not only remembered.
    pub certain: bool,
}

/// A provision.
#[derive(Debug, Clone, PartialEq)]
pub struct Provision {
    /// Its id, unique within the plan: the file's own, or one made by the reader.
    pub id: String,
    /// Its UUID in lower case; `None` where the file gives none. Files repeat them.
    pub uuid: Option<String>,
    /// Its version, from 1.
    pub version: Option<u64>,
    /// What sort.
    pub kind: Kind,
    /// Of which form of use; `None` where nothing says it.
    pub form: Option<Form>,
    /// UUID of its line in the catalogue of provisions.
    pub reference: Option<String>,
    /// Code of its line in the catalogue, `DP_...`.
    pub code: Option<String>,
    /// Its letter or word on the map without the index: `B`, `GATA`, `e`.
    pub letter: Option<String>,
    /// The index that stands after the letter.
    pub index: Option<String>,
    /// The wording; values stand in it as `[name:datatype]`. See [`Provision::text`].
    pub wording: Option<String>,
    /// The catalogue's or the old plan's wording, where [`Provision::wording`] departs from it.
    pub original_wording: Option<String>,
    /// Its values, in the order of the wording.
    pub values: Vec<Value>,
    /// Why it is there.
    pub motive: Option<String>,
    /// For how long it is valid, months.
    pub valid_months: Option<u64>,
    /// After how many months it begins.
    pub begins_after_months: Option<u64>,
    /// Whether a secondary property boundary is drawn round it.
    pub secondary_boundary: Option<bool>,
    /// Ids of the uses that it regulates; empty means those it lies on.
    pub regulates: Vec<String>,
    /// Where.
    pub parts: Vec<Part>,
    /// What it was recognised as.
    pub recognised: Recognised,
    /// Members without a field.
    pub other: Other,
}

impl Provision {
    /// A provision of this sort that says nothing yet.
    #[must_use]
    pub fn new(id: impl Into<String>, kind: Kind) -> Self {
        Self {
            id: id.into(),
            uuid: None,
            version: None,
            kind,
            form: None,
            reference: None,
            code: None,
            letter: None,
            index: None,
            wording: None,
            original_wording: None,
            values: Vec::new(),
            motive: None,
            valid_months: None,
            begins_after_months: None,
            secondary_boundary: None,
            regulates: Vec::new(),
            parts: Vec::new(),
            recognised: Recognised::default(),
            other: Other::new(),
        }
    }

    /// What it is about.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        self.recognised.meaning
    }

    /// Its areas.
    pub fn areas(&self) -> impl Iterator<Item = &geo::Polygon<f64>> {
        self.parts.iter().filter_map(Part::polygon)
    }

    /// Its lines.
    pub fn lines(&self) -> impl Iterator<Item = &geo::LineString<f64>> {
        self.parts.iter().filter_map(Part::line)
    }

    /// The wording with its values filled in, in order. A place without a value stays as it is; values without a place are
    /// left out. Empty where there is no wording.
    #[must_use]
    pub fn text(&self) -> String {
        let mut rest = self.wording.as_deref().unwrap_or_default();
        let mut values = self.values.iter();
        let mut text = String::new();
        while let Some(start) = rest.find('[') {
            let Some(length) = rest[start..].find(']') else { break };
            let token = &rest[start..=start + length];
            text.push_str(&rest[..start]);
            let value = if token.contains(':') { values.next() } else { None };
            text.push_str(value.map_or(token, |value| value.text.as_str()));
            rest = &rest[start + length + 1..];
        }
        text + rest
    }

    /// What to call it before a person: letter and index, else name, wording, code or id.
    #[must_use]
    pub fn label(&self) -> String {
        let letter =
            self.letter.as_ref().map(|letter| format!("{letter}{}", self.index.as_deref().unwrap_or_default()));
        let texts = [letter, self.recognised.name.clone(), self.wording.clone(), self.code.clone()];
        texts.into_iter().flatten().find(|text| !text.trim().is_empty()).unwrap_or_else(|| self.id.clone())
    }
}

/// Whether a text is a UUID as the exchange format wants it: 8-4-4-4-12 hexadecimal digits in lower case.
#[must_use]
pub fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let digits = |group: &&str| group.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_form_and_kind() {
        let told = |code: &str| (Form::of_code(code), Kind::of_code(code));
        assert_eq!(told("DP_KM_B2"), (Some(Form::Kvartersmark), Some(Kind::Use)));
        assert_eq!(told("DP_AP_Ko_Gata"), (Some(Form::PublicPlace), Some(Kind::Use)));
        assert_eq!(told("DP_KM_Eg_Omfatt_Prickmark"), (Some(Form::Kvartersmark), Some(Kind::Property)));
        assert_eq!(told("DP_PO_Ad_Strandskydd"), (Some(Form::PlanArea), Some(Kind::Administrative)));
        assert_eq!(told("B"), (None, None));
        assert_eq!(told("DP_"), (None, None));
    }

    #[test]
    fn values_stand_in_the_wording_in_order() {
        let mut provision = Provision::new("1", Kind::Property);
        provision.wording = Some("Högsta [byggnad:text] är [höjd:decimaltal] meter [se plan].".to_owned());
        let value = |text: &str| Value { text: text.to_owned(), ..Value::default() };
        provision.values = vec![value("nockhöjd"), value("12,5")];
        assert_eq!(provision.text(), "Högsta nockhöjd är 12,5 meter [se plan].");
        assert_eq!(provision.values[1].number(), Some(12.5));
        provision.values.clear();
        assert_eq!(provision.text(), provision.wording.clone().expect("set above"));
        provision.wording = Some("[öppen".to_owned());
        assert_eq!(provision.text(), "[öppen");
    }

    #[test]
    fn a_uuid_has_its_hyphens_and_no_capitals() {
        assert!(is_uuid("f9e056a6-cda8-4b92-a15d-dc70d61dfa36"));
        for other in ["F9E056A6-CDA8-4B92-A15D-DC70D61DFA36", "f9e056a6cda84b92a15ddc70d61dfa36", "", "å-----", "1"] {
            assert!(!is_uuid(other), "{other}");
        }
    }
}
