//! The account of a network: what it holds, whether it hangs together, and what looks wrong. Pure.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Origin;
use super::noding::Noded;
use crate::domain::{Link, Net, Network, OneWay};
use crate::texts::{number, text};

/// Links below this many metres are counted as short.
pub const SHORT_M: f64 = 1.0;

/// One net of a network.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NetReport {
    /// The net.
    pub net: Net,
    /// Links.
    pub links: usize,
    /// Length of its links in kilometres.
    pub km: f64,
    /// Parts that do not hang together.
    pub components: u32,
    /// Share of the length that lies in the longest part, per cent; 0 where there is no link.
    pub largest_percent: f64,
}

/// How much is known of the links, per cent of the length: of all links, for speed and ÅDT of those for cars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Known {
    /// Lit or not lit, of all links.
    pub lit: f64,
    /// Väghållare, of all links.
    pub keeper: f64,
    /// Speed limit in at least one direction, of links for cars.
    pub speed: f64,
    /// ÅDT, of links for cars.
    pub adt: f64,
}

/// What became of a file of roads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What sort of source it is.
    pub origin: Origin,
    /// Lines that were read as roads.
    pub read: usize,
    /// Lines that were left out on purpose, by class or reason.
    pub left_out: BTreeMap<String, usize>,
    /// Lines without a place in the store's system, or with nodes that the file does not have.
    pub unplaced: usize,
    /// Lines and pieces without length or with a coordinate that is no number: dropped.
    pub degenerate: usize,
    /// Copies of another line or piece: dropped.
    pub duplicates: usize,
    /// Links.
    pub links: usize,
    /// Nodes.
    pub nodes: usize,
    /// Nodes where three or more link ends meet.
    pub junctions: usize,
    /// Nodes where a single link ends.
    pub dangling: usize,
    /// Links shorter than [`SHORT_M`].
    pub short: usize,
    /// Nodes with two or more link ends for cars that one can never leave, or never reach, by car.
    pub one_way_contradictions: usize,
    /// Crossings without a node at the same level.
    pub crossings: usize,
    /// Crossings without a node where one road lies over the other.
    pub crossings_apart: usize,
    /// Cars, walking and cycling, either.
    pub nets: [NetReport; 3],
    /// How much is known.
    pub known_percent: Known,
    /// What was chosen or assumed.
    pub notes: Vec<String>,
}

impl Report {
    /// The account of a network that was made from `read` lines.
    pub(super) fn of(
        origin: Origin,
        read: usize,
        left_out: BTreeMap<String, usize>,
        unplaced: usize,
        notes: Vec<String>,
        noded: &Noded,
    ) -> Self {
        let network = &noded.network;
        let degrees = |wanted: &dyn Fn(usize) -> bool| {
            (0_u32..).take(network.nodes().len()).filter(|&node| wanted(network.degree(node, Net::Any))).count()
        };
        Self {
            origin,
            read,
            left_out,
            unplaced,
            degenerate: noded.degenerate,
            duplicates: noded.duplicates,
            links: network.links().len(),
            nodes: network.nodes().len(),
            junctions: degrees(&|degree| degree >= 3),
            dangling: degrees(&|degree| degree == 1),
            short: network.links().iter().filter(|link| link.length_m() < SHORT_M).count(),
            one_way_contradictions: contradictions(network),
            crossings: noded.crossings,
            crossings_apart: noded.crossings_apart,
            nets: Net::ALL.map(|net| of_net(network, net)),
            known_percent: known(network.links()),
            notes,
        }
    }

    /// The account in sentences, in the chosen language.
    pub fn lines(&self) -> Vec<String> {
        let said = |id: &str, values: &[(&str, String)]| text(id, values);
        let count = |value: usize| value.to_string();
        let mut lines = vec![said(
            "roads-made",
            &[
                ("read", count(self.read)),
                ("links", count(self.links)),
                ("nodes", count(self.nodes)),
                ("junctions", count(self.junctions)),
            ],
        )];
        for net in &self.nets {
            let values = [
                ("net", text(&format!("net-{}", net.net.code()), &[])),
                ("km", number(&format!("{:.1}", net.km))),
                ("links", count(net.links)),
                ("components", net.components.to_string()),
                ("largest", number(&format!("{:.0}", net.largest_percent))),
            ];
            lines.push(said(if net.links == 0 { "roads-net-empty" } else { "roads-net" }, &values));
        }
        let known = &self.known_percent;
        let percent = |value: f64| number(&format!("{value:.0}"));
        lines.push(said(
            "roads-known",
            &[
                ("speed", percent(known.speed)),
                ("adt", percent(known.adt)),
                ("lit", percent(known.lit)),
                ("keeper", percent(known.keeper)),
            ],
        ));
        for (id, value) in [
            ("roads-dangling", self.dangling),
            ("roads-short", self.short),
            ("roads-one-way", self.one_way_contradictions),
            ("roads-crossings", self.crossings),
            ("roads-crossings-apart", self.crossings_apart),
            ("roads-duplicates", self.duplicates),
            ("roads-degenerate", self.degenerate),
            ("roads-unplaced", self.unplaced),
        ] {
            if value > 0 {
                lines.push(said(id, &[("count", count(value)), ("short", number(&SHORT_M))]));
            }
        }
        if !self.left_out.is_empty() {
            let each: Vec<String> = self.left_out.iter().map(|(class, count)| format!("{class} ({count})")).collect();
            lines.push(said("roads-left-out", &[("classes", each.join(", "))]));
        }
        lines.extend(self.notes.iter().cloned());
        lines
    }
}

fn of_net(network: &Network, net: Net) -> NetReport {
    let (of_node, components) = network.components(net);
    let mut lengths = vec![0.0_f64; components as usize];
    let (mut links, mut metres) = (0, 0.0);
    for link in network.links().iter().filter(|link| link.modes.on(net)) {
        links += 1;
        metres += link.length_m();
        if let Some(component) = of_node[link.from as usize] {
            lengths[component as usize] += link.length_m();
        }
    }
    let largest = lengths.iter().copied().fold(0.0, f64::max);
    NetReport { net, links, km: metres / 1000.0, components, largest_percent: share(largest, metres) }
}

fn share(part: f64, whole: f64) -> f64 {
    // The sum of nothing is -0.
    if whole > 0.0 && part > 0.0 { 100.0 * part / whole } else { 0.0 }
}

fn known(links: &[Link]) -> Known {
    let length =
        |wanted: &dyn Fn(&Link) -> bool| -> f64 { links.iter().filter(|link| wanted(link)).map(Link::length_m).sum() };
    let (all, car) = (length(&|_| true), length(&|link| link.modes.car));
    Known {
        lit: share(length(&|link| link.lit.is_some()), all),
        keeper: share(length(&|link| link.keeper.is_some()), all),
        speed: share(length(&|link| link.modes.car && link.speed().is_some()), car),
        adt: share(length(&|link| link.modes.car && link.adt.is_some()), car),
    }
}

/// Nodes with two or more link ends for cars that cars can only enter, or only leave.
fn contradictions(network: &Network) -> usize {
    let stuck = |node: u32| {
        let (mut out, mut into) = (false, false);
        for &link in network.links_at(node) {
            let link = &network.links()[link as usize];
            if !link.modes.car {
                continue;
            }
            let (begins, ends) = (link.from == node, link.to == node);
            let (along, against) = (link.one_way != OneWay::Backward, link.one_way != OneWay::Forward);
            out |= begins && along || ends && against;
            into |= ends && along || begins && against;
        }
        network.degree(node, Net::Car) >= 2 && !(out && into)
    };
    (0_u32..).take(network.nodes().len()).filter(|&node| stuck(node)).count()
}
