//! Files out: one table of formats, one way to write them, and never half a file.
//!
//! Every format takes the same [`Layer`]s and carries their passports. A file is written beside its target under a
//! temporary name and put in place at the end, so that whoever looks finds the old file or the new one. Equal layers
//! give equal bytes: no clock, no temporary name, no thread count reaches a file; only the QGIS project in a GeoPackage
//! names the file it lies in.
//!
//! A new format is a file with a writer and a line in [`FORMATS`].

pub mod columnar;
mod dbase;
pub mod drawing;
pub mod excel;
pub mod flatgeobuf;
pub mod geojson;
mod ogr;
pub mod paper;
mod place;
pub mod plan_ngp;
pub mod raster;
pub mod shapefile;
mod sidecar;
pub mod tables;
pub mod vector;

#[cfg(test)]
pub(crate) mod specimen;

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use geo::Geometry;
use serde::Serialize;

use crate::catalogued_errors;
use crate::domain::{Bbox, CrsDefinition, Geometries, GeometryKind, Layer};
use crate::geopackage;
use place::Target;

/// Why a file was not written.
#[derive(Debug, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Error {
    /// No format has this extension.
    UnknownOutput {
        /// The file.
        file: String,
        /// Its extension with the dot, or nothing.
        extension: String,
        /// Extensions that exist.
        known: Vec<&'static str>,
    },
    /// The name has no extension that could say the format.
    OutputWithoutExtension {
        /// The file.
        file: String,
        /// Extensions that exist.
        known: Vec<&'static str>,
    },
    /// The layer asked for is not among the results.
    NoResultLayer {
        /// The file.
        file: String,
        /// The layer asked for.
        layer: String,
        /// Layers that exist.
        layers: Vec<String>,
    },
    /// A table without places, in a format that holds nothing else than shapes.
    FormatNeedsPlaces {
        /// The file.
        file: String,
        /// The format.
        format: &'static str,
        /// The layer.
        layer: String,
        /// Extensions of formats that can hold it.
        known: Vec<&'static str>,
    },
    /// There is no layer to write at all.
    NothingToWrite {
        /// The file.
        file: String,
    },
    /// The folder does not exist.
    MissingFolder {
        /// The file.
        file: String,
        /// The folder.
        folder: String,
    },
    /// The name is that of a folder, or of nothing that can be replaced by a file.
    NoFileName {
        /// The file.
        file: String,
    },
    /// A coordinate has no place in WGS 84.
    OutsideWgs84 {
        /// The file.
        file: String,
        /// The layer.
        layer: String,
        /// The row, counted from 1.
        row: usize,
    },
    /// A layer is not one: a column is too short, or a geometry is of another kind.
    MisshapenLayer {
        /// The file.
        file: String,
        /// The layer.
        layer: String,
        /// What is wrong.
        cause: String,
    },
    /// The library that writes the format failed.
    WriterFailure {
        /// The file.
        file: String,
        /// Its words.
        cause: String,
    },
    /// The file system, or the GeoPackage.
    #[serde(untagged)]
    Geopackage(geopackage::Error),
}
catalogued_errors!(Error);

impl From<geopackage::Error> for Error {
    fn from(error: geopackage::Error) -> Self {
        Self::Geopackage(error)
    }
}

/// Converts a point of the layers' CRS, `[x, y]`, to `[longitude, latitude]` in degrees; `None` where it has no place there.
pub type ToWgs84<'a> = &'a dyn Fn([f64; 2]) -> Option<[f64; 2]>;

/// What a writer gets.
pub(crate) struct Job<'a> {
    /// The file as the user named it: for messages, and for what refers to the file by name.
    target: &'a Path,
    /// One layer for formats that hold one, else all.
    layers: &'a [&'a Layer],
    crs: &'a CrsDefinition,
    to_wgs84: ToWgs84<'a>,
    /// What the format cannot hold, one sentence each.
    notes: RefCell<Vec<String>>,
}

impl Job<'_> {
    fn shown(&self) -> String {
        geopackage::shown(self.target)
    }

    /// The only layer of a one-layer format.
    fn layer(&self) -> &Layer {
        self.layers[0]
    }

    /// The target's name without its folder.
    fn file_name(&self) -> String {
        self.target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Tells of something that the format cannot hold.
    fn note(&self, sentence: String) {
        self.notes.borrow_mut().push(sentence);
    }

    fn notes(&self) -> Vec<String> {
        self.notes.borrow().clone()
    }

    fn misshapen(&self, layer: &Layer, cause: impl Into<String>) -> Error {
        Error::MisshapenLayer { file: self.shown(), layer: layer.name.clone(), cause: cause.into() }
    }

    fn failed(&self, cause: &impl ToString) -> Error {
        Error::WriterFailure { file: self.shown(), cause: cause.to_string() }
    }

    fn io(&self, error: &std::io::Error) -> Error {
        geopackage::Error::of_io(self.target, error).into()
    }

    /// Opens the temporary file for writing.
    fn create(&self, file: &Path) -> Result<BufWriter<File>, Error> {
        let opened = OpenOptions::new().write(true).create_new(true).open(file);
        opened.map(BufWriter::new).map_err(|error| self.io(&error))
    }
}

type Writer = fn(&Job, &Path) -> Result<(), Error>;

/// A format that layers can be written in.
pub struct Format {
    /// Id in lists and in the API.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Extensions with their dot, lower case; the first is the usual one.
    pub extensions: &'static [&'static str],
    /// Media type.
    pub media_type: &'static str,
    /// Whether a file holds any number of layers, or one.
    pub many_layers: bool,
    /// Whether a table without places can be written in it.
    pub plain_tables: bool,
    write: Write,
}

/// How a format is written.
enum Write {
    /// One file.
    File(Writer),
    /// A file and a second beside it: what follows the first one's name, and its writer.
    Pair(Writer, &'static str, Writer),
    /// Files of one name that belong together. The writer gets a folder of its own and fills it with files named as they
    /// will be; the endings are those of all that may belong to the set, so that none of an older set is left beside it.
    Set(Writer, &'static [&'static str]),
}

/// Every output format, in the order in which lists show them.
pub static FORMATS: [Format; 9] = [
    Format {
        id: "geopackage",
        title: "GeoPackage",
        extensions: &[".gpkg"],
        media_type: "application/geopackage+sqlite3",
        many_layers: true,
        plain_tables: true,
        write: Write::File(vector::write),
    },
    Format {
        id: "geojson",
        title: "GeoJSON (RFC 7946)",
        extensions: &[".geojson", ".json"],
        media_type: "application/geo+json",
        many_layers: false,
        plain_tables: true,
        write: Write::File(geojson::write),
    },
    Format {
        id: "geoparquet",
        title: "GeoParquet 1.1",
        extensions: &[".parquet", ".geoparquet"],
        media_type: "application/vnd.apache.parquet",
        many_layers: false,
        plain_tables: true,
        write: Write::File(columnar::write),
    },
    Format {
        id: "csv",
        title: "CSV",
        extensions: &[".csv"],
        media_type: "text/csv",
        many_layers: false,
        plain_tables: true,
        write: Write::Pair(tables::write, "-metadata.json", tables::write_sidecar),
    },
    Format {
        id: "flatgeobuf",
        title: "FlatGeobuf",
        extensions: &[".fgb"],
        media_type: "application/flatgeobuf",
        many_layers: false,
        plain_tables: false,
        write: Write::Set(flatgeobuf::write, &[]),
    },
    Format {
        id: "xlsx",
        title: "Excel (XLSX)",
        extensions: &[".xlsx"],
        media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        many_layers: true,
        plain_tables: true,
        write: Write::File(excel::write),
    },
    Format {
        id: "dxf",
        title: "DXF",
        extensions: &[".dxf"],
        media_type: "image/vnd.dxf",
        many_layers: false,
        plain_tables: false,
        write: Write::Set(drawing::write, &[]),
    },
    Format {
        id: "shapefile",
        title: "Shapefile",
        extensions: &[".shp"],
        media_type: "application/vnd.shp",
        many_layers: false,
        plain_tables: false,
        write: Write::Set(
            shapefile::write_shapefile,
            &["shx", "dbf", "prj", "cpg", "qpj", "qix", "sbn", "sbx", "idm", "ind", "shp.xml"],
        ),
    },
    Format {
        id: "mapinfo",
        title: "MapInfo TAB",
        extensions: &[".tab"],
        media_type: "application/octet-stream",
        many_layers: false,
        plain_tables: false,
        write: Write::Set(shapefile::write_mapinfo, &["dat", "map", "id", "ind"]),
    },
];

/// The format that a file name asks for by its extension, in any case.
///
/// # Errors
/// [`Error::UnknownOutput`] and [`Error::OutputWithoutExtension`] with the extensions that exist.
pub fn format_of(path: &Path) -> Result<&'static Format, Error> {
    let extension =
        path.extension().map_or_else(String::new, |text| format!(".{}", text.to_string_lossy().to_lowercase()));
    FORMATS.iter().find(|format| format.extensions.contains(&extension.as_str())).ok_or_else(|| {
        let known = FORMATS.iter().flat_map(|format| format.extensions).copied().collect();
        let file = geopackage::shown(path);
        if extension.is_empty() {
            Error::OutputWithoutExtension { file, known }
        } else {
            Error::UnknownOutput { file, extension, known }
        }
    })
}

/// Writes layers to a file in the format of its extension.
///
/// A format that holds one layer takes `wanted_layer`, else the first. With `wanted_layer` a format that holds many
/// gets that one alone. A layer without rows is written as a valid, empty layer. Where anything fails, an older file of
/// that name stands untouched and nothing else is left behind. Gives what the format cannot hold, one sentence each.
///
/// A format of several files is written whole in a folder beside the target. Then the old main file goes first and the new
/// one comes last, so that whoever looks finds the old set, or none, or the new; where a step fails, the steps before it
/// are taken back.
///
/// # Errors
/// Unknown extension, no such layer, folder missing, no permission, disk full, another program writing to the file, a
/// coordinate without a place in WGS 84 (`GeoJSON`).
pub fn write(
    path: &Path,
    layers: &[Layer],
    crs: &CrsDefinition,
    to_wgs84: ToWgs84,
    wanted_layer: Option<&str>,
) -> Result<Vec<String>, Error> {
    let format = format_of(path)?;
    let file = geopackage::shown(path);
    let mut chosen: Vec<&Layer> = match wanted_layer {
        None => layers.iter().collect(),
        Some(wanted) => layers.iter().filter(|layer| layer.name == wanted).collect(),
    };
    match (chosen.first(), wanted_layer) {
        (None, Some(wanted)) => {
            let names = layers.iter().map(|layer| layer.name.clone()).collect();
            return Err(Error::NoResultLayer { file, layer: wanted.to_owned(), layers: names });
        }
        (None, None) => return Err(Error::NothingToWrite { file }),
        _ => {}
    }
    if !format.many_layers {
        chosen.truncate(1);
    }
    if !format.plain_tables
        && let Some(table) = chosen.iter().find(|layer| layer.geometries.kind().is_none())
    {
        let holding = FORMATS.iter().filter(|format| format.plain_tables);
        let known = holding.flat_map(|format| format.extensions).copied().collect();
        return Err(Error::FormatNeedsPlaces { file, format: format.title, layer: table.name.clone(), known });
    }
    let job = Job { target: path, layers: &chosen, crs, to_wgs84, notes: RefCell::default() };
    for layer in job.layers {
        check(&job, layer)?;
    }
    let target = Target::of(path)?;
    match format.write {
        Write::File(write) => {
            let main = target.temporary("")?;
            write(&job, &main.path)?;
            main.put(&job)?;
        }
        Write::Pair(write, suffix, write_beside) => {
            let (main, beside) = (target.temporary("")?, target.temporary(suffix)?);
            write(&job, &main.path)?;
            write_beside(&job, &beside.path)?;
            // The sidecar first: a table without its description misleads more than a description without its table.
            beside.put(&job)?;
            main.put(&job)?;
        }
        Write::Set(write, endings) => {
            let set = target.temporary_set()?;
            std::fs::create_dir(&set.path).map_err(|error| job.io(&error))?;
            write(&job, &set.path)?;
            set.put(&job, endings)?;
        }
    }
    Ok(job.notes.into_inner())
}

/// Holds that a layer is whole: columns as long as the geometries, names that differ.
fn check(job: &Job, layer: &Layer) -> Result<(), Error> {
    let rows = layer.geometries.len();
    for (index, column) in layer.columns.iter().enumerate() {
        if column.values.len() != rows {
            return Err(job.misshapen(layer, format!("{}: {} / {rows}", column.name, column.values.len())));
        }
        if layer.columns[..index].iter().any(|other| other.name.eq_ignore_ascii_case(&column.name)) {
            return Err(job.misshapen(layer, format!("{0}, {0}", column.name)));
        }
    }
    if let Geometries::Shapes(kind, shapes) = &layer.geometries {
        let fits = |shape: &Geometry<f64>| geopackage::blob::shape_blob(0, *kind, shape).is_some();
        if let Some(row) = shapes.iter().position(|shape| shape.as_ref().is_some_and(|shape| !fits(shape))) {
            return Err(job.misshapen(layer, format!("{:?}, {}", kind, row + 1)));
        }
    }
    Ok(())
}

/// The names of a layer's columns in a file where some names are taken: those get `_input` after them.
pub(crate) fn free_names(layer: &Layer, taken: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(layer.columns.len());
    for column in &layer.columns {
        let mut name = column.name.clone();
        let is_taken = |name: &str| taken.iter().any(|other| other.eq_ignore_ascii_case(name));
        while is_taken(&name) || (name != column.name && layer.columns.iter().any(|other| other.name == name)) {
            name.push_str("_input");
        }
        names.push(name);
    }
    names
}

/// The box around all geometries; [`Bbox::EMPTY`] where there is none.
#[must_use]
pub fn extent_of(geometries: &Geometries) -> Bbox {
    match geometries {
        Geometries::Points(points) => Bbox::around(points.iter().flatten().copied()),
        Geometries::Shapes(_, shapes) => {
            let boxes = shapes.iter().flatten().filter_map(geo::BoundingRect::bounding_rect);
            Bbox::around(boxes.flat_map(|rect| [[rect.min().x, rect.min().y], [rect.max().x, rect.max().y]]))
        }
        Geometries::Absent(_) => Bbox::EMPTY,
    }
}

/// The standards' name for a kind of geometry: everything but points is written in its multi-part form.
pub(crate) const fn geometry_name(kind: GeometryKind) -> &'static str {
    match kind {
        GeometryKind::Point => "Point",
        GeometryKind::Line => "MultiLineString",
        GeometryKind::Area => "MultiPolygon",
    }
}

/// Finishes a buffered file: what did not fit on the disk is an error here, not a short file.
fn finish(job: &Job, mut file: BufWriter<File>) -> Result<(), Error> {
    file.flush().map_err(|error| job.io(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts;
    use std::fs;
    use std::path::PathBuf;

    fn names_in(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn equal_layers_give_equal_bytes_in_every_format() {
        let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        for format in &FORMATS {
            let name = format!("lager{}", format.extensions[0]);
            for folder in [&one, &two] {
                specimen::write(&folder.path().join(&name), &specimen::town(), None).expect("a specimen is written");
            }
        }
        let names = names_in(one.path());
        let wanted = [
            "lager.cpg",
            "lager.csv",
            "lager.csv-metadata.json",
            "lager.dat",
            "lager.dbf",
            "lager.dxf",
            "lager.dxf.passport.json",
            "lager.fgb",
            "lager.fgb.passport.json",
            "lager.geojson",
            "lager.gpkg",
            "lager.id",
            "lager.map",
            "lager.parquet",
            "lager.prj",
            "lager.shp",
            "lager.shp.passport.json",
            "lager.shx",
            "lager.tab",
            "lager.tab.passport.json",
            "lager.xlsx",
        ];
        assert_eq!(names, wanted);
        assert_eq!(names, names_in(two.path()));
        for name in names {
            let bytes = [&one, &two].map(|folder| fs::read(folder.path().join(&name)).expect("readable"));
            assert!(bytes[0] == bytes[1], "{name} differs between two runs");
        }
    }

    #[test]
    fn an_extension_in_capitals_is_known_and_an_unknown_one_names_those_that_exist() {
        assert_eq!(format_of(Path::new("A.GPKG")).expect("known").id, "geopackage");
        for name in ["a.xyz", "a", "a.gpkg.bak", ".gpkg"] {
            let problem = texts::problem(&format_of(Path::new(name)).err().expect("unknown"));
            assert_eq!(problem.kind, texts::ErrorKind::BadInput);
            assert!(problem.remedy.expect("a remedy").contains(".gpkg, .geojson"), "{name}");
        }
        let said = |name: &str| texts::problem(&format_of(Path::new(name)).err().expect("unknown")).message;
        assert_eq!(said("a.xyz"), "Filen a.xyz kan inte skrivas: inget format har ändelsen ”.xyz”.");
        assert_eq!(said("a"), "Filen a kan inte skrivas: namnet saknar en ändelse som säger vilket format den ska ha.");
    }

    #[test]
    fn a_wanted_layer_is_written_alone_and_one_that_is_not_there_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lager.gpkg");
        specimen::write(&path, &specimen::town(), Some("events")).expect("written");
        let connection = geopackage::container::open(&path, geopackage::Access::ReadOnly).expect("it opens");
        let tables: String = connection
            .query_row("SELECT group_concat(table_name, ' ') FROM gpkg_geometry_columns", [], |row| row.get(0))
            .expect("tables");
        assert_eq!(tables, "events");
        let error = specimen::write(&path, &specimen::town(), Some("cells")).expect_err("no such layer");
        assert_eq!(texts::problem(&error).remedy.as_deref(), Some("Välj ett av lagren hotspots, events, gator."));
    }

    #[test]
    fn an_empty_layer_is_a_valid_file_in_every_format() {
        let folder = tempfile::tempdir().expect("a folder");
        for format in &FORMATS {
            let path = folder.path().join(format!("lager{}", format.extensions[0]));
            specimen::write(&path, &specimen::empty(), None).expect("an empty layer is no error");
            assert!(path.is_file());
        }
        let dataset = gdal::Dataset::open(folder.path().join("lager.gpkg")).expect("GDAL opens it");
        assert_eq!(dataset.layer_count(), 5, "three layers, the passport and the styles");
    }

    #[test]
    fn a_failure_leaves_the_older_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        for format in &FORMATS {
            let name = format!("lager{}", format.extensions[0]);
            let path = folder.path().join(&name);
            fs::write(&path, "det gamla").expect("written");
            let mut layers = specimen::town();
            layers[0].columns[0].values = crate::domain::Values::Integer(vec![Some(1)].into());
            let error = specimen::write(&path, &layers, None).expect_err("a column is too short");
            assert!(matches!(error, Error::MisshapenLayer { .. }), "{error:?}");
            assert_eq!(fs::read_to_string(&path).expect("still there"), "det gamla");
            assert_eq!(names_in(folder.path()), [name]);
            fs::remove_file(&path).expect("removed");
        }
    }

    #[test]
    fn a_shape_of_another_kind_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut layers = specimen::town();
        let Geometries::Shapes(_, shapes) = layers[2].geometries.clone() else { panic!("streets are shapes") };
        layers[2].geometries = Geometries::Shapes(GeometryKind::Area, shapes);
        let error = specimen::write(&folder.path().join("a.gpkg"), &layers, None).expect_err("lines are no areas");
        assert!(matches!(error, Error::MisshapenLayer { ref layer, .. } if layer == "gator"), "{error:?}");
    }

    #[test]
    fn a_folder_that_is_missing_or_a_name_that_is_a_folder_is_said_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("saknas").join("a.csv");
        let error = specimen::write(&path, &specimen::town(), None).expect_err("no folder");
        assert!(matches!(error, Error::MissingFolder { .. }), "{error:?}");
        let path = folder.path().join("mapp.csv");
        fs::create_dir(&path).expect("a folder");
        let error = specimen::write(&path, &specimen::town(), None).expect_err("a folder is no file");
        assert!(matches!(error, Error::NoFileName { .. }), "{error:?}");
    }

    #[test]
    fn a_write_protected_file_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.geojson");
        fs::write(&path, "rör ej").expect("written");
        let mut rights = fs::metadata(&path).expect("there").permissions();
        rights.set_readonly(true);
        fs::set_permissions(&path, rights).expect("set");
        let error = specimen::write(&path, &specimen::town(), None).expect_err("write-protected");
        assert_eq!(texts::problem(&error).kind, texts::ErrorKind::Forbidden);
        assert_eq!(fs::read_to_string(&path).expect("still there"), "rör ej");
    }

    #[test]
    fn a_geopackage_that_another_program_is_writing_to_is_not_pulled_from_under_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.gpkg");
        specimen::write(&path, &specimen::town(), None).expect("written");
        fs::write(folder.path().join("a.gpkg-wal"), "ett osparat").expect("written");
        let error = specimen::write(&path, &specimen::town(), None).expect_err("in use");
        assert_eq!(texts::problem(&error).kind, texts::ErrorKind::Conflict);
    }

    /// `/sys` takes no new files, not even from root.
    #[test]
    fn a_folder_that_may_not_be_written_to_is_said_so_by_the_name_that_was_asked_for() {
        if !Path::new("/sys/kernel").is_dir() {
            println!(
                "NOT RUN: a_folder_that_may_not_be_written_to_is_said_so_by_the_name_that_was_asked_for (no /sys)"
            );
            return;
        }
        for format in &FORMATS {
            let path = PathBuf::from(format!("/sys/lager{}", format.extensions[0]));
            let problem = texts::problem(&specimen::write(&path, &specimen::town(), None).expect_err("not permitted"));
            assert_eq!(problem.kind, texts::ErrorKind::Forbidden, "{}", problem.message);
            assert_eq!(problem.file, Some(geopackage::shown(&path)));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_said_so() {
        let layers = specimen::town();
        let crs = specimen::sweref();
        let job = Job {
            target: Path::new("a.csv"),
            layers: &[&layers[1]],
            crs: &crs,
            to_wgs84: &Some,
            notes: RefCell::default(),
        };
        let mut full = BufWriter::new(OpenOptions::new().write(true).open("/dev/full").expect("Linux has it"));
        full.write_all(b"x").expect("buffered");
        let error = finish(&job, full).expect_err("no room");
        assert!(matches!(error, Error::Geopackage(geopackage::Error::DiskFull { .. })), "{error:?}");
    }

    #[test]
    fn every_error_has_its_sentence_and_its_remedy() {
        let file = "a.csv".to_owned();
        for error in [
            Error::UnknownOutput { file: file.clone(), extension: ".x".to_owned(), known: vec![".csv"] },
            Error::OutputWithoutExtension { file: file.clone(), known: vec![".csv"] },
            Error::NoResultLayer { file: file.clone(), layer: "a".to_owned(), layers: vec!["b".to_owned()] },
            Error::NothingToWrite { file: file.clone() },
            Error::FormatNeedsPlaces { file: file.clone(), format: "DXF", layer: "a".to_owned(), known: vec![".gpkg"] },
            Error::MissingFolder { file: file.clone(), folder: "b".to_owned() },
            Error::NoFileName { file: file.clone() },
            Error::OutsideWgs84 { file: file.clone(), layer: "a".to_owned(), row: 1 },
            Error::MisshapenLayer { file: file.clone(), layer: "a".to_owned(), cause: "b".to_owned() },
            Error::WriterFailure { file: file.clone(), cause: "b".to_owned() },
            Error::Geopackage(geopackage::Error::DiskFull { file: file.clone() }),
        ] {
            let problem = texts::problem(&error);
            assert!(texts::is_error(&problem.id), "{}", problem.id);
            assert!(problem.message.contains("a.csv") && !problem.message.contains('{'), "{}", problem.message);
            assert!(problem.remedy.is_some_and(|remedy| !remedy.contains('{')), "{}", problem.id);
        }
    }

    /// Writes the specimen where `LAGESBILD_SPECIMEN` says, to be looked at in QGIS and by validators.
    #[test]
    fn the_specimen_is_written_to_a_folder_of_choice() {
        let Some(folder) = std::env::var_os("LAGESBILD_SPECIMEN").map(PathBuf::from) else {
            println!("NOT RUN: the_specimen_is_written_to_a_folder_of_choice (LAGESBILD_SPECIMEN is not set)");
            return;
        };
        for (name, layers) in [("olyckor", specimen::town()), ("tomt", specimen::empty())] {
            for format in &FORMATS {
                for layer in layers.iter().filter(|_| !format.many_layers) {
                    let path = folder.join(format!("{name}_{}{}", layer.name, format.extensions[0]));
                    specimen::write(&path, &layers, Some(&layer.name)).expect("written");
                }
            }
            specimen::write(&folder.join(format!("{name}.gpkg")), &layers, None).expect("written");
        }
    }
}
