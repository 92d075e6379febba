//! Listing pages as a source: what is asked for, what is kept, and where it stops.

use std::time::Duration;

use tillwatch_app::ports::source::{Depth, Source, SourceError};
use tillwatch_core::snapshot::{Outcome, Snapshot};
use tillwatch_net::sources::page::{Page, Settings};

use crate::support::{Peer, Reply, Seen, ask, now, ok, status, to};

const ITEM: &str = "1005000000000888";
const CHALLENGE: &str =
    "<html><body><script src=\"https://www.aliexpress.com/_____tmd_____/punish?x5secdata=1\"></script></body></html>";

fn fixture(name: &str) -> String {
    let path = format!("{}/tests/fixtures/pages/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// A page with a listing of Mexico in pesos.
fn lantern() -> String {
    let data = fixture("components-es.json");
    format!("<!DOCTYPE html><html><body><script>window.runParams = {{ data: {data} }};</script></body></html>")
}

fn source(peer: &Peer) -> Page {
    let settings = Settings {
        base: peer.url("/"),
        language: "en_US".into(),
        calls_per_day: 200,
        spacing: Duration::from_mins(1),
    };
    Page::new(settings, &peer.client())
}

/// A marketplace without rules for programs, that answers its pages so.
async fn market(page: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Peer {
    Peer::start(move |seen| match seen.target.as_str() {
        "/robots.txt" => status(404, &[]),
        _ => page(seen),
    })
    .await
}

async fn read(reply: Reply, country: &str, currency: &str) -> Result<Snapshot, SourceError> {
    let peer = market(move |_| reply.clone()).await;
    let mut readings = source(&peer).read(&ask(country, currency, &[ITEM]), now()).await?;
    assert_eq!((readings.len(), readings[0].item.as_str()), (1, ITEM));
    Ok(readings.remove(0).snapshot)
}

#[tokio::test]
async fn a_page_is_asked_for_with_its_country_and_currency_and_read_whole() {
    let peer = market(|_| ok(lantern())).await;
    let source = source(&peer);
    let readings = source.read(&ask("MX", "MXN", &[ITEM]), now()).await.unwrap();
    let seen = &readings[0].snapshot;
    assert_eq!(
        (seen.outcome, seen.variants.len()),
        (Outcome::Ok, 2),
        "{:?}",
        seen.detail
    );
    let request = &peer.seen()[1];
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("GET", "/item/1005000000000888.html")
    );
    assert_eq!(
        request.headers["cookie"],
        "aep_usuc_f=site=glo&c_tp=MXN&region=MX&b_locale=en_US"
    );
    assert!(request.headers["user-agent"].starts_with("tillwatch/"));
    let limits = source.limits();
    assert_eq!(
        (source.name(), source.depth(), limits.items_per_call),
        ("page", Depth::Full, 1)
    );
}

/// H064, H065.
#[tokio::test]
async fn another_country_currency_or_listing_makes_no_price() {
    let outcome = async |country, currency| read(ok(lantern()), country, currency).await.unwrap().outcome;
    assert_eq!(outcome("MX", "USD").await, Outcome::OtherCurrency);
    assert_eq!(outcome("CL", "MXN").await, Outcome::OtherRegion);
    let other = ok(lantern().replace(ITEM, "1005000000000889"));
    assert_eq!(read(other, "MX", "MXN").await.unwrap().outcome, Outcome::OtherListing);
    let nowhere = ok(lantern().replace("\"MX\"", "\"\""));
    let seen = read(nowhere, "MX", "MXN").await.unwrap();
    assert_eq!((seen.outcome, seen.variants.len()), (Outcome::OtherRegion, 0));
}

#[tokio::test]
async fn an_empty_frame_a_listing_that_is_gone_and_other_pages_have_their_outcome() {
    for (reply, outcome) in [
        (
            ok(fixture("shell.html").replace("1005000000000999", ITEM)),
            Outcome::EmptyShell,
        ),
        (ok(fixture("shell.html")), Outcome::OtherListing),
        (
            ok(fixture("gone.html").replace("1005000000000444", ITEM)),
            Outcome::Removed,
        ),
        (ok(fixture("store.html")), Outcome::NotAListing),
        (ok(""), Outcome::ParseFailed),
        (status(404, &[]), Outcome::Removed),
        (status(410, &[]), Outcome::Removed),
    ] {
        assert_eq!(read(reply, "US", "USD").await.unwrap().outcome, outcome);
    }
}

#[tokio::test]
async fn a_zero_price_is_none() {
    let page = "<html><head><meta property=\"og:url\" content=\"https://www.aliexpress.com/item/1005000000000888.html\"></head>\
        <body><script type=\"application/ld+json\">{\"@type\": \"Product\", \"name\": \"Lamp\", \"offers\": {\"@type\": \"Offer\", \
        \"price\": \"0.00\", \"priceCurrency\": \"USD\"}}</script></body></html>";
    let seen = read(ok(page), "US", "USD").await.unwrap();
    assert_eq!((seen.outcome, seen.variants.len()), (Outcome::NoPrice, 0));
    let stated = read(ok(page.replace("0.00", "5.00")), "US", "USD").await.unwrap();
    assert_eq!(stated.outcome, Outcome::OtherRegion, "a price of no stated country");
}

/// H066.
#[tokio::test]
async fn a_challenge_stops_the_source_whatever_its_status() {
    for reply in [
        ok(CHALLENGE),
        ok(fixture("challenge.html")),
        Reply::Whole(403, Vec::new(), CHALLENGE.into()),
        status(403, &[]),
        status(401, &[]),
    ] {
        let told = read(reply, "US", "USD").await.unwrap_err();
        assert!(matches!(told, SourceError::Challenged { .. }), "{told:?}");
    }
}

#[tokio::test]
async fn waiting_and_breaking_down_are_told_apart() {
    let told = async |reply| read(reply, "US", "USD").await.unwrap_err();
    let after = Some(Duration::from_secs(90));
    let wait = told(status(429, &[("retry-after", "90")])).await;
    assert_eq!(
        wait,
        SourceError::Later {
            after,
            why: "status 429".into()
        }
    );
    for reply in [status(500, &[]), status(400, &[]), to("/loop"), Reply::Raw(Vec::new())] {
        let broken = told(reply).await;
        assert!(matches!(broken, SourceError::Unreachable { .. }), "{broken:?}");
    }
    let near = told(to("http://169.254.169.254/latest/meta-data/")).await;
    assert!(matches!(near, SourceError::Misconfigured { .. }), "{near:?}");
}

#[tokio::test]
async fn rules_for_programs_are_kept_and_read_once_a_day() {
    let peer = Peer::start(|seen| match seen.target.as_str() {
        "/robots.txt" => ok("User-agent: *\nDisallow: /item/4\n"),
        _ => ok(lantern()),
    })
    .await;
    let source = source(&peer);
    let forbidden = source.read(&ask("MX", "MXN", &["4000000000888"]), now()).await;
    assert!(
        matches!(forbidden, Err(SourceError::Misconfigured { .. })),
        "{forbidden:?}"
    );
    for later in [0, 86_399, 86_400] {
        source
            .read(&ask("MX", "MXN", &[ITEM]), now().plus_seconds(later))
            .await
            .unwrap();
    }
    let asked: Vec<String> = peer.seen().into_iter().map(|seen| seen.target).collect();
    let item = format!("/item/{ITEM}.html");
    assert_eq!(asked, ["/robots.txt", &item, &item, "/robots.txt", &item]);
}

#[tokio::test]
async fn nothing_is_read_while_the_rules_cannot_be() {
    let peer = Peer::always(status(500, &[])).await;
    let told = source(&peer).read(&ask("MX", "MXN", &[ITEM]), now()).await;
    assert!(matches!(told, Err(SourceError::Unreachable { .. })), "{told:?}");
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn an_id_cannot_lead_to_another_page() {
    let peer = market(|_| ok("")).await;
    let source = source(&peer);
    for id in ["../admin?x", "..", "a/b", "1%2e%2e"] {
        _ = source.read(&ask("MX", "MXN", &[id]), now()).await;
    }
    let asked: Vec<String> = peer.seen().into_iter().map(|seen| seen.target).collect();
    assert!(
        asked[1..].iter().all(|target| target.starts_with("/item/")),
        "{asked:?}"
    );
    assert!(
        asked[1..].iter().all(|target| target.matches('/').count() == 2),
        "{asked:?}"
    );
}
