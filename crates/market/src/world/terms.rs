//! The fine print of the discounts that listings show, drawn from each one's key.

use jiff::Timestamp;
use tillwatch_core::id::{CategoryId, DiscountId, ItemId, Warehouse};
use tillwatch_core::money::{BasisPoints, Currency, Money};

use super::draw::Draw;
use super::lanes::Run;
use super::markets::{MARKETS, Market};
use super::price::Purse;
use crate::view::{Offer, OfferKind, Takes};

/// Amounts of a discount in the currency that it is tagged with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mint {
    purse: Purse,
    currency: Currency,
    /// Whether amounts are round ones, as the platform makes them, or converted at the rate, as stores get them.
    round: bool,
}

impl Mint {
    pub(super) fn round(purse: Purse) -> Self {
        Self {
            purse,
            currency: purse.market.currency(),
            round: true,
        }
    }

    pub(super) fn converted(purse: Purse) -> Self {
        Self {
            round: false,
            ..Self::round(purse)
        }
    }

    /// So many cents of a dollar.
    pub(super) fn money(&self, cents: i64) -> Money {
        let minor = if self.round {
            self.purse.round(cents)
        } else {
            self.purse.converted(cents)
        };
        Money::new(minor, self.currency)
    }

    fn none(&self) -> Money {
        Money::zero(self.currency)
    }
}

/// An offer without restriction, in the time of a run.
pub(super) fn plain(run: &Run, at: i64, kind: OfferKind, mint: Mint, takes: Takes, minimum: Option<Money>) -> Offer {
    Offer {
        id: offer_id(run.key),
        kind,
        code: None,
        takes,
        currency: mint.currency,
        minimum: minimum.unwrap_or_else(|| mint.none()),
        starts: stamp(run.starts),
        ends: stamp(run.ends),
        left: run.left(500, at),
        regions: Vec::new(),
        warehouses: Vec::new(),
        stores: Vec::new(),
        sellers: Vec::new(),
        categories: Vec::new(),
        items: Vec::new(),
        excluded: Vec::new(),
        personal: false,
        exclusive: false,
    }
}

pub(super) fn stamp(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
}

fn offer_id(key: u64) -> DiscountId {
    super::catalog::id(DiscountId::parse, 5_000_000_000_000_000 + key % 1_000_000_000_000_000)
}

pub(super) fn share(points: i64) -> BasisPoints {
    u16::try_from(points)
        .ok()
        .and_then(BasisPoints::new)
        .unwrap_or(BasisPoints::WHOLE)
}

/// By itself: "4 off per 40", "buy 2 get 3 % off", a ladder, or a plain amount.
pub(super) fn store_discount(run: &Run, at: i64, purse: Purse) -> Offer {
    let mut draw = run.draw();
    let mint = Mint::converted(purse);
    let every = draw.pick(&[1_500, 2_000, 3_000, 4_000, 6_000]);
    let off = every * draw.between(5, 12) / 100;
    let (takes, minimum) = match draw.below(5) {
        0 | 1 => (
            Takes::PerSpend {
                every: mint.money(every),
                amount: mint.money(off),
                cap: draw.chance(300).then(|| mint.money(3 * off)),
            },
            None,
        ),
        2 => {
            let first = draw.between(100, 300);
            let tiers = vec![(2, share(first)), (3, share(first + 200)), (8, share(first + 450))];
            (Takes::Pieces(tiers), None)
        }
        3 => (tiers(&mut draw, mint, every, 3), None),
        _ => (Takes::Fixed(mint.money(off)), Some(mint.money(every))),
    };
    plain(run, at, OfferKind::StoreDiscount, mint, takes, minimum)
}

fn tiers(draw: &mut Draw, mint: Mint, first: i64, count: i64) -> Takes {
    let percent = draw.between(8, 15);
    let row = |tier: i64| {
        let minimum = first * (1 + tier * tier);
        (mint.money(minimum), mint.money(minimum * (percent + tier) / 100))
    };
    Takes::Tiers((0..count).map(row).collect())
}

/// A coupon of a store: a fixed amount, a ladder, or a share with a cap.
pub(super) fn store_coupon(run: &Run, at: i64, purse: Purse, listings: &[&ItemId]) -> Offer {
    let mut draw = run.draw();
    let mut mint = Mint::converted(purse);
    if draw.chance(40)
        && let Some(home) = Market::of("US")
    {
        // Tagged in dollars, whatever the cart is paid in.
        mint = Mint::converted(Purse::of(0, home, 0));
    }
    let off = draw.between(50, 900);
    let minimum = off * draw.between(4, 16);
    let (takes, minimum) = match draw.below(10) {
        0..6 => (Takes::Fixed(mint.money(off)), Some(minimum)),
        6 | 7 => (tiers(&mut draw, mint, 1_500, 3), None),
        8 => (
            Takes::Percent(share(draw.between(300, 1_500)), Some(mint.money(2 * off))),
            Some(minimum / 2),
        ),
        _ => (Takes::Percent(share(draw.between(200, 900)), None), None),
    };
    let minimum = minimum.map(|cents| mint.money(cents));
    let mut offer = plain(run, at, OfferKind::Store, mint, takes, minimum);
    restrict(&mut offer, &mut draw);
    if draw.chance(200) {
        offer.items = listings.iter().take(5).map(|item| (*item).clone()).collect();
    }
    if draw.chance(150) {
        offer.excluded = listings.iter().rev().take(1).map(|item| (*item).clone()).collect();
    }
    offer.exclusive = draw.chance(80);
    if draw.chance(250) {
        offer.code = Some(letters(&mut draw, 12));
    }
    offer
}

/// Some hold only for a few countries or one warehouse.
fn restrict(offer: &mut Offer, draw: &mut Draw) {
    if draw.chance(120) {
        let (one, other) = (draw.pick(&MARKETS), draw.pick(&MARKETS));
        offer.regions = vec![one.country];
        if other != one {
            offer.regions.push(other.country);
        }
    }
    if draw.chance(120) {
        offer.warehouses = vec![warehouse(draw.pick(&["CN", "US"]))];
    }
}

pub(super) fn warehouse(code: &str) -> Warehouse {
    Warehouse::parse(code).unwrap_or_else(|_| unreachable!("two letters are an id"))
}

pub(super) fn category(code: &str) -> CategoryId {
    CategoryId::parse(code).unwrap_or_else(|_| unreachable!("digits are an id"))
}

/// Capitals and digits, as the codes of store coupons are.
pub(super) fn letters(draw: &mut Draw, many: usize) -> String {
    let letters = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    (0..many).map(|_| char::from(draw.pick(letters))).collect()
}

/// A seller's coupon; four in ten are thanks to one follower.
pub(super) fn seller_coupon(run: &Run, at: i64, purse: Purse) -> Offer {
    let mut draw = run.draw();
    let mint = Mint::converted(purse);
    let off = draw.between(30, 250);
    let takes = if draw.chance(250) {
        Takes::Percent(share(draw.between(100, 500)), None)
    } else {
        Takes::Fixed(mint.money(off))
    };
    let minimum = draw.chance(700).then(|| mint.money(off * draw.between(3, 12)));
    let mut offer = plain(run, at, OfferKind::Seller, mint, takes, minimum);
    offer.personal = draw.chance(400);
    restrict(&mut offer, &mut draw);
    offer
}

/// The weekly platform coupon of a few listings.
pub(super) fn platform_coupon(run: &Run, at: i64, purse: Purse, listings: Vec<ItemId>) -> Offer {
    let mut draw = run.draw();
    let mint = Mint::round(purse);
    let off = draw.pick(&[100, 200, 300, 400, 800, 1_200, 2_000]);
    let (takes, minimum) = match draw.below(8) {
        0 => (
            Takes::Percent(share(draw.between(300, 1_200)), Some(mint.money(off))),
            None,
        ),
        1 => (
            Takes::PerSpend {
                every: mint.money(2_000),
                amount: mint.money(150),
                cap: Some(mint.money(900)),
            },
            None,
        ),
        _ => (
            Takes::Fixed(mint.money(off)),
            Some(mint.money(off * draw.between(5, 10))),
        ),
    };
    let mut offer = plain(run, at, OfferKind::Platform, mint, takes, minimum);
    offer.items = listings;
    offer.exclusive = draw.chance(60);
    offer
}

/// A platform coupon of a category, in a sale.
pub(super) fn category_coupon(run: &Run, at: i64, purse: Purse, of: &str) -> Offer {
    let mut draw = run.draw();
    let mint = Mint::round(purse);
    let takes = tiers(&mut draw, mint, 2_000, if run.grand { 5 } else { 2 });
    let mut offer = plain(run, at, OfferKind::Category, mint, takes, None);
    offer.categories = vec![category(of)];
    offer
}

/// What one account is given: a coupon of a new or returning shopper.
pub(super) fn welcome(run: &Run, at: i64, purse: Purse) -> Offer {
    let mut draw = run.draw();
    let mint = Mint::round(purse);
    let off = draw.between(100, 500);
    let takes = Takes::Fixed(mint.money(off));
    let minimum = Some(mint.money(off + draw.between(100, 2_000)));
    let mut offer = plain(run, at, OfferKind::Welcome, mint, takes, minimum);
    offer.personal = true;
    offer
}

/// "5 off every 40, at most 15", across stores.
pub(super) fn spend_and_save(run: &Run, at: i64, purse: Purse) -> Offer {
    let mut draw = run.draw();
    let mint = Mint::round(purse);
    let every = draw.pick(&[2_000, 3_000, 4_000]);
    let amount = every / 10 + draw.between(0, 2) * 50;
    let takes = Takes::PerSpend {
        every: mint.money(every),
        amount: mint.money(amount),
        cap: Some(mint.money(3 * amount)),
    };
    let mut offer = plain(run, at, OfferKind::SpendAndSave, mint, takes, None);
    if draw.chance(400) {
        let wide = [draw.pick(&super::words::WIDE), draw.pick(&super::words::WIDE)];
        offer.categories = wide.iter().map(|(id, _)| category(id)).collect();
    }
    offer
}

/// A coupon on shipping, in a sale.
pub(super) fn free_shipping(run: &Run, at: i64, purse: Purse) -> Offer {
    let mut draw = run.draw();
    let mint = Mint::round(purse);
    let cap = draw.chance(500).then(|| mint.money(draw.between(100, 700)));
    let minimum = draw.chance(600).then(|| mint.money(draw.between(500, 3_000)));
    let mut offer = plain(run, at, OfferKind::FreeShipping, mint, Takes::Shipping(cap), minimum);
    restrict(&mut offer, &mut draw);
    offer
}
