//! Faults of the program itself: whoever meets one is told a number, which stands in the log, and nothing else.

use std::cell::Cell;
use std::future::Future;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::task::{Context, Poll};

use axum::response::{IntoResponse, Response};

use crate::Problem;

thread_local! {
    /// What the log calls the last panic of this thread, until somebody is told.
    static LAST: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Puts a panic into the log: where it was, and a number. Its own words stay out: they may hold what a visitor typed.
///
/// For [`std::panic::set_hook`].
pub fn log(panic: &PanicHookInfo<'_>) {
    let number = fresh();
    let place = panic
        .location()
        .map(|place| format!("{}:{}", place.file(), place.line()));
    let (instance, place) = (written(number), place.unwrap_or_default());
    tracing::error!(instance, place, "a fault of the program");
    LAST.set(Some(number));
}

/// The number of what went wrong last in this thread; another one where nothing did.
pub(crate) fn take() -> String {
    written(LAST.take().unwrap_or_else(fresh))
}

/// Waits for an answer; where a handler panics, it is that of a fault.
pub(crate) async fn caught(answer: impl Future<Output = Response>) -> Response {
    let mut answer = std::pin::pin!(answer);
    let poll = |context: &mut Context<'_>| {
        let polled = catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context)));
        polled.unwrap_or_else(|_| Poll::Ready(Problem::internal().into_response()))
    };
    std::future::poll_fn(poll).await
}

fn written(number: u64) -> String {
    format!("{number:016x}")
}

/// Each state is keyed by the machine's randomness.
fn fresh() -> u64 {
    RandomState::new().build_hasher().finish()
}
