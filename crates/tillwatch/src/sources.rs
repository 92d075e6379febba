//! The sources that the environment and the command line set up.

use std::sync::Arc;
use std::time::Duration;

use tillwatch_net::http::{Client, Place, Reach};
use tillwatch_net::secret::Secret;
use tillwatch_net::sources::affiliate::sign::SignMethod;
use tillwatch_net::sources::affiliate::{self, Affiliate, GATEWAY};
use tillwatch_net::sources::feed::{self, Feed};
use tillwatch_net::sources::page::{self, Page};
use url::Url;

use crate::environment::set;
use crate::failure::Usage;

/// Where the marketplace is.
const MARKETPLACE: &str = "https://www.aliexpress.com/";

/// The least time between two pages: a reader who goes from listing to listing takes no less.
const BETWEEN_PAGES: Duration = Duration::from_secs(10);

/// Every public host, and the places of this network that `TILLWATCH_REACH` names, such as `127.0.0.1:8080`.
pub(crate) fn reach() -> anyhow::Result<Reach> {
    let named = set("TILLWATCH_REACH").unwrap_or_default();
    let places = named.split(',').map(str::trim).filter(|place| !place.is_empty());
    let private = places.map(Place::parse).collect::<Result<_, _>>();
    Ok(Reach {
        hosts: Vec::new(),
        private: private.map_err(|error| Usage(format!("TILLWATCH_REACH: {error}")))?,
    })
}

/// The official API with the operator's own app, if `TILLWATCH_APP_KEY` and `TILLWATCH_APP_SECRET` name one.
pub(crate) fn affiliate(calls_per_day: u32, spacing: Duration, client: &Client) -> anyhow::Result<Option<Affiliate>> {
    match (set("TILLWATCH_APP_KEY"), set("TILLWATCH_APP_SECRET")) {
        (None, None) => Ok(None),
        (Some(app_key), Some(secret)) => {
            let settings = affiliate::Settings {
                gateway: address("TILLWATCH_GATEWAY", GATEWAY)?,
                app_key,
                app_secret: Secret::new(secret),
                sign_method: signing()?,
                tracking_id: set("TILLWATCH_TRACKING_ID"),
                language: "EN".to_owned(),
                calls_per_day,
                spacing,
            };
            Ok(Some(Affiliate::new(settings, client.clone())))
        }
        _ => {
            Err(Usage("TILLWATCH_APP_KEY and TILLWATCH_APP_SECRET belong together: set both or neither".into()).into())
        }
    }
}

/// How calls are signed, by `TILLWATCH_SIGN_METHOD`.
fn signing() -> anyhow::Result<SignMethod> {
    let Some(name) = set("TILLWATCH_SIGN_METHOD") else {
        return Ok(SignMethod::default());
    };
    let wrong = || {
        Usage(format!(
            "TILLWATCH_SIGN_METHOD: {name:?} is no way of signing; allowed are {}",
            SignMethod::ALL.map(SignMethod::name).join(", ")
        ))
    };
    let known = SignMethod::ALL.into_iter().find(|method| method.name() == name);
    Ok(known.ok_or_else(wrong)?)
}

/// The marketplace's pages, so many a day.
pub(crate) fn pages(calls_per_day: u32, client: &Client) -> anyhow::Result<Arc<Page>> {
    let settings = page::Settings {
        base: address("TILLWATCH_MARKETPLACE", MARKETPLACE)?,
        language: "en_US".to_owned(),
        calls_per_day,
        spacing: BETWEEN_PAGES,
    };
    Ok(Arc::new(Page::new(settings, client)))
}

/// The feeds of the command line, as one source each.
pub(crate) fn feeds(addresses: &[String], client: &Client) -> anyhow::Result<Vec<Arc<Feed>>> {
    let most = feed::NAMES.len();
    if addresses.len() > most {
        return Err(Usage(format!(
            "--feed: {} are named; at most {most} are followed",
            addresses.len()
        ))
        .into());
    }
    let feeds = (1..).zip(feed::NAMES).zip(addresses).map(|((number, name), address)| {
        // The text is left out: it may have a key in it.
        let wrong = |_| {
            Usage(format!(
                "--feed: number {number} is no address such as https://example.org/feed.ndjson"
            ))
        };
        Ok(Arc::new(Feed::new(
            name,
            address.parse().map_err(wrong)?,
            client.clone(),
        )))
    });
    feeds.collect::<Result<_, Usage>>().map_err(Into::into)
}

/// The real one, or what a variable names, to try things out.
fn address(name: &str, usual: &str) -> anyhow::Result<Url> {
    let address = set(name).unwrap_or_else(|| usual.to_owned());
    let wrong = |_| Usage(format!("{name}: {address:?} is no address such as {usual}"));
    Ok(address.parse().map_err(wrong)?)
}
