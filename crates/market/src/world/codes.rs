//! Typed codes: ladders that change with the sales and the weeks, and the code of one account.

use tillwatch_core::id::DiscountId;

use super::World;
use super::draw::{Draw, named};
use super::lanes::{Lane, Rounds, Run, WEDNESDAYS};
use super::markets::Market;
use super::price::Purse;
use super::terms::{self, Mint};
use crate::view::{Offer, OfferKind, Takes};

/// Off and minimum in dollars, as real ladders go: from one of two codes to one of seven.
const GRAND: [(i64, i64); 8] = [
    (3, 15),
    (5, 39),
    (8, 59),
    (12, 89),
    (20, 149),
    (30, 239),
    (45, 349),
    (60, 475),
];
const SMALL: [(i64, i64); 5] = [(2, 15), (4, 35), (10, 79), (20, 159), (30, 269)];
const WEEKLY: [(i64, i64); 3] = [(1, 10), (3, 29), (6, 49)];
const USUAL: [(i64, i64); 4] = [(1, 9), (2, 20), (8, 69), (50, 400)];

/// The lanes of a market's codes, each with the letter that keeps its codes apart from the others'.
fn lanes(market: u64) -> [(char, Lane<'static>); 3] {
    let lane = |name, rounds, chance, lengths| Lane {
        name,
        of: market,
        rounds,
        chance,
        lengths,
    };
    let monthly = Rounds::Days {
        every: 28,
        first: 0,
        late: 7,
    };
    [
        (
            'S',
            lane(
                const { named("sale codes") },
                Rounds::Sales { grand_only: false },
                900,
                &[],
            ),
        ),
        ('W', lane(const { named("weekly codes") }, WEDNESDAYS, 450, &[2])),
        ('U', lane(const { named("usual codes") }, monthly, 700, &[14, 21])),
    ]
}

/// The code of one account.
fn own(market: u64) -> Lane<'static> {
    Lane {
        name: const { named("own code") },
        of: market,
        rounds: Rounds::Days {
            every: 28,
            first: 5,
            late: 5,
        },
        chance: 600,
        lengths: &[7, 14],
    }
}

fn ladder(letter: char, run: &Run) -> &'static [(i64, i64)] {
    match letter {
        'S' if run.grand => &GRAND,
        'S' => &SMALL,
        'W' => &WEEKLY,
        _ => &USUAL,
    }
}

/// The deepest codes of a ladder run out first, and each at its own time.
fn tier(run: &Run, place: usize, of: usize) -> Run {
    let mut draw = Draw::of(run.key, const { named("tier") }, &[place as u64]);
    let runs_out = draw.chance(if place + 2 >= of { 400 } else { 50 });
    let out = run.starts + draw.between(1_800, run.ends - run.starts - 1);
    Run {
        key: draw.bits(),
        out: runs_out.then_some(out),
        ..run.clone()
    }
}

impl World {
    /// The codes that are published for a country at a moment: the ladders that everybody can type. Some have not
    /// begun yet, of some none are left. The amounts are the market's own and not converted.
    pub fn public_codes(&self, market: &str, at: jiff::Timestamp) -> Vec<Offer> {
        let Some(market) = Market::of(market) else {
            return Vec::new();
        };
        let at = at.as_second();
        let mut codes = Vec::new();
        for (letter, lane) in lanes(market.number()) {
            for run in lane
                .runs(self.seed, &self.calendar, at, at)
                .filter(|run| run.is_shown(at))
            {
                let rows = ladder(letter, &run);
                for (place, row) in rows.iter().enumerate() {
                    let run = tier(&run, place, rows.len());
                    codes.push(code(&run, at, Purse::of(self.seed, market, at), letter, *row));
                }
            }
        }
        codes.extend(self.added.codes(market, at));
        codes
    }

    /// The code of one account, which is published nowhere and of which [`World::changes`] says nothing. Empty when
    /// there is none.
    pub fn personal_codes(&self, market: &str, at: jiff::Timestamp) -> Vec<Offer> {
        let Some(market) = Market::of(market) else {
            return Vec::new();
        };
        let at = at.as_second();
        let purse = Purse::of(self.seed, market, at);
        let lane = own(market.number());
        let runs = lane.runs(self.seed, &self.calendar, at, at);
        let mut codes: Vec<Offer> = runs
            .filter(|run| run.is_shown(at))
            .map(|run| Offer {
                personal: true,
                ..code(&run, at, purse, 'P', (5, 30))
            })
            .collect();
        codes.extend(self.added.personal_codes(market, at));
        codes
    }

    /// When the codes of a market change, between two seconds.
    pub(super) fn published_changes(&self, market: &'static Market, from: i64, until: i64, into: &mut Vec<i64>) {
        for (letter, lane) in lanes(market.number()) {
            for run in lane.runs(self.seed, &self.calendar, from, until) {
                let of = ladder(letter, &run).len();
                into.extend((0..of).flat_map(|place| tier(&run, place, of).moments().collect::<Vec<_>>()));
            }
        }
    }
}

fn code(run: &Run, at: i64, purse: Purse, letter: char, (off, minimum): (i64, i64)) -> Offer {
    let mut draw = run.draw();
    let mint = Mint::round(purse);
    let (value, from) = (mint.money(off * 100), mint.money(minimum * 100));
    let takes = if draw.chance(60) {
        Takes::Percent(terms::share(draw.between(500, 1_500)), Some(value))
    } else {
        Takes::Fixed(value)
    };
    let mut offer = terms::plain(run, at, OfferKind::Code, mint, takes, Some(from));
    // The number in a name is mostly the value, and sometimes only looks like it.
    let shown = if draw.chance(50) { off + 1 } else { off };
    let text = format!(
        "{}{letter}{}{shown:02}",
        purse.market.country,
        terms::letters(&mut draw, 3)
    );
    offer.id = DiscountId::parse(&text).unwrap_or(offer.id);
    offer.code = Some(text);
    offer.regions = vec![purse.market.country];
    offer.exclusive = draw.chance(70);
    if draw.chance(80) {
        offer.warehouses = vec![terms::warehouse("CN")];
    }
    if draw.chance(100) {
        offer.categories = vec![terms::category(draw.pick(&super::words::WIDE).0)];
    }
    offer
}
