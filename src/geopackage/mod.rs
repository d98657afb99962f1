//! The file format that store and exports share: how a GeoPackage is made, opened, registered and indexed.
//!
//! Source: OGC 12-128r18 (GeoPackage 1.3). Oracle: `validate_gpkg` of GDAL, `rtreecheck` of `SQLite`.
//!
//! [`blob`] writes and reads geometries, [`container`] the tables that the standard asks for, [`rtree`] the spatial
//! index, [`styles`] how QGIS draws a table, [`project`] the QGIS project inside. Functions that take a connection
//! return `rusqlite`'s own error; the caller, who knows the file, turns it into an [`Error`] with [`Error::of`].

pub mod blob;
pub mod container;
mod expressions;
pub mod project;
pub mod rtree;
pub mod styles;
mod symbols;
mod templates;

use std::path::Path;

use rusqlite::ErrorCode;
use serde::Serialize;

use crate::{catalogued_errors, texts};

pub use container::{Access, Field, FieldKind, Table};

/// What can be wrong with a file that should be, or become, a GeoPackage.
#[derive(Debug, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Error {
    /// The file does not exist.
    MissingFile {
        /// The file.
        file: String,
    },
    /// The folder that the file should be made in does not exist.
    MissingFolder {
        /// The file.
        file: String,
        /// The folder.
        folder: String,
    },
    /// The file or its folder may not be read or written.
    NotPermitted {
        /// The file.
        file: String,
    },
    /// The disk or the system failed.
    FileFailure {
        /// The file.
        file: String,
        /// What the system says, in the user's language.
        cause: String,
    },
    /// A file that should be made is there already.
    GeopackageExists {
        /// The file.
        file: String,
    },
    /// The file is no `SQLite` database.
    NotSqlite {
        /// The file.
        file: String,
    },
    /// The file is a `SQLite` database, but no GeoPackage.
    NotGeopackage {
        /// The file.
        file: String,
    },
    /// Another program holds the file.
    GeopackageLocked {
        /// The file.
        file: String,
    },
    /// No room left on the disk.
    DiskFull {
        /// The file.
        file: String,
    },
    /// The database is damaged.
    GeopackageDamaged {
        /// The file.
        file: String,
        /// `SQLite`'s words.
        cause: String,
    },
    /// A statement of ours failed.
    GeopackageStatement {
        /// The file.
        file: String,
        /// `SQLite`'s words.
        cause: String,
    },
}
catalogued_errors!(Error);

/// What files and messages call the path.
#[must_use]
pub fn shown(path: &Path) -> String {
    path.display().to_string()
}

impl Error {
    /// What `SQLite`'s error is to the user of this file.
    #[must_use]
    pub fn of(path: &Path, error: &rusqlite::Error) -> Self {
        let (file, cause) = (shown(path), error.to_string());
        // A value of another type than the one that was written there, or a text that is no UTF-8.
        if matches!(
            error,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::Utf8Error(..)
        ) {
            return Self::GeopackageDamaged { file, cause };
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::GeopackageLocked { file },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Self::NotPermitted { file }
            }
            Some(ErrorCode::DiskFull) => Self::DiskFull { file },
            Some(ErrorCode::NotADatabase) => Self::NotSqlite { file },
            Some(ErrorCode::DatabaseCorrupt) => Self::GeopackageDamaged { file, cause },
            Some(ErrorCode::SystemIoFailure) => {
                Self::FileFailure { file, cause: texts::system_failure(&std::io::ErrorKind::Other.into()) }
            }
            _ => Self::GeopackageStatement { file, cause },
        }
    }

    /// What the system's error is to the user of this file.
    #[must_use]
    pub fn of_io(path: &Path, error: &std::io::Error) -> Self {
        let file = shown(path);
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::MissingFile { file },
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::NotPermitted { file }
            }
            std::io::ErrorKind::StorageFull => Self::DiskFull { file },
            _ => Self::FileFailure { file, cause: texts::system_failure(error) },
        }
    }

    /// The same error about the file that the user named, where the work was done under a temporary name.
    #[must_use]
    pub fn about(mut self, path: &Path) -> Self {
        let (Self::MissingFile { file }
        | Self::MissingFolder { file, .. }
        | Self::NotPermitted { file }
        | Self::FileFailure { file, .. }
        | Self::GeopackageExists { file }
        | Self::NotSqlite { file }
        | Self::NotGeopackage { file }
        | Self::GeopackageLocked { file }
        | Self::DiskFull { file }
        | Self::GeopackageDamaged { file, .. }
        | Self::GeopackageStatement { file, .. }) = &mut self;
        *file = shown(path);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_sentence_and_names_the_file() {
        let file = "lager.gpkg".to_owned();
        let cause = "x".to_owned();
        for error in [
            Error::MissingFile { file: file.clone() },
            Error::MissingFolder { file: file.clone(), folder: "mapp".to_owned() },
            Error::NotPermitted { file: file.clone() },
            Error::FileFailure { file: file.clone(), cause: cause.clone() },
            Error::GeopackageExists { file: file.clone() },
            Error::NotSqlite { file: file.clone() },
            Error::NotGeopackage { file: file.clone() },
            Error::GeopackageLocked { file: file.clone() },
            Error::DiskFull { file: file.clone() },
            Error::GeopackageDamaged { file: file.clone(), cause: cause.clone() },
            Error::GeopackageStatement { file: file.clone(), cause: cause.clone() },
        ] {
            let problem = texts::problem(&error);
            assert!(texts::is_error(&problem.id), "{}", problem.id);
            assert!(problem.message.contains("lager.gpkg"), "{}", problem.message);
            assert!(problem.remedy.is_some(), "{}", problem.id);
            let moved = texts::problem(&error.about(Path::new("karta.gpkg")));
            assert_eq!((moved.id, moved.file.as_deref()), (problem.id, Some("karta.gpkg")));
        }
    }
}
