//! The accident register: rows of the sheets `Olyckor` and `Personer`.

use super::accident_spots::AccidentSpot;
use super::accidents::{Accident, Reported};
use super::kinds::KINDS;
use super::people::{Human, involved};
use super::sheet::{Cell, Sheet};
use super::stories::tell;
use super::streets::Street;
use crate::domain::random::Stream;

/// The county of the sample town. There is no such county.
pub const COUNTY: &str = "Exempel län";

/// Columns of the sheet `Olyckor`.
pub const ACCIDENT_COLUMNS: &[&str] = &[
    "Olycksnummer",
    "Referens",
    "Olyckstyp",
    "År",
    "Månad",
    "Dag",
    "Veckodag",
    "Klockslag grupp (timme)",
    "Län",
    "Kommun",
    "Olycksväg/-gata",
    "X-koordinat",
    "Y-koordinat",
    "Platstyp",
    "Väghållare",
    "Hastighetsgräns",
    "Väglag",
    "Väderlek",
    "Ljusförhållande",
];

/// Columns of the sheet `Personer`.
pub const PERSON_COLUMNS: &[&str] = &[
    "Olycksnummer",
    "Referens",
    "Olyckstyp",
    "År",
    "Månad",
    "Dag",
    "Klockslag grupp (timme)",
    "Län",
    "Kommun",
    "Olycksväg/-gata",
    "Ålder",
    "Kön",
    "Sammanvägd Trafikantkategori - Huvudgrupp",
    "Sammanvägd Trafikantkategori - Undergrupp",
    "Trafikantkategori (P) - Undergrupp",
    "Trafikantkategori (S) - Undergrupp",
    "Trafikantroll (P)",
    "Trafikantroll (S)",
    "I Konflikt med - Undergrupp",
    "Trafikelement Nr (P)",
    "Polisrapport",
    "Sjukvårdsrapport",
    "MAIS",
    "Sammanvägd skadegrad",
    "Händelseförlopp (P)",
    "Händelseförlopp (S)",
];

const WEEKDAYS: [&str; 7] = ["Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag", "Lördag", "Söndag"];

/// Writes the rows: one per accident, one per person in the same order.
pub fn write(
    town: &str,
    streets: &[Street],
    spots: &[AccidentSpot],
    accidents: &[Accident],
    stream: &mut Stream,
) -> (Sheet, Sheet) {
    let mut rows = Vec::new();
    let mut persons = Vec::new();
    for accident in accidents {
        let school = accident.planted.is_some_and(|spot| spots[spot].habit.school);
        rows.push(accident_row(town, streets, accident));
        for human in involved(accident, school, stream) {
            let texts = tell(accident, &human, stream);
            persons.push(person_row(town, streets, accident, &human, texts));
        }
    }
    (
        Sheet { name: "Olyckor", columns: ACCIDENT_COLUMNS, rows },
        Sheet { name: "Personer", columns: PERSON_COLUMNS, rows: persons },
    )
}

fn number(value: Option<impl Into<f64>>) -> Cell {
    value.map_or(Cell::Empty, |value| Cell::Number(value.into()))
}

fn reference(accident: &Accident) -> Cell {
    Cell::from(format!("R{:02}-{}", accident.day.year() % 100, accident.number % 100_000))
}

fn accident_row(town: &str, streets: &[Street], accident: &Accident) -> Vec<Cell> {
    let street = &streets[accident.street];
    let weekday = usize::try_from(accident.day.weekday().to_monday_zero_offset()).unwrap_or(0);
    let [light, road, sky] = accident.conditions;
    vec![
        Cell::from(accident.number),
        reference(accident),
        Cell::from(KINDS[accident.kind].code),
        Cell::Number(f64::from(accident.day.year())),
        Cell::Number(f64::from(accident.day.month())),
        Cell::Number(f64::from(accident.day.day())),
        Cell::from(WEEKDAYS[weekday]),
        number(accident.hour),
        Cell::from(COUNTY),
        Cell::from(town),
        Cell::from(street.name.as_str()),
        // X is north and Y is east, as Swedish surveyors have it.
        Cell::Number(accident.at[1]),
        Cell::Number(accident.at[0]),
        Cell::from(accident.place),
        Cell::from(street.keeper.label()),
        number(street.speed),
        Cell::from(road),
        Cell::from(sky),
        Cell::from(light),
    ]
}

fn person_row(town: &str, streets: &[Street], accident: &Accident, human: &Human, texts: [String; 2]) -> Vec<Cell> {
    let police = human.reported != Reported::Hospital;
    let hospital = human.reported != Reported::Police;
    let only = |when: bool, text: &str| if when { Cell::from(text) } else { Cell::Empty };
    let yes = |when: bool| Cell::from(if when { "Ja" } else { "Nej" });
    let [by_police, by_hospital] = texts;
    vec![
        Cell::from(accident.number),
        reference(accident),
        Cell::from(KINDS[accident.kind].code),
        Cell::Number(f64::from(accident.day.year())),
        Cell::Number(f64::from(accident.day.month())),
        Cell::Number(f64::from(accident.day.day())),
        number(accident.hour),
        Cell::from(COUNTY),
        Cell::from(town),
        Cell::from(streets[accident.street].name.as_str()),
        number(human.age),
        Cell::from(human.sex),
        Cell::from(human.mode.0),
        Cell::from(human.mode.1),
        only(police, human.mode.1),
        only(hospital, human.mode.1),
        only(police, human.role),
        only(hospital, human.role),
        Cell::from(human.conflict),
        if police { Cell::from(human.element) } else { Cell::Empty },
        yes(police),
        yes(hospital),
        number(human.injury.mais(human.reported)),
        Cell::from(human.injury.label(human.reported)),
        Cell::from(by_police),
        Cell::from(by_hospital),
    ]
}
