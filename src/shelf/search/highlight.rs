//! Which parts of a text a search has found.

use schemars::JsonSchema;
use serde::Serialize;

use super::fold::folded;
use super::query::{Sought, sought};
use super::stem::stem;
use super::typo::{forgiven, mistakes};
use super::words::{Kind, kind};

/// A piece of a text. All pieces of one, joined, are the text.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Piece<'a> {
    pub text: &'a str,
    /// Whether it is what was looked for.
    pub found: bool,
}

/// The words of a search, to be marked in texts.
pub struct Highlighter(Vec<Sought>);

impl Highlighter {
    /// Of no words nothing is marked.
    pub fn new(text: &str) -> Self {
        Self(if text.is_empty() { Vec::new() } else { sought(&folded(text)) })
    }

    /// The text in pieces, of which whole words are marked.
    pub fn pieces<'a>(&self, text: &'a str) -> Vec<Piece<'a>> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut begin = 0;
        let mut last = None;
        for (at, kind) in text.char_indices().map(|(at, c)| (at, Some(kind(c)))).chain([(text.len(), None)]) {
            // A letter that is a word of its own ends with itself.
            if at > begin && (kind != last || kind == Some(Kind::Single)) {
                let run = text.get(begin..at).unwrap_or_default();
                let found = last != Some(Kind::Other) && self.finds(run);
                match pieces.last_mut() {
                    Some(before) if before.found == found => {
                        let whole = at.saturating_sub(run.len()).saturating_sub(before.text.len());
                        before.text = text.get(whole..at).unwrap_or_default();
                    }
                    _ => pieces.push(Piece { text: run, found }),
                }
                begin = at;
            }
            last = kind;
        }
        pieces
    }

    fn finds(&self, word: &str) -> bool {
        !self.0.is_empty() && {
            let word = folded(word);
            self.0.iter().any(|sought| is_found(&word, sought))
        }
    }
}

/// Whether the folded word is one that the search takes for what is sought.
fn is_found(word: &str, sought: &Sought) -> bool {
    let begins = |part: &String| word.starts_with(part.as_str());
    if begins(&sought.whole) || sought.parts.iter().any(begins) || stem(word) == stem(&sought.whole) {
        return true;
    }
    if sought.parts.is_empty() {
        return sought.whole.contains(word);
    }
    let letters = |text: &str| text.chars().collect::<Vec<_>>();
    let whole = letters(&sought.whole);
    let most = if whole.iter().any(|c| c.is_numeric()) { 0 } else { forgiven(whole.len()) };
    most > 0 && mistakes(&whole, &letters(word), most).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(sought: &str, title: &str) -> String {
        let pieces = Highlighter::new(sought).pieces(title);
        pieces
            .iter()
            .map(|piece| if piece.found { format!("[{}]", piece.text) } else { piece.text.to_owned() })
            .collect()
    }

    #[test]
    fn what_was_found_is_marked_as_it_is_written() {
        for (sought, title, expected) in [
            ("pump", "Water Pump, Pumpkin", "Water [Pump], [Pumpkin]"),
            ("weel bering", "Front Wheel Bearing", "Front [Wheel] [Bearing]"),
            ("größe", "Grosse Tasse", "[Grosse] Tasse"),
            ("緑茶", "上等緑茶", "上等[緑茶]"),
            ("t-shirt", "T-Shirt (blue)", "[T]-[Shirt] (blue)"),
            ("", "Mug", "Mug"),
            ("mug", "", ""),
            ("<b>", "<b>Mug", "<[b]>Mug"),
        ] {
            assert_eq!(marked(sought, title), expected, "{sought}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_pieces_are_the_text(sought in "\\PC{0,8}", title in "\\PC{0,20}") {
            let pieces = Highlighter::new(&sought).pieces(&title);
            proptest::prop_assert_eq!(pieces.iter().map(|piece| piece.text).collect::<String>(), title.as_str());
            proptest::prop_assert!(pieces.windows(2).all(|two| two[0].found != two[1].found));
        }
    }
}
