//! Plans with one fault each, large and wild ones, and what may never happen.

use geo::{Geometry, LineString, Point, Polygon, polygon};
use proptest::prelude::*;

use super::{Fault, FaultKind, Weight, check};
use crate::plan::catalogue::Table;
use crate::plan::model::{Bound, BoundaryLine, Form, Kind, Meaning, Part, Plan, Provision, Remark, Shape, Value};
use crate::texts;

fn box_of(west: f64, south: f64, east: f64, north: f64) -> Polygon<f64> {
    polygon![(x: west, y: south), (x: east, y: south), (x: east, y: north), (x: west, y: north)]
}

fn part(area: Polygon<f64>) -> Part {
    Part::new(Shape::Area(area))
}

fn provision(id: &str, letter: &str, area: Polygon<f64>) -> Provision {
    let kind = if letter.chars().all(char::is_uppercase) { Kind::Use } else { Kind::Property };
    let mut provision = Provision::new(id, kind);
    provision.letter = Some(letter.to_owned());
    provision.uuid = Some(format!("00000000-0000-4000-8000-{:0>12}", id.len() * 1000 + usize::from(id.as_bytes()[0])));
    provision.parts.push(part(area));
    provision
}

/// A plan of 100 x 100 m near Kalmar, west half dwellings, east half street, without a fault but that letters are letters.
fn sound() -> Plan {
    let mut plan =
        Plan { epsg: Some(3010), uuid: Some("11111111-1111-4111-8111-111111111111".to_owned()), ..Plan::default() };
    plan.parts.push(part(moved(box_of(0.0, 0.0, 100.0, 100.0))));
    plan.provisions.push(provision("1", "B", moved(box_of(0.0, 0.0, 50.0, 100.0))));
    plan.provisions.push(provision("2", "GATA", moved(box_of(50.0, 0.0, 100.0, 100.0))));
    plan
}

#[expect(clippy::needless_pass_by_value, reason = "made where it is moved")]
fn moved(area: Polygon<f64>) -> Polygon<f64> {
    use geo::MapCoords;
    area.map_coords(|at| geo::Coord { x: at.x + 150_000.0, y: at.y + 6_280_000.0 })
}

fn told(plan: &mut Plan) -> Vec<Fault> {
    Table::shipped().recognise(plan);
    let faults = check(plan);
    for fault in &faults {
        let problem = fault.problem();
        assert!(!problem.message.contains('{') && problem.remedy.is_some(), "{problem:?}");
    }
    faults.into_iter().filter(|fault| !matches!(fault.kind, FaultKind::PlanProvisionByLetter { .. })).collect()
}

fn ids(plan: &mut Plan) -> Vec<String> {
    told(plan).iter().map(|fault| fault.kind.id()).collect()
}

#[test]
fn a_sound_plan_has_no_fault_but_that_letters_are_letters() {
    assert_eq!(ids(&mut sound()), Vec::<String>::new());
    let mut plan = sound();
    Table::shipped().recognise(&mut plan);
    assert_eq!(check(&plan).len(), 1);
}

#[test]
fn a_gap_is_told_by_its_width_and_not_within_ten_centimetres() {
    let with_gap = |width: f64| {
        let mut plan = sound();
        plan.provisions[1].parts = vec![part(moved(box_of(50.0 + width, 0.0, 100.0, 100.0)))];
        told(&mut plan)
    };
    assert!(with_gap(0.09).is_empty());
    assert!(matches!(&with_gap(0.3)[..], [Fault { kind: FaultKind::PlanGapNarrow { .. }, weight: Weight::Warns, .. }]));
    let gap = with_gap(10.0);
    // 10 x 100 m: 2 x 1000 / 220.
    let [Fault { kind: FaultKind::PlanGap { area_m2, width_m }, places, .. }] = &gap[..] else { panic!("{gap:?}") };
    assert_eq!((area_m2.as_str(), width_m.as_str(), places.len()), ("1000,0", "9,1", 1));
}

#[test]
fn overlaps_are_slivers_below_five_square_metres_and_clash_between_forms() {
    let overlapping = |width: f64, letter: &str| {
        let mut plan = sound();
        plan.provisions[1] = provision("2", letter, moved(box_of(50.0 - width, 0.0, 100.0, 100.0)));
        ids(&mut plan)
    };
    assert_eq!(overlapping(0.04, "H"), ["plan-overlap-sliver"]);
    assert_eq!(overlapping(0.06, "H"), ["plan-overlap"]);
    assert_eq!(overlapping(0.06, "GATA"), ["plan-forms-clash"]);
}

#[test]
fn uses_of_one_area_are_a_combination_unless_their_forms_differ() {
    let mut plan = sound();
    plan.provisions.push(provision("3", "H", moved(box_of(0.0, 0.0, 50.0, 100.0))));
    assert_eq!(ids(&mut plan), ["plan-uses-share-area"]);
    plan.provisions[2] = provision("3", "PARK", moved(box_of(0.0, 0.0, 50.0, 100.0)));
    assert_eq!(ids(&mut plan), ["plan-forms-clash"]);
    plan.provisions[2] = provision("3", "B", moved(box_of(0.0, 0.0, 50.0, 100.0)));
    assert!(ids(&mut plan).contains(&"plan-provision-repeated".to_owned()));
}

#[test]
fn a_provision_outside_the_plan_is_told_beyond_ten_centimetres() {
    let reaching = |beyond: f64| {
        let mut plan = sound();
        plan.provisions.push(provision("3", "e", moved(box_of(-beyond, 10.0, 10.0, 20.0))));
        told(&mut plan)
    };
    assert!(reaching(0.09).is_empty());
    let outside = reaching(0.5);
    let [Fault { kind: FaultKind::PlanProvisionOutside { area_m2, beyond_m, .. }, provisions, .. }] = &outside[..]
    else {
        panic!("{outside:?}")
    };
    assert_eq!(
        (area_m2.as_str(), beyond_m.as_str(), provisions.as_slice()),
        ("5,0", "0,5", ["3".to_owned()].as_slice())
    );
    let mut plan = sound();
    let mut line = provision("3", "j", box_of(0.0, 0.0, 1.0, 1.0));
    line.parts =
        vec![Part::new(Shape::Line(LineString::from(vec![(150_000.0, 6_280_000.0), (149_990.0, 6_280_000.0)])))];
    plan.provisions.push(line);
    assert_eq!(ids(&mut plan), ["plan-provision-outside"]);
}

#[test]
fn a_notch_of_the_plan_that_a_provision_covers_is_outside() {
    let mut plan = sound();
    let notched = polygon![(x: 0.0, y: 0.0), (x: 100.0, y: 0.0), (x: 100.0, y: 100.0), (x: 60.0, y: 100.0), (x: 60.0, y: 90.0),
        (x: 55.0, y: 90.0), (x: 55.0, y: 100.0), (x: 0.0, y: 100.0)];
    plan.parts = vec![part(moved(notched))];
    assert_eq!(ids(&mut plan), ["plan-provision-outside"]);
}

#[test]
fn areas_that_cross_themselves_or_have_holes_outside_are_told_with_their_place() {
    let mut plan = sound();
    let bow = polygon![(x: 10.0, y: 10.0), (x: 30.0, y: 30.0), (x: 30.0, y: 10.0), (x: 10.0, y: 30.0)];
    plan.provisions.push(provision("3", "n", moved(bow)));
    let faults = told(&mut plan);
    let [Fault { kind: FaultKind::PlanSelfCrossing { .. }, places, .. }] = &faults[..] else { panic!("{faults:?}") };
    assert_eq!(places, &[Geometry::Point(Point::new(150_020.0, 6_280_020.0))]);
    let mut plan = sound();
    let holed = Polygon::new(
        box_of(10.0, 10.0, 20.0, 20.0).exterior().clone(),
        vec![box_of(22.0, 10.0, 24.0, 12.0).exterior().clone()],
    );
    plan.provisions.push(provision("3", "n", moved(holed)));
    assert_eq!(ids(&mut plan), ["plan-hole-outside"]);
    let mut plan = sound();
    let twice = plan.provisions[0].parts[0].clone();
    plan.provisions[0].parts.push(twice);
    assert_eq!(ids(&mut plan), ["plan-geometry-twice"]);
    let mut plan = sound();
    plan.provisions.push(provision("3", "n", moved(box_of(10.0, 10.0, 10.0, 20.0))));
    assert_eq!(ids(&mut plan), ["plan-area-empty"]);
}

#[test]
fn a_plan_of_one_point_or_of_nothing_has_no_area() {
    let mut plan = sound();
    plan.parts = vec![Part::new(Shape::Point(Point::new(150_000.0, 6_280_000.0)))];
    assert_eq!(ids(&mut plan), ["plan-has-no-area"]);
    plan.parts = vec![part(moved(box_of(0.0, 0.0, 0.0, 0.0)))];
    assert_eq!(ids(&mut plan), ["plan-has-no-area"]);
    assert_eq!(ids(&mut Plan::default()), ["plan-has-no-area", "plan-system-unknown", "plan-uuid-missing"]);
    let mut plan = sound();
    plan.provisions.clear();
    assert_eq!(ids(&mut plan), ["plan-has-no-uses"]);
}

#[test]
fn what_lies_in_another_system_is_told_with_its_name() {
    let mut plan = sound();
    // The plan's corner at 16.5 degrees east in SWEREF 99 TM: the meridian 1.5 degrees east of TM's.
    let own = crate::plan::model::system(3010).expect("it is there");
    let tm = crate::plan::model::system(3006).expect("it is there");
    let at = super::projection::moved(geo::Coord { x: 150_050.0, y: 6_280_050.0 }, own, tm);
    let line = LineString::from(vec![(at.x, at.y), (at.x + 10.0, at.y)]);
    plan.lines.push(BoundaryLine { id: "L1".to_owned(), sort: "eg".to_owned(), line: line.clone(), uses: 0 });
    plan.lines.push(BoundaryLine {
        id: "L2".to_owned(),
        sort: "eg".to_owned(),
        line: LineString::from(vec![(0.0, 0.0)]),
        uses: 1,
    });
    let mut stray = provision("3", "n", box_of(at.x, at.y, at.x + 5.0, at.y + 5.0));
    plan.provisions.push(stray.clone());
    stray.id = "4".to_owned();
    stray.uuid = Some("22222222-2222-4222-8222-222222222222".to_owned());
    stray.parts[0].epsg = Some(3006);
    stray.index = Some("2".to_owned());
    plan.provisions.push(stray);
    assert_eq!(
        ids(&mut plan),
        ["plan-far-away", "plan-other-system", "plan-other-system", "plan-system-differs", "plan-line-orphan"]
    );
    let named = told(&mut plan);
    assert!(named.iter().any(|fault| fault.problem().message.contains("L1 ligger i SWEREF 99 TM")), "{named:?}");
}

#[test]
fn provisions_are_told_that_are_repeated_unknown_nowhere_or_without_identity() {
    let mut plan = sound();
    let again = provision("1", "B", moved(box_of(0.0, 0.0, 50.0, 100.0)));
    let mut unknown = provision("3", "Å", moved(box_of(10.0, 10.0, 20.0, 20.0)));
    unknown.kind = Kind::Property;
    unknown.uuid = Some("ingen".to_owned());
    unknown.regulates = vec!["1".to_owned(), "9".to_owned()];
    let mut nowhere = provision("4", "n", box_of(0.0, 0.0, 1.0, 1.0));
    nowhere.parts.clear();
    nowhere.uuid = None;
    plan.provisions.extend([Provision { id: "5".to_owned(), ..again }, unknown, nowhere]);
    let wanted = [
        "plan-uuid-malformed",
        "plan-uuid-missing",
        "plan-provision-nowhere",
        "plan-provision-repeated",
        "plan-provision-unknown",
        "plan-regulates-missing",
        "plan-uses-share-area",
    ];
    assert_eq!(ids(&mut plan), wanted);
    // The same UUID for other words is worse.
    plan.provisions[1].uuid = plan.provisions[0].uuid.clone();
    assert!(ids(&mut plan).contains(&"plan-uuid-repeated".to_owned()));
}

#[test]
fn provisions_that_contradict_each_other_are_told() {
    let value = |text: &str, bound| Value { text: text.to_owned(), bound: Some(bound), ..Value::default() };
    let height = |id: &str, text: &str, west: f64| {
        let mut one = provision(id, "h", moved(box_of(west, 10.0, west + 20.0, 20.0)));
        one.code = Some("DP_KM_Eg_Hojd_HogstaHojd_Totalhojd".to_owned());
        one.values = vec![value(text, Bound::Max)];
        one
    };
    let mut plan = sound();
    plan.provisions.extend([height("3", "12", 0.0), height("4", "12.0", 5.0)]);
    assert_eq!(ids(&mut plan), Vec::<String>::new());
    plan.provisions[3] = height("4", "15", 10.0);
    assert_eq!(ids(&mut plan), ["plan-provisions-clash"]);
    plan.provisions[3] = height("4", "15", 20.0);
    assert_eq!(ids(&mut plan), Vec::<String>::new(), "side by side");
    plan.provisions[3].values.insert(0, value("16", Bound::Min));
    assert_eq!(ids(&mut plan), ["plan-value-clash"]);
    plan.provisions.truncate(2);
    plan.provisions.push(provision("3", "prickmark", moved(box_of(0.0, 10.0, 20.0, 20.0))));
    plan.provisions.push(provision("4", "korsmark", moved(box_of(0.0, 10.0, 20.0, 20.0))));
    assert_eq!(ids(&mut plan), ["plan-provisions-clash"]);
    assert_eq!(plan.about(Meaning::NoBuilding).count(), 1);
}

#[test]
fn wild_coordinates_and_remarks_of_the_reader_are_told_and_nothing_else_suffers() {
    let mut plan = sound();
    plan.provisions.push(provision("3", "n", box_of(0.0, 0.0, f64::NAN, 1.0)));
    plan.provisions.push(provision("4", "m", box_of(-1e300, 0.0, 1e300, f64::INFINITY)));
    plan.remarks.push(Remark::PlanAxesTurned);
    assert_eq!(ids(&mut plan), ["plan-coordinates-unusable", "plan-coordinates-unusable", "plan-axes-turned"]);
}

#[test]
fn every_fault_has_a_sentence_and_a_remedy() {
    // The others are told in the tests above, which look at each.
    for id in texts::ids("plan-") {
        assert!(!texts::text(id, &[]).is_empty());
    }
    let cut = Fault::new(FaultKind::PlanCheckCut, Weight::Warns);
    assert!(cut.problem().remedy.is_some());
}

/// A wavy ring of `n` vertices round the middle of the plan.
fn ring(n: u32, radius: f64) -> LineString<f64> {
    let at = |k: u32| {
        let angle = f64::from(k) / f64::from(n) * std::f64::consts::TAU;
        let reach = radius + (angle * 40.0).sin();
        (150_500.0 + reach * angle.cos(), 6_280_500.0 + reach * angle.sin())
    };
    LineString::from((0..n).chain([0]).map(at).collect::<Vec<_>>())
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may look at the clock")]
fn a_hundred_thousand_vertices_are_checked_in_seconds() {
    let mut plan = sound();
    let (outer, inner) = (ring(100_000, 400.0), ring(100_000, 200.0));
    plan.parts = vec![part(Polygon::new(outer.clone(), vec![]))];
    plan.provisions[0] = provision("1", "B", Polygon::new(outer, vec![inner.clone()]));
    plan.provisions[1] = provision("2", "GATA", Polygon::new(inner, vec![]));
    let start = std::time::Instant::now();
    assert_eq!(ids(&mut plan), Vec::<String>::new());
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

#[test]
fn a_drawing_made_to_hurt_is_cut_short_and_that_is_told() {
    // Long diagonals side by side: every box lies on every other, and nothing crosses.
    let mut points: Vec<(f64, f64)> = Vec::new();
    for k in 0..6000_u32 {
        let x = 150_000.0 + f64::from(k) * 0.01;
        let (low, high) = ((x, 6_280_000.0), (x + 1000.0, 6_281_000.0));
        points.extend(if k % 2 == 0 { [low, high] } else { [high, low] });
    }
    points.push((150_000.0, 6_282_000.0));
    let mut plan = sound();
    plan.provisions.push(provision("3", "n", Polygon::new(LineString::from(points), vec![])));
    assert!(ids(&mut plan).contains(&"plan-check-cut".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_plan_makes_the_check_panic(
        rings in proptest::collection::vec(
            (proptest::collection::vec((prop_oneof![-50_i32..50, Just(i32::MAX)], -50_i32..50), 0..9), 0_usize..6, any::<bool>()),
            0..12,
        ),
    ) {
        let mut plan = sound();
        plan.parts.clear();
        for (number, (places, sort, hole)) in rings.iter().enumerate() {
            let line = LineString::from(places.iter().map(|(x, y)| (f64::from(*x) / 3.0, f64::from(*y))).collect::<Vec<_>>());
            let holes = if *hole { vec![line.clone()] } else { vec![] };
            let area = Polygon::new(line, holes);
            match sort {
                0 => plan.parts.push(part(area)),
                1 => plan.provisions.push(Provision { form: Some(Form::Water), ..provision(&number.to_string(), "W", area) }),
                2 => plan.provisions.push(provision(&number.to_string(), "prickmark", area)),
                3 => plan.provisions.push(provision(&number.to_string(), "korsmark", area)),
                _ => plan.provisions.push(provision(&number.to_string(), "B", area)),
            }
        }
        let faults = told(&mut plan);
        prop_assert!(faults.len() < 10_000);
        let _ = plan.envelopes();
    }
}
