-- A row that comes again as it was changes nothing, and stays closed where it was closed. One that comes again with
-- other cells or for another reason takes the old one's place, open.
INSERT INTO quarantine (id, import_id, part, system, file, sheet, row, column_name, value, reason, reason_text, raw)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
ON CONFLICT (id) DO UPDATE SET import_id = excluded.import_id, part = excluded.part, system = excluded.system,
  file = excluded.file, sheet = excluded.sheet, row = excluded.row, column_name = excluded.column_name,
  value = excluded.value, reason = excluded.reason, reason_text = excluded.reason_text, raw = excluded.raw,
  closed_by = NULL
WHERE reason IS NOT excluded.reason OR column_name IS NOT excluded.column_name OR value IS NOT excluded.value
  OR raw IS NOT excluded.raw
