//! `history`: the picture as it was found right, and the facts behind it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::path::Path;

use crate::filled::{Data, ITEM, NOW, err, out, status, values};

/// The text is that of `tests/curves/<name>.txt`.
#[track_caller]
fn check(name: &str, arguments: &[&str]) {
    let told = Data::filled().run(&[&["history", ITEM, "--at", NOW], arguments].concat());
    assert_eq!(status(&told), 0, "{}", err(&told));
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/curves")
        .join(format!("{name}.txt"));
    let wanted = std::fs::read_to_string(file).unwrap_or_default();
    let told = out(&told);
    assert!(told == wanted, "{name}.txt has\n{wanted}\nand the history is\n{told}");
}

#[test]
fn a_history_is_a_sentence_a_curve_and_its_figures() {
    check("public", &[]);
}

#[test]
fn two_lanes_are_drawn_over_the_same_axes() {
    check("two-lanes", &["--lane", "public,sticker", "--days", "30"]);
}

#[test]
fn a_history_under_other_rules_is_computed_and_says_so() {
    check("official-2018", &["--rules", "official-2018", "--all"]);
    let told = values(&Data::filled().run(&["history", ITEM, "--at", NOW, "--rules", "official-2018", "--json"]));
    let told = &told[0];
    assert_eq!(
        (&told["computed"], &told["recorded_under"]),
        (&true.into(), &"seed-2026".into())
    );
    // No discount was shown with the kept checkouts, so that the price of each is that of the listing.
    assert_eq!(
        (&told["rules"], &told["now"]),
        (&"official-2018".into(), &"38.99".into())
    );
}

#[test]
fn an_old_price_is_never_told_as_the_present_one() {
    let data = Data::filled();
    let told = values(&data.run(&["history", ITEM, "--at", "2026-08-01T12:00:00Z", "--json"]));
    assert_eq!(told[0]["now"], serde_json::Value::Null);
    let sentence = told[0]["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("The price now is not known; the last one seen was 32.75 USD on 20 Jul"),
        "{sentence}"
    );
    let blocked = values(&data.run(&["history", ITEM, "--at", "2026-06-27T12:00:00Z", "--json"]));
    let sentence = blocked[0]["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("No price can be seen since 26 Jun 12:00 (blocked)"),
        "{sentence}"
    );
}

#[test]
fn the_table_the_curve_and_the_json_agree_on_the_low() {
    let data = Data::filled();
    let told = &values(&data.run(&["history", ITEM, "--at", NOW, "--json"]))[0];
    let windows = told["windows"].as_array().unwrap();
    let points = told["points"].as_array().unwrap();
    let lowest = points
        .iter()
        .filter(|point| point["voided"].is_null())
        .filter_map(|point| point["price"].as_str());
    assert_eq!(windows[4]["figures"]["low"].as_str(), lowest.min());
    assert_eq!(windows[4]["figures"]["low_at"], "2026-07-09T00:00:00Z");
    assert_eq!(
        told["sentence"],
        "32.75 USD now; 4 % above its low of 31.49 on 9 Jul; checked 6 min ago."
    );
}

#[test]
fn a_span_is_voided_with_its_reason_and_counts_again() {
    let data = Data::filled();
    let span = ["--from", "2026-07-09T00:00:00Z", "--until", "2026-07-11T12:00:00Z"];
    let low = || {
        let told = data.run(&["history", ITEM, "--at", NOW, "--json"]);
        values(&told)[0]["windows"][4]["figures"]["low"].clone()
    };
    assert_eq!(low(), "31.49");
    let voided = data.run(&[&["history", "void", ITEM, "--reason", "a test order"], &span[..]].concat());
    assert_eq!(status(&voided), 0, "{}", err(&voided));
    assert_eq!(low(), "32.75");
    let again = [&["history", "unvoid", ITEM], &span[..]].concat();
    assert_eq!(status(&data.run(&again)), 0);
    assert_eq!(low(), "31.49");
    let none = data.run(&again);
    assert_eq!(status(&none), 1);
    assert!(
        err(&none).contains("voided: 2026-06-21T12:00:00Z until"),
        "{}",
        err(&none)
    );
    let empty = data.run(&[
        "history", "void", ITEM, "--reason", "x", "--from", span[1], "--until", span[1],
    ]);
    assert_eq!(status(&empty), 1, "{}", err(&empty));
}

#[test]
fn what_is_not_watched_is_said_with_what_is() {
    let data = Data::filled();
    for (arguments, told) in [
        (&["1005001111111111"][..], "watch add"),
        (&[ITEM, "--market", "DE"], "US (USD)"),
        (&[ITEM, "--sku", "12"], "12000036904138213"),
        (&["hello"], "LINK-OR-ITEM"),
    ] {
        let refused = data.run(&[&["history"], arguments].concat());
        assert_eq!((status(&refused), out(&refused)), (1, ""), "{arguments:?}");
        assert!(err(&refused).contains(told), "{}", err(&refused));
    }
    assert_eq!(status(&Data::new().run(&["history", ITEM])), 3);
    assert_eq!(
        status(&data.run(&["history", ITEM, "--lane", "public,code,sticker"])),
        2
    );
    assert_eq!(status(&data.run(&["history", ITEM, "--rules", "none-such"])), 2);
}
