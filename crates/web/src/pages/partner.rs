//! The one click-out that may earn something: labelled, beside the clean link, and gone once a reader wants none of it.

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

/// An operator's affiliate link, with `{url}` where the clean address goes, percent-encoded.
#[derive(Debug, Clone)]
pub struct Partner(String);

impl Partner {
    /// A template such as `https://s.click.aliexpress.com/deep_link.htm?aff_short_key=KEY&dl_target_url={url}`. An error
    /// says what is allowed.
    pub fn parse(template: &str) -> Result<Self, &'static str> {
        let told = "is no address that begins with https:// and has {url} in it once, with nothing but visible ASCII";
        let is_plain = template.bytes().all(|byte| byte.is_ascii_graphic());
        let once = template.matches("{url}").count() == 1;
        if template.starts_with("https://") && once && is_plain {
            Ok(Self(template.to_owned()))
        } else {
            Err(told)
        }
    }

    /// The link to a listing.
    fn link(&self, clean: &str) -> String {
        let encoded: String = clean
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
                byte => format!("%{byte:02X}"),
            })
            .collect();
        self.0.replace("{url}", &encoded)
    }
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
    let place = || -> Result<String, Problem> {
        let item = api::item(&item)?;
        let sku = asked.sku.as_deref().map(SkuId::parse).transpose();
        let sku = sku.map_err(|error| Problem::bad_value("sku", error.to_string()))?;
        let clean = clean_url(&item, sku.as_ref());
        let partner = site.partner.as_ref().filter(|_| !reader.wants_no_partner);
        Ok(partner.map_or_else(|| clean.clone(), |partner| partner.link(&clean)))
    };
    let place = place().and_then(|place| HeaderValue::from_str(&place).map_err(|_| Problem::internal()));
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
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;

    #[test]
    fn a_template_has_one_place_for_the_clean_address() {
        let partner = Partner::parse("https://s.click.example/deep?key=K&to={url}").unwrap();
        assert_eq!(
            partner.link("https://www.aliexpress.com/item/1.html?a=b&c"),
            "https://s.click.example/deep?key=K&to=https%3A%2F%2Fwww.aliexpress.com%2Fitem%2F1.html%3Fa%3Db%26c"
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
