//! The one click-out that may earn something: labelled, beside the clean link, and gone once a reader wants none of it.

use std::time::Duration;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tillwatch_app::ports::store::ListingKey;
use tillwatch_core::id::SkuId;
use tillwatch_core::link::clean_url;

use super::{listing, wrong};
use crate::reader::Reader;
use crate::{Problem, Site, api};

/// The cookie of readers who want none of it.
pub(crate) const COOKIE: &str = "partner";

/// How long a reader waits at most for a link that is made for the first time.
const PATIENCE: Duration = Duration::from_secs(3);

/// An operator's affiliate link.
#[derive(Debug, Clone)]
pub enum Partner {
    /// An address with `{url}` where the clean one goes, percent-encoded.
    Template(String),
    /// One that the watch has made for each listing, when it is first followed.
    Made,
}

impl Partner {
    /// A template such as `https://s.click.aliexpress.com/deep_link.htm?aff_short_key=KEY&dl_target_url={url}`. An error
    /// says what is allowed.
    pub fn parse(template: &str) -> Result<Self, &'static str> {
        let told = "is no address that begins with https:// and has {url} in it once, with nothing but visible ASCII";
        let is_plain = template.bytes().all(|byte| byte.is_ascii_graphic());
        let once = template.matches("{url}").count() == 1;
        if template.starts_with("https://") && once && is_plain {
            Ok(Self::Template(template.to_owned()))
        } else {
            Err(told)
        }
    }

    /// The link to a listing; the clean one where none can be had.
    async fn link(&self, site: &Site, clean: String) -> String {
        match self {
            Self::Template(template) => template.replace("{url}", &encoded(&clean)),
            Self::Made => {
                let made = site.app.partner_link(&clean, site.clock.as_ref());
                let made = tokio::time::timeout(PATIENCE, made).await;
                made.ok().and_then(Result::ok).flatten().unwrap_or(clean)
            }
        }
    }
}

fn encoded(clean: &str) -> String {
    let bytes = clean.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    bytes.collect()
}

/// What a listing's page offers.
pub(crate) struct Offer {
    /// The labelled link; absent for readers who want none.
    pub(crate) href: Option<String>,
    /// Where the switch leads back to.
    pub(crate) back: String,
}

/// What the page of a listing offers; nothing where the operator has no such link.
pub(crate) fn offer(site: &Site, reader: &Reader, key: &ListingKey, sku: Option<&SkuId>) -> Option<Offer> {
    site.partner.as_ref()?;
    let sku_part = sku.map(|sku| format!("?sku={sku}")).unwrap_or_default();
    Some(Offer {
        href: (!reader.wants_no_partner).then(|| format!("/go/{}{sku_part}", key.item)),
        back: listing::address(key, sku),
    })
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    sku: Option<String>,
}

/// `GET /go/{item}?sku=`: to the listing, and nowhere else. Only here may the link earn something.
pub(crate) async fn go(
    State(site): State<Site>,
    reader: Reader,
    Path(item): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let clean = || -> Result<String, Problem> {
        let item = api::item(&item)?;
        let sku = asked.sku.as_deref().map(SkuId::parse).transpose();
        let sku = sku.map_err(|error| Problem::bad_value("sku", error.to_string()))?;
        Ok(clean_url(&item, sku.as_ref()))
    };
    let place = match (clean(), site.partner.as_ref().filter(|_| !reader.wants_no_partner)) {
        (Ok(clean), Some(partner)) => Ok(partner.link(&site, clean).await),
        (place, _) => place,
    };
    let place = place.and_then(|place| HeaderValue::from_str(&place).map_err(|_| Problem::internal()));
    match place {
        Ok(place) => {
            let robots = (
                HeaderName::from_static("x-robots-tag"),
                HeaderValue::from_static("noindex, nofollow"),
            );
            (StatusCode::SEE_OTHER, [(LOCATION, place), robots]).into_response()
        }
        Err(problem) => wrong(&site, &reader, &problem),
    }
}

#[derive(Deserialize)]
pub(crate) struct Switch {
    /// `off` hides them, anything else shows them.
    partner: String,
    back: String,
}

/// `POST /go`: remembers in the reader's own browser whether such links are wanted.
pub(crate) async fn switch(State(site): State<Site>, reader: Reader, Form(switch): Form<Switch>) -> Response {
    // Back to a listing of ours, never to another place.
    let is_ours = switch.back.starts_with("/i/") && switch.back.bytes().all(|byte| byte.is_ascii_graphic());
    let Ok(back) = HeaderValue::from_str(if is_ours { &switch.back } else { "/" }) else {
        return wrong(&site, &reader, &Problem::internal());
    };
    let kept = if switch.partner == "off" {
        "partner=off; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly"
    } else {
        "partner=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly"
    };
    let kept = HeaderValue::from_static(kept);
    (StatusCode::SEE_OTHER, [(LOCATION, back), (SET_COOKIE, kept)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_has_one_place_for_the_clean_address() {
        assert!(Partner::parse("https://s.click.example/deep?key=K&to={url}").is_ok());
        assert_eq!(
            encoded("https://www.aliexpress.com/item/1.html?a=b&c"),
            "https%3A%2F%2Fwww.aliexpress.com%2Fitem%2F1.html%3Fa%3Db%26c"
        );
        for odd in [
            "",
            "https://x.example/",
            "http://x.example/{url}",
            "https://x.example/{url}{url}",
            "https://x.example/\n{url}",
        ] {
            assert!(Partner::parse(odd).is_err(), "{odd:?}");
        }
    }
}
