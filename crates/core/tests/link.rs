//! What people paste, and what it is taken for: recorded links, hostile ones, share texts, and laws over any text.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![expect(clippy::panic, reason = "a failing table names all of its rows at once")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use tillwatch_core::country::Country;
use tillwatch_core::id::{ItemId, SkuId, US_OFFSET};
use tillwatch_core::link::{Identity, IdentityKind, PinSource, clean_url, identify, identify_lines};

const VECTORS: &str = include_str!("data/links.tsv");

/// One row of the vectors, its escapes undone.
struct Row {
    input: String,
    kind: &'static str,
    written: Option<&'static str>,
    item: Option<&'static str>,
    sku: Option<&'static str>,
    reason: &'static str,
}

fn rows() -> impl Iterator<Item = Row> {
    let lines = VECTORS.lines().filter(|line| !line.starts_with("# "));
    lines.map(|line| {
        let cells: Vec<_> = line.split('\t').collect();
        let [input, kind, written, item, sku, reason, _note] = cells[..] else {
            panic!("seven cells are wanted: {line}");
        };
        let present = |cell: &'static str| Some(cell).filter(|cell| !cell.is_empty());
        Row {
            input: unescaped(input),
            kind,
            written: present(written),
            item: present(item),
            sku: present(sku),
            reason,
        }
    })
}

fn unescaped(text: &str) -> String {
    if let Some((before, (repeated, times), after)) = repeat(text) {
        return unescaped(before) + &unescaped(repeated).repeat(times) + &unescaped(after);
    }
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n')) => '\n',
            ('\\', Some('t')) => '\t',
            ('\\', Some('u')) => {
                let code: String = chars.by_ref().take(4).collect();
                char::from_u32(u32::from_str_radix(&code, 16).unwrap()).unwrap()
            }
            ('\\', Some(other)) => other,
            _ => c,
        });
    }
    out
}

fn repeat(text: &str) -> Option<(&str, (&str, usize), &str)> {
    let (before, rest) = text.split_once("{{REPEAT:")?;
    let (inside, after) = rest.split_once("}}")?;
    let (repeated, times) = inside.rsplit_once(':')?;
    Some((before, (repeated, times.parse().ok()?), after))
}

fn reason_name(identity: &Identity) -> &'static str {
    identity.reason.as_ref().map_or("", |reason| reason.name())
}

fn shortened(text: &str) -> String {
    text.chars().take(120).collect()
}

#[test]
fn every_vector_is_identified_as_it_says() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in rows() {
        count += 1;
        let found = identify(&row.input);
        let same = found.kind.name() == row.kind
            && found.item_as_written.as_deref() == row.written
            && found.item.as_ref().map(ItemId::as_str) == row.item
            && found.sku.as_ref().map(SkuId::as_str) == row.sku
            && (row.reason == "*" || reason_name(&found) == row.reason);
        if !same {
            wrong.push(format!(
                "{:?}\n  is {} {:?} {:?} {:?} {:?}",
                shortened(&row.input),
                found.kind.name(),
                found.item_as_written,
                found.item,
                found.sku,
                reason_name(&found),
            ));
        }
    }
    println!("{count} vectors");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_reason_has_a_vector() {
    let expected = [
        "account_page",
        "bad_host",
        "campaign_page",
        "cart",
        "category_page",
        "control_character",
        "coupon_page",
        "empty",
        "exponent",
        "foreign_digits",
        "foreign_site",
        "home_page",
        "invisible_characters",
        "leading_zero",
        "look_alike_host",
        "message_page",
        "nested_too_deep",
        "no_item_number",
        "no_link",
        "number_among_words",
        "order_page",
        "order_snapshot",
        "other_page",
        "outside_families",
        "port_not_allowed",
        "search_page",
        "separated",
        "signed",
        "sku_alone",
        "store_page",
        "too_long",
        "too_short",
        "unknown_wrapper",
        "unsupported_scheme",
        "us_range",
        "userinfo_host",
        "wrapper_elsewhere",
        "zero_id",
    ];
    let seen: BTreeSet<_> = rows().map(|row| reason_name(&identify(&row.input))).collect();
    let expected: BTreeSet<_> = expected.into_iter().chain([""]).collect();
    assert_eq!(seen, expected);
}

#[test]
fn every_reason_is_one_plain_sentence() {
    for row in rows() {
        let Some(reason) = identify(&row.input).reason else {
            continue;
        };
        let sentence = reason.to_string();
        assert!((20..=220).contains(&sentence.len()), "{sentence}");
        assert!(!sentence.contains(char::is_control), "{sentence:?}");
        assert!(!sentence.ends_with('.'), "{sentence}");
    }
}

#[test]
fn the_shared_vectors_agree() {
    let table = |path: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
        let text = fs::read_to_string(&path).ok();
        println!(
            "{}: {}",
            path.display(),
            if text.is_some() { "found" } else { "absent, skipped" }
        );
        text.unwrap_or_default()
    };
    for line in table("data/url-vectors.tsv").lines().skip(1) {
        let cells: Vec<_> = line.split('\t').collect();
        let [input, kind, item, sku, _source] = cells[..] else {
            panic!("five cells are wanted: {line}");
        };
        let found = identify(input);
        assert_eq!(found.kind.name(), kind, "{input}: {:?}", found.reason);
        assert_eq!(found.item_as_written.unwrap_or_default(), item, "{input}");
        assert_eq!(found.sku.map_or(String::new(), |sku| sku.to_string()), sku, "{input}");
    }
    for line in table("fixtures/derived/us-com-id-vectors.tsv").lines().skip(1) {
        let mut cells = line.split('\t');
        let (us, global) = (cells.next().unwrap(), cells.next().unwrap());
        assert_eq!(identify(us).item, ItemId::parse(global).ok(), "{line}");
        let link = format!("https://www.aliexpress.us/item/{us}.html");
        assert_eq!(identify(&link).item, ItemId::parse(global).ok(), "{line}");
    }
}

#[test]
fn the_answer_is_the_contracts_json_with_its_nulls() {
    let json = serde_json::to_string(&identify("https://www.aliexpress.us/item/3256807990906987.html")).unwrap();
    assert_eq!(
        json,
        concat!(
            r#"{"schema":"tillwatch/identity/1","input":"https://www.aliexpress.us/item/3256807990906987.html","#,
            r#""kind":"item","item_as_written":"3256807990906987","item":"1005008177221739","sku":null,"reason":null,"#,
            r#""reason_name":null,"sku_source":null,"country_hint":"US","redirect":null}"#
        )
    );
    let json = serde_json::to_string(&identify("s.click.aliexpress.com/e/_omRiewZ?aff=1")).unwrap();
    assert_eq!(
        json,
        concat!(
            r#"{"schema":"tillwatch/identity/1","input":"s.click.aliexpress.com/e/_omRiewZ?aff=1","#,
            r#""kind":"needs_redirect","item_as_written":null,"item":null,"sku":null,"reason":null,"#,
            r#""reason_name":null,"sku_source":null,"country_hint":null,"#,
            r#""redirect":"https://s.click.aliexpress.com/e/_omRiewZ"}"#
        )
    );
}

#[test]
fn a_refusal_says_what_the_text_was_taken_for() {
    let check = |text: &str, expected: &str| {
        assert_eq!(
            identify(text).reason.map(|reason| reason.to_string()).as_deref(),
            Some(expected)
        );
    };
    check(
        "https://www.aliexpress.com/store/1101252900",
        "this is a store's page; paste the link of one listing",
    );
    check(
        "http://www.aliexpress.com/snapshot/3005612434.html",
        "this is an order's snapshot, and its number is no item number; paste the listing's link",
    );
    check(
        "12000036893609536",
        "12000036893609536 is the number of a variant (SKU), which does not tell its listing; paste the listing's link",
    );
    check(
        "order 8190123456789012 please",
        "8190123456789012 among words may be an order, parcel or phone number; paste it alone if it is an item number",
    );
    check(
        "https://www.aliexpress.com@evil.example/item/1005006123456789.html",
        "what stands before the @ is not the site: this link leads to evil.example, which is not AliExpress",
    );
}

#[test]
fn where_a_pin_came_from_is_told() {
    let source = |query: &str| {
        let found = identify(&format!(
            "https://www.aliexpress.com/item/1005006367324382.html?{query}"
        ));
        found.sku_source
    };
    assert_eq!(source("sku_id=12000036893609536"), Some(PinSource::SkuIdParameter));
    assert_eq!(source("skuId=12000036893609536"), Some(PinSource::SkuIdCamelParameter));
    let shown = source("pdp_npi=6%40dis%21ILS%2131.36%2115.68%21%21%211%211%21%402140%2112000036815593862%21affd");
    assert_eq!(shown, Some(PinSource::ShownPrice));
    assert!(PinSource::ShownPrice.is_hint() && !PinSource::ExtendedJson.is_hint());
    assert_eq!(source("x=1"), None);
}

#[test]
fn the_country_is_a_hint_of_the_gateway_the_language_or_the_storefront() {
    let hint = |link: &str| identify(link).country_hint;
    assert_eq!(
        hint("ja.aliexpress.com/item/33060691049.html?gatewayAdapt=glo2usa"),
        Country::parse("US").ok()
    );
    assert_eq!(
        hint("fr.aliexpress.com/item/33060691049.html?gatewayAdapt=glo2jpn4itemAdapt"),
        Country::parse("JP").ok()
    );
    assert_eq!(
        hint("pl.aliexpress.com/item/33060691049.html"),
        Country::parse("PL").ok()
    );
    assert_eq!(hint("es.aliexpress.com/item/33060691049.html"), None);
    assert_eq!(hint("aliexpress.ru/item/33060691049.html"), Country::parse("RU").ok());
    assert_eq!(hint("33060691049"), None);
}

#[test]
fn short_links_are_cleaned_before_anybody_follows_them() {
    let redirect = |text: &str| identify(text).redirect;
    let clean = Some("https://a.aliexpress.com/_mNhKQOm".to_owned());
    assert_eq!(redirect("look http://A.AliExpress.com:80/_mNhKQOm?aff_fcid=x#y"), clean);
    assert_eq!(redirect("https://me:secret@a.aliexpress.com/_mNhKQOm)"), clean);
    assert_eq!(redirect("https://evil.example/_mNhKQOm"), None);
}

#[test]
fn lines_are_answered_one_by_one_and_blank_ones_left_out() {
    let kinds: Vec<_> = identify_lines("\n852517607\r\n \nhello\na.aliexpress.com/_mNhKQOm\n")
        .map(|found| found.kind)
        .collect();
    assert_eq!(
        kinds,
        [IdentityKind::Item, IdentityKind::Invalid, IdentityKind::NeedsRedirect]
    );
}

#[test]
fn a_clean_link_has_the_item_the_variant_and_nothing_else() {
    let item = ItemId::parse("3256807990906987").unwrap();
    let sku = SkuId::parse("12000046362792094").unwrap();
    assert_eq!(
        clean_url(&item, None),
        "https://www.aliexpress.com/item/1005008177221739.html"
    );
    assert_eq!(
        clean_url(&item, Some(&sku)),
        "https://www.aliexpress.com/item/1005008177221739.html?skuId=12000046362792094"
    );
    let odd = ItemId::parse("mug/1?aff=2").unwrap();
    assert_eq!(
        clean_url(&odd, None),
        "https://www.aliexpress.com/item/mug%2F1%3Faff%3D2.html"
    );
}

#[test]
fn an_absurdly_long_text_is_read_whole_and_echoed_in_part() {
    let link = "https://www.aliexpress.com/item/1005006367324382.html";
    let text = "é ".repeat(300_000) + link;
    let found = identify(&text);
    assert_eq!(found.item_as_written.as_deref(), Some("1005006367324382"));
    assert!(found.input.len() < 4200 && found.input.ends_with('…'));
}

/// Texts of which a careless reader would look at each part once for every other part.
#[test]
fn long_traps_are_read_in_linear_time() {
    let traps = [
        "a",
        "%",
        "%25",
        "/",
        ":",
        "://",
        "http://",
        "\"http://x\"",
        "'https://a.aliexpress.com/'",
        "?",
        "&",
        "=",
        "&a%3D",
        "x@aliexpress.com",
        "aliexpress.com",
        "aliexpress.com@",
        "//aliexpress.com?redirectUrl=",
        "https%",
        "1",
        "1e",
        "1.",
        "\u{200b}",
        "_1",
        "@",
        "[",
        ".",
        "#",
        "<",
        "a.aliexpress.com/_ ",
        "/item/",
        "é",
        "１",
    ];
    for trap in traps {
        let text = trap.repeat(200_000 / trap.len());
        let parameters = format!("https://www.aliexpress.com/p?{text}");
        for text in [text, parameters] {
            // Something quadratic would take many minutes here and not seconds, so that no clock is needed.
            assert_ne!(identify(&text).kind, IdentityKind::Item, "{trap:?}");
        }
    }
}

/// Forms that wrap a number without changing what it names.
fn wrapped(number: &str, form: usize) -> String {
    let link = format!("https://www.aliexpress.com/item/{number}.html");
    let encoded = link.replace(':', "%3A").replace('/', "%2F");
    match form {
        0 => number.to_owned(),
        1 => format!("//m.aliexpress.us/i/{number}.html?spm=a.b&amp;x=1"),
        2 => format!("ALIEXPRESS.RU/item/A-Slug-2024/{number}.html?a?b"),
        3 => format!("https://www.aliexpress.com/store/product/a_b/1357038_{number}.html"),
        4 => format!("https://s.click.aliexpress.com/deep_link.htm?dl_target_url={encoded}"),
        5 => format!(
            "https://www.awin1.com/cread.php?a=1&ued={}",
            encoded.replace('%', "%25")
        ),
        6 => {
            format!("https://star.aliexpress.com/share/share.htm?x=1&redirectUrl={link}?y%3D1%26z")
        }
        7 => format!("aliexpress://product/detail?productId={number}&af="),
        8 => format!("https://pt.aliexpress.com/item/foo.html?x_object_id={number}"),
        9 => format!("https://www.aliexpress.com/ssr/1/BundleDeals2?productIds={number},1005006367324382"),
        10 => format!("Look, 3.99! {link} (order 8190123456789012)"),
        11 => format!("好物{link}，https://a.aliexpress.com/_mNhKQOm"),
        _ => encoded,
    }
}

fn any_item() -> impl Strategy<Value = u64> {
    // Global numbers; from 2^51 on a number is the US storefront's and names another.
    prop_oneof![
        100_000_000..2_251_799_813_685_248_u64,
        1_005_000_000_000_000..1_005_020_000_000_000_u64
    ]
}

fn check_answer(text: &str) -> Result<(), TestCaseError> {
    let found = identify(text);
    let json = serde_json::to_string(&found).unwrap();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    prop_assert_eq!(
        value.get("kind").and_then(|kind| kind.as_str()),
        Some(found.kind.name())
    );
    prop_assert!(json.len() < 32_000);
    prop_assert_eq!(found.item.is_some(), found.kind == IdentityKind::Item);
    prop_assert_eq!(found.item_as_written.is_some(), found.item.is_some());
    prop_assert_eq!(found.sku.is_some(), found.sku_source.is_some());
    prop_assert_eq!(found.redirect.is_some(), found.kind == IdentityKind::NeedsRedirect);
    let refused = matches!(found.kind, IdentityKind::NotAListing | IdentityKind::Invalid);
    prop_assert!(found.reason.is_some() || !refused);
    if let Some(redirect) = &found.redirect {
        let again = identify(redirect).redirect;
        prop_assert_eq!(again.as_ref(), Some(redirect));
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_has_an_answer(text in any::<String>()) {
        check_answer(&text)?;
    }

    #[test]
    fn any_bytes_have_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        check_answer(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn any_mixture_of_the_words_of_links_has_an_answer(
        parts in prop::collection::vec(prop::sample::select(vec![
            "https", "://", "//", "www.", "aliexpress", ".com", ".us", "a.", "s.click.", "/", "item", "i", "store",
            "product", "1005006367324382", "3256807990906987", "852517607", "12000036893609536", "0", ".html", "?", "&",
            "&amp;", "=", "%", "%25", "%2F", "%3A", "redirectUrl", "dl_target_url", "productIds", "sku_id", "pdp_npi",
            "pdp_ext_f", "{\"sku_id\":\"", "@", "!", ":", ".", "_", "-", " ", "\"", "'", "[", "]", "#", "\\", "é", "看",
            "\u{200b}", "\u{0}", "１", "evil.example", "www.awin1.com", "ued",
        ]), 0..24)
    ) {
        check_answer(&parts.concat())?;
    }

    #[test]
    fn a_clean_link_names_the_same_listing_and_variant(item in any_item(), sku in prop::option::of(12_000_000_000_000_000..12_000_099_999_999_999_u64)) {
        let item = ItemId::from_number(item);
        let sku = sku.map(|sku| SkuId::parse(&sku.to_string()).unwrap());
        let found = identify(&clean_url(&item, sku.as_ref()));
        prop_assert_eq!(found.item, Some(item));
        prop_assert_eq!(found.sku, sku);
    }

    #[test]
    fn a_number_names_the_same_listing_in_every_form(item in any_item(), us in any::<bool>(), form in 0..13_usize) {
        let written = if us { item.checked_add(US_OFFSET).unwrap() } else { item };
        let found = identify(&wrapped(&written.to_string(), form));
        prop_assert_eq!(found.item, Some(ItemId::from_number(item)));
        prop_assert_eq!(found.item_as_written, Some(written.to_string()));
    }
}
