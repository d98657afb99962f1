//! Layers by hand: the plug-in's, a mapping's, and those whose names say enough.

use geo::{Geometry, LineString, MultiPolygon, Polygon, polygon};

use super::super::PlanReadError;
use super::{Layer, Mapping, Row, read};
use crate::plan::model::{Bound, Form, Kind, PlanFormat, Remark, Shape, Status};

fn square(west: f64) -> Polygon<f64> {
    polygon![(x: west, y: 0.0), (x: west + 10.0, y: 0.0), (x: west + 10.0, y: 10.0), (x: west, y: 10.0)]
}

fn layer(name: &str, columns: &[&str], rows: &[(&[&str], Option<Geometry<f64>>)]) -> Layer {
    let text = |cell: &&str| Some((*cell).to_owned()).filter(|cell| !cell.is_empty());
    Layer {
        name: name.to_owned(),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        epsg: Some(3010),
        rows: rows
            .iter()
            .map(|(cells, geometry)| Row { cells: cells.iter().map(text).collect(), geometry: geometry.clone() })
            .collect(),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as rows have it")]
fn area(west: f64) -> Option<Geometry<f64>> {
    Some(Geometry::MultiPolygon(MultiPolygon(vec![square(west)])))
}

const PLAN: &str = "11111111-1111-4111-8111-111111111111";

fn plugin() -> Vec<Layer> {
    let columns = ["objektidentitet", "detaljplan", "beteckning", "sekundar"];
    vec![
        layer(
            "detaljplan",
            &["objektidentitet", "kommun", "namn", "status", "anvandbarhet"],
            &[(&[PLAN, "Kalmar", "Eken", "samråd", "god"], area(0.0))],
        ),
        layer(
            "anvandning_yta",
            &columns,
            &[(&["A1", PLAN, "B", ""], area(0.0)), (&["A2", PLAN, "GATA", ""], area(10.0))],
        ),
        layer("egenskap_yta", &columns, &[(&["E1", PLAN, "h1", "1"], area(0.0))]),
        layer(
            "bestammelse",
            &[
                "objektidentitet",
                "detaljplan",
                "tabell",
                "yta",
                "beteckning",
                "beteckningsindex",
                "bestammelsekod",
                "anvandningsform",
                "bestammelsevarde",
                "motiv",
            ],
            &[
                (
                    &["b1", PLAN, "anvandning_yta", "A1", "B", "", "DP_KM_B2", "Kvartersmark", "", "Bostäder behövs"],
                    None,
                ),
                (
                    &[
                        "b2",
                        PLAN,
                        "egenskap_yta",
                        "E1",
                        "h",
                        "1",
                        "DP_KM_Eg_Hojd_X",
                        "Kvartersmark",
                        "[{\"variabelvarde\": \"12\", \"vardetyp\": \"max\", \"enhet\": \"meter\"}]",
                        "",
                    ],
                    None,
                ),
                (&["b3", PLAN, "egenskap_yta", "E9", "n", "", "", "", "inte json", ""], None),
            ],
        ),
        layer(
            "beslutsinformation",
            &["detaljplan", "genomforandetid", "datumLagakraft"],
            &[(&[PLAN, "60", "2024-01-01; 2024-02-01"], None)],
        ),
        layer("dokument", &["detaljplan", "namn"], &[(&[PLAN, "Planbeskrivning"], None)]),
    ]
}

#[test]
fn the_plug_ins_layers_give_the_plan_with_its_provisions() {
    let plans = read("plan.gpkg", &plugin(), None).expect("a plan");
    let [plan] = plans.as_slice() else { panic!("one plan") };
    assert_eq!((plan.format, plan.status, plan.epsg), (PlanFormat::PlanLayers, Some(Status::Consultation), Some(3010)));
    assert_eq!((plan.parts.len(), plan.implementation_months()), (1, Some(60)));
    assert_eq!(plan.decisions[0].in_force, ["2024-01-01", "2024-02-01"]);
    assert_eq!(plan.other["dokument"][0]["namn"], "Planbeskrivning");
    let ids: Vec<&str> = plan.provisions.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["b1", "b2", "b3", "a2"]);
    let housing = &plan.provisions[0];
    assert_eq!(
        (housing.kind, housing.form, housing.motive.as_deref()),
        (Kind::Use, Some(Form::Kvartersmark), Some("Bostäder behövs"))
    );
    let height = &plan.provisions[1];
    assert_eq!((height.index.as_deref(), height.secondary_boundary), (Some("1"), Some(true)));
    assert_eq!((height.values[0].number(), height.values[0].bound), (Some(12.0), Some(Bound::Max)));
    assert!(plan.remarks.iter().any(|one| matches!(one, Remark::PlanRowWithoutArea { at, .. } if at == "b3")));
    assert!(
        plan.remarks
            .iter()
            .any(|one| matches!(one, Remark::PlanMemberNotUsed { member, .. } if member == "bestammelsevarde"))
    );
    let street = plan.provisions.last().expect("the area without a row");
    assert_eq!((street.letter.as_deref(), street.parts.len()), (Some("GATA"), 1));
}

#[test]
fn a_layer_of_areas_with_a_letter_is_a_plan() {
    let layers = [
        layer("skiss", &["Beteckning"], &[(&["BC1"], area(0.0)), (&["GATA"], area(10.0)), (&[""], area(20.0))]),
        layer("PLANOMRÅDE", &[], &[(&[], Some(Geometry::LineString(square(0.0).exterior().clone())))]),
        layer("FASTIGHET", &["fastighet"], &[(&["Eken 1"], area(0.0))]),
        layer("annat", &["x"], &[]),
    ];
    let plan = read("skiss.gpkg", &layers, None).expect("a plan").remove(0);
    let letters: Vec<(Option<&str>, Option<&str>)> =
        plan.provisions.iter().map(|one| (one.letter.as_deref(), one.index.as_deref())).collect();
    assert_eq!(letters, [(Some("B"), None), (Some("C"), Some("1")), (Some("GATA"), None), (None, None)]);
    assert_eq!(plan.provisions[0].parts, plan.provisions[1].parts);
    assert!(matches!(plan.parts[0].shape, Shape::Area(_)), "a closed line is an area");
    assert_eq!(plan.parcels[0].designation.as_deref(), Some("Eken 1"));
    assert_eq!(plan.remarks, []);
    let plan = read("skiss.gpkg", &layers[..1], None).expect("a plan").remove(0);
    assert_eq!((plan.parts.len(), &plan.remarks[..]), (4, &[Remark::PlanAreaFromUses][..]));
}

#[test]
fn a_mapping_says_what_each_layer_is() {
    let text = "[plan]\nname = \"Eken\"\nstatus = \"samråd\"\n[[layer]]\nlayer = \"ytor\"\nrole = \"use\"\nletter = \"LITT\"\nform = \"kvartersmark\"\n\
        [[layer]]\nlayer = \"prickar\"\nrole = \"property\"\nis = \"prickmark\"\n";
    let mapping = Mapping::parse("karta.toml", text).expect("a mapping");
    let ring: LineString<f64> = square(0.0).exterior().clone();
    let layers = [
        layer("YTOR", &["litt"], &[(&["B"], area(0.0)), (&["B"], Some(Geometry::Point((f64::NAN, 0.0).into())))]),
        layer("prickar", &[], &[(&[], Some(Geometry::LineString(ring)))]),
    ];
    let plan = read("a.dxf", &layers, Some(&mapping)).expect("a plan").remove(0);
    assert_eq!((plan.name.as_deref(), plan.status), (Some("Eken"), Some(Status::Consultation)));
    assert_eq!(plan.provisions[0].form, Some(Form::Kvartersmark));
    assert!(plan.remarks.iter().any(|one| matches!(one, Remark::PlanGeometryLeftOut { .. })));
    assert_eq!((plan.provisions[2].kind, plan.provisions[2].letter.as_deref()), (Kind::Property, Some("prickmark")));
    let refused = |layers: &[Layer]| read("a.dxf", layers, Some(&mapping)).expect_err("not all there");
    assert!(matches!(refused(&layers[..1]), PlanReadError::PlanLayerMissing { layer, .. } if layer == "prickar"));
    let other = [layer("ytor", &["x"], &[]), layers[1].clone()];
    assert!(matches!(refused(&other), PlanReadError::PlanColumnMissing { column, .. } if column == "LITT"));
}

#[test]
fn what_is_no_mapping_or_no_plan_is_refused() {
    let refused = |text: &str| Mapping::parse("karta.toml", text).expect_err(text);
    assert!(matches!(refused("[plan]\nx = 1"), PlanReadError::PlanMappingBroken { line: 2, .. }));
    assert!(
        matches!(refused("[plan]\nstatus = \"klar\""), PlanReadError::PlanMappingWord { found, .. } if found == "klar")
    );
    assert!(matches!(
        refused("[[layer]]\nlayer=\"a\"\nrole=\"use\"\nform=\"mark\""),
        PlanReadError::PlanMappingWord { .. }
    ));
    assert!(matches!(read("a.gpkg", &[], None), Err(PlanReadError::PlanNoLayer { .. })));
    let parcels = [layer("FASTIGHET", &[], &[])];
    assert!(matches!(read("a.gpkg", &parcels, None), Err(PlanReadError::PlanNoLayer { .. })));
    let empty = [layer("detaljplan", &[], &[]), layer("anvandning_yta", &[], &[])];
    assert!(matches!(read("a.gpkg", &empty, None), Err(PlanReadError::PlanMissing { .. })));
}

#[test]
fn rows_that_are_short_or_empty_do_no_harm() {
    let mut layers = plugin();
    for layer in &mut layers[1..] {
        layer.rows.push(Row::default());
        layer.rows.iter_mut().for_each(|row| row.cells.truncate(1));
    }
    assert_eq!(read("plan.gpkg", &layers, None).expect("a plan").len(), 1);
}
