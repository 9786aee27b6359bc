//! The checkout's form: text as it was typed, and what it says.

use serde::Deserialize;

use super::parts::sentence;
use crate::address::{Address, Country, Fault, Field, Need};
use crate::orders::details::{self, Details};
use crate::orders::facts::Facts;
pub use crate::payments::TestMethod;
use crate::problem::FieldError;

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
pub const TEST_METHODS: [(TestMethod, &str); 7] = [
    (TestMethod::Visa, "Visa ending 4242: pays"),
    (TestMethod::AuthenticationRequired, "Card that asks the bank first (3-D Secure)"),
    (TestMethod::Declined, "Card that is declined"),
    (TestMethod::InsufficientFunds, "Card with too little money on it"),
    (TestMethod::Slow, "Bank that answers after two seconds"),
    (TestMethod::Timeout, "Bank that charges but never answers"),
    (TestMethod::Unreachable, "Bank that cannot be reached"),
];

/// The method that a form names.
pub fn method(id: &str) -> Option<TestMethod> {
    TestMethod::parse(id)
}

impl CheckoutForm {
    /// What the cart knows already.
    pub fn of(cart: &Facts) -> Self {
        let mut form = Self {
            email: cart.email.as_ref().map_or_else(String::new, |email| email.as_str().to_owned()),
            shipping_option: cart.shipping_option.clone().unwrap_or_default(),
            ..Self::default()
        };
        if let Some(address) = &cart.shipping_address {
            let text = |field| address.text(field).to_owned();
            form.name = text(Field::Name);
            form.line1 = text(Field::Line1);
            form.line2 = text(Field::Line2);
            form.city = text(Field::City);
            form.region = text(Field::Region);
            form.postal_code = text(Field::PostalCode);
            form.country = text(Field::Country);
            form.phone = text(Field::Phone);
        }
        form
    }

    /// The country that was chosen, if it is one.
    pub fn chosen_country(&self) -> Option<Country> {
        self.country.parse().ok()
    }

    /// What was typed into a field of the address.
    pub fn typed(&self, field: Field) -> &str {
        match field {
            Field::Name => &self.name,
            Field::Line1 => &self.line1,
            Field::Line2 => &self.line2,
            Field::City => &self.city,
            Field::Region => &self.region,
            Field::PostalCode => &self.postal_code,
            Field::Country => &self.country,
            Field::Phone => &self.phone,
        }
    }

    /// The address. A postal code that the country does not have is left out:
    /// it was typed before another country was chosen.
    fn address(&self) -> Result<Address, Vec<Fault>> {
        let has_code = Field::PostalCode.need(self.chosen_country()) != Need::Absent;
        Address::parse(|field| match field {
            Field::PostalCode if !has_code => "",
            field => self.typed(field),
        })
    }

    /// Whom to write to and where to send, or every field that does not fit.
    /// `billing`: an address that this form does not ask for.
    pub fn details(&self, billing: Option<Address>) -> Result<Details, Vec<FieldError>> {
        let email = details::email(&self.email).map_err(|words| vec![FieldError::new("email", sentence(&words))]);
        let address = self.address().map_err(|faults| faults.into_iter().map(told).collect::<Vec<_>>());
        match (email, address) {
            (Ok(email), Ok(shipping_address)) => Ok(Details { email, shipping_address, billing_address: billing }),
            (email, address) => Err([email.err(), address.err()].into_iter().flatten().flatten().collect()),
        }
    }
}

/// A fault at its field, in words for the buyer.
fn told(fault: Fault) -> FieldError {
    let words = match fault.field {
        Field::Country => "choose a country",
        _ => &fault.detail,
    };
    FieldError::new(fault.field.id(), sentence(words))
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
        assert_eq!(pointers, ["email", "country", "name", "line1"]);
        let form = CheckoutForm {
            email: "ada@example..com".into(),
            line2: "x".repeat(201),
            city: " ".into(),
            postal_code: "12345".into(),
            ..filled()
        };
        let told = |pointer: &str, detail: &str| (pointer.to_owned(), detail.to_owned());
        assert_eq!(
            wrong(&form),
            [
                told("email", "The e-mail address has no domain after the @, such as example.com."),
                told("line2", "The flat, floor or company must have at most 200 characters."),
                told("city", "Enter the post town."),
                told("postal_code", "Check the postcode, which looks like EC1Y 8SY."),
            ]
        );
        let nowhere = CheckoutForm { country: "Narnia".into(), ..filled() };
        assert_eq!(wrong(&nowhere), [told("country", "Choose a country.")]);
    }

    #[test]
    fn a_code_typed_for_another_country_is_left_out_where_there_are_none() {
        let form = CheckoutForm { city: "Doha".into(), country: "QA".into(), ..filled() };
        assert_eq!(form.details(None).unwrap().shipping_address.postal_code, None);
    }

    #[test]
    fn each_test_method_is_named_as_the_api_names_it() {
        for (offered, _) in TEST_METHODS {
            assert_eq!(method(offered.name()), Some(offered));
        }
        assert_eq!(method("pm_card_visa"), Some(TestMethod::Visa));
        assert_eq!(method("pm_card_gold"), None);
    }
}
