//! Snapshots from JSON, as they were written: what was kept of a listing comes back whole.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{Outcome, SCHEMA, Shipping, Snapshot, Variant};
use crate::country::Country;
use crate::discount::read::{At, RawDiscount, discount, each, optional};
use crate::id::{CategoryId, ItemId, PoolId, SellerId, SkuId, StoreId, Warehouse};
use crate::input::{self, InputError, Text, Warnings, raw_object};
use crate::instant::Instant;
use crate::money::{Currency, Money};

raw_object! {
    /// A snapshot before it is checked.
    RawSnapshot: "a snapshot (an object)" {
        schema: Text<'a> = "schema",
        outcome: Text<'a> = "outcome",
        detail: Text<'a> = "detail",
        shape: Text<'a> = "shape",
        item: Text<'a> = "item",
        title: Text<'a> = "title",
        store: Text<'a> = "store",
        store_name: Text<'a> = "store_name",
        seller: Text<'a> = "seller",
        categories: Vec<Text<'a>> = "categories",
        market: Text<'a> = "market",
        currency: Text<'a> = "currency",
        seen_at: Text<'a> = "seen_at",
        selected_sku: Text<'a> = "selected_sku",
        variants: Vec<RawVariant<'a>> = "variants",
        shipping: Vec<RawShipping<'a>> = "shipping",
        discounts: Vec<RawDiscount<'a>> = "discounts",
        notes: Vec<Text<'a>> = "notes",
    }
}

raw_object! {
    /// A variant before it is checked.
    RawVariant: "a variant (an object)" {
        sku: Text<'a> = "sku",
        name: Text<'a> = "name",
        price: Text<'a> = "price",
        list_price: Text<'a> = "list_price",
        stock: u64 = "stock",
        warehouse: Text<'a> = "warehouse",
        salable: bool = "salable",
        new_shopper_price: Text<'a> = "new_shopper_price",
    }
}

raw_object! {
    /// A way of shipping before it is checked.
    RawShipping: "a way of shipping (an object)" {
        fee: Text<'a> = "fee",
        currency: Text<'a> = "currency",
        pool: Text<'a> = "pool",
        free_from: Text<'a> = "free_from",
        service: Text<'a> = "service",
        from: Text<'a> = "from",
        to: Text<'a> = "to",
        days: (u16, u16) = "days",
    }
}

/// Reads a snapshot in the format of [`SCHEMA`]. Fields that nobody knows are passed over: a newer writer may know more.
pub fn read(json: &[u8]) -> Result<Snapshot, InputError> {
    let raw: RawSnapshot<'_> = input::read(json)?;
    if let Some(schema) = raw.schema.as_ref().filter(|schema| schema.as_str() != SCHEMA) {
        let told = format_args!("{:?} is not {SCHEMA:?}", schema.as_str());
        return Err(InputError::wrong("schema", told));
    }
    let outcome = raw
        .outcome
        .as_ref()
        .ok_or_else(|| InputError::missing("outcome", "an outcome such as \"ok\" is needed"))?;
    let outcome = Outcome::from_name(outcome.as_str())
        .ok_or_else(|| InputError::wrong("outcome", format_args!("{:?} is no outcome", outcome.as_str())))?;
    let currency = optional(raw.currency.as_ref(), at(&"currency"), Currency::parse)?;
    Ok(Snapshot {
        outcome,
        detail: owned(raw.detail.as_ref()),
        shape: Cow::Owned(owned(raw.shape.as_ref()).unwrap_or_default()),
        item: optional(raw.item.as_ref(), at(&"item"), ItemId::parse)?,
        title: owned(raw.title.as_ref()),
        store: optional(raw.store.as_ref(), at(&"store"), StoreId::parse)?,
        store_name: owned(raw.store_name.as_ref()),
        seller: optional(raw.seller.as_ref(), at(&"seller"), SellerId::parse)?,
        categories: each(raw.categories, at(&"categories"), CategoryId::parse)?,
        market: optional(raw.market.as_ref(), at(&"market"), Country::parse)?,
        currency,
        seen_at: optional(raw.seen_at.as_ref(), at(&"seen_at"), Instant::parse)?,
        selected_sku: optional(raw.selected_sku.as_ref(), at(&"selected_sku"), SkuId::parse)?,
        variants: list(raw.variants, "variants", |raw, at| variant(&raw, currency, at))?,
        shipping: list(raw.shipping, "shipping", |raw, at| shipping(&raw, currency, at))?,
        discounts: list(raw.discounts, "discounts", |raw, at| {
            discount(raw, at, &mut Warnings::default())
        })?,
        notes: raw
            .notes
            .unwrap_or_default()
            .iter()
            .map(|note| note.as_str().into())
            .collect(),
    })
}

/// A field of the snapshot itself.
fn at<'a>(field: &'a &'a str) -> At<'a> {
    At { base: field, field: "" }
}

fn owned(text: Option<&Text<'_>>) -> Option<String> {
    text.map(|text| text.as_str().into())
}

/// Reads each of a list under its place, such as `variants[3]`.
fn list<R, T>(
    raw: Option<Vec<R>>,
    name: &str,
    read: impl Fn(R, &dyn fmt::Display) -> Result<T, InputError>,
) -> Result<Vec<T>, InputError> {
    let raw = raw.unwrap_or_default().into_iter().enumerate();
    raw.map(|(index, raw)| read(raw, &format_args!("{name}[{index}]")))
        .collect()
}

fn money(text: Option<&Text<'_>>, currency: Option<Currency>, place: At<'_>) -> Result<Option<Money>, InputError> {
    let Some(text) = text else { return Ok(None) };
    let currency = currency.ok_or_else(|| InputError::missing("currency", format_args!("{place} is an amount")))?;
    optional(Some(text), place, |text| Money::parse(text, currency))
}

fn variant(raw: &RawVariant<'_>, currency: Option<Currency>, base: &dyn fmt::Display) -> Result<Variant, InputError> {
    let at = |field| At { base, field };
    Ok(Variant {
        sku: optional(raw.sku.as_ref(), at("sku"), SkuId::parse)?,
        name: owned(raw.name.as_ref()),
        price: money(raw.price.as_ref(), currency, at("price"))?,
        list_price: money(raw.list_price.as_ref(), currency, at("list_price"))?,
        stock: raw.stock,
        warehouse: optional(raw.warehouse.as_ref(), at("warehouse"), Warehouse::parse)?,
        salable: raw
            .salable
            .ok_or_else(|| InputError::missing(at("salable"), "whether it can be bought is needed"))?,
        new_shopper_price: money(raw.new_shopper_price.as_ref(), currency, at("new_shopper_price"))?,
    })
}

fn shipping(raw: &RawShipping<'_>, page: Option<Currency>, base: &dyn fmt::Display) -> Result<Shipping, InputError> {
    let at = |field| At { base, field };
    let currency = optional(raw.currency.as_ref(), at("currency"), Currency::parse)?.or(page);
    Ok(Shipping {
        fee: money(raw.fee.as_ref(), currency, at("fee"))?
            .ok_or_else(|| InputError::missing(at("fee"), "an amount such as \"1.99\" is needed"))?,
        pool: optional(raw.pool.as_ref(), at("pool"), PoolId::parse)?,
        free_from: money(raw.free_from.as_ref(), currency, at("free_from"))?,
        service: owned(raw.service.as_ref()),
        from: optional(raw.from.as_ref(), at("from"), Warehouse::parse)?,
        to: optional(raw.to.as_ref(), at("to"), Country::parse)?,
        days: raw.days,
    })
}
