//! The register as it is searched: by number, property, address, and names near and part.

use std::collections::{BTreeMap, HashMap};

use super::Wanted;
use super::evidence::{Evidence, Likeness, misspelt};
use super::grams::Grams;
use super::normal::{self, Address, Name};
use crate::domain::{PlaceKind, RegisterPlace};

/// Most names that a word may stand in and still find parts of names.
const RARE: usize = 60;
/// Most places of one name, street or property that are looked at.
const MANY: usize = 200;

/// What is compared of a place.
#[derive(Debug)]
struct Prepared {
    kind: PlaceKind,
    /// Place in the order of ids.
    order: u32,
    named: bool,
    number: Option<String>,
    property: Option<String>,
    addresses: Vec<String>,
    department: Option<String>,
}

/// A name of a place.
#[derive(Debug)]
struct Called {
    name: Name,
    /// Places of that name: number, and whether it is an earlier or other name of it.
    places: Vec<(u32, bool)>,
}

/// The register, ready to be searched.
#[derive(Debug)]
pub struct Index {
    places: Vec<Prepared>,
    names: Vec<Called>,
    by_folded: HashMap<String, Vec<u32>>,
    near: Grams,
    by_word: HashMap<String, Vec<u32>>,
    by_number: HashMap<String, Vec<u32>>,
    by_property: HashMap<String, Vec<u32>>,
    by_address: HashMap<String, Vec<u32>>,
    streets: Vec<Name>,
    by_street: HashMap<String, u32>,
    near_streets: Grams,
    /// Places of the kind street, by number of the street.
    street_places: Vec<Vec<u32>>,
}

fn number_key(text: &str) -> Option<String> {
    let key: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let key = key.trim_start_matches('0');
    (!key.is_empty()).then(|| key.to_owned())
}

impl Index {
    /// The index of these places.
    pub fn new(places: &[RegisterPlace]) -> Self {
        let mut ids: Vec<(&str, u32)> = (0..).zip(places).map(|(number, place)| (place.id.as_str(), number)).collect();
        ids.sort_unstable();
        let mut order = vec![0_u32; places.len()];
        for (rank, (_, number)) in (0..).zip(ids) {
            order[number as usize] = rank;
        }
        let mut index = Self {
            places: Vec::with_capacity(places.len()),
            names: Vec::new(),
            by_folded: HashMap::new(),
            near: Grams::default(),
            by_word: HashMap::new(),
            by_number: HashMap::new(),
            by_property: HashMap::new(),
            by_address: HashMap::new(),
            streets: Vec::new(),
            by_street: HashMap::new(),
            near_streets: Grams::default(),
            street_places: Vec::new(),
        };
        let mut known: HashMap<(String, String), u32> = HashMap::new();
        for ((number, place), order) in (0_u32..).zip(places).zip(order) {
            index.add(number, place, order, &mut known);
        }
        index.near = Grams::new(index.names.iter().map(|called| called.name.folded.as_str()));
        index.near_streets = Grams::new(index.streets.iter().map(|street| street.folded.as_str()));
        for (at, called) in (0_u32..).zip(&index.names) {
            index.by_folded.entry(called.name.folded.clone()).or_default().push(at);
            for word in called.name.folded.split(' ').filter(|word| word.chars().count() >= 4) {
                let list = index.by_word.entry(word.to_owned()).or_default();
                if list.last() != Some(&at) {
                    list.push(at);
                }
            }
        }
        index
    }

    fn add(&mut self, number: u32, place: &RegisterPlace, order: u32, known: &mut HashMap<(String, String), u32>) {
        let is_named = matches!(place.kind, PlaceKind::Object | PlaceKind::Named);
        if is_named {
            let now = place.name.iter().map(|name| (name, false));
            for (text, earlier) in now.chain(place.earlier.iter().map(|name| (name, true))) {
                let Some(name) = Name::of(text) else { continue };
                let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
                let at = *known.entry((name.plain.clone(), name.canonical.clone())).or_insert(next);
                if at == next {
                    self.names.push(Called { name, places: Vec::new() });
                }
                let list = &mut self.names[at as usize].places;
                if list.last().is_none_or(|(last, _)| *last != number) {
                    list.push((number, earlier));
                }
            }
        }
        let put = |map: &mut HashMap<String, Vec<u32>>, key: &str| {
            let list = map.entry(key.to_owned()).or_default();
            if list.last() != Some(&number) {
                list.push(number);
            }
        };
        let object = place.object.as_deref().and_then(number_key);
        if let Some(key) = &object {
            put(&mut self.by_number, key);
        }
        let property = place.property.as_deref().and_then(normal::property);
        if let Some(key) = &property {
            put(&mut self.by_property, key);
        }
        let mut addresses = Vec::new();
        let street_name = (place.kind == PlaceKind::Street).then_some(place.name.as_ref()).flatten();
        for text in place.addresses.iter().chain(street_name) {
            let Some(address) = Address::of(text) else { continue };
            let next = u32::try_from(self.streets.len()).unwrap_or(u32::MAX);
            let street = *self.by_street.entry(address.street.folded.clone()).or_insert(next);
            if street == next {
                self.streets.push(address.street.clone());
                self.street_places.push(Vec::new());
            }
            if place.kind == PlaceKind::Street {
                self.street_places[street as usize].push(number);
            }
            if let Some(key) = address.key() {
                put(&mut self.by_address, &key);
                addresses.push(key);
            }
        }
        self.places.push(Prepared {
            kind: place.kind,
            order,
            named: is_named && place.name.is_some(),
            number: object,
            property,
            addresses,
            department: place.department.as_deref().and_then(Name::of).map(|name| name.folded),
        });
    }

    /// The kind of a place.
    pub fn kind(&self, place: u32) -> PlaceKind {
        self.places[place as usize].kind
    }

    /// Where a place stands in the order of ids.
    pub fn order(&self, place: u32) -> u32 {
        self.places[place as usize].order
    }

    /// Whether the two are one spot told by two registers: an address or property, and an object that stands there.
    pub fn same_spot(&self, one: u32, other: u32) -> bool {
        let (a, b) = (&self.places[one as usize], &self.places[other as usize]);
        let ground = |place: &Prepared| matches!(place.kind, PlaceKind::Property | PlaceKind::Address);
        let property = a.property.is_some() && a.property == b.property;
        let address = a.addresses.iter().any(|address| b.addresses.contains(address));
        let street = |place: &Prepared| place.kind == PlaceKind::Street;
        one == other || (ground(a) || ground(b)) && (property || address) || street(a) != street(b)
    }

    /// Every place that something speaks for, with all that speaks for and against it, the strongest first.
    pub fn candidates(&self, wanted: &Wanted) -> Vec<(u32, Vec<Evidence>)> {
        let mut found: BTreeMap<u32, Vec<Evidence>> = BTreeMap::new();
        let name = wanted.name.as_deref().and_then(Name::of);
        let number = wanted.number.as_deref().and_then(number_key).filter(|key| self.by_number.contains_key(key));
        let in_name = wanted.name.as_deref().and_then(|name| self.number_in(name));
        let number = number.or(in_name);
        // A text that is the number and nothing else is no name.
        let only_number = wanted.name.as_deref().and_then(number_key).is_some_and(|key| Some(key) == number);
        let name = name.filter(|_| !only_number);
        let property = wanted.property.as_deref().and_then(normal::property).map(|key| self.known_property(key));
        let address = wanted.address.as_deref().and_then(Address::of);
        if let Some(name) = &name {
            self.by_name(name, &mut found);
        }
        for place in number.iter().filter_map(|key| self.by_number.get(key)).flatten() {
            found.entry(*place).or_default().push(Evidence::Number);
        }
        for place in property.iter().filter_map(|key| self.by_property.get(key)).flatten().take(MANY) {
            found.entry(*place).or_default().push(Evidence::Property);
        }
        if let Some(address) = &address {
            self.by_address(address, &mut found);
        }
        let department = wanted.department.as_deref().and_then(Name::of).map(|name| name.folded);
        let key = address.as_ref().and_then(Address::key);
        for (place, evidence) in &mut found {
            self.against(*place, evidence, name.is_some(), number.as_deref(), property.as_deref(), key.as_deref());
            let strength = |piece: &Evidence| piece.factors(false).weight;
            evidence.sort_by(|a, b| strength(b).total_cmp(&strength(a)).then_with(|| a.cmp(b)));
            let own = &self.places[*place as usize].department;
            if let (Some(own), Some(wanted)) = (own, &department) {
                evidence.push(if own == wanted { Evidence::Department } else { Evidence::OtherDepartment });
            }
        }
        found.into_iter().collect()
    }

    /// A number of an object that stands first in a name: `1042 Björkskolan`.
    fn number_in(&self, name: &str) -> Option<String> {
        let first = name.split_whitespace().next()?;
        let key = number_key(first)?;
        (first.bytes().any(|b| b.is_ascii_digit()) && self.by_number.contains_key(&key)).then_some(key)
    }

    /// The property as the register has it: a municipality's name before the tract is left out where that finds it.
    fn known_property(&self, key: String) -> String {
        if self.by_property.contains_key(&key) {
            return key;
        }
        match key.split_once(' ') {
            Some((_, rest)) if rest.contains(' ') && self.by_property.contains_key(rest) => rest.to_owned(),
            _ => key,
        }
    }

    fn by_name(&self, wanted: &Name, found: &mut BTreeMap<u32, Vec<Evidence>>) {
        let generic = wanted.is_generic();
        let mut best: BTreeMap<u32, (Likeness, bool)> = BTreeMap::new();
        let mut take = |called: &Called, likeness: Likeness| {
            for &(place, earlier) in called.places.iter().take(MANY) {
                let entry = best.entry(place).or_insert((likeness, earlier));
                *entry = (*entry).min((likeness, earlier));
            }
        };
        for &at in self.by_folded.get(&wanted.folded).into_iter().flatten() {
            let called = &self.names[at as usize];
            take(called, alike(wanted, &called.name));
        }
        let exact = self.by_folded.contains_key(&wanted.folded);
        if !exact {
            for near in self.near.nearest(&wanted.folded) {
                let called = &self.names[near.name as usize];
                take(called, misspelt(&wanted.folded, &called.name.folded, near.edits));
            }
            for word in wanted.folded.split(' ').filter(|word| word.chars().count() >= 4) {
                let list = self.by_word.get(word).filter(|list| list.len() <= RARE);
                for &at in list.into_iter().flatten() {
                    let called = &self.names[at as usize];
                    if within(&wanted.folded, &called.name.folded) || within(&called.name.folded, &wanted.folded) {
                        take(called, Likeness::Part);
                    }
                }
            }
        }
        for (place, (likeness, earlier)) in best {
            found.entry(place).or_default().push(Evidence::Name { likeness, earlier, generic });
        }
    }

    fn by_address(&self, wanted: &Address, found: &mut BTreeMap<u32, Vec<Evidence>>) {
        let exact = self.by_street.get(&wanted.street.folded).copied();
        let streets: Vec<(u32, Likeness)> = if let Some(street) = exact {
            vec![(street, alike(&wanted.street, &self.streets[street as usize]))]
        } else {
            let like = |name: u32, edits| misspelt(&wanted.street.folded, &self.streets[name as usize].folded, edits);
            let near = self.near_streets.nearest(&wanted.street.folded);
            near.into_iter().map(|near| (near.name, like(near.name, near.edits))).collect()
        };
        for (street, likeness) in streets {
            let folded = &self.streets[street as usize].folded;
            let mut hit = false;
            if let Some(number) = &wanted.number {
                let bare = number.trim_end_matches(char::is_alphabetic);
                let list = |number: &str| {
                    self.by_address
                        .get(&normal::key(folded, number))
                        .map(|list| (list, number != wanted.number.as_deref().unwrap_or("")))
                };
                if let Some((list, letter)) = list(number).or_else(|| list(bare)) {
                    hit = !letter;
                    for &place in list.iter().take(MANY) {
                        found.entry(place).or_default().push(Evidence::Address { likeness, letter });
                    }
                }
            }
            if !hit {
                for &place in &self.street_places[street as usize] {
                    found.entry(place).or_default().push(Evidence::Street { likeness });
                }
            }
        }
    }

    /// What speaks against a candidate: fields that both tell and that differ.
    fn against(
        &self,
        place: u32,
        evidence: &mut Vec<Evidence>,
        named: bool,
        number: Option<&str>,
        property: Option<&str>,
        address: Option<&str>,
    ) {
        let own = &self.places[place as usize];
        let has = |evidence: &[Evidence], test: fn(&Evidence) -> bool| evidence.iter().any(test);
        if named && own.named && !has(evidence, |piece| matches!(piece, Evidence::Name { .. })) {
            evidence.push(Evidence::OtherName);
        }
        if number.is_some() && own.number.is_some() && own.number.as_deref() != number {
            evidence.push(Evidence::OtherNumber);
        }
        if property.is_some() && own.property.is_some() && own.property.as_deref() != property {
            evidence.push(Evidence::OtherProperty);
        }
        let differs =
            address.is_some_and(|address| !own.addresses.is_empty() && !own.addresses.iter().any(|a| a == address));
        if differs && !has(evidence, |piece| matches!(piece, Evidence::Address { .. } | Evidence::Street { .. })) {
            evidence.push(Evidence::OtherAddress);
        }
    }
}

/// How two names with the same folded form are alike.
fn alike(one: &Name, other: &Name) -> Likeness {
    if one.plain == other.plain {
        Likeness::Exact
    } else if one.canonical == other.canonical {
        Likeness::Normalised
    } else {
        Likeness::Folded
    }
}

/// Whether all words of the first stand together in the second.
fn within(part: &str, whole: &str) -> bool {
    part != whole && format!(" {whole} ").contains(&format!(" {part} "))
}

/// Gives places without a position that of their address or property.
pub fn locate(places: &mut [RegisterPlace]) {
    let mut spots: HashMap<String, ([f64; 2], Option<f64>)> = HashMap::new();
    for place in places.iter() {
        let Some(at) = place.at else { continue };
        let key = match place.kind {
            PlaceKind::Address => place.addresses.first().and_then(|text| Address::of(text)?.key()),
            PlaceKind::Property => place.property.as_deref().and_then(normal::property),
            _ => None,
        };
        if let Some(key) = key {
            spots.entry(key).or_insert((at, Some(place.accuracy_m())));
        }
    }
    for place in places.iter_mut().filter(|place| place.at.is_none()) {
        let address = place.addresses.first().and_then(|text| Address::of(text)?.key());
        let property = place.property.as_deref().and_then(normal::property);
        if let Some((at, extent)) = [address, property].into_iter().flatten().find_map(|key| spots.get(&key)) {
            place.at = Some(*at);
            // A building need not stand where its address or property has its point.
            place.extent_m = extent.map(|extent| extent.max(place.kind.default_accuracy_m()));
        }
    }
}
