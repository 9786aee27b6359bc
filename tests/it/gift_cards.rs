//! Gift cards: issued, found by their codes, spent, disabled.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tradepost::app::App;
use tradepost::auth::{Caller, Role, SignedIn};
use tradepost::gift_cards::{self, Found, GiftCardError, Refusal, Sold};
use tradepost::ids::{AccountId, GiftCardId, OrderId, SessionId};
use tradepost::money::{Currency, Money};
use tradepost::pools::{self, Claim, pool::HoldId};
use tradepost::ports::{Clock, Database, ObjectClass, Statement};
use tradepost::throttle::{Network, ThrottleError};

use crate::ask::{Answer, Ask};
use crate::fixtures::eur;
use crate::host::faults::{Site, When};
use crate::shop::{Shop, unique};

const NATIVE: &str = "cards are asked for past the door, which has no route for it";
const PATH: &str = "/v1/admin/gift-cards";
/// By default: codes that nobody has, by one account.
const BY_ACCOUNT: usize = 10;

/// Staff at work.
struct Desk {
    shop: Shop,
    owner: String,
}

impl Desk {
    async fn open() -> Self {
        Self::of(Shop::open().await).await
    }

    async fn native() -> Option<Self> {
        Some(Self::of(Shop::native(NATIVE).await?).await)
    }

    async fn of(shop: Shop) -> Self {
        Self { owner: shop.owner().await, shop }
    }

    fn issue(&self, body: Value) -> Ask {
        self.shop.post(PATH).bearer(&self.owner).json(body)
    }

    async fn issued(&self, body: Value) -> Value {
        self.issue(body).send().await.expect(201).json()
    }

    async fn card(&self, id: &Value) -> Value {
        let path = format!("{PATH}/{}", id.as_str().unwrap());
        self.shop.get(&path).bearer(&self.owner).send().await.expect(200).json()
    }

    async fn list(&self, query: &str) -> Value {
        self.shop.get(&format!("{PATH}{query}")).bearer(&self.owner).send().await.expect(200).json()
    }

    async fn disable(&self, id: &Value) -> Answer {
        let path = format!("{PATH}/{}/disable", id.as_str().unwrap());
        self.shop.post(&path).bearer(&self.owner).send().await
    }

    fn app(&self) -> App {
        self.shop.host().isolate()
    }

    async fn find(&self, code: &str) -> Result<Found, GiftCardError> {
        gift_cards::find(&self.app(), &Caller::default(), None, code, currency("EUR")).await
    }

    /// All that the database knows.
    async fn database(&self) -> String {
        let all = |sql| async move { self.shop.host().database.batch(vec![Statement::new(sql, [])]).await.unwrap() };
        format!("{:?}{:?}", all("SELECT * FROM gift_cards").await, all("SELECT * FROM idempotency_records").await)
    }
}

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn text(json: &Value) -> &str {
    json.as_str().unwrap()
}

/// A code that somebody made up, unlike any other.
fn own_code() -> String {
    unique("thank-you-very-much").to_uppercase()
}

fn sum(card: &Value) -> i64 {
    card["ledger"].as_array().unwrap().iter().map(|entry| entry["amount"]["amount"].as_i64().unwrap()).sum()
}

fn customer(n: u8) -> Caller {
    let (id, session) = (AccountId::derived([n; 16]), SessionId::derived([n; 16]));
    Caller { account: Some(SignedIn { id, role: Role::Customer, session, has_prices: false }) }
}

#[tokio::test]
async fn a_card_is_issued_with_a_code_that_is_shown_once() {
    let desk = Desk::open().await;
    let issued = desk.issued(json!({ "balance": eur(5_000), "note": " for the jury " })).await;
    let code = text(&issued["code"]);
    assert_eq!((code.len(), &code[20..]), (24, text(&issued["last4"])), "{code}");
    assert_eq!((&issued["balance"], &issued["note"]), (&eur(5_000), &json!("for the jury")));
    let card = desk.card(&issued["id"]).await;
    assert_eq!((&card["balance"], &card["held"], sum(&card)), (&eur(5_000), &eur(0), 5_000));
    assert_eq!(card["ledger"][0]["kind"], "issued");
    assert_eq!(
        (&card["disabled_at"], &card["expires_at"], &card["order_id"]),
        (&json!(null), &json!(null), &json!(null))
    );
    let found = desk.list(&format!("?last4={}", text(&issued["last4"]).to_lowercase())).await;
    assert!(found["items"].as_array().unwrap().iter().any(|item| item["id"] == issued["id"]), "{found}");
    for told in [&card, &found] {
        assert!(!told.to_string().contains(code));
    }
}

#[tokio::test]
async fn no_code_is_in_the_database() {
    let Some(desk) = Desk::native().await else { return };
    let own = own_code();
    for body in [json!({ "balance": eur(1) }), json!({ "balance": eur(1), "code": own })] {
        let issued = desk.issue(body).key(&unique("a-key")).send().await.expect(201).json();
        let code = text(&issued["code"]);
        let database = desk.database().await;
        assert!(database.contains(text(&issued["id"])));
        assert!(!database.contains(code) && !database.contains(&code.replace('-', "")), "{code}: {database}");
    }
}

#[tokio::test]
async fn the_same_request_again_has_the_same_answer_with_the_code() {
    let desk = Desk::open().await;
    for body in [json!({ "balance": eur(700) }), json!({ "balance": eur(700), "code": own_code() })] {
        let key = unique("gift-card");
        let answers = join_all((0..6).map(|_| desk.issue(body.clone()).key(&key).send())).await;
        let first = answers[0].clone().expect(201).json();
        for answer in answers {
            assert_eq!(answer.expect(201).json(), first);
        }
        let again = desk.issue(body.clone()).key(&key).send().await.expect(201);
        assert_eq!((again.header("idempotent-replayed"), again.json()), ("true", first.clone()));
        assert_eq!(sum(&desk.card(&first["id"]).await), 700);
        let other = json!({ "balance": eur(701), "code": body["code"] });
        desk.issue(other).key(&key).send().await.problem(422, "idempotency_key_reused");
    }
}

#[tokio::test]
async fn a_card_whose_balance_was_not_put_in_gets_it_later_and_once() {
    let Some(desk) = Desk::native().await else { return };
    let faults = &desk.shop.host().faults;
    for when in [When::Before, When::After] {
        for by in ["the same request", "its code", "staff"] {
            let (key, code) = (unique("gift-card"), own_code());
            let body = json!({ "balance": eur(900), "code": code });
            faults.once(Site::Command(ObjectClass::Pool), "", when);
            desk.issue(body.clone()).key(&key).send().await.problem(503, "unavailable");
            let list = desk.list("?limit=1").await;
            match by {
                "the same request" => drop(desk.issue(body).key(&key).send().await.expect(201)),
                "its code" => assert_eq!(desk.find(&code).await.unwrap().balance.amount, 900),
                _ => {}
            }
            let card = desk.card(&list["items"][0]["id"]).await;
            assert_eq!((&card["balance"], sum(&card)), (&eur(900), 900), "{when:?}, {by}");
        }
    }
}

#[tokio::test]
async fn a_code_of_staffs_own_is_found_however_it_is_typed_and_is_only_one_cards() {
    let Some(desk) = Desk::native().await else { return };
    let issued = desk.issued(json!({ "balance": eur(100), "code": " merry-christmas 2026 " })).await;
    assert_eq!((text(&issued["code"]), text(&issued["last4"])), ("MERRYCHRISTMAS2026", "2026"));
    for typed in ["MERRYCHRISTMAS2026", "merry christmas 2026", "Merry-Christmas-2O26", "MERRYCHR1STMAS2026"] {
        assert_eq!(desk.find(typed).await.unwrap().last4, "2026", "{typed}");
        let refused = desk.issue(json!({ "balance": eur(100), "code": typed })).send().await;
        refused.problem(409, "gift_card_code_taken");
    }
}

#[tokio::test]
async fn all_that_is_wrong_with_a_card_is_said_at_once() {
    let desk = Desk::open().await;
    let wrong = json!({
        "balance": { "amount": 0, "currency": "JPY" },
        "code": "SHORT-AND-SWEET",
        "expires_at": "2020-01-01T00:00:00.000Z",
        "note": "n".repeat(256),
    });
    let refused = desk.issue(wrong).send().await;
    assert_eq!(refused.pointers(), ["/balance/amount", "/balance/currency", "/code", "/expires_at", "/note"]);
    assert!(refused.told().contains("at least"), "{}", refused.told());
    for amount in [-1, 10_000_000_001_i64] {
        assert_eq!(desk.issue(json!({ "balance": eur(amount) })).send().await.pointers(), ["/balance/amount"]);
    }
    for code in ["", "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ", "<b>markup</b>-and-more", &"A".repeat(65)] {
        assert_eq!(desk.issue(json!({ "balance": eur(1), "code": code })).send().await.pointers(), ["/code"], "{code}");
    }
    for query in ["?last4=ABC", "?last4=%3Cb%3E%22", "?cursor=none", "?limit=101"] {
        let name = &query[1..query.find('=').unwrap()];
        let answer = desk.shop.get(&format!("{PATH}{query}")).bearer(&desk.owner).send().await;
        assert_eq!(answer.pointers(), [name]);
    }
    for path in ["gift_01ARZ3NDEKTSV4RRFFQ69G5FAV", "nobodys"] {
        let asked = desk.shop.get(&format!("{PATH}/{path}")).bearer(&desk.owner).send().await;
        asked.problem(404, "not_found");
        desk.disable(&json!(path)).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn cards_are_listed_page_by_page_the_newest_first() {
    let Some(desk) = Desk::native().await else { return };
    let mut expected = Vec::new();
    for amount in 1..=5 {
        desk.shop.host().clock.advance(i64::from(amount > 2));
        expected.push(desk.issued(json!({ "balance": eur(amount) })).await["id"].clone());
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = desk.list(&query).await;
        assert_eq!(page["total"], 5);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("?limit=2&cursor={cursor}");
    }
    seen.reverse();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_card_that_cannot_be_used_says_why() {
    let Some(desk) = Desk::native().await else { return };
    let refusal = |found: Result<Found, GiftCardError>| match found {
        Err(GiftCardError::NotValid(why)) => why,
        other => panic!("{other:?}"),
    };
    let end = desk.shop.host().clock.now().plus_seconds(60);
    let issued = desk.issued(json!({ "balance": eur(300), "expires_at": end })).await;
    let code = text(&issued["code"]);
    let found = desk.find(&code.to_lowercase()).await.unwrap();
    assert_eq!((found.balance.amount, found.expires_at, &*found.last4), (300, Some(end), &code[20..]));
    for nobodys in [own_code().as_str(), "", "WELCOME10", &"-".repeat(100_000)] {
        assert_eq!(refusal(desk.find(nobodys).await), Refusal::Unknown);
    }
    let in_pounds = gift_cards::find(&desk.app(), &Caller::default(), None, code, currency("GBP")).await;
    assert_eq!(refusal(in_pounds), Refusal::WrongCurrency);
    // All of it is held.
    let (app, claim) = (desk.app(), Claim::gift_card(found.id, 300));
    pools::hold(&app, &claim, HoldId("order/1".to_owned()), end).await.unwrap();
    assert_eq!(refusal(desk.find(code).await), Refusal::Empty);
    pools::release(&app, &claim, HoldId("order/1".to_owned())).await.unwrap();
    desk.shop.host().clock.advance(60_000);
    assert_eq!(refusal(desk.find(code).await), Refusal::Expired);

    let disabled = desk.issued(json!({ "balance": eur(300) })).await;
    desk.disable(&disabled["id"]).await.expect(200);
    assert_eq!(refusal(desk.find(text(&disabled["code"])).await), Refusal::Disabled);
}

#[tokio::test]
async fn whoever_guesses_codes_is_made_to_wait_and_whoever_knows_them_is_not() {
    let Some(desk) = Desk::native().await else { return };
    let code = text(&desk.issued(json!({ "balance": eur(300) })).await["code"]).to_owned();
    let app = desk.app();
    let network = |n: u8| Network::of([192, 0, 2, n].into());
    let find = |code: String, caller: Caller, network| {
        let app = app.clone();
        async move { gift_cards::find(&app, &caller, network, &code, currency("EUR")).await }
    };
    let waits = |found: &Result<Found, _>| matches!(found, Err(GiftCardError::Throttled(ThrottleError::TooMany { retry_after_millis })) if *retry_after_millis <= 900_000);
    for n in 0..BY_ACCOUNT {
        // Neither what is right nor what cannot be a code counts.
        find(code.clone(), customer(1), network(1)).await.unwrap();
        assert!(!waits(&find("WELCOME10".to_owned(), customer(1), network(1)).await));
        assert!(!waits(&find(own_code(), customer(1), network(1)).await), "try {n}");
    }
    assert!(waits(&find(own_code(), customer(1), network(2)).await), "from wherever");
    assert!(waits(&find(code.clone(), customer(1), network(2)).await), "also the right one");
    // The network's others may go on, until they have tried too often as well.
    find(code.clone(), customer(2), network(1)).await.unwrap();
    let tries = join_all((0..100).map(|n| find(own_code(), customer(10 + n), network(3)))).await;
    assert_eq!(tries.iter().filter(|found| !waits(found)).count(), 30);
    // Staff see all cards anyway.
    let mut staff = customer(1);
    staff.account.as_mut().unwrap().role = Role::Staff;
    find(code.clone(), staff, network(3)).await.unwrap();
    // Nobody counting is no way around it.
    desk.shop.host().faults.always(Site::Command(ObjectClass::Throttle), "", When::Before);
    let uncounted = find(code, customer(3), None).await;
    assert!(matches!(uncounted, Err(GiftCardError::Throttled(ThrottleError::Unavailable(_)))), "{uncounted:?}");
}

#[tokio::test]
async fn disabling_a_card_is_done_once_and_finished_by_asking_again() {
    let desk = Desk::open().await;
    let id = desk.issued(json!({ "balance": eur(300) })).await["id"].clone();
    if let Some(host) = desk.shop.native_host("a crash in between") {
        host.faults.once(Site::Batch, "UPDATE gift_cards", When::Before);
        desk.disable(&id).await.problem(503, "unavailable");
        assert!(desk.card(&id).await["disabled_at"].is_string(), "the pool knows first");
    }
    let first = desk.disable(&id).await.expect(200).json();
    assert_eq!((&first["balance"], first["disabled_at"].is_string()), (&eur(300), true));
    assert_eq!(desk.disable(&id).await.expect(200).json(), first);
    assert_eq!(desk.card(&id).await, first);
    let listed = desk.list(&format!("?last4={}", text(&first["last4"]))).await;
    let listed = listed["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap();
    assert_eq!(listed["disabled_at"], first["disabled_at"]);
}

#[tokio::test]
async fn of_twenty_that_want_a_fifth_of_a_card_at_once_five_get_it_and_the_ledger_adds_up() {
    let Some(desk) = Desk::native().await else { return };
    let issued = desk.issued(json!({ "balance": eur(5_000) })).await;
    let id: GiftCardId = text(&issued["id"]).parse().unwrap();
    let (app, claim) = (desk.app(), Claim::gift_card(id, 1_000));
    let until = app.clock.now().plus_millis(60_000);
    let order = |n: u8| OrderId::derived([n; 16]);
    let hold = |n| HoldId(format!("{}/1", order(n)));
    let held = join_all((0..20).map(|n| pools::hold(&app, &claim, hold(n), until))).await;
    let granted: Vec<u8> = (0..20).filter(|n| held[usize::from(*n)].as_ref().unwrap().refusal.is_none()).collect();
    assert_eq!(granted.len(), 5);
    let card = desk.card(&issued["id"]).await;
    assert_eq!((&card["balance"], &card["held"], sum(&card)), (&eur(5_000), &eur(5_000), 5_000));
    // Three are paid, one of them is given back, twice; one is given up; the last is open when it is disabled.
    for n in &granted[..3] {
        pools::commit(&app, &claim, hold(*n)).await.unwrap();
    }
    for n in [granted[0], granted[0], granted[3]] {
        pools::release(&app, &claim, hold(n)).await.unwrap();
    }
    desk.disable(&issued["id"]).await.expect(200);
    assert!(pools::hold(&app, &claim, hold(99), until).await.unwrap().refusal.is_some());
    assert!(pools::commit(&app, &claim, hold(granted[4])).await.unwrap().refusal.is_none());
    let card = desk.card(&issued["id"]).await;
    assert_eq!((&card["balance"], &card["held"], sum(&card)), (&eur(2_000), &eur(0), 2_000));
    let told: BTreeSet<(i64, &str, Option<&str>)> = card["ledger"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["amount"]["amount"].as_i64().unwrap(), text(&entry["kind"]), entry["order_id"].as_str()))
        .collect();
    let names: Vec<String> = granted.iter().map(|n| order(*n).to_string()).collect();
    let taken = [0, 1, 2, 4].map(|n| (-1_000, "taken", Some(&*names[n])));
    let others = [(5_000, "issued", None), (1_000, "put_back", Some(&*names[0]))];
    assert_eq!(told, taken.into_iter().chain(others).collect());
    // At no moment was there less than nothing.
    let mut left = 0;
    for entry in card["ledger"].as_array().unwrap().iter().rev() {
        left += entry["amount"]["amount"].as_i64().unwrap();
        assert!(left >= 0, "{card}");
    }
}

#[tokio::test]
async fn a_card_that_was_bought_is_issued_once_however_often_that_is_asked_for() {
    let Some(desk) = Desk::native().await else { return };
    let app = desk.app();
    let balance = Money { amount: 2_500, currency: currency("EUR") };
    let order = OrderId::derived([3; 16]);
    let sold = |piece| Sold { order, line: "line_1", piece, balance, expires_at: None };
    // The row is there and the pool is not.
    desk.shop.host().faults.once(Site::Command(ObjectClass::Pool), "", When::Before);
    assert!(gift_cards::issue_for_order(&app, &sold(1)).await.is_err());
    let wanted: Vec<_> = (0..10).map(|n| sold(1 + n % 2)).collect();
    let issued = join_all(wanted.iter().map(|sold| gift_cards::issue_for_order(&app, sold))).await;
    let codes: BTreeSet<String> =
        issued.iter().map(|card| card.as_ref().ok().unwrap().code.reveal().to_owned()).collect();
    assert_eq!(codes.len(), 2);
    for code in &codes {
        let found = desk.find(code).await.unwrap();
        assert_eq!((found.balance, &found.last4[..]), (balance, &code[20..]));
        let card = desk.card(&json!(found.id)).await;
        assert_eq!(
            (sum(&card), text(&card["order_id"]), &card["account_id"]),
            (2_500, &*order.to_string(), &json!(null))
        );
        assert!(!desk.database().await.contains(code));
    }
    assert_eq!(desk.list("").await["total"], 2);
}
