//! The cart's form: quantities, a coupon, a gift card, and the pressed button.

use super::parts::sentence;
use super::quantities::{self, pieces, set};
use crate::ids::GiftCardId;
use crate::orders::limits::MAX_LINES;
use crate::orders::order::LineId;
use crate::pricing::promotion::Code;
use crate::sorted::SortedMap;
use crate::text::Language;

/// What the form calls the fields for codes.
pub const COUPON: &str = "coupon";
pub const GIFT_CARD: &str = "gift_card";

/// What stands in each field, and which button was pressed.
#[derive(Debug, Default, PartialEq)]
pub struct CartForm {
    pub typed: SortedMap<LineId, String>,
    /// Codes that are to be used; blank where nothing was typed.
    pub coupon: String,
    pub gift_card: String,
    pub pressed: Pressed,
}

#[derive(Debug, Default, PartialEq, Clone)]
pub enum Pressed {
    #[default]
    Update,
    CheckOut,
    /// A button of one line: so many pieces, none to remove it.
    Set(LineId, u32),
    DropCoupon(Code),
    DropGiftCard(GiftCardId),
}

/// What a form asks to be changed of the lines, and what is wrong with the rest.
#[derive(Debug, Default, PartialEq)]
pub struct Asked {
    pub quantities: Vec<(LineId, u32)>,
    pub faults: SortedMap<LineId, String>,
}

impl Pressed {
    /// What a button says it does: `checkout`, [`set`], or `drop` and what.
    /// Any other updates.
    fn parse(intent: &str) -> Self {
        let dropped = || {
            let (kind, what) = intent.strip_prefix("drop ")?.split_once(' ')?;
            match kind {
                COUPON => Code::parse(what).ok().map(Self::DropCoupon),
                GIFT_CARD => what.parse().ok().map(Self::DropGiftCard),
                _ => None,
            }
        };
        match intent {
            "checkout" => Self::CheckOut,
            intent => set(intent).map(|(line, pieces)| Self::Set(line, pieces)).or_else(dropped).unwrap_or_default(),
        }
    }
}

impl CartForm {
    /// Reads the fields as the browser sends them; those of nobody's mean nothing.
    pub fn parse(fields: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields.into_iter().take(2 * MAX_LINES) {
            match name.as_str() {
                "intent" => form.pressed = Pressed::parse(&value),
                COUPON => form.coupon = value.trim().to_owned(),
                GIFT_CARD => form.gift_card = value.trim().to_owned(),
                line => {
                    if let Ok(line) = line.parse() {
                        form.typed.insert(line, value);
                    }
                }
            }
        }
        form
    }

    /// All of it is one change. Where a field does not fit, nothing of what was
    /// typed counts yet; a line's own button does all the same.
    pub fn asked(&self, language: Language) -> Asked {
        let mut asked = Asked::default();
        let pressed = match self.pressed {
            Pressed::Set(line, quantity) => Some((line, quantity)),
            _ => None,
        };
        for (line, text) in self.typed.iter().filter(|(line, _)| pressed.is_none_or(|(set, _)| set != **line)) {
            match pieces(text, 0) {
                Some(quantity) => asked.quantities.push((*line, quantity)),
                None => {
                    asked.faults.insert(*line, sentence(&quantities::fault(language, 0)));
                }
            }
        }
        if !asked.faults.is_empty() {
            asked.quantities.clear();
        }
        asked.quantities.extend(pressed);
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> CartForm {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        CartForm::parse(fields.collect())
    }

    #[test]
    fn all_that_was_typed_is_asked_for_at_once() {
        let both = form(&[("line_1", " 2 "), ("line_3", "0"), ("csrf", "1"), ("line_03", "9"), ("coupon", " Ab ")]);
        let quantities = vec![(LineId(1), 2), (LineId(3), 0)];
        assert_eq!(both.asked(Language::En), Asked { quantities, faults: SortedMap::new() });
        assert_eq!((both.coupon.as_str(), both.gift_card.as_str()), ("Ab", ""));
    }

    #[test]
    fn one_that_does_not_fit_holds_the_others_back_and_no_button() {
        let one = form(&[("line_1", "2"), ("line_2", "many"), ("intent", "checkout")]).asked(Language::En);
        assert_eq!(one.quantities, []);
        assert_eq!(one.faults.keys().copied().collect::<Vec<_>>(), [LineId(2)]);
        let removed = form(&[("line_1", "2"), ("line_2", "many"), ("line_3", "x"), ("intent", "set line_3 0")])
            .asked(Language::En);
        assert_eq!((removed.quantities, removed.faults.len()), (vec![(LineId(3), 0)], 1));
        let taken = form(&[("line_1", "2"), ("line_2", "50"), ("intent", "set line_2 3")]).asked(Language::En);
        assert_eq!(taken.quantities, [(LineId(1), 2), (LineId(2), 3)]);
    }

    #[test]
    fn a_button_does_what_it_says_and_one_that_nobody_made_updates() {
        let code = Code::parse("SUMMER-10").unwrap();
        assert_eq!(Pressed::parse("drop coupon SUMMER-10"), Pressed::DropCoupon(code));
        let card: GiftCardId = format!("gift_{}", ulid::Ulid::nil()).parse().unwrap();
        assert_eq!(Pressed::parse(&format!("drop gift_card {card}")), Pressed::DropGiftCard(card));
        assert_eq!(Pressed::parse("set line_1 3"), Pressed::Set(LineId(1), 3));
        for intent in ["", "set", "set line_1", "set line_1 many", "set line_x 1", "pay", "drop", "drop gift_card 1"] {
            assert_eq!(Pressed::parse(intent), Pressed::Update, "{intent}");
        }
    }
}
