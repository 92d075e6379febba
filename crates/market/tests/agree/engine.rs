//! The engine's checkout, made of what the till looked up.

use tillwatch_core::checkout::{Checkout, Line, Pool};
use tillwatch_core::country::Country;
use tillwatch_core::discount::{Audience, Benefit, Discount, Kind, Percent, PieceTier, Scope, Tier, Uses};
use tillwatch_core::instant::Instant;
use tillwatch_core::market::Markets;
use tillwatch_core::money::Money;
use tillwatch_market::till::{Cart, Good, Till};
use tillwatch_market::view::{Offer, OfferKind, Takes};

/// The same cart, with all of its discounts as candidates.
pub(crate) fn checkout(cart: &Cart, till: &Till, markets: &Markets) -> Checkout {
    let country = Country::parse(&cart.market).unwrap();
    let mut checkout = Checkout::new(country, cart.currency, instant(cart.at));
    checkout.tax = markets.tax(country);
    checkout.holds.clone_from(&cart.held);
    for good in till.goods() {
        let line = line(good, &mut checkout.pools);
        checkout.lines.push(line);
    }
    checkout.discounts = till.offers().iter().map(discount).collect();
    checkout
}

fn instant(at: jiff::Timestamp) -> Instant {
    Instant::from_millis(at.as_millisecond()).unwrap()
}

fn line(good: &Good, pools: &mut Vec<Pool>) -> Line {
    let way = good.shipping.as_ref().unwrap();
    let pool = way.pool.as_ref().map(|id| {
        let known = pools.iter().position(|pool| pool.id == *id);
        known.unwrap_or_else(|| {
            pools.push(Pool {
                id: id.clone(),
                fee: way.fee,
                free_from: way.free_from,
            });
            pools.len() - 1
        })
    });
    Line {
        item: good.item.clone(),
        sku: None,
        title: None,
        store: Some(good.store.clone()),
        seller: Some(good.seller.clone()),
        categories: good.categories.clone(),
        warehouse: Some(good.warehouse.clone()),
        unit_price: good.unit,
        quantity: good.quantity,
        shipping: if pool.is_some() {
            Money::zero(way.fee.currency())
        } else {
            way.fee
        },
        pool,
    }
}

pub(crate) fn kind(kind: OfferKind) -> Kind {
    match kind {
        OfferKind::StoreDiscount => Kind::StoreDiscount,
        OfferKind::SpendAndSave => Kind::SpendAndSave,
        OfferKind::Platform => Kind::Platform,
        OfferKind::Category => Kind::Category,
        OfferKind::Welcome => Kind::Welcome,
        OfferKind::Store => Kind::Store,
        OfferKind::Seller => Kind::Seller,
        OfferKind::Code => Kind::Code,
        OfferKind::FreeShipping => Kind::FreeShipping,
    }
}

fn discount(offer: &Offer) -> Discount {
    let mut discount = Discount::new(
        offer.id.clone(),
        kind(offer.kind),
        benefit(&offer.takes),
        Some(offer.currency),
    );
    discount.min_spend = offer.minimum.is_positive().then_some(offer.minimum);
    discount.valid_from = Some(instant(offer.starts));
    discount.valid_until = Some(instant(offer.ends));
    discount.scope = Scope {
        stores: offer.stores.clone(),
        sellers: offer.sellers.clone(),
        categories: offer.categories.clone(),
        items: offer.items.clone(),
        excluded_items: offer.excluded.clone(),
    };
    discount.regions = offer
        .regions
        .iter()
        .map(|region| Country::parse(region).unwrap())
        .collect();
    discount.warehouses.clone_from(&offer.warehouses);
    discount.audience = if offer.personal {
        Audience::Personal
    } else {
        Audience::Public
    };
    discount.exclusive = offer.exclusive;
    discount.uses = Some(Uses::Limited(offer.left));
    discount.code.clone_from(&offer.code);
    discount
}

fn benefit(takes: &Takes) -> Benefit {
    match takes.clone() {
        Takes::Fixed(amount) => Benefit::Fixed { amount },
        Takes::Percent(share, cap) => Benefit::Percent {
            percent: Percent(share),
            cap,
        },
        Takes::Tiers(tiers) => Benefit::Tiers {
            tiers: tiers
                .into_iter()
                .map(|(min_spend, amount)| Tier { min_spend, amount })
                .collect(),
        },
        Takes::PerSpend { every, amount, cap } => Benefit::PerSpend { every, amount, cap },
        Takes::Pieces(tiers) => Benefit::Pieces {
            tiers: tiers
                .into_iter()
                .map(|(pieces, share)| PieceTier {
                    pieces,
                    percent: Percent(share),
                })
                .collect(),
        },
        Takes::Shipping(cap) => Benefit::Shipping { cap },
    }
}
