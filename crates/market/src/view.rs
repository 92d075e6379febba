//! What the marketplace knows of a listing at one moment for one ship-to country: the facts on which its pages, its API
//! and its till agree.

use jiff::Timestamp;
use tillwatch_core::id::{CategoryId, DiscountId, ItemId, PoolId, SellerId, SkuId, StoreId, Warehouse};
use tillwatch_core::money::{BasisPoints, Currency, Money};

/// One listing, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its global id.
    pub item: ItemId,
    /// Its title; some hold what could break a page.
    pub title: String,
    /// The store that sells it.
    pub store: StoreId,
    /// The store's name.
    pub store_name: String,
    /// The seller behind the store.
    pub seller: SellerId,
    /// Its categories, the widest first.
    pub categories: Vec<Category>,
    /// The ship-to country, two capital letters.
    pub market: &'static str,
    /// What is paid in there.
    pub currency: Currency,
    /// What can be chosen; some cannot be bought and carry a placeholder.
    pub variants: Vec<Variant>,
    /// The ways of shipping.
    pub shipping: Vec<Shipping>,
    /// The discounts that the listing shows, those of one shopper among them.
    pub offers: Vec<Offer>,
    /// The warm-up price of a coming sale, and its start.
    pub announced: Option<(Money, Timestamp)>,
    /// Pieces sold in 30 days.
    pub sold: u32,
    /// Rating in hundredths, up to 500.
    pub rating: u16,
}

/// A category with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Its name.
    pub name: &'static str,
}

/// One thing on the listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its id.
    pub sku: SkuId,
    /// Colour, size, warehouse.
    pub name: String,
    /// What a returning shopper pays for one piece; a placeholder where it cannot be bought.
    pub price: Money,
    /// The crossed-out price.
    pub list_price: Money,
    /// What a first order pays.
    pub new_shopper_price: Option<Money>,
    /// Pieces left.
    pub stock: u64,
    /// Where it is shipped from.
    pub warehouse: Warehouse,
    /// Whether it can be bought.
    pub salable: bool,
}

/// One way of shipping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipping {
    /// The fee: for the line, or once for all lines of the pool.
    pub fee: Money,
    /// The pool.
    pub pool: Option<PoolId>,
    /// The merchandise from which the pool's fee is waived.
    pub free_from: Option<Money>,
    /// Where it is shipped from.
    pub from: Warehouse,
    /// The carrier.
    pub carrier: &'static str,
    /// Fewest and most days.
    pub days: (u16, u16),
}

/// A discount with all of its fine print, of which a page shows only a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its id at the marketplace.
    pub id: DiscountId,
    /// Who issues it and how it is had.
    pub kind: OfferKind,
    /// What has to be typed.
    pub code: Option<String>,
    /// What it takes off.
    pub takes: Takes,
    /// The currency of its amounts.
    pub currency: Currency,
    /// From how much eligible spend; zero is none.
    pub minimum: Money,
    /// When it begins.
    pub starts: Timestamp,
    /// The first moment at which it is over.
    pub ends: Timestamp,
    /// How many are left.
    pub left: u32,
    /// Ship-to countries; empty is everywhere.
    pub regions: Vec<&'static str>,
    /// Ship-from lock; empty is any.
    pub warehouses: Vec<Warehouse>,
    /// Stores; empty is any.
    pub stores: Vec<StoreId>,
    /// Sellers; empty is any.
    pub sellers: Vec<SellerId>,
    /// Categories; empty is any.
    pub categories: Vec<CategoryId>,
    /// Eligible listings; empty is any.
    pub items: Vec<ItemId>,
    /// Listings that it leaves out.
    pub excluded: Vec<ItemId>,
    /// Whether one account holds it: it counts only for its holder.
    pub personal: bool,
    /// Whether it counts only alone.
    pub exclusive: bool,
}

/// The kinds of discount, by how the till takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfferKind {
    /// By itself, one a store: "get 4 off per 40", "buy 2 get 3 % off".
    StoreDiscount,
    /// By itself, across stores: "5 off every 40, at most 15".
    SpendAndSave,
    /// A platform coupon.
    Platform,
    /// A platform coupon of a category.
    Category,
    /// A platform coupon of a new or returning shopper.
    Welcome,
    /// A store coupon.
    Store,
    /// A seller's coupon, given as thanks.
    Seller,
    /// A typed code.
    Code,
    /// A coupon on shipping.
    FreeShipping,
}

/// What an offer takes off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Takes {
    /// A fixed amount.
    Fixed(Money),
    /// A share, perhaps capped.
    Percent(BasisPoints, Option<Money>),
    /// The deepest tier whose minimum is met: minimum, amount.
    Tiers(Vec<(Money, Money)>),
    /// An amount for every full part of spend, perhaps capped.
    PerSpend {
        /// The part.
        every: Money,
        /// What it takes off for each.
        amount: Money,
        /// At most this.
        cap: Option<Money>,
    },
    /// A share by the number of pieces, the deepest tier met: pieces, share.
    Pieces(Vec<(u32, BasisPoints)>),
    /// The shipping, perhaps capped.
    Shipping(Option<Money>),
}
