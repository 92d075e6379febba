//! What browsers and programs are told: the whole site on one screen.
//!
//! A handler turns its input into domain values, calls one verb of the watch and turns the answer into JSON or text.
//! One with a condition about prices is in the wrong room.

mod api;
mod assets;
mod chart;
mod counter;
mod coupons;
pub mod ical;
mod layers;
mod limits;
pub mod mishap;
mod operations;
mod pages;
mod painter;
mod parts;
mod problem;
mod reader;
mod receipt;
mod secret;
mod sought;
pub mod telegram;
mod typed;
mod visitor;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::routing::{get, post};
use tillwatch_app::App;
use tillwatch_app::conversation::Follow;
use tillwatch_app::ports::browser::Unpack;
use tillwatch_app::ports::notifier::Address;
use tillwatch_app::ports::painter::Painter;
use tillwatch_core::instant::Instant;
use tokio::sync::Semaphore;

pub use limits::{Limit, Limits};
pub use pages::partner::Partner;
pub use problem::{Kind, Problem};
pub use secret::Dice;
pub use visitor::{Network, NetworkError};
pub use words::WordsError;

use counter::Counter;
use layers::Warm;
use limits::Limiter;
use painter::{House, Pictures};
use visitor::Visitor;
use words::Tongues;

/// The time, as whoever runs the program has it.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// Says of an address why it is not called, such as one of the operator's own network.
pub type Reachable = Arc<dyn Fn(&Address) -> Result<(), String> + Send + Sync>;

/// What every handler is given.
#[derive(Clone)]
pub struct Site {
    app: Arc<App>,
    clock: Clock,
    tongues: Arc<Tongues>,
    pictures: Arc<Pictures>,
    counter: Arc<Counter>,
    demonstration: bool,
    dice: Option<Dice>,
    /// What the bot is called, once that is known; absent where there is none.
    bot: Option<Arc<OnceLock<String>>>,
    /// Which programs visitors may name to be called; without it none.
    calls: Option<Reachable>,
    /// Who asks short links where they lead; without it they are said to be such.
    follow: Option<Arc<dyn Follow>>,
    limiter: Limiter,
    /// Who may say for whom they speak.
    proxies: Arc<[Network]>,
    /// Who may see figures, beside this machine itself.
    operators: Arc<[Network]>,
    /// The operator's affiliate link, if there is one.
    partner: Option<Partner>,
    /// Pages of the last seconds; absent where each is made anew.
    warm: Option<Arc<Warm>>,
    /// Who reads what browsers bring; without it nothing of theirs is read.
    unpack: Option<Arc<dyn Unpack>>,
    /// How much of it is taken in at the same time.
    taking: Arc<Semaphore>,
}

impl Site {
    /// The site over a watch.
    pub fn new(app: Arc<App>, clock: Clock) -> Result<Self, WordsError> {
        Ok(Self {
            app,
            clock,
            tongues: Arc::new(Tongues::built_in()?),
            pictures: Arc::new(Pictures::new()),
            counter: Arc::new(Counter::new()),
            demonstration: false,
            dice: None,
            bot: None,
            calls: None,
            follow: None,
            limiter: Limiter::none(),
            proxies: Arc::default(),
            operators: Arc::default(),
            partner: None,
            warm: None,
            unpack: None,
            taking: Arc::new(Semaphore::new(pages::browser::AT_ONCE)),
        })
    }

    /// The same, which says on each page that its marketplace is simulated.
    #[must_use]
    pub fn demonstration(self) -> Self {
        Self {
            demonstration: true,
            ..self
        }
    }

    /// The same with secrets of its own making: without, nobody can open a list.
    #[must_use]
    pub fn with_dice(self, dice: Dice) -> Self {
        Self {
            dice: Some(dice),
            ..self
        }
    }

    /// The same with a bot that chats can be bound to, once its name is there.
    #[must_use]
    pub fn with_bot(self, name: Arc<OnceLock<String>>) -> Self {
        Self {
            bot: Some(name),
            ..self
        }
    }

    /// The same, which lets visitors name programs that are called: webhooks, ntfy, Gotify, Discord, Apprise.
    #[must_use]
    pub fn with_calls(self, may: Reachable) -> Self {
        let calls = Some(may);
        Self { calls, ..self }
    }

    /// Who draws charts for messages, as the site draws its own.
    pub fn painter(&self) -> Arc<dyn Painter> {
        Arc::new(House(self.clone()))
    }

    /// The same with somebody who asks short links where they lead.
    #[must_use]
    pub fn with_follow(self, follow: Arc<dyn Follow>) -> Self {
        Self {
            follow: Some(follow),
            ..self
        }
    }

    /// The same, which answers each network only so often; without, nobody is counted.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        let limiter = Limiter::new(limits);
        Self { limiter, ..self }
    }

    /// The same behind proxies, which say for whom they speak.
    #[must_use]
    pub fn with_proxies(self, proxies: &[Network]) -> Self {
        let proxies = proxies.into();
        Self { proxies, ..self }
    }

    /// The same, whose figures may be seen from these networks too.
    #[must_use]
    pub fn with_operators(self, operators: &[Network]) -> Self {
        let operators = operators.into();
        Self { operators, ..self }
    }

    /// The same with the operator's affiliate link: labelled, beside the clean one.
    #[must_use]
    pub fn with_partner(self, partner: Option<Partner>) -> Self {
        Self { partner, ..self }
    }

    /// The same, which gives a page again to whoever asks for the same within five seconds.
    #[must_use]
    pub fn with_warm_pages(self) -> Self {
        let warm = Some(Arc::default());
        Self { warm, ..self }
    }

    /// The same with somebody who reads what browsers bring.
    #[must_use]
    pub fn with_unpack(self, unpack: Arc<dyn Unpack>) -> Self {
        let unpack = Some(unpack);
        Self { unpack, ..self }
    }

    /// Every address that is answered.
    pub fn router(self) -> Router {
        let open = Router::new()
            .route(
                "/",
                get(pages::home::show)
                    .post(pages::home::paste)
                    .layer(pages::home::size()),
            )
            .route("/i/{item}", get(pages::listing::show).post(pages::listing::start))
            .route("/i/{item}/watch", post(pages::listing::watch::add))
            .route("/i/{item}/chart.svg", get(pages::listing::chart))
            .route("/i/{item}/chart.png", get(pages::listing::photo))
            .route("/deals", get(pages::deals::show))
            .route("/deals.atom", get(pages::deals::feed))
            .route("/search", get(pages::search::show).post(pages::search::ask))
            .route("/codes", get(pages::codes::show))
            .route("/codes/{code}/report", post(pages::codes::report))
            .route("/go", post(pages::partner::switch))
            .route("/go/{item}", get(pages::partner::go))
            .route("/r/{receipt}", get(pages::kept::show))
            .route("/r/{receipt}/till", get(pages::tills::thank).post(pages::tills::hear))
            .route("/promotions", get(pages::promotions::show))
            .route("/promotions.ics", get(pages::promotions::calendar))
            .route("/static/{version}/{name}", get(assets::show))
            .route("/healthz", get(operations::healthz))
            .route("/readyz", get(operations::readyz))
            .route("/metrics", get(operations::metrics))
            .route("/guide", get(pages::guide::show))
            .route("/about", get(pages::about::show))
            .route("/status", get(pages::status::show))
            .route("/openapi.json", get(api::document::show));
        let open = api::public()
            .into_iter()
            .fold(open, |open, (path, answers)| open.route(path, answers))
            .fallback(pages::missing);
        let router = layers::open(open, &self)
            .merge(pages::private())
            .merge(pages::browser::routes())
            .merge(secret::routes());
        layers::wrap(router, &self).with_state(self)
    }

    /// Counts something that a visitor asks for.
    fn may(&self, kind: limits::Kind, visitor: Visitor) -> Result<(), Problem> {
        let taken = self.limiter.take(kind, visitor);
        taken.map(|_| ()).map_err(layers::too_many)
    }

    /// Runs a verb of the watch where it may wait for the disk.
    async fn ask<T: Send + 'static>(
        &self,
        verb: impl FnOnce(&App, Instant) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (app, now) = (Arc::clone(&self.app), (self.clock)());
        // Caught in the thread where it happens, which knows what the log calls it.
        let verb =
            move || catch_unwind(AssertUnwindSafe(|| verb(&app, now))).unwrap_or_else(|_| Err(Problem::internal()));
        let answer = tokio::task::spawn_blocking(verb).await;
        answer.unwrap_or_else(|_| Err(Problem::internal()))
    }
}
