//! Several texts in one cell, parted by commas. A comma of a text itself has a `\` before
//! it, as has a `\`; no file of Shopify's has either.

/// The texts of a cell.
pub fn parted(cell: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut letters = cell.chars();
    while let Some(letter) = letters.next() {
        let taken = match letter {
            ',' => {
                words.push(String::new());
                continue;
            }
            '\\' => letters.next().unwrap_or(letter),
            letter => letter,
        };
        if let Some(word) = words.last_mut() {
            word.push(taken);
        }
    }
    words.into_iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

/// A cell of texts.
pub fn joined(words: &[String]) -> String {
    let words: Vec<_> = words.iter().map(|word| word.replace('\\', "\\\\").replace(',', "\\,")).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_out_of_a_cell_as_they_went_in() {
        for words in [vec!["a", "b c"], vec!["1,5 l", "back\\slash"], vec![]] {
            let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            assert_eq!(parted(&joined(&words)), words);
        }
        assert_eq!(parted("Pot, Plants,,"), ["Pot", "Plants"]);
    }
}
