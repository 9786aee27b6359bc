//! How long the largest quotes take: run by hand, as a time is no test.

use std::time::Instant;

use crate::ids::ProductId;
use crate::pricing::cart::Item;
use crate::pricing::matching::Index;
use crate::pricing::promotion::{Conditions, Promotion};
use crate::pricing::samples::*;

/// So many lines, each of a product of its own, in no order, with tags of its own.
fn basket(lines: u64) -> Basket {
    let line = |n: u64| {
        let scattered = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let tags: Vec<String> = (0..4).map(|tag| format!("{:x}", scattered.rotate_left(tag * 9) % 9_973)).collect();
        Item {
            product: ProductId::derived(ulid::Ulid::from_parts(scattered >> 16, u128::from(n)).to_bytes()),
            tags: tags.leak(),
            ..item(0, 100 + i64::try_from(n % 977).unwrap(), 1 + u32::try_from(n % 3).unwrap())
        }
    };
    Basket::of((0..lines).map(line)).to("DE")
}

/// Of fifty some are of all goods, some of a few products, some of tags.
fn promotions(basket: &Basket) -> Vec<Promotion> {
    let of = |n: u8| {
        let mine = || basket.lines.iter().skip(usize::from(n)).step_by(37);
        let conditions = match n % 3 {
            0 => Conditions::default(),
            1 => Conditions { products: mine().map(|line| line.product).take(100).collect(), ..Conditions::default() },
            _ => {
                Conditions { tags: mine().map(|line| line.tags[0].clone()).take(50).collect(), ..Conditions::default() }
            }
        };
        let effect = if n % 5 == 4 { buy_get((2, &[]), (1, &[]), "50") } else { off_percent("1") };
        promotion(n, effect).with(conditions)
    };
    (0..50).map(of).collect()
}

#[test]
#[ignore = "prints how long quotes take: cargo test --profile long --lib -- --ignored --nocapture pricing"]
#[allow(clippy::disallowed_methods, reason = "it measures")]
fn fifty_promotions_are_quoted_within_milliseconds() {
    for lines in [20, 200, 2_000] {
        let basket = basket(lines);
        let shop = promotions(&basket).into_iter().fold(Shop::plain(), Shop::with);
        let middle = |what: &dyn Fn()| {
            let mut times: Vec<_> = (0..9)
                .map(|_| {
                    let begun = Instant::now();
                    what();
                    begun.elapsed()
                })
                .collect();
            times.sort_unstable();
            times[4]
        };
        let index = middle(&|| drop(std::hint::black_box(Index::of(&basket.cart()))));
        let all = middle(&|| drop(std::hint::black_box(shop.quote(&basket))));
        println!("{lines:>5} lines: index {index:>9.2?}, the whole quote {all:>9.2?}");
    }
}
