//! Names as they are compared: case, punctuation, abbreviations, "1 A" and "1A"; å, ä and ö kept, and folded beside.

/// Words that stand in so many names that alone they name nothing: a text of nothing else says what, not where.
const GENERIC: [&str; 36] = [
    "klubbhus",
    "klubbstuga",
    "förskola",
    "förskolan",
    "skola",
    "skolan",
    "grundskola",
    "gymnasium",
    "bibliotek",
    "biblioteket",
    "fritidsgård",
    "fritidsgården",
    "lekplats",
    "lekplatsen",
    "park",
    "parken",
    "idrottsplats",
    "idrottshall",
    "sporthall",
    "gymnastiksal",
    "matsal",
    "kök",
    "förråd",
    "garage",
    "parkering",
    "toalett",
    "offentlig",
    "busskur",
    "elskåp",
    "belysningsstolpe",
    "parkbänk",
    "papperskorg",
    "äldreboende",
    "servicehus",
    "kontor",
    "lokal",
];

/// Whole tokens that are short for others.
const WORDS: [(&str, &str); 14] = [
    ("s:t", "sankt"),
    ("st:", "sankt"),
    ("st", "sankt"),
    ("s:ta", "sankta"),
    ("s:a", "södra"),
    ("n:a", "norra"),
    ("v:a", "västra"),
    ("ö:a", "östra"),
    ("g:a", "gamla"),
    ("l:a", "lilla"),
    ("st:a", "stora"),
    ("fsk", "förskolan"),
    ("fsk.", "förskolan"),
    ("nr", ""),
];

/// Endings that are short for others, where a full stop marks them.
const ENDINGS: [(&str, &str); 7] = [
    ("gat.", "gatan"),
    ("gr.", "gränd"),
    ("väg.", "vägen"),
    ("sk.", "skolan"),
    ("pl.", "platsen"),
    ("g.", "gatan"),
    ("v.", "vägen"),
];

/// A name in three forms, each less strict than the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    /// Lower case, runs of space as one.
    pub plain: String,
    /// Without punctuation, abbreviations written out.
    pub canonical: String,
    /// The same with å and ä as a, ö as o, é as e.
    pub folded: String,
}

impl Name {
    /// The forms of a text; `None` where it has no letter and no digit.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let plain = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let canonical = canonical(&plain);
        if canonical.is_empty() {
            return None;
        }
        let folded = fold(&canonical);
        Some(Self { plain, canonical, folded })
    }

    /// Whether it says only what sort of place is meant.
    #[must_use]
    pub fn is_generic(&self) -> bool {
        self.canonical.split(' ').all(|token| GENERIC.contains(&token))
    }
}

/// Letters without dots, rings and accents.
#[must_use]
pub fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        'å' | 'ä' | 'á' | 'à' | 'â' | 'æ' => 'a',
        'ö' | 'ø' | 'ó' | 'ô' => 'o',
        'é' | 'è' | 'ë' | 'ê' => 'e',
        'ü' | 'ú' => 'u',
        other => other,
    };
    text.chars().map(plain).collect()
}

/// The canonical form of lower-case text.
fn canonical(plain: &str) -> String {
    let mut tokens: Vec<String> = Vec::new();
    for raw in plain.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/' | '(' | ')' | '"' | '_' | '&')) {
        let written = expanded(raw);
        let clean: String = written.chars().map(|c| if c.is_alphanumeric() || c == ':' { c } else { ' ' }).collect();
        for token in clean.split_whitespace() {
            let token = token.trim_matches(':');
            if !token.is_empty() {
                tokens.push(token.to_owned());
            }
        }
    }
    // "1 a" is "1a".
    let mut joined: Vec<String> = Vec::new();
    for token in tokens {
        let letter = token.chars().count() == 1 && token.chars().all(char::is_alphabetic);
        match joined.last_mut() {
            Some(last) if letter && !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()) => {
                last.push_str(&token);
            }
            _ => joined.push(token),
        }
    }
    joined.join(" ")
}

/// A token with its abbreviation written out.
fn expanded(token: &str) -> String {
    if let Some((_, whole)) = WORDS.iter().find(|(short, _)| *short == token || token.strip_suffix('.') == Some(short))
    {
        return (*whole).to_owned();
    }
    for (short, whole) in ENDINGS {
        if let Some(stem) = token.strip_suffix(short)
            && stem.chars().count() >= 3
        {
            return format!("{stem}{whole}");
        }
    }
    match token.strip_suffix("gat") {
        Some(stem) if stem.chars().count() >= 3 => format!("{stem}gatan"),
        _ => token.to_owned(),
    }
}

/// A fastighetsbeteckning as it is compared: `exemplet 2:90`. `None` where the text ends in no `n:m`.
#[must_use]
pub fn property(text: &str) -> Option<String> {
    let clean: String = text.to_lowercase().chars().map(|c| if matches!(c, ';' | '>') { ':' } else { c }).collect();
    let (before, unit) = clean.rsplit_once(':')?;
    let unit = unit.trim();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let before = before.trim_end();
    let tract_end = before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (tract, block) = before.split_at(tract_end);
    let tract =
        tract.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let number = |digits: &str| digits.trim_start_matches('0').to_owned();
    (digits(unit) && digits(block) && !tract.is_empty())
        .then(|| format!("{} {}:{}", fold(&tract), number(block), number(unit)))
}

/// An address as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The street, canonical.
    pub street: Name,
    /// Number with letter, `12a`; `None` where only the street is told.
    pub number: Option<String>,
}

impl Address {
    /// Street and number of a text; what follows the number (postal code, town) is left out. `None` where there is no
    /// word before the number.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let first = text.split([',', '\n']).next().unwrap_or_default();
        let name = Name::of(first)?;
        let tokens: Vec<&str> = name.canonical.split(' ').collect();
        let starts_with_digit = |token: &&str| token.starts_with(|c: char| c.is_ascii_digit());
        let at = tokens.iter().position(starts_with_digit).unwrap_or(tokens.len());
        if at == 0 {
            return None;
        }
        let street = Name::of(&tokens[..at].join(" "))?;
        Some(Self { street, number: tokens.get(at).map(|token| (*token).to_owned()) })
    }

    /// Street and number as one key; `None` without a number.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        self.number.as_ref().map(|number| key(&self.street.folded, number))
    }
}

/// The key of a folded street and a number.
#[must_use]
pub fn key(street: &str, number: &str) -> String {
    format!("{street} {number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical_of(text: &str) -> String {
        Name::of(text).expect("has letters").canonical
    }

    #[test]
    fn abbreviations_punctuation_and_spaces_play_no_part() {
        for (one, other) in [
            ("Storg. 1 A", "storgatan 1a"),
            ("Storgat 1A", "Storgatan  1 a"),
            ("Björkv.", "Björkvägen"),
            ("S:t Olofs kyrka", "Sankt Olofs kyrka"),
            ("St: Olofs kyrka", "Sankt Olofs kyrka"),
            ("G:a skolan", "Gamla skolan"),
            ("Björk-skolan (hus B)", "björk skolan hus b"),
            ("Storgatan nr 5", "Storgatan 5"),
        ] {
            assert_eq!(canonical_of(one), canonical_of(other), "{one}");
        }
        assert_eq!(canonical_of("Å"), "å", "a ring is a letter of its own");
        assert_eq!(Name::of("Ångströms väg").expect("a name").folded, "angstroms vag");
        assert_eq!(Name::of(" –-. "), None);
        assert_eq!(Name::of(""), None);
    }

    #[test]
    fn properties_are_compared_by_tract_block_and_unit() {
        for text in
            ["Exemplet 2:90", "EXEMPLET 2:90", "exemplet  2 : 90", "Exemplet2:90", "Exemplet 02:090", "Exemplet 2;90"]
        {
            assert_eq!(property(text).as_deref(), Some("exemplet 2:90"), "{text}");
        }
        assert_eq!(property("Södra Ön 1:4").as_deref(), Some("sodra on 1:4"));
        for none in ["", "Exemplet", "2:90", "Exemplet 2", "Exemplet 2:", "kl 12:30 x"] {
            assert_eq!(property(none), None, "{none}");
        }
    }

    #[test]
    fn an_address_is_street_and_number() {
        let parts = |text: &str| Address::of(text).map(|a| (a.street.canonical, a.number));
        let told = |street: &str, number: &str| Some((street.to_owned(), Some(number.to_owned())));
        assert_eq!(parts("Storgatan 12 A, 392 31 Provsund"), told("storgatan", "12a"));
        assert_eq!(parts("Norra vägen 7"), told("norra vägen", "7"));
        assert_eq!(parts("Storgatan 12-14"), told("storgatan", "12"));
        assert_eq!(parts("Storgatan"), Some(("storgatan".to_owned(), None)));
        assert_eq!(parts("392 31 Provsund"), None);
    }

    #[test]
    fn words_that_name_only_a_sort_of_place_are_known() {
        assert!(Name::of("Klubbhus").expect("a name").is_generic());
        assert!(!Name::of("Norra klubbhuset").expect("a name").is_generic());
    }
}
