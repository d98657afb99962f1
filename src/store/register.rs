//! The register of places, what people chose, and what placed events that their source did not place.

use serde::Serialize;

use super::Result;
use crate::domain::{Position, RegisterPlace};

/// What a person chose for a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Choice {
    /// Register that the text stands in: `SKADA`. A choice holds for that register only, and is erased with it.
    pub system: String,
    /// The text as it is compared.
    pub key: String,
    /// The rest of what such rows tell, as it is compared.
    pub context: String,
    /// The text as it was written first.
    pub written: String,
    /// Id of the place; `None` is "ingen plats": such rows stay without one.
    pub place: Option<String>,
}

/// Who placed an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlacedBy {
    /// The program, by a certainty above the threshold.
    Automatic,
    /// A person's choice.
    Confirmed,
}

impl PlacedBy {
    /// The word in files and in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Confirmed => "confirmed",
        }
    }

    /// The one with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Automatic, Self::Confirmed].into_iter().find(|by| by.code() == code)
    }
}

/// What placed an event.
#[derive(Debug, Clone, PartialEq)]
pub struct EventPlace {
    /// Id of the event.
    pub event: String,
    /// Id of the place.
    pub place: String,
    /// What the event calls it.
    pub written: String,
    /// Who placed it.
    pub by: PlacedBy,
    /// From 0 to 1.
    pub certainty: f64,
    /// What speaks for it, in words.
    pub evidence: String,
    /// Where the event was put.
    pub position: Position,
}

/// What a store with a register of places can do, beside [`super::Store`].
pub trait RegisterStore {
    /// Keeps the places of one source, in place of those that the source gave before. Returns whether anything changed.
    /// The ids of two rows may be the same; see [`RegisterPlace::id`].
    fn put_register(&mut self, source: &str, places: &[RegisterPlace]) -> Result<bool>;

    /// All places, by source, then in the order in which they were given.
    fn register(&self) -> Result<Vec<RegisterPlace>>;

    /// Places whose id, name, number, property, address or earlier name is the text, whatever its case; by id.
    fn find_places(&self, text: &str) -> Result<Vec<RegisterPlace>>;

    /// What people chose, sorted.
    fn choices(&self) -> Result<Vec<Choice>>;

    /// Remembers choices, each in place of the one with its system, key and context. Returns how many were new or changed.
    fn put_choices(&mut self, choices: &[Choice]) -> Result<u64>;

    /// Forgets these choices, by system, key and context. Returns how many there were.
    fn forget_choices(&mut self, choices: &[Choice]) -> Result<u64>;

    /// Forgets all choices that were made for a register: part of its erasure.
    fn erase_choices(&mut self, system: &str) -> Result<u64>;

    /// Puts events that have no position at places, and records what placed them. Events that are not here, or that have a
    /// position, are passed over. Identity, content and history of the events stay as they are. Returns how many were placed.
    fn place_events(&mut self, rows: &[EventPlace]) -> Result<u64>;

    /// Takes the position from events that [`Self::place_events`] placed. Others are passed over.
    fn unplace_events(&mut self, events: &[String]) -> Result<u64>;

    /// What placed events, by event id.
    fn event_places(&self) -> Result<Vec<EventPlace>>;
}
