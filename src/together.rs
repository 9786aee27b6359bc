//! Waiting for many answers at once.
//!
//! The library's queue is there once for each type of future: 15 of them were
//! 10 KB of the Worker, gzipped. Here every future is in a box and leaves its
//! answer at a place of its own, so that one queue is enough.

use futures_util::{StreamExt, stream};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

type Task<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// All of them at a time, where there are few.
pub const ALL: usize = usize::MAX;

/// The answers in the order in which they were asked for, at most `at_once` of
/// them under way at a time. All are waited for.
pub async fn together<F: Future<Output: Send> + Send>(asked: Vec<F>, at_once: usize) -> Vec<F::Output> {
    let answers = Answers::default();
    let mut tasks: Vec<Task<'_>> = Vec::with_capacity(asked.len());
    for (place, asked) in asked.into_iter().enumerate() {
        answers.open().push(None);
        let answers = &answers;
        tasks.push(Box::pin(async move { answers.keep(place, asked.await) }));
    }
    run(tasks, at_once).await;
    std::mem::take(&mut *answers.open()).into_iter().flatten().collect()
}

async fn run(tasks: Vec<Task<'_>>, at_once: usize) {
    stream::iter(tasks).buffer_unordered(at_once).collect().await
}

/// What came so far.
struct Answers<T>(Mutex<Vec<Option<T>>>);

impl<T> Default for Answers<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Answers<T> {
    fn open(&self) -> MutexGuard<'_, Vec<Option<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, place: usize, answer: T) {
        if let Some(kept) = self.open().get_mut(place) {
            *kept = Some(answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;

    #[tokio::test]
    async fn answers_are_in_order_and_only_so_many_are_under_way() {
        let (under_way, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let asked = (0..10).map(|n| {
            let (under_way, most) = (&under_way, &most);
            async move {
                most.fetch_max(under_way.fetch_add(1, Relaxed) + 1, Relaxed);
                for _ in n..10 {
                    tokio::task::yield_now().await;
                }
                under_way.fetch_sub(1, Relaxed);
                n
            }
        });
        assert_eq!(together(asked.collect(), 3).await, (0..10).collect::<Vec<_>>());
        assert_eq!(most.load(Relaxed), 3);
    }
}
