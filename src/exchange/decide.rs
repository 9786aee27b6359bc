//! What a product of a file makes of what is there. Pure: a dry run decides as the
//! import does, and is told the same.

use serde_json::{Map, Value, json};

use super::columns::{self, FACTS, Fact, FileFormat, Part, Priced, Takes, column_of};
use super::matching::{self, Names, slug_of};
use super::sent::{IMAGES, Sent, SentVariant};
use super::stock::{self, Stock};
use super::taken::Claims;
use super::told::{LineError, Made, Told};
use super::{images, options, prices, shopify};
use crate::catalog::body::{self, ProductBody, ProductPatch, variant_body};
use crate::catalog::check_slugs;
use crate::catalog::draft::{self, Draft};
use crate::catalog::product::{Product, Variant};
use crate::catalog::slug;
use crate::catalog::store::Naming;
use crate::catalog::store::bundles::KnownPart;
use crate::ids::VariantId;
use crate::json;
use crate::ports::Timestamp;
use crate::problem::FieldError;
use crate::settings::Settings;
use crate::sorted::{SortedMap, SortedSet};
use crate::text;
use crate::uploads::Known;
use crate::wire::body::parse;

/// What a product is decided on.
pub struct Ground<'a> {
    pub format: FileFormat,
    pub products: &'a [Product],
    pub settings: &'a Settings,
    /// The uploads that are there of those that the file shows.
    pub uploads: &'a [Known],
    /// The variants that are there of those that bundles are to be made of.
    pub parts: &'a [KnownPart],
    pub now: Timestamp,
    pub names: &'a Names,
    /// The facts that may be taken away; none are named: all of them.
    pub agreed: Option<&'a [String]>,
}

/// What is to be done for one product of the file.
pub struct Decided<'a> {
    pub sent: Sent,
    pub before: Option<&'a Product>,
    /// As it is to be; none where it stays as it is.
    pub after: Option<Product>,
    pub naming: Naming,
    pub stock: Vec<Stock>,
    pub told: Told,
}

impl Decided<'_> {
    /// Does nothing of it.
    pub fn refuse(&mut self, errors: Vec<LineError>) {
        self.after = None;
        self.stock.clear();
        self.told = Told::refused(errors);
    }

    /// The stock, each with its variant's SKU.
    pub fn counted(&self) -> impl Iterator<Item = (Stock, &str)> {
        let product = self.after.as_ref().or(self.before);
        let variants = product.map(|product| product.variants.as_slice()).unwrap_or_default();
        let skus: SortedMap<VariantId, &str> = variants.iter().map(|variant| (variant.id, &*variant.sku)).collect();
        self.stock.iter().map(move |stock| (*stock, skus.get(&stock.variant).copied().unwrap_or_default()))
    }
}

/// Decides about one product. Whatever is wrong with a part of it leaves all of it as it is. `claims`: of those before
/// it in the file.
pub fn decide<'a>(mut sent: Sent, ground: &Ground<'a>, claims: &Claims) -> Decided<'a> {
    let found = matching::product(&sent, ground.products, ground.names, claims);
    let found = found.map_err(|error| sent.errors.push(error));
    let before = found.unwrap_or_default();
    let mut matched = Vec::with_capacity(sent.variants.len());
    for found in matching::variants(&sent, before) {
        matched.push(found.unwrap_or_else(|error| {
            sent.errors.push(error);
            None
        }));
    }
    if before.is_some() && ground.format != FileFormat::Jsonl {
        let sent_with = std::mem::take(&mut sent.variants).into_iter().zip(matched);
        let is_meant = |(variant, was): &(SentVariant, Option<_>)| was.is_some() || !variant.is_silent(ground.format);
        (sent.variants, matched) = sent_with.filter(is_meant).unzip();
    }
    let refused = |sent, errors| Decided {
        sent,
        before,
        after: None,
        naming: Naming::AsGiven,
        stock: Vec::new(),
        told: Told::refused(errors),
    };
    if !sent.errors.is_empty() {
        let errors = std::mem::take(&mut sent.errors);
        return refused(sent, errors);
    }
    let mut told = Told { notes: std::mem::take(&mut sent.notes), ..Told::default() };
    let naming = if before.is_none() && sent.slug.is_none() { Naming::Numbered } else { Naming::AsGiven };
    let text = json::text(&laid_out(&mut sent, before, &matched, ground, &mut told));
    if !sent.errors.is_empty() {
        let errors = std::mem::take(&mut sent.errors);
        return refused(sent, errors);
    }
    let made = match before {
        None => create(&text, ground),
        Some(before) => change(&text, before, ground),
    };
    let after = match made {
        Ok(after) => after,
        Err(errors) => {
            let errors = errors.iter().map(|error| placed(error, &sent, ground)).collect();
            return refused(sent, errors);
        }
    };
    let stock = stock::counted(&sent, before, &after, ground.names);
    // What an earlier try of this very product has made is as good as made now.
    let made_before = before.is_some_and(|before| before.id == ground.names.product());
    let same = before.is_some_and(|before| {
        let Product { version, updated_at, .. } = *before;
        *before == Product { version, updated_at, ..after.clone() }
    });
    told.result = match before {
        Some(_) if !made_before && same => Made::Unchanged,
        Some(_) if !made_before => Made::Updated,
        _ => Made::Created,
    };
    if let (Some(before), Made::Updated) = (before, told.result) {
        told.changes = changes(before, &after);
        told.changes.retain(|name| !told.clears.contains(name));
    }
    Decided { sent, before, after: (!same).then_some(after), naming, stock, told: told.bounded() }
}

fn create(text: &str, ground: &Ground) -> Result<Product, Vec<FieldError>> {
    let body: ProductBody =
        parse(text.as_bytes(), "POST /v1/admin/products").map_err(|problem| problem.errors.clone())?;
    let draft = Draft::parse(body, ground.settings)?;
    let draft = draft.show(ground.uploads, &[]).and_then(|draft| draft.made_of(ground.parts, &[]));
    let draft = draft.map_err(|problem| problem.errors.clone())?;
    Ok(draft.create(ground.names.product(), ground.now, numbered(ground.names)))
}

fn change(text: &str, before: &Product, ground: &Ground) -> Result<Product, Vec<FieldError>> {
    let patch: ProductPatch =
        parse(text.as_bytes(), "PATCH /v1/admin/products/{id}").map_err(|problem| problem.errors.clone())?;
    let (facts, changes) = patch.over(before);
    let (wanted, faults) = draft::wanted(before, changes);
    let draft = Draft::change(facts, wanted, faults, ground.settings)?;
    let draft = draft.show(ground.uploads, &before.images);
    let draft = draft.and_then(|draft| draft.made_of(ground.parts, &before.variants));
    let draft = draft.map_err(|problem| problem.errors.clone())?;
    let after = draft.replace(before, ground.now, numbered(ground.names));
    check_slugs(&after).map_err(|error| vec![error])?;
    Ok(after)
}

fn numbered(names: &Names) -> impl FnMut() -> VariantId {
    let mut number = 0_u16;
    move || {
        let id = names.variant(number);
        number = number.saturating_add(1);
        id
    }
}

/// The product as a body of the API would have it.
fn laid_out(
    sent: &mut Sent,
    before: Option<&Product>,
    matched: &[Option<&Variant>],
    ground: &Ground,
    told: &mut Told,
) -> Value {
    let mut facts = std::mem::take(&mut sent.facts);
    if let Some(slug) = &sent.slug {
        facts.insert("slug".to_owned(), slug.clone().into());
    }
    if let Some(before) = before.filter(|_| ground.format != FileFormat::Jsonl) {
        images::lay_over(&mut facts, &before.images);
    }
    let known = before.map(|before| json::value(&body::facts(before))).unwrap_or_default();
    clear(&mut facts, &sent.blank, &known, sent.line, ground, told);
    let laid = sent.options.as_ref().map(|said| options::laid(said, before));
    if let Some(laid) = &laid {
        facts.insert("options".to_owned(), options::body(laid));
    }
    let stem = slug_of(sent)
        .or_else(|| before.map(|before| before.slug.clone()))
        .unwrap_or_else(|| slug::from_title(facts.get("title").and_then(Value::as_str).unwrap_or_default()));
    let known_skus = before.into_iter().flat_map(|before| &before.variants).map(|variant| variant.sku.clone());
    let mut skus: SortedSet<String> = sent.variants.iter().filter_map(matching::sku_of).chain(known_skus).collect();
    let mut variants = Vec::with_capacity(sent.variants.len());
    for ((number, variant), was) in (0_u16..).zip(&mut sent.variants).zip(matched) {
        let id = was.map(|was| was.id.to_string());
        let own = before.zip(*was).map(|(before, was)| json::value(&variant_body(before, was))).unwrap_or_default();
        clear(&mut variant.facts, &variant.blank, &own, variant.line, ground, told);
        match laid.as_ref().map(|laid| options::chosen(laid, variant, *was, ground.format)) {
            None => {}
            Some(Ok(chosen)) => drop(variant.facts.insert("options".to_owned(), chosen.into())),
            Some(Err(error)) => sent.errors.push(error),
        }
        if let (FileFormat::Shopify, Some(was)) = (ground.format, was) {
            shopify::keep_floor(&mut variant.facts, was.least());
        }
        if was.is_none() && !variant.facts.contains_key("sku") {
            let sku = made_up(&stem, &variant.options, &skus, ground.names.variant(number));
            told.notes.push(LineError::new(variant.line, "", format!("has no SKU; it is given {sku}")));
            skus.add(sku.clone());
            variant.facts.insert("sku".to_owned(), sku.into());
        }
        sent.errors.extend(prices::lay_over(variant, before.zip(*was), ground, told));
        if let Some(id) = id {
            variant.facts.insert("id".to_owned(), id.into());
        }
        variants.push(Value::Object(variant.facts.clone()));
    }
    if before.is_none() || !variants.is_empty() {
        facts.insert("variants".to_owned(), variants.into());
    }
    if before.is_none() && !facts.contains_key("title") {
        facts.insert("title".to_owned(), "".into());
    }
    facts.into()
}

/// Takes away the facts whose cells are blank, if that is agreed to; else says that they stay.
/// What is not there is not taken away.
fn clear(
    facts: &mut Map<String, Value>,
    blank: &[&'static Fact],
    known: &Value,
    line: usize,
    ground: &Ground,
    told: &mut Told,
) {
    for fact in blank {
        let is_there = match columns::said(known, fact.member) {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => !text.is_empty(),
            Some(Value::Array(list)) => !list.is_empty(),
            Some(_) => true,
        };
        if !is_there {
            continue;
        }
        if !may_clear(fact.own, ground, told) {
            let detail = "is blank and stays as it is: only a dry run can be agreed to";
            told.notes.push(LineError::new(line, column_of(fact.member, fact.of_variant, ground.format), detail));
            continue;
        }
        let nothing = if fact.takes == Takes::Words { json!([]) } else { Value::Null };
        columns::say(facts, fact.member, nothing);
    }
}

/// Whether a fact may be taken away, which is then told.
pub fn may_clear(name: &str, ground: &Ground, told: &mut Told) -> bool {
    let agreed = ground.agreed.is_none_or(|agreed| agreed.iter().any(|known| known == name));
    if agreed && !told.clears.iter().any(|known| known == name) {
        told.clears.push(name.to_owned());
    }
    agreed
}

/// How many letters of an id tell apart SKUs that are too long: its last, of 50 bits.
const ID_LETTERS: usize = 10;

/// A SKU of a product's slug and a variant's options, unlike those of the others; `id` is always the same. No slug has
/// what parts them: so `mug` in blue is not `mug-blue`.
fn made_up(slug: &str, options: &[String], taken: &SortedSet<String>, id: VariantId) -> String {
    let words = std::iter::once(slug.to_owned()).chain(options.iter().map(|option| slug::from_title(option)));
    let whole = words.collect::<Vec<_>>().join("_");
    // With room for a number.
    let most = text::MAX_CODE.saturating_sub(5);
    let stem = match whole.chars().count() <= most {
        true => whole,
        false => {
            let id = id.to_string();
            let end = id.get(id.len().saturating_sub(ID_LETTERS)..).unwrap_or_default();
            let begin = whole.chars().take(most.saturating_sub(ID_LETTERS).saturating_sub(1));
            format!("{}_{end}", begin.collect::<String>())
        }
    };
    let sku = |number: usize| if number == 1 { stem.clone() } else { format!("{stem}-{number}") };
    (1..=taken.len().saturating_add(1)).map(sku).find(|sku| !taken.contains_key(sku)).unwrap_or(stem.clone())
}

/// A fault of the body, by the line and the column of the file; of a line of JSON by the place
/// in it.
fn placed(error: &FieldError, sent: &Sent, ground: &Ground) -> LineError {
    let format = ground.format;
    let mut path = error.pointer.split('/').skip(1);
    let first = path.next().unwrap_or_default();
    if format == FileFormat::Jsonl {
        return LineError::new(sent.line, error.pointer.trim_start_matches('/'), &*error.detail);
    }
    let at: Option<usize> = path.next().and_then(|at| at.parse().ok());
    let variant = at.and_then(|at| sent.variants.get(at));
    match variant.filter(|_| first == "variants") {
        Some(variant) => {
            let column = match path.next().unwrap_or_default() {
                "prices" => prices::column_at(variant, path, format)
                    .unwrap_or_else(|| prices::name(Priced::Amount, ground.settings.default_currency, format)),
                member => column_of(member, true, format).to_owned(),
            };
            LineError::new(variant.line, &column, &*error.detail)
        }
        None => {
            let whole = column_of(error.pointer.trim_start_matches('/'), false, format);
            let column = match (first, at, path.next()) {
                ("images", Some(_), Some("alt")) => columns::part(Part::ImageAlt, format),
                ("options", Some(at), Some("name")) => columns::part(Part::OptionName(at), format),
                ("options", Some(at), _) => columns::part(Part::OptionValue(at), format),
                _ if whole.is_empty() => column_of(first, false, format),
                _ => whole,
            };
            LineError::new(sent.line, column, &*error.detail)
        }
    }
}

/// Which facts differ, by the names of their columns in our own files.
fn changes(before: &Product, after: &Product) -> Vec<String> {
    let mut changes: Vec<String> = Vec::new();
    let mut differ = |name: &str, member: &str, was: &Value, is: &Value| {
        if columns::said(was, member) != columns::said(is, member) && !changes.iter().any(|known| known == name) {
            changes.push(name.to_owned());
        }
    };
    let (was, is) = (json::value(&body::facts(before)), json::value(&body::facts(after)));
    let parts = [
        ("slug", "slug"),
        ("options", "options"),
        (IMAGES.own, IMAGES.member),
        ("translations", "translations/en/options"),
        ("translations", "translations/en/images"),
        ("translations", "translations/de/options"),
        ("translations", "translations/de/images"),
    ];
    let facts = |of_variant| FACTS.iter().filter(move |fact| fact.of_variant == of_variant);
    for (name, member) in facts(false).map(|fact| (fact.own, fact.member)).chain(parts) {
        differ(name, member, &was, &is);
    }
    let before_by_id: SortedMap<_, _> = before.variants.iter().map(|known| (known.id, known)).collect();
    for variant in &after.variants {
        let is = json::value(&variant_body(after, variant));
        let Some(known) = before_by_id.get(&variant.id).copied() else {
            differ("variants", "sku", &Value::Null, &is);
            continue;
        };
        let was = json::value(&variant_body(before, known));
        let parts = [("options", "options")];
        for (name, member) in facts(true).map(|fact| (fact.own, fact.member)).chain(parts) {
            differ(name, member, &was, &is);
        }
        for (name, member) in PRICES {
            let of = |body: &Value| json!({ member: priced(body, member) });
            differ(name, member, &of(&was), &of(&is));
        }
    }
    changes
}

/// What of prices is told to have changed, by the member of each.
const PRICES: [(&str, &str); 4] =
    [("price", "amount"), ("compare_at", "compare_at"), ("sale", "sale"), ("tiers", "tiers")];

/// What a variant's prices say in this member, each with its currency.
fn priced(variant: &Value, member: &str) -> Value {
    let prices = variant.get("prices").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    prices.iter().map(|price| json!([price.get("currency"), price.get(member)])).collect()
}
