//! How fast a channel may be used: so many messages a second in all, and to one address.
//!
//! Telegram's limits are not stated exactly; people who run bots name 30 a second overall and one a second to a chat.
//! Some of it is left for answers to people who write to the bot.

use std::collections::HashMap;

use tillwatch_core::instant::Instant;

use crate::ports::notifier::{Address, Channel};

/// Milliseconds between two messages of a channel, and between two to one of its addresses.
const fn limits(channel: Channel) -> (i64, i64) {
    match channel {
        // 1,500 in 59 seconds.
        Channel::Telegram => (39, 1_000),
        // Five in two seconds to a webhook.
        Channel::Discord => (20, 500),
        Channel::Email => (10, 1_000),
        Channel::Ntfy | Channel::Gotify | Channel::Webhook | Channel::Apprise => (5, 200),
    }
}

/// Milliseconds between two answers to people who write to the bot: what its alerts leave of the 30 a second.
const ANSWERS: i64 = 250;

/// More addresses than this are looked through for those whose turn is over.
const MANY: usize = 10_000;

/// The next free moments, in milliseconds since 1970.
#[derive(Debug, Default)]
pub(super) struct Pace {
    channels: HashMap<Channel, i64>,
    answers: i64,
    addresses: HashMap<String, i64>,
}

impl Pace {
    /// Takes the next free moment for an address.
    pub(super) fn turn(&mut self, address: &Address, now: Instant) -> Instant {
        let now = now.moment().as_millisecond();
        let (overall, each) = limits(address.channel());
        let own = address.kept();
        let channel = self.channels.entry(address.channel()).or_default();
        // One address that has to wait holds nobody else up.
        let free = now.max(*channel);
        *channel = free.saturating_add(overall);
        self.own_turn(own, free, each, now)
    }

    /// The same for an answer to somebody who wrote to the bot, whom its alerts do not hold up.
    pub(super) fn answer(&mut self, address: &Address, now: Instant) -> Instant {
        let now = now.moment().as_millisecond();
        let (_, each) = limits(address.channel());
        let free = now.max(self.answers);
        self.answers = free.saturating_add(ANSWERS);
        self.own_turn(address.kept(), free, each, now)
    }

    /// The moment for one address, not before the channel is free.
    fn own_turn(&mut self, own: String, free: i64, each: i64, now: i64) -> Instant {
        let at = free.max(self.addresses.get(&own).copied().unwrap_or(0));
        if self.addresses.len() >= MANY {
            self.addresses.retain(|_, free| *free > now);
        }
        self.addresses.insert(own, at.saturating_add(each));
        Instant::from_millis(at).unwrap_or(Instant::utc(jiff::Timestamp::MAX))
    }

    /// Nothing goes to a channel before a moment.
    pub(super) fn asked_to_wait(&mut self, channel: Channel, until: Instant) {
        let until = until.moment().as_millisecond();
        let free = self.channels.entry(channel).or_default();
        *free = (*free).max(until);
        if channel == Channel::Telegram {
            self.answers = self.answers.max(until);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

    use super::*;

    fn moment(millis: i64) -> Instant {
        Instant::from_millis(1_780_000_000_000 + millis).unwrap()
    }

    fn chat(number: i64) -> Address {
        Address::parse(&format!("telegram:{number}")).unwrap()
    }

    #[test]
    fn one_chat_gets_one_a_second_and_the_bot_tells_1500_in_a_minute() {
        let mut pace = Pace::default();
        let same: Vec<Instant> = (0..3).map(|_| pace.turn(&chat(7), moment(0))).collect();
        assert_eq!(same, [moment(0), moment(1_000), moment(2_000)]);
        let mut pace = Pace::default();
        let last = (1..=1_500).map(|number| pace.turn(&chat(number), moment(0))).last();
        assert_eq!(last, Some(moment(1_499 * 39)));
    }

    #[test]
    fn answers_keep_to_the_chats_second_and_to_what_alerts_leave_of_the_thirty() {
        let mut pace = Pace::default();
        let mut moments: Vec<i64> = Vec::new();
        for number in 1..=250 {
            moments.push(pace.turn(&chat(number), moment(0)).moment().as_millisecond());
        }
        for number in 1_001..=1_050 {
            moments.push(pace.answer(&chat(number), moment(0)).moment().as_millisecond());
        }
        let begin = moment(0).moment().as_millisecond();
        for second in 0..10 {
            let within = |at: &&i64| (**at - begin).div_euclid(1_000) == second;
            assert!(moments.iter().filter(within).count() <= 30, "second {second}");
        }
        assert_eq!(pace.turn(&chat(1), moment(0)), moment(250 * 39));
        let mut pace = Pace::default();
        assert_eq!(pace.turn(&chat(7), moment(0)), moment(0));
        assert_eq!(pace.answer(&chat(7), moment(0)), moment(1_000));
        assert_eq!(pace.answer(&chat(8), moment(0)), moment(ANSWERS));
        pace.asked_to_wait(Channel::Telegram, moment(5_000));
        assert_eq!(pace.answer(&chat(9), moment(0)), moment(5_000));
    }

    #[test]
    fn a_wait_that_was_asked_for_holds_for_the_whole_channel_alone() {
        let mut pace = Pace::default();
        pace.asked_to_wait(Channel::Telegram, moment(30_000));
        assert_eq!(pace.turn(&chat(1), moment(0)), moment(30_000));
        let mail = Address::parse("mailto:a@example.org").unwrap();
        assert_eq!(pace.turn(&mail, moment(0)), moment(0));
    }
}
