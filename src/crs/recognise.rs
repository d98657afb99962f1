//! Which system is a definition without a code? `MapInfo` and many `.prj` files give a projection and no number.

use gdal::spatial_ref::SpatialRef;

use super::detect::CANDIDATES;
use super::gdal_door;

/// Parameters of a PROJ string that settle a projection on its ellipsoid. Datum shifts are left out: files of one system
/// disagree on them.
const PARAMETERS: [&str; 11] = ["proj", "zone", "lat_0", "lon_0", "k", "x_0", "y_0", "ellps", "a", "b", "units"];

/// The code of the one of the systems that Nordic registers come in whose projection and ellipsoid are those of `proj4`, a
/// PROJ string: numbers within 1e-7. `None` where there is none; where two share a projection (SWEREF 99 TM and UTM 33 on
/// ETRS 89), the Swedish one.
#[must_use]
pub fn recognise(proj4: &str) -> Option<String> {
    let wanted = parameters(proj4);
    // Degrees on an unknown datum are no known system.
    if !wanted.iter().any(|(name, value)| *name == "proj" && (*value == "tmerc" || *value == "utm")) {
        return None;
    }
    let (found, _) = gdal_door::watch(|| {
        CANDIDATES.iter().find(|code| {
            let epsg = code.trim_start_matches("EPSG:").parse().unwrap_or(0);
            let known = SpatialRef::from_epsg(epsg).and_then(|system| system.to_proj4()).unwrap_or_default();
            same(&parameters(&known), &wanted)
        })
    });
    found.map(|code| (*code).to_owned())
}

fn parameters(proj4: &str) -> Vec<(&str, &str)> {
    let words = proj4.split_whitespace().filter_map(|word| word.trim_start_matches('+').split_once('='));
    let mut found: Vec<(&str, &str)> = words.filter(|(name, _)| PARAMETERS.contains(name)).collect();
    found.sort_unstable();
    found
}

fn same(a: &[(&str, &str)], b: &[(&str, &str)]) -> bool {
    let near = |x: &str, y: &str| match (x.parse::<f64>(), y.parse::<f64>()) {
        (Ok(x), Ok(y)) => (x - y).abs() <= 1e-7 * x.abs().max(1.0),
        _ => x == y,
    };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && near(a.1, b.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projection_without_a_code_is_told_by_its_parameters() {
        let zone = "+proj=tmerc +lat_0=0 +lon_0=13.5 +k=1 +x_0=150000 +y_0=0 +ellps=GRS80 +units=m +no_defs";
        assert_eq!(recognise(zone).as_deref(), Some("EPSG:3008"));
        assert_eq!(recognise(&zone.replace("13.5", "16.5")).as_deref(), Some("EPSG:3010"));
        assert_eq!(recognise("+proj=utm +zone=33 +ellps=GRS80 +units=m +no_defs").as_deref(), Some("EPSG:3006"));
        let rt90 = "+proj=tmerc +lat_0=0 +lon_0=15.8082777777778 +k=1 +x_0=1500000 +y_0=0 +ellps=bessel +units=m";
        assert_eq!(recognise(rt90).as_deref(), Some("EPSG:3021"));
    }

    #[test]
    fn what_is_no_known_projection_stays_without_a_code() {
        for text in ["", "+proj=longlat +ellps=GRS80 +no_defs", "+proj=utm +zone=33 +ellps=intl +units=m", "nonsense"] {
            assert_eq!(recognise(text), None, "{text}");
        }
    }
}
