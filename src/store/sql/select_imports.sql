SELECT fid, file, mapping, stamp, replaces, details, events_read, events_accepted, events_quarantined, events_present,
  persons_read, persons_accepted, persons_quarantined, persons_present, replaced, closed
FROM imports ORDER BY fid
