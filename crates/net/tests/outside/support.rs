//! A peer on this machine that answers what a test wants, also slowly, broken or with a bomb, and remembers who asked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tillwatch_app::ports::source::{Ask, Wanted};
use tillwatch_core::country::Country;
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_net::http::{Client, Place, Reach};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// A request as the peer saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// `GET` or `POST`.
    pub(crate) method: String,
    /// The path with its query.
    pub(crate) target: String,
    /// Headers by their names in small letters.
    pub(crate) headers: BTreeMap<String, String>,
    /// The body.
    pub(crate) body: String,
}

impl Seen {
    /// A parameter of the query.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let url = Url::parse("http://peer/").unwrap().join(&self.target).unwrap();
        let found = url.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    }

    /// A field of the form in the body.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let mut fields = url::form_urlencoded::parse(self.body.as_bytes());
        fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// How the peer answers.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// A status with headers and a body.
    Whole(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Bytes as they are, and then the connection is closed.
    Raw(Vec<u8>),
    /// A header, and then a byte each second without an end.
    Drip,
    /// Nothing at all.
    Silence,
}

/// An answer with status 200.
pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Reply {
    Reply::Whole(200, Vec::new(), body.into())
}

/// An answer with a status and headers.
pub(crate) fn status(status: u16, headers: &[(&'static str, &str)]) -> Reply {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned()));
    Reply::Whole(status, headers.collect(), b"words for people".to_vec())
}

/// A redirect.
pub(crate) fn to(location: &str) -> Reply {
    status(302, &[("location", location)])
}

/// A body that is compressed.
pub(crate) fn compressed(body: Vec<u8>) -> Reply {
    Reply::Whole(200, vec![("content-encoding", "gzip".into())], body)
}

/// A server on this machine, for as long as the test's runtime lives.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// Its host and port.
    pub(crate) place: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<Mutex<usize>>,
}

impl Peer {
    /// Starts a server that answers each request so.
    pub(crate) async fn start(reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = Self {
            place: listener.local_addr().unwrap().to_string(),
            seen: Arc::default(),
            connections: Arc::default(),
        };
        let (own, reply) = (peer.clone(), Arc::new(reply));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *own.connections.lock().unwrap() += 1;
                let (own, reply) = (own.clone(), Arc::clone(&reply));
                tokio::spawn(async move { own.serve(stream, &*reply).await });
            }
        });
        peer
    }

    /// Starts a server that has one answer for everything.
    pub(crate) async fn always(reply: Reply) -> Self {
        Self::start(move |_| reply.clone()).await
    }

    /// An address on it.
    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.place)).unwrap()
    }

    /// A client that may reach it, and nothing else that is private.
    pub(crate) fn client(&self) -> Client {
        Client::new(Some("tests@example.com"), self.reach()).unwrap()
    }

    /// The permission to reach it.
    pub(crate) fn reach(&self) -> Reach {
        Reach {
            hosts: Vec::new(),
            private: vec![Place::parse(&self.place).unwrap()],
        }
    }

    /// What was asked of it so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// How many connections were made to it.
    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }

    async fn serve(&self, mut stream: TcpStream, reply: &(impl Fn(&Seen) -> Reply + Sync)) {
        while let Some(request) = request(&mut stream).await {
            self.seen.lock().unwrap().push(request.clone());
            match reply(&request) {
                Reply::Whole(status, headers, body) => {
                    let mut head = format!("HTTP/1.1 {status} So\r\ncontent-length: {}\r\n", body.len());
                    for (name, value) in headers {
                        _ = write!(head, "{name}: {value}\r\n");
                    }
                    let whole = [head.as_bytes(), b"\r\n", &body].concat();
                    if stream.write_all(&whole).await.is_err() {
                        return;
                    }
                }
                Reply::Raw(bytes) => {
                    _ = stream.write_all(&bytes).await;
                    return;
                }
                Reply::Drip => {
                    _ = stream
                        .write_all(b"HTTP/1.1 200 So\r\ncontent-length: 1000000\r\n\r\n")
                        .await;
                    while stream.write_all(b"x").await.is_ok() {
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                    return;
                }
                Reply::Silence => std::future::pending().await,
            }
        }
    }
}

/// Reads one request; none where the other side is done.
async fn request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(bytes.get(..end)?).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    while bytes.len() < end + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(Seen {
        method: first.next()?.to_owned(),
        target: first.next()?.to_owned(),
        body: String::from_utf8_lossy(bytes.get(end + 4..end + 4 + length)?).into_owned(),
        headers,
    })
}

const GZIP_HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// Megabytes of zeros in about a hundred-and-sixtieth of their size: one literal, then matches of 258 bytes each.
pub(crate) fn bomb(megabytes: usize) -> Vec<u8> {
    // The last block, with the fixed code; each number is written from its lowest bit on.
    let mut bits = vec![true, true, false];
    let literal_zero = [false, false, true, true, false, false, false, false];
    bits.extend(literal_zero);
    let length_258 = [true, true, false, false, false, true, false, true];
    for _ in 0..megabytes * 1024 * 1024 / 258 {
        bits.extend(length_258);
        bits.extend([false; 5]);
    }
    bits.extend([false; 7]);
    let byte = |bits: &[bool]| (0..).zip(bits).fold(0, |byte, (at, bit)| byte | (u8::from(*bit) << at));
    [&GZIP_HEAD[..], &bits.chunks(8).map(byte).collect::<Vec<u8>>(), &[0; 8]].concat()
}

/// A short text as gzip writes it, in one stored block.
pub(crate) fn gzip(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    let step = |sum: u32, _| {
        if sum & 1 == 1 {
            (sum >> 1) ^ 0xedb8_8320
        } else {
            sum >> 1
        }
    };
    let sum = text
        .bytes()
        .fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(byte), step));
    [
        &GZIP_HEAD[..],
        &[1],
        &length.to_le_bytes(),
        &(!length).to_le_bytes(),
        text.as_bytes(),
        &(!sum).to_le_bytes(),
        &u32::from(length).to_le_bytes(),
    ]
    .concat()
}

/// The moment of the tests.
pub(crate) fn now() -> Instant {
    Instant::parse("2026-11-22T12:00:00Z").unwrap()
}

/// A call for listings of a country in a currency.
pub(crate) fn ask(market: &str, currency: &str, items: &[&str]) -> Ask {
    let wanted = |item: &&str| Wanted {
        item: ItemId::parse(item).unwrap(),
        skus: Vec::new(),
        since: None,
    };
    Ask {
        market: Country::parse(market).unwrap(),
        currency: Currency::parse(currency).unwrap(),
        items: items.iter().map(wanted).collect(),
    }
}
