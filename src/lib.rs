//! Tradepost: a shop's whole backend in one Worker.
//!
//! | room | what it is for |
//! |---|---|
//! | [`router`] | every route of the system, one line each |
//! | [`app`] | the capabilities a handler may use |
//! | [`json`] | JSON, read by one reader |
//! | [`sorted`] | a map as a sorted list, and sorting |
//! | [`together`] | waiting for many answers at once |
//! | [`problem`] | an answer that is not a success, as problem+json |
//! | [`wire`] | what every request and answer passes through |
//! | [`idempotency`] | keyed writes to the database |
//! | [`openapi`] | the contract as text, made from the code |
//! | [`money`], [`ids`], [`text`], [`email`] | amounts, identifiers, types that are one text |
//! | [`address`] | addresses, and what one has in each country |
//! | [`ports`] | the seam to the platform |
//! | [`throttle`] | how much is taken from whom, and at what pace |
//! | [`audit`] | who among staff changed what |
//! | [`auth`] | accounts, passwords, tokens, roles |
//! | [`pricing`] | what a buyer pays: discounts, shipping, tax; pure |
//! | [`settings`] | what the owner decides once |
//! | [`revision`] | what a write that buyers may see owes them |
//! | [`uploads`] | pictures that staff upload, and sending them to whoever looks |
//! | [`catalog`] | what the shop sells, as staff write it |
//! | [`collections`] | what products are gathered in, as staff write it |
//! | [`setup`] | the settings as the owner changes them |
//! | [`promotions`] | what is taken off, as staff write it |
//! | [`shelf`] | the copy that buyers read, and publishing it |
//! | [`vat`] | VAT numbers, and asking VIES of one |
//! | [`pools`] | finite supplies: the object that cannot oversell |
//! | [`gift_cards`] | gift cards: their codes, who issued them, what is left |
//! | [`messages`] | letters to buyers, each written and sent once |
//! | [`webhooks`] | telling other systems what happens |
//! | [`payments`] | payment providers |
//! | [`orders`] | the cart and the order it becomes |
//! | [`lists`] | many orders at once: lists, the search, tags, files, and whether the lists are right |
//! | [`suggestions`] | what is bought together, learned by night |
//! | [`reports`] | what was sold, and the tax in it, by days of the shop |
//! | [`documents`] | invoices and credit notes, numbered without a gap |
//! | [`exchange`] | products as files: in and out |
//! | [`jobs`] | long work, done row by row, that survives whatever dies |
//! | [`telemetry`] | log lines, health and readiness |
//! | [`web`] | the storefront's pages |
//! | [`console`] | the staff's pages, made of what the API answers |
//! | [`minute`] | what is done each minute although nobody asks |
//! | `edge` | the Worker's side of the ports; the only code that names the platform |

pub mod address;
pub mod app;
pub mod email;
pub mod idempotency;
pub mod ids;
pub mod json;
pub mod money;
pub mod openapi;
pub mod ports;
pub mod problem;
pub mod revision;
pub mod router;
pub mod sorted;
pub mod text;
pub mod together;
pub mod wire;

pub mod audit;
pub mod auth;
pub mod catalog;
pub mod collections;
pub mod console;
pub mod documents;
pub mod exchange;
pub mod gift_cards;
pub mod jobs;
pub mod lists;
pub mod messages;
pub mod minute;
pub mod orders;
pub mod payments;
pub mod pools;
pub mod price_lists;
pub mod pricing;
pub mod promotions;
pub mod reports;
pub mod settings;
pub mod setup;
pub mod shelf;
pub mod suggestions;
pub mod telemetry;
pub mod throttle;
pub mod uploads;
pub mod vat;
pub mod web;
pub mod webhooks;

#[cfg(target_arch = "wasm32")]
mod edge;
#[cfg(test)]
mod testing;
