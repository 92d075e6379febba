//! What is no listing is told apart, and each is told in a sentence that says what to do next.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use tillwatch_core::snapshot::Outcome;
use tillwatch_net::readers::read;

/// The outcome and the sentence of an input that holds one thing.
fn told(input: &[u8]) -> (Outcome, String) {
    let mut seen = read(input);
    assert_eq!(seen.len(), 1, "{seen:?}");
    let one = seen.remove(0);
    assert!(one.variants.is_empty() && one.currency.is_none());
    let detail = one.detail.unwrap();
    assert!(
        detail.starts_with(char::is_uppercase) && detail.ends_with('.'),
        "{detail}"
    );
    (one.outcome, detail)
}

/// Each input with its outcome and a piece of what is said.
fn check(cases: &[(&str, Outcome, &str)]) {
    for (input, outcome, piece) in cases {
        let (found, detail) = told(input.as_bytes());
        assert_eq!(found, *outcome, "{input}: {detail}");
        assert!(detail.contains(piece), "{input}: {detail}");
    }
}

#[test]
fn files_given_by_mistake_are_named_and_the_right_one_is_asked_for() {
    let kinds: [(&[u8], &str); 7] = [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture"),
        (b"PK\x03\x04\x14\0\0\0", "a zip archive"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "a compressed archive"),
        (b"\xff\xfe<\0h\0t\0m\0l\0", "UTF-16"),
        (b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n", "MHTML"),
    ];
    for (bytes, what) in kinds {
        let (outcome, detail) = told(bytes);
        assert_eq!(outcome, Outcome::ParseFailed, "{detail}");
        assert!(detail.contains(what) && detail.contains("HTML only"), "{detail}");
    }
    check(&[
        ("", Outcome::ParseFailed, "The file is empty"),
        (" \r\n\0", Outcome::ParseFailed, "The file is empty"),
        (
            "total 48\ndrwxr-xr-x 2 me me 4096 listing_files\n-rw-r--r-- 1 me me 9 listing.html\n",
            Outcome::ParseFailed,
            "neither a saved page nor",
        ),
        (
            "https://www.aliexpress.com/item/1005006367324382.html",
            Outcome::ParseFailed,
            "a link to a listing",
        ),
        ("{\"a\": 1}", Outcome::ParseFailed, "a shape that is not known"),
        ("{\"a\": ", Outcome::ParseFailed, "broken"),
    ]);
}

#[test]
fn answers_without_data_say_what_stood_in_the_way() {
    check(&[
        (
            r#"{"ret": ["FAIL_SYS_TOKEN_EMPTY::x"], "data": {}}"#,
            Outcome::ApiRefused,
            "renews the call's token",
        ),
        (
            r#"mtopjsonp1({"ret": ["FAIL_SYS_TOKEN_EXOIRED::x"]})"#,
            Outcome::ApiRefused,
            "FAIL_SYS_TOKEN_EXOIRED",
        ),
        (
            r#"{"ret": ["FAIL_SYS_ILLEGAL_ACCESS::x"]}"#,
            Outcome::ApiRefused,
            "refused the call",
        ),
        (
            r#"{"ret": ["FAIL_SYS_SESSION_EXPIRED::x"]}"#,
            Outcome::Blocked,
            "wants a login",
        ),
        (
            r#"{"ret": ["FAIL_SYS_USER_VALIDATE", "RGV587_ERROR::SM::x"]}"#,
            Outcome::Blocked,
            "whether a person is there",
        ),
        (
            r#"{"rgv587_flag": "sm", "url": "https://example.invalid/_____tmd_____/punish"}"#,
            Outcome::Blocked,
            "whether a person is there",
        ),
        (
            r#"{"ret": ["SUCCESS::ok"], "data": {"result": {}}}"#,
            Outcome::EmptyShell,
            "no data",
        ),
        (
            r#"{"ret": ["SUCCESS::ok"], "data": {"result": null}}"#,
            Outcome::EmptyShell,
            "no data",
        ),
        (
            r#"{"ret": ["SUCCESS::ok"], "data": {}}"#,
            Outcome::EmptyShell,
            "no data",
        ),
        (r#"{"ret": ["SUCCESS::ok"]}"#, Outcome::EmptyShell, "no data"),
        (
            r#"{"data": {"data": {"invalid_product_item_component_y": {"fields": {"itemId": 1005000000000111}}}}}"#,
            Outcome::NotAListing,
            "a cart",
        ),
    ]);
}

#[test]
fn pages_without_a_listing_say_what_they_are() {
    let shop = "<meta property=\"og:url\" content=\"https://www.aliexpress.com/item/1005000000000444.html\">";
    let foreign = "<link rel=\"canonical\" href=\"https://shop.example/item/1005000000000444.html\">";
    let summary = "<script type=\"application/ld+json\">{\"@type\": \"Product\", \"productID\": \"1005000000000444\", \
                   \"offers\": {\"price\": \"5.00\", \"priceCurrency\": \"USD\"}}</script>";
    check(&[
        (
            &format!("<html>{shop}<meta property=\"og:title\" content=\"404 page\"></html>"),
            Outcome::Removed,
            "not there",
        ),
        (
            &format!("<html>{shop}<title>404 page</title></html>"),
            Outcome::Removed,
            "not there",
        ),
        (
            "<html><!-- AE国内ip封禁用户模板 --><script>x5secdata</script></html>",
            Outcome::Blocked,
            "whether a person is there",
        ),
        (
            "<html><!-- AE国内ip封禁用户模板 --><body>sorry</body></html>",
            Outcome::Blocked,
            "another network",
        ),
        (
            "<html><link rel=\"canonical\" href=\"https://login.aliexpress.com/\"><body></body></html>",
            Outcome::Blocked,
            "the login page",
        ),
        (
            "<script>location.href = 'https://passport.aliexpress.com/mini_login.htm?x'</script>",
            Outcome::Blocked,
            "the login page",
        ),
        (
            "<html><head><title>Recipes</title></head><body>Soup</body></html>",
            Outcome::ParseFailed,
            "no page of the marketplace",
        ),
        (
            &format!("<html>{foreign}{summary}<a href=\"https://www.aliexpress.com\">from</a></html>"),
            Outcome::ParseFailed,
            "no page of the marketplace",
        ),
        (
            &format!("<html>{shop}<body></body></html>"),
            Outcome::EmptyShell,
            "too short",
        ),
        (
            "<html><title>Index of /pages</title><a href=\"listing.html\">listing.html</a></html>",
            Outcome::ParseFailed,
            "no page of the marketplace",
        ),
    ]);
    assert_eq!(
        read(format!("<html>{shop}{summary}</html>").as_bytes())[0].outcome,
        Outcome::Ok
    );
}

#[test]
fn every_fixture_without_a_price_is_told_in_a_sentence() {
    let folder = format!("{}/tests/fixtures/pages", env!("CARGO_MANIFEST_DIR"));
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        if read(&bytes)[0].outcome != Outcome::Ok {
            told(&bytes);
        }
    }
}

#[test]
fn a_page_that_was_cut_off_is_broken_even_with_the_guard_script_of_ordinary_pages() {
    let guard = r#"<html><head><script src="https://g.example/baxia/2.js"></script></head>"#;
    let page = format!(r#"{guard}<script>window.runParams = {{ data: {{"priceModule": {{"minAmount": {{"va"#);
    check(&[
        (&page, Outcome::ParseFailed, "broken"),
        (
            &format!("{page} /_____tmd_____/punish?x5secdata=1"),
            Outcome::Blocked,
            "",
        ),
    ]);
}
