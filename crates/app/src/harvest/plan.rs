//! What a round asks: the codes of what is watched, then what sells well and the campaigns, in each market alike.

use std::collections::{BTreeMap, VecDeque};

use tillwatch_core::country::Country;
use tillwatch_core::discount::Discount;
use tillwatch_core::id::ItemId;
use tillwatch_core::money::Currency;

use super::kept::bound;
use crate::ports::codes::{Answer, MOST_LISTINGS, Question};
use crate::ports::store::{Rest, Watch};

/// The most campaigns that are asked for in each market.
const CAMPAIGNS: usize = 10;

/// The listings that somebody watches in one market, the most watched first.
pub(super) struct Watched {
    market: Country,
    currency: Currency,
    items: Vec<ItemId>,
}

/// What the watches are of, the market with the most of them first.
pub(super) fn watched(watches: &[Watch]) -> Vec<Watched> {
    let mut markets: BTreeMap<(Country, Currency), BTreeMap<&ItemId, usize>> = BTreeMap::new();
    for watch in watches.iter().filter(|watch| watch.rest != Rest::Stopped) {
        let of_market = markets.entry((watch.key.market, watch.key.currency)).or_default();
        let count = of_market.entry(&watch.key.item).or_default();
        *count = count.saturating_add(1);
    }
    let mut all: Vec<(usize, Watched)> = markets
        .into_iter()
        .map(|((market, currency), items)| {
            let mut items: Vec<(&ItemId, usize)> = items.into_iter().collect();
            items.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let count = items.iter().map(|(_, count)| count).sum();
            let items = items.into_iter().map(|(item, _)| item.clone()).collect();
            (
                count,
                Watched {
                    market,
                    currency,
                    items,
                },
            )
        })
        .collect();
    all.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    all.into_iter().map(|(_, watched)| watched).collect()
}

/// A round that is under way.
pub(super) struct Round {
    ahead: VecDeque<Question>,
    /// Calls that it may still make.
    calls: u32,
    waited: u32,
    /// Whether it asks as much as any round does, so that what it does not find is gone.
    whole: bool,
    markets: Vec<(Country, Currency)>,
    /// The codes of the markets that were answered for.
    found: BTreeMap<Country, Vec<Discount>>,
}

impl Round {
    /// A round of so many calls. Each market has at least two of them, the most watched ones first.
    pub(super) fn new(watched: &[Watched], calls: u32, whole: bool) -> Self {
        let each = usize::try_from(calls.saturating_sub(1)).unwrap_or(usize::MAX);
        let served = watched.len().min((each / 3).max(1));
        let watched = watched.get(..served).unwrap_or(watched);
        let each = each / served.max(1);
        let mut ahead = VecDeque::from([Question::Campaigns]);
        for one in watched {
            let (market, currency) = (one.market, one.currency);
            let some = one.items.chunks(MOST_LISTINGS).take((each / 2).max(1));
            ahead.extend(some.map(|items| Question::Promotions {
                market,
                currency,
                items: items.to_vec(),
            }));
        }
        ahead.extend(watched.iter().map(|one| Question::Hot {
            market: one.market,
            currency: one.currency,
        }));
        Self {
            ahead,
            calls,
            waited: 0,
            whole,
            markets: watched.iter().map(|one| (one.market, one.currency)).collect(),
            found: BTreeMap::new(),
        }
    }

    /// What is asked next; nothing once its calls are spent.
    pub(super) fn next(&mut self) -> Option<Question> {
        if self.calls == 0 { None } else { self.ahead.pop_front() }
    }

    /// A question that was not answered waits for the next turn.
    pub(super) fn put_back(&mut self, question: Question) {
        self.ahead.push_front(question);
    }

    /// A call goes out.
    pub(super) const fn called(&mut self) {
        self.calls = self.calls.saturating_sub(1);
    }

    /// A question had no answer, so that what is not found may be there all the same.
    pub(super) const fn fell_short(&mut self) {
        self.whole = false;
    }

    /// Counts a wait. Whether it was one more than so many.
    pub(super) const fn has_waited(&mut self, most: u32) -> bool {
        self.waited = self.waited.saturating_add(1);
        self.waited > most
    }

    /// Takes an answer in. How many codes of single listings it had.
    pub(super) fn answered(&mut self, question: &Question, answer: Answer) -> usize {
        match answer {
            Answer::Campaigns(mut names) => {
                // The ones that speak of codes are likelier to have some.
                names.sort_by_cached_key(|name| {
                    let name = name.to_lowercase();
                    !(name.contains("code") || name.contains("coupon"))
                });
                for name in names.into_iter().take(CAMPAIGNS) {
                    self.ahead
                        .extend(self.markets.iter().map(|(market, currency)| Question::Campaign {
                            name: name.clone(),
                            market: *market,
                            currency: *currency,
                        }));
                }
                0
            }
            Answer::Codes(codes) => {
                let Some((market, currency)) = question.place() else {
                    return 0;
                };
                let found = self.found.entry(market).or_default();
                let before = found.len();
                found.extend(codes.into_iter().filter_map(|code| bound(code, market, currency)));
                found.len().saturating_sub(before)
            }
        }
    }

    /// What it found, by market, and whether what it did not find is gone.
    pub(super) fn into_found(self) -> (BTreeMap<Country, Vec<Discount>>, bool) {
        (self.found, self.whole)
    }
}
