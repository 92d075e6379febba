//! A server on this machine that remembers what it was told and answers as its mood is.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use axum::routing::any;
use serde_json::Value;

/// How a peer feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It takes everything.
    Fine,
    /// It asks to wait so many seconds.
    Busy(u32),
    /// Nobody is there any more.
    Gone,
    /// Something in it broke.
    Broken,
    /// It sends whoever asks elsewhere.
    Elsewhere,
}

/// A request as the peer saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json");
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// An answer: status, headers, body.
pub(crate) type Reply = (u16, Vec<(&'static str, String)>, String);

/// An answer with a body of JSON.
pub(crate) fn json(status: u16, body: &Value) -> Reply {
    (
        status,
        vec![("content-type", "application/json".into())],
        body.to_string(),
    )
}

type Answers = dyn Fn(Mood, &Seen) -> Reply + Send + Sync;

/// A server, for as long as the test's runtime lives.
#[derive(Clone)]
pub(crate) struct Peer {
    /// Its host and port.
    pub(crate) place: String,
    mood: Arc<Mutex<Mood>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    answers: Arc<Answers>,
}

impl Peer {
    /// Starts a server that answers so.
    pub(crate) async fn start(answers: impl Fn(Mood, &Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = Self {
            place: listener.local_addr().unwrap().to_string(),
            mood: Arc::new(Mutex::new(Mood::Fine)),
            seen: Arc::default(),
            answers: Arc::new(answers),
        };
        let router = Router::new().fallback(any(take)).with_state(peer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        peer
    }

    pub(crate) fn feel(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// What it was told so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The only request.
    pub(crate) fn only(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen[0].clone()
    }
}

async fn take(State(peer): State<Peer>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let seen = Seen {
        method,
        target: uri.to_string(),
        headers,
        body: body.to_vec(),
    };
    let mood = *peer.mood.lock().unwrap();
    let (status, headers, body) = match mood {
        // As careless servers do, it repeats what it was asked.
        Mood::Broken => (
            500,
            Vec::new(),
            format!("{} {} {:?}", seen.method, seen.target, seen.headers),
        ),
        Mood::Elsewhere => (
            302,
            vec![("location", format!("http://{}/taken", peer.place))],
            String::new(),
        ),
        mood => (peer.answers)(mood, &seen),
    };
    peer.seen.lock().unwrap().push(seen);
    let answer = headers
        .into_iter()
        .fold(Response::builder().status(status), |answer, (name, value)| {
            answer.header(name, value)
        });
    answer.body(Body::from(body)).unwrap()
}
