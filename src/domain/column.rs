//! The values of a column, packed: a million numbers take eight bytes each, a million texts their own length and eight.

/// Which rows of a column have no value: a bit a row, and nothing where every row has one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Missing(Vec<u64>);

impl Missing {
    fn set(&mut self, row: usize) {
        let word = row / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (row % 64);
    }

    fn has(&self, row: usize) -> bool {
        self.0.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }
}

/// Values of one kind, any of which may be missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cells<T> {
    values: Vec<T>,
    missing: Missing,
}

impl<T: Copy + Default> Cells<T> {
    /// Number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The row's value; `None` where it has none, and beyond the end.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<T> {
        self.values.get(row).copied().filter(|_| !self.missing.has(row))
    }

    /// The values in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<T>> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }
}

impl<T: Copy + Default> Extend<Option<T>> for Cells<T> {
    fn extend<I: IntoIterator<Item = Option<T>>>(&mut self, values: I) {
        let values = values.into_iter();
        self.values.reserve(values.size_hint().0);
        for value in values {
            if value.is_none() {
                self.missing.set(self.values.len());
            }
            self.values.push(value.unwrap_or_default());
        }
    }
}

impl<T: Copy + Default> FromIterator<Option<T>> for Cells<T> {
    fn from_iter<I: IntoIterator<Item = Option<T>>>(values: I) -> Self {
        let mut cells = Self { values: Vec::new(), missing: Missing::default() };
        cells.extend(values);
        cells
    }
}

impl<T: Copy + Default> From<Vec<Option<T>>> for Cells<T> {
    fn from(values: Vec<Option<T>>) -> Self {
        values.into_iter().collect()
    }
}

/// Texts one after another, any of which may be missing. A missing text is not an empty one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    text: String,
    ends: Vec<usize>,
    missing: Missing,
}

impl Texts {
    /// Number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The row's text; `None` where it has none, and beyond the end.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        let end = *self.ends.get(row)?;
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        (!self.missing.has(row)).then(|| &self.text[start..end])
    }

    /// The texts in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.len()).map(|row| self.get(row))
    }
}

impl<S: AsRef<str>> Extend<Option<S>> for Texts {
    fn extend<I: IntoIterator<Item = Option<S>>>(&mut self, texts: I) {
        let texts = texts.into_iter();
        self.ends.reserve(texts.size_hint().0);
        for text in texts {
            match text {
                Some(text) => self.text.push_str(text.as_ref()),
                None => self.missing.set(self.ends.len()),
            }
            self.ends.push(self.text.len());
        }
    }
}

impl<S: AsRef<str>> FromIterator<Option<S>> for Texts {
    fn from_iter<I: IntoIterator<Item = Option<S>>>(texts: I) -> Self {
        let mut all = Self::default();
        all.extend(texts);
        all
    }
}

impl<S: AsRef<str>> From<Vec<Option<S>>> for Texts {
    fn from(texts: Vec<Option<S>>) -> Self {
        texts.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_come_back_as_missing() {
        let given = vec![Some(1_i64), None, Some(0), None];
        let cells = Cells::from(given.clone());
        assert_eq!(cells.iter().collect::<Vec<_>>(), given);
        assert_eq!((cells.len(), cells.get(4)), (4, None));
        let far: Vec<Option<f64>> = (0..300).map(|row| (row != 200).then(|| f64::from(row))).collect();
        assert_eq!(Cells::from(far.clone()).iter().collect::<Vec<_>>(), far);
    }

    #[test]
    fn an_empty_text_is_not_a_missing_one() {
        let given = vec![Some("å"), None, Some(""), Some("Storgatan")];
        let texts = Texts::from(given.clone());
        assert_eq!(texts.iter().collect::<Vec<_>>(), given);
        assert_eq!((texts.len(), texts.get(9)), (4, None));
        assert!(Texts::default().is_empty() && Cells::<bool>::default().is_empty());
    }

    #[test]
    fn equal_columns_are_equal_whatever_way_they_were_made() {
        let mut grown: Cells<i64> = [Some(1)].into_iter().collect();
        grown.extend([None, Some(3)]);
        assert_eq!(grown, Cells::from(vec![Some(1), None, Some(3)]));
    }
}
