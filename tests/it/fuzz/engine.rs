//! Mutations: from files that are right to files that are nearly so. The same seed gives the same mutants.

/// Random numbers (`SplitMix64`), the same on every machine.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 where `end` is.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % (end.max(1) as u64)).expect("below a usize")
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// Numbers at which programs count wrong.
const NUMBERS: [u64; 14] = [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x100,
    0x7fff,
    0x8000,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    u64::MAX,
];

/// Words that mean something in several formats.
const WORDS: [&[u8]; 26] = [
    b"\"",
    b";",
    b",",
    b"\t",
    b"\r\n",
    b"\n",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"{",
    b"}",
    b"[",
    b"]",
    b"null",
    b"NaN",
    b"1e999",
    b"-1e-400",
    b"99999999999999999999",
    b"\xc3\x28",
    b"&#x0;",
    b"<",
    b"]]>",
    b"EPSG:4326",
    b"0000-00-00",
    b"\xed\xa0\x80",
    b"\\ud800",
];

/// A mutant of `bytes`: one to four changes. Parts of `other` may be spliced in.
pub fn mutant(dice: &mut Dice, bytes: &[u8], other: &[u8], words: &[&[u8]]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(4) {
        change(dice, &mut bytes, other, words);
    }
    bytes
}

fn range(dice: &mut Dice, length: usize, most: usize) -> std::ops::Range<usize> {
    let start = dice.below(length);
    start..(start + 1 + dice.below(most)).min(length)
}

fn change(dice: &mut Dice, bytes: &mut Vec<u8>, other: &[u8], words: &[&[u8]]) {
    if bytes.is_empty() {
        bytes.extend_from_slice(WORDS[dice.below(WORDS.len())]);
        return;
    }
    let at = dice.below(bytes.len());
    match dice.below(11) {
        0 => bytes[at] ^= 1 << dice.below(8),
        1 => bytes[at] = u8::try_from(dice.below(256)).expect("a byte"),
        2 => bytes.truncate(at),
        3 => drop(bytes.drain(range(dice, bytes.len(), 64))),
        4 => {
            let copied = bytes[range(dice, bytes.len(), 256)].to_vec();
            let _ = bytes.splice(at..at, copied).count();
        }
        5 if !other.is_empty() => {
            let part = other[range(dice, other.len(), 512)].to_vec();
            let over = range(dice, bytes.len(), 64);
            let _ = bytes.splice(over, part).count();
        }
        6 => {
            let (number, width) = (*dice.pick(&NUMBERS), *dice.pick(&[1_usize, 2, 4, 8]));
            let (little, big) = (number.to_le_bytes(), number.to_be_bytes());
            let value = if dice.below(2) == 0 { &little[..width] } else { &big[8 - width..] };
            for (byte, new) in bytes[at..].iter_mut().zip(value) {
                *byte = *new;
            }
        }
        7 => {
            // A digit or letter becomes another of its kind: the form stays, the meaning goes.
            if let Some(found) = bytes[at..].iter().position(u8::is_ascii_alphanumeric) {
                let letters: &[u8] = if bytes[at + found].is_ascii_digit() { b"0123456789" } else { b"aeghnxyzNEXY" };
                bytes[at + found] = *dice.pick(letters);
            }
        }
        8 => {
            let times = 1 + dice.below(400);
            let word: Vec<u8> = dice.pick(if words.is_empty() { &WORDS } else { words }).repeat(times);
            let _ = bytes.splice(at..at, word).count();
        }
        9 if !words.is_empty() => {
            let word = dice.pick(words).to_vec();
            let _ = bytes.splice(at..(at + word.len()).min(bytes.len()), word).count();
        }
        _ => {
            let word = dice.pick(&WORDS).to_vec();
            let _ = bytes.splice(at..at, word).count();
        }
    }
}

/// A mutant of a zip in which one member was changed and all is packed anew, so that the change is not caught by a sum.
pub fn zip_mutant(dice: &mut Dice, bytes: &[u8], words: &[&[u8]]) -> Option<Vec<u8>> {
    use std::io::{Cursor, Read, Write};
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).ok()?;
        let mut content = Vec::new();
        member.read_to_end(&mut content).ok()?;
        let name = member.name().ok()?.into_owned();
        members.push((name, content));
    }
    let chosen = dice.below(members.len());
    let other = members[dice.below(members.len())].1.clone();
    members[chosen].1 = mutant(dice, &members[chosen].1, &other, words);
    if dice.below(20) == 0 {
        members.remove(dice.below(members.len()));
    }
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in members {
        writer.start_file(name, options).ok()?;
        writer.write_all(&content).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}
