//! Expressions of QGIS: what a label, a form and a map tip say of a row.
//!
//! Names and texts come from files of users, so that each is quoted for the place where it stands: a column in an
//! expression, a text in an expression within `[% %]`, the value of a cell in HTML.

use super::container::FieldKind;
use super::styles::{Look, MOST_VISIBLE, NAMES, RANKS};
use super::templates::html;
use crate::domain::Class;
use crate::texts::swedish;

/// Draws the first class last, so that it lies on top.
pub(super) fn order_of(column: &str, classes: &[Class]) -> String {
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
pub(super) fn label(rank: &str, name: Option<&str>) -> String {
    let rank = identifier(rank);
    match name {
        Some(name) => format!(
            "CASE WHEN @map_scale <= 15000 THEN to_string({rank}) || coalesce('.\u{a0}' || {}, '') ELSE to_string({rank}) END",
            identifier(name)
        ),
        None => format!("to_string({rank})"),
    }
}

/// A measure's label on the map: what was done, and the year.
pub(super) fn measure_label(sort: &str, year: &str) -> String {
    format!("{} || coalesce(' ' || to_string({}), '')", identifier(sort), identifier(year))
}

/// What a form, a list and the first line of a map tip call a row.
pub(super) fn display(look: &Look, rank: Option<&str>, name: Option<&str>) -> String {
    let title = literal(look.bare_title());
    let text = look.fields.iter().find(|field| field.visible && field.kind == FieldKind::Text);
    match (rank, name) {
        (Some(rank), Some(name)) => {
            format!("coalesce(to_string({}) || '. ', '') || coalesce({}, {title})", identifier(rank), identifier(name))
        }
        (Some(rank), None) => format!("{title} || coalesce(' nr ' || to_string({}), '')", identifier(rank)),
        (None, Some(name)) => format!("coalesce({}, {title})", identifier(name)),
        (None, None) => match text {
            Some(text) => format!("{title} || coalesce(' – ' || {}, '')", identifier(text.name)),
            None => title,
        },
    }
}

/// A table row of the map tip for each visible column but those in the heading; a row without a value is left out.
pub(super) fn tip_rows(look: &Look) -> Vec<String> {
    let shown = look.fields.iter().filter(|field| field.visible).take(MOST_VISIBLE);
    shown
        .filter(|field| !RANKS.contains(&field.name) && !NAMES.contains(&field.name))
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

/// The value of a row's column, wherever the table keeps it. QGIS reads a column of JSON as a map.
pub(super) fn value(look: &Look, name: &str) -> String {
    let own = look.fields.iter().any(|field| field.name == name);
    match look.within {
        Some(json) if !own => format!("map_get({}, {})", identifier(json), literal(name)),
        _ => identifier(name),
    }
}

/// What a click tells below the name, line by line; a line without a value is left out.
pub(super) fn click_lines(look: &Look) -> Vec<String> {
    let line = |style: &str, label: &str, names: &[&str], between: &str| {
        let filled = |name: &str| look.within.is_some() || look.fields.iter().any(|field| field.name == name);
        let values: Vec<String> = names.iter().filter(|name| filled(name)).map(|name| value(look, name)).collect();
        let first = values.first()?;
        let shown: Vec<String> = values.iter().map(|value| escaped(&format!("coalesce({value}, '')"))).collect();
        let label = if label.is_empty() { String::new() } else { format!("<b>{}</b> ", html(&swedish(label, &[]))) };
        let head = literal(&format!("<div style=\"margin-top: 3px{style}\">{label}"));
        let text = shown.join(&format!(" || {} || ", literal(between)));
        Some(format!("CASE WHEN coalesce({first}, '') = '' THEN '' ELSE {head} || {text} || '</div>' END"))
    };
    [
        line("; font-size: 11pt; font-weight: bold", "", &["sammanfattning"], ""),
        line("", "", &["skadegrad"], ""),
        line("", "click-who", &["trafikantkategori"], ""),
        line("", "click-how", &["olyckstyp"], ""),
        line("", "", &["vagen"], ""),
        line("", "click-much", &["jamforelse"], ""),
        line("", "click-certainty", &["sakerhet", "sakerhet_text"], ". "),
        line("; color: #555555; font-size: 8.5pt", "", &["kallor_luckor"], ""),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A column in a QGIS expression.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in a QGIS expression, safe also within `[% %]`.
pub(super) fn literal(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\'', "''").replace("%]", "% ]");
    format!("'{text}'")
}

/// An expression whose text is shown as text in HTML, whatever a person typed into it.
pub(super) fn escaped(expression: &str) -> String {
    format!("replace(replace(to_string({expression}), '&', '&amp;'), '<', '&lt;')")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_are_quoted() {
        assert_eq!(literal("O'Hara \\ %]"), "'O''Hara \\\\ % ]'");
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(escaped("\"a\""), "replace(replace(to_string(\"a\"), '&', '&amp;'), '<', '&lt;')");
    }

    #[test]
    fn the_first_class_is_drawn_last() {
        let class = |value: &str| Class {
            label: String::new(),
            from: 0.0,
            to: 0.0,
            value: value.to_owned(),
            colour: String::new(),
            hatched: false,
        };
        let order = order_of("grad", &[class("Dödad"), class("Lindrigt"), class("")]);
        assert_eq!(
            order,
            "CASE WHEN to_string(\"grad\") = 'Dödad' THEN 3 WHEN to_string(\"grad\") = 'Lindrigt' THEN 2 ELSE 0 END"
        );
        assert_eq!(order_of("grad", &[class("")]), "\"grad\"");
    }
}
