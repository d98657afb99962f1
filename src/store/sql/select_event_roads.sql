SELECT e.id, r.link, r.along_m, r.distance_m, r.choice
FROM event_roads r JOIN events e ON e.fid = r.event
ORDER BY e.id
