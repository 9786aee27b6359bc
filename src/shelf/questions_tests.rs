use super::*;
use crate::testing::{product, settings};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn at(millis: i64) -> Timestamp {
    NOW.plus_millis(millis)
}

fn slug(n: usize) -> Name {
    Name::Slug(format!("slug-{n}"))
}

/// One request's look: it came and looks now, and this isolate knows of revision 7.
fn look(questions: &Questions, names: &[Name], millis: i64) -> Turn {
    questions.turn(names, at(millis), 7, at(millis))
}

fn asks(turn: Turn) -> Asking {
    match turn {
        Turn::Ask(asking) => asking,
        _ => panic!("it does not ask"),
    }
}

fn is_told(turn: Turn) -> Option<usize> {
    match turn {
        Turn::Told(products) => Some(products.len()),
        _ => None,
    }
}

fn told(products: &[u64], revision: i64, asked_at: i64) -> Told {
    let products = products.iter().map(|n| product(*n, "x", Some(1), 1)).collect();
    Told { products, revision, asked_at: at(asked_at) }
}

fn copy(version: i64, products: &[u64]) -> Snapshot {
    let products = products.iter().map(|n| product(*n, "x", Some(1), 1)).collect();
    Snapshot::new(version.to_string(), settings(), products)
}

#[test]
fn a_name_is_asked_for_once_and_remembered_a_moment() {
    let questions = Questions::default();
    for n in [1, 2] {
        let asking = asks(look(&questions, &[slug(n)], 0));
        assert_eq!(asking.names, [slug(n)]);
        questions.tell(asking, told(&[1], 7, 0), None);
        assert_eq!(is_told(look(&questions, &[slug(1)], 1)), Some(1));
        questions.lock().last = None;
    }
    assert_eq!(is_told(look(&questions, &[slug(1), slug(2)], ANSWER_MILLIS - 1)), Some(1));
    assert_eq!(asks(look(&questions, &[slug(1), slug(2)], ANSWER_MILLIS)).names, [slug(1), slug(2)]);
}

#[test]
fn a_write_clears_what_was_told_before_it() {
    let questions = Questions::default();
    let asking = asks(look(&questions, &[slug(1)], 0));
    questions.tell(asking, told(&[], 7, 0), None);
    assert_eq!(is_told(questions.turn(&[slug(1)], at(60), 7, at(60))), Some(0));
    let asking = asks(questions.turn(&[slug(1)], at(60), 8, at(60)));
    questions.tell(asking, told(&[1], 8, 60), None);
    assert_eq!(is_told(questions.turn(&[slug(1)], at(120), 8, at(120))), Some(1));
}

#[test]
fn what_was_asked_after_a_request_came_is_good_enough_for_it() {
    let questions = Questions::default();
    let asking = asks(questions.turn(&[slug(1)], at(0), 7, at(0)));
    // Others write on and on, or the database was restored to an earlier revision.
    questions.tell(asking, told(&[1], 3, 1), None);
    assert_eq!(is_told(questions.turn(&[slug(1)], at(0), 9, at(20))), Some(1));
    assert_eq!(is_told(questions.turn(&[slug(1)], at(2), 9, at(20))), None);
}

#[test]
fn one_question_is_under_way_at_a_time_and_at_most_twenty_begin_in_a_second() {
    let questions = Questions::default();
    let mut open: Option<Asking> = None;
    let mut begun = Vec::new();
    for millis in 0..1_000 {
        match look(&questions, &[slug(usize::try_from(millis).unwrap())], millis) {
            Turn::Ask(asking) => {
                assert!(open.is_none());
                begun.push(millis);
                open = Some(asking);
            }
            Turn::Wait(wait) => assert!((1..=50).contains(&wait)),
            Turn::Told(_) | Turn::Full => panic!("at {millis}"),
        }
        if millis % 7 == 0
            && let Some(asking) = open.take()
        {
            questions.tell(asking, told(&[], 8, millis), None);
        }
    }
    assert!(begun.len() <= 20 && begun.len() > 15, "{begun:?}");
    assert!(begun.windows(2).all(|two| two[1] - two[0] >= PAUSE_MILLIS), "{begun:?}");
}

#[test]
fn names_are_asked_for_in_the_order_in_which_they_came() {
    let questions = Questions::default();
    let first = asks(look(&questions, &[slug(0)], 0));
    for n in 1..=MAX_WAITING {
        assert!(matches!(look(&questions, &[slug(n)], 1), Turn::Wait(_)), "{n}");
    }
    assert!(matches!(look(&questions, &[slug(MAX_WAITING + 1)], 1), Turn::Full));
    // Who waits already is not sent away.
    assert!(matches!(look(&questions, &[slug(MAX_WAITING)], 1), Turn::Wait(_)));
    questions.tell(first, told(&[], 8, 0), Some(&copy(7, &[])));
    let next = asks(look(&questions, &[slug(MAX_WAITING)], 60));
    assert_eq!(next.names, (1..=MAX_NAMES).map(slug).collect::<Vec<_>>());
}

#[test]
fn where_the_copy_is_all_there_is_whoever_waited_has_an_answer() {
    let questions = Questions::default();
    let names: Vec<_> = (0..MAX_NAMES + 3).map(slug).collect();
    // All but the last wait when the question is begun.
    let (early, late) = names.split_at(names.len() - 1);
    questions.lock().last = Some(Question { number: 0, begun_at: at(-1), is_open: false, also_waiting: 0 });
    assert!(matches!(look(&questions, early, 0), Turn::Wait(_)));
    let asking = asks(look(&questions, early, 60));
    assert_eq!(asking.names.len(), MAX_NAMES);
    assert!(matches!(look(&questions, late, 61), Turn::Wait(_)));
    // One of them has come into the copy meanwhile.
    questions.tell(asking, told(&[], 7, 60), Some(&copy(7, &[101])));
    assert_eq!(is_told(look(&questions, early, 62)), Some(1));
    // Made after the question was begun, it may be there all the same.
    assert_eq!(asks(look(&questions, late, 120)).names, late);
}

#[test]
fn a_question_that_is_lost_is_asked_by_another() {
    let questions = Questions::default();
    let lost = asks(look(&questions, &[slug(1)], 0));
    assert!(matches!(look(&questions, &[slug(1)], LOST_MILLIS - 1), Turn::Wait(_)));
    let again = asks(look(&questions, &[slug(1), slug(2)], LOST_MILLIS));
    assert_eq!(again.names, [slug(1), slug(2)]);
    assert!(matches!(look(&questions, &[slug(3)], LOST_MILLIS), Turn::Wait(_)));
    // It was only slow: its answer is taken, and says nothing of the other question.
    questions.tell(lost, told(&[1], 7, 0), Some(&copy(7, &[])));
    assert!(matches!(look(&questions, &[slug(3)], LOST_MILLIS + 60), Turn::Wait(_)));
    questions.tell(again, told(&[], 8, LOST_MILLIS), None);
    assert_eq!(asks(look(&questions, &[slug(3)], LOST_MILLIS + 60)).names, [slug(3)]);
}

#[test]
fn an_answer_that_comes_late_does_not_count_for_a_later_one() {
    let questions = Questions::default();
    let slow = asks(look(&questions, &[slug(1)], 0));
    let again = asks(look(&questions, &[slug(1)], LOST_MILLIS));
    questions.tell(again, told(&[1], 8, LOST_MILLIS), None);
    questions.tell(slow, told(&[], 7, 0), None);
    assert_eq!(is_told(look(&questions, &[slug(1)], LOST_MILLIS + 1)), Some(1));
}

#[test]
fn whoever_gets_no_answer_leaves_the_question_to_the_next() {
    let questions = Questions::default();
    let asking = asks(look(&questions, &[slug(1)], 0));
    assert!(matches!(look(&questions, &[slug(2)], 1), Turn::Wait(_)));
    questions.give_up(asking);
    assert_eq!(asks(look(&questions, &[slug(1)], 60)).names, [slug(2), slug(1)]);
}

#[test]
fn a_clock_that_was_ahead_stops_no_question_and_makes_no_answer_last() {
    let questions = Questions::default();
    let open = asks(look(&questions, &[slug(1)], 900_000));
    assert_eq!(asks(look(&questions, &[slug(1)], 0)).names, [slug(1)]);
    questions.tell(open, told(&[1], 7, 900_000), None);
    questions.lock().last = None;
    assert_eq!(asks(look(&questions, &[slug(1)], 1)).names, [slug(1)]);
}

#[test]
fn what_is_remembered_is_bounded() {
    let questions = Questions::default();
    for round in 0..200_i64 {
        let names: Vec<_> = (0..MAX_NAMES).map(|n| Name::Slug(format!("none-{round}-{n}"))).collect();
        let asking = asks(look(&questions, &names, round * 60));
        questions.tell(asking, told(&[], 7, round * 60), None);
    }
    assert!(questions.lock().names.len() <= MAX_REMEMBERED + MAX_NAMES);
    let mut heavy = product(1, "x", Some(1), 1);
    heavy.description = "d".repeat(20_000);
    for round in 200..1_000_i64 {
        let asking = asks(look(&questions, &[Name::Slug(format!("slug-{round}"))], round * 60));
        let products = vec![Product { slug: format!("slug-{round}"), ..heavy.clone() }];
        questions.tell(asking, Told { products, revision: 7, asked_at: at(round * 60) }, None);
        assert!(questions.lock().bytes <= MAX_BYTES + 30_000);
    }
}
