//! Complaints about the way to somebody: one channel that fails, channels that are missing, the wrong hour.

use std::sync::Arc;

use anyhow::{Context, ensure};
use tillwatch_app::Wanted;
use tillwatch_app::outbox::Sent;
use tillwatch_app::ports::notifier::{Channel, Delivery, Notifier};
use tillwatch_app::ports::store::Fate;
use tillwatch_core::alert::{DayMinute, Kind, Rule, Settings, Zone};

use super::bench::{Bench, MAIL, PHONE, Rig, to, usd};
use super::receiver::Receiver;
use super::scenarios::{one, seen};
use super::shelf::{self, Search, good};
use super::{Group, Trial, Verdict};

pub(super) const TRIALS: [Trial; 2] = [
    Trial {
        name: "one-channel-fails",
        group: Group::Complaint,
        source: "dgtlmoon/changedetection.io#2104 #2869, IsThereAnyDeal/IsThereAnyDeal-Issues#1845 #2148",
        about: "an alert goes to a chat and a mailbox; the chat fails twice, later it is gone for good",
        expected: "the mailbox has every alert at once, the chat its own late; what was given up is in the log and can be sent",
        run: one_channel_fails,
    },
    Trial {
        name: "every-channel",
        group: Group::Complaint,
        source: "IsThereAnyDeal/IsThereAnyDeal-Issues#1422 #1 #300, dgtlmoon/changedetection.io#3722, \
                 jez500/pricebuddy#70 #212",
        about: "one watch tells two mailboxes and six other channels, together at 08:00 in Berlin; 300 wishes are made twice",
        expected: "each is told once, at 08:00 there; the wishes are watched once (feeds are not tried)",
        run: every_channel,
    },
];

fn one_channel_fails(rig: &Rig) -> Verdict {
    let (bench, good) = (Bench::open(rig)?, good()?);
    let wish = Wanted {
        channels: vec![to(PHONE), to(MAIL)],
        ..Bench::wish(&good, &[Rule::Below(usd(3_500))])
    };
    let id = bench.watch(&wish)?.id;
    bench.show(&good, 4_200)?;
    bench.show(&good, 3_400)?;
    for _ in 0..2 {
        let why = "nobody is there".to_owned();
        bench.phone.will(Delivery::Unreachable { why });
    }
    let first = bench.deliver()?;
    ensure!(
        first.contains(&Sent::Later) && first.contains(&Sent::Delivered),
        "the first tries: {first:?}"
    );
    ensure!(bench.mail.take()?.len() == 1, "the mailbox waits for the chat");
    for _ in 0..12 {
        bench.wait(10)?;
        bench.deliver()?;
    }
    one(&bench.phone.take()?, Kind::Reached, 3_400)?;
    ensure!(bench.mail.take()?.is_empty(), "the mailbox has it twice");
    bench.phone.will(Delivery::Gone {
        why: "the chat is gone".to_owned(),
    });
    bench.show(&good, 3_000)?;
    bench.deliver()?;
    let mail = bench.mail.take()?;
    ensure!(
        matches!(mail.as_slice(), [one] if one.cents() == Some(3_000)),
        "in the mailbox {}",
        seen(&mail)
    );
    let fates: Vec<bool> = bench
        .app
        .alert_log(id, 9)?
        .iter()
        .flat_map(|alert| &alert.letters)
        .map(|letter| matches!(letter.fate, Fate::Delivered { .. }))
        .collect();
    let delivered = fates.iter().filter(|delivered| **delivered).count();
    ensure!(
        (fates.len(), delivered) == (4, 3),
        "the log has {delivered} of {} delivered",
        fates.len()
    );
    let watch = bench.store.watch(id)?.context("the watch")?;
    let paused: Vec<Option<String>> = watch.channels.into_iter().map(|channel| channel.paused).collect();
    ensure!(
        paused == [Some("the chat is gone".to_owned()), None],
        "paused: {paused:?}"
    );
    let dead = bench.app.dead_letters(9)?;
    let [letter] = dead.as_slice() else {
        anyhow::bail!("{} letters were given up", dead.len())
    };
    ensure!(
        bench.app.resume(id)? && bench.app.resend(letter.id, bench.now())?,
        "it cannot be sent again"
    );
    let again = bench.news()?;
    ensure!(
        matches!(again.as_slice(), [one] if one.cents() == Some(3_000)),
        "sent again: {}",
        seen(&again)
    );
    Ok(
        "mail at once, the chat after 2 failures; one that is gone is paused and logged, and sent when asked for"
            .to_owned(),
    )
}

/// One of each channel, and a second mailbox.
const ADDRESSES: [&str; 8] = [
    PHONE,
    MAIL,
    "mailto:else@example.org",
    "ntfys://ntfy.example.org/prices",
    "gotifys://gotify.example.org/Atoken",
    "https://discord.com/api/webhooks/4711/token",
    "webhook+https://hooks.example.org/in#secret-of-the-trial",
    "apprise+https://apprise.example.org/notify/key",
];

fn every_channel(rig: &Rig) -> Verdict {
    let (mut bench, good) = (Bench::open(rig)?, good()?);
    let receivers = Channel::ALL.map(Receiver::new);
    bench.tell_by(
        receivers
            .iter()
            .map(|receiver| Arc::clone(receiver) as Arc<dyn Notifier>)
            .collect(),
    );
    let wish = Wanted {
        settings: Settings {
            digest: DayMinute::new(8, 0),
            zone: Zone::parse("Europe/Berlin")?,
            ..Settings::default()
        },
        channels: ADDRESSES.map(to).into(),
        ..Bench::wish(&good, &[Rule::Below(usd(3_500))])
    };
    bench.watch(&wish)?;
    bench.show(&good, 4_200)?;
    bench.wait(7_200)?;
    bench.show(&good, 3_000)?;
    let mut steps = 0;
    while bench.deliver()?.is_empty() {
        let into = bench.now().moment().as_second().rem_euclid(600);
        bench.wait(600 - into)?;
        steps += 1;
        ensure!(steps < 300, "nothing is sent at all");
    }
    // Berlin is an hour ahead in winter.
    let second = bench.now().moment().as_second().rem_euclid(86_400);
    ensure!(
        second == 7 * 3_600 && steps > 1,
        "it was sent {second} seconds into the day"
    );
    bench.wait(86_400)?;
    bench.deliver()?;
    let mut told = Vec::new();
    for receiver in &receivers {
        told.extend(receiver.take()?.into_iter().map(|one| one.address));
    }
    told.sort();
    let mut all = ADDRESSES.map(ToOwned::to_owned).to_vec();
    all.sort();
    ensure!(told == all, "told were {told:?}");
    let search = Search { days: 0, ..Search::ANY };
    let wishes: Vec<Wanted> = shelf::goods(30, search)?
        .iter()
        .flat_map(|good| {
            (1..=10)
                .map(|number| Bench::wish(good, &[Rule::Below(usd(number * 100))]))
                .collect::<Vec<_>>()
        })
        .collect();
    let mut added = [0, 0];
    for round in &mut added {
        let mut roll = bench.app.roll()?;
        for wish in &wishes {
            *round += i32::from(bench.app.watch_once(wish, &mut roll, bench.now())?.is_new);
        }
    }
    ensure!(added == [300, 0], "new were {added:?}");
    Ok("8 addresses on 7 channels told once each, at 08:00 in Berlin; 300 wishes watched once".to_owned())
}
