//! The languages in which the shop writes to people.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    De,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// As HTML and HTTP name it (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The language that is named so, in letters of either size.
    pub fn named(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(tag))
    }

    /// The language of ours that an `Accept-Language` header likes best; of two
    /// that it likes as much, the first (RFC 9110, section 12.5.4).
    pub fn accepted(header: &str) -> Self {
        let mut best = (0, Self::default());
        for range in header.split(',') {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let primary = tag.split('-').next().unwrap_or_default().trim();
            let language = match primary {
                "*" => Self::default(),
                tag if tag.eq_ignore_ascii_case("en") => Self::En,
                tag if tag.eq_ignore_ascii_case("de") => Self::De,
                _ => continue,
            };
            let weight = weight(parameters.trim());
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }

    /// The text in this language, of the same text in each.
    pub fn of<T>(self, english: T, german: T) -> T {
        match self {
            Self::En => english,
            Self::De => german,
        }
    }
}

/// A weight in thousandths, such as 800 of `q=0.8`; 1,000 where none is given,
/// none of what is not one (RFC 9110, section 12.4.2).
fn weight(parameter: &str) -> u32 {
    let Some(value) = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")) else { return 1_000 };
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match (whole, fraction) {
        ("1", _) => 1_000,
        ("0", fraction) if fraction.len() <= 3 && digits(fraction) => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_liked_best_is_spoken() {
        let german = [
            "de",
            "de-AT",
            "DE-de,en;q=0.9",
            "fr, de;q=0.8, en;q=0.7",
            "en;q=0.5,de;q=0.500001,de;q=0.51",
            "en;q=0, de;q=0.001",
        ];
        for header in german {
            assert_eq!(Language::accepted(header), Language::De, "{header}");
        }
        let english = [
            "",
            "en",
            "en-GB, de",
            "fr",
            "*",
            "de;q=0",
            "de;q=0.8,*",
            "den",
            "de;q=x",
            "de;q=-1",
            ";;,,q",
            "de;q=0.9,en",
        ];
        for header in english {
            assert_eq!(Language::accepted(header), Language::En, "{header}");
        }
    }
}
