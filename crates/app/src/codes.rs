//! Public codes, and whether they work: what visitors say, weighed so that none of them can swing it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tillwatch_core::almanac::{Almanac, Confidence, Ladder};
use tillwatch_core::country::Country;
use tillwatch_core::discount::{Audience, Discount, Kind};
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{BasisPoints, Rounding};

use crate::App;
use crate::ports::store::{ListingKey, StoreError, Voices};

/// How long a voice counts, and how long it counts in full, in seconds: half a year, thirty days.
const COUNTS: i64 = 183 * 86_400;
const LATELY: i64 = 30 * 86_400;

/// What a voice weighs in full, and later.
const FULL: i64 = 4;
const LATER: i64 = 1;

/// As many voices as what is assumed before anybody spoke weighs.
const ASSUMED: i64 = 4;

/// From so many codes of a source on that somebody tried, the share of those that worked is assumed of its others.
const TRIED: u32 = 5;

/// So many of the listings that a code is bound to are named.
const NAMED: usize = 3;

/// Under so many voices they say little.
const FEW: u32 = 5;

/// A public code with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// What is typed.
    pub text: String,
    /// What it takes, on which terms.
    pub discount: Discount,
    /// The id of its campaign's ladder.
    pub ladder: String,
    /// What its campaign is called, in English.
    pub campaign: String,
    /// Who says so.
    pub source: String,
    /// How sure that is.
    pub confidence: Confidence,
    /// Whether it holds.
    pub time: Time,
    /// Whether it works, as far as visitors say.
    pub ledger: Ledger,
    /// The first few of the listings that it is bound to; none where it is for more than single listings.
    pub listings: Vec<Bound>,
}

/// A listing that a code is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The listing.
    pub item: ItemId,
    /// Its title, where it was read.
    pub title: Option<String>,
}

/// Whether a code holds at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Time {
    /// It does.
    Holds,
    /// Not yet.
    Coming,
    /// No more.
    Over,
}

impl Time {
    /// The name in every format of ours.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Coming => "coming",
            Self::Over => "over",
        }
    }
}

/// What visitors say of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ledger {
    /// Networks in which it worked.
    pub proven: u32,
    /// Networks in which it was refused.
    pub refused: u32,
    /// When it last worked.
    pub last_proven: Option<Instant>,
    /// How likely it works: what is assumed of its source, moved by each voice.
    pub likelihood: BasisPoints,
    /// Of the source's codes that anybody tried, how many ever worked, and how many were tried.
    pub of_source: (u32, u32),
}

impl Ledger {
    /// How many networks said anything.
    pub const fn tries(&self) -> u32 {
        self.proven.saturating_add(self.refused)
    }

    /// Whether so few have tried it that they say little.
    pub const fn is_of_few(&self) -> bool {
        self.tries() < FEW
    }
}

impl App {
    /// The public codes that are meant for a market, or all of them: those of the ladders, and those that listings showed.
    /// Those that hold come first, then those to come, then those that are over, each by its end.
    pub fn codes(&self, market: Option<Country>, now: Instant) -> Result<Vec<Code>, StoreError> {
        let voices = self
            .store
            .voices(now.plus_seconds(-COUNTS), now.plus_seconds(-LATELY))?;
        let voices: BTreeMap<&str, &Voices> = voices.iter().map(|one| (one.code.as_str(), one)).collect();
        let (almanac, noticed) = self.codebook();
        let all = public(&almanac.ladders, &noticed);
        let mut of_source: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        let mut counted = BTreeSet::new();
        for (ladder, code) in &all {
            if let Some(said) = voices
                .get(code.typed())
                .filter(|_| counted.insert((&ladder.source, code.typed())))
            {
                let (proven, tried) = of_source.entry(&ladder.source).or_default();
                *tried = tried.saturating_add(1);
                *proven = proven.saturating_add(u32::from(said.proven.0 > 0));
            }
        }
        let meant =
            |code: &Discount| market.is_none_or(|market| code.regions.is_empty() || code.regions.contains(&market));
        let mut codes: Vec<Code> = all
            .iter()
            .filter(|(_, code)| meant(code))
            .map(|&(ladder, code)| Code {
                text: code.typed().to_owned(),
                discount: code.clone(),
                ladder: ladder.id.clone(),
                campaign: ladder.name.clone(),
                source: ladder.source.clone(),
                confidence: confidence(ladder, code),
                time: time(code, now),
                ledger: ledger(
                    voices.get(code.typed()).copied(),
                    of_source.get(ladder.source.as_str()).copied().unwrap_or_default(),
                    confidence(ladder, code),
                ),
                listings: Vec::new(),
            })
            .collect();
        for code in &mut codes {
            if code.discount.scope.is_of_listings() {
                code.listings = self.bound(&code.discount, &almanac)?;
            }
        }
        codes.sort_by(|one, other| {
            let end = |code: &Code| code.discount.valid_until.map(Instant::moment);
            let by_end = match one.time {
                // The one that ended last is the nearest.
                Time::Over => end(other).cmp(&end(one)),
                _ => end(one)
                    .is_none()
                    .cmp(&end(other).is_none())
                    .then(end(one).cmp(&end(other))),
            };
            one.time
                .cmp(&other.time)
                .then(by_end)
                .then_with(|| one.text.cmp(&other.text))
        });
        Ok(codes)
    }

    /// What is known of codes: the ladders, and what readings showed.
    fn codebook(&self) -> (Arc<Almanac>, Vec<Ladder>) {
        let state = self.state();
        (Arc::clone(&state.almanac), state.noticed.ladders().to_vec())
    }

    /// The first few listings of a code, with their titles in its market.
    fn bound(&self, code: &Discount, almanac: &Almanac) -> Result<Vec<Bound>, StoreError> {
        let row = code.regions.first().and_then(|market| almanac.markets.get(*market));
        let title = |item: &ItemId| {
            let Some(row) = row else { return Ok(None) };
            let key = ListingKey {
                item: item.clone(),
                market: row.country,
                currency: row.currency,
            };
            let known = self.store.listing(&key)?;
            Ok(known.and_then(|state| state.snapshot?.title))
        };
        let some = code.scope.items.iter().take(NAMED);
        some.map(|item| {
            Ok(Bound {
                item: item.clone(),
                title: title(item)?,
            })
        })
        .collect()
    }

    /// Keeps whether a public code worked for somebody in a network, in place of what that network said before. Whether
    /// there is such a code.
    pub fn hear_of_code(&self, code: &str, network: &str, proven: bool, now: Instant) -> Result<bool, StoreError> {
        let (almanac, noticed) = self.codebook();
        let all = public(&almanac.ladders, &noticed);
        if !all.iter().any(|(_, known)| known.typed() == code) {
            return Ok(false);
        }
        let without = || StoreError::Refused("nothing can be reported: this program has no key".to_owned());
        let hash = self.voice_hash(code, network).ok_or_else(without)?;
        self.store.hear_of_code(code, &hash, proven, now)?;
        Ok(true)
    }
}

/// The codes that everybody has, with their ladders. What everybody may type for more is not told once more of single
/// listings, and what the harvest found is not told once more where a reading showed it.
fn public<'a>(ladders: &'a [Ladder], noticed: &'a [Ladder]) -> Vec<(&'a Ladder, &'a Discount)> {
    let all = |ladders: &'a [Ladder]| {
        let each = ladders
            .iter()
            .flat_map(|ladder| ladder.discounts.iter().map(move |discount| (ladder, discount)));
        each.filter(|(_, discount)| discount.kind == Kind::Code && discount.audience == Audience::Public)
    };
    let (bound, mut found): (Vec<_>, Vec<_>) = all(ladders).partition(|(_, code)| code.scope.is_of_listings());
    let mut known: BTreeMap<&str, Vec<&Discount>> = BTreeMap::new();
    for (_, code) in &found {
        known.entry(code.typed()).or_default().push(code);
    }
    for (ladder, code) in bound.into_iter().chain(all(noticed)) {
        let of_text = known.entry(code.typed()).or_default();
        if !of_text.iter().any(|known| tells(known, code)) {
            of_text.push(code);
            found.push((ladder, code));
        }
    }
    found
}

/// Whether one code says all that is to be said of another one of the same text.
fn tells(known: &Discount, code: &Discount) -> bool {
    let reaches = |known: &[Country], regions: &[Country]| {
        known.is_empty() || (!regions.is_empty() && regions.iter().all(|region| known.contains(region)))
    };
    let of_these = |code: &Discount| code.scope.items.iter().all(|item| known.scope.items.contains(item));
    let alike = known.id == code.id && of_these(code);
    (alike || !known.scope.is_of_listings()) && reaches(&known.regions, &code.regions)
}

/// How sure a code is: as it says itself, else as its ladder does.
fn confidence(ladder: &Ladder, code: &Discount) -> Confidence {
    let own = code.provenance.confidence.as_deref();
    let named = Confidence::ALL.into_iter().find(|one| Some(one.name()) == own);
    named.unwrap_or(ladder.confidence)
}

fn time(code: &Discount, now: Instant) -> Time {
    match (code.valid_from, code.valid_until) {
        (Some(from), _) if now < from => Time::Coming,
        (_, Some(until)) if until <= now => Time::Over,
        _ => Time::Holds,
    }
}

/// What was said, on top of what is assumed: the rate of the source once enough of its codes were tried, else three of
/// four for a sure source, one of two for a fairly sure one, one of four for one that is not sure.
fn ledger(said: Option<&Voices>, of_source: (u32, u32), confidence: Confidence) -> Ledger {
    let (proven, refused) = said.map_or(((0, 0), (0, 0)), |said| (said.proven, said.refused));
    let weight = |(all, lately): (u32, u32)| {
        let (all, lately) = (i64::from(all), i64::from(lately));
        FULL * lately + LATER * all.saturating_sub(lately)
    };
    let (good, of) = match of_source {
        (good, tried) if tried >= TRIED => (i64::from(good), i64::from(tried)),
        _ => match confidence {
            Confidence::High => (3, 4),
            Confidence::Medium => (2, 4),
            Confidence::Low => (1, 4),
        },
    };
    // All of it times `of`, so that nothing is rounded before the end.
    let assumed = FULL * ASSUMED;
    let worked = i128::from(assumed * good + weight(proven) * of);
    let all = i128::from((assumed + weight(proven) + weight(refused)) * of);
    let points = Rounding::HalfUp.divide(worked.saturating_mul(10_000), all);
    Ledger {
        proven: proven.0,
        refused: refused.0,
        last_proven: said.and_then(|said| said.last_proven),
        likelihood: u16::try_from(points)
            .ok()
            .and_then(BasisPoints::new)
            .unwrap_or(BasisPoints::WHOLE),
        of_source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn likelihood(proven: (u32, u32), refused: (u32, u32), of_source: (u32, u32)) -> u16 {
        let said = Voices {
            code: String::new(),
            proven,
            refused,
            last_proven: None,
        };
        ledger(Some(&said), of_source, Confidence::Medium).likelihood.points()
    }

    #[test]
    fn before_anybody_speaks_a_code_is_as_likely_as_its_source_is_sure() {
        let unheard = |confidence| ledger(None, (0, 0), confidence).likelihood.points();
        assert_eq!(
            [Confidence::High, Confidence::Medium, Confidence::Low].map(unheard),
            [7_500, 5_000, 2_500]
        );
        assert_eq!(likelihood((0, 0), (0, 0), (4, 4)), 5_000);
        assert_eq!(likelihood((0, 0), (0, 0), (1, 5)), 2_000);
    }

    #[test]
    fn a_voice_of_long_ago_weighs_a_quarter() {
        assert_eq!(likelihood((1, 1), (0, 0), (0, 0)), 6_000);
        assert_eq!(likelihood((4, 0), (0, 0), (0, 0)), 6_000);
        assert_eq!(likelihood((0, 0), (16, 16), (0, 0)), 1_000);
    }

    proptest! {
        #[test]
        fn no_voice_alone_swings_it_and_each_moves_it_its_own_way(
            good in 0_u32..5_000, bad in 0_u32..5_000, tried in 0_u32..50, worked in 0_u32..50,
        ) {
            let of_source = (worked.min(tried), tried);
            let before = likelihood((good, good), (bad, bad), of_source);
            let up = likelihood((good + 1, good + 1), (bad, bad), of_source);
            let down = likelihood((good, good), (bad + 1, bad + 1), of_source);
            prop_assert!(down <= before && before <= up);
            prop_assert!(up - before <= 2_000 && before - down <= 2_000);
        }
    }
}
