//! Events onto roads: the place, distance and choice of every event of a store, kept beside it.

use serde_json::{Value, json};

use super::error::Result;
use crate::analysis::road::{Located, Snapper, Unsnapped, Wanted};
use crate::analysis::{METHODS, Method};
use crate::domain::{Event, Network, category};
use crate::store::{EventFilter, EventRoad, GpkgStore, Store};
use crate::texts::{swedish, text};

/// How an event stands to the roads, as it is kept and shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kept<'a> {
    /// Id of the link; `None` where the event has no place on a road.
    pub link: Option<&'a str>,
    /// How far along it, metres.
    pub along_m: Option<f64>,
    /// Metres from the event to its road, or to the nearest where that is too far.
    pub distance_m: Option<f64>,
    /// Word of the choice, or of the reason.
    pub code: &'static str,
}

impl<'a> Kept<'a> {
    /// Metres are rounded to centimetres, below every position's accuracy.
    pub(super) fn of(network: &'a Network, located: &std::result::Result<Located, Unsnapped>) -> Self {
        let round = |metres: f64| (metres.is_finite()).then(|| (metres * 100.0).round() / 100.0);
        match located {
            Ok(located) => Self {
                link: network.links().get(located.spot.link as usize).map(|link| link.id.as_str()),
                along_m: round(located.along_m()),
                distance_m: round(located.distance_m),
                code: located.choice.code(),
            },
            Err(reason) => {
                let nearest = if let Unsnapped::TooFar { nearest_m } = reason { round(*nearest_m) } else { None };
                Self { link: None, along_m: None, distance_m: nearest, code: reason.code() }
            }
        }
    }

    /// The choice or the reason in words.
    pub(super) fn words(&self) -> String {
        swedish(&format!("road-choice-{}", self.code), &[])
    }
}

/// The value below which a share of the sorted values lies: the nearest rank. `None` where there is none.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a rank is a share of a length"
)]
pub(super) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}

/// The limit that events of a store are put to roads with: the default of the methods along roads.
pub(super) fn default_limit_m() -> f64 {
    let snap = |method: &Method| method.parameters.iter().find(|parameter| parameter.id == "snap")?.default;
    METHODS.iter().find_map(snap).unwrap_or(30.0)
}

/// Puts every event of the store to its road, with the default limit and each event's own net, and keeps that in place of
/// what was kept before. Nothing is kept where the store has no network.
///
/// Called after every import of events or roads, and by analyses that are kept. Returns whether anything changed.
///
/// # Errors
/// The store cannot be read or written.
pub fn refresh(store: &mut GpkgStore) -> Result<bool> {
    let Some(network) = store.network()? else {
        return Ok(store.put_event_roads(&[])?);
    };
    let events = store.events(&EventFilter::default())?;
    let wanted: Vec<Wanted<'_>> = events.iter().map(wanted).collect();
    let located = Snapper::new(&network).snap(&wanted, default_limit_m());
    let row = |(event, located): (&Event, &std::result::Result<Located, Unsnapped>)| {
        let kept = Kept::of(&network, located);
        EventRoad {
            event: event.id.clone(),
            link: kept.link.map(str::to_owned),
            along_m: kept.along_m,
            distance_m: kept.distance_m,
            choice: kept.code.to_owned(),
        }
    };
    let rows: Vec<EventRoad> = events.iter().zip(&located).map(row).collect();
    Ok(store.put_event_roads(&rows)?)
}

fn wanted(event: &Event) -> Wanted<'_> {
    Wanted {
        point: event.position.map(|position| [position.x, position.y]),
        net: category::net(&event.category),
        street: event.street.as_deref(),
    }
}

/// The events of a store that have no place on a road, by id: id, reason, metres to the nearest road. Nothing else of them.
///
/// # Errors
/// The store cannot be read.
pub fn unsnapped(store: &GpkgStore) -> Result<Value> {
    let rows = store.event_roads()?;
    let list: Vec<Value> = rows
        .iter()
        .filter(|row| row.link.is_none())
        .map(|row| {
            json!({ "id": row.event, "reason": row.choice, "text": text(&format!("road-choice-{}", row.choice), &[]),
                    "distance_m": row.distance_m })
        })
        .collect();
    Ok(json!({ "unsnapped": list, "events": rows.len() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_nearest_rank() {
        let sorted = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];
        assert_eq!((quantile(&sorted, 0.5), quantile(&sorted, 0.9)), (Some(5.0), Some(9.0)));
        assert_eq!((quantile(&[7.0], 0.5), quantile(&[], 0.5)), (Some(7.0), None));
    }

    #[test]
    fn the_limit_is_that_of_the_methods() {
        assert_eq!(default_limit_m(), 30.0);
    }
}
