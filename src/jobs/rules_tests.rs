use proptest::prelude::*;

use super::*;
use crate::auth::StaffWrite;
use crate::ids::OrderId;
use crate::pools::pool::Reason;
use crate::testing::staff_member;

fn now() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

fn task(work: Work, total: i64) -> Task {
    let mandate = StaffWrite::of(staff_member()).mandate();
    Task::new(JobId::derived([1; 16]), work, total, mandate, String::new(), now())
}

fn said() -> Said {
    Said { code: "invalid", detail: "wrong".to_owned() }
}

/// What may come of a row.
fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        6 => Just(Outcome::Done),
        2 => Just(Outcome::Refused(said())),
        2 => Just(Outcome::NoAnswer(said())),
    ]
}

proptest! {
    /// Whatever comes of each try, each row is settled once and in order, and a job
    /// comes to its end.
    #[test]
    fn every_row_is_settled_once_and_in_order(total in 0_i64..130, outcomes in prop::collection::vec(outcome(), 1..40)) {
        let mut task = task(Work::Variants(Reason::Received), total);
        let mut coming = outcomes.into_iter().cycle();
        let mut settled = Vec::new();
        let mut turns = 0;
        while task.is_running() {
            task.begin();
            let left = usize::try_from(task.most().min(total - task.next())).unwrap();
            prop_assert!(left <= 50);
            settled.extend(task.take(coming.by_ref().take(left).collect(), now()));
            turns += 1;
            prop_assert!(turns <= 1 + total * i64::from(MOST_TRIES), "it never ends");
        }
        prop_assert!(settled.iter().map(|(number, _)| *number).eq(0..total));
        let Progress { done, refused, .. } = task.job.progress;
        prop_assert_eq!(done, i64::try_from(settled.iter().filter(|(_, said)| said.is_none()).count()).unwrap());
        prop_assert_eq!(done + refused, total);
        prop_assert_eq!(task.job.status, JobStatus::Done);
    }

    /// A job that has ended never goes on, and ends once.
    #[test]
    fn what_has_ended_stays_so(before in prop::collection::vec(outcome(), 0..9), after in prop::collection::vec(outcome(), 0..9)) {
        let mut task = task(Work::Variants(Reason::Received), 50);
        task.take(before, now());
        task.cancel(now());
        let later = now().plus_seconds(60);
        // Those that were being done.
        task.take(after, later);
        task.stop("forbidden", later);
        prop_assert_eq!((task.job.status, task.job.ended_at), (JobStatus::Cancelled, Some(now())));
        prop_assert_eq!(&task.job.stopped_by, &None);
    }
}

#[test]
fn a_row_without_an_answer_waits_longer_each_time_and_keeps_the_others_waiting_for_minutes_at_most() {
    let mut task = task(Work::Variants(Reason::Received), 2);
    let mut waited = 0;
    for _ in 1..MOST_TRIES {
        task.begin();
        assert!(task.take(vec![Outcome::NoAnswer(said()), Outcome::Done], now()).is_empty());
        assert_eq!(task.most(), if task.tries == 1 { SLICE } else { 1 });
        waited += task.wake(now()).since(now());
    }
    assert_eq!(waited, 310_000);
    task.begin();
    assert_eq!(task.take(vec![Outcome::NoAnswer(said())], now()), [(0, Some(said()))]);
    assert_eq!((task.tries, task.wake(now())), (0, now()));
}

#[test]
fn whoever_may_do_no_more_ends_the_job_before_that_row() {
    let mut task = task(Work::Variants(Reason::Received), 3);
    let settled = task.take(vec![Outcome::Done, Outcome::NotAllowed("forbidden"), Outcome::Done], now());
    assert_eq!(settled, [(0, None)]);
    assert_eq!((task.job.status, task.job.stopped_by.as_deref()), (JobStatus::Stopped, Some("forbidden")));
}

#[test]
fn a_rebuild_goes_on_behind_the_last_order_and_tells_of_all_it_has_seen() {
    let mut task = task(Work::Rebuild { behind: String::new() }, 150);
    let next = OrderId::derived([7; 16]).to_string();
    task.advance(&Rebuilt { checked: 98, unanswered: 2, next: Some(next.clone()) }, now());
    assert_eq!(task.work, Work::Rebuild { behind: next.clone() });
    assert_eq!(task.job.progress, Progress { done: 98, refused: 2, total: 150 });
    // Letters told of some that the lists had lost.
    task.advance(&Rebuilt { checked: 100, unanswered: 0, next: Some(next.clone()) }, now());
    assert_eq!(task.job.progress.total, 200);
    task.advance(&Rebuilt { checked: 7, unanswered: 0, next: None }, now());
    assert_eq!(task.job.progress, Progress { done: 205, refused: 2, total: 207 });
    assert_eq!(task.job.status, JobStatus::Done);
}

#[test]
fn what_a_row_was_refused_for_is_told_with_its_place() {
    let problem = Problem::invalid_field("/prices/0/currency", "not a currency of this shop");
    let Outcome::Refused(said) = Outcome::of(Err(problem)) else { panic!() };
    assert_eq!((said.code, said.detail.as_str()), ("invalid", "/prices/0/currency: not a currency of this shop"));
    assert_eq!(Outcome::of(Err(Problem::forbidden())), Outcome::NotAllowed("forbidden"));
    assert!(matches!(Outcome::of(Err(Problem::internal("x"))), Outcome::NoAnswer(_)));
}
