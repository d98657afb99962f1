SELECT id, part, system, file, sheet, row, column_name, value, reason, reason_text, raw, import_id, closed_by
FROM quarantine
WHERE closed_by IS NULL OR NOT ?1
ORDER BY id
