//! A place of the municipality's registers: an object, a property, an address, or a place with a name.

use geo::MultiPolygon;
use serde::{Deserialize, Serialize};

/// What sort of register a place comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PlaceKind {
    /// A building, ground or thing that the municipality answers for, with a name or a number of its own.
    #[serde(rename = "objekt")]
    Object,
    /// A fastighet.
    #[serde(rename = "fastighet")]
    Property,
    /// An address with a number.
    #[serde(rename = "adress")]
    Address,
    /// A place with a name from a map.
    #[serde(rename = "plats")]
    Named,
    /// A street as a whole: a suggestion only, never a place that an event is put at.
    #[serde(rename = "gata")]
    Street,
}

impl PlaceKind {
    /// Every kind, in the order in which lists show them.
    pub const ALL: [Self; 5] = [Self::Object, Self::Property, Self::Address, Self::Named, Self::Street];

    /// The word in files and in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Object => "objekt",
            Self::Property => "fastighet",
            Self::Address => "adress",
            Self::Named => "plats",
            Self::Street => "gata",
        }
    }

    /// The kind with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Metres within which an event at such a place is taken to lie, where the register gives no extent. Ours: a
    /// building with its yard, a property in a town, an entrance.
    #[must_use]
    pub const fn default_accuracy_m(self) -> f64 {
        match self {
            Self::Object | Self::Named => 50.0,
            Self::Property => 100.0,
            Self::Address => 20.0,
            Self::Street => 500.0,
        }
    }
}

/// A place.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterPlace {
    /// Id that stays from one version of the register to the next: `objekt:1042`, `fastighet:exemplet 2:90`. Several
    /// registers may tell of the same id.
    pub id: String,
    /// What sort of register it comes from.
    pub kind: PlaceKind,
    /// What it is called today.
    pub name: Option<String>,
    /// Its number among the municipality's objects.
    pub object: Option<String>,
    /// Fastighetsbeteckning.
    pub property: Option<String>,
    /// Addresses, as they are written.
    pub addresses: Vec<String>,
    /// Earlier and other names.
    pub earlier: Vec<String>,
    /// Förvaltning or company that answers for it.
    pub department: Option<String>,
    /// Verksamhet.
    pub activity: Option<String>,
    /// The register's own word for what it is: `Skola`.
    pub class: Option<String>,
    /// Where it is, in the store's CRS; `None` where the register does not tell.
    pub at: Option<[f64; 2]>,
    /// Its area, where the register has one.
    pub area: Option<MultiPolygon<f64>>,
    /// Metres from [`Self::at`] to the farthest point of the area, or what the register says of its accuracy.
    pub extent_m: Option<f64>,
    /// File, with `#` and the sheet or layer where it has several.
    pub source: String,
    /// Row in that file as a person counts; 0 where it has no rows.
    pub row: u32,
}

impl RegisterPlace {
    /// A place with an id and a kind, and nothing else.
    #[must_use]
    pub const fn bare(id: String, kind: PlaceKind) -> Self {
        Self {
            id,
            kind,
            name: None,
            object: None,
            property: None,
            addresses: Vec::new(),
            earlier: Vec::new(),
            department: None,
            activity: None,
            class: None,
            at: None,
            area: None,
            extent_m: None,
            source: String::new(),
            row: 0,
        }
    }

    /// Metres within which an event at the place is taken to lie.
    #[must_use]
    pub fn accuracy_m(&self) -> f64 {
        self.extent_m.unwrap_or_else(|| self.kind.default_accuracy_m())
    }

    /// What people call it: its name, else property, address or number, else its id.
    #[must_use]
    pub fn shown(&self) -> &str {
        let first = self.addresses.first();
        let known = self.name.as_ref().or(self.property.as_ref()).or(first).or(self.object.as_ref());
        known.map_or(self.id.as_str(), String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_called_by_the_first_of_its_names_that_it_has() {
        let mut place = RegisterPlace::bare("objekt:7".to_owned(), PlaceKind::Object);
        assert_eq!((place.shown(), place.accuracy_m()), ("objekt:7", 50.0));
        place.addresses.push("Storgatan 1".to_owned());
        assert_eq!(place.shown(), "Storgatan 1");
        place.name = Some("Badhuset".to_owned());
        place.extent_m = Some(12.5);
        assert_eq!((place.shown(), place.accuracy_m()), ("Badhuset", 12.5));
        for kind in PlaceKind::ALL {
            assert_eq!(PlaceKind::from_code(kind.code()), Some(kind));
        }
    }
}
