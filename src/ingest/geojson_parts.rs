//! The parts of a `GeoJSON` text as the parser passes them: the top, its features, their members and values.
//!
//! Nothing is gathered on the way: each feature is handed to an [`Each`] and forgotten, so that a file of any number
//! of features costs no more than its text.

use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::canonical;
use super::formats::CELL_LIMIT;

/// What the top of the file says about itself.
#[derive(Debug, Default)]
pub struct Facts {
    /// The member `type`.
    pub kind: Option<Value>,
    /// The member `crs`; null is `Some`.
    pub crs: Option<Value>,
    /// Whether there is a member `features`.
    pub has_features: bool,
}

/// What is done with each feature, member by member.
pub trait Each {
    /// Takes the properties; a member that is null is not given.
    fn properties<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<(), A::Error>;
    /// Takes another member of the feature.
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
    /// The feature is complete.
    fn end(&mut self);
}

/// A value's text, into a string that is reused.
pub struct Text<'a>(pub &'a mut String);

impl Text<'_> {
    fn set<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.0.clear();
        self.0.push_str(text);
        if text.len() > CELL_LIMIT { Err(E::custom("value-too-large")) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.set("")
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.set(if value { "true" } else { "false" })
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.set(&value.to_string())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.set(&value.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.set(&canonical::float(value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.set(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(list))?;
        self.set(&value.to_string())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(map))?;
        self.set(&value.to_string())
    }
}

/// The whole file: an object whose `features` are given one by one.
pub struct Top<'a, E> {
    pub each: &'a mut E,
    pub facts: Option<&'a mut Facts>,
}

impl<'de, E: Each> DeserializeSeed<'de> for Top<'_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, E: Each> Visitor<'de> for Top<'_, E> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut name = String::new();
        while map.next_key_seed(Text(&mut name))?.is_some() {
            match (name.as_str(), &mut self.facts) {
                ("type", Some(facts)) => facts.kind = Some(map.next_value()?),
                ("crs", Some(facts)) => facts.crs = Some(map.next_value()?),
                ("features", facts) => {
                    if let Some(facts) = facts {
                        facts.has_features = true;
                    }
                    map.next_value_seed(Features { each: &mut *self.each })?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Features<'a, E> {
    each: &'a mut E,
}

impl<'de, E: Each> DeserializeSeed<'de> for Features<'_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, E: Each> Visitor<'de> for Features<'_, E> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut features: A) -> Result<(), A::Error> {
        while features.next_element_seed(FeatureSeed { each: &mut *self.each })?.is_some() {}
        Ok(())
    }
}

/// One feature.
pub struct FeatureSeed<'a, E> {
    pub each: &'a mut E,
}

impl<'de, E: Each> DeserializeSeed<'de> for FeatureSeed<'_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, E: Each> Visitor<'de> for FeatureSeed<'_, E> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a feature")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut is_feature, mut name) = (false, String::new());
        while map.next_key_seed(Text(&mut name))?.is_some() {
            match name.as_str() {
                "properties" => map.next_value_seed(Properties { each: &mut *self.each })?,
                "type" => is_feature = map.next_value::<Value>()?.as_str() == Some("Feature"),
                other => self.each.member(other, &mut map)?,
            }
        }
        if !is_feature {
            return Err(A::Error::custom("feature-not-object"));
        }
        self.each.end();
        Ok(())
    }
}

struct Properties<'a, E> {
    each: &'a mut E,
}

impl<'de, E: Each> DeserializeSeed<'de> for Properties<'_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, E: Each> Visitor<'de> for Properties<'_, E> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object or null")
    }

    fn visit_unit<X>(self) -> Result<(), X> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.each.properties(map)
    }
}
