INSERT INTO roads (
  geom, name, class, source, link_id, node_from, node_to, level, structure, car, gc, one_way, vaghallare,
  hastgrans, speed_forward, speed_back, adt, adt_year, lit, gcm_type, roundabout, passage, langd_m
) VALUES (
  :geom, :name, :class, :source, :link_id, :node_from, :node_to, :level, :structure, :car, :gc, :one_way, :vaghallare,
  :hastgrans, :speed_forward, :speed_back, :adt, :adt_year, :lit, :gcm_type, :roundabout, :passage, :langd_m
)
