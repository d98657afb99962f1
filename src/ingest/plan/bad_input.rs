//! No input makes a reader panic: damaged bytes, cut files, wild numbers.

use proptest::prelude::*;

use super::layers::{self, Layer, Mapping, Row};
use super::{ngp, ss637040};
use crate::texts;

const NGP: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"feature:typ":"detaljplan",
"objektidentitet":"a","plangeometri":[{"geometri":{"typ":"yta","position":{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]]]},
"koordinatsystemPlan":"EPSG:3010"}}],"beslutsinformation":[{"genomforandetid":60}]}},{"properties":{"feature:typ":"egenskapsbestämmelse",
"detaljplan":"a","bestammelsevarde":[{"variabelvarde":"1"}],"bestammelsegeometri":[{"geometri":{"position":{"type":"Point",
"coordinates":[1,2]}}}]}}]}"#;

const SS: &str = r##"<DP_Data><DP_Grans id="L1"><typ>plan</typ><LineStringSegment><posList>0 0 9 0 9 9 0 0</posList></LineStringSegment>
</DP_Grans><DP_Grans id="L2"><Arc><posList>0 0 9 0 9 9</posList></Arc></DP_Grans><DP_Omrade id="a"><plus href="#L1"/><minus href="#L2"/></DP_Omrade><DP_Plan>
<planomrade href="#a"/><DP_Anvandningsbestammelse><omrade href="#a"/><variabel><DP_VarText><varde>1</varde></DP_VarText></variabel>
</DP_Anvandningsbestammelse></DP_Plan></DP_Data>"##;

/// Reads, and holds that a refusal says something.
fn survives(bytes: &[u8]) {
    let answers = [ngp::read("plan", bytes), ss637040::read("plan", bytes)];
    for error in answers.into_iter().filter_map(Result::err) {
        let problem = texts::problem(&error);
        assert!(texts::is_error(&problem.id) && problem.remedy.is_some(), "{problem:?}");
    }
}

#[test]
fn the_seeds_are_plans() {
    assert!(ngp::read("plan", NGP.as_bytes()).is_ok());
    assert!(ss637040::read("plan", SS.as_bytes()).is_ok());
}

#[test]
fn every_cut_of_a_file_is_read_or_refused() {
    for seed in [NGP, SS] {
        (0..seed.len()).for_each(|length| survives(&seed.as_bytes()[..length]));
    }
}

#[test]
fn wild_numbers_are_left_out() {
    for number in ["NaN", "inf", "-1e308", "1e400", "1e9", "9".repeat(400).as_str(), "", "x", "0x10", "-0"] {
        survives(SS.replace("9 9", &format!("9 {number}")).as_bytes());
        survives(NGP.replace("[9,9]", &format!("[9,{number}]")).as_bytes());
        survives(NGP.replace("[9,9]", &format!("[9,\"{number}\"]")).as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_bytes_are_read_or_refused(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        ss in any::<bool>(),
    ) {
        let mut bytes = if ss { SS } else { NGP }.as_bytes().to_vec();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        survives(&bytes);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        survives(&bytes);
    }

    #[test]
    fn pieces_moved_about_are_read_or_refused(
        from in any::<prop::sample::Index>(), length in 0_usize..200, to in any::<prop::sample::Index>(), ss in any::<bool>(),
    ) {
        let seed: Vec<char> = if ss { SS } else { NGP }.chars().collect();
        let from = from.index(seed.len());
        let piece: Vec<char> = seed[from..(from + length).min(seed.len())].to_vec();
        let mut text = seed.clone();
        let to = to.index(text.len());
        text.splice(to..to, piece);
        survives(text.into_iter().collect::<String>().as_bytes());
    }

    #[test]
    fn any_rows_and_any_mapping_are_read_or_refused(
        names in proptest::collection::vec(prop_oneof![
            Just("detaljplan"), Just("anvandning_yta"), Just("egenskap_linje"), Just("bestammelse"), Just("dokument"),
            Just("beslutsinformation"), Just("PLANOMRÅDE"), Just("FASTIGHET"), Just("skiss"),
        ], 0..6),
        columns in proptest::collection::vec(prop_oneof![
            Just("objektidentitet"), Just("detaljplan"), Just("beteckning"), Just("tabell"), Just("yta"), Just("bestammelsevarde"),
        ], 0..6),
        cells in proptest::collection::vec(proptest::option::of("\\PC{0,8}|anvandning_yta|\\[\\{\\}\\]"), 0..6),
        place in (any::<f64>(), any::<f64>()),
        mapping in "\\PC{0,40}|\\[\\[layer\\]\\]\nlayer=\"skiss\"\nrole=\"use\"\nletter=\"beteckning\"",
    ) {
        let row = Row { cells, geometry: Some(geo::Geometry::Point(place.into())) };
        let layers: Vec<Layer> = names.iter().map(|name| Layer {
            name: (*name).to_owned(),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            epsg: None,
            rows: vec![row.clone(), Row::default()],
        }).collect();
        let mapping = Mapping::parse("karta.toml", &mapping);
        let by_names = layers::read("plan.gpkg", &layers, None);
        let mapped = mapping.and_then(|mapping| layers::read("plan.gpkg", &layers, Some(&mapping)));
        for error in [by_names, mapped].into_iter().filter_map(Result::err) {
            let problem = texts::problem(&error);
            prop_assert!(texts::is_error(&problem.id) && problem.remedy.is_some(), "{:?}", problem);
        }
    }
}
