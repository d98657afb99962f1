//! Rows into the embedded store: one transaction, prepared statements, triggers suspended meanwhile.

use std::collections::HashSet;

use rusqlite::{Connection, Statement, TransactionBehavior, params};
use serde_json::Value;

use super::super::{
    Aborted, Error, ImportCounts, ImportRecord, ImportRun, Part, QuarantineRecord, Quarantined, Row, Tally,
};
use super::known::{Here, Known};
use super::{Attempt, Place, events};
use crate::domain::passport::NO_VINTAGE;
use crate::domain::time::iso_utc;
use crate::domain::{Event, Source};
use crate::geopackage::rtree::Touched;
use crate::geopackage::{blob, container};
use crate::texts;

/// Tables that an import writes row by row.
const FILLED: [&str; 5] = ["events", "persons", "elements", "event_text", "quarantine"];

/// See [`super::super::Store::import`].
pub(super) fn import(
    connection: &mut Connection,
    place: &Place<'_>,
    run: &ImportRun<'_>,
    rows: &mut dyn Iterator<Item = Result<Row, Aborted>>,
) -> Attempt<ImportCounts> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for table in FILLED {
        container::suspend(&transaction, table)?;
    }
    let before: i64 = transaction.query_row("SELECT coalesce(max(fid), 0) FROM events", [], |row| row.get(0))?;
    let mut writer = Writer::new(&transaction, place, run)?;
    for row in rows {
        let Ok(row) = row else {
            return Err(Error::ImportAborted { file: place.file(), source_file: run.file.to_owned() }.into());
        };
        match row {
            Row::Event { event, closes } => writer.event(&event, &closes)?,
            Row::Quarantined(row) => writer.quarantined(&row)?,
        }
    }
    let (import, mut counts, replaced, written, index) = writer.finish();
    if !counts.events.balances() || !counts.persons.balances() {
        return Err(Error::Unbalanced { file: place.file(), counts: counts.to_string() }.into());
    }
    if written == 0 {
        transaction.rollback()?;
        return Ok(counts);
    }
    let (e, p) = (counts.events, counts.persons);
    transaction.execute(
        include_str!("../sql/finish_import.sql"),
        params![
            import,
            e.read,
            e.accepted,
            e.quarantined,
            e.present,
            p.read,
            p.accepted,
            p.quarantined,
            p.present,
            counts.replaced,
            counts.closed
        ],
    )?;
    if let Some(index) = index {
        transaction.execute_batch(&index)?;
    }
    let stamp = run.stamp.unwrap_or(NO_VINTAGE);
    let touched = Touched::Some { after: before, changed: replaced };
    for table in FILLED {
        container::resume(&transaction, table, &touched, stamp)?;
    }
    transaction.commit()?;
    counts.import_id = Some(import);
    Ok(counts)
}

struct Writer<'a> {
    connection: &'a Connection,
    place: &'a Place<'a>,
    run: &'a ImportRun<'a>,
    import: i64,
    counts: ImportCounts,
    /// Keys of events that were replaced.
    replaced: Vec<i64>,
    /// Keys of present events, with `replace`: the second row of an id is never taken for a new version.
    met: HashSet<i64>,
    /// Changes that are more than the log of the import.
    written: u64,
    known: Known<'a>,
    insert: Filled<'a>,
    update: Filled<'a>,
    person: Statement<'a>,
    element: Statement<'a>,
    text: Statement<'a>,
    quarantine: Statement<'a>,
    close: Statement<'a>,
}

impl<'a> Writer<'a> {
    fn new(connection: &'a Connection, place: &'a Place<'a>, run: &'a ImportRun<'a>) -> Attempt<Self> {
        connection.execute(
            "INSERT INTO imports (file, mapping, stamp, replaces, details) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![run.file, run.mapping, run.stamp, run.replace, run.details.to_string()],
        )?;
        let import = connection.last_insert_rowid();
        Ok(Self {
            connection,
            place,
            run,
            import,
            counts: ImportCounts::default(),
            replaced: Vec::new(),
            met: HashSet::new(),
            written: 0,
            known: Known::new(connection, import)?,
            insert: Filled::new(connection.prepare(include_str!("../sql/insert_event.sql"))?),
            update: Filled::new(connection.prepare(include_str!("../sql/update_event.sql"))?),
            person: connection.prepare(include_str!("../sql/insert_person.sql"))?,
            element: connection.prepare("INSERT INTO elements (event, number, mode) VALUES (?1, ?2, ?3)")?,
            text: connection.prepare("INSERT INTO event_text (event, field, value) VALUES (?1, ?2, ?3)")?,
            quarantine: connection.prepare(include_str!("../sql/put_quarantined.sql"))?,
            close: connection.prepare("UPDATE quarantine SET closed_by = ?2 WHERE id = ?1 AND closed_by IS NULL")?,
        })
    }

    /// Id, counts, replaced keys, number of changes, index to be made anew; lets go of the statements.
    fn finish(self) -> (i64, ImportCounts, Vec<i64>, u64, Option<String>) {
        (self.import, self.counts, self.replaced, self.written, self.known.finish())
    }

    fn event(&mut self, event: &Event, closes: &[String]) -> Attempt<()> {
        let persons = event.persons.len() as u64;
        self.counts.events.read += 1;
        self.counts.persons.read += persons;
        let Some(Here { fid, same_content, from_this_import }) = self.known.find(&event.id, &event.content)? else {
            self.insert.write(event, self.place.srs, self.import)?;
            let fid = self.connection.last_insert_rowid();
            self.known.add(&event.id, fid)?;
            self.children(fid, event)?;
            return self.accept(event, closes);
        };
        if same_content {
            self.counts.events.present += 1;
            self.counts.persons.present += persons;
            if self.run.replace {
                self.met.insert(fid);
            }
            return self.close(event, closes);
        }
        if !self.run.replace || from_this_import || self.met.contains(&fid) {
            self.counts.events.quarantined += 1;
            self.counts.persons.quarantined += persons;
            let row = changed(event, (self.run.raw)(&event.source));
            return self.put(&row);
        }
        events::keep_version(self.connection, self.place, fid)?;
        for table in ["persons", "elements", "event_text"] {
            self.connection.prepare_cached(&format!("DELETE FROM {table} WHERE event = ?1"))?.execute([fid])?;
        }
        self.update.write(event, self.place.srs, self.import)?;
        self.children(fid, event)?;
        self.replaced.push(fid);
        self.counts.replaced += 1;
        self.close(event, &[changed_id(event)])?;
        self.accept(event, closes)
    }

    fn accept(&mut self, event: &Event, closes: &[String]) -> Attempt<()> {
        self.counts.events.accepted += 1;
        self.counts.persons.accepted += event.persons.len() as u64;
        self.written += 1;
        self.close(event, closes)
    }

    fn close(&mut self, event: &Event, closes: &[String]) -> Attempt<()> {
        for id in closes {
            let mended = self.close.execute(params![id, event.id])? as u64;
            self.counts.closed += mended;
            self.written += mended;
        }
        Ok(())
    }

    fn children(&mut self, fid: i64, event: &Event) -> Attempt<()> {
        for p in &event.persons {
            self.person.execute(params![
                fid,
                p.age,
                p.sex,
                p.mode,
                p.mode_detail,
                p.mode_police,
                p.mode_hospital,
                p.role,
                p.conflict,
                p.severity.code(),
                p.mais,
                p.element,
                p.reported_by
            ])?;
        }
        for element in &event.elements {
            self.element.execute(params![fid, element.number, element.mode])?;
        }
        for (field, value) in &event.free_text {
            self.text.execute(params![fid, field, value])?;
        }
        Ok(())
    }

    fn quarantined(&mut self, row: &Quarantined) -> Attempt<()> {
        let tally: &mut Tally = match row.part {
            Part::Event => &mut self.counts.events,
            Part::Person => &mut self.counts.persons,
        };
        tally.read += 1;
        tally.quarantined += 1;
        self.put(row)
    }

    fn put(&mut self, row: &Quarantined) -> Attempt<()> {
        let Source { system, file, sheet, row: number } = &row.source;
        let raw = Value::Object(row.raw.clone()).to_string();
        self.written += self.quarantine.execute(params![
            row.id,
            self.import,
            row.part.code(),
            system,
            file,
            sheet,
            number,
            row.column,
            row.value,
            row.reason,
            row.reason_text,
            raw
        ])? as u64;
        Ok(())
    }
}

/// The statement that inserts or updates an event (both number their parameters alike), and the texts that it was last
/// given: most are the same from row to row, and are not given again.
struct Filled<'a> {
    statement: Statement<'a>,
    last: [Last; PARAMETERS],
}

/// What a parameter was last given.
enum Last {
    Never,
    Nothing,
    Text(String),
}

/// Parameters of the statements, and one for 0, since they are numbered from 1.
const PARAMETERS: usize = 22;

impl<'a> Filled<'a> {
    fn new(statement: Statement<'a>) -> Self {
        Self { statement, last: std::array::from_fn(|_| Last::Never) }
    }

    fn text(&mut self, number: usize, text: Option<&str>) -> rusqlite::Result<()> {
        match (&self.last[number], text) {
            (Last::Nothing, None) => return Ok(()),
            (Last::Text(last), Some(text)) if last == text => return Ok(()),
            _ => {}
        }
        self.last[number] = text.map_or(Last::Nothing, |text| Last::Text(text.to_owned()));
        self.statement.raw_bind_parameter(number, text)
    }

    fn write(&mut self, event: &Event, srs: i32, import: i64) -> rusqlite::Result<usize> {
        let Source { system, file, sheet, row } = &event.source;
        let position = event.position.as_ref();
        let attributes = if event.attributes.is_empty() {
            "{}".to_owned()
        } else {
            serde_json::to_string(&event.attributes).expect("texts are JSON")
        };
        let blob = position.map(|p| blob::point_blob(srs, p.x, p.y));
        self.statement.raw_bind_parameter(1, blob.as_ref().map(<[u8; blob::POINT_LENGTH]>::as_slice))?;
        self.statement.raw_bind_parameter(2, &event.id)?;
        self.text(3, Some(event.kind.code()))?;
        self.text(4, Some(&event.category))?;
        self.text(5, event.category_text.as_deref())?;
        self.text(6, event.time.as_ref().map(|time| iso_utc(time.from)).as_deref())?;
        self.text(7, event.time.as_ref().map(|time| iso_utc(time.to)).as_deref())?;
        self.text(8, event.time.as_ref().map(|time| time.zone.as_str()))?;
        self.statement.raw_bind_parameter(9, position.and_then(|p| p.accuracy_m))?;
        self.text(10, position.map(|p| p.placed.code()))?;
        self.text(11, Some(event.severity.code()))?;
        self.statement.raw_bind_parameter(12, event.cost.map(|cost| cost.0))?;
        self.text(13, event.street.as_deref())?;
        self.text(14, Some(event.secrecy.code()))?;
        self.text(15, Some(system))?;
        self.text(16, Some(file))?;
        self.text(17, sheet.as_deref())?;
        self.statement.raw_bind_parameter(18, row)?;
        self.text(19, Some(&attributes))?;
        self.statement.raw_bind_parameter(20, &event.content)?;
        self.statement.raw_bind_parameter(21, import)?;
        self.statement.raw_execute()
    }
}

fn changed_id(event: &Event) -> String {
    format!("{}:changed:{}", event.id, event.content.get(..16).unwrap_or(&event.content))
}

/// The quarantined row of an event whose id is here with another content.
fn changed(event: &Event, raw: serde_json::Map<String, Value>) -> Quarantined {
    Quarantined {
        id: changed_id(event),
        part: Part::Event,
        source: event.source.clone(),
        column: None,
        value: Some(event.id.clone()),
        reason: "changed".to_owned(),
        reason_text: texts::swedish("store-changed", &[("key", event.id.clone())]),
        raw,
    }
}

/// See [`super::super::Store::quarantined`].
pub(super) fn quarantined(
    connection: &Connection,
    place: &Place<'_>,
    open_only: bool,
) -> Attempt<Vec<QuarantineRecord>> {
    let mut select = connection.prepare(include_str!("../sql/select_quarantine.sql"))?;
    let mut rows = select.query([open_only])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, part, raw): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(10)?);
        let Some(part) = Part::from_code(&part) else { return Err(place.bad_value("quarantine", id, "part", part)) };
        let Ok(raw) = serde_json::from_str(&raw) else { return Err(place.bad_value("quarantine", id, "raw", raw)) };
        let source = Source { system: row.get(2)?, file: row.get(3)?, sheet: row.get(4)?, row: row.get(5)? };
        found.push(QuarantineRecord {
            row: Quarantined {
                id,
                part,
                source,
                column: row.get(6)?,
                value: row.get(7)?,
                reason: row.get(8)?,
                reason_text: row.get(9)?,
                raw,
            },
            import_id: row.get(11)?,
            closed_by: row.get(12)?,
        });
    }
    Ok(found)
}

/// See [`super::super::Store::imports`].
pub(super) fn imports(connection: &Connection, place: &Place<'_>) -> Attempt<Vec<ImportRecord>> {
    let mut select = connection.prepare(include_str!("../sql/select_imports.sql"))?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (import_id, details): (i64, String) = (row.get(0)?, row.get(5)?);
        let Ok(details) = serde_json::from_str(&details) else {
            return Err(place.bad_value("imports", import_id.to_string(), "details", details));
        };
        let tally = |at: usize| -> rusqlite::Result<Tally> {
            Ok(Tally {
                read: row.get(at)?,
                accepted: row.get(at + 1)?,
                quarantined: row.get(at + 2)?,
                present: row.get(at + 3)?,
            })
        };
        found.push(ImportRecord {
            import_id,
            file: row.get(1)?,
            mapping: row.get(2)?,
            stamp: row.get(3)?,
            replace: row.get(4)?,
            details,
            counts: ImportCounts {
                events: tally(6)?,
                persons: tally(10)?,
                replaced: row.get(14)?,
                closed: row.get(15)?,
                import_id: Some(import_id),
            },
        });
    }
    Ok(found)
}
