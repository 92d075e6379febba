//! What a real run has, in one place: the simulated marketplace on a port of this machine, its pages as a source, the
//! watch over a store of its own, the post with two receivers, and a clock that only the trial moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use tillwatch_app::outbox::{Post, Sent};
use tillwatch_app::ports::notifier::{Channel, Notifier};
use tillwatch_app::ports::source::Source;
use tillwatch_app::ports::store::{ListingKey, NewChannel, Store};
use tillwatch_app::{App, HistoryOf, Turned, Wanted, Watched};
use tillwatch_core::alert::{Rule, Settings};
use tillwatch_core::almanac::{Almanac, read_ladder};
use tillwatch_core::country::Country;
use tillwatch_core::history::{Known, Lane, Minute, Period, Price, Series};
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::snapshot::Outcome;
use tillwatch_market::faults::Fault;
use tillwatch_market::shop::{Key, Marketplace, serve};
use tillwatch_market::world::World;
use tillwatch_net::http::{Client, Place, Reach};
use tillwatch_net::secret::Secret;
use tillwatch_net::sources::affiliate::sign::SignMethod;
use tillwatch_net::sources::affiliate::{self, Affiliate};
use tillwatch_net::sources::page::{self, Page};
use tillwatch_store::Sqlite;
use tokio::runtime::Runtime;

use super::receiver::{Receiver, Told};
use super::shelf::{self, Good};

/// Where the first receiver is told.
pub(super) const PHONE: &str = "telegram:4711";
/// Where the second one is.
pub(super) const MAIL: &str = "mailto:somebody@example.org";

/// The app that the marketplace's API knows; nothing of it is secret.
const APP: (&str, &str) = ("512345", "selftest");

/// How often a trial asks for the next call before it says that there is none. The first times it waits a second where
/// nothing else is said, and a minute later on.
const TURNS: usize = 5_000;
const PATIENT: usize = 100;

/// What stands between the parts of a bench. A test of the trials plants a fault here.
#[derive(Clone, Copy)]
pub(crate) struct Rig {
    /// What the watch is given for each source.
    pub(super) source: fn(Arc<dyn Source>) -> Arc<dyn Source>,
    /// What the post is given for each receiver.
    pub(super) notifier: fn(Arc<dyn Notifier>) -> Arc<dyn Notifier>,
}

impl Rig {
    /// Nothing.
    pub(crate) const HONEST: Self = Self {
        source: |source| source,
        notifier: |notifier| notifier,
    };
}

/// What a bench is opened with.
#[derive(Default)]
pub(super) struct Setup {
    /// Ladders of published codes, as their files are written.
    pub(super) ladders: Vec<String>,
    /// Whether the official API is a source besides the pages.
    pub(super) api: bool,
    /// The store; one in memory where none is named.
    pub(super) store: Option<Arc<dyn Store>>,
}

/// A clock in seconds.
#[derive(Clone)]
pub(super) struct Hand(Arc<AtomicI64>);

impl Hand {
    pub(super) fn now(&self) -> Instant {
        let second = self.0.load(Ordering::SeqCst);
        Instant::from_millis(second.saturating_mul(1_000)).unwrap_or_else(|| Instant::utc(jiff::Timestamp::MAX))
    }

    fn set(&self, second: i64) {
        self.0.store(second, Ordering::SeqCst);
    }
}

/// The bench.
pub(super) struct Bench {
    pub(super) store: Arc<dyn Store>,
    pub(super) app: Arc<App>,
    pub(super) shop: Arc<Marketplace>,
    pub(super) phone: Arc<Receiver>,
    pub(super) mail: Arc<Receiver>,
    pub(super) clock: Hand,
    pub(super) runtime: Runtime,
    rig: Rig,
    post: Post,
    sources: Vec<Arc<dyn Source>>,
    almanac: Almanac,
}

impl Bench {
    /// Pages as the only source, and no codes.
    pub(super) fn open(rig: &Rig) -> anyhow::Result<Self> {
        Self::with(rig, Setup::default())
    }

    pub(super) fn with(rig: &Rig, setup: Setup) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let world = shelf::world();
        let clock = Hand(Arc::new(AtomicI64::new(world.origin().as_second())));
        let (shop, sources) = open_shop(&runtime, world, &clock, setup.api)?;
        let sources: Vec<_> = sources.into_iter().map(rig.source).collect();
        let mut almanac = Almanac {
            ladders: Vec::new(),
            ..Almanac::built_in()?
        };
        for ladder in &setup.ladders {
            almanac.add(read_ladder(ladder.as_bytes())?.value);
        }
        let store = match setup.store {
            Some(store) => store,
            None => Arc::new(Sqlite::in_memory()?),
        };
        let (phone, mail) = (Receiver::new(Channel::Telegram), Receiver::new(Channel::Email));
        let app = started(&store, &sources, &almanac, clock.now())?;
        let post = post(&app, rig, &[&phone, &mail]);
        Ok(Self {
            store,
            app,
            shop,
            phone,
            mail,
            clock,
            runtime,
            rig: *rig,
            post,
            sources,
            almanac,
        })
    }

    /// The program ends and starts again over the same store.
    pub(super) fn restart(&mut self) -> anyhow::Result<()> {
        self.app = started(&self.store, &self.sources, &self.almanac, self.now())?;
        self.post = post(&self.app, &self.rig, &[&self.phone, &self.mail]);
        Ok(())
    }

    /// Other channels in place of the two receivers.
    pub(super) fn tell_by(&mut self, notifiers: Vec<Arc<dyn Notifier>>) {
        let notifiers = notifiers.into_iter().map(self.rig.notifier).collect();
        self.post = Post::new(Arc::clone(&self.app), notifiers);
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Time passes, and what begins or ends meanwhile is followed.
    pub(super) fn wait(&self, seconds: i64) -> anyhow::Result<()> {
        self.clock.set(self.now().moment().as_second().saturating_add(seconds));
        self.app.tend(self.now())?;
        Ok(())
    }

    /// A wish for a good as most trials want it: pinned, with public coupons, told to the phone.
    pub(super) fn wish(good: &Good, rules: &[Rule]) -> Wanted {
        Wanted {
            key: key(good, "US"),
            sku: good.skus.first().cloned(),
            lane: Lane::Public,
            rules: rules.to_vec(),
            settings: Settings::default(),
            channels: vec![to(PHONE)],
        }
    }

    /// Watches, and takes the watch in as the loops would.
    pub(super) fn watch(&self, wish: &Wanted) -> anyhow::Result<Watched> {
        let watched = self.app.watch(wish, self.now())?;
        self.app.tend(self.now())?;
        Ok(watched)
    }

    /// From now on the good costs so much, in cents.
    pub(super) fn price(&self, good: &Good, cents: i64) {
        if let Some(sku) = good.skus.first() {
            self.price_of(good, sku, usd(cents));
        }
    }

    /// From now on a variant costs so much, in the country that pays so.
    pub(super) fn price_of(&self, good: &Good, sku: &SkuId, price: Money) {
        let country = match price.currency().code() {
            "EUR" => "DE",
            "JPY" => "JP",
            "BRL" => "BR",
            "PLN" => "PL",
            "MXN" => "MX",
            _ => "US",
        };
        let now = self.now().moment();
        self.shop
            .change(|world| world.set_price(&good.item, country, sku, now, price));
    }

    /// The next call of a source, whatever comes of it; time passes until it may be made.
    pub(super) fn call(&self, source: usize) -> anyhow::Result<Turned> {
        let clock = self.clock.clone();
        let clock = move || clock.now();
        for turn in 0..TURNS {
            match self.runtime.block_on(self.app.turn(source, &clock))? {
                Turned::Rest(until) => {
                    let step = if turn < PATIENT { 1 } else { 60 };
                    let next = self.now().moment().as_second().saturating_add(step);
                    self.clock.set(i64::from(until.get()).max(next));
                    self.app.tend(self.now())?;
                }
                done => return Ok(done),
            }
        }
        bail!("no page is read any more")
    }

    /// The next reading of the pages, which has to be answered.
    pub(super) fn read(&self) -> anyhow::Result<()> {
        match self.call(0)? {
            Turned::Read { .. } => Ok(()),
            Turned::Refused(why) => bail!("the page was refused: {why}"),
            Turned::Rest(_) => bail!("the page was not read"),
        }
    }

    /// Sets a price and reads it.
    pub(super) fn show(&self, good: &Good, cents: i64) -> anyhow::Result<()> {
        self.price(good, cents);
        self.read()
    }

    /// Lets a fault befall the next page and reads it, whatever comes of it.
    pub(super) fn suffer(&self, fault: Fault) -> anyhow::Result<Turned> {
        self.shop.faults().next(fault);
        self.call(0)
    }

    /// Hands over everything that is due, each parcel once.
    pub(super) fn deliver(&self) -> anyhow::Result<Vec<Sent>> {
        let clock = self.clock.clone();
        let clock = move || clock.now();
        let mut sent = Vec::new();
        for parcel in self.post.collect(self.now(), 1_000)? {
            sent.push(self.runtime.block_on(self.post.send(&parcel, &clock))?.sent);
        }
        Ok(sent)
    }

    /// What the phone was told since the last question, after all that is due was handed over.
    pub(super) fn news(&self) -> anyhow::Result<Vec<Told>> {
        self.deliver()?;
        self.phone.take()
    }

    /// The history of a good's first variant in a lane.
    pub(super) fn history(&self, good: &Good, lane: Lane) -> anyhow::Result<HistoryOf> {
        let key = key(good, "US");
        let found = self.app.history(&key, good.skus.first(), lane, None)?;
        found.context("there is no history")
    }

    /// Its series.
    pub(super) fn series(&self, good: &Good, lane: Lane) -> anyhow::Result<Series> {
        Ok(self.history(good, lane)?.series)
    }

    /// Every price that its public history has, in cents, in order.
    pub(super) fn prices(&self, good: &Good) -> anyhow::Result<Vec<i64>> {
        Ok(cents(&self.series(good, Lane::Public)?))
    }

    /// The lowest public price of all time, in cents.
    pub(super) fn low(&self, good: &Good) -> anyhow::Result<i64> {
        low(&self.series(good, Lane::Public)?, Period::All, self.now())
    }

    /// The gap that the history shows now, if it shows one.
    pub(super) fn gap(&self, good: &Good) -> anyhow::Result<Option<Outcome>> {
        let series = self.series(good, Lane::Public)?;
        Ok(match series.at(Minute::of(self.now())) {
            Some(Known::Gap(outcome)) => Some(outcome),
            _ => None,
        })
    }
}

/// The low of a period, in minor units.
pub(super) fn low(series: &Series, period: Period, now: Instant) -> anyhow::Result<i64> {
    let windows = series.windows(Minute::of(now));
    let window = windows.iter().find(|window| window.period == period);
    let figures = window
        .and_then(|window| window.figures)
        .context("the window has no price")?;
    Ok(figures.low.price.minor())
}

/// The prices of a series in minor units, each time that it changed.
pub(super) fn cents(series: &Series) -> Vec<i64> {
    let mut cents: Vec<i64> = series.prices().iter().map(|run| Price::minor(run.value)).collect();
    cents.dedup();
    cents
}

pub(super) fn usd(cents: i64) -> Money {
    Money::new(cents, Currency::USD)
}

/// A confirmed address.
pub(super) fn to(address: &str) -> NewChannel {
    NewChannel {
        address: address.to_owned(),
        confirmed: true,
    }
}

/// A good in a country, in what is paid there.
pub(super) fn key(good: &Good, country: &str) -> ListingKey {
    let market = tillwatch_market::world::Market::of(country);
    ListingKey {
        item: good.item.clone(),
        market: Country::parse(country).unwrap_or(Country::US),
        currency: market.map_or(Currency::USD, tillwatch_market::world::Market::currency),
    }
}

/// The rule set that counts.
pub(super) fn rules() -> anyhow::Result<RuleSet> {
    Ok(RuleBook::built_in()?.get(None)?.clone())
}

fn started(
    store: &Arc<dyn Store>,
    sources: &[Arc<dyn Source>],
    almanac: &Almanac,
    now: Instant,
) -> anyhow::Result<Arc<App>> {
    let app = App::new(Arc::clone(store), sources.to_vec(), rules()?, almanac.clone(), now)?;
    app.load(now)?;
    Ok(Arc::new(app))
}

fn post(app: &Arc<App>, rig: &Rig, receivers: &[&Arc<Receiver>]) -> Post {
    let notifiers = receivers.iter().map(|receiver| {
        let notifier: Arc<dyn Notifier> = Arc::clone(receiver) as Arc<dyn Notifier>;
        (rig.notifier)(notifier)
    });
    Post::new(Arc::clone(app), notifiers.collect())
}

type Open = (Arc<Marketplace>, Vec<Arc<dyn Source>>);

/// The marketplace on a free port, and the sources that read it as they would read the real one.
fn open_shop(runtime: &Runtime, world: World, clock: &Hand, api: bool) -> anyhow::Result<Open> {
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let at = listener.local_addr()?;
    let hand = clock.clone();
    let shop = Marketplace::new(world, move || hand.now().moment())
        .with_key(Key::new(APP.0, APP.1))
        .with_slowness(Duration::from_millis(1))
        .with_data_in_pages();
    let shop = Arc::new(shop);
    runtime.spawn(serve(listener, Arc::clone(&shop)));
    let reach = Reach {
        hosts: Vec::new(),
        private: vec![Place::parse(&at.to_string())?],
    };
    let client = Client::new(None, reach)?;
    let pages = page::Settings {
        base: format!("http://{at}/").parse()?,
        language: "en_US".to_owned(),
        calls_per_day: 5_000,
        spacing: Duration::from_secs(2),
    };
    let mut sources: Vec<Arc<dyn Source>> = vec![Arc::new(Page::new(pages, &client))];
    if api {
        let settings = affiliate::Settings {
            gateway: format!("http://{at}/sync").parse()?,
            app_key: APP.0.to_owned(),
            app_secret: Secret::new(APP.1.to_owned()),
            sign_method: SignMethod::Sha256,
            tracking_id: None,
            language: "EN".to_owned(),
            calls_per_day: 5_000,
            spacing: Duration::from_secs(2),
        };
        sources.push(Arc::new(Affiliate::new(settings, client)));
    }
    Ok((shop, sources))
}
