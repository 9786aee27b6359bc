//! The checkout's page.

use askama::Template;

use super::form::{self, CheckoutForm};
use super::parts::{Choice, SummaryLine, Totals, summary};
use crate::app::App;
use crate::money::Money;
use crate::orders::error::OrderError;
use crate::orders::order;
use crate::orders::view::CartView;
use crate::problem::FieldError;
use crate::settings::ShippingOption;
use crate::shelf::snapshot::Snapshot;

#[derive(Template)]
#[template(path = "checkout.html")]
pub struct CheckoutPage<'a> {
    shop_name: &'a str,
    notice: Option<String>,
    email: Field,
    name: Field,
    line1: Field,
    line2: Field,
    city: Field,
    region: Field,
    postal_code: Field,
    phone: Field,
    countries: Vec<Country>,
    country_error: Option<String>,
    shipping_options: Vec<Choice>,
    shipping_error: Option<String>,
    methods: Vec<Choice>,
    method_error: Option<String>,
    test_payments: bool,
    lines: Vec<SummaryLine>,
    totals: Totals,
    expected_total: i64,
}

struct Field {
    value: String,
    error: Option<String>,
}

struct Country {
    code: &'static str,
    name: &'static str,
    selected: bool,
}

impl<'a> CheckoutPage<'a> {
    pub fn new(
        app: &App,
        snapshot: &'a Snapshot,
        cart: &CartView,
        form: &CheckoutForm,
        errors: &[FieldError],
        notice: Option<String>,
    ) -> Result<Self, OrderError> {
        let error = |name: &str| errors.iter().find(|error| error.pointer == name).map(|error| error.detail.clone());
        let field = |name: &str, value: &str| Field { value: value.to_owned(), error: error(name) };
        let offered: Vec<(&ShippingOption, Money)> = snapshot
            .settings
            .shipping_options
            .iter()
            .filter_map(|option| Some((option, option.price(cart.currency)?)))
            .collect();
        let chosen = offered.iter().find(|(option, _)| option.id == form.shipping_option).or(offered.first()).copied();
        // As they will be when the cart is sent that way.
        let sums = match chosen {
            Some((_, price)) => order::Totals::new(cart.totals.items, price)?,
            None => cart.totals,
        };
        let none_offered = || offered.is_empty().then(|| "The shop does not send anything at present.".to_owned());
        let shipping_option = |(option, price): &(&ShippingOption, Money)| Choice {
            id: option.id.clone(),
            label: option.title.clone(),
            price: price.display(),
            selected: chosen.is_some_and(|(chosen, _)| chosen.id == option.id),
        };
        let methods = methods(app, &form.method);
        let no_methods = || methods.is_empty().then(|| "The shop takes no payments at present.".to_owned());
        Ok(Self {
            shop_name: &snapshot.settings.shop_name,
            notice,
            email: field("email", &form.email),
            name: field("name", &form.name),
            line1: field("line1", &form.line1),
            line2: field("line2", &form.line2),
            city: field("city", &form.city),
            region: field("region", &form.region),
            postal_code: field("postal_code", &form.postal_code),
            phone: field("phone", &form.phone),
            countries: countries(&form.country),
            country_error: error("country"),
            shipping_options: offered.iter().map(shipping_option).collect(),
            shipping_error: error("shipping_option").or_else(none_offered),
            method_error: error("method").or_else(no_methods),
            methods,
            test_payments: app.config.test_provider,
            lines: summary(&cart.lines, snapshot),
            totals: Totals::new(&sums, chosen.is_some()),
            expected_total: sums.total.amount,
        })
    }
}

/// The ways to pay, of which one is chosen.
pub fn methods(app: &App, chosen: &str) -> Vec<Choice> {
    if !app.config.test_provider {
        return Vec::new();
    }
    let known = form::TEST_METHODS.iter().any(|(method, _)| form::method_id(*method) == chosen);
    let choice = |(index, (method, label)): (usize, &(_, &str))| {
        let id = form::method_id(*method);
        let selected = if known { id == chosen } else { index == 0 };
        Choice { id, label: (*label).to_owned(), price: String::new(), selected }
    };
    form::TEST_METHODS.iter().enumerate().map(choice).collect()
}

/// None is chosen for the buyer.
fn countries(chosen: &str) -> Vec<Country> {
    let all = form::countries();
    let none = Country { code: "", name: "Choose a country", selected: all.iter().all(|c| c.alpha2() != chosen) };
    let country = |country: &isocountry::CountryCode| {
        let code = country.alpha2();
        Country { code, name: country.name(), selected: code == chosen }
    };
    std::iter::once(none).chain(all.into_iter().map(country)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_chosen_by_the_buyer_alone() {
        let chosen =
            |code: &str| countries(code).into_iter().filter(|c| c.selected).map(|c| c.code).collect::<Vec<_>>();
        assert_eq!(chosen(""), [""]);
        assert_eq!(chosen("DE"), ["DE"]);
        assert_eq!(chosen("<b>"), [""]);
    }
}
