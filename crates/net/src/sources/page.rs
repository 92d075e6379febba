//! The listing's own page, one at a time, as the marketplace serves it to anybody: all variants, shipping and coupons.
//!
//! The marketplace does not like to be read by programs, so that this is for an operator who has settled that with it,
//! and for a simulated marketplace. It says who it is, keeps to `robots.txt` and `Retry-After`, and stops at a challenge.

mod robots;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tillwatch_app::ports::Later;
use tillwatch_app::ports::source::{Ask, Depth, Limits, Reading, Source, SourceError, Wanted};
use tillwatch_core::instant::Instant;
use tillwatch_core::snapshot::{Outcome, Snapshot};
use url::Url;

use self::robots::Robots;
use super::{by_status, marketplace_code, too_many};
use crate::http::{Answer, Call, Client};
use crate::links::STOREFRONTS;
use crate::readers::{self, Asked};

const SHAPE: &str = "page";

/// How long a `robots.txt` counts, in seconds, as its standard recommends at most.
const ROBOTS_FOR: i64 = 86_400;

/// How pages are read.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the marketplace is: `https://www.aliexpress.com/`, or a simulated one that the client may reach.
    pub base: Url,
    /// The language of the pages, such as `en_US`.
    pub language: String,
    /// The pages a day; the day is UTC's.
    pub calls_per_day: u32,
    /// The least time between two pages.
    pub spacing: Duration,
}

/// Listing pages as a source.
#[derive(Debug)]
pub struct Page {
    settings: Settings,
    client: Client,
    robots: Mutex<Option<(Instant, Arc<Robots>)>>,
}

impl Page {
    /// The source at a marketplace. The client's hosts are narrowed to the marketplace's.
    pub fn new(settings: Settings, client: &Client) -> Self {
        Self {
            settings,
            client: client.only(&STOREFRONTS),
            robots: Mutex::new(None),
        }
    }

    async fn ask(&self, ask: &Ask, now: Instant) -> Result<Vec<Reading>, SourceError> {
        too_many(ask, 1)?;
        let Some(wanted) = ask.items.first() else {
            return Ok(Vec::new());
        };
        let url = self.at(&["item", &format!("{}.html", wanted.item)])?;
        if !self.robots(now).await?.allows(url.path()) {
            let why = "its robots.txt does not let programs read listings".to_owned();
            return Err(SourceError::Misconfigured { why });
        }
        let cookie = format!(
            "aep_usuc_f=site=glo&c_tp={}&region={}&b_locale={}",
            ask.currency.code(),
            marketplace_code(&ask.market),
            self.settings.language
        );
        let call = Call::get(url).header("accept", "text/html").header("cookie", cookie);
        let answer = self.client.send(&call).await?;
        let snapshot = read(ask, wanted, &answer, now)?;
        let item = wanted.item.clone();
        Ok(vec![Reading { item, snapshot }])
    }

    /// A place below the base, each segment encoded, so that no id can lead elsewhere.
    fn at(&self, segments: &[&str]) -> Result<Url, SourceError> {
        let mut url = self.settings.base.clone();
        let scheme = url.scheme().to_owned();
        let no_place = |()| SourceError::Misconfigured {
            why: format!("no page can be at an address that begins with {scheme:?}"),
        };
        url.path_segments_mut()
            .map_err(no_place)?
            .pop_if_empty()
            .extend(segments);
        Ok(url)
    }

    /// The marketplace's rules for programs, read once a day.
    async fn robots(&self, now: Instant) -> Result<Arc<Robots>, SourceError> {
        let known = || self.robots.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |read: Instant| read <= now && now < read.plus_seconds(ROBOTS_FOR);
        if let Some((_, robots)) = known().as_ref().filter(|(read, _)| fresh(*read)) {
            return Ok(Arc::clone(robots));
        }
        let mut url = self.settings.base.clone();
        url.set_path("/robots.txt");
        let answer = self.client.send(&Call::get(url)).await?;
        if let Some(error) = by_status(&answer, now) {
            return Err(error);
        }
        // Where there is no such file, nothing is forbidden.
        let text = if answer.is_fine() { &answer.body[..] } else { b"" };
        let robots = Arc::new(Robots::read(&String::from_utf8_lossy(text)));
        *known() = Some((now, Arc::clone(&robots)));
        Ok(robots)
    }
}

impl Source for Page {
    fn name(&self) -> &'static str {
        "page"
    }

    fn limits(&self) -> Limits {
        Limits {
            items_per_call: 1,
            calls_per_day: self.settings.calls_per_day,
            day_offset: 0,
            spacing: self.settings.spacing,
        }
    }

    fn depth(&self) -> Depth {
        Depth::Full
    }

    fn read<'a>(&'a self, ask: &'a Ask, now: Instant) -> Later<'a, Result<Vec<Reading>, SourceError>> {
        Box::pin(self.ask(ask, now))
    }
}

/// A page to a snapshot of the listing that was asked for.
fn read(ask: &Ask, wanted: &Wanted, answer: &Answer, now: Instant) -> Result<Snapshot, SourceError> {
    if let Some(error) = by_status(answer, now) {
        return Err(error);
    }
    let asked = Asked {
        item: Some(wanted.item.clone()),
        market: Some(ask.market),
        currency: Some(ask.currency),
    };
    let seen = readers::read_asked(&answer.body, &asked).into_iter().next();
    let seen = seen.unwrap_or_else(|| Snapshot::refused(SHAPE, Outcome::ParseFailed, "The page is empty."));
    let status = answer.status;
    match (seen.outcome, status) {
        (Outcome::Blocked, _) => Err(SourceError::Challenged {
            why: seen.detail.unwrap_or_default(),
        }),
        (_, 401 | 403) => Err(SourceError::Challenged {
            why: format!("status {status}"),
        }),
        (_, 404 | 410) => {
            let detail = format!("The marketplace has no such page (status {status}).");
            Ok(seen.without_price(Outcome::Removed, detail))
        }
        (Outcome::Ok, 200..300) => Ok(sure(seen)),
        (_, 200..300) => Ok(seen),
        _ => Err(SourceError::Unreachable {
            why: format!("status {status}"),
        }),
    }
}

/// Keeps a price only of a page that says whose and for where it is. Nobody looked at it who would notice.
fn sure(seen: Snapshot) -> Snapshot {
    if seen.item.is_none() {
        seen.without_price(Outcome::OtherListing, "The page does not say which listing it is.")
    } else if seen.market.is_none() {
        seen.without_price(
            Outcome::OtherRegion,
            "The page does not say for which country its prices are.",
        )
    } else {
        seen
    }
}
