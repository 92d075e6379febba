//! What the marketplace showed of a listing over the day, read without faults, and which alerts that asks for: a few lines
//! of arithmetic that know nothing of the watch's states, its price book and its decisions.

use jiff::Timestamp;
use tillwatch_app::ports::source::{Ask, Source, Wanted};
use tillwatch_app::ports::store::ListingKey;
use tillwatch_core::almanac::Almanac;
use tillwatch_core::history::Lane;
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::observation::Lanes;
use tillwatch_core::quote::{Wish, quote};
use tillwatch_core::rules::RuleSet;
use tillwatch_core::snapshot::{Outcome, Snapshot};
use tillwatch_market::faults::Faults;
use tillwatch_market::world::{Market, World};
use tokio::runtime::Runtime;

use super::{HOURS, Hand, Step, Told, almanac, key, open, rules};

/// What a page showed at a moment, and what the API said.
pub(super) struct Seen {
    pub(super) at: Timestamp,
    pub(super) page: Snapshot,
    pub(super) brief: Snapshot,
}

impl Seen {
    /// Whether the API showed this variant.
    pub(super) fn names(&self, sku: Option<&SkuId>) -> bool {
        sku.is_none_or(|sku| self.brief.variants.iter().any(|one| one.sku.as_ref() == Some(sku)))
    }
}

/// A listing from one change to the next.
pub(super) struct Truth {
    pub(super) key: ListingKey,
    pub(super) seen: Vec<Seen>,
    almanac: Almanac,
    rules: RuleSet,
}

/// A price that met a target: when, and in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crossing {
    pub(super) at: Instant,
    pub(super) price: i64,
}

impl Truth {
    /// Reads a listing at every moment of the day at which something changes.
    pub(super) fn of(runtime: &Runtime, world: &World, listing: &ListingKey, start: Instant) -> Self {
        let end = start.plus_seconds(HOURS * 3_600);
        // One of its own for each listing: no clock goes back.
        let hand = Hand::new(start.moment());
        let unlimited = key().every(jiff::SignedDuration::ZERO).a_day(1_000_000);
        let honest = runtime.block_on(open(world.clone(), &hand, unlimited, Faults::default()));
        let (pages, api) = (honest.pages(), honest.api());
        let mut moments = vec![start.moment()];
        let country = Market::of(listing.market.code()).unwrap().country;
        moments.extend(world.changes(&listing.item, country, start.moment(), end.moment()));
        let seen = moments.iter().map(|moment| {
            hand.set(moment.as_second());
            let ask = Ask {
                market: listing.market,
                currency: listing.currency,
                items: vec![Wanted {
                    item: listing.item.clone(),
                    skus: Vec::new(),
                    since: None,
                }],
            };
            let mut page = runtime.block_on(pages.read(&ask, hand.now())).unwrap();
            let mut brief = runtime.block_on(api.read(&ask, hand.now())).unwrap();
            Seen {
                at: *moment,
                page: page.remove(0).snapshot,
                brief: brief.remove(0).snapshot,
            }
        });
        Self {
            key: listing.clone(),
            seen: seen.collect(),
            almanac: almanac(),
            rules: rules(),
        }
    }

    pub(super) fn at(&self, now: Instant) -> &Seen {
        let after = self.seen.partition_point(|one| one.at <= now.moment());
        &self.seen[after.saturating_sub(1)]
    }

    /// Prices of a snapshot at a moment, and of which variant they are.
    pub(super) fn price(&self, of: &Snapshot, sku: Option<&SkuId>, at: Instant) -> Option<(Lanes, Option<SkuId>)> {
        let wish = Wish {
            market: Some(self.key.market),
            currency: Some(self.key.currency),
            sku: sku.cloned(),
            quantity: 1,
            at,
        };
        let quoted = quote(of, &self.almanac, &wish).ok()?;
        let lanes = Lanes::of(&quoted.checkout, &self.rules)?;
        Some((lanes, quoted.checkout.lines.first()?.sku.clone()))
    }

    /// A target that the pages of the day reach and leave, where their price moves at all; otherwise the price itself, which
    /// is met by the first reading, or one that nothing meets.
    pub(super) fn target(&self, lane: Lane, met_at_once: bool) -> Option<i64> {
        let of_pages = self.seen.iter().filter(|one| one.page.outcome == Outcome::Ok);
        let prices: Vec<i64> = of_pages
            .filter_map(|one| self.price(&without_first_orders(&one.page), None, Instant::utc(one.at)))
            .map(|(lanes, _)| lanes.get(lane).minor())
            .collect();
        let (low, high) = (*prices.iter().min()?, *prices.iter().max()?);
        Some(match (low < high, met_at_once) {
            (true, _) => i64::midpoint(low, high),
            (false, true) => low,
            (false, false) => low - 1,
        })
    }

    /// The alerts that a target asks for: a price at or below it that could be seen, and the next one only after the price
    /// stood more than a percent above it. While most checks failed alerts wait, and the next reading is looked at.
    pub(super) fn crossings(&self, place: usize, lane: Lane, target: i64, steps: &[Step]) -> Vec<Crossing> {
        let mut eye = Eye::default();
        let (mut armed, mut found) = (true, Vec::new());
        let mut look = |lanes: Lanes, at: Instant| {
            let price = lanes.get(lane).minor();
            if price <= target && armed {
                armed = false;
                found.push(Crossing { at, price });
            } else if price > target + (target + 50) / 100 {
                armed = true;
            }
        };
        for step in steps {
            for told in step.checks.iter().filter(|told| told.listing == place) {
                let lanes = eye.check(self, told);
                if let Some(lanes) = lanes.filter(|_| !told.waits) {
                    look(lanes, told.at);
                }
            }
            // Coupons that were shown begin and end without a reading.
            let lanes = eye.turned(self, step.at);
            if let Some(lanes) = lanes.filter(|_| eye.is_open && !step.waits) {
                look(lanes, step.at);
            }
        }
        found
    }
}

/// What readings have shown of one variant so far.
#[derive(Default)]
struct Eye {
    /// Whether the last check showed a price.
    is_open: bool,
    /// The page as it was read, with what the API said since.
    shown: Option<Snapshot>,
    /// The same at the last reading with a price, and the prices by now.
    priced: Option<(Snapshot, Lanes)>,
    sku: Option<SkuId>,
}

impl Eye {
    /// What a check shows of the price.
    fn check(&mut self, truth: &Truth, told: &Told) -> Option<Lanes> {
        let seen = truth.at(told.at);
        let whole = if told.is_page {
            without_first_orders(&seen.page)
        } else {
            with_brief(self.shown.as_ref()?, &seen.brief)
        };
        let price = truth.price(&whole, self.sku.as_ref(), told.at);
        self.is_open = told.outcome == Outcome::Ok;
        // Without a price of its own, a page still shows its coupons and shipping.
        let is_half = told.outcome == Outcome::NoPrice && told.is_page && price.is_none();
        if self.is_open || is_half {
            self.shown = Some(whole.clone());
        }
        if !self.is_open || (!told.is_page && !seen.names(self.sku.as_ref())) {
            return None;
        }
        let (lanes, sku) = price.unwrap();
        self.sku = self.sku.take().or(sku);
        self.priced = Some((whole, lanes));
        Some(lanes)
    }

    /// The prices at a later moment, where they differ from those before.
    fn turned(&mut self, truth: &Truth, at: Instant) -> Option<Lanes> {
        let (whole, before) = self.priced.as_mut()?;
        let (lanes, _) = truth.price(whole, self.sku.as_ref(), at)?;
        (lanes != std::mem::replace(before, lanes)).then_some(lanes)
    }
}

/// A page that shows a first order's price and a crossed-out one says nothing of what others pay.
fn without_first_orders(page: &Snapshot) -> Snapshot {
    let mut page = page.clone();
    for variant in &mut page.variants {
        if variant.new_shopper_price.is_some() && variant.list_price.is_none() {
            variant.price = None;
        }
    }
    page
}

/// A page with what the API says: the price of one variant, and a code.
fn with_brief(page: &Snapshot, brief: &Snapshot) -> Snapshot {
    let mut whole = page.clone();
    for variant in &mut whole.variants {
        if let Some(now) = brief.variants.iter().find(|now| now.sku == variant.sku) {
            variant.price = now.price;
            variant.list_price = now.list_price.or(variant.list_price);
            variant.salable = now.salable;
        }
    }
    for discount in &brief.discounts {
        whole.discounts.retain(|known| known.id != discount.id);
        whole.discounts.push(discount.clone());
    }
    whole
}
