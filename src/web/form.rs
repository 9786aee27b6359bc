//! The checkout's form: text as it was typed, and what it says.

use isocountry::CountryCode;
use serde::Deserialize;
use std::fmt::Display;
use std::str::FromStr;

use crate::auth::EmailAddress;
use crate::orders::details::{Address, Country, Details};
use crate::orders::view::CartView;
use crate::payments::Method;
use crate::problem::FieldError;
use crate::text::{Line, is_absent};

/// As the browser sends it; what is left out is empty.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CheckoutForm {
    pub email: String,
    pub name: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    pub country: String,
    pub phone: String,
    pub shipping_option: String,
    pub method: String,
    pub expected_total: String,
    pub intent: String,
}

/// The ways to pay that the test provider offers, in the order they are shown.
pub const TEST_METHODS: [(Method, &str); 7] = [
    (Method::Visa, "Visa ending 4242: pays"),
    (Method::AuthenticationRequired, "Card that asks the bank first (3-D Secure)"),
    (Method::Declined, "Card that is declined"),
    (Method::InsufficientFunds, "Card with too little money on it"),
    (Method::Slow, "Bank that answers after two seconds"),
    (Method::Timeout, "Bank that charges but never answers"),
    (Method::Unreachable, "Bank that cannot be reached"),
];

/// The method as forms and the API name it.
pub fn method_id(method: Method) -> String {
    match serde_json::to_value(method) {
        Ok(serde_json::Value::String(id)) => id,
        _ => String::new(),
    }
}

pub fn method(id: &str) -> Option<Method> {
    serde_json::from_value(id.into()).ok()
}

/// Every country, by its name.
pub fn countries() -> Vec<&'static CountryCode> {
    let mut countries: Vec<_> = CountryCode::iter().collect();
    // The two letters beyond ASCII that begin or order a name.
    countries.sort_by_cached_key(|country| country.name().replace('Å', "A").replace('ô', "o"));
    countries
}

/// What is wrong, collected while the fields are read.
#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    fn required<T: FromStr<Err: Display>>(&mut self, name: &str, text: &str) -> Option<T> {
        text.parse().map_err(|rule| self.0.push(FieldError::new(name, worded(name, rule)))).ok()
    }

    fn optional<T: FromStr<Err: Display>>(&mut self, name: &str, text: &str) -> Option<T> {
        if is_absent(text) { None } else { self.required(name, text) }
    }
}

fn worded(name: &str, rule: impl Display) -> String {
    match name {
        "country" => "Please choose a country.".to_owned(),
        _ => format!("This {rule}."),
    }
}

impl CheckoutForm {
    /// What the cart knows already.
    pub fn of(cart: &CartView) -> Self {
        let mut form = Self {
            email: cart.email.as_ref().map_or_else(String::new, |email| email.as_str().to_owned()),
            shipping_option: cart.shipping_option.as_ref().map_or_else(String::new, |option| option.id.clone()),
            ..Self::default()
        };
        if let Some(address) = cart.shipping_address.clone() {
            form.name = address.name.into();
            form.line1 = address.line1.into();
            form.line2 = address.line2.map_or_else(String::new, String::from);
            form.city = address.city.into();
            form.region = address.region.map_or_else(String::new, String::from);
            form.postal_code = address.postal_code.into();
            form.country = address.country.into();
            form.phone = address.phone.map_or_else(String::new, String::from);
        }
        form
    }

    /// Whom to write to and where to send, or every field that does not fit.
    /// `billing`: an address that this form does not ask for.
    pub fn details(&self, billing: Option<Address>) -> Result<Details, Vec<FieldError>> {
        let mut faults = Faults::default();
        let email = faults.required::<EmailAddress>("email", &self.email);
        let phone = faults.optional::<Line<40>>("phone", &self.phone);
        let name = faults.required("name", &self.name);
        let line1 = faults.required("line1", &self.line1);
        let line2 = faults.optional("line2", &self.line2);
        let postal_code = faults.required("postal_code", &self.postal_code);
        let city = faults.required("city", &self.city);
        let region = faults.optional("region", &self.region);
        let country = faults.required::<Country>("country", &self.country);
        let (Some(email), Some(name), Some(line1), Some(postal_code), Some(city), Some(country), true) =
            (email, name, line1, postal_code, city, country, faults.0.is_empty())
        else {
            return Err(faults.0);
        };
        let shipping_address = Address { name, line1, line2, city, region, postal_code, country, phone };
        Ok(Details { email, shipping_address, billing_address: billing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> CheckoutForm {
        CheckoutForm {
            email: " ada@example.com ".into(),
            name: "Ada <script>".into(),
            line1: "12 St James's Square".into(),
            city: "London".into(),
            postal_code: "SW1Y 4JH".into(),
            country: "GB".into(),
            ..CheckoutForm::default()
        }
    }

    fn wrong(form: &CheckoutForm) -> Vec<(String, String)> {
        let errors = form.details(None).unwrap_err();
        errors.into_iter().map(|error| (error.pointer, error.detail)).collect()
    }

    #[test]
    fn a_form_says_where_to_send() {
        let details = filled().details(None).unwrap();
        assert_eq!(details.email.as_str(), "ada@example.com");
        assert_eq!(details.shipping_address.name.as_str(), "Ada <script>");
        assert_eq!((details.shipping_address.line2, details.shipping_address.phone), (None, None));
    }

    #[test]
    fn every_field_that_does_not_fit_is_named_at_once() {
        let pointers: Vec<_> = wrong(&CheckoutForm::default()).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(pointers, ["email", "name", "line1", "postal_code", "city", "country"]);
        let form = CheckoutForm { email: "ada@".into(), line2: "x".repeat(201), country: "gb".into(), ..filled() };
        let told = |pointer: &str, detail: &str| (pointer.to_owned(), detail.to_owned());
        assert_eq!(
            wrong(&form),
            [
                told("email", "This is not an e-mail address."),
                told("line2", "This must have at most 200 characters."),
                told("country", "Please choose a country."),
            ]
        );
    }

    #[test]
    fn each_test_method_is_named_as_the_api_names_it() {
        for (offered, _) in TEST_METHODS {
            assert_eq!(method(&method_id(offered)), Some(offered));
        }
        assert_eq!(method("pm_card_visa"), Some(Method::Visa));
        assert_eq!(method("pm_card_gold"), None);
    }

    #[test]
    fn countries_are_told_by_name() {
        let names: Vec<_> = countries().into_iter().map(|country| country.name()).collect();
        assert_eq!(names.first(), Some(&"Afghanistan"));
        assert_eq!(names.get(1), Some(&"Åland Islands"));
        assert_eq!(names.last(), Some(&"Zimbabwe"));
    }
}
