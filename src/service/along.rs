//! Methods along roads: from rows and a road network to layers of road pieces.

use std::collections::BTreeMap;

use geo::{Geometry, Point};

use super::analyse::{self, From, NetworkFile, Request};
use super::columns::column;
use super::error::{Refusal, Result};
use super::facts::{Fact, place_name};
use super::hotspots::{self, Frame, Hotspot, Road, RoadLayer};
use super::progress::Timings;
use super::rows::Input;
use super::similar::{Likeness, standings};
use super::snap;
use crate::analysis::road::{
    self, Division, Home, JunctionType, Located, Piece, Segment, Snapper, Street, Streets, Unsnapped, Wanted,
    network_dbscan, pieces, segments,
};
use crate::analysis::table::{KEEPER_UNKNOWN, KeeperFilter, Roads};
use crate::analysis::{Parameters, Settings};
use crate::domain::passport::ContentHash;
use crate::domain::paths::metres;
use crate::domain::{
    GeometryKind, Layer, Link, Metres, Net, Network, Passport, Paths, Reach, RoadKeeper, Spot, Values,
};
use crate::store::{GpkgStore, Store};
use crate::texts::{number, swedish};

/// A network and what the passport tells of it.
pub(super) struct Named {
    network: Network,
    /// The file's name, or the store's.
    name: String,
    hash: String,
}

impl Named {
    /// The network.
    pub(super) const fn network(&self) -> &Network {
        &self.network
    }
}

/// Shorter than this a rate per kilometre says nothing, metres.
const RATE_LEAST_M: f64 = 100.0;

const SEGMENTS: RoadLayer =
    RoadLayer { name: "segments", words: "segments", geometry: GeometryKind::Line, empty_places: true };
const JUNCTIONS: RoadLayer =
    RoadLayer { name: "junctions", words: "junctions", geometry: GeometryKind::Point, empty_places: true };
const STREETS: RoadLayer =
    RoadLayer { name: "gator", words: "streets", geometry: GeometryKind::Line, empty_places: true };
const PLACES: RoadLayer =
    RoadLayer { name: "hotspots", words: "road-places", geometry: GeometryKind::Line, empty_places: false };
const STRETCHES: RoadLayer =
    RoadLayer { name: "hotspots", words: "road-hotspots", geometry: GeometryKind::Line, empty_places: false };

/// The network that the request names, else the store's.
pub(super) fn network(
    request: &Request<'_>,
    store: Option<&GpkgStore>,
    input: &Input,
    parameters: &Parameters,
) -> Result<Named> {
    let input_file = match &request.from {
        From::Store { path, .. } | From::File { path, .. } => path.display().to_string(),
    };
    let (name, network) = match (&request.network, store) {
        (Some(NetworkFile { path, layer, crs }), _) => {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            (name, Some(super::roads::network_of_file(path, *layer, *crs, input.crs.epsg)?))
        }
        (None, Some(store)) => {
            let name = store.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            (name, store.network()?)
        }
        (None, None) => (String::new(), None),
    };
    let network = network.ok_or(Refusal::NoNetwork { method: parameters.method().id, file: input_file })?;
    let hash = hash_of(&network);
    Ok(Named { network, name, hash })
}

/// The store's own network.
pub(super) fn of_store(store: &GpkgStore, parameters: &Parameters) -> Result<Named> {
    let name = store.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let none = || Refusal::NoNetwork { method: parameters.method().id, file: store.path().display().to_string() };
    let network = store.network()?.ok_or_else(none)?;
    let hash = hash_of(&network);
    Ok(Named { network, name, hash })
}

/// Hash over the links, whatever their order.
fn hash_of(network: &Network) -> String {
    let mut content = ContentHash::default();
    for link in network.links() {
        content.add(&[&serde_json::to_string(link).unwrap_or_default()]);
    }
    content.finish()
}

/// The events that count: their rows, facts and places.
struct Used {
    rows: Vec<usize>,
    facts: Vec<Fact>,
    spots: Vec<Spot>,
}

/// What a kernel found.
struct Found {
    hotspots: Vec<Hotspot>,
    /// `[used]` number of the hotspot.
    cluster: Vec<Option<u32>>,
    /// `[used]`
    core: Vec<bool>,
    /// Segments, junctions and streets, where the method has them.
    places: Option<[Vec<Hotspot>; 3]>,
    /// `[used]` what the place and its streets are called, where the method has them.
    called: Vec<[Option<String>; 2]>,
    layer: RoadLayer,
}

/// Runs a method along roads and makes its layers.
pub(super) fn analyse(
    input: &mut Input,
    named: &Named,
    roads: Roads,
    parameters: &Parameters,
    timings: &Timings,
) -> Result<(Vec<Layer>, Passport)> {
    let network = &named.network;
    if roads.keeper != KeeperFilter::All && network.links().iter().all(|link| link.keeper.is_none()) {
        return Err(Refusal::NoKeeperKnown { network: named.name.clone() }.into());
    }
    let located = timings.time("snap", || {
        let wanted: Vec<Wanted<'_>> = input
            .facts
            .iter()
            .zip(&input.points)
            .map(|(fact, &point)| Wanted { point, net: roads.net.unwrap_or(fact.net), street: fact.street.as_deref() })
            .collect();
        Snapper::new(network).snap(&wanted, roads.snap.0)
    });
    let gcm = parameters.text("gcm-type");
    if let Some(wanted) = gcm {
        known_gcm(network, &named.name, wanted)?;
    }
    let used = used(input, network, &located, &|link| lets_in(link, roads.keeper, gcm));
    let filter = Filter { gcm, junction: parameters.junction_type() };
    let found = timings.time("compute", || match parameters.settings() {
        Settings::NetworkCounts { min_points, radius, .. } => {
            Ok(counts(network, &used, roads, filter, radius, min_points, input.chosen.years))
        }
        Settings::NetworkDbscan { eps, min_points, .. } => dbscan(network, &used, roads, eps, min_points),
        _ => Err(Refusal::NetworkNotUsed { method: parameters.method().id }.into()),
    })?;
    Ok(timings.time("layers", || layers(input, named, &located, &used, found, parameters)))
}

fn used(
    input: &Input,
    network: &Network,
    located: &[std::result::Result<Located, Unsnapped>],
    lets_in: &dyn Fn(&Link) -> bool,
) -> Used {
    let wanted = |spot: Spot| lets_in(link_of(network, spot));
    let on_road = (0..).zip(located).filter_map(|(row, one)| Some((row, one.as_ref().ok()?.spot)));
    let (rows, spots): (Vec<usize>, Vec<Spot>) = on_road.filter(|(_, spot)| wanted(*spot)).unzip();
    let facts = rows.iter().map(|&row| input.facts[row].clone()).collect();
    Used { rows, facts, spots }
}

/// What else is asked of roads, besides väghållare.
#[derive(Debug, Clone, Copy)]
struct Filter<'a> {
    /// GCM-typ, or type of passage.
    gcm: Option<&'a str>,
    /// Sort of junction; events on stretches are then not counted.
    junction: Option<JunctionType>,
}

/// Whether a road counts: by its väghållare, and by its GCM-typ or one of its passages where a type is asked for.
fn lets_in(link: &Link, keeper: KeeperFilter, gcm: Option<&str>) -> bool {
    let of_type = |wanted: &str| types(link).any(|word| word.to_lowercase() == wanted.to_lowercase());
    keeper.lets_in(link.keeper) && gcm.is_none_or(of_type)
}

/// GCM-typ and passages of a link, in words.
fn types(link: &Link) -> impl Iterator<Item = &str> {
    link.gcm_type.as_deref().into_iter().chain(link.passage.iter().flat_map(|words| words.split(", ")))
}

/// Refuses a type that no road of the network has, with those that there are.
fn known_gcm(network: &Network, name: &str, wanted: &str) -> Result<()> {
    let known: std::collections::BTreeSet<&str> = network.links().iter().flat_map(types).collect();
    if known.iter().any(|word| word.to_lowercase() == wanted.to_lowercase()) {
        return Ok(());
    }
    let known = known.into_iter().map(str::to_owned).collect();
    Err(Refusal::NoSuchGcmType { network: name.to_owned(), wanted: wanted.to_owned(), known }.into())
}

fn link_of(network: &Network, spot: Spot) -> &Link {
    &network.links()[spot.link as usize]
}

/// What the roads of some links are together; `name`, `sort` and the rest are for the caller.
fn road<'a>(links: impl Iterator<Item = &'a Link> + Clone) -> Road {
    let keepers: std::collections::BTreeSet<Option<RoadKeeper>> = links.clone().map(|link| link.keeper).collect();
    let word =
        |keeper: &Option<RoadKeeper>| keeper.map_or_else(|| swedish("road-unknown", &[]), |k| k.code().to_owned());
    // Those that are known first, as on the command line.
    let known =
        keepers.iter().filter(|keeper| keeper.is_some()).chain(keepers.iter().filter(|keeper| keeper.is_none()));
    Road {
        keepers: known.map(word).collect::<Vec<_>>().join(", "),
        speed: links.clone().filter_map(Link::speed).max(),
        adt: links.clone().filter_map(|link| Some((link.adt?, link.adt_year))).max(),
        gcm: joined(links.clone().filter_map(|link| link.gcm_type.as_deref())),
        passages: joined(links.filter_map(|link| link.passage.as_deref()).flat_map(|words| words.split(", "))),
        ..Road::default()
    }
}

/// The words that there are, each once, in alphabetical order.
fn joined<'a>(words: impl Iterator<Item = &'a str>) -> Option<String> {
    let words: std::collections::BTreeSet<&str> = words.collect();
    (!words.is_empty()).then(|| words.into_iter().collect::<Vec<_>>().join(", "))
}

fn tenth(length: u64) -> f64 {
    (metres(length) * 10.0).round() / 10.0
}

/// Counts per segment and junction.
fn counts(
    network: &Network,
    used: &Used,
    roads: Roads,
    filter: Filter<'_>,
    radius: Metres,
    min_points: usize,
    years: Option<f64>,
) -> Found {
    let (car, gc) = (|link: &Link| link.modes.on(Net::Car), |link: &Link| link.modes.on(Net::Gc));
    let nets: Vec<&dyn Fn(&Link) -> bool> = match roads.net {
        Some(Net::Car) => vec![&car],
        Some(Net::Gc) => vec![&gc],
        Some(Net::Any) | None => vec![&car, &gc],
    };
    let division = road::divide(network, &nets, radius);
    let paths = Paths::new(network, |_| true);
    let sort_fits = |home: &Home| match (filter.junction, home) {
        (None, _) => true,
        (Some(wanted), Home::Junction(at)) => division.junctions[*at as usize].sort() == wanted,
        (Some(_), Home::Segment(_)) => false,
    };
    let found_homes: Vec<Option<Home>> =
        used.spots.iter().map(|spot| division.home(&paths, *spot).filter(sort_fits)).collect();
    let mut members: BTreeMap<Home, Vec<u32>> = BTreeMap::new();
    for (index, home) in (0_u32..).zip(&found_homes) {
        if let Some(home) = home {
            members.entry(*home).or_default().push(index);
        }
    }
    let kept = |link: u32| lets_in(&network.links()[link as usize], roads.keeper, filter.gcm);
    let place = |home: Home| {
        let members = members.get(&home).cloned().unwrap_or_default();
        let many = members.len() >= min_points;
        match home {
            Home::Segment(at) => segment(network, &paths, &division, at, members, many, years),
            Home::Junction(at) => junction(network, &division, at, members, many, years),
        }
    };
    let segments = (0_u32..).zip(&division.segments);
    let segments = segments.filter(|_| filter.junction.is_none());
    let segments = segments.filter(|(_, s)| !s.pieces.is_empty() && s.links.iter().any(|(link, _)| kept(*link)));
    let junctions = (0_u32..).zip(&division.junctions);
    let junctions = junctions.filter(|(_, j)| filter.junction.is_none_or(|wanted| j.sort() == wanted));
    let junctions = junctions.filter(|(_, j)| j.arms.iter().chain(&j.inner).any(|link| kept(*link)));
    let homes = [
        in_order(segments.map(|(at, _)| Home::Segment(at)), &members, &division, network),
        in_order(junctions.map(|(at, _)| Home::Junction(at)), &members, &division, network),
    ];
    let both = homes.iter().flatten().copied();
    let full = both.filter(|home| members.get(home).is_some_and(|members| members.len() >= min_points));
    let full = in_order(full, &members, &division, network);
    let mut numbers: BTreeMap<Home, u32> = BTreeMap::new();
    let mut cluster = vec![None; used.spots.len()];
    let mut hotspots = Vec::new();
    for (number, &home) in (1_u32..).zip(&full) {
        numbers.insert(home, number);
        for &member in &members[&home] {
            cluster[member as usize] = Some(number);
        }
        let mut spot = place(home);
        if let Home::Junction(at) = home {
            let all: Vec<(Piece, bool)> =
                division.junctions[at as usize].pieces.iter().map(|piece| (*piece, false)).collect();
            spot.shape = pieces::drawn(network, &paths, &all).into();
        }
        hotspots.push(Hotspot { number, ..spot });
    }
    let numbered = |home: &Home| Hotspot { number: numbers.get(home).copied().unwrap_or(0), ..place(*home) };
    let [mut segments, mut junctions] = homes.map(|homes| homes.iter().map(numbered).collect::<Vec<_>>());
    let on_net = |link: &Link| lets_in(link, roads.keeper, filter.gcm) && nets.iter().any(|net| net(link));
    let named = Streets::of(network, &on_net);
    let mut of_street: Vec<Vec<u32>> = vec![Vec::new(); named.streets.len()];
    let mut in_junction = vec![0_u32; named.streets.len()];
    let mut called = Vec::with_capacity(used.spots.len());
    for ((index, spot), home) in (0_u32..).zip(&used.spots).zip(&found_homes) {
        let junction = road::junction_of(&division, *home);
        // An event that no place of the asked sort holds is no part of a street either.
        let streets = if home.is_some() { named.at(*spot, junction) } else { std::collections::BTreeSet::new() };
        for &street in &streets {
            of_street[street as usize].push(index);
            in_junction[street as usize] += u32::from(junction.is_some());
        }
        let names: Vec<&str> = streets.iter().map(|&street| named.streets[street as usize].name.as_str()).collect();
        let place = home.map(|home| name_of(network, &division, home));
        called.push([place, (!names.is_empty()).then(|| names.join(" / "))]);
    }
    let all = named.streets.iter().zip(of_street).zip(in_junction);
    let mut streets: Vec<Hotspot> =
        all.map(|((own, members), in_junction)| street(network, &paths, own, members, in_junction, years)).collect();
    streets.sort_by_key(|street| std::cmp::Reverse(street.members.len()));
    for places in [&mut segments, &mut junctions, &mut streets] {
        compare(places);
    }
    // Concentrations stand among all places of their sort, not among each other.
    for place in segments.iter().chain(&junctions).filter(|place| place.number > 0) {
        let own = hotspots.iter_mut().find(|spot| spot.number == place.number);
        if let (Some(own), Some(road)) = (own.and_then(|spot| spot.road.as_mut()), &place.road) {
            own.standing.clone_from(&road.standing);
        }
    }
    let core = cluster.iter().map(Option::is_some).collect();
    Found { hotspots, cluster, core, places: Some([segments, junctions, streets]), called, layer: PLACES }
}

/// Sets what each place is among those like it.
fn compare(places: &mut [Hotspot]) {
    let likeness = |place: &Hotspot| {
        let road = place.road.as_ref()?;
        Some((road.likeness.clone(), road.likeness_rate))
    };
    let all: Vec<_> = places.iter().map(|place| likeness(place).unwrap_or_default()).collect();
    for (place, standing) in places.iter_mut().zip(standings(&all)) {
        if let Some(road) = &mut place.road {
            road.standing = standing;
        }
    }
}

fn name_of(network: &Network, division: &Division, home: Home) -> String {
    match home {
        Home::Segment(at) => division.segments[at as usize].name(class_of(network, &division.segments[at as usize])),
        Home::Junction(at) => division.junctions[at as usize].name(),
    }
}

/// The class of a segment's longest link, in the source's words.
fn class_of<'a>(network: &'a Network, segment: &Segment) -> Option<&'a str> {
    let links = segment.links.iter().map(|&(link, _)| &network.links()[link as usize]);
    let longest = links.max_by(|a, b| a.length_m().total_cmp(&b.length_m()))?;
    longest.gcm_type.as_deref().or(longest.class.as_deref())
}

/// What streets and stretches are compared by: net, väghållare, speed limit and class of most of their length.
pub(super) fn likeness<'a>(links: impl Iterator<Item = &'a Link>) -> Likeness {
    type Key<'a> = (bool, Option<RoadKeeper>, Option<u16>, Option<&'a str>);
    let mut lengths: BTreeMap<Key<'a>, f64> = BTreeMap::new();
    for link in links {
        let class = link.gcm_type.as_deref().or(link.class.as_deref());
        *lengths.entry((link.modes.car, link.keeper, link.speed(), class)).or_default() += link.length_m();
    }
    let Some(((car, keeper, speed, class), _)) = lengths.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)) else {
        return Likeness::default();
    };
    Likeness {
        sort: if car { Net::Car } else { Net::Gc }.code().to_owned(),
        attributes: vec![
            ("like-keeper", keeper.map(|keeper| keeper.code().to_owned())),
            ("like-speed", speed.map(|speed| speed.to_string())),
            ("like-class", class.map(str::to_owned)),
        ],
    }
}

/// Events per kilometre and year, where the place is long enough and the period known; two decimals.
pub(super) fn per_km_year(events: usize, length_m: f64, years: Option<f64>) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let rate = |years: f64| (events as f64 / (length_m / 1000.0) / years * 100.0).round() / 100.0;
    years.filter(|_| length_m >= RATE_LEAST_M).map(rate)
}

fn street(
    network: &Network,
    paths: &Paths,
    street: &Street,
    members: Vec<u32>,
    in_junction: u32,
    years: Option<f64>,
) -> Hotspot {
    let links = street.links.iter().map(|&link| &network.links()[link as usize]);
    let pieces: Vec<(Piece, bool)> =
        street.links.iter().map(|&link| (Piece { link, from: 0, to: paths.length(link) }, false)).collect();
    let length = pieces.iter().map(|(piece, _)| piece.length()).sum();
    let rate = per_km_year(members.len(), metres(length), years);
    let own = Road {
        name: Some(street.name.clone()),
        sort: swedish("road-sort-street", &[]),
        length_m: tenth(length),
        per_km_year: rate,
        in_junction: Some(in_junction),
        likeness: likeness(links.clone()),
        likeness_rate: rate,
        ..road(links)
    };
    Hotspot { number: 0, members, shape: pieces::drawn(network, paths, &pieces).into(), road: Some(own), tested: None }
}

/// Places with most events first, then from west to east, then from south to north.
fn in_order(
    homes: impl Iterator<Item = Home>,
    members: &BTreeMap<Home, Vec<u32>>,
    division: &Division,
    network: &Network,
) -> Vec<Home> {
    let key = |home: Home| (members.get(&home).map_or(0, Vec::len), segments::anchor(division, network, home), home);
    let mut keyed: Vec<(usize, [f64; 2], Home)> = homes.map(key).collect();
    keyed.sort_by(|a, b| {
        let by_place = a.1[0].total_cmp(&b.1[0]).then(a.1[1].total_cmp(&b.1[1]));
        b.0.cmp(&a.0).then(by_place).then(a.2.cmp(&b.2))
    });
    keyed.into_iter().map(|(.., home)| home).collect()
}

fn segment(
    network: &Network,
    paths: &Paths,
    division: &Division,
    at: u32,
    members: Vec<u32>,
    many: bool,
    years: Option<f64>,
) -> Hotspot {
    let segment = &division.segments[at as usize];
    let links = segment.links.iter().map(|&(link, _)| &network.links()[link as usize]);
    let rate = per_km_year(members.len(), metres(segment.length()), years);
    let own = Road {
        name: Some(name_of(network, division, Home::Segment(at))),
        sort: swedish("road-sort-segment", &[]),
        length_m: tenth(segment.length()),
        per_km_year: rate,
        many,
        likeness: likeness(links.clone()),
        likeness_rate: rate,
        ..road(links)
    };
    let shape = pieces::drawn(network, paths, &segment.pieces).into();
    Hotspot { number: 0, members, shape, road: Some(own), tested: None }
}

fn junction(
    network: &Network,
    division: &Division,
    at: u32,
    members: Vec<u32>,
    many: bool,
    years: Option<f64>,
) -> Hotspot {
    let junction = &division.junctions[at as usize];
    let links = junction.arms.iter().chain(&junction.inner).map(|&link| &network.links()[link as usize]);
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let rate = |years: f64| (members.len() as f64 / years * 100.0).round() / 100.0;
    let sort = junction_sort(junction);
    let own = Road {
        name: Some(junction.name()),
        sort: swedish(sort, &[]),
        length_m: tenth(junction.pieces.iter().map(Piece::length).sum()),
        many,
        likeness: junction_likeness(sort, junction.arms.len(), links.clone()),
        likeness_rate: years.map(rate),
        ..road(links)
    };
    let [x, y] = junction.middle;
    Hotspot { number: 0, members, shape: Geometry::Point(Point::new(x, y)), road: Some(own), tested: None }
}

/// Id of the word for a junction's sort.
pub(super) fn junction_sort(junction: &segments::Junction) -> &'static str {
    match junction.sort() {
        JunctionType::Roundabout => "road-sort-roundabout",
        JunctionType::Signal => "road-sort-signal",
        JunctionType::Other => "road-sort-junction",
    }
}

/// What junctions are compared by: net, sort, number of arms, and the highest speed limit there.
pub(super) fn junction_likeness<'a>(
    sort: &str,
    arms: usize,
    links: impl Iterator<Item = &'a Link> + Clone,
) -> Likeness {
    let car = links.clone().any(|link| link.modes.car);
    let speed = links.filter_map(Link::speed).max();
    Likeness {
        sort: if car { Net::Car } else { Net::Gc }.code().to_owned(),
        attributes: vec![
            ("like-junction", Some(sort.to_owned())),
            ("like-arms", Some(arms.to_string())),
            ("like-speed", speed.map(|speed| speed.to_string())),
        ],
    }
}

/// DBSCAN along the network.
fn dbscan(network: &Network, used: &Used, roads: Roads, eps: Metres, min_points: usize) -> Result<Found> {
    let net = roads.net.unwrap_or(Net::Any);
    let paths = Paths::new(network, |link| link.modes.on(net));
    let clustering = network_dbscan(network, &paths, &used.spots, eps, min_points)?;
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); clustering.count as usize];
    for (index, cluster) in (0_u32..).zip(&clustering.cluster) {
        if let Some(number) = cluster {
            members[*number as usize - 1].push(index);
        }
    }
    let mut reach = Reach::new(&paths);
    // Half of eps, rounded up, so that pieces of neighbours meet.
    let half = crate::domain::paths::micrometres(eps.0).div_ceil(2);
    let hotspots = (1_u32..).zip(members).map(|(number, members)| {
        let spots: Vec<Spot> = members.iter().map(|&index| used.spots[index as usize]).collect();
        let found: Vec<(Piece, bool)> =
            pieces::around(&paths, &spots, half, &mut reach).into_iter().map(|piece| (piece, false)).collect();
        let streets = members.iter().zip(&spots).map(|(&index, spot)| {
            link_of(network, *spot).street.as_deref().or(used.facts[index as usize].street.as_deref())
        });
        let own = Road {
            name: place_name(streets),
            sort: swedish("road-sort-hotspot", &[]),
            length_m: tenth(found.iter().map(|(piece, _)| piece.length()).sum()),
            many: true,
            ..road(spots.iter().map(|spot| link_of(network, *spot)))
        };
        Hotspot { number, members, shape: pieces::drawn(network, &paths, &found).into(), road: Some(own), tested: None }
    });
    let hotspots = hotspots.collect();
    Ok(Found {
        hotspots,
        cluster: clustering.cluster,
        core: clustering.core,
        places: None,
        called: Vec::new(),
        layer: STRETCHES,
    })
}

fn layers(
    input: &mut Input,
    named: &Named,
    located: &[std::result::Result<Located, Unsnapped>],
    used: &Used,
    mut found: Found,
    parameters: &Parameters,
) -> (Vec<Layer>, Passport) {
    let weighted = parameters.text("value").is_some();
    let chosen = input.chosen.clone();
    let frame = Frame {
        facts: &used.facts,
        total: input.facts.len(),
        study_m2: 0.0,
        kind: input.kind,
        weighted,
        chosen: &chosen,
        tested: false,
    };
    let passport = passport(input, named, located, used, parameters);
    hotspots::rank(&mut found.hotspots, &frame);
    let mut made = vec![hotspots::road_layer(found.layer, &found.hotspots, &frame, passport.clone())];
    if let Some([segments, junctions, streets]) = &found.places {
        made.push(hotspots::road_layer(SEGMENTS, segments, &frame, passport.clone()));
        made.push(hotspots::road_layer(JUNCTIONS, junctions, &frame, passport.clone()));
        made.push(hotspots::road_layer(STREETS, streets, &frame, passport.clone()));
    }
    let (mut cluster, mut core) = (vec![None; input.points.len()], vec![false; input.points.len()]);
    for (index, &row) in used.rows.iter().enumerate() {
        cluster[row] = found.cluster[index];
        core[row] = found.core[index];
    }
    let mut columns = road_columns(&named.network, located);
    if found.places.is_some() {
        let mut called = vec![[None, None]; input.points.len()];
        for (row, names) in used.rows.iter().zip(found.called) {
            called[*row] = names;
        }
        let text = |at: usize| Values::Text(called.iter().map(|names| names[at].as_deref()).collect());
        columns.extend([column("plats", false, text(0)), column("gator", false, text(1))]);
    }
    made.push(analyse::events(input, &cluster, &core, columns, &passport));
    (made, passport)
}

/// Columns of the layer `events`: distance to the road, the road's id, and why this one or none.
fn road_columns(network: &Network, located: &[std::result::Result<Located, Unsnapped>]) -> Vec<crate::domain::Column> {
    let kept: Vec<snap::Kept> = located.iter().map(|one| snap::Kept::of(network, one)).collect();
    vec![
        column("avst_m", false, Values::Real(kept.iter().map(|kept| kept.distance_m).collect())),
        column("vag_id", false, Values::Text(kept.iter().map(|kept| kept.link.map(str::to_owned)).collect())),
        column("vag_val", false, Values::Text(kept.iter().map(|kept| Some(kept.words())).collect())),
    ]
}

fn passport(
    input: &Input,
    named: &Named,
    located: &[std::result::Result<Located, Unsnapped>],
    used: &Used,
    parameters: &Parameters,
) -> Passport {
    let placed = input.points.iter().flatten().count();
    let mut passport = analyse::passport(input, placed, parameters);
    passport.used = used.rows.len() as u64;
    let mut left_out = 0;
    for reason in located.iter().filter_map(|one| one.as_ref().err()) {
        if *reason != Unsnapped::NoPosition {
            *passport.dropped.entry(swedish(&format!("road-choice-{}", reason.code()), &[])).or_default() += 1;
            left_out += 1;
        }
    }
    let other = (placed - used.rows.len() - left_out) as u64;
    if other > 0 {
        passport.dropped.insert(swedish("road-other-keeper", &[]), other);
    }
    passport.parameters.insert("network".to_owned(), named.name.clone().into());
    passport.parameters.insert("network-hash".to_owned(), named.hash[..16].to_owned().into());
    let mut notes = Vec::new();
    let mut distances: Vec<f64> = located.iter().flatten().map(|located| located.distance_m).collect();
    distances.sort_by(f64::total_cmp);
    if let (Some(median), Some(ninth)) = (snap::quantile(&distances, 0.5), snap::quantile(&distances, 0.9)) {
        let round = |metres: f64| number(&((metres * 10.0).round() / 10.0));
        let values = [
            ("events", distances.len().to_string()),
            ("placed", placed.to_string()),
            ("median", round(median)),
            ("ninth", round(ninth)),
        ];
        notes.push(swedish("note-snapped", &values));
    }
    if left_out > 0 {
        let snap = parameters.settings().roads().map_or(0.0, |roads| roads.snap.0);
        notes.push(swedish("note-unsnapped", &[("count", left_out.to_string()), ("snap", number(&snap))]));
    }
    if other > 0 {
        let keeper = parameters.text("keeper").unwrap_or(KEEPER_UNKNOWN);
        let keeper = if keeper == KEEPER_UNKNOWN { swedish("road-unknown", &[]) } else { keeper.to_owned() };
        notes.push(swedish("note-keeper", &[("keeper", keeper), ("count", other.to_string())]));
    }
    notes.append(&mut passport.notes);
    passport.notes = notes;
    passport
}
