//! However much a network says of its tills, it moves a share by no more than one network may.

use proptest::prelude::*;
use tillwatch_app::ports::store::{Compared, Keep, Store, Verdict};
use tillwatch_core::country::Country;
use tillwatch_store::Sqlite;

use crate::common::{at, usd};

/// What a network says of a receipt: whether its till agreed.
type Word = (u8, u8, bool);

fn hear(store: &Sqlite, (network, receipt, agreed): Word) -> Result<(), TestCaseError> {
    let verdict = Verdict {
        receipt: receipt.to_string(),
        network: [network; 32],
        rules: "A".into(),
        market: Country::US,
        total: usd(1_000),
        shown: Some(usd(if agreed { 1_000 } else { 900 })),
        tells_apart: false,
        parts: Vec::new(),
        gives: vec![("A".into(), agreed)],
    };
    let keep = Keep {
        after: at(0),
        most: 1_000,
        of_a_network: 50,
    };
    let heard = store.hear_of_till(&verdict, &keep, at(1));
    heard.map_err(|why| TestCaseError::fail(why.to_string()))
}

/// Networks, and their share in basis points.
fn share(store: &Sqlite) -> Result<(u32, i64), TestCaseError> {
    let all = store.agreement(at(0));
    let all = all.map_err(|why| TestCaseError::fail(why.to_string()))?;
    let total = all.into_iter().find(|one| one.of == Compared::Total);
    Ok(total.map_or((0, 0), |one| (one.networks, i64::from(one.share.points()))))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn one_network_moves_a_share_by_one_voice_at_most(
        said in prop::collection::vec((0_u8..6, 0_u8..8, any::<bool>()), 1..30),
        more in prop::collection::vec((9_u8..10, 0_u8..80, any::<bool>()), 1..80),
    ) {
        let store = Sqlite::in_memory().map_err(|why| TestCaseError::fail(why.to_string()))?;
        for word in said {
            hear(&store, word)?;
        }
        let (networks, before) = share(&store)?;
        for word in more {
            hear(&store, word)?;
        }
        let (now, after) = share(&store)?;
        prop_assert_eq!(now, networks + 1);
        // A unit for each of the roundings.
        let most = 10_000 / i64::from(now) + 2;
        prop_assert!((after - before).abs() <= most, "{} networks: {} became {}", now, before, after);
    }
}
