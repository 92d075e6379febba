//! `serve`: the watch itself, with its server. It works without any configuration.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tillwatch_app::App;
use tillwatch_app::ports::source::Source;
use tillwatch_net::http::Client;
use tillwatch_net::sources::affiliate::{Affiliate, CALLS_PER_DAY};
use tillwatch_net::sources::ladder::Feed;
use tillwatch_web::{Limits, Network, Partner};
use url::Url;

use crate::channels;
use crate::dice;
use crate::environment::set;
use crate::failure::{Status, Usage};
use crate::home::Home;
use crate::output::Output;
use crate::rules::Rules;
use crate::service::{Bot, Door, Guide, Ladders, Service, Subscription, log, machine_clock};
use crate::sources;

/// Watch prices and answer over HTTP, until it is stopped
///
/// It works without configuration: lists, watches and discounts are kept in the data directory. Prices are read from the
/// official affiliate API once you name your own app's key; without one, nothing is fetched. A ladder of codes or a feed of
/// listings that someone publishes can be followed by its address.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  tillwatch serve
  tillwatch serve --listen 0.0.0.0:8080 --ladder https://example.org/codes.json
  TILLWATCH_APP_KEY=512345 TILLWATCH_APP_SECRET=... tillwatch serve")]
pub(crate) struct Arguments {
    /// The address and port that it answers on
    #[arg(long, value_name = "A:P", default_value = "127.0.0.1:8470")]
    listen: SocketAddr,
    /// A published ladder of codes, polled every five minutes; may be given several times
    #[arg(long, value_name = "URL")]
    ladder: Vec<String>,
    /// A published feed of listings with their prices, asked every five minutes; may be given up to eight times. What it saw
    /// within the last hour counts as a reading, by the same rules as every source's
    #[arg(long, value_name = "URL")]
    feed: Vec<String>,
    /// The calls a day of your app's key
    #[arg(long, value_name = "N", default_value_t = CALLS_PER_DAY)]
    calls: u32,
    /// The least seconds between two calls, such as 1.6
    #[arg(long, value_name = "S", default_value = "1.6", value_parser = spacing)]
    spacing: Duration,
    /// Read listing pages too, at most so many a day: without it none is fetched. The marketplace's terms forbid robots to read
    /// it systematically, so settle that with it first. It says who it is, keeps to robots.txt, leaves ten seconds between
    /// two pages, and stops for the day at the first challenge
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pages: Option<u32>,
    /// Where people reach it, such as <https://till.example/>, for links in messages; `TILLWATCH_PUBLIC` says the same
    #[arg(long, value_name = "URL")]
    public: Option<String>,
    /// Let visitors be told by webhook, ntfy, Gotify, Discord and Apprise too: calls to public addresses that they name
    #[arg(long)]
    webhooks: bool,
    /// A proxy in front, by its address or network, such as 127.0.0.1: only such a one is believed for whom it speaks; may be
    /// given several times, and `TILLWATCH_PROXIES` names several with commas
    #[arg(long, value_name = "ADDR")]
    proxy: Vec<Network>,
    /// Who may read /metrics beside this machine itself, by address or network; `TILLWATCH_METRICS` says the same
    #[arg(long, value_name = "ADDR")]
    metrics: Vec<Network>,
    /// Your affiliate link with {url} where a listing's address goes; pages show it labelled, beside the clean link, and
    /// readers can hide it. `TILLWATCH_PARTNER` says the same; without it, an app with `TILLWATCH_TRACKING_ID` has the API
    /// make each link when somebody first follows it
    #[arg(long, value_name = "URL")]
    partner: Option<String>,
    /// A rule set by name or a file with one
    #[arg(long, value_name = "ID|FILE")]
    rules: Option<String>,
}

/// Runs until a signal comes.
pub(crate) fn run(arguments: &Arguments, data: Option<&Path>, _output: &mut Output) -> anyhow::Result<Status> {
    log::start()?;
    let home = Home::find(data);
    let _held = home.hold()?;
    let store = Arc::new(tillwatch_store::Sqlite::open(&home.store_file()?)?);
    let client = Client::new(None, sources::reach()?)?;
    let clock = machine_clock();
    let api = sources::affiliate(arguments.calls, arguments.spacing, &client)?.map(Arc::new);
    let mut sources: Vec<Arc<dyn Source>> = Vec::new();
    sources.extend(api.clone().map(|api| api as Arc<dyn Source>));
    if let Some(pages) = arguments.pages {
        sources.push(sources::pages(pages, &client)?);
    }
    let feeds = sources::feeds(&arguments.feed, &client)?.into_iter();
    sources.extend(feeds.map(|feed| feed as Arc<dyn Source>));
    if sources.is_empty() {
        tracing::info!(
            "no source is set up: name your app with TILLWATCH_APP_KEY and TILLWATCH_APP_SECRET, or a feed with --feed, to \
             read prices"
        );
    }
    let count = sources.len();
    let rules = Rules::load(arguments.rules.as_deref())?.usual()?.clone();
    let app = App::new(store, sources, rules, home.almanac()?, clock())?;
    let app = app.with_links(public(arguments)?, dice::bytes()?)?;
    let app = match &api {
        Some(api) => app
            .with_codes(Arc::<Affiliate>::clone(api))
            .with_finder(Arc::<Affiliate>::clone(api))?,
        None => app,
    };
    let partner = partner(arguments)?;
    // A template of the operator's own goes before links of the API's.
    let linker = api.filter(|api| api.has_tracking_id() && partner.is_none());
    let partner = partner.or_else(|| linker.is_some().then_some(Partner::Made));
    let app = Arc::new(match linker {
        Some(linker) => app.with_linker(linker),
        None => app,
    });
    let (bot, webhook) = (channels::bot(&client)?, channels::webhook()?);
    let ladders = (1..).zip(&arguments.ladder);
    let subscriptions = ladders.map(|(number, address)| subscription(number, address, &client));
    let service = Service {
        app,
        follow: Arc::new(Guide::new(&client, &clock)),
        clock,
        speed: 1,
        sources: count,
        ladders: Ladders::new(home, subscriptions.collect::<anyhow::Result<_>>()?),
        notifiers: channels::all(&client, bot.as_ref())?,
        bot: bot.map(|telegram| Bot { telegram, webhook }),
        listen: arguments.listen,
        calls: arguments.webhooks.then(|| channels::reachable(&client)),
        partner,
        demonstration: false,
        door: Door {
            limits: Some(Limits::usual()),
            proxies: networks(&arguments.proxy, "TILLWATCH_PROXIES")?,
            operators: networks(&arguments.metrics, "TILLWATCH_METRICS")?,
        },
    };
    let runtime = tokio::runtime::Runtime::new().context("the runtime")?;
    service.run(&runtime, |at| {
        eprintln!("tillwatch answers on http://{at} until it is stopped, as by Ctrl-C.");
    })?;
    Ok(Status::Done)
}

/// Where people reach the site: by `--public`, else by `TILLWATCH_PUBLIC`.
fn public(arguments: &Arguments) -> anyhow::Result<Option<Url>> {
    let (name, text) = match (&arguments.public, set("TILLWATCH_PUBLIC")) {
        (Some(text), _) => ("--public", text.clone()),
        (None, Some(text)) => ("TILLWATCH_PUBLIC", text),
        (None, None) => return Ok(None),
    };
    // The text is left out: it may have a login in it.
    Ok(Some(site(&text).map_err(|why| Usage(format!("{name}: it {why}")))?))
}

/// The networks of the command line, else those of the environment.
fn networks(named: &[Network], name: &str) -> anyhow::Result<Vec<Network>> {
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    let text = set(name).unwrap_or_default();
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let networks: Result<Vec<Network>, _> = parts.map(str::parse).collect();
    Ok(networks.map_err(|error| Usage(format!("{name}: {error}")))?)
}

/// The operator's affiliate link: by `--partner`, else by `TILLWATCH_PARTNER`.
fn partner(arguments: &Arguments) -> anyhow::Result<Option<Partner>> {
    let (name, text) = match (&arguments.partner, set("TILLWATCH_PARTNER")) {
        (Some(text), _) => ("--partner", text.clone()),
        (None, Some(text)) => ("TILLWATCH_PARTNER", text),
        (None, None) => return Ok(None),
    };
    let told = |why| Usage(format!("{name}: {text:?} {why}"));
    Ok(Some(Partner::parse(&text).map_err(told)?))
}

/// The address of a site, which pages can be put under.
fn site(text: &str) -> Result<Url, &'static str> {
    let mut url: Url = text
        .parse()
        .map_err(|_| "is no address such as https://till.example/")?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err("does not begin with https:// and a host, or with http:// within a network of your own");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a login in it, which every message would tell");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has a ? or a # in it; it ends with a host or a folder");
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

fn spacing(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("{text:?} is no number of seconds"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// A published ladder. Its name in the log is its number and its host: the rest of an address may hold a key.
fn subscription(number: usize, address: &str, client: &Client) -> anyhow::Result<Subscription> {
    let wrong = |_| {
        Usage(format!(
            "--ladder: number {number} is no address such as https://example.org/codes.json"
        ))
    };
    let url: Url = address.parse().map_err(wrong)?;
    Ok(Subscription {
        name: format!("{number} {}", url.host_str().unwrap_or_default()),
        feed: Feed::new(url, client.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::site;

    #[test]
    fn the_address_of_a_site_is_one_that_pages_can_be_put_under() {
        for (text, read) in [
            ("https://till.example", "https://till.example/"),
            ("http://till.lan:8470/", "http://till.lan:8470/"),
            ("https://home.example/till", "https://home.example/till/"),
        ] {
            assert_eq!(site(text).map(String::from), Ok(read.to_owned()));
        }
        for text in [
            "till.example",
            "",
            "ftp://till.example/",
            "mailto:ann@example.org",
            "https://",
            "https://ann:secret@till.example/",
            "https://till.example/?a=1",
            "https://till.example/#top",
        ] {
            assert!(site(text).is_err(), "{text}");
        }
    }
}
