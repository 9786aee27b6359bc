//! What the shelf says of lines: those that a buyer wants, and those in a cart.

use std::sync::Arc;

use super::bodies::{PricedLine, WantedLine};
use super::cart::Cart;
use super::counting::rules;
use super::decision::NewLine;
use super::drafts::bodies::DraftLine;
use crate::app::App;
use crate::auth::Caller;
use crate::ids::VariantId;
use crate::money::{Currency, Money, MoneyError};
use crate::price_lists::own::OwnPrices;
use crate::pricing::Delivery;
use crate::problem::{FieldError, Problem};
use crate::shelf;
use crate::shelf::name::Name;
use crate::shelf::snapshot::Snapshot;

/// What the shop says of wanted lines to this caller. The order picks the price in its own
/// currency.
pub async fn wanted(app: &App, caller: &Caller, lines: &[WantedLine]) -> Result<Vec<NewLine>, Problem> {
    let names = lines.iter().map(|line| Name::Variant(line.variant_id));
    offers(app, caller, &*shelf::knowing(app, names).await?, lines).await
}

/// [`wanted`], by what is known already.
pub async fn offers(
    app: &App,
    caller: &Caller,
    snapshot: &Snapshot,
    lines: &[WantedLine],
) -> Result<Vec<NewLine>, Problem> {
    let numbered = lines.iter().enumerate();
    let mut offers = all(numbered.map(|(index, line)| offer(snapshot, index, line.variant_id, line.quantity)))?;
    let variants: Vec<VariantId> = lines.iter().map(|line| line.variant_id).collect();
    // What the database does not tell now is told when the order is placed, which compares.
    let own = OwnPrices::of(app, caller, &variants).await.unwrap_or_else(|error| {
        shelf::not_asked(&error);
        OwnPrices::default()
    });
    for line in offers.iter_mut().filter(|line| line.delivery != Delivery::GiftCard) {
        for price in &mut line.prices {
            let mut own = own.of_variant(line.variant_id).filter(|own| own.currency == price.currency);
            price.amount = own.next().map_or(price.amount, |own| own.amount.min(price.amount));
        }
    }
    Ok(offers)
}

fn offer(snapshot: &Snapshot, index: usize, variant: VariantId, quantity: u32) -> Result<NewLine, FieldError> {
    let unknown = || FieldError::new(format!("/lines/{index}/variant_id"), "no such variant is for sale");
    let (product, variant) = snapshot.variant(variant).ok_or_else(unknown)?;
    Ok(NewLine {
        variant_id: variant.id,
        product_id: product.id,
        title: product.title.clone(),
        sku: variant.sku.clone(),
        prices: variant.all_prices(),
        terms: variant.terms.clone(),
        quantity,
        delivery: product.delivery,
        parts: variant.parts.clone(),
        rules: rules(snapshot, variant.id),
        overridden: false,
    })
}

/// A line at a price that staff set.
fn priced_line(snapshot: &Snapshot, index: usize, line: &PricedLine) -> Result<NewLine, FieldError> {
    let Money { amount, currency } = line.unit_price;
    let out_of_range =
        |error: MoneyError| FieldError::new(format!("/lines/{index}/unit_price/amount"), error.to_string());
    let prices = vec![Money::price(amount, currency).map_err(out_of_range)?];
    Ok(NewLine {
        prices,
        terms: Vec::new(),
        overridden: true,
        ..offer(snapshot, index, line.variant_id, line.quantity)?
    })
}

/// Lines at prices that staff set.
pub async fn priced(app: &App, lines: &[PricedLine]) -> Result<Vec<NewLine>, Problem> {
    let names = lines.iter().map(|line| Name::Variant(line.variant_id));
    let snapshot = shelf::knowing_all(app, names).await?;
    all(lines.iter().enumerate().map(|(index, line)| priced_line(&snapshot, index, line)))
}

/// Lines of a draft in this currency, at the shop's prices where staff have set none.
pub async fn typed(app: &App, lines: &[DraftLine], currency: Currency) -> Result<Vec<NewLine>, Problem> {
    let names = lines.iter().map(|line| Name::Variant(line.variant_id));
    let snapshot = shelf::knowing_all(app, names).await?;
    let line = |(index, line): (usize, &DraftLine)| {
        let DraftLine { variant_id, quantity, unit_price } = *line;
        match unit_price {
            None => offer(&snapshot, index, variant_id, quantity),
            Some(price) if price.currency != currency => Err(FieldError::new(
                format!("/lines/{index}/unit_price/currency"),
                format!("the draft is in {currency}"),
            )),
            Some(unit_price) => priced_line(&snapshot, index, &PricedLine { variant_id, quantity, unit_price }),
        }
    };
    all(lines.iter().enumerate().map(line))
}

/// All the lines, or what is wrong with each that cannot be had.
fn all(lines: impl Iterator<Item = Result<NewLine, FieldError>>) -> Result<Vec<NewLine>, Problem> {
    let (mut good, mut errors) = (Vec::new(), Vec::new());
    for line in lines {
        match line {
            Ok(line) => good.push(line),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(good) } else { Err(Problem::invalid(errors)) }
}

/// The shelf for looking at a cart, at the prices that its buyer has.
pub async fn shelf_of(app: &App, cart: &Cart) -> Result<Arc<Snapshot>, Problem> {
    let shelf = shelf::knowing_at_best(app, names(cart)).await?;
    let variants: Vec<VariantId> = cart.lines.iter().map(|line| line.variant_id).collect();
    Ok(match cart.account.filter(|_| !variants.is_empty()) {
        Some(buyer) => shelf::at_own_prices(app, buyer, shelf, &variants).await,
        None => shelf,
    })
}

/// The variants of a cart, by which the shelf knows them.
pub fn names(cart: &Cart) -> impl Iterator<Item = Name> {
    cart.lines.iter().map(|line| Name::Variant(line.variant_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::SignedIn;
    use crate::testing::{Shop, block_on, product, settings, staff_member};

    #[test]
    fn lines_are_at_everybodys_prices_while_the_database_is_down() {
        let isolate = Shop::new().forget();
        let mug = product(1, "mug", Some(100), 1);
        let wanted = [WantedLine { variant_id: mug.variants[0].id, quantity: 1 }];
        let snapshot = Snapshot::new("1".into(), settings(), vec![mug]);
        let caller = Caller { account: Some(SignedIn { has_prices: true, ..staff_member() }) };
        let lines = block_on(offers(&isolate, &caller, &snapshot, &wanted)).unwrap();
        assert_eq!(lines[0].prices[0].amount, 100);
    }
}
