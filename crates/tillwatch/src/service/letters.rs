//! The loop that sends letters with questions to mailboxes. They are few, so that one goes out after another.

use std::time::Duration;

use tillwatch_app::outbox::{Post, Sent};
use tillwatch_app::ports::store::StoreError;
use tillwatch_web::Clock;
use tokio::runtime::Runtime;

use super::{PAUSE, Stop};

/// Letters that are taken at a time: all of them are sent before others could have them.
const MOST: usize = 4;

/// Runs until it is told to stop.
pub(super) fn run(post: &Post, clock: &Clock, runtime: &Runtime, stop: &Stop) {
    while !stop.is_set() {
        let pause = match runtime.block_on(send(post, clock)) {
            Ok(0) => PAUSE,
            Ok(_) => Duration::ZERO,
            Err(error) => {
                tracing::error!(%error, "the questions to mailboxes could not be looked after; trying again");
                PAUSE
            }
        };
        stop.wait(pause);
    }
}

async fn send(post: &Post, clock: &Clock) -> Result<usize, StoreError> {
    let questions = post.questions(clock(), MOST)?;
    for question in &questions {
        let at = post.turn_to_ask(question, clock());
        tokio::time::sleep(super::post::until(at, clock())).await;
        let number = question.id.0;
        match post.ask(question, clock.as_ref()).await?.sent {
            Sent::Delivered => tracing::debug!(number, "a mailbox is asked"),
            Sent::Later => tracing::info!(number, "a mailbox is asked again later"),
            Sent::Dead => tracing::warn!(number, "a mailbox could not be asked; the page of its list says why"),
        }
    }
    Ok(questions.len())
}
