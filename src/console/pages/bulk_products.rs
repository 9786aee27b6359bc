//! What is done to the products that were ticked in the list: each says what came of it,
//! and those that refused stay ticked.

use super::products::STATUSES;
use crate::console::page::{Ask, Block, Field, Form, Link, Manner, Page, Shown, Takes, Verb, chosen, link};

const PRODUCTS: &[Link] = &[link("Back to the products", "/products")];

const fn only(at: &'static str, label: &'static str, shown: Shown) -> Field {
    Field::new(at, label, Takes::Only(shown))
}

const ROWS: Field = Field::new(
    "/rows",
    "Product",
    Takes::Rows(
        &[
            Field::new("/id", "Do it", Takes::Pick),
            only("/title", "Product", Shown::Link("/products/{id}")),
            only("/vendor", "Vendor", Shown::Plain),
            only("/status", "Status", Shown::Word),
            only("/tags", "Tags", Shown::Plain),
            only("/_result", "Result", Shown::Plain).when("/_results"),
        ],
        0,
    ),
)
.from("/_chosen");

const fn bulk(id: &'static str) -> Form {
    let done = "It is done as far as it could be: each product says what came of it.";
    Form { manner: Manner::Each, done, ..Form::new(id, "", Verb::Post, "/v1/admin/products/bulk") }
}

const fn page(path: &'static str, title: &'static str) -> Page {
    const ASKS: &[Ask] = &[chosen("_chosen", "products", "/v1/admin/products/{products}")];
    Page::new(path, title, "/products").asks(ASKS)
}

pub static STATUS: Page = page("/products/status", "Put products on sale, or archive them").shows(&[
    Block::Links(PRODUCTS),
    Block::Form(Form {
        fields: &[Field::new("/change/status", "Status", Takes::Choice(STATUSES)), ROWS],
        button: "Change the status",
        ..bulk("products-status")
    }),
]);

pub static TAGS: Page = page("/products/tags", "Change the tags of products").shows(&[
    Block::Links(PRODUCTS),
    Block::Form(Form {
        fields: &[
            Field::new("/change/tags_add", "Tags to add, one on each line", Takes::Lines),
            Field::new("/change/tags_remove", "Tags to take away, one on each line", Takes::Lines),
            ROWS,
        ],
        button: "Change the tags",
        ..bulk("products-tags")
    }),
]);

pub static FACTS: Page = page("/products/facts", "Change the vendor and type of products").shows(&[
    Block::Links(PRODUCTS),
    Block::Text("What is left empty stays as it is."),
    Block::Form(Form {
        fields: &[
            Field::new("/change/vendor", "Vendor", Takes::Line).empty().omitted(),
            Field::new("/change/type", "Type", Takes::Line).empty().omitted(),
            ROWS,
        ],
        button: "Change them",
        ..bulk("products-facts")
    }),
]);
