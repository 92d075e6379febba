//! Facts on real recordings, where they are there: beside the repository, never in it.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

#[path = "recorded/survey.rs"]
mod survey;

use std::collections::BTreeMap;
use std::path::PathBuf;

use tillwatch_core::discount::{Audience, Benefit, Discount};
use tillwatch_core::snapshot::{self, Outcome, Snapshot};
use tillwatch_net::readers::read;

use survey::recordings;

/// The folder of recordings, if there is one.
fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures"));
    folder.is_dir().then_some(folder)
}

/// The readings of one file of the recordings, in order; none without the folder.
fn recorded(name: &str) -> Vec<Snapshot> {
    let Some(file) = folder().map(|folder| folder.join(name)).filter(|file| file.is_file()) else {
        return Vec::new();
    };
    recordings::inputs(&file).iter().flat_map(|input| read(input)).collect()
}

fn json(discount: &Discount) -> String {
    serde_json::to_string(&discount.benefit).unwrap()
}

fn prices(seen: &Snapshot) -> Vec<String> {
    seen.salable()
        .map(|variant| variant.price.unwrap().to_string())
        .collect()
}

#[test]
fn every_recording_is_read_without_panic_and_the_table_is_printed() {
    if let Some(folder) = folder() {
        println!("{}", survey::table(&folder));
        for file in recordings::files(&folder) {
            for seen in recordings::inputs(&file).iter().flat_map(|input| read(input)) {
                assert_eq!(
                    seen.outcome == Outcome::Ok,
                    seen.salable().next().is_some(),
                    "{}",
                    file.display()
                );
                let kept = serde_json::to_vec(&seen).unwrap();
                assert_eq!(snapshot::read(&kept), Ok(seen), "{}", file.display());
            }
        }
    }
}

#[test]
fn the_mexican_coupons_are_read_to_the_cent_and_the_second() {
    let seen = recorded("pdp-json-2024-03-mx/item-1005002724686123.json");
    let Some(seen) = seen.first() else { return };
    let coupon = seen
        .discounts
        .iter()
        .find(|discount| discount.code.as_deref() == Some("F2D0VT7I83YG"))
        .unwrap();
    assert_eq!(json(coupon), r#"{"type":"fixed","amount":"34.77"}"#);
    assert_eq!(coupon.min_spend.unwrap().to_string(), "608.45");
    assert_eq!(coupon.currency.unwrap().code(), "MXN");
    assert_eq!(coupon.valid_from.unwrap().to_string(), "2024-03-01T00:00:00-08:00");
    assert_eq!(coupon.valid_until.unwrap().to_string(), "2024-03-04T00:00:00-08:00");
    assert_eq!(
        coupon.scope.sellers,
        seen.seller.clone().into_iter().collect::<Vec<_>>()
    );
    assert_eq!(seen.seller.as_ref().unwrap().as_str(), "246334626");
    assert_eq!(
        prices(seen),
        ["2072.22", "2072.22", "2072.22", "1986.69", "2072.22", "2072.22"].map(String::from)
    );

    let seen = recorded("pdp-json-2024-03-mx/item-1005006296391749.json");
    let find = |id: &str| {
        seen[0]
            .discounts
            .iter()
            .find(|discount| discount.id.as_str().starts_with(&format!("{id}~")))
            .unwrap()
    };
    assert_eq!(json(find("VLD59LWW231C")), r#"{"type":"fixed","amount":"72.44"}"#);
    let every = find("store_discount-5000000125838585");
    assert_eq!(
        json(every),
        r#"{"type":"per_spend","every":"2926.74","amount":"28.98"}"#
    );
    assert_eq!(every.valid_until.unwrap().to_string(), "2024-04-01T00:00:00-07:00");
}

#[test]
fn the_mexican_choice_fee_is_pooled_and_the_unreachable_listing_is_not_sold_there() {
    let seen = recorded("pdp-json-2024-03-mx/item-1005005424987520.json");
    let Some(seen) = seen.first() else { return };
    let way = &seen.shipping[0];
    assert_eq!(
        (way.fee.to_string(), way.free_from.unwrap().to_string()),
        ("51.98".into(), "170.00".into())
    );
    let unreachable = recorded("pdp-json-2024-03-mx/item-1005006485810735.json");
    assert_eq!(unreachable[0].outcome, Outcome::OtherRegion);
}

#[test]
fn first_order_prices_of_march_2024_are_set_apart_also_without_a_mark() {
    for (item, list, first_order) in [
        ("1005006296391749", "18995.11", "13192.25"),
        ("1005006016288213", "298.11", "8.52"),
        ("1005006113315011", "180.89", "8.52"),
    ] {
        let seen = recorded(&format!("pdp-json-2024-03-mx/item-{item}.json"));
        let Some(seen) = seen.first() else { return };
        let variant = &seen.variants[0];
        let told = (
            variant.price.unwrap().to_string(),
            variant.new_shopper_price.unwrap().to_string(),
        );
        assert_eq!(told, (list.into(), first_order.into()), "{item}");
    }
}

/// All the coupon panels of December 2022 that the folder has: each entry is read, and nothing is left in its words.
#[test]
fn the_panels_of_december_2022_are_counted_and_read_whole() {
    let seen = recorded("derived/us-2022-12-listing-and-coupon-panels.jsonl");
    if seen.is_empty() {
        return;
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for discount in seen.iter().flat_map(|one| &one.discounts) {
        assert!(!survey::is_unread(&discount.benefit), "{discount:?}");
        *kinds.entry(discount.kind.name()).or_default() += 1;
        assert_eq!(
            discount.kind.name() == "platform",
            discount.audience == Audience::Personal
        );
    }
    let newcomers = seen
        .iter()
        .filter(|one| one.variants.iter().any(|v| v.new_shopper_price.is_some()))
        .count();
    let platform = seen
        .iter()
        .filter(|one| one.discounts.iter().any(|d| d.kind.name() == "platform"))
        .count();
    // A page has either the newcomer's price or the platform coupon, without exception.
    assert_eq!(newcomers + platform, seen.len());
    let count = |kind| kinds.get(kind).copied().unwrap_or(0);
    let found = [
        seen.len(),
        count("platform"),
        count("store"),
        count("store_discount"),
        count("spend_and_save"),
        newcomers,
    ];
    // The whole collection, and the half of it that is handed on.
    assert!(
        [[96, 84, 117, 55, 4, 12], [48, 40, 55, 20, 1, 8]].contains(&found),
        "{found:?}"
    );
    assert!(
        seen.iter()
            .all(|one| one.outcome == Outcome::Ok && one.market.unwrap().code() == "US")
    );
}

/// "Off every" is what the panels say in words: once in the half of December 2022, once in Mexico in March 2024.
#[test]
fn ladders_rise_single_tiers_apply_once_and_only_words_make_one_repeat() {
    let count = |seen: &[Snapshot]| {
        let mut counts = [0; 3];
        for discount in seen.iter().flat_map(|one| &one.discounts) {
            let doubted = discount.provenance.text.as_deref().unwrap_or("").contains("taken once");
            match (discount.kind.name(), &discount.benefit) {
                ("store_discount", Benefit::Tiers { .. }) => counts[0] += 1,
                ("store_discount", Benefit::Fixed { .. }) if doubted => counts[1] += 1,
                ("store_discount", Benefit::PerSpend { .. }) => counts[2] += 1,
                _ => assert!(!doubted, "{discount:?}"),
            }
        }
        counts
    };
    let seen = recorded("derived/us-2022-12-listing-and-coupon-panels.jsonl");
    if seen.len() == 48 {
        assert_eq!(count(&seen), [7, 3, 1]);
    }
    let Some(folder) = folder().map(|folder| folder.join("pdp-json-2024-03-mx")) else {
        return;
    };
    let files = recordings::files(&folder);
    let seen: Vec<Snapshot> = files
        .iter()
        .flat_map(|file| recordings::inputs(file))
        .flat_map(|input| read(&input))
        .collect();
    if !seen.is_empty() {
        assert_eq!(count(&seen), [0, 0, 1]);
    }
}

#[test]
fn the_pages_of_2022_give_their_variants_and_windows() {
    let seen = recorded("pdp-html-2022-12-us/3256802425743915.html");
    let Some(seen) = seen.first() else { return };
    assert_eq!(seen.item.as_ref().unwrap().as_str(), "1005002612058667");
    assert_eq!(seen.variants[0].price.unwrap().to_string(), "2.45");
    let repeating = seen
        .discounts
        .iter()
        .filter(|d| matches!(d.benefit, Benefit::PerSpend { .. }))
        .count();
    assert_eq!((seen.discounts.len(), repeating), (19, 1));
    let newcomer = recorded("pdp-html-2022-12-us/3256804163177309.html");
    let variant = &newcomer[0].variants[0];
    let told = (
        variant.price.unwrap().to_string(),
        variant.new_shopper_price.unwrap().to_string(),
    );
    assert_eq!(told, ("7.32".into(), "0.99".into()));
}

#[test]
fn what_is_no_listing_is_told_apart() {
    for (file, outcome) in [
        (
            "antibot-html/2025-07-punish-recaptcha-on-item-url.html",
            Outcome::Blocked,
        ),
        (
            "csr-shell-html/2025-10-de-1005008204179129-rendered.html",
            Outcome::EmptyShell,
        ),
        ("store-page-html/2024-02-store-4682001.html", Outcome::NotAListing),
        (
            "negative/2025-09-05-scrape-result-of-a-failed-page.json",
            Outcome::ParseFailed,
        ),
        ("mtop/antibot-user-validate.json", Outcome::Blocked),
        ("mtop/cart-invalid-item.trimmed.json", Outcome::NotAListing),
    ] {
        for seen in recorded(file) {
            assert_eq!(seen.outcome, outcome, "{file}");
        }
    }
}

#[test]
fn a_placeholder_is_no_price() {
    let seen = recorded("mtop/2026-10-pdp-skus-il-usd.trimmed.json");
    let Some(seen) = seen.first() else { return };
    assert_eq!(prices(seen), ["6.08", "6.82"]);
    assert_eq!((seen.variants.len(), seen.variants[2].salable), (3, false));
}
