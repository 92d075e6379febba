//! The program that never sleeps: one thread for each source, one that follows discounts, one that polls ladders, one
//! that harvests codes, one that hands alerts over, one that asks mailboxes, one that keeps the board, and the server. A
//! signal ends them all after what they are doing.

mod board;
mod bot;
mod heads;
mod ladders;
mod letters;
pub(crate) mod log;
mod post;
mod server;
mod stop;

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use tillwatch_app::conversation::Follow;
use tillwatch_app::harvest::Harvested;
use tillwatch_app::outbox::Post;
use tillwatch_app::ports::notifier::Notifier;
use tillwatch_app::ports::source::SourceError;
use tillwatch_app::{App, Turned};
use tillwatch_core::cadence::Second;
use tillwatch_core::instant::Instant;
use tillwatch_net::readers::Browser;
use tillwatch_web::{Clock, Limits, Network, Partner, Reachable, Site};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub(crate) use bot::{Bot, Guide};
pub(crate) use ladders::{Ladders, Subscription};
pub(crate) use stop::Stop;

/// The longest pause of a loop; what another program changed is noticed within it.
const PAUSE: Duration = Duration::from_secs(1);

/// Everything that runs.
pub(crate) struct Service {
    pub(crate) app: Arc<App>,
    pub(crate) clock: Clock,
    /// How many seconds of the watch's time pass in one of this machine's: 1 but in a demonstration.
    pub(crate) speed: u32,
    pub(crate) sources: usize,
    pub(crate) ladders: Ladders,
    pub(crate) notifiers: Vec<Arc<dyn Notifier>>,
    /// Who asks short links where they lead.
    pub(crate) follow: Arc<dyn Follow>,
    /// The bot that people talk to, where there is one.
    pub(crate) bot: Option<Bot>,
    pub(crate) listen: SocketAddr,
    /// Which programs visitors may name to be called; without it none.
    pub(crate) calls: Option<Reachable>,
    /// The operator's affiliate link, if there is one.
    pub(crate) partner: Option<Partner>,
    /// Whether its marketplace is simulated, which every page then says.
    pub(crate) demonstration: bool,
    pub(crate) door: Door,
}

/// Who may ask, and how often.
#[derive(Debug, Default)]
pub(crate) struct Door {
    /// Absent where nobody is counted.
    pub(crate) limits: Option<Limits>,
    /// Proxies, which say for whom they speak.
    pub(crate) proxies: Vec<Network>,
    /// Who may see figures, beside this machine itself.
    pub(crate) operators: Vec<Network>,
}

impl Service {
    /// Runs until a signal comes. `ready` is told the address once it is listened on: from then on pages are answered
    /// from the store, while all that is watched is taken into mind. Nothing is read or decided before that is done.
    pub(crate) fn run(self, runtime: &Runtime, ready: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
        let listener = runtime
            .block_on(TcpListener::bind(self.listen))
            .with_context(|| format!("{} cannot be listened on", self.listen))?;
        let stop = Arc::new(Stop::default());
        let site = Site::new(Arc::clone(&self.app), Arc::clone(&self.clock))?.with_dice(Arc::new(crate::dice::token));
        let site = site
            .with_follow(Arc::clone(&self.follow))
            .with_unpack(Arc::new(Browser));
        let site = if self.demonstration { site.demonstration() } else { site };
        let site = site
            .with_proxies(&self.door.proxies)
            .with_operators(&self.door.operators)
            .with_partner(self.partner.clone())
            .with_warm_pages();
        let site = self.door.limits.into_iter().fold(site, Site::with_limits);
        let painter = site.painter();
        let office = Post::new(Arc::clone(&self.app), self.notifiers.clone()).with_painter(Arc::clone(&painter));
        let office = Arc::new(office);
        let bot = self.bot.as_ref();
        let desk = bot
            .map(|bot| bot.desk(&self.app, &office, painter, Arc::clone(&self.follow), &self.clock))
            .transpose()?;
        let site = self.calls.iter().cloned().fold(site, Site::with_calls);
        let site = match &desk {
            Some(desk) => desk.beside(site.with_bot(desk.name()).router()),
            None => site.router(),
        };
        ready(listener.local_addr()?);
        thread::scope(|scope| {
            let (run, until) = (&self, &stop);
            let (own, letters) = (Arc::clone(&office), Arc::clone(&office));
            scope.spawn(move || letters::run(&letters, &run.clock, runtime, until));
            scope.spawn(move || post::run(&own, &run.clock, runtime, until));
            if let Some(desk) = desk.clone() {
                scope.spawn(move || desk.run(runtime, until));
            }
            let (failed, failure) = tokio::sync::oneshot::channel();
            let begun = scope.spawn(move || {
                // A failure is told by dropping the other end.
                let begun = run.begin(runtime)?;
                for source in 0..run.sources {
                    scope.spawn(move || run.read(source, runtime, until));
                }
                scope.spawn(move || run.tend(until));
                scope.spawn(move || run.poll(runtime, until));
                scope.spawn(move || run.harvest(runtime, until));
                scope.spawn(move || board::run(&run.app, &run.clock, until));
                tracing::info!(listings = begun, "everything that is watched is in mind");
                Ok::<_, anyhow::Error>(failed)
            });
            let (stopping, app) = (Arc::clone(&stop), Arc::clone(&self.app));
            let until = async move {
                tokio::select! {
                    () = signal() => tracing::info!("stopping"),
                    _ = failure => {}
                }
                stopping.now();
                app.bell().ring();
            };
            runtime.block_on(server::run(listener, site, &self.door.proxies, until));
            stop.now();
            self.app.bell().ring();
            match begun.join() {
                Ok(begun) => drop::<tokio::sync::oneshot::Sender<()>>(begun?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
            Ok(())
        })
    }

    /// Takes all that is watched into mind. How many listings it are.
    fn begin(&self, runtime: &Runtime) -> anyhow::Result<usize> {
        let loaded = self.app.load((self.clock)())?;
        // Before the first price is computed the published codes are asked for, or they would seem to have ended.
        runtime.block_on(self.ladders.poll((self.clock)()));
        if let Some(almanac) = self.ladders.news() {
            self.app.learn(almanac, (self.clock)())?;
        }
        Ok(loaded)
    }

    /// The turns of one source. Somebody who waits for a listing ends a pause.
    fn read(&self, source: usize, runtime: &Runtime, stop: &Stop) {
        let mut heard = 0;
        while !stop.is_set() {
            let turned = runtime.block_on(self.app.turn(source, self.clock.as_ref()));
            let pause = match turned {
                Ok(Turned::Read { listings, priced }) => {
                    tracing::debug!(source, listings, priced, "read");
                    Duration::ZERO
                }
                Ok(Turned::Refused(error)) => {
                    tracing::warn!(source, %error, "the source refused a call");
                    PAUSE
                }
                Ok(Turned::Rest(until)) => self.real(until),
                Err(error) => {
                    tracing::error!(%error, "the store refused; trying again");
                    PAUSE
                }
            };
            self.app.bell().wait(&mut heard, pause);
        }
    }

    /// Discounts that begin, end or change.
    fn tend(&self, stop: &Stop) {
        while !stop.is_set() {
            let now = (self.clock)();
            if let Some(almanac) = self.ladders.news() {
                match self.app.learn(almanac, now) {
                    Ok(repriced) => tracing::info!(repriced, "the known discounts changed"),
                    Err(error) => tracing::error!(%error, "the new discounts could not be followed"),
                }
            }
            let pause = match self.app.tend(now) {
                Ok(tended) => {
                    if tended.repriced > 0 {
                        tracing::info!(repriced = tended.repriced, "discounts began or ended");
                    }
                    tended.next.map_or(PAUSE, |next| self.real(Second::of(next)))
                }
                Err(error) => {
                    tracing::error!(%error, "the store refused; trying again");
                    PAUSE
                }
            };
            stop.wait(pause);
        }
    }

    /// Ladders that someone publishes.
    fn poll(&self, runtime: &Runtime, stop: &Stop) {
        while !stop.is_set() {
            stop.wait(Ladders::EVERY / self.speed.max(1));
            runtime.block_on(self.ladders.poll((self.clock)()));
        }
    }

    /// Codes of single listings and the names of categories, where somebody tells them.
    fn harvest(&self, runtime: &Runtime, stop: &Stop) {
        while !stop.is_set() {
            match runtime.block_on(self.app.learn_categories(self.clock.as_ref())) {
                Ok(None) => {}
                Ok(Some(Ok(count))) => tracing::info!(count, "the categories were named"),
                Ok(Some(Err(error))) => tracing::warn!(%error, "the categories could not be asked for"),
                Err(error) => tracing::error!(%error, "the store refused; trying again"),
            }
            let turned = runtime.block_on(self.app.harvest(self.clock.as_ref()));
            let pause = match turned {
                Ok(Harvested::Answered { method, codes }) => {
                    tracing::debug!(method, codes, "codes were asked for");
                    Duration::ZERO
                }
                Ok(Harvested::NotPermitted { method, until }) => {
                    tracing::warn!(method, %until, "the key has no permission for this method; it is not asked before then");
                    Duration::ZERO
                }
                Ok(Harvested::Refused {
                    method,
                    error: error @ SourceError::Later { .. },
                }) => {
                    tracing::debug!(method, %error, "codes are asked for a little later");
                    PAUSE
                }
                Ok(Harvested::Refused { method, error }) => {
                    tracing::warn!(method, %error, "codes could not be asked for");
                    PAUSE
                }
                Ok(Harvested::Done { codes, repriced }) => {
                    tracing::info!(codes, repriced, "the codes of single listings were gathered");
                    PAUSE
                }
                Ok(Harvested::Rest(until)) => self.real(until),
                Err(error) => {
                    tracing::error!(%error, "the store refused; trying again");
                    PAUSE
                }
            };
            stop.wait(pause);
        }
    }

    /// How long it takes on this machine until a second of the watch's time, at most [`PAUSE`].
    fn real(&self, until: Second) -> Duration {
        let seconds = until.since(Second::of((self.clock)()));
        (Duration::from_secs(u64::from(seconds)) / self.speed.max(1)).clamp(Duration::from_millis(5), PAUSE)
    }
}

/// The clock of this machine; one that cannot be read stands at the start of 1970, where nothing is due.
pub(crate) fn machine_clock() -> Clock {
    Arc::new(|| crate::clock::now().unwrap_or_else(|_| Instant::utc(jiff::Timestamp::UNIX_EPOCH)))
}

/// Waits for an interrupt or a polite kill.
async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
