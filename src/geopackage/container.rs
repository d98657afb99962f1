//! A GeoPackage as a container: making, opening, registering tables, and filling them fast.
//!
//! Rows are filled between [`suspend`] and [`resume`]: the triggers that the standard asks for are absent meanwhile,
//! and index, count and extent are brought up to date once. Both belong in the transaction that writes the rows, so
//! that a roll-back restores everything. No stamp comes from the clock.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Result, named_params, params};

use super::rtree::{self, Touched};
use super::{Error, blob, shown};
use crate::domain::{Bbox, CrsDefinition, GeometryKind};

/// `GPKG` in ASCII, at byte 68 of the file.
pub const APPLICATION_ID: i32 = 0x4750_4b47;
/// Primary key of every table of ours.
pub const KEY: &str = "fid";
/// Geometry column of every feature table of ours.
pub const GEOMETRY: &str = "geom";
/// Names our passports in `gpkg_metadata`.
pub const PASSPORT_URI: &str = "urn:lagesbild:passport:1";

/// Whether a file is opened to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Rows are read only.
    ReadOnly,
    /// Rows are read and written.
    ReadWrite,
}

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// 64-bit whole numbers.
    Integer,
    /// Real numbers.
    Real,
    /// Texts.
    Text,
    /// True or false.
    Boolean,
    /// UTC as `YYYY-MM-DDTHH:MM:SS.sssZ`.
    DateTime,
    /// A text that holds a JSON value.
    Json,
}

impl FieldKind {
    /// The word of the standard.
    #[must_use]
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Integer => "INTEGER",
            Self::Real => "REAL",
            Self::Text | Self::Json => "TEXT",
            Self::Boolean => "BOOLEAN",
            Self::DateTime => "DATETIME",
        }
    }
}

/// A column: name for machines, alias for people. An empty alias writes none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name in the table.
    pub name: String,
    /// What QGIS shows.
    pub alias: String,
    /// Its type.
    pub kind: FieldKind,
}

/// A table as the container registers it. It has the key [`KEY`] and, with a geometry, the column [`GEOMETRY`].
#[derive(Debug, Clone)]
pub struct Table<'a> {
    /// Table name.
    pub name: &'a str,
    /// What people call it; unique in the file.
    pub title: &'a str,
    /// A sentence on what it holds.
    pub description: &'a str,
    /// Its geometry, or `None` for a table of attributes.
    pub geometry: Option<GeometryKind>,
    /// EPSG code of the coordinates; its row must be in the file.
    pub srs: i32,
    /// Columns besides key and geometry.
    pub fields: &'a [Field],
    /// `last_change`, as `YYYY-MM-DDTHH:MM:SS.sssZ`.
    pub stamp: &'a str,
}

/// A name in double quotes, so that any column of a user's file is a name and nothing else.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Makes a new GeoPackage without tables of its own, and opens it for writing.
///
/// # Errors
/// A file of that name exists, its folder does not, or it may not be written.
pub fn create(path: &Path, crs: &[&CrsDefinition]) -> std::result::Result<Connection, Error> {
    if path.symlink_metadata().is_ok() {
        return Err(Error::GeopackageExists { file: shown(path) });
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        return Err(Error::MissingFolder { file: shown(path), folder: shown(folder) });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let fill = || -> Result<Connection> {
        let mut connection = Connection::open_with_flags(path, flags)?;
        prepare(&connection)?;
        let transaction = connection.transaction()?;
        transaction.execute_batch(include_str!("container.sql"))?;
        for crs in crs {
            add_crs(&transaction, crs)?;
        }
        transaction.commit()?;
        Ok(connection)
    };
    fill().map_err(|error| Error::of(path, &error))
}

/// Opens a GeoPackage that exists.
///
/// # Errors
/// The file is missing, may not be read (or written, where that was asked), is no `SQLite` file or no GeoPackage.
pub fn open(path: &Path, access: Access) -> std::result::Result<Connection, Error> {
    let mut magic = [0; 16];
    let mut file = File::open(path).map_err(|error| Error::of_io(path, &error))?;
    if path.is_dir() || file.read_exact(&mut magic).is_err() || &magic != b"SQLite format 3\0" {
        return Err(Error::NotSqlite { file: shown(path) });
    }
    drop(file);
    let connect = |flag: OpenFlags| -> Result<(Connection, i32)> {
        let connection = Connection::open_with_flags(path, flag | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        prepare(&connection)?;
        let id = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        Ok((connection, id))
    };
    let opened = match access {
        Access::ReadWrite => connect(OpenFlags::SQLITE_OPEN_READ_WRITE),
        Access::ReadOnly => match connect(OpenFlags::SQLITE_OPEN_READ_ONLY) {
            // A process that was killed left a change half-written: who may write undoes it, then only reads.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ReadOnly) => {
                connect(OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|_| connect(OpenFlags::SQLITE_OPEN_READ_ONLY))
            }
            opened => opened,
        },
    };
    let (connection, id) = opened.map_err(|error| Error::of(path, &error))?;
    if id != APPLICATION_ID {
        return Err(Error::NotGeopackage { file: shown(path) });
    }
    // SQLite opens a write-protected file for reading, and says so only when asked.
    let read_only = connection.is_readonly("main").map_err(|error| Error::of(path, &error))?;
    if access == Access::ReadWrite && read_only {
        return Err(Error::NotPermitted { file: shown(path) });
    }
    Ok(connection)
}

/// One side of a box.
type Side = fn(Bbox) -> f64;

/// Settings of a connection and the functions that the index's triggers call.
fn prepare(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "foreign_keys", true)?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    let bounds = |value: ValueRef<'_>| value.as_blob().ok().and_then(blob::bounds_of);
    connection.create_scalar_function("ST_IsEmpty", 1, flags, move |context| {
        Ok(match context.get_raw(0) {
            ValueRef::Null => None,
            value => Some(bounds(value).is_none()),
        })
    })?;
    let sides: [(&str, Side); 4] = [
        ("ST_MinX", |bbox| bbox.min_x),
        ("ST_MaxX", |bbox| bbox.max_x),
        ("ST_MinY", |bbox| bbox.min_y),
        ("ST_MaxY", |bbox| bbox.max_y),
    ];
    for (name, side) in sides {
        connection.create_scalar_function(name, 1, flags, move |context| Ok(bounds(context.get_raw(0)).map(side)))?;
    }
    Ok(())
}

/// Adds a CRS, unless its row is there.
pub fn add_crs(connection: &Connection, crs: &CrsDefinition) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?1, ?2, 'EPSG', ?2, ?3, NULL)";
    connection.execute(sql, params![crs.name, crs.epsg, crs.wkt]).map(drop)
}

/// Creates a table with its columns and registers it.
pub fn add_table(connection: &Connection, table: &Table<'_>) -> Result<()> {
    let mut columns = vec![format!("{KEY} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL")];
    columns.extend(table.geometry.map(|kind| format!("{GEOMETRY} {}", geometry_name(kind))));
    columns.extend(table.fields.iter().map(|field| format!("{} {}", quoted(&field.name), field.kind.sql())));
    connection.execute_batch(&format!("CREATE TABLE {} ({})", quoted(table.name), columns.join(", ")))?;
    register(connection, table)
}

/// Registers a table that exists and is empty: contents, geometry column, aliases, index, count and triggers.
pub fn register(connection: &Connection, table: &Table<'_>) -> Result<()> {
    connection.execute(
        include_str!("contents.sql"),
        named_params! {
            ":name": table.name,
            ":kind": if table.geometry.is_some() { "features" } else { "attributes" },
            ":title": table.title,
            ":description": table.description,
            ":stamp": table.stamp,
            ":srs": table.geometry.is_some().then_some(table.srs),
        },
    )?;
    if let Some(kind) = table.geometry {
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?1, ?2, ?3, ?4, 0, 0)",
            params![table.name, GEOMETRY, geometry_name(kind), table.srs],
        )?;
        connection.execute(include_str!("extension.sql"), params![table.name, GEOMETRY])?;
        rtree::create(connection, table.name)?;
    }
    for field in table.fields {
        describe(connection, table.name, field)?;
    }
    connection.execute("INSERT INTO gpkg_ogr_contents VALUES (?1, 0)", [table.name])?;
    add_triggers(connection, table.name, table.geometry.is_some())
}

/// Writes the alias and the type of a column's content, where it has them, in place of earlier ones.
pub fn describe(connection: &Connection, table: &str, field: &Field) -> Result<()> {
    let mime = (field.kind == FieldKind::Json).then_some("application/json");
    let title = (!field.alias.is_empty()).then_some(&field.alias);
    if mime.is_none() && title.is_none() {
        return Ok(());
    }
    let mut alias = connection.prepare_cached(
        "INSERT OR REPLACE INTO gpkg_data_columns (table_name, column_name, title, mime_type) VALUES (?1, ?2, ?3, ?4)",
    )?;
    alias.execute(params![table, field.name, title, mime]).map(drop)
}

/// The standard's word for a kind of geometry.
#[must_use]
pub const fn geometry_name(kind: GeometryKind) -> &'static str {
    match kind {
        GeometryKind::Point => "POINT",
        GeometryKind::Line => "MULTILINESTRING",
        GeometryKind::Area => "MULTIPOLYGON",
    }
}

fn add_triggers(connection: &Connection, table: &str, indexed: bool) -> Result<()> {
    let bare = table.replace('"', "\"\"");
    let counters = include_str!("counters.sql")
        .replace("{t}", &quoted(table))
        .replace("{q}", &format!("'{}'", table.replace('\'', "''")))
        .replace("{n}", &bare);
    connection.execute_batch(&counters)?;
    if indexed {
        let triggers = include_str!("triggers.sql")
            .replace("{t}", &quoted(table))
            .replace("{r}", &quoted(&rtree::name(table)))
            .replace("{n}", &rtree::name(table).replace('"', "\"\""))
            .replace("{c}", GEOMETRY)
            .replace("{i}", KEY);
        connection.execute_batch(&triggers)?;
    }
    Ok(())
}

/// Whether the table is registered with a geometry.
pub fn has_geometry(connection: &Connection, table: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM gpkg_geometry_columns WHERE table_name = ?1";
    Ok(connection.query_row(sql, [table], |_| Ok(())).optional()?.is_some())
}

/// Takes the standard's triggers off a table that is about to be filled; others stay. Call [`resume`] afterwards, in
/// the same transaction.
pub fn suspend(connection: &Connection, table: &str) -> Result<()> {
    let index = rtree::name(table);
    let counters = ["insert", "delete"].map(|event| format!("trigger_{event}_feature_count_{table}"));
    let indexers = ["insert", "update1", "update2", "update3", "update4", "delete", "update5", "update6", "update7"];
    let names = counters.into_iter().chain(indexers.map(|event| format!("{index}_{event}")));
    for name in names {
        connection.execute_batch(&format!("DROP TRIGGER IF EXISTS {}", quoted(&name)))?;
    }
    Ok(())
}

/// Brings index, extent, count and stamp of a filled table up to date and puts its triggers back.
///
/// `touched` tells which rows changed; where those are few beside the rest, only they are indexed anew. The stamp
/// never goes back in time. Cost: 1 M points in one to two seconds.
pub fn resume(connection: &Connection, table: &str, touched: &Touched, stamp: &str) -> Result<()> {
    let count: i64 = connection.query_row(&format!("SELECT count(*) FROM {}", quoted(table)), [], |row| row.get(0))?;
    connection
        .execute("UPDATE gpkg_ogr_contents SET feature_count = ?2 WHERE table_name = ?1", params![table, count])?;
    let indexed = has_geometry(connection, table)?;
    if indexed {
        let (bbox, whole) = rtree::refresh(connection, table, touched, count)?;
        let extent = (!bbox.is_empty()).then_some(bbox);
        let sql = if whole {
            "UPDATE gpkg_contents SET min_x = ?2, min_y = ?3, max_x = ?4, max_y = ?5 WHERE table_name = ?1"
        } else {
            include_str!("extend.sql")
        };
        let side = |side: Side| extent.map(side);
        connection
            .execute(sql, params![table, side(|b| b.min_x), side(|b| b.min_y), side(|b| b.max_x), side(|b| b.max_y)])?;
    }
    connection
        .execute("UPDATE gpkg_contents SET last_change = max(last_change, ?2) WHERE table_name = ?1", [table, stamp])?;
    add_triggers(connection, table, indexed)
}

/// Writes the passport of a table, or of the whole file, in place of an earlier one.
pub fn set_passport(connection: &Connection, table: Option<&str>, json: &str, stamp: &str) -> Result<()> {
    let old: Option<i64> = connection
        .query_row(include_str!("passport.sql"), params![PASSPORT_URI, table], |row| row.get(0))
        .optional()?;
    if let Some(id) = old {
        connection.execute("UPDATE gpkg_metadata SET metadata = ?2 WHERE id = ?1", params![id, json])?;
        return connection
            .execute("UPDATE gpkg_metadata_reference SET timestamp = ?2 WHERE md_file_id = ?1", params![id, stamp])
            .map(drop);
    }
    connection.execute(
        "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata)
         VALUES ('dataset', ?1, 'application/json', ?2)",
        params![PASSPORT_URI, json],
    )?;
    connection
        .execute(
            "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, timestamp, md_file_id)
             VALUES (?1, ?2, ?3, last_insert_rowid())",
            params![if table.is_some() { "table" } else { "geopackage" }, table, stamp],
        )
        .map(drop)
}

/// Takes the passport of a table away, where it has one.
pub fn clear_passport(connection: &Connection, table: &str) -> Result<()> {
    let mut select = connection.prepare(include_str!("passport.sql"))?;
    let ids = select.query_map(params![PASSPORT_URI, table], |row| row.get(0))?;
    for id in ids.collect::<Result<Vec<i64>>>()? {
        connection.execute("DELETE FROM gpkg_metadata_reference WHERE md_file_id = ?1", [id])?;
        connection.execute("DELETE FROM gpkg_metadata WHERE id = ?1", [id])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Geometry, polygon};
    use std::process::Command;

    const STAMP: &str = "2024-01-01T00:00:00.000Z";

    fn sweref() -> CrsDefinition {
        CrsDefinition {
            epsg: 3006,
            name: "SWEREF99 TM".to_owned(),
            wkt: "PROJCS[\"SWEREF99 TM\",GEOGCS[\"SWEREF99\",DATUM[\"SWEREF99\",SPHEROID[\"GRS 1980\",6378137,298.257222101]],\
                  PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]],PROJECTION[\"Transverse_Mercator\"],\
                  PARAMETER[\"latitude_of_origin\",0],PARAMETER[\"central_meridian\",15],PARAMETER[\"scale_factor\",0.9996],\
                  PARAMETER[\"false_easting\",500000],PARAMETER[\"false_northing\",0],UNIT[\"metre\",1],AUTHORITY[\"EPSG\",\"3006\"]]"
                .to_owned(),
            projjson: String::new(),
            proj4: String::new(),
        }
    }

    fn filled(path: &Path) -> Connection {
        let mut connection = create(path, &[&sweref()]).expect("a new file");
        let fields = [("namn", "Plats", FieldKind::Text), ("delar", "Delar \"inuti\"", FieldKind::Json)]
            .map(|(name, alias, kind)| Field { name: name.to_owned(), alias: alias.to_owned(), kind });
        let transaction = connection.transaction().expect("a transaction");
        for (name, geometry) in
            [("punkter", Some(GeometryKind::Point)), ("ytor", Some(GeometryKind::Area)), ("rader", None)]
        {
            let table = Table {
                name,
                title: &format!("{name} å"),
                description: "Ett prov.",
                geometry,
                srs: 3006,
                fields: &fields,
                stamp: STAMP,
            };
            add_table(&transaction, &table).expect("a table");
        }
        suspend(&transaction, "punkter").expect("triggers off");
        for k in 0..10_000_i32 {
            let (x, y) = (500_000.0 + f64::from(k % 101) * 7.3, 6_600_000.0 + f64::from(k) / 3.0);
            transaction
                .execute("INSERT INTO punkter (geom, namn) VALUES (?1, 'å')", params![blob::point_blob(3006, x, y)])
                .expect("a row");
        }
        resume(&transaction, "punkter", &Touched::All, "2025-01-01T00:00:00.000Z").expect("triggers on");
        let area = polygon![(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0)];
        let shape = blob::shape_blob(3006, GeometryKind::Area, &Geometry::Polygon(area)).expect("an area");
        transaction
            .execute("INSERT INTO ytor (geom, namn) VALUES (?1, 'yta')", [shape])
            .expect("a row, by the triggers");
        set_passport(&transaction, None, "{\"a\":1}", STAMP).expect("a passport");
        set_passport(&transaction, None, "{\"a\":2}", STAMP).expect("another in its place");
        set_passport(&transaction, Some("ytor"), "{}", STAMP).expect("a table's passport");
        transaction.commit().expect("kept");
        connection
    }

    #[test]
    fn the_validator_of_gdal_accepts_the_file_and_finds_every_row_by_its_index() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("prov.gpkg");
        let connection = filled(&path);
        for table in ["punkter", "ytor"] {
            assert_eq!(rtree::check(&connection, table).expect("a check"), None, "{table}");
        }
        let near: i64 = connection
            .query_row(
                "SELECT count(*) FROM rtree_punkter_geom WHERE maxx >= 500100 AND minx <= 500200 AND maxy >= 6600500 AND miny <= 6600900",
                [],
                |row| row.get(0),
            )
            .expect("a count");
        let really: i64 = connection
            .query_row(
                "SELECT count(*) FROM punkter WHERE ST_MinX(geom) BETWEEN 500100 AND 500200 AND ST_MinY(geom) BETWEEN 6600500 AND 6600900",
                [],
                |row| row.get(0),
            )
            .expect("a count");
        assert!(really > 100 && near >= really && near - really < 30, "{near} {really}");
        drop(connection);
        let validate = Command::new("/usr/bin/python3")
            .args(["-m", "osgeo_utils.samples.validate_gpkg", "-v"])
            .arg(&path)
            .output();
        match validate {
            Ok(output) if !String::from_utf8_lossy(&output.stderr).contains("No module named") => {
                let said =
                    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success() && !said.contains("ERROR"), "{said}");
            }
            _ => println!("NOT RUN: validate_gpkg"),
        }
    }

    #[test]
    fn a_few_rows_later_the_index_count_and_extent_still_agree() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("prov.gpkg");
        drop(filled(&path));
        let mut connection = open(&path, Access::ReadWrite).expect("opened");
        let transaction = connection.transaction().expect("a transaction");
        suspend(&transaction, "punkter").expect("triggers off");
        transaction
            .execute("INSERT INTO punkter (geom) VALUES (?1)", params![blob::point_blob(3006, 1.0, 2.0)])
            .expect("a row");
        transaction
            .execute("UPDATE punkter SET geom = ?1 WHERE fid = 5", params![blob::point_blob(3006, 900_000.0, 2.5)])
            .expect("a changed row");
        transaction.execute("UPDATE punkter SET geom = NULL WHERE fid = 6", []).expect("a row that lost its place");
        let touched = Touched::Some { after: 10_000, changed: vec![5, 6] };
        resume(&transaction, "punkter", &touched, "2020-01-01T00:00:00.000Z").expect("triggers on");
        transaction.execute("DELETE FROM punkter WHERE fid = 7", []).expect("a row less, by the triggers");
        transaction.commit().expect("kept");
        assert_eq!(rtree::check(&connection, "punkter").expect("a check"), None);
        let (count, min_x, max_x, stamp): (i64, f64, f64, String) = connection
            .query_row(
                "SELECT o.feature_count, c.min_x, c.max_x, c.last_change FROM gpkg_contents c JOIN gpkg_ogr_contents o USING (table_name)
                 WHERE table_name = 'punkter'",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
            .expect("registered");
        assert_eq!((count, min_x, max_x, stamp.as_str()), (10_000, 1.0, 900_000.0, "2025-01-01T00:00:00.000Z"));
    }

    #[test]
    fn files_that_are_no_geopackage_are_refused_each_with_its_reason() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        assert!(matches!(open(&at("saknas.gpkg"), Access::ReadOnly), Err(Error::MissingFile { .. })));
        std::fs::write(at("text.gpkg"), "x;y\n1;2\n").expect("written");
        assert!(matches!(open(&at("text.gpkg"), Access::ReadOnly), Err(Error::NotSqlite { .. })));
        assert!(matches!(open(folder.path(), Access::ReadOnly), Err(Error::NotSqlite { .. })));
        Connection::open(at("annan.db")).and_then(|c| c.execute_batch("CREATE TABLE a (b)")).expect("a plain database");
        assert!(matches!(open(&at("annan.db"), Access::ReadWrite), Err(Error::NotGeopackage { .. })));
        std::fs::write(at("trasig.gpkg"), [b"SQLite format 3\0".as_slice(), &[7; 4000]].concat()).expect("written");
        assert!(matches!(
            open(&at("trasig.gpkg"), Access::ReadOnly),
            Err(Error::NotSqlite { .. } | Error::GeopackageDamaged { .. })
        ));
        assert!(matches!(create(&at("ingen/mapp.gpkg"), &[]), Err(Error::MissingFolder { .. })));
        drop(create(&at("ny.gpkg"), &[]).expect("a new file"));
        assert!(matches!(create(&at("ny.gpkg"), &[]), Err(Error::GeopackageExists { .. })));
    }

    #[test]
    fn the_same_rows_give_the_same_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let [a, b] = ["a.gpkg", "b.gpkg"].map(|name| folder.path().join(name));
        drop((filled(&a), filled(&b)));
        assert!(std::fs::read(a).expect("read") == std::fs::read(b).expect("read"));
    }
}
