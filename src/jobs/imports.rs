//! Files of products over HTTP: each is a job.

use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use super::handlers::{ACCEPTED, id_of, located, there, told};
use super::protocol::{Command, ask, ask_for_staff};
use super::rules::{Task, Work};
use super::views::{Import, Job};
use crate::app::App;
use crate::auth::{Staff, StaffWrite};
use crate::exchange::columns::FileFormat;
use crate::exchange::file::{File, MAX_FILE};
use crate::exchange::told::LineError;
use crate::idempotency::{self, Answer, key_reused};
use crate::ids::JobId;
use crate::json;
use crate::lists::export::CsvFile;
use crate::lists::sheet::Sheet;
use crate::ports::ObjectUnavailable;
use crate::problem::Problem;
use crate::settings;
use crate::wire::extract::{FileBody, IdempotencyKey, Path, Query};
use crate::wire::respond::JsonText;

crate::codes! {
    /// The import is no dry run that is over, so there is nothing to start.
    NOT_STARTABLE = CONFLICT "not_startable";
}

/// What goes to a job's object at once, in bytes of JSON, unless one product takes more. It is
/// bound as one text of JSON in JSON, and an object's text has at most 2 MB.
const PART: usize = 500_000;
/// The most errors of one file of them.
const MOST_ERRORS: u32 = 10_000;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewImport {
    /// As the file looks, if absent.
    format: Option<FileFormat>,
    /// Whether to say only what would be. It is then begun by `POST /v1/admin/imports/{id}/start`.
    dry_run: Option<bool>,
}

/// Takes a file of products in, which is the body: at most 25 MB, 250,000 lines and 50,000 products, in UTF-8 or
/// Windows-1252. Cells may be parted by commas, semicolons or tabs. A product is known by its id where the file has it, else by its slug
/// (Shopify's `Handle`); a variant by its id, else its SKU, else its options. What is there is changed, what is not is
/// made; nothing is removed. A column that is absent leaves its fact alone, and so does a blank cell, unless a dry run has
/// said that it would take the fact away: only a start after that does. Stock is changed by the difference to
/// `quantity_was`, or to what there is by then, so what was sold meanwhile stays sold. Of a product of which a line is
/// wrong, nothing is applied. It goes on by itself, also after the process has died, and takes each product in once.
pub async fn create_import(
    State(app): State<App>,
    staff: StaffWrite,
    IdempotencyKey(key): IdempotencyKey,
    Query(query): Query<NewImport>,
    FileBody(bytes): FileBody<MAX_FILE>,
) -> Result<JsonText<Job, ACCEPTED>, Problem> {
    let format = query.format;
    let dry_run = query.dry_run.unwrap_or_default();
    let operation = format!("POST /v1/admin/imports {format:?} {dry_run}");
    let request = staff.keyed(key, &operation, &bytes);
    let id = id_of(&app, request.as_ref());
    let mut begun = staff.begin(&app, request.as_ref(), vec![settings::current()]).await?;
    if let Some(first) = begun.first {
        return Ok(located(first, id));
    }
    let settings = settings::read(begun.rows.next().unwrap_or_default())?;
    let file = File::open(&bytes, format, dry_run, &settings)?;
    let total = i64::try_from(file.products()).unwrap_or(i64::MAX);
    keep(&app, id, &file).await?;
    let digest = request.as_ref().map(|request| request.digest.clone()).unwrap_or_default();
    let work = Work::Products(Box::new(file.import));
    let task = Task::new(id, work, total, staff.mandate(), digest, app.clock.now());
    let begin = Command::Begin { task: Box::new(task), rows: "[]".to_owned(), at: "$".to_owned() };
    // Asked anew: keeping the file may have taken a while.
    let answer = ask_for_staff(&app, id, staff.confirm(&app).await?, &begin).await?;
    let job = told(&answer)?.ok_or_else(key_reused)?;
    Ok(located(idempotency::remember(&app, request.as_ref(), Answer::new(StatusCode::ACCEPTED, &job)?).await?, id))
}

/// Gives the products to the job's object, some at a time.
async fn keep(app: &App, id: JobId, file: &File<'_>) -> Result<(), Problem> {
    let mut rows: Vec<String> = Vec::new();
    let (mut bytes, mut from) = (0_usize, 0_i64);
    for number in 0..=file.products() {
        let next = if number < file.products() { Some(file.row(number)) } else { None };
        let full = next.as_ref().is_none_or(|next| bytes.saturating_add(next.len()) > PART);
        if full && !rows.is_empty() {
            ask(app, id, &Command::Keep { from, rows: json::text(&rows) }).await?;
            from = i64::try_from(number).unwrap_or(i64::MAX);
            bytes = 0;
            rows.clear();
        }
        bytes = bytes.saturating_add(next.as_ref().map_or(0, String::len));
        rows.extend(next);
    }
    Ok(())
}

/// An import, and what it has come to so far.
pub async fn get_import(State(app): State<App>, _: Staff, Path(id): Path<JobId>) -> Result<JsonText<Import>, Problem> {
    there(ask(&app, id, &Command::Import).await?)
}

/// Does what a dry run said: what it would make and change, with the facts that it would take away, and no others. What
/// has changed since is looked at anew.
pub async fn start_import(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<JobId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<JsonText<Job, ACCEPTED>, Problem> {
    let request = staff.keyed(key, &format!("POST start {id}"), &[]);
    let begun = staff.begin(&app, request.as_ref(), Vec::new()).await?;
    if let Some(first) = begun.first {
        return Ok(first.into());
    }
    let _: JsonText<Import> = there(ask(&app, id, &Command::Import).await?)?;
    let answer = ask_for_staff(&app, id, begun.confirmed, &Command::Start(staff.mandate())).await?;
    let over = || Problem::new(NOT_STARTABLE, "only a dry run that is over can be started");
    let job = told(&answer)?.ok_or_else(over)?;
    Ok(idempotency::remember(&app, request.as_ref(), Answer::new(StatusCode::ACCEPTED, &job)?).await?.into())
}

/// What is wrong with an import's file, line by line, as a file: at most 10,000.
pub async fn export_import_errors(State(app): State<App>, _: Staff, Path(id): Path<JobId>) -> Result<CsvFile, Problem> {
    let answer = ask(&app, id, &Command::Errors(MOST_ERRORS)).await?;
    let lines: Option<Vec<LineError>> =
        json::read(answer.as_bytes()).map_err(|error| ObjectUnavailable(error.to_string()))?;
    let lines = lines.ok_or_else(Problem::not_found)?;
    let mut sheet = Sheet::new(&["line", "column", "detail"]);
    for LineError { line, column, detail } in lines {
        sheet.cell(&line.to_string());
        sheet.typed(column.as_deref());
        sheet.typed(Some(&detail));
        sheet.end_line();
    }
    Ok(CsvFile::new(sheet, "attachment; filename=\"import-errors.csv\""))
}
