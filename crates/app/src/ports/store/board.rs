//! The board, as the store keeps it: a card for each variant with a present price, and what is sought among them.

use tillwatch_core::country::Country;
use tillwatch_core::history::{Extreme, Lane, Minute, Price};
use tillwatch_core::id::{CategoryId, SkuId, Warehouse};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{BasisPoints, Currency};

use super::{ListingKey, VariantId};

/// What a card was made of: the newest checks and prices as the store keeps them. Of use to the store alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark(pub Vec<u8>);

/// A variant whose card is not of its newest prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Its listing.
    pub key: ListingKey,
    /// The variant.
    pub variant: VariantId,
    /// What there is of it now.
    pub mark: Mark,
}

/// What becomes of a variant's card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The variant.
    pub variant: VariantId,
    /// What the card was made of.
    pub mark: Mark,
    /// The card; none where there is no present price.
    pub card: Option<Card>,
}

/// A variant with a present price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its listing.
    pub key: ListingKey,
    /// Its id, once known.
    pub sku: Option<SkuId>,
    /// The listing's title, once read.
    pub title: Option<String>,
    /// The variant's name, as shown.
    pub name: Option<String>,
    /// The price with nothing taken off.
    pub sticker: Price,
    /// Where it is shipped from.
    pub warehouse: Option<Warehouse>,
    /// The listing's categories.
    pub categories: Vec<CategoryId>,
    /// Whether its shipping is known to cost nothing.
    pub free_shipping: bool,
    /// Whether a first order pays less, which is counted nowhere.
    pub newcomers: bool,
    /// Whether minutes of the last 30 days were taken out of its lows.
    pub voided: bool,
    /// Full days of which a price is known.
    pub days: u32,
    /// The last reading.
    pub confirmed: Minute,
    /// What it costs in the lanes in which something is taken off.
    pub offers: Vec<Offer>,
}

/// What a variant costs in a lane, and where that stands against its past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// The lane.
    pub lane: Lane,
    /// What is paid.
    pub total: Price,
    /// How far that lies under the sticker.
    pub saved: BasisPoints,
    /// The first minute at this price.
    pub began: Minute,
    /// The lowest price of the last 30 days, this one included.
    pub low_30: Price,
    /// The lowest price of the 30 days before this one began; absent where none is known, and where it began more than 30
    /// days ago and is itself the usual one.
    pub former: Option<Price>,
    /// The average of the last 30 days.
    pub usual: Price,
    /// The lowest price of all time.
    pub low: Extreme,
    /// How far this one lies under the former low; nothing where it does not.
    pub below_low: BasisPoints,
    /// How far it lies under the usual price; nothing where it does not.
    pub below_usual: BasisPoints,
}

/// By what cards are ordered, the most of it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// How far under the former low of 30 days, then how far under the usual price; without either none is found.
    Drop,
    /// How far under the usual price; no others are found.
    BelowUsual,
    /// How far under the sticker.
    Saved,
    /// How lately the price began.
    Newest,
    /// How little is paid.
    Price,
}

/// Where a page of cards goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The value that the last card was ordered by.
    pub value: i64,
    /// The last card's variant.
    pub variant: VariantId,
}

/// What is sought on the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// The ship-to country.
    pub market: Country,
    /// The currency: cards of several are never put in one order.
    pub currency: Currency,
    /// The lane.
    pub lane: Lane,
    /// Each group has one part that is found in the title, the name or the ids. Parts are literal; accents and the size
    /// of letters make no difference.
    pub words: Vec<Vec<String>>,
    /// Whether the price has to lie under its usual one or its former low.
    pub dropped: bool,
    /// The least that is taken off the sticker.
    pub saved: BasisPoints,
    /// The least price.
    pub least: Option<Price>,
    /// The highest price.
    pub most: Option<Price>,
    /// Where it is shipped from.
    pub warehouse: Option<Warehouse>,
    /// A category of its listing.
    pub category: Option<CategoryId>,
    /// Whether shipping has to cost nothing.
    pub free_shipping: bool,
    /// The order.
    pub order: Order,
    /// After which card to go on.
    pub after: Option<Place>,
    /// How many cards at most.
    pub count: usize,
}

/// A card that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The card, with the offer of the lane alone.
    pub card: Card,
    /// That offer.
    pub offer: Offer,
    /// Where the next page would go on.
    pub place: Place,
}

/// What was said of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voices {
    /// The code.
    pub code: String,
    /// Networks that say that it worked, and how many of them said it lately.
    pub proven: (u32, u32),
    /// The same of those that say that it was refused.
    pub refused: (u32, u32),
    /// When it last worked.
    pub last_proven: Option<Instant>,
}
