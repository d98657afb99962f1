UPDATE events SET geom = ?1, kind = ?3, category = ?4, category_text = ?5, time_from = ?6, time_to = ?7, zone = ?8,
  accuracy_m = ?9, placed = ?10, severity = ?11, cost_ore = ?12, street = ?13, secrecy = ?14, system = ?15, file = ?16,
  sheet = ?17, row = ?18, attributes = ?19, content = ?20, import_id = ?21
WHERE id = ?2
