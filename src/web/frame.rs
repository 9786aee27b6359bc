//! What every page has around it, in the language of whoever reads it.

use super::collections::collection_url;
use super::pages::Reading;
use super::visitor::{CURRENCY, LOCALE, Visitor};
use super::words::Words;
use crate::money::Currency;
use crate::settings::Settings;
use crate::shelf::snapshot::Snapshot;
use crate::text::Language;

/// How each language calls itself.
const LANGUAGES: [(Language, &str); 2] = [(Language::En, "English"), (Language::De, "Deutsch")];

/// The characters of a page's description: search engines show some 160.
pub const MAX_META: usize = 160;

/// The collections that the header has room for.
const MAX_TOP: usize = 6;

#[derive(Default)]
pub struct Frame<'a> {
    pub shop_name: &'a str,
    /// What it says of tax, or nothing.
    pub price_note: &'static str,
    pub w: Spoken,
    pub language: Language,
    /// The title and the address of the first collections that are in no other.
    pub collections: Vec<(&'a str, String)>,
    /// What stands in the search box.
    pub sought: String,
    /// See [`Visitor::said`]: what is searched and filtered is read likewise.
    pub said: Vec<(String, String)>,
    /// Whether it may run the shop's script: what is made from the catalog alone.
    pub is_scripted: bool,
    /// What else it can be read in; nothing where it is in one language only.
    pub switch: Option<Switch<'a>>,
    /// The page's one address; empty where it has none, or nobody has said where
    /// the shop is.
    pub canonical: String,
    /// See [`versions`]; none where it has no address of its own.
    pub alternates: Vec<(&'static str, String)>,
}

/// The same page for search engines, itself among them: in each language, by its tag, and where it is in the
/// visitor's own. The sitemap says the same.
pub fn versions(address: &str) -> Vec<(&'static str, String)> {
    let in_each = LANGUAGES.map(|(language, _)| (language.tag(), format!("{address}?{LOCALE}={}", language.tag())));
    in_each.into_iter().chain([("x-default", address.to_owned())]).collect()
}

/// The words of a page's language.
#[derive(Clone, Copy)]
pub struct Spoken(&'static Words);

impl Default for Spoken {
    fn default() -> Self {
        Self::from(Language::default())
    }
}

impl From<Language> for Spoken {
    fn from(language: Language) -> Self {
        Self(Words::of(language))
    }
}

impl std::ops::Deref for Spoken {
    type Target = Words;

    fn deref(&self) -> &Words {
        self.0
    }
}

pub struct Switch<'a> {
    pub languages: [(Language, &'static str); 2],
    pub currencies: &'a [Currency],
    pub currency: Currency,
    /// The address to come back to.
    pub back: String,
}

impl<'a> Frame<'a> {
    pub fn new(snapshot: &'a Snapshot, visitor: &Visitor) -> Self {
        let all = &snapshot.collections;
        let top = all.shown().filter(|(n, _)| all.above(*n).next().is_none()).take(MAX_TOP);
        let collections =
            top.map(|(_, collection)| (collection.texts(Some(visitor.language)).title, collection_url(collection)));
        Self { collections: collections.collect(), ..Self::of(&snapshot.settings, visitor) }
    }

    pub fn of(settings: &'a Settings, visitor: &Visitor) -> Self {
        let w = visitor.words();
        Self {
            shop_name: &settings.shop_name,
            price_note: if settings.prices_include_tax { w.with_tax } else { w.without_tax },
            ..Self::unknown(visitor)
        }
    }

    /// What search engines are told of a page: what it shows, and the first of these things.
    pub fn described<'t>(&self, what: &str, things: impl Iterator<Item = &'t str>) -> String {
        let mut described = format!("{} – {what}", self.shop_name);
        for (place, thing) in things.enumerate() {
            if described.chars().count().saturating_add(thing.chars().count()) > MAX_META {
                break;
            }
            described.push_str(if place == 0 { ": " } else { ", " });
            described.push_str(thing);
        }
        described
    }

    /// Around a page of a cart or an order, which has its own currency: only the
    /// language can be another, and leads `back` to it.
    pub fn at(snapshot: &'a Snapshot, visitor: &Visitor, back: String) -> Self {
        let currency = visitor.currency(&snapshot.settings);
        let switch = Switch { languages: LANGUAGES, currencies: &[], currency, back };
        Self { switch: Some(switch), ..Self::new(snapshot, visitor) }
    }

    /// Around a page of a shop that is not known, as nothing could be read.
    pub fn unknown(visitor: &Visitor) -> Self {
        let w = visitor.words();
        Self { shop_name: w.the_shop, w: Spoken::from(visitor.language), language: visitor.language, ..Self::default() }
    }

    /// Around a page of the catalog. One `has_address` if search engines are to
    /// know it, each language under an address of its own.
    pub fn of_catalog(snapshot: &'a Snapshot, reading: &Reading, has_address: bool) -> Self {
        let Reading { visitor, site, path, query } = reading;
        let mut back = form_urlencoded::Serializer::new(String::new());
        let (mut is_addressed, mut is_bare) = (false, true);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                LOCALE => is_addressed = true,
                CURRENCY => {}
                _ => {
                    back.append_pair(&name, &value);
                    is_bare = false;
                }
            }
        }
        let back = if is_bare { (*path).to_owned() } else { format!("{path}?{}", back.finish()) };
        let has_address = has_address && !site.is_empty();
        let alternates = if has_address { versions(&format!("{site}{path}")) } else { Vec::new() };
        let own = if is_addressed { visitor.language.tag() } else { "x-default" };
        let canonical = alternates.iter().find(|(tag, _)| *tag == own).map(|(_, url)| url.clone()).unwrap_or_default();
        let settings = &snapshot.settings;
        let currency = visitor.currency(settings);
        Self {
            is_scripted: true,
            said: Visitor::said(query),
            switch: Some(Switch { languages: LANGUAGES, currencies: &settings.currencies, currency, back }),
            canonical,
            alternates,
            ..Self::new(snapshot, visitor)
        }
    }
}
