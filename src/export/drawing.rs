//! DXF: one layer for drawing programs, in which attributes become the drawing's layers.
//!
//! A drawing has neither columns nor a coordinate system. What the style tells apart (`10 eller fler olyckor`, `5–9`) becomes
//! the entities' layer and colour; a row's name becomes a text on the layer `Namn`; areas are closed lines. All columns, the
//! coordinate system and the passport are in the sidecar's words, and that the drawing lacks them is told. Rows without a
//! place are not in the drawing. Numbers have the driver's 15 digits. Source: Autodesk, "DXF Reference". Oracle: GDAL.

use std::fmt::Write as _;
use std::path::Path;

use gdal::vector::{Feature, LayerAccess as _, OGRwkbGeometryType};
use geo::{Geometry, InteriorPoint as _};

use super::ogr::{self, Plan};
use super::{Error, Job, sidecar};
use crate::domain::{Class, Geometries, Layer, Style, Values};
use crate::texts::{swedish, text};

/// Height of names, in metres.
const TEXT_HEIGHT: u32 = 5;
/// Columns that hold a row's name, in order of preference.
const NAMES: [&str; 3] = ["namn", "name", "plats"];

/// Writes one layer and its sidecar.
pub(super) fn write(job: &Job, folder: &Path) -> Result<(), Error> {
    let layer = job.layer();
    let rows = layer.geometries.len();
    let unplaced = (0..rows).filter(|&row| ogr::geometry_of(layer, row).is_none()).count();
    let crs = format!("EPSG:{} ({})", job.crs.epsg, job.crs.name);
    job.note(text("note-written-without-crs", &[("crs", crs)]));
    if unplaced > 0 {
        job.note(text("note-written-without-unplaced", &[("count", unplaced.to_string())]));
    }
    let plan = Plan {
        driver: "DXF",
        name: "entities",
        geometry: OGRwkbGeometryType::wkbUnknown,
        options: Vec::new(),
        // The driver takes no fields: `Layer`, `Text` and the like are there already.
        fields: Vec::new(),
        with_crs: false,
    };
    let names = layer.columns.iter().find(|column| NAMES.contains(&column.name.to_lowercase().as_str()));
    let path = folder.join(job.file_name());
    ogr::write(job, &path, &plan, |written| {
        let mut entities = 0;
        let place = |feature: &Feature| feature.field_index("Layer");
        for row in 0..rows {
            let Some(geometry) = ogr::geometry_of(layer, row) else { continue };
            let (class, colour) = class_of(layer, row);
            for part in parts(geometry) {
                let mut feature = Feature::new(written.defn())?;
                feature.set_field_string(place(&feature)?, &drawn(&class, true))?;
                style(&feature, &format!("PEN(c:{colour})"));
                feature.set_geometry(part)?;
                feature.create(written)?;
                entities += 1;
            }
            let name = names.and_then(|column| match &column.values {
                Values::Text(values) => values.get(row).filter(|name| !name.trim().is_empty()),
                _ => None,
            });
            if let (Some(name), Some([x, y])) = (name, middle(layer, row)) {
                let mut feature = Feature::new(written.defn())?;
                feature.set_field_string(place(&feature)?, "Namn")?;
                let words = drawn(name, false).replace('"', "\\\"");
                style(&feature, &format!("LABEL(f:\"Arial\",t:\"{words}\",s:{TEXT_HEIGHT}g,c:{colour})"));
                let mut point = gdal::vector::Geometry::empty(OGRwkbGeometryType::wkbPoint)?;
                point.add_point_2d((x, y));
                feature.set_geometry(point)?;
                feature.create(written)?;
                entities += 1;
            }
        }
        Ok(entities)
    })?;
    let columns: Vec<_> = layer.columns.iter().map(|column| (column, "–".to_owned())).collect();
    sidecar::write(job, folder, &columns, &job.notes())
}

/// The parts of a geometry: a drawing has no multi-part entities.
fn parts(geometry: gdal::vector::Geometry) -> Vec<gdal::vector::Geometry> {
    let count = geometry.geometry_count();
    let is_multi = matches!(
        geometry.geometry_type(),
        OGRwkbGeometryType::wkbMultiLineString | OGRwkbGeometryType::wkbMultiPolygon
    );
    if is_multi { (0..count).map(|part| geometry.get_geometry(part).clone()).collect() } else { vec![geometry] }
}

/// The style of an entity, in GDAL's words.
#[expect(unsafe_code, reason = "the crate `gdal` has no door to a feature's style; its C function is the only one")]
fn style(feature: &Feature, words: &str) {
    let Ok(words) = std::ffi::CString::new(words) else { return };
    // SAFETY: the feature lives for the call, and GDAL copies the string.
    unsafe { gdal_sys::OGR_F_SetStyleString(feature.c_feature(), words.as_ptr()) };
}

/// The class that a row is drawn in, and its colour; the layer's own name where the style has no classes.
fn class_of(layer: &Layer, row: usize) -> (String, String) {
    let rest = |colour: &str| (swedish("drawing-other", &[]), colour.to_owned());
    let values = |name: &str| layer.columns.iter().find(|column| column.name == name).map(|column| &column.values);
    let named = |class: &Class| {
        let label = if class.label.trim().is_empty() { class.value.clone() } else { class.label.clone() };
        if label.is_empty() { rest(&class.colour) } else { (label, class.colour.clone()) }
    };
    match &layer.style {
        Style::Single(colour) => (layer.name.clone(), colour.clone()),
        Style::Graduated { column, classes } => {
            let value = match values(column) {
                #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
                Some(Values::Integer(values)) => values.get(row).map(|value| value as f64),
                Some(Values::Real(values)) => values.get(row),
                _ => None,
            };
            let class = value.and_then(|value| classes.iter().find(|class| class.from <= value && value <= class.to));
            class.map_or_else(|| rest("#808080"), named)
        }
        Style::Categorised { column, classes } => {
            let value = match values(column) {
                Some(Values::Text(values)) => values.get(row).map(str::to_owned),
                Some(Values::Integer(values)) => values.get(row).map(|value| value.to_string()),
                _ => None,
            };
            let value = value.unwrap_or_default();
            let own = classes.iter().find(|class| !class.value.is_empty() && class.value == value);
            let class = own.or_else(|| classes.iter().find(|class| class.value.is_empty()));
            class.map_or_else(|| rest("#808080"), named)
        }
    }
}

/// A point within the row's geometry.
fn middle(layer: &Layer, row: usize) -> Option<[f64; 2]> {
    match &layer.geometries {
        Geometries::Absent(_) => None,
        Geometries::Points(points) => points[row],
        Geometries::Shapes(_, shapes) => {
            let point = match shapes[row].as_ref()? {
                Geometry::Polygon(area) => area.interior_point(),
                Geometry::MultiPolygon(areas) => areas.interior_point(),
                other => other.interior_point(),
            }?;
            Some([point.x(), point.y()])
        }
    }
}

/// A text as a drawing of this version holds it: dashes as hyphens, line breaks as spaces, and what Latin 1 lacks as
/// `\U+XXXX`. The name of a layer has no `<>/\":;?*|=,'` either.
fn drawn(words: &str, is_layer: bool) -> String {
    let mut drawn = String::with_capacity(words.len());
    for c in words.trim().chars() {
        match c {
            '–' | '—' => drawn.push('-'),
            '”' | '“' if !is_layer => drawn.push('"'),
            '’' if !is_layer => drawn.push('\''),
            '<' | '>' | '/' | '\\' | '"' | ':' | ';' | '?' | '*' | '|' | '=' | ',' | '\'' | '`' | '”' | '“' | '’'
                if is_layer =>
            {
                drawn.push('_');
            }
            c if c.is_control() => drawn.push(' '),
            c if u32::from(c) <= 0xff => drawn.push(c),
            _ if is_layer => drawn.push('_'),
            c => {
                let mut units = [0_u16; 2];
                for unit in c.encode_utf16(&mut units) {
                    write!(drawn, "\\U+{unit:04X}").expect("writing to a string does not fail");
                }
            }
        }
    }
    if is_layer && drawn.is_empty() { "0".to_owned() } else { drawn }
}
