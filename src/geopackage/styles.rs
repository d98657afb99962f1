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

use rusqlite::Connection;
use serde::Serialize;

use super::container::{FieldKind, GEOMETRY};
use super::expressions::{click_lines, display, escaped, identifier, label, measure_label, order_of, tip_rows, value};
use super::symbols::{SymbolView, Weight, symbols};
use super::templates::render;
use crate::domain::passport::NO_VINTAGE;
use crate::domain::{Class, GeometryKind, Layer, Passport, Style, Values};
use crate::texts::swedish;

/// Most columns that an attribute table shows at first.
pub const MOST_VISIBLE: usize = 8;

/// Columns that hold a row's rank, and its name: the heading of its map tip.
pub(super) const RANKS: [&str; 2] = ["rang", "rank"];
pub(super) const NAMES: [&str; 2] = ["namn", "name"];

/// Names QGIS's layer metadata in `gpkg_metadata`.
const METADATA_URI: &str = "http://mrcc.com/qgis.dtd";

/// Streets are labelled from this scale.
const STREETS_FROM_SCALE: u32 = 10_000;

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

/// What a layer is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Where people draw what they ask about.
    Drawing,
    /// What was found: hotspots, stretches, cells.
    Results,
    /// The events themselves.
    Events,
    /// What lies below: streets, buildings, outlines.
    Basis,
    /// Tables about the data.
    About,
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
    /// The column that holds a row's other values as JSON, where the table has no columns of their own for them.
    pub within: Option<&'a str>,
}

/// The table that people draw in what they ask about: "Platsutdrag (rita här)".
pub const DRAWING: &str = "platsutdrag";

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
            kind: layer.geometries.kind(),
            style: &layer.style,
            fields: fields.collect(),
            passport: Some(&layer.passport),
            within: None,
        }
    }

    /// The stamp for everything written about the table: the vintage of its data, never the clock.
    #[must_use]
    pub fn stamp(&self) -> &'a str {
        self.passport.map_or(NO_VINTAGE, |passport| &passport.vintage)
    }

    /// The title without the secrecy mark, for places that show the mark beside it.
    #[must_use]
    pub fn bare_title(&self) -> &'a str {
        let mark = self.passport.and_then(|passport| passport.secrecy.mark());
        let bare = mark.and_then(|mark| self.title.strip_suffix(&format!(" ({mark})")));
        bare.unwrap_or(self.title)
    }

    /// What the layer is to a reader: decides its group in the project, and what its notes count.
    #[must_use]
    pub fn part(&self) -> Part {
        match (self.kind, self.table) {
            (None, "timeline" | "periods" | "backtest" | "near_repeat") => Part::Results,
            (None, _) => Part::About,
            (
                _,
                "hotspots" | "hotspot_lines" | "hotspot_points" | "segments" | "junctions" | "gator" | "cells"
                | "areas" | "contours",
            ) => Part::Results,
            (_, DRAWING) => Part::Drawing,
            (_, "events") => Part::Events,
            _ => Part::Basis,
        }
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

/// The parameter of a passport that names the year whose events may still become more.
pub const PRELIMINARY: &str = "preliminary";

/// First and last day as people write them: `2021–2025` for whole years, else both dates; "tid okänd" where none has one.
/// A preliminary year is said to be so.
#[must_use]
pub fn period_text(passport: &Passport) -> String {
    let Some((from, to)) = &passport.period else {
        return swedish("period-unknown", &[]);
    };
    let days = days_text(from, to);
    match passport.parameters.get(PRELIMINARY).and_then(serde_json::Value::as_i64) {
        Some(year) => swedish("period-preliminary", &[("period", days), ("year", year.to_string())]),
        None => days,
    }
}

/// Two days as people write a period: `2021–2025` for whole years, else both dates.
#[must_use]
pub fn days_text(from: &str, to: &str) -> String {
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
    /// Whether labels follow the line.
    label_along: bool,
    label_when: String,
    fields: Vec<FieldView>,
    sort: String,
    display: String,
    map_tip: String,
    /// Tabs of the form, where it is not generated.
    form: Vec<TabView>,
}

/// A tab of a form: what stands on it, and the columns that it shows.
#[derive(Debug, Serialize)]
pub(super) struct TabView {
    title: String,
    fields: Vec<TabField>,
}

#[derive(Debug, Serialize)]
struct TabField {
    name: String,
    index: usize,
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
    editable: bool,
}

#[derive(Serialize)]
struct TipView {
    heading: String,
    tip_lines: Vec<String>,
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
        let weight = match (look.part(), look.kind) {
            // Whole streets: the only results in one colour.
            (Part::Results, _) if matches!(look.style, Style::Single(_)) => Weight::Band,
            (Part::Basis, _) => Weight::Ground,
            _ => Weight::Result,
        };
        let symbols = symbols(kind, look.style, &classes, weight);
        let classes = classes.iter().zip(symbols).map(|(class, symbol)| ClassView {
            label: class.label.clone(),
            from: class.from.to_string(),
            to: class.to.to_string(),
            value: class.value.clone(),
            symbol,
        });
        let is_road = look.table == "roads";
        let street = look.has(NAMES).filter(|_| is_road);
        let of_measures = match (look.has(["atgard", "kind"]), look.has(["ar", "year"])) {
            (Some(sort), Some(year)) if look.table.starts_with("measure") => Some(measure_label(sort, year)),
            _ => None,
        };
        let rank = look.has(RANKS);
        let name = look.has(NAMES);
        let mut shown = 0;
        let fields = look.fields.iter().map(|field| {
            shown += usize::from(field.visible);
            FieldView {
                name: field.name.to_owned(),
                alias: field.alias.to_owned(),
                visible: field.visible && shown <= MOST_VISIBLE,
                editable: look.part() != Part::Results,
                widget: if field.kind == FieldKind::Boolean { "CheckBox" } else { "TextEdit" },
            }
        });
        let notes = notes(look);
        let is_click = look.within.is_some() || look.fields.iter().any(|field| field.name == CLICK[0]);
        let about: Vec<String> = std::iter::once(look.description.to_owned()).chain(notes.clone()).collect();
        Self {
            table: look.table.to_owned(),
            title: look.title.to_owned(),
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
            column: column.to_owned(),
            order,
            label_along: is_road,
            label_when: if is_road || of_measures.is_some() {
                format!("@map_scale <= {STREETS_FROM_SCALE}")
            } else {
                rank.map_or_else(String::new, |rank| {
                    format!("coalesce({}, 999) <= {LABELLED_RANKS} OR @map_scale <= 10000", identifier(rank))
                })
            },
            label: of_measures.or(street.map(identifier)).or(rank
                .filter(|_| kind != GeometryKind::Point && !matches!(look.table, "cells" | "segments" | "gator"))
                .map(|rank| label(rank, name))),
            sort: rank.map(identifier).unwrap_or_default(),
            display: display(look, rank, name),
            map_tip: render(
                "map_tip.html",
                &if is_click {
                    let heading = escaped(&format!("coalesce({}, '')", value(look, "namn")));
                    let mark = look.passport.and_then(|passport| passport.secrecy.mark());
                    let notes = mark.map(str::to_owned).into_iter().collect();
                    TipView { heading, tip_lines: click_lines(look), tip_rows: Vec::new(), notes }
                } else {
                    let heading = escaped(&display(look, rank, name));
                    TipView { heading, tip_lines: Vec::new(), tip_rows: tip_rows(look), notes }
                },
            ),
            form: form(look, is_click),
            classes: classes.collect(),
            fields: fields.collect(),
        }
    }
}

impl LookView {
    pub(super) const fn is_spatial(&self) -> bool {
        self.geometry.is_some()
    }

    pub(super) fn has_classes(&self) -> bool {
        self.renderer != "single"
    }
}

/// The columns of a click's form, in the order in which people ask.
const CLICK: [&str; 10] = [
    "sammanfattning",
    "namn",
    "skadegrad",
    "trafikantkategori",
    "olyckstyp",
    "vagen",
    "jamforelse",
    "sakerhet",
    "sakerhet_text",
    "kallor_luckor",
];

/// The tabs of a form: for places along roads what a click tells and then the rest, for drawings what to do next. None
/// where QGIS may make the form.
fn form(look: &Look, is_click: bool) -> Vec<TabView> {
    let at = |name: &str| look.fields.iter().position(|field| field.name == name);
    // The key is the first column.
    let tab = |title: String, fields: Vec<usize>| TabView {
        title,
        fields: fields
            .into_iter()
            .map(|at| TabField { name: look.fields[at].name.to_owned(), index: at + 1 })
            .collect(),
    };
    if look.part() == Part::Drawing {
        return vec![tab(swedish("form-drawing", &[]), (0..look.fields.len()).collect())];
    }
    if !is_click || look.within.is_some() {
        return Vec::new();
    }
    let mut told: Vec<usize> = CLICK.iter().filter_map(|name| at(name)).collect();
    told.sort_by_key(|at| look.fields[*at].name != "namn");
    let rest = (0..look.fields.len()).filter(|at| !told.contains(at)).collect();
    vec![tab(swedish("form-place", &[]), told), tab(swedish("form-all", &[]), rest)]
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
    let events = matches!(look.part(), Part::Results | Part::Events);
    let mut notes = vec![swedish(
        if events { "map-tip-basis" } else { "map-tip-source" },
        &[
            ("used", passport.used.to_string()),
            ("period", period_text(passport)),
            ("sources", passport.sources.join(", ")),
        ],
    )];
    if events && passport.unplaced > 0 {
        notes.push(swedish("map-tip-unplaced", &[("unplaced", passport.unplaced.to_string())]));
    }
    notes.extend(passport.secrecy.mark().map(str::to_owned));
    notes
}

/// The parameters of a method in one line: `eps 50, min-points 8`.
#[must_use]
pub fn parameters_text(passport: &Passport) -> String {
    let parameter = |(name, value): (&String, &serde_json::Value)| match value {
        serde_json::Value::Number(number) => format!("{name} {}", number.to_string().trim_end_matches(".0")),
        serde_json::Value::String(text) => format!("{name} {text}"),
        other => format!("{name} {other}"),
    };
    passport.parameters.iter().map(parameter).collect::<Vec<_>>().join(", ")
}

/// How the layer came about, for its metadata.
fn history(passport: &Passport) -> Vec<String> {
    let mut steps = vec![format!("{} ({}): {}", passport.method, passport.software, parameters_text(passport))];
    steps.push(format!("SHA-256 {}", passport.content_hash));
    steps.extend(passport.notes.iter().cloned());
    steps
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::{Column, Geometries, Secrecy};

    fn class(label: &str, from: f64, to: f64, value: &str, hatched: bool) -> Class {
        let (label, value) = (label.to_owned(), value.to_owned());
        Class { label, from, to, value, colour: "#7b2382".to_owned(), hatched }
    }

    fn column(name: &str, alias: &str, values: Values) -> Column {
        Column { name: name.to_owned(), alias: alias.to_owned(), visible: true, values }
    }

    /// A layer whose every text would break XML, HTML or an expression if it were not escaped.
    pub(in super::super) fn nasty(style: Style) -> Layer {
        Layer {
            name: "hotspots".to_owned(),
            title: "A & B <\"c\"> 'd' \u{7} %] (INTERN)".to_owned(),
            description: "]]> & <!-- \n ny rad".to_owned(),
            columns: vec![
                column("rank", "Rang <1>", Values::Integer(vec![].into())),
                column("namn", "Plats ' & %]", Values::Text(crate::domain::Texts::default())),
                column("kvot", "Antal/väntat", Values::Real(vec![].into())),
                column("text", "O'Hara \\", Values::Text(crate::domain::Texts::default())),
            ],
            geometries: Geometries::Points(vec![]),
            style,
            passport: Passport {
                software: "lagesbild 0.1.0".to_owned(),
                method: "dbscan".to_owned(),
                parameters: [("eps".to_owned(), serde_json::json!("<50>"))].into(),
                seed: None,
                sources: vec!["polis & sjukvård".to_owned()],
                period: Some(("2024-01-01".to_owned(), "2024-12-31".to_owned())),
                vintage: "2024-12-31T23:00:00.000Z".to_owned(),
                used: 12,
                unplaced: 1,
                dropped: std::collections::BTreeMap::new(),
                crs: "EPSG:3006".to_owned(),
                secrecy: Secrecy::Intern,
                notes: vec!["a < b".to_owned()],
                content_hash: "00".repeat(32),
            },
        }
    }

    pub(in super::super) fn styles() -> [Style; 3] {
        let classes = vec![class("10 eller fler <&>", 10.0, 99.5, "värde 'x'", false), class("få", 1.0, 9.0, "", true)];
        [
            Style::Graduated { column: "rank".to_owned(), classes: classes.clone() },
            Style::Categorised { column: "text".to_owned(), classes },
            Style::Single("#336699".to_owned()),
        ]
    }

    /// Holds that the text is XML as far as a reader of tags can tell: each opened tag is closed in turn, no stray `<`
    /// or `&` stands in texts or attributes, no attribute comes twice, no control character is there.
    pub(in super::super) fn assert_well_formed(xml: &str) {
        let mut open: Vec<&str> = Vec::new();
        let bad = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
        assert!(!xml.contains(bad), "a control character");
        for piece in xml.split('<').skip(1) {
            let (tag, text) = piece.split_once('>').expect("a tag is closed");
            for reference in text.split('&').skip(1).chain(tag.split('&').skip(1)) {
                let name = reference.split_once(';').expect("a reference ends").0;
                assert!(name.starts_with('#') || ["amp", "lt", "gt", "quot"].contains(&name), "&{name};");
            }
            if tag.starts_with(['!', '?']) {
                continue;
            }
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name), "tags close in turn");
                continue;
            }
            assert_eq!(tag.matches('"').count() % 2, 0, "quotes come in pairs: {tag}");
            let names: Vec<&str> =
                tag.split('"').step_by(2).filter_map(|part| part.trim().strip_suffix('=')).map(str::trim).collect();
            let mut once = names.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), names.len(), "an attribute comes twice: {tag}");
            if !tag.ends_with('/') {
                open.push(tag.split_whitespace().next().expect("a name"));
            }
        }
        assert!(open.is_empty(), "{open:?} are not closed");
    }

    #[test]
    fn every_kind_of_style_on_every_kind_of_geometry_is_well_formed_whatever_the_texts() {
        for style in styles() {
            let layer = nasty(style);
            for kind in [None, Some(GeometryKind::Point), Some(GeometryKind::Line), Some(GeometryKind::Area)] {
                let look = Look { kind, ..Look::of(&layer) };
                assert_well_formed(&qml(&look));
                assert_well_formed(&metadata(&look));
                assert_eq!(sld(&look).is_empty(), kind.is_none());
                assert_well_formed(&sld(&look));
            }
        }
    }

    #[test]
    fn the_qml_names_renderer_classes_aliases_and_hatching() {
        let layer = nasty(styles()[0].clone());
        let qml = qml(&Look { kind: Some(GeometryKind::Area), ..Look::of(&layer) });
        for part in [
            "type=\"graduatedSymbol\" attr=\"rank\"",
            "<range symbol=\"0\" lower=\"10\" upper=\"99.5\" label=\"10 eller fler &lt;&amp;&gt;\"",
            "class=\"LinePatternFill\"",
            "<alias field=\"rank\" index=\"1\" name=\"Rang &lt;1&gt;\"/>",
            "labelsEnabled=\"1\"",
        ] {
            assert!(qml.contains(part), "{part}");
        }
        assert_eq!(qml.matches("class=\"LinePatternFill\"").count(), 1, "only the uncertain class is hatched");
    }

    #[test]
    fn at_most_eight_columns_are_shown() {
        let mut layer = nasty(styles()[2].clone());
        for number in 0..9 {
            layer.columns.push(column(&format!("c{number}"), "", Values::Integer(vec![].into())));
        }
        let qml = qml(&Look::of(&layer));
        assert_eq!(qml.matches("hidden=\"0\"").count(), MOST_VISIBLE);
    }

    #[test]
    fn a_period_of_whole_years_is_written_as_years() {
        let mut passport = nasty(styles()[2].clone()).passport;
        assert_eq!(period_text(&passport), "2024");
        passport.period = Some(("2021-01-01".to_owned(), "2025-12-31".to_owned()));
        assert_eq!(period_text(&passport), "2021–2025");
        passport.period = Some(("2021-03-01".to_owned(), "2025-12-31".to_owned()));
        assert_eq!(period_text(&passport), "2021-03-01 – 2025-12-31");
        passport.period = None;
        assert_eq!(period_text(&passport), "tid okänd");
    }

    #[test]
    fn texts_of_people_cannot_break_out_of_an_expression() {
        let layer = nasty(styles()[2].clone());
        let tip = LookView::of(&Look::of(&layer)).map_tip;
        let inside: Vec<&str> = tip.split("[%").skip(1).collect();
        assert_eq!(inside.len(), 3, "a heading and two columns");
        assert!(inside.iter().all(|part| part.matches("%]").count() == 1), "{tip}");
    }

    #[test]
    fn a_style_written_again_replaces_the_old_one_and_leaves_those_of_people() {
        let connection = Connection::open_in_memory().expect("memory");
        connection.execute_batch(include_str!("container.sql")).expect("the container's tables");
        let layer = nasty(styles()[0].clone());
        let look = Look { kind: Some(GeometryKind::Area), ..Look::of(&layer) };
        write_styles(&connection, std::slice::from_ref(&look)).expect("written");
        connection
            .execute(
                "INSERT INTO layer_styles (f_table_name, styleName, useAsDefault) VALUES ('hotspots', 'Min egen', 0)",
                [],
            )
            .expect("a person's style");
        write_styles(&connection, std::slice::from_ref(&look)).expect("written again");
        write_metadata(&connection, &look).expect("written");
        write_metadata(&connection, &look).expect("written again");
        let count = |sql: &str| -> i64 { connection.query_row(sql, [], |row| row.get(0)).expect("a count") };
        assert_eq!(count("SELECT count(*) FROM layer_styles"), 2);
        assert_eq!(count("SELECT count(*) FROM layer_styles WHERE useAsDefault"), 1);
        assert_eq!(count("SELECT count(*) FROM gpkg_metadata"), 1);
        assert_eq!(count("SELECT count(*) FROM gpkg_metadata_reference"), 1);
        assert_eq!(
            count("SELECT count(*) FROM layer_styles WHERE update_time > '2025-01' AND styleName != 'Min egen'"),
            0,
            "no stamp from the clock"
        );
    }
}
