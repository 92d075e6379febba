//! What Telegram brings to the bot: one update a call, with the secret that was agreed on.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::post;

/// Where updates are brought to, below the public address.
pub const PATH: &str = "/telegram/updates";

/// The header that the secret stands in.
const HEADER: &str = "x-telegram-bot-api-secret-token";

/// The most of an update, in bytes: a message of 4,096 characters with all that Telegram says beside it.
const LONGEST: usize = 256 * 1024;

/// Whoever takes what Telegram brings.
pub trait Hear: Send + Sync {
    /// Takes an update, read or not. Whether it was taken: otherwise it is brought again.
    fn hear(&self, body: &[u8]) -> bool;
}

/// The secret, and who is told of what comes with it.
#[derive(Clone)]
struct Door {
    secret: Arc<str>,
    to: Arc<dyn Hear>,
}

/// The address that updates are brought to.
pub fn router(secret: &str, to: Arc<dyn Hear>) -> Router {
    let secret = secret.into();
    Router::new().route(PATH, post(take)).with_state(Door { secret, to })
}

/// Of a call without the secret nothing is read.
async fn take(State(door): State<Door>, call: Request<Body>) -> StatusCode {
    let said = call.headers().get(HEADER).map_or(&[][..], |said| said.as_bytes());
    if !is_same(said, door.secret.as_bytes()) {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(body) = to_bytes(call.into_body(), LONGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE;
    };
    if door.to.hear(&body) {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

/// Compares in a time that does not tell how much is right.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    let differ = one.iter().zip(other).fold(0, |differ, (a, b)| differ | (a ^ b));
    one.len() == other.len() && !other.is_empty() && differ == 0
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Heard(Mutex<Vec<Vec<u8>>>);

    impl Hear for Heard {
        fn hear(&self, body: &[u8]) -> bool {
            self.0.lock().unwrap().push(body.to_vec());
            body != b"full"
        }
    }

    fn status(heard: &Arc<Heard>, secret: Option<&str>, body: &str) -> u16 {
        let mut call = Request::post(PATH);
        if let Some(secret) = secret {
            call = call.header(HEADER, secret);
        }
        let call = call.body(Body::from(body.to_owned())).unwrap();
        let to: Arc<dyn Hear> = Arc::<Heard>::clone(heard);
        let door = Door {
            secret: "s3cret".into(),
            to,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(take(State(door), call)).as_u16()
    }

    /// H132.
    #[test]
    fn only_what_comes_with_the_secret_is_heard() {
        let heard = Arc::new(Heard::default());
        for secret in [None, Some(""), Some("s3cre"), Some("s3cret1"), Some("S3CRET")] {
            assert_eq!(status(&heard, secret, "{}"), 401, "{secret:?}");
        }
        assert!(heard.0.lock().unwrap().is_empty());
        assert_eq!(status(&heard, Some("s3cret"), "{}"), 200);
        assert_eq!(status(&heard, Some("s3cret"), "full"), 503);
        assert_eq!(status(&heard, Some("s3cret"), &"x".repeat(LONGEST + 1)), 413);
        assert_eq!(*heard.0.lock().unwrap(), [b"{}".to_vec(), b"full".to_vec()]);
    }
}
