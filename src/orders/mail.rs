//! An order's news as letters to its buyer.

use super::after::edits::view::DifferenceView;
use super::after::goods::bodies::Pieces;
use super::cart::{Cart, CartView};
use super::cart_token::CartToken;
use super::client::OrderClient;
use super::order::LineId;
use super::protocol::{Access, OrderNews};
use super::view::{DiscountView, GiftCardView, LineView, OrderView, PaymentStatus, ShippingView, TaxView};
use crate::address::Address;
use crate::app::App;
use crate::catalog::product::Part;
use crate::ids::OrderId;
use crate::json;
use crate::messages::goods::{self, Moved, Piece};
use crate::messages::order::{self, GiftCardPart, Line, News, Order, Reduction, Shipping};
use crate::messages::{self, Message, Name};
use crate::money::Money;
use crate::pricing::quote::TaxPart;
use crate::problem::Problem;
use crate::shelf;
use crate::text::Language;
use crate::together::together;

/// The most orders asked at once.
const MAX_PARALLEL: usize = 16;

/// Writes what buyers are to be told, each piece of news once. News of an order
/// that does not answer has all of them come again; those that did are written.
pub async fn write(app: &App, news: Vec<(OrderId, OrderNews)>) -> Result<(), Problem> {
    if news.is_empty() {
        return Ok(());
    }
    let snapshot = shelf::current(app).await?;
    let shop_name = &snapshot.settings.shop_name;
    let letters = news.into_iter().map(|(id, news)| message(app, shop_name, id, news));
    let (mut messages, mut failure) = (Vec::new(), None);
    for outcome in together(letters.collect(), MAX_PARALLEL).await {
        match outcome {
            Ok(message) => messages.extend(message),
            Err(problem) => failure = Some(problem),
        }
    }
    messages::write(app, &messages).await?;
    failure.map_or(Ok(()), Err)
}

/// The letter with the news. None: there is nobody to write to.
async fn message(app: &App, shop_name: &str, id: OrderId, news: OrderNews) -> Result<Option<Message>, Problem> {
    let OrderNews { notice, order } = news;
    let nothing = |cause: &str| messages::outbox::log_nothing_to_write(&id.to_string(), notice.kind(), cause);
    let told = order.and_then(|order| json::read(order.get().as_bytes()).ok());
    let view: OrderView = match told {
        Some(view) => view,
        None => match OrderClient::new(app, id, Access::of_shop()).order().await? {
            Ok(view) => view.read()?,
            Err(refusal) => {
                nothing(&refusal.to_string());
                return Ok(None);
            }
        },
    };
    let Some(to) = view.email.clone() else {
        nothing("the order has no address");
        return Ok(None);
    };
    let moved = match &notice.news {
        News::Goods(news) => moved(&view, *news),
        News::Changed { .. } => Some(as_it_is(&view)),
        News::DifferenceAsked { .. } => view.difference.as_ref().map(to_be_added),
        _ => None,
    };
    let order = shown(&view, url(app, id), moved);
    let letter =
        order::letter(&order, shop_name, &notice.news).map_err(|error| Problem::internal(error.to_string()))?;
    let name = Name { about: id.to_string(), kind: notice.kind(), version: notice.version };
    Ok(Some(Message { name, to, language: view.language, letter }))
}

/// Where the buyer sees the order, whoever has the letter: the cart's secret is
/// in it, as the order is in the letter.
pub(super) fn url(app: &App, id: OrderId) -> Option<String> {
    let shop = app.config.public_url.as_ref()?;
    Some(format!("{shop}/orders/{id}/open?token={}", CartToken::of(&app.keys, id).as_str()))
}

/// Where it goes, as whoever is written to reads it.
fn address(known: &Option<Address>, language: Language) -> Vec<String> {
    known.as_ref().map(|address| address.lines_in(language)).unwrap_or_default()
}

/// The order as its letters show it.
fn shown(view: &OrderView, url: Option<String>, moved: Option<Moved>) -> Order {
    let left_to_pay = view.payment.left_to_pay;
    Order {
        number: view.number.clone(),
        language: view.language,
        placed_at: view.placed_at,
        lines: view.lines.iter().map(line).collect(),
        shipping: view.shipping_option.as_ref().map(shipping),
        address: address(&view.shipping_address, view.language),
        taxes: taxes(&view.lines, view.former_shipping.iter().chain(&view.shipping_option)),
        gift_cards: view.gift_cards.iter().map(gift_card).collect(),
        totals: view.totals,
        set_off: view.set_off,
        left_to_pay,
        difference: view.difference.as_ref().map(|difference| difference.to_pay),
        paid: view.payment.status.is_paid(),
        reserved: view.payment.status == PaymentStatus::Authorized,
        how_to_pay: view.payment.instructions.clone().filter(|_| left_to_pay.is_some()),
        pay_by: view.payment.due_by,
        url,
        moved,
    }
}

/// A draft as its letter shows it, and the way to it.
pub(super) fn of_draft(app: &App, cart: &Cart, view: &CartView) -> Order {
    let draft = cart.draft.as_ref();
    Order {
        number: cart.id.number(),
        language: cart.language,
        placed_at: draft.map_or(app.clock.now(), |draft| draft.touched_at),
        lines: view.lines.iter().map(line).collect(),
        shipping: view.shipping_option.as_ref().map(shipping),
        address: address(&view.shipping_address, cart.language),
        taxes: taxes(&view.lines, view.shipping_option.iter()),
        gift_cards: view.gift_cards.iter().map(gift_card).collect(),
        totals: view.totals,
        set_off: Money::zero(cart.currency),
        left_to_pay: None,
        difference: None,
        paid: false,
        reserved: false,
        how_to_pay: None,
        pay_by: draft.map(|draft| draft.ends_at()),
        url: url(app, cart.id),
        moved: None,
    }
}

fn taxes<'a>(lines: &'a [LineView], shipping: impl Iterator<Item = &'a ShippingView>) -> Vec<TaxPart> {
    let taxes = lines.iter().map(|line| &line.tax).chain(shipping.map(|option| &option.tax));
    order::by_rate(&taxes.flat_map(tax).collect::<Vec<TaxPart>>())
}

fn shipping(option: &ShippingView) -> Shipping {
    Shipping { title: option.title.clone(), arrives: option.arrives }
}

fn gift_card(card: &GiftCardView) -> GiftCardPart {
    GiftCardPart { last4: card.last4.clone(), amount: card.amount }
}

/// The parcel or the return that the news is about. What was sent or asked for
/// stays as it was then.
fn moved(view: &OrderView, news: goods::News) -> Option<Moved> {
    let number = match news {
        goods::News::Shipped(number) => {
            let parcel = view.fulfilments.iter().find(|parcel| parcel.number == number)?;
            let pieces = parcel.lines.iter().map(|Pieces { line_id, quantity }| piece(view, *line_id, quantity.get()));
            let (carrier, tracking_url) = (parcel.carrier.clone(), parcel.tracking_url.clone());
            let fetched_at = view.shipping_option.as_ref().and_then(|option| option.pick_up.clone());
            return Some(Moved { pieces: pieces.collect(), carrier, tracking_url, fetched_at, words: None });
        }
        goods::News::ReturnAsked(number) | goods::News::ReturnApproved(number) | goods::News::ReturnRefused(number) => {
            number
        }
    };
    let known = view.returns.iter().find(|known| known.id.number == number)?;
    let pieces = known.lines.iter().map(|asked| piece(view, asked.line_id, asked.quantity.get()));
    let is_refusal = matches!(news, goods::News::ReturnRefused(_));
    let words = if is_refusal { known.refusal.clone() } else { known.instructions.clone() };
    Some(Moved { pieces: pieces.collect(), carrier: None, tracking_url: None, fetched_at: None, words })
}

/// What is added once that is paid.
fn to_be_added(difference: &DifferenceView) -> Moved {
    let pieces = difference.added.iter().map(|line| pieces(line, line.quantity));
    let way = |way: &ShippingView| Piece { title: way.title.clone(), quantity: 1, parts: Vec::new() };
    let way = difference.shipping_option.iter().map(way);
    let pieces = pieces.chain(way).collect();
    Moved { pieces, carrier: None, tracking_url: None, fetched_at: None, words: None }
}

/// The pieces that were not given up for their money.
fn as_it_is(view: &OrderView) -> Moved {
    let kept = |line: &LineView| line.quantity.saturating_sub(line.refunded.unwrap_or_default());
    let pieces = view.lines.iter().map(|line| pieces(line, kept(line)));
    let pieces = pieces.filter(|piece| piece.quantity > 0).collect();
    Moved { pieces, carrier: None, tracking_url: None, fetched_at: None, words: None }
}

fn piece(view: &OrderView, id: LineId, quantity: u32) -> Piece {
    let line = view.lines.iter().find(|line| line.id == id);
    line.map_or_else(|| Piece { title: String::new(), quantity, parts: Vec::new() }, |line| pieces(line, quantity))
}

/// So many pieces of a line, with all that they are made of.
fn pieces(line: &LineView, quantity: u32) -> Piece {
    Piece { title: line.title.clone(), quantity, parts: parts(line, quantity) }
}

fn parts(line: &LineView, pieces: u32) -> Vec<Piece> {
    let part = |part: &Part| Piece { title: part.title.clone(), quantity: part.of(pieces), parts: Vec::new() };
    line.parts.iter().map(part).collect()
}

fn tax(tax: &TaxView) -> impl Iterator<Item = TaxPart> {
    tax.rates.iter().map(|part| TaxPart { name: part.name.clone(), rate: part.rate, amount: part.amount.amount })
}

fn line(line: &LineView) -> Line {
    let reduction =
        |discount: &DiscountView| Reduction { title: Some(discount.title.clone()), amount: discount.amount };
    Line {
        title: line.title.clone(),
        quantity: line.quantity,
        parts: parts(line, 1),
        given_up: line.refunded.unwrap_or_default(),
        unit_price: line.unit_price,
        discounts: line.discounts.iter().map(reduction).collect(),
        total: line.total,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::after::edits::event::Event as EditEvent;
    use crate::orders::after::edits::tests::{edit, keep, to_germany, variant};
    use crate::orders::after::money::samples::*;
    use crate::orders::decision::{Command, decide};
    use crate::orders::event::Event;
    use crate::orders::order::{self as orders, Receipt, Stage};
    use crate::orders::view;
    use crate::payments::TestMethod;

    fn receive(order: &mut orders::Order, amount: i64) {
        let receipt = Receipt { amount: eur(amount), reference: format!("statement {amount}") };
        let events = decide(order, Command::Receive { receipt, by: Some(staff()) }, NOW).unwrap();
        events.iter().for_each(|event| order.apply(event, NOW));
    }

    fn letter(order: &orders::Order, news: &News) -> String {
        let view = view::order(order).unwrap();
        order::letter(&shown(&view, None, Some(as_it_is(&view))), "Tradepost", news).unwrap().text
    }

    #[test]
    fn the_letters_of_an_order_that_is_owed_say_what_is_owed_after_a_change() {
        let owed = [Event::Owed { secured: true }, Event::Committed];
        let mut order = to_germany(Bought { lines: vec![(3, 300)], ..mugs() }.order(TestMethod::Visa, &owed));
        let Stage::Confirmed { attempt, .. } = &mut order.stage else { panic!("{:?}", order.stage) };
        attempt.payment.terms.instructions = Some("IBAN DE02".to_owned());
        edit(&mut order, keep(1, 1)).unwrap();
        let changed = News::Changed { back: eur(0) };
        let told = letter(&order, &changed);
        assert!(told.contains("€1.50 is left to pay") && told.contains("IBAN DE02"), "{told}");
        assert!(letter(&order, &News::PaymentAwaited).contains("Please pay €1.50"));

        receive(&mut order, 100);
        edit(&mut order, serde_json::json!({ "add": [{ "variant_id": variant(7), "quantity": 2 }] })).unwrap();
        order.apply(&Event::Edits(EditEvent::Taken { by: staff() }), NOW);
        let told = letter(&order, &changed);
        assert!(told.contains("€1.30 is left to pay"), "{told}");

        receive(&mut order, 130);
        let told = letter(&order, &News::Confirmed);
        for said in ["We have your payment of €2.30.", "3 × €1.00, 2 taken out", "Taken out or replaced: -€2.00"]
        {
            assert!(told.contains(said), "{said}: {told}");
        }
        assert!(!letter(&order, &changed).contains("left to pay"));
    }
}
