//! Identifiers: a prefix that names the kind, and a ULID. Opaque to clients.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use ulid::Ulid;

use crate::ports::{Entropy, Timestamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct InvalidId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Ulid);

        impl $name {
            /// A new id: the time, then 80 random bits.
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
                let mut bytes = [0; 16];
                entropy.fill(&mut bytes);
                Self(Ulid::from_parts(now.millis().unsigned_abs(), u128::from_be_bytes(bytes)))
            }

            /// When it was made, by the clock of whoever made it; means
            /// nothing for a [derived](Self::derived) one.
            pub fn made_at(&self) -> Timestamp {
                Timestamp::from_millis(i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX))
            }

            /// An id that is a function of a secret digest, so that a repeated
            /// request names the same thing.
            pub fn derived(digest: [u8; 16]) -> Self {
                // The top bit pattern of a ULID is its time: any value below 2^128 is valid.
                Self(Ulid::from_bytes(digest))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = [0; ulid::ULID_LEN];
                f.write_str($prefix)?;
                f.write_str(self.0.array_to_str(&mut text))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let id = text
                    .strip_prefix($prefix)
                    .and_then(|rest| Ulid::from_string(rest).ok())
                    .map(Self)
                    .ok_or(InvalidId)?;
                // One spelling only: the decoder alone would accept lower case too.
                if id.to_string() == text { Ok(id) } else { Err(InvalidId) }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match serializer.is_human_readable() {
                    // Not by `Display`: a list has hundreds, and formatting costs more than their letters.
                    true => {
                        let mut text = [0; ulid::ULID_LEN];
                        serializer.serialize_str(&[$prefix, self.0.array_to_str(&mut text)].concat())
                    }
                    false => serializer.serialize_bytes(&self.0.to_bytes()),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if !deserializer.is_human_readable() {
                    let bytes = <&[u8]>::deserialize(deserializer)?;
                    let bytes = bytes.try_into().map_err(|_| serde::de::Error::custom(InvalidId))?;
                    return Ok(Self(Ulid::from_bytes(bytes)));
                }
                crate::text::read(deserializer, |text| {
                    text.parse().map_err(|_| concat!("an id here begins with ", $prefix))
                })
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string", "pattern": concat!("^", $prefix, "[0-7][0-9A-HJKMNP-TV-Z]{25}$"),
                    "examples": [concat!($prefix, "01JDK0Q8V2M4T6W9Y1B3D5F7H8")],
                })
            }
        }
    };
}

id!(
    /// An order, and the cart it was before it was placed.
    OrderId, "ord_"
);
id!(ProductId, "prod_");
id!(VariantId, "var_");
id!(
    /// A customer's or a member of staff's account.
    AccountId, "cus_"
);
id!(
    /// One signed-in device: a family of refresh tokens.
    SessionId, "ses_"
);
id!(
    /// What products are gathered in.
    CollectionId, "col_"
);
id!(
    /// A reason to take something off.
    PromotionId, "promo_"
);
id!(GiftCardId, "gift_");
id!(
    /// Customers who may have prices of their own.
    CustomerGroupId, "group_"
);
id!(
    /// Prices of customer groups.
    PriceListId, "list_"
);
id!(
    /// Where another system is told what happens.
    WebhookId, "hook_"
);
id!(
    /// A piece of long work.
    JobId, "job_"
);
id!(RequestId, "req_");

impl OrderId {
    /// What a person reads out on the telephone: eight letters and digits
    /// from the id's random part.
    pub fn number(&self) -> String {
        let text = self.0.to_string();
        let tail = text.get(18..).unwrap_or(&text);
        let (left, right) = tail.split_at_checked(4).unwrap_or((tail, ""));
        format!("{left}-{right}")
    }
}
