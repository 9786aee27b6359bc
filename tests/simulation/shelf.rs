//! What the shop sells, and what everything is called.

use tradepost::ids::{ProductId, VariantId};
use tradepost::settings::Settings;
use tradepost::shelf::snapshot::Snapshot;

pub const PRICE: i64 = 250;

pub fn id_of(kind: u8, n: usize) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[0] = kind;
    bytes[15] = u8::try_from(n).unwrap();
    bytes
}

/// A shop that sells these, each at [`PRICE`], and sends for as much.
pub fn shelf(variants: &[VariantId]) -> Snapshot {
    let price = serde_json::json!([{ "amount": PRICE, "currency": "EUR" }]);
    let variants: Vec<_> = variants
        .iter()
        .map(|id| {
            serde_json::json!({
                "id": id, "sku": "A", "title": "A", "given_title": null, "options": [], "prices": price, "compare_at": [],
                "weight_grams": null, "barcode": null, "level": "in_stock",
            })
        })
        .collect();
    let product = serde_json::json!({
        "id": ProductId::derived(id_of(3, 0)), "slug": "a", "title": "A", "description": "", "vendor": null, "tags": [],
        "status": "active", "version": 1, "created_at": 0, "updated_at": 0, "options": [], "variants": variants,
        "images": [], "level": "in_stock", "delivery": "shipped", "tax_class": null,
    });
    let option =
        serde_json::json!({ "id": "standard", "title": "A", "rates": [{ "currency": "EUR", "amount": PRICE }] });
    let settings: Settings = serde_json::from_value(serde_json::json!({
        "shop_name": "A", "default_currency": "EUR", "currencies": ["EUR"], "country": null, "prices_include_tax": true,
        "tax": { "classes": ["standard"], "rates": [], "reverse_charge": false },
        "shipping": { "zones": [{ "title": "A", "places": [], "options": [option] }] },
        "payments": { "stripe": { "offered": false, "capture": "automatic" } }, "mail": { "sender": null },
    }))
    .unwrap();
    Snapshot::new("1".to_owned(), settings, vec![serde_json::from_value(product).unwrap()])
}
