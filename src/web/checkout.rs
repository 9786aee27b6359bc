//! The checkout: where to, how, and placing the order. The same page comes
//! back with what was typed until the order is placed. The cart is the order,
//! so a second click, a reload or the Back button never places another one.

use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use http::{StatusCode, header};

use super::checkout_page::CheckoutPage;
use super::form::CheckoutForm;
use super::parts::{Short, page, page_of_problem, shortages, title_of, to_order};
use super::quantities;
use super::visitor::Visitor;
use super::wishes::{Entered, TOTAL, Wishes};
use super::words::buying::BuyingWords;
use super::words::checkout::CheckoutWords;
use super::words::{Fill, fill, problems};
use crate::app::App;
use crate::ids::OrderId;
use crate::money::Money;
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
use crate::text::Language;
use crate::wire::extract::{Fields, Path};

/// Who is at the checkout, at which shop.
struct Till<'a> {
    app: &'a App,
    snapshot: &'a Snapshot,
    credentials: &'a Credentials,
    visitor: Visitor,
}

/// The form, with what the cart knows already.
pub async fn get_checkout(
    State(app): State<App>,
    credentials: Credentials,
    visitor: Visitor,
) -> Result<Response, Problem> {
    begin(&app, &credentials, visitor, None).await
}

/// The form of a cart that staff have made.
pub async fn get_order_checkout(
    State(app): State<App>,
    credentials: Credentials,
    visitor: Visitor,
    Path(id): Path<OrderId>,
) -> Result<Response, Problem> {
    begin(&app, &credentials, visitor, Some(id)).await
}

async fn begin(
    app: &App,
    credentials: &Credentials,
    visitor: Visitor,
    draft: Option<OrderId>,
) -> Result<Response, Problem> {
    let snapshot = shelf::current(app).await?;
    let till = Till { app, snapshot: &snapshot, credentials, visitor };
    match going_on(found(app, credentials, draft).await?) {
        Err(elsewhere) => Ok(elsewhere.into_response()),
        Ok(cart) => page(&shown(&till, &cart, &CheckoutForm::of(&cart.facts), &[]).await?),
    }
}

/// Keeps what was entered; places the order if that is the intent.
pub async fn post_checkout(
    State(app): State<App>,
    credentials: Credentials,
    visitor: Visitor,
    Fields(fields): Fields,
) -> Result<Response, Problem> {
    go_on(&app, &credentials, visitor, None, &CheckoutForm::parse(fields)).await
}

/// The same of a cart that staff have made.
pub async fn post_order_checkout(
    State(app): State<App>,
    credentials: Credentials,
    visitor: Visitor,
    Path(id): Path<OrderId>,
    Fields(fields): Fields,
) -> Result<Response, Problem> {
    go_on(&app, &credentials, visitor, Some(id), &CheckoutForm::parse(fields)).await
}

async fn go_on(
    app: &App,
    credentials: &Credentials,
    visitor: Visitor,
    draft: Option<OrderId>,
    form: &CheckoutForm,
) -> Result<Response, Problem> {
    let snapshot = shelf::current(app).await?;
    let till = Till { app, snapshot: &snapshot, credentials, visitor };
    let cart = match (found(app, credentials, draft).await?, form.intent.as_str()) {
        // A second click: the first one's outcome is this one's.
        (Some(cart), "place") if cart.status == Status::AwaitingPayment => cart,
        (cart, _) => match going_on(cart) {
            Err(elsewhere) => return Ok(elsewhere.into_response()),
            Ok(cart) => cart,
        },
    };
    match form.intent.as_str() {
        "place" => place_order(&till, cart, form).await,
        // Only the fields change: what stands in them was typed for another country.
        "country" => page(&till.page(&cart, form, &[], None)?),
        _ => update(&till, &cart, form).await,
    }
}

impl<'a> Till<'a> {
    fn page(
        &self,
        cart: &Cart,
        form: &CheckoutForm,
        errors: &[FieldError],
        notice: Option<String>,
    ) -> Result<CheckoutPage<'a>, OrderError> {
        CheckoutPage::new(self.app, self.snapshot, &self.visitor, cart, form, errors, notice)
    }

    async fn entered(&self, cart: &Cart, form: &CheckoutForm) -> Entered {
        Entered::parse(self.app, self.credentials, self.snapshot, self.visitor.language, cart, form).await
    }
}

/// The page, with what is short by now.
async fn shown<'a>(
    till: &Till<'a>,
    cart: &Cart,
    form: &CheckoutForm,
    errors: &[FieldError],
) -> Result<CheckoutPage<'a>, Problem> {
    let language = till.visitor.language;
    let short = stock::shortages(till.app, till.snapshot, cart).await;
    let short = short.iter().filter_map(|problem| Some((problem.line_id?, Short::of_problem(problem)?)));
    if cart.draft.is_some() {
        let title = |line: LineId| title_of(language, till.snapshot, &cart.lines, line);
        let one = |(line, short): (LineId, Short)| format!("{} ", short.of(language, &title(line)));
        let told: String = short.map(one).collect();
        let notice = (!told.is_empty()).then(|| told + CheckoutWords::of(language).ask_the_shop);
        return Ok(till.page(cart, form, errors, notice)?);
    }
    Ok(till.page(cart, form, errors, None)?.with_short(short).warning())
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
async fn update(till: &Till<'_>, cart: &Cart, form: &CheckoutForm) -> Result<Response, Problem> {
    let set = quantities::set(&form.intent);
    let set = set.map(|(line, quantity)| Change::SetQuantities { quantities: vec![(line, quantity)] });
    let Entered { facts, mut errors } = till.entered(cart, form).await;
    // The rest may not be filled in yet.
    errors.retain(|error| error.pointer == "vat_number");
    match save(till.app, till.credentials, cart, set, facts).await? {
        Err(OrderError::CartClosed) => Ok(to_order(cart.id).into_response()),
        Err(error) => Err(error.into()),
        Ok(cart) if cart.lines.is_empty() => Ok(Redirect::to("/cart").into_response()),
        Ok(cart) => page(&shown(till, &cart, form, &errors).await?),
    }
}

async fn place_order(till: &Till<'_>, cart: Cart, form: &CheckoutForm) -> Result<Response, Problem> {
    let Till { app, snapshot, credentials, visitor: Visitor { language, .. } } = *till;
    let w = CheckoutWords::of(language);
    let entered = till.entered(&cart, form).await;
    let wishes = match entered.wishes(app, snapshot, language, &cart, form) {
        Ok(wishes) => wishes,
        Err(_) if cart.status != Status::Open => return Ok(to_order(cart.id).into_response()),
        Err(Entered { facts, errors }) => {
            // The page shows the total itself: there is no field to mark.
            let marked = errors.iter().any(|error| error.pointer != TOTAL);
            let notice = if marked { w.correct } else { w.no_total };
            let cart = cart.after(None, &facts);
            let shown = till.page(&cart, form, &errors, Some(notice.to_owned()))?;
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
            (notice(language, snapshot, &error, &cart), Problem::from(error))
        }
        Err(problem) if problem.status == StatusCode::SERVICE_UNAVAILABLE => (w.unanswered.to_owned(), problem),
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
    page_of_problem(&till.page(&cart, form, &[], Some(notice))?.with_short(short), problem)
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

/// Why the order was not placed, and what to do about it.
fn notice(language: Language, snapshot: &Snapshot, error: &OrderError, cart: &Cart) -> String {
    let w = CheckoutWords::of(language);
    let title = |id: LineId| title_of(language, snapshot, &cart.lines, id);
    let show = |amount: &Money| amount.display_in(language);
    let is_draft = cart.draft.is_some();
    match error {
        OrderError::PriceChanged { lines, old_total, new_total } => {
            let changed =
                |line: &ChangedLine| fill(w.now_costs, &[&title(line.line_id), &show(&line.new), &show(&line.old)]);
            let changes: String = lines.iter().map(changed).collect();
            changes + &fill(w.total_is_now, &[&show(new_total), &show(old_total)])
        }
        OrderError::ToPayChanged { old, new } => fill(w.to_pay_is_now, &[&show(new), &show(old)]),
        OrderError::DraftChanged => w.draft_changed.to_owned(),
        OrderError::NotForSale { lines } => {
            let titles: Vec<String> = lines.iter().map(|line| title(*line)).collect();
            let way_out = if is_draft { w.ask_the_shop } else { w.take_it_out };
            fill(w.not_for_sale, &[&titles.join(", "), way_out])
        }
        OrderError::OutOfStock { lines } => {
            let way_out = if is_draft { w.ask_the_shop } else { w.change_the_cart };
            shortages(language, lines, title) + &w.nothing_ordered.with(way_out)
        }
        OrderError::StockUnavailable => BuyingWords::of(language).stock_unavailable.to_owned(),
        OrderError::CouponNotValid { code, .. } | OrderError::CouponExhausted { code } => {
            fill(w.take_code_out, &[code.as_str(), &problems::refused(language, error)])
        }
        error => problems::refused(language, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
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
        let shelf = Snapshot::new("7".into(), crate::testing::settings(), Vec::new());
        let changed = ChangedLine { line_id: LineId(1), old: eur(100), new: eur(120) };
        let error = OrderError::PriceChanged { lines: vec![changed], old_total: eur(1000), new_total: eur(1100) };
        let told = notice(Language::En, &shelf, &error, &cart());
        assert!(told.starts_with("Mug now costs €1.20 instead of €1.00. The total is now €11.00 instead of €10.00."));
        let short = |line, available| ShortLine { line_id: LineId(line), requested: 5, available };
        let told =
            notice(Language::En, &shelf, &OrderError::OutOfStock { lines: vec![short(1, 3), short(2, 0)] }, &cart());
        assert!(told.starts_with("Only 3 pieces of Mug are left, not 5. Bowl is sold out. Nothing"), "{told}");
        let told = notice(Language::En, &shelf, &OrderError::NotForSale { lines: vec![LineId(2)] }, &cart());
        assert!(told.starts_with("No longer for sale: Bowl."));
        let told =
            notice(Language::De, &shelf, &OrderError::OutOfStock { lines: vec![short(1, 3), short(2, 0)] }, &cart());
        assert!(
            told.starts_with("Nur noch 3 Stück von Mug verfügbar statt 5. Bowl ist ausverkauft. Es wurde"),
            "{told}"
        );
    }
}
