use super::*;
use proptest::prelude::*;

#[test]
fn what_people_write_is_laid_out() {
    for (text, html) in [
        ("One.\n\nTwo,\nof two lines.", "<p>One.</p>\n<p>Two,<br />\nof two lines.</p>\n"),
        ("# Care\n\nSizes\n---\n\n#5 is no heading", "<h3>Care</h3>\n<h4>Sizes</h4>\n<p>#5 is no heading</p>\n"),
        ("*a* **b** 5*3*2 snake_case_name", "<p><em>a</em> <strong>b</strong> 5<em>3</em>2 snake_case_name</p>\n"),
        ("- a\n- b\n\n7. c", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<ol start=\"7\">\n<li>c</li>\n</ol>\n"),
        ("In\n1986. A year", "<p>In<br />\n1986. A year</p>\n"),
        ("> a\n\n---", "<blockquote>\n<p>a</p>\n</blockquote>\n<hr />\n"),
        ("```\n<b>\n```\n`<i>`", "<pre><code>&lt;b&gt;\n</code></pre>\n<p><code>&lt;i&gt;</code></p>\n"),
        ("a\r\n\r\nb", "<p>a</p>\n<p>b</p>\n"),
        ("| a | b |\n|---|---|\n| c | d |", "<p>| a | b |<br />\n|---|---|<br />\n| c | d |</p>\n"),
        ("", ""),
    ] {
        assert_eq!(rendered(text), html, "{text:?}");
    }
}

#[test]
fn html_is_shown_and_addresses_are_of_few_kinds() {
    for (text, html) in [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("a <b onclick=\"x\">*b*</b>", "<p>a &lt;b onclick=&quot;x&quot;&gt;<em>b</em>&lt;/b&gt;</p>\n"),
        ("[a](javascript:alert(1))", "<p>a</p>\n"),
        ("[a](JaVaScript:x) [b](data:text/html,x) [c](//evil.example) [d](/\\evil.example)", "<p>a b c d</p>\n"),
        ("<javascript:alert(1)>", "<p>javascript:alert(1)</p>\n"),
        ("![a <b>](javascript:x) ![c](http://c.example)", "<p>a &lt;b&gt; c</p>\n"),
        ("[a](/products/b)", "<p><a href=\"/products/b\">a</a></p>\n"),
        (
            "[a](HTTPS://b.example/\"onclick='x')",
            "<p><a href=\"HTTPS://b.example/%22onclick=&#x27;x&#x27;\" rel=\"nofollow noopener\">a</a></p>\n",
        ),
        ("![a \"b\"](/c.svg)", "<p><img src=\"/c.svg\" alt=\"a &quot;b&quot;\" loading=\"lazy\" /></p>\n"),
        ("&lt;b&gt; &copy;", "<p>&lt;b&gt; ©</p>\n"),
        ("<me@b.example>", "<p><a href=\"mailto:me@b.example\" rel=\"nofollow noopener\">me@b.example</a></p>\n"),
        ("[&#x6A;avascript](&#x6A;avascript:x)", "<p>javascript</p>\n"),
        ("[![a](/a.svg)](/b)", "<p><a href=\"/b\"><img src=\"/a.svg\" alt=\"a\" loading=\"lazy\" /></a></p>\n"),
        ("# a", "<h3>a</h3>\n"),
        ("###### a", "<h6>a</h6>\n"),
    ] {
        assert_eq!(rendered(text), html, "{text:?}");
    }
}

#[test]
fn a_summary_is_the_first_paragraph_in_words() {
    for (text, words) in [
        (
            "# Title\n\nOne *and*\n[two](https://a.example) & <b> \"x\"\n\nThree",
            "One and two &amp; &lt;b&gt; &quot;x&quot;",
        ),
        ("- a list\n- alone", ""),
        ("", ""),
        ("![picture](https://a.example/b.png) text", " text"),
    ] {
        assert_eq!(summary(&rendered(text)), words, "{text:?}");
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "it measures")]
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
        prop_assert!(!summary(&html).contains(['<', '>', '"']));
    }
}
