//! What a layer is: from a mapping file, or guessed from names.

use serde::Deserialize;

use super::super::PlanReadError;
use super::Layer;
use crate::plan::model::{Form, PlanType, Status};

/// Columns that hold the letter of use where no mapping says so, in the order of preference.
const LETTER_COLUMNS: [&str; 5] = ["beteckning", "anvandning", "användning", "bokstav", "letter"];

/// What a layer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Areas of use.
    Use,
    /// Properties: areas, lines or points.
    Property,
    /// The plan area.
    PlanArea,
    /// Parcels.
    Parcel,
}

/// A mapping: `[plan]` with what is known of the plan, and a `[[layer]]` for each layer that is to be read.
///
/// ```toml
/// [plan]
/// name = "Kvarteret Eken"
/// municipality = "Kalmar"
/// status = "samråd"
///
/// [[layer]]
/// layer = "PLANOMRÅDE"
/// role = "plan-area"
///
/// [[layer]]
/// layer = "anvandning"
/// role = "use"
/// letter = "BOKSTAV"
///
/// [[layer]]
/// layer = "prickmark"
/// role = "property"
/// is = "prickmark"
/// ```
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The mapping's own file, for errors.
    #[serde(skip)]
    pub file: String,
    /// What is known of the plan.
    #[serde(default)]
    pub plan: PlanSays,
    /// Its layers.
    #[serde(rename = "layer", default)]
    pub layers: Vec<LayerSays>,
}

/// What a mapping says of the plan.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanSays {
    /// Its name.
    pub name: Option<String>,
    /// The municipality.
    pub municipality: Option<String>,
    /// The municipality's designation.
    pub designation: Option<String>,
    /// Its purpose.
    pub purpose: Option<String>,
    /// A word of the code list: `samråd`, `laga kraft`, ...
    pub status: Option<String>,
    /// A word of the code list: `detaljplan`, ...
    pub typ: Option<String>,
}

/// What a mapping says of a layer. All but `layer`, `role`, `is` and `form` are names of columns.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerSays {
    /// Its name, whatever its case.
    pub layer: String,
    /// What it is.
    pub role: Role,
    /// The letter of all its rows, where the layer's name says it and no column does.
    pub is: Option<String>,
    /// The form of use of all its rows: `allmän plats`, `kvartersmark`, `vattenområde`.
    pub form: Option<String>,
    /// Column of the letter.
    pub letter: Option<String>,
    /// Column of the code of the catalogue.
    pub code: Option<String>,
    /// Column of the wording.
    pub wording: Option<String>,
    /// Column of the value, a number.
    pub value: Option<String>,
    /// Column of the id; for parcels, of the designation.
    pub id: Option<String>,
}

impl Mapping {
    /// A mapping of a file's text.
    ///
    /// # Errors
    /// `PlanMappingBroken` for what is no mapping; `PlanMappingWord` for a word of a code list that is not in it.
    pub fn parse(file: &str, text: &str) -> Result<Self, PlanReadError> {
        let parsed: Self = toml::from_str(text).map_err(|error| {
            let line = super::super::text::line_of(text, error.span().map_or(0, |span| span.start));
            PlanReadError::PlanMappingBroken { file: file.to_owned(), line }
        })?;
        let listed = |member: &str, found: &Option<String>, allowed: Vec<&str>| match found {
            Some(word) if !allowed.contains(&word.trim().to_lowercase().as_str()) => {
                let allowed = allowed.into_iter().map(str::to_owned).collect();
                let (file, member, found) = (file.to_owned(), member.to_owned(), word.clone());
                Err(PlanReadError::PlanMappingWord { file, member, found, allowed })
            }
            _ => Ok(()),
        };
        listed("status", &parsed.plan.status, Status::ALL.iter().map(|one| one.word()).collect())?;
        listed("typ", &parsed.plan.typ, PlanType::ALL.iter().map(|one| one.word()).collect())?;
        for layer in &parsed.layers {
            listed("form", &layer.form, Form::ALL.iter().map(|one| one.word()).collect())?;
        }
        Ok(Self { file: file.to_owned(), ..parsed })
    }

    /// A mapping by names alone: a layer called `planområde` or `fastighet` is that, and one with a column for the letter is of uses.
    pub(super) fn guess(file: &str, layers: &[Layer]) -> Result<Self, PlanReadError> {
        let says = |layer: &Layer| {
            let name = layer.name.to_lowercase();
            let letter = LETTER_COLUMNS.iter().find(|column| layer.column(column).is_some());
            let role = if ["planområde", "planomrade"].contains(&name.as_str()) {
                Role::PlanArea
            } else if name.starts_with("fastighet") {
                Role::Parcel
            } else if name.starts_with("egenskap") && letter.is_some() {
                Role::Property
            } else if letter.is_some() {
                Role::Use
            } else {
                return None;
            };
            let letter =
                letter.filter(|_| matches!(role, Role::Use | Role::Property)).map(|column| (*column).to_owned());
            let named = |column: &str| layer.column(column).map(|_| column.to_owned());
            Some(LayerSays {
                layer: layer.name.clone(),
                role,
                is: None,
                form: None,
                letter,
                code: named("bestammelsekod"),
                wording: named("bestammelseformulering"),
                value: None,
                id: named(if role == Role::Parcel { "fastighet" } else { "objektidentitet" }),
            })
        };
        let found: Vec<LayerSays> = layers.iter().filter_map(says).collect();
        if found.iter().any(|layer| layer.role == Role::Use) {
            return Ok(Self { file: file.to_owned(), plan: PlanSays::default(), layers: found });
        }
        let layers = layers.iter().map(|layer| layer.name.clone()).collect();
        Err(PlanReadError::PlanNoLayer { file: file.to_owned(), layers })
    }
}
