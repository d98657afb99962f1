//! A paper as DOCX, for whoever pastes it into a paper of their own: real headings, real tables, pictures as PNG.

use std::io::Cursor;

use docx_rs::{
    AlignmentType, BorderType, Docx, Footer, Header, LineSpacing, PageMargin, PageNum, Paragraph, Pic, Run, RunFonts,
    Style, StyleType, Table as WordTable, TableBorder, TableBorderPosition, TableBorders, TableCell, TableCellBorder,
    TableCellBorderPosition, TableCellMargins, TableRow, WidthType,
};

use super::picture::png;
use crate::domain::paper::{Block, Paper, Picture, Table};

/// Twips a millimetre.
const TWIPS_MM: f64 = 56.693;
/// English metric units a millimetre.
const EMU_MM: f64 = 36_000.0;
/// Width of the text on an A4 page with margins of 18 mm, millimetres.
const TEXT_MM: f64 = 174.0;
const QUIET: &str = "4A5560";
const RULE: &str = "9AA5AD";

/// The paper as DOCX; its only time is the data's vintage.
pub(super) fn bytes(paper: &Paper) -> Result<Vec<u8>, String> {
    let seconds = paper.stamp.get(..19).map_or_else(|| paper.stamp.clone(), |stamp| format!("{stamp}Z"));
    let margin = |mm: f64| (mm * TWIPS_MM) as i32;
    let head = Paragraph::new()
        .add_run(Run::new().add_text(&paper.sender).size(17).color(QUIET))
        .add_run(Run::new().add_text("   ").size(17))
        .add_run(Run::new().add_text(paper.mark.clone().unwrap_or_default()).size(17).bold().color("8A1C1C"));
    let foot = Paragraph::new()
        .add_run(Run::new().add_text(format!("{}   ", paper.foot)).size(15).color(QUIET))
        .add_page_num(PageNum::new());
    let style = |id: &str, name: &str, size: usize| {
        Style::new(id, StyleType::Paragraph)
            .name(name)
            .size(size)
            .bold()
            .line_spacing(LineSpacing::new().before(160).after(60))
    };
    let mut docx = Docx::new()
        .created_at(&seconds)
        .updated_at(&seconds)
        .default_fonts(RunFonts::new().ascii("Calibri").hi_ansi("Calibri").cs("Calibri"))
        .default_size(19)
        .page_size(11_906, 16_838)
        .page_margin(PageMargin {
            top: margin(22.0),
            left: margin(18.0),
            bottom: margin(18.0),
            right: margin(18.0),
            header: margin(10.0),
            footer: margin(8.0),
            gutter: 0,
        })
        .add_style(style("Title", "Title", 38))
        .add_style(style("Heading1", "heading 1", 24))
        .header(Header::new().add_paragraph(head))
        .footer(Footer::new().add_paragraph(foot))
        .add_paragraph(Paragraph::new().style("Title").outline_lvl(0).add_run(Run::new().add_text(&paper.title)))
        .add_paragraph(plain(&paper.subtitle, 22, QUIET));
    let mut pictures = 0;
    for block in &paper.blocks {
        docx = add(docx, block, &mut pictures)?;
    }
    let mut out = Cursor::new(Vec::new());
    docx.build().pack(&mut out).map_err(|error| error.to_string())?;
    Ok(out.into_inner())
}

fn spaced(before: u32, after: u32) -> LineSpacing {
    LineSpacing::new().before(before).after(after)
}

fn plain(text: &str, half_points: usize, colour: &str) -> Paragraph {
    Paragraph::new().line_spacing(spaced(0, 80)).add_run(Run::new().add_text(text).size(half_points).color(colour))
}

fn add(docx: Docx, block: &Block, pictures: &mut usize) -> Result<Docx, String> {
    Ok(match block {
        Block::Heading { text } => docx.add_paragraph(
            Paragraph::new().style("Heading1").outline_lvl(1).keep_next(true).add_run(Run::new().add_text(text)),
        ),
        Block::Lead { text } => docx.add_paragraph(plain(text, 22, "000000")),
        Block::Text { text } => docx.add_paragraph(plain(text, 19, "000000")),
        Block::Note { text } => docx.add_paragraph(plain(text, 16, QUIET)),
        Block::List { lines } => {
            lines.iter().fold(docx, |docx, line| docx.add_paragraph(plain(&format!("– {line}"), 19, "000000")))
        }
        Block::Facts { lines } => docx.add_table(facts(lines)).add_paragraph(gap()),
        Block::Table(table) => {
            let docx = if table.caption.is_empty() {
                docx
            } else {
                let words = Run::new().add_text(&table.caption).bold().size(17);
                docx.add_paragraph(Paragraph::new().keep_next(true).line_spacing(spaced(80, 40)).add_run(words))
            };
            let docx = docx.add_table(lined(table));
            docx.add_paragraph(table.note.as_ref().map_or_else(gap, |note| plain(note, 15, QUIET)))
        }
        Block::Picture(picture) => drawn(docx, picture, pictures)?,
        Block::Beside { first, second, .. } => {
            let docx = add(docx, first, pictures)?;
            second.iter().try_fold(docx, |docx, block| add(docx, block, pictures))?
        }
    })
}

fn gap() -> Paragraph {
    Paragraph::new().line_spacing(spaced(0, 0)).size(8)
}

fn drawn(docx: Docx, picture: &Picture, pictures: &mut usize) -> Result<Docx, String> {
    let width = picture.width_mm.min(TEXT_MM);
    let (bytes, wide, high) = png(&picture.svg, width)?;
    *pictures += 1;
    let emu = |mm: f64| (mm * EMU_MM).round() as u32;
    let image = Pic::new_with_dimensions(bytes, wide, high)
        .id(pictures.to_string())
        .size(emu(width), emu(width / picture.ratio));
    let docx = docx.add_paragraph(Paragraph::new().keep_next(true).add_run(Run::new().add_image(image)));
    // The library writes no alternative text: the words stand below the picture.
    let words = [picture.caption.as_str(), picture.alt.as_str()].map(str::trim);
    let words: Vec<&str> = words.into_iter().filter(|words| !words.is_empty()).collect();
    Ok(docx.add_paragraph(plain(&words.join(" "), 15, QUIET)))
}

fn borders(colour: &str) -> TableBorders {
    let edge = |position| TableBorder::new(position).border_type(BorderType::Single).size(4).color(colour);
    TableBorders::with_empty()
        .set(edge(TableBorderPosition::Top))
        .set(edge(TableBorderPosition::Bottom))
        .set(edge(TableBorderPosition::InsideH))
}

fn cell(text: &str, width: usize, right: bool, bold: bool) -> TableCell {
    let run = Run::new().add_text(text).size(17);
    let run = if bold { run.bold() } else { run };
    let align = if right { AlignmentType::Right } else { AlignmentType::Left };
    TableCell::new()
        .width(width, WidthType::Dxa)
        .add_paragraph(Paragraph::new().align(align).line_spacing(spaced(10, 10)).add_run(run))
}

fn framed(rows: Vec<TableRow>, widths: Vec<usize>) -> WordTable {
    WordTable::without_borders(rows)
        .set_grid(widths)
        .width((TEXT_MM * TWIPS_MM) as usize, WidthType::Dxa)
        .margins(TableCellMargins::new().margin(10, 60, 10, 60))
        .set_borders(borders(RULE))
}

fn facts(lines: &[[String; 2]]) -> WordTable {
    let all = (TEXT_MM * TWIPS_MM) as usize;
    let widths = vec![all * 2 / 5, all - all * 2 / 5];
    let row = |[label, value]: &[String; 2]| {
        TableRow::new(vec![cell(label, widths[0], false, false), cell(value, widths[1], false, false)])
    };
    framed(lines.iter().map(row).collect(), widths.clone())
}

fn lined(table: &Table) -> WordTable {
    let columns = table.head.len().max(1);
    // Words take twice the room of numbers.
    let shares: Vec<usize> = (0..columns).map(|at| if at < table.words { 2 } else { 1 }).collect();
    let unit = (TEXT_MM * TWIPS_MM) as usize / shares.iter().sum::<usize>().max(1);
    let widths: Vec<usize> = shares.iter().map(|share| share * unit).collect();
    let row = |cells: &[String], bold: bool| -> Vec<TableCell> {
        cells.iter().enumerate().map(|(at, text)| cell(text, widths[at], at >= table.words, bold)).collect()
    };
    let under = |cell: TableCell| {
        let line = TableCellBorder::new(TableCellBorderPosition::Bottom).border_type(BorderType::Single).size(8);
        cell.set_border(line.color("000000"))
    };
    let head = TableRow::new(row(&table.head, true).into_iter().map(under).collect());
    let last = table.rows.len().saturating_sub(1);
    let body = table.rows.iter().enumerate().map(|(at, cells)| TableRow::new(row(cells, table.total && at == last)));
    framed(std::iter::once(head).chain(body).collect(), widths.clone())
}
