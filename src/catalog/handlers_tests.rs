use axum::response::IntoResponse;
use bytes::Bytes;
use http::HeaderValue;
use serde_json::json as value;

use super::*;
use crate::catalog::removal::{Removal, Target};
use crate::testing::{Shop, block_on, staff_member};
use crate::wire::body::parse;

fn staff() -> Staff {
    Staff(staff_member())
}

fn writer() -> StaffWrite {
    StaffWrite::of(staff_member())
}

fn json_body<T: serde::de::DeserializeOwned>(body: &Value) -> Result<Json<T>, Problem> {
    let bytes = Bytes::from(body.to_string());
    Ok(Json { value: parse(&bytes, "POST /v1/admin/products")?, bytes })
}

/// The status, the ETag and the body.
fn open(response: Response) -> (u16, Option<String>, Value) {
    let etag = response.headers().get("etag").map(|etag| etag.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let bytes = block_on(http_body_util::BodyExt::collect(response.into_body())).unwrap().to_bytes();
    (status, etag, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

fn create(shop: &Shop, key: Option<&str>, body: &Value) -> Result<(u16, Option<String>, Value), Problem> {
    let key = IdempotencyKey(key.map(str::to_owned));
    let answer = block_on(create_product(State(shop.app.clone()), writer(), key, json_body(body)?))?;
    Ok(open(answer.into_response()))
}

fn patch(shop: &Shop, id: &Value, condition: &str, body: Value) -> Result<(u16, Option<String>, Value), Problem> {
    let id = Path(id.as_str().unwrap().parse().unwrap());
    let answer = block_on(update_product(State(shop.app.clone()), writer(), id, when(condition), json_body(&body)?))?;
    Ok(open(answer.into_response()))
}

fn patch_variant(shop: &Shop, id: &Value, body: Value) -> Result<(u16, Option<String>, Value), Problem> {
    let id = Path(id.as_str().unwrap().parse().unwrap());
    let answer = block_on(update_variant(State(shop.app.clone()), writer(), id, when(""), json_body(&body)?))?;
    Ok(open(answer.into_response()))
}

fn removed(shop: &Shop, target: Target, condition: &str) -> Result<bool, Problem> {
    block_on(async {
        let removal = Removal::decide(&shop.app, &writer(), target, &when(condition)).await?;
        removal.write(&shop.app, &writer()).await
    })
}

fn when(header: &str) -> IfMatch {
    let mut request = http::Request::new(());
    if !header.is_empty() {
        request.headers_mut().insert("if-match", HeaderValue::from_str(header).unwrap());
    }
    let mut parts = request.into_parts().0;
    block_on(<IfMatch as axum::extract::FromRequestParts<()>>::from_request_parts(&mut parts, &())).unwrap()
}

fn mug() -> Value {
    value!({
        "title": "Enamel Mug", "status": "active", "options": [{"name": "Size", "values": ["S", "L"]}],
        "variants": [
            {"sku": "MUG-S", "options": {"Size": "S"}, "prices": [{"amount": 1490, "currency": "EUR"}]},
            {"sku": "MUG-L", "options": {"Size": "L"}, "prices": [{"amount": 1690, "currency": "EUR"}]},
        ]
    })
}

fn plain(sku: &str, slug: &str) -> Value {
    value!({"title": "Plain", "slug": slug, "variants": [{"sku": sku, "prices": [{"amount": 1, "currency": "EUR"}]}]})
}

#[test]
fn a_created_product_is_answered_whole_and_published() {
    let shop = Shop::new();
    let (status, etag, product) = create(&shop, None, &mug()).unwrap();
    assert_eq!((status, etag.as_deref()), (201, Some("\"1\"")));
    assert_eq!(product["slug"], "enamel-mug");
    assert_eq!(product["variants"][1]["title"], "L");
    assert_eq!(product["variants"][1]["prices"][0]["amount"], 1690);
    assert!(product["variants"][0]["id"].as_str().unwrap().starts_with("var_"));
    assert_eq!(*shop.world.commands.lock().unwrap(), ["{\"changed\":1}"]);
    let id = Path(product["id"].as_str().unwrap().parse().unwrap());
    let read = block_on(get_product(State(shop.app.clone()), staff(), id)).unwrap();
    assert_eq!(open(read.into_response()), (200, etag, product));
}

#[test]
fn a_product_sent_twice_with_one_key_is_created_once() {
    let shop = Shop::new();
    let first = create(&shop, Some("k"), &mug()).unwrap();
    let second = create(&shop, Some("k"), &mug()).unwrap();
    assert_eq!(first.2, second.2);
    assert_eq!(create(&shop, Some("k"), &plain("P", "p")).unwrap_err().code, "idempotency_key_reused");
    assert_eq!(shop.world.commands.lock().unwrap().len(), 1);
}

#[test]
fn slugs_and_skus_belong_to_one_product() {
    let shop = Shop::new();
    create(&shop, None, &mug()).unwrap();
    let slug = create(&shop, None, &plain("OTHER", "enamel-mug")).unwrap_err();
    assert_eq!((slug.status.as_u16(), slug.code, slug.errors[0].pointer.as_str()), (409, "slug_taken", "/slug"));
    let mut body = mug();
    body["slug"] = "mug-2".into();
    body["variants"][0]["sku"] = "FREE".into();
    let sku = create(&shop, None, &body).unwrap_err();
    assert_eq!((sku.status.as_u16(), sku.code, sku.errors[0].pointer.as_str()), (409, "sku_taken", "/variants/1/sku"));
    assert_eq!(sku.errors.len(), 1);
    let (_, _, other) = create(&shop, None, &plain("OTHER", "other")).unwrap();
    assert_eq!(patch(&shop, &other["id"], "", value!({"slug": "enamel-mug"})).unwrap_err().code, "slug_taken");
    let taken = patch_variant(&shop, &other["variants"][0]["id"], value!({"sku": "MUG-L"})).unwrap_err();
    assert_eq!((taken.code, taken.errors[0].pointer.as_str()), ("sku_taken", "/sku"));
}

#[test]
fn what_is_wrong_is_pointed_at() {
    let shop = Shop::new();
    let problem = create(&shop, None, &value!({"title": "", "variants": []})).unwrap_err();
    assert_eq!(problem.status, 422);
    assert_eq!(problem.errors.iter().map(|error| error.pointer.as_str()).collect::<Vec<_>>(), ["/title", "/variants"]);
    assert_eq!(create(&shop, None, &value!({"titel": "x"})).unwrap_err().status, 422);
    let (_, _, product) = create(&shop, None, &mug()).unwrap();
    let problem =
        patch_variant(&shop, &product["variants"][1]["id"], value!({"prices": [{"amount": -1, "currency": "EUR"}]}));
    assert_eq!(problem.unwrap_err().errors[0].pointer, "/prices/0/amount");
    let problem = patch(&shop, &product["id"], "", value!({"options": []})).unwrap_err();
    assert_eq!(problem.errors.iter().map(|error| error.pointer.as_str()).collect::<Vec<_>>(), ["/options"; 2]);
}

#[test]
fn a_change_from_an_old_version_is_refused() {
    let shop = Shop::new();
    let (_, etag, product) = create(&shop, None, &mug()).unwrap();
    let etag = etag.unwrap();
    let (status, newer, changed) =
        patch(&shop, &product["id"], &etag, value!({"title": "Cup", "vendor": "V"})).unwrap();
    assert_eq!((status, newer.as_deref()), (200, Some("\"2\"")));
    assert_eq!(
        (&changed["title"], &changed["vendor"], &changed["slug"]),
        (&value!("Cup"), &value!("V"), &value!("enamel-mug"))
    );
    assert_eq!(changed["variants"], product["variants"]);
    assert_eq!(patch(&shop, &product["id"], &etag, value!({"title": "Jug"})).unwrap_err().status, 412);
    let (_, _, cleared) = patch(&shop, &product["id"], "*", value!({"vendor": null})).unwrap();
    assert!(cleared["vendor"].is_null());
}

#[test]
fn variants_come_change_and_go() {
    let shop = Shop::new();
    let (_, _, product) = create(&shop, None, &mug()).unwrap();
    let id: ProductId = product["id"].as_str().unwrap().parse().unwrap();
    let state = || State(shop.app.clone());
    patch(&shop, &product["id"], "", value!({"options": [{"name": "Size", "values": ["S", "L", "XL"]}]})).unwrap();
    let new = value!({"sku": "MUG-XL", "options": {"Size": "XL"}, "prices": [{"amount": 2, "currency": "USD"}]});
    let add = |body: &Value| {
        block_on(create_variant(state(), writer(), Path(id), IdempotencyKey(None), when(""), json_body(body)?))
            .map(|answer| open(answer.into_response()))
    };
    let (status, etag, variant) = add(&new).unwrap();
    assert_eq!((status, etag.as_deref(), &variant["title"]), (201, Some("\"3\""), &value!("XL")));
    assert_eq!(add(&new).unwrap_err().errors[0].pointer, "/sku");
    let (_, _, changed) =
        patch_variant(&shop, &variant["id"], value!({"prices": [{"amount": 5, "currency": "GBP"}], "weight_grams": 7}))
            .unwrap();
    assert_eq!((&changed["prices"][0]["amount"], &changed["weight_grams"]), (&value!(5), &value!(7)));
    let remove = |id: &Value| removed(&shop, Target::Variant(id.as_str().unwrap().parse().unwrap()), "");
    assert!(remove(&variant["id"]).unwrap());
    assert_eq!(remove(&variant["id"]).unwrap_err().status, 404);
    assert!(remove(&product["variants"][0]["id"]).unwrap());
    assert_eq!(remove(&product["variants"][1]["id"]).unwrap_err().code, "last_variant");
    let product = |condition| removed(&shop, Target::Product(id), condition);
    assert_eq!(product("\"1\"").unwrap_err().status, 412);
    assert!(product("").unwrap());
    assert_eq!(block_on(get_product(state(), staff(), Path(id))).map(|_| ()).unwrap_err().status, 404);
}

#[test]
fn staff_walk_all_products_newest_first() {
    let shop = Shop::new();
    for n in 0..5 {
        shop.pass(1);
        create(&shop, None, &plain(&format!("P{n}"), &format!("p{n}"))).unwrap();
    }
    let list = |status: Option<Status>, cursor: Option<String>| {
        let query = AdminListQuery { status, q: None, limit: Some("2".into()), cursor };
        block_on(list_products(State(shop.app.clone()), staff(), Query(query)))
            .map(|answer| open(answer.into_response()).2)
    };
    let (mut slugs, mut cursor) = (Vec::new(), None);
    loop {
        let page = list(None, cursor).unwrap();
        assert_eq!(page["total"], 5);
        slugs.extend(page["items"].as_array().unwrap().iter().map(|item| item["slug"].as_str().unwrap().to_owned()));
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(slugs, ["p4", "p3", "p2", "p1", "p0"]);
    assert_eq!(list(Some(Status::Active), None).unwrap()["total"], 0);
    let page = list(None, None).unwrap();
    let cursor = page["next_cursor"].as_str().map(str::to_owned);
    assert_eq!(list(Some(Status::Draft), cursor).unwrap_err().errors[0].pointer, "cursor");
}

/// Whatever is wrong with the rest of the request.
#[test]
fn a_stranger_is_turned_away_first() {
    let shop = Shop::new();
    let site = shop.site();
    let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let product = format!("/v1/admin/products/prod_{id}");
    let variants = format!("{product}/variants");
    let variant = format!("/v1/admin/variants/var_{id}");
    let all = [
        ("GET", "/v1/admin/products"),
        ("POST", "/v1/admin/products"),
        ("GET", &product),
        ("PATCH", &product),
        ("DELETE", &product),
        ("GET", &variants),
        ("POST", &variants),
        ("GET", &variant),
        ("PATCH", &variant),
        ("DELETE", &variant),
    ];
    for (method, path) in all {
        let request = http::Request::builder().method(method).uri(path).body(Bytes::from("not json")).unwrap();
        let response = block_on(site.answer(request));
        assert_eq!(response.status(), 401, "{method} {path}");
    }
}

#[test]
fn changes_are_visible_to_buyers_once_published() {
    let shop = Shop::new();
    let (_, _, product) = create(&shop, None, &mug()).unwrap();
    shop.publish();
    let read = || shop.read("/v1/products/enamel-mug");
    assert_eq!(read().unwrap()["price"]["to"]["amount"], 1690);
    patch_variant(&shop, &product["variants"][1]["id"], value!({"prices": [{"amount": 1, "currency": "EUR"}]}))
        .unwrap();
    shop.publish();
    assert_eq!(read().unwrap()["price"]["from"]["amount"], 1);
    patch(&shop, &product["id"], "", value!({"status": "archived"})).unwrap();
    shop.publish();
    assert_eq!(read().unwrap_err().status, 404);
}

#[test]
fn whatever_may_change_a_price_outwaits_the_leases() {
    let shop = Shop::new();
    let (.., product) = create(&shop, None, &mug()).unwrap();
    let waited = |change: &dyn Fn()| {
        let before = shop.app.clock.now();
        change();
        shop.app.clock.now().since(before)
    };
    let variant = &product["variants"][0]["id"];
    let id = || product["id"].as_str().unwrap().parse().unwrap();
    let draft = || drop(patch(&shop, &product["id"], "", value!({"status": "draft"})).unwrap());
    let price = value!({"prices": [{"amount": 5, "currency": "EUR"}]});
    let dearer = || drop(patch_variant(&shop, variant, price.clone()).unwrap());
    let fewer = || assert!(removed(&shop, Target::Variant(variant.as_str().unwrap().parse().unwrap()), "").unwrap());
    let gone = || assert!(removed(&shop, Target::Product(id()), "").unwrap());
    let changes: [&dyn Fn(); 4] = [&draft, &dearer, &fewer, &gone];
    for (n, change) in changes.into_iter().enumerate() {
        assert!(waited(change) > crate::revision::LEASE_MILLIS, "change {n}");
    }
}
