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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use proptest::prelude::*;
    use tillwatch_core::discount::{Benefit, Provenance, Scope};
    use tillwatch_core::id::DiscountId;
    use tillwatch_core::money::Money;

    use super::*;

    fn at(hours: i64) -> Instant {
        Instant::parse("2026-06-10T12:00:00Z")
            .unwrap()
            .plus_seconds(hours * 3_600)
    }

    /// A code of some listings, from and until so many hours from the beginning.
    fn code(name: &str, items: &[u64], from: i64, until: i64) -> Discount {
        let amount = Money::new(300, Currency::USD);
        Discount {
            code: Some(name.into()),
            valid_from: Some(at(from)),
            valid_until: Some(at(until)),
            scope: Scope {
                items: items.iter().map(|item| ItemId::from_number(*item)).collect(),
                ..Scope::default()
            },
            // What a code does not say of these its ladder says for it when it is read back.
            provenance: Provenance {
                source: Some(SOURCE.to_owned()),
                confidence: Some("medium".to_owned()),
                ..Provenance::default()
            },
            ..Discount::new(
                DiscountId::parse(name).unwrap(),
                Kind::Code,
                Benefit::Fixed { amount },
                Some(Currency::USD),
            )
        }
    }

    fn of(market: Country) -> Ladder {
        empty("affiliate-api", "Codes of single listings", market)
    }

    #[test]
    fn what_a_whole_round_does_not_find_ends_with_it_and_is_forgotten_a_month_later() {
        let mut ladder = of(Country::US);
        let both = vec![code("ON", &[1], -1, 900), code("SOON", &[1], 24, 900)];
        renew(&mut ladder, both, true, at(0));
        renew(&mut ladder, Vec::new(), false, at(6));
        assert!(
            ladder.discounts.iter().all(|code| !has_ended(code, at(6))),
            "a part tells of nothing else"
        );
        renew(&mut ladder, Vec::new(), true, at(12));
        let [on] = ladder.discounts.as_slice() else {
            panic!("{ladder:?}")
        };
        assert_eq!((on.code.as_deref(), on.valid_until), (Some("ON"), Some(at(12))));
        // It is on again where it is seen again.
        renew(&mut ladder, vec![code("ON", &[1], -1, 900)], true, at(18));
        assert_eq!(ladder.discounts[0].valid_until, Some(at(900)));
        renew(&mut ladder, Vec::new(), true, at(900 + 31 * 24));
        assert_eq!(ladder.discounts, []);
    }

    #[test]
    fn listings_of_one_round_join_and_those_of_the_round_before_are_gone() {
        let mut ladder = of(Country::US);
        renew(
            &mut ladder,
            vec![code("A", &[1], 0, 900), code("A", &[2], 0, 900)],
            true,
            at(0),
        );
        assert_eq!(ladder.discounts[0].scope.items.len(), 2);
        renew(&mut ladder, vec![code("A", &[2], 0, 900)], true, at(6));
        assert_eq!(ladder.discounts[0].scope.items, [ItemId::from_number(2)]);
    }

    #[test]
    fn weak_words_give_way_where_the_same_code_is_told_for_sure() {
        let mut weak = code("A", &[1, 2], 0, 100);
        weak.provenance.confidence = Some("low".into());
        weak.min_spend = Some(Money::new(1_000, Currency::USD));
        let found = surest(vec![weak, code("A", &[1], 0, 100)]);
        let items: Vec<usize> = found.iter().map(|code| code.scope.items.len()).collect();
        assert_eq!(items, [1, 1]);
        assert!(found[0].scope.items != found[1].scope.items);
    }

    #[test]
    fn what_names_no_listing_is_in_another_currency_or_never_holds_is_left_out() {
        let fine = code("A", &[1], 0, 100);
        let taken = bound(fine.clone(), Country::US, Currency::USD).unwrap();
        assert_eq!(taken.regions, [Country::US]);
        let eur = Currency::parse("EUR").unwrap();
        let everybodys = Discount {
            scope: Scope::default(),
            ..fine.clone()
        };
        let personal = Discount {
            audience: Audience::Personal,
            ..fine.clone()
        };
        assert_eq!(bound(everybodys, Country::US, Currency::USD), None);
        assert_eq!(bound(personal, Country::US, Currency::USD), None);
        assert_eq!(bound(fine, Country::US, eur), None);
        assert_eq!(bound(code("A", &[1], 5, 5), Country::US, Currency::USD), None);
    }

    proptest! {
        #[test]
        fn whatever_rounds_find_is_read_back_as_it_was_kept(
            rounds in prop::collection::vec(prop::collection::vec((0..6_u8, 1..5_u64, -50..50_i64, 1..90_i64), 0..8), 1..6),
        ) {
            let mut ladder = of(Country::US);
            for (round, found) in rounds.iter().enumerate() {
                let now = at(6 * i64::try_from(round).unwrap());
                let found: Vec<Discount> = found
                    .iter()
                    .map(|(name, item, from, length)| code(&format!("C{name}"), &[*item], *from, from + length))
                    .collect();
                renew(&mut ladder, surest(found.clone()), round % 3 != 1, now);
                for code in &found {
                    let kept = ladder.discounts.iter().filter(|kept| kept.id == code.id);
                    prop_assert_eq!(kept.count(), 1);
                }
                let json = serde_json::to_string(&ladder).unwrap();
                prop_assert_eq!(&read_ladder(json.as_bytes()).unwrap().value, &ladder);
            }
        }
    }
}
