//! What a reader met in a file and could not take over as it stood.

use serde::Serialize;

/// What a reader met. Each is told as a finding: see [`crate::plan::faults`]. The variant's name in kebab-case is the id of its
/// sentence and remedy in the catalogue of texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Remark {
    /// A geometry without coordinates, or with ones that are no metres on a map: it was left out.
    PlanGeometryLeftOut {
        /// The provision or object it belongs to.
        at: String,
        /// What was wrong, in a word of the file or a number.
        found: String,
    },
    /// A ring does not end where it began; it was closed with a straight line.
    PlanRingNotClosed {
        /// The area or provision.
        at: String,
        /// The distance between its ends, metres.
        apart_m: String,
    },
    /// An area links to a line that is not in the file.
    PlanLineMissing {
        /// The area.
        at: String,
        /// The line.
        line: String,
    },
    /// A provision or the plan links to an area that is not in the file.
    PlanAreaMissing {
        /// The provision.
        at: String,
        /// The area.
        area: String,
    },
    /// An arc was drawn as a run of straight lines.
    PlanArcStraightened {
        /// The line.
        at: String,
    },
    /// Heights of coordinates were left out.
    PlanHeightsLeftOut {
        /// The provision or object.
        at: String,
    },
    /// A member that the format demands is not there.
    PlanMemberMissing {
        /// The provision or object.
        at: String,
        /// The member.
        member: String,
    },
    /// A member has a value of another sort than it should; the value is kept as it was.
    PlanMemberNotUsed {
        /// The provision or object.
        at: String,
        /// The member.
        member: String,
        /// What stands there.
        found: String,
    },
    /// A word that is not in the code list; it is kept.
    PlanWordUnknown {
        /// The provision or object.
        at: String,
        /// The member.
        member: String,
        /// The word.
        found: String,
    },
    /// A provision names a plan that is not in the file; it was laid to the only plan there is.
    PlanProvisionOfOther {
        /// The provision.
        at: String,
        /// The plan it names.
        plan: String,
    },
    /// Something of a sort that is not known here was left out.
    PlanObjectLeftOut {
        /// Where in the file.
        at: String,
        /// What sort it says it is.
        found: String,
    },
    /// A row belongs to an area that is not in the file.
    PlanRowWithoutArea {
        /// The row.
        at: String,
        /// The area it names.
        area: String,
    },
    /// The plan area was not in the file, and is the sum of the areas of use.
    PlanAreaFromUses,
    /// Every position had its axes the other way round than the format has; they were turned.
    PlanAxesTurned,
}
