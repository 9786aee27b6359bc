use super::*;
use crate::money::MAX_AMOUNT;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A pool with its records, as the object keeps them.
#[derive(Default)]
struct Records {
    pool: Pool,
    ended: BTreeMap<HoldId, Ended>,
    references: BTreeMap<String, i64>,
    put_in: i64,
}

impl Records {
    fn send(&mut self, command: &Command, now: Timestamp) -> Result<usize, Refusal> {
        let past = match command {
            Command::Hold { hold, .. } | Command::Commit { hold, .. } | Command::Release { hold } => {
                self.ended.get(hold).map_or(Past::Nothing, |ended| Past::Ended(*ended))
            }
            Command::Adjust { reference, .. } | Command::Issue { reference, .. } => {
                self.references.get(reference).map_or(Past::Nothing, |delta| Past::Adjusted { delta: *delta })
            }
            _ => Past::Nothing,
        };
        if let Some(event) = told(&self.pool, command) {
            apply(&mut self.pool, &event);
        }
        let events = decide(&self.pool, past, command, now)?;
        for event in &events {
            match event {
                Event::Committed { hold, quantity } => {
                    self.ended.insert(hold.clone(), Ended::Committed { quantity: *quantity });
                }
                Event::Released { hold } | Event::PutBack { hold, .. } => {
                    self.ended.insert(hold.clone(), Ended::Released);
                }
                Event::Lapsed { hold } => {
                    self.ended.insert(hold.clone(), Ended::Lapsed);
                }
                Event::Adjusted { delta, reference, .. } => {
                    self.references.insert(reference.clone(), *delta);
                    self.put_in += delta;
                }
                Event::Issued { quantity, reference } => {
                    self.references.insert(reference.clone(), *quantity);
                    self.put_in += quantity;
                }
                Event::Limited { .. } | Event::Floored { .. } | Event::Closed { .. } => {}
                Event::Held { hold, .. } => {
                    self.ended.remove(hold);
                }
            }
            apply(&mut self.pool, event);
            let left = self.pool.on_hand - self.pool.held();
            assert!(0 <= self.pool.held() && self.pool.lowest <= left, "{:?}", self.pool);
        }
        Ok(events.len())
    }

    /// Units that committed holds have taken out and that are not back.
    fn sold(&self) -> i64 {
        let quantities = self.ended.values().map(|ended| match ended {
            Ended::Committed { quantity } => *quantity,
            _ => 0,
        });
        quantities.sum()
    }
}

fn id(n: u8) -> HoldId {
    HoldId(format!("order-{n}"))
}

/// Commands about a supply that has these limits.
fn any_of(limit: impl Strategy<Value = Option<i64>> + Clone) -> impl Strategy<Value = Command> {
    prop_oneof![
        4 => (0u8..6, 1i64..5, 0i64..60, limit.clone()).prop_map(|(n, quantity, until, limit)| Command::Hold {
            hold: id(n), quantity, limit, floor: None, until: Timestamp::from_millis(until) }),
        4 => (0u8..6, 1i64..5, limit).prop_map(|(n, quantity, limit)| Command::Commit { hold: id(n), quantity, limit, floor: None }),
        2 => (0u8..6).prop_map(|n| Command::Release { hold: id(n) }),
        1 => Just(Command::Level),
    ]
}

fn any_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        22 => any_of(Just(None)),
        4 => (-4i64..8, 0u8..20).prop_map(|(delta, n)| Command::Adjust {
            delta, reason: Reason::Correction, reference: format!("ref-{n}") }),
        2 => (1i64..8, 0u8..20).prop_map(|(quantity, n)| Command::Issue { quantity, reference: format!("ref-{n}") }),
        1 => Just(Command::Close),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Any interleaving, repetition or loss of commands.
    #[test]
    fn units_are_conserved_and_never_sold_twice(commands in proptest::collection::vec((any_command(), 0i64..4, 1usize..3), 0..60)) {
        let mut records = Records::default();
        let mut now = 0;
        for (command, passed, times) in commands {
            now += passed;
            for repetition in 0..times {
                let before = records.pool.clone();
                let answer = records.send(&command, Timestamp::from_millis(now));
                if repetition > 0 && answer.is_ok() {
                    // The repetition of what was done changes nothing.
                    prop_assert_eq!(&before, &records.pool);
                }
            }
            prop_assert_eq!(records.sold(), records.pool.taken);
            prop_assert_eq!(records.put_in, records.pool.on_hand + records.pool.taken);
        }
    }

    /// Floors that go up and down between any two commands, told late and in any order: what is
    /// granted keeps to the newest that was told, and is never taken back.
    #[test]
    fn nothing_is_sold_below_the_newest_floor(
        put_in in 0i64..4,
        commands in proptest::collection::vec((any_of(Just(None)), 0i64..9, -6i64..1, 0i64..4), 0..60),
    ) {
        let mut records = Records::default();
        let received = Command::Adjust { delta: put_in.max(1), reason: Reason::Received, reference: "r".to_owned() };
        records.send(&received, Timestamp::from_millis(0)).unwrap();
        let mut now = Timestamp::from_millis(0);
        let mut newest = Floor::default();
        for (mut command, as_of, least, passed) in commands {
            now = now.plus_millis(passed);
            if let Command::Hold { floor, .. } | Command::Commit { floor, .. } = &mut command {
                // A version says one thing.
                let told = Floor { as_of, least: (least * as_of) % 7 };
                *floor = Some(told);
                newest = if told.as_of > newest.as_of { told } else { newest };
            }
            let before = records.pool.clone();
            let granted = records.send(&command, now);
            prop_assert_eq!(records.pool.floor, newest, "also where it is refused");
            let left = |pool: &Pool| pool.level(now).left();
            let (Command::Hold { hold, quantity, .. } | Command::Commit { hold, quantity, .. }) = &command else {
                prop_assert!(granted.is_ok());
                continue;
            };
            let most = left(&before) - newest.least;
            match granted {
                Ok(0) => prop_assert_eq!(left(&records.pool), left(&before)),
                Ok(_) => {
                    let was_held = before.holds.get(hold).filter(|held| !held.has_lapsed(now)).map_or(0, |held| held.quantity);
                    prop_assert!(left(&records.pool) >= newest.least || *quantity <= was_held);
                }
                Err(Refusal::OutOfStock { .. }) => prop_assert!(most < *quantity),
                Err(_) => {}
            }
            prop_assert_eq!(put_in.max(1), records.pool.on_hand + records.pool.taken);
        }
    }

    /// Limits that go up and down between any two commands: what is granted
    /// keeps to the limit that is said with it, and is never taken back.
    #[test]
    fn uses_keep_to_the_limit_that_is_said(commands in proptest::collection::vec((any_of((0i64..9).prop_map(Some)), 0i64..4), 0..60)) {
        let mut records = Records::default();
        let mut now = Timestamp::from_millis(0);
        for (command, passed) in commands {
            now = now.plus_millis(passed);
            let before = records.pool.clone();
            let granted = records.send(&command, now);
            let used = |pool: &Pool| pool.taken + pool.level(now).held;
            prop_assert_eq!(records.sold(), records.pool.taken);
            let (Command::Hold { hold, quantity, limit, .. } | Command::Commit { hold, quantity, limit, .. }) = &command else {
                prop_assert!(granted.is_ok());
                continue;
            };
            let kept = before.holds.get(hold).is_some_and(|held| !held.has_lapsed(now) && *quantity <= held.quantity);
            prop_assert!(!kept || granted.is_ok(), "{granted:?}");
            let most = limit.unwrap().max(used(&before));
            prop_assert!(used(&records.pool) <= most, "{} of {most}", used(&records.pool));
        }
    }

    /// Once it is closed, only what is held by then is taken.
    #[test]
    fn nothing_more_is_given_out_of_what_is_closed(commands in proptest::collection::vec((any_command(), 0i64..4), 0..60)) {
        let mut records = Records::default();
        let mut now = Timestamp::from_millis(0);
        for (command, passed) in commands {
            now = now.plus_millis(passed);
            let before = records.pool.clone();
            let _ = records.send(&command, now);
            let used = |pool: &Pool| pool.taken + pool.level(now).held;
            prop_assert!(before.closed_at.is_none() || records.pool.closed_at == before.closed_at && used(&records.pool) <= used(&before));
        }
    }
}

#[test]
fn a_lapsed_hold_is_honoured_only_while_the_units_are_there() {
    let at = Timestamp::from_millis;
    let mut records = Records::default();
    let stock = Command::Adjust { delta: 1, reason: Reason::Received, reference: "r".into() };
    records.send(&stock, at(0)).unwrap();
    records.send(&Command::Hold { hold: id(1), quantity: 1, limit: None, floor: None, until: at(10) }, at(0)).unwrap();
    let other = Command::Hold { hold: id(2), quantity: 1, limit: None, floor: None, until: at(100) };
    assert_eq!(records.send(&other, at(9)), Err(Refusal::OutOfStock { available: 0 }));
    assert_eq!(records.send(&other, at(10)), Ok(2));
    let late = Command::Commit { hold: id(1), quantity: 1, limit: None, floor: None };
    assert_eq!(records.send(&late, at(11)), Err(Refusal::OutOfStock { available: 0 }));
    records.send(&Command::Release { hold: id(2) }, at(12)).unwrap();
    assert_eq!(records.send(&late, at(13)), Ok(1));
    assert_eq!(records.pool.on_hand, 0);
}

#[test]
fn a_release_is_final_even_before_its_hold_arrives() {
    let at = Timestamp::from_millis;
    let mut records = Records::default();
    records.send(&Command::Adjust { delta: 5, reason: Reason::Received, reference: "r".into() }, at(0)).unwrap();
    records.send(&Command::Release { hold: id(1) }, at(0)).unwrap();
    let hold = Command::Hold { hold: id(1), quantity: 1, limit: None, floor: None, until: at(100) };
    assert_eq!(records.send(&hold, at(1)), Err(Refusal::HoldReleased));
}

#[test]
fn what_is_held_cannot_be_adjusted_away() {
    let at = Timestamp::from_millis;
    let mut records = Records::default();
    let adjust =
        |delta, reference: &str| Command::Adjust { delta, reason: Reason::Correction, reference: reference.to_owned() };
    records.send(&adjust(5, "a"), at(0)).unwrap();
    records.send(&Command::Hold { hold: id(1), quantity: 3, limit: None, floor: None, until: at(100) }, at(0)).unwrap();
    assert_eq!(records.send(&adjust(-3, "b"), at(1)), Err(Refusal::BelowHeld { held: 3 }));
    assert_eq!(records.send(&adjust(-2, "b"), at(1)), Ok(1));
    assert_eq!(records.send(&adjust(-2, "b"), at(1)), Ok(0));
}

#[test]
fn a_hold_of_a_clock_that_was_ahead_keeps_the_units_from_nobody() {
    let at = Timestamp::from_millis;
    let hold = |n, until| Command::Hold { hold: id(n), quantity: 1, limit: None, floor: None, until: at(until) };
    let year = 365 * 24 * 3_600 * 1_000;
    // The pool's clock, and then the holder's alone.
    for (granted_at, taken_at) in [(year, 0), (0, MAX_HOLD_MILLIS)] {
        let mut records = Records::default();
        let stock = Command::Adjust { delta: 1, reason: Reason::Received, reference: "r".into() };
        records.send(&stock, at(0)).unwrap();
        records.send(&hold(1, year + 10), at(granted_at)).unwrap();
        assert_eq!(records.send(&hold(2, taken_at + 10), at(taken_at)), Ok(2));
        let late = Command::Commit { hold: id(1), quantity: 1, limit: None, floor: None };
        assert_eq!(records.send(&late, at(taken_at)), Err(Refusal::OutOfStock { available: 0 }));
    }
}

#[test]
fn a_limit_that_is_changed_counts_at_once_and_takes_nothing_back() {
    let at = Timestamp::from_millis;
    let mut records = Records::default();
    let hold = |n, limit| Command::Hold { hold: id(n), quantity: 1, limit: Some(limit), floor: None, until: at(1_000) };
    let commit = |n, limit| Command::Commit { hold: id(n), quantity: 1, limit: Some(limit), floor: None };
    let sold_out = Err(Refusal::OutOfStock { available: 0 });
    assert_eq!(records.send(&hold(1, 2), at(0)), Ok(2), "the limit, and the hold");
    assert_eq!(records.send(&hold(2, 2), at(0)), Ok(1));
    assert_eq!(records.send(&hold(3, 2), at(0)), sold_out);
    // Lowered below what is held: that may still be committed, nothing else.
    assert_eq!(records.send(&hold(3, 1), at(0)), sold_out);
    records.send(&commit(1, 1), at(0)).unwrap();
    records.send(&commit(2, 1), at(0)).unwrap();
    assert_eq!(records.pool.taken, 2);
    assert_eq!(records.send(&hold(3, 1), at(0)), sold_out);
    // What comes back is not free before the limit says so.
    records.send(&Command::Release { hold: id(1) }, at(0)).unwrap();
    assert_eq!(records.send(&hold(3, 1), at(0)), sold_out);
    assert_eq!(records.send(&hold(3, 2), at(0)), Ok(1));
    // Raised.
    assert_eq!(records.send(&hold(4, 2), at(0)), sold_out);
    assert_eq!(records.send(&hold(4, 3), at(0)), Ok(2));
    assert_eq!(records.pool.level(at(0)).left_of(5), 2);
    assert_eq!(records.send(&hold(5, -1), at(0)), Err(Refusal::QuantityOutOfRange));
    assert_eq!(records.send(&hold(5, MAX_AMOUNT + 1), at(0)), Err(Refusal::QuantityOutOfRange));
}

#[test]
fn what_was_held_before_it_was_closed_may_still_be_taken_and_put_back() {
    let at = Timestamp::from_millis;
    let mut records = Records::default();
    let hold = |n| Command::Hold { hold: id(n), quantity: 2_000, limit: None, floor: None, until: at(100) };
    let commit = |n, quantity| Command::Commit { hold: id(n), quantity, limit: None, floor: None };
    records.send(&Command::Issue { quantity: 5_000, reference: "card".into() }, at(0)).unwrap();
    records.send(&hold(1), at(0)).unwrap();
    records.send(&hold(2), at(0)).unwrap();
    assert_eq!([records.send(&Command::Close, at(1)), records.send(&Command::Close, at(2))], [Ok(1), Ok(0)]);
    assert_eq!(records.send(&hold(3), at(1)), Err(Refusal::Closed));
    assert_eq!(records.send(&commit(3, 1), at(1)), Err(Refusal::Closed));
    assert_eq!(records.send(&commit(1, 2_001), at(1)), Err(Refusal::Closed));
    assert_eq!(records.send(&commit(1, 2_000), at(1)), Ok(1));
    let level = records.pool.level(at(1));
    assert_eq!((level.on_hand, level.held, level.available, level.closed_at), (3_000, 2_000, 0, Some(at(1))));
    // The other one's time is over.
    assert_eq!(records.send(&commit(2, 2_000), at(100)), Err(Refusal::Closed));
    records.send(&Command::Release { hold: id(1) }, at(100)).unwrap();
    assert_eq!(records.pool.level(at(100)).on_hand, 5_000);
}

#[test]
fn what_was_taken_always_finds_room_when_it_is_put_back() {
    let at = Timestamp::from_millis;
    let mut records = Records::default();
    let issue = |quantity, reference: &str| Command::Issue { quantity, reference: reference.to_owned() };
    records.send(&issue(MAX_AMOUNT, "a"), at(0)).unwrap();
    records.send(&Command::Commit { hold: id(1), quantity: 5, limit: None, floor: None }, at(0)).unwrap();
    assert_eq!(records.send(&issue(5, "b"), at(0)), Err(Refusal::QuantityOutOfRange));
    records.send(&Command::Release { hold: id(1) }, at(0)).unwrap();
    assert_eq!(records.pool.on_hand, MAX_AMOUNT);
    assert_eq!(records.send(&issue(0, "c"), at(0)), Err(Refusal::QuantityOutOfRange));
}

#[test]
fn a_stock_is_sold_down_to_its_floor_and_no_further() {
    let at = Timestamp::from_millis;
    let mut records = Records::default();
    let received = |delta, n| Command::Adjust { delta, reason: Reason::Received, reference: format!("r{n}") };
    records.send(&received(1, 0), at(0)).unwrap();
    let down_to = |least, as_of| Some(Floor { least, as_of });
    let hold = |n, floor| Command::Hold { hold: id(n), quantity: 1, limit: None, floor, until: at(1_000) };
    let commit = |n, floor| Command::Commit { hold: id(n), quantity: 1, limit: None, floor };
    assert_eq!(records.send(&hold(1, None), at(0)), Ok(1));
    let sold_out = Err(Refusal::OutOfStock { available: 0 });
    assert_eq!(records.send(&hold(2, None), at(0)), sold_out);
    assert_eq!(records.send(&hold(2, down_to(-2, 3)), at(0)), Ok(1), "one that has yet to come");
    assert_eq!(records.send(&hold(3, down_to(-2, 3)), at(0)), Ok(1));
    assert_eq!(records.send(&hold(4, down_to(-2, 3)), at(0)), sold_out);
    // An order that was placed before it was raised.
    assert_eq!(records.send(&hold(4, down_to(0, 4)), at(0)), Err(Refusal::OutOfStock { available: 0 }));
    assert_eq!(records.send(&Command::Release { hold: id(3) }, at(0)), Ok(1));
    assert_eq!(records.send(&hold(5, down_to(-2, 3)), at(0)), sold_out, "the newer one counts");
    // What is held stays held, and is taken.
    for n in [1, 2] {
        assert_eq!(records.send(&commit(n, down_to(-2, 3)), at(0)), Ok(1));
    }
    assert_eq!((records.pool.on_hand, records.pool.taken), (-1, 2));
    // What comes may be less than what is owed; nothing of that can be taken away.
    assert_eq!(records.send(&received(-1, 1), at(0)), Err(Refusal::BelowHeld { held: 0 }));
    assert_eq!(records.send(&received(1, 2), at(0)), Ok(1));
    assert_eq!(records.pool.on_hand, 0);
}

#[test]
fn who_was_there_before_has_what_is_there() {
    assert_eq!([4, 1, 0, -1, -3, -9].map(|left| yet_to_come(3, left)), [0, 0, 0, 1, 3, 3]);
}

#[test]
fn a_hold_that_is_asked_for_again_says_what_had_yet_to_come_at_first() {
    let at = Timestamp::from_millis;
    let mut records = Records::default();
    let floor = Some(Floor { as_of: 1, least: -9 });
    let hold = |n, quantity, until| Command::Hold { hold: id(n), quantity, limit: None, floor, until: at(until) };
    records.send(&Command::Adjust { delta: 2, reason: Reason::Received, reference: "a".to_owned() }, at(0)).unwrap();
    records.send(&hold(1, 3, 10), at(0)).unwrap();
    records.send(&hold(2, 4, 100), at(0)).unwrap();
    let later = |records: &Records, n| records.pool.holds.get(&id(n)).map(|hold| hold.later);
    assert_eq!((later(&records, 1), later(&records, 2)), (Some(1), Some(4)));
    records.send(&hold(1, 3, 10), at(1)).unwrap();
    assert_eq!(later(&records, 1), Some(1), "whoever came since is behind it");
    // Once another has found it lapsed it stands in line anew.
    records.send(&hold(3, 1, 100), at(20)).unwrap();
    records.send(&hold(1, 3, 50), at(20)).unwrap();
    assert_eq!(later(&records, 1), Some(3));
}
