//! The letter with the way to an order that staff have typed in.

use super::letter::Content;
use super::order::{Order, button};
use super::words;

/// `message`: what staff say in it.
pub fn content<'a>(order: &Order, message: Option<&str>, content: Content<'a>) -> Content<'a> {
    let (language, number, shop) = (order.language, &order.number, content.shop_name);
    let next = language.of(
        "Please look through it, say where it goes, and pay. Nothing is set aside for you until then.",
        "Bitte sehen Sie alles durch, geben Sie an, wohin es gehen soll, und bezahlen Sie. Bis dahin ist nichts für Sie reserviert.",
    );
    let until = order
        .pay_by
        .map(|until| words::date(language, until))
        .map(|until| language.of(format!("You can do so until {until}."), format!("Das ist bis zum {until} möglich.")));
    Content {
        subject: language.of(
            format!("Your order {number} at {shop}, to be paid"),
            format!("Ihre Bestellung {number} bei {shop}, bitte bezahlen"),
        ),
        title: language.of("We have put your order together", "Wir haben Ihre Bestellung zusammengestellt").to_owned(),
        paragraphs: std::iter::once(next.to_owned()).chain(until).collect(),
        block: message.map(str::to_owned),
        button: button(order, "Look through it and pay", "Ansehen und bezahlen"),
        ..content
    }
}
