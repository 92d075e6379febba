//! A watch of its own for each recording: what a source makes of it, turn by turn, and what a browser is told that brings it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use jiff::Timestamp;
use tillwatch_app::ports::browser::Brought;
use tillwatch_app::ports::source::{Source, SourceError};
use tillwatch_app::ports::store::{ListingKey, Store};
use tillwatch_app::receipts::ReceiptName;
use tillwatch_app::{App, Turned};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Minute};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::rules::RuleBook;
use tillwatch_core::snapshot::Outcome;
use tillwatch_core::stack::{self, Stack};
use tillwatch_net::readers::Browser;
use tillwatch_store::Sqlite;
use tillwatch_web::Site;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// No more listings of what a browser brings are computed.
const COMPUTED: usize = 6;

pub(crate) struct Watch {
    app: Arc<App>,
    now: Arc<AtomicI64>,
}

impl Watch {
    /// Listings that are watched from a moment on, with one source.
    pub(crate) fn begin(source: Arc<dyn Source>, keys: &[ListingKey], start: Instant) -> Self {
        let store: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
        for key in keys {
            store.track(key, None, start).unwrap();
        }
        let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
        let app = App::new(store, vec![source], rules, Almanac::built_in().unwrap(), start).unwrap();
        app.load(start).unwrap();
        Self {
            app: Arc::new(app),
            now: Arc::new(AtomicI64::new(start.moment().as_second())),
        }
    }

    fn clock(&self) -> impl Fn() -> Instant + Send + Sync + 'static {
        let now = Arc::clone(&self.now);
        move || Instant::utc(Timestamp::from_second(now.load(Ordering::SeqCst)).unwrap())
    }

    /// Takes turns until every listing was checked, or a call was refused as a whole.
    pub(crate) fn live(&self, runtime: &Runtime, keys: &[ListingKey]) -> Option<SourceError> {
        let clock = self.clock();
        let is_new = |key: &ListingKey| self.app.store().listing(key).unwrap().unwrap().last_check.is_none();
        // What shares a market and a currency is one call, and a page is one.
        for _ in 0..keys.len() * 2 + 2 {
            if !keys.iter().any(is_new) {
                return None;
            }
            match runtime.block_on(self.app.turn(0, &clock)).unwrap() {
                Turned::Rest(until) => self.now.store(i64::from(until.get()), Ordering::SeqCst),
                Turned::Refused(error) => return Some(error),
                Turned::Read { .. } => {}
            }
        }
        panic!("{keys:?}: not all of them were read");
    }

    /// What the last check of a listing came to.
    pub(crate) fn outcome(&self, key: &ListingKey) -> Option<Outcome> {
        let check = self.app.store().listing(key).unwrap().unwrap().last_check;
        check.map(|check| check.outcome)
    }

    /// The receipt of what was recorded in each lane: it sums, and comes to the recorded price. The total with public coupons.
    pub(crate) fn receipts(&self, key: &ListingKey) -> Money {
        let state = self.app.store().listing(key).unwrap().unwrap();
        let variant = state.tracked.variants.first().unwrap();
        let total = Lane::ALL.map(|lane| {
            let name = ReceiptName {
                key: key.clone(),
                sku: variant.sku.clone(),
                lane,
                at: Minute::of(state.last_check.as_ref().unwrap().at),
                rules: self.app.rules().id.clone(),
            };
            let kept = self.app.receipt(&name).unwrap().unwrap();
            sums(&kept.stack);
            assert_eq!(kept.recorded, Some(kept.stack.total()), "{name}");
            assert_eq!(
                self.app
                    .receipt(&ReceiptName::parse(&name.to_string()).unwrap())
                    .unwrap(),
                Some(kept.clone())
            );
            kept.stack.total()
        });
        assert!(
            total.is_sorted_by(|dear, cheap| dear.minor() >= cheap.minor()),
            "{key:?}: {total:?}"
        );
        total[2]
    }

    /// Brings it as a browser does. The page that comes back has the total of each listing with a price; how many these were.
    pub(crate) fn bring(&self, runtime: &Runtime, bytes: &[u8], brought: &Brought, market: Country) -> usize {
        let clock = self.clock();
        let now = clock();
        let site = Site::new(Arc::clone(&self.app), Arc::new(clock)).unwrap();
        let site = site.with_unpack(Arc::new(Browser)).router();
        let market_part = format!("--till\r\ncontent-disposition: form-data; name=\"market\"\r\n\r\n{market}\r\n");
        let file = "--till\r\ncontent-disposition: form-data; name=\"file\"; filename=\"saved\"\r\n\r\n";
        let body = [market_part.as_bytes(), file.as_bytes(), bytes, b"\r\n--till--\r\n"].concat();
        let request = Request::post("/browser")
            .header("content-type", "multipart/form-data; boundary=till")
            .header("origin", "https://www.aliexpress.com")
            .body(Body::from(body))
            .unwrap();
        let answer = runtime.block_on(site.oneshot(request)).unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let page = runtime.block_on(to_bytes(answer.into_body(), 1 << 24)).unwrap();
        let page = String::from_utf8(page.to_vec()).unwrap().replace(',', "");
        let mut computed = 0;
        for seen in brought.listings.iter().take(COMPUTED) {
            let rung = self.app.ring_up(seen, &brought.coupons, market, now);
            assert!(
                rung.is_ok() || seen.outcome != Outcome::Ok || seen.currency.is_none(),
                "{rung:?}"
            );
            let Ok(rung) = rung else { continue };
            let stack = stack::best(&rung.checkout, self.app.rules());
            sums(&stack);
            assert!(
                page.contains(&stack.total().to_string()),
                "{} is not on the page",
                stack.total()
            );
            computed += 1;
        }
        computed
    }
}

/// What was before, less what each step took, is what is paid.
fn sums(stack: &Stack) {
    let taken: i64 = stack.applied.iter().map(|applied| applied.amount.minor()).sum();
    assert_eq!(stack.before.total().minor() - taken, stack.total().minor());
}
