//! A page with what was asked for it, laid out for its template.

use serde_json::Value;

use super::form::{Maker, Refused, parameter, shown_as};
use super::loading::is_at;
use super::page::{Block, Count, Each, Fact, Field, Form, Link, Manner, Shown, Table};
use super::plotted;
use super::shown::{Cell, at, cell, filled, is_there, money, plain};
use super::typed::Pairs;
use super::view::{self, Entry, Part};
use crate::text::{Language, capitalised};
use crate::web::{ErrorSummary, SummaryItem};

/// The parameter of an address that has the cursors of the pages before, with
/// dots between them, which no cursor has.
const BACK: &str = "back";
/// The most of them that an address keeps, of some 80 characters each; from
/// further on the way back leads to the front.
const MOST_BACK: usize = 40;

/// What a page is laid out with.
pub struct Given<'a> {
    /// All that was asked.
    pub json: &'a Value,
    pub etag: &'a str,
    /// Where it is, below `/admin`.
    pub path: &'a str,
    /// What its address says.
    pub query: &'a Pairs,
    /// What of that its list is asked; and as the API reads that.
    pub asked: &'a str,
    pub asked_of_api: &'a str,
    /// What came of a form: its id, what was typed, and the problem.
    pub refused: Option<(&'static str, Refused<'a>)>,
    /// What a form that is seen once was answered.
    pub revealed: Option<(&'static str, &'a Value)>,
    /// A name for whatever each form will ask.
    pub key: &'a dyn Fn() -> String,
}

/// The parts of a page, and what is wrong with a form of it.
pub fn parts(blocks: &'static [Block], given: &Given) -> (Vec<Part>, Vec<SummaryItem>) {
    let (mut parts, mut wrong) = (Vec::new(), Vec::new());
    for block in blocks {
        match block {
            Block::Counts(counts) => parts.push(Part::Counts(counts.iter().map(|count| given.count(count)).collect())),
            Block::Views(views) => parts.push(given.views(views)),
            Block::Filter(fields) => parts.push(given.filter(fields)),
            Block::Table(table) => {
                parts.extend(given.table(table).map(Part::Table));
                parts.extend(given.pages(table.rows));
            }
            Block::Picks(name, table, links) => {
                parts.extend(given.picks(name, table, links));
                parts.extend(given.pages(table.rows));
            }
            Block::Facts(facts) => parts.extend(facts_of(facts.title.to_owned(), facts.facts, given.json)),
            Block::Form(form) => {
                if let (Manner::Reveal(facts), Some((_, answer))) =
                    (form.manner, given.revealed.filter(|(id, _)| *id == form.id))
                {
                    parts.extend(facts_of(facts.title.to_owned(), facts.facts, answer));
                }
                parts.extend(given.form(form, form.id.to_owned(), given.json, &mut wrong));
            }
            Block::Each(each) => {
                given.each(each, &mut parts, &mut wrong);
                parts.extend(given.pages(each.rows));
            }
            Block::Plot(plot) => parts.extend(plotted::plots(plot, given.json).into_iter().map(Part::Plot)),
            Block::Links(links) => {
                let there = links.iter().filter(|link| link.when.iter().all(|when| when.holds(given.json)));
                let links: Vec<Entry> = there.map(|link| given.link(link)).collect();
                parts.extend((!links.is_empty()).then_some(Part::Links(links)));
            }
            Block::Frame(title, path) => {
                parts.push(Part::Frame(title, format!("/admin{}", filled(path, given.json, true))));
            }
            Block::Beside => parts.push(Part::Beside),
            Block::Text(text) => parts.push(Part::Text(filled(text, given.json, false))),
        }
    }
    (together(parts), wrong)
}

/// What can be asked of a page's list, with what a problem says of it; none where
/// nothing can.
pub fn filter_again(blocks: &'static [Block], given: &Given, problem: &Value) -> Option<(Vec<Part>, Vec<SummaryItem>)> {
    let place = blocks.iter().position(|block| matches!(block, Block::Filter(_)))?;
    let (mut parts, mut wrong) = parts(blocks.get(place..=place)?, given);
    let errors = at(problem, "/errors").as_array().into_iter().flatten();
    for part in &mut parts {
        let Part::Filter(inputs, is_open) = part else { continue };
        *is_open = true;
        for input in inputs {
            let is_its = |error: &&Value| plain(at(error, "/pointer")).trim_start_matches('/') == input.name;
            let Some(error) = errors.clone().find(is_its) else { continue };
            input.error = capitalised(&plain(at(error, "/detail")));
            wrong.push(SummaryItem { field: input.id.clone(), text: format!("{}: {}", input.label, input.error) });
        }
    }
    Some((parts, wrong))
}

/// Forms that follow each other stand together.
fn together(parts: Vec<Part>) -> Vec<Part> {
    let mut all: Vec<Part> = Vec::new();
    for part in parts {
        match (part, all.last_mut()) {
            (Part::Forms(next), Some(Part::Forms(forms))) => forms.extend(next),
            (part, _) => all.push(part),
        }
    }
    all
}

/// A query of an address, with its `?`; nothing of nothing.
pub fn query<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = String::new();
    for (name, text) in pairs {
        query.push(if query.is_empty() { '?' } else { '&' });
        query.extend(form_urlencoded::byte_serialize(name.as_bytes()));
        query.push('=');
        query.extend(form_urlencoded::byte_serialize(text.as_bytes()));
    }
    query
}

/// What an address says of the list, and not of where in it.
pub fn said(pairs: &Pairs) -> impl Iterator<Item = (&str, &str)> {
    let pairs = pairs.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    pairs.filter(|(name, text)| !matches!(*name, "cursor" | BACK | "done" | "all") && !text.is_empty())
}

/// A problem as its page tells it, and the id of its request.
pub fn summary(problem: &Value, items: Vec<SummaryItem>) -> (ErrorSummary, String) {
    let text = |member: &str| plain(at(problem, member));
    // Each of several things is named by itself.
    let detail = if items.is_empty() { format!("{}.", capitalised(&text("/detail"))) } else { String::new() };
    (ErrorSummary::new(Language::En, detail, items), text("/request_id"))
}

pub fn facts_of(title: String, facts: &'static [Fact], json: &Value) -> Option<Part> {
    let cells = facts.iter().filter(|fact| is_there(at(json, fact.at)));
    let cells: Vec<Cell> = cells.map(|fact| shown_as(fact, json)).collect();
    (!cells.is_empty()).then_some(Part::Facts(title, cells))
}

impl Given<'_> {
    fn parameter(&self, name: &str) -> &str {
        self.query.iter().find(|(of, _)| of == name).map_or("", |(_, text)| text)
    }

    fn count(&self, count: &Count) -> Cell {
        let cell = cell(count.label, at(self.json, count.at), Shown::Plain, self.json);
        Cell { href: format!("/admin{}", count.path), ..cell }
    }

    /// The page's own views, then those that its reader has saved.
    fn views(&self, views: &'static [Link]) -> Part {
        let view = |label: String, query: &str| Entry {
            label,
            href: format!("/admin{}?{query}", self.path),
            current: is_at(self.query, query),
        };
        let own = views.iter().map(|link| view(link.label.to_owned(), link.path.trim_start_matches('?')));
        let saved = at(self.json, "/_views/items").as_array().into_iter().flatten();
        let saved = saved.map(|saved| view(plain(at(saved, "/name")), &plain(at(saved, "/query"))));
        Part::Views(own.chain(saved).collect())
    }

    /// Below `/admin`, unless it is the API's; with what the list is asked, if it ends so.
    /// Of pages that stand side by side it says which one this is; one that is there
    /// only at times is none of them.
    fn link(&self, link: &Link) -> Entry {
        let path = filled(link.path, self.json, true);
        let (below, asked) = if path.starts_with("/v1/") { ("", self.asked_of_api) } else { ("/admin", self.asked) };
        let (path, asked) = path.strip_suffix('?').map_or((path.as_str(), ""), |path| (path, asked));
        let current = link.when.is_empty() && !below.is_empty() && path == self.path;
        Entry { label: filled(link.label, self.json, false), href: format!("{below}{path}{asked}"), current }
    }

    fn filter(&self, fields: &'static [Field]) -> Part {
        let behind = fields.iter().skip(1).any(|field| !self.parameter(field.at).is_empty());
        Part::Filter(fields.iter().map(|field| parameter(field, self.parameter(field.at))).collect(), behind)
    }

    /// Nothing where there is no such list.
    fn table(&self, table: &'static Table) -> Option<view::Table> {
        let items = at(self.json, table.rows).as_array()?;
        let is_filled = |column: &&Fact| items.iter().any(|item| is_there(at(item, column.at)));
        let columns: Vec<&Fact> = table.columns.iter().filter(is_filled).collect();
        let row = |item: &Value| {
            let mut cells: Vec<Cell> = columns.iter().map(|column| shown_as(column, item)).collect();
            if let Some(first) = cells.first_mut().filter(|_| !table.leads.is_empty()) {
                first.href = format!("/admin{}", filled(table.leads, item, true));
            }
            cells
        };
        // By the first row that has something there.
        let is_amount = |column: &&Fact| {
            let first = items.iter().map(|item| at(item, column.at)).find(|value| is_there(value));
            column.shown == Shown::Plain && first.is_some_and(|value| value.is_number() || money(value).is_some())
        };
        Some(view::Table {
            title: table.title,
            at: table.rows,
            columns: columns.iter().map(|column| (column.label, is_amount(column))).collect(),
            // Rows of which nothing is to be told are none.
            rows: if columns.is_empty() { Vec::new() } else { items.iter().map(row).collect() },
            empty: table.empty,
            picks: Vec::new(),
            all: String::new(),
            fit: None,
        })
    }

    /// A table whose rows can be ticked. There is nothing to tick in an empty one.
    fn picks(&self, name: &'static str, table: &'static Table, links: &[Link]) -> Option<Part> {
        let mut shown = self.table(table)?;
        let ids = at(self.json, table.rows).as_array().into_iter().flatten().map(|item| plain(at(item, "/id")));
        let all = !self.parameter("all").is_empty();
        for (first, id) in shown.rows.iter_mut().filter_map(|row| row.first_mut()).zip(ids) {
            (first.pick, first.ticked) = (Some((name, id)), all);
        }
        if !shown.rows.is_empty() {
            let (fit, ticked): (Vec<&Link>, Vec<&Link>) = links.iter().partition(|link| link.path.ends_with('?'));
            shown.picks = ticked.into_iter().map(|link| self.link(link)).collect();
            let is_part = is_there(at(self.json, "/next_cursor")) || !self.parameter("cursor").is_empty();
            shown.fit = fit.first().filter(|_| is_part).map(|link| self.link(link));
            let place = ["cursor", BACK].map(|name| (name, self.parameter(name)));
            let place = place.into_iter().filter(|(_, text)| !text.is_empty());
            shown.all = format!("/admin{}{}", self.path, query(said(self.query).chain(place).chain([("all", "yes")])));
        }
        Some(Part::Table(shown))
    }

    /// The ways to the other pages of the list; one within a record has none. As a
    /// cursor leads only on, the address keeps those of the pages before.
    fn pages(&self, rows: &str) -> Option<Part> {
        let listed = |pointer: &str| if rows == "/items" { plain(at(self.json, pointer)) } else { String::new() };
        let elsewhere = |cursor: &str, back: &str| {
            let place = [("cursor", cursor), (BACK, back)].into_iter().filter(|(_, text)| !text.is_empty());
            format!("/admin{}{}", self.path, query(said(self.query).chain(place)))
        };
        let (here, next) = (self.parameter("cursor"), listed("/next_cursor"));
        let before: Vec<&str> = self.parameter(BACK).split('.').filter(|cursor| !cursor.is_empty()).collect();
        let mut pages = view::Pages { total: listed("/total"), ..view::Pages::default() };
        if rows == "/items" && !here.is_empty() {
            pages.first = elsewhere("", "");
            let (last, rest) = before.split_last().unwrap_or((&"", &[]));
            pages.previous = elsewhere(last, &rest.join("."));
        }
        if !next.is_empty() {
            let kept = before.len().saturating_sub(MOST_BACK);
            let trail = before.iter().skip(kept).copied().chain(Some(here)).filter(|cursor| !cursor.is_empty());
            pages.next = elsewhere(&next, &trail.collect::<Vec<_>>().join("."));
        }
        let any = [&pages.total, &pages.first, &pages.next].iter().any(|text| !text.is_empty());
        any.then_some(Part::Pages(pages))
    }

    fn each(&self, each: &'static Each, parts: &mut Vec<Part>, wrong: &mut Vec<SummaryItem>) {
        for (index, entry) in at(self.json, each.rows).as_array().into_iter().flatten().enumerate() {
            let title = filled(each.title, entry, false);
            let named = || Part::Facts(title.clone(), Vec::new());
            parts.push(facts_of(title.clone(), each.facts, entry).unwrap_or_else(named));
            for form in each.forms {
                parts.extend(self.form(form, format!("{}.{index}", form.id), entry, wrong));
            }
        }
    }

    /// A form about the page's JSON, or about an entry of a list. One that was
    /// refused is there again whatever holds by now: nothing that was typed is lost.
    fn form(&self, form: &'static Form, id: String, about: &Value, wrong: &mut Vec<SummaryItem>) -> Option<Part> {
        let refused = self.refused.as_ref().filter(|(id, refused)| *id == form.id && refused.is_at(form, about));
        let refused = refused.map(|(_, refused)| refused);
        if refused.is_none() && !form.when.iter().all(|when| when.holds(about)) {
            return None;
        }
        let key = refused.and_then(Refused::key).map_or_else(self.key, str::to_owned);
        let etag = refused.and_then(Refused::etag).unwrap_or(self.etag);
        let (form, told) = Maker::new(id, about, refused).form(form, etag, key, self.parameter("next"));
        wrong.extend(told);
        Some(Part::Forms(vec![form]))
    }
}
