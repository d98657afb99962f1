//! Which characters do these bytes stand for?
//!
//! A byte order mark settles it. Otherwise text that is valid UTF-8 is UTF-8, and what is not is Windows-1252 (which
//! holds Latin-1), unless the bytes speak for something else: mostly valid UTF-8 with a damaged place, or å, ä, ö
//! where DOS or the Macintosh had them. Such text is refused with the candidates named. Cost: two passes over the
//! bytes, memory for the text; UTF-8 is taken over without a copy.

use super::ReadError;
use super::kind::{HEAD, looks_utf16};
use crate::texts;

/// An encoding that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
    Latin1,
    Cp850,
    Macintosh,
}

/// The one list: name as it is shown, and what people write for it (letters and digits only).
const CHARSETS: [(Charset, &str, &[&str]); 7] = [
    (Charset::Utf8, "UTF-8", &["utf8", "65001"]),
    (Charset::Utf16Le, "UTF-16LE", &["utf16le", "utf16", "unicode"]),
    (Charset::Utf16Be, "UTF-16BE", &["utf16be"]),
    (Charset::Windows1252, "windows-1252", &["windows1252", "cp1252", "1252", "ansi", "ansi1252"]),
    (Charset::Latin1, "ISO-8859-1", &["iso88591", "latin1", "l1", "88591"]),
    (Charset::Cp850, "CP850", &["cp850", "850", "ibm850", "dos", "cp437", "437", "ibm437"]),
    (Charset::Macintosh, "macintosh", &["macintosh", "macroman", "mac"]),
];

/// Bytes 0x80-0xFF of code page 850 (DOS in western Europe; å ä ö stand where code page 437 has them).
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

impl Charset {
    /// Name as it is shown and stored.
    pub fn name(self) -> &'static str {
        CHARSETS.iter().find(|(charset, ..)| *charset == self).map_or("", |&(_, name, _)| name)
    }

    /// GDAL's name for it; `None` for one that it does not read in tables.
    pub const fn gdal_name(self) -> Option<&'static str> {
        match self {
            Self::Utf8 => Some("UTF-8"),
            Self::Windows1252 => Some("CP1252"),
            Self::Latin1 => Some("ISO-8859-1"),
            Self::Cp850 => Some("CP850"),
            Self::Macintosh => Some("MACINTOSH"),
            Self::Utf16Le | Self::Utf16Be => None,
        }
    }

    /// The encoding that a person means; `None` for one that cannot be read.
    pub fn from_name(name: &str) -> Option<Self> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        CHARSETS.iter().find(|(_, _, aliases)| aliases.contains(&plain.as_str())).map(|&(charset, ..)| charset)
    }

    fn known() -> Vec<String> {
        CHARSETS.iter().map(|&(_, name, _)| name.to_owned()).collect()
    }
}

/// Text, and how it was understood.
#[derive(Debug)]
pub struct Decoded {
    /// The text, without byte order mark.
    pub text: String,
    /// `UTF-8`, `UTF-8 BOM`, `windows-1252`, ...
    pub encoding: String,
    /// Why this encoding, one sentence.
    pub note: String,
}

/// Why an encoding cannot be settled: where, and between which.
#[derive(Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Offset of the first byte in doubt.
    pub offset: usize,
    /// The candidates, most likely first.
    pub candidates: Vec<Charset>,
}

/// The encoding of bytes that carry no byte order mark.
pub fn detect(bytes: &[u8]) -> Result<Charset, Doubt> {
    let head = &bytes[..bytes.len().min(HEAD)];
    if looks_utf16(head) {
        let low_first = head.iter().skip(1).step_by(2).filter(|&&byte| byte == 0).count() * 4 > head.len();
        let first = if low_first { Charset::Utf16Le } else { Charset::Utf16Be };
        return Err(Doubt { offset: 0, candidates: vec![first] });
    }
    let Err(error) = std::str::from_utf8(bytes) else { return Ok(Charset::Utf8) };
    let offset = error.valid_up_to();
    let (mut sound, mut unsound) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        unsound += usize::from(!chunk.invalid().is_empty());
    }
    if sound > unsound {
        return Err(Doubt { offset, candidates: vec![Charset::Utf8, Charset::Windows1252] });
    }
    let tally = Tally::of(bytes);
    let swedish = tally.latin.max(1);
    let mut candidates = Vec::new();
    if tally.dos >= swedish || (tally.undefined > 0 && tally.dos > 0) {
        candidates.push(Charset::Cp850);
    }
    if tally.mac >= swedish || (tally.undefined > 0 && tally.mac > 0) {
        candidates.push(Charset::Macintosh);
    }
    if candidates.is_empty() && tally.undefined > 0 {
        candidates = vec![Charset::Cp850, Charset::Macintosh];
    }
    if candidates.is_empty() {
        return Ok(Charset::Windows1252);
    }
    if tally.mac > tally.dos {
        candidates.reverse();
    }
    candidates.push(Charset::Windows1252);
    Err(Doubt { offset, candidates })
}

/// How often å, ä, ö stand inside words in each of the old encodings, and bytes that Windows-1252 does not define.
#[derive(Debug, Default)]
struct Tally {
    latin: usize,
    dos: usize,
    mac: usize,
    undefined: usize,
}

impl Tally {
    fn of(bytes: &[u8]) -> Self {
        let mut tally = Self::default();
        let mut before = b' ';
        for (index, &byte) in bytes.iter().enumerate() {
            if byte >= 0x80 {
                let after = bytes.get(index + 1).copied().unwrap_or(b' ');
                let inside = before.is_ascii_alphabetic() && after.is_ascii_alphabetic();
                tally.latin += usize::from(matches!(byte, 0xe5 | 0xe4 | 0xf6 | 0xc5 | 0xc4 | 0xd6 | 0xe9));
                tally.dos += usize::from(inside && matches!(byte, 0x86 | 0x84 | 0x94 | 0x8f | 0x8e | 0x99));
                tally.mac += usize::from(inside && matches!(byte, 0x8c | 0x8a | 0x9a | 0x81 | 0x80 | 0x85));
                tally.undefined += usize::from(matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d));
            }
            before = byte;
        }
        tally
    }
}

/// Line of a byte, from 1: `\n`, `\r\n` and a lone `\r` each end one.
fn line_at(bytes: &[u8], offset: usize) -> usize {
    let before = &bytes[..offset.min(bytes.len())];
    let ends = |&(&byte, &next): &(&u8, &u8)| byte == b'\n' || byte == b'\r' && next != b'\n';
    1 + before.iter().zip(before.iter().skip(1).chain([&0])).filter(ends).count()
}

/// The text of a file, in the encoding that is wanted or else the one it is in.
///
/// # Errors
/// [`ReadError::UnsupportedEncoding`], [`ReadError::EncodingMismatch`], [`ReadError::UnknownEncoding`], and
/// [`ReadError::ZeroByteInText`] where the text holds a zero byte, which no text file has.
pub fn decode(file: &str, bytes: Vec<u8>, wanted: Option<&str>) -> Result<Decoded, ReadError> {
    let marked = [
        (b"\xef\xbb\xbf".as_slice(), Charset::Utf8, "UTF-8 BOM"),
        (b"\xff\xfe", Charset::Utf16Le, "UTF-16LE"),
        (b"\xfe\xff", Charset::Utf16Be, "UTF-16BE"),
    ];
    let mark = marked.into_iter().find(|(mark, ..)| bytes.starts_with(mark));
    let asked = match wanted {
        None => None,
        Some(name) => Some(Charset::from_name(name).ok_or_else(|| ReadError::UnsupportedEncoding {
            file: file.to_owned(),
            encoding: name.to_owned(),
            known: Charset::known(),
        })?),
    };
    let mismatch = |line: usize, charset: Charset| ReadError::EncodingMismatch {
        file: file.to_owned(),
        line,
        encoding: charset.name().to_owned(),
    };
    let (charset, why, encoding) = match (asked, mark) {
        (Some(Charset::Utf16Le | Charset::Utf16Be), Some((_, Charset::Utf16Be, name))) => {
            (Charset::Utf16Be, "note-encoding-mark", name)
        }
        (Some(asked), Some((_, marked, _))) if asked != marked => return Err(mismatch(1, asked)),
        (_, Some((_, marked, name))) => (marked, "note-encoding-mark", name),
        (Some(asked), None) => (asked, "note-encoding-asked", asked.name()),
        (None, None) => {
            let found = detect(&bytes).map_err(|doubt| ReadError::UnknownEncoding {
                file: file.to_owned(),
                line: line_at(&bytes, doubt.offset),
                candidates: doubt.candidates.iter().map(|charset| charset.name().to_owned()).collect(),
            })?;
            let why = match found {
                Charset::Utf8 if bytes.is_ascii() => "note-encoding-ascii",
                Charset::Utf8 => "note-encoding-valid",
                _ => "note-encoding-fallback",
            };
            (found, why, found.name())
        }
    };
    let skip = mark.map_or(0, |(mark, ..)| mark.len());
    let text = decode_as(bytes, skip, charset).map_err(|line| mismatch(line, charset))?;
    if let Some(offset) = text.as_bytes().iter().position(|&byte| byte == 0) {
        return Err(ReadError::ZeroByteInText { file: file.to_owned(), line: line_at(text.as_bytes(), offset) });
    }
    let note = texts::text(why, &[("encoding", encoding.to_owned())]);
    Ok(Decoded { text, encoding: encoding.to_owned(), note })
}

/// The text, or the line that does not belong to the encoding.
fn decode_as(mut bytes: Vec<u8>, skip: usize, charset: Charset) -> Result<String, usize> {
    let single_byte = |bytes: &[u8], high: &[char]| -> String {
        let letter = |&byte: &u8| high.get(usize::from(byte).wrapping_sub(0x80)).copied().unwrap_or(char::from(byte));
        bytes.iter().map(letter).collect()
    };
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| -> Result<String, usize> {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|&pair| unit(pair)).collect();
        let text = String::from_utf16(&units).ok().filter(|_| rest.is_empty());
        text.ok_or_else(|| {
            let sound = char::decode_utf16(units.iter().copied()).map_while(Result::ok);
            1 + sound.filter(|&letter| letter == '\n').count()
        })
    };
    match charset {
        Charset::Utf8 => {
            bytes.drain(..skip);
            String::from_utf8(bytes).map_err(|error| line_at(error.as_bytes(), error.utf8_error().valid_up_to()))
        }
        Charset::Utf16Le => wide(&bytes[skip..], u16::from_le_bytes),
        Charset::Utf16Be => wide(&bytes[skip..], u16::from_be_bytes),
        Charset::Windows1252 => Ok(encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned()),
        Charset::Macintosh => Ok(encoding_rs::MACINTOSH.decode_without_bom_handling(&bytes).0.into_owned()),
        Charset::Latin1 => Ok(encoding_rs::mem::decode_latin1(&bytes).into_owned()),
        Charset::Cp850 => Ok(single_byte(&bytes, &CP850.chars().collect::<Vec<_>>())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(bytes: &[u8], wanted: Option<&str>) -> (String, String) {
        let decoded = decode("x.csv", bytes.to_vec(), wanted).expect("decodes");
        assert!(decoded.note.contains(&decoded.encoding), "{}", decoded.note);
        (decoded.text, decoded.encoding)
    }

    fn refused(bytes: &[u8], wanted: Option<&str>) -> ReadError {
        decode("x.csv", bytes.to_vec(), wanted).expect_err("is refused")
    }

    #[test]
    fn the_same_words_come_out_of_every_encoding() {
        let words = "Plats\nÅkerö, Vägsjön é\n";
        let cp850: Vec<u8> = words
            .chars()
            .map(|letter| {
                let high = CP850.chars().position(|other| other == letter).map(|place| place + 0x80);
                u8::try_from(high.unwrap_or(letter as usize)).expect("a byte")
            })
            .collect();
        let latin: Vec<u8> = words.chars().map(|letter| u8::try_from(letter).expect("Latin-1")).collect();
        let wide = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> { words.encode_utf16().flat_map(unit).collect() };
        let marked = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
        let expect = |encoding: &str| (words.to_owned(), encoding.to_owned());
        assert_eq!(plain(words.as_bytes(), None), expect("UTF-8"));
        assert_eq!(plain(&marked(b"\xef\xbb\xbf", words.as_bytes()), None), expect("UTF-8 BOM"));
        assert_eq!(plain(&latin, None), expect("windows-1252"));
        assert_eq!(plain(&latin, Some("latin-1")), expect("ISO-8859-1"));
        assert_eq!(plain(&cp850, Some("cp437")), expect("CP850"));
        assert_eq!(plain(&marked(b"\xff\xfe", &wide(u16::to_le_bytes)), None), expect("UTF-16LE"));
        assert_eq!(plain(&marked(b"\xfe\xff", &wide(u16::to_be_bytes)), None), expect("UTF-16BE"));
        assert_eq!(plain(&marked(b"\xfe\xff", &wide(u16::to_be_bytes)), Some("UTF-16")), expect("UTF-16BE"));
        assert_eq!(plain(&wide(u16::to_le_bytes), Some("UTF-16LE")), expect("UTF-16LE"));
    }

    #[test]
    fn the_euro_sign_and_quotes_of_windows_are_kept() {
        assert_eq!(plain(b"5 \x80 \x93v\xe4g\x94", None), ("5 € “väg”".to_owned(), "windows-1252".to_owned()));
    }

    #[test]
    fn dos_and_macintosh_are_never_taken_for_windows() {
        let ReadError::UnknownEncoding { line, candidates, .. } = refused(b"Plats\nV\x84gsj\x94n\n", None) else {
            panic!("another error")
        };
        assert_eq!((line, candidates), (2, vec!["CP850".to_owned(), "windows-1252".to_owned()]));
        let ReadError::UnknownEncoding { candidates, .. } = refused(b"V\x8agsj\x9an\n", None) else {
            panic!("another error")
        };
        assert_eq!(candidates, ["macintosh", "windows-1252"]);
    }

    #[test]
    fn a_damaged_place_in_utf8_is_refused_with_its_line() {
        let bytes = ["väg å ä ö\n".as_bytes(), b"br\xf6d\n"].concat();
        assert!(matches!(refused(&bytes, None), ReadError::UnknownEncoding { line: 2, .. }));
        assert!(matches!(refused(&bytes, Some("utf-8")), ReadError::EncodingMismatch { line: 2, .. }));
    }

    #[test]
    fn utf16_without_a_mark_zero_bytes_and_strange_names_are_refused() {
        let wide: Vec<u8> = "a;b\n1;2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let ReadError::UnknownEncoding { candidates, .. } = refused(&wide, None) else { panic!("another error") };
        assert_eq!(candidates, ["UTF-16LE"]);
        assert!(matches!(refused(b"a;b\n1;\x002\n", None), ReadError::ZeroByteInText { line: 2, .. }));
        assert!(matches!(refused(b"a", Some("ebcdic")), ReadError::UnsupportedEncoding { .. }));
        assert!(matches!(refused(b"\xef\xbb\xbfa", Some("latin1")), ReadError::EncodingMismatch { line: 1, .. }));
        assert!(matches!(refused(b"\xff\xfea\0\n\0\x00\xd8", None), ReadError::EncodingMismatch { line: 2, .. }));
        assert!(matches!(refused(b"\xff\xfea\0\n", None), ReadError::EncodingMismatch { .. }));
    }

    #[test]
    fn lines_are_counted_for_every_line_end() {
        assert_eq!([line_at(b"a\nb\nc", 4), line_at(b"a\r\nb\r\nc", 6), line_at(b"a\rb\rc", 4)], [3, 3, 3]);
    }
}
