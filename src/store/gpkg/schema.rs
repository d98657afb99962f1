//! Versions of the embedded store's schema, and what the store knows of itself.
//!
//! Each version is a numbered SQL file. All that are missing are applied in one transaction.

use std::path::Path;

use rusqlite::types::{ToSql, Value};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::super::{Error, NewStore, Settings};
use super::{Attempt, Fault};
use crate::domain::passport::NO_VINTAGE;
use crate::domain::{CrsDefinition, GeometryKind};
use crate::geopackage::{Field, FieldKind, Table, blob, container, shown};
use crate::texts;

/// One step of the schema.
pub(super) struct Migration {
    /// The version that it leads to.
    pub version: u32,
    /// Its statements.
    pub sql: &'static str,
    /// Tables that it makes and that QGIS shows.
    pub tables: &'static [(&'static str, Option<GeometryKind>)],
    /// Tables of earlier steps that it gives more columns.
    pub widened: &'static [&'static str],
}

/// Every step, oldest first.
pub(super) const MIGRATIONS: [Migration; 7] = [FIRST, ROADS, EVENT_ROADS, REGISTER, AREAS, COVERAGE, JUNCTIONS];

const FIRST: Migration = Migration {
    version: 1,
    sql: include_str!("../sql/0001_first.sql"),
    tables: &[
        ("events", Some(GeometryKind::Point)),
        ("persons", None),
        ("elements", None),
        ("event_text", None),
        ("hotspots", Some(GeometryKind::Area)),
        ("hotspot_lines", Some(GeometryKind::Line)),
        ("hotspot_points", Some(GeometryKind::Point)),
        ("roads", Some(GeometryKind::Line)),
        ("buildings", Some(GeometryKind::Area)),
        ("ground_points", Some(GeometryKind::Point)),
        ("quarantine", None),
        ("imports", None),
        ("runs", None),
    ],
    widened: &[],
};

const ROADS: Migration = Migration {
    version: 2,
    sql: include_str!("../sql/0002_roads.sql"),
    tables: &[
        ("road_nodes", Some(GeometryKind::Point)),
        ("barriers", Some(GeometryKind::Line)),
        ("places", Some(GeometryKind::Point)),
    ],
    widened: &["roads"],
};

const EVENT_ROADS: Migration = Migration {
    version: 3,
    sql: include_str!("../sql/0003_event_roads.sql"),
    tables: &[("event_roads", None)],
    widened: &[],
};

const REGISTER: Migration = Migration {
    version: 4,
    sql: include_str!("../sql/0004_register.sql"),
    tables: &[
        ("register_places", Some(GeometryKind::Point)),
        ("register_areas", Some(GeometryKind::Area)),
        ("place_choices", None),
        ("event_places", None),
    ],
    widened: &[],
};

const AREAS: Migration = Migration {
    version: 5,
    sql: include_str!("../sql/0005_areas.sql"),
    tables: &[
        ("areas", Some(GeometryKind::Area)),
        ("area_exposures", None),
        ("area_counts", None),
        ("register_quarantine", None),
        ("measures", Some(GeometryKind::Point)),
        ("measure_lines", Some(GeometryKind::Line)),
        ("measure_areas", Some(GeometryKind::Area)),
        ("conditions", Some(GeometryKind::Point)),
        ("condition_lines", Some(GeometryKind::Line)),
        ("condition_areas", Some(GeometryKind::Area)),
    ],
    widened: &[],
};

const COVERAGE: Migration = Migration {
    version: 6,
    sql: include_str!("../sql/0006_coverage.sql"),
    tables: &[("coverage", None), ("exports", None), ("retention", None)],
    widened: &["imports"],
};

const JUNCTIONS: Migration = Migration {
    version: 7,
    sql: include_str!("../sql/0007_junctions.sql"),
    tables: &[("platsutdrag", Some(GeometryKind::Area))],
    widened: &["roads", "road_nodes"],
};

/// Columns whose texts are JSON.
const JSON: [&str; 6] = ["attributes", "raw", "properties", "passport", "details", "sources"];

/// The version that the last step leads to.
pub(super) fn newest(migrations: &[Migration]) -> u32 {
    migrations.last().map_or(0, |migration| migration.version)
}

/// The schema version of the file, or `None` where it is no store.
///
/// A version beyond 32 bits is the largest that there is; one that is no number is [`Error::BadStoredValue`].
pub(super) fn version(connection: &Connection, path: &Path) -> Attempt<Option<u32>> {
    let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'lb_settings'";
    if connection.query_row(sql, [], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    number(connection, path, "schema_version")
}

/// A setting whatever its type: other programs write numbers as texts and texts as numbers.
pub(super) fn setting(connection: &Connection, key: &str) -> rusqlite::Result<Option<Value>> {
    connection.query_row("SELECT value FROM lb_settings WHERE key = ?1", [key], |row| row.get(0)).optional()
}

pub(super) fn number(connection: &Connection, path: &Path, key: &str) -> Attempt<Option<u32>> {
    let Some(value) = setting(connection, key)? else { return Ok(None) };
    let whole = match &value {
        Value::Integer(whole) => Some(*whole),
        Value::Real(real) => format!("{real}").parse().ok(),
        Value::Text(text) => text.trim().parse().ok(),
        Value::Null | Value::Blob(_) => None,
    };
    let whole = whole.filter(|whole: &i64| *whole >= 0).ok_or_else(|| bad(path, key, &value))?;
    Ok(Some(u32::try_from(whole).unwrap_or(u32::MAX)))
}

pub(super) fn words(connection: &Connection, path: &Path, key: &str) -> Attempt<Option<String>> {
    Ok(match setting(connection, key)? {
        None => None,
        Some(Value::Text(text)) => Some(text),
        Some(Value::Integer(whole)) => Some(whole.to_string()),
        Some(Value::Real(real)) => Some(real.to_string()),
        Some(value) => return Err(bad(path, key, &value).into()),
    })
}

fn bad(path: &Path, key: &str, value: &Value) -> Error {
    let value = match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(whole) => whole.to_string(),
        Value::Real(real) => real.to_string(),
        Value::Text(text) => text.chars().take(60).collect(),
        Value::Blob(_) => "BLOB".to_owned(),
    };
    let (file, table) = (shown(path), "lb_settings".to_owned());
    Error::BadStoredValue { file, table, row: key.to_owned(), column: "value".to_owned(), value }
}

pub(super) fn set(connection: &Connection, key: &str, value: impl ToSql) -> rusqlite::Result<()> {
    connection.execute("INSERT OR REPLACE INTO lb_settings (key, value) VALUES (?1, ?2)", params![key, value]).map(drop)
}

/// Applies every step above the file's version, in one transaction. A file without settings becomes a store.
pub(super) fn migrate(
    connection: &mut Connection,
    path: &Path,
    migrations: &[Migration],
    epsg: u32,
) -> Result<(), Error> {
    let mut run = || -> Attempt<()> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch("CREATE TABLE IF NOT EXISTS lb_settings (key TEXT PRIMARY KEY NOT NULL, value)")?;
        let before = version(&transaction, path)?.unwrap_or(0);
        let ours = newest(migrations);
        if before > ours {
            return Err(Error::StoreNewer { file: shown(path), version: before, ours }.into());
        }
        for migration in migrations.iter().filter(|migration| migration.version > before) {
            transaction.execute_batch(migration.sql)?;
            for (table, geometry) in migration.tables {
                register(&transaction, table, *geometry, epsg)?;
            }
            for table in migration.widened {
                for field in fields(&transaction, table)? {
                    container::describe(&transaction, table, &field)?;
                }
            }
            set(&transaction, "schema_version", migration.version)?;
        }
        transaction.commit()?;
        Ok(())
    };
    run().map_err(|fault| fault.named(path))
}

/// Makes a table one that QGIS shows, with Swedish title and aliases.
fn register(connection: &Connection, table: &str, geometry: Option<GeometryKind>, epsg: u32) -> rusqlite::Result<()> {
    container::register(
        connection,
        &Table {
            name: table,
            title: &texts::swedish(&format!("store-table-{}", table.replace('_', "-")), &[]),
            description: &texts::swedish(&format!("store-about-{}", table.replace('_', "-")), &[]),
            geometry,
            srs: i32::try_from(epsg).unwrap_or(-1),
            fields: &fields(connection, table)?,
            stamp: NO_VINTAGE,
        },
    )
}

/// The columns of a table, but for key and geometry, with their Swedish aliases.
fn fields(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Field>> {
    let mut columns = connection.prepare("SELECT name, type FROM pragma_table_info(?1)")?;
    let fields = columns.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let fields: Vec<(String, String)> = fields.collect::<rusqlite::Result<_>>()?;
    Ok(fields
        .into_iter()
        .filter(|(name, _)| name != container::KEY && name != container::GEOMETRY)
        .map(|(name, sql)| Field {
            alias: alias(&name),
            kind: match sql.as_str() {
                _ if JSON.contains(&name.as_str()) => FieldKind::Json,
                "INTEGER" => FieldKind::Integer,
                "REAL" => FieldKind::Real,
                "BOOLEAN" => FieldKind::Boolean,
                "DATETIME" => FieldKind::DateTime,
                _ => FieldKind::Text,
            },
            name,
        })
        .collect())
}

/// The Swedish alias of a column of ours.
pub(super) fn alias(column: &str) -> String {
    texts::swedish(&format!("store-column-{}", column.replace('_', "-")), &[])
}

/// Writes what a new store is told.
pub(super) fn write_settings(connection: &mut Connection, new: &NewStore) -> rusqlite::Result<()> {
    let transaction: Transaction<'_> = connection.transaction()?;
    set(&transaction, "name", &new.name)?;
    set(&transaction, "epsg", new.crs.epsg)?;
    set(&transaction, "crs_name", &new.crs.name)?;
    set(&transaction, "crs_wkt", &new.crs.wkt)?;
    set(&transaction, "crs_projjson", &new.crs.projjson)?;
    set(&transaction, "crs_proj4", &new.crs.proj4)?;
    if let Some(home) = &new.home {
        let srs = i32::try_from(new.crs.epsg).unwrap_or(-1);
        set(&transaction, "home", blob::shape_blob(srs, GeometryKind::Area, &home.clone().into()))?;
    }
    transaction.commit()
}

/// Reads what the store knows of itself.
pub(super) fn read_settings(connection: &Connection, path: &Path) -> Result<Settings, Error> {
    let missing = || Fault::Store(Error::NotStore { file: shown(path) });
    let read = || -> Attempt<Settings> {
        let text = |key: &str| words(connection, path, key)?.ok_or_else(missing);
        let home = match setting(connection, "home")? {
            None => None,
            Some(Value::Blob(home)) => match blob::geometry_of(&home) {
                Some(geo::Geometry::MultiPolygon(home)) => Some(home),
                _ => return Err(missing()),
            },
            Some(value) => return Err(bad(path, "home", &value).into()),
        };
        Ok(Settings {
            name: text("name")?,
            crs: CrsDefinition {
                epsg: number(connection, path, "epsg")?.ok_or_else(missing)?,
                name: text("crs_name")?,
                wkt: text("crs_wkt")?,
                projjson: text("crs_projjson")?,
                proj4: text("crs_proj4")?,
            },
            home,
            schema_version: version(connection, path)?.unwrap_or(0),
        })
    };
    read().map_err(|fault| fault.named(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Migration; 3] = [
        Migration { version: 1, sql: "CREATE TABLE a (x)", tables: &[], widened: &[] },
        Migration { version: 2, sql: "ALTER TABLE a ADD COLUMN y", tables: &[], widened: &[] },
        Migration { version: 3, sql: "CREATE TABLE b (x); SELECT 1 FROM saknas", tables: &[], widened: &[] },
    ];

    #[test]
    fn steps_are_applied_once_and_a_failing_one_leaves_nothing() {
        let mut connection = Connection::open_in_memory().expect("memory");
        let path = Path::new("prov.gpkg");
        let read = |connection: &Connection| version(connection, path).ok().expect("read");
        assert_eq!(read(&connection), None);
        migrate(&mut connection, path, &STEPS[..1], 3006).expect("first step");
        migrate(&mut connection, path, &STEPS[..2], 3006).expect("second step");
        migrate(&mut connection, path, &STEPS[..2], 3006).expect("nothing to do");
        assert_eq!(read(&connection), Some(2));
        connection.execute_batch("INSERT INTO a (x, y) VALUES (1, 2)").expect("both columns are there");
        assert!(migrate(&mut connection, path, &STEPS, 3006).is_err());
        assert_eq!(read(&connection), Some(2));
        assert!(connection.execute_batch("SELECT * FROM b").is_err(), "rolled back");
        let newer = migrate(&mut connection, path, &STEPS[..1], 3006);
        assert!(matches!(newer, Err(Error::StoreNewer { version: 2, ours: 1, .. })), "{newer:?}");
    }

    #[test]
    fn every_table_and_column_that_people_see_has_a_swedish_name() {
        let connection = Connection::open_in_memory().expect("memory");
        for migration in MIGRATIONS {
            connection.execute_batch(migration.sql).expect("applies");
            let widened = migration.widened.iter();
            for table in migration.tables.iter().map(|(table, _)| table).chain(widened) {
                for id in [format!("store-table-{table}"), format!("store-about-{table}")] {
                    let id = id.replace('_', "-");
                    assert_ne!(texts::swedish(&id, &[]), id);
                }
                let mut columns = connection.prepare("SELECT name FROM pragma_table_info(?1)").expect("prepared");
                let names = columns.query_map([table], |row| row.get::<_, String>(0)).expect("read");
                for name in names.map(|name| name.expect("a text")).filter(|name| name != "fid" && name != "geom") {
                    assert!(!alias(&name).starts_with("store-column"), "{table}.{name}");
                }
            }
        }
    }

    #[test]
    fn versions_count_from_one_without_gaps() {
        for (index, migration) in MIGRATIONS.iter().enumerate() {
            assert_eq!(migration.version as usize, index + 1);
        }
    }
}
