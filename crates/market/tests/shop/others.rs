//! Short links, ladders, and the rules for robots.

use tillwatch_core::almanac::read_ladder;
use tillwatch_core::discount::{Audience, Benefit, Kind};
use tillwatch_core::instant::Instant;
use tillwatch_core::link;
use tillwatch_core::money::Money;
use tillwatch_market::faults::Surface;
use tillwatch_market::shop::{DEAD_LINK, FOREIGN_LINK, short_link};
use tillwatch_market::view::Takes;
use tillwatch_market::world::MARKETS;

use crate::support::Open;

#[tokio::test]
async fn a_short_link_reaches_its_listing_in_one_to_three_hops_on_the_same_host() {
    let open = Open::of(60).await;
    let mut lengths = std::collections::BTreeSet::new();
    for item in open.world.items() {
        let mut path = short_link(item);
        let mut hops = 0;
        while !path.starts_with("/item/") {
            let answer = open.get(&path).await;
            assert_eq!(answer.status, 302, "{path}");
            answer.header("location").unwrap().clone_into(&mut path);
            hops += 1;
        }
        lengths.insert(hops);
        let identity = link::identify(&format!("https://www.aliexpress.com{path}"));
        assert_eq!(identity.item.as_ref(), Some(item), "{path}");
        assert_eq!(open.get(&path).await.status, 200);
    }
    assert_eq!(lengths.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn the_programmes_own_host_leads_on_to_the_shops() {
    let open = Open::of(60).await;
    let direct = open
        .world
        .items()
        .iter()
        .find(|item| item.as_str().parse::<u64>().unwrap() % 3 == 0)
        .unwrap();
    let answer = open
        .get_with(&short_link(direct), &[("host", "s.click.aliexpress.com")])
        .await;
    let identity = link::identify(answer.header("location").unwrap());
    assert_eq!(identity.item.as_ref(), Some(direct));
}

#[tokio::test]
async fn a_dead_link_is_not_found_and_a_foreign_one_leaves_the_host() {
    let open = Open::of(10).await;
    assert_eq!(open.get(DEAD_LINK).await.status, 404);
    assert_eq!(open.get("/e/_!").await.status, 404);
    let away = open.get(FOREIGN_LINK).await;
    assert_eq!(
        (away.status, away.header("location")),
        (302, Some("https://www.example.com/somewhere/else"))
    );
    let counts = open.shop.counts();
    assert_eq!((counts.calls_to(Surface::Link), counts.refusals["dead_link"]), (3, 2));
}

#[tokio::test]
async fn a_ladder_is_read_back_to_the_published_codes() {
    let open = Open::of(10).await;
    for market in &MARKETS {
        let codes = open.world.public_codes(market.country, open.clock.now());
        let answer = open.get(&format!("/ladder/{}.json", market.country)).await;
        // Where nothing runs, the ladder is there and empty.
        let read = read_ladder(&answer.body).unwrap();
        assert!(read.warnings.is_empty(), "{:?}", read.warnings);
        assert_eq!(read.value.discounts.len(), codes.len());
        for (discount, offer) in read.value.discounts.iter().zip(&codes) {
            assert_eq!(
                (&discount.id, &discount.kind, discount.audience),
                (&offer.id, &Kind::Code, Audience::Public)
            );
            match (&discount.benefit, &offer.takes) {
                (Benefit::Fixed { amount }, Takes::Fixed(taken)) => assert_eq!(amount, taken),
                (Benefit::Percent { percent, cap }, Takes::Percent(share, most)) => {
                    assert_eq!((percent.0, cap), (*share, most));
                }
                (benefit, takes) => panic!("{benefit:?} of {takes:?}"),
            }
            assert_eq!(
                discount.min_spend,
                Some(offer.minimum).filter(|minimum: &Money| minimum.is_positive())
            );
            assert_eq!(discount.valid_from.map(Instant::moment), Some(offer.starts));
            assert_eq!(discount.valid_until.map(Instant::moment), Some(offer.ends));
            assert_eq!(
                (&discount.warehouses, discount.exclusive),
                (&offer.warehouses, offer.exclusive)
            );
            assert_eq!(
                (&discount.scope.categories, &discount.scope.items),
                (&offer.categories, &offer.items)
            );
            let regions: Vec<String> = discount.regions.iter().map(ToString::to_string).collect();
            assert_eq!(regions, offer.regions);
        }
    }
}

#[tokio::test]
async fn a_ladder_that_is_known_is_not_sent_again_until_it_changes() {
    let open = Open::of(10).await;
    let first = open.get("/ladder/US.json").await;
    let tag = first.header("etag").unwrap().to_owned();
    let again = open.get_with("/ladder/US.json", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    let mut code = open.world.public_codes("US", open.clock.now()).remove(0);
    code.code = Some("ANOTHERONE".to_owned());
    code.id = tillwatch_core::id::DiscountId::parse("ANOTHERONE").unwrap();
    open.shop.change(|world| world.add_offer(code));
    let changed = open.get_with("/ladder/US.json", &[("if-none-match", &tag)]).await;
    assert_eq!(changed.status, 200);
    assert!(changed.text().contains("ANOTHERONE") && changed.header("etag") != Some(&tag));
}

#[tokio::test]
async fn robots_may_read_listings_and_no_cart() {
    let open = Open::of(10).await;
    let answer = open.get("/robots.txt").await;
    assert!(answer.text().contains("Allow: /item/\n") && answer.text().contains("Disallow: /cart\n"));
}
