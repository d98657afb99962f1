//! Kernel density against spatstat and sparr, which are other definitions in places: what is the same is compared.
//!
//! `tests/oracles/kde_spatstat.json` and `kde_sparr.json` hold the answers with versions; the scripts beside them made them and
//! say what each number is. The bandwidth h of a kernel with an end is the distance at which it ends here, and the standard
//! deviation along an axis there.
//!
//! Tolerance, unless said otherwise: 1e-9 of the number and 1e-12 of the largest on the map, since both leave rounding of that
//! size where the density is next to nothing, spatstat through its Fourier transform.

use serde::Deserialize;

use super::bandwidth::{abramson, left_out};
use super::*;

#[derive(Deserialize)]
struct Spatstat {
    frame: Cells,
    cases: Vec<[f64; 2]>,
    controls: Vec<[f64; 2]>,
    fixed: Vec<Fixed>,
    edges: Vec<Edges>,
    moved: Vec<[f64; 2]>,
    pixels: Pixels,
    ppl: Ppl,
    thumb: [f64; 2],
    risk: Risk,
}

#[derive(Deserialize)]
struct Cells {
    west: f64,
    south: f64,
    side: f64,
    columns: u32,
    rows: u32,
}

#[derive(Deserialize)]
struct Fixed {
    kernel: String,
    bandwidth: f64,
    values: Vec<f64>,
}

#[derive(Deserialize)]
struct Edges {
    kernel: String,
    bandwidth: f64,
    sums: Vec<f64>,
    shares: Vec<f64>,
    exact: Option<Vec<f64>>,
}

#[derive(Deserialize)]
struct Pixels {
    bandwidth: f64,
    uniform: Vec<f64>,
    diggle: Vec<f64>,
}

#[derive(Deserialize)]
struct Ppl {
    bandwidths: Vec<f64>,
    criterion: Vec<f64>,
}

#[derive(Deserialize)]
struct Risk {
    bandwidth: f64,
    cases: Vec<f64>,
    controls: Vec<f64>,
}

#[derive(Deserialize)]
struct Sparr {
    frame: Cells,
    cases: Vec<[f64; 2]>,
    controls: Vec<[f64; 2]>,
    bandwidth: f64,
    none: Adapted,
    diggle: Adapted,
    risk: Vec<f64>,
}

#[derive(Deserialize)]
struct Adapted {
    widths: Vec<f64>,
    values: Vec<f64>,
}

fn spatstat() -> Spatstat {
    serde_json::from_str(include_str!("../../../tests/oracles/kde_spatstat.json")).expect("well-formed")
}

fn sparr() -> Sparr {
    serde_json::from_str(include_str!("../../../tests/oracles/kde_sparr.json")).expect("well-formed")
}

impl Cells {
    fn grid(&self) -> Grid {
        Grid::new(Metres(self.side)).expect("allowed")
    }

    /// All cells, and no more.
    fn area(&self) -> Mask {
        let far = |from: f64, cells: u32| from + self.side * f64::from(cells) - 1.0;
        let (max_x, max_y) = (far(self.west, self.columns), far(self.south, self.rows));
        let area = Mask::of_bbox(self.grid(), Bbox { min_x: self.west, min_y: self.south, max_x, max_y });
        area.expect("cells enough")
    }
}

fn code(kernel: &str) -> Kernel {
    Kernel::from_code(kernel).expect("a kernel")
}

fn same(name: &str, own: &[f64], theirs: &[f64]) {
    assert_eq!(own.len(), theirs.len(), "{name}");
    let largest = theirs.iter().copied().fold(0.0, f64::max);
    for (at, (own, theirs)) in own.iter().zip(theirs).enumerate() {
        assert!((own - theirs).abs() <= 1e-9 * theirs.abs() + 1e-12 * largest, "{name} {at}: {own} {theirs}");
    }
}

fn run(points: &[[f64; 2]], cells: &Cells, kernel: Kernel, h: f64, adaptive: bool, edge: bool) -> Density {
    let smoothing = Smoothing { kernel, bandwidth: Some(Metres(h)), adaptive, edge };
    density(points, None, &cells.grid(), Some(&cells.area()), &smoothing).expect("valid")
}

#[test]
fn the_sums_of_spatstat() {
    let oracle = spatstat();
    assert_eq!(oracle.fixed.len(), 9);
    for case in &oracle.fixed {
        let found = run(&oracle.cases, &oracle.frame, code(&case.kernel), case.bandwidth, false, false);
        same(&format!("{} {}", case.kernel, case.bandwidth), &found.raster.values, &case.values);
    }
}

/// spatstat's shares over pixels are ours: sums over cells, of a kernel whose sum over all cells is 1. What it divides by at
/// points in a rectangle, with the Gaussian, is the integral: ours lies up to 1.10 % from it, with a standard deviation of 1.5
/// cells.
#[test]
fn the_edges_of_spatstat() {
    let oracle = spatstat();
    assert_eq!(oracle.edges.len(), 6);
    let mut furthest = 0.0_f64;
    for case in &oracle.edges {
        let (kernel, h) = (code(&case.kernel), case.bandwidth);
        let name = format!("{} {h}", case.kernel);
        let shares = edge::shares(&oracle.frame.area(), kernel, h, &field);
        same(&name, &shares, &case.shares);
        let wanted: Vec<f64> = case.sums.iter().zip(&case.shares).map(|(sum, share)| sum / share).collect();
        same(&name, &run(&oracle.cases, &oracle.frame, kernel, h, false, true).raster.values, &wanted);
        if let Some(exact) = &case.exact {
            let apart = shares.iter().zip(exact).map(|(own, exact)| (own / exact - 1.0).abs());
            furthest = apart.fold(furthest, f64::max);
        }
    }
    assert!((0.010_9..0.011).contains(&furthest), "{furthest}");
}

/// Uniform correction is Diggle's of 1985, the share of the cell's own kernel; what spatstat calls "diggle" is that of Jones
/// and Diggle, event by event, which we use where bandwidths follow the events and which is tried here with one bandwidth.
#[test]
fn the_pixels_of_spatstat_with_both_corrections() {
    let oracle = spatstat();
    let (h, area) = (oracle.pixels.bandwidth, oracle.frame.area());
    let found = run(&oracle.moved, &oracle.frame, Kernel::Gaussian, h, false, true);
    same("uniform", &found.raster.values, &oracle.pixels.uniform);
    let events = kept(&oracle.moved, None, Some(&area));
    let corrected = edge::given_back(&events, &vec![h; events.len()], &area, Kernel::Gaussian);
    same("diggle", &field(area.frame(), &corrected, &[h], Kernel::Gaussian), &oracle.pixels.diggle);
}

/// `bw.ppl(shortcut = TRUE)`: the sum over places of ln of the sum of the others' kernels. Ours is the mean of ln of that sum
/// over n, which differs by a constant, with one place strewn over an area; over an endless area that place is nothing.
/// Without the shortcut spatstat takes the integral off, which is n, another constant, as far as kernels lie in the window.
#[test]
fn the_criterion_of_spatstat() {
    let oracle = spatstat();
    let mut places = oracle.cases.clone();
    places.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    places.dedup();
    let n = places.len() as f64;
    assert!(places.len() < oracle.cases.len() && oracle.ppl.bandwidths.len() == 8);
    let logs: Vec<Vec<f64>> =
        (0..places.len()).map(|at| left_out(&places, at, &oracle.ppl.bandwidths, f64::INFINITY)).collect();
    for (step, theirs) in oracle.ppl.criterion.iter().enumerate() {
        let own = logs.iter().map(|logs| logs[step]).sum::<f64>() + n * n.ln();
        assert!((own - theirs).abs() <= 1e-9 * theirs.abs(), "{own} {theirs}");
    }
}

/// spatstat has one bandwidth for each axis; ours is the root of their mean square. Repeated positions are left out on both
/// sides.
#[test]
fn the_rule_of_thumb_of_spatstat() {
    let oracle = spatstat();
    let mut places = oracle.cases;
    places.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    places.dedup();
    let theirs = (f64::midpoint(oracle.thumb[0].powi(2), oracle.thumb[1].powi(2))).sqrt();
    let own = rule_of_thumb(&places, Kernel::Gaussian).expect("spread").0;
    assert!((own - theirs).abs() <= 1e-9 * theirs, "{own} {theirs}");
}

/// Neither spatstat's `relrisk` nor sparr's `risk` adds what keeps our ratio finite (one case strewn evenly), so the formula of
/// `relative_risk` is made here of spatstat's sums for cases and controls.
#[test]
fn the_log_ratio_from_the_sums_of_spatstat() {
    let oracle = spatstat();
    let (cells, h) = (&oracle.frame, oracle.risk.bandwidth);
    let reference = Reference::Controls(&oracle.controls);
    let found = relative_risk(&oracle.cases, reference, &cells.grid(), Some(&cells.area()), Some(Metres(h)), 19, 1);
    let (n, m) = (oracle.cases.len() as f64, oracle.controls.len() as f64);
    let sums = || oracle.risk.cases.iter().zip(&oracle.risk.controls);
    let tested = sums().filter(|(cases, controls)| *cases + *controls > 0.0).count();
    let strewn = 1e6 / (n * tested as f64 * cells.side * cells.side);
    let wanted = sums().map(|(cases, controls)| ((cases / n + strewn) / (controls / m + strewn)).ln());
    let mut compared = 0;
    for ((own, wanted), (cases, controls)) in found.expect("valid").log_ratio.values.iter().zip(wanted).zip(sums()) {
        if cases + controls > 0.0 {
            assert!((own - wanted).abs() < 1e-9, "{own} {wanted}");
            compared += 1;
        } else {
            assert!(own.is_nan());
        }
    }
    assert_eq!(compared, tested);
}

/// Events at the middles of cells, so that both read the pilot there. sparr also cuts widths off at five times h, but not at a
/// cell's side; none is that narrow here. Without a pilot given, sparr would correct the pilot too where edges are corrected.
#[test]
fn the_widths_and_densities_of_sparr() {
    let oracle = sparr();
    let (cells, h) = (&oracle.frame, oracle.bandwidth);
    let pilot = run(&oracle.cases, cells, Kernel::Gaussian, h, false, false).raster;
    let at_events: Vec<f64> =
        oracle.cases.iter().map(|at| pilot.values[pilot.frame().at(*at).expect("inside")]).collect();
    let widths = abramson(&at_events, &vec![1.0; at_events.len()], h, cells.side);
    same("widths", &widths, &oracle.none.widths);
    let found = run(&oracle.cases, cells, Kernel::Gaussian, h, true, false);
    same("no correction", &found.raster.values, &oracle.none.values);
    let ends = found.adapted.expect("adaptive").map(|width| width.0);
    let theirs = [
        oracle.none.widths.iter().copied().fold(f64::INFINITY, f64::min),
        oracle.none.widths.iter().copied().fold(0.0, f64::max),
    ];
    same("narrowest and widest", &ends, &theirs);
    same("widths with correction", &oracle.diggle.widths, &oracle.none.widths);
    same("corrected", &run(&oracle.cases, cells, Kernel::Gaussian, h, true, true).raster.values, &oracle.diggle.values);
}

/// sparr's log relative risk has the Gaussian kernel and adaptive bandwidths, ours the Epanechnikov kernel and one bandwidth, so
/// that only the ratio of two of our densities can be held against it.
#[test]
fn the_log_ratio_of_sparr() {
    let oracle = sparr();
    let shares = |points: &[[f64; 2]]| {
        let found = run(points, &oracle.frame, Kernel::Gaussian, oracle.bandwidth, true, false).raster;
        let mass = found.mass();
        found.values.into_iter().map(|value| value / mass).collect::<Vec<f64>>()
    };
    let (cases, controls) = (shares(&oracle.cases), shares(&oracle.controls));
    assert_eq!(cases.len(), oracle.risk.len());
    for ((case, control), theirs) in cases.iter().zip(&controls).zip(&oracle.risk) {
        let own = (case / control).ln();
        assert!((own - theirs).abs() < 1e-9, "{own} {theirs}");
    }
}
