//! What an order's lines and facts come to on the shelf as it is: the one
//! bridge from an order to [`crate::pricing`].

use super::facts::Facts;
use super::order::{Line, LineId, Order};
use crate::ids::VariantId;
use crate::money::{Currency, MoneyError};
use crate::ports::Timestamp;
use crate::pricing::quote::QuotedLine;
use crate::pricing::{self, Agreement, Item, Offer, Place, Promotion, Quote, Totals, shipping};
use crate::shelf::snapshot::Snapshot;
use crate::sorted::SortedSet;

/// What is to be priced.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub currency: Currency,
    pub lines: &'a [Line],
    pub facts: &'a Facts,
    /// Whether the buyer has never ordered, where that is known and matters.
    pub first_order: Option<bool>,
    /// Which has some of the lines: those of it that were placed keep their tax class,
    /// as what is no longer sold has none on the shelf.
    pub order: Option<&'a Order>,
}

impl<'a> Wanted<'a> {
    pub fn of(order: &'a Order) -> Self {
        Self {
            currency: order.currency,
            lines: &order.lines,
            facts: &order.facts,
            first_order: None,
            order: Some(order),
        }
    }

    /// Lines at their own prices; all else as the shelf says.
    pub fn quote(self, shelf: &Snapshot, now: Timestamp) -> Result<Quote, MoneyError> {
        self.priced(shelf, |cart, offer| pricing::price(cart, offer, now))
    }

    /// What was agreed of these lines, where it goes now.
    pub fn quote_anew(self, agreement: &Agreement<'_>, shelf: &Snapshot) -> Result<Quote, MoneyError> {
        self.priced(shelf, |cart, offer| pricing::price_anew(cart, offer, agreement))
    }

    /// The ways it can be sent, each as the quote would have it.
    pub fn shipping_options(
        self,
        shelf: &Snapshot,
        now: Timestamp,
    ) -> Result<Vec<pricing::quote::QuotedShipping>, MoneyError> {
        self.priced(shelf, |cart, offer| shipping::options(cart, offer, now))
    }

    fn priced<T>(self, shelf: &Snapshot, by: impl FnOnce(&pricing::Cart<'_>, &Offer<'_>) -> T) -> T {
        let facts = self.facts;
        let cart = pricing::Cart {
            currency: self.currency,
            lines: self.lines.iter().map(|line| self.item(line, shelf)).collect(),
            coupons: &facts.coupons,
            to: facts.destination().map(Place::of),
            shipping_option: facts.shipping_option.as_deref(),
            gift_cards: &facts.gift_cards,
            business_in: facts.vat_number.as_ref().and_then(|number| number.confirmed_in()),
            first_order: self.first_order,
        };
        if facts.used_up.is_empty() && facts.discount.is_none() {
            return by(&cart, &shelf.offer());
        }
        let left = shelf.promotions.iter().filter(|promotion| !facts.used_up.contains(&promotion.id));
        let all: Vec<Promotion> = left.chain(facts.discount.as_deref()).cloned().collect();
        by(&cart, &shelf.settings.offer(&all))
    }

    fn item<'b>(self, line: &Line, shelf: &'b Snapshot) -> Item<'b>
    where
        'a: 'b,
    {
        let sold = shelf.variant(line.variant_id);
        let (product, variant) = sold.unzip();
        let placed = self.order.and_then(|order| order.placed_as(line.id));
        let own = || variant.and_then(|variant| variant.tax_class.as_deref());
        let of_shelf = || own().or_else(|| product.and_then(|product| product.tax_class.as_deref()));
        Item {
            product: line.product_id,
            unit_price: line.price().amount,
            compare_at: variant.and_then(|variant| variant.compare_at(self.currency)).map(|price| price.amount),
            quantity: line.quantity,
            tax_class: placed.map_or_else(of_shelf, |placed| placed.tax_class.as_deref()),
            weight_grams: variant.and_then(|variant| variant.weight_grams).unwrap_or_default(),
            delivery: line.delivery,
            tags: product.map_or(&[], |product| &product.tags),
            collections: product.map_or_else(Vec::new, |product| shelf.named_collections(product)),
        }
    }
}

impl Order {
    /// What was agreed of one of its lines, which stand as they were made; none in a cart.
    fn placed_as(&self, line: LineId) -> Option<&QuotedLine> {
        let quote = &self.placement()?.quote;
        let place = self.lines.binary_search_by_key(&line, |line| line.id).ok()?;
        quote.lines.get(place)
    }

    /// `first_order`: as in [`Wanted`].
    pub fn quote(&self, shelf: &Snapshot, first_order: Option<bool>, now: Timestamp) -> Result<Quote, MoneyError> {
        Wanted { first_order, ..Wanted::of(self) }.quote(shelf, now)
    }

    /// What was frozen when it was placed.
    pub fn totals(&self) -> Option<&Totals> {
        self.placement().map(|placement| &placement.quote.totals)
    }

    /// Whether something costs less than by everybody's prices, as price lists have it: of those the copy knows nothing.
    pub fn has_own_prices(&self, shelf: &Snapshot) -> bool {
        let is_lower = |line: &Line| {
            let everybodys = shelf.variant(line.variant_id).and_then(|(_, variant)| variant.price(self.currency));
            everybodys.is_some_and(|price| line.unit_price.amount < price.amount)
        };
        self.account.is_some() && self.lines.iter().filter(|line| !line.overridden).any(is_lower)
    }

    /// The variants whose prices are the shelf's to say.
    pub fn priced_by_shelf(&self) -> Vec<VariantId> {
        let variants: SortedSet<VariantId> = self.lines.iter().map(|line| line.variant_id).collect();
        variants.into_keys().collect()
    }
}
