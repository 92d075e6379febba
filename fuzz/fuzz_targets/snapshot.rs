//! Any bytes at all are read into snapshots, each with its outcome; only a good one has prices, all above zero.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tillwatch_core::snapshot::Outcome;
use tillwatch_net::readers::read;

fuzz_target!(|bytes: &[u8]| {
    let seen = read(bytes);
    assert!(!seen.is_empty());
    for one in &seen {
        let good = one.outcome == Outcome::Ok;
        assert_eq!(good, one.salable().next().is_some());
        assert_eq!(good, one.detail.is_none());
        for price in one.variants.iter().filter_map(|variant| variant.price) {
            assert!(price.is_positive() && Some(price.currency()) == one.currency);
        }
        for way in &one.shipping {
            assert!(way.fee.minor() >= 0 && Some(way.fee.currency()) == one.currency);
        }
        let mut ids: Vec<&str> = one.discounts.iter().map(|discount| discount.id.as_str()).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(serde_json::to_string(one).is_ok());
    }
});
