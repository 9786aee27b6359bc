//! Members of a body that changes something: absent is not the same as `null`.

use serde::{Deserialize, Deserializer};

/// Tells `null` (`Some(None)`) from absent (`None`).
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// What cannot be taken away is absent or has a value.
pub fn not_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
