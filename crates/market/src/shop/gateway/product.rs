//! Listings as the API tells them: by their ids, by words and category, by campaign.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tillwatch_core::id::ItemId;

use super::Request;
use super::answer::Refusal;
use crate::faults::Fault;
use crate::shop::asked::Asked;
use crate::shop::escape::query;
use crate::shop::links::affiliate_link;
use crate::shop::panel::is_running;
use crate::shop::prices::default_variant;
use crate::view::{Listing, Offer, Takes, Variant};

/// The most ids of one call.
const MOST_IDS: usize = 50;

/// The campaign of what has codes of its own.
const CODES: &str = "Promo Codes";

/// The campaigns that always run, by name, with their words.
const CAMPAIGNS: [(&str, &str); 4] = [
    ("Hot Product", "What pays most"),
    ("Best Seller", "What sells most"),
    ("weeklydeals", "The deals of the week"),
    (CODES, "Listings with codes of their own"),
];

/// The most listings of one page.
const MOST_OF_A_PAGE: usize = 50;

impl Request<'_> {
    /// For which country and in which currency: `country`, or `ship_to_country` as the newer methods call it.
    pub(super) fn asked(&self) -> Asked {
        let country = self.get("country").or_else(|| self.get("ship_to_country"));
        Asked::new(country, self.get("target_currency").or(Some("USD")))
    }

    /// `productdetail.get`: what is not there is left out without a word.
    pub(super) fn details(&self, served: &mut u64) -> Result<Value, Refusal> {
        let ids: Vec<&str> = self.needed("product_ids")?.split(',').map(str::trim).collect();
        if ids.len() > MOST_IDS {
            return Err(Refusal::wrong("product_ids"));
        }
        let asked = self.asked();
        let ids = ids.into_iter().filter_map(|id| ItemId::parse(id).ok());
        let found: Vec<Listing> = ids.filter_map(|item| self.visit.listing(&item, &asked).ok()).collect();
        *served += found.len() as u64;
        if found.is_empty() {
            return Ok(self.nothing());
        }
        let products: Vec<Value> = found.iter().filter_map(|listing| self.product(listing)).collect();
        Ok(self.named(&json!({
            "current_record_count": products.len(),
            "products": self.list("product", products),
        })))
    }

    /// `product.query`: all words in the title, any of the categories, a price between two amounts in minor units.
    pub(super) fn query(&self, served: &mut u64) -> Result<Value, Refusal> {
        let words: Vec<String> = self
            .get("keywords")
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let categories: Vec<&str> = self.get("category_ids").unwrap_or_default().split(',').collect();
        let (least, most) = (self.number("min_sale_price")?, self.number("max_sale_price")?);
        let mut found = self.all(|listing, price| {
            let title = listing.title.to_lowercase();
            let of_category = listing
                .categories
                .iter()
                .any(|one| categories.contains(&one.id.as_str()));
            words.iter().all(|word| title.contains(word))
                && (categories == [""] || of_category)
                && least.is_none_or(|least| price >= least)
                && most.is_none_or(|most| price <= most)
        });
        let price = |listing: &Listing| default_variant(listing).map_or(0, |variant| variant.price.minor());
        match self.get("sort") {
            Some("SALE_PRICE_ASC") => found.sort_by_key(price),
            Some("SALE_PRICE_DESC") => found.sort_by_key(|listing| std::cmp::Reverse(price(listing))),
            Some("LAST_VOLUME_ASC") => found.sort_by_key(|listing| listing.sold),
            Some("LAST_VOLUME_DESC") => found.sort_by_key(|listing| std::cmp::Reverse(listing.sold)),
            _ => {}
        }
        self.page(&found, served)
    }

    /// `featuredpromo.get`: the campaigns that run.
    pub(super) fn campaigns(&self) -> Value {
        let promos = CAMPAIGNS.map(|(name, about)| json!({"promo_name": name, "promo_desc": about, "product_num": 50}));
        self.named(&json!({
            "current_record_count": promos.len(),
            "promos": self.list("promo", promos.into()),
        }))
    }

    /// `hotproduct.query`: what sells most, first.
    pub(super) fn hot(&self, served: &mut u64) -> Result<Value, Refusal> {
        let mut found = self.all(|listing, _| listing.sold > 0);
        found.sort_by_key(|listing| std::cmp::Reverse(listing.sold));
        self.page(&found, served)
    }

    /// `featuredpromo.products.get`: of the campaign of codes what has a code of its own, of any other what stands below
    /// its crossed-out price, deepest first.
    pub(super) fn featured(&self, served: &mut u64) -> Result<Value, Refusal> {
        let name = self.needed("promotion_name")?;
        if !CAMPAIGNS.iter().any(|(known, _)| *known == name) {
            return Ok(self.nothing());
        }
        let category = self.get("category_id");
        let of_category = |listing: &Listing| {
            category.is_none_or(|wanted| listing.categories.iter().any(|one| one.id.as_str() == wanted))
        };
        let mut found = self.all(|listing, _| of_category(listing));
        if name == CODES {
            found.retain(|listing| !self.own_codes(listing).is_empty());
        } else {
            found.retain(|listing| discount(listing) > 0);
        }
        found.sort_by_key(|listing| std::cmp::Reverse(discount(listing)));
        self.page(&found, served)
    }

    /// All listings that something can be bought of, with the price of the default variant in minor units.
    fn all(&self, wanted: impl Fn(&Listing, i64) -> bool) -> Vec<Listing> {
        let asked = self.asked();
        let items: Vec<ItemId> = self.visit.world(|world| world.items().to_vec());
        items
            .iter()
            .filter_map(|item| self.visit.glance(item, &asked).ok())
            .filter(|listing| {
                let variant = default_variant(listing).filter(|variant| variant.salable);
                variant.is_some_and(|variant| wanted(listing, variant.price.minor()))
            })
            .collect()
    }

    fn page(&self, found: &[Listing], served: &mut u64) -> Result<Value, Refusal> {
        let size = usize::try_from(self.number("page_size")?.unwrap_or(20)).unwrap_or(0);
        let number = usize::try_from(self.number("page_no")?.unwrap_or(1)).unwrap_or(0);
        if !(1..=MOST_OF_A_PAGE).contains(&size) || number == 0 {
            return Err(Refusal::wrong("page_size"));
        }
        let page = found.iter().skip((number - 1).saturating_mul(size)).take(size);
        // A listing with several codes stands once for each.
        let each = page.flat_map(|listing| {
            let others = self.own_codes(listing).into_iter().skip(1);
            let others = others.filter_map(|code| {
                let mut again = self.product(listing)?;
                again["promo_code_info"] = self.promo_code(&code);
                Some(again)
            });
            self.product(listing).into_iter().chain(others.collect::<Vec<_>>())
        });
        let products: Vec<Value> = each.collect();
        let count = products.len() as u64;
        *served += count;
        self.visit.shop.count(|counts| counts.items += count);
        if products.is_empty() {
            return Ok(self.nothing());
        }
        Ok(self.named(&json!({
            "current_page_no": number,
            "current_record_count": products.len(),
            "is_finished": number.saturating_mul(size) >= found.len(),
            "products": self.list("product", products),
            "total_page_no": found.len().div_ceil(size),
            "total_record_count": found.len(),
        })))
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let read = |text: &str| text.parse().ok().filter(|number| *number >= 0);
        self.get(name)
            .map(|text| read(text).ok_or_else(|| Refusal::wrong(name)))
            .transpose()
    }

    /// A product. Its prices in the shop's own currency stand beside those that were asked for.
    fn product(&self, listing: &Listing) -> Option<Value> {
        let variant = default_variant(listing)?;
        let asked = self.asked();
        let base = Asked::new(Some(&asked.country), Some("USD"));
        let base = self.visit.glance(&listing.item, &base).ok();
        let base = base.as_ref().and_then(default_variant).unwrap_or(variant);
        let code = listing.currency.code();
        let first = listing.categories.first();
        let second = listing.categories.get(1).or(first);
        let id = listing.item.as_str();
        let mut product = json!({
            "product_id": if self.simplified() { id.parse::<u64>().map_or(id.into(), Value::from) } else { id.into() },
            "sku_id": variant.sku.as_str(),
            "product_title": listing.title,
            "shop_id": listing.store.as_str(),
            "shop_name": listing.store_name,
            "shop_url": format!("https://www.aliexpress.com/store/{}", listing.store),
            "first_level_category_id": first.map(|category| category.id.as_str()),
            "first_level_category_name": first.map(|category| category.name),
            "second_level_category_id": second.map(|category| category.id.as_str()),
            "second_level_category_name": second.map(|category| category.name),
            "original_price": base.list_price.to_string(),
            "original_price_currency": base.list_price.currency().code(),
            "sale_price": base.price.to_string(),
            "sale_price_currency": base.price.currency().code(),
            "target_original_price": variant.list_price.to_string(),
            "target_original_price_currency": code,
            "target_sale_price": variant.price.to_string(),
            "target_sale_price_currency": code,
            "discount": format!("{}%", discount(listing)),
            "evaluate_rate": format!("{}.{}%", listing.rating / 5, listing.rating % 5 * 2),
            "lastest_volume": listing.sold,
            "commission_rate": "7.0%",
            "hot_product_commission_rate": "0.0%",
            "tax_rate": "0.00",
            "product_detail_url": self.detail_link(listing, variant, base),
            "product_main_image_url": "",
            "product_small_image_urls": self.list("string", Vec::new()),
            "product_video_url": "",
        });
        // The app's price is there for some listings only, and the same.
        if !listing.sold.is_multiple_of(5) {
            product["target_app_sale_price"] = variant.price.to_string().into();
            product["target_app_sale_price_currency"] = code.into();
            product["app_sale_price"] = base.price.to_string().into();
            product["app_sale_price_currency"] = base.price.currency().code().into();
        }
        if self.get("tracking_id").is_some() {
            product["promotion_link"] = affiliate_link(&listing.item).into();
        }
        let own = self.own_codes(listing).into_iter().next();
        if let Some(code) = own.or_else(|| self.code_of(listing)) {
            product["promo_code_info"] = self.promo_code(&code);
        }
        Some(product)
    }

    /// The public codes that can be typed for a listing now.
    pub(super) fn codes_of(&self, listing: &Listing) -> Vec<Offer> {
        let now = self.visit.now;
        let mut codes = self.visit.world(|world| world.public_codes(listing.market, now));
        codes.retain(|offer| is_running(offer, now) && covers(offer, listing));
        codes
    }

    /// Those that are for this listing by name. They are shown also when none is left.
    fn own_codes(&self, listing: &Listing) -> Vec<Offer> {
        let now = self.visit.now;
        let mut codes = self.visit.world(|world| world.public_codes(listing.market, now));
        let is_on = |offer: &Offer| (offer.starts..offer.ends).contains(&now);
        codes.retain(|offer| offer.items.contains(&listing.item) && is_on(offer) && covers(offer, listing));
        codes
    }

    /// The one that stands on a product: most have none, and another product another one.
    fn code_of(&self, listing: &Listing) -> Option<Offer> {
        let mut codes = self.codes_of(listing);
        let place = usize::from(listing.rating) % (3 * codes.len()).max(1);
        (place < codes.len()).then(|| codes.swap_remove(place))
    }

    /// A code as it stands on a product, unless a fault turns its window into words.
    fn promo_code(&self, offer: &Offer) -> Value {
        let mut code = promo_code(offer);
        if self.visit.fault == Some(Fault::OddWindow) {
            code["code_availabletime_end"] = "while stocks last".into();
        }
        code
    }

    /// The listing's address with `pdp_npi`: currency, prices, base prices, trace and variant.
    fn detail_link(&self, listing: &Listing, variant: &Variant, base: &Variant) -> String {
        let npi = format!(
            "6@dis!{}!{}!{}!!!{}!{}!@{}!{}!affd!!!!1!0!",
            listing.currency,
            variant.list_price,
            variant.price,
            base.list_price,
            base.price,
            self.visit.trace(),
            variant.sku,
        );
        format!(
            "https://www.aliexpress.com/item/{}.html?pdp_npi={}",
            listing.item,
            query(&npi)
        )
    }
}

/// Whole percent off the default variant's crossed-out price.
fn discount(listing: &Listing) -> i64 {
    default_variant(listing).map_or(0, |variant| {
        let off = (variant.list_price.minor() - variant.price.minor()).max(0);
        (off * 100).checked_div(variant.list_price.minor()).unwrap_or(0)
    })
}

/// Whether a code can be typed for a listing, as far as the API has words for it.
fn covers(offer: &Offer, listing: &Listing) -> bool {
    let sayable = matches!(offer.takes, Takes::Fixed(_) | Takes::Percent(_, None));
    let categories = &listing.categories;
    sayable
        && offer.code.is_some()
        && !offer.excluded.contains(&listing.item)
        && (offer.items.is_empty() || offer.items.contains(&listing.item))
        && (offer.stores.is_empty() || offer.stores.contains(&listing.store))
        && (offer.sellers.is_empty() || offer.sellers.contains(&listing.seller))
        && (offer.categories.is_empty() || categories.iter().any(|one| offer.categories.contains(&one.id)))
}

/// A code as it stands on a product. Its type number says nothing that can be relied on; its times are those of Los
/// Angeles, written without a zone.
fn promo_code(offer: &Offer) -> Value {
    let code = offer.currency.code();
    let off = match &offer.takes {
        Takes::Fixed(amount) => format!("get {code} {} off", short(&amount.to_string())),
        Takes::Percent(share, _) => format!("get {share}% off"),
        _ => String::new(),
    };
    let minimum = short(&offer.minimum.to_string()).to_owned();
    let sentence = if offer.minimum.is_zero() {
        off
    } else {
        format!("On order over {code} {minimum} , {off}")
    };
    json!({
        "code_availabletime_end": local(offer.ends, -1),
        "code_availabletime_start": local(offer.starts, 0),
        "code_campaigntype": "1",
        "code_mini_spend": minimum,
        "code_quantity": offer.left.to_string(),
        "code_value": sentence,
        "promo_code": offer.code,
    })
}

/// Without needless zeros: `62.2`, `20`.
fn short(amount: &str) -> &str {
    if amount.contains('.') {
        amount.trim_end_matches('0').trim_end_matches('.')
    } else {
        amount
    }
}

fn local(at: Timestamp, plus: i64) -> String {
    let zone = TimeZone::get("America/Los_Angeles").unwrap_or(TimeZone::UTC);
    let at = Timestamp::from_second(at.as_second() + plus).unwrap_or(at);
    at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
