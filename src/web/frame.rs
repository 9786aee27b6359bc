//! What every page has around it, in the language of whoever reads it.

use super::visitor::Visitor;
use super::words::Words;
use crate::settings::Settings;
use crate::shelf::snapshot::Snapshot;
use crate::text::Language;

pub struct Frame<'a> {
    pub shop_name: &'a str,
    /// What it says of tax, or nothing.
    pub price_note: &'static str,
    pub w: &'static Words,
    pub language: Language,
    /// What stands in the search box.
    pub sought: String,
    /// Whether it may run the shop's script: what is made from the catalog alone.
    pub is_scripted: bool,
}

impl<'a> Frame<'a> {
    pub fn new(snapshot: &'a Snapshot, visitor: &Visitor) -> Self {
        Self::of(&snapshot.settings, visitor)
    }

    pub fn of(settings: &'a Settings, visitor: &Visitor) -> Self {
        let w = visitor.words();
        Self {
            shop_name: &settings.shop_name,
            price_note: if settings.prices_include_tax { w.with_tax } else { w.without_tax },
            w,
            language: visitor.language,
            sought: String::new(),
            is_scripted: false,
        }
    }

    /// Around a page of a shop that is not known, as nothing could be read.
    pub fn unknown(visitor: &Visitor) -> Self {
        let w = visitor.words();
        Self {
            shop_name: w.the_shop,
            price_note: "",
            w,
            language: visitor.language,
            sought: String::new(),
            is_scripted: false,
        }
    }
}
