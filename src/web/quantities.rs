//! How many pieces, as buyers type it: into the cart's form, and beside a product.

use crate::orders::limits::MAX_QUANTITY;
use crate::orders::order::LineId;
use crate::problem::Problem;

/// What the button of a line says it does, such as `set line_1 3`: so many
/// pieces, none to remove it.
pub fn set(intent: &str) -> Option<(LineId, u32)> {
    let (line, quantity) = intent.strip_prefix("set ")?.split_once(' ')?;
    Some((line.parse().ok()?, pieces(quantity, 0).ok()?))
}

/// So many pieces, as typed into a form.
pub fn pieces(text: &str, least: u32) -> Result<u32, Problem> {
    let quantity = text.trim().parse().ok().filter(|quantity| (least..=MAX_QUANTITY).contains(quantity));
    quantity.ok_or_else(|| {
        Problem::invalid_field("quantity", format!("a quantity is a whole number from {least} to {MAX_QUANTITY}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_and_in_range() {
        assert_eq!(pieces(" 3 ", 1).unwrap(), 3);
        assert_eq!(pieces("0", 0).unwrap(), 0);
        for wrong in ["0", "", "-1", "1.5", "many", "1000001", "99999999999"] {
            assert_eq!(pieces(wrong, 1).unwrap_err().status.as_u16(), 422, "{wrong}");
        }
    }
}
