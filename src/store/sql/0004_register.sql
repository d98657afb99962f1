-- Schema 4. The register of places, and where names of events were found in it.

CREATE TABLE register_places (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom POINT,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT,
  object_number TEXT,
  property TEXT,
  -- Lists are JSON.
  addresses TEXT NOT NULL DEFAULT '[]',
  earlier_names TEXT NOT NULL DEFAULT '[]',
  department TEXT,
  activity TEXT,
  class TEXT,
  extent_m REAL,
  source TEXT NOT NULL DEFAULT '',
  row INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX register_places_source ON register_places (source);
CREATE INDEX register_places_id ON register_places (id);

CREATE TABLE register_areas (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  id TEXT NOT NULL,
  name TEXT,
  source TEXT NOT NULL DEFAULT '',
  row INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX register_areas_source ON register_areas (source);

-- What a person chose: the text of a register in a context is this place, or (NULL) no place.
CREATE TABLE place_choices (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  system TEXT NOT NULL,
  choice_key TEXT NOT NULL,
  choice_context TEXT NOT NULL DEFAULT '',
  written TEXT NOT NULL,
  place_id TEXT,
  UNIQUE (system, choice_key, choice_context)
);

-- What placed an event that its source did not place; a row for each such event.
CREATE TABLE event_places (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  event INTEGER NOT NULL UNIQUE REFERENCES events(fid) ON DELETE CASCADE,
  place_id TEXT NOT NULL,
  written TEXT NOT NULL,
  placed_by TEXT NOT NULL,
  certainty REAL NOT NULL,
  evidence TEXT NOT NULL
);

-- Also where foreign keys are off, as in QGIS.
CREATE TRIGGER events_deleted_places AFTER DELETE ON events
BEGIN
  DELETE FROM event_places WHERE event = OLD.fid;
END;

-- A new version of an event, and one that someone moved, is no longer where it was put by its name.
CREATE TRIGGER events_changed_places AFTER UPDATE OF geom, content ON events
WHEN NEW.geom IS NOT OLD.geom OR NEW.content IS NOT OLD.content
BEGIN
  DELETE FROM event_places WHERE event = NEW.fid;
END;
