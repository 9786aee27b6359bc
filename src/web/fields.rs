//! The fields of the checkout's form, as the country has them that was chosen.

use askama::Template;

use super::form::{AddressKind, CheckoutForm, TypedAddress, most};
use super::words::address::{self, AddressWords};
use super::words::buying::BuyingWords;
use super::words::checkout::CheckoutWords;
use crate::address::{Country, Field, Need, Part};
use crate::problem::FieldError;
use crate::text::Language;

/// One field with its label, what was typed, and what is wrong with it.
#[derive(Template)]
#[template(path = "_input.html")]
pub struct Input {
    pub id: String,
    pub label: String,
    /// What stands behind the label.
    pub note: &'static str,
    pub kind: &'static str,
    /// The keys that a telephone shows, if others than `kind` brings.
    pub keys: &'static str,
    /// What a browser may fill in (HTML, section 4.10.18.7).
    pub autocomplete: String,
    /// The most characters that it takes.
    pub most: u16,
    pub required: bool,
    pub value: String,
    pub error: Option<String>,
}

/// An address's fields, in the order and the lines in which it is written.
#[derive(Template)]
#[template(path = "_address.html")]
pub struct AddressInputs {
    w: &'static AddressWords,
    pub label: &'static str,
    /// What the form calls its country, and its part of the page.
    pub country_id: String,
    pub section_id: &'static str,
    pub autocomplete: &'static str,
    pub countries: Vec<CountryChoice>,
    pub country_error: Option<String>,
    pub required: bool,
    pub rows: Vec<Vec<Input>>,
    /// What was typed for another country: kept, should the buyer go back to it.
    pub kept: Vec<(String, String)>,
}

pub struct CountryChoice {
    pub code: &'static str,
    pub name: &'static str,
    pub selected: bool,
}

/// What most of the world writes, until a country is chosen.
const ANYWHERE: [&str; 3] = ["A", "z c", "s"];

impl Input {
    pub fn email(language: Language, form: &CheckoutForm, errors: &[FieldError]) -> Self {
        Self {
            id: "email".to_owned(),
            label: BuyingWords::of(language).email.to_owned(),
            note: "",
            kind: "email",
            keys: "",
            autocomplete: "email".to_owned(),
            most: 254,
            required: true,
            value: form.email.clone(),
            error: error("email", errors),
        }
    }

    /// For a business that accounts for the tax itself.
    pub fn vat_number(language: Language, form: &CheckoutForm, errors: &[FieldError]) -> Self {
        let w = CheckoutWords::of(language);
        Self {
            id: "vat_number".to_owned(),
            label: w.vat_number.to_owned(),
            note: w.vat_note,
            kind: "text",
            keys: "",
            autocomplete: "off".to_owned(),
            most: 40,
            required: false,
            value: form.vat_number.clone(),
            error: error("vat_number", errors),
        }
    }

    pub fn of(language: Language, field: Field, address: &TypedAddress, errors: &[FieldError]) -> Self {
        let country = address.chosen_country();
        let need = field.need(country);
        let note = match (need, field, country) {
            (Need::Required, ..) | (_, Field::City, None) => "",
            (_, Field::Region | Field::PostalCode, None) => AddressWords::of(language).if_any,
            _ => BuyingWords::of(language).optional,
        };
        let name = match field {
            Field::Name => "name",
            Field::Line1 => "address-line1",
            Field::Line2 => "address-line2",
            Field::City => "address-level2",
            Field::Region => "address-level1",
            Field::PostalCode => "postal-code",
            Field::Country => "country",
            Field::Phone => "tel",
        };
        let section = section(address.kind);
        let phone = field == Field::Phone;
        let digits = field == Field::PostalCode && country.is_some_and(Country::has_numeric_postal_codes);
        let id = address.kind.id(field);
        Self {
            label: address::label(language, field, country),
            note,
            kind: if phone { "tel" } else { "text" },
            keys: if digits { "numeric" } else { "" },
            autocomplete: if phone { name.to_owned() } else { format!("{section} {name}") },
            most: most(field),
            // The other address to bill may be left out.
            required: need == Need::Required && address.kind == AddressKind::Shipping,
            value: address.typed(field).to_owned(),
            error: error(&id, errors),
            id,
        }
    }
}

/// What browsers call an address of this kind.
fn section(kind: AddressKind) -> &'static str {
    match kind {
        AddressKind::Shipping => "shipping",
        AddressKind::Billing => "billing",
    }
}

impl AddressInputs {
    pub fn new(language: Language, address: &TypedAddress, errors: &[FieldError]) -> Self {
        let country = address.chosen_country();
        let input = |field| Input::of(language, field, address, errors);
        let layout: Vec<&str> = country.map_or_else(|| ANYWHERE.to_vec(), |country| country.layout().collect());
        let mut rows = vec![vec![input(Field::Name)]];
        for line in layout {
            let row: Vec<Input> = line.chars().filter_map(Part::of).map(|part| input(part.into())).collect();
            rows.push(row);
            if line.contains('A') {
                rows.push(vec![input(Field::Line2)]);
            }
        }
        let other = |field: &Field| field.need(country) == Need::Absent && !address.typed(*field).trim().is_empty();
        // Shown, as the parcel would bear it.
        rows.extend([Field::City, Field::Region].into_iter().filter(other).map(|field| vec![input(field)]));
        let code = Some(Field::PostalCode).filter(other);
        let kind = address.kind;
        let country_id = kind.id(Field::Country);
        Self {
            w: AddressWords::of(language),
            label: match kind {
                AddressKind::Shipping => BuyingWords::of(language).delivery_address,
                AddressKind::Billing => CheckoutWords::of(language).bill_address,
            },
            section_id: if kind == AddressKind::Shipping { "delivery" } else { "billing" },
            autocomplete: section(kind),
            countries: countries(language, country),
            country_error: error(&country_id, errors),
            country_id,
            required: kind == AddressKind::Shipping,
            rows,
            kept: code.map(|field| (kind.id(field), address.typed(field).to_owned())).into_iter().collect(),
        }
    }

    /// The ids of its fields, as they follow each other.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let rows = self.rows.iter().flatten().map(|input| input.id.as_str());
        std::iter::once(self.country_id.as_str()).chain(rows)
    }
}

/// None is chosen for the buyer.
fn countries(language: Language, chosen: Option<Country>) -> Vec<CountryChoice> {
    let name = AddressWords::of(language).choose_a_country;
    let none = CountryChoice { code: "", name, selected: chosen.is_none() };
    let choice = |(country, name): (Country, &'static str)| CountryChoice {
        code: country.code(),
        name,
        selected: chosen == Some(country),
    };
    std::iter::once(none).chain(Country::all_in(language).into_iter().map(choice)).collect()
}

/// What is wrong with a field.
pub fn error(id: &str, errors: &[FieldError]) -> Option<String> {
    errors.iter().find(|error| error.pointer == id).map(|error| error.detail.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row's labels, with `*` where a field is required.
    fn labels(country: &str) -> Vec<String> {
        let typed = TypedAddress { country: country.into(), ..TypedAddress::default() };
        let label = |input: &Input| format!("{}{}", input.label, if input.required { "*" } else { "" });
        let rows = AddressInputs::new(Language::En, &typed, &[]).rows;
        rows.iter().skip(3).map(|row| row.iter().map(label).collect::<Vec<_>>().join(", ")).collect()
    }

    #[test]
    fn the_fields_are_those_of_the_country_in_its_order_and_words() {
        assert_eq!(labels("DE"), ["Postal code*, City*"]);
        assert_eq!(labels("US"), ["City*, State*, ZIP code*"]);
        assert_eq!(labels("GB"), ["Post town*", "Postcode*"]);
        assert_eq!(labels("IE"), ["City*", "County", "Eircode"]);
        assert_eq!(labels("HK"), ["District", "Area*"]);
        assert_eq!(labels("AE"), ["Emirate*"]);
        assert_eq!(labels("QA"), ["City*"]);
        assert_eq!(labels("IN"), ["City*, PIN code*", "State*"]);
        assert_eq!(labels("AU"), ["Suburb*, State*, Postcode*"]);
        assert_eq!(labels("JP"), ["City, Prefecture*", "Postal code*"]);
        // None chosen, or none that there is.
        assert_eq!(labels(""), ["Postal code, City", "State or region"]);
        assert_eq!(labels("<b>"), labels(""));
    }

    #[test]
    fn every_country_has_a_form_that_asks_for_all_that_it_needs() {
        for country in Country::all() {
            let typed = TypedAddress { country: country.code().into(), ..TypedAddress::default() };
            let inputs = AddressInputs::new(Language::En, &typed, &[]);
            let asked: Vec<&str> = inputs.ids().collect();
            assert!(inputs.rows.iter().all(|row| !row.is_empty()), "{country:?}");
            for field in [Field::Name, Field::Line1, Field::Line2, Field::City, Field::Region, Field::PostalCode] {
                let times = asked.iter().filter(|id| **id == field.id()).count();
                assert_eq!(times, usize::from(field.need(Some(country)) != Need::Absent), "{country:?}: {field:?}");
            }
            let required = inputs.rows.iter().flatten().filter(|input| input.required);
            assert!(required.into_iter().all(|input| input.note.is_empty()), "{country:?}");
        }
    }

    #[test]
    fn what_was_typed_for_another_country_is_not_lost() {
        let typed = TypedAddress {
            city: "Kowloon".into(),
            region: "Greater London".into(),
            postal_code: "SW1Y 4JH".into(),
            country: "AE".into(),
            ..TypedAddress::default()
        };
        let inputs = AddressInputs::new(Language::En, &typed, &[]);
        assert_eq!(inputs.kept, [("postal_code".to_owned(), "SW1Y 4JH".to_owned())]);
        let shown: Vec<_> =
            inputs.rows.iter().flatten().map(|input| (input.id.as_str(), input.value.as_str())).collect();
        assert!(shown.contains(&("city", "Kowloon")) && shown.contains(&("region", "Greater London")));
        assert!(!shown.iter().any(|(id, _)| *id == "postal_code"));
    }

    #[test]
    fn a_country_is_chosen_by_the_buyer_alone() {
        let chosen = |code: &str| {
            countries(Language::En, code.parse().ok())
                .into_iter()
                .filter(|c| c.selected)
                .map(|c| c.code)
                .collect::<Vec<_>>()
        };
        assert_eq!(chosen(""), [""]);
        assert_eq!(chosen("DE"), ["DE"]);
        assert_eq!(chosen("<b>"), [""]);
    }
}
