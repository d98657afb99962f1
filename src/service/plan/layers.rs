//! Plans as layers: the plan area, uses and properties in plan colours, and what is wrong with the plan.

use std::collections::BTreeMap;

use geo::{Centroid, Geometry, InteriorPoint, LineString, MultiLineString, MultiPolygon, Point, Polygon};

use super::name;
use crate::crs::Transform;
use crate::domain::passport::{ContentHash, NO_VINTAGE, SOFTWARE};
use crate::domain::{Class, Column, CrsDefinition, Geometries, GeometryKind, Layer, Passport, Secrecy, Style, Values};
use crate::plan::faults::{Fault, Weight};
use crate::plan::model::{Kind, Part, Plan, Provision, RecognisedBy, Rgb, SYSTEMS, Shape};
use crate::service::columns::{category_class, column, title};
use crate::service::error::Result;
use crate::texts::{swedish, swedish_problem};

/// What lies further beside the plan's box is drawn in another system or by mistake, metres.
const BESIDE_M: f64 = 1000.0;

/// The colour of what is drawn by its border: in whatever order layers lie, plan colours show through.
const PALE: &str = "#f4f4f4";

/// The colour of a use that the catalogue gives none.
const NO_COLOUR: &str = "#c8c8c8";

/// The layers of a file of plans, from the top of the map down; those without rows are left out, but for the plan area.
///
/// # Errors
/// A system that is not known.
pub(super) fn of(found: &[(Plan, Vec<Fault>)], crs: &CrsDefinition, credit: &str) -> Result<Vec<Layer>> {
    let passport = passport(found, crs, credit);
    let mut places = Places { target: format!("EPSG:{}", crs.epsg), ways: BTreeMap::new() };
    let mut layers = vec![faults(found, &passport, &mut places)?];
    let sorts = [
        ("egenskap_punkt", GeometryKind::Point, false),
        ("egenskap_linje", GeometryKind::Line, false),
        ("egenskap_yta", GeometryKind::Area, false),
        ("anvandning", GeometryKind::Area, true),
    ];
    for (layer, kind, uses) in sorts {
        layers.push(provisions(layer, kind, uses, found, &passport, &mut places)?);
    }
    layers.retain(|layer| !layer.geometries.is_empty());
    layers.push(plan_areas(found, &passport, &mut places)?);
    Ok(layers)
}

/// The way into the answer's system from any that a part is in.
struct Places {
    target: String,
    ways: BTreeMap<u32, Transform>,
}

impl Places {
    /// The geometry in the answer's system; `None` where it has no place there.
    fn put(&mut self, shape: &Geometry<f64>, epsg: Option<u32>) -> Result<Option<Geometry<f64>>> {
        let Some(epsg) = epsg else { return Ok(None) };
        if let std::collections::btree_map::Entry::Vacant(free) = self.ways.entry(epsg) {
            free.insert(Transform::new(&format!("EPSG:{epsg}"), &self.target)?);
        }
        Ok(self.ways.get(&epsg).and_then(|way| way.shape(shape)))
    }

    /// A place that is told of, if it is at the plan. What is drawn in another system lies far off in the plan's own: it is put where
    /// it belongs by the first system of plans that brings it to the plan, and nowhere if none does.
    fn near_plan(&mut self, point: Point<f64>, plan: &Plan) -> Result<Option<[f64; 2]>> {
        let mut put = |point: Point<f64>, epsg: Option<u32>| -> Result<Option<[f64; 2]>> {
            let put = self.put(&Geometry::Point(point), epsg)?;
            Ok(put.and_then(|shape| Point::try_from(shape).ok()).map(|point| [point.x(), point.y()]))
        };
        let own = put(point, plan.epsg)?;
        let corners = plan.bounds().map(|bounds| [Point(bounds.min()), Point(bounds.max())]);
        let Some([low, high]) = corners else { return Ok(own) };
        let (Some(low), Some(high)) = (put(low, plan.epsg)?, put(high, plan.epsg)?) else { return Ok(own) };
        let near = |at: &[f64; 2]| {
            (0..2).all(|axis| {
                let (least, most) = (low[axis].min(high[axis]), low[axis].max(high[axis]));
                (least - BESIDE_M..=most + BESIDE_M).contains(&at[axis])
            })
        };
        if let Some(own) = own.filter(near) {
            return Ok(Some(own));
        }
        for system in SYSTEMS {
            if let Some(at) = put(point, Some(system.epsg))?.filter(near) {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
}

fn passport(found: &[(Plan, Vec<Fault>)], crs: &CrsDefinition, credit: &str) -> Passport {
    let mut hash = ContentHash::default();
    let mut sources: Vec<String> = Vec::new();
    for (plan, _) in found {
        sources.push(plan.file.rsplit(['/', '\\']).next().unwrap_or_default().to_owned());
        let shapes = |parts: &[Part]| format!("{:?}", parts.iter().map(|part| &part.shape).collect::<Vec<_>>());
        hash.add(&[&name(plan), &shapes(&plan.parts)]);
        for own in &plan.provisions {
            hash.add(&[&own.id, own.code.as_deref().unwrap_or_default(), &own.text(), &shapes(&own.parts)]);
        }
    }
    sources.sort();
    sources.dedup();
    Passport {
        software: SOFTWARE.to_owned(),
        method: "check".to_owned(),
        parameters: BTreeMap::new(),
        seed: None,
        sources,
        period: None,
        vintage: NO_VINTAGE.to_owned(),
        used: found.iter().map(|(plan, _)| plan.provisions.len() as u64).sum(),
        unplaced: 0,
        dropped: BTreeMap::new(),
        crs: format!("EPSG:{}", crs.epsg),
        secrecy: Secrecy::Open,
        notes: vec![credit.to_owned(), swedish("note-plan-itself", &[])],
        content_hash: hash.finish(),
    }
}

/// Parts of one kind of geometry, as the layer holds them.
fn shape_of(part: &Part, kind: GeometryKind) -> Option<Geometry<f64>> {
    match (&part.shape, kind) {
        (Shape::Area(area), GeometryKind::Area) => Some(Geometry::MultiPolygon(MultiPolygon(vec![area.clone()]))),
        (Shape::Line(line), GeometryKind::Line) => Some(Geometry::MultiLineString(MultiLineString(vec![line.clone()]))),
        (Shape::Point(point), GeometryKind::Point) => Some(Geometry::Point(*point)),
        _ => None,
    }
}

fn geometries(kind: GeometryKind, shapes: Vec<Geometry<f64>>) -> Geometries {
    match kind {
        GeometryKind::Point => Geometries::Points(
            shapes
                .iter()
                .map(|shape| match shape {
                    Geometry::Point(point) => Some([point.x(), point.y()]),
                    _ => None,
                })
                .collect(),
        ),
        _ => Geometries::Shapes(kind, shapes.into_iter().map(Some).collect()),
    }
}

fn texts<T>(rows: &[T], value: impl Fn(&T) -> Option<String>) -> Values {
    Values::Text(rows.iter().map(value).collect())
}

/// Provisions of one kind of geometry: uses, or everything else.
fn provisions(
    layer: &str,
    kind: GeometryKind,
    uses: bool,
    found: &[(Plan, Vec<Fault>)],
    passport: &Passport,
    places: &mut Places,
) -> Result<Layer> {
    let mut rows: Vec<(&Plan, &Provision)> = Vec::new();
    let mut shapes = Vec::new();
    for (plan, _) in found {
        for own in &plan.provisions {
            // Uses that are no areas are drawn with the properties: nothing is lost.
            if uses != (own.kind == Kind::Use && kind == GeometryKind::Area) {
                continue;
            }
            for part in &own.parts {
                let Some(shape) = shape_of(part, kind) else { continue };
                if let Some(shape) = places.put(&shape, part.epsg.or(plan.epsg))? {
                    rows.push((plan, own));
                    shapes.push(shape);
                }
            }
        }
    }
    let columns = vec![
        column("beteckning", true, texts(&rows, |(_, own)| Some(own.label()))),
        column("bestammelsens_namn", true, texts(&rows, |(_, own)| Some(class_of(own)))),
        column("bestammelse", true, texts(&rows, |(_, own)| Some(own.text()).filter(|text| !text.is_empty()))),
        column("motiv", true, texts(&rows, |(_, own)| own.motive.clone())),
        column("bestammelseslag", false, texts(&rows, |(_, own)| Some(own.kind.word().to_owned()))),
        column("anvandningsform", false, texts(&rows, |(_, own)| own.form.map(|form| form.word().to_owned()))),
        column("bestammelsekod", false, texts(&rows, |(_, own)| own.code.clone())),
        column("igenkand", false, texts(&rows, |(_, own)| Some(recognised(own.recognised.by)))),
        column("planens_id", false, texts(&rows, |(_, own)| Some(own.id.clone()))),
        column("plan", false, texts(&rows, |(plan, _)| Some(name(plan)))),
    ];
    let style = if uses { plan_colours(&rows) } else { Style::Single(PALE.to_owned()) };
    Ok(made(layer, columns, geometries(kind, shapes), style, passport))
}

/// The catalogue's name, else the letter.
fn class_of(own: &Provision) -> String {
    own.recognised.name.clone().unwrap_or_else(|| own.label())
}

fn recognised(by: RecognisedBy) -> String {
    let id = match by {
        RecognisedBy::Uuid => "plan-known-uuid",
        RecognisedBy::Code => "plan-known-code",
        RecognisedBy::Wording => "plan-known-wording",
        RecognisedBy::Letter => "plan-known-letter",
        RecognisedBy::NotTried | RecognisedBy::Unknown => "plan-known-not",
    };
    swedish(id, &[])
}

/// A class for each use, in its colour on a plan map.
fn plan_colours(rows: &[(&Plan, &Provision)]) -> Style {
    let mut classes: BTreeMap<String, Class> = BTreeMap::new();
    for (_, own) in rows {
        let name = class_of(own);
        let colour = own.recognised.colour.map_or_else(|| NO_COLOUR.to_owned(), hex);
        let legend = match &own.letter {
            Some(letter) if *letter != name => format!("{name} ({letter})"),
            _ => name.clone(),
        };
        classes.entry(name.clone()).or_insert_with(|| category_class(&name, &legend, &colour));
    }
    Style::Categorised { column: "bestammelsens_namn".to_owned(), classes: classes.into_values().collect() }
}

fn hex([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn plan_areas(found: &[(Plan, Vec<Fault>)], passport: &Passport, places: &mut Places) -> Result<Layer> {
    let mut rows: Vec<&Plan> = Vec::new();
    let mut shapes = Vec::new();
    for (plan, _) in found {
        for part in &plan.parts {
            let Some(shape) = shape_of(part, GeometryKind::Area) else { continue };
            if let Some(shape) = places.put(&shape, part.epsg.or(plan.epsg))? {
                rows.push(plan);
                shapes.push(shape);
            }
        }
    }
    let columns = vec![
        column("plan", true, texts(&rows, |plan| Some(name(plan)))),
        column("beteckning", true, texts(&rows, |plan| plan.designation.clone())),
        column("planstatus", true, texts(&rows, |plan| plan.status.map(|status| status.word().to_owned()))),
        column("syfte", true, texts(&rows, |plan| plan.purpose.clone())),
    ];
    let style = Style::Single(PALE.to_owned());
    Ok(made("planomrade", columns, geometries(GeometryKind::Area, shapes), style, passport))
}

/// A row for each place of each fault, and one without a place for a fault that has none at the plan.
fn faults(found: &[(Plan, Vec<Fault>)], passport: &Passport, places: &mut Places) -> Result<Layer> {
    let mut rows: Vec<(&Plan, &Fault)> = Vec::new();
    let mut points: Vec<Option<[f64; 2]>> = Vec::new();
    let mut numbers: Vec<Option<i64>> = Vec::new();
    for (plan, faults) in found {
        for (fault, number) in faults.iter().zip(1..) {
            let mut at: Vec<Option<[f64; 2]>> = Vec::new();
            for place in &fault.places {
                if let Some(point) = a_point(place) {
                    at.extend(places.near_plan(point, plan)?.map(Some));
                }
            }
            if at.is_empty() {
                at.push(None);
            }
            for point in at {
                rows.push((plan, fault));
                points.push(point);
                numbers.push(Some(number));
            }
        }
    }
    let columns = vec![
        column("nr", true, Values::Integer(numbers.into_iter().collect())),
        column("allvar", true, texts(&rows, |(_, fault)| Some(weight(fault.weight)))),
        column("iakttagelse", true, texts(&rows, |(_, fault)| Some(swedish_problem(&fault.kind).message))),
        column("forslag", true, texts(&rows, |(_, fault)| swedish_problem(&fault.kind).remedy)),
        column("bestammelser", false, texts(&rows, |(_, fault)| Some(fault.provisions.join(", ")))),
        column("plan", false, texts(&rows, |(plan, _)| Some(name(plan)))),
    ];
    let colours = [(Weight::Stops, "#54278f"), (Weight::Warns, "#807dba"), (Weight::Tells, "#bcbddc")];
    let class = |(of, colour): (Weight, &str)| category_class(&weight(of), &weight(of), colour);
    let style = Style::Categorised { column: "allvar".to_owned(), classes: colours.into_iter().map(class).collect() };
    Ok(made("planfel", columns, Geometries::Points(points), style, passport))
}

fn weight(weight: Weight) -> String {
    let id = match weight {
        Weight::Stops => "plan-weight-stops",
        Weight::Warns => "plan-weight-warns",
        Weight::Tells => "plan-weight-tells",
    };
    swedish(id, &[])
}

/// A point that lies in or on the place.
fn a_point(place: &Geometry<f64>) -> Option<Point<f64>> {
    let on = |line: &LineString<f64>| line.0.get(line.0.len() / 2).map(|&at| Point(at));
    let inside = |area: &Polygon<f64>| area.interior_point().or_else(|| on(area.exterior()));
    match place {
        Geometry::Polygon(area) => inside(area),
        Geometry::MultiPolygon(areas) => areas.iter().find_map(inside),
        Geometry::LineString(line) => on(line),
        Geometry::MultiLineString(lines) => lines.iter().find_map(on),
        other => other.centroid(),
    }
}

fn made(name: &str, columns: Vec<Column>, geometries: Geometries, style: Style, passport: &Passport) -> Layer {
    Layer {
        name: name.to_owned(),
        title: title(name, None, passport.secrecy),
        description: swedish(&format!("layer-description-{name}"), &[]),
        columns,
        geometries,
        style,
        passport: passport.clone(),
    }
}
