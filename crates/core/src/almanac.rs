//! The almanac: what is known before any page is read. Markets, ladders of codes, named events, usual lives.
//!
//! It is built from the files under `data/`; an operator adds ladders in the same format without a rebuild.

mod known;
mod ladder;
mod lifetimes;
pub(crate) mod read;
mod turns;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

use crate::calendar::Calendar;
use crate::country::Country;
use crate::discount::{Audience, Discount};
use crate::id::DiscountId;
use crate::input::InputError;
use crate::instant::Instant;
use crate::market::Markets;

use self::read::Zones;
pub use known::Known;
pub use ladder::{Ladder, SCHEMA, read_ladder};
pub use lifetimes::{Life, Lifetime, Lifetimes};

/// How long before its start and after its end a discount is still worth naming beside a quote, in seconds: 14 days.
pub const NEARBY_SECONDS: i64 = 14 * 24 * 60 * 60;

/// How sure a piece of data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// One weak source, or a window that is assumed.
    Low,
    /// One good source.
    Medium,
    /// Page data, an official text, or several sources that agree.
    High,
}

impl Confidence {
    /// All of them, the surest first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// The name in every format of ours.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Everything that is known beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Almanac {
    /// Ship-to countries.
    pub markets: Markets,
    /// Sets of discounts that were published or seen; see [`Almanac::add`].
    pub ladders: Vec<Ladder>,
    /// Named sales; see [`crate::calendar::events_between`].
    pub events: Calendar,
    /// How long the kinds of discount usually live.
    pub lifetimes: Lifetimes,
}

impl Almanac {
    /// The almanac of the files that stand in this program.
    pub fn built_in() -> Result<Self, InputError> {
        let mut zones = Zones::default();
        let ladders = CAMPAIGNS
            .iter()
            .map(|json| ladder::read(json.as_bytes(), &mut zones).map(|read| read.value))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            markets: Markets::built_in()?,
            ladders,
            events: Calendar::built_in_with(&mut zones)?,
            lifetimes: Lifetimes::built_in()?,
        })
    }

    /// Adds a ladder; one with the same id takes the place of the former, so that an operator can correct it.
    pub fn add(&mut self, ladder: Ladder) {
        match self.ladders.iter_mut().find(|known| known.id == ladder.id) {
            Some(known) => *known = ladder,
            None => self.ladders.push(ladder),
        }
    }

    /// The public discounts worth giving to the engine for checkouts in a market at a moment, in the order of the ladders.
    ///
    /// Those that are meant for the market are given while they hold and for [`NEARBY_SECONDS`] on either side, so that
    /// a code that ended last week is refused by name; those for other markets only while they hold. The currency is not
    /// asked: a discount in another one is refused by name too. Each id comes once: of several with one id the one that
    /// holds now, else the one whose window is nearest, and of equals the one that was added last. What names its
    /// listings is only given where it is meant for the market, and only to their checkouts; see [`Known::of_lines`].
    pub fn discounts_for(&self, market: Country, at: Instant) -> Known {
        let mut best: BTreeMap<&DiscountId, (i64, &Discount)> = BTreeMap::new();
        let public = |discount: &&Discount| discount.audience == Audience::Public;
        for discount in self.all().filter(public) {
            let meant = discount.regions.is_empty() || discount.regions.contains(&market);
            let far = distance(discount, at);
            let is_elsewhere = !meant && discount.scope.is_of_listings();
            if is_elsewhere || far > if meant { NEARBY_SECONDS } else { 0 } {
                continue;
            }
            let place = best.entry(&discount.id).or_insert((far, discount));
            if far <= place.0 {
                *place = (far, discount);
            }
        }
        let chosen = self.all().filter(|discount| {
            best.get(&discount.id)
                .is_some_and(|(_, one)| core::ptr::eq(*one, *discount))
        });
        Known::new(chosen.cloned(), market, at)
    }

    /// Every discount of every ladder.
    fn all(&self) -> impl Iterator<Item = &Discount> {
        self.ladders.iter().flat_map(|ladder| &ladder.discounts)
    }
}

/// How many seconds a moment is away from a discount's window; zero is inside.
fn distance(discount: &Discount, at: Instant) -> i64 {
    let seconds = |instant: Instant| instant.moment().as_second();
    match (discount.valid_from, discount.valid_until) {
        (Some(from), _) if at < from => seconds(from).saturating_sub(seconds(at)).max(1),
        // The end itself is outside.
        (_, Some(until)) if at >= until => seconds(at).saturating_sub(seconds(until)).max(1),
        _ => 0,
    }
}

/// One ladder a file, by name.
const CAMPAIGNS: &[&str] = &[
    include_str!("../data/campaigns/au-2025-02-autumn.json"),
    include_str!("../data/campaigns/bh-2026-06-credimax.json"),
    include_str!("../data/campaigns/es-2025-02-carnaval.json"),
    include_str!("../data/campaigns/es-2026-08-back.json"),
    include_str!("../data/campaigns/fr-2026-10-choice-day.json"),
    include_str!("../data/campaigns/gb-2023-06-02-every.json"),
    include_str!("../data/campaigns/global-2024-10-affiliate-ifp.json"),
    include_str!("../data/campaigns/global-2025-07-affiliate-ifp.json"),
    include_str!("../data/campaigns/global-2026-06-summer-afso.json"),
    include_str!("../data/campaigns/other-2026-10-brand-day.json"),
    include_str!("../data/campaigns/other-2026-10-party-ready.json"),
    include_str!("../data/campaigns/store-2024-02-d.json"),
    include_str!("../data/campaigns/store-2024-03-a.json"),
    include_str!("../data/campaigns/store-2024-03-b.json"),
    include_str!("../data/campaigns/store-2024-03-c.json"),
    include_str!("../data/campaigns/us-2023-06-02-every.json"),
    include_str!("../data/campaigns/us-2025-09-05.json"),
    include_str!("../data/campaigns/us-2025-10-16.json"),
    include_str!("../data/campaigns/us-2025-12-19-big-sale.json"),
    include_str!("../data/campaigns/us-2025-12-22.json"),
    include_str!("../data/campaigns/us-2026-05-usaff.json"),
];

#[cfg(test)]
mod tests;
