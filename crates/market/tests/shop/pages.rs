//! Pages and product answers, read back by the readers to the facts of the world.

use tillwatch_core::country::Country;
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{Outcome, Snapshot};
use tillwatch_market::view::Listing;
use tillwatch_market::world::{Absence, MARKETS, us_id};
use tillwatch_net::readers::{self, Asked};

use crate::facts::{
    discounts_read, discounts_shown, is_for_newcomers, shipping_read, shipping_shown, variant_shown, variants_read,
};
use crate::support::{Open, noon};

/// In twelve countries each.
pub(crate) const LISTINGS: u32 = 60;

/// What a caller of the readers asked for.
pub(crate) fn asked(listing: &Listing) -> Asked {
    Asked {
        item: Some(listing.item.clone()),
        market: Country::parse(listing.market).ok(),
        currency: Some(listing.currency),
    }
}

/// The one snapshot of an answer.
pub(crate) fn read(body: &[u8], asked: &Asked) -> Snapshot {
    let mut seen = readers::read_asked(body, asked);
    assert_eq!(seen.len(), 1, "{seen:?}");
    seen.remove(0)
}

/// What every shape of a listing tells alike.
pub(crate) fn same_listing(seen: &Snapshot, listing: &Listing, title: &str) {
    let item = &listing.item;
    assert_eq!(seen.item.as_ref(), Some(item));
    assert_eq!(
        seen.title.as_deref(),
        Some(title.split_whitespace().collect::<Vec<_>>().join(" ").as_str())
    );
    assert_eq!(
        (seen.store.as_ref(), seen.seller.as_ref()),
        (Some(&listing.store), Some(&listing.seller)),
        "{item}"
    );
    assert_eq!(seen.store_name.as_deref(), Some(listing.store_name.as_str()));
    let salable = listing.variants.iter().any(|variant| variant.salable);
    assert_eq!(
        seen.outcome,
        if salable { Outcome::Ok } else { Outcome::SoldOut },
        "{item}: {:?}",
        seen.detail
    );
    if salable {
        assert_eq!(seen.market.map(|to| to.to_string()).as_deref(), Some(listing.market));
        assert_eq!(seen.currency, Some(listing.currency));
        let newcomer = is_for_newcomers(listing);
        let shown: Vec<String> = listing
            .variants
            .iter()
            .map(|one| variant_shown(one, newcomer))
            .collect();
        assert_eq!(variants_read(seen), shown, "{item}");
        assert_eq!(shipping_read(seen), shipping_shown(listing), "{item}");
    }
}

/// Asks for every listing in every country and holds what was read against it; the count of those that were there.
pub(crate) async fn each(open: &Open, path: impl Fn(&Listing) -> String, hold: impl Fn(&Snapshot, &Listing)) -> usize {
    let mut there = 0;
    for market in &MARKETS {
        for item in open.world.items() {
            let Ok(listing) = open.world.listing(item, market.country, open.clock.now()) else {
                continue;
            };
            let answer = open
                .get_from(&path(&listing), market.country, market.currency().code())
                .await;
            assert_eq!(answer.status, 200);
            hold(&read(&answer.body, &asked(&listing)), &listing);
            there += 1;
        }
    }
    there
}

#[tokio::test]
async fn pages_of_2022_are_read_back_to_the_facts_of_the_world() {
    let open = Open::of(LISTINGS).await;
    let now = open.clock.now();
    let there = each(
        &open,
        |listing| format!("/item/{}.html?era=a", listing.item),
        |seen, listing| {
            assert_eq!(seen.shape, "page_modules");
            // The page itself writes a title's marks escaped, and the reader takes it as it is written.
            let title = listing
                .title
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;");
            same_listing(seen, listing, &title.replace('"', "&quot;").replace('\'', "&#39;"));
            if seen.outcome == Outcome::Ok {
                assert_eq!(discounts_read(seen), discounts_shown(listing, now), "{}", listing.item);
            }
        },
    )
    .await;
    assert!(there > 500, "{there}");
    assert_eq!(open.shop.counts().items, there as u64);
}

#[tokio::test]
async fn pages_of_2024_are_read_back_to_the_facts_of_the_world() {
    let open = Open::of(LISTINGS).await;
    let now = open.clock.now();
    let there = each(
        &open,
        |listing| format!("/item/{}.html?era=c", listing.item),
        |seen, listing| {
            assert_eq!(seen.shape, "page_components");
            same_listing(seen, listing, &listing.title);
            assert_eq!(seen.seen_at.map(Instant::moment), Some(now));
            let categories: Vec<_> = listing.categories.iter().map(|category| category.id.clone()).collect();
            assert_eq!(seen.categories, categories);
            if seen.outcome == Outcome::Ok {
                assert_eq!(discounts_read(seen), discounts_shown(listing, now), "{}", listing.item);
            }
        },
    )
    .await;
    assert!(there > 500, "{there}");
}

#[tokio::test]
async fn a_listing_that_is_not_there_is_told_as_the_real_one_is() {
    let open = Open::of(LISTINGS).await;
    let now = open.clock.now();
    let not_there = |wanted| {
        let mut items = open.world.items().iter();
        items
            .find(|item| open.world.listing(item, "MX", now).err() == Some(wanted))
            .unwrap()
    };
    let unknown = ItemId::from_number(1_005_009_999_999_999);
    let (removed, banned) = (not_there(Absence::Removed), not_there(Absence::NotSoldThere));
    for (item, era, wanted) in [
        (&unknown, "a", Outcome::Removed),
        (removed, "c", Outcome::Removed),
        (removed, "d", Outcome::Removed),
        (banned, "a", Outcome::OtherRegion),
        (banned, "c", Outcome::OtherRegion),
        (banned, "d", Outcome::EmptyShell),
    ] {
        let answer = open
            .get_from(&format!("/item/{item}.html?era={era}"), "MX", "MXN")
            .await;
        let seen = read(&answer.body, &Asked::default());
        assert_eq!((answer.status, seen.outcome), (200, wanted), "{era}: {:?}", seen.detail);
    }
    assert_eq!(open.shop.counts().refusals["not_sold_there"], 3);
}

#[tokio::test]
async fn the_us_storefront_calls_a_listing_by_its_own_id_and_means_the_same() {
    let open = Open::of(LISTINGS).await;
    let listing = open.first("US");
    let id = us_id(&listing.item).unwrap();
    for era in ["a", "c"] {
        let answer = open.get_from(&format!("/item/{id}.html?era={era}"), "US", "USD").await;
        assert!(answer.text().contains(&format!("item/{id}.html")));
        assert_eq!(read(&answer.body, &asked(&listing)).outcome, Outcome::Ok);
    }
}

#[tokio::test]
async fn another_currency_than_the_countrys_is_answered_where_the_shop_pays_in_it() {
    let open = Open::of(LISTINGS).await;
    let listing = open.first("DE");
    let in_dollars = open.world.listing(&listing.item, "US", noon());
    let answer = open
        .get_from(&format!("/item/{}.html?era=c", listing.item), "DE", "USD")
        .await;
    let seen = read(
        &answer.body,
        &Asked {
            currency: Some(Currency::USD),
            ..asked(&listing)
        },
    );
    assert_eq!(
        seen.outcome,
        if in_dollars.is_ok() {
            Outcome::Ok
        } else {
            Outcome::OtherCurrency
        }
    );
}

#[tokio::test]
async fn every_era_is_met_among_the_listings() {
    let open = Open::of(LISTINGS).await;
    let mut shapes = std::collections::BTreeSet::new();
    for item in open.world.items() {
        let answer = open.get(&format!("/item/{item}.html")).await;
        shapes.extend(
            readers::read(&answer.body)
                .into_iter()
                .map(|seen| (seen.shape.into_owned(), seen.outcome == Outcome::EmptyShell)),
        );
    }
    for met in [("page_modules", false), ("page_components", false), ("page", true)] {
        assert!(shapes.contains(&(met.0.to_owned(), met.1)), "{shapes:?}");
    }
}
