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
use super::snap;
use crate::analysis::road::{
    self, Division, Home, Located, Piece, Snapper, Unsnapped, Wanted, network_dbscan, pieces, segments,
};
use crate::analysis::table::{KEEPER_UNKNOWN, KeeperFilter, Roads};
use crate::analysis::{Parameters, Settings};
use crate::domain::passport::ContentHash;
use crate::domain::paths::metres;
use crate::domain::{
    GeometryKind, Interval, Layer, Link, Metres, Net, Network, Passport, Paths, Reach, RoadKeeper, Spot, Values,
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

/// Shorter than this a rate per kilometre says nothing, metres.
const RATE_LEAST_M: f64 = 100.0;

/// Seconds of a year.
const YEAR_S: f64 = 365.25 * 86_400.0;

const SEGMENTS: RoadLayer =
    RoadLayer { name: "segments", words: "segments", geometry: GeometryKind::Line, empty_places: true };
const JUNCTIONS: RoadLayer =
    RoadLayer { name: "junctions", words: "junctions", geometry: GeometryKind::Point, empty_places: true };
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
    /// Segments and junctions, where the method has them.
    places: Option<[Vec<Hotspot>; 2]>,
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
    let used = used(input, network, &located, roads.keeper);
    let found = timings.time("compute", || match parameters.settings() {
        Settings::NetworkCounts { min_points, radius, .. } => {
            Ok(counts(network, &used, roads, radius, min_points, &input.facts))
        }
        Settings::NetworkDbscan { eps, min_points, .. } => dbscan(network, &used, roads, eps, min_points),
        Settings::AreaCounts { .. } | Settings::Counts { .. } | Settings::Dbscan { .. } | Settings::Timeline { .. } => {
            Err(Refusal::NetworkNotUsed { method: parameters.method().id }.into())
        }
    })?;
    Ok(timings.time("layers", || layers(input, named, &located, &used, found, parameters)))
}

fn used(
    input: &Input,
    network: &Network,
    located: &[std::result::Result<Located, Unsnapped>],
    keeper: KeeperFilter,
) -> Used {
    let wanted = |spot: Spot| keeper.lets_in(link_of(network, spot).keeper);
    let on_road = (0..).zip(located).filter_map(|(row, one)| Some((row, one.as_ref().ok()?.spot)));
    let (rows, spots): (Vec<usize>, Vec<Spot>) = on_road.filter(|(_, spot)| wanted(*spot)).unzip();
    let facts = rows.iter().map(|&row| input.facts[row].clone()).collect();
    Used { rows, facts, spots }
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
        adt: links.filter_map(|link| Some((link.adt?, link.adt_year))).max(),
        ..Road::default()
    }
}

fn tenth(length: u64) -> f64 {
    (metres(length) * 10.0).round() / 10.0
}

/// Counts per segment and junction.
fn counts(network: &Network, used: &Used, roads: Roads, radius: Metres, min_points: usize, all: &[Fact]) -> Found {
    let (car, gc) = (|link: &Link| link.modes.on(Net::Car), |link: &Link| link.modes.on(Net::Gc));
    let nets: Vec<&dyn Fn(&Link) -> bool> = match roads.net {
        Some(Net::Car) => vec![&car],
        Some(Net::Gc) => vec![&gc],
        Some(Net::Any) | None => vec![&car, &gc],
    };
    let division = road::divide(network, &nets, radius);
    let paths = Paths::new(network, |_| true);
    let mut members: BTreeMap<Home, Vec<u32>> = BTreeMap::new();
    for (index, spot) in (0_u32..).zip(&used.spots) {
        if let Some(home) = division.home(&paths, *spot) {
            members.entry(home).or_default().push(index);
        }
    }
    let years = years(all);
    let kept = |link: u32| roads.keeper.lets_in(network.links()[link as usize].keeper);
    let place = |home: Home| {
        let members = members.get(&home).cloned().unwrap_or_default();
        let many = members.len() >= min_points;
        match home {
            Home::Segment(at) => segment(network, &paths, &division, at, members, many, years),
            Home::Junction(at) => junction(network, &division, at, members, many),
        }
    };
    let segments = (0_u32..).zip(&division.segments);
    let segments = segments.filter(|(_, s)| !s.pieces.is_empty() && s.links.iter().any(|(link, _)| kept(*link)));
    let junctions = (0_u32..).zip(&division.junctions);
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
    let places = homes.map(|homes| homes.iter().map(numbered).collect());
    let core = cluster.iter().map(Option::is_some).collect();
    Found { hotspots, cluster, core, places: Some(places), layer: PLACES }
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
    let longest = links.clone().max_by(|a, b| a.length_m().total_cmp(&b.length_m()));
    let class = longest.and_then(|link| link.gcm_type.as_deref().or(link.class.as_deref()));
    let length_m = metres(segment.length());
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let rate = |years: f64| (members.len() as f64 / (length_m / 1000.0) / years * 100.0).round() / 100.0;
    let own = Road {
        name: Some(segment.name(class)),
        sort: swedish("road-sort-segment", &[]),
        length_m: tenth(segment.length()),
        per_km_year: years.filter(|_| length_m >= RATE_LEAST_M).map(rate),
        many,
        ..road(links)
    };
    let shape = pieces::drawn(network, paths, &segment.pieces).into();
    Hotspot { number: 0, members, shape, road: Some(own) }
}

fn junction(network: &Network, division: &Division, at: u32, members: Vec<u32>, many: bool) -> Hotspot {
    let junction = &division.junctions[at as usize];
    let links = junction.arms.iter().chain(&junction.inner).map(|&link| &network.links()[link as usize]);
    let sort = if junction.roundabout { "road-sort-roundabout" } else { "road-sort-junction" };
    let own = Road {
        name: Some(junction.name()),
        sort: swedish(sort, &[]),
        length_m: tenth(junction.pieces.iter().map(Piece::length).sum()),
        many,
        ..road(links)
    };
    let [x, y] = junction.middle;
    Hotspot { number: 0, members, shape: Geometry::Point(Point::new(x, y)), road: Some(own) }
}

/// Years from the first event to the last, where that is at least one.
fn years(facts: &[Fact]) -> Option<f64> {
    let times = || facts.iter().filter_map(|fact| fact.time.as_ref());
    let (first, last) = (times().map(|time: &Interval| time.from).min()?, times().map(|time| time.to).max()?);
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
    let years = (last - first) as f64 / YEAR_S;
    // Whole years from New Year to New Year are a year, leap year or not.
    (years >= 0.999).then_some(years)
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
        Hotspot { number, members, shape: pieces::drawn(network, &paths, &found).into(), road: Some(own) }
    });
    let hotspots = hotspots.collect();
    Ok(Found { hotspots, cluster: clustering.cluster, core: clustering.core, places: None, layer: STRETCHES })
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
    let frame = Frame { facts: &used.facts, total: input.facts.len(), study_m2: 0.0, kind: input.kind, weighted };
    let passport = passport(input, named, located, used, parameters);
    hotspots::rank(&mut found.hotspots, &frame);
    let mut made = vec![hotspots::road_layer(found.layer, &found.hotspots, &frame, passport.clone())];
    if let Some([segments, junctions]) = &found.places {
        made.push(hotspots::road_layer(SEGMENTS, segments, &frame, passport.clone()));
        made.push(hotspots::road_layer(JUNCTIONS, junctions, &frame, passport.clone()));
    }
    let (mut cluster, mut core) = (vec![None; input.points.len()], vec![false; input.points.len()]);
    for (index, &row) in used.rows.iter().enumerate() {
        cluster[row] = found.cluster[index];
        core[row] = found.core[index];
    }
    made.push(analyse::events(input, &cluster, &core, road_columns(&named.network, located), &passport));
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
