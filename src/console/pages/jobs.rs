//! Long work: what there is of it, and how far each is.

use crate::console::page::{
    Block, Fact, Facts, Field, Form, Manner, Page, Shown, Table, Takes, Verb, When, also, ask, fact, link,
};

const STATUS: Fact = fact("Status", "/status", Shown::Word);
const PROGRESS: Fact = fact("Progress", "/progress", Shown::Progress);
const BEGUN: Fact = fact("Begun", "/begun_at", Shown::Time);
const ENDED: Fact = fact("Ended", "/ended_at", Shown::Time);

pub static JOBS: Page = Page::new("/jobs", "Jobs", "/settings").asks(&[ask("/v1/admin/jobs")]).shows(&[
    Block::Text("What takes long goes on by itself, row by row, and is kept here for 30 days."),
    Block::Table(Table {
        title: "",
        rows: "/items",
        leads: "/jobs/{id}",
        columns: &[fact("Job", "/kind", Shown::Word), STATUS, PROGRESS, BEGUN, ENDED],
        empty: "No job yet.",
    }),
    Block::Form(Form {
        fields: &[Field::new("/rebuild", "", Takes::Empty)],
        when: &[When("/_role", &["owner"])],
        note: "Each order is asked how it stands, and a row that says otherwise is put right. It may take a while and \
               disturbs nobody.",
        then: Some("/jobs/{id}"),
        ..Form::new("job-rebuild", "Put the lists of orders right", Verb::Post, "/v1/admin/jobs")
    }),
]);

const OUTCOMES: &[(&str, &str)] = &[("", "Any"), ("refused", "Refused"), ("waiting", "Waiting"), ("done", "Done")];

pub static JOB: Page = Page::new("/jobs/{id}", "Job", "/settings")
    .asks(&[ask("/v1/admin/jobs/{id}/rows"), also("job", "/v1/admin/jobs/{id}")])
    .shows(&[
        Block::Links(&[link("All jobs", "/jobs"), link("Look again", "/jobs/{_at/id}")]),
        Block::Facts(Facts {
            title: "",
            facts: &[
                fact("What", "/job/kind", Shown::Word),
                fact("Status", "/job/status", Shown::Word),
                fact("Progress", "/job/progress", Shown::Progress),
                fact("Begun", "/job/begun_at", Shown::Time),
                fact("Ended", "/job/ended_at", Shown::Time),
                fact("Why", "/job/stopped_by", Shown::Word),
            ],
        }),
        Block::Views(&[
            link("All rows", "?"),
            link("Refused", "?outcome=refused"),
            link("Waiting", "?outcome=waiting"),
        ]),
        Block::Filter(&[Field::new("outcome", "Outcome", Takes::Choice(OUTCOMES))]),
        Block::Table(Table {
            title: "Rows",
            rows: "/items",
            leads: "",
            columns: &[
                fact("Order", "/_order", Shown::Link("/orders/{order_id}")),
                fact("Variant", "/variant_id", Shown::Link("/variants/{variant_id}")),
                fact("SKU", "/sku", Shown::Plain),
                fact("Outcome", "/outcome", Shown::Word),
                fact("Why", "/code", Shown::Word),
                fact("Detail", "/detail", Shown::Plain),
                fact("Row", "/_row", Shown::Plain),
            ],
            empty: "No such rows.",
        }),
        Block::Form(Form {
            manner: Manner::Hurt,
            when: &[When("/job/status", &["running"])],
            note: "What is done stays done; the rows that wait are left as they are.",
            done: "The job is stopped.",
            ..Form::new("job-cancel", "Stop this job", Verb::Post, "/v1/admin/jobs/{id}/cancel")
        }),
    ]);
