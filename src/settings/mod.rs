//! What the owner decides once for the whole shop. The truth is in the
//! database; buyers meet it in the catalog's snapshot.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::{Address, Country};
use crate::app::App;
use crate::email::EmailAddress;
use crate::json;
use crate::money::Currency;
use crate::ports::{DatabaseError, Rows, Statement, TimeZone};
use crate::pricing::{Offer, Promotion, ShippingRules, TaxRules};
use crate::text::Line;

/// The shop's settings as buyers meet them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub shop_name: String,
    pub default_currency: Currency,
    pub currencies: Vec<Currency>,
    /// Where the shop is: whose tax counts before a buyer has said where to.
    pub country: Option<Country>,
    /// In which the shop's days begin and end.
    #[serde(default)]
    pub time_zone: TimeZone,
    pub prices_include_tax: bool,
    /// The most pieces that buyers are told are few, of a variant that says nothing of it.
    pub low_level: u32,
    pub tax: TaxRules,
    pub shipping: ShippingRules,
    pub payments: PaymentSettings,
    pub mail: MailSettings,
    /// None: the shop issues no invoices yet.
    #[serde(default)]
    pub seller: Option<Seller>,
}

/// Which ways to pay are offered. Whether there is Stripe at all is the
/// deployment's to say: its keys are no setting.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentSettings {
    pub stripe: StripeSettings,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_transfer: Option<ManualPayment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash_on_delivery: Option<ManualPayment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<ManualPayment>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StripeSettings {
    pub offered: bool,
    pub capture: Capture,
}

/// When the money of a card is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Capture {
    /// With the order.
    #[default]
    Automatic,
    /// Held with the order, taken by staff.
    Manual,
}

/// A way to pay that staff look after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManualPayment {
    /// How to pay, as the buyer reads it: an account, terms. Cash needs none.
    #[schemars(length(max = 2_000))]
    pub instructions: String,
    /// After so many days without the money the order is cancelled. Without it
    /// an order keeps its goods until somebody cancels it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 365))]
    pub cancel_after_days: Option<u32>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// The mailbox that the shop writes from. None: no mail is sent.
    pub sender: Option<EmailAddress>,
}

/// Who sells, as the law wants it on invoices (Directive 2006/112/EC, article
/// 226(3) and (5); § 14(4) no. 1 and 2 UStG; the register by § 35a GmbHG).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Seller {
    /// Its `name` is the seller's full legal name.
    pub address: Address,
    /// With its country's prefix, such as `DE123456789`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_number: Option<Line<20>>,
    /// That of the tax office, where there is no VAT number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_number: Option<Line<40>>,
    /// Where the company is registered, such as `HRB 12345, Amtsgericht München`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register: Option<Line<200>>,
    /// What stands at the foot of each document: a bank account, directors, a
    /// reason why there is no tax. Line breaks are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
}

impl Seller {
    /// The setting's name.
    pub const KEY: &'static str = "seller";
}

impl Default for StripeSettings {
    fn default() -> Self {
        Self { offered: true, capture: Capture::Automatic }
    }
}

impl Settings {
    /// What prices are made of, with the promotions there are.
    pub fn offer<'a>(&'a self, promotions: &'a [Promotion]) -> Offer<'a> {
        Offer {
            country: self.country,
            prices_include_tax: self.prices_include_tax,
            tax: &self.tax,
            shipping: &self.shipping,
            promotions,
        }
    }
}

#[derive(Deserialize)]
struct Row {
    document: String,
}

/// The settings, and which change of theirs was the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned {
    pub settings: Settings,
    pub version: i64,
}

/// The settings, a row for [`read`] or [`read_versioned`].
pub fn current() -> Statement {
    Statement::new(
        "SELECT json_group_object(key, json(value)) AS document,
           (SELECT settings_version FROM catalog_state) AS version FROM settings",
        [],
    )
}

/// One setting, for [`read_value`].
pub fn value(key: &'static str) -> Statement {
    Statement::new("SELECT value AS document FROM settings WHERE key = ?1", [key.into()])
}

/// The shop's time zone; UTC where the owner has not said.
pub async fn read_zone(app: &App) -> Result<TimeZone, DatabaseError> {
    let rows = app.database.run(value("time_zone")).await?;
    let undecodable = |error: json::Error| DatabaseError::Undecodable(error.to_string());
    let zone = read_value(rows)?.map(|text| json::read(text.as_bytes()).map_err(undecodable));
    Ok(zone.transpose()?.unwrap_or_default())
}

/// Reads the row of [`value`]: JSON text, if the setting is there.
pub fn read_value(rows: Rows) -> Result<Option<String>, DatabaseError> {
    Ok(rows.first::<Row>()?.map(|row| row.document))
}

/// Reads the row of [`current`].
pub fn read(rows: Rows) -> Result<Settings, DatabaseError> {
    Ok(read_versioned(rows)?.settings)
}

/// Reads the row of [`current`].
pub fn read_versioned(rows: Rows) -> Result<Versioned, DatabaseError> {
    #[derive(Deserialize)]
    struct VersionedRow {
        document: String,
        version: i64,
    }
    let undecodable = |why: String| DatabaseError::Undecodable(why);
    let row = rows.first::<VersionedRow>()?.ok_or_else(|| undecodable("no settings".to_owned()))?;
    let settings = json::read(row.document.as_bytes()).map_err(|error| undecodable(error.to_string()))?;
    Ok(Versioned { settings, version: row.version })
}
