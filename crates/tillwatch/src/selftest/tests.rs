//! Whether the trials can fail: a fault of each kind is planted, and the trials that are there for it must find it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Message, Notifier};
use tillwatch_app::ports::source::{Ask, Depth, Limits, Reading, Source, SourceError};
use tillwatch_core::discount::Audience;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};

use super::{Group, Rig, Trial, all};

type Answer = Result<Vec<Reading>, SourceError>;

/// A source whose answers are changed on their way.
struct Twisted {
    inner: Arc<dyn Source>,
    twist: fn(&Ask, Answer) -> Answer,
}

impl Source for Twisted {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    fn depth(&self) -> Depth {
        self.inner.depth()
    }

    fn read<'a>(&'a self, ask: &'a Ask, now: Instant) -> Later<'a, Answer> {
        Box::pin(async move { (self.twist)(ask, self.inner.read(ask, now).await) })
    }
}

/// Whatever shows no price is taken for 30.00.
fn believes_anything(ask: &Ask, answer: Answer) -> Answer {
    let made_up = |item: &tillwatch_core::id::ItemId| Reading {
        item: item.clone(),
        snapshot: Snapshot {
            item: Some(item.clone()),
            market: Some(ask.market),
            currency: Some(ask.currency),
            variants: ask
                .items
                .iter()
                .flat_map(|wanted| &wanted.skus)
                .map(|sku| Variant {
                    sku: Some(sku.clone()),
                    ..Variant::at(Money::new(3_000, ask.currency))
                })
                .collect(),
            ..Snapshot::empty("made up")
        },
    };
    let readings = match answer {
        Ok(readings) => readings,
        Err(wait @ SourceError::Later { .. }) => return Err(wait),
        Err(_) => ask.items.iter().map(|wanted| made_up(&wanted.item)).collect(),
    };
    let fixed = readings.into_iter().map(|reading| {
        if reading.snapshot.outcome == Outcome::Ok {
            reading
        } else {
            made_up(&reading.item)
        }
    });
    Ok(fixed.collect())
}

fn each(answer: Answer, change: impl Fn(&mut Snapshot)) -> Answer {
    let mut readings = answer?;
    for reading in &mut readings {
        change(&mut reading.snapshot);
    }
    Ok(readings)
}

fn overlooks_coupons(_: &Ask, answer: Answer) -> Answer {
    each(answer, |seen| seen.discounts.clear())
}

/// Every coupon is everybody's, at once, for ever and from nothing.
fn counts_every_coupon(_: &Ask, answer: Answer) -> Answer {
    each(answer, |seen| {
        for discount in &mut seen.discounts {
            discount.audience = Audience::Public;
            discount.min_spend = None;
            discount.valid_from = None;
            discount.valid_until = None;
        }
    })
}

/// The cheapest price of a page is taken for that of every variant.
fn mixes_variants_up(_: &Ask, answer: Answer) -> Answer {
    each(answer, |seen| {
        let salable = seen.variants.iter().filter(|variant| variant.salable);
        let least = salable
            .filter_map(|variant| variant.price)
            .min_by_key(|price| price.minor());
        for variant in &mut seen.variants {
            variant.price = least;
        }
    })
}

/// `1.320,99` is read as 1.32: two digits too few.
fn mistakes_marks(_: &Ask, answer: Answer) -> Answer {
    each(answer, |seen| {
        for variant in &mut seen.variants {
            variant.price = variant
                .price
                .map(|price| Money::new(price.minor() / 1_000, price.currency()));
        }
    })
}

/// Prices are kept in whole units.
fn drops_cents(_: &Ask, answer: Answer) -> Answer {
    each(answer, |seen| {
        for variant in &mut seen.variants {
            variant.price = variant
                .price
                .map(|price| Money::new(price.minor() / 100 * 100, price.currency()));
        }
    })
}

/// A first order's price is taken for everybody's.
fn takes_first_orders(_: &Ask, answer: Answer) -> Answer {
    each(answer, |seen| {
        for variant in &mut seen.variants {
            variant.price = variant.new_shopper_price.take().or(variant.price);
        }
    })
}

/// Nothing is ever wrong for good: what stops the day is a short pause.
fn never_gives_up(_: &Ask, answer: Answer) -> Answer {
    answer.map_err(|_| SourceError::Later {
        after: Some(std::time::Duration::from_secs(1)),
        why: "again".to_owned(),
    })
}

/// A channel that treats its messages otherwise than it says.
struct Careless {
    inner: Arc<dyn Notifier>,
    twice: bool,
    first: AtomicBool,
}

impl Notifier for Careless {
    fn channel(&self) -> Channel {
        self.inner.channel()
    }

    fn deliver<'a>(&'a self, to: &'a Address, message: &'a Message, now: Instant) -> Later<'a, Delivery> {
        Box::pin(async move {
            if self.twice {
                self.inner.deliver(to, message, now).await;
                return self.inner.deliver(to, message, now).await;
            }
            if self.first.swap(false, Ordering::SeqCst) {
                return Delivery::Delivered { id: None, moved: None };
            }
            self.inner.deliver(to, message, now).await
        })
    }
}

fn careless(inner: Arc<dyn Notifier>, twice: bool) -> Arc<dyn Notifier> {
    Arc::new(Careless {
        inner,
        twice,
        first: AtomicBool::new(true),
    })
}

/// The rig with a twisted source.
macro_rules! twisted {
    ($twist:expr) => {
        Rig {
            source: |inner| Arc::new(Twisted { inner, twist: $twist }),
            ..Rig::HONEST
        }
    };
}

const LOSES_THE_FIRST: Rig = Rig {
    notifier: |inner| careless(inner, false),
    ..Rig::HONEST
};

const SENDS_TWICE: Rig = Rig {
    notifier: |inner| careless(inner, true),
    ..Rig::HONEST
};

/// Each plant with the trials that must find it.
const PLANTS: [(&str, Rig, &[&str]); 10] = [
    (
        "believes anything",
        twisted!(believes_anything),
        &[
            "zero-between",
            "currency-flip",
            "captcha-as-page",
            "hostile-answers",
            "changed-pages",
            "broken-watch",
            "blocked",
        ],
    ),
    (
        "overlooks coupons",
        twisted!(overlooks_coupons),
        &[
            "coupons-in-the-price",
            "coupons-of-others",
            "minimum-spend",
            "base-of-a-percentage",
            "dead-coupons",
            "with-or-without",
        ],
    ),
    (
        "counts every coupon",
        twisted!(counts_every_coupon),
        &[
            "coupons-in-the-price",
            "coupons-of-others",
            "minimum-spend",
            "dead-coupons",
        ],
    ),
    (
        "mixes variants up",
        twisted!(mixes_variants_up),
        &["two-offers", "variants-apart"],
    ),
    (
        "mistakes marks",
        twisted!(mistakes_marks),
        &["marks-between-digits", "flood-of-codes"],
    ),
    (
        "drops cents",
        twisted!(drops_cents),
        &[
            "slow-slide",
            "rate-that-wobbles",
            "told-again-and-again",
            "table-and-chart",
            "cents-and-thresholds",
        ],
    ),
    (
        "takes first orders",
        twisted!(takes_first_orders),
        &["prices-of-one-shopper"],
    ),
    (
        "never gives up",
        twisted!(never_gives_up),
        &["captcha-as-page", "hostile-answers", "blocked"],
    ),
    (
        "loses the first message",
        LOSES_THE_FIRST,
        &[
            "falls-below",
            "receiver-down",
            "already-met",
            "already-known",
            "further-drops",
            "low-of-a-month",
            "slip-of-the-shop",
            "absurd-price",
            "one-channel-fails",
            "every-channel",
            "upgrade-and-restore",
            "broken-watch",
        ],
    ),
    (
        "sends twice",
        SENDS_TWICE,
        &[
            "falls-below",
            "receiver-down",
            "told-again-and-again",
            "one-channel-fails",
            "every-channel",
            "changed-pages",
        ],
    ),
];

/// What is decided at the door, has no source and no channel, or compares two runs of the same: no plant reaches it.
const OUT_OF_REACH: [&str; 4] = ["new-kind-of-voucher", "no-setup", "starts-and-zones", "target-in-euros"];

fn trial(name: &str) -> &'static Trial {
    all().into_iter().find(|trial| trial.name == name).unwrap()
}

#[test]
fn every_planted_fault_is_found() {
    let mut missed = Vec::new();
    for (plant, rig, trials) in &PLANTS {
        for name in *trials {
            if let Ok(seen) = trial(name).run(rig) {
                missed.push(format!("{name} passes where something {plant}: {seen}"));
            }
        }
    }
    assert_eq!(missed, Vec::<String>::new());
}

#[test]
fn every_trial_is_there_for_some_fault() {
    let found: BTreeSet<&str> = PLANTS
        .iter()
        .flat_map(|(_, _, trials)| trials.iter().copied())
        .collect();
    let left: BTreeSet<&str> = all()
        .iter()
        .map(|trial| trial.name)
        .filter(|name| !found.contains(name))
        .collect();
    assert_eq!(left, OUT_OF_REACH.into());
}

#[test]
fn there_are_eight_scenarios_and_thirty_complaints_each_with_its_name() {
    let trials = all();
    let names: BTreeSet<&str> = trials.iter().map(|trial| trial.name).collect();
    let of = |group| trials.iter().filter(|trial| trial.group == group).count();
    assert_eq!((names.len(), of(Group::Scenario), of(Group::Complaint)), (38, 8, 30));
}
