INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
VALUES (:name, :kind, :title, :description, :stamp, :srs)
