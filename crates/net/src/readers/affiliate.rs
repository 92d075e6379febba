//! Answers of the official affiliate API: products with their promo codes, promotions, shipping and variants.

mod code;
mod extra;

use std::borrow::Cow;

use serde_json::Value;
use tillwatch_app::ports::finder::Category;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};

use super::envelope;
use super::npi::Npi;
use super::price;
use super::priced::priced;
use super::value::{self, at, categories as categories_in, item, store, text, wrapped};

/// The longest name of a category, in characters.
const LONGEST_NAME: usize = 100;

/// Reads an answer of any `aliexpress.affiliate.*` method about listings, simplified or not, in any of its envelopes.
///
/// Product lists give one snapshot for each product. `promotion.info.get` and `product.shipping.get` have no price:
/// their snapshots say [`Outcome::NoPrice`] and still carry the discounts or the fees. A refusal or an empty list is
/// one snapshot that says why. `None` for anything else.
pub fn read(value: &Value) -> Option<Vec<Snapshot>> {
    if let Some(refused) = envelope::refused(value) {
        return Some(vec![refused]);
    }
    let answer = envelope::open(value)?;
    let result = answer.result.unwrap_or(&Value::Null);
    let known = [
        "products",
        "promotion_results",
        "ae_item_info",
        "ae_item_sku_info",
        "traffic_sku_info_list",
    ];
    let is_known = known.into_iter().any(|key| result.get(key).is_some()) || result.get("shipping_fee").is_some();
    let shape = match answer.method {
        Some(method) => shape(method.strip_prefix("affiliate_")?),
        // Without a name around it the content has to tell; the envelope alone is everybody's.
        None if is_known || value.get("resp_result").is_some() => "affiliate_products",
        None => return None,
    };
    if let Some(words) = answer.refusal {
        return Some(vec![Snapshot::refused(shape, Outcome::ApiRefused, words)]);
    }
    if let Some(products) = wrapped(at(result, "products")) {
        if products.is_empty() {
            return Some(vec![nothing(shape)]);
        }
        return Some(products.iter().map(|it| product(it, shape, answer.at)).collect());
    }
    if let Some(promotions) = wrapped(at(result, "promotion_results")) {
        if promotions.is_empty() {
            return Some(vec![nothing("affiliate_promotion_info")]);
        }
        return Some(promotions.iter().map(|it| code::promotions(it, answer.at)).collect());
    }
    if result.get("shipping_fee").is_some() {
        return Some(vec![extra::shipping(result, answer.at, None)]);
    }
    if is_known && result.get("products").is_none() {
        return Some(vec![extra::variants(result, answer.at)]);
    }
    // A method of another subject (categories, links, orders) has no listing to see.
    let listing = answer.method.is_none() || shape != "affiliate_other";
    listing.then(|| vec![nothing(shape)])
}

/// The way of shipping in an answer of `product.shipping.get`, which names no currency of its own where it is the one
/// that was asked for; `None` where it has none that can be read.
pub(crate) fn shipping_in(answer: &[u8], asked: Currency) -> Option<Snapshot> {
    let value = value::parse(std::str::from_utf8(answer).ok()?).ok()?;
    let answer = envelope::open(&value)?;
    let seen = extra::shipping(answer.result?, answer.at, Some(asked));
    (!seen.shipping.is_empty()).then_some(seen)
}

/// The names of the campaigns in an answer of `featuredpromo.get`, simplified or not; an empty list where it says that
/// there are none, `None` for anything else.
pub(crate) fn campaigns(answer: &[u8]) -> Option<Vec<String>> {
    let value = value::parse(std::str::from_utf8(answer).ok()?).ok()?;
    let result = envelope::open(&value)?.result?;
    let promos = wrapped(at(result, "promos"))?;
    let name = |promo: &Value| text(at(promo, "promo_name")).map(Cow::into_owned);
    Some(promos.iter().filter_map(name).collect())
}

/// The categories in an answer of `category.get`, simplified or not; `None` for anything else. One without an id or a name
/// is left out, and a parent of zero is none.
pub(crate) fn categories(answer: &[u8]) -> Option<Vec<Category>> {
    let value = value::parse(std::str::from_utf8(answer).ok()?).ok()?;
    let result = envelope::open(&value)?.result?;
    let list = wrapped(at(result, "categories"))?;
    let id = |category: &Value, key: &str| categories_in([at(category, key)]).into_iter().next();
    let named = list.iter().filter_map(|category| {
        Some(Category {
            id: id(category, "category_id")?,
            name: value::shown(at(category, "category_name"), LONGEST_NAME)?,
            parent: id(category, "parent_category_id"),
        })
    });
    Some(named.collect())
}

/// An answer without any listing: of a search it is no listing, of a lookup the listing is outside of the programme.
fn nothing(shape: &'static str) -> Snapshot {
    let outcome = match shape {
        "affiliate_productdetail" | "affiliate_promotion_info" | "affiliate_shipping" | "affiliate_sku_detail" => {
            Outcome::ApiRefused
        }
        _ => Outcome::NotAListing,
    };
    let words = "No result: nothing is in the programme for this call and this country.";
    Snapshot::refused(shape, outcome, words)
}

fn shape(method: &str) -> &'static str {
    match method {
        "productdetail_get" => "affiliate_productdetail",
        "product_query" => "affiliate_product_query",
        "hotproduct_query" | "hotproduct_download" => "affiliate_hotproduct",
        "featuredpromo_products_get" => "affiliate_featuredpromo",
        "product_smartmatch" => "affiliate_smartmatch",
        "promotion_info_get" => "affiliate_promotion_info",
        "product_shipping_get" => "affiliate_shipping",
        "product_sku_detail_get" => "affiliate_sku_detail",
        _ => "affiliate_other",
    }
}

fn product(product: &Value, shape: &'static str, seen_at: Option<Instant>) -> Snapshot {
    let currency = value::currency(at(product, "target_sale_price_currency"));
    let npi = text(at(product, "product_detail_url")).and_then(|link| Npi::of_link(&link));
    let hint = npi.as_ref().and_then(|npi| npi.sku.clone());
    let sku = value::sku(at(product, "sku_id"));
    let mut snapshot = Snapshot {
        item: item(at(product, "product_id")),
        title: value::shown(at(product, "product_title"), 500),
        store: store(at(product, "shop_id")),
        store_name: value::shown(at(product, "shop_name"), 200),
        categories: categories_in(
            ["first_level_category_id", "second_level_category_id"].map(|level| at(product, level)),
        ),
        currency,
        seen_at: seen_at.or_else(|| npi.and_then(|npi| npi.at)),
        selected_sku: sku.clone().or_else(|| hint.clone()),
        ..Snapshot::empty(shape)
    };
    let Some(currency) = currency else {
        let own = text(at(product, "sale_price_currency")).unwrap_or_else(|| "no currency".into());
        let words = format!("The answer has no price for the shopper, only one in the shop's own currency ({own}).");
        return snapshot.without_price(Outcome::OtherCurrency, words);
    };
    snapshot
        .variants
        .extend(variant(product, currency).map(|variant| Variant {
            sku: snapshot.selected_sku.clone(),
            ..variant
        }));
    snapshot.discounts = code::of_product(product, &snapshot);
    notes(product, &mut snapshot, currency);
    if sku.is_some() && hint.is_some() && sku != hint {
        let words = "The price is of the default variant; the link shows another one.";
        snapshot.notes.push(words.into());
    }
    priced(snapshot)
}

/// The default variant. The target prices are taken as given: the base price beside them is itself rounded, so that
/// recomputing them is a cent off (September 2026).
fn variant(product: &Value, currency: Currency) -> Option<Variant> {
    let price = price::price(at(product, "target_sale_price"), currency)?;
    let original = value::currency(at(product, "target_original_price_currency")).unwrap_or(currency);
    Some(Variant {
        list_price: price::price(at(product, "target_original_price"), original)
            .filter(|list| list.currency() == currency),
        ..Variant::at(price)
    })
}

fn notes(product: &Value, snapshot: &mut Snapshot, currency: Currency) {
    let price = snapshot.variants.first().and_then(|variant| variant.price);
    let app = value::currency(at(product, "target_app_sale_price_currency"))
        .and_then(|currency| price::price(at(product, "target_app_sale_price"), currency));
    if let (Some(price), Some(app)) = (price, app)
        && price != app
    {
        let words = format!(
            "In the app the price is {app} {}, not {price} {currency}.",
            app.currency()
        );
        snapshot.notes.push(words);
    }
    let words = "The answer does not say for which ship-to country the price is.";
    snapshot.notes.push(words.into());
    let rate = text(at(product, "tax_rate")).filter(|rate| rate.bytes().any(|byte| (b'1'..=b'9').contains(&byte)));
    if let Some(rate) = rate {
        let words = format!("A tax rate of {rate} is stated beside the price.");
        snapshot.notes.push(words);
    }
    if !snapshot.discounts.is_empty() {
        let words = "The code comes from the affiliate programme and may work only through its publisher's link.";
        snapshot.notes.push(words.into());
    }
}
