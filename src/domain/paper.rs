//! A paper on its way out: headings, sentences, tables and pictures. Every writer takes the same [`Paper`]; no writer
//! knows what it is about.

use serde::Serialize;

/// A paper of one or more A4 pages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paper {
    /// Title, also in the file's own metadata.
    pub title: String,
    /// One line under it: place, period.
    pub subtitle: String,
    /// Secrecy mark, printed on every page; `None` for open data.
    pub mark: Option<String>,
    /// Who it is from: name of the place, in the head of every page.
    pub sender: String,
    /// Foot of every page: what the paper rests on.
    pub foot: String,
    /// Language of its texts, `sv` or `en`.
    pub lang: String,
    /// The data's vintage, `YYYY-MM-DDTHH:MM:SS.sssZ`: the only time that is written into the file.
    pub stamp: String,
    /// What it says, in order.
    pub blocks: Vec<Block>,
}

/// One thing on a paper.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "sort", rename_all = "kebab-case")]
pub enum Block {
    /// Heading of a part.
    Heading {
        /// Its words.
        text: String,
    },
    /// The one or two sentences that a hurried reader reads.
    Lead {
        /// Its words.
        text: String,
    },
    /// A paragraph.
    Text {
        /// Its words.
        text: String,
    },
    /// A paragraph in small type: a reservation, a source.
    Note {
        /// Its words.
        text: String,
    },
    /// Sentences as a list.
    List {
        /// Its lines.
        lines: Vec<String>,
    },
    /// Labels with values, two columns.
    Facts {
        /// Label and value.
        lines: Vec<[String; 2]>,
    },
    /// A table.
    Table(Table),
    /// A picture.
    Picture(Picture),
    /// Two blocks side by side, the first with this share of the width, in percent. Writers without columns put the
    /// second below.
    Beside {
        /// Width of the first, 10 to 90.
        percent: u8,
        /// Left.
        first: Box<Block>,
        /// Right.
        second: Vec<Block>,
    },
}

/// A table: a row of headings, rows, and whether the last row is a sum.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// What it shows, above it.
    pub caption: String,
    /// Headings; the first column is text, the others are numbers and stand to the right.
    pub head: Vec<String>,
    /// Rows, each as long as `head`.
    pub rows: Vec<Vec<String>>,
    /// Whether the last row is a sum.
    pub total: bool,
    /// Number of columns from the left that are text; at least 1.
    pub words: usize,
    /// A note below it.
    pub note: Option<String>,
}

/// A picture as SVG, with the words that stand in for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Picture {
    /// The whole SVG document; its texts use the typefaces of the program.
    pub svg: String,
    /// What is to be seen, for those who cannot see it.
    pub alt: String,
    /// Width to height.
    pub ratio: f64,
    /// Width in millimetres where it stands alone.
    pub width_mm: f64,
    /// A line below it: source of the map.
    pub caption: String,
}

impl Paper {
    /// Every picture, in the order of the blocks, those that stand beside others included.
    #[must_use]
    pub fn pictures(&self) -> Vec<&Picture> {
        fn of<'a>(block: &'a Block, found: &mut Vec<&'a Picture>) {
            match block {
                Block::Picture(picture) => found.push(picture),
                Block::Beside { first, second, .. } => {
                    of(first, found);
                    for block in second {
                        of(block, found);
                    }
                }
                _ => {}
            }
        }
        let mut found = Vec::new();
        self.blocks.iter().for_each(|block| of(block, &mut found));
        found
    }
}
