//! Who reads a page, as far as pages differ by that: in which language, and with
//! prices in which currency.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderName, header};

use super::words::Words;
use crate::money::Currency;
use crate::settings::Settings;
use crate::sorted::SortedMap;
use crate::text::Language;

/// What a browser keeps of what was chosen.
pub const LANGUAGE_COOKIE: &str = "__Host-locale";
pub const CURRENCY_COOKIE: &str = "__Host-currency";
/// What an address may say instead, for links that mean one language.
pub const LOCALE: &str = "locale";
pub const CURRENCY: &str = "currency";

/// What a cache must tell apart.
pub const VARY: &str = "accept-language, cookie";

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Visitor {
    pub language: Language,
    /// The shop's own if none is wanted, or one that it does not have.
    pub currency: Option<Currency>,
}

impl Visitor {
    /// What was chosen, else what the browser is set to.
    pub fn of(cookies: &str, accepted: &str) -> Self {
        let (mut language, mut currency) = (None, None);
        for (name, value) in cookies.split(';').filter_map(|pair| pair.trim().split_once('=')) {
            match name {
                LANGUAGE_COOKIE => language = language.or(Language::named(value)),
                CURRENCY_COOKIE => currency = currency.or(Currency::parse(value).ok()),
                _ => {}
            }
        }
        Self { language: language.unwrap_or_else(|| Language::accepted(accepted)), currency }
    }

    /// What the address says counts first: such a link is the same for everyone.
    #[must_use]
    pub fn at(mut self, query: &str) -> Self {
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                LOCALE => self.language = Language::named(&value).unwrap_or(self.language),
                CURRENCY => self.currency = Currency::parse(&value).ok().or(self.currency),
                _ => {}
            }
        }
        self
    }

    /// What an address says of both, for those of the same list: a place in it is one of its currency.
    pub fn said(query: &str) -> Vec<(String, String)> {
        let there = form_urlencoded::parse(query.as_bytes()).filter(|(name, value)| match &**name {
            LOCALE => Language::named(value).is_some(),
            CURRENCY => Currency::parse(value).is_ok(),
            _ => false,
        });
        // Of those that say it again the last counts.
        let by_name: SortedMap<String, String> =
            there.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        by_name.into_iter().collect()
    }

    pub fn currency(&self, settings: &Settings) -> Currency {
        let wanted = self.currency.filter(|currency| settings.currencies.contains(currency));
        wanted.unwrap_or(settings.default_currency)
    }

    pub fn words(&self) -> &'static Words {
        Words::of(self.language)
    }
}

impl From<&HeaderMap> for Visitor {
    fn from(headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| {
            let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
            lines.collect::<Vec<_>>()
        };
        // HTTP/2 may split both (RFC 9113, section 8.2.3; RFC 9110, section 5.3).
        Self::of(&text(header::COOKIE).join("; "), &text(header::ACCEPT_LANGUAGE).join(","))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::from(&parts.headers).at(parts.uri.query().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_counts_before_a_cookie_and_that_before_what_is_accepted() {
        let language = |cookies, accepted, query| Visitor::of(cookies, accepted).at(query).language;
        assert_eq!(language("", "", ""), Language::En);
        assert_eq!(language("", "de, en;q=0.5", ""), Language::De);
        assert_eq!(language("a=b; __Host-locale=en", "de", ""), Language::En);
        assert_eq!(language("__Host-locale=fr", "de", ""), Language::De);
        assert_eq!(language("__Host-locale=en", "en", "q=x&locale=de"), Language::De);
        assert_eq!(language("__Host-locale=de", "en", "locale=fr"), Language::De);
    }

    #[test]
    fn a_currency_that_the_shop_does_not_have_is_as_none() {
        let settings = crate::testing::settings();
        let currency = |cookies, query| Visitor::of(cookies, "").at(query).currency(&settings).as_str().to_owned();
        assert_eq!(currency("", ""), "EUR");
        assert_eq!(currency("__Host-currency=USD", ""), "USD");
        assert_eq!(currency("__Host-currency=USD", "currency=GBP"), "GBP");
        assert_eq!(currency("__Host-currency=JPY", ""), "EUR");
        assert_eq!(currency("__Host-currency=dollars", "currency=%3Cb%3E"), "EUR");
    }
}
