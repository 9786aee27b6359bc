//! Pools that are no variant's stock: uses of a promotion, whose limit comes
//! with each hold, and balances of gift cards. Asked as orders ask them.

use futures_util::future::join_all;
use tradepost::app::App;
use tradepost::ids::{GiftCardId, PromotionId};
use tradepost::pools::ledger::{Entry, Kind};
use tradepost::pools::pool::{HoldId, Refusal};
use tradepost::pools::{self, Answer, Claim, Supply};
use tradepost::ports::{ObjectClass, Timestamp};

use crate::shop::Shop;

const NATIVE: &str = "pools are asked past the door";

struct Pools {
    shop: Shop,
    app: App,
    until: Timestamp,
}

fn id(n: usize) -> HoldId {
    HoldId(format!("order-{n}"))
}

fn promotion() -> PromotionId {
    PromotionId::derived([7; 16])
}

fn card() -> GiftCardId {
    GiftCardId::derived([9; 16])
}

impl Pools {
    async fn open() -> Option<Self> {
        let shop = Shop::native(NATIVE).await?;
        let app = shop.host().isolate();
        let until = app.clock.now().plus_millis(60_000);
        Some(Self { shop, app, until })
    }

    async fn hold(&self, n: usize, claim: &Claim) -> Answer {
        pools::hold(&self.app, claim, id(n), self.until).await.unwrap()
    }
    async fn commit(&self, n: usize, claim: &Claim) -> Answer {
        pools::commit(&self.app, claim, id(n)).await.unwrap()
    }
    async fn release(&self, n: usize, claim: &Claim) -> Answer {
        pools::release(&self.app, claim, id(n)).await.unwrap()
    }

    /// What is left of it after nothing of it was kept in memory.
    async fn reread(&self, supply: &Supply) -> pools::pool::Level {
        self.shop.host().objects.evict(ObjectClass::Pool, &supply.pool()).await;
        pools::level_of(&self.app, supply).await.unwrap()
    }
}

fn is_granted(answer: &Answer) -> bool {
    answer.refusal.is_none()
}

#[tokio::test]
async fn of_a_hundred_that_use_a_code_with_ten_uses_at_once_ten_do() {
    let Some(pools) = Pools::open().await else { return };
    let claim = Claim::use_of(promotion(), Some(10));
    let held = join_all((0..100).map(|n| pools.hold(n, &claim))).await;
    let granted: Vec<_> = (0..100).filter(|n| is_granted(&held[*n])).collect();
    assert_eq!(granted.len(), 10);
    let refused = held.iter().filter_map(|answer| answer.refusal);
    assert!(
        refused.clone().count() == 90 && refused.into_iter().all(|why| why == Refusal::OutOfStock { available: 0 })
    );
    // Doubled, and all at once.
    join_all(granted.iter().chain(&granted).map(|n| pools.commit(*n, &claim))).await;
    assert_eq!(pools.reread(&claim.of).await.taken, 10);
    // Two come back, and raised by one more: three can be had.
    join_all(granted[..2].iter().map(|n| pools.release(*n, &claim))).await;
    assert_eq!(pools.reread(&claim.of).await.left_of(11), 3);
    let raised = Claim::use_of(promotion(), Some(11));
    let again = join_all((100..200).map(|n| pools.hold(n, &raised))).await;
    assert_eq!(again.iter().filter(|answer| is_granted(answer)).count(), 3);
}

#[tokio::test]
async fn each_customer_has_uses_of_their_own_and_without_a_limit_they_are_counted() {
    let Some(pools) = Pools::open().await else { return };
    let of = |customer: &str| Claim::use_by(promotion(), customer.to_owned(), 1);
    for customer in ["ada", "grace"] {
        assert!(is_granted(&pools.hold(1, &of(customer)).await));
        assert_eq!(pools.hold(2, &of(customer)).await.refusal, Some(Refusal::OutOfStock { available: 0 }));
    }
    let all = Claim::use_of(promotion(), None);
    for n in 0..3 {
        assert!(is_granted(&pools.commit(n, &all).await));
    }
    assert_eq!(pools.reread(&all.of).await.taken, 3);
}

#[tokio::test]
async fn a_ledger_says_what_came_what_went_and_what_came_back() {
    let Some(pools) = Pools::open().await else { return };
    let claim = Claim::gift_card(card(), 1_000);
    let read = || async { pools::ledger(&pools.app, &Supply::GiftCard(card()), 100, None).await.unwrap() };
    assert_eq!(read().await.ledger, []);
    assert_eq!(pools.hold(0, &claim).await.refusal, Some(Refusal::OutOfStock { available: 0 }));
    for _ in 0..2 {
        assert!(is_granted(&pools::issue(&pools.app, card(), 5_000, card().to_string()).await.unwrap()));
    }
    for n in 1..4 {
        pools.hold(n, &claim).await;
    }
    pools.commit(1, &claim).await;
    pools.commit(2, &claim).await;
    pools.release(2, &claim).await;
    pools.release(3, &claim).await;
    let Answer { level, ledger, .. } = read().await;
    let mut told: Vec<_> =
        ledger.iter().map(|Entry { kind, units, reference, .. }| (*kind, *units, &**reference)).collect();
    told.sort_by_key(|(_, units, reference)| (*reference, *units));
    let card = card().to_string();
    assert_eq!(
        told,
        [
            (Kind::Issued, 5_000, &*card),
            (Kind::Taken, -1_000, "order-1"),
            (Kind::Taken, -1_000, "order-2"),
            (Kind::PutBack, 1_000, "order-2"),
        ]
    );
    assert_eq!(ledger.iter().map(|entry| entry.units).sum::<i64>(), level.on_hand);
    assert!(ledger.is_sorted_by_key(|entry| std::cmp::Reverse(entry.at)));
    assert_eq!((level.on_hand, level.taken), (4_000, 1_000));
    // What was put back stays refused, also by what is read again.
    pools.shop.host().objects.evict_all().await;
    assert_eq!(pools.commit(2, &claim).await.refusal, Some(Refusal::HoldReleased));
}
