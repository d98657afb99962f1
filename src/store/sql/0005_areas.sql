-- Schema 5. Areas with their denominators and counts; measures done; conditions of places.

CREATE TABLE areas (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  area_set TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT,
  source TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX areas_code ON areas (area_set, code);

CREATE TABLE area_exposures (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  area_set TEXT NOT NULL,
  area_code TEXT NOT NULL,
  quantity TEXT NOT NULL,
  year INTEGER,
  value REAL NOT NULL,
  method TEXT NOT NULL DEFAULT '',
  source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX area_exposures_area ON area_exposures (area_set, area_code, quantity, year);

-- A count that is known has n; one that its source hides has low and, where the source tells it, high.
CREATE TABLE area_counts (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  area_set TEXT NOT NULL,
  area_code TEXT NOT NULL,
  period_from TEXT NOT NULL,
  period_to TEXT NOT NULL,
  category TEXT NOT NULL,
  category_text TEXT NOT NULL,
  n INTEGER,
  low INTEGER,
  high INTEGER,
  source TEXT NOT NULL DEFAULT '',
  file TEXT NOT NULL,
  sheet TEXT,
  row INTEGER NOT NULL
);
CREATE UNIQUE INDEX area_counts_cell ON area_counts (area_set, area_code, category_text, period_from, period_to);

-- Rows of counts, denominators, measures and conditions that were not taken.
CREATE TABLE register_quarantine (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  part TEXT NOT NULL,
  file TEXT NOT NULL,
  sheet TEXT,
  row INTEGER NOT NULL,
  column_name TEXT,
  value TEXT,
  reason TEXT NOT NULL,
  reason_text TEXT NOT NULL,
  raw TEXT NOT NULL
);
CREATE INDEX register_quarantine_file ON register_quarantine (part, file);

-- A table has one kind of geometry: what is a line or an area stands in a table of its own, with the same columns; what has
-- no place stands with the points. ADR 0016.
CREATE TABLE measures (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom POINT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  name TEXT,
  period_from TEXT,
  period_to TEXT,
  year INTEGER,
  cost_ore INTEGER,
  cost_source TEXT,
  source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX measures_source ON measures (source);

CREATE TABLE measure_lines (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTILINESTRING,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  name TEXT,
  period_from TEXT,
  period_to TEXT,
  year INTEGER,
  cost_ore INTEGER,
  cost_source TEXT,
  source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX measure_lines_source ON measure_lines (source);

CREATE TABLE measure_areas (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  name TEXT,
  period_from TEXT,
  period_to TEXT,
  year INTEGER,
  cost_ore INTEGER,
  cost_source TEXT,
  source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX measure_areas_source ON measure_areas (source);

CREATE TABLE conditions (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom POINT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  what TEXT,
  street TEXT,
  period TEXT,
  value REAL,
  unit TEXT,
  source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX conditions_source ON conditions (source);

CREATE TABLE condition_lines (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTILINESTRING,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  what TEXT,
  street TEXT,
  period TEXT,
  value REAL,
  unit TEXT,
  source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX condition_lines_source ON condition_lines (source);

CREATE TABLE condition_areas (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  what TEXT,
  street TEXT,
  period TEXT,
  value REAL,
  unit TEXT,
  source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX condition_areas_source ON condition_areas (source);
