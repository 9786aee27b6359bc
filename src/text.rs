//! Types that are one text on the wire.

use serde::{Deserializer, de};
use std::fmt;
use std::marker::PhantomData;

/// Reads a type from its text. A rule that is broken is reported while the
/// reader stands right behind the text, so that the error has its place.
pub fn read<'de, D, T, E>(deserializer: D, parse: fn(&str) -> Result<T, E>) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    E: fmt::Display,
{
    struct Reader<T, E>(fn(&str) -> Result<T, E>, PhantomData<T>);

    impl<T, E: fmt::Display> de::Visitor<'_> for Reader<T, E> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }
        fn visit_str<F: de::Error>(self, text: &str) -> Result<T, F> {
            (self.0)(text).map_err(F::custom)
        }
    }

    deserializer.deserialize_str(Reader(parse, PhantomData))
}
