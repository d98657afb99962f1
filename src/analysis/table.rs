//! The methods that there are, and what each may be told. Command line, HTTP and documentation are made from this table.
//!
//! A method's texts are in the catalogue under its id: `dbscan-title`, `dbscan-question`, `dbscan-measures`,
//! `dbscan-unit`, `dbscan-assumptions`, `dbscan-limits`, `dbscan-source`; a parameter's under `dbscan-eps-help`.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::dbscan::{EPS_DAYS, EPS_M};
use super::dispersion::Dispersion;
use super::hdbscan::{self, MIN_CLUSTER_SIZE};
use super::kde::{BANDWIDTH_M, Kernel, Smoothing};
use super::near_repeat::Bands;
use super::road::dbscan::EPS_M as NETWORK_EPS_M;
use super::road::segments::{JunctionType, RADIUS_M};
use super::road::snap::LIMIT_M;
use super::scan::{self, Mode};
use super::{Error, range_text};
use crate::domain::{Metres, Net, RoadKeeper, Step};
use crate::texts::{number, text};

/// What a parameter holds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterKind {
    /// Metres.
    Length,
    /// A whole number.
    Whole,
    /// A text, such as the name of a column.
    Text,
    /// One of a few words.
    Choice,
}

/// What a method asks of positions. A position that is less certain than that is too coarse for the question, and the
/// middle of a municipality is so for every method that asks at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Nothing: it counts over time.
    Nothing,
    /// That they are certain to within the length in this parameter.
    Within(&'static str),
}

/// One thing that a method may be told. Serialised with `id type unit default min max choices help`, help in the user's
/// language.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Name: `--eps` on the command line, `eps` elsewhere.
    pub id: &'static str,
    /// What it holds.
    pub kind: ParameterKind,
    /// Unit, where it has one.
    pub unit: Option<&'static str>,
    /// What it is where nothing is said; every number has a default, a text or a choice has none.
    pub default: Option<f64>,
    /// Smallest number allowed.
    pub min: Option<f64>,
    /// Largest number allowed.
    pub max: Option<f64>,
    /// The words of a choice, the default first; empty for the rest.
    pub choices: &'static [&'static str],
    /// Id of the help text.
    pub help: &'static str,
}

/// One way of finding hotspots. Serialised with its texts in the user's language and its parameters.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// Name, in kebab-case; no two methods have the same.
    pub id: &'static str,
    /// What it may be told.
    pub parameters: &'static [Parameter],
    /// What it asks of positions.
    asks: Asks,
    /// How its kernel takes that.
    settings: fn(&Parameters) -> Settings,
}

impl PartialEq for Method {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// The parts of an explanation, in the order in which they are read.
const PARTS: [&str; 6] = ["question", "measures", "unit", "assumptions", "limits", "source"];

/// The range of a cell's side. Below 10 m a cell is finer than most positions; above 100 km it is no place.
pub const CELL_M: RangeInclusive<f64> = 10.0..=100_000.0;

/// The range of the least number of events.
pub const MIN_POINTS: RangeInclusive<f64> = 1.0..=1_000_000.0;

const fn length(id: &'static str, default: f64, range: &RangeInclusive<f64>, help: &'static str) -> Parameter {
    let (min, max) = (Some(*range.start()), Some(*range.end()));
    Parameter { id, kind: ParameterKind::Length, unit: Some("m"), default: Some(default), min, max, choices: &[], help }
}

const fn whole(id: &'static str, default: f64, range: &RangeInclusive<f64>, help: &'static str) -> Parameter {
    let (min, max) = (Some(*range.start()), Some(*range.end()));
    Parameter { id, kind: ParameterKind::Whole, unit: None, default: Some(default), min, max, choices: &[], help }
}

const fn words(id: &'static str, help: &'static str) -> Parameter {
    Parameter { id, kind: ParameterKind::Text, unit: None, default: None, min: None, max: None, choices: &[], help }
}

const fn choice(id: &'static str, choices: &'static [&'static str], help: &'static str) -> Parameter {
    Parameter { id, kind: ParameterKind::Choice, unit: None, default: None, min: None, max: None, choices, help }
}

/// The nets to choose from: each event's own, or [`Net::code`].
const NETS: &[&str] = &["auto", "car", "gc", "any"];

/// Väghållare to choose from: all, [`RoadKeeper::code`], and the word for none known.
const KEEPERS: &[&str] = &[KEEPERS_ALL, "kommunal", "statlig", "enskild", KEEPER_UNKNOWN];

/// Junctions to choose from: places of every sort, then junctions of one.
const JUNCTION_TYPES: &[&str] = &["alla", "signal", "cirkulation", "ovrig"];

/// Which accidents count: [`Selection`], the default first.
const SELECTIONS: &[&str] = &["vagtrafik", "fall", "alla"];

/// What numbers of events are compared with; the default is what the store knows best.
const EXPOSURES: &[&str] = &["auto", "yta", "vag", "bebyggelse"];

/// What counts may be held against: the choice is left to the comparison of neighbours, or Poisson it is.
const NULLS: &[&str] = &["auto", "poisson"];

/// The range of a number of null maps of a test; 0 leaves out what needs them.
const REPLICATES: RangeInclusive<f64> = 0.0..=99_999.0;

/// Kernels to choose from: [`Kernel::code`], the default first.
const KERNELS: &[&str] = &["quartic", "epanechnikov", "gaussian"];

/// The range of a bandwidth; 0: found by cross-validation.
const BANDWIDTH_OR_FOUND_M: RangeInclusive<f64> = 0.0..=*BANDWIDTH_M.end();

/// The range of the largest share of what is compared that a circle may hold, in per cent.
const WINDOW: RangeInclusive<f64> = 1.0..=50.0;

/// Most clusters that a scan looks for, one after the other: as many as a list on screen has.
const MOST_CLUSTERS: usize = 10;

/// Null maps of a scan in space and time that are searched in full, for Gumbel's p: each costs several of the others. Ours.
const TIME_GUMBEL: usize = 29;

/// The range of the longest time of a concentration, in per cent of all steps.
const LONGEST: RangeInclusive<f64> = 1.0..=90.0;

/// Lengths of a period: [`Step::code`], the default first.
const STEPS: &[&str] = &["month", "week", "day", "year"];

/// Windows of a scan: circles, or circles and ellipses.
const SHAPES: &[&str] = &["circle", "ellipse"];

/// What a scan in space and time compares with.
const MODELS: &[&str] = &["permutation", "poisson"];

/// Which intervals a scan looks at.
const MODES: &[&str] = &["retrospective", "prospective"];

/// The range of a number of null maps of a test that cannot do without.
const NULL_MAPS: RangeInclusive<f64> = 19.0..=99_999.0;

/// Which of nested clusters are taken: those that last, or those that part no further.
const CLUSTERS: &[&str] = &["lasting", "smallest"];

/// The range of a band of distance.
const BAND_M: RangeInclusive<f64> = 10.0..=100_000.0;

/// The range of a number of bands.
const BANDS: RangeInclusive<f64> = 1.0..=20.0;

/// The range of a band of time in days.
const BAND_DAYS: RangeInclusive<f64> = 1.0..=3_660.0;

/// The range of a level in per cent.
const ALPHA: RangeInclusive<f64> = 1.0..=20.0;

/// The range of a seed.
const SEED: RangeInclusive<f64> = 0.0..=4_294_967_295.0;

/// The range of a number of null maps; 0 is none.
const MAPS: RangeInclusive<f64> = 0.0..=10_000.0;

/// The range of a share of the area, in per cent.
const COVERAGE: RangeInclusive<f64> = 1.0..=50.0;

/// The range of a number of origins of a back-test.
const ORIGINS: RangeInclusive<f64> = 1.0..=1_000.0;

/// The range of a number of years; 0 is all years.
const YEARS: RangeInclusive<f64> = 0.0..=100.0;

/// The word for roads of every väghållare.
const KEEPERS_ALL: &str = "alla";

/// The word for a väghållare that the network does not tell.
pub const KEEPER_UNKNOWN: &str = "okand";

/// The table of methods.
///
/// The defaults are ours, for 5 to 10 years of accidents in a Swedish municipality. 250 m: the cells that are published
/// as the finest to anyone. 50 m: a large junction with its approaches, well above what a position is usually off. 5
/// events: fewer are not published; for DBSCAN, Sander, Ester, Kriegel & Xu (1998), Data Mining and Knowledge Discovery
/// 2, 169-194, take 4 in the plane and Schubert et al. (2017), ACM TODS 42(3):19, more for data with copies and noise.
/// 100 m for the cells of a picture: a map of a municipality is then some hundred thousand numbers, and the narrowest
/// kernel is two or three blocks wide. Bandwidth 0, found by cross-validation: no length suits both a town of 5 000 and one
/// of 500 000, and the passport says which was found. The quartic kernel for a picture, because it has no visible edge. Circles
/// of at most a tenth of what is compared: larger ones are districts. Along roads, 20 m: what lies nearer to the middle of a crossing than that is commonly called the crossing; 30 m: beyond
/// the widest street that has one centre line.
pub const METHODS: &[Method] = &[
    Method {
        id: "counts",
        parameters: &[
            length("cell", 250.0, &CELL_M, "counts-cell-help"),
            whole("min-points", 5.0, &MIN_POINTS, "counts-min-points-help"),
            choice("selection", SELECTIONS, "counts-selection-help"),
            words("value", "counts-value-help"),
        ],
        asks: Asks::Within("cell"),
        settings: |given| Settings::Counts {
            cell: Metres(given.number("cell")),
            min_points: given.number("min-points") as usize,
            value: given.text("value").map(str::to_owned),
        },
    },
    Method {
        id: "dbscan",
        parameters: &[
            length("eps", 50.0, &EPS_M, "dbscan-eps-help"),
            whole("min-points", 5.0, &MIN_POINTS, "dbscan-min-points-help"),
            words("partition", "dbscan-partition-help"),
            choice("selection", SELECTIONS, "dbscan-selection-help"),
            words("value", "dbscan-value-help"),
        ],
        asks: Asks::Within("eps"),
        settings: |given| Settings::Dbscan {
            eps: Metres(given.number("eps")),
            min_points: given.number("min-points") as usize,
            partition: given.text("partition").map(str::to_owned),
            value: given.text("value").map(str::to_owned),
        },
    },
    Method {
        id: "st-dbscan",
        parameters: &[
            length("eps", 100.0, &EPS_M, "st-dbscan-eps-help"),
            whole("days", 14.0, &EPS_DAYS, "st-dbscan-days-help"),
            whole("min-points", 5.0, &MIN_POINTS, "st-dbscan-min-points-help"),
            choice("selection", SELECTIONS, "st-dbscan-selection-help"),
            words("value", "st-dbscan-value-help"),
        ],
        asks: Asks::Within("eps"),
        settings: |given| Settings::StDbscan {
            eps: Metres(given.number("eps")),
            eps_days: given.number("days") as u32,
            min_points: given.number("min-points") as usize,
            value: given.text("value").map(str::to_owned),
        },
    },
    Method {
        id: "hdbscan",
        parameters: &[
            whole("min-points", 15.0, &MIN_CLUSTER_SIZE, "hdbscan-min-points-help"),
            whole("min-samples", 5.0, &MIN_POINTS, "hdbscan-min-samples-help"),
            length("precision", 5.0, &EPS_M, "hdbscan-precision-help"),
            choice("clusters", CLUSTERS, "hdbscan-clusters-help"),
            length("radius", 25.0, &EPS_M, "hdbscan-radius-help"),
            choice("selection", SELECTIONS, "hdbscan-selection-help"),
            words("value", "hdbscan-value-help"),
        ],
        asks: Asks::Within("radius"),
        settings: |given| Settings::Hdbscan {
            settings: hdbscan::Settings {
                min_cluster_size: given.whole("min-points") as usize,
                min_samples: given.whole("min-samples") as usize,
                precision: Metres(given.number("precision")),
                selection: match given.text("clusters") {
                    Some("smallest") => hdbscan::Selection::Leaf,
                    _ => hdbscan::Selection::ExcessOfMass,
                },
            },
            radius: Metres(given.number("radius")),
        },
    },
    Method {
        id: "timeline",
        parameters: &[
            choice("step", STEPS, "timeline-step-help"),
            choice("selection", SELECTIONS, "timeline-selection-help"),
        ],
        asks: Asks::Nothing,
        settings: |given| Settings::Timeline {
            step: given.text("step").and_then(Step::from_code).unwrap_or(Step::Month),
        },
    },
    Method {
        id: "area-counts",
        parameters: &[
            words("exposure", "area-counts-exposure-help"),
            words("period", "area-counts-period-help"),
            words("set", "area-counts-set-help"),
            words("category", "area-counts-category-help"),
            whole("min-points", 5.0, &MIN_POINTS, "area-counts-min-points-help"),
            words("value", "area-counts-value-help"),
        ],
        asks: Asks::Nothing,
        settings: |given| Settings::AreaCounts { few: given.number("min-points") as u64 },
    },
    Method {
        id: "emerging",
        parameters: &[
            length("cell", 500.0, &CELL_M, "emerging-cell-help"),
            choice("step", STEPS, "emerging-step-help"),
            choice("exposure", EXPOSURES, "exposure-help"),
            whole("alpha", 5.0, &ALPHA, "alpha-help"),
            whole("seed", 1.0, &SEED, "emerging-seed-help"),
            whole("certify", 0.0, &MAPS, "certify-help"),
            choice("selection", SELECTIONS, "emerging-selection-help"),
        ],
        asks: Asks::Within("cell"),
        settings: |given| Settings::Emerging {
            study: OverCells::of(given),
            step: given.text("step").and_then(Step::from_code).unwrap_or(Step::Month),
        },
    },
    Method {
        id: "gi-star",
        parameters: &[
            length("cell", 250.0, &CELL_M, "gi-star-cell-help"),
            choice("exposure", EXPOSURES, "exposure-help"),
            choice("null", NULLS, "gi-star-null-help"),
            whole("alpha", 5.0, &ALPHA, "alpha-help"),
            whole("replicates", 999.0, &REPLICATES, "gi-star-replicates-help"),
            whole("seed", 1.0, &SEED, "gi-star-seed-help"),
            whole("certify", 0.0, &MAPS, "certify-help"),
            choice("selection", SELECTIONS, "gi-star-selection-help"),
            words("value", "gi-star-value-help"),
        ],
        asks: Asks::Within("cell"),
        settings: |given| Settings::GiStar {
            study: OverCells::of(given),
            null: given.null(),
            replicates: given.whole("replicates") as usize,
            value: given.text("value").map(str::to_owned),
        },
    },
    Method {
        id: "local-moran",
        parameters: &[
            length("cell", 250.0, &CELL_M, "local-moran-cell-help"),
            choice("exposure", EXPOSURES, "exposure-help"),
            choice("null", NULLS, "local-moran-null-help"),
            whole("alpha", 5.0, &ALPHA, "alpha-help"),
            whole("seed", 1.0, &SEED, "seed-help"),
            whole("certify", 0.0, &MAPS, "certify-help"),
            choice("selection", SELECTIONS, "local-moran-selection-help"),
            words("value", "local-moran-value-help"),
        ],
        asks: Asks::Within("cell"),
        settings: |given| Settings::LocalMoran {
            study: OverCells::of(given),
            null: given.null(),
            value: given.text("value").map(str::to_owned),
        },
    },
    Method {
        id: "scan",
        parameters: &[
            length("cell", 250.0, &CELL_M, "scan-cell-help"),
            choice("exposure", EXPOSURES, "exposure-help"),
            words("cases", "scan-cases-help"),
            whole("window", 10.0, &WINDOW, "scan-window-help"),
            choice("shape", SHAPES, "scan-shape-help"),
            whole("alpha", 5.0, &ALPHA, "alpha-help"),
            whole("replicates", 999.0, &NULL_MAPS, "scan-replicates-help"),
            whole("seed", 1.0, &SEED, "seed-help"),
            whole("certify", 0.0, &MAPS, "certify-help"),
            choice("selection", SELECTIONS, "scan-selection-help"),
        ],
        asks: Asks::Within("cell"),
        settings: |given| Settings::Scan {
            study: OverCells::of(given),
            cases: given.text("cases").map(str::to_owned),
            options: given.scan_options(),
        },
    },
    Method {
        id: "scan-time",
        parameters: &[
            length("cell", 250.0, &CELL_M, "scan-time-cell-help"),
            choice("mode", MODES, "scan-time-mode-help"),
            choice("step", STEPS, "scan-time-step-help"),
            choice("model", MODELS, "scan-time-model-help"),
            choice("exposure", EXPOSURES, "exposure-help"),
            whole("longest", 50.0, &LONGEST, "scan-time-longest-help"),
            whole("window", 2.0, &WINDOW, "scan-time-window-help"),
            choice("shape", SHAPES, "scan-time-shape-help"),
            whole("alpha", 5.0, &ALPHA, "alpha-help"),
            whole("replicates", 99.0, &NULL_MAPS, "scan-time-replicates-help"),
            whole("seed", 1.0, &SEED, "seed-help"),
            whole("certify", 0.0, &MAPS, "certify-help"),
            choice("selection", SELECTIONS, "scan-time-selection-help"),
        ],
        asks: Asks::Within("cell"),
        settings: |given| Settings::ScanTime {
            study: OverCells::of(given),
            permuted: given.text("model") == Some("permutation"),
            mode: match given.text("mode") {
                Some("prospective") => Mode::Prospective,
                _ => Mode::Retrospective,
            },
            step: given.text("step").and_then(Step::from_code).unwrap_or(Step::Month),
            longest: given.share("longest"),
            options: scan::Options { gumbel: TIME_GUMBEL, ..given.scan_options() },
        },
    },
    Method {
        id: "kde",
        parameters: &[
            length("cell", 100.0, &CELL_M, "kde-cell-help"),
            length("bandwidth", 0.0, &BANDWIDTH_OR_FOUND_M, "kde-bandwidth-help"),
            choice("kernel", KERNELS, "kde-kernel-help"),
            choice("adaptive", &["no", "yes"], "kde-adaptive-help"),
            choice("edge", &["yes", "no"], "kde-edge-help"),
            choice("selection", SELECTIONS, "kde-selection-help"),
            words("value", "kde-value-help"),
        ],
        asks: Asks::Within("cell"),
        settings: |given| Settings::Kde {
            study: OverCells { exposure: "yta", ..OverCells::of(given) },
            smoothing: Smoothing {
                kernel: given.text("kernel").and_then(Kernel::from_code).unwrap_or(Kernel::Quartic),
                bandwidth: given.bandwidth(),
                adaptive: given.text("adaptive") == Some("yes"),
                edge: given.text("edge") == Some("yes"),
            },
        },
    },
    Method {
        id: "relative-risk",
        parameters: &[
            length("cell", 100.0, &CELL_M, "relative-risk-cell-help"),
            length("bandwidth", 0.0, &BANDWIDTH_OR_FOUND_M, "relative-risk-bandwidth-help"),
            choice("exposure", EXPOSURES, "exposure-help"),
            whole("alpha", 5.0, &ALPHA, "alpha-help"),
            whole("replicates", 999.0, &NULL_MAPS, "relative-risk-replicates-help"),
            whole("seed", 1.0, &SEED, "relative-risk-seed-help"),
            choice("selection", SELECTIONS, "relative-risk-selection-help"),
        ],
        asks: Asks::Within("cell"),
        settings: |given| Settings::RelativeRisk {
            study: OverCells::of(given),
            bandwidth: given.bandwidth(),
            replicates: given.whole("replicates") as usize,
        },
    },
    Method {
        id: "near-repeat",
        parameters: &[
            length("band", 100.0, &BAND_M, "near-repeat-band-help"),
            whole("bands", 5.0, &BANDS, "near-repeat-bands-help"),
            whole("days", 14.0, &BAND_DAYS, "near-repeat-days-help"),
            whole("time-bands", 4.0, &BANDS, "near-repeat-time-bands-help"),
            whole("replicates", 999.0, &NULL_MAPS, "near-repeat-replicates-help"),
            whole("seed", 1.0, &SEED, "seed-help"),
            choice("selection", SELECTIONS, "near-repeat-selection-help"),
        ],
        asks: Asks::Within("band"),
        settings: |given| Settings::NearRepeat {
            bands: Bands {
                metres: given.number("band"),
                distances: given.whole("bands") as usize,
                days: given.number("days") as i32,
                times: given.whole("time-bands") as usize,
            },
            replicates: given.whole("replicates") as usize,
            seed: given.whole("seed"),
        },
    },
    Method {
        id: "backtest",
        parameters: &[
            length("cell", 250.0, &CELL_M, "backtest-cell-help"),
            choice("step", STEPS, "backtest-step-help"),
            whole("coverage", 5.0, &COVERAGE, "backtest-coverage-help"),
            whole("origins", 12.0, &ORIGINS, "backtest-origins-help"),
            words("methods", "backtest-methods-help"),
            choice("exposure", EXPOSURES, "exposure-help"),
            whole("seed", 1.0, &SEED, "backtest-seed-help"),
            choice("selection", SELECTIONS, "backtest-selection-help"),
        ],
        asks: Asks::Within("cell"),
        settings: |given| Settings::Backtest {
            study: OverCells::of(given),
            step: given.text("step").and_then(Step::from_code).unwrap_or(Step::Month),
            coverage: given.number("coverage") / 100.0,
            origins: given.number("origins") as usize,
            methods: given.text("methods").map_or_else(Vec::new, listed),
        },
    },
    Method {
        id: "network-counts",
        parameters: &[
            whole("min-points", 5.0, &MIN_POINTS, "network-counts-min-points-help"),
            length("radius", 20.0, &RADIUS_M, "network-counts-radius-help"),
            length("snap", 30.0, &LIMIT_M, "network-counts-snap-help"),
            choice("net", NETS, "network-counts-net-help"),
            choice("keeper", KEEPERS, "network-counts-keeper-help"),
            choice("junction-type", JUNCTION_TYPES, "network-counts-junction-type-help"),
            words("gcm-type", "network-counts-gcm-type-help"),
            choice("selection", SELECTIONS, "network-counts-selection-help"),
            whole("years", 5.0, &YEARS, "network-counts-years-help"),
            words("value", "network-counts-value-help"),
        ],
        asks: Asks::Within("snap"),
        settings: |given| Settings::NetworkCounts {
            min_points: given.number("min-points") as usize,
            radius: Metres(given.number("radius")),
            roads: Roads::of(given),
            value: given.text("value").map(str::to_owned),
        },
    },
    Method {
        id: "network-dbscan",
        parameters: &[
            length("eps", 50.0, &NETWORK_EPS_M, "network-dbscan-eps-help"),
            whole("min-points", 5.0, &MIN_POINTS, "network-dbscan-min-points-help"),
            length("snap", 30.0, &LIMIT_M, "network-dbscan-snap-help"),
            choice("net", NETS, "network-dbscan-net-help"),
            choice("keeper", KEEPERS, "network-dbscan-keeper-help"),
            words("gcm-type", "network-dbscan-gcm-type-help"),
            choice("selection", SELECTIONS, "network-dbscan-selection-help"),
            words("value", "network-dbscan-value-help"),
        ],
        asks: Asks::Within("snap"),
        settings: |given| Settings::NetworkDbscan {
            eps: Metres(given.number("eps")),
            min_points: given.number("min-points") as usize,
            roads: Roads::of(given),
            value: given.text("value").map(str::to_owned),
        },
    },
];

/// The words of a text, set apart by commas or spaces, each once.
fn listed(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split([',', ' ']).filter(|word| !word.is_empty()) {
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// The method with this id.
///
/// # Errors
/// `UnknownMethod`, which names those that there are.
pub fn method(id: &str) -> Result<&'static Method, Error> {
    METHODS.iter().find(|method| method.id == id).ok_or_else(|| Error::UnknownMethod {
        method: id.to_owned(),
        known: METHODS.iter().map(|method| method.id).collect(),
    })
}

impl Method {
    /// Its name in the user's language.
    #[must_use]
    pub fn title(&self) -> String {
        text(&format!("{}-title", self.id), &[])
    }

    /// The question that it answers, in the user's language.
    #[must_use]
    pub fn question(&self) -> String {
        self.part("question")
    }

    /// What it measures, unit, assumptions, limits, source and parameters: what `explain METHOD` prints.
    #[must_use]
    pub fn explanation(&self) -> String {
        let heading = |part: &str| text(&format!("explain-{part}"), &[]);
        let parts = PARTS.map(|part| format!("\n{}\n  {}\n", heading(part), self.part(part)));
        let listed = |parameter: &Parameter| format!("  --{}  {}\n", parameter.id, parameter.described());
        let parameters: String = self.parameters.iter().map(listed).collect();
        format!("{} ({})\n{}\n{}\n{parameters}", self.title(), self.id, parts.concat(), heading("parameters"))
    }

    fn part(&self, part: &str) -> String {
        text(&format!("{}-{part}", self.id), &[])
    }
}

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Method", 9)?;
        object.serialize_field("id", self.id)?;
        object.serialize_field("title", &self.title())?;
        for part in PARTS {
            object.serialize_field(part, &self.part(part))?;
        }
        object.serialize_field("parameters", self.parameters)?;
        object.end()
    }
}

impl Parameter {
    /// The help text in the user's language.
    #[must_use]
    pub fn help(&self) -> String {
        text(self.help, &[])
    }

    /// The help text with default and range, or with the words to choose from, in the user's language.
    #[must_use]
    pub fn described(&self) -> String {
        if !self.choices.is_empty() {
            return format!("{} {}", self.help(), text("explain-choices", &[("choices", self.choices.join(", "))]));
        }
        let (Some(default), Some(range)) = (self.default, self.range()) else {
            return self.help();
        };
        let unit = self.unit.map(|unit| format!(" {unit}")).unwrap_or_default();
        let values = [("default", format!("{}{unit}", number(&default))), ("range", range)];
        format!("{} {}", self.help(), text("explain-default-and-range", &values))
    }

    /// The range with its unit, `0,01–100000 m`; `None` for texts.
    #[must_use]
    pub fn range(&self) -> Option<String> {
        Some(range_text(&(self.min?..=self.max?), self.unit))
    }

    /// A number as this parameter writes it in JSON: whole numbers without a decimal point.
    fn json(&self, number: f64) -> serde_json::Value {
        match self.kind {
            ParameterKind::Whole => (number as u64).into(),
            ParameterKind::Length | ParameterKind::Text | ParameterKind::Choice => number.into(),
        }
    }

    /// The text as this parameter's value.
    fn value(&self, given: &str) -> Result<Value, Error> {
        let (given, parameter) = (given.trim(), self.id.to_owned());
        if self.kind == ParameterKind::Text {
            let filled = (!given.is_empty()).then(|| Value::Text(given.to_owned()));
            return filled.ok_or(Error::EmptyParameter { parameter });
        }
        let value = given.to_owned();
        if self.kind == ParameterKind::Choice {
            let known = self.choices.contains(&given).then(|| Value::Text(value.clone()));
            return known.ok_or_else(|| Error::NotAChoice { parameter, value, choices: self.choices.to_vec() });
        }
        let number = given.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite());
        let Some(number) = number else {
            return Err(Error::NotANumber { parameter, value });
        };
        if self.kind == ParameterKind::Whole && number.fract() != 0.0 {
            return Err(Error::NotAWholeNumber { parameter, value });
        }
        match self.range() {
            Some(range) if self.min.is_some_and(|min| number < min) || self.max.is_some_and(|max| number > max) => {
                Err(Error::OutOfRange { parameter, value, range })
            }
            _ => Ok(Value::Number(number)),
        }
    }
}

impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Parameter", 8)?;
        object.serialize_field("id", self.id)?;
        object.serialize_field("type", &self.kind)?;
        object.serialize_field("unit", &self.unit)?;
        let default = self.default.map(|number| self.json(number)).or_else(|| Some((*self.choices.first()?).into()));
        object.serialize_field("default", &default)?;
        object.serialize_field("min", &self.min.map(|number| self.json(number)))?;
        object.serialize_field("max", &self.max.map(|number| self.json(number)))?;
        object.serialize_field("choices", self.choices)?;
        object.serialize_field("help", &self.help())?;
        object.end()
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
}

/// Checked parameters of a method, defaults included.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    method: &'static Method,
    /// One for each of the method's parameters; `None` where a text was not given.
    values: Vec<Option<Value>>,
}

/// Which accidents count. Other kinds of event are not touched by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// Vägtrafikolyckor: those with a vehicle.
    Traffic,
    /// Fotgängare singel (fallolyckor), and nothing else.
    Falls,
    /// Both.
    All,
}

impl Selection {
    /// Whether an accident counts that is a fall, or is not.
    #[must_use]
    pub const fn lets_in(self, fall: bool) -> bool {
        match self {
            Self::Traffic => !fall,
            Self::Falls => fall,
            Self::All => true,
        }
    }
}

/// Parameters as the kernels take them.
#[derive(Debug, Clone, PartialEq)]
pub enum Settings {
    /// [`counts`](super::counts()) and [`full_cells`](super::full_cells()).
    Counts {
        /// Side of a cell.
        cell: Metres,
        /// Least events in each cell of a hotspot.
        min_points: usize,
        /// Column that is summed for each cell and hotspot.
        value: Option<String>,
    },
    /// [`area_rates`](super::area_rates()). What it counts, and against what, are texts that the service reads.
    AreaCounts {
        /// Fewer events than this in an area are few.
        few: u64,
    },
    /// [`hdbscan`](super::hdbscan()).
    Hdbscan {
        /// Sizes, precision, which clusters.
        settings: hdbscan::Settings,
        /// How far the area goes beyond its events.
        radius: Metres,
    },
    /// [`timeline`](super::timeline()).
    Timeline {
        /// Length of a period.
        step: Step,
    },
    /// [`emerging`](super::emerging::emerging()).
    Emerging {
        /// Cells, exposure, level, seed, certificate.
        study: OverCells,
        /// Length of a step.
        step: Step,
    },
    /// [`gi_star_counts`](super::gi_star::gi_star_counts) over the cells, and [`max_statistic`](super::gi_star::max_statistic).
    GiStar {
        /// Cells, exposure, level, seed, certificate.
        study: OverCells,
        /// How the null is chosen.
        null: Dispersion,
        /// Null maps for the strictest correction; 0 for none.
        replicates: usize,
        /// Column whose sum is tested in place of the number of events.
        value: Option<String>,
    },
    /// [`local_moran_counts`](super::local_moran::local_moran_counts) over the cells.
    LocalMoran {
        /// Cells, exposure, level, certificate.
        study: OverCells,
        /// How the null is chosen.
        null: Dispersion,
        /// Column whose sum is tested in place of the number of events.
        value: Option<String>,
    },
    /// [`poisson`](super::scan::poisson()) over the cells, or [`bernoulli`](super::scan::bernoulli()) of some events among all.
    Scan {
        /// Cells, exposure, level, seed, certificate.
        study: OverCells,
        /// Column and value, `column=value`, of the events that are held against the others; `None`: all, against the exposure.
        cases: Option<String>,
        /// Windows, null maps, level, seed.
        options: scan::Options,
    },
    /// [`permutation`](super::scan::permutation()) or [`cylinders`](super::scan::cylinders()) over cells and steps.
    ScanTime {
        /// Cells, exposure, level, seed, certificate.
        study: OverCells,
        /// Whether times are permuted among the events; otherwise events are held against the exposure.
        permuted: bool,
        /// Which intervals are looked at.
        mode: Mode,
        /// Length of a step.
        step: Step,
        /// The longest interval as a share of the steps.
        longest: f64,
        /// Windows, null maps, level, seed.
        options: scan::Options,
    },
    /// [`density`](super::kde::density()) over the study area.
    Kde {
        /// Cells.
        study: OverCells,
        /// Kernel and bandwidth.
        smoothing: Smoothing,
    },
    /// [`relative_risk`](super::kde::relative_risk()) against what cells are compared with.
    RelativeRisk {
        /// Cells, exposure, level, seed.
        study: OverCells,
        /// Bandwidth; `None`: found by cross-validation.
        bandwidth: Option<Metres>,
        /// Null maps.
        replicates: usize,
    },
    /// [`near_repeat`](super::near_repeat::near_repeat()).
    NearRepeat {
        /// Bands of distance and time.
        bands: Bands,
        /// Times that the days are dealt out anew.
        replicates: usize,
        /// Seed of that.
        seed: u64,
    },
    /// [`backtest`](super::backtest::backtest()).
    Backtest {
        /// Cells, exposure, seed of the bootstrap.
        study: OverCells,
        /// Length of a step, which is forecast.
        step: Step,
        /// Share of the area that is taken.
        coverage: f64,
        /// Most origins.
        origins: usize,
        /// Ids of the methods that are tested, as they were given; empty for all that can be.
        methods: Vec<String>,
    },
    /// [`dbscan`](super::dbscan()).
    Dbscan {
        /// Distance within which events are near.
        eps: Metres,
        /// Least events within that distance, the event itself included.
        min_points: usize,
        /// Column whose groups are clustered each by itself: [`dbscan_by_group`](super::dbscan_by_group()).
        partition: Option<String>,
        /// Column that is summed for each hotspot.
        value: Option<String>,
    },
    /// [`st_dbscan`](super::st_dbscan()).
    StDbscan {
        /// Distance within which events are near.
        eps: Metres,
        /// Days within which they are.
        eps_days: u32,
        /// Least events near in both, the event itself included.
        min_points: usize,
        /// Column that is summed for each hotspot.
        value: Option<String>,
    },
    /// [`divide`](super::road::divide()): counts per segment and junction.
    NetworkCounts {
        /// Least events at a segment or junction that is a hotspot.
        min_points: usize,
        /// Distance along the road within which events belong to a junction.
        radius: Metres,
        /// How events come onto roads.
        roads: Roads,
        /// Column that is summed for each place.
        value: Option<String>,
    },
    /// [`network_dbscan`](super::road::network_dbscan()).
    NetworkDbscan {
        /// Distance along the road within which events are near.
        eps: Metres,
        /// Least events within that distance, the event itself included.
        min_points: usize,
        /// How events come onto roads.
        roads: Roads,
        /// Column that is summed for each hotspot.
        value: Option<String>,
    },
}

/// What a method over the cells of a study area is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OverCells {
    /// Side of a cell.
    pub cell: Metres,
    /// What numbers are compared with: a word of the parameter.
    pub exposure: &'static str,
    /// The level, 0 to 1.
    pub alpha: f64,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Null maps of the certificate; 0 for none.
    pub certify: u64,
}

impl OverCells {
    fn of(given: &Parameters) -> Self {
        let word = given.text("exposure");
        Self {
            cell: Metres(given.number("cell")),
            exposure: EXPOSURES.iter().copied().find(|known| Some(*known) == word).unwrap_or(EXPOSURES[0]),
            alpha: given.share("alpha"),
            seed: given.whole("seed"),
            certify: given.whole("certify"),
        }
    }
}

/// How events come onto roads, and which roads count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Roads {
    /// Greatest distance from an event to its road.
    pub snap: Metres,
    /// The net of all events; `None`: each event's own.
    pub net: Option<Net>,
    /// Whose roads count.
    pub keeper: KeeperFilter,
}

/// Whose roads count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeeperFilter {
    /// Everybody's.
    All,
    /// Those of one väghållare.
    Of(RoadKeeper),
    /// Those whose väghållare the network does not tell.
    Unknown,
}

impl KeeperFilter {
    /// Whether a road of this väghållare counts.
    #[must_use]
    pub fn lets_in(self, keeper: Option<RoadKeeper>) -> bool {
        match self {
            Self::All => true,
            Self::Of(wanted) => keeper == Some(wanted),
            Self::Unknown => keeper.is_none(),
        }
    }
}

impl Roads {
    fn of(given: &Parameters) -> Self {
        Self {
            snap: Metres(given.number("snap")),
            net: given.text("net").and_then(Net::from_code),
            keeper: match given.text("keeper") {
                None | Some(KEEPERS_ALL) => KeeperFilter::All,
                Some(word) => RoadKeeper::from_code(word).map_or(KeeperFilter::Unknown, KeeperFilter::Of),
            },
        }
    }
}

impl Settings {
    /// How events come onto roads; `None` for methods in the plane.
    #[must_use]
    pub const fn roads(&self) -> Option<Roads> {
        match self {
            Self::NetworkCounts { roads, .. } | Self::NetworkDbscan { roads, .. } => Some(*roads),
            _ => None,
        }
    }

    /// Whether the method compares cells with something, which may be the roads of a file.
    #[must_use]
    pub const fn over_cells(&self) -> Option<OverCells> {
        match self {
            Self::Backtest { study, .. }
            | Self::Emerging { study, .. }
            | Self::GiStar { study, .. }
            | Self::Kde { study, .. }
            | Self::LocalMoran { study, .. }
            | Self::RelativeRisk { study, .. }
            | Self::Scan { study, .. }
            | Self::ScanTime { study, .. } => Some(*study),
            _ => None,
        }
    }
}

/// Checks what a user said about a method. A name may be written with `_` for `-`; a number with a decimal comma.
///
/// # Errors
/// `UnknownMethod`, `UnknownParameter`, `RepeatedParameter`, `NotANumber`, `NotAWholeNumber`, `OutOfRange`, which names
/// the range, and `EmptyParameter`.
pub fn parse(method_id: &str, given: &[(&str, &str)]) -> Result<Parameters, Error> {
    let method = method(method_id)?;
    let mut values = vec![None; method.parameters.len()];
    for (name, text) in given {
        let id = name.replace('_', "-");
        let Some(at) = method.parameters.iter().position(|parameter| parameter.id == id) else {
            let known = method.parameters.iter().map(|parameter| parameter.id).collect();
            return Err(Error::UnknownParameter { method: method.id, parameter: (*name).to_owned(), known });
        };
        if values[at].is_some() {
            return Err(Error::RepeatedParameter { parameter: id });
        }
        values[at] = Some(method.parameters[at].value(text)?);
    }
    for (value, parameter) in values.iter_mut().zip(method.parameters) {
        let first = parameter.choices.first().map(|word| Value::Text((*word).to_owned()));
        *value = value.take().or(parameter.default.map(Value::Number)).or(first);
    }
    Ok(Parameters { method, values })
}

impl Parameters {
    /// The method that they are for.
    #[must_use]
    pub const fn method(&self) -> &'static Method {
        self.method
    }

    /// The parameters for the kernel.
    #[must_use]
    pub fn settings(&self) -> Settings {
        (self.method.settings)(self)
    }

    /// The sort of junction that is asked about; `None` for every place.
    #[must_use]
    pub fn junction_type(&self) -> Option<JunctionType> {
        match self.text("junction-type") {
            Some("signal") => Some(JunctionType::Signal),
            Some("cirkulation") => Some(JunctionType::Roundabout),
            Some("ovrig") => Some(JunctionType::Other),
            _ => None,
        }
    }

    /// Which accidents count.
    #[must_use]
    pub fn selection(&self) -> Selection {
        match self.text("selection") {
            Some("fall") => Selection::Falls,
            Some("alla") => Selection::All,
            _ => Selection::Traffic,
        }
    }

    /// How many of the data's last years count; `None` for all.
    #[must_use]
    pub fn years(&self) -> Option<i16> {
        match self.get("years") {
            Some(Value::Number(years)) if *years >= 1.0 => Some(*years as i16),
            _ => None,
        }
    }

    /// How certain positions must be for the method, in metres, with the parameter that says so; `None` where it asks for
    /// no positions.
    #[must_use]
    pub fn asks_within(&self) -> Option<(&'static str, Metres)> {
        match self.method.asks {
            Asks::Nothing => None,
            Asks::Within(id) => Some((id, Metres(self.number(id)))),
        }
    }

    /// The parameters as a passport holds them: numbers, and the texts that were given.
    #[must_use]
    pub fn to_json(&self) -> BTreeMap<String, serde_json::Value> {
        let entry = |(parameter, value): (&Parameter, &Option<Value>)| {
            let value = match value.as_ref()? {
                Value::Number(number) => parameter.json(*number),
                Value::Text(text) => text.clone().into(),
            };
            Some((parameter.id.to_owned(), value))
        };
        self.method.parameters.iter().zip(&self.values).filter_map(entry).collect()
    }

    /// The text parameter with this id, where it was given.
    #[must_use]
    pub fn text(&self, id: &str) -> Option<&str> {
        match self.get(id)? {
            Value::Text(text) => Some(text),
            Value::Number(_) => None,
        }
    }

    /// Windows, null maps and level of a scan.
    fn scan_options(&self) -> scan::Options {
        let ellipses = if self.text("shape") == Some("ellipse") { scan::ELLIPSES.to_vec() } else { vec![] };
        scan::Options {
            window: self.share("window"),
            ellipses,
            replicates: self.whole("replicates") as usize,
            seed: self.whole("seed"),
            alpha: self.share("alpha"),
            clusters: MOST_CLUSTERS,
            ..scan::Options::default()
        }
    }

    /// A number that the method has, which has a default; a test goes through all methods, since kernels refuse NaN.
    fn number(&self, id: &str) -> f64 {
        match self.get(id) {
            Some(Value::Number(number)) => *number,
            _ => f64::NAN,
        }
    }

    /// The bandwidth that was given; `None` where it is to be found.
    fn bandwidth(&self) -> Option<Metres> {
        Some(Metres(self.number("bandwidth"))).filter(|bandwidth| bandwidth.0 != 0.0)
    }

    /// How the null of counts is chosen.
    fn null(&self) -> Dispersion {
        if self.text("null") == Some("poisson") { Dispersion::Poisson } else { Dispersion::Auto }
    }

    /// A parameter in per cent as a share; 0 where the method has none of that name.
    fn share(&self, id: &str) -> f64 {
        let percent = self.number(id);
        if percent.is_finite() { percent / 100.0 } else { 0.0 }
    }

    /// A whole number; 0 where the method has none of that name.
    fn whole(&self, id: &str) -> u64 {
        self.number(id).max(0.0) as u64
    }

    fn get(&self, id: &str) -> Option<&Value> {
        let at = self.method.parameters.iter().position(|parameter| parameter.id == id)?;
        self.values[at].as_ref()
    }
}

#[cfg(test)]
#[allow(clippy::unreadable_literal, reason = "numbers of other programs, as they print them")]
mod tests {
    use super::*;

    fn refused(method: &str, given: &[(&str, &str)]) -> Error {
        parse(method, given).expect_err("must be refused")
    }

    #[test]
    fn what_is_not_said_takes_its_default() {
        let dbscan = parse("dbscan", &[("eps", "37,5")]).expect("valid");
        assert_eq!(
            dbscan.settings(),
            Settings::Dbscan { eps: Metres(37.5), min_points: 5, partition: None, value: None }
        );
        let counts = parse("counts", &[("min_points", "3"), ("value", "kostnad")]).expect("valid");
        let value = Some("kostnad".to_owned());
        assert_eq!(counts.settings(), Settings::Counts { cell: Metres(250.0), min_points: 3, value });
    }

    #[test]
    fn every_kernel_can_be_chosen_and_a_bandwidth_be_given() {
        for word in KERNELS {
            let given = [("kernel", *word), ("bandwidth", "250"), ("adaptive", "yes"), ("edge", "no")];
            let settings = parse("kde", &given).expect("valid").settings();
            let Settings::Kde { smoothing, .. } = settings else { panic!("{settings:?}") };
            let Smoothing { bandwidth, kernel, adaptive, edge } = smoothing;
            assert_eq!((bandwidth, kernel.code(), adaptive, edge), (Some(Metres(250.0)), *word, true, false));
        }
    }

    #[test]
    fn the_methods_of_a_back_test_are_a_list() {
        let given = parse("backtest", &[("methods", "counts, dbscan,counts"), ("coverage", "10")]).expect("valid");
        let Settings::Backtest { methods, coverage, .. } = given.settings() else { panic!("a back-test") };
        assert_eq!((methods, coverage), (vec!["counts".to_owned(), "dbscan".to_owned()], 0.1));
    }

    #[test]
    fn a_scan_takes_its_percentages_as_shares() {
        let given = [("window", "25"), ("shape", "ellipse"), ("alpha", "1"), ("replicates", "99"), ("seed", "7")];
        let Settings::Scan { options, .. } = parse("scan", &given).expect("valid").settings() else { panic!("a scan") };
        let wanted = scan::Options {
            window: 0.25,
            ellipses: scan::ELLIPSES.to_vec(),
            replicates: 99,
            seed: 7,
            alpha: 0.01,
            clusters: MOST_CLUSTERS,
            ..scan::Options::default()
        };
        assert_eq!(options, wanted);
        let given = [("model", "poisson"), ("mode", "prospective"), ("step", "week"), ("longest", "20")];
        let Settings::ScanTime { permuted, mode, step, longest, .. } =
            parse("scan-time", &given).expect("valid").settings()
        else {
            panic!("a scan")
        };
        assert_eq!((permuted, mode, step, longest), (false, Mode::Prospective, Step::Week, 0.2));
    }

    #[test]
    fn the_passport_holds_defaults_and_whole_numbers_without_a_point() {
        let json = |parameters: &Parameters| serde_json::to_string(&parameters.to_json()).expect("plain");
        assert_eq!(
            json(&parse("dbscan", &[]).expect("valid")),
            r#"{"eps":50.0,"min-points":5,"selection":"vagtrafik"}"#
        );
        let given = parse("counts", &[("value", "vikt")]).expect("valid");
        assert_eq!(json(&given), r#"{"cell":250.0,"min-points":5,"selection":"vagtrafik","value":"vikt"}"#);
    }

    #[test]
    fn every_refusal_says_what_was_wrong() {
        let owned = str::to_owned;
        assert_eq!(
            refused("heatmap", &[]),
            Error::UnknownMethod { method: owned("heatmap"), known: METHODS.iter().map(|method| method.id).collect() }
        );
        let known = vec!["eps", "min-points", "partition", "selection", "value"];
        assert_eq!(
            refused("dbscan", &[("cell", "5")]),
            Error::UnknownParameter { method: "dbscan", parameter: owned("cell"), known }
        );
        assert_eq!(
            refused("dbscan", &[("min-points", "5"), ("min_points", "5")]),
            Error::RepeatedParameter { parameter: owned("min-points") }
        );
        for text in ["", "femtio", "NaN", "inf", "5 m"] {
            let value = owned(text);
            assert_eq!(refused("dbscan", &[("eps", text)]), Error::NotANumber { parameter: owned("eps"), value });
        }
        assert_eq!(
            refused("dbscan", &[("min-points", "2.5")]),
            Error::NotAWholeNumber { parameter: owned("min-points"), value: owned("2.5") }
        );
        let choices = vec!["month", "week", "day", "year"];
        assert_eq!(
            refused("timeline", &[("step", "år")]),
            Error::NotAChoice { parameter: owned("step"), value: owned("år"), choices }
        );
        assert_eq!(refused("counts", &[("value", " ")]), Error::EmptyParameter { parameter: owned("value") });
    }

    #[test]
    fn a_number_out_of_range_names_the_range() {
        let range = |given: &[(&str, &str)], method| match refused(method, given) {
            Error::OutOfRange { range, .. } => range,
            other => panic!("{other:?}"),
        };
        for eps in ["0", "-5", "0.009", "100001", "1e300"] {
            assert_eq!(range(&[("eps", eps)], "dbscan"), "0,01–100000 m");
        }
        assert_eq!(range(&[("min-points", "0")], "counts"), "1–1000000");
        assert_eq!(range(&[("cell", "9.99")], "counts"), "10–100000 m");
    }

    #[test]
    fn every_method_is_complete_in_the_catalogue_and_has_settings_within_its_ranges() {
        for method in METHODS {
            assert_ne!(method.title(), format!("{}-title", method.id));
            for part in PARTS {
                assert_ne!(method.part(part), format!("{}-{part}", method.id));
                assert_ne!(text(&format!("explain-{part}"), &[]), format!("explain-{part}"));
            }
            for parameter in method.parameters {
                assert_ne!(parameter.help(), parameter.help);
                // Help of its own, or that of all methods that have the parameter.
                let own = [format!("{}-{}-help", method.id, parameter.id), format!("{}-help", parameter.id)];
                assert!(own.contains(&parameter.help.to_owned()), "{}", parameter.help);
                let is_number = !matches!(parameter.kind, ParameterKind::Text | ParameterKind::Choice);
                assert_eq!(is_number, parameter.default.is_some());
                assert_eq!(parameter.kind == ParameterKind::Choice, !parameter.choices.is_empty());
            }
            let defaults = parse(method.id, &[]).expect("defaults are valid");
            assert!(defaults.asks_within().is_none_or(|(_, length)| length.0 > 0.0), "{}", method.id);
            match defaults.settings() {
                Settings::AreaCounts { few } => assert_eq!((method.id, few), ("area-counts", 5)),
                Settings::Timeline { step } => assert_eq!((method.id, step), ("timeline", Step::Month)),
                Settings::Emerging { study, step } => {
                    assert_eq!((method.id, step, study.exposure), ("emerging", Step::Month, "auto"));
                    assert!(CELL_M.contains(&study.cell.0) && (study.alpha - 0.05).abs() < 1e-12);
                }
                Settings::GiStar { study, null, replicates, value } => {
                    assert!(value.is_none());
                    assert!(method.id == "gi-star" && CELL_M.contains(&study.cell.0) && replicates == 999);
                    assert_eq!(null, Dispersion::Auto);
                }
                Settings::LocalMoran { study, null, value } => {
                    assert!(value.is_none());
                    assert!(method.id == "local-moran" && CELL_M.contains(&study.cell.0));
                    assert_eq!(null, Dispersion::Auto);
                }
                Settings::Scan { study, cases, options } => {
                    assert!(method.id == "scan" && CELL_M.contains(&study.cell.0) && cases.is_none());
                    assert_eq!(options, scan::Options { clusters: MOST_CLUSTERS, ..scan::Options::default() });
                }
                Settings::ScanTime { study, permuted, mode, step, longest, options } => {
                    assert!(method.id == "scan-time" && permuted && mode == Mode::Retrospective && step == Step::Month);
                    assert!(CELL_M.contains(&study.cell.0) && (longest - 0.5).abs() < 1e-12);
                    let wanted = scan::Options { window: 0.02, replicates: 99, ..scan::Options::default() };
                    assert_eq!(options, scan::Options { clusters: MOST_CLUSTERS, gumbel: TIME_GUMBEL, ..wanted });
                }
                Settings::Kde { study, smoothing } => {
                    assert!(method.id == "kde" && CELL_M.contains(&study.cell.0) && study.exposure == "yta");
                    assert!(smoothing.kernel == Kernel::Quartic && !smoothing.adaptive && smoothing.edge);
                }
                Settings::RelativeRisk { study, bandwidth, replicates } => {
                    assert!(method.id == "relative-risk" && CELL_M.contains(&study.cell.0) && bandwidth.is_none());
                    assert_eq!(replicates, 999);
                }
                Settings::Hdbscan { settings, radius } => {
                    assert!(method.id == "hdbscan" && EPS_M.contains(&radius.0) && settings.min_cluster_size == 15);
                    assert_eq!(settings.selection, hdbscan::Selection::ExcessOfMass);
                }
                Settings::NearRepeat { bands, replicates, .. } => {
                    assert!(method.id == "near-repeat" && BAND_M.contains(&bands.metres) && replicates == 999);
                    assert_eq!((bands.distances, bands.days, bands.times), (5, 14, 4));
                }
                Settings::Backtest { study, coverage, origins, methods, .. } => {
                    assert!(method.id == "backtest" && CELL_M.contains(&study.cell.0) && origins == 12);
                    assert!((coverage - 0.05).abs() < 1e-12 && methods.is_empty());
                }
                Settings::Counts { cell, min_points, .. } => {
                    assert!(method.id == "counts" && CELL_M.contains(&cell.0) && min_points > 0);
                }
                Settings::Dbscan { eps, min_points, .. } => {
                    assert!(method.id == "dbscan" && EPS_M.contains(&eps.0) && min_points > 0);
                }
                Settings::StDbscan { eps, eps_days, min_points, .. } => {
                    assert!(method.id == "st-dbscan" && EPS_M.contains(&eps.0) && min_points > 0 && eps_days == 14);
                }
                Settings::NetworkCounts { radius, min_points, roads, .. } => {
                    assert!(method.id == "network-counts" && RADIUS_M.contains(&radius.0) && min_points > 0);
                    assert!(
                        LIMIT_M.contains(&roads.snap.0) && roads.net.is_none() && roads.keeper == KeeperFilter::All
                    );
                }
                Settings::NetworkDbscan { eps, min_points, roads, .. } => {
                    assert!(method.id == "network-dbscan" && NETWORK_EPS_M.contains(&eps.0) && min_points > 0);
                    assert!(
                        LIMIT_M.contains(&roads.snap.0) && roads.net.is_none() && roads.keeper == KeeperFilter::All
                    );
                }
            }
        }
    }

    #[test]
    fn a_choice_is_one_of_its_words_and_each_word_means_something() {
        let roads = |given: &[(&str, &str)]| parse("network-counts", given).map(|given| given.settings().roads());
        for net in NETS {
            let found = roads(&[("net", net)]).expect("a choice").expect("along roads");
            assert_eq!(found.net.map_or("auto", Net::code), *net);
        }
        for keeper in KEEPERS {
            let found = roads(&[("keeper", keeper)]).expect("a choice").expect("along roads").keeper;
            assert!(found.lets_in(RoadKeeper::from_code(keeper)));
            assert_eq!(found == KeeperFilter::Unknown, *keeper == KEEPER_UNKNOWN);
            assert_eq!(found.lets_in(None), *keeper == KEEPER_UNKNOWN || *keeper == KEEPERS_ALL);
            assert_eq!(found == KeeperFilter::All, *keeper == KEEPERS_ALL);
        }
        let refused = refused("network-dbscan", &[("net", "bil")]);
        let (parameter, value) = ("net".to_owned(), "bil".to_owned());
        assert_eq!(refused, Error::NotAChoice { parameter, value, choices: NETS.to_vec() });
        let page = method("network-counts").expect("known").explanation();
        assert!(page.contains("alla, kommunal, statlig, enskild, okand"), "{page}");
    }

    #[test]
    fn explain_lists_parameters_with_type_unit_default_and_range() {
        let json = serde_json::to_value(method("dbscan").expect("known")).expect("plain");
        assert_eq!(json["id"], "dbscan");
        assert!(json["limits"].as_str().expect("a text").len() > 100);
        let eps = &json["parameters"][0];
        assert_eq!(
            (eps["id"].as_str(), eps["type"].as_str(), eps["unit"].as_str()),
            (Some("eps"), Some("length"), Some("m"))
        );
        assert_eq!(
            (eps["default"].as_f64(), eps["min"].as_f64(), eps["max"].as_f64()),
            (Some(50.0), Some(0.01), Some(1e5))
        );
        let least = &json["parameters"][1];
        assert_eq!((least["type"].as_str(), least["default"].as_u64()), (Some("whole"), Some(5)));
        let page = method("counts").expect("known").explanation();
        assert!(page.contains("--cell") && page.contains("250 m") && page.contains("10–100000 m"), "{page}");
    }
}
