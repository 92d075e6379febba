//! Channels that all their addresses go through, such as one mail server: once it is back, nothing waits any longer for
//! a try that was put off because it was away.

use std::collections::BTreeMap;

use tillwatch_core::instant::Instant;

use crate::ports::notifier::{Channel, Delivery};

/// For so many seconds nothing must have come through. One address that fails among others that do not is no outage.
const LEAST: i64 = 60;

/// Since when nothing came through; nothing is known of the time before the start.
#[derive(Debug)]
pub(super) struct Outages(BTreeMap<Channel, Option<Instant>>);

impl Default for Outages {
    fn default() -> Self {
        Self([(Channel::Telegram, None), (Channel::Email, None)].into())
    }
}

/// How all addresses of a channel begin that go through one server.
const fn beginning(channel: Channel) -> Option<&'static str> {
    match channel {
        Channel::Telegram => Some("telegram:"),
        Channel::Email => Some("mailto:"),
        Channel::Ntfy | Channel::Gotify | Channel::Discord | Channel::Webhook | Channel::Apprise => None,
    }
}

impl Outages {
    /// Takes an answer in. Where it ends an outage: how the addresses begin for which something may wait.
    pub(super) fn heard(&mut self, channel: Channel, delivery: &Delivery, now: Instant) -> Option<&'static str> {
        let beginning = beginning(channel)?;
        match delivery {
            Delivery::Unreachable { .. } => {
                self.0.entry(channel).or_insert(Some(now));
                None
            }
            Delivery::Delivered { .. } => {
                let since = self.0.remove(&channel)?;
                let was_long = since.is_none_or(|since| since.plus_seconds(LEAST) <= now);
                was_long.then_some(beginning)
            }
            Delivery::Later { .. } | Delivery::Gone { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::parse("2026-06-03T12:00:00Z").unwrap().plus_seconds(seconds)
    }

    fn away() -> Delivery {
        let why = "no answer".to_owned();
        Delivery::Unreachable { why }
    }

    fn taken() -> Delivery {
        Delivery::Delivered { id: None, moved: None }
    }

    #[test]
    fn the_first_message_after_an_outage_hastens_the_others_and_the_next_does_not() {
        let mut outages = Outages::default();
        let mut heard = |delivery, seconds| outages.heard(Channel::Telegram, &delivery, at(seconds));
        assert_eq!(
            heard(taken(), 0),
            Some("telegram:"),
            "nobody knows what was before the start"
        );
        assert_eq!(heard(taken(), 1), None);
        assert_eq!((heard(away(), 10), heard(away(), 60)), (None, None));
        assert_eq!(heard(taken(), 70), Some("telegram:"));
        assert_eq!(heard(taken(), 71), None);
    }

    #[test]
    fn one_address_that_fails_among_others_is_no_outage_and_servers_of_many_have_none() {
        let mut outages = Outages::default();
        outages.heard(Channel::Email, &taken(), at(0));
        for seconds in 1..200 {
            assert_eq!(outages.heard(Channel::Email, &away(), at(seconds)), None);
            assert_eq!(outages.heard(Channel::Email, &taken(), at(seconds)), None);
        }
        outages.heard(Channel::Ntfy, &away(), at(0));
        assert_eq!(outages.heard(Channel::Ntfy, &taken(), at(900)), None);
    }
}
