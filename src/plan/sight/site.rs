//! A place under review: its public ground, what stands there, who looks out, and what shines.

use geo::{LineString, MultiPolygon};
use rstar::RTree;
use serde::{Deserialize, Serialize};

use super::outline::Place;
use super::scene::{Boxed, Scene, meeting};
use super::{Error, Eye, Obstacle, on_map, within};
use crate::domain::Bbox;

/// Longest reach of a lamp, metres.
const FURTHEST_LAMP_M: f64 = 1_000.0;

/// Height of an eye above the floor that it stands on, metres. Our default.
const EYE_M: f64 = 1.6;

/// Who is behind a façade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FacadeKind {
    /// People who live there.
    Dwelling,
    /// A shop, restaurant or the like at street level.
    Shop,
    /// Anything else with people in it.
    Other,
}

/// Whether a façade has windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Windows {
    /// It has.
    Present,
    /// It has none: nobody sees anything from it.
    Absent,
    /// Not known: it counts as if it had, and is counted as unsure too.
    Unknown,
}

/// A straight part of an outer wall that people may look out from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facade {
    /// The building: façades with one number belong together.
    pub building: u32,
    /// Who is behind it.
    pub kind: FacadeKind,
    /// From end to end, metres, the building on the left and the outside on the right.
    pub line: [[f64; 2]; 2],
    /// Height of its highest eyes above the ground, metres: they see all that lower ones see. See [`highest_eye_m`].
    pub eye_m: f64,
    /// Whether it has windows.
    pub windows: Windows,
    /// Whether it is lit from inside after dark; `None` where unknown.
    pub lit_inside: Option<bool>,
}

/// A lamp.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lamp {
    /// Place, metres.
    pub at: [f64; 2],
    /// Height above the ground, metres.
    pub height_m: f64,
    /// How far it lights, metres on the ground.
    pub reach_m: f64,
}

/// What is known of light.
#[derive(Debug, Clone, PartialEq)]
pub enum Light {
    /// Nothing: nothing is said of the dark hours.
    Unknown,
    /// All lamps that there are.
    Lamps(Vec<Lamp>),
}

/// Height above the ground of the highest eyes in a building, metres.
///
/// - `floors`: number of floors; `None` counts as one, which claims the least
/// - `most`: floors above this one do not count as eyes (five for dwellings, after Gehl; at least one)
/// - `storey_m`: from floor to floor, metres
///
/// An eye is 1.6 m above its floor, a default of ours.
#[must_use]
pub fn highest_eye_m(floors: Option<u32>, most: u32, storey_m: f64) -> f64 {
    f64::from(floors.unwrap_or(1).min(most).max(1) - 1) * storey_m + EYE_M
}

/// What a surveillance map is made of, checked and indexed.
#[derive(Debug, Clone)]
pub struct Site {
    pub(super) ground: MultiPolygon<f64>,
    pub(super) scene: Scene,
    pub(super) facades: Vec<Facade>,
    /// `None` where light is unknown; with the solids that each lamp hangs on or in.
    pub(super) lamps: Option<Vec<(Lamp, Vec<u32>)>>,
    facade_tree: RTree<Boxed>,
    lamp_tree: RTree<Boxed>,
}

impl Site {
    /// Checks and indexes a place.
    ///
    /// - `ground`: the public ground, metres; parts may overlap, outlines may cross themselves (even-odd)
    /// - `obstacles`: `[n]`, see [`Scene::new`]. Buildings are not put in for façades: give both
    /// - `facades`: `[m]`; those without length see nothing
    /// - `light`: lamps inside a building's outline are taken to hang on it, and it does not shade them
    ///
    /// Cost O(n log n).
    ///
    /// # Errors
    /// `GroundNotUsable`, `ObstacleNotUsable`, `FacadeNotUsable`, `LampNotUsable` where something is not on a map in metres.
    pub fn new(
        ground: MultiPolygon<f64>,
        obstacles: &[Obstacle],
        facades: Vec<Facade>,
        light: Light,
    ) -> Result<Self, Error> {
        let usable = |ring: &LineString<f64>| ring.coords().all(|at| on_map([at.x, at.y]));
        if !ground.iter().all(|part| usable(part.exterior()) && part.interiors().iter().all(usable)) {
            return Err(Error::GroundNotUsable);
        }
        let scene = Scene::new(obstacles)?;
        for (facade, number) in facades.iter().zip(1..) {
            if !facade.line.into_iter().all(on_map) || !on_map([facade.eye_m, 0.0]) {
                return Err(Error::FacadeNotUsable { number });
            }
        }
        let mut lamps = None;
        if let Light::Lamps(given) = light {
            let mut kept = Vec::with_capacity(given.len());
            for (lamp, number) in given.into_iter().zip(1..) {
                let reach = within(lamp.reach_m, 0.0..=FURTHEST_LAMP_M);
                let eye = Eye { at: lamp.at, height_m: lamp.height_m };
                if eye.checked().and(reach).is_err() {
                    return Err(Error::LampNotUsable { number });
                }
                let hangs_on = |(body, place)| (place == Place::Inside).then_some(body);
                kept.push((lamp, scene.solids_at(lamp.at).into_iter().filter_map(hangs_on).collect()));
            }
            lamps = Some(kept);
        }
        let looks_out = |(facade, index): (&Facade, u32)| {
            (facade.windows != Windows::Absent).then(|| Boxed::around(facade.line, index))
        };
        let facade_tree = RTree::bulk_load(facades.iter().zip(0..).filter_map(looks_out).collect());
        let lamp_box = |((lamp, _), index): (&(Lamp, Vec<u32>), u32)| Boxed::around([lamp.at; 2], index);
        let lamp_tree = RTree::bulk_load(lamps.iter().flatten().zip(0..).map(lamp_box).collect());
        Ok(Self { ground, scene, facades, lamps, facade_tree, lamp_tree })
    }

    /// Its obstacles.
    #[must_use]
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// Façades with windows, or that may have them, whose boxes meet this one, in order.
    pub(super) fn facades_in(&self, bbox: &Bbox) -> Vec<u32> {
        meeting(&self.facade_tree, bbox)
    }

    /// Lamps in the box, in order.
    pub(super) fn lamps_in(&self, bbox: &Bbox) -> Vec<u32> {
        meeting(&self.lamp_tree, bbox)
    }

    /// The longest reach of any lamp, metres.
    pub(super) fn furthest_lamp_m(&self) -> f64 {
        self.lamps.iter().flatten().map(|(lamp, _)| lamp.reach_m).fold(0.0, f64::max)
    }
}
