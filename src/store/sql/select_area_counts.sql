SELECT area_set, area_code, period_from, period_to, category, category_text, n, low, high, source, file, sheet, row
FROM area_counts WHERE ?1 IS NULL OR area_set = ?1
ORDER BY area_set, area_code, category_text, period_from, period_to
