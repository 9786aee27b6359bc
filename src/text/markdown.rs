//! Markdown, as people write it in a description: CommonMark by pulldown-cmark, without
//! tables and other extensions.
//!
//! Whatever is written, the HTML is harmless: HTML in it is shown as it stands, and an
//! address is one of few kinds. Unlike CommonMark, a line break stays one, as it does
//! where people write, and headings begin below the page's own.

use std::mem;

use pulldown_cmark::{Event, HeadingLevel, LinkType, Parser, Tag, TagEnd, html};
use pulldown_cmark_escape::{escape_href, escape_html};

/// The HTML of a text. Each tag that is opened is closed.
pub fn rendered(text: &str) -> String {
    let mut html = String::with_capacity(text.len().saturating_add(64));
    html::push_html(&mut html, Harmless { events: Parser::new(text), is_linked: false });
    html
}

/// The first paragraph of what was [`rendered`], as one line without tags, escaped
/// as it was.
pub fn summary(html: &str) -> String {
    let first = html.split_once("<p>").and_then(|(_, rest)| rest.split_once("</p>"));
    let first = first.map_or("", |(first, _)| first).replace("<br />\n", " ").replace('\n', " ");
    untagged(&first)
}

/// The text of what was [`rendered`], with a line break after each block.
pub fn plain(html: &str) -> String {
    let marks = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    marks.iter().fold(untagged(html), |text, (escaped, mark)| text.replace(escaped, mark))
}

fn untagged(html: &str) -> String {
    // What is left of each part that begins with a tag, which has no > but its end.
    html.split('<')
        .enumerate()
        .map(|(n, part)| if n == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) })
        .collect()
}

/// What a text says, with our rules laid over it.
struct Harmless<'a> {
    events: Parser<'a>,
    /// Whether the link whose text is being read leads anywhere.
    is_linked: bool,
}

impl<'a> Iterator for Harmless<'a> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        Some(match self.events.next()? {
            // Its quotes, too, which the crate leaves: a summary stands in an attribute.
            Event::Text(text) | Event::InlineHtml(text) => ours(escaped(&text)),
            Event::Html(text) => ours(escaped(&text).replace('\n', "<br />\n")),
            Event::Code(text) => ours(format!("<code>{}</code>", escaped(&text))),
            Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
            Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
            Event::SoftBreak => Event::HardBreak,
            Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                Event::Start(Tag::Heading { level: below(level), id, classes, attrs })
            }
            Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
            Event::Start(Tag::Link { link_type: LinkType::Email, dest_url, .. }) => {
                self.link(&format!("mailto:{dest_url}"))
            }
            Event::Start(Tag::Link { dest_url, .. }) => self.link(&dest_url),
            Event::End(TagEnd::Link) => ours(if mem::take(&mut self.is_linked) { "</a>" } else { "" }.to_owned()),
            Event::Start(Tag::Image { dest_url, .. }) => self.image(&dest_url),
            event => event,
        })
    }
}

impl<'a> Harmless<'a> {
    /// Begins a link, if it leads where one may: whatever else an address may begin
    /// with, such as `javascript:`, is not looked at.
    fn link(&mut self, address: &str) -> Event<'a> {
        let is_own = is_own(address);
        self.is_linked = is_own || ["https://", "http://", "mailto:"].iter().any(|scheme| begins(address, scheme));
        if !self.is_linked {
            return ours(String::new());
        }
        let rel = if is_own { "" } else { " rel=\"nofollow noopener\"" };
        ours(format!("<a href=\"{}\"{rel}>", address_escaped(address)))
    }

    /// An image whose address is encrypted, or the shop's own; of others what they
    /// show, in words.
    fn image(&mut self, address: &str) -> Event<'a> {
        let alt = self.words_of_image();
        if !begins(address, "https://") && !is_own(address) {
            return ours(escaped(&alt));
        }
        ours(format!("<img src=\"{}\" alt=\"{}\" loading=\"lazy\" />", address_escaped(address), escaped(&alt)))
    }

    /// What there is up to the end of an image, in which there may be others.
    fn words_of_image(&mut self) -> String {
        let (mut words, mut images) = (String::new(), 1_usize);
        while images > 0 {
            match self.events.next() {
                None => break,
                Some(Event::Start(Tag::Image { .. })) => images = images.saturating_add(1),
                Some(Event::End(TagEnd::Image)) => images = images.saturating_sub(1),
                Some(Event::Text(text) | Event::Code(text) | Event::InlineHtml(text)) => words.push_str(&text),
                Some(Event::SoftBreak | Event::HardBreak) => words.push(' '),
                Some(_) => {}
            }
        }
        words
    }
}

/// HTML of our own making.
fn ours<'a>(html: String) -> Event<'a> {
    Event::InlineHtml(html.into())
}

/// A page's title is an `h1`, and what it is made of has `h2`.
fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

fn begins(address: &str, scheme: &str) -> bool {
    address.get(..scheme.len()).is_some_and(|first| first.eq_ignore_ascii_case(scheme))
}

/// A path of the shop's own.
fn is_own(address: &str) -> bool {
    address.starts_with('/') && !address.starts_with("//") && !address.contains('\\')
}

/// Text as it may stand in HTML, between tags and in quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    // Writing to a String does not fail.
    let _ = escape_html(&mut escaped, text);
    escaped
}

fn address_escaped(address: &str) -> String {
    let mut escaped = String::with_capacity(address.len());
    // Writing to a String does not fail.
    let _ = escape_href(&mut escaped, address);
    escaped
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
