//! The checkout's page.

use std::collections::BTreeMap;

use askama::Template;

use super::fields::{AddressInputs, Input};
use super::form::{self, CheckoutForm};
use super::parts::{Choice, ErrorSummary, Short, SummaryItem, SummaryLine, Totals, pieces, summary};
use crate::address::{Country, Field};
use crate::app::App;
use crate::money::Money;
use crate::orders::cart::Cart;
use crate::orders::details::Details;
use crate::orders::error::OrderError;
use crate::orders::facts::Fact;
use crate::orders::order::LineId;
use crate::pricing::quote::QuotedShipping;
use crate::problem::FieldError;
use crate::shelf::snapshot::Snapshot;

#[derive(Template)]
#[template(path = "checkout.html")]
pub struct CheckoutPage<'a> {
    shop_name: &'a str,
    error_summary: Option<ErrorSummary>,
    contact: [Input; 2],
    countries: Vec<CountryChoice>,
    country_error: Option<String>,
    address: AddressInputs,
    shipping_options: Vec<Choice>,
    shipping_error: Option<String>,
    methods: Vec<Choice>,
    method_error: Option<String>,
    test_payments: bool,
    lines: Vec<SummaryLine>,
    totals: Totals,
    expected_total: i64,
    pieces: String,
}

struct CountryChoice {
    code: &'static str,
    name: &'static str,
    selected: bool,
}

impl<'a> CheckoutPage<'a> {
    /// `notice`: what stands above all, or above the links to the fields with `errors`.
    pub fn new(
        app: &App,
        snapshot: &'a Snapshot,
        cart: &Cart,
        form: &CheckoutForm,
        errors: &[FieldError],
        notice: Option<String>,
    ) -> Result<Self, OrderError> {
        let error = |name: &str| errors.iter().find(|error| error.pointer == name).map(|error| error.detail.clone());
        let now = app.clock.now();
        let entered = form.details(cart.facts.billing_address.clone()).map_or_else(|_| Vec::new(), Details::facts);
        let entered = cart.after(None, &entered);
        let offered = entered.wanted().shipping_options(snapshot, now)?;
        let chosen = offered.iter().find(|option| option.id == form.shipping_option).or(offered.first());
        // As it will be when the cart is sent that way.
        let chosen = chosen.map(|option| option.id.clone());
        let cart = entered.after(None, &[Fact::ShippingOption(chosen.clone())]).view(snapshot, now)?;
        let none_offered = (offered.is_empty() && entered.needs_shipping())
            .then(|| "The shop does not send to this address at present.".to_owned());
        let shipping_error = none_offered.or_else(|| error("shipping_option"));
        let shipping_option = |option: &QuotedShipping| Choice {
            id: option.id.clone(),
            label: option.title.clone(),
            price: Money { amount: option.price, currency: cart.currency }.display(),
            selected: chosen.as_ref() == Some(&option.id),
        };
        let methods = methods(app, &form.method);
        let no_methods = methods.is_empty().then(|| "The shop takes no payments at present.".to_owned());
        let method_error = no_methods.or_else(|| error("method"));
        let country = form.chosen_country();
        let contact = [Input::email(form, errors), Input::of(Field::Phone, country, form, errors)];
        let address = AddressInputs::new(form, errors);
        let fields = contact.iter().map(|input| input.id).chain(["country"]);
        let fields =
            fields.chain(address.rows.iter().flatten().map(|input| input.id)).chain(["shipping_option", "method"]);
        let items = fields.filter_map(|field| {
            let text = match field {
                "shipping_option" => error(field).and(shipping_error.clone()),
                "method" => error(field).and(method_error.clone()),
                field => error(field),
            };
            Some(SummaryItem { field: field.to_owned(), text: text? })
        });
        let items = items.collect();
        Ok(Self {
            shop_name: &snapshot.settings.shop_name,
            error_summary: notice.map(|text| ErrorSummary { text, items }),
            contact,
            countries: countries(country),
            country_error: error("country"),
            address,
            shipping_options: offered.iter().map(shipping_option).collect(),
            shipping_error,
            method_error,
            methods,
            test_payments: app.config.test_provider,
            lines: summary(&cart.lines, snapshot),
            totals: Totals::new(&cart.totals, chosen.is_some()),
            expected_total: cart.totals.total.amount,
            pieces: pieces(&cart.lines),
        })
    }

    /// With the ways out of lines that want more than there is.
    pub fn with_short(mut self, short: impl IntoIterator<Item = (LineId, Short)>) -> Self {
        let short: BTreeMap<LineId, Short> = short.into_iter().collect();
        for line in &mut self.lines {
            line.short = short.get(&line.id).cloned();
        }
        self
    }

    /// With these told before the form is filled in, each with a link to its ways out.
    pub fn warning(mut self) -> Self {
        let item = |line: &SummaryLine| {
            let text = line.short.as_ref()?.of(&line.title);
            Some(SummaryItem { field: line.id.to_string(), text })
        };
        let items: Vec<SummaryItem> = self.lines.iter().filter_map(item).collect();
        if !items.is_empty() {
            self.error_summary = Some(ErrorSummary { text: String::new(), items });
        }
        self
    }
}

/// The ways to pay, of which one is chosen.
pub fn methods(app: &App, chosen: &str) -> Vec<Choice> {
    if !app.config.test_provider {
        return Vec::new();
    }
    let known = form::TEST_METHODS.iter().any(|(method, _)| method.name() == chosen);
    let choice = |(index, (method, label)): (usize, &(form::TestMethod, &str))| {
        let id = method.name().to_owned();
        let selected = if known { id == chosen } else { index == 0 };
        Choice { id, label: (*label).to_owned(), price: String::new(), selected }
    };
    form::TEST_METHODS.iter().enumerate().map(choice).collect()
}

/// None is chosen for the buyer.
fn countries(chosen: Option<Country>) -> Vec<CountryChoice> {
    let none = CountryChoice { code: "", name: "Choose a country", selected: chosen.is_none() };
    let country = |country: Country| CountryChoice {
        code: country.code(),
        name: country.name(),
        selected: chosen == Some(country),
    };
    std::iter::once(none).chain(Country::all().map(country)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_chosen_by_the_buyer_alone() {
        let chosen = |code: &str| {
            countries(code.parse().ok()).into_iter().filter(|c| c.selected).map(|c| c.code).collect::<Vec<_>>()
        };
        assert_eq!(chosen(""), [""]);
        assert_eq!(chosen("DE"), ["DE"]);
        assert_eq!(chosen("<b>"), [""]);
    }
}
