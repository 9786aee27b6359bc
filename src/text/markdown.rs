//! Markdown, as far as people write it in a description (CommonMark 0.31):
//! paragraphs, headings, lists, quotes, code, rules, emphasis, links and images.
//!
//! Whatever is written, the HTML is harmless: each text is escaped, HTML among it
//! is shown as it stands, and an address is one of few kinds. Unlike CommonMark, a
//! line break stays one, as it does where people write, text that is only indented
//! is no code, and headings begin below the page's own. Of ours, because the crate
//! for it (pulldown-cmark 0.13) would be 72 KB of the Worker, gzipped; the tests
//! lay the two side by side.

mod inline;

use self::inline::inline;

/// Lists in lists, and quotes in quotes: what is deeper is text.
const MAX_DEPTH: usize = 6;
/// A page's title is an `h1`, and what it is made of has `h2`.
const HEADINGS_BELOW: usize = 2;

/// The HTML of a text. Each tag that is opened is closed.
pub fn rendered(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    ");
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    let mut html = String::with_capacity(text.len().saturating_add(64));
    blocks(&lines, 0, false, &mut html);
    html
}

/// The first paragraph of what was [`rendered`], as one line without tags, escaped
/// as it was.
pub fn summary(html: &str) -> String {
    let first = html.split_once("<p>").and_then(|(_, rest)| rest.split_once("</p>"));
    let first = first.map_or("", |(first, _)| first).replace("<br>\n", " ");
    untagged(&first)
}

/// The text of what was [`rendered`], with a line break after each block.
pub fn plain(html: &str) -> String {
    let marks = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    marks.iter().fold(untagged(html), |text, (escaped, mark)| text.replace(escaped, mark))
}

fn untagged(html: &str) -> String {
    // What is left of each part that begins with a tag, which has no > but its end.
    html.split('<')
        .enumerate()
        .map(|(n, part)| if n == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) })
        .collect()
}

/// Text as it may stand in HTML, between tags and in quotes.
fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&#38;"),
            '<' => html.push_str("&#60;"),
            '>' => html.push_str("&#62;"),
            '"' => html.push_str("&#34;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
}

/// What a line begins, if not a paragraph.
enum Begin<'a> {
    /// Three or more of this, and how many.
    Fence(char, usize),
    /// From 1, and the title.
    Heading(usize, &'a str),
    Rule,
    /// What comes after the mark.
    Quote(&'a str),
    Item(Marker<'a>),
}

/// What a list's item begins with.
struct Marker<'a> {
    /// `-`, `*` or `+`; of numbers what follows them.
    kind: char,
    number: Option<&'a str>,
    /// How many columns the item's later lines are indented by.
    width: usize,
    rest: &'a str,
}

fn begin(line: &str) -> Option<Begin<'_>> {
    let text = line.trim_start();
    let first = text.chars().next()?;
    let count = text.chars().take_while(|c| *c == first).count();
    match first {
        '`' | '~' if count >= 3 && !(first == '`' && text.trim_start_matches('`').contains('`')) => {
            Some(Begin::Fence(first, count))
        }
        '#' if count <= 6 => {
            let title = text.trim_start_matches('#');
            if !title.is_empty() && !title.starts_with(' ') {
                return None;
            }
            let without = title.trim_end_matches('#');
            let title = if without.ends_with(' ') || without.is_empty() { without } else { title };
            Some(Begin::Heading(count, title.trim()))
        }
        '>' => text.strip_prefix('>').map(|rest| Begin::Quote(rest.strip_prefix(' ').unwrap_or(rest))),
        '-' | '*' | '_' if is_rule(text, first) => Some(Begin::Rule),
        _ => marker(line, text).map(Begin::Item),
    }
}

fn is_rule(text: &str, mark: char) -> bool {
    text.chars().filter(|c| *c == mark).count() >= 3 && text.chars().all(|c| c == mark || c == ' ')
}

fn marker<'a>(line: &str, text: &'a str) -> Option<Marker<'a>> {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = text.strip_suffix(digits).filter(|number| !number.is_empty());
    let kind = digits.chars().next()?;
    let fits = match number {
        None => matches!(kind, '-' | '*' | '+'),
        Some(number) => number.len() <= 9 && matches!(kind, '.' | ')'),
    };
    let rest = digits.strip_prefix(kind).filter(|rest| fits && (rest.is_empty() || rest.starts_with(' ')))?;
    let blanks = rest.len().saturating_sub(rest.trim_start().len());
    let blanks = if (1..=4).contains(&blanks) { blanks } else { 1 };
    let before = line.len().saturating_sub(rest.len());
    Some(Marker { kind, number, width: before.saturating_add(blanks), rest: rest.trim_start() })
}

/// Whether a line ends a paragraph before it. Of numbered lists only one that
/// begins with 1 does: else a year at the start of a line would.
fn interrupts(line: &str) -> bool {
    match begin(line) {
        None => false,
        Some(Begin::Item(marker)) => !marker.rest.is_empty() && marker.number.is_none_or(|number| number == "1"),
        Some(_) => true,
    }
}

fn indent(line: &str) -> usize {
    line.len().saturating_sub(line.trim_start().len())
}

/// The line without as much of its indentation.
fn outdented(line: &str, columns: usize) -> &str {
    line.get(columns.min(indent(line))..).unwrap_or_default()
}

/// `tight`: within a list without blank lines, whose paragraphs are no blocks.
/// Answers whether there is a blank line between two blocks.
fn blocks(lines: &[&str], depth: usize, tight: bool, html: &mut String) -> bool {
    let (mut rest, mut is_loose) = (lines, false);
    // Whether there was a block, and a blank line after it.
    let (mut any, mut blank) = (false, false);
    while let Some((line, after)) = rest.split_first() {
        is_loose |= blank && !line.is_empty();
        blank = any && line.is_empty();
        any |= !line.is_empty();
        let begins = if line.is_empty() { None } else { begin(line) };
        rest = match begins {
            _ if line.is_empty() => after,
            Some(Begin::Fence(mark, count)) => code(after, mark, count, indent(line), html),
            Some(Begin::Heading(level, title)) => {
                heading(level, title, html);
                after
            }
            Some(Begin::Rule) => {
                html.push_str("<hr>\n");
                after
            }
            Some(Begin::Quote(_)) if depth < MAX_DEPTH => quote(rest, depth, html),
            Some(Begin::Item(marker)) if depth < MAX_DEPTH => list(rest, &marker, depth, html),
            _ => paragraph(rest, tight, html),
        };
    }
    is_loose
}

fn heading(level: usize, title: &str, html: &mut String) {
    let level = level.saturating_add(HEADINGS_BELOW).min(6);
    html.push_str(&format!("<h{level}>"));
    inline(title, html);
    html.push_str(&format!("</h{level}>\n"));
}

fn code<'a, 'b>(lines: &'a [&'b str], mark: char, count: usize, columns: usize, html: &mut String) -> &'a [&'b str] {
    let ends = |line: &&str| {
        let text = line.trim_start();
        text.chars().all(|c| c == mark) && text.len() >= count
    };
    let end = lines.iter().position(ends).unwrap_or(lines.len());
    html.push_str("<pre><code>");
    for line in lines.iter().take(end) {
        escape(outdented(line, columns), html);
        html.push('\n');
    }
    html.push_str("</code></pre>\n");
    lines.get(end.saturating_add(1)..).unwrap_or_default()
}

/// A paragraph's lines; one that is underlined is a heading.
fn paragraph<'a, 'b>(lines: &'a [&'b str], tight: bool, html: &mut String) -> &'a [&'b str] {
    let underlined = |line: &str| match line.trim_start().chars().next()? {
        mark @ ('=' | '-') if line.trim_start().chars().all(|c| c == mark) => Some(if mark == '=' { 1 } else { 2 }),
        _ => None,
    };
    let mut end = 1;
    while let Some(line) = lines.get(end).filter(|line| !line.is_empty()) {
        let text =
            || lines.get(..end).unwrap_or_default().iter().map(|line| line.trim_start()).collect::<Vec<_>>().join("\n");
        if let Some(level) = underlined(line) {
            heading(level, &text(), html);
            return lines.get(end.saturating_add(1)..).unwrap_or_default();
        }
        if interrupts(line) {
            break;
        }
        end = end.saturating_add(1);
    }
    let text = lines.get(..end).unwrap_or_default().iter().map(|line| line.trim_start()).collect::<Vec<_>>().join("\n");
    if tight {
        inline(&text, html);
        html.push('\n');
    } else {
        html.push_str("<p>");
        inline(&text, html);
        html.push_str("</p>\n");
    }
    lines.get(end..).unwrap_or_default()
}

fn quote<'a, 'b>(lines: &'a [&'b str], depth: usize, html: &mut String) -> &'a [&'b str] {
    let mut inner: Vec<&str> = Vec::new();
    for line in lines {
        match begin(line) {
            Some(Begin::Quote(text)) => inner.push(text),
            // A paragraph goes on, with or without its mark.
            _ if !line.is_empty() && goes_on(&inner) && !interrupts(line) => inner.push(line),
            _ => break,
        }
    }
    html.push_str("<blockquote>\n");
    blocks(&inner, depth.saturating_add(1), false, html);
    html.push_str("</blockquote>\n");
    lines.get(inner.len()..).unwrap_or_default()
}

/// Whether a line right after these may belong to a paragraph at their end.
fn goes_on(lines: &[&str]) -> bool {
    lines.last().is_some_and(|last| match begin(last) {
        None => !last.is_empty(),
        Some(Begin::Item(marker)) => !marker.rest.is_empty(),
        Some(Begin::Quote(text)) => !text.is_empty(),
        Some(_) => false,
    })
}

fn list<'a, 'b>(lines: &'a [&'b str], first: &Marker, depth: usize, html: &mut String) -> &'a [&'b str] {
    let mut items: Vec<Vec<&str>> = Vec::new();
    let (mut width, mut used, mut is_tight) = (0, 0_usize, true);
    for line in lines {
        let last = items.last().and_then(|item| item.last()).copied();
        let own = match begin(line) {
            _ if line.is_empty() => line,
            _ if last.is_some() && indent(line) >= width => outdented(line, width),
            Some(Begin::Item(marker))
                if marker.kind == first.kind && marker.number.is_some() == first.number.is_some() =>
            {
                // An item may be empty itself.
                is_tight &= last != Some("") || items.last().is_some_and(|item| item.len() == 1);
                width = marker.width;
                items.push(Vec::new());
                marker.rest
            }
            _ if items.last().is_some_and(|item| goes_on(item)) && !interrupts(line) => line,
            _ => break,
        };
        items.last_mut().into_iter().for_each(|item| item.push(own));
        used = used.saturating_add(1);
    }
    // Blank lines at its end are not the list's.
    let blanks = items.last().map_or(0, |item| item.iter().skip(1).rev().take_while(|line| line.is_empty()).count());
    used = used.saturating_sub(blanks);
    let tag = if first.number.is_some() { "ol" } else { "ul" };
    match first.number.and_then(|number| number.parse::<u32>().ok()).filter(|number| *number != 1) {
        Some(number) => html.push_str(&format!("<{tag} start=\"{number}\">\n")),
        None => html.push_str(&format!("<{tag}>\n")),
    }
    let begin = html.len();
    if written(&items, depth, is_tight, html) && is_tight {
        html.truncate(begin);
        written(&items, depth, false, html);
    }
    html.push_str(&format!("</{tag}>\n"));
    lines.get(used..).unwrap_or_default()
}

/// Writes a list's items; answers whether there is a blank line between two blocks
/// of one: then the list is not tight.
fn written(items: &[Vec<&str>], depth: usize, tight: bool, html: &mut String) -> bool {
    let mut is_loose = false;
    for item in items {
        html.push_str("<li>");
        is_loose |= blocks(item, depth.saturating_add(1), tight, html);
        html.truncate(html.trim_end_matches('\n').len());
        html.push_str("</li>\n");
    }
    is_loose
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
