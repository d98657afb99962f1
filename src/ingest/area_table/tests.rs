//! Tables as they come, row by row.

use super::*;

fn grid(rows: &[&[&str]]) -> Table {
    let wide = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    let mut table = Table::grid("brott.xlsx", Some("Blad1".to_owned()), wide);
    for (number, row) in (1..).zip(rows) {
        if row.iter().any(|cell| !cell.is_empty()) {
            assert!(table.push(number, row.iter().copied()));
        }
    }
    table
}

fn counts(rows: &[&[&str]]) -> Counts {
    read(&grid(rows), &Aliases::of("counts", None).expect("shipped"), "brott").expect("counts")
}

fn refused(rows: &[&[&str]]) -> NoCounts {
    read(&grid(rows), &Aliases::of("counts", None).expect("shipped"), "brott").expect_err("refused")
}

fn shown(counts: &Counts) -> Vec<String> {
    let cell = |cell: &Cell| {
        let (area, (from, to)) = (cell.area.clone().expect("an area").0, cell.period.expect("days"));
        let category = cell.category.clone().expect("a type");
        format!("{area} | {from} {to} | {category} | {:?}", cell.count)
    };
    counts.cells.iter().map(cell).collect()
}

#[test]
fn a_hidden_number_has_bounds_and_is_not_zero() {
    for (text, count) in [
        ("0", Tallied::Known(0)),
        ("1 234", Tallied::Known(1234)),
        ("1\u{a0}234", Tallied::Known(1234)),
        ("12,0", Tallied::Known(12)),
        ("<5", Tallied::Hidden(0, Some(4))),
        ("< 5", Tallied::Hidden(0, Some(4))),
        ("Färre än 5", Tallied::Hidden(0, Some(4))),
        ("<=4", Tallied::Hidden(0, Some(4))),
        ("1–4", Tallied::Hidden(1, Some(4))),
        (">100", Tallied::Hidden(101, None)),
        ("-", Tallied::Hidden(0, None)),
        ("–", Tallied::Hidden(0, None)),
        ("..", Tallied::Hidden(0, None)),
    ] {
        assert_eq!(tallied(text), Some(count), "{text}");
    }
    for text in ["", "tolv", "1,5", "-3", "<0", "4-1", "12 st"] {
        assert_eq!(tallied(text), None, "{text}");
    }
}

#[test]
fn a_long_table_is_read_row_by_row() {
    let found = counts(&[
        &["Område", "Månad", "Brottstyp", "Antal"],
        &["Centrum", "2024-01", "Skadegörelse", "12"],
        &["Centrum", "2024-02", "Skadegörelse", "<5"],
        &["Norr", "januari 2024", "Stöld", "1 003"],
        &["Totalt", "", "", "1 017"],
    ]);
    assert_eq!(
        shown(&found),
        [
            "Centrum | 2024-01-01 2024-01-31 | Skadegörelse | Known(12)",
            "Centrum | 2024-02-01 2024-02-29 | Skadegörelse | Hidden(0, Some(4))",
            "Norr | 2024-01-01 2024-01-31 | Stöld | Known(1003)",
        ]
    );
    // 12 + (0 to 4) + 1003: 1015 to 1019.
    assert_eq!((found.totals, found.mismatches.len(), found.cells[2].row), (1, 0, 4));
}

#[test]
fn months_as_columns_below_titles_with_totals_at_both_ends() {
    let found = counts(&[
        &["Anmälda brott: skadegörelse, 2024"],
        &["Källa: Brå, preliminära uppgifter"],
        &[],
        &["Område", "Jan", "Feb", "Mars", "Summa"],
        &["Centrum", "4", "6", "..", "14"],
        &["Norr", "0", "<5", "2", "5"],
        &["Hela kommunen", "4", "9", "6", "20"],
        &["* .. = uppgiften är dold"],
    ]);
    assert_eq!(found.cells.len(), 6);
    assert_eq!(found.cells[2].count, Tallied::Hidden(0, None));
    assert_eq!(found.cells[3].count, Tallied::Known(0));
    assert_eq!(found.cells[5].period, periods::month(2024, 3));
    assert_eq!(found.source.as_deref(), Some("Brå, preliminära uppgifter"));
    assert_eq!(found.totals, 6, "two of rows, four of the municipality");
    assert_eq!(found.mismatches, []);
    assert_eq!(found.titles.len(), 3);
}

#[test]
fn a_total_that_does_not_add_up_is_told_with_both_numbers() {
    let found = counts(&[
        &["Brott 2024"],
        &["Område", "Stöld", "Rån", "Totalt", "Per 1000 inv"],
        &["Centrum", "4", "6", "11", "3,2"],
        &["Norr", "1", "<5", "9", "1,1"],
        &["Summa", "5", "7", "12", ""],
    ]);
    let told: Vec<_> = found.mismatches.iter().map(|m| (m.row, m.column.as_str(), m.said, m.low, m.high)).collect();
    assert_eq!(told, [(3, "Totalt", 11, 10, Some(10)), (4, "Totalt", 9, 1, Some(5))]);
    assert_eq!(found.passed_over, ["Per 1000 inv"]);
    assert_eq!(shown(&found)[0], "Centrum | 2024-01-01 2024-12-31 | Stöld | Known(4)");
}

#[test]
fn types_above_months_are_two_rows_of_headings() {
    let rows: &[&[&str]] = &[
        &["", "Stöld", "", "", "Rån", "", ""],
        &["Stadsdel", "jan 2024", "feb 2024", "Summa", "jan 2024", "feb 2024", "Summa"],
        &["Centrum", "1", "2", "3", "4", "5", "9"],
    ];
    let found = counts(rows);
    assert_eq!(
        shown(&found),
        [
            "Centrum | 2024-01-01 2024-01-31 | Stöld | Known(1)",
            "Centrum | 2024-02-01 2024-02-29 | Stöld | Known(2)",
            "Centrum | 2024-01-01 2024-01-31 | Rån | Known(4)",
            "Centrum | 2024-02-01 2024-02-29 | Rån | Known(5)",
        ]
    );
    assert_eq!((found.totals, found.mismatches.len()), (2, 0));
    let below = counts(&[
        &["Stadsdel", "Stöld", "", "Rån", ""],
        &["", "jan 2024", "feb 2024", "jan 2024", "feb 2024"],
        &["Centrum", "1", "2", "4", "5"],
    ]);
    assert_eq!(shown(&below), shown(&found));
}

#[test]
fn a_pivot_names_its_area_once_and_sums_it_below() {
    let found = counts(&[
        &["Område", "Brottstyp", "2023", "2024"],
        &["Centrum", "Stöld", "3", "4"],
        &["", "Rån", "1", "0"],
        &["Centrum Totalt", "", "4", "5"],
        &["Norr", "Stöld", "2", "2"],
    ]);
    assert_eq!(found.cells.len(), 6);
    assert_eq!(found.cells[2].area.as_ref().expect("an area").0, "Centrum");
    let told: Vec<_> = found.mismatches.iter().map(|m| (m.row, m.said, m.low)).collect();
    assert_eq!(told, [(4, 5, 4)]);
}

#[test]
fn a_year_beside_its_months_is_their_total_and_not_counted() {
    let found =
        counts(&[&["Område", "2024-01", "2024-02", "2024"], &["Centrum", "4", "6", "10"], &["Norr", "1", "1", "3"]]);
    assert_eq!((found.cells.len(), found.totals, found.mismatches.len()), (4, 2, 1));
}

#[test]
fn months_of_a_spreadsheets_own_dates_are_months() {
    let found = counts(&[&["Område", "2024-01-01", "2024-02-01"], &["Centrum", "4", "6"]]);
    assert_eq!(found.cells[1].period, periods::month(2024, 2));
}

#[test]
fn year_and_month_in_columns_of_their_own_belong_together() {
    let found = counts(&[
        &["DeSO-kod", "Område", "År", "Månad", "Antal"],
        &["0880C1010", "Centrum", "2023", "mars", "4"],
        &["0880C1010", "Centrum", "2024", "mars", "5"],
    ]);
    assert_eq!(found.cells[0].period, periods::month(2023, 3));
    assert_eq!(found.cells[1].period, periods::month(2024, 3));
    assert_eq!(found.cells[1].area, Some(("Centrum".to_owned(), Some("0880C1010".to_owned()))));
}

#[test]
fn what_cannot_be_read_is_told_cell_by_cell_and_empty_cells_are_no_zeros() {
    let found = counts(&[
        &["Område", "Månad", "Brottstyp", "Antal"],
        &["Centrum", "2024-01", "Stöld", "tolv"],
        &["Centrum", "förra året", "Stöld", "3"],
        &["Norr", "2024-01", "Stöld", ""],
        &["Norr", "2024-02", "Stöld", "2"],
    ]);
    let odd: Vec<_> = found.odd.iter().map(|odd| (odd.row, odd.reason, odd.value.as_str())).collect();
    assert_eq!(odd, [(2, "count-unreadable", "tolv"), (3, "period-unreadable", "förra året")]);
    assert_eq!((found.cells.len(), found.blanks), (1, 1));
}

#[test]
fn a_table_without_areas_time_or_rows_is_refused_each_with_its_reason() {
    assert_eq!(refused(&[&["a", "b"], &["1", "2"]]), NoCounts::NoHeader);
    assert_eq!(refused(&[&["Område", "jan", "feb"], &["Centrum", "1", "2"]]), NoCounts::NoPeriod);
    assert_eq!(refused(&[&["Område", "Antal"], &["Centrum", "1"]]), NoCounts::NoPeriod);
    assert_eq!(refused(&[&["Område", "2024-01", "2024-02"]]), NoCounts::NoRows);
}
