use super::*;
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
            Command::Adjust { reference, .. } => {
                self.references.get(reference).map_or(Past::Nothing, |delta| Past::Adjusted { delta: *delta })
            }
            _ => Past::Nothing,
        };
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
                Event::Held { hold, .. } => {
                    self.ended.remove(hold);
                }
            }
            apply(&mut self.pool, event);
            assert!(0 <= self.pool.held() && self.pool.held() <= self.pool.on_hand, "{:?}", self.pool);
        }
        Ok(events.len())
    }
}

fn id(n: u8) -> HoldId {
    HoldId(format!("order-{n}"))
}

fn any_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        4 => (0u8..6, 1i64..5, 0i64..60).prop_map(|(n, quantity, until)| Command::Hold {
            hold: id(n), quantity, until: Timestamp::from_millis(until) }),
        4 => (0u8..6, 1i64..5).prop_map(|(n, quantity)| Command::Commit { hold: id(n), quantity }),
        2 => (0u8..6).prop_map(|n| Command::Release { hold: id(n) }),
        2 => (-4i64..8, 0u8..20).prop_map(|(delta, n)| Command::Adjust {
            delta, reason: Reason::Correction, reference: format!("ref-{n}") }),
        1 => Just(Command::Level),
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
            let sold: i64 = records.ended.values().map(|ended| match ended {
                Ended::Committed { quantity } => *quantity,
                _ => 0,
            }).sum();
            prop_assert_eq!(records.put_in, records.pool.on_hand + sold);
        }
    }
}

#[test]
fn a_lapsed_hold_is_honoured_only_while_the_units_are_there() {
    let at = Timestamp::from_millis;
    let mut records = Records::default();
    let stock = Command::Adjust { delta: 1, reason: Reason::Received, reference: "r".into() };
    records.send(&stock, at(0)).unwrap();
    records.send(&Command::Hold { hold: id(1), quantity: 1, until: at(10) }, at(0)).unwrap();
    let other = Command::Hold { hold: id(2), quantity: 1, until: at(100) };
    assert_eq!(records.send(&other, at(9)), Err(Refusal::OutOfStock { available: 0 }));
    assert_eq!(records.send(&other, at(10)), Ok(2));
    let late = Command::Commit { hold: id(1), quantity: 1 };
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
    let hold = Command::Hold { hold: id(1), quantity: 1, until: at(100) };
    assert_eq!(records.send(&hold, at(1)), Err(Refusal::HoldReleased));
}

#[test]
fn what_is_held_cannot_be_adjusted_away() {
    let at = Timestamp::from_millis;
    let mut records = Records::default();
    let adjust =
        |delta, reference: &str| Command::Adjust { delta, reason: Reason::Correction, reference: reference.to_owned() };
    records.send(&adjust(5, "a"), at(0)).unwrap();
    records.send(&Command::Hold { hold: id(1), quantity: 3, until: at(100) }, at(0)).unwrap();
    assert_eq!(records.send(&adjust(-3, "b"), at(1)), Err(Refusal::BelowHeld { held: 3 }));
    assert_eq!(records.send(&adjust(-2, "b"), at(1)), Ok(1));
    assert_eq!(records.send(&adjust(-2, "b"), at(1)), Ok(0));
}

#[test]
fn a_hold_of_a_clock_that_was_ahead_keeps_the_units_from_nobody() {
    let at = Timestamp::from_millis;
    let hold = |n, until| Command::Hold { hold: id(n), quantity: 1, until: at(until) };
    let year = 365 * 24 * 3_600 * 1_000;
    // The pool's clock, and then the holder's alone.
    for (granted_at, taken_at) in [(year, 0), (0, MAX_HOLD_MILLIS)] {
        let mut records = Records::default();
        let stock = Command::Adjust { delta: 1, reason: Reason::Received, reference: "r".into() };
        records.send(&stock, at(0)).unwrap();
        records.send(&hold(1, year + 10), at(granted_at)).unwrap();
        assert_eq!(records.send(&hold(2, taken_at + 10), at(taken_at)), Ok(2));
        let late = Command::Commit { hold: id(1), quantity: 1 };
        assert_eq!(records.send(&late, at(taken_at)), Err(Refusal::OutOfStock { available: 0 }));
    }
}
