//! The contract of all channels: taken, asked to wait, gone, unreachable, and silence about secrets.

use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Message, Notifier};

use crate::peer::Mood;
use crate::rigs::{self, Rig};
use crate::support::{HOSTILE, alert, nobody, now, picture};

async fn keeps_the_contract(channel: Channel, rig: Rig) {
    let place = rig.far.place().to_owned();
    let notifier = (rig.notifier)(&place);
    assert_eq!(notifier.channel(), channel);
    let to = rigs::address(&(rig.address)(&place));
    let message = alert("Nail lamp");

    assert!(matches!(
        told(&rig, &*notifier, &to, &message).await,
        Delivery::Delivered { moved: None, .. }
    ));
    for title in HOSTILE.iter().map(ToString::to_string).chain(["😀".repeat(10_000)]) {
        let message = Message {
            picture: Some(picture()),
            ..alert(&title)
        };
        let delivery = told(&rig, &*notifier, &to, &message).await;
        assert!(
            matches!(delivery, Delivery::Delivered { .. }),
            "{title:?}: {delivery:?}"
        );
    }

    rig.far.feel(Mood::Busy(7));
    let delivery = told(&rig, &*notifier, &to, &message).await;
    assert!(
        matches!(&delivery, Delivery::Later { seconds, .. } if *seconds == rig.waits),
        "{delivery:?}"
    );

    rig.far.feel(Mood::Gone);
    let delivery = told(&rig, &*notifier, &to, &message).await;
    assert!(matches!(&delivery, Delivery::Gone { .. }), "{delivery:?}");

    for mood in [Mood::Broken, Mood::Elsewhere] {
        rig.far.feel(mood);
        let delivery = told(&rig, &*notifier, &to, &message).await;
        assert!(
            matches!(&delivery, Delivery::Unreachable { .. }),
            "{mood:?}: {delivery:?}"
        );
    }

    rig.far.feel(Mood::Fine);
    let before = rig.far.count();
    let another = if channel == Channel::Telegram {
        "mailto:x@example.com"
    } else {
        "telegram:1"
    };
    let delivery = told(&rig, &*notifier, &rigs::address(another), &message).await;
    assert!(matches!(&delivery, Delivery::Unreachable { .. }), "{delivery:?}");
    assert_eq!(
        rig.far.count(),
        before,
        "nobody was asked for another channel's address"
    );

    let place = nobody();
    let notifier = (rig.notifier)(&place);
    let delivery = told(&rig, &*notifier, &rigs::address(&(rig.address)(&place)), &message).await;
    assert!(matches!(&delivery, Delivery::Unreachable { .. }), "{delivery:?}");
}

/// Hands over, and looks whether what came of it can be printed.
async fn told(rig: &Rig, notifier: &dyn Notifier, to: &Address, message: &Message) -> Delivery {
    let delivery = notifier.deliver(to, message, now()).await;
    let printed = format!("{delivery:?} {to} {to:?}");
    for secret in rig.secrets {
        assert!(!printed.contains(secret), "{printed}");
    }
    delivery
}

#[tokio::test]
async fn telegram_keeps_the_contract() {
    keeps_the_contract(Channel::Telegram, rigs::telegram().await).await;
}

#[tokio::test]
async fn email_keeps_the_contract() {
    keeps_the_contract(Channel::Email, rigs::email().await).await;
}

#[tokio::test]
async fn ntfy_keeps_the_contract() {
    keeps_the_contract(Channel::Ntfy, rigs::ntfy().await).await;
}

#[tokio::test]
async fn gotify_keeps_the_contract() {
    keeps_the_contract(Channel::Gotify, rigs::gotify().await).await;
}

#[tokio::test]
async fn discord_keeps_the_contract() {
    keeps_the_contract(Channel::Discord, rigs::discord().await).await;
}

#[tokio::test]
async fn a_webhook_keeps_the_contract() {
    keeps_the_contract(Channel::Webhook, rigs::webhook().await).await;
}

#[tokio::test]
async fn apprise_keeps_the_contract() {
    keeps_the_contract(Channel::Apprise, rigs::apprise().await).await;
}

#[tokio::test(start_paused = true)]
async fn no_channel_waits_long_for_somebody_who_says_nothing() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = silent.local_addr().unwrap().to_string();
    for (rig, longest) in [
        (rigs::telegram().await, 15),
        (rigs::ntfy().await, 15),
        (rigs::gotify().await, 15),
        (rigs::discord().await, 15),
        (rigs::webhook().await, 15),
        (rigs::apprise().await, 15),
        (rigs::email().await, 60),
    ] {
        let started = tokio::time::Instant::now();
        let to = rigs::address(&(rig.address)(&place));
        let delivery = told(&rig, &*(rig.notifier)(&place), &to, &alert("Nail lamp")).await;
        assert!(matches!(&delivery, Delivery::Unreachable { .. }), "{delivery:?}");
        assert!(started.elapsed().as_secs() <= longest, "{to}: {:?}", started.elapsed());
    }
}
