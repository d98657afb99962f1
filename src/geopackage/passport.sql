SELECT m.id
FROM gpkg_metadata m JOIN gpkg_metadata_reference r ON r.md_file_id = m.id
WHERE m.md_standard_uri = ?1 AND r.table_name IS ?2
