//! GDAL's settings for files of strangers: no network, no side files, nothing on standard error.
//!
//! Drivers that fetch from the network are taken out before any file is opened, a file is opened with the driver of
//! its kind alone, and what GDAL complains about is collected per thread instead of printed.

#![allow(clippy::disallowed_types, reason = "GDAL reads and writes files")]

use std::cell::RefCell;
use std::path::Path;
use std::sync::Once;

use gdal::config::{
    clear_thread_local_config_option, set_config_option, set_error_handler, set_thread_local_config_option,
};
use gdal::errors::{CplErrType, GdalError};
use gdal::{Dataset, DatasetOptions, DriverManager, GdalOpenFlags};

use crate::texts;

/// Drivers that reach the network or a server.
const NETWORK: [&str; 26] = [
    "AmigoCloud",
    "Carto",
    "CSW",
    "DAAS",
    "EEDA",
    "EEDAI",
    "Elasticsearch",
    "GMLAS",
    "HTTP",
    "MongoDBv3",
    "MSSQLSpatial",
    "MySQL",
    "NGW",
    "OAPIF",
    "OGCAPI",
    "PLMOSAIC",
    "PLSCENES",
    "PostgreSQL",
    "PostGISRaster",
    "STACIT",
    "STACTA",
    "VRT",
    "WCS",
    "WFS",
    "WMS",
    "WMTS",
];

thread_local! {
    static COMPLAINTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Settles GDAL, once for the process.
fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_error_handler(|class, _, message| {
            if matches!(class, CplErrType::Failure | CplErrType::Fatal) {
                COMPLAINTS.with_borrow_mut(|complaints| complaints.push(message.to_owned()));
            }
        });
        let (names, list) = (NETWORK.join(" "), NETWORK.join(","));
        let settings = [
            ("GDAL_SKIP", names.as_str()),
            ("OGR_SKIP", list.as_str()),
            ("GDAL_PAM_ENABLED", "NO"),
            ("OGR_SQLITE_ALLOW_EXTERNAL_ACCESS", "NO"),
            ("OGR_GEOJSON_MAX_OBJ_SIZE", "16"),
            ("PROJ_NETWORK", "OFF"),
            ("SHAPE_RESTORE_SHX", "NO"),
            // No file of any name passes for one that may be fetched.
            ("CPL_VSIL_CURL_ALLOWED_EXTENSIONS", ".nothing"),
            ("GML_DOWNLOAD_SCHEMA", "NO"),
            ("GML_SKIP_RESOLVE_ELEMS", "ALL"),
            // A block that holds blocks that hold blocks grows without end: each stays a point with its name.
            ("DXF_INLINE_BLOCKS", "FALSE"),
            ("DXF_WRITE_HATCH", "NO"),
        ];
        for (key, value) in settings {
            set_config_option(key, value).expect("neither holds a zero byte");
        }
        // Leaves out the drivers named above, also where another part of the process had them registered.
        DriverManager::register_all();
    });
}

/// Runs `work` and gives its result together with what GDAL complained about meanwhile, in this thread.
pub fn watch<T>(work: impl FnOnce() -> T) -> (T, Vec<String>) {
    prepare();
    COMPLAINTS.with_borrow_mut(Vec::clear);
    let result = work();
    (result, COMPLAINTS.with_borrow_mut(std::mem::take))
}

/// Runs `work` with settings of its own, in this thread alone.
pub fn with_settings<T>(settings: &[(&str, String)], work: impl FnOnce() -> T) -> T {
    for (key, value) in settings {
        set_thread_local_config_option(key, value).expect("neither holds a zero byte");
    }
    let result = work();
    for (key, _) in settings {
        clear_thread_local_config_option(key).expect("it holds no zero byte");
    }
    result
}

/// The place of a failure in words, with GDAL's own as a technical note: its first line, cut at 160 characters.
pub fn place(complaint: &dyn std::fmt::Display) -> String {
    let said: String = complaint.to_string().lines().next().unwrap_or_default().chars().take(160).collect();
    texts::text("vector-while-reading", &[("note", said.trim_end_matches('.').to_owned())])
}

/// Opens a file for reading with one driver and no other.
pub fn open(path: &Path, driver: &str, options: &[&str]) -> Result<Dataset, GdalError> {
    prepare();
    // Absolute, so that no name is taken for a connection.
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let flags = GdalOpenFlags::GDAL_OF_READONLY | GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR;
    let drivers = [driver];
    let options = (!options.is_empty()).then_some(options);
    let settings = DatasetOptions {
        open_flags: flags,
        allowed_drivers: Some(&drivers),
        open_options: options,
        sibling_files: None,
    };
    Dataset::open_ex(path, settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_drivers_are_gone_and_ours_are_there() {
        prepare();
        let has = |name: &str| DriverManager::get_driver_by_name(name).is_ok();
        assert!(has("GPKG") && has("ESRI Shapefile"));
        for name in NETWORK {
            assert!(!has(name), "{name}");
        }
    }

    #[test]
    fn a_complaint_is_collected_and_not_kept() {
        let (opened, complaints) = watch(|| open(Path::new("/finns/inte.gpkg"), "GPKG", &[]));
        assert!(opened.is_err() && !complaints.is_empty(), "{complaints:?}");
        assert!(watch(|| ()).1.is_empty());
    }
}
