//! A return's id: it names its order, too, so that whoever has it asks the right
//! object, and clients need nothing else.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::{InvalidId, OrderId};
use crate::text;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReturnId {
    pub order: OrderId,
    /// Which of the order's returns.
    pub number: u32,
}

impl fmt::Display for ReturnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = self.order.to_string();
        write!(f, "ret_{}_{}", order.trim_start_matches("ord_"), self.number)
    }
}

impl FromStr for ReturnId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let (order, number) = text.strip_prefix("ret_").and_then(|rest| rest.split_once('_')).ok_or(InvalidId)?;
        let order = format!("ord_{order}").parse().map_err(|_| InvalidId)?;
        let id = Self { order, number: number.parse().map_err(|_| InvalidId)? };
        if id.to_string() == text { Ok(id) } else { Err(InvalidId) }
    }
}

impl Serialize for ReturnId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReturnId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::read(deserializer, |text| text.parse().map_err(|_| "a return's id begins with ret_"))
    }
}

impl JsonSchema for ReturnId {
    fn schema_name() -> Cow<'static, str> {
        "ReturnId".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let example = "ret_01ARZ3NDEKTSV4RRFFQ69G5FAV_1";
        schemars::json_schema!({"type": "string", "pattern": "^ret_[0-9A-Z]{26}_[0-9]+$", "examples": [example]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_names_its_order_in_one_way() {
        let id = ReturnId { order: OrderId::derived([7; 16]), number: 12 };
        assert_eq!(id.to_string().parse::<ReturnId>().ok(), Some(id));
        let text = id.to_string();
        for wrong in ["", "ret_1", &text.replace("ret_", "ord_"), &text.replace("_12", "_012"), &text.to_lowercase()] {
            assert!(wrong.parse::<ReturnId>().is_err(), "{wrong}");
        }
    }
}
