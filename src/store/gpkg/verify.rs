//! Whether the embedded store is sound.

use rusqlite::Connection;

use super::super::Verification;
use super::Attempt;
use crate::geopackage::rtree;
use crate::texts;

/// See [`super::super::Store::verify`].
pub(super) fn verify(connection: &Connection, _place: &super::Place<'_>) -> Attempt<Verification> {
    let mut found = Verification::default();
    let mut problem = |id: &str, values: &[(&str, String)]| found.problems.push(texts::text(id, values));

    let mut check = connection.prepare("PRAGMA integrity_check")?;
    for line in check.query_map([], |row| row.get::<_, String>(0))? {
        let line = line?;
        if line != "ok" {
            problem("store-verify-integrity", &[("cause", line)]);
        }
    }
    let mut check =
        connection.prepare("SELECT \"table\", coalesce(rowid, 0), parent FROM pragma_foreign_key_check()")?;
    for row in check.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get(2)?)))? {
        let (table, row, parent): (String, i64, String) = row?;
        problem("store-verify-reference", &[("table", table), ("row", row.to_string()), ("parent", parent)]);
    }
    let mut tables = connection.prepare(include_str!("../sql/select_tables.sql"))?;
    let listed = tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    for (table, kind, counted) in listed.collect::<rusqlite::Result<Vec<(String, String, Option<i64>)>>>()? {
        let sql = format!("SELECT count(*) FROM {}", crate::geopackage::container::quoted(&table));
        let rows: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        if counted.is_some_and(|counted| counted != rows) {
            let counted = counted.unwrap_or_default().to_string();
            problem(
                "store-verify-count",
                &[("table", table.clone()), ("rows", rows.to_string()), ("counted", counted)],
            );
        }
        if kind == "features"
            && let Some(cause) = rtree::check(connection, &table)?
        {
            problem("store-verify-index", &[("table", table.clone()), ("cause", cause)]);
        }
        found.rows.insert(table, u64::try_from(rows).unwrap_or(0));
    }
    let mut check = connection.prepare(include_str!("../sql/unbalanced_imports.sql"))?;
    for import in check.query_map([], |row| row.get::<_, i64>(0))? {
        problem("store-verify-import", &[("import", import?.to_string())]);
    }
    let (here, expected): (i64, i64) =
        connection.query_row(include_str!("../sql/expected_events.sql"), [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if here != expected {
        problem("store-verify-events", &[("here", here.to_string()), ("expected", expected.to_string())]);
    }
    Ok(found)
}
