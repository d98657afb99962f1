//! Coverage, decision, exports and retention in the embedded store.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde_json::Value;

use super::super::Result;
use super::super::gate::{Gate, GivenOut, Retention, StartCount};
use super::{Attempt, GpkgStore, Place, schema};
use crate::domain::passport::NO_VINTAGE;
use crate::domain::{Audience, Coverage, Decision, Reporting, Secrecy};
use crate::geopackage::container;
use crate::geopackage::rtree::Touched;

const DECISION: &str = "strada_decision";
const LOCAL: &str = "local_epsg";

impl Gate for GpkgStore {
    fn decision(&self) -> Result<Option<Decision>> {
        self.look(|connection, place| {
            let Some(text) = schema::words(connection, place.path, DECISION)? else { return Ok(None) };
            let read = serde_json::from_str(&text);
            read.map(Some).map_err(|_| place.bad_value("lb_settings", DECISION, "value", text))
        })
    }

    fn put_decision(&mut self, decision: &Decision) -> Result<()> {
        let json = serde_json::to_string(decision).expect("texts are JSON");
        self.with_transaction(|transaction| schema::set(transaction, DECISION, json))
    }

    fn local_epsg(&self) -> Result<Option<u32>> {
        self.look(|connection, place| schema::number(connection, place.path, LOCAL))
    }

    fn put_local_epsg(&mut self, epsg: u32) -> Result<()> {
        self.with_transaction(|transaction| schema::set(transaction, LOCAL, epsg))
    }

    fn has_strada(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM events WHERE secrecy = 'strada')";
        self.look(|connection, _| Ok(connection.query_row(sql, [], |row| row.get(0))?))
    }

    fn start_counts(&self) -> Result<Vec<StartCount>> {
        self.look(|connection, _| {
            let mut select = connection.prepare(include_str!("../sql/coverage_counts.sql"))?;
            let rows = select.query_map([], |row| {
                Ok(StartCount {
                    system: row.get(0)?,
                    police: row.get(1)?,
                    hospital: row.get(2)?,
                    zone: row.get(3)?,
                    start: row.get(4)?,
                    events: row.get(5)?,
                    last: row.get::<_, Option<String>>(6)?.unwrap_or_default(),
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn coverage(&self) -> Result<Vec<Coverage>> {
        self.look(coverage)
    }

    fn put_derived(&mut self, lines: &[Coverage]) -> Result<bool> {
        self.attempt(|transaction, place| {
            let before = coverage(transaction, place)?;
            let key = |line: &Coverage| (line.system.clone(), line.reporter.clone(), line.year);
            let mut wanted: BTreeMap<_, Coverage> = lines.iter().map(|line| (key(line), line.clone())).collect();
            for line in before.iter().filter(|line| !line.derived) {
                let events = wanted.get(&key(line)).map_or(0, |line| line.events);
                wanted.insert(key(line), Coverage { events, ..line.clone() });
            }
            // Nothing is written where nothing has changed: the file stays as it is, byte for byte.
            if before.iter().eq(wanted.values()) {
                return Ok(false);
            }
            container::suspend(transaction, "coverage")?;
            transaction.execute("DELETE FROM coverage", [])?;
            for line in wanted.values() {
                insert(transaction, line)?;
            }
            container::resume(transaction, "coverage", &Touched::All, NO_VINTAGE)?;
            Ok(true)
        })
    }

    fn put_written(&mut self, lines: &[Coverage]) -> Result<()> {
        self.attempt(|transaction, _| {
            let sql = "DELETE FROM coverage WHERE system = ?1 AND reporter = ?2 AND year = ?3";
            for line in lines {
                transaction.execute(sql, params![line.system, line.reporter, line.year])?;
                insert(transaction, &Coverage { derived: false, ..line.clone() })?;
            }
            Ok(())
        })
    }

    fn exports(&self) -> Result<Vec<GivenOut>> {
        self.look(|connection, place| {
            let sql = "SELECT given, layer, file, audience, sources, secrecy, stamp, features, sha256 FROM exports
                       ORDER BY fid";
            let mut select = connection.prepare(sql)?;
            let mut rows = select.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let (file, audience, sources): (String, String, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
                let secrecy: String = row.get(5)?;
                let bad = |column: &str, value: &str| place.bad_value("exports", file.clone(), column, value);
                found.push(GivenOut {
                    given: row.get(0)?,
                    layer: row.get(1)?,
                    audience: Audience::from_code(&audience).ok_or_else(|| bad("audience", &audience))?,
                    sources: serde_json::from_str(&sources).map_err(|_| bad("sources", &sources))?,
                    secrecy: Secrecy::from_code(&secrecy).ok_or_else(|| bad("secrecy", &secrecy))?,
                    stamp: row.get(6)?,
                    features: row.get(7)?,
                    sha256: row.get(8)?,
                    file,
                });
            }
            Ok(found)
        })
    }

    fn add_export(&mut self, export: &GivenOut) -> Result<()> {
        let sql = "INSERT INTO exports (given, layer, file, audience, sources, secrecy, stamp, features, sha256)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        self.with_transaction(|transaction| {
            let values = params![
                export.given,
                export.layer,
                export.file,
                export.audience.code(),
                Value::from(export.sources.clone()).to_string(),
                export.secrecy.code(),
                export.stamp,
                export.features,
                export.sha256
            ];
            transaction.execute(sql, values).map(drop)
        })
    }

    fn retention(&self) -> Result<Vec<Retention>> {
        self.look(|connection, _| {
            let mut select = connection.prepare("SELECT system, keep_years, basis FROM retention ORDER BY system")?;
            let rows = select.query_map([], |row| {
                Ok(Retention { system: row.get(0)?, keep_years: row.get(1)?, basis: row.get(2)? })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn put_retention(&mut self, rule: &Retention) -> Result<()> {
        let sql = "INSERT INTO retention (system, keep_years, basis) VALUES (?1, ?2, ?3)
                   ON CONFLICT (system) DO UPDATE SET keep_years = excluded.keep_years, basis = excluded.basis";
        self.with_transaction(|transaction| {
            transaction.execute(sql, params![rule.system, rule.keep_years, rule.basis]).map(drop)
        })
    }
}

fn insert(connection: &Connection, line: &Coverage) -> rusqlite::Result<()> {
    let sql = "INSERT INTO coverage (system, reporter, year, events, reporting, derived, note)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let values =
        params![line.system, line.reporter, line.year, line.events, line.reporting.code(), line.derived, line.note];
    connection.prepare_cached(sql)?.execute(values).map(drop)
}

fn coverage(connection: &Connection, place: &Place<'_>) -> Attempt<Vec<Coverage>> {
    let sql = "SELECT system, reporter, year, events, reporting, derived, note FROM coverage
               ORDER BY system, reporter, year";
    let mut select = connection.prepare(sql)?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (system, year, reporting): (String, i16, String) = (row.get(0)?, row.get(2)?, row.get(4)?);
        let state = Reporting::from_code(reporting.trim());
        let key = format!("{system} {year}");
        found.push(Coverage {
            system,
            reporter: row.get(1)?,
            year,
            events: row.get(3)?,
            reporting: state.ok_or_else(|| place.bad_value("coverage", key, "reporting", reporting))?,
            derived: row.get(5)?,
            note: row.get(6)?,
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geopackage::Access;
    use crate::store::Error;
    use crate::store::contract::new_store;

    fn store(folder: &std::path::Path) -> GpkgStore {
        GpkgStore::create(&folder.join("prov.gpkg"), &new_store()).expect("a store")
    }

    fn line(year: i16, events: u64, reporting: Reporting) -> Coverage {
        Coverage {
            system: "STRADA".to_owned(),
            reporter: "polis".to_owned(),
            year,
            events,
            reporting,
            derived: true,
            note: None,
        }
    }

    #[test]
    fn what_a_person_has_written_of_coverage_is_never_worked_out_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = store(folder.path());
        let first = [line(2023, 5, Reporting::Full), line(2024, 0, Reporting::Nothing)];
        assert!(store.put_derived(&first).expect("kept"));
        assert!(!store.put_derived(&first).expect("kept"), "nothing has changed");
        // As QGIS saves a changed cell: every column is set.
        let sql =
            "UPDATE coverage SET system = system, year = year, reporting = 'ja', derived = derived WHERE year = 2024";
        store.connection().execute_batch(sql).expect("edited");
        assert!(!store.coverage().expect("read")[1].derived);
        let again = [line(2023, 6, Reporting::Partial), line(2024, 2, Reporting::Nothing)];
        assert!(store.put_derived(&again).expect("kept"));
        let lines = store.coverage().expect("read");
        assert_eq!((lines[0].reporting, lines[0].events), (Reporting::Partial, 6));
        assert_eq!((lines[1].reporting, lines[1].events, lines[1].derived), (Reporting::Full, 2, false));
        let mine = Coverage { note: Some("Sjukhuset anslöt i mars".to_owned()), ..line(2023, 6, Reporting::Partial) };
        store.put_written(std::slice::from_ref(&mine)).expect("kept");
        store.put_derived(&again).expect("kept");
        assert_eq!(store.coverage().expect("read")[0], Coverage { derived: false, ..mine });
        assert_eq!(crate::store::Store::verify(&store).expect("a check").problems, Vec::<String>::new());
    }

    #[test]
    fn decision_zone_exports_and_rules_come_back_as_they_were_given() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = store(folder.path());
        assert_eq!((store.decision().expect("read"), store.local_epsg().expect("read")), (None, None));
        let decision = Decision {
            diarienr: "TN 2026/17".to_owned(),
            unit: "Trafikenheten".to_owned(),
            purpose: "Trafiksäkerhet \"å\"".to_owned(),
            erase_by: "2028-12-31".to_owned(),
        };
        store.put_decision(&decision).expect("kept");
        store.put_local_epsg(3008).expect("kept");
        let export = GivenOut {
            given: "2026-01-02T03:04:05.000Z".to_owned(),
            layer: "events".to_owned(),
            file: "ut.gpkg".to_owned(),
            audience: Audience::Intern,
            sources: vec!["STRADA".to_owned()],
            secrecy: Secrecy::Strada,
            stamp: None,
            features: 3,
            sha256: "ab".repeat(32),
        };
        store.add_export(&export).expect("kept");
        let rule =
            Retention { system: "STRADA".to_owned(), keep_years: 10, basis: "Dokumenthanteringsplan".to_owned() };
        store.put_retention(&Retention { keep_years: 5, ..rule.clone() }).expect("kept");
        store.put_retention(&rule).expect("kept");
        drop(store);
        let store = GpkgStore::open(&folder.path().join("prov.gpkg"), Access::ReadOnly).expect("opens");
        assert_eq!(store.decision().expect("read"), Some(decision));
        assert_eq!(store.local_epsg().expect("read"), Some(3008));
        assert_eq!(store.exports().expect("read"), [export]);
        assert_eq!(store.retention().expect("read"), [rule]);
        store.connection().execute_batch("SELECT 1").expect("reads");
    }

    #[test]
    fn a_setting_that_is_no_decision_is_named_with_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = store(folder.path());
        store.with_transaction(|transaction| schema::set(transaction, DECISION, "{}")).expect("set");
        assert!(matches!(store.decision(), Err(Error::BadStoredValue { .. })));
    }
}
