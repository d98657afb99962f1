//! From tables to events: rows are grouped into events, read field by field, and each becomes an event or a place in
//! quarantine. Pure. Every row comes out exactly once.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::Table;
use super::binding::Binding;
use super::cells::{Fault, Place, Row, severity_of};
use super::identity::{Occurrences, content_of};
use super::mapping::{Field, Mapping, PersonField};
use super::outcome::{Outcome, Part, Rejected, Warnings};
use super::strada;
use super::values::{self, DateOrder, folded, known};
use crate::crs::AxisOrder;
use crate::domain::passport::hex;
use crate::domain::{Element, Event, Person, Severity, Source, category};

/// One table with the mapping laid over it.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// The rows.
    pub table: &'a Table,
    /// The mapping laid over them.
    pub binding: Binding,
    identifying: Vec<usize>,
}

impl<'a> Sheet<'a> {
    /// Lays the mapping over the table.
    #[must_use]
    pub fn new(mapping: &Mapping, table: &'a Table) -> Self {
        let binding = Binding::new(mapping, table);
        let identifying = binding.identifying(table).collect();
        Self { table, binding, identifying }
    }

    fn row<'b>(&'b self, mapping: &'b Mapping, row: usize) -> Row<'b> {
        Row { mapping, table: self.table, binding: &self.binding, row }
    }

    fn key(&self, row: usize) -> Option<&'a str> {
        known(self.table.cell(row, *self.binding.fields.get(&Field::Id)?))
    }
}

/// How the numbers of the file are to be read.
pub struct Reading<'a> {
    /// Order of day and month where the year is last.
    pub date_order: Option<DateOrder>,
    /// Which of the (easting, northing) columns holds the easting.
    pub axes: AxisOrder,
    /// From the file's system to the store's.
    pub place: &'a Place<'a>,
}

/// Rows of one event.
struct Group {
    row: usize,
    persons: Vec<usize>,
    /// Whether an earlier row of the file has the same key; its persons are attached there.
    repeated: bool,
}

/// Turns the rows of an event sheet, and of a person sheet where there is one, into outcomes, in the file's order.
///
/// Cost O(rows); memory beside the tables: an index of the person sheet's keys, 20 bytes a row without key.
pub struct Assembler<'a> {
    mapping: &'a Mapping,
    events: Sheet<'a>,
    persons: Option<Sheet<'a>>,
    reading: Reading<'a>,
    groups: std::vec::IntoIter<Group>,
    orphans: std::vec::IntoIter<usize>,
    broken: std::vec::IntoIter<(u32, String)>,
    ready: VecDeque<Outcome>,
    occurrences: Occurrences,
    rejected: Occurrences,
    strada: Option<strada::Checks>,
    /// What was met on the way; complete when the iterator is at its end.
    pub warnings: Warnings,
}

impl<'a> Assembler<'a> {
    /// Groups the rows. In a table with a row a person (and no person sheet) rows with equal keys are one event.
    #[must_use]
    pub fn new(mapping: &'a Mapping, events: Sheet<'a>, persons: Option<Sheet<'a>>, reading: Reading<'a>) -> Self {
        let mut warnings = Warnings::default();
        let mut by_key: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut orphans = Vec::new();
        if let Some(sheet) = &persons {
            for row in 0..sheet.table.len() {
                match sheet.key(row) {
                    Some(key) => by_key.entry(key).or_default().push(row),
                    None => orphans.push(row),
                }
            }
        }
        let flat = persons.is_none() && events.binding.has_persons();
        let mut groups: Vec<Group> = Vec::new();
        let mut first: HashMap<&str, usize> = HashMap::new();
        for row in 0..events.table.len() {
            let key = events.key(row);
            let earlier = key.and_then(|key| first.get(key).copied());
            match earlier {
                Some(group) if flat => groups[group].persons.push(row),
                _ => {
                    let own =
                        if flat { vec![row] } else { key.and_then(|key| by_key.get(key).cloned()).unwrap_or_default() };
                    if let (Some(key), None) = (key, earlier) {
                        first.insert(key, groups.len());
                    }
                    groups.push(Group { row, persons: own, repeated: earlier.is_some() });
                }
            }
        }
        if let Some(sheet) = &persons {
            let lost =
                by_key.iter().filter(|(key, _)| !first.contains_key(*key)).flat_map(|(_, rows)| rows.iter().copied());
            orphans.extend(lost);
            orphans.sort_unstable();
            for group in groups.iter().filter(|group| group.persons.is_empty()) {
                warnings.add("warn-accident-without-persons", events.table.row_number(group.row));
            }
            for row in &orphans {
                warnings.add("warn-person-without-accident", sheet.table.row_number(*row));
            }
        }
        let broken: Vec<(u32, String)> = events.table.broken.iter().map(|row| (row.row, row.raw.clone())).collect();
        let strada = mapping.checks.iter().any(|family| family == "strada").then(strada::Checks::default);
        Self {
            mapping,
            events,
            persons,
            reading,
            groups: groups.into_iter(),
            orphans: orphans.into_iter(),
            broken: broken.into_iter(),
            ready: VecDeque::new(),
            occurrences: Occurrences::default(),
            rejected: Occurrences::default(),
            strada,
            warnings,
        }
    }

    fn person_sheet(&self) -> &Sheet<'a> {
        self.persons.as_ref().unwrap_or(&self.events)
    }

    fn reject(&mut self, part: Part, row: usize, fault: Fault) {
        let sheet = if part == Part::Person { self.person_sheet() } else { &self.events };
        let content = content_of(&[(sheet.table, row, &sheet.identifying)]);
        let (table, read) = (sheet.table, sheet.row(self.mapping, row));
        let mut rejected = Rejected {
            part,
            id: String::new(),
            system: self.mapping.system.clone(),
            file: table.file.clone(),
            sheet: table.sheet.clone(),
            row: read.number(),
            column: fault.column.map(|column| table.columns[column].clone()),
            value: fault.column.map(|column| table.cell(row, column).to_owned()),
            reason: fault.reason,
            cells: read.cells(),
        };
        rejected.id = format!("K{}", self.rejected.keyless(&content));
        self.ready.push_back(Outcome::Rejected(Box::new(rejected)));
    }

    fn take(&mut self, group: &Group) {
        match self.event(group) {
            Ok((event, closes)) => self.ready.push_back(Outcome::Event { event: Box::new(event), closes }),
            Err(fault) => {
                self.reject(Part::Event, group.row, fault);
                if !group.repeated && self.counts_persons() {
                    for &row in &group.persons {
                        self.reject(Part::Person, row, Fault { reason: "reason-accident-quarantined", column: None });
                    }
                }
            }
        }
    }

    /// Whether rows of persons are counted: they have a sheet or columns of their own.
    fn counts_persons(&self) -> bool {
        self.persons.is_some() || self.events.binding.has_persons()
    }

    fn event(&mut self, group: &Group) -> Result<(Event, Vec<String>), Fault> {
        let mapping = self.mapping;
        let row = Row { mapping, table: self.events.table, binding: &self.events.binding, row: group.row };
        let number = row.number();
        let time = row.time(self.reading.date_order)?;
        let position = row.position(self.reading.axes, self.reading.place)?;
        let cost = row.cost()?;
        let warnings = &mut self.warnings;
        if position.is_none() {
            warnings.add("warn-unplaced", number);
        }
        if time.is_none() {
            warnings.add("warn-undated", number);
        }
        let category_text = row.field(Field::Category).map(str::to_owned);
        let code = category_text.as_deref().map_or(category::UNKNOWN, |text| mapping.category_of(text));
        if code == category::UNKNOWN && category_text.is_some() {
            warnings.add("warn-unknown-category", number);
        }
        let sheet = self.persons.as_ref().unwrap_or(&self.events);
        let mut persons = Vec::new();
        if !group.repeated && (self.persons.is_some() || self.events.binding.has_persons()) {
            persons.extend(group.persons.iter().map(|&index| person(mapping, sheet, index, warnings)));
        }
        let stated = [Field::Severity, Field::SeverityPolice, Field::SeverityHospital]
            .map(|field| row.severity(field, warnings));
        let worst = stated.into_iter().find(|degree| *degree != Severity::Unknown);
        let severity = worst.or_else(|| persons.iter().map(|person| person.severity).min()).unwrap_or_default();
        let mut attributes: BTreeMap<String, String> = row.kodstrang(warnings).into_iter().collect();
        let known_cell = |column: usize| known(self.events.table.cell(group.row, column)).map(str::to_owned);
        attributes.extend(
            self.events.binding.keep.iter().filter_map(|(name, column)| Some((name.clone(), known_cell(*column)?))),
        );
        let free_text = free_text(&self.events, group.row, sheet, &group.persons);
        let mut identifying = vec![(self.events.table, group.row, self.events.identifying.as_slice())];
        let own_rows = group.persons.iter().filter(|index| self.persons.is_some() || **index != group.row);
        identifying.extend(own_rows.map(|&index| (sheet.table, index, sheet.identifying.as_slice())));
        let content = content_of(&identifying);
        let key = self.events.key(group.row).map(str::to_owned);
        let key = key.unwrap_or_else(|| self.occurrences.keyless(&content));
        let mended = |sheet: &Sheet<'_>, row: usize| {
            sheet.binding.closes.and_then(|column| known(sheet.table.cell(row, column))).map(str::to_owned)
        };
        let mut closes: Vec<String> = mended(&self.events, group.row).into_iter().collect();
        closes.extend(group.persons.iter().filter_map(|&index| mended(sheet, index)));
        let mut elements: BTreeMap<u32, Element> = BTreeMap::new();
        for person in &persons {
            if let Some(number) = person.element {
                elements.entry(number).or_insert_with(|| Element { number, mode: person.mode.clone() });
            }
        }
        let event = Event {
            id: format!("{}:{key}", mapping.system),
            kind: mapping.kind,
            category: code.to_owned(),
            category_text,
            time,
            position,
            severity,
            cost,
            street: row.field(Field::Street).map(str::to_owned),
            secrecy: mapping.secrecy,
            source: Source {
                system: mapping.system.clone(),
                file: self.events.table.file.clone(),
                sheet: self.events.table.sheet.clone(),
                row: number,
            },
            elements: elements.into_values().collect(),
            persons,
            attributes,
            free_text,
            content: hex(&content),
        };
        // A repeated number is present or goes to quarantine: its first row has been checked.
        if let Some(checks) = self.strada.as_mut().filter(|_| !group.repeated) {
            let rows = std::iter::once(row).chain(group.persons.iter().map(|&index| sheet.row(mapping, index)));
            checks.event(&event, rows, &mut self.warnings);
        }
        Ok((event, closes))
    }
}

impl Iterator for Assembler<'_> {
    type Item = Outcome;

    fn next(&mut self) -> Option<Outcome> {
        loop {
            if let Some(outcome) = self.ready.pop_front() {
                return Some(outcome);
            }
            if let Some(group) = self.groups.next() {
                self.take(&group);
            } else if let Some(row) = self.orphans.next() {
                let column = self.person_sheet().binding.fields.get(&Field::Id).copied();
                self.reject(Part::Person, row, Fault { reason: "reason-person-without-accident", column });
            } else if let Some((row, raw)) = self.broken.next() {
                let content: [u8; 32] = {
                    use sha2::{Digest, Sha256};
                    Sha256::digest(raw.as_bytes()).into()
                };
                let id = format!("K{}", self.rejected.keyless(&content));
                let (file, sheet) = (self.events.table.file.clone(), self.events.table.sheet.clone());
                let cells = vec![("rad".to_owned(), raw)];
                let system = self.mapping.system.clone();
                let reason = "reason-broken-row";
                let part = Part::Event;
                return Some(Outcome::Rejected(Box::new(Rejected {
                    part,
                    id,
                    system,
                    file,
                    sheet,
                    row,
                    column: None,
                    value: None,
                    reason,
                    cells,
                })));
            } else {
                return None;
            }
        }
    }
}

fn free_text(events: &Sheet<'_>, row: usize, persons: &Sheet<'_>, person_rows: &[usize]) -> BTreeMap<String, String> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let rows = std::iter::once((events, row)).chain(person_rows.iter().map(|&index| (persons, index)));
    for (sheet, row) in rows {
        for (name, column) in &sheet.binding.free_text {
            if let Some(text) = known(sheet.table.cell(row, *column)) {
                let list = texts.entry(name.clone()).or_default();
                if !list.iter().any(|other| other == text) {
                    list.push(text.to_owned());
                }
            }
        }
    }
    texts.into_iter().map(|(name, list)| (name, list.join("\n\n"))).collect()
}

fn person(mapping: &Mapping, sheet: &Sheet<'_>, row: usize, warnings: &mut Warnings) -> Person {
    let number = sheet.table.row_number(row);
    let cell = |field: PersonField| known(sheet.table.cell(row, *sheet.binding.persons.get(&field)?));
    let text = |field: PersonField| cell(field).map(str::to_owned);
    let mut small = |field: PersonField, id: &'static str, highest: i64| {
        let cell = cell(field)?;
        let value = values::whole(cell).filter(|value| (0..=highest).contains(value));
        if value.is_none() {
            warnings.add(id, number);
        }
        value.and_then(|value| u32::try_from(value).ok())
    };
    let age = small(PersonField::Age, "warn-unreadable-age", 120);
    let mais = small(PersonField::Mais, "warn-unreadable-mais", 6).and_then(|mais| u8::try_from(mais).ok());
    let element = small(PersonField::Element, "warn-unreadable-element", 10_000);
    let reported =
        |field| cell(field).is_some_and(|text| !matches!(folded(text).as_str(), "nej" | "0" | "false" | "n"));
    let sources = match (reported(PersonField::PoliceReport), reported(PersonField::HospitalReport)) {
        (true, true) => Some("båda"),
        (true, false) => Some("polis"),
        (false, true) => Some("sjukvård"),
        (false, false) => None,
    };
    Person {
        age,
        sex: cell(PersonField::Sex).map(folded),
        mode: text(PersonField::Mode),
        mode_detail: text(PersonField::ModeDetail),
        mode_police: text(PersonField::ModePolice),
        mode_hospital: text(PersonField::ModeHospital),
        role: text(PersonField::RolePolice).or_else(|| text(PersonField::RoleHospital)),
        conflict: text(PersonField::Conflict),
        severity: cell(PersonField::Severity)
            .map_or(Severity::Unknown, |word| severity_of(mapping, word, number, warnings)),
        mais,
        element,
        reported_by: sources.map(str::to_owned),
    }
}
