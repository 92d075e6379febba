//! What tills showed beside receipts.
#![expect(clippy::unwrap_used, reason = "a test that fails must stop")]

use tillwatch_app::ports::store::{Agreed, Compared, Disagreement, Keep, Store, Verdict};
use tillwatch_core::country::Country;
use tillwatch_core::money::BasisPoints;

use crate::common::{at, usd};

/// More than any case here says.
fn all() -> Keep {
    Keep {
        after: at(0),
        most: 1_000,
        of_a_network: 1_000,
    }
}

/// A network says what a till showed of a receipt of 10.00 that is 11.00 under the rule set B.
fn said(receipt: &str, network: u8, shown: i64) -> Verdict {
    Verdict {
        receipt: receipt.into(),
        network: [network; 32],
        rules: "A".into(),
        market: Country::US,
        total: usd(1_000),
        shown: Some(usd(shown)),
        tells_apart: true,
        parts: vec![("code".into(), shown == 1_000)],
        gives: vec![("A".into(), shown == 1_000), ("B".into(), shown == 1_100)],
    }
}

/// Of what was said after a minute: rule set, what is compared, networks, share.
fn shares(store: &dyn Store, after: u32) -> Vec<(String, Compared, u32, u16)> {
    let agreed = store.agreement(at(after)).unwrap().into_iter();
    agreed
        .map(|one| (one.rules, one.of, one.networks, one.share.points()))
        .collect()
}

fn totals(store: &dyn Store) -> Vec<(String, u32, u16)> {
    let all = shares(store, 0).into_iter();
    all.filter(|(_, of, ..)| *of == Compared::Total)
        .map(|(rules, _, networks, share)| (rules, networks, share))
        .collect()
}

pub(crate) fn hear_of_till(store: &dyn Store) {
    store.hear_of_till(&said("r1", 1, 1_100), &all(), at(1)).unwrap();
    store.hear_of_till(&said("r1", 1, 1_000), &all(), at(2)).unwrap();
    assert_eq!(
        totals(store),
        [("A".into(), 1, 10_000), ("B".into(), 1, 0)],
        "the last one counts"
    );
    assert_eq!(store.disagreements(at(0), 9).unwrap(), [], "nothing of it is left");

    let few = Keep {
        of_a_network: 2,
        ..all()
    };
    for (minute, receipt) in [(3, "r2"), (4, "r3")] {
        store.hear_of_till(&said(receipt, 1, 1_100), &few, at(minute)).unwrap();
    }
    assert_eq!(
        totals(store)[0],
        ("A".into(), 1, 0),
        "the oldest of a network goes first"
    );

    store.hear_of_till(&said("r9", 2, 1_000), &all(), at(9)).unwrap();
    let one = Keep { most: 1, ..all() };
    store.hear_of_till(&said("r9", 3, 1_000), &one, at(10)).unwrap();
    assert_eq!(
        totals(store)[0],
        ("A".into(), 1, 10_000),
        "the oldest of all goes first"
    );

    let later = Keep { after: at(10), ..all() };
    store.hear_of_till(&said("r9", 4, 1_100), &later, at(11)).unwrap();
    assert_eq!(totals(store)[0], ("A".into(), 1, 0), "what is old goes");
}

pub(crate) fn forget_till(store: &dyn Store) {
    store.hear_of_till(&said("r1", 1, 1_000), &all(), at(1)).unwrap();
    store.hear_of_till(&said("r1", 2, 1_100), &all(), at(1)).unwrap();
    store.forget_till("r2", &[1; 32]).unwrap();
    store.forget_till("r1", &[3; 32]).unwrap();
    assert_eq!(totals(store)[0], ("A".into(), 2, 5_000), "nothing of that name");
    store.forget_till("r1", &[2; 32]).unwrap();
    assert_eq!(totals(store)[0], ("A".into(), 1, 10_000), "that of another stays");
}

pub(crate) fn agreement(store: &dyn Store) {
    let germany = Country::parse("DE").unwrap();
    assert_eq!(store.agreement(at(0)).unwrap(), []);
    // One network says three times that it agrees, two say once that it does not.
    for receipt in ["r1", "r2", "r3"] {
        store.hear_of_till(&said(receipt, 1, 1_000), &all(), at(2)).unwrap();
    }
    for network in [2, 3] {
        store.hear_of_till(&said("r1", network, 1_100), &all(), at(2)).unwrap();
    }
    // The rule sets come to the same here, and elsewhere the price was another one.
    let alike = Verdict {
        tells_apart: false,
        parts: Vec::new(),
        gives: vec![("A".into(), true), ("B".into(), true)],
        ..said("r4", 2, 1_000)
    };
    store.hear_of_till(&alike, &all(), at(2)).unwrap();
    let dearer = Verdict {
        market: germany,
        shown: None,
        parts: vec![("price".into(), false)],
        gives: Vec::new(),
        ..said("r5", 4, 0)
    };
    store.hear_of_till(&dearer, &all(), at(2)).unwrap();
    let of = |rules: &str, market, of, networks, share| Agreed {
        rules: rules.into(),
        market,
        of,
        networks,
        share: BasisPoints::new(share).unwrap(),
    };
    assert_eq!(
        store.agreement(at(1)).unwrap(),
        [
            of("A", germany, Compared::Part("price".into()), 1, 0),
            of("A", Country::US, Compared::Total, 3, 5_000),
            of("A", Country::US, Compared::TotalApart, 3, 3_333),
            of("A", Country::US, Compared::Part("code".into()), 3, 3_333),
            of("B", Country::US, Compared::Total, 3, 6_667),
            of("B", Country::US, Compared::TotalApart, 3, 6_667),
        ]
    );
    assert_eq!(store.agreement(at(2)).unwrap(), [], "only what was said later");
}

pub(crate) fn disagreements(store: &dyn Store) {
    for (receipt, network, shown) in [
        ("r1", 1, 1_100),
        ("r2", 1, 1_200),
        ("r2", 2, 1_200),
        ("r2", 3, 1_300),
        ("r3", 1, 1_000),
    ] {
        store
            .hear_of_till(&said(receipt, network, shown), &all(), at(2))
            .unwrap();
    }
    let other_price = Verdict {
        shown: None,
        ..said("r4", 1, 0)
    };
    store.hear_of_till(&other_price, &all(), at(2)).unwrap();
    let of = |receipt: &str, shown, networks| Disagreement {
        receipt: receipt.into(),
        shown: usd(shown),
        networks,
    };
    let found = [of("r2", 1_200, 2), of("r1", 1_100, 1), of("r2", 1_300, 1)];
    assert_eq!(store.disagreements(at(1), 9).unwrap(), found);
    assert_eq!(store.disagreements(at(1), 1).unwrap(), found[..1]);
    assert_eq!(store.disagreements(at(2), 9).unwrap(), []);
}
