//! Vector files into a table, through GDAL: one layer, its fields as text and a point per row.
//!
//! - A `GeoPackage` with one layer that has geometry is read without being asked which; with several, or with tables
//!   without geometry only, the caller names one; so for every format of several layers. A row's number is its `fid`,
//!   the number that QGIS shows; where that begins at 0 (Shapefile, `FlatGeobuf`) one more; in GML and DXF its place.
//! - Points: x = east, y = north, whatever the CRS's definition says. A geometry that is no point is represented by
//!   its centroid (a curve by the lines between the points that define it); empty ones and those without finite
//!   coordinates leave the row without a point and are counted in a note.
//! - CRS: `EPSG:n` where the layer's has an authority or is recognised by its name or its projection (of a compound CRS the horizontal part), else
//!   its WKT; none where the file says that it is undefined.
//! - Values: as in [`canonical`]. Points in time keep the zone that they state (`2024-03-09T17:05:00Z`). GDAL gives
//!   truth values as 1 and 0. Binary fields are left empty, with a note.
//! - Shapefile: the encoding is that of the option, of the `.cpg` file, of the table's header, or else found in the
//!   table's bytes; `.shx` and `.dbf` must be there.
//!
//! Any failure that GDAL reports while it reads is an error: a file cut short never passes for a smaller one.
//! Limits: 10,000 columns, 16 MiB in a cell, 4 GiB of text.

#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "readers are an edge")]

use std::fs;

use gdal::Dataset;
use gdal::spatial_ref::SpatialRef;
use gdal::vector::{Feature, Geometry, Layer, LayerAccess, OGRFieldType, OGRwkbGeometryType, geometry_type_flatten};

use super::door::{Door, Numbered, Ready};
use super::formats::{CELL_LIMIT, Source, check_columns};
use super::read_error::ReadError;
use super::shapefile_encoding::{companion_of, shapefile_encoding};
use super::table::{MAX_CELLS, Table};
use super::{ReadOptions, canonical, gdal_door};
use crate::{crs, texts};

/// Reads one layer of a file that GDAL opens through this door.
pub fn read(source: &Source, options: &ReadOptions, door: &Door) -> Result<Vec<Table>, ReadError> {
    let words = Words { source, format: door.name };
    let ready = (door.prepare)(source, options)?;
    let mut tables = words.watched(&ready, || {
        let dataset = words.open(door.driver, &ready)?;
        let layers: Vec<(String, bool)> =
            dataset.layers().map(|layer| (layer.name(), layer.defn().geom_fields().next().is_some())).collect();
        let chosen = choose(source, &layers, options.layer.as_deref().or(door.main_layer))?;
        let mut layer = dataset.layer(chosen).map_err(|error| words.broken(&error))?;
        let row = |feature: &Feature, ordinal: u32| {
            let fid = feature.fid().and_then(|fid| u32::try_from(fid).ok());
            let fid = match door.numbered {
                Numbered::Fid => fid.filter(|&fid| fid > 0),
                Numbered::FidFromZero => fid.and_then(|fid| fid.checked_add(1)),
                Numbered::Order => None,
            };
            fid.unwrap_or(ordinal)
        };
        let sheet = (layers.len() > 1 && door.main_layer.is_none()).then(|| layers[chosen].0.clone());
        let stated = ready.rows.or_else(|| if door.counted { layer.try_feature_count() } else { None });
        let tables = words.read_layer(&mut layer, sheet, row)?;
        let found = tables.iter().map(Table::len).sum::<usize>() as u64;
        if stated.is_some_and(|stated| stated != found) {
            return Err(words.broken_at(texts::text("vector-cut-short", &[])));
        }
        Ok(tables)
    })?;
    for table in &mut tables {
        table.encoding.clone_from(&ready.encoding);
        table.notes.splice(0..0, ready.notes.iter().cloned());
    }
    Ok(tables)
}

/// Index of the layer to read.
fn choose(source: &Source, layers: &[(String, bool)], wanted: Option<&str>) -> Result<usize, ReadError> {
    let file = source.shown.clone();
    let names = || layers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    if let Some(wanted) = wanted {
        let place = layers.iter().position(|(name, _)| name == wanted);
        return place.ok_or_else(|| ReadError::UnknownLayer { file, layer: wanted.to_owned(), layers: names() });
    }
    let spatial: Vec<usize> = (0..layers.len()).filter(|&layer| layers[layer].1).collect();
    match spatial.as_slice() {
        [only] => Ok(*only),
        [] if layers.is_empty() => Err(ReadError::NoLayers { file }),
        [] => Err(ReadError::OnlyPlainTables { file, layers: names() }),
        several => {
            let layers = several.iter().map(|&layer| layers[layer].0.clone()).collect();
            Err(ReadError::SeveralLayers { file, layers })
        }
    }
}

/// A Shapefile needs its index and its table, and is as long as it says.
pub fn prepare_shapefile(source: &Source, options: &ReadOptions) -> Result<Ready, ReadError> {
    let stem = source.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let required = |extension: &str| {
        let companion = format!("{stem}.{extension}");
        companion_of(source, extension).ok_or(ReadError::MissingCompanion { file: source.shown.clone(), companion })
    };
    required("shx")?;
    let dbf = required("dbf")?;
    Words { source, format: "Shapefile" }.check_length()?;
    let (encoding, shown, note) = shapefile_encoding(source, &dbf, options.encoding.as_deref())?;
    let options = encoding.map(|encoding| format!("ENCODING={encoding}")).into_iter().collect();
    Ok(Ready { options, encoding: Some(shown), notes: vec![note], ..Ready::default() })
}

/// GDAL verifies the buffers of a `FlatGeobuf`; the header's length is checked before it is believed.
pub fn prepare_flatgeobuf(source: &Source, _: &ReadOptions) -> Result<Ready, ReadError> {
    let failed = |error: std::io::Error| ReadError::from_io(&source.shown, &error);
    let length = fs::metadata(&source.path).map_err(failed)?.len();
    let mut head = [0_u8; 12];
    let mut file = fs::File::open(&source.path).map_err(failed)?;
    let whole = std::io::Read::read_exact(&mut file, &mut head).is_ok();
    let stated = u64::from(u32::from_le_bytes([head[8], head[9], head[10], head[11]]));
    if !whole || 12 + stated > length {
        let words = Words { source, format: "FlatGeobuf" };
        return Err(words.broken_at(texts::text("vector-cut-short", &[])));
    }
    Ok(Ready { options: vec!["VERIFY_BUFFERS=YES".to_owned()], ..Ready::default() })
}

/// How the values of a field become text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    Number,
    Text,
    Moment,
    Binary,
}

/// A file and the name of its format, for sentences.
pub(super) struct Words<'a> {
    pub source: &'a Source,
    pub format: &'a str,
}

impl Words<'_> {
    pub fn broken(&self, complaint: &dyn std::fmt::Display) -> ReadError {
        self.broken_at(gdal_door::place(complaint))
    }

    pub fn broken_at(&self, at: String) -> ReadError {
        ReadError::BrokenVector { file: self.source.shown.clone(), format: self.format.to_owned(), at }
    }

    /// Runs `work`; whatever GDAL complained about meanwhile makes the result an error.
    pub fn watched<T>(&self, ready: &Ready, work: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
        let (result, complaints) = gdal_door::watch(|| gdal_door::with_settings(&ready.settings, work));
        match (result, complaints.first()) {
            (Ok(_) | Err(ReadError::BrokenVector { .. }), Some(complaint)) => Err(self.broken(complaint)),
            (result, _) => result,
        }
    }

    pub fn open(&self, driver: &str, ready: &Ready) -> Result<Dataset, ReadError> {
        let options: Vec<&str> = ready.options.iter().map(String::as_str).collect();
        gdal_door::open(&self.source.path, driver, &options).map_err(|error| self.broken(&error))
    }

    /// The header of a `.shp` states the file's length in units of two bytes.
    fn check_length(&self) -> Result<(), ReadError> {
        let failed = |error: std::io::Error| ReadError::from_io(&self.source.shown, &error);
        let length = fs::metadata(&self.source.path).map_err(failed)?.len();
        let mut head = [0_u8; 100];
        let mut file = fs::File::open(&self.source.path).map_err(failed)?;
        let whole = std::io::Read::read_exact(&mut file, &mut head).is_ok();
        let stated = u64::from(u32::from_be_bytes([head[24], head[25], head[26], head[27]])) * 2;
        if whole && stated <= length {
            return Ok(());
        }
        Err(self.broken_at(texts::text("vector-cut-short", &[])))
    }

    fn read_layer(
        &self,
        layer: &mut Layer,
        sheet: Option<String>,
        row_number: impl Fn(&Feature, u32) -> u32,
    ) -> Result<Vec<Table>, ReadError> {
        let file = &self.source.shown;
        let (names, fields) = fields_of(layer);
        check_columns(file, names.len())?;
        let spatial = layer.defn().geom_fields().next().is_some();
        let mut table = Table::new(&self.source.name, sheet, names);
        if spatial {
            let (crs, note) = crs_of(layer.spatial_ref());
            table.crs = crs;
            table.notes.push(note);
        }
        if fields.iter().any(|field| matches!(field, Field::Binary)) {
            table.notes.push(texts::text("note-binary-field", &[]));
        }
        let (mut ordinal, mut missing, mut unreadable, mut replaced) = (0_u32, 0_usize, 0_usize, 0_usize);
        let mut cells = vec![String::new(); fields.len()];
        for feature in layer.features() {
            ordinal = ordinal.saturating_add(1);
            let row = row_number(&feature, ordinal);
            for (index, (cell, field)) in cells.iter_mut().zip(&fields).enumerate() {
                *cell = field_text(&feature, index, *field).map_err(|error| self.broken(&error))?;
                replaced += usize::from(cell.contains('\u{fffd}'));
                if cell.len() > CELL_LIMIT {
                    let (file, limit_mib) = (file.clone(), CELL_LIMIT >> 20);
                    return Err(ReadError::CellTooLarge { file, row, column: index + 1, limit_mib });
                }
            }
            let values = cells.iter().map(String::as_str);
            let added = if spatial {
                let geometry = feature.geometry_by_index(0).ok();
                let point = geometry.and_then(point_of);
                match (geometry, point) {
                    (_, Some(_)) => {}
                    (Some(geometry), None) if !geometry.is_empty() => unreadable += 1,
                    _ => missing += 1,
                }
                table.push_placed(row, values, point.map(|(at, _)| at), point.is_some_and(|(_, centroid)| centroid))
            } else {
                table.push(row, values)
            };
            if !added {
                return Err(ReadError::TooMuchText { file: file.clone(), cells: MAX_CELLS });
            }
        }
        let counts = [
            ("note-without-geometry", missing),
            ("note-unreadable-geometry", unreadable),
            ("note-replaced-cells", replaced),
        ];
        for (id, count) in counts.into_iter().filter(|&(_, count)| count > 0) {
            table.notes.push(texts::text(id, &[("count", count.to_string())]));
        }
        if table.is_empty() {
            table.notes.push(texts::text("note-no-features", &[]));
        }
        Ok(vec![table])
    }
}

/// Names of a layer's fields and how their values become text.
pub(super) fn fields_of(layer: &Layer) -> (Vec<String>, Vec<Field>) {
    let kind = |kind: OGRFieldType::Type| match kind {
        OGRFieldType::OFTReal => Field::Number,
        OGRFieldType::OFTDate | OGRFieldType::OFTDateTime => Field::Moment,
        OGRFieldType::OFTBinary => Field::Binary,
        _ => Field::Text,
    };
    layer.defn().fields().map(|field| (field.name(), kind(field.field_type()))).unzip()
}

pub(super) fn field_text(feature: &Feature, index: usize, field: Field) -> Result<String, gdal::errors::GdalError> {
    Ok(match field {
        // A field that the file leaves out is neither null nor set: the binding gives 0 for it, and no text.
        Field::Number if feature.field_as_string(index)?.is_none_or(|text| text.is_empty()) => String::new(),
        Field::Number => feature.field_as_double(index)?.map(canonical::float).unwrap_or_default(),
        Field::Text => feature.field_as_string(index)?.unwrap_or_default(),
        Field::Moment => feature.field_as_string(index)?.map(|text| moment_text(&text)).unwrap_or_default(),
        Field::Binary => String::new(),
    })
}

/// `2024/03/09 17:05:00.000+00`, as GDAL writes it, in our form: `2024-03-09T17:05:00Z`. No zone where none is stated.
fn moment_text(text: &str) -> String {
    let Some((date, time)) = text.split_once(' ') else { return text.replace('/', "-") };
    let zone = time.find(['+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone);
    let clock = clock.split_once('.').map_or(clock, |(whole, _)| whole);
    let zone = match zone {
        "+00" | "+00:00" | "+0000" => "Z".to_owned(),
        hours if hours.len() == 3 => format!("{hours}:00"),
        both if both.len() == 5 => format!("{}:{}", &both[..3], &both[3..]),
        other => other.to_owned(),
    };
    format!("{}T{clock}{zone}", date.replace('/', "-"))
}

/// The point of a geometry and whether it is a centroid.
fn point_of(geometry: &Geometry) -> Option<([f64; 2], bool)> {
    if geometry.is_empty() {
        return None;
    }
    if geometry_type_flatten(geometry.geometry_type()) == OGRwkbGeometryType::wkbPoint {
        let (x, y, _) = geometry.get_point(0);
        return canonical::representative(&geo::Point::new(x, y).into());
    }
    canonical::representative(&shape_of(geometry)?)
}

/// The geometry in two dimensions; see [`straight`].
pub(super) fn shape_of(geometry: &Geometry) -> Option<geo::Geometry> {
    let mut flat = geometry.clone();
    flat.flatten_to_2d();
    straight(&flat)
}

/// The geometry with its curves replaced by the lines between the points that define them: enough for a centroid.
/// `None` for what is neither point, line nor area.
fn straight(geometry: &Geometry) -> Option<geo::Geometry> {
    let parts = || (0..geometry.geometry_count()).map(|part| geometry.get_geometry(part));
    match geometry_type_flatten(geometry.geometry_type()) {
        OGRwkbGeometryType::wkbCircularString | OGRwkbGeometryType::wkbCompoundCurve => {
            Some(curve_points(geometry).into())
        }
        OGRwkbGeometryType::wkbCurvePolygon => {
            let mut rings = parts().map(|ring| curve_points(&ring));
            let outer = rings.next()?;
            Some(geo::Polygon::new(outer, rings.collect()).into())
        }
        OGRwkbGeometryType::wkbMultiCurve
        | OGRwkbGeometryType::wkbMultiSurface
        | OGRwkbGeometryType::wkbGeometryCollection => {
            let parts = parts().map(|part| straight(&part)).collect::<Option<Vec<_>>>()?;
            Some(geo::Geometry::GeometryCollection(geo::GeometryCollection(parts)))
        }
        _ => geometry.to_geo().ok(),
    }
}

/// The points that define a line, a curve or a chain of them.
fn curve_points(geometry: &Geometry) -> geo::LineString {
    if geometry.geometry_count() > 0 {
        let parts = (0..geometry.geometry_count()).flat_map(|part| curve_points(&geometry.get_geometry(part)).0);
        return geo::LineString(parts.collect());
    }
    let mut points = Vec::new();
    geometry.get_points(&mut points);
    points.into_iter().map(|(x, y, _)| geo::Coord { x, y }).collect()
}

/// The CRS in our words, and the note about it.
pub(super) fn crs_of(reference: Option<SpatialRef>) -> (Option<String>, String) {
    let unknown = || (None, texts::text("note-crs-unknown", &[]));
    let Some(mut reference) = reference else { return unknown() };
    let name = reference.name().unwrap_or_default().to_lowercase();
    if reference.is_local() || name.starts_with("undefined") || name == "unknown" {
        return unknown();
    }
    let horizontal = |reference: &SpatialRef| {
        let part = |root: &str, child| reference.get_attr_value(&format!("{root}|AUTHORITY"), child).ok().flatten();
        let root = if reference.is_projected() { "PROJCS" } else { "GEOGCS" };
        Some(format!("{}:{}", part(root, 0)?, part(root, 1)?))
    };
    let code = if reference.is_compound() {
        horizontal(&reference)
    } else {
        // Asked for piece by piece: the crate's own question leaves a complaint where there is no authority.
        let stated = |reference: &SpatialRef| {
            let (name, code) = (reference.auth_name()?, reference.auth_code().ok()?);
            Some(format!("{name}:{code}"))
        };
        let named =
            stated(&reference).or_else(|| reference.auto_identify_epsg().ok().and_then(|()| stated(&reference)));
        named.or_else(|| crs::recognise(&reference.to_proj4().ok()?))
    };
    let Some(crs) = code.or_else(|| reference.to_wkt().ok()) else { return unknown() };
    let shown = if crs.len() > 40 { reference.name().unwrap_or_else(|| crs.clone()) } else { crs.clone() };
    (Some(crs), texts::text("note-crs-stated", &[("crs", shown)]))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use gdal::DriverManager;
    use gdal::vector::{FieldDefn, LayerOptions};
    use proptest::prelude::*;

    use super::super::formats::tests::shared;
    use super::*;

    const POINTS: [&str; 3] = ["POINT (500000 6400000)", "POINT EMPTY", "POINT (500010.5 6400020.25)"];

    struct Made<'a> {
        name: &'a str,
        kind: OGRwkbGeometryType::Type,
        epsg: Option<u32>,
        rows: &'a [Option<&'a str>],
    }

    /// Writes layers of two fields; `None` is a row without geometry.
    fn make(path: &Path, driver: &str, layers: &[Made], options: Option<&[&str]>) {
        gdal_door::watch(|| {
            let driver = DriverManager::get_driver_by_name(driver).expect("there");
            let mut dataset = driver.create_vector_only(path).expect("created");
            for made in layers {
                let reference = made.epsg.map(|code| SpatialRef::from_epsg(code).expect("known"));
                let layer = dataset
                    .create_layer(LayerOptions { name: made.name, srs: reference.as_ref(), ty: made.kind, options })
                    .expect("created");
                for (name, kind) in [
                    ("plats", OGRFieldType::OFTString),
                    ("antal", OGRFieldType::OFTReal),
                    ("dag", OGRFieldType::OFTDate),
                    ("nr", OGRFieldType::OFTInteger64),
                    ("tid", OGRFieldType::OFTDateTime),
                ] {
                    FieldDefn::new(name, kind).expect("made").add_to_layer(&layer).expect("added");
                }
                for (row, geometry) in made.rows.iter().enumerate() {
                    let mut feature = Feature::new(layer.defn()).expect("made");
                    if let Some(text) = geometry {
                        feature.set_geometry(Geometry::from_wkt(text).expect("well-known text")).expect("set");
                    }
                    let number = i32::try_from(row).expect("small");
                    feature.set_field_string(0, &format!("Åsvägen {row}")).expect("set");
                    feature.set_field_double(1, f64::from(number) + 0.25).expect("set");
                    feature.set_field_string(2, "2024/03/09").expect("set");
                    feature.set_field_double(3, f64::from(number) * 1000.0).expect("set");
                    feature.set_field_string(4, "2024/03/09 17:05:00+01").expect("set");
                    feature.create(&layer).expect("written");
                }
            }
            dataset.close().expect("closed");
        });
    }

    fn points(name: &str) -> Made<'_> {
        const ROWS: [Option<&str>; 3] = [Some(POINTS[0]), None, Some(POINTS[2])];
        Made { name, kind: OGRwkbGeometryType::wkbPoint, epsg: Some(3006), rows: &ROWS }
    }

    fn read(path: &Path) -> Result<Table, ReadError> {
        super::super::read(path, &ReadOptions::default()).map(|mut tables| tables.remove(0))
    }

    fn named(path: &Path, layer: &str) -> Result<Table, ReadError> {
        let options = ReadOptions { layer: Some(layer.to_owned()), ..ReadOptions::default() };
        super::super::read(path, &options).map(|mut tables| tables.remove(0))
    }

    #[test]
    fn a_geopackage_of_one_layer_is_read_without_asking() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("olyckor.gpkg");
        make(&path, "GPKG", &[points("olyckor")], None);
        let table = read(&path).expect("is read");
        assert_eq!(table.columns, ["plats", "antal", "dag", "nr", "tid"]);
        let cells: Vec<&str> = table.row(2).collect();
        assert_eq!(cells, ["Åsvägen 2", "2.25", "2024-03-09", "2000", "2024-03-09T17:05:00+01:00"]);
        assert_eq!((table.crs.as_deref(), table.sheet.as_deref()), (Some("EPSG:3006"), None));
        assert_eq!(table.point(0), Some(([500_000.0, 6_400_000.0], false)));
        assert_eq!((table.point(1), table.row_number(2)), (None, 3));
        assert_eq!(table.point(2), Some(([500_010.5, 6_400_020.25], false)));
        assert!(table.notes.iter().any(|note| note.starts_with('1')), "{:?}", table.notes);
    }

    #[test]
    fn the_caller_chooses_among_several_layers_and_names_plain_tables() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("flera.gpkg");
        let plain = |name| Made { name, kind: OGRwkbGeometryType::wkbNone, epsg: None, rows: &[None, None] };
        make(&path, "GPKG", &[points("a"), plain("personer"), points("b")], None);
        assert!(matches!(read(&path), Err(ReadError::SeveralLayers { layers, .. }) if layers == ["a", "b"]));
        assert_eq!(named(&path, "b").expect("is read").sheet.as_deref(), Some("b"));
        let persons = named(&path, "personer").expect("is read");
        assert_eq!((persons.len(), persons.has_geometry(), persons.crs), (2, false, None));
        assert!(matches!(named(&path, "c"), Err(ReadError::UnknownLayer { layers, .. }) if layers.len() == 3));
        let only = folder.path().join("tabell.gpkg");
        make(&only, "GPKG", &[plain("personer")], None);
        assert!(matches!(read(&only), Err(ReadError::OnlyPlainTables { .. })));
        let one = folder.path().join("en.gpkg");
        make(&one, "GPKG", &[points("a"), plain("personer")], None);
        assert_eq!(read(&one).expect("is read").sheet.as_deref(), Some("a"));
    }

    #[test]
    fn lines_areas_and_curves_have_centroids_and_the_crs_may_be_missing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ytor.gpkg");
        let rows = [
            Some("POLYGON Z ((0 0 1, 2 0 1, 2 2 1, 0 2 1, 0 0 1))"),
            Some("LINESTRING (0 0, 4 0)"),
            Some("MULTIPOINT ((3 4))"),
            Some("CURVEPOLYGON (CIRCULARSTRING (0 0, 2 0, 2 2, 0 2, 0 0))"),
            Some("POLYGON EMPTY"),
            Some("POINT (1 2)"),
            Some("MULTISURFACE (((0 0, 2 0, 2 2, 0 2, 0 0)), CURVEPOLYGON ((4 0, 6 0, 6 2, 4 2, 4 0)))"),
            Some("COMPOUNDCURVE ((0 0, 2 0), CIRCULARSTRING (2 0, 3 0, 4 0))"),
            Some("POINT (1e999 2)"),
            Some("TIN (((0 0 0, 0 1 0, 1 1 0, 0 0 0)))"),
        ];
        let any = Made { name: "ytor", kind: OGRwkbGeometryType::wkbUnknown, epsg: None, rows: &rows };
        make(&path, "GPKG", &[any], None);
        let table = read(&path).expect("is read");
        assert_eq!(table.crs, None);
        assert_eq!(table.point(0), Some(([1.0, 1.0], true)));
        assert_eq!(table.point(1), Some(([2.0, 0.0], true)));
        assert_eq!(table.point(2), Some(([3.0, 4.0], false)));
        assert_eq!(table.point(3), Some(([1.0, 1.0], true)));
        assert_eq!((table.point(4), table.point(5)), (None, Some(([1.0, 2.0], false))));
        assert_eq!((table.point(6), table.point(7)), (Some(([3.0, 1.0], true)), Some(([2.0, 0.0], true))));
        assert_eq!((table.point(8), table.point(9)), (None, None));
        let said = |id: &str, count: &str| table.notes.contains(&texts::text(id, &[("count", count.to_owned())]));
        assert!(said("note-without-geometry", "1") && said("note-unreadable-geometry", "2"), "{:?}", table.notes);
    }

    #[test]
    fn an_empty_layer_is_an_empty_table() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tom.gpkg");
        make(&path, "GPKG", &[Made { rows: &[], ..points("tom") }], None);
        let table = read(&path).expect("is read");
        assert!(table.is_empty() && table.notes.contains(&texts::text("note-no-features", &[])));
    }

    #[test]
    fn a_shapefile_is_read_with_its_encoding_and_needs_its_parts() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("olyckor.shp");
        make(&path, "ESRI Shapefile", &[points("olyckor")], Some(&["ENCODING=UTF-8"]));
        let table = read(&path).expect("is read");
        assert_eq!(table.row(2).take(4).collect::<Vec<_>>(), ["Åsvägen 2", "2.25", "2024-03-09", "2000"]);
        assert_eq!((table.crs.as_deref(), table.encoding.as_deref()), (Some("EPSG:3006"), Some("UTF-8")));
        assert_eq!((table.point(1), table.row_number(2)), (None, 3));
        assert_eq!(table.point(2), Some(([500_010.5, 6_400_020.25], false)));
        assert!(named(&path, "olyckor").is_ok());
        assert!(matches!(named(&path, "annat"), Err(ReadError::UnknownLayer { .. })));
        fs::remove_file(path.with_extension("prj")).expect("removed");
        assert_eq!(read(&path).expect("is read").crs, None);
        fs::rename(path.with_extension("dbf"), path.with_extension("DBF")).expect("renamed");
        assert_eq!(read(&path).expect("is read").len(), 3);
        for part in ["shx", "DBF"] {
            fs::rename(path.with_extension(part), path.with_extension("gone")).expect("renamed");
            let error = read(&path).expect_err("is refused");
            let wanted = format!("olyckor.{}", part.to_lowercase());
            assert!(matches!(&error, ReadError::MissingCompanion { companion, .. } if *companion == wanted), "{error}");
            fs::rename(path.with_extension("gone"), path.with_extension(part)).expect("renamed");
        }
    }

    #[test]
    fn a_shapefile_that_states_no_encoding_has_it_found_or_given() {
        let folder = tempfile::tempdir().expect("a folder");
        let unstated = |name: &str, encoding: &str| {
            let path = folder.path().join(name);
            make(&path, "ESRI Shapefile", &[points(name.trim_end_matches(".shp"))], Some(&[encoding]));
            let _ = fs::remove_file(path.with_extension("cpg"));
            let mut dbf = fs::read(path.with_extension("dbf")).expect("read");
            dbf[29] = 0;
            fs::write(path.with_extension("dbf"), dbf).expect("written");
            path
        };
        for (name, encoding, expected) in
            [("u.shp", "ENCODING=UTF-8", "UTF-8"), ("w.shp", "ENCODING=CP1252", "windows-1252")]
        {
            let table = read(&unstated(name, encoding)).expect("is read");
            assert_eq!((table.cell(0, 0), table.encoding.as_deref()), ("Åsvägen 0", Some(expected)));
        }
        let dos = unstated("d.shp", "ENCODING=CP850");
        assert!(matches!(read(&dos), Err(ReadError::UnknownEncoding { .. })));
        let given = |encoding: &str| ReadOptions { encoding: Some(encoding.to_owned()), ..ReadOptions::default() };
        let table = super::super::read(&dos, &given("cp850")).expect("is read").remove(0);
        assert_eq!(table.cell(0, 0), "Åsvägen 0");
        let error = super::super::read(&dos, &given("utf-16")).expect_err("is refused");
        assert!(matches!(error, ReadError::UnsupportedEncoding { .. }));
    }

    #[test]
    fn files_cut_short_are_refused_in_one_sentence_or_read_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hel.gpkg");
        make(&path, "GPKG", &[points("olyckor")], None);
        let whole = fs::read(&path).expect("read");
        for part in 1..20 {
            let cut = folder.path().join("kort.gpkg");
            fs::write(&cut, &whole[..whole.len() * part / 20]).expect("written");
            match read(&cut) {
                Err(error) => {
                    assert!(matches!(error, ReadError::BrokenVector { .. } | ReadError::NoLayers { .. }), "{error}");
                }
                Ok(table) => assert_eq!(table.len(), 3, "cut at {part}/20"),
            }
        }
        let path = folder.path().join("hel.shp");
        make(&path, "ESRI Shapefile", &[points("hel")], None);
        for part in ["shp", "dbf", "shx"] {
            let whole = fs::read(path.with_extension(part)).expect("read");
            for keep in [whole.len() - 1, whole.len() - 20, whole.len() / 2, 40] {
                fs::write(path.with_extension(part), &whole[..keep]).expect("written");
                let read = read(&path);
                let sound = read.as_ref().is_ok_and(|table| table.len() == 3 && table.point(2).is_some());
                assert!(matches!(read, Err(ReadError::BrokenVector { .. })) || sound, "{part} cut at {keep}: {read:?}");
            }
            fs::write(path.with_extension(part), whole).expect("written");
        }
    }

    #[test]
    fn points_in_time_keep_their_zone() {
        let texts =
            ["2024/03/09 17:05:00", "2024/03/09 17:05:00.250+00", "2024/03/09 17:05:00+01", "2024/03/09 17:05:00-0330"];
        let expected =
            ["2024-03-09T17:05:00", "2024-03-09T17:05:00Z", "2024-03-09T17:05:00+01:00", "2024-03-09T17:05:00-03:30"];
        assert_eq!(texts.map(moment_text), expected);
        assert_eq!(moment_text("2024/03/09"), "2024-03-09");
    }

    #[test]
    fn the_real_geopackage_is_read_whole() {
        let Some(folder) = shared("the_real_geopackage_is_read_whole") else { return };
        let table = read(&folder.join("helsinki/accidents_2014_2019.gpkg")).expect("is read");
        assert_eq!((table.len(), table.crs.as_deref()), (15_112, Some("EPSG:3067")));
        assert!((0..table.len()).all(|row| table.point(row).is_some_and(|(_, centroid)| !centroid)));
        assert!(table.column("Vakavuusko").is_some(), "{:?}", table.columns);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn damaged_files_never_panic(at in any::<prop::sample::Index>(), with in prop::collection::vec(any::<u8>(), 1..40), part in 0_usize..4) {
            let folder = tempfile::tempdir().expect("a folder");
            let (name, driver) = if part == 0 { ("a.gpkg", "GPKG") } else { ("a.shp", "ESRI Shapefile") };
            let path = folder.path().join(name);
            make(&path, driver, &[points("a")], None);
            let damaged = path.with_extension(["gpkg", "shp", "dbf", "shx"][part]);
            let mut bytes = fs::read(&damaged).expect("read");
            let at = at.index(bytes.len());
            let end = (at + with.len()).min(bytes.len());
            bytes[at..end].copy_from_slice(&with[..end - at]);
            fs::write(&damaged, bytes).expect("written");
            let _ = read(&path);
        }
    }
}
