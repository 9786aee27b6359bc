//! Accounts, sessions, tokens and roles.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::ask::Answer;
use crate::fixtures::Customer;
use crate::host::faults::{Site, When};
use crate::shop::{Shop, unique};

const PASSWORD: &str = "thimble orchard meridian 7";

async fn register(shop: &Shop, email: &str, password: &str) -> Answer {
    shop.post("/v1/auth/register").json(json!({ "email": email, "password": password })).send().await
}

async fn refresh(shop: &Shop, token: &str) -> Answer {
    shop.post("/v1/auth/refresh").json(json!({ "refresh_token": token })).send().await
}

/// An answer without what differs between any two.
fn bare(answer: &Answer) -> (u16, Vec<String>, Value) {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("request_id");
    let mut names: Vec<String> = answer.headers.keys().map(|name| name.to_string()).collect();
    names.sort();
    (answer.status.as_u16(), names, body)
}

#[tokio::test]
async fn a_customer_registers_and_signs_in() {
    let shop = Shop::open().await;
    let email = format!("{}@example.com", unique("buyer"));
    register(&shop, &email, PASSWORD).await.expect(202);
    let granted = shop.log_in(&email, PASSWORD).await.expect(200);
    assert_eq!(granted.header("cache-control"), "no-store");
    let granted = granted.json();
    assert_eq!(granted["token_type"], "Bearer");
    assert!((1..=900).contains(&granted["expires_in"].as_i64().unwrap()));
    assert_eq!(granted["account"]["email"], json!(email));
    let me = shop.get("/v1/me").bearer(granted["access_token"].as_str().unwrap()).send().await.expect(200).json();
    assert_eq!((&me["id"], &me["email"], &me["role"]), (&granted["account"]["id"], &json!(email), &json!("customer")));
    assert!(!me.to_string().contains("argon2"));
}

#[tokio::test]
async fn registering_a_known_address_answers_the_same_and_changes_nothing() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let fresh = register(&shop, &format!("{}@example.com", unique("buyer")), "another password of mine").await;
    let known = register(&shop, &customer.email, "another password of mine").await;
    assert_eq!(bare(&known), bare(&fresh));
    shop.log_in(&customer.email, "another password of mine").await.problem(401, "invalid_credentials");
    shop.log_in(&customer.email, &customer.password).await.expect(200);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_answer_alike() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let wrong = shop.log_in(&customer.email, "not the password at all").await;
    let unknown = shop.log_in(&format!("{}@example.com", unique("nobody")), "not the password at all").await;
    wrong.problem(401, "invalid_credentials");
    assert_eq!(bare(&wrong), bare(&unknown));
}

#[tokio::test]
async fn an_address_is_the_same_in_any_case() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    shop.log_in(&customer.email.to_uppercase(), &customer.password).await.expect(200);
}

#[tokio::test]
async fn weak_passwords_and_bad_addresses_are_pointed_at() {
    let shop = Shop::open().await;
    for password in ["", "short", &"a".repeat(20), &"x y".repeat(5_000)] {
        let email = format!("{}@example.com", unique("buyer"));
        assert_eq!(register(&shop, &email, password).await.pointers(), ["/password"], "{password:.20}");
    }
    let email = format!("{}@example.com", unique("buyer"));
    assert_eq!(register(&shop, &email, &email).await.pointers(), ["/password"]);
    for email in ["", "nobody", "a@b@c", "x\r\ny@example.com", &format!("{}@example.com", "x".repeat(300))] {
        assert_eq!(register(&shop, email, PASSWORD).await.pointers(), ["/email"], "{email:.20}");
    }
}

#[tokio::test]
async fn passwords_may_be_long_and_in_any_script() {
    let shop = Shop::open().await;
    let long = "Ω ✓ слово ".repeat(8);
    let email = format!("{}@example.com", unique("buyer"));
    register(&shop, &email, &long).await.expect(202);
    shop.log_in(&email, &long).await.expect(200);
    let other = format!("{}x", long.strip_suffix(' ').unwrap());
    shop.log_in(&email, &other).await.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn a_password_that_is_easily_guessed_is_refused_with_why() {
    let shop = Shop::open().await;
    let local = unique("lovelace");
    let email = format!("{local}@example.com");
    for (password, why) in [
        ("tradepost1", "the shop's name"),
        ("Tr4d3P0st!", "the shop's name"),
        ("Password2024!", "a password that many people have"),
        ("P@ssw0rd123", "a password that many people have"),
        ("qwertyuiop123", "a password that many people have"),
        ("aaaaaaaaaaaa", "the same again and again"),
        ("12345678901234", "a sequence"),
        (&*format!("{local}2024"), "your address"),
        ("GraceHopper1906", "your name"),
    ] {
        let body = json!({ "email": email, "password": password, "name": "Grace Hopper" });
        let answer = shop.post("/v1/auth/register").json(body).send().await;
        assert_eq!(answer.pointers(), ["/password"], "{password}");
        let detail = answer.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("is easily guessed: ") && detail.contains(why), "{password}: {detail}");
    }
    register(&shop, &email, PASSWORD).await.expect(202);
}

#[tokio::test]
async fn a_password_is_the_same_from_any_keyboard() {
    let shop = Shop::open().await;
    let email = format!("{}@example.com", unique("buyer"));
    register(&shop, &email, "Schlüssel-Ähre-９").await.expect(202);
    for typed in ["Schlu\u{308}ssel-A\u{308}hre-9", "Schlüssel-Ähre-9"] {
        shop.log_in(&email, typed).await.expect(200);
    }
    shop.log_in(&email, "Schlussel-Ahre-9").await.problem(401, "invalid_credentials");
    // Seven characters in eleven are seven.
    let answer =
        register(&shop, &format!("{}@example.com", unique("buyer")), "a\u{308}o\u{308}u\u{308}e\u{301}xyz").await;
    assert_eq!(answer.pointers(), ["/password"]);
    assert!(answer.told().contains("at least 8 characters"), "{}", answer.told());
}

/// The refresh token that an answer hands over, in its body or as a cookie.
fn handed(answer: Answer) -> String {
    let answer = answer.expect(200);
    match answer.set_cookie("__Host-refresh") {
        Some((pair, _)) => pair.split_once('=').unwrap().1.to_owned(),
        None => answer.json()["refresh_token"].as_str().unwrap().to_owned(),
    }
}

/// Shows a refresh token as a browser does.
async fn refresh_by_cookie(shop: &Shop, token: &str) -> Answer {
    let cookies = format!("__Host-access=stale; __Host-refresh={token}");
    shop.post("/v1/auth/refresh").cookie(&cookies).header("origin", &shop.origin()).send().await
}

/// Whether the answer takes both cookies away.
fn clears_cookies(answer: &Answer) -> bool {
    ["__Host-access", "__Host-refresh"].into_iter().all(|name| {
        answer.set_cookie(name).is_some_and(|(pair, attributes)| {
            pair == format!("{name}=") && attributes.contains("Max-Age=0") && attributes.contains("Path=/")
        })
    })
}

#[tokio::test]
async fn a_token_that_just_gave_way_is_answered_with_the_newest() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let first = handed(refresh(&shop, &customer.refresh).await);
    let second = handed(refresh(&shop, &first).await);
    assert!(first != customer.refresh && second != first && second != customer.refresh);
    // Two tabs that were slow, one of them very.
    for late in [&customer.refresh, &first] {
        assert_eq!(handed(refresh(&shop, late).await), second);
        assert_eq!(handed(refresh_by_cookie(&shop, late).await), second);
    }
    let third = handed(refresh_by_cookie(&shop, &second).await);
    assert_ne!(third, second);
    assert_eq!(handed(refresh(&shop, &customer.refresh).await), third);
    assert_eq!(handed(refresh_by_cookie(&shop, &first).await), third);
}

#[tokio::test]
async fn one_token_used_fifty_times_at_once_has_one_successor() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    for _ in 0..3 {
        let answers = join_all((0..50).map(|_| refresh(&shop, &customer.refresh))).await;
        let tokens: BTreeSet<String> = answers.into_iter().map(handed).collect();
        assert_eq!(tokens.len(), 1, "{tokens:?}");
    }
    // Old and new ones mixed: nobody is refused, and all end up with the same.
    let newest = handed(refresh(&shop, &customer.refresh).await);
    let mixed = (0..50).map(|n| if n % 2 == 0 { &customer.refresh } else { &newest });
    let answers = join_all(mixed.map(|token| refresh(&shop, token))).await;
    let last: Vec<String> = answers.into_iter().map(handed).collect();
    assert!(last.iter().any(|token| *token != newest));
    let now = handed(refresh(&shop, &newest).await);
    assert_eq!(handed(refresh(&shop, &customer.refresh).await), now);
}

#[tokio::test]
async fn a_refresh_token_that_comes_back_late_ends_the_session() {
    let Some(shop) = Shop::native("a token is answered for ten seconds after it gave way").await else { return };
    for by_cookie in [false, true] {
        let customer = shop.customer().await;
        let show = async |token: &str| match by_cookie {
            true => refresh_by_cookie(&shop, token).await,
            false => refresh(&shop, token).await,
        };
        let first = handed(show(&customer.refresh).await);
        shop.host().clock.advance(6_000);
        let second = handed(show(&first).await);
        assert_eq!(handed(show(&customer.refresh).await), second);
        // Its own ten seconds count, not those of the newest.
        shop.host().clock.advance(5_000);
        assert_eq!(handed(show(&first).await), second);
        let replayed = show(&customer.refresh).await;
        replayed.problem(401, "token_reused");
        assert_eq!(clears_cookies(&replayed), by_cookie, "{:?}", replayed.headers);
        for token in [&customer.refresh, &first, &second] {
            let over = show(token).await;
            over.problem(401, "invalid_token");
            assert_eq!(clears_cookies(&over), by_cookie, "{:?}", over.headers);
        }
    }
}

#[tokio::test]
async fn only_cookies_that_are_good_for_nothing_are_taken_away() {
    let Some(shop) = Shop::native("the database is taken away").await else { return };
    let customer = shop.customer().await;
    let forged = refresh_by_cookie(&shop, "nonsense").await;
    forged.problem(401, "invalid_token");
    assert!(clears_cookies(&forged), "{:?}", forged.headers);
    // Nobody's request, perhaps another site's, takes nothing away.
    let none = shop.post("/v1/auth/refresh").send().await;
    none.problem(401, "invalid_token");
    assert!(!none.headers.contains_key("set-cookie"), "{:?}", none.headers);
    shop.host().faults.always(Site::Batch, "", When::Before);
    let down = refresh_by_cookie(&shop, &customer.refresh).await.expect(503);
    assert!(!down.headers.contains_key("set-cookie"), "{:?}", down.headers);
}

#[tokio::test]
async fn a_forged_refresh_token_is_refused() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    for token in ["", "nonsense", &format!("{}x", customer.refresh), &customer.access] {
        let answer = refresh(&shop, token).await;
        answer.some_problem();
        assert!(answer.is(401) || answer.is(422), "{}", answer.told());
    }
    refresh(&shop, &customer.refresh).await.expect(200);
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let body = json!({ "refresh_token": customer.refresh });
    shop.post("/v1/auth/logout").bearer(&customer.access).json(body).send().await.expect_success();
    refresh(&shop, &customer.refresh).await.expect(401).some_problem();
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner() {
    let shop = Shop::open().await;
    let (customer, other) = (shop.customer().await, shop.customer().await);
    let second = shop.log_in(&customer.email, &customer.password).await.expect(200).json();
    let list = shop.get("/v1/auth/sessions").bearer(&customer.access).send().await.expect(200).json();
    let sessions = list["items"].as_array().unwrap();
    assert_eq!(sessions.len(), 2, "{list}");
    let later = sessions.iter().find(|session| session["current"] == false).unwrap();
    let path = format!("/v1/auth/sessions/{}", later["id"].as_str().unwrap());
    shop.delete(&path).bearer(&other.access).send().await.problem(404, "not_found");
    shop.delete(&path).send().await.problem(401, "not_signed_in");
    shop.delete(&path).bearer(&customer.access).send().await.expect_success();
    refresh(&shop, second["refresh_token"].as_str().unwrap()).await.expect(401).some_problem();
    refresh(&shop, &customer.refresh).await.expect(200);
}

#[tokio::test]
async fn signing_in_by_cookie_keeps_tokens_out_of_the_body() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let body = json!({ "email": customer.email, "password": customer.password, "cookie": true });
    let granted = shop.post("/v1/auth/login").json(body).send().await.expect(200);
    assert_eq!(granted.json()["access_token"], Value::Null);
    assert_eq!(granted.json()["refresh_token"], Value::Null);
    let lines: Vec<&str> = granted.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
    assert!(!lines.is_empty());
    for line in &lines {
        assert!(line.starts_with("__Host-"), "{line}");
        for attribute in ["Secure", "HttpOnly", "Path=/", "SameSite="] {
            assert!(line.contains(attribute), "{line} lacks {attribute}");
        }
    }
    let pairs: Vec<&str> = lines.iter().filter_map(|line| line.split(';').next()).collect();
    let cookies = pairs.join("; ");
    shop.get("/v1/me").cookie(&cookies).send().await.expect(200);
    let logout = || shop.post("/v1/auth/logout").cookie(&cookies);
    logout().header("origin", "https://evil.example").send().await.problem(403, "csrf");
    logout().header("origin", &shop.origin()).send().await.expect_success();
}

#[tokio::test]
async fn the_public_key_is_published_without_its_private_part() {
    let shop = Shop::open().await;
    let set = shop.get("/.well-known/jwks.json").send().await.expect(200).json();
    let keys = set["keys"].as_array().unwrap();
    assert!(!keys.is_empty());
    let customer = shop.customer().await;
    let header = BASE64_URL_SAFE_NO_PAD.decode(customer.access.split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    assert!(keys.iter().any(|key| key["kid"] == header["kid"]), "{header} is not in {set}");
    for key in keys {
        assert_eq!((&key["kty"], &key["crv"]), (&json!("OKP"), &json!("Ed25519")));
        assert_eq!(key["d"], Value::Null);
    }
}

/// The customer's access token with another header or payload.
fn altered(customer: &Customer, part: usize, change: impl Fn(&mut Value)) -> String {
    let mut parts: Vec<String> = customer.access.split('.').map(str::to_owned).collect();
    let mut json: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(&parts[part]).unwrap()).unwrap();
    change(&mut json);
    parts[part] = BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    parts.join(".")
}

#[tokio::test]
async fn a_forged_access_token_is_nobodys() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let unsigned = customer.access.rsplit_once('.').unwrap().0;
    let none = altered(&customer, 0, |header| header["alg"] = json!("none"));
    let tokens = [
        "nonsense".to_owned(),
        "a.b.c".to_owned(),
        format!("{unsigned}."),
        unsigned.to_owned(),
        format!("{}.", none.rsplit_once('.').unwrap().0),
        none,
        altered(&customer, 0, |header| header["alg"] = json!("HS256")),
        altered(&customer, 0, |header| header["kid"] = json!("../../etc/passwd")),
        altered(&customer, 1, |claims| claims["role"] = json!("owner")),
        altered(&customer, 1, |claims| claims["exp"] = json!(9_999_999_999_i64)),
        customer.refresh.clone(),
        "x".repeat(8_000),
    ];
    for token in tokens {
        shop.get("/v1/me").bearer(&token).send().await.expect(401).some_problem();
        shop.get("/v1/admin/orders").bearer(&token).send().await.expect(401).some_problem();
    }
    for value in ["Bearer", "Basic b3duZXI6", "bearer"] {
        shop.get("/v1/me").header("authorization", value).send().await.expect(401).some_problem();
    }
}

#[tokio::test]
async fn an_access_token_ends() {
    let Some(shop) = Shop::native("a token lives for a quarter of an hour").await else { return };
    let customer = shop.customer().await;
    shop.host().clock.advance(17 * 60 * 1_000);
    shop.get("/v1/me").bearer(&customer.access).send().await.expect(401).some_problem();
    refresh(&shop, &customer.refresh).await.expect(200);
}

#[tokio::test]
async fn what_is_ones_own_needs_signing_in() {
    let shop = Shop::open().await;
    for path in ["/v1/me", "/v1/me/orders", "/v1/auth/sessions"] {
        let answer = shop.get(path).send().await;
        answer.problem(401, "not_signed_in");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    // Not what else is wrong with the request.
    for ask in [shop.get("/v1/me/orders?limit=abc"), shop.delete("/v1/auth/sessions/nonsense")] {
        ask.send().await.problem(401, "not_signed_in");
    }
}

#[tokio::test]
async fn no_admin_route_is_for_strangers_or_customers() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let operations = shop.operations().await;
    let admins: Vec<_> = operations.iter().filter(|operation| operation.is_admins()).collect();
    assert!(admins.len() >= 8, "{} admin routes", admins.len());
    for operation in admins {
        let ask = || shop.ask(operation.method.clone(), &operation.path()).json(operation.example());
        ask().send().await.problem(401, "not_signed_in");
        ask().bearer(&customer.access).send().await.problem(403, "forbidden");
    }
}

#[tokio::test]
async fn staff_see_who_works_here_and_customers_do_not() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    shop.get("/v1/admin/staff").bearer(&customer.access).send().await.problem(403, "forbidden");
    let staff = shop.get("/v1/admin/staff").bearer(&shop.owner().await).send().await.expect(200).json();
    let people = staff["items"].as_array().unwrap();
    assert!(people.iter().any(|person| person["email"] == shop.owner_credentials().0), "{staff}");
    assert!(people.iter().all(|person| person["role"] != "customer"), "{staff}");
}
