use super::*;
use crate::domain::paper::{Block, Picture, Table};

fn paper() -> Paper {
    let picture = Picture {
        svg: "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"200\" height=\"100\" viewBox=\"0 0 200 100\"><rect width=\"200\" height=\"100\" fill=\"#eeeeee\"/><text x=\"10\" y=\"50\" font-size=\"12\">Åäö</text></svg>".to_owned(),
        alt: "En ruta".to_owned(),
        ratio: 2.0,
        width_mm: 80.0,
        caption: "Karta".to_owned(),
    };
    let table = Table {
        caption: "Olyckor per år".to_owned(),
        head: vec!["År".to_owned(), "Olyckor".to_owned()],
        rows: vec![vec!["2024".to_owned(), "3".to_owned()], vec!["Summa".to_owned(), "3".to_owned()]],
        total: true,
        words: 1,
        note: Some("2025 är preliminärt.".to_owned()),
    };
    Paper {
        title: "Platsutdrag: Åkervägen".to_owned(),
        subtitle: "Provsund, 2021–2025".to_owned(),
        mark: Some("INTERN – STRADA".to_owned()),
        sender: "Provsund".to_owned(),
        foot: "STRADA".to_owned(),
        lang: "sv".to_owned(),
        stamp: "2025-12-31T22:59:59.000Z".to_owned(),
        blocks: vec![
            Block::Lead { text: "Tre #olyckor *utan* $markup$ @x <y>".to_owned() },
            Block::Heading { text: "Tabell".to_owned() },
            Block::Beside {
                percent: 60,
                first: Box::new(Block::Picture(picture.clone())),
                second: vec![Block::Facts { lines: vec![["ÅDT".to_owned(), "okänd".to_owned()]] }],
            },
            Block::Table(table),
            Block::Picture(picture),
            Block::List { lines: vec!["ett".to_owned(), "två".to_owned()] },
            Block::Note { text: "Not.".to_owned() },
        ],
    }
}

#[test]
fn the_same_paper_gives_the_same_bytes() {
    for format in &PAPERS {
        let first = paper_bytes(&paper(), format).expect("made");
        let again = paper_bytes(&paper(), format).expect("made");
        assert!(first == again, "{}", format.title);
        assert!(first.len() > 2_000, "{}", format.title);
    }
}

#[test]
fn a_pdf_is_tagged_and_names_its_standard_and_language() {
    let bytes = paper_bytes(&paper(), &PAPERS[0]).expect("made");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.starts_with("%PDF-1.7"));
    for word in ["/StructTreeRoot", "pdfuaid", "/Lang"] {
        assert!(text.contains(word), "{word}");
    }
}

#[test]
fn an_extension_that_is_no_paper_is_refused_with_those_that_are() {
    let refused = write_paper(Path::new("blad.odt"), &paper());
    assert!(matches!(refused, Err(Error::UnknownOutput { known, .. }) if known == [".pdf", ".docx"]));
}

#[test]
fn a_word_file_holds_the_words_and_the_tables() {
    let bytes = paper_bytes(&paper(), &PAPERS[1]).expect("made");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("word/document.xml").expect("there"), &mut text).expect("read");
    for word in ["Tre #olyckor", "Summa", "ÅDT", "<w:tbl>", "Heading1"] {
        assert!(text.contains(word), "{word}");
    }
}
