//! Roads as a network: links that run from node to node, with what is known of each.
//!
//! Nodes are where links really meet; a bridge and the street below it share none. Whoever reads a file makes the
//! network ([`Network::new`] checks it); snapping, counts and paths only look at it.

use serde::{Deserialize, Serialize};

use super::Bbox;

/// Which net an event or an analysis belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Net {
    /// Links that motor vehicles may use.
    Car,
    /// Links for walking and cycling.
    Gc,
    /// Either.
    #[default]
    Any,
}

impl Net {
    /// Every net.
    pub const ALL: [Self; 3] = [Self::Car, Self::Gc, Self::Any];

    /// The word in files, on the command line and in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Car => "car",
            Self::Gc => "gc",
            Self::Any => "any",
        }
    }

    /// The net with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|net| net.code() == code)
    }
}

/// Who may use a link. Both may be true: a street without a separate path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Modes {
    /// Motor vehicles.
    pub car: bool,
    /// Walking or cycling, on a way of its own (`gång- och cykelväg`) or in a street where nothing else is known.
    pub gc: bool,
}

impl Modes {
    /// Whether the link is part of the net.
    #[must_use]
    pub const fn on(self, net: Net) -> bool {
        match net {
            Net::Car => self.car,
            Net::Gc => self.gc,
            Net::Any => self.car || self.gc,
        }
    }
}

/// In which direction of its geometry motor vehicles may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OneWay {
    /// Both.
    #[default]
    Both,
    /// From the first node to the second only.
    Forward,
    /// From the second node to the first only.
    Backward,
}

impl OneWay {
    /// The word in files and in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Forward => "forward",
            Self::Backward => "backward",
        }
    }

    /// The direction with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Both, Self::Forward, Self::Backward].into_iter().find(|way| way.code() == code)
    }
}

/// Whether a link lies on a bridge or in a tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Structure {
    /// On a bridge.
    Bridge,
    /// In a tunnel.
    Tunnel,
}

impl Structure {
    /// The word in files and in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Bridge => "bridge",
            Self::Tunnel => "tunnel",
        }
    }

    /// The structure with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Bridge, Self::Tunnel].into_iter().find(|structure| structure.code() == code)
    }
}

/// Väghållare: who keeps the road.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoadKeeper {
    /// The municipality: `kommunal`.
    Municipal,
    /// The state: `statlig`.
    State,
    /// A private owner or association: `enskild`.
    Private,
}

impl RoadKeeper {
    /// Every keeper.
    pub const ALL: [Self; 3] = [Self::Municipal, Self::State, Self::Private];

    /// The word in files, on the command line and in layers: Swedish, since that is what everyone writes.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Municipal => "kommunal",
            Self::State => "statlig",
            Self::Private => "enskild",
        }
    }

    /// The keeper with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|keeper| keeper.code() == code)
    }
}

/// A stretch of road between two nodes. What a source does not tell is `None`, never a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Stable across imports of the same file: `osm:WAY:n` (n-th piece), `nvdb:ELEMENT:from-to`, `rad:12:n`.
    pub id: String,
    /// Index of the node where the geometry begins.
    pub from: u32,
    /// Index of the node where it ends; equal to `from` for a loop.
    pub to: u32,
    /// At least two vertices, metres east and north; the first and last are those of the nodes.
    pub line: Vec<[f64; 2]>,
    /// Height order where links cross: 0 is the ground, above 0 over it, below 0 under it.
    pub level: i8,
    /// Bridge or tunnel.
    pub structure: Option<Structure>,
    /// Who may use it.
    pub modes: Modes,
    /// Directions that are open to motor vehicles.
    pub one_way: OneWay,
    /// Väghållare.
    pub keeper: Option<RoadKeeper>,
    /// Class in the source's own words: `residential`, `Huvudgata`, `3`.
    pub class: Option<String>,
    /// Speed limit along the geometry, km/h.
    pub speed_forward: Option<u16>,
    /// Speed limit against it, km/h.
    pub speed_back: Option<u16>,
    /// ÅDT, vehicles a day.
    pub adt: Option<u32>,
    /// The year (or the last year) that it was measured.
    pub adt_year: Option<u16>,
    /// Whether it is lit; `None` is not known.
    pub lit: Option<bool>,
    /// Name of the street.
    pub street: Option<String>,
    /// GCM-typ in words: `Gång- och cykelbana`, `Övergångsställe`.
    pub gcm_type: Option<String>,
    /// Whether it is part of a roundabout.
    pub roundabout: bool,
    /// Passages across it, in words: `Övergångsställe`, `Signalreglerat övergångsställe`; several with commas between.
    pub passage: Option<String>,
}

impl Link {
    /// A two-way link on the ground of which nothing is known but its name; cars and people on foot or bicycle may use it.
    #[must_use]
    pub const fn unknown(id: String, from: u32, to: u32, line: Vec<[f64; 2]>) -> Self {
        Self {
            id,
            from,
            to,
            line,
            level: 0,
            structure: None,
            modes: Modes { car: true, gc: true },
            one_way: OneWay::Both,
            keeper: None,
            class: None,
            speed_forward: None,
            speed_back: None,
            adt: None,
            adt_year: None,
            lit: None,
            street: None,
            gcm_type: None,
            roundabout: false,
            passage: None,
        }
    }

    /// Length in metres.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        self.line.windows(2).map(|pair| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1])).sum()
    }

    /// The smallest box around it.
    #[must_use]
    pub fn bbox(&self) -> Bbox {
        Bbox::around(self.line.iter().copied())
    }

    /// The speed limit where it is the same in both directions, else the higher.
    #[must_use]
    pub fn speed(&self) -> Option<u16> {
        self.speed_forward.max(self.speed_back)
    }
}

/// Why links and nodes make no network. A fault of whoever made them: readers never give one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotANetwork {
    /// Index of the first link at fault.
    pub link: usize,
}

/// Links and the nodes where they meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    nodes: Vec<[f64; 2]>,
    links: Vec<Link>,
    /// Where the links of each node begin in `ends`; one entry more than there are nodes.
    starts: Vec<u32>,
    /// Links by node: a loop stands twice.
    ends: Vec<u32>,
    /// Nodes with signals for traffic, ascending.
    signals: Vec<u32>,
}

impl Default for Network {
    /// No nodes and no links: the same as [`Network::new`] gives of nothing.
    fn default() -> Self {
        Self { nodes: Vec::new(), links: Vec::new(), starts: vec![0], ends: Vec::new(), signals: Vec::new() }
    }
}

impl Network {
    /// A network of these nodes and links. Cost O(nodes + links).
    ///
    /// # Errors
    /// [`NotANetwork`] where a link names a node that is not there, has fewer than two vertices, does not begin and
    /// end at its nodes, or has a coordinate that is not finite.
    pub fn new(nodes: Vec<[f64; 2]>, links: Vec<Link>) -> Result<Self, NotANetwork> {
        let at = |index: u32| nodes.get(index as usize).copied();
        for (index, link) in links.iter().enumerate() {
            let ends = link.line.first().copied() == at(link.from) && link.line.last().copied() == at(link.to);
            let finite = link.line.iter().all(|[x, y]| x.is_finite() && y.is_finite());
            if link.line.len() < 2 || !ends || !finite {
                return Err(NotANetwork { link: index });
            }
        }
        let mut starts = vec![0_u32; nodes.len() + 1];
        for link in &links {
            starts[link.from as usize + 1] += 1;
            starts[link.to as usize + 1] += 1;
        }
        for node in 0..nodes.len() {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut ends = vec![0_u32; links.len() * 2];
        for (index, link) in (0_u32..).zip(&links) {
            for node in [link.from, link.to] {
                ends[next[node as usize] as usize] = index;
                next[node as usize] += 1;
            }
        }
        Ok(Self { nodes, links, starts, ends, signals: Vec::new() })
    }

    /// `[nodes]` places of the nodes, metres east and north.
    #[must_use]
    pub fn nodes(&self) -> &[[f64; 2]] {
        &self.nodes
    }

    /// The same network with signals for traffic at these nodes; those that are not there are passed over.
    #[must_use]
    pub fn with_signals(mut self, mut nodes: Vec<u32>) -> Self {
        nodes.retain(|node| (*node as usize) < self.nodes.len());
        nodes.sort_unstable();
        nodes.dedup();
        self.signals = nodes;
        self
    }

    /// Nodes with signals for traffic, ascending.
    #[must_use]
    pub fn signals(&self) -> &[u32] {
        &self.signals
    }

    /// The links.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// Indices of the links that begin or end at the node, in the order of the links; a loop stands twice.
    /// Empty where there is no such node.
    #[must_use]
    pub fn links_at(&self, node: u32) -> &[u32] {
        let node = node as usize;
        match (self.starts.get(node), self.starts.get(node + 1)) {
            (Some(&from), Some(&to)) => &self.ends[from as usize..to as usize],
            _ => &[],
        }
    }

    /// Number of link ends of the net at the node.
    #[must_use]
    pub fn degree(&self, node: u32, net: Net) -> usize {
        self.links_at(node).iter().filter(|&&link| self.links[link as usize].modes.on(net)).count()
    }

    /// The number of the component that each node belongs to, over links of the net, and the number of components that
    /// have a link. Nodes without a link of the net have `None`. Components are numbered by their first node.
    #[must_use]
    pub fn components(&self, net: Net) -> (Vec<Option<u32>>, u32) {
        let mut of_node: Vec<Option<u32>> = vec![None; self.nodes.len()];
        let mut count = 0_u32;
        let mut open: Vec<u32> = Vec::new();
        for first in (0_u32..).take(self.nodes.len()) {
            if of_node[first as usize].is_some() || self.degree(first, net) == 0 {
                continue;
            }
            of_node[first as usize] = Some(count);
            open.push(first);
            while let Some(node) = open.pop() {
                for &link in self.links_at(node) {
                    let link = &self.links[link as usize];
                    let other = if link.from == node { link.to } else { link.from };
                    if link.modes.on(net) && of_node[other as usize].is_none() {
                        of_node[other as usize] = Some(count);
                        open.push(other);
                    }
                }
            }
            count += 1;
        }
        (of_node, count)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A straight two-way street for cars between two nodes.
    pub(crate) fn street(id: &str, nodes: &[[f64; 2]], from: u32, to: u32) -> Link {
        let line = vec![nodes[from as usize], nodes[to as usize]];
        Link { modes: Modes { car: true, gc: false }, ..Link::unknown(id.to_owned(), from, to, line) }
    }

    #[test]
    fn a_node_knows_its_links_and_a_loop_counts_twice() {
        let nodes = vec![[0.0, 0.0], [100.0, 0.0], [100.0, 50.0]];
        let mut links = vec![street("a", &nodes, 0, 1), street("b", &nodes, 1, 2)];
        links.push(Link { line: vec![nodes[2], [120.0, 60.0], nodes[2]], ..street("c", &nodes, 2, 2) });
        let network = Network::new(nodes, links).expect("a network");
        assert_eq!(network.links_at(1), [0, 1]);
        assert_eq!(network.links_at(2), [1, 2, 2]);
        assert_eq!(network.links_at(9), [0_u32; 0]);
        assert_eq!((network.degree(2, Net::Car), network.degree(2, Net::Gc)), (3, 0));
        assert_eq!(network.links()[0].length_m(), 100.0);
    }

    #[test]
    fn links_that_do_not_meet_their_nodes_are_no_network() {
        let nodes = vec![[0.0, 0.0], [100.0, 0.0]];
        let good = street("a", &nodes, 0, 1);
        for bad in [
            Link { to: 7, ..good.clone() },
            Link { line: vec![nodes[0]], ..good.clone() },
            Link { line: vec![nodes[0], [1.0, 1.0]], ..good.clone() },
            Link { line: vec![nodes[0], [f64::NAN, 0.0], nodes[1]], ..good.clone() },
        ] {
            assert_eq!(Network::new(nodes.clone(), vec![good.clone(), bad]), Err(NotANetwork { link: 1 }));
        }
        assert_eq!(Network::new(Vec::new(), Vec::new()), Ok(Network::default()));
    }

    #[test]
    fn signals_are_told_once_and_only_at_nodes_that_are_there() {
        let nodes = vec![[0.0, 0.0], [1.0, 0.0]];
        let network = Network::new(nodes.clone(), vec![street("a", &nodes, 0, 1)]).expect("a network");
        assert_eq!(network.with_signals(vec![1, 7, 0, 1]).signals(), [0, 1]);
    }

    #[test]
    fn components_follow_the_net() {
        let nodes = vec![[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0]];
        let path = Link { modes: Modes { car: false, gc: true }, ..street("path", &nodes, 1, 2) };
        let links = vec![street("a", &nodes, 0, 1), path, street("b", &nodes, 2, 3)];
        let network = Network::new(nodes, links).expect("a network");
        assert_eq!(network.components(Net::Car), (vec![Some(0), Some(0), Some(1), Some(1)], 2));
        assert_eq!(network.components(Net::Any).1, 1);
        assert_eq!(network.components(Net::Gc), (vec![None, Some(0), Some(0), None], 1));
    }
}
