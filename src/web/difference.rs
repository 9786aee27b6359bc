//! What a buyer is asked to pay for a change of the order, on the order's page. It is
//! paid there as the order itself is, by the same forms.

use super::goods::pieces;
use super::order_page::HowToPay;
use super::parts::{Moment, Titled, title_of};
use super::standing::Standing;
use super::ways;
use super::words::order::OrderWords;
use super::words::{Fill, fill};
use crate::messages::words;
use crate::money::Money;
use crate::orders::after::edits::view::DifferenceView;
use crate::orders::view::{OrderView, PaymentStatus, PaymentView, Status};
use crate::payments::Provider;
use crate::ports::Timestamp;
use crate::settings::PaymentSettings;
use crate::shelf::snapshot::Snapshot;
use crate::text::Language;

/// What is asked, and why.
pub struct Difference {
    /// What is added or taken out, each with what it comes to as far as that is known.
    pub changes: Vec<(&'static str, String)>,
    pub to_pay: String,
    pub until: Option<Moment>,
}

/// The order as far as it goes what is to be paid now: the difference, or all of it.
pub fn to_pay_now(order: &OrderView) -> OrderView {
    let mut seen = order.clone();
    let Some(difference) = &order.difference else { return seen };
    seen.status = Status::AwaitingPayment;
    seen.totals.to_pay = difference.to_pay;
    seen.payable_until = difference.payable_until;
    seen.held_until = Some(difference.lapses_at);
    seen.payment = difference.payment.clone().unwrap_or_else(|| not_tried(&order.payment, difference.to_pay));
    seen
}

/// As after a payment that came to nothing: the ways to pay are shown.
fn not_tried(payment: &PaymentView, to_pay: Money) -> PaymentView {
    PaymentView {
        status: PaymentStatus::Declined,
        provider: Provider::None,
        method: None,
        next_method: None,
        client_secret: None,
        publishable_key: None,
        instructions: None,
        due_by: None,
        captured: Money::zero(to_pay.currency),
        refunded: Money::zero(to_pay.currency),
        left_to_pay: None,
        decline_reason: None,
        attempt: payment.attempt,
    }
}

impl Difference {
    pub fn new(language: Language, order: &OrderView, snapshot: &Snapshot, now: Timestamp) -> Option<Self> {
        let w = OrderWords::of(language);
        let show = |amount: Money| amount.display_in(language);
        let difference = order.difference.as_ref()?;
        let added = difference.added.iter().map(|line| {
            let pieces = pieces(line.quantity, &line.title(language, snapshot));
            (w.added, format!("{pieces}, {}", show(line.total)))
        });
        let way = difference.shipping_option.iter().map(|way| {
            let price = Money { amount: way.price.amount.saturating_sub(way.discount.amount), ..way.price };
            (w.sent_by, format!("{}, {}", way.title, show(price)))
        });
        let title = |id| title_of(language, snapshot, &order.lines, id);
        let out = difference.taken_out.iter().map(|out| (w.taken_out, pieces(out.quantity.get(), &title(out.line_id))));
        // What stays is the same: only what falls on it is another.
        let worth = Some(difference.set_off).filter(|worth| worth.amount > 0 && difference.tax_change.is_none());
        let worth = worth.map(|worth| (w.set_off, show(worth)));
        let taxes = difference.added.iter().map(|line| &line.tax);
        let taxes = taxes.chain(difference.shipping_option.iter().map(|way| &way.tax));
        let tax = Money { amount: taxes.map(|tax| tax.amount.amount).sum(), ..difference.to_pay };
        let change = difference
            .tax_change
            .iter()
            .map(|change| (w.tax_where, fill(w.tax_change, &[&show(change.after), &show(change.before)])));
        let on_top = (!order.totals.tax_included && tax.amount > 0).then(|| (w.tax, show(tax)));
        Some(Self {
            changes: added.chain(way).chain(on_top).chain(out).chain(change).chain(worth).collect(),
            to_pay: show(difference.to_pay),
            until: Moment::until(language, difference.lapses_at, now),
        })
    }

    /// How it is paid to the shop's bank account, where the shop takes that.
    pub fn by_transfer(
        language: Language,
        difference: &DifferenceView,
        settings: &PaymentSettings,
    ) -> Option<HowToPay> {
        let transfer = settings.bank_transfer.as_ref()?;
        Some(HowToPay {
            amount: difference.to_pay.display_in(language),
            lines: ways::lines(&transfer.instructions),
            due: Some(words::date(language, difference.lapses_at)),
            then: OrderWords::of(language).stays_after,
        })
    }

    /// The class, the title and the text; none where those of the payment itself say it.
    pub fn words(&self, language: Language, standing: Standing) -> Option<(&'static str, &'static str, String)> {
        let w = OrderWords::of(language);
        match standing {
            Standing::Pending { .. } | Standing::Switching => None,
            Standing::Exhausted => Some(("bad", w.payment_declined, w.change_exhausted.to_owned())),
            _ => Some(("wait", w.change_waits, w.change_made_once.with(&self.to_pay))),
        }
    }
}
