//! Which ids the store holds, asked once a row.
//!
//! A few rows ask the index. An import that is large beside the store asks a map instead, and once it has added much the
//! index is taken away and made anew at the end: a million random keys into an index that outgrows the cache cost more than
//! everything else together. The map holds a 64-bit hash and a key: about 32 bytes an event.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use rusqlite::{Connection, Result, Statement, params};

use crate::geopackage::container::quoted;

/// Rows that are always few.
const FEW: u64 = 10_000;

pub(super) struct Known<'a> {
    connection: &'a Connection,
    import: i64,
    /// Rows from which on an import is large beside the store.
    many: u64,
    asked: u64,
    added: u64,
    map: Option<Map>,
    /// The statements that make the table's indexes, where they were taken away.
    index: Option<String>,
    by_id: Statement<'a>,
    by_key: Statement<'a>,
}

#[derive(Default)]
struct Map {
    by_hash: HashMap<u64, i64>,
    /// Ids whose hash another id has.
    collided: HashMap<String, i64>,
}

/// An event that is here.
pub(super) struct Here {
    pub fid: i64,
    pub same_content: bool,
    pub from_this_import: bool,
}

impl<'a> Known<'a> {
    /// `import` is the number of the import that asks.
    pub fn new(connection: &'a Connection, import: i64) -> Result<Self> {
        let existing: u64 = connection.query_row("SELECT count(*) FROM events", [], |row| row.get(0))?;
        Ok(Self {
            connection,
            import,
            many: FEW.max(existing / 10),
            asked: 0,
            added: 0,
            map: None,
            index: None,
            by_id: connection.prepare("SELECT fid, id, content, import_id IS ?2 FROM events WHERE id = ?1")?,
            by_key: connection.prepare("SELECT fid, id, content, import_id IS ?2 FROM events WHERE fid = ?1")?,
        })
    }

    /// The event with this id, or `None`.
    pub fn find(&mut self, id: &str, content: &str) -> Result<Option<Here>> {
        self.asked += 1;
        if self.map.is_none() && self.asked > self.many {
            self.map = Some(Map::load(self.connection)?);
        }
        let Some(map) = &self.map else { return here(&mut self.by_id, &id, self.import, id, content) };
        let Some(fid) = map.by_hash.get(&hash(id)) else { return Ok(None) };
        let found = here(&mut self.by_key, fid, self.import, id, content)?;
        match map.collided.get(id) {
            Some(fid) if found.is_none() => here(&mut self.by_key, fid, self.import, id, content),
            _ => Ok(found),
        }
    }

    /// Tells that an event that was not here was added.
    pub fn add(&mut self, id: &str, fid: i64) -> Result<()> {
        self.added += 1;
        let Some(map) = &mut self.map else { return Ok(()) };
        map.put(id, fid);
        if self.index.is_none() && self.added > self.many {
            let sql =
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'events' AND sql IS NOT NULL";
            let mut select = self.connection.prepare(sql)?;
            let found = select
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<Vec<(String, String)>>>()?;
            for (name, _) in &found {
                self.connection.execute_batch(&format!("DROP INDEX {}", quoted(name)))?;
            }
            self.index = Some(found.into_iter().map(|(_, sql)| sql).collect::<Vec<_>>().join(";\n"));
        }
        Ok(())
    }

    /// The statements that put the indexes back, where they were taken away. Lets go of everything else.
    pub fn finish(self) -> Option<String> {
        self.index
    }
}

/// What the statement finds by `key`, if it is the event with this id.
fn here(
    statement: &mut Statement<'_>,
    key: &dyn rusqlite::ToSql,
    import: i64,
    id: &str,
    content: &str,
) -> Result<Option<Here>> {
    let mut rows = statement.query(params![key, import])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    if row.get_ref(1)?.as_str()? != id {
        return Ok(None);
    }
    Ok(Some(Here {
        fid: row.get(0)?,
        same_content: row.get_ref(2)?.as_str()? == content,
        from_this_import: row.get(3)?,
    }))
}

fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

impl Map {
    fn load(connection: &Connection) -> Result<Self> {
        let mut map = Self::default();
        let mut select = connection.prepare("SELECT fid, id FROM events ORDER BY fid")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            map.put(row.get_ref(1)?.as_str()?, row.get(0)?);
        }
        Ok(map)
    }

    fn put(&mut self, id: &str, fid: i64) {
        let first = *self.by_hash.entry(hash(id)).or_insert(fid);
        if first != fid {
            self.collided.insert(id.to_owned(), fid);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_whose_hashes_collide_are_told_apart() {
        let connection = Connection::open_in_memory().expect("memory");
        let rows = "CREATE TABLE events (fid INTEGER PRIMARY KEY, id TEXT, content TEXT, import_id INTEGER);
                    CREATE UNIQUE INDEX events_id ON events (id);
                    INSERT INTO events VALUES (1, 'a', 'x', 1), (2, 'b', 'y', 2);";
        connection.execute_batch(rows).expect("filled");
        let mut known = Known::new(&connection, 2).expect("made");
        // As if the hashes of both were the same.
        let mut map = Map::default();
        map.by_hash.extend([(hash("a"), 1), (hash("b"), 1)]);
        map.collided.insert("b".to_owned(), 2);
        known.map = Some(map);
        let first = known.find("a", "x").expect("asked").expect("here");
        assert!(first.fid == 1 && first.same_content && !first.from_this_import);
        let second = known.find("b", "x").expect("asked").expect("here");
        assert!(second.fid == 2 && !second.same_content && second.from_this_import);
        assert!(known.find("c", "x").expect("asked").is_none());
    }
}
