-- Widens a table's extent by a box, which is NULL where there is none.
UPDATE gpkg_contents SET
  min_x = min(coalesce(min_x, ?2), coalesce(?2, min_x)),
  min_y = min(coalesce(min_y, ?3), coalesce(?3, min_y)),
  max_x = max(coalesce(max_x, ?4), coalesce(?4, max_x)),
  max_y = max(coalesce(max_y, ?5), coalesce(?5, max_y))
WHERE table_name = ?1
