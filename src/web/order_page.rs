//! The order's page.

use askama::Template;
use axum::response::Response;

use super::bank::authentication_url;
use super::card::CardForm;
use super::difference::{Difference, to_pay_now};
use super::frame::Frame;
use super::goods::Moved;
use super::parts::{Choice, Moment, SummaryLine, arrival, page, page_of_problem, summary};
use super::standing::{Settled, Standing, payment_label, standing};
use super::totals::Totals;
use super::visitor::Visitor;
use super::ways;
use super::words::Fill;
use super::words::buying::BuyingWords;
use super::words::order::OrderWords;
use crate::address::Address;
use crate::app::App;
use crate::messages::paying::decline;
use crate::messages::words;
use crate::orders::order::Milestone;
use crate::orders::view::{OrderView, Status};
use crate::payments::Provider;
use crate::ports::Timestamp;
use crate::pricing::Delivery;
use crate::problem::Problem;
use crate::shelf::snapshot::Snapshot;
use crate::text::Language;

#[derive(Template)]
#[template(path = "order.html")]
pub struct OrderPage<'a> {
    frame: Frame<'a>,
    w: &'static OrderWords,
    /// What the cart and the checkout say, too.
    buying: &'static BuyingWords,
    id: String,
    number: String,
    status_title: &'static str,
    status_text: String,
    status_class: &'static str,
    /// Whether the page looks again by itself: never where there is a choice to make.
    pending: bool,
    action_url: Option<String>,
    card: Option<CardForm>,
    how_to_pay: Option<HowToPay>,
    /// What is asked for a change of it.
    difference: Option<Difference>,
    /// The number of the edit that it is for; zero where a payment is for the order itself.
    edit: u32,
    /// What the forms are for.
    to_pay: String,
    methods: Vec<Choice>,
    /// Where there are other ways to pay, if not on this page.
    methods_url: Option<String>,
    /// From the other ways to pay back to waiting.
    wait_url: Option<String>,
    /// Whether an attempt is called off by choosing another.
    switches: bool,
    can_cancel: bool,
    can_order_again: bool,
    /// Where its invoice is, once there is one.
    documents_url: Option<String>,
    notice: Option<String>,
    payment_label: &'static str,
    /// Until when the goods are kept, and until when it can be paid.
    kept: Option<Moment>,
    payable: Option<Moment>,
    email: &'a str,
    /// Whether codes of gift cards go there.
    sends_codes: bool,
    delivery: Option<DeliveryDetails>,
    address: Vec<String>,
    /// Where the bill goes, if elsewhere.
    billing_address: Vec<String>,
    lines: Vec<SummaryLine>,
    totals: Totals,
    reverse_charge: bool,
    moved: Moved,
}

/// How the money gets to the shop, where staff look after it.
pub struct HowToPay {
    pub amount: String,
    /// The shop's own words.
    pub lines: Vec<String>,
    pub due: Option<String>,
    /// What comes after that.
    pub then: &'static str,
}

struct DeliveryDetails {
    title: String,
    pick_up: Option<String>,
    arrives: Option<String>,
}

/// Whether the page is to show the other ways to pay where it would look again
/// by itself otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Choosing {
    IfNothingElse,
    Now,
}

/// Other ways to pay, and where they are shown.
#[derive(Default)]
struct Ways {
    methods: Vec<Choice>,
    methods_url: Option<String>,
    wait_url: Option<String>,
}

impl Ways {
    /// `waits`: the page looks again by itself. `open`: an attempt is under way.
    fn new(methods: Vec<Choice>, order: &OrderView, waits: bool, choosing: Choosing) -> Self {
        let here = !waits || choosing == Choosing::Now;
        let url = |rest: &str| (!methods.is_empty()).then(|| format!("/orders/{}{rest}", order.id));
        Self {
            methods_url: url("/payments").filter(|_| !here),
            wait_url: url("").filter(|_| waits && here),
            methods: if here { methods } else { Vec::new() },
        }
    }
}

/// The ways to pay instead of, or after, the one that was tried.
fn other_ways(app: &App, snapshot: &Snapshot, language: Language, order: &OrderView, is_open: bool) -> Vec<Choice> {
    let current = ways::id(&order.payment);
    let mut ways = ways::offered(app, &snapshot.settings.payments, language, order.totals.to_pay, "");
    if order.difference.is_some() {
        ways::at_once(&mut ways);
    }
    if is_open {
        // The same way once more would not be another one.
        ways.retain(|way| way.id != current);
    }
    // The one that was chosen for the buyer may be gone.
    if !ways.iter().any(|way| way.selected) {
        ways.iter_mut().take(1).for_each(|way| way.selected = true);
    }
    ways
}

impl<'a> OrderPage<'a> {
    /// `notice`: what came of the buyer's last click, if anything is to be said.
    pub fn new(
        app: &App,
        snapshot: &'a Snapshot,
        visitor: &Visitor,
        order: &'a OrderView,
        choosing: Choosing,
        notice: Option<String>,
    ) -> Self {
        let language = visitor.language;
        let (now, paid_now) = (app.clock.now(), to_pay_now(order));
        let payment = &paid_now.payment;
        let standing = standing(&paid_now, now);
        let asks = matches!(standing, Standing::AsksBuyer { .. } | Standing::AsksForCard { .. });
        let open = asks || matches!(standing, Standing::Pending { .. });
        let may_retry = matches!(standing, Standing::Declined { .. } | Standing::Changed);
        let payable = paid_now.payable_until.filter(|until| (open || may_retry) && now < *until);
        let waits = matches!(standing, Standing::Pending { .. } | Standing::Switching | Standing::Securing);
        let others = if payable.is_some() { other_ways(app, snapshot, language, &paid_now, open) } else { Vec::new() };
        let pending = waits && (others.is_empty() || choosing == Choosing::IfNothingElse);
        let Ways { methods, methods_url, wait_url } = Ways::new(others, order, waits, choosing);
        let exhausted = standing == Standing::Exhausted;
        let declined = may_retry || exhausted;
        let why = payment.decline_reason.as_deref().filter(|_| declined);
        let difference = Difference::new(language, order, snapshot, now);
        let asks_more = difference.as_ref().and_then(|difference| difference.words(language, standing));
        let (status_class, status_title, status_text) = asks_more.unwrap_or_else(|| standing.words(language));
        let settings = &snapshot.settings.payments;
        let transfer = order.difference.as_ref().and_then(|asked| Difference::by_transfer(language, asked, settings));
        let address =
            |known: &Option<Address>| known.as_ref().map(|address| address.lines_in(language)).unwrap_or_default();
        let nothing_came = payment.captured.amount == 0;
        Self {
            frame: Frame::at(snapshot, visitor, format!("/orders/{}", order.id)),
            w: OrderWords::of(language),
            buying: BuyingWords::of(language),
            id: order.id.to_string(),
            number: order.number.clone(),
            status_title,
            status_text,
            status_class,
            pending,
            action_url: (asks && payment.provider == Provider::Test && app.config.test_provider)
                .then(|| authentication_url(order.id)),
            card: CardForm::new(app, &paid_now),
            how_to_pay: transfer.or_else(|| HowToPay::new(language, order)),
            to_pay: paid_now.totals.to_pay.display_in(language),
            methods,
            methods_url,
            wait_url,
            switches: open,
            can_cancel: difference.is_none()
                && (open
                    || declined
                    || standing == Standing::Switching
                    || (standing == Standing::AwaitsMoney && nothing_came)),
            edit: order.difference.as_ref().map_or(order.changed_by_edit.unwrap_or(0), |asked| asked.number),
            difference,
            documents_url: has_documents(snapshot, order).then(|| format!("/orders/{}/documents", order.id)),
            can_order_again: order.status == Status::Cancelled || (exhausted && order.difference.is_none()),
            notice: notice.or_else(|| Some(decline(language, why?).to_owned())),
            payment_label: payment_label(language, &order.payment),
            kept: order.held_until.and_then(|until| Moment::until(language, until, now)),
            payable: payable.and_then(|until| Moment::until(language, until, now)),
            email: order.email.as_ref().map_or("", |email| email.as_str()),
            sends_codes: sends_codes(order, standing),
            delivery: DeliveryDetails::new(language, order, now),
            address: address(&order.shipping_address),
            billing_address: address(&order.billing_address),
            lines: summary(language, &order.lines, snapshot),
            totals: Totals::of_order(language, order),
            reverse_charge: order.reverse_charge,
            moved: Moved::new(language, order, snapshot, now),
        }
    }

    /// The page as it is sent, with what its scripts are allowed.
    pub fn respond(&self) -> Result<Response, Problem> {
        Ok(self.allowing(page(self)?))
    }

    /// The page, under the status of a problem that it tells of itself.
    pub fn respond_with(&self, problem: Problem) -> Result<Response, Problem> {
        Ok(self.allowing(page_of_problem(self, problem)?))
    }

    fn allowing(&self, mut response: Response) -> Response {
        if let Some(card) = &self.card {
            card.allow(&mut response);
        }
        response
    }
}

/// Whether the order has an invoice, or had one before it was cancelled: then also
/// where the shop has kept its money.
fn has_documents(snapshot: &Snapshot, order: &OrderView) -> bool {
    let had_money = |event: &Milestone| matches!(&*event.kind, "paid" | "payment_authorized" | "payment_received");
    let sold = matches!(order.status, Status::Confirmed | Status::Fulfilled) || order.refunded.amount > 0;
    let was_sold = order.status == Status::Cancelled && order.events.iter().any(had_money);
    (sold || was_sold) && snapshot.settings.seller.is_some()
}

/// Whether codes of gift cards are on their way to the buyer.
fn sends_codes(order: &OrderView, standing: Standing) -> bool {
    let settled = matches!(standing, Standing::Confirmed { money: Settled::Paid | Settled::NothingToPay, .. });
    settled && order.lines.iter().any(|line| line.delivery == Delivery::GiftCard)
}

impl HowToPay {
    fn new(language: Language, order: &OrderView) -> Option<Self> {
        let payment = &order.payment;
        payment.left_to_pay.map(|left| Self {
            amount: left.display_in(language),
            lines: payment.instructions.as_deref().map(ways::lines).unwrap_or_default(),
            due: payment.due_by.map(|due| words::date(language, due)),
            then: OrderWords::of(language).cancelled_after,
        })
    }
}

impl DeliveryDetails {
    fn new(language: Language, order: &OrderView, now: Timestamp) -> Option<Self> {
        let w = BuyingWords::of(language);
        let shipping = order.shipping_option.as_ref()?;
        Some(Self {
            title: shipping.title.clone(),
            pick_up: shipping.pick_up.as_ref().map(|address| w.fetched_at.with(&address.to_string())),
            // Whatever is cancelled does not arrive.
            arrives: arrival(language, shipping, now).filter(|_| order.status != Status::Cancelled),
        })
    }
}
