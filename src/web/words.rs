//! The words of the pages, in each language side by side: one table for each.

/// A table of texts: its name, then of each text `name: "English", "German";`.
/// `{}` is filled in by [`fill`].
macro_rules! words {
    ($table:ident; $($name:ident: $english:literal, $german:literal;)*) => {
        pub struct $table { $(pub $name: &'static str,)* }

        impl $table {
            /// All of them in both languages. The Worker has no use for the list.
            #[cfg(not(target_arch = "wasm32"))]
            pub const ALL: &'static [(&'static str, &'static str)] = &[$(($english, $german),)*];

            pub fn of(language: $crate::text::Language) -> &'static Self {
                static ENGLISH: $table = $table { $($name: $english,)* };
                static GERMAN: $table = $table { $($name: $german,)* };
                language.of(&ENGLISH, &GERMAN)
            }
        }
    };
}

pub mod address;
pub mod buying;
pub mod cart;
pub mod checkout;
pub mod order;
pub mod problems;
pub mod returns;
pub mod standing;

/// Every text of every table, in English and in German.
#[cfg(not(target_arch = "wasm32"))]
pub fn all() -> Vec<(&'static str, &'static str)> {
    let tables = [
        Words::ALL,
        address::AddressWords::ALL,
        buying::BuyingWords::ALL,
        cart::CartWords::ALL,
        checkout::CheckoutWords::ALL,
        order::OrderWords::ALL,
        problems::ProblemWords::ALL,
        returns::ReturnWords::ALL,
        standing::StandingWords::ALL,
    ];
    tables.concat()
}

/// A text that has one place, with what belongs there.
pub trait Fill {
    fn with(&self, value: &str) -> String;
}

impl Fill for str {
    fn with(&self, value: &str) -> String {
        fill(self, &[value])
    }
}

/// The text with what belongs in its places, one after the other.
pub fn fill(text: &str, values: &[&str]) -> String {
    let mut parts = text.split("{}");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for (part, value) in parts.zip(values) {
        filled.push_str(value);
        filled.push_str(part);
    }
    filled
}

words! {
    Words;
    // The frame
    skip: "Skip to the content", "Zum Inhalt springen";
    main: "Main", "Hauptmenü";
    shop: "Shop", "Shop";
    cart: "Cart", "Warenkorb";
    search: "Search", "Suchen";
    search_label: "Search the shop", "Im Shop suchen";
    the_shop: "The shop", "Der Shop";
    with_tax: "Prices include tax.", "Alle Preise inklusive Mehrwertsteuer.";
    without_tax: "Prices are without tax.", "Alle Preise ohne Mehrwertsteuer.";
    shipping_is_added: "Shipping is added at checkout, before you pay.", "Versandkosten kommen an der Kasse hinzu, bevor Sie bezahlen.";
    find_order: "Find your order", "Bestellung finden";
    language: "Language", "Sprache";
    currency: "Currency", "Währung";
    change: "Change", "Ändern";
    error: "Error: ", "Fehler: ";
    there_is_a_problem: "There is a problem", "Es gibt ein Problem";

    // Products in lists
    products: "Products", "Produkte";
    all_products: "All products", "Alle Produkte";
    newest_products: "New in the shop", "Neu im Shop";
    results_for: "Results for “{}”", "Ergebnisse für „{}“";
    one_product: "1 product", "1 Produkt";
    many_products: "{} products", "{} Produkte";
    nothing_yet: "There is nothing on the shelves yet. Please come back soon.", "Hier gibt es noch nichts. Bitte schauen Sie bald wieder vorbei.";
    from: "from {}", "ab {}";
    before: "before ", "vorher ";
    lowest: "Lowest price of the 30 days before: {}", "Niedrigster Preis der 30 Tage vor der Ermäßigung: {}";
    made_of: "In it: {}", "Enthält: {}";
    tier: "{} or more: {} each", "ab {} Stück: je {}";
    in_stock: "In stock", "Auf Lager";
    few_left: "Only a few left", "Nur noch wenige auf Lager";
    on_backorder: "On backorder: sent once it has come", "Nachbestellt: Versand, sobald die Ware eintrifft";
    sold_out: "Sold out", "Ausverkauft";
    pages: "Pages", "Seiten";
    next_page: "Next page", "Nächste Seite";
    previous_page: "Previous page", "Vorherige Seite";

    // A product
    breadcrumbs: "You are here", "Sie sind hier";
    pictures: "Pictures", "Bilder";
    picture: "Picture {} of {}", "Bild {} von {}";
    choose_one: "Choose one", "Bitte wählen";
    show_choice: "Show the price of this choice", "Preis dieser Auswahl anzeigen";
    goes_with: "Goes with it", "Passt dazu";
    goes_with_cart: "Goes with what is in your cart", "Passt zu Ihrem Warenkorb";
    add_to_cart: "Add to cart", "In den Warenkorb";
    quantity: "Quantity", "Anzahl";
    mark_sold_out: "sold out", "ausverkauft";
    not_together: "not with the rest", "nicht in dieser Kombination";
    no_such_choice: "Not made like this", "So nicht erhältlich";
    no_such_choice_text: "this is not made like that; please choose something else", "so gibt es das nicht; bitte wählen Sie etwas anderes";
    sold_out_text: "This is sold out at the moment. We are sorry; please look in again.", "Dieses Produkt ist zurzeit ausverkauft. Das tut uns leid; bitte schauen Sie bald wieder vorbei.";

    // Filters
    filters: "Filters", "Filter";
    filters_and_sorting: "Filter and sort", "Filtern und sortieren";
    chosen_filters: "Chosen filters", "Gewählte Filter";
    remove: "Remove the filter {}", "Filter {} entfernen";
    remove_all: "Remove all filters", "Alle Filter entfernen";
    show_results: "Show products", "Produkte anzeigen";
    price: "Price", "Preis";
    price_from: "From, in {}", "Von, in {}";
    price_to: "Up to, in {}", "Bis, in {}";
    chip_from: "from {}", "ab {}";
    chip_to: "up to {}", "bis {}";
    price_fault: "Write a price as a number, such as 12.50.", "Bitte geben Sie den Preis als Zahl ein, zum Beispiel 12,50.";
    only_in_stock: "Only what is in stock", "Nur Produkte auf Lager";
    sort_by: "Sort by", "Sortieren nach";
    relevance: "Best match", "Beste Treffer";
    newest: "Newest", "Neueste";
    price_asc: "Price, lowest first", "Preis, aufsteigend";
    price_desc: "Price, highest first", "Preis, absteigend";
    title: "Name", "Name";
    best_selling: "Best-selling", "Meistverkauft";
    vendor: "Brand", "Marke";
    kind: "Type", "Art";
    collection: "Collection", "Kategorie";
    by_hand: "Our order", "Unsere Reihenfolge";
    tag: "Topic", "Thema";

    // Collections
    collections: "Collections", "Kategorien";
    all_collections: "All collections", "Alle Kategorien";
    within: "Within {}", "In {}";
    no_collections: "There are no collections yet.", "Es gibt noch keine Kategorien.";
    nothing_in_it: "There is nothing in here at the moment. Please come back soon.", "Hier gibt es zurzeit nichts. Bitte schauen Sie bald wieder vorbei.";

    // Nothing found
    nothing_found: "Nothing fits", "Nichts gefunden";
    nothing_but_near: "Nothing found for “{}”. These come near:", "Nichts gefunden für „{}“. Das kommt dem nahe:";
    nothing_but_liked: "Nothing found for “{}”. Perhaps there is something here:", "Nichts gefunden für „{}“. Vielleicht ist hier etwas dabei:";
    nothing_found_text: "No product has all of this.", "Kein Produkt entspricht all diesen Angaben.";
    did_you_mean: "Did you mean “{}”?", "Meinten Sie „{}“?";
    instead: "Try instead", "Versuchen Sie stattdessen";
    without: "Without {}", "Ohne {}";
    only: "Only “{}”", "Nur „{}“";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn a_text_says_the_same_in_both_languages() {
        for (english, german) in all() {
            let places = |text: &str| text.matches("{}").count();
            // The button that orders may say nothing else (§ 312j(3) BGB).
            let is_order = german == "Zahlungspflichtig bestellen";
            assert!(places(english) == places(german) || is_order, "{english}: {german}");
            let ends = |text: &str| text.trim_end().chars().last().filter(|sign| matches!(sign, '.' | '?' | ':'));
            assert!(ends(english) == ends(german) || german == "USt-IdNr.", "{english}: {german}");
            for informal in ["du ", " dein", " dir ", " dich "] {
                assert!(!german.to_lowercase().contains(informal), "{german}");
            }
        }
    }

    #[test]
    fn a_text_is_filled_in() {
        assert_eq!(fill("{} of {}.", &["1", "2"]), "1 of 2.");
        assert_eq!(fill("none", &["1"]), "none");
        assert_eq!(fill(Words::of(Language::De).from, &["{}"]), "ab {}");
    }
}
