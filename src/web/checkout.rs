//! The checkout: where to, how, and placing the order. The same page comes
//! back with what was typed until the order is placed. The cart is the order,
//! so a second click, a reload or the Back button never places another one.

use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use http::{StatusCode, header};

use super::checkout_page::CheckoutPage;
use super::form::CheckoutForm;
use super::parts::{STOCK_UNAVAILABLE, Short, page, page_of_problem, sentence, shortages, to_order};
use super::quantities;
use super::wishes::{Entered, TOTAL, Wishes};
use crate::app::App;
use crate::ids::OrderId;
use crate::orders::access::Credentials;
use crate::orders::cart::Cart;
use crate::orders::client::Asked;
use crate::orders::decision::Change;
use crate::orders::error::{ChangedLine, OrderError};
use crate::orders::facts::Fact;
use crate::orders::order::LineId;
use crate::orders::stock;
use crate::orders::view::{OrderView, Status};
use crate::problem::{FieldError, Problem};
use crate::shelf;
use crate::shelf::snapshot::Snapshot;
use crate::wire::extract::{Fields, Path};

const CORRECT: &str = "Nothing has been ordered yet. Please correct:";
const NO_TOTAL: &str = "The total could not be read. Nothing has been ordered yet: please look at the total below and place the order again.";
const ASK_THE_SHOP: &str = "Please ask the shop, which has put this order together.";
const DRAFT_CHANGED: &str =
    "The shop has changed this order since you looked at it. Nothing has been ordered yet: place it if you agree.";
const UNANSWERED: &str =
    "The shop did not answer in time. Please place the order again: it will be placed once, however often you try.";

/// The form, with what the cart knows already.
pub async fn get_checkout(State(app): State<App>, credentials: Credentials) -> Result<Response, Problem> {
    begin(&app, &credentials, None).await
}

/// The form of a cart that staff have made.
pub async fn get_order_checkout(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<Response, Problem> {
    begin(&app, &credentials, Some(id)).await
}

async fn begin(app: &App, credentials: &Credentials, draft: Option<OrderId>) -> Result<Response, Problem> {
    let snapshot = shelf::current(app).await?;
    match going_on(found(app, credentials, draft).await?) {
        Err(elsewhere) => Ok(elsewhere.into_response()),
        Ok(cart) => page(&shown(app, &snapshot, &cart, &CheckoutForm::of(&cart.facts), &[]).await?),
    }
}

/// Keeps what was entered; places the order if that is the intent.
pub async fn post_checkout(
    State(app): State<App>,
    credentials: Credentials,
    Fields(fields): Fields,
) -> Result<Response, Problem> {
    go_on(&app, &credentials, None, &CheckoutForm::parse(fields)).await
}

/// The same of a cart that staff have made.
pub async fn post_order_checkout(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    Fields(fields): Fields,
) -> Result<Response, Problem> {
    go_on(&app, &credentials, Some(id), &CheckoutForm::parse(fields)).await
}

async fn go_on(
    app: &App,
    credentials: &Credentials,
    draft: Option<OrderId>,
    form: &CheckoutForm,
) -> Result<Response, Problem> {
    let snapshot = shelf::current(app).await?;
    let cart = match (found(app, credentials, draft).await?, form.intent.as_str()) {
        // A second click: the first one's outcome is this one's.
        (Some(cart), "place") if cart.status == Status::AwaitingPayment => cart,
        (cart, _) => match going_on(cart) {
            Err(elsewhere) => return Ok(elsewhere.into_response()),
            Ok(cart) => cart,
        },
    };
    match form.intent.as_str() {
        "place" => place_order(app, &snapshot, credentials, cart, form).await,
        // Only the fields change: what stands in them was typed for another country.
        "country" => page(&CheckoutPage::new(app, &snapshot, &cart, form, &[], None)?),
        _ => update(app, &snapshot, credentials, &cart, form).await,
    }
}

/// The page, with what is short by now.
async fn shown<'a>(
    app: &App,
    snapshot: &'a Snapshot,
    cart: &Cart,
    form: &CheckoutForm,
    errors: &[FieldError],
) -> Result<CheckoutPage<'a>, Problem> {
    let short = stock::shortages(app, snapshot, cart).await;
    let short = short.iter().filter_map(|problem| Some((problem.line_id?, Short::of_problem(problem)?)));
    if cart.draft.is_some() {
        let told: String = short.map(|(line, short)| format!("{} ", short.of(line_title(cart, line)))).collect();
        let notice = (!told.is_empty()).then(|| format!("{told}{ASK_THE_SHOP}"));
        return Ok(CheckoutPage::new(app, snapshot, cart, form, errors, notice)?);
    }
    Ok(CheckoutPage::new(app, snapshot, cart, form, errors, None)?.with_short(short).warning())
}

/// The cart that the browser keeps, or one that staff have made and that is not over.
async fn found(app: &App, credentials: &Credentials, draft: Option<OrderId>) -> Result<Option<Cart>, Problem> {
    let Some(id) = draft else { return credentials.cart(app).await };
    let cart = credentials.cart_of(app, id).await?.filter(|cart| !cart.lines.is_empty());
    let draft = cart.as_ref().and_then(|cart| cart.draft.as_ref().filter(|_| cart.status == Status::Open));
    draft.map_or(Ok(()), |draft| draft.is_open(app.clock.now()))?;
    let cart = cart.filter(|cart| cart.draft.is_some());
    cart.map(Some).ok_or_else(Problem::not_found)
}

/// The cart that can be checked out, or where else there is something to see.
fn going_on(cart: Option<Cart>) -> Result<Cart, Redirect> {
    match cart {
        Some(cart) if cart.status != Status::Open => Err(to_order(cart.id)),
        Some(cart) if !cart.lines.is_empty() => Ok(cart),
        _ => Err(Redirect::to("/cart")),
    }
}

/// Keeps what fits, and shows the new total; takes the pieces that a line's
/// button says.
async fn update(
    app: &App,
    snapshot: &Snapshot,
    credentials: &Credentials,
    cart: &Cart,
    form: &CheckoutForm,
) -> Result<Response, Problem> {
    let set = quantities::set(&form.intent);
    let set = set.map(|(line, quantity)| Change::SetQuantities { quantities: vec![(line, quantity)] });
    let Entered { facts, mut errors } = Entered::parse(app, credentials, snapshot, cart, form).await;
    // The rest may not be filled in yet.
    errors.retain(|error| error.pointer == "vat_number");
    match save(app, credentials, cart, set, facts).await? {
        Err(OrderError::CartClosed) => Ok(to_order(cart.id).into_response()),
        Err(error) => Err(error.into()),
        Ok(cart) if cart.lines.is_empty() => Ok(Redirect::to("/cart").into_response()),
        Ok(cart) => page(&shown(app, snapshot, &cart, form, &errors).await?),
    }
}

async fn place_order(
    app: &App,
    snapshot: &Snapshot,
    credentials: &Credentials,
    cart: Cart,
    form: &CheckoutForm,
) -> Result<Response, Problem> {
    let entered = Entered::parse(app, credentials, snapshot, &cart, form).await;
    let wishes = match entered.wishes(app, snapshot, &cart, form) {
        Ok(wishes) => wishes,
        Err(_) if cart.status != Status::Open => return Ok(to_order(cart.id).into_response()),
        Err(Entered { facts, errors }) => {
            // The page shows the total itself: there is no field to mark.
            let marked = errors.iter().any(|error| error.pointer != TOTAL);
            let notice = if marked { CORRECT } else { NO_TOTAL };
            let cart = cart.after(None, &facts);
            let shown = CheckoutPage::new(app, snapshot, &cart, form, &errors, Some(notice.to_owned()))?;
            return page_of_problem(&shown, Problem::invalid(errors));
        }
    };
    let mut short = Vec::new();
    let (notice, problem) = match place(app, credentials, &cart, wishes).await {
        Ok(Ok(_)) => {
            let kept = (header::SET_COOKIE, credentials.remember_order(&app.keys, cart.id));
            return Ok((AppendHeaders([kept]), to_order(cart.id)).into_response());
        }
        Ok(Err(error)) => {
            if let OrderError::OutOfStock { lines } = &error {
                short = lines.iter().map(|line| (line.line_id, Short::from(line))).collect();
            }
            (notice(&error, &cart), Problem::from(error))
        }
        Err(problem) if problem.status == StatusCode::SERVICE_UNAVAILABLE => (UNANSWERED.to_owned(), problem),
        Err(problem) => return Err(problem),
    };
    // Prices may be new, and another click may have had more luck.
    let draft = cart.draft.is_some();
    let cart = match found(app, credentials, draft.then_some(cart.id)).await.map(going_on) {
        Ok(Err(elsewhere)) => return Ok(elsewhere.into_response()),
        Ok(Ok(latest)) => latest,
        Err(_) => cart,
    };
    // Its lines are not the buyer's to change.
    short.retain(|_| !draft);
    page_of_problem(&CheckoutPage::new(app, snapshot, &cart, form, &[], Some(notice))?.with_short(short), problem)
}

async fn place(app: &App, credentials: &Credentials, cart: &Cart, wishes: Wishes) -> Asked<OrderView> {
    if cart.status == Status::Open {
        match save(app, credentials, cart, None, wishes.facts).await? {
            Ok(_) | Err(OrderError::CartClosed) => {}
            Err(error) => return Ok(Err(error)),
        }
    }
    credentials.order(app, cart.id)?.place(wishes.payment, wishes.expected, credentials.slots(app).await).await
}

/// Makes this change, then tells the cart what is new to it.
async fn save(
    app: &App,
    credentials: &Credentials,
    cart: &Cart,
    change: Option<Change>,
    facts: Vec<Fact>,
) -> Result<Result<Cart, OrderError>, Problem> {
    let new: Vec<Fact> = facts.into_iter().filter(|fact| cart.facts.with(fact.clone()) != cart.facts).collect();
    let facts = (!new.is_empty()).then_some(Change::Update { lines: None, facts: new });
    let mut latest = cart.clone();
    for change in change.into_iter().chain(facts) {
        match credentials.order(app, cart.id)?.change(change).await? {
            Ok(cart) => latest = cart.read()?,
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(latest))
}

fn line_title(cart: &Cart, id: LineId) -> &str {
    cart.lines.iter().find(|line| line.id == id).map_or("One product", |line| &line.title)
}

/// Why the order was not placed, and what to do about it.
fn notice(error: &OrderError, cart: &Cart) -> String {
    let title = |id: LineId| line_title(cart, id);
    let is_draft = cart.draft.is_some();
    match error {
        OrderError::PriceChanged { lines, old_total, new_total } => {
            let changed = |line: &ChangedLine| {
                format!("{} now costs {} instead of {}. ", title(line.line_id), line.new.display(), line.old.display())
            };
            let changes: String = lines.iter().map(changed).collect();
            format!(
                "{changes}The total is now {} instead of {}. Nothing has been ordered yet: place the order again if you agree.",
                new_total.display(),
                old_total.display()
            )
        }
        OrderError::ToPayChanged { old, new } => format!(
            "What your gift cards pay has changed: {} is now left to pay instead of {}. Nothing has been ordered yet: place the order again if you agree.",
            new.display(),
            old.display()
        ),
        OrderError::DraftChanged => DRAFT_CHANGED.to_owned(),
        OrderError::NotForSale { lines } => {
            let titles: Vec<&str> = lines.iter().map(|line| title(*line)).collect();
            let way_out = if is_draft { ASK_THE_SHOP } else { "Please take it out of the cart." };
            format!("No longer for sale: {}. {way_out}", titles.join(", "))
        }
        OrderError::OutOfStock { lines } => {
            let shortages = shortages(lines, |id| line_title(cart, id));
            let way_out = if is_draft { ASK_THE_SHOP } else { "Please change the cart." };
            format!("{shortages}Nothing has been ordered or charged. {way_out}")
        }
        OrderError::StockUnavailable => STOCK_UNAVAILABLE.to_owned(),
        OrderError::CouponNotValid { code, .. } | OrderError::CouponExhausted { code } => {
            let why = sentence(&error.to_string());
            format!("{}: {why} Please take the code out of the cart. Nothing has been ordered yet.", code.as_str())
        }
        error => sentence(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Currency, Money};
    use crate::orders::error::ShortLine;

    fn eur(amount: i64) -> Money {
        Money { amount, currency: Currency::parse("EUR").unwrap() }
    }

    fn cart() -> Cart {
        let eur = |amount: i64| serde_json::json!({"amount": amount, "currency": "EUR"});
        let line = |n: u32, title: &str| {
            serde_json::json!({
                "id": format!("line_{n}"), "variant_id": format!("var_{}", ulid::Ulid::nil()),
                "product_id": format!("prod_{}", ulid::Ulid::nil()), "title": title, "sku": "S",
                "unit_price": eur(100), "quantity": 5,
            })
        };
        serde_json::from_value(serde_json::json!({
            "id": format!("ord_{}", ulid::Ulid::nil()), "status": "open", "version": 1, "currency": "EUR",
            "account": null, "lines": [line(1, "Mug"), line(2, "Bowl")], "facts": crate::orders::facts::Facts::default(),
        }))
        .unwrap()
    }

    #[test]
    fn a_refusal_says_what_has_changed() {
        let changed = ChangedLine { line_id: LineId(1), old: eur(100), new: eur(120) };
        let error = OrderError::PriceChanged { lines: vec![changed], old_total: eur(1000), new_total: eur(1100) };
        let told = notice(&error, &cart());
        assert!(told.starts_with("Mug now costs €1.20 instead of €1.00. The total is now €11.00 instead of €10.00."));
        let short = |line, available| ShortLine { line_id: LineId(line), requested: 5, available };
        let told = notice(&OrderError::OutOfStock { lines: vec![short(1, 3), short(2, 0)] }, &cart());
        assert!(told.starts_with("Only 3 pieces of Mug are left, not 5. Bowl is sold out. Nothing"), "{told}");
        let told = notice(&OrderError::NotForSale { lines: vec![LineId(2)] }, &cart());
        assert!(told.starts_with("No longer for sale: Bowl."));
    }
}
