//! E-mail addresses: what is typed, and what is known to be one.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::text;

/// An e-mail address: ASCII, lower-cased whole, so that one mailbox has one
/// account. An international domain is kept in its `xn--` form, whichever way
/// it was written. No quoted local parts, comments or address literals, which
/// RFC 5321 allows and nobody has. `Debug` hides it: addresses stay out of logs.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

/// RFC 5321, section 4.5.3.1.3: 256 octets, less the two angle brackets. No
/// address is typed in more characters than that, either.
const MAX_EMAIL_BYTES: usize = 254;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEmail {
    #[error("must have at most {MAX_EMAIL_BYTES} characters")]
    TooLong,
    /// RFC 6531 would allow it, but few mail servers take it.
    #[error("has {} before the @, where only a to z, 0 to 9 and signs such as . - _ + can be", text::named(*.0))]
    Local(char),
    #[error("has no domain after the @, such as example.com")]
    Domain,
    #[error("is not an e-mail address")]
    Malformed,
}

impl EmailAddress {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or(&self.0, |(local, _)| local)
    }

    /// An address that was parsed before it was stored.
    pub fn from_store(text: String) -> Self {
        Self(text)
    }
}

/// The longest domain, and the longest part of one between dots (RFC 1035,
/// section 2.3.4), in bytes: 255 and 63 octets, each with its length before it.
const MAX_DOMAIN_BYTES: usize = 253;
const MAX_LABEL_BYTES: usize = 63;

/// A mail domain as DNS knows it: ASCII, lower-cased (UTS 46, ToASCII, with
/// the rules for host names of STD 3).
fn ascii_domain(domain: &str) -> Option<String> {
    let foreign = |c: char| c.is_ascii() && c != '.' && !is_in_labels(c);
    if domain.contains(foreign) {
        return None;
    }
    let domain = text::unicode::host(domain)?;
    (domain.len() <= MAX_DOMAIN_BYTES && domain.split('.').all(is_label)).then_some(domain)
}

/// Whether it may stand between the dots of a domain, in either form: no hyphen
/// is its first or last character.
fn is_label(label: &str) -> bool {
    let fits = (1..=MAX_LABEL_BYTES).contains(&label.len()) && label.chars().all(is_in_labels);
    let shown = match label.strip_prefix("xn--") {
        // Only what its letters are written as: the platform takes others, too.
        Some(code) => {
            idna::punycode::decode_to_string(code).filter(|shown| text::unicode::host(shown).as_deref() == Some(label))
        }
        None => Some(label.to_owned()),
    };
    fits && shown.is_some_and(|shown| !shown.starts_with('-') && !shown.ends_with('-'))
}

fn is_in_labels(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

/// An address as a plain keyboard types it. Where letters are of full width, so
/// are signs and dots (UTS 46 maps those of a domain; RFC 8265, section 3.3,
/// those of a user's name).
fn typed(text: &str) -> String {
    let plain = |c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{fe6b}' => '@',
        '\u{3002}' | '\u{ff61}' => '.',
        c => c,
    };
    text::sought(text).chars().map(plain).collect()
}

/// Part of an address in the form that addresses are kept in, to be looked for.
/// A whole domain is found in either form; a part of one only as it is kept.
pub fn part_of_address(part: &str) -> String {
    let part = text::unicode::lowercase(&typed(part));
    match part.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", ascii_domain(domain).unwrap_or(domain.to_owned())),
        None => ascii_domain(&part).unwrap_or(part),
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress")
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        if text.chars().nth(MAX_EMAIL_BYTES).is_some() {
            return Err(InvalidEmail::TooLong);
        }
        let text = typed(text);
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail::Malformed)?;
        if let Some(foreign) = local.chars().find(|c| !c.is_ascii()) {
            return Err(InvalidEmail::Local(foreign));
        }
        let plain = local.bytes().all(|byte| byte.is_ascii_graphic() && !br#""(),:;<>[\]"#.contains(&byte));
        if !plain || domain.is_empty() {
            return Err(InvalidEmail::Malformed);
        }
        let domain = ascii_domain(domain).ok_or(InvalidEmail::Domain)?;
        let address = format!("{local}@{domain}").to_ascii_lowercase();
        if address.len() > MAX_EMAIL_BYTES {
            return Err(InvalidEmail::TooLong);
        }
        let options = email_address::Options::default().without_display_text().without_domain_literal();
        match email_address::EmailAddress::parse_with_options(&address, options) {
            Ok(_) => Ok(Self(address)),
            Err(_) => Err(InvalidEmail::Malformed),
        }
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::read(deserializer, str::parse)
    }
}

impl JsonSchema for EmailAddress {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EmailAddress".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let description =
            "ASCII before the @; the domain in letters of any script or as `xn--`, which is how it is kept.";
        schemars::json_schema!({
            "type": "string", "format": "email", "maxLength": MAX_EMAIL_BYTES, "description": description,
            "examples": ["ada@example.com"],
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_lower_cased_and_trimmed() {
        let email: EmailAddress = " Ada.Lovelace+shop@Example.COM ".parse().ok().unwrap();
        assert_eq!(email.as_str(), "ada.lovelace+shop@example.com");
        assert_eq!(email.local_part(), "ada.lovelace+shop");
    }

    #[test]
    fn what_is_not_a_plain_address_is_refused() {
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@@example.com",
            "a b@example.com",
            "ada@exam ple.com",
            "Ada <ada@example.com>",
            "\"a b\"@example.com",
            "ada(comment)@example.com",
            "ada@[127.0.0.1]",
            "ada@example.com\r\nBcc: all@example.com",
            "ada@example..com",
            ".ada@example.com",
        ] {
            assert!(text.parse::<EmailAddress>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_mailbox_of_an_international_domain_is_one_however_it_is_written() {
        let kept = |text: &str| text.parse::<EmailAddress>().map(|email| email.0);
        for written in [
            "info@käse-beispiel.de",
            "INFO@KÄSE-Beispiel.DE",
            "info@ka\u{308}se-beispiel.de",
            "info@xn--kse-beispiel-gcb.de",
            "info@XN--KSE-BEISPIEL-GCB.de",
            "info＠käse-beispiel．de",
            "ｉｎｆｏ＠käse-beispiel。de",
            "\u{202a}info@käse-\u{ad}beispiel.de\u{202c}",
        ] {
            assert_eq!(kept(written).as_deref(), Ok("info@xn--kse-beispiel-gcb.de"), "{written:?}");
        }
        assert_eq!(kept("a@faß.de").as_deref(), Ok("a@xn--fa-hia.de"), "not fass.de, which is somebody else's");
        assert_eq!(kept("a@i❤.ws").as_deref(), Ok("a@xn--i-7iq.ws"));
        assert_eq!(kept("a@例え.テスト").as_deref(), Ok("a@xn--r8jz45g.xn--zckzah"));
        assert_eq!(kept("a@مثال.إختبار").as_deref(), Ok("a@xn--mgbh0fb.xn--kgbechtv"));
    }

    #[test]
    fn what_is_wrong_with_an_address_is_told_of_its_part() {
        let wrong = |text: &str| text.parse::<EmailAddress>().err();
        assert_eq!(wrong("jörg@example.com"), Some(InvalidEmail::Local('ö')));
        assert_eq!(wrong("a\u{202e}b@example.com"), Some(InvalidEmail::Local('\u{202e}')));
        assert_eq!(
            InvalidEmail::Local('ö').to_string(),
            "has “ö” before the @, where only a to z, 0 to 9 and signs such as . - _ + can be"
        );
        assert!(InvalidEmail::Local('\u{202e}').to_string().starts_with("has U+202E before"));
        let long = format!("a@{}.com", "ä".repeat(64));
        for domain in [
            "a@käse.de.",
            "a@example.com.",
            "a@.de",
            "a@käse..de",
            "a@-käse.de",
            "a@xn--a.com",
            "a@xn--999999999.de",
            "a@xn--KSE-\u{e4}.de",
            "a@xn--example-.com",
            "a@foo_bar.com",
            "a@\u{301}a.de",
            &long,
        ] {
            assert_eq!(wrong(domain), Some(InvalidEmail::Domain), "{domain:?}");
        }
        for text in ["a@", "a@\u{200b}", "a@b@käse.de", "\"a b\"@käse.de", "Jo <jo@käse.de>", "käse.de"] {
            assert!(wrong(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn a_part_of_an_address_is_looked_for_as_it_is_kept() {
        assert_eq!(part_of_address("Käse-Beispiel.de"), "xn--kse-beispiel-gcb.de");
        assert_eq!(part_of_address(" INFO@käse-beispiel.de"), "info@xn--kse-beispiel-gcb.de");
        for same in ["ada", "ada@", "@example", "jörg", "1001", "example.com"] {
            assert!(part_of_address(same).contains(same) || same == "jörg", "{same}");
        }
    }

    /// Characters that domains are refused for, or mapped by.
    fn odd_domain() -> impl Strategy<Value = String> {
        let odd: Vec<char> =
            "aB9-..xn--_%@/:äßς\u{308}\u{ad}\u{200d}\u{94d}क例。１①℡／אب٣\u{1f1e6}❤Å\u{2f}".chars().collect();
        let label = proptest::sample::select(&["xn--", "xn--a-", "-", "xn--kse-", "käse", "xn--fa-hia", ""][..]);
        let tail = proptest::collection::vec(proptest::sample::select(odd), 0..9);
        (label, tail).prop_map(|(label, tail)| label.chars().chain(tail).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn a_domain_is_what_the_strict_rules_of_uts_46_make_of_it(domain in odd_domain()) {
            use idna::uts46::{DnsLength, Hyphens, Uts46};
            let strict = Uts46::new().to_ascii(
                domain.as_bytes(), idna::AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify,
            );
            prop_assert_eq!(ascii_domain(&domain), strict.ok().map(String::from));
        }
    }

    #[test]
    fn an_address_has_at_most_254_characters() {
        let domain = format!("{}.{}.{}.com", "d".repeat(61), "d".repeat(61), "d".repeat(61));
        let address = |local: usize| format!("{}@{domain}", "a".repeat(local));
        assert_eq!(address(64).len(), 254);
        assert!(address(64).parse::<EmailAddress>().is_ok());
        for long in [format!("{}m", address(64)), format!(" {}", address(64))] {
            assert_eq!(long.parse::<EmailAddress>().err(), Some(InvalidEmail::TooLong));
        }
    }
}
