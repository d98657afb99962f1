//! What a provision is about, in the few words that rules ask for.

use serde::{Deserialize, Serialize};

/// What a provision is about. Rules ask for these and never for letters, which stand for different things in different
/// places (`c` is energy, `C` is a centre) and years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// Nothing that is known here.
    #[default]
    Unknown,
    // Uses of kvartersmark.
    /// B, dwellings.
    Dwelling,
    /// C, centre: a mixture of shops, service, offices and meeting places.
    Centre,
    /// D, health and social care.
    Care,
    /// E, technical plant.
    Technical,
    /// G, fuel.
    Fuel,
    /// H, retail.
    Retail,
    /// J, industry.
    Industry,
    /// K, offices.
    Office,
    /// L, cultivation and animals.
    Farming,
    /// M, burial ground.
    Burial,
    /// N, open-air life and camping.
    OpenAir,
    /// O, temporary stay: hotels.
    TemporaryStay,
    /// P, parking on kvartersmark.
    Parking,
    /// R, places that are visited: culture, religion, sport.
    Visitors,
    /// S, school.
    School,
    /// T, traffic.
    Traffic,
    /// U, rescue service and the like.
    Rescue,
    /// V, harbour.
    Harbour,
    /// W, open water.
    Water,
    /// Z, businesses.
    Business,
    // Uses of public places.
    /// GATA.
    Street,
    /// VÄG.
    Road,
    /// TORG.
    Square,
    /// PARK.
    Park,
    /// NATUR.
    Nature,
    /// GÅNG.
    Footpath,
    /// CYKEL.
    Cycleway,
    /// P-PLATS.
    PublicParking,
    /// P-PLATS for bicycles.
    CycleParking,
    /// SKYDD.
    Protection,
    // Properties.
    /// Prickmark: the ground may not be built on.
    NoBuilding,
    /// Korsmark and ringmark: complementary buildings only.
    AccessoryOnly,
    /// How much may be built (e).
    Extent,
    /// Height (h).
    Height,
    /// Slope of the roof (o).
    RoofAngle,
    /// Size of plots (d).
    PlotSize,
    /// Where on the plot (p).
    Placement,
    /// Form, colour and material (f).
    Design,
    /// How it is built (b).
    Construction,
    /// Ground, vegetation and parking (n).
    Ground,
    /// Protection against disturbance (m).
    Disturbance,
    /// Conditions, permits, division of plots (a).
    Condition,
    /// Care for character (k).
    Character,
    /// Protection of cultural values (q).
    Heritage,
    /// Ban on demolition (r).
    DemolitionBan,
    /// Room for what lies underground (u).
    Underground,
    /// Room for a tunnel, bridge or jetty (t).
    BridgeOrTunnel,
    /// Room for traffic over kvartersmark (z).
    RightOfWay,
    /// Energy and telecommunication (c).
    Energy,
    /// A fence is to stand along the line (j).
    Fence,
    /// No vehicle exit along the line.
    ExitBan,
    /// Steps within a public place.
    Steps,
    /// Play and activity within a public place.
    Play,
    /// The implementation period.
    Implementation,
    /// Shore protection.
    ShoreProtection,
    /// Who is responsible for public places (huvudmannaskap).
    Responsibility,
}

impl Meaning {
    /// Whether people live there.
    #[must_use]
    pub fn is_dwelling(self) -> bool {
        self == Self::Dwelling
    }

    /// Whether a public place of this sort is for moving along it.
    #[must_use]
    pub fn is_way(self) -> bool {
        matches!(self, Self::Street | Self::Road | Self::Footpath | Self::Cycleway)
    }
}
