//! The codes of single listings that are known: those of the harvest, which a restart keeps, and those that readings
//! showed, which only the ledger of codes tells.

use std::collections::BTreeSet;

use tillwatch_core::almanac::{Confidence, Ladder, read_ladder};
use tillwatch_core::country::Country;
use tillwatch_core::discount::{Audience, Discount, Kind};
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;

use super::plan::Round;
use crate::App;
use crate::ports::store::{Store, StoreError};

/// Who says so.
const SOURCE: &str = "affiliate API";

/// The most codes of a market.
const MOST: usize = 1_000;

/// How long after its end a code is kept, in seconds, so that receipts of that time stand: thirty days.
const OVER: i64 = 30 * 86_400;

/// How long a reading's code is told after it was seen last, in seconds: a week.
const UNSEEN: i64 = 7 * 86_400;

/// Under which names the ladders are kept, before the market's.
const NAME: &str = "harvested:";

/// The harvested ladders that a store keeps, each for one market. What cannot be read is gathered anew soon.
pub fn kept(store: &dyn Store) -> Result<Vec<Ladder>, StoreError> {
    let all = store.recall_all(NAME)?;
    let ladders = all.iter().filter_map(|(_, kept)| read_ladder(kept.as_bytes()).ok());
    Ok(ladders.map(|read| read.value).collect())
}

/// A code that everybody can type for the listings that it names, as a market has it; `None` for anything else. One that
/// names no listing is not taken for everybody's, and one in another currency could never apply.
pub(super) fn bound(code: Discount, market: Country, currency: Currency) -> Option<Discount> {
    let window = code.valid_from.zip(code.valid_until);
    let fits = code.kind == Kind::Code
        && code.code.is_some()
        && code.audience == Audience::Public
        && code.scope.is_of_listings()
        && code.currency.is_none_or(|own| own == currency)
        && window.is_none_or(|(from, until)| from < until);
    fits.then(|| Discount {
        regions: vec![market],
        ..code
    })
}

/// A ladder without codes yet.
fn empty(id: &str, name: &str, market: Country) -> Ladder {
    Ladder {
        id: format!("{id}-{market}"),
        name: name.to_owned(),
        regions: vec![market],
        source: SOURCE.to_owned(),
        confidence: Confidence::Medium,
        discounts: Vec::new(),
        notes: Vec::new(),
    }
}

fn is_of(ladder: &Ladder, market: Country) -> bool {
    ladder.regions.contains(&market)
}

/// Puts a code in the place of the one that was known by its id. Its listings join those that were seen since a moment.
fn put(ladder: &mut Ladder, mut code: Discount, since: Instant) {
    let known = ladder.discounts.iter_mut().find(|known| known.id == code.id);
    let Some(known) = known else {
        ladder.discounts.push(code);
        return;
    };
    if known.provenance.seen_at.is_some_and(|seen| seen >= since) {
        let missing = |item: &&_| !code.scope.items.contains(item);
        let more: Vec<_> = known.scope.items.iter().filter(missing).cloned().collect();
        code.scope.items.extend(more);
    }
    *known = code;
}

fn has_ended(code: &Discount, by: Instant) -> bool {
    code.valid_until.is_some_and(|until| until <= by)
}

/// No more codes than a ladder has room for: those that end last stay.
fn shorten(ladder: &mut Ladder) {
    if ladder.discounts.len() > MOST {
        ladder.discounts.sort_by_key(|code| {
            let until = code.valid_until.map(Instant::moment);
            (until.is_some(), std::cmp::Reverse(until))
        });
        ladder.discounts.truncate(MOST);
    }
}

/// What a round found, without the weak words on a code of which a sure method tells the terms for the same listing.
fn surest(found: Vec<Discount>) -> Vec<Discount> {
    let is_weak = |code: &Discount| code.provenance.confidence.as_deref() == Some(Confidence::Low.name());
    let (mut weak, sure): (Vec<Discount>, Vec<Discount>) = found.into_iter().partition(is_weak);
    for code in &mut weak {
        let same = sure.iter().filter(|one| one.code == code.code);
        let told: BTreeSet<&ItemId> = same.flat_map(|one| &one.scope.items).collect();
        code.scope.items.retain(|item| !told.contains(item));
    }
    weak.retain(|code| !code.scope.items.is_empty());
    weak.extend(sure);
    weak
}

/// A market's ladder after a round. What a whole round did not find has ended with it.
fn renew(ladder: &mut Ladder, found: Vec<Discount>, whole: bool, now: Instant) {
    if whole {
        let is_found = |code: &Discount| found.iter().any(|seen| seen.id == code.id);
        // What was still to come never held, and is forgotten.
        let held = |code: &Discount| code.valid_from.is_none_or(|from| from < now);
        ladder.discounts.retain(|code| is_found(code) || held(code));
        for code in &mut ladder.discounts {
            if !is_found(code) && !has_ended(code, now) {
                code.valid_until = Some(now);
                code.provenance.expiry_assumed = true;
            }
        }
    }
    for mut code in found {
        code.provenance.seen_at = Some(now);
        put(ladder, code, now);
    }
    ladder
        .discounts
        .retain(|code| !has_ended(code, now.plus_seconds(-OVER)));
    shorten(ladder);
}

impl App {
    /// Keeps what a round found, and prices what it touches. How many codes are on or to come, and how many prices
    /// changed.
    pub(super) fn gathered(&self, round: Round, now: Instant) -> Result<(usize, usize), StoreError> {
        let (mut found, whole) = round.into_found();
        let mut ladders = self.state().harvested.clone();
        for market in found.keys() {
            if !ladders.iter().any(|ladder| is_of(ladder, *market)) {
                ladders.push(empty("affiliate-api", "Codes of single listings", *market));
            }
        }
        for ladder in &mut ladders {
            let market = ladder.regions.first().copied();
            let codes = market.and_then(|market| found.remove(&market));
            renew(ladder, surest(codes.unwrap_or_default()), whole, now);
            if let (Some(market), Ok(json)) = (market, serde_json::to_string(ladder)) {
                self.store.remember(&format!("{NAME}{market}"), &json)?;
            }
        }
        let codes = ladders.iter().flat_map(|ladder| &ladder.discounts);
        let count = codes.filter(|code| !has_ended(code, now)).count();
        let state = &mut *self.state();
        state.harvested = ladders;
        let almanac = (*state.almanac).clone();
        Ok((count, self.take_almanac(state, almanac, now)?))
    }
}

/// What readings showed, one ladder a market. It lasts as long as the program: the next readings show it again.
#[derive(Debug, Default)]
pub(crate) struct Noticed(Vec<Ladder>);

impl Noticed {
    /// The ladders.
    pub(crate) fn ladders(&self) -> &[Ladder] {
        &self.0
    }

    /// Takes in what a reading of a market showed.
    pub(crate) fn take(&mut self, market: Country, currency: Currency, shown: &[Discount], now: Instant) {
        let codes: Vec<Discount> = shown
            .iter()
            .filter_map(|code| bound(code.clone(), market, currency))
            .collect();
        if codes.is_empty() {
            return;
        }
        if !self.0.iter().any(|ladder| is_of(ladder, market)) {
            self.0.push(empty("readings", "Codes of single listings", market));
        }
        let Some(ladder) = self.0.iter_mut().find(|ladder| is_of(ladder, market)) else {
            return;
        };
        let since = now.plus_seconds(-UNSEEN);
        for mut code in codes {
            code.provenance.seen_at = Some(now);
            put(ladder, code, since);
        }
        let is_fresh = |code: &Discount| code.provenance.seen_at.is_some_and(|seen| seen >= since);
        ladder
            .discounts
            .retain(|code| is_fresh(code) && !has_ended(code, since));
        shorten(ladder);
    }
}
