//! Whatever is sent to whatever route: never a fault of the shop's own.

use futures_util::{StreamExt, stream};
use http::Method;
use serde_json::{Value, json};

use crate::ask::{Answer, Ask};
use crate::fixtures::{Cart, Product};
use crate::openapi::{Ids, Operation};
use crate::shop::{Shop, unique};

/// Requests under way at once.
const CONCURRENT: usize = 8;

/// Who asks: the owner where staff may, else a customer nobody will miss.
struct Attacker {
    shop: Shop,
    owner: String,
    customer: String,
    /// An order of the customer's, a cart that lacks nothing but the stock of
    /// its second line, and a product of the shop's.
    own: Ids,
}

impl Attacker {
    async fn new() -> Self {
        let shop = Shop::open().await;
        let (owner, customer) = (shop.owner().await, shop.customer().await.access);
        let collection = json!({ "title": "Mugs", "published": true });
        let collection = shop.post("/v1/admin/collections").bearer(&owner).json(collection).send().await.expect(201);
        let collection = text(&collection.json(), "id");
        let Product { id: product, variant, .. } = shop.stocked(5).await;
        let sold_out = shop.product(json!({})).await.variant;
        let cart = async |variants: &[&str]| {
            let line = |variant: &&str| json!({ "variant_id": variant, "quantity": 1 });
            let lines = json!({ "lines": variants.iter().map(line).collect::<Vec<_>>() });
            let made = shop.post("/v1/carts").bearer(&customer).json(lines).send().await.expect(201).json();
            shop.ready(Cart { id: text(&made, "id"), token: text(&made, "token"), json: made }).await
        };
        let (cart, ordered) = (cart(&[&variant, &sold_out]).await, cart(&[&variant]).await);
        shop.place(&cart, "pm_card_visa").await.problem(409, "out_of_stock");
        shop.place(&ordered, "pm_card_chargeDeclined").await.expect(201);
        let promotion = json!({ "title": "Sale", "code": unique("sale"), "effect": { "free_shipping": {} } });
        let promotion = shop.post("/v1/admin/promotions").bearer(&owner).json(promotion).send().await.expect(201);
        let promotion = text(&promotion.json(), "id");
        let (group, list) = crate::price_lists::both(&shop, &variant).await;
        let gift_card = shop.gift_card().await;
        let webhook = shop.disabled_webhook().await;
        let lines = json!({ "lines": [{ "variant_id": variant, "quantity": 1 }] });
        let draft = shop.post("/v1/admin/drafts").bearer(&owner).json(lines).send().await.expect(201);
        let draft = text(&draft.json(), "id");
        let filter = json!({ "orders": { "filter": "tag=nobody's", "action": { "cancel": {} } } });
        let job = shop.post("/v1/admin/jobs").bearer(&owner).json(filter).send().await.expect(202);
        let job = text(&job.json(), "id");
        let import = crate::imports::dry_run(&shop).await;
        let (cart, order) = (cart.id, ordered.id);
        let own = Ids {
            cart,
            draft,
            order,
            product,
            variant,
            promotion,
            collection,
            group,
            list,
            gift_card,
            webhook,
            job,
            import,
        };
        Self { shop, owner, customer, own }
    }

    fn ask(&self, operation: &Operation, query: &str) -> Ask {
        let token = if operation.is_admins() { &self.owner } else { &self.customer };
        self.shop.ask(operation.method.clone(), &format!("{}{query}", operation.path())).bearer(token)
    }

    /// Sends them all; the shop, and what was aimed at, must be there afterwards.
    async fn send(&self, asks: Vec<(Ask, bool)>) {
        assert!(!asks.is_empty());
        // Not an async closure: rustc 1.95 crashes on this one when it compiles incrementally.
        let answers = stream::iter(asks).map(|(ask, must_fail)| async move {
            let sent: String = String::from_utf8_lossy(&ask.body).chars().take(200).collect();
            harmless(&ask.send().await, &sent, must_fail);
        });
        answers.buffer_unordered(CONCURRENT).collect::<Vec<()>>().await;
        self.shop.get("/healthz").send().await.expect(200);
        let Ids { cart, order, product, variant, .. } = &self.own;
        let cart = self.shop.get(&format!("/v1/carts/{cart}")).bearer(&self.customer).send().await.expect(200);
        assert_eq!(cart.json()["status"], "open");
        self.shop.get(&format!("/v1/orders/{order}")).bearer(&self.customer).send().await.expect(200);
        for path in [format!("products/{product}"), format!("variants/{variant}")] {
            self.shop.get(&format!("/v1/admin/{path}")).bearer(&self.owner).send().await.expect(200);
        }
    }

    /// Every operation, about what is there and may be changed. What changes
    /// prices for everybody is left alone on a live shop.
    async fn operations(&self) -> Vec<Operation> {
        let mut operations = self.shop.operations().await;
        if !self.shop.is_native() {
            let everybodys = |operation: &Operation| {
                ["/v1/admin/settings", "/v1/admin/promotions"].iter().any(|path| operation.template.starts_with(path))
            };
            operations.retain(|operation| !everybodys(operation));
        }
        operations.into_iter().map(|operation| operation.about(&self.own)).collect()
    }

    /// Those that read a JSON body.
    async fn readers(&self) -> Vec<Operation> {
        self.operations().await.into_iter().filter(|operation| operation.body.is_some()).collect()
    }
}

/// A success, or a problem that blames the client.
fn harmless(answer: &Answer, sent: &str, must_fail: bool) {
    assert!(!answer.status.is_server_error(), "for {sent:?} {}", answer.told());
    assert!(!must_fail || answer.status.is_client_error(), "{sent:?} is taken: {}", answer.told());
    if answer.status.is_client_error() {
        let problem = answer.some_problem().to_string();
        for leak in ["panicked", "SELECT ", "INSERT ", "constraint failed", ".rs:"] {
            assert!(!problem.contains(leak), "for {sent:?} {}", answer.told());
        }
    }
}

fn text(json: &Value, member: &str) -> String {
    json[member].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let attacker = Attacker::new().await;
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let deep_member = format!("{}{}{}", r#"{"a":"#.repeat(10_000), "1", "}".repeat(10_000));
    let bodies: [&[u8]; 13] = [
        b"{",
        b"",
        b"nonsense",
        b"{\"a\":}",
        b"{\"a\":1}{\"b\":2}",
        b"{\"a\":NaN}",
        b"{'a':1}",
        b"\xff\xfe\x00",
        b"\"\xc3\x28\"",
        b"\"\\ud800\"",
        b"{\"a\":\"\x00\"}",
        deep.as_bytes(),
        deep_member.as_bytes(),
    ];
    let mut asks = Vec::new();
    for operation in attacker.readers().await {
        for body in bodies {
            asks.push((attacker.ask(&operation, "").body("application/json", body.to_vec()), true));
        }
    }
    attacker.send(asks).await;
    for broken in ["[", "[1,", "{\"lines\":1", "{\"foo\":1", "{\"lines\":[[[", "{\"currency\":\"EUR\"} more"] {
        let answer = attacker.shop.post("/v1/carts").body("application/json", broken).send().await;
        answer.problem(400, "unparsable");
    }
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_refused() {
    let attacker = Attacker::new().await;
    let mut asks = Vec::new();
    for operation in attacker.readers().await {
        for body in [json!(null), json!([]), json!("text"), json!(7), json!(true), json!([[{}]]), json!({ "\u{0}": 1 })]
        {
            asks.push((attacker.ask(&operation, "").json(body), true));
        }
        let mut body = operation.example();
        body["no_such_member_anywhere"] = json!({ "$gt": "" });
        asks.push((attacker.ask(&operation, "").json(body), true));
    }
    attacker.send(asks).await;
}

#[tokio::test]
async fn no_value_of_any_member_does_harm() {
    let attacker = Attacker::new().await;
    let deep: Value = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1.5),
        json!(1e308),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(9_007_199_254_740_993_i64),
        json!(""),
        json!(" "),
        json!("\u{0}\u{1}\u{7f}\u{85}\u{2028}\u{202e}"),
        json!("x\r\nSet-Cookie: a=b"),
        json!("x".repeat(50_000)),
        json!("' OR 1=1; DROP TABLE products; --"),
        json!("../../etc/passwd"),
        json!("<script>alert(1)</script>"),
        json!("9".repeat(400)),
        json!([]),
        json!({}),
        json!(vec![json!({}); 3_000]),
        json!({ "__proto__": { "role": "owner" } }),
        deep,
    ];
    let mut asks = Vec::new();
    for operation in attacker.readers().await {
        for member in operation.members() {
            for value in &values {
                let mut body = operation.example();
                body[&member] = value.clone();
                asks.push((attacker.ask(&operation, "").json(body), false));
            }
        }
    }
    attacker.send(asks).await;
}

#[tokio::test]
async fn numbers_that_no_machine_holds_do_no_harm() {
    let attacker = Attacker::new().await;
    let mut asks = Vec::new();
    for operation in attacker.readers().await {
        for member in operation.members() {
            for number in ["1e400", "-1e400", &"9".repeat(1_000), "0.0000000000000000000000000000001", "-0", "01", "1."]
            {
                let body = format!(r#"{{"{member}": {number}}}"#);
                asks.push((attacker.ask(&operation, "").body("application/json", body), false));
            }
        }
    }
    attacker.send(asks).await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let attacker = Attacker::new().await;
    let mut asks = Vec::new();
    for operation in attacker.readers().await {
        // Products may have two thousand variants.
        let beyond = if operation.template.starts_with("/v1/admin/products") { 1_100 } else { 300 } * 1_024;
        let body = format!(r#"{{"x": "{}"}}"#, "x".repeat(beyond));
        asks.push((attacker.ask(&operation, "").body("application/json", body), true));
        let spaces = " ".repeat(beyond) + &operation.example().to_string();
        asks.push((attacker.ask(&operation, "").body("application/json", spaces), true));
    }
    attacker.send(asks).await;
    let body = format!(r#"{{"x": "{}"}}"#, "x".repeat(300 * 1_024));
    let answer = attacker.shop.post("/v1/carts").body("application/json", body).send().await;
    answer.problem(413, "body_too_large");
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let attacker = Attacker::new().await;
    let types = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/jsonp",
        "nonsense",
    ];
    let mut asks = Vec::new();
    for operation in attacker.readers().await {
        for media_type in types {
            asks.push((attacker.ask(&operation, "").body(media_type, operation.example().to_string()), true));
        }
    }
    attacker.send(asks).await;
    let answer = attacker.shop.post("/v1/carts").body("text/plain", "{}").send().await;
    answer.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn no_query_does_harm() {
    let attacker = Attacker::new().await;
    let names =
        ["limit", "cursor", "q", "sort", "status", "from", "to", "currency", "price_min", "vendor", "tag", "in_stock"];
    let values = [
        "",
        "-1",
        "0",
        "101",
        "99999999999999999999",
        "1e9",
        "%00",
        "%ff%fe",
        "%0d%0aSet-Cookie:a=b",
        "'%20OR%201=1--",
        "%22%20OR%20NEAR%20*",
        "..%2f..%2f",
        "{}",
        "[]",
        "%F0%9F%90%9D",
        "%",
    ];
    let mut asks = Vec::new();
    for operation in attacker.operations().await {
        if operation.method == Method::GET {
            for name in names {
                asks.extend(values.map(|value| (attacker.ask(&operation, &format!("?{name}={value}")), false)));
            }
            asks.push((attacker.ask(&operation, &format!("?q={}", "x".repeat(8_000))), false));
            asks.push((attacker.ask(&operation, &format!("?{}", "a=b&".repeat(1_000))), false));
            asks.push((attacker.ask(&operation, "?limit=1&limit=2&cursor&&&=="), false));
        }
    }
    attacker.send(asks).await;
}

#[tokio::test]
async fn no_path_does_harm() {
    let attacker = Attacker::new().await;
    let ids = [
        "%00",
        "%ff",
        "%2e%2e%2f",
        "..%2F..",
        "'%20OR%201=1--",
        "ord_",
        "ord_01ARZ3NDEKTSV4RRFFQ69G5FA",
        "-1",
        "%0d%0a",
        "99999999999999999999999999",
        "ord_01arz3ndektsv4rrffq69g5fav",
        "%F0%9F%90%9D",
        ";x=1",
        "null",
    ];
    let mut asks = Vec::new();
    for operation in attacker.operations().await {
        if operation.template.contains('{') {
            for id in ids.into_iter().map(str::to_owned).chain(["x".repeat(4_000)]) {
                let mut operation = operation.clone();
                let parts =
                    operation.template.split('/').map(|part| if part.starts_with('{') { id.as_str() } else { part });
                operation.template = parts.collect::<Vec<_>>().join("/");
                // Some of these are good answers, such as an availability of none.
                asks.push((attacker.ask(&operation, "").json(operation.example()), false));
            }
        }
        // Trailing and doubled slashes lead nowhere else. Dots may be resolved
        // before the shop sees them, as a URL's parser does.
        let path = operation.path();
        for (path, must_fail) in
            [(format!("{path}/"), true), (format!("/{path}"), true), (format!("/%2e%2e{path}"), false)]
        {
            asks.push((attacker.shop.ask(operation.method.clone(), &path), must_fail));
        }
    }
    attacker.send(asks).await;
}

/// The same requests about what is nobody's and about what is there: they are
/// good enough to get as far as looking it up, and further if it is there.
#[tokio::test]
async fn what_belongs_to_nobody_is_not_found_and_what_is_aimed_at_is() {
    let attacker = Attacker::new().await;
    let mut own = attacker.operations().await;
    let good = |operation: &Operation| {
        let mut body = operation.example();
        if operation.template.ends_with("/orders/{id}/edits") {
            body["email"] = json!("eve@example.com");
        }
        body
    };
    // Whether the shop has such an option is asked before the cart is.
    own.retain(|operation| operation.template.contains('{') && !operation.template.ends_with("/shipping-option"));
    // Saying its name is how a view is made, which the other requests here do.
    own.retain(|operation| !operation.template.starts_with("/v1/admin/views/"));
    // Letters are counted from 1, and there are some.
    for operation in own.iter().filter(|operation| !operation.template.contains("/messages/{number}")) {
        let nobodys = operation.clone().about(&Ids::strangers());
        let answer = attacker.ask(&nobodys, "").json(good(operation)).send().await;
        answer.problem(404, "not_found");
    }
    // What is aimed at is not paid: it has no document, no parcel and no return. staff_writes.rs tries the last two.
    // Its buyer is no customer yet, and what kinds of letters there are is no matter of ids.
    let unknown = ["{number}", "/returns/", "{email}", "{kind}"];
    own.retain(|operation| !unknown.iter().any(|part| operation.template.contains(part)));
    for operation in own.iter().filter(|operation| operation.method != Method::DELETE) {
        let answer = attacker.ask(operation, "").json(good(operation)).send().await;
        assert!(!answer.is(404), "{}", answer.told());
    }
}

#[tokio::test]
async fn strange_methods_and_headers_do_no_harm() {
    let attacker = Attacker::new().await;
    let sent = attacker.shop.native_host("clients may refuse to send strange methods").is_some();
    let strange = if sent { &["TRACE", "PROPFIND", "PURGE"][..] } else { &[] };
    let mut asks = Vec::new();
    for operation in attacker.operations().await {
        for method in strange {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            asks.push((attacker.shop.ask(method, &operation.path()), true));
        }
        for (name, value) in [
            ("x-http-method-override", "DELETE"),
            ("authorization", "Bearer ..."),
            ("if-none-match", "\"\"\"\"W/,,"),
            ("if-match", "*nonsense"),
            ("idempotency-key", "a b"),
            ("x-cart-token", "%00"),
            ("cookie", "__Host-cart; ;;=;__Host-access=..;__Host-refresh="),
            ("accept", "nonsense"),
            ("origin", "nonsense"),
            ("x-forwarded-host", "evil.example"),
            ("content-length-of-mine", "-1"),
        ] {
            if operation.method == Method::GET {
                asks.push((attacker.ask(&operation, "").header(name, value), false));
            }
        }
    }
    attacker.send(asks).await;
}
