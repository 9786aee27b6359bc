//! How many pieces, as buyers type it: into the cart's form, and beside a product.

use super::words::buying::BuyingWords;
use super::words::fill;
use crate::orders::limits::MAX_QUANTITY;
use crate::orders::order::LineId;
use crate::text::Language;

/// What the button of a line says it does, such as `set line_1 3`: so many
/// pieces, none to remove it.
pub fn set(intent: &str) -> Option<(LineId, u32)> {
    let (line, quantity) = intent.strip_prefix("set ")?.split_once(' ')?;
    Some((line.parse().ok()?, pieces(quantity, 0)?))
}

/// So many pieces, as typed into a form; none if that is no number of `least` or more.
pub fn pieces(text: &str, least: u32) -> Option<u32> {
    text.trim().parse().ok().filter(|quantity| (least..=MAX_QUANTITY).contains(quantity))
}

/// What is said of one that is none: a clause.
pub fn fault(language: Language, least: u32) -> String {
    fill(BuyingWords::of(language).quantity_fault, &[&least.to_string(), &MAX_QUANTITY.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_and_in_range() {
        assert_eq!(pieces(" 3 ", 1), Some(3));
        assert_eq!(pieces("0", 0), Some(0));
        for wrong in ["0", "", "-1", "1.5", "many", "1000001", "99999999999"] {
            assert_eq!(pieces(wrong, 1), None, "{wrong}");
        }
    }
}
