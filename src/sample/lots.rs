//! Houses along the streets: each quarter's fabric says how wide, how deep and how far from the street they stand.
//!
//! A house is placed only where it touches no street, no other house, no water and no ground that is kept open, so the
//! result needs no mending. Cost: about 10 000 tries, each against the few things in one cell of a lattice.

use std::collections::BTreeMap;

use super::buildings::{Building, Shape, Use, ring};
use super::fixed::FIXED;
use super::grounds::{District, Fabric};
use super::plan::Warp;
use super::plane::{Rect, along, distance_to_line, inside, left, length, minus, plus, times, unit};
use super::site::Site;
use super::streets::{Class, Street};
use crate::domain::random::Stream;

/// How houses stand along a street, lengths in metres as (least, most).
struct Style {
    front: (f64, f64),
    depth: (f64, f64),
    setback: (f64, f64),
    gap: (f64, f64),
    /// Distance to other houses.
    apart: f64,
    floors: (u8, u8),
    /// Share of lots that stay empty.
    empty: f64,
}

const fn style(fabric: Fabric) -> Style {
    let (front, depth, setback, gap, apart, floors, empty) = match fabric {
        Fabric::OldCore => ((9.0, 18.0), (8.5, 11.5), (0.4, 1.2), (0.15, 0.4), 0.1, (2, 3), 0.05),
        Fabric::Blocks => ((15.0, 34.0), (11.5, 13.5), (0.6, 1.6), (0.2, 0.5), 0.12, (3, 5), 0.07),
        Fabric::Slabs => ((42.0, 64.0), (11.0, 12.5), (10.0, 16.0), (16.0, 30.0), 13.0, (3, 8), 0.05),
        Fabric::Small => ((17.0, 26.0), (10.5, 12.0), (4.0, 7.0), (8.0, 15.0), 6.0, (2, 3), 0.08),
        Fabric::Villas => ((10.5, 15.0), (8.0, 10.5), (5.5, 10.5), (9.0, 15.0), 5.0, (1, 2), 0.06),
        Fabric::Halls => ((32.0, 78.0), (22.0, 44.0), (10.0, 18.0), (14.0, 30.0), 9.0, (1, 2), 0.1),
        Fabric::Sparse => ((20.0, 40.0), (11.0, 15.0), (8.0, 14.0), (60.0, 140.0), 12.0, (1, 2), 0.5),
    };
    Style { front, depth, setback, gap, apart, floors, empty }
}

/// Counts house numbers: odd on the left of a street, even on its right.
#[derive(Default)]
struct Numbers(BTreeMap<String, [u32; 2]>);

impl Numbers {
    fn next(&mut self, street: &str, right: bool) -> String {
        let count = self.0.entry(street.to_owned()).or_default();
        count[usize::from(right)] += 2;
        format!("{street} {}", count[usize::from(right)] - u32::from(!right))
    }
}

/// Builds the town: named buildings first, then lot by lot along every street.
pub fn build(
    streets: &[Street],
    districts: &[District],
    site: &mut Site<'_>,
    warp: &Warp,
    stream: &mut Stream,
) -> Vec<Building> {
    let mut built = Vec::new();
    for fixed in FIXED {
        let centre = warp.place(fixed.at);
        let axis = unit(minus(warp.place(plus(fixed.at, times(fixed.heading, 40.0))), centre));
        let half = [fixed.front / 2.0, fixed.depth / 2.0];
        // A spiral of small shifts, for the seeds whose bending squeezes the lot.
        let shifts = (0..60_u32).map(|step| {
            let turn = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0], [0.7, 0.7], [-0.7, -0.7]][step as usize % 6];
            times(turn, f64::from(step) * 0.5)
        });
        let tries = shifts.map(|shift| Rect { centre: plus(centre, shift), axis, half });
        if let Some(rect) = tries.into_iter().find(|rect| site.free(rect, 1.5, false)) {
            site.take(rect);
            built.push(Building {
                purpose: fixed.purpose,
                name: Some(fixed.name.to_owned()),
                address: String::new(),
                floors: fixed.floors,
                ring: ring(&rect, fixed.shape),
                rect,
            });
        }
    }
    let mut numbers = Numbers::default();
    for street in streets.iter().filter(|s| !matches!(s.class, Class::Cycleway | Class::Roundabout | Class::Through)) {
        for right in [false, true] {
            line_side(street, right, districts, site, &mut numbers, stream, &mut built);
        }
    }
    // A second row behind the first, in the insides of blocks and behind slabs.
    for street in streets.iter().filter(|s| matches!(s.class, Class::Local | Class::Main)) {
        for right in [false, true] {
            second_row(street, right, districts, site, &mut numbers, stream, &mut built);
        }
    }
    name_addresses(streets, &mut built);
    built
}

/// Named buildings take the name of the nearest street as their address.
fn name_addresses(streets: &[Street], built: &mut [Building]) {
    for building in built.iter_mut().filter(|b| b.address.is_empty() && b.purpose != Use::Outbuilding) {
        let near = streets.iter().filter(|s| s.class != Class::Cycleway).min_by(|a, b| {
            let gap = |s: &Street| distance_to_line(building.rect.centre, &s.line);
            gap(a).total_cmp(&gap(b))
        });
        building.address = near.map_or_else(String::new, |street| street.name.clone());
    }
}

/// The rectangle of a lot at `s` metres along a street, with its front towards the street.
fn lot(street: &Street, s: f64, right: bool, front: f64, depth: f64, setback: f64) -> Rect {
    let (from, _) = along(&street.line, s - front / 2.0);
    let (to, _) = along(&street.line, s + front / 2.0);
    let ahead = unit(minus(to, from));
    let axis = if right { times(ahead, -1.0) } else { ahead };
    let middle = times(plus(from, to), 0.5);
    let away = street.class.width_m() / 2.0 + 0.35 + setback + depth / 2.0;
    Rect { centre: plus(middle, times(left(axis), away)), axis, half: [front / 2.0, depth / 2.0] }
}

fn between(stream: &mut Stream, range: (f64, f64)) -> f64 {
    stream.between(range.0, range.1)
}

fn floors(stream: &mut Stream, range: (u8, u8)) -> u8 {
    range.0 + u8::try_from(stream.below(usize::from(range.1 - range.0) + 1)).unwrap_or(0)
}

fn line_side(
    street: &Street,
    right: bool,
    districts: &[District],
    site: &mut Site<'_>,
    numbers: &mut Numbers,
    stream: &mut Stream,
    built: &mut Vec<Building>,
) {
    let total = length(&street.line);
    let mut s = 2.0;
    while s < total {
        let here = along(&street.line, s).0;
        let fabric = districts.iter().find(|d| inside(here, &d.ring)).map(|d| d.fabric);
        let Some(fabric) = fabric else {
            // Outside the quarters: a farm now and then, along country roads.
            s += if street.class == Class::Rural { stream.between(120.0, 320.0) } else { 12.0 };
            if street.class == Class::Rural && stream.chance(0.55) {
                farm(street, s, right, site, numbers, stream, built);
            }
            continue;
        };
        let style = style(fabric);
        let front = between(stream, style.front);
        let rect =
            lot(street, s + front / 2.0, right, front, between(stream, style.depth), between(stream, style.setback));
        if s + front > total + 6.0 {
            break;
        }
        if stream.chance(style.empty) {
            s += front + between(stream, style.gap);
        } else if site.free(&rect, style.apart, true) {
            site.take(rect);
            let purpose = purpose(fabric, street.class, stream);
            let shape = match fabric {
                Fabric::Villas if stream.chance(0.3) => Shape::Ell,
                Fabric::Halls if stream.chance(0.25) => Shape::Ell,
                _ => Shape::Block,
            };
            built.push(Building {
                purpose,
                name: None,
                address: numbers.next(&street.name, right),
                floors: floors(stream, style.floors),
                ring: ring(&rect, shape),
                rect,
            });
            if fabric == Fabric::Villas && stream.chance(0.6) {
                garage(&rect, site, stream, built);
            }
            s += front + between(stream, style.gap);
        } else {
            s += 3.0;
        }
    }
}

fn purpose(fabric: Fabric, class: Class, stream: &mut Stream) -> Use {
    let busy = matches!(class, Class::Main | Class::Pedestrian);
    match fabric {
        Fabric::OldCore if stream.chance(if busy { 0.8 } else { 0.3 }) => Use::Mixed,
        Fabric::Blocks if stream.chance(if busy { 0.6 } else { 0.2 }) => Use::Mixed,
        Fabric::Blocks if stream.chance(0.12) => Use::Business,
        Fabric::Slabs if class == Class::Main && stream.chance(0.1) => Use::Business,
        Fabric::Villas => Use::House,
        Fabric::Halls if stream.chance(0.3) => Use::Business,
        Fabric::Halls => Use::Industry,
        Fabric::Sparse => Use::Public,
        _ => Use::Apartments,
    }
}

fn garage(house: &Rect, site: &mut Site<'_>, stream: &mut Stream, built: &mut Vec<Building>) {
    let hand = if stream.chance(0.5) { 1.0 } else { -1.0 };
    let reach = (house.half[0] + 4.2) / house.half[0];
    let rect = Rect { centre: house.at(hand * reach, stream.between(-0.2, 0.9)), axis: house.axis, half: [2.0, 3.2] };
    if site.free(&rect, 1.2, true) {
        outbuilding(rect, site, built);
    }
}

fn outbuilding(rect: Rect, site: &mut Site<'_>, built: &mut Vec<Building>) {
    site.take(rect);
    let ring = ring(&rect, Shape::Block);
    built.push(Building { purpose: Use::Outbuilding, name: None, address: String::new(), floors: 1, ring, rect });
}

fn farm(
    street: &Street,
    s: f64,
    right: bool,
    site: &mut Site<'_>,
    numbers: &mut Numbers,
    stream: &mut Stream,
    built: &mut Vec<Building>,
) {
    let house =
        lot(street, s, right, stream.between(12.0, 17.0), stream.between(8.5, 10.0), stream.between(18.0, 60.0));
    if !site.free(&house, 8.0, true) {
        return;
    }
    site.take(house);
    built.push(Building {
        purpose: Use::House,
        name: None,
        address: numbers.next(&street.name, right),
        floors: floors(stream, (1, 2)),
        ring: ring(&house, Shape::Block),
        rect: house,
    });
    for (x, y) in [(stream.between(2.6, 4.5), 1.5), (stream.between(-4.0, -2.5), 2.5)] {
        let half = [stream.between(5.0, 8.0), stream.between(9.0, 17.0)];
        let barn = Rect { centre: house.at(x, y), axis: house.axis, half };
        if site.free(&barn, 4.0, true) {
            outbuilding(barn, site, built);
        }
    }
}

fn second_row(
    street: &Street,
    right: bool,
    districts: &[District],
    site: &mut Site<'_>,
    numbers: &mut Numbers,
    stream: &mut Stream,
    built: &mut Vec<Building>,
) {
    let total = length(&street.line);
    let mut s = 10.0;
    while s < total {
        let here = along(&street.line, s).0;
        let Some(district) = districts.iter().find(|d| inside(here, &d.ring)) else {
            s += 40.0;
            continue;
        };
        let (front, depth, setback, apart, share) = match district.fabric {
            Fabric::Blocks => {
                (stream.between(8.0, 18.0), stream.between(6.0, 8.0), stream.between(22.0, 32.0), 6.0, 0.25)
            }
            Fabric::OldCore => {
                (stream.between(5.0, 9.0), stream.between(4.0, 6.0), stream.between(14.0, 20.0), 1.5, 0.35)
            }
            Fabric::Slabs => {
                (stream.between(40.0, 58.0), stream.between(11.0, 12.0), stream.between(44.0, 60.0), 15.0, 0.8)
            }
            _ => return,
        };
        let rect = lot(street, s + front / 2.0, right, front, depth, setback);
        let within = inside(rect.centre, &district.ring);
        if within && stream.chance(share) && site.free(&rect, apart, true) {
            if district.fabric == Fabric::Slabs {
                site.take(rect);
                built.push(Building {
                    purpose: Use::Apartments,
                    name: None,
                    address: numbers.next(&street.name, right),
                    floors: floors(stream, (3, 8)),
                    ring: ring(&rect, Shape::Block),
                    rect,
                });
            } else {
                outbuilding(rect, site, built);
            }
        }
        s += 12.0;
    }
}
