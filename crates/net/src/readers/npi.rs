//! What a link's `pdp_npi` says of the price that was shown with it, and the time inside a trace id.

use tillwatch_core::country::Country;
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};

use super::amount;

/// The readable fields of one `pdp_npi`, all of them hints and none a price of its own.
///
/// `6@dis!CUR!original!sale!!!base!base!@trace!SKU!scene!...`: version, currency and prices stand at fixed places, the
/// variant after the trace (recorded in official answers of September 2026 and on 120 search cards of December 2025).
pub(super) struct Npi {
    /// The sale price that was shown with the link.
    pub(super) sale: Option<Money>,
    /// The variant that was shown.
    pub(super) sku: Option<SkuId>,
    /// The ship-to country: the field after the scene `sea` (US on all 120 recorded cards); affiliate links leave it out.
    pub(super) market: Option<Country>,
    /// When the link was made.
    pub(super) at: Option<Instant>,
    /// The platform's item subsidy behind the sale price (`pisId`), by its promotion id.
    pub(super) subsidy: Option<String>,
}

impl Npi {
    /// Reads the value of `pdp_npi`, percent-encoded or not.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = decoded(text.get(..4_000).unwrap_or(text));
        let fields: Vec<&str> = text.split('!').collect();
        let currency = fields.get(1).and_then(|code| Currency::parse(code).ok());
        let trace = fields.iter().position(|field| field.starts_with('@'))?;
        let after = |places: usize| fields.get(trace.saturating_add(places)).copied();
        let market = after(3).filter(|_| after(2) == Some("sea"));
        Some(Self {
            sale: currency.and_then(|currency| amount::parse(fields.get(3)?, currency)),
            sku: after(1).and_then(|id| SkuId::parse(id).ok()),
            market: market.and_then(|code| Country::parse(code).ok()),
            at: after(0).and_then(|trace| traced(trace.trim_start_matches('@'))),
            subsidy: fields
                .iter()
                .flat_map(|field| field.split(';'))
                .find_map(|field| field.strip_prefix("pisId:"))
                .map(str::to_owned),
        })
    }

    /// Reads it out of a link.
    pub(super) fn of_link(link: &str) -> Option<Self> {
        Self::read(&parameter(link, "pdp_npi")?)
    }
}

/// A parameter of a link, as it is written there.
pub(super) fn parameter(link: &str, name: &str) -> Option<String> {
    // Links in answers can have two question marks (`...%7D?appkey=532390`, April 2026).
    link.split(['?', '&'])
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// The moment in a trace id: 8 hexadecimal digits of a host, then 13 digits of milliseconds.
///
/// The answers recorded in April and September 2026 carry their own day there.
pub(super) fn traced(trace: &str) -> Option<Instant> {
    let host = trace.get(..8)?;
    let millis = trace.get(8..21)?;
    let hex = host.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digits = millis.bytes().all(|byte| byte.is_ascii_digit());
    let millis: i64 = (hex && digits).then(|| millis.parse().ok())??;
    // From 2010, when the marketplace opened, to 2100: another number is no time.
    (1_262_304_000_000..4_102_444_800_000)
        .contains(&millis)
        .then(|| Instant::from_millis(millis))?
}

/// Undoes percent-encoding; what is none stays.
pub(super) fn decoded(text: &str) -> String {
    let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0_usize;
    while let Some(byte) = bytes.get(at) {
        let pair = (*byte == b'%')
            .then(|| {
                let high = hex(bytes.get(at.saturating_add(1)))?;
                let low = hex(bytes.get(at.saturating_add(2)))?;
                u8::try_from(high.saturating_mul(16).saturating_add(low)).ok()
            })
            .flatten();
        plain.push(pair.unwrap_or(*byte));
        at = at.saturating_add(if pair.is_some() { 3 } else { 1 });
    }
    String::from_utf8_lossy(&plain).into_owned()
}
