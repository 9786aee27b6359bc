//! The letters about an order's parcels and returns.

use serde::{Deserialize, Serialize};

use super::Kind;
use super::letter::{Button, Content};
use super::order::{Order, button};
use super::sheet;

/// What a letter tells of an order's goods: of which parcel or return, by its
/// number among the order's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    Shipped(u32),
    /// Its buyer has asked; a confirmation.
    ReturnAsked(u32),
    ReturnApproved(u32),
    ReturnRefused(u32),
}

/// The parcel or the return that the letter is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    pub pieces: Vec<Piece>,
    pub carrier: Option<String>,
    /// Where it can be followed.
    pub tracking_url: Option<String>,
    /// Where its buyer fetches it, if it is not sent.
    pub fetched_at: Option<String>,
    /// Staff's own words: what to do, or why not.
    pub words: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    pub title: String,
    pub quantity: u32,
    /// What all of these are made of, of a bundle.
    pub parts: Vec<Piece>,
}

impl Piece {
    /// Such as `2 × Tea set (2 × Pot, 8 × Cup)`.
    fn told(&self) -> String {
        let parts = if self.parts.is_empty() { String::new() } else { format!(" ({})", enumerated(&self.parts)) };
        format!("{} × {}{parts}", self.quantity, self.title)
    }
}

/// Such as `1 × Pot, 4 × Cup`.
pub(super) fn enumerated(pieces: &[Piece]) -> String {
    pieces.iter().map(Piece::told).collect::<Vec<_>>().join(", ")
}

impl News {
    pub fn kind(self) -> Kind {
        match self {
            Self::Shipped(_) => Kind::OrderShipped,
            Self::ReturnAsked(_) => Kind::ReturnRequested,
            Self::ReturnApproved(_) => Kind::ReturnApproved,
            Self::ReturnRefused(_) => Kind::ReturnRefused,
        }
    }
}

/// What the letter says. Without sums: those are the order's, and were told.
pub(super) fn content<'a>(order: &Order, news: News, content: Content<'a>) -> Content<'a> {
    let content = Content { sheet: None, block: listed(order), ..content };
    match news {
        News::Shipped(_) => shipped(order, content),
        News::ReturnAsked(_) => return_asked(order, content),
        News::ReturnApproved(_) => return_approved(order, content),
        News::ReturnRefused(_) => return_refused(order, content),
    }
}

/// The pieces that it is about, a line for each.
pub(super) fn listed(order: &Order) -> Option<String> {
    let pieces = &order.moved.as_ref()?.pieces;
    let fitting = sheet::fitting(pieces.iter().map(|piece| piece.parts.len()));
    let shown = pieces.iter().take(fitting).map(Piece::told);
    let rest = pieces.len().saturating_sub(fitting);
    let more = (rest > 0)
        .then(|| order.language.of(format!("and {rest} more lines"), format!("und {rest} weitere Positionen")));
    Some(shown.chain(more).collect::<Vec<_>>().join("\n")).filter(|text| !text.is_empty())
}

fn words(order: &Order) -> Option<String> {
    order.moved.as_ref()?.words.clone()
}

fn shipped<'a>(order: &Order, content: Content<'a>) -> Content<'a> {
    let (language, number) = (order.language, &order.number);
    let moved = order.moved.as_ref();
    if let Some(place) = moved.and_then(|moved| moved.fetched_at.as_ref()) {
        return ready(order, place, content);
    }
    let sent = match moved.and_then(|moved| moved.carrier.as_ref()) {
        Some(carrier) => language.of(
            format!("These things of your order {number} are on their way to you, with {carrier}:"),
            format!("Diese Artikel Ihrer Bestellung {number} sind mit {carrier} zu Ihnen unterwegs:"),
        ),
        None => language.of(
            format!("These things of your order {number} are on their way to you:"),
            format!("Diese Artikel Ihrer Bestellung {number} sind zu Ihnen unterwegs:"),
        ),
    };
    let follow = moved
        .and_then(|moved| moved.tracking_url.clone())
        .map(|url| Button { label: language.of("Follow the parcel", "Sendung verfolgen"), url });
    Content {
        subject: language
            .of(format!("Your order {number} is on its way"), format!("Ihre Bestellung {number} ist unterwegs")),
        title: language.of("A parcel is on its way", "Ein Paket ist unterwegs").to_owned(),
        paragraphs: vec![sent],
        button: follow.or_else(|| button(order, "See your order", "Bestellung ansehen")),
        ..content
    }
}

fn ready<'a>(order: &Order, place: &str, content: Content<'a>) -> Content<'a> {
    let (language, number) = (order.language, &order.number);
    let said = language.of(
        format!("These things of your order {number} are ready for you to fetch, at {place}:"),
        format!("Diese Artikel Ihrer Bestellung {number} liegen zur Abholung bereit, {place}:"),
    );
    Content {
        subject: language.of(
            format!("Your order {number} is ready to be fetched"),
            format!("Ihre Bestellung {number} liegt zur Abholung bereit"),
        ),
        title: language.of("Ready for you to fetch", "Zur Abholung bereit").to_owned(),
        paragraphs: vec![said],
        button: button(order, "See your order", "Bestellung ansehen"),
        ..content
    }
}

fn return_asked<'a>(order: &Order, content: Content<'a>) -> Content<'a> {
    let (language, number) = (order.language, &order.number);
    let said = language.of(
        format!("You would like to send these things of your order {number} back. Please keep them until you hear from us:"),
        format!("Sie möchten diese Artikel Ihrer Bestellung {number} zurücksenden. Bitte behalten Sie sie, bis Sie von uns hören:"),
    );
    Content {
        subject: language
            .of(format!("Your return for order {number}"), format!("Ihre Rücksendung zur Bestellung {number}")),
        title: language.of("We have your request", "Wir haben Ihre Anfrage").to_owned(),
        paragraphs: vec![said],
        button: button(order, "See your order", "Bestellung ansehen"),
        ..content
    }
}

fn return_approved<'a>(order: &Order, content: Content<'a>) -> Content<'a> {
    let (language, number) = (order.language, &order.number);
    let what_to_do = words(order).unwrap_or_else(|| {
        language.of(
            format!("Please pack them well, put the number {number} into the parcel, and send it to us."),
            format!("Bitte verpacken Sie sie gut, legen Sie die Nummer {number} bei und senden Sie uns das Paket."),
        )
    });
    let money = language.of(
        "Once they are here, you hear from us about your money.",
        "Sobald alles bei uns ist, melden wir uns wegen Ihres Geldes.",
    );
    let these = language.of("These things can come back to us:", "Diese Artikel können an uns zurück:");
    Content {
        subject: language.of(
            format!("You can send it back: order {number}"),
            format!("Ihre Rücksendung ist angenommen: Bestellung {number}"),
        ),
        title: language.of("You can send it back", "Sie können es zurücksenden").to_owned(),
        paragraphs: vec![what_to_do, money.to_owned(), these.to_owned()],
        button: button(order, "See your order", "Bestellung ansehen"),
        ..content
    }
}

fn return_refused<'a>(order: &Order, content: Content<'a>) -> Content<'a> {
    let (language, number) = (order.language, &order.number);
    let sorry = language.of(
        format!("We are sorry: we cannot take these things of your order {number} back. The reason, and what it is about:"),
        format!("Es tut uns leid: Wir können diese Artikel Ihrer Bestellung {number} nicht zurücknehmen. Der Grund, und worum es geht:"),
    );
    Content {
        subject: language.of(
            format!("About your return for order {number}"),
            format!("Zu Ihrer Rücksendung der Bestellung {number}"),
        ),
        title: language.of("We cannot take it back", "Wir können es nicht zurücknehmen").to_owned(),
        paragraphs: std::iter::once(sorry).chain(words(order)).collect(),
        button: button(order, "See your order", "Bestellung ansehen"),
        ..content
    }
}

#[cfg(test)]
#[path = "goods_tests.rs"]
mod tests;
