//! Gallring in the embedded store.
//!
//! Which rows go is not a list of tables that someone must remember to widen. Rows that name the source (a column `system`,
//! `source` or `event_id`) are marked in whatever table there is, then rows that refer to marked ones, until there are no
//! more. Deleted cells are overwritten (`secure_delete`), and the file is written anew (`VACUUM`), with temporary tables in
//! memory. What is not reached: blocks of a disk that the file system has let go, and copies of the file.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::super::Result;
use super::super::erase::{Erase, Erased, Gallring, NEEDLE, Needles, Searched, Trace};
use super::{Attempt, Fault, GpkgStore, runs, schema};
use crate::domain::passport::NO_VINTAGE;
use crate::geopackage::container::quoted;
use crate::geopackage::rtree::Touched;
use crate::geopackage::{self, container, shown};
use crate::texts;

/// Set while an erasure is not finished.
const ERASING: &str = "erasing";

/// Tables that no row is taken out of: the log of imports and of what was given out, rules, and the container's own.
const KEPT: &str = "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'gpkg\\_%' ESCAPE '\\'
  AND name NOT LIKE 'rtree\\_%' ESCAPE '\\'
  AND name NOT IN ('imports', 'exports', 'retention', 'lb_settings', 'layer_styles', 'qgis_projects')";

impl Gallring for GpkgStore {
    fn sources(&self) -> Result<Vec<String>> {
        self.look(|connection, _| {
            let mut found = std::collections::BTreeSet::new();
            for table in tables(connection)?.iter().filter(|table| *table != "coverage") {
                let named = if has(connection, table, "system") { "system" } else { "file" };
                for column in ["source", named].into_iter().filter(|column| has(connection, table, column)) {
                    let sql = format!("SELECT DISTINCT {column} FROM {} WHERE {column} != ''", quoted(table));
                    let mut select = connection.prepare(&sql)?;
                    for source in select.query_map([], |row| row.get::<_, String>(0))? {
                        found.insert(source?);
                    }
                }
            }
            Ok(found.into_iter().collect())
        })
    }

    fn is_erasing(&self) -> Result<bool> {
        self.look(|connection, _| Ok(schema::setting(connection, ERASING)?.is_some()))
    }

    fn would_erase(&mut self, what: &Erase<'_>) -> Result<Erased> {
        self.attempt(|transaction, _| {
            let erased = mark(transaction, what)?;
            transaction.execute_batch("DROP TABLE temp.doomed")?;
            Ok(erased)
        })
    }

    fn erase(&mut self, what: &Erase<'_>) -> Result<(Erased, Needles)> {
        let path = self.path.clone();
        let mut work = || -> Attempt<(Erased, Needles)> {
            alone(&self.connection, &path)?;
            // References are followed here, not row by row by the database, and checked at the end.
            self.connection.pragma_update(None, "foreign_keys", false)?;
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            schema::set(&transaction, ERASING, what.source)?;
            let mut erased = mark(&transaction, what)?;
            let needles = needles(&transaction, what)?;
            let imports = count_out(&transaction)?;
            for table in erased.rows.keys() {
                delete(&transaction, table)?;
            }
            erased.imports_blanked = blank(&transaction, &imports)?;
            passports(&transaction)?;
            transaction.execute_batch("DROP TABLE temp.doomed")?;
            transaction.commit()?;
            Ok((erased, needles))
        };
        let done = work();
        let references = self.connection.pragma_update(None, "foreign_keys", true);
        let done = done.map_err(|fault| fault.named(&path))?;
        references.map_err(|error| Fault::Sql(error).named(&path))?;
        Ok(done)
    }

    fn compact(&mut self, needles: &Needles) -> Result<Searched> {
        let path = self.path.clone();
        let work = || -> Attempt<Searched> {
            alone(&self.connection, &path)?;
            self.connection.execute_batch("VACUUM")?;
            self.connection.execute("DELETE FROM lb_settings WHERE key = ?1", [ERASING])?;
            for left in parts(&path) {
                std::fs::remove_file(&left)
                    .map_err(|error| super::Error::from(geopackage::Error::of_io(&left, &error)))?;
            }
            let mut found = 0;
            for file in beside(&path) {
                found += search(&file, needles)
                    .map_err(|error| super::Error::from(geopackage::Error::of_io(&file, &error)))?;
            }
            Ok(Searched { hashes: needles.hashes.len() as u64, found })
        };
        work().map_err(|fault| fault.named(&path))
    }

    fn traces(&mut self, source: &str) -> Result<Vec<Trace>> {
        let path = self.path.clone();
        let what = Erase { source, before: None };
        let mut traces: Vec<Trace> = Vec::new();
        let mut work = || -> Attempt<()> {
            self.connection.pragma_update(None, "temp_store", "MEMORY")?;
            let transaction = self.connection.transaction()?;
            let named = mark(&transaction, &what)?;
            traces.extend(named.rows.into_iter().map(|(place, count)| Trace { place, column: None, count }));
            transaction.execute_batch("DROP TABLE temp.doomed")?;
            let pattern = format!("*{}:[#0-9A-Za-z]*", globbed(source));
            let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'";
            for table in names(&transaction, sql)? {
                for column in columns(&transaction, &table)? {
                    let sql = format!(
                        "SELECT count(*) FROM {} WHERE CAST({} AS TEXT) GLOB ?1",
                        quoted(&table),
                        quoted(&column)
                    );
                    let count: u64 = transaction.query_row(&sql, [&pattern], |row| row.get(0))?;
                    if count > 0 {
                        traces.push(Trace { place: table.clone(), column: Some(column), count });
                    }
                }
            }
            if schema::setting(&transaction, ERASING)?.is_some() {
                traces.push(Trace { place: "lb_settings".to_owned(), column: Some(ERASING.to_owned()), count: 1 });
            }
            Ok(())
        };
        work().map_err(|fault| fault.named(&path))?;
        let needles = Needles { prefix: Some(format!("{source}:")), ..Needles::default() };
        for file in beside(&path) {
            let count = search(&file, &needles).map_err(|error| geopackage::Error::of_io(&file, &error))?;
            if count > 0 {
                traces.push(Trace { place: shown(&file), column: None, count });
            }
        }
        Ok(traces)
    }
}

/// Holds that nobody else has the file open, and sets what erasing needs.
fn alone(connection: &Connection, path: &Path) -> Attempt<()> {
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("delete") {
        return Err(super::Error::from(geopackage::Error::GeopackageLocked { file: shown(path) }).into());
    }
    connection.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(())
}

fn names(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// The tables that rows can be taken out of.
fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    names(connection, &format!("SELECT name FROM main.sqlite_master WHERE type = 'table' AND {KEPT} ORDER BY name"))
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut select = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    select.query_map([table], |row| row.get(0))?.collect()
}

fn has(connection: &Connection, table: &str, column: &str) -> bool {
    columns(connection, table).is_ok_and(|columns| columns.iter().any(|name| name == column))
}

/// The vintage of the import lies before the day: for rows that have no time of their own.
const OLD: &str = "EXISTS (SELECT 1 FROM imports i WHERE i.fid = t.import_id AND i.stamp <= ?3)";

/// Puts the keys of all rows that are to go into the temporary table `doomed`, and counts them.
fn mark(transaction: &Transaction<'_>, what: &Erase<'_>) -> Attempt<Erased> {
    transaction.execute_batch(
        "DROP TABLE IF EXISTS temp.doomed;
         CREATE TEMP TABLE doomed (tab TEXT NOT NULL, marked INTEGER NOT NULL, PRIMARY KEY (tab, marked)) WITHOUT ROWID",
    )?;
    let tables = tables(transaction)?;
    let prefix = format!("{}:", what.source);
    let put = |table: &str, condition: &str| -> rusqlite::Result<usize> {
        let sql = format!(
            "INSERT OR IGNORE INTO temp.doomed SELECT '{}', t.rowid FROM {} t WHERE {condition}",
            table.replace('\'', "''"),
            quoted(table)
        );
        transaction.execute(&sql, params![what.source, prefix, what.before])
    };
    for table in &tables {
        let has = |column: &str| has(transaction, table, column);
        let dated = |condition: &str| match table.as_str() {
            "events" => format!("({condition}) AND (?3 IS NULL OR t.time_to <= ?3 OR t.time_to IS NULL AND {OLD})"),
            _ if has("import_id") => format!("({condition}) AND (?3 IS NULL OR {OLD})"),
            _ => format!("({condition}) AND ?3 IS NULL"),
        };
        // An event that a person has drawn belongs to a source where its id says so.
        let by_system = if table == "events" {
            "t.system = ?1 OR substr(t.id, 1, length(?2)) = ?2"
        } else {
            "t.system = ?1 AND ?2 NOT NULL"
        };
        if has("system") {
            put(table, &dated(by_system))?;
        }
        if has("source") {
            put(table, &dated("t.source = ?1 AND ?2 NOT NULL"))?;
        }
        // Lists of what could not be read name the file alone.
        if has("file") && !has("system") {
            put(table, &dated("t.file = ?1 AND ?2 NOT NULL"))?;
        }
        if has("event_id") {
            // Versions of events that are here go by their event; those of events that are not, by their import.
            let of_import = "substr(t.event_id, 1, length(?2)) = ?2
              AND NOT EXISTS (SELECT 1 FROM events e WHERE ?3 NOT NULL AND e.id = t.event_id) AND ?1 NOT NULL";
            put(table, &dated(of_import))?;
            let of_event = "EXISTS (SELECT 1 FROM events e JOIN temp.doomed d ON d.tab = 'events' AND d.marked = e.fid
              WHERE e.id = t.event_id) AND (?1, ?2, ?3) IS (?1, ?2, ?3)";
            put(table, of_event)?;
        }
        if has("passport") {
            put(
                table,
                "json_valid(t.passport) AND EXISTS (SELECT 1 FROM json_each(t.passport, '$.sources') WHERE value = ?1)
                 AND (?2, ?3) IS (?2, ?3)",
            )?;
        }
    }
    let mut grew = true;
    while grew {
        grew = false;
        for table in &tables {
            for (column, parent, key) in references(transaction, table)? {
                let condition = format!(
                    "t.{} IN (SELECT p.{} FROM {} p JOIN temp.doomed d ON d.tab = '{}' AND d.marked = p.rowid)
                     AND (?1, ?2, ?3) IS (?1, ?2, ?3)",
                    quoted(&column),
                    quoted(&key),
                    quoted(&parent),
                    parent.replace('\'', "''")
                );
                grew |= put(table, &condition)? > 0;
            }
        }
    }
    let mut select = transaction.prepare("SELECT tab, count(*) FROM temp.doomed GROUP BY tab")?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows: BTreeMap<String, u64> = rows.collect::<rusqlite::Result<_>>()?;
    let sql = "SELECT id FROM runs JOIN temp.doomed ON tab = 'runs' AND marked = fid ORDER BY id";
    Ok(Erased { rows, imports_blanked: 0, runs: names(transaction, sql)? })
}

/// Column, table and key that a table's references name; not those to the log of imports, which stays.
fn references(connection: &Connection, table: &str) -> rusqlite::Result<Vec<(String, String, String)>> {
    let mut select =
        connection.prepare("SELECT \"from\", \"table\", coalesce(\"to\", 'rowid') FROM pragma_foreign_key_list(?1)")?;
    let rows = select.query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let rows: Vec<(String, String, String)> = rows.collect::<rusqlite::Result<_>>()?;
    Ok(rows.into_iter().filter(|(_, parent, _)| parent != "imports").collect())
}

/// What must not be found in the file when its marked rows are gone.
fn needles(transaction: &Transaction<'_>, what: &Erase<'_>) -> Attempt<Needles> {
    let mut needles =
        Needles { prefix: what.before.is_none().then(|| format!("{}:", what.source)), ..Needles::default() };
    let mut add = |sql: &str| -> Attempt<()> {
        let mut select = transaction.prepare(sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let content: String = row.get(0)?;
            let start = content.as_bytes().get(..NEEDLE).filter(|start| start.iter().all(u8::is_ascii_hexdigit));
            needles.hashes.extend(start.and_then(|start| <[u8; NEEDLE]>::try_from(start).ok()));
        }
        Ok(())
    };
    // The same content in a row that stays is no trace of one that goes.
    add("SELECT content FROM events JOIN temp.doomed ON tab = 'events' AND marked = fid EXCEPT
         SELECT content FROM events WHERE fid NOT IN (SELECT marked FROM temp.doomed WHERE tab = 'events')")?;
    add("SELECT content FROM event_history JOIN temp.doomed ON tab = 'event_history' AND marked = fid EXCEPT
         SELECT content FROM events WHERE fid NOT IN (SELECT marked FROM temp.doomed WHERE tab = 'events')")?;
    Ok(needles)
}

/// Writes to the log of imports how many events each loses, and gives the imports that lose anything.
fn count_out(transaction: &Transaction<'_>) -> Attempt<Vec<i64>> {
    transaction.execute_batch(
        "UPDATE imports SET erased = erased
           + (SELECT count(*) FROM events e JOIN temp.doomed ON tab = 'events' AND marked = e.fid WHERE e.import_id = imports.fid)
           + (SELECT count(*) FROM event_history h JOIN temp.doomed ON tab = 'event_history' AND marked = h.fid
              WHERE h.import_id = imports.fid AND h.why = 'deleted')
         WHERE fid IN (SELECT import_id FROM events JOIN temp.doomed ON tab = 'events' AND marked = fid)
            OR fid IN (SELECT import_id FROM event_history JOIN temp.doomed ON tab = 'event_history' AND marked = fid)",
    )?;
    let mut imports = std::collections::BTreeSet::new();
    for table in ["events", "event_history", "quarantine"] {
        let sql = format!(
            "SELECT DISTINCT import_id FROM {table} JOIN temp.doomed ON tab = '{table}' AND marked = fid WHERE import_id NOT NULL"
        );
        let mut select = transaction.prepare(&sql)?;
        for import in select.query_map([], |row| row.get::<_, i64>(0))? {
            imports.insert(import?);
        }
    }
    Ok(imports.into_iter().collect())
}

/// Deletes the marked rows of a table, without its triggers, which are put back as they were.
fn delete(transaction: &Transaction<'_>, table: &str) -> Attempt<()> {
    let listed = "SELECT 1 FROM gpkg_contents WHERE table_name = ?1";
    let listed = transaction.query_row(listed, [table], |_| Ok(())).optional()?.is_some();
    if listed {
        container::suspend(transaction, table)?;
    }
    let mut select =
        transaction.prepare("SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger' AND tbl_name = ?1")?;
    let triggers = select.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let triggers: Vec<(String, String)> = triggers.collect::<rusqlite::Result<_>>()?;
    for (name, _) in &triggers {
        transaction.execute_batch(&format!("DROP TRIGGER {}", quoted(name)))?;
    }
    let sql = format!("DELETE FROM {} WHERE rowid IN (SELECT marked FROM temp.doomed WHERE tab = ?1)", quoted(table));
    transaction.execute(&sql, [table])?;
    if listed {
        container::resume(transaction, table, &Touched::All, NO_VINTAGE)?;
    }
    for (_, sql) in &triggers {
        transaction.execute_batch(sql)?;
    }
    Ok(())
}

/// Takes file name and choices from the log of imports of which nothing is left.
fn blank(transaction: &Transaction<'_>, imports: &[i64]) -> Attempt<u64> {
    let mut update = transaction.prepare(
        "UPDATE imports SET file = ?2, details = '{}' WHERE fid = ?1
           AND NOT EXISTS (SELECT 1 FROM events WHERE import_id = ?1)
           AND NOT EXISTS (SELECT 1 FROM quarantine WHERE import_id = ?1)
           AND NOT EXISTS (SELECT 1 FROM event_history WHERE import_id = ?1)",
    )?;
    let name = texts::swedish("erased-file", &[]);
    let mut blanked = 0;
    for import in imports {
        blanked += update.execute(params![import, name])? as u64;
    }
    Ok(blanked)
}

/// Brings the passports of the tables of results in line with the results that are left.
fn passports(transaction: &Transaction<'_>) -> Attempt<()> {
    for table in ["hotspots", "hotspot_lines", "hotspot_points"] {
        container::clear_passport(transaction, table)?;
        runs::set_passports(transaction, table, NO_VINTAGE)?;
    }
    Ok(())
}

/// A text as a GLOB pattern matches it literally.
fn globbed(text: &str) -> String {
    text.chars().map(|c| if "*?[".contains(c) { format!("[{c}]") } else { c.to_string() }).collect()
}

/// Files that an interrupted `init` left beside the store.
fn parts(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let names = [format!(".{name}.part"), format!(".{name}.part-journal")];
    names.into_iter().map(|name| path.with_file_name(name)).filter(|file| file.is_file()).collect()
}

/// The file and whatever SQLite keeps beside it.
fn beside(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = ["-journal", "-wal", "-shm"].map(|ending| path.with_file_name(format!("{name}{ending}")));
    std::iter::once(path.to_owned()).chain(beside).chain(parts(path)).filter(|file| file.is_file()).collect()
}

/// Places in the file's bytes where a hash or an id stands. Memory: one megabyte.
fn search(file: &Path, needles: &Needles) -> std::io::Result<u64> {
    let mut input = std::fs::File::open(file)?;
    let prefix = needles.prefix.as_deref().unwrap_or_default().as_bytes();
    let overlap = NEEDLE.max(prefix.len() + 2);
    let mut buffer: Vec<u8> = Vec::new();
    let mut chunk = vec![0; 1 << 20];
    let (mut found, mut hex) = (0, 0_usize);
    let mut fresh = 0;
    loop {
        let read = input.read(&mut chunk)?;
        if read == 0 {
            return Ok(found);
        }
        buffer.extend_from_slice(&chunk[..read]);
        for at in fresh..buffer.len() {
            hex = if buffer[at].is_ascii_hexdigit() { hex + 1 } else { 0 };
            if hex >= NEEDLE && needles.hashes.contains(&buffer[at + 1 - NEEDLE..=at]) {
                found += 1;
            }
            // The letter after the prefix ends a match.
            if !prefix.is_empty() && at >= prefix.len() && (buffer[at] == b'#' || buffer[at].is_ascii_alphanumeric()) {
                let start = at - prefix.len();
                let whole = start == 0 || !buffer[start - 1].is_ascii_alphanumeric();
                found += u64::from(&buffer[start..at] == prefix && whole);
            }
        }
        let keep = buffer.len().min(overlap);
        buffer.drain(..buffer.len() - keep);
        fresh = buffer.len();
    }
}
