//! The channels that the environment sets up, and those that need no setting up.

use std::sync::Arc;

use anyhow::Context;
use tillwatch_app::ports::notifier::{Mailbox, Notifier};
use tillwatch_net::http::Client;
use tillwatch_net::notifiers::apprise::Apprise;
use tillwatch_net::notifiers::discord::{self, Discord};
use tillwatch_net::notifiers::email::{self, Email, Server};
use tillwatch_net::notifiers::gotify::Gotify;
use tillwatch_net::notifiers::ntfy::Ntfy;
use tillwatch_net::notifiers::telegram::{self, Telegram};
use tillwatch_net::notifiers::webhook::Webhook;
use tillwatch_net::secret::Secret;
use tillwatch_web::Reachable;
use url::Url;

use crate::environment::set;
use crate::failure::Usage;

/// The name that letters come from.
const SENDER: &str = "tillwatch";

/// Every channel that can be used.
pub(crate) fn all(client: &Client, bot: Option<&Arc<Telegram>>) -> anyhow::Result<Vec<Arc<dyn Notifier>>> {
    let mut all: Vec<Arc<dyn Notifier>> = vec![
        Arc::new(Ntfy::new(client.clone())),
        Arc::new(Gotify::new(client.clone())),
        Arc::new(Discord::new(discord::OFFICIAL.parse()?, client.clone())),
        Arc::new(Webhook::new(client.clone())),
        Arc::new(Apprise::new(client.clone())),
    ];
    if let Some(bot) = bot {
        all.push(Arc::<Telegram>::clone(bot));
    }
    if let Some(mail) = mail()? {
        all.push(Arc::new(mail));
    }
    Ok(all)
}

/// Whether a program that a visitor names may be called, as far as its address tells.
pub(crate) fn reachable(client: &Client) -> Reachable {
    let reach = client.reach().clone();
    Arc::new(move |address| {
        let called = address.called().map_or(Ok(()), |url| reach.check(url));
        called.map_err(|why| why.to_string())
    })
}

/// The bot of `TILLWATCH_TELEGRAM_TOKEN`, at Telegram's own API or at that of `TILLWATCH_TELEGRAM_API`.
pub(crate) fn bot(client: &Client) -> anyhow::Result<Option<Arc<Telegram>>> {
    let Some(token) = set("TILLWATCH_TELEGRAM_TOKEN") else {
        return Ok(None);
    };
    let base = set("TILLWATCH_TELEGRAM_API").unwrap_or_else(|| telegram::OFFICIAL.to_owned());
    let wrong = |_| {
        Usage(format!(
            "TILLWATCH_TELEGRAM_API: {base:?} is no address such as {}",
            telegram::OFFICIAL
        ))
    };
    let base = base.parse().map_err(wrong)?;
    let bot = Telegram::new(base, Secret::new(token), client.clone());
    let bot = bot.map_err(|error| Usage(format!("TILLWATCH_TELEGRAM_TOKEN: {error}")))?;
    Ok(Some(Arc::new(bot)))
}

/// Where Telegram brings what people say to the bot: below the public address of `TILLWATCH_TELEGRAM_WEBHOOK`. Without
/// it the bot asks.
pub(crate) fn webhook() -> anyhow::Result<Option<Url>> {
    let Some(public) = set("TILLWATCH_TELEGRAM_WEBHOOK") else {
        return Ok(None);
    };
    let url = Url::parse(&public).ok().filter(|url| url.scheme() == "https");
    let joined = url.and_then(|url| url.join(tillwatch_web::telegram::PATH).ok());
    Ok(Some(joined.ok_or_else(|| {
        let told = format!("TILLWATCH_TELEGRAM_WEBHOOK: {public:?} is no public address such as https://till.example");
        Usage(told)
    })?))
}

/// The mail server of `TILLWATCH_SMTP`, with the sender of `TILLWATCH_MAIL_FROM`.
fn mail() -> anyhow::Result<Option<Email>> {
    let (server, from) = match (set("TILLWATCH_SMTP"), set("TILLWATCH_MAIL_FROM")) {
        (None, None) => return Ok(None),
        (Some(server), Some(from)) => (server, from),
        _ => {
            let told = "TILLWATCH_SMTP and TILLWATCH_MAIL_FROM belong together: set both or neither";
            return Err(Usage(told.to_owned()).into());
        }
    };
    let certificate = match set("TILLWATCH_SMTP_CERTIFICATE") {
        Some(file) => Some(std::fs::read(&file).with_context(|| format!("TILLWATCH_SMTP_CERTIFICATE: {file}"))?),
        None => None,
    };
    Ok(Some(Email::new(email::Settings {
        server: Server::parse(&server).map_err(|error| Usage(format!("TILLWATCH_SMTP: {error}")))?,
        name: SENDER.to_owned(),
        from: Mailbox::parse(&from).map_err(|error| Usage(format!("TILLWATCH_MAIL_FROM: {error}")))?,
        certificate,
    })?))
}
