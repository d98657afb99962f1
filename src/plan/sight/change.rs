//! What an edit changed, found by comparing the site before and after it.

use std::cmp::Ordering;

use geo::LineString;

use super::site::Site;
use crate::domain::Bbox;

/// What sort of thing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A building, wall or fence.
    Obstacle,
    /// A façade.
    Facade,
    /// A lamp, or what is known of light.
    Lamp,
    /// Public ground.
    Ground,
}

/// Something that is in one site and not in the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// What it is.
    pub thing: Thing,
    /// The box that it fills, metres.
    pub bbox: Bbox,
}

/// Everything that is in one site and not in the other: what [`super::update`] asks for.
///
/// Whatever was added, removed, moved or changed is found; the order in which things were given does not matter. Cost
/// O(n log n).
#[must_use]
pub fn changed(before: &Site, after: &Site) -> Vec<Change> {
    let (before, after) = (things(before), things(after));
    let (mut before, mut after) = (before.into_iter().peekable(), after.into_iter().peekable());
    let mut changes = Vec::new();
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.0.cmp(&b.0),
        };
        match order {
            Ordering::Less => changes.extend(before.next().map(|(_, change)| change)),
            Ordering::Greater => changes.extend(after.next().map(|(_, change)| change)),
            Ordering::Equal => {
                before.next();
                after.next();
            }
        }
    }
    changes.retain(|change| !change.bbox.is_empty());
    changes
}

/// Everything in a site, in order, as numbers that are equal where things are.
fn things(site: &Site) -> Vec<(Vec<u64>, Change)> {
    let bits = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(f64::to_bits).collect::<Vec<u64>>();
    let mut things = Vec::new();
    for (body, index) in site.scene.bodies.iter().zip(0_u32..) {
        let edges = site.scene.edges_of(index).iter().flat_map(|edge| edge.ends).flatten();
        let mut key = vec![0, u64::from(body.solid)];
        key.extend(bits(&mut std::iter::once(body.top).chain(edges)));
        things.push((key, Change { thing: Thing::Obstacle, bbox: body.bbox }));
    }
    for facade in &site.facades {
        let lit = facade.lit_inside.map_or(2, u64::from);
        let mut key = vec![1, u64::from(facade.building), facade.kind as u64, facade.windows as u64, lit];
        key.extend(bits(&mut facade.line.into_iter().flatten().chain([facade.eye_m])));
        things.push((key, Change { thing: Thing::Facade, bbox: Bbox::around(facade.line) }));
    }
    for (lamp, _) in site.lamps.iter().flatten() {
        let mut key = vec![2];
        key.extend(bits(&mut [lamp.at[0], lamp.at[1], lamp.height_m, lamp.reach_m].into_iter()));
        things.push((key, Change { thing: Thing::Lamp, bbox: Bbox::around([lamp.at]) }));
    }
    let around = |ring: &LineString<f64>| Bbox::around(ring.coords().map(|at| [at.x, at.y]));
    let mut whole = Bbox::EMPTY;
    for part in &site.ground {
        let (mut key, mut bbox) = (vec![3], Bbox::EMPTY);
        for ring in std::iter::once(part.exterior()).chain(part.interiors()) {
            key.push(ring.0.len() as u64);
            key.extend(bits(&mut ring.coords().flat_map(|at| [at.x, at.y])));
            bbox = bbox.with(around(ring));
        }
        whole = whole.with(bbox);
        things.push((key, Change { thing: Thing::Ground, bbox }));
    }
    if site.lamps.is_some() {
        things.push((vec![4], Change { thing: Thing::Lamp, bbox: whole }));
    }
    things.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    things
}
