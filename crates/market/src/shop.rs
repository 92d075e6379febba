//! The shop: the marketplace as the outside meets it, on one local port.
//!
//! Every surface answers from the same facts of the [`World`], in the shapes that the real ones were recorded in, and
//! every answer passes through one gate that counts it and lets a fault befall it.

mod account;
mod asked;
mod body;
mod cart;
mod escape;
mod freight;
mod gateway;
mod ladder;
mod links;
mod mtop;
mod page;
mod panel;
mod prices;
mod skus;
mod visit;
mod words;

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{any, get, post};
use jiff::Timestamp;
use tokio::net::TcpListener;

use crate::counters::Counts;
use crate::faults::{Faults, Surface};
use crate::world::World;
use visit::Reply;

pub use gateway::{Key, sign};
pub use links::{DEAD_LINK, FOREIGN_LINK, short_link};

/// A marketplace that can be served: a world, its faults, its counters, and the clock that it goes by.
pub struct Marketplace {
    world: RwLock<World>,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    faults: Faults,
    counts: Mutex<Counts>,
    keys: Vec<Key>,
    limits: gateway::Limits,
    slowness: Duration,
    shells: bool,
}

impl Marketplace {
    /// A marketplace without faults and without API keys. The clock is asked once for each call.
    pub fn new(world: World, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self {
            world: RwLock::new(world),
            clock: Box::new(clock),
            faults: Faults::default(),
            counts: Mutex::default(),
            keys: Vec::new(),
            limits: gateway::Limits::default(),
            slowness: Duration::from_millis(500),
            shells: true,
        }
    }

    /// Lets an app call the API.
    #[must_use]
    pub fn with_key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// Sets the faults.
    #[must_use]
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// Sets how long a slow body pauses before each of its four parts.
    #[must_use]
    pub fn with_slowness(mut self, pause: Duration) -> Self {
        self.slowness = pause;
        self
    }

    /// Puts the data into every page, as pages had it until 2024. Otherwise those of many listings are a frame for which
    /// the browser asks the data later.
    #[must_use]
    pub fn with_data_in_pages(mut self) -> Self {
        self.shells = false;
        self
    }

    /// The faults, to order some.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the world while it is open: a new offer, another price, a listing taken down.
    pub fn change(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.world.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn count(&self, count: impl FnOnce(&mut Counts)) {
        count(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl fmt::Debug for Marketplace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Marketplace")
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

/// Serves a marketplace until the task is dropped.
///
/// # Errors
///
/// Whatever the listener fails with.
pub async fn serve(listener: TcpListener, shop: Arc<Marketplace>) -> io::Result<()> {
    axum::serve(listener, router(shop)).await
}

/// The surfaces by their addresses.
fn router(shop: Arc<Marketplace>) -> Router {
    Router::new()
        .route("/sync", any(gateway::call))
        .route("/item/{page}", get(page::listing))
        .route("/h5/mtop.aliexpress.pdp.pc.query/1.0/", get(mtop::product))
        .route("/e/{code}", get(links::short))
        .route("/s/{code}", get(links::hop))
        .route("/ladder/{file}", get(ladder::file))
        .route("/cart", post(cart::totals))
        .route("/p/shoppingcart/index.html", get(account::cart))
        .route("/p/my-coupons/index.html", get(account::coupons))
        .route("/robots.txt", get(robots))
        .route("/counters", get(counters))
        .with_state(shop)
}

/// What robots may ask for: listings and ladders, and nothing of an account's.
const ROBOTS: &str = "User-agent: *\nDisallow: /cart\nDisallow: /e/\nDisallow: /s/\nDisallow: /sync\nAllow: /item/\n";

async fn robots(State(shop): State<Arc<Marketplace>>) -> Response {
    shop.visit(Surface::Robots, |_| Reply::text(ROBOTS))
}

async fn counters(State(shop): State<Arc<Marketplace>>) -> Response {
    Reply::json(&shop.counts().to_json()).into_response(body::Pace::AtOnce)
}
