SELECT event, fid, age, sex, mode, mode_detail, mode_police, mode_hospital, role, conflict, severity, mais, element,
  reported_by
FROM persons
