//! The API suite: one suite, two hosts. Natively it drives the router on
//! SQLite with the real migrations; with `TRADEPOST_URL` set it speaks HTTP to
//! that shop, with `TRADEPOST_ADMIN_EMAIL` and `TRADEPOST_ADMIN_PASSWORD`.

// The lints that keep the Worker alive; a test may fail loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::float_arithmetic)]
#![allow(clippy::disallowed_methods, reason = "the host is where time comes from")]

#[path = "../host/mod.rs"]
mod host;

mod ask;
mod audit_log;
mod browser;
mod buyers;
mod fixtures;
mod openapi;
mod shop;
mod suggestions;
mod sums;

mod accounts;
mod addresses;
mod admin;
mod after_the_order;
mod another_payment;
mod bulk_products;
mod bulk_variants;
mod bundles;
mod cart_changes;
mod cart_page;
mod cart_stock;
mod carts;
mod catalog;
mod catalog_lists;
mod checkout_page;
mod collections;
mod console;
mod console_catalog;
mod console_desk;
mod console_drafts;
mod console_orders;
mod console_products;
mod console_settings;
mod contract;
mod copies;
mod coupon_uses;
mod coupons;
mod crashes;
mod credit_notes;
mod customers;
mod demo;
mod documents;
mod draft_content;
mod drafts;
mod drafts_placed;
mod edits;
mod first_orders;
mod german;
mod gift_cards;
mod gift_cards_bought;
mod goods;
mod goods_page;
mod holds;
mod hostile;
mod imports;
mod jobs;
mod ledgers;
mod mail;
mod mail_sending;
mod manual_payments;
mod many_variants;
mod markup;
mod messages;
mod money;
mod one_request;
mod operations;
mod order_drift;
mod order_export;
mod order_lists;
mod order_page;
mod order_tags;
mod orders;
mod pages;
mod paying_by_gift_card;
mod pools;
mod prices;
mod prices_by_quantity;
mod prices_by_time;
mod product_facts;
mod product_model;
mod product_writes;
mod promotions;
mod recovery;
mod removals;
mod reports;
mod saved_views;
mod search;
mod sending;
mod settings;
mod shipping;
mod slugs;
mod spreadsheet;
mod staff_cancel;
mod staff_writes;
mod stock_settings;
mod stripe;
mod taxed_edits;
mod taxes;
mod the_host;
mod throttle;
mod translations;
mod unpaid;
mod unpaid_edits;
mod uploads;
mod variant_list;
mod webhooks;
mod words;
