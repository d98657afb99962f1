//! Kernel density: how does the density of events run over the map? A picture of where they lie, and no test: it has no
//! p-value, and every picture has peaks. [`relative_risk`] compares with something, and tests.
//!
//! Epanechnikov: `2/(π h²) · (1 - r²/h²)`; quartic: `3/(π h²) · (1 - r²/h²)²`, both 0 from r = h on; Gaussian:
//! `exp(-r²/2h²) / (2π h²)`, cut off where it is below 1e-15 of its peak. So the bandwidth h is the distance at which the
//! kernel ends for the first two, and the standard deviation for the third.
//!
//! Sources: Silverman (1986), Density Estimation for Statistics and Data Analysis; Diggle (1985), Applied Statistics 34,
//! 138-147 (edges); Jones (1993), Statistics and Computing 3, 135-146 (edges, event by event); Abramson (1982), Annals of
//! Statistics 10, 1217-1223 (bandwidths that follow the events).
//! Oracles: scikit-learn `KernelDensity` and a direct sum in numpy (`tests/oracles/kde_sklearn.py`); spatstat and sparr
//! (`r_oracle.rs`).

pub mod bandwidth;
mod blocks;
pub mod contours;
mod edge;
mod gauss;
#[cfg(test)]
mod moves;
#[cfg(test)]
mod props;
#[cfg(test)]
mod r_oracle;
pub mod raster;
pub mod risk;
mod sweep;

use std::cmp::Ordering;
use std::f64::consts::PI;
use std::ops::RangeInclusive;

use rayon::prelude::*;
use serde::Serialize;

use super::{Error, check_length, check_points};
use crate::domain::{Bbox, Grid, Metres};
use crate::texts::{number, text};
pub use bandwidth::{CrossValidated, cross_validated, rule_of_thumb};
pub(super) use blocks::{Block, Deal};
pub use contours::contours;
pub use raster::{Frame, Mask, Raster};
pub use risk::{Reference, RelativeRisk, relative_risk};
use sweep::{Power, Source};

/// The range of a bandwidth. Below a metre no position is that good; above 100 km nothing is a place.
pub const BANDWIDTH_M: RangeInclusive<f64> = 1.0..=100_000.0;

/// How an event is spread out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kernel {
    /// `1 - r²/h²`: a cap, with an edge at h.
    Epanechnikov,
    /// `(1 - r²/h²)²`: softer, without an edge; also called biweight.
    Quartic,
    /// The bell; h is its standard deviation.
    Gaussian,
}

impl Kernel {
    /// The kernel's word in a parameter.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Epanechnikov => "epanechnikov",
            Self::Quartic => "quartic",
            Self::Gaussian => "gaussian",
        }
    }

    /// The kernel with this word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Epanechnikov, Self::Quartic, Self::Gaussian].into_iter().find(|kernel| kernel.code() == code)
    }

    /// Canonical bandwidth: kernels smooth as much as each other where their bandwidths stand in this proportion.
    /// `(R(K) / m(K)²)^(1/6)` in the plane, R the integral of K² and m the variance along an axis.
    ///
    /// Source: Marron & Nolan (1988), Statistics & Probability Letters 7, 195-199.
    #[must_use]
    pub fn canonical(self) -> f64 {
        let (roughness, variance) = match self {
            Self::Epanechnikov => (4.0 / (3.0 * PI), 1.0 / 6.0),
            Self::Quartic => (9.0 / (5.0 * PI), 1.0 / 8.0),
            Self::Gaussian => (1.0 / (4.0 * PI), 1.0),
        };
        (roughness / (variance * variance)).powf(1.0 / 6.0)
    }

    /// Height in the middle with bandwidth 1.
    fn peak(self) -> f64 {
        match self {
            Self::Epanechnikov => 2.0 / PI,
            Self::Quartic => 3.0 / PI,
            Self::Gaussian => 0.5 / PI,
        }
    }

    /// How far an event is spread, in bandwidths.
    fn reach(self) -> f64 {
        match self {
            Self::Epanechnikov | Self::Quartic => 1.0,
            Self::Gaussian => gauss::CUT_OFF,
        }
    }
}

/// How to smooth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Smoothing {
    /// How an event is spread out.
    pub kernel: Kernel,
    /// How wide; `None`: as [`cross_validated`] finds.
    pub bandwidth: Option<Metres>,
    /// Whether kernels are narrower where events lie densely.
    pub adaptive: bool,
    /// Whether what a kernel spreads outside the study area is given back; means nothing without a study area.
    pub edge: bool,
}

/// What the reader of a density should know before looking at it. Serialised as `id` and the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Warning {
    /// There is no event, so the density is 0 everywhere.
    NoEvents,
    /// All events lie at one place: what is seen is the kernel.
    OnePlace,
    /// The kernel is wider than half the area: little is left but a single hill.
    BandwidthWide {
        /// The bandwidth, metres.
        bandwidth: f64,
        /// Widest that would not be, metres.
        most: f64,
    },
    /// Cross-validation found its best at the end of what it tried.
    BandwidthAtEnd {
        /// The bandwidth, metres.
        bandwidth: f64,
    },
    /// Events outside the study area are not counted.
    EventsOutside {
        /// How many.
        events: usize,
    },
    /// Cases lie where the reference has nothing in reach, so that there is no risk to state.
    CasesWithoutReference {
        /// How many.
        events: usize,
    },
}

impl Warning {
    /// The warning as a sentence, in the user's language.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::NoEvents => text("kde-no-events", &[]),
            Self::OnePlace => text("kde-one-place", &[]),
            Self::BandwidthWide { bandwidth, most } => text(
                "kde-bandwidth-wide",
                &[("bandwidth", number(&bandwidth.round())), ("most", number(&most.floor()))],
            ),
            Self::BandwidthAtEnd { bandwidth } => {
                text("kde-bandwidth-at-end", &[("bandwidth", number(&bandwidth.round()))])
            }
            Self::EventsOutside { events } => text("kde-events-outside", &[("events", number(events))]),
            Self::CasesWithoutReference { events } => {
                text("kde-cases-without-reference", &[("events", number(events))])
            }
        }
    }
}

/// A density.
#[derive(Debug, Clone, PartialEq)]
pub struct Density {
    /// Events per square kilometre at the middle of each cell; NaN outside the study area.
    pub raster: Raster,
    /// The bandwidth that was used.
    pub bandwidth: Metres,
    /// What cross-validation found, where it chose the bandwidth.
    pub validated: Option<CrossValidated>,
    /// Narrowest and widest bandwidth, where bandwidths follow the events.
    pub adapted: Option<[Metres; 2]>,
    /// What the reader should know.
    pub warnings: Vec<Warning>,
}

/// The density of events, per square kilometre, at the middles of a grid's cells.
///
/// - `points`: `[n]` x (east) and y (north) in metres; repeated points count as often as they stand there
/// - `weights`: `[n]` not below 0, or nothing: each event counts 1. The density is then weight per square kilometre
/// - `grid`: its cells; anchored at the CRS origin, so that rasters of different days fit together
/// - `area`: where events could have been. Without one, the raster holds every cell that an event reaches and its mass is
///   the number of events, as far as a sum over cells is the integral; there is then no edge correction. With one, cells
///   outside hold NaN and events outside are not counted
/// - `smoothing.edge`: with one bandwidth, the density at a cell is divided by the share of the cell's own kernel that lies
///   in the area (Diggle 1985), both taken as sums over cells. With bandwidths that follow the events, each event is
///   divided by the share of its kernel that lies in the area (Jones 1993), which keeps the number of events
/// - `smoothing.adaptive`: Abramson's bandwidths from a pilot density with the bandwidth given, read at the event's own
///   cell; at least a cell wide and at most five times the bandwidth
///
/// No events give 0 everywhere, and without an area a raster without cells; one event or one place gives the kernel; both
/// with a warning. Collinear events are nothing special with a bandwidth given.
///
/// Epanechnikov and quartic are exact sums: within 1e-12 of one event's peak of a direct sum, in O(rows that events reach +
/// cells), whatever the bandwidth. Gaussian is the direct sum out to where the kernel is 1e-15 of its peak, O(cells that
/// events reach). Edges with bandwidths that follow the events cost O(cells that events reach) with every kernel. The answer is the same to the last bit whatever the order of rows and the number of threads: the first two
/// add in fixed point, the third in order of y, x and weight. No seed.
///
/// # Errors
/// `BandwidthBelowCell`, with a side that would do; `LooksLikeDegrees`; `TooFewPlaces` for cross-validation;
/// `RasterTooLarge`; `WeightNotUsable`; `OutOfRange` for the bandwidth; `PointNotFinite`, `PointsTooFarApart`,
/// `TooManyPoints`.
pub fn density(
    points: &[[f64; 2]],
    weights: Option<&[f64]>,
    grid: &Grid,
    area: Option<&Mask>,
    smoothing: &Smoothing,
) -> Result<Density, Error> {
    density_by(points, weights, *grid, area, smoothing, &field)
}

/// [`density()`] with each raster computed block by block, as they are dealt.
pub(super) fn density_in_blocks(
    points: &[[f64; 2]],
    weights: Option<&[f64]>,
    grid: Grid,
    area: Option<&Mask>,
    smoothing: &Smoothing,
    deal: &Deal<'_>,
) -> Result<Density, Error> {
    let in_blocks = |frame: &Frame, events: &[Weighed], widths: &[f64], kernel: Kernel| {
        blocks::field(frame, events, widths, kernel, deal)
    };
    density_by(points, weights, grid, area, smoothing, &in_blocks)
}

/// What [`field`] does, or does another way with the same outcome.
type Field<'a> = dyn Fn(&Frame, &[Weighed], &[f64], Kernel) -> Vec<f64> + 'a;

fn density_by(
    points: &[[f64; 2]],
    weights: Option<&[f64]>,
    grid: Grid,
    area: Option<&Mask>,
    smoothing: &Smoothing,
    field: &Field<'_>,
) -> Result<Density, Error> {
    check_input(points, weights)?;
    let mut warnings = Vec::new();
    let events = kept(points, weights, area);
    if events.len() < points.len() && area.is_some() {
        let outside = points.iter().filter(|point| area.is_some_and(|area| !area.holds(**point))).count();
        if outside > 0 {
            warnings.push(Warning::EventsOutside { events: outside });
        }
    }
    let validated = if smoothing.bandwidth.is_none() {
        let places: Vec<[f64; 2]> = events.iter().map(|event| event.at).collect();
        Some(cross_validated(&places, Metres(grid.side_m()), smoothing.kernel)?)
    } else {
        None
    };
    let bandwidth = smoothing.bandwidth.or(validated.map(|found| found.bandwidth)).unwrap_or(Metres(grid.side_m()));
    check_bandwidth(bandwidth, grid)?;
    let bbox = Bbox::around(events.iter().map(|event| event.at));
    warnings.extend(warn(bbox, area, bandwidth, validated));

    let frame_for = |widest: f64| {
        let reach = smoothing.kernel.reach() * widest;
        let around = if bbox.is_empty() { bbox } else { bbox.grown(reach) };
        area.map_or_else(|| Frame::around(grid, around), |area| Ok(*area.frame()))
    };
    let frame = frame_for(bandwidth.0)?;
    let mut values = field(&frame, &events, &[bandwidth.0], smoothing.kernel);
    if !smoothing.adaptive || events.is_empty() {
        if let Some(area) = area {
            if smoothing.edge {
                edge::divide(&mut values, &edge::shares(area, smoothing.kernel, bandwidth.0, field));
            }
            edge::blank(&mut values, area);
        }
        let raster = Raster::new(&frame, values);
        return Ok(Density { raster, bandwidth, validated, adapted: None, warnings });
    }
    let at_events: Vec<f64> = events.iter().map(|event| frame.at(event.at).map_or(1.0, |at| values[at])).collect();
    let event_weights: Vec<f64> = events.iter().map(|event| event.weight).collect();
    let widths = bandwidth::abramson(&at_events, &event_weights, bandwidth.0, grid.side_m());
    let narrowest = widths.iter().copied().fold(f64::INFINITY, f64::min);
    let widest = widths.iter().copied().fold(0.0, f64::max);
    let frame = frame_for(widest)?;
    let corrected = match area {
        Some(area) if smoothing.edge => edge::given_back(&events, &widths, area, smoothing.kernel),
        _ => events,
    };
    let mut values = field(&frame, &corrected, &widths, smoothing.kernel);
    if let Some(area) = area {
        edge::blank(&mut values, area);
    }
    let adapted = Some([Metres(narrowest), Metres(widest)]);
    Ok(Density { raster: Raster::new(&frame, values), bandwidth, validated, adapted, warnings })
}

/// A place with what it weighs.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Weighed {
    at: [f64; 2],
    weight: f64,
}

/// The events that count: inside the area and above 0.
fn kept(points: &[[f64; 2]], weights: Option<&[f64]>, area: Option<&Mask>) -> Vec<Weighed> {
    let weight = |at: usize| weights.map_or(1.0, |weights| weights[at]);
    (0..points.len())
        .into_par_iter()
        .map(|at| Weighed { at: points[at], weight: weight(at) })
        .filter(|event| event.weight > 0.0 && area.is_none_or(|area| area.holds(event.at)))
        .collect()
}

/// Weight per square kilometre at each cell; `widths` is one bandwidth for all events, or one for each.
fn field(frame: &Frame, events: &[Weighed], widths: &[f64], kernel: Kernel) -> Vec<f64> {
    let Some(scale) = Scale::of(events, widths, kernel) else { return vec![0.0; frame.len()] };
    let source = |at: usize| scale.source(at);
    let exact = |power| {
        let sums = sweep::sums(frame, events.len(), source, power);
        sums.into_par_iter().map(|sum| scale.exact(sum)).collect()
    };
    match kernel {
        Kernel::Epanechnikov => exact(Power::One),
        Kernel::Quartic => exact(Power::Two),
        Kernel::Gaussian => {
            let mut sources: Vec<Source> = (0..events.len()).map(source).collect();
            sources.par_sort_unstable_by(by_place);
            gauss::sums(frame, &sources).into_iter().map(|sum| sum * scale.per_km2).collect()
        }
    }
}

/// Events as sums take them: peaks as shares of the highest one, which is that of the whole map.
struct Scale<'a> {
    events: &'a [Weighed],
    widths: &'a [f64],
    highest: f64,
    per_km2: f64,
}

impl<'a> Scale<'a> {
    /// `None` where no event weighs anything.
    fn of(events: &'a [Weighed], widths: &'a [f64], kernel: Kernel) -> Option<Self> {
        let mut scale = Self { events, widths, highest: 0.0, per_km2: 0.0 };
        scale.highest = (0..events.len()).map(|at| scale.height(at)).fold(0.0, f64::max);
        scale.per_km2 = scale.highest * kernel.peak() * 1e6;
        (scale.highest > 0.0).then_some(scale)
    }

    fn width(&self, at: usize) -> f64 {
        if let [one] = self.widths { *one } else { self.widths[at] }
    }

    fn height(&self, at: usize) -> f64 {
        self.events[at].weight / (self.width(at) * self.width(at))
    }

    fn source(&self, at: usize) -> Source {
        let [x, y] = self.events[at].at;
        Source { x, y, reach: self.width(at), peak: self.height(at) / self.highest, times: 1 }
    }

    /// Of a sum in fixed point. A kernel's end may be rounded to a hair below 0.
    fn exact(&self, sum: i128) -> f64 {
        (sweep::to_float(sum) * self.per_km2).max(0.0)
    }
}

/// The order in which floating-point sums are added, whatever the order of rows.
fn by_place(a: &Source, b: &Source) -> Ordering {
    let key = |source: &Source| [source.y, source.x, source.reach, source.peak];
    let pairs = key(a).into_iter().zip(key(b));
    pairs.fold(Ordering::Equal, |order, (a, b)| order.then(a.total_cmp(&b)))
}

fn check_input(points: &[[f64; 2]], weights: Option<&[f64]>) -> Result<(), Error> {
    check_points(points)?;
    let usable = |at: usize| weights.is_none_or(|weights| weights.get(at).is_some_and(|w| (0.0..=1e15).contains(w)));
    if let Some(at) = (0..points.len()).find(|&at| !usable(at)) {
        return Err(Error::WeightNotUsable { number: at + 1 });
    }
    let bbox = Bbox::around(points.iter().copied());
    let degrees = bbox.min_x >= -180.0 && bbox.max_x <= 180.0 && bbox.min_y >= -90.0 && bbox.max_y <= 90.0;
    if degrees && !points.is_empty() { Err(Error::LooksLikeDegrees) } else { Ok(()) }
}

/// A bandwidth below the cell size leaves events between the cells' middles out of the picture.
fn check_bandwidth(bandwidth: Metres, grid: Grid) -> Result<(), Error> {
    check_length("bandwidth", bandwidth.0, &BANDWIDTH_M)?;
    if bandwidth.0 >= grid.side_m() {
        return Ok(());
    }
    let (bandwidth, cell) = (bandwidth.0.to_string(), grid.side_m().to_string());
    Err(Error::BandwidthBelowCell { bandwidth, cell })
}

fn warn(
    bbox: Bbox,
    area: Option<&Mask>,
    bandwidth: Metres,
    validated: Option<CrossValidated>,
) -> impl Iterator<Item = Warning> {
    let side = |bbox: Bbox| (bbox.max_x - bbox.min_x).min(bbox.max_y - bbox.min_y);
    let same = !bbox.is_empty() && bbox.min_x == bbox.max_x && bbox.min_y == bbox.max_y;
    let extent = match area {
        Some(area) => {
            let Frame { grid, columns, rows, .. } = *area.frame();
            f64::from(columns.min(rows)) * grid.side_m()
        }
        None => side(bbox),
    };
    let most = extent * 0.5;
    let wide = !same && most > 0.0 && bandwidth.0 > most;
    let warnings = [
        bbox.is_empty().then_some(Warning::NoEvents),
        same.then_some(Warning::OnePlace),
        wide.then_some(Warning::BandwidthWide { bandwidth: bandwidth.0, most }),
        validated.filter(|found| found.at_end).map(|_| Warning::BandwidthAtEnd { bandwidth: bandwidth.0 }),
    ];
    warnings.into_iter().flatten()
}
