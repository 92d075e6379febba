//! What the built-in data says, and what a ladder's file is refused for.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails to set up must stop"
)]

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::discount::{Benefit, Kind, Scope};
use crate::id::ItemId;
use crate::money::{Currency, Money};

fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn candidates(market: &str, at: &str) -> Vec<Discount> {
    let almanac = Almanac::built_in().unwrap();
    let known = almanac.discounts_for(Country::parse(market).unwrap(), instant(at));
    known.of_lines(&[]).into_iter().cloned().collect()
}

fn ids(discounts: &[Discount]) -> Vec<&str> {
    discounts.iter().map(|discount| discount.id.as_str()).collect()
}

fn ladder(id: &str) -> Ladder {
    let almanac = Almanac::built_in().unwrap();
    almanac.ladders.into_iter().find(|ladder| ladder.id == id).unwrap()
}

fn utc_window(discount: &Discount) -> (String, String) {
    let utc = |instant: Option<Instant>| instant.unwrap().moment().to_string();
    (utc(discount.valid_from), utc(discount.valid_until))
}

#[test]
fn the_built_in_almanac_loads_and_no_field_of_a_ladder_is_passed_over() {
    let almanac = Almanac::built_in().unwrap();
    assert_eq!(almanac.ladders.len(), 21);
    let mut names = BTreeSet::new();
    for json in CAMPAIGNS {
        let read = read_ladder(json.as_bytes()).unwrap();
        assert_eq!(read.warnings, Vec::<String>::new(), "{}", read.value.id);
        for discount in &read.value.discounts {
            assert!(names.insert(discount.id.to_string()), "{} stands twice", discount.id);
            assert!(discount.valid_until.is_some(), "{} never ends", discount.id);
            assert!(discount.provenance.source.is_some() && discount.provenance.confidence.is_some());
        }
    }
}

#[test]
fn a_cart_of_45_dollars_on_3_june_2026_has_afso6_at_hand() {
    let found = candidates("US", "2026-06-03T12:00:00Z");
    let afso6 = found.iter().find(|discount| discount.id.as_str() == "AFSO6").unwrap();
    assert_eq!(afso6.kind, Kind::Code);
    assert_eq!(afso6.min_spend.map(Money::minor), Some(3900));
    assert!(matches!(afso6.benefit, Benefit::Fixed { amount } if amount.minor() == 600));
    assert_eq!(
        utc_window(afso6),
        ("2026-06-01T07:00:00Z".into(), "2026-06-11T07:00:00Z".into())
    );
    assert_eq!(afso6.valid_until.unwrap().to_string(), "2026-06-11T00:00:00-07:00");
}

#[test]
fn windows_are_days_of_the_zone_that_the_source_means() {
    for (id, from, until) in [
        ("es-2025-02-carnaval", "2025-02-17T08:00:00Z", "2025-02-24T08:00:00Z"),
        ("fr-2026-10-choice-day", "2026-10-01T07:00:00Z", "2026-10-08T07:00:00Z"),
        ("bh-2026-06-credimax", "2026-05-31T21:00:00Z", "2026-06-10T21:00:00Z"),
        // Across the change to summer time.
        ("store-2024-03-c", "2024-03-01T08:00:00Z", "2024-04-01T07:00:00Z"),
        ("store-2024-02-d", "2024-02-24T05:58:00Z", "2024-04-01T07:00:00Z"),
        // Disputed: the one day that both claims share.
        (
            "other-2026-10-brand-day",
            "2026-10-12T07:00:00Z",
            "2026-10-13T07:00:00Z",
        ),
    ] {
        let ladder = ladder(id);
        let first = ladder.discounts.first().unwrap();
        assert_eq!(utc_window(first), (from.into(), until.into()), "{id}");
        assert!(!first.provenance.expiry_assumed, "{id}");
    }
}

#[test]
fn an_end_that_nobody_states_is_seven_days_after_the_sighting_and_marked() {
    let ladder = ladder("us-2025-12-22");
    assert_eq!(ladder.discounts.len(), 1);
    let one = ladder.discounts.first().unwrap();
    assert_eq!(
        utc_window(one),
        ("2025-12-22T08:00:00Z".into(), "2025-12-29T19:12:39Z".into())
    );
    assert!(one.provenance.expiry_assumed);
    assert!(matches!(&one.benefit, Benefit::Tiers { tiers } if tiers.len() == 2));
}

#[test]
fn the_december_ladder_ends_before_the_one_that_followed_it() {
    assert!(ids(&candidates("US", "2025-12-22T20:00:00Z")).contains(&"us-2025-12-22"));
    let former = ladder("us-2025-12-19-big-sale");
    let first = former.discounts.first().unwrap();
    assert!(first.provenance.expiry_assumed);
    assert_eq!(first.valid_until, Some(instant("2025-12-22T00:00:00-08:00")));
}

#[test]
fn a_quote_gets_the_codes_of_its_market_for_14_days_around_and_those_of_others_while_they_hold() {
    assert!(ids(&candidates("FR", "2026-09-17T07:00:00Z")).contains(&"FRPRD12"));
    assert!(!ids(&candidates("FR", "2026-09-17T06:59:59Z")).contains(&"FRPRD12"));
    assert!(ids(&candidates("FR", "2026-10-22T06:59:59Z")).contains(&"FRPRD12"));
    assert!(!ids(&candidates("FR", "2026-10-22T07:00:01Z")).contains(&"FRPRD12"));
    assert!(ids(&candidates("US", "2026-10-03T00:00:00Z")).contains(&"FRPRD12"));
    assert!(!ids(&candidates("US", "2026-10-09T00:00:00Z")).contains(&"FRPRD12"));
}

#[test]
fn a_card_offer_of_a_bank_is_never_public() {
    let offer = ladder("bh-2026-06-credimax");
    let first = offer.discounts.first().unwrap();
    assert_eq!(first.audience, Audience::Personal);
    assert_eq!(first.kind, Kind::Unknown("payment".into()));
    let bahrain = candidates("BH", "2026-06-03T12:00:00Z");
    assert!(bahrain.iter().all(|discount| discount.audience == Audience::Public));
}

#[test]
fn of_two_with_one_code_the_one_that_holds_is_given() {
    let mut almanac = Almanac::built_in().unwrap();
    let again = |id: &str, starts: &str, ends: &str| {
        let json = format!(
            r#"{{"id": "{id}", "name": "n", "kind": "code", "currency": "USD", "zone": "UTC", "starts": "{starts}",
                "ends": "{ends}", "source": "s", "confidence": "low", "tiers": [{{"code": "AFSO6", "off": "7.00"}}]}}"#
        );
        read_ladder(json.as_bytes()).unwrap().value
    };
    almanac.add(again("later", "2026-06-12", "2026-06-14"));
    let given = |almanac: &Almanac, at: &str| {
        let found = almanac.discounts_for(Country::US, instant(at));
        let found = found.of_lines(&[]).into_iter();
        let mut found = found.filter(|discount| discount.id.as_str() == "AFSO6");
        let one = found.next().unwrap();
        assert!(found.next().is_none(), "an id came twice");
        one.min_spend.is_some()
    };
    assert!(given(&almanac, "2026-06-03T00:00:00Z"));
    assert!(!given(&almanac, "2026-06-13T00:00:00Z"));
    // A correction by id takes the place of the former.
    almanac.add(again("later", "2027-01-01", "2027-01-02"));
    assert!(given(&almanac, "2026-06-13T00:00:00Z"));
    assert_eq!(almanac.ladders.len(), 22);
}

#[test]
fn the_order_of_the_candidates_is_always_the_same() {
    let at = "2026-10-03T00:00:00Z";
    assert_eq!(candidates("US", at), candidates("US", at));
}

#[test]
fn usual_lives_gate_nothing_earlier_than_their_lower_end() {
    let lifetimes = Lifetimes::built_in().unwrap();
    let seen = instant("2026-01-01T00:00:00Z");
    let end = |kind: Kind| lifetimes.assumed_end(&kind, seen).map(|end| end.to_string());
    assert_eq!(end(Kind::Platform).as_deref(), Some("2026-01-08T00:00:00Z"));
    assert_eq!(end(Kind::Store).as_deref(), Some("2026-01-15T00:00:00Z"));
    assert_eq!(end(Kind::Seller).as_deref(), Some("2026-01-31T00:00:00Z"));
    assert_eq!(end(Kind::FreeShipping), None);
    assert_eq!(end(Kind::Unknown("coins".into())), None);
}

const GOOD: &str = r#"{"schema": "tillwatch/ladder/1", "id": "mine", "name": "Mine", "kind": "code", "currency": "USD",
 "regions": ["US"], "starts": "2026-06-01", "ends": "2026-06-10", "zone": "America/Los_Angeles",
 "tiers": [{"code": "A", "off": "3.00", "min_spend": "15.00"}, {"code": "B", "off": "6.00", "min_spend": "39.00"}],
 "source": "a page", "confidence": "low"}"#;

#[test]
fn a_day_alone_is_the_whole_day() {
    let read = read_ladder(GOOD.as_bytes()).unwrap();
    let first = read.value.discounts.first().unwrap();
    assert_eq!(
        utc_window(first),
        ("2026-06-01T07:00:00Z".into(), "2026-06-11T07:00:00Z".into())
    );
}

#[test]
fn a_fault_in_a_ladder_is_named_with_its_place() {
    for (wrong, right, said) in [
        (
            r#""39.00""#,
            r#""39.001""#,
            r#"tiers[1].min_spend: "39.001" has more digits than USD has (2)"#,
        ),
        (r#""B""#, r#""A""#, r#"tiers[1].code: "A" stands twice"#),
        (
            r#""code": "B", "#,
            "",
            "tiers[1].code: is missing; a code such as \"AFSO6\" is needed",
        ),
        (
            r#""off": "6.00""#,
            r#""off": "0.00""#,
            "tiers[1].off: is zero; it must be more",
        ),
        (r#""off": "6.00""#, r#""off": 6"#, "tiers[1].off: invalid type: "),
        (
            r#", "zone": "America/Los_Angeles""#,
            "",
            "zone: is missing; the time zone of starts and ends is needed",
        ),
        (
            "America/Los_Angeles",
            "Mars/Olympus",
            r#"zone: "Mars/Olympus" is not a time zone"#,
        ),
        (
            "2026-06-10",
            "2026-05-10",
            "ends: the end (2026-05-11T00:00:00-07:00) is not after the start",
        ),
        (
            "2026-06-10",
            "2026-06-10T23:59:59Z",
            r#"ends: "2026-06-10T23:59:59Z" is not a date and time"#,
        ),
        (
            "2026-06-10",
            "2026-06-10T23:59:59+02:00",
            "ends: \"2026-06-10T23:59:59+02:00\" is not a date and time",
        ),
        (
            "2026-06-10",
            "2026-06-31",
            r#"ends: "2026-06-31" is not a date and time"#,
        ),
        (
            r#""USD""#,
            r#""Dollar""#,
            "currency: \"Dollar\" is not an ISO 4217 currency code",
        ),
        (r#"["US"]"#, r#"["USA"]"#, "regions[0]: \"USA\" is not a country"),
        (
            r#""low""#,
            r#""sure""#,
            "confidence: \"sure\" is none of high, medium, low",
        ),
        (r#""source": "a page", "#, "", "source: is missing"),
        (
            "ladder/1",
            "ladder/2",
            "schema: \"tillwatch/ladder/2\" is not \"tillwatch/ladder/1\"",
        ),
    ] {
        let error = read_ladder(GOOD.replacen(wrong, right, 1).as_bytes()).unwrap_err();
        assert!(
            error.to_string().starts_with(said),
            "{error} does not start with {said}"
        );
    }
}

#[test]
fn a_ladder_without_tiers_and_a_window_without_an_end_are_refused() {
    let none = r#"{"id": "mine", "name": "Mine", "source": "a page", "confidence": "low"}"#;
    assert_eq!(read_ladder(none.as_bytes()).unwrap_err().path, "tiers");
    // The end of a kind that lives as long as its sale cannot be assumed.
    let endless = GOOD
        .replace(r#""ends": "2026-06-10", "#, "")
        .replace(r#""kind": "code""#, r#""kind": "free_shipping""#);
    assert_eq!(read_ladder(endless.as_bytes()).unwrap_err().path, "ends");
}

#[test]
fn a_misspelt_field_is_reported() {
    let read = read_ladder(
        GOOD.replace(r#""min_spend": "39.00""#, r#""minspend": "39.00""#)
            .as_bytes(),
    )
    .unwrap();
    assert_eq!(
        read.warnings,
        ["tiers[1].minspend: no such field is known; it was not used"]
    );
}

#[test]
fn discounts_in_the_checkouts_form_stand_beside_the_tiers_and_take_its_source() {
    let json = GOOD.replace(
        r#""source""#,
        r#""discounts": [{"id": "C", "kind": "platform", "benefit": {"type": "percent", "percent": "5"}}], "source""#,
    );
    let read = read_ladder(json.as_bytes()).unwrap();
    assert_eq!(ids(&read.value.discounts), ["A", "B", "C"]);
    let last = read.value.discounts.last().unwrap();
    assert_eq!(last.provenance.source.as_deref(), Some("a page"));
    let twice = read_ladder(json.replace(r#""id": "C""#, r#""id": "B""#).as_bytes()).unwrap_err();
    assert_eq!(twice.to_string(), r#"discounts[0].id: "B" stands twice"#);
}

/// The collection that the data was taken from, where it stands beside this tree.
fn shared(name: &str) -> Option<serde_json::Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(name);
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

#[test]
fn all_79_tiers_of_the_collection_are_carried() {
    let Some(collection) = shared("campaigns.json") else {
        return;
    };
    let mut tiers = 0;
    for campaign in collection["campaigns"].as_array().unwrap() {
        let id = campaign["id"].as_str().unwrap();
        let ladder = ladder(id);
        for tier in campaign["tiers"].as_array().unwrap() {
            let amount = |field: &str| {
                let currency = ladder.discounts.first().unwrap().currency.unwrap();
                Money::parse(&tier[field].to_string(), currency).unwrap()
            };
            let (off, minimum) = (amount("off"), amount("min_spend"));
            let carried = ladder.discounts.iter().any(|discount| match &discount.benefit {
                Benefit::Fixed { amount } => {
                    let name = tier["code"].as_str().unwrap_or(id);
                    discount.id.as_str() == name && *amount == off && discount.min_spend == Some(minimum)
                }
                Benefit::Tiers { tiers } => tiers.iter().any(|one| one.amount == off && one.min_spend == minimum),
                Benefit::PerSpend { every, amount, .. } => *amount == off && *every == minimum,
                _ => false,
            });
            assert!(carried, "{id}: {tier}");
            tiers += 1;
        }
        // Narrower than in the collection, for the reason in its notes.
        let narrower = ["other-2026-10-brand-day"].contains(&id);
        if let (Some(from), Some(last)) = (campaign["start_utc"].as_str(), campaign["end_utc_inclusive"].as_str()) {
            let first = ladder.discounts.first().unwrap();
            let same =
                first.valid_from == Some(instant(from)) && first.valid_until == Some(instant(last).plus_seconds(1));
            assert_eq!(same, !narrower, "{id}");
        }
    }
    assert_eq!(tiers, 79);
}

#[test]
fn every_market_of_the_collection_is_carried_with_its_currency_and_rate() {
    let Some(collection) = shared("markets.json") else {
        return;
    };
    let markets = Markets::built_in().unwrap();
    for row in collection["markets"].as_array().unwrap() {
        let code = row["code"].as_str().unwrap();
        let market = markets.get(Country::parse(code).unwrap()).unwrap();
        assert_eq!(market.currency.code(), row["currency"].as_str().unwrap(), "{code}");
        assert_eq!(market.confidence.name(), row["confidence"].as_str().unwrap(), "{code}");
        // Rates that no source was read for, or that sources dispute, are left out.
        if !["KR", "SA", "IL", "IN"].contains(&code) {
            let rate = market.standard_rate.map(|rate| rate.to_string());
            let stated = Some(row["standard_rate_percent"].to_string()).filter(|rate| rate != "null");
            assert_eq!(rate, stated, "{code}");
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_stop_the_reading_of_a_ladder(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_ladder(&bytes);
    }

    #[test]
    fn no_damage_to_a_good_ladder_stops_its_reading(
        place in 0..GOOD.len(),
        length in 0..40_usize,
        with in proptest::string::string_regex("[ -~é]{0,12}").unwrap(),
    ) {
        let mut bytes = GOOD.as_bytes().to_vec();
        let end = place.saturating_add(length).min(bytes.len());
        bytes.splice(place..end, with.bytes());
        let _ = read_ladder(&bytes);
    }
}

/// A code of a listing in a market, as the marketplace's interface tells it.
fn of_listing(code: &str, id: &str, item: &str, market: Country) -> Discount {
    let euro = Currency::parse("EUR").unwrap();
    let amount = Money::parse("3.11", euro).unwrap();
    Discount {
        code: Some(code.into()),
        regions: vec![market],
        valid_until: Some(instant("2026-06-30T00:00:00Z")),
        scope: Scope {
            items: vec![ItemId::parse(item).unwrap()],
            ..Scope::default()
        },
        ..Discount::new(
            DiscountId::parse(id).unwrap(),
            Kind::Code,
            Benefit::Fixed { amount },
            Some(euro),
        )
    }
}

#[test]
fn a_code_of_a_listing_is_given_to_its_checkouts_in_its_market_alone() {
    const LAMP: &str = "1005000222222222";
    const CHAIR: &str = "1005000222222223";
    let mut almanac = Almanac::built_in().unwrap();
    let de = Country::parse("DE").unwrap();
    let fr = Country::parse("FR").unwrap();
    let more = |id: &str, discounts| Ladder {
        id: id.into(),
        name: "Single listings".into(),
        regions: Vec::new(),
        source: "a test".into(),
        confidence: Confidence::Medium,
        discounts,
        notes: Vec::new(),
    };
    almanac.add(more("here", vec![of_listing("LAMP3", "LAMP3~1", LAMP, de)]));
    // The same terms elsewhere are the same id, and another listing's.
    almanac.add(more("there", vec![of_listing("LAMP3", "LAMP3~1", CHAIR, fr)]));
    let at = instant("2026-06-13T00:00:00Z");
    let given = |market, items: &[&str]| {
        let items: Vec<ItemId> = items.iter().map(|item| ItemId::parse(item).unwrap()).collect();
        let known = almanac.discounts_for(market, at);
        let found = known.of(items.iter()).into_iter().filter(|one| one.typed() == "LAMP3");
        found.map(|one| one.scope.items[0].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(given(de, &[LAMP]), [LAMP]);
    assert_eq!(given(de, &[CHAIR, LAMP, LAMP]), [LAMP]);
    assert_eq!(given(fr, &[LAMP, CHAIR]), [CHAIR]);
    for (market, items) in [
        (de, &[CHAIR][..]),
        (fr, &[LAMP]),
        (Country::US, &[LAMP, CHAIR]),
        (de, &[]),
    ] {
        assert_eq!(given(market, items), [""; 0]);
    }
    let everywhere = Discount {
        scope: Scope::default(),
        ..of_listing("LAMP3", "LAMP3", LAMP, de)
    };
    almanac.add(more("public", vec![everywhere]));
    let known = almanac.discounts_for(de, at);
    let lamp = ItemId::parse(LAMP).unwrap();
    let found = known.of([&lamp].into_iter()).into_iter();
    let found: Vec<&str> = found
        .filter(|one| one.typed() == "LAMP3")
        .map(|one| one.id.as_str())
        .collect();
    assert_eq!(found, ["LAMP3"], "what everybody may type is not given once more");
}
