//! What the fields of an address are called, and what is wrong with them.

use super::{Fill, fill};
use crate::address::{Country, Fault, Field, Need};
use crate::text::{self, Language};

words! {
    AddressWords;
    country: "Country", "Land";
    choose_a_country: "Choose a country", "Land wählen";
    show_fields: "Show fields for this country", "Felder für dieses Land zeigen";
    line2: "Flat, floor, company", "Adresszusatz, Firma";
    phone: "Phone", "Telefon";
    if_any: "(if any)", "(falls vorhanden)";
    no_country: "Choose a country.", "Wählen Sie ein Land.";
}

/// The label of a field, as the country has it that was chosen.
pub fn label(language: Language, field: Field, country: Option<Country>) -> String {
    let w = AddressWords::of(language);
    match (language, field) {
        (_, Field::Line2) => w.line2.to_owned(),
        (_, Field::Phone) => w.phone.to_owned(),
        (Language::En, field) => text::capitalised(field.noun(country)),
        (Language::De, field) => german(field.noun(country)).to_owned(),
    }
}

/// A fault as whoever typed it should hear it. `typed`: what stands in the field;
/// `most`: the characters that it takes.
pub fn told(language: Language, fault: &Fault, typed: &str, country: Option<Country>, most: u16) -> String {
    match (fault.field, language) {
        (Field::Country, _) => AddressWords::of(language).no_country.to_owned(),
        (_, Language::En) => text::capitalised(&fault.detail) + ".",
        (field, Language::De) => in_german(field, typed, country, most),
    }
}

fn in_german(field: Field, typed: &str, country: Option<Country>, most: u16) -> String {
    let label = label(Language::De, field, country);
    let example = country.and_then(Country::postal_code_example).filter(|_| field == Field::PostalCode);
    match (text::is_absent(typed), example) {
        (true, None) => "Bitte füllen Sie das Feld „{}“ aus.".with(&label),
        (true, Some(example)) => fill("Bitte füllen Sie das Feld „{}“ aus, zum Beispiel mit {}.", &[&label, example]),
        (false, Some(example)) => {
            let may_be_empty = field.need(country) != Need::Required;
            let way_out = if may_be_empty { ", oder lassen Sie sie weg" } else { "" };
            fill("Prüfen Sie die Postleitzahl, zum Beispiel {}{}.", &[example, way_out])
        }
        (false, None) => {
            fill("„{}“ darf höchstens {} Zeichen haben und keine unsichtbaren.", &[&label, &most.to_string()])
        }
    }
}

/// What an address's parts are called, of what they are called in English.
fn german(noun: &str) -> &str {
    match noun {
        "full name" => "Vor- und Nachname",
        "street and number" => "Straße und Hausnummer",
        "city" | "post town" | "suburb" => "Ort",
        "state or region" => "Bundesland oder Region",
        "state" => "Bundesstaat",
        "province" => "Provinz",
        "province or city" => "Provinz oder Stadt",
        "region" => "Region",
        "island" => "Insel",
        "parish" | "municipality" => "Gemeinde",
        "department" => "Departement",
        "district" => "Bezirk",
        "county" => "Grafschaft",
        "area" => "Gebiet",
        "emirate" => "Emirat",
        "prefecture" => "Präfektur",
        "oblast" => "Oblast",
        "postal code" | "ZIP code" | "postcode" | "PIN code" => "Postleitzahl",
        // Ireland's is known by its name.
        noun => noun,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_every_address_has_its_german_name() {
        for country in Country::all().map(Some).chain([None]) {
            for field in [Field::Name, Field::Line1, Field::City, Field::Region, Field::PostalCode] {
                let noun = field.noun(country);
                assert!(german(noun) != noun || matches!(noun, "Eircode"), "{noun}");
            }
        }
    }

    #[test]
    fn a_fault_says_what_to_do() {
        let fault = |field| Fault { field, detail: "enter the post town".to_owned() };
        let of = |language, field, typed: &str, country: &str| {
            told(language, &fault(field), typed, country.parse().ok(), 100)
        };
        assert_eq!(of(Language::En, Field::City, "", "GB"), "Enter the post town.");
        assert_eq!(of(Language::De, Field::City, " ", "GB"), "Bitte füllen Sie das Feld „Ort“ aus.");
        let code = |typed, country| of(Language::De, Field::PostalCode, typed, country);
        assert_eq!(code("", "DE"), "Bitte füllen Sie das Feld „Postleitzahl“ aus, zum Beispiel mit 26133.");
        assert_eq!(code("x", "DE"), "Prüfen Sie die Postleitzahl, zum Beispiel 26133.");
        assert_eq!(code("x", "CL"), "Prüfen Sie die Postleitzahl, zum Beispiel 8340457, oder lassen Sie sie weg.");
        let long = of(Language::De, Field::City, "x", "DE");
        assert_eq!(long, "„Ort“ darf höchstens 100 Zeichen haben und keine unsichtbaren.");
        assert_eq!(of(Language::De, Field::Country, "x", ""), "Wählen Sie ein Land.");
    }
}
