SELECT fid FROM imports
WHERE events_read != events_accepted + events_quarantined + events_present
  OR persons_read != persons_accepted + persons_quarantined + persons_present
ORDER BY fid
