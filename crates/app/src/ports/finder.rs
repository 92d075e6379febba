//! Who finds listings by words in the whole marketplace, watched here or not, and names its categories.

use tillwatch_core::country::Country;
use tillwatch_core::id::{CategoryId, ItemId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};

use super::Later;
use super::source::SourceError;

/// What somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Words with single blanks between them, at least one.
    pub words: String,
    /// The ship-to country.
    pub market: Country,
    /// The currency of the prices, those of the answer as well.
    pub currency: Currency,
    /// Only this category.
    pub category: Option<CategoryId>,
    /// No listing that costs less.
    pub least: Option<Money>,
    /// No listing that costs more.
    pub most: Option<Money>,
}

/// A listing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The listing.
    pub item: ItemId,
    /// Its title, where the answer has one.
    pub title: Option<String>,
    /// What the answer says that it costs, in the currency that was asked for: without coupons and without shipping.
    pub price: Money,
}

/// A category of goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// The marketplace's own name of it.
    pub name: String,
    /// The wider one that it stands in.
    pub parent: Option<CategoryId>,
}

/// Finds listings, one call a question.
pub trait Finder: Send + Sync {
    /// The account that its calls are charged to, which is a source's.
    fn account(&self) -> &'static str;

    /// The app that asks: what it may ask is remembered of it. Nothing of it is secret.
    fn app(&self) -> &str;

    /// The method that finds listings; `None` where it states no prices in this currency, so that the call is saved.
    fn finding(&self, currency: Currency) -> Option<&'static str>;

    /// The method that names categories.
    fn naming(&self) -> &'static str;

    /// Listings that fit, the best first and each once. `now` is what the call is signed with.
    fn find<'a>(&'a self, question: &'a Question, now: Instant) -> Later<'a, Result<Vec<Offered>, SourceError>>;

    /// All categories. `now` is what the call is signed with.
    fn categories(&self, now: Instant) -> Later<'_, Result<Vec<Category>, SourceError>>;
}
