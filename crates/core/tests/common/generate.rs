//! Made-up checkouts from a seed: several lines, partial scopes, exclusivity, minimums, pools, currencies of 0, 2 and 3
//! digits. The same seed and shape always make the same checkout.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop, and its numbers are small"
)]

use tillwatch_core::checkout::{Checkout, Line, Percent, Pool, Tax};
use tillwatch_core::country::Country;
use tillwatch_core::discount::{Audience, Benefit, Discount, Kind, PieceTier, Tier, Uses};
use tillwatch_core::id::{CategoryId, DiscountId, ItemId, PoolId, SellerId, SkuId, StoreId, Warehouse};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{BasisPoints, Currency, Money};

/// A small generator of numbers that is its own seed (splitmix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high - low + 1).unwrap();
        low + i64::try_from(self.next() % width).unwrap()
    }

    /// True once in `n`.
    pub(crate) fn once_in(&mut self, n: u64) -> bool {
        self.next().is_multiple_of(n)
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        let place = self.between(0, i64::try_from(from.len()).unwrap() - 1);
        from[usize::try_from(place).unwrap()].clone()
    }
}

/// How large a made-up checkout is, and how odd.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) lines: usize,
    pub(crate) stores: usize,
    pub(crate) discounts: usize,
    /// Also currencies without minor units, windows that are over, regions, holds, unknown kinds: what never applies.
    pub(crate) odd: bool,
    /// Small prices, so that roundings and ties come up often.
    pub(crate) cents: bool,
    /// One discount in so many is exclusive.
    pub(crate) exclusive: u64,
}

pub(crate) fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

pub(crate) fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

pub(crate) fn checkout(seed: u64, shape: Shape) -> Checkout {
    let mut dice = Dice::new(seed);
    let currency = currency(if shape.odd {
        dice.pick(&["USD", "EUR", "JPY", "KWD"])
    } else {
        "USD"
    });
    let mut checkout = Checkout::new(Country::parse("DE").unwrap(), currency, instant("2026-06-03T12:00:00Z"));
    if shape.odd && dice.once_in(3) {
        let rate = Some(Percent(BasisPoints::new(1900).unwrap()));
        checkout.tax = Tax {
            included: true,
            rate,
            minimum_spend_net: true,
        };
    }
    let money = |minor| Money::new(minor, currency);
    if dice.once_in(2) {
        let free_from = dice.once_in(2).then(|| money(dice.between(500, 9000)));
        checkout.pools.push(Pool {
            id: PoolId::parse("choice").unwrap(),
            fee: money(dice.between(50, 500)),
            free_from,
        });
    }
    let top = if shape.cents { 300 } else { 12_000 };
    for place in 0..shape.lines {
        let store = dice.between(1, i64::try_from(shape.stores).unwrap());
        let pool = (!checkout.pools.is_empty() && dice.once_in(3)).then_some(0);
        let shipping = if pool.is_none() && dice.once_in(2) {
            dice.between(0, 900)
        } else {
            0
        };
        checkout.lines.push(Line {
            item: ItemId::parse(&format!("100500{place}")).unwrap(),
            sku: Some(SkuId::parse(&format!("1200{place}")).unwrap()),
            title: None,
            store: Some(StoreId::parse(&format!("S{store}")).unwrap()),
            // Two stores of one seller now and then.
            seller: Some(SellerId::parse(&format!("L{}", (store + 1) / 2)).unwrap()),
            categories: vec![CategoryId::parse(&format!("C{}", dice.between(1, 3))).unwrap()],
            warehouse: Some(Warehouse::parse(dice.pick(&["CN", "US"])).unwrap()),
            unit_price: money(dice.between(1, top)),
            quantity: u32::try_from(dice.between(1, 3)).unwrap(),
            shipping: money(shipping),
            pool,
        });
    }
    let listed = checkout.lines.iter().map(|line| line.listed().minor()).sum::<i64>();
    for place in 0..shape.discounts {
        let discount = discount(&mut dice, place, currency, listed, shape);
        if discount.audience == Audience::Personal && dice.once_in(2) {
            checkout.holds.push(discount.id.clone());
        }
        checkout.discounts.push(discount);
    }
    checkout
}

fn discount(dice: &mut Dice, place: usize, currency: Currency, listed: i64, shape: Shape) -> Discount {
    let kinds = [
        Kind::Platform,
        Kind::Platform,
        Kind::Store,
        Kind::Store,
        Kind::Seller,
        Kind::Code,
        Kind::Code,
        Kind::FreeShipping,
        Kind::Category,
        Kind::StoreDiscount,
        Kind::SpendAndSave,
    ];
    let kind = dice.pick(&kinds);
    let money = |minor: i64| Money::new(minor.max(1), currency);
    let part = |dice: &mut Dice, low, high| money(listed * dice.between(low, high) / 100);
    let benefit = match (&kind, dice.between(0, 9)) {
        (Kind::FreeShipping, roll) => Benefit::Shipping {
            cap: (roll < 3).then(|| money(dice.between(50, 400))),
        },
        (_, 0..=4) => Benefit::Fixed {
            amount: part(dice, 1, 15),
        },
        (_, 5..=6) => {
            let percent = Percent(BasisPoints::new(u16::try_from(dice.between(1, 30) * 50).unwrap()).unwrap());
            Benefit::Percent {
                percent,
                cap: dice.once_in(2).then(|| part(dice, 2, 10)),
            }
        }
        (_, 7) => {
            let from = part(dice, 5, 30).minor();
            let tiers = (1..=3).map(|n| Tier {
                min_spend: money(from * n),
                amount: part(dice, 1, 12),
            });
            Benefit::Tiers { tiers: tiers.collect() }
        }
        (_, 8) => Benefit::PerSpend {
            every: part(dice, 10, 40),
            amount: part(dice, 1, 5),
            cap: dice.once_in(2).then(|| part(dice, 3, 8)),
        },
        _ => {
            let percent = |n: u16| Percent(BasisPoints::new(300 * n).unwrap());
            let tiers = (1..=3_u16).map(|n| PieceTier {
                pieces: u32::from(n) * 2,
                percent: percent(n),
            });
            Benefit::Pieces { tiers: tiers.collect() }
        }
    };
    let id = DiscountId::parse(&format!("{}{place}", kind.name())).unwrap();
    let mut made = Discount::new(id, kind.clone(), benefit, Some(currency));
    made.min_spend = dice.once_in(2).then(|| part(dice, 5, 90));
    let store = |dice: &mut Dice| {
        StoreId::parse(&format!("S{}", dice.between(1, i64::try_from(shape.stores).unwrap()))).unwrap()
    };
    match kind {
        Kind::Store | Kind::StoreDiscount if !dice.once_in(4) => made.scope.stores.push(store(dice)),
        Kind::Seller if !dice.once_in(4) => {
            made.scope
                .sellers
                .push(SellerId::parse(&format!("L{}", dice.between(1, 2))).unwrap());
        }
        Kind::Category => made
            .scope
            .categories
            .push(CategoryId::parse(&format!("C{}", dice.between(1, 3))).unwrap()),
        _ if dice.once_in(5) => {
            let item = dice.between(0, i64::try_from(shape.lines).unwrap() - 1);
            made.scope
                .excluded_items
                .push(ItemId::parse(&format!("100500{item}")).unwrap());
        }
        _ => {}
    }
    made.exclusive = dice.once_in(shape.exclusive);
    if shape.odd {
        oddities(dice, &mut made);
    }
    made
}

fn oddities(dice: &mut Dice, made: &mut Discount) {
    match dice.between(0, 19) {
        0 => made.valid_until = Some(instant("2026-06-03T12:00:00Z")),
        1 => made.valid_from = Some(instant("2026-06-03T12:00:01Z")),
        2 => made.regions.push(Country::US),
        3 => made.audience = Audience::Personal,
        4 => made.uses = Some(Uses::Limited(0)),
        5 => made.warehouses.push(Warehouse::parse("US").unwrap()),
        6 => made.kind = Kind::Unknown("coins".into()),
        7 => {
            let other = currency("GBP");
            *made = Discount::new(
                made.id.clone(),
                made.kind.clone(),
                Benefit::Fixed {
                    amount: Money::new(500, other),
                },
                Some(other),
            );
        }
        8 => made.valid_until = Some(instant("2026-06-11T00:00:00-07:00")),
        _ => {}
    }
}
