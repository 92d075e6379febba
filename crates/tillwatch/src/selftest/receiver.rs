//! A receiver that keeps what it was given, and that is out of order when a trial wants it so.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Message, Notifier};
use tillwatch_core::alert::{Kind, Notice, read_notice};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;

/// A channel of a trial.
pub(super) struct Receiver {
    channel: Channel,
    /// What it answers next; it takes what comes where nothing is ordered.
    orders: Mutex<VecDeque<Delivery>>,
    got: Mutex<Vec<(Address, Message)>>,
}

/// What somebody was told.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) address: String,
    pub(super) subject: String,
    pub(super) notice: Notice,
}

impl Told {
    pub(super) fn kind(&self) -> Kind {
        self.notice.kind
    }

    /// The price in minor units, where one is told.
    pub(super) fn cents(&self) -> Option<i64> {
        self.notice.price.map(Money::minor)
    }
}

impl Receiver {
    pub(super) fn new(channel: Channel) -> Arc<Self> {
        Arc::new(Self {
            channel,
            orders: Mutex::default(),
            got: Mutex::default(),
        })
    }

    /// Orders an answer to one message.
    pub(super) fn will(&self, answer: Delivery) {
        self.orders
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(answer);
    }

    /// What it has taken since the last question.
    pub(super) fn take(&self) -> anyhow::Result<Vec<Told>> {
        let got = std::mem::take(&mut *self.got.lock().unwrap_or_else(PoisonError::into_inner));
        let told = got.into_iter().map(|(address, message)| {
            Ok(Told {
                address: address.kept(),
                subject: message.subject,
                notice: read_notice(message.event.as_bytes())?,
            })
        });
        told.collect()
    }
}

impl Notifier for Receiver {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn deliver<'a>(&'a self, to: &'a Address, message: &'a Message, _: Instant) -> Later<'a, Delivery> {
        let ordered = self.orders.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let answer = ordered.unwrap_or(Delivery::Delivered { id: None, moved: None });
        if matches!(answer, Delivery::Delivered { .. }) {
            let mut got = self.got.lock().unwrap_or_else(PoisonError::into_inner);
            got.push((to.clone(), message.clone()));
        }
        Box::pin(std::future::ready(answer))
    }
}
