INSERT INTO persons (event, age, sex, mode, mode_detail, mode_police, mode_hospital, role, conflict, severity, mais,
  element, reported_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
