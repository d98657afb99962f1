//! The sample town: a small Swedish town that does not exist, made from a seed, with planted truths.
//!
//! Which question it answers: does the whole chain, from dirty registers to hotspots, find what is there and nothing
//! else? The town has streets, buildings, entrances, lamps, trees and quarters; eight years of accidents as a
//! STRADA-shaped workbook and of damage reports as Windows-1252 CSV. [`Truth`] tells what was planted: hotspots, a quarter
//! without any, every dirty row and how it is to be treated, and the totals to expect.
//!
//! The same seed gives the same bytes on every machine: coordinates come from `+ - * /` and square roots only and are
//! rounded to centimetres, random numbers from [`Stream`], stamps from the data. Nothing is read and nothing written here.
//!
//! Source: the files' columns and codes follow published descriptions of STRADA exports and municipal damage reports;
//! all places, numbers and texts are invented. Oracle: the tests search the town with a DBSCAN of their own.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod accident_spots;
mod accidents;
mod buildings;
mod csv;
mod damage_dirt;
mod damage_spots;
mod damages;
mod dirt;
mod field;
mod fixed;
mod grounds;
mod kinds;
mod layers;
mod losses;
mod lots;
mod marks;
mod nameless;
mod names;
mod objects;
mod people;
mod plan;
mod plane;
mod register;
mod sheet;
mod site;
mod stories;
mod streets;
pub mod surroundings;
mod truth;
mod when;
mod witness;
mod workbook;

#[cfg(test)]
mod tests;

pub use buildings::{Building, Use};
pub use grounds::{District, Fabric, Ground, Surface};
pub use marks::{Mark, MarkKind};
pub use nameless::{MEANINGS, Manner, Meaning, Meanings, NAMELESS};
pub use objects::REGISTER;
pub use plane::{Point, Rect};
pub use sheet::{Cell, Sheet};
pub use streets::{Class, Keeper, Street};
pub use truth::{DAMAGES, Defect, Dirty, Expected, Hotspot, Quiet, Search, Totals, Treatment, Truth, WORKBOOK};

use serde::Serialize;

use crate::domain::random::Stream;
use crate::domain::{Layer, Passport};

/// What can go wrong.
#[derive(Debug, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Error {
    /// The workbook's writer refused.
    SampleWorkbookFailed {
        /// Its words.
        cause: String,
    },
}

crate::catalogued_errors!(Error);

/// The seed that is used where nobody chooses one: its town is Provsund.
pub const DEFAULT_SEED: u64 = 1;

/// EPSG code of all coordinates: SWEREF 99 TM.
pub const EPSG: u32 = 3006;

/// A town.
#[derive(Debug, Clone)]
pub struct Town {
    /// The seed that it was made from.
    pub seed: u64,
    /// Its name.
    pub name: String,
    /// Streets, paths included.
    pub streets: Vec<Street>,
    /// Buildings.
    pub buildings: Vec<Building>,
    /// Entrances, lamps and trees.
    pub points: Vec<Mark>,
    /// The municipality's outline, first vertex not repeated.
    pub outline: Vec<Point>,
    /// Quarters.
    pub districts: Vec<District>,
    /// Water, parks, squares and other grounds.
    pub grounds: Vec<Ground>,
    /// The sheet `Olyckor`.
    pub accidents: Sheet,
    /// The sheet `Personer`.
    pub persons: Sheet,
    /// The damage reports.
    pub damages: Sheet,
    /// Damage reports that say where only by name.
    pub nameless: Sheet,
    /// What each of them means.
    pub meanings: Meanings,
    /// The registers of places: objects, properties, addresses.
    pub register: Vec<Sheet>,
    /// What was planted.
    pub truth: Truth,
}

impl Town {
    /// Makes the town of this seed. Any seed will do; cost: well below a second.
    #[must_use]
    pub fn generate(seed: u64) -> Self {
        let names = names::Names::deal(seed);
        let mut stream = Stream::new(seed, 1);
        let warp = plan::Warp::draw(&mut stream);
        let streets = streets::lay(&names, &warp, &mut stream);
        let districts = grounds::districts(&names, &warp);
        let grounds = grounds::grounds(&warp);
        let mut stream = Stream::new(seed, 2);
        let (buildings, points) = {
            let mut site = site::Site::new(&streets, &grounds);
            let buildings = lots::build(&streets, &districts, &mut site, &warp, &mut stream);
            let mut points = marks::entrances(&buildings);
            points.extend(marks::lamps(&streets, &site, &mut stream));
            points.extend(marks::trees(&streets, &buildings, &grounds, &site, &mut stream));
            (buildings, points)
        };
        let outline = grounds::outline(&warp);
        let junctions = streets::junctions(&streets);

        let mut stream = Stream::new(seed, 3);
        let accident_spots = accident_spots::accident_spots(&streets, &junctions, &warp);
        let happened = accidents::happen(&streets, &junctions, &districts, &outline, &accident_spots, &mut stream);
        let mut stream = Stream::new(seed, 4);
        let (mut accidents, mut persons) =
            register::write(&names.town, &streets, &accident_spots, &happened, &mut stream);
        let workbook_dirt = dirt::soil(&happened, &mut accidents, &mut persons, &mut Stream::new(seed, 5));

        let mut stream = Stream::new(seed, 6);
        let damage_spots = damage_spots::damage_spots(&streets, &buildings, &grounds, &mut stream);
        let scene = damages::Scene { streets: &streets, buildings: &buildings, marks: &points, grounds: &grounds };
        let broken = damages::happen(&scene, &districts, &outline, &grounds[0].ring, &damage_spots, &mut stream);
        let mut damages = damages::write(&broken, &mut Stream::new(seed, 7));
        let damage_dirt = damage_dirt::soil(&broken, &mut damages, &mut Stream::new(seed, 8));

        let mut stream = Stream::new(seed, 9);
        let (objects, properties) = objects::objects(&buildings, &mut stream);
        let register = objects::sheets(&names.town, &objects, &buildings, &properties);
        let (nameless, meanings) =
            nameless::write(&names.town, (&objects, &properties), &buildings, &streets, &mut Stream::new(seed, 10));

        let truth = witness::testify(
            (&names.town, seed),
            &districts,
            (&happened, &accident_spots),
            (&broken, &damage_spots),
            witness::Evidence {
                accidents: &accidents,
                persons: &persons,
                damages: &damages,
                workbook_dirt,
                damage_dirt,
            },
        );
        Self {
            seed,
            name: names.town,
            streets,
            buildings,
            points,
            outline,
            districts,
            grounds,
            accidents,
            persons,
            damages,
            nameless,
            meanings,
            register,
            truth,
        }
    }
}

/// The accident register as a workbook: sheets `Olyckor` and `Personer`. Equal towns give equal bytes.
///
/// # Errors
/// [`Error::SampleWorkbookFailed`] where the writer refuses.
pub fn workbook(town: &Town) -> Result<Vec<u8>, Error> {
    workbook::bytes(&[&town.accidents, &town.persons], &town.name)
}

/// The damage reports as Windows-1252 CSV with semicolons.
#[must_use]
pub fn damages_csv(town: &Town) -> Vec<u8> {
    csv::bytes(&town.damages)
}

/// The damage reports that say where only by name, as Windows-1252 CSV with semicolons.
#[must_use]
pub fn nameless_csv(town: &Town) -> Vec<u8> {
    csv::bytes(&town.nameless)
}

/// The registers of places as a workbook: sheets `Objekt`, `Fastigheter` and `Adresser`.
///
/// # Errors
/// [`Error::SampleWorkbookFailed`] where the writer refuses.
pub fn register_workbook(town: &Town) -> Result<Vec<u8>, Error> {
    workbook::bytes(&town.register.iter().collect::<Vec<_>>(), &town.name)
}

/// What the reports that say where only by name mean, as JSON.
#[must_use]
pub fn meanings_json(town: &Town) -> String {
    serde_json::to_string_pretty(&town.meanings).expect("meanings hold only texts, numbers and lists")
}

/// What was planted, as JSON.
#[must_use]
pub fn truth_json(town: &Town) -> String {
    town.truth.to_json()
}

/// The town's map as layers, bottom to top: `ground`, `districts`, `home`, `streets`, `buildings`, `trees`, `lamps`,
/// `entrances`. Each gets a copy of the passport.
#[must_use]
pub fn background_layers(town: &Town, passport: &Passport) -> Vec<Layer> {
    layers::background(town, passport)
}
