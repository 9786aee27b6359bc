//! The words of an order's page: but for how it stands, which is
//! [`super::standing`].

words! {
    OrderWords;
    order: "Order {}", "Bestellung {}";
    codes_come: "The codes of your gift cards come by mail, to {}.", "Die Codes Ihrer Geschenkgutscheine kommen per E-Mail an {}.";
    looks_again: "This page looks again every few seconds. You can also reload it yourself, or close it: your order is safe.", "Diese Seite aktualisiert sich alle paar Sekunden. Sie können sie auch selbst neu laden oder schließen: Ihre Bestellung ist sicher.";
    confirm_with_bank: "Confirm with your bank", "Bei Ihrer Bank bestätigen";
    order_again: "Order again", "Noch einmal bestellen";
    same_things: "The same things go into your cart; your address and what else you typed are kept.", "Dieselben Artikel kommen in Ihren Warenkorb; Ihre Adresse und Ihre übrigen Angaben bleiben erhalten.";
    go_on_waiting: "Go on waiting", "Weiter warten";
    pay_another_way: "Pay another way", "Anders bezahlen";
    cancel: "Cancel the order", "Bestellung stornieren";
    not_paid: "The payment did not go through, and nothing was charged. Please try again, or pay another way.", "Die Zahlung ist fehlgeschlagen, und es wurde nichts abgebucht. Bitte versuchen Sie es noch einmal, oder bezahlen Sie anders.";
    try_later: "Nothing was charged. You can try again later, or order what is left in a new cart.", "Es wurde nichts abgebucht. Sie können es später noch einmal versuchen oder in einem neuen Warenkorb bestellen, was noch da ist.";

    // A change of it
    would_change: "What would change", "Was sich ändern würde";
    kept_for_you: "Kept for you", "Für Sie reserviert";
    added: "Added", "Hinzugefügt";
    sent_by: "Sent by", "Versand mit";
    taken_out: "Taken out", "Entfernt";
    set_off: "Paid by what is given up for it", "Bezahlt durch das, was dafür entfällt";
    tax_where: "Tax where it goes", "Steuer am Lieferort";
    tax_change: "{} instead of {}", "{} statt {}";
    tax: "Tax", "Steuer";
    stays_after: "After that, your order stays as it is.", "Danach bleibt Ihre Bestellung, wie sie ist.";
    change_exhausted: "This change was tried to be paid as often as it may be. Your order stays as it is.", "Es wurde so oft wie möglich versucht, diese Änderung zu bezahlen. Ihre Bestellung bleibt, wie sie ist.";
    change_waits: "A change of your order waits for you", "Eine Änderung Ihrer Bestellung wartet auf Sie";
    change_made_once: "It is made once you have paid {}, as it says below. If you do not pay, nothing is charged, and your order stays as it is.", "Sie wird vorgenommen, sobald Sie {} bezahlt haben, wie unten beschrieben. Zahlen Sie nicht, wird nichts abgebucht, und Ihre Bestellung bleibt, wie sie ist.";

    // Paying
    pay: "Pay {}", "{} bezahlen";
    needs_script: "Stripe, which takes the payment, needs JavaScript for this. Please turn it on and reload the page, or pay another way.", "Stripe, das die Zahlung annimmt, braucht dafür JavaScript. Bitte schalten Sie es ein und laden Sie die Seite neu, oder bezahlen Sie anders.";
    not_loaded: "The form for your card could not be loaded. Reload the page, or pay another way.", "Das Formular für Ihre Karte ließ sich nicht laden. Laden Sie die Seite neu, oder bezahlen Sie anders.";
    not_through: "The payment did not go through. Nothing was charged.", "Die Zahlung ist fehlgeschlagen. Es wurde nichts abgebucht.";
    to_the_bank: "Go on to the bank", "Weiter zur Bank";
    stripe_takes: "You will be charged {}. Stripe takes the payment; we never see your card.", "Es werden {} abgebucht. Stripe nimmt die Zahlung an; wir sehen Ihre Karte nie.";
    how_to_pay: "How to pay", "So bezahlen Sie";
    amount: "Amount", "Betrag";
    reference: "Reference", "Verwendungszweck";
    due: "Due", "Fällig";
    cancelled_after: "After that, an order that is not paid is cancelled.", "Danach werden unbezahlte Bestellungen storniert.";
    how_do_you_pay: "How do you want to pay?", "Wie möchten Sie bezahlen?";
    called_off_first: "The payment that is under way is called off first. You are charged once at most.", "Die laufende Zahlung wird zuerst abgebrochen. Es wird höchstens einmal abgebucht.";
    pay_this_way: "Pay {} this way", "{} so bezahlen";

    // The bank's question
    confirm_payment: "Confirm your payment", "Zahlung bestätigen";
    test_bank: "Test Bank", "Testbank";
    payee: "To", "Empfänger";
    the_order: "Order", "Bestellung";
    approve: "Approve", "Bestätigen";
    decline: "Decline", "Ablehnen";
    stands_in: "This page stands in for a bank's own. It belongs to the test payment provider; no money moves.", "Diese Seite steht hier für die Seite einer Bank. Sie gehört zum Testanbieter; es fließt kein Geld.";

    // Parcels and returns
    parcels: "Parcels", "Pakete";
    parcel: "Parcel {}", "Paket {}";
    follow_parcel: "Follow parcel {}", "Paket {} verfolgen";
    ready_since: "Ready for you since {}", "Abholbereit seit {}";
    sent_on: "Sent on {}", "Versandt am {}";
    packed: "Packed, and about to go out", "Gepackt, wird bald versandt";
    returns: "Returns", "Rücksendungen";
    return_number: "Return {}", "Rücksendung {}";
    send_back: "Send something back", "Etwas zurücksenden";
    return_asked: "You have asked to send this back. We will write to you.", "Sie möchten dies zurücksenden. Wir schreiben Ihnen.";
    return_approved: "You can send this back.", "Sie können dies zurücksenden.";
    return_refused: "We cannot take this back.", "Wir können dies nicht zurücknehmen.";
    return_received: "It has come back to us.", "Es ist bei uns angekommen.";
    from_the_shop: "From the shop", "Vom Shop";

    // Details
    details: "Details", "Einzelheiten";
    payment: "Payment", "Zahlung";
    things_kept: "Your things are kept", "Für Sie reserviert";
    can_pay: "You can pay", "Zahlung möglich";
    delivery: "Delivery", "Lieferung";
    invoice_link: "Invoice, to read or to print", "Rechnung zum Lesen oder Drucken";
    without_vat: "Without VAT: you account for it yourself (reverse charge).", "Ohne Mehrwertsteuer: Sie schulden sie selbst (Reverse-Charge-Verfahren).";

    // What has happened
    has_happened: "What has happened", "Was geschehen ist";
    placed: "You placed the order", "Sie haben bestellt";
    payment_declined: "The payment did not go through", "Die Zahlung ist fehlgeschlagen";
    payment_authorized: "The money was set aside", "Das Geld wurde vorgemerkt";
    paid: "We have received money", "Wir haben Geld erhalten";
    authorization_lapsed: "The bank no longer set the money aside", "Die Vormerkung bei der Bank ist abgelaufen";
    refunded: "Money went back to you", "Sie haben Geld zurückerhalten";
    out_of_stock: "It was sold out", "Es war ausverkauft";
    cancelled: "The order was cancelled", "Die Bestellung wurde storniert";
    gift_cards_issued: "The codes of your gift cards were sent", "Die Codes Ihrer Geschenkgutscheine wurden versandt";
    difference_asked: "We asked you to pay for a change of the order", "Wir haben Sie gebeten, eine Änderung der Bestellung zu bezahlen";
    difference_paid: "You paid for the change", "Sie haben die Änderung bezahlt";
    edit_called_off: "The change was not made", "Die Änderung wurde nicht vorgenommen";
    edited: "We changed the order", "Wir haben die Bestellung geändert";
    shipped: "Something was sent", "Etwas wurde versandt";
    return_was_requested: "You asked to send something back", "Sie wollten etwas zurücksenden";
    return_was_approved: "We agreed to take something back", "Wir haben einer Rücksendung zugestimmt";
    return_was_refused: "We could not take something back", "Wir konnten etwas nicht zurücknehmen";
    return_has_come: "Something has come back to us", "Eine Rücksendung ist bei uns angekommen";

    // Documents
    documents_title: "Invoices", "Rechnungen";
    documents: "Invoices and credit notes", "Rechnungen und Rechnungskorrekturen";
    no_documents: "There is no invoice of this order yet.", "Zu dieser Bestellung gibt es noch keine Rechnung.";
    back_to_the_order: "Back to the order", "Zurück zur Bestellung";

    // Finding it
    find: "Find your order", "Bestellung finden";
    find_sent: "If there is an order with that number and address, we have sent an e-mail with a link to it. It may take some minutes.", "Wenn es zu dieser Nummer und Adresse eine Bestellung gibt, haben wir eine E-Mail mit einem Link dorthin gesandt. Das kann einige Minuten dauern.";
    find_how: "We send you an e-mail with a link to your order.", "Wir senden Ihnen eine E-Mail mit einem Link zu Ihrer Bestellung.";
    find_number: "The order's number", "Bestellnummer";
    find_email: "The e-mail address you ordered with", "E-Mail-Adresse, mit der Sie bestellt haben";
    find_send: "Send me the link", "Link senden";
    find_number_fault: "Check the order's number, which looks like 7ZZZ-ABCD.", "Prüfen Sie die Bestellnummer, sie sieht so aus: 7ZZZ-ABCD.";
}
