//! The shelf as one buyer has it who has prices of their own: what is shown of it is the same
//! but for these. Which products a list has, and in which order, everybody's prices say.

use std::sync::Arc;

use super::listing::Listed;
use super::read::ReadAnswer;
use super::snapshot::{PriceRange, Product, Snapshot};
use crate::app::App;
use crate::auth::SignedIn;
use crate::catalog::product::Card;
use crate::ids::{AccountId, ProductId, VariantId};
use crate::ports::{DatabaseError, Rows};
use crate::price_lists::own::{OwnPrices, of_products, of_variants};
use crate::problem::Problem;
use crate::sorted::sort;
use crate::telemetry;

/// Its reader's alone, whose browser asks each time.
const CACHE_CONTROL_OWN: &str = "private, no-cache";

/// What the buyer is answered where everybody is answered this: one look at their prices of what it shows. Where the
/// database does not answer it is this.
pub async fn answer_to(
    app: &App,
    buyer: SignedIn,
    snapshot: &Snapshot,
    everybodys: ReadAnswer,
    from: impl FnOnce(&Snapshot) -> Result<ReadAnswer, Problem>,
) -> Result<ReadAnswer, Problem> {
    let mut answer = everybodys;
    if !answer.shows.is_empty() {
        let asked = app.database.run(of_products(buyer.id, &answer.shows, app.clock.now())).await;
        let prices = asked.and_then(OwnPrices::read).unwrap_or_else(|error| {
            not_asked(&error);
            OwnPrices::default()
        });
        if !prices.is_empty() {
            answer = from(&snapshot.with_own(&prices, &answer.shows))?;
        }
    }
    Ok(ReadAnswer { cache_control: CACHE_CONTROL_OWN, ..answer })
}

/// The shelf for looking at what somebody wants to buy: these variants are at their own prices. Where the database does
/// not answer they are at everybody's; nothing is sold by that.
pub async fn at_own_prices(app: &App, buyer: AccountId, shelf: Arc<Snapshot>, variants: &[VariantId]) -> Arc<Snapshot> {
    let rows = app.database.run(of_variants(buyer, variants, app.clock.now())).await;
    let own = rows.and_then(|rows| with_rows(shelf.clone(), variants, Some(rows)));
    own.unwrap_or_else(|error| {
        not_asked(&error);
        shelf
    })
}

/// The same for a page that shows all of these products.
pub async fn showing_own_prices(
    app: &App,
    buyer: AccountId,
    shelf: Arc<Snapshot>,
    products: &[ProductId],
) -> Arc<Snapshot> {
    let rows = app.database.run(of_products(buyer, products, app.clock.now())).await;
    match rows.and_then(OwnPrices::read) {
        Ok(prices) if !prices.is_empty() => Arc::new(shelf.with_own(&prices, products)),
        Ok(_) => shelf,
        Err(error) => {
            not_asked(&error);
            shelf
        }
    }
}

pub fn not_asked(error: &DatabaseError) {
    let cause = error.to_string();
    telemetry::log(&serde_json::json!({"level": "warn", "event": "own_prices_not_asked", "cause": cause}));
}

/// With what the buyer's price lists say of these variants, if that was asked for.
pub(super) fn with_rows(
    shelf: Arc<Snapshot>,
    variants: &[VariantId],
    rows: Option<Rows>,
) -> Result<Arc<Snapshot>, DatabaseError> {
    let prices = rows.map(OwnPrices::read).transpose()?.unwrap_or_default();
    if prices.is_empty() {
        return Ok(shelf);
    }
    let product = |variant: &VariantId| shelf.variant(*variant).map(|(product, _)| product.id);
    let products: Vec<ProductId> = variants.iter().filter_map(product).collect();
    Ok(Arc::new(shelf.with_own(&prices, &products)))
}

impl Snapshot {
    /// The same with these products at the buyer's own prices, where they have any.
    #[must_use]
    pub fn with_own(&self, prices: &OwnPrices, products: &[ProductId]) -> Self {
        let copy = |id: &ProductId| {
            let place = self.place(*id)?;
            Some((place, prices.over(self.product(place)?)?))
        };
        let mut own: Vec<(u32, Product)> = products.iter().filter_map(copy).collect();
        sort(&mut own, |(one, _), (other, _)| one.cmp(other));
        let beyond = self.beyond.as_ref().map(|beyond| Arc::new(beyond.with_own(prices, products)));
        let mut copy = self.clone();
        (copy.own, copy.beyond) = (Arc::new(own), beyond);
        copy
    }

    pub(super) fn own_product(&self, place: u32) -> Option<&Product> {
        let found = self.own.binary_search_by(|(at, _)| at.cmp(&place)).ok()?;
        self.own.get(found).map(|(_, product)| product)
    }

    /// As it is shown: at what the buyer pays. `price` is everybody's.
    pub(super) fn listed(&self, place: u32, price: PriceRange) -> Option<Listed<'_>> {
        if let Some(own) = self.own_product(place) {
            return Listed::of(own, price.from.currency);
        }
        let plain = self.products.get(place as usize)?.card();
        let card = plain.or_else(|| self.product(place).map(Card::of))?;
        Some(Listed { card, price })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shelf::{current, publish, read};
    use crate::testing::{Shop, block_on, insertion, product, staff_member};

    #[test]
    fn a_member_reads_what_everybody_does_while_the_database_is_down() {
        let shop = Shop::new();
        block_on(shop.app.database.batch(insertion(&product(1, "mug", Some(100), 1)))).unwrap();
        block_on(publish(&shop.app)).unwrap();
        let isolate = shop.forget();
        let shelf = block_on(current(&isolate)).unwrap();
        let from = |shelf: &Snapshot| read::answer(shelf, "/v1/products", "").unwrap();
        let everybodys = from(&shelf).unwrap();
        assert_eq!(everybodys.shows.len(), 1);
        let answer = block_on(answer_to(&isolate, staff_member(), &shelf, everybodys.clone(), from)).unwrap();
        assert_eq!((&answer.body, answer.cache_control), (&everybodys.body, CACHE_CONTROL_OWN));
    }
}
