//! An order that goes where another tax applies, once it is paid.

use serde_json::{Value, json};

use crate::fixtures::{Cart, eur, payment};
use crate::prices::{address_in, cart_to, place, product, rate, shop_in_germany};
use crate::shop::Shop;

impl Shop {
    async fn move_to(&self, cart: &Cart, address: Value, mut body: Value) -> crate::ask::Answer {
        body["shipping_address"] = address;
        body["reason"] = json!("they moved");
        self.act(cart, "edits", body).await
    }

    async fn documents(&self, cart: &Cart) -> Vec<Value> {
        let path = format!("/v1/admin/orders/{}/documents", cart.id);
        let all = self.get(&path).bearer(&self.owner().await).send().await.expect(200).json();
        let mut documents = Vec::new();
        for one in all["items"].as_array().unwrap() {
            let path = format!("/v1/admin/documents/{}", one["number"].as_str().unwrap());
            documents.push(self.get(&path).bearer(&self.owner().await).send().await.expect(200).json());
        }
        documents
    }
}

/// A German shop whose prices come without tax, and two lamps for 20.00 that were sent
/// for 6.00: with 19 % of it 30.94.
async fn two_lamps() -> Option<(Shop, Cart)> {
    let rates = json!([rate("DE", "standard", "19"), rate("FR", "standard", "20")]);
    let shop = shop_in_germany(false, rates).await?;
    let seller = json!({
        "address": { "name": "Farn GmbH", "line1": "Weg 1", "city": "Ulm", "postal_code": "89073", "country": "DE" },
        "vat_number": "DE123456789",
    });
    shop.patch("/v1/admin/settings")
        .bearer(&shop.owner().await)
        .json(json!({ "seller": seller }))
        .send()
        .await
        .expect(200);
    let lamp = product(&shop, 1_000, json!({})).await;
    let cart = cart_to(&shop, &[(&lamp, 2)], address_in("DE", "10115")).await;
    place(&shop, &cart).await;
    shop.until_staff_see(&cart, "its money can be given back", |order| order["refundable"] == eur(3_094)).await;
    Some((shop, cart))
}

#[tokio::test]
async fn an_order_goes_where_another_tax_applies_for_the_difference() {
    let Some((shop, cart)) = two_lamps().await else { return };
    let paris = address_in("FR", "75001");
    let refused = shop.move_to(&cart, paris.clone(), json!({})).await.problem(409, "difference_to_pay");
    assert_eq!(refused["to_pay"], eur(26));
    let seen = shop.move_to(&cart, paris.clone(), json!({ "preview": true })).await.expect(201).json();
    let edit = &seen["edits"][0];
    assert_eq!(edit["tax_change"], json!({ "before": eur(380 + 114), "after": eur(400 + 120) }));
    assert_eq!((&edit["to_pay"], &edit["refunded"], &edit["added"]), (&eur(26), &eur(0), &json!([])));
    let order = shop.move_to(&cart, paris, json!({ "ask_buyer": true })).await.expect(201).json();
    assert_eq!(order["shipping_address"]["country"], "DE", "nothing counts before it is paid");
    let seen = shop.order(&cart).await;
    assert_eq!((&seen["difference"]["to_pay"], &seen["difference"]["added"]), (&eur(26), &json!([])));
    let cookie = format!("__Host-cart={}.{}", cart.id, cart.token);
    let page = shop.get(&format!("/orders/{}", cart.id)).header("cookie", &cookie).send().await.expect(200);
    assert!(String::from_utf8_lossy(&page.body).contains("€5.20 instead of €4.94"));
    let pay = shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(payment("pm_card_visa"));
    let paid = pay.send().await.expect(200).json();
    assert_eq!((&paid["shipping_address"]["country"], &paid["payment"]["captured"]), (&json!("FR"), &eur(6_214)));
    let order = shop.staff_order(&cart).await;
    assert_eq!((&order["refundable"], &order["refunded"]), (&eur(3_120), &eur(3_094)), "given up, and paid anew");
    assert_eq!((&order["set_off"], &order["waiting_edit"]), (&eur(3_094), &json!(null)));
    assert_eq!((&order["lines"][0]["refunded"], &order["lines"][1]["quantity"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn what_is_archived_keeps_its_tax_class() {
    let (of_lamps, of_books) = ([("DE", "19"), ("AT", "20")], [("DE", "7"), ("AT", "10")]);
    let rates = |class: &str, all: [(&str, &str); 2]| all.map(|(country, percent)| rate(country, class, percent));
    let rates = [rates("standard", of_lamps), rates("reduced", of_books)].concat();
    let Some(shop) = shop_in_germany(true, rates.into()).await else { return };
    let book = product(&shop, 1_100, json!({ "tax_class": "reduced" })).await;
    let cart = cart_to(&shop, &[(&book, 1)], address_in("DE", "10115")).await;
    place(&shop, &cart).await;
    shop.until_staff_see(&cart, "its money can be given back", |order| order["refundable"] == eur(1_700)).await;
    let path = format!("/v1/admin/products/{}", book.id);
    shop.patch(&path).bearer(&shop.owner().await).json(json!({ "status": "archived" })).send().await.expect(200);
    let order = shop.move_to(&cart, address_in("AT", "1010"), json!({})).await.expect(201).json();
    assert_eq!(order["edits"][0]["tax_change"], json!({ "before": eur(72 + 96), "after": eur(100 + 100) }));
}

#[tokio::test]
async fn the_invoice_is_credited_and_another_has_the_tax_of_the_new_place() {
    let Some((shop, cart)) = two_lamps().await else { return };
    assert_eq!(shop.documents(&cart).await.len(), 1);
    let mut abroad = address_in("US", "90210");
    abroad["region"] = json!("CA");
    let order = shop.move_to(&cart, abroad, json!({})).await.expect(201).json();
    assert_eq!((&order["edits"][0]["refunded"], &order["edits"][0]["set_off"]), (&eur(494), &eur(2_600)));
    shop.until_staff_see(&cart, "the tax is back", |order| order["refunded"] == eur(2_600 + 494)).await;
    let documents = shop.documents(&cart).await;
    let of_kind = |kind: &str| documents.iter().filter(|one| one["kind"] == kind).collect::<Vec<_>>();
    let [first, second] = of_kind("invoice")[..] else { panic!("{documents:?}") };
    assert_eq!(
        (&first["total"], &first["tax"], &first["buyer"]["address"]["country"]),
        (&eur(3_094), &eur(494), &json!("DE"))
    );
    assert_eq!(
        (&second["total"], &second["tax"], &second["buyer"]["address"]["country"]),
        (&eur(2_600), &eur(0), &json!("US"))
    );
    let notes = of_kind("credit_note");
    let sum = |member: &str| notes.iter().map(|note| note[member]["amount"].as_i64().unwrap()).sum::<i64>();
    assert_eq!((sum("total"), sum("tax")), (3_094, 494), "all of the first: {notes:?}");
    assert!(notes.iter().all(|note| note["corrects"]["number"] == first["number"]));
}
