-- Schema 1. Names are ascii; people read the aliases of gpkg_data_columns. Triggers use built-in SQL only.

CREATE TABLE imports (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  file TEXT NOT NULL,
  mapping TEXT NOT NULL,
  stamp DATETIME,
  replaces BOOLEAN NOT NULL,
  details TEXT NOT NULL,
  events_read INTEGER NOT NULL DEFAULT 0,
  events_accepted INTEGER NOT NULL DEFAULT 0,
  events_quarantined INTEGER NOT NULL DEFAULT 0,
  events_present INTEGER NOT NULL DEFAULT 0,
  persons_read INTEGER NOT NULL DEFAULT 0,
  persons_accepted INTEGER NOT NULL DEFAULT 0,
  persons_quarantined INTEGER NOT NULL DEFAULT 0,
  persons_present INTEGER NOT NULL DEFAULT 0,
  replaced INTEGER NOT NULL DEFAULT 0,
  closed INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE events (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom POINT,
  id TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT 'incident',
  category TEXT NOT NULL DEFAULT 'okand',
  category_text TEXT,
  time_from DATETIME,
  time_to DATETIME,
  zone TEXT,
  accuracy_m REAL,
  placed TEXT,
  severity TEXT NOT NULL DEFAULT 'unknown',
  cost_ore INTEGER,
  street TEXT,
  secrecy TEXT NOT NULL DEFAULT 'intern',
  system TEXT NOT NULL DEFAULT '',
  file TEXT NOT NULL DEFAULT '',
  sheet TEXT,
  row INTEGER NOT NULL DEFAULT 0,
  attributes TEXT NOT NULL DEFAULT '{}',
  content TEXT NOT NULL DEFAULT '',
  import_id INTEGER REFERENCES imports(fid)
);
-- An index, and not a constraint of the table, so that a large import can make it anew.
CREATE UNIQUE INDEX events_id ON events (id);
CREATE INDEX events_kind ON events (kind, system);

-- Children name the event's key; their own keys give their order.
CREATE TABLE persons (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  event INTEGER NOT NULL REFERENCES events(fid) ON DELETE CASCADE,
  age INTEGER,
  sex TEXT,
  mode TEXT,
  mode_detail TEXT,
  mode_police TEXT,
  mode_hospital TEXT,
  role TEXT,
  conflict TEXT,
  severity TEXT NOT NULL DEFAULT 'unknown',
  mais INTEGER,
  element INTEGER,
  reported_by TEXT
);
CREATE INDEX persons_event ON persons (event);

CREATE TABLE elements (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  event INTEGER NOT NULL REFERENCES events(fid) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  mode TEXT
);
CREATE INDEX elements_event ON elements (event);

-- What persons typed, apart from the rest, so that a query for something else never meets it.
CREATE TABLE event_text (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  event INTEGER NOT NULL REFERENCES events(fid) ON DELETE CASCADE,
  field TEXT NOT NULL,
  value TEXT NOT NULL
);
CREATE INDEX event_text_event ON event_text (event);

CREATE TABLE quarantine (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  import_id INTEGER NOT NULL REFERENCES imports(fid),
  part TEXT NOT NULL,
  system TEXT NOT NULL,
  file TEXT NOT NULL,
  sheet TEXT,
  row INTEGER NOT NULL,
  column_name TEXT,
  value TEXT,
  reason TEXT NOT NULL,
  reason_text TEXT NOT NULL,
  raw TEXT NOT NULL,
  closed_by TEXT
);

-- Versions that were replaced (with the event as JSON) and events that someone deleted (without).
CREATE TABLE event_history (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  event_id TEXT NOT NULL,
  why TEXT NOT NULL,
  content TEXT NOT NULL,
  version TEXT,
  import_id INTEGER REFERENCES imports(fid)
);
CREATE INDEX event_history_event ON event_history (event_id);

-- Also where foreign keys are off, as in QGIS.
CREATE TRIGGER events_deleted AFTER DELETE ON events
BEGIN
  INSERT INTO event_history (event_id, why, content, import_id) VALUES (OLD.id, 'deleted', OLD.content, OLD.import_id);
  DELETE FROM persons WHERE event = OLD.fid;
  DELETE FROM elements WHERE event = OLD.fid;
  DELETE FROM event_text WHERE event = OLD.fid;
END;

CREATE TABLE runs (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  method TEXT NOT NULL,
  kind TEXT,
  title TEXT NOT NULL,
  passport TEXT NOT NULL
);

CREATE TABLE run_layers (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  layer TEXT NOT NULL,
  geometry TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  columns TEXT NOT NULL,
  features INTEGER NOT NULL,
  UNIQUE (run_id, layer)
);

CREATE TABLE hotspots (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  layer TEXT NOT NULL,
  rang INTEGER,
  n INTEGER,
  namn TEXT,
  kind TEXT,
  properties TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX hotspots_run ON hotspots (run_id, layer);

CREATE TABLE hotspot_lines (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTILINESTRING,
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  layer TEXT NOT NULL,
  rang INTEGER,
  n INTEGER,
  namn TEXT,
  kind TEXT,
  properties TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX hotspot_lines_run ON hotspot_lines (run_id, layer);

CREATE TABLE hotspot_points (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom POINT,
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  layer TEXT NOT NULL,
  rang INTEGER,
  n INTEGER,
  namn TEXT,
  kind TEXT,
  properties TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX hotspot_points_run ON hotspot_points (run_id, layer);

CREATE TABLE roads (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTILINESTRING,
  name TEXT,
  class TEXT,
  source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX roads_source ON roads (source);

CREATE TABLE buildings (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  name TEXT,
  class TEXT,
  source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX buildings_source ON buildings (source);

CREATE TABLE ground_points (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom POINT,
  name TEXT,
  class TEXT,
  source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX ground_points_source ON ground_points (source);
