INSERT INTO event_history (event_id, why, content, version, import_id)
SELECT id, 'replaced', content, ?2, import_id FROM events WHERE fid = ?1
