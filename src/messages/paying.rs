//! The letters about a payment that did not go through, or waits for its buyer.

use super::letter::Content;
use super::order::{Order, button};
use super::words;
use crate::ports::Timestamp;
use crate::text::Language;

pub(super) fn payment_failed<'a>(
    order: &Order,
    reason: &str,
    until: Option<Timestamp>,
    content: Content<'a>,
) -> Content<'a> {
    let (language, number) = (order.language, &order.number);
    let next = match until.map(|until| words::moment(language, until)) {
        Some(until) => language.of(
            format!("You can try another way to pay, at the same prices, until {until}."),
            format!("Sie können es bis {until} auf anderem Weg zu denselben Preisen noch einmal versuchen."),
        ),
        None if order.difference.is_some() => language.of(
            "The change can no longer be paid. Your order stays as it is.".to_owned(),
            "Die Änderung kann nicht mehr bezahlt werden. Ihre Bestellung bleibt, wie sie ist.".to_owned(),
        ),
        None => language.of(
            "This order can no longer be paid. Please order again.".to_owned(),
            "Diese Bestellung kann nicht mehr bezahlt werden. Bitte bestellen Sie noch einmal.".to_owned(),
        ),
    };
    Content {
        subject: match order.difference {
            Some(_) => language.of(
                format!("The payment for the change of your order {number} did not go through"),
                format!("Die Zahlung für die Änderung Ihrer Bestellung {number} ist fehlgeschlagen"),
            ),
            None => language.of(
                format!("The payment for your order {number} did not go through"),
                format!("Die Zahlung Ihrer Bestellung {number} ist fehlgeschlagen"),
            ),
        },
        title: language.of("The payment did not go through", "Die Zahlung ist fehlgeschlagen").to_owned(),
        paragraphs: vec![decline(language, reason).to_owned(), next],
        button: until.and_then(|_| button(order, "Pay another way", "Anders bezahlen")),
        ..content
    }
}

pub(super) fn action_needed<'a>(order: &Order, until: Timestamp, content: Content<'a>) -> Content<'a> {
    let (language, number) = (order.language, &order.number);
    let until = words::moment(language, until);
    let amount = order.difference.unwrap_or(order.totals.to_pay).display_in(language);
    let paragraph = match order.difference {
        Some(_) => language.of(
            format!("Your bank wants you to confirm the payment of {amount}. The change of your order {number} is made once you have."),
            format!("Ihre Bank möchte, dass Sie die Zahlung von {amount} bestätigen. Erst dann wird Ihre Bestellung {number} geändert."),
        ),
        None => language.of(
        format!("Your bank wants you to confirm the payment of {amount}. Your order {number} is complete once you have."),
        format!("Ihre Bank möchte, dass Sie die Zahlung von {amount} bestätigen. Erst dann ist Ihre Bestellung {number} vollständig."),
        ),
    };
    let limit = language.of(format!("You can do so until {until}."), format!("Das ist bis {until} möglich."));
    Content {
        subject: language.of(
            format!("Please confirm the payment for your order {number}"),
            format!("Bitte bestätigen Sie die Zahlung Ihrer Bestellung {number}"),
        ),
        title: language.of("Your bank has a question", "Ihre Bank hat eine Frage").to_owned(),
        paragraphs: vec![paragraph, limit],
        button: button(order, "Confirm the payment", "Zahlung bestätigen"),
        ..content
    }
}

/// Why the bank said no, as far as it says.
pub fn decline(language: Language, reason: &str) -> &'static str {
    let (english, german) = match reason {
        "insufficient_funds" => (
            "There is too little money on this card. Nothing was charged.",
            "Auf dieser Karte ist zu wenig Geld. Es wurde nichts abgebucht.",
        ),
        "authentication_failed" => (
            "The payment was not confirmed with the bank. Nothing was charged.",
            "Die Zahlung wurde bei der Bank nicht bestätigt. Es wurde nichts abgebucht.",
        ),
        "authentication_timed_out" => (
            "The payment was not confirmed with the bank in time. Nothing was charged.",
            "Die Zahlung wurde bei der Bank nicht rechtzeitig bestätigt. Es wurde nichts abgebucht.",
        ),
        "called_off" => (
            "The payment was called off. Nothing was charged.",
            "Die Zahlung wurde abgebrochen. Es wurde nichts abgebucht.",
        ),
        "order_changed" => (
            "The shop has changed this order, as it says below. Nothing was charged.",
            "Der Shop hat diese Bestellung geändert. Es wurde nichts abgebucht.",
        ),
        "no_answer" => (
            "The bank could not be reached. Nothing was charged.",
            "Die Bank war nicht zu erreichen. Es wurde nichts abgebucht.",
        ),
        _ => ("The card was declined. Nothing was charged.", "Die Karte wurde abgelehnt. Es wurde nichts abgebucht."),
    };
    language.of(english, german)
}
