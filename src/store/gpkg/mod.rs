//! The embedded store: one GeoPackage, which QGIS opens directly.
//!
//! Writing is in transactions (`journal_mode` DELETE, `synchronous` FULL): a process that is killed leaves all of a
//! change or nothing. Every stamp comes from the data's vintage.

mod areas;
mod background;
mod erase;
mod event_roads;
mod events;
mod gate;
mod import;
mod known;
mod near;
mod network;
mod register;
mod runs;
mod schema;
mod surroundings;
mod verify;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{
    Aborted, Background, BackgroundRow, Error, EventFilter, EventRoad, Features, ImportCounts, ImportRecord, ImportRun,
    KindCount, NewStore, QuarantineRecord, Result, Row, RunRecord, RunSummary, Settings, Store, Verification, Window,
};
use crate::domain::{Event, Layer, Network};
use crate::geopackage::{self, Access, container, shown};

/// A store in one GeoPackage.
#[derive(Debug)]
pub struct GpkgStore {
    path: PathBuf,
    connection: Connection,
    settings: Settings,
}

/// What goes wrong inside: `SQLite`'s error until the file's name is put to it.
enum Fault {
    Sql(rusqlite::Error),
    Store(Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl Fault {
    fn named(self, path: &Path) -> Error {
        match self {
            Self::Sql(error) => geopackage::Error::of(path, &error).into(),
            Self::Store(error) => error,
        }
    }
}

type Attempt<T> = std::result::Result<T, Fault>;

impl GpkgStore {
    /// Makes a new store. It is written beside its place and moved there when it is whole.
    ///
    /// # Errors
    /// A file of that name exists, its folder does not, or it may not be written.
    pub fn create(path: &Path, new: &NewStore) -> Result<Self> {
        if path.symlink_metadata().is_ok() {
            return Err(geopackage::Error::GeopackageExists { file: shown(path) }.into());
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let part = path.with_file_name(format!(".{name}.part"));
        let journal = path.with_file_name(format!(".{name}.part-journal"));
        let clear = || [&part, &journal].map(|file| std::fs::remove_file(file).ok());
        clear();
        let fill = || -> Result<()> {
            let mut connection = container::create(&part, &[&new.crs])?;
            schema::migrate(&mut connection, &part, &schema::MIGRATIONS, new.crs.epsg)?;
            schema::write_settings(&mut connection, new).map_err(|error| geopackage::Error::of(&part, &error))?;
            connection.close().map_err(|(_, error)| geopackage::Error::of(&part, &error))?;
            std::fs::rename(&part, path).map_err(|error| geopackage::Error::of_io(path, &error).into())
        };
        if let Err(error) = fill() {
            clear();
            return Err(match error {
                Error::Geopackage(error) => error.about(path).into(),
                other => other,
            });
        }
        Self::open(path, Access::ReadWrite)
    }

    /// Opens a store that exists; one of an older version is brought up to date, where it may be written.
    ///
    /// # Errors
    /// The file is missing, may not be read or written, is no GeoPackage, no store, or a newer program's store.
    pub fn open(path: &Path, access: Access) -> Result<Self> {
        let mut connection = container::open(path, access)?;
        let named = |error| Fault::Sql(error).named(path);
        let version = schema::version(&connection, path).map_err(|fault| fault.named(path))?;
        let version = version.ok_or_else(|| Error::NotStore { file: shown(path) })?;
        let ours = schema::newest(&schema::MIGRATIONS);
        if version > ours {
            return Err(Error::StoreNewer { file: shown(path), version, ours });
        }
        if version < ours {
            if access == Access::ReadOnly {
                return Err(Error::StoreOlder { file: shown(path), version, ours });
            }
            let epsg = schema::read_settings(&connection, path)?.crs.epsg;
            schema::migrate(&mut connection, path, &schema::MIGRATIONS, epsg)?;
        }
        if access == Access::ReadWrite {
            // QGIS leaves a file that it has open in WAL mode; where it is still open, that mode stays and serves too.
            let _ = connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()));
            connection.pragma_update(None, "synchronous", "FULL").map_err(named)?;
        }
        // 64 MiB: the index over a million ids fits, and memory stays bounded.
        connection.pragma_update(None, "cache_size", -65_536).map_err(named)?;
        let settings = schema::read_settings(&connection, path)?;
        Ok(Self { path: path.to_owned(), connection, settings })
    }

    /// The store's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The connection, for what lies beside the data in the same file: default styles, a QGIS project.
    #[must_use]
    pub const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Runs a piece of work in one transaction: all of it is kept, or nothing.
    ///
    /// # Errors
    /// Whatever the work or the store's file makes of it.
    pub fn with_transaction<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T> {
        self.attempt(|transaction, _| Ok(work(transaction)?))
    }

    /// The same for the store's own work.
    fn attempt<T>(&mut self, work: impl FnOnce(&Transaction<'_>, &Place<'_>) -> Attempt<T>) -> Result<T> {
        let place = Place { path: &self.path, srs: srs(&self.settings) };
        let run = || -> Attempt<T> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction, &place)?;
            transaction.commit()?;
            Ok(done)
        };
        run().map_err(|fault| fault.named(&self.path))
    }

    fn look<T>(&self, work: impl FnOnce(&Connection, &Place<'_>) -> Attempt<T>) -> Result<T> {
        let place = Place { path: &self.path, srs: srs(&self.settings) };
        work(&self.connection, &place).map_err(|fault| fault.named(&self.path))
    }
}

/// Where the work is done: for messages and for geometries.
struct Place<'a> {
    path: &'a Path,
    srs: i32,
}

impl Place<'_> {
    fn file(&self) -> String {
        shown(self.path)
    }

    fn bad_value(&self, table: &str, row: impl Into<String>, column: &str, value: impl Into<String>) -> Fault {
        Fault::Store(Error::BadStoredValue {
            file: self.file(),
            table: table.to_owned(),
            row: row.into(),
            column: column.to_owned(),
            value: value.into(),
        })
    }
}

fn srs(settings: &Settings) -> i32 {
    i32::try_from(settings.crs.epsg).unwrap_or(-1)
}

impl Store for GpkgStore {
    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn import(
        &mut self,
        run: &ImportRun<'_>,
        rows: &mut dyn Iterator<Item = std::result::Result<Row, Aborted>>,
    ) -> Result<ImportCounts> {
        let place = Place { path: &self.path, srs: srs(&self.settings) };
        import::import(&mut self.connection, &place, run, rows).map_err(|fault| fault.named(&self.path))
    }

    fn events(&self, filter: &EventFilter) -> Result<Vec<Event>> {
        self.look(|connection, place| events::events(connection, place, filter))
    }

    fn counts_by_kind(&self) -> Result<Vec<KindCount>> {
        self.look(events::counts_by_kind)
    }

    fn quarantined(&self, open_only: bool) -> Result<Vec<QuarantineRecord>> {
        self.look(|connection, place| import::quarantined(connection, place, open_only))
    }

    fn imports(&self) -> Result<Vec<ImportRecord>> {
        self.look(import::imports)
    }

    fn history(&self, event_id: &str) -> Result<Vec<Event>> {
        self.look(|connection, place| events::history(connection, place, event_id))
    }

    fn save_run(&mut self, run: &RunRecord, layers: &[Layer]) -> Result<()> {
        self.attempt(|transaction, place| runs::save(transaction, place, run, layers))
    }

    fn runs(&self) -> Result<Vec<RunSummary>> {
        self.look(runs::runs)
    }

    fn run_features(&self, run_id: &str, layer: &str, window: &Window) -> Result<Features> {
        self.look(|connection, place| runs::features(connection, place, run_id, layer, window))
    }

    fn put_background(&mut self, kind: Background, source: &str, rows: &[BackgroundRow], stamp: &str) -> Result<bool> {
        self.attempt(|transaction, place| background::put(transaction, place, kind, source, rows, stamp))
    }

    fn background(&self, kind: Background, window: &Window) -> Result<Features> {
        self.look(|connection, place| background::background(connection, place, kind, window))
    }

    fn put_event_roads(&mut self, rows: &[EventRoad]) -> Result<bool> {
        self.attempt(|transaction, place| event_roads::put(transaction, place, rows))
    }

    fn event_roads(&self) -> Result<Vec<EventRoad>> {
        self.look(event_roads::all)
    }

    fn put_network(&mut self, source: &str, network: &Network, stamp: &str) -> Result<bool> {
        self.attempt(|transaction, place| network::put(transaction, place, source, network, stamp))
    }

    fn network(&self) -> Result<Option<Network>> {
        self.look(network::network)
    }

    fn verify(&self) -> Result<Verification> {
        self.look(verify::verify)
    }
}
