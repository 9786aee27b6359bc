//! What somebody types to find an order: a part of its number, mail address,
//! name, telephone number or SKU.

use crate::email::part_of_address;
use crate::ids::OrderId;
use crate::orders::projection::digits;
use crate::text;

/// The shortest part that the index knows, in characters: it is one of trigrams.
const TRIGRAM: usize = 3;

/// What is looked for. Any text is fine: what no order has is in none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sought {
    /// The whole id of an order.
    pub id: Option<OrderId>,
    /// The ways to write it of which one must be there: as it was typed, as a mail
    /// domain is kept, as a telephone's digits.
    pub parts: [Option<String>; 3],
}

impl Sought {
    pub fn of(typed: &str) -> Self {
        let typed = text::sought(typed);
        if let Ok(id) = typed.parse() {
            return Self { id: Some(id), ..Self::default() };
        }
        let typed = typed.trim_start_matches('#').trim();
        let part = Some(text::bare(typed)).filter(|part| !part.is_empty());
        let other = |way: String| Some(way).filter(|way| !way.is_empty() && Some(way) != part.as_ref());
        let address = other(text::bare(&part_of_address(typed)));
        let phone = telephone(typed).and_then(other);
        Self { id: None, parts: [part, address, phone] }
    }

    /// The expression for the index, each part quoted, so that nothing in it means
    /// anything (SQLite, "FTS5", 3.1). None where a part is too short for it.
    pub fn expression(&self) -> Option<String> {
        let parts: Vec<&String> = self.parts.iter().flatten().collect();
        let known = |part: &&String| part.chars().count() >= TRIGRAM;
        let quoted = |part: &&String| format!("\"{}\"", part.replace('"', "\"\""));
        (!parts.is_empty() && parts.iter().all(known))
            .then(|| parts.iter().map(quoted).collect::<Vec<_>>().join(" OR "))
    }
}

/// The digits of what can only be a telephone number, without the zeros that are
/// dialled before it in its own country, or before another country's code.
fn telephone(typed: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-/.()".contains(c);
    let digits = digits(typed);
    let digits = digits.trim_start_matches('0');
    (typed.chars().all(is_part) && digits.len() >= TRIGRAM).then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(typed: &str) -> Vec<String> {
        Sought::of(typed).parts.into_iter().flatten().collect()
    }

    #[test]
    fn what_is_typed_is_looked_for_in_every_way_it_may_be_kept() {
        assert_eq!(parts(" ADA@Example"), ["ada@example"]);
        assert_eq!(parts("#7H2K-9QXM"), ["7h2k-9qxm"]);
        assert_eq!(parts("Jörg"), ["jorg", "xn--jrg-sna"]);
        assert_eq!(parts("ada@käse.de"), ["ada@kase.de", "ada@xn--kse-qla.de"]);
        assert_eq!(parts("+49 30 1234"), ["+49 30 1234", "49301234"]);
        assert_eq!(parts("030/1234"), ["030/1234", "301234"]);
        assert_eq!(parts("02138"), ["02138", "2138"]);
        assert!(parts(" # ").is_empty() && parts("\u{200b}").is_empty());
        let id = "ord_01JDK0Q8V2M4T6W9Y1B3D5F7H8";
        assert_eq!(Sought::of(id), Sought { id: id.parse().ok(), ..Sought::default() });
    }

    #[test]
    fn the_index_is_asked_for_three_letters_or_more() {
        assert_eq!(Sought::of("ad").expression(), None);
        assert_eq!(Sought::of("").expression(), None);
        assert_eq!(Sought::of("a\"b OR c*").expression().as_deref(), Some("\"a\"\"b or c*\""));
    }

    proptest! {
        #[test]
        fn no_text_is_an_error_of_syntax(typed in "\\PC{0,30}|[\"'()*^:+{}\u{0}\n -]{0,20}|(AND|OR|NOT|NEAR)\\(\"?") {
            let database = rusqlite::Connection::open_in_memory().unwrap();
            database.execute_batch("CREATE VIRTUAL TABLE found USING fts5 (sought, tokenize = 'trigram case_sensitive 1')").unwrap();
            let kept = text::bare(&text::sought(&typed));
            database.execute("INSERT INTO found (sought) VALUES (?1)", [&kept]).unwrap();
            if let Some(expression) = Sought::of(&typed).expression() {
                let found = database.query_row("SELECT count(*) FROM found WHERE found MATCH ?1", [expression], |row| row.get::<_, i64>(0));
                prop_assert!(found.is_ok(), "{found:?}");
            }
        }
    }
}
