-- GDAL's count of rows. {t} quoted table, {q} the same as a text, {n} its bare name with quotes doubled.
CREATE TRIGGER "trigger_insert_feature_count_{n}" AFTER INSERT ON {t}
BEGIN
  UPDATE gpkg_ogr_contents SET feature_count = feature_count + 1 WHERE lower(table_name) = lower({q});
END;
CREATE TRIGGER "trigger_delete_feature_count_{n}" AFTER DELETE ON {t}
BEGIN
  UPDATE gpkg_ogr_contents SET feature_count = feature_count - 1 WHERE lower(table_name) = lower({q});
END;
