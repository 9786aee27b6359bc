//! The checkout's form: text as it was typed, and what it says.

use super::parts::sentence;
use super::words::address;
use crate::address::{Address, Country, Fault, Field, Need};
use crate::orders::details;
use crate::orders::facts::{Fact, Facts};
use crate::problem::FieldError;
use crate::text::Language;

/// What the names of the fields of the other address to bill begin with.
const BILLING: &str = "billing_";

const FIELDS: [Field; 8] = [
    Field::Name,
    Field::Line1,
    Field::Line2,
    Field::City,
    Field::Region,
    Field::PostalCode,
    Field::Country,
    Field::Phone,
];

/// As the browser sends it; what is left out is empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CheckoutForm {
    pub email: String,
    pub address: TypedAddress,
    /// Where to send the bill, if elsewhere.
    pub billing: TypedAddress,
    pub vat_number: String,
    pub shipping_option: String,
    pub method: String,
    pub expected_total: String,
    pub expected_to_pay: String,
    pub expected_changes: String,
    pub intent: String,
}

/// The fields of an address as they were typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TypedAddress {
    pub kind: AddressKind,
    pub name: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    pub country: String,
    pub phone: String,
}

/// What an address of the form is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AddressKind {
    #[default]
    Shipping,
    Billing,
}

impl AddressKind {
    /// What the form calls a field of it.
    pub fn id(self, field: Field) -> String {
        match self {
            Self::Shipping => field.id().to_owned(),
            Self::Billing => format!("{BILLING}{}", field.id()),
        }
    }
}

impl TypedAddress {
    fn of(kind: AddressKind, address: &Address) -> Self {
        let mut typed = Self { kind, ..Self::default() };
        for field in FIELDS {
            address.text(field).clone_into(typed.field(field));
        }
        typed
    }

    fn field(&mut self, field: Field) -> &mut String {
        match field {
            Field::Name => &mut self.name,
            Field::Line1 => &mut self.line1,
            Field::Line2 => &mut self.line2,
            Field::City => &mut self.city,
            Field::Region => &mut self.region,
            Field::PostalCode => &mut self.postal_code,
            Field::Country => &mut self.country,
            Field::Phone => &mut self.phone,
        }
    }

    /// What was typed into a field.
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

    /// The country that was chosen, if it is one.
    pub fn chosen_country(&self) -> Option<Country> {
        self.country.parse().ok()
    }

    pub fn is_blank(&self) -> bool {
        FIELDS.iter().all(|field| self.typed(*field).trim().is_empty())
    }

    /// The address. A postal code that the country does not have is left out:
    /// it was typed before another country was chosen.
    fn parse(&self, language: Language) -> Result<Box<Address>, Vec<FieldError>> {
        let has_code = Field::PostalCode.need(self.chosen_country()) != Need::Absent;
        let address = Address::parse(|field| match field {
            Field::PostalCode if !has_code => "",
            field => self.typed(field),
        });
        address.map(Box::new).map_err(|faults| faults.iter().map(|fault| self.told(language, fault)).collect())
    }

    /// A fault at its field, in words for the buyer.
    fn told(&self, language: Language, fault: &Fault) -> FieldError {
        let field = fault.field;
        let words = address::told(language, fault, self.typed(field), self.chosen_country(), most(field));
        FieldError::new(self.kind.id(field), words)
    }
}

impl CheckoutForm {
    /// Reads the fields as the browser sends them; those of nobody's mean nothing.
    pub fn parse(fields: Vec<(String, String)>) -> Self {
        let billing = TypedAddress { kind: AddressKind::Billing, ..TypedAddress::default() };
        let mut form = Self { billing, ..Self::default() };
        for (name, value) in fields {
            match name.as_str() {
                "email" => form.email = value,
                "vat_number" => form.vat_number = value,
                "shipping_option" => form.shipping_option = value,
                "method" => form.method = value,
                "expected_total" => form.expected_total = value,
                "expected_to_pay" => form.expected_to_pay = value,
                "expected_changes" => form.expected_changes = value,
                "intent" => form.intent = value,
                name => {
                    let (address, name) = match name.strip_prefix(BILLING) {
                        Some(name) => (&mut form.billing, name),
                        None => (&mut form.address, name),
                    };
                    if let Some(field) = FIELDS.into_iter().find(|field| field.id() == name) {
                        *address.field(field) = value;
                    }
                }
            }
        }
        form
    }

    /// What the cart knows already.
    pub fn of(cart: &Facts) -> Self {
        let typed = |kind, address: &Option<Address>| match address {
            Some(address) => TypedAddress::of(kind, address),
            None => TypedAddress { kind, ..TypedAddress::default() },
        };
        Self {
            email: cart.email.as_ref().map_or_else(String::new, |email| email.as_str().to_owned()),
            address: typed(AddressKind::Shipping, &cart.shipping_address),
            billing: typed(AddressKind::Billing, &cart.billing_address),
            vat_number: cart.vat_number.as_ref().map_or_else(String::new, |known| known.number.as_str().to_owned()),
            shipping_option: cart.shipping_option.clone().unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Whom to write to, where to send and whom to bill, as far as it fits; and
    /// every field that does not. `sent`: whether anything is.
    pub fn facts(&self, language: Language, sent: bool) -> (Vec<Fact>, Vec<FieldError>) {
        let (mut facts, mut errors) = (Vec::new(), Vec::new());
        match details::email(&self.email) {
            Ok(email) => facts.push(Fact::Email(email)),
            Err(words) => errors.push(FieldError::new("email", email_fault(language, &words))),
        }
        if sent {
            match self.address.parse(language) {
                Ok(address) => facts.push(Fact::ShippingAddress(address)),
                Err(faults) => errors.extend(faults),
            }
        }
        let billing = if self.billing.is_blank() { Ok(None) } else { self.billing.parse(language).map(Some) };
        match billing {
            Ok(address) => facts.push(Fact::BillingAddress(address)),
            Err(faults) => errors.extend(faults),
        }
        (facts, errors)
    }
}

/// The most characters that a field takes.
pub fn most(field: Field) -> u16 {
    match field {
        Field::Name | Field::Line1 | Field::Line2 => 200,
        Field::City | Field::Region => 100,
        Field::PostalCode => 20,
        Field::Country => 2,
        Field::Phone => 40,
    }
}

/// What is wrong with an e-mail address: `words`, as [`details::email`] says it.
pub fn email_fault(language: Language, words: &str) -> String {
    match language {
        Language::En => sentence(words),
        Language::De => "Geben Sie Ihre E-Mail-Adresse an, zum Beispiel ada@example.com.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILLED: [(&str, &str); 6] = [
        ("email", " ada@example.com "),
        ("name", "Ada <script>"),
        ("line1", "12 St James's Square"),
        ("city", "London"),
        ("postal_code", "SW1Y 4JH"),
        ("country", "GB"),
    ];

    fn form(overrides: &[(&str, &str)]) -> CheckoutForm {
        let fields = FILLED.iter().chain(overrides);
        CheckoutForm::parse(fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn wrong(form: &CheckoutForm) -> Vec<(String, String)> {
        form.facts(Language::En, true).1.into_iter().map(|error| (error.pointer, error.detail)).collect()
    }

    fn told(pointer: &str, detail: &str) -> (String, String) {
        (pointer.to_owned(), detail.to_owned())
    }

    fn facts(form: &CheckoutForm) -> Facts {
        let mut facts = Facts::default();
        form.facts(Language::En, true).0.into_iter().for_each(|fact| facts.set(fact));
        facts
    }

    #[test]
    fn a_form_says_where_to_send() {
        let facts = facts(&form(&[]));
        assert_eq!(facts.email.as_ref().unwrap().as_str(), "ada@example.com");
        let address = facts.shipping_address.as_ref().unwrap();
        assert_eq!((address.name.as_str(), &address.line2, &address.phone), ("Ada <script>", &None, &None));
        assert_eq!(facts.billing_address, None);
        assert_eq!(CheckoutForm::of(&facts).address.line1, "12 St James's Square");
    }

    #[test]
    fn every_field_that_does_not_fit_is_named_at_once_and_the_rest_is_taken() {
        let pointers: Vec<_> = wrong(&CheckoutForm::default()).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(pointers, ["email", "country", "name", "line1"]);
        let long = "x".repeat(201);
        let typed = form(&[("email", "ada@example..com"), ("line2", &long), ("city", " "), ("postal_code", "12345")]);
        assert_eq!(
            wrong(&typed),
            [
                told("email", "The e-mail address has no domain after the @, such as example.com."),
                told("line2", "The flat, floor or company must have at most 200 characters."),
                told("city", "Enter the post town."),
                told("postal_code", "Check the postcode, which looks like EC1Y 8SY."),
            ]
        );
        let nowhere = form(&[("country", "Narnia")]);
        assert_eq!(wrong(&nowhere), [told("country", "Choose a country.")]);
        assert!(facts(&nowhere).email.is_some());
    }

    #[test]
    fn a_bill_may_go_elsewhere() {
        let elsewhere = [("billing_name", "Ada Ltd"), ("billing_line1", "1 Way"), ("billing_city", "Doha")];
        let typed = form(&[&elsewhere[..], &[("billing_country", "QA")]].concat());
        assert_eq!(facts(&typed).billing_address.unwrap().city.unwrap().as_str(), "Doha");
        assert_eq!(wrong(&form(&elsewhere)), [told("billing_country", "Choose a country.")]);
        assert_eq!(wrong(&form(&[("billing_line2", " ")])), [], "blank is as good as not there");
    }

    #[test]
    fn what_is_not_sent_needs_no_address() {
        let (facts, errors) =
            CheckoutForm { email: "ada@example.com".into(), ..CheckoutForm::default() }.facts(Language::En, false);
        assert_eq!((facts.len(), errors.len()), (2, 0));
    }

    #[test]
    fn a_code_typed_for_another_country_is_left_out_where_there_are_none() {
        let form = form(&[("city", "Doha"), ("country", "QA")]);
        assert_eq!(facts(&form).shipping_address.unwrap().postal_code, None);
    }
}
