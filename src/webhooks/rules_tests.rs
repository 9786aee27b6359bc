use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);

fn no_answer() -> Reply {
    Err("no answer".to_owned())
}

#[test]
fn a_delivery_that_is_never_taken_is_tried_ten_times_in_three_days() {
    for (chance, most) in [(0, 75 * HOUR + 35 * MINUTE + 5 * SECOND), (255, 84 * HOUR)] {
        let mut queue = Queue::default();
        let number = queue.add(Some("a"), NOW);
        let (mut now, mut tries) = (NOW, 0);
        loop {
            assert_eq!(queue.due(now, 8), [number]);
            queue.begin(number, now);
            tries += 1;
            assert_eq!(queue.due(now.plus_millis(LOST_MILLIS - 1), 8), [0; 0], "it is being tried");
            match queue.end(number, &Ok(500), now, chance).unwrap() {
                Standing::Waiting { next_at } => now = next_at,
                standing => break assert_eq!(standing, Standing::Dead),
            }
            assert_eq!(queue.due(now.plus_millis(-1), 8), [0; 0]);
        }
        assert_eq!(tries, MOST_TRIES);
        assert!((72 * HOUR..=most).contains(&now.since(NOW)), "{} h", now.since(NOW) / HOUR);
    }
}

#[test]
fn only_a_success_is_one() {
    for (reply, taken) in [
        (Ok(200), true),
        (Ok(204), true),
        (Ok(299), true),
        (Ok(199), false),
        (Ok(301), false),
        (Ok(404), false),
        (Ok(410), false),
        (Ok(503), false),
        (no_answer(), false),
    ] {
        let mut queue = Queue::default();
        let number = queue.add(None, NOW);
        queue.begin(number, NOW);
        let standing = queue.end(number, &reply, NOW, 0).unwrap();
        assert_eq!(standing == Standing::Delivered, taken, "{reply:?}");
        assert_eq!(queue.waiting.is_empty(), taken);
    }
}

#[test]
fn what_is_about_one_thing_waits_in_line_and_others_do_not() {
    let mut queue = Queue::default();
    let [first, second, other, ping, another] =
        [Some("a"), Some("a"), Some("b"), None, None].map(|about| queue.add(about, NOW));
    assert_eq!(queue.due(NOW, 8), [first, other, ping, another]);
    assert_eq!(queue.due(NOW, 2), [first, other]);
    queue.begin(first, NOW);
    queue.end(first, &no_answer(), NOW, 0);
    assert_eq!(queue.due(NOW, 8), [other, ping, another]);
    let later = NOW.plus_millis(5 * SECOND);
    queue.begin(first, later);
    queue.end(first, &Ok(200), later, 0);
    assert_eq!(queue.due(later, 8), [second, other, ping, another]);
}

#[test]
fn an_outcome_that_nobody_waits_for_changes_nothing() {
    let mut queue = Queue::default();
    let number = queue.add(Some("a"), NOW);
    queue.begin(number, NOW);
    queue.end(number, &Ok(200), NOW, 0);
    let before = queue.clone();
    assert_eq!(queue.end(number, &no_answer(), NOW, 0), None);
    assert!(queue.begin(number, NOW).is_none());
    assert_eq!(queue, before);
}

#[test]
fn the_oldest_of_too_many_is_given_up() {
    let mut queue = Queue::default();
    for n in 0..=MOST_WAITING {
        assert_eq!(queue.give_up(), None);
        queue.add(Some(&n.to_string()), NOW);
    }
    assert_eq!(queue.give_up(), Some(1));
    assert_eq!(queue.give_up(), None);
}

#[test]
fn nothing_waits_for_a_clock_that_was_ahead() {
    let mut queue = Queue::default();
    let number = queue.add(Some("a"), NOW.plus_millis(48 * HOUR));
    assert_eq!(queue.due(NOW, 8), [number]);
    assert_eq!(queue.wake(NOW), Some(NOW));
}

/// One step of a history: what comes, or how the tries end.
#[derive(Debug, Clone)]
enum Step {
    Add(u8),
    Pass(i64),
    /// Begins what is due.
    Begin(usize),
    /// Ends a try that is under way, if there is one.
    End(usize, Reply, u8),
    /// The process dies: whatever was under way has no outcome.
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    let reply = prop_oneof![Just(Ok(200)), Just(Ok(500)), Just(Ok(410)), Just(no_answer())];
    prop_oneof![
        3 => (0_u8..4).prop_map(Step::Add),
        2 => prop_oneof![0..10 * SECOND, 0..HOUR, 0..24 * HOUR].prop_map(Step::Pass),
        4 => (0_usize..4).prop_map(Step::Begin),
        4 => (any::<usize>(), reply, any::<u8>()).prop_map(|(which, reply, chance)| Step::End(which, reply, chance)),
        1 => Just(Step::Crash),
    ]
}

proptest! {
    #[test]
    fn order_holds_and_everything_ends_whatever_fails(steps in prop::collection::vec(step(), 0..200)) {
        let mut queue = Queue::default();
        let (mut now, mut flying, mut begun) = (NOW, Vec::new(), std::collections::BTreeMap::<i64, u32>::new());
        let mut about = std::collections::BTreeMap::new();
        for step in steps {
            match step {
                Step::Add(thing) => {
                    let thing = thing.to_string();
                    about.insert(queue.add(Some(&thing), now), thing);
                }
                Step::Pass(millis) => {
                    // An endpoint is given 15 s: nothing is under way for longer.
                    if millis > 15 * SECOND {
                        flying.clear();
                    }
                    now = now.plus_millis(millis);
                }
                Step::Begin(most) => for number in queue.due(now, most) {
                    let earlier = queue.waiting.iter().take_while(|(earlier, _)| **earlier < number);
                    let earlier = earlier.map(|(_, other)| other).any(|other| other.about.as_ref() == about.get(&number));
                    prop_assert!(!earlier, "an earlier one waits");
                    prop_assert!(!flying.contains(&number), "it is under way");
                    queue.begin(number, now);
                    *begun.entry(number).or_default() += 1;
                    flying.push(number);
                },
                Step::End(which, reply, chance) if !flying.is_empty() => {
                    let number = flying.swap_remove(which % flying.len());
                    let standing = queue.end(number, &reply, now, chance).unwrap();
                    match standing {
                        Standing::Delivered => prop_assert_eq!(reply, Ok(200)),
                        Standing::Dead => prop_assert!(begun[&number] >= MOST_TRIES),
                        Standing::Waiting { next_at } => prop_assert!(next_at > now),
                    }
                }
                Step::End(..) => {}
                Step::Crash => flying.clear(),
            }
            prop_assert!(queue.wake(now).is_none_or(|at| at >= now));
            prop_assert_eq!(queue.wake(now).is_none(), queue.waiting.is_empty());
        }
        // From here on the endpoint takes everything.
        while let Some(at) = queue.wake(now) {
            now = now.max(at);
            let due = queue.due(now, 8);
            prop_assert!(!due.is_empty(), "it woke for nothing");
            for number in due {
                queue.begin(number, now);
                queue.end(number, &Ok(200), now, 0);
            }
        }
    }
}
