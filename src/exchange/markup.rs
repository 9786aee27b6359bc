//! Descriptions between Shopify, which has HTML, and this shop, which has none: what
//! paragraphs, lines and lists say is kept, how they look is not.

/// The few characters that HTML cannot say as they are.
const ENTITIES: [(&str, &str); 7] = [
    ("&#9;", "\t"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&nbsp;", "\u{a0}"),
    ("&amp;", "&"),
];

/// Plain text of HTML.
pub fn from_html(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let name = after.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let (Some((_, behind)), false) = (after.split_once('>'), name.is_empty()) else {
            // A sign, and no tag.
            text.push('<');
            rest = after;
            continue;
        };
        let closes = after.starts_with('/');
        match (name.to_ascii_lowercase().as_str(), closes) {
            ("br", _) => text.push('\n'),
            ("li", false) => text.push_str("\n- "),
            ("p" | "div" | "ul" | "ol" | "h1" | "h2" | "h3" | "h4" | "tr", _) => text.push_str("\n\n"),
            _ => {}
        }
        rest = behind;
    }
    text.push_str(rest);
    if html.contains('<') {
        text = lines(&text);
    }
    for (entity, letter) in ENTITIES {
        text = text.replace(entity, letter);
    }
    text
}

/// At most one empty line in a row, none at the ends, none between the points of a list.
fn lines(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        let last = kept.last().copied();
        if line.starts_with("- ") && last == Some("") && kept.iter().rev().nth(1).is_some_and(|l| l.starts_with("- ")) {
            kept.pop();
        }
        if !(line.is_empty() && last.is_none_or(str::is_empty)) {
            kept.push(line);
        }
    }
    kept.join("\n").trim_end().to_owned()
}

/// HTML of plain text, of which [`from_html`] makes the same text again.
pub fn to_html(text: &str) -> String {
    // `&amp;` must come first here, and last there.
    let mut html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\t', "&#9;");
    if html.contains('\n') {
        html = format!("<p>{}</p>", html.replace("\r\n", "\n").replace("\n\n", "</p><p>").replace('\n', "<br>"));
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_html_says_is_kept() {
        let html = "<p>Gemstone pendant, &quot;sterling&quot; silver.</p>\n<ul>\n<li>14 inches</li>\n<li>Boho &amp; Chic</li>\n</ul>";
        assert_eq!(from_html(html), "Gemstone pendant, \"sterling\" silver.\n\n- 14 inches\n- Boho & Chic");
        assert_eq!(from_html("Plain, wide\u{a0}sleeves. "), "Plain, wide\u{a0}sleeves. ");
        assert_eq!(from_html("a < b, 1<2"), "a < b, 1<2");
    }

    #[test]
    fn a_description_goes_out_and_comes_back() {
        for text in ["Plain. ", "A & B <b>", "One\n\nTwo\nThree", "List\n\n- a\n- b", "-5\n\tand", "&amp; 'x'"] {
            assert_eq!(from_html(&to_html(text)), text, "{text:?}");
        }
    }
}
