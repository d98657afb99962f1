-- {t} table, {x} its index, {p} an expression that gives the properties as JSON, {w} a condition, {o} an order.
SELECT fid, geom, {p}
FROM {t}
WHERE {w}
  AND (?3 IS NULL OR fid IN (SELECT id FROM {x} WHERE maxx >= ?3 AND minx <= ?4 AND maxy >= ?5 AND miny <= ?6))
ORDER BY {o}
LIMIT ?7 OFFSET ?8
