use super::*;
use proptest::prelude::*;
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

/// What pulldown-cmark makes of a text, with our rules laid over it.
fn expected(text: &str) -> String {
    let deeper = |level: HeadingLevel| HeadingLevel::try_from((level as usize + 2).min(6)).unwrap();
    let events = Parser::new(text).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Heading { level, .. }) => {
            Event::Start(Tag::Heading { level: deeper(level), id: None, classes: Vec::new(), attrs: Vec::new() })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(deeper(level))),
        Event::Start(Tag::Link { link_type, dest_url, id, .. }) => {
            Event::Start(Tag::Link { link_type, dest_url, id, title: "".into() })
        }
        Event::SoftBreak => Event::HardBreak,
        event => event,
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events);
    alike(&html)
}

/// HTML without what two writers of the same may do otherwise.
fn alike(html: &str) -> String {
    let html = html.replace(" rel=\"nofollow noopener\"", "").replace(" loading=\"lazy\"", "").replace(" />", ">");
    let html = html.replace("&#38;", "&amp;").replace("&#60;", "&lt;").replace("&#62;", "&gt;").replace("&#34;", "\"");
    let html = html.replace("&#39;", "'").replace("&#x27;", "'").replace("&quot;", "\"").replace('\n', "");
    html.replace("<code class=\"language-x\">", "<code>")
}

#[track_caller]
fn same(text: &str) {
    assert_eq!(alike(&rendered(text)), expected(text), "{text:?}");
}

#[test]
fn what_people_write_is_what_commonmark_makes_of_it() {
    for text in [
        "One.\n\nTwo,\nof two lines.  \nThree\\\nlines.",
        "# Care\n\n## Washing ##\nCold.\n\nSizes\n=====\n\nMore\n---\n\n####### seven\n\n#5 is no heading\n\n# C#",
        "*a* **b** ***c*** _d_ __e__ a*b*c a_b_c **a *b* c** *a **b** c* ** a ** * b *",
        "*a **b* c** and **a*b and *a**b and a** b",
        "5*3*2 and snake_case_name and 2 * 3 * 4 \\*not\\*",
        "- one\n- two\n  more\n- three\n\nAfter.",
        "- one\n\n- two\n\n  more of two\n- three",
        "* a\n  * b\n    * c\n  * d\n* e\n+ f",
        "1. one\n2. two\n\n7) seven\n8) eight",
        "In\n1986. A year\nis no list.\n1. This is.",
        "- a\n\n  > quoted\n\n  ```\n  code\n  ```\n- b",
        "> a\n> b\nlazy\n>\n> c\n\nd",
        "> > deep\n> - list\n>   on",
        "```\n<b> & *x*\n\n  indented\n```\nafter\n~~~ x\ntilde\n~~~\n\n````\n```\n````\n```\nopen",
        "`a` ``b ` c`` ` d ` `*not*` `open",
        "***\n---\n_ _ _\na\n***\nb\n- - -",
        "[a](https://a.example/b?c=d&e=f) [*b*](<https://a.example/b> \"title\") [c](http://c.example/(d)) ![e *f*](https://e.example/f.png)",
        "[a [b] c](https://d.example) [x](no [y](https://y.example) ![![a](https://a.example/a)](https://b.example/b)",
        "[![alt](https://a.example/a.png)](https://b.example)",
        "*a [b* c](https://d.example) and `[a](` b)",
        "<https://a.example/?b=c&d> <me@a.example> a < b > c",
        "Fish & chips, \"quoted\" 'too', 1 < 2 > 0",
        "\\# no \\[a](b) \\\\ \\a \\`x`",
        "a\r\n\r\nb\rc\n\n\nd",
        "Größe 24″ × 36″ — **ja**, *„so“*, 你**好**世界",
        "-\n- a\n-\n\nb",
        "a\n- b\n* c",
        "- a\n- ***\n- b",
        "",
        "\n\n",
    ] {
        same(text);
    }
}

#[test]
fn html_is_shown_and_addresses_are_of_few_kinds() {
    for (text, html) in [
        ("<script>alert(1)</script>", "<p>&#60;script&#62;alert(1)&#60;/script&#62;</p>\n"),
        ("a <b onclick=\"x\">*b*</b>", "<p>a &#60;b onclick=&#34;x&#34;&#62;<em>b</em>&#60;/b&#62;</p>\n"),
        ("[a](javascript:alert(1))", "<p>a</p>\n"),
        ("[a](JaVaScript:x) [b](data:text/html,x) [c](//evil.example) [d](/\\evil.example)", "<p>a b c d</p>\n"),
        ("<javascript:alert(1)>", "<p>&#60;javascript:alert(1)&#62;</p>\n"),
        ("![a <b>](javascript:x) ![c](http://c.example)", "<p>a &#60;b&#62; c</p>\n"),
        ("[a](/products/b)", "<p><a href=\"/products/b\" rel=\"nofollow noopener\">a</a></p>\n"),
        (
            "[a](HTTPS://b.example/\"onclick='x')",
            "<p><a href=\"HTTPS://b.example/&#34;onclick=&#39;x&#39;\" rel=\"nofollow noopener\">a</a></p>\n",
        ),
        ("![a \"b\"](/c.svg)", "<p><img src=\"/c.svg\" alt=\"a &#34;b&#34;\" loading=\"lazy\"></p>\n"),
        ("&lt;b&gt; &copy;", "<p>&#38;lt;b&#38;gt; &#38;copy;</p>\n"),
        ("# a", "<h3>a</h3>\n"),
        ("###### a", "<h6>a</h6>\n"),
    ] {
        assert_eq!(rendered(text), html, "{text:?}");
    }
}

#[test]
fn a_summary_is_the_first_paragraph_in_words() {
    for (text, words) in [
        ("# Title\n\nOne *and*\n[two](https://a.example) & <b>\n\nThree", "One and two &#38; &#60;b&#62;"),
        ("- a list\n- alone", ""),
        ("", ""),
        ("![picture](https://a.example/b.png) text", " text"),
    ] {
        assert_eq!(summary(&rendered(text)), words, "{text:?}");
    }
}

#[test]
fn what_is_meant_to_take_long_does_not() {
    let began = std::time::Instant::now();
    for text in
        ["*a_", "[", "![", "`", "> ", "- ", "**a ", "[a](", "<a", "\\", "a*", "_*", "* *a\n", "```\n", "``` `", "[x](<"]
    {
        let html = rendered(&text.repeat(20_000 / text.len()));
        assert!(html.len() < 1_000_000, "{text:?}: {}", html.len());
    }
    let growing: String = (0..190).map(|n| "`".repeat(n) + "a").collect();
    rendered(&growing);
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
}

/// Whether each tag that is opened is closed, in turn, and each is one of few.
fn is_sound(html: &str) -> bool {
    let mut open = Vec::new();
    for part in html.split('<').skip(1) {
        let Some((tag, rest)) = part.split_once('>') else { return false };
        let name = tag.split(' ').next().unwrap();
        match name.strip_prefix('/') {
            Some(name) if open.pop() != Some(name) => return false,
            Some(_) => {}
            None if matches!(name, "br" | "hr" | "img") => {}
            None if matches!(
                name,
                "p" | "h3"
                    | "h4"
                    | "h5"
                    | "h6"
                    | "ul"
                    | "ol"
                    | "li"
                    | "blockquote"
                    | "pre"
                    | "code"
                    | "em"
                    | "strong"
                    | "a"
            ) =>
            {
                open.push(name)
            }
            None => return false,
        }
        if rest.contains('>') {
            return false;
        }
    }
    open.is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_is_written_is_sound(text in "([-*_`\\[\\]()<>!#\\\\ \n=~1.]|\\]\\(|https://|javascript:|ab|é){0,60}") {
        let html = rendered(&text);
        prop_assert!(is_sound(&html), "{html}");
        let lower = html.to_lowercase();
        prop_assert!(!lower.contains("href=\"javascript") && !lower.contains("src=\"javascript"), "{html}");
        prop_assert!(!summary(&html).contains(['<', '>']));
    }

    #[test]
    fn emphasis_is_commonmarks(text in "([*_]{1,3}|[ab]| |é|\\.){1,14}") {
        let text = format!("x{text}x");
        prop_assert_eq!(alike(&rendered(&text)), expected(&text));
    }

    #[test]
    fn lists_and_quotes_are_commonmarks(lines in prop::collection::vec("((  )?[-*] |> |)[ab]{1,2}|", 1..8)) {
        // A list whose items are only blank is nobody's.
        let text = lines.join("\n");
        prop_assert_eq!(alike(&rendered(&text)), expected(&text), "{}", text);
    }
}
