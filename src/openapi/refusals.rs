//! What each operation may refuse, by its codes: what follows from what it
//! takes, and what is said of it here. The API suite holds every answer that it
//! gets against it, so a refusal that is not said here fails a test.

use serde_json::{Map, Value, json};

use crate::auth::error::*;
use crate::catalog::error::*;
use crate::collections::error::*;
use crate::documents::error::*;
use crate::gift_cards::error::*;
use crate::idempotency::{KEY_IN_USE, KEY_REUSED};
use crate::jobs::imports::NOT_STARTABLE;
use crate::lists::{tags::TOO_MANY_TAGS, views::TOO_MANY_VIEWS};
use crate::orders::after::edits::error::*;
use crate::orders::after::goods::error::*;
use crate::orders::after::money::error::*;
use crate::orders::error::*;
use crate::payments::error::*;
use crate::pools::error::*;
use crate::price_lists::error::*;
use crate::problem::*;
use crate::promotions::error::*;
use crate::setup::error::*;
use crate::throttle::error::*;
use crate::uploads::error::*;
use crate::webhooks::error::*;
use crate::wire::conditional::STALE;
use crate::wire::extract::{BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE};
use crate::wire::forgery::CSRF;

/// Of a cart that is being filled.
const CART: [Code; 4] = [CART_CLOSED, TOO_MANY_CHANGES, DRAFT_LINES, DRAFT_OVER];
/// Of a draft that staff fill.
const DRAFT: [Code; 4] = [CART_CLOSED, TOO_MANY_CHANGES, DRAFT_OVER, COUPON_NOT_VALID];
/// Of trying to have an order paid.
const PAYMENT: [Code; 9] = [
    OUT_OF_STOCK,
    PAYMENT_IN_PROGRESS,
    TOO_MANY_UNPAID_ORDERS,
    PLACED_TOO_OFTEN,
    COUPON_EXHAUSTED,
    COUPON_NOT_VALID,
    GIFT_CARD_CHANGED,
    AMOUNT_TOO_SMALL,
    AMOUNT_NOT_TAKEN,
];
/// Of a gift card that is to pay.
const GIFT_CARD: [Code; 2] = [GIFT_CARD_NOT_VALID, TOO_MANY_REQUESTS];
/// Of placing one.
const PLACEMENT: [Code; 7] = [
    CART_INCOMPLETE,
    PRICE_CHANGED,
    CONTENTS_CHANGED,
    NOT_FOR_SALE,
    SHIPPING_NOT_OFFERED,
    TOO_MANY_CHANGES,
    DRAFT_OVER,
];

/// What an operation refuses for reasons of its own.
fn own(operation: &str) -> Vec<Code> {
    match operation {
        "GET /v1/products/{id}" | "GET /v1/search/suggestions" => vec![INVALID],
        "GET /v1/collections" | "GET /v1/collections/{id}" => vec![INVALID],
        "POST /v1/carts" => vec![TOO_MANY_REQUESTS, CART_CLOSED, TOO_MANY_CHANGES],
        "POST /v1/carts/{id}/order" => [&PLACEMENT[..], &PAYMENT].concat(),
        "POST /v1/admin/drafts" => [&DRAFT[..], &GIFT_CARD].concat(),
        "PATCH /v1/admin/drafts/{id}" => [&DRAFT[..], &GIFT_CARD].concat(),
        "DELETE /v1/admin/drafts/{id}" => vec![CART_CLOSED],
        "POST /v1/admin/drafts/{id}/send" => {
            vec![CART_CLOSED, DRAFT_OVER, CART_INCOMPLETE, TOO_MANY_CHANGES, TOO_MANY_LETTERS]
        }
        "POST /v1/admin/drafts/{id}/order" => [&[CART_CLOSED][..], &PLACEMENT, &PAYMENT].concat(),
        "POST /v1/orders" => [&PLACEMENT[..], &PAYMENT, &GIFT_CARD].concat(),
        "POST /v1/carts/{id}/coupons" => [&CART[..], &[COUPON_NOT_VALID, TOO_MANY_REQUESTS]].concat(),
        "POST /v1/carts/{id}/gift-cards" => [&CART[..], &GIFT_CARD].concat(),
        "PATCH /v1/carts/{id}" => [&CART[..], &[COUPON_NOT_VALID], &GIFT_CARD].concat(),
        "POST /v1/orders/{id}/payments" | "POST /v1/admin/orders/{id}/payments" => {
            [&[NOT_PAYABLE, TOO_MANY_ATTEMPTS][..], &PAYMENT].concat()
        }
        "POST /v1/admin/orders/{id}/payments/received" => {
            vec![NOT_PAYABLE, MORE_THAN_OWED, TOO_MANY_RECEIPTS, EDIT_IN_PROGRESS]
        }
        "POST /v1/admin/orders/{id}/tags" => vec![TOO_MANY_TAGS],
        "PUT /v1/admin/views/{page}/{name}" => vec![TOO_MANY_VIEWS],
        "POST /v1/admin/orders/{id}/fulfilments" => vec![NOT_FULFILLABLE, TOO_MANY_FULFILMENTS, EDIT_IN_PROGRESS],
        "POST /v1/admin/orders/{id}/fulfilments/{number}/ship" => vec![NOT_FULFILLABLE],
        "POST /v1/admin/orders/{id}/fulfilments/{number}/undo" => vec![ALREADY_SHIPPED],
        "POST /v1/orders/{id}/returns" | "POST /v1/admin/orders/{id}/returns" => vec![NOT_RETURNABLE, TOO_MANY_RETURNS],
        "POST /v1/admin/returns/{id}/approve" | "POST /v1/admin/returns/{id}/refuse" => vec![RETURN_CLOSED],
        "POST /v1/admin/returns/{id}/receive" => vec![RETURN_CLOSED, NOT_RETURNABLE],
        "POST /v1/admin/orders/{id}/capture" => vec![NOT_CAPTURABLE, PAYMENT_IN_PROGRESS],
        "POST /v1/admin/orders/{id}/refunds" | "POST /v1/admin/orders/{id}/refunds/preview" => {
            vec![NOT_REFUNDABLE, GIFT_CARDS_ISSUED, TOO_MANY_REFUNDS, EDIT_IN_PROGRESS]
        }
        "POST /v1/admin/orders/{id}/refunds/{number}/done" => vec![NOT_BY_HAND],
        "POST /v1/admin/orders/{id}/cancel" => {
            vec![NOT_CANCELLABLE, PAYMENT_IN_PROGRESS, GIFT_CARDS_ISSUED, TOO_MANY_REFUNDS, EDIT_IN_PROGRESS]
        }
        "POST /v1/admin/orders/{id}/edits" => vec![
            NOT_EDITABLE,
            ALREADY_PACKED,
            ALREADY_INVOICED,
            NOT_REMOVABLE,
            TOO_MANY_EDITS,
            DIFFERENCE_TO_PAY,
            AMOUNT_TOO_SMALL,
            AMOUNT_NOT_TAKEN,
            NOTHING_LEFT_TO_PAY,
            PAYMENT_IN_PROGRESS,
            ORDER_EDITED,
            EDIT_IN_PROGRESS,
            OUT_OF_STOCK,
            SHIPPING_NOT_OFFERED,
            GIFT_CARDS_ISSUED,
            NOT_REFUNDABLE,
            TOO_MANY_REFUNDS,
        ],
        "POST /v1/admin/orders/{id}/edits/{number}/cancel" => vec![NOTHING_ASKED],
        "POST /v1/admin/orders/{id}/edits/{number}/paid" => vec![NOTHING_ASKED, EDIT_NOT_MADE, PAYMENT_IN_PROGRESS],
        "POST /v1/admin/orders/{id}/notes" => vec![TOO_MANY_NOTES],
        "POST /v1/webhooks/stripe" => vec![BAD_SIGNATURE, UNPARSABLE, BODY_TOO_LARGE, NOT_FOUND],
        "POST /v1/orders/{id}/cancel" => vec![NOT_CANCELLABLE, PAYMENT_IN_PROGRESS],
        "GET /v1/admin/orders/{id}/documents" => vec![SELLER_UNKNOWN, DOCUMENT_TOO_LONG],
        "GET /v1/orders/{id}/documents" | "GET /v1/orders/{id}/documents/{number}" => vec![DOCUMENT_TOO_LONG],
        "POST /v1/admin/products" => vec![SLUG_TAKEN, SKU_TAKEN, CATALOG_FULL],
        "POST /v1/admin/products/{id}/copy" => vec![SLUG_TAKEN, PRODUCT_CHANGED, CATALOG_FULL],
        "PATCH /v1/admin/products/{id}" => {
            vec![SLUG_TAKEN, SKU_TAKEN, CATALOG_FULL, PART_OF_BUNDLE, STOCKED_BUNDLE]
        }
        "DELETE /v1/admin/products/{id}" => vec![STOCK_HELD, PART_OF_BUNDLE],
        "POST /v1/admin/products/{id}/variants" => vec![SKU_TAKEN, CATALOG_FULL],
        "PATCH /v1/admin/variants/{id}" => vec![SKU_TAKEN, CATALOG_FULL, PART_OF_BUNDLE, STOCKED_BUNDLE],
        "POST /v1/admin/variants/bulk" => vec![PRODUCT_CHANGED],
        "DELETE /v1/admin/variants/{id}" => vec![STOCK_HELD, LAST_VARIANT, PART_OF_BUNDLE],
        "POST /v1/admin/uploads" => {
            vec![UNKNOWN_PICTURE, BROKEN_PICTURE, PICTURE_TOO_LARGE, UPLOAD_GOING, TOO_MANY_SIZES, UPLOADS_FULL]
        }
        "POST /v1/admin/stock/{variant_id}/adjustments" => vec![BELOW_HELD, NO_STOCK],
        "POST /v1/admin/gift-cards" => vec![GIFT_CARD_CODE_TAKEN],
        "PATCH /v1/admin/settings" | "PUT /v1/admin/settings/tax" => vec![IN_USE],
        "POST /v1/admin/promotions" | "PATCH /v1/admin/promotions/{id}" => vec![CODE_TAKEN, PROMOTIONS_FULL],
        "POST /v1/admin/collections" | "PATCH /v1/admin/collections/{id}" => {
            vec![SLUG_TAKEN, COLLECTION_CHANGED, COLLECTIONS_FULL]
        }
        "POST /v1/admin/customer-groups" => vec![TITLE_TAKEN, CUSTOMER_GROUPS_FULL],
        "PATCH /v1/admin/customer-groups/{id}" => vec![TITLE_TAKEN],
        "DELETE /v1/admin/customer-groups/{id}" => vec![CUSTOMER_GROUP_IN_USE],
        "POST /v1/admin/customer-groups/{id}/members" => vec![CUSTOMER_GROUP_CHANGED, CUSTOMER_GROUPS_FULL],
        "POST /v1/admin/price-lists" => vec![TITLE_TAKEN, PRICE_LISTS_FULL, PRICE_LIST_CHANGED],
        "PATCH /v1/admin/price-lists/{id}" => vec![TITLE_TAKEN],
        "DELETE /v1/admin/price-lists/{id}/prices/{variant_id}" => vec![PRICE_LIST_CHANGED],
        "POST /v1/admin/price-lists/{id}/prices" => vec![PRICE_LIST_CHANGED, PRICE_LISTS_FULL],
        "POST /v1/admin/collections/{id}/products" => vec![COLLECTION_CHANGED, COLLECTIONS_FULL, BY_RULE],
        "POST /v1/admin/imports" => vec![BODY_TOO_LARGE, UNPARSABLE],
        "POST /v1/admin/imports/{id}/start" => vec![NOT_STARTABLE],
        "POST /v1/admin/webhooks" => vec![WEBHOOKS_FULL],
        "POST /v1/auth/register" => vec![TOO_MANY_REQUESTS, BUSY],
        "POST /v1/auth/login" => vec![INVALID_CREDENTIALS, TOO_MANY_REQUESTS, BUSY],
        "POST /v1/auth/refresh" => vec![INVALID_TOKEN, TOKEN_REUSED],
        _ if operation.contains("/carts/{id}") && !operation.starts_with("GET ") => CART.to_vec(),
        _ => Vec::new(),
    }
}

/// All that an operation refuses, without regard to order.
fn of(operation: &str, described: &Map<String, Value>) -> Vec<Code> {
    let takes = |place: &str, name: Option<&str>| {
        let mut all = described["parameters"].as_array().into_iter().flatten();
        all.any(|given| given["in"] == place && name.is_none_or(|name| given["name"] == name))
    };
    let safe = operation.starts_with("GET ");
    let mut codes = own(operation);
    // These two answer of themselves.
    if !matches!(operation, "GET /healthz" | "GET /.well-known/jwks.json") {
        codes.push(UNAVAILABLE);
    }
    if operation != "GET /healthz" {
        codes.push(INTERNAL);
    }
    if !safe {
        codes.push(CSRF);
    }
    if described.contains_key("requestBody") {
        codes.extend([UNPARSABLE, BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, INVALID]);
    }
    if takes("query", None) {
        codes.push(INVALID);
    }
    if takes("path", None) {
        codes.push(NOT_FOUND);
    }
    if takes("header", Some("Idempotency-Key")) {
        codes.push(INVALID);
        // See auth/handlers.rs.
        if !operation.contains("/v1/auth/") {
            codes.push(KEY_REUSED);
        }
        if ["/carts", "/drafts", "/orders", "/returns"].iter().any(|room| operation.contains(room)) {
            codes.push(KEY_IN_USE);
        }
    }
    if takes("header", Some("If-Match")) {
        let changed = match operation {
            _ if operation.contains("/settings") => SETTINGS_CHANGED,
            _ if operation.contains("/promotions") => PROMOTION_CHANGED,
            _ if operation.contains("/collections") => COLLECTION_CHANGED,
            _ if operation.contains("/customer-groups") => CUSTOMER_GROUP_CHANGED,
            _ if operation.contains("/price-lists") => PRICE_LIST_CHANGED,
            _ => PRODUCT_CHANGED,
        };
        codes.extend([STALE, changed]);
    }
    let security = described["security"].as_array().cloned().unwrap_or_default();
    if security.iter().any(|way| way.get("bearer").is_some()) && operation != "POST /v1/auth/logout" {
        codes.push(INVALID_TOKEN);
        if !security.contains(&json!({})) {
            codes.push(NOT_SIGNED_IN);
        }
    }
    if operation.contains("/v1/admin/") {
        codes.push(FORBIDDEN);
    }
    codes
}

/// The answers of an operation that are problems, by their status.
pub fn answers(operation: &str, described: &Map<String, Value>) -> Map<String, Value> {
    let mut codes = of(operation, described);
    codes.sort_unstable_by_key(|code| (code.status, code.name));
    codes.dedup();
    let by_status = codes.chunk_by(|one, other| one.status == other.status);
    let answers = by_status.map(|codes| {
        let status = codes[0].status;
        let names: Vec<_> = codes.iter().map(|code| code.name).collect();
        let said: Vec<_> = codes.iter().map(|code| format!("`{}`: {}", code.name, code.meaning.trim())).collect();
        let schema = json!({
            "$ref": "#/components/schemas/Problem",
            "properties": {"code": {"enum": names}, "status": {"const": status.as_u16()}},
        });
        let mut headers = super::headers::of_all();
        // Cookies that are good for nothing any more go.
        if status.as_u16() == 401 && operation == "POST /v1/auth/refresh" {
            headers.insert("Set-Cookie".into(), super::headers::reference("Set-Cookie"));
        }
        match status.as_u16() {
            401 => headers.insert("WWW-Authenticate".into(), super::headers::reference("WWW-Authenticate")),
            409 | 429 | 503 => headers.insert("Retry-After".into(), super::headers::reference("Retry-After")),
            _ => None,
        };
        let answer = json!({
            "description": said.join(" "),
            "headers": headers,
            "content": {"application/problem+json": {"schema": schema}},
        });
        (status.as_u16().to_string(), answer)
    });
    answers.collect()
}
