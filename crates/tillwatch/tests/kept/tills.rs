//! `tills`: what shoppers said of their tills, as a table, and as cases that are computed back.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::sync::Arc;

use serde_json::{Value, json};
use tillwatch_app::App;
use tillwatch_app::ports::store::{Check, Lanes, Priced, Store, Terms};
use tillwatch_app::receipts::ReceiptName;
use tillwatch_app::tills::{Amounts, Counts, Shown};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::checkout;
use tillwatch_core::history::{Lane, Minute};
use tillwatch_core::id::SkuId;
use tillwatch_core::rules::RuleBook;
use tillwatch_core::snapshot::Outcome;

use crate::filled::{Data, NOW, at, check, err, key, out, status, usd, values};

/// 29.00 by the rules in use; 34.00 where minimums are held against what is left.
const CHECKOUT: &str = r#"{
  "market": "US", "currency": "USD", "at": "2026-07-20T12:06:00Z",
  "lines": [{"item": "1005006367324382", "sku": "12000036904138213", "store": "1101252900", "unit_price": "42.00"}],
  "discounts": [
    {"id": "P5", "kind": "platform", "benefit": {"type": "fixed", "amount": "5.00"}, "currency": "USD", "min_spend": "20.00"},
    {"id": "S8", "kind": "store", "benefit": {"type": "fixed", "amount": "8.00"}, "currency": "USD", "min_spend": "40.00"}
  ]
}"#;

/// A listing that was read once, and three networks of which two say that their till showed 34.00.
fn told() -> Data {
    let data = Data::new();
    std::fs::create_dir_all(data.data()).unwrap();
    let store: Arc<dyn Store> = Arc::new(data.store());
    let almanac = Almanac::built_in().unwrap();
    let read = checkout::read(CHECKOUT.as_bytes(), |market| almanac.markets.tax(market)).unwrap();
    let sku = SkuId::parse("12000036904138213").unwrap();
    let (listing, variant) = store.track(&key(), Some(&sku), at(NOW)).unwrap();
    let priced = Priced {
        variant,
        sku: None,
        checkout: Some(read.value),
        terms: Terms {
            rules: "seed-2026".into(),
            delivered: true,
        },
        lanes: Lanes {
            sticker: usd(4_200),
            automatic: usd(4_200),
            public: usd(2_900),
            code: usd(2_900),
        },
    };
    let check = Check {
        prices: vec![priced],
        ..check(listing, at(NOW), Outcome::Ok)
    };
    store.record_checks(&[check]).unwrap();
    let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
    let app = App::new(store, Vec::new(), rules, almanac, at(NOW)).unwrap();
    let app = app.with_links(None, [5; 32]).unwrap();
    let name = ReceiptName {
        key: key(),
        sku: Some(sku),
        lane: Lane::Public,
        at: Minute::of(at(NOW)),
        rules: "seed-2026".into(),
    };
    let shown = Shown::Other(Box::new(Amounts {
        total: usd(3_400),
        price: Some(usd(4_200)),
        steps: vec![("platform".into(), usd(0)), ("store".into(), usd(800))],
        shipping: None,
        own_coupons: false,
    }));
    for (network, shown) in [
        ("192.0.2.0/24", &shown),
        ("203.0.113.0/24", &shown),
        ("198.51.100.0/24", &Shown::Same),
    ] {
        let heard = app.hear_of_till(&name, network, shown, at(NOW)).unwrap();
        assert_eq!(heard.counts, Counts::Rules);
        assert_eq!(heard.kept.stack.total(), usd(2_900));
    }
    data
}

#[test]
fn tills_are_held_against_every_rule_set_and_the_table_says_which_is_right() {
    let data = told();
    let told = values(&data.run(&["tills", "--at", NOW, "--json"]));
    let rows = told[0]["agreement"].as_array().unwrap();
    let share = |rules: &str, of: &str| -> Vec<Value> {
        let rows = rows.iter().filter(|row| row["rules"] == rules && row["of"] == of);
        rows.map(|row| json!([row["market"], row["networks"], row["share_percent"]]))
            .collect()
    };
    assert_eq!(share("seed-2026", "total"), [json!(["US", 3, "33.33"])]);
    assert_eq!(
        share("seed-2026", "total_where_rules_differ"),
        [json!(["US", 3, "33.33"])]
    );
    assert_eq!(share("all-on-running", "total"), [json!(["US", 3, "66.67"])]);
    assert_eq!(share("seed-2026", "price"), [json!(["US", 3, "100"])]);
    assert_eq!(share("seed-2026", "platform"), [json!(["US", 3, "33.33"])]);
    assert_eq!(share("seed-2026", "store"), [json!(["US", 3, "100"])]);
    assert_eq!(share("seed-2026", "shipping"), [json!(["US", 1, "100"])]);
    let table = data.run(&["tills", "--at", NOW]);
    assert_eq!(status(&table), 0, "{}", err(&table));
    assert!(out(&table).contains("total where rules differ"), "{}", out(&table));
    let later = data.run(&["tills", "--at", "2027-03-01T00:00:00Z"]);
    assert!(
        out(&later).contains("Nobody has said"),
        "after half a year it is forgotten"
    );
}

#[test]
fn a_correction_is_a_case_that_computes_to_what_the_till_showed() {
    let data = told();
    let told = values(&data.run(&["tills", "export", "--at", NOW]));
    assert_eq!(told.len(), 1, "those that agree are no cases");
    let case = &told[0];
    assert_eq!(
        (&case["schema"], &case["total"], &case["computed"], &case["networks"]),
        (&"tillwatch/case/1".into(), &"34.00".into(), &"29.00".into(), &2.into())
    );
    let given = case["given_by"].as_array().unwrap();
    assert!(given.contains(&"all-on-running".into()) && !given.contains(&"seed-2026".into()));
    for rules in given {
        let stack = data.with_input(
            &["stack", "--json", "--rules", rules.as_str().unwrap()],
            &case["checkout"].to_string(),
        );
        assert_eq!(values(&stack)[0]["after"]["total"], "34.00", "{}", err(&stack));
    }

    let folder = data.file("cases");
    let written = data.run(&["tills", "export", folder.to_str().unwrap(), "--at", NOW]);
    assert_eq!((status(&written), out(&written).contains("1 case written")), (0, true));
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap()).collect();
    let text = std::fs::read_to_string(files[0].path()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), *case);
    assert!(!text.contains("203.0.113") && !text.contains("network\""), "{text}");
    let few = data.run(&["tills", "export", "--least", "3", "--at", NOW]);
    assert_eq!((status(&few), out(&few)), (0, ""));
}

#[test]
fn where_nothing_is_kept_nothing_is_told() {
    let data = Data::new();
    assert!(out(&data.run(&["tills"])).contains("Nobody has said"));
    assert_eq!(out(&data.run(&["tills", "export"])), "");
}
