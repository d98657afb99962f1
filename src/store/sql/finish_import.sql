UPDATE imports SET events_read = ?2, events_accepted = ?3, events_quarantined = ?4, events_present = ?5,
  persons_read = ?6, persons_accepted = ?7, persons_quarantined = ?8, persons_present = ?9, replaced = ?10, closed = ?11
WHERE fid = ?1
