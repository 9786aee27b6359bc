//! Two that publish at once, stopped and lost at each of their steps; and what is kept
//! for a while only.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use super::tests::put;
use super::*;
use crate::shelf::current;
use crate::testing::{Shop, block_on, product};

/// More than the publication has that builds upon what its isolate knows, and than that of
/// the other, which has to read it first.
const FIRST_STEPS: usize = 8;
const SECOND_STEPS: usize = 12;
const DAY_MILLIS: i64 = 24 * 3_600 * 1_000;

/// Goes on by so many steps, or to the end.
fn go_on<F: Future>(mut future: Pin<&mut F>, steps: usize) -> Option<F::Output> {
    (0..steps).find_map(|_| match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    })
}

fn count_there(shop: &Shop) -> usize {
    block_on(current(&shop.forget())).unwrap().products.len()
}

/// A shop in which one product is published; a publication of the second is stopped after
/// `first` steps, one from another isolate, which has a third to publish, too, after
/// `second`. Then the one goes on to its end, or by one step if it `is_lost`, and then the other.
fn race(first: usize, second: usize, is_lost: bool) -> Shop {
    let shop = Shop::new();
    put(&shop, [product(1, "a", Some(1), 1)].into_iter());
    shop.publish();
    put(&shop, [product(2, "b", Some(1), 1)].into_iter());
    let other = shop.another();
    shop.world.in_steps.store(true, Ordering::Relaxed);
    {
        let mut early = Box::pin(publish(&shop.app));
        let mut ended = go_on(early.as_mut(), first);
        shop.world.in_steps.store(false, Ordering::Relaxed);
        put(&shop, [product(3, "c", Some(1), 1)].into_iter());
        shop.world.in_steps.store(true, Ordering::Relaxed);
        let mut late = pin!(publish(&other));
        let late_ended = go_on(late.as_mut(), second);
        if is_lost {
            go_on(early.as_mut(), usize::from(ended.is_none()));
            drop(early);
        } else if ended.is_none() {
            ended = go_on(early.as_mut(), 1_000);
            ended.unwrap().unwrap();
        }
        late_ended.or_else(|| go_on(late, 1_000)).unwrap().unwrap();
    }
    shop.world.in_steps.store(false, Ordering::Relaxed);
    shop
}

#[test]
fn two_that_publish_at_once_leave_the_later_version_wherever_they_meet() {
    for first in 0..FIRST_STEPS {
        for second in 0..SECOND_STEPS {
            let shop = race(first, second, false);
            assert_eq!(count_there(&shop), 3, "after {first} and {second} steps");
            let pointer = block_on(super::state(&shop.app)).unwrap().pointer;
            assert_eq!(shop.world.keys.lock().unwrap()[POINTER], pointer.as_bytes());
        }
    }
}

#[test]
fn whoever_is_lost_at_any_step_leaves_nothing_that_the_next_minute_does_not_mend() {
    let mut mended = 0;
    for first in 0..FIRST_STEPS {
        for second in 0..SECOND_STEPS {
            let shop = race(first, second, true);
            let told = || std::mem::take(&mut *shop.world.commands.lock().unwrap()).len();
            told();
            block_on(tick(&shop.app)).unwrap();
            if told() > 0 {
                mended += 1;
                shop.publish();
            }
            assert_eq!(count_there(&shop), 3, "after {first} and {second} steps");
            block_on(tick(&shop.app)).unwrap();
            assert_eq!(told(), 0);
        }
    }
    assert!(mended > 0, "one was lost once it had put the pointer back");
}

#[test]
fn a_pointer_that_was_not_moved_or_was_moved_back_is_moved_within_a_minute() {
    let shop = Shop::new();
    put(&shop, [product(1, "a", Some(1), 1)].into_iter());
    shop.publish();
    let old = shop.world.keys.lock().unwrap()[POINTER].clone();
    put(&shop, [product(2, "b", Some(1), 1)].into_iter());
    // As far as the database, and not as far as the store.
    *shop.world.refused_key.lock().unwrap() = Some(POINTER);
    assert!(block_on(publish(&shop.app)).is_err());
    *shop.world.refused_key.lock().unwrap() = None;
    for _ in 0..2 {
        assert_eq!(count_there(&shop), 1);
        block_on(tick(&shop.app)).unwrap();
        assert_eq!(std::mem::take(&mut *shop.world.commands.lock().unwrap()), ["{\"changed\":2}"]);
        shop.publish();
        assert_eq!(count_there(&shop), 2);
        shop.world.keys.lock().unwrap().insert(POINTER.to_owned(), old.clone());
    }
}

/// Each day an isolate that finds nothing in its store writes everything, and one that
/// builds upon what was there before publishes at the same time.
#[test]
fn what_is_published_never_expires_while_others_write_everything_and_lose() {
    let shop = Shop::new();
    put(&shop, (0..3).map(|n| product(n, &format!("p{n}"), Some(1), 1)));
    shop.publish();
    put(&shop, [product(99, "new", Some(1), 1)].into_iter());
    shop.publish();
    for day in 0..20 {
        shop.pass(DAY_MILLIS / 2);
        let cold = shop.another();
        let whole = block_on(read(&cold, Asked::After(String::new()))).unwrap();
        put(&shop, [product(100 + day, "new", Some(1), 1)].into_iter());
        let news = block_on(read(&shop.app, Asked::Changed)).unwrap();
        let base = block_on(base(&shop.app, &news));
        let sooner = block_on(write(&cold, whole)).unwrap();
        // What it was to build upon is published no more; what is counts from today.
        assert!(sooner.is_some(), "on day {day}");
        assert_eq!(block_on(change(&shop.app, news, &base.unwrap())).unwrap(), None);
        shop.publish();
        assert_eq!(count_there(&shop) as u64, 5 + day, "on day {day}");
    }
}

#[test]
fn what_is_changed_every_day_and_nothing_else_is_there_for_weeks() {
    let shop = Shop::new();
    put(&shop, (0..3).map(|n| product(n, &format!("p{n}"), Some(1), 1)));
    shop.publish();
    for hour in 0..24 * 21 {
        shop.pass(DAY_MILLIS / 24);
        put(&shop, [product(100 + hour, "new", Some(1), 1)].into_iter());
        shop.publish();
        if hour % 24 == 23 {
            assert_eq!(count_there(&shop) as u64, 4 + hour);
        }
    }
}
