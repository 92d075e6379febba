//! What is looked at, from the outside in: the program, its folder, the store's bytes, then what the store says.

use tillwatch_app::account::read_budget;
use tillwatch_app::ports::store::{ListingId, Store, StoreError, Tracked};
use tillwatch_app::standing::FRESH;
use tillwatch_core::almanac::Almanac;
use tillwatch_core::cadence::Budget;
use tillwatch_core::history::Minute;
use tillwatch_core::instant::Instant;
use tillwatch_core::rules;
use tillwatch_store::Sqlite;

use super::Findings;
use crate::home::Home;
use crate::words;

/// How many of a kind are named one by one.
const MOST: usize = 20;

/// Listings that are read at a time.
const PAGE: usize = 1_000;

/// A discount that ends within so many seconds ends soon: three days.
const SOON: i64 = 3 * 86_400;

pub(super) fn at_everything(home: &Home, now: Instant, findings: &mut Findings) -> anyhow::Result<()> {
    findings.ok(
        "program",
        format!(
            "tillwatch {}, default rules {}",
            env!("CARGO_PKG_VERSION"),
            rules::DEFAULT
        ),
    );
    let folder = home.folder()?;
    if folder.is_dir() {
        findings.ok("data", format!("in {}", folder.display()));
    } else {
        findings.look(
            "data",
            format!("{} is not there yet; the first watch makes it", folder.display()),
        );
    }
    match home.is_held() {
        Ok(true) => findings.ok("server", "one runs on this store"),
        Ok(false) => findings.look("server", "none runs on this store; prices are only read while one does"),
        Err(error) => findings.look("server", format!("whether one runs cannot be told: {error:#}")),
    }
    let almanac = home.almanac_telling(|error| findings.look("ladders", format!("passed over: {error:#}")))?;
    ladders(&almanac, now, findings);
    let file = home.place_of_store()?;
    if !file.exists() {
        findings.look(
            "store",
            format!("{} is not there yet; the first watch makes it", file.display()),
        );
        return Ok(());
    }
    match home.store() {
        Ok(store) => {
            if let Err(error) = store_of(&store, now, findings) {
                findings.bad("store", error.to_string());
            }
        }
        Err(error) => findings.bad("store", format!("{error:#}")),
    }
    Ok(())
}

fn ladders(almanac: &Almanac, now: Instant, findings: &mut Findings) {
    let (mut hold, mut soon) = (0_usize, Vec::new());
    for ladder in &almanac.ladders {
        let holding = ladder.discounts.iter().filter(|one| {
            one.valid_from.is_none_or(|from| from <= now) && one.valid_until.is_none_or(|until| now < until)
        });
        let holding: Vec<_> = holding.collect();
        if holding.is_empty() {
            continue;
        }
        hold += 1;
        let next = holding.iter().filter_map(|one| one.valid_until).min();
        if let Some(next) = next.filter(|next| *next < now.plus_seconds(SOON)) {
            let left = Minute::of(next).since(Minute::of(now));
            soon.push(format!("{} in {}", ladder.id, words::length(left)));
        }
    }
    let all = almanac.ladders.len();
    if hold == 0 {
        findings.look(
            "ladders",
            format!("none of {all} holds now; tillwatch discount add takes new ones"),
        );
    } else {
        findings.ok("ladders", format!("{hold} of {all} hold now"));
    }
    if !soon.is_empty() {
        findings.look("ladders", format!("end soon: {}", soon.join(", ")));
    }
}

fn store_of(store: &Sqlite, now: Instant, findings: &mut Findings) -> Result<(), StoreError> {
    let examined = store.examine()?;
    for problem in &examined.problems {
        findings.bad("store", format!("{}: {}", problem.place, problem.why));
    }
    if examined.is_sound() {
        let told = format!(
            "version {}, sound: {} segments and {} runs were read",
            examined.version, examined.segments, examined.runs
        );
        findings.ok("store", told);
    }
    let counts = store.counts()?;
    let told = format!(
        "{} listings, {} variants, {} watches, {} series with {} runs, {} kB",
        counts.listings,
        counts.variants,
        counts.watches,
        counts.series,
        counts.runs,
        counts.file_bytes.div_ceil(1_000)
    );
    findings.ok("kept", told);
    listings(store, now, findings)?;
    budgets(store, now, findings)
}

/// A list that is named one by one up to a length, and then counted.
#[derive(Default)]
struct Named {
    all: usize,
    named: Vec<String>,
}

impl Named {
    fn add(&mut self, name: impl FnOnce() -> String) {
        if self.named.len() < MOST {
            self.named.push(name());
        }
        self.all += 1;
    }

    fn told(&self) -> String {
        let more = self.all - self.named.len();
        let more = if more == 0 {
            String::new()
        } else {
            format!("; and {more} more")
        };
        format!("{}: {}{more}", self.all, self.named.join("; "))
    }
}

fn listings(store: &Sqlite, now: Instant, findings: &mut Findings) -> Result<(), StoreError> {
    let (mut stale, mut failing, mut unread) = (Named::default(), Named::default(), Named::default());
    let this = Minute::of(now);
    let mut after = ListingId(0);
    loop {
        let page = store.tracked(after, PAGE)?;
        for one in page.iter().filter(|one| is_watched(one)) {
            let name = || format!("{} to {} in {}", one.key.item, one.key.market, one.key.currency);
            let good = one
                .schedule
                .last_good
                .and_then(|second| Instant::from_millis(second.saturating_mul(1_000)));
            match good.map(Minute::of) {
                Some(good) if this.since(good) > FRESH => {
                    stale.add(|| format!("{}, confirmed {}", name(), words::ago(good, this)));
                }
                Some(_) => {}
                None => unread.add(name),
            }
            if one.schedule.failures > 0 {
                let last = store.listing(&one.key)?.and_then(|state| state.last_check);
                failing.add(|| {
                    let last = last.map(|last| {
                        let detail = last.detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
                        format!(", last {}{detail}", words::outcome(last.outcome))
                    });
                    let times = one.schedule.failures;
                    let times = if times == 1 {
                        "once".to_owned()
                    } else {
                        format!("{times} times in a row")
                    };
                    format!("{}, {times}{}", name(), last.unwrap_or_default())
                });
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = last.id,
            _ => break,
        }
    }
    for (what, named) in [("stale", stale), ("failing", failing), ("not read", unread)] {
        if named.all == 0 {
            findings.ok(what, "no listing");
        } else {
            findings.look(what, named.told());
        }
    }
    Ok(())
}

fn is_watched(listing: &Tracked) -> bool {
    listing.variants.iter().any(|variant| variant.watchers() > 0)
}

fn budgets(store: &Sqlite, now: Instant, findings: &mut Findings) -> Result<(), StoreError> {
    let kept = store.recall_all(BUDGETS)?;
    if kept.is_empty() {
        findings.ok("budgets", "no source has called yet");
    }
    for (name, value) in kept {
        let source = name.trim_start_matches(BUDGETS);
        match read_budget(&value) {
            Some(budget) => findings.ok("budgets", spent(source, &budget, now)),
            None => findings.look(
                "budgets",
                format!("{source}: {value:?} is no budget; it counts as none spent"),
            ),
        }
    }
    Ok(())
}

fn spent(source: &str, budget: &Budget, now: Instant) -> String {
    let Some((used, last)) = budget.last_day() else {
        return format!("{source}: no call yet");
    };
    let last = Instant::from_millis(i64::from(last.get()).saturating_mul(1_000)).map_or(Minute::FIRST, Minute::of);
    let ago = words::ago(last, Minute::of(now));
    format!("{source}: {used} calls on its last day, the last one {ago}")
}

/// What the names of kept budgets begin with.
const BUDGETS: &str = "budget:";
