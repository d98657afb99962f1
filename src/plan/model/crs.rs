//! The plane systems a Swedish plan is drawn in, by number and by the ways files write them.

/// A transverse Mercator system on the ellipsoid GRS 80.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct System {
    /// EPSG code.
    pub epsg: u32,
    /// Its Swedish name.
    pub name: &'static str,
    /// Central meridian, degrees east.
    pub meridian: f64,
    /// Scale on the central meridian.
    pub scale: f64,
    /// Easting of the central meridian, metres.
    pub false_east_m: f64,
}

/// A local zone of SWEREF 99: scale 1, 150 km at its central meridian.
const fn zone(epsg: u32, name: &'static str, meridian: f64) -> System {
    System { epsg, name, meridian, scale: 1.0, false_east_m: 150_000.0 }
}

/// The systems that the national exchange format allows (EPSG:3006 to 3018). Source: Lantmäteriet, SWEREF 99.
pub const SYSTEMS: [System; 13] = [
    System { epsg: 3006, name: "SWEREF 99 TM", meridian: 15.0, scale: 0.9996, false_east_m: 500_000.0 },
    zone(3007, "SWEREF 99 12 00", 12.0),
    zone(3008, "SWEREF 99 13 30", 13.5),
    zone(3009, "SWEREF 99 15 00", 15.0),
    zone(3010, "SWEREF 99 16 30", 16.5),
    zone(3011, "SWEREF 99 18 00", 18.0),
    zone(3012, "SWEREF 99 14 15", 14.25),
    zone(3013, "SWEREF 99 15 45", 15.75),
    zone(3014, "SWEREF 99 17 15", 17.25),
    zone(3015, "SWEREF 99 18 45", 18.75),
    zone(3016, "SWEREF 99 20 15", 20.25),
    zone(3017, "SWEREF 99 21 45", 21.75),
    zone(3018, "SWEREF 99 23 15", 23.25),
];

/// The system with this number, if a plan may be in it.
#[must_use]
pub fn system(epsg: u32) -> Option<&'static System> {
    SYSTEMS.iter().find(|system| system.epsg == epsg)
}

/// The EPSG code that a text stands for: a code in any of its spellings (`EPSG:3010`, `urn:ogc:def:crs:EPSG::3010`,
/// `.../EPSG/0/3010`, `3010`) or the Swedish name of one of [`SYSTEMS`], whatever stands between its parts
/// (`SWEREF99_13_30`, `Sweref 99 1330`). `None` where it is neither.
#[must_use]
pub fn epsg_of(text: &str) -> Option<u32> {
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
    let name = |system: &&System| bare == system.name.replace(' ', "");
    if let Some(system) = SYSTEMS.iter().find(name) {
        return Some(system.epsg);
    }
    let upper = text.to_uppercase();
    let last = upper.rsplit([':', '/']).next().unwrap_or_default().trim();
    let coded = upper.contains("EPSG") || upper.trim() == last;
    (coded && last.len() <= 6).then(|| last.parse().ok().filter(|code| *code > 0)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_known_by_number_and_by_name() {
        for text in
            ["EPSG:3008", "epsg:3008", "urn:ogc:def:crs:EPSG::3008", "http://www.opengis.net/def/crs/EPSG/0/3008"]
        {
            assert_eq!(epsg_of(text), Some(3008), "{text}");
        }
        for text in ["SWEREF99_13_30", "SWEREF 99 13 30", "Sweref 99 1330", "3008", " 3008 "] {
            assert_eq!(epsg_of(text), Some(3008), "{text}");
        }
        assert_eq!(epsg_of("SWEREF99TM"), Some(3006));
        for text in ["", "RH 2000", "SWEREF99", "kommunens system", "EPSG:", "EPSG:99999999", "EPSG:-1", "EPSG:0"] {
            assert_eq!(epsg_of(text), None, "{text}");
        }
        assert_eq!(system(3010).map(|system| system.name), Some("SWEREF 99 16 30"));
        assert_eq!(system(3021), None);
    }
}
