//! Measures done: what was built, lit, marked or staffed, where, from when and at what cost.

use geo::Geometry;

use super::Ore;

/// A line of the register of measures.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// `SYSTEM:key`, or a hash of the row where it has no key.
    pub id: String,
    /// Kind in the municipality's words: `Farthinder`, `Refug`, `Belysning`, `Kamera`.
    pub kind: String,
    /// What people call it, or the place in words.
    pub name: Option<String>,
    /// First day in use, `YYYY-MM-DD`, `YYYY-MM` or `YYYY` as the source tells; `None` where it does not.
    pub from: Option<String>,
    /// Day on which it was taken away, in the same forms.
    pub until: Option<String>,
    /// Cost, as the source states it.
    pub cost: Option<Ore>,
    /// Source of the cost, where the register tells.
    pub cost_source: Option<String>,
    /// Where, in the store's CRS; `None` is ej platsbestämd.
    pub shape: Option<Geometry<f64>>,
    /// The file that it came from.
    pub source: String,
}

impl Measure {
    /// The year in which it came into use, or `None` where the source does not tell.
    #[must_use]
    pub fn year(&self) -> Option<i16> {
        self.from.as_deref()?.get(..4)?.parse().ok()
    }
}
