//! How soon a listing that nobody had seen has its price and its chart on the page, from the press of the button.
//!
//! `cargo bench -p tillwatch --bench paste`. `tillwatch serve` with its usual limits reads the simulated marketplace
//! through the signed API, half a second away; its day's calls go on in the background for fifty watched listings. Each
//! round begins with an empty data directory and pastes eight links, one after another, as the form of the start page
//! does. What is told is the time until the API answers with a price, and then how long the page with its chart takes.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on must stop")]
#![expect(clippy::disallowed_methods, reason = "a benchmark is where the clock belongs")]
#![expect(clippy::indexing_slicing, reason = "of as many times as were taken")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant as Clock, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use tillwatch_core::id::ItemId;
use tillwatch_market::shop::{Key, Marketplace, serve};
use tillwatch_market::world::{Size, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const APP: (&str, &str) = ("512345", "a secret of nobody");
const AWAY: Duration = Duration::from_millis(500);
const ROUNDS: usize = 6;
const PASTES: usize = 8;
const WATCHED: usize = 50;

fn main() {
    let runtime = Runtime::new().unwrap();
    let world = World::new(7, Size::of(2_000), now());
    let sold = |item: &&ItemId| {
        let listing = world.listing(item, "US", now());
        listing.is_ok_and(|listing| listing.variants.iter().any(|variant| variant.salable))
    };
    let items: Vec<ItemId> = world
        .items()
        .iter()
        .filter(sold)
        .take(WATCHED + PASTES)
        .cloned()
        .collect();
    let marketplace = Arc::new(Marketplace::new(world, now).with_key(Key::new(APP.0, APP.1).a_day(1_000_000)));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let shop = listener.local_addr().unwrap();
    runtime.spawn(serve(listener, marketplace));
    let gate = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let place = gate.local_addr().unwrap().to_string();
    runtime.spawn(far_away(gate, shop));

    let (mut prices, mut charts) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let data = tempfile::tempdir().unwrap();
        for item in items.iter().skip(PASTES) {
            let done = program(data.path(), &place)
                .args(["watch", "add", item.as_str(), "--market", "US"])
                .output();
            assert!(done.unwrap().status.success());
        }
        let mut running = program(data.path(), &place)
            .args(["serve", "--listen", "127.0.0.1:0", "--proxy", "127.0.0.1"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let address = address(&mut running);
        while ask(&address, "GET", "/readyz", "").0 != 200 {
            std::thread::sleep(Duration::from_millis(5));
        }
        // The watched ones are read first, as on any day before the visitor comes.
        std::thread::sleep(Duration::from_secs(5));
        for item in items.iter().take(PASTES) {
            let began = Clock::now();
            let (status, _) = ask(&address, "POST", "/", &format!("text={item}&market=US"));
            assert_eq!(status, 303, "the start page took {item}");
            _ = ask(&address, "GET", &format!("/i/{item}?market=US"), "");
            let price = format!("/api/v1/listings/{item}?market=US");
            while !ask(&address, "GET", &price, "").1.contains("\"confirmed_at\":\"") {
                assert!(began.elapsed() < Duration::from_secs(30), "{item} has no price");
                std::thread::sleep(Duration::from_millis(10));
            }
            prices.push(began.elapsed().as_secs_f64());
            let began = Clock::now();
            let (_, page) = ask(&address, "GET", &format!("/i/{item}?market=US"), "");
            assert!(page.contains("<svg"), "the page of {item} has a chart");
            charts.push(began.elapsed().as_secs_f64());
            // People do not paste at the pace of a machine.
            std::thread::sleep(Duration::from_millis(1_700));
        }
        running.kill().unwrap();
        running.wait().unwrap();
    }
    tell("from the paste to the price, the API half a second away", prices);
    tell("then the page with its chart", charts);
}

fn tell(what: &str, mut took: Vec<f64>) {
    took.sort_by(f64::total_cmp);
    let at = |part: usize| took[(took.len() - 1) * part / 100];
    println!(
        "{what}: median {:.2} s, p95 {:.2} s, worst {:.2} s of {}",
        at(50),
        at(95),
        at(100),
        took.len()
    );
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millisecond(i64::try_from(since.as_millis()).unwrap()).unwrap()
}

/// Hands everything on, half a second late.
async fn far_away(gate: TcpListener, shop: std::net::SocketAddr) {
    while let Ok((mut from, _)) = gate.accept().await {
        tokio::spawn(async move {
            let mut to = tokio::net::TcpStream::connect(shop).await.unwrap();
            let (mut from_reads, mut from_writes) = from.split();
            let (mut to_reads, mut to_writes) = to.split();
            let asking = async {
                let mut bytes = vec![0; 64 * 1024];
                while let Ok(count @ 1..) = from_reads.read(&mut bytes).await {
                    tokio::time::sleep(AWAY).await;
                    to_writes.write_all(&bytes[..count]).await.unwrap();
                }
            };
            tokio::select! {
                () = asking => {}
                _ = tokio::io::copy(&mut to_reads, &mut from_writes) => {}
            }
        });
    }
}

fn program(data: &Path, place: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tillwatch"));
    program
        .env_clear()
        .env("TILLWATCH_DATA", data)
        .env("TILLWATCH_REACH", place);
    program.env("TILLWATCH_GATEWAY", format!("http://{place}/sync"));
    program
        .env("TILLWATCH_APP_KEY", APP.0)
        .env("TILLWATCH_APP_SECRET", APP.1);
    program.stdout(Stdio::null());
    program
}

/// Where it says that it answers; what else it says is let go.
fn address(program: &mut Child) -> String {
    let mut lines = BufReader::new(program.stderr.take().unwrap()).lines();
    let address = lines.by_ref().find_map(|line| {
        let line = line.unwrap();
        let (_, rest) = line.split_once("answers on http://")?;
        Some(rest.split_whitespace().next()?.to_owned())
    });
    std::thread::spawn(move || lines.for_each(drop));
    address.unwrap()
}

/// The status and the whole of an answer. One visitor may ask only so often: each call speaks for another one, as those of
/// a proxy do.
fn ask(address: &str, method: &str, path: &str, form: &str) -> (u16, String) {
    static VISITORS: AtomicU32 = AtomicU32::new(1);
    let [_, b, c, d] = VISITORS.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\nconnection: close\r\n\
         x-forwarded-for: 10.{b}.{c}.{d}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.get(9..12).unwrap_or_default().parse().unwrap();
    (status, answer)
}
