//! The words for how an order and its payment stand.

words! {
    StandingWords;
    confirmed: "Thank you, your order is confirmed", "Vielen Dank, Ihre Bestellung ist bestätigt";
    awaits_money: "Thank you, we have your order", "Vielen Dank, Ihre Bestellung ist eingegangen";
    awaits_money_text: "Please send us the money, as it says below. Your things are kept for you, and go out once it is there.", "Bitte überweisen Sie den Betrag, wie unten beschrieben. Ihre Artikel sind für Sie reserviert und werden versandt, sobald er eingegangen ist.";
    please_pay: "One step is left: please pay", "Noch ein Schritt: Bitte bezahlen Sie";
    please_pay_kept: "Enter below how you pay, to complete the order. Your things are kept for you for a few minutes.", "Geben Sie unten an, wie Sie bezahlen, um die Bestellung abzuschließen. Ihre Artikel sind für einige Minuten für Sie reserviert.";
    please_pay_not_kept: "Enter below how you pay, to complete the order. Your things are no longer set aside: if they are gone when you pay, you get your money back.", "Geben Sie unten an, wie Sie bezahlen, um die Bestellung abzuschließen. Ihre Artikel sind nicht mehr reserviert: Sind sie vergriffen, wenn Sie bezahlen, erhalten Sie Ihr Geld zurück.";
    ready: "Your order is ready", "Ihre Bestellung ist abholbereit";
    ready_text: "Everything is ready for you to fetch. Thank you for buying from us.", "Alles liegt für Sie bereit. Vielen Dank für Ihren Einkauf.";
    sent: "Your order is on its way", "Ihre Bestellung ist unterwegs";
    sent_text: "We have sent everything. Thank you for buying from us.", "Wir haben alles versandt. Vielen Dank für Ihren Einkauf.";
    pending: "We are waiting for the bank", "Wir warten auf die Bank";
    pending_kept: "Your things are kept for you. The bank has not answered yet; you will be charged once at most.", "Ihre Artikel sind für Sie reserviert. Die Bank hat noch nicht geantwortet; es wird höchstens einmal abgebucht.";
    pending_not_kept: "The bank has not answered yet, and your things are no longer set aside. You will be charged once at most, and get your money back if they are gone.", "Die Bank hat noch nicht geantwortet, und Ihre Artikel sind nicht mehr reserviert. Es wird höchstens einmal abgebucht, und Sie erhalten Ihr Geld zurück, wenn sie vergriffen sind.";
    switching: "We are changing the way you pay", "Wir wechseln die Zahlungsart";
    switching_text: "The first payment is being called off. Only when that is certain the other one begins, so you are charged once at most.", "Die erste Zahlung wird abgebrochen. Erst wenn das sicher ist, beginnt die andere; es wird also höchstens einmal abgebucht.";
    securing: "We have your payment", "Ihre Zahlung ist eingegangen";
    securing_text: "We are making sure that your things are still there. If they are not, you get your money back.", "Wir prüfen, ob Ihre Artikel noch da sind. Wenn nicht, erhalten Sie Ihr Geld zurück.";
    asks_buyer: "Your bank has a question", "Ihre Bank hat eine Frage";
    asks_buyer_kept: "Please confirm the payment with your bank to complete the order. Your things are kept for you for a few minutes.", "Bitte bestätigen Sie die Zahlung bei Ihrer Bank, um die Bestellung abzuschließen. Ihre Artikel sind für einige Minuten für Sie reserviert.";
    asks_buyer_not_kept: "Please confirm the payment with your bank to complete the order. Your things are no longer set aside: if they are gone when you confirm, you get your money back.", "Bitte bestätigen Sie die Zahlung bei Ihrer Bank, um die Bestellung abzuschließen. Ihre Artikel sind nicht mehr reserviert: Sind sie vergriffen, wenn Sie bestätigen, erhalten Sie Ihr Geld zurück.";
    declined: "The payment did not go through", "Die Zahlung ist fehlgeschlagen";
    declined_kept: "Please try another way to pay. Your things are kept for you for a few minutes; after that, another try takes them again if they are still there.", "Bitte versuchen Sie es mit einer anderen Zahlungsart. Ihre Artikel sind für einige Minuten für Sie reserviert; danach reserviert sie ein neuer Versuch wieder, wenn sie noch da sind.";
    declined_not_kept: "Your things are no longer set aside. Another try takes them again, at the same prices, if they are still there.", "Ihre Artikel sind nicht mehr reserviert. Ein neuer Versuch reserviert sie wieder, zu denselben Preisen, wenn sie noch da sind.";
    changed: "Your order was changed: please pay", "Ihre Bestellung wurde geändert: Bitte bezahlen Sie";
    changed_text: "It is now as it says below. Your things are set aside once you pay, if they are still there.", "Sie ist jetzt, wie unten beschrieben. Ihre Artikel werden reserviert, sobald Sie bezahlen, wenn sie noch da sind.";
    exhausted_text: "This order was tried as often as one may be. Please order again.", "Für diese Bestellung gibt es keine weiteren Versuche. Bitte bestellen Sie noch einmal.";
    by_shop: "The shop has cancelled this order", "Der Shop hat diese Bestellung storniert";
    by_shop_text: "What goes back to you is below.", "Was Sie zurückerhalten, steht unten.";
    by_buyer: "This order was cancelled", "Diese Bestellung wurde storniert";
    by_buyer_text: "Whatever was paid goes back to you.", "Was bezahlt wurde, erhalten Sie zurück.";
    expired: "This order was not paid in time", "Diese Bestellung wurde nicht rechtzeitig bezahlt";
    expired_text: "Your things are no longer reserved. Whatever was paid goes back to you.", "Ihre Artikel sind nicht mehr reserviert. Was bezahlt wurde, erhalten Sie zurück.";
    sold_out: "We are sorry: this has sold out", "Es tut uns leid: Das ist ausverkauft";
    sold_out_text: "Somebody else was faster, and the order is cancelled. Whatever was paid goes back to you.", "Jemand anderes war schneller, und die Bestellung ist storniert. Was bezahlt wurde, erhalten Sie zurück.";

    // How a confirmed order is paid, and what becomes of its goods
    settled_paid: "We have your payment.", "Ihre Zahlung ist eingegangen.";
    settled_set_aside: "The money is set aside on your card, and charged when we send your order.", "Das Geld ist auf Ihrer Karte vorgemerkt und wird abgebucht, wenn wir Ihre Bestellung versenden.";
    settled_lapsed: "The bank no longer sets the money aside. We will write to you about the payment.", "Die Vormerkung bei der Bank ist abgelaufen. Wir schreiben Ihnen wegen der Zahlung.";
    settled_later: "You pay afterwards, as it says below.", "Sie zahlen später, wie unten beschrieben.";
    settled_nothing: "There was nothing left to pay.", "Es war nichts mehr zu zahlen.";
    goods_sent: "We are packing your things.", "Wir packen Ihre Artikel.";
    goods_partly: "Some of your things are on their way. We are packing the rest.", "Ein Teil Ihrer Artikel ist unterwegs. Wir packen den Rest.";
    goods_fetched: "We are getting your things ready for you to fetch.", "Wir stellen Ihre Artikel zur Abholung bereit.";

    // The payment in few words
    label_nothing: "Nothing to pay", "Nichts zu zahlen";
    label_unpaid: "Not paid yet", "Noch nicht bezahlt";
    label_partly_paid: "Partly paid", "Teilweise bezahlt";
    label_waiting: "Waiting for the bank", "Wartet auf die Bank";
    label_action: "Needs your confirmation", "Wartet auf Ihre Bestätigung";
    label_authorized: "Set aside on your card", "Auf Ihrer Karte vorgemerkt";
    label_paid: "Paid", "Bezahlt";
    label_declined: "Declined", "Abgelehnt";
    label_cancelled: "Cancelled", "Storniert";
    label_partly_refunded: "Partly refunded", "Teilweise erstattet";
    label_refunded: "Refunded", "Erstattet";
}
