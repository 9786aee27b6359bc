//! What a buyer's price lists say at a moment.

use serde::Deserialize;

use crate::app::App;
use crate::auth::Caller;
use crate::catalog::product::Product;
use crate::ids::{AccountId, ProductId, VariantId};
use crate::json;
use crate::money::{Currency, Money};
use crate::ports::{DatabaseError, Rows, Statement, Timestamp};
use crate::pricing::Delivery;

/// The lowest price of all their lists, of the variants that are in any: by variant, then by currency.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OwnPrices(Vec<(VariantId, Money)>);

/// What there is of the lists that are for a group of the account's (?1) at that time (?2).
macro_rules! lowest {
    ($variants:literal) => {
        concat!(
            "SELECT variant_id, currency, min(amount) AS amount
             FROM price_list_prices JOIN price_lists ON price_lists.id = list_id
             WHERE list_id IN (
                 SELECT list_id FROM customer_group_members JOIN price_list_groups USING (group_id) WHERE account_id = ?1)
               AND status = 'active' AND (starts_at IS NULL OR starts_at <= ?2) AND (ends_at IS NULL OR ends_at > ?2)
               AND variant_id IN (",
            $variants,
            ") GROUP BY variant_id, currency ORDER BY variant_id, currency"
        )
    };
}

/// Those of these variants, for [`OwnPrices::read`].
pub fn of_variants(account: AccountId, variants: &[VariantId], now: Timestamp) -> Statement {
    Statement::new(
        lowest!("SELECT value FROM json_each(?3)"),
        [account.to_string().into(), now.millis().into(), json::text(&variants).into()],
    )
}

/// Those of all variants of these products, for [`OwnPrices::read`].
pub fn of_products(account: AccountId, products: &[ProductId], now: Timestamp) -> Statement {
    Statement::new(
        lowest!("SELECT variants.id FROM variants JOIN json_each(?3) ON product_id = value"),
        [account.to_string().into(), now.millis().into(), json::text(&products).into()],
    )
}

impl OwnPrices {
    pub fn read(rows: Rows) -> Result<Self, DatabaseError> {
        #[derive(Deserialize)]
        struct Row {
            variant_id: VariantId,
            currency: Currency,
            amount: i64,
        }
        let rows = rows.decode::<Row>()?.into_iter();
        Ok(Self(rows.map(|Row { variant_id, currency, amount }| (variant_id, Money { amount, currency })).collect()))
    }

    /// Those of a caller whose token says that there may be any: of nobody else is anything asked.
    pub async fn of(app: &App, caller: &Caller, variants: &[VariantId]) -> Result<Self, DatabaseError> {
        match caller.account.filter(|account| account.has_prices) {
            None => Ok(Self::default()),
            Some(account) => Self::read(app.database.run(of_variants(account.id, variants, app.clock.now())).await?),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn of_variant(&self, id: VariantId) -> impl Iterator<Item = Money> {
        let begin = self.0.partition_point(|(variant, _)| *variant < id);
        let own = self.0.get(begin..).unwrap_or_default().iter();
        own.take_while(move |(variant, _)| *variant == id).map(|(_, price)| *price)
    }

    /// The product as this buyer has it; none if that is as everybody has it, as each gift card is: it is worth what it cost.
    pub fn over(&self, product: &Product) -> Option<Product> {
        if product.delivery == Delivery::GiftCard
            || product.variants.iter().all(|variant| self.of_variant(variant.id).next().is_none())
        {
            return None;
        }
        let mut own = product.clone();
        own.variants.iter_mut().for_each(|variant| variant.own = self.of_variant(variant.id).collect());
        Some(own)
    }
}
