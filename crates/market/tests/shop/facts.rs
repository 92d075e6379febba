//! What a page can tell of a listing, made of the listing itself, to hold a reading against.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tillwatch_core::discount::{Audience, Benefit, Discount, Kind, Percent, PieceTier, Tier};
use tillwatch_core::money::Money;
use tillwatch_core::snapshot::Snapshot;
use tillwatch_market::view::{Listing, Offer, OfferKind, Takes, Variant};

/// A discount as a page tells it, as one text that can be compared.
fn told(
    kind: &Kind,
    benefit: &Benefit,
    minimum: Option<Money>,
    window: Option<(Timestamp, Timestamp)>,
    audience: Audience,
    code: Option<&str>,
) -> String {
    let minimum = minimum.map(|money| format!("{money} {}", money.currency()));
    let benefit = match benefit {
        Benefit::Unknown { .. } => "unreadable".to_owned(),
        benefit => format!("{benefit:?}"),
    };
    format!("{kind} {benefit} from {minimum:?} in {window:?} for {audience:?} by {code:?}")
}

/// The discounts of a reading.
pub(crate) fn discounts_read(seen: &Snapshot) -> BTreeSet<String> {
    let of = |one: &Discount| {
        let window = one.valid_from.zip(one.valid_until);
        let window = window.map(|(from, until)| (from.moment(), until.moment()));
        told(
            &one.kind,
            &one.benefit,
            one.min_spend,
            window,
            one.audience,
            one.code.as_deref(),
        )
    };
    seen.discounts.iter().map(of).collect()
}

/// The discounts that a page of a listing tells of.
pub(crate) fn discounts_shown(listing: &Listing, now: Timestamp) -> BTreeSet<String> {
    let newcomer = is_for_newcomers(listing);
    let offers = listing.offers.iter().filter(|offer| offer.left > 0);
    let shown = offers.filter(|offer| {
        let platform = matches!(
            offer.kind,
            OfferKind::Platform | OfferKind::Category | OfferKind::Welcome
        );
        !(newcomer && platform)
    });
    let mut all = BTreeSet::new();
    let mut freight = true;
    for offer in shown {
        if offer.kind == OfferKind::FreeShipping {
            // One sentence beside the freight, of the first that holds and has a minimum.
            let holds = (offer.starts..offer.ends).contains(&now) && offer.minimum.is_positive() && !offer.personal;
            if holds && std::mem::take(&mut freight) && !listing.shipping.is_empty() {
                let benefit = Benefit::Shipping { cap: None };
                all.insert(told(
                    &Kind::FreeShipping,
                    &benefit,
                    Some(offer.minimum),
                    None,
                    Audience::Public,
                    None,
                ));
            }
            continue;
        }
        all.extend(steps(offer));
    }
    all
}

/// One text for an offer, or for each step of a coupon's ladder.
fn steps(offer: &Offer) -> Vec<String> {
    let (kind, automatic) = match offer.kind {
        OfferKind::Platform | OfferKind::Category | OfferKind::Welcome => (Kind::Platform, false),
        OfferKind::Store | OfferKind::Seller => (Kind::Store, false),
        OfferKind::StoreDiscount => (Kind::StoreDiscount, true),
        _ => (Kind::SpendAndSave, true),
    };
    let audience = if offer.personal {
        Audience::Personal
    } else {
        Audience::Public
    };
    let say = |benefit: Benefit, minimum: Option<Money>| {
        let window = Some((offer.starts, offer.ends));
        told(&kind, &benefit, minimum, window, audience, offer.code.as_deref())
    };
    let unreadable = || Benefit::Unknown { name: "".into() };
    match &offer.takes {
        Takes::Fixed(amount) => {
            let least = Money::new(amount.minor() + 1, amount.currency());
            let minimum = if offer.minimum.is_zero() { least } else { offer.minimum };
            vec![say(Benefit::Fixed { amount: *amount }, Some(minimum))]
        }
        Takes::Tiers(tiers) if automatic => {
            let tier = |(min_spend, amount): &(Money, Money)| Tier {
                min_spend: *min_spend,
                amount: *amount,
            };
            vec![say(
                Benefit::Tiers {
                    tiers: tiers.iter().map(tier).collect(),
                },
                None,
            )]
        }
        Takes::Tiers(tiers) => {
            let step = |(minimum, amount): &(Money, Money)| say(Benefit::Fixed { amount: *amount }, Some(*minimum));
            tiers.iter().map(step).collect()
        }
        Takes::PerSpend { every, amount, cap } if automatic => {
            let told = offer.kind == OfferKind::SpendAndSave;
            let benefit = Benefit::PerSpend {
                every: *every,
                amount: *amount,
                cap: cap.filter(|_| told),
            };
            vec![say(benefit, None)]
        }
        Takes::Pieces(tiers) => {
            let tier = |(pieces, share): &(u32, _)| PieceTier {
                pieces: *pieces,
                percent: Percent(*share),
            };
            vec![say(
                Benefit::Pieces {
                    tiers: tiers.iter().map(tier).collect(),
                },
                None,
            )]
        }
        // No reader can tell these from a coupon's words.
        Takes::Percent(..) | Takes::PerSpend { .. } | Takes::Shipping(_) => vec![say(unreadable(), None)],
    }
}

/// Whether a page shows what a first order pays.
pub(crate) fn is_for_newcomers(listing: &Listing) -> bool {
    let mut salable = listing.variants.iter().filter(|variant| variant.salable).peekable();
    salable.peek().is_some() && salable.all(|variant| variant.new_shopper_price.is_some())
}

/// What a page says of a variant: id, name, warehouse, price, list price, first order's price, stock if known to be
/// right, and whether it can be bought. A page for newcomers hides what everybody else pays.
pub(crate) fn variant_shown(variant: &Variant, newcomer: bool) -> String {
    let hidden = newcomer.then_some(variant.list_price);
    let price = variant.salable.then(|| hidden.unwrap_or(variant.price));
    let list = price
        .map(|_| variant.list_price)
        .filter(|list| Some(list.minor()) > price.map(Money::minor));
    let first = variant.new_shopper_price.filter(|_| newcomer && variant.salable);
    let stock = variant.salable.then_some(variant.stock);
    let name = variant.name.split("; ships from").next().unwrap_or_default();
    let warehouse = variant.warehouse.as_str();
    format!(
        "{} {name} {warehouse} {price:?} {list:?} {first:?} {stock:?} {}",
        variant.sku, variant.salable
    )
}

/// The same of a reading.
pub(crate) fn variants_read(seen: &Snapshot) -> Vec<String> {
    let of = |variant: &tillwatch_core::snapshot::Variant| {
        let (price, list, first) = (variant.price, variant.list_price, variant.new_shopper_price);
        let stock = variant.stock.filter(|_| variant.salable);
        let name = variant.name.as_deref().unwrap_or_default();
        let warehouse = variant.warehouse.as_ref().map_or("", |one| one.as_str());
        let sku = variant.sku.as_ref().map_or("", |one| one.as_str());
        format!(
            "{sku} {name} {warehouse} {price:?} {list:?} {first:?} {stock:?} {}",
            variant.salable
        )
    };
    seen.variants.iter().map(of).collect()
}

/// The ways of shipping as a page quotes them, cheapest first; what is free has no pool to be waived.
pub(crate) fn shipping_shown(listing: &Listing) -> Vec<String> {
    let mut ways: Vec<_> = listing.shipping.iter().collect();
    ways.sort_by_key(|way| way.fee.minor());
    ways.into_iter()
        .map(|way| {
            let pooled = way.pool.is_some() && way.fee.is_positive();
            let free_from = way.free_from.filter(|_| pooled);
            format!(
                "{:?} {pooled} {free_from:?} {} {} {:?} {}",
                way.fee, way.carrier, way.from, way.days, listing.market
            )
        })
        .collect()
}

/// The same of a reading.
pub(crate) fn shipping_read(seen: &Snapshot) -> Vec<String> {
    let of = |way: &tillwatch_core::snapshot::Shipping| {
        let carrier = way.service.as_deref().unwrap_or_default();
        let from = way.from.as_ref().map_or("", |one| one.as_str());
        let to = way.to.map(|to| to.to_string()).unwrap_or_default();
        let days = way.days.unwrap_or_default();
        format!(
            "{:?} {} {:?} {carrier} {from} {days:?} {to}",
            way.fee,
            way.pool.is_some(),
            way.free_from
        )
    };
    seen.shipping.iter().map(of).collect()
}
