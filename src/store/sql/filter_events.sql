-- ?1 and ?2 are JSON lists of kinds and systems, or NULL for all.
WHERE (?1 IS NULL OR kind IN (SELECT value FROM json_each(?1)))
  AND (?2 IS NULL OR system IN (SELECT value FROM json_each(?2)))
ORDER BY fid
