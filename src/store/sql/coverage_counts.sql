-- Events by register, reporters and start: the year, but the whole stamp near New Year, where the zone decides the year.
WITH told AS (
  SELECT event, max(reported_by IN ('polis', 'båda')) AS police, max(reported_by IN ('sjukvård', 'båda')) AS hospital
  FROM persons
  WHERE reported_by IS NOT NULL
  GROUP BY event
)
SELECT e.system, coalesce(t.police, 0), coalesce(t.hospital, 0), coalesce(e.zone, 'UTC'),
  CASE WHEN substr(e.time_from, 6, 5) IN ('12-31', '01-01') THEN e.time_from ELSE substr(e.time_from, 1, 4) END,
  count(*), max(e.time_to)
FROM events e LEFT JOIN told t ON t.event = e.fid
WHERE e.time_from IS NOT NULL
GROUP BY 1, 2, 3, 4, 5
