//! Who reads: the language and the market that a request asks for, and the frame of every page for them.

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use tillwatch_app::App;
use tillwatch_core::country::Country;

use crate::pages::partner;
use crate::words::{Tongues, Words};
use crate::{Site, assets};

/// The market of whoever names none.
const USUAL_MARKET: &str = "US";

/// A reader's wishes. Nothing of them is kept here; the browser keeps a language that was chosen.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    language: Option<String>,
    /// Whether the language was chosen with this very request.
    chose: bool,
    market: Option<Country>,
    /// Whether they want no affiliate links.
    pub(crate) wants_no_partner: bool,
    path: String,
    query: String,
    /// Whether people reach the site by HTTPS.
    is_secure: bool,
    /// The host that the browser asked, where it is written like one.
    host: Option<String>,
}

impl FromRequestParts<Site> for Reader {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        let asked = |name: &str| form_value(query, name);
        let chosen = asked("lang").filter(|code| site.tongues.get(code).is_some());
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let accepted = header(ACCEPT_LANGUAGE).unwrap_or_default();
        let language = chosen.clone().or_else(|| cookie(&parts.headers, "lang"));
        let language = language.or_else(|| site.tongues.accepted(accepted).map(|words| words.code.to_owned()));
        let market = asked("market").and_then(|code| Country::parse(&code).ok());
        Ok(Self {
            language,
            chose: chosen.is_some(),
            market: market.or_else(|| region(accepted)),
            wants_no_partner: cookie(&parts.headers, partner::COOKIE).is_some_and(|value| value == "off"),
            path: parts.uri.path().to_owned(),
            query: query.to_owned(),
            is_secure: site.app.public().is_some_and(|public| public.scheme() == "https"),
            host: header(HOST).filter(|host| is_host(host)).map(str::to_owned),
        })
    }
}

impl Reader {
    /// The country that is named, or that the browser's language hints at.
    pub(crate) fn market(&self) -> Country {
        let usual = || Country::parse(USUAL_MARKET);
        self.market
            .or_else(|| usual().ok())
            .unwrap_or_else(|| unreachable!("{USUAL_MARKET} is a country"))
    }

    /// What lets the browser keep a language that was chosen by this request.
    pub(crate) fn cookie(&self) -> Option<HeaderValue> {
        let code = self.language.as_ref().filter(|_| self.chose)?;
        let secure = if self.is_secure { "; Secure" } else { "" };
        HeaderValue::from_str(&format!(
            "lang={code}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{secure}"
        ))
        .ok()
    }

    /// The texts for them.
    pub(crate) fn words<'a>(&self, tongues: &'a Tongues) -> &'a Words {
        let wished = self.language.as_deref().and_then(|code| tongues.get(code));
        wished.unwrap_or_else(|| tongues.usual())
    }

    /// The whole address of a page of ours: by the public address, else by the host that this request named.
    pub(crate) fn reach(&self, app: &App, page: &str) -> Option<String> {
        let public = app.page(page).map(String::from);
        public.or_else(|| Some(format!("http://{}/{page}", self.host.as_deref()?)))
    }

    /// The frame of a page.
    pub(crate) fn frame<'a>(&self, site: &'a Site) -> Frame<'a> {
        let section = self.path.split('/').nth(1).unwrap_or_default();
        Frame {
            words: self.words(&site.tongues),
            tongues: &site.tongues,
            section: format!("/{section}"),
            path: self.path.clone(),
            query: self.query.clone(),
            demonstration: site.demonstration,
        }
    }
}

/// What stands around a page's content.
pub(crate) struct Frame<'a> {
    pub(crate) words: &'a Words,
    tongues: &'a Tongues,
    pub(crate) section: String,
    path: String,
    query: String,
    pub(crate) demonstration: bool,
}

impl Frame<'_> {
    /// The address of a file of ours.
    #[expect(clippy::unused_self, reason = "templates call it on the frame")]
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// The pages of the menu.
    pub(crate) fn places(&self) -> [(&'static str, &str); 6] {
        let places = &self.words.site.places;
        [
            ("/deals", &places.deals),
            ("/search", &places.search),
            ("/promotions", &places.promotions),
            ("/codes", &places.codes),
            ("/basket", &places.basket),
            ("/checkout", &places.checkout),
        ]
    }

    /// The pages that the footer names.
    pub(crate) fn further(&self) -> [(&'static str, &str); 6] {
        let places = &self.words.site.places;
        [
            ("/browser", &self.words.browser.menu),
            ("/drawer", &places.drawer),
            ("/guide", &places.guide),
            ("/about", &places.about),
            ("/status", &places.status),
            ("/openapi.json", &places.api),
        ]
    }

    /// The languages that this page is not in.
    pub(crate) fn others(&self) -> impl Iterator<Item = &Words> {
        self.tongues.all().iter().filter(|words| words.code != self.words.code)
    }

    /// This page in another language.
    pub(crate) fn here_in(&self, code: &str) -> String {
        let rest = self
            .query
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
        let pairs: Vec<&str> = rest.collect();
        let language = format!("lang={code}");
        let query = pairs
            .into_iter()
            .chain([language.as_str()])
            .collect::<Vec<_>>()
            .join("&");
        format!("{}?{query}", self.path)
    }
}

/// Whether it is a name or a number with perhaps a port, and nothing else.
fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

/// `de-AT` hints at Austria.
fn region(accepted: &str) -> Option<Country> {
    let first = accepted.split([',', ';']).next()?;
    Country::parse(first.trim().split('-').nth(1)?).ok()
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
}

/// A value of a query, where it needs no decoding: codes and numbers.
fn form_value(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(known, _)| *known == name);
    found
        .map(|(_, value)| value.to_owned())
        .filter(|value| !value.is_empty())
}
