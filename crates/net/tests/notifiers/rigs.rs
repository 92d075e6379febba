//! Each channel with its peer, and how that peer says what it has to say.

use serde_json::json;
use tillwatch_app::ports::notifier::{Address, Mailbox, Notifier};
use tillwatch_net::http::Client;
use tillwatch_net::notifiers::apprise::Apprise;
use tillwatch_net::notifiers::discord::Discord;
use tillwatch_net::notifiers::email::{Email, Server, Settings};
use tillwatch_net::notifiers::gotify::Gotify;
use tillwatch_net::notifiers::ntfy::Ntfy;
use tillwatch_net::notifiers::webhook::Webhook;

use crate::bot_api;
use crate::peer::{Mood, Peer, Reply, json};
use crate::smtp::MailServer;
use crate::support::{client, url};

/// A channel and what stands at its other end.
pub(crate) enum Far {
    Web(Peer),
    Mail(MailServer),
}

impl Far {
    pub(crate) fn place(&self) -> &str {
        match self {
            Self::Web(peer) => &peer.place,
            Self::Mail(server) => &server.place,
        }
    }

    pub(crate) fn feel(&self, mood: Mood) {
        match self {
            Self::Web(peer) => peer.feel(mood),
            Self::Mail(server) => server.feel(mood),
        }
    }

    /// How many messages or calls came through.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Web(peer) => peer.seen().len(),
            Self::Mail(server) => server.connections(),
        }
    }
}

/// A channel under test.
pub(crate) struct Rig {
    pub(crate) far: Far,
    /// The channel for a place.
    pub(crate) notifier: fn(&str) -> Box<dyn Notifier>,
    /// An address at a place.
    pub(crate) address: fn(&str) -> String,
    /// The wait that the peer's answer names when it is asked for 7 s.
    pub(crate) waits: Option<u32>,
    /// What no error may say.
    pub(crate) secrets: &'static [&'static str],
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn busy(seconds: u32) -> Reply {
    (429, vec![("retry-after", seconds.to_string())], "slow down".into())
}

/// The client for a place.
fn to(place: &str) -> Client {
    client(place)
}

pub(crate) async fn telegram() -> Rig {
    Rig {
        far: Far::Web(bot_api::start().await),
        notifier: |place| Box::new(bot_api::with(place, to(place))),
        address: |_| format!("telegram:{}", bot_api::CHAT),
        waits: Some(7),
        secrets: &[bot_api::TOKEN, "AAE-s3cr3t_k3y"],
    }
}

pub(crate) async fn ntfy() -> Rig {
    let peer = Peer::start(|mood, _| match mood {
        Mood::Busy(seconds) => busy(seconds),
        Mood::Gone => json(403, &json!({"code": 40301, "http": 403, "error": "forbidden"})),
        _ => json(200, &json!({"id": "hwQ2YpKdmg", "event": "message"})),
    });
    Rig {
        far: Far::Web(peer.await),
        notifier: |place| Box::new(Ntfy::new(to(place))),
        address: |place| format!("ntfy://{place}/tills_7f#tk_s3cr3t"),
        waits: Some(7),
        secrets: &["tills_7f", "tk_s3cr3t"],
    }
}

pub(crate) async fn gotify() -> Rig {
    let peer = Peer::start(|mood, _| match mood {
        Mood::Busy(seconds) => busy(seconds),
        Mood::Gone => {
            let words = "you need to provide a valid access token or user credentials to access this api";
            json(
                401,
                &json!({"error": "Unauthorized", "errorCode": 401, "errorDescription": words}),
            )
        }
        _ => json(200, &json!({"id": 25, "appid": 5})),
    });
    Rig {
        far: Far::Web(peer.await),
        notifier: |place| Box::new(Gotify::new(to(place))),
        address: |place| format!("gotify://{place}/below/A.s3cr3t"),
        waits: Some(7),
        secrets: &["A.s3cr3t"],
    }
}

pub(crate) async fn discord() -> Rig {
    let peer = Peer::start(|mood, _| match mood {
        Mood::Busy(seconds) => {
            let words = "You are being rate limited.";
            let fraction = format!("{}.337", seconds - 1);
            let wait: serde_json::Value = serde_json::from_str(&fraction).unwrap();
            json(429, &json!({"message": words, "retry_after": wait, "global": false}))
        }
        Mood::Gone => json(404, &json!({"message": "Unknown Webhook", "code": 10015})),
        _ => json(200, &json!({"id": "1196000000000000001"})),
    });
    Rig {
        far: Far::Web(peer.await),
        notifier: |place| Box::new(Discord::new(url(&format!("http://{place}/")), to(place))),
        address: |_| "https://discord.com/api/webhooks/119/t0k-s3cr3t".into(),
        waits: Some(7),
        secrets: &["t0k-s3cr3t"],
    }
}

pub(crate) async fn webhook() -> Rig {
    let peer = Peer::start(|mood, _| match mood {
        // By a date, 7 s after the moment of the tests.
        Mood::Busy(_) => (
            503,
            vec![("retry-after", "Sun, 22 Nov 2026 12:00:07 GMT".into())],
            String::new(),
        ),
        Mood::Gone => (410, Vec::new(), String::new()),
        _ => (204, Vec::new(), String::new()),
    });
    Rig {
        far: Far::Web(peer.await),
        notifier: |place| Box::new(Webhook::new(to(place))),
        address: |place| format!("webhook+http://{place}/in/k3y?v=1#whsec_czNjcjN0LW9mLXdlYmhvb2tz"),
        waits: Some(7),
        secrets: &["k3y", "czNjcjN0LW9mLXdlYmhvb2tz"],
    }
}

pub(crate) async fn apprise() -> Rig {
    let peer = Peer::start(|mood, _| match mood {
        Mood::Busy(seconds) => busy(seconds),
        Mood::Gone => (204, Vec::new(), String::new()),
        _ => (200, Vec::new(), "sent".into()),
    });
    Rig {
        far: Far::Web(peer.await),
        notifier: |place| Box::new(Apprise::new(to(place))),
        address: |place| format!("apprise+http://{place}/notify/k3y-of-ann"),
        waits: Some(7),
        secrets: &["k3y-of-ann"],
    }
}

pub(crate) async fn email() -> Rig {
    Rig {
        far: Far::Mail(MailServer::start().await),
        notifier: |place| Box::new(mailer(place)),
        address: |_| "mailto:ann.lee@example.com".into(),
        waits: None,
        secrets: &["ann.lee"],
    }
}

/// A sender of mail through a place on this machine.
pub(crate) fn mailer(place: &str) -> Email {
    let settings = Settings {
        server: Server::parse(&format!("smtp+plain://{place}")).unwrap(),
        name: "Till \"watch\"\r\nBcc: eve@example.net".into(),
        from: Mailbox::parse("alerts@till.example").unwrap(),
        certificate: None,
    };
    Email::new(settings).unwrap()
}
