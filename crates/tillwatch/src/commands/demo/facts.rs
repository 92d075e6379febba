//! The simulated marketplace's facts as the core's values, for the past that nobody was there to read.

use tillwatch_core::country::Country;
use tillwatch_core::discount::{Audience, Benefit, Discount, Kind, Percent, PieceTier, Provenance, Scope, Tier, Uses};
use tillwatch_core::instant::Instant;
use tillwatch_core::snapshot::{Shipping, Snapshot, Variant};
use tillwatch_market::view::{Listing, Offer, OfferKind, Takes};

/// What a reading of the listing would have shown.
pub(super) fn snapshot(listing: &Listing) -> Snapshot {
    let market = Country::parse(listing.market).ok();
    Snapshot {
        item: Some(listing.item.clone()),
        title: Some(listing.title.clone()),
        store: Some(listing.store.clone()),
        store_name: Some(listing.store_name.clone()),
        seller: Some(listing.seller.clone()),
        categories: listing.categories.iter().map(|category| category.id.clone()).collect(),
        market,
        currency: Some(listing.currency),
        variants: listing
            .variants
            .iter()
            .map(|variant| Variant {
                sku: Some(variant.sku.clone()),
                name: Some(variant.name.clone()),
                price: variant.salable.then_some(variant.price),
                list_price: Some(variant.list_price),
                stock: Some(variant.stock),
                warehouse: Some(variant.warehouse.clone()),
                salable: variant.salable,
                new_shopper_price: variant.new_shopper_price,
            })
            .collect(),
        shipping: listing
            .shipping
            .iter()
            .map(|way| Shipping {
                fee: way.fee,
                pool: way.pool.clone(),
                free_from: way.free_from,
                service: Some(way.carrier.to_owned()),
                from: Some(way.from.clone()),
                to: market,
                days: Some(way.days),
            })
            .collect(),
        discounts: listing.offers.iter().map(discount).collect(),
        ..Snapshot::empty("simulated")
    }
}

/// One offer with its fine print.
pub(super) fn discount(offer: &Offer) -> Discount {
    let countries = offer.regions.iter().filter_map(|country| Country::parse(country).ok());
    Discount {
        id: offer.id.clone(),
        kind: match offer.kind {
            OfferKind::StoreDiscount => Kind::StoreDiscount,
            OfferKind::SpendAndSave => Kind::SpendAndSave,
            OfferKind::Platform => Kind::Platform,
            OfferKind::Category => Kind::Category,
            OfferKind::Welcome => Kind::Welcome,
            OfferKind::Store => Kind::Store,
            OfferKind::Seller => Kind::Seller,
            OfferKind::Code => Kind::Code,
            OfferKind::FreeShipping => Kind::FreeShipping,
        },
        benefit: benefit(&offer.takes),
        currency: Some(offer.currency),
        min_spend: offer.minimum.is_positive().then_some(offer.minimum),
        valid_from: Some(Instant::utc(offer.starts)),
        valid_until: Some(Instant::utc(offer.ends)),
        scope: Scope {
            stores: offer.stores.clone(),
            sellers: offer.sellers.clone(),
            categories: offer.categories.clone(),
            items: offer.items.clone(),
            excluded_items: offer.excluded.clone(),
        },
        regions: countries.collect(),
        warehouses: offer.warehouses.clone(),
        audience: if offer.personal {
            Audience::Personal
        } else {
            Audience::Public
        },
        exclusive: offer.exclusive,
        uses: Some(Uses::Limited(offer.left)),
        code: offer.code.clone(),
        provenance: Provenance::default(),
    }
}

fn benefit(takes: &Takes) -> Benefit {
    match takes {
        Takes::Fixed(amount) => Benefit::Fixed { amount: *amount },
        Takes::Percent(share, cap) => Benefit::Percent {
            percent: Percent(*share),
            cap: *cap,
        },
        Takes::Tiers(tiers) => Benefit::Tiers {
            tiers: tiers
                .iter()
                .map(|(min_spend, amount)| Tier {
                    min_spend: *min_spend,
                    amount: *amount,
                })
                .collect(),
        },
        Takes::PerSpend { every, amount, cap } => Benefit::PerSpend {
            every: *every,
            amount: *amount,
            cap: *cap,
        },
        Takes::Pieces(tiers) => Benefit::Pieces {
            tiers: tiers
                .iter()
                .map(|(pieces, share)| PieceTier {
                    pieces: *pieces,
                    percent: Percent(*share),
                })
                .collect(),
        },
        Takes::Shipping(cap) => Benefit::Shipping { cap: *cap },
    }
}
