//! The page on which a buyer asks to send something back.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::frame::Frame;
use super::goods::is_returnable;
use super::parts::{ErrorSummary, SummaryItem, line_title, page, page_of_problem, sentence, to_order};
use super::quantities::pieces;
use super::visitor::Visitor;
use super::words::buying::BuyingWords;
use super::words::returns::{REASONS, ReturnWords};
use super::words::{Fill, fill, problems};
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
use crate::text::{Language, Line};
use crate::wire::extract::{Fields, Path, request_digest};

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
    /// The same in words.
    of_most: String,
    typed: String,
    fault: Option<String>,
    reason_id: String,
    reasons: Vec<Reason>,
    reason_fault: Option<String>,
}

struct Reason {
    /// As the shop reads it.
    value: &'static str,
    label: &'static str,
    selected: bool,
}

#[derive(Template)]
#[template(path = "returns.html")]
struct ReturnsPage<'a> {
    frame: Frame<'a>,
    w: &'static ReturnWords,
    optional: &'static str,
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
    fn new(
        snapshot: &'a Snapshot,
        visitor: &Visitor,
        order: &'a OrderView,
        typed: &Typed,
        errors: &[FieldError],
        text: String,
    ) -> Self {
        let language = visitor.language;
        let label = |(english, german): &(&'static str, &'static str)| (*english, language.of(*english, *german));
        let fault = |id: &str| errors.iter().find(|error| error.pointer == id).map(|error| error.detail.clone());
        let row = |line: &LineView| {
            let (id, reason_id) = (line.id.to_string(), reason_id(line));
            let (chosen, most) = (typed.field(&reason_id), line.returnable.unwrap_or(0));
            Row {
                title: line_title(language, line.variant_id, &line.title, snapshot).to_owned(),
                most,
                of_most: ReturnWords::of(language).of_most.with(&most.to_string()),
                typed: typed.field(&id).to_owned(),
                fault: fault(&id),
                reasons: REASONS
                    .iter()
                    .map(label)
                    .map(|(value, label)| Reason { value, label, selected: value == chosen })
                    .collect(),
                reason_fault: fault(&reason_id),
                id,
                reason_id,
            }
        };
        let item = |error: &FieldError| SummaryItem { field: error.pointer.clone(), text: error.detail.clone() };
        let is_wrong = !errors.is_empty() || !text.is_empty();
        let so_far = typed.field(SO_FAR);
        Self {
            frame: Frame::new(snapshot, visitor),
            w: ReturnWords::of(language),
            optional: BuyingWords::of(language).optional,
            id: order.id.to_string(),
            number: &order.number,
            error_summary: is_wrong.then(|| ErrorSummary::new(language, text, errors.iter().map(item).collect())),
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
    visitor: Visitor,
    Path(id): Path<OrderId>,
) -> Result<Response, Problem> {
    let order = credentials.order(&app, id)?.order().await??.read()?;
    if !is_returnable(&order, app.clock.now()) {
        return Ok(to_order(id).into_response());
    }
    let snapshot = shelf::current(&app).await?;
    page(&ReturnsPage::new(&snapshot, &visitor, &order, &Typed::default(), &[], String::new()))
}

/// Asks for the return. A second click asks for none.
pub async fn post_returns(
    State(app): State<App>,
    credentials: Credentials,
    visitor: Visitor,
    Path(id): Path<OrderId>,
    Fields(fields): Fields,
) -> Result<Response, Problem> {
    let typed = Typed(fields.into_iter().take(2 * MAX_LINES + 2).collect());
    let order = credentials.order(&app, id)?.order().await??.read()?;
    let snapshot = shelf::current(&app).await?;
    let wanted = match wanted(visitor.language, &snapshot, &order, &typed) {
        Ok(wanted) => wanted,
        Err(errors) => {
            let shown = ReturnsPage::new(&snapshot, &visitor, &order, &typed, &errors, String::new());
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
    let shown = ReturnsPage::new(&snapshot, &visitor, &order, &typed, &[], told(visitor.language, &refusal));
    page_of_problem(&shown, refusal.into())
}

/// Names what the form asks for: the same form once more is the same request.
fn key(typed: &Typed, wanted: &NewReturn) -> Key {
    let body = json::text(wanted).into_bytes();
    Key { key: format!("page-return-{}", typed.so_far()), digest: request_digest("page return", &body) }
}

/// Why not, in words for the buyer.
fn told(language: Language, refusal: &OrderError) -> String {
    let w = ReturnWords::of(language);
    match refusal {
        OrderError::KeyReused => w.asked_another.to_owned(),
        OrderError::Goods(_) => w.too_late.to_owned(),
        refusal => problems::refused(language, refusal),
    }
}

/// What the form asks for, or all that is wrong with it.
fn wanted(
    language: Language,
    snapshot: &Snapshot,
    order: &OrderView,
    typed: &Typed,
) -> Result<NewReturn, Vec<FieldError>> {
    let w = ReturnWords::of(language);
    let (mut lines, mut errors, mut first) = (Vec::new(), Vec::new(), None);
    // The same form once more, or an old one: the order itself knows which.
    let is_old = typed.so_far() < order.returns.len();
    for line in order.lines.iter().filter(|line| is_old || line.returnable.unwrap_or(0) > 0) {
        let id = line.id.to_string();
        let most = if is_old { line.quantity } else { line.returnable.unwrap_or(0) };
        let entered = typed.field(&id).trim();
        let title = line_title(language, line.variant_id, &line.title, snapshot);
        let quantity = if entered.is_empty() { Some(0) } else { pieces(entered, 0) };
        match quantity {
            Some(quantity) if quantity <= most => match quantity.try_into() {
                Err(_) => first = first.or(Some(id)),
                Ok(quantity) => match reason(typed.field(&reason_id(line))) {
                    Some(reason) => lines.push(Asked { line_id: line.id, quantity, reason }),
                    None => errors.push(FieldError::new(reason_id(line), w.reason_missing.with(title))),
                },
            },
            _ => errors.push(FieldError::new(id, fill(w.number_fault, &[&most.to_string(), title]))),
        }
    }
    let note = typed.field(COMMENT);
    let comment = if crate::text::is_absent(note) { Ok(None) } else { Note::parse(note).map(Some) };
    let comment = comment.map_err(|refusal| {
        let german = "Die Nachricht ist zu lang oder enthält unsichtbare Zeichen.".to_owned();
        errors.push(FieldError::new(COMMENT, language.of(sentence(&format!("the note {refusal}")), german)));
    });
    if lines.is_empty() && errors.is_empty() {
        errors.push(FieldError::new(first.unwrap_or_default(), w.say_how_many));
    }
    match comment {
        Ok(comment) if errors.is_empty() => Ok(NewReturn { lines, comment }),
        _ => Err(errors),
    }
}

fn reason(chosen: &str) -> Option<Line<200>> {
    REASONS.into_iter().find(|(reason, _)| *reason == chosen)?.0.parse().ok()
}
