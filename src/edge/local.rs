//! What JavaScript gives, where types ask for what may go to another thread.

use std::future::{Future, poll_fn};
use std::ops::Deref;

use crate::ports::Pending;

/// A value of JavaScript's, or what holds one.
pub struct Local<T>(pub T);

// SAFETY: the Worker is built without WebAssembly's threads: there is no other one.
unsafe impl<T> Send for Local<T> {}
unsafe impl<T> Sync for Local<T> {}

impl<T> Deref for Local<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// What a port answers with, of a future that waits for JavaScript.
pub fn pending<'a, T>(future: impl Future<Output = T> + 'a) -> Pending<'a, T> {
    let mut future = Local(Box::pin(future));
    Box::pin(poll_fn(move |context| {
        let Local(future) = &mut future;
        future.as_mut().poll(context)
    }))
}
