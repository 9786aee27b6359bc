//! An invoice or a credit note as a page, in its own language, with all that
//! the law wants on it; what that is: [`crate::documents::document`].

use askama::Template;

use super::frame::Frame;
use super::words::order::OrderWords;
use crate::catalog::product::Part;
use crate::documents::document::{Buyer, Document, DocumentLine, TaxTotal};
use crate::documents::number::Kind;
use crate::ids::OrderId;
use crate::messages::words;
use crate::money::Money;
use crate::orders::view::TaxRateView;
use crate::text::Language;

#[derive(Template)]
#[template(path = "document.html")]
pub struct DocumentPage {
    language: Language,
    title: String,
    seller: Vec<String>,
    buyer: Vec<String>,
    /// Numbers and days.
    facts: Vec<Row>,
    /// Whether prices have tax in them: then each is shown without it, too.
    included: bool,
    lines: Vec<Line>,
    /// What each rate falls on, and comes to.
    taxes: Vec<TaxRow>,
    sums: Vec<Row>,
    /// What the law wants said.
    notes: Vec<String>,
    footer: Vec<String>,
}

struct Row {
    label: String,
    value: String,
    /// Whether it is what the rows before come to.
    sum: bool,
}

struct Line {
    title: String,
    sku: Option<String>,
    /// What each piece of a bundle is made of.
    made_of: Option<String>,
    quantity: u32,
    unit_price_net: String,
    unit_price: String,
    /// What is taken off.
    discount: Option<String>,
    /// Such as `19 %`; a dash where no tax falls on it.
    rates: String,
    total: String,
}

struct TaxRow {
    label: String,
    net: String,
    tax: String,
}

/// The documents of an order that has none, or several.
#[derive(Template)]
#[template(path = "documents.html")]
pub struct DocumentList<'a> {
    frame: Frame<'a>,
    w: &'static OrderWords,
    order_id: OrderId,
    documents: Vec<Listed>,
}

struct Listed {
    url: String,
    title: String,
    date: String,
    total: String,
}

impl<'a> DocumentList<'a> {
    pub fn new(frame: Frame<'a>, order_id: OrderId, documents: &[&Document]) -> Self {
        let language = frame.language;
        let listed = |document: &&Document| Listed {
            url: format!("/orders/{order_id}/documents/{}", document.number),
            title: title(language, document),
            date: words::date(language, document.issued_at),
            total: document.total.display_in(language),
        };
        let w = OrderWords::of(language);
        Self { frame, w, order_id, documents: documents.iter().map(listed).collect() }
    }
}

/// "Rechnungskorrektur", as § 14(2) UStG keeps "Gutschrift" for an invoice that
/// the buyer writes.
fn title(language: Language, document: &Document) -> String {
    let kind = match document.kind {
        Kind::Invoice => language.of("Invoice", "Rechnung"),
        Kind::CreditNote => language.of("Credit note", "Rechnungskorrektur"),
    };
    format!("{kind} {}", document.number)
}

impl DocumentPage {
    pub fn new(document: &Document) -> Self {
        let language = document.language;
        Self {
            language,
            title: title(language, document),
            seller: seller(document),
            buyer: buyer(document),
            facts: facts(document),
            included: document.prices_include_tax,
            lines: document.lines.iter().chain(&document.shipping).map(|each| line(language, each)).collect(),
            taxes: document.taxes.iter().flat_map(|total| tax_rows(language, total)).collect(),
            sums: sums(document),
            notes: notes(document),
            footer: document.seller.footer.as_deref().map(in_lines).unwrap_or_default(),
        }
    }

    /// The text in the document's language.
    fn say(&self, english: &'static str, german: &'static str) -> &'static str {
        self.language.of(english, german)
    }
}

fn in_lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn seller(document: &Document) -> Vec<String> {
    let (language, seller) = (document.language, &document.seller);
    let vat = seller.vat_number.as_ref().map(|number| vat_number(language, number.as_str()));
    let tax = seller.tax_number.as_ref().map(|number| {
        let label = language.of("Tax number", "Steuernummer");
        format!("{label} {}", number.as_str())
    });
    let register = seller.register.as_ref().map(|register| register.as_str().to_owned());
    seller.address.lines_in(language).into_iter().chain(vat).chain(tax).chain(register).collect()
}

fn buyer(document: &Document) -> Vec<String> {
    let Buyer { address, email, vat_number: number } = &document.buyer;
    let email = email.as_ref().map(|email| vec![email.as_str().to_owned()]);
    let who = address.as_ref().map(|address| address.lines_in(document.language)).or(email).unwrap_or_default();
    let number = number.as_ref().map(|number| vat_number(document.language, number.as_str()));
    who.into_iter().chain(number).collect()
}

fn vat_number(language: Language, number: &str) -> String {
    format!("{} {number}", language.of("VAT number", "USt-IdNr."))
}

fn facts(document: &Document) -> Vec<Row> {
    let language = document.language;
    let fact = |english: &str, german: &str, value: String| Row {
        label: language.of(english, german).to_owned(),
        value,
        sum: false,
    };
    let date = |at| words::date(language, at);
    let mut facts = vec![
        fact("Number", "Nummer", document.number.to_string()),
        fact("Date of issue", "Ausstellungsdatum", date(document.issued_at)),
        fact("Date of supply (tax point)", "Leistungsdatum", date(document.supplied_at)),
        fact("Order", "Bestellung", document.order_number.clone()),
    ];
    facts.extend(document.corrects.as_ref().map(|corrected| {
        let of = language.of("of", "vom");
        let invoice = format!("{} {of} {}", corrected.number, date(corrected.issued_at));
        fact("Corrects invoice", "Korrigiert Rechnung", invoice)
    }));
    facts
}

fn line(language: Language, line: &DocumentLine) -> Line {
    let rates: Vec<_> = line.rates.iter().map(|rate| percent(language, rate)).collect();
    Line {
        title: line.title.clone(),
        sku: line.sku.clone(),
        made_of: made_of(language, &line.parts),
        quantity: line.quantity,
        unit_price_net: line.unit_price_net.display_in(language),
        unit_price: line.unit_price.display_in(language),
        discount: (line.discount.amount != 0).then(|| minus(language, line.discount)),
        rates: if rates.is_empty() { "–".to_owned() } else { rates.join(" + ") },
        total: line.total.display_in(language),
    }
}

fn made_of(language: Language, parts: &[Part]) -> Option<String> {
    let part = |part: &Part| format!("{} × {} ({})", part.quantity, part.title, part.sku);
    let parts = parts.iter().map(part).collect::<Vec<_>>().join(", ");
    (!parts.is_empty()).then(|| format!("{}: {parts}", language.of("Each", "Je Stück")))
}

fn percent(language: Language, rate: &TaxRateView) -> String {
    format!("{}\u{a0}%", words::decimal(language, &rate.rate.to_string()))
}

fn minus(language: Language, amount: Money) -> String {
    Money { amount: amount.amount.saturating_neg(), ..amount }.display_in(language)
}

/// One row for each rate: of several that fall on the same, each names it.
fn tax_rows(language: Language, total: &TaxTotal) -> Vec<TaxRow> {
    let net = total.net.display_in(language);
    let row = |label: String, tax: Money| TaxRow { label, net: net.clone(), tax: tax.display_in(language) };
    if total.rates.is_empty() {
        return vec![row(language.of("without tax", "ohne Steuer").to_owned(), Money { amount: 0, ..total.net })];
    }
    let rates = total.rates.iter();
    rates.map(|rate| row(format!("{} {}", rate.name, percent(language, rate)), rate.amount)).collect()
}

fn sums(document: &Document) -> Vec<Row> {
    let language = document.language;
    let row = |english: &str, german: &str, value: String, sum: bool| Row {
        label: language.of(english, german).to_owned(),
        value,
        sum,
    };
    let show = |amount: Money| amount.display_in(language);
    let mut rows = vec![
        row("Net", "Netto", show(document.net), false),
        row("Tax", "Steuer", show(document.tax), false),
        match document.kind {
            Kind::Invoice => row("Total", "Gesamtbetrag", show(document.total), true),
            Kind::CreditNote => row("Total credited", "Gutgeschriebener Betrag", show(document.total), true),
        },
    ];
    if document.gift_cards.amount != 0 {
        let left = Money { amount: document.total.amount - document.gift_cards.amount, ..document.total };
        rows.push(row("By gift card", "Mit Geschenkgutschein", minus(language, document.gift_cards), false));
        rows.push(row("To pay", "Zu zahlen", show(left), true));
    }
    rows
}

fn notes(document: &Document) -> Vec<String> {
    let language = document.language;
    let mut notes = Vec::new();
    if document.reverse_charge {
        let words = language.of("Reverse charge", "Steuerschuldnerschaft des Leistungsempfängers");
        notes.push(words.to_owned());
    }
    if document.kind == Kind::CreditNote && document.lines.is_empty() && document.shipping.is_none() {
        notes.push(
            language
                .of(
                    "The price of the invoice above is reduced by this amount.",
                    "Das Entgelt der oben genannten Rechnung mindert sich um diesen Betrag.",
                )
                .to_owned(),
        );
    }
    notes.extend(document.how_to_pay.as_deref().map(in_lines).into_iter().flatten());
    notes
}
