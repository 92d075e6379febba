//! What a shopper's own browser showed, out of what it saved or sent: listings, the cart with its totals, coupons.

use tillwatch_core::country::Country;
use tillwatch_core::discount::Discount;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::Snapshot;

/// Everything that could be read out of it. All of it is somebody's word, and may be made up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// The listings, each once; one that is not ok says why.
    pub listings: Vec<Snapshot>,
    /// The cart.
    pub cart: Option<Cart>,
    /// The coupons of the account's own page.
    pub coupons: Vec<Discount>,
}

/// A cart as its page showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cart {
    /// The ship-to country, where the data says it.
    pub market: Option<Country>,
    /// The currency that is paid in.
    pub currency: Currency,
    /// What is in it.
    pub lines: Vec<CartLine>,
    /// The shipping that is paid for all of it.
    pub shipping: Option<Money>,
    /// What is paid; absent where it is not shown, or is for lines that could not be read, too.
    pub total: Option<Money>,
}

/// A line of a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartLine {
    /// The listing.
    pub item: ItemId,
    /// The variant.
    pub sku: Option<SkuId>,
    /// The title, as shown.
    pub title: Option<String>,
    /// How many pieces, at least 1.
    pub quantity: u32,
    /// The price of one piece before any discount.
    pub price: Money,
}

/// Reads what a browser saved or sent.
pub trait Unpack: Send + Sync {
    /// Never fails: what is not understood becomes a listing that says so. Takes time, and opens no connection.
    fn unpack(&self, bytes: &[u8]) -> Brought;
}
