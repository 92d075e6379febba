//! Several listings as one checkout: each as it was last read, with the public discounts that are known at a moment.

use tillwatch_core::checkout::{Checkout, Line};
use tillwatch_core::country::Country;
use tillwatch_core::discount::Discount;
use tillwatch_core::history::{Lane, Minute};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::quote::join;
use tillwatch_core::rules::RuleSet;
use tillwatch_core::snapshot::Outcome;
use tillwatch_core::stack;

use crate::App;
use crate::look::{is_old, meant};
use crate::ports::store::{ListingKey, StoreError};

/// Something that is to be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The listing.
    pub item: ItemId,
    /// The variant; absent is the one that the page selects.
    pub sku: Option<SkuId>,
    /// How many.
    pub quantity: u32,
}

/// Listings as one checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathered {
    /// A line for each piece that was read, in their order; every public discount that is known, typed codes too.
    pub checkout: Checkout,
    /// For each piece what was found of it; nothing where no price was ever read in that market.
    pub found: Vec<Option<Found>>,
}

/// What was found of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its line in the checkout, by place.
    pub line: usize,
    /// When a reading last confirmed the price.
    pub confirmed: Option<Minute>,
    /// Whether it speaks for the present: the last reading is not old and saw a price.
    pub is_present: bool,
    /// Whether its shipping is known; without it the line's shipping is nothing.
    pub delivered: bool,
}

/// Where one more discount is worth most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// The line, by place.
    pub line: usize,
    /// What the line costs in a checkout of its own without the discount.
    pub without: Money,
    /// The same with it.
    pub with: Money,
}

impl App {
    /// Listings as one checkout, shipped to a market and paid in a currency.
    ///
    /// Shipping fees that several listings share are charged once. A discount that several listings showed stands once.
    pub fn gather(
        &self,
        market: Country,
        currency: Currency,
        pieces: &[Piece],
        now: Instant,
    ) -> Result<Gathered, StoreError> {
        let almanac = self.almanac();
        let mut checkout = Checkout::new(market, currency, now);
        checkout.tax = almanac.markets.tax(market);
        let mut found = Vec::with_capacity(pieces.len());
        for piece in pieces {
            found.push(self.add_piece(&mut checkout, piece)?);
        }
        let known = almanac.discounts_for(market, now);
        join(&mut checkout.discounts, known.of_lines(&checkout.lines).into_iter());
        Ok(Gathered { checkout, found })
    }

    fn add_piece(&self, checkout: &mut Checkout, piece: &Piece) -> Result<Option<Found>, StoreError> {
        let key = ListingKey {
            item: piece.item.clone(),
            market: checkout.market,
            currency: checkout.currency,
        };
        let Some(state) = self.store().listing(&key)? else {
            return Ok(None);
        };
        let variant = meant(&state, piece.sku.as_ref());
        let till = variant.and_then(|variant| self.till(&state, variant, Lane::Code, checkout.at));
        let (Some(variant), Some(mut till)) = (variant, till) else {
            return Ok(None);
        };
        let Some(line) = till.checkout.lines.pop() else {
            return Ok(None);
        };
        let pool = line.pool.and_then(|pool| till.checkout.pools.get(pool)).map(|pool| {
            let known = checkout.pools.iter().position(|known| known.id == pool.id);
            known.unwrap_or_else(|| {
                checkout.pools.push(pool.clone());
                checkout.pools.len() - 1
            })
        });
        checkout.lines.push(Line {
            quantity: piece.quantity,
            pool,
            title: line.title.or_else(|| state.snapshot.as_ref()?.title.clone()),
            ..line
        });
        join(&mut checkout.discounts, till.checkout.discounts.iter());
        let failed = state
            .last_check
            .as_ref()
            .is_some_and(|last| last.outcome != Outcome::Ok);
        Ok(Some(Found {
            line: checkout.lines.len() - 1,
            confirmed: variant.latest.as_ref().map(|latest| latest.confirmed),
            is_present: !failed && !is_old(&state, Minute::of(checkout.at)),
            delivered: till.delivered,
        }))
    }
}

/// For each of some further discounts the line on which it saves most beside those that the checkout has, each line in a
/// checkout of its own; nothing where it saves nothing. Of lines that save the same, the first.
pub fn best_uses(checkout: &Checkout, rules: &RuleSet, further: &[Discount]) -> Vec<Option<Use>> {
    let mut best: Vec<Option<Use>> = vec![None; further.len()];
    let mut alone = Checkout {
        lines: Vec::new(),
        ..checkout.clone()
    };
    for (place, line) in checkout.lines.iter().enumerate() {
        alone.lines = vec![line.clone()];
        let without = stack::least(&alone, rules).total;
        for (discount, best) in further.iter().zip(&mut best) {
            alone.discounts.push(discount.clone());
            let with = stack::least(&alone, rules).total;
            alone.discounts.pop();
            let saved = without.minor() - with.minor();
            if saved > best.map_or(0, |best: Use| best.without.minor() - best.with.minor()) {
                *best = Some(Use {
                    line: place,
                    without,
                    with,
                });
            }
        }
    }
    best
}
