//! How often a network may ask. What is kept is of one size however many ask, and holds no address.
//!
//! Each kind of call has a table of moments. A network's place in it comes from a hash with a key of this run; two
//! networks that share a place share a limit, which with so many places seldom matters and harms nobody for long.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::visitor::{Network, Visitor};

/// Places of a table.
const PLACES: u64 = 1 << 15;

/// What is counted, each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Pages and public data.
    Read,
    /// Whatever is sent: pastes, calculations, watches.
    Send,
    /// Secrets that open nothing.
    Guess,
    /// Mailboxes that are asked whether they agree.
    Mailbox,
    /// Results of codes, and what tills showed.
    Report,
    /// Questions to the marketplace, which are calls of the operator's key.
    Ask,
}

/// A limit: so many at once, and one more each so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many at once.
    pub burst: u32,
    /// After what time there is one more.
    pub each: Duration,
}

/// The limits of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pages and public data, per address (IPv6: per /64).
    pub read: Limit,
    /// What is sent, per address.
    pub send: Limit,
    /// Secrets that open nothing, per /24 (IPv6: /48).
    pub guess: Limit,
    /// Mailboxes that are asked, per /24.
    pub mailbox: Limit,
    /// Results of codes and what tills showed, per /24.
    pub report: Limit,
    /// Questions to the marketplace, per /24.
    pub ask: Limit,
}

impl Limits {
    /// Those of a public site.
    pub const fn usual() -> Self {
        const fn limit(burst: u32, each: Duration) -> Limit {
            Limit { burst, each }
        }
        Self {
            read: limit(60, Duration::from_millis(100)),
            send: limit(20, Duration::from_secs(1)),
            guess: limit(30, Duration::from_secs(2)),
            mailbox: limit(10, Duration::from_mins(6)),
            report: limit(20, Duration::from_mins(3)),
            ask: limit(5, Duration::from_mins(2)),
        }
    }
}

/// What is left of a limit after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) limit: Limit,
    /// Calls that may follow at once.
    pub(crate) calls: u32,
    /// Seconds until there is one more.
    pub(crate) seconds: u32,
}

/// Counts calls.
#[derive(Debug, Clone)]
pub(crate) struct Limiter(Option<Arc<Counts>>);

#[derive(Debug)]
struct Counts {
    limits: Limits,
    began: Instant,
    key: RandomState,
    tables: [Box<[AtomicU64]>; 6],
}

impl Limiter {
    /// One that lets everything pass.
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    /// One that begins to count now.
    pub(crate) fn new(limits: Limits) -> Self {
        let table = || (0..PLACES).map(|_| AtomicU64::new(0)).collect();
        Self(Some(Arc::new(Counts {
            limits,
            began: Instant::now(),
            key: RandomState::new(),
            tables: [table(), table(), table(), table(), table(), table()],
        })))
    }

    /// Counts a call. `Err` where it is one too many; nothing is known of a visitor without an address.
    pub(crate) fn take(&self, kind: Kind, visitor: Visitor) -> Result<Option<Left>, Left> {
        self.look(kind, visitor, true)
    }

    /// The same without counting.
    pub(crate) fn peek(&self, kind: Kind, visitor: Visitor) -> Result<Option<Left>, Left> {
        self.look(kind, visitor, false)
    }

    fn look(&self, kind: Kind, visitor: Visitor, counts: bool) -> Result<Option<Left>, Left> {
        let Some(counted) = &self.0 else { return Ok(None) };
        let network = match kind {
            Kind::Read | Kind::Send => visitor.household(),
            Kind::Guess | Kind::Mailbox | Kind::Report | Kind::Ask => visitor.neighbourhood(),
        };
        network.map_or(Ok(None), |network| counted.call(kind, &network, counts).map(Some))
    }
}

impl Counts {
    /// Calls are thought of as evenly apart; the table holds when the last one would have been. A call may come before
    /// that by as much as the burst is long.
    fn call(&self, kind: Kind, network: &Network, counts: bool) -> Result<Left, Left> {
        let limit = match kind {
            Kind::Read => self.limits.read,
            Kind::Send => self.limits.send,
            Kind::Guess => self.limits.guess,
            Kind::Mailbox => self.limits.mailbox,
            Kind::Report => self.limits.report,
            Kind::Ask => self.limits.ask,
        };
        let now = nanos(self.began.elapsed());
        let each = nanos(limit.each).max(1);
        let ahead = each.saturating_mul(u64::from(limit.burst));
        let left = |due: u64| Left {
            limit,
            calls: u32::try_from(ahead.saturating_sub(due.saturating_sub(now)) / each).unwrap_or(u32::MAX),
            seconds: seconds(due.saturating_sub(now).saturating_add(each).saturating_sub(ahead)),
        };
        let place = usize::try_from(self.key.hash_one(network) % PLACES).unwrap_or(0);
        let tables = match kind {
            Kind::Read => &self.tables[0],
            Kind::Send => &self.tables[1],
            Kind::Guess => &self.tables[2],
            Kind::Mailbox => &self.tables[3],
            Kind::Report => &self.tables[4],
            Kind::Ask => &self.tables[5],
        };
        let Some(place) = tables.get(place) else {
            return Ok(left(now));
        };
        let next = |due: u64| {
            let next = due.max(now).saturating_add(each);
            (next <= now.saturating_add(ahead)).then_some(next)
        };
        if !counts {
            let due = place.load(Ordering::Relaxed);
            return next(due).map(|_| left(due.max(now))).ok_or_else(|| left(due));
        }
        let taken = place.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        taken.map(|due| left(next(due).unwrap_or(due))).map_err(left)
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn seconds(nanos: u64) -> u32 {
    u32::try_from(nanos.div_ceil(1_000_000_000)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

    use std::net::SocketAddr;

    use axum::extract::connect_info::ConnectInfo;
    use axum::http::{Extensions, HeaderMap};

    use super::*;

    fn from(address: &str) -> Visitor {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(address.parse().unwrap(), 1)));
        Visitor::of(&extensions, &HeaderMap::new(), &[])
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_let_through_and_then_one_each_so_often() {
        let limiter = Limiter::new(Limits::usual());
        let visitor = from("203.0.113.7");
        let taken: Vec<bool> = (0..40).map(|_| limiter.take(Kind::Guess, visitor).is_ok()).collect();
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 30);
        let refused = limiter.take(Kind::Guess, visitor).unwrap_err();
        assert_eq!((refused.calls, refused.seconds), (0, 2));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(limiter.peek(Kind::Guess, visitor).is_ok(), "looking counts nothing");
        assert!(limiter.take(Kind::Guess, visitor).is_ok());
        assert!(limiter.peek(Kind::Guess, visitor).is_err());
        assert!(limiter.take(Kind::Guess, visitor).is_err());
        tokio::time::advance(Duration::from_mins(1)).await;
        let again: Vec<bool> = (0..40).map(|_| limiter.take(Kind::Guess, visitor).is_ok()).collect();
        assert_eq!(
            again.iter().filter(|taken| **taken).count(),
            30,
            "who pauses has a whole burst again"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn neighbours_share_what_nobody_needs_often_and_nothing_else() {
        let limiter = Limiter::new(Limits::usual());
        for _ in 0..10 {
            limiter.take(Kind::Mailbox, from("203.0.113.7")).unwrap();
        }
        assert!(limiter.take(Kind::Mailbox, from("203.0.113.200")).is_err());
        assert!(limiter.take(Kind::Mailbox, from("198.51.100.7")).is_ok());
        for _ in 0..60 {
            limiter.take(Kind::Read, from("203.0.113.7")).unwrap();
        }
        assert!(limiter.take(Kind::Read, from("203.0.113.7")).is_err());
        assert!(limiter.take(Kind::Read, from("203.0.113.200")).is_ok());
        assert!(
            limiter.take(Kind::Send, from("203.0.113.7")).is_ok(),
            "each kind by itself"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_told_to_be_left_is_what_is_left() {
        let limiter = Limiter::new(Limits::usual());
        let visitor = from("203.0.113.7");
        for left in (0..20).rev() {
            assert_eq!(limiter.take(Kind::Send, visitor).unwrap().unwrap().calls, left);
        }
        assert_eq!(limiter.take(Kind::Send, visitor).unwrap_err().seconds, 1);
    }
}
