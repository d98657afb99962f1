//! Dirt in the accident register: every defect that real exports show, planted a known number of times.
//!
//! One accident gets one defect, never one at a hotspot. Defects that belong to a person are planted in accidents with
//! one person, so that counting accidents and counting persons agree.

use std::collections::{BTreeMap, BTreeSet};

use super::accidents::{Accident, Reported};
use super::kinds::{BIKE_ALONE, FALL};
use super::plane::distance;
use super::sheet::{Cell, Sheet};
use super::truth::{Defect, Dirty, WORKBOOK};
use crate::domain::random::Stream;

/// The neighbour municipality that some persons' rows name. There is none.
const NEIGHBOUR: &str = "Grannvik";
/// Number of accidents without coordinates.
const UNPLACED: usize = 24;

/// The two sheets while dirt is planted.
struct Register<'a> {
    accidents: &'a [Accident],
    rows: &'a mut Sheet,
    persons: &'a mut Sheet,
    /// Rows of `Personer` by accident number.
    of: BTreeMap<u32, Vec<usize>>,
    used: BTreeSet<usize>,
    found: Vec<Dirty>,
}

impl Register<'_> {
    /// An accident that is neither planted nor dirty and that the condition takes.
    fn pick(&mut self, stream: &mut Stream, wanted: impl Fn(&Self, usize) -> bool) -> Option<usize> {
        let open = |index: &usize| self.accidents[*index].planted.is_none() && !self.used.contains(index);
        let candidates: Vec<usize> =
            (0..self.accidents.len()).filter(open).filter(|&index| wanted(self, index)).collect();
        let chosen = stream.pick(&candidates).copied()?;
        self.used.insert(chosen);
        Some(chosen)
    }

    fn persons_of(&self, index: usize) -> &[usize] {
        self.of.get(&self.accidents[index].number).map_or(&[], Vec::as_slice)
    }

    fn single(&self, index: usize) -> bool {
        self.persons_of(index).len() == 1
    }

    fn note(&mut self, persons: bool, row: usize, column: Option<&'static str>, defect: Defect) {
        let sheet = if persons { &*self.persons } else { &*self.rows };
        let cell = |name: &str| sheet.cell(row, name).text();
        self.found.push(Dirty {
            file: WORKBOOK,
            sheet: Some(sheet.name),
            row: row + 2,
            line: None,
            key: cell("Olycksnummer"),
            column,
            value: column.map(cell),
            defect,
            treatment: defect.treatment(),
        });
    }

    /// Notes that the persons of an accident are set aside with it.
    fn note_persons(&mut self, index: usize) {
        for row in self.persons_of(index).to_vec() {
            self.note(true, row, Some("Olycksnummer"), Defect::AccidentQuarantined);
        }
    }

    fn set(&mut self, index: usize, column: &'static str, cell: impl Into<Cell>, defect: Defect) {
        self.rows.set(index, column, cell);
        self.note(false, index, Some(column), defect);
        self.note_persons(index);
    }
}

fn by_number(persons: &Sheet) -> BTreeMap<u32, Vec<usize>> {
    let mut of: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for row in 0..persons.rows.len() {
        if let Ok(number) = persons.cell(row, "Olycksnummer").text().parse() {
            of.entry(number).or_default().push(row);
        }
    }
    of
}

/// Plants the dirt in the two sheets and tells where it is.
pub fn soil(accidents: &[Accident], rows: &mut Sheet, persons: &mut Sheet, stream: &mut Stream) -> Vec<Dirty> {
    let of = by_number(persons);
    let mut register = Register { accidents, rows, persons, of, used: BTreeSet::new(), found: Vec::new() };
    // First, because it moves the rows below.
    lose_persons(&mut register, stream);
    impossible_dates(&mut register, stream);
    bad_coordinates(&mut register, stream);
    differing_sheets(&mut register, stream);
    odd_persons(&mut register, stream);
    for _ in 0..2 {
        if let Some(index) = register.pick(stream, Register::single) {
            let code = "Q7 (annan händelse)";
            register.rows.set(index, "Olyckstyp", code);
            for row in register.persons_of(index).to_vec() {
                register.persons.set(row, "Olyckstyp", code);
            }
            register.note(false, index, Some("Olyckstyp"), Defect::UnknownType);
        }
    }
    for _ in 0..UNPLACED {
        if let Some(index) = register.pick(stream, |_, _| true) {
            register.rows.set(index, "X-koordinat", Cell::Empty);
            register.rows.set(index, "Y-koordinat", Cell::Empty);
            register.note(false, index, Some("X-koordinat"), Defect::Unplaced);
        }
    }
    late_rows(&mut register, stream);
    let mut found = register.found;
    found.sort_by_key(|dirty| (dirty.sheet, dirty.row, dirty.defect));
    found
}

fn lose_persons(register: &mut Register<'_>, stream: &mut Stream) {
    let mut lost = Vec::new();
    for _ in 0..4 {
        if let Some(index) = register.pick(stream, Register::single) {
            lost.push(index);
        }
    }
    let gone: BTreeSet<usize> = lost.iter().flat_map(|&index| register.persons_of(index).to_vec()).collect();
    let mut row = 0;
    register.persons.rows.retain(|_| {
        row += 1;
        !gone.contains(&(row - 1))
    });
    register.of = by_number(register.persons);
    for index in lost {
        register.note(false, index, Some("Olycksnummer"), Defect::NoPersons);
    }
}

fn impossible_dates(register: &mut Register<'_>, stream: &mut Stream) {
    for (month, day, column) in [(2, 30, "Dag"), (13, 5, "Månad"), (6, 31, "Dag")] {
        let Some(index) = register.pick(stream, |_, _| true) else { continue };
        register.rows.set(index, "Månad", Cell::Number(f64::from(month)));
        register.rows.set(index, "Dag", Cell::Number(f64::from(day)));
        for row in register.persons_of(index).to_vec() {
            register.persons.set(row, "Månad", Cell::Number(f64::from(month)));
            register.persons.set(row, "Dag", Cell::Number(f64::from(day)));
        }
        register.note(false, index, Some(column), Defect::ImpossibleDate);
        register.note_persons(index);
    }
}

fn bad_coordinates(register: &mut Register<'_>, stream: &mut Stream) {
    if let Some(index) = register.pick(stream, |_, _| true) {
        // A digit that someone could not read.
        let mut text = register.rows.cell(index, "X-koordinat").text();
        text.replace_range(4..5, "?");
        register.set(index, "X-koordinat", text, Defect::UnreadableCoordinate);
    }
    if let Some(index) = register.pick(stream, |_, _| true) {
        register.set(index, "Y-koordinat", "se karta", Defect::UnreadableCoordinate);
    }
    for column in ["X-koordinat", "Y-koordinat"] {
        if let Some(index) = register.pick(stream, |_, _| true) {
            register.set(index, column, Cell::Empty, Defect::HalfCoordinate);
        }
    }
    // Places in Brandenburg and in the Tyrrhenian Sea, when read as SWEREF 99 TM.
    for [north, east] in [[5_820_100.0, 390_200.0], [4_455_000.5, 430_000.5]] {
        if let Some(index) = register.pick(stream, |_, _| true) {
            register.rows.set(index, "Y-koordinat", Cell::Number(east));
            register.set(index, "X-koordinat", Cell::Number(north), Defect::OutsideCountry);
        }
    }
    for _ in 0..2 {
        if let Some(index) = register.pick(stream, |_, _| true) {
            register.rows.set(index, "Y-koordinat", Cell::Number(0.0));
            register.set(index, "X-koordinat", Cell::Number(0.0), Defect::ZeroCoordinate);
        }
    }
}

fn differing_sheets(register: &mut Register<'_>, stream: &mut Stream) {
    for _ in 0..3 {
        let fall =
            |register: &Register<'_>, index: usize| register.single(index) && register.accidents[index].kind == FALL;
        if let Some(index) = register.pick(stream, fall) {
            let row = register.persons_of(index)[0];
            register.persons.set(row, "Olyckstyp", "F (fotgängare-motorfordon)");
            register.note(false, index, Some("Olyckstyp"), Defect::TypeDiffers);
        }
        if let Some(index) = register.pick(stream, Register::single) {
            let row = register.persons_of(index)[0];
            let day = register.accidents[index].day.day();
            register.persons.set(row, "Dag", Cell::Number(f64::from(if day == 1 { 2 } else { day - 1 })));
            register.note(false, index, Some("Dag"), Defect::DateDiffers);
        }
        if let Some(index) = register.pick(stream, Register::single) {
            let row = register.persons_of(index)[0];
            register.persons.set(row, "Kommun", NEIGHBOUR);
            register.note(false, index, Some("Kommun"), Defect::MunicipalityDiffers);
        }
    }
}

/// A bicycle single of one ordinary bicycle, told of by a hospital only.
fn plain_bike(register: &Register<'_>, index: usize) -> bool {
    let accident = &register.accidents[index];
    accident.kind == BIKE_ALONE
        && register.single(index)
        && accident.reported == Reported::Hospital
        && register.persons.cell(register.persons_of(index)[0], "Sammanvägd Trafikantkategori - Undergrupp").text()
            == "Cykel"
}

fn odd_persons(register: &mut Register<'_>, stream: &mut Stream) {
    for _ in 0..4 {
        let both = |register: &Register<'_>, index: usize| {
            register.single(index) && register.accidents[index].reported == Reported::Both
        };
        if let Some(index) = register.pick(stream, both) {
            let row = register.persons_of(index)[0];
            register.persons.set(row, "Trafikantkategori (S) - Undergrupp", "Moped klass II");
            // Where the police say the same moped, it is the hospital that saw a bicycle.
            if register.persons.cell(row, "Trafikantkategori (P) - Undergrupp").text() == "Moped klass II" {
                register.persons.set(row, "Trafikantkategori (S) - Undergrupp", "Cykel");
            }
            register.note(true, row, Some("Trafikantkategori (S) - Undergrupp"), Defect::CategoryConflict);
        }
    }
    for _ in 0..3 {
        if let Some(index) = register.pick(stream, plain_bike) {
            let row = register.persons_of(index)[0];
            register.persons.set(row, "Trafikantroll (S)", "Passagerare bak");
            register.note(false, index, Some("Olyckstyp"), Defect::PassengersOnly);
        }
    }
    for text in [
        "Körde omkull med elsparkcykel.\nSlog i hakan.",
        "Ramlade med elsparkscykel vid trottoarkanten.\nSår på knäet.",
        "Åkte hyrd elscotter, däcket fastnade.\nSökte vård samma dag.",
        "Föll från en voi i nedförsbacke.\nBar inte hjälm.",
    ] {
        if let Some(index) = register.pick(stream, plain_bike) {
            let row = register.persons_of(index)[0];
            register.persons.set(row, "Händelseförlopp (S)", text);
            register.note(true, row, Some("Händelseförlopp (S)"), Defect::ScooterInText);
        }
    }
}

/// Rows that came in late and stand last: duplicates, orphans, second persons.
fn late_rows(register: &mut Register<'_>, stream: &mut Stream) {
    for _ in 0..2 {
        let Some(index) = register.pick(stream, |_, _| true) else { continue };
        let mut copy = register.rows.rows[index].clone();
        copy[register.rows.column("Olycksväg/-gata")] = Cell::from("Okänd väg");
        copy[register.rows.column("Platstyp")] = Cell::from("Annan");
        register.rows.rows.push(copy);
        let row = register.rows.rows.len() - 1;
        register.note(false, row, Some("Olycksnummer"), Defect::DuplicateNumber);
    }
    let mut next = register.accidents.last().map_or(0, |accident| accident.number);
    let mut taken: Vec<usize> = Vec::new();
    for _ in 0..3 {
        // Far from each other, so that the copies cannot make a crowd.
        let wanted = |register: &Register<'_>, index: usize| {
            let accident = &register.accidents[index];
            plain_bike(register, index)
                && accident.hour.is_some()
                && taken.iter().all(|&other| distance(register.accidents[other].at, accident.at) > 120.0)
                && !matches!(register.persons.cell(register.persons_of(index)[0], "Ålder"), Cell::Empty)
        };
        let Some(index) = register.pick(stream, wanted) else { continue };
        taken.push(index);
        next += 11;
        let mut accident = register.rows.rows[index].clone();
        let reference = format!("R-{}", next % 100_000);
        accident[0] = Cell::from(next);
        accident[1] = Cell::from(reference.as_str());
        let mut person = register.persons.rows[register.persons_of(index)[0]].clone();
        person[0] = Cell::from(next);
        person[1] = Cell::from(reference);
        register.rows.rows.push(accident);
        register.persons.rows.push(person);
        let row = register.persons.rows.len() - 1;
        register.note(true, row, Some("Olycksnummer"), Defect::SamePerson);
    }
    for number in 0..4 {
        let Some(index) = register.pick(stream, plain_bike) else { continue };
        let mut person = register.persons.rows[register.persons_of(index)[0]].clone();
        person[0] = Cell::from(next + 5_000 + number);
        person[register.persons.column("Ålder")] = Cell::from(91 + number);
        register.persons.rows.push(person);
        let row = register.persons.rows.len() - 1;
        register.note(true, row, Some("Olycksnummer"), Defect::OrphanPerson);
    }
    for _ in 0..3 {
        let Some(index) = register.pick(stream, plain_bike) else { continue };
        let mut person = register.persons.rows[register.persons_of(index)[0]].clone();
        person[register.persons.column("Ålder")] = Cell::Number(5.0);
        person[register.persons.column("Trafikantroll (S)")] = Cell::from("Passagerare bak");
        register.persons.rows.push(person);
        register.note(false, index, Some("Olyckstyp"), Defect::SingleWithTwo);
    }
}
