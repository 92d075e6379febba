//! Both formats give back what they were given, whatever it is, and name the place of what they refuse.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use proptest::prelude::*;
use tillwatch_app::ports::store::{ListingKey, SeriesPast, Terms, VariantPast, WatchPast};
use tillwatch_core::country::Country;
use tillwatch_core::history::{Lane, Price, Void};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::Outcome;

use super::*;

fn written(format: Format, listings: &[ListingPast]) -> String {
    let mut to = Vec::new();
    let mut writer = Writer::begin(format, &mut to);
    for listing in listings {
        writer.listing(listing, &mut to).unwrap();
    }
    writer.end(&mut to);
    String::from_utf8(to).unwrap()
}

/// Runs that follow each other, from their lengths and pauses.
fn runs<V>(value: impl Strategy<Value = V>) -> impl Strategy<Value = Vec<Run<V>>>
where
    V: Clone + std::fmt::Debug,
{
    let run = (0_u32..5_000, 0_u32..5_000, value);
    proptest::collection::vec(run, 1..6).prop_map(|runs| {
        let mut at = Minute::new(29_000_000);
        let placed = runs.into_iter().map(|(pause, confirmed, value)| {
            let start = at.plus(pause);
            at = start.plus(confirmed);
            Run {
                start,
                confirmed,
                value,
            }
        });
        placed.collect()
    })
}

fn lane() -> impl Strategy<Value = Lane> {
    (0_usize..4).prop_map(|place| Lane::ALL[place])
}

fn variant() -> impl Strategy<Value = VariantPast> {
    let price = (1_i64..10_000_000).prop_map(|minor| Price::new(minor).unwrap());
    // No table has a NUL, so that one is left out of a reason.
    let voids = (0_u32..9_000, 1_u32..9_000, "[^\\x00\\n]{0,12}").prop_map(|(from, length, reason)| Void {
        from: Minute::new(29_000_000 + from),
        until: Minute::new(29_000_000 + from + length),
        reason,
    });
    let watch = (lane(), proptest::option::of(1_i64..9_000_000), 0_i64..2_000_000_000_000);
    let watch = watch.prop_map(|(lane, target, since)| WatchPast {
        lane,
        target: target.map(|minor| Money::new(minor, Currency::USD)),
        since: Instant::from_millis(since).unwrap(),
    });
    let terms = ("[=+@a-z-]{1,6}", any::<bool>());
    (
        "[-=+@'\"a-z0-9,;]{1,9}",
        terms,
        lane(),
        runs(price),
        proptest::collection::vec(voids, 0..3),
        proptest::collection::vec(watch, 0..3),
    )
        .prop_map(|(sku, (rules, delivered), lane, runs, voids, watches)| VariantPast {
            sku: Some(SkuId::parse(&sku).unwrap()),
            selected: false,
            series: vec![SeriesPast {
                terms: Terms { rules, delivered },
                lane,
                runs,
            }],
            voids,
            watches,
        })
}

fn past() -> impl Strategy<Value = ListingPast> {
    let check = (0_usize..Outcome::ALL.len()).prop_map(|place| Outcome::ALL[place]);
    (1_u64..1_000_000_000, runs(check), variant(), any::<bool>()).prop_map(|(number, checks, variant, blank)| {
        let selected = VariantPast {
            sku: (!blank).then(|| SkuId::parse("77").unwrap()),
            selected: true,
            ..VariantPast::default()
        };
        ListingPast {
            key: ListingKey {
                item: ItemId::from_number(1_005_000_000_000_000 + number),
                market: Country::US,
                currency: Currency::USD,
            },
            checks,
            variants: vec![variant, selected],
        }
    })
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(listing in past()) {
        for format in [Format::Json, Format::Csv] {
            let text = written(format, std::slice::from_ref(&listing));
            let read = read(text.as_bytes()).unwrap();
            let read: Vec<ListingPast> = read.into_iter().map(|one| one.unwrap().1).collect();
            prop_assert_eq!(&read, std::slice::from_ref(&listing));
        }
    }

    #[test]
    fn no_cell_of_a_table_begins_as_a_formula_does(listing in past()) {
        let text = written(Format::Csv, &[listing]);
        for cell in text.split([',', '\n']).map(|cell| cell.trim_start_matches('"')) {
            // A piece of a text that was split within its quotation marks is no cell.
            if !text.contains('"') {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}", cell);
            }
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in ".{0,80}") {
        drop(read(&bytes));
        drop(read(format!("{}{text}", String::from_utf8_lossy(csv::BEGIN)).as_bytes()));
    }
}

const LISTING: &str = r#"{"item":"1005006367324382","market":"US","currency":"USD","checks":[],"variants":[
    {"sku":"12","selected":false,"watches":[],"voids":[],"series":[
        {"rules":"seed-2026","with_shipping":true,"lane":"public","runs":[["2026-06-01T12:00:00Z",5,"9.99"]]}]}]}"#;

#[test]
fn a_listing_that_is_refused_is_named_with_the_place_of_the_fault() {
    for (right, wrong, place) in [
        ("9.99", "0.00", "listings[1].variants[0].series[0].runs[0]"),
        ("9.99", "9.999", "listings[1].variants[0].series[0].runs[0]"),
        ("12:00:00Z", "12:00:30Z", "listings[1].variants[0].series[0].runs[0]"),
        ("public", "private", "listings[1].variants[0].series[0].lane"),
        ("\"sku\":\"12\"", "\"sku\":null", "listings[1].variants[0].sku"),
        ("\"US\"", "\"United States\"", "listings[1].market"),
        ("\"checks\":[],", "", "listings[1]"),
        ("", "", "listings[1]"),
    ] {
        let second = LISTING.replace(right, wrong);
        let file = format!("{{\"schema\":\"tillwatch/export/1\",\"listings\":[{LISTING},{second}]}}");
        let read = read(file.as_bytes()).unwrap();
        assert!(read[0].is_ok(), "{:?}", read[0]);
        let refused = read[1].as_ref().unwrap_err();
        assert_eq!(refused.path, place, "{refused}");
    }
    assert_eq!(
        read(b"{\"schema\":\"tillwatch/export/2\",\"listings\":[]}")
            .unwrap_err()
            .path,
        "schema"
    );
    assert!(read(b"a,b\n1,2\n").is_err());
}
