//! What can be wrong with a plan. The variant's name in kebab-case is the id of its sentence and remedy in the catalogue of texts;
//! numbers are texts, written as a person reads them.

use serde::Serialize;

use super::super::model::Remark;

/// What is wrong with a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields are the words of the sentences in data/texts/plan_faults.toml")]
pub enum FaultKind {
    /// The plan has no area: it is empty, a point or a line.
    PlanHasNoArea,
    /// The plan has no areas of use.
    PlanHasNoUses,
    /// Part of the plan has no use.
    PlanGap { area_m2: String, width_m: String },
    /// A narrow strip of the plan has no use.
    PlanGapNarrow { area_m2: String, width_m: String, limit_m: String },
    /// A provision reaches outside the plan.
    PlanProvisionOutside { at: String, area_m2: String, beyond_m: String },
    /// Two areas of use lie on each other.
    PlanOverlap { one: String, other: String, area_m2: String },
    /// Two areas of use lie on each other a little.
    PlanOverlapSliver { one: String, other: String, area_m2: String },
    /// Several uses have one and the same area.
    PlanUsesShareArea { uses: String },
    /// Uses of different forms have the same ground.
    PlanFormsClash { one: String, other: String },
    /// A very small area of use.
    PlanSliver { at: String, area_m2: String },
    /// An area without extent.
    PlanAreaEmpty { at: String },
    /// A boundary that crosses itself.
    PlanSelfCrossing { at: String },
    /// A hole that lies outside its area.
    PlanHoleOutside { at: String },
    /// A provision has the same area twice.
    PlanGeometryTwice { at: String },
    /// Coordinates that are no metres of a map.
    PlanCoordinatesUnusable { at: String },
    /// A boundary line that no area uses.
    PlanLineOrphan { line: String },
    /// Geometry that lies in another system than the plan.
    PlanOtherSystem { at: String, system: String, own: String },
    /// Geometry far from the plan.
    PlanFarAway { at: String, distance_km: String },
    /// Geometry that states another system than the plan.
    PlanSystemDiffers { at: String, stated: String, own: String },
    /// No system is stated.
    PlanSystemUnknown { stated: String },
    /// Objects without a UUID.
    PlanUuidMissing { count: usize, ids: String },
    /// Objects whose UUID is none.
    PlanUuidMalformed { count: usize, ids: String },
    /// Provisions that say different things under one UUID.
    PlanUuidRepeated { uuid: String, ids: String },
    /// Provisions that say the same of the same place.
    PlanProvisionRepeated { ids: String },
    /// A provision that nothing is known of.
    PlanProvisionUnknown { at: String, label: String },
    /// Provisions that are known by their letter alone.
    PlanProvisionByLetter { count: usize, ids: String },
    /// Provisions known by a line of the table that was not read in its source.
    PlanProvisionUncertain { count: usize, ids: String },
    /// A provision without a place.
    PlanProvisionNowhere { at: String },
    /// A provision that regulates one that is not there.
    PlanRegulatesMissing { at: String, missing: String },
    /// A value that is to be at least more than it may be at most.
    PlanValueClash { at: String, least: String, most: String },
    /// Two provisions that cannot both hold on the same ground.
    PlanProvisionsClash { one: String, other: String, area_m2: String },
    /// The check was cut short.
    PlanCheckCut,
    /// What the reader met.
    #[serde(untagged)]
    Read(Remark),
}

impl FaultKind {
    /// Its id in the catalogue of texts.
    #[must_use]
    pub fn id(&self) -> String {
        let json = serde_json::to_value(self).unwrap_or_default();
        json["id"].as_str().unwrap_or_default().to_owned()
    }
}
