//! A marketplace that is open, a clock in the hand, and a caller that speaks plain HTTP.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use tillwatch_market::shop::{Key, Marketplace, serve, sign};
use tillwatch_market::view::Listing;
use tillwatch_market::world::{Size, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(crate) const SECRET: &str = "a secret of the tests";

/// A clock that stands until it is moved.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(crate) fn at(moment: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(moment.as_millisecond())))
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }

    pub(crate) fn forward(&self, by: SignedDuration) {
        let millis = i64::try_from(by.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

/// A marketplace on a port of its own, closed with the test.
pub(crate) struct Open {
    pub(crate) shop: Arc<Marketplace>,
    pub(crate) clock: Clock,
    pub(crate) world: World,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The 18th of November 2026, noon in UTC.
pub(crate) fn noon() -> Timestamp {
    "2026-11-18T12:00:00Z".parse().unwrap()
}

impl Open {
    /// Opens a marketplace of so many listings, made ready by a test.
    pub(crate) async fn with(listings: u32, ready: impl FnOnce(Marketplace) -> Marketplace) -> Self {
        let clock = Clock::at(noon());
        let world = World::new(7, Size::of(listings), noon());
        let shown = clock.clone();
        let shop = Arc::new(ready(Marketplace::new(world.clone(), move || shown.now())));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = Arc::clone(&shop);
        Self {
            shop,
            clock,
            world,
            address,
            serving: tokio::spawn(async move { serve(listener, served).await.unwrap() }),
        }
    }

    /// With one key that may do everything as often as it likes.
    pub(crate) async fn of(listings: u32) -> Self {
        Self::with(listings, |shop| shop.with_key(free_key())).await
    }

    /// A listing that can be bought in a country and that shows what everybody pays.
    pub(crate) fn first(&self, country: &str) -> Listing {
        let items = self.world.items().iter();
        let mut there = items.filter_map(|item| self.world.listing(item, country, self.clock.now()).ok());
        there
            .find(|listing| listing.variants[0].salable && listing.variants[0].new_shopper_price.is_none())
            .unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, "").await
    }

    /// As a browser for a country and a currency asks.
    pub(crate) async fn get_from(&self, path: &str, country: &str, currency: &str) -> Answer {
        let region = format!("aep_usuc_f=site=glo&c_tp={currency}&region={country}&b_locale=en_US");
        self.get_with(path, &[("cookie", &region)]).await
    }

    /// One call of the API, signed now with the secret of the tests.
    pub(crate) async fn api(&self, method: &str, parameters: &[(&str, &str)]) -> Answer {
        let signed = self.signed(method, parameters);
        let pairs: Vec<String> = signed
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        self.get(&format!("/sync?{}", pairs.join("&"))).await
    }

    pub(crate) fn signed(&self, method: &str, parameters: &[(&str, &str)]) -> BTreeMap<String, String> {
        let now = self.clock.now().as_millisecond().to_string();
        let common = [
            ("app_key", "512345"),
            ("format", "json"),
            ("method", method),
            ("sign_method", "sha256"),
            ("timestamp", &now),
            ("v", "2.0"),
        ];
        let all = common.iter().chain(parameters);
        let mut all: BTreeMap<String, String> = all.map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let signature = sign("sha256", SECRET, &all).unwrap();
        all.insert("sign".into(), signature);
        all
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        let host = headers.iter().find(|(name, _)| *name == "host");
        let host = host.map_or_else(|| self.address.to_string(), |(_, host)| (*host).to_owned());
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        for (name, value) in headers.iter().filter(|(name, _)| *name != "host") {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        write!(head, "content-length: {}\r\n\r\n{body}", body.len()).unwrap();
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        let _ = socket.read_to_end(&mut bytes).await;
        Answer::read(&bytes)
    }
}

/// A key that may do everything as often as it likes.
pub(crate) fn free_key() -> Key {
    Key::new("512345", SECRET)
        .with_extra_methods()
        .every(SignedDuration::ZERO)
        .a_day(1_000_000)
}

pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut safe, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            write!(safe, "%{byte:02X}").unwrap();
        }
        safe
    })
}

/// An answer, or what came of it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether it came to its end.
    pub(crate) whole: bool,
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = head.lines();
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .and_then(|code| code.parse().ok());
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let chunked = headers.iter().any(|(name, _)| name == "transfer-encoding");
        let sent = &bytes[end + 4..];
        let (body, whole) = if chunked {
            unchunked(sent)
        } else {
            (sent.to_vec(), true)
        };
        Self {
            status: status.expect("a status"),
            headers,
            body,
            whole,
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// The parts put together, and whether the last one came.
fn unchunked(mut sent: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(line) = sent.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&sent[..line]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return (body, true);
        }
        let Some(part) = sent.get(line + 2..line + 2 + size) else {
            break;
        };
        body.extend_from_slice(part);
        sent = sent.get(line + 4 + size..).unwrap_or_default();
    }
    (body, false)
}
