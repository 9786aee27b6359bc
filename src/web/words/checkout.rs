//! The words of the checkout: its form, the ways to pay, what came of placing.

words! {
    CheckoutWords;
    title: "Checkout", "Kasse";
    back_to_cart: "Back to the cart", "Zurück zum Warenkorb";
    // The law wants nothing else on it: § 312j(3) BGB.
    place_order: "Place order · {}", "Zahlungspflichtig bestellen";
    place: "Place order", "Zahlungspflichtig bestellen";
    update: "Update the total", "Summe aktualisieren";
    no_charge: "You will not be charged anything.", "Es wird Ihnen nichts berechnet.";
    never_more: "You will never be charged more than the {} shown here.", "Es werden Ihnen nie mehr als die hier gezeigten {} berechnet.";

    // Contact and addresses
    contact: "Contact", "Kontakt";
    billing: "Billing", "Rechnung";
    bill_address: "Address for the bill", "Adresse für die Rechnung";
    bill_elsewhere: "Bill to another address", "Rechnung an eine andere Adresse";
    add_bill_address: "Add an address for the bill", "Adresse für die Rechnung hinzufügen";
    empty_for_same: "Leave it empty to have the bill at the delivery address.", "Lassen Sie die Felder leer, wenn die Rechnung an die Lieferadresse gehen soll.";
    empty_for_none: "Leave it empty if the bill needs none.", "Lassen Sie die Felder leer, wenn die Rechnung keine Adresse braucht.";

    // The VAT number
    vat_number: "VAT number", "USt-IdNr.";
    vat_note: "(for businesses in the EU, optional)", "(für Unternehmen in der EU, freiwillig)";
    vat_malformed: "A VAT number is two letters for the country and 2 to 12 letters and digits, such as DE123456789.", "Eine USt-IdNr. besteht aus zwei Buchstaben für das Land und 2 bis 12 Buchstaben und Ziffern, zum Beispiel DE123456789.";
    vat_reverse: "Confirmed. We charge no VAT: you account for it yourself (reverse charge).", "Bestätigt. Wir berechnen keine Mehrwertsteuer: Sie schulden sie selbst (Reverse-Charge-Verfahren).";
    vat_no_address: "Confirmed. VAT is charged until we know your address.", "Bestätigt. Mehrwertsteuer wird berechnet, bis wir Ihre Adresse kennen.";
    vat_all_the_same: "Confirmed. VAT is charged all the same: only a business in another country of the EU accounts for it itself.", "Bestätigt. Mehrwertsteuer wird trotzdem berechnet: Nur Unternehmen in einem anderen Land der EU schulden sie selbst.";
    vat_unknown: "The EU's register (VIES) does not know this number, so VAT is charged. Please check the number, or go on.", "Das Register der EU (VIES) kennt diese Nummer nicht, daher wird Mehrwertsteuer berechnet. Prüfen Sie die Nummer, oder fahren Sie fort.";
    vat_unanswered: "The EU's register (VIES) does not answer at the moment, so VAT is charged. Update the total to ask again, or go on.", "Das Register der EU (VIES) antwortet zurzeit nicht, daher wird Mehrwertsteuer berechnet. Aktualisieren Sie die Summe, um noch einmal zu fragen, oder fahren Sie fort.";

    // Shipping
    shipping: "Shipping", "Versand";
    not_sent_there: "The shop does not send to this address.", "An diese Adresse liefert der Shop nicht.";
    address_first: "How it can be sent depends on your address. Enter it, then update the total.", "Wie geliefert werden kann, hängt von Ihrer Adresse ab. Geben Sie sie an, und aktualisieren Sie dann die Summe.";
    choose_shipping: "Choose how to send it.", "Wählen Sie eine Versandart.";
    shipping_not_offered: "This is not how we send it to your address. Choose another way.", "Diese Versandart gibt es für Ihre Adresse nicht. Wählen Sie eine andere.";

    // Payment
    payment: "Payment", "Zahlung";
    nothing_to_pay: "Nothing is left to pay.", "Es ist nichts mehr zu zahlen.";
    test_payments: "This shop takes test payments. Each of these behaves differently, and none of them costs anything.", "Dieser Shop nimmt Testzahlungen an. Jede verhält sich anders, und keine kostet etwas.";
    no_payments: "The shop takes no payments at present.", "Der Shop nimmt zurzeit keine Zahlungen an.";
    choose_payment: "Choose a way to pay.", "Wählen Sie eine Zahlungsart.";
    payment_unknown: "the shop does not take this way to pay", "diese Zahlungsart nimmt der Shop nicht an";
    card: "Card and other ways to pay online", "Karte und andere Online-Zahlungsarten";
    bank_transfer: "Bank transfer", "Vorkasse per Überweisung";
    invoice: "Invoice", "Kauf auf Rechnung";
    cash_on_delivery: "Cash on delivery", "Nachnahme";
    card_charged: "You enter your card on the next page. You will be charged {} on it then.", "Ihre Karte geben Sie auf der nächsten Seite an. Dann werden {} abgebucht.";
    card_set_aside: "You enter your card on the next page. {} is set aside on it then, and charged when we send your order.", "Ihre Karte geben Sie auf der nächsten Seite an. {} werden dann darauf vorgemerkt und abgebucht, wenn wir Ihre Bestellung versenden.";
    by_transfer: "You transfer {} yourself, and we send your order once the money is there.", "Sie überweisen {} selbst, und wir versenden Ihre Bestellung, sobald das Geld eingegangen ist.";
    afterwards: "You pay {} afterwards.", "Sie zahlen {} später.";
    test_visa: "Visa ending 4242: pays", "Visa mit der Endung 4242: zahlt";
    test_authentication: "Card that asks the bank first (3-D Secure)", "Karte, die erst bei der Bank fragt (3-D Secure)";
    test_declined: "Card that is declined", "Karte, die abgelehnt wird";
    test_insufficient: "Card with too little money on it", "Karte mit zu wenig Guthaben";
    test_authorized: "Card that is charged later", "Karte, die später belastet wird";
    test_slow: "Bank that answers after two seconds", "Bank, die nach zwei Sekunden antwortet";
    test_timeout: "Bank that charges but never answers", "Bank, die abbucht, aber nie antwortet";
    test_unreachable: "Bank that cannot be reached", "Bank, die nicht zu erreichen ist";

    // Why it was not placed
    correct: "Nothing has been ordered yet. Please correct:", "Es wurde noch nichts bestellt. Bitte korrigieren Sie:";
    no_total: "The total could not be read. Nothing has been ordered yet: please look at the total below and place the order again.", "Die Summe ließ sich nicht lesen. Es wurde noch nichts bestellt: Bitte prüfen Sie die Summe unten, und bestellen Sie dann noch einmal.";
    not_a_total: "This is not a total.", "Das ist keine Summe.";
    ask_the_shop: "Please ask the shop, which has put this order together.", "Bitte fragen Sie den Shop, der diese Bestellung zusammengestellt hat.";
    draft_changed: "The shop has changed this order since you looked at it. Nothing has been ordered yet: place it if you agree.", "Der Shop hat diese Bestellung geändert, seit Sie sie angesehen haben. Es wurde noch nichts bestellt: Bestellen Sie, wenn Sie einverstanden sind.";
    unanswered: "The shop did not answer in time. Please place the order again: it will be placed once, however often you try.", "Der Shop hat nicht rechtzeitig geantwortet. Bitte bestellen Sie noch einmal: Die Bestellung geht nur einmal ein, wie oft Sie es auch versuchen.";
    now_costs: "{} now costs {} instead of {}. ", "{} kostet jetzt {} statt {}. ";
    total_is_now: "The total is now {} instead of {}. Nothing has been ordered yet: place the order again if you agree.", "Die Summe ist jetzt {} statt {}. Es wurde noch nichts bestellt: Bestellen Sie noch einmal, wenn Sie einverstanden sind.";
    to_pay_is_now: "What your gift cards pay has changed: {} is now left to pay instead of {}. Nothing has been ordered yet: place the order again if you agree.", "Was Ihre Geschenkgutscheine zahlen, hat sich geändert: Jetzt sind noch {} zu zahlen statt {}. Es wurde noch nichts bestellt: Bestellen Sie noch einmal, wenn Sie einverstanden sind.";
    not_for_sale: "No longer for sale: {}. {}", "Nicht mehr erhältlich: {}. {}";
    take_it_out: "Please take it out of the cart.", "Bitte nehmen Sie es aus dem Warenkorb.";
    nothing_ordered: "Nothing has been ordered or charged. {}", "Es wurde nichts bestellt und nichts abgebucht. {}";
    change_the_cart: "Please change the cart.", "Bitte ändern Sie den Warenkorb.";
    take_code_out: "{}: {} Please take the code out of the cart. Nothing has been ordered yet.", "{}: {} Bitte nehmen Sie den Code aus dem Warenkorb. Es wurde noch nichts bestellt.";
}
