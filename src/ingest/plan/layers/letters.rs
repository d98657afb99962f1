//! Letters as they stand in a cell.

/// The letters of a cell, each with its index: `e1 a2` is `e` with 1 and `a` with 2, `BC1` is `B` and `C` with 1, `P-PLATS` is a word.
/// Letters are parted by blanks, commas, semicolons or strokes.
pub(super) fn letters(cell: &str) -> Vec<(String, Option<String>)> {
    let words = cell.split(|c: char| c.is_whitespace() || ",;/".contains(c)).filter(|word| !word.is_empty());
    let mut found = Vec::new();
    for word in words {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let index = Some(&word[letters.len()..]).filter(|index| !index.is_empty()).map(str::to_owned);
        // A number alone belongs to the letter before it: `e 5500`.
        if letters.is_empty() {
            match found.last_mut() {
                Some((_, last @ None)) => *last = index,
                _ => found.push((word.to_owned(), None)),
            }
            continue;
        }
        let together = (2..=3).contains(&letters.len()) && letters.bytes().all(|byte| byte.is_ascii_uppercase());
        if together {
            found.extend(letters.chars().map(|letter| (letter.to_string(), None)));
        } else {
            found.push((letters.to_owned(), None));
        }
        if let Some((_, last)) = found.last_mut() {
            *last = index;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_taken_apart_with_their_index() {
        let told = |cell: &str| -> Vec<String> {
            letters(cell).into_iter().map(|(letter, index)| format!("{letter}:{}", index.unwrap_or_default())).collect()
        };
        assert_eq!(told("B"), ["B:"]);
        assert_eq!(told("BC1"), ["B:", "C:1"]);
        assert_eq!(told("e1 a2"), ["e:1", "a:2"]);
        assert_eq!(told("e 5500"), ["e:5500"]);
        assert_eq!(told("GATA, P-PLATS1"), ["GATA:", "P-PLATS:1"]);
        assert_eq!(told("13"), ["13:"]);
        assert_eq!(told("VÄG"), ["VÄG:"]);
        assert!(told(" ,; ").is_empty());
    }
}
