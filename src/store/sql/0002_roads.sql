-- Schema 2: roads as a network, barriers, named places. Rows of schema 1 stay as they are: roads without link_id are only drawn.

ALTER TABLE roads ADD COLUMN link_id TEXT;
ALTER TABLE roads ADD COLUMN node_from INTEGER;
ALTER TABLE roads ADD COLUMN node_to INTEGER;
ALTER TABLE roads ADD COLUMN level INTEGER;
ALTER TABLE roads ADD COLUMN structure TEXT;
ALTER TABLE roads ADD COLUMN car BOOLEAN;
ALTER TABLE roads ADD COLUMN gc BOOLEAN;
ALTER TABLE roads ADD COLUMN one_way TEXT;
ALTER TABLE roads ADD COLUMN vaghallare TEXT;
-- The limit, or the higher of the two; those of each direction follow.
ALTER TABLE roads ADD COLUMN hastgrans INTEGER;
ALTER TABLE roads ADD COLUMN speed_forward INTEGER;
ALTER TABLE roads ADD COLUMN speed_back INTEGER;
ALTER TABLE roads ADD COLUMN adt INTEGER;
ALTER TABLE roads ADD COLUMN adt_year INTEGER;
ALTER TABLE roads ADD COLUMN lit BOOLEAN;
ALTER TABLE roads ADD COLUMN gcm_type TEXT;
ALTER TABLE roads ADD COLUMN roundabout BOOLEAN;
ALTER TABLE roads ADD COLUMN langd_m REAL;

-- Numbers count from 0 within a source; roads name them.
CREATE TABLE road_nodes (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom POINT,
  number INTEGER NOT NULL,
  links INTEGER NOT NULL,
  source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX road_nodes_source ON road_nodes (source, number);

CREATE TABLE barriers (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTILINESTRING,
  name TEXT,
  class TEXT,
  source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX barriers_source ON barriers (source);

CREATE TABLE places (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom POINT,
  name TEXT,
  class TEXT,
  source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX places_source ON places (source);
