//! Letters of every kind about an order that never was, for staff who want to see
//! what buyers are written.

use super::goods::{self, Moved, Piece};
use super::letter::Letter;
use super::order::{self, Ending, Line, News, Order, Shipping};
use super::{Kind, gift_card};
use crate::ids::GiftCardId;
use crate::money::{Currency, Money};
use crate::ports::Timestamp;
use crate::pricing::Totals;
use crate::text::Language;

/// A day, in milliseconds.
const DAY: i64 = 24 * 3_600_000;

/// The shop as its letters name it.
pub struct Sender<'a> {
    pub shop_name: &'a str,
    pub currency: Currency,
}

/// A letter of that kind.
pub fn letter(kind: Kind, language: Language, sender: &Sender, now: Timestamp) -> Result<Letter, askama::Error> {
    let money = |amount| Money { amount, currency: sender.currency };
    let until = now.plus_millis(DAY);
    let news = match kind {
        Kind::PaymentAwaited => News::PaymentAwaited,
        Kind::OrderConfirmed => News::Confirmed,
        Kind::PaymentFailed => {
            News::PaymentFailed { reason: "insufficient_funds".to_owned(), payable_until: Some(until) }
        }
        Kind::ActionNeeded => News::ActionNeeded { until },
        Kind::OrderCancelled => News::Cancelled { why: Ending::Shop { kept: false } },
        Kind::OrderRefunded => News::Refunded { by_payment: money(TOTAL), to_gift_cards: money(0) },
        Kind::OrderChanged => News::Changed { back: money(KETTLE) },
        Kind::DifferenceAsked => News::DifferenceAsked { to_pay: money(KETTLE), until },
        Kind::DifferenceOver => News::DifferenceOver { lapsed: false, back: money(KETTLE) },
        Kind::OrderShipped => News::Goods(goods::News::Shipped(1)),
        Kind::ReturnRequested => News::Goods(goods::News::ReturnAsked(1)),
        Kind::ReturnApproved => News::Goods(goods::News::ReturnApproved(1)),
        Kind::ReturnRefused => News::Goods(goods::News::ReturnRefused(1)),
        Kind::OrderLink => News::LinkAsked,
        Kind::DraftSent => News::DraftSent { message: Some(language.of("As we said.", "Wie besprochen.").to_owned()) },
        Kind::GiftCard => {
            let id = GiftCardId::derived([0; 16]);
            let card = gift_card::GiftCard { id, amount: money(TOTAL), expires_at: Some(until), url: None };
            return Ok(gift_card::letter(&card, sender.shop_name, language)?.without_code());
        }
    };
    let order = Order {
        paid: !matches!(kind, Kind::PaymentAwaited | Kind::DraftSent),
        how_to_pay: (kind == Kind::PaymentAwaited).then(|| "IBAN DE02 1203 0000 0000 2020 51".to_owned()),
        pay_by: Some(until),
        difference: None,
        ..order(language, sender.currency, now)
    };
    order::letter(&order, sender.shop_name, &news)
}

/// Of two kettles and their way, in minor units.
const KETTLE: i64 = 1_950;
const WAY: i64 = 490;
const TOTAL: i64 = 2 * KETTLE + WAY;

fn order(language: Language, currency: Currency, now: Timestamp) -> Order {
    let money = |amount| Money { amount, currency };
    let title = language.of("Kettle", "Wasserkessel").to_owned();
    let totals = Totals {
        items: money(2 * KETTLE),
        discount: money(0),
        shipping: money(WAY),
        tax: money(0),
        tax_included: true,
        total: money(TOTAL),
        gift_cards: money(0),
        to_pay: money(TOTAL),
    };
    let (unit_price, total) = (money(KETTLE), money(2 * KETTLE));
    Order {
        number: "7H2K-9QXM".to_owned(),
        language,
        placed_at: now,
        lines: vec![Line {
            title: title.clone(),
            quantity: 2,
            parts: Vec::new(),
            given_up: 0,
            unit_price,
            discounts: Vec::new(),
            total,
        }],
        shipping: Some(Shipping { title: language.of("Standard", "Standardversand").to_owned(), arrives: None }),
        address: ["Ada Lovelace", "12 St James's Square", "London SW1Y 4JH"].map(str::to_owned).into(),
        taxes: Vec::new(),
        gift_cards: Vec::new(),
        totals,
        set_off: money(0),
        left_to_pay: None,
        paid: true,
        reserved: false,
        how_to_pay: None,
        pay_by: None,
        difference: None,
        // It leads nowhere: an address of the shop's own that names no order.
        url: Some("/orders/find".to_owned()),
        moved: Some(Moved {
            pieces: vec![Piece { title, quantity: 2, parts: Vec::new() }],
            carrier: Some("DHL".to_owned()),
            tracking_url: None,
            fetched_at: None,
            words: Some(language.of("Our own words stand here.", "Hier stehen unsere eigenen Worte.").to_owned()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_letter_can_be_looked_at_in_every_language() {
        let sender = Sender { shop_name: "Tea & <b>", currency: Currency::parse("JPY").unwrap() };
        for kind in Kind::ALL {
            let [en, de] = [Language::En, Language::De]
                .map(|language| letter(*kind, language, &sender, Timestamp::from_millis(1_772_442_300_000)).unwrap());
            assert_ne!(en.subject, de.subject, "{kind}");
            for letter in [en, de] {
                assert!(!letter.html.contains("<b>") && !letter.text.contains('\u{1a}'), "{kind}: {}", letter.text);
            }
        }
    }
}
