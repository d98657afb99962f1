//! Which coordinate system, and which axis order, are these numbers in?
//!
//! Nothing is guessed silently: the one system that puts at least 95 % of the points in the home area (or, without a
//! home area, in its own area of use) is taken and named; two that do are refused with both names.

use geo::{Contains, MultiPolygon, Point};

use super::{Degrees, Error, Transform, WGS84, area_of_use, name};
use crate::domain::Bbox;
use crate::texts;

/// Share of the points that must fall in the area.
const NEEDED: f64 = 0.95;
/// Most points that are looked at; taken evenly from the sorted points, so that row order plays no part.
const SAMPLE: usize = 4_000;
/// Degrees by which points may lie outside a stated system's area of use before a row is refused.
const STATED_MARGIN: f64 = 2.0;

/// Systems that Swedish (and neighbouring Finnish) registers come in: SWEREF 99 TM and its local zones, the six RT 90
/// zones, WGS 84 and ETRS-TM35FIN. Users name others with `--crs`.
pub(super) const CANDIDATES: [&str; 21] = [
    "EPSG:3006",
    "EPSG:3007",
    "EPSG:3008",
    "EPSG:3009",
    "EPSG:3010",
    "EPSG:3011",
    "EPSG:3012",
    "EPSG:3013",
    "EPSG:3014",
    "EPSG:3015",
    "EPSG:3016",
    "EPSG:3017",
    "EPSG:3018",
    "EPSG:3019",
    "EPSG:3020",
    "EPSG:3021",
    "EPSG:3022",
    "EPSG:3023",
    "EPSG:3024",
    "EPSG:4326",
    "EPSG:3067",
];

/// Degrees fit any number below 180, so without a home area they are believed only in and around the Nordic countries.
const NORDIC: Degrees = Degrees { west: 4.0, south: 54.0, east: 32.0, north: 71.5 };

/// Which of the two columns holds the easting (or longitude).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AxisOrder {
    /// First east, then north.
    EastNorth,
    /// First north, then east.
    NorthEast,
}

impl AxisOrder {
    /// The word in JSON output.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::EastNorth => "east_north",
            Self::NorthEast => "north_east",
        }
    }

    /// The pair as x = east, y = north.
    #[must_use]
    pub const fn east_north(self, [first, second]: [f64; 2]) -> [f64; 2] {
        match self {
            Self::EastNorth => [first, second],
            Self::NorthEast => [second, first],
        }
    }
}

/// What is already known about the numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stated<'a> {
    /// The system, stated by the user, the file or the mapping.
    pub crs: Option<&'a str>,
    /// The axis order, fixed by the file format.
    pub order: Option<AxisOrder>,
    /// Further systems that the user or the mapping holds possible.
    pub extra: &'a [String],
    /// Whether the stated system holds whatever the numbers say: rows out of quarantine are faulty by nature.
    pub trusted: bool,
}

/// The chosen system.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// For example `EPSG:3006`.
    pub crs: String,
    /// Axis order of the two columns.
    pub order: AxisOrder,
    /// Whether it was found from the numbers rather than stated.
    pub detected: bool,
    /// Share (0 to 1) of the looked-at points that fall in the deciding area.
    pub share: f64,
}

/// Chooses system and axis order for pairs in the order of the file's columns.
///
/// `home` is the home area in longitude and latitude. Pairs with a coordinate that is not finite are passed over; with
/// no pair left the stated system is taken as it is, or SWEREF 99 TM where nothing is stated (there is nothing to place).
/// Cost: a few thousand transformations a candidate.
///
/// # Errors
/// [`Error::AmbiguousCrs`], [`Error::NoCrsFits`], [`Error::CoordinatesOutsideCrs`] (a stated system that has less than
/// half of the points within two degrees of its area of use), [`Error::NothingAtHome`] (a stated system that puts no point
/// in the home area), [`Error::UnknownCrs`].
pub fn choose(
    file: &str,
    pairs: &[[f64; 2]],
    stated: Stated<'_>,
    home: Option<&MultiPolygon<f64>>,
) -> Result<Choice, Error> {
    let sample = sample(pairs);
    let orders = stated.order.map_or(vec![AxisOrder::EastNorth, AxisOrder::NorthEast], |order| vec![order]);
    if let Some(crs) = stated.crs {
        return stated_system(file, crs, &sample, &orders, if stated.trusted { None } else { home }, stated.trusted);
    }
    if sample.is_empty() {
        let order = orders[0];
        return Ok(Choice { crs: "EPSG:3006".to_owned(), order, detected: false, share: 0.0 });
    }
    let mut fits = Vec::new();
    let candidates = CANDIDATES.iter().copied().chain(stated.extra.iter().map(String::as_str));
    for crs in candidates {
        let Some(area) = (if crs == "EPSG:4326" { Some(NORDIC) } else { area_of_use(crs) }) else { continue };
        let to_degrees = Transform::new(crs, WGS84)?;
        for &order in &orders {
            let share = share_inside(&to_degrees, order, &sample, |point| match home {
                Some(home) => area.holds(point, STATED_MARGIN) && home.contains(&Point::from((point[0], point[1]))),
                None => area.holds(point, 0.0),
            });
            if share >= NEEDED && !fits.iter().any(|fit: &Choice| fit.crs == crs) {
                fits.push(Choice { crs: crs.to_owned(), order, detected: true, share });
            }
        }
    }
    match fits.len() {
        1 => Ok(fits.remove(0)),
        0 => Err(Error::NoCrsFits { file: file.to_owned(), ranges: ranges(&sample) }),
        _ => {
            let candidates = fits.iter().map(|fit| format!("{} ({})", fit.crs, name(&fit.crs))).collect();
            Err(Error::AmbiguousCrs { file: file.to_owned(), candidates })
        }
    }
}

/// The box, in the system's own units, of everything within two degrees of its area of use; `None` where PROJ knows no
/// area. A row outside it cannot be in that system.
#[must_use]
pub fn domain_of(crs: &str) -> Option<Bbox> {
    let area = area_of_use(crs)?;
    let from_degrees = Transform::new(WGS84, crs).ok()?;
    let along = |low: f64, high: f64, step: u8| {
        low - STATED_MARGIN + (high - low + 2.0 * STATED_MARGIN) * f64::from(step) / 20.0
    };
    let corners = (0..=20_u8).flat_map(|i| (0..=20_u8).map(move |j| (i, j)));
    let points = corners.filter_map(|(i, j)| {
        from_degrees.convert([along(area.west, area.east, i), along(area.south, area.north, j).clamp(-90.0, 90.0)])
    });
    Some(Bbox::around(points)).filter(|bbox| !bbox.is_empty())
}

/// Whether every point, in longitude and latitude, lies in the system's area of use; `false` where PROJ knows no area.
#[must_use]
pub fn all_in_area(crs: &str, points: &[[f64; 2]]) -> bool {
    area_of_use(crs).is_some_and(|area| points.iter().all(|point| area.holds(*point, 0.0)))
}

/// Whether a point in longitude and latitude lies within two degrees of the area; `true` where there is none.
fn plausible(area: Option<Degrees>, point: [f64; 2]) -> bool {
    area.is_none_or(|area| area.holds(point, STATED_MARGIN))
}

fn stated_system(
    file: &str,
    crs: &str,
    sample: &[[f64; 2]],
    orders: &[AxisOrder],
    home: Option<&MultiPolygon<f64>>,
    trusted: bool,
) -> Result<Choice, Error> {
    let to_degrees = Transform::new(crs, WGS84)?;
    let area = area_of_use(crs);
    let mut best = Choice { crs: crs.to_owned(), order: orders[0], detected: false, share: -1.0 };
    for &order in orders {
        let share = share_inside(&to_degrees, order, sample, |point| plausible(area, point));
        if share > best.share {
            best = Choice { order, share, ..best };
        }
    }
    if !trusted && !sample.is_empty() && best.share < 0.5 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of a sample of thousands"
        )]
        let outside = ((1.0 - best.share) * sample.len() as f64).round() as usize;
        let total = sample.len();
        return Err(Error::CoordinatesOutsideCrs {
            file: file.to_owned(),
            crs: crs.to_owned(),
            outside,
            total,
            ranges: ranges(sample),
        });
    }
    if let (Some(home), false) = (home, sample.is_empty()) {
        let at_home = share_inside(&to_degrees, best.order, sample, |[lon, lat]| home.contains(&Point::new(lon, lat)));
        if at_home == 0.0 {
            let (file, crs) = (file.to_owned(), format!("{crs} ({})", name(crs)));
            return Err(Error::NothingAtHome { file, crs, total: sample.len() });
        }
    }
    Ok(Choice { share: best.share.max(0.0), ..best })
}

/// At most [`SAMPLE`] finite pairs, evenly from the sorted ones.
fn sample(pairs: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut finite: Vec<[f64; 2]> = pairs.iter().copied().filter(|[a, b]| a.is_finite() && b.is_finite()).collect();
    if finite.len() <= SAMPLE {
        return finite;
    }
    finite.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    (0..SAMPLE).map(|index| finite[index * finite.len() / SAMPLE]).collect()
}

/// Share of the pairs that the system places where `inside` says yes; 0 of none.
fn share_inside(
    to_degrees: &Transform,
    order: AxisOrder,
    sample: &[[f64; 2]],
    inside: impl Fn([f64; 2]) -> bool,
) -> f64 {
    let hits = sample.iter().filter(|pair| to_degrees.convert(order.east_north(**pair)).is_some_and(&inside)).count();
    #[expect(clippy::cast_precision_loss, reason = "counts of a sample of thousands")]
    let share = hits as f64 / sample.len().max(1) as f64;
    share
}

fn ranges(sample: &[[f64; 2]]) -> String {
    let range = |axis: usize| {
        let values = sample.iter().map(|pair| pair[axis]);
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        format!("{}–{}", texts::number(&format_args!("{low:.2}")), texts::number(&format_args!("{high:.2}")))
    };
    format!("{}; {}", range(0), range(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    /// Jönköping, roughly, in degrees.
    fn home() -> MultiPolygon<f64> {
        polygon![(x: 13.6, y: 57.3), (x: 14.8, y: 57.3), (x: 14.8, y: 58.2), (x: 13.6, y: 58.2)].into()
    }

    const RT90: [[f64; 2]; 2] = [[6_396_199.35, 1_397_577.75], [6_396_838.84, 1_397_231.15]];
    const LOCAL: [[f64; 2]; 2] = [[185_102.61, 6_395_685.02], [184_734.51, 6_396_312.27]];

    #[test]
    fn with_a_home_area_rt90_and_a_local_zone_are_told_and_so_is_the_order() {
        let rt90 = choose("a.csv", &RT90, Stated::default(), Some(&home())).expect("one fits");
        assert_eq!((rt90.crs.as_str(), rt90.order), ("EPSG:3021", AxisOrder::NorthEast));
        let local = choose("b.csv", &LOCAL, Stated::default(), Some(&home())).expect("one fits");
        assert_eq!((local.crs.as_str(), local.order), ("EPSG:3008", AxisOrder::EastNorth));
    }

    #[test]
    fn without_a_home_area_a_local_zone_is_refused_with_its_candidates() {
        let Err(Error::AmbiguousCrs { candidates, .. }) = choose("b.csv", &LOCAL, Stated::default(), None) else {
            panic!("several zones fit");
        };
        assert!(candidates.len() > 1 && candidates.iter().any(|name| name.starts_with("EPSG:3008")), "{candidates:?}");
    }

    #[test]
    fn sweref_99_tm_and_degrees_are_told_by_their_numbers_alone() {
        for (pairs, crs, order) in [
            ([[6_393_340.0, 445_634.0]], "EPSG:3006", AxisOrder::NorthEast),
            ([[57.679, 14.088]], "EPSG:4326", AxisOrder::NorthEast),
            ([[14.088, 57.679]], "EPSG:4326", AxisOrder::EastNorth),
        ] {
            let choice = choose("c.csv", &pairs, Stated::default(), None).expect("one fits");
            assert_eq!((choice.crs.as_str(), choice.order, choice.detected), (crs, order, true));
        }
    }

    #[test]
    fn numbers_that_fit_nothing_are_refused_with_their_ranges() {
        let refused = choose("d.csv", &[[1.0, 2.0], [3.0, 4.0]], Stated::default(), None);
        assert!(matches!(refused, Err(Error::NoCrsFits { ranges, .. }) if ranges == "1,00–3,00; 2,00–4,00"));
    }

    #[test]
    fn a_stated_system_that_cannot_be_right_is_refused() {
        let stated = Stated { crs: Some("EPSG:3006"), ..Stated::default() };
        let refused = choose("e.csv", &[[57.679, 14.088]], stated, None);
        assert!(matches!(refused, Err(Error::CoordinatesOutsideCrs { outside: 1, total: 1, .. })), "{refused:?}");
        let taken = choose("f.csv", &[[6_393_340.0, 445_634.0]], stated, None).expect("fits");
        assert_eq!((taken.order, taken.detected), (AxisOrder::NorthEast, false));
    }

    #[test]
    fn one_point_in_twenty_may_be_astray_and_the_order_of_rows_plays_no_part() {
        let mut pairs = vec![[6_393_340.0, 445_634.0]; 10_000];
        for pair in pairs.iter_mut().take(400) {
            *pair = [0.0, 0.0];
        }
        let first = choose("g.csv", &pairs, Stated::default(), None).expect("fits");
        pairs.reverse();
        assert_eq!(choose("g.csv", &pairs, Stated::default(), None).expect("fits"), first);
    }
}
