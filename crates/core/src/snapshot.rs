//! What was seen of a listing at one moment, or why nothing was: every reading has a typed outcome.

mod read;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

use crate::country::Country;
use crate::discount::Discount;
use crate::id::{CategoryId, ItemId, PoolId, SellerId, SkuId, StoreId, Warehouse};
use crate::instant::Instant;
use crate::money::{Currency, Money};

pub use read::read;

/// The name of the snapshot format.
pub const SCHEMA: &str = "tillwatch/snapshot/1";

/// One listing as a source showed it. Its JSON opens with the name of its format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "schema", rename = "tillwatch/snapshot/1")]
pub struct Snapshot {
    /// Whether it can make a price. Only [`Outcome::Ok`] can.
    pub outcome: Outcome,
    /// One plain sentence on an outcome that is not ok.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The shape that was read, such as `page_components` or `affiliate_productdetail`.
    pub shape: Cow<'static, str>,
    /// The listing.
    pub item: Option<ItemId>,
    /// Its title.
    pub title: Option<String>,
    /// The store that the shopper buys from.
    pub store: Option<StoreId>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_name: Option<String>,
    /// The seller behind the store. Store coupons match by it: its id was the coupon's on 33 of 33 pages of 2022.
    pub seller: Option<SellerId>,
    /// The categories at all levels that were shown.
    pub categories: Vec<CategoryId>,
    /// The ship-to country of the prices, where the data says it.
    pub market: Option<Country>,
    /// The currency of the prices, from the data and never from a symbol.
    pub currency: Option<Currency>,
    /// When it was seen, where the data says it.
    pub seen_at: Option<Instant>,
    /// The variant that the page had selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selected_sku: Option<SkuId>,
    /// What can be bought, and what is shown but cannot.
    pub variants: Vec<Variant>,
    /// The ways of shipping, cheapest first.
    pub shipping: Vec<Shipping>,
    /// Every discount shown, also those that only some buyers hold or that could not be read whole.
    pub discounts: Vec<Discount>,
    /// What a person should know of this reading, in plain sentences.
    pub notes: Vec<String>,
}

impl Snapshot {
    /// Nothing seen yet, in a shape; readers fill in the rest.
    pub const fn empty(shape: &'static str) -> Self {
        Self {
            outcome: Outcome::Ok,
            detail: None,
            shape: Cow::Borrowed(shape),
            item: None,
            title: None,
            store: None,
            store_name: None,
            seller: None,
            categories: Vec::new(),
            market: None,
            currency: None,
            seen_at: None,
            selected_sku: None,
            variants: Vec::new(),
            shipping: Vec::new(),
            discounts: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// A reading that saw no price, and why.
    pub fn refused(shape: &'static str, outcome: Outcome, detail: impl Into<String>) -> Self {
        Self {
            outcome,
            detail: Some(detail.into()),
            ..Self::empty(shape)
        }
    }

    /// Turns this reading into one without a price. What is no price (title, store, category) stays.
    #[must_use]
    pub fn without_price(self, outcome: Outcome, detail: impl Into<String>) -> Self {
        Self {
            outcome,
            detail: Some(detail.into()),
            currency: None,
            variants: Vec::new(),
            shipping: Vec::new(),
            discounts: Vec::new(),
            ..self
        }
    }

    /// The variants that can be bought.
    pub fn salable(&self) -> impl Iterator<Item = &Variant> {
        self.variants
            .iter()
            .filter(|variant| variant.salable && variant.price.is_some())
    }
}

/// What became of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// At least one price that a returning shopper pays.
    Ok,
    /// A challenge or a login page stood in the way. Nothing is worked around.
    Blocked,
    /// The listing is gone.
    Removed,
    /// Sold, but not to this ship-to country.
    OtherRegion,
    /// Prices in another currency than the one asked for, or in none that the data names.
    OtherCurrency,
    /// Another listing than the one asked for.
    OtherListing,
    /// Nothing on it can be bought now.
    SoldOut,
    /// A page of the marketplace that is no listing: a store, a search without results, a cart.
    NotAListing,
    /// The page's frame without its data, which the browser loads afterwards.
    EmptyShell,
    /// The official API refused the call: permission, signature, rate.
    ApiRefused,
    /// Only a price that the data itself shows to be none: zero, a placeholder, a first order's.
    NoPrice,
    /// More than the reader takes in.
    TooLarge,
    /// Not readable as anything that is known.
    ParseFailed,
    /// No answer, or one that broke off.
    Unreachable,
    /// A fall so steep that one reading alone is not believed.
    Doubtful,
}

impl Outcome {
    /// All of them, by their numbers.
    pub const ALL: [Self; 15] = [
        Self::Ok,
        Self::Blocked,
        Self::Removed,
        Self::OtherRegion,
        Self::OtherCurrency,
        Self::OtherListing,
        Self::SoldOut,
        Self::NotAListing,
        Self::EmptyShell,
        Self::ApiRefused,
        Self::NoPrice,
        Self::TooLarge,
        Self::ParseFailed,
        Self::Unreachable,
        Self::Doubtful,
    ];

    /// The number by which it is stored. A number is never changed, nor used again once its outcome is gone.
    pub const fn number(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Blocked => 1,
            Self::Removed => 2,
            Self::OtherRegion => 3,
            Self::OtherCurrency => 4,
            Self::OtherListing => 5,
            Self::SoldOut => 6,
            Self::NotAListing => 7,
            Self::EmptyShell => 8,
            Self::ApiRefused => 9,
            Self::NoPrice => 10,
            Self::TooLarge => 11,
            Self::ParseFailed => 12,
            Self::Unreachable => 13,
            Self::Doubtful => 14,
        }
    }

    /// The outcome of a number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.number() == number)
    }

    /// The outcome of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// The name in every format of ours.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Blocked => "blocked",
            Self::Removed => "removed",
            Self::OtherRegion => "other_region",
            Self::OtherCurrency => "other_currency",
            Self::OtherListing => "other_listing",
            Self::SoldOut => "sold_out",
            Self::NotAListing => "not_a_listing",
            Self::EmptyShell => "empty_shell",
            Self::ApiRefused => "api_refused",
            Self::NoPrice => "no_price",
            Self::TooLarge => "too_large",
            Self::ParseFailed => "parse_failed",
            Self::Unreachable => "unreachable",
            Self::Doubtful => "doubtful",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One thing on the listing that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Variant {
    /// Its id; a search card has none.
    pub sku: Option<SkuId>,
    /// Colour, size and so on, as shown.
    pub name: Option<String>,
    /// What a returning shopper pays for one piece before discounts; absent where only a placeholder stands.
    pub price: Option<Money>,
    /// The crossed-out price.
    pub list_price: Option<Money>,
    /// How many are left.
    pub stock: Option<u64>,
    /// Where it is shipped from.
    pub warehouse: Option<Warehouse>,
    /// Whether it can be bought now.
    pub salable: bool,
    /// What a first order pays; never a public price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_shopper_price: Option<Money>,
}

impl Variant {
    /// A salable variant at a price.
    pub const fn at(price: Money) -> Self {
        Self {
            sku: None,
            name: None,
            price: Some(price),
            list_price: None,
            stock: None,
            warehouse: None,
            salable: true,
            new_shopper_price: None,
        }
    }
}

/// One way of shipping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipping {
    /// The fee; zero is free. Once per checkout for a pool, otherwise for the line.
    pub fee: Money,
    /// The group of listings that shares the fee; absent is the line's own.
    pub pool: Option<PoolId>,
    /// The listed merchandise of the order from which a pool's fee is waived, in the currency of the fee.
    pub free_from: Option<Money>,
    /// The carrier or service, as shown.
    pub service: Option<String>,
    /// Where it is shipped from.
    pub from: Option<Warehouse>,
    /// The country that the fee is for, where the data says it.
    pub to: Option<Country>,
    /// Fewest and most days on the way.
    pub days: Option<(u16, u16)>,
}

/// With the currency beside the amounts, since a page may show its fees in another one than its prices.
impl Serialize for Shipping {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            fee: Money,
            currency: Currency,
            pool: Option<&'a PoolId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            free_from: Option<Money>,
            #[serde(skip_serializing_if = "Option::is_none")]
            service: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            from: Option<&'a Warehouse>,
            #[serde(skip_serializing_if = "Option::is_none")]
            to: Option<Country>,
            #[serde(skip_serializing_if = "Option::is_none")]
            days: Option<(u16, u16)>,
        }
        Written {
            fee: self.fee,
            currency: self.fee.currency(),
            pool: self.pool.as_ref(),
            free_from: self.free_from,
            service: self.service.as_deref(),
            from: self.from.as_ref(),
            to: self.to,
            days: self.days,
        }
        .serialize(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn an_outcome_is_named_alike_in_json_and_in_words() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_name(outcome.name()), Some(outcome));
            assert_eq!(
                serde_json::to_string(&outcome).ok(),
                Some(alloc::format!("\"{}\"", outcome.name()))
            );
            assert_eq!(outcome.to_string(), outcome.name());
        }
    }

    #[test]
    fn an_outcome_keeps_the_number_by_which_it_is_stored() {
        let stored = [
            (0, "ok"),
            (1, "blocked"),
            (6, "sold_out"),
            (12, "parse_failed"),
            (14, "doubtful"),
        ];
        for (number, name) in stored {
            assert_eq!(Outcome::from_number(number).map(Outcome::name), Some(name));
        }
        for (number, outcome) in (0..).zip(Outcome::ALL) {
            assert_eq!(
                (outcome.number(), Outcome::from_number(number)),
                (number, Some(outcome))
            );
        }
        assert_eq!(Outcome::from_number(15), None);
    }

    #[test]
    fn a_reading_that_is_not_ok_keeps_no_price() {
        let price = Money::new(999, Currency::USD);
        let seen = Snapshot {
            variants: alloc::vec![Variant::at(price)],
            title: Some("Lamp".into()),
            ..Snapshot::empty("test")
        };
        let refused = seen.without_price(Outcome::OtherRegion, "not sold there");
        assert_eq!((refused.variants.len(), refused.title.as_deref()), (0, Some("Lamp")));
    }
}
