//! Every reader on files that are cut short, empty, of another kind or damaged: a table or one sentence, never a panic, no
//! file left beside, and bounded memory.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use lagesbild::ingest::{self, ReadError, ReadOptions};
use lagesbild::texts;

use crate::support::{arg, folder, run};

/// Endings of what is damaged, and the files of each set.
pub const SETS: [(&str, &[&str]); 8] = [
    ("fgb", &["fgb"]),
    ("tab", &["tab", "dat", "map", "id"]),
    ("mif", &["mif", "mid"]),
    ("gml", &["gml"]),
    ("dxf", &["dxf"]),
    ("ods", &["ods"]),
    ("parquet", &["parquet"]),
    ("shp", &["shp", "shx", "dbf", "prj", "cpg"]),
];
/// Damaged copies of each file.
const COPIES: u32 = 60;

/// Numbers that look random and are the same each time (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(limit.max(1)).expect("small")).expect("small")
    }
}

/// A file of each kind with areas and a few columns; `None`, said aloud, where `ogr2ogr` is not there to make some.
pub fn specimens(folder: &Path) -> Option<()> {
    let csv = folder.join("in.csv");
    let mut text = String::from("id;x;y;datum;gata;antal\n");
    for row in 0..40_u32 {
        let (x, y) = (580_000 + row * 30, 6_602_000 + row % 7 * 40);
        writeln!(text, "{row};{x};{y};2024-03-01;Åvägen;{row}").expect("a string takes it");
    }
    std::fs::write(&csv, text).expect("written");
    for ending in ["fgb", "tab", "dxf", "parquet", "shp"] {
        let out = folder.join(format!("a.{ending}"));
        let more = ["--min-points", "1", "--crs", "EPSG:3006", "--output", arg(&out)];
        run(&[&["analyse", "counts", "--input", arg(&csv)], more.as_slice()].concat()).ok();
    }
    for (driver, ending) in [("GML", "gml"), ("ODS", "ods"), ("MapInfo File", "mif")] {
        let (from, to) = (folder.join("a.shp"), folder.join(format!("a.{ending}")));
        let mut command = std::process::Command::new("ogr2ogr");
        command.args(["-q", "-f", driver, arg(&to), arg(&from)]);
        if ending == "mif" {
            command.args(["-dsco", "FORMAT=MIF"]);
        }
        if !command.status().is_ok_and(|status| status.success()) {
            println!("NOT RUN: damaged files (no ogr2ogr)");
            return None;
        }
    }
    for side in ["a.xsd", "a.gfs"] {
        let _ = std::fs::remove_file(folder.join(side));
    }
    Some(())
}

fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder).expect("a folder").flatten().map(|e| e.path()).collect();
    names.sort();
    names
}

/// Reads rows and shapes; whatever comes, it is a table or a sentence.
fn read(path: &Path) -> Result<usize, ReadError> {
    let said = |error: &ReadError| {
        let problem = texts::problem(error);
        assert!(texts::is_error(&problem.id), "{problem:?}");
        assert!(!problem.message.contains('\n') && !problem.message.contains('{'), "{problem:?}");
        assert!(problem.remedy.is_some_and(|remedy| remedy.len() > 10), "{}", problem.message);
    };
    if let Err(error) = ingest::shapes::read(path, None) {
        said(&error);
    }
    match ingest::read(path, &ReadOptions::default()) {
        Ok(tables) => Ok(tables.iter().map(ingest::Table::len).sum()),
        Err(error) => {
            said(&error);
            Err(error)
        }
    }
}

#[test]
fn damaged_copies_of_every_format_give_a_table_or_a_sentence() {
    let folder = folder();
    if specimens(folder.path()).is_none() {
        return;
    }
    let before = listing(folder.path());
    for (ending, parts) in SETS {
        let path = folder.path().join(format!("a.{ending}"));
        let whole_rows = read(&path).unwrap_or_else(|error| panic!("{ending}: {error}"));
        assert!(whole_rows > 3, "{ending}: {whole_rows}");
        let mut refused = 0;
        for part in parts {
            let file = path.with_extension(part);
            let whole = std::fs::read(&file).expect("read");
            for share in [0, 10, 50, 90, 99] {
                std::fs::write(&file, &whole[..whole.len() * share / 100]).expect("written");
                match read(&path) {
                    Ok(rows) => {
                        // What the rows rest on is whole, or what was cut off says nothing of them.
                        assert!(rows == whole_rows, "{ending}/{part} cut at {share} %: {rows} of {whole_rows} rows");
                    }
                    Err(_) => refused += 1,
                }
            }
            let mut dice = Dice(whole.len() as u64);
            for _ in 0..COPIES {
                let mut bytes = whole.clone();
                for _ in 0..=dice.below(6) {
                    let at = dice.below(bytes.len());
                    bytes[at] = match dice.below(3) {
                        0 => bytes[at] ^ (1 << dice.below(8)),
                        1 => 0xff,
                        _ => u8::try_from(dice.below(256)).expect("a byte"),
                    };
                }
                std::fs::write(&file, &bytes).expect("written");
                refused += usize::from(read(&path).is_err());
            }
            std::fs::write(&file, &whole).expect("written");
        }
        println!("{ending}: {refused} of {} refused", parts.len() * (5 + COPIES as usize));
        assert!(refused > 3, "{ending}");
        assert_eq!(listing(folder.path()), before, "{ending}: a side file was left");
    }
}

#[test]
fn the_wrong_kind_behind_the_right_ending_is_told_by_its_content() {
    let folder = folder();
    for (ending, _) in SETS {
        for (bytes, word) in [(b"a;b\n1;2\n".as_slice(), "text"), (b"\x89PNG\r\n\x1a\n0000", "bild"), (b"", "tom")] {
            let path = folder.path().join(format!("fel.{ending}"));
            std::fs::write(&path, bytes).expect("written");
            let problem = texts::problem(&read(&path).expect_err("is refused"));
            assert!(problem.message.contains(&format!("fel.{ending}")), "{}", problem.message);
            assert!(problem.message.contains(word), "{}", problem.message);
        }
    }
}
