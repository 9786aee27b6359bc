//! Passwords: the plain one cannot be stored or shown, the stored one cannot
//! be shown. Neither has `Debug`, `Display` or `Serialize`.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq;

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
/// Before composing, which makes one of four characters at most.
const MAX_TYPED_CHARS: usize = 4 * MAX_CHARS;

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
        if typed.chars().nth(MAX_TYPED_CHARS).is_some() {
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
            "type": "string", "format": "password", "maxLength": MAX_TYPED_CHARS, "description": description,
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
        let Phc { cost, salt, hash } = self.parsed()?;
        let typed = cost.hash(plain, &salt, hash.len())?;
        Ok(typed.ct_eq(&hash).into())
    }

    /// A stronger hash of the same password, if this one falls short of today's cost.
    pub fn strengthened(&self, plain: &PlainPassword, entropy: &dyn Entropy) -> Result<Option<Self>, AuthError> {
        if self.parsed()?.cost.suffices() { Ok(None) } else { hash(plain, entropy).map(Some) }
    }

    fn parsed(&self) -> Result<Phc, AuthError> {
        Phc::parse(&self.0).ok_or_else(|| fault("a password is stored as none that we have written"))
    }
}

/// How a password is hashed, and with it what that costs.
struct Cost {
    algorithm: Algorithm,
    version: Version,
    params: Params,
}

impl Cost {
    fn today() -> Result<Self, AuthError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(fault)?;
        Ok(Self { algorithm: Algorithm::Argon2id, version: Version::V0x13, params })
    }

    fn suffices(&self) -> bool {
        self.algorithm == Algorithm::Argon2id
            && self.version == Version::V0x13
            && self.params.m_cost() >= MEMORY_KIB
            && self.params.t_cost() >= PASSES
    }

    fn hash(&self, plain: &PlainPassword, salt: &[u8], bytes: usize) -> Result<Vec<u8>, AuthError> {
        let mut hash = vec![0; bytes];
        let argon2 = Argon2::new(self.algorithm, self.version, self.params.clone());
        argon2.hash_password_into(plain.0.as_bytes(), salt, &mut hash).map_err(fault)?;
        Ok(hash)
    }
}

/// What is in a PHC string of Argon2: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`,
/// the last two in Base64 without padding. The library's own reading of it takes
/// any function's and is 6 KB of the Worker, gzipped.
struct Phc {
    cost: Cost,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Phc {
    fn parse(text: &str) -> Option<Self> {
        let ["", algorithm, version, params, salt, hash] = text.split('$').collect::<Vec<_>>()[..] else { return None };
        let [memory, passes, lanes] = params.split(',').collect::<Vec<_>>()[..] else { return None };
        let number = |text: &str, name: &str| text.strip_prefix(name)?.parse::<u32>().ok();
        let (memory, passes, lanes) = (number(memory, "m=")?, number(passes, "t=")?, number(lanes, "p=")?);
        let cost = Cost {
            algorithm: Algorithm::new(algorithm).ok()?,
            version: Version::try_from(number(version, "v=")?).ok()?,
            params: Params::new(memory, passes, lanes, None).ok()?,
        };
        let bytes = |text: &str| BASE64_STANDARD_NO_PAD.decode(text).ok();
        Some(Self { cost, salt: bytes(salt)?, hash: bytes(hash)? })
    }

    fn text(&self) -> String {
        let Cost { algorithm, version, params } = &self.cost;
        let (memory, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
        let (salt, hash) = (BASE64_STANDARD_NO_PAD.encode(&self.salt), BASE64_STANDARD_NO_PAD.encode(&self.hash));
        format!("${algorithm}$v={}$m={memory},t={passes},p={lanes}${salt}${hash}", u32::from(*version))
    }
}

fn hash(plain: &PlainPassword, entropy: &dyn Entropy) -> Result<PasswordHash, AuthError> {
    hash_at(Cost::today()?, plain, entropy)
}

fn hash_at(cost: Cost, plain: &PlainPassword, entropy: &dyn Entropy) -> Result<PasswordHash, AuthError> {
    let mut salt = vec![0; SALT_BYTES];
    entropy.fill(&mut salt);
    let hash = cost.hash(plain, &salt, Params::DEFAULT_OUTPUT_LEN)?;
    Ok(PasswordHash(Phc { cost, salt, hash }.text()))
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
        let cost = Cost { params: Params::new(4_096, 2, 1, None).unwrap(), ..Cost::today().ok().unwrap() };
        let weak = hash_at(cost, &password, &Counting).ok().unwrap();
        assert_eq!(weak.matches(&password), Ok(true));
        let strong = weak.strengthened(&password, &Counting).unwrap().unwrap();
        assert_eq!(strong.matches(&password), Ok(true));
        assert!(strong.strengthened(&password, &Counting).unwrap().is_none());
    }

    #[test]
    fn a_hash_is_read_as_others_write_it() {
        // One of the reference implementation's own tests (phc-winner-argon2, test.c).
        let theirs = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert_eq!(Phc::parse(theirs).unwrap().text(), theirs);
        let theirs = PasswordHash(theirs.to_owned());
        assert_eq!(theirs.matches(&plain("password")), Ok(true));
        assert_eq!(theirs.matches(&plain("passwords")), Ok(false));
        for wrong in
            ["", "$argon2id$v=19$m=19456,t=2$c2FsdHNhbHQ$aGFzaA", "$scrypt$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA"]
        {
            assert!(PasswordHash(wrong.to_owned()).matches(&plain("password")).is_err(), "{wrong}");
        }
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
