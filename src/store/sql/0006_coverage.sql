-- Schema 6. The täckningstabell, and what was given out.

-- A line that a person has written (derived = 0) is never worked out again.
CREATE TABLE coverage (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  system TEXT NOT NULL,
  reporter TEXT NOT NULL DEFAULT '',
  year INTEGER NOT NULL,
  events INTEGER NOT NULL DEFAULT 0,
  reporting TEXT NOT NULL DEFAULT 'okänt',
  derived BOOLEAN NOT NULL DEFAULT 0,
  note TEXT
);
CREATE UNIQUE INDEX coverage_line ON coverage (system, reporter, year);

-- Whoever changes a state in QGIS has written it.
CREATE TRIGGER coverage_edited AFTER UPDATE OF reporting, note ON coverage
  WHEN OLD.derived AND NEW.derived AND (NEW.reporting IS NOT OLD.reporting OR NEW.note IS NOT OLD.note)
BEGIN
  UPDATE coverage SET derived = 0 WHERE fid = NEW.fid;
END;

-- A log, and no result: given is when, by the clock.
CREATE TABLE exports (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  given DATETIME NOT NULL,
  layer TEXT NOT NULL,
  file TEXT NOT NULL,
  audience TEXT NOT NULL,
  sources TEXT NOT NULL,
  secrecy TEXT NOT NULL,
  stamp DATETIME,
  features INTEGER NOT NULL,
  sha256 TEXT NOT NULL
);

-- How long a source may be kept, in whole years, and on what ground.
CREATE TABLE retention (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  system TEXT NOT NULL,
  keep_years INTEGER NOT NULL,
  basis TEXT NOT NULL
);
CREATE UNIQUE INDEX retention_system ON retention (system);

-- Events of the import that gallring took, so that its equation still holds.
ALTER TABLE imports ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
