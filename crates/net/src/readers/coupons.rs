//! Promotion panels: the coupons, codes and automatic discounts that a listing page shows, of all years alike.
//!
//! A panel is a map from a group (`platformCoupon`, `shopCoupon`, `storeDiscount`, `acrossStoreFixedDiscount`) to
//! entries. Counted on 96 recorded pages of December 2022 and 11 of March 2024; the shape was the same.

mod automatic;

use serde_json::Value;
use tillwatch_core::discount::{Audience, Benefit, Discount, Kind, Provenance, Scope};
use tillwatch_core::id::{DiscountId, ItemId, SellerId, StoreId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};

use super::texts::one_amount;
use super::value::{at, each, first, fold, list, seller, shown, text, whole};

/// The most discounts of one page; recorded pages have up to two dozen.
const MOST: usize = 500;

/// Whose page a panel stands on.
pub(super) struct Page<'a> {
    /// The page's currency.
    pub(super) currency: Option<Currency>,
    /// The listing.
    pub(super) item: Option<&'a ItemId>,
    /// Its store.
    pub(super) store: Option<&'a StoreId>,
    /// Its seller.
    pub(super) seller: Option<&'a SellerId>,
    /// When it was seen.
    pub(super) seen_at: Option<Instant>,
}

/// The discounts of a `webCouponInfo`: an object with a `promotionPanelDTO`.
pub(super) fn read(coupons: &Value, page: &Page<'_>) -> Vec<Discount> {
    let mut discounts = Vec::new();
    let Some(groups) = at(coupons, "promotionPanelDTO").as_object() else {
        return discounts;
    };
    for (group, parts) in groups {
        for part in each(parts) {
            for entry in list(at(part, "promotionPanelDetailDTOList")) {
                if discounts.len() < MOST {
                    discounts.push(page.entry(group, entry));
                }
            }
        }
    }
    tell_apart(&mut discounts);
    discounts
}

/// Ids are unique on a page: the second of a name is `name#2`.
pub(super) fn tell_apart(discounts: &mut [Discount]) {
    let mut seen: std::collections::BTreeMap<DiscountId, usize> = std::collections::BTreeMap::new();
    for discount in discounts {
        let times = seen.entry(discount.id.clone()).or_default();
        *times = times.saturating_add(1);
        if *times > 1
            && let Ok(id) = DiscountId::parse(&format!("{}#{times}", discount.id))
        {
            discount.id = id;
        }
    }
}

impl Page<'_> {
    fn entry(&self, group: &str, entry: &Value) -> Discount {
        let words = words_of(entry);
        let tool = text(at(entry, "toolCode")).unwrap_or_default();
        let mut discount = match group {
            "platformCoupon" => self.coupon(Kind::Platform, entry, &words),
            "shopCoupon" => self.coupon(Kind::Store, entry, &words),
            "storeDiscount" if tool == "fullPiece" => self.buy_more(entry, &words),
            "storeDiscount" => self.store_discount(entry, &words),
            "acrossStoreFixedDiscount" => self.spend_and_save(entry, &words),
            // Bank, card and wallet offers and whatever comes next: kept, shown, never counted.
            other => unknown(Kind::from_name(&fold(other, 60)), &words, Audience::Personal),
        };
        discount.valid_from = whole(at(entry, "startTime")).and_then(stamp);
        discount.valid_until = whole(at(entry, "endTime")).and_then(end);
        discount.provenance = self.provenance(words);
        discount
    }

    /// A coupon or code with a value and a minimum.
    fn coupon(&self, kind: Kind, entry: &Value, words: &str) -> Discount {
        let code = text(at(entry, "attributes.couponCode"));
        // A platform coupon is the account's own unless it says otherwise, a store's everybody's.
        let public = match text(at(entry, "attributes.codeScope")) {
            Some(scope) => scope == "public",
            None => kind == Kind::Store,
        };
        let audience = if public { Audience::Public } else { Audience::Personal };
        let seller = seller(at(entry, "couponAssignParam.sellerAdminId"));
        let mut discount = match self.face_value(entry).zip(self.minimum(entry)) {
            Some((amount, minimum)) if amount.currency() == minimum.currency() => Discount {
                min_spend: Some(minimum),
                ..plain(kind, Benefit::Fixed { amount }, Some(amount.currency()))
            },
            _ => unknown(kind, words, audience),
        };
        discount.audience = audience;
        if discount.kind == Kind::Store {
            discount.scope = seller.map_or_else(|| self.own_store(), |seller| sellers(&seller));
        }
        let promotion = first(
            entry,
            &[
                "couponAssignParam.promotionId",
                "attributes.promotionId",
                "attributes.activityId",
            ],
        );
        let number = text(promotion).map(|number| format!("{}-{number}", discount.kind.name()));
        if let Some(id) = code
            .as_deref()
            .or(number.as_deref())
            .and_then(|id| DiscountId::parse(id).ok())
        {
            discount.id = id;
        }
        discount.code = code.map(|code| fold(&code, 60));
        discount
    }

    /// The value of a coupon: `couponMeta.price` in minor units, where the words do not say otherwise.
    fn face_value(&self, entry: &Value) -> Option<Money> {
        let meta = text(at(entry, "couponAssignParam.couponMeta"))
            .and_then(|meta| super::value::parse(&meta).ok())
            .unwrap_or_default();
        let currency = text(at(&meta, "currency"))
            .and_then(|code| Currency::parse(&code).ok())
            .or(self.currency)?;
        let in_words = text(at(entry, "promotionDesc")).and_then(|words| one_amount(&words, currency));
        let in_data = whole(at(&meta, "price"))
            .filter(|minor| (1..=tillwatch_core::money::MOST_MINOR).contains(minor))
            .map(|minor| Money::new(minor, currency));
        match (in_data, in_words) {
            (Some(data), Some(words)) => same_as_shown(data, words).then_some(data),
            (data, words) => data.or(words),
        }
    }

    /// The minimum spend of a coupon stands in words alone.
    fn minimum(&self, entry: &Value) -> Option<Money> {
        let meta = text(at(entry, "couponAssignParam.couponMeta")).and_then(|meta| super::value::parse(&meta).ok());
        let own = meta.and_then(|meta| Currency::parse(&text(at(&meta, "currency"))?).ok());
        one_amount(&text(at(entry, "promotionDetail"))?, own.or(self.currency)?)
    }

    /// The seller where it is known, since a store has other ids on the US storefront; else the store.
    pub(super) fn own_store(&self) -> Scope {
        match (self.seller, self.store) {
            (Some(seller), _) => sellers(seller),
            (None, store) => Scope {
                stores: store.cloned().into_iter().collect(),
                ..Scope::default()
            },
        }
    }

    pub(super) fn provenance(&self, words: String) -> Provenance {
        Provenance {
            source: Some("the listing page".into()),
            seen_at: self.seen_at,
            confidence: None,
            text: Some(words).filter(|words| !words.is_empty()),
            expiry_assumed: false,
        }
    }
}

fn sellers(seller: &SellerId) -> Scope {
    Scope {
        sellers: vec![seller.clone()],
        ..Scope::default()
    }
}

/// An id out of our own words and of names in the data, which are cut.
pub(super) fn plain_id(text: &str) -> DiscountId {
    let cut: String = text.chars().filter(|c| !c.is_control()).take(100).collect();
    DiscountId::parse(cut.trim()).unwrap_or_else(|_| match DiscountId::parse("discount") {
        Ok(id) => id,
        Err(_) => unreachable!("plain letters are an id"),
    })
}

fn plain(kind: Kind, benefit: Benefit, currency: Option<Currency>) -> Discount {
    Discount::new(plain_id(kind.name()), kind, benefit, currency)
}

/// Kept and shown, and refused by whoever counts.
fn unknown(kind: Kind, words: &str, audience: Audience) -> Discount {
    Discount {
        audience,
        ..plain(kind, unknown_benefit(words), None)
    }
}

fn unknown_benefit(words: &str) -> Benefit {
    Benefit::Unknown {
        name: if words.is_empty() {
            "unreadable".into()
        } else {
            words.into()
        },
    }
}

/// Words may leave the part of a unit out: a coupon of 959.30 PKR is shown as "PKR 959" (autumn 2022).
fn same_as_shown(data: Money, words: Money) -> bool {
    let unit = 10_i64.saturating_pow(u32::from(words.currency().digits()));
    let whole_units = words.minor().checked_rem(unit) == Some(0);
    data == words
        || (whole_units && words.minor() >= unit && data.minor().abs_diff(words.minor()) < unit.unsigned_abs())
}

/// The first moment at which a window is over. Ends are written as the last second that counts, 23:59:59 in Los
/// Angeles (518 of 520 stamps of December 2022); one on the full minute is the end itself.
fn end(millis: i64) -> Option<Instant> {
    let last_second = millis.checked_div(1000)?.checked_rem(60) == Some(59);
    stamp(millis).map(|end| if last_second { end.plus_seconds(1) } else { end })
}

/// A moment of the page, as the marketplace's clocks show it; -1 and 0 stand for none.
fn stamp(millis: i64) -> Option<Instant> {
    (millis > 0)
        .then(|| Instant::from_millis(millis))
        .flatten()
        .map(Instant::in_marketplace_zone)
}

/// The lines that say what is given: a list, or one text.
fn lines_of(entry: &Value) -> Vec<String> {
    let lines: Vec<String> = list(at(entry, "promotionDetailList"))
        .iter()
        .take(20)
        .filter_map(|line| shown(line, 300))
        .collect();
    if !lines.is_empty() {
        return lines;
    }
    let said = [at(entry, "promotionDesc"), at(entry, "promotionDetail")];
    let one: Vec<String> = said.into_iter().filter_map(|said| shown(said, 300)).collect();
    if one.is_empty() { one } else { vec![one.join(" ")] }
}

/// Everything that the page says of a discount.
fn words_of(entry: &Value) -> String {
    let mut parts: Vec<String> = [at(entry, "promotionDesc"), at(entry, "promotionDetail")]
        .into_iter()
        .filter_map(|part| shown(part, 300))
        .collect();
    parts.extend(
        list(at(entry, "promotionDetailList"))
            .iter()
            .take(20)
            .filter_map(|line| shown(line, 300)),
    );
    fold(&parts.join(" · "), 600)
}
