//! What happened, where, when and at what cost: one event, whatever register it came from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Interval, Ore, Severity};

/// The four kinds of event. They are counted apart; a method that mixes them says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A traffic accident, or a fall in a traffic environment.
    Accident,
    /// A crime, a disturbance or an observation of one.
    Incident,
    /// A damage report with or without a cost.
    Damage,
    /// An alarm, justified or not.
    Alarm,
}

impl Kind {
    /// Every kind, in the order in which lists show them.
    pub const ALL: [Self; 4] = [Self::Accident, Self::Incident, Self::Damage, Self::Alarm];

    /// The word in files, on the command line and in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accident => "accident",
            Self::Incident => "incident",
            Self::Damage => "damage",
            Self::Alarm => "alarm",
        }
    }

    /// The kind with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Who may see a row. The mapping of the source decides; nothing raises it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Secrecy {
    /// Already public, as open data are.
    Open,
    /// For signed-in staff with a right to the source.
    Intern,
    /// STRADA: everything derived from it carries "INTERN – STRADA".
    Strada,
}

impl Secrecy {
    /// The word in files and in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Intern => "intern",
            Self::Strada => "strada",
        }
    }

    /// The class with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Open, Self::Intern, Self::Strada].into_iter().find(|class| class.code() == code)
    }

    /// The mark that every file, layer and page derived from such rows carries, or `None` for open data.
    #[must_use]
    pub const fn mark(self) -> Option<&'static str> {
        match self {
            Self::Open => None,
            Self::Intern => Some("INTERN"),
            Self::Strada => Some("INTERN – STRADA"),
        }
    }
}

/// How a position came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placed {
    /// Coordinates in the source.
    Coordinates,
    /// A geometry in the source that was not a point; its centroid stands for it.
    Centroid,
    /// The middle of an area that the event lies somewhere in, such as a municipality: a stand-in for not knowing where.
    AreaCentroid,
    /// A place of the register that the source names: an object or a property.
    Register,
    /// An address that the source names, with its number.
    Address,
}

impl Placed {
    /// Every way, in the order in which lists show them.
    pub const ALL: [Self; 5] = [Self::Coordinates, Self::Centroid, Self::AreaCentroid, Self::Register, Self::Address];

    /// The word in files and in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Coordinates => "coordinates",
            Self::Centroid => "centroid",
            Self::AreaCentroid => "area-centroid",
            Self::Register => "register",
            Self::Address => "address",
        }
    }

    /// The way with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.code() == code)
    }
}

/// A place in the metric CRS of the store: `x` is east and `y` is north, always.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Metres east.
    pub x: f64,
    /// Metres north.
    pub y: f64,
    /// Radius in metres within which the true place lies, or `None` where the source does not tell.
    pub accuracy_m: Option<f64>,
    /// How the position came about.
    pub placed: Placed,
}

impl Position {
    /// How far off the place may be, in metres: infinite where the position stands for a whole area, whatever the source
    /// says of its accuracy; 0 where the source does not tell.
    #[must_use]
    pub fn uncertainty_m(&self) -> f64 {
        match self.placed {
            Placed::AreaCentroid => f64::INFINITY,
            Placed::Coordinates | Placed::Centroid | Placed::Register | Placed::Address => {
                self.accuracy_m.unwrap_or(0.0)
            }
        }
    }
}

/// Where a row was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The register, for example `STRADA`; the first half of the event's id.
    pub system: String,
    /// The file's name without its folder.
    pub file: String,
    /// The sheet or layer, where the file has several.
    pub sheet: Option<String>,
    /// The row as a person counts it in that file: 1 is the first line, usually the header.
    pub row: u32,
}

/// A person in an event, without name or number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Age in whole years.
    pub age: Option<u32>,
    /// `kvinna`, `man`, or `None` where the source does not tell.
    pub sex: Option<String>,
    /// Main group of the weighed-together road-user category, as the source writes it (`Cykel`, `Personbil`).
    pub mode: Option<String>,
    /// Subgroup of the same (`Elcykel`, `Eldrivet enpersonsfordon`).
    pub mode_detail: Option<String>,
    /// Subgroup according to the police.
    pub mode_police: Option<String>,
    /// Subgroup according to the hospital.
    pub mode_hospital: Option<String>,
    /// Role according to whichever source tells (`Förare`, `Passagerare fram`).
    pub role: Option<String>,
    /// What the person was in conflict with.
    pub conflict: Option<String>,
    /// The weighed-together degree of injury.
    pub severity: Severity,
    /// Highest AIS, 0 to 6.
    pub mais: Option<u8>,
    /// Number of the vehicle or walker that the person belonged to, in [`Element::number`].
    pub element: Option<u32>,
    /// Which sources report the person: `polis`, `sjukvård`, `båda`.
    pub reported_by: Option<String>,
}

/// A vehicle, rider or walker involved in an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Element {
    /// Number within the event, from 1.
    pub number: u32,
    /// Kind of road user, as the source writes it.
    pub mode: Option<String>,
}

/// One event. See design rule: interval in time, position with accuracy, cost in öre, source, secrecy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// `SYSTEM:key`, or `SYSTEM:#hash.k` where the source has no key (hash of the raw cells, `k`-th occurrence).
    pub id: String,
    /// Which of the four kinds.
    pub kind: Kind,
    /// Code in the taxonomy `data/categories.toml`; `okand` where it is not known.
    pub category: String,
    /// The source's own words for it.
    pub category_text: Option<String>,
    /// When; `None` where unknown, and the event is still an event.
    pub time: Option<Interval>,
    /// Where; `None` is "ej platsbestämd", and the event is still an event.
    pub position: Option<Position>,
    /// The worst outcome, on whichever scale the source uses.
    pub severity: Severity,
    /// Cost in öre, as the source states it.
    pub cost: Option<Ore>,
    /// Street or road, as the source writes it.
    pub street: Option<String>,
    /// Who may see it.
    pub secrecy: Secrecy,
    /// Where it was read.
    pub source: Source,
    /// Vehicles, riders and walkers.
    pub elements: Vec<Element>,
    /// Persons.
    pub persons: Vec<Person>,
    /// Other columns that the mapping keeps: field name to value.
    pub attributes: BTreeMap<String, String>,
    /// What a person typed. It stays in `intern` and never reaches results.
    pub free_text: BTreeMap<String, String>,
    /// SHA-256 (hex) of the raw canonical cells: tells whether a row with the same id has changed.
    pub content: String,
}
