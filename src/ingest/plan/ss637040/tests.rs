//! A plan of two areas by hand, and the real plan where it is at hand.

use geo::Area;

use super::super::PlanReadError;
use super::read;
use crate::plan::model::{Form, Kind, Plan, PlanType, Remark};

/// Two squares of 10 m side by side; the line between them, L2, runs north. L5 is used by nobody.
const BY_HAND: &str = r##"<?xml version="1.0"?>
<DP_Data xmlns:gml="g" xmlns:xlink="x">
 <grans><DP_Grans gml:id="L1"><typ>plan</typ><linje><gml:Curve><gml:segments><gml:LineStringSegment>
  <gml:posList>10 10  10 0  0 0  0 10</gml:posList></gml:LineStringSegment></gml:segments></gml:Curve></linje></DP_Grans></grans>
 <grans><DP_Grans gml:id="L2"><typ>anv</typ><gml:LineStringSegment><gml:pos>0 10</gml:pos><gml:pos>10 10</gml:pos>
  </gml:LineStringSegment></DP_Grans></grans>
 <grans><DP_Grans gml:id="L3"><typ>plan</typ><gml:LineStringSegment><gml:posList srsDimension="3">0 10 5 0 20 5 10 20 5 10 10 5</gml:posList>
  </gml:LineStringSegment></DP_Grans></grans>
 <grans><DP_Grans gml:id="L5"><typ>eg</typ><gml:LineStringSegment><gml:posList>NaN 10 20 3</gml:posList></gml:LineStringSegment></DP_Grans></grans>
 <omrade><DP_Omrade gml:id="a"><plus xlink:href="#L1"/><plus xlink:href="#L2"/></DP_Omrade></omrade>
 <omrade><DP_Omrade gml:id="b"><minus xlink:href="#L2"/><plus xlink:href="#L3"/></DP_Omrade></omrade>
 <omrade><DP_Omrade gml:id="p"><plus xlink:href="#L1"/><plus xlink:href="#L3"/><plus xlink:href="#L9"/></DP_Omrade></omrade>
 <plan><DP_Plan gml:id="i"><plannamn>Två rutor</plannamn><plantyp>XX</plantyp><koordinatsystem>lokalt</koordinatsystem>
  <planomrade xlink:href="#p"/>
  <anvandningsbestammelse><DP_Anvandningsbestammelse gml:id="i1"><beteckning>B</beteckning><index>1</index>
   <omrade xlink:href="#a"/><omrade xlink:href="#q"/><anvandningsslag>DP_KM_B</anvandningsslag>
   <egenskapsbestammelse><DP_Egenskapsbestammelse gml:id="i2"><omrade xlink:href="#a"/><bestammelsetyp>DP_KM_Eg_X</bestammelsetyp>
    <variabel><DP_VarDecimaltal><namn>hojd</namn><varde>7,5</varde></DP_VarDecimaltal></variabel></DP_Egenskapsbestammelse></egenskapsbestammelse>
  </DP_Anvandningsbestammelse></anvandningsbestammelse></DP_Plan></plan>
</DP_Data>"##;

#[test]
fn areas_are_put_together_from_oriented_lines_with_east_first() {
    let plans = read("rutor.xml", BY_HAND.as_bytes()).expect("a plan");
    let plan = &plans[0];
    assert_eq!((plan.name.as_deref(), plan.plan_type, plan.epsg), (Some("Två rutor"), None, None));
    assert_eq!(plan.areas().map(Area::unsigned_area).collect::<Vec<_>>(), [200.0]);
    let [housing, height] = plan.provisions.as_slice() else { panic!("{:?}", plan.provisions) };
    assert_eq!((housing.id.as_str(), housing.kind, housing.form), ("i1", Kind::Use, Some(Form::Kvartersmark)));
    assert_eq!((housing.letter.as_deref(), housing.index.as_deref()), (Some("B"), Some("1")));
    let bounds = housing.parts[0].shape.bounds().expect("an area");
    assert_eq!((bounds.max().x, bounds.max().y), (10.0, 10.0));
    assert_eq!((height.regulates.as_slice(), height.values[0].number()), (["i1".to_owned()].as_slice(), Some(7.5)));
    assert_eq!(plan.lines.iter().map(|line| line.uses).collect::<Vec<_>>(), [2, 2, 2, 0]);
    let told = |wanted: fn(&Remark) -> bool| plan.remarks.iter().filter(|remark| wanted(remark)).count();
    assert_eq!(told(|one| matches!(one, Remark::PlanLineMissing { at, line } if at == "p" && line == "L9")), 1);
    assert_eq!(told(|one| matches!(one, Remark::PlanAreaMissing { at, area } if at == "i1" && area == "q")), 1);
    assert_eq!(told(|one| matches!(one, Remark::PlanGeometryLeftOut { at, .. } if at == "L5")), 1);
    assert_eq!(told(|one| matches!(one, Remark::PlanWordUnknown { .. })), 2, "system and type of plan");
    assert_eq!(plan.remarks.len(), 5);
}

#[test]
fn a_ring_that_does_not_close_is_closed_and_told() {
    let open = BY_HAND.replace("<plus xlink:href=\"#L2\"/></DP_Omrade>", "</DP_Omrade>");
    let plans = read("rutor.xml", open.as_bytes()).expect("a plan");
    let told =
        |one: &Remark| matches!(one, Remark::PlanRingNotClosed { at, apart_m } if at == "a" && apart_m == "10.00");
    assert_eq!(plans[0].remarks.iter().filter(|one| told(one)).count(), 1);
    let area = plans[0].provisions[0].areas().next().expect("closed");
    assert!((area.unsigned_area() - 100.0).abs() < 1e-9);
}

#[test]
fn a_file_with_its_axes_turned_is_read_and_told() {
    let text = BY_HAND.replace("10 10  10 0  0 0  0 10", "198000 6228000 198010 6228000 198010 6228010 198000 6228000");
    let text = text.replace("<gml:pos>0 10</gml:pos><gml:pos>10 10</gml:pos>", "<gml:pos>198000 6228000</gml:pos>");
    let text = text.replace("0 10 5 0 20 5 10 20 5 10 10 5", "198000 6228000 5");
    let plans = read("rutor.xml", text.as_bytes()).expect("a plan");
    assert!(plans[0].remarks.contains(&Remark::PlanAxesTurned));
    assert_eq!(plans[0].lines[0].line.0[0].x, 198_000.0);
}

#[test]
fn what_is_no_plan_of_this_standard_is_refused() {
    let refused = |text: &str| read("a.xml", text.as_bytes()).expect_err(text);
    assert!(matches!(refused(""), PlanReadError::EmptyFile { .. }));
    assert!(matches!(refused("<osm/>"), PlanReadError::PlanNotSs637040 { found, .. } if found == "osm"));
    assert!(matches!(refused("<DP_Data/>"), PlanReadError::PlanMissing { .. }));
    assert!(matches!(refused("<!DOCTYPE DP_Data><DP_Data/>"), PlanReadError::DefinesEntities { .. }));
    assert!(matches!(refused("<DP_Data>"), PlanReadError::PlanBrokenXml { .. }));
}

/// The real plan of `shared/data`, where it is at hand.
pub(crate) fn real_plan() -> Option<Plan> {
    let path = "../shared/data/kristianstad-plan/plankarta.xml";
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    // From the package, or from a package within a folder beside it.
    let bytes = root.ancestors().find_map(|folder| std::fs::read(folder.join(path)).ok());
    let Some(bytes) = bytes else {
        eprintln!("not run: {path} is not here");
        return None;
    };
    Some(read("plankarta.xml", &bytes).expect("a plan").remove(0))
}

#[test]
fn the_real_plan_is_read_whole() {
    let Some(plan) = real_plan() else { return };
    assert_eq!((plan.name.as_deref(), plan.epsg), (Some("Oppmanna-Tollarp 2:32 och del av 1:22"), Some(3008)));
    assert_eq!((plan.plan_type, plan.municipality.as_deref()), (Some(PlanType::Detaljplan), Some("1290")));
    assert_eq!((plan.lines.len(), plan.provisions.len()), (25, 23));
    assert_eq!(plan.remarks, []);
    let orphans: Vec<&str> = plan.lines.iter().filter(|line| line.uses == 0).map(|line| line.id.as_str()).collect();
    assert_eq!(orphans, ["L22"]);
    let kinds = |kind| plan.of_kind(kind).count();
    assert_eq!((kinds(Kind::Use), kinds(Kind::Property), kinds(Kind::Administrative)), (7, 10, 6));
    // The uses cover the plan: R with S and GÅNG with CYKEL share their areas.
    let area = |letter: &'static str| plan.areas_with_letter(letter).map(|(_, area)| area.unsigned_area()).sum::<f64>();
    let uses: f64 = ["R", "GÅNG", "GATA", "NATUR", "E"].into_iter().map(area).sum();
    let whole: f64 = plan.areas().map(Area::unsigned_area).sum();
    assert!((uses - whole).abs() < 1.0, "{uses} of {whole} m²");
    assert!((area("R") - area("S")).abs() < 1e-9);
    let bounds = plan.bounds().expect("a plan area");
    assert!(bounds.min().x > 198_000.0 && bounds.max().x < 199_000.0, "east is x");
}
