//! Orders whose money is moved, for this room's tests.

use super::bodies::{NewCancellation, NewRefund, RefundedLine};
use super::decision::Deed;
use super::{effect, left};
use crate::ids::{AccountId, GiftCardId, OrderId, ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::orders::decision::{Command, decide};
use crate::orders::effect::{Effect, due};
use crate::orders::error::OrderError;
use crate::orders::event::Event;
use crate::orders::learning::{Answer, learn};
use crate::orders::order::{Line, LineId, Order};
use crate::payments::{PaymentChoice, RefundOutcome, TestMethod};
use crate::ports::Timestamp;
use crate::pricing::quote::{QuotedGiftCard, QuotedLine, QuotedShipping, Tax, TaxPart};
use crate::pricing::{Delivery, Percent, Quote, Totals};

pub const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);

pub fn eur(amount: i64) -> Money {
    Money { amount, currency: Currency::parse("EUR").unwrap() }
}

pub fn staff() -> AccountId {
    AccountId::derived([9; 16])
}

pub fn card(number: u8) -> GiftCardId {
    GiftCardId::derived([number; 16])
}

/// What is bought: of each line pieces and what they come to before tax, then
/// the shipping, what gift cards pay in their order, and tax on top in percent.
#[derive(Debug, Clone)]
pub struct Bought {
    pub lines: Vec<(u32, i64)>,
    pub shipping: i64,
    pub cards: Vec<i64>,
    pub tax_on_top: Option<i64>,
    pub delivery: Delivery,
}

impl Bought {
    pub fn quote(&self) -> Quote {
        let percent = self.tax_on_top.unwrap_or(19);
        let taxed = |amount: i64| {
            let (amount, rate) = (amount * percent / 100, Percent::parse(&percent.to_string()).unwrap());
            Tax { amount, rates: vec![TaxPart { name: "VAT".to_owned(), rate, amount }] }
        };
        let line = |(quantity, total): &(u32, i64)| QuotedLine {
            unit_price: total / i64::from(*quantity),
            compare_at: None,
            discounts: Vec::new(),
            tax_class: None,
            tax: taxed(*total),
            total: *total,
        };
        let lines: Vec<_> = self.lines.iter().map(line).collect();
        let tax: i64 = lines.iter().map(|line| line.tax.amount).sum::<i64>() + taxed(self.shipping).amount;
        let items: i64 = lines.iter().map(|line| line.total).sum();
        let total = items + self.shipping + self.tax_on_top.map_or(0, |_| tax);
        let by_cards: i64 = self.cards.iter().sum();
        let part = |(n, amount): (usize, &i64)| QuotedGiftCard {
            id: card(u8::try_from(n).unwrap()),
            last4: String::new(),
            amount: *amount,
        };
        Quote {
            lines,
            shipping: Some(QuotedShipping {
                id: "standard".to_owned(),
                title: "Standard".to_owned(),
                price: self.shipping,
                discounts: Vec::new(),
                tax: taxed(self.shipping),
                pick_up: None,
                arrives: None,
            }),
            coupons: Vec::new(),
            uses: Vec::new(),
            gift_cards: self.cards.iter().enumerate().map(part).collect(),
            totals: Totals {
                items: eur(items),
                discount: eur(0),
                shipping: eur(self.shipping),
                tax: eur(tax),
                tax_included: self.tax_on_top.is_none(),
                total: eur(total),
                gift_cards: eur(by_cards),
                to_pay: eur(total - by_cards),
            },
            reverse_charge: false,
        }
    }

    /// The order, placed and held, and what happened since.
    pub fn order(&self, method: TestMethod, since: &[Event]) -> Order {
        let mut order = Order::created(OrderId::derived([1; 16]), eur(0).currency, None, NOW);
        for (n, (quantity, total)) in self.lines.iter().enumerate() {
            let line = Line {
                id: LineId(u32::try_from(n + 1).unwrap()),
                variant_id: VariantId::derived([u8::try_from(n).unwrap(); 16]),
                product_id: ProductId::derived([u8::try_from(n / 2 + 1).unwrap(); 16]),
                title: "Mug".to_owned(),
                sku: "MUG".to_owned(),
                unit_price: eur(total / i64::from(*quantity)),
                tiers: Vec::new(),
                quantity: *quantity,
                delivery: self.delivery,
                parts: Vec::new(),
                rules: Vec::new(),
                overridden: false,
            };
            order.apply(&Event::LineAdded { line }, NOW);
        }
        let quote = Box::new(self.quote());
        let payment = PaymentChoice::test(method);
        let placed = Event::Placed { quote, claims: Vec::new(), payment, key: None, slot: None };
        for event in [placed, Event::Held].iter().chain(since) {
            order.apply(event, NOW);
        }
        order
    }

    pub fn paid(&self) -> Order {
        self.order(TestMethod::Visa, &[Event::Paid { secured: true }, Event::Committed])
    }

    pub fn authorized(&self) -> Order {
        self.order(TestMethod::Authorized, &[Event::Authorized { secured: true }, Event::Committed])
    }
}

/// Three mugs for 1.00, and shipping for 0.50.
pub fn mugs() -> Bought {
    Bought { lines: vec![(3, 100)], shipping: 50, cards: Vec::new(), tax_on_top: None, delivery: Delivery::Shipped }
}

pub fn refund(lines: &[(u32, u32, bool)], shipping: Option<i64>, amount: Option<i64>) -> Deed {
    let line = |(line, quantity, restock): &(u32, u32, bool)| {
        let (quantity, restock) = (*quantity, *restock);
        RefundedLine { line_id: LineId(*line), quantity, restock }
    };
    Deed::Refund(NewRefund {
        lines: lines.iter().map(line).collect(),
        shipping: shipping.map(eur),
        amount: amount.map(eur),
        reason: "broken".parse().unwrap(),
    })
}

pub fn cancel(refund: bool) -> Deed {
    Deed::Cancel(NewCancellation { reason: "broken".parse().unwrap(), refund, restock: true })
}

pub fn attempt(order: &Order, deed: Deed) -> Result<Vec<Event>, OrderError> {
    decide(order, Command::Money { by: staff(), deed }, NOW)
}

/// Does it, and reads back what was stored.
pub fn act(order: &mut Order, deed: Deed) -> Result<(), OrderError> {
    for event in attempt(order, deed)? {
        let stored = serde_json::to_string(&event).unwrap();
        order.apply(&serde_json::from_str(&stored).unwrap(), NOW);
    }
    Ok(())
}

pub fn hear(order: &mut Order, answer: &Answer) {
    learn(order, answer, NOW).iter().for_each(|event| order.apply(event, NOW));
}

/// Works off what is due, as a provider and pools that answer would; says what
/// was put back, by its reference.
pub fn settle(order: &mut Order) -> Vec<(String, i64)> {
    let mut put_back = Vec::new();
    for _ in 0..1_000 {
        let money = due(order, NOW).into_iter().find_map(|effect| match effect {
            Effect::Refund { refund } => {
                Some(Answer::Refund { refund: refund.number, report: RefundOutcome::Done.into() })
            }
            Effect::Money(effect::Effect::PutBack { put_backs }) => {
                put_back.extend(put_backs.iter().map(|back| (back.reference.clone(), back.units)));
                let numbers = put_backs.iter().map(|back| back.number).collect();
                Some(Answer::Money(effect::Answer::PutBack { numbers, refused: Vec::new() }))
            }
            _ => None,
        });
        match money {
            Some(answer) => hear(order, &answer),
            None => return put_back,
        }
    }
    panic!("something is always due: {order:?}");
}

pub fn left_of(order: &Order) -> i64 {
    left::in_all(order).amount
}
