//! The fields of the checkout's form, as the country has them that was chosen.

use super::form::CheckoutForm;
use crate::address::{Country, Field, Need, Part};
use crate::problem::FieldError;

/// One field with its label, what was typed, and what is wrong with it.
pub struct Input {
    pub id: &'static str,
    pub label: String,
    /// What stands behind the label.
    pub note: &'static str,
    pub kind: &'static str,
    /// The keys that a telephone shows, if others than `kind` brings.
    pub keys: &'static str,
    /// What a browser may fill in (HTML, section 4.10.18.7).
    pub autocomplete: &'static str,
    /// The most characters that it takes.
    pub most: u16,
    pub required: bool,
    pub value: String,
    pub error: Option<String>,
}

/// The address's fields, in the order and the lines in which it is written.
pub struct AddressInputs {
    pub rows: Vec<Vec<Input>>,
    /// What was typed for another country: kept, should the buyer go back to it.
    pub kept: Vec<(&'static str, String)>,
}

/// What most of the world writes, until a country is chosen.
const ANYWHERE: [&str; 3] = ["A", "z c", "s"];

impl Input {
    pub fn email(form: &CheckoutForm, errors: &[FieldError]) -> Self {
        Self {
            id: "email",
            label: "E-mail".to_owned(),
            note: "",
            kind: "email",
            keys: "",
            autocomplete: "email",
            most: 254,
            required: true,
            value: form.email.clone(),
            error: error("email", errors),
        }
    }

    pub fn of(field: Field, country: Option<Country>, form: &CheckoutForm, errors: &[FieldError]) -> Self {
        let need = field.need(country);
        let label = match field {
            Field::Line2 => "Flat, floor, company".to_owned(),
            Field::Phone => "Phone".to_owned(),
            field => capitalised(field.noun(country)),
        };
        let note = match (need, field, country) {
            (Need::Required, ..) | (_, Field::City, None) => "",
            (_, Field::Region | Field::PostalCode, None) => "(if any)",
            _ => "(optional)",
        };
        let (kind, autocomplete, most) = match field {
            Field::Name => ("text", "shipping name", 200),
            Field::Line1 => ("text", "shipping address-line1", 200),
            Field::Line2 => ("text", "shipping address-line2", 200),
            Field::City => ("text", "shipping address-level2", 100),
            Field::Region => ("text", "shipping address-level1", 100),
            Field::PostalCode => ("text", "shipping postal-code", 20),
            Field::Country => ("text", "shipping country", 2),
            Field::Phone => ("tel", "tel", 40),
        };
        let digits = field == Field::PostalCode && country.is_some_and(Country::has_numeric_postal_codes);
        Self {
            id: field.id(),
            label,
            note,
            kind,
            keys: if digits { "numeric" } else { "" },
            autocomplete,
            most,
            required: need == Need::Required,
            value: form.typed(field).to_owned(),
            error: error(field.id(), errors),
        }
    }
}

impl AddressInputs {
    pub fn new(form: &CheckoutForm, errors: &[FieldError]) -> Self {
        let country = form.chosen_country();
        let input = |field| Input::of(field, country, form, errors);
        let layout: Vec<&str> = country.map_or_else(|| ANYWHERE.to_vec(), |country| country.layout().collect());
        let mut rows = vec![vec![input(Field::Name)]];
        for line in layout {
            let row: Vec<Input> = line.chars().filter_map(Part::of).map(|part| input(part.into())).collect();
            rows.push(row);
            if line.contains('A') {
                rows.push(vec![input(Field::Line2)]);
            }
        }
        let other = |field: &Field| field.need(country) == Need::Absent && !form.typed(*field).trim().is_empty();
        // Shown, as the parcel would bear it.
        rows.extend([Field::City, Field::Region].into_iter().filter(other).map(|field| vec![input(field)]));
        let code = Some(Field::PostalCode).filter(other);
        Self { rows, kept: code.map(|field| (field.id(), form.typed(field).to_owned())).into_iter().collect() }
    }
}

fn error(id: &str, errors: &[FieldError]) -> Option<String> {
    errors.iter().find(|error| error.pointer == id).map(|error| error.detail.clone())
}

fn capitalised(noun: &str) -> String {
    let mut letters = noun.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row's labels, with `*` where a field is required.
    fn labels(country: &str) -> Vec<String> {
        let form = CheckoutForm { country: country.into(), ..CheckoutForm::default() };
        let label = |input: &Input| format!("{}{}", input.label, if input.required { "*" } else { "" });
        let rows = AddressInputs::new(&form, &[]).rows;
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
            let form = CheckoutForm { country: country.code().into(), ..CheckoutForm::default() };
            let inputs = AddressInputs::new(&form, &[]);
            let asked: Vec<&str> = inputs.rows.iter().flatten().map(|input| input.id).collect();
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
        let form = CheckoutForm {
            city: "Kowloon".into(),
            region: "Greater London".into(),
            postal_code: "SW1Y 4JH".into(),
            country: "AE".into(),
            ..CheckoutForm::default()
        };
        let inputs = AddressInputs::new(&form, &[]);
        assert_eq!(inputs.kept, [("postal_code", "SW1Y 4JH".to_owned())]);
        let shown: Vec<_> = inputs.rows.iter().flatten().map(|input| (input.id, input.value.as_str())).collect();
        assert!(shown.contains(&("city", "Kowloon")) && shown.contains(&("region", "Greater London")));
        assert!(!shown.iter().any(|(id, _)| *id == "postal_code"));
    }
}
