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
                ("largest", number(&format!("{:.1}", net.largest_percent))),
            ];
            let id = match (net.links, net.components) {
                (0, _) => "roads-net-empty",
                (_, 1) => "roads-net-whole",
                _ => "roads-net",
            };
            lines.push(said(id, &values));
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

#[cfg(test)]
mod tests {
    use super::super::{noding, unknown};
    use super::*;
    use crate::domain::Modes;

    /// A square of 100 m with a tail of half a metre, and a path apart from it. All streets of the square run one way to its
    /// north-east corner.
    fn noded() -> Noded {
        let (a, b, c, d) = ([0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0]);
        let tail = [-0.5, 0.0];
        let lines = [(a, b), (b, c), (a, d), (d, c), (tail, a), ([0.0, 200.0], [50.0, 200.0])];
        let ways = (1_i64..).zip(lines).map(|(row, (from, to))| {
            let mut link = unknown(format!("rad:{row}"), vec![from, to]);
            link.one_way = if row <= 4 { OneWay::Forward } else { OneWay::Both };
            link.modes = Modes { car: row < 6, gc: row == 6 };
            link.lit = (row == 1).then_some(true);
            link.speed_back = (row == 2).then_some(40);
            noding::Way { link, order: row, keys: Vec::new(), measures: None }
        });
        noding::node(ways.collect())
    }

    #[test]
    fn a_small_network_by_hand() {
        let report = Report::of(Origin::Lines, 6, BTreeMap::new(), 2, vec!["Not".to_owned()], &noded());
        assert_eq!((report.links, report.nodes, report.junctions), (6, 7, 1));
        // The tail's end and both ends of the path; the tail is short.
        assert_eq!((report.dangling, report.short), (3, 1));
        // The north-east corner cannot be left.
        assert_eq!(report.one_way_contradictions, 1);
        let nets: Vec<(usize, u32)> = report.nets.iter().map(|net| (net.links, net.components)).collect();
        assert_eq!(nets, [(5, 1), (1, 1), (6, 2)]);
        let any = &report.nets[2];
        assert!((any.km - 0.4505).abs() < 1e-9 && (any.largest_percent - 100.0 * 400.5 / 450.5).abs() < 1e-9);
        let known = report.known_percent;
        assert!((known.lit - 100.0 * 100.0 / 450.5).abs() < 1e-9 && (known.speed - 100.0 * 100.0 / 400.5).abs() < 1e-9);
        assert_eq!((known.keeper.to_bits(), known.adt.to_bits()), (0, 0), "nothing, and not minus nothing");
        let lines = report.lines();
        assert!(lines[0].contains("6 länkar och 7 noder, varav 1 korsningar"), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains("Bilnät: 0,4 km, 5 länkar")), "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains('{') && !line.starts_with("roads-")), "{lines:?}");
        assert_eq!(lines.last().map(String::as_str), Some("Not"));
    }

    #[test]
    fn nothing_gives_zeros() {
        let report = Report::of(Origin::Osm, 0, BTreeMap::new(), 0, Vec::new(), &Noded::default());
        assert_eq!((report.links, report.nets[0].largest_percent), (0, 0.0));
        assert!(report.lines().iter().any(|line| line.contains("inga länkar")));
    }
}
