//! What stands within a paragraph: emphasis, code, links and images.

use super::escape;

/// How far the end of a link's text, and of its address, is looked for, in bytes.
const MAX_LINK_TEXT: usize = 400;
const MAX_LINK: usize = 2_048;
/// How many emphases may be open at a time: what is deeper is text.
const MAX_OPEN: usize = 32;

/// Writes the HTML of a text. Each tag that is opened in it is closed in it.
pub fn inline(text: &str, html: &mut String) {
    within(text, Place::Text, html);
}

/// What a text stands in.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Text,
    /// A link, which has no other in it.
    Link,
    /// What an image shows, in words.
    Image,
}

fn within(text: &str, place: Place, html: &mut String) {
    let mut pieces = Pieces::default();
    let (mut rest, mut before) = (text, None);
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let read = match c {
            '\\' => escaped(after, &mut pieces),
            '`' => code(rest, &mut pieces),
            '!' => after.strip_prefix('[').and_then(|after| image(after, place, &mut pieces)),
            '[' => link(after, place, &mut pieces),
            '<' if place == Place::Text => address_in_brackets(after, &mut pieces),
            '*' | '_' => Some(pieces.emphasis(c, rest, before)),
            '\n' => {
                pieces.html("<br>\n");
                Some(after)
            }
            _ => None,
        };
        let next = read.unwrap_or_else(|| {
            pieces.text(c);
            after
        });
        before = rest.strip_suffix(next).and_then(|read| read.chars().next_back());
        rest = next;
    }
    pieces.write(html);
}

/// A mark that means itself, or a line break.
fn escaped<'a>(after: &'a str, pieces: &mut Pieces) -> Option<&'a str> {
    let c = after.chars().next().filter(|c| c.is_ascii_punctuation() || *c == '\n')?;
    if c == '\n' {
        return Some(after);
    }
    pieces.text(c);
    after.get(c.len_utf8()..)
}

/// Code, up to as many marks as it begins with; where there are none, these marks.
fn code<'a>(rest: &'a str, pieces: &mut Pieces) -> Option<&'a str> {
    let text = rest.trim_start_matches('`');
    let marks = rest.strip_suffix(text)?;
    let mut left = text;
    while let Some(begin) = left.find('`') {
        let run = left.get(begin..)?;
        left = run.trim_start_matches('`');
        if run.len().saturating_sub(left.len()) == marks.len() {
            let code = text.strip_suffix(run)?.replace('\n', " ");
            let inner = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' '));
            pieces.html("<code>");
            escape(inner.filter(|inner| !inner.trim().is_empty()).unwrap_or(&code), &mut pieces.html);
            pieces.html("</code>");
            return Some(left);
        }
    }
    pieces.html(marks);
    Some(text)
}

/// What is within `[` and `]`, and the address after it; and what comes then.
fn target(after: &str) -> Option<(&str, &str, &str)> {
    let (mut depth, mut is_escaped, mut end) = (0_usize, false, None);
    for (at, c) in after.char_indices().take_while(|(at, _)| *at < MAX_LINK_TEXT) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => depth = depth.saturating_add(1),
            ']' if depth == 0 => {
                end = Some(at);
                break;
            }
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let (text, rest) = after.split_at_checked(end?)?;
    let (address, rest) = parenthesized(rest.strip_prefix("](")?)?;
    Some((text, address, rest))
}

/// An address with the bracket after it, and what comes then. A title between them
/// is read and left out.
fn parenthesized(after: &str) -> Option<(&str, &str)> {
    let after = after.trim_start();
    let (mut depth, mut end) = (0_usize, after.len());
    for (at, c) in after.char_indices().take_while(|(at, _)| *at <= MAX_LINK) {
        match c {
            '(' => depth = depth.saturating_add(1),
            ')' if depth == 0 => {
                end = at;
                break;
            }
            ')' => depth = depth.saturating_sub(1),
            c if c.is_whitespace() => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    let (address, rest) = after.split_at_checked(end)?;
    let bare = address.strip_prefix('<').and_then(|address| address.strip_suffix('>'));
    let rest = rest.trim_start();
    let title = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let rest = match title {
        Some(mark) => rest.strip_prefix(mark)?.split_once(mark)?.1.trim_start(),
        None => rest,
    };
    Some((bare.unwrap_or(address), rest.strip_prefix(')')?))
}

fn link<'a>(after: &'a str, place: Place, pieces: &mut Pieces) -> Option<&'a str> {
    let (text, address, rest) = target(after).filter(|_| place == Place::Text)?;
    let is_link = open_link(address, pieces);
    within(text, Place::Link, &mut pieces.html);
    if is_link {
        pieces.html("</a>");
    }
    Some(rest)
}

/// An image whose address is encrypted, or the shop's own; of others what they
/// show, in words.
fn image<'a>(after: &'a str, place: Place, pieces: &mut Pieces) -> Option<&'a str> {
    let (text, address, rest) = target(after)?;
    let mut alt = String::new();
    within(text, Place::Image, &mut alt);
    let alt: String = super::summary(&format!("<p>{alt}</p>"));
    if place != Place::Image && (address.starts_with("https://") || is_own(address)) {
        pieces.html("<img src=\"");
        escape(address, &mut pieces.html);
        pieces.html("\" alt=\"");
        pieces.html(&alt);
        pieces.html("\" loading=\"lazy\">");
    } else {
        pieces.html(&alt);
    }
    Some(rest)
}

fn address_in_brackets<'a>(after: &'a str, pieces: &mut Pieces) -> Option<&'a str> {
    let (address, rest) = after.split_once('>')?;
    let is_plain = address.len() <= MAX_LINK && !address.contains(|c: char| c.is_whitespace() || c == '<');
    let is_mailbox = !address.contains(':') && address.split('@').filter(|part| !part.is_empty()).count() == 2;
    if !is_plain || !(is_mailbox || address.contains(':')) {
        return None;
    }
    let whole = if is_mailbox { format!("mailto:{address}") } else { address.to_owned() };
    if !open_link(&whole, pieces) {
        return None;
    }
    escape(address, &mut pieces.html);
    pieces.html("</a>");
    Some(rest)
}

/// A path of the shop's own.
fn is_own(address: &str) -> bool {
    address.starts_with('/') && !address.starts_with("//") && !address.contains('\\')
}

/// Begins a link, if it leads where one may: whatever else an address may begin
/// with, such as `javascript:`, is not looked at.
fn open_link(address: &str, pieces: &mut Pieces) -> bool {
    let begins = |scheme: &str| address.get(..scheme.len()).is_some_and(|first| first.eq_ignore_ascii_case(scheme));
    let is_good = begins("https://") || begins("http://") || begins("mailto:") || is_own(address);
    if is_good {
        pieces.html("<a href=\"");
        escape(address, &mut pieces.html);
        pieces.html("\" rel=\"nofollow noopener\">");
    }
    is_good
}

/// A paragraph in pieces, between which emphasis begins or ends.
#[derive(Default)]
struct Pieces {
    pieces: Vec<Piece>,
    /// What comes after them.
    html: String,
    /// The pieces at which an emphasis may begin, the innermost last.
    open: Vec<usize>,
}

#[derive(Default)]
struct Piece {
    /// What comes before it.
    html: String,
    /// Ends of emphases, before the marks that are left.
    ends: String,
    mark: char,
    /// How many marks there were, and how many of them are left as text.
    marks: usize,
    left: usize,
    closes: bool,
    /// Beginnings of emphases, after them.
    begins: String,
}

impl Pieces {
    fn html(&mut self, html: &str) {
        self.html.push_str(html);
    }

    fn text(&mut self, c: char) {
        escape(c.encode_utf8(&mut [0; 4]), &mut self.html);
    }

    /// A run of marks, by the rules of CommonMark, section 6.2: what it ends, and
    /// what it may begin. Answers what comes after it.
    fn emphasis<'a>(&mut self, mark: char, rest: &'a str, before: Option<char>) -> &'a str {
        let after = rest.trim_start_matches(mark);
        let marks = rest.len().saturating_sub(after.len());
        let next = after.chars().next();
        let is_blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let is_mark = |c: Option<char>| c.is_some_and(|c| !c.is_alphanumeric() && !c.is_whitespace());
        let left = !is_blank(next) && (!is_mark(next) || is_blank(before) || is_mark(before));
        let right = !is_blank(before) && (!is_mark(before) || is_blank(next) || is_mark(next));
        let within_word = mark == '_' && left && right;
        let opens = left && (!within_word || is_mark(before));
        let closes = right && (!within_word || is_mark(next));
        let html = std::mem::take(&mut self.html);
        self.pieces.push(Piece { html, mark, marks, left: marks, closes, ..Piece::default() });
        if closes {
            self.close(opens);
        }
        let here = self.pieces.len().saturating_sub(1);
        if opens && self.open.len() < MAX_OPEN && self.pieces.last().is_some_and(|piece| piece.left > 0) {
            self.open.push(here);
        }
        after
    }

    /// Ends with the last piece what it can of what is open.
    fn close(&mut self, opens: bool) {
        let Some((closer, before)) = self.pieces.split_last_mut() else { return };
        while closer.left > 0 {
            let fits = |place: &usize| {
                before.get(*place).is_some_and(|opener| {
                    let both = opener.marks.saturating_add(closer.marks);
                    let odd =
                        (opener.closes || opens) && both % 3 == 0 && !(opener.marks % 3 == 0 && closer.marks % 3 == 0);
                    opener.mark == closer.mark && opener.left > 0 && !odd
                })
            };
            let Some(at) = self.open.iter().rposition(fits) else { return };
            self.open.truncate(at.saturating_add(1));
            let Some(opener) = self.open.last().and_then(|place| before.get_mut(*place)) else { return };
            let (count, tag) = if opener.left >= 2 && closer.left >= 2 { (2, "strong>") } else { (1, "em>") };
            opener.left = opener.left.saturating_sub(count);
            closer.left = closer.left.saturating_sub(count);
            opener.begins.insert_str(0, tag);
            opener.begins.insert(0, '<');
            closer.ends.push_str("</");
            closer.ends.push_str(tag);
            if opener.left == 0 {
                self.open.pop();
            }
        }
    }

    fn write(self, html: &mut String) {
        for piece in self.pieces {
            html.push_str(&piece.html);
            html.push_str(&piece.ends);
            (0..piece.left).for_each(|_| html.push(piece.mark));
            html.push_str(&piece.begins);
        }
        html.push_str(&self.html);
    }
}
