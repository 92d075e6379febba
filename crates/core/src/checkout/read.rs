//! Checkouts from JSON: the raw form, and the checks that make a [`Checkout`] of it.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use super::{
    Checkout, Line, MOST_DISCOUNTS, MOST_LINES, MOST_PAIRS, MOST_PIECES, MOST_POOLS, Percent, Pool, SCHEMA, Tax,
};
use crate::basket::Limits;
use crate::country::Country;
use crate::discount::Discount;
use crate::discount::read::{At, RawDiscount, discount, each, id, open_at_all, optional};
use crate::id::{CategoryId, DiscountId, ItemId, PoolId, SellerId, SkuId, StoreId, Warehouse};
use crate::input::{self, InputError, Text, Warnings, raw_object};
use crate::instant::Instant;
use crate::money::{BasisPoints, Currency, MOST_MINOR, Money};

raw_object! {
    /// A checkout before it is checked.
    RawCheckout: "a checkout (an object)" {
        schema: Text<'a> = "schema",
        market: Text<'a> = "market",
        currency: Text<'a> = "currency",
        at: Text<'a> = "at",
        rules: Text<'a> = "rules",
        tax: RawTax<'a> = "tax",
        holds: Vec<Text<'a>> = "holds",
        shipping_pools: Vec<RawPool<'a>> = "shipping_pools",
        lines: Vec<RawLine<'a>> = "lines",
        discounts: Vec<RawDiscount<'a>> = "discounts",
        limits: RawLimits<'a> = "limits",
    }
}

raw_object! {
    /// What a split must keep to, before it is checked.
    RawLimits: "limits (an object)" {
        max_checkouts: u32 = "max_checkouts",
        max_merchandise: Text<'a> = "max_merchandise",
        together: Vec<Vec<u32>> = "together",
        apart: Vec<Vec<u32>> = "apart",
    }
}

raw_object! {
    /// A tax before it is checked.
    RawTax: "a tax (an object)" {
        included: bool = "included",
        rate: Text<'a> = "rate",
        minimum_spend_net: bool = "minimum_spend_net",
    }
}

raw_object! {
    /// A shipping pool before it is checked.
    RawPool: "a shipping pool (an object)" {
        id: Text<'a> = "id",
        fee: Text<'a> = "fee",
        free_from: Text<'a> = "free_from",
    }
}

raw_object! {
    /// A line before it is checked.
    RawLine: "a line (an object)" {
        item: Text<'a> = "item",
        sku: Text<'a> = "sku",
        title: Text<'a> = "title",
        store: Text<'a> = "store",
        seller: Text<'a> = "seller",
        categories: Vec<Text<'a>> = "categories",
        warehouse: Text<'a> = "warehouse",
        unit_price: Text<'a> = "unit_price",
        quantity: u32 = "quantity",
        shipping: Text<'a> = "shipping",
        shipping_pool: Text<'a> = "shipping_pool",
        tariff_heading: Text<'a> = "tariff_heading",
    }
}

raw_object! {
    /// A file of discounts before it is checked.
    RawDiscounts: "an object with \"discounts\"" {
        schema: Text<'a> = "schema",
        discounts: Vec<RawDiscount<'a>> = "discounts",
    }
}

/// What was read, and what of it was not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read<T> {
    /// What was read.
    pub value: T,
    /// Fields that nobody knows, each with its place: a misspelt minimum must not vanish in silence.
    pub warnings: Vec<String>,
}

/// Reads a checkout in the format of [`SCHEMA`].
///
/// `market_tax` answers how tax stands in a market, for checkouts that do not say it.
pub fn read(json: &[u8], market_tax: impl Fn(Country) -> Tax) -> Result<Read<Checkout>, InputError> {
    let mut warnings = Warnings::default();
    let value = checkout(input::read(json)?, market_tax, &mut warnings)?;
    Ok(Read {
        value,
        warnings: warnings.0,
    })
}

/// A checkout that is to be split.
pub(crate) struct Wished {
    pub(crate) checkout: Checkout,
    pub(crate) limits: Limits,
    /// For each line its tariff heading, where it was told.
    pub(crate) headings: Vec<Option<String>>,
}

/// Reads a checkout with what only splitting it asks for.
pub(crate) fn read_wished(json: &[u8], market_tax: impl Fn(Country) -> Tax) -> Result<Read<Wished>, InputError> {
    let mut warnings = Warnings::default();
    let mut raw: RawCheckout<'_> = input::read(json)?;
    let told = raw.limits.take().unwrap_or_default();
    let heading = |line: &RawLine<'_>| line.tariff_heading.as_ref().map(|heading| heading.as_str().into());
    let headings = raw.lines.iter().flatten().map(heading).collect();
    let checkout = checkout(raw, market_tax, &mut warnings)?;
    let limits = limits(told, &checkout, &mut warnings)?;
    Ok(Read {
        value: Wished {
            checkout,
            limits,
            headings,
        },
        warnings: warnings.0,
    })
}

fn limits(raw: RawLimits<'_>, checkout: &Checkout, warnings: &mut Warnings) -> Result<Limits, InputError> {
    let at = |field| At { base: &"limits", field };
    if raw.max_checkouts == Some(0) {
        return Err(InputError::wrong(
            at("max_checkouts"),
            "0 checkouts; at least 1 is needed",
        ));
    }
    let max_merchandise = optional(raw.max_merchandise.as_ref(), at("max_merchandise"), |text| {
        Money::parse(text, checkout.currency)
    })?;
    let together = groups(raw.together, "limits.together", checkout.lines.len())?;
    let apart = groups(raw.apart, "limits.apart", checkout.lines.len())?;
    warnings.unknown(&"limits", raw.unknown);
    Ok(Limits {
        max_checkouts: raw.max_checkouts.and_then(|most| usize::try_from(most).ok()),
        max_merchandise,
        together,
        apart,
    })
}

fn groups(raw: Option<Vec<Vec<u32>>>, place: &'static str, lines: usize) -> Result<Vec<Vec<usize>>, InputError> {
    let raw = raw.unwrap_or_default();
    few(&raw, place, MOST_LINES)?;
    let mut read = Vec::with_capacity(raw.len());
    for (index, group) in raw.into_iter().enumerate() {
        let base = Index(place, index);
        few(&group, place, MOST_LINES)?;
        let mut members: Vec<usize> = group
            .into_iter()
            .filter_map(|line| usize::try_from(line).ok())
            .collect();
        members.sort_unstable();
        members.dedup();
        if let Some(line) = members.last().filter(|line| **line >= lines) {
            return Err(InputError::wrong(
                base,
                format_args!("line {line}; there are {lines} lines, counted from 0"),
            ));
        }
        read.push(members);
    }
    Ok(read)
}

/// Reads a list of discounts: `{"discounts": [...]}`, in the same form as a checkout's.
pub fn read_discounts(json: &[u8]) -> Result<Read<Vec<Discount>>, InputError> {
    let mut warnings = Warnings::default();
    let raw: RawDiscounts<'_> = input::read(json)?;
    let Some(list) = raw.discounts else {
        return Err(InputError::missing("discounts", "a list of discounts is needed"));
    };
    let value = discounts(list, &mut warnings)?;
    warnings.unknown(&"", raw.unknown);
    Ok(Read {
        value,
        warnings: warnings.0,
    })
}

fn checkout(
    raw: RawCheckout<'_>,
    market_tax: impl Fn(Country) -> Tax,
    warnings: &mut Warnings,
) -> Result<Checkout, InputError> {
    if let Some(schema) = raw.schema.as_ref().filter(|schema| schema.as_str() != SCHEMA) {
        return Err(InputError::wrong(
            "schema",
            format_args!("{:?} is not {SCHEMA:?}", schema.as_str()),
        ));
    }
    let market = needed(
        raw.market.as_ref(),
        "market",
        "a country such as \"US\" is needed",
        Country::parse,
    )?;
    let currency = needed(
        raw.currency.as_ref(),
        "currency",
        "a currency such as \"USD\" is needed",
        Currency::parse,
    )?;
    let at = needed(
        raw.at.as_ref(),
        "at",
        "an instant such as \"2026-06-03T12:00:00Z\" is needed",
        Instant::parse,
    )?;
    let pools = pools(raw.shipping_pools.unwrap_or_default(), currency, warnings)?;
    let lines = lines(raw.lines, currency, &pools, warnings)?;
    let discounts = discounts(raw.discounts.unwrap_or_default(), warnings)?;
    if lines.len().saturating_mul(discounts.len()) > MOST_PAIRS {
        let detail = format_args!(
            "{} for {} lines; at most {MOST_PAIRS} pairs are accepted",
            discounts.len(),
            lines.len()
        );
        return Err(InputError::too_much("discounts", detail));
    }
    let tax = tax(raw.tax, market_tax(market), warnings)?;
    few(raw.holds.as_deref().unwrap_or_default(), "holds", MOST_DISCOUNTS)?;
    warnings.unknown(&"", raw.unknown);
    Ok(Checkout {
        market,
        currency,
        at,
        rules: raw.rules.map(|rules| rules.as_str().into()),
        tax,
        holds: each(
            raw.holds,
            At {
                base: &"holds",
                field: "",
            },
            DiscountId::parse,
        )?,
        pools,
        lines,
        discounts,
    })
}

fn needed<T, E: core::fmt::Display>(
    text: Option<&Text<'_>>,
    place: &'static str,
    allowed: &'static str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T, InputError> {
    optional(
        text,
        At {
            base: &place,
            field: "",
        },
        parse,
    )?
    .ok_or_else(|| InputError::missing(place, allowed))
}

fn tax(raw: Option<RawTax<'_>>, usual: Tax, warnings: &mut Warnings) -> Result<Tax, InputError> {
    let Some(raw) = raw else { return Ok(usual) };
    let rate = optional(
        raw.rate.as_ref(),
        At {
            base: &"tax",
            field: "rate",
        },
        BasisPoints::parse,
    )?
    .map(Percent);
    let minimum_spend_net = raw.minimum_spend_net.unwrap_or(usual.minimum_spend_net);
    // Only the market's own rate can stand in for one that was left out, and only where prices contain it.
    let net = raw.minimum_spend_net == Some(true);
    let included = raw.included.unwrap_or(usual.included || net);
    let rate = rate.or(usual.rate.filter(|_| included && usual.included));
    if included && net && rate.is_none() {
        return Err(InputError::missing(
            "tax.rate",
            "minimum_spend_net needs the rate to take out, such as \"19\"",
        ));
    }
    warnings.unknown(&"tax", raw.unknown);
    Ok(Tax {
        included,
        rate,
        minimum_spend_net,
    })
}

fn pools(raw: Vec<RawPool<'_>>, currency: Currency, warnings: &mut Warnings) -> Result<Vec<Pool>, InputError> {
    few(&raw, "shipping_pools", MOST_POOLS)?;
    let mut pools: Vec<Pool> = Vec::with_capacity(raw.len());
    for (index, raw) in raw.into_iter().enumerate() {
        let base = Index("shipping_pools", index);
        let at = |field| At { base: &base, field };
        let id = id(raw.id.as_ref(), at("id"), PoolId::parse)?;
        if pools.iter().any(|pool| pool.id == id) {
            return Err(InputError::conflict(
                at("id"),
                format_args!("{:?} stands twice", id.as_str()),
            ));
        }
        let money = |text: &Option<Text<'_>>, field| optional(text.as_ref(), at(field), |t| Money::parse(t, currency));
        let fee = money(&raw.fee, "fee")?;
        let fee = fee.ok_or_else(|| InputError::missing(at("fee"), "an amount such as \"1.99\" is needed"))?;
        let free_from = money(&raw.free_from, "free_from")?;
        warnings.unknown(&base, raw.unknown);
        pools.push(Pool { id, fee, free_from });
    }
    Ok(pools)
}

fn lines(
    raw: Option<Vec<RawLine<'_>>>,
    currency: Currency,
    pools: &[Pool],
    warnings: &mut Warnings,
) -> Result<Vec<Line>, InputError> {
    let raw = raw.unwrap_or_default();
    if raw.is_empty() {
        return Err(InputError::missing("lines", "at least one line is needed"));
    }
    few(&raw, "lines", MOST_LINES)?;
    raw.into_iter()
        .enumerate()
        .map(|(index, raw)| line(raw, &Index("lines", index), currency, pools, warnings))
        .collect()
}

fn line(
    raw: RawLine<'_>,
    base: &Index,
    currency: Currency,
    pools: &[Pool],
    warnings: &mut Warnings,
) -> Result<Line, InputError> {
    let at = |field| At { base, field };
    let money = |text: &Option<Text<'_>>, field| optional(text.as_ref(), at(field), |t| Money::parse(t, currency));
    let unit_price = money(&raw.unit_price, "unit_price")?
        .ok_or_else(|| InputError::missing(at("unit_price"), "an amount such as \"12.20\" is needed"))?;
    if !unit_price.is_positive() {
        return Err(InputError::wrong(
            at("unit_price"),
            format_args!("\"{unit_price}\" is no price; a price is more than zero"),
        ));
    }
    let quantity = raw.quantity.unwrap_or(1);
    if quantity == 0 || quantity > MOST_PIECES {
        return Err(InputError::wrong(
            at("quantity"),
            format_args!("{quantity} pieces; from 1 to {MOST_PIECES} are accepted"),
        ));
    }
    if unit_price
        .checked_mul(quantity)
        .is_none_or(|listed| listed.minor() > MOST_MINOR)
    {
        return Err(InputError::too_much(
            at("quantity"),
            format_args!("{quantity} pieces at {unit_price} are more than any checkout takes"),
        ));
    }
    let shipping = money(&raw.shipping, "shipping")?.unwrap_or(Money::zero(currency));
    let pool = match raw.shipping_pool.as_ref().map(Text::as_str) {
        None => None,
        Some(name) => Some(pools.iter().position(|pool| pool.id.as_str() == name).ok_or_else(|| {
            InputError::wrong(
                at("shipping_pool"),
                format_args!("{name:?} is not one of shipping_pools"),
            )
        })?),
    };
    if pool.is_some() && shipping.is_positive() {
        return Err(InputError::conflict(
            at("shipping"),
            "a line has its own shipping or a shipping_pool, not both",
        ));
    }
    let title = raw.title.as_ref().map(|title| title.as_str().into());
    let line = Line {
        item: id(raw.item.as_ref(), at("item"), ItemId::parse)?,
        sku: optional(raw.sku.as_ref(), at("sku"), SkuId::parse)?,
        title,
        store: optional(raw.store.as_ref(), at("store"), StoreId::parse)?,
        seller: optional(raw.seller.as_ref(), at("seller"), SellerId::parse)?,
        categories: each(raw.categories, at("categories"), CategoryId::parse)?,
        warehouse: optional(raw.warehouse.as_ref(), at("warehouse"), Warehouse::parse)?,
        unit_price,
        quantity,
        shipping,
        pool,
    };
    warnings.unknown(base, raw.unknown);
    Ok(line)
}

fn discounts(raw: Vec<RawDiscount<'_>>, warnings: &mut Warnings) -> Result<Vec<Discount>, InputError> {
    few(&raw, "discounts", MOST_DISCOUNTS)?;
    let mut read = Vec::with_capacity(raw.len());
    for (index, raw) in raw.into_iter().enumerate() {
        let base = Index("discounts", index);
        let discount = discount(raw, &base, warnings)?;
        open_at_all(&discount, &base)?;
        read.push(discount);
    }
    // Few are compared one by one; many would make that quadratic.
    let twice = if read.len() <= 16 {
        read.iter()
            .enumerate()
            .position(|(index, one)| read.iter().take(index).any(|other: &Discount| other.id == one.id))
    } else {
        let mut seen = BTreeSet::new();
        read.iter().position(|discount| !seen.insert(&discount.id))
    };
    match twice.and_then(|index| read.get(index).map(|discount| (index, discount))) {
        Some((index, discount)) => Err(InputError::conflict(
            At {
                base: &Index("discounts", index),
                field: "id",
            },
            format_args!("{:?} stands twice", discount.id.as_str()),
        )),
        None => Ok(read),
    }
}

/// So that no input can ask for more memory or time than a checkout is worth.
fn few<T>(list: &[T], place: &str, most: usize) -> Result<(), InputError> {
    if list.len() <= most {
        return Ok(());
    }
    let detail = format_args!("has {} entries; at most {most} are accepted", list.len());
    Err(InputError::too_much(place, detail))
}

/// `lines[3]`.
struct Index(&'static str, usize);

impl core::fmt::Display for Index {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}[{}]", self.0, self.1)
    }
}
