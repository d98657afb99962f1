//! Chosen elements of a pbf with their shapes, in three passes: relations, ways, nodes. Memory follows what is chosen.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use geo::{Geometry, LineString, MultiLineString, MultiPolygon, Point};

use super::rings::{polygons, rings};
use super::{Element, MemberKind, Tags, Wanted, each};
use crate::crs::Transform;
use crate::ingest::MapError;

/// What an element is drawn as in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A node.
    Node,
    /// A way whose ends differ.
    Open,
    /// A way that ends where it begins.
    Closed,
    /// A relation of the type `multipolygon`.
    Relation,
}

/// What shape a chosen element shall have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// A node's place.
    Point,
    /// A way's line, as the runs of it that the file has nodes for.
    Line,
    /// The area within a closed way or a relation.
    Area,
}

/// A chosen element.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing<W> {
    /// What it was chosen as.
    pub what: W,
    /// Its name, or `None`.
    pub name: Option<String>,
    /// Its shape in the transform's target.
    pub shape: Geometry<f64>,
}

/// What was chosen, and how many could not be drawn: rings that do not close, nodes that are not in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Gathered<W> {
    /// Nodes by id, then ways by id, then relations by id.
    pub things: Vec<Thing<W>>,
    /// Chosen elements without a shape.
    pub lost: usize,
}

/// A chosen way or relation, until its nodes are known.
struct Chosen<R, W> {
    reach: R,
    name: Option<String>,
    choices: Vec<(W, Wish)>,
}

type Members = Vec<(i64, bool)>;

/// Everything that `choose` chooses. It may choose an element several times, or not at all (no choice).
///
/// A closed way that is chosen as an area and is the outer ring of a relation that is chosen as the `same` is left to the relation.
///
/// # Errors
/// Those of [`each`].
pub fn gather<W: Clone>(
    path: &Path,
    transform: &Transform,
    choose: impl Fn(Form, &Tags<'_>) -> Vec<(W, Wish)>,
    same: impl Fn(&W, &W) -> bool,
) -> Result<Gathered<W>, MapError> {
    let name = |tags: &Tags<'_>| tags.get("name").map(str::to_owned);
    let mut relations: BTreeMap<i64, Chosen<Members, W>> = BTreeMap::new();
    each(path, Wanted { relations: true, ..Wanted::default() }, |element| {
        let Element::Relation(id, members, tags) = element else { return };
        if !tags.is("type", &["multipolygon"]) {
            return;
        }
        let choices = choose(Form::Relation, &tags);
        if !choices.is_empty() {
            let ways = members.iter().filter(|(kind, ..)| *kind == MemberKind::Way);
            let reach = ways.map(|&(_, way, role)| (way, role == "inner")).collect();
            relations.insert(id, Chosen { reach, name: name(&tags), choices });
        }
    })?;
    let mut member_refs: HashMap<i64, Vec<i64>> =
        relations.values().flat_map(|relation| &relation.reach).map(|(way, _)| (*way, Vec::new())).collect();
    let mut ways: BTreeMap<i64, Chosen<Vec<i64>, W>> = BTreeMap::new();
    each(path, Wanted { ways: true, ..Wanted::default() }, |element| {
        let Element::Way(id, refs, tags) = element else { return };
        let closed = refs.len() > 3 && refs.first() == refs.last();
        let choices = choose(if closed { Form::Closed } else { Form::Open }, &tags);
        if let Some(member) = member_refs.get_mut(&id) {
            member.clone_from(&refs);
        }
        if !choices.is_empty() {
            ways.insert(id, Chosen { reach: refs, name: name(&tags), choices });
        }
    })?;
    let needed = ways.values().map(|way| &way.reach).chain(member_refs.values()).flatten();
    let mut places: HashMap<i64, Option<[f64; 2]>> = needed.map(|node| (*node, None)).collect();
    let mut nodes: BTreeMap<i64, Vec<Thing<W>>> = BTreeMap::new();
    let mut lost = 0;
    each(path, Wanted { nodes: true, ..Wanted::default() }, |element| {
        let Element::Node(id, degrees, tags) = element else { return };
        if let Some(place) = places.get_mut(&id) {
            *place = transform.convert(degrees);
        }
        for (what, _) in choose(Form::Node, &tags) {
            match transform.convert(degrees) {
                Some([x, y]) => {
                    let shape = Geometry::Point(Point::new(x, y));
                    nodes.entry(id).or_default().push(Thing { what, name: name(&tags), shape });
                }
                None => lost += 1,
            }
        }
    })?;
    let line = |refs: &[i64]| -> Option<LineString<f64>> {
        refs.iter().map(|node| places.get(node).copied().flatten().map(geo::Coord::from)).collect()
    };
    let mut drawn: Vec<Thing<W>> = Vec::new();
    let mut outer_of: HashMap<i64, Vec<W>> = HashMap::new();
    for relation in relations.into_values() {
        let Some(shape) = area(&relation.reach, &member_refs, &line) else {
            lost += relation.choices.len();
            continue;
        };
        for (what, _) in relation.choices {
            for (way, _) in relation.reach.iter().filter(|(_, inner)| !inner) {
                outer_of.entry(*way).or_default().push(what.clone());
            }
            drawn.push(Thing { what, name: relation.name.clone(), shape: Geometry::MultiPolygon(shape.clone()) });
        }
    }
    let mut things: Vec<Thing<W>> = nodes.into_values().flatten().collect();
    for (id, way) in ways {
        for (what, wish) in way.choices {
            let taken = || outer_of.get(&id).is_some_and(|taken| taken.iter().any(|other| same(other, &what)));
            if wish == Wish::Area && taken() {
                continue;
            }
            let shape = match wish {
                Wish::Area => {
                    line(&way.reach).map(|ring| Geometry::MultiPolygon(geo::Polygon::new(ring, Vec::new()).into()))
                }
                // A line that the edge of an extract cuts keeps its runs inside.
                Wish::Line | Wish::Point => {
                    let placed = |node: &i64| places.get(node).copied().flatten().is_some();
                    let runs = way.reach.split(|node| !placed(node)).filter(|run| run.len() > 1);
                    let runs: Vec<LineString<f64>> = runs.filter_map(&line).collect();
                    (!runs.is_empty()).then(|| Geometry::MultiLineString(MultiLineString::new(runs)))
                }
            };
            match shape {
                Some(shape) => things.push(Thing { what, name: way.name.clone(), shape }),
                None => lost += 1,
            }
        }
    }
    things.extend(drawn);
    Ok(Gathered { things, lost })
}

/// The area of a relation's members, or `None` where they make none.
fn area(
    members: &[(i64, bool)],
    refs: &HashMap<i64, Vec<i64>>,
    line: &impl Fn(&[i64]) -> Option<LineString<f64>>,
) -> Option<MultiPolygon<f64>> {
    let of = |inner: bool| -> Option<Vec<LineString<f64>>> {
        let ways = members.iter().filter(|member| member.1 == inner);
        let ways: Vec<Vec<i64>> = ways.map(|(way, _)| refs.get(way).cloned()).collect::<Option<_>>()?;
        rings(&ways)?.iter().map(|ring| line(ring)).collect()
    };
    polygons(of(false)?, of(true)?)
}
