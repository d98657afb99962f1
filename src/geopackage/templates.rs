//! The templates of what QGIS reads: embedded in the program, escaped for XML.

use std::sync::LazyLock;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Not minijinja's own escaping: that turns `/` into a reference and lets control characters pass.
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if !value.is_safe() => out.write_str(&html(text)).map_err(minijinja::Error::from),
        _ => minijinja::escape_formatter(out, state, value),
    });
    // A line break in an attribute survives only as a character reference.
    environment.add_filter("attribute", |text: String| Value::from_safe_string(html(&text).replace('\n', "&#10;")));
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

/// Text in XML or HTML. Control characters that XML has no form for are left out.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_has_no_form_for_is_left_out_and_the_rest_is_escaped() {
        assert_eq!(html("å & <b> \"c\"\u{7}\u{0}\n"), "å &amp; &lt;b&gt; &quot;c&quot;\n");
        assert_eq!(html("/'"), "/'");
    }
}
