//! How much the shop takes from whom: signing in, registering, beginning carts
//! and holding stock without paying.

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use serde_json::{Value, json};
use tradepost::app::Config;
use tradepost::ports::{Database, ObjectClass, Statement};
use tradepost::throttle::Throttle;

use crate::ask::{Answer, Ask};
use crate::fixtures::Customer;
use crate::host::Host;
use crate::host::faults::{Site, When};
use crate::shop::{Shop, eventually, unique};

const WRONG: &str = "not the password at all";
/// By default: failures of all strangers to one account.
const BY_ACCOUNT: usize = 10;

/// A network that nobody else has, in this run or another: a /64 of RFC 3849's.
pub fn network() -> String {
    let name = unique("network");
    let digest = tradepost::app::sha256_hex(name.as_bytes());
    format!("2001:db8:{}:{}", &digest[..4], &digest[4..8])
}

/// Address number `n` of a network.
pub fn address(network: &str, n: usize) -> String {
    format!("{network}::{n:x}")
}

fn log_in(shop: &Shop, email: &str, password: &str) -> Ask {
    shop.post("/v1/auth/login").json(json!({ "email": email, "password": password }))
}

fn register(shop: &Shop, email: &str) -> Ask {
    shop.post("/v1/auth/register").json(json!({ "email": email, "password": "thimble orchard meridian 7" }))
}

fn nobody() -> String {
    format!("{}@example.com", unique("nobody"))
}

/// The cookie by which a browser is known from now on.
fn device(granted: &Answer) -> String {
    let (pair, attributes) = granted.set_cookie("__Host-device").unwrap();
    for attribute in ["Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=34560000"] {
        assert!(attributes.contains(attribute), "{attributes} lacks {attribute}");
    }
    pair
}

/// A refusal for now, and after how many seconds there is no more of it.
#[track_caller]
fn wait(answer: &Answer) -> u64 {
    answer.problem(429, "too_many_requests");
    answer.header("retry-after").parse().unwrap()
}

/// Everything that a client could tell two answers apart by.
fn bare(answer: &Answer) -> (u16, Vec<String>, Value) {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("request_id");
    let mut names: Vec<String> = answer.headers.keys().map(|name| name.to_string()).collect();
    names.sort();
    (answer.status.as_u16(), names, body)
}

/// The shop's own limits, as its row of the settings has them.
pub async fn limit(host: &Host, limits: Value) {
    let statement = Statement::new(
        "INSERT INTO settings (key, value) VALUES ('limits', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [limits.to_string().into()],
    );
    host.database.batch(vec![statement]).await.unwrap();
}

/// What one account's failures fill, from as many networks.
async fn fail(shop: &Shop, email: &str, times: usize) {
    for _ in 0..times {
        let answer = log_in(shop, email, WRONG).from(&address(&network(), 1)).send().await;
        answer.problem(401, "invalid_credentials");
    }
}

#[tokio::test]
async fn many_networks_that_guess_at_one_account_are_stopped_as_one() {
    let shop = Shop::open().await;
    let Customer { email, password, .. } = shop.customer().await;
    let known = device(&log_in(&shop, &email, &password).send().await.expect(200));
    fail(&shop, &email, BY_ACCOUNT).await;
    let refused = log_in(&shop, &email, WRONG).from(&address(&network(), 1)).send().await;
    assert!((1..=900).contains(&wait(&refused)), "{}", refused.told());
    // Not even the right password tells a stranger that it is right.
    let right = log_in(&shop, &email, &password).from(&address(&network(), 1)).send().await;
    assert_eq!(bare(&right), bare(&refused));
    // Nor does the address in another spelling count anew.
    wait(&log_in(&shop, &format!(" {} ", email.to_uppercase()), &password).send().await);
    // Whoever has been here before gets in, and is known again afterwards.
    let granted = log_in(&shop, &email, &password).cookie(&known).send().await.expect(200);
    assert_eq!(device(&granted), known);
    // Another account's device is a stranger, and so is a forged one.
    let other = shop.customer().await;
    let others = device(&log_in(&shop, &other.email, &other.password).send().await.expect(200));
    for cookie in [&others, &format!("{known}x"), "__Host-device=", "__Host-device=.", &known.to_uppercase()] {
        wait(&log_in(&shop, &email, &password).cookie(cookie).send().await);
    }
}

#[tokio::test]
async fn an_address_that_nobody_has_is_counted_and_answered_like_any_other() {
    let shop = Shop::open().await;
    let known = shop.customer().await.email;
    let unknown = nobody();
    for attempt in 0..BY_ACCOUNT + 3 {
        let [of_known, of_unknown] =
            [log_in(&shop, &known, WRONG).send().await, log_in(&shop, &unknown, WRONG).send().await];
        assert_eq!(bare(&of_known), bare(&of_unknown), "attempt {attempt}");
        let waits = [&of_known, &of_unknown].map(|answer| answer.header("retry-after").parse::<u64>().ok());
        match waits {
            [Some(of_known), Some(of_unknown)] => assert!(of_known.abs_diff(of_unknown) <= 30, "{waits:?}"),
            waits => assert_eq!((waits, of_known.status.as_u16()), ([None, None], 401)),
        }
    }
}

#[tokio::test]
async fn five_hundred_guesses_at_once_are_as_many_as_one_after_the_other() {
    let shop = Shop::open().await;
    let email = shop.customer().await.email;
    let asks = (0..500).map(|n| log_in(&shop, &email, &format!("{WRONG} {n}")).from(&address(&network(), n)).send());
    let answers = join_all(asks).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.is(status)).count();
    assert_eq!(count(401), BY_ACCOUNT, "each of them a guess");
    // The others do not even stand in line.
    assert_eq!(count(429), 500 - BY_ACCOUNT);
    answers.iter().filter(|answer| answer.is(429)).for_each(|answer| assert!((1..=900).contains(&wait(answer))));
}

#[tokio::test]
async fn a_line_that_is_full_is_said_to_be_and_those_who_leave_it_hold_up_nobody() {
    let Some(shop) = Shop::native("others sign in meanwhile").await else { return };
    let Customer { email, password, .. } = shop.customer().await;
    // Nobody's turn comes by itself: it stays as full as it was when somebody was refused.
    let clock = &shop.host().clock;
    clock.stop();
    clock.advance(1_000);
    log_in(&shop, &nobody(), WRONG).send().await.expect(401);
    let mut crowd: FuturesUnordered<_> = (0..150).map(|_| log_in(&shop, &nobody(), WRONG).send()).collect();
    let refused = crowd.next().await.expect("one of them finds no place");
    refused.problem(503, "busy");
    // The whole line, however slow the machine.
    assert!((1..=113).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
    log_in(&shop, &email, &password).send().await.problem(503, "busy");
    // Whether a password is easily guessed takes its time, too.
    let weak = || shop.post("/v1/auth/register").json(json!({ "email": nobody(), "password": "1".repeat(128) }));
    weak().send().await.problem(503, "busy");
    drop(crowd);
    clock.advance(1_000);
    assert_eq!(weak().send().await.pointers(), ["/password"]);
    clock.advance(1_000);
    log_in(&shop, &email, &password).send().await.expect(200);
}

#[tokio::test]
async fn signing_in_costs_no_tries_and_gives_strangers_none_back() {
    let shop = Shop::open().await;
    let Customer { email, password, .. } = shop.customer().await;
    let at_home = address(&network(), 1);
    for _ in 0..BY_ACCOUNT + 2 {
        log_in(&shop, &email, &password).from(&at_home).send().await.expect(200);
    }
    fail(&shop, &email, BY_ACCOUNT - 1).await;
    log_in(&shop, &email, &password).from(&at_home).send().await.expect(200);
    fail(&shop, &email, 1).await;
    wait(&log_in(&shop, &email, &password).from(&at_home).send().await);
}

#[tokio::test]
async fn a_known_device_has_tries_of_its_own_which_a_success_gives_back() {
    let shop = Shop::open().await;
    let Customer { email, password, .. } = shop.customer().await;
    let known = device(&log_in(&shop, &email, &password).send().await.expect(200));
    let from_home = async |password: &str| log_in(&shop, &email, password).cookie(&known).send().await;
    for _ in 0..2 {
        for _ in 0..BY_ACCOUNT - 1 {
            from_home(WRONG).await.problem(401, "invalid_credentials");
        }
        from_home(&password).await.expect(200);
    }
    for _ in 0..BY_ACCOUNT {
        from_home(WRONG).await.problem(401, "invalid_credentials");
    }
    // Whoever has the cookie may not guess for ever, and takes no stranger's tries.
    wait(&from_home(&password).await);
    log_in(&shop, &email, &password).send().await.expect(200);
}

#[tokio::test]
async fn one_network_that_guesses_at_many_accounts_is_stopped() {
    let Some(shop) = Shop::native("a hundred guesses take their time").await else { return };
    limit(shop.host(), json!({ "log_in_by_network": { "at_once": 3, "one_each_seconds": 600 } })).await;
    let Customer { email, password, .. } = shop.customer().await;
    let known = device(&log_in(&shop, &email, &password).send().await.expect(200));
    let crowd = network();
    for n in 0..3 {
        log_in(&shop, &nobody(), WRONG).from(&address(&crowd, n)).send().await.problem(401, "invalid_credentials");
    }
    // The network is all of the /64, and nothing that a client sends makes it another.
    let spoofs = ["x-forwarded-for", "x-real-ip", "true-client-ip", "forwarded", "client-ip", "cf-connecting-ipv6"];
    for (n, spoof) in spoofs.into_iter().enumerate() {
        let ask = log_in(&shop, &nobody(), WRONG).from(&address(&crowd, 99 + n)).header(spoof, &address(&network(), n));
        assert!(wait(&ask.send().await) <= 600);
    }
    // Another network is not concerned, nor a known device in this one, nor whose network nobody knows.
    log_in(&shop, &nobody(), WRONG).from(&address(&network(), 1)).send().await.problem(401, "invalid_credentials");
    log_in(&shop, &email, &password).from(&address(&crowd, 1)).cookie(&known).send().await.expect(200);
    for own in ["127.0.0.1", "::1", "unknown"] {
        log_in(&shop, &nobody(), WRONG).from(own).send().await.problem(401, "invalid_credentials");
    }
    // What its own account refuses does not count for the network.
    shop.host().clock.advance(600_000);
    let victim = nobody();
    fail(&shop, &victim, BY_ACCOUNT).await;
    for n in 0..5 {
        wait(&log_in(&shop, &victim, WRONG).from(&address(&crowd, n)).send().await);
    }
    log_in(&shop, &nobody(), WRONG).from(&address(&crowd, 7)).send().await.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn a_shop_of_its_own_believes_the_header_that_its_proxy_sets_and_no_other() {
    let config = Config { client_address_header: Some("x-forwarded-for".parse().unwrap()), ..Config::default() };
    let Some(shop) = Shop::configured("it is configured otherwise", config).await else { return };
    limit(shop.host(), json!({ "log_in_by_network": { "at_once": 2, "one_each_seconds": 600 } })).await;
    let crowd = network();
    // What comes before the proxy's own entry came with the request.
    let through = |n: usize| {
        let list = format!("{}, {}", address(&network(), n), address(&crowd, n));
        log_in(&shop, &nobody(), WRONG).header("x-forwarded-for", &list)
    };
    for n in 0..2 {
        through(n).send().await.problem(401, "invalid_credentials");
    }
    wait(&through(2).send().await);
    wait(&through(3).from(&address(&network(), 1)).send().await);
    for _ in 0..3 {
        let ask = log_in(&shop, &nobody(), WRONG).from(&address(&crowd, 1));
        ask.send().await.problem(401, "invalid_credentials");
    }
}

#[tokio::test]
async fn registering_is_limited_by_mailbox_and_by_network() {
    let Some(shop) = Shop::native("the limits are set for it").await else { return };
    limit(shop.host(), json!({ "registration_by_network": { "at_once": 7, "one_each_seconds": 60 } })).await;
    let (known, unknown) = (shop.customer().await.email, nobody());
    // A password that is refused was no registration.
    for _ in 0..6 {
        let weak = json!({ "email": known, "password": "password1" });
        assert_eq!(shop.post("/v1/auth/register").json(weak).send().await.pointers(), ["/password"]);
    }
    // The customer has registered once.
    for _ in 0..4 {
        register(&shop, &known).from(&address(&network(), 1)).send().await.expect(202);
    }
    for _ in 0..5 {
        register(&shop, &unknown).from(&address(&network(), 1)).send().await.expect(202);
    }
    let [of_known, of_unknown] = [
        register(&shop, &known).from(&address(&network(), 1)).send().await,
        register(&shop, &unknown).from(&address(&network(), 1)).send().await,
    ];
    assert!(wait(&of_known).abs_diff(wait(&of_unknown)) <= 30);
    assert_eq!(bare(&of_known), bare(&of_unknown));

    let crowd = network();
    for n in 0..7 {
        register(&shop, &nobody()).from(&address(&crowd, n)).send().await.expect(202);
    }
    assert!(wait(&register(&shop, &nobody()).from(&address(&crowd, 8)).send().await) <= 60);
    register(&shop, &nobody()).from(&address(&network(), 1)).send().await.expect(202);
    register(&shop, &nobody()).send().await.expect(202);
}

#[tokio::test]
async fn nobody_guesses_while_the_guesses_cannot_be_counted() {
    let Some(shop) = Shop::native("its parts cannot be made to fail").await else { return };
    let Customer { email, password, .. } = shop.customer().await;
    let throttles = Site::Command(ObjectClass::Throttle);
    shop.host().faults.always(throttles, "", When::Before);
    log_in(&shop, &email, &password).send().await.problem(503, "unavailable");
    register(&shop, &nobody()).send().await.problem(503, "unavailable");
    shop.host().faults.clear();
    // What the shop could not do was no try.
    for _ in 0..BY_ACCOUNT {
        shop.host().faults.once(Site::Batch, "FROM accounts", When::Before);
        log_in(&shop, &email, WRONG).send().await.problem(503, "unavailable");
    }
    log_in(&shop, &email, &password).send().await.expect(200);
}

#[tokio::test]
async fn the_shops_own_limits_hold_within_a_minute() {
    let Some(shop) = Shop::native("the limits are set for it").await else { return };
    let host = shop.host();
    limit(host, json!({ "log_in_by_account": { "at_once": 1, "one_each_seconds": 60 } })).await;
    let email = nobody();
    log_in(&shop, &email, WRONG).send().await.problem(401, "invalid_credentials");
    assert!(wait(&log_in(&shop, &email, WRONG).send().await) <= 60);
    limit(host, json!({ "log_in_by_account": { "at_once": 3, "one_each_seconds": 7200 } })).await;
    host.clock.advance(60_000);
    for _ in 0..3 {
        log_in(&shop, &email, WRONG).send().await.problem(401, "invalid_credentials");
    }
    assert!(wait(&log_in(&shop, &email, WRONG).send().await) > 3_600);
    // What makes no sense changes nothing.
    limit(host, json!({ "log_in_by_account": { "at_once": 0, "one_each_seconds": 0 } })).await;
    host.clock.advance(60_000);
    wait(&log_in(&shop, &email, WRONG).send().await);
}

#[tokio::test]
async fn a_clock_that_was_ahead_keeps_nobody_out_once_it_is_right() {
    let Some(shop) = Shop::native("time cannot be moved").await else { return };
    let host = shop.host();
    let Customer { email, password, .. } = shop.customer().await;
    host.clock.advance(900_000);
    fail(&shop, &email, BY_ACCOUNT).await;
    wait(&log_in(&shop, &email, &password).send().await);
    host.clock.put_back(900_000);
    log_in(&shop, &email, &password).send().await.expect(200);
    fail(&shop, &email, BY_ACCOUNT).await;
    assert!(wait(&log_in(&shop, &email, &password).send().await) <= 900);
}

#[tokio::test]
async fn a_throttle_remembers_what_matters_and_then_forgets_all_of_it() {
    let Some(shop) = Shop::native("time cannot be moved").await else { return };
    let host = shop.host();
    let email = nobody();
    let throttle = Throttle::of_address(&host.isolate().keys, &email);
    fail(&shop, &email, BY_ACCOUNT).await;
    host.objects.evict_all().await;
    wait(&log_in(&shop, &email, WRONG).send().await);
    let rows = async || {
        host.objects
            .look(ObjectClass::Throttle, throttle.name(), |store| {
                store.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get::<_, i64>(0)).unwrap()
            })
            .await
    };
    assert!(rows().await > 0 && host.objects.alarm(ObjectClass::Throttle, throttle.name()).await.is_some());
    // Ten tries come back one each fifteen minutes. The first alarm was set by the first of them.
    for _ in 0..BY_ACCOUNT - 1 {
        host.clock.advance(900_000);
    }
    eventually("the alarm that rang too early is set again", async || {
        let at = host.objects.alarm(ObjectClass::Throttle, throttle.name()).await?;
        (at > tradepost::ports::Clock::now(&host.clock)).then_some(())
    })
    .await;
    assert!(rows().await > 0, "one try is still lacking");
    host.clock.advance(900_000);
    eventually("nothing is left", async || (rows().await == 0).then_some(())).await;
    assert_eq!(host.objects.alarm(ObjectClass::Throttle, throttle.name()).await, None);
    fail(&shop, &email, BY_ACCOUNT).await;
    wait(&log_in(&shop, &email, WRONG).send().await);
}
