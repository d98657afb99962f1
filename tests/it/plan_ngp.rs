//! A plan goes through the national exchange format and comes back the same.

use geo::{LineString, Point, Polygon};
use lagesbild::export::plan_ngp::write;
use lagesbild::ingest::plan::{ngp, ss637040};
use lagesbild::plan::model::{
    Bound, Decision, Kind, Part, Plan, PlanFormat, PlanType, Provision, Shape, Status, Value,
};
use proptest::prelude::*;
use serde_json::json;

fn again(plan: &Plan) -> Plan {
    let text = write(std::slice::from_ref(plan));
    let mut plans = ngp::read(&plan.file, text.as_bytes()).expect("what is written is read");
    assert_eq!(plans.len(), 1);
    plans.remove(0)
}

fn word() -> impl Strategy<Value = String> {
    "[A-Za-zÅÄÖåäö0-9 \"\\\\{}\\[\\]]{0,12}[a-zåäö]"
}

fn uuid() -> impl Strategy<Value = String> {
    "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
}

/// A place to the millimetre, as plans are drawn. Numbers with all their binary digits may lose the last one in JSON.
fn place() -> impl Strategy<Value = (f64, f64)> {
    #[expect(clippy::cast_precision_loss, reason = "ten digits")]
    let metres = |mm: i64| mm as f64 / 1000.0;
    (-10_000_000_000..10_000_000_000_i64, -10_000_000_000..10_000_000_000_i64)
        .prop_map(move |(x, y)| (metres(x), metres(y)))
}

fn run(least: usize) -> impl Strategy<Value = LineString<f64>> {
    proptest::collection::vec(place(), least..6).prop_map(LineString::from)
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        (run(3), proptest::collection::vec(run(3), 0..2))
            .prop_map(|(outer, holes)| Shape::Area(Polygon::new(outer, holes))),
        run(2).prop_map(Shape::Line),
        place().prop_map(|(x, y)| Shape::Point(Point::new(x, y))),
    ]
}

fn part() -> impl Strategy<Value = Part> {
    (shape(), proptest::option::of(3006_u32..3010)).prop_map(|(shape, epsg)| {
        let mut part = Part::new(shape);
        // The plan's own system is 3010, and a part says its own only where it departs.
        part.epsg = epsg;
        part.geometry_other.insert("dimension".to_owned(), json!(2));
        part.other.insert("geometrimetadata".to_owned(), json!({"presentationsskala": 1000}));
        part
    })
}

fn provision() -> impl Strategy<Value = Provision> {
    let value =
        (word(), proptest::option::of(prop_oneof![Just(Bound::Min), Just(Bound::Max)]), proptest::option::of(word()));
    let values = proptest::collection::vec(value, 0..3);
    let texts = (word(), proptest::option::of(word()), proptest::option::of(word()));
    let parts = proptest::collection::vec(part(), 1..3);
    (uuid(), any::<bool>(), uuid(), texts, values, parts, proptest::option::of(0_u64..999)).prop_map(
        |(id, is_use, reference, (wording, original, motive), values, parts, months)| {
            let kind = if is_use { Kind::Use } else { Kind::Property };
            let mut provision = Provision::new(id.clone(), kind);
            provision.uuid = Some(id);
            provision.reference = Some(reference);
            provision.wording = Some(wording);
            provision.original_wording = original;
            provision.motive = motive;
            provision.valid_months = months;
            provision.secondary_boundary = months.map(|months| months % 2 == 0);
            provision.other.insert("anvandbarhet".to_owned(), json!("god"));
            let value = |(text, bound, unit)| Value { text, bound, unit, ..Value::default() };
            provision.values = values.into_iter().map(value).collect();
            provision.parts = parts;
            provision
        },
    )
}

fn plan() -> impl Strategy<Value = Plan> {
    let area = run(3).prop_map(|ring| Shape::Area(Polygon::new(ring, vec![])));
    let provisions = proptest::collection::vec(provision(), 0..4);
    let lists = (proptest::sample::select(Status::ALL), proptest::sample::select(PlanType::ALL));
    (uuid(), word(), word(), lists, area, provisions, 1_u64..200).prop_map(
        |(id, name, purpose, (status, sort), area, provisions, months)| Plan {
            uuid: Some(id),
            version: Some(months),
            valid_from: Some("2024-01-01T00:00:00Z".to_owned()),
            status: Some(status),
            plan_type: Some(sort),
            municipality: Some("Kalmar".to_owned()),
            name: Some(name.clone()),
            purpose: Some(purpose),
            decisions: vec![Decision {
                begun: Some("2023-01-01".to_owned()),
                in_force: vec![name],
                implementation_months: Some(months),
                ..Decision::default()
            }],
            description: Some(json!({"text": ["a", 1]})),
            epsg: Some(3010),
            parts: vec![Part { geometry_other: dimension(), ..Part::new(area) }],
            provisions,
            file: "plan.json".to_owned(),
            format: PlanFormat::Ngp,
            ..Plan::default()
        },
    )
}

fn dimension() -> serde_json::Map<String, serde_json::Value> {
    [("dimension".to_owned(), json!(2))].into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_comes_back_the_same(plan in plan()) {
        prop_assert_eq!(again(&plan), plan);
    }
}

#[test]
fn a_plan_of_the_older_standard_keeps_its_areas_and_what_it_can_say() {
    let text = r##"<DP_Data><DP_Grans id="L1"><LineStringSegment><posList>0 0 0 9 9 9 0 0</posList></LineStringSegment></DP_Grans>
        <DP_Omrade id="a"><plus href="#L1"/></DP_Omrade><DP_Plan><plannamn>Eken</plannamn><koordinatsystem>SWEREF99TM</koordinatsystem>
        <planomrade href="#a"/><DP_Anvandningsbestammelse><beteckning>B</beteckning><anvandningsslag>DP_KM_B</anvandningsslag>
        <omrade href="#a"/></DP_Anvandningsbestammelse></DP_Plan></DP_Data>"##;
    let old = ss637040::read("plan.xml", text.as_bytes()).expect("a plan").remove(0);
    let new = again(&old);
    assert_eq!((new.name.as_deref(), new.epsg), (Some("Eken"), Some(3006)));
    let (old, new) = (&old.provisions[0], &new.provisions[0]);
    assert_eq!(new.parts[0].shape, old.parts[0].shape);
    assert_eq!((&new.code, &new.letter, new.form), (&old.code, &old.letter, old.form));
}
