-- Schema 7. What stands where roads meet or are crossed, and a table to draw in what a question is about.

ALTER TABLE roads ADD COLUMN passage TEXT;
ALTER TABLE road_nodes ADD COLUMN signal BOOLEAN;

CREATE TABLE platsutdrag (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  namn TEXT,
  buffert_m INTEGER
);
