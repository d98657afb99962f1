//! What things in the sample town are called: ordinary Swedish words, dealt out by the seed.

use crate::domain::random::Stream;

/// A list of street names of one flavour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pool {
    /// Streets of the grid.
    Grid,
    /// Lanes of the old core.
    Lane,
    /// Villa roads named after trees.
    Tree,
    /// Villa roads named after birds of the shore.
    Bird,
    /// Streets of the industrial area.
    Industry,
    /// Streets among slab blocks, named after the sky.
    Sky,
    /// Roads by the beach.
    Shore,
    /// Streets south of the grid.
    South,
}

/// How the sketch of a street says what it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// Always this.
    Is(&'static str),
    /// The town's stem followed by this: `leden` gives `Provleden`.
    Stem(&'static str),
    /// The n-th name of a shuffled pool.
    Of(Pool, usize),
}

/// Invented towns: stem and whole name. No place in Sweden is called so.
const TOWNS: [(&str, &str); 6] = [
    ("Prov", "Provsund"),
    ("Exempel", "Exempelhamn"),
    ("Prov", "Provköping"),
    ("Låtsas", "Låtsasvik"),
    ("Exempel", "Exempelnäs"),
    ("Låtsas", "Låtsasborg"),
];

const POOLS: [&[&str]; 8] = [
    &[
        "Nygatan",
        "Trädgårdsgatan",
        "Läroverksgatan",
        "Bryggaregatan",
        "Floragatan",
        "Odengatan",
        "Apotekaregatan",
        "Borgmästaregatan",
        "Postgatan",
        "Tegelgatan",
        "Målaregatan",
        "Ringgatan",
    ],
    &[
        "Smedjegränd",
        "Fiskaregränd",
        "Prästgränd",
        "Klockaregränd",
        "Bagaregränd",
        "Garvaregränd",
        "Tullgränd",
        "Varvsgränd",
        "Repslagaregränd",
        "Skräddaregränd",
        "Lotsgränd",
        "Saltgränd",
    ],
    &[
        "Björkvägen",
        "Lönnvägen",
        "Rönnvägen",
        "Hasselvägen",
        "Ekvägen",
        "Almvägen",
        "Askvägen",
        "Oxelvägen",
        "Granvägen",
        "Tallvägen",
        "Lindvägen",
        "Häggvägen",
        "Sälgvägen",
    ],
    &[
        "Måsvägen",
        "Tärnvägen",
        "Ejdervägen",
        "Svanvägen",
        "Storkvägen",
        "Tranvägen",
        "Hägervägen",
        "Lärkvägen",
        "Svalvägen",
        "Strandskatevägen",
        "Gråtrutsvägen",
    ],
    &[
        "Verkstadsgatan",
        "Lagergatan",
        "Hantverkaregatan",
        "Depågatan",
        "Terminalgatan",
        "Maskingatan",
        "Svetsaregatan",
        "Gjutaregatan",
        "Speditionsgatan",
    ],
    &["Solgatan", "Mångatan", "Stjärngatan", "Kometgatan", "Norrskensgatan", "Planetgatan", "Zenitgatan"],
    &["Badvägen", "Klippvägen", "Snäckvägen", "Bojvägen", "Fyrvägen", "Bryggvägen"],
    &["Humlegatan", "Kolonigatan", "Fruktgatan", "Bigårdsgatan", "Krusbärsgatan"],
];

/// The quarters' names, one of three each, in the order of the plan.
const QUARTERS: [[&str; 3]; 10] = [
    ["Gamla stan", "Gamla hamnen", "Kyrkbacken"],
    ["Nya staden", "Nystaden", "Rutnätet"],
    ["Norrängen", "Kometen", "Nordanvik"],
    ["Söderhagen", "Södra hagen", "Trädgårdsstaden"],
    ["Sjövik", "Måsvik", "Tärnvik"],
    ["Västerhöjd", "Björkhöjden", "Hasselbacken"],
    ["Hammarslätt", "Västra industriområdet", "Smedslätt"],
    ["Ängen", "Skolängen", "Stenängen"],
    ["Bangården", "Lokstallet", "Spårområdet"],
    ["Norra stranden", "Badstranden", "Klippstranden"],
];

/// The names that one seed deals out.
#[derive(Debug, Clone)]
pub struct Names {
    /// The town.
    pub town: String,
    /// Names of the quarters, in the order of the plan.
    pub quarters: Vec<String>,
    stem: &'static str,
    pools: Vec<Vec<&'static str>>,
}

impl Names {
    /// Deals the names of this seed.
    pub fn deal(seed: u64) -> Self {
        let mut stream = Stream::new(seed, 0);
        let turn = usize::try_from(seed.wrapping_sub(1) % 6).unwrap_or(0);
        let (stem, town) = TOWNS[turn];
        let pools = POOLS.iter().map(|pool| {
            let mut pool = pool.to_vec();
            for index in (1..pool.len()).rev() {
                pool.swap(index, stream.below(index + 1));
            }
            pool
        });
        let pools = pools.collect();
        let quarters = QUARTERS.iter().map(|choices| choices[stream.below(choices.len())].to_owned()).collect();
        Self { town: town.to_owned(), quarters, stem, pools }
    }

    /// The name that a sketch asks for. A pool that is too small starts over with `Lilla` before the name.
    pub fn of(&self, name: Name) -> String {
        match name {
            Name::Is(name) => name.to_owned(),
            Name::Stem(ending) => format!("{}{ending}", self.stem),
            Name::Of(pool, index) => {
                let pool = &self.pools[pool as usize];
                let name = pool[index % pool.len()];
                if index < pool.len() { name.to_owned() } else { format!("Lilla {name}") }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_seed_is_provsund_and_every_pool_is_dealt_whole() {
        let names = Names::deal(1);
        assert_eq!(names.town, "Provsund");
        for (pool, words) in names.pools.iter().zip(POOLS) {
            let (mut dealt, mut all) = (pool.clone(), words.to_vec());
            dealt.sort_unstable();
            all.sort_unstable();
            assert_eq!(dealt, all);
        }
    }

    #[test]
    fn no_street_name_stands_in_two_pools() {
        let mut all: Vec<&str> = POOLS.concat();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
