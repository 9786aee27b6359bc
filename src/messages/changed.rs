//! The letters about an order that staff have changed, or will once that is paid.

use super::goods::listed;
use super::letter::Content;
use super::order::{Order, button, ends_unpaid};
use super::words;
use crate::money::Money;
use crate::ports::Timestamp;
use crate::text::Language;

/// Says how the order is from now on, what goes back for what was taken out of it,
/// and what is left to pay where the money is still to come.
pub(super) fn content<'a>(order: &Order, back: Money, content: Content<'a>) -> Content<'a> {
    let (language, number) = (order.language, &order.number);
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
        paragraphs: address.into_iter().chain(goes_back(language, back)).chain(left(order)).chain([now]).collect(),
        block: listed(order),
        button: button(order, "See your order", "Bestellung ansehen"),
        sheet: None,
        ..content
    }
}

/// What is left to pay, and how. None where no money is waited for.
fn left(order: &Order) -> Option<String> {
    let (language, number) = (order.language, &order.number);
    let amount = order.left_to_pay?.display_in(language);
    let said = language.of(
        format!("{amount} is left to pay. Please name the order's number, {number}."),
        format!("Noch zu zahlen sind {amount}. Bitte geben Sie dabei die Bestellnummer {number} an."),
    );
    let how = order.how_to_pay.as_ref().map(|how| how.lines().collect::<Vec<_>>().join(", "));
    let how = how.map(|how| language.of(format!("This is how: {how}"), format!("So bezahlen Sie: {how}")));
    let parts: Vec<_> = [Some(said), ends_unpaid(order), how].into_iter().flatten().collect();
    Some(parts.join(" "))
}

/// None where nothing does.
fn goes_back(language: Language, back: Money) -> Option<String> {
    let amount = back.display_in(language);
    (back.amount > 0).then(|| {
        language.of(
            format!("{amount} goes back to you, the way it was paid. Banks may take some days."),
            format!("{amount} gehen auf dem Weg an Sie zurück, auf dem Sie bezahlt haben. Das kann bei Banken einige Tage dauern."),
        )
    })
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

/// Says that it will not be, and what goes back where it was paid.
pub(super) fn over<'a>(order: &Order, lapsed: bool, back: Money, content: Content<'a>) -> Content<'a> {
    let (language, number) = (order.language, &order.number);
    let why = match lapsed {
        true => language.of(
            format!("The change of your order {number} was not paid in time, so it is not made. Your order stays as it is."),
            format!("Die Änderung Ihrer Bestellung {number} wurde nicht rechtzeitig bezahlt und entfällt. Ihre Bestellung bleibt, wie sie ist."),
        ),
        false => language.of(
            format!("We cannot change your order {number} as we asked you to pay for. Your order stays as it is."),
            format!("Die Änderung Ihrer Bestellung {number}, um deren Bezahlung wir Sie gebeten hatten, ist nicht möglich. Ihre Bestellung bleibt, wie sie ist."),
        ),
    };
    Content {
        subject: language.of(
            format!("The change of your order {number} is not made"),
            format!("Die Änderung Ihrer Bestellung {number} entfällt"),
        ),
        title: language.of("Your order stays as it is", "Ihre Bestellung bleibt, wie sie ist").to_owned(),
        paragraphs: std::iter::once(why).chain(goes_back(language, back)).collect(),
        button: button(order, "See your order", "Bestellung ansehen"),
        sheet: None,
        ..content
    }
}
