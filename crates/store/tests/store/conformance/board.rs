//! The board: which cards are due, what is found among them; what visitors say of codes.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use std::collections::BTreeMap;

use tillwatch_app::ports::store::{
    Card, Found, ListingId, Mark, Offer, Order, Post, Repriced, Sought, Store, VariantId, Voices,
};
use tillwatch_core::country::Country;
use tillwatch_core::history::{Extreme, Lane, Price, Void};
use tillwatch_core::id::{CategoryId, Warehouse};
use tillwatch_core::money::{BasisPoints, Currency};
use tillwatch_core::snapshot::Outcome;

use crate::common::{at, check, key, lanes, minute, reading, run, sku, terms, track};

fn price(minor: i64) -> Price {
    Price::new(minor).unwrap()
}

fn points(points: u16) -> BasisPoints {
    BasisPoints::new(points).unwrap()
}

fn card(number: i64, title: &str, total: i64) -> Card {
    let offer = |lane| Offer {
        lane,
        total: price(total),
        saved: points(u16::try_from((2_000 - total) * 5).unwrap()),
        began: minute(u32::try_from(total % 7).unwrap()),
        low_30: price(total),
        former: Some(price(1_500)),
        usual: price(1_800),
        low: Extreme {
            price: price(900),
            at: minute(3),
        },
        below_low: price(total).drop_against(price(1_500)),
        below_usual: price(total).drop_against(price(1_800)),
    };
    Card {
        key: key(number),
        sku: Some(sku("1200")),
        title: Some(title.to_owned()),
        name: Some("Blue".to_owned()),
        sticker: price(2_000),
        warehouse: Some(Warehouse::parse(if number % 2 == 0 { "US" } else { "CN" }).unwrap()),
        categories: vec![CategoryId::parse("15").unwrap(), CategoryId::parse("1501").unwrap()],
        free_shipping: number % 3 == 0,
        newcomers: false,
        voided: number % 2 == 1,
        days: 20,
        confirmed: minute(9),
        offers: [Lane::Automatic, Lane::Public, Lane::Code].map(offer).to_vec(),
    }
}

/// Posts a card for a listing of that number.
fn post(store: &dyn Store, number: i64, card: Option<Card>) -> VariantId {
    let (_, variant) = track(store, number);
    let mark = Mark(vec![7]);
    store.put_on_board(&[Post { variant, mark, card }]).unwrap();
    variant
}

/// Everything in the public lane of the United States.
fn all() -> Sought {
    Sought {
        market: Country::US,
        currency: Currency::USD,
        lane: Lane::Public,
        words: Vec::new(),
        dropped: false,
        saved: points(0),
        least: None,
        most: None,
        warehouse: None,
        category: None,
        free_shipping: false,
        order: Order::Saved,
        after: None,
        count: 1_000,
    }
}

fn titles(store: &dyn Store, sought: &Sought) -> Vec<String> {
    let found = store.board(sought).unwrap();
    found.into_iter().filter_map(|found| found.card.title).collect()
}

fn with(words: &[&[&str]]) -> Sought {
    let group = |group: &&[&str]| group.iter().map(ToString::to_string).collect();
    Sought {
        words: words.iter().map(group).collect(),
        ..all()
    }
}

pub(crate) fn board_due(store: &dyn Store) {
    let due = |store: &dyn Store| -> Vec<VariantId> {
        let (due, next) = store.board_due(ListingId(0), minute(0), 100, 100).unwrap();
        assert_eq!(next, None);
        due.into_iter().map(|due| due.variant).collect()
    };
    let (listing, variant) = track(store, 1);
    assert_eq!(due(store), [], "what was never read has no card");
    store.record_checks(&[reading(listing, variant, 5, 1_000)]).unwrap();
    assert_eq!(due(store), [variant]);
    let put = |store: &dyn Store, card: Option<Card>| {
        let (due, _) = store.board_due(ListingId(0), minute(0), 100, 100).unwrap();
        let mark = due[0].mark.clone();
        store.put_on_board(&[Post { variant, mark, card }]).unwrap();
    };
    put(store, Some(card(1, "A lamp", 1_000)));
    assert_eq!(due(store), []);
    let (old, _) = store.board_due(ListingId(0), minute(10), 100, 100).unwrap();
    assert_eq!(old.len(), 1, "its last reading is before that minute");

    store.record_checks(&[check(listing, 6, Outcome::Blocked)]).unwrap();
    assert_eq!(due(store), [variant], "a failed check may hide the price");
    put(store, None);
    assert_eq!(due(store), []);
    let repriced = Repriced {
        variant,
        terms: terms(),
        lanes: lanes(900),
        alerts: Vec::new(),
    };
    store.record_prices(at(7), &[repriced]).unwrap();
    assert_eq!(due(store), [variant], "a price that changed without a reading");
    put(store, None);
    let void = Void {
        from: minute(5),
        until: minute(6),
        reason: "a slip".into(),
    };
    store.void(variant, &void).unwrap();
    assert_eq!(due(store), [variant], "its past counts otherwise");
    put(store, None);
    store.unvoid(variant, &void).unwrap();
    assert_eq!(due(store), [variant]);
    put(store, None);
    store
        .put_past(variant, Lane::Public, &terms(), &[run(0, 1, 700)])
        .unwrap();
    assert_eq!(due(store), [variant], "another past was put before it");

    // Page by page, whether a page ends by what was looked at or by what was found.
    for number in 2..=5 {
        let (listing, variant) = track(store, number);
        store.record_checks(&[reading(listing, variant, 5, 1_000)]).unwrap();
    }
    for (listings, most) in [(2, 100), (100, 2), (1, 1)] {
        let (mut after, mut found) = (ListingId(0), Vec::new());
        loop {
            let (due, next) = store.board_due(after, minute(0), listings, most).unwrap();
            found.extend(due.into_iter().map(|due| due.key));
            let Some(next) = next else { break };
            assert!(next > after);
            after = next;
        }
        assert_eq!(found, [1, 2, 3, 4, 5].map(key), "{listings} {most}");
    }
}

pub(crate) fn put_on_board(store: &dyn Store) {
    let lamp = card(1, "A lamp", 1_000);
    let variant = post(store, 1, Some(lamp.clone()));
    let found = store.board(&all()).unwrap();
    let offer = lamp.offers[1];
    let shown = Card {
        offers: vec![offer],
        ..lamp.clone()
    };
    assert_eq!(
        (&found[0].card, found[0].offer, found[0].place.variant),
        (&shown, offer, variant)
    );
    // Another title in its place: the former is not found any more.
    post(store, 1, Some(card(1, "A drone", 1_200)));
    assert_eq!(titles(store, &all()), ["A drone"]);
    assert_eq!(titles(store, &with(&[&["lamp"]])), Vec::<String>::new());
    assert_eq!(titles(store, &with(&[&["drone"]])), ["A drone"]);
    post(store, 1, None);
    assert_eq!(
        (titles(store, &all()).len(), store.board_has("drone").unwrap()),
        (0, false)
    );
    post(store, 1, None);
    post(store, 1, Some(lamp));
    assert_eq!(titles(store, &with(&[&["lamp"]])), ["A lamp"]);
}

pub(crate) fn board(store: &dyn Store) {
    for (number, title, total) in [
        (1, "Desk lamp, red", 1_000),
        (2, "Écouteurs sans fil", 1_600),
        (3, "无线手机壳 black", 1_400),
        (4, "100% cotton_shirt", 1_900),
        (5, "Lampe de bureau \"or\" NEAR(", 1_490),
    ] {
        post(store, number, Some(card(number, title, total)));
    }
    finds_words(store);
    keeps_to_filters(store);
    pages_in_order(store);
}

/// Parts of words, other scripts, without accents and sizes of letters; signs are literal.
fn finds_words(store: &dyn Store) {
    let found = |words: &[&[&str]]| titles(store, &with(words)).len();
    for (word, count) in [
        ("lamp", 2),
        ("LAMP", 2),
        ("ecouteurs", 1),
        ("éCOUTEURS", 1),
        ("手机", 1),
        ("无线手", 1),
        ("blue", 5),
        ("bl", 5),
        ("100%", 1),
        ("0%", 1),
        ("%%%", 0),
        ("___", 0),
        ("n_s", 1),
        ("_", 1),
        ("\"or\"", 1),
        ("NEAR(", 1),
        ("(a+)+$", 0),
        ("lamp*", 0),
        ("1005006000000003", 1),
        ("' OR 1=1", 0),
        ("text:lamp", 0),
    ] {
        assert_eq!(found(&[&[word]]), count, "{word:?}");
    }
    assert_eq!(
        (
            found(&[&["lamp"], &["red"]]),
            found(&[&["lamp", "cotton"]]),
            found(&[&["lamp"], &["zz"]])
        ),
        (1, 3, 0)
    );
}

fn keeps_to_filters(store: &dyn Store) {
    let counted = |sought: Sought| titles(store, &sought).len();
    let warehouse = Warehouse::parse("US").ok();
    assert_eq!(counted(Sought { warehouse, ..all() }), 2);
    let category = |text| CategoryId::parse(text).ok();
    assert_eq!(
        (
            counted(Sought {
                category: category("15"),
                ..all()
            }),
            counted(Sought {
                category: category("1"),
                ..all()
            })
        ),
        (5, 0)
    );
    assert_eq!(
        counted(Sought {
            free_shipping: true,
            ..all()
        }),
        1
    );
    assert_eq!(
        counted(Sought {
            saved: points(2_550),
            ..all()
        }),
        3
    );
    assert_eq!(
        counted(Sought {
            least: Some(price(1_490)),
            most: Some(price(1_600)),
            ..all()
        }),
        2
    );
    assert_eq!(counted(Sought { dropped: true, ..all() }), 4);
    assert_eq!(
        counted(Sought {
            lane: Lane::Sticker,
            ..all()
        }),
        0
    );
    assert_eq!(
        counted(Sought {
            market: Country::parse("DE").unwrap(),
            ..all()
        }),
        0
    );
    assert_eq!(
        counted(Sought {
            currency: Currency::parse("EUR").unwrap(),
            ..all()
        }),
        0
    );
}

/// Each order is that of its value, and pages neither repeat nor lose a card.
fn pages_in_order(store: &dyn Store) {
    for number in 6..40 {
        post(
            store,
            number,
            Some(card(number, "One of many", 1_000 + number % 5 * 100)),
        );
    }
    for order in [
        Order::Drop,
        Order::BelowUsual,
        Order::Saved,
        Order::Newest,
        Order::Price,
    ] {
        let whole = store.board(&Sought { order, ..all() }).unwrap();
        let values: Vec<(i64, VariantId)> = whole
            .iter()
            .map(|found| (found.place.value, found.place.variant))
            .collect();
        assert!(values.is_sorted_by(|one, next| one > next), "{order:?}");
        let of = |found: &Found| match order {
            Order::Drop => {
                i64::from(found.offer.below_low.points()) * 10_001 + i64::from(found.offer.below_usual.points())
            }
            Order::BelowUsual => i64::from(found.offer.below_usual.points()),
            Order::Saved => i64::from(found.offer.saved.points()),
            Order::Newest => i64::from(found.offer.began.number()),
            Order::Price => -found.offer.total.minor(),
        };
        assert!(whole.iter().all(|found| of(found) == found.place.value));
        let is_of_drops = matches!(order, Order::Drop | Order::BelowUsual);
        assert!(!is_of_drops || values.iter().all(|(value, _)| *value > 0));
        let (mut after, mut paged) = (None, Vec::new());
        loop {
            let page = store
                .board(&Sought {
                    order,
                    after,
                    count: 7,
                    ..all()
                })
                .unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.place);
            paged.extend(page);
        }
        assert_eq!(paged, whole, "{order:?}");
    }
}

pub(crate) fn board_has(store: &dyn Store) {
    assert!(!store.board_has("lamp").unwrap());
    post(store, 1, Some(card(1, "Desklamps \"Élan\"", 1_000)));
    for part in ["lamp", "LAMP", "\"elan\"", "1005006000000001"] {
        assert!(store.board_has(part).unwrap(), "{part}");
    }
    for part in ["lampe", "\" OR \"lamp", "(a+)+$"] {
        assert!(!store.board_has(part).unwrap(), "{part}");
    }
}

pub(crate) fn board_words(store: &dyn Store) {
    let words = |store: &dyn Store| {
        let mut words = BTreeMap::new();
        store
            .board_words(&mut |word, cards| {
                words.insert(word.to_owned(), cards);
            })
            .unwrap();
        words.into_iter().collect::<Vec<_>>()
    };
    let told = |words: &[(&str, u32)]| {
        words
            .iter()
            .map(|(word, cards)| ((*word).to_owned(), *cards))
            .collect::<Vec<_>>()
    };
    post(store, 1, Some(card(1, "Lamp, lamp, Écouteurs", 1_000)));
    post(store, 2, Some(card(2, "A lamp", 1_000)));
    assert_eq!(words(store), told(&[("blue", 2), ("ecouteurs", 1), ("lamp", 2)]));
    post(store, 1, Some(card(1, "A drone", 1_000)));
    assert_eq!(words(store), told(&[("blue", 2), ("drone", 1), ("lamp", 1)]));
    post(store, 1, None);
    post(store, 2, None);
    assert_eq!(words(store), []);
}

pub(crate) fn hear_of_code(store: &dyn Store) {
    let voices = |store: &dyn Store| store.voices(at(0), at(0)).unwrap();
    store.hear_of_code("SAVE5", &[1; 32], true, at(1)).unwrap();
    store.hear_of_code("SAVE5", &[1; 32], true, at(2)).unwrap();
    let one = Voices {
        code: "SAVE5".into(),
        proven: (1, 1),
        refused: (0, 0),
        last_proven: Some(at(2)),
    };
    assert_eq!(voices(store), [one], "a network has one voice");
    store.hear_of_code("SAVE5", &[1; 32], false, at(3)).unwrap();
    let other = Voices {
        code: "SAVE5".into(),
        proven: (0, 0),
        refused: (1, 1),
        last_proven: None,
    };
    assert_eq!(voices(store), [other], "the last one counts");
}

pub(crate) fn voices(store: &dyn Store) {
    assert_eq!(store.voices(at(0), at(0)).unwrap(), []);
    for (network, proven, when) in [
        (1, true, 1),
        (2, true, 10),
        (3, false, 5),
        (4, false, 20),
        (5, false, 30),
    ] {
        store.hear_of_code("SAVE5", &[network; 32], proven, at(when)).unwrap();
    }
    store.hear_of_code("A9", &[1; 32], true, at(30)).unwrap();
    let of = |code: &str, proven, refused, last: Option<u32>| Voices {
        code: code.into(),
        proven,
        refused,
        last_proven: last.map(at),
    };
    let all = [
        of("A9", (1, 1), (0, 0), Some(30)),
        of("SAVE5", (2, 0), (3, 2), Some(10)),
    ];
    assert_eq!(store.voices(at(0), at(10)).unwrap(), all);
    assert_eq!(
        store.voices(at(5), at(29)).unwrap(),
        [
            of("A9", (1, 1), (0, 0), Some(30)),
            of("SAVE5", (1, 0), (2, 1), Some(10))
        ]
    );
    assert_eq!(store.voices(at(30), at(30)).unwrap(), []);
}
