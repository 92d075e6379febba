//! Wishlists as people have them, by a recipe: the one that the figures of a general solver were measured on.
//!
//! | lines | stores | platform coupons | store coupons | seller coupons | codes | free shipping |
//! |---|---|---|---|---|---|---|
//! | 6 | 3 | 2-3 | 1-3 | 0-2 | 1-2 | 1 |
//! | 12 | 5 | 3-4 | 4-6 | 0-5 | 2-4 | 1-2 |
//! | 20 | 7 | 4-5 | 8-12 | 2-8 | 3-5 | 1-3 |
//! | 40 | 12 | 5-6 | 20-26 | 4-14 | 4-6 | 2-3 |
//!
//! Platform coupons are fixed or have three tiers, with minimums of 12 to 45 % of the whole or of a category; a few are
//! exclusive, a few can't apply, and each is good for one or two uses. At most 3 checkouts (6 and 12 lines) or 4. Prices
//! are from 2.00 to 80.00, most of them small; every other line has shipping of its own.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on must stop, and its numbers are small"
)]

use tillwatch_core::basket::{Limits, Wishlist};
use tillwatch_core::checkout::{Checkout, Line, Percent};
use tillwatch_core::country::Country;
use tillwatch_core::discount::{Benefit, Discount, Kind, Tier, Uses};
use tillwatch_core::id::{CategoryId, DiscountId, ItemId, SellerId, StoreId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{BasisPoints, Currency, Money};

/// A small generator of numbers that is its own seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high - low + 1).unwrap();
        low + i64::try_from(self.next() % width).unwrap()
    }

    fn once_in(&mut self, n: u64) -> bool {
        self.next().is_multiple_of(n)
    }
}

/// How many of each, from and to.
struct Recipe {
    stores: i64,
    platform: (i64, i64),
    store: (i64, i64),
    seller: (i64, i64),
    code: (i64, i64),
    shipping: (i64, i64),
    checkouts: usize,
}

fn recipe(lines: usize) -> Recipe {
    let of = |stores, platform, store, seller, code, shipping, checkouts| Recipe {
        stores,
        platform,
        store,
        seller,
        code,
        shipping,
        checkouts,
    };
    match lines {
        0..=6 => of(3, (2, 3), (1, 3), (0, 2), (1, 2), (1, 1), 3),
        7..=12 => of(5, (3, 4), (4, 6), (0, 5), (2, 4), (1, 2), 3),
        13..=20 => of(7, (4, 5), (8, 12), (2, 8), (3, 5), (1, 3), 4),
        _ => of(12, (5, 6), (20, 26), (4, 14), (4, 6), (2, 3), 4),
    }
}

/// The wishlist of a seed with so many lines.
pub(crate) fn wishlist(seed: u64, lines: usize) -> Wishlist {
    let recipe = recipe(lines);
    let mut dice = Dice(seed.wrapping_mul(1_000).wrapping_add(u64::try_from(lines).unwrap()));
    let usd = Currency::parse("USD").unwrap();
    let at = Instant::parse("2026-06-03T12:00:00Z").unwrap();
    let mut checkout = Checkout::new(Country::US, usd, at);
    for place in 0..lines {
        let store = dice.between(1, recipe.stores);
        let top = if dice.once_in(4) { 8_000 } else { 3_000 };
        checkout.lines.push(Line {
            item: ItemId::parse(&format!("1005{place:04}")).unwrap(),
            sku: None,
            title: None,
            store: Some(StoreId::parse(&format!("S{store}")).unwrap()),
            seller: Some(SellerId::parse(&format!("L{store}")).unwrap()),
            categories: vec![CategoryId::parse(&format!("C{}", dice.between(1, 3))).unwrap()],
            warehouse: None,
            unit_price: Money::new(dice.between(200, top), usd),
            quantity: if dice.once_in(5) { 2 } else { 1 },
            shipping: Money::new(if dice.once_in(2) { dice.between(50, 500) } else { 0 }, usd),
            pool: None,
        });
    }
    let mut made = Maker {
        whole: checkout.lines.iter().map(|line| line.listed().minor()).sum(),
        dice,
        usd,
        discounts: Vec::new(),
    };
    let Recipe {
        platform,
        store,
        seller,
        code,
        shipping,
        ..
    } = recipe;
    for _ in 0..made.dice.between(platform.0, platform.1) {
        made.platform();
    }
    for _ in 0..made.dice.between(store.0, store.1) {
        let number = made.dice.between(1, recipe.stores);
        made.store(&checkout, number);
    }
    for _ in 0..made.dice.between(seller.0, seller.1) {
        let number = made.dice.between(1, recipe.stores);
        made.seller(number);
    }
    for _ in 0..made.dice.between(code.0, code.1) {
        made.code();
    }
    for _ in 0..made.dice.between(shipping.0, shipping.1) {
        made.shipping();
    }
    checkout.discounts = made.discounts;
    Wishlist {
        checkout,
        limits: Limits {
            max_checkouts: Some(recipe.checkouts),
            ..Limits::default()
        },
        import: None,
    }
}

struct Maker {
    whole: i64,
    dice: Dice,
    usd: Currency,
    discounts: Vec<Discount>,
}

impl Maker {
    fn money(&self, minor: i64) -> Money {
        Money::new(minor.max(1), self.usd)
    }

    fn percent(&mut self, low: i64, high: i64) -> Percent {
        let points = u16::try_from(self.dice.between(low, high) * 100).unwrap();
        Percent(BasisPoints::new(points).unwrap())
    }

    fn push(&mut self, kind: Kind, benefit: Benefit, change: impl FnOnce(&mut Self, &mut Discount)) {
        let id = DiscountId::parse(&format!("{}-{:02}", kind.name(), self.discounts.len())).unwrap();
        let mut discount = Discount::new(id, kind, benefit, Some(self.usd));
        let uses = u32::try_from(self.dice.between(1, 2)).unwrap();
        discount.uses = Some(Uses::Limited(uses));
        discount.exclusive = self.dice.once_in(20);
        // A few are over.
        if self.dice.once_in(25) {
            discount.valid_until = Some(Instant::parse("2026-06-01T00:00:00Z").unwrap());
        }
        change(self, &mut discount);
        self.discounts.push(discount);
    }

    /// 8 to 16 % of a minimum of 12 to 45 % of the whole, one in three of a category; one in three in tiers.
    fn platform(&mut self) {
        let least = self.whole * self.dice.between(12, 45) / 100;
        let amount = least * self.dice.between(8, 16) / 100;
        let tier = |times: i64, more: i64| Tier {
            min_spend: self.money(least * times / 2),
            amount: self.money(amount * more / 10),
        };
        let tiered = [tier(1, 4), tier(2, 10), tier(3, 17)];
        let (tiers, category) = (self.dice.once_in(3), self.dice.once_in(3));
        let benefit = if tiers {
            Benefit::Tiers { tiers: tiered.to_vec() }
        } else {
            Benefit::Fixed {
                amount: self.money(amount),
            }
        };
        self.push(Kind::Platform, benefit, |maker, discount| {
            if category {
                let category = CategoryId::parse(&format!("C{}", maker.dice.between(1, 3))).unwrap();
                discount.scope.categories.push(category);
            }
            // A category is about a third of the whole.
            let least = if category { least / 2 } else { least };
            discount.min_spend = (!tiers).then(|| maker.money(least));
        });
    }

    /// Fixed, or a percent with or without a cap, from 20 to 90 % of what the store's lines come to.
    fn store(&mut self, checkout: &Checkout, number: i64) {
        let store = StoreId::parse(&format!("S{number}")).unwrap();
        let own = checkout.lines.iter().filter(|line| line.store.as_ref() == Some(&store));
        let all: i64 = own.map(|line| line.listed().minor()).sum::<i64>().max(1_000);
        let least = all * self.dice.between(20, 90) / 100;
        let benefit = if self.dice.once_in(4) {
            let cap = self.dice.once_in(2).then(|| self.money(all / 12));
            Benefit::Percent {
                percent: self.percent(3, 12),
                cap,
            }
        } else {
            let amount = least * self.dice.between(5, 15) / 100;
            Benefit::Fixed {
                amount: self.money(amount),
            }
        };
        self.push(Kind::Store, benefit, |maker, discount| {
            discount.scope.stores.push(store);
            discount.min_spend = Some(maker.money(least));
        });
    }

    fn seller(&mut self, number: i64) {
        let amount = self.dice.between(50, 300);
        let benefit = Benefit::Fixed {
            amount: self.money(amount),
        };
        self.push(Kind::Seller, benefit, |maker, discount| {
            discount
                .scope
                .sellers
                .push(SellerId::parse(&format!("L{number}")).unwrap());
            let least = amount * maker.dice.between(4, 12);
            discount.min_spend = Some(maker.money(least));
        });
    }

    /// 6 to 12 % of a minimum of 10 to 40 % of the whole, or 5 to 12 %, most of them capped.
    fn code(&mut self) {
        let least = self.whole * self.dice.between(10, 40) / 100;
        let benefit = if self.dice.once_in(2) {
            let amount = least * self.dice.between(6, 12) / 100;
            Benefit::Fixed {
                amount: self.money(amount),
            }
        } else {
            let cap = (!self.dice.once_in(4)).then(|| self.money(self.whole / 25));
            Benefit::Percent {
                percent: self.percent(5, 12),
                cap,
            }
        };
        self.push(Kind::Code, benefit, |maker, discount| {
            discount.min_spend = Some(maker.money(least));
        });
    }

    fn shipping(&mut self) {
        let cap = self.dice.once_in(2).then(|| self.money(600));
        let least = self.whole * self.dice.between(5, 30) / 100;
        self.push(Kind::FreeShipping, Benefit::Shipping { cap }, |maker, discount| {
            discount.min_spend = Some(maker.money(least));
            discount.exclusive = false;
        });
    }
}
