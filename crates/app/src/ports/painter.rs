//! Who draws the chart of a price, for messages that can show one.

use tillwatch_core::history::Lane;
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;

use super::Later;
use crate::ports::store::ListingKey;

/// Draws the past of a price.
pub trait Painter: Send + Sync {
    /// The chart of a variant in a lane up to `now`, as PNG. Nothing where there is no past to be seen, and nothing where
    /// the chart cannot be had within a third of a second: no message waits longer for its picture.
    fn paint<'a>(
        &'a self,
        key: &'a ListingKey,
        sku: Option<&'a SkuId>,
        lane: Lane,
        now: Instant,
    ) -> Later<'a, Option<Vec<u8>>>;
}
