//! The panel of discounts on a page: coupons, codes and what applies by itself, with amounts in words and in data.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use tillwatch_core::id::DiscountId;
use tillwatch_core::money::Money;

use super::escape::query;
use super::prices::shows_first_orders;
use super::words::Words;
use crate::view::{Listing, Offer, OfferKind, Takes};

/// The `webCouponInfo` of a page: the chips beside the price, and the panel behind them.
///
/// An announced one stands there with its start before it; one of which none is left does not.
/// A page that shows the prices of a first order shows no coupon of the platform (12 of 12 recorded ones).
pub(super) fn coupons(listing: &Listing, words: Words, now: Timestamp) -> Value {
    let newcomer = shows_first_orders(listing);
    let mut groups: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    let left = listing.offers.iter().filter(|offer| offer.left > 0 && now < offer.ends);
    for (group, offer) in left.filter_map(|offer| Some((group(offer)?, offer))) {
        if !(newcomer && group == "platformCoupon") {
            groups
                .entry(group)
                .or_default()
                .extend(entries(group, offer, listing, words));
        }
    }
    groups.retain(|_, entries| !entries.is_empty());
    let chips: Vec<Value> = groups
        .keys()
        .enumerate()
        .map(|(place, group)| json!({"order": place, "type": group, "title": words.heading(group)}))
        .collect();
    let panel: Value = groups
        .into_iter()
        .map(|(group, entries)| {
            let part = json!([{
                "displayType": group,
                "promotionGroupTitle": words.heading(group),
                "promotionPanelDetailDTOList": entries,
            }]);
            (group.to_owned(), part)
        })
        .collect();
    json!({"usingNewCouponApi": true, "couponList": chips, "promotionPanelDTO": panel})
}

/// Whether an offer holds now and some are left of it.
pub(super) fn is_running(offer: &Offer, now: Timestamp) -> bool {
    (offer.starts..offer.ends).contains(&now) && offer.left > 0
}

/// The group that an offer stands in. Typed codes stand in ladders and in the API, free shipping with the freight.
const fn group(offer: &Offer) -> Option<&'static str> {
    match offer.kind {
        OfferKind::Platform | OfferKind::Category | OfferKind::Welcome => Some("platformCoupon"),
        OfferKind::Store | OfferKind::Seller => Some("shopCoupon"),
        OfferKind::StoreDiscount => Some("storeDiscount"),
        OfferKind::SpendAndSave => Some("acrossStoreFixedDiscount"),
        OfferKind::Code | OfferKind::FreeShipping => None,
    }
}

/// The entries of an offer: one for each step of a coupon's ladder; none for what a group has no words for.
fn entries(group: &str, offer: &Offer, listing: &Listing, words: Words) -> Vec<Value> {
    let coupon = |value: &str, minor, minimum| coupon(group, offer, listing, (value, minor), &words.minimum(minimum));
    let fixed = |amount: Money, minimum| coupon(&words.amount(amount), Some(amount.minor()), minimum);
    match (group, &offer.takes) {
        ("storeDiscount", _) => discount(offer, words).into_iter().collect(),
        ("acrossStoreFixedDiscount", _) => spend_and_save(offer, words).into_iter().collect(),
        (_, Takes::Fixed(amount)) => vec![fixed(*amount, stated_minimum(offer))],
        (_, Takes::Tiers(tiers)) => tiers.iter().map(|(minimum, amount)| fixed(*amount, *minimum)).collect(),
        (_, Takes::Percent(share, _)) => vec![coupon(&format!("{share}% off"), None, offer.minimum)],
        (_, Takes::PerSpend { every, amount, cap }) => {
            vec![coupon(&words.spend_and_save(*amount, *every, *cap), None, *every)]
        }
        (_, Takes::Pieces(_) | Takes::Shipping(_)) => Vec::new(),
    }
}

/// A coupon or code: its value in words and, where it is an amount, in `couponMeta` too; its minimum in words alone.
fn coupon(group: &str, offer: &Offer, listing: &Listing, value: (&str, Option<i64>), minimum: &str) -> Value {
    let (value, minor) = value;
    let platform = group == "platformCoupon";
    let seller = if platform { "1" } else { listing.seller.as_str() };
    let meta = json!({
        "activityId": offer.id.as_str(),
        "count": 1,
        "currency": offer.currency.code(),
        "ext": {},
        "price": minor,
        "sellerId": seller,
        "type": group,
    });
    let mut attributes = json!({
        "activityId": number_of(&offer.id).to_string(),
        "codeScope": if offer.personal { "private" } else { "public" },
        "couponCampaignStyle": "new",
        "promotionId": number_of(&offer.id).to_string(),
    });
    if offer.personal {
        attributes["privateText"] = "Single-use only".into();
    }
    if let Some(code) = &offer.code {
        attributes["couponCode"] = code.as_str().into();
    }
    let mut assign = json!({
        "couponMeta": meta.to_string(),
        "couponType": group,
        "promotionId": number_of(&offer.id),
    });
    if !platform {
        assign["sellerAdminId"] = seller.into();
    }
    json!({
        "toolCode": group,
        "displayType": group,
        "acquirable": true,
        "promotionDesc": value,
        "promotionDetail": minimum,
        "startTime": offer.starts.as_millisecond(),
        "endTime": last_moment(offer.ends),
        "teasingStartTime": -1,
        "attributes": attributes,
        "couponAssignParam": assign,
    })
}

/// A store's own discount: an amount, once or again and again, or a share by pieces. The link of an amount says "per" of
/// those too that are taken once, as it did on every recorded page.
fn discount(offer: &Offer, words: Words) -> Option<Value> {
    let amounts = |pairs: &[(Money, Money)], say: fn(Words, Money, Money) -> String| -> Vec<String> {
        pairs
            .iter()
            .map(|(minimum, amount)| say(words, *amount, *minimum))
            .collect()
    };
    let both = |pairs: &[(Money, Money)], say| ("fixedDiscount", amounts(pairs, say), amounts(pairs, Words::off_per));
    let (tool, lines, banner) = match &offer.takes {
        Takes::Fixed(amount) => both(&[(stated_minimum(offer), *amount)], Words::off_once),
        Takes::Tiers(tiers) => both(tiers, Words::off_once),
        Takes::PerSpend { every, amount, .. } => both(&[(*every, *amount)], Words::off_each),
        Takes::Pieces(tiers) => {
            let lines: Vec<String> = tiers
                .iter()
                .map(|(pieces, share)| words.pieces(*pieces, *share))
                .collect();
            ("fullPiece", lines.clone(), lines)
        }
        Takes::Percent(..) | Takes::Shipping(_) => return None,
    };
    Some(json!({
        "toolCode": tool,
        "displayType": "storeDiscount",
        "acquirable": false,
        "promotionDetailList": lines,
        "collectLink": format!(
            "https://m.aliexpress.com/search.htm?priceBreak=1&campId={}&campBannerText={}&",
            number_of(&offer.id),
            banner.join(","),
        ),
        "startTime": offer.starts.as_millisecond(),
        "endTime": last_moment(offer.ends),
        "teasingStartTime": -1,
        "attributes": {"couponCampaignStyle": "new"},
    }))
}

fn spend_and_save(offer: &Offer, words: Words) -> Option<Value> {
    let Takes::PerSpend { every, amount, cap } = &offer.takes else {
        return None;
    };
    let said = words.spend_and_save(*amount, *every, *cap);
    Some(json!({
        "toolCode": "acrossStoreFixedDiscount",
        "displayType": "acrossStoreFixedDiscount",
        "acquirable": false,
        "promotionDesc": said,
        "collectLink": format!(
            "https://m.aliexpress.com/search.htm?priceBreak=3&campId={}&campBannerText={}&marginPrice=1",
            number_of(&offer.id),
            query(&said),
        ),
        "startTime": offer.starts.as_millisecond(),
        "endTime": last_moment(offer.ends),
        "teasingStartTime": -1,
        "attributes": {"couponCampaignStyle": "new"},
    }))
}

/// The minimum that a page states. It always states one: where there is none, the least that leaves something to pay.
fn stated_minimum(offer: &Offer) -> Money {
    match offer.takes {
        Takes::Fixed(amount) if offer.minimum.is_zero() => Money::new(amount.minor() + 1, offer.currency),
        _ => offer.minimum,
    }
}

/// The last moment of a window, as pages write it: 23:59:59 before a midnight.
fn last_moment(ends: Timestamp) -> i64 {
    let millis = ends.as_millisecond();
    if millis % 60_000 == 0 { millis - 1_000 } else { millis }
}

/// The number of a promotion: its id where that is one, else one made of it.
fn number_of(id: &DiscountId) -> u64 {
    id.as_str().parse().unwrap_or_else(|_| {
        let hash = id.as_str().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        5_000_000_000_000_000 + hash % 1_000_000_000_000
    })
}
