//! What a feed may be, and that a wrong line is named and the others are read.

use super::*;

const LISTING: &str = r#"{"schema":"tillwatch/snapshot/1","outcome":"ok","item":"1005000000000001","title":"Lamp","market":"US","currency":"USD","seen_at":"2026-11-22T11:50:00Z","variants":[{"sku":"12","price":"9.99","salable":true}]}"#;
const HEADER: &str = r#"{"schema":"tillwatch/feed/1","name":"Invented"}"#;

fn feed(text: &str) -> Feed {
    read(text).expect("a feed")
}

fn paths(feed: &Feed) -> Vec<&str> {
    feed.refused.iter().map(|why| why.path.as_str()).collect()
}

#[test]
fn lines_an_array_and_an_object_say_the_same() {
    let header_and_list = format!("{{\"schema\":\"tillwatch/feed/1\",\"listings\":[{LISTING},\n{LISTING}]}}");
    for text in [
        format!("{LISTING}\n{LISTING}\n"),
        format!("{HEADER}\r\n\n{LISTING}\r\n{LISTING}"),
        format!("[{LISTING},{LISTING}]"),
        header_and_list,
    ] {
        let feed = feed(&text);
        assert_eq!((feed.listings.len(), feed.refused.len()), (2, 0), "{text}");
        assert_eq!(feed.listings[0], feed.listings[1]);
    }
    assert_eq!(feed(HEADER), Feed::default());
    assert_eq!(feed(LISTING).listings.len(), 1);
}

#[test]
fn what_is_no_feed_is_none() {
    for text in [
        "",
        "{}",
        "[]",
        "null",
        "<html>tillwatch/feed/1</html>",
        r#"{"title":"tillwatch/feed/1"}"#,
        r#"{"schema":"tillwatch/feed/2","listings":[]}"#,
        "item,price\n1,2\n",
        "kind,item,market,currency,selected,sku,rules,with_shipping,lane,from,minutes,value,reason\n",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn a_wrong_line_is_named_with_its_field_and_the_others_are_read() {
    for (right, wrong, path) in [
        ("\"9.99\"", "\"9,99\"", "variants[0].price"),
        ("\"9.99\"", "9.99", "variants[0].price"),
        ("\"9.99\"", "\"0.00\"", "variants"),
        ("\"salable\":true", "\"salable\":false", "variants"),
        ("\"item\":\"1005000000000001\",", "", "item"),
        ("\"market\":\"US\",", "", "market"),
        ("\"USD\"", "\"dollars\"", "currency"),
        ("\"seen_at\":\"2026-11-22T11:50:00Z\",", "", "seen_at"),
        ("11:50:00Z", "11:50:00", "seen_at"),
        ("\"ok\"", "\"fine\"", "outcome"),
    ] {
        let bad = LISTING.replacen(right, wrong, 1);
        assert_ne!(bad, LISTING);
        let lines = feed(&format!("{HEADER}\n{LISTING}\n{bad}\n{LISTING}\n"));
        assert_eq!(
            (lines.listings.len(), paths(&lines)),
            (2, vec![&*format!("line 3, {path}")]),
            "{bad}"
        );
        let array = feed(&format!(
            "{{\"schema\":\"tillwatch/feed/1\",\"listings\":[{LISTING},{bad}]}}"
        ));
        assert_eq!(
            (array.listings.len(), paths(&array)),
            (1, vec![&*format!("listings[1].{path}")])
        );
    }
    let cut = LISTING.get(..60).expect("ASCII");
    let cut = feed(&format!("{LISTING}\n{cut}"));
    assert!(
        cut.listings.len() == 1 && paths(&cut)[0].starts_with("line 2"),
        "{cut:?}"
    );
}

#[test]
fn what_only_one_shopper_has_and_what_steers_a_terminal_is_left_out() {
    let more = r#""discounts":[{"id":"MINE","kind":"code","audience":"personal","benefit":{"type":"shipping"}},
        {"id":"OURS","kind":"code","benefit":{"type":"shipping"}}],"variants""#;
    let text = LISTING.replace("\"variants\"", &more.replace('\n', " "));
    let text = text.replace("Lamp", &format!("\\u001b[2J<script>{}", "x".repeat(2_000)));
    let seen = feed(&text);
    let listing = &seen.listings[0];
    let ids: Vec<&str> = listing.discounts.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["OURS"]);
    let title = listing.title.as_deref().expect("a title");
    assert!(
        title.starts_with("[2J<script>xxx") && title.chars().count() < LONGEST,
        "{title}"
    );
}

#[test]
fn more_listings_than_are_read_are_said_once() {
    let many = feed(&format!("{LISTING}\n").repeat(MOST_LISTINGS + 3));
    assert_eq!(many.listings.len(), MOST_LISTINGS);
    assert_eq!(many.refused.len(), 1, "{:?}", many.refused);
    let variant = r#"{"sku":"12","price":"9.99","salable":true}"#;
    let variants = vec![variant; MOST_VARIANTS + 1].join(",");
    let large = feed(&LISTING.replace(variant, &variants));
    assert_eq!(paths(&large), ["line 1, variants"]);
    assert_eq!(large.refused[0].kind, "too_much");
}

#[test]
fn a_table_is_read_by_its_columns_and_rows_of_one_moment_are_one_listing() {
    let table = "seen_at,item,sku,market,currency,price,shipping,title,colour\n\
        2026-11-22T11:50:00Z,1005000000000001,12,US,USD,9.99,1.99,\"Lamp, white\",w\n\
        2026-11-22T11:50:00Z,1005000000000001,13,US,USD,8.99,1.99,,b\n\
        2026-11-22T11:40:00Z,1005000000000001,12,US,USD,7.99,,,\n\
        2026-11-22T11:50:00Z,1005000000000002,,DE,EUR,10,,'=Lamp,\n";
    let feed = feed(table);
    assert_eq!(feed.refused, []);
    let told = |one: &Snapshot| {
        let fee = one.shipping.first().map(|way| way.fee.to_string());
        (one.variants.len(), one.title.clone(), fee)
    };
    let told: Vec<_> = feed.listings.iter().map(told).collect();
    let lamp = |title: &str| Some(title.to_owned());
    assert_eq!(
        told,
        [
            (2, lamp("Lamp, white"), Some("1.99".to_owned())),
            (1, None, None),
            (1, lamp("=Lamp"), None)
        ]
    );
}

#[test]
fn a_wrong_row_is_named_with_its_column() {
    let head = "item,sku,market,currency,price,shipping,seen_at\n";
    let row = "1005000000000001,12,US,USD,9.99,1.99,2026-11-22T11:50:00Z\n";
    for (right, wrong, path) in [
        ("9.99", "", "row 3, price"),
        ("9.99", "0", "row 3, price"),
        ("9.99", "-1", "row 3, price"),
        ("9.99", "$9", "row 3, price"),
        ("1.99", "free", "row 3, shipping"),
        ("US,", "U.S.A.,", "row 3, market"),
        ("Z\n", "\n", "row 3, seen_at"),
        (",US", "", "row 3"),
        ("", "", "row 3, sku"),
        ("12,US,USD,9.99,1.99", "13,US,USD,9.99,2.99", "row 3, shipping"),
    ] {
        let table = feed(&format!("{head}{row}{}", row.replacen(right, wrong, 1)));
        assert_eq!((table.listings.len(), paths(&table)), (1, vec![path]), "{wrong}");
    }
    assert_eq!(paths(&feed(&format!("{head}\"1005"))), ["row 2"]);
    let commas = format!("{head}{}", ",".repeat(600_000));
    assert_eq!(feed(&commas).refused[0].kind, "too_much");
}

proptest::proptest! {
    #[test]
    fn whatever_comes_nothing_without_a_price_is_ok(
        cut in proptest::prelude::any::<proptest::sample::Index>(),
        noise in "[\\x00-\\x7f]{0,8}",
        table in proptest::prelude::any::<bool>(),
    ) {
        let whole = if table {
            "item,market,currency,price,seen_at\n1,US,USD,9.99,2026-11-22T11:50:00Z\n2,US,USD,9,2026-11-22T11:50:00Z\n".to_owned()
        } else {
            format!("{HEADER}\n{LISTING}\n{LISTING}\n")
        };
        let (head, tail) = whole.split_at(cut.index(whole.len()));
        for listing in read(&format!("{head}{noise}{tail}")).unwrap_or_default().listings {
            let priced = listing.salable().any(|one| one.price.is_some_and(|price| price.is_positive()));
            proptest::prop_assert_eq!(listing.outcome == Outcome::Ok, priced);
            proptest::prop_assert!(listing.item.is_some() && listing.market.is_some() && listing.seen_at.is_some());
        }
    }
}
