SELECT fid, geom, id, kind, category, category_text, time_from, time_to, zone, accuracy_m, placed, severity, cost_ore,
  street, secrecy, system, file, sheet, row, attributes, content
FROM events
