//! A gift card's code: money to whoever knows it. The plain one cannot be
//! stored, the stored one cannot be shown; neither has `Debug`, `Display` or
//! `Serialize`.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ulid::Ulid;

use crate::app::Keys;
use crate::ids::GiftCardId;
use crate::ports::Value;
use crate::text;

/// What a code that somebody makes up has at least, in letters and digits: as
/// many as are left of ours once the last four are known.
pub const MIN_CODE: usize = 16;
/// The longest code, in characters, with its blanks and hyphens.
pub const MAX_CODE: usize = text::MAX_CODE;

/// How long our own are: 20 digits of 5 bits, in groups.
const DIGITS: usize = 20;
const GROUP: usize = 4;

/// A code in capital letters and digits, as it is handed out.
pub struct PlainCode(String);

/// What is stored of a code and looked up by: its MAC. Without the shop's key
/// a copy of the database cannot be searched for codes.
pub struct CodeDigest(String);

/// Why a code is refused that somebody made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must have {MIN_CODE} letters and digits (A to Z, 0 to 9) at least, and {MAX_CODE} characters with blanks and hyphens at most"
)]
pub struct NoCode;

/// Whether both name one card, however each was typed.
pub fn is_same_code(one: &str, other: &str) -> bool {
    let code = |typed| PlainCode::typed(typed).ok().map(|code| code.0);
    code(one).is_some_and(|one| code(other) == Some(one))
}

impl PlainCode {
    /// The code that the shop makes for a card: 100 bits in the digits of
    /// Crockford's base 32, which has no letters that look like digits. They
    /// follow from the card's id under the shop's key: whatever issues the card
    /// again names the same code, and nobody has to keep it for that.
    pub fn of(keys: &Keys, card: GiftCardId) -> Self {
        let mac = keys.mac("gift_card_code", &[&card.to_string()]);
        let mut text = [0; ulid::ULID_LEN];
        // The last 20 digits of an ULID are 100 of its 128 bits.
        let digits = Ulid::from_bytes(mac.first_chunk().copied().unwrap_or_default()).array_to_str(&mut text);
        let mut code = String::with_capacity(DIGITS + DIGITS / GROUP);
        for (at, digit) in digits.chars().skip(ulid::ULID_LEN - DIGITS).enumerate() {
            if at > 0 && at % GROUP == 0 {
                code.push('-');
            }
            code.push(digit);
        }
        Self(code)
    }

    /// What somebody typed, or made up: blanks, hyphens and case do not count.
    pub fn typed(typed: &str) -> Result<Self, NoCode> {
        if typed.chars().nth(MAX_CODE).is_some() {
            return Err(NoCode);
        }
        let dense: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let code = text::code(&dense).map_err(|_| NoCode)?;
        let code: String = code.chars().filter(|c| *c != '-').map(|c| c.to_ascii_uppercase()).collect();
        let fits = code.len() >= MIN_CODE && code.chars().all(|c| c.is_ascii_alphanumeric());
        if fits { Ok(Self(code)) } else { Err(NoCode) }
    }

    /// For whom it is meant for, and for nobody else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// By which staff tell cards apart.
    pub fn last4(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(4)..).unwrap_or_default()
    }

    /// O is read as 0, and I and L as 1, as Crockford has it.
    pub fn digest(&self, keys: &Keys) -> CodeDigest {
        let alike = |c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        };
        let code: String = self.0.chars().filter(|c| *c != '-').map(alike).collect();
        CodeDigest(BASE64_URL_SAFE_NO_PAD.encode(keys.mac("gift_card_digest", &[&code])))
    }
}

impl From<CodeDigest> for Value {
    fn from(digest: CodeDigest) -> Self {
        digest.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn keys() -> Keys {
        Keys::parse(&"7".repeat(64)).unwrap()
    }

    fn digest(typed: &str) -> Option<String> {
        PlainCode::typed(typed).ok().map(|code| code.digest(&keys()).0)
    }

    #[test]
    fn a_code_of_ours_has_a_hundred_bits_in_groups_that_can_be_read_out() {
        let of = |n: u128| PlainCode::of(&keys(), GiftCardId::derived(n.to_be_bytes()));
        let codes: BTreeSet<String> = (0..1_024).map(|n| of(n).reveal().to_owned()).collect();
        assert_eq!(codes.len(), 1_024);
        for code in &codes {
            let groups: Vec<_> = code.split('-').collect();
            assert!(groups.len() == 5 && groups.iter().all(|group| group.len() == 4), "{code}");
            assert!(code.chars().all(|c| "0123456789ABCDEFGHJKMNPQRSTVWXYZ-".contains(c)), "{code}");
        }
        // Each of the 20 digits takes each of the 32 values.
        for at in (0..24).filter(|at| at % 5 != 4) {
            let values: BTreeSet<_> = codes.iter().map(|code| code.as_bytes()[at]).collect();
            assert_eq!(values.len(), 32, "digit {at}");
        }
        assert_eq!(of(1).last4(), &of(1).reveal()[20..]);
    }

    #[test]
    fn a_code_follows_from_the_card_and_the_shop() {
        let card = GiftCardId::derived([1; 16]);
        let code = |keys: &Keys| PlainCode::of(keys, card).reveal().to_owned();
        assert_eq!(code(&keys()), code(&keys()));
        let another = Keys::parse(&"8".repeat(64)).unwrap();
        assert_ne!(code(&keys()), code(&another));
        let typed = PlainCode::typed("THANK-YOU-FOR-2026-AND-ALL").ok().unwrap();
        assert_ne!(typed.digest(&keys()).0, typed.digest(&another).0);
        assert!(!typed.digest(&keys()).0.contains("THANK"));
    }

    #[test]
    fn case_blanks_hyphens_and_letters_like_digits_make_no_difference() {
        let expected = digest("AB01-CD23-EF45-GH67-JK89").unwrap();
        for alike in [
            "ab01cd23ef45gh67jk89",
            " AB01 CD23 EF45 GH67 JK89\n",
            "ABO1-CD23-EF45-GH67-JK89",
            "abol-cd23-ef45-gh67-jk89",
            "AB0I–CD23–EF45–GH67–JK89",
            "ＡＢ０１-CD23-EF45-GH67-JK\u{200b}89",
        ] {
            assert_eq!(digest(alike).as_ref(), Some(&expected), "{alike:?}");
        }
        assert_ne!(digest("AB01-CD23-EF45-GH67-JK88"), Some(expected));
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        assert!(digest("ABCD-ABCD-ABCD-ABCD").is_some() && digest(&"A".repeat(MAX_CODE)).is_some());
        let long = ["A".repeat(MAX_CODE + 1), " ".repeat(1_000_000)];
        for wrong in ["", " ", "WELCOME10", "ABCD-ABCD-ABCD-ABC", "ABCDABCDABCDABÇD", "ABCD_ABCD_ABCD_ABCD"] {
            assert_eq!(digest(wrong), None, "{wrong:?}");
        }
        assert!(long.iter().all(|wrong| digest(wrong).is_none()));
    }

    proptest! {
        #[test]
        fn any_text_is_a_code_or_none(text in "\\PC{0,80}|[A-Za-z0-9 -]{10,70}") {
            if let Ok(code) = PlainCode::typed(&text) {
                prop_assert_eq!(code.last4().len(), 4);
                prop_assert_eq!(digest(code.reveal()), digest(&text));
            }
        }
    }
}
