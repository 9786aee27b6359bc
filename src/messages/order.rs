//! The letters about an order.

use serde::{Deserialize, Serialize};

use super::Kind;
use super::goods::{self, Moved, Piece};
use super::letter::{Button, Content, Letter};
use super::sheet::Sheet;
use super::words;
use super::{changed, draft, paying};
use crate::money::Money;
use crate::ports::Timestamp;
use crate::pricing::Totals;
use crate::pricing::quote::{Arrival, TaxPart};
use crate::text::Language;

/// An order as its letters show it. The amounts re-add as a quote's do.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// What a person reads out on the telephone.
    pub number: String,
    pub language: Language,
    pub placed_at: Timestamp,
    pub lines: Vec<Line>,
    pub shipping: Option<Shipping>,
    /// As on a parcel; nothing where nothing is sent.
    pub address: Vec<String>,
    /// One of each rate.
    pub taxes: Vec<TaxPart>,
    pub gift_cards: Vec<GiftCardPart>,
    pub totals: Totals,
    /// What of it was taken out or replaced, as far as that makes what is paid less.
    pub set_off: Money,
    /// What is still to come, where the shop waits for the money.
    pub left_to_pay: Option<Money>,
    /// What is to be paid for a change of it: then a payment is for that alone.
    pub difference: Option<Money>,
    pub paid: bool,
    /// The money is set aside, to be taken later.
    pub reserved: bool,
    /// The shop's own words, where the money is still to come.
    pub how_to_pay: Option<String>,
    /// Until when it has to be there, if the order is cancelled otherwise.
    pub pay_by: Option<Timestamp>,
    /// Where its buyer sees it.
    pub url: Option<String>,
    /// What of it goes out or comes back, where the letter is about that; all that it is, where it was changed.
    pub moved: Option<Moved>,
}

impl Order {
    /// What it comes to without what was taken out: what is left to be paid of that, or was paid.
    pub fn to_pay(&self) -> Money {
        self.left_to_pay.unwrap_or_else(|| self.to_pay_in_all())
    }

    /// Whatever has come of it.
    pub fn to_pay_in_all(&self) -> Money {
        let to_pay = self.totals.to_pay;
        Money { amount: to_pay.amount.saturating_sub(self.set_off.amount), ..to_pay }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub title: String,
    pub quantity: u32,
    /// What each of these is made of, of a bundle.
    pub parts: Vec<Piece>,
    /// How many of these were given up for their money.
    pub given_up: u32,
    pub unit_price: Money,
    pub discounts: Vec<Reduction>,
    /// After its discounts.
    pub total: Money,
}

/// An amount that is taken off; `title`: by which promotion, where that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduction {
    pub title: Option<String>,
    pub amount: Money,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Shipping {
    pub title: String,
    pub arrives: Option<Arrival>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct GiftCardPart {
    pub last4: String,
    pub amount: Money,
}

/// What a letter tells of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    PaymentAwaited,
    Confirmed,
    /// `payable_until`: until when it can be tried again, if it can.
    PaymentFailed {
        reason: String,
        payable_until: Option<Timestamp>,
    },
    ActionNeeded {
        until: Timestamp,
    },
    Cancelled {
        why: Ending,
    },
    Goods(goods::News),
    /// Somebody with its number and this mailbox has asked for the way to it.
    LinkAsked,
    /// Staff have put it together, to be paid. `message`: what they say.
    DraftSent {
        message: Option<String>,
    },
    /// What goes back the way it was paid, and what is back on gift cards.
    Refunded {
        by_payment: Money,
        to_gift_cards: Money,
    },
    /// Staff have changed it; what goes back for what was taken out.
    Changed {
        back: Money,
    },
    /// It will be changed once so much is paid; until when that can be.
    DifferenceAsked {
        to_pay: Money,
        until: Timestamp,
    },
    /// It will not be changed as its buyer was asked. `lapsed`: nobody paid in time.
    /// `back`: what was paid for it, and goes back.
    DifferenceOver {
        lapsed: bool,
        back: Money,
    },
}

impl News {
    pub fn kind(&self) -> Kind {
        match self {
            Self::PaymentAwaited => Kind::PaymentAwaited,
            Self::Confirmed => Kind::OrderConfirmed,
            Self::PaymentFailed { .. } => Kind::PaymentFailed,
            Self::ActionNeeded { .. } => Kind::ActionNeeded,
            Self::Cancelled { .. } => Kind::OrderCancelled,
            Self::Goods(news) => news.kind(),
            Self::LinkAsked => Kind::OrderLink,
            Self::DraftSent { .. } => Kind::DraftSent,
            Self::Refunded { .. } => Kind::OrderRefunded,
            Self::Changed { .. } => Kind::OrderChanged,
            Self::DifferenceAsked { .. } => Kind::DifferenceAsked,
            Self::DifferenceOver { .. } => Kind::DifferenceOver,
        }
    }
}

/// Why an order will not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Requested,
    NotPaid,
    SoldOut,
    /// By the shop, which may have kept what was paid.
    Shop {
        kept: bool,
    },
}

/// The taxes of all parts of an order, one of each rate, in the order they are met.
pub fn by_rate<'a>(parts: impl IntoIterator<Item = &'a TaxPart>) -> Vec<TaxPart> {
    let mut rates: Vec<TaxPart> = Vec::new();
    for part in parts {
        match rates.iter_mut().find(|rate| rate.rate == part.rate && rate.name == part.name) {
            Some(rate) => rate.amount = rate.amount.saturating_add(part.amount),
            None => rates.push(part.clone()),
        }
    }
    rates
}

/// Writes the letter.
pub fn letter(order: &Order, shop_name: &str, news: &News) -> Result<Letter, askama::Error> {
    let content = Content {
        language: order.language,
        shop_name,
        subject: String::new(),
        title: String::new(),
        paragraphs: Vec::new(),
        block: None,
        button: None,
        sheet: Some(Sheet::new(order)),
    };
    let content = match news {
        News::PaymentAwaited => payment_awaited(order, content),
        News::Confirmed => confirmed(order, content),
        News::PaymentFailed { reason, payable_until } => paying::payment_failed(order, reason, *payable_until, content),
        News::ActionNeeded { until } => paying::action_needed(order, *until, content),
        News::Cancelled { why } => cancelled(order, *why, content),
        News::Goods(news) => goods::content(order, *news, content),
        News::LinkAsked => link(order, content),
        News::Changed { back } => changed::content(order, *back, content),
        News::DifferenceAsked { to_pay, until } => changed::asked(order, *to_pay, *until, content),
        News::DifferenceOver { lapsed, back } => changed::over(order, *lapsed, *back, content),
        News::DraftSent { message } => draft::content(order, message.as_deref(), content),
        News::Refunded { by_payment, to_gift_cards } => refunded(order, *by_payment, *to_gift_cards, content),
    };
    content.lay_out()
}

pub(super) fn button(order: &Order, english: &'static str, german: &'static str) -> Option<Button> {
    let label = order.language.of(english, german);
    order.url.clone().map(|url| Button { label, url })
}

/// Until when it is to be paid, if it is cancelled otherwise.
pub(super) fn ends_unpaid(order: &Order) -> Option<String> {
    let language = order.language;
    order.pay_by.map(|at| words::date(language, at)).map(|date| {
        language.of(
            format!("An order that is not paid by {date} is cancelled."),
            format!("Eine Bestellung, die bis zum {date} nicht bezahlt ist, wird storniert."),
        )
    })
}

fn payment_awaited<'a>(order: &Order, content: Content<'a>) -> Content<'a> {
    let (language, number) = (order.language, &order.number);
    let to_pay = order.to_pay().display_in(language);
    let how_to_pay = language.of(
        format!("We have your order {number} and keep your things for you. Please pay {to_pay} and name the order's number, {number}:"),
        format!("Wir haben Ihre Bestellung {number} erhalten und halten die Ware für Sie bereit. Bitte zahlen Sie {to_pay} und geben Sie dabei die Bestellnummer {number} an:"),
    );
    Content {
        subject: language
            .of(format!("How to pay your order {number}"), format!("So bezahlen Sie Ihre Bestellung {number}")),
        title: language.of("Thank you for your order", "Danke für Ihre Bestellung").to_owned(),
        paragraphs: ends_unpaid(order).into_iter().chain([how_to_pay]).collect(),
        block: order.how_to_pay.clone(),
        button: button(order, "See your order", "Bestellung ansehen"),
        ..content
    }
}

fn confirmed<'a>(order: &Order, content: Content<'a>) -> Content<'a> {
    let (language, number, shop) = (order.language, &order.number, content.shop_name);
    let to_pay = order.to_pay();
    let amount = to_pay.display_in(language);
    let confirmed =
        language.of(format!("Your order {number} is confirmed."), format!("Ihre Bestellung {number} ist bestätigt."));
    let payment = match &order.how_to_pay {
        _ if to_pay.amount == 0 => {
            Some(language.of("There is nothing left to pay.", "Es ist nichts mehr zu zahlen.").to_owned())
        }
        _ if order.reserved => Some(language.of(
            format!("{amount} is set aside for this order, and will be charged later."),
            format!("{amount} sind für diese Bestellung vorgemerkt und werden später abgebucht."),
        )),
        _ if order.paid => Some(language.of(
            format!("We have your payment of {amount}."),
            format!("Ihre Zahlung von {amount} ist bei uns eingegangen."),
        )),
        Some(_) => Some(language.of(format!("This is how to pay {amount}:"), format!("So bezahlen Sie {amount}:"))),
        None => None,
    };
    Content {
        subject: language.of(format!("Your order {number} at {shop}"), format!("Ihre Bestellung {number} bei {shop}")),
        title: language.of("Thank you for your order", "Danke für Ihre Bestellung").to_owned(),
        paragraphs: std::iter::once(confirmed).chain(payment).collect(),
        block: order.how_to_pay.clone().filter(|_| !order.paid && !order.reserved),
        button: button(order, "See your order", "Bestellung ansehen"),
        ..content
    }
}

fn cancelled<'a>(order: &Order, why: Ending, content: Content<'a>) -> Content<'a> {
    let (language, number) = (order.language, &order.number);
    let kept = matches!(why, Ending::Shop { kept: true });
    let why = match why {
        Ending::Shop { .. } => language.of(
            format!("We had to cancel your order {number}."),
            format!("Wir mussten Ihre Bestellung {number} stornieren."),
        ),
        Ending::Requested => language
            .of(format!("Your order {number} was cancelled."), format!("Ihre Bestellung {number} wurde storniert.")),
        Ending::NotPaid => language.of(
            format!("Your order {number} was not paid in time, and is cancelled."),
            format!("Ihre Bestellung {number} wurde nicht rechtzeitig bezahlt und ist storniert."),
        ),
        Ending::SoldOut => language.of(
            format!("We are sorry: what you ordered has sold out, and your order {number} is cancelled."),
            format!(
                "Es tut uns leid: Was Sie bestellt haben, ist ausverkauft, und Ihre Bestellung {number} ist storniert."
            ),
        ),
    };
    let money = language.of(
        "Whatever was paid goes back to you, the way it was paid.",
        "Was bezahlt wurde, geht auf demselben Weg an Sie zurück.",
    );
    Content {
        subject: language
            .of(format!("Your order {number} was cancelled"), format!("Ihre Bestellung {number} wurde storniert")),
        title: language.of("Your order was cancelled", "Ihre Bestellung wurde storniert").to_owned(),
        paragraphs: std::iter::once(why).chain((!kept).then(|| money.to_owned())).collect(),
        button: button(order, "See your order", "Bestellung ansehen"),
        ..content
    }
}

fn refunded<'a>(order: &Order, by_payment: Money, to_gift_cards: Money, content: Content<'a>) -> Content<'a> {
    let (language, number) = (order.language, &order.number);
    let (amount, on_cards) = (by_payment.display_in(language), to_gift_cards.display_in(language));
    let paid = (by_payment.amount > 0).then(|| {
        language.of(
            format!("We give you back {amount}, the way it was paid. Banks may take some days."),
            format!("Wir erstatten Ihnen {amount} auf dem Weg, auf dem Sie bezahlt haben. Das kann bei Banken einige Tage dauern."),
        )
    });
    let cards = (to_gift_cards.amount > 0).then(|| {
        language.of(
            format!("{on_cards} is back on the gift card that you paid by."),
            format!("{on_cards} sind wieder auf dem Gutschein, mit dem Sie bezahlt haben."),
        )
    });
    Content {
        subject: language
            .of(format!("A refund for your order {number}"), format!("Erstattung zu Ihrer Bestellung {number}")),
        title: language.of("Money is on its way to you", "Sie bekommen Geld zurück").to_owned(),
        paragraphs: paid.into_iter().chain(cards).collect(),
        button: button(order, "See your order", "Bestellung ansehen"),
        ..content
    }
}

fn link<'a>(order: &Order, content: Content<'a>) -> Content<'a> {
    let (language, number) = (order.language, &order.number);
    let asked = language.of(
        format!(
            "Here is the way to your order {number}. If it was not you who asked for it, you need not do anything."
        ),
        format!(
            "Hier geht es zu Ihrer Bestellung {number}. Falls Sie nicht danach gefragt haben, müssen Sie nichts tun."
        ),
    );
    Content {
        subject: language.of(format!("Your order {number}"), format!("Ihre Bestellung {number}")),
        title: language.of("Your order", "Ihre Bestellung").to_owned(),
        paragraphs: vec![asked],
        button: button(order, "See your order", "Bestellung ansehen"),
        ..content
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
pub(super) mod tests;
