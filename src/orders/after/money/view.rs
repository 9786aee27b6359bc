//! How an order looks to staff: as to its buyer, and all that is behind it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fate, Giving, Note, Pieces, PutBack, Repayment, left};
use crate::ids::{AccountId, GiftCardId};
use crate::money::Money;
use crate::orders::after::edits::asking::Ask;
use crate::orders::after::edits::decision::is_invoiced;
use crate::orders::after::edits::view::{EditView, edits, waiting};
use crate::orders::after::goods::restock;
use crate::orders::counting;
use crate::orders::order::{Line, LineId, Order, Receipt};
use crate::orders::view::{self, LineView, OrderView, PaymentStatus};
use crate::payments::{Attempt, Method, Provider, Refund, RefundStatus};
use crate::pools::Supply;
use crate::ports::Timestamp;
use crate::pricing::Quote;
use crate::sorted::sort;

/// An order as staff see it: as its buyer does, with all that is behind it. `lines` say what is `refundable` of each,
/// and `notes` who wrote them.
#[derive(Serialize, JsonSchema)]
pub struct StaffOrder {
    #[serde(flatten)]
    order: OrderView,
    /// What was taken in all, by whatever payment and gift card. What of it was given back is `refunded`.
    captured: Money,
    /// What can still be given back.
    refundable: Money,
    /// What can be taken of money that is set aside.
    capturable: Money,
    /// Each try at paying, the last one at the end.
    attempts: Vec<AttemptView>,
    refunds: Vec<RefundView>,
    /// How staff have changed it, the last one at the end.
    edits: Vec<EditView>,
    /// How many there are: what an edit expects.
    edit_count: u32,
    /// Whether an edit may change whom it bills: it is not invoiced yet.
    billing_editable: bool,
    /// The edit whose buyer is asked for the difference: until that is paid, nothing of it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_edit: Option<EditView>,
    receipts: Vec<Receipt>,
    /// What its buyer has contested with a bank, as the provider names it.
    disputes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation: Option<Cancellation>,
    /// Who did what and when, notes included, in the order it happened.
    timeline: Vec<TimelineEntry>,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Note")]
pub struct NoteView {
    pub at: Timestamp,
    pub text: String,
    /// For staff: who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<AccountId>,
    /// For staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    visible_to_buyer: Option<bool>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PaymentAttempt")]
struct AttemptView {
    number: u32,
    provider: Provider,
    method: Option<Method>,
    amount: Money,
    captured: Money,
    /// Whatever was given back of it.
    status: PaymentStatus,
    /// How the provider names it.
    reference: Option<String>,
    started_at: Timestamp,
}

/// Money that goes back to the buyer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Refund")]
struct RefundView {
    /// When staff asked for it; absent where the shop does by itself what it owes, such as for an order without its
    /// goods, or where it was done on the provider's own pages.
    at: Option<Timestamp>,
    by: Option<AccountId>,
    reason: Option<String>,
    lines: Vec<RefundLineView>,
    shipping: Money,
    amount: Money,
    /// What of the pieces' worth has paid for others that were added.
    set_off: Money,
    /// Where it goes, first the payment, then gift cards, the one that was used last first.
    parts: Vec<RefundPartView>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RefundLine")]
pub struct RefundLineView {
    line_id: LineId,
    quantity: u32,
    restock: bool,
    /// What the pieces come to, tax included.
    amount: Money,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RefundPart")]
struct RefundPartView {
    /// Names it where it is given back by hand.
    number: Option<u32>,
    to: RefundedTo,
    gift_card_id: Option<GiftCardId>,
    amount: Money,
    status: RefundProgress,
}

/// Where money goes back to: to the card or account that the order was paid by, to a gift card, or staff have to see to
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum RefundedTo {
    Payment,
    GiftCard,
    ByHand,
}

/// `failed`: the provider could not, so the money can be given back another way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum RefundProgress {
    Pending,
    Done,
    Failed,
}

/// What a refund would come to.
#[derive(Serialize, JsonSchema)]
pub struct RefundPreview {
    /// In all.
    amount: Money,
    /// Of that, by the way it was paid.
    to_payment: Money,
    to_gift_cards: Money,
    /// What could be given back after it.
    left: Money,
}

/// By staff.
#[derive(Serialize, JsonSchema)]
struct Cancellation {
    by: AccountId,
    reason: String,
}

#[derive(Serialize, JsonSchema)]
struct TimelineEntry {
    at: Timestamp,
    #[serde(rename = "type")]
    kind: String,
    /// Null: the buyer, or the shop by itself.
    by: Option<AccountId>,
    visible_to_buyer: bool,
    /// Of a note.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// The order; none while it is a cart.
pub fn order(order: &Order) -> Option<StaffOrder> {
    let mut seen = view::order(order)?;
    let quote = &order.placement()?.quote;
    for (line, (_, left)) in seen.lines.iter_mut().zip(left::lines(order, quote)) {
        line.refundable = Some(left);
        line.not_put_back = not_put_back(order, line.id);
    }
    seen.notes = order.money.notes.iter().map(|note| NoteView::of(note, true)).collect();
    let ended = order.money.ended.as_ref();
    Some(StaffOrder {
        captured: left::taken(order),
        refundable: left::refundable(order),
        capturable: left::capturable(order),
        attempts: attempts(order),
        refunds: refunds(order),
        edits: edits(order),
        edit_count: order.edits.count(),
        billing_editable: !is_invoiced(order),
        waiting_edit: waiting(order),
        receipts: order.receipts.clone(),
        disputes: order.disputes.keys().cloned().collect(),
        cancellation: ended.map(|ended| Cancellation { by: ended.by, reason: ended.reason.clone() }),
        timeline: timeline(order),
        order: seen,
    })
}

/// The pieces of a line that their stock never took; none of which that is so.
fn not_put_back(order: &Order, line: LineId) -> Option<u32> {
    let refused = left::put_back_pieces(order, line).saturating_sub(left::restocked_pieces(order, line));
    let refused = u32::try_from(refused).unwrap_or_default().saturating_add(restock::refused(order, line));
    Some(refused).filter(|pieces| *pieces > 0)
}

/// Those that were given up first, then what pays the order and its edits.
fn attempts(order: &Order) -> Vec<AttemptView> {
    let asked = order.edits.asked.iter().filter(|ask| !ask.is_done()).filter_map(Ask::attempt);
    let all = order
        .given_up
        .iter()
        .chain(left::payments(order))
        .chain(asked.filter(|one| one.payment.provider != Provider::None));
    all.map(AttemptView::of).collect()
}

/// What would come of giving so much back.
pub fn preview(order: &Order, giving: &Giving) -> RefundPreview {
    let money = |amount| Money { amount, currency: order.currency };
    let amount = giving.amount();
    RefundPreview {
        amount: money(amount),
        to_payment: money(giving.to_payment),
        to_gift_cards: money(amount.saturating_sub(giving.to_payment)),
        left: money(left::in_all(order).amount.saturating_sub(amount)),
    }
}

/// An order's lines with what was given up of each for its money.
pub fn lines(order: &Order, quote: &Quote) -> Vec<LineView> {
    let mut lines = view::lines(&order.lines, quote, order.currency);
    counting::tell_placed(order, &mut lines);
    for (line, (gone, _)) in lines.iter_mut().zip(left::lines(order, quote)) {
        line.refunded = Some(gone);
    }
    lines
}

pub fn notes_for_buyer(order: &Order) -> Vec<NoteView> {
    let visible = order.money.notes.iter().filter(|note| note.visible_to_buyer);
    visible.map(|note| NoteView::of(note, false)).collect()
}

impl NoteView {
    fn of(note: &Note, for_staff: bool) -> Self {
        Self {
            at: note.at,
            text: note.text.clone(),
            by: for_staff.then_some(note.by),
            visible_to_buyer: for_staff.then_some(note.visible_to_buyer),
        }
    }
}

impl AttemptView {
    fn of(attempt: &Attempt) -> Self {
        Self {
            number: attempt.number,
            provider: attempt.payment.provider,
            method: attempt.payment.method.clone(),
            amount: attempt.amount,
            captured: attempt.captured,
            status: view::status_of(attempt),
            reference: attempt.reference.clone(),
            started_at: attempt.started_at,
        }
    }
}

impl RefundLineView {
    /// What was given up, each line's pieces.
    pub fn of(order: &Order, pieces: &[Pieces]) -> Vec<Self> {
        let pieces = pieces.iter().map(|pieces| Self {
            line_id: pieces.line,
            quantity: pieces.quantity,
            restock: pieces.restock && order.line(pieces.line).is_some_and(Line::is_stocked),
            amount: Money { amount: pieces.amount, currency: order.currency },
        });
        pieces.collect()
    }
}

/// What staff have asked for, then what the shop has by itself.
fn refunds(order: &Order) -> Vec<RefundView> {
    let repayments = &order.money.repayments;
    let is_staffs = |refund: &&Refund| repayments.iter().any(|known| known.payments.contains(&refund.number));
    let by_itself = order.refunds.iter().filter(|refund| !is_staffs(refund)).map(|refund| RefundView {
        at: None,
        by: None,
        reason: None,
        lines: Vec::new(),
        shipping: Money::zero(order.currency),
        amount: refund.amount,
        set_off: Money::zero(order.currency),
        parts: vec![of_payment(refund)],
    });
    repayments.iter().map(|repayment| of_staff(order, repayment)).chain(by_itself).collect()
}

fn of_staff(order: &Order, repayment: &Repayment) -> RefundView {
    let money = |amount| Money { amount, currency: order.currency };
    let giving = &repayment.giving;
    let by_payment = order.refunds.iter().filter(|refund| repayment.payments.contains(&refund.number));
    let to_cards = order.money.put_backs.iter().filter(|back| back.repayment == Some(repayment.number));
    RefundView {
        at: Some(repayment.at),
        by: Some(repayment.by),
        reason: Some(giving.reason.clone()),
        lines: RefundLineView::of(order, &giving.pieces),
        shipping: money(giving.shipping),
        amount: money(giving.amount()),
        set_off: money(giving.set_off),
        parts: by_payment.map(of_payment).chain(to_cards.filter_map(|back| of_card(order, back))).collect(),
    }
}

fn of_payment(refund: &Refund) -> RefundPartView {
    let by_hand = refund.attempt.payment.provider == Provider::Manual;
    RefundPartView {
        number: by_hand.then_some(refund.number),
        to: if by_hand { RefundedTo::ByHand } else { RefundedTo::Payment },
        gift_card_id: None,
        amount: refund.amount,
        status: match refund.status {
            RefundStatus::Asked | RefundStatus::Pending { .. } => RefundProgress::Pending,
            RefundStatus::Done => RefundProgress::Done,
            RefundStatus::Failed => RefundProgress::Failed,
        },
    }
}

/// None of what is not money.
fn of_card(order: &Order, back: &PutBack) -> Option<RefundPartView> {
    let Supply::GiftCard(card) = back.of else { return None };
    Some(RefundPartView {
        number: None,
        to: RefundedTo::GiftCard,
        gift_card_id: Some(card),
        amount: Money { amount: back.units, currency: order.currency },
        status: match back.fate {
            Fate::Owed => RefundProgress::Pending,
            Fate::Done => RefundProgress::Done,
            Fate::Refused => RefundProgress::Failed,
        },
    })
}

fn timeline(order: &Order) -> Vec<TimelineEntry> {
    let events = order.milestones.iter().map(|milestone| TimelineEntry {
        at: milestone.at,
        kind: milestone.kind.clone(),
        by: milestone.by,
        visible_to_buyer: !milestone.hidden,
        text: None,
    });
    let notes = order.money.notes.iter().map(|note| TimelineEntry {
        at: note.at,
        kind: "note".to_owned(),
        by: Some(note.by),
        visible_to_buyer: note.visible_to_buyer,
        text: Some(note.text.clone()),
    });
    let mut entries: Vec<_> = events.chain(notes).collect();
    sort(&mut entries, |one, other| one.at.cmp(&other.at));
    entries
}
