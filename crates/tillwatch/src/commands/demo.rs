//! `demo`: the watch against the built-in simulated marketplace, with two years of history.

mod codes;
mod facts;
mod past;

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tillwatch_app::App;
use tillwatch_app::ports::source::Source;
use tillwatch_app::ports::store::{ListingId, NewWatch, Store};
use tillwatch_core::history::{Lane, Minute, Period};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Money;
use tillwatch_core::rules::RuleSet;
use tillwatch_market::faults::{Fault, Faults};
use tillwatch_market::shop::{Key, Marketplace};
use tillwatch_market::world::{MARKETS, Size, World};
use tillwatch_net::http::{Client, Place, Reach};
use tillwatch_net::secret::Secret;
use tillwatch_net::sources::affiliate::sign::SignMethod;
use tillwatch_net::sources::affiliate::{self, Affiliate};
use tillwatch_net::sources::ladder::Feed;
use tillwatch_net::sources::page::{self, Page};
use tokio::runtime::Runtime;

use crate::dice;
use crate::failure::Status;
use crate::home::Home;
use crate::output::Output;
use crate::rules::Rules;
use crate::service::{Door, Guide, Ladders, Service, Subscription, log};

/// Under which name the store keeps the moment for which the marketplace was made.
const ORIGIN: &str = "demo:origin";

/// The app that the simulated marketplace knows. Nothing of it is secret: it is on this page.
const APP: (&str, &str) = ("512345", "demonstration");

/// Of a thousand answers so many suffer each kind of fault.
const FAULTS: u16 = 3;

/// How many listings of the first thousand somebody watches.
const WATCHED: usize = 40;

/// Watch a simulated marketplace, to see how everything works
///
/// A made-up marketplace runs on a port of this machine, with listings, coupons, codes, sales and faults, and is read as
/// the real one would be. Two years of its past are there at once. Nothing of it is real: no listing, no price, no store.
/// Its time passes faster than yours, so that coupons begin and end while you look.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch demo
  tillwatch demo --listen 127.0.0.1:8080 --seed 7 --speed 1")]
pub(crate) struct Arguments {
    /// The address and port that it answers on
    #[arg(long, value_name = "A:P", default_value = "127.0.0.1:8470")]
    listen: SocketAddr,
    /// Which marketplace: every number is another one, always the same
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many seconds pass there in one of yours
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3600))]
    speed: u32,
}

/// Runs until a signal comes.
pub(crate) fn run(arguments: &Arguments, data: Option<&Path>, _output: &mut Output) -> anyhow::Result<Status> {
    log::start()?;
    let home = Home::find(data).of_the_demonstration(arguments.seed)?;
    let _held = home.hold()?;
    let store = Arc::new(tillwatch_store::Sqlite::open(&home.store_file()?)?);
    let rules = Rules::load(None)?.usual()?.clone();
    let almanac = home.almanac()?;
    let start = start(store.as_ref())?;
    let world = world(arguments.seed, store.as_ref(), start)?;
    let fresh = store.tracked(ListingId(0), 1)?.is_empty();
    if fresh {
        eprintln!("Making a marketplace and two years of its past …");
        let count = past::write(&world, store.as_ref(), &rules, &almanac, start, &progress())?;
        watch_some(store.as_ref(), &rules, start)?;
        eprintln!("The past of {count} listings is written.");
    }
    let clock = crate::clock::running_from(start, arguments.speed)?;
    let runtime = Runtime::new().context("the runtime")?;
    let shop = open_shop(world, &runtime, &clock)?;
    let client = Client::new(
        None,
        Reach {
            hosts: Vec::new(),
            private: vec![Place::parse(&shop.to_string())?],
        },
    )?;
    let api = api(shop, &client)?;
    let sources = sources(shop, &api, &client)?;
    let count = sources.len();
    let subscriptions = subscriptions(shop, &client)?;
    let app = App::new(store, sources, rules, almanac, clock())?;
    let app = Arc::new(
        app.with_links(None, dice::bytes()?)?
            .with_codes(api.clone())
            .with_finder(api)?,
    );
    let listings = app.store().counts()?.listings;
    let (speed, folder) = (arguments.speed, home.folder().ok().map(Path::to_owned));
    let first = app.store().watches()?.first().map(|watch| watch.key.item.clone());
    let service = Service {
        app,
        follow: Arc::new(Guide::new(&client, &clock)),
        clock,
        speed: arguments.speed,
        sources: count,
        ladders: Ladders::new(home, subscriptions),
        notifiers: Vec::new(),
        bot: None,
        listen: arguments.listen,
        calls: None,
        demonstration: true,
        // Whoever looks around in it is on this machine.
        partner: None,
        door: Door::default(),
    };
    service.run(&runtime, |at| {
        eprintln!("DEMONSTRATION: nothing here is real. The simulated marketplace is at http://{shop}.");
        eprintln!("{listings} listings are looked after; {speed} seconds pass there in each of yours. Try:");
        if let (Some(item), Some(folder)) = (&first, &folder) {
            eprintln!("  tillwatch --data {} history {item}", folder.display());
        }
        eprintln!("  curl http://{at}/metrics");
        eprintln!("Stop it with Ctrl-C.");
    })?;
    Ok(Status::Done)
}

/// Where its time goes on: now, or where it stood when it was stopped, if that is later.
fn start(store: &dyn Store) -> anyhow::Result<Instant> {
    let mut latest = crate::clock::now()?;
    let mut after = ListingId(0);
    loop {
        let page = store.tracked(after, 1_000)?;
        for tracked in &page {
            let tried = tracked
                .schedule
                .last_try
                .and_then(|second| Instant::from_millis(second.saturating_mul(1000)));
            latest = tried.map_or(latest, |tried| latest.max(tried));
            after = tracked.id;
        }
        if page.len() < 1_000 {
            return Ok(latest);
        }
    }
}

/// The marketplace that this data directory was begun with.
fn world(seed: u64, store: &dyn Store, start: Instant) -> anyhow::Result<World> {
    let kept = store.recall(ORIGIN)?.and_then(|origin| Instant::parse(&origin).ok());
    let origin = kept.unwrap_or(start);
    if kept.is_none() {
        store.remember(ORIGIN, &origin.to_string())?;
    }
    let mut world = World::new(seed, Size::of(2_000), origin.moment());
    codes::add(&mut world, origin);
    Ok(world)
}

/// Opens the marketplace on a free port of this machine.
fn open_shop(world: World, runtime: &Runtime, clock: &tillwatch_web::Clock) -> anyhow::Result<SocketAddr> {
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let at = listener.local_addr()?;
    let theirs = Arc::clone(clock);
    let shop = Marketplace::new(world, move || theirs().moment())
        .with_key(Key::new(APP.0, APP.1).with_extra_methods())
        .with_data_in_pages()
        .with_faults(faults());
    runtime.spawn(tillwatch_market::shop::serve(listener, Arc::new(shop)));
    Ok(at)
}

/// A few of all answers go wrong, as they do.
fn faults() -> Faults {
    let usual = [
        Fault::Hollow,
        Fault::TooMany,
        Fault::Cut,
        Fault::OtherCurrency,
        Fault::OtherMarket,
        Fault::ZeroPrice,
        Fault::ServerError,
    ];
    let none = Faults::seeded(1);
    usual
        .into_iter()
        .fold(none, |faults, fault| faults.share_everywhere(fault, FAULTS))
}

/// The API, which tells codes beside prices.
fn api(shop: SocketAddr, client: &Client) -> anyhow::Result<Arc<Affiliate>> {
    let settings = affiliate::Settings {
        gateway: format!("http://{shop}/sync").parse()?,
        app_key: APP.0.to_owned(),
        app_secret: Secret::new(APP.1.to_owned()),
        sign_method: SignMethod::Sha256,
        tracking_id: None,
        language: "EN".to_owned(),
        calls_per_day: affiliate::CALLS_PER_DAY,
        spacing: affiliate::SPACING,
    };
    Ok(Arc::new(Affiliate::new(settings, client.clone())))
}

/// The API for most readings, pages for what only they show.
fn sources(shop: SocketAddr, api: &Arc<Affiliate>, client: &Client) -> anyhow::Result<Vec<Arc<dyn Source>>> {
    let pages = page::Settings {
        base: format!("http://{shop}/").parse()?,
        language: "en_US".to_owned(),
        calls_per_day: 20_000,
        spacing: Duration::from_secs(2),
    };
    Ok(vec![Arc::<Affiliate>::clone(api), Arc::new(Page::new(pages, client))])
}

/// The published codes of every market.
fn subscriptions(shop: SocketAddr, client: &Client) -> anyhow::Result<Vec<Subscription>> {
    let all = MARKETS.iter().map(|market| {
        let country = market.country;
        Ok(Subscription {
            name: format!("codes-{country}"),
            feed: Feed::new(format!("http://{shop}/ladder/{country}.json").parse()?, client.clone()),
        })
    });
    all.collect()
}

/// Lets somebody watch a few of them, at the suggested target: five hundredths above the lowest price so far.
fn watch_some(store: &dyn Store, rules: &RuleSet, now: Instant) -> anyhow::Result<()> {
    for tracked in store.tracked(ListingId(0), WATCHED)? {
        for variant in &tracked.variants {
            let terms = store.terms_of(variant.id)?;
            let Some(terms) = terms.iter().find(|terms| terms.rules == rules.id) else {
                continue;
            };
            let series = store.series(variant.id, Lane::Public, terms)?;
            let windows = series.map(|series| series.windows(Minute::of(now)));
            let ever = windows.and_then(|windows| windows.into_iter().find(|window| window.period == Period::All));
            let target = ever.and_then(|window| window.figures).map(|figures| {
                let low = figures.low.price.minor();
                Money::new(low.saturating_add(low / 20), tracked.key.currency)
            });
            store.add_watch(&NewWatch::of(variant.id, Lane::Public, target), now)?;
        }
    }
    Ok(())
}

/// A line that grows on a terminal, and nothing elsewhere.
fn progress() -> impl Fn(usize, usize) + Sync {
    let shown = std::io::stderr().is_terminal();
    move |done, all| {
        if shown && (done.is_multiple_of(50) || done == all) {
            eprint!("\r  {done} of {all} listings");
            if done == all {
                eprintln!();
            }
        }
    }
}
