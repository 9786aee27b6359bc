//! What staff send about an order's money. The order's object is sent it as it
//! is, once its own rules hold.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{MAX_NOTE, MAX_REASON, MAX_REFUNDS};
use crate::money::Money;
use crate::orders::limits::{MAX_LINES, MAX_QUANTITY};
use crate::orders::order::LineId;
use crate::problem::FieldError;
use crate::text::{self, Line};

/// Money to be given back, in all or in part. What is said of lines, of shipping and of an amount counts together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRefund {
    /// Pieces that are given up for their money: each comes to its share of the line, tax included, and all of them to
    /// the line.
    #[serde(default)]
    #[schemars(length(max = MAX_LINES))]
    pub lines: Vec<RefundedLine>,
    /// So much of the shipping, tax included.
    #[serde(default)]
    pub shipping: Option<Money>,
    /// All that is given back, instead of what lines and shipping come to; or an amount for no line at all.
    #[serde(default)]
    pub amount: Option<Money>,
    /// For staff.
    pub reason: Line<MAX_REASON>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundedLine {
    pub line_id: LineId,
    #[schemars(range(min = 1, max = MAX_QUANTITY))]
    pub quantity: u32,
    /// Whether the pieces are put back in stock.
    #[serde(default)]
    pub restock: bool,
}

/// Money that was set aside, to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCapture {
    /// All of it, if absent. It is taken once: what is not taken is let go, as card networks want it.
    #[serde(default)]
    pub amount: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCancellation {
    /// For staff.
    pub reason: Line<MAX_REASON>,
    /// Whether all that was taken and not given back yet goes back to the buyer. What is only set aside is let go
    /// either way.
    pub refund: bool,
    /// Whether the pieces that were not given up for their money before are put back in stock.
    #[serde(default = "yes")]
    pub restock: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    #[schemars(length(min = 1, max = MAX_NOTE))]
    pub text: String,
    /// Whether the buyer sees it on the order.
    #[serde(default)]
    pub visible_to_buyer: bool,
}

/// Names one of an order's refunds, such as one that is given back by hand.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub struct RefundNumber(pub u32);

impl JsonSchema for RefundNumber {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RefundNumber".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "integer", "minimum": 1, "maximum": 2 * MAX_REFUNDS})
    }
}

impl NewRefund {
    /// The rules that need no order, all that are broken at once.
    pub fn check(self) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        if self.lines.len() > MAX_LINES {
            errors.push(FieldError::new("/lines", format!("must have at most {MAX_LINES} entries")));
        }
        for (place, line) in self.lines.iter().enumerate().take(MAX_LINES) {
            if !(1..=MAX_QUANTITY).contains(&line.quantity) {
                let wrong = format!("a quantity is between 1 and {MAX_QUANTITY}");
                errors.push(FieldError::new(format!("/lines/{place}/quantity"), wrong));
            }
            if self.lines.iter().take(place).any(|before| before.line_id == line.line_id) {
                errors.push(FieldError::new(format!("/lines/{place}/line_id"), "this line is there twice"));
            }
        }
        errors.extend(above_zero("/shipping", self.shipping));
        errors.extend(above_zero("/amount", self.amount));
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }
}

impl NewCapture {
    pub fn check(self) -> Result<Self, Vec<FieldError>> {
        match above_zero("/amount", self.amount) {
            None => Ok(self),
            Some(error) => Err(vec![error]),
        }
    }
}

impl NewNote {
    /// The note as it is kept.
    pub fn check(self) -> Result<Self, Vec<FieldError>> {
        let text = text::prose(self.text.trim(), MAX_NOTE).and_then(|text| match text::is_absent(&text) {
            true => Err("must not be empty".to_owned()),
            false => Ok(text),
        });
        match text {
            Ok(text) => Ok(Self { text, ..self }),
            Err(wrong) => Err(vec![FieldError::new("/text", wrong)]),
        }
    }
}

fn above_zero(pointer: &str, amount: Option<Money>) -> Option<FieldError> {
    let wrong = amount.is_some_and(|amount| amount.amount < 1);
    wrong.then(|| FieldError::new(format!("{pointer}/amount"), "must be more than zero"))
}
