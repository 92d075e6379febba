//! What a shopper's own browser showed, at the till: computed for whoever sent it, and kept nowhere.

use tillwatch_core::checkout::{Checkout, Line};
use tillwatch_core::country::Country;
use tillwatch_core::discount::{Audience, Discount};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{MOST_MINOR, Money};
use tillwatch_core::quote::{Wish, join, quote};
use tillwatch_core::snapshot::{Outcome, Snapshot};

use crate::App;
use crate::check::outcome_of;
use crate::gather::{Found, Piece};
use crate::hearsay::Heard;
use crate::ports::browser::{Cart, CartLine};
use crate::ports::store::{ListingKey, StoreError};

/// Something that a browser showed, as a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// With all that is public and all that the shopper holds.
    pub checkout: Checkout,
    /// With what is public alone, where the shopper holds something besides.
    pub public: Option<Checkout>,
    /// Whether its shipping is known; without it the total is without shipping.
    pub shipping_known: bool,
    /// Listings of it that nobody has read, so that their stores and coupons are not known.
    pub unread: Vec<ItemId>,
    /// Whether it is at the price of a first order, which the page shows to new shoppers.
    pub is_first_order: bool,
}

impl App {
    /// A listing that a browser showed, one piece of it. The market counts where the page names none. What the page shows
    /// for the account alone is the shopper's own: the price of a first order, its coupons, and those beside it.
    ///
    /// # Errors
    ///
    /// What became of the reading, where it makes no checkout.
    pub fn ring_up(&self, seen: &Snapshot, own: &[Discount], market: Country, now: Instant) -> Result<Rung, Outcome> {
        let wish = Wish {
            market: seen.market.or(Some(market)),
            currency: None,
            sku: None,
            quantity: 1,
            at: now,
        };
        let mut theirs = seen.clone();
        for variant in &mut theirs.variants {
            variant.price = variant.new_shopper_price.or(variant.price);
        }
        let quoted = quote(&theirs, &self.almanac(), &wish).map_err(|none| outcome_of(&none))?;
        let variant = theirs.variants.get(quoted.variant);
        Ok(Rung {
            is_first_order: variant.is_some_and(|variant| variant.new_shopper_price.is_some()),
            ..Rung::of(quoted.checkout, own, quoted.shipping_known, Vec::new())
        })
    }

    /// A cart that a browser showed: with its own prices, and with stores, coupons and shipping as the listings were last
    /// read. Where one of them was not, the shipping is what the cart says of it. Nothing where no checkout takes as much.
    pub fn ring_up_cart(
        &self,
        cart: &Cart,
        own: &[Discount],
        market: Country,
        now: Instant,
    ) -> Result<Option<Rung>, StoreError> {
        let market = cart.market.unwrap_or(market);
        let piece = |line: &CartLine| Piece {
            item: line.item.clone(),
            sku: line.sku.clone(),
            quantity: line.quantity,
        };
        let pieces: Vec<Piece> = cart.lines.iter().map(piece).collect();
        let gathered = self.gather(market, cart.currency, &pieces, now)?;
        let mut checkout = gathered.checkout;
        let known = std::mem::take(&mut checkout.lines);
        let mut unread = Vec::new();
        for (line, found) in cart.lines.iter().zip(&gathered.found) {
            let read = found.and_then(|found| known.get(found.line));
            if read.is_none() {
                unread.push(line.item.clone());
            }
            checkout.lines.push(joined(line, read));
        }
        let delivered = |found: &Option<Found>| found.is_some_and(|found| found.delivered);
        let mut shipping_known = gathered.found.iter().all(delivered);
        if !shipping_known {
            checkout.pools.clear();
            for line in &mut checkout.lines {
                (line.shipping, line.pool) = (Money::zero(cart.currency), None);
            }
            if let (Some(fee), Some(first)) = (cart.shipping, checkout.lines.first_mut()) {
                first.shipping = fee;
                shipping_known = true;
            }
        }
        let sum = checkout
            .lines
            .iter()
            .map(|line| line.unit_price.checked_mul(line.quantity).map(Money::minor))
            .try_fold(0_i64, |sum, line| sum.checked_add(line?));
        if checkout.lines.is_empty() || sum.is_none_or(|sum| sum > MOST_MINOR) {
            return Ok(None);
        }
        Ok(Some(Rung::of(checkout, own, shipping_known, unread)))
    }

    /// Takes in the prices that a browser shows of a listing. None of them is recorded unless a reading of ours shows the
    /// same: see [`Heard`], which is of one variant. Only what the page itself says counts, its market too.
    pub fn hear(&self, seen: &Snapshot, asked: Option<&SkuId>, now: Instant) -> Result<Heard, StoreError> {
        let whole = seen.outcome == Outcome::Ok;
        let (true, Some(item), Some(market), Some(currency)) = (whole, &seen.item, seen.market, seen.currency) else {
            return Ok(Heard::NotTracked);
        };
        let item = item.clone();
        let key = ListingKey { item, market, currency };
        let Some(listing) = self.store().listing(&key)? else {
            return Ok(Heard::NotTracked);
        };
        Ok(self.state().hearsay.hear(&listing, seen, asked, now))
    }
}

impl Rung {
    /// The variant of its first line.
    pub fn sku(&self) -> Option<&SkuId> {
        self.checkout.lines.first()?.sku.as_ref()
    }

    fn of(mut checkout: Checkout, own: &[Discount], shipping_known: bool, unread: Vec<ItemId>) -> Self {
        let shown = std::mem::take(&mut checkout.discounts);
        checkout.discounts = own.to_vec();
        join(&mut checkout.discounts, shown.iter());
        let is_held = |discount: &&Discount| discount.audience == Audience::Personal;
        let held = checkout.discounts.iter().filter(is_held);
        let holds: Vec<_> = held.map(|discount| discount.id.clone()).collect();
        let public = (!holds.is_empty()).then(|| checkout.clone());
        checkout.holds = holds;
        Self {
            checkout,
            public,
            shipping_known,
            unread,
            is_first_order: false,
        }
    }
}

/// A line as the listing was read, with what the cart says in its place.
fn joined(line: &CartLine, read: Option<&Line>) -> Line {
    let bare = || Line {
        item: line.item.clone(),
        sku: line.sku.clone(),
        title: None,
        store: None,
        seller: None,
        categories: Vec::new(),
        warehouse: None,
        unit_price: line.price,
        quantity: line.quantity,
        shipping: Money::zero(line.price.currency()),
        pool: None,
    };
    let read = read.cloned().unwrap_or_else(bare);
    Line {
        title: line
            .title
            .clone()
            .or(read.title)
            .or_else(|| Some(line.item.to_string())),
        unit_price: line.price,
        quantity: line.quantity,
        ..read
    }
}
