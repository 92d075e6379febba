//! Reading checkouts: what is wrong is named with its place and with what is allowed, and nothing that comes from
//! outside can stop the program.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on must stop, and its numbers are small"
)]

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use tillwatch_core::checkout::{self, Checkout, Read, Tax};
use tillwatch_core::input::InputError;
use tillwatch_core::rules::RuleBook;
use tillwatch_core::stack;

static BOOK: LazyLock<RuleBook> = LazyLock::new(|| RuleBook::built_in().unwrap());

fn read(json: &[u8]) -> Result<Read<Checkout>, InputError> {
    let plain = Tax {
        included: true,
        ..Tax::default()
    };
    checkout::read(json, |_| plain)
}

/// A checkout that has every field of the format.
fn good() -> Value {
    json!({
        "schema": "tillwatch/checkout/1",
        "market": "DE", "currency": "EUR", "at": "2026-06-03T12:00:00Z", "rules": "seed-2026",
        "tax": {"included": true, "rate": "19", "minimum_spend_net": true},
        "holds": ["WELCOME5"],
        "shipping_pools": [{"id": "choice", "fee": "1.99", "free_from": "10.00"}],
        "lines": [
            {"item": "1005006367324382", "sku": "12000042770116010", "title": "A \"mug\"", "store": "1101252900",
             "seller": "246334626", "categories": ["15", "1501"], "warehouse": "CN", "unit_price": "50.00",
             "quantity": 2, "shipping": "3.99", "shipping_pool": null},
            {"item": "2", "unit_price": "7", "shipping_pool": "choice"}
        ],
        "discounts": [
            {"id": "AFSO6", "kind": "code", "benefit": {"type": "fixed", "amount": "6.00"}, "currency": "EUR",
             "min_spend": "39.00", "valid_from": "2026-06-01T00:00:00-07:00", "valid_until": "2026-06-11T00:00:00-07:00",
             "scope": {"stores": [], "sellers": [], "categories": [], "items": [], "excluded_items": []},
             "regions": [], "warehouses": [], "audience": "public", "exclusive": false, "uses": 1, "code": "AFSO6",
             "provenance": {"source": "a page", "seen_at": "2026-06-01T00:00:00Z", "confidence": "high", "text": "6 off",
                            "expiry_assumed": true}},
            {"id": "T", "kind": "store", "currency": "EUR", "uses": "unlimited",
             "benefit": {"type": "tiers", "tiers": [{"min_spend": "20", "amount": "1"}, {"min_spend": "40", "amount": "3"}]}},
            {"id": "Q", "kind": "store_discount",
             "benefit": {"type": "pieces", "tiers": [{"pieces": 2, "percent": "3"}, {"pieces": 5, "percent": "7.5"}]}},
            {"id": "E", "kind": "spend_and_save", "currency": "EUR",
             "benefit": {"type": "per_spend", "every": "40", "amount": "5", "cap": "15"}},
            {"id": "WELCOME5", "kind": "welcome", "currency": "EUR", "audience": "personal", "exclusive": true,
             "benefit": {"type": "percent", "percent": "12.25", "cap": "5"}},
            {"id": "F", "kind": "free_shipping", "benefit": {"type": "shipping"}},
            {"id": "K", "kind": "coins", "benefit": {"type": "lucky"}}
        ],
        "limits": {"max_checkouts": 3}
    })
}

/// The good checkout with one value put in, at a place such as `/lines/0/quantity`.
fn with(place: &str, value: Value) -> Value {
    let mut json = good();
    let (parent, name) = place.rsplit_once('/').unwrap();
    match json.pointer_mut(parent).unwrap() {
        Value::Array(list) => list[name.parse::<usize>().unwrap()] = value,
        object => object[name] = value,
    }
    json
}

/// The good checkout without a field.
fn without(place: &str) -> Value {
    let mut json = good();
    let (parent, name) = place.rsplit_once('/').unwrap();
    json.pointer_mut(parent)
        .unwrap()
        .as_object_mut()
        .unwrap()
        .remove(name)
        .unwrap();
    json
}

/// The kind of the error, and the error as people read it.
#[track_caller]
fn refused(json: &Value, kind: &str, told: &str) {
    let error = read(json.to_string().as_bytes()).unwrap_err();
    assert_eq!((error.kind, error.to_string().as_str()), (kind, told));
}

/// Like [`refused`], for errors that end with the position in the text.
#[track_caller]
fn refused_at(json: &Value, kind: &str, told: &str) {
    let error = read(json.to_string().as_bytes()).unwrap_err();
    let text = error.to_string();
    let (start, _) = text.rsplit_once(" at line 1 column ").unwrap();
    assert_eq!((error.kind, start), (kind, told));
}

#[test]
fn a_checkout_with_every_field_is_read_without_a_warning() {
    let read = read(good().to_string().as_bytes()).unwrap();
    assert_eq!(read.warnings, Vec::<String>::new());
    assert_eq!(read.value.lines.len(), 2);
    assert_eq!(read.value.discounts.len(), 7);
}

#[test]
fn only_a_market_a_currency_an_instant_and_one_line_with_a_price_are_needed() {
    let least = json!({"market": "US", "currency": "USD", "at": "2026-06-03T12:00:00Z",
                       "lines": [{"item": "1", "unit_price": "12.20"}]});
    assert_eq!(
        read(least.to_string().as_bytes()).unwrap().warnings,
        Vec::<String>::new()
    );
}

#[test]
fn a_missing_field_is_named_with_what_is_needed() {
    let cases = [
        ("/market", "market: is missing; a country such as \"US\" is needed"),
        (
            "/currency",
            "currency: is missing; a currency such as \"USD\" is needed",
        ),
        (
            "/at",
            "at: is missing; an instant such as \"2026-06-03T12:00:00Z\" is needed",
        ),
        ("/lines", "lines: is missing; at least one line is needed"),
        ("/lines/1/item", "lines[1].item: is missing; an id in quotes is needed"),
        (
            "/lines/0/unit_price",
            "lines[0].unit_price: is missing; an amount such as \"12.20\" is needed",
        ),
        (
            "/shipping_pools/0/id",
            "shipping_pools[0].id: is missing; an id in quotes is needed",
        ),
        (
            "/shipping_pools/0/fee",
            "shipping_pools[0].fee: is missing; an amount such as \"1.99\" is needed",
        ),
        (
            "/discounts/0/id",
            "discounts[0].id: is missing; an id in quotes is needed",
        ),
        (
            "/discounts/0/kind",
            "discounts[0].kind: is missing; allowed: store_discount, spend_and_save, platform, category, welcome, \
             store, seller, code, free_shipping",
        ),
        (
            "/discounts/0/benefit",
            "discounts[0].benefit: is missing; allowed types: fixed, percent, tiers, per_spend, pieces, shipping",
        ),
        (
            "/discounts/0/benefit/type",
            "discounts[0].benefit.type: is missing; allowed: fixed, percent, tiers, per_spend, pieces, shipping",
        ),
        (
            "/discounts/0/benefit/amount",
            "discounts[0].benefit.amount: is missing; an amount such as \"5.00\" is needed",
        ),
        (
            "/discounts/0/currency",
            "discounts[0].currency: is missing; discounts[0].benefit.amount is an amount and needs it",
        ),
        (
            "/discounts/1/benefit/tiers",
            "discounts[1].benefit.tiers: is missing; at least one tier is needed",
        ),
        (
            "/discounts/1/benefit/tiers/1/min_spend",
            "discounts[1].benefit.tiers[1].min_spend: is missing; an amount such as \"5.00\" is needed",
        ),
        (
            "/discounts/2/benefit/tiers/0/pieces",
            "discounts[2].benefit.tiers[0].pieces: is missing; a number of pieces from 1 on is needed",
        ),
        (
            "/discounts/3/benefit/every",
            "discounts[3].benefit.every: is missing; an amount such as \"5.00\" is needed",
        ),
        (
            "/discounts/4/benefit/percent",
            "discounts[4].benefit.percent: is missing; a percentage such as \"10\" is needed",
        ),
        (
            "/tax/rate",
            "tax.rate: is missing; minimum_spend_net needs the rate to take out, such as \"19\"",
        ),
    ];
    for (place, told) in cases {
        refused(&without(place), "missing", told);
    }
    refused(
        &with("/lines", json!([])),
        "missing",
        "lines: is missing; at least one line is needed",
    );
    // null is the same as leaving it out.
    refused(
        &with("/lines/1/item", Value::Null),
        "missing",
        "lines[1].item: is missing; an id in quotes is needed",
    );
}

#[test]
fn a_wrong_value_is_named_with_its_place_and_with_what_is_allowed() {
    let instant = "is not an instant such as \"2026-06-03T12:00:00Z\" (RFC 3339 with an offset)";
    let decimal = "is not a decimal amount such as \"12.20\": only digits and one point are allowed";
    let percent = "is not a percentage from \"0\" to \"100\" with at most two digits after the point";
    let cases = [
        ("/schema", "tillwatch/checkout/2", "schema: \"tillwatch/checkout/2\" is not \"tillwatch/checkout/1\"".to_owned()),
        ("/market", "Germany", "market: \"Germany\" is not a country of two letters such as \"US\" or \"DE\"".to_owned()),
        (
            "/currency",
            "eur",
            "currency: \"eur\" is not an ISO 4217 currency code such as \"USD\", \"EUR\" or \"JPY\"".to_owned(),
        ),
        ("/at", "2026-06-03 noon", format!("at: \"2026-06-03 noon\" {instant}")),
        ("/at", "2026-06-03T12:00:00", format!("at: \"2026-06-03T12:00:00\" {instant}")),
        (
            "/lines/0/unit_price",
            "12.345",
            "lines[0].unit_price: \"12.345\" has more digits than EUR has (2)".to_owned(),
        ),
        (
            "/lines/0/unit_price",
            "-1",
            "lines[0].unit_price: \"-1\" has a sign; an amount here is never signed".to_owned(),
        ),
        ("/lines/0/unit_price", "1e3", format!("lines[0].unit_price: \"1e3\" {decimal}")),
        ("/lines/0/unit_price", "12,20", format!("lines[0].unit_price: \"12,20\" {decimal}")),
        (
            "/lines/0/unit_price",
            "",
            "lines[0].unit_price: is empty; an amount is a decimal text such as \"12.20\"".to_owned(),
        ),
        (
            "/lines/0/unit_price",
            "0.00",
            "lines[0].unit_price: \"0.00\" is no price; a price is more than zero".to_owned(),
        ),
        (
            "/lines/1/shipping_pool",
            "standard",
            "lines[1].shipping_pool: \"standard\" is not one of shipping_pools".to_owned(),
        ),
        ("/lines/0/item", " ", "lines[0].item: is empty; an id has 1 to 128 characters".to_owned()),
        ("/lines/0/categories/1", "", "lines[0].categories[1]: is empty; an id has 1 to 128 characters".to_owned()),
        (
            "/discounts/0/min_spend",
            "9223372036854775807",
            "discounts[0].min_spend: \"9223372036854775807\" is larger than any amount that is accepted (10000000000000 \
             minor units)"
                .to_owned(),
        ),
        ("/discounts/4/benefit/percent", "250", format!("discounts[4].benefit.percent: \"250\" {percent}")),
        ("/discounts/4/benefit/percent", "-5", format!("discounts[4].benefit.percent: \"-5\" {percent}")),
        (
            "/discounts/3/benefit/every",
            "0.00",
            "discounts[3].benefit.every: is zero; the spend that earns the amount once must be more".to_owned(),
        ),
        ("/discounts/0/valid_until", "tomorrow", format!("discounts[0].valid_until: \"tomorrow\" {instant}")),
        (
            "/discounts/0/audience",
            "private",
            "discounts[0].audience: \"private\" is neither \"public\" nor \"personal\"".to_owned(),
        ),
        ("/tax/rate", "190", format!("tax.rate: \"190\" {percent}")),
    ];
    for (place, value, told) in cases {
        refused(&with(place, json!(value)), "wrong_value", &told);
    }
    refused(
        &with("/lines/0/quantity", json!(0)),
        "wrong_value",
        "lines[0].quantity: 0 pieces; from 1 to 1000000 are accepted",
    );
    refused(
        &with("/discounts/0/regions", json!(["DE", "Europe"])),
        "wrong_value",
        "discounts[0].regions[1]: \"Europe\" is not a country of two letters such as \"US\" or \"DE\"",
    );
    let mut usd = good();
    usd["currency"] = json!("USD");
    usd["lines"][0]["unit_price"] = json!("12.345");
    refused(
        &usd,
        "wrong_value",
        "lines[0].unit_price: \"12.345\" has more digits than USD has (2)",
    );
}

#[test]
fn a_number_where_a_text_belongs_is_an_error_and_never_an_amount() {
    let text = "expected a text in quotes (amounts, percentages and ids are texts too, such as \"12.20\")";
    for (place, path) in [
        ("/lines/0/unit_price", "lines[0].unit_price"),
        ("/lines/0/item", "lines[0].item"),
        ("/lines/0/categories/1", "lines[0].categories[1]"),
        ("/discounts/0/benefit/amount", "discounts[0].benefit.amount"),
        (
            "/discounts/1/benefit/tiers/1/amount",
            "discounts[1].benefit.tiers[1].amount",
        ),
        ("/tax/rate", "tax.rate"),
    ] {
        refused_at(
            &with(place, json!(12)),
            "wrong_value",
            &format!("{path}: invalid type: integer `12`, {text}"),
        );
    }
    refused_at(
        &with("/lines/0/unit_price", json!(true)),
        "wrong_value",
        &format!("lines[0].unit_price: invalid type: boolean `true`, {text}"),
    );
    refused_at(
        &with("/lines/0/quantity", json!("2")),
        "wrong_value",
        "lines[0].quantity: invalid type: string \"2\", expected u32",
    );
    refused_at(
        &with("/lines", json!({"0": {}})),
        "wrong_value",
        "lines: invalid type: map, expected a sequence",
    );
    refused_at(
        &with("/discounts/0/benefit", json!("6.00")),
        "wrong_value",
        "discounts[0].benefit: invalid type: string \"6.00\", expected a benefit (an object with a \"type\")",
    );
    refused_at(
        &json!([1]),
        "wrong_value",
        "invalid type: sequence, expected a checkout (an object)",
    );
}

#[test]
fn uses_are_a_whole_number_or_the_word_unlimited() {
    let allowed = "expected a whole number of checkouts, or \"unlimited\"";
    for (value, told) in [
        (json!("many"), format!("invalid value: string \"many\", {allowed}")),
        (json!(-1), format!("invalid type: integer `-1`, {allowed}")),
        (json!(1.5), format!("invalid value: 1.5, {allowed}")),
        (json!(false), format!("invalid type: boolean `false`, {allowed}")),
    ] {
        refused_at(
            &with("/discounts/0/uses", value),
            "wrong_value",
            &format!("discounts[0].uses: {told}"),
        );
    }
}

#[test]
fn values_that_do_not_go_together_are_a_conflict() {
    let cases = [
        (
            with("/lines/0/shipping_pool", json!("choice")),
            "lines[0].shipping: a line has its own shipping or a shipping_pool, not both",
        ),
        (
            with("/discounts/1/id", json!("AFSO6")),
            "discounts[1].id: \"AFSO6\" stands twice",
        ),
        (
            with(
                "/shipping_pools",
                json!([{"id": "choice", "fee": "1"}, {"id": "choice", "fee": "2"}]),
            ),
            "shipping_pools[1].id: \"choice\" stands twice",
        ),
        (
            with("/discounts/0/valid_until", json!("2026-05-01T00:00:00Z")),
            "discounts[0].valid_until: 2026-05-01T00:00:00Z is not after valid_from (2026-06-01T00:00:00-07:00)",
        ),
        (
            with("/discounts/1/benefit/tiers/1/min_spend", json!("20.00")),
            "discounts[1].benefit.tiers: two tiers have the same minimum",
        ),
    ];
    for (json, told) in cases {
        refused(&json, "conflict", told);
    }
}

#[test]
fn many_discounts_are_searched_for_one_that_stands_twice_too() {
    let mut json = good();
    let one = json["discounts"][0].clone();
    for place in 0..40 {
        let mut other = one.clone();
        other["id"] = json!(format!("D{}", place % 39));
        json["discounts"].as_array_mut().unwrap().push(other);
    }
    refused(&json, "conflict", "discounts[46].id: \"D0\" stands twice");
}

#[test]
fn more_than_is_accepted_is_an_error_and_not_cut_off() {
    let mut json = good();
    json["lines"] = Value::Array(vec![json!({"item": "1", "unit_price": "1"}); 1_001]);
    refused(&json, "too_much", "lines: has 1001 entries; at most 1000 are accepted");
    let mut dear = with("/lines/0/unit_price", json!("90000000000"));
    dear["lines"][0]["quantity"] = json!(1_000_000);
    refused(
        &dear,
        "too_much",
        "lines[0].quantity: 1000000 pieces at 90000000000.00 are more than any checkout takes",
    );
    refused(
        &with("/lines/0/quantity", json!(1_000_001)),
        "wrong_value",
        "lines[0].quantity: 1000001 pieces; from 1 to 1000000 are accepted",
    );
}

#[test]
fn the_largest_checkout_that_is_accepted_adds_up() {
    let mut json = good();
    json["lines"] = Value::Array(vec![
        json!({"item": "1", "unit_price": "100000000000.00", "shipping": "100000000000.00"});
        1_000
    ]);
    let checkout = read(json.to_string().as_bytes()).unwrap().value;
    for rules in BOOK.iter() {
        let stack = stack::best(&checkout, rules);
        assert_eq!(stack.before.total().to_string(), "200000000000000.00");
    }
}

#[test]
fn a_key_that_stands_twice_is_an_error_also_after_a_null_and_where_nobody_knows_it() {
    let text = good().to_string();
    for (added, path, name) in [
        ("\"market\": \"US\", ", "", "market"),
        ("\"market\": null, ", "", "market"),
        ("\"marked\": 1, \"marked\": 2, ", "", "marked"),
    ] {
        let twice = format!("{{{added}{}", &text[1..]);
        let error = read(twice.as_bytes()).unwrap_err();
        assert_eq!((error.kind, error.path.as_str()), ("wrong_value", path), "{added}");
        assert!(
            error.detail.starts_with(&format!("duplicate field `{name}`")),
            "{}",
            error.detail
        );
    }
    let nested = text.replacen(
        "\"unit_price\":\"50.00\"",
        "\"unit_price\":\"50.00\",\"unit_price\":\"5.00\"",
        1,
    );
    let error = read(nested.as_bytes()).unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), ("wrong_value", "lines[0]"));
    assert!(
        error.detail.starts_with("duplicate field `unit_price`"),
        "{}",
        error.detail
    );
}

#[test]
fn a_field_that_nobody_knows_is_warned_of_with_its_place() {
    let unknown = [
        "",
        "/tax",
        "/shipping_pools/0",
        "/lines/1",
        "/discounts/0",
        "/discounts/0/benefit",
        "/discounts/0/scope",
        "/discounts/0/provenance",
        "/discounts/1/benefit/tiers/0",
        "/discounts/2/benefit/tiers/1",
    ];
    let mut json = good();
    for place in unknown {
        json.pointer_mut(place).unwrap()["min_spent"] = json!("39.00");
    }
    let mut warnings = read(json.to_string().as_bytes()).unwrap().warnings;
    warnings.sort();
    let places = [
        "discounts[0].benefit.min_spent",
        "discounts[0].min_spent",
        "discounts[0].provenance.min_spent",
        "discounts[0].scope.min_spent",
        "discounts[1].benefit.tiers[0].min_spent",
        "discounts[2].benefit.tiers[1].min_spent",
        "lines[1].min_spent",
        "min_spent",
        "shipping_pools[0].min_spent",
        "tax.min_spent",
    ];
    let told: Vec<String> = places
        .iter()
        .map(|place| format!("{place}: no such field is known; it was not used"))
        .collect();
    assert_eq!(warnings, told);
}

#[test]
fn when_a_discount_was_seen_is_not_worth_an_error() {
    let json = with("/discounts/0/provenance/seen_at", json!("in June"));
    let read = read(json.to_string().as_bytes()).unwrap();
    assert_eq!(
        read.warnings,
        [
            "discounts[0].provenance.seen_at: \"in June\" is not an instant such as \"2026-06-03T12:00:00Z\" (RFC 3339 \
             with an offset); it was not used"
        ]
    );
}

#[test]
fn only_rfc_3339_with_an_offset_is_an_instant() {
    for text in [
        "2026-06-03T12:00:00Z",
        "2026-06-03t12:00:00z",
        "2026-06-03 12:00:00Z",
        "2026-06-03T12:00:00.123456789+14:00",
        "2026-06-03T12:00:60Z",
        "2026-06-03T12:00:00-00:00",
        "0001-01-02T00:00:00Z",
        "9999-12-30T00:00:00-07:00",
    ] {
        assert!(read(with("/at", json!(text)).to_string().as_bytes()).is_ok(), "{text}");
    }
    for text in [
        "2026-06-03T12:00+01:00",
        "2026-06-03T12+01:00:00",
        "2026-06-03T12:00:00+01",
        "2026-06-03T12:00:00+0100",
        "2026-06-03T12:00:00+01:02:03",
        "2026-06-03T120000+01:00",
        "2026-06-03T12:00:00,5Z",
        "2026-06-03T24:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-06-03T12:00:00 Z",
        " 2026-06-03T12:00:00Z",
        "2026-06-03T12:00:00Z ",
        "2026-06-03T12:00:00Z[UTC]",
        "2026-06-03T12:00:00+25:60",
        "+002026-06-03T12:00:00Z",
        "２026-06-03T12:00:00Z",
    ] {
        let error = read(with("/at", json!(text)).to_string().as_bytes());
        assert!(error.is_err_and(|error| error.path == "at"), "{text}");
    }
}

#[test]
fn a_text_that_is_no_json_says_so_with_the_place() {
    for (text, told) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{", "EOF while parsing an object at line 1 column 1"),
        ("nonsense", "expected ident at line 1 column 2"),
        ("{\"market\": \"US\",}", "trailing comma at line 1 column 17"),
        ("{\"market\": 'US'}", "expected value at line 1 column 12"),
    ] {
        let error = read(text.as_bytes()).unwrap_err();
        assert_eq!((error.kind, error.detail.as_str()), ("not_json", told), "{text}");
    }
    let two = format!("{} {}", good(), good());
    let error = read(two.as_bytes()).unwrap_err();
    assert_eq!(error.kind, "not_json");
    assert!(
        error.detail.starts_with("trailing characters at line 1 column"),
        "{}",
        error.detail
    );
}

#[test]
fn a_checkout_cut_off_anywhere_is_no_json_and_the_place_is_where_it_ends() {
    let text = serde_json::to_string_pretty(&good()).unwrap();
    for end in 0..text.len() {
        let error = read(&text.as_bytes()[..end]).unwrap_err();
        assert_eq!(error.kind, "not_json", "{end}: {error}");
        let line = text[..end].matches('\n').count();
        // At the very start of a line the place may be the end of the one before.
        let told = [line, line + 1]
            .iter()
            .any(|line| error.detail.contains(&format!(" at line {line} column ")));
        assert!(told, "{end}: {error}");
    }
}

#[test]
fn a_hundred_thousand_brackets_are_an_error_and_no_overflow() {
    let many = 100_000;
    for text in [
        "[".repeat(many),
        "{\"a\":".repeat(many),
        format!("{{\"lines\": {}", "[".repeat(many)),
        format!("{{\"unknown\": {}", "[".repeat(many)),
        format!("{{\"limits\": {}{}}}", "[".repeat(many), "]".repeat(many)),
        format!("{{\"discounts\": [{{\"uses\": {}", "[".repeat(many)),
        format!("{{\"discounts\": [{{\"benefit\": {}", "{\"x\":".repeat(many)),
    ] {
        assert!(read(text.as_bytes()).is_err());
    }
}

#[test]
fn a_list_of_discounts_is_read_by_the_same_rules() {
    let list = json!({"schema": "tillwatch/discounts/1", "discounts": good()["discounts"], "note": "x"});
    let read = checkout::read_discounts(list.to_string().as_bytes()).unwrap();
    assert_eq!(read.value.len(), 7);
    assert_eq!(read.warnings, ["note: no such field is known; it was not used"]);
    let told = |text: &str| checkout::read_discounts(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(told("{}"), "discounts: is missing; a list of discounts is needed");
    assert_eq!(
        told("{\"discounts\": [{\"id\": \"A\"}]}"),
        "discounts[0].kind: is missing; allowed: store_discount, spend_and_save, platform, category, welcome, store, \
         seller, code, free_shipping"
    );
}

/// Values that stand in the good checkout's places, right and wrong.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..5_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[0-9]{1,14}(\\.[0-9]{1,3})?".prop_map(Value::from),
        "202[0-9]-0[1-9]-[0-3][0-9]T[0-2][0-9]:00:00(Z|[-+]1[0-9]:[0-9]0)".prop_map(Value::from),
        prop::sample::select(vec![
            "fixed",
            "percent",
            "tiers",
            "per_spend",
            "pieces",
            "shipping",
            "code",
            "platform",
            "store",
            "free_shipping",
            "spend_and_save",
            "choice",
            "unlimited",
            "personal",
            "USD",
            "EUR",
            "JPY",
            "KWD",
            "DE",
            "0",
            "100",
            "9223372036854775807",
            "100000000000.00"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec(
                (
                    prop::sample::select(vec!["type", "amount", "percent", "id", "tiers", "x"]),
                    inner
                ),
                0..3
            )
            .prop_map(|fields| Value::Object(fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

/// All places of a value, as pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                places(value, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                places(value, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

/// Whatever was read is fit for the whole engine.
fn carry_out(read: &Checkout) {
    for rules in BOOK.iter() {
        let stack = stack::best(read, rules);
        assert_eq!(stack.applied.len() + stack.refused.len(), read.discounts.len());
        let misses = stack::near_misses(read, rules, &stack);
        let receipt = stack::Receipt {
            near_misses: &misses,
            ..stack::Receipt::new(read, rules, &stack)
        };
        serde_json::to_string(&receipt).unwrap();
        stack::diagnose::diagnose(read, rules, stack.total());
        for refused in &stack.refused {
            assert!(stack::explain::refusal(&receipt, refused).ends_with(['.', '"']));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_have_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn a_checkout_with_any_bytes_changed_has_an_answer(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = good().to_string().into_bytes();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(read) = read(&bytes) {
            carry_out(&read.value);
        }
    }

    #[test]
    fn a_checkout_with_any_values_changed_has_an_answer(
        changes in prop::collection::vec((any::<prop::sample::Index>(), value()), 1..4),
    ) {
        let mut json = good();
        for (place, value) in changes {
            let mut all = Vec::new();
            places(&json, "", &mut all);
            let place = place.index(all.len());
            *json.pointer_mut(&all[place]).unwrap() = value;
        }
        match read(json.to_string().as_bytes()) {
            Ok(read) => carry_out(&read.value),
            Err(error) => {
                prop_assert!(["missing", "wrong_value", "conflict", "too_much"].contains(&error.kind), "{}", error);
                prop_assert!(!error.detail.is_empty());
            }
        }
    }
}

#[test]
fn a_text_that_ends_too_early_names_no_place_that_is_not_there() {
    let error = read(b"{\"market\":\"US\"").unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), ("not_json", ""));
    assert!(error.to_string().starts_with("EOF while parsing"), "{error}");
}
