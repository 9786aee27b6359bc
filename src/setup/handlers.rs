//! Settings over HTTP: staff read them, the owner changes them.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::body::{self, SettingsPatch};
use super::error::{in_use, refusal};
use super::store;
use crate::address::Country;
use crate::app::App;
use crate::auth::{OwnerWrite, Staff, StaffWrite};
use crate::idempotency::Answer;
use crate::money::Currency;
use crate::ports::TimeZone;
use crate::pricing::{ShippingRules, TaxRules};
use crate::problem::Problem;
use crate::revision;
use crate::settings::{self, MailSettings, PaymentSettings, Seller, Settings, Versioned};
use crate::wire::conditional::{IfMatch, tagged};
use crate::wire::extract::Json;
use crate::wire::respond::{self, JsonText};

/// The settings, without the tables of taxes and of shipping, which have routes
/// of their own.
#[derive(Serialize, JsonSchema)]
pub struct ShopSettings<'a> {
    shop_name: &'a str,
    default_currency: Currency,
    currencies: &'a [Currency],
    /// Where the shop is: whose tax counts before a buyer has said where to.
    country: Option<Country>,
    /// In which the shop's days begin and end: those of reports, and of lists that are asked for days.
    time_zone: &'a TimeZone,
    prices_include_tax: bool,
    /// The most pieces that buyers are told are few, of a variant that says nothing of it.
    low_level: u32,
    payments: &'a PaymentSettings,
    mail: &'a MailSettings,
    /// Who sells, as invoices say it; absent until the owner has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    seller: Option<&'a Seller>,
}

impl<'a> From<&'a Settings> for ShopSettings<'a> {
    fn from(settings: &'a Settings) -> Self {
        Self {
            shop_name: &settings.shop_name,
            default_currency: settings.default_currency,
            currencies: &settings.currencies,
            country: settings.country,
            time_zone: &settings.time_zone,
            prices_include_tax: settings.prices_include_tax,
            low_level: settings.low_level,
            payments: &settings.payments,
            mail: &settings.mail,
            seller: settings.seller.as_ref(),
        }
    }
}

/// The settings.
pub async fn get_settings(State(app): State<App>, _: Staff) -> Result<JsonText<ShopSettings<'static>>, Problem> {
    let Versioned { settings, version } = load(&app).await?;
    Ok(shown(&ShopSettings::from(&settings), version).into())
}

/// Changes settings; the owner alone may. Buyers see it within two seconds.
pub async fn update_settings(
    State(app): State<App>,
    OwnerWrite(owner): OwnerWrite,
    condition: IfMatch,
    patch: Json<SettingsPatch>,
) -> Result<JsonText<ShopSettings<'static>>, Problem> {
    let before = begin(&app, &owner, &condition).await?;
    let after = patch.value.over(&before.settings)?;
    let response = write(&app, &owner, &before, &after, &ShopSettings::from(&after)).await?;
    Ok(response.into())
}

/// The table of taxes.
pub async fn get_tax(State(app): State<App>, _: Staff) -> Result<JsonText<TaxRules>, Problem> {
    let Versioned { settings, version } = load(&app).await?;
    Ok(shown(&settings.tax, version).into())
}

/// Replaces the table of taxes; the owner alone may. A class that products or
/// shipping options have cannot be left out.
pub async fn put_tax(
    State(app): State<App>,
    OwnerWrite(owner): OwnerWrite,
    condition: IfMatch,
    tax: Json<TaxRules>,
) -> Result<JsonText<TaxRules>, Problem> {
    let tax = body::cleaned_tax(tax.value)?;
    let users = store::products_of_other_classes(&tax.classes);
    let mut begun = owner.begin(&app, None, vec![settings::current(), users]).await?;
    let before = settings::read_versioned(begun.rows.next().unwrap_or_default())?;
    condition.check(before.version)?;
    let titles = store::read_titles(begun.rows.next().unwrap_or_default())?;
    let after = body::with_tax(tax, &before.settings)?;
    if !titles.is_empty() {
        return Err(in_use("/classes", "a tax class of products", &titles));
    }
    let response = write(&app, &owner, &before, &after, &after.tax).await?;
    Ok(response.into())
}

/// Zones, and the ways of shipping there.
pub async fn get_shipping(State(app): State<App>, _: Staff) -> Result<JsonText<ShippingRules>, Problem> {
    let Versioned { settings, version } = load(&app).await?;
    Ok(shown(&settings.shipping, version).into())
}

/// Replaces the zones and the ways of shipping; the owner alone may. A place
/// outside of every zone is shipped nothing.
pub async fn put_shipping(
    State(app): State<App>,
    OwnerWrite(owner): OwnerWrite,
    condition: IfMatch,
    shipping: Json<ShippingRules>,
) -> Result<JsonText<ShippingRules>, Problem> {
    let before = begin(&app, &owner, &condition).await?;
    let after = body::with_shipping(shipping.value, &before.settings)?;
    let response = write(&app, &owner, &before, &after, &after.shipping).await?;
    Ok(response.into())
}

async fn load(app: &App) -> Result<Versioned, Problem> {
    let rows = app.database.run(settings::current()).await?;
    Ok(settings::read_versioned(rows)?)
}

async fn begin(app: &App, owner: &StaffWrite, condition: &IfMatch) -> Result<Versioned, Problem> {
    let mut begun = owner.begin(app, None, vec![settings::current()]).await?;
    let before = settings::read_versioned(begun.rows.next().unwrap_or_default())?;
    condition.check(before.version)?;
    Ok(before)
}

/// Answered after the leases of the old settings have run out, as of prices.
async fn write(
    app: &App,
    owner: &StaffWrite,
    before: &Versioned,
    after: &Settings,
    answer: &impl Serialize,
) -> Result<Response, Problem> {
    let change = store::update(before, after);
    let (response, _) =
        revision::write(app, owner, None, change, Answer::new(StatusCode::OK, answer)?, &refusal).await?;
    revision::settle(app).await;
    Ok(tagged(response, before.version.saturating_add(1)))
}

fn shown(view: &impl Serialize, version: i64) -> Response {
    tagged(respond::Json(view).into_response(), version)
}
