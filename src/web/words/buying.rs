//! The words that the cart, the checkout and an order's page have in common.

words! {
    BuyingWords;
    // How many
    one_piece: "1 piece", "1 Artikel";
    many_pieces: "{} pieces", "{} Artikel";
    quantity: "Quantity {}", "Anzahl {}";
    later: "On backorder: sent once it has come", "Nachbestellt: Versand, sobald die Ware eintrifft";
    some_later: "{} of {} on backorder: sent once they have come", "{} von {} nachbestellt: Versand, sobald sie eintreffen";
    one_product: "One product", "Ein Produkt";
    quantity_fault: "a quantity is a whole number from {} to {}", "die Anzahl ist eine ganze Zahl von {} bis {}";

    // Too few
    out_now: "Sold out at the moment.", "Zurzeit ausverkauft.";
    is_out: "{} is sold out.", "{} ist ausverkauft.";
    for_all: "Only {} are left for all lines that want it.", "Nur noch {} Stück für alle Positionen zusammen.";
    for_all_of: "Only {} of {} are left for all lines that want it.", "Nur noch {} Stück von {} für alle Positionen zusammen.";
    one_left: "Only 1 piece is left, not {}.", "Nur noch 1 Stück verfügbar statt {}.";
    one_left_of: "Only 1 piece of {} is left, not {}.", "Nur noch 1 Stück von {} verfügbar statt {}.";
    few_left: "Only {} pieces are left, not {}.", "Nur noch {} Stück verfügbar statt {}.";
    few_left_of: "Only {} pieces of {} are left, not {}.", "Nur noch {} Stück von {} verfügbar statt {}.";
    take: "Take {}", "{} nehmen";
    take_of: "Take {} of {}", "{} Stück von {} nehmen";
    remove: "Remove", "Entfernen";
    remove_line: "Remove {}", "{} entfernen";
    stock_unavailable: "The stock could not be reached. Nothing was charged. Please try again.", "Der Bestand ließ sich nicht prüfen. Es wurde nichts abgebucht. Bitte versuchen Sie es noch einmal.";

    // Sums
    items: "Items", "Zwischensumme";
    discounts: "Discounts", "Rabatte";
    shipping: "Shipping", "Versandkosten";
    free: "free", "kostenlos";
    shipping_from: "from {}", "ab {}";
    at_checkout: "at checkout", "an der Kasse";
    tax_included: "includes {} {} %", "inkl. {} {} %";
    total: "Total", "Gesamtsumme";
    total_so_far: "Total so far", "Summe bisher";
    gift_card: "Gift card ending in {}", "Geschenkgutschein mit der Endung {}";
    taken_out: "Taken out or replaced", "Entfernt oder ersetzt";
    to_pay: "To pay", "Zu zahlen";
    paid: "Paid", "Bezahlt";
    received: "Received so far", "Bisher eingegangen";
    left_to_pay: "Left to pay", "Noch zu zahlen";
    refunded: "Refunded to you", "An Sie erstattet";
    order_summary: "Order summary", "Bestellübersicht";
    your_order: "Your order", "Ihre Bestellung";

    // Times
    ready_on: "Ready on {}", "Abholbereit am {}";
    ready_between: "Ready between {}", "Abholbereit vom {}";
    arrives_on: "Arrives on {}", "Lieferung am {}";
    arrives_between: "Arrives {}", "Lieferung vom {}";
    fetched_at: "You fetch it at {}.", "Sie holen es hier ab: {}.";
    until: "until {}", "bis {}";
    less_than_a_minute: "for less than a minute, until {} UTC", "weniger als eine Minute, bis {} Uhr (UTC)";
    about_a_minute: "for about a minute, until {} UTC", "etwa eine Minute, bis {} Uhr (UTC)";
    about_minutes: "for about {} minutes, until {} UTC", "etwa {} Minuten, bis {} Uhr (UTC)";

    // Addresses
    email: "E-mail", "E-Mail";
    delivery_address: "Delivery address", "Lieferadresse";
    billing_address: "Billing address", "Rechnungsadresse";
    optional: "(optional)", "(freiwillig)";
    back_to_shop: "Back to the shop", "Zurück zum Shop";
}
