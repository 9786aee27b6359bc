//! The pages there are. To add one, write it beside its like and name it in [`ALL`].

mod audit_log;
mod bulk;
mod bulk_products;
mod collections;
mod customers;
mod documents;
mod drafts;
mod find;
mod gift_cards;
mod home;
mod imports;
mod jobs;
mod messages;
mod order_edit;
mod order_forms;
mod orders;
mod price_lists;
mod products;
mod promotions;
mod reports;
mod session;
mod settings;
mod stock;
mod translations;
mod views;
mod waiting_edit;
mod webhooks;

use serde_json::{Map, Value};

use super::page::{Link, Page, link};

/// The main navigation.
pub const NAVIGATION: &[Link] = &[
    link("Home", ""),
    link("Orders", "/orders"),
    link("Products", "/products"),
    link("Collections", "/collections"),
    link("Stock", "/stock"),
    link("Customers", "/customers"),
    link("Promotions", "/promotions"),
    link("Gift cards", "/gift-cards"),
    link("Messages", "/messages"),
    link("Reports", "/reports"),
    link("Settings", "/settings"),
];

/// Of pages at like addresses the first counts: `/products/new` before `/products/{id}`.
const ALL: &[&Page] = &[
    &home::HOME,
    &find::FIND,
    &session::SIGN_IN,
    &session::SIGN_OUT,
    &orders::ORDERS,
    &bulk::SEND,
    &bulk::TAG,
    &bulk::CAPTURE,
    &bulk::CANCEL,
    &bulk::ALL,
    &orders::EXPORT,
    &orders::ORDER,
    &order_edit::EDIT,
    &drafts::DRAFTS,
    &drafts::DRAFT,
    &documents::DOCUMENTS,
    &products::PRODUCTS,
    &products::NEW,
    &bulk_products::STATUS,
    &bulk_products::TAGS,
    &bulk_products::FACTS,
    &stock::GRID,
    &products::PRODUCT,
    &products::VARIANT,
    &products::STOCK_LEDGER,
    &collections::COLLECTIONS,
    &collections::BY_HAND,
    &collections::BY_RULE,
    &collections::COLLECTION,
    &collections::PRODUCTS,
    &stock::STOCK,
    &stock::RECEIVE,
    &customers::CUSTOMERS,
    &price_lists::GROUPS,
    &price_lists::GROUP,
    &price_lists::GROUP_MEMBERS,
    &customers::CUSTOMER,
    &price_lists::LISTS,
    &price_lists::LIST,
    &price_lists::PRICES,
    &promotions::PROMOTIONS,
    &promotions::PERCENTAGE,
    &promotions::FIXED,
    &promotions::FREE_SHIPPING,
    &promotions::BUY_GET,
    &promotions::TIERED,
    &promotions::PROMOTION,
    &promotions::USES,
    &gift_cards::GIFT_CARDS,
    &gift_cards::GIFT_CARD,
    &gift_cards::GIFT_CARD_LEDGER,
    &messages::MESSAGES,
    &messages::PREVIEWS,
    &messages::MESSAGE,
    &messages::PREVIEW,
    &messages::MESSAGE_LETTER,
    &messages::PREVIEW_LETTER,
    &reports::SALES,
    &reports::TAX,
    &reports::STOCK,
    &reports::GIFT_CARDS,
    &settings::SETTINGS,
    &settings::SELLER,
    &settings::TAX,
    &settings::SHIPPING,
    &webhooks::WEBHOOKS,
    &webhooks::WEBHOOK,
    &webhooks::DELIVERIES,
    &imports::IMPORTS,
    &imports::IMPORT,
    &audit_log::AUDIT_LOG,
    &jobs::JOBS,
    &jobs::JOB,
];

/// A page at an address, with what stands in its places there.
#[derive(Clone)]
pub struct Found {
    pub page: &'static Page,
    pub places: Map<String, Value>,
}

/// The page at an address below `/admin`.
pub fn find(path: &str) -> Option<Found> {
    ALL.iter().find_map(|page| Some(Found { page, places: places(page.path, path)? }))
}

fn places(pattern: &str, path: &str) -> Option<Map<String, Value>> {
    if pattern.split('/').count() != path.split('/').count() {
        return None;
    }
    let mut places = Map::new();
    for (wanted, given) in pattern.split('/').zip(path.split('/')) {
        match wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => drop(places.insert(name.to_owned(), decoded(given).into())),
            None if wanted == given => {}
            None => return None,
        }
    }
    Some(places)
}

/// A part of an address as it was before [`super::shown::filled`] wrote it there.
fn decoded(part: &str) -> String {
    form_urlencoded::parse(part.as_bytes()).next().map_or_else(String::new, |(text, _)| text.into_owned())
}

/// What is said once the form of this id is done; nothing if there is none.
pub fn said(id: &str) -> &'static str {
    ALL.iter().flat_map(|page| page.forms()).find(|form| form.id == id).map_or("", |form| form.done)
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
