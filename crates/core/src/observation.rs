//! What one piece costs at the till in each lane, for one line or for very many that differ only in their prices.

use alloc::vec::Vec;

use crate::checkout::Checkout;
use crate::discount::{Discount, Kind};
use crate::history::Lane;
use crate::id::ItemId;
use crate::money::Money;
use crate::rules::RuleSet;
use crate::stack;

/// The price of one piece in each lane with its shipping: all in one currency, none dearer than the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lanes {
    /// With nothing taken off.
    pub sticker: Money,
    /// With what applies by itself.
    pub automatic: Money,
    /// With public coupons as well.
    pub public: Money,
    /// With a public typed code as well.
    pub code: Money,
}

impl Lanes {
    /// The prices of a checkout of one line with its public discounts.
    ///
    /// A discount that only some shoppers hold is in no lane, whatever the checkout says is held.
    pub fn of(checkout: &Checkout, rules: &RuleSet) -> Option<Self> {
        let line = checkout.lines.first()?;
        Some(Pricer::new(checkout, rules)?.price(&line.item, line.unit_price, line.shipping))
    }

    /// The price of one lane.
    pub const fn get(&self, lane: Lane) -> Money {
        match lane {
            Lane::Sticker => self.sticker,
            Lane::Automatic => self.automatic,
            Lane::Public => self.public,
            Lane::Code => self.code,
        }
    }
}

/// Whether a kind of discount counts in a lane.
pub fn counts_in(kind: &Kind, lane: Lane) -> bool {
    match lane {
        Lane::Sticker => false,
        Lane::Automatic => kind.is_automatic(),
        Lane::Public => *kind != Kind::Code,
        Lane::Code => true,
    }
}

/// Prices lines that are alike but for listing, price and shipping, against the same discounts at the same moment.
///
/// Discounts that can touch none of them are left out once and not line by line.
pub struct Pricer<'r> {
    rules: &'r RuleSet,
    /// The line with no, with automatic, with public and with all discounts; a lane without more than the one before it
    /// has none.
    lanes: [Option<Checkout>; 4],
    /// Whether any discount asks which listing it is.
    by_item: bool,
}

impl<'r> Pricer<'r> {
    /// Made of a checkout with one line; `None` where it has another number of lines.
    pub fn new(checkout: &Checkout, rules: &'r RuleSet) -> Option<Self> {
        let [line] = checkout.lines.as_slice() else {
            return None;
        };
        let bare = shell(checkout);
        let usable: Vec<&Discount> = checkout
            .discounts
            .iter()
            .filter(|discount| stack::could_touch(discount, &bare, line))
            .collect();
        let mut taken = 0;
        let mut only_if_more = |lane| {
            let of_lane = usable.iter().filter(|discount| counts_in(&discount.kind, lane));
            let more = of_lane.clone().count() > taken;
            taken = of_lane.clone().count();
            more.then(|| Checkout {
                discounts: of_lane.copied().cloned().collect(),
                ..shell(&bare)
            })
        };
        let (automatic, public, code) = (
            only_if_more(Lane::Automatic),
            only_if_more(Lane::Public),
            only_if_more(Lane::Code),
        );
        Some(Self {
            rules,
            by_item: usable
                .iter()
                .any(|discount| !discount.scope.items.is_empty() || !discount.scope.excluded_items.is_empty()),
            lanes: [Some(bare), automatic, public, code],
        })
    }

    /// The prices of one line.
    pub fn price(&mut self, item: &ItemId, unit_price: Money, shipping: Money) -> Lanes {
        let mut least = unit_price;
        let mut totals = [unit_price; 4];
        for (total, lane) in totals.iter_mut().zip(&mut self.lanes) {
            if let Some(checkout) = lane {
                for line in &mut checkout.lines {
                    line.unit_price = unit_price;
                    line.shipping = shipping;
                    if self.by_item && line.item != *item {
                        line.item = item.clone();
                    }
                }
                least = stack::least(checkout, self.rules).total;
            }
            *total = least;
        }
        let [sticker, automatic, public, code] = totals;
        Lanes {
            sticker,
            automatic,
            public,
            code,
        }
    }
}

/// A checkout without its discounts and without the buyer's own.
fn shell(checkout: &Checkout) -> Checkout {
    Checkout {
        market: checkout.market,
        currency: checkout.currency,
        at: checkout.at,
        rules: None,
        tax: checkout.tax,
        holds: Vec::new(),
        pools: checkout.pools.clone(),
        lines: checkout.lines.clone(),
        discounts: Vec::new(),
    }
}
