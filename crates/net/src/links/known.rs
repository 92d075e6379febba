//! Where short links led, so that a wishlist that is pasted twice asks nobody twice, and two people at once ask once.
//! In memory alone: after a restart they are asked again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tillwatch_core::instant::Instant;
use tillwatch_core::link::Identity;
use tokio::sync::OnceCell;
use url::Url;

use super::FollowError;

/// No more links are kept: eight of the longest lists. The one that was asked longest ago makes room.
const MOST: usize = 4_096;

/// How long a link to a listing counts, in seconds: a week. Nobody has been seen to turn one around.
const LISTING: i64 = 7 * 86_400;

/// How long anything else counts, in seconds: whoever tries again at once hears the same, and in five minutes what is new.
const NOWHERE: i64 = 5 * 60;

type Led = Result<Identity, FollowError>;

/// The links that are known.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<HashMap<Url, Asked>>);

#[derive(Debug)]
struct Asked {
    at: Instant,
    /// Empty while the first who asked still waits.
    led: Arc<OnceCell<Led>>,
}

impl Known {
    /// Where a link led, or what `ask` finds out; who comes meanwhile waits for the same answer.
    pub(super) async fn or_ask(&self, link: &Url, now: Instant, ask: impl Future<Output = Led>) -> Led {
        let led = self.place(link, now);
        led.get_or_init(|| ask).await.clone()
    }

    fn place(&self, link: &Url, now: Instant) -> Arc<OnceCell<Led>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(asked) = all.get(link).filter(|asked| asked.counts(now)) {
            return Arc::clone(&asked.led);
        }
        if all.len() >= MOST {
            all.retain(|_, asked| asked.counts(now));
        }
        if all.len() >= MOST
            && let Some(oldest) = all
                .iter()
                .min_by_key(|(_, asked)| asked.at)
                .map(|(link, _)| link.clone())
        {
            all.remove(&oldest);
        }
        let led = Arc::new(OnceCell::new());
        let asked = Asked {
            at: now,
            led: Arc::clone(&led),
        };
        all.insert(link.clone(), asked);
        led
    }
}

impl Asked {
    fn counts(&self, now: Instant) -> bool {
        let life = match self.led.get() {
            None => return true,
            Some(Ok(identity)) if identity.item.is_some() => LISTING,
            Some(_) => NOWHERE,
        };
        self.at <= now && now < self.at.plus_seconds(life)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use tillwatch_core::link::identify;

    use super::*;

    fn link(number: usize) -> Url {
        Url::parse(&format!("https://a.aliexpress.com/_{number}")).unwrap()
    }

    #[tokio::test]
    async fn the_links_that_are_kept_are_no_more_than_so_many_and_the_oldest_goes_first() {
        let known = Known::default();
        let start = Instant::parse("2026-11-23T12:00:00Z").unwrap();
        let listing = || async { Ok(identify("1005006367324382")) };
        for (number, second) in (0..=MOST).zip(0..) {
            let at = start.plus_seconds(second);
            known.or_ask(&link(number), at, listing()).await.unwrap();
        }
        assert_eq!(known.0.lock().unwrap().len(), MOST);
        let later = start.plus_seconds(LISTING - 1);
        let asked_again = || async { Err(FollowError::TooManyRedirects) };
        assert!(known.or_ask(&link(1), later, asked_again()).await.is_ok());
        assert!(known.or_ask(&link(0), later, asked_again()).await.is_err());
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_no_link_without_an_answer() {
        let known = Known::default();
        let now = Instant::parse("2026-11-23T12:00:00Z").unwrap();
        let link = link(1);
        let gone = known.or_ask(&link, now, std::future::pending());
        assert!(tokio::time::timeout(std::time::Duration::ZERO, gone).await.is_err());
        let found = known
            .or_ask(&link, now, async { Ok(identify("1005006367324382")) })
            .await;
        assert!(found.unwrap().item.is_some());
    }
}
