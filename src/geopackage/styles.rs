//! Default styles: how QGIS draws a table the moment it is opened, without anybody choosing anything.
//!
//! A [`Look`] says what a table is called, which columns it has and how it is classed; from it come the QML that QGIS
//! reads (3.22 and later), a simpler SLD for other programs, and the layer's metadata. [`write_styles`] puts them into a
//! GeoPackage, as the service does with the store and [`crate::export`] with its files.
//!
//! Legibility without colour: classes of points differ in shape and size, classes of lines in width, uncertain ones are
//! hatched, dashed or hollow; the outline of an area is darker than its fill, which lets the map below shine through.
//!
//! Source: the QML and `layer_styles` of QGIS 3.22. Oracle: `PyQGIS` loads the file and names renderer, classes, aliases.

use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use rusqlite::Connection;
use serde::Serialize;

use super::container::{FieldKind, GEOMETRY};
use super::symbols::{SymbolView, symbols};
use crate::domain::passport::NO_VINTAGE;
use crate::domain::{Class, GeometryKind, Layer, Passport, Style, Values};
use crate::texts::swedish;

/// Most columns that an attribute table shows at first.
pub const MOST_VISIBLE: usize = 8;

/// Names QGIS's layer metadata in `gpkg_metadata`.
const METADATA_URI: &str = "http://mrcc.com/qgis.dtd";

/// Ranks up to this one are labelled on the map at every scale.
const LABELLED_RANKS: u32 = 10;

/// A column as QGIS shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LookField<'a> {
    /// Name in the table.
    pub name: &'a str,
    /// Swedish alias with unit.
    pub alias: &'a str,
    /// Whether the attribute table shows it; after [`MOST_VISIBLE`] such columns the rest is hidden.
    pub visible: bool,
    /// Type.
    pub kind: FieldKind,
}

/// How a table looks: all that a style, the project and the metadata need to know of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Look<'a> {
    /// Table.
    pub table: &'a str,
    /// Swedish title.
    pub title: &'a str,
    /// One sentence or two on what it shows.
    pub description: &'a str,
    /// Geometry type; `None` for a table without geometry.
    pub kind: Option<GeometryKind>,
    /// Classes and colours; passed over where there is no geometry.
    pub style: &'a Style,
    /// Columns besides `fid` and the geometry, in order.
    pub fields: Vec<LookField<'a>>,
    /// What the table rests on.
    pub passport: Option<&'a Passport>,
}

impl<'a> Look<'a> {
    /// The look of a layer on its way out.
    #[must_use]
    pub fn of(layer: &'a Layer) -> Self {
        let fields = layer.columns.iter().map(|column| LookField {
            name: &column.name,
            alias: &column.alias,
            visible: column.visible,
            kind: kind_of(&column.values),
        });
        Self {
            table: &layer.name,
            title: &layer.title,
            description: &layer.description,
            kind: Some(layer.geometries.kind()),
            style: &layer.style,
            fields: fields.collect(),
            passport: Some(&layer.passport),
        }
    }

    /// The stamp for everything written about the table: the vintage of its data, never the clock.
    #[must_use]
    pub fn stamp(&self) -> &'a str {
        self.passport.map_or(NO_VINTAGE, |passport| &passport.vintage)
    }

    fn has(&self, names: [&'static str; 2]) -> Option<&'static str> {
        names.into_iter().find(|name| self.fields.iter().any(|field| field.name == *name))
    }
}

/// The type of a column with these values.
#[must_use]
pub const fn kind_of(values: &Values) -> FieldKind {
    match values {
        Values::Integer(_) => FieldKind::Integer,
        Values::Real(_) => FieldKind::Real,
        Values::Text(_) => FieldKind::Text,
        Values::Bool(_) => FieldKind::Boolean,
    }
}

/// First and last day as people write them: `2021–2025` for whole years, else both dates; "tid okänd" where none has one.
#[must_use]
pub fn period_text(passport: &Passport) -> String {
    let Some((from, to)) = &passport.period else {
        return swedish("period-unknown", &[]);
    };
    match (from.strip_suffix("-01-01"), to.strip_suffix("-12-31")) {
        (Some(first), Some(last)) if first == last => first.to_owned(),
        (Some(first), Some(last)) => format!("{first}–{last}"),
        _ => format!("{from} – {to}"),
    }
}

/// The QML of the table's default style.
#[must_use]
pub fn qml(look: &Look) -> String {
    render("layer.qml", &LookContext { look: LookView::of(look) })
}

/// The same classes as SLD 1.1, for programs that do not read QML. Empty for a table without geometry.
#[must_use]
pub fn sld(look: &Look) -> String {
    match look.kind {
        Some(_) => render("layer.sld", &LookContext { look: LookView::of(look) }),
        None => String::new(),
    }
}

/// Layer metadata as QGIS stores it in `gpkg_metadata` (`http://mrcc.com/qgis.dtd`).
#[must_use]
pub fn metadata(look: &Look) -> String {
    render("metadata.qmd", &LookContext { look: LookView::of(look) })
}

/// Writes the default style of each table into `layer_styles`, which is made where it is missing. A default style that
/// the table had before is replaced; styles that people saved under other names stay.
///
/// # Errors
/// What `SQLite` says; nothing is written half where the caller holds a transaction.
pub fn write_styles(connection: &Connection, looks: &[Look]) -> rusqlite::Result<()> {
    connection.execute_batch(include_str!("templates/layer_styles.sql"))?;
    let newest = looks.iter().map(Look::stamp).max().unwrap_or(NO_VINTAGE);
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
         VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?1, 0)
         ON CONFLICT (table_name) DO UPDATE SET last_change = excluded.last_change",
        [newest],
    )?;
    let name = swedish("style-name", &[]);
    for look in looks {
        connection
            .execute("DELETE FROM layer_styles WHERE f_table_name = ?1 AND styleName = ?2", [look.table, &name])?;
        let geometry = if look.kind.is_some() { GEOMETRY } else { "" };
        connection.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML,
                                       styleSLD, useAsDefault, description, owner, ui, update_time)
             VALUES ('', '', ?1, ?2, ?3, ?4, ?5, 1, ?6, '', NULL, ?7)",
            (look.table, geometry, &name, qml(look), sld(look), look.title, look.stamp()),
        )?;
    }
    Ok(())
}

/// Writes the table's metadata where QGIS looks for it, in place of what stood there.
///
/// # Errors
/// What `SQLite` says.
pub fn write_metadata(connection: &Connection, look: &Look) -> rusqlite::Result<()> {
    connection.execute(
        "DELETE FROM gpkg_metadata_reference WHERE table_name = ?1 AND md_file_id IN
         (SELECT id FROM gpkg_metadata WHERE md_standard_uri = ?2)",
        [look.table, METADATA_URI],
    )?;
    connection.execute(
        "DELETE FROM gpkg_metadata WHERE md_standard_uri = ?1 AND id NOT IN (SELECT md_file_id FROM gpkg_metadata_reference)",
        [METADATA_URI],
    )?;
    connection.execute(
        "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) VALUES ('dataset', ?1, 'text/xml', ?2)",
        [METADATA_URI, &metadata(look)],
    )?;
    connection.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, timestamp, md_file_id)
         VALUES ('table', ?1, ?2, last_insert_rowid())",
        [look.table, look.stamp()],
    )?;
    Ok(())
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, source) in [
        ("symbols.xml", include_str!("templates/symbols.xml")),
        ("style.xml", include_str!("templates/style.xml")),
        ("map_tip.html", include_str!("templates/map_tip.html")),
        ("layer.qml", include_str!("templates/layer.qml")),
        ("layer.sld", include_str!("templates/layer.sld")),
        ("metadata.qmd", include_str!("templates/metadata.qmd")),
        ("layout.xml", include_str!("templates/layout.xml")),
        ("project.qgs", include_str!("templates/project.qgs")),
    ] {
        environment.add_template(name, source).expect("a test renders every template");
    }
    environment
});

/// Renders one of our templates.
pub(super) fn render(name: &str, context: &impl Serialize) -> String {
    let template = TEMPLATES.get_template(name).expect("the names are ours");
    template.render(Serde(context)).expect("a test renders every template with every kind of style")
}

#[derive(Serialize)]
struct LookContext {
    look: LookView,
}

/// A [`Look`] in the words of the templates.
#[derive(Debug, Serialize)]
pub(super) struct LookView {
    pub(super) table: String,
    pub(super) title: String,
    about: String,
    history: Vec<String>,
    mark: Option<&'static str>,
    geometry: Option<&'static str>,
    wkb_type: &'static str,
    renderer: &'static str,
    column: String,
    classes: Vec<ClassView>,
    order: Option<String>,
    label: Option<String>,
    label_when: String,
    fields: Vec<FieldView>,
    sort: String,
    display: String,
    map_tip: String,
}

#[derive(Debug, Serialize)]
struct ClassView {
    label: String,
    from: String,
    to: String,
    value: String,
    symbol: SymbolView,
}

#[derive(Debug, Serialize)]
struct FieldView {
    name: String,
    alias: String,
    visible: bool,
    widget: &'static str,
}

#[derive(Serialize)]
struct TipView {
    heading: String,
    tip_rows: Vec<String>,
    notes: Vec<String>,
}

impl LookView {
    pub(super) fn of(look: &Look) -> Self {
        let (renderer, column, classes) = match look.style {
            Style::Graduated { column, classes } => ("graduated", column.as_str(), classes.clone()),
            Style::Categorised { column, classes } => ("categorised", column.as_str(), classes.clone()),
            Style::Single(colour) => ("single", "", vec![single(look.title, colour)]),
        };
        let order = match look.style {
            Style::Graduated { column, .. } => Some(identifier(column)),
            Style::Categorised { column, classes } => Some(order_of(column, classes)),
            Style::Single(_) => None,
        };
        let kind = look.kind.unwrap_or(GeometryKind::Point);
        let symbols = symbols(kind, look.style, &classes);
        let classes = classes.iter().zip(symbols).map(|(class, symbol)| ClassView {
            label: clean(&class.label),
            from: class.from.to_string(),
            to: class.to.to_string(),
            value: clean(&class.value),
            symbol,
        });
        let rank = look.has(["rank", "rang"]);
        let name = look.has(["namn", "name"]);
        let mut shown = 0;
        let fields = look.fields.iter().map(|field| {
            shown += usize::from(field.visible);
            FieldView {
                name: clean(field.name),
                alias: clean(field.alias),
                visible: field.visible && shown <= MOST_VISIBLE,
                widget: if field.kind == FieldKind::Boolean { "CheckBox" } else { "TextEdit" },
            }
        });
        let notes = notes(look);
        let about: Vec<String> = std::iter::once(clean(look.description)).chain(notes.clone()).collect();
        Self {
            table: clean(look.table),
            title: clean(look.title),
            about: about.join("\n"),
            history: look.passport.map(history).unwrap_or_default(),
            mark: look.passport.and_then(|passport| passport.secrecy.mark()),
            geometry: look.kind.map(|kind| match kind {
                GeometryKind::Point => "Point",
                GeometryKind::Line => "Line",
                GeometryKind::Area => "Polygon",
            }),
            wkb_type: match look.kind {
                Some(GeometryKind::Point) => "Point",
                Some(GeometryKind::Line) => "MultiLineString",
                Some(GeometryKind::Area) => "MultiPolygon",
                None => "NoGeometry",
            },
            renderer,
            column: clean(column),
            order,
            label: rank.filter(|_| kind != GeometryKind::Point).map(|rank| label(rank, name)),
            label_when: rank.map_or_else(String::new, |rank| {
                format!("coalesce({}, 999) <= {LABELLED_RANKS} OR @map_scale <= 10000", identifier(rank))
            }),
            sort: rank.map(identifier).unwrap_or_default(),
            display: display(look, rank, name),
            map_tip: render(
                "map_tip.html",
                &TipView {
                    heading: escaped(&display(look, rank, name)),
                    tip_rows: tip_rows(look, [rank, name]),
                    notes,
                },
            ),
            classes: classes.collect(),
            fields: fields.collect(),
        }
    }
}

impl LookView {
    pub(super) const fn is_spatial(&self) -> bool {
        self.geometry.is_some()
    }
}

fn single(title: &str, colour: &str) -> Class {
    Class {
        label: title.to_owned(),
        from: 0.0,
        to: 0.0,
        value: String::new(),
        colour: colour.to_owned(),
        hatched: false,
    }
}

/// What the reader must know about where the rows come from, a sentence each.
fn notes(look: &Look) -> Vec<String> {
    let Some(passport) = look.passport else { return Vec::new() };
    let mut notes = vec![swedish(
        "map-tip-basis",
        &[
            ("used", passport.used.to_string()),
            ("period", period_text(passport)),
            ("sources", passport.sources.join(", ")),
        ],
    )];
    if passport.unplaced > 0 {
        notes.push(swedish("map-tip-unplaced", &[("unplaced", passport.unplaced.to_string())]));
    }
    notes.extend(passport.secrecy.mark().map(str::to_owned));
    notes.iter().map(|note| clean(note)).collect()
}

/// How the layer came about, for its metadata.
fn history(passport: &Passport) -> Vec<String> {
    let parameters: Vec<String> = passport.parameters.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let mut steps = vec![format!("{} ({}): {}", passport.method, passport.software, parameters.join(", "))];
    steps.push(format!("SHA-256 {}", passport.content_hash));
    steps.extend(passport.notes.iter().cloned());
    steps.iter().map(|step| clean(step)).collect()
}

/// Draws the first class last, so that it lies on top.
fn order_of(column: &str, classes: &[Class]) -> String {
    let whens: Vec<String> = classes
        .iter()
        .enumerate()
        .filter(|(_, class)| !class.value.is_empty())
        .map(|(index, class)| {
            format!("WHEN to_string({}) = {} THEN {}", identifier(column), literal(&class.value), classes.len() - index)
        })
        .collect();
    if whens.is_empty() {
        return identifier(column);
    }
    format!("CASE {} ELSE 0 END", whens.join(" "))
}

/// Label on the map: the rank, and the name too where the map is close enough.
fn label(rank: &str, name: Option<&str>) -> String {
    let rank = identifier(rank);
    match name {
        Some(name) => format!(
            "CASE WHEN @map_scale <= 15000 THEN to_string({rank}) || coalesce('. ' || {}, '') ELSE to_string({rank}) END",
            identifier(name)
        ),
        None => format!("to_string({rank})"),
    }
}

/// What a form, a list and the first line of a map tip call a row.
fn display(look: &Look, rank: Option<&str>, name: Option<&str>) -> String {
    let title = literal(look.title);
    match (rank, name) {
        (Some(rank), Some(name)) => {
            format!("coalesce(to_string({}) || '. ', '') || coalesce({}, {title})", identifier(rank), identifier(name))
        }
        (Some(rank), None) => format!("{title} || coalesce(' nr ' || to_string({}), '')", identifier(rank)),
        (None, Some(name)) => format!("coalesce({}, {title})", identifier(name)),
        (None, None) => title,
    }
}

/// A table row of the map tip for each visible column but those in the heading; a row without a value is left out.
fn tip_rows(look: &Look, heading: [Option<&str>; 2]) -> Vec<String> {
    let shown = look.fields.iter().filter(|field| field.visible).take(MOST_VISIBLE);
    shown
        .filter(|field| !heading.contains(&Some(field.name)))
        .map(|field| {
            let column = identifier(field.name);
            let value = match field.kind {
                FieldKind::Integer => format!("to_string({column})"),
                FieldKind::Real => format!("format_number({column}, 2)"),
                FieldKind::Boolean => format!("CASE WHEN {column} THEN 'ja' ELSE 'nej' END"),
                _ => escaped(&column),
            };
            let alias = html(field.alias);
            let head = literal(&format!(
                "<tr><td style=\"color: #555555; padding-right: 10px; vertical-align: top\">{alias}</td><td>"
            ));
            format!("CASE WHEN {column} IS NULL THEN '' ELSE {head} || {value} || '</td></tr>' END")
        })
        .collect()
}

/// A column in a QGIS expression.
fn identifier(name: &str) -> String {
    format!("\"{}\"", clean(name).replace('"', "\"\""))
}

/// A text in a QGIS expression, safe also within `[% %]`.
fn literal(text: &str) -> String {
    let text = clean(text).replace('\\', "\\\\").replace('\'', "''").replace("%]", "% ]");
    format!("'{text}'")
}

/// An expression whose text is shown as text in HTML, whatever a person typed into it.
fn escaped(expression: &str) -> String {
    format!("replace(replace(to_string({expression}), '&', '&amp;'), '<', '&lt;')")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text without the control characters that XML has no form for.
pub(super) fn clean(text: &str) -> String {
    let allowed =
        |c: &char| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    text.chars().filter(allowed).collect()
}
