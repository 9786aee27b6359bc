//! From the bytes of a file to its text.

use std::borrow::Cow;

use crate::problem::Problem;

/// What bytes 0x80 to 0x9F are in Windows-1252 (WHATWG Encoding, "index windows-1252"); a NUL
/// where it has no character. All others are as in Unicode.
const WINDOWS_1252: &str = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";

/// The text of a file, and whether it was read as Windows-1252. A byte that is wrong in
/// a text that is UTF-8 otherwise is refused by its place, as is one that neither has.
pub fn text(bytes: &[u8]) -> Result<(Cow<'_, str>, bool), Problem> {
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(refused(bytes, at, "is of no text; save the file as “CSV UTF-8”"));
    }
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok((Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)), false)),
        Err(error) => error,
    };
    let at = error.valid_up_to();
    if bytes.get(..at).is_some_and(|before| !before.is_ascii()) {
        return Err(refused(bytes, at, "is not UTF-8, as the letters before it are; save the file as “CSV UTF-8”"));
    }
    let mut text = String::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        let place = byte.checked_sub(0x80).filter(|place| *place < 0x20).map(usize::from);
        match place.map_or(Some(char::from(*byte)), |place| WINDOWS_1252.chars().nth(place)) {
            Some(c) if c != '\0' => text.push(c),
            _ => return Err(refused(bytes, at, "is neither UTF-8 nor Windows-1252; save the file as “CSV UTF-8”")),
        }
    }
    Ok((Cow::Owned(text), true))
}

fn refused(bytes: &[u8], at: usize, why: &str) -> Problem {
    let before = bytes.get(..at).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end.saturating_add(1));
    let byte = at.saturating_sub(start).saturating_add(1);
    Problem::invalid_field("", format!("line {line}, byte {byte} {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_an_older_program_is_read_as_it_was_meant() {
        assert_eq!(text(b"Caf\xe9 \x80 \x93x\x94").unwrap(), (Cow::from("Café € “x”"), true));
        assert_eq!(text("\u{feff}Café".as_bytes()).unwrap(), (Cow::from("Café"), false));
    }

    #[test]
    fn what_is_no_text_is_refused_by_line_and_byte() {
        let detail = |bytes: &[u8]| text(bytes).unwrap_err().detail.clone();
        assert!(detail(b"a\nb\x81").starts_with("line 2, byte 2 is neither"));
        assert!(
            detail("é\n\n".as_bytes().iter().copied().chain([0xe9]).collect::<Vec<_>>().as_slice())
                .starts_with("line 3, byte 1 is not UTF-8")
        );
        assert!(detail(b"\xff\xfea\0b\0").starts_with("line 1, byte 4"));
    }
}
