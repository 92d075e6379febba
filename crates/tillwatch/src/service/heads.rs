//! Heads that say twice how long a body is: what stands behind such a body could be another call to whoever reads it the
//! other way. RFC 9112 lets a server read on; this one answers 400 and hangs up.
//!
//! The HTTP library drops the length that does not count before anybody sees it, so that the bytes are looked at on their
//! way to it. Only the first call of a connection can be such a one: the library hangs up after it.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_TYPE};
use axum::http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tower::Service;

/// What is told to whoever sent such a head.
const TOLD: &str = r#"{"type":"bad_request","status":400,"detail":"the head says twice how long the body is"}"#;

/// A connection whose heads are looked at.
pub(super) struct Watched<S> {
    stream: S,
    head: Head,
    doubled: Doubled,
}

/// Whether the head of the call under way says twice how long its body is.
#[derive(Debug, Clone, Default)]
pub(super) struct Doubled(Arc<AtomicBool>);

/// The head as far as it was read.
#[derive(Debug, Default)]
struct Head {
    /// The beginning of the present line, in small letters.
    line: Vec<u8>,
    has_length: bool,
    has_coding: bool,
    /// Bodies are not looked at.
    is_over: bool,
}

/// No name that matters is longer.
const LONGEST_NAME: usize = 32;

impl Head {
    /// Looks at the next bytes. Whether the head says twice how long its body is.
    fn look(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            if self.is_over {
                break;
            }
            match byte {
                b'\n' => {
                    self.is_over = self.line.is_empty();
                    self.line.clear();
                }
                b'\r' => {}
                byte if self.line.len() < LONGEST_NAME => {
                    self.line.push(byte.to_ascii_lowercase());
                    self.has_length |= self.line == b"content-length:";
                    self.has_coding |= self.line == b"transfer-encoding:";
                }
                _ => {}
            }
        }
        self.has_length && self.has_coding
    }
}

impl<S> Watched<S> {
    /// A connection, and what is known of its heads.
    pub(super) fn new(stream: S) -> (Self, Doubled) {
        let doubled = Doubled::default();
        let watched = Self {
            stream,
            head: Head::default(),
            doubled: doubled.clone(),
        };
        (watched, doubled)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let new = buffer.filled().get(before..).unwrap_or_default();
        if !self.head.is_over && self.head.look(new) {
            self.doubled.0.store(true, Ordering::Relaxed);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Doubled {
    /// A site that is asked only what is said once.
    pub(super) fn before<T>(self, site: T) -> Careful<T> {
        Careful { site, doubled: self }
    }
}

/// See [`Doubled::before`].
#[derive(Debug, Clone)]
pub(super) struct Careful<T> {
    site: T,
    doubled: Doubled,
}

impl<T> Service<Request<Incoming>> for Careful<T>
where
    T: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
    T::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.site.poll_ready(context)
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        if !self.doubled.0.load(Ordering::Relaxed) {
            return Box::pin(self.site.call(request));
        }
        Box::pin(async {
            let answer = Response::builder()
                .status(StatusCode::BAD_REQUEST)
                .header(CONTENT_TYPE, "application/problem+json")
                .header(CONNECTION, "close")
                .body(Body::from(TOLD));
            Ok(answer.unwrap_or_default())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Head;

    /// H150.
    #[test]
    fn a_length_that_is_said_twice_is_seen_however_its_bytes_arrive() {
        let twice =
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nX: y\r\nTRANSFER-ENCODING: chunked\r\n\r\n0\r\n\r\n";
        assert!(Head::default().look(twice));
        let mut head = Head::default();
        assert!(twice.iter().fold(false, |_, byte| head.look(&[*byte])));
        for once in [
            &b"POST / HTTP/1.1\r\nContent-Length: 40\r\n\r\nTransfer-Encoding: chunked\r\n"[..],
            b"POST /content-length: HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nContent-Length: 5\r\n",
            b"GET / HTTP/1.1\r\nX-Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            assert!(!Head::default().look(once));
        }
    }
}
