//! Columns, classes and titles with their words from the catalogue. Pure.

use crate::domain::{Class, Column, Kind, Secrecy, Style, Values};
use crate::texts::swedish;

/// A column with its Swedish alias (`col-NAME` in the catalogue).
#[must_use]
pub fn column(name: &str, visible: bool, values: Values) -> Column {
    Column { name: name.to_owned(), alias: swedish(&format!("col-{name}"), &[]), visible, values }
}

/// The catalogue's ending for a kind: `accident`, ..., or `any`.
#[must_use]
pub fn kind_word(kind: Option<Kind>) -> &'static str {
    kind.map_or("any", Kind::code)
}

/// A layer's title with the secrecy mark behind it: `Olyckor (INTERN – STRADA)`.
#[must_use]
pub fn title(layer: &str, kind: Option<Kind>, secrecy: Secrecy) -> String {
    let id = kind.map_or_else(|| format!("layer-{layer}"), |kind| format!("layer-{layer}-{}", kind.code()));
    let title = swedish(&id, &[]);
    let title = if title == id { swedish(&format!("layer-{layer}"), &[]) } else { title };
    secrecy.mark().map_or(title.clone(), |mark| format!("{title} ({mark})"))
}

/// Colours of the classes from most to fewest: one hue that darkens, readable without colour vision.
const RAMP: [&str; 6] = ["#3f007d", "#54278f", "#6a51a3", "#807dba", "#9e9ac8", "#bcbddc"];

/// Absolute classes for counts: the same number has the same class on every map.
///
/// `10 eller fler`, `5–9`, `3–4` and a hatched class for one or two; where the largest count is 20 or more also 10–19,
/// 20–49, 50–99 and `100 eller fler`. Classes above the largest count are left out.
#[must_use]
pub fn count_classes(largest: u64, kind: Option<Kind>) -> Vec<Class> {
    let unit = swedish(&format!("unit-{}", kind_word(kind)), &[]);
    let bounds: &[u64] = if largest >= 20 { &[100, 50, 20, 10, 5, 3, 1] } else { &[10, 5, 3, 1] };
    let mut classes = Vec::new();
    let mut above: Option<u64> = None;
    for &from in bounds {
        let top = above.is_none_or(|next| largest < next);
        if from <= largest.max(1) {
            let hatched = from == 1;
            let values = |to: u64| vec![("from", from.to_string()), ("to", to.to_string()), ("unit", unit.clone())];
            let label = match (hatched, top, above) {
                (true, ..) => swedish("class-few", &[]),
                (false, true, _) | (false, false, None) => swedish("class-and-more", &values(from)),
                (false, false, Some(next)) => swedish("class-range", &values(next - 1)),
            };
            let to = if top { largest.max(from) } else { above.map_or(largest, |next| next - 1) };
            let skipped = RAMP.len() - bounds.len().min(RAMP.len());
            let colour = RAMP[(classes.len() + skipped.min(2)).min(RAMP.len() - 1)].to_owned();
            #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
            classes.push(Class { label, from: from as f64, to: to as f64, value: String::new(), colour, hatched });
        }
        above = Some(from);
    }
    classes
}

/// The graduated style of a count column.
#[must_use]
pub fn count_style(column: &str, largest: u64, kind: Option<Kind>) -> Style {
    Style::Graduated { column: column.to_owned(), classes: count_classes(largest, kind) }
}

/// The class of places without events: drawn thin, so that the roads are seen.
#[must_use]
pub fn none_class(kind: Option<Kind>) -> Class {
    let unit = swedish(&format!("unit-{}", kind_word(kind)), &[]);
    let label = swedish("class-none", &[("unit", unit)]);
    Class { label, from: 0.0, to: 0.0, value: String::new(), colour: "#9aa5ad".to_owned(), hatched: false }
}

/// A class of a categorised style.
#[must_use]
pub fn category_class(value: &str, label: &str, colour: &str) -> Class {
    let (value, label, colour) = (value.to_owned(), label.to_owned(), colour.to_owned());
    Class { label, from: 0.0, to: 0.0, value, colour, hatched: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(largest: u64) -> Vec<String> {
        count_classes(largest, Some(Kind::Accident)).into_iter().map(|class| class.label).collect()
    }

    #[test]
    fn classes_are_absolute_and_stop_at_the_largest_count() {
        assert_eq!(labels(14), ["10 eller fler olyckor", "5–9", "3–4", "Få händelser – osäkert (1–2)"]);
        assert_eq!(labels(7), ["5 eller fler olyckor", "3–4", "Få händelser – osäkert (1–2)"]);
        assert_eq!(labels(0), ["Få händelser – osäkert (1–2)"]);
        assert_eq!(labels(250)[..3], ["100 eller fler olyckor", "50–99", "20–49"]);
    }

    #[test]
    fn classes_leave_no_gap() {
        for largest in [1_u32, 2, 3, 9, 10, 19, 20, 99, 100, 12_345] {
            let classes = count_classes(u64::from(largest), None);
            for pair in classes.windows(2) {
                assert_eq!(pair[0].from, pair[1].to + 1.0, "{largest}");
            }
            assert_eq!(classes[0].to.max(1.0).to_string(), classes[0].to.max(f64::from(largest)).to_string());
        }
    }

    #[test]
    fn titles_carry_the_secrecy_mark() {
        assert_eq!(title("events", Some(Kind::Accident), Secrecy::Strada), "Olyckor (INTERN – STRADA)");
        assert_eq!(title("hotspots", None, Secrecy::Open), "Anhopningar av händelser");
    }
}
