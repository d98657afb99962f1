//! The one door to PROJ: which coordinate system is this, may a store use it, and how does a point get from one to
//! another?
//!
//! Inside the program `x` is east and `y` is north, always; PROJ's normalised axis order gives just that. The data
//! base of PROJ is compiled in, and its network is off.

mod detect;
pub mod gdal_door;
mod recognise;

use geo::{Coord, Geometry, MapCoords};
use serde::Serialize;

pub use detect::{AxisOrder, Choice, Stated, all_in_area, choose, domain_of};
pub use recognise::recognise;

use crate::catalogued_errors;
use crate::domain::CrsDefinition;

/// Longitude and latitude in degrees, in that order.
pub const WGS84: &str = "OGC:CRS84";

/// What can be wrong with a coordinate system or a file's coordinates.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Error {
    /// PROJ does not know the code or text.
    UnknownCrs {
        /// As the user or the file wrote it.
        crs: String,
    },
    /// Degrees or feet, where metres are needed.
    NotMetric {
        /// Code of the refused system.
        crs: String,
        /// Its name.
        name: String,
    },
    /// A system that has no EPSG code, where files need one.
    NoEpsg {
        /// As the user or the file wrote it.
        crs: String,
    },
    /// Several systems fit the coordinates.
    AmbiguousCrs {
        /// The file.
        file: String,
        /// Codes and names of all that fit.
        candidates: Vec<String>,
    },
    /// No system that we know fits, or none puts the points in the home area.
    NoCrsFits {
        /// The file.
        file: String,
        /// Smallest and largest value of the first and the second column.
        ranges: String,
    },
    /// The stated system puts no point in the home area.
    NothingAtHome {
        /// The file.
        file: String,
        /// The stated system with its name.
        crs: String,
        /// Rows with coordinates that were looked at.
        total: usize,
    },
    /// The stated system puts hardly any point inside its area of use.
    CoordinatesOutsideCrs {
        /// The file.
        file: String,
        /// The stated system.
        crs: String,
        /// Rows whose coordinates lie outside.
        outside: usize,
        /// Rows with coordinates.
        total: usize,
        /// Smallest and largest values.
        ranges: String,
    },
}
catalogued_errors!(Error);

/// A rectangle in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Degrees {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl Degrees {
    fn holds(&self, [lon, lat]: [f64; 2], margin: f64) -> bool {
        lon >= self.west - margin
            && lon <= self.east + margin
            && lat >= self.south - margin
            && lat <= self.north + margin
    }
}

/// Keeps PROJ from printing its own words to standard error: what fails is an [`Error`] here.
#[expect(
    unsafe_code,
    reason = "PROJ's log level can be set by its C function alone; the crate `proj` has no door to it"
)]
fn hush() {
    use std::ffi::{c_int, c_void};
    unsafe extern "C" {
        fn proj_log_level(context: *mut c_void, level: c_int) -> c_int;
    }
    /// `PJ_LOG_NONE` in `proj.h`.
    const NONE: c_int = 0;
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // SAFETY: a null context stands for PROJ's default one, which lives as long as the process and which every
        // later context copies. It is written once, before this program makes its first context: all go through here.
        unsafe { proj_log_level(std::ptr::null_mut(), NONE) };
    });
}

fn create(crs: &str) -> Result<proj::Proj, Error> {
    hush();
    let unknown = || Error::UnknownCrs { crs: crs.chars().take(60).collect() };
    // A pipeline or a lone number is no coordinate system; PROJ would take some of them.
    if crs.trim().is_empty() || crs.contains("+proj=pipeline") || crs.contains("+step") {
        return Err(unknown());
    }
    proj::Proj::new(crs).map_err(|_| unknown())
}

fn area_of_use(crs: &str) -> Option<Degrees> {
    let (area, _) = create(crs).ok()?.area_of_use().ok()?;
    area.map(|area| Degrees { west: area.west, south: area.south, east: area.east, north: area.north })
}

fn projjson(crs: &str) -> Result<serde_json::Value, Error> {
    let text = create(crs)?.to_projjson(Some(false), None, None).unwrap_or_default();
    serde_json::from_str(&text).map_err(|_| Error::UnknownCrs { crs: crs.to_owned() })
}

/// The system's name, for example `SWEREF99 TM`; the code itself where PROJ has no name.
#[must_use]
pub fn name(crs: &str) -> String {
    let json = projjson(crs).unwrap_or_default();
    json["name"].as_str().unwrap_or(crs).to_owned()
}

/// Whether the system is geographic (degrees).
///
/// # Errors
/// [`Error::UnknownCrs`].
pub fn is_geographic(crs: &str) -> Result<bool, Error> {
    Ok(projjson(crs)?["type"].as_str().is_some_and(|kind| kind.contains("Geographic") || kind.contains("Geodetic")))
}

/// The definition of a projected system in metres, as files and stores need it.
///
/// # Errors
/// [`Error::UnknownCrs`]; [`Error::NotMetric`] for degrees, feet and anything that is not a plane; [`Error::NoEpsg`]
/// where the system has no EPSG code.
pub fn metric(crs: &str) -> Result<CrsDefinition, Error> {
    let json = projjson(crs)?;
    let name = json["name"].as_str().unwrap_or(crs).to_owned();
    let axes = json["coordinate_system"]["axis"].as_array();
    let metres = axes.is_some_and(|axes| axes.iter().all(|axis| axis["unit"].as_str() == Some("metre")));
    if json["type"].as_str() != Some("ProjectedCRS") || !metres {
        return Err(Error::NotMetric { crs: crs.to_owned(), name });
    }
    let code =
        json["id"]["authority"].as_str().filter(|authority| *authority == "EPSG").and(json["id"]["code"].as_u64());
    let epsg = code.and_then(|code| u32::try_from(code).ok()).ok_or_else(|| Error::NoEpsg { crs: crs.to_owned() })?;
    let wkt = create(crs)?.as_wkt(Some(proj::wkt::WktVersion::Wkt1_Gdal), None).unwrap_or_default();
    let wkt = wkt.lines().map(str::trim).collect::<String>();
    let proj4 = gdal::spatial_ref::SpatialRef::from_epsg(epsg).and_then(|srs| srs.to_proj4()).unwrap_or_default();
    Ok(CrsDefinition { epsg, name, wkt, projjson: json.to_string(), proj4: proj4.trim().to_owned() })
}

/// A transformation between two systems, x = east and y = north (or longitude and latitude) on both sides.
///
/// One belongs to one thread. Cost about a microsecond a point.
pub struct Transform {
    proj: Option<proj::Proj>,
}

impl std::fmt::Debug for Transform {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Transform").field("identity", &self.proj.is_none()).finish()
    }
}

impl Transform {
    /// The transformation from one system to another; the identity where they are the same.
    ///
    /// # Errors
    /// [`Error::UnknownCrs`].
    pub fn new(from: &str, to: &str) -> Result<Self, Error> {
        hush();
        if from == to {
            create(from)?;
            return Ok(Self { proj: None });
        }
        // Only where the pair fails is it worth asking which of the two is at fault.
        let blame = |_| [from, to].into_iter().find_map(|crs| create(crs).err());
        let unknown = |cause| blame(cause).unwrap_or_else(|| Error::UnknownCrs { crs: format!("{from} → {to}") });
        Ok(Self { proj: Some(proj::Proj::new_known_crs(from, to, None).map_err(unknown)?) })
    }

    /// The point in the target system, or `None` where PROJ cannot place it or a coordinate is not finite.
    #[must_use]
    pub fn convert(&self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        if !x.is_finite() || !y.is_finite() {
            return None;
        }
        let Some(proj) = &self.proj else {
            return Some([x, y]);
        };
        let (x, y) = proj.convert((x, y)).ok()?;
        (x.is_finite() && y.is_finite()).then_some([x, y])
    }

    /// The shape in the other system; `None` where a corner of it has no place there.
    #[must_use]
    pub fn shape(&self, shape: &Geometry<f64>) -> Option<Geometry<f64>> {
        let moved = shape.try_map_coords(|coord| {
            let [x, y] = self.convert([coord.x, coord.y]).ok_or(())?;
            Ok::<_, ()>(Coord { x, y })
        });
        moved.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_system_is_taken_and_degrees_are_refused() {
        let sweref = metric("EPSG:3006").expect("SWEREF 99 TM is metric");
        assert_eq!((sweref.epsg, sweref.name.as_str()), (3006, "SWEREF99 TM"));
        assert!(sweref.wkt.starts_with("PROJCS[\"SWEREF99 TM\"") && sweref.projjson.contains("\"code\":3006"));
        assert!(sweref.proj4.contains("+proj=utm"), "{}", sweref.proj4);
        for refused in ["EPSG:4326", "OGC:CRS84", "EPSG:2263"] {
            assert!(matches!(metric(refused), Err(Error::NotMetric { .. })), "{refused}");
        }
        assert!(matches!(metric("EPSG:99999"), Err(Error::UnknownCrs { .. })));
        assert!(matches!(metric(""), Err(Error::UnknownCrs { .. })));
    }

    #[test]
    fn east_comes_first_whatever_the_definition_says() {
        let there = Transform::new(WGS84, "EPSG:3006").expect("known");
        let [x, y] = there.convert([15.0, 60.0]).expect("on the central meridian");
        assert!((x - 500_000.0).abs() < 1e-6 && (y - 6_651_411.19).abs() < 0.01, "{x} {y}");
        let from_4326 = Transform::new("EPSG:4326", "EPSG:3006").expect("known");
        assert_eq!(from_4326.convert([15.0, 60.0]), Some([x, y]));
        assert_eq!(there.convert([f64::NAN, 60.0]), None);
    }

    /// Gauss–Krüger with Krüger's series in n, from the ellipsoid GRS 80: an implementation that shares nothing with
    /// PROJ. Source: Lantmäteriet's published formulas for the direct projection between SWEREF 99 and RT 90.
    fn gauss_kruger(lat: f64, lon: f64, lon0: f64, scale: f64, false_north: f64, false_east: f64) -> [f64; 2] {
        let (a, f) = (6_378_137.0_f64, 1.0 / 298.257_222_101_f64);
        let (e2, n) = (f * (2.0 - f), f / (2.0 - f));
        let a_hat = a / (1.0 + n) * (1.0 + n.powi(2) / 4.0 + n.powi(4) / 64.0);
        let (a_, b_) = (e2, (5.0 * e2.powi(2) - e2.powi(3)) / 6.0);
        let (c_, d_) = ((104.0 * e2.powi(3) - 45.0 * e2.powi(4)) / 120.0, 1237.0 * e2.powi(4) / 1260.0);
        let beta = [
            n / 2.0 - 2.0 * n.powi(2) / 3.0 + 5.0 * n.powi(3) / 16.0 + 41.0 * n.powi(4) / 180.0,
            13.0 * n.powi(2) / 48.0 - 3.0 * n.powi(3) / 5.0 + 557.0 * n.powi(4) / 1440.0,
            61.0 * n.powi(3) / 240.0 - 103.0 * n.powi(4) / 140.0,
            49561.0 * n.powi(4) / 161_280.0,
        ];
        let (phi, dl) = (lat.to_radians(), (lon - lon0).to_radians());
        let s2 = phi.sin().powi(2);
        let conformal = phi - phi.sin() * phi.cos() * (a_ + b_ * s2 + c_ * s2.powi(2) + d_ * s2.powi(3));
        let xi = (conformal.tan() / dl.cos()).atan();
        let eta = (conformal.cos() * dl.sin()).atanh();
        let (mut north, mut east) = (xi, eta);
        for (k, b) in (1_u8..).zip(beta) {
            let k = 2.0 * f64::from(k);
            north += b * (k * xi).sin() * (k * eta).cosh();
            east += b * (k * xi).cos() * (k * eta).sinh();
        }
        [scale * a_hat * east + false_east, scale * a_hat * north + false_north]
    }

    #[test]
    fn rt90_through_proj_agrees_with_an_independent_projection_to_the_decimetre() {
        let there = Transform::new(WGS84, "EPSG:3021").expect("known");
        let lon0 = 15.0 + 48.0 / 60.0 + 22.624_306 / 3600.0;
        for [lon, lat] in [[14.09, 57.68], [16.36, 56.66], [12.0, 57.7], [18.06, 59.33], [20.2, 63.8], [15.0, 67.0]] {
            let [x, y] = there.convert([lon, lat]).expect("in Sweden");
            let [east, north] = gauss_kruger(lat, lon, lon0, 1.000_005_610_24, -667.711, 1_500_064.274);
            assert!((x - east).hypot(y - north) < 0.2, "{lon} {lat}: {} m", (x - east).hypot(y - north));
        }
    }

    #[test]
    fn sweref_99_tm_agrees_with_an_independent_projection_to_the_millimetre() {
        let there = Transform::new(WGS84, "EPSG:3006").expect("known");
        for [lon, lat] in [[14.09, 57.68], [16.36, 56.66], [11.5, 58.9], [23.9, 65.8]] {
            let [x, y] = there.convert([lon, lat]).expect("in Sweden");
            let [east, north] = gauss_kruger(lat, lon, 15.0, 0.9996, 0.0, 500_000.0);
            assert!((x - east).hypot(y - north) < 0.001, "{lon} {lat}");
        }
    }
}
