//! A plan written by hand, and what is wrong with others.

use geo::Area;
use serde_json::{Value as Json, json};

use super::super::PlanReadError;
use super::read;
use crate::plan::model::{Form, Kind, PlanType, Remark, Shape, Status};

const PLAN: &str = "11111111-1111-4111-8111-111111111111";
const USE: &str = "22222222-2222-4222-8222-222222222222";
const HEIGHT: &str = "33333333-3333-4333-8333-333333333333";

fn square(west: f64, south: f64, side: f64) -> Json {
    let (east, north) = (west + side, south + side);
    json!({"geometri": {"typ": "yta", "koordinatsystemPlan": "EPSG:3010", "dimension": 2,
        "position": {"type": "Polygon",
            "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}},
        "geometrimetadata": {"tidpunktForLagesbestamning": "2024-05-01T00:00:00Z"}})
}

#[expect(clippy::needless_pass_by_value, reason = "made where it is passed")]
fn feature(properties: Json) -> Json {
    json!({"type": "Feature", "geometry": null, "properties": properties})
}

#[expect(clippy::needless_pass_by_value, reason = "made where it is passed")]
fn collection(features: Vec<Json>) -> Json {
    json!({"type": "FeatureCollection", "feature:mediatyp": super::MEDIA_TYPE, "features": features})
}

fn the_plan() -> Json {
    feature(json!({"feature:typ": "detaljplan", "objektidentitet": PLAN.to_uppercase(), "objektversion": 2,
        "versionGiltigFran": "2024-06-01T12:00:00Z", "kommun": "Kalmar", "beteckning": "KS 2023/1", "namn": "Kvarteret Eken",
        "syfte": "Bostäder", "status": "laga kraft", "typ": "detaljplan", "anvandbarhet": "god",
        "plangeometri": [square(150_000.0, 6_280_000.0, 100.0)],
        "beslutsinformation": [{"datumPaborjat": "2023-02-01", "datumLagakraft": ["2024-06-01"], "genomforandetid": 60,
            "diarienummerKommun": "KS 1", "planbestammelse": [USE]}],
        "planbeskrivning": {"text": "Entréer mot gatan."}}))
}

fn the_use() -> Json {
    feature(json!({"feature:typ": "användningsbestämmelse", "detaljplan": PLAN, "objektidentitet": USE,
        "planbestammelsekatalogreferens": "f9e056a6-cda8-4b92-a15d-dc70d61dfa36", "bestammelseformulering": "Bostäder",
        "bestammelsegeometri": [square(150_000.0, 6_280_000.0, 100.0)], "giltighetstid": 24,
        "planbestammelsebeskrivning": {"motiv": "Bostäder behövs", "annat": 1}}))
}

fn the_height() -> Json {
    feature(json!({"feature:typ": "egenskapsbestämmelse", "detaljplan": PLAN, "objektidentitet": HEIGHT,
        "planbestammelsekatalogreferens": "05c9ec9d-65e2-4a64-a711-3fde76f1c4f8",
        "bestammelseformulering": "Högsta totalhöjd är [höjd:decimaltal] meter",
        "bestammelsevarde": [{"datatyp": "decimaltal", "variabelvarde": 12.5, "vardetyp": "max", "enhet": "meter"}],
        "bestammelsegeometri": [square(150_010.0, 6_280_010.0, 20.0)], "sekundarEgenskapsgrans": true,
        "reglerarAnvandningsbestammelse": [USE]}))
}

fn bytes(json: &Json) -> Vec<u8> {
    serde_json::to_vec(json).expect("a value is JSON")
}

#[test]
fn a_plan_by_hand_is_read_with_all_that_it_says() {
    let text = bytes(&collection(vec![the_use(), the_plan(), the_height()]));
    let plans = read("eken.json", &text).expect("a plan");
    let [plan] = plans.as_slice() else { panic!("one plan") };
    assert_eq!((plan.uuid.as_deref(), plan.version), (Some(PLAN), Some(2)));
    assert_eq!((plan.status, plan.plan_type), (Some(Status::InForce), Some(PlanType::Detaljplan)));
    assert_eq!((plan.epsg, plan.implementation_months()), (Some(3010), Some(60)));
    assert_eq!(plan.begun_after_2021(), Some(true));
    assert_eq!(plan.other["anvandbarhet"], "god");
    assert_eq!(plan.decisions[0].other["diarienummerKommun"], "KS 1");
    assert_eq!(plan.description_text(), "Entréer mot gatan.\nBostäder behövs");
    assert_eq!(plan.remarks, []);
    assert!((plan.areas().map(Area::unsigned_area).sum::<f64>() - 10_000.0).abs() < 1e-6);
    let housing = &plan.provisions[0];
    assert_eq!((housing.kind, housing.valid_months), (Kind::Use, Some(24)));
    assert_eq!(housing.parts[0].epsg, None, "the plan's own");
    assert_eq!(housing.parts[0].geometry_other["dimension"], 2);
    assert!(housing.parts[0].other.contains_key("geometrimetadata"));
    assert_eq!(housing.other["planbestammelsebeskrivning"], json!({"annat": 1}));
    let height = plan.provision(HEIGHT).expect("by its UUID");
    assert_eq!(height.text(), "Högsta totalhöjd är 12.5 meter");
    assert_eq!((height.values[0].number(), height.secondary_boundary), (Some(12.5), Some(true)));
    assert_eq!(height.regulates, [USE]);
}

#[test]
fn what_is_missing_or_of_another_sort_is_told_and_the_rest_is_read() {
    let mut plan = the_plan();
    let members = plan["properties"].as_object_mut().expect("an object");
    members.remove("syfte");
    members["status"] = json!("utställd");
    members["objektversion"] = json!("två");
    let mut housing = the_use();
    housing["properties"]["anvandningsform"] = json!("Kvartersmark");
    housing["properties"]["beteckning"] = json!("B");
    housing["properties"]["detaljplan"] = json!(HEIGHT);
    housing["properties"]["bestammelsegeometri"] = json!([
        {"geometri": {"position": {"type": "Polygon", "coordinates": [[[0, 0, 3], [1, 0, 3], [1, 1, 3]]]}}},
        {"geometri": {"position": {"type": "Point", "coordinates": [1e20, 0]}}},
        {"geometri": {"position": {"type": "MultiLineString", "coordinates": [[[0, 0], [1, 1]], [[2, 2], [3, 3]]]}}},
        {"position": 3}]);
    let other = feature(json!({"feature:typ": "fastighet"}));
    let plans = read("eken.json", &bytes(&collection(vec![plan, housing, other]))).expect("a plan");
    let plan = &plans[0];
    assert_eq!((plan.status, plan.version), (None, None));
    assert_eq!(plan.other["status"], "utställd");
    let housing = &plan.provisions[0];
    assert_eq!((housing.form, housing.letter.as_deref()), (Some(Form::Kvartersmark), Some("B")));
    assert_eq!(housing.parts.len(), 3, "{:?}", housing.parts);
    assert!(matches!(&housing.parts[0].shape, Shape::Area(area) if area.exterior().is_closed()));
    let told = |wanted: fn(&Remark) -> bool| plan.remarks.iter().filter(|remark| wanted(remark)).count();
    assert_eq!(told(|remark| matches!(remark, Remark::PlanMemberMissing { member, .. } if member == "syfte")), 1);
    assert_eq!(told(|remark| matches!(remark, Remark::PlanWordUnknown { found, .. } if found == "utställd")), 1);
    assert_eq!(
        told(|remark| matches!(remark, Remark::PlanMemberNotUsed { member, .. } if member == "objektversion")),
        1
    );
    assert_eq!(told(|remark| matches!(remark, Remark::PlanHeightsLeftOut { .. })), 1);
    assert_eq!(told(|remark| matches!(remark, Remark::PlanRingNotClosed { .. })), 1);
    assert_eq!(told(|remark| matches!(remark, Remark::PlanGeometryLeftOut { .. })), 2);
    assert_eq!(told(|remark| matches!(remark, Remark::PlanProvisionOfOther { .. })), 1);
    assert_eq!(told(|remark| matches!(remark, Remark::PlanObjectLeftOut { found, .. } if found == "fastighet")), 1);
}

#[test]
fn provisions_go_to_the_plan_they_name_and_keep_ids_apart() {
    let mut second = the_plan();
    second["properties"]["objektidentitet"] = json!(HEIGHT);
    let mut moved = the_use();
    moved["properties"]["detaljplan"] = json!(HEIGHT);
    let plans = read("a.json", &bytes(&collection(vec![the_plan(), second.clone(), moved, the_use(), the_use()])));
    let plans = plans.expect("two plans");
    assert_eq!(plans.iter().map(|plan| plan.provisions.len()).collect::<Vec<_>>(), [2, 1]);
    let ids: Vec<&str> = plans[0].provisions.iter().map(|provision| provision.id.as_str()).collect();
    assert_eq!(ids, [USE, &format!("{USE}#2")]);
    let mut stray = the_use();
    stray["properties"]["detaljplan"] = json!("okänd");
    let refused = read("a.json", &bytes(&collection(vec![the_plan(), second, stray])));
    assert!(matches!(refused, Err(PlanReadError::PlanProvisionWithoutPlan { .. })));
}

#[test]
fn what_is_no_plan_of_this_format_is_refused() {
    let refused = |text: &str| read("a.json", text.as_bytes()).expect_err(text);
    assert!(matches!(refused(" \n"), PlanReadError::EmptyFile { .. }));
    assert!(matches!(refused("{\"type\": }"), PlanReadError::PlanBrokenJson { line: 1, .. }));
    assert!(matches!(refused("[1e999]"), PlanReadError::PlanBrokenJson { .. }));
    assert!(matches!(refused(&"[".repeat(10_000)), PlanReadError::PlanJsonTooDeep { .. }));
    for other in [
        "3",
        "[]",
        "{}",
        "{\"type\":\"Topology\"}",
        "{\"features\":[{}]}",
        "{\"features\":[3,null,{\"properties\":[]}]}",
    ] {
        assert!(matches!(refused(other), PlanReadError::PlanNotNgp { .. }), "{other}");
    }
    assert!(matches!(refused("{\"features\":[]}"), PlanReadError::PlanMissing { .. }));
    let third = super::MEDIA_TYPE.replace("v4", "v3");
    let third = json!({"feature:mediatyp": third, "features": [{"properties": {"feature:typ": "detaljplan"}}]});
    assert!(matches!(refused(&third.to_string()), PlanReadError::PlanOtherVersion { .. }));
    assert!(matches!(read("a.json", b"{\"a\":\n\xff}"), Err(PlanReadError::PlanNotUtf8 { line: 2, .. })));
    let only = bytes(&collection(vec![the_use()]));
    assert!(matches!(read("a.json", &only), Err(PlanReadError::PlanMissing { .. })));
}
