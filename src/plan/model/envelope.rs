//! The building envelope: where the plan lets buildings stand.
//!
//! It is an area of use of kvartersmark less prickmark. Buildings are smaller: the envelope is what a plan says, not what is or will
//! be there.

use std::collections::BTreeMap;

use geo::{BooleanOps, BoundingRect, Intersects, MultiPolygon, Polygon, Rect};

use super::{Form, Kind, Meaning, Outline, Part, Plan, Shape, outline};

/// Where buildings may stand on one area of use.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// Indices into [`Plan::provisions`] of the uses that share the area.
    pub uses: Vec<usize>,
    /// The area of use.
    pub area: Polygon<f64>,
    /// Where any building may stand: the area less prickmark, korsmark and ringmark. May be empty.
    pub buildable: MultiPolygon<f64>,
    /// Where only complementary buildings may stand. May be empty.
    pub accessory: MultiPolygon<f64>,
}

impl Plan {
    /// The building envelopes, one for each area of use of kvartersmark, in the order of their first provision. Uses with the same area
    /// share one. The plan is to be recognised first: what is not known as prickmark takes nothing away.
    ///
    /// Areas with coordinates that are no metres of a map are left out. Self-crossing areas are taken by the even-odd rule.
    /// Cost O(n log n) for each area of use with the marks near it.
    #[must_use]
    pub fn envelopes(&self) -> Vec<Envelope> {
        let barred = self.marks(Meaning::NoBuilding);
        let accessory = self.marks(Meaning::AccessoryOnly);
        let mut place: BTreeMap<Outline, usize> = BTreeMap::new();
        let mut envelopes: Vec<Envelope> = Vec::new();
        for (index, provision) in self.provisions.iter().enumerate() {
            if provision.kind != Kind::Use || provision.form != Some(Form::Kvartersmark) {
                continue;
            }
            for area in provision.parts.iter().filter_map(usable_area) {
                let next = envelopes.len();
                let at = *place.entry(outline(area)).or_insert(next);
                if at < next {
                    envelopes[at].uses.push(index);
                    continue;
                }
                let open = less(&MultiPolygon(vec![area.clone()]), &barred);
                let buildable = less(&open, &accessory);
                let accessory = open.difference(&buildable);
                envelopes.push(Envelope { uses: vec![index], area: area.clone(), buildable, accessory });
            }
        }
        envelopes
    }

    fn marks(&self, meaning: Meaning) -> Vec<(Rect<f64>, &Polygon<f64>)> {
        let areas = self.about(meaning).flat_map(|provision| &provision.parts).filter_map(usable_area);
        areas.filter_map(|area| Some((area.bounding_rect()?, area))).collect()
    }
}

fn usable_area(part: &Part) -> Option<&Polygon<f64>> {
    match &part.shape {
        Shape::Area(area) if part.shape.is_usable() => Some(area),
        _ => None,
    }
}

/// The area without those of the marks that lie near it.
fn less(area: &MultiPolygon<f64>, marks: &[(Rect<f64>, &Polygon<f64>)]) -> MultiPolygon<f64> {
    let Some(bounds) = area.bounding_rect() else { return area.clone() };
    let near = marks.iter().filter(|(around, _)| around.intersects(&bounds));
    near.fold(area.clone(), |left, (_, mark)| left.difference(*mark))
}

#[cfg(test)]
mod tests {
    use super::super::Provision;
    use super::*;
    use geo::{Area, polygon};

    fn part(west: f64, east: f64) -> Part {
        Part::new(Shape::Area(polygon![(x: west, y: 0.0), (x: east, y: 0.0), (x: east, y: 10.0), (x: west, y: 10.0)]))
    }

    fn provision(kind: Kind, meaning: Meaning, part: Part) -> Provision {
        let mut provision = Provision::new("1", kind);
        provision.form = Some(Form::Kvartersmark);
        provision.recognised.meaning = meaning;
        provision.parts.push(part);
        provision
    }

    #[test]
    fn an_envelope_is_the_use_less_prickmark_and_apart_from_korsmark() {
        let plan = Plan {
            provisions: vec![
                provision(Kind::Use, Meaning::School, part(0.0, 20.0)),
                provision(Kind::Use, Meaning::Visitors, part(0.0, 20.0)),
                provision(Kind::Property, Meaning::NoBuilding, part(15.0, 25.0)),
                provision(Kind::Property, Meaning::AccessoryOnly, part(10.0, 16.0)),
                provision(Kind::Use, Meaning::Dwelling, part(20.0, 24.0)),
            ],
            ..Plan::default()
        };
        let envelopes = plan.envelopes();
        assert_eq!(envelopes.len(), 2);
        assert_eq!(envelopes[0].uses, [0, 1]);
        // 20 x 10, less prickmark from 15: 150; of that korsmark from 10 to 15: 50.
        assert!((envelopes[0].buildable.unsigned_area() - 100.0).abs() < 1e-3);
        assert!((envelopes[0].accessory.unsigned_area() - 50.0).abs() < 1e-3);
        assert!(envelopes[1].buildable.unsigned_area() < 1e-3);
    }

    #[test]
    fn an_area_that_is_nowhere_gives_no_envelope() {
        let plan =
            Plan { provisions: vec![provision(Kind::Use, Meaning::Dwelling, part(0.0, f64::NAN))], ..Plan::default() };
        assert!(plan.envelopes().is_empty());
    }
}
