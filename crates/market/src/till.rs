//! The till: totals a cart by the marketplace's own arithmetic and drops without a word whatever its fine print
//! forbids, as the real one does. Written from the text of the rules alone; it shares no line with the engine.

mod order;
mod ring;
mod share;

use jiff::Timestamp;
use tillwatch_core::id::{CategoryId, DiscountId, ItemId, PoolId, SellerId, SkuId, StoreId, Warehouse};
use tillwatch_core::money::{BasisPoints, Currency, Money};

use crate::view::{Offer, OfferKind, Shipping};
use crate::world::{Absence, Market, World};

/// What a shopper brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cart {
    /// The ship-to country.
    pub market: String,
    /// What is paid in.
    pub currency: Currency,
    /// When.
    pub at: Timestamp,
    /// The personal discounts that the account holds.
    pub held: Vec<DiscountId>,
    /// What is bought.
    pub lines: Vec<Wanted>,
}

/// So many pieces of one variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The listing.
    pub item: ItemId,
    /// The variant.
    pub sku: SkuId,
    /// How many.
    pub quantity: u32,
}

/// What a shopper asks to have taken off. Automatic discounts need not be asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Coupons.
    pub attached: Vec<Attached>,
    /// Texts that were typed.
    pub typed: Vec<String>,
}

/// A coupon, and perhaps the part of the cart that it is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// The coupon.
    pub offer: DiscountId,
    /// Where it is attached; without a place, it takes the first one where it gives something.
    pub place: Option<Place>,
}

/// The part of a cart that a discount counts for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// All of it.
    Cart,
    /// The lines of a store.
    Store(StoreId),
    /// The lines of a seller.
    Seller(SellerId),
}

/// Why a cart cannot be totalled at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsold {
    /// Nothing is shipped to that country.
    #[error("nothing is shipped to {0:?}")]
    Country(String),
    /// That country pays in another currency.
    #[error("{market} pays in {pays}, not in {asked}")]
    Currency {
        /// The country.
        market: String,
        /// Its currency.
        pays: Currency,
        /// The cart's.
        asked: Currency,
    },
    /// The listing is not there.
    #[error("listing {0} is not there: {1:?}")]
    Listing(ItemId, Absence),
    /// The variant is not there or cannot be bought.
    #[error("variant {0} cannot be bought")]
    Variant(SkuId),
    /// There are fewer pieces than asked for, or none were asked for.
    #[error("of variant {sku} there are {stock} pieces, and {asked} were asked for")]
    Pieces {
        /// The variant.
        sku: SkuId,
        /// How many there are.
        stock: u64,
        /// How many were asked for.
        asked: u32,
    },
    /// Nothing was asked for.
    #[error("the cart is empty")]
    Empty,
}

/// What the cart page shows: amounts, and no word on what was dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// The goods before any discount.
    pub listed: Money,
    /// The goods that are paid.
    pub goods: Money,
    /// The shipping that is paid, shared fees included.
    pub shipping: Money,
    /// All that is paid.
    pub total: Money,
    /// The lines in the order of the cart.
    pub lines: Vec<Billed>,
    /// The shared shipping fees that are paid.
    pub pools: Vec<(PoolId, Money)>,
    /// What was taken off, in the order in which it was.
    pub taken: Vec<Taken>,
}

/// A line of a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Billed {
    /// Before any discount.
    pub listed: Money,
    /// What is paid.
    pub paid: Money,
    /// What is paid for its own shipping.
    pub shipping: Money,
}

/// A discount that the bill shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Which.
    pub offer: DiscountId,
    /// Its kind.
    pub kind: OfferKind,
    /// For which part of the cart.
    pub place: Place,
    /// How much, from prices or from shipping.
    pub amount: Money,
}

/// A cart whose lines and discounts have been looked up.
#[derive(Debug, Clone)]
pub struct Till {
    at: Timestamp,
    country: &'static str,
    currency: Currency,
    net_of: Option<BasisPoints>,
    held: Vec<DiscountId>,
    goods: Vec<Good>,
    offers: Vec<Offer>,
}

/// A line as the marketplace knows it.
#[derive(Debug, Clone)]
pub struct Good {
    /// The listing.
    pub item: ItemId,
    /// The store.
    pub store: StoreId,
    /// The seller.
    pub seller: SellerId,
    /// Its categories.
    pub categories: Vec<CategoryId>,
    /// Where it is shipped from.
    pub warehouse: Warehouse,
    /// The price of one piece.
    pub unit: Money,
    /// How many pieces.
    pub quantity: u32,
    /// How it is shipped: the cheapest way from its warehouse.
    pub shipping: Option<Shipping>,
}

/// Totals a cart.
pub fn total(world: &World, cart: &Cart, asked: &Asked) -> Result<Bill, Unsold> {
    Ok(Till::open(world, cart)?.ring(asked))
}

impl Till {
    /// Looks a cart up.
    pub fn open(world: &World, cart: &Cart) -> Result<Self, Unsold> {
        let market = Market::of(&cart.market).ok_or_else(|| Unsold::Country(cart.market.clone()))?;
        if market.currency() != cart.currency {
            return Err(Unsold::Currency {
                market: cart.market.clone(),
                pays: market.currency(),
                asked: cart.currency,
            });
        }
        if cart.lines.is_empty() {
            return Err(Unsold::Empty);
        }
        let mut offers = world.public_codes(market.country, cart.at);
        offers.extend(world.personal_codes(market.country, cart.at));
        let mut goods = Vec::new();
        for line in &cart.lines {
            let listing = world
                .listing(&line.item, market.country, cart.at)
                .map_err(|absence| Unsold::Listing(line.item.clone(), absence))?;
            goods.push(good(&listing, line)?);
            for offer in listing.offers {
                if !offers.iter().any(|known| known.id == offer.id) {
                    offers.push(offer);
                }
            }
        }
        Ok(Self {
            at: cart.at,
            country: market.country,
            currency: cart.currency,
            net_of: market.net_of(),
            held: cart.held.clone(),
            goods,
            offers,
        })
    }

    /// The lines as they were looked up, in the order of the cart.
    pub fn goods(&self) -> &[Good] {
        &self.goods
    }

    /// All discounts that the marketplace knows of for this cart, whether they count or not.
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }
}

fn good(listing: &crate::view::Listing, line: &Wanted) -> Result<Good, Unsold> {
    let variant = listing.variants.iter().find(|variant| variant.sku == line.sku);
    let variant = variant
        .filter(|variant| variant.salable)
        .ok_or_else(|| Unsold::Variant(line.sku.clone()))?;
    if line.quantity == 0 || u64::from(line.quantity) > variant.stock {
        return Err(Unsold::Pieces {
            sku: line.sku.clone(),
            stock: variant.stock,
            asked: line.quantity,
        });
    }
    let ways = listing.shipping.iter().filter(|way| way.from == variant.warehouse);
    Ok(Good {
        item: listing.item.clone(),
        store: listing.store.clone(),
        seller: listing.seller.clone(),
        categories: listing.categories.iter().map(|category| category.id.clone()).collect(),
        warehouse: variant.warehouse.clone(),
        unit: variant.price,
        quantity: line.quantity,
        shipping: ways.min_by_key(|way| way.fee.minor()).cloned(),
    })
}
