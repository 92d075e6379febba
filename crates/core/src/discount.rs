//! Discounts: whatever lowers a total. A coupon is saved and attaches by itself, a code is typed.

pub(crate) mod read;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

use crate::country::Country;
use crate::id::{CategoryId, DiscountId, ItemId, SellerId, StoreId, Warehouse};
use crate::instant::Instant;
use crate::money::{BasisPoints, Currency, Money};

pub use read::read;

/// One discount, as its source states it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Discount {
    /// Its name in receipts and refusals; unique within a checkout.
    pub id: DiscountId,
    /// Who issues it, and so at which step it applies.
    pub kind: Kind,
    /// What it takes.
    pub benefit: Benefit,
    /// The currency of its amounts; a discount in another currency than the checkout's never applies.
    /// Absent only where it has no amount at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// What the eligible spend must reach; absent is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_spend: Option<Money>,
    /// The first moment at which it applies; absent is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Instant>,
    /// The first moment at which it applies no more; absent is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Instant>,
    /// Which lines it can touch.
    #[serde(skip_serializing_if = "Scope::is_everything")]
    pub scope: Scope,
    /// Ship-to countries; empty is everywhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Country>,
    /// Ship-from lock; empty is any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warehouses: Vec<Warehouse>,
    /// Whether everybody has it or only the buyers who hold it.
    pub audience: Audience,
    /// Applies only if no other price discount is chosen in the same checkout.
    /// Of no meaning on the automatic kinds, which are not offers that a shopper chooses.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub exclusive: bool,
    /// In how many checkouts it can be used; absent is the kind's default, see [`Discount::uses`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses: Option<Uses>,
    /// What the shopper types, where that is known and another text than the id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Where it was seen, when, and how sure that is.
    #[serde(skip_serializing_if = "Provenance::is_empty")]
    pub provenance: Provenance,
}

impl Discount {
    /// Whether another one is the same but for where and when it was seen, which does not change what it takes.
    pub fn is_alike(&self, other: &Self) -> bool {
        // Taken apart whole, so that a new field is not forgotten here.
        let Self {
            id,
            kind,
            benefit,
            currency,
            min_spend,
            valid_from,
            valid_until,
            scope,
            regions,
            warehouses,
            audience,
            exclusive,
            uses,
            code,
            provenance: _,
        } = self;
        *id == other.id
            && (kind, benefit, currency, min_spend) == (&other.kind, &other.benefit, &other.currency, &other.min_spend)
            && (valid_from, valid_until) == (&other.valid_from, &other.valid_until)
            && (scope, regions, warehouses) == (&other.scope, &other.regions, &other.warehouses)
            && (audience, exclusive, uses, code) == (&other.audience, &other.exclusive, &other.uses, &other.code)
    }

    /// A public discount without minimum, window, scope or lock.
    pub fn new(id: DiscountId, kind: Kind, benefit: Benefit, currency: Option<Currency>) -> Self {
        Self {
            id,
            kind,
            benefit,
            currency,
            min_spend: None,
            valid_from: None,
            valid_until: None,
            scope: Scope::default(),
            regions: Vec::new(),
            warehouses: Vec::new(),
            audience: Audience::Public,
            exclusive: false,
            uses: None,
            code: None,
            provenance: Provenance::default(),
        }
    }

    /// What a shopper types for it, if it is a code: its code, else its id.
    pub fn typed(&self) -> &str {
        self.code.as_deref().unwrap_or(self.id.as_str())
    }

    /// In how many checkouts it can be used: as stated, or once for what a shopper chooses and without limit for what
    /// applies by itself.
    pub fn uses(&self) -> Uses {
        self.uses.unwrap_or(if self.kind.is_automatic() {
            Uses::Unlimited
        } else {
            Uses::Limited(1)
        })
    }
}

/// Who issues a discount; decides the step at which it applies.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A store's automatic discount: "4 off per 40", "buy 2, 3 % off".
    StoreDiscount,
    /// The platform's automatic "spend and save" across stores.
    SpendAndSave,
    /// A platform coupon.
    Platform,
    /// A platform coupon for a category; shares the platform's slot.
    Category,
    /// A platform coupon for newcomers; shares the platform's slot.
    Welcome,
    /// A store's coupon.
    Store,
    /// A seller's coupon, such as thanks for following.
    Seller,
    /// A typed code.
    Code,
    /// A free-shipping coupon.
    FreeShipping,
    /// A kind that this version does not know: kept, shown, refused with a reason, never guessed.
    Unknown(Box<str>),
}

impl Kind {
    /// All that are known, in the order of the guide's table.
    pub const KNOWN: [Self; 9] = [
        Self::StoreDiscount,
        Self::SpendAndSave,
        Self::Platform,
        Self::Category,
        Self::Welcome,
        Self::Store,
        Self::Seller,
        Self::Code,
        Self::FreeShipping,
    ];

    /// The kind of a name; another name is kept as [`Kind::Unknown`].
    pub fn from_name(name: &str) -> Self {
        Self::KNOWN
            .into_iter()
            .find(|kind| kind.name() == name)
            .unwrap_or_else(|| Self::Unknown(name.into()))
    }

    /// The name in every format of ours.
    pub fn name(&self) -> &str {
        match self {
            Self::StoreDiscount => "store_discount",
            Self::SpendAndSave => "spend_and_save",
            Self::Platform => "platform",
            Self::Category => "category",
            Self::Welcome => "welcome",
            Self::Store => "store",
            Self::Seller => "seller",
            Self::Code => "code",
            Self::FreeShipping => "free_shipping",
            Self::Unknown(name) => name,
        }
    }

    /// Its place in [`Kind::KNOWN`]; `None` for an unknown kind.
    pub(crate) const fn place(&self) -> Option<usize> {
        Some(match self {
            Self::StoreDiscount => 0,
            Self::SpendAndSave => 1,
            Self::Platform => 2,
            Self::Category => 3,
            Self::Welcome => 4,
            Self::Store => 5,
            Self::Seller => 6,
            Self::Code => 7,
            Self::FreeShipping => 8,
            Self::Unknown(_) => return None,
        })
    }

    /// Whether it applies by itself, so that nobody chooses it and nobody can leave it out.
    pub const fn is_automatic(&self) -> bool {
        matches!(self, Self::StoreDiscount | Self::SpendAndSave)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

/// What a discount takes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Benefit {
    /// An amount, at most the price it works on.
    Fixed {
        /// How much.
        amount: Money,
    },
    /// A share of the price it works on, rounded at its step.
    Percent {
        /// The share.
        percent: Percent,
        /// The most that it takes.
        #[serde(skip_serializing_if = "Option::is_none")]
        cap: Option<Money>,
    },
    /// The amount of the deepest tier whose minimum is met. In rising order of the minimums, none twice.
    Tiers {
        /// The tiers.
        tiers: Vec<Tier>,
    },
    /// An amount for every full `every` of eligible spend; the minimum is one `every`.
    PerSpend {
        /// The spend that earns the amount once.
        every: Money,
        /// What is taken each time.
        amount: Money,
        /// The most that it takes.
        #[serde(skip_serializing_if = "Option::is_none")]
        cap: Option<Money>,
    },
    /// A share by the number of pieces among the eligible lines: the deepest tier met. In rising order.
    Pieces {
        /// The tiers.
        tiers: Vec<PieceTier>,
    },
    /// The shipping of the eligible lines and of the pools that have one of them.
    Shipping {
        /// The most that it takes.
        #[serde(skip_serializing_if = "Option::is_none")]
        cap: Option<Money>,
    },
    /// A benefit that this version does not know: kept, shown, refused with a reason, never guessed.
    Unknown {
        /// Its type, or the words in which it was seen.
        name: Box<str>,
    },
}

impl Benefit {
    /// Whether it takes from shipping and not from prices.
    pub const fn is_shipping(&self) -> bool {
        matches!(self, Self::Shipping { .. })
    }
}

/// An amount from a minimum on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Tier {
    /// What the eligible spend must reach.
    pub min_spend: Money,
    /// What is taken then.
    pub amount: Money,
}

/// A share from a number of pieces on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct PieceTier {
    /// How many pieces the eligible lines must have together.
    pub pieces: u32,
    /// The share that is taken then.
    pub percent: Percent,
}

/// [`BasisPoints`] as formats write them: a decimal text of percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Percent(pub BasisPoints);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Percent {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

/// Which lines a discount can touch. Each list that is not empty must match; a line matches categories if any of its
/// own is listed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Scope {
    /// Stores.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stores: Vec<StoreId>,
    /// Sellers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sellers: Vec<SellerId>,
    /// Categories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<CategoryId>,
    /// Listings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemId>,
    /// Listings that it never touches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excluded_items: Vec<ItemId>,
}

impl Scope {
    /// Whether it has no restriction.
    pub const fn is_everything(&self) -> bool {
        self.stores.is_empty()
            && self.sellers.is_empty()
            && self.categories.is_empty()
            && self.items.is_empty()
            && self.excluded_items.is_empty()
    }

    /// Whether it is nothing but a list of listings.
    pub const fn is_of_listings(&self) -> bool {
        !self.items.is_empty() && self.stores.is_empty() && self.sellers.is_empty() && self.categories.is_empty()
    }
}

/// Who can use a discount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Everybody.
    #[default]
    Public,
    /// The buyers who hold it.
    Personal,
}

/// In how many checkouts a discount can be used. Within one checkout it is used at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Uses {
    /// In so many; zero is exhausted.
    Limited(u32),
    /// In any number.
    Unlimited,
}

impl Serialize for Uses {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Limited(count) => to.serialize_u32(*count),
            Self::Unlimited => to.serialize_str("unlimited"),
        }
    }
}

/// Where a discount was seen, when, and how sure that is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Provenance {
    /// An address, a file, or who typed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When it was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Instant>,
    /// How sure: `high`, `medium`, `low`, or the source's own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
    /// The words in which it was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The end of its window is the usual life of its kind and not a stated one.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub expiry_assumed: bool,
    /// How many were left for all shoppers when it was seen, where that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<u32>,
}

impl Provenance {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_kind_is_found_by_its_name_and_another_name_is_kept() {
        for kind in Kind::KNOWN {
            assert_eq!(Kind::from_name(kind.name()), kind);
            assert_eq!(kind.place().and_then(|place| Kind::KNOWN.get(place)), Some(&kind));
        }
        assert_eq!(Kind::from_name("coins"), Kind::Unknown("coins".into()));
    }
}
