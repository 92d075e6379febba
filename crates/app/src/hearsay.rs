//! Prices that browsers showed. Nobody can tell a page from a forged one, so that none of them is recorded on its own: it
//! waits here, in memory alone, until a reading of ours shows the same price of the same variant in the same market and
//! currency. That reading vouches for it, and then the price is recorded from when the browser showed it. What no reading
//! vouches for is forgotten.

use std::collections::BTreeMap;

use tillwatch_core::almanac::Almanac;
use tillwatch_core::checkout::Checkout;
use tillwatch_core::history::Minute;
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::observation::Lanes;
use tillwatch_core::quote::join;
use tillwatch_core::rules::RuleSet;
use tillwatch_core::snapshot::{Outcome, Snapshot};

use crate::ports::store::{Check, ListingState, Priced, TrackedVariant, VariantId};

/// The name by which what browsers showed is recorded.
pub const SOURCE: &str = "browser";

/// A price waits no longer than so many seconds: a day.
const PATIENCE: i64 = 86_400;

/// A reading that is no older than so many minutes counts as the same reading as what the browser shows.
const SAME_READING: u32 = 10;

/// No more prices of one variant wait, and no more variants: whoever forges pages takes no memory with them.
const MOST_OF_ONE: usize = 8;
const MOST_VARIANTS: usize = 10_000;

/// What lanes are computed with.
pub struct Known<'a> {
    /// The public discounts that are known.
    pub almanac: &'a Almanac,
    /// The rule set.
    pub rules: &'a RuleSet,
}

/// A price that a browser showed, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Said {
    price: Money,
    at: Instant,
}

/// The prices that wait.
#[derive(Debug, Default)]
pub struct Hearsay(BTreeMap<VariantId, Vec<Said>>);

/// What the last reading makes of what a browser shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Nobody tracks that variant in that market and currency, or what is shown is not for everybody.
    NotTracked,
    /// A reading of the last minutes shows the same.
    Agrees(Minute),
    /// It is recorded if the next reading shows the same.
    Waits,
}

impl Hearsay {
    /// Takes in what a browser shows of a tracked listing, and says what becomes of one variant.
    pub fn hear(&mut self, listing: &ListingState, seen: &Snapshot, asked: Option<&SkuId>, now: Instant) -> Heard {
        let mut answer = Heard::NotTracked;
        for variant in &listing.tracked.variants {
            let Some(price) = for_everybody(variant, seen) else {
                continue;
            };
            let heard = just_read(listing, variant, price, now).map_or(Heard::Waits, Heard::Agrees);
            if heard == Heard::Waits {
                self.wait(variant.id, Said { price, at: now });
            }
            if variant.sku.as_ref() == asked {
                answer = heard;
            }
        }
        answer
    }

    /// Of two that show the same price the first counts.
    fn wait(&mut self, variant: VariantId, said: Said) {
        if !self.0.contains_key(&variant) && self.0.len() >= MOST_VARIANTS {
            self.0
                .retain(|_, all| all.iter().any(|one| age(one, said.at) <= PATIENCE));
            if self.0.len() >= MOST_VARIANTS {
                return;
            }
        }
        let all = self.0.entry(variant).or_default();
        all.retain(|one| age(one, said.at) <= PATIENCE);
        if all.len() < MOST_OF_ONE && all.iter().all(|one| one.price != said.price) {
            all.push(said);
        }
    }

    /// What a reading of ours confirms, to be recorded before it; all else that waited for it is forgotten.
    pub fn settle(&mut self, listing: &ListingState, check: &Check, known: &Known<'_>) -> Vec<Check> {
        if check.outcome != Outcome::Ok || self.0.is_empty() {
            return Vec::new();
        }
        let mut confirmed: Vec<Check> = check
            .prices
            .iter()
            .filter_map(|priced| {
                let said = self.0.remove(&priced.variant)?;
                let variant = listing.tracked.variants.iter().find(|one| one.id == priced.variant)?;
                vouched(listing, variant, &said, check, priced, known)
            })
            .collect();
        confirmed.sort_by_key(|one| one.at);
        confirmed
    }
}

fn age(said: &Said, now: Instant) -> i64 {
    now.moment().as_second() - said.at.moment().as_second()
}

/// The price of the variant that every shopper sees; nothing where the page has none, or a first order's.
fn for_everybody(variant: &TrackedVariant, seen: &Snapshot) -> Option<Money> {
    let sku = variant.sku.as_ref()?;
    let mut all = seen.salable().filter(|one| one.sku.as_ref() == Some(sku));
    let (one, None) = (all.next()?, all.next()) else {
        return None;
    };
    one.price
        .filter(|price| one.new_shopper_price.is_none() && price.is_positive())
}

/// When a reading of the last minutes confirmed that very price.
fn just_read(listing: &ListingState, variant: &TrackedVariant, price: Money, now: Instant) -> Option<Minute> {
    let last = listing.last_check.as_ref().filter(|last| last.outcome == Outcome::Ok)?;
    let confirmed = variant.latest.as_ref()?.confirmed;
    let is_same = Minute::of(now).since(confirmed) <= SAME_READING && Minute::of(last.at) <= Minute::of(now);
    (is_same && unit_price(variant.checkout.as_ref()?) == Some(price)).then_some(confirmed)
}

/// What one piece costs before any discount, without shipping.
fn unit_price(checkout: &Checkout) -> Option<Money> {
    checkout.lines.first().map(|line| line.unit_price)
}

/// The price from when a browser first showed what the reading shows now. The lanes are those of the reading's own
/// checkout: of the browser's page nothing is recorded but that it was so then.
fn vouched(
    listing: &ListingState,
    variant: &TrackedVariant,
    said: &[Said],
    check: &Check,
    priced: &Priced,
    known: &Known<'_>,
) -> Option<Check> {
    let own = priced.checkout.as_ref().or(variant.checkout.as_ref())?;
    let price = unit_price(own)?;
    // Nothing is known of a time before the first reading, and what was read since stands.
    let before = variant.latest.as_ref()?.confirmed;
    let said = said.iter().find(|said| said.price == price)?;
    let is_between = before < Minute::of(said.at) && Minute::of(said.at) < Minute::of(check.at);
    if !is_between || age(said, check.at) > PATIENCE {
        return None;
    }
    let mut then = own.clone();
    then.at = said.at;
    let public = known.almanac.discounts_for(then.market, said.at);
    join(&mut then.discounts, public.of_lines(&then.lines).into_iter());
    Some(Check {
        listing: check.listing,
        at: said.at,
        source: SOURCE.to_owned(),
        outcome: Outcome::Ok,
        detail: None,
        snapshot: None,
        prices: vec![Priced {
            variant: variant.id,
            sku: None,
            checkout: None,
            terms: priced.terms.clone(),
            lanes: Lanes::of(&then, known.rules)?,
        }],
        // A stranger's page moves no reading of ours.
        schedule: listing.tracked.schedule,
        alerts: Vec::new(),
    })
}
