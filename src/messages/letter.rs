//! A letter: what it says, laid out as text and as HTML. Everything in it is
//! one of our sentences or a text that was parsed when it was sent; the HTML
//! escapes all of it, loads nothing and carries its own style, as mail programs
//! demand.

use askama::Template;

use super::sheet::Sheet;
use crate::text::Language;

/// The most characters of a subject or a sender's name; mail programs cut them
/// off much earlier, RFC 5322 at 998 bytes a line.
pub const MAX_HEADER: usize = 200;

/// A letter as it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// One line of at most [`MAX_HEADER`] characters.
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// What a letter says, in its reader's language.
pub(super) struct Content<'a> {
    pub language: Language,
    pub shop_name: &'a str,
    pub subject: String,
    pub title: String,
    pub paragraphs: Vec<String>,
    /// Kept as it is, line by line: an account to pay to, a code.
    pub block: Option<String>,
    pub button: Option<Button>,
    pub sheet: Option<Sheet>,
}

pub(super) struct Button {
    pub label: &'static str,
    pub url: String,
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text<'a>(&'a Content<'a>);

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a>(&'a Content<'a>);

impl Content<'_> {
    pub fn lay_out(&self) -> Result<Letter, askama::Error> {
        Ok(Letter { subject: header(&self.subject), text: Text(self).render()?, html: Html(self).render()? })
    }
}

/// A text as it may stand in a header: what would begin another one, or hide
/// in it, is a space.
pub fn header(text: &str) -> String {
    let plain = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    text.trim().chars().take(MAX_HEADER).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_header_begins_another() {
        assert_eq!(header("Order\r\nBcc: all@example.com"), "Order  Bcc: all@example.com");
        assert_eq!(header("a\u{2028}b\u{0}c\td"), "a b c d");
        assert_eq!(header(&"李".repeat(300)).chars().count(), MAX_HEADER);
    }
}
