//! A position too coarse for the question is refused for that question: every method on places passes here.
//!
//! Two sorts are too coarse. The middle of a municipality or county stands for not knowing where: no length makes it a
//! place. And a position whose stated accuracy (a radius in metres) is greater than the length that the method works with
//! (the distance of `dbscan`, the cell of `counts`) cannot tell whether two events are near, or in which cell one lies.
//! A source that tells no accuracy is taken at its word: most registers tell none.
//!
//! An input made wholly of such positions is refused. In a mixed one the rows are left out, counted in the passport's
//! `dropped` and said in a note; in the layer `events` they stand without a place, so that no map shows them as one.

use super::error::{Refusal, Result};
use super::rows::Input;
use crate::analysis::Parameters;
use crate::texts::{number, swedish, text};

/// Takes the positions away that are too coarse for the method. Nothing happens where it asks for none.
///
/// # Errors
/// [`Refusal::OnlyAreaCentroids`], [`Refusal::PositionsTooCoarse`] where no position is left of those that there were.
pub fn leave_out(input: &mut Input, parameters: &Parameters, file: &str) -> Result<()> {
    let Some((parameter, length)) = parameters.asks_within() else { return Ok(()) };
    let method = parameters.method().id;
    let placed = input.points.iter().flatten().count();
    let (mut centroids, mut coarse) = (0_u64, 0_u64);
    for (point, fact) in input.points.iter_mut().zip(&input.facts) {
        // An infinite uncertainty is beyond every length.
        if point.is_none() || fact.uncertainty_m <= length.0 {
            continue;
        }
        *point = None;
        *(if fact.uncertainty_m.is_infinite() { &mut centroids } else { &mut coarse }) += 1;
    }
    let said = format!("{} m", number(&length.0));
    if placed > 0 && input.points.iter().flatten().next().is_none() {
        let (file, rows) = (file.to_owned(), placed);
        return Err(if coarse == 0 {
            Refusal::OnlyAreaCentroids { file, method, rows }
        } else {
            Refusal::PositionsTooCoarse { file, method, rows, length: said, parameter }
        }
        .into());
    }
    for (count, id) in [(centroids, "dropped-area-centroid"), (coarse, "dropped-too-coarse")] {
        if count > 0 {
            let values = [("length", said.clone())];
            input.dropped.insert(swedish(id, &values), count);
            input.notes.push(text("note-left-out", &[("count", count.to_string()), ("reason", text(id, &values))]));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::error::Error;
    use super::super::facts::Fact;
    use super::*;
    use crate::analysis::parse;
    use crate::domain::Secrecy;

    /// Rows with these uncertainties; `None` is ej platsbestämd.
    fn input(uncertainties: &[Option<f64>]) -> Input {
        let fact = |metres: &Option<f64>| Fact { uncertainty_m: metres.unwrap_or(0.0), ..Fact::default() };
        Input {
            points: uncertainties.iter().map(|metres| metres.map(|_| [1.0, 2.0])).collect(),
            facts: uncertainties.iter().map(fact).collect(),
            columns: Vec::new(),
            crs: crate::crs::metric("EPSG:3006").expect("known"),
            kind: None,
            secrecy: Secrecy::Open,
            sources: Vec::new(),
            content_hash: String::new(),
            home_m2: 0.0,
            dropped: BTreeMap::new(),
            chosen: crate::service::selection::Chosen::default(),
            notes: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn left(method: &str, given: &[(&str, &str)], rows: &[Option<f64>]) -> Result<(usize, BTreeMap<String, u64>)> {
        let (mut input, parameters) = (input(rows), parse(method, given).expect("valid"));
        leave_out(&mut input, &parameters, "f.json")?;
        assert_eq!(input.notes.len(), input.dropped.len());
        Ok((input.points.iter().flatten().count(), input.dropped))
    }

    const AREA: Option<f64> = Some(f64::INFINITY);

    #[test]
    fn positions_coarser_than_the_methods_length_are_left_out_and_counted() {
        let rows = [Some(0.0), Some(50.0), Some(50.1), AREA, AREA, None];
        let (placed, dropped) = left("dbscan", &[("eps", "50")], &rows).expect("some are left");
        assert_eq!((placed, dropped.values().copied().collect::<Vec<_>>()), (2, vec![2, 1]));
        assert!(dropped.keys().any(|reason| reason.contains("50 m")), "{dropped:?}");
        let (placed, dropped) = left("counts", &[("cell", "250")], &rows).expect("some are left");
        assert_eq!((placed, dropped.len()), (3, 1));
    }

    #[test]
    fn a_source_of_centroids_alone_is_refused_whatever_the_length() {
        for (method, given) in [("dbscan", ("eps", "100000")), ("counts", ("cell", "100000"))] {
            let refused = left(method, &[given], &[AREA, None, AREA]).expect_err("refused");
            assert!(matches!(refused, Error::Refusal(Refusal::OnlyAreaCentroids { rows: 2, .. })), "{refused:?}");
        }
        let refused = left("dbscan", &[], &[Some(900.0), AREA]).expect_err("refused");
        let Error::Refusal(Refusal::PositionsTooCoarse { rows: 2, parameter: "eps", length, .. }) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(length, "50 m");
    }

    #[test]
    fn a_method_without_places_and_an_input_without_them_pass() {
        assert_eq!(left("timeline", &[], &[AREA, None]).expect("passes"), (1, BTreeMap::new()));
        assert_eq!(left("dbscan", &[], &[None, None]).expect("passes"), (0, BTreeMap::new()));
        assert_eq!(left("dbscan", &[], &[]).expect("passes"), (0, BTreeMap::new()));
    }
}
