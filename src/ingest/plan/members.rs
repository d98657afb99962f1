//! The members of a JSON object, taken out one by one; what is of another sort than it should be stays and is told.

use serde_json::Value as Json;

use crate::plan::model::{Other, Remark};

/// The members of one object that are not yet taken.
pub(super) struct Members<'r> {
    /// What is left.
    pub left: Other,
    /// The object, as a remark names it.
    pub at: String,
    remarks: &'r mut Vec<Remark>,
}

impl<'r> Members<'r> {
    pub fn new(members: Other, at: String, remarks: &'r mut Vec<Remark>) -> Self {
        Self { left: members, at, remarks }
    }

    /// Tells something of this object.
    pub fn remark(&mut self, remark: Remark) {
        self.remarks.push(remark);
    }

    /// Takes a member as `read` reads it. Null counts as absent; what cannot be read stays and is told.
    pub fn take<T>(&mut self, member: &str, read: impl Fn(&Json) -> Option<T>) -> Option<T> {
        let value = self.left.get(member)?;
        let taken = if value.is_null() { None } else { read(value) };
        if taken.is_some() || value.is_null() {
            self.left.shift_remove(member);
        } else {
            let found = short(&value.to_string());
            let remark = Remark::PlanMemberNotUsed { at: self.at.clone(), member: member.to_owned(), found };
            self.remarks.push(remark);
        }
        taken
    }

    /// A text; numbers count as their digits. Blank texts count as absent.
    pub fn text(&mut self, member: &str) -> Option<String> {
        self.take(member, word).filter(|text| !text.trim().is_empty())
    }

    /// A whole number from 0; texts of digits count.
    pub fn whole(&mut self, member: &str) -> Option<u64> {
        self.take(member, |value| match value {
            Json::String(text) => text.trim().parse().ok(),
            other => other.as_u64(),
        })
    }

    /// A text in lower case: UUIDs.
    pub fn id(&mut self, member: &str) -> Option<String> {
        self.text(member).map(|id| id.trim().to_lowercase())
    }

    /// A list of texts; one text counts as a list of it.
    pub fn texts(&mut self, member: &str) -> Vec<String> {
        let read = |value: &Json| match value {
            Json::Array(list) => list.iter().map(word).collect(),
            other => word(other).map(|one| vec![one]),
        };
        self.take(member, read).unwrap_or_default()
    }

    /// A list of objects; one object counts as a list of it.
    pub fn objects(&mut self, member: &str) -> Vec<Other> {
        let read = |value: &Json| match value {
            Json::Array(list) => list.iter().map(|one| one.as_object().cloned()).collect(),
            other => other.as_object().map(|one| vec![one.clone()]),
        };
        self.take(member, read).unwrap_or_default()
    }

    /// A word of a code list. One that is not in it stays and is told.
    pub fn listed<T>(&mut self, member: &str, of: impl Fn(&str) -> Option<T>) -> Option<T> {
        let found = self.left.get(member)?.as_str().map(str::to_owned);
        let Some(found) = found else { return self.take(member, |_| None) };
        let taken = of(&found);
        if taken.is_some() {
            self.left.shift_remove(member);
        } else {
            let (at, member, found) = (self.at.clone(), member.to_owned(), short(&found));
            self.remarks.push(Remark::PlanWordUnknown { at, member, found });
        }
        taken
    }

    /// Tells of those of these members that are absent.
    pub fn demand(&mut self, members: &[&str]) {
        for member in members {
            if self.left.get(*member).is_none_or(Json::is_null) {
                self.remarks.push(Remark::PlanMemberMissing { at: self.at.clone(), member: (*member).to_owned() });
            }
        }
    }
}

/// A text or a number as text.
pub(super) fn word(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A text short enough for a sentence.
pub(super) fn short(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).chain(['…']).collect() }
}
