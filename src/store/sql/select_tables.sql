SELECT table_name, data_type, feature_count
FROM gpkg_contents LEFT JOIN gpkg_ogr_contents USING (table_name)
ORDER BY table_name
