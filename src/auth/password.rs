//! Passwords: the plain one cannot be stored or shown, the stored one cannot
//! be shown. Neither has `Debug`, `Display` or `Serialize`.

use argon2::password_hash::{PasswordHash as Phc, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::account::PersonName;
use super::error::AuthError;
use super::guess::{Why, easily_guessed};
use crate::email::EmailAddress;
use crate::ports::Entropy;

/// NIST SP 800-63B-4, section 3.1.1.2, asks for 15 where the password is the only
/// factor; a shop's customers get its floor for two, which is also ASVS 6.2.1.
const MIN_CHARS: usize = 8;
/// Checked before hashing, so that a long password is not a cheap way to make us work.
const MAX_CHARS: usize = 128;
/// Before composing: up to four characters become one, of four bytes each.
const MAX_TYPED_BYTES: usize = 4 * 4 * MAX_CHARS;

/// OWASP Password Storage: argon2id, 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// What a guesser tries beside the shop's own name.
const SOFTWARE: &str = "tradepost";

/// A password as someone typed it: at most 128 characters, any of Unicode, no
/// trimming, no folding of case. Kept in NFKC (NIST SP 800-63B-4, section
/// 3.1.1.2), because a keyboard may send é as one character or two, and digits
/// of full width. RFC 8265, section 4.2, says NFC with blanks alike instead; NFKC
/// does that, too, and what else it merges, such as ﬁ and fi, nobody relies on.
pub struct PlainPassword(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    #[error("must have at most {MAX_CHARS} characters")]
    TooLong,
    #[error("must have at least {MIN_CHARS} characters")]
    TooShort,
    #[error(
        "is easily guessed: it is hardly more than {0}. Some words that have nothing to do with each other are better"
    )]
    Guessable(Why),
}

impl PlainPassword {
    pub fn new(typed: &str) -> Result<Self, WeakPassword> {
        if typed.len() > MAX_TYPED_BYTES {
            return Err(WeakPassword::TooLong);
        }
        let text = crate::text::folded(typed);
        if text.chars().count() > MAX_CHARS { Err(WeakPassword::TooLong) } else { Ok(Self(text)) }
    }
}

impl<'de> Deserialize<'de> for PlainPassword {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer, Self::new)
    }
}

impl JsonSchema for PlainPassword {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Password".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let description = "8 to 128 characters, counted and kept once they are composed (NFKC).";
        schemars::json_schema!({
            "type": "string", "format": "password", "maxLength": MAX_CHARS, "description": description,
        })
    }
}

/// What a guesser knows of whoever chooses a password.
pub struct Whose<'a> {
    pub email: &'a EmailAddress,
    pub name: Option<&'a PersonName>,
    pub shop: &'a str,
}

impl Whose<'_> {
    fn texts(&self) -> impl Iterator<Item = &str> {
        let (local, domain) = self.email.as_str().split_once('@').unwrap_or_default();
        // What a domain ends in is in many a word.
        let domain = domain.rsplit_once('.').map_or(domain, |(name, _)| name);
        let name = self.name.map(PersonName::as_str);
        [self.shop, SOFTWARE, self.email.as_str(), local, domain].into_iter().chain(name)
    }
}

/// A password that someone may have from now on.
pub struct NewPassword<'a>(&'a PlainPassword);

impl<'a> NewPassword<'a> {
    /// No rules of composition and no expiry (NIST SP 800-63B-4, section
    /// 3.1.1.2); only what a guesser would try first is refused (ASVS 6.2.4 and
    /// 6.2.11).
    pub fn choose(plain: &'a PlainPassword, whose: &Whose) -> Result<Self, WeakPassword> {
        let password = Self::set_by_operator(plain)?;
        match easily_guessed(&plain.0, whose.texts()) {
            Some(why) => Err(WeakPassword::Guessable(why)),
            None => Ok(password),
        }
    }

    /// The operator answers for the owner's password: only its length is checked.
    pub fn set_by_operator(plain: &'a PlainPassword) -> Result<Self, WeakPassword> {
        if plain.0.chars().count() < MIN_CHARS { Err(WeakPassword::TooShort) } else { Ok(Self(plain)) }
    }

    pub fn hash(&self, entropy: &dyn Entropy) -> Result<PasswordHash, AuthError> {
        hash(self.0, entropy)
    }
}

/// A password as it is kept: a PHC string.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// Well-formed, of today's cost, and nobody's.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCE$bm9ib2R5J3MgaGFzaCwgdG8gdGFrZSBlcXVhbCB0aW0";

impl PasswordHash {
    /// What a password for an unknown address is compared with, so that the
    /// answer takes as long as for a known one.
    pub fn dummy() -> Self {
        Self(DUMMY.to_owned())
    }

    pub(super) fn from_store(text: String) -> Self {
        Self(text)
    }
    pub(super) fn for_store(&self) -> &str {
        &self.0
    }

    /// Whether this is the hash of that password. The comparison takes equal
    /// time wherever they differ. About 20 ms of CPU and 19 MiB.
    pub fn matches(&self, plain: &PlainPassword) -> Result<bool, AuthError> {
        match hasher()?.verify_password(plain.0.as_bytes(), &self.parsed()?) {
            Ok(()) => Ok(true),
            Err(argon2::password_hash::Error::Password) => Ok(false),
            Err(error) => Err(fault(error)),
        }
    }

    /// A stronger hash of the same password, if this one falls short of today's cost.
    pub fn strengthened(&self, plain: &PlainPassword, entropy: &dyn Entropy) -> Result<Option<Self>, AuthError> {
        let phc = self.parsed()?;
        let params = Params::try_from(&phc).map_err(fault)?;
        let strong = phc.algorithm == Algorithm::Argon2id.ident()
            && phc.version == Some(Version::V0x13.into())
            && params.m_cost() >= MEMORY_KIB
            && params.t_cost() >= PASSES;
        if strong { Ok(None) } else { hash(plain, entropy).map(Some) }
    }

    fn parsed(&self) -> Result<Phc<'_>, AuthError> {
        Phc::new(&self.0).map_err(fault)
    }
}

fn hash(plain: &PlainPassword, entropy: &dyn Entropy) -> Result<PasswordHash, AuthError> {
    let mut salt = [0; SALT_BYTES];
    entropy.fill(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(fault)?;
    let phc = hasher()?.hash_password(plain.0.as_bytes(), &salt).map_err(fault)?;
    Ok(PasswordHash(phc.to_string()))
}

fn hasher() -> Result<Argon2<'static>, AuthError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(fault)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn fault(error: impl std::fmt::Display) -> AuthError {
    AuthError::Cryptography(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;
    impl Entropy for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            for (at, byte) in buffer.iter_mut().enumerate() {
                *byte = at as u8;
            }
        }
    }

    fn plain(text: &str) -> PlainPassword {
        PlainPassword::new(text).ok().unwrap()
    }
    fn chosen(text: &str) -> Option<WeakPassword> {
        let email: EmailAddress = "ada.lovelace@kettle-works.com".parse().ok().unwrap();
        let name = "Augusta King".parse().ok();
        let whose = Whose { email: &email, name: name.as_ref(), shop: "Käse & Co" };
        NewPassword::choose(&plain(text), &whose).err()
    }

    #[test]
    fn a_hash_is_argon2id_at_the_stated_cost_and_matches_only_its_password() {
        let password = plain("correct horse 🐎 battery");
        let hash = NewPassword::set_by_operator(&password).ok().unwrap().hash(&Counting).ok().unwrap();
        assert!(hash.for_store().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(hash.matches(&password), Ok(true));
        assert_eq!(hash.matches(&plain("correct horse 🐎 batterY")), Ok(false));
        assert!(hash.strengthened(&password, &Counting).unwrap().is_none());
    }

    #[test]
    fn a_weaker_hash_is_renewed() {
        let password = plain("correct horse");
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(4_096, 2, 1, None).unwrap());
        let salt = SaltString::encode_b64(&[7; SALT_BYTES]).unwrap();
        let weak = PasswordHash(weak.hash_password(b"correct horse", &salt).unwrap().to_string());
        assert_eq!(weak.matches(&password), Ok(true));
        let strong = weak.strengthened(&password, &Counting).unwrap().unwrap();
        assert_eq!(strong.matches(&password), Ok(true));
        assert!(strong.strengthened(&password, &Counting).unwrap().is_none());
    }

    #[test]
    fn the_dummy_costs_what_a_real_hash_costs_and_matches_nothing() {
        let dummy = PasswordHash::dummy();
        assert_eq!(dummy.matches(&plain("nobody's password")), Ok(false));
        assert!(dummy.strengthened(&plain(""), &Counting).unwrap().is_none());
    }

    #[test]
    fn every_character_counts() {
        let long = |last: char| plain(&format!("{}{last}", "x".repeat(72)));
        let hash = hash(&long('a'), &Counting).ok().unwrap();
        assert_eq!(hash.matches(&long('b')), Ok(false));
    }

    #[test]
    fn lengths_are_counted_in_characters_and_bounded() {
        assert_eq!(chosen("1234abc"), Some(WeakPassword::TooShort));
        assert_eq!(chosen("pässwör"), Some(WeakPassword::TooShort));
        assert_eq!(chosen("pä sswör"), None);
        assert!(PlainPassword::new(&"🐎".repeat(128)).is_ok());
        assert_eq!(PlainPassword::new(&"x".repeat(129)).err(), Some(WeakPassword::TooLong));
        assert_eq!(PlainPassword::new(&"x".repeat(1 << 20)).err(), Some(WeakPassword::TooLong));
    }

    #[test]
    fn lengths_are_counted_once_it_is_composed() {
        // Seven characters in eleven.
        assert_eq!(chosen("a\u{308}o\u{308}u\u{308}e\u{301}xyz"), Some(WeakPassword::TooShort));
        // Eighteen characters in one, and 128 in 512.
        assert_eq!(chosen("ﷺ"), None);
        assert!(PlainPassword::new(&"\u{1f82}".repeat(128)).is_ok());
        assert!(PlainPassword::new(&"\u{3b1}\u{313}\u{300}\u{345}".repeat(128)).is_ok());
        assert_eq!(PlainPassword::new(&"e\u{301}".repeat(129)).err(), Some(WeakPassword::TooLong));
        assert_eq!(PlainPassword::new(&"ﷺ".repeat(8)).err(), Some(WeakPassword::TooLong), "144 characters");
    }

    #[test]
    fn a_password_is_the_same_from_any_keyboard() {
        let hash = hash(&plain("Schlüssel-Ähre 9"), &Counting).ok().unwrap();
        for typed in
            ["Schlu\u{308}ssel-A\u{308}hre 9", "Schlüssel-Ähre ９", "Schlüssel-Ähre\u{3000}9", "Schlüssel－Ähre\u{a0}9"]
        {
            assert_eq!(hash.matches(&plain(typed)), Ok(true), "{typed:?}");
        }
        for other in ["Schlussel-Ahre 9", "schlüssel-ähre 9", "Schlüssel-Ähre 9 ", "Schlüssel-Ähre  9"] {
            assert_eq!(hash.matches(&plain(other)), Ok(false), "{other:?}");
        }
    }

    #[test]
    fn what_others_know_of_one_is_easily_guessed() {
        for text in [
            "Ada.Lovelace",
            "ada.lovelace@kettle-works.com",
            "lovelace1815",
            "adalovelace!",
            "Kettle-Works1",
            "augusta2024",
            "AugustaKing",
            "käse&co2024",
            "KÄSE-Käse",
            "TradePost",
            "tr4d3p0st!",
            "tsopedart1",
        ] {
            assert_eq!(chosen(text), Some(WeakPassword::Guessable(Why::Near)), "{text}");
        }
        let told = WeakPassword::Guessable(Why::Near).to_string();
        assert!(told.contains("hardly more than your name, your address or the shop's name."), "{told}");
    }
}
