//! A server on this machine that sends a recording to whoever asks, and the sources that ask it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tillwatch_app::ports::source::Source;
use tillwatch_net::http::{Client, Place, Reach};
use tillwatch_net::secret::Secret;
use tillwatch_net::sources::affiliate::sign::SignMethod;
use tillwatch_net::sources::affiliate::{self, Affiliate};
use tillwatch_net::sources::feed::{Feed, NAMES};
use tillwatch_net::sources::page::{self, Page};
use tokio::runtime::Runtime;
use url::Url;

/// Sends the same to everybody, until it is given something else.
pub(crate) struct Replay {
    address: String,
    shown: Arc<Mutex<Shown>>,
}

#[derive(Default)]
struct Shown {
    body: Bytes,
    /// Where short links lead.
    location: String,
    asked: Vec<String>,
}

impl Replay {
    pub(crate) fn open(runtime: &Runtime) -> Self {
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let shown: Arc<Mutex<Shown>> = Arc::default();
        let own = Arc::clone(&shown);
        let router = Router::new().fallback(move |uri: Uri| {
            let answer = answer(&mut own.lock().unwrap(), uri.path());
            async { answer }
        });
        runtime.spawn(async { axum::serve(listener, router).await });
        Self { address, shown }
    }

    /// Sends this from now on.
    pub(crate) fn send(&self, body: Vec<u8>) {
        let mut shown = self.shown.lock().unwrap();
        shown.body = body.into();
        shown.asked.clear();
    }

    /// Lets short links lead there from now on.
    pub(crate) fn lead_to(&self, location: &str) {
        self.send(Vec::new());
        location.clone_into(&mut self.shown.lock().unwrap().location);
    }

    /// The paths that were asked for since then.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.shown.lock().unwrap().asked.clone()
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    pub(crate) fn client(&self) -> Client {
        let reach = Reach {
            hosts: Vec::new(),
            private: vec![Place::parse(&self.address).unwrap()],
        };
        Client::new(None, reach).unwrap()
    }

    pub(crate) fn api(&self) -> Arc<dyn Source> {
        let settings = affiliate::Settings {
            gateway: self.url("/sync"),
            app_key: "512345".to_owned(),
            app_secret: Secret::new("s3cr3t".to_owned()),
            sign_method: SignMethod::Sha256,
            tracking_id: None,
            language: "EN".to_owned(),
            calls_per_day: affiliate::CALLS_PER_DAY,
            spacing: affiliate::SPACING,
        };
        Arc::new(Affiliate::new(settings, self.client()))
    }

    pub(crate) fn pages(&self) -> Arc<dyn Source> {
        let settings = page::Settings {
            base: self.url("/"),
            language: "en_US".to_owned(),
            calls_per_day: 100,
            spacing: Duration::from_secs(30),
        };
        Arc::new(Page::new(settings, &self.client()))
    }

    pub(crate) fn feed(&self) -> Arc<dyn Source> {
        Arc::new(Feed::new(NAMES[0], self.url("/feed.ndjson"), self.client()))
    }
}

fn answer(shown: &mut Shown, path: &str) -> Response {
    shown.asked.push(path.to_owned());
    match path {
        "/robots.txt" => "User-agent: *\nDisallow: /wholesale\n".into_response(),
        path if path.starts_with("/e/") => (StatusCode::FOUND, [("location", shown.location.clone())]).into_response(),
        _ => shown.body.clone().into_response(),
    }
}
