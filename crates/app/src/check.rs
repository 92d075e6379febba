//! What a reading means: prices in every lane for the variants that are tracked, or why there are none.

use std::collections::HashMap;

use tillwatch_core::almanac::Almanac;
use tillwatch_core::checkout::Checkout;
use tillwatch_core::history::Lane;
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::observation::Lanes;
use tillwatch_core::quote::{NoQuote, Quote, Wish, quote};
use tillwatch_core::rules::RuleSet;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};

use crate::ports::source::{Depth, Reading};
use crate::ports::store::{Check, ListingState, Priced, Schedule, Terms, TrackedVariant, VariantId};

/// A price that falls to less than this many hundredths of the last one is not believed of one reading alone.
const STEEP: i64 = 40;

/// The least seconds between a steep fall and the reading that confirms it.
const SECOND_LOOK: i64 = 60;

/// Steep falls that wait for their second reading.
pub type Doubts = HashMap<VariantId, Doubt>;

/// A price that was read once and fell too far to be believed.
#[derive(Debug, Clone, Copy)]
pub struct Doubt {
    sticker: Money,
    at: i64,
}

/// What every check of a moment is made with.
pub struct Bench<'a> {
    /// The public discounts that are known.
    pub almanac: &'a Almanac,
    /// The rule set.
    pub rules: &'a RuleSet,
    /// The moment.
    pub now: Instant,
    /// The source's name.
    pub source: &'static str,
    /// How much it shows.
    pub depth: Depth,
}

impl Bench<'_> {
    /// What is recorded of one reading of a listing.
    pub fn check(&self, state: &ListingState, reading: &Reading, doubts: &mut Doubts) -> Check {
        let seen = &reading.snapshot;
        if seen.outcome != Outcome::Ok {
            return self.without_price(state, seen.outcome, seen.detail.clone());
        }
        let whole = match (self.depth, &state.snapshot) {
            (Depth::Brief, Some(kept)) => freshened(kept, seen),
            _ => without_first_orders(seen),
        };
        let mut prices = Vec::new();
        let mut why = None;
        for variant in state
            .tracked
            .variants
            .iter()
            .filter(|variant| self.shows(seen, variant))
        {
            match self.price(state, variant, &whole, doubts) {
                Ok(one) => prices.push(one),
                Err(none) => why = why.or(Some(none)),
            }
        }
        if let (true, Some((outcome, detail))) = (prices.is_empty(), why) {
            // Shipping and coupons were seen all the same: a brief source may bring the price to them.
            let full = self.depth == Depth::Full && outcome == Outcome::NoPrice;
            let check = self.without_price(state, outcome, Some(detail));
            let last_full = if full {
                Some(self.seconds())
            } else {
                check.schedule.last_full
            };
            return Check {
                snapshot: full.then_some(whole),
                schedule: Schedule {
                    last_full,
                    ..check.schedule
                },
                ..check
            };
        }
        let changed = state.tracked.variants.iter().any(|variant| moved(variant, &prices));
        Check {
            outcome: Outcome::Ok,
            detail: None,
            snapshot: (state.snapshot.as_ref() != Some(&whole)).then_some(whole),
            schedule: self.after_success(&state.tracked.schedule, changed),
            prices,
            ..self.without_price(state, Outcome::Ok, None)
        }
    }

    /// What is recorded where no price could be seen.
    pub fn without_price(&self, state: &ListingState, outcome: Outcome, detail: Option<String>) -> Check {
        let schedule = &state.tracked.schedule;
        Check {
            listing: state.tracked.id,
            at: self.now,
            source: self.source.to_owned(),
            outcome,
            detail,
            snapshot: None,
            prices: Vec::new(),
            schedule: Schedule {
                last_try: Some(self.seconds()),
                failures: schedule.failures.saturating_add(1),
                ..*schedule
            },
            alerts: Vec::new(),
        }
    }

    /// A brief reading speaks only for the variant that it shows.
    fn shows(&self, seen: &Snapshot, variant: &TrackedVariant) -> bool {
        let shown = |sku: &SkuId| seen.variants.iter().any(|one| one.sku.as_ref() == Some(sku));
        self.depth == Depth::Full || variant.sku.as_ref().is_none_or(shown)
    }

    fn price(
        &self,
        state: &ListingState,
        variant: &TrackedVariant,
        whole: &Snapshot,
        doubts: &mut Doubts,
    ) -> Result<Priced, (Outcome, String)> {
        let wish = Wish {
            market: Some(state.tracked.key.market),
            currency: Some(state.tracked.key.currency),
            sku: variant.sku.clone(),
            quantity: 1,
            at: self.now,
        };
        if let Some(sentence) = first_order_only(whole, variant) {
            return Err((Outcome::NoPrice, sentence));
        }
        let quoted = quote(whole, self.almanac, &wish).map_err(|none| (outcome_of(&none), none.to_string()))?;
        let lanes = Lanes::of(&quoted.checkout, self.rules).filter(positive);
        let lanes = lanes.ok_or_else(|| (Outcome::NoPrice, "the total is nothing".to_owned()))?;
        let terms = Terms {
            rules: self.rules.id.clone(),
            delivered: quoted.shipping_known,
        };
        self.believed(variant, &terms, &lanes, doubts)?;
        let sku = quoted.checkout.lines.first().and_then(|line| line.sku.clone());
        let own = own(quoted, whole.discounts.len());
        Ok(Priced {
            variant: variant.id,
            sku: sku.filter(|_| variant.sku.is_none()),
            checkout: (!variant.checkout.as_ref().is_some_and(|kept| same_terms(kept, &own))).then_some(own),
            terms,
            lanes,
        })
    }

    /// Whether a price can be believed. A steep fall needs a second reading, apart in time, that shows it again.
    fn believed(
        &self,
        variant: &TrackedVariant,
        terms: &Terms,
        lanes: &Lanes,
        doubts: &mut Doubts,
    ) -> Result<(), (Outcome, String)> {
        let before = variant.latest.as_ref().filter(|latest| latest.terms == *terms);
        let steep = before.is_some_and(|before| {
            Lane::ALL.iter().any(|lane| {
                let (old, new) = (before.lanes.get(*lane).minor(), lanes.get(*lane).minor());
                new.saturating_mul(100) < old.saturating_mul(STEEP)
            })
        });
        let doubted = doubts.remove(&variant.id);
        if !steep {
            return Ok(());
        }
        let again = doubted.is_some_and(|doubt| {
            doubt.sticker == lanes.sticker && self.seconds().saturating_sub(doubt.at) >= SECOND_LOOK
        });
        if again {
            return Ok(());
        }
        let first = doubted.filter(|doubt| doubt.sticker == lanes.sticker);
        doubts.insert(
            variant.id,
            first.unwrap_or(Doubt {
                sticker: lanes.sticker,
                at: self.seconds(),
            }),
        );
        let detail = format!(
            "{} is a fall so steep that another reading has to confirm it",
            lanes.sticker
        );
        Err((Outcome::Doubtful, detail))
    }

    fn after_success(&self, schedule: &Schedule, changed: bool) -> Schedule {
        let now = self.seconds();
        let since = schedule.last_good.map(|last| now.saturating_sub(last));
        let full = self.depth == Depth::Full;
        Schedule {
            last_good: Some(now),
            last_try: Some(now),
            not_before: None,
            last_full: if full { Some(now) } else { schedule.last_full },
            failures: 0,
            ..*schedule
        }
        .counting(since.and_then(|since| u32::try_from(since).ok()), changed)
    }

    fn seconds(&self) -> i64 {
        self.now.moment().as_second()
    }
}

/// A page for a first order shows what that pays, and beside it only the crossed-out price. What everybody else pays is
/// not on it, so that such variants are left without a price.
fn without_first_orders(seen: &Snapshot) -> Snapshot {
    let mut whole = seen.clone();
    for variant in &mut whole.variants {
        // A reader that saw only these two has put the crossed-out price in the place of the price.
        if variant.new_shopper_price.is_some() && variant.list_price.is_none() {
            variant.price = None;
        }
    }
    whole
}

/// Why a variant has no price, where a first order's is all that the page shows.
fn first_order_only(whole: &Snapshot, variant: &TrackedVariant) -> Option<String> {
    let meant = |one: &&Variant| match &variant.sku {
        Some(sku) => one.sku.as_ref() == Some(sku),
        None => whole.selected_sku.is_none() || one.sku == whole.selected_sku,
    };
    let mut variants = whole.variants.iter().filter(|one| one.salable).filter(meant);
    let hidden = |one: &Variant| one.price.is_none() && one.new_shopper_price.is_some();
    let first = variants.next()?;
    (hidden(first) && variants.all(hidden)).then(|| "the page shows only what a first order pays".to_owned())
}

/// The kept reading with the prices of the variants that a brief one shows, and the codes and the shipping that it names
/// besides.
fn freshened(kept: &Snapshot, brief: &Snapshot) -> Snapshot {
    let mut whole = kept.clone();
    whole.seen_at = brief.seen_at.or(whole.seen_at);
    for fresh in &brief.variants {
        match whole.variants.iter_mut().find(|known| known.sku == fresh.sku) {
            Some(known) => {
                known.price = fresh.price;
                known.list_price = fresh.list_price.or(known.list_price);
                known.salable = fresh.salable;
            }
            None if fresh.sku.is_some() => whole.variants.push(fresh.clone()),
            None => {}
        }
    }
    if !brief.shipping.is_empty() {
        whole.shipping.clone_from(&brief.shipping);
    }
    for discount in &brief.discounts {
        match whole.discounts.iter_mut().find(|known| known.id == discount.id) {
            Some(known) => known.clone_from(discount),
            None => whole.discounts.push(discount.clone()),
        }
    }
    whole
}

/// The checkout with only the discounts that the listing itself showed, which stand first.
fn own(quoted: Quote, shown: usize) -> Checkout {
    let mut checkout = quoted.checkout;
    checkout.discounts.truncate(shown);
    checkout
}

/// Whether two checkouts charge alike; when their discounts were seen and how many were left then is no difference.
fn same_terms(one: &Checkout, other: &Checkout) -> bool {
    let bare = |checkout: &Checkout| {
        let mut bare = checkout.clone();
        bare.at = Instant::utc(jiff::Timestamp::UNIX_EPOCH);
        for discount in &mut bare.discounts {
            discount.provenance.seen_at = None;
            discount.provenance.left = None;
        }
        bare
    };
    bare(one) == bare(other)
}

fn moved(variant: &TrackedVariant, prices: &[Priced]) -> bool {
    let now = prices.iter().find(|priced| priced.variant == variant.id);
    now.is_some_and(|now| variant.latest.as_ref().is_some_and(|latest| latest.lanes != now.lanes))
}

fn positive(lanes: &Lanes) -> bool {
    Lane::ALL.iter().all(|lane| lanes.get(*lane).is_positive())
}

pub(crate) const fn outcome_of(none: &NoQuote) -> Outcome {
    match none {
        NoQuote::Outcome { outcome, .. } => *outcome,
        NoQuote::OtherMarket { .. } | NoQuote::MarketUnknown(_) => Outcome::OtherRegion,
        NoQuote::OtherCurrency { .. } => Outcome::OtherCurrency,
        NoQuote::NoSuchVariant { .. } | NoQuote::VariantSoldOut(_) => Outcome::SoldOut,
        NoQuote::Quantity(_) => Outcome::NoPrice,
    }
}
