//! Every route of the system, one line each, grouped by who calls.

#[cfg(not(target_arch = "wasm32"))]
use aide::axum::routing::{delete, get, patch, post, put};
#[cfg(not(target_arch = "wasm32"))]
use axum::routing::{get as page, post as form};

use crate::app::App;
use crate::auth;
use crate::catalog::{bulk as product_bulk, copying, handlers as catalog, variant_list as variants};
use crate::collections::{handlers as collections, picks};
use crate::console::handlers as console;
use crate::documents::handlers as documents;
use crate::exchange::export as products;
use crate::gift_cards::handlers as gift_cards;
use crate::jobs::{handlers as jobs, imports};
use crate::lists::{
    audited, bulk, check::handlers as checks, customers, export, handlers as lists, sending, tags, views,
};
use crate::messages::handlers as messages;
use crate::orders::after::{edits::handlers as edits, goods::handlers as goods, money::handlers as money};
use crate::orders::drafts::handlers as drafts;
use crate::orders::{cart_handlers as carts, handlers as orders, offer_handlers as offers, webhooks};
use crate::pools::{bulk as pool_bulk, handlers as pools, promotions, removal};
use crate::price_lists::{groups, lists as price_lists, members, prices as list_prices};
use crate::reports::handlers as reports;
use crate::setup::handlers as setup;
use crate::shelf::handlers as shelf;
use crate::telemetry;
use crate::uploads::handlers as uploads;
use crate::web::{
    again, bank, card, cart, checkout, documents as papers, find, handlers as web, order, preferences, problem, returns,
};
use crate::webhooks::handlers as hooks;
// The Worker's routes carry no description.
#[cfg(target_arch = "wasm32")]
use crate::wire::bare::{Routes, delete, get, get as page, patch, plain, post, post as form, put};
#[cfg(not(target_arch = "wasm32"))]
use crate::wire::contract::{Routes, plain};
use crate::wire::site::{ProblemPages, Site};

/// The whole site. Building it is slow: once per isolate.
pub fn site(app: App) -> Site {
    Site::new(app, plain(routes()), ProblemPages { wanted: problem::for_people, page: problem::page })
}

pub fn routes() -> Routes {
    Routes::new()
        // Catalog, anonymous
        .api_route("/v1/products", get(shelf::list_products))
        .api_route("/v1/products/{id}", get(shelf::get_product))
        .api_route("/v1/search/suggestions", get(shelf::list_suggestions))
        .api_route("/v1/products/{id}/related", get(shelf::list_related))
        .api_route("/v1/suggestions", get(shelf::suggest))
        .api_route("/v1/collections", get(shelf::list_collections))
        .api_route("/v1/collections/{id}", get(shelf::get_collection))
        .api_route("/v1/variants/{id}/availability", get(pools::get_availability))
        // Carts and orders, by the cart's token or its customer
        .api_route("/v1/carts", post(carts::create_cart))
        .api_route("/v1/carts/{id}", get(carts::get_cart).patch(carts::update_cart))
        .api_route("/v1/carts/{id}/lines", post(carts::add_cart_line))
        .api_route("/v1/carts/{id}/lines/{line_id}", patch(carts::update_cart_line).delete(carts::delete_cart_line))
        .api_route("/v1/carts/{id}/details", put(carts::put_cart_details))
        .api_route("/v1/carts/{id}/shipping-options", get(offers::list_cart_shipping_options))
        .api_route("/v1/carts/{id}/shipping-option", put(offers::put_cart_shipping_option))
        .api_route("/v1/carts/{id}/coupons", post(offers::add_cart_coupon))
        .api_route("/v1/carts/{id}/coupons/{code}", delete(offers::delete_cart_coupon))
        .api_route("/v1/carts/{id}/gift-cards", post(offers::add_cart_gift_card))
        .api_route("/v1/carts/{id}/gift-cards/{card_id}", delete(offers::delete_cart_gift_card))
        .api_route("/v1/carts/{id}/order", post(orders::place_order))
        .api_route("/v1/orders", post(orders::create_order))
        .api_route("/v1/orders/{id}", get(orders::get_order))
        .api_route("/v1/orders/{id}/payments", post(orders::create_order_payment))
        .api_route("/v1/orders/{id}/cancel", post(orders::cancel_order))
        .api_route("/v1/orders/{id}/documents", get(documents::list_order_documents))
        .api_route("/v1/orders/{id}/documents/{number}", get(documents::get_order_document))
        .api_route("/v1/orders/{id}/returns", post(goods::create_return))
        .api_route("/v1/me/orders", get(lists::list_my_orders))
        // Payment providers, by their signature
        .api_route("/v1/webhooks/stripe", post(webhooks::receive_stripe_event))
        // Staff, role checked in each handler
        .api_route("/v1/admin/products", get(catalog::list_products).post(catalog::create_product))
        .api_route(
            "/v1/admin/products/{id}",
            get(catalog::get_product).patch(catalog::update_product).delete(removal::delete_product),
        )
        .api_route("/v1/admin/products/bulk", post(product_bulk::change_products))
        .api_route("/v1/admin/products/{id}/copy", post(copying::copy_product))
        .api_route("/v1/admin/products/{id}/variants", get(catalog::list_variants).post(catalog::create_variant))
        .api_route("/v1/admin/variants/bulk", post(pool_bulk::change_variants))
        .api_route("/v1/admin/variants", get(variants::list_all_variants))
        .api_route(
            "/v1/admin/variants/{id}",
            get(catalog::get_variant).patch(catalog::update_variant).delete(removal::delete_variant),
        )
        .api_route("/v1/admin/collections", get(collections::list_collections).post(collections::create_collection))
        .api_route("/v1/admin/collections/paths", get(collections::list_collection_paths))
        .api_route(
            "/v1/admin/collections/{id}",
            get(collections::get_collection)
                .patch(collections::update_collection)
                .delete(collections::delete_collection),
        )
        .api_route(
            "/v1/admin/collections/{id}/products",
            get(picks::list_collection_products).post(picks::change_collection_products),
        )
        .api_route("/v1/admin/uploads", post(uploads::create_upload))
        .api_route("/v1/admin/stock/{variant_id}", get(pools::get_stock))
        .api_route("/v1/admin/stock/{variant_id}/ledger", get(pools::list_stock_entries))
        .api_route("/v1/admin/stock/{variant_id}/adjustments", post(pools::create_stock_adjustment))
        .api_route("/v1/admin/gift-cards", get(gift_cards::list_gift_cards).post(gift_cards::create_gift_card))
        .api_route("/v1/admin/gift-cards/{id}", get(gift_cards::get_gift_card))
        .api_route("/v1/admin/gift-cards/{id}/ledger", get(gift_cards::list_gift_card_entries))
        .api_route("/v1/admin/gift-cards/{id}/disable", post(gift_cards::disable_gift_card))
        .api_route("/v1/admin/settings", get(setup::get_settings).patch(setup::update_settings))
        .api_route("/v1/admin/settings/tax", get(setup::get_tax).put(setup::put_tax))
        .api_route("/v1/admin/settings/shipping", get(setup::get_shipping).put(setup::put_shipping))
        .api_route("/v1/admin/promotions", get(promotions::list_promotions).post(promotions::create_promotion))
        .api_route(
            "/v1/admin/promotions/{id}",
            get(promotions::get_promotion).patch(promotions::update_promotion).delete(promotions::delete_promotion),
        )
        .api_route("/v1/admin/promotions/{id}/uses", get(promotions::list_promotion_uses))
        .api_route("/v1/admin/customer-groups", get(groups::list_customer_groups).post(groups::create_customer_group))
        .api_route(
            "/v1/admin/customer-groups/{id}",
            get(groups::get_customer_group).patch(groups::update_customer_group).delete(groups::delete_customer_group),
        )
        .api_route(
            "/v1/admin/customer-groups/{id}/members",
            get(members::list_customer_group_members).post(members::change_customer_group_members),
        )
        .api_route("/v1/admin/price-lists", get(price_lists::list_price_lists).post(price_lists::create_price_list))
        .api_route(
            "/v1/admin/price-lists/{id}",
            get(price_lists::get_price_list)
                .patch(price_lists::update_price_list)
                .delete(price_lists::delete_price_list),
        )
        .api_route(
            "/v1/admin/price-lists/{id}/prices",
            get(list_prices::list_list_prices).post(list_prices::change_list_prices),
        )
        .api_route("/v1/admin/price-lists/{id}/prices/{variant_id}", delete(list_prices::delete_list_prices))
        .api_route("/v1/admin/orders", get(lists::list_orders))
        .api_route("/v1/admin/orders/export", get(export::export_orders))
        .api_route("/v1/admin/orders/bulk", post(bulk::change_orders))
        .api_route("/v1/admin/fulfilments", post(sending::create_fulfilments))
        .api_route("/v1/admin/orders/drift", get(checks::get_order_drift))
        .api_route("/v1/admin/orders/rebuild", post(checks::rebuild_orders))
        .api_route("/v1/admin/orders/{id}/tags", post(tags::change_order_tags))
        .api_route("/v1/admin/orders/{id}", get(money::get_staff_order))
        .api_route("/v1/admin/orders/{id}/capture", post(money::create_order_capture))
        .api_route("/v1/admin/orders/{id}/refunds", post(money::create_order_refund))
        .api_route("/v1/admin/orders/{id}/refunds/preview", post(money::preview_order_refund))
        .api_route("/v1/admin/orders/{id}/refunds/{number}/done", post(money::create_refund_done))
        .api_route("/v1/admin/orders/{id}/cancel", post(money::cancel_order_as_staff))
        .api_route("/v1/admin/orders/{id}/edits", post(edits::create_order_edit))
        .api_route("/v1/admin/orders/{id}/shipping-options", get(edits::list_order_shipping_options))
        .api_route("/v1/admin/orders/{id}/edits/{number}/cancel", post(edits::cancel_order_edit))
        .api_route("/v1/admin/orders/{id}/edits/{number}/paid", post(edits::create_order_edit_payment))
        .api_route("/v1/admin/orders/{id}/notes", post(money::create_order_note))
        .api_route("/v1/admin/orders/{id}/payments", post(orders::create_payment_as_staff))
        .api_route("/v1/admin/orders/{id}/payments/received", post(orders::create_received_payment))
        .api_route("/v1/admin/reports/sales", get(reports::get_sales_report))
        .api_route("/v1/admin/reports/sales/export", get(reports::export_sales_report))
        .api_route("/v1/admin/reports/tax", get(reports::get_tax_report))
        .api_route("/v1/admin/reports/tax/export", get(reports::export_tax_report))
        .api_route("/v1/admin/reports/stock", get(reports::get_stock_report))
        .api_route("/v1/admin/reports/gift-cards", get(reports::get_gift_card_report))
        .api_route("/v1/admin/reports/today", get(reports::get_today_report))
        .api_route("/v1/admin/webhooks", get(hooks::list_webhooks).post(hooks::create_webhook))
        .api_route(
            "/v1/admin/webhooks/{id}",
            get(hooks::get_webhook).patch(hooks::update_webhook).delete(hooks::delete_webhook),
        )
        .api_route("/v1/admin/webhooks/{id}/rotate", post(hooks::rotate_webhook_secret))
        .api_route("/v1/admin/webhooks/{id}/test", post(hooks::test_webhook))
        .api_route("/v1/admin/webhooks/{id}/deliveries", get(hooks::list_webhook_deliveries))
        .api_route("/v1/admin/webhooks/{id}/deliveries/{number}/replay", post(hooks::replay_webhook_delivery))
        .api_route("/v1/admin/webhooks/{id}/replay", post(hooks::replay_webhook))
        .api_route("/v1/admin/orders/{id}/documents", get(documents::list_documents_of_order))
        .api_route("/v1/admin/documents", get(documents::list_documents))
        .api_route("/v1/admin/documents/{number}", get(documents::get_document))
        .api_route("/v1/admin/orders/{id}/fulfilments", post(goods::create_fulfilment))
        .api_route("/v1/admin/orders/{id}/fulfilments/{number}/ship", post(goods::ship_fulfilment))
        .api_route("/v1/admin/orders/{id}/fulfilments/{number}/undo", post(goods::undo_fulfilment))
        .api_route("/v1/admin/orders/{id}/returns", post(goods::create_staff_return))
        .api_route("/v1/admin/returns/{id}/approve", post(goods::approve_return))
        .api_route("/v1/admin/returns/{id}/refuse", post(goods::refuse_return))
        .api_route("/v1/admin/returns/{id}/receive", post(goods::receive_return))
        .api_route("/v1/admin/drafts", get(drafts::list_drafts).post(drafts::create_draft))
        .api_route(
            "/v1/admin/drafts/{id}",
            get(drafts::get_draft).patch(drafts::update_draft).delete(drafts::delete_draft),
        )
        .api_route("/v1/admin/drafts/{id}/send", post(drafts::send_draft))
        .api_route("/v1/admin/drafts/{id}/order", post(drafts::place_draft))
        .api_route("/v1/admin/carts/{id}/lines", post(carts::add_priced_cart_lines))
        .api_route("/v1/admin/jobs", get(jobs::list_jobs).post(jobs::create_job))
        .api_route("/v1/admin/jobs/{id}", get(jobs::get_job))
        .api_route("/v1/admin/jobs/{id}/rows", get(jobs::list_job_rows))
        .api_route("/v1/admin/jobs/{id}/cancel", post(jobs::cancel_job))
        .api_route("/v1/admin/imports", post(imports::create_import))
        .api_route("/v1/admin/imports/{id}", get(imports::get_import))
        .api_route("/v1/admin/imports/{id}/start", post(imports::start_import))
        .api_route("/v1/admin/imports/{id}/errors", get(imports::export_import_errors))
        .api_route("/v1/admin/products/export", get(products::export_products))
        .api_route("/v1/admin/staff", get(auth::handlers::list_staff))
        .api_route("/v1/admin/customers", get(customers::list_customers))
        .api_route("/v1/admin/customers/{email}", get(customers::get_customer))
        .api_route("/v1/admin/customers/{email}/orders", get(customers::list_customer_orders))
        .api_route("/v1/admin/messages", get(messages::list_messages))
        .api_route("/v1/admin/messages/{number}", get(messages::get_message))
        .api_route("/v1/admin/messages/{number}/send", post(messages::send_message))
        .api_route("/v1/admin/messages/previews/{kind}", get(messages::preview_message))
        .api_route("/v1/admin/audit-log", get(audited::list_audit_entries))
        .api_route("/v1/admin/views", get(views::list_views))
        .api_route("/v1/admin/views/{page}/{name}", put(views::put_view).delete(views::delete_view))
        // Accounts
        .api_route("/v1/auth/register", post(auth::handlers::register))
        .api_route("/v1/auth/login", post(auth::handlers::login))
        .api_route("/v1/auth/refresh", post(auth::handlers::refresh))
        .api_route("/v1/auth/logout", post(auth::handlers::logout))
        .api_route("/v1/auth/sessions", get(auth::handlers::list_sessions))
        .api_route("/v1/auth/sessions/{id}", delete(auth::handlers::delete_session))
        .api_route("/v1/me", get(auth::handlers::get_me))
        .api_route("/.well-known/jwks.json", get(auth::handlers::jwks))
        // Pages
        .route("/", page(web::get_page))
        .route("/products", page(web::get_page))
        .route("/products/{slug}", page(web::get_page))
        .route("/collections", page(web::get_page))
        .route("/collections/{slug}", page(web::get_page))
        .route("/media/{name}", page(uploads::get_media))
        .route("/preferences", form(preferences::post_preferences))
        .route("/robots.txt", page(web::get_page))
        .route("/sitemap.xml", page(web::get_page))
        .route("/sitemaps/{part}", page(web::get_page))
        .route("/feed.xml", page(web::get_page))
        .route("/feeds/{part}", page(web::get_page))
        .route("/cart", page(cart::get_cart).post(cart::update_cart))
        .route("/cart/lines", form(cart::add_cart_line))
        .route("/checkout", page(checkout::get_checkout).post(checkout::post_checkout))
        .route("/orders/find", page(find::get_find).post(find::post_find))
        .route("/orders/{id}", page(order::get_order))
        .route("/orders/{id}/open", page(order::open_order))
        .route("/orders/{id}/checkout", page(checkout::get_order_checkout).post(checkout::post_order_checkout))
        .route("/orders/{id}/payments", page(order::get_order_payments).post(order::create_order_payment))
        .route("/orders/{id}/cancel", form(order::cancel_order))
        .route("/orders/{id}/again", form(again::order_again))
        .route("/orders/{id}/returns", page(returns::get_returns).post(returns::post_returns))
        .route("/orders/{id}/returned", page(card::get_return))
        .route("/orders/{id}/documents", page(papers::list_order_documents))
        .route("/orders/{id}/documents/{number}", page(papers::get_order_document))
        .route("/admin/documents/{number}", page(papers::get_document))
        .route("/admin/packing-slips", page(papers::get_packing_slips))
        .route("/orders/{id}/authenticate", page(bank::get_authentication).post(bank::post_authentication))
        // Staff's pages
        .route("/admin", page(console::answer_page).post(console::answer_page))
        .route("/admin/{*page}", page(console::answer_page).post(console::answer_page))
        // Development only
        .route("/dev/orders/{id}/republish", form(orders::republish_order))
        .route("/dev/mailbox", page(messages::get_mailbox))
        .route("/dev/panic/{when}", form(telemetry::drill::panic))
        // Operations
        .api_route("/healthz", get(telemetry::handlers::healthz))
        .api_route("/readyz", get(telemetry::handlers::readyz))
}
