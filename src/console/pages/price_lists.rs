//! Customer groups with who is in them, and price lists with their prices.

use crate::console::page::{
    Block, Column, Each, Facts, Field, Form, Manner, Page, Shown, Table, Takes, Verb, When, also, ask, fact, link,
};

const TITLE: Field = Field::new("/title", "Title", Takes::Line);

pub static GROUPS: Page =
    Page::new("/customers/groups", "Customer groups", "/customers").asks(&[ask("/v1/admin/customer-groups")]).shows(&[
        Block::Links(&[link("Price lists", "/price-lists")]),
        Block::Form(Form {
            fields: &[TITLE],
            button: "Add the group",
            done: "The group is there.",
            then: Some("/customers/groups/{id}"),
            ..Form::new("group-new", "Add a group", Verb::Post, "/v1/admin/customer-groups")
        }),
        Block::Table(Table {
            title: "",
            rows: "/items",
            leads: "/customers/groups/{id}",
            columns: &[
                fact("Group", "/title", Shown::Plain),
                fact("Members", "/members", Shown::Plain),
                fact("Price lists", "/price_lists", Shown::Plain),
                fact("Changed", "/updated_at", Shown::Time),
            ],
            empty: "There is no group yet. Whoever is in one can have prices of their own.",
        }),
    ]);

const GROUP_PATH: &str = "/v1/admin/customer-groups/{id}";
const MEMBERS: &str = "/v1/admin/customer-groups/{id}/members";

/// What came of rows that were sent.
const OUTCOME: Block = Block::Facts(Facts {
    title: "",
    facts: &[
        fact("Changed", "/_answer/changed", Shown::Plain),
        fact("Refused", "/_answer/refused", Shown::Plain),
        fact("Already so", "/_answer/unchanged", Shown::Plain),
    ],
});
const REFUSED: Block = Block::Table(Table {
    title: "Line by line",
    rows: "/_answer/items",
    leads: "",
    columns: &[
        fact("Line", "/row", Shown::Plain),
        fact("What it names", "/name", Shown::Plain),
        fact("Refused because", "/detail", Shown::Plain),
    ],
    empty: "No line was refused.",
});

const MEMBERS_TO_TAKE_OUT: Takes = Takes::Rows(
    &[
        Field::new("/account_id", "Take out", Takes::Pick),
        Field::new("/member", "", Takes::Fixed("false")),
        Field::new("/_email", "Mail", Takes::Only(Shown::Link("/customers/{email}"))).from("/email"),
    ],
    0,
);

pub static GROUP: Page =
    Page::new("/customers/groups/{id}", "{title}", "/customers").asks(&[ask(GROUP_PATH)]).shows(&[
        Block::Links(&[link("Its members", "/customers/groups/{_at/id}/members")]),
        Block::Facts(Facts {
            title: "",
            facts: &[
                fact("Members", "/members", Shown::Plain),
                fact("Price lists", "/price_lists", Shown::Plain),
                fact("Changed", "/updated_at", Shown::Time),
            ],
        }),
        Block::Form(Form {
            fields: &[TITLE],
            button: "Save",
            done: "The group is saved.",
            ..Form::new("group-edit", "Rename the group", Verb::Patch, GROUP_PATH)
        }),
        Block::Form(Form {
            note: "Whoever is in it stays a customer.",
            manner: Manner::Hurt,
            when: &[When("!/price_lists", &[])],
            button: "Delete the group",
            done: "The group is deleted.",
            then: Some("/customers/groups"),
            ..Form::new("group-delete", "Delete this group", Verb::Delete, GROUP_PATH)
        }),
    ]);

pub static GROUP_MEMBERS: Page = Page::new("/customers/groups/{id}/members", "Members of {_group/title}", "/customers")
    .asks(&[ask(MEMBERS), also("_group", GROUP_PATH)])
    .shows(&[
        Block::Links(&[link("The group", "/customers/groups/{_at/id}")]),
        OUTCOME,
        REFUSED,
        Block::Form(Form {
            fields: &[Field::new("/rows", "Mail addresses", Takes::Sheet(&[Column::Text("email")]))
                .note("One on each line. Only whoever has registered can be in a group.")],
            manner: Manner::Answer,
            button: "Put them into the group",
            done: "They are in the group, but for those that are named below.",
            ..Form::new("members-add", "Add members", Verb::Post, MEMBERS)
        }),
        Block::Table(Table {
            title: "",
            rows: "/items",
            leads: "/customers/{email}",
            columns: &[
                fact("Mail", "/email", Shown::Plain),
                fact("Name", "/name", Shown::Plain),
                fact("Since", "/added_at", Shown::Time),
            ],
            empty: "Nobody is in the group yet.",
        }),
        Block::Form(Form {
            fields: &[Field::new("/rows", "Member", MEMBERS_TO_TAKE_OUT).from("/items")],
            when: &[When("/items", &[])],
            manner: Manner::Open,
            note: "From their next order on they pay what everybody does.",
            button: "Take out who is ticked",
            done: "They are out of the group.",
            ..Form::new("members-remove", "Take members out", Verb::Post, MEMBERS)
        }),
    ]);

const STATUSES: &[(&str, &str)] = &[("draft", "Draft: nobody has its prices"), ("active", "Active")];
const STATUS: Field = Field::new("/status", "Status", Takes::Choice(STATUSES));
const STARTS: Field = Field::new("/starts_at", "Starts", Takes::Time).optional();
const ENDS: Field = Field::new("/ends_at", "Ends", Takes::Time).optional();
const FOR: Field = Field::new(
    "/groups",
    "For the members of",
    Takes::Rows(&[Field::new("", "Group", Takes::ChoiceOf("/_groups/items")).from("/id").optional()], 2),
)
.note("Without any group, nobody has its prices.");

pub static LISTS: Page = Page::new("/price-lists", "Price lists", "/customers")
    .asks(&[ask("/v1/admin/price-lists"), also("_groups", "/v1/admin/customer-groups?limit=100")])
    .shows(&[
        Block::Links(&[link("Customer groups", "/customers/groups")]),
        Block::Form(Form {
            fields: &[TITLE, FOR],
            note: "It begins as a draft, with no prices.",
            button: "Add the list",
            done: "The list is there.",
            then: Some("/price-lists/{id}"),
            ..Form::new("list-new", "Add a price list", Verb::Post, "/v1/admin/price-lists")
        }),
        Block::Table(Table {
            title: "",
            rows: "/items",
            leads: "/price-lists/{id}",
            columns: &[
                fact("List", "/title", Shown::Plain),
                fact("Status", "/status", Shown::Word),
                fact("For", "/groups", Shown::Plain),
                fact("Prices", "/prices", Shown::Plain),
                fact("Starts", "/starts_at", Shown::Time),
                fact("Ends", "/ends_at", Shown::Time),
            ],
            empty: "There is no price list yet.",
        }),
    ]);

const LIST_PATH: &str = "/v1/admin/price-lists/{id}";
const PRICES_PATH: &str = "/v1/admin/price-lists/{id}/prices";

pub static LIST: Page = Page::new("/price-lists/{id}", "{title}", "/customers")
    .asks(&[ask(LIST_PATH), also("_groups", "/v1/admin/customer-groups?limit=100")])
    .shows(&[
        Block::Links(&[link("Its prices", "/price-lists/{_at/id}/prices")]),
        Block::Facts(Facts {
            title: "",
            facts: &[fact("Prices", "/prices", Shown::Plain), fact("Changed", "/updated_at", Shown::Time)],
        }),
        Block::Form(Form {
            fields: &[TITLE, STATUS, STARTS, ENDS, FOR],
            manner: Manner::Edit,
            button: "Save",
            done: "The list is saved.",
            ..Form::new("list-edit", "Edit", Verb::Patch, LIST_PATH)
        }),
        Block::Form(Form {
            note: "Orders that were placed keep their prices.",
            manner: Manner::Hurt,
            button: "Delete the list",
            done: "The list is deleted.",
            then: Some("/price-lists"),
            ..Form::new("list-delete", "Delete this price list", Verb::Delete, LIST_PATH)
        }),
    ]);

pub static PRICES: Page = Page::new("/price-lists/{id}/prices", "Prices of {_list/title}", "/customers")
    .asks(&[ask(PRICES_PATH), also("_list", LIST_PATH), also("_settings", "/v1/admin/settings")])
    .shows(&[
        Block::Links(&[link("The list", "/price-lists/{_at/id}")]),
        OUTCOME,
        REFUSED,
        Block::Form(Form {
            fields: &[
                Field::new("/rows", "Rows", Takes::Sheet(&[Column::Text("sku"), Column::Price("prices")]))
                    .note("SKU and price in the shop\u{2019}s first currency: copied from a spreadsheet, or with a tab between them. Members pay the lowest of this, the ordinary price, its sale and its tiers."),
            ],
            manner: Manner::Answer,
            button: "Write these prices",
            done: "The prices are written, but for the lines that are named below.",
            ..Form::new("list-prices", "Put prices in", Verb::Post, PRICES_PATH)
        }),
        Block::Each(Each {
            rows: "/items",
            title: "{sku}",
            facts: &[
                fact("Product", "/title", Shown::Link("/variants/{variant_id}")),
                fact("Price", "/price", Shown::Plain),
                fact("Ordinary price", "/ordinary", Shown::Plain),
            ],
            forms: &[Form {
                within: &[("variant_id", "/variant_id")],
                note: "In all currencies.",
                button: "Take it out",
                done: "It is out of the list.",
                ..Form::new(
                    "list-price-remove",
                    "Take it out of the list",
                    Verb::Delete,
                    "/v1/admin/price-lists/{id}/prices/{variant_id}",
                )
            }],
        }),
    ]);
