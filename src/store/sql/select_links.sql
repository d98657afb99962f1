SELECT
  geom, name, class, link_id, node_from, node_to, level, structure, car, gc, one_way, vaghallare,
  speed_forward, speed_back, adt, adt_year, lit, gcm_type, roundabout, passage
FROM roads
WHERE source = ?1 AND link_id IS NOT NULL
ORDER BY fid
