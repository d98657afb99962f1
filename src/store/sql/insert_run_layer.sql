INSERT INTO run_layers (run_id, layer, geometry, title, description, columns, features)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
