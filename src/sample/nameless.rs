//! Damage reports that say where only by name: misspelt, old, shared, abbreviated, unknown, or not at all.

use serde::Serialize;

use super::buildings::Building;
use super::damages::{DAMAGE_COLUMNS, kronor};
use super::kinds::Months;
use super::losses::{LOSSES, OFFICES};
use super::objects::{Object, is_shared, shared};
use super::sheet::{Cell, Sheet};
use super::streets::{Class, Street};
use super::when::{day, weighted};
use crate::domain::random::Stream;

/// File of these reports; with those of the other file they are 5,000.
pub const NAMELESS: &str = "skaderapporter_utan_koordinater.csv";
/// File with what each of them means.
pub const MEANINGS: &str = "facit_platser.json";
/// Number of reports.
const ROWS: usize = 2_616;
const WARM: Months = [6, 6, 7, 8, 10, 11, 10, 11, 9, 8, 7, 7];

/// How a report says where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manner {
    /// The name as the register has it, but for case and space.
    Name,
    /// The number of the object.
    Number,
    /// Abbreviated or with other punctuation.
    Abbreviated,
    /// Without dots and rings.
    Undotted,
    /// One letter astray.
    OneSlip,
    /// Two letters astray.
    TwoSlips,
    /// An earlier name.
    Earlier,
    /// The name with more behind it.
    Longer,
    /// A name that several objects share, and nothing that tells them apart.
    Shared,
    /// The same with the property.
    SharedWithProperty,
    /// A thing without a name of its own, at an address.
    Address,
    /// The same on a street.
    Street,
    /// A property.
    Property,
    /// Something that is in no register.
    Unknown,
    /// Nothing.
    Silent,
}

/// What a report means.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Meaning {
    /// `Ärendenr`.
    pub key: String,
    /// How it says where.
    pub manner: Manner,
    /// Id of the place that is meant; `None` where no register has it.
    pub place: Option<String>,
    /// Ids of property and address that are the same spot.
    pub spot: Vec<String>,
}

/// What all of them mean.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Meanings {
    /// Names that several objects share, with how many do.
    pub shared: std::collections::BTreeMap<String, usize>,
    /// A report each.
    pub rows: Vec<Meaning>,
}

/// Names that no register has; some are near to one that it has.
const STRANGERS: [(&str, usize); 16] = [
    ("Förskolan Solstrålen", 0),
    ("Förskolan Blåklinten", 0),
    ("Förskolan Pärlbandet", 0),
    ("Förskolan Svalan", 0),
    ("Gruppbostaden Vallmogården", 4),
    ("Gruppbostaden Hasselbacken", 4),
    ("Äldreboendet Rosengården", 4),
    ("Äldreboendet Lindängen", 4),
    ("Fritidsgården Magasinet", 1),
    ("Lekplatsen Drakberget", 1),
    ("Lekplatsen Vagnen", 1),
    ("Reningsverket", 2),
    ("Pumpstation 14", 2),
    ("Återvinningscentralen", 2),
    ("Badbryggan", 1),
    ("Båtbryggan", 1),
];

const SHARES: [(Manner, u32); 15] = [
    (Manner::Name, 34),
    (Manner::Number, 4),
    (Manner::Abbreviated, 5),
    (Manner::Undotted, 4),
    (Manner::OneSlip, 15),
    (Manner::TwoSlips, 5),
    (Manner::Earlier, 6),
    (Manner::Longer, 3),
    (Manner::Shared, 5),
    (Manner::SharedWithProperty, 3),
    (Manner::Address, 6),
    (Manner::Street, 3),
    (Manner::Property, 3),
    (Manner::Unknown, 3),
    (Manner::Silent, 1),
];

/// A letter astray in the longest word; digits and first letters stay.
fn slip(stream: &mut Stream, name: &str) -> String {
    let words: Vec<&str> = name.split(' ').collect();
    let lettered = |word: &&str| word.chars().all(char::is_alphabetic);
    let Some(longest) = words.iter().filter(|word| lettered(word)).max_by_key(|word| word.chars().count()) else {
        return name.to_owned();
    };
    let mut letters: Vec<char> = longest.chars().collect();
    if letters.len() < 4 {
        return name.to_owned();
    }
    let at = 1 + stream.below(letters.len() - 2);
    match stream.below(4) {
        0 if letters[at] != letters[at + 1] => letters.swap(at, at + 1),
        1 => {
            letters.remove(at);
        }
        2 => letters.insert(at, letters[at]),
        _ => {
            let other = ['a', 'e', 'i', 'n', 'r', 's', 't', 'l'][stream.below(8)];
            letters[at] = if other == letters[at] { 'o' } else { other };
        }
    }
    let wrong: String = letters.into_iter().collect();
    name.replacen(*longest, &wrong, 1)
}

fn abbreviated(name: &str) -> String {
    let short = [("gatan", "g."), ("vägen", "v."), ("gränd", "gr."), ("Förskolan", "Fsk"), ("skolan", "sk.")];
    match short.iter().find(|(long, _)| name.contains(long)) {
        Some((long, short)) => name.replacen(long, short, 1),
        None => format!("\"{}\"", name.replace(' ', "-")),
    }
}

fn undotted(name: &str) -> String {
    let plain = |c: char| match c {
        'å' | 'ä' => 'a',
        'ö' => 'o',
        'Å' | 'Ä' => 'A',
        'Ö' => 'O',
        other => other,
    };
    name.chars().map(plain).collect()
}

/// The id that a register gives a property or address.
fn id(kind: &str, text: &str, town: Option<&str>) -> String {
    let fold = if kind == "fastighet" { undotted(&text.to_lowercase()) } else { text.to_lowercase() };
    let town = town.map(|town| format!(", {}", town.to_lowercase())).unwrap_or_default();
    format!("{kind}:{fold}{town}")
}

/// What a row says and means, before it is written.
struct Told {
    object: String,
    property: String,
    address: String,
    office: usize,
    place: Option<String>,
    spot: Vec<String>,
}

struct Scene<'a> {
    town: &'a str,
    objects: &'a [Object],
    buildings: &'a [Building],
    properties: &'a [Option<String>],
    streets: &'a [Street],
}

impl Scene<'_> {
    /// A report of a registered object under some name of it.
    fn of_object(&self, object: &Object, written: String) -> Told {
        let mut spot = vec![id("fastighet", &object.property, None)];
        if !object.address.is_empty() {
            spot.push(id("adress", &object.address, Some(self.town)));
        }
        Told {
            object: written,
            property: String::new(),
            address: String::new(),
            office: object.office,
            place: Some(format!("objekt:{}", object.number)),
            spot,
        }
    }

    fn tell(&self, manner: Manner, stream: &mut Stream) -> Option<Told> {
        let some = |stream: &mut Stream, fits: &dyn Fn(&Object) -> bool| -> Option<&Object> {
            let fitting: Vec<&Object> = self.objects.iter().filter(|object| fits(object)).collect();
            stream.pick(&fitting).copied()
        };
        let own = |object: &Object| !is_shared(self.objects, &object.name);
        let house = |stream: &mut Stream| {
            let fits = |index: &usize| {
                let building = &self.buildings[*index];
                building.address.ends_with(|c: char| c.is_ascii_digit()) && self.properties[*index].is_some()
            };
            let all: Vec<usize> = (0..self.buildings.len()).filter(fits).collect();
            stream.pick(&all).copied()
        };
        let thing = |stream: &mut Stream| match stream.below(3) {
            0 => format!("Elskåp {:04}", stream.below(900)),
            1 => format!("Belysningsstolpe {:04}", stream.below(2_000)),
            _ => "Papperskorg".to_owned(),
        };
        let none = |object: String, office: usize| Told {
            object,
            property: String::new(),
            address: String::new(),
            office,
            place: None,
            spot: Vec::new(),
        };
        Some(match manner {
            Manner::Name
            | Manner::Abbreviated
            | Manner::Undotted
            | Manner::OneSlip
            | Manner::TwoSlips
            | Manner::Longer => {
                // Flats are many; other objects are reported more often.
                let flat = stream.chance(0.25);
                let object = some(stream, &|object| own(object) && (object.class == "Bostadshus") == flat)?;
                let written = match manner {
                    Manner::Abbreviated => abbreviated(&object.name),
                    Manner::Undotted => undotted(&object.name),
                    Manner::OneSlip => slip(stream, &object.name),
                    Manner::TwoSlips => {
                        let once = slip(stream, &object.name);
                        slip(stream, &once)
                    }
                    Manner::Longer => format!("{}, hus {}", object.name, ["A", "B", "C"][stream.below(3)]),
                    _ => match stream.below(5) {
                        0 => object.name.to_uppercase(),
                        1 => format!(" {}  ", object.name.to_lowercase()),
                        _ => object.name.clone(),
                    },
                };
                let mut told = self.of_object(object, written);
                // One report in a hundred names another property.
                if stream.chance(0.55) {
                    let other = if stream.chance(0.01) { some(stream, &|_| true)? } else { object };
                    other.property.clone_into(&mut told.property);
                }
                if stream.chance(0.4) {
                    object.address.clone_into(&mut told.address);
                }
                told
            }
            Manner::Number => {
                let object = some(stream, &own)?;
                self.of_object(object, object.number.clone())
            }
            Manner::Earlier => {
                let object = some(stream, &|object| !object.earlier.is_empty())?;
                self.of_object(object, object.earlier[0].clone())
            }
            Manner::Shared | Manner::SharedWithProperty => {
                let object = some(stream, &|object| !own(object))?;
                let mut told = self.of_object(object, object.name.clone());
                if manner == Manner::SharedWithProperty {
                    object.property.clone_into(&mut told.property);
                }
                told
            }
            Manner::Address => {
                let address = self.buildings[house(stream)?].address.clone();
                let place = Some(id("adress", &address, Some(self.town)));
                Told { address, place, ..none(thing(stream), 2) }
            }
            Manner::Street => {
                let named: Vec<&Street> =
                    self.streets.iter().filter(|street| !matches!(street.class, Class::Roundabout)).collect();
                let street = stream.pick(&named)?.name.clone();
                Told { address: street, ..none(thing(stream), 2) }
            }
            Manner::Property => {
                let property = self.properties[house(stream)?].clone()?;
                let place = Some(id("fastighet", &property, None));
                Told { property, place, ..none(String::new(), 4) }
            }
            Manner::Unknown => {
                let (name, office) = *stream.pick(&STRANGERS)?;
                none(name.to_owned(), office)
            }
            Manner::Silent => none(String::new(), 4),
        })
    }
}

/// The reports and what they mean.
pub fn write(
    town: &str,
    (objects, properties): (&[Object], &[Option<String>]),
    buildings: &[Building],
    streets: &[Street],
    stream: &mut Stream,
) -> (Sheet, Meanings) {
    let scene = Scene { town, objects, buildings, properties, streets };
    let (mut rows, mut meanings) = (Vec::new(), Vec::new());
    while rows.len() < ROWS {
        let manner = SHARES[weighted(stream, SHARES.iter().map(|share| share.1))].0;
        let Some(told) = scene.tell(manner, stream) else { continue };
        let number = format!("SN-{:05}", rows.len() + 1);
        let loss = &LOSSES[weighted(stream, LOSSES.iter().map(|loss| loss.share[0]))];
        let office = if stream.chance(0.08) { stream.below(OFFICES.len()) } else { told.office };
        let has_office = stream.chance(0.9);
        let happened = day(stream, &WARM, (2018, 2025), false);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below a million kronor")]
        let cost = stream.between(loss.cost.0, loss.cost.1 / 4.0) as u64 * 100;
        let text = stream.pick(loss.texts[0]).copied().unwrap_or_default();
        rows.push(vec![
            Cell::from(number.as_str()),
            Cell::from(happened.to_string()),
            Cell::from(happened.to_string()),
            Cell::from(if has_office { OFFICES[office].0 } else { "" }),
            Cell::from(if has_office { OFFICES[office].1 } else { "" }),
            Cell::from(told.object),
            Cell::from(told.property),
            Cell::from(told.address),
            Cell::Empty,
            Cell::Empty,
            Cell::from(loss.name),
            Cell::from(stream.pick(loss.causes).copied().unwrap_or_default()),
            Cell::from(text),
            Cell::from(if stream.chance(loss.police) { "Ja" } else { "Nej" }),
            Cell::from(kronor(cost)),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::from("Avslutat"),
        ]);
        meanings.push(Meaning { key: number, manner, place: told.place, spot: told.spot });
    }
    let sheet = Sheet { name: "Skaderapporter", columns: DAMAGE_COLUMNS, rows };
    (sheet, Meanings { shared: shared(objects), rows: meanings })
}
