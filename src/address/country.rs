//! Countries, and what an address has in each: one table, `countries.js`,
//! with one line a country, sorted by name as people sort.
//!
//! | column | what it says |
//! |---|---|
//! | code, alpha-3, name | ISO 3166-1, with Kosovo under XK, which ISO leaves free for use |
//! | other names | what else people write for it; they are told the code |
//! | layout | the order in which an address is written: `A` the street's lines, `C` the city, `S` the region, `Z` the postal code; small where it may be left out, `/` begins a line, the rest is written as it is |
//! | city, region, postal code | what they are called there; "city", "province" and "postal code" where nothing is said |
//! | shapes | what a postal code looks like without its blanks, hyphens and country: `#` a digit, `@` a letter, `*` either, any other sign itself; anything is taken where nothing is said |
//! | example | a postal code of the country |
//!
//! Fields, their order, names and need, and examples are those of Google's
//! [Address Data Service](https://chromium-i18n.appspot.com/ssl-address) (CC BY
//! 4.0) as published with libaddressinput on 2025-06-09; the shapes are its
//! patterns, loosened to which kind of sign stands where. Names are those of
//! CLDR 48 (Unicode License v3), the German ones in `countries_german.js`. "Postcode" is what the posts of Australia, New
//! Zealand, Man and the Channel Islands say.
//!
//! It differs where a parcel arrives without: the city of Monaco and of the
//! Vatican, the provinces of Spain and Italy and the islands of French
//! Polynesia, which the postal code says already, the code of Gibraltar, which
//! has one, and a state of the outlying territories of the United States and
//! Australia, which have none. Japan may name a city, which the source counts as
//! part of the street. Codes are also taken as they were before they grew.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::sorted::{SortedMap, SortedSet};
use crate::text::kept::Kept;
use crate::text::unicode::{lowercase, uppercase};
use crate::text::{self, Language, Refusal};

pub static KEPT: Kept = Kept::new(include_str!("countries.js"));
/// Each country's code and its German name, sorted as Germans sort.
pub static KEPT_GERMAN: Kept = Kept::new(include_str!("countries_german.js"));

static TABLE: LazyLock<Cow<'static, str>> = LazyLock::new(|| KEPT.text());
static GERMAN: LazyLock<Cow<'static, str>> = LazyLock::new(|| KEPT_GERMAN.text());

/// Each stored address is read by its country's code.
static BY_CODE: LazyLock<SortedMap<&str, Country>> =
    LazyLock::new(|| Country::all().map(|country| (country.code(), country)).collect());

/// A country, by its line of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Country(&'static str);

/// What of an address differs between countries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Street,
    City,
    Region,
    PostalCode,
}

/// Whether an address has something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Absent,
    Optional,
    Required,
}

#[derive(Clone, Copy)]
enum Column {
    Code,
    Alpha3,
    Name,
    OtherNames,
    Layout,
    City,
    Region,
    PostalCode,
    Shapes,
    Example,
}

impl Part {
    const ALL: [(Self, char); 4] =
        [(Self::Street, 'A'), (Self::City, 'C'), (Self::Region, 'S'), (Self::PostalCode, 'Z')];

    /// What a sign of a layout stands for, if it is not written as it is.
    pub fn of(sign: char) -> Option<Self> {
        let sign = sign.to_ascii_uppercase();
        Self::ALL.into_iter().find_map(|(part, letter)| (letter == sign).then_some(part))
    }
}

impl Country {
    /// Every country, by its name.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.lines().map(Self)
    }

    /// Every country with its name in the language, by that name.
    pub fn all_in(language: Language) -> Vec<(Self, &'static str)> {
        match language {
            Language::En => Self::all().map(|country| (country, country.name())).collect(),
            Language::De => german().filter_map(|(code, name)| Some((*BY_CODE.get(code)?, name))).collect(),
        }
    }

    fn cell(self, column: Column) -> &'static str {
        self.0.split('|').nth(column as usize).unwrap_or_default()
    }

    fn said(self, column: Column, otherwise: &'static str) -> &'static str {
        match self.cell(column) {
            "" => otherwise,
            said => said,
        }
    }

    /// ISO 3166-1 alpha-2, such as `DE`.
    pub fn code(self) -> &'static str {
        self.cell(Column::Code)
    }

    /// In English, such as "Germany".
    pub fn name(self) -> &'static str {
        self.cell(Column::Name)
    }

    /// Such as "Germany" or "Deutschland".
    pub fn name_in(self, language: Language) -> &'static str {
        match language {
            Language::En => self.name(),
            Language::De => german().find(|(code, _)| *code == self.code()).map_or(self.name(), |(_, name)| name),
        }
    }

    /// The lines of an address as it is written there, as the table says them.
    pub fn layout(self) -> impl Iterator<Item = &'static str> {
        self.cell(Column::Layout).split('/')
    }

    pub fn need(self, part: Part) -> Need {
        match self.cell(Column::Layout).chars().find(|sign| Part::of(*sign) == Some(part)) {
            None => Need::Absent,
            Some(sign) if sign.is_ascii_uppercase() => Need::Required,
            Some(_) => Need::Optional,
        }
    }

    /// "city", or what stands for it, such as "post town".
    pub fn city_noun(self) -> &'static str {
        self.said(Column::City, "city")
    }

    /// "province", or what stands for it, such as "state".
    pub fn region_noun(self) -> &'static str {
        self.said(Column::Region, "province")
    }

    /// "postal code", or what stands for it, such as "ZIP code".
    pub fn postal_code_noun(self) -> &'static str {
        self.said(Column::PostalCode, "postal code")
    }

    /// A postal code of this country, if it has any.
    pub fn postal_code_example(self) -> Option<&'static str> {
        Some(self.cell(Column::Example)).filter(|example| !example.is_empty())
    }

    /// Whether a telephone's digits are all that it takes to type a postal code.
    pub fn has_numeric_postal_codes(self) -> bool {
        let digits = |text: &str| !text.is_empty() && !text.contains(char::is_alphabetic);
        digits(self.cell(Column::Example)) && self.cell(Column::Shapes).chars().all(|sign| matches!(sign, '#' | ' '))
    }

    /// Whether this could be a postal code here. Only what plainly cannot is
    /// refused: case, blanks and hyphens do not count, nor does the country
    /// before it (`D-28195`), nor in which script its digits are.
    pub fn takes_postal_code(self, code: &str) -> bool {
        // The last is what a Japanese keyboard writes for a hyphen; Unicode has it as a letter.
        let counts = |sign: &char| sign.is_alphanumeric() && *sign != '\u{30FC}';
        let code = uppercase(&text::folded(code).chars().filter(counts).collect::<String>());
        let shapes = self.cell(Column::Shapes);
        let country = self.code();
        let before = ["", country.get(..1).unwrap_or_default(), country];
        shapes.is_empty()
            || before.into_iter().filter_map(|before| code.strip_prefix(before)).any(|code| fits_any(shapes, code))
    }

    fn is_called(self, name: &str) -> bool {
        let same = |other: &str| lowercase(other) == lowercase(name);
        [Column::Alpha3, Column::Name].into_iter().any(|column| same(self.cell(column)))
            || self.cell(Column::OtherNames).split(',').any(same)
    }
}

/// The code and the name of each country.
fn german() -> impl Iterator<Item = (&'static str, &'static str)> {
    GERMAN.lines().filter_map(|line| line.split_once('|'))
}

fn fits_any(shapes: &str, code: &str) -> bool {
    shapes.split(' ').any(|shape| {
        let fits = |(sign, kind): (char, char)| match kind {
            '#' => sign.is_numeric(),
            '@' => sign.is_alphabetic(),
            '*' => sign.is_alphanumeric(),
            itself => sign == itself,
        };
        code.chars().count() == shape.len() && code.chars().zip(shape.chars()).all(fits)
    })
}

impl FromStr for Country {
    type Err = Refusal;

    /// By its two letters in any case. A name or another code is refused with
    /// the right one, so that an integration learns it once.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        if let Some(country) = BY_CODE.get(text.to_ascii_uppercase().as_str()) {
            return Ok(*country);
        }
        Err(match Self::all().find(|country| !text.is_empty() && country.is_called(text)) {
            Some(meant) => format!("must be two letters of ISO 3166-1: {} for {}", meant.code(), meant.name()),
            None => "must be two letters of ISO 3166-1, such as DE".to_owned(),
        })
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::read(deserializer, str::parse)
    }
}

impl JsonSchema for Country {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Country".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        // All of them, by their first letter: `^([Aa][DEFdef]|[Bb][ABab])$`.
        let mut codes: SortedMap<&str, SortedSet<&str>> = SortedMap::new();
        for (first, second) in Self::all().filter_map(|country| country.code().split_at_checked(1)) {
            codes.get_or_default(first).add(second);
        }
        let either = |letters: &str| format!("[{letters}{}]", letters.to_ascii_lowercase());
        let of_a_letter = |(first, seconds): (&str, SortedSet<&str>)| {
            either(first) + &either(&seconds.into_keys().collect::<String>())
        };
        let pattern = codes.into_iter().map(of_a_letter).collect::<Vec<_>>().join("|");
        let description = "ISO 3166-1 alpha-2, and XK for Kosovo; small letters are taken, too.";
        schemars::json_schema!({
            "type": "string", "pattern": format!("^ *({pattern}) *$"), "description": description, "examples": ["DE"],
        })
    }
}

#[cfg(test)]
#[path = "country_tests.rs"]
mod tests;
