//! A text of JSON (RFC 8259), read piece by piece.
//!
//! Nothing here knows what it is read into, so all of it is in the Worker once.
//! What is hard about JSON, its texts and numbers, is read by serde_json; but for
//! those that are not, which are nearly all of a catalog.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Number;
use serde_json::value::RawValue;

use super::error::Error;

/// How deep arrays and objects may stand in each other: each is a call in a call.
const MOST_DEEP: usize = 127;

pub struct Reader<'de> {
    text: &'de [u8],
    /// How many bytes of it are read.
    at: usize,
    /// What is open, from the outermost array or object to the innermost.
    way: Vec<Step<'de>>,
    /// Whether numbers, `true` and `false` stand in texts.
    of_texts: bool,
}

/// Where in an array or object the reader is.
enum Step<'de> {
    Begin,
    Member(Cow<'de, str>),
    Item(usize),
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Reader<'de> {
    pub fn new(text: &'de [u8]) -> Self {
        Self { text, at: 0, way: Vec::new(), of_texts: false }
    }

    /// Of a text in which all that is no array or object is a text.
    pub fn of_texts(text: &'de [u8]) -> Self {
        Self { of_texts: true, ..Self::new(text) }
    }

    /// Nothing comes after what was read.
    pub fn end(&mut self) -> Result<(), Error> {
        if self.peek().is_none() && self.way.is_empty() { Ok(()) } else { Err(Error::broken()) }
    }

    /// The place that the reader has come to, by RFC 6901.
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.way {
            match step {
                Step::Begin => {}
                Step::Member(name) => pointer = pointer + "/" + &name.replace('~', "~0").replace('/', "~1"),
                Step::Item(n) => pointer = pointer + "/" + &n.to_string(),
            }
        }
        pointer
    }

    /// How many arrays and objects are open.
    pub fn depth(&self) -> usize {
        self.way.len()
    }

    /// The first byte of what comes next.
    pub fn peek(&mut self) -> Option<u8> {
        let rest = self.rest();
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.at += rest.iter().take_while(|byte| blank(byte)).count();
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &'de [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Whether these bytes come next, which are then read.
    pub fn takes(&mut self, bytes: &[u8]) -> bool {
        let taken = self.peek().is_some() && self.rest().starts_with(bytes);
        if taken {
            self.at += bytes.len();
        }
        taken
    }

    /// Goes into an array (`[`) or object (`{`).
    pub fn open(&mut self, bracket: u8) -> Result<(), Error> {
        if self.depth() >= MOST_DEEP || !self.takes(&[bracket]) {
            return Err(Error::unfit());
        }
        self.way.push(Step::Begin);
        Ok(())
    }

    /// Whether the innermost array or object, `depth` deep, goes on. If not, it is
    /// closed.
    fn goes_on(&mut self, depth: usize, bracket: u8) -> Result<bool, Error> {
        // Whoever asked left something within unread.
        if self.depth() != depth {
            return Err(Error::unfit());
        }
        let begins = matches!(self.way.last(), Some(Step::Begin));
        if self.takes(&[bracket]) {
            self.way.pop();
            return Ok(false);
        }
        if begins || self.takes(b",") { Ok(true) } else { Err(Error::broken()) }
    }

    /// Leaves an array or object that nothing more is wanted of.
    pub fn close(&mut self, depth: usize, bracket: u8) -> Result<(), Error> {
        if self.goes_on(depth, bracket)? { Err(Error::unfit()) } else { Ok(()) }
    }

    /// Whether another item of an array follows.
    pub fn item(&mut self, depth: usize) -> Result<bool, Error> {
        let goes_on = self.goes_on(depth, b']')?;
        if let Some(step) = self.way.last_mut().filter(|_| goes_on) {
            let n = if let Step::Item(n) = step { *n + 1 } else { 0 };
            *step = Step::Item(n);
        }
        Ok(goes_on)
    }

    /// The name of an object's next member, if another follows.
    pub fn member(&mut self, depth: usize) -> Result<Option<&Cow<'de, str>>, Error> {
        if !self.goes_on(depth, b'}')? {
            return Ok(None);
        }
        let name = self.string()?;
        if let Some(step) = self.way.last_mut() {
            *step = Step::Member(name);
        }
        if !self.takes(b":") {
            return Err(Error::broken());
        }
        match self.way.last() {
            Some(Step::Member(name)) => Ok(Some(name)),
            _ => Ok(None),
        }
    }

    pub fn string(&mut self) -> Result<Cow<'de, str>, Error> {
        match self.peek() {
            Some(b'"') => match self.plain() {
                Some(text) => Ok(Cow::Borrowed(text)),
                None => self.leaf::<Text>().map(|Text(text)| text),
            },
            _ => Err(Error::unfit()),
        }
    }

    /// A text without escapes, if that is what comes next.
    fn plain(&mut self) -> Option<&'de str> {
        let rest = self.rest().get(1..)?;
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
        let text = rest.get(..length).filter(|_| rest.get(length) == Some(&b'"'))?;
        let text = std::str::from_utf8(text).ok()?;
        self.at += length + 2;
        Some(text)
    }

    pub fn number(&mut self) -> Result<Number, Error> {
        match self.peek() {
            Some(b'-' | b'0'..=b'9') => match self.natural() {
                Some(number) => Ok(number.into()),
                None => self.leaf(),
            },
            Some(b'"') if self.of_texts => {
                let text = self.string()?;
                let natural = text.parse::<u64>().map(Number::from);
                natural.or_else(|_| text.parse::<i64>().map(Number::from)).map_err(|_| Error::unfit())
            }
            _ => Err(Error::unfit()),
        }
    }

    /// A number of digits alone that fits, if that is what comes next.
    fn natural(&mut self) -> Option<u64> {
        const FIT: usize = 18;
        let rest = self.rest();
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let is_other = matches!(rest.get(length), Some(b'.' | b'e' | b'E'));
        let digits = rest.get(..length).filter(|_| (1..=FIT).contains(&length) && !is_other)?;
        if digits.first() == Some(&b'0') && length > 1 {
            return None;
        }
        self.at += length;
        Some(digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
    }

    pub fn boolean(&mut self) -> Result<bool, Error> {
        if self.of_texts {
            return self.string()?.parse().map_err(|_| Error::unfit());
        }
        let is = self.takes(b"true");
        if is || self.takes(b"false") { Ok(is) } else { Err(Error::unfit()) }
    }

    pub fn null(&mut self) -> Result<(), Error> {
        if self.takes(b"null") { Ok(()) } else { Err(Error::unfit()) }
    }

    /// Whatever value it is, as it is written.
    pub fn raw(&mut self) -> Result<&'de RawValue, Error> {
        self.leaf()
    }

    pub fn skip(&mut self) -> Result<(), Error> {
        self.leaf::<IgnoredAny>().map(drop)
    }

    fn leaf<T: Deserialize<'de>>(&mut self) -> Result<T, Error> {
        let mut leaves = serde_json::Deserializer::from_slice(self.rest()).into_iter();
        let leaf = leaves.next();
        self.at += leaves.byte_offset();
        leaf.and_then(Result::ok).ok_or_else(Error::broken)
    }
}
