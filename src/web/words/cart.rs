//! The words of the cart's page.

words! {
    CartWords;
    title: "Cart", "Warenkorb";
    your_cart: "Your cart", "Ihr Warenkorb";
    is_empty: "Your cart is empty.", "Ihr Warenkorb ist leer.";
    see_order: "See the order you placed", "Zu Ihrer Bestellung";
    look_around: "Look around the shop", "Im Shop stöbern";
    each: "{} each", "je {}";
    quantity_of: "Quantity of {}", "Anzahl von {}";
    update: "Update", "Aktualisieren";
    update_of: "Update the quantity of {}", "Anzahl von {} aktualisieren";
    price_changed: "now {} instead of {}", "jetzt {} statt {}";
    contents_changed: "made of something else by now", "der Inhalt hat sich inzwischen geändert";
    not_for_sale: "no longer for sale", "nicht mehr erhältlich";
    left_out: "No longer for sale, and left out: {}.", "Nicht mehr erhältlich und daher nicht übernommen: {}.";
    form_incomplete: "the form was not complete; please go back and try again", "das Formular war unvollständig; bitte gehen Sie zurück und versuchen Sie es noch einmal";

    // Codes
    codes: "Discount codes and gift cards", "Rabattcodes und Geschenkgutscheine";
    discount_code: "Discount code", "Rabattcode";
    use_code: "Use code", "Code einlösen";
    gift_card: "Gift card", "Geschenkgutschein";
    use_card: "Use card", "Gutschein einlösen";
    card_ending: "Card ending in {}", "Gutschein mit der Endung {}";

    // The way on
    totals: "Totals", "Summen";
    summary: "Summary", "Zusammenfassung";
    to_checkout: "Go to checkout", "Zur Kasse";
    go_on: "Continue shopping", "Weiter einkaufen";
}
