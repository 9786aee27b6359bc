//! Why a text was not read, and where in it that is.

use std::fmt;

use serde::de;

/// Why a text of JSON was not read into a type.
#[derive(Debug, Clone, PartialEq)]
pub struct Error(Box<Told>);

#[derive(Debug, Clone, PartialEq)]
struct Told {
    why: Why,
    /// By RFC 6901.
    pointer: String,
}

/// Which member is lacking, and what kind of value was wanted, stands in the contract.
/// Here each of these names would be there once more.
#[derive(Debug, Clone, PartialEq)]
enum Why {
    /// It is no JSON, or goes on after its end.
    Broken,
    /// A value of another kind or size than asked for, or a name that no variant has.
    Unfit,
    Incomplete,
    Unknown,
    Twice,
    /// A rule of the type itself, in its own words.
    Rule(String),
}

impl Error {
    pub(super) fn broken() -> Self {
        Self::of(Why::Broken)
    }

    pub(super) fn unfit() -> Self {
        Self::of(Why::Unfit)
    }

    pub(super) fn unknown() -> Self {
        Self::of(Why::Unknown)
    }

    pub(super) fn at(mut self, pointer: String) -> Self {
        self.0.pointer = pointer;
        self
    }

    fn of(why: Why) -> Self {
        Self(Box::new(Told { why, pointer: String::new() }))
    }

    /// The place that it is about, by RFC 6901.
    pub fn pointer(&self) -> &str {
        &self.0.pointer
    }

    /// What is said of that place to whoever sent it.
    pub fn words(&self) -> &str {
        match &self.0.why {
            Why::Broken => "is not JSON",
            Why::Unfit => "does not fit",
            Why::Incomplete => "is not complete",
            Why::Unknown => "is not known",
            Why::Twice => "is there twice",
            Why::Rule(text) => text,
        }
    }
}

/// For the log.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.0.pointer, self.words())
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(rule: T) -> Self {
        Self::of(Why::Rule(rule.to_string()))
    }
    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self::unfit()
    }
    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self::unfit()
    }
    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self::unfit()
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::unfit()
    }
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::unknown()
    }
    fn missing_field(_: &'static str) -> Self {
        Self::of(Why::Incomplete)
    }
    fn duplicate_field(_: &'static str) -> Self {
        Self::of(Why::Twice)
    }
}

/// That a type has no member or variant at a place: who asked knows its name.
#[derive(Debug)]
pub(super) struct Nowhere;

impl fmt::Display for Nowhere {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Nowhere {}

impl de::Error for Nowhere {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }
}
