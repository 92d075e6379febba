//! What a market's authorities have to do with a total: one sentence each, with its source.

use tillwatch_core::checkout::{Checkout, Line};
use tillwatch_core::market::{MarketNote, Markets};
use tillwatch_core::money::Money;

use crate::words::known::Said;
use crate::words::{Words, fill};

/// One sentence.
pub(crate) struct Note {
    pub(crate) text: Said,
    pub(crate) source: Said,
    pub(crate) as_of: String,
}

impl Note {
    pub(crate) fn of(note: &MarketNote, words: &Words) -> Self {
        Self {
            text: words.note(note),
            source: words.source(&note.source),
            as_of: fill(&words.listing.as_of, &[("date", &note.as_of)]),
        }
    }
}

/// What is said of goods of this value that some lines of a checkout bring.
pub(crate) fn said<'a>(
    markets: &Markets,
    checkout: &Checkout,
    lines: impl Iterator<Item = &'a Line>,
    goods: Money,
) -> Vec<MarketNote> {
    let mut said: Vec<MarketNote> = Vec::new();
    for line in lines {
        let origin = line.warehouse.as_ref();
        for note in markets.notes_for(checkout.market, Some(goods), origin, checkout.at) {
            if !said.contains(&note) {
                said.push(note);
            }
        }
    }
    said
}
