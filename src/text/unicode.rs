//! What takes Unicode's large tables: the normal forms of text (UAX 15), hosts
//! in ASCII (UTS 46), small and capital letters. The Worker has them lent by its
//! platform, which has the tables anyway: 110 KB gzipped. Natively they are
//! ICU4X's, and the standard library's.

use std::borrow::Cow;

/// A normal form of text (UAX 15).
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// Letters with their accents.
    Nfc,
    /// Letters and their accents taken apart.
    Nfd,
    /// Like NFC; letters that differ only in width or style are one.
    Nfkc,
    /// Like NFD; letters that differ only in width or style are one.
    Nfkd,
}

/// The text in a normal form. ASCII is in all of them.
pub fn normalized(text: &str, form: Form) -> Cow<'_, str> {
    if text.is_ascii() { text.into() } else { tables::normalized(text, form).into() }
}

/// The text in small letters, whatever their script (Unicode, section 3.13).
pub fn lowercase(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { tables::lowercase(text) }
}

/// The text in capital letters. Some are longer than the small one: `ß` is `SS`.
pub fn uppercase(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_uppercase() } else { tables::uppercase(text) }
}

/// A domain in ASCII and small letters, as the host of a URL has it (URL
/// Standard, section 3.3, domain to ASCII, not strict). None if it has letters
/// that no domain can have. What is ASCII may have any length and any hyphens.
/// `domain`: of its ASCII only letters, digits, hyphens and dots.
///
/// The platform does not refuse all that ICU4X does: it looks at the directions
/// of letters (RFC 5893) label by label, and knows fewer of the newest. What
/// both take is written the same.
pub fn host(domain: &str) -> Option<String> {
    let small = domain.to_ascii_lowercase();
    let plain = small.is_ascii() && !small.split('.').any(|label| label.starts_with("xn--"));
    if plain { Some(small) } else { tables::host(&small) }
}

#[cfg(not(target_arch = "wasm32"))]
mod tables {
    use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

    use super::Form;

    pub fn normalized(text: &str, form: Form) -> String {
        let text = match form {
            Form::Nfc => ComposingNormalizerBorrowed::new_nfc().normalize(text),
            Form::Nfd => DecomposingNormalizerBorrowed::new_nfd().normalize(text),
            Form::Nfkc => ComposingNormalizerBorrowed::new_nfkc().normalize(text),
            Form::Nfkd => DecomposingNormalizerBorrowed::new_nfkd().normalize(text),
        };
        text.into_owned()
    }

    #[allow(clippy::disallowed_methods)]
    pub fn lowercase(text: &str) -> String {
        text.to_lowercase()
    }

    #[allow(clippy::disallowed_methods)]
    pub fn uppercase(text: &str) -> String {
        text.to_uppercase()
    }

    pub fn host(domain: &str) -> Option<String> {
        idna::domain_to_ascii_cow(domain.as_bytes(), idna::AsciiDenyList::URL).ok().map(String::from)
    }
}

/// Where the tables are the platform's.
#[cfg(target_arch = "wasm32")]
mod tables {
    use std::sync::OnceLock;

    use super::{Form, Tables};

    pub(super) static LENT: OnceLock<Tables> = OnceLock::new();

    pub fn normalized(text: &str, form: Form) -> String {
        LENT.get().map_or_else(|| text.to_owned(), |tables| (tables.normalized)(text, form))
    }

    pub fn lowercase(text: &str) -> String {
        LENT.get().map_or_else(|| text.to_owned(), |tables| (tables.lowercase)(text))
    }

    pub fn uppercase(text: &str) -> String {
        LENT.get().map_or_else(|| text.to_owned(), |tables| (tables.uppercase)(text))
    }

    pub fn host(domain: &str) -> Option<String> {
        (LENT.get()?.host)(domain)
    }
}

/// Each answers as the function of its name does.
#[cfg(target_arch = "wasm32")]
pub struct Tables {
    pub normalized: fn(&str, Form) -> String,
    pub lowercase: fn(&str) -> String,
    pub uppercase: fn(&str) -> String,
    pub host: fn(&str) -> Option<String>,
}

/// Has the platform's tables asked from now on: before any text is read.
#[cfg(target_arch = "wasm32")]
pub fn lend(lent: Tables) {
    let _ = tables::LENT.set(lent);
}
