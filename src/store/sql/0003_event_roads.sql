-- Schema 3. The road of each event, where there is a network; a row for every event, also for one without a road.

CREATE TABLE event_roads (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  event INTEGER NOT NULL UNIQUE REFERENCES events(fid) ON DELETE CASCADE,
  link TEXT,
  along_m REAL,
  distance_m REAL,
  choice TEXT NOT NULL
);

-- Also where foreign keys are off, as in QGIS.
CREATE TRIGGER events_deleted_roads AFTER DELETE ON events
BEGIN
  DELETE FROM event_roads WHERE event = OLD.fid;
END;
