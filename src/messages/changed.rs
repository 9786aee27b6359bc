//! The letters about an order that staff have changed, or will once that is paid.

use super::goods::listed;
use super::letter::Content;
use super::order::{Order, button};
use super::words;
use crate::money::Money;
use crate::ports::Timestamp;

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

/// Says what will be added, what it costs more, and that nothing happens otherwise.
pub(super) fn asked<'a>(order: &Order, to_pay: Money, until: Timestamp, content: Content<'a>) -> Content<'a> {
    let (language, number) = (order.language, &order.number);
    let (amount, until) = (to_pay.display_in(language), words::moment(language, until));
    let how = language.of(
        format!("It costs {amount} more than what it takes the place of. Please look at it, and pay the difference by {until}. We keep it for you until then."),
        format!("Das kostet {amount} mehr als das, was dafür entfällt. Bitte sehen Sie es an und zahlen Sie den Unterschied bis {until}. So lange halten wir es für Sie bereit."),
    );
    let otherwise = language.of(
        "If you do not pay, nothing is charged and your order stays as it is.",
        "Wenn Sie nicht zahlen, wird nichts berechnet, und Ihre Bestellung bleibt, wie sie ist.",
    );
    let added = language.of(
        format!("We want to add this to your order {number}:"),
        format!("Das möchten wir Ihrer Bestellung {number} hinzufügen:"),
    );
    Content {
        subject: language.of(
            format!("Please pay {amount} for a change of your order {number}"),
            format!("Bitte zahlen Sie {amount} für eine Änderung Ihrer Bestellung {number}"),
        ),
        title: language.of("A change of your order", "Eine Änderung Ihrer Bestellung").to_owned(),
        paragraphs: vec![how, otherwise.to_owned(), added],
        block: listed(order),
        button: button(order, "Look at it and pay", "Ansehen und bezahlen"),
        sheet: None,
        ..content
    }
}
