//! What the cart's forms do.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use http::{HeaderName, HeaderValue, header};

use super::cart_form::{Asked, CartForm, Pressed};
use super::cart_page::{CartPage, Faults, products};
use super::choosing::{Choosing, VARIANT};
use super::pages::Reading;
use super::parts::{Short, page, page_of_problem};
use super::product::ProductPage;
use super::quantities::{self, pieces};
use super::tile::{going_with, shown};
use super::visitor::Visitor;
use super::words::cart::CartWords;
use super::words::problems;
use crate::app::App;
use crate::auth::Caller;
use crate::ids::{OrderId, ProductId};
use crate::money::Currency;
use crate::orders::access::{self, Credentials};
use crate::orders::bodies::WantedLine;
use crate::orders::cart::Cart;
use crate::orders::client::{Answer, OrderClient};
use crate::orders::decision::{Change, NewLine};
use crate::orders::error::{COUPON_NOT_VALID, OrderError};
use crate::orders::offers::{names, offers};
use crate::orders::order::Channel;
use crate::orders::{stock, vouchers};
use crate::pools::error::OUT_OF_STOCK;
use crate::pricing::promotion::Code;
use crate::pricing::quote::CouponRefusal;
use crate::problem::Problem;
use crate::shelf;
use crate::shelf::name::Name;
use crate::shelf::snapshot::{Product, Snapshot};
use crate::text::Language;
use crate::wire::extract::Fields;

/// The cart, or that there is none.
pub async fn get_cart(State(app): State<App>, credentials: Credentials, visitor: Visitor) -> Result<Response, Problem> {
    let cart = credentials.cart(&app).await?;
    let snapshot = shelf_for(&app, &visitor, cart.as_ref()).await?;
    page(&CartPage::new(&app, &snapshot, &visitor, cart.as_ref()).await?)
}

/// Puts pieces into the cart; begins one where there is none that is open. The
/// form names a variant, or a product and a value of each of its options.
pub async fn add_cart_line(
    State(app): State<App>,
    credentials: Credentials,
    visitor: Visitor,
    Fields(fields): Fields,
) -> Result<Response, Problem> {
    let language = visitor.language;
    let (name, quantity) = wanted(language, &fields)?;
    let snapshot = shelf::knowing(&app, [name.clone()]).await?;
    let product = snapshot.named(&name).ok_or_else(Problem::not_found)?;
    let choosing = chosen(product, visitor.currency(&snapshot.settings), &name, &fields);
    let choosing = choosing.ok_or_else(Problem::not_found)?;
    let again = Again { app: &app, caller: &credentials.caller, visitor, name: &name, fields: &fields };
    let refused = |problem: Problem| {
        again.page(&snapshot, problem, |page, problem| page.with_problem(problem).with_quantity(quantity.to_owned()))
    };
    let Some(variant) = choosing.variant else {
        return refused(Problem::invalid_field("", visitor.words().no_such_choice_text)).await;
    };
    let wanted = match pieces(quantity, 1) {
        Some(wanted) => WantedLine { variant_id: variant.id, quantity: wanted },
        None => return refused(Problem::invalid_field("quantity", quantities::fault(language, 1))).await,
    };
    if let Some(left) = stock::fewer_than(&app, &snapshot, variant.id, wanted.quantity).await {
        let problem = Problem::new(OUT_OF_STOCK, "there are not so many pieces left");
        let short = Short { requested: wanted.quantity, left };
        return again.page(&snapshot, problem, |page, _| page.with_left(short)).await;
    }
    let lines = offers(&app, &credentials.caller, &snapshot, &[wanted]).await?;
    match put_in(&app, &credentials, choosing.currency, language, lines).await? {
        Ok((_, cookies)) => Ok((AppendHeaders(cookies), Redirect::to("/cart")).into_response()),
        Err(error) => {
            let told = problems::refused(language, &error);
            again
                .page(&snapshot, error.into(), |page, _| page.with_notice(told).with_quantity(quantity.to_owned()))
                .await
        }
    }
}

/// The page whose form was refused.
struct Again<'a> {
    app: &'a App,
    caller: &'a Caller,
    visitor: Visitor,
    name: &'a Name,
    fields: &'a [(String, String)],
}

impl Again<'_> {
    /// The page once more, at the prices that the buyer has, with what is told on it.
    async fn page(
        &self,
        shelf: &Arc<Snapshot>,
        problem: Problem,
        tell: impl for<'p> FnOnce(ProductPage<'p>, &Problem) -> ProductPage<'p>,
    ) -> Result<Response, Problem> {
        let shows = self.of(shelf)?.shows();
        let shelf = match self.caller.account.filter(|account| account.has_prices) {
            Some(buyer) => shelf::showing_own_prices(self.app, buyer.id, shelf.clone(), &shows).await,
            None => shelf.clone(),
        };
        page_of_problem(&tell(self.of(&shelf)?, &problem), problem)
    }

    fn of<'p>(&self, shelf: &'p Snapshot) -> Result<ProductPage<'p>, Problem> {
        let Self { app, visitor, name, fields, .. } = *self;
        let product = shelf.named(name).ok_or_else(Problem::not_found)?;
        let choosing = chosen(product, visitor.currency(&shelf.settings), name, fields);
        let choosing = choosing.ok_or_else(Problem::not_found)?;
        let site = app.config.public_url.as_deref().unwrap_or_default();
        Ok(ProductPage::new(shelf, &Reading { visitor, site, path: "", query: "" }, &choosing))
    }
}

/// What the form names, and how much of it.
fn wanted(language: Language, fields: &[(String, String)]) -> Result<(Name, &str), Problem> {
    let field = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let incomplete = || Problem::invalid_field("", CartWords::of(language).form_incomplete);
    let quantity = field("quantity").ok_or_else(incomplete)?;
    let name = match (field(VARIANT), field("product_id")) {
        (Some(id), _) => id.parse().map(Name::Variant).ok(),
        (None, Some(id)) => id.parse().map(Name::Product).ok(),
        (None, None) => return Err(incomplete()),
    };
    Ok((name.ok_or_else(Problem::not_found)?, quantity))
}

fn chosen<'a>(
    product: &'a Product,
    currency: Currency,
    name: &Name,
    fields: &[(String, String)],
) -> Option<Choosing<'a>> {
    match name {
        Name::Variant(id) => {
            let variant = product.variants.iter().find(|variant| variant.id == *id)?;
            Choosing::of_variant(product, currency, variant)
        }
        _ => Choosing::new(product, currency, fields),
    }
}

/// Takes what stands in the form, and goes on where the pressed button leads.
pub async fn update_cart(
    State(app): State<App>,
    credentials: Credentials,
    visitor: Visitor,
    Fields(fields): Fields,
) -> Result<Response, Problem> {
    let to = |path| Ok(Redirect::to(path).into_response());
    let Some(id) = credentials.kept_cart(&app.keys) else { return to("/cart") };
    let form = CartForm::parse(fields);
    let order = credentials.order(&app, id)?;
    let mut faults = Faults::default();
    let refusal = match change(&app, &credentials, visitor.language, &order, &form, &mut faults).await? {
        Ok(cart) if faults.is_empty() && form.pressed == Pressed::CheckOut => {
            return to(if is_ready(&app, &cart).await? { "/checkout" } else { "/cart" });
        }
        Ok(_) if faults.is_empty() => return to("/cart"),
        // An order by now: the cart's page shows it.
        Err(OrderError::CartClosed | OrderError::NotFound) => return to("/cart"),
        Ok(_) => None,
        Err(error) => Some((problems::refused(visitor.language, &error), Problem::from(error))),
    };
    let cart = credentials.cart(&app).await?;
    let snapshot = shelf_for(&app, &visitor, cart.as_ref()).await?;
    let shown = CartPage::new(&app, &snapshot, &visitor, cart.as_ref()).await?.with_faults(&form, &faults);
    match refusal {
        None => page_of_problem(&shown, faults.problem()),
        Some((told, problem)) => page_of_problem(&shown.with_notice(told), problem),
    }
}

/// The shelf for the cart's page: whatever that shows is at the prices that its buyer has.
pub async fn shelf_for(app: &App, visitor: &Visitor, cart: Option<&Cart>) -> Result<Arc<Snapshot>, Problem> {
    let Some(cart) = cart else { return shelf::current(app).await };
    let shelf = shelf::knowing_at_best(app, names(cart)).await?;
    let Some(buyer) = cart.account.filter(|_| !cart.lines.is_empty()) else { return Ok(shelf) };
    let mut shows: Vec<ProductId> = cart.lines.iter().map(|line| line.product_id).collect();
    let tiles = going_with(&shelf, visitor, cart.currency, &products(&shelf, shows.iter().copied()));
    shows.extend(shown(&tiles));
    Ok(shelf::showing_own_prices(app, buyer, shelf.clone(), &shows).await)
}

/// Whether nothing is to be said in the cart first: what cannot be had, and
/// codes that count no more, are not told only after the whole checkout.
async fn is_ready(app: &App, cart: &Cart) -> Result<bool, Problem> {
    let snapshot = shelf::knowing_at_best(app, names(cart)).await?;
    let quote = cart.quote(&snapshot, app.clock.now()).map_err(OrderError::from)?;
    let counts = quote.coupons.iter().all(|coupon| coupon.refused.is_none());
    Ok(counts && stock::shortages(app, &snapshot, cart).await.is_empty())
}

/// Does what the form asks for, and notes what of it does not fit.
async fn change(
    app: &App,
    credentials: &Credentials,
    language: Language,
    order: &OrderClient<'_>,
    form: &CartForm,
    faults: &mut Faults,
) -> Result<Result<Cart, OrderError>, Problem> {
    let Asked { quantities, faults: of_lines } = form.asked(language);
    faults.lines = of_lines;
    let dropped = match &form.pressed {
        Pressed::DropCoupon(code) => Some(Change::RemoveCoupon { code: code.clone() }),
        Pressed::DropGiftCard(id) => Some(Change::RemoveGiftCard { id: *id }),
        _ => None,
    };
    let mut cart = match order.change(Change::SetQuantities { quantities }).await? {
        Ok(answer) => answer.read()?,
        Err(error) => return Ok(Err(error)),
    };
    if let Some(dropped) = dropped {
        match order.change(dropped).await? {
            Ok(answer) => cart = answer.read()?,
            Err(error) => return Ok(Err(error)),
        }
    }
    // Quantities that are not taken yet may be what a code asks for.
    if !faults.lines.is_empty() {
        return Ok(Ok(cart));
    }
    if !form.coupon.is_empty() {
        let added = match Code::parse(&form.coupon) {
            Ok(code) => vouchers::add_coupon(app, credentials, order, code).await,
            Err(_) => Err(Problem::new(COUPON_NOT_VALID, CouponRefusal::Unknown.to_string())),
        };
        faults.coupon = refused(language, added, &mut cart)?;
    }
    if !form.gift_card.is_empty() {
        let added = vouchers::add_gift_card(app, credentials, order, &form.gift_card).await;
        faults.gift_card = refused(language, added, &mut cart)?;
    }
    Ok(Ok(cart))
}

/// What is wrong with a code; the cart is as it is with one that is right.
fn refused(
    language: Language,
    added: Result<Answer<Cart>, Problem>,
    cart: &mut Cart,
) -> Result<Option<String>, Problem> {
    match added {
        Ok(answer) => {
            *cart = answer.read()?;
            Ok(None)
        }
        Err(problem) if problem.status.is_client_error() => Ok(Some(problems::told(language, &problem))),
        Err(problem) => Err(problem),
    }
}

pub type Cookies = Vec<(HeaderName, HeaderValue)>;

/// Puts lines into the cart that the browser keeps, or into a new one: which
/// it is, and the cookies that keep it.
pub async fn put_in(
    app: &App,
    credentials: &Credentials,
    currency: Currency,
    language: Language,
    lines: Vec<NewLine>,
) -> Result<Result<(OrderId, Cookies), OrderError>, Problem> {
    let keep = |id| (header::SET_COOKIE, access::set_cookie(&app.keys, id));
    let kept = credentials.kept_cart(&app.keys);
    let before = match kept {
        None => Vec::new(),
        Some(id) => match credentials.order(app, id)?.change(Change::AddLines { lines: lines.clone() }).await? {
            Ok(_) => return Ok(Ok((id, vec![keep(id)]))),
            Err(OrderError::NotFound) => Vec::new(),
            // It is an order: the browser keeps it as one, and begins another cart.
            Err(OrderError::CartClosed) => vec![(header::SET_COOKIE, credentials.remember_order(&app.keys, id))],
            Err(error) => return Ok(Err(error)),
        },
    };
    credentials.count_cart(app).await?;
    let id = OrderId::new(app.clock.now(), &*app.entropy);
    let account = credentials.caller.account.map(|account| account.id);
    let begun = credentials.new_order(app, id).create(currency, account, language, Channel::Storefront, lines).await?;
    Ok(begun.map(|_| (id, std::iter::once(keep(id)).chain(before).collect())))
}
