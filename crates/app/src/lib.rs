//! The watch: what is tracked, when it is read, what a reading means. It knows no SQL, no HTTP and no channel.
//!
//! [`App`] has one verb for each thing that someone outside wants done. Time is an argument of each. The loops that
//! never sleep are not here: whoever runs the program calls [`App::turn`] for each source and [`App::tend`] when their
//! answers say so.

pub mod account;
pub mod advice;
mod alerts;
mod base64url;
pub mod bell;
pub mod beyond;
pub mod board;
pub mod book;
pub mod brought;
pub mod check;
pub mod claim;
pub mod codes;
mod consent;
pub mod conversation;
pub mod csv;
pub mod desk;
pub mod effects;
pub mod figures;
pub mod find;
pub mod gather;
pub mod harvest;
pub mod hearsay;
mod links;
mod lists;
mod load;
pub mod look;
pub mod message;
pub mod outbox;
mod partner;
pub mod permits;
pub mod ports;
pub mod receipts;
mod recompute;
pub mod spelling;
pub mod standing;
mod tend;
pub mod tills;
pub mod token;
pub mod transfer;
mod turn;
mod verbs;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tillwatch_core::almanac::{Almanac, Ladder};
use tillwatch_core::cadence::{Budget, Category, Health, Profile, Second, Urgency};
use tillwatch_core::instant::Instant;
use tillwatch_core::rules::RuleSet;

use account::Account;
use alerts::Alerts;
use bell::Bell;
use beyond::Beyond;
use book::{Book, Touched};
use check::Doubts;
use desk::Desk;
use figures::Figures;
use harvest::{Harvesting, Noticed};
use hearsay::Hearsay;
use links::Links;
use ports::linker::Linker;
use ports::source::Source;
use ports::store::{ListingId, Store, StoreError, Tracked, TrackedVariant};

pub use consent::Consent;
pub use links::Stoppable;
pub use tend::Tended;
pub use turn::Turned;
pub use verbs::{HistoryOf, Roll, Wanted, Watched};

/// How far ahead the calendar's effect on changes is worked out.
const PROFILE_DAYS: i64 = 30;

/// The watch over one store.
pub struct App {
    store: Arc<dyn Store>,
    sources: Vec<Arc<dyn Source>>,
    rules: RuleSet,
    state: Mutex<State>,
    figures: Figures,
    bell: Bell,
    /// Absent where nothing that it tells leads to a page of its own.
    links: Option<Links>,
    /// Absent where no link is counted as the operator's.
    linking: Option<Linking>,
    /// Absent where nobody tells codes beside prices.
    harvesting: Option<Harvesting>,
    /// Absent where nobody finds listings beyond those that are watched.
    beyond: Option<Beyond>,
}

/// Who makes links that are counted as the operator's.
struct Linking {
    linker: Arc<dyn Linker>,
    /// The second until which it is not asked, since it refused.
    rests_until: Mutex<i64>,
}

impl Linking {
    fn rests_until(&self) -> MutexGuard<'_, i64> {
        self.rests_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the watch has in mind; all of it can be made again from the store.
struct State {
    almanac: Arc<Almanac>,
    profile: Profile,
    /// Until when the profile holds.
    profile_until: Second,
    book: Book,
    alerts: Alerts,
    /// One for each source, in their order.
    desks: Vec<Desk>,
    /// What the calls are charged to.
    accounts: Vec<Account>,
    doubts: Doubts,
    /// What browsers showed and no reading has confirmed.
    hearsay: Hearsay,
    /// The codes of single listings that the harvest found; they stand in the almanac too.
    harvested: Vec<Ladder>,
    /// Those that readings showed.
    noticed: Noticed,
    health: Health<ListingId>,
    /// How listings move, all taken together.
    habits: Category,
    /// Up to when known discounts have been followed.
    followed: Instant,
    /// What they touched and the store has not recorded.
    owed: Touched,
    /// The last listing that was loaded.
    loaded: ListingId,
}

impl App {
    /// The watch over a store, with its sources and what is known of discounts. Nothing is loaded yet: see [`App::load`].
    pub fn new(
        store: Arc<dyn Store>,
        sources: Vec<Arc<dyn Source>>,
        rules: RuleSet,
        mut almanac: Almanac,
        now: Instant,
    ) -> Result<Self, StoreError> {
        let harvested = harvest::kept(store.as_ref())?;
        for ladder in &harvested {
            almanac.add(ladder.clone());
        }
        let mut desks = Vec::new();
        let mut accounts: Vec<Account> = Vec::new();
        for (place, source) in sources.iter().enumerate() {
            desks.push(Desk::new(source.as_ref(), u64::try_from(place).unwrap_or(0)));
            if accounts.iter().any(|account| account.name() == source.account()) {
                continue;
            }
            let kept = store.recall(&account::budget_name(source.account()))?;
            let kept = match kept.as_deref().map(account::read_budget) {
                None => Budget::default(),
                Some(Some(kept)) => kept,
                // A fresh one could spend the day's calls twice.
                Some(None) => {
                    return Err(StoreError::Damaged {
                        place: format!("the budget of {}", source.account()),
                        why: "it is not the numbers that were kept".to_owned(),
                    });
                }
            };
            accounts.push(Account::new(source.as_ref(), kept));
        }
        let state = State {
            profile: Profile::of_calendar(&almanac, now, now.plus_seconds(PROFILE_DAYS * 86_400)),
            profile_until: Second::of(now.plus_seconds(PROFILE_DAYS * 86_400 / 2)),
            almanac: Arc::new(almanac),
            book: Book::new(rules.clone()),
            alerts: Alerts::default(),
            desks,
            accounts,
            doubts: Doubts::new(),
            hearsay: Hearsay::default(),
            harvested,
            noticed: Noticed::default(),
            health: Health::default(),
            habits: Category::default(),
            followed: now,
            owed: Touched::default(),
            loaded: ListingId(0),
        };
        Ok(Self {
            store,
            sources,
            rules,
            state: Mutex::new(state),
            figures: Figures::default(),
            bell: Bell::default(),
            links: None,
            linking: None,
            harvesting: None,
            beyond: None,
        })
    }

    /// The same watch, with who makes links that are counted as the operator's.
    #[must_use]
    pub fn with_linker(mut self, linker: Arc<dyn Linker>) -> Self {
        self.linking = Some(Linking {
            linker,
            rests_until: Mutex::new(0),
        });
        self
    }

    /// What the watch has done since it started.
    pub const fn figures(&self) -> &Figures {
        &self.figures
    }

    /// What rings when somebody waits for a listing.
    pub const fn bell(&self) -> &Bell {
        &self.bell
    }

    /// The store.
    pub fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// The rule set that prices are computed with.
    pub const fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// What is known of discounts.
    pub fn almanac(&self) -> Arc<Almanac> {
        Arc::clone(&self.state().almanac)
    }

    /// How each source stands: its name, its calls left today, the listings that it looks after, and its trouble.
    pub fn desks(&self, now: Instant) -> Vec<DeskState> {
        let state = self.state();
        let desks = state.desks.iter().zip(&self.sources).map(|(desk, source)| DeskState {
            source: desk.name(),
            remaining: account::of(&state.accounts, source.account()).map_or(0, |one| one.remaining(Second::of(now))),
            listings: desk.listings(),
            trouble: desk.trouble().map(ToOwned::to_owned),
        });
        desks.collect()
    }

    /// How many seconds usually lie between two readings of a listing.
    pub fn interval(&self, id: ListingId, now: Instant) -> Option<u32> {
        let state = self.state();
        let intervals = state.desks.iter().filter_map(|desk| desk.interval(id, Second::of(now)));
        intervals.min()
    }

    /// Whether most checks fail, so that alerts wait.
    pub fn is_failing(&self) -> bool {
        self.state().health.is_failing()
    }

    /// Nobody who holds the state can leave it half changed for long: what it says is made again from the store.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a source stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskState {
    /// Its name.
    pub source: &'static str,
    /// Calls that its day still has.
    pub remaining: u32,
    /// Listings that it looks after.
    pub listings: usize,
    /// What an operator should know of it.
    pub trouble: Option<String>,
}

/// Whether nobody watches a listing and no reading has seen it.
fn is_unknown(tracked: &Tracked) -> bool {
    let schedule = &tracked.schedule;
    let is_idle = |variant: &TrackedVariant| variant.watchers() == 0 && variant.latest.is_none();
    schedule.last_good.is_none() && schedule.last_full.is_none() && tracked.variants.iter().all(is_idle)
}

/// How urgent a listing is: its watchers, and how soon its price may reach the nearest target.
fn urgency(tracked: &Tracked, habits: &Category) -> Urgency {
    let watchers = tracked
        .variants
        .iter()
        .map(TrackedVariant::watchers)
        .fold(0, u32::saturating_add);
    let distances = tracked.variants.iter().flat_map(|variant| {
        let latest = variant.latest.as_ref();
        variant.targets().filter_map(move |(lane, target)| {
            let price = latest?.lanes.get(lane);
            distance(price.minor(), target.minor())
        })
    });
    Urgency::new(watchers, tracked.schedule.seen().crossings(habits, distances.min()))
}

/// How far a price stands above a target, in basis points of the price; zero at or below it.
fn distance(price: i64, target: i64) -> Option<u32> {
    let above = price.checked_sub(target)?.max(0);
    u32::try_from(above.checked_mul(10_000)?.checked_div(price)?).ok()
}
