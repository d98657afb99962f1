//! The damage reports as a file: Windows-1252, semicolons, CRLF between rows, line breaks inside quoted cells.

use super::sheet::Sheet;

/// The file's bytes. A character that Windows-1252 lacks would become a numeric reference; a test holds that none does.
pub fn bytes(sheet: &Sheet) -> Vec<u8> {
    let mut text = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
        text.push_str(&cells.join(";"));
        text.push_str("\r\n");
    };
    line(&mut sheet.columns.iter().map(|&name| name.to_owned()));
    for row in &sheet.rows {
        line(&mut row.iter().map(super::sheet::Cell::text));
    }
    encoding_rs::WINDOWS_1252.encode(&text).0.into_owned()
}

fn quoted(cell: &str) -> String {
    if cell.contains([';', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::sheet::Cell;

    #[test]
    fn cells_with_semicolons_quotes_or_line_breaks_are_quoted_and_the_bytes_are_windows_1252() {
        let rows = vec![vec![Cell::from("Ö;\"å\"\nä"), Cell::Empty], vec![Cell::from("1\u{a0}kr"), Cell::Number(2.5)]];
        let sheet = Sheet { name: "S", columns: &["A", "B"], rows };
        assert_eq!(bytes(&sheet), b"A;B\r\n\"\xd6;\"\"\xe5\"\"\n\xe4\";\r\n1\xa0kr;2.5\r\n");
    }
}
