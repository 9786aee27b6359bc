//! All that a page shows: what it asks of the API, as much at once as can be, and
//! what can be said in full by that.

use serde_json::{Value, json};

use super::desk::{Desk, Reply};
use super::laid_out::{query, said};
use super::named;
use super::page::{Ask, Block, Field, Once, Page, Takes};
use super::pages::Found;
use super::rows::ROW;
use super::shown::{at, filled, is_there, plain};
use super::typed::{self, Pairs};
use crate::auth::Role;
use crate::json;
use crate::text::capitalised;

/// The most records that are chosen at once: as many as the API changes at once.
const MOST_CHOSEN: usize = 100;

/// The most entries of a list that the API gives out in one file.
const MOST_OF_A_FILE: u64 = 10_000;

/// What was asked for a page.
pub struct Loaded {
    pub json: Value,
    pub etag: String,
}

/// Asks for all that the page shows; the first that is refused is what the page
/// is about then.
pub async fn load(desk: &Desk, Found { page, places }: &Found, address: &Pairs) -> Result<Loaded, Reply> {
    let here = Value::Object(places.clone());
    let mut loaded = Loaded { json: json::read(page.begins.as_bytes()).unwrap_or_default(), etag: String::new() };
    let of_list = parameters(page, address);
    // What the address says of a filter has a place in the paths, too.
    let mut known = places.clone();
    for (name, text) in address.iter().filter(|(name, _)| page.parameter(name).is_some()) {
        known.entry(name.clone()).or_insert_with(|| text.trim().into());
    }
    let known = Value::Object(known);
    let at_once = page.asks.iter().filter(|ask| ask.once == Once::Here);
    let paths = at_once.clone().map(|ask| {
        let list = if ask.into.is_empty() { of_list.as_str() } else { "" };
        let path = filled(ask.path, &known, true);
        // A list may be narrowed by the page already.
        let list = if path.contains('?') { list.replacen('?', "&", 1) } else { list.to_owned() };
        format!("{path}{list}")
    });
    for (ask, reply) in at_once.clone().zip(desk.read_all(paths.collect()).await) {
        if ask.needed && !reply.status.is_success() {
            return Err(reply);
        }
        match ask.into.is_empty() {
            true => loaded = Loaded { json: reply.json, etag: reply.etag },
            false => put(&mut loaded.json, ask.into, reply.json),
        }
    }
    put(&mut loaded.json, "_at", here);
    put(&mut loaded.json, "_role", desk.role().map(Role::as_str).into());
    put(&mut loaded.json, "_page", page.path.trim_start_matches('/').into());
    let is_many = at(&loaded.json, "/total").as_u64().is_some_and(|total| total > MOST_OF_A_FILE);
    put(&mut loaded.json, "_many", is_many.into());
    put(&mut loaded.json, "_filter", asked_of_api(page, address).trim_start_matches('?').into());
    view(&mut loaded.json, &asked(page, address));
    named::name(&mut loaded.json);
    later(desk, page.asks, address, &mut loaded.json).await;
    named::of_one_buyer(&mut loaded.json);
    Ok(loaded)
}

/// What can be asked for only now.
async fn later(desk: &Desk, asks: &[Ask], address: &Pairs, json: &mut Value) {
    for ask in asks {
        let answer = match ask.once {
            Once::Here => continue,
            // What names nothing would ask for all there is.
            Once::Known if !is_said(ask.path, json) => continue,
            Once::Known => desk.read(&filled(ask.path, json, true)).await.json,
            Once::Chosen(parameter) => {
                let (records, ids) = each(desk, ask.path, parameter, address, json).await;
                put(json, "_ids", ids);
                records
            }
        };
        put(json, ask.into, answer);
    }
}

/// Whether all that a path takes is there.
fn is_said(path: &str, json: &Value) -> bool {
    let mut names = path.split('{').skip(1).filter_map(|part| part.split_once('}'));
    names.all(|(name, _)| is_there(at(json, &format!("/{name}"))))
}

/// The records that the address names, ticked; else those of the page's list.
/// With their ids as an address takes them.
async fn each(desk: &Desk, path: &str, parameter: &str, address: &Pairs, json: &Value) -> (Value, Value) {
    let named = address.iter().filter(|(name, _)| name == parameter).flat_map(|(_, ids)| ids.split(','));
    let named: Vec<String> = named.filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let listed = at(json, "/items").as_array().into_iter().flatten().map(|item| plain(at(item, "/id")));
    let is_chosen = !named.is_empty();
    let mut ids: Vec<String> = if is_chosen { named } else { listed.collect() };
    ids.truncate(MOST_CHOSEN);
    let paths = ids.iter().map(|id| filled(path, &json!({ parameter: id }), true)).collect();
    let replies = desk.read_all(paths).await.into_iter().zip(&ids);
    let records = replies.map(|(reply, id)| {
        let mut record = if reply.status.is_success() { reply.json } else { json!({ "id": id, "number": id }) };
        put(&mut record, "_picked", is_chosen.into());
        named::name(&mut record);
        record
    });
    (records.collect(), ids.join(",").into())
}

/// The address of a page that a form was sent from: it names the records that the
/// page showed, whichever its list has by now.
pub fn as_sent(page: &Page, address: &Pairs, sent: &Pairs) -> Vec<(String, String)> {
    let parameter = page.asks.iter().find_map(|ask| match ask.once {
        Once::Chosen(parameter) => Some(parameter),
        _ => None,
    });
    let shown = sent.iter().filter(|(name, _)| name.starts_with(ROW)).map(|(_, id)| id.clone());
    let shown: Vec<String> = shown.filter(|_| parameter.is_some()).collect();
    let (parameter, is_known) = (parameter.unwrap_or_default(), shown.is_empty());
    let rest = address.iter().filter(|(name, _)| is_known || name != parameter).cloned();
    rest.chain(shown.into_iter().map(|id| (parameter.to_owned(), id))).collect()
}

/// What the address asks of the list, as a view is saved, and which saved view
/// that is.
fn view(json: &mut Value, asked: &str) {
    let asked = asked.trim_start_matches('?');
    let mut views = at(json, "/_views/items").as_array().into_iter().flatten();
    let address: Vec<_> = form_urlencoded::parse(asked.as_bytes()).into_owned().collect();
    let name = views.find(|view| is_at(&address, &plain(at(view, "/query")))).map(|view| at(view, "/name").clone());
    put(json, "_query", asked.into());
    put(json, "_view", name.unwrap_or_default());
}

/// What the address asks of the page's list, on whichever page of it.
pub fn asked(page: &Page, address: &Pairs) -> String {
    query(of_list(page, address))
}

/// Whether an address asks just what a view does.
pub fn is_at(address: &Pairs, view: &str) -> bool {
    let of: Vec<(String, String)> = form_urlencoded::parse(view.as_bytes()).into_owned().collect();
    said(address).eq(said(&of))
}

/// Says of each chosen record what came of it; what was done to is not ticked any
/// more.
pub fn outcome(json: &mut Value, answer: &Value) {
    let of = |id: &Value| at(answer, "/items").as_array().into_iter().flatten().find(|result| at(result, "/id") == id);
    for record in json.pointer_mut("/_chosen").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(result) = of(at(record, "/id")) else { continue };
        let done = *at(result, "/status") == 200;
        let said = if done { "Done".to_owned() } else { capitalised(&plain(at(result, "/detail"))) };
        put(record, "_result", said.into());
        put(record, "_picked", (!done).into());
        put(record, "_done", done.into());
    }
    put(json, "_results", true.into());
}

pub fn put(json: &mut Value, member: &str, value: Value) {
    if let Some(members) = json.as_object_mut() {
        members.insert(member.to_owned(), value);
    }
}

/// What the address says that the list takes; what is empty asks for nothing.
pub fn parameters(page: &Page, address: &Pairs) -> String {
    as_the_api_reads_it(page, &mut address.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

/// What the address asks of the page's list, on whichever page of it, as the API
/// reads it.
pub fn asked_of_api(page: &Page, address: &Pairs) -> String {
    as_the_api_reads_it(page, &mut of_list(page, address))
}

fn as_the_api_reads_it(page: &Page, said: &mut dyn Iterator<Item = (&str, &str)>) -> String {
    let said: Vec<_> = said.filter(|(_, text)| !text.trim().is_empty()).collect();
    let currency = said.iter().find(|(name, _)| *name == "currency").map_or("", |(_, code)| code.trim());
    let taken = said.iter().filter_map(|(name, text)| {
        let text = typed::parameter(page.parameter(name)?, text, currency);
        Some((*name, text))
    });
    let taken: Vec<_> = taken.collect();
    query(taken.iter().map(|(name, text)| (*name, text.as_str())))
}

/// What the address says of the page's list, and not of where in it.
fn of_list<'a>(page: &Page, address: &'a Pairs) -> impl Iterator<Item = (&'a str, &'a str)> {
    said(address).filter(|(name, _)| *name != "limit" && page.parameter(name).is_some())
}

impl Page {
    /// How a parameter is read that the list takes.
    fn parameter(&self, name: &str) -> Option<&'static str> {
        let mark = |field: &Field| match field.takes {
            Takes::Time => "time",
            Takes::Minor => "minor",
            _ => "text",
        };
        let fields = self.blocks.iter().filter_map(|block| match block {
            Block::Filter(fields) => Some(*fields),
            _ => None,
        });
        let filter = fields.flatten().find(|field| field.at == name);
        match (name, filter) {
            ("cursor" | "limit", _) => Some("text"),
            (_, Some(field)) => Some(mark(field)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_refused_stays_ticked() {
        let mut json =
            json!({ "_chosen": [{ "id": "a", "_picked": true }, { "id": "b", "_picked": true }, { "id": "c" }] });
        outcome(
            &mut json,
            &json!({ "items": [
            { "id": "b", "status": 409, "detail": "it is sent" }, { "id": "a", "status": 200 },
        ] }),
        );
        assert_eq!(
            json["_chosen"],
            json!([
                { "id": "a", "_picked": false, "_done": true, "_result": "Done" },
                { "id": "b", "_picked": true, "_done": false, "_result": "It is sent" },
                { "id": "c" },
            ])
        );
    }

    #[test]
    fn a_page_comes_back_with_the_records_that_it_showed() {
        static QUEUE: Page =
            Page::new("/queue", "", "").asks(&[super::super::page::chosen("_chosen", "orders", "/v1/{orders}")]);
        let pairs = |all: &[(&str, &str)]| -> Vec<(String, String)> {
            all.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        let sent = pairs(&[("_row./parcels/0:pick", "b"), ("/parcels/0:pick", "b"), ("_row./parcels/1:pick", "c")]);
        let address = pairs(&[("q", "x"), ("orders", "a")]);
        assert_eq!(as_sent(&QUEUE, &address, &sent), pairs(&[("q", "x"), ("orders", "b"), ("orders", "c")]));
        assert_eq!(as_sent(&QUEUE, &address, &[]), address, "a form that has none");
    }

    #[test]
    fn a_view_is_what_the_address_asks_wherever_in_the_list_it_is() {
        let address = |text: &str| form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
        for same in ["status=confirmed&q=a+b", "q=&status=confirmed&q=a%20b&cursor=x&done=y"] {
            assert!(is_at(&address(same), "status=confirmed&q=a%20b"), "{same}");
        }
        assert!(!is_at(&address("status=confirmed"), "status=confirmed&q=a"));
    }
}
