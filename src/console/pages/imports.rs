//! Files of products: one comes in, what it would change is looked at, and it is begun.

use crate::console::page::{Block, Facts, Field, Form, Manner, Page, Shown, Table, Takes, Verb, When, ask, fact, link};

pub static IMPORTS: Page = Page::new("/imports", "Import and export", "/products").shows(&[
    Block::Text(
        "A file of Shopify's, or one of this shop's own, with commas, semicolons or tabs; or a product on each line, in \
         JSON. Products are known by their slug (Shopify calls it Handle), variants by their SKU.",
    ),
    Block::Form(Form {
        fields: &[Field::new("/file", "File", Takes::File).note("At most 25 MB and 50,000 products")],
        manner: Manner::Open,
        button: "See what it would change",
        note: "Nothing is changed yet.",
        then: Some("/imports/{id}"),
        ..Form::new("import", "Import products", Verb::Post, "/v1/admin/imports?dry_run=true")
    }),
    Block::Text("All products as a file, which comes in again as it went out:"),
    Block::Links(&[
        link("For a spreadsheet", "/v1/admin/products/export"),
        link("For Shopify", "/v1/admin/products/export?format=shopify"),
        link("For programs", "/v1/admin/products/export?format=jsonl"),
        link("Imports so far", "/jobs"),
    ]),
]);

pub static IMPORT: Page =
    Page::new("/imports/{id}", "Import of products", "/products").asks(&[ask("/v1/admin/imports/{id}")]).shows(&[
        Block::Links(&[
            link("Another file", "/imports"),
            link("Look again", "/imports/{_at/id}"),
            link("What is wrong, as a file", "/v1/admin/imports/{id}/errors").when(&[When("/errors", &[])]),
        ]),
        Block::Text("A dry run only says what would be; nothing is changed until it is started."),
        Block::Facts(Facts {
            title: "",
            facts: &[
                fact("Only a dry run", "/dry_run", Shown::Plain),
                fact("Status", "/status", Shown::Word),
                fact("Progress", "/progress", Shown::Progress),
                fact("Made", "/sums/created", Shown::Plain),
                fact("Changed", "/sums/updated", Shown::Plain),
                fact("Already so", "/sums/unchanged", Shown::Plain),
                fact("Refused", "/sums/refused", Shown::Plain),
                fact("Pieces added to stock", "/sums/pieces", Shown::Plain),
                fact("Facts that change, with how many products", "/sums/changes", Shown::Plain),
                fact("Facts that are taken away, with how many products", "/sums/clears", Shown::Plain),
                fact("Of the file", "/sums/notes", Shown::Plain),
                fact("Begun", "/begun_at", Shown::Time),
                fact("Ended", "/ended_at", Shown::Time),
                fact("Why it stopped", "/stopped_by", Shown::Word),
            ],
        }),
        Block::Form(Form {
            manner: Manner::Open,
            when: &[When("/dry_run", &[]), When("/status", &["done"])],
            button: "Start the import",
            note: "It does what is said here, and takes away no fact but those. Products with something wrong are left out.",
            done: "The import goes on by itself. Look again to see how far it is.",
            ..Form::new("import-start", "Is this right?", Verb::Post, "/v1/admin/imports/{id}/start")
        }),
        Block::Form(Form {
            manner: Manner::Hurt,
            when: &[When("/status", &["running"])],
            note: "What is done stays done; the products that wait are left as they are.",
            done: "The import is stopped.",
            ..Form::new("import-cancel", "Stop this import", Verb::Post, "/v1/admin/jobs/{id}/cancel")
        }),
        lines("What is wrong", "/errors", "Nothing is wrong."),
        lines("To be known", "/notes", "Nothing else is to be known."),
    ]);

const fn lines(title: &'static str, rows: &'static str, empty: &'static str) -> Block {
    const COLUMNS: &[crate::console::page::Fact] = &[
        fact("Line", "/line", Shown::Plain),
        fact("Column", "/column", Shown::Plain),
        fact("What to do", "/detail", Shown::Plain),
    ];
    Block::Table(Table { title, rows, leads: "", columns: COLUMNS, empty })
}
