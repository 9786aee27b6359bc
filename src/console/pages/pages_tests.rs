use super::*;
use crate::console::page::{Block, Field, Form, Manner, Takes};
use serde_json::Value;
use std::collections::BTreeSet;

/// A path whose places have no names.
fn like(path: &str) -> String {
    path.split('?')
        .next()
        .unwrap()
        .split('/')
        .map(|part| if part.starts_with('{') { "{}" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

/// The console does nothing that is not a route first.
#[test]
fn every_page_and_form_names_routes_of_the_contract() {
    let contract = std::fs::read("public/openapi.json").unwrap();
    let contract: Value = serde_json::from_slice(&contract).unwrap();
    let paths = contract["paths"].as_object().unwrap();
    let offered: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |verb| format!("{verb} {}", like(path))))
        .collect();
    for page in ALL {
        let reads = page.asks.iter().map(|ask| format!("get {}", like(ask.path)));
        let writes =
            page.forms().map(|form| format!("{} {}", form.verb.method().as_str().to_lowercase(), like(form.path)));
        let links = page.blocks.iter().flat_map(|block| match block {
            Block::Links(links) | Block::Picks(_, _, links) => *links,
            _ => &[],
        });
        let files = links.filter(|link| link.path.starts_with("/v1/")).map(|link| format!("get {}", like(link.path)));
        let reviews = page.forms().filter_map(|form| match form.manner {
            Manner::Review(path, _) => Some(format!("post {}", like(path))),
            _ => None,
        });
        for wanted in reads.chain(writes).chain(files).chain(reviews) {
            assert!(offered.contains(&wanted), "{}: no route {wanted}", page.path);
        }
    }
}

fn has_place(form: &Form, part: &str) -> bool {
    let typed = form.fields.iter().filter(|field| matches!(field.takes, Takes::Place)).map(|field| field.at);
    form.within.iter().map(|(name, _)| *name).chain(typed).any(|name| part == format!("{{{name}}}"))
}

#[test]
fn every_address_leads_to_its_page_and_every_form_has_a_name_of_its_own() {
    let mut ids = BTreeSet::new();
    for page in ALL {
        let address = page.path.replace("{id}", "x1");
        let Found { page: found, places } = find(&address).unwrap_or_else(|| panic!("{address}"));
        assert_eq!(found.path, page.path, "{address} is hidden by another page");
        assert_eq!(places.contains_key("id"), page.path.contains("{id}"));
        assert!(serde_json::from_str::<Value>(page.begins).unwrap().is_object(), "{}", page.path);
        for form in page.forms() {
            assert!(form.path.split('/').all(|part| !part.starts_with('{') || part == "{id}" || has_place(form, part)));
            // Pages that make the same thing may share their form.
            ids.insert(form.id);
            assert!(form.then.is_none_or(|then| find(&then.replace("{id}", "x1")).is_some()), "{}", form.id);
        }
    }
    assert!(find("/nowhere").is_none() && find("/orders/a/b").is_none() && find("//").is_none());
    assert!(NAVIGATION.iter().all(|entry| find(entry.path).is_some()));
    assert!(ids.iter().all(|id| !id.is_empty()));
}

/// A form becomes JSON in one pass: what is of one object stands together.
#[test]
fn the_fields_of_one_object_stand_together() {
    fn check(page: &str, fields: &[Field]) {
        for (index, field) in fields.iter().enumerate() {
            for (end, _) in field.at.match_indices('/').skip(1) {
                let object = &field.at[..=end];
                let of = |other: &&Field| other.at.starts_with(object);
                let apart = fields[..index].iter().rev().skip_while(of).any(|other| of(&other));
                assert!(!apart, "{page}: {} stands apart from the rest of {object}", field.at);
            }
            if let Takes::Rows(of, _) = field.takes {
                check(page, of);
            }
        }
    }
    for page in ALL {
        page.forms().for_each(|form| check(page.path, form.fields));
    }
}

/// A field whose label nobody wrote cannot be found by whoever hears the page.
#[test]
fn every_field_that_is_shown_has_a_label() {
    fn check(page: &str, fields: &[Field]) {
        for field in fields {
            let unseen = matches!(
                field.takes,
                Takes::Hidden
                    | Takes::Fixed(_)
                    | Takes::Look
                    | Takes::Empty
                    | Takes::Address
                    | Takes::Prices
                    | Takes::WholePrices
                    | Takes::PricesAlone
                    | Takes::Kept
                    | Takes::FactsBefore
            );
            assert!(unseen || !field.label.is_empty(), "{page}: {}", field.at);
            if let Takes::Rows(of, _) = field.takes {
                check(page, of);
            }
        }
    }
    for page in ALL {
        page.forms().for_each(|form| check(page.path, form.fields));
    }
}
