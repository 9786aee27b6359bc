//! Comma-separated values, read by csv-core. A quote that stands where RFC 4180 has none,
//! which it takes for a letter, is named by its line here: nobody knows what was meant.
//! What comes after it is read all the same.

use csv_core::{ReadFieldResult, ReaderBuilder};

/// One record of a file.
#[derive(Debug, PartialEq)]
pub struct Record {
    /// Where it begins.
    pub place: Place,
    pub cells: Vec<String>,
    /// On which lines a quote stands where none may.
    pub bare: Vec<usize>,
    /// The record is not over: the quote of this line was never closed.
    pub open: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub at: usize,
    /// From 1.
    pub line: usize,
}

impl Place {
    pub const START: Self = Self { at: 0, line: 1 };

    /// So many bytes further on in the text.
    fn after(self, text: &[u8], bytes: usize) -> Self {
        let end = self.at.saturating_add(bytes);
        let is_end = |at: &usize| match text.get(*at) {
            // Of the two that end a line together the second counts.
            Some(b'\r') => text.get(at.saturating_add(1)) != Some(&b'\n'),
            byte => byte == Some(&b'\n'),
        };
        Self { at: end, line: self.line.saturating_add((self.at..end).filter(is_end).count()) }
    }
}

pub struct Reader<'a> {
    text: &'a str,
    /// Up to where it was read.
    place: Place,
    /// What parts cells.
    mark: char,
    cells: csv_core::Reader,
}

impl<'a> Reader<'a> {
    /// Reads on from a place where a record begins.
    pub fn new(text: &'a str, place: Place, mark: u8) -> Self {
        Self { text, place, mark: mark.into(), cells: ReaderBuilder::new().delimiter(mark).build() }
    }

    /// The next record that is no empty line; none at the end.
    pub fn record(&mut self) -> Option<Record> {
        let rest = self.rest();
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if blank == rest.len() {
            return None;
        }
        self.place = self.place.after(self.text.as_bytes(), blank);
        let mut record = Record { place: self.place, cells: Vec::new(), bare: Vec::new(), open: None };
        loop {
            let begin = self.place;
            let (cell, is_last) = self.cell();
            record.cells.push(cell);
            let raw = self.text.get(begin.at..self.place.at).unwrap_or_default();
            match fault(raw.strip_suffix([self.mark, '\r', '\n']).unwrap_or(raw)) {
                Some(Fault::Open) => record.open = Some(begin.line),
                Some(Fault::Bare(at)) => record.bare.push(begin.after(self.text.as_bytes(), at).line),
                None => {}
            }
            if is_last {
                record.bare.dedup();
                return Some(record);
            }
        }
    }

    /// The next cell, and whether it is its record's last.
    fn cell(&mut self) -> (String, bool) {
        let (mut cell, mut part) = (Vec::new(), [0; 256]);
        loop {
            let (result, read, written) = self.cells.read_field(self.rest(), &mut part);
            cell.extend_from_slice(part.get(..written).unwrap_or_default());
            self.place = self.place.after(self.text.as_bytes(), read);
            let is_last = match result {
                // What is left of a cell follows; that there is no more is known by asking again.
                ReadFieldResult::OutputFull | ReadFieldResult::InputEmpty => continue,
                ReadFieldResult::Field { record_end } => record_end,
                ReadFieldResult::End => true,
            };
            // Cut from a text at characters of ASCII, it is one itself.
            return (String::from_utf8(cell).unwrap_or_default(), is_last);
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.place.at..).unwrap_or_default()
    }
}

/// What is wrong with the quotes of a cell.
enum Fault {
    /// This one stands where none may.
    Bare(usize),
    /// The first is never closed.
    Open,
}

/// Looks at a cell as it stands in the file (RFC 4180, section 2, rules 5 to 7).
fn fault(cell: &str) -> Option<Fault> {
    let Some(quoted) = cell.strip_prefix('"') else { return cell.find('"').map(Fault::Bare) };
    // Two within a cell are one of its letters.
    let quoted = quoted.replace("\"\"", "  ");
    match quoted.find('"') {
        None => Some(Fault::Open),
        Some(at) if at.saturating_add(1) == quoted.len() => None,
        Some(at) => Some(Fault::Bare(at.saturating_add(1))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn records(text: &str) -> Vec<Record> {
        let mut reader = Reader::new(text, Place::START, b',');
        std::iter::from_fn(|| reader.record()).collect()
    }

    #[test]
    fn records_have_the_line_on_which_they_begin() {
        let read = records("a,\"b\nc\"\r\n\n\"d\"\"e\",,\n");
        let cells: Vec<_> = read.iter().map(|record| (record.place.line, record.cells.join("|"))).collect();
        assert_eq!(cells, [(1, "a|b\nc".to_owned()), (4, "d\"e||".to_owned())]);
        // One is read again from where it begins.
        let text = "a\r\n\r\n\"b\nc\",é\r\nd";
        let all = records(text);
        for record in &all {
            assert_eq!(Reader::new(text, record.place, b',').record().as_ref(), Some(record));
        }
        assert_eq!(all.iter().map(|record| record.place.line).collect::<Vec<_>>(), [1, 3, 5]);
    }

    #[test]
    fn a_bare_quote_is_named_and_what_follows_is_read() {
        let read = records("a,24\" wide,c\n\"the \"big\" one\",d\ne,f\n");
        let bare: Vec<_> = read.iter().map(|record| record.bare.clone()).collect();
        assert_eq!(bare, [vec![1], vec![2], vec![]]);
        assert_eq!(read[1].cells.len(), 2);
        assert_eq!(read[2].cells, ["e", "f"]);
    }

    #[test]
    fn a_bare_quote_is_named_by_its_own_line() {
        assert_eq!(records("\"a\nb\"c,\"d\n\",e\"\r\nf")[0].bare, [2, 3]);
        assert_eq!(records("\"a\"\"\nb\" ,\"\"\"\"")[0].bare, [2]);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_by_its_line() {
        assert_eq!(records("a\nb,\"c\nd\n")[1].open, Some(2));
        assert_eq!(records("a\nb,\"c\"\"")[1].open, Some(2));
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(cells in prop::collection::vec("[a\", \r\n]{0,6}", 1..5)) {
            let quoted: Vec<_> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            let text = quoted.join(",") + "\r\n";
            let read = records(&text);
            prop_assert_eq!(&read[0].cells, &cells);
            prop_assert!(read[0].bare.is_empty() && read.len() == 1);
        }
    }
}
