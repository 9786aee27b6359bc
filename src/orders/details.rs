//! What an order needs to know of its buyer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::facts::Fact;
use crate::address::{self, Address, NewAddress};
use crate::email::{EmailAddress, InvalidEmail};
use crate::problem::FieldError;
use crate::text;
use crate::wire::body::Draft;

/// Where the order goes and whom to write to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Details {
    pub email: EmailAddress,
    pub shipping_address: Address,
    /// The shipping address, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
}

impl Details {
    pub fn facts(self) -> Vec<Fact> {
        vec![
            Fact::Email(self.email),
            Fact::ShippingAddress(Box::new(self.shipping_address)),
            Fact::BillingAddress(self.billing_address.map(Box::new)),
        ]
    }
}

/// Where the order goes and whom to write to, as it was sent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = needs_the_least)]
pub struct NewDetails {
    #[schemars(with = "EmailAddress")]
    email: Option<String>,
    #[serde(default)]
    shipping_address: NewAddress,
    /// The shipping address, if absent.
    billing_address: Option<NewAddress>,
}

fn needs_the_least(schema: &mut schemars::Schema) {
    schema.insert("required".to_owned(), serde_json::json!(["email", "shipping_address"]));
}

/// An e-mail address as it was typed, or what is wrong with it: a clause for
/// who typed it.
pub fn email(text: &str) -> Result<EmailAddress, String> {
    if text::is_absent(text) {
        return Err("enter your e-mail address, such as ada@example.com".to_owned());
    }
    text.parse().map_err(|rule| match rule {
        InvalidEmail::Malformed => "check the e-mail address, which looks like ada@example.com".to_owned(),
        rule => format!("the e-mail address {rule}"),
    })
}

impl Draft for NewDetails {
    type Checked = Details;

    fn check(&self) -> Result<Details, Vec<FieldError>> {
        let mut errors = Vec::new();
        let email = email(self.email.as_deref().unwrap_or_default())
            .map_err(|detail| errors.push(FieldError::new("/email", detail)))
            .ok();
        let mut address = |member: &str, typed: &NewAddress| {
            let told = |fault: address::Fault| FieldError::new(format!("/{member}/{}", fault.field.id()), fault.detail);
            typed.parse().map_err(|faults| errors.extend(faults.into_iter().map(told))).ok()
        };
        let shipping_address = address("shipping_address", &self.shipping_address);
        let billing_address = self.billing_address.as_ref().and_then(|typed| address("billing_address", typed));
        match (email, shipping_address) {
            (Some(email), Some(shipping_address)) if errors.is_empty() => {
                Ok(Details { email, shipping_address, billing_address })
            }
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn pointers(body: Value) -> Vec<String> {
        let details: NewDetails = serde_json::from_value(body).unwrap();
        details.check().err().into_iter().flatten().map(|error| error.pointer).collect()
    }

    #[test]
    fn everything_wrong_is_told_at_once_each_at_its_place() {
        let home = json!({ "name": "A", "line1": "1", "city": "B", "country": "QA" });
        assert_eq!(pointers(json!({ "email": "a@example.com", "shipping_address": home })), [""; 0]);
        let british = json!({ "name": "A", "line1": "1", "city": "B", "country": "gb" });
        assert_eq!(
            pointers(json!({ "email": null, "shipping_address": { "country": "QA" }, "billing_address": british })),
            [
                "/email",
                "/shipping_address/name",
                "/shipping_address/line1",
                "/shipping_address/city",
                "/billing_address/postal_code"
            ]
        );
    }

    #[test]
    fn an_email_address_is_refused_in_words_about_it() {
        for (typed, words) in [
            ("", "enter your e-mail address, such as ada@example.com"),
            (" ", "enter your e-mail address, such as ada@example.com"),
            ("ada@example..com", "the e-mail address has no domain after the @, such as example.com"),
            ("\"ada lovelace\"@example.com", "check the e-mail address, which looks like ada@example.com"),
        ] {
            assert_eq!(email(typed), Err(words.to_owned()));
        }
        let long = email(&format!("{}@example.com", "a".repeat(300))).unwrap_err();
        assert!(long.starts_with("the e-mail address must have at most"), "{long}");
    }
}
