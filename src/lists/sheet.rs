//! A file for a spreadsheet: CSV by RFC 4180, in UTF-8 with the mark that some
//! programs know it by.
//!
//! What buyers typed may do nothing and must not change. A spreadsheet takes a cell
//! for a formula by its first character (OWASP, "CSV Injection"), and reads `02138`
//! as a number, `Jan 2` as a date. So such a text has an apostrophe before it, which
//! spreadsheets show or hide, and keep; as has one that begins with an apostrophe.
//!
//! Where people write decimals with a comma, a spreadsheet parts lines at `;` and not
//! at our commas, inside our quotes, too; others part at tabs, `|`, or each line of a
//! text. So a text has the apostrophe wherever a cell could begin in it. Whoever reads
//! a file takes one off at the start of a text and after each such mark, and has what
//! was typed.

use std::borrow::Cow;

use crate::money::Money;

/// UTF-8, byte order mark.
const MARK: &[u8] = "\u{feff}".as_bytes();

const QUOTE: u8 = b'"';

/// After which a cell may begin within a text.
const MARKS: [char; 5] = [';', '\t', '\r', '\n', '|'];

pub struct Sheet {
    bytes: Vec<u8>,
    at_start: bool,
}

impl Sheet {
    /// A file that begins with a line of names.
    pub fn new(names: &[&str]) -> Self {
        let mut sheet = Self { bytes: MARK.to_vec(), at_start: true };
        for name in names {
            sheet.cell(name);
        }
        sheet.end_line();
        sheet
    }

    /// A cell of ours: a number, a time, an id, a word of the contract. All cells are in
    /// quotes: whoever parts at `;`, too, knows them by that alone.
    pub fn cell(&mut self, text: &str) {
        if !std::mem::replace(&mut self.at_start, false) {
            self.bytes.push(b',');
        }
        self.bytes.push(QUOTE);
        let before = self.bytes.len();
        // Each character may be a quote that becomes two.
        self.bytes.resize(before.saturating_add(text.len().saturating_mul(2)), 0);
        let out = self.bytes.get_mut(before..).unwrap_or_default();
        let (_, _, written) = csv_core::quote(text.as_bytes(), out, QUOTE, QUOTE, true);
        self.bytes.truncate(before.saturating_add(written));
        self.bytes.push(QUOTE);
    }

    /// A cell that somebody typed; empty where there is nothing.
    pub fn typed(&mut self, text: Option<&str>) {
        self.cell(&harmless(text.unwrap_or_default()));
    }

    /// A decimal number in the units that people count in: `19.99`, or `500` yen.
    pub fn amount(&mut self, money: Money) {
        let decimals = usize::try_from(money.currency.decimals()).unwrap_or_default();
        let digits = format!("{:0>1$}", money.amount.unsigned_abs(), decimals.saturating_add(1));
        let sign = if money.amount < 0 { "-" } else { "" };
        match digits.split_at_checked(digits.len().saturating_sub(decimals)) {
            Some((whole, part)) if !part.is_empty() => self.cell(&format!("{sign}{whole}.{part}")),
            _ => self.cell(&format!("{sign}{digits}")),
        }
    }

    pub fn end_line(&mut self) {
        self.bytes.extend_from_slice(b"\r\n");
        self.at_start = true;
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// A text as a spreadsheet leaves it alone.
fn harmless(text: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    for (index, cell) in text.split_inclusive(MARKS).enumerate() {
        if may_reckon(cell) || (index == 0 && (may_change(text) || text.starts_with(MARKS))) {
            kept.push('\'');
        }
        kept.push_str(cell);
    }
    if kept.len() == text.len() { Cow::Borrowed(text) } else { Cow::Owned(kept) }
}

/// What somebody typed, of a cell that [`Sheet::typed`] wrote. A text that no cell of ours
/// would be was typed as it is: `'Tis the season`.
pub fn as_typed(cell: &str) -> Cow<'_, str> {
    if !cell.contains('\'') {
        return Cow::Borrowed(cell);
    }
    let typed: String = cell.split_inclusive(MARKS).map(|part| part.strip_prefix('\'').unwrap_or(part)).collect();
    if harmless(&typed) == cell { Cow::Owned(typed) } else { Cow::Borrowed(cell) }
}

/// A text as a spreadsheet does not reckon with it, for a file that other programs read,
/// too: nothing else of it is changed.
pub fn guarded(text: &str) -> Cow<'_, str> {
    let reckons = text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']);
    if reckons { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// What somebody typed, of a cell that was [`guarded`].
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| guarded(rest).len() > rest.len()).unwrap_or(cell)
}

/// Whether a cell could be a formula, in letters of ASCII, full width or small forms
/// (Unicode, "Halfwidth and Fullwidth Forms", "Small Form Variants"): by what can be
/// seen of it first, as quotes and blanks may be taken off. Or looks like one of ours.
fn may_reckon(cell: &str) -> bool {
    let is_taken_off = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\u{200b}' | '\u{feff}');
    let seen = cell.trim_start_matches(is_taken_off);
    let begins = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−'];
    seen.starts_with(begins) || cell.starts_with('\'')
}

/// Whether a text could be read as something else: a number, a date, yes or no. Dates
/// have at most two words beside their numbers, in whatever language: `Mon 5 Jan 2026`,
/// `12. März`.
fn may_change(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).count();
    let number = text.contains(char::is_numeric) && words <= 2;
    number || ["true", "false"].iter().any(|word| text.trim().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::prelude::*;

    fn line(write: impl FnOnce(&mut Sheet)) -> String {
        let mut sheet = Sheet::new(&["a"]);
        write(&mut sheet);
        sheet.end_line();
        let text = String::from_utf8(sheet.into_bytes()).unwrap();
        text.strip_prefix("\u{feff}\"a\"\r\n").unwrap().strip_suffix("\r\n").unwrap().to_owned()
    }

    #[test]
    fn what_a_spreadsheet_would_reckon_with_is_text() {
        for typed in [
            "=HYPERLINK(\"x\")",
            "+1+1",
            "-1",
            "@SUM(A1)",
            "＝1",
            "02138",
            "+49 30 1234",
            "030/1234",
            "1E5",
            "2026-01-31",
            "12:30",
            "'quoted'",
            "Jan 2",
            "mon 5 jan 2026",
            "12. März",
            "€5",
            "12:30 pm",
            "½",
            "True",
            "﹢1",
            "−1",
            " =A1",
            "\u{a0}=A1",
            "\"=A1\"",
            "\"\" @SUM(A1)",
        ] {
            assert_eq!(harmless(typed), format!("'{typed}"), "{typed:?}");
        }
        let plain =
            ["Ada Buyer", "7H2K-9QXM", "O'Neill", "EC1A 9PN", "ada1@example.com", "", "Ada; Grace", "a\nb", "a|"];
        for typed in plain {
            assert_eq!(harmless(typed), typed, "{typed:?}");
        }
    }

    #[test]
    fn what_would_be_a_cell_of_its_own_elsewhere_is_text_there_too() {
        for (typed, kept) in [
            ("Ada;=A()", "Ada;'=A()"),
            ("Ada; +A;'b;c", "Ada;' +A;''b;c"),
            ("Ada;\"=A()\"", "Ada;'\"=A()\""),
            ("Ada\t@SUM(A)", "Ada\t'@SUM(A)"),
            ("Ada|-A", "Ada|'-A"),
            ("a\r\n=A", "a\r\n'=A"),
            ("\t=A", "'\t'=A"),
            ("\rA", "'\rA"),
            ("=1;=1", "'=1;'=1"),
            ("Ada;＝A", "Ada;'＝A"),
        ] {
            assert_eq!(harmless(typed), kept, "{typed:?}");
        }
    }

    #[test]
    fn an_apostrophe_that_somebody_typed_stays() {
        for typed in ["'Tis the season", "rock 'n' roll", "Ada;'b"] {
            assert_eq!(as_typed(typed), typed, "{typed:?}");
            assert_eq!(unguarded(typed), typed, "{typed:?}");
        }
    }

    #[test]
    fn each_cell_is_quoted() {
        assert_eq!(
            line(|sheet| {
                sheet.cell("a,b");
                sheet.typed(Some("say \"x\""));
                sheet.typed(None);
                sheet.cell("c");
            }),
            "\"a,b\",\"say \"\"x\"\"\",\"\",\"c\""
        );
        assert_eq!(line(|sheet| sheet.typed(Some("=HYPERLINK(\"x\")"))), "\"'=HYPERLINK(\"\"x\"\")\"");
    }

    #[test]
    fn amounts_are_decimals_of_their_currency() {
        let shown = |amount, code| {
            let cell = line(|sheet| sheet.amount(Money { amount, currency: Currency::parse(code).unwrap() }));
            cell.trim_matches('"').to_owned()
        };
        assert_eq!(shown(1_999, "EUR"), "19.99");
        assert_eq!(shown(5, "EUR"), "0.05");
        assert_eq!(shown(-250, "EUR"), "-2.50");
        assert_eq!(shown(500, "JPY"), "500");
        assert_eq!(shown(1_234, "KWD"), "1.234");
        assert_eq!(shown(crate::money::MAX_AMOUNT, "EUR"), "90071992547409.91");
    }

    /// Reads a file as RFC 4180 says.
    fn read(bytes: &[u8]) -> Vec<Vec<String>> {
        let mut reader = csv_core::Reader::new();
        let (mut out, mut ends) = (vec![0; bytes.len() + 1], vec![0; 64]);
        let (mut rows, mut at) = (Vec::new(), 0);
        loop {
            let (result, taken, written, fields) = reader.read_record(&bytes[at..], &mut out, &mut ends);
            at += taken;
            match result {
                csv_core::ReadRecordResult::Record => {
                    let starts = std::iter::once(0).chain(ends[..fields].iter().copied());
                    let cells = starts
                        .zip(&ends[..fields])
                        .map(|(from, to)| String::from_utf8(out[from..*to].to_vec()).unwrap());
                    rows.push(cells.collect());
                    let _ = written;
                }
                csv_core::ReadRecordResult::End => return rows,
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn what_was_typed_comes_back(cells in prop::collection::vec("\\PC{0,12}|[=+@'\", \r\n\t;|0-9-]{0,8}", 1..6)) {
            let mut sheet = Sheet::new(&["a"]);
            for cell in &cells {
                sheet.typed(Some(cell));
            }
            sheet.end_line();
            let bytes = sheet.into_bytes();
            let rows = read(&bytes[MARK.len()..]);
            let back: Vec<_> = rows[1].iter().map(|cell| as_typed(cell)).collect();
            prop_assert_eq!(back, cells);
        }

        #[test]
        fn what_is_only_guarded_comes_back_too(typed in "[=+@'\t1a-]{0,6}") {
            let guarded = guarded(&typed);
            prop_assert_eq!(unguarded(&guarded), typed.as_str());
            prop_assert!(!guarded.starts_with(['=', '+', '-', '@', '\t']));
        }

        /// At whatever mark a program parts a line, quotes or not, no cell begins as a formula does.
        #[test]
        fn nothing_reckons_wherever_a_line_is_parted(cell in "[=+@'\", \r\n\t;|a＝-]{0,10}") {
            let kept = harmless(&cell);
            let written = line(|sheet| sheet.typed(Some(&cell)));
            for parted in [kept.as_ref(), written.as_str()].iter().flat_map(|text| text.split(MARKS)) {
                let seen = parted.trim_start_matches(|c: char| c == '"' || c.is_whitespace());
                prop_assert!(!seen.starts_with(['=', '+', '-', '@', '＝']), "{kept:?}");
            }
        }
    }
}
