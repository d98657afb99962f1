//! Where events, ground and results are kept: what every store can do, and the embedded one that QGIS opens.
//!
//! [`Store`] is the contract, [`GpkgStore`] the store that is one GeoPackage. The contract's test suite, `contract`,
//! is generic: a second store runs the same one.
//!
//! Rules that every store holds: an import is one transaction; read = accepted + quarantined + present, for events
//! and for persons; importing the same file twice changes nothing; free text is read only when it is asked for.

pub mod areas;
pub mod erase;
pub mod gate;
pub mod gpkg;
pub mod model;
pub mod near;
pub mod register;
pub mod surroundings;

#[cfg(test)]
mod areas_contract;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod register_contract;
#[cfg(test)]
mod surroundings_contract;

use serde::Serialize;

use crate::catalogued_errors;
use crate::domain::{Event, Layer, Network};
use crate::geopackage;

pub use areas::{Areas, Fate, SetAside};
pub use erase::Gallring;
pub use gate::Gate;
pub use gpkg::GpkgStore;
pub use model::{
    Aborted, Background, BackgroundRow, EventFilter, EventRoad, Feature, Features, ImportCounts, ImportRecord,
    ImportRun, KindCount, LayerColumn, NewStore, Part, QuarantineRecord, Quarantined, Row, RunLayer, RunRecord,
    RunSummary, Settings, Tally, Verification, Window,
};
pub use near::{Near, Nearby};
pub use surroundings::{Put, Surroundings};

pub use register::{Choice, EventPlace, PlacedBy, RegisterStore};

/// What a store refuses or cannot do.
#[derive(Debug, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Error {
    /// The file is a GeoPackage, but no store.
    NotStore {
        /// The file.
        file: String,
    },
    /// The store was written by a newer program.
    StoreNewer {
        /// The file.
        file: String,
        /// Its schema version.
        version: u32,
        /// The newest version that this program knows.
        ours: u32,
    },
    /// The store must be brought up to date, and was opened for reading only.
    StoreOlder {
        /// The file.
        file: String,
        /// Its schema version.
        version: u32,
        /// The version that this program needs.
        ours: u32,
    },
    /// The rows of an import ended in an error; nothing of it was kept.
    ImportAborted {
        /// The store.
        file: String,
        /// The file that was being imported.
        source_file: String,
    },
    /// A value in the store is none that the program knows: it was changed from outside.
    BadStoredValue {
        /// The store.
        file: String,
        /// The table.
        table: String,
        /// Id or key of the row.
        row: String,
        /// The column.
        column: String,
        /// The value.
        value: String,
    },
    /// A shape is not of its layer's kind.
    WrongGeometry {
        /// The store.
        file: String,
        /// The layer.
        layer: String,
        /// The row in the layer, from 1.
        row: u64,
    },
    /// There is no such layer of such a run.
    NoSuchLayer {
        /// The store.
        file: String,
        /// The run.
        run: String,
        /// The layer.
        layer: String,
    },
    /// The rows of an import do not add up; nothing of it was kept. A fault of ours.
    Unbalanced {
        /// The store.
        file: String,
        /// The counts.
        counts: String,
    },
    /// The file itself.
    #[serde(untagged)]
    Geopackage(geopackage::Error),
}
catalogued_errors!(Error);

impl From<geopackage::Error> for Error {
    fn from(error: geopackage::Error) -> Self {
        Self::Geopackage(error)
    }
}

/// Result of a store.
pub type Result<T> = std::result::Result<T, Error>;

/// What every store can do.
pub trait Store: Send {
    /// Name, CRS, home area and schema version.
    fn settings(&self) -> &Settings;

    /// Takes rows in, all of them or none, and says what became of each.
    ///
    /// An event with an unknown id is accepted. One whose id and content are here is present. One whose id is here
    /// with another content is quarantined as `changed`; with [`ImportRun::replace`] it is taken instead, once a run, and
    /// the old version is kept. Quarantined rows replace those of the same id. `closes` marks a quarantined row as mended.
    /// An import that would change nothing leaves no trace. Rows stream; memory is about 32 bytes an event where the import
    /// is large beside the store.
    ///
    /// # Errors
    /// The iterator yields [`Aborted`], or the store cannot be written: nothing was kept.
    fn import(
        &mut self,
        run: &ImportRun<'_>,
        rows: &mut dyn Iterator<Item = std::result::Result<Row, Aborted>>,
    ) -> Result<ImportCounts>;

    /// Events in canonical order: by id, byte for byte.
    fn events(&self, filter: &EventFilter) -> Result<Vec<Event>>;

    /// Number of events of each kind, placed and not; kinds without events are left out.
    fn counts_by_kind(&self) -> Result<Vec<KindCount>>;

    /// Quarantined rows by id; only those that nothing has closed, where `open_only`.
    fn quarantined(&self, open_only: bool) -> Result<Vec<QuarantineRecord>>;

    /// Imports that changed something, oldest first.
    fn imports(&self) -> Result<Vec<ImportRecord>>;

    /// Earlier versions of an event, oldest first.
    fn history(&self, event_id: &str) -> Result<Vec<Event>>;

    /// Keeps a result with its layers, in place of an earlier one with the same id.
    fn save_run(&mut self, run: &RunRecord, layers: &[Layer]) -> Result<()>;

    /// Results with what their layers hold, by id.
    fn runs(&self) -> Result<Vec<RunSummary>>;

    /// Rows of a result's layer, by rank, then in the layer's own order.
    ///
    /// # Errors
    /// [`Error::NoSuchLayer`].
    fn run_features(&self, run_id: &str, layer: &str, window: &Window) -> Result<Features>;

    /// Keeps the rows of one source, in place of those that the source gave before. Returns whether anything changed.
    fn put_background(&mut self, kind: Background, source: &str, rows: &[BackgroundRow], stamp: &str) -> Result<bool>;

    /// Keeps the road network of one source, in place of all roads that the source gave before. Returns whether anything
    /// changed. Its links are roads of [`Store::background`] too.
    fn put_network(&mut self, source: &str, network: &Network, stamp: &str) -> Result<bool>;

    /// The networks of all sources as one, in the order of the sources' names, each as it was given; sources share no nodes.
    /// `None` where none was imported; roads that were kept as lines only are not in it.
    fn network(&self) -> Result<Option<Network>>;

    /// Roads, buildings or points, in the order in which they came.
    fn background(&self, kind: Background, window: &Window) -> Result<Features>;

    /// Keeps the roads of events, in place of those that were kept; a road of an event that is not here is passed over.
    /// `rows` come by event id. Returns whether anything changed.
    fn put_event_roads(&mut self, rows: &[EventRoad]) -> Result<bool>;

    /// The roads of events, by event id; none before the first [`Self::put_event_roads`].
    fn event_roads(&self) -> Result<Vec<EventRoad>>;

    /// Looks for damage: the file, its references, its indexes and the equation of every import.
    fn verify(&self) -> Result<Verification>;
}

/// Why [`import_rows`] kept nothing.
#[derive(Debug)]
pub enum ImportFailure<E> {
    /// The rows ended in this error.
    Rows(E),
    /// The store failed.
    Store(Error),
}

/// [`Store::import`] for rows that can fail in their own way: gives that failure back.
pub fn import_rows<E>(
    store: &mut dyn Store,
    run: &ImportRun<'_>,
    rows: impl Iterator<Item = std::result::Result<Row, E>>,
) -> std::result::Result<ImportCounts, ImportFailure<E>> {
    let mut failure = None;
    let mut rows = rows.map(|row| {
        row.map_err(|error| {
            failure = Some(error);
            Aborted
        })
    });
    let outcome = store.import(run, &mut rows);
    drop(rows);
    match (outcome, failure) {
        (Ok(counts), _) => Ok(counts),
        (Err(Error::ImportAborted { .. }), Some(error)) => Err(ImportFailure::Rows(error)),
        (Err(error), _) => Err(ImportFailure::Store(error)),
    }
}
