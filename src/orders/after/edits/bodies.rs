//! What staff send to change an order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::MAX_EDITS;
use crate::address::NewAddress;
use crate::email::EmailAddress;
use crate::orders::after::money::MAX_REASON;
use crate::orders::bodies::{CartChange, ShippingId, WantedLine, present};
use crate::orders::facts::Fact;
use crate::orders::limits::{MAX_LINES, MAX_QUANTITY};
use crate::orders::order::LineId;
use crate::problem::FieldError;
use crate::text::Line;
use crate::wire::body::Draft;

/// The longest reference of money that came by hand, in characters.
const MAX_REFERENCE: usize = 200;

/// What is to become of an order, all of it or nothing. What is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEdit {
    /// Where the order's letters go from then on.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "EmailAddress")]
    email: Option<String>,
    /// While nothing is packed or sent. Where another tax applies there, what is left of the order is given up and sold
    /// anew, at the prices that were agreed, with that tax: the difference is paid or goes back as any other.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "NewAddress")]
    shipping_address: Option<NewAddress>,
    /// Null: the shipping address. While the order is not invoiced; after that only where nothing is sent and another tax
    /// applies by it, as its invoice is credited then and another one issued.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<NewAddress>")]
    billing_address: Option<Option<NewAddress>>,
    /// The `id` of another way of shipping, at its price of now and without promotions; what the one before came to is
    /// given up for it. While nothing is packed or sent.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "ShippingId")]
    shipping_option: Option<ShippingId>,
    /// Of each how many pieces it has from then on. The others are taken out: those that have come back first, then
    /// those that were never packed, which are in stock again.
    #[serde(default)]
    #[schemars(length(max = MAX_LINES))]
    lines: Vec<LeftLine>,
    /// Pieces that are added, at the shelf's prices of now and without promotions, each as a line of its own. What is
    /// taken out pays for them as far as it goes.
    #[serde(default)]
    #[schemars(length(max = MAX_LINES))]
    add: Vec<WantedLine>,
    /// Where the money for the difference is found again, such as in a bank statement. This or `ask_buyer` is needed
    /// where what is added comes to more than what is taken out.
    #[serde(default)]
    paid_by_hand: Option<Line<MAX_REFERENCE>>,
    /// Where there is a difference to be paid, and the order is paid already, the buyer is asked for it by a letter with a
    /// link, and has three days. What is added is kept for that long, and nothing of the edit counts before it is paid.
    #[serde(default)]
    ask_buyer: bool,
    /// The `edit_count` of the order that was looked at. Was it changed since, it is `order_edited`, so that nobody takes
    /// back unseen what somebody else has changed.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "u32", range(min = 0, max = MAX_EDITS))]
    expected_edits: Option<u32>,
    /// Nothing is done: the answer is the order as it would be. Whether the stock suffices is not asked.
    #[serde(default)]
    preview: bool,
    /// For staff.
    reason: Line<MAX_REASON>,
    /// Whether the buyer is written to.
    #[serde(default = "yes")]
    notify: bool,
}

/// The difference that a buyer was asked for, as staff have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaidDifference {
    /// Where it is found again, such as in a bank statement.
    pub reference: Line<MAX_REFERENCE>,
}

/// Names an edit among its order's, from 1.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct EditNumber(pub u32);

impl JsonSchema for EditNumber {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EditNumber".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "integer", "minimum": 1, "maximum": u32::MAX})
    }
}

/// How many pieces a line keeps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftLine {
    pub line_id: LineId,
    /// Zero: none. Pieces that were refunded are not among them.
    #[schemars(range(max = MAX_QUANTITY))]
    pub quantity: u32,
}

/// [`NewEdit`], as far as its rules need no order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    pub facts: Vec<Fact>,
    pub lines: Vec<LeftLine>,
    pub add: Vec<WantedLine>,
    pub paid_by_hand: Option<Line<MAX_REFERENCE>>,
    pub ask_buyer: bool,
    pub expected_edits: Option<u32>,
    pub preview: bool,
    pub reason: Line<MAX_REASON>,
    pub notify: bool,
}

fn yes() -> bool {
    true
}

impl Draft for NewEdit {
    type Checked = Wish;

    fn check(&self) -> Result<Wish, Vec<FieldError>> {
        let facts = CartChange {
            email: self.email.clone(),
            shipping_address: self.shipping_address.clone(),
            billing_address: self.billing_address.clone(),
            shipping_option: self.shipping_option.clone(),
            ..CartChange::default()
        };
        let (facts, mut errors) = match facts.check() {
            Ok(wanted) => (wanted.facts, Vec::new()),
            Err(errors) => (Vec::new(), errors),
        };
        if self.lines.len() > MAX_LINES {
            errors.push(FieldError::new("/lines", format!("must have at most {MAX_LINES} entries")));
        }
        for (place, line) in self.lines.iter().enumerate().take(MAX_LINES) {
            if self.lines.iter().take(place).any(|before| before.line_id == line.line_id) {
                errors.push(FieldError::new(format!("/lines/{place}/line_id"), "this line is there twice"));
            }
        }
        if self.add.len() > MAX_LINES {
            errors.push(FieldError::new("/add", format!("must have at most {MAX_LINES} entries")));
        }
        for (place, line) in self.add.iter().enumerate().take(MAX_LINES) {
            if !(1..=MAX_QUANTITY).contains(&line.quantity) {
                let wrong = format!("a quantity is between 1 and {MAX_QUANTITY}");
                errors.push(FieldError::new(format!("/add/{place}/quantity"), wrong));
            }
        }
        if errors.is_empty() && facts.is_empty() && self.lines.is_empty() && self.add.is_empty() {
            errors.push(FieldError::new(
                "",
                "say what is changed: the e-mail address, an address, the way of shipping or lines",
            ));
        }
        if self.ask_buyer && self.paid_by_hand.is_some() {
            errors.push(FieldError::new("/ask_buyer", "whoever has paid is not asked for it"));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Wish {
            facts,
            lines: self.lines.clone(),
            add: self.add.clone(),
            paid_by_hand: self.paid_by_hand.clone(),
            ask_buyer: self.ask_buyer,
            expected_edits: self.expected_edits,
            preview: self.preview,
            reason: self.reason.clone(),
            notify: self.notify,
        })
    }
}
