//! What stands beside the town's events: areas with people, counts by area, measures done, speeds, slippery streets, faults.
//!
//! Which question it answers: do denominators, hidden numbers, totals and registers come out as they were planted? All random
//! numbers come from streams of their own, so that the rest of the town keeps its bytes. [`Facit`] tells the truths.
//!
//! Source: shapes of such tables as municipalities get and keep them; every number is invented.
#![allow(clippy::type_complexity, reason = "a table of a few columns that one function makes and reads")]

use std::collections::BTreeMap;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use serde::Serialize;

use super::plane::{Point, along, inside, length, real};
use super::sheet::{Cell, Sheet};
use super::{Error, Town, Use, csv, layers};
use crate::domain::random::Stream;
use crate::domain::{Layer, Passport};

/// Names of the files.
pub const FILES: [&str; 7] = [
    "omraden.gpkg",
    "brott_per_omrade.xlsx",
    "atgarder.xlsx",
    "hastighetsmatningar.csv",
    "halka.csv",
    "felanmalan.csv",
    "facit_omraden.json",
];

/// The year of the counts.
pub const YEAR: i16 = 2025;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"];
/// Types with their counts for each inhabitant and month: invented, of the order in which a town meets them.
const TYPES: [(&str, f64); 2] = [("Skadegörelse", 0.001_2), ("Stöld", 0.000_9)];
/// The area that has three times the town's rate, and the one that has a third of it.
const HOT: usize = 2;
const COLD: usize = 5;
/// Numbers from 1 to this are written as `<5` in the sheet that hides.
const HIDDEN_TO: u64 = 4;

/// An area: a quarter of the town with a code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Area {
    /// Code in the manner of a `DeSO`, of a municipality that does not exist.
    pub code: String,
    /// Name.
    pub name: String,
    /// People who live there.
    pub population: u64,
    /// Dwellings.
    pub dwellings: u64,
    #[serde(skip)]
    ring: Vec<Point>,
}

/// What was planted in the counts of one type.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Planted {
    /// Type.
    pub category: &'static str,
    /// Whether small numbers are written as `<5`.
    pub hides: bool,
    /// True number of the year by code of the area, hidden months included.
    pub counts: BTreeMap<String, u64>,
    /// Cells that are hidden, by code.
    pub hidden: BTreeMap<String, u64>,
    /// How many times the town's rate was planted, by code.
    pub factors: BTreeMap<String, f64>,
}

/// The truths.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Facit {
    /// Areas.
    pub areas: Vec<Area>,
    /// Counts.
    pub counts: Vec<Planted>,
    /// Row of the name that no area has, in the first sheet, and that name.
    pub unknown: (usize, String),
    /// The total that is wrong: row, what it says and what the parts make.
    pub wrong_total: (usize, u64, u64),
    /// Measures: read, with a place, with a cost without source, set aside.
    pub measures: [usize; 4],
    /// Measured 85-percentiles by street.
    pub speeds: BTreeMap<String, Vec<f64>>,
    /// Reports of slipperiness, gravel and holes in the year.
    pub surface: BTreeMap<&'static str, u64>,
    /// Reported faults by kind.
    pub faults: BTreeMap<&'static str, u64>,
}

/// The files of the surroundings, but for the layer of areas.
#[derive(Debug)]
pub struct Surroundings {
    /// File name to bytes.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// The truths.
    pub facit: Facit,
}

fn areas(town: &Town) -> Vec<Area> {
    let mut stream = Stream::new(town.seed, 21);
    (1_u32..)
        .zip(&town.districts)
        .map(|(number, district)| {
            let homes = town.buildings.iter().filter(|building| inside(building.rect.at(0.0, 0.0), &district.ring));
            let dwellings: u64 = homes
                .map(|building| match building.purpose {
                    Use::House => 1,
                    Use::Apartments | Use::Mixed => 6 * u64::from(building.floors),
                    _ => 0,
                })
                .sum();
            let people = (0..dwellings).map(|_| 1 + stream.below(3) as u64).sum::<u64>();
            Area {
                code: format!("0999C{}", 1000 + 10 * number),
                name: district.name.clone(),
                population: people,
                dwellings,
                ring: district.ring.clone(),
            }
        })
        .collect()
}

/// Makes all of it. Cost: some hundred thousand random numbers.
///
/// # Errors
/// [`Error::SampleWorkbookFailed`] where the workbook's writer refuses.
pub fn make(town: &Town) -> Result<Surroundings, Error> {
    let areas = areas(town);
    let (pages, counts, unknown, wrong_total) = counted(town, &areas);
    let (measures, measured) = measures(town);
    let (speeds, said) = speeds(town);
    let (slippery, surface) = surface(town);
    let (reported, faults) = faults(town);
    let facit = Facit { areas, counts, unknown, wrong_total, measures: measured, speeds: said, surface, faults };
    let json = serde_json::to_string_pretty(&facit).unwrap_or_default() + "\n";
    let book = |pages: &[Page]| {
        grids(pages, &town.name).map_err(|error| Error::SampleWorkbookFailed { cause: error.to_string() })
    };
    let files = vec![
        (FILES[1], book(&pages)?),
        (FILES[2], book(&[measures])?),
        (FILES[3], csv::bytes(&speeds)),
        (FILES[4], csv::bytes(&slippery)),
        (FILES[5], csv::bytes(&reported)),
        (FILES[6], json.into_bytes()),
    ];
    Ok(Surroundings { files, facit })
}

/// The layer of areas, with people and dwellings.
#[must_use]
pub fn area_layer(town: &Town, facit: &Facit, passport: &Passport) -> Layer {
    let rows: Vec<(String, String, [u64; 2], &[Point])> = facit
        .areas
        .iter()
        .map(|area| (area.code.clone(), area.name.clone(), [area.population, area.dwellings], area.ring.as_slice()))
        .collect();
    layers::areas_with_people(town, &rows, passport)
}

/// A sheet as it stands: rows of cells, titles included.
struct Page {
    name: String,
    rows: Vec<Vec<Cell>>,
}

fn grids(pages: &[Page], title: &str) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&made));
    let bold = Format::new().set_bold();
    for page in pages {
        let sheet = workbook.add_worksheet();
        sheet.set_name(&page.name)?;
        sheet.set_column_width(0, 24)?;
        for (row, cells) in (0_u32..).zip(&page.rows) {
            for (column, cell) in (0_u16..).zip(cells) {
                match cell {
                    Cell::Empty => {}
                    Cell::Number(number) => {
                        sheet.write_number(row, column, *number)?;
                    }
                    Cell::Text(text) if row == 0 => {
                        sheet.write_string_with_format(row, column, text, &bold)?;
                    }
                    Cell::Text(text) => {
                        sheet.write_string(row, column, text)?;
                    }
                }
            }
        }
    }
    workbook.save_to_buffer()
}

/// One sheet a type: titles, months as columns, a total a row and one for the municipality. The second hides small numbers.
fn counted(town: &Town, areas: &[Area]) -> (Vec<Page>, Vec<Planted>, (usize, String), (usize, u64, u64)) {
    let mut stream = Stream::new(town.seed, 22);
    let text = |text: &str| Cell::from(text);
    let whole = |number: u64| Cell::Number(real(usize::try_from(number).unwrap_or(0)));
    let (mut pages, mut planted) = (Vec::new(), Vec::new());
    let (mut unknown, mut wrong) = ((0, String::new()), (0, 0, 0));
    for (page, (category, rate)) in TYPES.iter().enumerate() {
        let hides = page == 1;
        let mut rows = vec![
            vec![text(&format!("Anmälda brott i {}: {}, {YEAR}", town.name, category.to_lowercase()))],
            vec![text("Källa: påhittad statistik, preliminära uppgifter")],
            Vec::new(),
        ];
        rows.push([text("Område")].into_iter().chain(MONTHS.map(text)).chain([text("Summa")]).collect());
        let mut found =
            Planted { category, hides, counts: BTreeMap::new(), hidden: BTreeMap::new(), factors: BTreeMap::new() };
        let mut sums = [0_u64; 12];
        for (at, area) in areas.iter().enumerate() {
            let factor = match at {
                HOT => 3.0,
                COLD => 1.0 / 3.0,
                _ => 1.0,
            };
            let months: Vec<u64> =
                (0..12).map(|_| (0..area.population).filter(|_| stream.chance(rate * factor)).count() as u64).collect();
            let sum: u64 = months.iter().sum();
            let hidden = |n: &u64| hides && (1..=HIDDEN_TO).contains(n);
            let cells = months.iter().map(|n| if hidden(n) { text("<5") } else { whole(*n) });
            // One total is wrong, in the sheet that hides nothing.
            let said = if !hides && at == 1 { sum + 7 } else { sum };
            rows.push([text(&area.name)].into_iter().chain(cells).chain([whole(said)]).collect());
            if said != sum {
                wrong = (rows.len(), said, sum);
            }
            for (total, n) in sums.iter_mut().zip(&months) {
                *total += n;
            }
            found.counts.insert(area.code.clone(), sum);
            found.hidden.insert(area.code.clone(), months.iter().filter(|n| hidden(n)).count() as u64);
            found.factors.insert(area.code.clone(), factor);
        }
        if !hides {
            // A name that is spelt as no area is.
            let name = format!("{}s", areas[0].name);
            rows.push([text(&name)].into_iter().chain((0..12).map(|_| whole(1))).chain([whole(12)]).collect());
            unknown = (rows.len(), name);
            for sum in &mut sums {
                *sum += 1;
            }
        }
        let all: u64 = sums.iter().sum();
        rows.push([text("Hela kommunen")].into_iter().chain(sums.map(whole)).chain([whole(all)]).collect());
        rows.push(vec![text("<5 = antalet är 1–4 och visas inte")]);
        pages.push(Page { name: (*category).to_owned(), rows });
        planted.push(found);
    }
    (pages, planted, unknown, wrong)
}

/// A place on a street, and its name.
fn on_street<'a>(town: &'a Town, stream: &mut Stream) -> (&'a str, Point) {
    let streets: Vec<_> =
        town.streets.iter().filter(|street| street.speed.is_some() && !street.name.is_empty()).collect();
    let street = streets[stream.below(streets.len())];
    let (at, _) = along(&street.line, stream.between(0.2, 0.8) * length(&street.line));
    (&street.name, at)
}

fn measures(town: &Town) -> (Page, [usize; 4]) {
    const KINDS: [(&str, f64); 5] = [
        ("Farthinder", 180_000.0),
        ("Refug", 350_000.0),
        ("Belysning", 420_000.0),
        ("Cykelöverfart", 610_000.0),
        ("Kamera", 95_000.0),
    ];
    let mut stream = Stream::new(town.seed, 23);
    let header = ["Åtgärdsnr", "Åtgärd", "Gata", "Klar", "Kostnad (kr)", "Källa", "E", "N", "Kommentar"];
    let mut rows = vec![vec![Cell::from("Genomförda åtgärder")], header.map(Cell::from).to_vec()];
    let (mut placed, mut unsourced, mut sum) = (0, 0, 0.0);
    let read = 40;
    for number in 0..read {
        let (kind, cost) = KINDS[stream.below(KINDS.len())];
        let (street, [east, north]) = on_street(town, &mut stream);
        let cost = (cost * stream.between(0.7, 1.4) / 100.0).round() * 100.0;
        let date = match number {
            // A day that does not exist.
            17 => "2023-02-30".to_owned(),
            n if n % 5 == 0 => format!("{}", 2018 + stream.below(8)),
            _ => format!("{}-{:02}", 2018 + stream.below(8), 1 + stream.below(12)),
        };
        let (has_place, has_source, is_kept) = (number % 8 != 7, number % 3 == 0, number != 17);
        sum += cost;
        if is_kept {
            placed += usize::from(has_place);
            unsourced += usize::from(!has_source);
        }
        let place = |value: f64| if has_place { Cell::Number(value) } else { Cell::Empty };
        rows.push(vec![
            Cell::from(format!("Å-{:03}", number + 1)),
            Cell::from(kind),
            Cell::from(street),
            Cell::from(date),
            Cell::Number(cost),
            Cell::from(if has_source { "Faktura" } else { "" }),
            place(east),
            place(north),
            Cell::from(if number % 4 == 0 { "Ring Anna om skylten" } else { "" }),
        ]);
    }
    rows.push(vec![Cell::from("Summa"), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Number(sum)]);
    (Page { name: "Åtgärder".to_owned(), rows }, [read, placed, unsourced, 1])
}

fn speeds(town: &Town) -> (Sheet, BTreeMap<String, Vec<f64>>) {
    let mut stream = Stream::new(town.seed, 24);
    let (mut rows, mut said): (Vec<Vec<Cell>>, BTreeMap<String, Vec<f64>>) = (Vec::new(), BTreeMap::new());
    for _ in 0..30 {
        let (street, [east, north]) = on_street(town, &mut stream);
        let value = (stream.between(28.0, 62.0) * 10.0).round() / 10.0;
        let adt = 100 * (3 + stream.below(80));
        said.entry(street.to_owned()).or_default().push(value);
        rows.push(vec![
            Cell::from(street),
            Cell::from(format!("{}-{:02}-{:02}", 2022 + stream.below(4), 1 + stream.below(12), 1 + stream.below(28))),
            Cell::from(format!("{value}").replace('.', ",")),
            Cell::from(adt.to_string()),
            Cell::from(format!("{east:.1}").replace('.', ",")),
            Cell::from(format!("{north:.1}").replace('.', ",")),
        ]);
    }
    (Sheet { name: "Mätningar", columns: &["Plats", "Datum", "85-percentil (km/h)", "ÅDT", "E", "N"], rows }, said)
}

fn surface(town: &Town) -> (Sheet, BTreeMap<&'static str, u64>) {
    let mut stream = Stream::new(town.seed, 25);
    let mut sums = BTreeMap::from([("halka", 0), ("grus", 0), ("hål", 0)]);
    let mut rows = Vec::new();
    for month in 1..=12 {
        for _ in 0..6 {
            let (street, _) = on_street(town, &mut stream);
            let winter = month <= 3 || month >= 11;
            let mut cell = |what: &'static str, most: usize| {
                let n = stream.below(most + 1);
                *sums.entry(what).or_default() += n as u64;
                if n == 0 { Cell::Empty } else { Cell::from(n.to_string()) }
            };
            let cells = [
                cell("halka", if winter { 6 } else { 0 }),
                cell("grus", if month == 4 { 8 } else { 1 }),
                cell("hål", 3),
            ];
            rows.push(
                [Cell::from(street), Cell::from(format!("{YEAR}-{month:02}"))].into_iter().chain(cells).collect(),
            );
        }
    }
    (Sheet { name: "Underlag", columns: &["Gata", "Månad", "Halka", "Grus", "Hål"], rows }, sums)
}

fn faults(town: &Town) -> (Sheet, BTreeMap<&'static str, u64>) {
    const KINDS: [&str; 5] = ["Trasig lampa", "Hål i vägen", "Klotter", "Nedskräpning", "Skymd sikt"];
    let mut stream = Stream::new(town.seed, 26);
    let (mut rows, mut sums): (Vec<Vec<Cell>>, BTreeMap<&'static str, u64>) = (Vec::new(), BTreeMap::new());
    for number in 0..120 {
        let (street, [east, north]) = on_street(town, &mut stream);
        let kind = KINDS[stream.below(KINDS.len())];
        *sums.entry(kind).or_default() += 1;
        rows.push(vec![
            Cell::from(format!("F{YEAR}-{:04}", number + 1)),
            Cell::from(format!("{YEAR}-{:02}-{:02}", 1 + stream.below(12), 1 + stream.below(28))),
            Cell::from(kind),
            Cell::from(format!("Hej, mvh Kim Exempel 070-000 00 {:02}", number % 100)),
            Cell::from(street),
            Cell::from(format!("{east:.1}").replace('.', ",")),
            Cell::from(format!("{north:.1}").replace('.', ",")),
        ]);
    }
    let columns = &["Ärendenr", "Inkom", "Kategori", "Beskrivning", "Adress", "E", "N"];
    (Sheet { name: "Felanmälan", columns, rows }, sums)
}
