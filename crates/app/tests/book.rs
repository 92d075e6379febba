//! The price book against a fresh look at everything: after any change of a discount both say the same.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use proptest::prelude::*;
use tillwatch_app::book::Book;
use tillwatch_app::ports::store::VariantId;
use tillwatch_core::almanac::{Almanac, read_ladder};
use tillwatch_core::checkout::{Checkout, Line, read_discounts};
use tillwatch_core::country::Country;
use tillwatch_core::id::{CategoryId, ItemId, SellerId, StoreId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::{RuleBook, RuleSet};

fn at(minute: i64) -> Instant {
    Instant::parse("2026-06-05T00:00:00Z")
        .unwrap()
        .plus_seconds(minute * 60)
}

fn rules() -> RuleSet {
    RuleBook::built_in().unwrap().get(None).unwrap().clone()
}

/// Nothing known but markets.
fn nothing_known() -> Almanac {
    Almanac {
        ladders: Vec::new(),
        ..Almanac::built_in().unwrap()
    }
}

/// A variant of a small marketplace: store, seller and category by its number, a coupon of its store that runs for
/// some minutes.
fn variant(number: u32, price: i64, coupon: (i64, i64)) -> Checkout {
    let (country, currency) = if number.is_multiple_of(3) {
        ("DE", "EUR")
    } else {
        ("US", "USD")
    };
    let currency = Currency::parse(currency).unwrap();
    let mut checkout = Checkout::new(Country::parse(country).unwrap(), currency, at(0));
    let store = number % 4;
    checkout.lines.push(Line {
        item: ItemId::from_number(1_005_000_000_000_000 + u64::from(number)),
        sku: None,
        title: None,
        store: Some(StoreId::parse(&format!("s{store}")).unwrap()),
        seller: Some(SellerId::parse(&format!("v{}", store / 2)).unwrap()),
        categories: vec![CategoryId::parse(&format!("c{}", number % 5)).unwrap()],
        warehouse: None,
        unit_price: Money::new(price, currency),
        quantity: 1,
        shipping: Money::new(199, currency),
        pool: None,
    });
    let json = format!(
        r#"{{"discounts": [{{"id": "own{store}", "kind": "store", "benefit": {{"type": "fixed", "amount": "2.00"}},
            "currency": "{currency}", "min_spend": "5.00", "valid_from": "{}", "valid_until": "{}",
            "scope": {{"stores": ["s{store}"]}}}}]}}"#,
        at(coupon.0),
        at(coupon.1)
    );
    checkout.discounts = read_discounts(json.as_bytes()).unwrap().value;
    checkout
}

/// A known discount: what it asks of a listing is one of several things.
fn ladder(id: u32, scope: u32, from: i64, until: i64, off: u32) -> String {
    let scope = match scope % 6 {
        0 => r#""scope": {"stores": ["s1"]},"#.to_owned(),
        1 => r#""scope": {"sellers": ["v1"]},"#.to_owned(),
        2 => r#""scope": {"categories": ["c2", "c3"]},"#.to_owned(),
        3 => r#""scope": {"items": ["1005000000000004", "1005000000000007"]},"#.to_owned(),
        4 => r#""regions": ["DE"],"#.to_owned(),
        _ => String::new(),
    };
    let (kind, currency) = if id.is_multiple_of(2) {
        ("platform", "USD")
    } else {
        ("code", "EUR")
    };
    format!(
        r#"{{"schema": "tillwatch/ladder/1", "id": "l{id}", "name": "L", "source": "test", "confidence": "high",
            "discounts": [{{"id": "d{id}", "kind": "{kind}", "benefit": {{"type": "fixed", "amount": "{off}.00"}}, {scope}
            "currency": "{currency}", "min_spend": "1.00", "valid_from": "{}", "valid_until": "{}"}}]}}"#,
        at(from),
        at(until)
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever begins, ends, comes or goes: every price in the book is that of a fresh look, and what moved is told.
    #[test]
    fn a_book_that_follows_every_change_says_what_a_fresh_look_says(
        variants in prop::collection::vec((500_i64..9_000, 0_i64..30, 1_i64..60), 1..24),
        ladders in prop::collection::vec((0_u32..6, 0_i64..60, 1_i64..60, 1_u32..6), 0..6),
        learned in 0_i64..60,
    ) {
        let rules = rules();
        let mut almanac = nothing_known();
        let mut book = Book::new(rules.clone());
        let checkouts: Vec<Checkout> = variants
            .iter()
            .enumerate()
            .map(|(number, (price, from, length))| {
                variant(u32::try_from(number).unwrap(), *price, (*from, from + length))
            })
            .collect();
        let id = |number: usize| VariantId(i64::try_from(number).unwrap());
        for (number, own) in checkouts.iter().enumerate() {
            let lanes = Book::price(own, &almanac, &rules, at(0)).unwrap();
            book.enter(id(number), own, true, &lanes);
        }
        let mut followed = at(0);
        for minute in 0..=125 {
            let now = at(minute);
            let mut touched = book.turned(now);
            for discount in almanac.turning(followed, now) {
                touched.join(book.touched_by(discount));
            }
            if minute == learned {
                let mut newer = almanac.clone();
                for (place, (scope, from, length, off)) in ladders.iter().enumerate() {
                    let json = ladder(u32::try_from(place).unwrap(), *scope, *from, from + length, *off);
                    newer.add(read_ladder(json.as_bytes()).unwrap().value);
                }
                for discount in almanac.differences(&newer) {
                    touched.join(book.touched_by(discount));
                }
                almanac = newer;
            }
            followed = now;
            let before: Vec<_> = (0..checkouts.len()).map(|number| book.prices(id(number)).unwrap().0).collect();
            let moved = book.reprice(&touched, &almanac, now);
            let told: Vec<VariantId> = moved.iter().map(|moved| book.who(moved).unwrap()).collect();
            for (number, own) in checkouts.iter().enumerate() {
                let fresh = Book::price(own, &almanac, &rules, now).unwrap();
                let (known, _) = book.prices(id(number)).unwrap();
                prop_assert_eq!(known, fresh, "variant {} in minute {}", number, minute);
                prop_assert_eq!(told.contains(&id(number)), known != before[number]);
            }
        }
    }
}

#[test]
fn a_discount_touches_exactly_what_its_scope_names() {
    let touched = |scope: u32, id: u32| {
        let mut almanac = nothing_known();
        almanac.add(read_ladder(ladder(id, scope, 0, 10, 3).as_bytes()).unwrap().value);
        let discount = almanac.turning(at(-1), at(0)).next().unwrap();
        let mut book = Book::new(rules());
        for number in 0..12 {
            let own = variant(number, 5_000, (0, 1));
            let lanes = Book::price(&own, &nothing_known(), &rules(), at(-1)).unwrap();
            book.enter(VariantId(i64::from(number)), &own, true, &lanes);
        }
        let touched = book.touched_by(discount);
        let moved = book.reprice(&touched, &almanac, at(1));
        moved.iter().map(|moved| book.who(moved).unwrap().0).collect::<Vec<_>>()
    };
    // In USD: all but every third, which is sold in EUR.
    assert_eq!(touched(0, 0), [1, 5], "store s1");
    assert_eq!(touched(2, 0), [2, 7, 8], "categories c2 and c3");
    assert_eq!(touched(3, 0), [4, 7], "two listings");
    assert_eq!(touched(4, 0), [0_i64; 0], "a USD coupon for a EUR country");
    assert_eq!(touched(4, 1), [0, 3, 6, 9], "a EUR code for Germany");
    assert_eq!(touched(5, 0), [1, 2, 4, 5, 7, 8, 10, 11], "everything in USD");
}

#[test]
fn a_variant_that_left_is_priced_no_more_and_one_that_came_back_is() {
    let rules = rules();
    let almanac = nothing_known();
    let mut book = Book::new(rules.clone());
    let own = variant(1, 5_000, (10, 20));
    let lanes = Book::price(&own, &almanac, &rules, at(0)).unwrap();
    book.enter(VariantId(1), &own, true, &lanes);
    assert_eq!(book.next_turn(), Some(at(10).moment().as_second()));
    book.leave(VariantId(1));
    assert!(book.is_empty());
    assert_eq!(book.next_turn(), None, "nothing of it is left behind");
    assert_eq!(book.prices(VariantId(1)), None);
    book.enter(VariantId(1), &own, true, &lanes);
    let touched = book.turned(at(10));
    let moved = book.reprice(&touched, &almanac, at(10));
    let (repriced, before) = book.told(&moved[0]).unwrap();
    assert_eq!((before.public.minor(), repriced.lanes.public.minor()), (5_199, 4_999));
    assert_eq!(
        repriced.lanes.automatic, before.automatic,
        "a store coupon is nothing that applies by itself"
    );
}
