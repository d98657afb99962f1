INSERT INTO area_counts (area_set, area_code, period_from, period_to, category, category_text, n, low, high, source, file, sheet, row)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
ON CONFLICT (area_set, area_code, category_text, period_from, period_to) DO UPDATE SET
  category = excluded.category, n = excluded.n, low = excluded.low, high = excluded.high, source = excluded.source,
  file = excluded.file, sheet = excluded.sheet, row = excluded.row
