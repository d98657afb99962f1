//! The registers of places that the town keeps: objects with their earlier names, properties, addresses.

use std::collections::BTreeMap;

use super::Point;
use super::buildings::{Building, Use};
use super::losses::{OFFICES, TRACTS};
use super::sheet::{Cell, Sheet};
use crate::domain::random::Stream;

/// File of the registers: a sheet each for objects, properties and addresses.
pub const REGISTER: &str = "platsregister.xlsx";

/// A thing that the municipality answers for.
#[derive(Debug, Clone)]
pub struct Object {
    /// Number in the register.
    pub number: String,
    /// Name; a few share one.
    pub name: String,
    /// Earlier names.
    pub earlier: Vec<String>,
    /// Fastighetsbeteckning.
    pub property: String,
    /// Address with a number, or empty.
    pub address: String,
    /// Office (position in [`OFFICES`]).
    pub office: usize,
    /// Sort of object.
    pub class: &'static str,
    /// Where it is.
    pub at: Point,
}

/// Endings of names of places for children, homes and the like: kind, class, office, and words.
const FAMILIES: [(&str, &str, usize, &[&str]); 5] = [
    (
        "Förskolan",
        "Förskola",
        0,
        &[
            "Solrosen",
            "Blåsippan",
            "Ekorren",
            "Nyckelpigan",
            "Smultronet",
            "Trollskogen",
            "Regnbågen",
            "Gläntan",
            "Kastanjen",
            "Sländan",
            "Igelkotten",
            "Vitsippan",
            "Pärlan",
            "Tussilagon",
            "Vattendroppen",
            "Svalboet",
        ],
    ),
    (
        "Gruppbostaden",
        "Gruppbostad",
        4,
        &[
            "Ljungheden",
            "Vallmon",
            "Humlegården",
            "Kvarnbacken",
            "Slånbäret",
            "Hagtornet",
            "Åkerbäret",
            "Backsippan",
            "Fjällsippan",
            "Mandelblomman",
        ],
    ),
    (
        "Äldreboendet",
        "Äldreboende",
        4,
        &["Solgläntan", "Strandgården", "Lindhaga", "Rosenlund", "Fyrklövern", "Kaptensgården"],
    ),
    (
        "Fritidsgården",
        "Fritidsgård",
        1,
        &["Kvarnen", "Stallbacken", "Origo", "Hamnmagasinet", "Verkstaden", "Källaren"],
    ),
    (
        "Lekplatsen",
        "Lekplats",
        1,
        &[
            "Draken",
            "Sjörövaren",
            "Rymdraketen",
            "Trädkojan",
            "Kojbacken",
            "Snigeln",
            "Gungan",
            "Klätterberget",
            "Vågen",
            "Elefanten",
            "Grodan",
            "Sagoskogen",
        ],
    ),
];

/// Words for earlier names.
const OLD: [&str; 24] = [
    "Fabrikens barnkrubba",
    "Västra folkskolan",
    "Sjukstugan",
    "Epidemisjukhuset",
    "Telegrafhuset",
    "Tullkammaren",
    "Mejeriet",
    "Bryggeriet",
    "Repslagarbanan",
    "Kallbadhuset",
    "Ålderdomshemmet",
    "Fattighuset",
    "Läroverket",
    "Brandstationen vid torget",
    "Flickskolan",
    "Tändsticksfabriken",
    "Gjuteriet",
    "Sockerbruket",
    "Lasarettet",
    "Gästgivaregården",
    "Kronomagasinet",
    "Exercishuset",
    "Hushållsskolan",
    "Slöjdskolan",
];

/// Names that several objects share: name, class, office of each.
const SHARED: [(&str, &str, &[usize]); 7] = [
    ("Klubbhus", "Klubbhus", &[1, 1, 4]),
    ("Servicebyggnad", "Servicebyggnad", &[2, 2, 2]),
    ("Lekplatsen Eken", "Lekplats", &[1, 1]),
    ("Förskolan Gullvivan", "Förskola", &[0, 0]),
    ("Gymnastiksalen", "Idrott", &[0, 1]),
    ("Förrådet", "Förråd", &[1, 2, 4, 4]),
    ("Idrottsparken", "Idrott", &[1, 1]),
];

/// A property's number out of how many there are already: `Provet 3:17`.
fn property(count: usize) -> String {
    format!("{} {}:{}", TRACTS[count % TRACTS.len()], 1 + count / 5 % 9, 2 + count / 45)
}

/// The objects, and the property of each building (its own or none).
pub fn objects(buildings: &[Building], stream: &mut Stream) -> (Vec<Object>, Vec<Option<String>>) {
    let mut objects: Vec<Object> = Vec::new();
    let mut properties: Vec<Option<String>> = Vec::new();
    for building in buildings {
        let count = properties.iter().flatten().count();
        properties.push((building.purpose != Use::Outbuilding).then(|| property(count)));
    }
    let mut add = |name: String, class: &'static str, office: usize, index: usize, earlier: Vec<String>| {
        let building = &buildings[index];
        let address = if building.address.ends_with(|c: char| c.is_ascii_digit()) { &building.address } else { "" };
        objects.push(Object {
            number: format!("{}", 1_001 + objects.len()),
            name,
            earlier,
            property: properties[index].clone().unwrap_or_default(),
            address: address.to_owned(),
            office,
            class,
            at: super::plane::cm(building.rect.centre),
        });
    };
    let of = |purposes: &[Use]| -> Vec<usize> {
        (0..buildings.len()).filter(|&index| purposes.contains(&buildings[index].purpose)).collect()
    };
    let mut old = OLD.iter();
    for index in of(&[Use::School, Use::Public, Use::Station, Use::Church]) {
        let Some(name) = buildings[index].name.clone() else { continue };
        let (class, office) = match buildings[index].purpose {
            Use::School => ("Skola", 0),
            Use::Station => ("Station", 2),
            _ => ("Samhällsfunktion", 1),
        };
        let earlier = old.next().map(|name| (*name).to_owned()).filter(|_| stream.chance(0.6));
        add(name, class, office, index, earlier.into_iter().collect());
    }
    for index in of(&[Use::Apartments]) {
        add(format!("Bostadshus {}", buildings[index].address), "Bostadshus", 3, index, Vec::new());
    }
    // The rest stands in houses and premises, none of them twice.
    let mut free = of(&[Use::House, Use::Mixed, Use::Business]);
    let mut seat = |stream: &mut Stream| free.swap_remove(stream.below(free.len()));
    for (kind, class, office, words) in FAMILIES {
        for word in words {
            let earlier = if stream.chance(0.3) { old.next().map(|name| (*name).to_owned()) } else { None };
            let at = seat(stream);
            add(format!("{kind} {word}"), class, office, at, earlier.into_iter().collect());
        }
    }
    for (name, class, offices) in SHARED {
        for office in offices {
            let at = seat(stream);
            add(name.to_owned(), class, *office, at, Vec::new());
        }
    }
    (objects, properties)
}

/// Whether several objects have this name.
pub fn is_shared(objects: &[Object], name: &str) -> bool {
    objects.iter().filter(|object| object.name == name).count() > 1
}

/// Names that several objects share, with how many do.
pub fn shared(objects: &[Object]) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for object in objects {
        *counts.entry(object.name.clone()).or_default() += 1;
    }
    counts.retain(|_, count| *count > 1);
    counts
}

/// The three sheets. Every ninth object has no coordinates: its property or address tells where it is.
pub fn sheets(town: &str, objects: &[Object], buildings: &[Building], properties: &[Option<String>]) -> Vec<Sheet> {
    let [e, n] = [0, 1];
    let own = |(row, object): (usize, &Object)| {
        let bare = row % 9 == 8;
        let coordinate = |axis: usize| if bare { Cell::Empty } else { Cell::Number(object.at[axis]) };
        vec![
            Cell::from(object.number.as_str()),
            Cell::from(object.name.as_str()),
            Cell::from(object.earlier.join("; ")),
            Cell::from(object.property.as_str()),
            Cell::from(object.address.as_str()),
            Cell::from(OFFICES[object.office].0),
            Cell::from(OFFICES[object.office].1),
            Cell::from(object.class),
            coordinate(n),
            coordinate(e),
        ]
    };
    let centre = |building: &Building| super::plane::cm(building.rect.centre);
    let ground = buildings.iter().zip(properties).filter_map(|(building, property)| {
        let at = centre(building);
        Some(vec![Cell::from(property.as_deref()?), Cell::Number(at[n]), Cell::Number(at[e])])
    });
    let door = |building: &Building| {
        let at = super::plane::cm(building.rect.at(0.0, -1.0));
        vec![Cell::from(building.address.as_str()), Cell::from(town), Cell::Number(at[n]), Cell::Number(at[e])]
    };
    let numbered = buildings.iter().filter(|building| building.address.ends_with(|c: char| c.is_ascii_digit()));
    vec![
        Sheet {
            name: "Objekt",
            columns: &[
                "Objektnr",
                "Objektnamn",
                "Tidigare namn",
                "Fastighetsbeteckning",
                "Adress",
                "Förvaltning",
                "Verksamhet",
                "Objekttyp",
                "N-koordinat",
                "E-koordinat",
            ],
            rows: objects.iter().enumerate().map(own).collect(),
        },
        Sheet {
            name: "Fastigheter",
            columns: &["Fastighetsbeteckning", "N-koordinat", "E-koordinat"],
            rows: ground.collect(),
        },
        Sheet {
            name: "Adresser",
            columns: &["Adress", "Postort", "N-koordinat", "E-koordinat"],
            rows: numbered.map(door).collect(),
        },
    ]
}
