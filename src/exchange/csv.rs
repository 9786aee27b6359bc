//! Comma-separated values by RFC 4180, read strictly: a quote that stands where none may
//! is named by its line, where the library's reader takes it for a letter. A record
//! after it is read as if it had not been there.

use std::borrow::Cow;

/// One record of a file.
#[derive(Debug, PartialEq)]
pub struct Record<'a> {
    /// On which it begins, from 1.
    pub line: usize,
    pub cells: Vec<Cow<'a, str>>,
    /// On which a quote stands where none may.
    pub bare: Vec<usize>,
    /// The record is not over: the quote of this line was never closed.
    pub open: Option<usize>,
}

/// Where a record begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub at: usize,
    pub line: usize,
}

pub struct Reader<'a> {
    text: &'a str,
    pub place: Place,
    /// What parts cells.
    mark: u8,
}

impl<'a> Reader<'a> {
    /// Reads on from a place where a record begins.
    pub fn new(text: &'a str, place: Place, mark: u8) -> Self {
        Self { text, place, mark }
    }

    /// The next record; none at the end.
    pub fn record(&mut self) -> Option<Record<'a>> {
        if self.place.at >= self.text.len() {
            return None;
        }
        let mut record = Record { line: self.place.line, cells: Vec::new(), bare: Vec::new(), open: None };
        loop {
            let cell = self.cell(&mut record);
            record.cells.push(cell);
            match self.next() {
                Some(byte) if byte == self.mark => {}
                Some(b'\r') => {
                    if self.peek() == Some(b'\n') {
                        self.next();
                    }
                    self.place.line = self.place.line.saturating_add(1);
                    return Some(record);
                }
                Some(_) => {
                    self.place.line = self.place.line.saturating_add(1);
                    return Some(record);
                }
                None => return Some(record),
            }
        }
    }

    fn cell(&mut self, record: &mut Record<'a>) -> Cow<'a, str> {
        if self.peek() != Some(b'"') {
            return Cow::Borrowed(self.plain(record));
        }
        let opened = self.place.line;
        self.next();
        let mut cell = Cow::Borrowed("");
        loop {
            let start = self.place.at;
            let found = self.rest().bytes().position(|byte| byte == b'"');
            let end = found.map_or(self.text.len(), |found| start.saturating_add(found));
            let part = self.text.get(start..end).unwrap_or_default();
            self.place.at = end;
            self.place.line = self.place.line.saturating_add(part.bytes().filter(|byte| *byte == b'\n').count());
            cell += part;
            if self.next().is_none() {
                record.open = Some(opened);
                return cell;
            }
            match self.peek() {
                Some(b'"') => {
                    self.next();
                    cell += "\"";
                }
                Some(byte) if byte != self.mark && byte != b'\r' && byte != b'\n' => {
                    record.bare.push(self.place.line);
                    return cell + "\"" + self.plain(record);
                }
                _ => return cell,
            }
        }
    }

    /// Up to the end of a cell that is not in quotes.
    fn plain(&mut self, record: &mut Record) -> &'a str {
        let start = self.place.at;
        let is_end = |byte: u8| byte == self.mark || byte == b'\r' || byte == b'\n';
        let end = self.rest().bytes().position(is_end).map_or(self.text.len(), |found| start.saturating_add(found));
        let cell = self.text.get(start..end).unwrap_or_default();
        if cell.contains('"') && record.bare.last() != Some(&self.place.line) {
            record.bare.push(self.place.line);
        }
        self.place.at = end;
        cell
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.place.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.place.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.place.at = self.place.at.saturating_add(1);
        Some(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn records(text: &str) -> Vec<Record<'_>> {
        let mut reader = Reader::new(text, Place { at: 0, line: 1 }, b',');
        std::iter::from_fn(|| reader.record()).collect()
    }

    #[test]
    fn records_have_the_line_on_which_they_begin() {
        let read = records("a,\"b\nc\"\r\n\n\"d\"\"e\",,\n");
        let cells: Vec<_> = read.iter().map(|record| (record.line, record.cells.join("|"))).collect();
        assert_eq!(cells, [(1, "a|b\nc".into()), (3, String::new()), (4, "d\"e||".into())]);
    }

    #[test]
    fn a_bare_quote_is_named_and_what_follows_is_read() {
        let read = records("a,24\" wide,c\n\"the \"big\" one\",d\ne,f\n");
        let bare: Vec<_> = read.iter().map(|record| record.bare.clone()).collect();
        assert_eq!(bare, [vec![1], vec![2], vec![]]);
        assert_eq!(read[1].cells, ["the \"big\" one\"", "d"]);
        assert_eq!(read[2].cells, ["e", "f"]);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_by_its_line() {
        assert_eq!(records("a\nb,\"c\nd\n")[1].open, Some(2));
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
