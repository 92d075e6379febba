//! A feed that somebody publishes: listings as they were seen elsewhere, asked for anew every five minutes and sent only
//! when something changed.
//!
//! What is answered was seen lately and is told once: a line is no second look at a price, and what another source has read
//! since is not overruled by it. A publisher who does not answer is no gap of the listings, which others may see.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tillwatch_app::ports::Later;
use tillwatch_app::ports::source::{Ask, Depth, Limits, Reading, Source, SourceError, Wanted};
use tillwatch_core::country::Country;
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{Outcome, Snapshot};
use url::Url;

use super::too_many;
use crate::http::{Answer, Call, Client};
use crate::readers::feed;

/// The names of feeds in the log, in metrics and on the status page, one for each that is followed.
pub const NAMES: [&str; 8] = [
    "feed_1", "feed_2", "feed_3", "feed_4", "feed_5", "feed_6", "feed_7", "feed_8",
];

/// Ten thousand listings with a variant and a discount each have about as much.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The least time between two questions to a publisher, in seconds.
const EVERY: i64 = 5 * 60;

/// The time after an answer that will hardly be another soon: there is no such feed, or not for us.
const REFUSED: Duration = Duration::from_hours(1);

/// How long ago a price may have been seen, in seconds: an hour, within which a sale can begin or end but seldom does.
const MOST_AGE: i64 = 60 * 60;

/// How far ahead a publisher's clock may go, in seconds.
const AHEAD: i64 = 2 * 60;

const SHAPE: &str = "feed";

/// A feed as a source.
pub struct Feed {
    name: &'static str,
    address: Url,
    client: Client,
    held: Mutex<Held>,
}

/// What is known of a feed.
#[derive(Default)]
struct Held {
    /// When it was asked last, and until when it is not asked again.
    asked: Option<(Instant, Instant)>,
    /// The server's name for what is held.
    version: Option<String>,
    /// Absent before the first answer.
    listings: Option<Arc<BTreeMap<ItemId, Vec<Snapshot>>>>,
    /// The moment of the line that was told last of a listing.
    told: BTreeMap<(ItemId, Country, Currency), Instant>,
}

impl Feed {
    /// The feed at an address, which may hold a key and is never printed. The name is one of [`NAMES`], and no other
    /// feed's.
    pub fn new(name: &'static str, address: Url, client: Client) -> Self {
        Self {
            name,
            address,
            client,
            held: Mutex::default(),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self, ask: &Ask, now: Instant) -> Result<Vec<Reading>, SourceError> {
        too_many(ask, self.limits().items_per_call)?;
        let asked = self.held().asked;
        let rests = asked.filter(|(asked, until)| *asked <= now && now < *until);
        if rests.is_none() {
            self.poll(now).await?;
        }
        let mut held = self.held();
        let Some(listings) = held.listings.clone() else {
            let why = "nothing came of it so far".to_owned();
            let after = rests.and_then(|(_, until)| until.moment().duration_since(now.moment()).try_into().ok());
            return Err(SourceError::Later { after, why });
        };
        let mut readings = Vec::new();
        for wanted in &ask.items {
            let lines = listings.get(&wanted.item).map(Vec::as_slice).unwrap_or_default();
            let Some(snapshot) = said(lines, ask, wanted, now) else {
                continue;
            };
            let sight = (wanted.item.clone(), ask.market, ask.currency);
            if let (Outcome::Ok, Some(seen_at)) = (snapshot.outcome, snapshot.seen_at)
                && held.told.insert(sight, seen_at) == Some(seen_at)
            {
                continue;
            }
            let item = wanted.item.clone();
            readings.push(Reading { item, snapshot });
        }
        Ok(readings)
    }

    /// Asks for what is new. Every failure is a wait: see the top of this file.
    async fn poll(&self, now: Instant) -> Result<(), SourceError> {
        let known = {
            let mut held = self.held();
            held.asked = Some((now, now.plus_seconds(EVERY)));
            held.version.clone()
        };
        let call = Call::get(self.address.clone())
            .header("accept", "application/x-ndjson, application/json, text/csv")
            .up_to(MOST_BYTES);
        let call = match &known {
            Some(version) => call.header("if-none-match", version),
            None => call,
        };
        let answer = self.client.send(&call).await;
        let answer = answer.map_err(|error| self.later(now, None, error.to_string()))?;
        match answer.status {
            304 if known.is_some() => Ok(()),
            200 => self.take(&answer, now),
            status => {
                let will_not = (400..500).contains(&status) && !matches!(status, 408 | 429);
                let after = answer.wait(now).or(will_not.then_some(REFUSED));
                Err(self.later(now, after, format!("the publisher answered with status {status}")))
            }
        }
    }

    /// Takes in what was sent in the place of all that was held.
    fn take(&self, answer: &Answer, now: Instant) -> Result<(), SourceError> {
        let refused = |why: &str| self.later(now, None, format!("what was published is no feed{why}"));
        let text = String::from_utf8_lossy(&answer.body);
        let feed::Feed {
            listings,
            refused: wrong,
        } = feed::read(&text).ok_or_else(|| refused(""))?;
        if let (true, Some(first)) = (listings.is_empty(), wrong.first()) {
            return Err(refused(&format!(": {first}")));
        }
        let mut by_item = BTreeMap::<ItemId, Vec<Snapshot>>::new();
        for listing in listings {
            if let Some(item) = &listing.item {
                by_item.entry(item.clone()).or_default().push(listing);
            }
        }
        let mut held = self.held();
        held.told.retain(|(item, ..), _| by_item.contains_key(item));
        held.listings = Some(Arc::new(by_item));
        held.version = answer.header("etag").map(str::to_owned);
        Ok(())
    }

    /// A failure, after which the publisher is left in peace for five minutes or for as long as is told.
    fn later(&self, now: Instant, after: Option<Duration>, why: String) -> SourceError {
        let seconds = after.map_or(EVERY, |after| {
            i64::try_from(after.as_secs()).unwrap_or(EVERY).max(EVERY)
        });
        self.held().asked = Some((now, now.plus_seconds(seconds)));
        let after = u64::try_from(seconds).ok().map(Duration::from_secs);
        SourceError::Later { after, why }
    }
}

impl Source for Feed {
    fn name(&self) -> &'static str {
        self.name
    }

    /// A call is answered from what is held but for one every five minutes, and is charged all the same.
    fn limits(&self) -> Limits {
        Limits {
            items_per_call: 200,
            calls_per_day: 8_640,
            day_offset: 0,
            spacing: Duration::from_secs(10),
        }
    }

    /// A feed has whichever listings somebody happened to see. As one that shows everything it would keep other sources
    /// waiting for listings that it never has, and what a line leaves out is only not said.
    fn depth(&self) -> Depth {
        Depth::Brief
    }

    fn read<'a>(&'a self, ask: &'a Ask, now: Instant) -> Later<'a, Result<Vec<Reading>, SourceError>> {
        Box::pin(self.ask(ask, now))
    }
}

/// What the lines of a listing say to what was asked, or nothing. Why they make no price is told only while no other
/// source has read the listing lately.
fn said(lines: &[Snapshot], ask: &Ask, wanted: &Wanted, now: Instant) -> Option<Snapshot> {
    let lately = |at: Instant| at >= now.plus_seconds(-MOST_AGE);
    let no_price = |outcome, detail| {
        let snapshot = Snapshot::refused(SHAPE, outcome, detail);
        let item = Some(wanted.item.clone());
        (!wanted.since.is_some_and(lately)).then_some(Snapshot { item, ..snapshot })
    };
    let first = lines.first()?;
    let mut here = lines.iter().filter(|one| one.market == Some(ask.market)).peekable();
    if here.peek().is_none() {
        let market = first.market.map(|market| market.to_string()).unwrap_or_default();
        let detail = format!("The feed has this listing for {market} and not for {}.", ask.market);
        return no_price(Outcome::OtherRegion, detail);
    }
    // A line that saw no price has no currency.
    let paid = |one: &&Snapshot| one.outcome != Outcome::Ok || one.currency == Some(ask.currency);
    let mut paid = here.filter(paid).filter_map(|one| Some((one.seen_at?, one))).peekable();
    if paid.peek().is_none() {
        let detail = format!("The feed has no price of this listing in {}.", ask.currency);
        return no_price(Outcome::OtherCurrency, detail);
    }
    let latest = paid
        .clone()
        .filter(|(at, _)| *at <= now.plus_seconds(AHEAD))
        .max_by_key(|(at, _)| *at);
    let Some((seen_at, seen)) = latest else {
        let ahead = paid.next().map(|(at, _)| at.to_string()).unwrap_or_default();
        let detail = format!("The feed says that it saw this listing at {ahead}, which is yet to come.");
        return no_price(Outcome::NoPrice, detail);
    };
    if !lately(seen_at) {
        let detail = format!("The feed saw this listing at {seen_at}, which is too long ago for a price of now.");
        return no_price(Outcome::NoPrice, detail);
    }
    if wanted.since.is_some_and(|since| seen_at <= since) {
        return None;
    }
    match seen.outcome {
        Outcome::Ok => shows_any(seen, wanted).then(|| seen.clone()),
        Outcome::SoldOut | Outcome::Removed => Some(seen.clone()),
        // What stood in the publisher's way does not stand in ours.
        _ => None,
    }
}

/// Whether a line shows a variant that is watched.
fn shows_any(seen: &Snapshot, wanted: &Wanted) -> bool {
    let mut shown = seen.variants.iter().filter_map(|variant| variant.sku.as_ref());
    wanted.skus.is_empty() || shown.any(|sku| wanted.skus.contains(sku))
}
