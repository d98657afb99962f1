//! GeoPackage: every layer in one file that QGIS opens styled, in Swedish, with a project and what it all rests on.
//!
//! Beside the layers the file holds: default styles (`layer_styles`), Swedish column titles (`gpkg_data_columns` and in the
//! styles), layer metadata, the passports (`gpkg_metadata` for machines, the table `passport` for people) and a QGIS
//! project with a sheet to print (`qgis_projects`).
//!
//! Source: OGC 12-128r18. Oracle: `validate_gpkg`, GDAL, QGIS 3.22.

use std::path::Path;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Statement};

use super::{Error, Job, extent_of, free_names};
use crate::domain::passport::NO_VINTAGE;
use crate::domain::{Bbox, Geometries, Layer, Passport, Style, Values};
use crate::geopackage::container::{self, GEOMETRY, KEY, quoted};
use crate::geopackage::project::{ProjectLayer, write_project};
use crate::geopackage::rtree::Touched;
use crate::geopackage::styles::{Look, LookField, kind_of, parameters_text, period_text, write_metadata, write_styles};
use crate::geopackage::{Error as PackageError, Field, FieldKind, Table, blob};
use crate::texts::swedish;

/// The table with one row a layer that says in plain words what the layer rests on.
const PASSPORTS: &str = "passport";

/// Writes all layers.
pub(super) fn write(job: &Job, path: &Path) -> Result<(), Error> {
    let srs = i32::try_from(job.crs.epsg).map_err(|_| job.failed(&format!("EPSG:{}", job.crs.epsg)))?;
    // Errors name the file that was asked for, not the temporary one.
    let mut connection = container::create(path, &[job.crs]).map_err(|error| error.about(job.target))?;
    let told = |error: &rusqlite::Error| Error::from(PackageError::of(job.target, error));
    fill(job, srs, &mut connection).map_err(|error| told(&error))?;
    connection.close().map_err(|(_, error)| told(&error))
}

fn fill(job: &Job, srs: i32, connection: &mut Connection) -> rusqlite::Result<()> {
    // The file has no name yet that anybody could open, so a crash loses nothing: no log and no flush on the way.
    connection.pragma_update(None, "journal_mode", "MEMORY")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    let file_name = job.target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let transaction = connection.transaction()?;
    let titles = unique_titles(job.layers);
    let names: Vec<Vec<String>> = job.layers.iter().map(|layer| free_names(layer, &[KEY, GEOMETRY])).collect();
    for ((layer, names), title) in job.layers.iter().zip(&names).zip(&titles) {
        write_layer(&transaction, layer, names, title, srs)?;
    }
    let passport_fields = passport_fields();
    write_passports(&transaction, job.layers, &passport_fields)?;

    let mut layers: Vec<ProjectLayer> = Vec::with_capacity(job.layers.len() + 1);
    for ((layer, names), title) in job.layers.iter().zip(&names).zip(&titles) {
        let mut look = Look::of(layer);
        look.title = title;
        for (field, name) in look.fields.iter_mut().zip(names) {
            field.name = name;
        }
        layers.push(ProjectLayer { look, extent: extent_of(&layer.geometries), filter: "", of: "" });
    }
    let (title, description) = (swedish("passport-title", &[]), swedish("passport-description", &[]));
    let plain = Style::Single("#808080".to_owned());
    let look = passport_look(&passport_fields, &title, &description, &plain);
    layers.push(ProjectLayer { look, extent: Bbox::EMPTY, filter: "", of: "" });
    let looks: Vec<Look> = layers.iter().map(|layer| layer.look.clone()).collect();
    write_styles(&transaction, &looks)?;
    for look in &looks {
        write_metadata(&transaction, look)?;
    }
    write_project(&transaction, &file_name, job.crs, &layers)?;
    transaction.commit()
}

/// Titles as the layers have them; where two are the same, the table's name tells them apart.
fn unique_titles(layers: &[&Layer]) -> Vec<String> {
    let same = |title: &str| layers.iter().filter(|layer| layer.title == title).count() > 1;
    let taken = swedish("passport-title", &[]);
    let titled = |layer: &&Layer| {
        if same(&layer.title) || layer.title == taken || layer.title.is_empty() {
            format!("{} ({})", layer.title, layer.name).trim_start().to_owned()
        } else {
            layer.title.clone()
        }
    };
    layers.iter().map(titled).collect()
}

fn write_layer(
    connection: &Connection,
    layer: &Layer,
    names: &[String],
    title: &str,
    srs: i32,
) -> rusqlite::Result<()> {
    let fields: Vec<Field> = layer
        .columns
        .iter()
        .zip(names)
        .map(|(column, name)| Field { name: name.clone(), alias: column.alias.clone(), kind: kind_of(&column.values) })
        .collect();
    let table = Table {
        name: &layer.name,
        title,
        description: &layer.description,
        geometry: layer.geometries.kind(),
        srs,
        fields: &fields,
        stamp: &layer.passport.vintage,
    };
    container::add_table(connection, &table)?;
    container::suspend(connection, &layer.name)?;
    let geometry = layer.geometries.kind().map(|_| GEOMETRY.to_owned());
    let first = 1 + usize::from(geometry.is_some());
    let columns: Vec<String> = geometry.into_iter().chain(names.iter().map(|name| quoted(name))).collect();
    let marks = vec!["?"; columns.len()].join(", ");
    let sql = format!("INSERT INTO {} ({}) VALUES ({marks})", quoted(&layer.name), columns.join(", "));
    let mut insert = connection.prepare(&sql)?;
    for row in 0..layer.geometries.len() {
        match &layer.geometries {
            Geometries::Points(points) => match points[row] {
                Some([x, y]) => insert.raw_bind_parameter(1, blob::point_blob(srs, x, y).as_slice())?,
                None => insert.raw_bind_parameter(1, None::<i64>)?,
            },
            Geometries::Shapes(kind, shapes) => {
                let blob = shapes[row].as_ref().and_then(|shape| blob::shape_blob(srs, *kind, shape));
                insert.raw_bind_parameter(1, blob)?;
            }
            Geometries::Absent(_) => {}
        }
        for (index, column) in layer.columns.iter().enumerate() {
            bind(&mut insert, index + first, &column.values, row)?;
        }
        insert.raw_execute()?;
    }
    container::resume(connection, &layer.name, &Touched::All, &layer.passport.vintage)?;
    container::set_passport(connection, Some(&layer.name), &layer.passport.to_json(), &layer.passport.vintage)
}

fn bind(insert: &mut Statement, index: usize, values: &Values, row: usize) -> rusqlite::Result<()> {
    let value = match values {
        Values::Integer(values) => values.get(row).map_or(ValueRef::Null, ValueRef::Integer),
        Values::Real(values) => values.get(row).map_or(ValueRef::Null, ValueRef::Real),
        Values::Text(values) => values.get(row).map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())),
        Values::Bool(values) => values.get(row).map_or(ValueRef::Null, |value| ValueRef::Integer(value.into())),
    };
    insert.raw_bind_parameter(index, ToSqlOutput::Borrowed(value))
}

/// Columns of the passport table: name, whether it is shown, type.
const PASSPORT_COLUMNS: [(&str, bool, FieldKind); 16] = [
    ("lager", true, FieldKind::Text),
    ("titel", true, FieldKind::Text),
    ("period", true, FieldKind::Text),
    ("antal", true, FieldKind::Integer),
    ("ej_platsbestamda", true, FieldKind::Integer),
    ("kallor", true, FieldKind::Text),
    ("sekretess", true, FieldKind::Text),
    ("metod", true, FieldKind::Text),
    ("parametrar", false, FieldKind::Text),
    ("fro", false, FieldKind::Text),
    ("aktualitet", false, FieldKind::DateTime),
    ("koordinatsystem", false, FieldKind::Text),
    ("noteringar", false, FieldKind::Text),
    ("programvara", false, FieldKind::Text),
    ("innehall_sha256", false, FieldKind::Text),
    ("pass_json", false, FieldKind::Json),
];

fn passport_fields() -> Vec<Field> {
    let field = |(name, _, kind): (&str, bool, FieldKind)| Field {
        name: name.to_owned(),
        alias: swedish(&format!("passport-{}", name.replace('_', "-")), &[]),
        kind,
    };
    PASSPORT_COLUMNS.into_iter().map(field).collect()
}

fn passport_look<'a>(fields: &'a [Field], title: &'a str, description: &'a str, style: &'a Style) -> Look<'a> {
    let shown = |(field, (_, visible, kind)): (&'a Field, (&str, bool, FieldKind))| LookField {
        name: &field.name,
        alias: &field.alias,
        visible,
        kind,
    };
    Look {
        table: PASSPORTS,
        title,
        description,
        kind: None,
        style,
        fields: fields.iter().zip(PASSPORT_COLUMNS).map(shown).collect(),
        passport: None,
        within: None,
    }
}

fn write_passports(connection: &Connection, layers: &[&Layer], fields: &[Field]) -> rusqlite::Result<()> {
    let stamp = layers.iter().map(|layer| layer.passport.vintage.as_str()).max().unwrap_or(NO_VINTAGE);
    let table = Table {
        name: PASSPORTS,
        title: &swedish("passport-title", &[]),
        description: &swedish("passport-description", &[]),
        geometry: None,
        srs: 0,
        fields,
        stamp,
    };
    container::add_table(connection, &table)?;
    container::suspend(connection, PASSPORTS)?;
    let columns: Vec<String> = fields.iter().map(|field| quoted(&field.name)).collect();
    let marks = vec!["?"; columns.len()].join(", ");
    let sql = format!("INSERT INTO {PASSPORTS} ({}) VALUES ({marks})", columns.join(", "));
    let mut insert = connection.prepare(&sql)?;
    for layer in layers {
        insert.execute(rusqlite::params_from_iter(passport_row(layer)))?;
    }
    container::resume(connection, PASSPORTS, &Touched::All, stamp)
}

fn passport_row(layer: &Layer) -> [Value; 16] {
    let passport: &Passport = &layer.passport;
    let text = |text: &str| Value::Text(text.to_owned());
    let count = |count: u64| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
    let dropped = passport.dropped.iter().map(|(reason, count)| format!("{reason}: {count}"));
    let notes: Vec<String> = passport.notes.iter().cloned().chain(dropped).collect();
    [
        text(&layer.name),
        text(&layer.title),
        text(&period_text(passport)),
        count(passport.used),
        count(passport.unplaced),
        text(&passport.sources.join(", ")),
        passport.secrecy.mark().map_or(Value::Null, text),
        text(&passport.method),
        text(&parameters_text(passport)),
        passport.seed.map_or(Value::Null, |seed| Value::Text(seed.to_string())),
        text(&passport.vintage),
        text(&passport.crs),
        text(&notes.join("\n")),
        text(&passport.software),
        text(&passport.content_hash),
        text(&passport.to_json()),
    ]
}

/// What a layer rests on, line by line in Swedish: as in the table of a `GeoPackage`.
pub(super) fn passport_lines(layer: &Layer) -> Vec<(String, String)> {
    let shown = |value: Value| match value {
        Value::Text(text) => text,
        Value::Integer(number) => number.to_string(),
        _ => String::new(),
    };
    passport_fields().into_iter().map(|field| field.alias).zip(passport_row(layer).map(shown)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::specimen;
    use super::*;
    use crate::domain::Column;

    #[test]
    fn gdal_reads_back_what_was_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("olyckor.gpkg");
        let layers = specimen::town();
        specimen::write(&path, &layers, None).expect("a specimen is written");
        let dataset = gdal::Dataset::open(&path).expect("GDAL opens it");
        for layer in &layers {
            specimen::same_as_gdal(layer, &mut dataset.layer_by_name(&layer.name).expect("the layer is there"));
        }
    }

    #[test]
    fn the_index_is_sound_and_extents_and_counts_are_right() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("olyckor.gpkg");
        let layers = specimen::town();
        specimen::write(&path, &layers, None).expect("a specimen is written");
        let connection = container::open(&path, crate::geopackage::Access::ReadOnly).expect("it opens");
        for layer in &layers {
            assert_eq!(crate::geopackage::rtree::check(&connection, &layer.name).expect("no SQL error"), None);
            let sql = "SELECT min_x, max_y, feature_count FROM gpkg_contents JOIN gpkg_ogr_contents USING (table_name)
                       WHERE table_name = ?1";
            let found: (f64, f64, usize) = connection
                .query_row(sql, [&layer.name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .expect("registered");
            let nowhere = match &layer.geometries {
                Geometries::Points(points) => points.iter().filter(|point| point.is_none()).count(),
                Geometries::Shapes(_, shapes) => shapes.iter().filter(|shape| shape.is_none()).count(),
                Geometries::Absent(_) => panic!("every layer of the town has places"),
            };
            let sql = format!("SELECT count(*) FROM {} WHERE geom IS NULL", layer.name);
            let nulls: usize = connection.query_row(&sql, [], |row| row.get(0)).expect("a count");
            assert_eq!(nulls, nowhere, "{}: rows without a place", layer.name);
            let extent = extent_of(&layer.geometries);
            assert_eq!(found, (extent.min_x, extent.max_y, layer.geometries.len()), "{}", layer.name);
        }
        let stamps: i64 = connection
            .query_row(
                "SELECT count(*) FROM gpkg_contents WHERE last_change != '2025-12-31T23:00:00.000Z'",
                [],
                |row| row.get(0),
            )
            .expect("a count");
        assert_eq!(stamps, 0, "every stamp is the vintage of the data");
    }

    #[test]
    fn the_passport_is_there_for_people_and_for_machines() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("olyckor.gpkg");
        let layers = specimen::town();
        specimen::write(&path, &layers, None).expect("a specimen is written");
        let connection = container::open(&path, crate::geopackage::Access::ReadOnly).expect("it opens");
        let (period, mark): (String, String) = connection
            .query_row("SELECT period, sekretess FROM passport WHERE lager = 'hotspots'", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .expect("a row a layer");
        assert_eq!((period.as_str(), mark.as_str()), ("2021–2025", "INTERN – STRADA"));
        let json: String = connection
            .query_row(
                "SELECT metadata FROM gpkg_metadata m JOIN gpkg_metadata_reference r ON r.md_file_id = m.id
                 WHERE r.table_name = 'events' AND m.md_standard_uri = ?1",
                [container::PASSPORT_URI],
                |row| row.get(0),
            )
            .expect("in the metadata");
        let passport: Passport = serde_json::from_str(&json).expect("a passport");
        assert_eq!(passport, layers[1].passport);
    }

    #[test]
    fn columns_called_fid_or_geom_and_titles_that_are_the_same_are_told_apart() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("namn.gpkg");
        let mut layers = specimen::town();
        let rows = layers[0].geometries.len();
        for name in ["FID", "geom", "geom_input"] {
            let values = Values::Text(vec![Some(format!("egen {name}")); rows].into());
            layers[0].columns.push(Column { name: name.to_owned(), alias: name.to_owned(), visible: false, values });
        }
        layers[1].title = layers[0].title.clone();
        specimen::write(&path, &layers, None).expect("names that clash are given others");
        let connection = container::open(&path, crate::geopackage::Access::ReadOnly).expect("it opens");
        let sql = "SELECT \"FID_input\", geom_input, geom_input_input FROM hotspots LIMIT 1";
        let found: (String, String, String) = connection
            .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .expect("the columns are there");
        assert_eq!(found, ("egen FID".to_owned(), "egen geom_input".to_owned(), "egen geom".to_owned()));
    }
}
