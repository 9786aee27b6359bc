//! A text of JSON as serde's types ask for it.
//!
//! What stands here is in the Worker once for each type, or for each of its members:
//! so it does next to nothing itself. A type is told of its members by their number
//! rather than by their name, which it would have to look up in code of its own.

use std::borrow::Cow;

use serde::de::value::{CowStrDeserializer, U64Deserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::error::{Error, Nowhere};
use super::reader::Reader;

/// The names that a derived type has for its members or variants, in their order.
/// None is an alias: serde would count those along, and the places not fit.
type Names = &'static [&'static str];

/// What serde_json calls a value that is to be handed on as it is written.
const RAW: &str = "$serde_json::private::RawValue";

/// Numbers: `method`s that want what `Number::as` gives.
macro_rules! numbers {
    ($($visit:ident($number:ident): $($method:ident)*;)*) => {$($(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.number()?.$number().ok_or_else(Error::unfit)?)
        }
    )*)*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.peek() {
            Some(b'{') => self.deserialize_map(visitor),
            Some(b'[') => self.deserialize_seq(visitor),
            Some(b'"') => self.deserialize_str(visitor),
            Some(b't' | b'f') => self.deserialize_bool(visitor),
            Some(b'n') => self.deserialize_unit(visitor),
            _ => {
                let number = self.number()?;
                match (number.as_u64(), number.as_i64()) {
                    (Some(number), _) => visitor.visit_u64(number),
                    (_, Some(number)) => visitor.visit_i64(number),
                    _ => visitor.visit_f64(number.as_f64().ok_or_else(Error::unfit)?),
                }
            }
        }
    }

    numbers! {
        visit_i64(as_i64): deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64;
        visit_u64(as_u64): deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64;
        visit_f64(as_f64): deserialize_f32 deserialize_f64;
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(self.boolean()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.string()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.string()?.into_owned())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.takes(b"null") { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.null()?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    // Each type's name is known where this is asked, and the comparison then gone.
    #[inline(always)]
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        if name == RAW {
            return self.raw()?.deserialize_newtype_struct(name, visitor).map_err(|_| Error::broken());
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.open(b'[')?;
        visitor.visit_seq(Items { depth: self.depth(), reader: self })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.open(b'[')?;
        let depth = self.depth();
        let value = visitor.visit_seq(Items { depth, reader: self })?;
        self.close(depth, b']')?;
        Ok(value)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.open(b'{')?;
        visitor.visit_map(Named { depth: self.depth(), reader: self })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: Names,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.open(b'{')?;
        visitor.visit_map(Placed { depth: self.depth(), reader: self, fields, next: 0 })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: Names,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let depth = self.depth();
        let variant = Variant::begin(self, variants)?;
        let value = visitor.visit_enum(variant)?;
        if self.depth() == depth { Ok(value) } else { self.close(depth + 1, b'}').map(|()| value) }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf identifier }
}

struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    depth: usize,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Error;
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if self.reader.item(self.depth)? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

/// The members of a map, by their names.
struct Named<'a, 'de> {
    reader: &'a mut Reader<'de>,
    depth: usize,
}

impl<'de> MapAccess<'de> for Named<'_, 'de> {
    type Error = Error;
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let name = self.reader.member(self.depth)?.cloned();
        name.map(|name| seed.deserialize(Name(name))).transpose()
    }
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(&mut *self.reader)
    }
}

/// The members of a struct, by their places in it.
struct Placed<'a, 'de> {
    reader: &'a mut Reader<'de>,
    depth: usize,
    fields: Names,
    /// Where the next name is likely to be: what we wrote has them in order.
    next: usize,
}

impl Placed<'_, '_> {
    fn place(&mut self) -> Result<Option<u64>, Error> {
        let Some(name) = self.reader.member(self.depth)? else { return Ok(None) };
        let likely = self.fields.get(self.next).is_some_and(|field| field == name);
        let place = if likely { Some(self.next) } else { self.fields.iter().position(|field| field == name) };
        self.next = place.map_or(self.next, |place| place + 1);
        Ok(Some(numbered(place)))
    }
}

impl<'de> MapAccess<'de> for Placed<'_, 'de> {
    type Error = Error;
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some(place) = self.place()? else { return Ok(None) };
        seed.deserialize(at(place)).map(Some).map_err(|Nowhere| Error::unknown())
    }
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(&mut *self.reader)
    }
}

/// A place as serde counts it. What has none is past the end, where a type ignores
/// it or takes it for its other variant, if it does that.
fn numbered(place: Option<usize>) -> u64 {
    place.map_or(u64::MAX, |place| place as u64)
}

fn at(place: u64) -> U64Deserializer<Nowhere> {
    U64Deserializer::new(place)
}

/// A variant: its name alone, or an object of one member, which has that name.
struct Variant<'a, 'de> {
    reader: &'a mut Reader<'de>,
    place: u64,
    alone: bool,
}

impl<'a, 'de> Variant<'a, 'de> {
    fn begin(reader: &'a mut Reader<'de>, variants: Names) -> Result<Self, Error> {
        let alone = reader.peek() != Some(b'{');
        let place = |name: &str| numbered(variants.iter().position(|variant| *variant == name));
        let place = if alone {
            place(&reader.string()?)
        } else {
            reader.open(b'{')?;
            let depth = reader.depth();
            place(reader.member(depth)?.ok_or_else(Error::unfit)?)
        };
        Ok(Self { reader, place, alone })
    }

    fn content(self) -> Result<&'a mut Reader<'de>, Error> {
        if self.alone { Err(Error::unfit()) } else { Ok(self.reader) }
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Error;
    type Variant = Self;
    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let variant = seed.deserialize(at(self.place)).map_err(|Nowhere| Error::unfit())?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Error;
    fn unit_variant(self) -> Result<(), Error> {
        if self.alone { Ok(()) } else { self.reader.null() }
    }
    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self.content()?)
    }
    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.content()?.deserialize_tuple(len, visitor)
    }
    fn struct_variant<V: Visitor<'de>>(self, fields: Names, visitor: V) -> Result<V::Value, Error> {
        self.content()?.deserialize_struct("", fields, visitor)
    }
}

/// The name of a member of a map, which is a text whatever it stands for.
struct Name<'de>(Cow<'de, str>);

macro_rules! numbers_as_names {
    ($($visit:ident: $($method:ident)*;)*) => {$($(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.0.parse().map_err(|_| Error::unfit())?)
        }
    )*)*};
}

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Cow::Borrowed(name) => visitor.visit_borrowed_str(name),
            Cow::Owned(name) => visitor.visit_string(name),
        }
    }

    numbers_as_names! {
        visit_i64: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64;
        visit_u64: deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64;
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: Names, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_enum(CowStrDeserializer::new(self.0))
    }

    forward_to_deserialize_any! {
        bool i128 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple tuple_struct
        map struct identifier ignored_any
    }
}
