//! From what was seen of a listing to a checkout of one variant, with every public discount that is known.

mod write;

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::almanac::Almanac;
use crate::checkout::{Checkout, Line, Pool};
use crate::country::Country;
use crate::discount::Discount;
use crate::id::SkuId;
use crate::instant::Instant;
use crate::market::Markets;
use crate::money::{Currency, Money};
use crate::rules::RuleSet;
use crate::snapshot::{Outcome, Shipping, Snapshot, Variant};
use crate::stack::{self, Stack};

pub use write::{Answer, Other, SCHEMA, Worked};

/// What the shopper asks for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The ship-to country; absent is the one that the data names.
    pub market: Option<Country>,
    /// The currency that the shopper pays in; absent is the data's.
    pub currency: Option<Currency>,
    /// The variant; absent is the one that the page had selected, else the cheapest.
    pub sku: Option<SkuId>,
    /// How many pieces.
    pub quantity: u32,
    /// The moment.
    pub at: Instant,
}

/// A checkout of one variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// What the engine is given.
    pub checkout: Checkout,
    /// Which variant of the snapshot it is, by place.
    pub variant: usize,
    /// Whether the data named the shipping; where it did not, the total is without it.
    pub shipping_known: bool,
    /// What was assumed on the way, in plain sentences.
    pub assumed: Vec<String>,
}

/// Why a snapshot makes no quote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoQuote {
    /// The reading saw no price.
    #[error("there is no price to work with: {}", detail.as_deref().unwrap_or(outcome.name()))]
    Outcome {
        /// What became of the reading.
        outcome: Outcome,
        /// Its sentence.
        detail: Option<String>,
    },
    /// The prices are for another ship-to country.
    #[error("these prices are for {seen}; what is charged in {asked} cannot be told from them")]
    OtherMarket {
        /// The country of the prices.
        seen: Country,
        /// The one that was asked for.
        asked: Country,
    },
    /// The prices are in another currency.
    #[error("these prices are in {seen}; nothing is converted to {asked}")]
    OtherCurrency {
        /// The currency of the prices.
        seen: Currency,
        /// The one that was asked for.
        asked: Currency,
    },
    /// Neither the data nor the shopper names a ship-to country, and the currency fits several.
    #[error("the data does not say where it ships to, and {0} is paid in several countries; name the market")]
    MarketUnknown(Currency),
    /// The pinned variant is not among those seen.
    #[error("variant {asked} is not on this listing; it has {known}")]
    NoSuchVariant {
        /// The one that was asked for.
        asked: SkuId,
        /// The first few that there are.
        known: String,
    },
    /// The pinned variant is shown and cannot be bought.
    #[error("variant {0} cannot be bought now")]
    VariantSoldOut(SkuId),
    /// More pieces than any checkout takes.
    #[error("{0} pieces; from 1 to 1000000 are accepted, and not more than any checkout takes")]
    Quantity(u32),
}

/// Makes a checkout of a snapshot: one variant, its shipping, the discounts shown and the public ones known.
///
/// The shipping is the cheapest that the data gives for the variant's warehouse and the market; where it gives none,
/// the total is without it and the quote says so. A discount on the page takes the place of a known one with its id or code.
pub fn quote(snapshot: &Snapshot, almanac: &Almanac, wish: &Wish) -> Result<Quote, NoQuote> {
    let mut assumed = Vec::new();
    let currency = currency(snapshot, wish)?;
    let market = market(snapshot, &almanac.markets, currency, wish.market, &mut assumed)?;
    let (place, variant, price) = variant(snapshot, wish.sku.as_ref(), &mut assumed)?;
    let item = snapshot.item.clone().ok_or_else(|| NoQuote::Outcome {
        outcome: Outcome::ParseFailed,
        detail: Some("the data does not say which listing it is".into()),
    })?;
    let mut checkout = Checkout::new(market, currency, wish.at);
    checkout.tax = almanac.markets.tax(market);
    let too_many = price
        .checked_mul(wish.quantity)
        .is_none_or(|sum| sum.minor() > crate::money::MOST_MINOR);
    if wish.quantity == 0 || wish.quantity > crate::checkout::MOST_PIECES || too_many {
        return Err(NoQuote::Quantity(wish.quantity));
    }
    let mut line = Line {
        item,
        sku: variant.sku.clone(),
        title: snapshot.title.clone(),
        store: snapshot.store.clone(),
        seller: snapshot.seller.clone(),
        categories: snapshot.categories.clone(),
        warehouse: variant.warehouse.clone(),
        unit_price: price,
        quantity: wish.quantity,
        shipping: Money::zero(currency),
        pool: None,
    };
    let shipping = cheapest(snapshot, variant, market, currency);
    match shipping {
        Some(Shipping {
            fee,
            pool: Some(id),
            free_from,
            ..
        }) => {
            checkout.pools = vec![Pool {
                id: id.clone(),
                fee: *fee,
                free_from: *free_from,
            }];
            line.pool = Some(0);
        }
        Some(Shipping { fee, pool: None, .. }) => line.shipping = *fee,
        None => assumed.push("The data says nothing of shipping to this country; the total is without it.".into()),
    }
    checkout.lines.push(line);
    checkout.discounts.clone_from(&snapshot.discounts);
    let known = almanac.discounts_for(market, wish.at);
    join(&mut checkout.discounts, known.of_lines(&checkout.lines).into_iter());
    Ok(Quote {
        checkout,
        variant: place,
        shipping_known: shipping.is_some(),
        assumed,
    })
}

/// Joins known public discounts to those that a listing showed; one that was shown under the same id or code stands.
pub fn join<'a>(shown: &mut Vec<Discount>, known: impl Iterator<Item = &'a Discount>) {
    let own = shown.len();
    for known in known {
        let same = |shown: &Discount| shown.id == known.id || shown.code.as_deref() == Some(known.typed());
        if !shown.iter().take(own).any(same) {
            shown.push(known.clone());
        }
    }
}

/// Another variant of the same listing, at the till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// Which variant of the snapshot, by place.
    pub variant: usize,
    /// Its checkout.
    pub checkout: Checkout,
    /// Its best stack.
    pub stack: Stack,
}

/// Every salable variant at the till, the cheapest total first: price, shipping from its warehouse and the discounts
/// that it loses or gains all counted.
pub fn alternatives(snapshot: &Snapshot, almanac: &Almanac, rules: &RuleSet, wish: &Wish) -> Vec<Alternative> {
    let mut all: Vec<Alternative> = snapshot
        .salable()
        .filter_map(|variant| variant.sku.clone())
        .filter_map(|sku| {
            quote(
                snapshot,
                almanac,
                &Wish {
                    sku: Some(sku),
                    ..wish.clone()
                },
            )
            .ok()
        })
        .map(|quote| {
            let stack = stack::best(&quote.checkout, rules);
            Alternative {
                variant: quote.variant,
                checkout: quote.checkout,
                stack,
            }
        })
        .collect();
    all.sort_by_key(|one| (one.stack.total().minor(), one.variant));
    all
}

fn currency(snapshot: &Snapshot, wish: &Wish) -> Result<Currency, NoQuote> {
    if snapshot.outcome != Outcome::Ok {
        return Err(NoQuote::Outcome {
            outcome: snapshot.outcome,
            detail: snapshot.detail.clone(),
        });
    }
    let seen = snapshot.currency.ok_or_else(|| NoQuote::Outcome {
        outcome: Outcome::OtherCurrency,
        detail: Some("the data names no currency".into()),
    })?;
    match wish.currency {
        Some(asked) if asked != seen => Err(NoQuote::OtherCurrency { seen, asked }),
        _ => Ok(seen),
    }
}

fn market(
    snapshot: &Snapshot,
    markets: &Markets,
    currency: Currency,
    asked: Option<Country>,
    assumed: &mut Vec<String>,
) -> Result<Country, NoQuote> {
    match (snapshot.market, asked) {
        (Some(seen), Some(asked)) if seen != asked => Err(NoQuote::OtherMarket { seen, asked }),
        (Some(market), _) | (None, Some(market)) => Ok(market),
        (None, None) => {
            let mut paid_in = markets.all().iter().filter(|market| market.currency == currency);
            match (paid_in.next(), paid_in.next()) {
                (Some(only), None) => {
                    assumed.push(format!(
                        "The data does not say where it ships to; {} is taken from the currency.",
                        only.name
                    ));
                    Ok(only.country)
                }
                _ => Err(NoQuote::MarketUnknown(currency)),
            }
        }
    }
}

/// The pinned variant; else the one that the page had selected; else the cheapest.
fn variant<'a>(
    snapshot: &'a Snapshot,
    pinned: Option<&SkuId>,
    assumed: &mut Vec<String>,
) -> Result<(usize, &'a Variant, Money), NoQuote> {
    let find = |sku: &SkuId| {
        snapshot
            .variants
            .iter()
            .position(|variant| variant.sku.as_ref() == Some(sku))
    };
    let priced = |place: usize| {
        let variant = snapshot.variants.get(place).filter(|variant| variant.salable)?;
        variant.price.map(|price| (place, variant, price))
    };
    if let Some(asked) = pinned {
        let place = find(asked).ok_or_else(|| {
            let some: Vec<&str> = snapshot
                .variants
                .iter()
                .filter_map(|v| v.sku.as_ref())
                .map(SkuId::as_str)
                .take(8)
                .collect();
            NoQuote::NoSuchVariant {
                asked: asked.clone(),
                known: some.join(", "),
            }
        })?;
        return priced(place).ok_or_else(|| NoQuote::VariantSoldOut(asked.clone()));
    }
    if let Some(selected) = snapshot.selected_sku.as_ref().and_then(find).and_then(priced) {
        return Ok(selected);
    }
    let salable = || (0..snapshot.variants.len()).filter_map(priced);
    let cheapest = salable().min_by_key(|(place, _, price)| (price.minor(), *place));
    let count = salable().count();
    if count > 1 {
        assumed.push(format!(
            "No variant was named; this is the cheapest of {count} that can be bought."
        ));
    }
    cheapest.ok_or_else(|| NoQuote::Outcome {
        outcome: Outcome::SoldOut,
        detail: Some("no variant can be bought now".into()),
    })
}

/// The cheapest way of shipping that fits the variant's warehouse and the market; what the data does not say, fits.
fn cheapest<'a>(
    snapshot: &'a Snapshot,
    variant: &Variant,
    market: Country,
    currency: Currency,
) -> Option<&'a Shipping> {
    let fits = |shipping: &&Shipping| {
        let from = match (&shipping.from, &variant.warehouse) {
            (Some(from), Some(warehouse)) => from == warehouse,
            _ => true,
        };
        from && shipping.to.is_none_or(|to| to == market) && shipping.fee.currency() == currency
    };
    snapshot
        .shipping
        .iter()
        .filter(fits)
        .min_by_key(|shipping| shipping.fee.minor())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

    use super::*;
    use crate::id::{ItemId, Warehouse};
    use crate::rules::RuleBook;
    use crate::stack::Reason;
    use alloc::string::ToString;

    fn listing(price: &str, code: &str, market: Option<&str>) -> Snapshot {
        let currency = Currency::parse(code).unwrap();
        Snapshot {
            item: Some(ItemId::parse("1005006367324382").unwrap()),
            market: market.map(|market| Country::parse(market).unwrap()),
            currency: Some(currency),
            variants: vec![Variant::at(Money::parse(price, currency).unwrap())],
            ..Snapshot::empty("test")
        }
    }

    fn wish(market: Option<&str>) -> Wish {
        Wish {
            market: market.map(|market| Country::parse(market).unwrap()),
            currency: None,
            sku: None,
            quantity: 1,
            at: Instant::parse("2026-06-03T12:00:00Z").unwrap(),
        }
    }

    fn stack(snapshot: &Snapshot, wish: &Wish) -> (Checkout, Stack) {
        let book = RuleBook::built_in().unwrap();
        let quote = quote(snapshot, &Almanac::built_in().unwrap(), wish).unwrap();
        let stack = stack::best(&quote.checkout, book.get(None).unwrap());
        (quote.checkout, stack)
    }

    fn applied(snapshot: &Snapshot, wish: &Wish) -> Vec<String> {
        let (checkout, stack) = stack(snapshot, wish);
        stack
            .discounts(&checkout)
            .map(|discount| discount.id.to_string())
            .collect()
    }

    #[test]
    fn a_listing_at_45_dollars_in_june_2026_gets_the_second_summer_tier_wherever_it_ships() {
        for market in ["US", "KR", "NZ"] {
            assert_eq!(
                applied(&listing("45.00", "USD", None), &wish(Some(market))),
                ["AFSO6"],
                "{market}"
            );
        }
    }

    #[test]
    fn one_cent_under_a_minimum_fails_with_that_cent() {
        let (checkout, stack) = stack(&listing("38.99", "USD", None), &wish(Some("US")));
        let place = checkout
            .discounts
            .iter()
            .position(|one| one.id.as_str() == "AFSO6")
            .unwrap();
        let short = Money::new(1, Currency::USD);
        assert!(matches!(stack.reason(place), Some(Reason::BelowMinimum { short: told, .. }) if *told == short));
        assert_eq!(
            stack.discounts(&checkout).next().map(|one| one.id.as_str()),
            Some("AFSO3")
        );
    }

    #[test]
    fn a_german_buyer_is_refused_a_dollar_code_for_its_currency() {
        let (checkout, stack) = stack(&listing("45.00", "EUR", Some("DE")), &wish(None));
        let place = checkout
            .discounts
            .iter()
            .position(|one| one.id.as_str() == "AFSO6")
            .unwrap();
        assert!(matches!(stack.reason(place), Some(Reason::CurrencyMismatch { .. })));
        assert_eq!(stack.total().to_string(), "45.00");
    }

    #[test]
    fn prices_for_another_country_or_currency_make_no_quote() {
        let almanac = Almanac::built_in().unwrap();
        let other = quote(&listing("45.00", "USD", Some("US")), &almanac, &wish(Some("DE")));
        assert!(matches!(other, Err(NoQuote::OtherMarket { .. })));
        let euros = Wish {
            currency: Some(Currency::parse("EUR").unwrap()),
            ..wish(Some("US"))
        };
        assert!(matches!(
            quote(&listing("45.00", "USD", None), &almanac, &euros),
            Err(NoQuote::OtherCurrency { .. })
        ));
        let unknown = quote(&listing("45.00", "EUR", None), &almanac, &wish(None));
        assert!(matches!(unknown, Err(NoQuote::MarketUnknown(_))));
    }

    #[test]
    fn variants_are_compared_with_the_shipping_from_their_warehouse() {
        let usd = |minor| Money::new(minor, Currency::USD);
        let warehouse = |code| Some(Warehouse::parse(code).unwrap());
        let variant = |sku, minor, from| Variant {
            sku: Some(SkuId::parse(sku).unwrap()),
            warehouse: warehouse(from),
            ..Variant::at(usd(minor))
        };
        let way = |minor, from| Shipping {
            fee: usd(minor),
            pool: None,
            free_from: None,
            service: None,
            from: warehouse(from),
            to: None,
            days: None,
        };
        let mut seen = listing("45.00", "USD", None);
        seen.variants = vec![variant("120001", 1000, "CN"), variant("120002", 1200, "US")];
        seen.shipping = vec![way(700, "CN"), way(0, "US")];
        let book = RuleBook::built_in().unwrap();
        let all = alternatives(
            &seen,
            &Almanac::built_in().unwrap(),
            book.get(None).unwrap(),
            &wish(Some("US")),
        );
        let totals: Vec<(usize, i64)> = all.iter().map(|one| (one.variant, one.stack.total().minor())).collect();
        assert_eq!(totals, [(1, 1200), (0, 1700)]);
    }
}
