//! The page on which a buyer asks to send something back.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::frame::Frame;
use super::goods::is_returnable;
use super::parts::{ErrorSummary, SummaryItem, page, page_of_problem, sentence, to_order};
use super::quantities::pieces;
use super::visitor::Visitor;
use crate::app::App;
use crate::ids::OrderId;
use crate::json;
use crate::orders::access::Credentials;
use crate::orders::after::goods::Command;
use crate::orders::after::goods::bodies::{Asked, NewReturn, Note};
use crate::orders::error::OrderError;
use crate::orders::limits::MAX_LINES;
use crate::orders::order::Key;
use crate::orders::view::{LineView, OrderView};
use crate::problem::{FieldError, Problem};
use crate::shelf;
use crate::shelf::snapshot::Snapshot;
use crate::text::Line;
use crate::wire::extract::{Fields, Path, request_digest};

/// What is offered as a reason. The shop reads it as it stands here.
const REASONS: [&str; 7] = [
    "Too small",
    "Too large",
    "Not as described",
    "Damaged or faulty",
    "Something else came",
    "I changed my mind",
    "Another reason",
];

/// What the form calls its field for a note, and how many returns there were.
const COMMENT: &str = "comment";
const SO_FAR: &str = "so_far";

/// The form as it was typed.
#[derive(Default)]
struct Typed(Vec<(String, String)>);

impl Typed {
    fn field(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// How many returns there were when the form was shown.
    fn so_far(&self) -> usize {
        self.field(SO_FAR).parse().unwrap_or(0)
    }
}

/// One line of the form.
struct Row {
    id: String,
    title: String,
    most: u32,
    typed: String,
    fault: Option<String>,
    reason_id: String,
    reasons: Vec<Reason>,
    reason_fault: Option<String>,
}

struct Reason {
    label: &'static str,
    selected: bool,
}

#[derive(Template)]
#[template(path = "returns.html")]
struct ReturnsPage<'a> {
    frame: Frame<'a>,
    id: String,
    number: &'a str,
    error_summary: Option<ErrorSummary>,
    rows: Vec<Row>,
    comment: String,
    comment_fault: Option<String>,
    so_far: String,
}

fn reason_id(line: &LineView) -> String {
    format!("{}-reason", line.id)
}

fn returnable(order: &OrderView) -> impl Iterator<Item = &LineView> {
    order.lines.iter().filter(|line| line.returnable.unwrap_or(0) > 0)
}

impl<'a> ReturnsPage<'a> {
    fn new(snapshot: &'a Snapshot, order: &'a OrderView, typed: &Typed, errors: &[FieldError], text: String) -> Self {
        let fault = |id: &str| errors.iter().find(|error| error.pointer == id).map(|error| error.detail.clone());
        let row = |line: &LineView| {
            let (id, reason_id) = (line.id.to_string(), reason_id(line));
            let chosen = typed.field(&reason_id);
            Row {
                title: line.title.clone(),
                most: line.returnable.unwrap_or(0),
                typed: typed.field(&id).to_owned(),
                fault: fault(&id),
                reasons: REASONS.iter().map(|label| Reason { label, selected: *label == chosen }).collect(),
                reason_fault: fault(&reason_id),
                id,
                reason_id,
            }
        };
        let item = |error: &FieldError| SummaryItem { field: error.pointer.clone(), text: error.detail.clone() };
        let is_wrong = !errors.is_empty() || !text.is_empty();
        let so_far = typed.field(SO_FAR);
        Self {
            frame: Frame::new(snapshot, &Visitor::default()),
            id: order.id.to_string(),
            number: &order.number,
            error_summary: is_wrong.then(|| ErrorSummary { text, items: errors.iter().map(item).collect() }),
            rows: returnable(order).map(row).collect(),
            comment: typed.field(COMMENT).to_owned(),
            comment_fault: fault(COMMENT),
            so_far: if so_far.is_empty() { order.returns.len().to_string() } else { so_far.to_owned() },
        }
    }
}

/// The form.
pub async fn get_returns(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<Response, Problem> {
    let order = credentials.order(&app, id)?.order().await??.read()?;
    if !is_returnable(&order, app.clock.now()) {
        return Ok(to_order(id).into_response());
    }
    let snapshot = shelf::current(&app).await?;
    page(&ReturnsPage::new(&snapshot, &order, &Typed::default(), &[], String::new()))
}

/// Asks for the return. A second click asks for none.
pub async fn post_returns(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    Fields(fields): Fields,
) -> Result<Response, Problem> {
    let typed = Typed(fields.into_iter().take(2 * MAX_LINES + 2).collect());
    let order = credentials.order(&app, id)?.order().await??.read()?;
    let snapshot = shelf::current(&app).await?;
    let wanted = match wanted(&order, &typed) {
        Ok(wanted) => wanted,
        Err(errors) => {
            let shown = ReturnsPage::new(&snapshot, &order, &typed, &errors, String::new());
            return page_of_problem(&shown, Problem::invalid(errors));
        }
    };
    let client = credentials.order(&app, id)?.keyed(Some(key(&typed, &wanted)));
    let refusal = match client.goods(Command::Ask { wanted, by_staff: false }).await? {
        Ok(_) => return Ok(Redirect::to(&format!("/orders/{id}#returns")).into_response()),
        Err(OrderError::NotFound) => return Err(Problem::not_found()),
        Err(refusal) => refusal,
    };
    let order = credentials.order(&app, id)?.order().await??.read()?;
    let shown = ReturnsPage::new(&snapshot, &order, &typed, &[], told(&refusal));
    page_of_problem(&shown, refusal.into())
}

/// Names what the form asks for: the same form once more is the same request.
fn key(typed: &Typed, wanted: &NewReturn) -> Key {
    let body = json::text(wanted).into_bytes();
    Key { key: format!("page-return-{}", typed.so_far()), digest: request_digest("page return", &body) }
}

/// Why not, in words for the buyer.
fn told(refusal: &OrderError) -> String {
    match refusal {
        OrderError::KeyReused => "You have just asked for another return of this order. \
            Open this page anew if you want to send back more."
            .to_owned(),
        OrderError::Goods(_) => {
            "These cannot come back any more: not so many are with you, or it was more than 30 days ago.".to_owned()
        }
        refusal => sentence(&refusal.to_string()),
    }
}

/// What the form asks for, or all that is wrong with it.
fn wanted(order: &OrderView, typed: &Typed) -> Result<NewReturn, Vec<FieldError>> {
    let (mut lines, mut errors, mut first) = (Vec::new(), Vec::new(), None);
    // The same form once more, or an old one: the order itself knows which.
    let is_old = typed.so_far() < order.returns.len();
    for line in order.lines.iter().filter(|line| is_old || line.returnable.unwrap_or(0) > 0) {
        let id = line.id.to_string();
        let most = if is_old { line.quantity } else { line.returnable.unwrap_or(0) };
        let entered = typed.field(&id).trim();
        let quantity = if entered.is_empty() { Ok(0) } else { pieces(entered, 0) };
        match quantity {
            Ok(quantity) if quantity <= most => match quantity.try_into() {
                Err(_) => first = first.or(Some(id)),
                Ok(quantity) => match reason(typed.field(&reason_id(line))) {
                    Some(reason) => lines.push(Asked { line_id: line.id, quantity, reason }),
                    None => {
                        errors.push(FieldError::new(reason_id(line), format!("Choose why {} comes back.", line.title)))
                    }
                },
            },
            _ => errors.push(FieldError::new(id, format!("Enter a number from 0 to {most} for {}.", line.title))),
        }
    }
    let note = typed.field(COMMENT);
    let comment = if crate::text::is_absent(note) { Ok(None) } else { Note::parse(note).map(Some) };
    let comment = comment.map_err(|refusal| {
        errors.push(FieldError::new(COMMENT, sentence(&format!("the note {refusal}"))));
    });
    if lines.is_empty() && errors.is_empty() {
        errors.push(FieldError::new(first.unwrap_or_default(), "Say how many of what you send back."));
    }
    match comment {
        Ok(comment) if errors.is_empty() => Ok(NewReturn { lines, comment }),
        _ => Err(errors),
    }
}

fn reason(chosen: &str) -> Option<Line<200>> {
    REASONS.into_iter().find(|reason| *reason == chosen)?.parse().ok()
}
