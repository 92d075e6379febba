//! Whatever is sent, the readers answer: with an outcome, in bounded time and memory, and never by a panic.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use proptest::prelude::*;
use tillwatch_core::country::Country;
use tillwatch_core::id::ItemId;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{Outcome, Snapshot};
use tillwatch_net::readers::{Asked, MOST_BYTES, read, read_asked};

fn fixtures() -> Vec<Vec<u8>> {
    let folder = format!("{}/tests/fixtures/pages", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/pages/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// What holds of every reading.
fn is_sound(seen: &[Snapshot]) {
    assert!(!seen.is_empty());
    for one in seen {
        assert_eq!(one.outcome == Outcome::Ok, one.salable().next().is_some(), "{one:?}");
        assert_eq!(one.outcome == Outcome::Ok, one.detail.is_none(), "{one:?}");
        for variant in one.variants.iter().filter_map(|variant| variant.price) {
            assert!(variant.is_positive() && Some(variant.currency()) == one.currency);
        }
    }
}

/// H058, H059.
#[test]
fn bombs_floods_and_rubbish_get_an_outcome() {
    let outcome = |bytes: &[u8]| {
        let seen = read(bytes);
        is_sound(&seen);
        seen[0].outcome
    };
    let bomb = "[".repeat(100_000);
    assert_eq!(outcome(bomb.as_bytes()), Outcome::ParseFailed);
    assert_eq!(outcome("{\"a\":".repeat(100_000).as_bytes()), Outcome::ParseFailed);
    assert_eq!(
        outcome(format!("<script>window.runParams = {{ data: {{\"x\": {bomb}").as_bytes()),
        Outcome::ParseFailed
    );
    assert_eq!(
        outcome("window.runParams = { data: {".repeat(50_000).as_bytes()),
        Outcome::ParseFailed
    );
    assert_eq!(outcome("<div>".repeat(1_000_000).as_bytes()), Outcome::ParseFailed);
    assert_eq!(outcome(&vec![0; 1_000]), Outcome::ParseFailed);
    assert_eq!(outcome(b""), Outcome::ParseFailed);
    assert_eq!(outcome(b"\xff\xfe\x00<\x80"), Outcome::ParseFailed);
    assert_eq!(outcome(&vec![b'x'; MOST_BYTES + 1]), Outcome::TooLarge);
    assert_eq!(
        outcome(format!("[{}1]", "1,".repeat(5_000_000)).as_bytes()),
        Outcome::TooLarge
    );
    let har = format!("{{\"log\":{{\"entries\":[{}{{}}]}}}}", "{},".repeat(100_000));
    assert_eq!(outcome(har.as_bytes()), Outcome::ParseFailed);
}

#[test]
fn broken_letters_and_a_byte_order_mark_leave_the_prices_alone() {
    let mut page = vec![0xef, 0xbb, 0xbf];
    page.extend(fixture("components-es.json"));
    let title = page.windows(5).position(|w| w == b"Farol").unwrap();
    page[title] = 0xff;
    let seen = read(&page);
    assert_eq!((seen[0].outcome, seen[0].variants.len()), (Outcome::Ok, 2));
}

#[test]
fn what_answers_something_else_keeps_no_price() {
    let page = fixture("components-es.json");
    let item = ItemId::parse("1005000000000888").ok();
    let (market, currency) = (Country::parse("MX").ok(), Currency::parse("MXN").ok());
    let told = |asked: Asked| {
        let seen = read_asked(&page, &asked);
        is_sound(&seen);
        seen[0].outcome
    };
    let right = Asked { item, market, currency };
    assert_eq!(told(right.clone()), Outcome::Ok);
    assert_eq!(told(Asked::default()), Outcome::Ok);
    let other = ItemId::parse("1005000000000889").ok();
    assert_eq!(
        told(Asked {
            item: other,
            ..right.clone()
        }),
        Outcome::OtherListing
    );
    assert_eq!(
        told(Asked {
            market: Some(Country::US),
            ..right.clone()
        }),
        Outcome::OtherRegion
    );
    assert_eq!(
        told(Asked {
            currency: Some(Currency::USD),
            ..right
        }),
        Outcome::OtherCurrency
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_cut_off_input_gets_an_outcome(which in 0_usize..100, share in 0.0_f64..1.0) {
        let all = fixtures();
        let whole = &all[which % all.len()];
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss,
                 reason = "a place in a small file")]
        let cut = (whole.len() as f64 * share) as usize;
        is_sound(&read(&whole[..cut]));
    }

    #[test]
    fn a_changed_input_gets_an_outcome(which in 0_usize..100, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40)) {
        let all = fixtures();
        let mut bytes = all[which % all.len()].clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        is_sound(&read(&bytes));
    }

    #[test]
    fn any_bytes_get_an_outcome(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        is_sound(&read(&bytes));
    }
}
