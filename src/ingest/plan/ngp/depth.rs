//! How deep a JSON text is nested, before anything is built of it.

use super::super::PlanReadError;

/// Deepest nesting that is read. A plan needs 11 levels for its coordinates.
pub(super) const LIMIT: usize = 64;

/// Refuses a text nested deeper than [`LIMIT`]. Brackets within quotation marks do not count. One pass, constant memory.
pub(super) fn check(file: &str, text: &str) -> Result<(), PlanReadError> {
    let (mut depth, mut line, mut quoted, mut escaped) = (0_usize, 1_usize, false, false);
    for byte in text.bytes() {
        line += usize::from(byte == b'\n');
        if quoted {
            quoted = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > LIMIT {
            return Err(PlanReadError::PlanJsonTooDeep { file: file.to_owned(), line, limit: LIMIT });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_brackets_outside_quotation_marks_count() {
        assert!(check("a.json", &"[".repeat(LIMIT)).is_ok());
        assert!(check("a.json", &format!("\"{}\\\"{}\"", "[".repeat(999), "{".repeat(999))).is_ok());
        assert!(check("a.json", &"[]".repeat(999)).is_ok());
        let deep = format!("\n{}", "[".repeat(10_000));
        assert!(matches!(check("a.json", &deep), Err(PlanReadError::PlanJsonTooDeep { line: 2, limit: LIMIT, .. })));
    }
}
