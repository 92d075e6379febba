//! The server: connections, each with bounds on its heads, its waits and its age, so that nobody holds what others need.

use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::connect_info::ConnectInfo;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tillwatch_web::Network;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::Layer;

use super::heads::Watched;

/// Connections at once; the next ones wait to be accepted.
const MOST: u32 = 1_000;

/// Connections of one household at once; more are closed. A proxy speaks for many and is not counted.
const MOST_OF_ONE: usize = 256;

/// How long the head of a call may take, and how long a connection may say nothing between two calls.
const HEAD: Duration = Duration::from_secs(10);

/// The most bytes of a head.
const MOST_HEAD: usize = 32 * 1024;

/// The most lines of a head.
const MOST_LINES: usize = 100;

/// After that a connection ends with what it is answering: one that is read a byte a minute must not stay.
const OLDEST: Duration = Duration::from_mins(10);

/// How long an ending connection has.
const LAST: Duration = Duration::from_secs(10);

/// How long nothing is accepted where the machine has no room for another connection.
const FULL: Duration = Duration::from_millis(100);

/// Answers until `stop`, and then what is under way.
pub(super) async fn run(listener: TcpListener, site: Router, proxies: &[Network], stop: impl Future<Output = ()>) {
    let room = Arc::new(Semaphore::new(usize::try_from(MOST).unwrap_or(usize::MAX)));
    let homes = Homes::default();
    let (ending, end) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            () = &mut stop => break,
        };
        let Some((permit, stream, peer)) = accepted else {
            continue;
        };
        let is_proxy = proxies.iter().any(|proxy| proxy.has(peer.ip()));
        let Some(home) = homes.enter(peer.ip(), is_proxy) else {
            continue;
        };
        let (site, end) = (site.clone(), end.clone());
        tokio::spawn(async move {
            answer(stream, peer, site, end).await;
            drop((home, permit));
        });
    }
    drop((listener, ending));
    // Whatever takes longer is cut off.
    drop(tokio::time::timeout(LAST, room.acquire_many(MOST)).await);
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((permit, stream, peer)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(FULL).await;
            None
        }
    }
}

async fn answer(stream: TcpStream, peer: SocketAddr, site: Router, mut end: watch::Receiver<()>) {
    // Answers are written whole; waiting to join them with what follows would only delay them.
    drop(stream.set_nodelay(true));
    let (stream, heads) = Watched::new(stream);
    let known = Extension(ConnectInfo(peer)).layer(site);
    let service = TowerToHyperService::new(heads.before(known));
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(MOST_HEAD)
        .max_headers(MOST_LINES);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        // Whoever sends what is no HTTP, or goes away, is nobody's error.
        _ = connection.as_mut() => return,
        () = tokio::time::sleep(OLDEST) => {}
        _ = end.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    drop(tokio::time::timeout(LAST, connection).await);
}

/// How many connections each household has.
#[derive(Debug, Clone, Default)]
struct Homes(Arc<Mutex<HashMap<Network, usize>>>);

/// A connection of a household.
struct Home {
    homes: Homes,
    network: Option<Network>,
}

impl Homes {
    /// `None` where the household has too many already.
    fn enter(&self, address: IpAddr, is_proxy: bool) -> Option<Home> {
        let network = (!is_proxy).then(|| Network::of_household(address));
        if let Some(network) = network {
            let mut counts = self.counts();
            let count = counts.entry(network).or_default();
            if *count >= MOST_OF_ONE {
                return None;
            }
            *count += 1;
        }
        let homes = self.clone();
        Some(Home { homes, network })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Network, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let Some(network) = self.network else { return };
        let mut counts = self.homes.counts();
        if let Some(count) = counts.get_mut(&network) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&network);
            }
        }
    }
}
