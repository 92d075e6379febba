//! Letters that ask a mailbox whether it agrees, or bring it the link of its list, on their way.

use tillwatch_core::instant::Instant;

use super::{Attempt, LEASE, Post, Tried, meaning, not_set_up};
use crate::message;
use crate::ports::notifier::{Address, Channel, Delivery, Why};
use crate::ports::store::{Question, StoreError};

impl Post {
    /// The questions that are due, not more than so many, for [`Post::ask`] each; nobody else gets them meanwhile.
    pub fn questions(&self, now: Instant, most: usize) -> Result<Vec<Question>, StoreError> {
        self.app.store().lease_questions(now, now.plus_seconds(LEASE), most)
    }

    /// When a question may be sent, at `now` or later; the moment is taken, as by [`Post::turn_of`].
    pub fn turn_to_ask(&self, question: &Question, now: Instant) -> Instant {
        self.turn(&question.address, now)
    }

    /// Sends a question once and records what became of it. `clock` is asked before and after.
    pub async fn ask(&self, question: &Question, clock: &(dyn Fn() -> Instant + Sync)) -> Result<Tried, StoreError> {
        let delivery = self.question(question, clock()).await;
        let now = clock();
        let attempt = Attempt {
            seed: question.id.0,
            number: question.attempts,
            since: question.at,
        };
        self.heed(Channel::Email, &delivery, now);
        let (settled, sent) = meaning(&attempt, Some(Channel::Email), &delivery, now);
        self.app.store().settle_question(question.id, &settled, now)?;
        self.app.figures().sent(Channel::Email.name(), sent);
        Ok(Tried::of(sent, &settled))
    }

    async fn question(&self, question: &Question, now: Instant) -> Delivery {
        let address = match Address::parse(&question.address) {
            Ok(address) => address,
            Err(error) => return Delivery::Gone { why: error.to_string() },
        };
        let link = match question.link_of {
            Some(_) => self.app.list_link(&question.token),
            None => self.app.confirm_link(&question.token),
        };
        let Some(link) = link else {
            let why = Why::NoPublicAddress.to_string();
            return Delivery::Later { seconds: None, why };
        };
        match self.notifier(address.channel()) {
            Some(notifier) => {
                let reference = format!("question.{}", question.id.0);
                let message = match question.link_of {
                    Some(_) => message::link_of_list(&reference, link),
                    None => message::question(&reference, link),
                };
                notifier.deliver(&address, &message, now).await
            }
            None => not_set_up(address.channel()),
        }
    }
}
