INSERT INTO events (geom, id, kind, category, category_text, time_from, time_to, zone, accuracy_m, placed, severity,
  cost_ore, street, secrecy, system, file, sheet, row, attributes, content, import_id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
