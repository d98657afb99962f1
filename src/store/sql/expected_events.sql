-- Events that imports brought: how many are here, and how many there should be.
SELECT
  (SELECT count(*) FROM events WHERE import_id NOT NULL),
  (SELECT coalesce(sum(events_accepted - replaced - erased), 0) FROM imports)
    - (SELECT count(*) FROM event_history WHERE why = 'deleted' AND import_id NOT NULL)
