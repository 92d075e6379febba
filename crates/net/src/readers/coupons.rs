//! Promotion panels: the coupons, codes and automatic discounts that a listing page shows, of all years alike.
//!
//! A panel is a map from a group (`platformCoupon`, `shopCoupon`, `storeDiscount`, `acrossStoreFixedDiscount`) to
//! entries. Counted on 96 recorded pages of December 2022 and 11 of March 2024; the shape was the same.

mod automatic;
mod beside;
mod entry;

use serde_json::Value;
use tillwatch_core::discount::{Audience, Benefit, Discount, Kind, Provenance, Scope};
use tillwatch_core::id::{ItemId, SellerId, StoreId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::Snapshot;

pub(super) use beside::{bulk, free_shipping};

use super::coupon_id::{add, named, unnamed};
use super::texts::one_amount;
use super::value::{at, currency, digits, each, first, fold, list, seller, text, whole};
use automatic::campaign_of;
use entry::{valid_from, valid_until, words_of};

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
                    add(&mut discounts, page.entry(group, entry));
                }
            }
        }
    }
    discounts
}

/// Coupons of an account's own page: entries as panels have them, each with its group in it.
pub(super) fn own(entries: &[Value]) -> Vec<Discount> {
    let page = Page {
        currency: None,
        item: None,
        store: None,
        seller: None,
        seen_at: None,
    };
    let mut discounts = Vec::new();
    for entry in entries.iter().take(MOST) {
        if let Some(group) = text(first(entry, &["displayType", "toolCode"])) {
            add(&mut discounts, page.entry(&group, entry));
        }
    }
    discounts
}

impl<'a> Page<'a> {
    /// The page that a reading is of.
    pub(super) fn of(seen: &'a Snapshot) -> Self {
        Self {
            currency: seen.currency,
            item: seen.item.as_ref(),
            store: seen.store.as_ref(),
            seller: seen.seller.as_ref(),
            seen_at: seen.seen_at,
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
        discount.valid_from = valid_from(entry);
        discount.valid_until = valid_until(entry);
        // What a reader doubted of the words goes behind them.
        let doubt = discount.provenance.text.take();
        let told = [Some(words).filter(|words| !words.is_empty()), doubt];
        discount.provenance = self.provenance(told.into_iter().flatten().collect::<Vec<_>>().join(" · "));
        let name = name_of(&discount, entry);
        named(discount, &name)
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
        let meta = text(at(entry, "couponAssignParam.couponMeta"))
            .and_then(|meta| super::value::parse(&meta).ok())
            .unwrap_or_default();
        let mut discount = match self.face_value(entry, &meta).zip(self.minimum(entry, &meta)) {
            Some((amount, minimum)) if amount.currency() == minimum.currency() => Discount {
                min_spend: Some(minimum),
                ..unnamed(kind, Benefit::Fixed { amount }, Some(amount.currency()))
            },
            _ => unknown(kind, words, audience),
        };
        discount.audience = audience;
        if discount.kind == Kind::Store {
            discount.scope = seller.map_or_else(|| self.own_store(), |seller| sellers(&seller));
        }
        discount.code = code.map(|code| fold(&code, 60));
        discount
    }

    /// The value of a coupon: `couponMeta.price` in minor units, where the words do not say otherwise.
    fn face_value(&self, entry: &Value, meta: &Value) -> Option<Money> {
        let money = currency(at(meta, "currency")).or(self.currency)?;
        let in_words = text(at(entry, "promotionDesc")).and_then(|words| one_amount(&words, money));
        let in_data = whole(at(meta, "price"))
            .filter(|minor| (1..=tillwatch_core::money::MOST_MINOR).contains(minor))
            .map(|minor| Money::new(minor, money));
        match (in_data, in_words) {
            (Some(data), Some(words)) => same_as_shown(data, words).then_some(data),
            (data, words) => data.or(words),
        }
    }

    /// The minimum spend of a coupon stands in words alone.
    fn minimum(&self, entry: &Value, meta: &Value) -> Option<Money> {
        let money = currency(at(meta, "currency")).or(self.currency)?;
        one_amount(&text(at(entry, "promotionDetail"))?, money)
    }

    /// The seller where it is known, since a store has other ids on the US storefront; else the store; else this listing
    /// alone, and never everybody's.
    pub(super) fn own_store(&self) -> Scope {
        match (self.seller, self.store) {
            (Some(seller), _) => sellers(seller),
            (None, Some(store)) => Scope {
                stores: vec![store.clone()],
                ..Scope::default()
            },
            (None, None) => Scope {
                items: self.item.cloned().into_iter().collect(),
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
            ..Provenance::default()
        }
    }
}

fn sellers(seller: &SellerId) -> Scope {
    Scope {
        sellers: vec![seller.clone()],
        ..Scope::default()
    }
}

/// What people know a discount by: its code, or its kind with the number of its promotion or campaign.
fn name_of(discount: &Discount, entry: &Value) -> String {
    let promotion = first(
        entry,
        &[
            "couponAssignParam.promotionId",
            "attributes.promotionId",
            "attributes.activityId",
        ],
    );
    let number = match &discount.code {
        Some(code) => return code.clone(),
        None => digits(promotion).or_else(|| campaign_of(entry)),
    };
    let number = number.map(|number| format!("-{number}")).unwrap_or_default();
    format!("{}{number}", discount.kind.name())
}

/// Kept and shown, and refused by whoever counts.
fn unknown(kind: Kind, words: &str, audience: Audience) -> Discount {
    Discount {
        audience,
        ..unnamed(kind, unknown_benefit(words), None)
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
