//! Webhooks: the event as JSON, signed as Standard Webhooks has it, so that the receiver knows who sent it and when.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Message, Notifier};
use tillwatch_core::instant::Instant;
use url::Url;

use super::{DEADLINE, by_status, misdirected, stable_id};
use crate::base64;
use crate::http::{Answer, Call, Client};

/// Webhooks as a channel.
#[derive(Debug)]
pub struct Webhook {
    client: Client,
}

impl Webhook {
    /// The channel, for any address that the client may reach.
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    async fn post(&self, to: &Address, message: &Message, now: Instant) -> Delivery {
        let Address::Webhook { url, secret } = to else {
            return misdirected(Channel::Webhook, to);
        };
        match self
            .client
            .send(&signed(url.reveal(), secret.reveal(), message, now))
            .await
        {
            Ok(answer) => read(&answer, now),
            Err(error) => error.into(),
        }
    }
}

impl Notifier for Webhook {
    fn channel(&self) -> Channel {
        Channel::Webhook
    }

    fn deliver<'a>(&'a self, to: &'a Address, message: &'a Message, now: Instant) -> Later<'a, Delivery> {
        Box::pin(self.post(to, message, now))
    }
}

/// The call. A repeat has the same id at another time, which is how a receiver knows it.
fn signed(url: &Url, secret: &str, message: &Message, now: Instant) -> Call {
    let id = format!("msg_{}", stable_id(&[&message.reference]));
    let timestamp = now.moment().as_second().to_string();
    let signature = signature(secret, &id, &timestamp, message.event.as_bytes());
    Call::post(url.clone(), "application/json", message.event.clone().into_bytes())
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .within(DEADLINE)
}

fn signature(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> String {
    let key = secret.strip_prefix("whsec_").and_then(base64::decode);
    let key = key.unwrap_or_else(|| secret.as_bytes().to_vec());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key of any length will do");
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    format!("v1,{}", base64::encode(&mac.finalize().into_bytes()))
}

fn read(answer: &Answer, now: Instant) -> Delivery {
    match answer.status {
        410 => Delivery::Gone {
            why: "it wants no more events".to_owned(),
        },
        _ => by_status(answer, now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_of_the_standards_libraries_is_signed_alike() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed = signature(
            secret,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_of_plain_text_signs_with_its_bytes() {
        let plain = signature("secret!!", "a", "1", b"{}");
        assert_eq!(plain, signature("whsec_c2VjcmV0ISE=", "a", "1", b"{}"));
        assert_ne!(plain, signature("secret!?", "a", "1", b"{}"));
    }
}
