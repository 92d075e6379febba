//! Bodies that come slowly, or not to their end.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use http_body::Frame;
use tokio::time::{Sleep, sleep};

/// How a body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Whole.
    AtOnce,
    /// In four parts, with a pause before each.
    Slow(Duration),
    /// The first half, and then the connection is gone.
    Cut,
}

/// A body in parts.
pub(super) struct Paced {
    parts: std::vec::IntoIter<Bytes>,
    pause: Option<Duration>,
    waiting: Option<Pin<Box<Sleep>>>,
    cut: bool,
}

impl Paced {
    pub(super) fn new(body: String, pace: Pace) -> Self {
        let body = Bytes::from(body);
        let (count, sent, pause) = match pace {
            Pace::AtOnce => (1, 1, None),
            Pace::Slow(pause) => (4, 4, Some(pause)),
            // The pause lets the first half out before the rest is refused.
            Pace::Cut => (2, 1, Some(Duration::from_millis(20))),
        };
        let size = body.len().div_ceil(count).max(1);
        let part = |nth: usize| body.slice((nth * size).min(body.len())..((nth + 1) * size).min(body.len()));
        Self {
            parts: (0..sent).map(part).collect::<Vec<_>>().into_iter(),
            pause,
            waiting: pause.map(|pause| Box::pin(sleep(pause))),
            cut: pace == Pace::Cut,
        }
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if let Some(waiting) = &mut self.waiting {
            match waiting.as_mut().poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) => self.waiting = self.pause.map(|pause| Box::pin(sleep(pause))),
            }
        }
        Poll::Ready(match self.parts.next() {
            Some(part) => Some(Ok(Frame::data(part))),
            None if self.cut => Some(Err(io::ErrorKind::ConnectionReset.into())),
            None => None,
        })
    }
}
