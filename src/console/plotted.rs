//! Amounts as bars.

use serde_json::Value;

use super::page;
use super::shown::{at, money, plain};
use super::view::{Bar, Plot};
use crate::money::{Currency, Money};

impl Plot {
    /// Of the box that it is drawn in.
    pub const HEIGHT: i64 = 100;
    /// From one bar to the next.
    const STEP: usize = 10;
    /// Of a bar, within its step.
    pub const BAR: usize = 8;
}

/// A plot for each currency, in the order in which they come.
pub fn plots(plot: &page::Plot, json: &Value) -> Vec<Plot> {
    let mut series: Vec<(Currency, Vec<(String, Money)>)> = Vec::new();
    for item in at(json, plot.rows).as_array().into_iter().flatten() {
        let (label, amount) = (plain(at(item, plot.label)), money(at(item, plot.amount)));
        let Some(amount) = amount.filter(|_| !label.is_empty()) else { continue };
        match series.iter_mut().find(|(currency, _)| *currency == amount.currency) {
            Some((_, entries)) => entries.push((label, amount)),
            None => series.push((amount.currency, vec![(label, amount)])),
        }
    }
    // One bar says no more than the amount does.
    series
        .iter()
        .filter(|(_, entries)| entries.len() > 1)
        .filter_map(|(currency, entries)| drawn(plot.title, *currency, entries))
        .collect()
}

fn drawn(title: &'static str, currency: Currency, entries: &[(String, Money)]) -> Option<Plot> {
    let amounts = || entries.iter().map(|(_, amount)| amount.amount);
    let (most, least) = (amounts().max()?.max(0), amounts().min()?.min(0));
    let all = most.saturating_sub(least).max(1);
    let scaled = |amount: i64| amount.saturating_mul(Plot::HEIGHT).checked_div(all).unwrap_or_default();
    let zero = scaled(most);
    let bar = |(place, (label, amount)): (usize, &(String, Money))| {
        let height = scaled(amount.amount.saturating_abs()).max(i64::from(amount.amount != 0));
        let y = if amount.amount < 0 { zero } else { zero.saturating_sub(height) };
        let x = place.saturating_mul(Plot::STEP).saturating_add(1);
        Bar { label: label.clone(), text: amount.display(), x, y, height }
    };
    let (first, _) = entries.first()?;
    let (last, _) = entries.last()?;
    let highest = entries.iter().max_by_key(|(_, amount)| amount.amount)?;
    let sum = Money { amount: amounts().fold(0, i64::saturating_add), currency };
    let about =
        format!("{first} to {last}: {} in all, at most {} ({}).", sum.display(), highest.1.display(), highest.0);
    Some(Plot {
        id: format!("plot-{currency}"),
        title,
        about,
        width: entries.len().saturating_mul(Plot::STEP),
        zero,
        bars: entries.iter().enumerate().map(bar).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PLOT: page::Plot = page::Plot { title: "Sales", rows: "/items", label: "/day", amount: "/total" };

    fn item(day: &str, amount: i64, currency: &str) -> Value {
        json!({ "day": day, "total": { "amount": amount, "currency": currency } })
    }

    #[test]
    fn each_currency_has_bars_of_its_own_above_and_below_nothing() {
        let items = [
            item("a", 300, "EUR"),
            item("b", -100, "EUR"),
            item("c", 0, "EUR"),
            item("a", 5, "JPY"),
            item("b", 5, "JPY"),
        ];
        let plots = plots(&PLOT, &json!({ "items": items }));
        let bars: Vec<_> = plots[0].bars.iter().map(|bar| (bar.x, bar.y, bar.height)).collect();
        assert_eq!((plots.len(), plots[0].width, plots[0].zero), (2, 30, 75));
        assert_eq!(bars, [(1, 0, 75), (11, 75, 25), (21, 75, 0)]);
        assert_eq!(plots[0].about, "a to c: €2.00 in all, at most €3.00 (a).");
        assert_eq!(plots[1].id, "plot-JPY");
    }

    #[test]
    fn what_has_no_label_is_not_drawn_nor_one_bar_alone() {
        assert!(plots(&PLOT, &json!({ "items": [{ "total": { "amount": 1, "currency": "EUR" } }] })).is_empty());
        assert!(plots(&PLOT, &json!({})).is_empty());
        assert!(plots(&PLOT, &json!({ "items": [item("a", 9, "EUR")] })).is_empty(), "the amount says as much");
        let nothing = &plots(&PLOT, &json!({ "items": [item("a", 0, "EUR"), item("b", 0, "EUR")] }))[0];
        assert_eq!((nothing.zero, nothing.bars[0].height), (0, 0));
    }
}
