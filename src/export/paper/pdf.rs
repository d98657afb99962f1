//! A paper as PDF/UA-1, set by typst from one template. The paper goes in as data, never as markup: nothing that a
//! register holds can be read as a command.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::domain::paper::Paper;

const TEMPLATE: &str = include_str!("paper.typ");

/// What is the same for every paper: the library of the typesetter and its typefaces.
struct Shared {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let fonts: Vec<Font> = typst_assets::fonts().flat_map(|data| Font::iter(Bytes::new(data))).collect();
    let book = LazyHash::new(FontBook::from_fonts(&fonts));
    Shared { library: LazyHash::new(Library::default()), book, fonts }
});

/// The little world that the typesetter sees: template, data, pictures; no files, no network, no clock.
struct Sheet {
    main: Source,
    files: Vec<(FileId, Bytes)>,
}

fn id(name: &str) -> Result<FileId, String> {
    let path = VirtualPath::new(name).map_err(|error| format!("{error:?}"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &SHARED.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHARED.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = self.files.iter().find(|(file, _)| *file == id);
        found.map(|(_, bytes)| bytes.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        SHARED.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// The paper as PDF/UA-1; its only time is the data's vintage.
pub(super) fn bytes(paper: &Paper) -> Result<Vec<u8>, String> {
    let json = serde_json::to_vec(paper).map_err(|error| error.to_string())?;
    let mut files = vec![(id("paper.json")?, Bytes::new(json))];
    for (number, picture) in (1..).zip(paper.pictures()) {
        files.push((id(&format!("picture-{number}.svg"))?, Bytes::from_string(picture.svg.clone())));
    }
    let sheet = Sheet { main: Source::new(id("main.typ")?, TEMPLATE.to_owned()), files };
    let told = |errors: &[SourceDiagnostic]| -> String {
        errors.iter().map(|error| error.message.to_string()).collect::<Vec<_>>().join("; ")
    };
    let document: PagedDocument = typst::compile(&sheet).output.map_err(|errors| told(&errors))?;
    let options = PdfOptions {
        ident: Smart::Custom(format!("{} {}", paper.title, paper.stamp)),
        creator: Smart::Custom(Some("Lägesbild".to_owned())),
        timestamp: stamp(&paper.stamp),
        standards: PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|error| format!("{error:?}"))?,
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| told(&errors));
    // What the typesetter remembers between papers would grow without end in a service.
    typst::comemo::evict(10);
    bytes
}

/// `YYYY-MM-DDTHH:MM:SS` at the beginning of a stamp.
fn stamp(text: &str) -> Option<Timestamp> {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u8>().ok();
    let year = text.get(..4)?.parse().ok()?;
    let moment = Datetime::from_ymd_hms(year, part(5..7)?, part(8..10)?, part(11..13)?, part(14..16)?, part(17..19)?)?;
    Some(Timestamp::new_utc(moment))
}
