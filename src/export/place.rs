//! Where a file will stand, and the temporary file beside it that takes its name when it is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Error, Job};
use crate::geopackage;

/// Where a file will stand.
pub(super) struct Target {
    folder: PathBuf,
    name: String,
    shown: PathBuf,
}

impl Target {
    /// Checks all that can be known before anything is written. A link is followed.
    pub(super) fn of(path: &Path) -> Result<Self, Error> {
        let file = geopackage::shown(path);
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let name = real.file_name().filter(|_| !real.is_dir()).ok_or(Error::NoFileName { file: file.clone() })?;
        let folder = match real.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        if !folder.is_dir() {
            return Err(Error::MissingFolder { file, folder: geopackage::shown(&folder) });
        }
        match fs::metadata(&real) {
            Ok(old) if !old.is_file() => return Err(Error::NoFileName { file }),
            Ok(old) if old.permissions().readonly() => return Err(geopackage::Error::NotPermitted { file }.into()),
            _ => {}
        }
        let name = name.to_string_lossy().into_owned();
        // A log that SQLite has not folded in yet would be folded into the new file, and ruin it.
        for log in ["-wal", "-journal"] {
            let log = folder.join(format!("{name}{log}"));
            if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
                return Err(geopackage::Error::GeopackageLocked { file }.into());
            }
        }
        Ok(Self { folder, name, shown: path.to_owned() })
    }

    /// A name for a file that is not finished, in the folder where it will stand.
    pub(super) fn temporary(&self, suffix: &str) -> Result<Part, Error> {
        let target = self.folder.join(format!("{}{suffix}", self.name));
        Ok(Part { path: self.free(suffix)?, target })
    }

    /// A name for a folder of files that are not finished, in the folder where they will stand.
    pub(super) fn temporary_set(&self) -> Result<Set, Error> {
        Ok(Set { path: self.free("")?, folder: self.folder.clone(), name: self.name.clone() })
    }

    fn free(&self, suffix: &str) -> Result<PathBuf, Error> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        for _ in 0..1_000 {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!(".{}{suffix}.{}-{number}.part", self.name, std::process::id());
            let path = self.folder.join(name);
            if path.symlink_metadata().is_err() {
                return Ok(path);
            }
        }
        Err(Error::NoFileName { file: geopackage::shown(&self.shown) })
    }
}

/// A folder of files that are not finished and belong together; it is removed with all that is left in it.
pub(super) struct Set {
    /// Where to write them.
    pub(super) path: PathBuf,
    folder: PathBuf,
    name: String,
}

impl Set {
    /// Makes the files outlast a power cut, and moves them to their places: old main file away, old companions away, new
    /// companions in, new main file in. Takes back what it did where a step fails.
    pub(super) fn put(self, job: &Job, endings: &[&str]) -> Result<(), Error> {
        let failed = |error: io::Error| job.io(&error);
        let main = PathBuf::from(&self.name);
        let mut new = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            File::open(entry.path()).and_then(|file| file.sync_all()).map_err(failed)?;
            new.push(PathBuf::from(entry.file_name()));
        }
        new.retain(|name| *name != main);
        new.sort();
        let old_ones = endings.iter().map(|ending| main.with_extension(ending)).chain(new.iter().cloned());
        let mut old: Vec<PathBuf> = old_ones.filter(|name| self.folder.join(name).is_file()).collect();
        old.sort();
        old.dedup();
        if self.folder.join(&main).is_file() {
            old.insert(0, main.clone());
        }
        new.push(main);
        let kept = self.path.join("old");
        fs::create_dir(&kept).map_err(failed)?;
        let away = old.iter().map(|name| (self.folder.join(name), kept.join(name)));
        let into = new.iter().map(|name| (self.path.join(name), self.folder.join(name)));
        let mut done: Vec<(PathBuf, PathBuf)> = Vec::new();
        for (from, to) in away.chain(into) {
            if let Err(error) = fs::rename(&from, &to) {
                for (from, to) in done.iter().rev() {
                    // Nothing better is left to try: the first error is the one that counts.
                    let _ = fs::rename(to, from);
                }
                return Err(failed(error));
            }
            done.push((from, to));
        }
        Ok(())
    }
}

impl Drop for Set {
    fn drop(&mut self) {
        // As for a single file: there is nothing to tell.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A file that is not finished; it is removed unless it is [`put`](Self::put) in place.
pub(super) struct Part {
    /// Where to write it.
    pub(super) path: PathBuf,
    target: PathBuf,
}

impl Part {
    /// Makes the file outlast a power cut, and gives it its name.
    pub(super) fn put(self, job: &Job) -> Result<(), Error> {
        self.put_as(job.target)
    }

    /// The same for whoever writes no layers; `shown` is named in errors.
    pub(super) fn put_as(self, shown: &Path) -> Result<(), Error> {
        let place = || -> io::Result<()> {
            if let Ok(old) = fs::metadata(&self.target) {
                fs::set_permissions(&self.path, old.permissions())?;
            }
            File::open(&self.path)?.sync_all()?;
            fs::rename(&self.path, &self.target)
        };
        place().map_err(|error| geopackage::Error::of_io(shown, &error).into())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        for rest in ["", "-journal", "-wal", "-shm"] {
            let mut name = self.path.clone().into_os_string();
            name.push(rest);
            // Nothing to tell: after a success the name is gone, after a failure the first error is the one that counts.
            let _ = fs::remove_file(PathBuf::from(name));
        }
    }
}
