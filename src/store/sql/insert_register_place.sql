INSERT INTO register_places (geom, id, kind, name, object_number, property, addresses, earlier_names, department, activity,
  class, extent_m, source, row)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
