//! Variants and shipping by the official API: what is asked, and what of an answer is believed.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tillwatch_app::ports::source::{Reading, SourceError};
use tillwatch_core::country::Country;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::{Outcome, Snapshot};
use tillwatch_net::secret::Secret;
use tillwatch_net::sources::affiliate::sign::SignMethod;
use tillwatch_net::sources::affiliate::variants::{Parcel, SHIPPING, VARIANTS, with_variants};
use tillwatch_net::sources::affiliate::{Affiliate, CALLS_PER_DAY, Settings};

use crate::support::{Peer, Reply, ask, now, ok};

const LAMP: &str = "1005000222222222";

fn source(peer: &Peer) -> Affiliate {
    let settings = Settings {
        gateway: peer.url("/sync"),
        app_key: "512345".into(),
        app_secret: Secret::new("s3cr3t-of-the-app".into()),
        sign_method: SignMethod::Sha256,
        tracking_id: None,
        language: "EN".into(),
        calls_per_day: CALLS_PER_DAY,
        spacing: Duration::ZERO,
    };
    Affiliate::new(settings, peer.client())
}

fn row(sku: &str, price: &str, currency: &str) -> Value {
    json!({
        "sku_id": sku, "currency": currency, "price_with_tax": "20.00", "sale_price_with_tax": price, "tax_rate": "0.19",
        "shipping_fees": "1.99", "ship_from_country": "CN", "min_delivery_days": 7, "max_delivery_days": 12,
        "color": "Moss",
    })
}

fn answer(item: &str, rows: &[Value]) -> Reply {
    let result = json!({
        "ae_item_info": { "product_id": item, "title": "Invented lamp", "store_name": "Lamps" },
        "ae_item_sku_info": { "traffic_sku_info_list": rows },
    });
    let body = json!({ "resp_result": { "resp_code": 200, "result": result }, "request_id": "0" });
    ok(json!({ "aliexpress_affiliate_product_sku_detail_get_response": body }).to_string())
}

async fn variants(reply: Reply) -> Result<Snapshot, SourceError> {
    let peer = Peer::always(reply).await;
    let mut readings: Vec<Reading> = source(&peer).variants(&ask("DE", "EUR", &[LAMP]), now()).await?;
    assert_eq!(readings.len(), 1);
    Ok(readings.remove(0).snapshot)
}

#[tokio::test]
async fn the_variants_of_one_listing_are_one_call() {
    let peer = Peer::always(answer(LAMP, &[row("12", "15.00", "EUR"), row("13", "17.50", "EUR")])).await;
    let source = source(&peer);
    let seen = source
        .variants(&ask("DE", "EUR", &[LAMP]), now())
        .await
        .unwrap()
        .remove(0);
    let prices: Vec<String> = seen
        .snapshot
        .variants
        .iter()
        .map(|one| one.price.unwrap().to_string())
        .collect();
    assert_eq!(
        (seen.snapshot.outcome, prices),
        (Outcome::Ok, vec!["15.00".into(), "17.50".into()])
    );
    assert_eq!(seen.snapshot.shipping[0].fee.to_string(), "1.99");
    let [asked] = peer.seen().try_into().unwrap();
    assert_eq!(asked.query("method").as_deref(), Some(VARIANTS));
    for (name, value) in [
        ("product_id", LAMP),
        ("ship_to_country", "DE"),
        ("target_currency", "EUR"),
        ("need_deliver_info", "Yes"),
    ] {
        assert_eq!(asked.field(name).as_deref(), Some(value), "{name}");
    }
    let two = source
        .variants(&ask("DE", "EUR", &[LAMP, "1005000222222223"]), now())
        .await;
    assert!(matches!(two, Err(SourceError::Misconfigured { .. })), "{two:?}");
}

#[tokio::test]
async fn another_listing_another_currency_and_nothing_make_no_price() {
    let nothing = json!({ "resp_result": { "resp_code": 405, "resp_msg": "The result is empty" } });
    for (reply, outcome) in [
        (
            answer("1005000999999999", &[row("12", "15.00", "EUR")]),
            Outcome::ApiRefused,
        ),
        (answer(LAMP, &[row("12", "15.00", "USD")]), Outcome::OtherCurrency),
        (answer(LAMP, &[row("12", "0.00", "EUR")]), Outcome::NoPrice),
        (ok(nothing.to_string()), Outcome::ApiRefused),
    ] {
        let seen = variants(reply).await.unwrap();
        assert_eq!((seen.outcome, seen.variants.len()), (outcome, 0), "{:?}", seen.detail);
    }
    let refused = json!({ "error_response": { "type": "ISV", "code": "InsufficientPermission", "msg": "no" } });
    let refused = variants(ok(refused.to_string())).await;
    assert!(matches!(refused, Err(SourceError::NotPermitted { .. })), "{refused:?}");
    let odd = variants(ok("<html></html>")).await;
    assert!(matches!(odd, Err(SourceError::Unreachable { .. })), "{odd:?}");
}

#[tokio::test]
async fn a_listing_takes_its_variants_and_keeps_the_rest() {
    let detailed = variants(answer(LAMP, &[row("13", "17.50", "EUR")])).await.unwrap();
    let shown = Snapshot {
        title: Some("As it was shown".into()),
        notes: vec!["A note".into()],
        ..Snapshot::empty("affiliate_productdetail")
    };
    let both = with_variants(shown, detailed);
    assert_eq!(
        (both.title.as_deref(), both.variants.len()),
        (Some("As it was shown"), 1)
    );
    assert_eq!(both.shipping.len(), 1);
    assert!(both.notes.len() > 1 && both.notes[0] == "A note", "{:?}", both.notes);
}

fn parcel() -> Parcel {
    Parcel {
        item: ItemId::parse(LAMP).unwrap(),
        sku: SkuId::parse("12000099900022202").unwrap(),
        price: Money::parse("15.00", Currency::parse("EUR").unwrap()).unwrap(),
        market: Country::parse("GB").unwrap(),
    }
}

#[tokio::test]
async fn a_fee_without_a_currency_is_in_the_one_that_was_asked_for_and_says_so() {
    let result = json!({ "shipping_fee": "2.50", "min_delivery_days": "7", "max_delivery_days": "12" });
    let body = json!({ "code": "0", "resp_result": { "resp_code": "200", "result": result } });
    let peer = Peer::always(ok(body.to_string())).await;
    let seen = source(&peer).shipping(&parcel(), now()).await.unwrap().unwrap();
    assert_eq!(
        seen.shipping[0].fee,
        Money::parse("2.50", Currency::parse("EUR").unwrap()).unwrap()
    );
    assert!(seen.notes[0].contains("EUR, which was asked for"), "{:?}", seen.notes);
    let [asked] = peer.seen().try_into().unwrap();
    assert_eq!(asked.query("method").as_deref(), Some(SHIPPING));
    assert_eq!(asked.field("ship_to_country").as_deref(), Some("UK"));
    assert_eq!(asked.field("target_sale_price").as_deref(), Some("15.00"));
    for odd in ["free", "-1", "1e3"] {
        let result = json!({ "resp_result": { "resp_code": 200, "result": { "shipping_fee": odd } } });
        let peer = Peer::always(ok(result.to_string())).await;
        assert_eq!(source(&peer).shipping(&parcel(), now()).await, Ok(None), "{odd}");
    }
}

#[tokio::test]
async fn the_documented_answer_of_shipping_is_a_fee() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures/affiliate-api");
    let Ok(body) = std::fs::read(PathBuf::from(folder).join("synthetic-product.shipping.get.json")) else {
        return;
    };
    let peer = Peer::always(ok(body)).await;
    let seen = source(&peer).shipping(&parcel(), now()).await.unwrap().unwrap();
    assert_eq!(
        (seen.shipping[0].fee.to_string(), seen.shipping[0].days),
        ("12.50".into(), Some((10, 15)))
    );
}
