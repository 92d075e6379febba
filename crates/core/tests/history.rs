//! Laws of the price history, against a list of plain readings that is asked minute by minute.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on must stop, and its numbers are small"
)]

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use tillwatch_core::history::{
    Damaged, Extreme, Figures, Known, MOST_RUNS, Minute, Period, Price, Run, Series, Span, Tail, Value, Void, Window,
    decode, encode,
};
use tillwatch_core::snapshot::Outcome;

/// One look at a listing: when, and the price or why none was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reading {
    at: u32,
    seen: Result<i64, Outcome>,
}

/// The readings as the history keeps them, tails last.
fn kept(readings: &[Reading]) -> Series {
    let prices = readings.iter().filter_map(|one| Some((one.at, price(one.seen.ok()?))));
    let checks = readings
        .iter()
        .map(|one| (one.at, one.seen.err().unwrap_or(Outcome::Ok)));
    Series::new(line(prices), line(checks)).unwrap()
}

fn line<V: Value>(readings: impl Iterator<Item = (u32, V)>) -> Vec<Run<V>> {
    let mut runs = Vec::new();
    let mut open: Option<Tail<V>> = None;
    for (at, value) in readings {
        let at = Minute::new(at);
        match &mut open {
            Some(tail) => runs.extend(tail.observe(at, value).unwrap()),
            None => open = Some(Tail::open(at, value)),
        }
    }
    runs.extend(open.map(|tail| tail.run()));
    runs
}

fn price(minor: i64) -> Price {
    Price::new(minor).unwrap()
}

/// What a minute ends with: the price and its run, counted by changes of the price; or a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Price { minor: i64, run: usize },
    Gap(Outcome),
}

/// The readings, each with the run that it belongs to if it saw a price.
fn with_runs(readings: &[Reading]) -> Vec<(Reading, usize)> {
    let (mut run, mut last) = (0, None);
    let number = |reading: &Reading| {
        if let Ok(minor) = reading.seen {
            run += usize::from(last.is_some_and(|last| last != minor));
            last = Some(minor);
        }
        (*reading, run)
    };
    readings.iter().map(number).collect()
}

/// The state of each minute up to and with the last one asked for.
fn states(readings: &[Reading], fresh: u32, last: u32) -> Vec<Option<State>> {
    let readings = with_runs(readings);
    let good = readings.iter().rev().find(|(one, _)| one.seen.is_ok());
    let fresh_until = good.map_or(0, |(one, _)| one.at + fresh);
    let mut states = Vec::new();
    let (mut next, mut state) = (0, None);
    for minute in 0..=last {
        while let Some((reading, run)) = readings.get(next).filter(|(one, _)| one.at <= minute) {
            state = Some(match reading.seen {
                Ok(minor) => State::Price { minor, run: *run },
                Err(outcome) => State::Gap(outcome),
            });
            next += 1;
        }
        let over = matches!(state, Some(State::Price { .. })) && minute > fresh_until;
        states.push(state.filter(|_| !over));
    }
    states
}

fn state(known: Known<'_>) -> State {
    match known {
        Known::Price { price, run, .. } => State::Price {
            minor: price.minor(),
            run,
        },
        Known::Gap(outcome) => State::Gap(outcome),
    }
}

/// Readings in order; many in the same minute or the next, some far apart, a quarter of them failed.
fn readings(farthest: u32) -> impl Strategy<Value = Vec<Reading>> {
    let later = prop_oneof![3 => 0..3_u32, 2 => 0..=farthest];
    let failed = prop_oneof![Just(Outcome::Blocked), Just(Outcome::SoldOut)];
    let seen = prop_oneof![3 => (1..6_i64).prop_map(Ok), 1 => failed.prop_map(Err)];
    vec((later, seen), 0..24).prop_map(|steps| {
        let mut at = 0;
        let reading = |(later, seen)| {
            at += later;
            Reading { at, seen }
        };
        steps.into_iter().map(reading).collect()
    })
}

fn voids(last: u32) -> impl Strategy<Value = Vec<Void>> {
    let void = (0..=last, 0..=last / 4).prop_map(|(from, long)| Void {
        from: Minute::new(from),
        until: Minute::new(from + long),
        reason: "typing error of the shop".to_owned(),
    });
    vec(void, 0..3)
}

fn is_void(voids: &[Void], minute: u32) -> bool {
    let minute = Minute::new(minute);
    voids.iter().any(|void| void.from <= minute && minute < void.until)
}

/// A window added up minute by minute.
fn window(readings: &[Reading], voids: &[Void], states: &[Option<State>], now: u32, period: Period) -> Window {
    let start = match period {
        Period::Days(days) => (now + 1).saturating_sub(days * 1_440),
        Period::All => 0,
    };
    let first = readings.first().map_or(now + 1, |first| first.at);
    let state = |minute: u32| states[usize::try_from(minute).unwrap()];
    let price_at = |minute| match state(minute) {
        Some(State::Price { minor, run }) => Some((minute, minor, run)),
        _ => None,
    };
    let mut held: Vec<(u32, i64, usize)> = (start..=now).filter_map(price_at).collect();
    let blind = (start.max(first)..=now)
        .filter(|minute| price_at(*minute).is_none())
        .count();
    // A reading that opened a run which its minute did not end with.
    let mut runs_seen = BTreeSet::new();
    for (reading, run) in with_runs(readings) {
        if let Ok(minor) = reading.seen
            && runs_seen.insert(run)
            && (start..=now).contains(&reading.at)
            && price_at(reading.at).is_none_or(|(_, _, holds)| holds != run)
        {
            held.push((reading.at, minor, run));
        }
    }
    held.retain(|(minute, ..)| !is_void(voids, *minute));
    let low = held.iter().map(|(at, minor, _)| (*minor, *at)).min();
    let high = held.iter().map(|(at, minor, _)| (-*minor, *at)).min();
    let sum: i64 = held.iter().map(|(_, minor, _)| minor).sum();
    let runs: BTreeSet<usize> = held.iter().map(|(.., run)| *run).collect();
    let extreme = |(minor, at): (i64, u32)| Extreme {
        price: price(minor.abs()),
        at: Minute::new(at),
    };
    let count = i64::try_from(held.len()).unwrap();
    let present = price_at(now).filter(|_| !is_void(voids, now));
    Window {
        period,
        blind: u32::try_from(blind).unwrap(),
        figures: low.map(|low| Figures {
            low: extreme(low),
            high: extreme(high.unwrap()),
            average: price((2 * sum + count) / (2 * count)),
            runs: u32::try_from(runs.len()).unwrap(),
            at_low: present.is_some_and(|(_, minor, _)| minor == low.0),
        }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_minute_reads_back_as_its_last_reading(readings in readings(40), fresh in 0..30_u32) {
        let series = kept(&readings).fresh_for(fresh);
        let last = readings.last().map_or(0, |last| last.at) + 40;
        for (minute, state_then) in (0..).zip(states(&readings, fresh, last)) {
            prop_assert_eq!(series.at(Minute::new(minute)).map(state), state_then, "minute {}", minute);
        }
    }

    #[test]
    fn the_walk_says_of_each_minute_what_the_moment_says(
        readings in readings(40), voids in voids(200), from in 0..200_u32, long in 0..200_u32,
    ) {
        let series = kept(&readings).voided(voids);
        let (from, until) = (Minute::new(from), Minute::new(from + long));
        let spans = series.spans(from, until);
        prop_assert!(spans.iter().all(|span| from <= span.from && span.from <= span.until && span.until <= until));
        prop_assert!(spans.windows(2).all(|pair| pair[0].until <= pair[1].from));
        prop_assert!(spans.windows(2).all(|pair| pair[0].known != pair[1].known || pair[0].until < pair[1].from));
        for minute in (from.number()..until.number()).map(Minute::new) {
            let covering = spans.iter().find(|span| span.from <= minute && minute < span.until);
            prop_assert_eq!(covering.map(|span| span.known), series.at(minute));
        }
    }

    #[test]
    fn a_void_hides_nothing_and_taken_back_leaves_no_trace(readings in readings(40), voids in voids(200)) {
        let series = kept(&readings).fresh_for(5);
        let voided = series.clone().voided(voids.clone());
        for minute in (0..300).map(Minute::new) {
            prop_assert_eq!(voided.at(minute).map(state), series.at(minute).map(state));
            if let Some(Known::Price { void, .. }) = voided.at(minute) {
                prop_assert_eq!(void.is_some(), is_void(&voids, minute.number()));
            }
        }
        prop_assert_eq!(voided.voided(Vec::new()), series);
    }

    #[test]
    fn a_chart_keeps_the_extremes_at_any_zoom(
        readings in readings(40), voids in voids(200), from in 0..200_u32, long in 0..300_u32, buckets in 0..12_u32,
    ) {
        let series = kept(&readings).voided(voids).fresh_for(20);
        let (from, until) = (Minute::new(from), Minute::new(from + long));
        let (all, chart) = (series.spans(from, until), series.chart(from, until, buckets));
        prop_assert_eq!(extremes(&chart), extremes(&all));
        prop_assert!(chart.len() <= all.len().min(12 * usize::try_from(buckets.max(1)).unwrap()).max(1));
        prop_assert_eq!(chart.first().map(|span| span.from), all.first().map(|span| span.from));
        prop_assert_eq!(chart.last().map(|span| span.until), all.last().map(|span| span.until));
        prop_assert!(chart.windows(2).all(|pair| pair[0].until <= pair[1].from));
        for span in &chart {
            prop_assert!(all.iter().any(|one| one.from == span.from && one.known == span.known));
        }
    }
}

/// Lowest and highest of the prices that count and of those that do not.
fn extremes(spans: &[Span<'_>]) -> [Option<Price>; 4] {
    let of = |voided: bool| {
        spans.iter().filter_map(move |span| match span.known {
            Known::Price { price, void, .. } => (void.is_some() == voided).then_some(price),
            Known::Gap(_) => None,
        })
    };
    [of(false).min(), of(false).max(), of(true).min(), of(true).max()]
}

/// Days over which the readings of a window are spread: more than the longest.
const YEAR_AND_MORE: u32 = 400 * 1_440;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_window_is_what_counting_its_minutes_gives(
        readings in readings(60 * 1_440), voids in voids(YEAR_AND_MORE), fresh in 0..90_000_u32, later in 0..90_000_u32,
    ) {
        let series = kept(&readings).voided(voids.clone()).fresh_for(fresh);
        let now = readings.last().map_or(0, |last| last.at) + later;
        let states = states(&readings, fresh, now);
        for found in series.windows(Minute::new(now)) {
            prop_assert_eq!(found, window(&readings, &voids, &states, now, found.period));
        }
    }
}

/// Any runs that follow each other, of prices from one cent to the largest number there is.
fn runs() -> impl Strategy<Value = Vec<Run>> {
    let minutes = || prop_oneof![0..3_u32, 0..3_000_000_u32];
    let minor = prop_oneof![1..5_000_i64, 1..=i64::MAX];
    vec((minutes(), minutes(), minor), 0..=MOST_RUNS).prop_map(|steps| {
        let mut end = Minute::FIRST;
        let run = |(later, confirmed, minor)| {
            let start = end.plus(later);
            end = start.plus(confirmed);
            Run {
                start,
                confirmed,
                value: price(minor),
            }
        };
        steps.into_iter().map(run).collect()
    })
}

/// Content with the checksum that makes it a segment: CRC-32C bit by bit, as the standard gives it.
fn sealed(content: &[u8]) -> Vec<u8> {
    let count = u32::try_from(content.len()).unwrap();
    let sum = [content, &count.to_le_bytes()]
        .concat()
        .iter()
        .fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ ((sum & 1) * 0x82F6_3B78))
        });
    [content, &(!sum).to_le_bytes()].concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_segment_reads_back_as_the_runs_that_were_written(runs in runs()) {
        prop_assert_eq!(decode(&encode(&runs).unwrap()), Ok(runs));
    }

    #[test]
    fn whatever_decodes_is_written_as_the_same_bytes(content in vec(any::<u8>(), 0..40), small in vec(0..9_u8, 0..200)) {
        prop_assert!(decode::<Price>(&content).is_err());
        for content in [[&[1], &content[..]].concat(), [&[1], &small[..]].concat()] {
            let bytes = sealed(&content);
            if let Ok(runs) = decode::<Price>(&bytes) {
                prop_assert_eq!(encode(&runs), Ok(bytes.clone()));
            }
            if let Ok(runs) = decode::<Outcome>(&bytes) {
                prop_assert_eq!(encode(&runs), Ok(bytes));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_flipped_bit_a_cut_and_an_appended_byte_are_damage(runs in runs(), appended: u8) {
        let bytes = encode(&runs).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(decode::<Price>(&flipped).is_err(), "bit {}", bit);
        }
        for long in 0..bytes.len() {
            prop_assert!(decode::<Price>(&bytes[..long]).is_err(), "cut to {}", long);
        }
        let longer = decode::<Price>(&[&bytes[..], &[appended]].concat());
        let noticed = matches!(longer, Err(Damaged::Checksum { .. }));
        prop_assert!(noticed);
    }
}
