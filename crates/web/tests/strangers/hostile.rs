//! What strangers send: each row of the list of hostile inputs that the site itself must stand, by its number.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;
use tillwatch_web::Limits;

use super::house::{House, ITEM, TITLE};

/// Links that lead nowhere, by row, with what they are taken for.
const LINKS: [(&str, &str, &str); 26] = [
    ("H001", "file:///etc/passwd", "unsupported_scheme"),
    ("H004", "gopher://127.0.0.1:6379/_SET%20a%20b", "unsupported_scheme"),
    (
        "H005",
        "ftp://www.aliexpress.com/item/1005006123456789.html",
        "unsupported_scheme",
    ),
    ("H006", "javascript:alert(1)", "unsupported_scheme"),
    ("H007", "data:text/html,<script>alert(1)</script>", "unsupported_scheme"),
    ("H009", "http://localhost:5432/", ""),
    ("H010", "http://2130706433/", ""),
    ("H012", "http://0177.0.0.1/", ""),
    ("H013", "http://127.1/", ""),
    ("H014", "http://0.0.0.0:8080/", ""),
    ("H015", "http://[::1]/", ""),
    ("H018", "http://[64:ff9b::a9fe:a9fe]/", ""),
    ("H020", "http://[fe80::1%25eth0]/", ""),
    ("H021", "http://169.254.169.254/latest/meta-data/", ""),
    ("H022", "http://100.100.100.200/latest/meta-data/", ""),
    ("H023", "http://metadata.google.internal/computeMetadata/v1/", ""),
    (
        "H026",
        "https://www.aliexpress.com.evil.example/item/1005006123456789.html",
        "look_alike_host",
    ),
    (
        "H028",
        "https://www.aliexpress.com%2eevil.example/item/1005006123456789.html",
        "",
    ),
    (
        "H029",
        r"https://www.aliexpress.com\\@evil.example/item/1005006123456789.html",
        "",
    ),
    (
        "H030",
        "https://www.aliexpress.com%00.evil.example/item/1005006123456789.html",
        "",
    ),
    (
        "H032",
        "https://www.aliexpress.com:22/item/1005006123456789.html",
        "port_not_allowed",
    ),
    (
        "H035",
        "\u{ff11}\u{ff10}\u{ff10}\u{ff15}\u{ff10}\u{ff10}\u{ff16}\u{ff11}\u{ff12}\u{ff13}\u{ff14}\u{ff15}\u{ff16}",
        "foreign_digits",
    ),
    ("H037", "-1", ""),
    ("H038", "1e15", ""),
    ("H039", "1005006\u{200b}123456789", "invisible_characters"),
    (
        "H040",
        "https://www.aliexpress.com/item/1%0d%0aHost:%20evil.example",
        "",
    ),
];

#[tokio::test]
async fn a_link_that_is_none_of_a_listing_is_refused_by_its_name_and_nothing_is_asked_for() {
    let house = House::new();
    for (row, link, reason) in LINKS {
        let answer = house.post("/api/v1/quotes", &json!({"link": link})).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{row}: {}", answer.text);
        let told = answer.json();
        assert_eq!(told["field"], "link", "{row}");
        assert!(told["reason"] == reason || reason.is_empty(), "{row}: {told}");
        // Nor does the page follow it, or show it but as text.
        let page = house.form("/", &[("text", link), ("market", "US")]).await;
        assert!(!page.status.is_redirection(), "{row}");
        assert!(!page.text.contains("<script>alert"), "{row}");
        let escaped = link.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;");
        assert!(!page.text.contains(&format!("href=\"{escaped}")), "{row}");
    }
    assert_eq!(house.followed(), 0, "no link was opened");
    assert_eq!(house.listings(), 1, "nothing is tracked for it");
}

/// H033, H034, H042, H077.
#[tokio::test]
async fn what_stands_around_a_listing_in_its_link_changes_nothing_and_is_kept_nowhere() {
    let house = House::new();
    let mut long = format!("https://www.aliexpress.com/item/{ITEM}.html?");
    (0..10_000).for_each(|number| write!(long, "a{number}=1&").unwrap());
    for link in [
        format!("https://www.aliexpress.com./item/{ITEM}.html"),
        format!("HTTPS://WWW.ALIEXPRESS.COM/item/{ITEM}.HTML?spm=a2g0o"),
        format!("https://www.aliexpress.com/item/{ITEM}.html?aff_fcid=evil&dp=x"),
        long.chars().take(50_000).collect(),
    ] {
        let answer = house.post("/api/v1/quotes", &json!({"link": link})).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let told = answer.json();
        assert_eq!(
            told["link"],
            format!("https://www.aliexpress.com/item/{ITEM}.html?skuId=1200")
        );
        let page = house.form("/", &[("text", &link), ("market", "US")]).await;
        assert_eq!(page.headers["location"], format!("/i/{ITEM}?market=US").as_str());
    }
    let page = house.get(&format!("/i/{ITEM}?market=US")).await;
    assert!(
        !page.text.contains("aff_") && !page.text.contains("spm="),
        "{}",
        page.text
    );
}

/// H043, H044, H046, H047: where a short link leads is found out by the follower, which is tried against each of them by
/// itself; what it refuses is a problem here.
#[tokio::test]
async fn a_short_link_that_leads_nowhere_is_a_problem_with_its_reason() {
    let house = House::new();
    let answer = house
        .post(
            "/api/v1/quotes",
            &json!({"link": "https://s.click.aliexpress.com/e/_test1"}),
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json()["type"], "link_led_nowhere");
    assert_eq!(house.followed(), 1);
    let answer = house
        .post(
            "/api/v1/quotes",
            &json!({"link": "https://s.click.aliexpress.com/e/_lamp"}),
        )
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

/// H074, H075.
#[tokio::test]
async fn no_address_sends_anybody_elsewhere() {
    let house = House::new();
    for path in [
        "/go?url=https://evil.example",
        "/go/%2f%2fevil.example",
        "//evil.example",
        "/%5cevil.example",
    ] {
        let answer = house.get(path).await;
        assert!(
            !answer.status.is_redirection(),
            "{path}: {:?}",
            answer.headers.get("location")
        );
    }
    let answer = house
        .get(&format!("/go/{ITEM}?next=//evil.example&url=https://evil.example"))
        .await;
    let place = answer
        .headers
        .get("location")
        .map(|place| place.to_str().unwrap().to_owned());
    assert!(!place.unwrap_or_default().contains("evil"), "{:?}", answer.headers);
}

/// H078, H079, H080, H081, H086, H087, H169.
#[tokio::test]
async fn what_sellers_write_is_shown_as_text_and_stands_in_no_header() {
    for text in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "</title><script>alert(1)</script>",
        "</script><script>alert(1)</script>",
        "{{7*7}}",
        "${7*7} {% include \"x\" %} #{7*7}",
        "a\r\nSet-Cookie: evil=1",
    ] {
        let house = House::titled(text);
        for path in [format!("/i/{ITEM}?market=US"), format!("/i/{ITEM}/chart.svg?market=US")] {
            let page = house.get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            for raw in ["<script>alert", "<img src=x", "</title><script"] {
                assert!(!page.text.contains(raw), "{text:?} {path}: {raw}");
            }
            // Nothing of it is computed: 49 is no part of this listing's page otherwise.
            if text.contains('{') {
                assert!(
                    page.text.contains("{{7*7}}") || page.text.contains("7*7}") || path.contains("chart"),
                    "{text:?}"
                );
            }
            for (name, value) in &page.headers {
                let value = value.to_str().unwrap();
                assert!(
                    !value.contains("alert(1)") && !value.contains("evil"),
                    "{name}: {value}"
                );
            }
            assert!(page.headers.get("set-cookie").is_none());
        }
        let answer = house.get(&format!("/api/v1/listings/{ITEM}")).await;
        let shown = answer.json()["title"].as_str().unwrap().to_owned();
        assert_eq!(shown, text);
        assert_eq!(answer.headers["content-type"], "application/json");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }
}

/// H090, H165, H166: what is found, and how soon, is tried in `discovery`.
#[tokio::test]
async fn what_is_searched_for_is_shown_as_text() {
    let house = House::new();
    let many = "%25".repeat(2_000);
    for query in ["%22%3E%3Csvg%2Fonload%3Dalert(1)%3E", "(a%2B)%2B%24", many.as_str()] {
        for path in ["/search", "/deals", "/", &format!("/i/{ITEM}")] {
            let page = house.get(&format!("{path}?q={query}&market=US")).await;
            assert!(!page.status.is_server_error(), "{path}");
            assert!(!page.text.contains("<svg/onload"), "{path}");
        }
        let answer = house.get(&format!("/api/v1/search?q={query}&market=US")).await;
        assert!(!answer.status.is_server_error(), "{}", answer.text);
        assert!(
            answer.header("content-type").ends_with("json"),
            "nothing is rendered of it"
        );
        for page in ["/search", "/deals"] {
            let page = house.get(&format!("{page}?market={query}")).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST);
            assert!(!page.text.contains("<svg/onload"));
        }
    }
}

/// H093, H094.
#[tokio::test]
async fn a_form_that_another_site_sends_is_refused_and_nothing_is_kept() {
    let house = House::new();
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("origin", "null"),
    ] {
        let place = format!("/i/{ITEM}/watch");
        let answer = house
            .form_with(
                &place,
                &[("market", "US"), ("target", "9")],
                &[(name, value), ("host", "till.example")],
            )
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
        let told = house
            .send(
                "POST",
                "/api/v1/lists",
                &[(name, value), ("host", "till.example")],
                "{}",
            )
            .await;
        assert_eq!(told.status, StatusCode::FORBIDDEN);
        assert_eq!(told.json()["type"], "forbidden");
    }
    assert_eq!(house.watches(), 0);
}

/// H095, H109, H164.
#[tokio::test]
async fn a_body_is_json_that_says_so_with_known_fields_and_each_key_once() {
    let house = House::new();
    let text = [("content-type", "text/plain")];
    let answer = house
        .send("POST", "/api/v1/quotes", &text, &format!("{{\"link\":\"{ITEM}\"}}"))
        .await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(answer.json()["type"], "unsupported_media_type");
    for place in [
        "/api/v1/quotes",
        "/api/v1/stacks",
        "/api/v1/diagnoses",
        "/api/v1/baskets",
        "/api/v1/lists",
    ] {
        for (body, part) in [
            (r#"{"link":"1","link":"2"}"#, "link"),
            (r#"{"paid":"1","paid":"2"}"#, "paid"),
            (r#"{"market":"US","market":"DE"}"#, "market"),
            (r#"{"name":"a","name":"b"}"#, "name"),
            (r#"{"a":1,"a":2}"#, "a"),
            ("[1", ""),
            ("", ""),
        ] {
            let answer = house.json(place, body).await;
            assert_eq!(
                answer.status,
                StatusCode::BAD_REQUEST,
                "{place} {body}: {}",
                answer.text
            );
            assert!(answer.text.contains(part), "{place} {body}: {}", answer.text);
            assert_eq!(answer.headers["content-type"], "application/problem+json");
        }
    }
    let answer = house
        .json("/api/v1/quotes", &format!(r#"{{"link":"{ITEM}","owner":1}}"#))
        .await;
    assert_eq!(
        (answer.status, answer.json()["field"].as_str()),
        (StatusCode::BAD_REQUEST, Some("owner"))
    );
    // Within what is handed on whole, too.
    let twice = r#"{"paid":"1.00","checkout":{"market":"US","market":"DE"}}"#;
    let answer = house.json("/api/v1/diagnoses", twice).await;
    assert_eq!(answer.json()["field"], "checkout", "{}", answer.text);
    assert!(
        answer.json()["detail"].as_str().unwrap().contains("`market`"),
        "{}",
        answer.text
    );
}

/// H097, H103: what a scanner looks for, on a page, an answer of the API, a picture, a file and whatever goes wrong.
#[tokio::test]
async fn every_answer_has_the_headers_that_keep_a_browser_from_harm() {
    let house = House::new();
    for path in [
        "/".to_owned(),
        format!("/i/{ITEM}?market=US"),
        format!("/api/v1/listings/{ITEM}"),
        format!("/i/{ITEM}/chart.svg?market=US"),
        format!("/i/{ITEM}/chart.png?market=US"),
        "/openapi.json".to_owned(),
        "/nothing".to_owned(),
        "/api/v1/nothing".to_owned(),
        "/api/v1/listings/x".to_owned(),
        "/l/x".to_owned(),
        "/api/v1/lists/x".to_owned(),
    ] {
        let answer = house.get(&path).await;
        let header = |name: &str| {
            answer
                .headers
                .get(name)
                .map(|value| value.to_str().unwrap())
                .unwrap_or_default()
        };
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(
            !policy.contains("unsafe-eval") && !policy.contains("http:") && !policy.contains('*'),
            "{path}: {policy}"
        );
        if !path.contains("chart.svg") {
            assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
            assert!(
                policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"),
                "{path}"
            );
        }
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(
            header("strict-transport-security"),
            "max-age=63072000; includeSubDomains; preload",
            "{path}"
        );
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        let open = path.contains("chart.");
        assert_eq!(
            header("cross-origin-resource-policy"),
            if open { "cross-origin" } else { "same-origin" },
            "{path}"
        );
        assert!(header("permissions-policy").contains("camera=()"), "{path}");
        assert!(
            header("server").is_empty() && header("x-powered-by").is_empty(),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_only_cookie_is_for_the_language_and_goes_by_https_where_the_site_does() {
    let house = House::new();
    let cookie = house.get("/?lang=de").await.headers["set-cookie"]
        .to_str()
        .unwrap()
        .to_owned();
    for part in ["lang=de", "SameSite=Lax", "HttpOnly", "; Secure"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(house.get("/").await.headers.get("set-cookie").is_none());
}

/// H100, H101.
#[tokio::test(start_paused = true)]
async fn who_tries_secrets_learns_nothing_and_soon_waits() {
    let house = House::with(|site| site.with_limits(Limits::usual()));
    let first = house
        .seen_from("203.0.113.7", "/api/v1/lists/AAAAAAAAAAAAAAAAAAAAAA")
        .await;
    assert_eq!(first.status, StatusCode::NOT_FOUND);
    for number in 0..29 {
        // Changing the address within the neighbourhood helps nobody.
        let peer = format!("203.0.113.{}", number % 10);
        let path = match number % 3 {
            0 => format!("/api/v1/lists/{number:022}"),
            1 => format!("/l/{number:022}"),
            _ => format!("/confirm/{number:022}"),
        };
        let answer = house.seen_from(&peer, &path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{number}");
        if path.starts_with("/api") {
            assert_eq!(answer.text, first.text);
        }
    }
    let refused = house
        .seen_from("203.0.113.99", "/api/v1/lists/AAAAAAAAAAAAAAAAAAAAAA")
        .await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    assert!(refused.headers.contains_key("retry-after"));
    // A right one is refused too, or the difference would tell it.
    let own = house.open().await;
    assert_eq!(
        house.seen_from("203.0.113.99", &format!("/l/{own}")).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(
        house.seen_from("198.51.100.1", &format!("/l/{own}")).await.status,
        StatusCode::OK
    );
    tokio::time::advance(Duration::from_mins(1)).await;
    assert_eq!(
        house.seen_from("203.0.113.99", &format!("/l/{own}")).await.status,
        StatusCode::OK
    );
}

/// H118.
#[tokio::test(start_paused = true)]
async fn a_network_has_few_mailboxes_asked() {
    let house = House::with(|site| site.with_limits(Limits::usual()));
    let mut statuses = Vec::new();
    for number in 0..20 {
        tokio::time::advance(Duration::from_secs(1)).await;
        let peer = format!("203.0.113.{number}");
        let mail = format!("ann{number}@example.org");
        let answer = house.watch_from(&peer, &mail).await;
        statuses.push(answer.status);
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert!(
                answer.headers["content-type"]
                    .to_str()
                    .unwrap()
                    .starts_with("text/html"),
                "a page for people"
            );
        }
    }
    assert_eq!(
        statuses.iter().filter(|status| status.is_redirection()).count(),
        10,
        "{statuses:?}"
    );
    assert!(
        statuses
            .iter()
            .skip(10)
            .all(|status| *status == StatusCode::TOO_MANY_REQUESTS)
    );
    assert_eq!(
        house.watch_from("198.51.100.1", "eve@example.org").await.status,
        StatusCode::SEE_OTHER
    );
}

/// H153.
#[tokio::test(start_paused = true)]
async fn a_header_that_a_stranger_sends_makes_nobody_else_of_them() {
    let house = House::with(|site| site.with_limits(Limits::usual()));
    let mut last = StatusCode::OK;
    for number in 0..80 {
        let told = [("x-forwarded-for", format!("1.2.3.{number}"))];
        last = house.seen_from_with("203.0.113.7", "/", &told).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let proxy = "203.0.113.7".parse().unwrap();
    let house = House::with(|site| site.with_limits(Limits::usual()).with_proxies(&[proxy]));
    for number in 0..80 {
        let told = [("x-forwarded-for", format!("1.2.3.{number}"))];
        assert_eq!(
            house.seen_from_with("203.0.113.7", "/", &told).await.status,
            StatusCode::OK
        );
    }
}

/// H108.
#[tokio::test]
async fn no_picture_is_of_a_watch() {
    let house = House::new();
    house.open().await;
    for path in ["/badge/1.svg", "/l/1.svg", "/l/1/chart.svg"] {
        assert!(house.get(path).await.status.is_client_error(), "{path}");
    }
}

/// H110, H111, H112, H113.
#[tokio::test]
async fn a_text_that_is_no_one_mailbox_is_refused_and_nobody_is_written_to() {
    let house = House::new();
    let long = format!("{}@example.com", "a".repeat(400));
    for mail in [
        "victim@example.com\r\nBcc: x@evil.example",
        "a@b.example,c@d.example",
        "\"<script>\"@example.com",
        long.as_str(),
    ] {
        let answer = house.watch_from("203.0.113.7", mail).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{mail}");
        assert!(!answer.text.contains("<script>\""), "{mail}");
    }
    assert_eq!(house.questions(), 0);
    assert_eq!(house.watches(), 0);
}

/// H138, H139, H140, H142, H143.
#[tokio::test]
async fn no_cell_of_a_table_is_a_formula() {
    for title in [
        "=HYPERLINK(\"https://evil.example\",\"x\")",
        "+cmd|/C calc!A0",
        "-1+1",
        "\t=1",
        "\u{0}=1",
    ] {
        let house = House::titled(title);
        let table = house
            .get(&format!("/api/v1/listings/{ITEM}/history.csv?market=US"))
            .await;
        assert_eq!(table.status, StatusCode::OK, "{}", table.text);
        assert!(table.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
        assert!(
            table.headers["content-disposition"]
                .to_str()
                .unwrap()
                .starts_with("attachment")
        );
        let row = table.text.lines().nth(1).unwrap();
        let cell = row.split_once(',').unwrap().1.trim_start_matches('"');
        assert!(cell.starts_with('\''), "{title:?}: {row}");
        assert!(!table.text.contains('\u{0}'));
    }
}

/// H149, H155.
#[tokio::test]
async fn more_than_anybody_needs_is_refused() {
    let house = House::new();
    let lines = format!("{ITEM}\n").repeat(501);
    let answer = house.form("/", &[("text", &lines), ("market", "US")]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text.contains("<html"), "a page: {}", answer.text);
    let huge = format!("{{\"link\":\"{}\"}}", "a".repeat(70_000));
    for place in ["/api/v1/quotes", "/api/v1/lists"] {
        let answer = house.json(place, &huge).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{place}: {}", answer.text);
        assert_eq!(answer.json()["type"], "too_large");
    }
    let answer = house.json("/api/v1/stacks", &huge).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "a checkout may be longer");
    let answer = house.json("/api/v1/stacks", &"[".repeat(300_000)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

/// H058, H059, H174, H175, H177: depth and terms of what is sent, by the readers of the core.
#[tokio::test]
async fn a_checkout_beyond_reason_is_refused_by_its_place() {
    let house = House::new();
    assert_eq!(
        house.json("/api/v1/stacks", &"[".repeat(100_000)).await.status,
        StatusCode::BAD_REQUEST
    );
    let with = |discount: serde_json::Value| {
        json!({
            "market": "US", "currency": "USD", "at": "2026-06-03T12:00:00Z",
            "lines": [{"item": ITEM, "unit_price": "5.00"}], "discounts": [discount],
        })
    };
    let huge = json!({"id": "a", "kind": "code", "currency": "USD", "benefit": {"type": "fixed", "amount": "1.00"}, "min_spend": "9223372036854775807"});
    let more = json!({"id": "a", "kind": "code", "currency": "USD", "benefit": {"type": "percent", "percent": "250"}});
    for discount in [huge, more] {
        let answer = house.post("/api/v1/stacks", &with(discount)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
        assert!(
            answer.json()["field"].as_str().unwrap().starts_with("discounts[0]"),
            "{}",
            answer.text
        );
    }
    let larger = json!({"id": "a", "kind": "code", "currency": "USD", "benefit": {"type": "fixed", "amount": "50.00"}});
    let answer = house.post("/api/v1/stacks", &with(larger)).await;
    assert_eq!(answer.json()["after"]["merchandise"], "0.00", "{}", answer.text);
}

/// H159.
#[tokio::test]
async fn no_address_leads_to_a_file_that_is_not_built_in() {
    let house = House::new();
    for path in [
        "/static/..%5cconfig.toml",
        "/static/0/..%2f..%2fCargo.toml",
        "/static/../Cargo.toml",
        "/static/0/site.txt",
    ] {
        assert_eq!(house.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

/// H151, H160.
#[tokio::test]
async fn a_head_that_can_be_read_in_two_ways_is_refused_and_so_is_trace() {
    let house = House::new();
    let twice = [("host", "till.example"), ("host", "evil.example")];
    for path in ["/", "/api/v1/export"] {
        assert_eq!(
            house.send("GET", path, &twice, "").await.status,
            StatusCode::BAD_REQUEST,
            "{path}"
        );
        let answer = house.send("TRACE", path, &[], "").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert!(answer.headers.contains_key("allow"), "{path}");
    }
}

/// H168.
#[tokio::test]
async fn what_an_address_does_not_know_is_refused() {
    let house = House::new();
    for path in [
        format!("/api/v1/listings/{ITEM}/history?sort=price;drop%20table%20watch--"),
        format!("/api/v1/listings/{ITEM}/history?lane=price;drop%20table%20watch--"),
        format!("/api/v1/listings/{ITEM}?market=%ff"),
        "/api/v1/listings/%ff".to_owned(),
        "/api/v1/export?after=1%20or%201=1".to_owned(),
        "/api/v1/search?sort=price;drop%20table%20watch--".to_owned(),
        "/api/v1/deals?sort=price;drop%20table%20watch--".to_owned(),
        "/api/v1/deals?q=lamp".to_owned(),
        "/api/v1/search?q=lamp&q=light".to_owned(),
        "/api/v1/search?page=2".to_owned(),
        "/api/v1/discounts?market=US&kind=code".to_owned(),
        "/api/v1/promotions?market=US".to_owned(),
    ] {
        let answer = house.get(&path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
    }
    for page in ["/search", "/deals"] {
        let page = house.get(&format!("{page}?sort=price;drop%20table%20watch--")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(
            !page.text.contains("drop table watch--\""),
            "it is no choice of the form"
        );
    }
}

/// H069, H072. What a name stands for is looked up and checked when it is called: see `net`.
#[tokio::test]
async fn what_is_to_be_called_has_no_login_and_is_no_place_of_the_operators_network() {
    let house = House::with(|site| {
        // Hosts are written in one way once they are read.
        site.with_calls(Arc::new(|address| {
            let host = address.called().and_then(|url| url.host_str()).unwrap_or_default();
            if ["127.", "10.", "169.254.", "[::1]"]
                .iter()
                .any(|near| host.starts_with(near))
            {
                return Err("it is no public address".to_owned());
            }
            Ok(())
        }))
    });
    let secret = house.open().await;
    let place = format!("/api/v1/lists/{secret}/watches");
    for call in [
        "webhook+http://127.0.0.1:6379/#secret",
        "webhook+https://user:pass@hook.example/#secret",
        "webhook+http://2130706433/#secret",
        "webhook+http://0177.0.0.1/#secret",
        "webhook+http://10.0.0.1/#secret",
        "webhook+http://169.254.169.254/latest/#secret",
        "webhook+http://[::1]/#secret",
        "ntfy://127.1/topic",
        "gotify://user:pass@gotify.example/token",
        "apprise+http://10.1/notify/key",
    ] {
        let answer = house
            .post(&place, &json!({"link": ITEM, "target": "9.50", "channels": [call]}))
            .await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{call}: {}",
            answer.text
        );
        assert_eq!(answer.json()["field"], "channels", "{call}");
        assert!(
            !answer.text.contains("pass") && !answer.text.contains("secret"),
            "{}",
            answer.text
        );
        let path = format!("/i/{ITEM}/watch");
        let page = house
            .form(&path, &[("market", "US"), ("target", "9.50"), ("call", call)])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{call}");
    }
    assert_eq!(house.watches(), 0);
    let call = "webhook+https://hook.example/in#secret";
    let answer = house
        .post(&place, &json!({"link": ITEM, "target": "9.50", "channels": [call]}))
        .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
}

/// H084: no page shows a picture that a seller chose, so that no address of one is ever followed.
#[tokio::test]
async fn no_page_has_a_picture_from_elsewhere() {
    let house = House::new();
    for path in [
        &format!("/i/{ITEM}?market=US"),
        "/",
        "/search?market=US&min_percent=0",
        "/deals?market=US",
    ] {
        let page = house.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for picture in page.text.split("<img").skip(1) {
            let (tag, _) = picture.split_once('>').unwrap();
            let (_, source) = tag.split_once("src=\"").unwrap();
            assert!(source.starts_with('/') && !source.starts_with("//"), "{path}: {tag}");
        }
        assert!(!page.text.contains("javascript:"), "{path}");
        assert!(
            page.header("content-security-policy").contains("img-src 'self' data:;"),
            "{path}"
        );
    }
}

/// H088.
#[tokio::test]
async fn what_a_coupon_is_called_is_shown_as_text() {
    let house = House::new();
    let checkout = json!({"schema": "tillwatch/checkout/1", "market": "US", "currency": "USD",
        "at": "2026-06-03T12:00:00Z", "lines": [{"item": ITEM, "unit_price": "50.00", "title": "<i>lamp</i>"}],
        "discounts": [{"id": "<b onmouseover=alert(1)>10% off</b>", "kind": "code", "currency": "USD",
            "benefit": {"type": "fixed", "amount": "6.00"}}]});
    for path in ["/basket", "/checkout"] {
        let page = house
            .form(path, &[("market", "US"), ("json", &checkout.to_string())])
            .await;
        assert!(!page.status.is_server_error(), "{path}");
        assert!(page.text.contains("onmouseover"), "{path}: {}", page.text);
        assert!(
            !page.text.contains("<b onmouseover") && !page.text.contains("<i>lamp"),
            "{path}: {}",
            page.text
        );
    }
}

/// H116: networks are limited by H118; a mailbox is asked once in a day however many ask for it.
#[tokio::test]
async fn a_mailbox_is_asked_once_in_a_day_by_however_many_networks() {
    let house = House::new();
    for number in 0..100 {
        let answer = house
            .watch_from(&format!("198.51.{number}.7"), "victim@example.com")
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{number}: {}", answer.text);
    }
    assert_eq!(house.questions(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_went_wrong_with_a_request_is_said_in_the_readers_language() {
    let house = House::with(|site| site.with_limits(Limits::usual()));
    let german = [("accept-language", "de".to_owned())];
    let mut page = house.seen_from_with("203.0.113.9", "/about", &german).await;
    for _ in 0..100 {
        page = house.seen_from_with("203.0.113.9", "/about", &german).await;
    }
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(
        page.text.contains("Aus deinem Netz kamen zu viele Anfragen"),
        "{}",
        page.text
    );
    assert!(!page.header("retry-after").is_empty());
    for (path, kind, body, status, said) in [
        (
            "/",
            "application/json",
            "{}".to_owned(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "ließ sich nicht lesen",
        ),
        (
            &format!("/i/{ITEM}/watch"),
            "application/x-www-form-urlencoded",
            format!("market=US&target={}", "9".repeat(80_000)),
            StatusCode::PAYLOAD_TOO_LARGE,
            "mehr, als hier auf einmal",
        ),
        (
            &format!("/i/{ITEM}/watch"),
            "application/x-www-form-urlencoded",
            "market=US".to_owned(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "ließ sich nicht lesen",
        ),
    ] {
        let page = house
            .send(
                "POST",
                path,
                &[("accept-language", "de"), ("content-type", kind)],
                &body,
            )
            .await;
        assert_eq!(page.status, status, "{}", page.text);
        assert!(page.text.contains(said), "{path}: {}", page.text);
    }
}

/// H170.
#[tokio::test]
async fn public_data_may_be_read_from_anywhere_and_lists_from_nowhere_else() {
    let house = House::new();
    let secret = house.open().await;
    let public = format!("/api/v1/listings/{ITEM}");
    let allowed = async |path: &str, headers: &[(&str, &str)]| {
        let answer = house.send("GET", path, headers, "").await;
        assert!(answer.headers.get("access-control-allow-credentials").is_none());
        answer
            .headers
            .get("access-control-allow-origin")
            .map(|value| value.to_str().unwrap().to_owned())
    };
    let elsewhere = ("origin", "https://elsewhere.example");
    assert_eq!(allowed(&public, &[elsewhere]).await.as_deref(), Some("*"));
    assert_eq!(
        allowed(&public, &[("origin", "null"), ("cookie", "lang=de")]).await,
        None
    );
    assert_eq!(allowed(&public, &[("origin", "null")]).await, None);
    assert_eq!(allowed(&public, &[elsewhere, ("cookie", "lang=de")]).await, None);
    assert_eq!(allowed(&format!("/api/v1/lists/{secret}"), &[elsewhere]).await, None);
    assert_eq!(allowed("/", &[elsewhere]).await, None);
}

/// H179.
#[tokio::test]
async fn a_target_is_more_than_nothing_and_has_the_digits_of_its_currency() {
    let house = House::new();
    for target in ["0", "-5", "1e12", "12.345", "NaN", "", "99999999999999999999"] {
        let answer = house
            .form(&format!("/i/{ITEM}/watch"), &[("market", "US"), ("target", target)])
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{target}");
    }
    assert_eq!(house.watches(), 0);
}

/// H182.
#[tokio::test]
async fn a_fault_of_the_program_is_told_by_a_number_alone() {
    let house = House::new();
    let mut numbers = Vec::new();
    for (path, is_page) in [("/api/v1/quotes", false), ("/", true)] {
        let answer = if is_page {
            house
                .form(
                    "/",
                    &[("text", "https://s.click.aliexpress.com/e/_panic"), ("market", "US")],
                )
                .await
        } else {
            house
                .post(path, &json!({"link": "https://s.click.aliexpress.com/e/_panic"}))
                .await
        };
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert!(
            !answer.text.contains(".rs") && !answer.text.contains("a secret of the panic"),
            "{}",
            answer.text
        );
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        if !is_page {
            numbers.push(answer.json()["instance"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(numbers.first().unwrap().len(), 16);
    assert_eq!(house.get("/").await.status, StatusCode::OK, "and the rest goes on");
}

/// H184.
#[tokio::test]
async fn figures_are_for_the_operator() {
    let house = House::new();
    assert_eq!(
        house.seen_from("203.0.113.7", "/metrics").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(house.seen_from("127.0.0.1", "/metrics").await.status, StatusCode::OK);
    let relayed = [("x-forwarded-for", "127.0.0.1".to_owned())];
    assert_eq!(
        house.seen_from_with("127.0.0.1", "/metrics", &relayed).await.status,
        StatusCode::NOT_FOUND
    );
    for path in ["/debug", "/debug/pprof", "/.env", "/config.toml"] {
        assert_eq!(
            house.seen_from("127.0.0.1", path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let named = "203.0.113.0/24".parse().unwrap();
    let house = House::with(|site| site.with_operators(&[named]));
    assert_eq!(house.seen_from("203.0.113.7", "/metrics").await.status, StatusCode::OK);
}

/// H183: nothing that is sent is a program. What looks like one is a text.
#[tokio::test]
async fn nothing_that_is_sent_is_carried_out() {
    let house = House::new();
    let answer = house
        .post("/api/v1/lists", &json!({"name": "{{7*7}} $(id) `id`"}))
        .await;
    let place = answer.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(house.get(&place).await.json()["name"], "{{7*7}} $(id) `id`");
}

#[tokio::test]
async fn the_title_of_the_tests_is_the_one_that_is_shown() {
    let page = House::new().get(&format!("/i/{ITEM}?market=US")).await;
    assert!(
        page.text.contains("A &#60;b&#62;lamp") && !page.text.contains(TITLE),
        "{}",
        page.text
    );
}
