//! How many pieces, as buyers type it: into the cart's form, and beside a product.

use std::collections::BTreeMap;

use crate::orders::limits::{MAX_LINES, MAX_QUANTITY};
use crate::orders::order::LineId;
use crate::problem::Problem;

/// The cart's form: what stands in each line's field, and which button was pressed.
#[derive(Debug, Default, PartialEq)]
pub struct CartForm {
    pub typed: BTreeMap<LineId, String>,
    pub pressed: Pressed,
}

#[derive(Debug, Default, PartialEq, Clone, Copy)]
pub enum Pressed {
    #[default]
    Update,
    CheckOut,
    /// A button of one line: so many pieces, none to remove it.
    Set(LineId, u32),
}

/// What a form asks to be changed, and what is wrong with the rest.
#[derive(Debug, Default, PartialEq)]
pub struct Asked {
    pub quantities: Vec<(LineId, u32)>,
    pub faults: BTreeMap<LineId, String>,
}

impl CartForm {
    /// Reads the fields as the browser sends them; those of nobody's mean nothing.
    pub fn parse(fields: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields.into_iter().take(2 * MAX_LINES) {
            match (name.as_str(), value.as_str()) {
                ("intent", "checkout") => form.pressed = Pressed::CheckOut,
                ("intent", intent) => form.pressed = set(intent).unwrap_or_default(),
                (line, _) => {
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
    pub fn asked(&self) -> Asked {
        let mut asked = Asked::default();
        let pressed = match self.pressed {
            Pressed::Set(line, quantity) => Some((line, quantity)),
            Pressed::Update | Pressed::CheckOut => None,
        };
        for (line, text) in self.typed.iter().filter(|(line, _)| pressed.is_none_or(|(set, _)| set != **line)) {
            match pieces(text, 0) {
                Ok(quantity) => asked.quantities.push((*line, quantity)),
                Err(problem) => {
                    asked.faults.insert(*line, super::parts::sentence(&problem.detail));
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

/// What the button of a line says it does, such as `set line_1 3`.
pub fn set(intent: &str) -> Option<Pressed> {
    let (line, quantity) = intent.strip_prefix("set ")?.split_once(' ')?;
    Some(Pressed::Set(line.parse().ok()?, pieces(quantity, 0).ok()?))
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

    fn asked(fields: &[(&str, &str)]) -> Asked {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        CartForm::parse(fields.collect()).asked()
    }

    #[test]
    fn pieces_are_whole_and_in_range() {
        assert_eq!(pieces(" 3 ", 1).unwrap(), 3);
        assert_eq!(pieces("0", 0).unwrap(), 0);
        for wrong in ["0", "", "-1", "1.5", "many", "1000001", "99999999999"] {
            assert_eq!(pieces(wrong, 1).unwrap_err().status.as_u16(), 422, "{wrong}");
        }
    }

    #[test]
    fn all_that_was_typed_is_asked_for_at_once() {
        let both = [("line_1", " 2 "), ("line_3", "0"), ("csrf", "1"), ("line_03", "9")];
        let quantities = vec![(LineId(1), 2), (LineId(3), 0)];
        assert_eq!(asked(&both), Asked { quantities, faults: BTreeMap::new() });
    }

    #[test]
    fn one_that_does_not_fit_holds_the_others_back_and_no_button() {
        let one = asked(&[("line_1", "2"), ("line_2", "many"), ("intent", "checkout")]);
        assert_eq!(one.quantities, []);
        assert_eq!(one.faults.keys().copied().collect::<Vec<_>>(), [LineId(2)]);
        let removed = asked(&[("line_1", "2"), ("line_2", "many"), ("line_3", "x"), ("intent", "set line_3 0")]);
        assert_eq!((removed.quantities, removed.faults.len()), (vec![(LineId(3), 0)], 1));
        let taken = asked(&[("line_1", "2"), ("line_2", "50"), ("intent", "set line_2 3")]);
        assert_eq!(taken.quantities, [(LineId(1), 2), (LineId(2), 3)]);
    }

    #[test]
    fn a_button_that_nobody_made_updates() {
        for intent in ["", "set", "set line_1", "set line_1 many", "set line_x 1", "pay"] {
            let form = CartForm::parse(vec![("intent".to_owned(), intent.to_owned())]);
            assert_eq!(form.pressed, Pressed::Update, "{intent}");
        }
    }
}
