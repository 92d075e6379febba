//! What people find: searches and deals over a board of 10,000 cards, and how long a card takes.
//!
//! `cargo bench -p tillwatch-store --bench board`. Figures are milliseconds: median, least and most of 50 times.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on must stop")]
#![expect(clippy::disallowed_methods, reason = "a benchmark is where the clock belongs")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use tillwatch_app::App;
use tillwatch_app::find::Text;
use tillwatch_app::ports::store::{Card, ListingKey, Mark, Offer, Order, Post, Sought, Store};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::history::{Extreme, Lane, Minute, Price};
use tillwatch_core::id::{CategoryId, ItemId, SkuId, Warehouse};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{BasisPoints, Currency};
use tillwatch_core::rules::RuleBook;
use tillwatch_store::Sqlite;

const CARDS: u64 = 10_000;
const TIMES: usize = 50;

/// Of these titles are made, with made-up words between, so that there are as many words as on real cards.
const WORDS: [&str; 40] = [
    "wireless",
    "earbuds",
    "bluetooth",
    "headphones",
    "charger",
    "cable",
    "keyboard",
    "mouse",
    "lamp",
    "light",
    "drone",
    "camera",
    "screwdriver",
    "electric",
    "portable",
    "mini",
    "smart",
    "watch",
    "bracelet",
    "backpack",
    "waterproof",
    "outdoor",
    "kitchen",
    "knife",
    "silicone",
    "case",
    "holder",
    "stand",
    "magnetic",
    "adapter",
    "battery",
    "solar",
    "garden",
    "women",
    "summer",
    "dress",
    "shoes",
    "vintage",
    "gaming",
    "robot",
];

/// A small generator of numbers that is its own seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % most
    }

    fn title(&mut self) -> String {
        let known = (0..9)
            .map(|_| WORDS[usize::try_from(self.below(40)).unwrap()].to_owned())
            .collect::<Vec<_>>();
        let letters = "abcdefghiklmnoprstuvwz".as_bytes();
        let mut word = || -> String {
            let length = 4 + self.below(5);
            (0..length)
                .map(|_| char::from(letters[usize::try_from(self.below(22)).unwrap()]))
                .collect()
        };
        format!("{} {} {} {}", known.join(" "), word(), word(), word())
    }
}

fn price(minor: u64) -> Price {
    Price::new(minor.cast_signed()).unwrap()
}

fn card(number: u64, dice: &mut Dice) -> Card {
    let sticker = 1_000 + dice.below(20_000);
    let offer = |lane, percent: u64| {
        let total = price(sticker * (100 - percent) / 100);
        Offer {
            lane,
            total,
            saved: total.drop_against(price(sticker)),
            began: Minute::new(29_000_000),
            low_30: total,
            former: Some(price(sticker)),
            usual: price(sticker),
            low: Extreme {
                price: total,
                at: Minute::new(29_000_000),
            },
            below_low: BasisPoints::new(u16::try_from(number % 4_000).unwrap()).unwrap(),
            below_usual: BasisPoints::new(u16::try_from(number % 3_000).unwrap()).unwrap(),
        }
    };
    let percent = dice.below(60);
    Card {
        key: key(number),
        sku: SkuId::parse("1200").ok(),
        title: Some(dice.title()),
        name: Some("Blue".to_owned()),
        sticker: price(sticker),
        warehouse: Warehouse::parse(if number.is_multiple_of(7) { "US" } else { "CN" }).ok(),
        categories: vec![CategoryId::parse("15").unwrap()],
        free_shipping: number.is_multiple_of(3),
        newcomers: false,
        voided: false,
        days: 30,
        confirmed: Minute::new(29_000_100),
        offers: [
            (Lane::Automatic, percent / 2),
            (Lane::Public, percent),
            (Lane::Code, percent + 1),
        ]
        .map(|(lane, percent)| offer(lane, percent))
        .to_vec(),
    }
}

fn key(number: u64) -> ListingKey {
    ListingKey {
        item: ItemId::from_number(1_005_006_000_000_000 + number),
        market: Country::US,
        currency: Currency::USD,
    }
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Sqlite::open(&folder.path().join("store.db")).unwrap());
    let now = Instant::parse("2026-06-01T12:00:00Z").unwrap();
    let wanted: Vec<_> = (0..CARDS)
        .map(|number| (key(number), SkuId::parse("1200").ok()))
        .collect();
    let tracked = store.track_all(&wanted, now).unwrap();
    let mut dice = Dice(1);
    let posts: Vec<Post> = (0..CARDS)
        .zip(&tracked)
        .map(|(number, (_, variant))| Post {
            variant: *variant,
            mark: Mark(vec![0; 60]),
            card: Some(card(number, &mut dice)),
        })
        .collect();
    let before = store.counts().unwrap().file_bytes;
    let begun = Stopwatch::now();
    for some in posts.chunks(50) {
        store.put_on_board(some).unwrap();
    }
    let bytes = (store.counts().unwrap().file_bytes - before) / CARDS;
    println!("{CARDS} cards put in {:?}, {bytes} bytes each", begun.elapsed());
    let begun = Stopwatch::now();
    for some in posts.chunks(50) {
        store.put_on_board(some).unwrap();
    }
    println!("the same again, with other prices alone, in {:?}", begun.elapsed());

    let rules = RuleBook::built_in().unwrap().get(None).unwrap().clone();
    let app = App::new(store, Vec::new(), rules, Almanac::built_in().unwrap(), now).unwrap();
    let sought = |order, warehouse: Option<&str>, saved| Sought {
        market: Country::US,
        currency: Currency::USD,
        lane: Lane::Public,
        words: Vec::new(),
        dropped: false,
        saved: BasisPoints::new(saved).unwrap(),
        least: None,
        most: None,
        warehouse: warehouse.map(|place| Warehouse::parse(place).unwrap()),
        category: None,
        free_shipping: false,
        order,
        after: None,
        count: 24,
    };
    for (name, order, warehouse) in [
        ("deals, biggest drop", Order::Drop, None),
        (
            "deals, below the usual price, from the US",
            Order::BelowUsual,
            Some("US"),
        ),
        ("deals, most saved", Order::Saved, None),
        ("deals, newest", Order::Newest, None),
    ] {
        let sought = sought(order, warehouse, 0);
        told(name, || app.deals(&sought).unwrap().found.len());
    }
    let usual = sought(Order::Saved, None, 2_000);
    for text in [
        "",
        "earbuds",
        "wireless earbuds",
        "earbudz",
        "wirles erbuds",
        "zzzzzzzz",
        "bl",
        "1005006000000777",
        "(a+)+$",
        "%%%%",
        &"%".repeat(200),
        "a e i o u 1 2 3 4 5 6 7",
    ] {
        let parsed = Text::parse(text).unwrap();
        told(&format!("search {text:.20}"), || {
            app.search(&parsed, &usual).unwrap().found.len()
        });
    }
    for (name, order, warehouse) in [
        ("search earbuds, cheapest, from the US", Order::Price, Some("US")),
        ("all, cheapest", Order::Price, None),
    ] {
        let text = Text::parse(if warehouse.is_some() { "earbuds" } else { "" }).unwrap();
        let sought = sought(order, warehouse, 2_000);
        told(name, || app.search(&text, &sought).unwrap().found.len());
    }
}

fn told(name: &str, mut work: impl FnMut() -> usize) {
    let found = black_box(work());
    let mut times: Vec<f64> = (0..TIMES)
        .map(|_| {
            let begun = Stopwatch::now();
            black_box(work());
            begun.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "{name:45} {:6.2} ({:.2} to {:.2}), {found} cards",
        times[TIMES / 2],
        times[0],
        times[TIMES - 1]
    );
}
