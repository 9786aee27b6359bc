//! The rows of a list, each beside what there is of it. Where a form comes back,
//! others may have moved, added or taken away some meanwhile.

use serde_json::Value;

use super::control::{blank, currency_of, mark, text};
use super::form::Refused;
use super::page::{Field, Takes};
use super::shown::{at, plain};

/// The most rows of one list: all that the longest one of the API's may have, the
/// 2,000 rates of tax, and spare ones. A row that is not sent is taken away.
pub const MOST_ROWS: usize = 2_010;

/// Begins the name of the field that says which record a row is of, ticked or not.
pub const ROW: &str = "_row.";

pub fn row_name(tick: &str) -> String {
    format!("{ROW}{tick}")
}

/// A list of a form: its name, the fields of its rows, and the currency of amounts
/// beside which none stands.
pub struct List<'a> {
    pub name: String,
    pub of: &'static [Field],
    pub currency: &'a str,
}

/// A row as it is shown.
pub struct Placed<'a> {
    /// Its number in what was sent; of what was not, one behind that.
    pub index: usize,
    /// What there is of it now.
    pub json: Option<&'a Value>,
    /// Whether it is there although it was not sent.
    pub unsent: bool,
}

impl<'a> List<'a> {
    /// What there is, and so many spare rows.
    pub fn all(there: &'a [Value], spare: usize) -> Vec<Placed<'a>> {
        let count = there.len().saturating_add(spare);
        (0..count).map(|index| Placed { index, json: there.get(index), unsent: false }).collect()
    }

    /// The rows that were sent, with what there is of each; and behind them what is
    /// there besides, so that sending it again takes nothing away unseen.
    pub fn sent(&self, refused: &Refused, there: &'a [Value], spare: usize) -> Vec<Placed<'a>> {
        let count = refused.rows(&self.name).min(MOST_ROWS);
        let name = self.of.iter().find(|field| matches!(field.takes, Takes::Hidden | Takes::Pick));
        let mut left: Vec<&Value> = there.iter().collect();
        let rows = match name {
            Some(name) => self.by_name(name, refused, count, &mut left),
            None if refused.is_stale() => self.by_likeness(refused, count, &mut left),
            // Nobody else has changed it: each stands where it stood.
            None => return Self::all(there, spare.max(count.saturating_sub(there.len()))),
        };
        let is_picked = name.is_some_and(|name| matches!(name.takes, Takes::Pick));
        let sent = rows.into_iter().enumerate().map(|(index, json)| Placed { index, json, unsent: false });
        // Of a record that is gone there is nothing to tick.
        let sent = sent.filter(|row| row.json.is_some() || !is_picked);
        let besides = (count..).zip(left).map(|(index, row)| Placed { index, json: Some(row), unsent: !is_picked });
        sent.chain(besides).collect()
    }

    /// A row is known by its first hidden field, or by what its tick stands for.
    fn by_name(
        &self,
        name: &Field,
        refused: &Refused,
        count: usize,
        left: &mut Vec<&'a Value>,
    ) -> Vec<Option<&'a Value>> {
        let named = |index| match name.takes {
            Takes::Pick => row_name(&self.field(index, name)),
            _ => self.field(index, name),
        };
        let row = |index| {
            let id = refused.typed(&named(index)).filter(|id| !id.is_empty())?;
            taken(left, |row| plain(at(row, name.from)) == id)
        };
        (0..count).map(row).collect()
    }

    /// A row without a name of its own is known by what stands in it: in all of it,
    /// or where that was changed in its first field, such as the title of a zone.
    fn by_likeness(&self, refused: &Refused, count: usize, left: &mut Vec<&'a Value>) -> Vec<Option<&'a Value>> {
        let fields = || self.of.iter().filter(|field| !matches!(field.takes, Takes::Rows(..)));
        let is_like = |index: usize, field: &Field, row: &Value| {
            let own = currency_of(row);
            let currency = if own.is_empty() { self.currency } else { own };
            let typed = refused.typed(&self.field(index, field)).unwrap_or_default();
            is_same(typed, &text(field.takes, at(row, field.from), row, currency))
        };
        let is_said =
            |index: usize, field: &Field| refused.typed(&self.field(index, field)).is_some_and(|text| !text.is_empty());
        let whole = |index| taken(left, |row| fields().all(|field| is_like(index, field, row)));
        let mut rows: Vec<Option<&Value>> = (0..count).map(whole).collect();
        for (index, row) in rows.iter_mut().enumerate().filter(|(_, row)| row.is_none()) {
            let Some(first) = fields().next().filter(|first| is_said(index, first)) else { continue };
            *row = taken(left, |row| is_like(index, first, row));
        }
        rows
    }

    /// What a field of a row is called; see [`super::typed`].
    fn field(&self, index: usize, field: &Field) -> String {
        let mark = mark(field, &Value::Null, &Value::Null);
        format!("{}/{index}{}:{mark}{}", self.name, field.at, blank(field))
    }
}

/// The first that is so, which is not left then.
fn taken<'a>(left: &mut Vec<&'a Value>, is_it: impl Fn(&Value) -> bool) -> Option<&'a Value> {
    let place = left.iter().position(|row| is_it(row))?;
    Some(left.remove(place))
}

/// Whether what was typed says what there is: a browser ends lines in its own way.
pub fn is_same(typed: &str, there: &str) -> bool {
    typed.trim().lines().map(str::trim).eq(there.trim().lines().map(str::trim))
}

/// Whether there are rows of rows in a row: such a one is long, and folded.
pub fn is_long(of: &[Field]) -> bool {
    let has_rows = |field: &Field| matches!(field.takes, Takes::Rows(..));
    of.iter().any(|field| matches!(field.takes, Takes::Rows(inner, _) if inner.iter().any(has_rows)))
}
