SELECT count(*)
FROM {t}
WHERE {w}
  AND (?3 IS NULL OR fid IN (SELECT id FROM {x} WHERE maxx >= ?3 AND minx <= ?4 AND maxy >= ?5 AND miny <= ?6))
