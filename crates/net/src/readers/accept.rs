//! Acceptance: whether a reading answers what was asked. Another listing, country or currency makes no price.

use tillwatch_core::country::Country;
use tillwatch_core::id::ItemId;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{Outcome, Snapshot};

/// What a reading was made for; what is absent is not checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The listing.
    pub item: Option<ItemId>,
    /// The ship-to country.
    pub market: Option<Country>,
    /// The currency.
    pub currency: Option<Currency>,
}

impl Asked {
    /// Keeps what answers; of several listings only the one that was asked for, if it is among them.
    pub(crate) fn check(&self, mut seen: Vec<Snapshot>) -> Vec<Snapshot> {
        if let Some(item) = &self.item
            && seen.iter().any(|one| one.item.as_ref() == Some(item))
        {
            seen.retain(|one| one.item.as_ref() == Some(item));
        }
        seen.into_iter().map(|one| self.one(one)).collect()
    }

    fn one(&self, mut seen: Snapshot) -> Snapshot {
        if let (Some(asked), Some(item)) = (&self.item, &seen.item)
            && asked != item
        {
            let why = format!("This is listing {item} and not {asked}: save the page of the one that was asked for.");
            return seen.without_price(Outcome::OtherListing, why);
        }
        if seen.outcome != Outcome::Ok {
            return seen;
        }
        if let (Some(asked), Some(market)) = (self.market, seen.market)
            && asked != market
        {
            let why = format!(
                "The prices are for {market} and not for {asked}: set the ship-to country and save the page once more."
            );
            return seen.without_price(Outcome::OtherRegion, why);
        }
        if let Some(asked) = self.currency.filter(|asked| seen.currency != Some(*asked)) {
            let why = match seen.currency {
                Some(currency) => format!(
                    "The prices are in {currency} and not in {asked}: set the currency and save the page once more."
                ),
                None => {
                    format!("The data names no currency, and {asked} was asked for: save the whole page once more.")
                }
            };
            return seen.without_price(Outcome::OtherCurrency, why);
        }
        if self.item.is_some() && seen.item.is_none() {
            seen.notes
                .push("The data does not name its listing, so that it could not be checked.".into());
        }
        if self.market.is_some() && seen.market.is_none() {
            seen.notes
                .push("The data does not name the country it ships to, so that it could not be checked.".into());
        }
        seen
    }
}
