//! How one class of a style is drawn: colours, sizes and shapes, as the templates of QML and SLD want them.
//!
//! Colour is never the only sign (WCAG 1.4.1): see [`super::styles`].

use serde::Serialize;

use crate::domain::{Class, GeometryKind, Style};

/// Opacity of an area's fill, of 255: the streets below stay readable.
const FILL_ALPHA: u8 = 165;
/// Opacity of the fill of a hatched area, and of one without classes: an outline, a district.
const FAINT_ALPHA: u8 = 60;
/// Share of a fill's brightness that its outline keeps.
const OUTLINE_SHADE: f64 = 0.55;
/// Drawn where a colour is not `#rrggbb`.
const UNREADABLE: [u8; 3] = [128, 128, 128];

/// A class's symbol. Colours of QML are `r,g,b,a`, of SLD `#rrggbb`; lengths are millimetres but `pixels`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SymbolView {
    id: usize,
    kind: &'static str,
    fill: String,
    solid: String,
    outline: String,
    hex: String,
    outline_hex: String,
    opacity: String,
    width: String,
    casing: Option<String>,
    size: String,
    pixels: String,
    shape: &'static str,
    sld_shape: &'static str,
    hatched: bool,
}

/// How heavy a layer lies on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// What was found.
    Result,
    /// A wide pale band below the results: whole streets, to be clicked on.
    Band,
    /// The ground that results stand on.
    Ground,
}

/// The symbols of a style's classes, in the same order.
pub(super) fn symbols(kind: GeometryKind, style: &Style, classes: &[Class], weight: Weight) -> Vec<SymbolView> {
    let heavy = |(index, class)| symbol(kind, style, index, class);
    let all = classes.iter().enumerate().map(heavy);
    match weight {
        Weight::Result => all.collect(),
        Weight::Band => all.map(band).collect(),
        Weight::Ground => all.map(ground).collect(),
    }
}

/// Millimetres of a band's width.
const BAND_MM: f64 = 3.4;
/// Opacity of a band, of 255.
const BAND_ALPHA: u8 = 45;

fn band(symbol: SymbolView) -> SymbolView {
    let solid = symbol.solid.replace(",255", &format!(",{BAND_ALPHA}"));
    SymbolView { solid, width: format!("{BAND_MM:.2}"), casing: None, ..symbol }
}

/// Lines of the ground are thin and have no casing; areas without a symbol of their own have no dark outline.
fn ground(symbol: SymbolView) -> SymbolView {
    match symbol.kind {
        "line" => SymbolView { width: "0.50".to_owned(), casing: None, ..symbol },
        "fill" => SymbolView { outline: symbol.solid.clone(), width: "0.15".to_owned(), ..symbol },
        _ => symbol,
    }
}

fn symbol(kind: GeometryKind, style: &Style, index: usize, class: &Class) -> SymbolView {
    let rest = matches!(style, Style::Categorised { .. }) && class.value.is_empty();
    let (shape, sld_shape) = shape_of(style, index, rest);
    let rgb = rgb_of(&class.colour);
    let dark = rgb.map(shade);
    let graded = !matches!(style, Style::Single(_));
    let alpha = if class.hatched || !graded { FAINT_ALPHA } else { FILL_ALPHA };
    let step = f64::from(u8::try_from(index.min(3)).expect("at most 3"));
    // The first class is the gravest: it is drawn largest, so that it is found without its colour.
    // A class for none at all is the ground that the others stand on.
    let none = matches!(style, Style::Graduated { .. }) && class.from == 0.0 && class.to == 0.0;
    let width = match kind {
        _ if none => 0.3,
        GeometryKind::Area => 0.4,
        _ if graded => 1.9 - 0.35 * step,
        _ => 1.0,
    };
    let size = match style {
        _ if none => 1.0,
        Style::Single(_) => 2.0,
        _ if rest => 2.0,
        _ => 3.8 - 0.4 * step,
    };
    SymbolView {
        id: index,
        kind: match kind {
            GeometryKind::Area => "fill",
            GeometryKind::Line => "line",
            GeometryKind::Point => "marker",
        },
        fill: rgba(rgb, alpha),
        solid: rgba(rgb, 255),
        outline: rgba(dark, 255),
        hex: hex_of(rgb),
        outline_hex: hex_of(dark),
        opacity: format!("{:.2}", f64::from(alpha) / 255.0),
        width: format!("{width:.2}"),
        casing: (graded && !none).then(|| format!("{:.2}", width + 0.7)),
        size: format!("{size:.1}"),
        pixels: format!("{:.0}", if kind == GeometryKind::Point { size * 3.78 } else { width * 3.78 }),
        shape,
        sld_shape,
        hatched: class.hatched,
    }
}

/// Names of the shape in QML and in SLD.
fn shape_of(style: &Style, index: usize, rest: bool) -> (&'static str, &'static str) {
    const SHAPES: [(&str, &str); 6] = [
        ("diamond", "star"),
        ("square", "square"),
        ("triangle", "triangle"),
        ("circle", "circle"),
        ("pentagon", "x"),
        ("cross_fill", "cross"),
    ];
    match style {
        Style::Categorised { .. } if !rest => SHAPES[index % SHAPES.len()],
        _ => ("circle", "circle"),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a byte is a byte")]
fn shade(part: u8) -> u8 {
    (f64::from(part) * OUTLINE_SHADE) as u8
}

fn rgba([r, g, b]: [u8; 3], alpha: u8) -> String {
    format!("{r},{g},{b},{alpha}")
}

fn hex_of([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn rgb_of(colour: &str) -> [u8; 3] {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii());
    let part = |at: usize| u8::from_str_radix(digits?.get(at..at + 2)?, 16).ok();
    match (part(0), part(2), part(4)) {
        (Some(r), Some(g), Some(b)) => [r, g, b],
        _ => UNREADABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(colour: &str) -> Class {
        let text = String::new;
        Class { label: text(), from: 0.0, to: 0.0, value: "a".to_owned(), colour: colour.to_owned(), hatched: false }
    }

    #[test]
    fn a_fill_is_see_through_and_its_outline_is_darker_and_solid() {
        let classes = [class("#c80064")];
        let style = Style::Graduated { column: "n".to_owned(), classes: classes.to_vec() };
        let symbol = &symbols(GeometryKind::Area, &style, &classes, Weight::Result)[0];
        assert_eq!((symbol.fill.as_str(), symbol.outline.as_str()), ("200,0,100,165", "110,0,55,255"));
    }

    #[test]
    fn classes_of_points_differ_in_more_than_colour() {
        let classes = [class("#000000"), class("#000000"), class("#000000")];
        let style = Style::Categorised { column: "n".to_owned(), classes: classes.to_vec() };
        let drawn = symbols(GeometryKind::Point, &style, &classes, Weight::Result);
        assert!(drawn[0].shape != drawn[1].shape && drawn[1].shape != drawn[2].shape);
        assert_eq!((drawn[0].size.as_str(), drawn[1].size.as_str()), ("3.8", "3.4"));
    }

    #[test]
    fn a_colour_that_is_none_is_grey() {
        for colour in ["", "red", "#12", "#gggggg", "#1234567", "#åå12"] {
            assert_eq!(rgb_of(colour), UNREADABLE, "{colour}");
        }
        assert_eq!(rgb_of("#0a0B0c"), [10, 11, 12]);
    }
}
