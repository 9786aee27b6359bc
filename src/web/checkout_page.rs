//! The checkout's page.

use askama::Template;

use super::fields::{AddressInputs, Input, error};
use super::form::CheckoutForm;
use super::frame::Frame;
use super::parts::{Choice, ErrorSummary, Short, SummaryItem, SummaryLine, arrival, pieces, summary};
use super::totals::{Shipping, Totals, price};
use super::visitor::Visitor;
use super::ways;
use super::wishes::vat_outcome;
use super::words::Fill;
use super::words::buying::BuyingWords;
use super::words::checkout::CheckoutWords;
use crate::address::Field;
use crate::app::App;
use crate::money::Money;
use crate::orders::cart::{Cart, CartView};
use crate::orders::error::OrderError;
use crate::orders::facts::Fact;
use crate::orders::order::LineId;
use crate::orders::view::ShippingView;
use crate::ports::Timestamp;
use crate::pricing::quote::QuotedShipping;
use crate::problem::FieldError;
use crate::shelf::snapshot::Snapshot;
use crate::sorted::SortedMap;
use crate::text::Language;
use crate::vat;

#[derive(Template)]
#[template(path = "checkout.html")]
pub struct CheckoutPage<'a> {
    frame: Frame<'a>,
    w: &'static CheckoutWords,
    /// What the cart and the order say, too.
    buying: &'static BuyingWords,
    /// Where the form goes.
    action: String,
    error_summary: Option<ErrorSummary>,
    contact: Vec<Input>,
    /// None where nothing is sent.
    delivery: Option<AddressInputs>,
    billing: AddressInputs,
    /// Whether something stands in the other address to bill.
    bills_elsewhere: bool,
    vat_number: Option<Input>,
    vat_outcome: Option<&'static str>,
    shipping_options: Vec<Choice>,
    shipping_hint: Option<&'static str>,
    shipping_error: Option<String>,
    methods: Vec<Choice>,
    method_error: Option<String>,
    nothing_to_pay: bool,
    test_payments: bool,
    lines: Vec<SummaryLine>,
    totals: Totals,
    expected_total: i64,
    expected_to_pay: i64,
    /// How often the shop had changed what it has put together.
    expected_changes: Option<u32>,
    pieces: String,
}

/// The cart as it will be if the form is taken.
struct Priced {
    after: Cart,
    view: CartView,
    /// The ways it can be sent.
    offered: Vec<QuotedShipping>,
}

impl Priced {
    fn new(cart: &Cart, form: &CheckoutForm, snapshot: &Snapshot, now: Timestamp) -> Result<Self, OrderError> {
        // What is wrong with it is told elsewhere.
        let (entered, _) = form.facts(Language::default(), cart.needs_shipping());
        let entered = cart.after(None, &entered);
        let offered = entered.wanted().shipping_options(snapshot, now)?;
        let chosen = offered.iter().find(|option| option.id == form.shipping_option).or(offered.first());
        let after = entered.after(None, &[Fact::ShippingOption(chosen.map(|option| option.id.clone()))]);
        let view = after.view(snapshot, now)?;
        Ok(Self { after, view, offered })
    }

    fn shipping_options(&self, language: Language, now: Timestamp) -> Vec<Choice> {
        let w = BuyingWords::of(language);
        let chosen = self.after.facts.shipping_option.as_ref();
        let currency = self.after.currency;
        let choice = |option: &QuotedShipping| {
            let view = ShippingView::of(option, currency);
            let to_pay = Money { amount: option.to_pay(), currency };
            let fetched = view.pick_up.as_ref().map(|address| w.fetched_at.with(&address.to_string()));
            Choice {
                id: option.id.clone(),
                label: option.title.clone(),
                price: price(language, to_pay),
                before: (to_pay.amount != option.price).then(|| view.price.display_in(language)),
                notes: fetched.into_iter().chain(arrival(language, &view, now)).collect(),
                more: Vec::new(),
                selected: chosen == Some(&option.id),
            }
        };
        self.offered.iter().map(choice).collect()
    }

    /// What came of the VAT number, if it is the one in the form.
    fn vat_outcome(
        &self,
        w: &CheckoutWords,
        form: &CheckoutForm,
        snapshot: &Snapshot,
        now: Timestamp,
    ) -> Result<Option<&'static str>, OrderError> {
        let facts = &self.after.facts;
        let typed = vat::Number::parse(&form.vat_number).ok();
        let Some(known) = facts.vat_number.as_ref().filter(|known| typed.as_ref() == Some(&known.number)) else {
            return Ok(None);
        };
        let reverse_charge = self.after.quote(snapshot, now)?.reverse_charge;
        Ok(Some(vat_outcome(w, known, facts, reverse_charge)))
    }

    fn totals(&self, language: Language) -> Totals {
        let shipping = match &self.view.shipping_option {
            Some(chosen) => Shipping::Chosen(chosen),
            None if self.after.needs_shipping() => Shipping::Open { from: None },
            None => Shipping::None,
        };
        Totals::of_cart(language, &self.view, &shipping)
    }
}

impl<'a> CheckoutPage<'a> {
    /// `notice`: what stands above all, or above the links to the fields with `errors`.
    pub fn new(
        app: &App,
        snapshot: &'a Snapshot,
        visitor: &Visitor,
        cart: &Cart,
        form: &CheckoutForm,
        errors: &[FieldError],
        notice: Option<String>,
    ) -> Result<Self, OrderError> {
        let language = visitor.language;
        let w = CheckoutWords::of(language);
        let (now, settings) = (app.clock.now(), &snapshot.settings);
        let sent = cart.needs_shipping();
        let priced = Priced::new(cart, form, snapshot, now)?;
        let to_pay = priced.view.totals.to_pay;
        let nothing_to_pay = to_pay.amount == 0;
        let methods = match nothing_to_pay {
            true => Vec::new(),
            false => ways::offered(app, &settings.payments, language, to_pay, &form.method),
        };
        let is_known = priced.after.facts.shipping_address.is_some();
        let none_offered = sent && priced.offered.is_empty();
        let shipping_error = (none_offered && is_known).then(|| w.not_sent_there.to_owned());
        let no_methods = (methods.is_empty() && !nothing_to_pay).then(|| w.no_payments.to_owned());
        let takes_vat_number = settings.tax.reverse_charge;
        let vat_outcome = if takes_vat_number { priced.vat_outcome(w, form, snapshot, now)? } else { None };
        let phone = sent.then(|| Input::of(language, Field::Phone, &form.address, errors));
        let mut page = Self {
            frame: Frame::of(settings, visitor),
            w,
            buying: BuyingWords::of(language),
            action: match cart.draft {
                Some(_) => format!("/orders/{}/checkout", cart.id),
                None => "/checkout".to_owned(),
            },
            error_summary: None,
            contact: std::iter::once(Input::email(language, form, errors)).chain(phone).collect(),
            delivery: sent.then(|| AddressInputs::new(language, &form.address, errors)),
            billing: AddressInputs::new(language, &form.billing, errors),
            bills_elsewhere: !form.billing.is_blank(),
            vat_number: takes_vat_number.then(|| Input::vat_number(language, form, errors)),
            vat_outcome,
            shipping_options: priced.shipping_options(language, now),
            shipping_hint: (none_offered && !is_known).then_some(w.address_first),
            shipping_error: shipping_error.or_else(|| error("shipping_option", errors)),
            methods,
            method_error: no_methods.or_else(|| error("method", errors)),
            nothing_to_pay,
            test_payments: app.config.test_provider,
            lines: summary(language, &priced.view.lines, snapshot),
            totals: priced.totals(language),
            expected_total: priced.view.totals.total.amount,
            expected_to_pay: to_pay.amount,
            expected_changes: cart.draft.as_ref().map(|draft| draft.changes),
            pieces: pieces(language, &priced.view.lines),
        };
        page.error_summary = notice.map(|text| ErrorSummary::new(language, text, page.items(errors)));
        Ok(page)
    }

    /// What is wrong, in the order of the fields.
    fn items(&self, errors: &[FieldError]) -> Vec<SummaryItem> {
        let contact = self.contact.iter().map(|input| input.id.as_str());
        let delivery = self.delivery.iter().flat_map(AddressInputs::ids);
        let fields = contact.chain(delivery).chain(["vat_number"]).chain(self.billing.ids());
        let fields = fields.chain(["shipping_option", "method"]);
        let item = |field: &str| {
            let told = error(field, errors)?;
            let text = match field {
                "shipping_option" => self.shipping_error.clone().unwrap_or(told),
                "method" => self.method_error.clone().unwrap_or(told),
                field if self.billing.ids().any(|id| id == field) => format!("{}: {told}", self.billing.label),
                _ => told,
            };
            Some(SummaryItem { field: field.to_owned(), text })
        };
        fields.filter_map(item).collect()
    }

    /// With the ways out of lines that want more than there is.
    pub fn with_short(mut self, short: impl IntoIterator<Item = (LineId, Short)>) -> Self {
        let short: SortedMap<LineId, Short> = short.into_iter().collect();
        for line in &mut self.lines {
            line.short = short.get(&line.id).cloned();
        }
        self
    }

    /// With these told before the form is filled in, each with a link to its ways out.
    pub fn warning(mut self) -> Self {
        let language = self.frame.language;
        let item = |line: &SummaryLine| {
            let text = line.short.as_ref()?.of(language, &line.title);
            Some(SummaryItem { field: line.id.to_string(), text })
        };
        let items: Vec<SummaryItem> = self.lines.iter().filter_map(item).collect();
        if !items.is_empty() {
            self.error_summary = Some(ErrorSummary::new(language, String::new(), items));
        }
        self
    }
}
