//! Where goods go, as far as prices depend on it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limits::MAX_PATTERN;
use crate::address::{Address, Country};
use crate::text;
use crate::text::unicode::{lowercase, uppercase};

/// A place as an address has it. Rules compare it by [`Spot`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub country: Country,
    pub region: Option<String>,
    pub postal_code: Option<String>,
}

impl Place {
    pub fn of(address: &Address) -> Self {
        Self {
            country: address.country,
            region: address.region.as_ref().map(|region| region.as_str().to_owned()),
            postal_code: address.postal_code.as_ref().map(|code| code.as_str().to_owned()),
        }
    }

    /// A whole country, before anything nearer is known.
    pub fn anywhere_in(country: Country) -> Self {
        Self { country, region: None, postal_code: None }
    }
}

/// Postal codes: one (`NG1 5DJ`), or all that begin alike (`35*`; `NG1 *` are
/// those of the district NG1, and not NG11's). Neither case nor blanks count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostalPattern(#[schemars(length(min = 1, max = MAX_PATTERN))] pub String);

/// How closely a rule names a place; the larger, the closer: a postal pattern,
/// and of those the one that says more of the code, before a region before the
/// country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Closeness {
    postal: usize,
    region: bool,
}

/// A place made ready for comparing with many rules.
pub struct Spot {
    country: Country,
    /// Whether postal codes are numbers there.
    is_numeric: bool,
    region: Option<String>,
    postal_code: Option<String>,
}

/// Where a postal code ends in three signs of the delivery point, after the
/// district's two to four: only there a blank tells `NG1 *` from `NG11 1AA`.
const DISTRICTS: [&str; 4] = ["GB", "GG", "IM", "JE"];
const DELIVERY_POINT: usize = 3;

impl Spot {
    pub fn of(place: &Place) -> Self {
        let is_numeric = place.country.has_numeric_postal_codes();
        Self {
            country: place.country,
            is_numeric,
            region: place.region.as_deref().map(compared),
            postal_code: place.postal_code.as_deref().map(|code| signs(&text::folded(code), is_numeric)),
        }
    }

    pub fn country(&self) -> Country {
        self.country
    }

    /// How closely a rule names this place, if it does; it names one of its
    /// regions and one of its postal codes, where it has any.
    pub fn named<'a>(
        &self,
        country: Country,
        mut regions: impl Iterator<Item = &'a String>,
        postal_codes: &[PostalPattern],
    ) -> Option<Closeness> {
        if country != self.country {
            return None;
        }
        let region = match regions.next() {
            None => false,
            Some(first) => {
                let here = self.region.as_ref()?;
                let same = |name: &String| compared(name) == *here;
                (same(first) || regions.any(same)).then_some(true)?
            }
        };
        let postal = match postal_codes {
            [] => 0,
            patterns => patterns.iter().filter_map(|pattern| self.caught_by(pattern)).max()?,
        };
        Some(Closeness { postal, region })
    }

    /// How much of the postal code the pattern says, if it catches it: more
    /// signs are closer, and the whole code is closer than all that begin so.
    fn caught_by(&self, pattern: &PostalPattern) -> Option<usize> {
        let code = self.postal_code.as_deref()?;
        let (begin, is_whole) = match pattern.0.trim().strip_suffix('*') {
            Some(begin) => (begin, false),
            None => (pattern.0.as_str(), true),
        };
        let is_district = begin.ends_with(' ') && DISTRICTS.contains(&self.country.code());
        let mut rest = code.chars();
        let mut said = 0;
        for sign in signs(begin, self.is_numeric).chars() {
            (rest.next() == Some(sign)).then_some(())?;
            said += 1;
        }
        let left = rest.count();
        let caught = match (is_whole, is_district) {
            (true, _) => left == 0,
            (false, true) => left == DELIVERY_POINT,
            (false, false) => true,
        };
        caught.then_some(2 * said + usize::from(is_whole) + 1)
    }
}

/// What counts of a postal code: neither case nor blanks nor hyphens, nor the
/// country before it where codes are numbers (`E-35001`).
fn signs(code: &str, is_numeric: bool) -> String {
    let counts = move |sign: &char| if is_numeric { sign.is_numeric() } else { sign.is_alphanumeric() };
    uppercase(&code.chars().filter(counts).collect::<String>())
}

/// A region's name as it is compared: what is typed into addresses is free
/// text, so `CA` and `California` are two, and a rule may need both.
fn compared(region: &str) -> String {
    lowercase(text::folded(region).trim())
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
