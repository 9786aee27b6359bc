//! The cart's page.

use askama::Template;

use super::cart_form::{COUPON, CartForm, GIFT_CARD};
use super::frame::Frame;
use super::parts::{ErrorSummary, Reduction, Short, SummaryItem, known, later, line_title, pieces, reductions};
use super::tile::{Tile, going_with, product_url};
use super::totals::{Shipping, Totals, minus};
use super::visitor::Visitor;
use super::words::buying::BuyingWords;
use super::words::cart::CartWords;
use super::words::{Fill, fill, problems};
use crate::app::App;
use crate::ids::ProductId;
use crate::money::Money;
use crate::orders::cart::{Cart, CartProblem, CartView};
use crate::orders::error::{CONTENTS_CHANGED, ChangedLine, OrderError, PRICE_CHANGED};
use crate::orders::order::LineId;
use crate::orders::terms::compare;
use crate::orders::view::{GiftCardView, LineView, Status};
use crate::orders::{counting, stock};
use crate::pricing::quote::QuotedShipping;
use crate::problem::{FieldError, Problem};
use crate::shelf::related::MAX_TOGETHER;
use crate::shelf::snapshot::{Image, Product, Snapshot};
use crate::sorted::SortedMap;
use crate::text::Language;

#[derive(Template)]
#[template(path = "cart.html")]
pub struct CartPage<'a> {
    frame: Frame<'a>,
    w: &'static CartWords,
    /// What the checkout says, too.
    buying: &'static BuyingWords,
    lines: Vec<CartLine>,
    codes: Vec<CodeBox>,
    totals: Totals,
    pieces: String,
    error_summary: Option<ErrorSummary>,
    placed_url: Option<String>,
    /// What goes with its lines.
    tiles: Vec<Tile<'a>>,
}

struct CartLine {
    id: LineId,
    url: String,
    title: String,
    variant: String,
    sku: String,
    unit_price: String,
    price_before: Option<String>,
    /// As it was typed, where that has not been taken.
    quantity: String,
    fault: Option<String>,
    short: Option<Short>,
    later: String,
    reductions: Vec<Reduction>,
    total: String,
    image: Option<Image>,
}

/// A field for a code, and the codes that are in use.
struct CodeBox {
    id: &'static str,
    label: &'static str,
    button: &'static str,
    typed: String,
    fault: Option<String>,
    applied: Vec<Applied>,
}

struct Applied {
    /// As the button that drops it names it.
    code: String,
    text: String,
    amount: Option<String>,
    /// Why it takes nothing off.
    fault: Option<String>,
}

/// What was typed into the cart's form and not taken: why, at each field.
#[derive(Debug, Default)]
pub struct Faults {
    pub lines: SortedMap<LineId, String>,
    pub coupon: Option<String>,
    pub gift_card: Option<String>,
}

impl Faults {
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.coupon.is_none() && self.gift_card.is_none()
    }

    pub fn problem(&self) -> Problem {
        let lines = self.lines.iter().map(|(line, text)| FieldError::new(line.to_string(), text));
        let codes = [(COUPON, &self.coupon), (GIFT_CARD, &self.gift_card)];
        let codes = codes.into_iter().filter_map(|(field, fault)| Some(FieldError::new(field, fault.as_ref()?)));
        Problem::invalid(lines.chain(codes).collect())
    }
}

/// Those of its lines that tiles go with, each once.
pub fn products(snapshot: &Snapshot, of_lines: impl Iterator<Item = ProductId>) -> Vec<&Product> {
    let mut products: Vec<&Product> = Vec::new();
    for product in of_lines.filter_map(|id| snapshot.by_id(id)) {
        if products.len() < MAX_TOGETHER && !products.iter().any(|known| known.id == product.id) {
            products.push(product);
        }
    }
    products
}

impl<'a> CartPage<'a> {
    /// The cart as it is. One that was placed is empty again, and tells of its
    /// order.
    pub async fn new(
        app: &App,
        snapshot: &'a Snapshot,
        visitor: &Visitor,
        cart: Option<&Cart>,
    ) -> Result<Self, Problem> {
        let language = visitor.language;
        let placed_url = cart.filter(|cart| cart.status != Status::Open).map(|order| format!("/orders/{}", order.id));
        let Some(cart) = cart.filter(|cart| cart.status == Status::Open) else {
            return Ok(Self::empty(snapshot, visitor, placed_url));
        };
        let now = app.clock.now();
        let mut view = cart.view(snapshot, now).map_err(OrderError::from)?;
        let told = stock::told(app, snapshot, cart).await;
        counting::tell(&cart.lines, &mut view.lines, &told.later);
        let mut problems = view.problems.clone();
        problems.extend(told.short);
        let shipping = match &view.shipping_option {
            Some(chosen) => Shipping::Chosen(chosen),
            None if cart.needs_shipping() => {
                let options = cart.wanted().shipping_options(snapshot, now).map_err(OrderError::from)?;
                let least = options.iter().filter(|option| option.pick_up.is_none()).map(QuotedShipping::to_pay).min();
                Shipping::Open { from: least.map(|amount| Money { amount, currency: cart.currency }) }
            }
            None => Shipping::None,
        };
        let codes = vec![CodeBox::of_coupons(language, &view), CodeBox::of_gift_cards(language, &view)];
        let faulty = codes.iter().flat_map(CodeBox::items);
        let (changed, _) = compare(&cart.lines, cart.currency, snapshot);
        let faulty_lines = view.lines.iter().flat_map(|line| items(language, line, snapshot, &problems, &changed));
        let items = faulty_lines.chain(faulty).collect();
        let products = products(snapshot, view.lines.iter().map(|line| line.product_id));
        Ok(Self {
            tiles: going_with(snapshot, visitor, cart.currency, &products),
            lines: view.lines.iter().map(|line| CartLine::new(language, line, snapshot, &problems)).collect(),
            totals: Totals::of_cart(language, &view, &shipping),
            pieces: pieces(language, &view.lines),
            error_summary: summary(language, String::new(), items),
            codes,
            ..Self::empty(snapshot, visitor, None)
        })
    }

    fn empty(snapshot: &'a Snapshot, visitor: &Visitor, placed_url: Option<String>) -> Self {
        Self {
            frame: Frame::at(snapshot, visitor, "/cart".to_owned()),
            w: CartWords::of(visitor.language),
            buying: BuyingWords::of(visitor.language),
            lines: Vec::new(),
            codes: Vec::new(),
            totals: Totals::default(),
            pieces: String::new(),
            error_summary: None,
            placed_url,
            tiles: Vec::new(),
        }
    }

    /// With what was typed and not taken, and why.
    pub fn with_faults(mut self, form: &CartForm, faults: &Faults) -> Self {
        for line in &mut self.lines {
            if let Some(typed) = form.typed.get(&line.id) {
                line.quantity.clone_from(typed);
            }
            line.fault = faults.lines.get(&line.id).cloned();
        }
        let waiting = !faults.lines.is_empty();
        for code in &mut self.codes {
            let (typed, fault) = match code.id {
                COUPON => (&form.coupon, &faults.coupon),
                _ => (&form.gift_card, &faults.gift_card),
            };
            if waiting || fault.is_some() {
                code.typed.clone_from(typed);
            }
            code.fault.clone_from(fault);
        }
        let of_line = |line: &CartLine| {
            let text = format!("{}: {}", line.title, line.fault.as_ref()?);
            Some(SummaryItem { field: line.id.to_string(), text })
        };
        let of_code = |code: &CodeBox| Some(SummaryItem { field: code.id.to_owned(), text: code.fault.clone()? });
        let faults = self.lines.iter().filter_map(of_line).chain(self.codes.iter().filter_map(of_code));
        let faults: Vec<SummaryItem> = faults.collect();
        let ErrorSummary { text, items, .. } = self.error_summary.take().unwrap_or_default();
        self.error_summary = summary(self.frame.language, text, faults.into_iter().chain(items).collect());
        self
    }

    /// With this told first.
    pub fn with_notice(mut self, text: String) -> Self {
        let items = self.error_summary.take().unwrap_or_default().items;
        self.error_summary = summary(self.frame.language, text, items);
        self
    }
}

fn summary(language: Language, text: String, items: Vec<SummaryItem>) -> Option<ErrorSummary> {
    (!text.is_empty() || !items.is_empty()).then(|| ErrorSummary::new(language, text, items))
}

/// What is to be known of a line.
fn items<'a>(
    language: Language,
    line: &'a LineView,
    snapshot: &'a Snapshot,
    problems: &'a [CartProblem],
    changed: &'a [ChangedLine],
) -> impl Iterator<Item = SummaryItem> + 'a {
    let w = CartWords::of(language);
    let title = line_title(language, line.variant_id, &line.title, snapshot);
    problems.iter().filter(|problem| problem.line_id == Some(line.id)).map(move |problem| {
        let changed = changed.iter().find(|changed| changed.line_id == line.id && problem.code == PRICE_CHANGED.name);
        let text = match (Short::of_problem(problem), changed) {
            (Some(short), _) => short.of(language, title),
            (None, Some(changed)) => {
                let [new, old] = [changed.new, changed.old].map(|price| price.display_in(language));
                format!("{title}: {}.", fill(w.price_changed, &[&new, &old]))
            }
            (None, None) if problem.code == CONTENTS_CHANGED.name => {
                format!("{title}: {}.", w.contents_changed)
            }
            (None, None) => format!("{title}: {}.", w.not_for_sale),
        };
        SummaryItem { field: line.id.to_string(), text }
    })
}

impl CartLine {
    fn new(language: Language, line: &LineView, snapshot: &Snapshot, problems: &[CartProblem]) -> Self {
        let (variant, image) = known(language, line, snapshot);
        let currency = line.unit_price.currency;
        let before = snapshot.variant(line.variant_id).and_then(|(_, variant)| variant.compare_at(currency));
        Self {
            id: line.id,
            url: snapshot.by_id(line.product_id).map_or_else(|| "/".to_owned(), product_url),
            title: line_title(language, line.variant_id, &line.title, snapshot).to_owned(),
            variant,
            sku: line.sku.clone(),
            unit_price: line.unit_price.display_in(language),
            price_before: before
                .filter(|before| before.amount > line.unit_price.amount)
                .map(|before| before.display_in(language)),
            quantity: line.quantity.to_string(),
            fault: None,
            short: problems.iter().filter(|problem| problem.line_id == Some(line.id)).find_map(Short::of_problem),
            later: later(language, line),
            reductions: reductions(language, line),
            total: line.total.display_in(language),
            image,
        }
    }
}

impl CodeBox {
    fn of_coupons(language: Language, cart: &CartView) -> Self {
        let w = CartWords::of(language);
        let fault = |code: &str| {
            let problem = cart.problems.iter().find(|problem| problem.coupon.as_deref() == Some(code))?;
            Some(problems::coupon(language, problem))
        };
        let applied =
            |code: &String| Applied { code: code.clone(), text: code.clone(), amount: None, fault: fault(code) };
        Self {
            id: COUPON,
            label: w.discount_code,
            button: w.use_code,
            typed: String::new(),
            fault: None,
            applied: cart.coupons.iter().map(applied).collect(),
        }
    }

    fn of_gift_cards(language: Language, cart: &CartView) -> Self {
        let w = CartWords::of(language);
        let applied = |card: &GiftCardView| Applied {
            code: card.id.to_string(),
            text: w.card_ending.with(&card.last4),
            amount: Some(minus(language, card.amount)),
            fault: None,
        };
        Self {
            id: GIFT_CARD,
            label: w.gift_card,
            button: w.use_card,
            typed: String::new(),
            fault: None,
            applied: cart.gift_cards.iter().map(applied).collect(),
        }
    }

    /// What is wrong with codes in use, each with a link to the button that drops it.
    fn items(&self) -> impl Iterator<Item = SummaryItem> {
        self.applied.iter().enumerate().filter_map(|(index, applied)| {
            let text = format!("{}: {}", applied.text, applied.fault.as_ref()?);
            Some(SummaryItem { field: format!("drop_{}_{index}", self.id), text })
        })
    }
}
