//! The letter about an order that staff have changed.

use super::goods::listed;
use super::letter::Content;
use super::order::{Order, button};
use crate::money::Money;

/// Says how the order is from now on, and what goes back for what was taken out
/// of it. Without sums: those are the order's, and were told.
pub(super) fn content<'a>(order: &Order, back: Money, content: Content<'a>) -> Content<'a> {
    let (language, number, amount) = (order.language, &order.number, back.display_in(order.language));
    let money = (back.amount > 0).then(|| {
        language.of(
            format!("{amount} goes back to you, the way it was paid. Banks may take some days."),
            format!("{amount} gehen auf dem Weg an Sie zurück, auf dem Sie bezahlt haben. Das kann bei Banken einige Tage dauern."),
        )
    });
    let address = (!order.address.is_empty()).then(|| {
        let lines = order.address.join(", ");
        language.of(format!("It goes to: {lines}"), format!("Sie geht an: {lines}"))
    });
    let now = language.of(
        format!("We have changed your order {number}. This is what it is now:"),
        format!("Wir haben Ihre Bestellung {number} geändert. So sieht sie jetzt aus:"),
    );
    Content {
        subject: language
            .of(format!("Your order {number} was changed"), format!("Ihre Bestellung {number} wurde geändert")),
        title: language.of("Your order was changed", "Ihre Bestellung wurde geändert").to_owned(),
        paragraphs: address.into_iter().chain(money).chain([now]).collect(),
        block: listed(order),
        button: button(order, "See your order", "Bestellung ansehen"),
        sheet: None,
        ..content
    }
}
