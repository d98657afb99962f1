SELECT e.id, p.place_id, p.written, p.placed_by, p.certainty, p.evidence, e.geom, e.accuracy_m, e.placed
FROM event_places p JOIN events e ON e.fid = p.event
ORDER BY e.id
